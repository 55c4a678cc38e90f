// Captures through ssh. A shell script in the place of ssh runs what it is given as sshd would,
// with a made-up SSH_CONNECTION and a tcpdump that plays its part; a real sshd is asked too where
// there is one.
#include <csignal>
#include <fstream>
#include <iterator>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>

#include "capture/file/growing_bytes.h"
#include "capture/ingest/loader.h"
#include "capture/live/capture_filter.h"
#include "capture/live/live_capture.h"
#include "capture/live/remote_command.h"
#include "capture/live/remote_remarks.h"
#include "capture/live/spool.h"
#include "capture/session/session.h"
#include "tests/capture/live/live_probe.h"
#include "tests/support/loaded_session.h"

using namespace framescope;
using namespace framescope::test;
using live::Ending;
using live::Status;

namespace fs = std::filesystem;

namespace {

constexpr const char* kOwn =
    "not (tcp and ((src host 10.0.0.7 and src port 50022 and dst host fe80::1 and dst port 22) or "
    "(src host fe80::1 and src port 22 and dst host 10.0.0.7 and dst port 50022)))";

void writeProgram(const fs::path& path, const std::string& text) {
    std::ofstream(path) << text;
    fs::permissions(path, fs::perms::owner_all);
}

std::string contents(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += word + '|';
    return text;
}

/// True once the process is gone; false after ten seconds.
bool isGone(pid_t pid) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (std::chrono::steady_clock::now() < deadline) {
        std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
        std::string text;
        if (!std::getline(status, text)) return true;
        // Where nobody reaps orphans, a zombie is gone as well.
        if (text.find(") Z ") != std::string::npos) return true;
        QThread::msleep(5);
    }
    return false;
}

}  // namespace

class TestRemoteCapture : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    QByteArray m_path;

    fs::path place(const std::string& name) const {
        return fs::path(m_folder->path().toStdString()) / name;
    }
    live::RemoteCapture fake() const {
        live::RemoteCapture what;
        what.host = "user@example";
        what.interface = "eth 0";
        what.ssh = place("ssh");
        what.destination.spoolBase = place("live");
        return what;
    }
    Status endOf(const live::RemoteCapture& what) const {
        LiveProbe probe;
        const auto capture = live::captureRemote(what, probe.wake());
        return probe.waitForEnd(*capture);
    }
    void tcpdump(const std::string& script) const {
        writeProgram(place("bin/tcpdump"), "#!/bin/sh\n" + script);
    }
    static bool fails(const Status& status, const char* words) {
        const bool fits = status.ending && status.ending->cause == Ending::Cause::Failed &&
                          status.ending->sentence.find(words) != std::string::npos;
        if (!fits) qWarning("%s", status.ending ? status.ending->sentence.c_str() : "no end");
        return fits;
    }

private Q_SLOTS:
    void initTestCase() { m_path = qgetenv("PATH"); }

    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        fs::create_directory(place("bin"));
        qputenv("PATH", QByteArray(place("bin").c_str()) + ':' + m_path);
        qunsetenv("SSH_ASKPASS");
        qputenv("FAKE_CONNECTION", "10.0.0.7 50022 fe80::1%eth0 22");
        qputenv("FAKE_FOLDER", place("").c_str());
        // Its arguments, one a line; the last of them is what the shell of the other side runs.
        writeProgram(place("ssh"),
                     "#!/bin/sh\n"
                     "printf '%s\\n' \"$@\" > \"$FAKE_FOLDER/arguments\"\n"
                     "printf '%s\\n' \"$SSH_ASKPASS_REQUIRE\" > \"$FAKE_FOLDER/askpass\"\n"
                     "for last; do :; done\n"
                     "SSH_CONNECTION=$FAKE_CONNECTION; export SSH_CONNECTION\n"
                     "exec sh -c \"$last\"\n");
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/chat");
        chat.send(Direction::ServerToClient, webSocketText("hello"));
        QVERIFY(capture.write(place("sent.pcap").string()));
    }
    void cleanup() { qputenv("PATH", m_path); }

    void argumentsOfSsh() {
        live::RemoteCapture what;
        what.host = "me@there";
        what.interface = "eth0";
        auto command = live::remoteCommand(what, false);
        QVERIFY(command);
        QVERIFY(joined(command->arguments).starts_with("-o|BatchMode=yes|-T|--|me@there|exec sh"));
        QVERIFY(command->environment.empty());
        what.port = 2222;
        what.maySpeak = true;
        command = live::remoteCommand(what, true);
        QVERIFY(command && joined(command->arguments).starts_with("-p|2222|-T|--|me@there|exec"));
        QVERIFY(command->environment.empty());
        what.maySpeak = false;
        command = live::remoteCommand(what, true);
        QVERIFY(command && joined(command->arguments).find("BatchMode") == std::string::npos);
        QCOMPARE(command->environment.size(), std::size_t{1});
        QCOMPARE(command->environment.front().first, std::string("SSH_ASKPASS_REQUIRE"));
    }

    void hostsThatAreNone() {
        for (const char* host : {"", "-oProxyCommand=evil", "a b", "a\nb"}) {
            live::RemoteCapture what = fake();
            what.host = host;
            QVERIFY(!live::remoteCommand(what, false));
            const Status end = endOf(what);
            QVERIFY(fails(end, "host"));
            QVERIFY(!fs::exists(place("arguments")));
        }
        live::RemoteCapture what = fake();
        what.interface.clear();
        QVERIFY(!live::remoteCommand(what, false));
        what.interface = "a\nb";
        QVERIFY(!live::remoteCommand(what, false));
    }

    void theScriptIsOneLine() {
        live::RemoteCapture what = fake();
        what.filter = "tcp port 80\nor udp";
        const std::string script = live::remoteScript(what);
        QVERIFY(script.find('\n') == std::string::npos);
        // csh takes an exclamation mark for an old command, unless a space follows.
        for (std::size_t at = 0; (at = script.find('!', at)) != std::string::npos; ++at) {
            QCOMPARE(script[at + 1], ' ');
        }
        QVERIFY(script.find('\\') == std::string::npos);
    }

    void whatTcpdumpIsAskedFor_data() {
        QTest::addColumn<QByteArray>("filter");
        QTest::addColumn<QByteArray>("connection");
        QTest::addColumn<QByteArray>("expected");
        const QByteArray here("10.0.0.7 50022 fe80::1%eth0 22");
        QTest::newRow("own connection") << QByteArray() << here << QByteArray(kOwn);
        QTest::newRow("blank filter") << QByteArray("  ") << here << QByteArray(kOwn);
        QTest::newRow("filter") << QByteArray("tcp port 80 or udp") << here
                                << QByteArray(kOwn) + " and (tcp port 80 or udp)";
        QTest::newRow("no connection")
            << QByteArray() << QByteArray() << QByteArray("not tcp port 22");
        QTest::newRow("filter alone")
            << QByteArray("udp") << QByteArray() << QByteArray("not tcp port 22 and (udp)");
        const QByteArray evil("'; touch evil; echo \"$HOME\" `id` $(id) \\ && #");
        QTest::newRow("quotes") << evil << here << QByteArray(kOwn) + " and (" + evil + ")";
    }
    void whatTcpdumpIsAskedFor() {
        QFETCH(QByteArray, filter);
        QFETCH(QByteArray, connection);
        QFETCH(QByteArray, expected);
        qputenv("FAKE_CONNECTION", connection);
        tcpdump("printf '%s|' \"$@\" > \"$FAKE_FOLDER/asked\"; cat \"$FAKE_FOLDER/sent.pcap\"\n");
        live::RemoteCapture what = fake();
        what.filter = filter.toStdString();
        what.interface = "eth'0 $(id)";
        const Status end = endOf(what);
        QVERIFY2(end.ending->cause == Ending::Cause::SourceEnded, end.ending->sentence.c_str());
        QCOMPARE(contents(place("asked")),
                 "-U|-n|-s|262144|-i|eth'0 $(id)|-w|-|" + expected.toStdString() + '|');
        QCOMPARE(contents(place("askpass")), std::string("\n"));
    }

    void filtersAreLibpcaps() {
        for (const char* filter : {kOwn, "not tcp port 22 and (udp)"}) {
            const auto wrong = live::checkCaptureFilter(filter, 1);
            QVERIFY2(!wrong, wrong ? wrong->c_str() : "");
        }
    }

    void endsWhenAsked() {
        tcpdump(
            "trap 'echo \"3 packets captured\" >&2; echo \"4 packets received by filter\" >&2;"
            "echo \"17 packets dropped by kernel\" >&2; exit 0' TERM\n"
            "echo $$ > \"$FAKE_FOLDER/pid\"\n"
            "echo 'tcpdump: listening on eth0, link-type EN10MB' >&2\n"
            "echo 'Warning: a word of ssh' >&2\n"
            "cat \"$FAKE_FOLDER/sent.pcap\"\n"
            "while :; do sleep 0.05; done\n");
        LiveProbe probe;
        const auto capture = live::captureRemote(fake(), probe.wake());
        QCOMPARE(capture->sourceName(), std::string("user@example:eth 0"));
        const auto size = fs::file_size(place("sent.pcap"));
        const Status running = probe.waitFor(
            *capture, [&](const Status& now) { return now.figures.spoolBytes == size; });
        QVERIFY(running.file && !running.ending);
        capture->stop();
        const Status end = probe.waitForEnd(*capture);
        QVERIFY2(end.ending->cause == Ending::Cause::Asked, end.ending->sentence.c_str());
        QCOMPARE(end.figures.kernelDrops.value_or(0), std::uint64_t{17});
        QCOMPARE(end.remarks, std::string("Warning: a word of ssh\n"));
        QVERIFY(isGone(std::stoi(contents(place("pid")))));
        Session session(end.file);
        readAll(end.file, [&](Batch&& batch) {
            session.append(std::move(batch));
            return true;
        });
        QCOMPARE(rowListing(session), rowListing(*loadSession(place("sent.pcap").string())));
    }

    void tcpdumpEndsWithUs() {
        // No packet comes that could tell it that nobody listens.
        tcpdump("echo $$ > \"$FAKE_FOLDER/pid\"\ncat \"$FAKE_FOLDER/sent.pcap\"\nexec sleep 300\n");
        LiveProbe probe;
        auto capture = live::captureRemote(fake(), probe.wake());
        QVERIFY(probe.waitFor(*capture, [](const Status& now) { return bool(now.file); }).file);
        const pid_t pid = std::stoi(contents(place("pid")));
        capture.reset();
        QVERIFY(isGone(pid));
    }

    void whatSshComplainsOf_data() {
        QTest::addColumn<QByteArray>("script");
        QTest::addColumn<QByteArray>("words");
        QTest::addColumn<QByteArray>("remedy");
        QTest::newRow("denied")
            << QByteArray(
                   "echo 'Warning: Permanently added' >&2\n"
                   "echo 'user@example: Permission denied (publickey,password).' >&2; exit 255\n")
            << QByteArray(
                   "user@example failed: user@example: Permission denied (publickey,password).")
            << QByteArray("ssh-copy-id user@example");
        QTest::newRow("unknown host")
            << QByteArray(
                   "echo 'ssh: Could not resolve hostname example: Name or service not known' "
                   ">&2\nexit 255\n")
            << QByteArray("failed: Could not resolve hostname example: Name or service not known.")
            << QByteArray();
        QTest::newRow("host key") << QByteArray(
                                         "echo 'Host key verification failed.' >&2; exit 255\n")
                                  << QByteArray("Host key verification failed.")
                                  << QByteArray("ssh user@example true");
        QTest::newRow("no right")
            << QByteArray(
                   "echo \"tcpdump: eth0: You don't have permission to capture on that device\" "
                   ">&2\n"
                   "echo '(socket: Operation not permitted)' >&2; exit 1\n")
            << QByteArray("no right to capture; run it with sudo: eth0: You don't have permission")
            << QByteArray();
        QTest::newRow("no tcpdump")
            << QByteArray("echo 'sh: 1: tcpdump: not found' >&2; exit 127\n")
            << QByteArray("There is no tcpdump on user@example") << QByteArray();
        QTest::newRow("sudo") << QByteArray("echo 'sudo: a password is required' >&2; exit 1\n")
                              << QByteArray("sudo on user@example wants a password")
                              << QByteArray();
        QTest::newRow("silence") << QByteArray("exit 3\n")
                                 << QByteArray("failed: ssh ended with exit code 3.")
                                 << QByteArray();
        QTest::newRow("nothing") << QByteArray("exit 0\n") << QByteArray("without a byte")
                                 << QByteArray();
        QTest::newRow("greeting") << QByteArray("echo Welcome to example; exit 0\n")
                                  << QByteArray("\"Welcome to example\"") << QByteArray();
    }
    void whatSshComplainsOf() {
        QFETCH(QByteArray, script);
        QFETCH(QByteArray, words);
        QFETCH(QByteArray, remedy);
        writeProgram(place("ssh"), "#!/bin/sh\n" + script.toStdString());
        const Status end = endOf(fake());
        QVERIFY(fails(end, words.constData()));
        QCOMPARE(end.ending->remedy, remedy.toStdString());
        QVERIFY(!end.file);
    }

    void aConnectionThatBreaks() {
        tcpdump(
            "cat \"$FAKE_FOLDER/sent.pcap\"; echo 'client_loop: send disconnect: Broken pipe' "
            ">&2; exit 255\n");
        const Status end = endOf(fake());
        QVERIFY(fails(end, "Broken pipe. What was captured until then is kept."));
        QVERIFY(end.file);
        live::RemoteCapture missing = fake();
        missing.ssh = place("nothing");
        QVERIFY(fails(endOf(missing), "is not installed"));
    }

    void complaintsAreBounded() {
        live::RemoteRemarks remarks;
        for (int i = 0; i < 10'000; ++i) remarks.take("this line is said again and again\n");
        remarks.take("ssh: connect to host x port 22: Connection refused");
        remarks.finish();
        QVERIFY(remarks.text().size() <= live::RemoteRemarks::kMostBytes);
        QCOMPARE(remarks.tellingLine(),
                 std::string("connect to host x port 22: Connection refused"));
        QVERIFY(!remarks.kernelDrops());
    }

    void leaksNothing() {
        tcpdump("cat \"$FAKE_FOLDER/sent.pcap\"\n");
        QVERIFY(endOf(fake()).file);
        const std::size_t descriptors = openDescriptors();
        const std::size_t threads = runningThreads();
        for (int i = 0; i < 20; ++i) QVERIFY(endOf(fake()).file);
        QCOMPARE(openDescriptors(), descriptors);
        QCOMPARE(runningThreads(), threads);
        QCOMPARE(::waitpid(-1, nullptr, WNOHANG), -1);
    }
};

QTEST_GUILESS_MAIN(TestRemoteCapture)
#include "test_remote_capture.moc"
