// The IPv4 header, RFC 791 section 3.1.
#pragma once

#include "dissector/core/bytes.h"
#include "dissector/core/parsed.h"
#include "dissector/field/field_tree.h"
#include "dissector/ip/ip_address.h"

namespace framescope::ipv4 {

inline constexpr std::size_t kMinimumHeader = 20;

struct Header {
    std::uint8_t version = 4;
    std::uint8_t headerLength = 20;  ///< bytes, as the header says: 0 to 60
    std::uint8_t dsField = 0;
    std::uint16_t totalLength = 0;  ///< bytes; 0 where segmentation was left to the hardware
    std::uint16_t identification = 0;
    bool dontFragment = false;
    bool moreFragments = false;
    std::uint16_t fragmentOffset = 0;  ///< bytes
    std::uint8_t timeToLive = 0;
    std::uint8_t protocol = 0;
    std::uint16_t checksum = 0;
    IpAddress source;
    IpAddress destination;

    /// True if the header can be read on: version 4, and a length that holds the fixed part.
    bool plausible() const { return version == 4 && headerLength >= kMinimumHeader; }
};

/// Needs the fixed part, and the options as far as the header announces them.
Parsed<Header> parse(ByteView bytes);
/// `bytes` begins at the header; the packet has `wireLength` bytes from there on, which an
/// announced length is held against. `verifyChecksum`: also says whether the checksum is right.
void describe(const Header& header, ByteView bytes, std::uint64_t wireLength, FieldTree& tree,
              Place place, bool verifyChecksum = false);

}  // namespace framescope::ipv4
