// HTTP heads: a case table, fed whole, byte by byte and with bytes behind; recognition; the tree.
#include <QtTest>

#include "dissector/field/field_id.h"
#include "dissector/http/describe.h"
#include "dissector/http/head.h"
#include "dissector/http/start_line.h"
#include "dissector/http/whole_head.h"
#include "tests/support/prefixes.h"
#include "tests/support/tree_text.h"

using namespace framescope;
using namespace framescope::http;
using framescope::test::bytesOf;
using framescope::test::checkPrefixes;
using framescope::test::treeText;

namespace {

auto parse(ByteView bytes) {
    return parseHead(bytes);
}

Head headOf(std::string_view text) {
    return *parseHead(asBytes(text));
}

/// "GET|/a|HTTP/1.1|Host=x;..." or "200|OK|HTTP/1.1|...": malformed parts marked with !.
std::string shortForm(const Head& head) {
    std::string text = head.startLineMalformed ? "!" : "";
    if (head.kind == HeadKind::Request) {
        text += head.method + "|" + head.target + "|" + head.version + "|";
    } else {
        text += std::to_string(head.status) + "|" + head.phrase + "|" + head.version + "|";
    }
    for (const Header& header : head.headers) {
        text += (header.malformed ? "!" : header.name + "=") + header.value + ";";
    }
    return text;
}

}  // namespace

class TestHead : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cases_data() {
        QTest::addColumn<QByteArray>("wire");
        QTest::addColumn<QByteArray>("expected");
        QTest::addColumn<bool>("canonical");
        const auto row = [](const char* name, const char* wire, const char* expected,
                            bool canonical = false) {
            QTest::newRow(name) << QByteArray(wire) << QByteArray(expected) << canonical;
        };
        row("request", "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n", "GET|/a?b|HTTP/1.1|Host=x;", true);
        row("no headers", "GET / HTTP/1.0\r\n\r\n", "GET|/|HTTP/1.0|", true);
        row("response", "HTTP/1.1 200 OK\r\nA: 1\r\nA: 2\r\n\r\n", "200|OK|HTTP/1.1|A=1;A=2;",
            true);
        row("long phrase", "HTTP/1.1 101 Switching Protocols\r\n\r\n",
            "101|Switching Protocols|HTTP/1.1|", true);
        row("no phrase", "HTTP/1.1 204 \r\n\r\n", "204||HTTP/1.1|", true);
        row("no space behind the code", "HTTP/1.1 204\r\n\r\n", "204||HTTP/1.1|");
        row("bare LF", "GET / HTTP/1.1\nHost: x\n\n", "GET|/|HTTP/1.1|Host=x;");
        row("mixed line ends", "GET / HTTP/1.1\r\nHost: x\n\r\n", "GET|/|HTTP/1.1|Host=x;");
        row("empty lines in front", "\r\n\nGET / HTTP/1.1\r\n\r\n", "GET|/|HTTP/1.1|");
        row("white space around values", "GET / HTTP/1.1\r\nA:x\r\nB: \t y \t\r\nC:\r\n\r\n",
            "GET|/|HTTP/1.1|A=x;B=y;C=;");
        row("folded", "GET / HTTP/1.1\r\nA: one\r\n  two\r\n\tthree\r\nB: 1\r\n\r\n",
            "GET|/|HTTP/1.1|A=one two three;B=1;");
        row("fold of nothing", "GET / HTTP/1.1\r\n x: y\r\n\r\n", "GET|/|HTTP/1.1|! x: y;");
        row("no colon", "GET / HTTP/1.1\r\nrubbish\r\nA: 1\r\n\r\n",
            "GET|/|HTTP/1.1|!rubbish;A=1;");
        row("space before the colon", "GET / HTTP/1.1\r\nA : 1\r\n\r\n", "GET|/|HTTP/1.1|!A : 1;");
        row("no name", "GET / HTTP/1.1\r\n: 1\r\n\r\n", "GET|/|HTTP/1.1|!: 1;");
        row("start line of one word", "rubbish\r\nA: 1\r\n\r\n", "!|||A=1;", true);
        row("no version at all", "GET /\r\n\r\n", "!GET|/||", true);
        row("no target", "OPTIONS HTTP/1.1\r\n\r\n", "!OPTIONS||HTTP/1.1|", true);
        row("an empty target", "GET  HTTP/1.1\r\n\r\n", "!GET||HTTP/1.1|", true);
        row("space in the target", "GET /a b HTTP/1.1\r\n\r\n", "!GET|/a b|HTTP/1.1|", true);
        row("no version", "GET / x\r\n\r\n", "!GET|/|x|", true);
        row("bad status", "HTTP/1.1 2x0 OK\r\n\r\n", "!0||HTTP/1.1|", true);
        row("bad version", "HTTP/x 200 OK\r\n\r\n", "!200|OK|HTTP/x|", true);
        row("colons and bytes", "GET / HTTP/1.1\r\nA: b:c\xff\r\n\r\n", "GET|/|HTTP/1.1|A=b:c\xff;",
            true);
        row("CR inside a line", "GET / HTTP/1.1\r\nA: b\rc\r\n\r\n", "GET|/|HTTP/1.1|A=b\rc;",
            true);
    }

    void cases() {
        QFETCH(QByteArray, wire);
        QFETCH(QByteArray, expected);
        QFETCH(bool, canonical);
        const Bytes bytes = bytesOf(wire.toStdString());
        QCOMPARE(checkPrefixes(bytes, parse), std::string());
        const Head head = *parseHead(bytes);
        QCOMPARE(QByteArray::fromStdString(shortForm(head)), expected);
        Bytes encoded;
        ByteWriter writer(encoded);
        encode(head, writer);
        if (canonical) QCOMPARE(asText(encoded), asText(bytes));
        // Ranges are those of the bytes parsed, so what they hold must be the parts.
        const auto at = [&bytes](ByteRange range) {
            return asText(ByteView(bytes).subspan(range.begin, range.size()));
        };
        QCOMPARE(at(head.startLineRange), std::string_view(head.startLine));
        QCOMPARE(at(head.methodRange), std::string_view(head.method));
        QCOMPARE(at(head.targetRange), std::string_view(head.target));
        QCOMPARE(at(head.versionRange), std::string_view(head.version));
        QCOMPARE(at(head.phraseRange), std::string_view(head.phrase));
        for (const Header& header : head.headers) {
            QCOMPARE(at(header.nameRange), std::string_view(header.name));
            if (!header.folded) QCOMPARE(at(header.valueRange), std::string_view(header.value));
        }
        // What was written reads as the same.
        const Head again = *parseHead(encoded);
        QCOMPARE(shortForm(again), shortForm(head));
        Bytes twice;
        ByteWriter second(twice);
        encode(again, second);
        QVERIFY(*parseHead(twice) == again);
    }

    /// One byte of the empty line was damaged: the head ends there where nothing goes on.
    void damagedEnd() {
        const std::string head = "GET /a HTTP/1.1\r\nHost: h\r\nX: y\r\n\r\n";
        for (const std::size_t back : {1, 2, 3}) {
            std::string text = head;
            text[text.size() - back] = '?';
            QVERIFY(damagedHeadEnd(asBytes(text)) == text.size());
            const auto parsed = parseWholeHead(asBytes(text));
            QVERIFY(!parseHead(asBytes(text)));
            QVERIFY(parsed);
            QCOMPARE(parsed->value("X"), std::string_view("y"));
            QVERIFY(parsed->headers.back().malformed);
            QVERIFY(damagedHeadEnd(asBytes(text + "\x81\x02hi")) == text.size());
            QVERIFY(damagedHeadEnd(asBytes(text + "Accept: a\r\n")) == std::nullopt);
            QVERIFY(!parseWholeHead(asBytes(text + "\x81\x02hi")));
            QVERIFY(damagedHeadEnd(asBytes(text), text.size() + 1) == std::nullopt);
        }
        for (std::size_t size = 0; size < head.size(); ++size) {
            QVERIFY(damagedHeadEnd(asBytes(head.substr(0, size))) == std::nullopt);
        }
    }

    void headEndInPieces() {
        const Bytes wire = bytesOf("\r\nGET / HTTP/1.1\nA: 1\r\n\r\nmore");
        for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
            HeadEnd end;
            const auto first = end.feed(ByteView(wire).first(cut));
            if (first) {
                QCOMPARE(*first, wire.size() - 4);
                continue;
            }
            const auto second = end.feed(ByteView(wire).subspan(cut));
            QVERIFY(second);
            QCOMPARE(cut + *second, wire.size() - 4);
        }
    }

    /// A byte that became a line feed behind another one ends no head; of two bytes that is not
    /// believed.
    void oneFalseEndIsPassed() {
        const std::string one = "GET / HTTP/1.1\r\nA: b\n\nC: d\r\nE: f\r\n\r\n";
        HeadEnd passed;
        QCOMPARE(passed.feed(asBytes(one)), std::optional(one.size()));
        const std::string two = "GET / HTTP/1.1\r\nA: b\n\nC: d\n\nE: f\r\n\r\n";
        HeadEnd stopped;
        QCOMPARE(stopped.feed(asBytes(two)), std::optional(two.find("E: f")));
    }

    void lookup() {
        const Head head = headOf(
            "GET / HTTP/1.1\r\nconnection: keep-alive, Upgrade\r\nX: \"a,b\";q=1 , c\r\n"
            "Connection: foo\r\n\r\n");
        QCOMPARE(head.value("CONNECTION"), std::string_view("keep-alive, Upgrade"));
        QVERIFY(head.find("nothing") == nullptr);
        QVERIFY(head.lists("Connection", "upgrade"));
        QVERIFY(head.lists("Connection", "FOO"));
        QVERIFY(!head.lists("Connection", "keep"));
        QCOMPARE(head.elements("x").size(), std::size_t{2});
        QCOMPARE(head.elements("x")[0], std::string_view("\"a,b\";q=1"));
    }

    void recognition_data() {
        QTest::addColumn<QByteArray>("wire");
        QTest::addColumn<int>("verdict");
        QTest::addColumn<int>("decidedAt");  // bytes needed for the verdict, -1 for none
        const auto row = [](const QByteArray& wire, Verdict verdict, int decidedAt) {
            QTest::newRow(wire.left(30).toHex()) << wire << int(verdict) << decidedAt;
        };
        row("GET / HTTP/1.1\r\n", Verdict::Yes, 15);
        row("\r\nGET / HTTP/1.1\r\n", Verdict::Yes, 17);
        row("HTTP/1.1 200 OK\r\n", Verdict::Yes, 9);
        row("M-SEARCH * HTTP/1.1\n", Verdict::Yes, 20);
        // Requests that are not quite what the grammar says, of methods that are known.
        row("GET /a b c HTTP/1.1\r\n", Verdict::Yes, 20);
        row("OPTIONS HTTP/1.1\r\n", Verdict::Yes, 17);
        row("GET  HTTP/1.1\r\n", Verdict::Yes, 14);
        row("GET / HTTP/1.\r\n", Verdict::Yes, 14);
        row("PUT /HTTP/1.1\n", Verdict::Yes, 14);
        row("GET /old\r\n", Verdict::Yes, 9);
        row("GET key\r\n", Verdict::No, 8);
        row("get /a b HTTP/1.1\r\n", Verdict::No, 8);
        row("OPTIONS sip:a@b SIP/2.0\r\n", Verdict::No, 24);
        row("OPTIONS rtsp://a RTSP/1.0\r\n", Verdict::No, 26);
        row("DELETE 3\r\n", Verdict::No, 9);
        row("GET /\x01 HTTP/1.1\r\n", Verdict::No, 6);
        row("PRI * HTTP/2.0\r\n", Verdict::No, 12);
        row("SSH-2.0-OpenSSH_9.2\r\n", Verdict::No, 20);
        row("220 mail ESMTP ready\r\n", Verdict::No, 10);
        row("hello world, this is text", Verdict::No, 14);
        row(QByteArray::fromHex("160301020001"), Verdict::No, 1);
        row(QByteArray::fromHex("818537fa213d7f9f"), Verdict::No, 1);
        row("{\"a\":1}", Verdict::No, 1);
        row("42[\"a\"]", Verdict::No, 3);
        row("GET /" + QByteArray(9000, 'a'), Verdict::No, 8192);
        row(QByteArray(40, 'A'), Verdict::No, 33);
        row("GET / HT", Verdict::NeedMore, -1);
        row("", Verdict::NeedMore, -1);
    }

    void recognition() {
        QFETCH(QByteArray, wire);
        QFETCH(int, verdict);
        QFETCH(int, decidedAt);
        const Bytes bytes = bytesOf(wire.toStdString());
        QCOMPARE(int(looksLikeHttp(bytes)), verdict);
        for (int size = 0; size <= wire.size(); ++size) {
            const Verdict early = looksLikeHttp(ByteView(bytes).first(std::size_t(size)));
            const bool decided = decidedAt >= 0 && size >= decidedAt;
            QCOMPARE(int(early), decided ? verdict : int(Verdict::NeedMore));
        }
    }

    // Noise is never taken for HTTP and never stops the parser.
    void noise() {
        test::Noise noise(3);
        for (int round = 0; round < 2000; ++round) {
            Bytes bytes(1 + noise.below(200));
            for (auto& byte : bytes) byte = noise.byte();
            if (round % 3 == 0) {
                for (auto& byte : bytes) byte = std::uint8_t("\r\n :AHTP/1. "[byte % 12]);
            }
            if (round % 3 != 0) QVERIFY(looksLikeHttp(bytes) != Verdict::Yes);
            const auto head = parseHead(bytes);
            if (!head) continue;
            FieldTree tree;
            describeHead(*head, tree, Place{0, 0});
            for (const Field& field : tree.fields()) {
                QVERIFY(field.source == kNoSource || field.range.end <= bytes.size());
                QVERIFY(field.range.begin <= field.range.end);
            }
        }
    }

    void checks() {
        IssueSink issues;
        check(headOf("nonsense\r\nrubbish\r\n\r\n"), issues);
        QCOMPARE(issues.issues().size(), std::size_t{2});
        QCOMPARE(issues.issues()[0].code, IssueCode::HttpStartLineMalformed);
        QCOMPARE(issues.issues()[1].code, IssueCode::HttpHeaderMalformed);
    }

    void requestTree() {
        FieldTree tree;
        describeHead(headOf("\r\nGET /a?b=1 HTTP/1.1\r\nHost: x\r\nX-Y:  z\r\n\r\n"), tree,
                     Place{0, 10});
        QCOMPARE(treeText(tree),
                 "Hypertext Transfer Protocol  GET /a?b=1 HTTP/1.1 [0:12-53]\n"
                 "  Request line: GET /a?b=1 HTTP/1.1 [0:12-31]\n"
                 "    Method: GET [0:12-15]\n"
                 "    Target: /a?b=1 [0:16-22]\n"
                 "      Path: /a [0:16-18]\n"
                 "      Query: b=1 [0:19-22]\n"
                 "    Version: HTTP/1.1 [0:23-31]\n"
                 "  Host: x [0:39-40]\n"
                 "  X-Y: z [0:48-49]\n"
                 "  Request: 1\n");
    }

    void responseTree() {
        FieldTree tree;
        describeHead(headOf("HTTP/1.1 404 Not Found\r\nserver: s\r\nrubbish\r\n\r\n"), tree,
                     Place{0, 0});
        QCOMPARE(treeText(tree),
                 "Hypertext Transfer Protocol  404 Not Found [0:0-46]\n"
                 "  Status line: HTTP/1.1 404 Not Found [0:0-22]\n"
                 "    Version: HTTP/1.1 [0:0-8]\n"
                 "    Status code: 404 [0:9-12]\n"
                 "    Reason phrase: Not Found [0:13-22]\n"
                 "  server: s [0:32-33]\n"
                 "  Malformed line: rubbish [0:35-42]\n"
                 "  Response: 1\n");
    }
};

QTEST_APPLESS_MAIN(TestHead)
#include "test_head.moc"
