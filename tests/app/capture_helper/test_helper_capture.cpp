// The helper as its parent sees it: what it says, what it writes, what it still holds, how it ends.
#include <csignal>
#include <filesystem>
#include <set>
#include <unistd.h>

#include <QProcess>
#include <QStandardPaths>
#include <QTest>

#include "tests/capture/file/capture_builder.h"
#include "tests/support/cli_run.h"
#include "tests/support/helper_process.h"
#include "tests/support/udp_burst.h"

namespace framescope::test {
namespace {

using namespace helper;
using testing::readWhole;
using testing::Scratch;
using testing::WholeRead;

const std::string kProgram = FRAMESCOPE_CAPTURE_HELPER;

Request requestFor(const UdpBurst& burst) {
    return {.interface = "lo", .filter = burst.filter()};
}

/// The numbers of the burst in these files, in their order.
std::vector<std::uint64_t> numbersIn(const WholeRead& read) {
    std::vector<std::uint64_t> numbers;
    for (const auto& packet : read.packets) {
        if (const auto number = UdpBurst::numberIn(packet.data)) numbers.push_back(*number);
    }
    return numbers;
}

std::vector<std::uint64_t> upTo(std::uint64_t count) {
    std::vector<std::uint64_t> numbers(count);
    for (std::uint64_t i = 0; i < count; ++i) numbers[i] = i;
    return numbers;
}

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// A line "Name:\tvalue" of /proc/PID/status.
QByteArray statusOf(pid_t pid, const char* name) {
    for (const QByteArray& line :
         contentOf(QStringLiteral("/proc/%1/status").arg(pid)).split('\n')) {
        if (line.startsWith(QByteArray(name) + ":\t")) {
            return line.mid(static_cast<int>(std::strlen(name)) + 2);
        }
    }
    return {};
}

/// How often a process has waited for something.
qint64 switchesOf(pid_t pid) {
    return statusOf(pid, "voluntary_ctxt_switches").toLongLong();
}

class HelperCaptureTest : public QObject {
    Q_OBJECT

private:
    QString m_obstacle;

    /// Starts a capture into `path` and waits until packets are counted.
    bool begin(HelperProcess& process, const std::filesystem::path& path) {
        if (process.waitFor<Opened>() == nullptr || !process.giveFile(path.string())) return false;
        const auto* const begun = process.waitFor<FileBegun>();
        return begun != nullptr && begun->number == 1;
    }

private Q_SLOTS:
    void initTestCase() { m_obstacle = captureObstacle(kProgram); }

    void init() {
        const QByteArray test = QTest::currentTestFunction();
        const bool needsNoRight = test.startsWith("calledByHand") || test == "needsLibpcapOnly" ||
                                  test == "aWrongRequestIsRefused";
        if (!needsNoRight && !m_obstacle.isEmpty()) QSKIP(qPrintable(m_obstacle));
    }

    void needsLibpcapOnly() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        QSKIP("sanitizers bring their libraries along");
#endif
        if (QStandardPaths::findExecutable(QStringLiteral("readelf")).isEmpty()) {
            QSKIP("readelf is not installed");
        }
        const auto run = runCli(QStringLiteral("readelf"),
                                {QStringLiteral("-d"), QString::fromStdString(kProgram)});
        for (const QByteArray& line : run.lines()) {
            if (!line.contains("(NEEDED)")) continue;
            // The dynamic loader is a part of libc.
            QVERIFY2(line.contains("[libpcap.so") || line.contains("[libc.so") ||
                         line.contains("[ld-linux"),
                     line.constData());
        }
    }

    void calledByHandItSaysWhoRunsIt() {
        const QString program = QString::fromStdString(kProgram);
        for (const QStringList& arguments :
             {QStringList(), QStringList{QStringLiteral("capture")},
              QStringList{QStringLiteral("capture"), QStringLiteral("--interface=lo")},
              QStringList{QStringLiteral("eth0")},
              QStringList{QStringLiteral("list"), QStringLiteral("x")}}) {
            const auto run = runCli(program, arguments);
            QCOMPARE(run.exitCode, 1);
            QVERIFY(run.out.isEmpty());
            QVERIFY(run.err.contains("This program is run by framescope and framescope-cli"));
        }
        QCOMPARE(runCli(program, {QStringLiteral("--version")}).out,
                 QByteArray("framescope-capture " FRAMESCOPE_VERSION "\n"));
        QVERIFY(runCli(program, {QStringLiteral("--help")}).out.contains("framescope-cli -i"));
    }

    void aWrongRequestIsRefused() {
        HelperProcess process(kProgram, std::vector<std::string>{"capture", "--colour=red"});
        QVERIFY(process.waitFor<Hello>() != nullptr);
        const auto* const failed = process.waitFor<Failed>();
        QVERIFY(failed != nullptr);
        QCOMPARE(failed->failure, Failure::Usage);
        QVERIFY(failed->sentence.find("--colour=red") != std::string::npos);
        QCOMPARE(process.exitCode(), 1);
    }

    void interfacesAreListed() {
        const auto run = runCli(QString::fromStdString(kProgram), {QStringLiteral("list")});
        QCOMPARE(run.exitCode, 0);
        QVERIFY(run.out.startsWith("hello 1 " FRAMESCOPE_VERSION "\n"));
        const auto interfaces = parseInterfaces(run.out.toStdString());
        QVERIFY(interfaces.has_value());
        std::set<std::string> found;
        for (const Interface& interface : *interfaces) {
            // Either it can be opened or a sentence says why not.
            QCOMPARE(interface.linkType.has_value(), !interface.closed.has_value());
            if (interface.name == "lo") {
                QVERIFY(interface.isLoopback && interface.isUp);
                QCOMPARE(*interface.linkType, 1u);
                QVERIFY(std::count(interface.addresses.begin(), interface.addresses.end(),
                                   "127.0.0.1") == 1);
            }
            if (interface.name == "any") QCOMPARE(*interface.linkType, 276u);
            found.insert(interface.name);
        }
        QVERIFY(found.count("lo") == 1 && found.count("any") == 1);
    }

    void theProtocolFromBeginningToEnd() {
        const Scratch scratch;
        UdpBurst burst;
        HelperProcess process(kProgram, requestFor(burst));
        QVERIFY(begin(process, scratch.folder() / "a"));
        burst.send(100);
        QVERIFY(process.waitForPackets(100));
        QVERIFY(process.stop());
        QVERIFY(process.readToEnd());
        QCOMPARE(process.exitCode(), 0);
        QVERIFY(process.strangeLines().empty());
        QVERIFY(process.complaints().empty());

        const auto& messages = process.messages();
        QVERIFY(messages[0] == Message(Hello{kProtocol, FRAMESCOPE_VERSION}));
        QVERIFY(messages[1] == Message(Opened{1, 262144}));
        QVERIFY(messages[2] == Message(FileBegun{1}));
        QVERIFY(messages.back() == Message(Stopped{StopReason::Asked}));
        const auto* const counters = std::get_if<Counters>(&messages[messages.size() - 2]);
        QVERIFY(counters != nullptr);
        QCOMPARE(counters->packets, std::uint64_t{100});
        QCOMPARE(counters->bytes, std::uint64_t{10600});  // with 42 bytes of headers each
        QCOMPARE(counters->written,
                 std::uint64_t{std::filesystem::file_size(scratch.folder() / "a")});
        QCOMPARE(counters->kernelDrops + counters->ourDrops, std::uint64_t{0});
    }

    void everyPacketIsInTheFile() {
        const Scratch scratch;
        const auto path = scratch.folder() / "a";
        UdpBurst burst;
        HelperProcess process(kProgram, requestFor(burst));
        QVERIFY(begin(process, path));
        constexpr std::uint64_t kPackets = 30000;
        burst.send(kPackets);
        QVERIFY(process.waitForPackets(kPackets));
        QVERIFY(process.stop());
        QCOMPARE(process.exitCode(), 0);
        const WholeRead read = readWhole(path);
        QCOMPARE(read.last, ReadStep::End);
        QVERIFY(read.notices.empty());
        QCOMPARE(numbersIn(read), upTo(kPackets));
        QCOMPARE(read.counts.statisticsBlocks, std::uint64_t{1});
        QCOMPARE(read.layout.interfaces[0].name, std::string("lo"));
        for (std::size_t i = 1; i < read.packets.size(); ++i) {
            QVERIFY(read.packets[i].header.timeNs >= read.packets[i - 1].header.timeNs);
        }
        if (QStandardPaths::findExecutable(QStringLiteral("capinfos")).isEmpty()) {
            QSKIP("capinfos is not installed; our own reader agreed");
        }
        const auto run = runCli(QStringLiteral("capinfos"),
                                {QStringLiteral("-Mc"), QString::fromStdString(path.string())});
        QCOMPARE(run.exitCode, 0);
        QVERIFY2(run.out.contains("Number of packets:   30000\n"), run.out.constData());
    }

    void aWrittenPacketIsToldSoon() {
        const Scratch scratch;
        UdpBurst burst;
        HelperProcess process(kProgram, requestFor(burst));
        QVERIFY(begin(process, scratch.folder() / "a"));
        // Generous beside the 70 ms it takes, for machines that do other things at the same time.
        for (std::uint64_t i = 1; i <= 5; ++i) {
            burst.send(1);
            QVERIFY(process.waitForPackets(i, 1000));
            // What is counted can be read.
            QCOMPARE(readWhole(scratch.folder() / "a").packets.size(), std::size_t{i});
        }
    }

    void nothingIsLeftAfterTheFirstPacket() {
        const Scratch scratch;
        UdpBurst burst;
        HelperProcess process(kProgram, requestFor(burst));
        QVERIFY(begin(process, scratch.folder() / "a"));
        burst.send(1);
        QVERIFY(process.waitForPackets(1));
        for (const char* const set : {"CapInh", "CapPrm", "CapEff", "CapAmb"}) {
            QCOMPARE(statusOf(process.pid(), set), QByteArray("0000000000000000"));
        }
        QCOMPARE(statusOf(process.pid(), "NoNewPrivs"), QByteArray("1"));
        if (::getuid() != 0) QSKIP("only root may look at the helper's descriptors");
        QVERIFY(!statusOf(process.pid(), "Uid").startsWith("0\t"));
        QCOMPARE(statusOf(process.pid(), "CapBnd"), QByteArray("0000000000000000"));
        QCOMPARE(statusOf(process.pid(), "Groups").trimmed(), QByteArray());

        const std::filesystem::path folder = "/proc/" + std::to_string(process.pid()) + "/fd";
        QStringList targets;
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            const int fd = std::stoi(entry.path().filename().string());
            const auto target = std::filesystem::read_symlink(entry.path()).string();
            // libpcap's, which wakes a thread that waits for packets; not in every version.
            if (fd > 2 && target != "anon_inode:[eventfd]") {
                targets.push_back(QString::fromStdString(target));
            }
        }
        targets.sort();
        QCOMPARE(targets.size(), 2);
        QCOMPARE(targets[0], QString::fromStdString((scratch.folder() / "a").string()));
        QVERIFY(targets[1].startsWith(QStringLiteral("socket:[")));
    }

    void descriptorsOfTheParentAreClosed() {
        const Scratch scratch;
        if (::getuid() != 0) QSKIP("only root may look at the helper's descriptors");
        // Without close-on-exec, as a careless parent leaves them open.
        const FileDescriptor stray(::dup2(STDERR_FILENO, 77));
        HelperProcess process(kProgram, Request{.interface = "lo"});
        QVERIFY(process.waitFor<Opened>() != nullptr);
        QVERIFY(!std::filesystem::exists("/proc/" + std::to_string(process.pid()) + "/fd/77"));
    }

    void wrongRequestsFail_data() {
        QTest::addColumn<QString>("interface");
        QTest::addColumn<QString>("filter");
        QTest::addColumn<int>("failure");
        QTest::addColumn<QString>("part");
        QTest::newRow("filter") << QStringLiteral("lo") << QStringLiteral("tcp prt 80")
                                << static_cast<int>(Failure::BadFilter)
                                << QStringLiteral("syntax error");
        QTest::newRow("filter of another link type")
            << QStringLiteral("lo") << QStringLiteral("wlan type mgt")
            << static_cast<int>(Failure::BadFilter) << QStringLiteral("capture filter");
        QTest::newRow("interface")
            << QStringLiteral("nothere0") << QString() << static_cast<int>(Failure::NoDevice)
            << QStringLiteral("There is no interface \"nothere0\".");
        QTest::newRow("interface with a line end")
            << QStringLiteral("a\nfull") << QString() << static_cast<int>(Failure::NoDevice)
            << QStringLiteral("There is no interface \"a full\".");
    }

    void wrongRequestsFail() {
        QFETCH(QString, interface);
        QFETCH(QString, filter);
        QFETCH(int, failure);
        QFETCH(QString, part);
        HelperProcess process(kProgram, Request{.interface = interface.toStdString(),
                                                .filter = filter.toStdString()});
        const auto* const failed = process.waitFor<Failed>();
        QVERIFY(failed != nullptr);
        QCOMPARE(static_cast<int>(failed->failure), failure);
        QVERIFY2(failed->sentence.find(part.toStdString()) != std::string::npos,
                 failed->sentence.c_str());
        QVERIFY(failed->sentence.ends_with('.'));
        QVERIFY(process.last<Opened>() == nullptr);
        QCOMPARE(process.exitCode(), 2);
    }

    void itEndsWithItsParent() {
        const Scratch scratch;
        UdpBurst burst;
        HelperProcess process(kProgram, requestFor(burst));
        QVERIFY(begin(process, scratch.folder() / "a"));
        burst.send(10);
        QVERIFY(process.waitForPackets(10));
        process.abandon();
        QCOMPARE(process.exitCode(1000), 3);
        QCOMPARE(readWhole(scratch.folder() / "a").packets.size(), std::size_t{10});
    }

    void itEndsWithAParentThatGaveNoFile() {
        HelperProcess process(kProgram, Request{.interface = "lo"});
        QVERIFY(process.waitFor<Opened>() != nullptr);
        process.abandon();
        QCOMPARE(process.exitCode(1000), 3);
    }

    void interruptsAreLeftToTheParent() {
        const Scratch scratch;
        UdpBurst burst;
        HelperProcess process(kProgram, requestFor(burst));
        QVERIFY(begin(process, scratch.folder() / "a"));
        for (const int signal : {SIGINT, SIGHUP, SIGPIPE, SIGQUIT}) {
            QCOMPARE(::kill(process.pid(), signal), 0);
        }
        burst.send(5);
        QVERIFY(process.waitForPackets(5));
        QCOMPARE(::kill(process.pid(), SIGTERM), 0);
        const auto* const stopped = process.waitFor<Stopped>();
        QVERIFY(stopped != nullptr);
        QCOMPARE(stopped->reason, StopReason::Asked);
        QCOMPARE(process.exitCode(), 0);
    }

    void aParentThatDoesNotReadIsNotWaitedFor() {
        const Scratch scratch;
        UdpBurst burst;
        Request request = requestFor(burst);
        request.stop.packets = 20000;
        HelperProcess process(kProgram, request);
        QVERIFY(begin(process, scratch.folder() / "a"));
        // Nobody reads the lines of these.
        burst.send(20000);
        QCOMPARE(process.exitCode(20000), 0);
        QCOMPARE(numbersIn(readWhole(scratch.folder() / "a")), upTo(20000));
        QVERIFY(process.readToEnd());
        QVERIFY(process.last<Stopped>() != nullptr);
    }

    void itIsIdleWhenNothingComes() {
        const Scratch scratch;
        UdpBurst burst;
        Request request = requestFor(burst);
        request.stop.milliseconds = 1000;
        HelperProcess process(kProgram, request);
        QVERIFY(begin(process, scratch.folder() / "a"));
        const qint64 before = switchesOf(process.pid());
        // The first counters came with the file, the next ones come with the end.
        process.readUntil([](const Message& m) { return std::holds_alternative<Stopped>(m); }, 800);
        const qint64 waits = switchesOf(process.pid()) - before;
        // It looks around ten times a second; a loop that spins does so thousands of times.
        QVERIFY2(waits > 0 && waits < 40, qPrintable(QString::number(waits)));
        const auto* const stopped = process.waitFor<Stopped>(5000);
        QVERIFY(stopped != nullptr);
        QCOMPARE(stopped->reason, StopReason::Duration);
        QCOMPARE(process.exitCode(), 0);
    }
};

}  // namespace
}  // namespace framescope::test

QTEST_GUILESS_MAIN(framescope::test::HelperCaptureTest)
#include "test_helper_capture.moc"
