// Engine.IO and Socket.IO clients against servers of the script, in both revisions and by every
// way: the upgrade and how it fails, heartbeats, binary data, namespaces, acknowledgements,
// closing.
#include <future>

#include <QtTest>

#include "scripted_engine.h"

using namespace framescope;
using client::ClientOptions;
using client::Incoming;
using client::Speaks;
using client::State;
using engineio::PacketType;
using test::ScriptedEngine;
using Way = client::EngineIoOptions::Way;

namespace {

struct Set {
    net::Reactor reactor;
    test::ScriptedNet network{reactor};
    ScriptedEngine server;
    test::Recorder recorder;
    std::unique_ptr<client::Client> client;
    ClientOptions options;

    explicit Set(int revision, Way way = Way::PollingThenUpgrade, Speaks speaks = Speaks::EngineIo)
        : server(static_cast<std::uint8_t>(revision)) {
        options.urls = {"http://localhost:1/"};
        options.speaks = speaks;
        options.engineIo.revision = static_cast<std::uint8_t>(revision);
        options.engineIo.way = way;
        network.accept = [this](test::Wire& wire) { server.accept(wire); };
    }
    /// Behind this, no script runs any more: what it looks at may go.
    ~Set() {
        client.reset();
        reactor.call([this] { network.silence(); });
    }

    void connect() {
        client = client::makeWithConnector(reactor, network.connector(), options, recorder);
        client->connect();
    }
    bool waitForUpgrade() {
        return recorder.waitFor(State::Open) && wait([this] { return server.isSwitched(); });
    }
    /// Waits until `holds` is true on the reactor's thread.
    bool wait(const std::function<bool()>& holds) {
        for (int i = 0; i < 10'000; ++i) {
            bool good = false;
            reactor.call([&] { good = holds(); });
            if (good) return true;
            QThread::msleep(1);
        }
        return false;
    }
    /// The Engine.IO packets and messages that came, in short.
    std::vector<std::string> heard() {
        std::vector<std::string> lines;
        for (const Incoming& incoming : recorder.incoming()) {
            const std::string text(asText(incoming.bytes));
            switch (incoming.kind) {
                case Incoming::Kind::Text:
                    lines.push_back("text " + text);
                    break;
                case Incoming::Kind::Binary:
                    lines.push_back("binary " + text);
                    break;
                case Incoming::Kind::EngineIo:
                    lines.push_back(std::string(engineio::packetTypeName(incoming.engineType)) +
                                    (incoming.engineType == PacketType::Open ? "" : text));
                    break;
                default:
                    break;
            }
        }
        return lines;
    }
    bool waitToHear(const std::string& line) {
        for (int i = 0; i < 10'000; ++i) {
            const auto lines = heard();
            if (std::ranges::count(lines, line) != 0) return true;
            QThread::msleep(1);
        }
        return false;
    }
    Result<client::Sent> sendAndWait(compose::Draft draft) {
        std::promise<Result<client::Sent>> promise;
        client->send(std::move(draft),
                     [&promise](Result<client::Sent> sent) { promise.set_value(sent); });
        return promise.get_future().get();
    }
};

compose::EngineIoDraft messageDraft(const std::string& text, bool binary = false) {
    compose::EngineIoDraft draft;
    draft.data.text = text;
    draft.binary = binary;
    return draft;
}

compose::SocketIoDraft eventDraft(const std::string& event, const std::string& arguments) {
    compose::SocketIoDraft draft;
    draft.event = event;
    draft.data = arguments;
    return draft;
}

void addRevisionsAndWays() {
    QTest::addColumn<int>("revision");
    QTest::addColumn<int>("way");
    for (const int revision : {3, 4}) {
        const std::string name = std::to_string(revision);
        QTest::newRow((name + " WebSocket").c_str())
            << revision << static_cast<int>(Way::WebSocketOnly);
        QTest::newRow((name + " upgrade").c_str())
            << revision << static_cast<int>(Way::PollingThenUpgrade);
        QTest::newRow((name + " polling").c_str())
            << revision << static_cast<int>(Way::PollingOnly);
    }
}

}  // namespace

class TestClientEngineIo : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void echoes_data() { addRevisionsAndWays(); }
    void echoes() {
        QFETCH(int, revision);
        QFETCH(int, way);
        Set set(revision, static_cast<Way>(way));
        set.server.onPacket = [&](const ScriptedEngine::Packet& packet) {
            if (packet.bytes.starts_with("4") || packet.bytes.starts_with("b") || packet.binary) {
                set.server.send(packet.bytes, packet.binary);
            }
        };
        set.connect();
        QVERIFY(set.recorder.waitFor(State::Open));
        QCOMPARE(set.client->status().sid, std::string("S1"));
        if (static_cast<Way>(way) == Way::PollingThenUpgrade) QVERIFY(set.waitForUpgrade());
        QVERIFY(set.sendAndWait(messageDraft("h\xc3\xa4llo")));
        QVERIFY(set.waitToHear("text h\xc3\xa4llo"));
        QVERIFY(set.sendAndWait(messageDraft(std::string("\x00\x01\xff", 3), true)));
        QVERIFY(set.waitToHear("binary " + std::string("\x00\x01\xff", 3)));
        QCOMPARE(set.client->status().wire.polling, static_cast<Way>(way) == Way::PollingOnly);
        QVERIFY2(set.recorder.remarks().empty(),
                 set.recorder.remarks().empty() ? "" : set.recorder.remarks()[0].c_str());
        set.client->close();
        QVERIFY(set.recorder.waitFor(State::Closed));
        QVERIFY2(set.client->status().sentence.empty(), set.client->status().sentence.c_str());
    }

    void base64WhereTheServerWantsIt() {
        Set set(3, Way::PollingOnly);
        set.options.engineIo.base64 = true;
        set.connect();
        QVERIFY(set.recorder.waitFor(State::Open));
        QVERIFY(set.sendAndWait(messageDraft("abc", true)));
        QVERIFY(set.wait([&] { return !set.server.log.empty(); }));
        set.reactor.call([&] {
            QCOMPARE(set.server.log[0], std::string("polling b4YWJj"));
            QVERIFY(set.server.targets[0].find("b64=1") != std::string::npos);
        });
    }

    void theOrderHoldsThroughTheUpgrade() {
        Set set(4);
        set.connect();
        QVERIFY(set.recorder.waitFor(State::Open));
        for (int i = 0; i < 200; ++i) set.client->send(messageDraft(std::to_string(i)));
        const auto messages = [&] {
            std::vector<std::string> found;
            for (const std::string& line : set.server.log) {
                const std::size_t at = line.find(' ');
                if (line[at + 1] == '4') found.push_back(line.substr(at + 2));
            }
            return found;
        };
        QVERIFY(set.wait([&] { return messages().size() == 200 && set.server.isSwitched(); }));
        set.reactor.call([&] {
            for (int i = 0; i < 200; ++i) {
                QCOMPARE(messages()[static_cast<std::size_t>(i)], std::to_string(i));
            }
        });
    }

    void theUpgradeFails_data() {
        QTest::addColumn<bool>("refused");
        QTest::newRow("refused") << true;
        QTest::newRow("probe not answered") << false;
    }
    void theUpgradeFails() {
        QFETCH(bool, refused);
        Set set(4);
        set.server.refusesWebSocket = refused;
        set.server.answersProbe = false;
        set.options.handshakeTimeout = std::chrono::milliseconds(refused ? 10'000 : 100);
        set.server.onPacket = [&](const ScriptedEngine::Packet& packet) {
            set.server.send(packet.bytes);
        };
        set.connect();
        QVERIFY(set.recorder.waitForRemark("The upgrade to WebSocket failed"));
        QVERIFY(set.sendAndWait(messageDraft("still here")));
        QVERIFY(set.waitToHear("text still here"));
        QCOMPARE(set.client->status().state, State::Open);
        QVERIFY(set.client->status().wire.polling);
    }

    void framesNeedAWebSocket() {
        Set set(4, Way::PollingOnly);
        set.connect();
        QVERIFY(set.recorder.waitFor(State::Open));
        const auto sent = set.sendAndWait(compose::RawDraft{});
        QVERIFY(!sent);
        QVERIFY(sent.error().sentence.find("no WebSocket") != std::string::npos);
    }

    void keptConnectionsThatTheServerCloses() {
        Set set(4, Way::PollingOnly);
        set.server.closesKeptConnections = true;
        set.server.onPacket = [&](const ScriptedEngine::Packet& packet) {
            set.server.send(packet.bytes);
        };
        set.connect();
        QVERIFY(set.recorder.waitFor(State::Open));
        for (int i = 0; i < 5; ++i) {
            QVERIFY(set.sendAndWait(messageDraft(std::to_string(i))));
            QVERIFY(set.waitToHear("text " + std::to_string(i)));
        }
    }

    void aPostIsNeverSentTwice() {
        Set set(4, Way::PollingOnly);
        set.server.answersPosts = 1;
        set.connect();
        QVERIFY(set.recorder.waitFor(State::Open));
        QVERIFY(set.sendAndWait(messageDraft("one")));
        QVERIFY(set.wait([&] { return set.server.answersPosts == 0; }));
        QVERIFY(set.sendAndWait(messageDraft("two")));
        QVERIFY(set.recorder.waitFor(State::Closed));
        const std::string sentence = set.client->status().sentence;
        QVERIFY2(sentence.find("The POST is not sent again") != std::string::npos,
                 sentence.c_str());
        set.reactor.call([&] {
            QCOMPARE(set.server.log, (std::vector<std::string>{"polling 4one", "polling 4two"}));
        });
    }

    void aPollOnAKeptConnectionIsSentAgain() {
        Set set(4, Way::PollingOnly);
        set.server.answersPolls = 0;
        set.connect();
        QVERIFY(set.recorder.waitFor(State::Open));
        QVERIFY(set.wait([&] { return set.server.targets.size() == 3; }));
        set.reactor.call([&] { set.server.send("4here"); });
        QVERIFY(set.waitToHear("text here"));
    }

    void heartbeats_data() { addRevisionsAndWays(); }
    void heartbeats() {
        QFETCH(int, revision);
        QFETCH(int, way);
        int beats = 0;
        Set set(revision, static_cast<Way>(way));
        set.server.pingInterval = 40;
        set.server.pingTimeout = 5'000;
        set.server.onPacket = [&](const ScriptedEngine::Packet& packet) {
            if (packet.bytes == "2") set.server.send("3");
            if (packet.bytes == "2" || packet.bytes == "3") ++beats;
        };
        set.connect();
        QVERIFY(set.recorder.waitFor(State::Open));
        for (int wanted = 1; wanted <= 3; ++wanted) {
            if (revision == 4) set.reactor.call([&] { set.server.send("2"); });
            QVERIFY(set.wait([&] { return beats >= wanted; }));
        }
        QCOMPARE(set.client->status().state, State::Open);
    }

    void heartbeatsWithheld() {
        Set set(4, Way::WebSocketOnly);
        set.options.engineIo.answersHeartbeats = false;
        set.connect();
        QVERIFY(set.recorder.waitFor(State::Open));
        set.reactor.call([&] { set.server.send("2"); });
        QVERIFY(set.waitToHear("ping"));
        QVERIFY(set.sendAndWait(messageDraft("x")));
        QVERIFY(set.wait([&] { return !set.server.log.empty(); }));
        set.reactor.call(
            [&] { QCOMPARE(set.server.log, std::vector<std::string>{"websocket 4x"}); });
        set.client->setAnswersHeartbeats(true);
        set.reactor.call([&] { set.server.send("2"); });
        QVERIFY(set.wait([&] { return set.server.log.size() == 2; }));
        set.reactor.call([&] { QCOMPARE(set.server.log[1], std::string("websocket 3")); });
    }

    void heartbeatsMissed_data() { addRevisionsAndWays(); }
    void heartbeatsMissed() {
        QFETCH(int, revision);
        QFETCH(int, way);
        Set set(revision, static_cast<Way>(way));
        set.server.offersUpgrade = false;
        set.server.pingInterval = 20;
        set.server.pingTimeout = 20;
        set.connect();
        QVERIFY(set.recorder.waitForRemark("missed a heartbeat"));
        QVERIFY(set.recorder.waitFor(State::Closed));
        QVERIFY(set.client->status().sentence.find("missed a heartbeat") != std::string::npos);
    }

    void theServerClosesTheSession_data() { addRevisionsAndWays(); }
    void theServerClosesTheSession() {
        QFETCH(int, revision);
        QFETCH(int, way);
        Set set(revision, static_cast<Way>(way));
        set.server.offersUpgrade = false;
        set.connect();
        QVERIFY(set.recorder.waitFor(State::Open));
        set.reactor.call([&] { set.server.send("1"); });
        QVERIFY(set.recorder.waitFor(State::Closed));
        QCOMPARE(set.client->status().sentence,
                 std::string("The server closed the Engine.IO session."));
    }

    void pollingIsRefused() {
        Set set(4, Way::PollingOnly);
        set.network.accept = [](test::Wire& wire) {
            wire.onSent = [](test::Wire& self) {
                if (!test::takeRequest(self)) return;
                self.give(test::httpAnswer(R"({"code":5,"message":"Unsupported protocol version"})",
                                           400, "Bad Request"));
            };
        };
        set.connect();
        QVERIFY(set.recorder.waitFor(State::Closed));
        const std::string sentence = set.client->status().sentence;
        QVERIFY2(
            sentence.find("400 Bad Request: Unsupported protocol version") != std::string::npos,
            sentence.c_str());
        QCOMPARE(set.client->status().response->status, std::uint16_t{400});
    }

    void noEngineIo_data() {
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("a page") << QByteArray("<html>");
        QTest::newRow("nothing") << QByteArray();
    }
    void noEngineIo() {
        QFETCH(QByteArray, body);
        Set set(4, Way::PollingOnly);
        set.network.accept = [&body](test::Wire& wire) {
            wire.onSent = [&body](test::Wire& self) {
                if (test::takeRequest(self)) self.give(test::httpAnswer(body.toStdString()));
            };
        };
        set.connect();
        QVERIFY(set.recorder.waitFor(State::Closed));
        QVERIFY(set.client->status().sentence.find("no Engine.IO payload") != std::string::npos);
    }

    void socketIo_data() { addRevisionsAndWays(); }
    void socketIo() {
        QFETCH(int, revision);
        QFETCH(int, way);
        Set set(revision, static_cast<Way>(way), Speaks::SocketIo);
        set.options.socketIo.namespaces = {{"/chat", R"({"token":"x"})"}, {"/", ""}};
        // A binary event is sent back with its attachment behind it, an event is acknowledged.
        set.server.onPacket = [&](const ScriptedEngine::Packet& packet) {
            const bool v4 = revision == 4;
            if (packet.bytes == "40") {
                set.server.send(R"(40{"sid":"a"})");
            } else if (packet.bytes.starts_with("40/chat")) {
                set.server.send(v4 ? R"(40/chat,{"sid":"b"})" : "40/chat");
            } else if (packet.bytes.starts_with("42/chat,0")) {
                set.server.send("43/chat,0[\"got\"]");
            } else if (packet.bytes.starts_with("45") || packet.binary ||
                       packet.bytes.starts_with("b")) {
                set.server.send(packet.bytes, packet.binary);
            }
        };
        set.connect();
        if (revision == 3) set.reactor.call([&] { set.server.send("40"); });
        QVERIFY(set.recorder.waitFor(State::Open));
        QVERIFY(set.recorder.wait([] { return true; }));
        QVERIFY(set.wait([&] { return set.client->status().namespaces.size() == 2; }));
        if (revision == 3) {
            set.reactor.call([&] {
                const auto& log = set.server.log;
                QVERIFY(std::ranges::any_of(log, [](const std::string& line) {
                    return line.ends_with("40/chat?token=x,") || line.ends_with("40/chat?token=x");
                }));
            });
        }
        compose::SocketIoDraft event = eventDraft("ask", "[1]");
        event.nsp = "/chat";
        event.wantsAck = true;
        const auto sent = set.sendAndWait(event);
        QVERIFY2(sent, sent ? "" : sent.error().sentence.c_str());
        QCOMPARE(sent->ackId, std::optional<std::uint64_t>(0));
        QCOMPARE(set.client->status().wire.nextAckId, std::uint64_t{1});

        compose::SocketIoDraft binary = eventDraft("file", R"([{"_placeholder":true,"num":0}])");
        binary.attachments = {{compose::Payload::Kind::Hex, "00 ff 10"}};
        QVERIFY(set.sendAndWait(binary));
        const auto find = [&](socketio::PacketType type) -> std::optional<Incoming> {
            for (const Incoming& incoming : set.recorder.incoming()) {
                if (incoming.kind == Incoming::Kind::SocketIo && incoming.socketType == type) {
                    return incoming;
                }
            }
            return std::nullopt;
        };
        QVERIFY(set.wait([&] { return find(socketio::PacketType::BinaryEvent).has_value(); }));
        QVERIFY(set.wait([&] { return find(socketio::PacketType::Ack).has_value(); }));
        const auto back = find(socketio::PacketType::BinaryEvent);
        QCOMPARE(back->event, std::string("file"));
        QCOMPARE(back->attachments.size(), std::size_t{1});
        QVERIFY((back->attachments[0] == Bytes{0x00, 0xff, 0x10}));
        const auto ack = find(socketio::PacketType::Ack);
        QCOMPARE(ack->nsp, std::string("/chat"));
        QCOMPARE(ack->data, std::string("[\"got\"]"));
        QVERIFY(ack->latency && ack->latency->count() > 0);

        set.client->close();
        QVERIFY(set.recorder.waitFor(State::Closed));
        set.reactor.call([&] {
            const auto& log = set.server.log;
            QVERIFY(std::ranges::any_of(
                log, [](const std::string& line) { return line.ends_with("41/chat,"); }));
        });
    }

    void everyNamespaceIsRefused() {
        Set set(4, Way::WebSocketOnly, Speaks::SocketIo);
        set.options.socketIo.namespaces = {{"/secret", ""}};
        set.server.onPacket = [&](const ScriptedEngine::Packet& packet) {
            if (packet.bytes.starts_with("40")) {
                set.server.send(R"(44/secret,{"message":"not authorized"})");
            }
        };
        set.connect();
        QVERIFY(set.recorder.waitFor(State::Closed));
        const std::string sentence = set.client->status().sentence;
        QVERIFY2(sentence.find("not authorized") != std::string::npos, sentence.c_str());
    }

    void msgpack() {
        Set set(4, Way::WebSocketOnly, Speaks::SocketIo);
        set.options.socketIo.msgpack = true;
        set.server.onPacket = [&](const ScriptedEngine::Packet& packet) {
            set.server.send(packet.bytes, packet.binary);
        };
        set.connect();
        QVERIFY(set.recorder.waitFor(State::Open));
        compose::SocketIoDraft event =
            eventDraft("e", R"([{"a":[1,-2,"x",null,true,{"_placeholder":true,"num":0}]},[]])");
        event.attachments = {{compose::Payload::Kind::Hex, "01 02"}};
        QVERIFY(set.sendAndWait(event));
        QVERIFY(set.recorder.waitForIncoming(3));
        const Incoming back = set.recorder.incoming()[2];
        QCOMPARE(back.event, std::string("e"));
        QCOMPARE(
            back.data,
            std::string(R"(["e",{"a":[1,-2,"x",null,true,{"_placeholder":true,"num":0}]},[]])"));
        QVERIFY((back.attachments == std::vector<Bytes>{{1, 2}}));
    }

    void oddMessagesAreRemarks() {
        Set set(4, Way::WebSocketOnly, Speaks::SocketIo);
        set.server.onPacket = [&](const ScriptedEngine::Packet& packet) {
            if (packet.bytes == "40") set.server.send(R"(40{"sid":"a"})");
        };
        set.connect();
        QVERIFY(set.recorder.waitFor(State::Open));
        set.reactor.call([&] {
            set.server.send("4no packet");
            set.server.send("lonely", true);
            set.server.send("451-[\"e\",{\"_placeholder\":true,\"num\":0}]");
            set.server.send("42[\"before its time\"]");
            set.server.send("439[]");
            set.server.send("");
        });
        QVERIFY(set.recorder.waitForRemark("no Socket.IO packet: \"no packet\""));
        QVERIFY(set.recorder.waitForRemark("no Socket.IO packet announced"));
        QVERIFY(set.recorder.waitForRemark("1 attachments of a Socket.IO packet were missing"));
        QVERIFY(set.recorder.waitForRemark("nobody waited for"));
        QVERIFY(set.recorder.waitForRemark("no Engine.IO packet"));
        QCOMPARE(set.client->status().state, State::Open);
    }

    void destroyedInTheMiddleOfAnything() {
        // Wherever the client happens to be when so many packets have come.
        for (std::size_t count = 0; count < 6; ++count) {
            Set set(4, Way::PollingThenUpgrade, Speaks::SocketIo);
            set.server.onPacket = [&](const ScriptedEngine::Packet& packet) {
                if (packet.bytes == "40") set.server.send(R"(40{"sid":"a"})");
            };
            std::promise<void> gone;
            std::size_t calls = 0;
            set.recorder.onStatus = [&](const client::Status&) {
                if (calls++ != count) return;
                set.client.reset();
                gone.set_value();
            };
            set.reactor.call([&] { set.connect(); });
            gone.get_future().get();
            set.reactor.call([] {});
        }
    }
};

QTEST_APPLESS_MAIN(TestClientEngineIo)
#include "test_client_engineio.moc"
