#include "dissector/subprotocol/mqtt_names.h"

#include <algorithm>
#include <array>

namespace framescope::mqtt {
namespace {

struct CodeName {
    std::uint8_t code;
    std::string_view name;
};

/// Section 2.4. 0 is called differently where nothing succeeded but something was granted or ended.
constexpr std::array kReasons = {
    CodeName{0x00, "Success"},
    CodeName{0x01, "Granted QoS 1"},
    CodeName{0x02, "Granted QoS 2"},
    CodeName{0x04, "Disconnect with Will Message"},
    CodeName{0x10, "No matching subscribers"},
    CodeName{0x11, "No subscription existed"},
    CodeName{0x18, "Continue authentication"},
    CodeName{0x19, "Re-authenticate"},
    CodeName{0x80, "Unspecified error"},
    CodeName{0x81, "Malformed Packet"},
    CodeName{0x82, "Protocol Error"},
    CodeName{0x83, "Implementation specific error"},
    CodeName{0x84, "Unsupported Protocol Version"},
    CodeName{0x85, "Client Identifier not valid"},
    CodeName{0x86, "Bad User Name or Password"},
    CodeName{0x87, "Not authorized"},
    CodeName{0x88, "Server unavailable"},
    CodeName{0x89, "Server busy"},
    CodeName{0x8a, "Banned"},
    CodeName{0x8b, "Server shutting down"},
    CodeName{0x8c, "Bad authentication method"},
    CodeName{0x8d, "Keep Alive timeout"},
    CodeName{0x8e, "Session taken over"},
    CodeName{0x8f, "Topic Filter invalid"},
    CodeName{0x90, "Topic Name invalid"},
    CodeName{0x91, "Packet Identifier in use"},
    CodeName{0x92, "Packet Identifier not found"},
    CodeName{0x93, "Receive Maximum exceeded"},
    CodeName{0x94, "Topic Alias invalid"},
    CodeName{0x95, "Packet too large"},
    CodeName{0x96, "Message rate too high"},
    CodeName{0x97, "Quota exceeded"},
    CodeName{0x98, "Administrative action"},
    CodeName{0x99, "Payload format invalid"},
    CodeName{0x9a, "Retain not supported"},
    CodeName{0x9b, "QoS not supported"},
    CodeName{0x9c, "Use another server"},
    CodeName{0x9d, "Server moved"},
    CodeName{0x9e, "Shared Subscriptions not supported"},
    CodeName{0x9f, "Connection rate exceeded"},
    CodeName{0xa0, "Maximum connect time"},
    CodeName{0xa1, "Subscription Identifiers not supported"},
    CodeName{0xa2, "Wildcard Subscriptions not supported"},
};

/// MQTT 3.1.1 section 3.2.2.3.
constexpr std::array kReturnCodes = {
    CodeName{0, "Connection accepted"},       CodeName{1, "Unacceptable protocol version"},
    CodeName{2, "Identifier rejected"},       CodeName{3, "Server unavailable"},
    CodeName{4, "Bad user name or password"}, CodeName{5, "Not authorized"},
};

struct PropertyInfo {
    std::uint32_t id;
    PropertyKind kind;
    std::string_view name;
};
constexpr std::array kProperties = {
    PropertyInfo{1, PropertyKind::Byte, "Payload Format Indicator"},
    PropertyInfo{2, PropertyKind::Four, "Message Expiry Interval"},
    PropertyInfo{3, PropertyKind::Text, "Content Type"},
    PropertyInfo{8, PropertyKind::Text, "Response Topic"},
    PropertyInfo{9, PropertyKind::Binary, "Correlation Data"},
    PropertyInfo{11, PropertyKind::Varint, "Subscription Identifier"},
    PropertyInfo{17, PropertyKind::Four, "Session Expiry Interval"},
    PropertyInfo{18, PropertyKind::Text, "Assigned Client Identifier"},
    PropertyInfo{19, PropertyKind::Two, "Server Keep Alive"},
    PropertyInfo{21, PropertyKind::Text, "Authentication Method"},
    PropertyInfo{22, PropertyKind::Binary, "Authentication Data"},
    PropertyInfo{23, PropertyKind::Byte, "Request Problem Information"},
    PropertyInfo{24, PropertyKind::Four, "Will Delay Interval"},
    PropertyInfo{25, PropertyKind::Byte, "Request Response Information"},
    PropertyInfo{26, PropertyKind::Text, "Response Information"},
    PropertyInfo{28, PropertyKind::Text, "Server Reference"},
    PropertyInfo{31, PropertyKind::Text, "Reason String"},
    PropertyInfo{33, PropertyKind::Two, "Receive Maximum"},
    PropertyInfo{34, PropertyKind::Two, "Topic Alias Maximum"},
    PropertyInfo{35, PropertyKind::Two, "Topic Alias"},
    PropertyInfo{36, PropertyKind::Byte, "Maximum QoS"},
    PropertyInfo{37, PropertyKind::Byte, "Retain Available"},
    PropertyInfo{38, PropertyKind::Pair, "User Property"},
    PropertyInfo{39, PropertyKind::Four, "Maximum Packet Size"},
    PropertyInfo{40, PropertyKind::Byte, "Wildcard Subscription Available"},
    PropertyInfo{41, PropertyKind::Byte, "Subscription Identifier Available"},
    PropertyInfo{42, PropertyKind::Byte, "Shared Subscription Available"},
};

const PropertyInfo* propertyInfo(std::uint32_t id) {
    const auto* const found = std::ranges::find(kProperties, id, &PropertyInfo::id);
    return found == kProperties.end() ? nullptr : found;
}

}  // namespace

std::string_view packetTypeName(PacketType type) {
    constexpr std::array<std::string_view, 16> kNames = {
        "RESERVED", "CONNECT",  "CONNACK",    "PUBLISH", "PUBACK",      "PUBREC",
        "PUBREL",   "PUBCOMP",  "SUBSCRIBE",  "SUBACK",  "UNSUBSCRIBE", "UNSUBACK",
        "PINGREQ",  "PINGRESP", "DISCONNECT", "AUTH"};
    return kNames[static_cast<std::size_t>(type) & 15];
}

std::string_view reasonName(PacketType type, std::uint8_t code, std::uint8_t version) {
    constexpr std::string_view kUnknown = "Unknown reason";
    if (version < 5 && type == PacketType::Connack) {
        const auto* const found = std::ranges::find(kReturnCodes, code, &CodeName::code);
        return found == kReturnCodes.end() ? kUnknown : found->name;
    }
    if (version < 5 && type == PacketType::Suback && code == 0x80) return "Failure";
    if (code == 0 && type == PacketType::Suback) return "Granted QoS 0";
    if (code == 0 && type == PacketType::Disconnect) return "Normal disconnection";
    const auto* const found = std::ranges::find(kReasons, code, &CodeName::code);
    return found == kReasons.end() ? kUnknown : found->name;
}

PropertyKind propertyKind(std::uint32_t id) {
    const PropertyInfo* const info = propertyInfo(id);
    return info == nullptr ? PropertyKind::Unknown : info->kind;
}

std::string_view propertyName(std::uint32_t id) {
    const PropertyInfo* const info = propertyInfo(id);
    return info == nullptr ? "Unknown property" : info->name;
}

std::string_view versionName(std::uint8_t level) {
    switch (level & 0x7f) {  // bridges set the top bit
        case 3:
            return "MQTT 3.1";
        case 4:
            return "MQTT 3.1.1";
        case 5:
            return "MQTT 5";
        default:
            return "MQTT of an unknown version";
    }
}

}  // namespace framescope::mqtt
