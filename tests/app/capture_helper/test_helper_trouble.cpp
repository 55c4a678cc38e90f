// What the helper does when it cannot go on: no room for the file, no interface any more, packets
// that the kernel had to drop.
#include <csignal>
#include <cstring>
#include <filesystem>
#include <pcap/pcap.h>
#include <sys/resource.h>
#include <unistd.h>

#include <QFile>
#include <QTest>

#include "app/capture_helper/drop_accounting.h"
#include "app/capture_helper/failures.h"
#include "tests/capture/file/capture_builder.h"
#include "tests/support/helper_process.h"
#include "tests/support/own_namespaces.h"
#include "tests/support/udp_burst.h"

namespace framescope::test {
namespace {

using namespace helper;
using testing::readWhole;
using testing::Scratch;
using testing::WholeRead;

const std::string kProgram = FRAMESCOPE_CAPTURE_HELPER;

bool begin(HelperProcess& process, const std::filesystem::path& path) {
    return process.waitFor<Opened>() != nullptr && process.giveFile(path.string()) &&
           process.waitFor<FileBegun>() != nullptr;
}

/// epb_dropcount of the packet block at `offset`, 0 without.
std::uint64_t dropsBefore(const QByteArray& file, const PacketHeader& packet) {
    const auto word = [&file](std::uint64_t at) {
        std::uint32_t value = 0;
        std::memcpy(&value, file.constData() + at, sizeof value);
        return value;
    };
    const std::uint64_t options =
        packet.dataOffset + (packet.capturedLength + std::uint64_t{3}) / 4 * 4;
    const std::uint64_t end = packet.recordOffset + word(packet.recordOffset + 4) - 4;
    if (options + 16 > end || word(options) != (8u << 16 | 4u)) return 0;
    std::uint64_t drops = 0;
    std::memcpy(&drops, file.constData() + options + 4, sizeof drops);
    return drops;
}

class HelperTroubleTest : public QObject {
    Q_OBJECT

private:
    QString m_obstacle;

    void skipUnlessRoot() {
        if (::getuid() != 0) QSKIP("a disk or a network of its own takes root");
    }

private Q_SLOTS:
    void initTestCase() { m_obstacle = captureObstacle(kProgram); }
    void init() {
        const QByteArray test = QTest::currentTestFunction();
        if (!m_obstacle.isEmpty() && !test.startsWith("holes") && !test.startsWith("refusals"))
            QSKIP(qPrintable(m_obstacle));
    }

    void refusalsAreMissingRights_data() {
        QTest::addColumn<int>("status");
        QTest::addColumn<QByteArray>("details");
        QTest::addColumn<int>("failure");
        QTest::addColumn<QByteArray>("sentence");
        const auto add = [](const char* name, int status, const char* details, Failure failure,
                            const char* sentence) {
            QTest::newRow(name) << status << QByteArray(details) << static_cast<int>(failure)
                                << QByteArray(sentence);
        };
        const char* const refused =
            "The system does not let framescope-capture capture from \"nflog\".";
        add("by status", PCAP_ERROR_PERM_DENIED, "", Failure::NoRight, refused);
        add("promiscuous mode", PCAP_ERROR_PROMISC_PERM_DENIED, "", Failure::NoRight,
            "The system does not let framescope-capture put \"nflog\" into promiscuous mode.");
        add("netfilter's way", PCAP_ERROR, "NFULNL_CFG_CMD_PF_UNBIND: Operation not permitted",
            Failure::NoRight, refused);
        add("a file's way", PCAP_ERROR, "Can't open USB bus file /dev/usbmon0: Permission denied",
            Failure::NoRight, refused);
        add("anything else", PCAP_ERROR, "Can't create raw socket: Protocol not supported.",
            Failure::Other,
            "\"nflog\" could not be opened: Can't create raw socket: Protocol not supported.");
    }
    void refusalsAreMissingRights() {
        QFETCH(int, status);
        QFETCH(QByteArray, details);
        QFETCH(int, failure);
        QFETCH(QByteArray, sentence);
        const Failed failed = openFailure("nflog", status, details.toStdString());
        QCOMPARE(static_cast<int>(failed.failure), failure);
        QCOMPARE(QByteArray::fromStdString(failed.sentence), sentence);
    }

    void holesStandBeforeYoungerPackets() {
        DropAccounting drops;
        drops.begin({.drops = 100, .interfaceDrops = 7}, 1000);
        drops.look({.drops = 100, .interfaceDrops = 7}, 2000);
        QCOMPARE(drops.takeBefore(1500), std::uint64_t{0});
        drops.look({.drops = 130, .interfaceDrops = 9}, 3000);
        // Dropped after 2000, so packets that came before stand before the hole.
        QCOMPARE(drops.takeBefore(1999), std::uint64_t{0});
        QCOMPARE(drops.takeBefore(2000), std::uint64_t{0});
        QCOMPARE(drops.takeBefore(2001), std::uint64_t{30});
        QCOMPARE(drops.takeBefore(2002), std::uint64_t{0});
        QCOMPARE(drops.kernelDrops(), std::uint64_t{30});
        QCOMPARE(drops.interfaceDrops(), std::uint64_t{2});
    }

    void holesThatNoPacketFollowedAreJoined() {
        DropAccounting drops;
        drops.begin({}, 0);
        for (std::uint32_t i = 1; i <= 20000; ++i)
            drops.look({.drops = i * 3}, std::int64_t{i} * 10);
        QCOMPARE(drops.takeBefore(1'000'000), std::uint64_t{60000});
    }

    void holesOutliveFiguresThatWrap() {
        DropAccounting drops;
        drops.begin({.drops = 0xfffffff0}, 0);
        drops.look({.drops = 0x10}, 10);
        QCOMPARE(drops.kernelDrops(), std::uint64_t{0x20});
        // A figure that goes back was reset.
        drops.look({.drops = 0}, 20);
        QCOMPARE(drops.kernelDrops(), std::uint64_t{0x20});
        QCOMPARE(drops.takeBefore(30), std::uint64_t{0x20});
    }

    void dropsStandWhereTheyHappened() {
        const Scratch scratch;
        const auto path = scratch.folder() / "a";
        UdpBurst burst;
        HelperProcess process(
            kProgram,
            Request{.interface = "lo", .filter = burst.filter(), .bufferBytes = 64 << 10});
        QVERIFY(begin(process, path));
        burst.send(10);
        QVERIFY(process.waitForPackets(10));
        // While the helper stands still, the kernel has nowhere to put what comes.
        QCOMPARE(::kill(process.pid(), SIGSTOP), 0);
        burst.send(20000, 1000);
        QCOMPARE(::kill(process.pid(), SIGCONT), 0);
        const auto dropped = [](const Message& message) {
            const auto* const counters = std::get_if<Counters>(&message);
            return counters != nullptr && counters->kernelDrops > 0;
        };
        QVERIFY(process.readUntil(dropped, 5000) != nullptr);
        const std::uint64_t before = process.last<Counters>()->packets;
        burst.send(10);
        QVERIFY(process.waitForPackets(before + 10));
        QVERIFY(process.stop());
        QVERIFY(process.readToEnd());

        // On a loopback interface, too, a drop is a packet and not each of its two copies.
        const auto* const counters = process.last<Counters>();
        QCOMPARE(counters->packets + counters->kernelDrops, burst.sent());
        const WholeRead read = readWhole(path);
        QCOMPARE(std::uint64_t{read.packets.size()}, counters->packets);
        QFile file(QString::fromStdString(path.string()));
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray bytes = file.readAll();
        std::uint64_t next = 0;
        std::uint64_t told = 0;
        for (const auto& packet : read.packets) {
            const std::uint64_t drops = dropsBefore(bytes, packet.header);
            const auto number = UdpBurst::numberIn(packet.data);
            QVERIFY(number.has_value());
            QCOMPARE(*number - next, drops);
            next = *number + 1;
            told += drops;
        }
        QCOMPARE(told, counters->kernelDrops);
    }

    void aFullDiskLeavesAWholeFile() {
        skipUnlessRoot();
        const Scratch scratch;
        const SmallDisk disk(scratch.folder().string(), 512);
        if (!disk.isThere()) QSKIP("no file system can be mounted here");
        const auto path = scratch.folder() / "a";
        UdpBurst burst;
        HelperProcess process(kProgram, Request{.interface = "lo", .filter = burst.filter()});
        QVERIFY(begin(process, path));
        burst.send(2000, 997);
        const auto* const failed = process.waitFor<Failed>();
        QVERIFY(failed != nullptr);
        QCOMPARE(failed->failure, Failure::DiskFull);
        QCOMPARE(failed->sentence, std::string("The capture file could not be written: there is "
                                               "no space left on its disk."));
        QCOMPARE(process.exitCode(), 2);
        const auto* const counters = process.last<Counters>();
        QCOMPARE(counters->written, std::uint64_t{std::filesystem::file_size(path)});
        QVERIFY(counters->packets > 300);
        QVERIFY(counters->ourDrops > 0);
        const WholeRead read = readWhole(path);
        QCOMPARE(read.last, ReadStep::End);
        QVERIFY(read.notices.empty());
        QCOMPARE(std::uint64_t{read.packets.size()}, counters->packets);
    }

    void aFileThatMustNotGrowIsAFailure() {
        const Scratch scratch;
        UdpBurst burst;
        rlimit before{};
        ::getrlimit(RLIMIT_FSIZE, &before);
        const rlimit little{20000, before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &little);
        HelperProcess process(kProgram, Request{.interface = "lo", .filter = burst.filter()});
        ::setrlimit(RLIMIT_FSIZE, &before);
        QVERIFY(begin(process, scratch.folder() / "a"));
        burst.send(500);
        const auto* const failed = process.waitFor<Failed>();
        QVERIFY(failed != nullptr);
        QCOMPARE(failed->failure, Failure::WriteFailed);
        const WholeRead read = readWhole(scratch.folder() / "a");
        QCOMPARE(read.last, ReadStep::End);
        QVERIFY(read.notices.empty());
    }

    void aDeletedInterfaceEndsIt() {
        skipUnlessRoot();
        const OwnNetwork network;
        const bool made = network.isThere() &&
                          OwnNetwork::ip("link add v0 type veth peer name v1") &&
                          OwnNetwork::ip("link set v0 up") && OwnNetwork::ip("link set v1 up") &&
                          OwnNetwork::ip("addr add 10.99.0.1/24 dev v0") &&
                          OwnNetwork::ip("neigh add 10.99.0.2 lladdr 02:00:00:00:00:02 dev v0");
        if (!made) QSKIP("no pair of virtual interfaces can be made here");
        const Scratch scratch;
        UdpBurst burst("10.99.0.2", 9999);
        HelperProcess process(kProgram, Request{.interface = "v0", .filter = burst.filter()});
        QVERIFY(begin(process, scratch.folder() / "a"));
        burst.send(50);
        // Not waited for: what the kernel still holds of them is saved as well.
        QVERIFY(OwnNetwork::ip("link del v0"));
        const auto* const failed = process.waitFor<Failed>();
        QVERIFY(failed != nullptr);
        QCOMPARE(QString::fromStdString(failed->sentence),
                 QStringLiteral("The interface \"v0\" disappeared while it was captured from."));
        QCOMPARE(failed->failure, Failure::DeviceGone);
        QCOMPARE(process.exitCode(), 2);
        QCOMPARE(process.last<Counters>()->packets, std::uint64_t{50});
        QCOMPARE(readWhole(scratch.folder() / "a").packets.size(), std::size_t{50});
    }

    void aRefusalAlsoTellsThatItIsDown() {
        skipUnlessRoot();
        const OwnNetwork network;
        if (!network.isThere() || !OwnNetwork::ip("link add v0 type veth peer name v1")) {
            QSKIP("no pair of virtual interfaces can be made here");
        }
        const auto refusal = [] { return openFailure("v0", PCAP_ERROR_PERM_DENIED, {}); };
        QCOMPARE(refusal().failure, Failure::NoRightAndDown);
        QVERIFY(refusal().sentence.ends_with("\"v0\". The interface is not up either."));
        QVERIFY(OwnNetwork::ip("link set v0 up"));
        QCOMPARE(refusal().failure, Failure::NoRight);
        QVERIFY(refusal().sentence.ends_with("\"v0\"."));
    }

    void anInterfaceThatIsDownCannotBeOpened() {
        skipUnlessRoot();
        const OwnNetwork network;
        if (!network.isThere() || !OwnNetwork::ip("link add v0 type veth peer name v1")) {
            QSKIP("no pair of virtual interfaces can be made here");
        }
        HelperProcess process(kProgram, Request{.interface = "v0"});
        const auto* const failed = process.waitFor<Failed>();
        QVERIFY(failed != nullptr);
        QCOMPARE(failed->failure, Failure::DeviceDown);
        QCOMPARE(failed->sentence, std::string("The interface \"v0\" is not up."));
    }
};

}  // namespace
}  // namespace framescope::test

QTEST_GUILESS_MAIN(framescope::test::HelperTroubleTest)
#include "test_helper_trouble.moc"
