// A packet is laid out with its checksums zero; they are filled in when its length is known. IPv4
// and IPv6 differ in their header and in what the pseudo header looks like, which sums up alike.
#include "capture/transcript/tcp_packets.h"

#include <algorithm>

#include "dissector/ip/ipv4.h"
#include "dissector/ip/ipv6.h"
#include "dissector/tcp/tcp_header.h"

namespace framescope::transcript {
namespace {

constexpr std::uint8_t kProtocolTcp = 6;
constexpr std::uint8_t kTimeToLive = 64;
/// The greatest window there is without scaling; scaled it is 8 MiB.
constexpr std::uint16_t kWindow = 65535;
constexpr std::uint8_t kWindowScale = 7;
/// A side that says nothing acknowledges after so many bytes.
constexpr std::uint64_t kAcknowledgeEvery = 1U << 20;

std::uint64_t sumOf(ByteView bytes) {
    std::uint64_t sum = 0;
    std::size_t i = 0;
    for (; i + 1 < bytes.size(); i += 2) sum += readBe16(bytes.data() + i);
    if (i < bytes.size()) sum += static_cast<std::uint64_t>(bytes[i]) << 8;
    return sum;
}

/// The Internet checksum (RFC 1071) of what was summed up.
std::uint16_t checksum(std::uint64_t sum) {
    while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
    return static_cast<std::uint16_t>(~sum);
}

void put16(Bytes& bytes, std::size_t at, std::uint16_t value) {
    bytes[at] = static_cast<std::uint8_t>(value >> 8);
    bytes[at + 1] = static_cast<std::uint8_t>(value);
}

void writeIpv4(ByteWriter& out, const IpAddress& source, const IpAddress& destination,
               std::size_t payload, std::uint16_t identification) {
    constexpr std::uint16_t kDontFragment = 0x4000;
    out.u8(0x45);
    out.u8(0);
    out.be16(static_cast<std::uint16_t>(ipv4::kMinimumHeader + payload));
    out.be16(identification);
    out.be16(kDontFragment);
    out.u8(kTimeToLive);
    out.u8(kProtocolTcp);
    out.be16(0);
    out.bytes(source.view());
    out.bytes(destination.view());
}

void writeIpv6(ByteWriter& out, const IpAddress& source, const IpAddress& destination,
               std::size_t payload) {
    out.be32(std::uint32_t{6} << 28);
    out.be16(static_cast<std::uint16_t>(payload));
    out.u8(kProtocolTcp);
    out.u8(kTimeToLive);
    out.bytes(source.view());
    out.bytes(destination.view());
}

/// Options of a SYN (RFC 9293 section 3.7.1, RFC 7323 section 2.2).
Bytes synOptions(std::uint8_t ipVersion) {
    const std::size_t ipHeader = ipVersion == 6 ? ipv6::kHeaderSize : ipv4::kMinimumHeader;
    Bytes options;
    ByteWriter out(options);
    out.u8(2);  // greatest segment size, that of the loopback interface
    out.u8(4);
    out.be16(static_cast<std::uint16_t>(65535 - ipHeader - tcp::kMinimumHeader));
    out.u8(1);  // no operation, so that what follows is aligned
    out.u8(3);  // window scale
    out.u8(3);
    out.u8(kWindowScale);
    return options;
}

}  // namespace

TcpPackets::TcpPackets(const Endpoint& client, const Endpoint& server,
                       std::array<std::uint32_t, 2> firstSequence, Bytes& packet)
    : m_ends{client, server}, m_next(firstSequence), m_packet(packet) {}

void TcpPackets::packet(Direction from, std::uint16_t flags, ByteView options, ByteView payload,
                        const Sink& sink) {
    const std::size_t side = indexOf(from);
    const std::size_t other = indexOf(opposite(from));
    const IpAddress& source = m_ends[side].address;
    const IpAddress& destination = m_ends[other].address;
    const std::size_t tcpHeader = tcp::kMinimumHeader + options.size();
    m_packet.clear();
    ByteWriter out(m_packet);
    if (source.version == 6) {
        writeIpv6(out, source, destination, tcpHeader + payload.size());
    } else {
        writeIpv4(out, source, destination, tcpHeader + payload.size(), m_identification[side]++);
        put16(m_packet, 10, checksum(sumOf(m_packet)));
    }
    const std::size_t tcpAt = m_packet.size();
    const bool acknowledges = (flags & tcp::kAck) != 0;
    out.be16(m_ends[side].port);
    out.be16(m_ends[other].port);
    out.be32(m_next[side]);
    out.be32(acknowledges ? m_next[other] : 0);
    out.be16(static_cast<std::uint16_t>(tcpHeader / 4 << 12 | flags));
    out.be16((flags & tcp::kRst) != 0 ? 0 : kWindow);
    out.be32(0);  // checksum, urgent pointer
    out.bytes(options);
    out.bytes(payload);
    const std::size_t tcpLength = m_packet.size() - tcpAt;
    put16(m_packet, tcpAt + 16,
          checksum(sumOf(source.view()) + sumOf(destination.view()) + kProtocolTcp + tcpLength +
                   sumOf(ByteView(m_packet).subspan(tcpAt))));
    m_next[side] += static_cast<std::uint32_t>(payload.size());
    if ((flags & (tcp::kSyn | tcp::kFin)) != 0) ++m_next[side];
    m_unacknowledged[side] += payload.size();
    if (acknowledges) m_unacknowledged[other] = 0;
    sink(m_packet);
}

void TcpPackets::acknowledge(Direction from, const Sink& sink) {
    packet(from, tcp::kAck, {}, {}, sink);
}

void TcpPackets::open(const Sink& sink) {
    const Bytes options = synOptions(m_ends[0].address.version);
    packet(Direction::ClientToServer, tcp::kSyn, options, {}, sink);
    packet(Direction::ServerToClient, tcp::kSyn | tcp::kAck, options, {}, sink);
    acknowledge(Direction::ClientToServer, sink);
}

void TcpPackets::data(Direction direction, ByteView bytes, const Sink& sink) {
    if (m_reset || m_finished[indexOf(direction)]) return;
    while (!bytes.empty()) {
        const ByteView segment = bytes.first(std::min(bytes.size(), kMaxSegment));
        bytes = bytes.subspan(segment.size());
        const std::uint16_t push = bytes.empty() ? tcp::kPsh : 0;
        packet(direction, tcp::kAck | push, {}, segment, sink);
        if (m_unacknowledged[indexOf(direction)] >= kAcknowledgeEvery) {
            acknowledge(opposite(direction), sink);
        }
    }
}

void TcpPackets::finish(Direction by, const Sink& sink) {
    if (m_reset || m_finished[indexOf(by)]) return;
    packet(by, tcp::kFin | tcp::kAck, {}, {}, sink);
    m_finished[indexOf(by)] = true;
    acknowledge(opposite(by), sink);
}

void TcpPackets::reset(Direction by, const Sink& sink) {
    if (over()) return;
    packet(by, tcp::kRst | tcp::kAck, {}, {}, sink);
    m_reset = true;
}

}  // namespace framescope::transcript
