// Connections over TCP between a client and a server of ours, and how they end.
#include <algorithm>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QTest>

#include "capture/file/file_descriptor.h"
#include "tests/capture/net/net_probe.h"

using namespace framescope;
using namespace framescope::test;
using net::TransportEnd;
using std::chrono::milliseconds;

namespace {

using Cause = TransportEnd::Cause;

QString sentence(const TransportEnd& end) {
    return QString::fromStdString(end.sentence);
}

/// A socket that listens on the loopback interface and accepts nothing; `port` 0 becomes the one it
/// got. Invalid where that cannot be.
FileDescriptor listening(std::uint16_t& port, int backlog = 4, int family = AF_INET) {
    FileDescriptor fd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in four{};
    four.sin_family = AF_INET;
    four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    four.sin_port = htons(port);
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_addr = in6addr_loopback;
    six.sin6_port = htons(port);
    auto* address =
        family == AF_INET ? reinterpret_cast<sockaddr*>(&four) : reinterpret_cast<sockaddr*>(&six);
    socklen_t length = family == AF_INET ? sizeof four : sizeof six;
    if (::bind(fd.get(), address, length) != 0 || ::listen(fd.get(), backlog) != 0 ||
        ::getsockname(fd.get(), address, &length) != 0) {
        return {};
    }
    port = ntohs(family == AF_INET ? four.sin_port : six.sin6_port);
    return fd;
}

/// Fills the queue of a socket that listens with backlog 0, so that the system drops further SYNs.
std::vector<FileDescriptor> fillQueue(std::uint16_t port, int family = AF_INET) {
    std::vector<FileDescriptor> filling;
    for (int i = 0; i < 4; ++i) {
        FileDescriptor fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        sockaddr_in four{};
        four.sin_family = AF_INET;
        four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        four.sin_port = htons(port);
        sockaddr_in6 six{};
        six.sin6_family = AF_INET6;
        six.sin6_addr = in6addr_loopback;
        six.sin6_port = htons(port);
        if (family == AF_INET) {
            ::connect(fd.get(), reinterpret_cast<sockaddr*>(&four), sizeof four);
        } else {
            ::connect(fd.get(), reinterpret_cast<sockaddr*>(&six), sizeof six);
        }
        filling.push_back(std::move(fd));
    }
    return filling;
}

/// Whether the system knows localhost as ::1 too, before 127.0.0.1.
bool localhostIsIpv6First() {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (::getaddrinfo("localhost", nullptr, &hints, &found) != 0) return false;
    const bool first = found->ai_family == AF_INET6 && found->ai_next != nullptr;
    ::freeaddrinfo(found);
    return first;
}

/// A port at which nobody listens.
std::uint16_t freePort() {
    std::uint16_t port = 0;
    const FileDescriptor fd = listening(port);
    return port;
}

Endpoint loopback(std::uint16_t port) {
    Endpoint endpoint;
    endpoint.address.version = 4;
    endpoint.address.bytes = {127, 0, 0, 1};
    endpoint.port = port;
    return endpoint;
}

}  // namespace

class TestNetTcp : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tasksRunInTheirOrder() {
        std::vector<int> seen;
        net::Reactor reactor;
        QVERIFY(!reactor.isOnThread());
        for (int i = 0; i < 100; ++i) reactor.post([&seen, i] { seen.push_back(i); });
        bool inside = false;
        bool nested = false;
        reactor.call([&] {
            inside = reactor.isOnThread();
            reactor.call([&] { nested = true; });
        });
        QVERIFY(inside);
        QVERIFY(nested);
        QCOMPARE(seen.size(), std::size_t(100));
        QVERIFY(std::is_sorted(seen.begin(), seen.end()));
    }

    void timersFireOnceAndCanBeSetAnew() {
        net::Reactor reactor;
        Watched<std::string> fired;
        std::optional<net::Reactor::Timer> first;
        std::optional<net::Reactor::Timer> second;
        reactor.call([&] {
            first.emplace(reactor);
            second.emplace(reactor);
            first->start(milliseconds(1), [&] { fired.change([](auto& s) { s += "wrong"; }); });
            first->start(milliseconds(2), [&] {
                fired.change([](auto& s) { s += 'a'; });
                first.reset();  // within its own task
            });
            second->start(milliseconds(1), [&] { fired.change([](auto& s) { s += "wrong"; }); });
            second->stop();
            QVERIFY(!second->isRunning());
            second->start(milliseconds(40), [&] { fired.change([](auto& s) { s += 'b'; }); });
            QVERIFY(second->isRunning());
        });
        QVERIFY(fired.waitFor([](const auto& s) { return s.size() >= 2; }));
        QCOMPARE(QString::fromStdString(fired.get()), QString("ab"));
        reactor.call([&] { QVERIFY(!second->isRunning()); });
    }

    void whatOutlivesTheReactorDoesNoHarm() {
        NetProbe probe;
        std::optional<net::Reactor> reactor(std::in_place);
        std::optional<net::Reactor::Timer> timer;
        std::unique_ptr<net::Transport> transport;
        std::unique_ptr<net::Transport> asking;
        std::uint16_t port = 0;
        const FileDescriptor server = listening(port);
        reactor->call([&] {
            timer.emplace(*reactor);
            timer->start(std::chrono::hours(1), [] {});
            transport = net::connectTo(*reactor, connectOptions(loopback(port)), probe, nullptr);
        });
        QVERIFY(probe.waitForOpen());
        reactor->call([&] {
            net::ConnectOptions named;
            named.url.host = "localhost";
            named.url.port = port;
            asking = net::connectTo(*reactor, named, probe, nullptr);
        });
        reactor.reset();
        transport.reset();
        asking.reset();
        timer.reset();
        QCOMPARE(probe.heard().ends, 0);
    }

    void bytesGoBothWays_data() {
        QTest::addColumn<QString>("host");
        QTest::newRow("IPv4") << "127.0.0.1";
        QTest::newRow("IPv6") << "::1";
    }
    void bytesGoBothWays() {
        QFETCH(QString, host);
        net::Reactor reactor;
        NetServer server(reactor);
        net::ListenOptions options;
        options.host = host.toStdString();
        const std::string failure = server.listen(options);
        if (!failure.empty() && host == "::1") QSKIP("This machine has no IPv6.");
        QCOMPARE(QString::fromStdString(failure), QString());
        QCOMPARE(QString::fromStdString(server.address().address.text()), host);
        QVERIFY(server.address().port != 0);
        NetClient client(reactor, connectOptions(server.address()));
        QVERIFY(client.probe.waitForOpen());
        auto* accepted = server.client();
        QVERIFY(accepted);
        const auto opened = *client.probe.heard().established;
        QVERIFY(opened.remote == server.address());
        QVERIFY(!opened.tls);
        reactor.call([&] {
            QVERIFY(accepted->transport->info().remote == opened.local);
            QVERIFY(accepted->transport->info().local == opened.remote);
        });
        client.send("hello");
        QVERIFY(accepted->probe.waitForBytes(5));
        QCOMPARE(QString::fromStdString(accepted->probe.text()), QString("hello"));
        reactor.call([&] { accepted->transport->send(asBytes("welcome")); });
        QVERIFY(client.probe.waitForBytes(7));
        QCOMPARE(QString::fromStdString(client.probe.text()), QString("welcome"));
        QVERIFY(!accepted->probe.heard().established);
    }

    void muchGoesThroughAWindowThatIsShut() {
        net::Reactor reactor;
        NetServer server(reactor);
        server.attaches = false;
        server.onAccepted = [](NetServer::Client& client) {
            client.transport->pauseReading(true);
            client.transport->attach(client.probe);
        };
        QCOMPARE(QString::fromStdString(server.listen({})), QString());
        NetClient client(reactor, connectOptions(server.address()));
        QVERIFY(client.probe.waitForOpen());
        auto* accepted = server.client();
        QVERIFY(accepted);
        const Bytes sent = netPattern(24U << 20);
        std::size_t waiting = 0;
        client.with([&](net::Transport& transport) {
            for (std::size_t at = 0; at < sent.size(); at += 300'000) {
                const ByteView rest = ByteView(sent).subspan(at);
                transport.send(rest.first(std::min<std::size_t>(rest.size(), 300'000)));
            }
            waiting = transport.waiting();
        });
        // No system buffers so much; the rest waits with us, and nothing was read.
        QVERIFY(waiting > 0);
        QVERIFY(accepted->probe.heard().bytes.empty());
        QCOMPARE(client.probe.heard().drained, 0);
        reactor.call([&] { accepted->transport->pauseReading(false); });
        QVERIFY(accepted->probe.waitForBytes(sent.size()));
        QVERIFY(accepted->probe.heard().bytes == sent);
        QVERIFY(client.probe.waitFor([](const Heard& heard) { return heard.drained > 0; }));
        QCOMPARE(client.probe.heard().drained, 1);
        client.with([](net::Transport& t) { QCOMPARE(t.waiting(), std::size_t(0)); });
    }

    void finishSendsWhatWaitsFirst() {
        net::Reactor reactor;
        NetServer server(reactor);
        QCOMPARE(QString::fromStdString(server.listen({})), QString());
        NetClient client(reactor, connectOptions(server.address()));
        QVERIFY(client.probe.waitForOpen());
        const Bytes sent = netPattern(8U << 20);
        client.with([&](net::Transport& transport) {
            transport.send(sent);
            transport.finish();
            transport.send(asBytes("nothing follows"));
        });
        auto* accepted = server.client();
        QVERIFY(accepted);
        const TransportEnd seen = accepted->probe.waitForEnd();
        QCOMPARE(seen.cause, Cause::PeerFinished);
        QVERIFY(sentence(seen).endsWith(" closed the connection."));
        QVERIFY(accepted->probe.heard().bytes == sent);
        const TransportEnd end = client.probe.waitForEnd();
        QCOMPARE(end.cause, Cause::Finished);
        QCOMPARE(client.probe.heard().ends, 1);
    }

    void afterOurFinishTheOthersBytesArrive() {
        net::Reactor reactor;
        std::uint16_t port = 0;
        const FileDescriptor peer = listening(port);
        NetClient client(reactor, connectOptions(loopback(port)));
        QVERIFY(client.probe.waitForOpen());
        const FileDescriptor accepted(::accept(peer.get(), nullptr, nullptr));
        client.with([](net::Transport& transport) {
            transport.send(asBytes("question"));
            transport.finish();
        });
        char read[64] = {};
        std::size_t length = 0;
        ssize_t n = 0;
        while ((n = ::recv(accepted.get(), read + length, sizeof read - length, 0)) > 0) {
            length += static_cast<std::size_t>(n);
        }
        QCOMPARE(n, ssize_t(0));  // FIN
        QCOMPARE(QByteArray(read, int(length)), QByteArray("question"));
        QCOMPARE(::send(accepted.get(), "answer", 6, MSG_NOSIGNAL), ssize_t(6));
        QVERIFY(client.probe.waitForBytes(6));
        ::shutdown(accepted.get(), SHUT_WR);
        QCOMPARE(client.probe.waitForEnd().cause, Cause::Finished);
        QCOMPARE(QString::fromStdString(client.probe.text()), QString("answer"));
    }

    void aPeerThatNeverFinishesIsNotWaitedFor() {
        net::Reactor reactor;
        std::uint16_t port = 0;
        const FileDescriptor peer = listening(port);
        NetClient client(reactor, connectOptions(loopback(port)));
        QVERIFY(client.probe.waitForOpen());
        client.with([](net::Transport& transport) { transport.finish(); });
        const TransportEnd end = client.probe.waitForEnd();
        QCOMPARE(end.cause, Cause::Finished);
        QVERIFY(sentence(end).contains("did not close its side within 2 seconds"));
    }

    void resetIsSeenAsReset() {
        net::Reactor reactor;
        NetServer server(reactor);
        QCOMPARE(QString::fromStdString(server.listen({})), QString());
        NetClient client(reactor, connectOptions(server.address()));
        QVERIFY(client.probe.waitForOpen());
        auto* accepted = server.client();
        QVERIFY(accepted);
        client.with([](net::Transport& transport) { transport.reset(); });
        const TransportEnd end = accepted->probe.waitForEnd();
        QCOMPARE(end.cause, Cause::PeerReset);
        QVERIFY(sentence(end).endsWith(" reset the connection."));
        QCOMPARE(client.probe.heard().ends, 0);

        NetClient other(reactor, connectOptions(server.address()));
        QVERIFY(other.probe.waitForOpen());
        accepted = server.client(1);
        QVERIFY(accepted);
        reactor.call([&] { accepted->transport->reset(); });
        QCOMPARE(other.probe.waitForEnd().cause, Cause::PeerReset);
        QCOMPARE(accepted->probe.heard().ends, 0);
    }

    void whatCameBeforeAResetIsReceived() {
        net::Reactor reactor;
        std::uint16_t port = 0;
        const FileDescriptor peer = listening(port);
        NetClient client(reactor, connectOptions(loopback(port)));
        QVERIFY(client.probe.waitForOpen());
        FileDescriptor accepted(::accept(peer.get(), nullptr, nullptr));
        client.with([](net::Transport& transport) { transport.pauseReading(true); });
        client.send("never read");
        QCOMPARE(::send(accepted.get(), "last words", 10, MSG_NOSIGNAL), ssize_t(10));
        pollUntilReadable(accepted.get());
        accepted = FileDescriptor();  // with unread bytes: RST
        client.with([](net::Transport& transport) { transport.pauseReading(false); });
        QCOMPARE(client.probe.waitForEnd().cause, Cause::PeerReset);
        QCOMPARE(QString::fromStdString(client.probe.text()), QString("last words"));
    }

    void destroyedWithinEachCall() {
        net::Reactor reactor;
        NetServer server(reactor);
        server.onAccepted = [](NetServer::Client& client) {
            client.transport->send(asBytes("hello"));
        };
        QCOMPARE(QString::fromStdString(server.listen({})), QString());
        {
            NetClient client(reactor, connectOptions(server.address()), nullptr,
                             [](NetClient& self) {
                                 self.probe.onEstablished = [&self] { self.transport().reset(); };
                             });
            QVERIFY(client.probe.waitForOpen());
            reactor.call([&] { QVERIFY(!client.transport()); });
        }
        {
            NetClient client(
                reactor, connectOptions(server.address()), nullptr, [](NetClient& self) {
                    self.probe.onReceived = [&self](ByteView) { self.transport().reset(); };
                });
            QVERIFY(client.probe.waitForBytes(5));
            reactor.call([&] { QVERIFY(!client.transport()); });
        }
        {
            NetClient client(reactor, connectOptions(server.address()), nullptr,
                             [](NetClient& self) {
                                 self.probe.onDrained = [&self] { self.transport().reset(); };
                             });
            QVERIFY(client.probe.waitForOpen());
            client.send(netPattern(16U << 20));
            QVERIFY(client.probe.waitFor([](const Heard& heard) { return heard.drained == 1; }));
            reactor.call([&] { QVERIFY(!client.transport()); });
        }
        {
            NetClient client(reactor, connectOptions(server.address()), nullptr,
                             [](NetClient& self) {
                                 self.probe.onEnded = [&self] { self.transport().reset(); };
                             });
            QVERIFY(client.probe.waitForOpen());
            auto* accepted = server.client(3);
            QVERIFY(accepted);
            reactor.call([&] { accepted->transport->finish(); });
            QCOMPARE(client.probe.waitForEnd().cause, Cause::PeerFinished);
            reactor.call([&] { QVERIFY(!client.transport()); });
        }
        // The server's side.
        reactor.call([&] {
            server.onAccepted = [](NetServer::Client& client) {
                client.probe.onReceived = [&client](ByteView) { client.transport.reset(); };
            };
        });
        NetClient client(reactor, connectOptions(server.address()));
        QVERIFY(client.probe.waitForOpen());
        client.send("x");
        QCOMPARE(client.probe.waitForEnd().cause, Cause::PeerFinished);
    }

    void nobodyListens() {
        net::Reactor reactor;
        const std::uint16_t port = freePort();
        NetClient client(reactor, connectOptions(loopback(port)));
        const TransportEnd end = client.probe.waitForEnd();
        QCOMPARE(end.cause, Cause::Failed);
        QCOMPARE(sentence(end),
                 QString("Nobody listens at 127.0.0.1:%1 (connection refused).").arg(port));
        if (!localhostIsKnown()) QSKIP("This machine does not know the name localhost.");
        // localhost may have one address or two; all of them are named.
        net::ConnectOptions options = connectOptions(loopback(port));
        options.url.host = "localhost";
        NetClient named(reactor, options);
        const TransportEnd both = named.probe.waitForEnd();
        QCOMPARE(both.cause, Cause::Failed);
        QVERIFY2(both.sentence.starts_with("Nobody listens at "), both.sentence.c_str());
        QVERIFY2(sentence(both).contains(QString("127.0.0.1:%1").arg(port)), both.sentence.c_str());
    }

    void unknownName() {
        net::Reactor reactor;
        net::ConnectOptions options;
        options.url.host = "no-such-host.invalid";
        options.url.port = 80;
        options.connectTimeout = milliseconds(5000);
        NetClient client(reactor, options);
        const TransportEnd end = client.probe.waitForEnd();
        QCOMPARE(client.probe.heard().ends, 1);
        // Where there is no name server, that is what is said.
        QVERIFY2(sentence(end) == "The name \"no-such-host.invalid\" is not known." ||
                     sentence(end).contains("\"no-such-host.invalid\" c"),
                 end.sentence.c_str());
    }

    void localhostIsTriedAtAllItsAddresses() {
        if (!localhostIsKnown()) QSKIP("This machine does not know the name localhost.");
        net::Reactor reactor;
        NetServer server(reactor);
        QCOMPARE(QString::fromStdString(server.listen({})), QString());  // 127.0.0.1 alone
        net::ConnectOptions options = connectOptions(server.address());
        options.url.host = "localhost";
        NetClient client(reactor, options);
        QVERIFY(client.probe.waitForOpen());
        QVERIFY(client.probe.heard().established->remote == server.address());
    }

    void aPeerThatDoesNotAnswerIsGivenUp() {
        std::uint16_t port = 0;
        const FileDescriptor server = listening(port, 0);
        const auto filling = fillQueue(port);
        net::Reactor reactor;
        net::ConnectOptions options = connectOptions(loopback(port));
        options.connectTimeout = milliseconds(300);
        NetClient client(reactor, options);
        const TransportEnd end = client.probe.waitForEnd();
        QCOMPARE(end.cause, Cause::Timeout);
        QCOMPARE(sentence(end), QString("127.0.0.1:%1 did not answer within 300 ms.").arg(port));
    }

    /// One address that does not answer leaves time for the next.
    void aDeadAddressDoesNotEatAllTheTime() {
        if (!localhostIsIpv6First()) QSKIP("localhost is not ::1 and 127.0.0.1 on this machine.");
        std::uint16_t port = 0;
        const FileDescriptor dead = listening(port, 0, AF_INET6);
        if (!dead) QSKIP("This machine has no IPv6.");
        const FileDescriptor alive = listening(port);
        if (!alive) QSKIP("The port is taken at 127.0.0.1.");
        const auto filling = fillQueue(port, AF_INET6);
        net::Reactor reactor;
        net::ConnectOptions options = connectOptions(loopback(port));
        options.url.host = "localhost";
        options.connectTimeout = milliseconds(2000);
        NetClient client(reactor, options);
        QVERIFY(client.probe.waitForOpen());
        QVERIFY(client.probe.heard().established->remote == loopback(port));
    }

    void idleConnectionsEnd() {
        net::Reactor reactor;
        NetServer server(reactor);
        QCOMPARE(QString::fromStdString(server.listen({})), QString());
        net::ConnectOptions options = connectOptions(server.address());
        options.idleTimeout = milliseconds(150);
        NetClient client(reactor, options);
        QVERIFY(client.probe.waitForOpen());
        client.send("something");
        const TransportEnd end = client.probe.waitForEnd();
        QCOMPARE(end.cause, Cause::Timeout);
        QVERIFY(sentence(end).startsWith("Nothing has passed between us and 127.0.0.1:"));
        QVERIFY(sentence(end).endsWith(" for 150 ms."));
        auto* accepted = server.client();
        QVERIFY(accepted);
        QCOMPARE(accepted->probe.waitForEnd().cause, Cause::PeerFinished);
        QCOMPARE(QString::fromStdString(accepted->probe.text()), QString("something"));
    }

    void givenUpBeforeItWasOpen() {
        net::Reactor reactor;
        std::uint16_t port = 0;
        const FileDescriptor server = listening(port);
        NetProbe probe;
        std::unique_ptr<net::Transport> transport;
        reactor.call([&] {
            transport = net::connectTo(reactor, connectOptions(loopback(port)), probe, nullptr);
            transport->send(asBytes("too early"));
            QCOMPARE(transport->waiting(), std::size_t(0));
            transport->finish();
        });
        QCOMPARE(probe.waitForEnd().cause, Cause::Finished);
        QVERIFY(!probe.heard().established);
        reactor.call([&] { transport.reset(); });
    }

    void listeningFails() {
        net::Reactor reactor;
        NetServer server(reactor);
        QCOMPARE(QString::fromStdString(server.listen({})), QString());
        NetServer other(reactor);
        net::ListenOptions options;
        options.port = server.address().port;
        QCOMPARE(
            QString::fromStdString(other.listen(options)),
            QString("127.0.0.1:%1 is taken: somebody listens there already.").arg(options.port));
        options = {};
        options.host = "192.0.2.1";
        QCOMPARE(QString::fromStdString(other.listen(options)),
                 QString("192.0.2.1 is no address of this machine."));
        options.host = "a.example";
        QCOMPARE(QString::fromStdString(other.listen(options)),
                 QString("\"a.example\" is no IP address to listen at."));
    }

    void afterListeningWhatWasAcceptedLivesOn() {
        net::Reactor reactor;
        NetServer server(reactor);
        net::ListenOptions options;
        options.host = "localhost";
        QCOMPARE(QString::fromStdString(server.listen(options)), QString());
        NetClient client(reactor, connectOptions(server.address()));
        QVERIFY(client.probe.waitForOpen());
        auto* accepted = server.client();
        QVERIFY(accepted);
        server.stopListening();
        client.send("still here");
        QVERIFY(accepted->probe.waitForBytes(10));
        NetClient late(reactor, connectOptions(server.address()));
        QCOMPARE(late.probe.waitForEnd().cause, Cause::Failed);
    }

private:
    static void pollUntilReadable(int fd) {
        char byte = 0;
        // Blocks until there is something, and leaves it there.
        QCOMPARE(::recv(fd, &byte, 1, MSG_PEEK), ssize_t(1));
    }
};

QTEST_GUILESS_MAIN(TestNetTcp)
#include "test_net_tcp.moc"
