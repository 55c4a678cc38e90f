// The command serve as a script runs it: the line to wait for, rows, misbehaviour, and its ends.
#include <QTemporaryDir>
#include <QTest>

#include "capture/server/misbehaviour.h"
#include "tests/app/send/served.h"
#include "tests/support/cli_run.h"

namespace framescope {
namespace {

using test::CliRun;
using test::LiveCli;
using test::Served;

CliRun run(const QStringList& arguments) {
    return test::runCli(QStringLiteral(FRAMESCOPE_CLI), arguments);
}

class CliServeTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    CliRun send(const QString& url, const QStringList& more) const {
        return test::runCli(QStringLiteral(FRAMESCOPE_CLI),
                            QStringList{QStringLiteral("send"), url} + more,
                            {QStringLiteral("XDG_CACHE_HOME=") + m_folder.path()});
    }

private Q_SLOTS:
    void mistakes_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("sentence");
        const auto row = [](const char* arguments, const char* sentence) {
            QTest::newRow(arguments)
                << QString::fromUtf8(arguments).split(u'|') << QByteArray(sentence);
        };
        row("serve|a.pcap",
            "serve takes no file and no URL, and so not 'a.pcap'; --host and --port say where it "
            "listens.");
        row("serve|--port|65536",
            "--port takes a port up to 65535, 0 for any that is free, and not '65536'.");
        row("serve|--ping-interval|0", "--ping-interval takes seconds, more than 0, and not '0'.");
        row("serve|--misbehave-at|/echo",
            "--misbehave-at takes a path and what the server does wrong there: --misbehave-at "
            "/echo close:1011");
        row("serve|-r|a.pcap", "There is no option -r; serve -h lists them.");
    }

    void mistakes() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, sentence);
        const CliRun result = run(arguments);
        QCOMPARE(result.err, "framescope-cli: " + sentence + "\n");
        QCOMPARE(result.exitCode, 1);
    }

    void unknownMisbehaviour() {
        const CliRun result = run({QStringLiteral("serve"), QStringLiteral("--misbehave"),
                                   QStringLiteral("wrong-acept")});
        QVERIFY2(result.err.startsWith("framescope-cli: --misbehave: "), result.err.constData());
        QVERIFY2(result.err.contains("wrong-acept"), result.err.constData());
        QCOMPARE(result.exitCode, 1);
    }

    void help() {
        const CliRun result = run({QStringLiteral("serve"), QStringLiteral("--help")});
        QCOMPARE(result.exitCode, 0);
        QVERIFY(result.out.startsWith("Usage: framescope-cli serve"));
        for (const QByteArray& line : result.lines()) QVERIFY2(line.size() <= 90, line.constData());
    }

    void misbehavioursAreListed() {
        const CliRun result =
            run({QStringLiteral("serve"), QStringLiteral("--list-misbehaviours")});
        QCOMPARE(result.exitCode, 0);
        const auto faults = server::allFaults();
        QCOMPARE(static_cast<std::size_t>(result.lines().size()), faults.size());
        for (std::size_t i = 0; i < faults.size(); ++i) {
            const QList<QByteArray> columns = result.lines()[static_cast<qsizetype>(i)].split('\t');
            QCOMPARE(columns.size(), 3);
            QCOMPARE(columns[0].toStdString(), std::string(faults[i].name));
            QCOMPARE(columns[1].toStdString(), std::string(faults[i].sentence));
        }
    }

    void printsRowsAndEndsWithASignal() {
        Served served(m_folder.path());
        QVERIFY2(served.start(), served.cli().err().constData());
        const CliRun client = send(served.socket("/echo"), {QStringLiteral("hello")});
        QCOMPARE(client.exitCode, 0);
        QVERIFY(served.cli().waitUntil([&] { return served.cli().out().count("hello") == 2; }));
        QCOMPARE(served.stop(), 0);
        QCOMPARE(served.cli().err().count('\n'), 1);
        QCOMPARE(test::spoolsIn(m_folder.path()), QStringList());
    }

    void keepsWhatPassed() {
        const QString file = m_folder.filePath(QStringLiteral("served.pcapng"));
        Served served(m_folder.path());
        QVERIFY(served.start({QStringLiteral("-q"), QStringLiteral("-w"), file}));
        QCOMPARE(
            send(served.socket("/echo"), {QStringLiteral("one"), QStringLiteral("two")}).exitCode,
            0);
        QCOMPARE(served.stop(), 0);
        const CliRun read =
            run({file, QStringLiteral("-Y"), QStringLiteral("websocket.opcode == text"),
                 QStringLiteral("-T"), QStringLiteral("fields"), QStringLiteral("-e"),
                 QStringLiteral("websocket.payload.text")});
        QCOMPARE(read.exitCode, 0);
        QCOMPARE(read.lines().size(), 4);
    }

    void rowsCanBeLimited() {
        Served served(m_folder.path());
        QVERIFY(served.start({QStringLiteral("-c"), QStringLiteral("3")}));
        send(served.socket("/echo"), {QStringLiteral("hello")});
        QCOMPARE(served.cli().finish(), 0);
        QCOMPARE(served.cli().out().count('\n'), 3);
    }

    void misbehaves() {
        Served served(m_folder.path());
        QVERIFY(served.start({QStringLiteral("-q"), QStringLiteral("--misbehave-at"),
                              QStringLiteral("/echo"), QStringLiteral("wrong-accept")}));
        const CliRun client = send(served.socket("/echo"), {QStringLiteral("hello")});
        QCOMPARE(client.exitCode, 2);
        QVERIFY2(client.err.contains("Sec-WebSocket-Accept"), client.err.constData());
        QCOMPARE(served.stop(), 0);
    }

    void takenPort() {
        Served served(m_folder.path());
        QVERIFY(served.start());
        const QString port = QString::fromUtf8(served.url()).section(u':', 2).chopped(1);
        const CliRun second =
            test::runCli(QStringLiteral(FRAMESCOPE_CLI),
                         {QStringLiteral("serve"), QStringLiteral("--port"), port},
                         {QStringLiteral("XDG_CACHE_HOME=") + m_folder.path()});
        QCOMPARE(second.exitCode, 2);
        QVERIFY2(second.err.startsWith("framescope-cli: "), second.err.constData());
        QCOMPARE(second.out, QByteArray());
        QCOMPARE(served.stop(), 0);
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::CliServeTest)
#include "test_cli_serve.moc"
