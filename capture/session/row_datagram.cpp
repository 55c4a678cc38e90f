// The datagram of a row whose packet was the last of several fragments: read again from all of
// them, and described as what the packet carries.
#include <algorithm>
#include <set>

#include "capture/session/row_dissector.h"
#include "dissector/ip/ipv6.h"
#include "dissector/packet/packet.h"
#include "dissector/payload/utf8.h"

namespace framescope {

RowDatagram readDatagram(const Session::State& state, const StoredDatagram& stored) {
    RowDatagram datagram{stored, {}, {}, 0};
    for (const ip::DatagramPiece& piece : stored.pieces) {
        datagram.bytes.resize(std::size_t{piece.offset} + piece.length);
    }
    std::uint64_t at = 0;
    bool whole = true;
    for (const ip::DatagramPiece& piece : stored.pieces) {
        if (piece.length == 0) continue;
        const auto bytes = state.file->readBytes(piece.fileOffset, piece.length);
        if (!bytes) continue;
        std::ranges::copy(*bytes, datagram.bytes.begin() + piece.offset);
        if (piece.offset != at) datagram.holes.push_back({at, piece.offset});
        whole = whole && piece.offset == at;
        at = std::uint64_t{piece.offset} + piece.length;
        if (whole) datagram.beginning = static_cast<std::size_t>(at);
    }
    if (at != datagram.bytes.size()) datagram.holes.push_back({at, datagram.bytes.size()});
    return datagram;
}

DecodedPacket decodeDatagram(const RowDatagram& datagram) {
    const StoredDatagram& stored = datagram.stored;
    return decodeDatagram(stored.source, stored.destination, stored.protocol,
                          ByteView(datagram.bytes).first(datagram.beginning), stored.length);
}

void describeDatagram(const RowDatagram& datagram, const tcp::Context& context, FieldTree& tree,
                      Place place, std::string& protocols) {
    const StoredDatagram& stored = datagram.stored;
    describeDatagram(stored.source, stored.destination, stored.protocol,
                     ByteView(datagram.bytes).first(datagram.beginning), stored.length, context,
                     tree, place, protocols);
}

void setChecksumAddresses(const StoredDatagram& stored, ByteView packet, const FieldTree& tree,
                          tcp::Context& context) {
    context.checksumSource = stored.source;
    context.checksumDestination = stored.destination;
    std::uint64_t header = packet.size();
    for (const Field& field : tree.fields()) {
        if (field.id == FieldId::Ipv6) header = field.range.begin;
    }
    if (stored.source.version != 6 || header >= packet.size()) return;
    const ByteView bytes = packet.subspan(static_cast<std::size_t>(header));
    const auto parsed = ipv6::parse(bytes);
    if (!parsed) return;
    const ipv6::Ends ends = ipv6::checksumEnds(*parsed, bytes);
    context.checksumSource = ends.source;
    context.checksumDestination = ends.destination;
}

void RowDissector::describeDatagramLayers(RowDatagram datagram, const tcp::Context& context) {
    const StoredDatagram& stored = datagram.stored;
    const SourceId source =
        m_dissection.addSource(SourceKind::Packet, "Reassembled datagram", datagram.bytes);
    m_dissection.sources[source].holes = datagram.holes;
    std::set<PacketNumber> packets;
    for (const ip::DatagramPiece& piece : stored.pieces) packets.insert(piece.packet);
    std::string text = groupedDigits(packets.size()) +
                       (packets.size() == 1 ? " fragment, " : " fragments, ") +
                       byteCountText(stored.length);
    if (!stored.complete) text += ", others are missing";
    const FieldIndex fragments =
        tree().open(FieldId::IpFragments, Place{source, 0}, datagram.bytes.size(), std::move(text));
    for (const ip::DatagramPiece& piece : stored.pieces) {
        std::string line = "packet " + groupedDigits(piece.packet) + ": " +
                           byteCountText(piece.length) + " at offset " +
                           groupedDigits(piece.offset);
        if (piece.cut != 0) line += ", " + groupedDigits(piece.cut) + " more not captured";
        tree().add(FieldId::IpFragment, Place{source, piece.offset}, piece.length,
                   std::uint64_t{piece.packet}, std::move(line));
    }
    tree().addComputed(FieldId::IpFragmentCount, std::uint64_t{packets.size()});
    tree().addComputed(FieldId::IpFragmentedLength, std::uint64_t{stored.length});
    tree().close();
    if (stored.conflict) {
        IssueSink issues;
        issues.add(IssueCode::IpFragmentsConflict);
        tree().attach(issues, fragments);
    }
    framescope::describeDatagram(datagram, context, tree(), Place{source, 0}, m_protocols);
}

}  // namespace framescope
