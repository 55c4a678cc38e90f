// The second half of the ingest: what happens on the connections comes in, rows go out. Owns the
// layers of every open connection. Runs on one thread, whichever that is; knows nothing of packets,
// files or queues. What comes before it is packet_intake.h.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "capture/ingest/batch.h"
#include "capture/ingest/ingest_options.h"
#include "capture/ingest/intake_events.h"
#include "dissector/layer/conversations.h"
#include "dissector/layer/gap_rows.h"
#include "dissector/layer/layer.h"

namespace framescope {

/// Layers find GapRows in LayerOutput, so both are public bases.
class RowMaker final : public IntakeEvents, public LayerOutput, public GapRows {
public:
    explicit RowMaker(IngestOptions options = {});
    ~RowMaker() override;

    /// Nothing happens at the moment.
    void idle();
    /// Nothing more happens on any connection.
    void finish();

    /// One connection that has no packets, instead of a capture: its layer, what is known of it,
    /// and its bytes as they lie one behind the other in the session's file.
    void openStream(std::unique_ptr<Layer> layer);
    ConnectionFacts& streamFacts() { return facts(); }
    void nameStream(std::string_view path, std::string_view subprotocol);
    void streamBytes(Direction direction, ByteView bytes);
    void endStream();
    void endStream(Direction direction);

    /// Packets come in another order than that of the file: this is the number that the next one
    /// has there, by which rows name it; everything else counts packets as they come. Where their
    /// records lie is told by addPacketOffset().
    void addFileNumber(PacketNumber number) { m_fileNumbers.push_back(number); }
    /// Where the next record lies, in the order of the file.
    void addPacketOffset(std::uint64_t recordOffset) { m_packetOffsets.add(recordOffset, m_room); }

    /// Rows and packets that wait in the batch being filled.
    std::size_t pending() const { return m_rows.fresh() + m_packetOffsets.fresh(); }
    const ReadAsRules& readAsRules() const { return m_options.readAs; }
    /// Whether a connection is read by this one of readAsRules().
    bool isUsed(const ReadAsRule& rule) const { return m_rulesUsed.contains(&rule.readAs); }
    /// Connections that gave up a hole because too much was held behind it, by the limit of one
    /// connection and by that of all.
    std::uint64_t heldLimitMet() const { return m_heldLimitMet; }
    std::uint64_t totalLimitMet() const { return m_totalLimitMet; }
    const IngestOptions& options() const { return m_options; }

    /// What was found since the last call, connections and all. `packets` is what was counted of
    /// packets until then.
    Batch takeBatch(const Statistics& packets);

    // IntakeEvents
    void nextPacket(std::uint64_t recordOffset) override {
        if (m_fileNumbers.empty()) addPacketOffset(recordOffset);
    }
    void captureRow(const CaptureRow& row) override;
    void extent(ConnectionId id, Direction direction, StreamOffset offset, std::uint32_t length,
                const tcp::Origin& origin) override;
    void joined(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
                const tcp::Origin& origin) override;
    void datagram(StoredDatagram datagram) override {
        m_batch.datagrams.push_back(std::move(datagram));
    }
    void conflictingDatagram(PacketNumber packet) override {
        m_conflictingDatagrams.insert(packet);
    }
    void untimed(PacketNumber packet) override;
    void waiting(bool isWaiting) override { m_waiting = isWaiting; }
    void notice(std::string sentence) override { m_batch.notices.push_back(std::move(sentence)); }

    // TcpObserver
    void opened(ConnectionId id, const tcp::Opening& opening) override;
    void packet(ConnectionId id, const tcp::Origin& origin) override;
    void packetWithData(ConnectionId id, const tcp::Origin& origin, Direction direction,
                        StreamOffset offset, ByteView bytes, const tcp::Origin& place) override;
    void data(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
              const tcp::Origin& origin) override;
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

private:
    struct Connection;
    /// What an RST has ended while nobody knows whether its ends have taken it; see
    /// row_maker_reset.cpp.
    struct Suspended;
    struct HeldGap;
    struct SuspendedConnections {
        std::deque<ConnectionId> rowDue;  ///< whose RST has no row yet
        std::deque<ConnectionId> aside;   ///< whose layer is kept, oldest first
        PacketNumber rowDuePacket = std::numeric_limits<PacketNumber>::max();
        std::int64_t asideUntilNs = std::numeric_limits<std::int64_t>::max();
    };
    /// So that a name is sought without a copy of it.
    struct NameHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view name) const {
            return std::hash<std::string_view>()(name);
        }
    };
    /// Packets one behind the other.
    struct PacketRun {
        PacketNumber begin = 0;
        PacketNumber end = 0;  ///< the first one behind it
    };

    // LayerOutput
    RecordId emit(Record& record) override;
    RecordId nextRow() const override { return m_nextRecord; }
    void countIssue(IssueCode code) override;
    void link(const RowLink& link) override { m_batch.links.push_back(link); }
    void remark(RecordId row, IssueCode code, std::uint16_t part, std::string_view detail) override;
    void checkpoint(Direction direction, Checkpoint checkpoint) override;
    const DecodeLimits& limits() const override { return m_options.limits; }
    ConnectionId connection() const override { return m_currentId; }
    const Endpoint& client() const override;
    const Endpoint& server() const override;
    Conversations& conversations() override { return m_conversations; }
    NameId intern(std::string_view name) override;
    Arrival arrival() const override { return m_arrival; }
    void setArrival(Arrival arrival) override { m_arrival = arrival; }
    ConnectionFacts& facts() override;
    void replaceWith(std::unique_ptr<Layer> next) override;

    // GapRows
    void holdGapRow(Direction direction, StreamOffset offset) override;
    void tellGapRow(Direction direction, StreamOffset offset) override;
    void emitGap(const HeldGap& gap);
    void emitHeldGaps(Connection& connection);

    void addExtent(Connection& connection, Direction direction, StreamOffset offset,
                   std::uint32_t length, const tcp::Origin& origin);
    void tellExtents(ConnectionId id, Connection& connection);
    bool isUntimed(PacketNumber packet) const;
    PacketNumber fileNumber(PacketNumber packet) const;
    void nameFileNumbers();
    void read(Connection& connection, Direction direction, StreamOffset offset, ByteView bytes,
              const tcp::Origin& origin);
    RecordId addRow(Record& record);
    /// Of a row that is made while a layer is told that bytes are missing, or that no more come.
    void placeCutShort(Record& record) const;
    Connection& enter(ConnectionId id);
    void makeConnections(ConnectionId last);
    Connection& notePacket(ConnectionId id, const tcp::Origin& origin);
    void settle();
    void replaceLayer();
    void forgetEnded();
    void suspend(Connection& connection, Direction by, EndReason reason, const tcp::Origin& at);
    std::unique_ptr<Suspended> takeSuspended(ConnectionId id);
    void endSuspended(ConnectionId id);
    void endSuspendedOf(const IpAddress& client);
    void endDueSuspended(const tcp::Origin& now);
    void endAllSuspended(const std::deque<ConnectionId>& which);
    void setSuspendedDue();
    void emitEnd(Direction by, EndReason reason, const tcp::Origin& at);
    void emitEvent(RowKind kind, Direction direction, std::uint32_t detail, std::uint32_t flags,
                   IssueCode issue);

    const IngestOptions m_options;
    Batch m_batch;
    IndexRoom m_room;
    ValueWriter<RowBlock> m_rows;
    ValueWriter<NumberBlock<std::uint64_t>> m_packetOffsets;
    Statistics m_statistics;  ///< rows, issues and connections
    std::unordered_map<std::string, NameId, NameHash, std::equal_to<>> m_names;
    std::vector<const std::string*> m_nameTexts;  ///< by NameId
    std::array<NameId, 64> m_recentNames{};       ///< a few of them, see recentPlaceOf()
    Conversations m_conversations;
    std::vector<std::unique_ptr<Connection>> m_connections;
    std::vector<ConnectionId> m_changed;
    std::vector<ConnectionId> m_forgotten;  ///< of which nothing more comes
    SuspendedConnections m_suspended;
    Connection* m_current = nullptr;  ///< whose event is being handled
    ConnectionId m_currentId = 0;
    Arrival m_arrival;
    /// While a layer is told of a hole or an end: the packet that shows it, which may be the other
    /// side's. What is cut short by that stands at the last packet that brought some of it.
    PacketNumber m_cutBy = 0;
    RecordId m_nextRecord = 0;
    std::vector<PacketNumber> m_fileNumbers;  ///< empty where packets come as the file has them
    std::vector<PacketRun> m_untimed;         ///< packets without a time; ascending, apart
    std::unordered_set<const ReadAs*> m_rulesUsed;
    std::uint64_t m_heldLimitMet = 0;
    std::uint64_t m_totalLimitMet = 0;
    bool m_waiting = false;           ///< as waiting() told
    std::uint32_t m_waitsTold = 0;    ///< rows that say how long they had waited
    std::uint64_t m_streamPlace = 0;  ///< of the next bytes of a stream without packets
    std::array<StreamOffset, 2> m_streamOffset{};
    /// Packets that completed a datagram whose fragments conflict; one needs three packets at
    /// least.
    std::unordered_set<PacketNumber> m_conflictingDatagrams;
};

}  // namespace framescope
