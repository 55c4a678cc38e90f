// Two answers side by side: what counts as different, and how its place is named.
#include <QtTest>

#include "capture/replay/comparison.h"

using namespace framescope;
using namespace framescope::replay;

namespace {

Bytes bytesOf(std::string_view text) {
    const ByteView bytes = asBytes(text);
    return {bytes.begin(), bytes.end()};
}

Answer message(std::string_view text, bool isText = true) {
    Answer answer;
    answer.kind = StepKind::Message;
    answer.text = isText;
    answer.opcode = isText ? 1 : 2;
    answer.bytes = bytesOf(text);
    return answer;
}

Answer packet(std::string_view text, std::vector<Bytes> attachments = {}) {
    Answer answer;
    answer.kind = StepKind::SocketIo;
    answer.text = true;
    answer.bytes = bytesOf(text);
    answer.socket = readSocketPacket(answer.bytes, true);
    answer.attachments = std::move(attachments);
    return answer;
}

Answer response(std::string_view text) {
    Step step;
    step.kind = StepKind::HttpResponse;
    step.direction = Direction::ServerToClient;
    step.bytes = bytesOf(text);
    return answerOf(step, 0, "GET");
}

Answer streamEvent(std::string_view unit) {
    Answer answer;
    answer.kind = StepKind::Event;
    answer.text = true;
    answer.bytes = bytesOf(unit);
    return answer;
}

Answer close(std::string_view payload) {
    Answer answer;
    answer.kind = StepKind::Control;
    answer.opcode = 8;
    answer.bytes = bytesOf(payload);
    return answer;
}

/// "$[1].id: 1 | 2", one a difference.
QString listed(const std::vector<Difference>& differences) {
    std::string text;
    for (const Difference& each : differences) {
        if (!text.empty()) text += "; ";
        text += each.path + ": " + each.recorded + " | " + each.received;
    }
    return QString::fromStdString(text);
}

QString compared(const Answer& recorded, const Answer& received,
                 const std::vector<std::string>& ignored = {}) {
    auto paths = IgnoredPaths::parse(ignored);
    if (!paths) return QString::fromStdString(paths.error().sentence);
    return listed(Comparison(std::move(*paths)).compare(recorded, received));
}

Comparison plain() {
    return Comparison(std::move(*IgnoredPaths::parse({})));
}

}  // namespace

class TestComparison : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void comparesText_data() {
        QTest::addColumn<QString>("recorded");
        QTest::addColumn<QString>("received");
        QTest::addColumn<QString>("differences");
        const auto add = [](const char* recorded, const char* received, const char* differences) {
            QTest::addRow("%s", recorded) << recorded << received << differences;
        };
        add("hello", "hello", "");
        add("hello", "hallo", "character 2: hello | hallo");
        add("Grüße", "Grüsse", "character 4: Grüße | Grüsse");
        add("hello", "hello you", "character 6: hello⏹ | hello you");
        add(R"({"a":1,"b":2})", R"({"b":2,"a":1})", "");
        add(R"({"a":1})", R"({"a":1.0})", "");
        add(R"({"a":1})", R"({"a":2})", "$.a: 1 | 2");
        add(R"({"a":1})", R"({"a":"1"})", R"($.a: 1 | "1")");
        add(R"({"a":1,"b":null})", R"({"a":1})", "$.b: null | nothing");
        add(R"({"a":1})", R"({"a":1,"b c":[]})", R"($["b c"]: nothing | [])");
        add("[1,2,3]", "[1,2]", "$: 3 elements | 2 elements");
        add("[1,2,3]", "[1,5,3,4]", "$: 3 elements | 4 elements; $[1]: 2 | 5");
        add(R"([{"u":{"id":7}}])", R"([{"u":{"id":8}}])", "$[0].u.id: 7 | 8");
        add("[1]", "[1", "character 3: [1] | [1⏹");
        add("12345678901234567890", "12345678901234567891",
            "$: 12345678901234567890 | 12345678901234567891");
    }

    void comparesText() {
        QFETCH(QString, recorded);
        QFETCH(QString, received);
        QFETCH(QString, differences);
        QCOMPARE(compared(message(recorded.toStdString()), message(received.toStdString())),
                 differences);
    }

    void comparesBytes() {
        using namespace std::string_view_literals;
        QCOMPARE(compared(message("\x01\x02\x03"sv, false), message("\x01\x02\x03"sv, false)), "");
        QCOMPARE(compared(message("\x01\x02\x03"sv, false), message("\x01\xff\x03"sv, false)),
                 "byte 2: 0x02 | 0xff");
        QCOMPARE(compared(message("\x01\x02"sv, false), message("\x01\x02\x03"sv, false)),
                 "byte 3: nothing | 0x03; length: 2 bytes | 3 bytes");
        QCOMPARE(compared(message("a", true), message("a", false)), "opcode: text | binary");
    }

    void comparesSocketPackets_data() {
        QTest::addColumn<QString>("recorded");
        QTest::addColumn<QString>("received");
        QTest::addColumn<QString>("differences");
        const auto add = [](const char* recorded, const char* received, const char* differences) {
            QTest::addRow("%s", recorded) << recorded << received << differences;
        };
        add(R"(2["a",{"user":{"id":1}}])", R"(2["a",{"user":{"id":2}}])", "$[0].user.id: 1 | 2");
        add(R"(2["a"])", R"(2["b"])", "event: a | b");
        add(R"(2/x,5["a",1])", R"(2/x,9["a",1])", "");
        add(R"(25["a",1])", R"(2["a",1])",
            "acknowledgement: an acknowledgement is asked for | nothing is asked for");
        add(R"(34[1])", R"(34[2])", "$[0]: 1 | 2");
        add(R"(0{"sid":"abc"})", R"(0{"sid":"xyz"})", "");
        add(R"(0{"sid":"abc","x":1})", R"(0{"sid":"xyz","x":2})", "$.x: 1 | 2");
        add(R"(4{"message":"no"})", R"(0{"sid":"abc"})",
            R"(type: CONNECT_ERROR | CONNECT; $.message: "no" | nothing; $.sid: nothing | "abc")");
    }

    void comparesSocketPackets() {
        QFETCH(QString, recorded);
        QFETCH(QString, received);
        QFETCH(QString, differences);
        QCOMPARE(compared(packet(recorded.toStdString()), packet(received.toStdString())),
                 differences);
    }

    void comparesAttachments() {
        const std::string_view text = R"(51-["f",{"_placeholder":true,"num":0}])";
        QCOMPARE(compared(packet(text, {{1, 2}}), packet(text, {{1, 2}})), "");
        QCOMPARE(compared(packet(text, {{1, 2}}), packet(text, {{1, 3}})),
                 "attachment[0], byte 2: 0x02 | 0x03");
        QCOMPARE(compared(packet(text, {{1, 2}}), packet(text, {})), "attachments: 1 | 0");
    }

    void comparesEventsOfStreams() {
        QCOMPARE(compared(streamEvent("event: price\nid: 1\ndata: {\"p\":1}\n\n"),
                          streamEvent("id:1\r\nevent:price\r\ndata: {\"p\": 1}\r\n\r\n")),
                 "");
        QCOMPARE(compared(streamEvent("event: price\nid: 1\ndata: {\"p\":1}\n\n"),
                          streamEvent("event: price\nid: 2\ndata: {\"p\":2}\n\n")),
                 "id: 1 | 2; $.p: 1 | 2");
        QCOMPARE(
            compared(streamEvent("event: price\nid: 1\ndata: {\"p\":1}\n\n"),
                     streamEvent("event: price\nid: 2\ndata: {\"p\":2}\n\n"), {"id", "price.p"}),
            "");
    }

    void comparesCloses() {
        using namespace std::string_view_literals;
        QCOMPARE(compared(close("\x03\xe8"sv), close("\x03\xe8"sv)), "");
        QCOMPARE(compared(close("\x03\xe8gone"sv), close("\x03\xe9"sv)),
                 "code: 1000 | 1001; reason: gone | ");
        QCOMPARE(compared(close(""), close("\x03\xe8"sv)), "code: nothing | 1000");
    }

    void comparesResponses() {
        const Answer recorded = response(
            "HTTP/1.1 200 OK\r\nDate: Monday\r\nContent-Type: text/plain\r\nX-Build: 7\r\n"
            "Content-Length: 5\r\n\r\nhello");
        QCOMPARE(
            compared(recorded,
                     response("HTTP/1.1 200 OK\r\nDate: Tuesday\r\nTransfer-Encoding: chunked\r\n"
                              "content-type: text/plain\r\nx-build: 7\r\n\r\n"
                              "5\r\nhello\r\n0\r\n\r\n")),
            "");
        const Answer other = response(
            "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nX-Build: 8\r\n"
            "Content-Length: 5\r\n\r\nhullo");
        QCOMPARE(compared(recorded, other, {"header:x-build"}),
                 "status: 200 | 404; header:Content-Type: text/plain | text/html; "
                 "character 2: hello | hullo");
    }

    void ignoresWhatIsNamed_data() {
        QTest::addColumn<QString>("expression");
        QTest::addColumn<QString>("differences");
        const auto add = [](const char* expression, const char* differences) {
            QTest::addRow("%s", expression) << expression << differences;
        };
        add("$[0].id", "$[0].t: 3 | 4; $[1][0].id: 5 | 6");
        add("$..id", "$[0].t: 3 | 4");
        add("$[0]", "$[1][0].id: 5 | 6");
        add("$[0].*", "$[1][0].id: 5 | 6");
        add("$[*][*].id", "$[0].id: 1 | 2; $[0].t: 3 | 4");
        add("move[0]", "$[1][0].id: 5 | 6");
        add("\"move\"[0][\"t\"]", "$[0].id: 1 | 2; $[1][0].id: 5 | 6");
        add("other[0]", "$[0].id: 1 | 2; $[0].t: 3 | 4; $[1][0].id: 5 | 6");
        add("move", "");
        add("$", "");
    }

    void ignoresWhatIsNamed() {
        QFETCH(QString, expression);
        QFETCH(QString, differences);
        QCOMPARE(
            compared(packet(R"(2["move",{"id":1,"t":3},[{"id":5}]])"),
                     packet(R"(2["move",{"id":2,"t":4},[{"id":6}]])"), {expression.toStdString()}),
            differences);
    }

    void saysWhatItCannotIgnore_data() {
        QTest::addColumn<QString>("expression");
        QTest::addColumn<QString>("why");
        const auto add = [](const char* expression, const char* why) {
            QTest::addRow("%s", expression) << expression << why;
        };
        add("", "it is empty, at character 1");
        add("$.", "a member's name is expected here, at character 3");
        add("$[x]", "a number, * or a name in quotes is expected here, at character 3");
        add("$[1", "] is expected here, at character 4");
        add("$id", ". or [ is expected here, at character 2");
        add("header:a b", "a header's name is expected here, at character 8");
        add("\"open", "the quotation mark is not closed, at character 1");
        add("foo bar", "a name without quotes ends here, at character 4");
        add("foo bar[0].id", "a name without quotes ends here, at character 4");
        add("status,code", "a name without quotes ends here, at character 7");
        add("a*", "a name without quotes ends here, at character 2");
        add("$.time, $.id", "a name without quotes ends here, at character 7");
        add("[0]", "$, an event's name or \"header:\" is expected here, at character 1");
    }

    void saysWhatItCannotIgnore() {
        QFETCH(QString, expression);
        QFETCH(QString, why);
        const auto paths = IgnoredPaths::parse({expression.toStdString()});
        QVERIFY(!paths);
        QCOMPARE(QString::fromStdString(paths.error().sentence),
                 "\"" + expression + "\" cannot be read as what is to be ignored: " + why +
                     ". What can be ignored: $.time, $[1].id or $..ts in JSON, message[0].id or "
                     "message of one event, header:NAME, or what else a difference is called, such "
                     "as status, code, reason, opcode or length; a name with other characters than "
                     "letters, digits and . _ - : / # stands in quotes.");
    }

    void readsWhatCanBeIgnored_data() {
        QTest::addColumn<QString>("expression");
        for (const char* const expression : {"$",           "$.$oid",          "$.a-b",
                                             "$..ts",       "$[\"a b, c\"]",   "message",
                                             "user:join",   "chat/message[0]", "\"my event\"",
                                             "header:Date", "status",          "code",
                                             "reason",      "opcode",          "length",
                                             "coding",      "bytes",           "end",
                                             "attachments", "attachment[0]"}) {
            QTest::addRow("%s", expression) << QString::fromUtf8(expression);
        }
    }

    void readsWhatCanBeIgnored() {
        QFETCH(QString, expression);
        const auto paths = IgnoredPaths::parse({expression.toStdString()});
        QVERIFY2(static_cast<bool>(paths), paths ? "" : paths.error().sentence.c_str());
    }

    void lengthsAndAttachmentsCanBeIgnored() {
        const auto binary = [](std::string_view text) {
            Answer answer = message(text);
            answer.text = false;
            answer.opcode = 2;
            return answer;
        };
        QVERIFY(compared(binary("abc"), binary("abcd")) != "");
        QCOMPARE(compared(binary("abc"), binary("abcd"), {"length"}), "");
        QCOMPARE(compared(binary("abc"), binary("axcd"), {"length"}), "byte 2: 0x62 | 0x78");
        QCOMPARE(compared(binary("abc"), binary("x"), {"bytes"}), "");
        Answer recorded = packet(R"(51-["a",{"_placeholder":true,"num":0}])");
        Answer received = recorded;
        recorded.attachments = {{1, 2}};
        received.attachments = {{1, 3}};
        QVERIFY(compared(recorded, received) != "");
        QCOMPARE(compared(recorded, received, {"attachment[0]"}), "");
    }

    void expectsTheNewSid() {
        Comparison comparison = plain();
        comparison.equate("OLD", "NEW");
        QCOMPARE(listed(comparison.compare(packet(R"(2["you",{"is":"id-OLD"}])"),
                                           packet(R"(2["you",{"is":"id-NEW"}])"))),
                 "");
        QCOMPARE(listed(comparison.compare(message("you are OLD"), message("you are NEW"))), "");
        QCOMPARE(listed(comparison.compare(message("you are OLD"), message("you are OLD"))), "");
        QCOMPARE(listed(comparison.compare(message("you are OLD"), message("you are NIX"))),
                 "character 10: you are NEW | you are NIX");
    }

    void leavesOutOffsetsOfRecovery() {
        Answer recorded = packet(R"(2["a",1,"offset-1"])");
        const Answer received = packet(R"(2["a",1,"offset-2"])");
        QCOMPARE(compared(recorded, received), R"($[1]: "offset-1" | "offset-2")");
        recorded.recoverable = true;
        QCOMPARE(compared(recorded, received), "");
    }

    void survivesDeepJson() {
        const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
        QVERIFY(compared(message(deep), message(deep + " ")) != "");
        QCOMPARE(compared(message(deep), message(deep)), "");
    }

    void tellsCounterparts() {
        const Comparison comparison = plain();
        const auto alike = [&](const Answer& a, const Answer& b) {
            return likeness(comparison.signatureOf(a), comparison.signatureOf(b));
        };
        QCOMPARE(alike(packet(R"(2["a",1])"), packet(R"(2["a",1])")), 1.0);
        QVERIFY(alike(packet(R"(2["a",1])"), packet(R"(2["a",2])")) > kLikely);
        QVERIFY(alike(packet(R"(2["a",1])"), packet(R"(2["b",1])")) < kLikely);
        QVERIFY(alike(packet(R"(2["a",1])"), packet(R"(2["b",1])")) > 0);
        QCOMPARE(alike(packet("31[1]"), packet("32[1]")), 0.0);
        QCOMPARE(alike(packet("31[1]"), packet("31[2]")), 1.0);
        QCOMPARE(alike(message("a"), packet(R"(2["a"])")), 0.0);
        QVERIFY(alike(packet(R"(0{"sid":"a"})"), packet(R"(4{"message":"a"})")) > 0);
    }
};

QTEST_APPLESS_MAIN(TestComparison)
#include "test_comparison.moc"
