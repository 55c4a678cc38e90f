// Every sample, and every WebSocket capture of others that lies beside the project, with 1 % of its
// packets lost: of the frames that no lost packet carried a byte of, at least 99 % are found (of
// each sample, and of the captures of others together), each at its place on the wire, with its
// header and its bytes. The figure is printed for each capture and in all. The seeds are the same
// every run; tests/support/mutation_samples.h says how to run it for longer.
#include <algorithm>
#include <map>
#include <set>

#include <QFile>
#include <QTest>

#include "tests/support/compared_rows.h"
#include "tests/support/measured_reading.h"
#include "tests/support/mutation_samples.h"
#include "tests/support/packet_extents.h"
#include "tests/support/packet_list.h"
#include "tests/support/tally.h"

namespace framescope {
namespace {

using test::MeasuredReading;
using test::MemoryCapture;
using test::PacketList;
using test::Tally;

constexpr double kLoss = 0.01;
constexpr double kMustBeFound = 0.99;
/// Captures are small and lose few packets; so often each is mutated.
constexpr std::uint32_t kSeeds = 150;

/// A frame of the whole capture.
struct WholeFrame {
    std::string place;
    std::string content;
    std::vector<PacketNumber> packets;  ///< that carried its bytes, counted from 1
};

std::map<std::string, std::set<std::string>> framesByPlace(const Session& session) {
    std::map<std::string, std::set<std::string>> frames;
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        if (session.record(row).kind != RowKind::WebSocketFrame) continue;
        frames[test::placeOnWire(session, row)].insert(test::frameOnWire(session, row));
    }
    return frames;
}

class DroppedTest : public QObject {
    Q_OBJECT

    Tally m_samples;
    Tally m_others;

    /// Loses packets of a capture, again and again.
    static void lose(const QString& path, Tally& tally) {
        const PacketList packets = test::readPackets(path.toStdString());
        test::PacketExtents extents;
        const MeasuredReading clean{MemoryCapture(test::asPcapng(packets)),
                                    [&](const Batch& batch) { extents.add(batch); }};
        QVERIFY(clean.session);
        std::vector<WholeFrame> whole;
        for (RecordId row = 0; row < clean.session->rowCount(); ++row) {
            const Record& record = clean.session->record(row);
            if (record.kind != RowKind::WebSocketFrame) continue;
            whole.push_back({test::placeOnWire(*clean.session, row),
                             test::frameOnWire(*clean.session, row), extents.packetsOf(record)});
        }
        bool told = false;
        for (std::uint32_t seed = 1; seed <= kSeeds * test::mutationFactor(); ++seed) {
            const std::vector<bool> lost = test::chosenLosses(packets.size(), kLoss, seed);
            if (std::ranges::find(lost, true) == lost.end()) continue;
            const Bytes file = test::asPcapng(test::without(packets, lost));
            const MeasuredReading reading{MemoryCapture(file)};
            QVERIFY(reading.session);
            QVERIFY2(reading.wrong.empty(), reading.wrong.c_str());
            QVERIFY2(reading.boundedBy(clean), reading.memory().c_str());
            const auto frames = framesByPlace(*reading.session);
            for (const WholeFrame& frame : whole) {
                const bool touched = std::ranges::any_of(
                    frame.packets, [&](PacketNumber packet) { return lost[packet - 1]; });
                if (touched) continue;
                ++tally.untouched;
                const auto at = frames.find(frame.place);
                if (at != frames.end() && at->second.contains(frame.content)) {
                    ++tally.found;
                } else if (!std::exchange(told, true)) {
                    qInfo("seed %u: the frame at %s is not found", seed, frame.place.c_str());
                    test::keepForLater(file, QString::number(seed));
                }
            }
        }
    }

private Q_SLOTS:
    void samples_data() { test::eachSample(); }
    void samples() {
        QFETCH(QString, path);
        Tally tally;
        lose(path, tally);
        tally.print(QTest::currentDataTag(), "frames");
        QVERIFY(tally.share() >= kMustBeFound);
        m_samples.untouched += tally.untouched;
        m_samples.found += tally.found;
    }
    void ofSamplesNearlyAllIsFound() {
        m_samples.print("samples", "frames");
        QVERIFY(m_samples.untouched > 10'000);
        QVERIFY(m_samples.share() >= kMustBeFound);
    }

    void capturesOfOthers_data() {
        QTest::addColumn<QString>("path");
        const QString root = QStringLiteral(FRAMESCOPE_SOURCE_DIR "/../shared/captures/");
        QFile manifest(root + QStringLiteral("MANIFEST.tsv"));
        if (!manifest.open(QIODevice::ReadOnly)) QSKIP("other people's captures are not there");
        for (const QByteArray& line : manifest.readAll().split('\n')) {
            const QList<QByteArray> cells = line.split('\t');
            if (cells.size() < 8 || !cells[1].startsWith("ws")) continue;
            QTest::newRow(cells[0].constData()) << root + QString::fromUtf8(cells[0]);
        }
    }
    void capturesOfOthers() {
        QFETCH(QString, path);
        Tally tally;
        lose(path, tally);
        if (tally.untouched > 0) tally.print(QTest::currentDataTag(), "frames");
        m_others.untouched += tally.untouched;
        m_others.found += tally.found;
    }
    void ofCapturesOfOthersNearlyAllIsFound() {
        if (m_others.untouched == 0) QSKIP("other people's captures are not there");
        m_others.print("captures of others", "frames");
        QVERIFY(m_others.share() >= kMustBeFound);
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::DroppedTest)
#include "test_dropped.moc"
