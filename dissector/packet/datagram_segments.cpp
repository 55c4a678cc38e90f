#include "dissector/packet/datagram_segments.h"

#include <algorithm>

namespace framescope {
namespace {

constexpr std::uint16_t kWithFirst = tcp::kSyn;
constexpr std::uint16_t kWithLast = tcp::kFin | tcp::kRst;

/// The part of the segment that begins `distance` bytes behind the payload's first one.
SegmentPart partAt(const DecodedPacket& whole, std::uint64_t distance) {
    SegmentPart part;
    part.decoded = whole;
    tcp::Header& header = part.decoded.tcp;
    header.flags &= static_cast<std::uint16_t>(~kWithLast);
    part.decoded.payloadOffset = whole.payloadOffset + static_cast<std::size_t>(distance);
    part.decoded.payloadCaptured = 0;
    part.decoded.payloadLength = 0;
    if (distance == 0) return part;
    // The SYN takes a sequence number in front of the first byte.
    header.sequence += static_cast<std::uint32_t>(distance) + (header.has(tcp::kSyn) ? 1 : 0);
    header.flags &= static_cast<std::uint16_t>(~kWithFirst);
    if (header.has(tcp::kUrg)) {
        // The pointer counts from the sequence number (RFC 9293 section 3.1).
        if (header.urgentPointer > distance) {
            header.urgentPointer = static_cast<std::uint16_t>(header.urgentPointer - distance);
        } else {
            header.urgentPointer = 0;
            header.flags &= static_cast<std::uint16_t>(~tcp::kUrg);
        }
    }
    return part;
}

}  // namespace

std::vector<SegmentPart> segmentParts(const DecodedPacket& decoded, const ip::Datagram& datagram) {
    const std::uint64_t begin = decoded.payloadOffset;
    const std::uint64_t end = begin + decoded.payloadLength;
    std::vector<SegmentPart> parts;
    std::uint64_t reached = begin;
    const auto add = [&](std::uint64_t from, std::uint64_t captured, std::uint64_t to) {
        SegmentPart& part = parts.emplace_back(partAt(decoded, from - begin));
        // Without bytes there may be no such place in the payload.
        if (captured == 0) part.decoded.payloadOffset = decoded.payloadOffset;
        part.decoded.payloadCaptured = static_cast<std::size_t>(captured);
        part.decoded.payloadLength = to - from;
        reached = to;
    };
    for (const ip::DatagramPiece& piece : datagram.pieces) {
        const std::uint64_t from = std::max<std::uint64_t>(begin, piece.offset);
        const std::uint64_t behind = std::uint64_t{piece.offset} + piece.length;
        const std::uint64_t captured = std::min(end, behind);
        const std::uint64_t to = std::min(end, behind + piece.cut);
        if (from >= to) continue;
        // The header stands alone where its own data is not there.
        if (parts.empty() && from != begin) add(begin, 0, begin);
        add(from, captured > from ? captured - from : 0, to);
        parts.back().fileOffset = piece.fileOffset - piece.offset;
    }
    if (parts.empty()) add(begin, 0, begin);
    std::uint16_t last = decoded.tcp.flags & kWithLast;
    if (!datagram.lengthKnown) last &= static_cast<std::uint16_t>(~tcp::kFin);
    if (last != 0 && reached != end) add(end, 0, end);
    parts.back().decoded.tcp.flags |= last;
    return parts;
}

}  // namespace framescope
