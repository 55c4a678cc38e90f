// TLS of our own connections: whom they trust, what they say of it, and that bytes go through it as
// they do without.
#include <csignal>
#include <fstream>
#include <openssl/x509v3.h>
#include <regex>
#include <sys/stat.h>

#include <QTemporaryDir>
#include <QTest>

#include "tests/capture/net/net_probe.h"
#include "tests/capture/net/tls_peer.h"

using namespace framescope;
using namespace framescope::test;
using net::TransportEnd;
using std::chrono::milliseconds;

namespace {

using Cause = TransportEnd::Cause;

QString text(const std::string& s) {
    return QString::fromStdString(s);
}

std::string contentOf(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

Endpoint loopback(std::uint16_t port) {
    Endpoint endpoint;
    endpoint.address.version = 4;
    endpoint.address.bytes = {127, 0, 0, 1};
    endpoint.port = port;
    return endpoint;
}

}  // namespace

class TestNetTls : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    net::ServerCertificate m_certificate;

    std::filesystem::path path(const char* name) const {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }
    std::filesystem::path written(const char* name, const std::string& content) const {
        std::ofstream(path(name), std::ios::binary) << content;
        return path(name);
    }
    net::ListenOptions serverOptions() const {
        net::ListenOptions options;
        options.certificate = m_certificate;
        return options;
    }
    /// A client that trusts the server's certificate.
    net::ConnectOptions trusting(const Endpoint& address) const {
        net::ConnectOptions options = connectOptions(address, true);
        options.tls.caFile = path("server.pem");
        return options;
    }

private Q_SLOTS:
    void initTestCase() {
        // As in any program: a write to a connection that was reset must not end it.
        ::signal(SIGPIPE, SIG_DFL);
        auto made = net::makeCertificate();
        QVERIFY(bool(made));
        m_certificate = *std::move(made);
        QVERIFY(m_certificate.certificate.starts_with("-----BEGIN CERTIFICATE-----\n"));
        QVERIFY(m_certificate.key.find("PRIVATE KEY-----\n") != std::string::npos);
        written("server.pem", m_certificate.certificate);
        const auto other = net::makeCertificate();
        QVERIFY(bool(other));
        QVERIFY(other->certificate != m_certificate.certificate);
        written("other.pem", other->certificate + other->key);
        written("other.key", other->key);
    }

    void aTrustedServer_data() {
        QTest::addColumn<QString>("host");
        QTest::addColumn<QString>("listensAt");
        QTest::newRow("IPv4") << "127.0.0.1"
                              << "127.0.0.1";
        QTest::newRow("IPv6") << "::1"
                              << "::1";
        QTest::newRow("name") << "localhost"
                              << "127.0.0.1";
    }
    void aTrustedServer() {
        QFETCH(QString, host);
        QFETCH(QString, listensAt);
        if (host == "localhost" && !localhostIsKnown()) {
            QSKIP("This machine does not know the name localhost.");
        }
        net::Reactor reactor;
        NetServer server(reactor);
        net::ListenOptions options = serverOptions();
        options.host = listensAt.toStdString();
        const std::string failure = server.listen(options);
        if (!failure.empty() && listensAt == "::1") QSKIP("This machine has no IPv6.");
        QCOMPARE(text(failure), QString());
        net::ConnectOptions wanted = trusting(server.address());
        wanted.url.host = host.toStdString();
        NetClient client(reactor, wanted);
        QVERIFY(client.probe.waitForOpen());
        const auto tls = client.probe.heard().established->tls;
        QVERIFY(tls);
        QCOMPARE(text(tls->version), QString("TLSv1.3"));
        QVERIFY(!tls->cipher.empty());
        QCOMPARE(text(tls->certificate), QString("CN=localhost,O=Framescope"));
        QVERIFY(tls->verified);
        QCOMPARE(text(tls->doubt), QString());
        auto* accepted = server.client();
        QVERIFY(accepted);
        reactor.call([&] {
            QVERIFY(accepted->transport->info().tls);
            QCOMPARE(text(accepted->transport->info().tls->version), QString("TLSv1.3"));
            QVERIFY(accepted->transport->info().tls->certificate.empty());
            accepted->transport->send(asBytes("welcome"));
        });
        client.send("hello");
        QVERIFY(client.probe.waitForBytes(7));
        QVERIFY(accepted->probe.waitForBytes(5));
        QCOMPARE(text(client.probe.text()), QString("welcome"));
        QCOMPARE(text(accepted->probe.text()), QString("hello"));
    }

    void anUntrustedServer() {
        net::Reactor reactor;
        NetServer server(reactor);
        QCOMPARE(text(server.listen(serverOptions())), QString());
        NetClient client(reactor, connectOptions(server.address(), true));
        const TransportEnd end = client.probe.waitForEnd();
        QCOMPARE(end.cause, Cause::Failed);
        QCOMPARE(text(end.sentence), QString("The certificate of 127.0.0.1 is not trusted: "
                                             "self-signed certificate."));
        QVERIFY(!client.probe.heard().established);

        net::ConnectOptions careless = connectOptions(server.address(), true);
        careless.tls.verify = false;
        careless.tls.serverName = "other.example";
        NetClient other(reactor, careless);
        QVERIFY(other.probe.waitForOpen());
        const auto tls = other.probe.heard().established->tls;
        QVERIFY(tls);
        QVERIFY(!tls->verified);
        const QString doubt = text(tls->doubt);
        QVERIFY2(doubt.contains("self-signed certificate"), tls->doubt.c_str());
        QVERIFY2(doubt.contains("it is for another name (localhost, 127.0.0.1, ::1)"),
                 tls->doubt.c_str());

        // Checking being off does not make a good certificate doubtful.
        net::ConnectOptions good = trusting(server.address());
        good.tls.verify = false;
        NetClient third(reactor, good);
        QVERIFY(third.probe.waitForOpen());
        QVERIFY(third.probe.heard().established->tls->verified);
        QCOMPARE(text(third.probe.heard().established->tls->doubt), QString());
    }

    void anotherName() {
        net::Reactor reactor;
        NetServer server(reactor);
        QCOMPARE(text(server.listen(serverOptions())), QString());
        net::ConnectOptions options = trusting(server.address());
        options.tls.serverName = "other.example";
        NetClient client(reactor, options);
        const TransportEnd end = client.probe.waitForEnd();
        QCOMPARE(end.cause, Cause::Failed);
        QCOMPARE(text(end.sentence),
                 QString("The certificate of other.example is not trusted: it is for another name "
                         "(localhost, 127.0.0.1, ::1)."));
        options.tls.serverName = "127.0.0.2";
        NetClient address(reactor, options);
        QVERIFY(text(address.probe.waitForEnd().sentence).contains("another name"));
    }

    /// OpenSSL takes an empty name for any, and checks none where it refuses one.
    void namesThatCannotBeChecked() {
        net::Reactor reactor;
        NetServer server(reactor);
        QCOMPARE(text(server.listen(serverOptions())), QString());
        using namespace std::string_literals;
        for (const std::string& name :
             {"."s, "localhost\0"s, "local\0host"s, std::string(300, 'x')}) {
            net::ConnectOptions options = trusting(server.address());
            options.tls.serverName = name;
            NetClient client(reactor, options);
            const TransportEnd end = client.probe.waitForEnd();
            QCOMPARE(end.cause, Cause::Failed);
            QVERIFY2(text(end.sentence)
                         .endsWith("is no name that a server's certificate could be checked for."),
                     end.sentence.c_str());
            QVERIFY(!client.probe.heard().established);
        }
        QCOMPARE(server.clientCount(), std::size_t(0));
    }

    void filesThatCannotBeUsed() {
        net::Reactor reactor;
        const Endpoint nobody = loopback(1);
        const auto sentence = [&](const std::function<void(net::TlsOptions&)>& change) {
            net::ConnectOptions options = connectOptions(nobody, true);
            change(options.tls);
            NetClient client(reactor, options);
            const TransportEnd end = client.probe.waitForEnd();
            return end.cause == Cause::Failed ? text(end.sentence) : QString("another cause");
        };
        QVERIFY(
            sentence([&](auto& tls) { tls.caFile = path("none.pem"); })
                .endsWith("none.pem\" cannot be used as a list of trusted certificates: No such "
                          "file or directory."));
        written("junk.pem", "this is no certificate\n");
        QVERIFY(sentence([&](auto& tls) {
                    tls.caFile = path("junk.pem");
                }).contains("junk.pem\" cannot be used as a list of trusted certificates: "));
        QVERIFY(sentence([&](auto& tls) {
                    tls.certificateFile = path("junk.pem");
                }).contains("junk.pem\" cannot be used as a certificate: "));
        QVERIFY(sentence([&](auto& tls) {
                    tls.certificateFile = path("server.pem");
                }).contains("server.pem\" cannot be used as a private key: "));
        QVERIFY(sentence([&](auto& tls) {
                    tls.certificateFile = path("server.pem");
                    tls.keyFile = path("other.key");
                }).contains("other.key\" cannot be used as "));
        QVERIFY(sentence([&](auto& tls) {
                    tls.keyLogFile = path("none") / "keys";
                }).contains("keys\" cannot be written, so no secrets can be kept: "));
        NetServer server(reactor);
        net::ListenOptions options;
        options.certificate = net::ServerCertificate{"junk", m_certificate.key};
        QVERIFY(text(server.listen(options)).startsWith("The server's certificate cannot be used"));
        options.certificate = net::ServerCertificate{m_certificate.certificate, "junk"};
        QVERIFY(text(server.listen(options)).startsWith("The server's private key cannot be used"));
    }

    void secretsAreKept() {
        net::Reactor reactor;
        NetServer server(reactor);
        net::ListenOptions options = serverOptions();
        options.keyLogFile = path("server.keys");
        QCOMPARE(text(server.listen(options)), QString());
        net::ConnectOptions wanted = trusting(server.address());
        wanted.tls.keyLogFile = path("client.keys");
        for (int i = 0; i < 2; ++i) {
            NetClient client(reactor, wanted);
            QVERIFY(client.probe.waitForOpen());
        }
        QVERIFY(server.waitForClients(2));
        const std::string keys = contentOf(path("client.keys"));
        const std::regex line("CLIENT_TRAFFIC_SECRET_0 [0-9a-f]{64} [0-9a-f]+\n");
        const auto count = std::distance(std::sregex_iterator(keys.begin(), keys.end(), line), {});
        QCOMPARE(count, std::ptrdiff_t(2));
        // Both sides have the same secrets.
        QVERIFY(contentOf(path("server.keys")).find(keys.substr(0, keys.find('\n'))) !=
                std::string::npos);
        struct stat info {};
        QCOMPARE(::stat(path("client.keys").c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777, mode_t(0600));
    }

    void aClientShowsItsCertificate() {
        net::Reactor reactor;
        const auto demands = [this](SSL_CTX* context) {
            ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                                 nullptr);
            ::SSL_CTX_load_verify_file(context, path("other.pem").c_str());
            // Ours is one for servers; what is tested is that it arrives.
            ::SSL_CTX_set_purpose(context, X509_PURPOSE_ANY);
        };
        {
            TlsPeer peer(m_certificate, demands,
                         [](SSL* ssl, int) { ::SSL_write(ssl, "welcome", 7); });
            net::ConnectOptions options = trusting(loopback(peer.port()));
            options.tls.certificateFile = path("other.pem");
            NetClient client(reactor, options);
            QVERIFY(client.probe.waitForBytes(7));
            QCOMPARE(text(client.probe.text()), QString("welcome"));
        }
        {
            TlsPeer peer(m_certificate, demands, [](SSL*, int) {});
            NetClient client(reactor, trusting(loopback(peer.port())));
            const TransportEnd end = client.probe.waitForEnd();
            QVERIFY2(text(end.sentence).contains("certificate required"), end.sentence.c_str());
            QCOMPARE(end.cause, Cause::Failed);
        }
    }

    void olderVersions() {
        net::Reactor reactor;
        const auto only = [](int version) {
            return [version](SSL_CTX* context) {
                ::SSL_CTX_set_security_level(context, 0);
                ::SSL_CTX_set_min_proto_version(context, version);
                ::SSL_CTX_set_max_proto_version(context, version);
            };
        };
        {
            TlsPeer peer(m_certificate, only(TLS1_2_VERSION),
                         [](SSL* ssl, int) { ::SSL_write(ssl, "old", 3); });
            NetClient client(reactor, trusting(loopback(peer.port())));
            QVERIFY(client.probe.waitForBytes(3));
            QCOMPARE(text(client.probe.heard().established->tls->version), QString("TLSv1.2"));
        }
        {
            TlsPeer peer(m_certificate, only(TLS1_1_VERSION), [](SSL*, int) {});
            NetClient client(reactor, trusting(loopback(peer.port())));
            const TransportEnd end = client.probe.waitForEnd();
            QCOMPARE(end.cause, Cause::Failed);
            QVERIFY2(text(end.sentence).contains("protocol"), end.sentence.c_str());
        }
    }

    void endsWithAndWithoutSayingSo() {
        net::Reactor reactor;
        {
            TlsPeer peer(m_certificate, nullptr, [](SSL* ssl, int) { ::SSL_shutdown(ssl); });
            NetClient client(reactor, trusting(loopback(peer.port())));
            const TransportEnd end = client.probe.waitForEnd();
            QCOMPARE(end.cause, Cause::PeerFinished);
            QVERIFY2(text(end.sentence).endsWith(" closed the connection."), end.sentence.c_str());
        }
        {
            TlsPeer peer(m_certificate, nullptr, [](SSL*, int) {});
            NetClient client(reactor, trusting(loopback(peer.port())));
            const TransportEnd end = client.probe.waitForEnd();
            QCOMPARE(end.cause, Cause::PeerFinished);
            QVERIFY2(text(end.sentence).endsWith("without ending TLS first."),
                     end.sentence.c_str());
        }
        {
            bool saidSo = false;
            {
                TlsPeer peer(m_certificate, nullptr, [&saidSo](SSL* ssl, int) {
                    char byte = 0;
                    saidSo = ::SSL_read(ssl, &byte, 1) <= 0 &&
                             ::SSL_get_error(ssl, 0) == SSL_ERROR_ZERO_RETURN;
                    ::SSL_shutdown(ssl);
                });
                NetClient client(reactor, trusting(loopback(peer.port())));
                QVERIFY(client.probe.waitForOpen());
                client.with([](net::Transport& transport) { transport.finish(); });
                QCOMPARE(client.probe.waitForEnd().cause, Cause::Finished);
            }
            QVERIFY(saidSo);  // close_notify, and not a FIN alone
        }
        {
            TlsPeer peer(m_certificate, nullptr, [](SSL*, int socket) {
                const linger at{1, 0};
                ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at, sizeof at);
            });
            NetClient client(reactor, trusting(loopback(peer.port())));
            QCOMPARE(client.probe.waitForEnd().cause, Cause::PeerReset);
        }
    }

    void peersWithoutTls() {
        net::Reactor reactor;
        NetServer server(reactor);
        server.onAccepted = [](NetServer::Client& client) {
            client.transport->send(asBytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
        };
        QCOMPARE(text(server.listen({})), QString());
        NetClient client(reactor, trusting(server.address()));
        const TransportEnd end = client.probe.waitForEnd();
        QCOMPARE(end.cause, Cause::Failed);
        QCOMPARE(text(end.sentence), text(server.address().text() + " does not speak TLS."));

        NetServer secure(reactor);
        QCOMPARE(text(secure.listen(serverOptions())), QString());
        NetClient plain(reactor, connectOptions(secure.address()));
        QVERIFY(plain.probe.waitForOpen());
        plain.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        plain.probe.waitForEnd();
        QCOMPARE(plain.probe.heard().ends, 1);
        QCOMPARE(secure.clientCount(), std::size_t(0));
    }

    void aHandshakeThatIsNeverAnswered() {
        net::Reactor reactor;
        NetServer server(reactor);  // accepts and says nothing
        QCOMPARE(text(server.listen({})), QString());
        net::ConnectOptions options = trusting(server.address());
        options.tlsTimeout = milliseconds(200);
        NetClient client(reactor, options);
        const TransportEnd end = client.probe.waitForEnd();
        QCOMPARE(end.cause, Cause::Timeout);
        QCOMPARE(text(end.sentence), text(server.address().text() +
                                          " did not complete the TLS handshake within 200 ms."));
    }

    void aPeerThatGoesAwayDuringTheHandshake() {
        net::Reactor reactor;
        NetServer server(reactor);
        server.onAccepted = [](NetServer::Client& client) {
            auto& transport = client.transport;
            client.probe.onReceived = [&transport](ByteView) { transport->finish(); };
        };
        QCOMPARE(text(server.listen({})), QString());
        NetClient client(reactor, trusting(server.address()));
        const TransportEnd end = client.probe.waitForEnd();
        QCOMPARE(end.cause, Cause::Failed);
        QCOMPARE(text(end.sentence), text(server.address().text() +
                                          " closed the connection during the TLS handshake."));
    }

    void muchGoesBothWaysAtOnce() {
        net::Reactor reactor;
        NetServer server(reactor);
        QCOMPARE(text(server.listen(serverOptions())), QString());
        const Bytes up = netPattern(6U << 20, 1);
        const Bytes down = netPattern(5U << 20, 2);
        NetClient client(reactor, trusting(server.address()));
        QVERIFY(client.probe.waitForOpen());
        auto* accepted = server.client();
        QVERIFY(accepted);
        reactor.call([&] {
            accepted->transport->pauseReading(true);
            accepted->transport->send(down);
        });
        std::size_t waiting = 0;
        client.with([&](net::Transport& transport) {
            for (std::size_t at = 0; at < up.size(); at += 100'000) {
                const ByteView rest = ByteView(up).subspan(at);
                transport.send(rest.first(std::min<std::size_t>(rest.size(), 100'000)));
            }
            waiting = transport.waiting();
            transport.finish();
        });
        QVERIFY(waiting > 0);
        QVERIFY(client.probe.waitForBytes(down.size()));
        reactor.call([&] { accepted->transport->pauseReading(false); });
        QVERIFY(accepted->probe.waitForBytes(up.size()));
        QVERIFY(accepted->probe.heard().bytes == up);
        QVERIFY(client.probe.heard().bytes == down);
        QCOMPARE(accepted->probe.waitForEnd().cause, Cause::PeerFinished);
        QCOMPARE(client.probe.waitForEnd().cause, Cause::Finished);
    }

    void destroyedWithinEachCall() {
        net::Reactor reactor;
        NetServer server(reactor);
        server.onAccepted = [](NetServer::Client& client) {
            client.transport->send(netPattern(100'000));
        };
        QCOMPARE(text(server.listen(serverOptions())), QString());
        {
            NetClient client(reactor, trusting(server.address()), nullptr, [](NetClient& self) {
                self.probe.onEstablished = [&self] { self.transport().reset(); };
            });
            QVERIFY(client.probe.waitForOpen());
            reactor.call([&] { QVERIFY(!client.transport()); });
        }
        {
            NetClient client(reactor, trusting(server.address()), nullptr, [](NetClient& self) {
                self.probe.onReceived = [&self](ByteView) { self.transport().reset(); };
            });
            QVERIFY(client.probe.waitForBytes(1));
            reactor.call([&] { QVERIFY(!client.transport()); });
        }
        {
            NetClient client(reactor, trusting(server.address()), nullptr, [](NetClient& self) {
                self.probe.onEnded = [&self] { self.transport().reset(); };
            });
            auto* accepted = server.client(2);
            QVERIFY(accepted);
            reactor.call([&] { accepted->transport->finish(); });
            QCOMPARE(client.probe.waitForEnd().cause, Cause::PeerFinished);
            reactor.call([&] { QVERIFY(!client.transport()); });
        }
        {
            // In the midst of the handshake.
            NetClient client(reactor, trusting(server.address()));
            client.destroy();
            QCOMPARE(client.probe.heard().ends, 0);
        }
    }
};

QTEST_GUILESS_MAIN(TestNetTls)
#include "test_net_tls.moc"
