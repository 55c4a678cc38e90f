// SignalR on the messages of one connection: no subprotocol is agreed on, the client's handshake
// tells. `form` of a row is the type of its first message, for lines of which only the beginning is
// read.
#include <cstring>

#include "dissector/layer/pending_rows.h"
#include "dissector/subprotocol/message_line.h"
#include "dissector/subprotocol/signalr.h"

namespace framescope::signalr {
namespace {

bool recognise(const MessageView& view, const ConnectionView&) {
    constexpr std::size_t kMaxHandshake = 256;
    constexpr int kSeparator = 0x1e;
    if (view.direction != Direction::ClientToServer || view.bytes.empty() || view.bytes[0] != '{') {
        return false;
    }
    const ByteView begin = view.bytes.first(std::min(view.bytes.size(), kMaxHandshake));
    // Without the separator behind it, nothing is a handshake.
    if (std::memchr(begin.data(), kSeparator, begin.size()) == nullptr) return false;
    const auto messages = parse(begin);
    if (messages.empty() || !messages[0].terminated || !messages[0].json.valid) return false;
    const auto protocol = messages[0].json.string("protocol");
    return (protocol == "json" || protocol == "messagepack") && messages[0].json.number("version");
}

class SignalRReader : public MessageReader {
public:
    void read(const MessageView& view, Record& record, IssueSink& issues,
              LayerOutput& out) override {
        for (const Message& message : parse(view.bytes)) {
            if (view.whole) check(message, issues);
            const NameId name = accept(message, view.direction, out);
            if (record.protocol != Protocol::SignalR) {
                record.protocol = Protocol::SignalR;
                record.form = static_cast<std::uint8_t>(message.type);
            }
            if (record.name == 0) record.name = name;
        }
    }

private:
    NameId accept(const Message& message, Direction direction, LayerOutput& out) {
        if (!message.knownType) return 0;
        const RecordId row = out.nextRow();
        const auto id = message.invocationId();
        const auto key = [&](Direction sender) { return KeyHash().add(sender).add(*id); };
        switch (message.type) {
            case MessageType::Handshake:
                if (direction == Direction::ClientToServer) {
                    m_handshake = row;
                } else if (m_handshake != kNoRecord) {
                    out.link({row, m_handshake, 0, LinkKind::ResponseTo});
                    m_handshake = kNoRecord;
                }
                return 0;
            case MessageType::Invocation:
            case MessageType::StreamInvocation: {
                const auto target = message.target();
                const NameId name = target ? out.intern(*target) : 0;
                if (id) m_calls.add(key(direction), {row, name, 0});
                return name;
            }
            case MessageType::StreamItem:
            case MessageType::Completion: {
                if (!id) return 0;
                const bool last = message.type == MessageType::Completion;
                const auto call = last ? m_calls.take(key(opposite(direction)))
                                       : m_calls.find(key(opposite(direction)));
                if (!call) return 0;
                out.link({row, call->row, 0, LinkKind::ResponseTo});
                return call->name;
            }
            case MessageType::CancelInvocation: {
                const auto call = id ? m_calls.find(key(direction)) : std::nullopt;
                return call ? call->name : 0;
            }
            default:
                return 0;
        }
    }

    RecordId m_handshake = kNoRecord;
    PendingRows m_calls;
};

std::unique_ptr<MessageReader> makeReader() {
    return std::make_unique<SignalRReader>();
}

void describeMessage(const MessageView& view, const RowContext&, Dissection& dissection,
                     Place place, std::string& protocols) {
    protocols += ":signalr";
    for (const Message& message : parse(view.bytes)) {
        const FieldIndex layer = describe(message, dissection.fields, place);
        IssueSink issues;
        if (view.whole) check(message, issues);
        dissection.fields.attach(issues, layer);
    }
}

std::string summariseMessage(const MessageView& view, const RowContext& row, std::size_t maxChars) {
    MessageLine line(maxChars);
    for (const Message& message : parse(view.bytes)) {
        line.add(summary(message, maxChars));
        if (line.full()) break;
    }
    if (line.empty()) {
        // MessagePack of which only the beginning was read.
        line.add(std::string(typeName(row.record().form)) + "  " +
                 printable(row.name(row.record().name), maxChars));
    }
    return line.take();
}

}  // namespace

const MessageProtocol kMessageProtocol{Protocol::SignalR, recognise, makeReader, describeMessage,
                                       summariseMessage};

}  // namespace framescope::signalr
