// -d of the terminal program: good and bad rules, on captures made by hand and on samples whose
// handshake was cut off.
#include <QTemporaryDir>
#include <QTest>

#include "tests/support/capture_builder.h"
#include "tests/support/cli_run.h"
#include "tests/support/pcap_rewriter.h"

namespace framescope {
namespace {

using namespace test;

CliRun run(const QStringList& arguments) {
    return runCli(QStringLiteral(FRAMESCOPE_CLI), arguments);
}

QString sample(const char* name) {
    return QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/") + QString::fromUtf8(name);
}

/// Payloads of all WebSocket frames in their order.
QList<QByteArray> payloads(const QString& file, const QStringList& more = {}) {
    QStringList arguments{file,
                          QStringLiteral("-Y"),
                          QStringLiteral("websocket"),
                          QStringLiteral("-T"),
                          QStringLiteral("fields"),
                          QStringLiteral("-e"),
                          QStringLiteral("tcp.stream"),
                          QStringLiteral("-e"),
                          QStringLiteral("websocket.opcode"),
                          QStringLiteral("-e"),
                          QStringLiteral("websocket.payload_length"),
                          QStringLiteral("-e"),
                          QStringLiteral("websocket.payload.text")};
    arguments += more;
    const CliRun result = run(arguments);
    if (result.exitCode != 0) qWarning("%s", result.err.constData());
    QList<QByteArray> lines = result.out.split('\n');
    lines.removeAll(QByteArray());
    return lines;
}

class CliReadAsTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    /// The sample without its first packets, so that no handshake of its only connection is left.
    QString cut(const char* name, std::size_t packets) const {
        PcapRecords pcap = splitPcap(readFile(sample(name).toStdString()));
        if (pcap.records.size() <= packets) qFatal("%s is too short", name);
        pcap.records.erase(pcap.records.begin(),
                           pcap.records.begin() + static_cast<std::ptrdiff_t>(packets));
        const QString path = m_folder.filePath(QString::fromUtf8(name));
        if (!writeFile(path.toStdString(), joinPcap(pcap))) qFatal("cannot write %s", name);
        return path;
    }

private Q_SLOTS:
    void mistakes_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("sentence");
        const auto row = [](const QStringList& arguments, const char* sentence) {
            QTest::newRow(qUtf8Printable(arguments.join(u' ')))
                << arguments << QByteArray(sentence);
        };
        const QString d = QStringLiteral("-d");
        const QString file = QStringLiteral("a.pcap");
        row({file, d}, "The option -d needs a value.");
        row({file, d, QStringLiteral("tcp.stream==3")},
            "-d 'tcp.stream==3': \"tcp.stream==3\" does not say how to read it; the form is "
            "SELECTOR,PROTOCOL[,PARAMETER...], such as tcp.stream==3,websocket.");
        row({file, d, QStringLiteral("tcp.strem==3,websocket")},
            "-d 'tcp.strem==3,websocket': at character 1: There is no field called 'tcp.strem'. "
            "Did you mean 'tcp.stream'?");
        row({file, d, QStringLiteral("tcp,quic")},
            "-d 'tcp,quic': \"quic\" is nothing to read a connection as; there are auto, tcp, "
            "http, sse, websocket, engineio, socketio, stomp, mqtt, wamp, graphql, signalr, sockjs "
            "and actioncable.");
        row({file, QStringLiteral("--read-as"), QStringLiteral("tcp,http,deflate")},
            "-d 'tcp,http,deflate': \"http\" takes no parameters.");
        row({QStringLiteral("hex"), d, QStringLiteral("tcp,http")},
            "-d tells how connections are read; the bytes of hex are of none.");
    }
    void mistakes() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, sentence);
        const CliRun result = run(arguments);
        QCOMPARE(result.err, "framescope-cli: " + sentence + "\n");
        QCOMPARE(result.exitCode, 1);
    }

    /// What is read of the frames without their handshake is what is read with it.
    void handshakeCutOff_data() {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<int>("packets");
        QTest::addColumn<QString>("rule");
        QTest::newRow("echo") << QByteArray("ws-echo.pcap") << 6
                              << QStringLiteral("tcp.stream==0,websocket");
        // Its ports would tell the wrong side to be the client.
        QTest::newRow("Socket.IO") << QByteArray("socketio2-websocket.pcap") << 6
                                   << QStringLiteral("tcp.stream==0,socketio,eio=3");
    }
    void handshakeCutOff() {
        QFETCH(QByteArray, name);
        QFETCH(int, packets);
        QFETCH(QString, rule);
        const QString whole = sample(name.constData());
        const QString only = QStringLiteral("-Y");
        const QString first = QStringLiteral("websocket && tcp.stream==0");
        const QStringList expectedOf{only, first};
        QStringList arguments{QStringLiteral("-T"), QStringLiteral("fields"),
                              QStringLiteral("-e"), QStringLiteral("websocket.opcode"),
                              QStringLiteral("-e"), QStringLiteral("websocket.payload_length"),
                              QStringLiteral("-e"), QStringLiteral("websocket.payload.text"),
                              QStringLiteral("-e"), QStringLiteral("socketio.event")};
        const CliRun expected = run(arguments + expectedOf + QStringList{whole});
        const CliRun actual = run(
            arguments + expectedOf +
            QStringList{cut(name.constData(), std::size_t(packets)), QStringLiteral("-d"), rule});
        QCOMPARE(expected.exitCode, 0);
        QVERIFY(expected.out.count('\n') > 4);
        QCOMPARE(actual.out, expected.out);
    }

    void everyHandshakeOverruled() {
        const QString file = sample("ws-echo.pcap");
        const QList<QByteArray> frames = payloads(file);
        QVERIFY(frames.size() > 4);
        QVERIFY(payloads(file, {QStringLiteral("-d"), QStringLiteral("tcp,tcp")}).isEmpty());
        // The first rule that matches counts.
        QCOMPARE(payloads(file, {QStringLiteral("-d"), QStringLiteral("tcp,auto"),
                                 QStringLiteral("-d"), QStringLiteral("tcp,tcp")}),
                 frames);
        const CliRun raw =
            run({file, QStringLiteral("-d"), QStringLiteral("tcp,websocket"), QStringLiteral("-q"),
                 QStringLiteral("-z"), QStringLiteral("connections")});
        QCOMPARE(raw.exitCode, 0);
        QVERIFY2(raw.out.contains("WebSocket, read as chosen"), raw.out.constData());
        QCOMPARE(payloads(file, {QStringLiteral("-d"), QStringLiteral("tcp,websocket")}).size(),
                 frames.size());
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::CliReadAsTest)
#include "test_cli_read_as.moc"
