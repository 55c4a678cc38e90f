#include "dissector/subprotocol/sockjs.h"

#include <array>

#include "dissector/payload/json_members.h"
#include "dissector/payload/utf8.h"
#include "dissector/subprotocol/message_line.h"
#include "dissector/subprotocol/stomp.h"

namespace framescope::sockjs {
namespace {

constexpr std::size_t kShownChars = 200;
/// `form` of a row whose texts are STOMP.
constexpr std::uint8_t kFormStomp = 1;

std::string quoted(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string json = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            json += '\\';
            json += c;
        } else if (c == '\n') {
            json += "\\n";
        } else if (byte < 0x20) {
            json += "\\u00";
            json += kDigits[byte >> 4];
            json += kDigits[byte & 15];
        } else {
            json += c;
        }
    }
    return json + '"';
}

Text textAt(const JsonMembers& members, const JsonNode& node, std::size_t offset) {
    return {unescapeJson(members.raw(node)), {node.range.begin + offset, node.range.end + offset}};
}

/// An array of texts; other elements are not SockJS's.
void readTexts(std::string_view json, std::size_t offset, Frame& frame) {
    const auto members = readJsonMembers(json, kMaxTexts);
    frame.wellFormed = members && members->valid && members->kind == JsonKind::Array;
    if (!members || members->kind != JsonKind::Array) return;
    for (const JsonNode& node : members->nodes) {
        if (node.kind == JsonKind::String) {
            frame.texts.push_back(textAt(*members, node, offset));
        } else {
            frame.wellFormed = false;
        }
    }
}

void readOneText(std::string_view json, std::size_t offset, Frame& frame) {
    frame.wellFormed = jsonKind(json) == JsonKind::String && !checkJson(json);
    if (jsonKind(json) != JsonKind::String) return;
    frame.texts.push_back({unescapeJson(json), {offset, offset + json.size()}});
}

void readClose(std::string_view json, Frame& frame) {
    const auto members = readJsonMembers(json);
    frame.wellFormed = members && members->valid && members->nodes.size() == 2;
    if (!members) return;
    if (const JsonNode* const code = members->at(0)) {
        frame.code = members->number(code);
        frame.codeRange = {code->range.begin + 1, code->range.end + 1};
    }
    const JsonNode* const reason = members->at(1);
    if (reason != nullptr && reason->kind == JsonKind::String) {
        frame.reason = textAt(*members, *reason, 1);
    }
    frame.wellFormed = frame.wellFormed && frame.code && frame.reason;
}

}  // namespace

std::string_view typeName(FrameType type) {
    constexpr std::array<std::string_view, 6> kNames = {"open",    "heartbeat", "array",
                                                        "message", "close",     "send"};
    return kNames[static_cast<std::size_t>(type)];
}

std::optional<Frame> parse(std::string_view text, Direction sender) {
    Frame frame;
    frame.size = text.size();
    if (text.empty()) return std::nullopt;
    if (sender == Direction::ClientToServer) {
        frame.type = FrameType::Send;
        const auto kind = jsonKind(text);
        // Servers also take a single text.
        if (kind == JsonKind::String) {
            readOneText(text, 0, frame);
        } else if (kind == JsonKind::Array) {
            readTexts(text, 0, frame);
        } else {
            return std::nullopt;
        }
        return frame;
    }
    const std::string_view json = text.substr(1);
    switch (text[0]) {
        case 'o':
        case 'h':
            frame.type = text[0] == 'o' ? FrameType::Open : FrameType::Heartbeat;
            frame.wellFormed = json.empty();
            return frame;
        case 'a':
            frame.type = FrameType::Array;
            readTexts(json, 1, frame);
            return frame;
        case 'm':
            frame.type = FrameType::Message;
            readOneText(json, 1, frame);
            return frame;
        case 'c':
            frame.type = FrameType::Close;
            readClose(json, frame);
            return frame;
        default:
            return std::nullopt;
    }
}

void encode(const Frame& frame, ByteWriter& out) {
    const auto writeTexts = [&] {
        const char* separator = "[";
        for (const Text& text : frame.texts) {
            out.text(separator);
            out.text(quoted(text.value));
            separator = ",";
        }
        out.text(frame.texts.empty() ? "[]" : "]");
    };
    switch (frame.type) {
        case FrameType::Open:
            out.text("o");
            break;
        case FrameType::Heartbeat:
            out.text("h");
            break;
        case FrameType::Array:
            out.text("a");
            writeTexts();
            break;
        case FrameType::Message:
            out.text("m" + (frame.texts.empty() ? std::string() : quoted(frame.texts[0].value)));
            break;
        case FrameType::Close:
            out.text("c[" + std::to_string(frame.code.value_or(0)) + "," +
                     quoted(frame.reason ? frame.reason->value : std::string()) + "]");
            break;
        case FrameType::Send:
            writeTexts();
            break;
    }
}

void check(const Frame& frame, IssueSink& issues) {
    if (frame.wellFormed) return;
    issues.add(IssueCode::SockJsFrameMalformed, static_cast<std::uint16_t>(FieldId::SockJsType),
               frame.type == FrameType::Close ? "behind c stands no code and reason"
               : frame.type == FrameType::Open || frame.type == FrameType::Heartbeat
                   ? "nothing must stand behind the letter"
                   : "its messages are not texts in JSON");
}

FieldIndex describe(const Frame& frame, FieldTree& tree, Place place) {
    const FieldIndex layer =
        tree.open(FieldId::SockJs, place, frame.size, summary(frame, kShownChars));
    const std::string name(typeName(frame.type));
    tree.add(FieldId::SockJsType, place, frame.type == FrameType::Send ? 0 : 1, name, name);
    for (const Text& text : frame.texts) {
        tree.add(FieldId::SockJsMessage, place.at(text.range.begin), text.range.size(), text.value,
                 printable(text.value, kShownChars));
    }
    if (frame.code) {
        tree.add(FieldId::SockJsCode, place.at(frame.codeRange.begin), frame.codeRange.size(),
                 *frame.code);
    }
    if (frame.reason) {
        tree.add(FieldId::SockJsReason, place.at(frame.reason->range.begin),
                 frame.reason->range.size(), frame.reason->value,
                 printable(frame.reason->value, kShownChars));
    }
    tree.close();
    return layer;
}

std::string summary(const Frame& frame, std::size_t maxChars) {
    std::string line(typeName(frame.type));
    if (frame.code) line += "  " + std::to_string(*frame.code);
    if (frame.reason) line += " " + printable(frame.reason->value, maxChars);
    const char* separator = "  ";
    for (const Text& text : frame.texts) {
        line += separator + printable(text.value, maxChars);
        separator = ", ";
        if (line.size() > 4 * maxChars) break;
    }
    return elided(std::move(line), maxChars);
}

bool isSockJsPath(std::string_view target) {
    constexpr std::string_view kEnd = "/websocket";
    target = target.substr(0, target.find('?'));
    if (!target.ends_with(kEnd)) return false;
    target.remove_suffix(kEnd.size());
    for (int part = 0; part < 2; ++part) {
        const std::size_t slash = target.rfind('/');
        if (slash == std::string_view::npos) return false;
        const std::string_view word = target.substr(slash + 1);
        if (word.empty() || word.find('.') != std::string_view::npos) return false;
        target = target.substr(0, slash);
    }
    return true;
}

namespace {

bool recognise(const MessageView& message, const ConnectionView& connection) {
    if (!message.text || message.direction == Direction::ClientToServer) return false;
    if (!isSockJsPath(connection.path)) return false;
    const auto frame = parse(message.asText(), message.direction);
    return frame && frame->wellFormed;
}

class SockJsReader : public MessageReader {
public:
    void read(const MessageView& message, Record& record, IssueSink& issues,
              LayerOutput& out) override {
        if (!message.text) return;
        const auto frame = parse(message.asText(), message.direction);
        if (!frame) return;
        record.protocol = Protocol::SockJs;
        if (message.whole) check(*frame, issues);
        for (const Text& text : frame->texts) {
            const MessageView inner{asBytes(text.value), true, message.whole, message.direction};
            if (m_stomp == nullptr && startsStomp(inner))
                m_stomp = stomp::kMessageProtocol.makeReader();
            if (m_stomp == nullptr) break;
            Record own;
            own.protocol = Protocol::WebSocket;
            m_stomp->read(inner, own, issues, out);
            if (own.protocol == Protocol::Stomp) record.form = kFormStomp;
            if (record.name == 0) record.name = own.name;
        }
    }

private:
    static bool startsStomp(const MessageView& message) {
        static const ConnectionFacts kNone;
        return stomp::kMessageProtocol.recognise(message, {kNone, {}, {}});
    }

    std::unique_ptr<MessageReader> m_stomp;
};

std::unique_ptr<MessageReader> makeReader() {
    return std::make_unique<SockJsReader>();
}

/// What a text is made of, in a byte source of its own since its escapes are undone there.
void describeText(const MessageView& message, const Text& text, const RowContext& row,
                  Dissection& dissection, std::string& protocols) {
    const ByteView view = asBytes(text.value);
    if (row.record().form == kFormStomp) {
        const SourceId source = dissection.addSource(SourceKind::Message, "SockJS message",
                                                     Bytes(view.begin(), view.end()));
        stomp::kMessageProtocol.describe({view, true, message.whole, message.direction}, row,
                                         dissection, Place{source, 0}, protocols);
        return;
    }
    const auto kind = jsonKind(text.value);
    const bool structure = kind == JsonKind::Object || kind == JsonKind::Array;
    if (!structure || checkJson(text.value)) return;
    const SourceId source = dissection.addSource(SourceKind::Message, "SockJS message",
                                                 Bytes(view.begin(), view.end()));
    describeJson(text.value, dissection.fields, Place{source, 0});
}

void describeMessage(const MessageView& message, const RowContext& row, Dissection& dissection,
                     Place place, std::string& protocols) {
    constexpr std::size_t kMaxSources = 100;
    const auto frame = parse(message.asText(), message.direction);
    if (!frame) return;
    protocols += ":sockjs";
    const FieldIndex layer = describe(*frame, dissection.fields, place);
    IssueSink issues;
    if (message.whole) check(*frame, issues);
    dissection.fields.attach(issues, layer);
    for (std::size_t i = 0; i < std::min(frame->texts.size(), kMaxSources); ++i) {
        std::string inner;
        describeText(message, frame->texts[i], row, dissection, inner);
        if (i == 0) protocols += inner;
    }
}

std::string summariseMessage(const MessageView& message, const RowContext& row,
                             std::size_t maxChars) {
    const auto frame = parse(message.asText(), message.direction);
    if (!frame) return printable(message.asText(), maxChars);
    if (row.record().form != kFormStomp) return summary(*frame, maxChars);
    MessageLine line(maxChars);
    for (const Text& text : frame->texts) {
        line.add(stomp::kMessageProtocol.summary(
            {asBytes(text.value), true, message.whole, message.direction}, row, maxChars));
        if (line.full()) break;
    }
    return elided(std::string(typeName(frame->type)) + "  " + line.take(), maxChars);
}

}  // namespace

const MessageProtocol kMessageProtocol{Protocol::SockJs, recognise, makeReader, describeMessage,
                                       summariseMessage};

}  // namespace framescope::sockjs
