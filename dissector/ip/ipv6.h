// The IPv6 header and its extension headers, RFC 8200 sections 3 and 4.
#pragma once

#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/core/parsed.h"
#include "dissector/field/field_tree.h"
#include "dissector/ip/ip_address.h"

namespace framescope::ipv6 {

inline constexpr std::size_t kHeaderSize = 40;
/// Extension headers that are followed before the packet is taken for nonsense.
inline constexpr std::size_t kMaxExtensions = 32;

struct Header {
    std::uint8_t version = 6;
    std::uint8_t trafficClass = 0;
    std::uint32_t flowLabel = 0;      ///< 20 bits
    std::uint16_t payloadLength = 0;  ///< bytes behind the fixed header; 0 with offloading
    std::uint8_t nextHeader = 0;
    std::uint8_t hopLimit = 0;
    IpAddress source;
    IpAddress destination;
};

/// One extension header: its own type, its place, its size.
struct Extension {
    std::uint8_t type = 0;
    std::size_t offset = 0;
    std::size_t size = 0;
};

/// Where the chain of extension headers leads.
struct Chain {
    std::uint8_t protocol = 0;  ///< what the payload is
    std::size_t offset = 0;     ///< of the payload
    /// Behind the fragment header of a part of a datagram; not behind that of a whole one
    /// (RFC 6946), which is followed like any other.
    bool fragment = false;
    std::uint32_t identification = 0;  ///< the rest of the fragment header
    std::uint32_t fragmentOffset = 0;  ///< bytes
    bool moreFragments = false;
    bool cutShort = false;  ///< not followed to its end
    /// Where it was cut short: bytes the next step takes, counted from the first; 0 where there
    /// were too many extension headers.
    std::size_t needed = 0;
};

Parsed<Header> parse(ByteView bytes);
/// Follows the extension headers from one of type `protocol` at `offset` on; all places count in
/// `bytes`. `extensions`, if given, gets each of them.
Chain followExtensions(std::uint8_t protocol, std::size_t offset, ByteView bytes,
                       std::vector<Extension>* extensions = nullptr);
/// The two addresses that the pseudo header of checksums has (RFC 8200 section 8.1): behind a
/// routing header that is not used up the destination is the last one in it (RFC 2460 section 4.4,
/// RFC 6275 section 6.4, RFC 8754 section 2), and with a Home Address option that is the source
/// (RFC 6275 section 6.3). `bytes` begins at the fixed header.
struct Ends {
    IpAddress source;
    IpAddress destination;
};
Ends checksumEnds(const Header& header, ByteView bytes);
/// Appends a field for each; `place` is that of the first of `bytes`.
void describeExtensions(const std::vector<Extension>& extensions, ByteView bytes, FieldTree& tree,
                        Place place);
/// `bytes` begins at the fixed header; the packet has `wireLength` bytes from there on.
void describe(const Header& header, ByteView bytes, std::uint64_t wireLength, FieldTree& tree,
              Place place);

}  // namespace framescope::ipv6
