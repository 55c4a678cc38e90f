// A WebSocket client against servers of the script: opening and every way not to, closing in all
// directions, failing, cutting, and being destroyed whenever it likes.
#include <atomic>
#include <future>

#include <QtTest>

#include "websocket_set.h"

using namespace framescope;
using client::ClientOptions;
using client::Incoming;
using client::State;
using Cause = net::TransportEnd::Cause;
using Set = test::WebSocketSet;
using test::textDraft;

class TestClientWebSocket : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void opensAndEchoes() {
        Set set;
        set.network.accept = [](test::Wire& wire) {
            test::serveWebSocket(
                wire,
                [](test::Wire& self, const test::ClientFrame& frame) {
                    self.giveByteByByte(test::serverFrame(frame.header.opcode, frame.payload));
                },
                "Sec-WebSocket-Protocol: chat\r\n");
        };
        ClientOptions options;
        options.handshake.subprotocols = {"chat"};
        set.make(options);
        QVERIFY(set.recorder.waitFor(State::Open));
        QCOMPARE(set.recorder.states(),
                 (std::vector<State>{State::Connecting, State::Connecting, State::Handshaking,
                                     State::Handshaking, State::Handshaking, State::Open}));
        const client::Status status = set.client->status();
        QCOMPARE(status.subprotocol, std::string("chat"));
        QCOMPARE(status.response->status, std::uint16_t{101});
        QCOMPARE(status.attempt, 1U);
        QVERIFY(status.sentence.empty());

        const auto preview = set.client->prepare(textDraft("hello"), 7);
        QVERIFY(preview);
        std::promise<Result<client::Sent>> promise;
        set.client->send(
            textDraft("hello"), [&](Result<client::Sent> sent) { promise.set_value(sent); }, 7);
        const auto sent = promise.get_future().get();
        QVERIFY(sent);
        QVERIFY(sent->bytes == preview->joined());
        QVERIFY(set.recorder.waitForIncoming(1));
        const Incoming incoming = set.recorder.incoming()[0];
        QCOMPARE(static_cast<int>(incoming.kind), static_cast<int>(Incoming::Kind::Text));
        QCOMPARE(std::string(asText(incoming.bytes)), std::string("hello"));
        QVERIFY(incoming.timeNs > 0);
    }

    void compressedPreviewEqualsWhatIsSent() {
        Set set;
        set.network.accept = [](test::Wire& wire) {
            test::serveWebSocket(wire, {}, "Sec-WebSocket-Extensions: permessage-deflate\r\n");
        };
        ClientOptions options;
        options.handshake.extensions = {"permessage-deflate"};
        set.make(options);
        QVERIFY(set.recorder.waitFor(State::Open));
        compose::FrameDraft draft = textDraft("again and again and again");
        draft.compressing = compose::Compressing::AsAgreed;
        std::size_t before = 0;
        for (std::uint64_t seed = 1; seed < 4; ++seed) {
            const auto preview = set.client->prepare(draft, seed);
            QVERIFY(preview);
            std::promise<Result<client::Sent>> promise;
            set.client->send(
                draft, [&](Result<client::Sent> sent) { promise.set_value(sent); }, seed);
            const auto sent = promise.get_future().get();
            QVERIFY(sent && sent->bytes == preview->joined());
            // The window goes on, so the second time it is a reference.
            if (seed == 2) QVERIFY(sent->bytes.size() < before);
            before = sent->bytes.size();
        }
    }

    void refusals_data() {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<bool>("ends");
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("403") << QByteArray("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
                             << false << QByteArray("403 Forbidden");
        QTest::newRow("to the end")
            << QByteArray("HTTP/1.0 500 Oops\r\n\r\nbroken") << true << QByteArray("500 Oops");
        QTest::newRow("never ends")
            << QByteArray("HTTP/1.1 200 OK\r\n\r\n") + QByteArray(20'000, 'x') << false
            << QByteArray("200 OK");
        QTest::newRow("wrong accept")
            << QByteArray(
                   "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                   "Connection: Upgrade\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n"
                   "\r\n")
            << false << QByteArray("handshake.accept-wrong");
        QTest::newRow("other protocol")
            << QByteArray("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n") << false
            << QByteArray("another protocol");
        QTest::newRow("no HTTP") << QByteArray("hello there\r\n\r\n") << false
                                 << QByteArray("not an HTTP response");
        QTest::newRow("nothing") << QByteArray() << true << QByteArray("without an answer");
        QTest::newRow("half") << QByteArray("HTTP/1.1 101 Swi") << true
                              << QByteArray("middle of its answer");
    }
    void refusals() {
        QFETCH(QByteArray, answer);
        QFETCH(bool, ends);
        QFETCH(QByteArray, words);
        Set set;
        set.network.accept = [&](test::Wire& wire) {
            wire.onSent = [&](test::Wire& self) {
                self.onSent = nullptr;
                if (!answer.isEmpty()) self.give(answer.toStdString());
                if (ends) self.end();
            };
        };
        set.make();
        QVERIFY(set.recorder.waitFor(State::Closed));
        const client::Status status = set.client->status();
        QVERIFY2(status.sentence.find(words.toStdString()) != std::string::npos,
                 status.sentence.c_str());
        QVERIFY(!status.clean);
        if (words == "403 Forbidden") {
            QCOMPARE(status.response->status, std::uint16_t{403});
            QCOMPARE(status.responseBody, std::string("no"));
        }
        QVERIFY(status.responseBody.size() <= 16'384);
    }

    void nobodyListens() {
        Set set;
        set.network.refuses = true;
        set.make();
        QVERIFY(set.recorder.waitFor(State::Closed));
        QCOMPARE(set.client->status().sentence, std::string("Nobody listens there."));
    }

    void theHandshakeTimesOut() {
        Set set;
        ClientOptions options;
        options.handshakeTimeout = std::chrono::milliseconds(20);
        set.make(options);
        QVERIFY(set.recorder.waitFor(State::Closed));
        QVERIFY(set.client->status().sentence.find("after 20 ms") != std::string::npos);
    }

    void badUrls() {
        for (const char* const url : {"ftp://x/", ""}) {
            Set set;
            ClientOptions options;
            options.urls = {url};
            set.make(options);
            QVERIFY(set.recorder.waitFor(State::Closed));
            QVERIFY(!set.client->status().sentence.empty());
        }
    }

    void weClose() {
        Set set;
        set.network.accept = [](test::Wire& wire) {
            test::serveWebSocket(wire, [](test::Wire& self, const test::ClientFrame& frame) {
                if (!frame.header.is(websocket::Opcode::Close)) return;
                self.give(test::serverFrame(8, frame.payload));
                self.end();
            });
        };
        set.make();
        QVERIFY(set.recorder.waitFor(State::Open));
        set.client->close(4001, "enough");
        QVERIFY(set.recorder.waitFor(State::Closed));
        const client::Status status = set.client->status();
        QVERIFY(status.clean);
        QVERIFY2(status.sentence.empty(), status.sentence.c_str());
        QCOMPARE(status.closeSent->code, std::optional<std::uint16_t>(4001));
        QCOMPARE(status.closeReceived->reason, std::string("enough"));
        const auto states = set.recorder.states();
        QVERIFY(std::ranges::count(states, State::Closing) > 0);
    }

    void theServerCloses() {
        Set set;
        set.network.accept = [](test::Wire& wire) {
            test::serveWebSocket(wire, [](test::Wire& self, const test::ClientFrame& frame) {
                if (frame.header.is(websocket::Opcode::Text)) {
                    self.give(test::closeFrame(1001, "going"));
                } else {
                    self.end();
                }
            });
        };
        set.make();
        QVERIFY(set.recorder.waitFor(State::Open));
        set.client->send(textDraft("x"));
        QVERIFY(set.recorder.waitFor(State::Closed));
        const client::Status status = set.client->status();
        QVERIFY(status.clean);
        QCOMPARE(
            status.sentence,
            std::string("The server closed the connection with 1001 (going away): \"going\"."));
        QCOMPARE(status.closeSent->code, std::optional<std::uint16_t>(1001));
        QVERIFY(set.recorder.waitForIncoming(1));
        QCOMPARE(set.recorder.incoming()[0].close->reason, std::string("going"));
    }

    void aCloseFrameByHandCloses() {
        Set set;
        set.network.accept = [](test::Wire& wire) {
            test::serveWebSocket(wire, [](test::Wire& self, const test::ClientFrame& frame) {
                self.give(test::serverFrame(8, frame.payload));
                self.end();
            });
        };
        set.make();
        QVERIFY(set.recorder.waitFor(State::Open));
        compose::FrameDraft draft = textDraft("why");
        draft.opcode = 8;
        draft.closeCode = 1000;
        set.client->send(draft);
        QVERIFY(set.recorder.waitFor(State::Closed));
        QVERIFY(set.client->status().clean);
        QCOMPARE(set.client->status().closeSent->reason, std::string("why"));
    }

    void aCloseThatIsNeverAnsweredTimesOut() {
        Set set;
        set.network.accept = [](test::Wire& wire) { test::serveWebSocket(wire, {}); };
        ClientOptions options;
        options.closeTimeout = std::chrono::milliseconds(20);
        set.make(options);
        QVERIFY(set.recorder.waitFor(State::Open));
        set.client->close();
        QVERIFY(set.recorder.waitFor(State::Closed));
        QVERIFY(!set.client->status().clean);
        QVERIFY(set.client->status().sentence.find("within 20 ms") != std::string::npos);
    }

    void ends_data() {
        QTest::addColumn<int>("cause");
        QTest::addColumn<bool>("inFrame");
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("fin") << static_cast<int>(Cause::PeerFinished) << false
                             << QByteArray("without a close frame.");
        QTest::newRow("fin in a frame") << static_cast<int>(Cause::PeerFinished) << true
                                        << QByteArray("in the middle of a message");
        QTest::newRow("reset") << static_cast<int>(Cause::PeerReset) << false
                               << QByteArray("The peer has ended");
    }
    void ends() {
        QFETCH(int, cause);
        QFETCH(bool, inFrame);
        QFETCH(QByteArray, words);
        Set set;
        set.network.accept = [](test::Wire& wire) { test::serveWebSocket(wire, {}); };
        set.make();
        QVERIFY(set.recorder.waitFor(State::Open));
        set.onWire([&](test::Wire& wire) {
            if (inFrame) wire.give(std::string_view("\x81\x05x"));
            wire.end(static_cast<Cause>(cause));
        });
        QVERIFY(set.recorder.waitFor(State::Closed));
        const std::string sentence = set.client->status().sentence;
        QVERIFY2(sentence.find(words.toStdString()) != std::string::npos, sentence.c_str());
    }

    void aBreachFailsTheConnection() {
        std::atomic<int> code = 0;
        Set set;
        set.network.accept = [&](test::Wire& wire) {
            test::serveWebSocket(wire, [&](test::Wire&, const test::ClientFrame& frame) {
                if (frame.header.is(websocket::Opcode::Close)) {
                    code = *websocket::parseCloseBody(asBytes(frame.payload)).code;
                }
            });
            wire.onFinished = [](test::Wire& self) { self.end(Cause::Finished); };
        };
        set.make();
        QVERIFY(set.recorder.waitFor(State::Open));
        set.onWire([](test::Wire& wire) {
            Bytes bytes = test::serverFrame(1, "good");
            const Bytes bad = test::serverFrame(3, "bad");
            bytes.insert(bytes.end(), bad.begin(), bad.end());
            wire.give(bytes);
        });
        QVERIFY(set.recorder.waitFor(State::Closed));
        QVERIFY(set.recorder.waitForRemark("websocket.reserved-opcode"));
        QVERIFY(set.client->status().sentence.find("websocket.reserved-opcode") !=
                std::string::npos);
        QCOMPARE(code.load(), 1002);
        QCOMPARE(set.recorder.incoming().size(), std::size_t{1});
    }

    /// The server leaves TCP open, but what is sent to it now goes nowhere.
    void nothingIsSentBehindAFailure() {
        Set set;
        set.network.accept = [](test::Wire& wire) {
            test::serveWebSocket(wire, [](test::Wire&, const test::ClientFrame&) {});
        };
        ClientOptions options;
        options.closeTimeout = std::chrono::milliseconds(50);
        set.make(options);
        QVERIFY(set.recorder.waitFor(State::Open));
        std::promise<Result<client::Sent>> sent;
        set.onWire([&](test::Wire& wire) {
            wire.give(test::serverFrame(3, "bad"));
            set.client->send(textDraft("x"),
                             [&](Result<client::Sent> result) { sent.set_value(result); });
        });
        QVERIFY(!sent.get_future().get());
        QVERIFY(set.recorder.waitFor(State::Closed));
        QVERIFY(set.client->status().lost);
    }

    /// Behind both close frames a server reads nothing.
    void nothingIsSentBehindTheServersClose() {
        Set set;
        set.network.accept = [](test::Wire& wire) {
            test::serveWebSocket(wire, [](test::Wire&, const test::ClientFrame&) {});
        };
        set.make();
        QVERIFY(set.recorder.waitFor(State::Open));
        std::promise<Result<client::Sent>> sent;
        set.onWire([&](test::Wire& wire) {
            wire.give(test::serverFrame(8, "\x03\xe9"));
            set.client->send(textDraft("x"),
                             [&](Result<client::Sent> result) { sent.set_value(result); });
        });
        QVERIFY(!sent.get_future().get());
        set.onWire([](test::Wire& wire) { wire.end(Cause::PeerFinished); });
        QVERIFY(set.recorder.waitFor(State::Closed));
        QVERIFY(!set.client->status().lost);
    }

    void closesAreNotAnsweredWhereSwitchedOff() {
        Set set;
        set.network.accept = [](test::Wire& wire) {
            test::serveWebSocket(wire, [](test::Wire& self, const test::ClientFrame& frame) {
                if (frame.header.is(websocket::Opcode::Close)) self.end();
            });
        };
        ClientOptions options;
        options.answersClose = false;
        set.make(options);
        QVERIFY(set.recorder.waitFor(State::Open));
        set.onWire([](test::Wire& wire) { wire.give(test::closeFrame(1000)); });
        QVERIFY(set.recorder.waitFor(State::Closing));
        QVERIFY(!set.client->status().closeSent);
        set.client->close(1000);
        QVERIFY(set.recorder.waitFor(State::Closed));
        QVERIFY(set.client->status().clean);
    }

    void cutting() {
        Set set;
        set.network.accept = [](test::Wire& wire) { test::serveWebSocket(wire, {}); };
        ClientOptions options;
        options.reconnecting.enabled = true;
        set.make(options);
        QVERIFY(set.recorder.waitFor(State::Open));
        set.client->cut();
        QVERIFY(set.recorder.waitFor(State::Closed));
        set.onWire([](test::Wire& wire) {
            QVERIFY(wire.reset);
            QVERIFY(wire.handler == nullptr);
        });
    }

    void destroyedAtAnyState_data() {
        QTest::addColumn<int>("state");
        for (const State state : {State::Connecting, State::Handshaking, State::Open,
                                  State::Closing, State::Waiting, State::Closed}) {
            QTest::newRow(std::string(client::stateName(state)).c_str()) << static_cast<int>(state);
        }
    }
    /// Also from within the observer: then nothing of it may be touched behind that.
    void destroyedAtAnyState() {
        QFETCH(int, state);
        for (const bool within : {false, true}) {
            Set set;
            set.network.accept = [&](test::Wire& wire) {
                test::serveWebSocket(
                    wire, [](test::Wire& self, const test::ClientFrame&) { self.end(); });
            };
            std::promise<void> reached;
            bool told = false;
            set.recorder.onStatus = [&](const client::Status& status) {
                if (static_cast<int>(status.state) != state || told) return;
                told = true;
                if (within) set.client.reset();
                reached.set_value();
            };
            ClientOptions options;
            options.reconnecting.enabled = static_cast<State>(state) == State::Waiting;
            options.urls = {"ws://localhost:1/"};
            // The client must be known before its first call of the observer.
            set.reactor.call([&] { set.make(options); });
            const auto wanted = static_cast<State>(state);
            if (wanted > State::Open) {
                QVERIFY(set.recorder.waitFor(State::Open));
                if (set.client) set.client->close();
                if (wanted == State::Waiting) {
                    set.onWire([](test::Wire& wire) { wire.end(); });
                }
            }
            if (wanted == State::Waiting) {
                // A close that was asked for is final.
                Set other;
                other.network.refuses = true;
                std::promise<void> waiting;
                bool once = false;
                other.recorder.onStatus = [&](const client::Status& status) {
                    if (status.state != State::Waiting || once) return;
                    once = true;
                    if (within) other.client.reset();
                    waiting.set_value();
                };
                other.reactor.call([&] { other.make(options); });
                waiting.get_future().get();
                other.reactor.call([] {});
                other.client.reset();
                continue;
            }
            reached.get_future().get();
            set.reactor.call([] {});
            set.client.reset();
        }
    }
};

QTEST_APPLESS_MAIN(TestClientWebSocket)
#include "test_client_websocket.moc"
