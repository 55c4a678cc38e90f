// One cursor walks a packet's contents; where something does not fit it stops, and the packet says
// what. What was read so far stands.
#include "dissector/subprotocol/mqtt.h"

#include <algorithm>

#include "dissector/payload/utf8.h"

namespace framescope::mqtt {
namespace {

constexpr std::uint8_t kWillFlag = 0x04;
constexpr std::uint8_t kPasswordFlag = 0x40;
constexpr std::uint8_t kUserNameFlag = 0x80;

/// A variable byte integer (section 1.5.5); nothing if it is cut or longer than four bytes.
struct Varint {
    std::uint32_t value = 0;
    std::size_t size = 0;
};
std::optional<Varint> readVarint(ByteView bytes) {
    Varint result;
    for (std::size_t i = 0; i < std::min<std::size_t>(4, bytes.size()); ++i) {
        result.value |= std::uint32_t{bytes[i] & 0x7fU} << (7 * i);
        if (bytes[i] < 0x80) {
            result.size = i + 1;
            return result;
        }
    }
    return std::nullopt;
}

void writeVarint(std::uint32_t value, ByteWriter& out) {
    do {
        const auto low = static_cast<std::uint8_t>(value & 0x7f);
        value >>= 7;
        out.u8(static_cast<std::uint8_t>(low | (value != 0 ? 0x80 : 0)));
    } while (value != 0);
}

/// Reads a packet's contents in order. Behind the first thing that does not fit nothing is read.
class Cursor {
public:
    /// `bytes` is the packet; reading begins at `at`. `whole`: its end is its end.
    Cursor(ByteView bytes, std::size_t at, bool whole) : m_bytes(bytes), m_at(at), m_whole(whole) {}

    bool atEnd() const { return m_at >= m_bytes.size(); }
    bool failed() const { return m_failed; }
    std::string_view problem() const { return m_problem; }
    std::size_t position() const { return m_at; }

    void fail(std::string_view problem) {
        if (m_failed) return;
        m_failed = true;
        // What lies behind a cut was not seen.
        if (m_whole) m_problem = problem;
    }
    Located<std::uint8_t> byte() {
        const ByteView taken = take(1);
        return {taken.empty() ? std::uint8_t{0} : taken[0], last()};
    }
    Located<std::uint16_t> two() {
        const ByteView taken = take(2);
        return {taken.empty() ? std::uint16_t{0} : readBe16(taken.data()), last()};
    }
    std::uint32_t four() {
        const ByteView taken = take(4);
        return taken.empty() ? 0 : readBe32(taken.data());
    }
    std::uint32_t varint() {
        if (m_failed) return 0;
        const auto read = readVarint(m_bytes.subspan(m_at));
        if (!read) {
            fail("a variable byte integer does not end");
            return 0;
        }
        m_at += read->size;
        return read->value;
    }
    /// Two bytes of length, then as many bytes (sections 1.5.4 and 1.5.6). The range is the whole.
    Located<std::string_view> string() {
        const std::size_t begin = m_at;
        const std::uint16_t size = two().value;
        const ByteView taken = take(size);
        return {asText(taken), {begin, m_at}};
    }
    Located<std::string_view> rest() {
        const std::size_t begin = m_at;
        if (m_failed) return {{}, {begin, begin}};
        m_at = m_bytes.size();
        return {asText(m_bytes.subspan(begin)), {begin, m_at}};
    }
    Properties properties() {
        Properties properties;
        const std::size_t begin = m_at;
        const std::uint32_t size = varint();
        if (m_failed) return properties;
        properties.present = true;
        if (size > m_bytes.size() - m_at) fail("its properties are longer than the packet");
        const std::size_t end = m_at + std::min<std::size_t>(size, m_bytes.size() - m_at);
        properties.range = {begin, end};
        while (!m_failed && m_at < end) {
            Property property = this->property();
            if (m_at > end) fail("a property is longer than the properties");
            if (m_failed) break;
            if (properties.list.size() < kMaxEntries) properties.list.push_back(property);
        }
        return properties;
    }

private:
    ByteView take(std::size_t count) {
        if (m_failed || count > m_bytes.size() - m_at) {
            fail("its contents are longer than the packet");
            m_last = {m_at, m_at};
            return {};
        }
        m_last = {m_at, m_at + count};
        m_at += count;
        return m_bytes.subspan(m_at - count, count);
    }
    ByteRange last() const { return m_last; }

    Property property() {
        Property property;
        const std::size_t begin = m_at;
        property.id = varint();
        switch (propertyKind(property.id)) {
            case PropertyKind::Unknown:
                fail("a property is unknown");
                break;
            case PropertyKind::Byte:
                property.number = byte().value;
                break;
            case PropertyKind::Two:
                property.number = two().value;
                break;
            case PropertyKind::Four:
                property.number = four();
                break;
            case PropertyKind::Varint:
                property.number = varint();
                break;
            case PropertyKind::Text:
            case PropertyKind::Binary:
                property.text = string().value;
                break;
            case PropertyKind::Pair:
                property.text = string().value;
                property.value = string().value;
                break;
        }
        property.range = {begin, m_at};
        return property;
    }

    ByteView m_bytes;
    std::size_t m_at;
    bool m_whole;
    bool m_failed = false;
    std::string_view m_problem;
    ByteRange m_last;
};

void readConnect(Cursor& cursor, Packet& packet) {
    Connect connect;
    connect.protocolName = cursor.string();
    connect.version = cursor.byte();
    connect.flags = cursor.byte();
    connect.keepAlive = cursor.two();
    if (cursor.failed()) {
        packet.connect = connect;
        return;
    }
    packet.version = connect.version.value & 0x7f;
    if (packet.version >= 5) packet.properties = cursor.properties();
    connect.clientId = cursor.string();
    const std::uint8_t flags = connect.flags.value;
    if ((flags & kWillFlag) != 0) {
        if (packet.version >= 5) connect.willProperties = cursor.properties();
        connect.willTopic = cursor.string();
        connect.willMessage = cursor.string();
    }
    if ((flags & kUserNameFlag) != 0) connect.userName = cursor.string();
    if ((flags & kPasswordFlag) != 0) connect.password = cursor.string();
    packet.connect = connect;
}

/// A reason code and properties, which may be left out when there is nothing to say (sections
/// 3.4.2.1, 3.14.2.1).
void readReason(Cursor& cursor, Packet& packet) {
    if (packet.version < 5 || cursor.atEnd()) return;
    packet.reason = cursor.byte();
    if (!cursor.atEnd()) packet.properties = cursor.properties();
}

void readContents(Cursor& cursor, Packet& packet) {
    const bool properties = packet.version >= 5;
    switch (packet.header.type) {
        case PacketType::Connect:
            readConnect(cursor, packet);
            break;
        case PacketType::Connack:
            packet.connackFlags = cursor.byte();
            packet.reason = cursor.byte();
            if (properties) packet.properties = cursor.properties();
            break;
        case PacketType::Publish:
            packet.topic = cursor.string();
            if (packet.qos() != 0) packet.packetId = cursor.two();
            if (properties) packet.properties = cursor.properties();
            packet.message = cursor.rest();
            break;
        case PacketType::Puback:
        case PacketType::Pubrec:
        case PacketType::Pubrel:
        case PacketType::Pubcomp:
            packet.packetId = cursor.two();
            readReason(cursor, packet);
            break;
        case PacketType::Subscribe:
        case PacketType::Unsubscribe:
            packet.packetId = cursor.two();
            if (properties) packet.properties = cursor.properties();
            while (!cursor.atEnd() && !cursor.failed()) {
                Subscription subscription;
                subscription.filter = cursor.string();
                if (packet.header.type == PacketType::Subscribe) {
                    subscription.options = cursor.byte();
                }
                if (cursor.failed()) break;
                if (packet.subscriptions.size() < kMaxEntries) {
                    packet.subscriptions.push_back(subscription);
                }
            }
            if (packet.subscriptions.empty()) cursor.fail("it has no topic filter");
            break;
        case PacketType::Suback:
        case PacketType::Unsuback:
            packet.packetId = cursor.two();
            if (properties) packet.properties = cursor.properties();
            // UNSUBACK has codes from version 5 on.
            if (properties || packet.header.type == PacketType::Suback) {
                while (!cursor.atEnd() && packet.reasons.size() < kMaxEntries) {
                    packet.reasons.push_back(cursor.byte());
                }
                if (!cursor.atEnd()) cursor.rest();
            }
            break;
        case PacketType::Disconnect:
        case PacketType::Auth:
            readReason(cursor, packet);
            break;
        case PacketType::Pingreq:
        case PacketType::Pingresp:
            break;
        case PacketType::Reserved:
            cursor.rest();
            break;
    }
    if (!cursor.failed() && !cursor.atEnd()) cursor.fail("bytes stand behind its contents");
    packet.malformed = cursor.problem();
}

Packet readPacket(const FixedHeader& header, ByteView bytes, std::uint8_t version, bool whole) {
    Packet packet;
    packet.header = header;
    packet.version = version;
    if (header.lengthMalformed) {
        packet.malformed = "its remaining length is longer than four bytes";
        return packet;
    }
    Cursor cursor(bytes, std::min<std::size_t>(header.size, bytes.size()), whole);
    readContents(cursor, packet);
    return packet;
}

void writeString(std::string_view text, ByteWriter& out) {
    out.be16(static_cast<std::uint16_t>(text.size()));
    out.text(text);
}

void writeProperties(const Properties& properties, ByteWriter& out) {
    if (!properties.present) return;
    Bytes list;
    ByteWriter writer(list);
    for (const Property& property : properties.list) {
        writeVarint(property.id, writer);
        switch (propertyKind(property.id)) {
            case PropertyKind::Unknown:
                break;
            case PropertyKind::Byte:
                writer.u8(static_cast<std::uint8_t>(property.number));
                break;
            case PropertyKind::Two:
                writer.be16(static_cast<std::uint16_t>(property.number));
                break;
            case PropertyKind::Four:
                writer.be32(property.number);
                break;
            case PropertyKind::Varint:
                writeVarint(property.number, writer);
                break;
            case PropertyKind::Text:
            case PropertyKind::Binary:
                writeString(property.text, writer);
                break;
            case PropertyKind::Pair:
                writeString(property.text, writer);
                writeString(property.value, writer);
                break;
        }
    }
    writeVarint(static_cast<std::uint32_t>(list.size()), out);
    out.bytes(list);
}

void writeConnect(const Packet& packet, ByteWriter& out) {
    const Connect& connect = *packet.connect;
    writeString(connect.protocolName.value, out);
    out.u8(connect.version.value);
    out.u8(connect.flags.value);
    out.be16(connect.keepAlive.value);
    writeProperties(packet.properties, out);
    writeString(connect.clientId.value, out);
    writeProperties(connect.willProperties, out);
    for (const auto* text :
         {&connect.willTopic, &connect.willMessage, &connect.userName, &connect.password}) {
        if (*text) writeString((*text)->value, out);
    }
}

/// The low bits of the first byte that this type must have (section 2.1.3).
std::uint8_t requiredFlags(PacketType type) {
    switch (type) {
        case PacketType::Pubrel:
        case PacketType::Subscribe:
        case PacketType::Unsubscribe:
            return 2;
        default:
            return 0;
    }
}

void checkConnect(const Connect& connect, IssueSink& issues) {
    const auto complain = [&issues](FieldId part, std::string detail) {
        issues.add(IssueCode::MqttPacketMalformed, static_cast<std::uint16_t>(part),
                   std::move(detail));
    };
    // MQTT 3.1 called itself MQIsdp.
    const bool old = (connect.version.value & 0x7f) == 3;
    if (connect.protocolName.value != (old ? "MQIsdp" : "MQTT")) {
        complain(FieldId::MqttProtoName, "the protocol name is not MQTT");
    }
    if ((connect.flags.value & 1) != 0) {
        complain(FieldId::MqttConnectReserved, "the reserved flag is set");
    }
    const bool will = (connect.flags.value & kWillFlag) != 0;
    if (!will && (connect.flags.value & 0x38) != 0) {
        complain(FieldId::MqttConnectFlags, "will flags are set without a will");
    }
    if ((connect.flags.value >> 3 & 3) == 3) {
        issues.add(IssueCode::MqttQosInvalid, static_cast<std::uint16_t>(FieldId::MqttConnectQos));
    }
}

}  // namespace

Parsed<FixedHeader> parseFixedHeader(ByteView bytes) {
    constexpr std::size_t kMaxLengthBytes = 4;
    if (bytes.size() < 2) return Parsed<FixedHeader>::needs(2);
    FixedHeader header;
    header.type = static_cast<PacketType>(bytes[0] >> 4);
    header.flags = bytes[0] & 15;
    const auto length = readVarint(bytes.subspan(1));
    if (!length && bytes.size() - 1 < kMaxLengthBytes) {
        return Parsed<FixedHeader>::needs(bytes.size() + 1);
    }
    header.lengthMalformed = !length;
    header.remainingLength = length ? length->value : 0;
    header.size = static_cast<std::uint8_t>(1 + (length ? length->size : kMaxLengthBytes));
    return Parsed<FixedHeader>::complete(header, header.size);
}

Parsed<Packet> parse(ByteView bytes, std::uint8_t version) {
    const auto header = parseFixedHeader(bytes);
    if (!header) return Parsed<Packet>::needs(header.needed());
    const auto size = static_cast<std::size_t>(header->packetSize());
    if (bytes.size() < size) return Parsed<Packet>::needs(size);
    return Parsed<Packet>::complete(readPacket(*header, bytes.first(size), version, true), size);
}

Packet parseBeginning(const FixedHeader& header, ByteView bytes, std::uint8_t version) {
    const auto size = std::min<std::uint64_t>(header.packetSize(), bytes.size());
    return readPacket(header, bytes.first(size), version, size == header.packetSize());
}

void encode(const Packet& packet, ByteWriter& out) {
    Bytes contents;
    ByteWriter writer(contents);
    if (packet.connect) {
        writeConnect(packet, writer);
    } else {
        if (packet.connackFlags) writer.u8(packet.connackFlags->value);
        if (packet.topic) writeString(packet.topic->value, writer);
        if (packet.packetId) writer.be16(packet.packetId->value);
        if (packet.reason) writer.u8(packet.reason->value);
        writeProperties(packet.properties, writer);
        for (const Subscription& subscription : packet.subscriptions) {
            writeString(subscription.filter.value, writer);
            if (packet.header.type == PacketType::Subscribe) writer.u8(subscription.options.value);
        }
        for (const auto& reason : packet.reasons) writer.u8(reason.value);
        if (packet.message) writer.text(packet.message->value);
    }
    out.u8(static_cast<std::uint8_t>(static_cast<unsigned>(packet.header.type) << 4 |
                                     (packet.header.flags & 15U)));
    writeVarint(static_cast<std::uint32_t>(contents.size()), out);
    out.bytes(contents);
}

void check(const Packet& packet, IssueSink& issues) {
    const auto add = [&issues](IssueCode code, FieldId part, std::string detail = {}) {
        issues.add(code, static_cast<std::uint16_t>(part), std::move(detail));
    };
    const PacketType type = packet.header.type;
    if (type == PacketType::Reserved || (type == PacketType::Auth && packet.version < 5)) {
        add(IssueCode::MqttTypeReserved, FieldId::MqttMsgType);
        return;
    }
    if (!packet.malformed.empty()) {
        add(IssueCode::MqttPacketMalformed, FieldId::Mqtt, std::string(packet.malformed));
    }
    // MQTT 3.1 allowed DUP in acknowledgements and QoS in SUBSCRIBE.
    if (type != PacketType::Publish && packet.version >= 4 &&
        packet.header.flags != requiredFlags(type)) {
        add(IssueCode::MqttFlagsInvalid, FieldId::MqttHdrFlags);
    }
    if (type == PacketType::Publish && packet.qos() == 3) {
        add(IssueCode::MqttQosInvalid, FieldId::MqttQos);
    }
    if (packet.packetId && packet.packetId->value == 0 && packet.malformed.empty()) {
        add(IssueCode::MqttPacketIdZero, FieldId::MqttMsgId);
    }
    if (packet.topic && packet.malformed.empty()) {
        const std::string_view topic = packet.topic->value;
        // From version 5 on an empty one stands for an alias.
        const bool alias = std::ranges::any_of(packet.properties.list,
                                               [](const Property& p) { return p.id == 35; });
        if (topic.find_first_of("+#") != std::string_view::npos || (topic.empty() && !alias)) {
            add(IssueCode::MqttTopicInvalid, FieldId::MqttTopic);
        }
    }
    for (const Subscription& subscription : packet.subscriptions) {
        if (type == PacketType::Subscribe && (subscription.options.value & 3) == 3) {
            add(IssueCode::MqttQosInvalid,
                packet.version < 5 ? FieldId::MqttSubQos : FieldId::MqttSubOptionsQos);
            break;
        }
    }
    if (packet.connect) checkConnect(*packet.connect, issues);
}

bool looksLikeConnect(ByteView bytes) {
    const auto packet = parse(bytes, 4);
    if (!packet || packet->header.type != PacketType::Connect || packet->header.flags != 0) {
        return false;
    }
    const std::string_view name = packet->connect->protocolName.value;
    return packet->malformed.empty() && (name == "MQTT" || name == "MQIsdp");
}

}  // namespace framescope::mqtt
