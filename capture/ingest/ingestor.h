// The ingest: packets in, batches out. Owns all parser state: the TCP tracker, and for every open
// connection its layer. Runs on one thread, whichever that is; knows nothing of files or queues.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "capture/file/capture_reader.h"
#include "capture/ingest/batch.h"
#include "capture/ingest/ingest_options.h"
#include "dissector/ip/fragment_tracker.h"
#include "dissector/layer/conversations.h"
#include "dissector/layer/layer.h"
#include "dissector/packet/packet.h"
#include "dissector/packet/unread_reason.h"
#include "dissector/tcp/tcp_tracker.h"

namespace framescope {

class Ingestor : private tcp::TcpObserver, private LayerOutput {
public:
    /// `readBack` gives bytes of the capture again; see TcpTracker::setReadBack().
    explicit Ingestor(IngestOptions options = {}, tcp::ReadBack readBack = {});
    ~Ingestor() override;

    /// Before the first packet: what comes without a time in front of the first one that has a time
    /// counts as if it came then, for whatever measures times.
    void startAt(std::int64_t timeNs) { m_lastTimeNs = timeNs; }
    /// The next packet of the capture.
    void packet(const CapturedPacket& packet);
    /// The same where decodePacket() was already called.
    void packet(const CapturedPacket& packet, const DecodedPacket& decoded);
    /// No more packets come at the moment: rows that only wait for the capture to get in order are
    /// made.
    void idle();
    /// No more packets come: ends what is open.
    void finish();

    /// One connection that has no packets, instead of a capture: its layer, what is known of it,
    /// and its bytes as they lie one behind the other in the session's file.
    void openStream(std::unique_ptr<Layer> layer);
    ConnectionFacts& streamFacts() { return facts(); }
    void nameStream(std::string_view path, std::string_view subprotocol);
    void streamBytes(Direction direction, ByteView bytes);
    void endStream();
    void endStream(Direction direction);

    /// Rows and packets that wait in the batch being filled.
    std::size_t pending() const { return m_batch.records.size() + m_batch.packetOffsets.size(); }
    /// Packets that have a row of their own since less was captured of them than the headers down
    /// to TCP, and datagrams whose beginning is missing; those behind them are only counted.
    static constexpr std::uint64_t kMaxCutRows = 1000;

    /// The link types that could not be read, and how many packets are of each.
    const std::map<std::uint32_t, std::uint64_t>& unreadLinkTypes() const {
        return m_unreadLinkTypes;
    }
    const Statistics& statistics() const { return m_statistics; }
    const ReadAsRules& readAsRules() const { return m_options.readAs; }
    /// Whether a connection is read by this one of readAsRules().
    bool isUsed(const ReadAsRule& rule) const { return m_rulesUsed.contains(&rule.readAs); }
    /// Connections that gave up a hole because too much was held behind it, by the limit of one
    /// connection and by that of all.
    std::uint64_t heldLimitMet() const { return m_heldLimitMet; }
    std::uint64_t totalLimitMet() const { return m_totalLimitMet; }
    /// Places where bytes came again with other contents that are no rows, since there were so many
    /// of their connections.
    std::uint64_t conflictsNotListed() const { return m_tracker.conflictsNotTold(); }
    /// Bytes that came again and were not compared with their first version.
    std::uint64_t bytesNotCompared() const { return m_tracker.bytesNotCompared(); }
    /// Most bytes captured of a packet that was cut; what the snap length was, if it was declared.
    std::size_t mostOfCut() const { return m_mostOfCut; }

    /// What was found since the last call; statistics, connections and all.
    Batch takeBatch();

private:
    struct Connection;

    /// Parts of one segment that lie one behind the other, to be handed on as one.
    struct JoinedParts {
        ConnectionId id = 0;
        Direction direction = Direction::ClientToServer;
        StreamOffset offset = 0;
        ByteView bytes;
        tcp::Origin origin;
    };

    /// Packets one behind the other.
    struct PacketRun {
        PacketNumber begin = 0;
        PacketNumber end = 0;  ///< the first one behind it
    };

    // TcpObserver
    void opened(ConnectionId id, const tcp::Opening& opening) override;
    void packet(ConnectionId id, const tcp::Origin& origin) override;
    void data(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
              const tcp::Origin& origin) override;
    void gap(ConnectionId id, Direction direction, const tcp::Gap& gap) override;
    void directionEnded(ConnectionId id, Direction direction, EndReason reason) override;
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

    // LayerOutput
    RecordId emit(Record record) override;
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

    // Fragments; see ingest_fragments.cpp.
    void fragment(const CapturedPacket& packet, const ip::Fragment& fragment);
    void datagrams(const std::vector<ip::Datagram>& ended, int nested = 0);
    void segment(const ip::Datagram& datagram, const DecodedPacket& decoded);
    bool mayLeadToTcp(const ip::Datagram& datagram, PacketKind found) const;
    void emitIncomplete(const ip::Datagram& datagram);
    void remember(const ip::Datagram& datagram);
    bool join(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
              const tcp::Origin& origin);
    void handOnJoined();

    void handOn(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
                const tcp::Origin& origin);

    void noteUntimed(PacketNumber packet);
    bool isUntimed(PacketNumber packet) const;
    void emitDrop(const CapturedPacket& packet);
    void emitComments(const CapturedPacket& packet);
    void unread(const CapturedPacket& packet, PacketKind kind);
    void emitUnread(const CapturedPacket& packet, UnreadReason reason);
    Record captureRecord(const CapturedPacket& packet, IssueCode issue);
    RecordId append(const Record& record);
    Connection& enter(ConnectionId id);
    void settle();
    void forgetEnded();
    void emitEvent(RowKind kind, Direction direction, std::uint32_t detail, std::uint32_t flags,
                   IssueCode issue);

    const IngestOptions m_options;
    Batch m_batch;
    Statistics m_statistics;
    std::unordered_map<std::string, NameId> m_names;
    std::vector<const std::string*> m_nameTexts;  ///< by NameId
    Conversations m_conversations;
    std::vector<std::unique_ptr<Connection>> m_connections;
    std::vector<ConnectionId> m_changed;
    std::vector<ConnectionId> m_forgotten;  ///< of which nothing more comes
    Connection* m_current = nullptr;        ///< whose event is being handled
    ConnectionId m_currentId = 0;
    Arrival m_arrival;
    RecordId m_nextRecord = 0;
    std::int64_t m_lastTimeNs = 0;
    std::vector<PacketRun> m_untimed;  ///< packets without a time; ascending, apart
    std::map<std::uint32_t, std::uint64_t> m_unreadLinkTypes;
    std::unordered_set<const ReadAs*> m_rulesUsed;
    std::size_t m_mostOfCut = 0;
    std::uint64_t m_heldLimitMet = 0;
    std::uint64_t m_totalLimitMet = 0;
    std::uint32_t m_waitsTold = 0;    ///< rows that say how long they had waited
    std::uint64_t m_streamPlace = 0;  ///< of the next bytes of a stream without packets
    std::array<StreamOffset, 2> m_streamOffset{};
    ip::FragmentTracker m_fragments;
    std::size_t m_rememberedPieces = 0;
    std::uint64_t m_incompleteRows = 0;  ///< of datagrams, those beyond the limit among them
    bool m_saidForgotten = false;
    /// Packets that completed a datagram whose fragments conflict; one needs three packets at
    /// least.
    std::unordered_set<PacketNumber> m_conflictingDatagrams;
    ByteView m_parts;          ///< the datagram whose segment comes in parts at the moment
    bool m_laterPart = false;  ///< and it is not the first one that comes now
    std::optional<JoinedParts> m_joined;
    tcp::TcpTracker m_tracker;
};

}  // namespace framescope
