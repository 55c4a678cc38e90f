// Where bodies end: the rules of RFC 9112 section 6.3, and chunks fed in every cut.
#include <QtTest>

#include "dissector/http/body.h"
#include "dissector/http/chunked.h"
#include "dissector/http/describe.h"
#include "tests/support/prefixes.h"
#include "tests/support/tree_text.h"

using namespace framescope;
using namespace framescope::http;
using framescope::test::bytesOf;
using framescope::test::treeText;

namespace {

struct Reading {
    std::vector<ChunkPart> parts;
    std::size_t consumed = 0;
    bool finished = false;
    bool failed = false;
    bool operator==(const Reading&) const = default;
};

Reading read(ByteView bytes, std::size_t cut) {
    Reading reading;
    ChunkDecoder decoder;
    reading.consumed = decoder.feed(bytes.first(cut), &reading.parts);
    reading.consumed += decoder.feed(bytes.subspan(cut), &reading.parts);
    reading.finished = decoder.finished();
    reading.failed = decoder.failed();
    return reading;
}

}  // namespace

class TestBody : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void framing_data() {
        QTest::addColumn<QByteArray>("head");
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<int>("kind");
        QTest::addColumn<qulonglong>("length");
        QTest::addColumn<int>("issues");
        const auto row = [](const char* name, const char* head, const char* method, BodyKind kind,
                            qulonglong length = 0, int issues = 0) {
            QTest::newRow(name) << QByteArray(head) << QByteArray(method) << int(kind) << length
                                << issues;
        };
        const char* const kOk = "HTTP/1.1 200 OK\r\n";
        row("request without", "GET / HTTP/1.1\r\n", "", BodyKind::None);
        row("request with length", "POST / HTTP/1.1\r\nContent-Length: 5\r\n", "", BodyKind::Length,
            5);
        row("length zero", "POST / HTTP/1.1\r\nContent-Length: 0\r\n", "", BodyKind::None);
        row("request chunked", "POST / HTTP/1.1\r\nTransfer-Encoding: gzip, Chunked\r\n", "",
            BodyKind::Chunked);
        row("request, chunked not last", "POST / HTTP/1.1\r\nTransfer-Encoding: chunked, x\r\n", "",
            BodyKind::UntilClose, 0, 1);
        row("both", "POST / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n", "",
            BodyKind::Chunked, 0, 1);
        row("two equal lengths", "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 5\r\n",
            "", BodyKind::Length, 5);
        row("list of equal lengths", "POST / HTTP/1.1\r\nContent-Length: 5, 5\r\n", "",
            BodyKind::Length, 5);
        row("two different lengths",
            "POST / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n", "", BodyKind::Length,
            5, 1);
        row("length is no number", "POST / HTTP/1.1\r\nContent-Length: -5\r\n", "", BodyKind::None,
            0, 1);
        row("length too great", "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n", "",
            BodyKind::None, 0, 1);
        row("response without", kOk, "GET", BodyKind::UntilClose);
        row("response to an unknown request", kOk, "", BodyKind::UntilClose);
        row("response with length", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n", "GET",
            BodyKind::Length, 7);
        row("response to HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n", "HEAD", BodyKind::None);
        row("response to CONNECT", kOk, "CONNECT", BodyKind::Tunnel);
        row("switching", "HTTP/1.1 101 X\r\nUpgrade: websocket\r\n", "GET", BodyKind::Tunnel);
        row("continue", "HTTP/1.1 100 Continue\r\n", "POST", BodyKind::None);
        row("no content", "HTTP/1.1 204 X\r\nContent-Length: 3\r\n", "GET", BodyKind::None);
        row("not modified", "HTTP/1.1 304 X\r\nContent-Length: 3\r\n", "GET", BodyKind::None);
        row("response, coding not chunked", "HTTP/1.1 200 X\r\nTransfer-Encoding: gzip\r\n", "GET",
            BodyKind::UntilClose);
    }

    void framing() {
        QFETCH(QByteArray, head);
        QFETCH(QByteArray, method);
        QFETCH(int, kind);
        QFETCH(qulonglong, length);
        QFETCH(int, issues);
        const Bytes wire = bytesOf((head + "\r\n").toStdString());
        IssueSink sink;
        const BodyFraming framing = bodyFraming(*parseHead(wire), method.toStdString(), sink);
        QCOMPARE(int(framing.kind), kind);
        QCOMPARE(qulonglong(framing.length), length);
        QCOMPARE(int(sink.issues().size()), issues);
        for (const Issue& issue : sink.issues()) {
            QCOMPARE(issue.code, IssueCode::HttpFramingAmbiguous);
        }
    }

    void keepAlive() {
        const auto keeps = [](std::string_view text) {
            return keepsAlive(*parseHead(asBytes(text)));
        };
        QVERIFY(keeps("GET / HTTP/1.1\r\n\r\n"));
        QVERIFY(!keeps("GET / HTTP/1.1\r\nConnection: Close\r\n\r\n"));
        QVERIFY(!keeps("GET / HTTP/1.0\r\n\r\n"));
        QVERIFY(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
        QVERIFY(isInterim(*parseHead(asBytes("HTTP/1.1 103 Early Hints\r\n\r\n"))));
        QVERIFY(!isInterim(*parseHead(asBytes("HTTP/1.1 101 X\r\n\r\n"))));
    }

    void chunks_data() {
        QTest::addColumn<QByteArray>("wire");
        QTest::addColumn<QByteArray>("data");
        QTest::addColumn<int>("end");  // bytes consumed; negative: failed after so many
        const auto row = [](const char* wire, const char* data, int end) {
            QTest::newRow(wire) << QByteArray(wire) << QByteArray(data) << end;
        };
        row("5\r\nhello\r\n0\r\n\r\n", "hello", 15);
        row("5\r\nhello\r\n3;a=b\r\n...\r\n0\r\n\r\nGET", "hello...", 27);
        row("A\r\n0123456789\r\n00\r\n\r\n", "0123456789", 21);
        row("5\nhello\n0\n\n", "hello", 11);
        row("0\r\nX: 1\r\nY: 2\r\n\r\n", "", 17);
        row("5 \r\nhello\r\n0 ; x\r\n\r\nmore", "hello", 20);
        row("x\r\n", "", -1);
        row("\r\n", "", -1);
        row("5\r\nhelloX", "hello", -9);
        row("fffffffffffffffff\r\n", "", -17);
        row("5\r\nhello\r\n5\r\nwor", "helloworl", 0);
    }

    void chunks() {
        QFETCH(QByteArray, wire);
        QFETCH(QByteArray, data);
        QFETCH(int, end);
        const Bytes bytes = bytesOf(wire.toStdString());
        const Reading whole = read(bytes, 0);
        QCOMPARE(whole.finished, end > 0);
        QCOMPARE(whole.failed, end < 0);
        if (end > 0) QCOMPARE(int(whole.consumed), end);
        if (end < 0) QCOMPARE(int(whole.consumed), -end - 1);
        if (end == 0) QCOMPARE(whole.consumed, bytes.size());
        std::string joined;
        std::uint64_t position = 0;
        for (const ChunkPart& part : whole.parts) {
            QCOMPARE(part.range.begin, position);
            position = part.range.end;
            const auto view = ByteView(bytes).subspan(part.range.begin, part.range.size());
            if (part.kind == ChunkPart::Data) joined += asText(view);
        }
        if (end > 0) QCOMPARE(position, whole.consumed);
        if (wire != "5\r\nhello\r\n5\r\nwor") QCOMPARE(QByteArray::fromStdString(joined), data);
        for (std::size_t cut = 0; cut <= bytes.size(); ++cut) QVERIFY(read(bytes, cut) == whole);
        ChunkDecoder slow;
        std::vector<ChunkPart> parts;
        std::size_t consumed = 0;
        for (const std::uint8_t byte : bytes) consumed += slow.feed(ByteView(&byte, 1), &parts);
        QCOMPARE(consumed, whole.consumed);
        QVERIFY(parts == whole.parts);
    }

    void gaps() {
        ChunkDecoder decoder;
        decoder.feed(bytesOf("a\r\n012"));
        QCOMPARE(decoder.skippable(), std::uint64_t{7});
        QVERIFY(decoder.skip(6));
        decoder.feed(bytesOf("9\r\n0\r\n\r\n"));
        QVERIFY(decoder.finished());
        QCOMPARE(decoder.dataSize(), std::uint64_t{10});

        ChunkDecoder lost;
        lost.feed(bytesOf("a\r\n012"));
        QVERIFY(!lost.skip(8));
        QVERIFY(lost.failed());
        ChunkDecoder exact;
        exact.feed(bytesOf("a\r\n"));
        QVERIFY(exact.skip(10));
        exact.feed(bytesOf("\r\n0\r\n\r\n"));
        QVERIFY(exact.finished());
    }

    // Lines without end are given up on.
    void bounds() {
        ChunkDecoder extension;
        QVERIFY(extension.feed(bytesOf("5;" + std::string(100'000, 'x'))) < 10'000);
        QVERIFY(extension.failed());
        ChunkDecoder zeros;
        zeros.feed(bytesOf(std::string(100'000, '0')));
        QVERIFY(zeros.failed());
        ChunkDecoder trailers;
        trailers.feed(bytesOf("0\r\n" + std::string(100'000, 'x')));
        QVERIFY(trailers.failed());
    }

    void tree() {
        const Bytes body = bytesOf("5\r\nhello\r\n3\r\nabc\r\n0\r\nX: 1\r\n\r\n");
        FieldTree fields;
        describeChunks(body, fields, Place{0, 0});
        QCOMPARE(treeText(fields),
                 "Chunk  5 bytes [0:0-10]\n"
                 "  Chunk size: 5 [0:0-1]\n"
                 "Chunk  3 bytes [0:10-18]\n"
                 "  Chunk size: 3 [0:10-11]\n"
                 "Chunk  0 bytes [0:18-21]\n"
                 "  Chunk size: 0 [0:18-19]\n"
                 "Trailer: X: 1 [0:21-25]\n");
        FieldTree few;
        describeChunks(body, few, Place{0, 0}, 1);
        QCOMPARE(few.size(), std::size_t{3});
    }
};

QTEST_APPLESS_MAIN(TestBody)
#include "test_body.moc"
