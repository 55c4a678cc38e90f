// One table says what stands where in each type of message; checking, describing and the line all
// follow it.
#include "dissector/subprotocol/wamp.h"

#include <algorithm>
#include <array>

#include "dissector/payload/utf8.h"

namespace framescope::wamp {
namespace {

constexpr std::size_t kShownChars = 200;
constexpr std::size_t kMaxParts = 6;

using Kind = WireElement::Kind;

struct TypeInfo {
    std::uint8_t type;
    std::string_view name;
    std::size_t required;  ///< elements that must be there, the type included
    std::array<Part, kMaxParts> parts;
};

constexpr std::array kTypes = {
    TypeInfo{1, "HELLO", 3, {Part::Realm, Part::Details}},
    TypeInfo{2, "WELCOME", 3, {Part::Session, Part::Details}},
    TypeInfo{3, "ABORT", 3, {Part::Details, Part::Uri, Part::Args, Part::KwArgs}},
    TypeInfo{4, "CHALLENGE", 3, {Part::Auth, Part::Details}},
    TypeInfo{5, "AUTHENTICATE", 3, {Part::Auth, Part::Details}},
    TypeInfo{6, "GOODBYE", 3, {Part::Details, Part::Uri, Part::Args, Part::KwArgs}},
    TypeInfo{
        8,
        "ERROR",
        5,
        {Part::RequestType, Part::Answers, Part::Details, Part::Error, Part::Args, Part::KwArgs}},
    TypeInfo{16, "PUBLISH", 4, {Part::Request, Part::Details, Part::Uri, Part::Args, Part::KwArgs}},
    TypeInfo{17, "PUBLISHED", 3, {Part::Answers, Part::Publication}},
    TypeInfo{32, "SUBSCRIBE", 4, {Part::Request, Part::Details, Part::Uri}},
    TypeInfo{33, "SUBSCRIBED", 3, {Part::Answers, Part::Subscription}},
    TypeInfo{34, "UNSUBSCRIBE", 3, {Part::Request, Part::Subscription, Part::Details}},
    TypeInfo{35, "UNSUBSCRIBED", 2, {Part::Answers, Part::Details}},
    TypeInfo{36,
             "EVENT",
             4,
             {Part::Subscription, Part::Publication, Part::Details, Part::Args, Part::KwArgs}},
    TypeInfo{48, "CALL", 4, {Part::Request, Part::Details, Part::Uri, Part::Args, Part::KwArgs}},
    TypeInfo{49, "CANCEL", 3, {Part::Answers, Part::Details}},
    TypeInfo{50, "RESULT", 3, {Part::Answers, Part::Details, Part::Args, Part::KwArgs}},
    TypeInfo{64, "REGISTER", 4, {Part::Request, Part::Details, Part::Uri}},
    TypeInfo{65, "REGISTERED", 3, {Part::Answers, Part::Registration}},
    TypeInfo{66, "UNREGISTER", 3, {Part::Request, Part::Registration, Part::Details}},
    TypeInfo{67, "UNREGISTERED", 2, {Part::Answers, Part::Details}},
    TypeInfo{68,
             "INVOCATION",
             4,
             {Part::Request, Part::Registration, Part::Details, Part::Args, Part::KwArgs}},
    TypeInfo{69, "INTERRUPT", 3, {Part::Answers, Part::Details}},
    TypeInfo{70, "YIELD", 3, {Part::Answers, Part::Details, Part::Args, Part::KwArgs}},
};

const TypeInfo* infoOf(std::uint64_t type) {
    const auto* const found = std::ranges::find(kTypes, type, &TypeInfo::type);
    return found == kTypes.end() ? nullptr : found;
}

/// What a part must be.
Kind kindOf(Part part) {
    switch (part) {
        case Part::Realm:
        case Part::Uri:
        case Part::Error:
        case Part::Auth:
            return Kind::Text;
        case Part::Details:
        case Part::KwArgs:
            return Kind::Map;
        case Part::Args:
            return Kind::List;
        default:
            return Kind::Number;
    }
}

FieldId fieldOf(Part part) {
    switch (part) {
        case Part::Realm:
            return FieldId::WampRealm;
        case Part::Uri:
            return FieldId::WampUri;
        case Part::Error:
            return FieldId::WampError;
        case Part::Session:
            return FieldId::WampSession;
        case Part::Request:
        case Part::Answers:
            return FieldId::WampRequestId;
        case Part::RequestType:
            return FieldId::WampRequestType;
        case Part::Subscription:
            return FieldId::WampSubscription;
        case Part::Publication:
            return FieldId::WampPublication;
        case Part::Registration:
            return FieldId::WampRegistration;
        case Part::Auth:
            return FieldId::WampAuth;
        case Part::Details:
            return FieldId::WampDetails;
        case Part::Args:
            return FieldId::WampArgs;
        case Part::KwArgs:
        case Part::None:
            break;
    }
    return FieldId::WampKwArgs;
}

std::string_view partName(Part part) {
    switch (kindOf(part)) {
        case Kind::Text:
            return "a text";
        case Kind::Map:
            return "a dictionary";
        case Kind::List:
            return "a list";
        default:
            return "an id";
    }
}

void describePart(const Message& message, Part part, const WireElement& element, FieldTree& tree,
                  Place place) {
    const WireArray& array = message.array;
    const Place own = place.at(element.range.begin);
    const std::uint64_t size = element.range.size();
    const FieldId id = fieldOf(part);
    if (part == Part::RequestType && element.number) {
        const std::string name(typeName(*element.number));
        tree.add(id, own, size, name, name + " (" + std::to_string(*element.number) + ")");
    } else if (element.kind == Kind::Text && kindOf(part) == Kind::Text) {
        tree.add(id, own, size, element.text, printable(element.text, kShownChars));
    } else if (element.number && kindOf(part) == Kind::Number) {
        tree.add(id, own, size, *element.number);
    } else {
        std::string json = array.json(element, size);
        std::string shown = printable(json, kShownChars);
        const bool text = fieldInfo(id).type == FieldType::Text;
        tree.open(id, own, size, std::move(shown),
                  text ? FieldValue(std::move(json)) : FieldValue());
        if (element.kind == Kind::Map || element.kind == Kind::List) {
            describeElement(array, element, tree, place);
        }
        tree.close();
    }
}

}  // namespace

std::string_view typeName(std::uint64_t type) {
    const TypeInfo* const info = infoOf(type);
    return info == nullptr ? std::string_view() : info->name;
}

const WireElement* Message::find(Part part) const {
    const auto& parts = infoOf(type)->parts;
    const auto* const found = std::ranges::find(parts, part);
    if (found == parts.end()) return nullptr;
    return array.at(static_cast<std::size_t>(found - parts.begin()) + 1);
}

std::optional<Message> parse(WireFormat format, ByteView bytes) {
    auto array = readWireArray(format, bytes, 2 * kMaxParts);
    if (!array || array->elements.empty() || !array->elements[0].number) return std::nullopt;
    const TypeInfo* const info = infoOf(*array->elements[0].number);
    if (info == nullptr) return std::nullopt;
    return Message{std::move(*array), info->type};
}

void encode(std::uint8_t type, const std::vector<std::string>& parts, ByteWriter& out) {
    out.text("[" + std::to_string(type));
    for (const std::string& part : parts) out.text("," + part);
    out.text("]");
}

void check(const Message& message, IssueSink& issues) {
    const TypeInfo& info = *infoOf(message.type);
    const auto complain = [&issues](FieldId part, std::string detail) {
        issues.add(IssueCode::WampMessageMalformed, static_cast<std::uint16_t>(part),
                   std::move(detail));
    };
    if (!message.array.valid) return complain(FieldId::Wamp, "it is not valid JSON");
    const auto& elements = message.array.elements;
    if (elements.size() < info.required) {
        complain(FieldId::WampType, "an element is missing");
    }
    for (std::size_t i = 1; i < elements.size(); ++i) {
        const Part part = i <= kMaxParts ? info.parts[i - 1] : Part::None;
        if (part == Part::None) {
            // Payload passthru and later additions put more behind what is known.
            break;
        }
        const bool number = kindOf(part) == Kind::Number;
        if (number ? !elements[i].number : elements[i].kind != kindOf(part)) {
            // Arguments may be binary where the router passes payload through.
            if (part == Part::Args) continue;
            complain(fieldOf(part),
                     "element " + std::to_string(i) + " is not " + std::string(partName(part)));
        }
    }
}

FieldIndex describe(const Message& message, FieldTree& tree, Place place) {
    const WireArray& array = message.array;
    const TypeInfo& info = *infoOf(message.type);
    const FieldIndex layer =
        tree.open(FieldId::Wamp, place, array.bytes.size(), summary(message, kShownChars));
    const ByteRange type = array.elements[0].range;
    tree.add(FieldId::WampType, place.at(type.begin), type.size(), std::string(info.name),
             std::string(info.name) + " (" + std::to_string(message.type) + ")");
    for (std::size_t i = 1; i < array.elements.size() && i <= kMaxParts; ++i) {
        if (info.parts[i - 1] == Part::None) break;
        describePart(message, info.parts[i - 1], array.elements[i], tree, place);
    }
    tree.close();
    return layer;
}

std::string summary(const Message& message, std::size_t maxChars) {
    std::string line(infoOf(message.type)->name);
    const auto number = [&](Part part, std::string_view lead) {
        const WireElement* const element = message.find(part);
        if (element == nullptr || !element->number) return;
        line += lead;
        line += std::to_string(*element->number);
    };
    const auto text = [&](Part part) {
        const WireElement* const element = message.find(part);
        if (element != nullptr && element->kind == Kind::Text) {
            line += "  " + printable(element->text, maxChars);
        }
    };
    number(Part::Request, " #");
    number(Part::Answers, " #");
    if (const WireElement* const of = message.find(Part::RequestType); of && of->number) {
        line += "  of " + std::string(typeName(*of->number));
    }
    text(Part::Realm);
    text(Part::Uri);
    text(Part::Error);
    text(Part::Auth);
    number(Part::Session, "  session ");
    number(Part::Subscription, "  subscription ");
    number(Part::Registration, "  registration ");
    number(Part::Publication, "  publication ");
    for (const Part part : {Part::Args, Part::KwArgs}) {
        const WireElement* const element = message.find(part);
        if (element != nullptr)
            line += "  " + printable(message.array.json(*element, maxChars), maxChars);
    }
    return elided(std::move(line), maxChars);
}

}  // namespace framescope::wamp
