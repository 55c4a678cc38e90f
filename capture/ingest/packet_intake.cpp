#include "capture/ingest/packet_intake.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <utility>

#include "capture/session/large_memory.h"
#include "dissector/layer/protocols.h"
#include "dissector/packet/decode_packet.h"
#include "dissector/packet/packet_fault.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

class LargeRing : public tcp::RingMemory {
public:
    explicit LargeRing(std::size_t size) : m_memory(size) {}
    void* data() override { return m_memory.data(); }
    std::size_t prepare(std::size_t end) override { return m_memory.prepare(end); }

private:
    LargeMemory m_memory;
};

std::unique_ptr<tcp::RingMemory> largeRing(std::size_t size) {
    return std::make_unique<LargeRing>(size);
}

}  // namespace

PacketIntake::PacketIntake(IntakeEvents& out, const DecodeLimits& limits, tcp::ReadBack readBack)
    : m_out(out),
      m_tracker(*this, guessSender,
                {limits.heldBytes, limits.heldSegments, limits.heldInTotal, limits.conflicts}) {
    m_tracker.setReadBack(std::move(readBack));
    m_tracker.setMemorySource(largeRing);
}

void PacketIntake::packet(const CapturedPacket& packet) {
    m_out.nextPacket(packet.recordOffset);
    if (packet.hasTime) {
        m_lastTimeNs = packet.timeNs;
        if (!m_figures.hasTimes()) m_figures.firstTimeNs = m_figures.lastTimeNs = m_lastTimeNs;
        m_figures.lastTimeNs = std::max(m_figures.lastTimeNs, m_lastTimeNs);
    } else {
        ++m_figures.untimedPackets;
        m_out.untimed(packet.number);
    }
    ++m_figures.packets;
    if (packet.dropped != 0) tellDrop(packet);
    if (!packet.comments.empty()) tellComments(packet);

    if (m_lastTimeNs > m_fragments.deadline()) datagrams(m_fragments.expire(m_lastTimeNs));

    decodePacket(packet.linkType, packet.data, packet.originalLength, m_decoded);
    if (m_decoded.tunnelled) ++m_figures.tunnelledPackets;
    switch (m_decoded.kind) {
        case PacketKind::Tcp:
            break;
        case PacketKind::Udp:
            ++m_figures.udpPackets;
            m_figures.unreadContents.add(m_decoded.unread);
            return;
        case PacketKind::OtherIp:
            ++m_figures.otherIpPackets;
            m_figures.unreadContents.add(m_decoded.unread);
            return;
        case PacketKind::IpFragment:
            return fragment(packet, m_decoded.fragment);
        case PacketKind::NotIp:
            ++m_figures.notIpPackets;
            m_figures.unreadContents.add(m_decoded.unread);
            return;
        case PacketKind::UnknownLink:
        case PacketKind::Malformed:
        case PacketKind::CutShort:
            return unread(packet, m_decoded.kind);
    }
    ++m_figures.tcpPackets;
    if (m_decoded.payloadCaptured < m_decoded.payloadLength) {
        ++m_figures.cutPayloadPackets;
        m_mostOfCut = std::max(m_mostOfCut, packet.data.size());
    }
    m_tracker.packet(m_decoded, packet.data, {packet.number, m_lastTimeNs, packet.dataOffset});
}

void PacketIntake::finish() {
    datagrams(m_fragments.finish());
    m_tracker.finish();
    tellWaiting();
}

void PacketIntake::idle() {
    m_tracker.idle();
    tellWaiting();
}

const Statistics& PacketIntake::figures() {
    const ip::FragmentTracker::Figures& fragments = m_fragments.figures();
    m_figures.ipDatagrams = fragments.complete;
    m_figures.ipDatagramsGivenUp = fragments.givenUp;
    m_figures.ipFragmentsRefused = fragments.refused;
    return m_figures;
}

CaptureRow PacketIntake::captureRow(const CapturedPacket& packet, RowKind kind) const {
    CaptureRow row;
    row.record.kind = kind;
    row.record.protocol = Protocol::Capture;
    row.record.connection = kNoConnection;
    row.record.packet = packet.number;
    row.record.timeNs = m_lastTimeNs;
    return row;
}

/// One with an issue that is its own.
CaptureRow PacketIntake::captureRow(const CapturedPacket& packet, RowKind kind,
                                    IssueCode issue) const {
    CaptureRow row = captureRow(packet, kind);
    row.record.severity = issueInfo(issue).severity;
    row.issue = issue;
    return row;
}

/// The packets are missing between the rows before and those that this packet makes, so that is
/// where it is said. They may have been of any connection.
void PacketIntake::tellDrop(const CapturedPacket& packet) {
    m_figures.droppedPackets += packet.dropped;
    CaptureRow row = captureRow(packet, RowKind::CaptureDrop, IssueCode::CapturePacketsDropped);
    row.record.detail = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(packet.dropped, std::numeric_limits<std::uint32_t>::max()));
    out().captureRow(row);
}

/// A row each, in front of what the packet itself makes. A comment may be long; the whole of it is
/// read again from the file, `detail` being its place among those of the packet.
void PacketIntake::tellComments(const CapturedPacket& packet) {
    for (std::size_t i = 0; i < packet.comments.size(); ++i) {
        CaptureRow row = captureRow(packet, RowKind::CaptureComment);
        row.record.detail = static_cast<std::uint32_t>(i);
        row.record.length = packet.comments[i].size();
        row.name = asText(packet.comments[i]);
        out().captureRow(row);
    }
}

void PacketIntake::unread(const CapturedPacket& packet, PacketKind kind) {
    if (kind == PacketKind::CutShort) {
        m_mostOfCut = std::max(m_mostOfCut, packet.data.size());
        // One says what a snap length took away as well as a million of them.
        if (m_figures.cutShortPackets++ < kMaxCutRows) {
            tellUnread(packet, UnreadReason::CutShort);
        }
        return;
    }
    if (kind == PacketKind::Malformed && packet.originalLength == 0 && packet.data.empty()) {
        ++m_figures.emptyPackets;
        tellUnread(packet, UnreadReason::Empty);
        return;
    }
    if (kind == PacketKind::Malformed) {
        ++m_figures.malformedPackets;
        const auto fault = findFault(packet.linkType, packet.data, packet.originalLength);
        tellUnread(packet, fault ? fault->reason : UnreadReason::Header);
        return;
    }
    if (packet.linkType == unknownLinkType) {
        ++m_figures.undescribedPackets;
        tellUnread(packet, UnreadReason::Interface);
        return;
    }
    ++m_figures.unknownLinkPackets;
    ++m_unreadLinkTypes[packet.linkType];
    tellUnread(packet, UnreadReason::LinkType);
}

void PacketIntake::tellUnread(const CapturedPacket& packet, UnreadReason reason) {
    CaptureRow row = captureRow(packet, RowKind::UnreadPacket, issueOf(reason));
    row.record.form = static_cast<std::uint8_t>(reason);
    row.record.detail = packet.linkType;
    row.record.length = std::max<std::uint64_t>(packet.originalLength, packet.data.size());
    out().captureRow(row);
}

void PacketIntake::packet(ConnectionId id, const tcp::Origin& origin) {
    // However many parts a segment has, it is one packet of its connection.
    if (!m_laterPart) out().packet(id, origin);
}

void PacketIntake::data(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
                        const tcp::Origin& origin) {
    tellWaiting();
    if (m_parts.empty()) {
        m_out.data(id, direction, offset, bytes, origin);
    } else if (join(id, direction, offset, bytes, origin)) {
        m_out.extent(id, direction, offset, static_cast<std::uint32_t>(bytes.size()), origin);
    } else {
        out().data(id, direction, offset, bytes, origin);
    }
}

void PacketIntake::packetWithData(ConnectionId id, const tcp::Origin& origin, Direction direction,
                                  StreamOffset offset, ByteView bytes, const tcp::Origin& place) {
    if (m_laterPart || !m_parts.empty() || m_joined) {
        packet(id, origin);
        data(id, direction, offset, bytes, place);
        return;
    }
    tellWaiting();
    m_out.packetWithData(id, origin, direction, offset, bytes, place);
}

void PacketIntake::opened(ConnectionId id, const tcp::Opening& opening) {
    out().opened(id, opening);
}

void PacketIntake::gap(ConnectionId id, Direction direction, const tcp::Gap& gap) {
    out().gap(id, direction, gap);
}

void PacketIntake::directionEnded(ConnectionId id, Direction direction, EndReason reason,
                                  const tcp::Origin& at) {
    out().directionEnded(id, direction, reason, at);
}

void PacketIntake::ended(ConnectionId id, Direction by, EndReason reason, const tcp::Origin& at) {
    out().ended(id, by, reason, at);
}

void PacketIntake::started(ConnectionId id, Direction direction, std::uint32_t base) {
    out().started(id, direction, base);
}

void PacketIntake::released(ConnectionId id, Direction direction) {
    out().released(id, direction);
}

void PacketIntake::conflict(ConnectionId id, Direction direction, const tcp::Conflict& conflict) {
    out().conflict(id, direction, conflict);
}

void PacketIntake::beside(ConnectionId id, Direction direction, const tcp::Beside& beside) {
    out().beside(id, direction, beside);
}

void PacketIntake::recovered(ConnectionId id, Direction direction, StreamOffset offset,
                             std::uint64_t size, std::int64_t waitedNs, const tcp::Origin& origin) {
    out().recovered(id, direction, offset, size, waitedNs, origin);
}

void PacketIntake::urgent(ConnectionId id, Direction direction, StreamOffset offset) {
    out().urgent(id, direction, offset);
}

void PacketIntake::wentOn(ConnectionId id) {
    out().wentOn(id);
}

void PacketIntake::forgotten(ConnectionId id) {
    m_out.forgotten(id);
}

}  // namespace framescope
