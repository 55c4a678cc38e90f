// An MQTT packet for people: its tree and its one line.
#include <algorithm>

#include "dissector/payload/json.h"
#include "dissector/payload/utf8.h"
#include "dissector/subprotocol/message_line.h"
#include "dissector/subprotocol/mqtt.h"

namespace framescope::mqtt {
namespace {

constexpr std::size_t kShownChars = 200;

// Properties (section 2.2.2.2) that Wireshark gives fields of their own.
constexpr std::uint32_t kContentType = 3;
constexpr std::uint32_t kTopicAlias = 35;
constexpr std::uint32_t kMaximumQos = 36;

/// Appends fields of one packet, whose first byte stands at `place`.
class Describer {
public:
    Describer(const Packet& packet, FieldTree& tree, Place place)
        : m_packet(packet), m_tree(tree), m_place(place) {}

    void run() {
        describeFixedHeader();
        if (m_packet.connect) describeConnect(*m_packet.connect);
        if (m_packet.connackFlags && !m_packet.connackFlags->range.empty()) {
            const auto& flags = *m_packet.connackFlags;
            open(FieldId::MqttConnackFlags, flags.range, std::uint64_t{flags.value});
            bits(FieldId::MqttSessionPresent, flags, 7, 1);
            m_tree.close();
        }
        // The order on the wire: PUBLISH has its topic in front of the identifier, acknowledgements
        // have their reason behind it.
        if (m_packet.topic) text(FieldId::MqttTopic, *m_packet.topic);
        if (m_packet.packetId) number(FieldId::MqttMsgId, *m_packet.packetId);
        if (m_packet.reason) reason(reasonField(), *m_packet.reason);
        if (!m_packet.connect) {
            properties(FieldId::MqttProperties, m_packet.properties);
        }
        for (const Subscription& subscription : m_packet.subscriptions) describe(subscription);
        for (const auto& code : m_packet.reasons) {
            const bool unsuback = m_packet.header.type == PacketType::Unsuback;
            reason(unsuback                ? FieldId::MqttUnsubackReason
                   : m_packet.version >= 5 ? FieldId::MqttSubackReason
                                           : FieldId::MqttSubackQos,
                   code);
        }
        if (m_packet.message && !m_packet.message->value.empty()) message(*m_packet.message);
    }

private:
    Place at(ByteRange range) const { return m_place.at(range.begin); }
    FieldIndex open(FieldId id, ByteRange range, FieldValue value) {
        return m_tree.open(id, at(range), range.size(), {}, std::move(value));
    }
    template <typename T>
    void number(FieldId id, const Located<T>& located, std::string shown = {}) {
        if (located.range.empty()) return;  // it was not there
        m_tree.add(id, at(located.range), located.range.size(), std::uint64_t{located.value},
                   std::move(shown));
    }
    void text(FieldId id, const Located<std::string_view>& located) {
        if (located.range.empty()) return;
        m_tree.add(id, at(located.range), located.range.size(), std::string(located.value),
                   printable(located.value, kShownChars));
    }
    /// A run of bits of one byte.
    void bits(FieldId id, const Located<std::uint8_t>& byte, std::uint8_t first,
              std::uint8_t count) {
        const unsigned value = byte.value >> (8U - first - count) & ((1U << count) - 1U);
        m_tree.add(id, at(byte.range), 1, std::uint64_t{value}, {}, {first, count});
    }
    void reason(FieldId id, const Located<std::uint8_t>& code) {
        std::string shown(reasonName(m_packet.header.type, code.value, m_packet.version));
        shown += " (" + std::to_string(code.value) + ")";
        number(id, code, std::move(shown));
    }
    void bytes(FieldId id, const Located<std::string_view>& located, std::size_t head = 2) {
        const ByteRange range{std::min(located.range.begin + head, located.range.end),
                              located.range.end};
        const ByteView view = asBytes(located.value);
        m_tree.add(id, at(range), range.size(), Bytes(view.begin(), view.end()),
                   shownPayload(view, kShownChars));
    }

    FieldId reasonField() const {
        switch (m_packet.header.type) {
            case PacketType::Connack:
                return m_packet.version >= 5 ? FieldId::MqttConnackReason : FieldId::MqttReturnCode;
            case PacketType::Puback:
                return FieldId::MqttPubackReason;
            case PacketType::Pubrec:
                return FieldId::MqttPubrecReason;
            case PacketType::Pubrel:
                return FieldId::MqttPubrelReason;
            case PacketType::Pubcomp:
                return FieldId::MqttPubcompReason;
            case PacketType::Auth:
                return FieldId::MqttAuthReason;
            default:
                return FieldId::MqttDisconnectReason;
        }
    }

    void describeFixedHeader() {
        const FixedHeader& header = m_packet.header;
        const auto type = static_cast<unsigned>(header.type);
        const Located<std::uint8_t> first{static_cast<std::uint8_t>(type << 4 | header.flags),
                                          {0, 1}};
        open(FieldId::MqttHdrFlags, first.range, std::uint64_t{first.value});
        m_tree.add(FieldId::MqttMsgType, m_place, 1, std::uint64_t{type},
                   std::string(packetTypeName(header.type)) + " (" + std::to_string(type) + ")",
                   {0, 4});
        if (header.type == PacketType::Publish) {
            bits(FieldId::MqttDup, first, 4, 1);
            bits(FieldId::MqttQos, first, 5, 2);
            bits(FieldId::MqttRetain, first, 7, 1);
        }
        m_tree.close();
        m_tree.add(FieldId::MqttLen, m_place.at(1), header.size - 1U,
                   std::uint64_t{header.remainingLength});
    }

    void describeConnect(const Connect& connect) {
        text(FieldId::MqttProtoName, connect.protocolName);
        number(FieldId::MqttVersion, connect.version,
               std::string(versionName(connect.version.value)) + " (" +
                   std::to_string(connect.version.value) + ")");
        const auto& flags = connect.flags;
        if (flags.range.empty()) return;
        open(FieldId::MqttConnectFlags, flags.range, std::uint64_t{flags.value});
        bits(FieldId::MqttConnectUserName, flags, 0, 1);
        bits(FieldId::MqttConnectPassword, flags, 1, 1);
        bits(FieldId::MqttConnectRetain, flags, 2, 1);
        bits(FieldId::MqttConnectQos, flags, 3, 2);
        bits(FieldId::MqttConnectWill, flags, 5, 1);
        bits(FieldId::MqttConnectClean, flags, 6, 1);
        bits(FieldId::MqttConnectReserved, flags, 7, 1);
        m_tree.close();
        number(FieldId::MqttKeepAlive, connect.keepAlive,
               std::to_string(connect.keepAlive.value) + " s");
        properties(FieldId::MqttProperties, m_packet.properties);
        text(FieldId::MqttClientId, connect.clientId);
        properties(FieldId::MqttWillProperties, connect.willProperties);
        if (connect.willTopic) text(FieldId::MqttWillTopic, *connect.willTopic);
        if (connect.willMessage) bytes(FieldId::MqttWillMessage, *connect.willMessage);
        if (connect.userName) text(FieldId::MqttUserName, *connect.userName);
        if (connect.password) text(FieldId::MqttPassword, *connect.password);
    }

    void describe(const Subscription& subscription) {
        text(FieldId::MqttTopic, subscription.filter);
        if (m_packet.header.type != PacketType::Subscribe) return;
        const auto& options = subscription.options;
        if (m_packet.version < 5) {
            number(FieldId::MqttSubQos, options);
            return;
        }
        open(FieldId::MqttSubOptions, options.range, std::uint64_t{options.value});
        bits(FieldId::MqttSubOptionsRetain, options, 2, 2);
        bits(FieldId::MqttSubOptionsRap, options, 4, 1);
        bits(FieldId::MqttSubOptionsNoLocal, options, 5, 1);
        bits(FieldId::MqttSubOptionsQos, options, 6, 2);
        m_tree.close();
    }

    void properties(FieldId id, const Properties& properties) {
        if (!properties.present) return;
        const std::size_t count = properties.list.size();
        open(id, properties.range, {});
        std::uint64_t listed = properties.range.end;
        if (count != 0) listed = properties.list.front().range.begin;
        m_tree.add(FieldId::MqttPropertyLength, at(properties.range),
                   listed - properties.range.begin, properties.range.end - listed);
        for (const Property& property : properties.list) {
            m_tree.open(FieldId::MqttPropertyId, at(property.range), property.range.size(),
                        std::string(propertyName(property.id)) + shown(property),
                        std::uint64_t{property.id});
            value(property);
            m_tree.close();
        }
        m_tree.close();
    }

    static std::string shown(const Property& property) {
        switch (propertyKind(property.id)) {
            case PropertyKind::Text:
            case PropertyKind::Binary:
                return ": " + shownPayload(asBytes(property.text), kShownChars);
            case PropertyKind::Pair:
                return ": " + printable(property.text, kShownChars) + " = " +
                       printable(property.value, kShownChars);
            case PropertyKind::Unknown:
                return {};
            default:
                return ": " + std::to_string(property.number);
        }
    }

    void value(const Property& property) {
        // The identifiers that exist take one byte; lengths two.
        const auto part = [&](std::uint64_t offset, std::uint64_t size, FieldId id,
                              FieldValue value, std::string shown) {
            m_tree.add(id, m_place.at(property.range.begin + offset), size, std::move(value),
                       std::move(shown));
        };
        const ByteView bytes = asBytes(property.text);
        const std::string name(property.text);
        switch (propertyKind(property.id)) {
            case PropertyKind::Unknown:
                break;
            case PropertyKind::Text:
                part(3, bytes.size(),
                     property.id == kContentType ? FieldId::MqttPropertyContentType
                                                 : FieldId::MqttPropertyString,
                     name, printable(name, kShownChars));
                break;
            case PropertyKind::Binary:
                part(3, bytes.size(), FieldId::MqttPropertyBytes, Bytes(bytes.begin(), bytes.end()),
                     shownPayload(bytes, kShownChars));
                break;
            case PropertyKind::Pair:
                part(3, bytes.size(), FieldId::MqttPropertyKey, name, printable(name, kShownChars));
                part(5 + bytes.size(), property.value.size(), FieldId::MqttPropertyValue,
                     std::string(property.value), printable(property.value, kShownChars));
                break;
            default:
                part(1, property.range.size() - 1,
                     property.id == kTopicAlias   ? FieldId::MqttPropertyTopicAlias
                     : property.id == kMaximumQos ? FieldId::MqttPropertyMaxQos
                                                  : FieldId::MqttPropertyNumber,
                     std::uint64_t{property.number}, {});
        }
    }

    void message(const Located<std::string_view>& message) {
        const ByteView bytes = asBytes(message.value);
        m_tree.open(FieldId::MqttMessage, at(message.range), message.range.size(),
                    shownPayload(bytes, kShownChars), Bytes(bytes.begin(), bytes.end()));
        if (isValidUtf8(message.value)) {
            m_tree.add(FieldId::MqttMessageText, at(message.range), message.range.size(),
                       std::string(message.value), printable(message.value, kShownChars));
            const auto kind = jsonKind(message.value);
            if (kind == JsonKind::Object || kind == JsonKind::Array) {
                describeJson(message.value, m_tree, at(message.range));
            }
        }
        m_tree.close();
    }

    const Packet& m_packet;
    FieldTree& m_tree;
    Place m_place;
};

std::string connectLine(const Connect& connect, std::size_t maxChars) {
    std::string line = "  ";
    line += connect.clientId.value.empty() ? std::string("without a client id")
                                           : printable(connect.clientId.value, maxChars);
    line += "  " + std::string(versionName(connect.version.value));
    line += "  keep alive " + std::to_string(connect.keepAlive.value) + " s";
    if ((connect.flags.value & 2) != 0) line += "  clean";
    if (connect.userName) line += "  user " + printable(connect.userName->value, maxChars);
    if (connect.willTopic) line += "  will " + printable(connect.willTopic->value, maxChars);
    return line;
}

std::string subscriptionsLine(const Packet& packet, std::size_t maxChars) {
    std::string line;
    for (const Subscription& subscription : packet.subscriptions) {
        line += line.empty() ? "  " : ", ";
        line += printable(subscription.filter.value, maxChars);
        if (packet.header.type == PacketType::Subscribe) {
            line += " QoS " + std::to_string(subscription.options.value & 3);
        }
        if (line.size() > 4 * maxChars) break;
    }
    return line;
}

}  // namespace

FieldIndex describe(const Packet& packet, FieldTree& tree, Place place) {
    const FieldIndex layer =
        tree.open(FieldId::Mqtt, place, packet.header.packetSize(), summary(packet, kShownChars));
    Describer(packet, tree, place).run();
    tree.close();
    return layer;
}

std::string summary(const Packet& packet, std::size_t maxChars) {
    std::string line(packetTypeName(packet.header.type));
    if (packet.topic) {
        line += packet.topic->value.empty() ? std::string()
                                            : " " + printable(packet.topic->value, maxChars);
        for (const Property& property : packet.properties.list) {
            if (property.id == kTopicAlias) line += "  alias " + std::to_string(property.number);
        }
        line += "  QoS " + std::to_string(packet.qos());
        if ((packet.header.flags & 1) != 0) line += "  retain";
        if ((packet.header.flags & 8) != 0) line += "  again";
    }
    if (packet.packetId) {
        line += (packet.topic ? "  #" : " #") + std::to_string(packet.packetId->value);
    }
    if (packet.connect) line += connectLine(*packet.connect, maxChars);
    const auto named = [&packet](std::uint8_t code) {
        return "  " + std::string(reasonName(packet.header.type, code, packet.version));
    };
    if (packet.reason) line += named(packet.reason->value);
    if (packet.connackFlags && (packet.connackFlags->value & 1) != 0) line += "  session present";
    line += subscriptionsLine(packet, maxChars);
    for (const auto& code : packet.reasons) {
        line += named(code.value);
        if (line.size() > 4 * maxChars) break;
    }
    if (packet.message && !packet.message->value.empty()) {
        line += "  " + shownPayload(asBytes(packet.message->value), maxChars);
    }
    return elided(std::move(line), maxChars);
}

}  // namespace framescope::mqtt
