// A client that tries again: how long it waits, which URL comes next, and when it has had enough.
#include <QtTest>

#include "capture/client/backoff.h"

#include "scripted_peer.h"

using namespace framescope;
using client::ClientOptions;
using client::State;
using std::chrono::milliseconds;

namespace {

struct Set {
    net::Reactor reactor;
    test::ScriptedNet network{reactor};
    test::Recorder recorder;
    std::unique_ptr<client::Client> client;

    void make(const ClientOptions& options) {
        client = client::makeWithConnector(reactor, network.connector(), options, recorder);
        client->connect();
    }
    /// Behind this, no script runs any more: what it looks at may go.
    ~Set() {
        client.reset();
        reactor.call([this] { network.silence(); });
    }
};

ClientOptions quick(std::vector<std::string> urls) {
    ClientOptions options;
    options.urls = std::move(urls);
    options.reconnecting.enabled = true;
    options.reconnecting.firstDelay = milliseconds(1);
    options.reconnecting.longestDelay = milliseconds(4);
    return options;
}

}  // namespace

class TestClientReconnect : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void delays() {
        client::Reconnecting options;
        options.firstDelay = milliseconds(100);
        options.longestDelay = milliseconds(1000);
        options.factor = 3;
        options.jitter = 0.2;
        const std::vector<int> middle = {100, 100, 300, 900, 1000, 1000};
        for (std::uint32_t i = 0; i < middle.size(); ++i) {
            QCOMPARE(client::reconnectDelay(options, i, 0.5), milliseconds(middle[i]));
            QCOMPARE(client::reconnectDelay(options, i, 0.0), milliseconds(middle[i] * 8 / 10));
            QCOMPARE(client::reconnectDelay(options, i, 1.0), milliseconds(middle[i] * 12 / 10));
        }
        // After however many, and with whatever options.
        QCOMPARE(client::reconnectDelay(options, 4'000'000'000, 0.5), milliseconds(1000));
        options.factor = 0;
        options.jitter = 7;
        QCOMPARE(client::reconnectDelay(options, 5, 0.0), milliseconds(0));
    }

    void urlsInTurnUntilItHasHadEnough() {
        Set set;
        set.network.refuses = true;
        ClientOptions options = quick({"ws://one/", "ws://two/", "ws://three/"});
        options.reconnecting.attempts = 5;
        set.make(options);
        QVERIFY(set.recorder.waitFor(State::Closed));
        std::vector<std::string> hosts;
        for (const auto& wire : set.network.wires) hosts.push_back(wire->options.url.host);
        QCOMPARE(hosts, (std::vector<std::string>{"one", "two", "three", "one", "two"}));
        QCOMPARE(set.client->status().attempt, 5U);
        QCOMPARE(set.client->status().sentence, std::string("Nobody listens there."));
    }

    void waitingIsSaid() {
        Set set;
        set.network.refuses = true;
        ClientOptions options = quick({"ws://one/"});
        options.reconnecting.firstDelay = milliseconds(60'000);
        options.reconnecting.longestDelay = milliseconds(60'000);
        set.make(options);
        QVERIFY(set.recorder.waitFor(State::Waiting));
        const client::Status status = set.client->status();
        QVERIFY(status.untilNextAttempt >= milliseconds(48'000));
        QVERIFY(status.untilNextAttempt <= milliseconds(72'000));
        QCOMPARE(status.sentence, std::string("Nobody listens there."));
        set.client->close();
        QVERIFY(set.recorder.waitFor(State::Closed));
        QCOMPARE(set.network.wires.size(), std::size_t{1});
    }

    void aLostConnectionIsOpenedAgain() {
        int opened = 0;
        Set set;
        set.network.accept = [&](test::Wire& wire) {
            test::serveWebSocket(wire, [&](test::Wire& self, const test::ClientFrame&) {
                if (++opened < 4) {
                    self.end(net::TransportEnd::Cause::PeerReset, "The peer reset it.");
                } else {
                    self.give(test::serverFrame(1, "there"));
                }
            });
        };
        ClientOptions options = quick({"ws://one/"});
        // An open connection ends the row of failures, so that one attempt is enough.
        options.reconnecting.attempts = 1;
        compose::FrameDraft draft;
        draft.payload.text = "x";
        options.periodic = {{draft, milliseconds(1)}};
        set.make(options);
        QVERIFY(set.recorder.waitForIncoming(1));
        const client::Status status = set.client->status();
        QCOMPARE(status.state, State::Open);
        QCOMPARE(status.attempt, 4U);
        QVERIFY(status.sentence.empty());
        set.reactor.call([&] {
            QCOMPARE(set.network.wires.size(), std::size_t{4});
            // What is over was let go.
            for (std::size_t i = 0; i < 3; ++i) {
                QVERIFY(set.network.wires[i]->handler == nullptr);
            }
        });
    }

    void aRefusedUpgradeIsTriedAgain() {
        Set set;
        set.network.accept = [&](test::Wire& wire) {
            if (set.network.wires.size() == 2) {
                test::serveWebSocket(wire, {});
                return;
            }
            wire.onSent = [](test::Wire& self) {
                if (test::takeRequest(self)) {
                    self.give(test::httpAnswer("busy", 503, "Service Unavailable"));
                }
            };
        };
        set.make(quick({"ws://one/", "ws://two/"}));
        QVERIFY(set.recorder.waitFor(State::Open));
        QCOMPARE(set.client->status().url, std::string("ws://two/"));
    }

    void aBadUrlAmongOthersIsPassedOver() {
        Set set;
        set.network.accept = [](test::Wire& wire) { test::serveWebSocket(wire, {}); };
        set.make(quick({"ftp://one/", "ws://two/"}));
        QVERIFY(set.recorder.waitFor(State::Open));
    }
};

QTEST_APPLESS_MAIN(TestClientReconnect)
#include "test_client_reconnect.moc"
