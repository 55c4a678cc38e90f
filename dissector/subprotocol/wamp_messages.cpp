// WAMP on the messages of one connection. Answers bear the id of their request, events that of
// their subscription; both are given the name that the request had, which is what a person looks
// for. `form` of a row is the type of its first message.
#include <algorithm>

#include "dissector/layer/pending_rows.h"
#include "dissector/subprotocol/message_line.h"
#include "dissector/subprotocol/wamp.h"

namespace framescope::wamp {
namespace {

/// Messages in one WebSocket message that are looked at (the batched subprotocols).
constexpr std::size_t kMaxMessages = 1000;

bool recognise(const MessageView& message, const ConnectionView& connection) {
    if (connection.subprotocol.starts_with("wamp.2.json")) return message.text;
    if (connection.subprotocol.starts_with("wamp.2.msgpack")) return !message.text;
    return false;
}

struct Placed {
    Message message;
    std::size_t begin = 0;
};

/// Batched JSON messages stand between bytes of value 30, which JSON never holds; batched
/// MessagePack has a length of four bytes in front, which no array begins with.
std::vector<Placed> readMessages(const MessageView& view) {
    constexpr std::uint8_t kSeparator = 30;
    constexpr std::size_t kLength = 4;
    std::vector<Placed> messages;
    std::size_t at = 0;
    while (at < view.bytes.size() && messages.size() < kMaxMessages) {
        const ByteView rest = view.bytes.subspan(at);
        std::size_t begin = 0;
        std::size_t end = rest.size();
        std::size_t next = rest.size();
        if (view.text) {
            const auto found = std::ranges::find(rest, kSeparator);
            end = static_cast<std::size_t>(found - rest.begin());
            next = std::min(end + 1, rest.size());
        } else if (rest.size() > kLength && rest[0] < 0x80) {
            begin = kLength;
            end = begin + std::min<std::size_t>(readBe32(rest.data()), rest.size() - kLength);
            next = end;
        }
        const WireFormat format = view.text ? WireFormat::Json : WireFormat::Msgpack;
        if (auto message = parse(format, rest.subspan(begin, end - begin))) {
            messages.push_back({std::move(*message), at + begin});
        }
        at += next;
    }
    return messages;
}

/// The type of request that a message answers, and that awaits it.
std::uint8_t answeredType(const Message& message) {
    switch (message.type) {
        case 17:
        case 33:
        case 35:
        case 65:
        case 67:
            return static_cast<std::uint8_t>(message.type - 1);
        case 49:
        case 50:
            return 48;
        case 69:
        case 70:
            return 68;
        case 8: {
            const WireElement* const type = message.find(Part::RequestType);
            return type != nullptr && type->number ? static_cast<std::uint8_t>(*type->number) : 0;
        }
        default:
            return 0;
    }
}

class WampReader : public MessageReader {
public:
    void read(const MessageView& view, Record& record, IssueSink& issues,
              LayerOutput& out) override {
        for (const Placed& placed : readMessages(view)) {
            const Message& message = placed.message;
            if (view.whole) check(message, issues);
            const NameId name = accept(message, view.direction, out);
            if (record.protocol != Protocol::Wamp) {
                record.protocol = Protocol::Wamp;
                record.form = message.type;
            }
            if (record.name == 0) record.name = name;
        }
    }

private:
    static std::uint64_t idOf(const Message& message, Part part) {
        const WireElement* const element = message.find(part);
        return element != nullptr ? element->number.value_or(0) : 0;
    }

    /// Ids of subscriptions and registrations are the router's, so both ends use the same.
    static std::uint64_t idKey(Part part, std::uint64_t id) {
        return KeyHash().add(static_cast<std::uint64_t>(part)).add(id);
    }

    /// Pairs the message with what it answers; returns the name that belongs to it.
    NameId accept(const Message& message, Direction direction, LayerOutput& out) {
        const RecordId row = out.nextRow();
        NameId name = 0;
        for (const Part part : {Part::Uri, Part::Realm}) {
            const WireElement* const text = message.find(part);
            if (text != nullptr && !text->text.empty()) name = out.intern(text->text);
        }
        for (const Part part : {Part::Subscription, Part::Registration}) {
            if (message.find(part) == nullptr || name != 0) continue;
            if (const auto known = m_names.find(idKey(part, idOf(message, part)))) {
                name = known->name;
            }
        }
        if (const std::uint8_t type = answeredType(message)) {
            // CANCEL and INTERRUPT come from the side that asked; what they end still awaits its
            // answer.
            const bool ends = message.type != 49 && message.type != 69;
            const std::uint64_t key = KeyHash()
                                          .add(ends ? opposite(direction) : direction)
                                          .add(std::uint64_t{type})
                                          .add(idOf(message, Part::Answers));
            if (const auto asked = ends ? m_requests.take(key) : m_requests.find(key)) {
                if (ends) out.link({row, asked->row, 0, LinkKind::ResponseTo});
                if (name == 0) name = asked->name;
            }
        }
        if (message.type == 33) remember(Part::Subscription, message, name, row);
        if (message.type == 65) remember(Part::Registration, message, name, row);
        if (message.find(Part::Request) != nullptr) {
            m_requests.add(KeyHash()
                               .add(direction)
                               .add(std::uint64_t{message.type})
                               .add(idOf(message, Part::Request)),
                           {row, name, 0});
        }
        return name;
    }

    void remember(Part part, const Message& message, NameId name, RecordId row) {
        m_names.add(idKey(part, idOf(message, part)), {row, name, 0});
    }

    PendingRows m_requests;
    PendingRows m_names{256};  ///< of subscriptions and registrations, by their ids
};

std::unique_ptr<MessageReader> makeReader() {
    return std::make_unique<WampReader>();
}

void describeMessage(const MessageView& view, const RowContext&, Dissection& dissection,
                     Place place, std::string& protocols) {
    protocols += ":wamp";
    for (const Placed& placed : readMessages(view)) {
        const FieldIndex layer =
            describe(placed.message, dissection.fields, place.at(placed.begin));
        IssueSink issues;
        if (view.whole) check(placed.message, issues);
        dissection.fields.attach(issues, layer);
    }
}

std::string summariseMessage(const MessageView& view, const RowContext& row, std::size_t maxChars) {
    MessageLine line(maxChars);
    for (const Placed& placed : readMessages(view)) {
        line.add(summary(placed.message, maxChars));
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

const MessageProtocol kMessageProtocol{Protocol::Wamp, recognise, makeReader, describeMessage,
                                       summariseMessage};

}  // namespace framescope::wamp
