// Every sample with its packets shuffled within a window of 50, doubled, and both: the rows are
// those of the original (see tests/support/compared_rows.h for what that means). The seeds are the
// same every run; tests/support/mutation_samples.h says how to run it for longer.
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <QTest>

#include "tests/support/compared_rows.h"
#include "tests/support/memory_capture.h"
#include "tests/support/mutation_samples.h"
#include "tests/support/packet_list.h"

namespace framescope {
namespace {

using test::PacketList;
using test::Times;

constexpr std::size_t kWindow = 50;
constexpr std::size_t kCopyDistance = 30;
constexpr std::uint32_t kSeeds = 100;

class ReorderedTest : public QObject {
    Q_OBJECT

    using Mutation = std::function<PacketList(const PacketList&, std::uint32_t)>;

    /// Holds the rows of every mutation against those of the sample.
    static void sameRows(const QString& path, const Mutation& mutated) {
        const PacketList packets = test::readPackets(path.toStdString());
        QVERIFY(packets.size() > 10);
        const auto original = test::MemoryCapture(test::asPcapng(packets)).read();
        QVERIFY(original);
        const test::ComparedRows wanted = test::comparedRows(*original);
        const std::uint32_t seeds = kSeeds * test::mutationFactor();
        std::uint32_t equal = 0;
        std::string first;
        for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
            const Bytes file = test::asPcapng(mutated(packets, seed));
            const auto session = test::MemoryCapture(file).read();
            QVERIFY(session);
            std::string why = test::wrongChoice(*session);
            if (why.empty()) why = test::firstDifference(test::comparedRows(*session), wanted);
            if (why.empty()) {
                ++equal;
            } else if (first.empty()) {
                first = "seed " + std::to_string(seed) + ": " + why;
                test::keepForLater(file, QString::number(seed));
            }
        }
        if (!first.empty()) qWarning("%s", first.c_str());
        QCOMPARE(equal, seeds);
    }

    /// How connections ended: by whom first, and after how long.
    static std::vector<std::string> endings(const Session& session) {
        std::vector<std::string> texts;
        for (RecordId row = 0; row < session.rowCount(); ++row) {
            if (session.record(row).kind == RowKind::TcpEnd) {
                texts.push_back(session.text(row).info);
            }
        }
        std::ranges::sort(texts);
        return texts;
    }

private Q_SLOTS:
    void whoEndedAConnectionIsToldByTheTime_data() { test::eachSample(); }
    void whoEndedAConnectionIsToldByTheTime() {
        QFETCH(QString, path);
        const PacketList packets = test::readPackets(path.toStdString());
        const auto original = test::MemoryCapture(test::asPcapng(packets)).read();
        QVERIFY(original);
        const std::vector<std::string> wanted = endings(*original);
        for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
            const auto session = test::MemoryCapture(test::asPcapng(test::shuffled(
                                                         packets, kWindow, Times::Travel, seed)))
                                     .read();
            QVERIFY(session);
            QCOMPARE(endings(*session), wanted);
        }
    }

    void shuffledWithTheirTimes_data() { test::eachSample(); }
    void shuffledWithTheirTimes() {
        QFETCH(QString, path);
        sameRows(path, [](const PacketList& packets, std::uint32_t seed) {
            return test::shuffled(packets, kWindow, Times::Travel, seed);
        });
    }

    void shuffledInTime_data() { test::eachSample(); }
    void shuffledInTime() {
        QFETCH(QString, path);
        sameRows(path, [](const PacketList& packets, std::uint32_t seed) {
            return test::shuffled(packets, kWindow, Times::Stay, seed);
        });
    }

    void doubledAtOnce_data() { test::eachSample(); }
    void doubledAtOnce() {
        QFETCH(QString, path);
        sameRows(path, [](const PacketList& packets, std::uint32_t seed) {
            return test::doubled(packets, 1, seed);
        });
    }

    void doubledLater_data() { test::eachSample(); }
    void doubledLater() {
        QFETCH(QString, path);
        sameRows(path, [](const PacketList& packets, std::uint32_t seed) {
            return test::doubled(packets, kCopyDistance, seed);
        });
    }

    void doubledAndShuffled_data() { test::eachSample(); }
    void doubledAndShuffled() {
        QFETCH(QString, path);
        sameRows(path, [](const PacketList& packets, std::uint32_t seed) {
            return test::shuffled(test::doubled(packets, kCopyDistance, seed), kWindow,
                                  seed % 2 == 0 ? Times::Stay : Times::Travel, seed);
        });
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::ReorderedTest)
#include "test_reordered.moc"
