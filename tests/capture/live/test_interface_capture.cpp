// Capturing through a helper. This program is also the helper: started under another name, it plays
// what the name of the interface asks for, so that every way in which a helper can fail happens
// here without any right. What needs rights is skipped where there are none.
#include <arpa/inet.h>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>

#include "capture/file/capture_file.h"
#include "capture/file/growing_bytes.h"
#include "capture/ingest/loader.h"
#include "capture/live/interfaces.h"
#include "capture/live/live_capture.h"
#include "capture/live/recording.h"
#include "capture/live/spool.h"
#include "capture/session/session.h"
#include "capture/spool/pcapng_writer.h"
#include "tests/capture/live/live_probe.h"

using namespace framescope;
using namespace framescope::test;
using live::Ending;
using live::Phase;
using live::Status;

namespace fs = std::filesystem;

namespace {

constexpr const char* kFakeName = "fake-helper";

Bytes section() {
    Bytes out;
    pcapng::writeSectionHeader(out, "fake");
    pcapng::writeInterface(out, {});
    return out;
}

Bytes packet(int number) {
    Bytes out;
    const Bytes data(60, static_cast<std::uint8_t>(number));
    pcapng::NewPacket made;
    made.timeNs = 1'700'000'000'000'000'000 + number;
    made.originalLength = 60;
    made.data = data;
    pcapng::writePacket(out, made);
    return out;
}

// The helper's side ------------------------------------------------------------------------------

/// What a fake helper does; every scene is an interface of its own.
class FakeHelper {
public:
    int list(const std::string& program) {
        say(helper::Hello{helper::kProtocol, "9.9"});
        helper::Interface open{"wlan7", "radio", {"10.1.1.1"}, true, false, true, 1, {}};
        helper::Interface loopback{"lo", "", {"127.0.0.1"}, true, true, false, 1, {}};
        helper::Interface any{"any", "", {}, true, false, false, 113, {}};
        helper::Interface usb{"usbmon1", "", {}, true, false, false, 220, {}};
        helper::Interface down{
            "veth 1", "",    {}, false,
            false,    false, {}, helper::Failed{helper::Failure::DeviceDown, "It is down."}};
        helper::Interface closed{
            "eth0", "",    {}, true,
            false,  false, {}, helper::Failed{helper::Failure::NoRight, "No right."}};
        helper::Interface both{
            "ifb 0", "",    {}, false,
            false,   false, {}, helper::Failed{helper::Failure::NoRightAndDown, "Neither."}};
        std::string text = helper::encode(
            std::vector<helper::Interface>{usb, down, closed, both, open, any, loopback});
        if (program.find("cut") != std::string::npos) text.resize(text.size() / 2);
        write(STDOUT_FILENO, text);
        return 0;
    }

    int capture(const std::string& scene) {
        if (scene == "silent") return waitForParent();
        if (scene == "other-version") {
            write(STDOUT_FILENO, "hello 2 7.0\n");
            return waitForParent();
        }
        if (scene == "no-helper") {
            write(STDOUT_FILENO, "usage: something else\n");
            return waitForParent();
        }
        say(helper::Hello{helper::kProtocol, "9.9"});
        if (scene == "no-right") return fail(helper::Failure::NoRight, "It is not allowed.");
        if (scene == "down-too") return fail(helper::Failure::NoRightAndDown, "Neither.");
        if (scene == "down") return fail(helper::Failure::DeviceDown, "It is down.");
        if (scene == "at-once") {
            write(STDERR_FILENO, "it hurts\n");
            return 42;
        }
        if (scene == "slow") return waitForParent();
        say(helper::Opened{1, 262144});
        const int file = nextFile();
        say(helper::FileBegun{1});
        write(file, section());
        if (scene == "ring") return ring(file);
        write(file, packet(1));
        write(file, packet(2));
        tell(file, 2);
        if (scene == "deaf") {
            for (;;) ::pause();
        }
        if (scene == "torn") {
            // More than was told, and the last block not whole.
            write(file, packet(3));
            Bytes half = packet(4);
            half.resize(half.size() / 2);
            write(file, half);
            ::raise(SIGKILL);
        }
        if (scene == "limit") {
            say(helper::Stopped{helper::StopReason::Packets});
            return 0;
        }
        if (scene == "full") return fail(helper::Failure::DiskFull, "No room is left.");
        if (scene == "nonsense") {
            write(STDOUT_FILENO, "counters many\n");
            return waitForParent();
        }
        if (scene == "signals") return tellSignals();
        if (waitForParent() != 0) return 3;
        write(file, packet(3));
        tell(file, 3);
        say(helper::Stopped{helper::StopReason::Asked});
        return 0;
    }

private:
    static void write(int fd, ByteView bytes) {
        static_cast<void>(::write(fd, bytes.data(), bytes.size()));
    }
    static void write(int fd, std::string_view text) { write(fd, asBytes(text)); }
    static void say(const helper::Message& message) {
        write(STDOUT_FILENO, helper::encode(message));
    }
    static int fail(helper::Failure failure, const char* sentence) {
        say(helper::Failed{failure, sentence});
        return 2;
    }
    static void tell(int file, std::uint64_t packets) {
        struct stat info {};
        ::fstat(file, &info);
        say(helper::Counters{packets, packets * 60, static_cast<std::uint64_t>(info.st_size), 5, 6,
                             0});
    }
    /// 0 when the parent said stop, else it is gone.
    static int waitForParent() {
        char command[16];
        const ssize_t n = ::recv(STDIN_FILENO, command, sizeof command, 0);
        return n > 0 && std::string_view(command, static_cast<std::size_t>(n)) == "stop" ? 0 : 3;
    }
    static int nextFile() {
        char command[16];
        alignas(cmsghdr) char room[CMSG_SPACE(sizeof(int))];
        iovec text{command, sizeof command};
        msghdr message{};
        message.msg_iov = &text;
        message.msg_iovlen = 1;
        message.msg_control = room;
        message.msg_controllen = sizeof room;
        if (::recvmsg(STDIN_FILENO, &message, 0) != 4) ::_exit(7);
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof fd);
        return fd;
    }
    /// Ten files of one packet each; the last is switched to without a word.
    static int ring(int file) {
        for (int i = 1; i <= 10; ++i) {
            write(file, packet(i));
            tell(file, static_cast<std::uint64_t>(i));
            say(helper::FileFull{});
            file = nextFile();
            write(file, section());
            if (i < 10) say(helper::FileBegun{static_cast<std::uint64_t>(i) + 1});
        }
        write(file, packet(11));
        return 9;
    }
    /// Its process group, and which signals are blocked or ignored, as a complaint.
    static int tellSignals() {
        std::ifstream status("/proc/self/status");
        std::string text = ::getpgrp() == ::getpid() ? "own group\n" : "group of the parent\n";
        for (std::string line; std::getline(status, line);) {
            const auto hex = [&] { return std::stoull(line.substr(line.find('\t')), nullptr, 16); };
            if (line.starts_with("SigBlk") && hex() == 0) text += "nothing blocked\n";
            // The C library keeps two signals to itself.
            constexpr unsigned long long kReserved = 0x180000000;
            if (line.starts_with("SigIgn") && (hex() & ~kReserved) == 0) text += "or ignored\n";
        }
        status.close();
        text += "descriptors";
        for (int fd = 0; fd < 1024; ++fd) {
            if (::fcntl(fd, F_GETFD) >= 0) text += ' ' + std::to_string(fd);
        }
        write(STDERR_FILENO, text + '\n');
        say(helper::Stopped{helper::StopReason::Packets});
        return 0;
    }
};

std::string sizeText(const fs::path& path) {
    return std::to_string(fs::file_size(path));
}

std::uint64_t packetsOf(const Status& status, bool* damaged = nullptr) {
    Session session(status.file);
    readAll(status.file, [&](Batch&& batch) {
        session.append(std::move(batch));
        return true;
    });
    if (damaged != nullptr) *damaged = session.damaged();
    return session.statistics().packets;
}

}  // namespace

class TestInterfaceCapture : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    fs::path m_fake;

    fs::path folder() const { return m_folder->path().toStdString(); }
    live::InterfaceCapture scene(const char* name) const {
        live::InterfaceCapture what;
        what.request.interface = name;
        what.destination.spoolBase = folder() / "live";
        what.helper = m_fake;
        return what;
    }
    Status endOf(const live::InterfaceCapture& what) const {
        LiveProbe probe;
        const auto capture = live::captureInterface(what, probe.wake());
        return probe.waitForEnd(*capture);
    }
    static bool says(const Status& status, Ending::Cause cause, const char* words) {
        const bool fits = status.ending && status.ending->cause == cause &&
                          status.ending->sentence.find(words) != std::string::npos;
        if (!fits) qWarning("%s", status.ending ? status.ending->sentence.c_str() : "no end");
        return fits;
    }

private Q_SLOTS:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_fake = folder() / kFakeName;
        fs::create_symlink(fs::read_symlink("/proc/self/exe"), m_fake);
    }

    void capturesUntilAsked() {
        LiveProbe probe;
        const auto capture = live::captureInterface(scene("ordinary"), probe.wake());
        QCOMPARE(capture->sourceName(), std::string("ordinary"));
        const Status running = probe.waitFor(
            *capture, [](const Status& now) { return now.figures.packets == 2 && now.file; });
        QVERIFY(running.file);
        QCOMPARE(running.phase, Phase::Running);
        QVERIFY(running.figures.countsPackets);
        QCOMPARE(running.figures.bytes, std::uint64_t{120});
        QCOMPARE(running.figures.kernelDrops.value_or(0), std::uint64_t{5});
        QCOMPARE(running.figures.interfaceDrops.value_or(0), std::uint64_t{6});
        QVERIFY(capture->spool());
        capture->stop();
        const Status end = probe.waitForEnd(*capture);
        QVERIFY(end.ending && end.ending->cause == Ending::Cause::Asked);
        QVERIFY(end.ending->sentence.empty());
        QCOMPARE(end.figures.packets, std::uint64_t{3});
        bool damaged = true;
        QCOMPARE(packetsOf(end, &damaged), std::uint64_t{3});
        QVERIFY(!damaged);
        QCOMPARE(capture->spool()->files().front().filename().string(),
                 std::string("capture.pcapng"));
    }

    void limitsAndFailures() {
        QVERIFY(says(endOf(scene("limit")), Ending::Cause::Limit, "number of packets"));
        const Status full = endOf(scene("full"));
        QVERIFY(says(full, Ending::Cause::Failed, "No room is left."));
        QCOMPARE(packetsOf(full), std::uint64_t{2});
        const Status noRight = endOf(scene("no-right"));
        QVERIFY(says(noRight, Ending::Cause::Failed, "It is not allowed."));
        QVERIFY(noRight.ending->remedy.find("sudo setcap cap_net_raw,cap_net_admin=eip /") == 0);
        QVERIFY(!noRight.file);
        const Status down = endOf(scene("down"));
        QCOMPARE(down.ending->remedy, std::string("sudo ip link set down up"));
        const Status both = endOf(scene("down-too"));
        QVERIFY(both.ending->remedy.starts_with("sudo ip link set down-too up && sudo setcap "));
        // A capture that never began left no spool.
        QCOMPARE(live::findLeftCaptures(folder() / "live").size(), std::size_t{2});
    }

    void helpersThatAreNone() {
        QVERIFY(says(endOf(scene("other-version")), Ending::Cause::Failed,
                     "is of version 7.0, which does not fit"));
        QVERIFY(says(endOf(scene("no-helper")), Ending::Cause::Failed,
                     "it said \"usage: something else\""));
        QVERIFY(says(endOf(scene("nonsense")), Ending::Cause::Failed, "it said \"counters many\""));
        live::InterfaceCapture missing = scene("lo");
        missing.helper = folder() / "nothing";
        QVERIFY(says(endOf(missing), Ending::Cause::Failed, "does not exist"));
        live::InterfaceCapture noProgram = scene("lo");
        noProgram.helper = folder() / "text";
        std::ofstream(noProgram.helper) << "text";
        QVERIFY(says(endOf(noProgram), Ending::Cause::Failed, "may not be run by this user"));
        QVERIFY(!live::listInterfaces(noProgram.helper));
    }

    void helperThatDies() {
        const Status atOnce = endOf(scene("at-once"));
        QVERIFY(
            says(atOnce, Ending::Cause::Failed, "ended with exit code 42 and said \"it hurts\""));
        QCOMPARE(atOnce.remarks, std::string("it hurts\n"));
        const Status torn = endOf(scene("torn"));
        QVERIFY(says(torn, Ending::Cause::Failed, "was ended by signal 9 (Killed)"));
        QVERIFY(says(torn, Ending::Cause::Failed, "captured until then is kept"));
        bool damaged = false;
        QCOMPARE(packetsOf(torn, &damaged), std::uint64_t{3});
        QVERIFY(damaged);
    }

    void stoppedBeforeItBegan() {
        LiveProbe probe;
        const auto capture = live::captureInterface(scene("slow"), probe.wake());
        QCOMPARE(capture->status().phase, Phase::Starting);
        capture->stop();
        const Status end = probe.waitForEnd(*capture);
        QVERIFY(end.ending && end.ending->cause == Ending::Cause::Asked);
    }

    void aDeafHelperIsKilled() {
        LiveProbe probe;
        auto capture = live::captureInterface(scene("deaf"), probe.wake());
        probe.waitFor(*capture, [](const Status& now) { return now.figures.packets == 2; });
        const auto bytes = capture->bytes();
        QElapsedTimer time;
        time.start();
        capture.reset();
        QVERIFY(time.elapsed() < 3000);
        QVERIFY(bytes->hasEnded());
    }

    void aRingKeepsItsLastFiles() {
        live::InterfaceCapture what = scene("ring");
        what.request.ring.packets = 1;
        what.destination.file = folder() / "kept.pcapng";
        what.destination.ringFiles = 3;
        LiveProbe probe;
        const auto capture = live::captureInterface(what, probe.wake());
        const Status end = probe.waitForEnd(*capture);
        QVERIFY(says(end, Ending::Cause::Failed, "exit code 9"));
        QCOMPARE(end.figures.files, std::uint64_t{11});
        const auto paths = capture->bytes()->paths();
        QCOMPARE(paths.size(), std::size_t{3});
        for (const fs::path& path : paths) QVERIFY(fs::exists(path));
        QVERIFY(paths.back().filename().string().starts_with("kept_00011_20"));
        std::size_t files = 0;
        for (const auto& entry : fs::directory_iterator(folder())) {
            files += entry.path().extension() == ".pcapng" ? 1 : 0;
        }
        QCOMPARE(files, std::size_t{3});
        QCOMPARE(end.figures.spoolBytes, std::uint64_t{11 * (section().size() + packet(1).size())});
        QVERIFY(!capture->spool());
    }

    void namesOfRingFiles() {
        // The tests run in UTC.
        QCOMPARE(live::ringFileName("/a/b.c.pcapng", 7, 1'700'000'000).string(),
                 std::string("/a/b.c_00007_20231114221320.pcapng"));
        QCOMPARE(live::ringFileName("x", 123'456, 0).string(),
                 std::string("x_123456_19700101000000"));
    }

    void theHelperHasNothingOfOurs() {
        const FileDescriptor open(::open("/dev/null", O_RDONLY));  // not closed on exec
        ::signal(SIGPIPE, SIG_IGN);
        const Status end = endOf(scene("signals"));
        // The descriptors are those it was started with, and the file it was given.
        QCOMPARE(end.remarks,
                 std::string("own group\nnothing blocked\nor ignored\ndescriptors 0 1 2 3\n"));
    }

    void leaksNothing() {
        QVERIFY(endOf(scene("limit")).file);
        const std::size_t descriptors = openDescriptors();
        const std::size_t threads = runningThreads();
        for (int i = 0; i < 20; ++i) QVERIFY(endOf(scene(i % 2 == 0 ? "limit" : "torn")).file);
        QCOMPARE(openDescriptors(), descriptors);
        QCOMPARE(runningThreads(), threads);
        QCOMPARE(::waitpid(-1, nullptr, WNOHANG), -1);
        QCOMPARE(errno, ECHILD);
    }

    void interfacesInOrder() {
        const auto listed = live::listInterfaces(m_fake);
        QVERIFY2(bool(listed), listed ? "" : listed.error().sentence.c_str());
        std::string names;
        for (const live::InterfaceEntry& entry : *listed) {
            names += entry.name + (entry.canCapture ? "+ " : "- ");
            QCOMPARE(entry.canCapture, entry.obstacle.empty());
        }
        QCOMPARE(names, std::string("lo+ any+ wlan7+ usbmon1- veth 1- eth0- ifb 0- "));
        QVERIFY((*listed)[3].obstacle.find("USB") != std::string::npos);
        QVERIFY((*listed)[3].remedy.empty());
        QCOMPARE((*listed)[4].remedy, std::string("sudo ip link set 'veth 1' up"));
        QVERIFY((*listed)[5].remedy.find("sudo setcap") == 0);
        QCOMPARE((*listed)[6].remedy, "sudo ip link set 'ifb 0' up && " + (*listed)[5].remedy);
        QCOMPARE((*listed)[6].obstacle,
                 std::string("The interface is not up, and capturing needs a right that "
                             "framescope-capture does not have yet."));

        const fs::path cut = folder() / "fake-helper-cut";
        fs::create_symlink(fs::read_symlink("/proc/self/exe"), cut);
        const auto damaged = live::listInterfaces(cut);
        QVERIFY(!damaged);
        QVERIFY(damaged.error().sentence.find("to the end") != std::string::npos);
        QVERIFY(!live::listInterfaces("/bin/false"));
        QVERIFY(!live::listInterfaces(folder() / "nothing"));
    }

    void trafficOfInterfaces() {
        const fs::path file = folder() / "dev";
        std::ofstream(file)
            << "Inter-|   Receive                                                |  Transmit\n"
               " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets "
               "errs drop fifo colls carrier compressed\n"
               "    lo: 1000 10 0 0 0 0 0 0 1000 10 0 0 0 0 0 0\n"
               "eth0.5:2000 20 0 0 0 0 0 0 3000 30 0 0 0 0 0 0\n"
               "  bad: 1 2 x\n";
        const auto traffic = live::readTraffic(file);
        QCOMPARE(traffic.size(), std::size_t{3});
        QCOMPARE(traffic[0].interface, std::string("lo"));
        QCOMPARE(traffic[0].packets, std::uint64_t{10});
        QCOMPARE(traffic[0].bytes, std::uint64_t{1000});
        QCOMPARE(traffic[1].interface, std::string("eth0.5"));
        QCOMPARE(traffic[1].packets, std::uint64_t{50});
        QCOMPARE(traffic[1].bytes, std::uint64_t{5000});
        QCOMPARE(traffic[2].interface, std::string("any"));
        QCOMPARE(traffic[2].packets, std::uint64_t{60});
        QVERIFY(live::readTraffic(folder() / "nothing").empty());
        QVERIFY(!live::readTraffic().empty());
    }

    void theRealHelperFillsARing() {
        const auto listed = live::listInterfaces();
        if (!listed) QSKIP(listed.error().sentence.c_str());
        if (listed->empty() || !listed->front().canCapture || listed->front().name != "lo") {
            QSKIP("this machine gives no right to capture from lo");
        }
        const FileDescriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        QCOMPARE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
        QCOMPARE(::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);

        live::InterfaceCapture what;
        what.request.interface = "lo";
        what.request.filter = "udp port " + std::to_string(::ntohs(address.sin_port));
        what.request.ring.packets = 10;
        what.destination.spoolBase = folder() / "live";
        what.destination.ringFiles = 3;
        LiveProbe probe;
        const auto capture = live::captureInterface(what, probe.wake());
        const Status running =
            probe.waitFor(*capture, [](const Status& now) { return now.file || now.ending; });
        QVERIFY2(running.file, running.ending ? running.ending->sentence.c_str() : "nothing came");
        std::uint64_t sent = 0;
        // A ring goes on to the next file when there is one; packets of one round may share a file.
        while (capture->status().figures.files < 8 && sent < 10'000) {
            for (int i = 0; i < 10; ++i, ++sent) {
                ::sendto(socket.get(), "x", 1, 0, reinterpret_cast<sockaddr*>(&address), length);
            }
            const Status now = probe.waitFor(*capture, [&](const Status& status) {
                return status.figures.packets >= sent || status.ending;
            });
            QVERIFY2(!now.ending, now.ending ? now.ending->sentence.c_str() : "");
        }
        capture->stop();
        const Status end = probe.waitForEnd(*capture);
        QVERIFY2(end.ending->cause == Ending::Cause::Asked, end.ending->sentence.c_str());
        QCOMPARE(end.figures.packets, sent);
        QVERIFY(end.figures.files >= 8);
        const auto files = capture->spool()->files();
        QVERIFY(files.size() <= 3);
        QCOMPARE(files, capture->bytes()->paths());
        bool damaged = true;
        const std::uint64_t kept = packetsOf(end, &damaged);
        QVERIFY(!damaged && kept >= 20 && kept < sent);
    }

    void theRealHelperOnLoopback() {
        const auto helper = live::findHelper();
        if (!helper) QSKIP(helper.error().sentence.c_str());
        const auto listed = live::listInterfaces();
        QVERIFY2(bool(listed), listed ? "" : listed.error().sentence.c_str());
        if (listed->empty() || !listed->front().canCapture || listed->front().name != "lo") {
            QSKIP("this machine gives no right to capture from lo");
        }
        const FileDescriptor receiver(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
        QCOMPARE(::bind(receiver.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
        socklen_t length = sizeof address;
        QCOMPARE(::getsockname(receiver.get(), reinterpret_cast<sockaddr*>(&address), &length), 0);

        live::InterfaceCapture what;
        what.request.interface = "lo";
        what.request.filter = "udp port " + std::to_string(::ntohs(address.sin_port));
        what.destination.spoolBase = folder() / "live";
        LiveProbe probe;
        const auto capture = live::captureInterface(what, probe.wake());
        const Status running =
            probe.waitFor(*capture, [](const Status& now) { return now.file || now.ending; });
        QVERIFY2(running.file, running.ending ? running.ending->sentence.c_str() : "nothing came");
        QElapsedTimer time;
        time.start();
        for (int i = 0; i < 100; ++i) {
            ::sendto(receiver.get(), "hello", 5, 0, reinterpret_cast<sockaddr*>(&address), length);
        }
        const Status sent = probe.waitFor(
            *capture, [](const Status& now) { return now.figures.packets >= 100 || now.ending; });
        qInfo("100 packets are in the file after %lld ms", static_cast<long long>(time.elapsed()));
        QVERIFY(!sent.ending);
        capture->stop();
        const Status end = probe.waitForEnd(*capture);
        QVERIFY2(end.ending->cause == Ending::Cause::Asked, end.ending->sentence.c_str());
        QCOMPARE(packetsOf(end), end.figures.packets);
        QCOMPARE(sizeText(capture->spool()->files().front()),
                 std::to_string(end.figures.spoolBytes));

        live::InterfaceCapture wrong = what;
        wrong.request.filter = "tcp prt 80";
        QVERIFY(says(endOf(wrong), Ending::Cause::Failed, "filter"));
        wrong = what;
        wrong.request.interface = "nothing0";
        QVERIFY(says(endOf(wrong), Ending::Cause::Failed, "nothing0"));
    }
};

int main(int argc, char** argv) {
    const std::string program = fs::path(argv[0]).filename().string();
    if (program.starts_with(kFakeName)) {
        FakeHelper fake;
        const std::vector<std::string> arguments(argv + 1, argv + argc);
        if (arguments.size() == 1 && arguments[0] == "list") return fake.list(program);
        const auto request = helper::parseRequest(arguments);
        const auto* const known = std::get_if<helper::Request>(&request);
        return known != nullptr ? fake.capture(known->interface) : 8;
    }
    QCoreApplication application(argc, argv);
    TestInterfaceCapture test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_interface_capture.moc"
