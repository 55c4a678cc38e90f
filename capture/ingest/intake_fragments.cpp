// Fragments on their way through the ingest: they wait until their datagram is complete or given
// up, then its TCP segment goes the way of any other, in as many parts as the capture holds it in.
// Rows name the packet that completed the datagram; extents point at the bytes where they were
// captured.
#include <algorithm>
#include <functional>
#include <vector>

#include "capture/ingest/packet_intake.h"
#include "dissector/ip/ip_protocol.h"
#include "dissector/packet/datagram_segments.h"

namespace framescope {
namespace {

/// Datagrams inside datagrams that were themselves put together. Each costs its sender an IP
/// header, so real ones are one or two.
constexpr int kMaxNested = 8;

/// What of `pieces` lies in the `length` bytes at `begin`, counted from there.
std::vector<ip::DatagramPiece> piecesWithin(const std::vector<ip::DatagramPiece>& pieces,
                                            std::uint64_t begin, std::uint64_t length) {
    std::vector<ip::DatagramPiece> within;
    for (const ip::DatagramPiece& piece : pieces) {
        const std::uint64_t from = std::max<std::uint64_t>(begin, piece.offset);
        const std::uint64_t to =
            std::min<std::uint64_t>(begin + length, std::uint64_t{piece.offset} + piece.length);
        if (from >= to) continue;
        within.push_back({static_cast<std::uint32_t>(from - begin),
                          static_cast<std::uint32_t>(to - from), 0, piece.packet,
                          piece.fileOffset + (from - piece.offset)});
    }
    return within;
}

/// Whether it was read as far as it can be, and holds no TCP.
bool isReadWithoutTcp(PacketKind kind) {
    return kind == PacketKind::Udp || kind == PacketKind::OtherIp || kind == PacketKind::NotIp;
}

}  // namespace

void PacketIntake::fragment(const CapturedPacket& packet, const ip::Fragment& fragment) {
    ++m_figures.ipFragments;
    if (fragment.dataCaptured < fragment.dataLength) {
        m_mostOfCut = std::max(m_mostOfCut, packet.data.size());
    }
    datagrams(
        m_fragments.add(fragment, packet.data.subspan(fragment.dataOffset, fragment.dataCaptured),
                        {packet.number, m_lastTimeNs, packet.dataOffset + fragment.dataOffset}));
}

void PacketIntake::datagrams(const std::vector<ip::Datagram>& ended, int nested) {
    for (const ip::Datagram& datagram : ended) {
        const ByteView beginning = datagram.beginning();
        const DecodedPacket decoded =
            decodeDatagram(datagram.source, datagram.destination, datagram.protocol, beginning,
                           datagram.length, datagram.network);
        if (decoded.kind == PacketKind::Tcp) {
            segment(datagram, decoded);
        } else if (decoded.kind == PacketKind::IpFragment && nested < kMaxNested) {
            const ip::Fragment& inner = decoded.fragment;
            datagrams(
                m_fragments.add(inner, beginning.subspan(inner.dataOffset, inner.dataCaptured),
                                piecesWithin(datagram.pieces, inner.dataOffset, inner.dataCaptured),
                                datagram.packet, datagram.timeNs),
                nested + 1);
        } else if (datagram.complete && isReadWithoutTcp(decoded.kind)) {
            m_figures.unreadContents.add(decoded.unread);
        } else if (!datagram.complete && mayLeadToTcp(datagram, decoded.kind)) {
            tellIncomplete(datagram);
        }
    }
}

/// Whether TCP may have been in a datagram of which not enough came to tell. UDP is taken for what
/// nearly all of it is, unless the capture has tunnels.
bool PacketIntake::mayLeadToTcp(const ip::Datagram& datagram, PacketKind found) const {
    // What was read of it down to something else is no TCP.
    if (found != PacketKind::Malformed && found != PacketKind::CutShort) return false;
    switch (datagram.protocol) {
        case kProtocolTcp:
        case kProtocolIpv4:
        case kProtocolIpv6:
        case kProtocolGre:
        case kProtocolEtherIp:
        case kProtocolMpls:
        case kProtocolEthernet:
        case kProtocolL2tp:
        case kProtocolAuthentication:
            return true;
        case kProtocolHopByHop:
        case kProtocolRouting:
        case kProtocolFragment:
        case kProtocolDestinationOptions:
        case kProtocolMobility:
            return datagram.source.version == 6;
        case kProtocolUdp:
            return m_figures.tunnelledPackets != 0;
        default:
            return false;
    }
}

/// A datagram of which the beginning is missing, so that nothing tells which connection it is of.
void PacketIntake::tellIncomplete(const ip::Datagram& datagram) {
    if (m_incompleteRows++ >= kMaxCutRows) return;
    remember(datagram);
    CaptureRow row;
    row.issue = IssueCode::IpFragmentsMissing;
    row.record.kind = RowKind::UnreadPacket;
    row.record.protocol = Protocol::Capture;
    row.record.connection = kNoConnection;
    row.record.packet = datagram.packet;
    row.record.timeNs = datagram.timeNs;
    row.record.form = static_cast<std::uint8_t>(UnreadReason::Fragments);
    row.record.detail = datagram.identification;
    row.record.length = datagram.length;
    row.record.severity = issueInfo(row.issue).severity;
    out().captureRow(row);
}

/// Hands on the TCP segment of a datagram.
void PacketIntake::segment(const ip::Datagram& datagram, const DecodedPacket& decoded) {
    remember(datagram);
    if (decoded.tunnelled) ++m_figures.tunnelledPackets;
    // Its rows may be made later: behind a hole, or when the connection's beginning is known.
    if (datagram.conflict) m_out.conflictingDatagram(datagram.packet);
    m_parts = datagram.payload;
    for (const SegmentPart& part : segmentParts(decoded, datagram)) {
        if (part.decoded.payloadCaptured < part.decoded.payloadLength) {
            ++m_figures.cutPayloadPackets;
        }
        m_tracker.packet(part.decoded, datagram.payload,
                         {datagram.packet, datagram.timeNs, part.fileOffset});
        m_laterPart = true;
    }
    if (m_joined) out();
    m_laterPart = false;
    m_parts = {};
}

/// Layers get a segment as a whole, as if it had not been fragmented: what waited for something
/// else lies elsewhere in memory, and is not joined.
bool PacketIntake::join(ConnectionId id, Direction direction, StreamOffset offset, ByteView bytes,
                        const tcp::Origin& origin) {
    const std::less<> before;
    if (before(bytes.data(), m_parts.data()) ||
        !before(bytes.data(), m_parts.data() + m_parts.size())) {
        return false;
    }
    if (m_joined && m_joined->id == id && m_joined->direction == direction &&
        m_joined->offset + m_joined->bytes.size() == offset &&
        m_joined->bytes.data() + m_joined->bytes.size() == bytes.data()) {
        m_joined->bytes = ByteView(m_joined->bytes.data(), m_joined->bytes.size() + bytes.size());
        return true;
    }
    if (m_joined) handOnJoined();
    m_joined = JoinedParts{id, direction, offset, bytes, origin};
    return true;
}

void PacketIntake::handOnJoined() {
    const JoinedParts joined = *m_joined;
    m_joined.reset();
    m_out.joined(joined.id, joined.direction, joined.offset, joined.bytes, joined.origin);
}

void PacketIntake::remember(const ip::Datagram& datagram) {
    if (m_rememberedPieces + datagram.pieces.size() > StoredDatagram::kMaxPieces) {
        if (!m_saidForgotten) {
            m_out.notice(
                "There are so many fragments that rows of further fragmented packets show only the "
                "last one.");
        }
        m_saidForgotten = true;
        return;
    }
    m_rememberedPieces += datagram.pieces.size();
    m_out.datagram({datagram.packet, datagram.source, datagram.destination, datagram.protocol,
                    datagram.complete, datagram.conflict, datagram.lengthKnown,
                    static_cast<std::uint32_t>(datagram.length), datagram.pieces});
}

}  // namespace framescope
