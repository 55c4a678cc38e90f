#include "dissector/socketio/object_packet.h"

#include <algorithm>
#include <charconv>

#include "dissector/payload/json.h"
#include "dissector/payload/msgpack.h"
#include "dissector/payload/msgpack_reader.h"
#include "dissector/payload/msgpack_writer.h"
#include "dissector/payload/payload_describe.h"
#include "dissector/payload/utf8.h"
#include "dissector/socketio/describe_recovery.h"

namespace framescope::socketio {
namespace {

constexpr std::size_t kShownChars = 200;
/// Arguments that get a tree of their own.
constexpr std::size_t kMaxArguments = 1000;
/// Characters of arguments as JSON.
constexpr std::size_t kMaxJson = 1U << 20;
/// Members of the map that are looked at.
constexpr std::size_t kMaxMembers = 64;

ByteView slice(ByteView bytes, ByteRange range) {
    return bytes.subspan(range.begin, range.size());
}

/// How the peers' MessagePack library writes `undefined`: an extension of type 0 with a zero byte.
bool isUndefined(ByteView value) {
    return value.size() == 3 && value[0] == 0xd4 && value[1] == 0 && value[2] == 0;
}

/// What stands at the top of a value, in the terms of both encodings.
enum class Shape : std::uint8_t { Map, Array, Text, Number, Other };

struct Entry {
    Shape shape = Shape::Other;
    ByteRange range;
    std::string key;
};

Shape shapeOf(ItemToken token) {
    switch (token) {
        case ItemToken::MapBegin:
            return Shape::Map;
        case ItemToken::ArrayBegin:
            return Shape::Array;
        case ItemToken::Text:
            return Shape::Text;
        case ItemToken::Unsigned:
        case ItemToken::Negative:
        case ItemToken::Float:
            return Shape::Number;
        default:
            return Shape::Other;
    }
}

Shape shapeOf(JsonKind kind) {
    switch (kind) {
        case JsonKind::Object:
            return Shape::Map;
        case JsonKind::Array:
            return Shape::Array;
        case JsonKind::String:
            return Shape::Text;
        case JsonKind::Number:
            return Shape::Number;
        default:
            return Shape::Other;
    }
}

/// Elements or members at the top; nothing if the value is not valid or neither of the two.
std::optional<std::vector<Entry>> entriesOf(ByteView value, Encoding encoding, std::size_t limit) {
    std::vector<Entry> entries;
    if (encoding == Encoding::Msgpack) {
        const auto nodes = msgpackChildren(value, limit);
        if (!nodes) return std::nullopt;
        for (const ItemNode& node : *nodes) {
            if (!node.keyRange.empty() && isUndefined(slice(value, node.range))) continue;
            const auto key = msgpackString(slice(value, node.keyRange));
            entries.push_back({shapeOf(node.kind), node.range, std::string(key.value_or(""))});
        }
        return entries;
    }
    const auto nodes = jsonChildren(asText(value), limit);
    if (!nodes) return std::nullopt;
    for (const JsonNode& node : *nodes) {
        std::string key = unescapeJson(asText(slice(value, node.keyRange)));
        entries.push_back({shapeOf(node.kind), node.range, std::move(key)});
    }
    return entries;
}

/// Begins the value with a map? Saves reading what does not.
bool beginsWithMap(ByteView bytes, Encoding encoding) {
    if (bytes.empty()) return false;
    if (encoding == Encoding::Json) return jsonKind(asText(bytes)) == JsonKind::Object;
    return (bytes[0] & 0xf0) == 0x80 || bytes[0] == 0xde || bytes[0] == 0xdf;
}

Shape shapeOf(ByteView value, Encoding encoding) {
    if (value.empty()) return Shape::Other;
    if (encoding == Encoding::Json) {
        const auto kind = jsonKind(asText(value));
        return kind ? shapeOf(*kind) : Shape::Other;
    }
    MsgpackReader reader(value);
    return shapeOf(reader.next().token);
}

std::optional<std::uint64_t> numberOf(ByteView value, Encoding encoding) {
    if (encoding == Encoding::Msgpack) return msgpackUnsigned(value);
    const std::string_view digits = asText(value);
    std::uint64_t number = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    if (error != std::errc() || stop != end) return std::nullopt;
    return number;
}

std::optional<std::string> textOf(ByteView value, Encoding encoding) {
    if (encoding == Encoding::Msgpack) {
        const auto text = msgpackString(value);
        return text ? std::optional(std::string(*text)) : std::nullopt;
    }
    if (jsonKind(asText(value)) != JsonKind::String) return std::nullopt;
    return unescapeJson(asText(value));
}

bool dataFits(const ObjectPacket& packet) {
    const bool none = packet.data.empty();
    const Shape shape = shapeOf(packet.data, packet.encoding);
    switch (packet.type) {
        case PacketType::Connect:
            return none || shape == Shape::Map;
        case PacketType::Disconnect:
            return none;
        case PacketType::ConnectError:
            return shape == Shape::Map || shape == Shape::Text;
        case PacketType::Event:
        case PacketType::BinaryEvent:
        case PacketType::Ack:
        case PacketType::BinaryAck:
            return shape == Shape::Array;
    }
    return false;
}

std::string jsonOf(ByteView value, Encoding encoding, std::size_t maxChars) {
    if (encoding == Encoding::Json) return std::string(asText(value));
    // In an array, JSON has null for what is undefined.
    if (isUndefined(value)) return "null";
    return msgpackToJson(value, maxChars, JsonForm::Arguments).value_or(std::string());
}

void describeValue(ByteView value, Encoding encoding, Dissection& dissection, Place place,
                   const PayloadChoice& choice, std::string label = {}) {
    const TextHook hook = base64Hook(dissection, choice);
    if (encoding == Encoding::Json) {
        describeJson(asText(value), dissection.fields, place, std::move(label), hook);
    } else {
        describeMsgpack(value, dissection.fields, place, std::move(label), hook);
    }
}

/// The arguments' entries: all of an acknowledgement's array, all but the name of an event's.
std::vector<Entry> argumentsOf(const ObjectPacket& packet, std::size_t limit) {
    auto entries = entriesOf(packet.data, packet.encoding, limit + 1);
    if (!entries) return {};
    if (packet.hasEvent() && !entries->empty()) entries->erase(entries->begin());
    return std::move(*entries);
}

void describeArguments(const ObjectPacket& packet, Dissection& dissection, Place data,
                       const PayloadChoice& choice) {
    FieldTree& tree = dissection.fields;
    const std::vector<Entry> arguments = argumentsOf(packet, kMaxArguments);
    const ByteRange range = arguments.empty()
                                ? ByteRange{packet.data.size(), packet.data.size()}
                                : ByteRange{arguments.front().range.begin, packet.data.size()};
    std::string value = argumentsJson(packet);
    std::string text = printable(value, kShownChars);
    tree.open(FieldId::SocketIoArgs, data.at(range.begin), range.size(), std::move(text),
              std::move(value));
    for (std::size_t i = 0; i < std::min(arguments.size(), kMaxArguments); ++i) {
        describeValue(slice(packet.data, arguments[i].range), packet.encoding, dissection,
                      data.at(arguments[i].range.begin), choice, "Argument " + std::to_string(i));
    }
    tree.close();
}

}  // namespace

std::string_view ObjectPacket::nspName() const {
    const std::string_view name = std::string_view(nsp).substr(0, nsp.find('?'));
    return name.empty() ? std::string_view("/") : name;
}

std::optional<ObjectPacket> parseObject(ByteView bytes, Encoding encoding) {
    if (!beginsWithMap(bytes, encoding)) return std::nullopt;
    const auto members = entriesOf(bytes, encoding, kMaxMembers);
    if (!members) return std::nullopt;
    ObjectPacket packet;
    packet.encoding = encoding;
    std::optional<std::uint64_t> type;
    std::optional<std::string> nsp;
    for (const Entry& member : *members) {
        const ByteView value = slice(bytes, member.range);
        if (member.key == "type") {
            type = numberOf(value, encoding);
            packet.typeRange = member.range;
        } else if (member.key == "nsp") {
            nsp = textOf(value, encoding);
            packet.nspRange = member.range;
        } else if (member.key == "id") {
            packet.id = numberOf(value, encoding);
            packet.idRange = member.range;
            if (!packet.id) return std::nullopt;
        } else if (member.key == "data") {
            packet.data = value;
            packet.dataRange = member.range;
        }
    }
    if (!type || *type > static_cast<std::uint64_t>(PacketType::BinaryAck) || !nsp) {
        return std::nullopt;
    }
    packet.type = static_cast<PacketType>(*type);
    packet.nsp = std::move(*nsp);
    if (!dataFits(packet)) return std::nullopt;
    return packet;
}

void encode(const ObjectPacket& packet, ByteWriter& out) {
    const auto type = static_cast<unsigned>(packet.type);
    if (packet.encoding == Encoding::Json) {
        out.text("{\"type\":" + std::to_string(type));
        if (packet.id) out.text(",\"id\":" + std::to_string(*packet.id));
        if (!packet.data.empty()) {
            out.text(",\"data\":");
            out.bytes(packet.data);
        }
        out.text(",\"nsp\":" + quotedJson(packet.nsp) + "}");
        return;
    }
    Bytes bytes;
    MsgpackWriter writer(bytes);
    writer.map(2 + (packet.id ? 1 : 0) + (packet.data.empty() ? 0 : 1));
    writer.text("type");
    writer.unsignedInteger(type);
    if (packet.id) {
        writer.text("id");
        writer.unsignedInteger(*packet.id);
    }
    if (!packet.data.empty()) {
        writer.text("data");
        bytes.insert(bytes.end(), packet.data.begin(), packet.data.end());
    }
    writer.text("nsp");
    writer.text(packet.nsp);
    out.bytes(bytes);
}

std::string eventName(const ObjectPacket& packet) {
    if (!packet.hasEvent()) return {};
    const auto entries = entriesOf(packet.data, packet.encoding, 1);
    if (!entries || entries->empty()) return {};
    const ByteView value = slice(packet.data, entries->front().range);
    if (auto text = textOf(value, packet.encoding)) return std::move(*text);
    if (entries->front().shape != Shape::Number) return {};
    return jsonOf(value, packet.encoding, kShownChars);
}

std::string argumentsJson(const ObjectPacket& packet) {
    std::string json = "[";
    for (const Entry& argument : argumentsOf(packet, kMaxJson)) {
        if (json.size() > 1) json += ',';
        json += jsonOf(slice(packet.data, argument.range), packet.encoding, kMaxJson);
    }
    return json + "]";
}

FieldIndex describe(const ObjectPacket& packet, std::size_t size, Dissection& dissection,
                    Place place, std::uint8_t engineVersion, const Surroundings& surroundings) {
    FieldTree& tree = dissection.fields;
    const auto at = [place](ByteRange range) { return place.at(range.begin); };
    const std::string type(packetTypeName(packet.type, engineVersion));
    const FieldIndex layer =
        tree.open(FieldId::SocketIo, place, size, summary(packet, kShownChars, engineVersion));
    tree.addComputed(FieldId::SocketIoParser, std::string("msgpack"),
                     packet.encoding == Encoding::Json ? "socket.io-msgpack-parser, in JSON"
                                                       : "socket.io-msgpack-parser");
    tree.add(FieldId::SocketIoType, at(packet.typeRange), packet.typeRange.size(), type,
             type + " (" + std::to_string(static_cast<int>(packet.type)) + ")");
    tree.add(FieldId::SocketIoNsp, at(packet.nspRange), packet.nspRange.size(),
             std::string(packet.nspName()), printable(packet.nsp, kShownChars));
    if (packet.id) {
        tree.add(FieldId::SocketIoId, at(packet.idRange), packet.idRange.size(), *packet.id);
    }
    const Place data = at(packet.dataRange);
    if (packet.hasEvent() || packet.isAck()) {
        const auto first = entriesOf(packet.data, packet.encoding, 1);
        if (packet.hasEvent() && first && !first->empty()) {
            std::string name = eventName(packet);
            std::string shown = printable(name, kShownChars);
            tree.add(FieldId::SocketIoEvent, data.at(first->front().range.begin),
                     first->front().range.size(), std::move(name), std::move(shown));
        }
        describeArguments(packet, dissection, data, surroundings.choice);
    } else if (!packet.data.empty()) {
        std::string json = jsonOf(packet.data, packet.encoding, kMaxJson);
        std::string shown = printable(json, kShownChars);
        tree.open(FieldId::SocketIoData, data, packet.data.size(), std::move(shown),
                  std::move(json));
        describeValue(packet.data, packet.encoding, dissection, data, surroundings.choice);
        tree.close();
    }
    if (!packet.data.empty()) {
        describeRecovery(packet.type, packet.data, packet.encoding, surroundings, tree, data);
    }
    tree.close();
    return layer;
}

std::string summary(const ObjectPacket& packet, std::size_t maxChars, std::uint8_t engineVersion) {
    std::string line(packetTypeName(packet.type, engineVersion));
    if (packet.nspName() != "/") line += " " + printable(packet.nspName(), maxChars);
    if (packet.id) line += " #" + std::to_string(*packet.id);
    if (packet.hasEvent()) line += "  " + printable(eventName(packet), maxChars);
    if (packet.hasEvent() || packet.isAck()) {
        const char* separator = "  ";
        for (const Entry& argument : argumentsOf(packet, maxChars)) {
            if (line.size() > 4 * maxChars) break;
            line += separator;
            line += printable(jsonOf(slice(packet.data, argument.range), packet.encoding, maxChars),
                              maxChars);
            separator = ", ";
        }
    } else if (!packet.data.empty()) {
        line += "  " + printable(jsonOf(packet.data, packet.encoding, maxChars), maxChars);
    }
    return elided(std::move(line), maxChars);
}

}  // namespace framescope::socketio
