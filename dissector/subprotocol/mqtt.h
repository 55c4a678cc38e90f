// MQTT 3.1, 3.1.1 and 5 control packets: a fixed header (type, flags, remaining length) and what
// the type has behind it. Parse, encode, check, describe. Section numbers are those of
// MQTT 5.0; 3.1.1 has the same rules without properties and with fewer reason codes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/core/parsed.h"
#include "dissector/field/field_tree.h"
#include "dissector/issue/issue.h"
#include "dissector/subprotocol/mqtt_names.h"

namespace framescope::mqtt {

/// A value with its bytes, counted from the packet's first one. What is sent decides, not where it
/// stood.
template <typename T>
struct Located {
    T value{};
    ByteRange range;

    bool operator==(const Located& other) const { return value == other.value; }
};

/// Section 2.1. `size` is that of the fixed header itself.
struct FixedHeader {
    PacketType type = PacketType::Reserved;
    std::uint8_t flags = 0;
    std::uint32_t remainingLength = 0;
    std::uint8_t size = 2;
    bool lengthMalformed = false;  ///< a fifth length byte would follow; nothing can be read behind

    std::uint64_t packetSize() const { return std::uint64_t{size} + remainingLength; }
    bool operator==(const FixedHeader&) const = default;
};

/// A property (section 2.2.2). What it holds follows from its identifier.
struct Property {
    std::uint32_t id = 0;
    std::uint32_t number = 0;  ///< of bytes, two and four byte integers
    std::string_view text;     ///< a string's, or a pair's name; or binary data
    std::string_view value;    ///< of a pair
    ByteRange range;           ///< identifier included

    bool operator==(const Property& other) const {
        return id == other.id && number == other.number && text == other.text &&
               value == other.value;
    }
};

struct Properties {
    bool present = false;  ///< their length was written
    ByteRange range;       ///< their length included
    std::vector<Property> list;

    bool operator==(const Properties& other) const {
        return present == other.present && list == other.list;
    }
};

/// A topic filter of SUBSCRIBE, with its options; of UNSUBSCRIBE without.
struct Subscription {
    Located<std::string_view> filter;
    Located<std::uint8_t> options;

    bool operator==(const Subscription&) const = default;
};

/// CONNECT (section 3.1).
struct Connect {
    Located<std::string_view> protocolName;
    Located<std::uint8_t> version;
    Located<std::uint8_t> flags;
    Located<std::uint16_t> keepAlive;  ///< seconds
    Located<std::string_view> clientId;
    Properties willProperties;
    std::optional<Located<std::string_view>> willTopic;
    std::optional<Located<std::string_view>> willMessage;
    std::optional<Located<std::string_view>> userName;
    std::optional<Located<std::string_view>> password;

    bool operator==(const Connect&) const = default;
};

/// A control packet. Which of the members count follows from the type. A view into the bytes that
/// were parsed.
struct Packet {
    FixedHeader header;
    std::uint8_t version = 4;  ///< protocol level under which it was read

    std::optional<Connect> connect;
    std::optional<Located<std::uint8_t>> connackFlags;
    std::optional<Located<std::uint8_t>> reason;  ///< return code before version 5
    std::optional<Located<std::string_view>> topic;
    std::optional<Located<std::uint16_t>> packetId;
    Properties properties;
    std::optional<Located<std::string_view>> message;  ///< payload of PUBLISH
    std::vector<Subscription> subscriptions;           ///< of SUBSCRIBE and UNSUBSCRIBE
    std::vector<Located<std::uint8_t>> reasons;        ///< of SUBACK and UNSUBACK
    std::string_view malformed;  ///< what is wrong with its form; empty if nothing is

    std::uint8_t qos() const { return header.flags >> 1 & 3; }
    bool operator==(const Packet&) const = default;
};

/// Subscriptions, reasons and properties that are read of a packet.
inline constexpr std::size_t kMaxEntries = 1000;

Parsed<FixedHeader> parseFixedHeader(ByteView bytes);
/// `bytes` may go on behind the packet. A CONNECT says its version itself; others are read under
/// `version` (3, 4 or 5).
Parsed<Packet> parse(ByteView bytes, std::uint8_t version);
/// The same for a packet of which only the beginning is there.
Packet parseBeginning(const FixedHeader& header, ByteView bytes, std::uint8_t version);
/// Writes flags as they are and the length that the contents come to; what `malformed` was about is
/// not written.
void encode(const Packet& packet, ByteWriter& out);
void check(const Packet& packet, IssueSink& issues);
/// Appends the packet's line and its fields; its first byte stands at `place`.
FieldIndex describe(const Packet& packet, FieldTree& tree, Place place);
/// `PUBLISH a/b  QoS 1  #12  {"t":21}`, "CONNACK  Success".
std::string summary(const Packet& packet, std::size_t maxChars);

/// Whether the bytes begin with a CONNECT packet: what tells MQTT from other binary messages.
bool looksLikeConnect(ByteView bytes);

}  // namespace framescope::mqtt
