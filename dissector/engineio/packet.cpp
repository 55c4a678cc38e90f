// A type and data; only the open packet has an inside, the handshake's JSON object.
#include "dissector/engineio/packet.h"

#include <charconv>

#include "dissector/payload/base64.h"
#include "dissector/payload/json.h"
#include "dissector/payload/utf8.h"

namespace framescope::engineio {
namespace {

constexpr std::size_t kShownChars = 200;
/// Members of a handshake and upgrades in it that are looked at.
constexpr std::size_t kMaxMembers = 64;

std::string_view slice(std::string_view text, ByteRange range) {
    return text.substr(range.begin, range.size());
}

std::optional<HandshakeValue<std::uint64_t>> numberOf(std::string_view data, const JsonNode& node) {
    const std::string_view digits = slice(data, node.range);
    HandshakeValue<std::uint64_t> result{0, node.range};
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, result.value);
    if (error != std::errc() || stop != end) return std::nullopt;
    return result;
}

std::optional<HandshakeValue<std::vector<std::string>>> textsOf(std::string_view data,
                                                                const JsonNode& node) {
    const std::string_view array = slice(data, node.range);
    const auto elements = jsonChildren(array, kMaxMembers);
    if (node.kind != JsonKind::Array || !elements) return std::nullopt;
    HandshakeValue<std::vector<std::string>> result{{}, node.range};
    for (const JsonNode& element : *elements) {
        if (element.kind != JsonKind::String) return std::nullopt;
        result.value.push_back(unescapeJson(slice(array, element.range)));
    }
    return result;
}

std::string joined(const std::vector<std::string>& texts) {
    std::string line = "[";
    for (const std::string& text : texts) {
        if (line.size() > 1) line += ", ";
        line += text;
    }
    return line + "]";
}

/// 25000 as "25 s", 1500 as "1.5 s", 300 as "300 ms".
std::string shownTime(std::uint64_t milliseconds) {
    if (milliseconds < 1000) return std::to_string(milliseconds) + " ms";
    std::string text = std::to_string(milliseconds / 1000);
    if (std::uint64_t rest = milliseconds % 1000; rest != 0) {
        std::string digits = std::to_string(1000 + rest).substr(1);
        digits.erase(digits.find_last_not_of('0') + 1);
        text += "." + digits;
    }
    return text + " s";
}

void describeHandshake(const Handshake& handshake, FieldTree& tree, Place data) {
    const auto add = [&](FieldId id, ByteRange range, FieldValue value, std::string text) {
        tree.add(id, data.at(range.begin), range.size(), std::move(value), std::move(text));
    };
    if (const auto& sid = handshake.sid) {
        add(FieldId::EngineIoSid, sid->range, sid->value, printable(sid->value, kShownChars));
    }
    if (const auto& upgrades = handshake.upgrades) {
        const std::string text = joined(upgrades->value);
        add(FieldId::EngineIoUpgrades, upgrades->range, text, printable(text, kShownChars));
    }
    const auto addTime = [&](FieldId id, const auto& time) {
        if (time) add(id, time->range, time->value, groupedDigits(time->value) + " ms");
    };
    addTime(FieldId::EngineIoPingInterval, handshake.pingInterval);
    addTime(FieldId::EngineIoPingTimeout, handshake.pingTimeout);
    if (const auto& most = handshake.maxPayload) {
        add(FieldId::EngineIoMaxPayload, most->range, most->value, byteCountText(most->value));
    }
}

std::string handshakeSummary(const Handshake& handshake) {
    constexpr std::size_t kShownEnd = 4;
    std::string line;
    if (handshake.sid) {
        // The beginning tells sessions apart, the end helps to find one again.
        std::string sid = printable(handshake.sid->value, kShownChars);
        if (sid.size() > 12 && sid.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrs"
                                                     "tuvwxyz0123456789-_") == std::string::npos) {
            sid = sid.substr(0, 3) + "\u2026" + sid.substr(sid.size() - kShownEnd);
        }
        line += "  sid=" + sid;
    }
    if (handshake.upgrades) line += "  upgrades=" + joined(handshake.upgrades->value);
    if (handshake.pingInterval && handshake.pingTimeout) {
        line += "  ping " + shownTime(handshake.pingInterval->value) + " / " +
                shownTime(handshake.pingTimeout->value);
    }
    return line;
}

}  // namespace

std::string_view packetTypeName(PacketType type) {
    switch (type) {
        case PacketType::Open:
            return "open";
        case PacketType::Close:
            return "close";
        case PacketType::Ping:
            return "ping";
        case PacketType::Pong:
            return "pong";
        case PacketType::Message:
            return "message";
        case PacketType::Upgrade:
            return "upgrade";
        case PacketType::Noop:
            return "noop";
    }
    return "unknown";
}

std::size_t Packet::dataOffset() const {
    switch (form) {
        case PacketForm::Binary:
            return 0;
        case PacketForm::TypedBase64:
            return 2;
        case PacketForm::Text:
        case PacketForm::TypedBinary:
        case PacketForm::Base64:
            return 1;
    }
    return 1;
}

std::optional<Packet> parseAs(PacketForm form, ByteView bytes) {
    const std::string_view text = asText(bytes);
    const auto typed = [&](std::size_t at, char zero) -> std::optional<Packet> {
        if (text.size() <= at || text[at] < zero || text[at] > zero + 6) return std::nullopt;
        return Packet{static_cast<PacketType>(text[at] - zero), text.substr(at + 1), form};
    };
    switch (form) {
        case PacketForm::Text:
            return typed(0, '0');
        case PacketForm::TypedBinary:
            return typed(0, '\0');
        case PacketForm::Binary:
            return Packet{PacketType::Message, text, form};
        case PacketForm::TypedBase64:
            return text.starts_with('b') ? typed(1, '0') : std::nullopt;
        case PacketForm::Base64:
            if (!text.starts_with('b')) return std::nullopt;
            return Packet{PacketType::Message, text.substr(1), form};
    }
    return std::nullopt;
}

std::optional<Packet> parse(std::string_view text, std::uint8_t revision) {
    if (!text.starts_with('b')) return parseAs(PacketForm::Text, asBytes(text));
    // Behind the `b` stand four letters for every three bytes, and in revision 3 a digit more.
    const bool typed = revision == 0 ? text.size() % 4 == 2 && text[1] == '4' : revision < 4;
    return parseAs(typed ? PacketForm::TypedBase64 : PacketForm::Base64, asBytes(text));
}

std::optional<Packet> parseBinary(ByteView bytes, std::uint8_t revision) {
    const bool typed = revision == 0 ? !bytes.empty() && bytes[0] == 4 : revision < 4;
    return parseAs(typed ? PacketForm::TypedBinary : PacketForm::Binary, bytes);
}

std::optional<Bytes> decodedData(const Packet& packet, bool whole) {
    if (!packet.isBase64()) {
        const ByteView bytes = asBytes(packet.data);
        return Bytes(bytes.begin(), bytes.end());
    }
    if (whole) return decodeBase64(packet.data);
    return decodeBase64(packet.data.substr(0, packet.data.size() / 4 * 4));
}

void encode(const Packet& packet, ByteWriter& out) {
    if (packet.isBase64()) out.u8('b');
    const auto type = static_cast<std::uint8_t>(packet.type);
    if (packet.form == PacketForm::TypedBinary) out.u8(type);
    if (packet.form == PacketForm::Text || packet.form == PacketForm::TypedBase64) {
        out.u8(static_cast<std::uint8_t>('0' + type));
    }
    out.text(packet.data);
}

void check(const Packet& packet, IssueSink& issues) {
    if (packet.isBase64() && !decodeBase64(packet.data)) {
        issues.add(IssueCode::EngineIoNotBase64, static_cast<std::uint16_t>(FieldId::EngineIoData));
    }
    if (packet.type != PacketType::Open) return;
    const auto complain = [&issues](std::string detail) {
        issues.add(IssueCode::EngineIoHandshakeMalformed,
                   static_cast<std::uint16_t>(FieldId::EngineIoType), std::move(detail));
    };
    const auto handshake = parseHandshake(packet.data);
    if (!handshake) return complain("its data is not a JSON object");
    if (!handshake->sid) complain("sid is missing or not a text");
    if (!handshake->upgrades) complain("upgrades is missing or not an array of texts");
    if (!handshake->pingInterval) complain("pingInterval is missing or not a number");
    if (!handshake->pingTimeout) complain("pingTimeout is missing or not a number");
}

namespace {

/// What stands in front of the packet in its body.
void describeLength(const PacketOrigin& origin, FieldTree& tree) {
    if (origin.binary) {
        tree.add(FieldId::EngineIoMarker, origin.markerPlace, 1,
                 std::uint64_t{*origin.binary ? 1U : 0U});
    }
    if (origin.length) {
        tree.add(FieldId::EngineIoLength, origin.lengthPlace, origin.lengthSize, *origin.length,
                 origin.binary ? byteCountText(*origin.length)
                               : groupedDigits(*origin.length) + " characters");
    }
}

void describeOrigin(const Packet& packet, const PacketOrigin& origin, FieldTree& tree) {
    if (origin.transport) {
        tree.addComputed(FieldId::EngineIoTransport, std::string(transportName(*origin.transport)));
    }
    if (origin.revision != 0) {
        tree.addComputed(FieldId::EngineIoVersion, std::uint64_t{origin.revision});
    }
    // An open packet names its session itself.
    if (!origin.sid.empty() && packet.type != PacketType::Open) {
        tree.addComputed(FieldId::EngineIoSid, std::string(origin.sid),
                         tree.text([&] { return printable(origin.sid, kShownChars); }));
    }
}

/// Text as it stands; of binary data the bytes, whatever they are written as.
FieldValue dataValue(const Packet& packet) {
    if (packet.isText()) return std::string(packet.data);
    if (auto bytes = decodedData(packet, true)) return std::move(*bytes);
    return std::string(packet.data);
}

}  // namespace

FieldIndex describe(const Packet& packet, FieldTree& tree, Place place,
                    const PacketOrigin& origin) {
    std::string line(packetTypeName(packet.type));
    if (packet.type != PacketType::Open && packet.type != PacketType::Message && packet.isText() &&
        !packet.data.empty()) {
        line += " " + printable(packet.data, kShownChars);
    }
    const std::size_t offset = packet.dataOffset();
    const std::size_t size = offset + packet.data.size();
    // The length belongs to the layer where it stands in the same bytes.
    const Place front = origin.binary ? origin.markerPlace : origin.lengthPlace;
    const bool together = origin.length && front.source == place.source;
    const FieldIndex layer = together
                                 ? tree.open(FieldId::EngineIo, front,
                                             place.offset + size - front.offset, std::move(line))
                                 : tree.open(FieldId::EngineIo, place, size, std::move(line));
    describeLength(origin, tree);
    std::string type(packetTypeName(packet.type));
    std::string shown = tree.text(
        [&] { return type + " (" + std::to_string(static_cast<int>(packet.type)) + ")"; });
    if (packet.form == PacketForm::Text || packet.form == PacketForm::TypedBinary ||
        packet.form == PacketForm::TypedBase64) {
        tree.add(FieldId::EngineIoType, place.at(offset - 1), 1, std::move(type), std::move(shown));
    } else {
        tree.addComputed(FieldId::EngineIoType, std::move(type),
                         "message, as binary data always is");
    }
    if (!packet.data.empty() || !packet.isText()) {
        const bool readable = packet.isText() || packet.isBase64();
        tree.open(FieldId::EngineIoData, place.at(offset), packet.data.size(), tree.text([&] {
            return readable ? printable(packet.data, kShownChars)
                            : byteCountText(packet.data.size());
        }),
                  dataValue(packet));
        if (packet.type == PacketType::Open) {
            if (const auto handshake = parseHandshake(packet.data)) {
                describeHandshake(*handshake, tree, place.at(offset));
            }
        }
        tree.close();
    }
    describeOrigin(packet, origin, tree);
    tree.close();
    return layer;
}

std::string summary(const Packet& packet, std::size_t maxChars) {
    std::string line(packetTypeName(packet.type));
    if (packet.type == PacketType::Open) {
        if (const auto handshake = parseHandshake(packet.data)) {
            return printable(line + handshakeSummary(*handshake), maxChars);
        }
    }
    if (!packet.isText()) {
        // How many bytes base64 stands for is told from its letters, padding aside.
        const std::string_view letters =
            packet.data.substr(0, packet.data.find_last_not_of('=') + 1);
        line +=
            "  " + byteCountText(packet.isBase64() ? letters.size() * 3 / 4 : packet.data.size());
    } else if (!packet.data.empty()) {
        // A message begins a new column; the "probe" of a ping belongs to its name.
        line += packet.type == PacketType::Message ? "  " : " ";
        line += printable(packet.data, maxChars);
    }
    return elided(std::move(line), maxChars);
}

std::optional<Handshake> parseHandshake(std::string_view data) {
    if (jsonKind(data) != JsonKind::Object) return std::nullopt;
    const auto members = jsonChildren(data, kMaxMembers);
    if (!members) return std::nullopt;
    Handshake handshake;
    for (const JsonNode& member : *members) {
        const std::string key = unescapeJson(slice(data, member.keyRange));
        if (key == "sid" && member.kind == JsonKind::String) {
            handshake.sid = {unescapeJson(slice(data, member.range)), member.range};
        } else if (key == "upgrades") {
            handshake.upgrades = textsOf(data, member);
        } else if (key == "pingInterval") {
            handshake.pingInterval = numberOf(data, member);
        } else if (key == "pingTimeout") {
            handshake.pingTimeout = numberOf(data, member);
        } else if (key == "maxPayload") {
            handshake.maxPayload = numberOf(data, member);
        }
    }
    return handshake;
}

}  // namespace framescope::engineio
