// What connections of ours note in a transcript: the bytes of both directions in the order in which
// they passed, and the ends as the sockets had them.
#include <QTemporaryDir>
#include <QTest>

#include "capture/transcript/transcript.h"
#include "tests/capture/live/live_probe.h"
#include "tests/capture/net/net_probe.h"
#include "tests/capture/transcript/transcript_reader.h"

using namespace framescope;
using namespace framescope::test;
using net::TransportEnd;

namespace {

using Cause = TransportEnd::Cause;

QString text(const std::string& s) {
    return QString::fromStdString(s);
}

/// A client and a server of ours, each with a transcript of its own.
struct Pair {
    explicit Pair(const std::filesystem::path& folder, bool secure = false)
        : clientFile(folder / "client.pcapng"),
          serverFile(folder / "server.pcapng"),
          clientNotes(transcript::begin("client", {clientFile, {}, 0}, live.wake())),
          serverNotes(transcript::begin("server", {serverFile, {}, 0}, live.wake())),
          server(reactor) {
        net::ListenOptions options;
        if (secure) options.certificate = *net::makeCertificate();
        failure = server.listen(options, serverNotes);
        net::ConnectOptions wanted = connectOptions(server.address(), secure);
        wanted.tls.verify = false;
        client.emplace(reactor, wanted, clientNotes);
        accepted = client->probe.waitForOpen() ? server.client() : nullptr;
    }

    void withServer(const std::function<void(net::AcceptedTransport&)>& what) {
        reactor.call([&] { what(*accepted->transport); });
    }
    void destroyServers() {
        reactor.call([&] { accepted->transport.reset(); });
    }
    ReadTranscript readClient() {
        clientNotes->flush();
        return readTranscript(clientFile);
    }
    ReadTranscript readServer() {
        serverNotes->flush();
        return readTranscript(serverFile);
    }

    std::filesystem::path clientFile;
    std::filesystem::path serverFile;
    LiveProbe live;
    std::shared_ptr<transcript::Transcript> clientNotes;
    std::shared_ptr<transcript::Transcript> serverNotes;
    net::Reactor reactor;
    NetServer server;
    std::optional<NetClient> client;
    NetServer::Client* accepted = nullptr;
    std::string failure;
};

}  // namespace

class TestNetTranscript : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;

    std::filesystem::path folder() const { return m_folder->path().toStdString(); }

    /// The one connection in it, without a fault.
    static ReadConnection only(const ReadTranscript& read) {
        if (!read.faults.empty() || read.connections.size() != 1) {
            ReadConnection none;
            none.ends.push_back(std::to_string(read.connections.size()) + " connections, " +
                                faultsOf(read));
            return none;
        }
        return read.connections[0];
    }

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void bytesAndAddresses_data() {
        QTest::addColumn<bool>("secure");
        QTest::newRow("TCP") << false;
        QTest::newRow("TLS") << true;
    }
    void bytesAndAddresses() {
        QFETCH(bool, secure);
        Pair pair(folder(), secure);
        QVERIFY(pair.accepted);
        const Bytes up = netPattern(3U << 20, 1);
        const Bytes down = netPattern(2U << 20, 2);
        pair.accepted->probe.onReceived = [&, seen = std::size_t(0)](ByteView bytes) mutable {
            seen += bytes.size();
            if (seen == up.size()) pair.accepted->transport->send(down);
        };
        pair.client->send(up);
        QVERIFY(pair.client->probe.waitForBytes(down.size()));
        pair.client->with([](net::Transport& transport) { transport.finish(); });
        QCOMPARE(pair.client->probe.waitForEnd().cause, Cause::Finished);
        QCOMPARE(pair.accepted->probe.waitForEnd().cause, Cause::PeerFinished);
        const Endpoint local = pair.client->probe.heard().established->local;
        for (const ReadTranscript& read : {pair.readClient(), pair.readServer()}) {
            QCOMPARE(text(faultsOf(read)), QString());
            const ReadConnection connection = only(read);
            QVERIFY(connection.client == local);
            QVERIFY(connection.server == pair.server.address());
            QVERIFY(connection.synSeen);
            QVERIFY(connection.bytes[0] == up);
            QVERIFY(connection.bytes[1] == down);
            QCOMPARE(text(endsOf(connection)), QString("client FIN, server FIN"));
        }
    }

    /// Whatever is sent is noted before what answers it, many times in a row.
    void questionsStandBeforeTheirAnswers() {
        Pair pair(folder());
        QVERIFY(pair.accepted);
        pair.accepted->probe.onReceived = [&](ByteView bytes) {
            pair.accepted->transport->send(bytes);
        };
        int left = 300;
        pair.client->probe.onReceived = [&](ByteView bytes) {
            if (--left > 0) pair.client->transport()->send(bytes);
        };
        pair.client->send("12345678");
        QVERIFY(pair.client->probe.waitForBytes(300 * 8));
        for (const ReadTranscript& read : {pair.readClient(), pair.readServer()}) {
            QCOMPARE(text(faultsOf(read)), QString());
            QCOMPARE(read.packets, 3u + 2 * 300);
            QVERIFY(read.connections.at(0).bytes[0] == read.connections.at(0).bytes[1]);
        }
        // One after the other: each packet acknowledges all that came before it, so had an answer
        // been noted first, an acknowledgement would name bytes that were not there yet, which
        // readTranscript() calls a fault.
    }

    void theServerFinishesFirst() {
        Pair pair(folder());
        QVERIFY(pair.accepted);
        pair.withServer([](net::AcceptedTransport& transport) {
            transport.send(asBytes("good bye"));
            transport.finish();
        });
        QCOMPARE(pair.client->probe.waitForEnd().cause, Cause::PeerFinished);
        QCOMPARE(pair.accepted->probe.waitForEnd().cause, Cause::Finished);
        const QString wanted = "server FIN, client FIN";
        QCOMPARE(text(endsOf(only(pair.readClient()))), wanted);
        QCOMPARE(text(endsOf(only(pair.readServer()))), wanted);
    }

    void resets_data() {
        QTest::addColumn<bool>("byClient");
        QTest::addColumn<bool>("secure");
        QTest::newRow("by the client") << true << false;
        QTest::newRow("by the server") << false << false;
        QTest::newRow("by the client, TLS") << true << true;
        QTest::newRow("by the server, TLS") << false << true;
    }
    void resets() {
        QFETCH(bool, byClient);
        QFETCH(bool, secure);
        Pair pair(folder(), secure);
        QVERIFY(pair.accepted);
        // With TLS what the server says by itself must have been read by then.
        pair.withServer([](net::AcceptedTransport& transport) { transport.send(asBytes("x")); });
        QVERIFY(pair.client->probe.waitForBytes(1));
        if (byClient) {
            pair.client->with([](net::Transport& transport) { transport.reset(); });
            QCOMPARE(pair.accepted->probe.waitForEnd().cause, Cause::PeerReset);
        } else {
            pair.withServer([](net::AcceptedTransport& transport) { transport.reset(); });
            QCOMPARE(pair.client->probe.waitForEnd().cause, Cause::PeerReset);
        }
        const QString wanted = byClient ? "client RST" : "server RST";
        QCOMPARE(text(endsOf(only(pair.readClient()))), wanted);
        QCOMPARE(text(endsOf(only(pair.readServer()))), wanted);
    }

    void destroyedWithoutAWord() {
        Pair pair(folder());
        QVERIFY(pair.accepted);
        pair.client->send("something");
        QVERIFY(pair.accepted->probe.waitForBytes(9));
        pair.client->destroy();
        QCOMPARE(pair.accepted->probe.waitForEnd().cause, Cause::PeerFinished);
        QCOMPARE(text(endsOf(only(pair.readClient()))), QString("client FIN"));
        QCOMPARE(text(endsOf(only(pair.readServer()))), QString("client FIN, server FIN"));
    }

    void destroyedWithUnreadBytes() {
        Pair pair(folder());
        QVERIFY(pair.accepted);
        pair.client->with([](net::Transport& transport) { transport.pauseReading(true); });
        // More than fits: once the server's own buffer is in use, the client's holds something.
        pair.withServer(
            [](net::AcceptedTransport& transport) { transport.send(netPattern(32U << 20)); });
        pair.client->destroy();
        QCOMPARE(pair.accepted->probe.waitForEnd().cause, Cause::PeerReset);
        QCOMPARE(text(endsOf(only(pair.readClient()))), QString("client RST"));
        const ReadConnection server = only(pair.readServer());
        QCOMPARE(text(endsOf(server)), QString("client RST"));
        // What the socket took is noted, and what waited is not.
        QVERIFY(!server.bytes[1].empty() && server.bytes[1].size() < (32U << 20));
    }

    void oneTranscriptForBothEnds() {
        LiveProbe live;
        const auto file = folder() / "both.pcapng";
        const auto notes = transcript::begin("both", {file, {}, 0}, live.wake());
        net::Reactor reactor;
        NetServer server(reactor);
        QCOMPARE(text(server.listen({}, notes)), QString());
        {
            NetClient client(reactor, connectOptions(server.address()), notes);
            QVERIFY(client.probe.waitForOpen());
            auto* accepted = server.client();
            QVERIFY(accepted);
            client.send("once");
            QVERIFY(accepted->probe.waitForBytes(4));
            client.with([](net::Transport& transport) { transport.finish(); });
            QCOMPARE(client.probe.waitForEnd().cause, Cause::Finished);
        }
        notes->flush();
        const ReadConnection connection = only(readTranscript(file));
        QVERIFY(asText(connection.bytes[0]) == "once");
        QCOMPARE(text(endsOf(connection)), QString("client FIN, server FIN"));
    }
};

QTEST_GUILESS_MAIN(TestNetTranscript)
#include "test_net_transcript.moc"
