// The stateful layers, fed as a connection feeds them, with a recording output: the same stream
// gives the same rows however it is split, and what is held, lost or never ends stays bounded.
#include <QtTest>

#include "dissector/http/http_layer.h"
#include "dissector/layer/detect_layer.h"
#include "dissector/layer/protocols.h"
#include "dissector/layer/proxy_header.h"
#include "dissector/layer/read_as.h"
#include "dissector/sse/joined_stream.h"
#include "dissector/websocket/websocket_layer.h"
#include "tests/support/capture_builder.h"
#include "tests/support/deflater.h"
#include "tests/support/handshake_texts.h"
#include "tests/support/layer_recorder.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using namespace framescope::test;

namespace {

const std::string kEmptyAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

/// What both sides say, in turns.
using Talk = std::vector<std::pair<Direction, std::string>>;

std::string rowsInPieces(const Talk& talk, std::size_t size) {
    LayerRecorder r;
    for (const auto& [direction, said] : talk) {
        for (std::size_t at = 0; at < said.size(); at += size) {
            r.data(direction, std::string_view(said).substr(at, size));
        }
    }
    r.end(kC);
    r.end(kS);
    return r.rows();
}

}  // namespace

class TestLayers : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everySplitGivesTheSameRows_data() {
        QTest::addColumn<int>("which");
        QTest::newRow("bodies") << 0;
        QTest::newRow("upgrade") << 1;
    }
    void everySplitGivesTheSameRows() {
        QFETCH(int, which);
        Talk talk;
        if (which == 0) {
            talk = {{kC, "POST /a HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"},
                    {kS,
                     "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n"},
                    {kC, "HEAD /b HTTP/1.1\r\n\r\n"},
                    {kS, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n"},
                    {kC, "GET /c HTTP/1.1\r\n\r\n"},
                    {kS, "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n"},
                    {kC, "GET /d HTTP/1.1\r\n\r\n"},
                    {kS, "HTTP/1.1 200 OK\r\n\r\nto the end HTTP/1.1 200 OK\r\n\r\n"}};
        } else {
            talk = {{kC, kUpgrade},
                    {kS, kSwitch + text(webSocketText("hi")) + text(webSocketClose(1000, "x"))},
                    {kC, text(webSocketText(std::string(200, 'y'), kMask)) +
                             text(webSocketClose(1000, "", kMask)) + "\x81"}};
        }
        const std::string whole = rowsInPieces(talk, 1U << 20);
        for (std::size_t size = 1; size < 250; ++size) {
            QCOMPARE(rowsInPieces(talk, size), whole);
        }
        QCOMPARE(std::ranges::count(whole, '\n'), which == 0 ? 9 : 7);
    }

    void framesBehindTheRequestWait() {
        LayerRecorder r;
        r.data(kC, kUpgrade + text(webSocketText("early", kMask)));
        r.data(kC, text(webSocketText("cut off", kMask)).substr(0, 8));
        r.end(kC);
        QCOMPARE(r.records.size(), std::size_t{1});
        r.data(kS, kSwitch);
        QCOMPARE(r.count(RowKind::WebSocketFrame), std::size_t{2});
        QCOMPARE(r.records[2].packet, PacketNumber{1});
        QVERIFY(r.records[3].has(kFlagIncomplete));
        QVERIFY(!r.overlaps());
    }

    void nothingHeldIsLostWithoutResponse() {
        const std::string frames =
            text(webSocketText("one", kMask)) + text(webSocketText("two", kMask)).substr(0, 7);
        // The sides end in either order.
        for (const bool clientFirst : {true, false}) {
            LayerRecorder r;
            r.data(kC, kUpgrade + frames);
            r.end(clientFirst ? kC : kS);
            r.end(clientFirst ? kS : kC);
            QCOMPARE(r.count(RowKind::WebSocketFrame), std::size_t{2});
            QVERIFY(r.records.back().has(kFlagIncomplete));
        }
        // Not WebSocket but requests, of which the last is cut off.
        LayerRecorder r;
        r.data(kC, kUpgrade + kUpgrade + "GET /next HTTP/1.1\r\n\r\nGET /last HTTP/1.1\r\nHo");
        r.end(kC);
        r.end(kS);
        QCOMPARE(r.count(RowKind::HttpRequest), std::size_t{4});
        QVERIFY(r.records.back().has(kFlagIncomplete));
        QVERIFY(!r.overlaps());
    }

    void manyUpgradesInOnePieceNeedNoStack() {
        std::string requests;
        for (int i = 0; i < 20000; ++i) requests += "GET / HTTP/1.1\r\nUpgrade: a\r\n\r\n";
        LayerRecorder lost;
        lost.gap(kS, 10);
        lost.data(kC, requests);
        lost.end(kC);
        lost.end(kS);
        QCOMPARE(lost.count(RowKind::HttpRequest), std::size_t{20000});
        LayerRecorder refused;
        refused.data(kC, requests);
        for (int i = 0; i < 20000; ++i) {
            refused.data(kS, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
        }
        QCOMPARE(refused.count(RowKind::HttpRequest), std::size_t{20000});
        QCOMPARE(refused.count(RowKind::HttpResponse), std::size_t{20000});
    }

    void tunnelsInTunnelsNeedNoStack() {
        LayerRecorder r;
        std::string requests;
        std::string responses;
        for (int i = 0; i < 20000; ++i) {
            requests += "CONNECT a:1 HTTP/1.1\r\n\r\n";
            responses += "HTTP/1.1 200 OK\r\n\r\n";
        }
        r.data(kC, requests);
        r.data(kS, responses);
        QCOMPARE(r.count(RowKind::HttpRequest), std::size_t{http::HttpLayer::kMaxTunnels} + 1);
        QVERIFY(!r.overlaps());
    }

    void responseBehindALostOneAnswersTheNewestRequest() {
        LayerRecorder r;
        r.data(kC, "GET /1 HTTP/1.1\r\n\r\n");
        r.gap(kS, 50);
        r.data(kC, "HEAD /2 HTTP/1.1\r\n\r\n");
        r.data(kS, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n");
        QCOMPARE(r.records.back().group, RecordId{1});
        r.data(kC, "GET /3 HTTP/1.1\r\n\r\n");
        r.data(kS, "HTTP/1.1 204 No\r\n\r\n");
        QCOMPARE(r.records.back().group, RecordId{3});
    }

    /// Of five that were asked at once nobody knows which answer is missing, until the last tells.
    void responsesBehindALostOneAreToldByTheirNumber() {
        LayerRecorder r;
        std::string asked;
        for (int i = 0; i < 5; ++i) asked += "GET /" + std::to_string(i) + " HTTP/1.1\r\n\r\n";
        r.data(kC, asked);
        r.data(kS, kEmptyAnswer);
        r.gap(kS, kEmptyAnswer.size());
        r.data(kS, kEmptyAnswer);
        r.data(kS, kEmptyAnswer);
        for (const RecordId row : {6U, 7U}) QCOMPARE(r.records[row].group, kNoRecord);
        QCOMPARE(r.links.size(), std::size_t{1});
        r.data(kS, kEmptyAnswer);
        QCOMPARE(r.pairs(), std::string("5>0 6>2 7>3 8>4"));
    }

    void noPairingIsClaimedThatIsNotCertain() {
        LayerRecorder r;
        r.data(kC, "GET /0 HTTP/1.1\r\n\r\nGET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\n\r\n");
        r.data(kC, "GET /3 HTTP/1.1\r\n\r\n");
        r.gap(kS, 3 * kEmptyAnswer.size());
        r.data(kS, kEmptyAnswer);
        r.data(kC, "GET /4 HTTP/1.1\r\n\r\n");
        r.data(kS, kEmptyAnswer);
        QCOMPARE(r.count(RowKind::HttpResponse), std::size_t{2});
        QCOMPARE(r.pairs(), std::string());
    }

    /// Each request was sent when the answer before it had been seen.
    void aResponseThatNobodyCanReadShiftsNoPairing() {
        LayerRecorder r;
        for (int i = 0; i < 6; ++i) {
            r.data(kC, "GET /" + std::to_string(i) + " HTTP/1.1\r\n\r\n");
            r.data(kS,
                   i == 2 ? "H\xd5T\xd5/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" : kEmptyAnswer);
        }
        QCOMPARE(r.pairs(), std::string("1>0 3>2 7>6 9>8 11>10"));
    }
    /// A length that is too great takes the next answer for the body's end.
    void aResponseThatABodyTookInShiftsNoPairing() {
        LayerRecorder r;
        for (int i = 0; i < 6; ++i) {
            r.data(kC, "GET /" + std::to_string(i) + " HTTP/1.1\r\n\r\n");
            const std::string length = std::to_string(i == 1 ? kEmptyAnswer.size() : 0);
            r.data(kS, "HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n");
        }
        QCOMPARE(r.pairs(), std::string("1>0 3>2 6>5 8>7 10>9"));
    }

    void whatOnlyLooksLikeAnEventStreamIsNone() {
        using namespace std::string_literals;
        for (const std::string& bytes :
             {"id: 1\ndata: x\nname: y\n\nid: 2\ndata: x\n\n"s, "data x\n\ndata y\n\n"s,
              "data: \1\n\ndata: \2\n\n"s, "data: \xff\n\ndata: \xfe\n\n"s, "database: x\n\n"s,
              "9\r\ndata: 1\n\nX\r\n9\r\ndata: 2\n\n\r\n"s, "HTTP/1.1 200 OK\r\n\r\n"s,
              "9 lives\r\n"s, "a\nb\n"s}) {
            QCOMPARE(sse::judgeJoinedStream(asBytes(bytes)), sse::JoinedStream::No);
        }
        for (const std::string& bytes :
             {"data: 1\n\n"s, ": ping\n\n: ping\n\n: ping\n\n"s, "event: a\n\nevent: b\n\n"s,
              "dat"s, "9\r\ndata: 1\n\n\r\n"s, "\r\n\r\n"s, ""s}) {
            QCOMPARE(sse::judgeJoinedStream(asBytes(bytes)), sse::JoinedStream::NeedsMore);
        }
        QCOMPARE(guessSender(asBytes("data: 1\n\n")), std::optional(kS));
        for (const std::string& bytes :
             {"k\nname: y\n\nid: 2\nname: x\n\nname: z\n\nname: a\n\n"s, "\1 and no line end"s,
              "250 ok\r\n\r\n250 ok\r\n\r\n\r\n\r\n250 ok\r\n"s}) {
            QCOMPARE(sse::findJoinedStream(asBytes(bytes)).kind, sse::JoinedStream::No);
        }
        for (const std::string& bytes : {"the end of it\n\ndata: 1\n\n"s, "no line has ended"s,
                                         "ta: 0\n\n\r\n9\r\ndata: 1\n\n\r\n"s}) {
            QCOMPARE(sse::findJoinedStream(asBytes(bytes)).kind, sse::JoinedStream::NeedsMore);
        }
        const std::string endsLikeChunks = "0\r\nid: 0\r\n\r\ndata: 1\r\n\r\ndata: 2\r\n\r\n";
        QCOMPARE(sse::findJoinedStream(asBytes(endsLikeChunks)).kind, sse::JoinedStream::Plain);
        QCOMPARE(sse::findJoinedStream(asBytes(endsLikeChunks)).start, std::size_t{12});
        // A stream that was seen from its first byte on has a head, or is none.
        LayerRecorder r;
        r.data(kS, "data: 1\n\ndata: 2\n\ndata: 3\n\n");
        QCOMPARE(r.count(RowKind::EventStreamEvent), std::size_t{0});
    }

    void aDamagedAnswerToAnUpgrade_data() {
        QTest::addColumn<QByteArray>("from");
        QTest::addColumn<QByteArray>("to");
        QTest::newRow("version") << QByteArray("HTTP/1") << QByteArray("HTT\xd5/1");
        QTest::newRow("status") << QByteArray("101")
                                << QByteArray(
                                       "1\xd5"
                                       "1");
        QTest::newRow("name of the extension") << QByteArray("e-deflate")
                                               << QByteArray(
                                                      "e\xd5"
                                                      "deflate");
        QTest::newRow("name of its header") << QByteArray("Ext")
                                            << QByteArray(
                                                   "\xd5"
                                                   "xt");
    }
    /// One byte of the 101 is another one: both directions are frames, compressed as was offered.
    void aDamagedAnswerToAnUpgrade() {
        QFETCH(QByteArray, from);
        QFETCH(QByteArray, to);
        const std::string extension = "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
        const auto with = [&](const std::string& head) {
            return head.substr(0, head.size() - 2) + extension;
        };
        const QByteArray answer = QByteArray::fromStdString(with(kSwitch)).replace(from, to);
        LayerRecorder r;
        r.data(kC, with(kUpgrade));
        r.data(kS, answer.toStdString());
        Deflater server;
        Deflater client;
        for (int i = 0; i < 4; ++i) {
            const std::string said = "a message of some length, number " + std::to_string(i);
            const Bytes down = server.message(said);
            const Bytes up = client.message(said);
            r.data(kS, text(webSocketFrame(down, {.rsv = 4})));
            r.data(kC, text(webSocketFrame(up, {.rsv = 4, .mask = kMask})));
        }
        r.end(kC);
        r.end(kS);
        QCOMPARE(r.count(RowKind::WebSocketFrame), std::size_t{8});
        QCOMPARE(r.known.compression.kind, CompressionKind::PerMessageDeflate);
        for (const Record& record : r.records) {
            if (record.kind != RowKind::WebSocketFrame) continue;
            QVERIFY(record.has(kFlagCompressed) && !record.has(kFlagNotDeflate));
        }
    }

    void headersOfTheProxyProtocolAreTakenOff_data() {
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<QString>("said");
        const auto binary = [](const char* fixed, int size) {
            return QByteArray("\r\n\r\n\0\r\nQUIT\n", 12) + QByteArray(fixed, size);
        };
        QTest::newRow("a line") << QByteArray("PROXY TCP4 1.2.3.4 5.6.7.8 1234 80\r\n")
                                << "version 1: 1.2.3.4:1234 → 5.6.7.8:80, TCP over IPv4";
        QTest::newRow("a line of IPv6")
            << QByteArray("PROXY TCP6 fd00::1 fd00::2 65535 0\r\n")
            << "version 1: [fd00::1]:65535 → [fd00::2]:0, TCP over IPv6";
        QTest::newRow("a line without addresses")
            << QByteArray("PROXY UNKNOWN\r\n") << "version 1: addresses are not said";
        QTest::newRow("binary") << binary("\x21\x11\0\x0c\1\2\3\4\5\6\7\x8\4\xd2\0\x50", 16)
                                << "version 2: 1.2.3.4:1234 → 5.6.7.8:80, TCP over IPv4";
        QTest::newRow("binary with a host")
            << binary("\x21\x11\0\x11\1\2\3\4\5\6\7\x8\4\xd2\0\x50\2\0\2ab", 21)
            << "version 2: 1.2.3.4:1234 → 5.6.7.8:80, TCP over IPv4, host ab";
        QTest::newRow("binary of IPv6")
            << binary("\x21\x21\0\x24", 4) + QByteArray(15, '\0') + '\1' + QByteArray(15, '\0') +
                   QByteArray("\2\0\1\0\2", 5)
            << "version 2: [::1]:1 → [::2]:2, TCP over IPv6";
        QTest::newRow("binary, of its own")
            << binary("\x20\0\0\0", 4) << "version 2: the load balancer's own connection";
    }
    void headersOfTheProxyProtocolAreTakenOff() {
        QFETCH(QByteArray, header);
        QFETCH(QString, said);
        const std::string front = header.toStdString();
        const auto parsed = parseProxyHeader(asBytes(front));
        QVERIFY(parsed);
        QCOMPARE(QString::fromStdString(proxyHeaderText(*parsed)), said);
        const std::string size = std::to_string(front.size());
        const Talk talk = {{kC, front + kUpgrade},
                           {kS, kSwitch + text(webSocketText("hi"))},
                           {kC, text(webSocketText("ho", kMask))}};
        const std::string whole = rowsInPieces(talk, 1U << 20);
        QVERIFY2(whole.starts_with("c bytes 0+" + size + "\nc GET /chat " + size + "+"),
                 whole.c_str());
        QCOMPARE(std::ranges::count(whole, '\n'), 5);
        for (std::size_t piece = 1; piece < front.size() + 20; ++piece) {
            QCOMPARE(rowsInPieces(talk, piece), whole);
        }
        QCOMPARE(guessSender(asBytes(front)), std::optional(kC));
    }

    void aHeaderOfTheProxyProtocolIsALayer_data() {
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<QStringList>("fields");
        const QByteArray signature("\r\n\r\n\0\r\nQUIT\n", 12);
        QTest::newRow("a line") << QByteArray("PROXY TCP4 1.2.3.4 5.6.7.8 1234 80\r\n")
                                << QStringList{"proxy.version=1 PROXY",
                                               "proxy.src.ipv4=1.2.3.4 1.2.3.4",
                                               "proxy.dst.ipv4=5.6.7.8 5.6.7.8",
                                               "proxy.srcport=1234 1234", "proxy.dstport=80 80"};
        QTest::newRow("a line of IPv6")
            << QByteArray("PROXY TCP6 fd00::1 fd00::2 65535 0\r\n")
            << QStringList{"proxy.version=1 PROXY", "proxy.src.ipv6=fd00::1 fd00::1",
                           "proxy.dst.ipv6=fd00::2 fd00::2", "proxy.srcport=65535 65535",
                           "proxy.dstport=0 0"};
        QTest::newRow("a line without addresses")
            << QByteArray("PROXY UNKNOWN\r\n") << QStringList{"proxy.version=1 PROXY"};
        QTest::newRow("binary with a host") << signature + QByteArray(
                                                               "\x21\x11\0\x11"
                                                               "ABCDEFGH"
                                                               "IJ"
                                                               "KL"
                                                               "\2\0\2ab",
                                                               21)
                                            << QStringList{"proxy.version=2 !",
                                                           "proxy.v2.cmd=1 !",
                                                           "proxy.src.ipv4=65.66.67.68 ABCD",
                                                           "proxy.dst.ipv4=69.70.71.72 EFGH",
                                                           "proxy.srcport=18762 IJ",
                                                           "proxy.dstport=19276 KL",
                                                           "proxy.authority=ab "};
        QTest::newRow("binary, of its own") << signature + QByteArray("\x20\0\0\0", 4)
                                            << QStringList{"proxy.version=2  ", "proxy.v2.cmd=0  "};
    }
    void aHeaderOfTheProxyProtocolIsALayer() {
        QFETCH(QByteArray, header);
        QFETCH(QStringList, fields);
        const std::string front = header.toStdString();
        const auto parsed = parseProxyHeader(asBytes(front));
        QVERIFY(parsed);
        FieldTree tree;
        describeProxyHeader(*parsed, asBytes(front), tree, Place{0, 0});
        QCOMPARE(tree[0].id, FieldId::Proxy);
        QCOMPARE(tree[0].range.size(), std::uint64_t{front.size()});
        QStringList found;
        for (FieldIndex i = 1; i < tree.size(); ++i) {
            const FieldInfo& info = fieldInfo(tree[i].id);
            // Name, value, and the bytes that say it.
            found << QString::fromStdString(
                std::string(info.name) + '=' + formatValue(info.type, tree[i].value) + ' ' +
                front.substr(tree[i].range.begin, tree[i].range.size()));
        }
        QCOMPARE(found, fields);
    }

    void aHeaderOfTheProxyProtocolIsTakenOffWhatIsReadAsChosen_data() {
        QTest::addColumn<QString>("readAs");
        QTest::addColumn<QString>("behind");
        QTest::addColumn<int>("kind");
        QTest::newRow("http") << "http" << QString::fromStdString(kUpgrade)
                              << static_cast<int>(RowKind::HttpRequest);
        QTest::newRow("websocket")
            << "websocket"
            << QString::fromLatin1(QByteArray::fromStdString(text(webSocketText("hi", kMask))))
            << static_cast<int>(RowKind::WebSocketFrame);
    }
    void aHeaderOfTheProxyProtocolIsTakenOffWhatIsReadAsChosen() {
        QFETCH(QString, readAs);
        QFETCH(QString, behind);
        QFETCH(int, kind);
        const std::string front = "PROXY TCP4 1.2.3.4 5.6.7.8 1234 80\r\n";
        const std::string all = front + behind.toLatin1().toStdString();
        const auto chosen = parseReadAs(readAs.toStdString());
        QVERIFY(std::holds_alternative<ReadAs>(chosen));
        for (std::size_t piece = 1; piece <= all.size(); ++piece) {
            LayerRecorder r;
            r.start(makeReadAsLayer(std::get<ReadAs>(chosen), true, r));
            for (std::size_t at = 0; at < all.size(); at += piece) {
                r.data(kC, std::string_view(all).substr(at, piece));
            }
            r.end(kC);
            r.end(kS);
            QVERIFY(r.records.size() >= 2);
            QCOMPARE(r.records[0].kind, RowKind::TcpSegment);
            QCOMPARE(r.records[0].form, kProxyHeaderForm);
            QCOMPARE(r.records[0].length, std::uint64_t{front.size()});
            QCOMPARE(static_cast<int>(r.records[1].kind), kind);
            QCOMPARE(r.records[1].streamOffset, StreamOffset{front.size()});
        }
        // Without one nothing is missing, and what only begins like one is read.
        for (const std::string& said : {behind.toLatin1().toStdString(), std::string("PRO")}) {
            LayerRecorder r;
            r.start(makeReadAsLayer(std::get<ReadAs>(chosen), true, r));
            r.data(kC, said);
            r.end(kC);
            r.end(kS);
            QVERIFY(!r.records.empty());
            QCOMPARE(r.records[0].streamOffset, StreamOffset{0});
            QCOMPARE(r.records[0].form, std::uint8_t{0});
        }
    }

    void whatOnlyLooksLikeAHeaderOfTheProxyProtocolIsNone() {
        using namespace std::string_literals;
        for (const std::string& bytes :
             {"PROXY TCP4 1.2.3.4 5.6.7.8 1234\r\n"s, "PROXY TCP4 1.2.3.4 fd00::1 1 2\r\n"s,
              "PROXY TCP4 1.2.3.4 5.6.7.8 1 65536\r\n"s, "PROXY TCP4 1.2.3.4 5.6.7.8 1 2\n"s,
              "PROXY UDP4 1.2.3.4 5.6.7.8 1 2\r\n"s, "PROXY /a HTTP/1.1\r\n\r\n"s,
              "PROXY "s + std::string(200, 'x'), "\r\n\r\n\0\r\nQUIT\n\x31\x11\0\x0c"s,
              "\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0b"s, "\r\n\r\n\0\r\nQUIT\n\x21\x11\x7f\xff"s}) {
            QCOMPARE(findProxyHeader(asBytes(bytes)).recognition, Recognition::No);
        }
        // In its place a request line of that method still is one.
        LayerRecorder r;
        r.data(kC, "PROXY /a HTTP/1.1\r\n\r\n");
        QCOMPARE(r.count(RowKind::HttpRequest), std::size_t{1});
    }

    void endlessHeadIsGivenUp() {
        LayerRecorder r;
        r.data(kC, "GET / HTTP/1.1\r\n");
        const std::string line(1000, 'x');
        for (int i = 0; i < 300; ++i) r.data(kC, "A: " + line + "\r\n");
        QVERIFY(!r.records.empty() && r.records.front().kind == RowKind::HttpRequest);
        QVERIFY(r.records.front().has(kFlagIncomplete));
        QVERIFY(r.records.front().length <= http::HttpLayer::kMaxHead + 2000);
    }

    // Large enough that work that grows with the square of it would meet the test's time limit.
    void oneBytePerSegmentIsLinear() {
        LayerRecorder r;
        r.start(std::make_unique<websocket::WebSocketLayer>());
        Noise noise(3);
        // In search of a frame after a loss, in a long text message, and in what is nobody's.
        r.gap(kS, 100);
        for (int i = 0; i < 100000; ++i) {
            const std::uint8_t byte = noise.byte() | 0x70;  // reserved bits: no header anywhere
            r.data(kS, ByteView(&byte, 1));
        }
        const Bytes message = webSocketText(std::string(100000, 'm'), kMask);
        for (const std::uint8_t byte : message) r.data(kC, ByteView(&byte, 1));
        QCOMPARE(r.count(RowKind::WebSocketFrame), std::size_t{1});
        LayerRecorder other;
        for (int i = 0; i < 100000; ++i) {
            const std::uint8_t byte = noise.byte();
            other.data(kC, ByteView(&byte, 1));
        }
    }

    void aMisledSearchFindsItsFootingAgain() {
        LayerRecorder r;
        r.start(std::make_unique<websocket::WebSocketLayer>());
        r.data(kS, webSocketText("before"));
        r.gap(kS, 500);
        // The rest of a payload that holds three chaining headers by chance, and then none.
        Bytes rest(300, 0x77);
        const Bytes lure = fromHex("82 01 77 82 01 77 82 01 77");
        std::ranges::copy(lure, rest.begin() + 50);
        r.data(kS, rest);
        for (int i = 0; i < 50; ++i) r.data(kS, webSocketText("behind " + std::to_string(i)));
        QVERIFY(r.count(RowKind::WebSocketFrame) >= 51);
        QCOMPARE(r.records.back().length, std::uint64_t{11});
        QVERIFY(!r.overlaps());
    }

    void misleadingForeverNeedsNoStack() {
        Bytes bytes;
        for (int i = 0; i < 200000; ++i) {
            for (const std::uint8_t byte : fromHex("82 00 82 00 82 00 ff ff"))
                bytes.push_back(byte);
        }
        for (const std::size_t size : {bytes.size(), std::size_t{1000}}) {
            LayerRecorder r;
            r.start(std::make_unique<websocket::WebSocketLayer>());
            r.gap(kS, 1);
            for (std::size_t at = 0; at < bytes.size(); at += size) {
                r.data(kS, ByteView(bytes).subspan(at, size));
            }
            r.end(kS);
            QVERIFY(!r.overlaps());
        }
    }

    void messagesAreNotJoinedAcrossALoss() {
        LayerRecorder r;
        r.start(std::make_unique<websocket::WebSocketLayer>());
        r.data(kS, webSocketFrame(asBytes("a"), {.fin = false}));
        r.gap(kS, 1000);
        Bytes behind = webSocketFrame(asBytes("b"), {.fin = false, .opcode = 0});
        for (const Bytes& frame : {webSocketFrame(asBytes("c"), {.opcode = 0}), webSocketText("d"),
                                   webSocketText("e")}) {
            behind.insert(behind.end(), frame.begin(), frame.end());
        }
        r.data(kS, behind);
        QCOMPARE(r.count(RowKind::WebSocketFrame), std::size_t{5});
        for (const Record& record : r.records) QCOMPARE(record.group, kNoRecord);
    }

    void hugeDeclaredLengths() {
        LayerRecorder r;
        r.start(std::make_unique<websocket::WebSocketLayer>());
        r.data(kS, fromHex("82 7f ff ff ff ff ff ff ff ff 01 02 03"));
        r.gap(kS, 0x7fffffff);
        r.data(kS, "more");
        r.end(kS);
        QCOMPARE(r.records.size(), std::size_t{1});
        QVERIFY(r.records[0].has(kFlagIncomplete));
        QCOMPARE(r.records[0].length, std::uint64_t{10 + 3} + 0x7fffffff + 4);
    }

    void noiseNeverBreaksAnything() {
        const std::string frames =
            text(webSocketText("one", kMask)) + kSwitch + text(webSocketText("two")) + kUpgrade;
        for (std::uint32_t seed = 1; seed <= 3000; ++seed) {
            Noise noise(seed);
            LayerRecorder r;
            if (seed % 3 == 0) r.start(std::make_unique<websocket::WebSocketLayer>());
            if (seed % 3 == 1) {
                r.data(kC, kUpgrade);
                if (noise.below(2) == 0) r.data(kS, kSwitch);
            }
            for (int i = 0; i < 40; ++i) {
                const Direction d = noise.below(2) == 0 ? kC : kS;
                const std::uint32_t what = static_cast<std::uint32_t>(noise.below(20));
                if (what == 0) {
                    r.gap(d, 1 + noise.below(300));
                } else if (what == 1) {
                    r.end(d);
                } else {
                    std::string piece = frames.substr(noise.below(frames.size()), noise.below(200));
                    if (!piece.empty() && what < 8) {
                        piece[noise.below(piece.size())] = static_cast<char>(noise.byte());
                    }
                    if (!piece.empty()) r.data(d, piece);
                }
            }
            r.end(kC);
            r.end(kS);
            QVERIFY2(!r.overlaps(), qPrintable(QString::number(seed)));
        }
    }
};

QTEST_MAIN(TestLayers)
#include "test_layers.moc"
