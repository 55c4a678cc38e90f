// What the intake tells is the same whether it is told at once or from a tape, on another thread.
#include <string>
#include <vector>

#include <QtTest>

#include "capture/ingest/event_tape.h"
#include "capture/ingest/intake_ahead.h"
#include "tests/support/memory_capture.h"
#include "tests/support/mutation_samples.h"
#include "tests/support/packet_list.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using namespace framescope::test;

namespace {

/// A line for each call, with all that it says.
class EventLog : public IntakeEvents {
public:
    std::vector<std::string> lines;

    void nextPacket(std::uint64_t recordOffset) override { log("nextPacket", recordOffset); }
    void untimed(PacketNumber packet) override { log("untimed", packet); }
    void captureRow(const CaptureRow& row) override {
        log("captureRow", row.record.packet, static_cast<int>(row.record.kind),
            static_cast<int>(row.issue), row.name);
    }
    void extent(ConnectionId id, Direction direction, StreamOffset offset, std::uint32_t length,
                const tcp::Origin& origin) override {
        log("extent", id, direction, offset, length, origin);
    }
    void joined(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
                const tcp::Origin& origin) override {
        log("joined", id, direction, offset, bytes, origin);
    }
    void datagram(StoredDatagram datagram) override {
        log("datagram", datagram.packet, datagram.pieces.size());
        for (const auto& piece : datagram.pieces) log("piece", piece.packet);
    }
    void conflictingDatagram(PacketNumber packet) override { log("conflictingDatagram", packet); }
    void waiting(bool isWaiting) override { log("waiting", isWaiting); }
    void notice(std::string sentence) override { log("notice", sentence); }

    void opened(ConnectionId id, const tcp::Opening& opening) override {
        log("opened", id, opening.client.port, opening.server.port, opening.synSeen,
            opening.origin);
    }
    void packet(ConnectionId id, const tcp::Origin& origin) override { log("packet", id, origin); }
    /// Of the packet's own place nothing is told then.
    void packetWithData(ConnectionId id, const tcp::Origin& origin, Direction direction,
                        StreamOffset offset, ByteView bytes, const tcp::Origin& place) override {
        log("packet with data", id, origin.packet, origin.timeNs);
        data(id, direction, offset, bytes, place);
    }
    void data(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
              const tcp::Origin& origin) override {
        log("data", id, direction, offset, bytes, origin);
    }
    void gap(ConnectionId id, Direction direction, const tcp::Gap& gap) override {
        log("gap", id, direction, gap.offset, gap.missing, static_cast<int>(gap.cause),
            static_cast<int>(gap.limitMet), gap.shownBy);
    }
    void directionEnded(ConnectionId id, Direction direction, EndReason reason,
                        const tcp::Origin& at) override {
        log("directionEnded", id, direction, static_cast<int>(reason), at);
    }
    void ended(ConnectionId id, Direction by, EndReason reason, const tcp::Origin& at) override {
        log("ended", id, by, static_cast<int>(reason), at);
    }
    void started(ConnectionId id, Direction direction, std::uint32_t base) override {
        log("started", id, direction, base);
    }
    void released(ConnectionId id, Direction direction) override { log("released", id, direction); }
    void conflict(ConnectionId id, Direction direction, const tcp::Conflict& conflict) override {
        log("conflict", id, direction, conflict.offset, conflict.length, conflict.later,
            conflict.last);
    }
    void beside(ConnectionId id, Direction direction, const tcp::Beside& beside) override {
        log("beside", id, direction, beside.offset, beside.length, beside.origin, beside.late);
    }
    void recovered(ConnectionId id, Direction direction, StreamOffset offset, std::uint64_t size,
                   std::int64_t waitedNs, const tcp::Origin& origin) override {
        log("recovered", id, direction, offset, size, waitedNs, origin);
    }
    void urgent(ConnectionId id, Direction direction, StreamOffset offset) override {
        log("urgent", id, direction, offset);
    }
    void wentOn(ConnectionId id) override { log("wentOn", id); }
    void forgotten(ConnectionId id) override { log("forgotten", id); }

private:
    static std::string textOf(std::string_view text) { return std::string(text); }
    static std::string textOf(Direction direction) { return std::to_string(indexOf(direction)); }
    static std::string textOf(ByteView bytes) { return std::string(asText(bytes)); }
    static std::string textOf(const tcp::Origin& origin) {
        return std::to_string(origin.packet) + '/' + std::to_string(origin.timeNs) + '/' +
               std::to_string(origin.fileOffset);
    }
    template <typename Number>
    requires std::is_arithmetic_v<Number>
    static std::string textOf(Number number) { return std::to_string(number); }
    template <typename... Values>
    void log(const Values&... values) {
        std::string line;
        ((line += textOf(values) + ' '), ...);
        lines.push_back(std::move(line));
    }
};

/// Everything that can be told, twice over, with values that all differ.
void tellEverything(IntakeEvents& to) {
    std::uint64_t next = 1;
    const auto number = [&next] { return next++; };
    const auto small = [&next] { return static_cast<std::uint32_t>(next++); };
    const auto origin = [&] { return tcp::Origin{small(), -std::int64_t(number()), number()}; };
    const Direction there = Direction::ServerToClient;
    for (int run = 0; run < 2; ++run) {
        const std::string text = "text " + std::to_string(number());
        to.nextPacket(number());
        to.untimed(small());
        CaptureRow row;
        row.record.packet = small();
        row.record.kind = RowKind::CaptureComment;
        row.issue = IssueCode::CapturePacketsDropped;
        row.name = text;
        to.captureRow(row);
        to.nextPacket(number());
        to.packet(small(), origin());
        to.nextPacket(number());
        to.nextPacket(number());
        to.opened(small(), {{}, {}, true, origin()});
        to.packet(small(), origin());
        to.started(small(), there, small());
        to.data(small(), there, number(), asBytes(text), origin());
        to.extent(small(), there, number(), small(), origin());
        to.joined(small(), there, number(), asBytes(text), origin());
        StoredDatagram datagram;
        datagram.packet = small();
        datagram.pieces.resize(3);
        to.datagram(datagram);
        to.conflictingDatagram(small());
        to.waiting(run == 0);
        to.notice(text);
        // Of the two, the packet and its payload, only the place in the file differs.
        const tcp::Origin packet = origin();
        const tcp::Origin place{packet.packet, packet.timeNs, number()};
        to.packetWithData(small(), packet, there, number(), asBytes(text), place);
        // The payload lies in front of its record, right behind it, and farther than usual.
        const auto withData = [&](std::uint64_t record, std::uint64_t at, ByteView bytes) {
            const tcp::Origin payload{packet.packet, packet.timeNs, at};
            to.nextPacket(record);
            to.packetWithData(small(), packet, Direction::ClientToServer, number(), bytes, payload);
        };
        withData(1000, number(), {});
        withData(number(), 1000, {});
        withData(number(), 1000, asBytes(text));
        withData(1000, 1000 + 0xffff'ffffULL, asBytes(text));
        withData(1000, 1000 + 0x1'0000'0000ULL, asBytes(text));
        tcp::Gap gap;
        gap.offset = number();
        gap.missing = number();
        gap.cause = tcp::GapCause::OneSided;
        gap.shownBy = origin();
        to.gap(small(), there, gap);
        to.directionEnded(small(), there, EndReason::HalfClosed, origin());
        to.ended(small(), there, EndReason::Reset, origin());
        to.released(small(), there);
        to.conflict(small(), there, {number(), number(), origin(), true});
        to.beside(small(), there, {number(), number(), origin(), true});
        to.recovered(small(), there, number(), number(), 77, origin());
        to.urgent(small(), there, number());
        to.wentOn(small());
        to.forgotten(small());
        to.nextPacket(number());
    }
}

void compare(const std::vector<std::string>& seen, const std::vector<std::string>& wanted) {
    for (std::size_t i = 0; i < std::min(seen.size(), wanted.size()); ++i) {
        QCOMPARE(seen[i], wanted[i]);
    }
    QCOMPARE(seen.size(), wanted.size());
}

}  // namespace

namespace {

/// What a thread that reads ahead has told until its last piece.
struct ReadAhead {
    EventLog log;
    Statistics figures;
    std::vector<std::string> notices;
    std::uint64_t bytesRead = 0;
    int questions = 0;  ///< whether the other order is the better one
};

std::shared_ptr<CaptureFile> open(const std::string& path) {
    const auto file = CaptureFile::open(path);
    return file ? *file : nullptr;
}

ReadAhead readAhead(const std::shared_ptr<CaptureFile>& file) {
    ReadAhead read;
    IntakeAhead ahead(file, {}, {}, true);
    for (;;) {
        IntakeAhead::Piece& piece = ahead.next();
        piece.tape.tell(read.log);
        read.figures = piece.figures;
        for (const std::string& notice : piece.findings.notices) read.notices.push_back(notice);
        read.bytesRead = piece.findings.bytesRead;
        if (piece.step != ReadStep::Packet) return read;
        if (!piece.otherOrder) continue;
        ++read.questions;
        ahead.goOn();
    }
}

Bytes bytesOf(Noise& noise, std::size_t size) {
    Bytes bytes(size);
    for (std::uint8_t& byte : bytes) byte = noise.byte();
    return bytes;
}

/// 40,000 packets of 200 bytes that carry nothing but noise, so many bytes that a thread gets far
/// ahead of nobody; in the midst of them come 200 that are `late` by 10,000.
MemoryCapture manyPackets(bool late) {
    constexpr int kPackets = 40'000;
    constexpr int kFirstLate = 20'000;
    constexpr int kLate = 200;
    Noise noise(7);
    PacketList packets(kPackets);
    for (int i = 0; i < kPackets; ++i) {
        const bool isLate = late && i >= kFirstLate && i < kFirstLate + kLate;
        packets[i].timeNs = std::int64_t{1'000'000} * (isLate ? i - 10'000 : i);
        packets[i].linkType = 1;
        packets[i].originalLength = 200;
        packets[i].data = bytesOf(noise, 200);
    }
    return MemoryCapture(asPcapng(packets));
}

}  // namespace

class TestEventTape : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void tellsWhatItWasTold() {
        EventLog direct;
        tellEverything(direct);
        EventTape tape;
        TapeWriter writer([] { QFAIL("is not full"); });
        writer.writeOn(tape);
        // A tape is used again and again.
        for (int use = 0; use < 3; ++use) {
            tellEverything(writer);
            writer.finishTape();
            EventLog told;
            tape.tell(told);
            compare(told.lines, direct.lines);
            tape.clear();
            EventLog none;
            tape.tell(none);
            QVERIFY(none.lines.empty());
        }
    }

    /// Bytes of one packet's doing that are too many for a tape go on the next one.
    void goesOnAnotherTape() {
        EventTape tape;
        EventLog direct;
        EventLog told;
        std::size_t tapes = 0;
        std::size_t most = 0;
        std::size_t onThis = 0;
        TapeWriter writer([&] {
            ++tapes;
            most = std::max(most, std::exchange(onThis, 0));
            tape.tell(told);
            tape.clear();
        });
        writer.writeOn(tape);
        Noise noise(1);
        for (std::uint32_t i = 0; i < 100; ++i) {
            const Bytes bytes = bytesOf(noise, 100'000);
            onThis += bytes.size();
            for (IntakeEvents* to : std::initializer_list<IntakeEvents*>{&direct, &writer}) {
                to->data(1, Direction::ClientToServer, i, bytes, {i, 0, i});
            }
        }
        tape.tell(told);
        compare(told.lines, direct.lines);
        QVERIFY(tapes >= 8);
        QVERIFY(most <= (std::size_t{1} << 20) + 200'000);
    }

    /// A capture may be made of comments, of which next to nothing is kept.
    void keepsLittleOfLongNames() {
        EventTape tape;
        TapeWriter writer([] { QFAIL("is not full"); });
        writer.writeOn(tape);
        const std::string comment(65'000, 'c');
        for (int i = 0; i < 1000; ++i) writer.captureRow({{}, IssueCode::None, comment});
        QVERIFY(tape.size() < 1000 * (kMaxName + 200));
        EventLog told;
        tape.tell(told);
        QCOMPARE(told.lines.size(), 1000U);
        QVERIFY(told.lines.back().ends_with(comment.substr(0, kMaxName) + ' '));
        QVERIFY(!told.lines.back().ends_with(comment.substr(0, kMaxName + 1) + ' '));
    }

    void givesMuchMemoryBack() {
        EventTape tape;
        TapeWriter writer([] {});
        writer.writeOn(tape);
        const Bytes packet(std::size_t{8} << 20);
        writer.data(1, Direction::ClientToServer, 0, packet, {});
        QVERIFY(tape.capacity() >= packet.size());
        tape.clear();
        QVERIFY(tape.capacity() < (std::size_t{1} << 20));
        const Bytes little(1000);
        writer.data(1, Direction::ClientToServer, 0, little, {});
        const std::size_t capacity = tape.capacity();
        tape.clear();
        QCOMPARE(tape.capacity(), capacity);
    }

    void readsAheadWhatIsReadAtOnce_data() { eachSample(); }
    void readsAheadWhatIsReadAtOnce() {
        QFETCH(QString, path);
        const auto file = open(path.toStdString());
        QVERIFY(file);
        EventLog direct;
        PacketIntake intake(direct, {}, {});
        CaptureReader reader(file);
        CapturedPacket packet;
        while (reader.next(packet) == ReadStep::Packet) intake.packet(packet);
        intake.finish();
        const ReadAhead read = readAhead(file);
        compare(read.log.lines, direct.lines);
        QCOMPARE(read.figures.packets, intake.figures().packets);
        QCOMPARE(read.figures.tcpPackets, intake.figures().tcpPackets);
        QCOMPARE(read.notices.size(), reader.notices().size());
        QCOMPARE(read.bytesRead, reader.bytesRead());
    }

    void waitsForTheOtherOrder() {
        const MemoryCapture inOrder = manyPackets(false);
        const MemoryCapture someLate = manyPackets(true);
        const ReadAhead straight = readAhead(open(inOrder.path()));
        QCOMPARE(straight.questions, 0);
        QCOMPARE(straight.figures.packets, 40'000U);
        const ReadAhead asked = readAhead(open(someLate.path()));
        QCOMPARE(asked.questions, 1);
        QCOMPARE(asked.figures.packets, 40'000U);
        // Nothing of a packet behind comes before it is told to go on.
        IntakeAhead ahead(open(someLate.path()), {}, {}, true);
        EventLog log;
        for (;;) {
            IntakeAhead::Piece& piece = ahead.next();
            piece.tape.tell(log);
            QVERIFY(piece.step == ReadStep::Packet);
            QVERIFY(piece.figures.packets < 22'000);
            if (piece.otherOrder) break;
        }
    }

    /// Whoever has enough need not take all; the thread may wait for room, or have just begun.
    void mayBeLeftAnywhere() {
        const MemoryCapture capture = manyPackets(false);
        const auto file = open(capture.path());
        QVERIFY(file);
        for (int pieces = 0; pieces < 12; ++pieces) {
            IntakeAhead ahead(file, {}, {}, false);
            for (int i = 0; i < pieces; ++i) QVERIFY(ahead.next().step == ReadStep::Packet);
        }
    }
};

QTEST_GUILESS_MAIN(TestEventTape)
#include "test_event_tape.moc"
