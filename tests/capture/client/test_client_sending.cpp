// What a WebSocket client sends: answers to pings, periodic messages, bytes between frames and
// without any, and what it does when the server does not read.
#include <atomic>
#include <future>
#include <thread>

#include <QtTest>

#include "websocket_set.h"

using namespace framescope;
using client::ClientOptions;
using client::Incoming;
using client::State;
using Cause = net::TransportEnd::Cause;
using Set = test::WebSocketSet;
using test::textDraft;

class TestClientSending : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void pingsAreAnsweredUnlessSwitchedOff() {
        Set set;
        set.network.accept = [](test::Wire& wire) {
            test::serveWebSocket(wire, [](test::Wire& self, const test::ClientFrame& frame) {
                // What came is told by what goes back.
                self.give(test::serverFrame(
                    1, std::string(websocket::opcodeName(frame.header.opcode)) + frame.payload));
            });
        };
        set.make();
        QVERIFY(set.recorder.waitFor(State::Open));
        set.onWire([](test::Wire& wire) { wire.give(test::serverFrame(9, "one")); });
        QVERIFY(set.recorder.waitForIncoming(2));
        QCOMPARE(std::string(asText(set.recorder.incoming()[1].bytes)), std::string("pongone"));
        set.client->setAnswersPings(false);
        set.onWire([](test::Wire& wire) { wire.give(test::serverFrame(9, "two")); });
        set.client->send(textDraft("behind"));
        QVERIFY(set.recorder.waitForIncoming(4));
        QCOMPARE(std::string(asText(set.recorder.incoming()[3].bytes)), std::string("textbehind"));
    }

    void aPeerThatDoesNotReadGetsNoPongs() {
        std::vector<std::string> got;
        Set set;
        set.network.accept = [&](test::Wire& wire) {
            test::serveWebSocket(wire, [&](test::Wire&, const test::ClientFrame& frame) {
                got.push_back(frame.payload);
            });
        };
        set.make();
        QVERIFY(set.recorder.waitFor(State::Open));
        set.onWire([](test::Wire& wire) {
            wire.waiting = 2U << 20;
            for (int i = 0; i < 100; ++i) wire.give(test::serverFrame(9, "lost"));
            wire.waiting = 0;
            wire.give(test::serverFrame(9, "again"));
        });
        QVERIFY(set.waitForWire([&](test::Wire&) { return !got.empty(); }));
        QCOMPARE(got, std::vector<std::string>{"again"});
    }

    void periodicMessages() {
        Set set;
        set.network.accept = [](test::Wire& wire) {
            test::serveWebSocket(wire, [](test::Wire& self, const test::ClientFrame& frame) {
                self.give(test::serverFrame(1, frame.payload));
            });
        };
        ClientOptions options;
        options.periodic = {{textDraft("tick"), std::chrono::milliseconds(2)}};
        set.make(options);
        QVERIFY(set.recorder.waitForIncoming(3));
        set.client->setPeriodic({{textDraft("tock"), std::chrono::milliseconds(2)}});
        QVERIFY(set.recorder.wait([&] { return true; }));
        for (int i = 0; i < 1000; ++i) {
            const auto incoming = set.recorder.incoming();
            if (asText(incoming.back().bytes) == "tock") return;
            QVERIFY(set.recorder.waitForIncoming(incoming.size() + 1));
        }
        QFAIL("the other message was never sent");
    }

    void aPeriodicMessageThatCannotBeMadeIsSaidOnce() {
        Set set;
        set.network.accept = [](test::Wire& wire) { test::serveWebSocket(wire, {}); };
        compose::FrameDraft draft = textDraft("zz");
        draft.payload.kind = compose::Payload::Kind::Hex;
        ClientOptions options;
        options.periodic = {{draft, std::chrono::milliseconds(1)}};
        set.make(options);
        QVERIFY(set.recorder.waitForRemark("is not sent any more"));
    }

    void whatAServerDoesNotReadIsBounded() {
        std::vector<std::string> got;
        Set set;
        set.network.accept = [&](test::Wire& wire) {
            test::serveWebSocket(wire, [&](test::Wire&, const test::ClientFrame& frame) {
                got.push_back(frame.payload);
            });
        };
        set.make();
        QVERIFY(set.recorder.waitFor(State::Open));
        const auto sendAndWait = [&](const std::string& text) {
            std::promise<Result<client::Sent>> promise;
            set.client->send(textDraft(text), [&](Result<client::Sent> sent) {
                promise.set_value(std::move(sent));
            });
            return promise.get_future().get();
        };
        set.onWire([](test::Wire& wire) { wire.waiting = client::Client::kMaxUnsent; });
        QVERIFY(sendAndWait("just so"));
        set.onWire([](test::Wire& wire) { wire.waiting = client::Client::kMaxUnsent + 1; });
        const auto refused = sendAndWait("too much");
        QVERIFY(!refused);
        QCOMPARE(refused.error().sentence,
                 std::string("Nothing more is sent at the moment: 64 MiB wait already for the "
                             "server, which does not read them."));
        set.onWire([](test::Wire& wire) { wire.waiting = 0; });
        QVERIFY(sendAndWait("again"));
        QVERIFY(set.waitForWire([&](test::Wire&) { return got.size() == 2; }));
        QCOMPARE(got, (std::vector<std::string>{"just so", "again"}));
    }

    void periodicMessagesAreLeftOutForAServerThatDoesNotRead() {
        std::size_t got = 0;
        Set set;
        set.network.accept = [&](test::Wire& wire) {
            wire.waiting = client::Client::kMaxUnsentPeriodic + 1;
            test::serveWebSocket(wire, [&](test::Wire&, const test::ClientFrame&) { ++got; });
        };
        ClientOptions options;
        options.periodic = {{textDraft("tick"), std::chrono::milliseconds(1)}};
        set.make(options);
        QVERIFY(set.recorder.waitForRemark("Periodic messages are left out"));
        set.onWire([&](test::Wire& wire) {
            QCOMPARE(got, std::size_t{0});
            wire.waiting = 0;
        });
        QVERIFY(set.waitForWire([&](test::Wire&) { return got >= 3; }));
        QCOMPARE(set.recorder.remarks().size(), std::size_t{1});
    }

    void nothingCanBeSentWhileItIsNotOpen() {
        Set set;
        set.network.silent = true;
        set.make();
        QVERIFY(set.recorder.waitFor(State::Connecting));
        std::promise<bool> promise;
        set.client->send(textDraft("x"),
                         [&](const Result<client::Sent>& sent) { promise.set_value(bool(sent)); });
        QVERIFY(!promise.get_future().get());
    }

    void bytesBetweenFrames() {
        Set set;
        set.network.accept = [](test::Wire& wire) {
            test::serveWebSocket(wire, [](test::Wire& self, const test::ClientFrame& frame) {
                self.give(test::serverFrame(1, frame.payload));
            });
        };
        set.make();
        QVERIFY(set.recorder.waitFor(State::Open));
        compose::RawDraft draft;
        draft.bytes = {compose::Payload::Kind::Hex, "81 82 00 00 00 00 68 69"};
        set.client->send(draft);
        QVERIFY(set.recorder.waitForIncoming(1));
        QCOMPARE(std::string(asText(set.recorder.incoming()[0].bytes)), std::string("hi"));
    }

    void rawBytes() {
        Set set;
        set.network.accept = [](test::Wire& wire) {
            wire.onSent = [](test::Wire& self) { self.give("<" + self.takeSent() + ">"); };
            wire.onFinished = [](test::Wire& self) { self.end(Cause::Finished); };
        };
        ClientOptions options;
        options.speaks = client::Speaks::Raw;
        options.handshake.rawRequest = "PING\r\n";
        set.make(options);
        QVERIFY(set.recorder.waitForIncoming(1));
        QCOMPARE(std::string(asText(set.recorder.incoming()[0].bytes)), std::string("<PING\r\n>"));
        set.client->send(compose::RawDraft{{compose::Payload::Kind::Text, "more"}});
        QVERIFY(set.recorder.waitForIncoming(2));
        QCOMPARE(std::string(asText(set.recorder.incoming()[1].bytes)), std::string("<more>"));
        set.client->close();
        QVERIFY(set.recorder.waitFor(State::Closed));
        QVERIFY(set.client->status().sentence.empty());
    }

    void framesBehindAHandshakeByHand() {
        Set set;
        set.network.accept = [](test::Wire& wire) {
            test::serveWebSocket(
                wire,
                [](test::Wire& self, const test::ClientFrame& frame) {
                    self.give(test::serverFrame(1, frame.header.rsv1 ? "compressed" : "plain"));
                },
                "Sec-WebSocket-Extensions: permessage-deflate\r\n");
        };
        ClientOptions options;
        options.speaks = client::Speaks::Raw;
        options.handshake.rawRequest =
            "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
        set.make(options);
        QVERIFY(set.recorder.waitForIncoming(1));
        QVERIFY(set.client->status().wire.compression.agreed());
        compose::FrameDraft draft = textDraft("hello");
        draft.compressing = compose::Compressing::AsAgreed;
        set.client->send(draft);
        QVERIFY(set.recorder.waitForIncoming(2));
        QCOMPARE(std::string(asText(set.recorder.incoming()[1].bytes)),
                 std::string("\x81\x0a") + "compressed");
    }

    void sendersOnOtherThreads() {
        std::atomic<int> received = 0;
        Set set;
        set.network.accept = [&](test::Wire& wire) {
            test::serveWebSocket(wire, [&](test::Wire&, const test::ClientFrame&) { ++received; });
        };
        set.make();
        QVERIFY(set.recorder.waitFor(State::Open));
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 250; ++i) {
                    set.client->send(textDraft("x"));
                    static_cast<void>(set.client->status());
                    static_cast<void>(set.client->prepare(textDraft("y"), 1));
                }
            });
        }
        for (std::thread& thread : threads) thread.join();
        QVERIFY(set.waitForWire([&](test::Wire&) { return received == 1000; }));
    }
};

QTEST_APPLESS_MAIN(TestClientSending)
#include "test_client_sending.moc"
