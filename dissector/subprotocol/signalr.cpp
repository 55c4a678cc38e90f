// The two formats say the same in different places: by member name in JSON, by position in
// MessagePack. One table of positions serves all that follows.
#include "dissector/subprotocol/signalr.h"

#include <algorithm>
#include <array>

#include "dissector/payload/utf8.h"

namespace framescope::signalr {
namespace {

constexpr std::size_t kShownChars = 200;
constexpr std::uint8_t kSeparator = 0x1e;

/// What a message may carry.
enum class Part : std::uint8_t {
    InvocationId,
    Target,
    Arguments,
    Item,
    Result,
    Error,
    Sequence,
};

struct PartInfo {
    Part part;
    std::string_view member;  ///< in JSON
    FieldId field;
};
constexpr std::array kParts = {
    PartInfo{Part::InvocationId, "invocationId", FieldId::SignalRInvocationId},
    PartInfo{Part::Target, "target", FieldId::SignalRTarget},
    PartInfo{Part::Arguments, "arguments", FieldId::SignalRArguments},
    PartInfo{Part::Item, "item", FieldId::SignalRItem},
    PartInfo{Part::Result, "result", FieldId::SignalRResult},
    PartInfo{Part::Error, "error", FieldId::SignalRError},
    PartInfo{Part::Sequence, "sequenceId", FieldId::SignalRSequence},
};

constexpr std::array<std::string_view, 10> kTypeNames = {
    "Handshake",        "Invocation", "StreamItem", "Completion", "StreamInvocation",
    "CancelInvocation", "Ping",       "Close",      "Ack",        "Sequence"};

/// Position of a part in a MessagePack message; 0 where it has none.
std::size_t positionOf(const Message& message, Part part) {
    const bool calls =
        message.type == MessageType::Invocation || message.type == MessageType::StreamInvocation;
    const bool numbered = calls || message.type == MessageType::StreamItem ||
                          message.type == MessageType::Completion ||
                          message.type == MessageType::CancelInvocation;
    // Completion has the kind of its result at 3: 1 an error, 2 nothing, 3 a value.
    constexpr std::size_t kResultKind = 3;
    const auto resultIs = [&message](std::uint64_t kind) {
        const WireElement* const element = message.array.at(kResultKind);
        return message.type == MessageType::Completion && element != nullptr &&
               element->number == kind;
    };
    switch (part) {
        case Part::InvocationId:
            return numbered ? 2 : 0;
        case Part::Target:
            return calls ? 3 : 0;
        case Part::Arguments:
            return calls ? 4 : 0;
        case Part::Item:
            return message.type == MessageType::StreamItem ? 3 : 0;
        case Part::Result:
            return resultIs(3) ? 4 : 0;
        case Part::Error:
            return message.type == MessageType::Close ? 1 : resultIs(1) ? 4 : 0;
        case Part::Sequence:
            return message.type == MessageType::Ack || message.type == MessageType::Sequence ? 1
                                                                                             : 0;
    }
    return 0;
}

/// A part where it stands, in either format.
struct Found {
    ByteRange range;  ///< in the message's content
    std::string text;
    bool isText = false;
    bool isContainer = false;
    std::optional<std::uint64_t> number;
};

std::optional<Found> find(const Message& message, const PartInfo& info) {
    Found found;
    if (message.format == WireFormat::Json) {
        const JsonNode* const node = message.json.find(info.member);
        if (node == nullptr || node->kind == JsonKind::Null) return std::nullopt;
        found.range = node->range;
        found.isText = node->kind == JsonKind::String;
        found.isContainer = node->kind == JsonKind::Object || node->kind == JsonKind::Array;
        found.number = message.json.number(node);
        found.text = message.json.shown(*node);
        return found;
    }
    const std::size_t position = positionOf(message, info.part);
    const WireElement* const element = position == 0 ? nullptr : message.array.at(position);
    if (element == nullptr || element->kind == WireElement::Kind::Null) return std::nullopt;
    found.range = element->range;
    found.isText = element->kind == WireElement::Kind::Text;
    found.isContainer =
        element->kind == WireElement::Kind::List || element->kind == WireElement::Kind::Map;
    found.number = element->number;
    found.text = found.isText ? element->text
                              : message.array.json(*element, element->range.size() + kShownChars);
    return found;
}

std::optional<Found> find(const Message& message, Part part) {
    return find(message, kParts[static_cast<std::size_t>(part)]);
}

std::optional<std::string> textOf(const Message& message, Part part) {
    auto found = find(message, part);
    if (!found || !found->isText) return std::nullopt;
    return std::move(found->text);
}

/// A record of JSON text up to its separator.
std::optional<Message> parseJson(ByteView bytes, std::size_t begin) {
    const ByteView rest = bytes.subspan(begin);
    const auto separator = std::ranges::find(rest, kSeparator);
    const auto size = static_cast<std::size_t>(separator - rest.begin());
    Message message;
    message.terminated = separator != rest.end();
    message.content = {begin, begin + size};
    message.range = {begin, begin + size + (message.terminated ? 1 : 0)};
    auto members = readJsonMembers(asText(rest.first(size)));
    if (!members || members->kind != JsonKind::Object) return std::nullopt;
    message.json = std::move(*members);
    const JsonNode* const type = message.json.find("type");
    const auto number = message.json.number(type);
    message.knownType = type == nullptr || (number && *number != 0 && *number < kTypeNames.size());
    if (type != nullptr && message.knownType) message.type = static_cast<MessageType>(*number);
    return message;
}

/// A MessagePack message behind its length.
std::optional<Message> parseMsgpack(ByteView bytes, std::size_t begin) {
    constexpr std::size_t kMaxLengthBytes = 5;
    std::uint64_t length = 0;
    std::size_t at = begin;
    bool ended = false;
    while (at < bytes.size() && at - begin < kMaxLengthBytes && !ended) {
        length |= std::uint64_t{bytes[at] & 0x7fU} << (7 * (at - begin));
        ended = bytes[at++] < 0x80;
    }
    if (!ended) return std::nullopt;
    Message message;
    message.format = WireFormat::Msgpack;
    message.terminated = length <= bytes.size() - at;
    const std::size_t end =
        at + static_cast<std::size_t>(std::min<std::uint64_t>(length, bytes.size() - at));
    message.content = {at, end};
    message.range = {begin, end};
    auto array = readWireArray(WireFormat::Msgpack, bytes.subspan(at, end - at));
    if (!array || array->elements.empty() || !array->elements[0].number) return std::nullopt;
    const std::uint64_t type = *array->elements[0].number;
    message.knownType = type != 0 && type < kTypeNames.size();
    if (message.knownType) message.type = static_cast<MessageType>(type);
    message.array = std::move(*array);
    return message;
}

bool isHandshakeRequest(const Message& message) {
    return message.format == WireFormat::Json && message.type == MessageType::Handshake &&
           message.knownType && message.json.string("protocol") && message.json.number("version");
}

}  // namespace

std::string_view typeName(std::uint64_t type) {
    return type < kTypeNames.size() ? kTypeNames[type] : std::string_view();
}

std::optional<std::string> Message::invocationId() const {
    return textOf(*this, Part::InvocationId);
}

std::optional<std::string> Message::target() const {
    return textOf(*this, Part::Target);
}

std::optional<std::string> Message::error() const {
    return textOf(*this, Part::Error);
}

std::vector<Message> parse(ByteView bytes) {
    std::vector<Message> messages;
    std::size_t at = 0;
    while (at < bytes.size() && messages.size() < kMaxMessages) {
        // The handshake is JSON whatever follows. As a length, '{' would have an array behind it.
        auto message = bytes[at] == '{' && (at + 1 == bytes.size() || bytes[at + 1] < 0x80)
                           ? parseJson(bytes, at)
                           : parseMsgpack(bytes, at);
        if (!message) break;
        at = static_cast<std::size_t>(message->range.end);
        messages.push_back(std::move(*message));
    }
    return messages;
}

void encode(WireFormat format, ByteView content, ByteWriter& out) {
    if (format == WireFormat::Json) {
        out.bytes(content);
        out.u8(kSeparator);
        return;
    }
    std::size_t length = content.size();
    do {
        const auto low = static_cast<std::uint8_t>(length & 0x7f);
        length >>= 7;
        out.u8(static_cast<std::uint8_t>(low | (length != 0 ? 0x80 : 0)));
    } while (length != 0);
    out.bytes(content);
}

void check(const Message& message, IssueSink& issues) {
    const auto complain = [&issues](FieldId part, std::string detail) {
        issues.add(IssueCode::SignalRMessageMalformed, static_cast<std::uint16_t>(part),
                   std::move(detail));
    };
    if (!message.terminated) {
        return complain(FieldId::SignalR, message.format == WireFormat::Json
                                              ? "the separator 0x1e behind it is missing"
                                              : "it is shorter than the length in front of it");
    }
    if (message.format == WireFormat::Json && !message.json.valid) {
        return complain(FieldId::SignalR, "it is not valid JSON");
    }
    // Receivers skip types they do not know, so a new one is no violation.
    if (!message.knownType) return;
    const auto needs = [&](Part part, std::string_view name) {
        if (!find(message, part)) {
            complain(FieldId::SignalRType, "its " + std::string(name) + " is missing");
        }
    };
    switch (message.type) {
        case MessageType::Invocation:
            needs(Part::Target, "target");
            needs(Part::Arguments, "arguments");
            break;
        case MessageType::StreamInvocation:
            needs(Part::InvocationId, "invocationId");
            needs(Part::Target, "target");
            needs(Part::Arguments, "arguments");
            break;
        case MessageType::StreamItem:
        case MessageType::Completion:
        case MessageType::CancelInvocation:
            needs(Part::InvocationId, "invocationId");
            if (message.type == MessageType::Completion && find(message, Part::Result) &&
                find(message, Part::Error)) {
                complain(FieldId::SignalRType, "it has both a result and an error");
            }
            break;
        case MessageType::Ack:
        case MessageType::Sequence:
            needs(Part::Sequence, "sequenceId");
            break;
        case MessageType::Handshake:
        case MessageType::Ping:
        case MessageType::Close:
            break;
    }
}

FieldIndex describe(const Message& message, FieldTree& tree, Place place) {
    const FieldIndex layer = tree.open(FieldId::SignalR, place.at(message.range.begin),
                                       message.range.size(), summary(message, kShownChars));
    const Place content = place.at(message.content.begin);
    const auto add = [&](FieldId id, ByteRange range, FieldValue value, std::string text) {
        tree.add(id, content.at(range.begin), range.size(), std::move(value), std::move(text));
    };
    const std::string name(typeName(static_cast<std::uint64_t>(message.type)));
    ByteRange type{0, 0};
    if (message.format == WireFormat::Msgpack) {
        tree.add(FieldId::SignalRLength, place.at(message.range.begin),
                 message.content.begin - message.range.begin, message.content.size());
        type = message.array.elements[0].range;
    } else if (const JsonNode* const node = message.json.find("type")) {
        type = node->range;
    }
    if (!message.knownType) {
        add(FieldId::SignalRType, type, std::string("unknown"), "unknown");
    } else if (message.type == MessageType::Handshake) {
        add(FieldId::SignalRType,
            message.format == WireFormat::Json ? ByteRange{0, message.content.size()} : type, name,
            name);
        if (const JsonNode* const node = message.json.find("protocol")) {
            const std::string value = message.json.shown(*node);
            add(FieldId::SignalRProtocol, node->range, value, printable(value, kShownChars));
        }
        if (const JsonNode* const node = message.json.find("version")) {
            const auto number = message.json.number(node);
            if (number) add(FieldId::SignalRVersion, node->range, *number, {});
        }
    } else {
        add(FieldId::SignalRType, type, name,
            name + " (" + std::to_string(static_cast<unsigned>(message.type)) + ")");
    }
    for (const PartInfo& info : kParts) {
        const auto found = find(message, info);
        if (!found) continue;
        const bool text = fieldInfo(info.field).type == FieldType::Text;
        FieldValue value;
        if (text) {
            value = found->text;
        } else if (found->number) {
            value = *found->number;
        }
        tree.open(info.field, content.at(found->range.begin), found->range.size(),
                  printable(found->text, kShownChars), std::move(value));
        const Place own = content.at(found->range.begin);
        if (found->isContainer && message.format == WireFormat::Json) {
            describeJson(message.json.text.substr(found->range.begin, found->range.size()), tree,
                         own);
        } else if (found->isContainer) {
            const auto same =
                std::ranges::find(message.array.elements, found->range, &WireElement::range);
            if (same != message.array.elements.end()) {
                describeElement(message.array, *same, tree, content);
            }
        }
        tree.close();
    }
    tree.close();
    return layer;
}

std::string summary(const Message& message, std::size_t maxChars) {
    if (!message.knownType) return elided("message of an unknown type", maxChars);
    std::string line(typeName(static_cast<std::uint64_t>(message.type)));
    if (message.type == MessageType::Handshake) {
        if (isHandshakeRequest(message)) {
            line += "  " + printable(*message.json.string("protocol"), maxChars) + "  version " +
                    std::to_string(*message.json.number("version"));
        } else if (!message.error()) {
            line += "  accepted";
        }
    }
    if (const auto id = message.invocationId()) line += " #" + printable(*id, maxChars);
    if (const auto target = message.target()) line += "  " + printable(*target, maxChars);
    for (const Part part : {Part::Arguments, Part::Item, Part::Result, Part::Sequence}) {
        if (const auto found = find(message, part)) line += "  " + printable(found->text, maxChars);
    }
    if (const auto error = message.error()) line += "  error: " + printable(*error, maxChars);
    return elided(std::move(line), maxChars);
}

}  // namespace framescope::signalr
