// The books of a replay without any connection: what is paired, counted and told, lateness,
// sentences, and both forms of the report. And the schedule: what waits for what.
#include <nlohmann/json.hpp>

#include <QtTest>

#include "capture/replay/http_answers.h"
#include "capture/replay/ledger.h"
#include "capture/replay/report_text.h"
#include "capture/replay/schedule.h"
#include "dissector/payload/utf8.h"

using namespace framescope;
using namespace framescope::replay;

namespace {

constexpr std::int64_t kMs = 1'000'000;

/// ">text" is said by us, "<text" by the server, every 10 ms; "4"-texts of Socket.IO behind "s".
Plan planOf(const std::vector<std::string>& lines) {
    Plan plan;
    for (const std::string& line : lines) {
        Step step;
        step.number = plan.steps.size();
        step.row = step.firstRow = static_cast<RecordId>(step.number);
        step.direction = line[0] == '>' ? Direction::ClientToServer : Direction::ServerToClient;
        step.timeNs = static_cast<std::int64_t>(step.number) * 10 * kMs;
        step.text = true;
        step.opcode = 1;
        const bool socket = line[1] == 's';
        const ByteView bytes = asBytes(std::string_view(line).substr(socket ? 2 : 1));
        step.bytes.assign(bytes.begin(), bytes.end());
        step.label = asText(bytes);
        if (socket) {
            step.kind = StepKind::SocketIo;
            const auto packet = readSocketPacket(step.bytes, true);
            step.socketType = packet->type;
            step.nsp = packet->nsp;
            step.id = packet->id;
        }
        plan.steps.push_back(std::move(step));
    }
    return plan;
}

Answer message(std::string_view text, std::int64_t timeNs) {
    Answer answer;
    answer.text = true;
    answer.opcode = 1;
    const ByteView bytes = asBytes(text);
    answer.bytes.assign(bytes.begin(), bytes.end());
    answer.label = text;
    answer.timeNs = timeNs;
    return answer;
}

Comparison comparison() {
    return Comparison(std::move(*IgnoredPaths::parse({})));
}

/// "sent same missing ...", in the order of the lines.
QString outcomes(const Report& report) {
    QStringList names;
    for (const Line& line : report.lines) {
        const std::string_view name = outcomeName(line.outcome);
        names << QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
    }
    return names.join(' ');
}

}  // namespace

class TestLedger : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatBrokeTheProtocolIsTheAnswer() {
        const Plan plan = planOf({">a", "<A", ">b", "<B", "<C"});
        Ledger ledger(plan, comparison(), {});
        ledger.sent(0, 0, "a");
        QVERIFY(ledger.received(message("A", 1 * kMs)));
        ledger.sent(2, 2 * kMs, "b");
        ledger.broken("The peer broke it.", 3 * kMs);
        ledger.broken("The peer broke it again.", 4 * kMs);
        ledger.finish();
        const Report report = ledger.report();
        QCOMPARE(outcomes(report), "sent same sent different missing");
        QCOMPARE(report.different, std::size_t{1});
        QCOMPARE(report.missing, std::size_t{1});
        const Line& line = report.lines[3];
        QCOMPARE(line.replayed, std::string("The peer broke it."));
        QCOMPARE(line.replayedNs, 3 * kMs);
        const std::vector<Difference> wanted = {{"protocol", "B", "The peer broke it."}};
        QVERIFY(line.differences == wanted);
        QCOMPARE(report.sentence,
                 std::string("3 answers: 1 the same, 1 different, 1 missing. Where \"B\" was "
                             "recorded, the protocol was broken: The peer broke it."));
    }

    /// All answers are there, and then comes something that is none.
    void whatBreaksTheProtocolAtLastIsExtra() {
        const Plan plan = planOf({">a", "<A"});
        Ledger ledger(plan, comparison(), {});
        ledger.sent(0, 0, "a");
        QVERIFY(ledger.received(message("A", 1 * kMs)));
        ledger.broken("The peer broke it.", 3 * kMs);
        ledger.finish();
        const Report report = ledger.report();
        QCOMPARE(outcomes(report), "sent same extra");
        QCOMPARE(static_cast<int>(report.verdict), static_cast<int>(Verdict::Different));
        QCOMPARE(report.lines.back().replayed, std::string("The peer broke it."));
    }

    /// What is received is called as rows call it.
    void linesOfMessages() {
        Answer answer = message("text", 0);
        QCOMPARE(lineOf(answer), std::string("text"));
        answer.text = false;
        answer.bytes.assign(300'000, 7);
        QCOMPARE(lineOf(answer), "binary  " + byteCountText(300'000));
        answer.bytes.clear();
        QCOMPARE(lineOf(answer), "binary  " + byteCountText(0));
    }

    void pairsAndCounts() {
        const Plan plan = planOf({">a", "<A", ">b", "<B", "<C"});
        Ledger ledger(plan, comparison(), {});
        ledger.sent(0, 0, "a");
        QVERIFY(!ledger.isAnswered(1));
        ledger.received(message("A", 1));
        QVERIFY(ledger.isAnswered(1));
        ledger.received(message("news", 2));
        ledger.sent(2, 3, "b");
        ledger.received(message("B", 4));
        const Report running = ledger.report();
        QCOMPARE(outcomes(running), "sent same extra sent same missing");
        ledger.received(message("X", 5));
        ledger.finish();
        const Report report = ledger.report();
        QCOMPARE(outcomes(report), "sent same extra sent same different");
        QCOMPARE(report.same, std::size_t{2});
        QCOMPARE(report.different, std::size_t{1});
        QCOMPARE(report.extra, std::size_t{1});
        QCOMPARE(static_cast<int>(report.verdict), static_cast<int>(Verdict::Different));
        QCOMPARE(report.sentence,
                 std::string("3 answers: 2 the same, 1 different, 1 extra. The first that is extra "
                             "is \"news\"."));
    }

    void saysThatAllIsTheSame() {
        const Plan plan = planOf({">a", "<A"});
        Ledger ledger(plan, comparison(), {});
        ledger.sent(0, 0, "a");
        ledger.received(message("A", 1));
        ledger.finish();
        QCOMPARE(ledger.report().sentence, std::string("1 answer, the same."));
        QCOMPARE(static_cast<int>(ledger.report().verdict), static_cast<int>(Verdict::Same));
    }

    void whatWasNotSentIsNoSuccess() {
        const Plan plan = planOf({">a", "<A", ">b"});
        Ledger ledger(plan, comparison(), {});
        ledger.sent(0, 0, "a");
        ledger.received(message("A", 1));
        ledger.notSent(2, "The connection had ended.");
        ledger.finish();
        const Report report = ledger.report();
        QCOMPARE(static_cast<int>(report.verdict), static_cast<int>(Verdict::Different));
        QCOMPARE(report.sentence, std::string("1 answer: 1 the same, 1 step of ours not sent."));
        QCOMPARE(report.lines[2].replayed, std::string("The connection had ended."));
    }

    void failureHasTheWord() {
        const Plan plan = planOf({">a", "<A"});
        Ledger ledger(plan, comparison(), {});
        ledger.finish();
        const Report report = ledger.report("Nobody listens.");
        QCOMPARE(static_cast<int>(report.verdict), static_cast<int>(Verdict::Failed));
        QCOMPARE(report.sentence, std::string("Nobody listens."));
    }

    /// What comes before it could be due waits, and is the answer after all.
    void earlyAnswersFindTheirStep() {
        const Plan plan = planOf({">a", "<A", ">b", "<B"});
        Ledger ledger(plan, comparison(), {});
        ledger.sent(0, 0, "a");
        ledger.received(message("A", 1));
        ledger.received(message("B", 1));
        QVERIFY(!ledger.isAnswered(3));
        ledger.sent(2, 2, "b");
        QVERIFY(ledger.isAnswered(3));
    }

    void latenessCountsFromOurLastStep() {
        const Plan plan = planOf({">a", "<A", ">b", "<B"});
        Ledger ledger(plan, comparison(), std::chrono::milliseconds(50));
        ledger.sent(0, 0, "a");
        ledger.received(message("A", 65 * kMs));  // 55 ms later than recorded
        ledger.sent(2, 100 * kMs, "b");
        ledger.received(message("B", 150 * kMs));  // 40 ms
        ledger.finish();
        const Report report = ledger.report();
        QCOMPARE(outcomes(report), "sent different sent same");
        QVERIFY(report.lines[1].late);
        QVERIFY(report.lines[1].differences.empty());
        QVERIFY(report.sentence.ends_with("The first that came late is \"A\"."));
    }

    void namespacesHaveOrdersOfTheirOwn() {
        const Plan plan = planOf({"<s2[\"a\",1]", "<s2/x,[\"b\",1]", "<s2[\"a\",2]"});
        Ledger ledger(plan, comparison(), {});
        const auto packet = [](std::string_view text) {
            Answer answer = message(text, 0);
            answer.kind = StepKind::SocketIo;
            answer.socket = readSocketPacket(answer.bytes, true);
            return answer;
        };
        ledger.received(packet("2/x,[\"b\",1]"));
        ledger.received(packet("2[\"a\",1]"));
        ledger.received(packet("2[\"a\",2]"));
        ledger.finish();
        QCOMPARE(outcomes(ledger.report()), "same same same");
    }

    void newSidsAreExpected() {
        const Plan plan =
            planOf({"<s0{\"sid\":\"old-socket\"}", "<s2[\"you\",\"old-socket\",\"old-session\"]"});
        Ledger ledger(plan, comparison(), {});
        ledger.equate("old-session", "new-session");
        const auto packet = [](std::string_view text) {
            Answer answer = message(text, 0);
            answer.kind = StepKind::SocketIo;
            answer.socket = readSocketPacket(answer.bytes, true);
            return answer;
        };
        ledger.received(packet("0{\"sid\":\"new-socket\"}"));
        ledger.received(packet("2[\"you\",\"new-socket\",\"new-session\"]"));
        ledger.finish();
        QCOMPARE(outcomes(ledger.report()), "same same");
    }

    void writesTextAndJson() {
        const Plan plan = planOf({">a", "<{\"n\":1}", "<gone"});
        Ledger ledger(plan, comparison(), {});
        ledger.sent(0, 0, "a");
        ledger.received(message("{\"n\":2}", 12 * kMs));
        ledger.finish();
        const Report report = ledger.report();
        QCOMPARE(reportText(report, 60),
                 std::string(">    0.000 > a                     0.000 > a\n"
                             "~    0.010 < {\"n\":1}               0.012 < {\"n\":2}\n"
                             "             $.n: 1, now 2\n"
                             "-    0.020 < gone                          missing\n") +
                     report.sentence + "\n");
        const auto json = nlohmann::json::parse(reportJson(report));
        QCOMPARE(json["verdict"].get<std::string>(), std::string("different"));
        QCOMPARE(json["lines"].size(), std::size_t{3});
        QCOMPARE(json["lines"][1]["differences"][0]["path"].get<std::string>(), std::string("$.n"));
        QCOMPARE(json["lines"][2]["outcome"].get<std::string>(), std::string("missing"));
    }

    /// A server that talks without end: its answers are kept as far as the books go.
    void keepsNoMoreThanItsMemory() {
        const Plan plan = planOf({">a", "<A"});
        Ledger ledger(plan, comparison(), {}, 1U << 20);
        ledger.sent(0, 0, "a");
        const std::string large(100'000, 'x');
        std::size_t kept = 0;
        while (kept < 100 && ledger.received(message(large, 1))) ++kept;
        QVERIFY(kept > 2 && kept < 6);  // its label is as long
        QVERIFY(!ledger.received(message("A", 2)));
        ledger.finish();
        QCOMPARE(ledger.report().lines.size(), 2 + ledger.extras());
        Ledger small(plan, comparison(), {}, 1U << 20);
        kept = 0;
        while (kept < 10'000 && small.received(message("", 1))) ++kept;
        QVERIFY2(kept < 2'000, "answers without bytes take memory, too");
    }

    void countsWhatIsAnswered() {
        const Plan plan = planOf({">a", "<A", ">b", "<B", "<C"});
        Ledger ledger(plan, comparison(), {});
        ledger.sent(0, 0, "a");
        ledger.received(message("news", 1));
        ledger.received(message("A", 1));
        QCOMPARE(ledger.answered(), std::size_t{1});
        ledger.sent(2, 3, "b");
        ledger.received(message("B", 4));
        QCOMPARE(ledger.answered(), std::size_t{2});
        ledger.finish();
        QCOMPARE(ledger.answered(), std::size_t{2});
        QCOMPARE(ledger.extras(), std::size_t{1});
    }

    void tooLargeABodyIsAFault_data() {
        QTest::addColumn<QByteArray>("head");
        QTest::addColumn<QByteArray>("between");
        const QByteArray start = "HTTP/1.1 200 OK\r\n";
        QTest::newRow("length") << start + "Content-Length: 100000000\r\n\r\n" << QByteArray();
        QTest::newRow("chunked") << start + "Transfer-Encoding: chunked\r\n\r\n"
                                 << QByteArray("80000\r\n");
        QTest::newRow("until close") << start + "\r\n" << QByteArray();
        QTest::newRow("event") << start + "Content-Type: text/event-stream\r\n\r\ndata: "
                               << QByteArray();
        QTest::newRow("event in chunks")
            << start +
                   "Content-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
                   "6\r\ndata: \r\n"
            << QByteArray("80000\r\n");
    }

    void tooLargeABodyIsAFault() {
        QFETCH(QByteArray, head);
        QFETCH(QByteArray, between);
        HttpAnswers reader;
        reader.asked("GET");
        std::vector<Answer> answers;
        const auto feed = [&](const QByteArray& bytes) {
            reader.feed(asBytes({bytes.constData(), static_cast<std::size_t>(bytes.size())}),
                        answers);
        };
        feed(head);
        const QByteArray part =
            between + QByteArray(0x80000, 'x') + (between.isEmpty() ? "" : "\r\n");
        for (int i = 0; i < 200 && reader.fault().empty(); ++i) feed(part);
        QVERIFY(reader.fault().find("too large to be compared") != std::string::npos);
        const std::size_t told = answers.size();
        feed(head);
        reader.end(answers);
        QCOMPARE(answers.size(), told);
    }

    void headsMayComeByteByByte() {
        HttpAnswers reader;
        reader.asked("GET");
        reader.asked("GET");
        std::vector<Answer> answers;
        const std::string_view text =
            "HTTP/1.1 100 Continue\r\n\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab"
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
        for (std::size_t i = 0; i < text.size(); ++i) {
            reader.feed(asBytes(text.substr(i, 1)), answers);
        }
        QCOMPARE(reader.fault(), std::string());
        QCOMPARE(answers.size(), std::size_t{2});
        QCOMPARE(answers[0].bytes.size(), std::size_t{2});
        QCOMPARE(answers[1].head->status, std::uint16_t{404});
        HttpAnswers endless;
        endless.asked("GET");
        endless.feed(asBytes("HTTP/1.1 200 OK\r\n"), answers);
        const std::string line = "X: " + std::string(50'000, 'x') + "\r\n";
        for (int i = 0; i < 6; ++i) endless.feed(asBytes(line), answers);
        QCOMPARE(endless.fault(), std::string("The head of the server's answer is too long."));
    }

    /// A body that cannot be decoded is another one than what came out of it.
    void brokenCodingsDiffer() {
        const auto answer = [](std::string_view head, std::string_view body) {
            HttpAnswers reader;
            reader.asked("GET");
            std::vector<Answer> answers;
            const std::string text = "HTTP/1.1 200 OK\r\n" + std::string(head) +
                                     "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                                     std::string(body);
            reader.feed(asBytes(text), answers);
            return answers.at(0);
        };
        const Answer plain = answer("", "");
        const Answer broken = answer("Content-Encoding: gzip\r\n", "this is not gzip");
        QCOMPARE(plain.codingFault, std::string());
        QVERIFY(!broken.codingFault.empty());
        const auto differences = comparison().compare(plain, broken);
        QVERIFY(!differences.empty());
        QCOMPARE(differences.front().path, std::string("coding"));
        QCOMPARE(differences.front().received, broken.codingFault);
        QVERIFY(comparison().compare(broken, broken).empty());
        // The first bytes of a gzip body, of which the rest never came.
        const Answer cut = answer("Content-Encoding: gzip\r\n",
                                  std::string_view("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10));
        QCOMPARE(cut.codingFault, std::string("ends too early"));
        QCOMPARE(comparison().compare(plain, cut).size(), std::size_t{1});
    }

    void schedulesWhatWaits() {
        Plan plan =
            planOf({"<s0{\"sid\":\"x\"}", ">s2[\"a\"]", "<s21[\"q\"]", ">s31[\"r\"]", ">s1"});
        plan.speaks = client::Speaks::EngineIo;
        plan.steps[3].answers = 2;
        const std::vector<Piece> schedule = scheduleOf(plan);
        QCOMPARE(schedule.size(), std::size_t{3});
        QCOMPARE(schedule[0].needs, (std::vector<std::size_t>{0}));
        QVERIFY(!schedule[0].needsAll);
        QCOMPARE(schedule[1].needs, (std::vector<std::size_t>{2, 0}));
        QCOMPARE(schedule[1].before, std::size_t{3});
        QVERIFY(schedule[2].needsAll);  // what ends a conversation
    }

    void schedulesFramesWithControlsInBetween() {
        Plan plan = planOf({">abc", "<pong", ">def"});
        plan.steps[0].row = 4;
        plan.steps[0].frames = {{{}, 0, 0, 1}, {{}, 2, 5, 1}, {{}, 4, 9, 1}};
        Step ping;
        ping.kind = StepKind::Control;
        ping.opcode = 9;
        ping.row = ping.firstRow = 1;
        plan.steps.insert(plan.steps.begin(), ping);
        plan.steps[2].row = 3;  // answered before the last fragment
        plan.steps[3].row = 6;
        std::ranges::sort(plan.steps, {}, &Step::row);
        for (std::size_t i = 0; i < plan.steps.size(); ++i) plan.steps[i].number = i;
        const std::vector<Piece> schedule = scheduleOf(plan);
        QStringList order;
        for (const Piece& piece : schedule) {
            order << QString("%1%2:%3")
                         .arg(piece.step)
                         .arg(piece.frame ? QString(".%1").arg(*piece.frame) : QString())
                         .arg(piece.before);
        }
        QCOMPARE(order.join(' '), "2.0:0 0:0 2.1:1 2.2:3 3:3");
    }
};

QTEST_APPLESS_MAIN(TestLedger)
#include "test_ledger.moc"
