// Parts are taken from the front as long as they are of the written form; the rest is data. Whether
// the data fits the type is a matter of check().
#include "dissector/socketio/packet.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "dissector/payload/json.h"
#include "dissector/payload/json_skim.h"
#include "dissector/payload/utf8.h"
#include "dissector/socketio/placeholder.h"

namespace framescope::socketio {
namespace {

/// Peers count in JavaScript numbers, which are whole up to here (2^53 - 1).
constexpr std::uint64_t kGreatestId = 9'007'199'254'740'991;

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

ByteRange digitsAt(std::string_view text, std::size_t at) {
    std::size_t end = at;
    while (end < text.size() && isDigit(text[end])) ++end;
    return {at, end};
}

/// Nothing if the digits are none or the number is greater than `limit`.
std::optional<std::uint64_t> numberAt(std::string_view text, ByteRange digits,
                                      std::uint64_t limit) {
    std::uint64_t value = 0;
    const auto [stop, error] =
        std::from_chars(text.data() + digits.begin, text.data() + digits.end, value);
    if (error != std::errc() || value > limit) return std::nullopt;
    return value;
}

/// Whether the text is a valid array that begins with a name, as nearly every event's data is: in
/// one run over it.
bool isEventData(std::string_view text) {
    if (jsonKind(text) != JsonKind::Array) return false;
    bool first = true;
    bool named = false;
    const auto look = [&](const JsonNode& node) {
        if (!std::exchange(first, false)) return;
        named = node.kind == JsonKind::String || node.kind == JsonKind::Number;
    };
    return skimJson(text, look) && named && isValidUtf8(text);
}

/// What is wrong with the data; empty if it is what the type asks for.
std::string_view dataFault(const Packet& packet, std::uint8_t engineVersion) {
    if (packet.type == PacketType::Disconnect) {
        return packet.data.empty() ? "" : "DISCONNECT carries no data";
    }
    if (packet.hasEvent() && isEventData(packet.data)) return {};
    const auto kind = jsonKind(packet.data);
    switch (packet.type) {
        case PacketType::Connect:
            if (packet.data.empty()) return {};
            if (kind != JsonKind::Object) return "CONNECT carries an object or nothing";
            break;
        case PacketType::ConnectError:
            // Early servers put there whatever a middleware gave them.
            if (isBeforeRevision5(engineVersion)) {
                if (packet.data.empty()) return {};
            } else if (kind != JsonKind::Object && kind != JsonKind::String) {
                return "an error is an object or a text";
            }
            break;
        case PacketType::Event:
        case PacketType::BinaryEvent:
            if (kind != JsonKind::Array || !beginsWithString(packet.data)) {
                return "an event is an array that begins with its name";
            }
            break;
        case PacketType::Ack:
        case PacketType::BinaryAck:
            if (kind != JsonKind::Array) return "an acknowledgement is an array";
            break;
        case PacketType::Disconnect:
            break;
    }
    const auto error = checkJson(packet.data);
    return error ? error->sentence : std::string_view();
}

}  // namespace

std::string_view packetTypeName(PacketType type, std::uint8_t engineVersion) {
    switch (type) {
        case PacketType::Connect:
            return "CONNECT";
        case PacketType::Disconnect:
            return "DISCONNECT";
        case PacketType::Event:
            return "EVENT";
        case PacketType::Ack:
            return "ACK";
        case PacketType::ConnectError:
            return isBeforeRevision5(engineVersion) ? "ERROR" : "CONNECT_ERROR";
        case PacketType::BinaryEvent:
            return "BINARY_EVENT";
        case PacketType::BinaryAck:
            return "BINARY_ACK";
    }
    return "unknown";
}

std::string_view Packet::nspName() const {
    const std::string_view name = nsp.substr(0, nsp.find('?'));
    return name.empty() ? std::string_view("/") : name;
}

std::optional<Packet> parse(std::string_view text) {
    // Put together where it is handed out: of a copy made at once the processor would wait for what
    // it has just written, which takes longer than all the rest.
    std::optional<Packet> found;
    if (text.empty() || text[0] < '0' || text[0] > '6') return found;
    Packet& packet = found.emplace();
    packet.type = static_cast<PacketType>(text[0] - '0');
    std::size_t at = 1;
    if (isBinary(packet.type)) {
        const ByteRange digits = digitsAt(text, at);
        const auto count = numberAt(text, digits, 0xffffffff);
        if (count && digits.end < text.size() && text[digits.end] == '-') {
            packet.attachments = static_cast<std::uint32_t>(*count);
            packet.attachmentsRange = digits;
            at = digits.end + 1;
        } else {
            packet.wellFormed = false;
        }
    }
    if (at < text.size() && text[at] == '/') {
        const std::size_t comma = text.find(',', at);
        const std::size_t end = std::min(comma, text.size());
        packet.nsp = text.substr(at, end - at);
        packet.nspRange = {at, end};
        packet.comma = comma != std::string_view::npos;
        at = packet.comma ? end + 1 : end;
    }
    if (const ByteRange digits = digitsAt(text, at); !digits.empty()) {
        packet.id = numberAt(text, digits, kGreatestId);
        if (packet.id) {
            packet.idRange = digits;
            at = digits.end;
        } else {
            packet.wellFormed = false;
        }
    }
    packet.data = text.substr(at);
    packet.dataRange = {at, text.size()};
    return found;
}

bool recognise(std::string_view text, std::uint8_t engineVersion) {
    const auto packet = parse(text);
    return packet && recognise(*packet, engineVersion);
}

bool recognise(const Packet& packet, std::uint8_t engineVersion) {
    return packet.wellFormed && dataFault(packet, engineVersion).empty();
}

void encode(const Packet& packet, ByteWriter& out) {
    out.u8(static_cast<std::uint8_t>('0' + static_cast<int>(packet.type)));
    if (packet.attachments) out.text(std::to_string(*packet.attachments) + "-");
    if (!packet.nsp.empty()) {
        out.text(packet.nsp);
        if (packet.comma) out.text(",");
    }
    if (packet.id) out.text(std::to_string(*packet.id));
    out.text(packet.data);
}

void check(const Packet& packet, IssueSink& issues, std::uint8_t engineVersion) {
    if (!packet.wellFormed) {
        issues.add(
            IssueCode::SocketIoPacketMalformed, static_cast<std::uint16_t>(FieldId::SocketIoType),
            isBinary(packet.type) && !packet.attachments ? "the number of attachments is missing"
                                                         : "the acknowledgement id is too great");
    }
    if (const std::string_view fault = dataFault(packet, engineVersion); !fault.empty()) {
        issues.add(IssueCode::SocketIoPayloadMalformed,
                   static_cast<std::uint16_t>(FieldId::SocketIoData), std::string(fault));
        return;
    }
    checkPlaceholders(packet, issues);
}

void checkPlaceholders(const Packet& packet, IssueSink& issues) {
    if (!isBinary(packet.type) || !packet.attachments) return;
    const auto complain = [&issues](std::string detail) {
        issues.add(IssueCode::SocketIoPlaceholderWrong,
                   static_cast<std::uint16_t>(FieldId::SocketIoAttachments), std::move(detail));
    };
    const std::uint64_t announced = *packet.attachments;
    std::vector<bool> named(std::min<std::uint64_t>(announced, kMaxPlaceholders));
    const std::vector<Placeholder> placeholders = findPlaceholders(packet.data);
    for (const Placeholder& placeholder : placeholders) {
        if (!placeholder.number || *placeholder.number >= announced) {
            return complain("a placeholder names an attachment that is not announced");
        }
        if (*placeholder.number < named.size()) named[*placeholder.number] = true;
    }
    // Of more, not all were looked for.
    if (placeholders.size() >= kMaxPlaceholders) return;
    const auto missing = std::ranges::find(named, false);
    if (missing == named.end() && announced <= named.size()) return;
    complain("no placeholder names attachment " + std::to_string(missing - named.begin() + 1) +
             " of " + std::to_string(announced));
}

std::string eventName(const Packet& packet) {
    if (!packet.hasEvent()) return {};
    return firstStringOf(packet.data).value_or(std::string());
}

std::string_view eventName(const Packet& packet, std::string& unescaped) {
    if (!packet.hasEvent()) return {};
    return firstStringOf(packet.data, unescaped);
}

}  // namespace framescope::socketio
