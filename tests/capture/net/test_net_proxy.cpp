// Connections through a proxy that CONNECT is asked of.
#include <QTemporaryDir>
#include <QTest>

#include "capture/transcript/transcript.h"
#include "tests/capture/live/live_probe.h"
#include "tests/capture/net/net_probe.h"
#include "tests/capture/transcript/transcript_reader.h"

using namespace framescope;
using namespace framescope::test;
using net::TransportEnd;
using std::chrono::milliseconds;

namespace {

using Cause = TransportEnd::Cause;

QString text(const std::string& s) {
    return QString::fromStdString(s);
}

/// A proxy: answers a request with `answer`, and where that opens a tunnel, passes bytes on to
/// where the request wants to go.
class TestProxy {
public:
    explicit TestProxy(net::Reactor& reactor) : m_reactor(reactor), m_server(reactor) {
        m_server.onAccepted = [this](NetServer::Client& client) { serve(client); };
    }
    ~TestProxy() {
        m_reactor.call([this] { m_tunnels.clear(); });
    }
    TestProxy(const TestProxy&) = delete;
    TestProxy& operator=(const TestProxy&) = delete;

    std::string answer = "HTTP/1.1 200 Connection established\r\n\r\n";
    /// Only who brings this header is let through.
    std::string wanted;

    std::string listen() { return m_server.listen({}); }
    Endpoint address() const { return m_server.address(); }
    std::string request() const { return m_request.get(); }
    net::ProxyOptions options() const { return {address().address.text(), address().port, {}}; }

private:
    struct Tunnel {
        NetProbe probe;
        std::unique_ptr<net::Transport> transport;
        std::string early;
    };

    void serve(NetServer::Client& client) {
        auto tunnel = std::make_shared<Tunnel>();
        m_tunnels.push_back(tunnel);
        client.probe.onReceived = [this, &client, tunnel](ByteView bytes) {
            if (tunnel->transport) return tunnel->transport->send(bytes);
            tunnel->early += asText(bytes);
            const std::size_t end = tunnel->early.find("\r\n\r\n");
            if (end == std::string::npos) return;
            const std::string request = tunnel->early.substr(0, end + 4);
            m_request.change([&](std::string& seen) { seen = request; });
            if (request.find(wanted) == std::string::npos) {
                client.transport->send(
                    asBytes("HTTP/1.1 407 Proxy Authentication Required\r\n"
                            "Proxy-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n"));
                return;
            }
            if (answer.empty()) return;
            if (answer == "close") return client.transport->finish();
            if (answer.find(" 200 ") == std::string::npos) {
                return client.transport->send(asBytes(answer));
            }
            open(client, *tunnel, request);
        };
    }

    void open(NetServer::Client& client, Tunnel& tunnel, const std::string& request) {
        net::ConnectOptions options;
        auto url = net::parseUrl(request.substr(8, request.find(" HTTP/") - 8));
        if (url) options.url = *url;
        tunnel.probe.onEstablished = [this, &client] { client.transport->send(asBytes(answer)); };
        tunnel.probe.onReceived = [&client](ByteView bytes) { client.transport->send(bytes); };
        tunnel.probe.onEnded = [&client] { client.transport->finish(); };
        tunnel.transport = net::connectTo(m_reactor, options, tunnel.probe, nullptr);
    }

    net::Reactor& m_reactor;
    Watched<std::string> m_request;
    std::vector<std::shared_ptr<Tunnel>> m_tunnels;
    NetServer m_server;  // goes first, as its clients use the others
};

}  // namespace

class TestNetProxy : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::filesystem::path path(const char* name) const {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

private Q_SLOTS:
    void aTunnel() {
        net::Reactor reactor;
        TestProxy proxy(reactor);
        // Interim answers, and headers that say nothing to us.
        proxy.answer =
            "HTTP/1.1 103 Early Hints\r\nX: y\r\n\r\nHTTP/1.1 200 Fine\r\nVia: 1.1 proxy\r\n\r\n";
        QCOMPARE(text(proxy.listen()), QString());
        NetServer server(reactor);
        server.onAccepted = [](NetServer::Client& client) {
            client.transport->send(asBytes("first words"));
        };
        QCOMPARE(text(server.listen({})), QString());
        LiveProbe live;
        const auto file = path("tunnel.pcapng");
        auto transcript = transcript::begin("test", {file, {}, 0}, live.wake());
        const std::string target = server.address().text();
        {
            net::ConnectOptions options = connectOptions(server.address());
            options.proxy = proxy.options();
            options.proxy.userInfo = "me:secret";
            NetClient client(reactor, options, transcript);
            QVERIFY(client.probe.waitForOpen());
            QVERIFY(client.probe.heard().established->remote == proxy.address());
            // What the server says at once comes right behind the proxy's answer.
            QVERIFY(client.probe.waitForBytes(11));
            QCOMPARE(text(client.probe.text()), QString("first words"));
            auto* accepted = server.client();
            QVERIFY(accepted);
            client.send("through");
            QVERIFY(accepted->probe.waitForBytes(7));
            QCOMPARE(text(accepted->probe.text()), QString("through"));
            reactor.call([&] { accepted->transport->finish(); });
            const TransportEnd end = client.probe.waitForEnd();
            QCOMPARE(end.cause, Cause::PeerFinished);
            QCOMPARE(text(end.sentence), text(target + " closed the connection."));
        }
        QCOMPARE(text(proxy.request()),
                 text("CONNECT " + target + " HTTP/1.1\r\nHost: " + target +
                      "\r\nProxy-Authorization: Basic bWU6c2VjcmV0\r\n\r\n"));
        transcript->flush();
        const ReadTranscript read = readTranscript(file);
        QCOMPARE(text(faultsOf(read)), QString());
        QCOMPARE(read.connections.size(), std::size_t(1));
        QVERIFY(read.connections[0].server == proxy.address());
        QVERIFY(asText(read.connections[0].bytes[0]) == proxy.request() + "through");
        QVERIFY(asText(read.connections[0].bytes[1]) == proxy.answer + "first words");
        QCOMPARE(text(endsOf(read.connections[0])), QString("server FIN, client FIN"));
    }

    void tlsThroughATunnel() {
        net::Reactor reactor;
        TestProxy proxy(reactor);
        QCOMPARE(text(proxy.listen()), QString());
        NetServer server(reactor);
        net::ListenOptions listen;
        auto certificate = net::makeCertificate();
        QVERIFY(bool(certificate));
        listen.certificate = *certificate;
        QCOMPARE(text(server.listen(listen)), QString());
        LiveProbe live;
        const auto file = path("tls.pcapng");
        auto transcript = transcript::begin("test", {file, {}, 0}, live.wake());
        {
            net::ConnectOptions options = connectOptions(server.address(), true);
            options.proxy = proxy.options();
            options.tls.verify = false;
            NetClient client(reactor, options, transcript);
            QVERIFY(client.probe.waitForOpen());
            const auto tls = client.probe.heard().established->tls;
            QVERIFY(tls);
            QCOMPARE(text(tls->doubt), QString("self-signed certificate"));
            auto* accepted = server.client();
            QVERIFY(accepted);
            client.send("secretly");
            QVERIFY(accepted->probe.waitForBytes(8));
            client.with([](net::Transport& transport) { transport.finish(); });
            QCOMPARE(client.probe.waitForEnd().cause, Cause::Finished);
        }
        transcript->flush();
        const ReadTranscript read = readTranscript(file);
        QCOMPARE(text(faultsOf(read)), QString());
        QVERIFY(asText(read.connections.at(0).bytes[0]) == proxy.request() + "secretly");
        QVERIFY(asText(read.connections.at(0).bytes[1]) == proxy.answer);
    }

    void refusals_data() {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QString>("sentence");
        QTest::newRow("forbidden")
            << QByteArray("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
            << "The proxy %1 refused to connect to 127.0.0.1:9: 403 Forbidden.";
        QTest::newRow("no phrase") << QByteArray("HTTP/1.0 502\r\n\r\n")
                                   << "The proxy %1 refused to connect to 127.0.0.1:9: 502.";
        QTest::newRow("other protocol") << QByteArray("220 mail.example ESMTP\r\n")
                                        << "The proxy %1 does not answer as HTTP does.";
        QTest::newRow("endless") << QByteArray("HTTP/1.1 403 Forbidden\r\nX: ") +
                                        QByteArray(100'000, 'x')
                                 << "The proxy %1 does not answer as HTTP does.";
        QTest::newRow("interim answers alone")
            << QByteArray("HTTP/1.1 100 Continue\r\n\r\n").repeated(33)
            << "The proxy %1 sends one interim answer after the other, and none that counts.";
        QTest::newRow("closes") << QByteArray("close")
                                << "The proxy %1 closed the connection before it had answered.";
    }
    void refusals() {
        QFETCH(QByteArray, answer);
        QFETCH(QString, sentence);
        net::Reactor reactor;
        TestProxy proxy(reactor);
        proxy.answer = answer.toStdString();
        QCOMPARE(text(proxy.listen()), QString());
        net::ConnectOptions options;
        options.url.host = "127.0.0.1";
        options.url.port = 9;
        options.proxy = proxy.options();
        NetClient client(reactor, options);
        const TransportEnd end = client.probe.waitForEnd();
        QCOMPARE(end.cause, Cause::Failed);
        QCOMPARE(text(end.sentence), sentence.arg(text(proxy.address().text())));
        QVERIFY(!client.probe.heard().established);
        QCOMPARE(client.probe.heard().ends, 1);
    }

    void aProxyThatWantsToKnowWhoAsks() {
        net::Reactor reactor;
        TestProxy proxy(reactor);
        proxy.wanted = "Proxy-Authorization: Basic bWU6c2VjcmV0\r\n";
        QCOMPARE(text(proxy.listen()), QString());
        NetServer server(reactor);
        QCOMPARE(text(server.listen({})), QString());
        net::ConnectOptions options = connectOptions(server.address());
        options.proxy = proxy.options();
        NetClient unknown(reactor, options);
        QCOMPARE(text(unknown.probe.waitForEnd().sentence),
                 text("The proxy " + proxy.address().text() + " refused to connect to " +
                      server.address().text() + ": 407 Proxy Authentication Required."));
        options.proxy.userInfo = "me:secret";
        NetClient known(reactor, options);
        QVERIFY(known.probe.waitForOpen());
    }

    void aProxyThatNeverAnswers() {
        net::Reactor reactor;
        TestProxy proxy(reactor);
        proxy.answer = "";
        QCOMPARE(text(proxy.listen()), QString());
        net::ConnectOptions options;
        options.url.host = "a.example";  // the proxy looks it up
        options.url.port = 80;
        options.proxy = proxy.options();
        options.connectTimeout = milliseconds(300);
        NetClient client(reactor, options);
        const TransportEnd end = client.probe.waitForEnd();
        QCOMPARE(end.cause, Cause::Timeout);
        QCOMPARE(text(end.sentence),
                 text("The proxy " + proxy.address().text() + " did not answer within 300 ms."));
        QVERIFY(proxy.request().starts_with("CONNECT a.example:80 HTTP/1.1\r\n"));
    }

    void noProxy() {
        net::Reactor reactor;
        std::uint16_t port = 0;
        {
            NetServer gone(reactor);
            QCOMPARE(text(gone.listen({})), QString());
            port = gone.address().port;
        }
        net::ConnectOptions options;
        options.url.host = "a.example";
        options.url.port = 80;
        options.proxy = {"127.0.0.1", port, {}};
        NetClient client(reactor, options);
        QCOMPARE(text(client.probe.waitForEnd().sentence),
                 QString("Nobody listens at 127.0.0.1:%1 (connection refused).").arg(port));
    }
};

QTEST_GUILESS_MAIN(TestNetProxy)
#include "test_net_proxy.moc"
