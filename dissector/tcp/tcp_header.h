// The TCP header with its options, RFC 9293 section 3.1.
#pragma once

#include "dissector/core/bytes.h"
#include "dissector/core/parsed.h"
#include "dissector/field/field_tree.h"
#include "dissector/ip/ip_address.h"

namespace framescope::tcp {

inline constexpr std::size_t kMinimumHeader = 20;

enum Flag : std::uint16_t {
    kFin = 1 << 0,
    kSyn = 1 << 1,
    kRst = 1 << 2,
    kPsh = 1 << 3,
    kAck = 1 << 4,
    kUrg = 1 << 5,
    kEce = 1 << 6,
    kCwr = 1 << 7,
};

struct Header {
    std::uint16_t sourcePort = 0;
    std::uint16_t destinationPort = 0;
    std::uint32_t sequence = 0;
    std::uint32_t acknowledgment = 0;
    std::uint8_t headerLength = 20;  ///< bytes, as the header says: 0 to 60
    std::uint16_t flags = 0;         ///< 12 bits, reserved ones included
    std::uint16_t window = 0;        ///< unscaled
    std::uint16_t checksum = 0;
    std::uint16_t urgentPointer = 0;

    bool has(Flag flag) const { return (flags & flag) != 0; }
    bool plausible() const { return headerLength >= kMinimumHeader; }
};

/// Needs the fixed part, and the options as far as the header announces them.
Parsed<Header> parse(ByteView bytes);
/// Needs the fixed part only: for a packet of which no more was captured.
Parsed<Header> parseFixed(ByteView bytes);

/// What the tree says beyond the header itself.
struct Context {
    std::uint32_t stream = 0;         ///< tcp.stream
    std::uint64_t payloadLength = 0;  ///< bytes on the wire
    ByteView payload;                 ///< as far as it was captured
    bool relative = false;            ///< the two bases are known
    std::uint32_t sequenceBase = 0;   ///< sequence number shown as 0
    std::uint32_t acknowledgmentBase = 0;
    /// Where the row's bytes stand in their stream, and in a source that shows it (if any).
    std::uint64_t streamOffset = 0;
    Place streamPlace;
    std::uint64_t streamSize = 0;
    /// Whether to say if the checksum is right, and the addresses that it covers.
    bool verifyChecksums = false;
    IpAddress checksumSource;
    IpAddress checksumDestination;
};
/// `bytes` begins at the header and has at least its fixed part; of options that were not captured
/// whole the tree shows what is there.
void describe(const Header& header, ByteView bytes, const Context& context, FieldTree& tree,
              Place place);
/// "SYN, ACK".
std::string flagNames(std::uint16_t flags);

}  // namespace framescope::tcp
