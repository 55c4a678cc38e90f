// The command send against the program's own server, as people run both: exit codes, rows, scripts,
// lines of standard input, signals, and the capture that stays.
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "tests/app/live/live_cli.h"
#include "tests/app/send/served.h"
#include "tests/support/cli_run.h"
#include "tests/support/tshark.h"

namespace framescope {
namespace {

using test::CliRun;
using test::LiveCli;
using test::Served;

class CliSendTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::unique_ptr<Served> m_served;

    QString path(const char* name) const { return m_folder.filePath(QString::fromUtf8(name)); }

    /// `arguments` are separated by "|".
    CliRun send(const QString& url, const char* arguments, const QByteArray& input = {}) const {
        QStringList all{QStringLiteral("send"), url};
        const QString text = QString::fromUtf8(arguments);
        if (!text.isEmpty()) all += text.split(u'|');
        return test::runCli(QStringLiteral(FRAMESCOPE_CLI), all,
                            {QStringLiteral("XDG_CACHE_HOME=") + m_folder.path()}, input);
    }

    static QByteArray said(const CliRun& run) {
        return "exit " + QByteArray::number(run.exitCode) + "\n" + run.out + run.err;
    }

private Q_SLOTS:
    void initTestCase() {
        m_served = std::make_unique<Served>(m_folder.path());
        QVERIFY2(m_served->start({QStringLiteral("-q")}), m_served->cli().err().constData());
    }
    void cleanupTestCase() {
        QCOMPARE(m_served->stop(), 0);
        // Nobody asked to keep anything.
        QCOMPARE(test::spoolsIn(m_folder.path()), QStringList());
    }

    void echo() {
        const CliRun run = send(m_served->socket("/echo"), "hello");
        QVERIFY2(run.exitCode == 0, said(run).constData());
        QCOMPARE(run.out.count("hello"), 2);
        QVERIFY(run.out.contains("101 Switching Protocols"));
        QVERIFY2(run.out.contains("1000"), run.out.constData());
        QCOMPARE(run.err, QByteArray());
    }

    void everyTextIsAMessage() {
        const CliRun run =
            send(m_served->socket("/echo"),
                 "one|two three|-Y|websocket.opcode == text|-Tfields|-e|websocket.payload.text");
        QVERIFY2(run.exitCode == 0, said(run).constData());
        QList<QByteArray> lines = run.lines();
        std::sort(lines.begin(), lines.end());
        QCOMPARE(lines, (QList<QByteArray>{"one", "one", "two three", "two three"}));
    }

    void frameIsAsAskedFor() {
        const CliRun run =
            send(m_served->socket("/echo"),
                 "--hex|00 01 02|--mask|11223344|--length|16|-Y|websocket.mask == 1 && "
                 "websocket.opcode == binary|-Tfields|-e|websocket.masking_key|-e|"
                 "websocket.payload_length|-e|websocket.opcode");
        QVERIFY2(run.exitCode == 0, said(run).constData());
        QCOMPARE(run.lines().size(), 1);
        QVERIFY2(run.out.contains("11223344"), run.out.constData());
    }

    /// The server has to end the connection with 1002; that is what such a frame is sent for.
    void illegalFrameIsAnswered() {
        const CliRun run = send(m_served->socket("/echo"), "--opcode|5|x|-Y|websocket");
        QVERIFY2(run.exitCode == 0, said(run).constData());
        QVERIFY2(run.out.contains("1002"), run.out.constData());
    }

    void fragmentsAndCompression() {
        const CliRun run =
            send(m_served->socket("/echo"), "--compress|--fragments|4,4|hello hello hello|-V");
        QVERIFY2(run.exitCode == 0, said(run).constData());
        QVERIFY2(run.out.contains("hello hello hello"), run.out.constData());
        QVERIFY2(run.out.contains("permessage-deflate"), run.out.constData());
    }

    void closeAsAskedFor() {
        const CliRun run = send(m_served->socket("/echo"), "hi|--close|4001:bye");
        QVERIFY2(run.exitCode == 0, said(run).constData());
        QVERIFY2(run.out.contains("4001"), run.out.constData());
        QVERIFY2(run.out.contains("bye"), run.out.constData());
        const CliRun cut = send(m_served->socket("/echo"), "hi|--close|cut");
        QVERIFY2(cut.exitCode == 0, said(cut).constData());
        QVERIFY2(cut.out.toLower().contains("reset"), cut.out.constData());
    }

    void header() {
        const CliRun run = send(m_served->socket("/echo"),
                                "hi|--header|X-Try: 1|--remove-header|Sec-WebSocket-Version|-V");
        // Without its version the request is refused.
        QVERIFY2(run.exitCode == 2, said(run).constData());
        QVERIFY2(run.out.contains("X-Try"), run.out.constData());
        QVERIFY2(!run.err.isEmpty(), "nothing was said");
    }

    void socketIo_data() {
        QTest::addColumn<QString>("way");
        for (const char* const eio : {"3", "4"}) {
            for (const char* const way : {"--websocket", "--polling", "--upgrade"}) {
                QTest::addRow("EIO=%s %s", eio, way)
                    << QStringLiteral("--eio|%1|%2")
                           .arg(QString::fromUtf8(eio), QString::fromUtf8(way));
            }
        }
    }

    void socketIo() {
        QFETCH(QString, way);
        const CliRun run =
            send(m_served->address(),
                 ("--sio|--ack|message {\"a\":1}|-Y|socketio|-V|" + way).toUtf8().constData());
        QVERIFY2(run.exitCode == 0, said(run).constData());
        QVERIFY2(run.out.contains("EVENT"), run.out.constData());
        QVERIFY2(run.out.contains("ACK"), run.out.constData());
    }

    void scriptThatHolds() {
        const CliRun run = send(
            m_served->socket("/echo"), "--script|-|-q",
            "# says hello twice\n"
            "{\"send\": {\"text\": \"{\\\"name\\\":\\\"ann\\\"}\"}}\n"
            "{\"expect\": \"websocket.payload.text\", \"within\": \"5s\"}\n"
            "{\"set\": {\"who\": {\"field\": \"websocket.payload.text\", \"pointer\": "
            "\"/name\"}}}\n"
            "{\"repeat\": 2, \"steps\": [{\"send\": {\"text\": \"hello ${who} ${round}\"}},\n"
            "  {\"expect\": \"websocket.payload.text == \\\"hello ${who} ${round}\\\"\"}]}\n"
            "{\"expect\": \"issue.severity == error\", \"absent\": true, \"within\": \"100ms\"}\n"
            "{\"close\": 1000}\n");
        // A step stands on one line.
        QVERIFY2(run.exitCode == 1, said(run).constData());
        QVERIFY2(run.err.contains("standard input, line 5: "), run.err.constData());
        const CliRun right = send(
            m_served->socket("/echo"), "--script|-|-q",
            "{\"send\": {\"text\": \"{\\\"name\\\":\\\"ann\\\"}\"}}\n"
            "{\"expect\": \"websocket.payload.text\", \"within\": \"5s\"}\n"
            "{\"set\": {\"who\": {\"field\": \"websocket.payload.text\", \"pointer\": "
            "\"/name\"}}}\n"
            "{\"repeat\": 2, \"steps\": [{\"send\": {\"text\": \"hello ${who} ${round}\"}}, "
            "{\"expect\": \"websocket.payload.text == \\\"hello ${who} ${round}\\\"\"}]}\n"
            "{\"expect\": \"issue.severity == error\", \"absent\": true, \"within\": \"100ms\"}\n"
            "{\"close\": 1000}\n");
        QVERIFY2(right.exitCode == 0, said(right).constData());
        QCOMPARE(right.err, QByteArray());
    }

    void scriptThatDoesNotHold() {
        const CliRun run = send(m_served->socket("/echo"), "--script|-|-Y|!tcp",
                                "{\"send\":{\"text\":\"this came\"}}\n"
                                "{\"expect\":\"websocket.payload.text == that\","
                                "\"within\":\"300ms\"}\n");
        QVERIFY2(run.exitCode == 3, said(run).constData());
        QVERIFY2(run.err.startsWith("framescope-cli: standard input, line 2: Expected a row within "
                                    "300 ms: websocket.payload.text == that\n"),
                 run.err.constData());
        QVERIFY2(run.err.contains("this came"), run.err.constData());
    }

    void scriptAboutARefusal() {
        const CliRun run = send(m_served->socket("/status/403"), "--script|-",
                                "{\"expect\":\"http.response.code == 403\"}\n");
        QVERIFY2(run.exitCode == 0, said(run).constData());
    }

    void scriptsConnectFirst() {
        const CliRun run = send(m_served->socket("/echo"), "--script|-", "{\"close\":1000}\n");
        QVERIFY2(run.exitCode == 0, said(run).constData());
        QVERIFY2(run.out.contains("101 Switching Protocols"), run.out.constData());
        QVERIFY2(run.out.contains("1000"), run.out.constData());
        for (const char* const script :
             {"", "{\"close\":1000}\n", "{\"cut\":true}\n", "{\"wait\":10}\n",
              "{\"expect\":\"websocket\",\"absent\":true,\"within\":10}\n"}) {
            for (const char* const path : {"/status/500", "/echo?misbehave=wrong-accept"}) {
                const CliRun refused = send(m_served->socket(path), "--script|-", script);
                QVERIFY2(refused.exitCode == 2, said(refused).constData());
                QVERIFY2(refused.err.startsWith("framescope-cli: "), refused.err.constData());
            }
        }
    }

    void lost_data() {
        QTest::addColumn<QString>("fault");
        for (const char* const fault : {"bad-utf8", "masked", "reserved-bits", "reserved-opcode",
                                        "lying-length", "cut-in-frame", "reset"}) {
            QTest::newRow(fault) << QString::fromUtf8(fault);
        }
    }
    void lost() {
        QFETCH(QString, fault);
        const QString url = m_served->socket("/echo?misbehave=") + fault;
        const CliRun run = send(url, "hello");
        QVERIFY2(run.exitCode == 2, said(run).constData());
        const QList<QByteArray> lines = run.err.trimmed().split('\n');
        // Each sentence is said once.
        for (const QByteArray& line : lines) QVERIFY2(lines.count(line) == 1, run.err.constData());
        QVERIFY2(run.err.startsWith("framescope-cli: "), run.err.constData());
    }
    void lostCompressed_data() {
        QTest::addColumn<QString>("fault");
        QTest::newRow("broken-deflate") << QStringLiteral("broken-deflate");
        QTest::newRow("deflate-bomb") << QStringLiteral("deflate-bomb:300");
    }
    void lostCompressed() {
        QFETCH(QString, fault);
        const QString url = m_served->socket("/echo?misbehave=") + fault;
        const CliRun run = send(url, "hello|--deflate|-q");
        QVERIFY2(run.exitCode == 2, said(run).constData());
    }

    /// That it goes wrong can be what a script is about.
    void expectedTrouble() {
        const CliRun run = send(m_served->socket("/echo?misbehave=bad-utf8"), "--script|-",
                                "{\"send\":{\"text\":\"a\"}}\n"
                                "{\"expect\":\"issue.severity == error\"}\n");
        QVERIFY2(run.exitCode == 0, said(run).constData());
        const CliRun reset = send(m_served->socket("/echo?misbehave=reset@1"), "--script|-",
                                  "{\"send\":{\"text\":\"a\"}}\n"
                                  "{\"expect\":\"tcp.flags.reset == 1\"}\n");
        QVERIFY2(reset.exitCode == 0, said(reset).constData());
    }

    /// The server closes behind every message; each goes out on a connection that can carry it.
    void messagesWaitForTheNextConnection() {
        const QString url = m_served->socket("/echo?misbehave=close:1001@1");
        const CliRun once = send(url, "--script|-|-q",
                                 "{\"send\":{\"text\":\"one\"}}\n"
                                 "{\"expect\":\"websocket.opcode == close\"}\n"
                                 "{\"send\":{\"text\":\"two\"}}\n");
        QVERIFY2(once.exitCode == 2, said(once).constData());
        QVERIFY2(once.err.contains("A message was not sent any more. "), once.err.constData());
        const CliRun again = send(url, "--script|-|--reconnect",
                                  "{\"send\":{\"text\":\"one\"}}\n"
                                  "{\"expect\":\"websocket.opcode == close\"}\n"
                                  "{\"send\":{\"text\":\"two\"}}\n"
                                  "{\"expect\":\"websocket.payload.text == two\"}\n");
        QVERIFY2(again.exitCode == 0, said(again).constData());
    }

    void acknowledgementThatNeverComes() {
        const CliRun run = send(m_served->address() + QStringLiteral("?misbehave=missing-ack"),
                                "--sio|--ack|--websocket|--linger|0.3|message 1");
        QVERIFY2(run.exitCode == 3, said(run).constData());
        QCOMPARE(run.err,
                 QByteArray("framescope-cli: No acknowledgement came for message 1 within 300 "
                            "ms.\n"));
    }

    void noConnection() {
        Served gone(m_folder.path());
        QVERIFY(gone.start());
        const QString url = gone.socket("/echo");
        QCOMPARE(gone.stop(), 0);
        const CliRun run = send(url, "hello");
        QVERIFY2(run.exitCode == 2, said(run).constData());
        QVERIFY2(run.err.startsWith("framescope-cli: "), run.err.constData());
    }

    void refused() {
        const CliRun run = send(m_served->socket("/status/403"), "hello");
        QVERIFY2(run.exitCode == 2, said(run).constData());
        QVERIFY2(run.err.contains("403"), run.err.constData());
    }

    void messageThatCannotBeMade() {
        const CliRun run =
            send(m_served->socket("/echo"), "--draft|{\"text\":\"a\",\"compress\":\"agreed\"}");
        QVERIFY2(run.exitCode == 1, said(run).constData());
        QVERIFY2(!run.err.isEmpty(), "nothing was said");
    }

    void linesOfStandardInput() {
        LiveCli cli(m_folder.path());
        QVERIFY(cli.start({QStringLiteral("send"), m_served->socket("/echo"), QStringLiteral("-Y"),
                           QStringLiteral("websocket.mask == 0"), QStringLiteral("-T"),
                           QStringLiteral("fields"), QStringLiteral("-e"),
                           QStringLiteral("websocket.payload.text")}));
        cli.write("first\n");
        QVERIFY2(cli.waitForOutput("first\n"), cli.err().constData());
        cli.write("second\r\nthird");
        QVERIFY2(cli.waitForOutput("second\n"), cli.err().constData());
        cli.endInput();
        QVERIFY(cli.waitForOutput("third\n"));
        QCOMPARE(cli.finish(), 0);
    }

    void signalClosesInOrder() {
        LiveCli cli(m_folder.path());
        QVERIFY(cli.start({QStringLiteral("send"), m_served->socket("/echo"),
                           QStringLiteral("--linger"), QStringLiteral("forever"),
                           QStringLiteral("hello")}));
        QVERIFY(cli.waitUntil([&] { return cli.out().count("hello") == 2; }));
        cli.signal(SIGINT);
        QCOMPARE(cli.finish(), 0);
        QVERIFY2(cli.out().contains("1000"), cli.out().constData());
    }

    void signalEndsAScript() {
        QFile script(path("wait.jsonl"));
        QVERIFY(script.open(QIODevice::WriteOnly));
        script.write("{\"send\":{\"text\":\"hello\"}}\n{\"wait\":\"60m\"}\n");
        script.close();
        LiveCli cli(m_folder.path());
        QVERIFY(cli.start({QStringLiteral("send"), m_served->socket("/echo"),
                           QStringLiteral("--script"), script.fileName()}));
        QVERIFY(cli.waitUntil([&] { return cli.out().count("hello") == 2; }));
        cli.signal(SIGTERM);
        QCOMPARE(cli.finish(), 130);
        QVERIFY2(cli.out().contains("1000"), cli.out().constData());
    }

    void everySoOften() {
        LiveCli cli(m_folder.path());
        QVERIFY(
            cli.start({QStringLiteral("send"), m_served->socket("/echo"), QStringLiteral("--every"),
                       QStringLiteral("0.05"), QStringLiteral("tick")}));
        QVERIFY(cli.waitUntil([&] { return cli.out().count("tick") >= 6; }));
        cli.signal(SIGINT);
        QCOMPARE(cli.finish(), 0);
    }

    void rowsCanBeLimited() {
        const CliRun run = send(m_served->socket("/echo"), "hello|-c|2");
        QVERIFY2(run.exitCode == 0, said(run).constData());
        QCOMPARE(run.lines().size(), 2);
    }

    void theCaptureStays() {
        const QString file = path("kept.pcapng");
        const CliRun run =
            send(m_served->socket("/echo"), ("hello|-w|" + file).toUtf8().constData());
        QVERIFY2(run.exitCode == 0, said(run).constData());
        QVERIFY2(run.err.contains("Written to "), run.err.constData());
        const CliRun read = test::runCli(QStringLiteral(FRAMESCOPE_CLI), {file});
        QCOMPARE(read.exitCode, 0);
        QCOMPARE(read.err, QByteArray());
        QCOMPARE(read.out, run.out);
        if (!test::haveTshark()) QSKIP("tshark is not installed");
        const QString port = QString::fromUtf8(m_served->url()).section(u':', 2).chopped(1);
        const CliRun tshark =
            test::runCli(QStringLiteral("tshark"),
                         {QStringLiteral("-r"), file, QStringLiteral("-d"),
                          QStringLiteral("tcp.port==%1,http").arg(port), QStringLiteral("-Y"),
                          QStringLiteral("websocket.opcode == 1"), QStringLiteral("-T"),
                          QStringLiteral("fields"), QStringLiteral("-e"),
                          QStringLiteral("websocket.payload.text")});
        QVERIFY2(tshark.exitCode == 0, tshark.err.constData());
        QCOMPARE(tshark.out.count("hello"), 2);
    }

    void tls() {
        Served secure(m_folder.path());
        QVERIFY(secure.start({QStringLiteral("--tls")}));
        QVERIFY(secure.url().startsWith("https://"));
        QString url = secure.address();
        url.replace(QStringLiteral("https://"), QStringLiteral("wss://"));
        url += QStringLiteral("echo");
        const CliRun refusing = send(url, "hello");
        QVERIFY2(refusing.exitCode == 2, said(refusing).constData());
        QVERIFY2(refusing.err.contains("certificate"), refusing.err.constData());
        const QString keys = path("keys");
        const CliRun run = send(url, ("hello|--insecure|--keylog|" + keys).toUtf8().constData());
        QVERIFY2(run.exitCode == 0, said(run).constData());
        QCOMPARE(run.out.count("hello"), 2);
        QVERIFY2(run.err.contains("certificate"), run.err.constData());
        QFile log(keys);
        QVERIFY(log.open(QIODevice::ReadOnly));
        QVERIFY(log.readAll().contains("CLIENT_"));
        QCOMPARE(secure.stop(), 0);
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::CliSendTest)
#include "test_cli_send.moc"
