// What a PacketIntake tells about a run of packets, written down to be told again on another
// thread. Nearly all of it is "a packet of this connection, with these bytes", which is one entry
// of 64 bytes; the bytes stand in the block, one behind the other.
#pragma once

#include <string>
#include <vector>

#include "capture/file/capture_reader.h"
#include "capture/ingest/intake_events.h"
#include "capture/ingest/reader_findings.h"
#include "capture/session/statistics.h"

namespace framescope {

/// One call of IntakeEvents; what of the members means something depends on its kind.
struct IntakeEvent {
    enum class Kind : std::uint8_t {
        Packet,
        Data,
        PacketWithData,  ///< a Packet, and Data of the same packet
        Extent,
        Joined,
        Opened,  ///< `at`: in EventBlock::openings
        Gap,
        DirectionEnded,
        Ended,
        Started,
        Released,
        Conflict,
        Beside,
        Recovered,
        Urgent,
        WentOn,
        Forgotten,
        Untimed,
        CaptureRow,  ///< `at`: in EventBlock::rows
        Datagram,    ///< `at`: in EventBlock::datagrams
        ConflictingDatagram,
        Waiting,
        Notice,  ///< `at`: in EventBlock::notices
    };

    Kind kind = Kind::Packet;
    Direction direction = Direction::ClientToServer;
    std::uint8_t detail = 0;  ///< an EndReason or a GapCause
    std::uint8_t flag = 0;    ///< true or false, or a LimitMet
    ConnectionId id = 0;
    tcp::Origin origin;
    StreamOffset offset = 0;
    std::uint64_t length = 0;
    std::uint64_t at = 0;  ///< of the bytes in the block, or an index
    std::int64_t waitedNs = 0;
};
static_assert(sizeof(IntakeEvent) == 64);

struct EventBlock {
    struct Packet {
        std::uint64_t recordOffset = 0;
        std::size_t firstEvent = 0;  ///< those in front of the first packet's are of an earlier one
    };

    std::vector<Packet> packets;
    std::vector<IntakeEvent> events;
    Bytes bytes;
    std::vector<tcp::Opening> openings;
    std::vector<CaptureRow> rows;
    std::vector<StoredDatagram> datagrams;
    std::vector<std::string> notices;

    // Of captures that are read in the order of time.
    enum class Mark : std::uint8_t {
        None,
        HandOn,      ///< hand on what there is, however little: somebody watches the progress
        OtherOrder,  ///< the order of time has turned out to be right: IntakeAhead::takeArranged()
    };
    Mark mark = Mark::None;
    std::vector<PacketNumber> numbers;       ///< that packets have in the file, as they come
    std::vector<std::uint64_t> fileOffsets;  ///< places of records, in the order of the file

    Statistics figures;                ///< PacketIntake::figures() behind it
    ReaderFindings findings;           ///< since the block before
    ReadStep step = ReadStep::Packet;  ///< Packet: further blocks come

    /// Empties it for other packets, and keeps its memory.
    void clear();
    /// What an event with data is about.
    ByteView bytesOf(const IntakeEvent& event) const {
        return {bytes.data() + event.at, static_cast<std::size_t>(event.length)};
    }
    /// Tells what was noted of the `index`th event.
    void tell(const IntakeEvent& event, IntakeEvents& to);
};

/// Writes down what it is told.
class EventWriter : public IntakeEvents {
public:
    /// Where to write.
    EventBlock& block() { return m_block; }
    /// So much is in the block that it should be handed on.
    bool isFull() const {
        return m_block.bytes.size() >= kBlockBytes || m_block.events.size() >= kBlockEvents ||
               m_block.packets.size() >= kBlockEvents;
    }

    void nextPacket(std::uint64_t recordOffset) override;
    void untimed(PacketNumber packet) override;
    void captureRow(const CaptureRow& row) override;
    void extent(ConnectionId id, Direction direction, StreamOffset offset, std::uint32_t length,
                const tcp::Origin& origin) override;
    void joined(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
                const tcp::Origin& origin) override;
    void datagram(StoredDatagram datagram) override;
    void conflictingDatagram(PacketNumber packet) override;
    void waiting(bool isWaiting) override;
    void notice(std::string sentence) override;

    void opened(ConnectionId id, const tcp::Opening& opening) override;
    void packet(ConnectionId id, const tcp::Origin& origin) override;
    void data(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
              const tcp::Origin& origin) override;
    void packetWithData(ConnectionId id, const tcp::Origin& origin, Direction direction,
                        StreamOffset offset, ByteView bytes, const tcp::Origin& place) override;
    void gap(ConnectionId id, Direction direction, const tcp::Gap& gap) override;
    void directionEnded(ConnectionId id, Direction direction, EndReason reason,
                        const tcp::Origin& at) override;
    void ended(ConnectionId id, Direction by, EndReason reason, const tcp::Origin& at) override;
    void started(ConnectionId id, Direction direction, std::uint32_t base) override;
    void released(ConnectionId id, Direction direction) override;
    void conflict(ConnectionId id, Direction direction, const tcp::Conflict& conflict) override;
    void beside(ConnectionId id, Direction direction, const tcp::Beside& beside) override;
    void recovered(ConnectionId id, Direction direction, StreamOffset offset, std::uint64_t size,
                   std::int64_t waitedNs, const tcp::Origin& origin) override;
    void urgent(ConnectionId id, Direction direction, StreamOffset offset) override;
    void wentOn(ConnectionId id) override;
    void forgotten(ConnectionId id) override;

protected:
    /// Called when the block has become full, also in the middle of a packet: what waited for a
    /// hole may come all at once.
    virtual void full() = 0;

private:
    /// Small enough that a few blocks stay in the processor's caches between the two threads.
    static constexpr std::size_t kBlockBytes = std::size_t{128} << 10;
    static constexpr std::size_t kBlockEvents = 1024;

    IntakeEvent& add(IntakeEvent::Kind kind, ConnectionId id);
    std::uint64_t keep(ByteView bytes);

    EventBlock m_block;
};

}  // namespace framescope
