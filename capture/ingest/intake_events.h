// What the first half of the ingest, which puts packets in order (packet_intake.h), tells the
// second, which makes rows of them (ingestor.h): what happens on the connections, and what the
// packets themselves say. Both run on one thread (ingestor.h), or each on its own (intake_ahead.h).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "capture/session/stored_datagram.h"
#include "dissector/issue/issue.h"
#include "dissector/record/record.h"
#include "dissector/tcp/tcp_observer.h"

namespace framescope {

/// A row that belongs to no connection.
struct CaptureRow {
    Record record;
    IssueCode issue = IssueCode::None;  ///< to be counted
    std::string_view name;              ///< to be interned; kMaxName bytes of it count
};
/// Longest name that is kept of a row, an event or a request; the whole one is in the capture.
inline constexpr std::size_t kMaxName = 256;

/// Bytes told by data() are in the capture where they are said to be; those of a datagram that came
/// in fragments lie there in parts, of which extent() tells, and come together in joined().
class IntakeEvents : public tcp::TcpObserver {
public:
    /// The next packet of the capture comes, of whatever kind; what follows is caused by it.
    virtual void nextPacket(std::uint64_t recordOffset) = 0;
    /// That packet has no time of its own, and stands where the one before it stood.
    virtual void untimed(PacketNumber packet) = 0;
    virtual void captureRow(const CaptureRow& row) = 0;
    virtual void extent(ConnectionId id, Direction direction, StreamOffset offset,
                        std::uint32_t length, const tcp::Origin& origin) = 0;
    virtual void joined(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
                        const tcp::Origin& origin) = 0;
    virtual void datagram(StoredDatagram datagram) = 0;
    /// Rows of this packet are made of fragments that contradict each other.
    virtual void conflictingDatagram(PacketNumber packet) = 0;
    /// From now on somebody waits for bytes, or nobody; see TcpTracker::isWaiting().
    virtual void waiting(bool isWaiting) = 0;
    virtual void notice(std::string sentence) = 0;
};

}  // namespace framescope
