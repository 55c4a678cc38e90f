// Capturing through a real ssh and sshd with the real tcpdump, all on loopback: an sshd of its own,
// with its own keys and port, that ends with the test. Skipped where one of the three is missing or
// may not do its work.
#include <csignal>
#include <fstream>
#include <iterator>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

#include "capture/file/capture_file.h"
#include "capture/file/capture_reader.h"
#include "capture/file/file_descriptor.h"
#include "capture/live/live_capture.h"
#include "tests/capture/live/live_probe.h"

using namespace framescope;
using namespace framescope::test;
using live::Ending;
using live::Status;

namespace fs = std::filesystem;

namespace {

/// A socket of this machine with a port of its own.
struct LoopbackPort {
    explicit LoopbackPort(int type) : socket(::socket(AF_INET, type | SOCK_CLOEXEC, 0)) {
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        if (::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), length) != 0) return;
        ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length);
    }
    std::string port() const { return std::to_string(ntohs(address.sin_port)); }
    void sendTo(const LoopbackPort& other) const {
        ::sendto(socket.get(), "hello", 5, 0, reinterpret_cast<const sockaddr*>(&other.address),
                 sizeof other.address);
    }

    FileDescriptor socket;
    sockaddr_in address{};
};

QString program(const char* name) {
    const QString found = QStandardPaths::findExecutable(QString::fromLatin1(name));
    if (!found.isEmpty()) return found;
    return QStandardPaths::findExecutable(
        QString::fromLatin1(name),
        {QStringLiteral("/usr/sbin"), QStringLiteral("/usr/local/sbin")});
}

/// Processes of this program's name with `word` among their arguments.
std::vector<pid_t> processesWith(const std::string& name, const std::string& word) {
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const std::string pid = entry.path().filename().string();
        if (pid.find_first_not_of("0123456789") != std::string::npos) continue;
        std::ifstream file(entry.path() / "cmdline", std::ios::binary);
        const std::string line{std::istreambuf_iterator<char>(file), {}};
        const std::string first = line.substr(0, line.find('\0'));
        if (fs::path(first).filename() == name && line.find(word) != std::string::npos) {
            found.push_back(std::stoi(pid));
        }
    }
    return found;
}

}  // namespace

class TestRemoteSshd : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QProcess m_sshd;
    std::string m_port;
    LoopbackPort m_sender{SOCK_DGRAM};
    LoopbackPort m_receiver{SOCK_DGRAM};

    fs::path place(const char* name) const {
        return fs::path(m_folder.path().toStdString()) / name;
    }
    bool makeKey(const char* name) const {
        QProcess run;
        run.start(QStringLiteral("ssh-keygen"),
                  {QStringLiteral("-q"), QStringLiteral("-t"), QStringLiteral("ed25519"),
                   QStringLiteral("-N"), QString(), QStringLiteral("-f"),
                   QString::fromStdString(place(name).string())});
        return run.waitForFinished() && run.exitCode() == 0;
    }
    live::RemoteCapture onLoopback() const {
        live::RemoteCapture what;
        what.host = "127.0.0.1";
        what.port = static_cast<std::uint16_t>(std::stoi(m_port));
        what.interface = "lo";
        // All of our own connection would pass, but for what leaves it out.
        what.filter = "udp port " + m_receiver.port() + " or tcp port " + m_port;
        what.ssh = place("ssh");
        what.destination.spoolBase = place("live");
        return what;
    }
    bool tcpdumpIsGone() const {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!processesWith("tcpdump", "udp port " + m_receiver.port()).empty()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            QThread::msleep(10);
        }
        return true;
    }

private Q_SLOTS:
    void initTestCase() {
        const QString sshd = program("sshd");
        if (sshd.isEmpty()) QSKIP("sshd is not installed");
        if (program("ssh").isEmpty()) QSKIP("ssh is not installed");
        const QString tcpdump = program("tcpdump");
        if (tcpdump.isEmpty()) QSKIP("tcpdump is not installed");
        QProcess probe;
        probe.start(tcpdump, {QStringLiteral("-i"), QStringLiteral("lo"), QStringLiteral("-d")});
        probe.waitForFinished();
        if (probe.exitCode() != 0) QSKIP("tcpdump may not capture from lo here");

        QVERIFY(makeKey("host_key") && makeKey("user_key"));
        fs::copy(place("user_key.pub"), place("authorized_keys"));
        m_port = LoopbackPort(SOCK_STREAM).port();
        std::ofstream(place("sshd_config"))
            << "Port " << m_port << "\nListenAddress 127.0.0.1\nHostKey "
            << place("host_key").string() << "\nAuthorizedKeysFile "
            << place("authorized_keys").string()
            << "\nPidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\n"
               "PermitRootLogin prohibit-password\n";
        std::ofstream(place("ssh_config"))
            << "IdentityFile " << place("user_key").string() << "\nIdentitiesOnly yes\n"
            << "UserKnownHostsFile " << place("known_hosts").string()
            << "\nStrictHostKeyChecking no\nIdentityAgent none\n";
        std::ofstream(place("ssh"))
            << "#!/bin/sh\nexec ssh -F " << place("ssh_config").string() << " \"$@\"\n";
        fs::permissions(place("ssh"), fs::perms::owner_all);
        m_sshd.setProcessChannelMode(QProcess::MergedChannels);
        m_sshd.start(sshd, {QStringLiteral("-D"), QStringLiteral("-e"), QStringLiteral("-f"),
                            QString::fromStdString(place("sshd_config").string())});
        QByteArray said;
        while (!said.contains("Server listening")) {
            if (!m_sshd.waitForReadyRead(10'000)) {
                QSKIP(("sshd does not start here: " + said).constData());
            }
            said += m_sshd.readAll();
        }
    }

    void cleanupTestCase() {
        m_sshd.terminate();
        m_sshd.waitForFinished();
        const QByteArray said = m_sshd.readAll();
        if (QTest::currentTestFailed()) qInfo("sshd said: %s", said.constData());
    }

    void leavesItsOwnConnectionOut() {
        LiveProbe probe;
        const auto capture = live::captureRemote(onLoopback(), probe.wake());
        const Status running =
            probe.waitFor(*capture, [](const Status& now) { return now.file || now.ending; });
        QVERIFY2(running.file, running.ending ? running.ending->sentence.c_str() : "nothing came");
        const std::uint64_t empty = running.figures.spoolBytes;
        for (int i = 0; i < 20; ++i) m_sender.sendTo(m_receiver);
        // Ethernet, IPv4 and UDP headers with five bytes, behind the record's header.
        constexpr std::uint64_t kEach = 16 + 14 + 20 + 8 + 5;
        probe.waitFor(*capture, [&](const Status& now) {
            return now.figures.spoolBytes >= empty + 20 * kEach || now.ending;
        });
        capture->stop();
        const Status end = probe.waitForEnd(*capture);
        QVERIFY2(end.ending->cause == Ending::Cause::Asked, end.ending->sentence.c_str());
        QVERIFY(end.figures.kernelDrops.has_value());
        CaptureReader reader(end.file);
        CapturedPacket packet;
        int packets = 0;
        while (reader.next(packet) == ReadStep::Packet) ++packets;
        QCOMPARE(packets, 20);
        QVERIFY(tcpdumpIsGone());
    }

    void tcpdumpEndsWithALostConnection() {
        LiveProbe probe;
        const auto capture = live::captureRemote(onLoopback(), probe.wake());
        const Status running =
            probe.waitFor(*capture, [](const Status& now) { return now.file || now.ending; });
        QVERIFY2(running.file, running.ending ? running.ending->sentence.c_str() : "nothing came");
        const auto clients = processesWith("ssh", place("ssh_config").string());
        QCOMPARE(clients.size(), std::size_t{1});
        ::kill(clients.front(), SIGKILL);
        const Status end = probe.waitForEnd(*capture);
        QVERIFY(end.ending && end.ending->cause == Ending::Cause::Failed);
        QVERIFY2(end.ending->sentence.find("was ended by signal 9") != std::string::npos,
                 end.ending->sentence.c_str());
        QVERIFY(tcpdumpIsGone());
    }

    void complaintsOfTcpdump() {
        live::RemoteCapture what = onLoopback();
        what.interface = "nothing0";
        LiveProbe probe;
        auto capture = live::captureRemote(what, probe.wake());
        Status end = probe.waitForEnd(*capture);
        QVERIFY(end.ending && end.ending->cause == Ending::Cause::Failed);
        QVERIFY2(end.ending->sentence.find("nothing0: No such device") != std::string::npos,
                 end.ending->sentence.c_str());
        what = onLoopback();
        what.filter = "tcp prt 1";
        capture = live::captureRemote(what, probe.wake());
        end = probe.waitForEnd(*capture);
        QVERIFY2(end.ending && end.ending->sentence.find("syntax error") != std::string::npos,
                 end.ending->sentence.c_str());
    }

    void complaintsOfSsh() {
        live::RemoteCapture what = onLoopback();
        what.port = static_cast<std::uint16_t>(std::stoi(LoopbackPort(SOCK_STREAM).port()));
        LiveProbe probe;
        auto capture = live::captureRemote(what, probe.wake());
        Status end = probe.waitForEnd(*capture);
        QVERIFY2(end.ending && end.ending->sentence.find("Connection refused") != std::string::npos,
                 end.ending->sentence.c_str());
        fs::rename(place("authorized_keys"), place("other"));
        capture = live::captureRemote(onLoopback(), probe.wake());
        end = probe.waitForEnd(*capture);
        fs::rename(place("other"), place("authorized_keys"));
        QVERIFY2(end.ending && end.ending->sentence.find("Permission denied") != std::string::npos,
                 end.ending->sentence.c_str());
        QCOMPARE(end.ending->remedy, std::string("ssh-copy-id 127.0.0.1"));
    }
};

QTEST_GUILESS_MAIN(TestRemoteSshd)
#include "test_remote_sshd.moc"
