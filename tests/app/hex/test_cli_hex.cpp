// framescope-cli hex: frames that people paste, as documentation and bug reports show them.
#include <QtTest>

#include "tests/support/cli_run.h"

using namespace framescope::test;

namespace {

const QString kCli = QStringLiteral(FRAMESCOPE_CLI);

CliRun hex(const QByteArray& input, const QStringList& options) {
    return runCli(kCli,
                  QStringList{QStringLiteral("hex")} + options + QStringList{QStringLiteral("-")},
                  {}, input);
}

}  // namespace

class TestCliHex : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void frames_data() {
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<QString>("options");
        QTest::addColumn<QByteArray>("fields");
        const auto row = [](const char* name, const char* input, const char* options,
                            const char* fields) {
            QTest::newRow(name) << QByteArray(input) << QString::fromUtf8(options)
                                << QByteArray(fields);
        };
        // Fields: opcode, mask, payload text, close code, issues.
        row("RFC 6455 5.7, unmasked text", "81 05 48 65 6c 6c 6f", "", "1|0|Hello||\n");
        row("RFC 6455 5.7, masked text", "81 85 37 fa 21 3d 7f 9f 4d 51 58", "", "1|1|Hello||\n");
        row("close 1001", "8882 8976 8DDA 8A9F", "", "8|1||1001|\n");
        row("close 1001 under another key", "8882 C831 8FE2 CBD8", "", "8|1||1001|\n");
        row("close without a body", "8880 A34E A2C4", "", "8|1|||\n");
        row("ping", "89 05 48 65 6c 6c 6f", "", "9|0|||\n");
        row("masked pong", "8a 85 37 fa 21 3d 7f 9f 4d 51 58", "", "10|1|||\n");
        row("the wrong side does not mask", "81 05 48 65 6c 6c 6f", "--dir c2s",
            "1|0|Hello||websocket.client-not-masked\n");
        row("two frames of both sides", "8105 48656c6c6f 8185 37fa213d 7f9f4d5158", "",
            "1|0|Hello||\n1|1|Hello||\n");
        row("cut short", "81 05 48 65", "", "1|0|He||websocket.payload-incomplete\n");
    }
    void frames() {
        QFETCH(QByteArray, input);
        QFETCH(QString, options);
        QFETCH(QByteArray, fields);
        QStringList arguments = options.split(u' ', Qt::SkipEmptyParts);
        arguments += QStringLiteral(
                         "-T fields -E separator=| -e websocket.opcode -e websocket.mask "
                         "-e websocket.payload.text -e websocket.payload.close.status_code "
                         "-e issue.code")
                         .split(u' ');
        const CliRun run = hex(input, arguments);
        QCOMPARE(run.err, QByteArray());
        QCOMPARE(run.out, fields);
        QCOMPARE(run.exitCode, 0);
    }

    void fragmentsAreJoined() {
        const CliRun run = hex("01 03 48 65 6c + 80 02 6c 6f",
                               {QStringLiteral("-T"), QStringLiteral("fields"),
                                QStringLiteral("-e"), QStringLiteral("websocket.message")});
        QCOMPARE(run.out, QByteArray("\nHello\n"));
    }

    void payloads_data() {
        QTest::addColumn<int>("size");
        for (const int size : {0, 1, 125, 126, 127, 200, 65535, 65536}) {
            QTest::addRow("%d bytes", size) << size;
        }
    }
    void payloads() {
        QFETCH(int, size);
        const CliRun run =
            hex(QByteArray(size, 'b'), QStringLiteral("--payload --text -T fields -E separator=| "
                                                      "-e websocket.payload.text -e issue.code")
                                           .split(u' '));
        QCOMPARE(run.out, QByteArray(size, 'b') + "|\n");
    }

    void deflated_data() {
        QTest::addColumn<QByteArray>("input");
        QTest::addColumn<QByteArray>("fields");
        QTest::newRow("a client's ping of Engine.IO 3")
            << QByteArray("C183 4C93 383A 7E9138") << QByteArray("2|ping|3||\n");
        QTest::newRow("a payload without its frame")
            << QByteArray(
                   "32 31 32 88 56 4A CE 48 2C 51 D2 51 F2 48 CD C9 C9 57 08 CE 4F CE 4E 2D "
                   "D1 CB CC 57 54 8A 05 00")
            << QByteArray(
                   "420[\"chat\",\"Hello Socket.io!\"]|message|4|EVENT|"
                   "[\"Hello Socket.io!\"]\n");
    }
    void deflated() {
        QFETCH(QByteArray, input);
        QFETCH(QByteArray, fields);
        const CliRun run = hex(input, QStringLiteral("--deflate -T fields -E separator=| "
                                                     "-e websocket.message -e engineio.type "
                                                     "-e engineio.version -e socketio.type "
                                                     "-e socketio.args")
                                          .split(u' '));
        QCOMPARE(run.out, fields);
    }

    void aPollingBody() {
        const CliRun run =
            hex("96:0{\"sid\":\"hLOEJXN07AE0GQCNAAAB\",\"upgrades\":[\"websocket\"],"
                "\"pingInterval\":25000,\"pingTimeout\":5000}2:40\n",
                QStringLiteral("--polling --text -T fields -E separator=| -e engineio.type "
                               "-e engineio.sid -e socketio.type")
                    .split(u' '));
        QCOMPARE(run.out, QByteArray("open|hLOEJXN07AE0GQCNAAAB|\n"
                                     "message|hLOEJXN07AE0GQCNAAAB|CONNECT\n"));
        QCOMPARE(run.err, QByteArray());
    }

    void printsTheTree() {
        const CliRun run = hex("8105 4865 6c6c 6f", {});
        QVERIFY(run.out.contains("Opcode: text (1)"));
        QVERIFY(!run.out.contains("Packet"));
        QCOMPARE(run.exitCode, 0);
    }

    void mistakes() {
        const CliRun notHex = hex("81 0g", {});
        QCOMPARE(notHex.exitCode, 2);
        QVERIFY(notHex.err.contains("Line 1, column 5: "));
        const CliRun nothing = hex("", {});
        QCOMPARE(nothing.exitCode, 2);
        QVERIFY(nothing.err.contains("There are no hex digits in the input."));
        const CliRun direction = hex("8105", {QStringLiteral("--dir"), QStringLiteral("up")});
        QCOMPARE(direction.exitCode, 1);
        QVERIFY(direction.err.contains("--dir takes c2s or s2c"));
        const CliRun notHere =
            runCli(kCli, {QStringLiteral("--deflate"), QStringLiteral("a.pcap")});
        QCOMPARE(notHere.exitCode, 1);
        QVERIFY(notHere.err.contains("belongs to the command hex"));
    }
};

QTEST_APPLESS_MAIN(TestCliHex)
#include "test_cli_hex.moc"
