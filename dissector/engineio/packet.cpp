// One digit and data; only the open packet has an inside, the handshake's JSON object.
#include "dissector/engineio/packet.h"

#include <charconv>

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

std::optional<Packet> parse(std::string_view text) {
    if (text.empty() || text[0] < '0' || text[0] > '6') return std::nullopt;
    return Packet{static_cast<PacketType>(text[0] - '0'), text.substr(1)};
}

void encode(const Packet& packet, ByteWriter& out) {
    out.u8(static_cast<std::uint8_t>('0' + static_cast<int>(packet.type)));
    out.text(packet.data);
}

void check(const Packet& packet, IssueSink& issues) {
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

FieldIndex describe(const Packet& packet, FieldTree& tree, Place place) {
    std::string line(packetTypeName(packet.type));
    if (packet.type != PacketType::Open && packet.type != PacketType::Message &&
        !packet.data.empty()) {
        line += " " + printable(packet.data, kShownChars);
    }
    const FieldIndex layer =
        tree.open(FieldId::EngineIo, place, 1 + packet.data.size(), std::move(line));
    std::string type(packetTypeName(packet.type));
    std::string shown = type + " (" + std::to_string(static_cast<int>(packet.type)) + ")";
    tree.add(FieldId::EngineIoType, place, 1, std::move(type), std::move(shown));
    if (!packet.data.empty()) {
        tree.open(FieldId::EngineIoData, place.at(1), packet.data.size(),
                  printable(packet.data, kShownChars), std::string(packet.data));
        if (packet.type == PacketType::Open) {
            if (const auto handshake = parseHandshake(packet.data)) {
                describeHandshake(*handshake, tree, place.at(1));
            }
        }
        tree.close();
    }
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
    if (!packet.data.empty()) {
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
