// The text of the arguments is kept as it was written; it is only put behind the event's name.
// Where MessagePack is spoken, the JSON becomes values, with the attachments' bytes in place.
#include "capture/compose/socketio_writer.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "capture/compose/payload_bytes.h"
#include "dissector/payload/json.h"
#include "dissector/socketio/object_packet.h"
#include "dissector/socketio/placeholder.h"

namespace framescope::compose {
namespace {

using Json = nlohmann::ordered_json;
using socketio::PacketType;

bool hasEvent(PacketType type) {
    return type == PacketType::Event || type == PacketType::BinaryEvent;
}

bool isAck(PacketType type) {
    return type == PacketType::Ack || type == PacketType::BinaryAck;
}

std::string placeholder(std::size_t number) {
    return "{\"_placeholder\":true,\"num\":" + std::to_string(number) + "}";
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kBlanks = " \t\r\n";
    const std::size_t begin = std::min(text.find_first_not_of(kBlanks), text.size());
    const std::size_t end = text.find_last_not_of(kBlanks);
    return end == std::string_view::npos ? std::string_view() : text.substr(begin, end + 1 - begin);
}

/// The array of an event or an acknowledgement: the event's name, the arguments, and the
/// attachments that no placeholder names.
Result<std::string> arrayOf(const SocketIoDraft& draft) {
    const std::string_view data = trimmed(draft.data);
    if (!data.empty() && jsonKind(data) != JsonKind::Array) {
        return Error{"The arguments must be a JSON array: [...]."};
    }
    std::string array = "[";
    const auto append = [&array](std::string_view element) {
        if (trimmed(element).empty()) return;
        if (array.size() > 1) array += ',';
        array += element;
    };
    if (hasEvent(draft.type)) append(quotedJson(draft.event));
    if (data.size() > 2) append(data.substr(1, data.size() - 2));
    std::vector<bool> placed(draft.attachments.size());
    for (const auto& found : socketio::findPlaceholders(data)) {
        if (found.number && *found.number < placed.size()) placed[*found.number] = true;
    }
    for (std::size_t i = 0; i < placed.size(); ++i) {
        if (!placed[i]) append(placeholder(i));
    }
    return array + "]";
}

/// As JavaScript's encodeURIComponent does.
std::string percentEncoded(std::string_view text) {
    constexpr std::string_view kPlain = "-_.!~*'()";
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    std::string encoded;
    for (const char c : text) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (letter || (c >= '0' && c <= '9') || kPlain.find(c) != std::string_view::npos) {
            encoded += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        encoded += '%';
        encoded += kDigits[byte >> 4];
        encoded += kDigits[byte & 0xf];
    }
    return encoded;
}

/// What a CONNECT tells before revision 5: a query behind the namespace, as it has no data.
Result<std::string> queryOf(std::string_view data) {
    const auto members = jsonChildren(data);
    if (jsonKind(data) != JsonKind::Object || !members) {
        return Error{
            "Before revision 5 a CONNECT tells what it has to say in a query, so its data "
            "must be a JSON object."};
    }
    std::string query;
    for (const JsonNode& member : *members) {
        const std::string_view value = data.substr(member.range.begin, member.range.size());
        const std::string name =
            unescapeJson(data.substr(member.keyRange.begin, member.keyRange.size()));
        if (member.kind == JsonKind::Object || member.kind == JsonKind::Array) {
            return Error{"Before revision 5 a CONNECT tells what it has to say in a query, and \"" +
                         name + "\" is neither a text nor a number."};
        }
        const bool text = member.kind == JsonKind::String;
        query += query.empty() ? '?' : '&';
        query += percentEncoded(name) + '=';
        query += percentEncoded(text ? unescapeJson(value) : std::string(value));
    }
    return query;
}

/// The attachment that a value stands for; nothing if it is no placeholder.
std::optional<std::size_t> attachmentOf(const Json& value, std::size_t count) {
    if (!value.is_object()) return std::nullopt;
    const auto mark = value.find("_placeholder");
    const auto number = value.find("num");
    if (mark == value.end() || *mark != Json(true)) return std::nullopt;
    if (number == value.end() || !number->is_number_unsigned()) return std::nullopt;
    const auto index = number->get<std::uint64_t>();
    return index < count ? std::optional(static_cast<std::size_t>(index)) : std::nullopt;
}

/// Recurses as deep as the JSON goes, which checkJson() has limited.
void putInPlace(Json& value, const std::vector<Bytes>& attachments) {
    if (const auto index = attachmentOf(value, attachments.size())) {
        value = Json::binary(attachments[*index]);
        return;
    }
    if (!value.is_structured()) return;
    for (auto& element : value) putInPlace(element, attachments);
}

/// What is known of a packet when it is written.
struct Content {
    PacketType type;
    std::string nsp;
    std::optional<std::uint64_t> id;
    std::string data;  ///< valid JSON, or empty
    std::vector<Bytes> attachments;
};

Result<WirePacket> message(ByteView data, bool binary, const WireState& state) {
    return writeEnginePacket(engineio::PacketType::Message, data, binary, state);
}

Result<std::vector<WirePacket>> writeMsgpack(const Content& content, const WireState& state) {
    socketio::ObjectPacket packet;
    packet.type = content.type;
    packet.nsp = content.nsp;
    packet.id = content.id;
    // Its version for early revisions writes these as JSON, and later ones know no binary types.
    const bool early = socketio::isBeforeRevision5(state.engineVersion);
    const bool text = early && !hasEvent(content.type) && !isAck(content.type);
    packet.encoding = text ? socketio::Encoding::Json : socketio::Encoding::Msgpack;
    Bytes data;
    if (text) {
        packet.data = asBytes(content.data);
    } else if (!content.data.empty()) {
        Json value = Json::parse(content.data, nullptr, false);
        if (value.is_discarded()) {
            return Error{
                "The data cannot be written as MessagePack: a number in it is too great, or a text "
                "has half of a character."};
        }
        putInPlace(value, content.attachments);
        data = Json::to_msgpack(value);
        packet.data = data;
    }
    Bytes bytes;
    ByteWriter writer(bytes);
    socketio::encode(packet, writer);
    auto written = message(bytes, !text, state);
    if (!written) return written.error();
    return std::vector{std::move(*written)};
}

Result<std::vector<WirePacket>> writePlain(const Content& content, const WireState& state) {
    socketio::Packet packet;
    packet.type = content.type;
    if (socketio::isBinary(content.type)) {
        packet.attachments = static_cast<std::uint32_t>(content.attachments.size());
    }
    if (content.nsp != "/") packet.nsp = content.nsp;
    packet.id = content.id;
    packet.data = content.data;
    Bytes bytes;
    ByteWriter writer(bytes);
    socketio::encode(packet, writer);
    std::vector<WirePacket> packets;
    auto first = message(bytes, false, state);
    if (!first) return first.error();
    packets.push_back(std::move(*first));
    for (const Bytes& attachment : content.attachments) {
        auto next = message(attachment, true, state);
        if (!next) return next.error();
        packets.push_back(std::move(*next));
    }
    return packets;
}

PacketType typeOf(const SocketIoDraft& draft, const WireState& state) {
    if (draft.attachments.empty()) return draft.type;
    if (state.msgpack && !socketio::isBeforeRevision5(state.engineVersion)) return draft.type;
    if (draft.type == PacketType::Event) return PacketType::BinaryEvent;
    return draft.type == PacketType::Ack ? PacketType::BinaryAck : draft.type;
}

}  // namespace

Result<SocketIoPackets> writeSocketIo(const SocketIoDraft& draft, const WireState& state) {
    Content content;
    content.type = typeOf(draft, state);
    content.nsp = draft.nsp.empty() ? "/" : draft.nsp;
    const bool array = hasEvent(draft.type) || isAck(draft.type);
    if (!array && !draft.attachments.empty()) {
        return Error{"Attachments belong to events and acknowledgements alone."};
    }
    if (!trimmed(draft.data).empty()) {
        std::string fault =
            jsonFault(draft.data, array ? "What stands for the arguments" : "The data");
        if (!fault.empty()) return Error{std::move(fault)};
    }
    const std::string_view data = trimmed(draft.data);
    if (array) {
        auto made = arrayOf(draft);
        if (!made) return made.error();
        content.data = std::move(*made);
    } else if (draft.type == PacketType::Connect && !data.empty() &&
               socketio::isBeforeRevision5(state.engineVersion)) {
        const auto query = queryOf(data);
        if (!query) return query.error();
        content.nsp += *query;
    } else {
        content.data = data;
    }
    for (const Payload& attachment : draft.attachments) {
        auto bytes = bytesOf(attachment);
        if (!bytes) return bytes.error();
        content.attachments.push_back(std::move(*bytes));
    }
    content.id = draft.id;
    if (!content.id && draft.wantsAck && hasEvent(draft.type)) content.id = state.nextAckId;
    auto packets = state.msgpack ? writeMsgpack(content, state) : writePlain(content, state);
    if (!packets) return packets.error();
    SocketIoPackets written;
    written.packets = std::move(*packets);
    if (hasEvent(draft.type)) written.ackId = content.id;
    return written;
}

}  // namespace framescope::compose
