// The tables of -z, behind rows and alone.
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/capture_builder.h"
#include "tests/support/cli_run.h"
#include "tests/support/packet_bytes.h"

namespace framescope {
namespace {

using test::CaptureBuilder;
using test::CliRun;
using test::ethernet;
using test::ipv4Of;
using test::TcpConversation;

constexpr Direction kC = Direction::ClientToServer;
constexpr Direction kS = Direction::ServerToClient;
constexpr std::int64_t kSecond = 1'000'000'000;

/// A client that asks three times a second apart, each time on a connection of its own, and one
/// that is kept waiting.
CaptureBuilder polls() {
    CaptureBuilder capture;
    for (std::uint16_t i = 0; i < 3; ++i) {
        TcpConversation talk(
            capture, {.clientPort = static_cast<std::uint16_t>(40000 + i), .serverPort = 80});
        talk.handshake();
        talk.send(kC, "GET /news?n=" + std::to_string(i) + " HTTP/1.1\r\n\r\n");
        talk.send(kS, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnone");
        talk.close();
        capture.advance(kSecond - 8'000'000);
    }
    TcpConversation talk(capture, {.clientPort = 50000, .serverPort = 3000});
    talk.handshake();
    for (int i = 0; i < 3; ++i) {
        talk.send(kC, "GET /wait HTTP/1.1\r\n\r\n");
        capture.advance(2 * kSecond - 1'000'000);
        talk.send(kS, "HTTP/1.1 204 No Content\r\n\r\n");
    }
    talk.close();
    return capture;
}

// clang-format off
constexpr char kTable[] =
    "Kind          Path       Client    Server         Connections  Requests  Request heads  Response heads  Payload  Mean wait  Longest wait    Begins   Lasts\n"
    "polling       GET /news  10.0.0.1  10.0.0.2:80              3         3             78             114       12    1.00_ms       1.00_ms  0.003000  2.00_s\n"
    "long polling  GET /wait  10.0.0.1  10.0.0.2:3000            1         3             66              81        0     2.00_s        2.00_s  3.003000  6.00_s\n";
// clang-format on

class CliTablesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        m_file = m_folder.filePath(QStringLiteral("polls.pcap"));
        QVERIFY(polls().write(m_file.toStdString()));
    }

    void pollingAlone() {
        const CliRun result = run({QStringLiteral("-qz"), QStringLiteral("polling"), m_file});
        QCOMPARE(result.exitCode, 0);
        QCOMPARE(result.err, QByteArray());
        QString out = QString::fromUtf8(result.out);
        // A narrow space stands in front of a unit.
        out.replace(QChar(0x202f), u'_');
        QVERIFY2(out == QString::fromUtf8(kTable), qPrintable(u'\n' + out));
    }

    void tablesStandBehindTheRows() {
        const CliRun rows = run({m_file});
        const CliRun table = run({QStringLiteral("-q"), QStringLiteral("-zpolling"), m_file});
        const CliRun both = run({QStringLiteral("-zpolling"), m_file});
        QCOMPARE(both.out, rows.out + "\n" + table.out);
        const CliRun twice =
            run({QStringLiteral("-qzpolling"), QStringLiteral("-zpolling"), m_file});
        QCOMPARE(twice.out, table.out + "\n" + table.out);
    }

    void whatTheFileSaysOfItself() {
        const CliRun result = run({QStringLiteral("-qz"), QStringLiteral("file"), m_file});
        QCOMPARE(result.exitCode, 0);
        const QByteArray expected =
            "File\n"
            "  Format: pcap with nanoseconds\n"
            "  Size: " +
            QByteArray::number(QFileInfo(m_file).size()) +
            " bytes\n"
            "  Packets: 36\n"
            "Section\n"
            "  Byte order: little-endian\n"
            "Interface 0\n"
            "  Link type: Ethernet (1)\n"
            "  Snap length: 262144\n"
            "  Time resolution: 1\u202fns\n";
        QCOMPARE(result.out, expected);
    }

    void whatIsNotReadIsListed() {
        const QString file = m_folder.filePath(QStringLiteral("unread.pcap"));
        CaptureBuilder capture;
        capture.packet(ethernet(ipv4Of(Bytes(20, 1), {.protocol = 50})));
        for (int i = 0; i < 2; ++i) capture.packet(ethernet(Bytes(28, 0), 0x0806));
        QVERIFY(capture.write(file.toStdString()));
        const CliRun result = run({QStringLiteral("-qz"), QStringLiteral("file"), file});
        QCOMPARE(result.exitCode, 0);
        QVERIFY2(result.out.contains("  Packets: 3\n"
                                     "  Not read: EtherType ARP (0x0806): 2\n"
                                     "            IP protocol ESP (50): 1\n"
                                     "Section\n"),
                 result.out.constData());
    }

    void nobodyPolls() {
        const QString file = m_folder.filePath(QStringLiteral("none.pcap"));
        QVERIFY(CaptureBuilder().write(file.toStdString()));
        const CliRun result = run({QStringLiteral("-qzpolling"), file});
        QCOMPARE(result.exitCode, 0);
        QVERIFY(result.out.startsWith("Nobody polls: "));
        QCOMPARE(result.out.count('\n'), 1);
    }

private:
    static CliRun run(const QStringList& arguments) {
        return test::runCli(QStringLiteral(FRAMESCOPE_CLI), arguments);
    }

    QTemporaryDir m_folder;
    QString m_file;
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::CliTablesTest)
#include "test_cli_tables.moc"
