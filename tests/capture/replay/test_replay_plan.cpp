// The plans of every sample: which steps they have, who takes them, and what the client is asked
// for.
#include <map>

#include <QtTest>

#include "capture/replay/replay_plan.h"
#include "tests/support/open_session.h"

using namespace framescope;
using namespace framescope::replay;

namespace {

/// "4> 5<": steps of a kind, ours and the server's, in brackets those that are automatic.
std::string countsOf(const Plan& plan) {
    static constexpr std::array<const char*, 8> kNames = {
        "request", "response", "message", "control", "engine", "socket", "event", "end"};
    std::string text;
    for (std::size_t kind = 0; kind < kNames.size(); ++kind) {
        std::array<std::size_t, 2> counts{};
        std::array<std::size_t, 2> automatic{};
        for (const Step& step : plan.steps) {
            if (static_cast<std::size_t>(step.kind) != kind) continue;
            ++(step.automatic ? automatic : counts)[indexOf(step.direction)];
        }
        for (const Direction d : {Direction::ClientToServer, Direction::ServerToClient}) {
            const char* const arrow = d == Direction::ClientToServer ? ">" : "<";
            for (const bool own : {true, false}) {
                const std::size_t count = (own ? counts : automatic)[indexOf(d)];
                if (count == 0) continue;
                if (!text.empty()) text += "  ";
                text += kNames[kind] + std::string(own ? "" : " automatic") + " " +
                        std::to_string(count) + arrow;
            }
        }
    }
    return text;
}

std::string sample(const char* name) {
    return std::string(FRAMESCOPE_SOURCE_DIR) + "/samples/" + name;
}

Plan planFor(const Session& session, const std::string& what) {
    ReplayOptions options;
    const auto number = static_cast<std::uint32_t>(std::stoul(what.substr(1)));
    if (what.front() == 's') {
        options.engineSession = number;
    } else {
        options.connection = number;
    }
    auto plan = planOf(session, options);
    if (!plan) {
        qWarning("%s", plan.error().sentence.c_str());
        return {};
    }
    return std::move(*plan);
}

}  // namespace

class TestReplayPlan : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void countsStepsOfSamples_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("what");
        QTest::addColumn<QString>("steps");
        QTest::addColumn<QString>("target");
        const auto add = [](const char* file, const char* what, const char* target,
                            const char* steps) {
            QTest::addRow("%s %s", file, what) << file << what << steps << target;
        };
        add("http-keepalive.pcap", "c0", "/length", "request 9>  response 9<  end 1<");
        add("event-stream.pcap", "c0", "/prices?tea=all",
            "request 1>  response 1<  event 5<  event automatic 3<  end 1<");
        add("event-stream.pcap", "c1", "/prices?tea=all",
            "request 1>  response 1<  event 5<  event automatic 1<  end 1<");
        add("event-stream.pcap", "c2", "/prices?tea=all",
            "request 1>  response 1<  event 2<  event automatic 1<  end 1>");
        add("ws-echo.pcap", "c0", "/echo?room=1",
            "request 1>  response 1<  message 12>  message 13<  control 3>  control automatic 1>  "
            "control 2<  control automatic 1<  end automatic 1<");
        add("ws-close-codes.pcap", "c0", "/going-away",
            "request 1>  response 1<  message 1>  control automatic 1>  control 1<  end automatic "
            "1>");
        add("ws-close-codes.pcap", "c5", "/end-of-stream",
            "request 1>  response 1<  message 1>  end 1<");
        add("ws-close-codes.pcap", "c6", "/reset", "request 1>  response 1<  message 1>  end 1<");
        add("ws-deflate.pcapng", "c0", "/takeover",
            "request 1>  response 1<  message 8>  message 8<  control 1>  control 1<  end "
            "automatic 1<");
        add("ws-deflate.pcapng", "c2", "/declined",
            "request 1>  response 1<  message 8>  message 8<  control 1>  control 1<  end "
            "automatic 1<");
        add("python-websockets.pcap", "c0", "/shop",
            "request 1>  response 1<  message 7>  message 6<  control 1>  control automatic 2>  "
            "control 2<  control automatic 1<  end automatic 1<");
        add("nginx-proxy.pcapng", "c0", "/misconfigured",
            "request 1>  response 1<  end automatic 1<");
        add("nginx-proxy.pcapng", "c2", "/live",
            "request 1>  response 1<  message 3>  message 4<  control 2>  control 2<  "
            "end automatic 1<");
        add("socketio4-websocket.pcapng", "s0", "/socket.io/",
            "control 1>  control 1<  engine 1<  socket 8>  socket 6<  end automatic 1<");
        add("socketio4-websocket.pcapng", "c1", "/socket.io/",
            "control 1>  control 1<  engine 1<  socket 5>  socket 5<  end automatic 1<");
        add("socketio4-polling-upgrade.pcapng", "s0", "/socket.io/",
            "control 1>  control 1<  engine automatic 2>  engine 1<  engine automatic 1<  "
            "socket 8>  socket 6<  end automatic 1<");
        add("socketio2-websocket.pcap", "s0", "/socket.io/",
            "control automatic 1>  control 1<  engine 1<  socket 12>  socket 11<  end automatic "
            "1<");
        add("socketio2-polling-upgrade.pcap", "s0", "/socket.io/",
            "control automatic 1>  control 1<  engine automatic 2>  engine 1<  engine automatic 2< "
            " socket 12>  socket 11<  end automatic 1<");
        add("socketio-heartbeats.pcap.gz", "s0", "/socket.io/",
            "control 1>  control 1<  engine automatic 3>  engine 1<  engine automatic 3<  "
            "socket 5>  socket 1<  end automatic 1<");
        add("socketio-heartbeats.pcap.gz", "s1", "/socket.io/",
            "control 1>  control 1<  engine automatic 3>  engine 1<  engine automatic 3<  "
            "socket 4>  socket 1<  end automatic 1<");
        add("chromium-socketio4.pcapng", "s0", "/socket.io/",
            "control 1>  control 1<  engine automatic 2>  engine 1<  engine automatic 2<  socket "
            "6>  socket 5<  end automatic 1<");
    }

    void countsStepsOfSamples() {
        QFETCH(QString, file);
        QFETCH(QString, what);
        QFETCH(QString, steps);
        QFETCH(QString, target);
        const auto session = test::openSession(sample(file.toUtf8().constData()));
        QVERIFY(session != nullptr);
        const Plan plan = planFor(*session, what.toStdString());
        QCOMPARE(QString::fromStdString(countsOf(plan)), steps);
        QCOMPARE(QString::fromStdString(plan.target), target);
        QVERIFY(plan.remarks.empty());
        for (std::size_t i = 0; i < plan.steps.size(); ++i) {
            const Step& step = plan.steps[i];
            QCOMPARE(step.number, i);
            QVERIFY(!step.label.empty());
            QVERIFY(step.timeNs >= 0);
            QVERIFY(step.firstRow <= step.row);
            if (step.answers) QVERIFY(*step.answers < i);
        }
    }

    /// Everything that can be chosen has a plan, or a sentence that says why not.
    void everyConnectionHasAPlanOrAReason() {
        const QDir folder(QString(FRAMESCOPE_SOURCE_DIR) + "/samples");
        std::size_t plans = 0;
        for (const QString& name : folder.entryList({"*.pcap*"})) {
            const auto session = test::openSession(folder.filePath(name).toStdString());
            QVERIFY(session != nullptr);
            for (ConnectionId id = 0; id < session->connectionCount(); ++id) {
                ReplayOptions options;
                options.connection = id;
                const auto plan = planOf(*session, options);
                QVERIFY(plan || plan.error().sentence.ends_with('.'));
                plans += plan ? 1 : 0;
            }
        }
        QVERIFY(plans > 20);
    }

    void keepsWhatTheHandshakeAskedFor() {
        const auto session = test::openSession(sample("ws-deflate.pcapng"));
        const Plan plan = planFor(*session, "c1");
        const client::HandshakeDraft& handshake = plan.client.handshake;
        QCOMPARE(handshake.extensions.size(), std::size_t{1});
        QVERIFY(handshake.extensions.front().starts_with("permessage-deflate"));
        for (const auto& edit : handshake.edits) {
            QVERIFY(!edit.name.starts_with("Sec-WebSocket-"));
            QVERIFY(edit.name != "Host");
        }
        const auto echo = test::openSession(sample("ws-echo.pcap"));
        QCOMPARE(planFor(*echo, "c0").client.handshake.subprotocols.size(), std::size_t{1});
    }

    void keepsFragmentsOfCompressedMessages() {
        const auto session = test::openSession(sample("ws-deflate.pcapng"));
        const Plan plan = planFor(*session, "c0");
        const Step* fragmented = nullptr;
        for (const Step& step : plan.steps) {
            if (step.frames.size() > 1) fragmented = &step;
        }
        QVERIFY(fragmented != nullptr);
        QVERIFY(fragmented->compressed);
        QCOMPARE(fragmented->frames.size(), std::size_t{3});
        std::uint64_t size = 0;
        for (const StepFrame& frame : fragmented->frames) {
            QVERIFY(frame.size > 0);
            size += frame.size;
        }
        QCOMPARE(size, std::uint64_t{fragmented->bytes.size()});
    }

    void acknowledgementsNameTheirEvents() {
        const auto session = test::openSession(sample("socketio4-websocket.pcapng"));
        for (const char* const what : {"s0", "s1"}) {
            const Plan plan = planFor(*session, what);
            std::size_t acks = 0;
            for (const Step& step : plan.steps) {
                if (step.kind != StepKind::SocketIo || step.socketType != socketio::PacketType::Ack)
                    continue;
                ++acks;
                QVERIFY(step.answers.has_value());
                QCOMPARE(plan.steps[*step.answers].id, step.id);
                QVERIFY(plan.steps[*step.answers].direction != step.direction);
            }
            QVERIFY(acks > 0);
        }
    }

    void saysWayAndRevision_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("what");
        QTest::addColumn<int>("revision");
        QTest::addColumn<bool>("polls");
        QTest::addRow("4 websocket") << "socketio4-websocket.pcapng"
                                     << "s0" << 4 << false;
        QTest::addRow("4 upgrade") << "socketio4-polling-upgrade.pcapng"
                                   << "s0" << 4 << true;
        QTest::addRow("2 websocket") << "socketio2-websocket.pcap"
                                     << "s0" << 3 << false;
        QTest::addRow("2 upgrade") << "socketio2-polling-upgrade.pcap"
                                   << "s0" << 3 << true;
        QTest::addRow("browser") << "chromium-socketio4.pcapng"
                                 << "s0" << 4 << true;
    }

    void saysWayAndRevision() {
        QFETCH(QString, file);
        QFETCH(QString, what);
        QFETCH(int, revision);
        QFETCH(bool, polls);
        using Way = client::EngineIoOptions::Way;
        const auto session = test::openSession(sample(file.toUtf8().constData()));
        const Plan plan = planFor(*session, what.toStdString());
        QCOMPARE(int{plan.client.engineIo.revision}, revision);
        QVERIFY(plan.client.engineIo.way == (polls ? Way::PollingThenUpgrade : Way::WebSocketOnly));
        QCOMPARE(plan.client.engineIo.path, std::string("/socket.io/"));
    }

    void refusesWhatIsNotThere() {
        const auto session = test::openSession(sample("ws-echo.pcap"));
        ReplayOptions options;
        QCOMPARE(planOf(*session, options).error().sentence,
                 std::string("Either a connection or a session of Engine.IO is to be replayed."));
        options.connection = 7;
        QCOMPARE(planOf(*session, options).error().sentence,
                 std::string("There is no connection 7 in the capture."));
        options.connection.reset();
        options.engineSession = 0;
        QCOMPARE(planOf(*session, options).error().sentence,
                 std::string("There is no session 0 of Engine.IO in the capture."));
        const Session empty(nullptr);
        QVERIFY(!planOf(empty, options));
    }
};

QTEST_APPLESS_MAIN(TestReplayPlan)
#include "test_replay_plan.moc"
