// Conversations built packet by packet, and the rows they must become.
#include <QtTest>

#include "tests/support/loaded_session.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr Direction kC2S = Direction::ClientToServer;
constexpr Direction kS2C = Direction::ServerToClient;

const char* const kUpgrade =
    "> HTTP  GET /chat HTTP/1.1\n"
    "< HTTP  101 Switching Protocols\n";

std::string upgraded(const std::string& rows) {
    return std::string(kOpenRow) + kUpgrade + rows;
}

}  // namespace

class TestRows : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void webSocketConversation() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/chat");
        chat.send(kC2S, webSocketText("hi", kMask));
        chat.send(kS2C, webSocketText("hello"));
        chat.send(kC2S, webSocketClose(1000, "done", kMask));
        chat.send(kS2C, webSocketClose(1000, "done"));
        chat.close();
        compareListings(
            rowListing(capture),
            upgraded("> WebSocket  hi\n"
                     "< WebSocket  hello\n"
                     "> WebSocket  close 1000 normal closure  “done”\n"
                     "< WebSocket  close 1000 normal closure  “done”\n"
                     "> TCP  FIN  closed by the client with 1000 normal closure, clean\n"));
    }

    void firstFrameBehindTheHandshakeResponse() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.send(kC2S,
                  "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                  "Sec-WebSocket-Version: 13\r\n\r\n");
        std::string response =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
        const Bytes frame = webSocketText("early");
        response += asText(frame);
        chat.send(kS2C, response);
        chat.close();
        compareListings(
            rowListing(capture),
            upgraded("< WebSocket  early\n"
                     "> TCP  FIN  closed by the client without a close frame (1006)\n"));
    }

    void everySplitOfAStreamGivesTheSameRows() {
        std::string expected;
        for (std::size_t size = 1; size <= 60; ++size) {
            CaptureBuilder capture;
            ConversationOptions options;
            options.segmentSize = size;
            TcpConversation chat(capture, options);
            chat.handshake();
            chat.upgrade("/chat");
            Bytes stream;
            for (const Bytes& frame :
                 {webSocketText("one", kMask), webSocketText("zwei", kMask),
                  webSocketText(std::string(300, 'x'), kMask), webSocketClose(1001, "", kMask)}) {
                stream.insert(stream.end(), frame.begin(), frame.end());
            }
            chat.send(kC2S, stream);
            chat.close();
            const std::string rows = rowListing(capture);
            if (size == 1) expected = rows;
            compareListings(rows, expected);
        }
        QVERIFY(expected.find("> WebSocket  zwei\n") != std::string::npos);
    }

    void fragmentsWithAPingInBetween() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/chat");
        chat.send(kS2C, webSocketFrame(asBytes("Hel"), {.fin = false, .opcode = 1}));
        chat.send(kS2C, webSocketFrame(asBytes("?"), {.opcode = 9}));
        // The other direction's fragments are another message.
        chat.send(kC2S, webSocketFrame(asBytes("AB"), {.fin = false, .opcode = 1, .mask = kMask}));
        chat.send(kS2C, webSocketFrame(asBytes("lo"), {.opcode = 0}));
        chat.send(kC2S, webSocketFrame(asBytes("CD"), {.opcode = 0, .mask = kMask}));
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        QCOMPARE(session->rowCount(), RecordId{9});
        QCOMPARE(session->record(6).group, RecordId{3});
        QCOMPARE(session->record(7).group, RecordId{5});
        for (const auto& [row, text] : {std::pair{6U, "Hello"}, std::pair{7U, "ABCD"}}) {
            const Dissection dissection = session->dissect(row);
            const FieldIndex message = dissection.fields.find(FieldId::WebSocketMessage);
            QVERIFY(message != kNoField);
            QCOMPARE(std::get<std::string>(dissection.fields[message].value), std::string(text));
            QCOMPARE(dissection.sources.back().kind, SourceKind::Message);
            QCOMPARE(std::string(asText(dissection.sources.back().bytes)), std::string(text));
        }
        QVERIFY(session->text(6).info.find("Hello") != std::string::npos);
    }

    void socketIoInFragments() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/socket.io/?EIO=4&transport=websocket");
        chat.send(kS2C, webSocketFrame(asBytes("42/chat,7[\"mes"), {.fin = false, .opcode = 1}));
        chat.send(kS2C, webSocketFrame(asBytes("sage\",{\"a\":1}]"), {.opcode = 0}));
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        QCOMPARE(session->record(4).protocol, Protocol::SocketIo);
        QCOMPARE(session->name(session->record(4).name), std::string_view("message"));
        QCOMPARE(session->text(4).info, std::string("EVENT /chat #7  message  {\"a\":1}"));
        const Dissection dissection = session->dissect(4);
        const FieldIndex event = dissection.fields.find(FieldId::SocketIoEvent);
        QVERIFY(event != kNoField);
        QCOMPARE(dissection.sources[dissection.fields[event].source].kind, SourceKind::Message);
    }

    void engineIoIsRecognisedByItsHandshake() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/realtime");
        chat.send(kS2C, webSocketText("0{\"sid\":\"x\",\"upgrades\":[],\"pingInterval\":25000,"
                                      "\"pingTimeout\":5000}"));
        chat.send(kS2C, webSocketText("40"));
        chat.send(kC2S, webSocketText("2", kMask));
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        QCOMPARE(session->record(3).protocol, Protocol::EngineIo);
        QCOMPARE(session->record(4).protocol, Protocol::SocketIo);
        QCOMPARE(session->record(5).protocol, Protocol::EngineIo);
        QCOMPARE(session->connection(0).facts.engineVersion, std::uint8_t{3});
    }

    void plainTextThatLooksLikeSocketIoIsNot() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/feed");
        chat.send(kS2C, webSocketText("42[\"price\",1]"));
        chat.send(kC2S, webSocketText("2", kMask));
        chat.close();
        compareListings(rowListing(capture),
                        std::string(kOpenRow) +
                            "> HTTP  GET /feed HTTP/1.1\n"
                            "< HTTP  101 Switching Protocols\n"
                            "< WebSocket  42[\"price\",1]\n"
                            "> WebSocket  2\n"
                            "> TCP  FIN  closed by the client without a close frame (1006)\n");
    }

    void pipelinedRequestsAndBodies() {
        CaptureBuilder capture;
        TcpConversation web(capture);
        web.handshake();
        web.send(kC2S,
                 "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nGET /"
                 "GET /b HTTP/1.1\r\nHost: h\r\n\r\n"
                 "HEAD /c HTTP/1.1\r\nHost: h\r\n\r\n"
                 "GET /d HTTP/1.1\r\nHost: h\r\n\r\n");
        web.send(kS2C,
                 "HTTP/1.1 100 Continue\r\n\r\n"
                 "HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\nHTTP/1.1 999 no\r\n"
                 "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "4;x=y\r\nHTTP\r\n3\r\n/1.\r\n0\r\nTrailer: t\r\n\r\n"
                 "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"
                 "HTTP/1.0 404 Not Found\r\n\r\nto the end HTTP/1.1 200 OK\r\n\r\n");
        web.close();
        compareListings(rowListing(capture), rowsOf("> HTTP  POST /a HTTP/1.1\n"
                                                    "> HTTP  GET /b HTTP/1.1\n"
                                                    "> HTTP  HEAD /c HTTP/1.1\n"
                                                    "> HTTP  GET /d HTTP/1.1\n"
                                                    "< HTTP  100 Continue\n"
                                                    "< HTTP  200 OK\n"
                                                    "< HTTP  200 OK\n"
                                                    "< HTTP  200 OK\n"
                                                    "< HTTP  404 Not Found\n"
                                                    "> TCP  FIN  closed by the client\n"));
        const auto session = loadSession(capture);
        QCOMPARE(session->record(5).group,
                 kNoRecord + 0 == session->record(5).group ? kNoRecord : RecordId{1});
        QCOMPARE(session->record(6).group, RecordId{1});
        QCOMPARE(session->record(7).group, RecordId{2});
        QCOMPARE(session->record(8).group, RecordId{3});
        QCOMPARE(session->record(9).group, RecordId{4});
        const Dissection chunked = session->dissect(7);
        QCOMPARE(std::string(asText(chunked.sources.back().bytes)), std::string("HTTP/1."));
    }

    void refusedUpgradeGoesOnAsHttp() {
        CaptureBuilder capture;
        TcpConversation web(capture);
        web.handshake();
        web.send(kC2S,
                 "GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                 "Sec-WebSocket-Version: 13\r\n\r\n"
                 "GET /again HTTP/1.1\r\nHost: h\r\n\r\n");
        web.send(kS2C,
                 "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno"
                 "HTTP/1.1 204 No Content\r\n\r\n");
        web.close();
        compareListings(rowListing(capture), rowsOf("> HTTP  GET /chat HTTP/1.1\n"
                                                    "< HTTP  400 Bad Request\n"
                                                    "> HTTP  GET /again HTTP/1.1\n"
                                                    "< HTTP  204 No Content\n"
                                                    "> TCP  FIN  closed by the client\n"));
        // The second request was completed by the packet that carried it, not by the answer.
        const auto session = loadSession(capture);
        QCOMPARE(session->record(3).packet, PacketNumber{4});
        QCOMPARE(session->record(4).group, RecordId{3});
    }

    void wrongAcceptIsAnIssueOnItsField() {
        CaptureBuilder capture;
        TcpConversation web(capture);
        web.handshake();
        web.send(kC2S,
                 "GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                 "Sec-WebSocket-Version: 13\r\n\r\n");
        web.send(kS2C,
                 "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                 "Connection: Upgrade\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n"
                 "\r\n");
        web.send(kS2C, webSocketText("still read"));
        web.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        QCOMPARE(session->record(2).severity, Severity::Error);
        const Dissection dissection = session->dissect(2);
        QCOMPARE(dissection.fields.issues().size(), std::size_t{1});
        const FieldIssue& issue = dissection.fields.issues().front();
        QCOMPARE(issue.issue.code, IssueCode::HandshakeAcceptWrong);
        QCOMPARE(dissection.fields[issue.field].id, FieldId::HttpSecWebSocketAccept);
        QVERIFY(issue.issue.detail.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != std::string::npos);
        QCOMPARE(session->text(3).info, std::string("still read"));
    }

    void otherProtocolsAreSegments() {
        CaptureBuilder capture;
        TcpConversation mail(capture);
        mail.handshake();
        mail.send(kS2C, "220 mail ready\r\n");
        mail.send(kC2S, "HELO me\r\n");
        mail.send(kS2C, ByteView(Bytes{0, 1, 2, 0xff}));
        mail.reset(kS2C);
        compareListings(rowListing(capture), rowsOf("< TCP  16 bytes  220 mail ready\\r\\n\n"
                                                    "> TCP  9 bytes  HELO me\\r\\n\n"
                                                    "< TCP  4 bytes  000102ff\n"
                                                    "< TCP  ! RST  reset by the server\n"));
    }

    void switchToSomethingElseIsNotWebSocket() {
        CaptureBuilder capture;
        TcpConversation web(capture);
        web.handshake();
        web.send(kC2S, "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
        web.send(kS2C,
                 "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n");
        web.send(kS2C, webSocketText("no"));
        web.close();
        compareListings(rowListing(capture), rowsOf("> HTTP  GET / HTTP/1.1\n"
                                                    "< HTTP  101 Switching Protocols\n"
                                                    "< TCP  4 bytes  81026e6f\n"
                                                    "> TCP  FIN  closed by the client\n"));
    }

    void tunnelIsRecognisedAnew() {
        CaptureBuilder capture;
        TcpConversation proxy(capture);
        proxy.handshake();
        proxy.send(kC2S, "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n");
        proxy.send(kS2C, "HTTP/1.1 200 OK\r\n\r\n");
        proxy.upgrade("/chat");
        proxy.send(kC2S, webSocketText("inside", kMask));
        proxy.close();
        compareListings(rowListing(capture),
                        rowsOf("> HTTP  CONNECT h:80 HTTP/1.1\n"
                               "< HTTP  200 OK\n") +
                            kUpgrade +
                            "> WebSocket  inside\n"
                            "> TCP  FIN  closed by the client without a close frame (1006)\n");
    }

    void outOfOrderRowsNameThePacketThatCompletedThem() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/chat");
        const Bytes first = webSocketText("first");
        const Bytes second = webSocketText("second");
        const std::uint32_t at = chat.offset(kS2C);
        chat.segmentAt(kS2C, at + static_cast<std::uint32_t>(first.size()), second);
        chat.segmentAt(kS2C, at, first);
        chat.segmentAt(kS2C, at, first);  // and once more
        const auto session = loadSession(capture);
        QVERIFY(session);
        QCOMPARE(session->text(3).info, std::string("first"));
        QCOMPARE(session->text(4).info, std::string("second"));
        QCOMPARE(session->record(3).packet, PacketNumber{7});
        QCOMPARE(session->record(4).packet, PacketNumber{7});
        QCOMPARE(session->rowCount(), RecordId{6});
    }

    void finOfOneSideOnly() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.send(kC2S, "GET /a HTTP/1.1\r\n\r\n");
        chat.fin(kS2C);
        const auto session = loadSession(capture);
        QVERIFY(session);
        const RecordId last = session->rowCount() - 1;
        QCOMPARE(session->text(last).info,
                 std::string("end of the capture, half closed by the server"));
        QCOMPARE(session->record(last).direction, kS2C);
        QCOMPARE(session->connection(0).state, ConnectionState::Unfinished);
    }

    void portsUsedAgain() {
        CaptureBuilder capture;
        for (int i = 0; i < 3; ++i) {
            ConversationOptions options;
            options.clientSequence = static_cast<std::uint32_t>(1000 + i * 100'000);
            TcpConversation chat(capture, options);
            chat.handshake();
            chat.upgrade("/chat");
            chat.send(kC2S, webSocketText("hi", kMask));
            if (i == 0) chat.close();
            if (i == 1) chat.reset(kC2S);
        }
        const auto session = loadSession(capture);
        QVERIFY(session);
        QCOMPARE(session->connectionCount(), ConnectionId{3});
        QCOMPARE(session->connection(0).state, ConnectionState::Closed);
        QCOMPARE(session->connection(1).state, ConnectionState::Reset);
        QCOMPARE(session->connection(2).state, ConnectionState::Unfinished);
        for (ConnectionId id = 0; id < 3; ++id) {
            QCOMPARE(session->connection(id).rows, 5U);
            QVERIFY(session->connection(id).synSeen);
        }
    }

    void portsUsedAgainWithoutAnEnd() {
        CaptureBuilder capture;
        for (int i = 0; i < 2; ++i) {
            ConversationOptions options;
            options.clientSequence = static_cast<std::uint32_t>(1000 + i * 100'000);
            TcpConversation chat(capture, options);
            chat.handshake();
            chat.send(kC2S, "GET /a HTTP/1.1\r\n\r\n");
        }
        compareListings(rowListing(capture),
                        rowsOf("> HTTP  GET /a HTTP/1.1\n"
                               "> TCP  no end was captured; the ports were used again\n") +
                            rowsOf("> HTTP  GET /a HTTP/1.1\n"
                                   "> TCP  end of the capture, connection still open\n"));
    }

    void joinedMidStreamTellsWhoIsTheClient_data() {
        QTest::addColumn<bool>("serverFirst");
        QTest::addColumn<int>("clientPort");
        QTest::newRow("request first") << false << 40000;
        QTest::newRow("request first, from the lower port") << false << 80;
        QTest::newRow("response first") << true << 40000;
        QTest::newRow("response first, from the higher port") << true << 80;
    }
    void joinedMidStreamTellsWhoIsTheClient() {
        QFETCH(bool, serverFirst);
        QFETCH(int, clientPort);
        CaptureBuilder capture;
        ConversationOptions options;
        options.clientPort = static_cast<std::uint16_t>(clientPort);
        TcpConversation web(capture, options);
        if (serverFirst) web.send(kS2C, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        web.send(kC2S, "GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
        const auto session = loadSession(capture);
        QVERIFY(session);
        QVERIFY(!session->connection(0).synSeen);
        QCOMPARE(session->connection(0).client.port, static_cast<std::uint16_t>(clientPort));
        QVERIFY(session->record(0).has(kFlagMidStream));
    }

    void sequenceNumbersWrapWithinAConversation() {
        CaptureBuilder capture;
        ConversationOptions options;
        options.clientSequence = 0xffffff00;
        options.serverSequence = 0xfffffff0;
        TcpConversation chat(capture, options);
        chat.handshake();
        chat.upgrade("/chat");
        chat.send(kC2S, webSocketText(std::string(1000, 'c'), kMask));
        chat.send(kS2C, webSocketText(std::string(1000, 's')));
        chat.close();
        const std::string rows = rowListing(capture);
        QVERIFY(rows.find("missing") == std::string::npos);
        QVERIFY(rows.find("> WebSocket  cccc") != std::string::npos);
        QVERIFY(rows.find("< WebSocket  ssss") != std::string::npos);
    }

    void packetsWithoutTcpAreCounted() {
        CaptureBuilder capture;
        const auto ethernet = [](std::uint16_t type, std::initializer_list<std::uint8_t> rest) {
            Bytes packet(12, 2);
            ByteWriter(packet).be16(type);
            packet.insert(packet.end(), rest);
            return packet;
        };
        capture.packet(ethernet(0x0806, {0, 1}));
        capture.packet(ethernet(0x0800, {0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 1, 1,
                                         1,    1, 2, 2,  2, 2, 0, 1, 0,  2,  0, 8, 0, 0}));
        capture.packet(
            ethernet(0x0800, {0x45, 0, 0, 20, 0, 0, 0, 0, 64, 1, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2}));
        capture.packet(ethernet(0x0800, {0x45, 0, 0, 28, 0, 0, 0, 1, 64, 6, 0, 0, 1, 1,
                                         1,    1, 2, 2,  2, 2, 0, 1, 0,  2, 0, 8, 0, 0}));
        capture.packet(ethernet(0x0800, {0x41}));
        capture.packet(ByteView(Bytes{1, 2, 3}));
        const auto session = loadSession(capture);
        QVERIFY(session);
        const Statistics& statistics = session->statistics();
        QCOMPARE(statistics.packets, std::uint64_t{6});
        QCOMPARE(statistics.notIpPackets, std::uint64_t{1});
        QCOMPARE(statistics.udpPackets, std::uint64_t{1});
        QCOMPARE(statistics.otherIpPackets, std::uint64_t{1});
        QCOMPARE(statistics.ipFragments, std::uint64_t{1});
        QCOMPARE(statistics.malformedPackets, std::uint64_t{2});
        // Those that cannot be read are listed, and so is the datagram of which the beginning is
        // missing.
        QCOMPARE(session->rowCount(), RecordId{3});
        QVERIFY(session->complete());
    }

    void ipv6Conversation() {
        CaptureBuilder capture;
        ConversationOptions options;
        options.ipv6 = true;
        TcpConversation chat(capture, options);
        chat.handshake();
        chat.upgrade("/chat");
        chat.send(kC2S, webSocketText("six", kMask));
        chat.close();
        const std::string rows = rowListing(capture);
        QVERIFY(rows.starts_with("> TCP  open  [fd00::1]:40000 → [fd00::2]:3000\n"));
        QVERIFY(rows.find("> WebSocket  six\n") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(TestRows)
#include "test_rows.moc"
