#include "capture/ingest/order_breaks.h"

#include <algorithm>
#include <limits>

#include "dissector/packet/decode_packet.h"

namespace framescope {
namespace {

/// A power of two: 1.5 MiB.
constexpr std::size_t kConnections = std::size_t{1} << 14;
/// Numbers that are farther apart are none of one stream.
constexpr std::int32_t kFar = 1 << 30;

/// How far `a` lies ahead of `b`.
std::int32_t ahead(std::uint32_t a, std::uint32_t b) {
    return static_cast<std::int32_t>(a - b);
}

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) {
    hash = (hash ^ value) * 0x9e3779b97f4a7c15U;
    return hash ^ hash >> 29;
}

/// The same for both directions, hardly ever for another connection; never 0.
std::uint64_t keyOf(const Endpoint& low, const Endpoint& high) {
    std::uint64_t hash = mixed(low.address.version, low.port);
    hash = mixed(hash, high.port);
    for (const Endpoint* const end : {&low, &high}) {
        const std::uint8_t* const bytes = end->address.bytes.data();
        hash = mixed(hash, readBe64(bytes));
        hash = mixed(hash, readBe64(bytes + 8));
    }
    return hash | 1;
}

}  // namespace

OrderBreaks::OrderBreaks() : m_connections(kConnections) {}

void OrderBreaks::Rising::set(std::uint32_t sequence) {
    values[0] = sequence;
    known[0] = true;
}

void OrderBreaks::Rising::age() {
    values = {values[0], values[0], values[1]};
    known = {known[0], known[0], known[1]};
}

bool OrderBreaks::Rising::hadReached(std::uint32_t sequence) const {
    const std::int32_t beyond = ahead(values[2], sequence);
    return known[2] && beyond >= 0 && beyond < kFar;
}

void OrderBreaks::Connection::ageTo(std::uint64_t now) {
    // Two steps later all is as old as it can be.
    for (multiple = std::max(multiple + 2, now) - 2; multiple < now; ++multiple) {
        for (Side& side : sides) {
            side.high.age();
            side.acked.age();
        }
    }
}

void OrderBreaks::add(const CapturedPacket& packet) {
    ++m_packets;
    decodePacket(packet.linkType, packet.data, packet.originalLength, m_decoded);
    if (m_decoded.kind != PacketKind::Tcp) return;
    const tcp::Header& tcp = m_decoded.tcp;
    const bool isOfLow = m_decoded.source < m_decoded.destination;
    // Without what tells networks apart: each direction may have a tag of its own.
    const std::uint64_t key = isOfLow ? keyOf(m_decoded.source, m_decoded.destination)
                                      : keyOf(m_decoded.destination, m_decoded.source);
    Connection& connection = m_connections[key >> 47 & (kConnections - 1)];
    if (connection.key != key) {
        connection = {};
        connection.key = key;
    }
    connection.ageTo(m_packets / kReach);
    Side& side = connection.sides[isOfLow ? 0 : 1];
    const Side& other = connection.sides[isOfLow ? 1 : 0];
    if (tcp.has(tcp::kSyn)) begin(connection, isOfLow ? 0 : 1, tcp.sequence + 1);
    if (m_decoded.payloadLength != 0 && m_decoded.payloadLength < kFar) {
        const std::uint32_t sequence = tcp.sequence + (tcp.has(tcp::kSyn) ? 1 : 0);
        if (breaks(side, other, sequence, static_cast<std::uint32_t>(m_decoded.payloadLength))) {
            ++m_count;
        }
    }
    if (!tcp.has(tcp::kAck) || tcp.has(tcp::kRst)) return;
    if (!side.acked.isKnown() || ahead(tcp.acknowledgment, side.acked.now()) > 0) {
        side.acked.set(tcp.acknowledgment);
    }
}

/// A SYN: the same one again, one that comes behind its data, or another connection's.
void OrderBreaks::begin(Connection& connection, std::size_t side, std::uint32_t first) {
    Side& own = connection.sides[side];
    if (own.high.isKnown()) {
        if (ahead(own.low, first) >= 0 && ahead(own.low, first) < kFar) return;
        connection.sides = {};
    }
    own.low = first;
    own.high.set(first);
}

/// Takes note of data; whether it should have come earlier.
bool OrderBreaks::breaks(Side& side, const Side& other, std::uint32_t sequence,
                         std::uint32_t length) {
    const std::uint32_t end = sequence + length;
    const bool isAnother = ahead(end, side.high.now()) > kFar || ahead(side.low, sequence) > kFar;
    if (!side.high.isKnown() || isAnother) {
        side.low = sequence;
        side.received = 0;
        side.high = {};
        side.high.set(sequence);
    }
    const auto receive = [&] {
        side.received = std::min(side.received + length, side.high.now() - side.low);
    };
    if (ahead(end, side.high.now()) > 0) {
        side.high.set(end);
        receive();
        return other.acked.hadReached(end);
    }
    const bool isBefore = ahead(side.low, sequence) > 0;
    if (isBefore) side.low = sequence;
    // What repeats breaks nothing.
    if (!isBefore && side.received + length > side.high.now() - side.low) return false;
    receive();
    return side.high.hadReached(end);
}

}  // namespace framescope
