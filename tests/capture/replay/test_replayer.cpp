// Every conversation of every sample, replayed against a server that plays its other side: the
// same; and with one answer changed, left out or doubled: exactly that.
#include <atomic>

#include <QtTest>

#include "capture/replay/replayer.h"
#include "capture/replay/report_text.h"
#include "tests/support/mirror_server.h"
#include "tests/support/open_session.h"

using namespace framescope;
using namespace framescope::replay;

namespace {

constexpr int kPatience = 20'000;  ///< milliseconds that a test waits for what must come

std::string sample(const char* name) {
    return std::string(FRAMESCOPE_SOURCE_DIR) + "/samples/" + name;
}

ReplayOptions optionsOf(const QString& what) {
    ReplayOptions options;
    const auto number = static_cast<std::uint32_t>(what.mid(1).toUInt());
    if (what.startsWith('s')) {
        options.engineSession = number;
    } else {
        options.connection = number;
    }
    options.patience = std::chrono::milliseconds(10'000);
    return options;
}

const std::vector<std::pair<const char*, const char*>> kConversations = {
    {"http-keepalive.pcap", "c0"},
    {"event-stream.pcap", "c0"},
    {"event-stream.pcap", "c1"},
    {"event-stream.pcap", "c2"},
    {"ws-echo.pcap", "c0"},
    {"ws-close-codes.pcap", "c0"},
    {"ws-close-codes.pcap", "c1"},
    {"ws-close-codes.pcap", "c2"},
    {"ws-close-codes.pcap", "c3"},
    {"ws-close-codes.pcap", "c4"},
    {"ws-close-codes.pcap", "c5"},
    {"ws-close-codes.pcap", "c6"},
    {"ws-close-codes.pcap", "c7"},
    {"ws-deflate.pcapng", "c0"},
    {"ws-deflate.pcapng", "c1"},
    {"ws-deflate.pcapng", "c2"},
    {"python-websockets.pcap", "c0"},
    {"nginx-proxy.pcapng", "c0"},
    {"nginx-proxy.pcapng", "c1"},
    {"nginx-proxy.pcapng", "c2"},
    {"nginx-proxy.pcapng", "c3"},
    {"socketio4-websocket.pcapng", "s0"},
    {"socketio4-websocket.pcapng", "s1"},
    {"socketio4-polling-upgrade.pcapng", "s0"},
    {"socketio4-polling-upgrade.pcapng", "s1"},
    {"socketio2-websocket.pcap", "s0"},
    {"socketio2-polling-upgrade.pcap", "s0"},
    {"socketio-heartbeats.pcap.gz", "s0"},
    {"socketio-heartbeats.pcap.gz", "s1"},
    {"chromium-socketio4.pcapng", "s0"},
};

/// A replay against a mirror, to its end.
struct Replayed {
    Report report;
    Progress progress;
    std::vector<std::string> said;
    std::vector<std::string> faults;
    bool finished = false;
};

Replayed runOf(const Plan& plan, ReplayOptions options, test::MirrorChanges changes = {}) {
    net::Reactor reactor;
    test::MirrorServer server(reactor, plan, std::move(changes));
    options.url = server.url();
    std::atomic<int> told = 0;
    Replayed run;
    {
        const auto replayer = Replayer::start(reactor, nullptr, plan, options, [&told] { ++told; });
        run.finished = QTest::qWaitFor([&] { return replayer->progress().finished; }, kPatience);
        run.report = replayer->report();
        run.progress = replayer->progress();
    }
    run.finished = run.finished && told > 0;
    run.said = server.said();
    run.faults = server.faults();
    return run;
}

void show(const Replayed& run) {
    qWarning("%s", reportText(run.report, 120).c_str());
    for (const std::string& fault : run.faults) qWarning("server: %s", fault.c_str());
}

/// The first step of the server that is compared and fits.
const Step* findAnswer(const Plan& plan, const std::function<bool(const Step&)>& fits) {
    for (const Step& step : plan.steps) {
        if (!step.ours() && !step.automatic && fits(step)) return &step;
    }
    return nullptr;
}

Bytes bytesOf(std::string_view text) {
    const ByteView bytes = asBytes(text);
    return {bytes.begin(), bytes.end()};
}

std::function<Bytes(Bytes)> replacing(std::string from, std::string to) {
    return [from = std::move(from), to = std::move(to)](const Bytes& bytes) {
        std::string text(asText(bytes));
        const std::size_t at = text.find(from);
        if (at != std::string::npos) text.replace(at, from.size(), to);
        return bytesOf(text);
    };
}

}  // namespace

class TestReplayer : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<Session> m_session;

    Plan planFrom(const char* file, const char* what) {
        m_session = test::openSession(sample(file));
        if (!m_session) return {};
        auto plan = planOf(*m_session, optionsOf(what));
        return plan ? std::move(*plan) : Plan();
    }

private Q_SLOTS:
    void everySampleIsTheSame_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("what");
        for (const auto& [file, what] : kConversations) {
            QTest::addRow("%s %s", file, what) << file << what;
        }
    }

    void everySampleIsTheSame() {
        QFETCH(QString, file);
        QFETCH(QString, what);
        const Plan plan = planFrom(file.toUtf8().constData(), what.toUtf8().constData());
        QVERIFY(!plan.steps.empty());
        const Replayed run = runOf(plan, optionsOf(what));
        if (run.report.verdict != Verdict::Same || !run.faults.empty()) show(run);
        QVERIFY(run.finished);
        QVERIFY(run.faults.empty());
        QCOMPARE(static_cast<int>(run.report.verdict), static_cast<int>(Verdict::Same));
        QCOMPARE(run.progress.done, run.progress.all);
        QCOMPARE(run.report.missing + run.report.extra + run.report.different, std::size_t{0});
        QVERIFY(run.report.sentence.ends_with("the same."));
        // What was said is what was recorded, in its order.
        std::size_t next = 0;
        for (const Step& step : plan.steps) {
            if (!step.ours() || step.automatic || step.kind != StepKind::Message) continue;
            const std::string text(asText(step.bytes));
            while (next < run.said.size() && run.said[next] != text) ++next;
            QVERIFY2(next < run.said.size(), step.label.c_str());
            ++next;
        }
    }

    void everyTimingIsTheSame_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("what");
        QTest::addColumn<int>("timing");
        for (const Timing timing : {Timing::Recorded, Timing::AsFast}) {
            for (const auto& [file, what] :
                 {std::pair("ws-echo.pcap", "c0"), std::pair("socketio4-websocket.pcapng", "s1"),
                  std::pair("socketio2-polling-upgrade.pcap", "s0"),
                  std::pair("http-keepalive.pcap", "c0")}) {
                QTest::addRow("%s %d", file, static_cast<int>(timing))
                    << file << what << static_cast<int>(timing);
            }
        }
    }

    void everyTimingIsTheSame() {
        QFETCH(QString, file);
        QFETCH(QString, what);
        QFETCH(int, timing);
        const Plan plan = planFrom(file.toUtf8().constData(), what.toUtf8().constData());
        ReplayOptions options = optionsOf(what);
        options.timing = static_cast<Timing>(timing);
        options.speed = 2;
        const Replayed run = runOf(plan, options);
        if (run.report.verdict != Verdict::Same) show(run);
        QVERIFY(run.finished);
        QCOMPARE(static_cast<int>(run.report.verdict), static_cast<int>(Verdict::Same));
    }

    void oneChangeIsFoundWhereItIs_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        QTest::addColumn<QString>("path");
        const auto add = [](const char* file, const char* what, const char* from, const char* to,
                            const char* path) {
            QTest::addRow("%s %s %s", file, what, from) << file << what << from << to << path;
        };
        add("ws-echo.pcap", "c0", "Received 65535 bytes", "Received 65536 bytes", "character 14");
        add("ws-deflate.pcapng", "c0", "12.75", "12.8", "$.price");
        add("ws-deflate.pcapng", "c1", "\"symbol\":\"TEA\"", "\"symbol\":7", "$.symbol");
        add("python-websockets.pcap", "c0", "You answered", "You asked", "character 6");
        add("socketio4-websocket.pcapng", "s0", "\"users\":3", "\"users\":4", "$[1].users");
        add("socketio4-websocket.pcapng", "s1", "Tea or coffee?", "Tea or water?", "$[0]");
        add("socketio4-polling-upgrade.pcapng", "s0", "\"size\":8", "\"size\":9", "$[0].size");
        add("socketio2-websocket.pcap", "s0", "[\"thanks\"", "[\"no thanks\"", "event");
        add("socketio2-polling-upgrade.pcap", "s0", "Invalid namespace", "No", "$");
        add("chromium-socketio4.pcapng", "s0", "Who is there?", "Who?", "$[0]");
        add("http-keepalive.pcap", "c0", "404 Not Found", "410 Gone", "status");
        add("event-stream.pcap", "c0", "\"pence\":412", "\"pence\":413", "$.pence");
        add("event-stream.pcap", "c1", "id: 5", "id: 55", "id");
    }

    void oneChangeIsFoundWhereItIs() {
        QFETCH(QString, file);
        QFETCH(QString, what);
        QFETCH(QString, from);
        QFETCH(QString, to);
        QFETCH(QString, path);
        const Plan plan = planFrom(file.toUtf8().constData(), what.toUtf8().constData());
        const std::string wanted = from.toStdString();
        const Step* const step = findAnswer(plan, [&](const Step& each) {
            return asText(each.bytes).find(wanted) != std::string_view::npos;
        });
        QVERIFY(step != nullptr);
        test::MirrorChanges changes;
        changes.changed[step->number] = replacing(wanted, to.toStdString());
        ReplayOptions options = optionsOf(what);
        options.patience = std::chrono::milliseconds(1000);
        const Replayed run = runOf(plan, options, changes);
        const Report& report = run.report;
        const bool right = report.verdict == Verdict::Different && report.different == 1 &&
                           report.missing == 0 && report.extra == 0;
        if (!right) show(run);
        QVERIFY(right);
        const auto line = std::ranges::find(report.lines, Outcome::Different, &Line::outcome);
        QVERIFY(line != report.lines.end());
        QCOMPARE(*line->step, step->number);
        QCOMPARE(line->differences.size(), std::size_t{1});
        QCOMPARE(QString::fromStdString(line->differences.front().path), path);
        QVERIFY(report.sentence.find("The first difference is at " + path.toStdString()) !=
                std::string::npos);
    }

    void changedBytesOfAttachments() {
        Plan plan = planFrom("socketio4-websocket.pcapng", "s0");
        Plan changed = plan;
        for (Step& step : changed.steps) {
            if (!step.ours() && !step.attachments.empty()) step.attachments.front()[2] ^= 1;
        }
        // The mirror plays the other plan.
        net::Reactor reactor;
        test::MirrorServer server(reactor, changed);
        ReplayOptions options = optionsOf("s0");
        options.url = server.url();
        const auto replayer = Replayer::start(reactor, nullptr, plan, options, {});
        QTRY_VERIFY_WITH_TIMEOUT(replayer->progress().finished, kPatience);
        const Report report = replayer->report();
        QCOMPARE(report.different, std::size_t{1});
        const auto line = std::ranges::find(report.lines, Outcome::Different, &Line::outcome);
        QVERIFY(line->differences.front().path.starts_with("attachment[0], byte 3"));
    }

    void acknowledgesTheNewIds() {
        const Plan plan = planFrom("socketio4-websocket.pcapng", "s1");
        const Replayed run = runOf(plan, optionsOf("s1"));
        QVERIFY(run.finished);
        // Recorded: 3/chat,0["tea",...]; the mirror's event had another id.
        const std::string expected =
            "3/chat," + std::to_string(test::kMirrorIdShift) + "[\"tea\",{\"sugar\":false}]";
        QVERIFY(std::ranges::find(run.said, expected) != run.said.end());
    }

    void missingAnswersAreNoted() {
        const Plan plan = planFrom("ws-echo.pcap", "c0");
        const Step* const step = findAnswer(
            plan, [](const Step& each) { return asText(each.bytes) == "Received 65535 bytes"; });
        QVERIFY(step != nullptr);
        test::MirrorChanges changes;
        changes.leftOut = {step->number};
        ReplayOptions options = optionsOf("c0");
        options.patience = std::chrono::milliseconds(300);
        const Replayed run = runOf(plan, options, changes);
        const Report& report = run.report;
        if (report.missing != 1 || report.different + report.extra != 0) show(run);
        QCOMPARE(report.missing, std::size_t{1});
        QCOMPARE(report.different + report.extra, std::size_t{0});
        QCOMPARE(static_cast<int>(report.verdict), static_cast<int>(Verdict::Different));
        QCOMPARE(run.progress.done, run.progress.all);  // it went on
        QCOMPARE(static_cast<int>(report.lines[step->number].outcome),
                 static_cast<int>(Outcome::Missing));
    }

    void eitherSideMayCloseFirst_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("what");
        QTest::addRow("WebSocket") << "ws-echo.pcap"
                                   << "c0";
        QTest::addRow("Engine.IO, WebSocket") << "socketio4-websocket.pcapng"
                                              << "s0";
        QTest::addRow("Engine.IO, upgraded") << "chromium-socketio4.pcapng"
                                             << "s0";
    }

    void eitherSideMayCloseFirst() {
        QFETCH(QString, file);
        QFETCH(QString, what);
        const Plan plan = planFrom(file.toUtf8().constData(), what.toUtf8().constData());
        const auto closes = [](const Step& step) {
            return step.ours() && !step.automatic && step.kind == StepKind::Control &&
                   step.opcode == static_cast<std::uint8_t>(websocket::Opcode::Close);
        };
        const auto ours = std::ranges::find_if(plan.steps, closes);
        QVERIFY(ours != plan.steps.end());
        test::MirrorChanges changes;
        changes.closesFirst = true;
        const Replayed run = runOf(plan, optionsOf(what), changes);
        if (run.report.verdict != Verdict::Same) show(run);
        QCOMPARE(static_cast<int>(run.report.verdict), static_cast<int>(Verdict::Same));
        QCOMPARE(run.progress.done, run.progress.all);
        QCOMPARE(static_cast<int>(run.report.lines[ours->number].outcome),
                 static_cast<int>(Outcome::Sent));
    }

    void extraAnswersStandWhereTheyCame() {
        const Plan plan = planFrom("socketio4-websocket.pcapng", "s1");
        const Step* const step = findAnswer(plan, [](const Step& each) {
            return each.kind == StepKind::SocketIo &&
                   asText(each.bytes).find("\"thanks\"") != std::string_view::npos;
        });
        QVERIFY(step != nullptr);
        test::MirrorChanges changes;
        changes.doubled = {step->number};
        const Replayed run = runOf(plan, optionsOf("s1"), changes);
        const Report& report = run.report;
        if (report.extra != 1) show(run);
        QCOMPARE(report.extra, std::size_t{1});
        QCOMPARE(report.different + report.missing, std::size_t{0});
        const auto line = std::ranges::find(report.lines, Outcome::Extra, &Line::outcome);
        QVERIFY(line != report.lines.end());
        QVERIFY(!line->step.has_value());
        QCOMPARE(*std::prev(line)->step, step->number);
        QVERIFY(line->replayed.find("thanks") != std::string::npos);
    }

    void whatIsIgnoredIsTheSame() {
        const Plan plan = planFrom("socketio4-websocket.pcapng", "s0");
        const Step* const step = findAnswer(plan, [](const Step& each) {
            return asText(each.bytes).find("\"users\":3") != std::string_view::npos;
        });
        test::MirrorChanges changes;
        changes.changed[step->number] = replacing("\"users\":3", "\"users\":4");
        ReplayOptions options = optionsOf("s0");
        options.ignored = {"welcome[1].users"};
        QCOMPARE(static_cast<int>(runOf(plan, options, changes).report.verdict),
                 static_cast<int>(Verdict::Same));
        options.ignored = {"other[1].users"};
        QCOMPARE(static_cast<int>(runOf(plan, options, changes).report.verdict),
                 static_cast<int>(Verdict::Different));
    }

    void rulesChangeWhatIsSaid() {
        const Plan plan = planFrom("ws-echo.pcap", "c0");
        ReplayOptions options = optionsOf("c0");
        options.rules = {{"^The (last) message$", "The ${received:word} and $1 words"}};
        options.captures = {"(?<word>Unicode): "};
        const Replayed run = runOf(plan, options);
        QVERIFY(run.finished);
        const std::string expected = "The Unicode and last words";
        QVERIFY(std::ranges::find(run.said, expected) != run.said.end());
    }

    void keepsRecordedFrames() {
        const Plan plan = planFrom("ws-echo.pcap", "c0");
        // Raw bytes on a listener of our own: the fragments with their keys, the ping in between.
        Bytes expected;
        for (const Step& step : plan.steps) {
            if (!step.ours() || step.frames.size() < 2) continue;
            for (const Step& other : plan.steps) {
                if (other.kind == StepKind::Control && other.ours() && other.row > step.firstRow &&
                    other.row < step.row) {
                    expected = step.frames.front().wire;
                    expected.insert(expected.end(), other.frames.front().wire.begin(),
                                    other.frames.front().wire.end());
                    for (std::size_t i = 1; i < step.frames.size(); ++i) {
                        expected.insert(expected.end(), step.frames[i].wire.begin(),
                                        step.frames[i].wire.end());
                    }
                }
            }
        }
        QVERIFY(!expected.empty());
        net::Reactor reactor;
        test::MirrorServer server(reactor, plan);
        ReplayOptions options = optionsOf("c0");
        options.url = server.url();
        options.recordedMasks = true;
        const auto replayer = Replayer::start(reactor, nullptr, plan, options, {});
        QTRY_VERIFY_WITH_TIMEOUT(replayer->progress().finished, kPatience);
        const std::string raw = server.rawFromClient();
        QVERIFY(raw.find(std::string(asText(expected))) != std::string::npos);
    }

    void badOptionsAreSaidBeforeAnythingIsSent() {
        const Plan plan = planFrom("ws-echo.pcap", "c0");
        ReplayOptions options = optionsOf("c0");
        options.rules = {{"(", ""}};
        const Replayed run = runOf(plan, options);
        QVERIFY(run.finished);
        QCOMPARE(static_cast<int>(run.report.verdict), static_cast<int>(Verdict::Failed));
        QVERIFY(run.report.sentence.starts_with("The rule \"(\" is no regular expression"));
        QVERIFY(run.said.empty());
    }

    void nobodyListens() {
        const Plan plan = planFrom("ws-echo.pcap", "c0");
        net::Reactor reactor;
        ReplayOptions options = optionsOf("c0");
        {
            const test::MirrorServer server(reactor, plan);
            options.url = server.url();
        }
        const auto replayer = Replayer::start(reactor, nullptr, plan, options, {});
        QTRY_VERIFY_WITH_TIMEOUT(replayer->progress().finished, kPatience);
        const Report report = replayer->report();
        QCOMPARE(static_cast<int>(report.verdict), static_cast<int>(Verdict::Failed));
        QVERIFY(!report.sentence.empty());
    }

    void refusedHandshakeIsADifference() {
        const Plan plan = planFrom("ws-echo.pcap", "c0");
        const Step* const step =
            findAnswer(plan, [](const Step& each) { return each.kind == StepKind::HttpResponse; });
        test::MirrorChanges changes;
        changes.changed[step->number] = [](const Bytes&) {
            return bytesOf("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
        };
        const Replayed run = runOf(plan, optionsOf("c0"), changes);
        const Report& report = run.report;
        QCOMPARE(static_cast<int>(report.verdict), static_cast<int>(Verdict::Different));
        const Line& line = report.lines[step->number];
        QVERIFY(!line.differences.empty());
        QCOMPARE(line.differences.front().path, std::string("status"));
        QCOMPARE(line.differences.front().received, std::string("403"));
        QVERIFY(std::ranges::count(report.lines, Outcome::NotSent, &Line::outcome) > 5);
    }

    void stopEndsIt() {
        const Plan plan = planFrom("ws-echo.pcap", "c0");
        const Step* const step = findAnswer(
            plan, [](const Step& each) { return asText(each.bytes) == "Received 65535 bytes"; });
        test::MirrorChanges changes;
        changes.leftOut = {step->number};
        net::Reactor reactor;
        test::MirrorServer server(reactor, plan, changes);
        ReplayOptions options = optionsOf("c0");
        options.url = server.url();
        options.patience = std::chrono::hours(1);
        const auto replayer = Replayer::start(reactor, nullptr, plan, options, {});
        QTRY_VERIFY_WITH_TIMEOUT(replayer->progress().done >= 7, kPatience);
        QVERIFY(!replayer->progress().finished);
        const Report running = replayer->report();
        QVERIFY(running.same > 3);
        replayer->stop();
        QTRY_VERIFY_WITH_TIMEOUT(replayer->progress().finished, kPatience);
        const Report report = replayer->report();
        QCOMPARE(static_cast<int>(report.verdict), static_cast<int>(Verdict::Failed));
        QCOMPARE(report.sentence, std::string("The replay was stopped."));
        QVERIFY(std::ranges::count(report.lines, Outcome::NotSent, &Line::outcome) > 0);
    }

    void canBeDestroyedAtAnyTime() {
        const Plan plan = planFrom("socketio4-websocket.pcapng", "s0");
        net::Reactor reactor;
        for (std::size_t done = 0; done < 4; ++done) {
            test::MirrorServer server(reactor, plan);
            ReplayOptions options = optionsOf("s0");
            options.url = server.url();
            auto replayer = Replayer::start(reactor, nullptr, plan, options, {});
            QTRY_VERIFY_WITH_TIMEOUT(replayer->progress().done >= done, kPatience);
            replayer.reset();
        }
    }
};

QTEST_GUILESS_MAIN(TestReplayer)
#include "test_replayer.moc"
