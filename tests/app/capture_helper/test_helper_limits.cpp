// When a capture ends by itself, and how it goes on from file to file.
#include <filesystem>

#include <QTest>

#include "tests/capture/file/capture_builder.h"
#include "tests/support/helper_process.h"
#include "tests/support/udp_burst.h"

namespace framescope::test {
namespace {

using namespace helper;
using testing::readWhole;
using testing::Scratch;
using testing::WholeRead;

const std::string kProgram = FRAMESCOPE_CAPTURE_HELPER;

/// An enhanced packet block of a datagram with 64 bytes of payload.
constexpr std::uint64_t kPacketBlock = 32 + 108;

/// A parent that hands a new file over whenever one is full.
class Ring {
public:
    Ring(const UdpBurst& burst, Request request)
        : m_process(kProgram, prepared(burst, std::move(request))) {}

    HelperProcess& process() { return m_process; }
    std::filesystem::path path(std::uint64_t number) const {
        return m_scratch.folder() / std::to_string(number);
    }
    bool begin() {
        return m_process.waitFor<Opened>() != nullptr && giveNext() &&
               m_process.waitFor<FileBegun>() != nullptr;
    }
    bool giveNext() { return m_process.giveFile(path(++m_files).string()); }
    std::uint64_t files() const { return m_files; }

    /// Answers until the helper ends, or until it counted so many packets.
    bool answerUntil(std::uint64_t packets, int milliseconds = 10000) {
        const auto look = [&](const Message& message) {
            if (std::holds_alternative<FileFull>(message)) giveNext();
            const auto* const counters = std::get_if<Counters>(&message);
            return std::holds_alternative<Stopped>(message) ||
                   (counters != nullptr && counters->packets >= packets);
        };
        return m_process.readUntil(look, milliseconds) != nullptr;
    }

    /// What is not as it should be: each file a capture of its own, all of them the burst.
    QString fault(std::uint64_t packets) const {
        std::uint64_t next = 0;
        for (std::uint64_t number = 1; std::filesystem::exists(path(number)); ++number) {
            if (std::filesystem::file_size(path(number)) == 0) continue;  // handed over too late
            const WholeRead read = readWhole(path(number));
            const auto file = QString::number(number);
            if (read.last != ReadStep::End || !read.notices.empty() ||
                read.layout.sections.size() != 1 || read.counts.statisticsBlocks != 1) {
                return QStringLiteral("file ") + file + QStringLiteral(" is not whole");
            }
            for (const auto& packet : read.packets) {
                if (UdpBurst::numberIn(packet.data) != next++) {
                    return QStringLiteral("a packet is missing in file ") + file;
                }
            }
        }
        if (next == packets) return {};
        return QString::number(next) + QStringLiteral(" packets");
    }

    /// True if in front of each new file stood how long the one before had become.
    bool sizesWereTold() const {
        const auto& messages = m_process.messages();
        for (std::size_t i = 1; i < messages.size(); ++i) {
            const auto* const begun = std::get_if<FileBegun>(&messages[i]);
            if (begun == nullptr || begun->number == 1) continue;
            const auto* const counters = std::get_if<Counters>(&messages[i - 1]);
            if (counters == nullptr ||
                counters->written != std::filesystem::file_size(path(begun->number - 1))) {
                return false;
            }
        }
        return true;
    }

private:
    static Request prepared(const UdpBurst& burst, Request request) {
        request.filter = burst.filter();
        return request;
    }

    Scratch m_scratch;
    HelperProcess m_process;
    std::uint64_t m_files = 0;
};

class HelperLimitsTest : public QObject {
    Q_OBJECT

private:
    QString m_obstacle;

private Q_SLOTS:
    void initTestCase() { m_obstacle = captureObstacle(kProgram); }
    void init() {
        if (!m_obstacle.isEmpty()) QSKIP(qPrintable(m_obstacle));
    }

    void aNumberOfPacketsIsExact_data() {
        QTest::addColumn<int>("packets");
        for (const int packets : {1, 250, 2048, 2049, 5000})
            QTest::addRow("%d", packets) << packets;
    }

    void aNumberOfPacketsIsExact() {
        QFETCH(int, packets);
        const auto wanted = static_cast<std::uint64_t>(packets);
        UdpBurst burst;
        Ring ring(burst, {.interface = "lo", .stop = {.packets = wanted}});
        QVERIFY(ring.begin());
        burst.send(6000);
        const auto* const stopped = ring.process().waitFor<Stopped>();
        QVERIFY(stopped != nullptr);
        QCOMPARE(stopped->reason, StopReason::Packets);
        QCOMPARE(ring.process().last<Counters>()->packets, wanted);
        QCOMPARE(ring.process().exitCode(), 0);
        QCOMPARE(ring.fault(wanted), QString());
    }

    void aSizeIsReachedByTheLastPacket() {
        UdpBurst burst;
        Ring ring(burst, {.interface = "lo", .stop = {.bytes = 20000}});
        QVERIFY(ring.begin());
        burst.send(1000);
        const auto* const stopped = ring.process().waitFor<Stopped>();
        QVERIFY(stopped != nullptr);
        QCOMPARE(stopped->reason, StopReason::Bytes);
        const WholeRead read = readWhole(ring.path(1));
        const std::uint64_t last = read.packets.back().header.recordOffset;
        QVERIFY(last < 20000 && last + kPacketBlock >= 20000);
    }

    void aSizeCountsInAllFilesOfARing() {
        UdpBurst burst;
        Ring ring(burst, {.interface = "lo", .stop = {.bytes = 300000}, .ring = {.bytes = 100000}});
        QVERIFY(ring.begin());
        burst.send(8000);
        QVERIFY(ring.answerUntil(UINT64_MAX));
        const auto* const stopped = ring.process().last<Stopped>();
        QVERIFY(stopped != nullptr);
        QCOMPARE(stopped->reason, StopReason::Bytes);
        std::uintmax_t bytes = 0;
        for (std::uint64_t number = 1; std::filesystem::exists(ring.path(number)); ++number) {
            bytes += std::filesystem::file_size(ring.path(number));
        }
        // Behind the last packet there are the figures of the file.
        QVERIFY(bytes >= 300000 && bytes < 300000 + kPacketBlock + 100);
    }

    void aTimeEndsIt() {
        UdpBurst burst;
        Ring ring(burst, {.interface = "lo", .stop = {.milliseconds = 300}});
        QVERIFY(ring.begin());
        burst.send(3);
        const auto* const stopped = ring.process().waitFor<Stopped>();
        QVERIFY(stopped != nullptr);
        QCOMPARE(stopped->reason, StopReason::Duration);
        QCOMPARE(ring.fault(3), QString());
    }

    void ringsLoseNothing_data() {
        QTest::addColumn<quint64>("packets");
        QTest::addColumn<quint64>("bytes");
        QTest::newRow("by packets") << quint64{700} << quint64{0};
        QTest::newRow("by bytes") << quint64{0} << quint64{100000};
        QTest::newRow("by both") << quint64{900} << quint64{100000};
        QTest::newRow("one packet each") << quint64{1} << quint64{0};
    }

    void ringsLoseNothing() {
        QFETCH(quint64, packets);
        QFETCH(quint64, bytes);
        UdpBurst burst;
        Ring ring(burst, {.interface = "lo", .ring = {.packets = packets, .bytes = bytes}});
        QVERIFY(ring.begin());
        const std::uint64_t count = packets == 1 ? 40 : 8000;
        burst.send(count);
        QVERIFY(ring.answerUntil(count));
        QVERIFY(ring.process().stop());
        QVERIFY(ring.answerUntil(UINT64_MAX));
        QCOMPARE(ring.process().exitCode(), 0);
        QVERIFY(ring.process().strangeLines().empty());
        // How many depends on how fast this program is scheduled to answer.
        QVERIFY(ring.files() >= 2);
        QCOMPARE(ring.fault(count), QString());
        QVERIFY(ring.sizesWereTold());
    }

    void aTimeFillsFiles() {
        UdpBurst burst;
        Ring ring(burst, {.interface = "lo", .stop = {.files = 3}, .ring = {.milliseconds = 100}});
        QVERIFY(ring.begin());
        burst.send(20);
        QVERIFY(ring.answerUntil(UINT64_MAX));
        QCOMPARE(ring.process().last<Stopped>()->reason, StopReason::Files);
        QCOMPARE(ring.process().last<FileBegun>()->number, std::uint64_t{3});
        QCOMPARE(ring.fault(20), QString());
    }

    void aNumberOfFilesEndsIt() {
        UdpBurst burst;
        Ring ring(burst, {.interface = "lo", .stop = {.files = 4}, .ring = {.packets = 50}});
        QVERIFY(ring.begin());
        // Answers may be late, so files take what they take; each round fills at least one more.
        for (int i = 0; i < 4 && ring.process().last<Stopped>() == nullptr; ++i) {
            burst.send(60);
            QVERIFY(ring.answerUntil(burst.sent()));
        }
        QVERIFY(ring.process().readToEnd());
        QVERIFY(ring.process().last<Stopped>() != nullptr);
        QCOMPARE(ring.process().last<Stopped>()->reason, StopReason::Files);
        QCOMPARE(ring.process().last<FileBegun>()->number, std::uint64_t{4});
        QCOMPARE(ring.fault(ring.process().last<Counters>()->packets), QString());
    }

    void aParentThatIsLateLosesNothing() {
        UdpBurst burst;
        Ring ring(burst, {.interface = "lo", .ring = {.packets = 10}});
        QVERIFY(ring.begin());
        burst.send(1000);
        QVERIFY(ring.process().waitForPackets(1000));
        // It asked once, and went on with the old file.
        std::size_t asked = 0;
        for (const Message& message : ring.process().messages()) {
            asked += std::holds_alternative<FileFull>(message) ? 1u : 0u;
        }
        QCOMPARE(asked, std::size_t{1});
        QVERIFY(ring.giveNext());
        const auto* const begun = ring.process().waitFor<FileBegun>();
        QVERIFY(begun != nullptr && begun->number == 2);
        burst.send(5);
        QVERIFY(ring.process().waitForPackets(1005));
        QVERIFY(ring.process().stop());
        QVERIFY(ring.process().readToEnd());
        QCOMPARE(readWhole(ring.path(1)).packets.size(), std::size_t{1000});
        QCOMPARE(ring.fault(1005), QString());
    }
};

}  // namespace
}  // namespace framescope::test

QTEST_GUILESS_MAIN(framescope::test::HelperLimitsTest)
#include "test_helper_limits.moc"
