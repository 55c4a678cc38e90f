// The terminal program capturing on another machine. A script plays ssh, so that no machine is
// needed; what it is called with is written down.
#include <QFile>
#include <QTest>

#include "tests/app/live/live_cli.h"
#include "tests/support/cli_run.h"

namespace framescope {
namespace {

using test::LiveCli;

class CliLiveRemoteTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    QString path(const char* name) const { return m_folder.filePath(QString::fromUtf8(name)); }

    /// Starts the program with this script as its ssh.
    bool start(LiveCli& cli, const QByteArray& script, const QStringList& arguments) const {
        QFile ssh(path("ssh"));
        if (!ssh.open(QIODevice::WriteOnly | QIODevice::Truncate)) return false;
        ssh.write("#!/bin/sh\nprintf '%s\\n' \"$@\" > '" + path("arguments").toUtf8() + "'\n" +
                  script);
        ssh.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        ssh.close();
        return cli.start(QStringList{QStringLiteral("PATH=") + m_folder.path() +
                                         QStringLiteral(":") + qEnvironmentVariable("PATH"),
                                     QStringLiteral(FRAMESCOPE_CLI)} +
                             arguments,
                         QStringLiteral("/usr/bin/env"));
    }

    static QByteArray sampleText() {
        return "cat '" FRAMESCOPE_SOURCE_DIR "/samples/ws-echo.pcap'\n";
    }

private Q_SLOTS:
    void rowsOfAnotherMachine() {
        LiveCli cli(m_folder.path());
        // It goes on until its input ends, as the real one.
        QVERIFY(
            start(cli,
                  "echo 'tcpdump: listening on eth0' >&2\necho 'a remark' >&2\n" + sampleText() +
                      "cat >/dev/null\n",
                  {QStringLiteral("--remote"), QStringLiteral("me@[fe80::1]:eth0"),
                   QStringLiteral("--remote-port=2222"), QStringLiteral("-f"),
                   QStringLiteral("tcp port 3000"), QStringLiteral("-s"), QStringLiteral("1000")}));
        QVERIFY(cli.waitForOutput("101 Switching Protocols"));
        QVERIFY(cli.waitForErrors("a remark"));
        QVERIFY(cli.isRunning());
        cli.signal(SIGINT);
        QCOMPARE(cli.finish(), 0);
        QVERIFY2(cli.err().startsWith("framescope-cli: Capturing on me@fe80::1:eth0.\n"
                                      "framescope-cli: me@fe80::1:eth0: a remark\n"),
                 cli.err().constData());
        QVERIFY(cli.err().contains("Captured from me@fe80::1:eth0 in "));
        QVERIFY(!cli.err().contains("listening"));
        QCOMPARE(cli.out().count('\n'),
                 test::runCli(QStringLiteral(FRAMESCOPE_CLI),
                              {QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/ws-echo.pcap")})
                     .lines()
                     .size());
        QCOMPARE(test::spoolsIn(m_folder.path()), QStringList());
        QFile arguments(path("arguments"));
        QVERIFY(arguments.open(QIODevice::ReadOnly));
        const QByteArray called = arguments.readAll();
        for (const char* word : {"me@fe80::1\n", "2222\n", "eth0", "tcp port 3000", "1000"}) {
            QVERIFY2(called.contains(word), word);
        }
    }

    void whatSshRefuses() {
        LiveCli cli(m_folder.path());
        QVERIFY(start(cli, "echo 'me@there: Permission denied (publickey).' >&2\nexit 255\n",
                      {QStringLiteral("--remote"), QStringLiteral("me@there:lo")}));
        QCOMPARE(cli.finish(), 2);
        QCOMPARE(cli.out(), QByteArray());
        QVERIFY2(cli.err().contains("Permission denied"), cli.err().constData());
        QVERIFY(!cli.err().contains("Captured from"));
        QCOMPARE(test::spoolsIn(m_folder.path()), QStringList());
    }

    void aConnectionThatBreaks() {
        LiveCli cli(m_folder.path());
        QVERIFY(start(cli, sampleText() + "echo 'Connection reset by peer' >&2\nexit 255\n",
                      {QStringLiteral("--remote"), QStringLiteral("there:lo")}));
        QCOMPARE(cli.finish(), 2);
        QVERIFY(cli.out().contains("101 Switching Protocols"));
        QVERIFY(cli.err().contains("Captured from there:lo in "));
        QVERIFY(cli.err().contains("What was captured stays in "));
        QCOMPARE(test::spoolsIn(m_folder.path()).size(), 1);
    }

    void packetsAreCountedThere() {
        LiveCli cli(m_folder.path());
        QVERIFY(start(cli, sampleText(),
                      {QStringLiteral("--remote"), QStringLiteral("there:lo"), QStringLiteral("-a"),
                       QStringLiteral("packets:5")}));
        QCOMPARE(cli.finish(), 0);
        QFile arguments(path("arguments"));
        QVERIFY(arguments.open(QIODevice::ReadOnly));
        QVERIFY(arguments.readAll().contains("tcpdump -c 5 -U"));
    }

    void limitsAreKeptHere() {
        QDir(path("framescope")).removeRecursively();
        LiveCli cli(m_folder.path());
        QVERIFY(start(cli, sampleText() + "cat >/dev/null\n",
                      {QStringLiteral("--remote"), QStringLiteral("there:lo"), QStringLiteral("-a"),
                       QStringLiteral("filesize:1"), QStringLiteral("-w"), path("kept.pcap")}));
        QCOMPARE(cli.finish(), 0);
        QVERIFY(cli.err().contains("Written to " + path("kept.pcap").toUtf8()));
        QVERIFY(QFile(path("kept.pcap")).size() > 24);
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::CliLiveRemoteTest)
#include "test_cli_live_remote.moc"
