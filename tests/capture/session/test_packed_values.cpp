// The packed index: what is read is what was written, whatever the numbers are, however the batches
// are cut, and while another thread goes on writing.
#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <limits>
#include <mutex>
#include <random>
#include <span>
#include <thread>
#include <utility>

#include <QtTest>

#include "capture/session/number_block.h"
#include "capture/session/packed_values.h"
#include "capture/session/row_store.h"
#include "capture/session/stream_map.h"

using namespace framescope;

namespace {

constexpr std::uint64_t kGreatest = std::numeric_limits<std::uint64_t>::max();

/// Any number, of any number of bits.
template <typename Number>
Number anyNumber(std::mt19937_64& random) {
    constexpr int kBits = std::numeric_limits<Number>::digits;
    return static_cast<Number>(random() >> (64 - kBits) >> (random() % kBits));
}

/// A record whose members may all be anything.
Record anyRecord(std::mt19937_64& random) {
    Record record;
    record.timeNs = static_cast<std::int64_t>(random());
    record.streamOffset = anyNumber<std::uint64_t>(random);
    record.length = anyNumber<std::uint64_t>(random);
    record.packet = anyNumber<std::uint32_t>(random);
    record.connection = random() % 4 == 0 ? kNoConnection : anyNumber<std::uint32_t>(random);
    record.group = random() % 4 == 0 ? kNoRecord : 0;
    record.name = anyNumber<std::uint32_t>(random);
    record.detail = anyNumber<std::uint32_t>(random);
    record.flags = anyNumber<std::uint32_t>(random);
    record.kind = static_cast<RowKind>(random() % 13);
    record.protocol = static_cast<Protocol>(random() % kProtocolCount);
    record.direction = static_cast<Direction>(random() % 2);
    record.severity = static_cast<Severity>(random() % 4);
    record.opcode = anyNumber<std::uint8_t>(random);
    record.engineType = anyNumber<std::uint8_t>(random);
    record.socketType = anyNumber<std::uint8_t>(random);
    record.form = anyNumber<std::uint8_t>(random);
    return record;
}

/// As a client that sends small messages over a few connections makes them.
Record usualRecord(RecordId row) {
    Record record;
    record.packet = 1000 + row + row / 9;
    record.timeNs = 1'700'000'000'000'000'000 + std::int64_t{27'123} * record.packet;
    record.connection = row % 20;
    record.streamOffset = std::uint64_t{300} + row / 20 * 57 + row % 20 * 1000;
    record.length = 20 + row * 7 % 90;
    record.kind = RowKind::WebSocketFrame;
    record.protocol = Protocol::WebSocket;
    record.direction = static_cast<Direction>(row % 3 == 0);
    record.opcode = row % 5 == 0 ? 2 : 1;
    record.flags = kFlagFin | (row % 3 == 0 ? 0U : kFlagMasked);
    return record;
}

bool isSame(const Record& a, const Record& b) {
    return a.timeNs == b.timeNs && a.streamOffset == b.streamOffset && a.length == b.length &&
           a.packet == b.packet && a.connection == b.connection && a.group == b.group &&
           a.name == b.name && a.detail == b.detail && a.flags == b.flags && a.kind == b.kind &&
           a.protocol == b.protocol && a.direction == b.direction && a.severity == b.severity &&
           a.opcode == b.opcode && a.engineType == b.engineType && a.socketType == b.socketType &&
           a.form == b.form;
}

/// Written and read a batch at a time.
template <typename Block>
class Index {
public:
    void add(const typename Block::Value& value) { m_writer.add(value, m_room); }
    void hand(PackedValues<Block>& values) {
        values.append(m_writer.take());
        for (IndexMemory& memory : m_room.takeFresh()) m_memory.push_back(std::move(memory));
    }
    std::size_t fresh() const { return m_writer.fresh(); }

private:
    IndexRoom m_room;
    std::vector<IndexMemory> m_memory;
    ValueWriter<Block> m_writer;
};

}  // namespace

class TestPackedValues : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void numbersOfEveryWidth() {
        std::mt19937_64 random(1);
        Index<NumberBlock<std::uint64_t>> index;
        std::vector<std::uint64_t> written;
        const auto add = [&](std::uint64_t number) {
            written.push_back(number);
            index.add(number);
        };
        for (int bits = 0; bits <= 64; ++bits) {
            const std::uint64_t most = bits == 0 ? 0 : kGreatest >> (64 - bits);
            const std::uint64_t base = bits == 64 ? 0 : random() % (kGreatest - most);
            for (std::size_t i = 0; i < kBlockValues; ++i) {
                const std::uint64_t above = most == kGreatest ? random() : random() % (most + 1);
                add(base + (i == 7 ? most : i == 50 ? 0 : above));
            }
        }
        PackedValues<NumberBlock<std::uint64_t>> read;
        index.hand(read);
        QCOMPARE(read.size(), written.size());
        for (std::size_t i = 0; i < written.size(); ++i) QCOMPARE(read[i], written[i]);
    }

    void placesOfPacketsTakeAFewBytes() {
        Index<NumberBlock<std::uint64_t>> index;
        PackedValues<NumberBlock<std::uint64_t>> read;
        constexpr std::size_t kAll = 64'000;
        for (std::size_t i = 0; i < kAll; ++i) index.add(std::uint64_t{5'000'000'000} + 190 * i);
        index.hand(read);
        QVERIFY(read.memoryBytes() < 3 * kAll);
    }

    void recordsOfEveryKind() {
        std::mt19937_64 random(2);
        Index<RowBlock> index;
        std::vector<Record> written;
        Record before = anyRecord(random);
        for (RecordId row = 0; row < 64'000; ++row) {
            // Blocks in which everything differs, nothing does, and a few things do.
            const std::uint32_t differs = row / 64 % 3;
            Record record = differs == 0 ? anyRecord(random) : before;
            if (differs == 2 && random() % 5 == 0) record.packet = before.packet + 1;
            if (differs == 2 && random() % 5 == 0) record.timeNs = before.timeNs - 1;
            if (differs == 2 && random() % 9 == 0) record.opcode ^= 1;
            if (record.group != kNoRecord) {
                record.group =
                    random() % 2 == 0 ? row : static_cast<RecordId>(random() % (row + 1));
            }
            index.add(record);
            written.push_back(record);
            before = record;
        }
        PackedValues<RowBlock> read;
        index.hand(read);
        for (RecordId row = 0; row < written.size(); ++row) {
            QVERIFY2(isSame(read[row], written[row]), qPrintable(QString::number(row)));
        }
    }

    /// A column by itself, from any row on.
    void connectionsOfRuns() {
        std::mt19937_64 random(6);
        RowStore rows;
        IndexRoom room;
        ValueWriter<RowBlock> writer;
        std::vector<ConnectionId> written;
        constexpr RecordId kPacked = 156 * kBlockValues;
        for (RecordId row = 0; row < kPacked + 37; ++row) {
            Record record = row % 2 == 0 ? anyRecord(random) : usualRecord(row);
            // Blocks of which a column has each number of bytes, most with something in common.
            const std::uint32_t bytes = row / 64 % 6;
            const auto number = static_cast<std::uint32_t>(random());
            if (bytes < 4) record.connection = 0xabcdef12 ^ (number & ((1U << 8 * bytes) - 1));
            if (row >= kPacked) record.connection = row;
            writer.add(record, room);
            written.push_back(record.connection);
        }
        rows.append(writer.take());
        // Around the end of the last block each row by itself.
        for (RecordId row = kPacked - 70; row < rows.size(); ++row) {
            ConnectionId one = 0;
            rows.connections(row, {&one, 1});
            QCOMPARE(one, written[row]);
        }
        for (int run = 0; run < 1000; ++run) {
            const std::size_t first = random() % (written.size() + 1);
            const std::size_t count = random() % (written.size() - first + 1);
            std::vector<ConnectionId> read(run % 2 == 0 ? std::min<std::size_t>(count, 70) : count);
            rows.connections(static_cast<RecordId>(first), read);
            QVERIFY(std::equal(read.begin(), read.end(),
                               written.begin() + static_cast<std::ptrdiff_t>(first)));
        }
    }

    /// Whichever of the two kinds fills a piece of memory first.
    void partsApartLieTogether() {
        using Room = std::span<std::uint8_t>;
        for (const std::size_t blockSize : {std::size_t{5}, std::size_t{3000}}) {
            constexpr std::size_t kPartSize = 85;
            IndexRoom room;
            std::vector<IndexMemory> memory;
            std::vector<std::pair<Room, Room>> taken;
            std::size_t turns = 0;
            for (std::size_t i = 0; i < (blockSize > 100 ? 25'000 : 110'000); ++i) {
                const auto written = static_cast<std::uint8_t>(i);
                const Room part(static_cast<std::uint8_t*>(room.takeApart(kPartSize)), kPartSize);
                const Room block(static_cast<std::uint8_t*>(room.take(blockSize)), blockSize);
                QVERIFY(reinterpret_cast<std::uintptr_t>(part.data()) % 8 == 0);
                QVERIFY(reinterpret_cast<std::uintptr_t>(block.data()) % 8 == 0);
                if (i != 0 && taken.back().first.data() + 88 != part.data()) ++turns;
                std::ranges::fill(part, written);
                block.front() = block.back() = written;
                taken.emplace_back(part, block);
                for (IndexMemory& fresh : room.takeFresh()) memory.push_back(std::move(fresh));
                memory.back()->prepareAhead();
            }
            for (std::size_t i = 0; i < taken.size(); ++i) {
                const auto written = static_cast<std::uint8_t>(i);
                const auto& [part, block] = taken[i];
                QVERIFY(std::ranges::all_of(part, [&](auto byte) { return byte == written; }));
                QVERIFY(block.front() == written && block.back() == written);
            }
            // As often as there is another piece of memory, and not more often.
            QCOMPARE(turns + 1, memory.size());
            QVERIFY(memory.size() > 1);
        }
    }

    void usualRecordsTakeLittle() {
        Index<RowBlock> index;
        PackedValues<RowBlock> read;
        constexpr RecordId kRows = 64'000;
        for (RecordId row = 0; row < kRows; ++row) index.add(usualRecord(row));
        index.hand(read);
        for (RecordId row = 0; row < kRows; ++row) {
            QVERIFY(isSame(read[row], usualRecord(row)));
        }
        QVERIFY2(read.memoryBytes() < 16 * kRows,
                 qPrintable(QString::number(static_cast<double>(read.memoryBytes()) / kRows)));
    }

    /// Cut in front of, at and behind the ends of blocks.
    void batchesOfEverySize() {
        std::mt19937_64 random(3);
        for (int round = 0; round < 200; ++round) {
            Index<NumberBlock<std::uint64_t>> index;
            PackedValues<NumberBlock<std::uint64_t>> read;
            QVERIFY(read.empty());
            std::uint64_t next = 0;
            for (int batch = 0; batch < 10; ++batch) {
                const std::uint64_t count = random() % (round < 100 ? 5 : 150);
                for (std::uint64_t i = 0; i < count; ++i) index.add(3 * next++);
                QCOMPARE(index.fresh(), count);
                index.hand(read);
                QCOMPARE(index.fresh(), std::size_t{0});
                QCOMPARE(read.size(), next);
                for (std::uint64_t i = 0; i < next; ++i) QCOMPARE(read[i], 3 * i);
            }
        }
    }

    void remarksMakeRowsWorse() {
        IndexRoom room;
        ValueWriter<RowBlock> writer;
        RowStore rows;
        std::vector<IndexMemory> memory;
        const auto addRows = [&](RecordId count) {
            for (RecordId i = 0; i < count; ++i) {
                writer.add(usualRecord(static_cast<RecordId>(writer.size())), room);
            }
            rows.append(writer.take());
            for (IndexMemory& fresh : room.takeFresh()) memory.push_back(std::move(fresh));
        };
        addRows(150);
        const IssueCode grave = IssueCode::TcpOverlapConflict;
        const Severity severity = issueInfo(grave).severity;
        QVERIFY(severity > Severity::None);
        // One in a block that is packed, one behind the last block, which is packed afterwards.
        rows.append(RowRemark{3, grave, 0, 0});
        rows.append(RowRemark{149, grave, 0, 5});
        for (int round = 0; round < 3; ++round) {
            for (RecordId row = 0; row < rows.size(); ++row) {
                const bool isRemarked = row == 3 || row == 149;
                QVERIFY(rows[row].severity == (isRemarked ? severity : Severity::None));
            }
            addRows(50);
        }
        QCOMPARE(rows.remarks(149).size(), std::size_t{1});
        QCOMPARE(rows.remarks(149).front().detail, NameId{5});
        QVERIFY(rows.remarks(148).empty());
    }

    /// As where much was lost: remarks come in any order, and several about one row.
    void manyRemarksInAnyOrder() {
        constexpr RecordId kRows = 20'000;
        IndexRoom room;
        ValueWriter<RowBlock> writer;
        RowStore rows;
        for (RecordId row = 0; row < kRows; ++row) writer.add(usualRecord(row), room);
        rows.append(writer.take());
        constexpr std::array kCodes{IssueCode::TcpLostAndSentAgain, IssueCode::TcpOverlapConflict,
                                    IssueCode::TcpReset};
        std::mt19937_64 random(4);
        std::vector<Severity> expected(kRows, Severity::None);
        std::vector<std::size_t> counts(kRows);
        for (int i = 0; i < 10'000; ++i) {
            const auto row = static_cast<RecordId>(random() % kRows);
            const IssueCode code = kCodes[random() % kCodes.size()];
            rows.append(RowRemark{row, code, 0, 0});
            expected[row] = std::max(expected[row], issueInfo(code).severity);
            ++counts[row];
        }
        for (RecordId row = 0; row < kRows; ++row) {
            QVERIFY(rows[row].severity == expected[row]);
            QCOMPARE(rows.remarks(row).size(), counts[row]);
        }
    }

    void oneThreadWritesWhileAnotherReads() {
        constexpr RecordId kRows = 300'000;
        struct Handed {
            FreshValues<RowBlock> rows;
            std::vector<IndexMemory> memory;
        };
        std::mutex mutex;
        std::condition_variable some;
        std::deque<Handed> ready;
        std::thread writing([&] {
            IndexRoom room;
            ValueWriter<RowBlock> writer;
            for (RecordId row = 0; row < kRows; ++row) {
                writer.add(usualRecord(row), room);
                if (writer.fresh() < 1000 && row + 1 != kRows) continue;
                const std::lock_guard lock(mutex);
                ready.push_back({writer.take(), room.takeFresh()});
                some.notify_one();
            }
        });
        std::vector<IndexMemory> memory;
        RowStore rows;
        bool isRight = true;
        while (rows.size() < kRows) {
            std::unique_lock lock(mutex);
            some.wait(lock, [&] { return !ready.empty(); });
            Handed fresh = std::move(ready.front());
            ready.pop_front();
            lock.unlock();
            const auto before = static_cast<RecordId>(rows.size());
            for (IndexMemory& each : fresh.memory) memory.push_back(std::move(each));
            memory.back()->prepareAhead();
            rows.append(std::move(fresh.rows));
            for (RecordId row = before; row < rows.size(); ++row) {
                isRight = isRight && isSame(rows[row], usualRecord(row));
            }
        }
        writing.join();
        QVERIFY(isRight);
    }
};

QTEST_GUILESS_MAIN(TestPackedValues)
#include "test_packed_values.moc"
