// The terminal program on captures that somebody else still writes: through standard input and
// through a FIFO, ended by the writer, by a signal, by a limit or by the reader of the output.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QFile>
#include <QTest>

#include "capture/file/file_descriptor.h"
#include "tests/app/live/live_cli.h"
#include "tests/support/capture_builder.h"
#include "tests/support/cli_run.h"

namespace framescope {
namespace {

using test::CaptureBuilder;
using test::kMask;
using test::LiveCli;
using test::TcpConversation;
using test::webSocketText;

QByteArray sample(const char* name) {
    QFile file(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/") + QString::fromUtf8(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QString samplePath(const char* name) {
    return QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/") + QString::fromUtf8(name);
}

/// A chat of so many messages; more than a pipe holds of rows when they are many.
QByteArray longChat(int messages) {
    CaptureBuilder capture;
    TcpConversation chat(capture);
    chat.handshake();
    chat.upgrade("/chat");
    for (int i = 0; i < messages; ++i) {
        chat.send(Direction::ServerToClient, webSocketText("message " + std::to_string(i)));
    }
    const Bytes& bytes = capture.pcap();
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

class CliLivePipeTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    QString path(const char* name) const { return m_folder.filePath(QString::fromUtf8(name)); }

    QString makeFifo(const char* name) const {
        QString fifo = path(name);
        if (::mkfifo(fifo.toUtf8().constData(), 0600) != 0) qFatal("no FIFO can be made");
        return fifo;
    }

    /// The writing end. Opening waits for the reader.
    static FileDescriptor openToWrite(const QString& fifo) {
        return FileDescriptor(::open(fifo.toUtf8().constData(), O_WRONLY | O_CLOEXEC));
    }

    static bool writeAll(const FileDescriptor& fd, const QByteArray& bytes) {
        return ::write(fd.get(), bytes.constData(), static_cast<std::size_t>(bytes.size())) ==
               bytes.size();
    }

private Q_SLOTS:
    void init() { QDir(path("framescope")).removeRecursively(); }

    void rowsComeWhileTheWriterWrites_data() {
        QTest::addColumn<QByteArray>("capture");
        QTest::addColumn<QString>("file");
        for (const char* name : {"ws-echo.pcap", "socketio4-polling-upgrade.pcapng"}) {
            QTest::newRow(name) << sample(name) << samplePath(name);
        }
    }

    void rowsComeWhileTheWriterWrites() {
        QFETCH(QByteArray, capture);
        QFETCH(QString, file);
        LiveCli cli(m_folder.path());
        QVERIFY(cli.start({QStringLiteral("-r"), QStringLiteral("-")}));
        // Whatever the pieces, the rows in them show before the next one is written.
        cli.write(capture.left(capture.size() / 2));
        QVERIFY(cli.waitForOutput("101 Switching Protocols") || cli.waitForOutput("GET /"));
        QVERIFY(cli.isRunning());
        QCOMPARE(test::spoolsIn(m_folder.path()).size(), 1);
        cli.write(capture.mid(capture.size() / 2));
        cli.endInput();
        QCOMPARE(cli.finish(), 0);
        QCOMPARE(cli.err(), QByteArray());
        QCOMPARE(cli.out(), test::runCli(QStringLiteral(FRAMESCOPE_CLI), {file}).out);
        QCOMPARE(test::spoolsIn(m_folder.path()), QStringList());
    }

    void fifo() {
        const QString fifo = makeFifo("growing");
        LiveCli cli(m_folder.path());
        QVERIFY(cli.start({fifo, QStringLiteral("-Tjson")}));
        const FileDescriptor writer = openToWrite(fifo);
        QVERIFY(writer);
        const QByteArray chat = longChat(3);
        QVERIFY(writeAll(writer, chat));
        QVERIFY(cli.waitForOutput("message 2"));
        QVERIFY(cli.isRunning());
        QVERIFY(writeAll(writer, longChat(4).mid(chat.size())));
        QVERIFY(cli.waitForOutput("message 3"));
        cli.signal(SIGTERM);
        QCOMPARE(cli.finish(), 0);
        QVERIFY(cli.out().contains("end of the capture"));
        QVERIFY2(cli.err().startsWith("framescope-cli: Captured from "), cli.err().constData());
        QVERIFY(cli.err().contains(": 9 packets, "));
        QCOMPARE(cli.err().count('\n'), 1);
        QCOMPARE(test::spoolsIn(m_folder.path()), QStringList());
    }

    void whatIsNoCapture_data() {
        QTest::addColumn<QByteArray>("input");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("text") << QByteArray(500, 'x');
        QTest::newRow("a few bytes") << QByteArray("\xd4\xc3");
        QTest::newRow("half a header") << sample("ws-echo.pcap").left(20);
        QTest::newRow("compressed") << sample("socketio-heartbeats.pcap.gz");
    }

    void whatIsNoCapture() {
        QFETCH(QByteArray, input);
        LiveCli cli(m_folder.path());
        QVERIFY(cli.start({QStringLiteral("-i"), QStringLiteral("-")}));
        cli.write(input);
        cli.endInput();
        QCOMPARE(cli.finish(), 2);
        QCOMPARE(cli.out(), QByteArray());
        QVERIFY2(cli.err().startsWith("framescope-cli: Standard input "), cli.err().constData());
        QCOMPARE(cli.err().count('\n'), 1);
        QCOMPARE(test::spoolsIn(m_folder.path()), QStringList());
    }

    void aCaptureThatIsCutOff() {
        LiveCli cli(m_folder.path());
        QVERIFY(cli.start({QStringLiteral("-r"), QStringLiteral("-")}));
        cli.write(sample("ws-echo.pcap").left(1001));
        cli.endInput();
        QCOMPARE(cli.finish(), 3);
        QVERIFY(cli.out().contains("GET /echo"));
        QVERIFY(cli.err().contains("cut off"));
    }

    void whatIsRedirectedIsReadAsAFile() {
        const test::CliRun run = test::runCli(
            QStringLiteral("/bin/sh"),
            {QStringLiteral("-c"), QStringLiteral("exec \"$0\" -q -r - < \"$1\""),
             QStringLiteral(FRAMESCOPE_CLI), samplePath("socketio-heartbeats.pcap.gz")},
            {QStringLiteral("XDG_CACHE_HOME=") + m_folder.path()});
        QCOMPARE(run.exitCode, 0);
        QVERIFY(run.out.startsWith("Packets"));
        QVERIFY(!QDir(path("framescope/live")).exists());
    }

    void limitsAndFiles() {
        const QByteArray chat = longChat(20);
        const QString copy = path("copy.pcap");
        LiveCli cli(m_folder.path());
        QVERIFY(cli.start({QStringLiteral("-r"), QStringLiteral("-"), QStringLiteral("-a"),
                           QStringLiteral("filesize:1"), QStringLiteral("-w"), copy}));
        cli.write(chat);
        // It ends although the pipe is still open.
        QCOMPARE(cli.finish(), 0);
        QVERIFY(cli.out().contains("message 19"));
        QVERIFY(cli.err().contains("Written to " + copy.toUtf8()));
        QFile file(copy);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QCOMPARE(file.readAll(), chat);
        QVERIFY(!QDir(path("framescope")).exists());
    }

    void afterATime() {
        LiveCli cli(m_folder.path());
        QVERIFY(cli.start({QStringLiteral("-r"), QStringLiteral("-"),
                           QStringLiteral("--autostop=duration:0.2")}));
        cli.write(longChat(1));
        QCOMPARE(cli.finish(), 0);
        QVERIFY(cli.out().contains("message 0"));
    }

    void enoughRows() {
        LiveCli cli(m_folder.path());
        QVERIFY(cli.start({QStringLiteral("-r"), QStringLiteral("-"), QStringLiteral("-c3")}));
        cli.write(longChat(20));
        QCOMPARE(cli.finish(), 0);
        QCOMPARE(cli.out().count('\n'), 3);
        QCOMPARE(cli.err(), QByteArray());
        QCOMPARE(test::spoolsIn(m_folder.path()), QStringList());
    }

    void theReaderOfTheOutputGoesAway() {
        const QString fifo = makeFifo("headed");
        LiveCli shell(m_folder.path());
        QVERIFY(shell.start({QStringLiteral("-c"),
                             QStringLiteral("{ \"$0\" -r \"$1\"; echo \"code $?\" >&2; } | head "
                                            "-n 2"),
                             QStringLiteral(FRAMESCOPE_CLI), fifo},
                            QStringLiteral("/bin/sh")));
        const FileDescriptor writer = openToWrite(fifo);
        QVERIFY(writeAll(writer, longChat(20)));
        // Nothing more is written, and the FIFO stays open.
        QVERIFY(shell.waitForErrors("code"));
        QCOMPARE(shell.finish(), 0);
        QCOMPARE(shell.out().count('\n'), 2);
        QCOMPARE(shell.err(), QByteArray("code 0\n"));
        QCOMPARE(test::spoolsIn(m_folder.path()), QStringList());
    }

    void theSecondSignalEndsAtOnce() {
        // Nobody reads the rows, so the program waits for its reader for ever.
        const QString rows = makeFifo("rows");
        LiveCli shell(m_folder.path());
        QVERIFY(shell.start({QStringLiteral("-c"), QStringLiteral("exec \"$0\" -r - > \"$1\""),
                             QStringLiteral(FRAMESCOPE_CLI), rows},
                            QStringLiteral("/bin/sh")));
        const FileDescriptor reader(::open(rows.toUtf8().constData(), O_RDONLY | O_CLOEXEC));
        QVERIFY(reader);
        const QByteArray chat = longChat(5000);
        shell.write(chat);
        const auto spooled = [&] {
            const QStringList spools = test::spoolsIn(m_folder.path());
            if (spools.size() != 1) return false;
            const QString file =
                path("framescope/live/") + spools[0] + QStringLiteral("/capture.pcap");
            return QFile(file).size() == chat.size();
        };
        QVERIFY(shell.waitUntil(spooled));
        shell.signal(SIGINT);
        shell.signal(SIGTERM);
        QCOMPARE(shell.finish(), 130);
        // What was captured is still there, whole.
        QVERIFY(spooled());
    }

    void captureOptionsNeedACapture_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("sentence");
        const auto row = [](const char* arguments, const char* sentence) {
            QTest::newRow(arguments) << QString::fromUtf8(arguments).split(u' ', Qt::SkipEmptyParts)
                                     << QByteArray(sentence);
        };
        row("-i lo a.pcap",
            "What is captured and a file are not read at once; a capture filter stands behind -f.");
        row("-i lo --remote h:lo", "Only one interface is captured from at a time.");
        row("-i lo -f tcp -f udp", "There can be only one -f; join filters with 'and'.");
        row("-i lo -w -", "-w takes the name of a file; standard output has the rows.");
        row("-f tcp a.pcap", "-f and -s go with a live capture, -i or --remote; -Y chooses rows.");
        row("-w b.pcap a.pcap",
            "-a and -w go with a live capture: -i, --remote, or a pipe that is read.");
        row("-a packets:1 -r -",
            "-a packets goes with -i and --remote; how many packets a pipe brings is up to who "
            "writes it, as with tcpdump -c.");
        row("-a packets:1 a.pcap",
            "-a and -w go with a live capture: -i, --remote, or a pipe that is read.");
        row("-B 4 a.pcap",
            "-b, -B and -p go with a capture from an interface of this machine, -i.");
        row("--remote h:lo -b filesize:1",
            "-b, -B and -p go with a capture from an interface of this machine, -i.");
        row("-i lo --remote-sudo", "--remote-port and --remote-sudo go with --remote.");
        row("-i lo -b files:3",
            "-b files needs another -b that says when a file is full: filesize, duration or "
            "packets.");
        row("-i lo -a files:3", "-a files counts the files of a ring; -b says when one is full.");
        row("-i lo -a soon",
            "'soon' is no value for -a: there are duration:SECONDS, filesize:KB, packets:N and "
            "files:N.");
        row("-i lo -a packets:0",
            "'packets:0' is no value for -a: there are duration:SECONDS, filesize:KB, packets:N "
            "and files:N.");
        row("-i lo -b interval:5",
            "'interval:5' is no value for -b: there are duration:SECONDS, filesize:KB, packets:N "
            "and files:N.");
        row("-i lo -s 300000", "-s takes a number of bytes up to 262144, and not '300000'.");
        row("-i lo -B 0", "-B takes a number of MiB from 1 to 1024, and not '0'.");
        row("--remote host",
            "'host' is no value for --remote: it is [USER@]HOST:INTERFACE, an "
            "IPv6 address in brackets.");
        row("--remote ::1:eth0",
            "'::1:eth0' is no value for --remote: it is "
            "[USER@]HOST:INTERFACE, an IPv6 address in brackets.");
        row("--remote a@-oProxyCommand=x:lo",
            "'a@-oProxyCommand=x:lo' is no value for --remote: it is [USER@]HOST:INTERFACE, an "
            "IPv6 address in brackets.");
        row("--remote h:lo --remote-port 0",
            "--remote-port takes a port from 1 to 65535, and not '0'.");
        row("hex -i lo", "The command hex reads bytes and captures nothing.");
    }

    void captureOptionsNeedACapture() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, sentence);
        const test::CliRun run = test::runCli(QStringLiteral(FRAMESCOPE_CLI), arguments);
        QCOMPARE(run.err, "framescope-cli: " + sentence + "\n");
        QCOMPARE(run.exitCode, 1);
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::CliLivePipeTest)
#include "test_cli_live_pipe.moc"
