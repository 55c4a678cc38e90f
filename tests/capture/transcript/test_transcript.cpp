// What is noted comes back as a capture: the same bytes, in the same order, with the same ends, and
// nothing that a capture of real packets would not have.
#include <fstream>
#include <thread>

#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "capture/file/growing_bytes.h"
#include "capture/live/spool.h"
#include "capture/spool/pcapng_writer.h"
#include "capture/transcript/note_queue.h"
#include "capture/transcript/tcp_packets.h"
#include "capture/transcript/transcript.h"
#include "tests/capture/live/live_probe.h"
#include "tests/capture/net/net_probe.h"
#include "tests/capture/transcript/transcript_reader.h"
#include "tests/support/loaded_session.h"

using namespace framescope;
using namespace framescope::test;
using transcript::Ended;
using transcript::Transcript;

namespace {

constexpr Direction kUp = Direction::ClientToServer;
constexpr Direction kDown = Direction::ServerToClient;

Endpoint endpoint(std::uint8_t last, std::uint16_t port, std::uint8_t version = 4) {
    Endpoint made;
    made.address.version = version;
    if (version == 4) {
        made.address.bytes = {10, 0, 0, last};
    } else {
        made.address.bytes = {0xfd};
        made.address.bytes[15] = last;
    }
    made.port = port;
    return made;
}

QString text(const std::string& s) {
    return QString::fromStdString(s);
}

/// Lines about packets that tshark's analysis of TCP has something to say of. What is no real
/// payload it may take for any protocol, which then is malformed.
QByteArray tsharkComplaints(const QString& capture, bool realPayload) {
    QProcess tshark;
    tshark.start(QStringLiteral("tshark"),
                 {QStringLiteral("-n"), QStringLiteral("-r"), capture, QStringLiteral("-o"),
                  QStringLiteral("tcp.check_checksum:TRUE"), QStringLiteral("-o"),
                  QStringLiteral("ip.check_checksum:TRUE"), QStringLiteral("-Y"),
                  QStringLiteral("%1tcp.analysis.flags || tcp.checksum.status == 0 || "
                                 "ip.checksum.status == 0")
                      .arg(QLatin1String(realPayload ? "_ws.malformed || " : ""))});
    if (!tshark.waitForFinished(60'000)) return "tshark does not end";
    const QByteArray errors = tshark.exitCode() == 0 ? "" : tshark.readAllStandardError();
    return tshark.readAllStandardOutput() + errors;
}

}  // namespace

class TestTranscript : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::filesystem::path path(const char* name) const {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

    static void compareWithTshark(const std::filesystem::path& file, bool realPayload) {
        if (QStandardPaths::findExecutable(QStringLiteral("tshark")).isEmpty()) {
            qInfo("tshark is not installed; the capture is judged by our own readers alone.");
            return;
        }
        QCOMPARE(tsharkComplaints(text(file.string()), realPayload), QByteArray());
    }

private Q_SLOTS:
    void beginsWithAnEmptyFile() {
        LiveProbe probe;
        const auto made =
            transcript::begin("ws://localhost:3000/", {path("empty.pcapng"), {}, 0}, probe.wake());
        const live::Status status = made->status();
        QVERIFY(status.file);
        QCOMPARE(status.phase, live::Phase::Running);
        QVERIFY(status.figures.countsPackets);
        QCOMPARE(status.figures.packets, std::uint64_t(0));
        QCOMPARE(made->packets(), std::uint64_t(0));
        QCOMPARE(text(made->sourceName()), QString("ws://localhost:3000/"));
        QVERIFY(!made->spool());
        const ReadTranscript read = readTranscript(path("empty.pcapng"));
        QCOMPARE(text(faultsOf(read)), QString());
        QCOMPARE(read.packets, 0u);
        made->stop();
        const live::Status end = probe.waitForEnd(*made);
        QVERIFY(end.ending);
        QCOMPARE(end.ending->cause, live::Ending::Cause::Asked);
    }

    void aConversationComesBack_data() {
        QTest::addColumn<int>("version");
        QTest::newRow("IPv4") << 4;
        QTest::newRow("IPv6") << 6;
    }
    void aConversationComesBack() {
        QFETCH(int, version);
        const auto ip = static_cast<std::uint8_t>(version);
        LiveProbe probe;
        const auto file = path(version == 4 ? "four.pcapng" : "six.pcapng");
        const auto made = transcript::begin("test", {file, {}, 0}, probe.wake());
        const Endpoint client = endpoint(1, 40000, ip);
        const Endpoint server = endpoint(2, 80, ip);
        const auto connection = made->open(client, server, false);
        const std::string request =
            "GET /chat HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
        const std::string response =
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
        made->passed(connection, kUp, asBytes(request));
        made->passed(connection, kDown, asBytes(response));
        made->passed(connection, kUp, webSocketText("hello", kMask));
        made->passed(connection, kDown, webSocketText("welcome"));
        made->passed(connection, kUp, webSocketClose(1000, "", kOtherMask));
        made->passed(connection, kDown, webSocketClose(1000));
        made->ended(connection, kDown, Ended::Fin);
        made->ended(connection, kUp, Ended::Fin);
        made->flush();
        QCOMPARE(made->packets(), std::uint64_t(3 + 6 + 4));
        const live::Status now = probe.waitFor(
            *made, [](const live::Status& status) { return status.figures.packets == 13; });
        QCOMPARE(now.figures.packets, std::uint64_t(13));
        QVERIFY(now.figures.bytes > request.size() + response.size());

        const ReadTranscript read = readTranscript(file);
        QCOMPARE(text(faultsOf(read)), QString());
        QCOMPARE(read.packets, 13u);
        QCOMPARE(read.connections.size(), std::size_t(1));
        const ReadConnection& back = read.connections[0];
        QVERIFY(back.client == client && back.server == server && back.synSeen);
        QCOMPARE(text(endsOf(back)), QString("server FIN, client FIN"));

        const auto session = loadSession(file.string());
        QVERIFY(session);
        QVERIFY(session->notices().empty());
        QCOMPARE(session->connection(0).state, ConnectionState::Closed);
        QCOMPARE(session->connection(0).worst, Severity::None);
        const QString rows = text(rowListing(*session));
        QVERIFY2(rows.contains("hello") && rows.contains("welcome"), qPrintable(rows));
        compareWithTshark(file, true);
    }

    void muchAtOnceBecomesSegments() {
        LiveProbe probe;
        const auto file = path("much.pcapng");
        const Bytes up = netPattern(9U << 20, 1);
        const Bytes down = netPattern(3'000'001, 2);
        {
            const auto made = transcript::begin("test", {file, {}, 0}, probe.wake());
            const auto connection = made->open(endpoint(1, 40000), endpoint(2, 80), false);
            made->passed(connection, kUp, up);
            made->passed(connection, kDown, down);
            made->ended(connection, kUp, Ended::Reset);
            made->passed(connection, kDown, asBytes("nothing follows"));
            made->stop();  // what was appended before stands in the file
            made->passed(connection, kDown, asBytes("nor this"));
            QVERIFY(probe.waitForEnd(*made).ending);
        }
        const ReadTranscript read = readTranscript(file);
        QCOMPARE(text(faultsOf(read)), QString());
        QCOMPARE(read.connections.size(), std::size_t(1));
        QVERIFY(read.connections[0].bytes[0] == up);
        QVERIFY(read.connections[0].bytes[1] == down);
        QCOMPARE(text(endsOf(read.connections[0])), QString("client RST"));
        compareWithTshark(file, false);
    }

    void sequenceNumbersWrap() {
        // 4 GiB need not pass: the first numbers lie just below the end.
        Bytes blocks;
        pcapng::writeSectionHeader(blocks, "test");
        pcapng::writeInterface(blocks, {.linkType = 101});
        std::int64_t time = 1;
        std::uint64_t packets = 0;
        const transcript::TcpPackets::Sink sink = [&](ByteView packet) {
            pcapng::writePacket(blocks,
                                {.timeNs = ++time,
                                 .originalLength = static_cast<std::uint32_t>(packet.size()),
                                 .data = packet});
            ++packets;
        };
        Bytes buffer;
        transcript::TcpPackets connection(endpoint(1, 40000), endpoint(2, 80),
                                          {0xffffff00, 0xfffff010}, buffer);
        const Bytes up = netPattern(200'000, 3);
        const Bytes down = netPattern(5000, 4);
        connection.open(sink);
        for (std::size_t at = 0; at < up.size(); at += 1000) {
            connection.data(kUp, ByteView(up).subspan(at, 1000), sink);
            if (at < 5000) connection.data(kDown, ByteView(down).subspan(at, 1000), sink);
        }
        QVERIFY(!connection.ending());
        connection.finish(kUp, sink);
        QVERIFY(connection.ending() && !connection.over());
        connection.finish(kDown, sink);
        QVERIFY(connection.over());
        const std::uint64_t before = packets;
        connection.reset(kUp, sink);
        connection.data(kUp, up, sink);
        QCOMPARE(packets, before);
        const auto file = path("wrap.pcapng");
        std::ofstream(file, std::ios::binary)
            .write(reinterpret_cast<const char*>(blocks.data()),
                   static_cast<std::streamsize>(blocks.size()));
        const ReadTranscript read = readTranscript(file);
        QCOMPARE(text(faultsOf(read)), QString());
        QCOMPARE(read.connections.size(), std::size_t(1));
        QVERIFY(read.connections[0].bytes[0] == up);
        QVERIFY(read.connections[0].bytes[1] == down);
        compareWithTshark(file, false);
    }

    void connectionsDoNotMix() {
        LiveProbe probe;
        const auto file = path("several.pcapng");
        {
            const auto made = transcript::begin("test", {file, {}, 0}, probe.wake());
            std::vector<std::thread> threads;
            for (std::uint16_t i = 0; i < 4; ++i) {
                threads.emplace_back([&, i] {
                    const auto connection = made->open(
                        endpoint(1, static_cast<std::uint16_t>(40000 + i)), endpoint(2, 80), false);
                    for (int n = 0; n < 200; ++n) {
                        made->passed(connection, n % 3 == 0 ? kDown : kUp,
                                     netPattern(100, static_cast<std::uint32_t>(i * 1000 + n)));
                    }
                    made->ended(connection, kUp, Ended::Fin);
                });
            }
            for (std::thread& thread : threads) thread.join();
            made->flush();
            QCOMPARE(made->packets(), std::uint64_t(4 * (3 + 200 + 2)));
        }
        const ReadTranscript read = readTranscript(file);
        QCOMPARE(text(faultsOf(read)), QString());
        QCOMPARE(read.connections.size(), std::size_t(4));
        for (const ReadConnection& connection : read.connections) {
            std::array<Bytes, 2> wanted;
            for (int n = 0; n < 200; ++n) {
                const Bytes piece = netPattern(
                    100, static_cast<std::uint32_t>((connection.client.port - 40000) * 1000 + n));
                Bytes& stream = wanted[n % 3 == 0 ? 1 : 0];
                stream.insert(stream.end(), piece.begin(), piece.end());
            }
            QVERIFY(connection.bytes == wanted);
            QCOMPARE(text(endsOf(connection)), QString("client FIN"));
        }
    }

    void bothEndsOfOneConnectionAreNotedOnce() {
        LiveProbe probe;
        const auto file = path("both.pcapng");
        {
            const auto made = transcript::begin("test", {file, {}, 0}, probe.wake());
            const Endpoint client = endpoint(1, 40000);
            const Endpoint server = endpoint(2, 80);
            const auto ours = made->open(client, server, false);
            const auto theirs = made->open(client, server, false);
            QVERIFY(ours != theirs);
            made->passed(ours, kUp, asBytes("once"));
            made->passed(theirs, kUp, asBytes("once"));
            made->ended(ours, kUp, Ended::Fin);
            made->ended(theirs, kUp, Ended::Fin);
            // The ports are used again before the other side had finished.
            const auto next = made->open(client, server, false);
            made->passed(next, kUp, asBytes("anew"));
            made->stop();
            probe.waitForEnd(*made);
        }
        const auto session = loadSession(file.string());
        QVERIFY(session);
        QCOMPARE(session->connectionCount(), ConnectionId(2));
        QCOMPARE(session->connection(0).bytes[0], std::uint64_t(4));
        QCOMPARE(session->connection(1).bytes[0], std::uint64_t(4));
    }

    void aClosedConnectionIsForgotten() {
        LiveProbe probe;
        const auto file = path("closed.pcapng");
        const Endpoint client = endpoint(1, 40000);
        const Endpoint server = endpoint(2, 80);
        {
            const auto made = transcript::begin("test", {file, {}, 0}, probe.wake());
            const auto half = made->open(client, server, false);
            made->passed(half, kUp, asBytes("before"));
            made->ended(half, kUp, Ended::Fin);
            made->closed(half);
            made->passed(half, kDown, asBytes("nobody is there any more"));
            made->closed(half);
            // With no end at all, the same ports are another connection's all the same.
            const auto none = made->open(client, endpoint(2, 81), false);
            made->closed(none);
            const auto next = made->open(client, endpoint(2, 81), false);
            made->passed(next, kUp, asBytes("anew"));
            made->stop();
            probe.waitForEnd(*made);
        }
        const auto session = loadSession(file.string());
        QVERIFY(session);
        QCOMPARE(session->connectionCount(), ConnectionId(3));
        QCOMPARE(session->connection(0).bytes[0], std::uint64_t(6));
        QCOMPARE(session->connection(0).bytes[1], std::uint64_t(0));
        QCOMPARE(session->connection(1).bytes[0], std::uint64_t(0));
        QCOMPARE(session->connection(2).bytes[0], std::uint64_t(4));
    }

    void clearBytesOfTlsAreCalledSo() {
        LiveProbe probe;
        const auto file = path("tls.pcapng");
        {
            const auto made = transcript::begin("test", {file, {}, 0}, probe.wake());
            made->open(endpoint(1, 40000), endpoint(2, 443), false);
            made->open(endpoint(1, 40001), endpoint(2, 443), true);
        }
        std::ifstream in(file, std::ios::binary);
        const std::string all{std::istreambuf_iterator<char>(in), {}};
        const std::string comment = "its clear bytes are noted here";
        const auto at = all.find(comment);
        QVERIFY(at != std::string::npos);
        QVERIFY(all.find(comment, at + 1) == std::string::npos);
        QCOMPARE(text(faultsOf(readTranscript(file))), QString());
        compareWithTshark(file, true);
    }

    void inASpool() {
        LiveProbe probe;
        const auto made =
            transcript::begin("wss://a.example/", {{}, path("spools"), 0}, probe.wake());
        QVERIFY(made->spool());
        QCOMPARE(text(made->spool()->description().source), QString("wss://a.example/"));
        const auto connection = made->open(endpoint(1, 1), endpoint(2, 2), false);
        made->passed(connection, kUp, asBytes("kept"));
        made->flush();
        QVERIFY(made->bytes()->size() > 0);
        const auto files = made->spool()->files();
        QCOMPARE(files.size(), std::size_t(1));
        const ReadTranscript read = readTranscript(files[0]);
        QCOMPARE(text(faultsOf(read)), QString());
        QVERIFY(asText(read.connections.at(0).bytes[0]) == "kept");
    }

    void whatCannotBeWrittenIsSaid() {
        LiveProbe probe;
        const auto made =
            transcript::begin("test", {path("no-such-folder") / "x.pcapng", {}, 0}, probe.wake());
        const live::Status end = probe.waitForEnd(*made);
        QVERIFY(end.ending);
        QCOMPARE(end.ending->cause, live::Ending::Cause::Failed);
        QVERIFY(text(end.ending->sentence).contains("x.pcapng\" cannot be written"));
        // Nobody waits for it.
        const auto connection = made->open(endpoint(1, 1), endpoint(2, 2), false);
        made->passed(connection, kUp, netPattern(70U << 20));
        made->passed(connection, kUp, netPattern(70U << 20));
        made->flush();
        QCOMPARE(made->packets(), std::uint64_t(0));
    }

    void whoeverIsFasterThanTheDiskWaits() {
        transcript::NoteQueue queue;
        const Bytes piece = netPattern(1U << 20);
        Watched<std::size_t> appended;
        std::thread appender([&] {
            for (std::size_t i = 0; i < 80; ++i) {
                queue.append({.kind = transcript::Note::Kind::Passed}, piece);
                appended.change([](std::size_t& count) { ++count; });
            }
        });
        const std::size_t bound = transcript::NoteQueue::kMaxBytes >> 20;
        QVERIFY(appended.waitFor([&](std::size_t count) { return count == bound; }));
        transcript::Notes notes;
        QVERIFY(queue.take(notes));
        QCOMPARE(notes.notes.size(), bound);
        QCOMPARE(notes.bytes.size(), bound << 20);
        // They count until they are written.
        QCOMPARE(appended.get(), bound);
        queue.written();
        QVERIFY(appended.waitFor([](std::size_t count) { return count == 80; }));
        appender.join();
        QVERIFY(queue.take(notes));
        QCOMPARE(notes.notes.size(), 80 - bound);
        queue.written();
        queue.flush();
        queue.close();
        QVERIFY(!queue.take(notes));
        queue.append({}, piece);
        QVERIFY(!queue.take(notes));
    }
};

QTEST_GUILESS_MAIN(TestTranscript)
#include "test_transcript.moc"
