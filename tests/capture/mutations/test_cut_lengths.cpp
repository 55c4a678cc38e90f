// Every sample cut off at every length (of the larger ones: the first and last 4 kB, and between
// them around the ends of packets and by a stride). However long the rest is, its rows are the
// beginning of the whole file's:
//
// - as many packets are read as lie whole in the rest;
// - the rows that were known by the last of those packets are there, equal in every field but the
//   severity, which later packets may raise;
// - what follows are effects of the end: how connections end, missing bytes that are given up,
//   units that are incomplete, bytes that wait for more, and rows that the whole file has as well.
//
// tests/support/mutation_samples.h says how to run it for longer: then every length is tried.
#include <malloc.h>
#include <set>

#include <QTest>

#include "capture/file/capture_file.h"
#include "capture/file/capture_reader.h"
#include "capture/ingest/ingestor.h"
#include "tests/support/compared_rows.h"
#include "tests/support/measured_reading.h"
#include "tests/support/mutation_samples.h"

namespace framescope {
namespace {

using test::MeasuredReading;
using test::MemoryCapture;

constexpr std::size_t kEnds = 4096;
/// Has no factor in common with the sizes of records.
constexpr std::size_t kStride = 509;

/// What the whole file says.
struct Whole {
    std::vector<std::size_t> dataEnds;    ///< in the file, of each packet's bytes
    std::vector<std::size_t> recordEnds;  ///< likewise, of its record with all that belongs to it
    std::vector<RecordId> rowsAfter;      ///< known after so many packets
    bool compressed = false;

    explicit Whole(const MemoryCapture& capture) {
        const auto file = CaptureFile::open(capture.path());
        if (!file) return;
        compressed = (*file)->isCompressed();
        CaptureReader reader(*file);
        Ingestor ingestor;
        PackedValues<RowBlock> rows;
        CapturedPacket packet;
        rowsAfter.push_back(0);
        while (reader.next(packet) == ReadStep::Packet) {
            if (!dataEnds.empty()) recordEnds.push_back(packet.recordOffset);
            dataEnds.push_back(packet.dataOffset + packet.capturedLength);
            ingestor.packet(packet);
            rows.append(ingestor.takeBatch().records);
            rowsAfter.push_back(static_cast<RecordId>(rows.size()));
        }
        recordEnds.push_back((*file)->source().storedSize());
    }

    /// How many packets a rest of `size` bytes must have and may have.
    std::pair<std::uint64_t, std::uint64_t> packetsIn(std::size_t size) const {
        const auto upTo = [size](const std::vector<std::size_t>& ends) {
            return static_cast<std::uint64_t>(std::ranges::upper_bound(ends, size) - ends.begin());
        };
        return {upTo(recordEnds), upTo(dataEnds)};
    }
};

bool equalRecords(Record a, Record b) {
    a.severity = b.severity = Severity::None;
    return a.timeNs == b.timeNs && a.streamOffset == b.streamOffset && a.length == b.length &&
           a.packet == b.packet && a.connection == b.connection && a.group == b.group &&
           a.name == b.name && a.detail == b.detail && a.flags == b.flags && a.kind == b.kind &&
           a.protocol == b.protocol && a.direction == b.direction && a.opcode == b.opcode &&
           a.engineType == b.engineType && a.socketType == b.socketType && a.form == b.form;
}

bool isEffectOfTheEnd(const Record& record) {
    switch (record.kind) {
        case RowKind::TcpEnd:
            return record.detail == static_cast<std::uint32_t>(EndReason::CaptureEnd) ||
                   record.detail == static_cast<std::uint32_t>(EndReason::HalfClosed);
        case RowKind::TcpGap:
        case RowKind::TcpSegment:
            return true;
        default:
            return record.has(kFlagIncomplete);
    }
}

class CutLengthsTest : public QObject {
    Q_OBJECT

    /// "" or what is wrong with what is left of the file.
    static std::string wrongRest(const Session& rest, const Session& session, const Whole& whole,
                                 const test::ComparedRows& wholeRows, std::size_t size) {
        const std::uint64_t packets = rest.statistics().packets;
        if (!whole.compressed) {
            const auto [least, most] = whole.packetsIn(size);
            if (packets < least || packets > most) return std::to_string(packets) + " packets";
        }
        if (packets >= whole.rowsAfter.size()) return "more packets than the whole file has";
        const RecordId known = whole.rowsAfter[packets];
        if (rest.rowCount() < known) return "rows are missing";
        for (RecordId row = 0; row < known; ++row) {
            if (!equalRecords(rest.record(row), session.record(row))) {
                return "row " + std::to_string(row + 1) + " differs";
            }
        }
        for (RecordId row = known; row < rest.rowCount(); ++row) {
            if (isEffectOfTheEnd(rest.record(row))) continue;
            const test::ComparedRow line = test::comparedRow(rest, row);
            const auto list = wholeRows.find(line.where);
            if (list == wholeRows.end() ||
                std::ranges::find(list->second, line.text) == list->second.end()) {
                return "row " + std::to_string(row + 1) +
                       " is none of the whole file: " + line.text;
            }
        }
        return {};
    }

private Q_SLOTS:
    void initTestCase() {
        // The reader's window is large; taken from the heap it need not be cleared by the kernel
        // for each of many thousand readings.
        mallopt(M_MMAP_THRESHOLD, 64 << 20);
        mallopt(M_TRIM_THRESHOLD, 256 << 20);
    }

    void cut_data() { test::eachSample(); }
    void cut() {
        QFETCH(QString, path);
        const Bytes file = test::readFile(path.toStdString());
        const MemoryCapture original(file);
        const MeasuredReading clean(original);
        QVERIFY(clean.session);
        const Whole whole(original);
        const test::ComparedRows wholeRows = test::comparedRows(*clean.session);
        MemoryCapture capture(file);
        std::set<std::size_t> atPacket;
        for (const std::size_t end : whole.recordEnds) atPacket.insert({end - 1, end, end + 1});
        std::set<std::uint64_t> looked;
        int read = 0;
        int failures = 0;
        // Only ever shorter: that is how one file can be all of them.
        for (std::size_t size = file.size(); size > 0; --size) {
            const bool between = size > kEnds && size + kEnds < file.size();
            if (between && size % kStride != 0 && !atPacket.contains(size) &&
                test::mutationFactor() == 1) {
                continue;
            }
            capture.cut(size);
            MeasuredReading rest(capture, {}, test::Looking::Later);
            if (!rest.session) {
                // Without its header it is no capture.
                QVERIFY(whole.compressed || whole.packetsIn(size).second == 0);
                continue;
            }
            ++read;
            // As many packets make the same rows; one look at them is enough.
            if (looked.insert(rest.session->statistics().packets).second) rest.look();
            std::string wrong = rest.wrong;
            if (wrong.empty())
                wrong = wrongRest(*rest.session, *clean.session, whole, wholeRows, size);
            if (wrong.empty() && !rest.boundedBy(clean)) wrong = rest.memory();
            if (wrong.empty()) continue;
            qWarning("cut at %zu: %s", size, wrong.c_str());
            test::keepForLater(ByteView(file).first(size), QString::number(size));
            if (++failures == 10) break;
        }
        QCOMPARE(failures, 0);
        QVERIFY(read > 1000);
        QVERIFY(looked.size() >= clean.session->statistics().packets);
        qInfo("%d lengths", read);
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::CutLengthsTest)
#include "test_cut_lengths.moc"
