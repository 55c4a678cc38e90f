// The names MQTT gives to numbers: packet types, reason codes, properties.
#pragma once

#include <cstdint>
#include <string_view>

namespace framescope::mqtt {

/// Section 2.1.2.
enum class PacketType : std::uint8_t {
    Reserved,
    Connect,
    Connack,
    Publish,
    Puback,
    Pubrec,
    Pubrel,
    Pubcomp,
    Subscribe,
    Suback,
    Unsubscribe,
    Unsuback,
    Pingreq,
    Pingresp,
    Disconnect,
    Auth,
};

/// "CONNECT", "CONNACK", ...
std::string_view packetTypeName(PacketType type);

/// What a reason code says in this kind of packet (section 2.4), or a return code of CONNACK and
/// SUBACK before version 5. "Unknown reason" for others.
std::string_view reasonName(PacketType type, std::uint8_t code, std::uint8_t version);

/// How a property's value is written (section 2.2.2.2).
enum class PropertyKind : std::uint8_t { Unknown, Byte, Two, Four, Varint, Text, Binary, Pair };
PropertyKind propertyKind(std::uint32_t id);
/// "Session Expiry Interval", ...; "Unknown property".
std::string_view propertyName(std::uint32_t id);

/// "MQTT 3.1", "MQTT 3.1.1", "MQTT 5".
std::string_view versionName(std::uint8_t level);

}  // namespace framescope::mqtt
