// From a captured packet to the network layer inside it. One function walks the link headers for
// every link type; describing walks the same way. To add a link type: a pair of files and a case in
// link_layer.cpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"

namespace framescope {

/// LINKTYPE_ values as capture files carry them (tcpdump.org, link-layer header types).
enum LinkType : std::uint32_t {
    kLinkNull = 0,
    kLinkEthernet = 1,
    kLinkRawBsd = 12,
    kLinkRawOpenBsd = 14,
    kLinkRaw = 101,
    kLinkLoop = 108,
    kLinkLinuxCooked = 113,
    kLinkIpv4 = 228,
    kLinkIpv6 = 229,
    kLinkLinuxCooked2 = 276,
};

/// What a link header carries.
enum class NetworkProtocol : std::uint8_t {
    Ipv4,
    Ipv6,
    Other,        ///< ARP and whatever else is not IP
    CutShort,     ///< the packet ends inside its link headers
    UnknownLink,  ///< a link type that is not read
};

struct LinkPayload {
    NetworkProtocol protocol = NetworkProtocol::UnknownLink;
    std::size_t offset = 0;  ///< of the network header in the packet
};

/// True for the link types that are read.
bool isReadLinkType(std::uint32_t linkType);

/// Finds the network header. Accepts every bit pattern.
LinkPayload parseLink(std::uint32_t linkType, ByteView packet);

/// Appends the link layers to the tree and returns what parseLink() returns. `protocols` gets the
/// layers' names, each preceded by a colon.
LinkPayload describeLink(std::uint32_t linkType, ByteView packet, FieldTree& tree, Place place,
                         std::string& protocols);

}  // namespace framescope
