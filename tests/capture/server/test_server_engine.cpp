// Engine.IO and Socket.IO of the test server over real sockets: both revisions, polling, upgrade,
// heartbeats, errors, the echo, the chat, acknowledgements and the misbehaviours that concern them.
#include <algorithm>

#include <QTest>

#include "dissector/engineio/packet.h"
#include "dissector/payload/base64.h"
#include "tests/capture/server/raw_peer.h"
#include "tests/capture/server/running_server.h"

using namespace framescope;
using namespace framescope::test;

namespace {

const char* const kPing = "2";

/// A session by polling, each request on the same connection.
class Polling {
public:
    Polling(std::uint16_t port, std::string path, int revision)
        : m_peer(port),
          m_target(path + "?EIO=" + std::to_string(revision) + "&transport=polling") {}

    RawResponse get(const std::string& more = {}) {
        m_peer.request("GET", m_target + m_sid + more);
        return m_peer.readResponse().value_or(RawResponse{});
    }
    RawResponse post(std::string_view body, const char* headers = "") {
        m_peer.post(m_target + m_sid, body, headers);
        return m_peer.readResponse().value_or(RawResponse{});
    }
    /// Opens the session; the response's body.
    std::string open(const std::string& more = {}) {
        m_target += more;
        const std::string body = get().body;
        const std::size_t at = body.find("\"sid\":\"");
        if (at == std::string::npos) return body;
        const std::size_t begin = at + 7;
        m_sid = "&sid=" + body.substr(begin, body.find('"', begin) - begin);
        return body;
    }
    /// Sends a poll whose answer is awaited later.
    void startPoll() { m_peer.request("GET", m_target + m_sid); }
    std::string finishPoll() { return m_peer.readResponse().value_or(RawResponse{}).body; }
    const std::string& sid() const { return m_sid; }

private:
    RawPeer m_peer;
    std::string m_target;
    std::string m_sid;
};

/// A Socket.IO client on a WebSocket at once.
class Client {
public:
    Client(std::uint16_t port, const std::string& more = {}, int revision = 4) : peer(port) {
        peer.upgrade("/socket.io/?EIO=" + std::to_string(revision) + "&transport=websocket" + more);
        peer.readText();
    }
    void say(std::string_view text) { peer.sendText(text); }
    std::string hear() { return peer.readText(); }
    /// Connects a namespace of revision 5 and leaves out its sid.
    std::string connect(const std::string& nsp, const std::string& auth = {}) {
        say("40" + nsp + auth);
        const std::string answer = hear();
        return answer.substr(0, answer.find("\"sid\""));
    }
    RawPeer peer;
};

}  // namespace

class TestServerEngine : public QObject {
    Q_OBJECT

    std::unique_ptr<RunningServer> m_running;

private Q_SLOTS:
    void init() {
        m_running = std::make_unique<RunningServer>();
        QVERIFY2(m_running->server, m_running->why.c_str());
    }
    void cleanup() { m_running.reset(); }

    void handshakes() {
        Polling four(m_running->port(), "/engine.io/", 4);
        const std::string open = four.open();
        QVERIFY(open.starts_with("0{"));
        const auto handshake = engineio::parseHandshake(std::string_view(open).substr(1));
        QVERIFY(handshake);
        QCOMPARE(handshake->upgrades->value, std::vector<std::string>{"websocket"});
        QCOMPARE(handshake->pingInterval->value, 25'000U);
        QCOMPARE(handshake->pingTimeout->value, 20'000U);
        QVERIFY(handshake->maxPayload);

        Polling three(m_running->port(), "/socket.io/", 3);
        const std::string both = three.open();
        QVERIFY(both.ends_with("2:40"));
        const std::size_t colon = both.find(':');
        QCOMPARE(std::stoul(both), both.size() - 4 - colon - 1);

        RawPeer socket(m_running->port());
        QVERIFY(socket.upgrade("/engine.io/?EIO=4&transport=websocket"));
        QVERIFY(socket.readText().find("\"upgrades\":[]") != std::string::npos);
    }
    void errors_data() {
        QTest::addColumn<QString>("method");
        QTest::addColumn<QString>("query");
        QTest::addColumn<int>("code");
        QTest::newRow("transport") << "GET"
                                   << "EIO=4&transport=tcp" << 0;
        QTest::newRow("no transport") << "GET"
                                      << "EIO=4" << 0;
        QTest::newRow("sid") << "GET"
                             << "EIO=4&transport=polling&sid=none" << 1;
        QTest::newRow("method") << "POST"
                                << "EIO=4&transport=polling" << 2;
        QTest::newRow("websocket without upgrade") << "GET"
                                                   << "EIO=4&transport=websocket" << 3;
        QTest::newRow("forbidden") << "GET"
                                   << "EIO=4&transport=polling&misbehave=refuse" << 4;
        QTest::newRow("version") << "GET"
                                 << "EIO=5&transport=polling" << 5;
    }
    void errors() {
        QFETCH(QString, method);
        QFETCH(QString, query);
        QFETCH(int, code);
        RawPeer peer(m_running->port());
        peer.request(method.toStdString(), "/socket.io/?" + query.toStdString(),
                     "Content-Length: 0\r\n");
        const auto response = peer.readResponse();
        QVERIFY(response);
        QCOMPARE(static_cast<int>(response->head.status), code == 4 ? 403 : 400);
        QVERIFY2(response->body.starts_with("{\"code\":" + std::to_string(code)),
                 response->body.c_str());
    }
    void echoByPolling4() {
        Polling session(m_running->port(), "/engine.io/", 4);
        session.open();
        QCOMPARE(session
                     .post("4Grüße\x1e"
                           "bAQIDBA==\x1e"
                           "4")
                     .body,
                 std::string("ok"));
        QCOMPARE(session.get().body, std::string("4Grüße\x1e"
                                                 "bAQIDBA==\x1e"
                                                 "4"));
        // A poll waits until there is something to say.
        session.startPoll();
        Polling other(m_running->port(), "/engine.io/", 4);
        other.open();
        RawPeer poster(m_running->port());
        poster.post("/engine.io/?EIO=4&transport=polling" + session.sid(), "4later");
        QVERIFY(poster.readResponse());
        QCOMPARE(session.finishPoll(), std::string("4later"));
        QCOMPARE(session.post("1").body, std::string("ok"));
        QVERIFY(session.get().body.starts_with("{\"code\":1"));
    }
    void echoByPolling3() {
        Polling session(m_running->port(), "/engine.io/", 3);
        session.open();
        // Lengths count UTF-16 code units.
        QCOMPARE(session.post("6:4Grüße4:4x🙂").body, std::string("ok"));
        QCOMPARE(session.get().body, std::string("6:4Grüße4:4x🙂"));
        const std::string binary(
            "\x01\x05\xff\x04\x01\x02\x03\x04\x00\x02\xff"
            "4a",
            13);
        QCOMPARE(session.post(binary, "Content-Type: application/octet-stream\r\n").body,
                 std::string("ok"));
        const RawResponse answer = session.get();
        QCOMPARE(answer.head.value("Content-Type"), std::string_view("application/octet-stream"));
        QCOMPARE(answer.body, binary);
        QCOMPARE(session.post("1:2").body, std::string("ok"));
        QCOMPARE(session.get().body, std::string("1:3"));

        Polling base64(m_running->port(), "/engine.io/", 3);
        base64.open("&b64=1");
        base64.post("10:b4AQIDBA==");
        QCOMPARE(base64.get().body, std::string("10:b4AQIDBA=="));
    }
    void scriptsInsteadOfRequests() {
        Polling session(m_running->port(), "/engine.io/", 3);
        const std::string open = session.open("&j=2");
        QVERIFY(open.starts_with("___eio[2](\""));
        // The handshake's quotes are escaped, so its sid is found another way.
        const std::size_t at = open.find("sid\\\":\\\"") + 8;
        const std::string sid = open.substr(at, open.find("\\\"", at) - at);
        RawPeer peer(m_running->port());
        const std::string target = "/engine.io/?EIO=3&transport=polling&j=3&sid=" + sid;
        peer.post(target, "d=3%3A4a%22", "Content-Type: application/x-www-form-urlencoded\r\n");
        QCOMPARE(peer.readResponse()->body, std::string("ok"));
        peer.request("GET", target);
        QCOMPARE(peer.readResponse()->body, std::string("___eio[3](\"3:4a\\\"\");"));
    }
    void whatIsNoPayloadEndsTheSession_data() {
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("no packet") << QByteArray("x");
        QTest::newRow("empty packet") << QByteArray(
            "4a\x1e\x1e"
            "4b");
        QTest::newRow("not base64") << QByteArray("b!!!");
        QTest::newRow("ping by the client") << QByteArray("2");
        QTest::newRow("open by the client") << QByteArray("0{}");
        QTest::newRow("not utf-8") << QByteArray("4\xff");
    }
    void whatIsNoPayloadEndsTheSession() {
        QFETCH(QByteArray, body);
        Polling session(m_running->port(), "/engine.io/", 4);
        session.open();
        QCOMPARE(static_cast<int>(session.post(body.toStdString()).head.status), 400);
        QVERIFY(session.get().body.starts_with("{\"code\":1"));
    }
    void twoPollsAtOnceEndTheSession() {
        Polling session(m_running->port(), "/engine.io/", 4);
        session.open();
        session.startPoll();
        RawPeer second(m_running->port());
        int status = 0;
        for (int i = 0; i < 500 && status != 400; ++i) {
            second.request("GET", "/engine.io/?EIO=4&transport=polling" + session.sid());
            status = second.readResponse()->head.status;
        }
        QCOMPARE(status, 400);
        QCOMPARE(session.finishPoll(), std::string("1"));
    }
    void upgrade_data() {
        QTest::addColumn<int>("revision");
        QTest::newRow("3") << 3;
        QTest::newRow("4") << 4;
    }
    void upgrade() {
        QFETCH(int, revision);
        Polling session(m_running->port(), "/engine.io/", revision);
        session.open();
        const std::string noop = revision == 4 ? "6" : "1:6";
        session.startPoll();
        RawPeer socket(m_running->port());
        QVERIFY(socket.upgrade("/engine.io/?EIO=" + std::to_string(revision) +
                               "&transport=websocket" + session.sid()));
        socket.sendText("2probe");
        QCOMPARE(socket.readText(), std::string("3probe"));
        QCOMPARE(session.finishPoll(), noop);
        session.startPoll();
        QCOMPARE(session.finishPoll(), noop);
        // A second WebSocket cannot take the session as well.
        RawPeer second(m_running->port());
        QCOMPARE(static_cast<int>(second
                                      .upgrade("/engine.io/?EIO=" + std::to_string(revision) +
                                               "&transport=websocket" + session.sid())
                                      ->status),
                 400);
        socket.sendText("5");
        socket.sendText("4hello");
        QCOMPARE(socket.readText(), std::string("4hello"));
        const std::string bytes = revision == 4 ? std::string("\x01\x02") : "\x04\x01\x02";
        socket.sendFrame(bytes, {.opcode = 2});
        const auto frame = socket.readFrame();
        QVERIFY(frame->header.is(websocket::Opcode::Binary));
        QCOMPARE(frame->text(), bytes);
        QVERIFY(session.get().body.starts_with("{\"code\":3"));
        const auto clients = m_running->server->status().clients;
        QCOMPARE(clients.at(0).what, "Engine.IO " + std::to_string(revision) + ", WebSocket");
        QCOMPARE(clients.at(0).messagesIn, 2U);
        socket.sendText("1");
        QTRY_VERIFY(!m_running->server->status().clients.at(0).open);
    }
    void heartbeats() {
        server::ServerOptions options;
        options.pingInterval = std::chrono::milliseconds(30);
        options.pingTimeout = std::chrono::milliseconds(100);
        const RunningServer running(options);
        RawPeer four(running.port());
        QVERIFY(four.upgrade("/engine.io/?EIO=4&transport=websocket"));
        four.readText();
        for (int i = 0; i < 3; ++i) {
            QCOMPARE(four.readText(), std::string(kPing));
            four.sendText("3");
        }
        // Pings that are not answered end the session.
        QCOMPARE(four.readText(), std::string(kPing));
        const auto last = four.readFrame();
        QVERIFY(last && last->header.is(websocket::Opcode::Close));
        QTRY_COMPARE(running.server->status().clients.back().ending,
                     std::string("The client did not answer a ping in time."));

        RawPeer three(running.port());
        QVERIFY(three.upgrade("/engine.io/?EIO=3&transport=websocket"));
        three.readText();
        three.sendText("2");
        QCOMPARE(three.readText(), std::string("3"));
        const auto end = three.readFrame();
        QVERIFY(end && end->header.is(websocket::Opcode::Close));

        // No heartbeat: the next that is heard is the answer to a message.
        RawPeer silent(running.port());
        QVERIFY(silent.upgrade("/engine.io/?EIO=3&transport=websocket&misbehave=no-heartbeat"));
        silent.readText();
        silent.sendText("2");
        silent.sendText("4x");
        QCOMPARE(silent.readText(), std::string("4x"));
    }
    void pingsAreWithheld() {
        server::ServerOptions options;
        options.pingInterval = std::chrono::milliseconds(20);
        const RunningServer running(options);
        RawPeer silent(running.port());
        QVERIFY(silent.upgrade("/engine.io/?EIO=4&transport=websocket&misbehave=no-heartbeat"));
        silent.readText();
        // In the time that another session needs for three pings, this one gets none.
        RawPeer other(running.port());
        QVERIFY(other.upgrade("/engine.io/?EIO=4&transport=websocket"));
        other.readText();
        for (int i = 0; i < 3; ++i) {
            QCOMPARE(other.readText(), std::string(kPing));
            other.sendText("3");
        }
        silent.sendText("4x");
        QCOMPARE(silent.readText(), std::string("4x"));
    }
    void sessionsAreForgotten() {
        Polling session(m_running->port(), "/engine.io/", 4);
        session.open("&misbehave=unknown-sid");
        QVERIFY(session.get().body.starts_with("{\"code\":1"));
    }

    void socketIoEcho() {
        Client client(m_running->port());
        QCOMPARE(client.connect(""), std::string("40{"));
        client.say("42[\"hello\",1,{\"a\":\"ü\"}]");
        QCOMPARE(client.hear(), std::string("42[\"hello\",1,{\"a\":\"ü\"}]"));
        client.say("427[\"hello\",1,{\"a\":2}]");
        QCOMPARE(client.hear(), std::string("437[1,{\"a\":2}]"));
        client.say("420[\"nothing\"]");
        QCOMPARE(client.hear(), std::string("430[]"));
        client.say(
            "452-1[\"bytes\",{\"_placeholder\":true,\"num\":0},"
            "{\"_placeholder\":true,\"num\":1}]");
        client.peer.sendFrame("abc", {.opcode = 2});
        client.peer.sendFrame("", {.opcode = 2});
        QCOMPARE(client.hear(), std::string("462-1[{\"_placeholder\":true,\"num\":0},"
                                            "{\"_placeholder\":true,\"num\":1}]"));
        QCOMPARE(client.hear(), std::string("abc"));
        QCOMPARE(client.hear(), std::string());
    }
    void socketIoNamespaces() {
        Client client(m_running->port());
        client.say("40/other,");
        QCOMPARE(client.hear(), std::string("44/other,{\"message\":\"Invalid namespace\"}"));
        client.say("40{\"token\":\"wrong\"}");
        QCOMPARE(client.hear(), std::string("44{\"message\":\"The token is wrong\",\"data\":"
                                            "{\"token\":\"wrong\"}}"));
        QCOMPARE(client.connect("/chat,", "{\"token\":\"right\"}"), std::string("40/chat,{"));
        QCOMPARE(client.hear(), std::string("42/chat,[\"welcome\",{\"token\":\"right\"}]"));
        client.say("42/chat,1[\"goodbye\"]");
        QCOMPARE(client.hear(), std::string("43/chat,1[]"));
        QCOMPARE(client.hear(), std::string("41/chat,"));
        // What is sent to a namespace that is not connected ends the session.
        client.say("42[\"x\"]");
        QVERIFY(client.peer.readFrame()->header.is(websocket::Opcode::Close));
    }
    void socketIo2() {
        Client client(m_running->port(), "", 3);
        QCOMPARE(client.hear(), std::string("40"));
        client.say("40/chat?token=wrong,");
        QCOMPARE(client.hear(), std::string("44/chat,\"The token is wrong\""));
        client.say("40/chat?token=right,");
        QCOMPARE(client.hear(), std::string("40/chat,"));
        client.say("40/none");
        QCOMPARE(client.hear(), std::string("44/none,\"Invalid namespace\""));
        client.say("42/chat,3[\"join\",\"den\"]");
        QCOMPARE(client.hear(), std::string("43/chat,3[\"den\",1]"));
        client.say("420[\"ask\",\"why\"]");
        QCOMPARE(client.hear(), std::string("420[\"question\",\"why\"]"));
        client.say("430[\"because\",1]");
        QCOMPARE(client.hear(), std::string("430[\"because\",1]"));
        const Client refused(m_running->port(), "&token=wrong", 3);
    }
    void serverAsks() {
        Client client(m_running->port());
        client.connect("");
        client.say("42[\"ask\",1,2]");
        QCOMPARE(client.hear(), std::string("420[\"question\",1,2]"));
        client.say("461-0[{\"_placeholder\":true,\"num\":0}]");
        client.peer.sendFrame("abc", {.opcode = 2});
        QCOMPARE(client.hear(), std::string("451-[\"answer\",{\"_placeholder\":true,\"num\":0}]"));
        QCOMPARE(client.hear(), std::string("abc"));
    }
    void chat() {
        Client anna(m_running->port());
        Client ben(m_running->port());
        Polling carl(m_running->port(), "/socket.io/", 4);
        anna.connect("/chat,");
        ben.connect("/chat,");
        carl.open();
        carl.post("40/chat,");
        QVERIFY(carl.get().body.starts_with("40/chat,"));
        anna.say("42/chat,1[\"message\",\"hello\"]");
        QCOMPARE(anna.hear(), std::string("43/chat,1[2]"));
        QCOMPARE(ben.hear(), std::string("42/chat,[\"message\",\"hello\"]"));
        QCOMPARE(carl.get().body, std::string("42/chat,[\"message\",\"hello\"]"));
        ben.say("42/chat,0[\"join\",\"other\"]");
        QCOMPARE(ben.hear(), std::string("43/chat,0[\"other\",1]"));
        anna.say("451-/chat,2[\"message\",{\"_placeholder\":true,\"num\":0}]");
        anna.peer.sendFrame("abc", {.opcode = 2});
        QCOMPARE(anna.hear(), std::string("43/chat,2[1]"));
        QCOMPARE(carl.get().body, std::string("451-/chat,[\"message\",{\"_placeholder\":true,"
                                              "\"num\":0}]\x1e"
                                              "bYWJj"));
        carl.post("41/chat,");
        anna.say("42/chat,3[\"message\",\"anybody?\"]");
        QCOMPARE(anna.hear(), std::string("43/chat,3[0]"));
    }
    void emptyPacketsThatWaitAreBounded() {
        Polling session(m_running->port(), "/engine.io/", 4);
        session.open();
        std::string payload = "4";
        for (int i = 0; i < 400'000; ++i)
            payload +=
                "\x1e"
                "4";
        QCOMPARE(session.post(payload).body, std::string("ok"));
        QVERIFY(session.get().body.starts_with("{\"code\":1"));
        const std::string ending = m_running->server->status().clients.front().ending;
        QVERIFY2(ending.starts_with("The client does not poll"), ending.c_str());
    }
    void lateAcknowledgementsAreBounded() {
        Client client(m_running->port(), "&misbehave=late-ack:3600000");
        client.connect("");
        const std::string argument(5U << 20, 'x');
        for (int i = 0; i < 4; ++i) {
            client.say("42" + std::to_string(i) + "[\"a\",\"" + argument + "\"]");
        }
        const auto frame = client.peer.readFrame();
        QVERIFY(frame && frame->header.is(websocket::Opcode::Close));
        // Ended in the list of clients before the close frame goes out.
        const auto clients = m_running->server->status().clients;
        const auto closed = [](const server::ClientInfo& info) {
            return info.ending.starts_with("The client wants too much acknowledged late");
        };
        QVERIFY(std::ranges::any_of(clients, closed));
    }
    void acknowledgementsMisbehave() {
        Client missing(m_running->port(), "&misbehave=missing-ack@1");
        missing.connect("");
        missing.say("421[\"a\"]");
        QCOMPARE(missing.hear(), std::string("431[]"));
        missing.say("422[\"a\"]");
        missing.say("42[\"b\"]");
        QCOMPARE(missing.hear(), std::string("42[\"b\"]"));

        Client twice(m_running->port(), "&misbehave=double-ack");
        twice.connect("");
        twice.say("421[\"a\",1]");
        QCOMPARE(twice.hear(), std::string("431[1]"));
        QCOMPARE(twice.hear(), std::string("431[1]"));

        Client late(m_running->port(), "&misbehave=late-ack:50");
        late.connect("");
        late.say("421[\"a\",1]");
        late.say("42[\"b\"]");
        QCOMPARE(late.hear(), std::string("42[\"b\"]"));
        QCOMPARE(late.hear(), std::string("431[1]"));
    }
    void whatIsNoPacketEndsTheSession_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("type") << "49";
        QTest::newRow("json") << "42[\"a\"";
        QTest::newRow("no name") << "42[{}]";
        QTest::newRow("reserved name") << "42[\"disconnect\"]";
        QTest::newRow("too many attachments") << "459999-[\"a\"]";
        QTest::newRow("error") << "44{}";
        QTest::newRow("attachment missing") << "451-[\"a\",{\"_placeholder\":true,\"num\":0}]";
    }
    void whatIsNoPacketEndsTheSession() {
        QFETCH(QString, text);
        Client client(m_running->port());
        client.connect("");
        client.say(text.toStdString());
        if (QTest::currentDataTag() == QByteArray("attachment missing")) client.say("42[\"b\"]");
        const auto frame = client.peer.readFrame();
        QVERIFY(frame && frame->header.is(websocket::Opcode::Close));
    }
};

QTEST_GUILESS_MAIN(TestServerEngine)
#include "test_server_engine.moc"
