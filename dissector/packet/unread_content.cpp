#include "dissector/packet/unread_content.h"

#include <algorithm>

#include "dissector/field/field_value.h"
#include "dissector/ip/ip_protocol.h"
#include "dissector/link/ether_type.h"

namespace framescope {
namespace {

std::string wlanFrameText(std::uint16_t frame) {
    switch (frame >> 4) {
        case 0:
            return "802.11 management";
        case 1:
            return "802.11 control";
        case 2:
            // Data frames that are not encrypted are read, but those without data and fragments.
            return "802.11 without data, or part of a frame";
        default:
            return "802.11 extension";
    }
}

/// What mostly comes over a port, where that says why nothing of it is read.
const char* serviceOf(std::uint16_t port) {
    switch (port) {
        case 53:
            return "DNS";
        case 67:
            return "DHCP";
        case 123:
            return "NTP";
        case 443:
            return "QUIC, encrypted";
        case 500:
        case 4500:
            return "IPsec, encrypted";
        case 1194:
            return "OpenVPN, encrypted";
        case 1900:
            return "SSDP";
        case 3478:
            return "STUN";
        case 5353:
            return "multicast DNS";
        case 51820:
            return "WireGuard, encrypted";
        default:
            return nullptr;
    }
}

std::string udpPortText(std::uint16_t port) {
    const char* const service = serviceOf(port);
    const std::string text = "UDP port " + std::to_string(port);
    return service == nullptr ? text : text + " (" + service + ")";
}

std::string hex(std::uint16_t number, FieldType type = FieldType::Hex16) {
    return formatValue(type, std::uint64_t{number});
}

}  // namespace

std::uint16_t servicePort(std::uint16_t source, std::uint16_t destination) {
    if (serviceOf(destination) != nullptr) return destination;
    if (serviceOf(source) != nullptr) return source;
    return std::min(source, destination);
}

std::string unreadContentText(UnreadContent content) {
    using By = UnreadContent::By;
    switch (content.by) {
        case By::EtherType:
            return "EtherType " + etherTypeText(content.number);
        case By::IpProtocol:
            return "IP protocol " + ipProtocolText(static_cast<std::uint8_t>(content.number));
        case By::UdpPort:
            return udpPortText(content.number);
        case By::PppProtocol:
            return "PPP protocol " + hex(content.number);
        case By::LlcSap:
            return "802.2 service " + hex(content.number, FieldType::Hex8);
        case By::WlanFrame:
            return wlanFrameText(content.number);
        case By::Encrypted:
            return content.number == kEtherMacSec ? "MACsec, encrypted" : "802.11 data, encrypted";
        case By::Nothing:
            break;
    }
    return "something else";
}

}  // namespace framescope
