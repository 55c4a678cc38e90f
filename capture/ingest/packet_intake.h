// The first half of the ingest: packets are counted, datagrams put together from their fragments,
// TCP streams put in order. What comes of it is told to an IntakeEvents; nothing comes back from
// there. Knows nothing of files or queues.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "capture/file/capture_reader.h"
#include "capture/ingest/intake_events.h"
#include "capture/session/statistics.h"
#include "dissector/ip/fragment_tracker.h"
#include "dissector/layer/layer.h"
#include "dissector/packet/packet.h"
#include "dissector/packet/unread_reason.h"
#include "dissector/tcp/tcp_tracker.h"

namespace framescope {

class PacketIntake : private tcp::TcpObserver {
public:
    /// Packets that have a row of their own since less was captured of them than the headers down
    /// to TCP, and datagrams whose beginning is missing; those behind them are only counted.
    static constexpr std::uint64_t kMaxCutRows = 1000;

    /// `readBack` gives bytes of the capture again; see TcpTracker::setReadBack().
    PacketIntake(IntakeEvents& out, const DecodeLimits& limits, tcp::ReadBack readBack);

    /// Before the first packet: what comes without a time in front of the first one that has a time
    /// counts as if it came then, for whatever measures times.
    void startAt(std::int64_t timeNs) { m_lastTimeNs = timeNs; }
    /// What is to be said of the capture as a whole.
    void notice(std::string sentence) { m_out.notice(std::move(sentence)); }
    /// The next packet of the capture.
    void packet(const CapturedPacket& packet);
    /// No more packets come at the moment: rows that only wait for the capture to get in order are
    /// made.
    void idle();
    /// No more packets come: ends what is open.
    void finish();

    /// What was counted of packets; rows, issues and connections are not counted here.
    const Statistics& figures();
    /// The link types that could not be read, and how many packets are of each.
    const std::map<std::uint32_t, std::uint64_t>& unreadLinkTypes() const {
        return m_unreadLinkTypes;
    }
    /// Places where bytes came again with other contents that are no rows, since there were so many
    /// of their connections.
    std::uint64_t conflictsNotListed() const { return m_tracker.conflictsNotTold(); }
    /// Bytes that came again and were not compared with their first version.
    std::uint64_t bytesNotCompared() const { return m_tracker.bytesNotCompared(); }
    /// Bytes that came for holes that were remembered no longer, and are in no row.
    std::uint64_t bytesPastMemory() const { return m_tracker.bytesPastMemory(); }
    /// IP datagrams that were given up since too many waited for fragments.
    std::uint64_t datagramsTooMany() const { return m_fragments.figures().tooMany; }
    /// Most bytes captured of a packet that was cut; what the snap length was, if it was declared.
    std::size_t mostOfCut() const { return m_mostOfCut; }

private:
    /// Parts of one segment that lie one behind the other, to be handed on as one.
    struct JoinedParts {
        ConnectionId id = 0;
        Direction direction = Direction::ClientToServer;
        StreamOffset offset = 0;
        ByteView bytes;
        tcp::Origin origin;
    };

    // TcpObserver
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

    // Fragments; see intake_fragments.cpp.
    void fragment(const CapturedPacket& packet, const ip::Fragment& fragment);
    void datagrams(const std::vector<ip::Datagram>& ended, int nested = 0);
    void segment(const ip::Datagram& datagram, const DecodedPacket& decoded);
    bool mayLeadToTcp(const ip::Datagram& datagram, PacketKind found) const;
    void tellIncomplete(const ip::Datagram& datagram);
    void remember(const ip::Datagram& datagram);
    bool join(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
              const tcp::Origin& origin);
    void handOnJoined();

    /// What was joined so far comes before whatever is told now.
    IntakeEvents& out() {
        tellWaiting();
        if (m_joined) handOnJoined();
        return m_out;
    }
    void tellWaiting() {
        if (m_tracker.isWaiting() == m_waitingTold) return;
        m_waitingTold = !m_waitingTold;
        m_out.waiting(m_waitingTold);
    }

    void tellDrop(const CapturedPacket& packet);
    void tellComments(const CapturedPacket& packet);
    void unread(const CapturedPacket& packet, PacketKind kind);
    void tellUnread(const CapturedPacket& packet, UnreadReason reason);
    CaptureRow captureRow(const CapturedPacket& packet, RowKind kind) const;
    CaptureRow captureRow(const CapturedPacket& packet, RowKind kind, IssueCode issue) const;

    IntakeEvents& m_out;
    Statistics m_figures;
    DecodedPacket m_decoded;
    std::int64_t m_lastTimeNs = 0;
    std::map<std::uint32_t, std::uint64_t> m_unreadLinkTypes;
    std::size_t m_mostOfCut = 0;
    ip::FragmentTracker m_fragments;
    std::size_t m_rememberedPieces = 0;
    std::uint64_t m_incompleteRows = 0;  ///< of datagrams, those beyond the limit among them
    bool m_saidForgotten = false;
    ByteView m_parts;          ///< the datagram whose segment comes in parts at the moment
    bool m_laterPart = false;  ///< and it is not the first one that comes now
    std::optional<JoinedParts> m_joined;
    bool m_waitingTold = false;
    tcp::TcpTracker m_tracker;
};

}  // namespace framescope
