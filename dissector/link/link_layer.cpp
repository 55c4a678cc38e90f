#include "dissector/link/link_layer.h"

#include "dissector/link/bsd_loopback.h"
#include "dissector/link/ethernet.h"
#include "dissector/link/linux_cooked.h"

namespace framescope {
namespace {

/// Raw IP has no link header; the version nibble says which IP it is.
LinkPayload parseRaw(ByteView packet) {
    if (packet.empty()) return {NetworkProtocol::CutShort, 0};
    switch (packet[0] >> 4) {
        case 4:
            return {NetworkProtocol::Ipv4, 0};
        case 6:
            return {NetworkProtocol::Ipv6, 0};
        default:
            return {NetworkProtocol::Other, 0};
    }
}

LinkPayload describeRaw(ByteView packet, FieldTree& tree, Place place, std::string& protocols) {
    tree.open(FieldId::Raw, place, 0, "no link header");
    tree.close();
    protocols += ":raw";
    return parseRaw(packet);
}

}  // namespace

bool isReadLinkType(std::uint32_t linkType) {
    return parseLink(linkType, {}).protocol != NetworkProtocol::UnknownLink;
}

LinkPayload parseLink(std::uint32_t linkType, ByteView packet) {
    switch (linkType) {
        case kLinkEthernet:
            return ethernet::parse(packet);
        case kLinkLinuxCooked:
            return linux_cooked::parse(1, packet);
        case kLinkLinuxCooked2:
            return linux_cooked::parse(2, packet);
        case kLinkNull:
        case kLinkLoop:
            return bsd_loopback::parse(packet);
        case kLinkRaw:
        case kLinkRawBsd:
        case kLinkRawOpenBsd:
            return parseRaw(packet);
        case kLinkIpv4:
            return {NetworkProtocol::Ipv4, 0};
        case kLinkIpv6:
            return {NetworkProtocol::Ipv6, 0};
        default:
            return {NetworkProtocol::UnknownLink, 0};
    }
}

LinkPayload describeLink(std::uint32_t linkType, ByteView packet, FieldTree& tree, Place place,
                         std::string& protocols) {
    switch (linkType) {
        case kLinkEthernet:
            return ethernet::describe(packet, tree, place, protocols);
        case kLinkLinuxCooked:
            return linux_cooked::describe(1, packet, tree, place, protocols);
        case kLinkLinuxCooked2:
            return linux_cooked::describe(2, packet, tree, place, protocols);
        case kLinkNull:
        case kLinkLoop:
            return bsd_loopback::describe(packet, tree, place, protocols);
        case kLinkRaw:
        case kLinkRawBsd:
        case kLinkRawOpenBsd:
        case kLinkIpv4:
        case kLinkIpv6:
            describeRaw(packet, tree, place, protocols);
            break;
        default:
            break;
    }
    return parseLink(linkType, packet);
}

}  // namespace framescope
