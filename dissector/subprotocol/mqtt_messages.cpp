#include "dissector/subprotocol/mqtt_messages.h"

#include <algorithm>
#include <array>

#include "dissector/layer/pending_rows.h"
#include "dissector/subprotocol/message_line.h"
#include "dissector/subprotocol/mqtt.h"

namespace framescope::mqtt {
namespace {

constexpr std::uint8_t kDefaultVersion = 4;
/// Packets of one message that are looked at.
constexpr std::size_t kMaxPackets = 1000;
/// Messages over which one packet is joined again.
constexpr std::size_t kMaxMessages = 1000;

bool recognise(const MessageView& message, const ConnectionView& connection) {
    constexpr std::array kSubprotocols = {std::string_view("mqtt"), std::string_view("mqttv3.1"),
                                          std::string_view("mqttv3.1.1"),
                                          std::string_view("mqttv5")};
    if (!connection.subprotocol.empty() &&
        std::ranges::find(kSubprotocols, connection.subprotocol) != kSubprotocols.end()) {
        return true;
    }
    return !message.text && message.direction == Direction::ClientToServer &&
           looksLikeConnect(message.bytes);
}

/// The packets of a message in order, with their places in it. Behind them stands the beginning of
/// one that goes on in the next message, if the message is whole.
struct MessagePackets {
    struct Entry {
        Packet packet;
        std::size_t begin = 0;
    };
    std::vector<Entry> packets;
    std::size_t end = 0;      ///< behind the last one that is complete
    bool unreadable = false;  ///< what stands there is no beginning of a packet
};

MessagePackets packetsOf(ByteView bytes, std::size_t begin, std::uint8_t version) {
    MessagePackets result;
    result.end = begin;
    while (result.end < bytes.size() && result.packets.size() < kMaxPackets) {
        auto packet = parse(bytes.subspan(result.end), version);
        if (!packet) return result;
        // A CONNECT decides how the packets behind it are read.
        version = packet->version;
        const bool lost = packet->header.lengthMalformed;
        result.packets.push_back({*packet, result.end});
        result.end += packet.consumed();
        if (lost) {
            result.unreadable = true;
            return result;
        }
    }
    result.unreadable = result.end < bytes.size();
    return result;
}

NameId nameOf(const Packet& packet, LayerOutput& out) {
    if (packet.topic) return out.intern(packet.topic->value);
    if (!packet.subscriptions.empty()) {
        return out.intern(packet.subscriptions.front().filter.value);
    }
    if (packet.connect) return out.intern(packet.connect->clientId.value);
    return 0;
}

/// What kind of packet a packet answers, with the identifier of the same.
std::optional<PacketType> answered(PacketType type) {
    switch (type) {
        case PacketType::Connack:
            return PacketType::Connect;
        case PacketType::Puback:
        case PacketType::Pubrec:
            return PacketType::Publish;
        case PacketType::Pubrel:
            return PacketType::Pubrec;
        case PacketType::Pubcomp:
            return PacketType::Pubrel;
        case PacketType::Suback:
            return PacketType::Subscribe;
        case PacketType::Unsuback:
            return PacketType::Unsubscribe;
        case PacketType::Pingresp:
            return PacketType::Pingreq;
        default:
            return std::nullopt;
    }
}

/// The version under which a message makes sense whose connection's CONNECT was not captured;
/// nothing if both do.
std::optional<std::uint8_t> guessVersion(ByteView bytes) {
    const auto misfits = [bytes](std::uint8_t version) {
        const MessagePackets packets = packetsOf(bytes, 0, version);
        return std::ranges::any_of(packets.packets, [](const MessagePackets::Entry& entry) {
            return !entry.packet.malformed.empty();
        });
    };
    const bool misfitsOld = misfits(4);
    const bool misfitsNew = misfits(5);
    if (misfitsOld == misfitsNew) return std::nullopt;
    return misfitsOld ? std::uint8_t{5} : std::uint8_t{4};
}

class MqttReader : public MessageReader {
public:
    void read(const MessageView& message, Record& record, IssueSink& issues,
              LayerOutput& out) override {
        readPackets(message, record, issues, out);
        if (message.text) issues.add(IssueCode::MqttInTextMessage);
    }

    void lost(Direction direction, LayerOutput&) override { m_parts[indexOf(direction)] = {}; }

private:
    /// A packet whose end has not come.
    struct Part {
        Bytes bytes;             ///< its beginning; empty: there is none
        std::uint64_t size = 0;  ///< of the packet; 0 while its header is not complete
        std::uint64_t seen = 0;
        RecordId row = kNoRecord;  ///< of the last message that holds some of it
        std::size_t offset = 0;    ///< where in that message
    };

    void readPackets(const MessageView& message, Record& record, IssueSink& issues,
                     LayerOutput& out) {
        Part& part = m_parts[indexOf(message.direction)];
        const RecordId row = out.nextRow();
        std::size_t begin = 0;
        if (!m_version && part.bytes.empty()) m_version = guessVersion(message.bytes);
        record.protocol = Protocol::Mqtt;
        record.form = version();
        if (!part.bytes.empty()) {
            begin = carryOn(part, message, record, issues, out);
            if (!part.bytes.empty()) {
                // Still not complete: all of the message belongs to it.
                part.row = row;
                part.offset = 0;
                if (!message.whole) part = {};
                return;
            }
        }
        const MessagePackets packets = packetsOf(message.bytes, begin, version());
        for (const auto& entry : packets.packets) {
            accept(entry.packet, message.direction, record, out);
            if (message.whole) check(entry.packet, issues);
        }
        if (packets.end < message.bytes.size() && message.whole && !packets.unreadable) {
            const ByteView rest = message.bytes.subspan(packets.end);
            const auto header = parseFixedHeader(rest);
            part.size = header ? header->packetSize() : 0;
            part.seen = rest.size();
            part.row = row;
            part.offset = packets.end;
            const ByteView kept = rest.first(std::min(rest.size(), kMaxSpread));
            part.bytes.assign(kept.begin(), kept.end());
            if (record.name == 0 && header) {
                record.name = nameOf(parseBeginning(*header, rest, version()), out);
            }
        }
    }

    /// Gives the packet what the message has of it; returns how much that is. The part is empty
    /// once the packet is complete.
    std::size_t carryOn(Part& part, const MessageView& message, Record& record, IssueSink& issues,
                        LayerOutput& out) {
        std::size_t taken = 0;
        const auto give = [&](std::size_t count) {
            const ByteView bytes = message.bytes.subspan(taken, count);
            const std::size_t room = kMaxSpread - std::min(kMaxSpread, part.bytes.size());
            const ByteView kept = bytes.first(std::min(room, bytes.size()));
            part.bytes.insert(part.bytes.end(), kept.begin(), kept.end());
            part.seen += count;
            taken += count;
        };
        while (part.size == 0 && taken < message.bytes.size()) {
            give(1);
            if (const auto header = parseFixedHeader(part.bytes)) part.size = header->packetSize();
        }
        if (part.size != 0) {
            give(static_cast<std::size_t>(
                std::min<std::uint64_t>(part.size - part.seen, message.bytes.size() - taken)));
        }
        out.link(
            {out.nextRow(), part.row, static_cast<std::uint32_t>(part.offset), LinkKind::PartOf});
        record.detail = static_cast<std::uint32_t>(taken);
        if (part.size == 0 || part.seen < part.size) return taken;
        const auto header = parseFixedHeader(part.bytes);
        const Packet packet = parseBeginning(*header, part.bytes, version());
        accept(packet, message.direction, record, out);
        // Its bytes are not all in this message, so the issue is kept beside the row.
        if (part.size <= kMaxSpread) {
            IssueSink found;
            check(packet, found);
            for (const Issue& issue : found.issues()) {
                issues.addContextual(issue.code, issue.part, issue.detail);
            }
        }
        part = {};
        return taken;
    }

    void accept(const Packet& packet, Direction direction, Record& record, LayerOutput& out) {
        const RecordId row = out.nextRow();
        const PacketType type = packet.header.type;
        NameId name = nameOf(packet, out);
        if (packet.connect && packet.version >= 3 && packet.version <= 5) {
            m_version = packet.version;
        }
        const auto key = [&](Direction sender, PacketType kind) {
            return KeyHash()
                .add(sender)
                .add(static_cast<std::uint64_t>(kind))
                .add(packet.packetId ? packet.packetId->value : 0U);
        };
        if (const auto kind = answered(type)) {
            if (const auto asked = m_waiting.take(key(opposite(direction), *kind))) {
                const bool ping = type == PacketType::Pingresp;
                out.link({row, asked->row, 0, ping ? LinkKind::PongOf : LinkKind::ResponseTo});
                if (name == 0) name = asked->name;
            }
        }
        const bool awaits = type == PacketType::Connect || type == PacketType::Pubrec ||
                            type == PacketType::Pubrel || type == PacketType::Subscribe ||
                            type == PacketType::Unsubscribe || type == PacketType::Pingreq ||
                            (type == PacketType::Publish && packet.qos() != 0);
        if (awaits) m_waiting.add(key(direction, type), {row, name, 0});
        if (record.name == 0) record.name = name;
    }

    std::uint8_t version() const { return m_version.value_or(kDefaultVersion); }

    std::optional<std::uint8_t> m_version;  ///< told by CONNECT, or by what fits
    std::array<Part, 2> m_parts;
    PendingRows m_waiting;
};

std::unique_ptr<MessageReader> makeReader() {
    return std::make_unique<MqttReader>();
}

/// Bytes of a packet that ends in this row, or goes on in it, from the messages before; nothing if
/// they cannot be read again.
std::optional<Bytes> bytesBefore(const RowContext& row) {
    std::vector<Bytes> pieces;
    std::size_t total = 0;
    RecordId at = row.row();
    while (pieces.size() < kMaxMessages && total <= kMaxMessageRead) {
        const auto links = row.linksFrom(at);
        const auto part = std::ranges::find(links, LinkKind::PartOf, &RowLink::kind);
        if (part == links.end()) return std::nullopt;
        Bytes piece = row.payload(part->to, kMaxMessageRead);
        if (part->value > piece.size()) return std::nullopt;
        piece.erase(piece.begin(), piece.begin() + part->value);
        total += piece.size();
        pieces.push_back(std::move(piece));
        const bool begun = part->value != 0 || row.record(part->to).detail == 0;
        if (begun) {
            Bytes all;
            for (auto from = pieces.rbegin(); from != pieces.rend(); ++from) {
                all.insert(all.end(), from->begin(), from->end());
            }
            return all;
        }
        at = part->to;
    }
    return std::nullopt;
}

std::uint8_t versionOf(const RowContext& row) {
    const std::uint8_t form = row.record().form;
    return form == 0 ? kDefaultVersion : form;
}

/// Appends bytes of a packet that is not all in this message, in a layer of their own.
FieldIndex addPart(ByteView bytes, FieldTree& tree, Place place, std::string text) {
    const FieldIndex layer = tree.open(FieldId::Mqtt, place, bytes.size(), "part of a packet");
    tree.add(FieldId::MqttPart, place, bytes.size(), Bytes(bytes.begin(), bytes.end()),
             std::move(text));
    tree.close();
    return layer;
}

void describeMessage(const MessageView& message, const RowContext& row, Dissection& dissection,
                     Place place, std::string& protocols) {
    FieldTree& tree = dissection.fields;
    protocols += ":mqtt";
    const std::size_t carried = std::min<std::size_t>(row.record().detail, message.bytes.size());
    if (carried != 0) {
        const ByteView part = message.bytes.first(carried);
        const FieldIndex field = addPart(part, tree, place, byteCountText(carried));
        auto joined = bytesBefore(row);
        if (joined) {
            joined->insert(joined->end(), part.begin(), part.end());
            // The packet is a view of these bytes, wherever they are moved to.
            if (const auto packet = parse(*joined, versionOf(row))) {
                const SourceId source =
                    dissection.addSource(SourceKind::Message, "MQTT packet", std::move(*joined));
                describe(*packet, tree, Place{source, 0});
            } else {
                tree.setText(field, "part of a packet that goes on");
            }
        }
    }
    const MessagePackets packets = packetsOf(message.bytes, carried, versionOf(row));
    for (const auto& entry : packets.packets) {
        const FieldIndex layer = describe(entry.packet, tree, place.at(entry.begin));
        IssueSink issues;
        if (message.whole) check(entry.packet, issues);
        tree.attach(issues, layer);
    }
    if (packets.end < message.bytes.size()) {
        const ByteView rest = message.bytes.subspan(packets.end);
        const auto header = parseFixedHeader(rest);
        const bool begins = header && !packets.unreadable;
        addPart(rest, tree, place.at(packets.end),
                begins ? byteCountText(rest.size()) + " of " + byteCountText(header->packetSize()) +
                             ", " + summary(parseBeginning(*header, rest, versionOf(row)), 100)
                       : byteCountText(rest.size()));
    }
    if (message.text) {
        IssueSink issues;
        issues.add(IssueCode::MqttInTextMessage);
        FieldIndex first = tree.find(FieldId::Mqtt);
        if (first == kNoField) first = tree.add(FieldId::Mqtt, place, 0, {}, "no packet");
        tree.attach(issues, first);
    }
}

std::string summariseMessage(const MessageView& message, const RowContext& row,
                             std::size_t maxChars) {
    MessageLine line(maxChars);
    const std::size_t carried = std::min<std::size_t>(row.record().detail, message.bytes.size());
    if (carried != 0) {
        const auto begun = bytesBefore(row);
        const auto header = begun ? parseFixedHeader(*begun) : parseFixedHeader({});
        line.add(header ? "part of " +
                              summary(parseBeginning(*header, *begun, versionOf(row)), maxChars)
                        : "part of a packet");
    }
    const MessagePackets packets = packetsOf(message.bytes, carried, versionOf(row));
    for (const auto& entry : packets.packets) {
        line.add(summary(entry.packet, maxChars));
        if (line.full()) return line.take();
    }
    if (packets.end < message.bytes.size()) {
        const ByteView rest = message.bytes.subspan(packets.end);
        if (const auto header = parseFixedHeader(rest); header && !packets.unreadable) {
            line.add(summary(parseBeginning(*header, rest, versionOf(row)), maxChars));
        }
    }
    return line.take();
}

}  // namespace

const MessageProtocol kMessageProtocol{Protocol::Mqtt, recognise, makeReader, describeMessage,
                                       summariseMessage};

}  // namespace framescope::mqtt
