// The terminal program capturing: on the loopback interface, where a conversation of our own is
// held, and with helpers that fail. What needs the right to capture is skipped without it.
#include <arpa/inet.h>
#include <array>
#include <sys/socket.h>
#include <unistd.h>

#include <QFile>
#include <QStandardPaths>
#include <QTest>

#include "capture/file/file_descriptor.h"
#include "tests/app/live/live_cli.h"
#include "tests/support/cli_run.h"

namespace framescope {
namespace {

using test::CliRun;
using test::LiveCli;

/// A TCP connection on 127.0.0.1 with both ends in our hands.
class Conversation {
public:
    Conversation() : m_listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const any = reinterpret_cast<sockaddr*>(&address);
        if (::bind(m_listener.get(), any, size) != 0 || ::listen(m_listener.get(), 4) != 0 ||
            ::getsockname(m_listener.get(), any, &size) != 0) {
            qFatal("no server can be made");
        }
        m_port = ntohs(address.sin_port);
    }

    /// True when the rows are there of all that was said, if only from some request on.
    bool isIn(const QByteArray& rows) const {
        return rows.contains("GET /" + QByteArray::number(m_requests - 1) + ' ') &&
               rows.count("GET /") == rows.count(" 200 OK");
    }
    QString filter() const { return QStringLiteral("tcp port %1").arg(m_port); }

    /// A connection with so many requests and answers, then both ends close. Each packet is
    /// answered before the next, so there are as many packets each time.
    void hold(int requests = 1) {
        const FileDescriptor client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(m_port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(client.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            qFatal("no connection can be made");
        }
        const FileDescriptor server(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
        for (int i = 0; i < requests; ++i) {
            const std::string target = "/" + std::to_string(m_requests++);
            send(client, server, "GET " + target + " HTTP/1.1\r\nHost: here\r\n\r\n");
            send(server, client, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    }

private:
    static void send(const FileDescriptor& from, const FileDescriptor& to,
                     const std::string& text) {
        std::array<char, 4096> room{};
        if (::write(from.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()) ||
            ::read(to.get(), room.data(), room.size()) <= 0) {
            qFatal("the conversation broke off");
        }
    }

    FileDescriptor m_listener;
    std::uint16_t m_port = 0;
    int m_requests = 0;
};

class CliLiveTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    QString m_closed;  ///< why nothing can be captured here; empty if it can

    QString path(const char* name) const { return m_folder.filePath(QString::fromUtf8(name)); }
    QStringList spools() const { return test::spoolsIn(m_folder.path()); }

    /// Starts to capture the conversation and waits until its packets are seen.
    static bool startOnLoopback(LiveCli& cli, Conversation& conversation,
                                const QStringList& arguments, const char* seen = "GET /") {
        if (!cli.start(QStringList{QStringLiteral("-i"), QStringLiteral("lo"), QStringLiteral("-f"),
                                   conversation.filter()} +
                       arguments)) {
            return false;
        }
        return seen == nullptr || cli.waitUntil([&] {
            if (!cli.out().contains(seen)) conversation.hold();
            return cli.out().contains(seen);
        });
    }

    /// The terminal program alone in a folder, with a helper beside it that does what it is told;
    /// none with an empty script.
    QString copyWithHelper(const char* name, const QByteArray& script) const {
        const QString folder = path(name);
        if (!QDir().mkpath(folder)) qFatal("no folder can be made");
        QString program = folder + QStringLiteral("/framescope-cli");
        if (!QFile::copy(QStringLiteral(FRAMESCOPE_CLI), program)) qFatal("cannot be copied");
        if (script.isEmpty()) return program;
        QFile helper(folder + QStringLiteral("/framescope-capture"));
        if (!helper.open(QIODevice::WriteOnly)) qFatal("no helper can be written");
        helper.write("#!/bin/sh\n" + script);
        helper.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        return program;
    }

    /// Packets in a capture, as tshark counts them; -1 where it cannot read it.
    static int packetsOf(const QString& file) {
        const CliRun run = test::runCli(
            QStringLiteral("tshark"),
            {QStringLiteral("-r"), file, QStringLiteral("-T"), QStringLiteral("fields"),
             QStringLiteral("-e"), QStringLiteral("frame.number")});
        return run.exitCode == 0 ? static_cast<int>(run.lines().size()) : -1;
    }
    static bool hasTshark() {
        return !QStandardPaths::findExecutable(QStringLiteral("tshark")).isEmpty();
    }

private Q_SLOTS:
    void initTestCase() {
        const CliRun list = test::runCli(QStringLiteral(FRAMESCOPE_CLI), {QStringLiteral("-D")});
        for (const QByteArray& line : list.lines()) {
            const QByteArray entry = line.mid(line.indexOf(' ') + 1);
            if (!entry.startsWith("lo ") && !entry.startsWith("lo:")) continue;
            if (entry.contains(": ")) m_closed = QString::fromUtf8(entry);
            return;
        }
        m_closed = QStringLiteral("there is no loopback interface: ") + QString::fromUtf8(list.err);
    }

    void init() { QDir(path("framescope")).removeRecursively(); }

    void rowsShowWhileItRunsAndCtrlCEndsIt() {
        if (!m_closed.isEmpty()) QSKIP(qPrintable(m_closed));
        Conversation conversation;
        LiveCli cli(m_folder.path());
        QVERIFY(startOnLoopback(cli, conversation, {}));
        conversation.hold(3);
        QVERIFY(cli.waitUntil([&] { return conversation.isIn(cli.out()); }));
        QVERIFY(cli.isRunning());
        QCOMPARE(spools().size(), 1);
        // What came shortly before the end is not lost, though nobody waited for it.
        conversation.hold(2);
        cli.signal(SIGINT);
        QCOMPARE(cli.finish(), 0);
        QVERIFY(conversation.isIn(cli.out()));
        const QList<QByteArray> told = cli.err().trimmed().split('\n');
        QCOMPARE(told.size(), 3);
        QCOMPARE(told[0], QByteArray("framescope-cli: Capturing on lo."));
        QVERIFY2(told[1].startsWith("framescope-cli: Captured from lo in "), told[1].constData());
        QVERIFY(told[1].endsWith(QByteArray::number(cli.out().count('\n')) + " rows."));
        QCOMPARE(told[2], QByteArray("framescope-cli: Dropped packets: 0 by the kernel, 0 by the "
                                     "interface, 0 by framescope."));
        QCOMPARE(spools(), QStringList());
    }

    void itEndsByItself() {
        if (!m_closed.isEmpty()) QSKIP(qPrintable(m_closed));
        Conversation conversation;
        LiveCli packets(m_folder.path());
        QVERIFY(startOnLoopback(packets, conversation,
                                {QStringLiteral("-a"), QStringLiteral("packets:20")}));
        conversation.hold(10);
        QCOMPARE(packets.finish(), 0);
        QVERIFY2(packets.err().contains(": 20 packets, "), packets.err().constData());

        LiveCli time(m_folder.path());
        QVERIFY(startOnLoopback(time, conversation,
                                {QStringLiteral("-a"), QStringLiteral("duration:0.3")}, nullptr));
        QCOMPARE(time.finish(), 0);
        QVERIFY(time.err().contains("Captured from lo in 0."));
        QCOMPARE(spools(), QStringList());
    }

    void enoughRows() {
        if (!m_closed.isEmpty()) QSKIP(qPrintable(m_closed));
        Conversation conversation;
        LiveCli cli(m_folder.path());
        QVERIFY(startOnLoopback(
            cli, conversation,
            {QStringLiteral("-Y"), QStringLiteral("http.request"), QStringLiteral("-Tfields"),
             QStringLiteral("-ehttp.request.uri"), QStringLiteral("-c2")},
            "/"));
        conversation.hold(5);
        QCOMPARE(cli.finish(), 0);
        QCOMPARE(cli.out().count('\n'), 2);
    }

    void aFileThatOthersRead() {
        if (!m_closed.isEmpty()) QSKIP(qPrintable(m_closed));
        Conversation conversation;
        const QString file = path("kept.pcapng");
        LiveCli cli(m_folder.path());
        QVERIFY(startOnLoopback(cli, conversation, {QStringLiteral("-w"), file}));
        conversation.hold(3);
        QVERIFY(cli.waitUntil([&] { return conversation.isIn(cli.out()); }));
        cli.signal(SIGINT);
        QCOMPARE(cli.finish(), 0);
        QVERIFY(cli.err().contains("Written to " + file.toUtf8() + ".\n"));
        const CliRun again = test::runCli(QStringLiteral(FRAMESCOPE_CLI), {file});
        QCOMPARE(again.exitCode, 0);
        QCOMPARE(again.err, QByteArray());
        QCOMPARE(again.out, cli.out());
        QVERIFY(!QDir(path("framescope/live")).exists());
        if (!hasTshark()) QSKIP("tshark is not here to read the file");
        const int packets = packetsOf(file);
        QVERIFY(packets > 0);
        QVERIFY(cli.err().contains(": " + QByteArray::number(packets) + " packets, "));
    }

    void aRingKeepsItsLastFiles() {
        if (!m_closed.isEmpty()) QSKIP(qPrintable(m_closed));
        Conversation conversation;
        LiveCli cli(m_folder.path());
        QVERIFY(QDir().mkpath(path("ring")));
        QVERIFY(startOnLoopback(
            cli, conversation,
            {QStringLiteral("-w"), path("ring/r.pcapng"), QStringLiteral("-b"),
             QStringLiteral("packets:10"), QStringLiteral("-b"), QStringLiteral("files:2"),
             QStringLiteral("-a"), QStringLiteral("files:4")}));
        cli.waitUntil([&] {
            if (cli.isRunning()) conversation.hold(2);
            return !cli.isRunning();
        });
        QCOMPARE(cli.finish(), 0);
        QVERIFY2(cli.err().contains(": 40 packets, "), cli.err().constData());
        const QDir ring(path("ring"));
        const QStringList files = ring.entryList(QDir::Files, QDir::Name);
        QCOMPARE(files.size(), 2);
        QVERIFY(files[0].startsWith(QStringLiteral("r_00003_")));
        QVERIFY(files[1].startsWith(QStringLiteral("r_00004_")));
        for (const QString& file : files) {
            QVERIFY(cli.err().contains(ring.filePath(file).toUtf8()));
            if (hasTshark()) QCOMPARE(packetsOf(ring.filePath(file)), 10);
        }
    }

    void figuresInsteadOfRows() {
        if (!m_closed.isEmpty()) QSKIP(qPrintable(m_closed));
        Conversation conversation;
        LiveCli cli(m_folder.path());
        QVERIFY(startOnLoopback(
            cli, conversation,
            {QStringLiteral("-q"), QStringLiteral("-a"), QStringLiteral("packets:10")}, nullptr));
        cli.waitUntil([&] {
            if (cli.isRunning()) conversation.hold();
            return !cli.isRunning();
        });
        QCOMPARE(cli.finish(), 0);
        QVERIFY2(cli.out().startsWith("Packets                 10\n"), cli.out().constData());
        // Nobody watches, so there are no counters in between.
        QVERIFY(!cli.err().contains('\r'));
    }

    void theNumberOfAnInterface() {
        if (!m_closed.isEmpty()) QSKIP(qPrintable(m_closed));
        const CliRun list = test::runCli(QStringLiteral(FRAMESCOPE_CLI), {QStringLiteral("-D")});
        QCOMPARE(list.exitCode, 0);
        QString number;
        for (const QByteArray& line : list.lines()) {
            if (line.contains(". lo ")) number = QString::fromUtf8(line.left(line.indexOf('.')));
        }
        LiveCli cli(m_folder.path());
        QVERIFY(cli.start(
            {QStringLiteral("-i"), number, QStringLiteral("-a"), QStringLiteral("duration:0.1")}));
        QCOMPARE(cli.finish(), 0);
        QVERIFY(cli.err().contains("Captured from lo "));
        const CliRun far = test::runCli(QStringLiteral(FRAMESCOPE_CLI),
                                        {QStringLiteral("-i"), QStringLiteral("4711")});
        QCOMPARE(far.exitCode, 2);
        QVERIFY(far.err.contains("There is no interface number 4711; -D lists "));
    }

    void mistakesOfTheCapture() {
        if (!m_closed.isEmpty()) QSKIP(qPrintable(m_closed));
        LiveCli filter(m_folder.path());
        QVERIFY(filter.start({QStringLiteral("-i"), QStringLiteral("lo"), QStringLiteral("-f"),
                              QStringLiteral("tcp prt 3000")}));
        QCOMPARE(filter.finish(), 1);
        QVERIFY(filter.err().contains("syntax error"));
        QCOMPARE(filter.err().count('\n'), 1);

        LiveCli missing(m_folder.path());
        QVERIFY(missing.start({QStringLiteral("-i"), QStringLiteral("nowhere0")}));
        QCOMPARE(missing.finish(), 2);
        QVERIFY(missing.err().contains("nowhere0"));
        QCOMPARE(missing.out(), QByteArray());

        LiveCli folder(m_folder.path());
        QVERIFY(folder.start({QStringLiteral("-i"), QStringLiteral("lo"), QStringLiteral("-w"),
                              path("no/such/folder.pcapng")}));
        QCOMPARE(folder.finish(), 2);
        QVERIFY(folder.err().contains("folder.pcapng"));
        QCOMPARE(spools(), QStringList());
    }

    void helpersThatCannotBeUsed_data() {
        QTest::addColumn<QByteArray>("script");
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("missing") << QByteArray() << QByteArray("is not installed");
        QTest::newRow("another version")
            << QByteArray("echo hello 99 7.0\nread x\n") << QByteArray("7.0");
        QTest::newRow("another program")
            << QByteArray("echo usage: something\nread x\n") << QByteArray("framescope-capture");
        QTest::newRow("ends at once") << QByteArray("exit 3\n") << QByteArray("exit code 3");
    }

    void helpersThatCannotBeUsed() {
        QFETCH(QByteArray, script);
        QFETCH(QByteArray, words);
        const QString program = copyWithHelper(QTest::currentDataTag(), script);
        for (const QStringList& arguments :
             {QStringList{QStringLiteral("-i"), QStringLiteral("lo")},
              QStringList{QStringLiteral("-D")}}) {
            const CliRun run = test::runCli(
                QStringLiteral("/usr/bin/env"),
                QStringList{QStringLiteral("PATH=/nowhere"),
                            QStringLiteral("XDG_CACHE_HOME=") + m_folder.path(), program} +
                    arguments);
            QCOMPARE(run.exitCode, 2);
            QCOMPARE(run.out, QByteArray());
            QVERIFY2(run.err.startsWith("framescope-cli: "), run.err.constData());
            if (arguments.size() == 2) QVERIFY2(run.err.contains(words), run.err.constData());
        }
        QCOMPARE(spools(), QStringList());
    }

    void whatAKilledProgramLeavesIsOffered() {
        if (!m_closed.isEmpty()) QSKIP(qPrintable(m_closed));
        Conversation conversation;
        LiveCli killed(m_folder.path());
        QVERIFY(startOnLoopback(killed, conversation, {}));
        conversation.hold(3);
        QVERIFY(killed.waitUntil([&] { return conversation.isIn(killed.out()); }));
        killed.signal(SIGKILL);
        QCOMPARE(killed.finish(), -1);
        QCOMPARE(spools().size(), 1);
        const QString spool = path("framescope/live/") + spools()[0];

        LiveCli next(m_folder.path());
        QVERIFY(next.start({QStringLiteral("-i"), QStringLiteral("lo"), QStringLiteral("-a"),
                            QStringLiteral("duration:0.1")}));
        QCOMPARE(next.finish(), 0);
        QVERIFY2(next.err().startsWith("framescope-cli: A capture from lo, begun "),
                 next.err().constData());
        QCOMPARE(next.err().count("was left behind"), 1);
        QVERIFY(next.err().contains(spool.toUtf8()));
        const CliRun read =
            test::runCli(QStringLiteral(FRAMESCOPE_CLI),
                         {QStringLiteral("-r"), spool + QStringLiteral("/capture.pcapng")});
        // The helper ends a little after its parent and may have flushed meanwhile, whole blocks.
        QCOMPARE(read.exitCode, 0);
        QVERIFY(read.out.count(" 200 OK") >= 4);
        if (hasTshark()) QVERIFY(packetsOf(spool + QStringLiteral("/capture.pcapng")) > 0);
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::CliLiveTest)
#include "test_cli_live.moc"
