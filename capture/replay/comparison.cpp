#include "capture/replay/comparison.h"

#include <algorithm>
#include <functional>

#include "capture/replay/json_value.h"
#include "dissector/payload/utf8.h"
#include "dissector/sse/event.h"
#include "dissector/websocket/close.h"
#include "dissector/websocket/opcode.h"

namespace framescope::replay {
namespace {

using nlohmann::json;
using socketio::PacketType;

constexpr std::size_t kShown = 120;
/// Characters of text in front of the place that differs, and behind it.
constexpr std::size_t kBefore = 10;
constexpr std::size_t kBehind = 30;

std::string shown(const json& value) {
    return printable(value.dump(-1, ' ', false, json::error_handler_t::replace), kShown);
}

std::string count(std::size_t number, const char* one, const char* several) {
    return groupedDigits(number) + " " + (number == 1 ? one : several);
}

PacketType plainType(PacketType type) {
    if (type == PacketType::BinaryEvent) return PacketType::Event;
    if (type == PacketType::BinaryAck) return PacketType::Ack;
    return type;
}

std::uint64_t mix(std::uint64_t seed, std::uint64_t value) {
    return (seed ^ value) * 0x9e3779b97f4a7c15ULL + (seed >> 29);
}
std::uint64_t hashOf(std::string_view text) {
    return std::hash<std::string_view>()(text);
}

bool isVolatile(std::string_view header) {
    return std::ranges::any_of(kVolatileHeaders, [header](std::string_view name) {
        return http::equalsIgnoreCase(name, header);
    });
}

/// All values of a header, as one.
std::string joined(const http::Head& head, std::string_view name) {
    std::string value;
    for (const http::Header& header : head.headers) {
        if (!http::equalsIgnoreCase(header.name, name)) continue;
        if (!value.empty()) value += ", ";
        value += header.value;
    }
    return value;
}

std::string stretch(std::string_view text, std::size_t at) {
    const std::size_t begin = at - std::min(at, kBefore);
    std::string part = begin > 0 ? "…" : "";
    part += printable(replaceInvalidUtf8(text.substr(begin, at - begin + kBehind)), kShown);
    if (at + kBehind < text.size()) part += "…";
    return at >= text.size() ? part + "⏹" : part;
}

std::string byteText(ByteView bytes, std::size_t at) {
    if (at >= bytes.size()) return "nothing";
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text = "0x";
    text += kDigits[bytes[at] >> 4];
    text += kDigits[bytes[at] & 15];
    return text;
}

/// What an answer says as a name: an event's.
std::string labelOf(const Answer& answer) {
    if (answer.socket) return answer.socket->event;
    if (answer.kind == StepKind::Event) {
        return sse::interpret(sse::parse(asText(answer.bytes), false)).type;
    }
    return {};
}

}  // namespace

/// One comparison of two answers.
class Comparison::Walk {
public:
    Walk(const Comparison& comparison, std::string label)
        : m_comparison(comparison), m_label(std::move(label)) {}

    std::vector<Difference> differences;
    std::vector<PathPart> path;

    void part(std::string_view name, std::string recorded, std::string received) {
        if (recorded == received || m_comparison.m_ignored.coversPart(name, m_label)) return;
        add(std::string(name), std::move(recorded), std::move(received));
    }

    void header(const std::string& name, const std::string& recorded, const std::string& received) {
        if (recorded == received || isVolatile(name)) return;
        if (m_comparison.m_ignored.coversHeader(name)) return;
        add("header:" + name, recorded.empty() ? "nothing" : recorded,
            received.empty() ? "nothing" : received);
    }

    /// What the client itself found to be wrong; the recorded answer it would have taken.
    void violation(const std::string& header, const std::string& sentence) {
        if (sentence.empty() || m_comparison.m_ignored.coversHeader(header)) return;
        std::erase_if(differences, [name = "header:" + header](const Difference& known) {
            return known.path == name;
        });
        add("header:" + header, "as the handshake asks", sentence);
    }

    void values(const json& recorded, const json& received) {
        if (differences.size() >= kMaxDifferences || ignored()) return;
        if (recorded.is_object() && received.is_object()) {
            members(recorded, received);
        } else if (recorded.is_array() && received.is_array()) {
            elements(recorded, received);
        } else if (recorded.is_string() && received.is_string()) {
            const auto& text = recorded.get_ref<const std::string&>();
            const auto& other = received.get_ref<const std::string&>();
            if (text != other && m_comparison.expected(text) != other) {
                add(toText(path), shown(recorded), shown(received));
            }
        } else if (recorded != received) {
            add(toText(path), shown(recorded), shown(received));
        }
    }

    /// Two texts; JSON where both are.
    void texts(std::string_view recorded, std::string_view received) {
        if (recorded == received || ignored()) return;
        const auto left = parseJsonValue(recorded);
        const auto right = left ? parseJsonValue(received) : std::nullopt;
        if (left && right) {
            values(*left, *right);
            return;
        }
        const std::string wanted = m_comparison.expected(recorded);
        if (wanted == received) return;
        const auto [at, there] = std::ranges::mismatch(wanted, received);
        const auto place = static_cast<std::size_t>(at - wanted.begin());
        static_cast<void>(there);
        // Characters, not the bytes that one may have of several.
        const auto characters = std::ranges::count_if(wanted.begin(), at, [](char c) {
            return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
        });
        add("character " + groupedDigits(static_cast<std::uint64_t>(characters) + 1),
            stretch(wanted, place), stretch(received, place));
    }

    void bytes(ByteView recorded, ByteView received, const std::string& prefix = {}) {
        const auto [at, there] = std::ranges::mismatch(recorded, received);
        static_cast<void>(there);
        const auto place = static_cast<std::size_t>(at - recorded.begin());
        if (place == recorded.size() && place == received.size()) return;
        if (m_comparison.m_ignored.coversPart(prefix.empty() ? "bytes" : prefix, m_label)) return;
        const bool onlyLength = place == std::min(recorded.size(), received.size());
        const bool anyLength = m_comparison.m_ignored.coversPart("length", m_label);
        if (onlyLength && anyLength) return;
        const std::string front = prefix.empty() ? std::string() : prefix + ", ";
        add(front + "byte " + groupedDigits(place + 1), byteText(recorded, place),
            byteText(received, place));
        if (recorded.size() == received.size() || anyLength) return;
        add(front + "length", byteCountText(recorded.size()), byteCountText(received.size()));
    }

private:
    bool ignored() const { return m_comparison.m_ignored.covers(path, m_label); }

    void add(std::string name, std::string recorded, std::string received) {
        if (differences.size() >= kMaxDifferences) return;
        differences.push_back({std::move(name), std::move(recorded), std::move(received)});
    }

    void members(const json& recorded, const json& received) {
        for (const auto& [name, value] : recorded.items()) {
            path.emplace_back(std::string_view(name));
            const auto found = received.find(name);
            if (found != received.end()) {
                values(value, *found);
            } else if (!ignored()) {
                add(toText(path), shown(value), "nothing");
            }
            path.pop_back();
        }
        for (const auto& [name, value] : received.items()) {
            if (recorded.contains(name)) continue;
            path.emplace_back(std::string_view(name));
            if (!ignored()) add(toText(path), "nothing", shown(value));
            path.pop_back();
        }
    }

    void elements(const json& recorded, const json& received) {
        if (recorded.size() != received.size()) {
            add(toText(path), count(recorded.size(), "element", "elements"),
                count(received.size(), "element", "elements"));
        }
        for (std::size_t i = 0; i < std::min(recorded.size(), received.size()); ++i) {
            path.emplace_back(i);
            values(recorded[i], received[i]);
            path.pop_back();
        }
    }

    const Comparison& m_comparison;
    std::string m_label;
};

namespace {

void compareCloses(const Answer& recorded, const Answer& received, auto& walk) {
    const websocket::CloseBody left = websocket::parseCloseBody(recorded.bytes);
    const websocket::CloseBody right = websocket::parseCloseBody(received.bytes);
    const auto code = [](const websocket::CloseBody& body) {
        return body.code ? std::to_string(*body.code) : std::string("nothing");
    };
    walk.part("code", code(left), code(right));
    walk.part("reason", left.reason, right.reason);
}

void compareEvents(const Answer& recorded, const Answer& received, auto& walk) {
    const sse::Event leftEvent = sse::parse(asText(recorded.bytes), false);
    const sse::Event rightEvent = sse::parse(asText(received.bytes), false);
    const sse::Meaning left = sse::interpret(leftEvent);
    const sse::Meaning right = sse::interpret(rightEvent);
    walk.part("event", left.type, right.type);
    walk.part("id", std::string(left.id.value_or("nothing")),
              std::string(right.id.value_or("nothing")));
    const auto retry = [](const sse::Meaning& meaning) {
        return meaning.retry ? std::to_string(*meaning.retry) : std::string("nothing");
    };
    walk.part("retry", retry(left), retry(right));
    walk.texts(left.data, right.data);
}

/// The volatile parts of what servers give a session: those at the top of an object.
void dropMembers(json& value, std::initializer_list<const char*> names) {
    if (!value.is_object()) return;
    for (const char* const name : names) value.erase(name);
}

void compareSocketPackets(const Answer& recorded, const Answer& received, auto& walk) {
    if (!recorded.socket || !received.socket) {
        walk.bytes(recorded.bytes, received.bytes);
        return;
    }
    const SocketPacket& left = *recorded.socket;
    const SocketPacket& right = *received.socket;
    walk.part("type", std::string(socketio::packetTypeName(plainType(left.type))),
              std::string(socketio::packetTypeName(plainType(right.type))));
    walk.part("namespace", left.nsp, right.nsp);
    walk.part("event", left.event, right.event);
    if (left.isEvent()) {
        const auto asks = [](const SocketPacket& packet) {
            return packet.id ? "an acknowledgement is asked for" : "nothing is asked for";
        };
        walk.part("acknowledgement", asks(left), asks(right));
    }
    auto leftData = parseJsonValue(left.data);
    auto rightData = parseJsonValue(right.data);
    if (leftData && rightData) {
        if (left.type == PacketType::Connect) {
            dropMembers(*leftData, {"sid", "pid"});
            dropMembers(*rightData, {"sid", "pid"});
        }
        // The last argument is the event's place in the stream, another one each time.
        const bool both = leftData->is_array() && leftData->size() == rightData->size();
        if (recorded.recoverable && both && !leftData->empty()) {
            leftData->erase(leftData->size() - 1);
            rightData->erase(rightData->size() - 1);
        }
        walk.values(*leftData, *rightData);
    } else {
        walk.texts(left.data, right.data);
    }
    walk.part("attachments", std::to_string(recorded.attachments.size()),
              std::to_string(received.attachments.size()));
    const std::size_t attachments =
        std::min(recorded.attachments.size(), received.attachments.size());
    for (std::size_t i = 0; i < attachments; ++i) {
        walk.bytes(recorded.attachments[i], received.attachments[i],
                   "attachment[" + std::to_string(i) + "]");
    }
}

void compareResponses(const Answer& recorded, const Answer& received, auto& walk) {
    if (!recorded.head || !received.head) {
        walk.bytes(recorded.bytes, received.bytes);
        return;
    }
    const http::Head& left = *recorded.head;
    const http::Head& right = *received.head;
    walk.part("status", std::to_string(left.status), std::to_string(right.status));
    std::vector<std::string> seen;
    for (const http::Head* const head : {&left, &right}) {
        for (const http::Header& header : head->headers) {
            const bool known = std::ranges::any_of(seen, [&](const std::string& name) {
                return http::equalsIgnoreCase(name, header.name);
            });
            if (header.malformed || known) continue;
            seen.push_back(header.name);
            walk.header(header.name, joined(left, header.name), joined(right, header.name));
        }
    }
    walk.violation(received.violatedHeader, received.violation);
    const auto told = [](const Answer& answer) {
        return answer.codingFault.empty() ? std::string("can be undone") : answer.codingFault;
    };
    walk.part("coding", told(recorded), told(received));
    if (recorded.text || received.text) {
        walk.texts(asText(recorded.bytes), asText(received.bytes));
    } else {
        walk.bytes(recorded.bytes, received.bytes);
    }
}

}  // namespace

void Comparison::equate(std::string recorded, std::string received) {
    if (!recorded.empty() && recorded != received) {
        m_equal.emplace_back(std::move(recorded), std::move(received));
    }
}

std::string Comparison::expected(std::string_view recorded) const {
    std::string text(recorded);
    for (const auto& [from, to] : m_equal) {
        for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
            text.replace(at, from.size(), to);
        }
    }
    return text;
}

std::vector<Difference> Comparison::compare(const Answer& recorded, const Answer& received) const {
    Walk walk(*this, labelOf(recorded));
    switch (recorded.kind) {
        case StepKind::SocketIo:
            compareSocketPackets(recorded, received, walk);
            break;
        case StepKind::HttpRequest:
        case StepKind::HttpResponse:
            compareResponses(recorded, received, walk);
            break;
        case StepKind::Event:
            compareEvents(recorded, received, walk);
            break;
        case StepKind::End:
            walk.part("end", recorded.reset ? "RST" : "FIN", received.reset ? "RST" : "FIN");
            break;
        case StepKind::EngineIo: {
            auto left = parseJsonValue(asText(recorded.bytes));
            auto right = parseJsonValue(asText(received.bytes));
            if (left && right) {
                dropMembers(*left, {"sid"});
                dropMembers(*right, {"sid"});
                walk.values(*left, *right);
            } else {
                walk.texts(asText(recorded.bytes), asText(received.bytes));
            }
            break;
        }
        case StepKind::Control:
            if (recorded.opcode == static_cast<std::uint8_t>(websocket::Opcode::Close)) {
                compareCloses(recorded, received, walk);
            } else {
                walk.bytes(recorded.bytes, received.bytes);
            }
            break;
        case StepKind::Message:
            walk.part("opcode", std::string(websocket::opcodeName(recorded.opcode)),
                      std::string(websocket::opcodeName(received.opcode)));
            if (recorded.text && received.text) {
                walk.texts(asText(recorded.bytes), asText(received.bytes));
            } else {
                walk.bytes(recorded.bytes, received.bytes);
            }
            break;
    }
    return std::move(walk.differences);
}

/// Walks over a value for what it says, and for its shape.
class SignatureWalk {
public:
    SignatureWalk(const IgnoredPaths& ignored, std::string_view label, Signature& signature)
        : m_ignored(ignored), m_label(label), m_signature(signature) {}

    void value(const json& value) {
        if (m_ignored.covers(m_path, m_label)) return;
        note(static_cast<std::uint64_t>(value.type()) | (value.is_number() ? 0x100U : 0U));
        if (value.is_object()) {
            for (const auto& [name, member] : value.items()) {
                note(hashOf(name));
                descend(std::string_view(name), member);
            }
        } else if (value.is_array()) {
            for (std::size_t i = 0; i < value.size(); ++i) descend(i, value[i]);
        } else {
            content(std::hash<json>()(value));
        }
    }

private:
    void descend(PathPart part, const json& value) {
        m_path.push_back(part);
        this->value(value);
        m_path.pop_back();
    }
    void content(std::uint64_t hash) { m_signature.content = mix(m_signature.content, hash); }
    void note(std::uint64_t hash) {
        content(hash);
        if (m_path.size() <= 2) m_signature.shape = mix(m_signature.shape, hash);
    }

    const IgnoredPaths& m_ignored;
    std::string_view m_label;
    Signature& m_signature;
    JsonPath m_path;
};

Signature Comparison::signatureOf(const Answer& answer) const {
    Signature signature;
    const std::string label = labelOf(answer);
    signature.label = hashOf(label);
    signature.family = static_cast<std::uint64_t>(answer.kind);
    std::string_view text = answer.text ? asText(answer.bytes) : std::string_view();
    sse::Meaning meaning;
    if (answer.kind == StepKind::Control) signature.family |= std::uint64_t{answer.opcode} << 8;
    if (answer.kind == StepKind::EngineIo) {
        signature.family |= static_cast<std::uint64_t>(answer.engineType) << 8;
    }
    if (answer.kind == StepKind::HttpResponse) signature.key = answer.exchange;
    if (answer.socket) {
        const PacketType type = plainType(answer.socket->type);
        // A refusal may come where a namespace was opened, so the two are of one family.
        const bool opens = type == PacketType::Connect || type == PacketType::ConnectError;
        signature.family |= (opens ? 0 : static_cast<std::uint64_t>(type) + 1) << 8;
        if (opens) signature.label = static_cast<std::uint64_t>(type);
        if (answer.socket->isAck()) signature.key = answer.socket->id;
        text = answer.socket->data;
    }
    if (answer.kind == StepKind::Event) {
        meaning = sse::interpret(sse::parse(asText(answer.bytes), false));
        text = meaning.data;
    }
    if (const auto value = parseJsonValue(text)) {
        SignatureWalk(m_ignored, label, signature).value(*value);
    } else {
        signature.shape = answer.text ? 1 : 2;
        const std::uint64_t said =
            hashOf(answer.kind == StepKind::Event ? text : asText(answer.bytes));
        signature.content = mix(signature.shape, said);
    }
    for (const Bytes& attachment : answer.attachments) {
        signature.content = mix(signature.content, hashOf(asText(attachment)));
    }
    return signature;
}

double likeness(const Signature& recorded, const Signature& received) {
    if (recorded.family != received.family) return 0;
    if (recorded.key && received.key) return *recorded.key == *received.key ? 1 : 0;
    if (recorded.label != received.label) return 0.1;
    if (recorded.content == received.content) return 1;
    // Two pairs that are merely alike must not outweigh one that is the same.
    return recorded.shape == received.shape ? 0.45 : 0.35;
}

}  // namespace framescope::replay
