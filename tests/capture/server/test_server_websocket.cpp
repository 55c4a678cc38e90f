// WebSocket of the test server over real sockets: echo, compression, what the RFC has it refuse,
// and every misbehaviour, named by the dissector from the very bytes that came.
#include <algorithm>
#include <atomic>
#include <thread>

#include <QTest>

#include "dissector/websocket/deflater.h"
#include "dissector/websocket/inflater.h"
#include "tests/capture/server/raw_peer.h"
#include "tests/capture/server/running_server.h"
#include "tests/support/loaded_session.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr const char* kDeflate = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

std::uint16_t closeCode(const std::optional<RawFrame>& frame) {
    if (!frame || !frame->header.is(websocket::Opcode::Close) || frame->payload.size() < 2)
        return 0;
    return readBe16(frame->payload.data());
}

}  // namespace

class TestServerWebSocket : public QObject {
    Q_OBJECT

    std::unique_ptr<RunningServer> m_running;

    /// The names of the issues that Framescope finds in a conversation: a text is sent where `say`
    /// is set, and the server says something.
    std::vector<std::string> issuesOf(const std::string& target, const char* extra, bool say) {
        RawPeer peer(m_running->port());
        const auto head = peer.upgrade(target, extra);
        if (!head) return {"no answer"};
        if (say) peer.sendText("Hello, this text is long enough to be compressed.");
        for (int reads = 0; reads < 1 || (say && peer.unread().size() < 20 && reads < 3); ++reads) {
            if (!peer.readMore()) break;
        }
        Bytes answer;
        ByteWriter writer(answer);
        http::encode(*head, writer);
        CaptureBuilder capture;
        TcpConversation talk(capture);
        talk.handshake();
        talk.send(
            Direction::ClientToServer,
            "GET " + target +
                " HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                std::string(extra) + "\r\n");
        talk.send(Direction::ServerToClient, answer);
        talk.send(Direction::ServerToClient, peer.unread());
        const auto session = loadSession(capture);
        std::vector<std::string> names;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            for (const std::string& name : issueNames(*session, row)) names.push_back(name);
        }
        return names;
    }

private Q_SLOTS:
    void init() {
        server::ServerOptions options;
        options.maxMessage = 1U << 20;
        m_running = std::make_unique<RunningServer>(options);
        QVERIFY2(m_running->server, m_running->why.c_str());
    }
    void cleanup() { m_running.reset(); }

    void echo() {
        RawPeer peer(m_running->port());
        const auto head = peer.upgrade("/echo", "Sec-WebSocket-Protocol: other, chat, echo\r\n");
        QCOMPARE(static_cast<int>(head->status), 101);
        QCOMPARE(head->value("Sec-WebSocket-Accept"),
                 std::string_view("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
        QCOMPARE(head->value("Sec-WebSocket-Protocol"), std::string_view("chat"));
        for (const std::size_t size : {0U, 1U, 125U, 126U, 65535U, 65536U, 1U << 20}) {
            peer.sendFrame(std::string(size, 'a'), {.opcode = 2});
            const auto frame = peer.readFrame();
            QVERIFY(frame);
            QCOMPARE(frame->payload.size(), size);
            QVERIFY(frame->header.is(websocket::Opcode::Binary));
        }
        // Fragments come back as one message, the ping between them is answered at once.
        peer.sendFrame("Grü", {.fin = false});
        peer.sendFrame("here?", {.opcode = 9});
        peer.sendFrame("ße", {.opcode = 0});
        const auto pong = peer.readFrame();
        QVERIFY(pong->header.is(websocket::Opcode::Pong));
        QCOMPARE(pong->text(), std::string("here?"));
        QCOMPARE(peer.readText(), std::string("Grüße"));
        // The close is answered with its code, and the server ends the connection.
        peer.sendFrame(std::string_view("\x0f\xa0 bye", 6), {.opcode = 8});
        QCOMPARE(closeCode(peer.readFrame()), std::uint16_t(4000));
        QCOMPARE(peer.waitForEnd(), RawPeer::End::Fin);
        const auto client = m_running->server->status().clients.at(0);
        QCOMPARE(client.messagesIn, 8U);
        QCOMPARE(client.messagesOut, 8U);
        QCOMPARE(client.ending, std::string("The client closed with 4000 (private use)."));
        QCOMPARE(client.what, std::string("WebSocket /echo"));
    }
    void whatIsSentWithTheHandshakeIsRead() {
        RawPeer peer(m_running->port());
        Bytes both;
        ByteWriter writer(both);
        writer.text(
            "GET /any HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        writer.bytes(webSocketText("early", kMask));
        for (const std::uint8_t byte : both) peer.send(ByteView(&byte, 1));
        QCOMPARE(static_cast<int>(peer.readHead()->status), 101);
        QCOMPARE(peer.readText(), std::string("early"));
    }
    void compression_data() {
        QTest::addColumn<QByteArray>("offer");
        QTest::addColumn<bool>("clientKeeps");
        QTest::addColumn<bool>("serverKeeps");
        QTest::addColumn<int>("clientBits");
        QTest::newRow("takeover") << QByteArray("permessage-deflate") << true << true << 15;
        QTest::newRow("none") << QByteArray(
                                     "permessage-deflate; server_no_context_takeover; "
                                     "client_no_context_takeover")
                              << false << false << 15;
        QTest::newRow("windows") << QByteArray(
                                        "permessage-deflate; server_max_window_bits=9; "
                                        "client_max_window_bits=9")
                                 << true << true << 9;
    }
    void compression() {
        QFETCH(QByteArray, offer);
        QFETCH(bool, clientKeeps);
        QFETCH(bool, serverKeeps);
        QFETCH(int, clientBits);
        RawPeer peer(m_running->port());
        QVERIFY(peer.upgrade("/echo", "Sec-WebSocket-Extensions: " + offer.toStdString() + "\r\n"));
        websocket::Deflater deflater(clientBits);
        websocket::Inflater inflater;
        std::vector<std::size_t> sizes;
        for (int i = 0; i < 4; ++i) {
            std::string text;
            for (int line = 0; line < 200; ++line) text += "line " + std::to_string(line * line);
            const Bytes packed = deflater.message(asBytes(text), clientKeeps);
            peer.sendFrame(asText(packed), {.rsv = 4});
            const auto frame = peer.readFrame();
            QVERIFY(frame && frame->header.rsv1);
            std::string back;
            inflater.begin(serverKeeps);
            const auto sink = [&back](ByteView piece) { back += asText(piece); };
            inflater.feed(frame->payload, sink);
            QCOMPARE(inflater.finish(sink), websocket::InflateError::None);
            QVERIFY(back == text);
            sizes.push_back(frame->payload.size());
        }
        // With the whole window a repeated message is a reference to the first one.
        if (clientBits == 15) QCOMPARE(sizes[3] < sizes[0] / 4, serverKeeps);
        // A message that was not compressed is as good.
        peer.sendText("plain");
        QCOMPARE(peer.readText(), std::string("plain"));
    }
    void brokenProtocolIsClosed_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("code");
        const auto row = [](const char* name, const Bytes& bytes, int code) {
            QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()),
                                              static_cast<qsizetype>(bytes.size()))
                                << code;
        };
        const auto frame = [](std::string_view payload, FrameOptions options) {
            options.mask = kMask;
            return webSocketFrame(asBytes(payload), options);
        };
        row("not masked", webSocketText("hi"), 1002);
        row("rsv1 without compression", frame("x", {.rsv = 4}), 1002);
        row("rsv2", frame("x", {.rsv = 2}), 1002);
        row("opcode 3", frame("x", {.opcode = 3}), 1002);
        row("opcode 11", frame("x", {.opcode = 11}), 1002);
        row("fragmented ping", frame("x", {.fin = false, .opcode = 9}), 1002);
        row("long ping", frame(std::string(126, 'x'), {.opcode = 9}), 1002);
        row("continuation", frame("x", {.opcode = 0}), 1002);
        row("length form", frame("x", {.lengthBits = 16}), 1002);
        Bytes two = frame("x", {.fin = false});
        const Bytes second = frame("y", {});
        two.insert(two.end(), second.begin(), second.end());
        row("message inside", two, 1002);
        row("not utf-8", frame("\xff", {}), 1007);
        row("cut character", frame("\xc3", {}), 1007);
        row("close of one byte", frame("x", {.opcode = 8}), 1002);
        row("close 1005", frame(std::string_view("\x03\xed", 2), {.opcode = 8}), 1002);
        row("close reason", frame(std::string_view("\x03\xe8\xff", 3), {.opcode = 8}), 1007);
        Bytes great;
        ByteWriter writer(great);
        websocket::FrameHeader header;
        header.masked = true;
        header.maskingKey = kMask;
        header.payloadLength = 1ULL << 40;
        header.lengthForm = websocket::LengthForm::Bits64;
        websocket::encode(header, writer);
        row("great", great, 1009);
    }
    void brokenProtocolIsClosed() {
        QFETCH(QByteArray, bytes);
        QFETCH(int, code);
        RawPeer peer(m_running->port());
        QVERIFY(peer.upgrade("/echo"));
        peer.sendText("before");
        QCOMPARE(peer.readText(), std::string("before"));
        peer.send(std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size())));
        QCOMPARE(static_cast<int>(closeCode(peer.readFrame())), code);
        QCOMPARE(peer.waitForEnd(), RawPeer::End::Fin);
        QVERIFY(!m_running->server->status().clients.at(0).ending.empty());
    }
    void brokenCompressionIsClosed() {
        RawPeer peer(m_running->port());
        QVERIFY(peer.upgrade("/echo", kDeflate));
        peer.sendFrame("\x07 no deflate", {.rsv = 4});
        QCOMPARE(closeCode(peer.readFrame()), std::uint16_t(1007));

        RawPeer bomber(m_running->port());
        QVERIFY(bomber.upgrade("/echo", kDeflate));
        websocket::Deflater deflater;
        bomber.sendFrame(asText(deflater.message(Bytes(64U << 20, 'a'))), {.rsv = 4});
        QCOMPARE(closeCode(bomber.readFrame()), std::uint16_t(1009));
    }

    void misbehavioursAreNamed_data() {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<QString>("issue");
        QTest::addColumn<bool>("deflate");
        const auto row = [](const char* fault, const char* issue, bool deflate = false) {
            QTest::newRow(fault) << fault << issue << deflate;
        };
        row("wrong-accept", "handshake.accept-wrong");
        row("unasked-subprotocol", "handshake.subprotocol-not-offered");
        row("unasked-extension", "handshake.extension-not-offered");
        row("close:1005", "websocket.close-code-forbidden");
        row("masked", "websocket.server-masked");
        row("bad-utf8", "websocket.text-not-utf8");
        row("reserved-bits", "websocket.reserved-bits");
        row("reserved-bits:1", "websocket.reserved-bits");
        row("reserved-bits:4", "websocket.reserved-bits");
        row("reserved-opcode", "websocket.reserved-opcode");
        row("reserved-opcode:12", "websocket.reserved-opcode");
        row("lying-length", "websocket.payload-incomplete");
        row("cut-in-frame", "websocket.payload-incomplete");
        row("broken-deflate", "websocket.not-deflate", true);
        row("broken-deflate@0", "websocket.reserved-bits");
    }
    void misbehavioursAreNamed() {
        QFETCH(QString, fault);
        QFETCH(QString, issue);
        QFETCH(bool, deflate);
        const auto names =
            issuesOf("/echo?misbehave=" + fault.toStdString(), deflate ? kDeflate : "", true);
        QVERIFY2(std::ranges::find(names, issue.toStdString()) != names.end(),
                 names.empty() ? "no issue" : names[0].c_str());
        // Without the misbehaviour there is nothing to say.
        const auto none = issuesOf("/echo", deflate ? kDeflate : "", true);
        QVERIFY2(none.empty(), none.empty() ? "" : none[0].c_str());
    }
    void refusal() {
        RawPeer peer(m_running->port());
        QCOMPARE(static_cast<int>(peer.upgrade("/echo?misbehave=refuse%3A503")->status), 503);
    }
    void bomb() {
        RawPeer peer(m_running->port());
        QVERIFY(peer.upgrade("/echo?misbehave=deflate-bomb:20", kDeflate));
        peer.sendText("go");
        const auto frame = peer.readFrame();
        QVERIFY(frame && frame->header.rsv1);
        QVERIFY(frame->payload.size() < 40'000);
        std::uint64_t size = 0;
        bool zeros = true;
        const auto sink = [&](ByteView piece) {
            size += piece.size();
            zeros = zeros && std::ranges::all_of(piece, [](std::uint8_t b) { return b == 0; });
        };
        websocket::Inflater inflater;
        inflater.begin(true);
        inflater.feed(frame->payload, sink);
        QCOMPARE(inflater.finish(sink), websocket::InflateError::None);
        QCOMPARE(size, std::uint64_t(20) << 20);
        QVERIFY(zeros);
    }
    void endsHappenBehindSoManyMessages() {
        RawPeer closed(m_running->port());
        QVERIFY(closed.upgrade("/echo?misbehave=close:1011@2"));
        closed.sendText("a");
        QCOMPARE(closed.readText(), std::string("a"));
        closed.sendText("b");
        QCOMPARE(closed.readText(), std::string("b"));
        QCOMPARE(closeCode(closed.readFrame()), std::uint16_t(1011));
        closed.sendFrame(std::string_view("\x03\xf3", 2), {.opcode = 8});
        QCOMPARE(closed.waitForEnd(), RawPeer::End::Fin);

        RawPeer empty(m_running->port());
        QVERIFY(empty.upgrade("/echo?misbehave=close"));
        QCOMPARE(empty.readFrame()->payload.size(), 0U);

        RawPeer cut(m_running->port());
        QVERIFY(cut.upgrade("/echo?misbehave=cut-in-frame@1"));
        cut.sendText("a");
        QCOMPARE(cut.readText(), std::string("a"));
        QVERIFY(!cut.readFrame());
        QCOMPARE(cut.waitForEnd(), RawPeer::End::Fin);
        QVERIFY(cut.unread().size() > 2);

        RawPeer reset(m_running->port());
        QVERIFY(reset.upgrade("/echo?misbehave=reset@1"));
        reset.sendText("a");
        QCOMPARE(reset.waitForEnd(), RawPeer::End::Reset);

        RawPeer http(m_running->port());
        http.request("GET", "/?misbehave=reset");
        QCOMPARE(http.waitForEnd(), RawPeer::End::Reset);
    }
    void pingsStayUnanswered() {
        RawPeer peer(m_running->port());
        QVERIFY(peer.upgrade("/echo?misbehave=no-pong"));
        peer.sendFrame("?", {.opcode = 9});
        peer.sendText("still here");
        QCOMPARE(peer.readText(), std::string("still here"));
    }
    void writingIsSplit() {
        RawPeer peer(m_running->port());
        const int on = 1;
        ::setsockopt(peer.socket(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
        QVERIFY(peer.upgrade("/echo?misbehave=split-writing:5"));
        peer.sendText(std::string(100, 'x'));
        QCOMPARE(peer.readText(), std::string(100, 'x'));
        // A reader that is late may find two segments at once.
        QVERIFY(peer.readSizes().size() > 10);
        QVERIFY(std::ranges::count(peer.readSizes(), 5U) > 0);
    }
    void writingAndReadingAreSlow() {
        using Clock = std::chrono::steady_clock;
        RawPeer peer(m_running->port());
        const auto start = Clock::now();
        QVERIFY(peer.upgrade("/echo?misbehave=slow-writing:1000"));
        peer.sendText(std::string(400, 'x'));
        QCOMPARE(peer.readText(), std::string(400, 'x'));
        // More than 500 bytes at 1000 a second; only the lower bound can be relied on.
        QVERIFY(Clock::now() - start > std::chrono::milliseconds(350));

        RawPeer reader(m_running->port());
        QVERIFY(reader.upgrade("/echo?misbehave=slow-reading:1000"));
        const auto sent = Clock::now();
        reader.sendText(std::string(500, 'x'));
        QCOMPARE(reader.readText(), std::string(500, 'x'));
        QVERIFY(Clock::now() - sent > std::chrono::milliseconds(350));
    }
    void switchesHoldForOpenConnections() {
        RawPeer peer(m_running->port());
        QVERIFY(peer.upgrade("/echo"));
        peer.sendText("a");
        QVERIFY(!peer.readFrame()->header.masked);
        m_running->server->setMisbehaviours({{server::Fault::Masked, {}, 0}});
        peer.sendText("b");
        QVERIFY(peer.readFrame()->header.masked);
        m_running->server->setMisbehaviours({});
        peer.sendText("c");
        QVERIFY(!peer.readFrame()->header.masked);
    }
    void pathsMisbehaveAlone() {
        server::ServerOptions options;
        options.ofPaths = {{"/bad", {{server::Fault::Close, 1013, 0}}}};
        const RunningServer running(options);
        RawPeer bad(running.port());
        QVERIFY(bad.upgrade("/bad"));
        QCOMPARE(closeCode(bad.readFrame()), std::uint16_t(1013));
        RawPeer good(running.port());
        QVERIFY(good.upgrade("/good"));
        good.sendText("fine");
        QCOMPARE(good.readText(), std::string("fine"));
    }
    void aClientThatDoesNotReadStopsTheReading() {
        RawPeer peer(m_running->port());
        QVERIFY(peer.upgrade("/echo"));
        // So much that the server cannot hold it; it must stop reading, and lose nothing.
        const std::string message(100'000, 'x');
        constexpr int kCount = 400;
        std::atomic<bool> sent = false;
        std::thread writer([&] {
            for (int i = 0; i < kCount; ++i) peer.sendFrame(message, {.opcode = 2});
            sent = true;
        });
        QTest::qWait(300);
        const bool early = sent;
        for (int i = 0; i < kCount; ++i) {
            const auto frame = peer.readFrame();
            if (!frame || frame->payload.size() != message.size()) {
                ::shutdown(peer.socket(), SHUT_RDWR);
                writer.join();
                QFAIL("a message was lost");
            }
        }
        writer.join();
        QVERIFY(!early);
    }
    void manyConnectionsAndMessages() {
        std::vector<std::unique_ptr<RawPeer>> peers;
        for (int i = 0; i < 200; ++i) {
            peers.push_back(std::make_unique<RawPeer>(m_running->port()));
            QVERIFY(peers.back()->upgrade("/echo"));
        }
        QCOMPARE(m_running->server->status().clients.size(), 200U);
        for (int i = 0; i < 200; ++i) peers[i]->sendText("peer " + std::to_string(i));
        for (int i = 0; i < 200; ++i) QCOMPARE(peers[i]->readText(), "peer " + std::to_string(i));
        peers.clear();
        QTRY_COMPARE(m_running->server->status().clients.size(), 100U);
    }
    void changesAreTold() {
        std::atomic<int> changes = 0;
        const RunningServer running({}, nullptr, [&changes] { ++changes; });
        RawPeer peer(running.port());
        QVERIFY(peer.upgrade("/echo"));
        QTRY_VERIFY(changes > 0);
        const auto status = running.server->status();
        QCOMPARE(status.url, "http://127.0.0.1:" + std::to_string(running.port()) + "/");
    }
};

QTEST_GUILESS_MAIN(TestServerWebSocket)
#include "test_server_websocket.moc"
