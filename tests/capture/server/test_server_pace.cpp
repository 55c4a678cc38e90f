// How the test server holds bytes back, both ways, and what becomes of a client that does not read,
// against a transport that only writes down what it is told.
#include <QTest>

#include "capture/server/connection.h"
#include "capture/server/engine_server.h"
#include "capture/server/inlet.h"
#include "capture/server/outlet.h"

using namespace framescope;
using namespace framescope::server;

namespace {

class FakeTransport : public net::AcceptedTransport {
public:
    void send(ByteView bytes) override {
        pieces.emplace_back(asText(bytes));
        if (keeps) held += bytes.size();
    }
    std::size_t waiting() const override { return held; }
    void finish() override { finished = true; }
    void reset() override { wasReset = true; }
    void pauseReading(bool paused) override { pauses.push_back(paused); }
    const net::Established& info() const override { return established; }
    void attach(net::TransportHandler&) override {}

    std::vector<std::string> pieces;
    std::vector<bool> pauses;
    std::size_t held = 0;
    bool keeps = false;  ///< what is sent waits
    bool finished = false;
    bool wasReset = false;
    net::Established established;
};

/// A server of one connection, whose requests a test answers.
class FakeHost final : public ConnectionHost {
public:
    explicit FakeHost(net::Reactor& reactor) : clientsOfHost(reactor, {}), m_reactor(reactor) {}

    net::Reactor& reactor() override { return m_reactor; }
    ClientTable& clients() override { return clientsOfHost; }
    std::uint64_t mostBody() const override { return 1000; }
    FaultList faultsOfServer() const override { return {}; }
    Result<FaultList> faultsOf(const Request&) const override { return FaultList(); }
    void handle(std::shared_ptr<Exchange> exchange) override { answer(exchange); }
    void retire(std::uint64_t) override { ++retired; }

    ClientTable clientsOfHost;
    std::function<void(const std::shared_ptr<Exchange>&)> answer;
    int retired = 0;

private:
    net::Reactor& m_reactor;
};

FaultList faults(const std::string& text) {
    return {*parseMisbehaviours(text), nullptr};
}

}  // namespace

class TestServerPace : public QObject {
    Q_OBJECT

    net::Reactor m_reactor;

    /// What the reactor's thread sees.
    template <typename T>
    T onReactor(const std::function<T()>& look) {
        T result{};
        m_reactor.call([&] { result = look(); });
        return result;
    }

private Q_SLOTS:
    void whatIsSentTogetherGoesTogether() {
        m_reactor.call([this] {
            FakeTransport transport;
            Outlet outlet(m_reactor, transport, [] {});
            outlet.cork();
            outlet.send(asBytes("a"));
            outlet.send(asBytes("b"));
            QCOMPARE(outlet.waiting(), 2U);
            outlet.finish();
            outlet.send(asBytes("too late"));
            QVERIFY(!transport.finished);
            outlet.uncork();
            QCOMPARE(transport.pieces, std::vector<std::string>{"ab"});
            QVERIFY(transport.finished);
        });
    }
    void piecesOfAPace() {
        FakeTransport transport;
        std::unique_ptr<Outlet> outlet;
        m_reactor.call([&] {
            outlet = std::make_unique<Outlet>(m_reactor, transport, [] {});
            outlet->setFaults(faults("split-writing:3"));
            outlet->send(asBytes("abcdefgh"));
            outlet->finish();
        });
        QTRY_VERIFY(onReactor<bool>([&] { return transport.finished; }));
        QCOMPARE(transport.pieces, (std::vector<std::string>{"abc", "def", "gh"}));
        m_reactor.call([&] { outlet.reset(); });
    }
    void aPieceWaitsForTheOneBefore() {
        FakeTransport transport;
        std::unique_ptr<Outlet> outlet;
        m_reactor.call([&] {
            outlet = std::make_unique<Outlet>(m_reactor, transport, [] {});
            outlet->setFaults(faults("split-writing:1"));
            outlet->send(asBytes("ab"));
            transport.held = 1;
        });
        QTest::qWait(20);
        QCOMPARE(onReactor<std::size_t>([&] { return transport.pieces.size(); }), 1U);
        m_reactor.call([&] { transport.held = 0; });
        QTRY_COMPARE(onReactor<std::size_t>([&] { return transport.pieces.size(); }), 2U);
        m_reactor.call([&] { outlet.reset(); });
    }
    void slowPacesAreKept_data() {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<QString>("first");
        QTest::newRow("100 a second") << "slow-writing:100" << QString(10, 'x');
        QTest::newRow("five a second") << "slow-writing:5" << QString(1, 'x');
        QTest::newRow("both") << "slow-writing:1000,split-writing:7" << QString(7, 'x');
    }
    void slowPacesAreKept() {
        QFETCH(QString, fault);
        QFETCH(QString, first);
        m_reactor.call([&] {
            FakeTransport transport;
            Outlet outlet(m_reactor, transport, [] {});
            outlet.setFaults(faults(fault.toStdString()));
            outlet.send(asBytes(std::string(500, 'x')));
            QCOMPARE(transport.pieces, std::vector<std::string>{first.toStdString()});
            QCOMPARE(outlet.waiting(), 500 - first.size());
        });
    }
    void aSwitchThatIsTakenBackLetsTheRestGo() {
        auto everywhere = std::make_shared<std::vector<Misbehaviour>>(
            std::vector<Misbehaviour>{{Fault::SlowWriting, 10, 0}});
        FakeTransport transport;
        std::unique_ptr<Outlet> outlet;
        m_reactor.call([&] {
            outlet = std::make_unique<Outlet>(m_reactor, transport, [] {});
            outlet->setFaults({{}, everywhere});
            outlet->send(asBytes("abc"));
            everywhere->clear();
            outlet->send(asBytes("def"));
        });
        QTRY_COMPARE(onReactor<std::size_t>([&] { return transport.pieces.size(); }), 2U);
        QCOMPARE(transport.pieces, (std::vector<std::string>{"a", "bcdef"}));
        m_reactor.call([&] { outlet.reset(); });
    }
    void tooMuchThatWaitsIsSaidOnce() {
        m_reactor.call([this] {
            FakeTransport transport;
            int overflows = 0;
            Outlet outlet(m_reactor, transport, [&overflows] { ++overflows; });
            transport.held = Outlet::kMostWaiting;
            outlet.send(asBytes("one more"));
            QCOMPARE(transport.pieces.size(), 1U);
            transport.held = Outlet::kMostWaiting + 1;
            outlet.send(asBytes("too much"));
            outlet.send(asBytes("and again"));
            QCOMPARE(overflows, 1);
            QCOMPARE(transport.pieces.size(), 1U);
            outlet.reset();
            QVERIFY(transport.wasReset);
            QCOMPARE(outlet.waiting(), 0U);
        });
    }
    void pipelinedRequestsWaitForAClientThatDoesNotRead() {
        m_reactor.call([this] {
            FakeHost host(m_reactor);
            int answered = 0;
            host.answer = [&answered](const std::shared_ptr<Exchange>& exchange) {
                ++answered;
                exchange->answer(textResponse(200, std::string(1U << 20, 'x')));
            };
            auto accepted = std::make_unique<FakeTransport>();
            FakeTransport& transport = *accepted;
            transport.keeps = true;
            Connection connection(host, 1, std::move(accepted));
            connection.start();
            std::string requests;
            for (int i = 0; i < 40; ++i) requests += "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
            connection.received(asBytes(requests));
            QVERIFY(answered > 0 && answered < 16);
            QCOMPARE(transport.pauses, std::vector<bool>{true});
            for (int i = 0; i < 40 && answered < 40; ++i) {
                transport.held = 0;
                connection.drained();
            }
            QCOMPARE(answered, 40);
            transport.held = 0;
            connection.drained();
            QVERIFY(!transport.pauses.back());
            QVERIFY(!transport.wasReset);
        });
    }
    void aSessionWhoseWebSocketIsCutByItsAnswerEnds() {
        m_reactor.call([this] {
            FakeHost host(m_reactor);
            EngineServer engine(m_reactor, host.clientsOfHost, {.name = "Engine.IO"},
                                echoEngineApp);
            auto accepted = std::make_unique<FakeTransport>();
            FakeTransport& transport = *accepted;
            host.answer = [&](const std::shared_ptr<Exchange>& exchange) {
                transport.held = Outlet::kMostWaiting + 1;
                engine.handle(exchange);
            };
            Connection connection(host, 1, std::move(accepted));
            connection.start();
            connection.received(
                asBytes("GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\n"
                        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
            QVERIFY(transport.wasReset);
            QCOMPARE(host.retired, 1);
            const std::vector<ClientInfo> clients = host.clientsOfHost.status().clients;
            QCOMPARE(clients.size(), 1U);
            QVERIFY(!clients.front().open);
            QVERIFY(!clients.front().ending.empty());
            engine.close();
        });
    }
    void readingSlowlyHoldsTheRestAndReadsNoMore() {
        FakeTransport transport;
        std::unique_ptr<Inlet> inlet;
        std::vector<std::string> got;
        m_reactor.call([&] {
            inlet = std::make_unique<Inlet>(
                m_reactor, transport, [&got](ByteView bytes) { got.emplace_back(asText(bytes)); });
            inlet->received(asBytes("at once"));
            inlet->setFaults(faults("slow-reading:40"));
            inlet->received(asBytes("abcdefgh"));
            QCOMPARE(got, (std::vector<std::string>{"at once", "abcd"}));
            QCOMPARE(transport.pauses, std::vector<bool>{true});
        });
        QTRY_COMPARE(onReactor<std::size_t>([&] { return transport.pauses.size(); }), 2U);
        QCOMPARE(got, (std::vector<std::string>{"at once", "abcd", "efgh"}));
        QCOMPARE(transport.pauses, (std::vector<bool>{true, false}));
        m_reactor.call([&] { inlet.reset(); });
    }
    void whatComesWhilePausedIsKept() {
        m_reactor.call([this] {
            FakeTransport transport;
            std::string got;
            Inlet inlet(m_reactor, transport, [&got](ByteView bytes) { got += asText(bytes); });
            inlet.pause(true);
            inlet.received(asBytes("later"));
            QCOMPARE(got, std::string());
            inlet.pause(false);
            QCOMPARE(got, std::string("later"));
            QCOMPARE(transport.pauses, (std::vector<bool>{true, false}));
            inlet.close();
            inlet.received(asBytes("never"));
            QCOMPARE(got, std::string("later"));
        });
    }
};

QTEST_GUILESS_MAIN(TestServerPace)
#include "test_server_pace.moc"
