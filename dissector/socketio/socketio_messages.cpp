#include "dissector/socketio/socketio_messages.h"

#include <algorithm>

#include "dissector/engineio/packet_description.h"
#include "dissector/payload/payload_describe.h"
#include "dissector/payload/utf8.h"
#include "dissector/socketio/object_packet.h"

namespace framescope::socketio {
namespace {

/// Bytes of an attachment that become its byte source; more is only counted.
constexpr std::uint64_t kMaxShown = 1U << 20;
/// Attachments of one packet, and bytes of them together, that are read.
constexpr std::size_t kMaxAttachments = 1000;
constexpr std::uint64_t kMaxRead = 64U << 20;
/// Attachments of one packet that become byte sources.
constexpr std::size_t kMaxSources = 64;
/// Bytes that are read of a packet for what stands in front of its data.
constexpr std::uint64_t kHeadBytes = 512;

std::optional<RowLink> linkFrom(const RowContext& row, RecordId id, LinkKind kind) {
    for (const RowLink& link : row.linksFrom(id)) {
        if (link.kind == kind) return link;
    }
    return std::nullopt;
}

/// Reads the attachments of the row's packet from the rows that carry them.
std::vector<std::optional<Attachment>> readAttachments(const RowContext& row,
                                                       Dissection& dissection) {
    std::vector<std::optional<Attachment>> attachments;
    std::uint64_t left = kMaxRead;
    std::size_t sources = 0;
    for (const RowLink& link : row.linksTo(row.row())) {
        if (link.kind != LinkKind::AttachmentOf || link.value >= kMaxAttachments) continue;
        const Bytes bytes = engineio::messageData(row, link.from, left);
        if (bytes.empty() && row.record(link.from).has(kFlagIncomplete)) continue;
        left -= bytes.size();
        Attachment attachment{kNoSource, bytes.size()};
        if (sources < kMaxSources) {
            ++sources;
            const std::uint64_t shown = std::min<std::uint64_t>(bytes.size(), kMaxShown);
            attachment.source = dissection.addSource(
                SourceKind::Attachment, "Attachment " + std::to_string(link.value + 1),
                Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(shown)));
            dissection.sources[attachment.source].totalSize = bytes.size();
        }
        if (attachments.size() <= link.value) attachments.resize(link.value + 1);
        attachments[link.value] = attachment;
        if (left == 0) break;
    }
    return attachments;
}

ConnectData connectDataOf(ByteView bytes) {
    if (const auto packet = parse(asText(bytes))) {
        return readConnectData(asBytes(packet->data), Encoding::Json);
    }
    for (const Encoding encoding : {Encoding::Msgpack, Encoding::Json}) {
        if (const auto packet = parseObject(bytes, encoding)) {
            return readConnectData(packet->data, encoding);
        }
    }
    return {};
}

/// Whether the server gave back the state that the client asked for; nothing where it did not ask.
std::optional<bool> recovered(const RowContext& row, ByteView answer) {
    if (row.record().socketType != static_cast<std::uint8_t>(PacketType::Connect)) {
        return std::nullopt;
    }
    const auto link = linkFrom(row, row.row(), LinkKind::ResponseTo);
    if (!link) return std::nullopt;
    constexpr std::uint64_t kMaxConnect = 64U << 10;
    const Bytes request = engineio::messageData(row, link->to, kMaxConnect);
    const auto asked = connectDataOf(request).pid;
    if (!asked) return std::nullopt;
    const auto given = connectDataOf(answer).pid;
    return given && given->value == asked->value;
}

/// "attachment 1 of 2 of BINARY_EVENT upload, row 57"; empty where the row is none.
std::string attachmentText(const MessageData& data, const RowContext& row) {
    const auto link = linkFrom(row, row.row(), LinkKind::AttachmentOf);
    if (!link) return {};
    std::string text = "attachment " + std::to_string(link->value + 1);
    const Bytes head = engineio::messageData(row, link->to, kHeadBytes);
    const auto packet = parse(asText(head));
    if (packet && packet->attachments) text += " of " + std::to_string(*packet->attachments);
    const Record& record = row.record(link->to);
    text += " of ";
    text += packetTypeName(static_cast<PacketType>(record.socketType), data.revision);
    if (const auto name = row.name(record.name); !name.empty()) text += " " + printable(name);
    return text + ", row " + groupedDigits(std::uint64_t{link->to} + 1);
}

/// A line made of what the record knows, where the packet cannot be read from its beginning alone.
std::string lineOfRecord(const RowContext& row, std::uint8_t revision, std::size_t maxChars) {
    const Record& record = row.record();
    std::string line(packetTypeName(static_cast<PacketType>(record.socketType), revision));
    if (record.has(kFlagHasAckId)) line += " #" + std::to_string(record.detail);
    if (const auto name = row.name(record.name); !name.empty()) {
        line += "  " + printable(name, maxChars);
    }
    return elided(std::move(line), maxChars);
}

std::optional<ObjectPacket> objectIn(const MessageData& data) {
    return parseObject(data.bytes, data.text ? Encoding::Json : Encoding::Msgpack);
}

}  // namespace

void describeMessage(const MessageData& data, const RowContext& row, Dissection& dissection,
                     Place place, std::string& protocols) {
    FieldTree& tree = dissection.fields;
    Surroundings surroundings;
    // An attachment is read as the event's payloads are.
    const auto packetRow = linkFrom(row, row.row(), LinkKind::AttachmentOf);
    const Record& event = packetRow ? row.record(packetRow->to) : row.record();
    surroundings.choice = row.payloadChoice(row.name(event.name));
    if (row.record().protocol != Protocol::SocketIo) {
        const std::string text = attachmentText(data, row);
        if (text.empty()) return;
        tree.open(FieldId::SocketIoAttachmentOf, place, data.bytes.size(), text, text);
        if (data.whole && !data.bytes.empty()) {
            describePayload(data.bytes, false, surroundings.choice, dissection, place);
        }
        tree.close();
        return;
    }
    surroundings.hasOffset = row.record().has(kFlagHasOffset);
    surroundings.recovered = recovered(row, data.bytes);
    protocols += ":socketio";
    const auto packet = data.text ? parse(data.asText()) : std::nullopt;
    if (packet) {
        if (isBinary(packet->type)) surroundings.attachments = readAttachments(row, dissection);
        const FieldIndex layer = describe(*packet, dissection, place, data.revision, surroundings);
        IssueSink issues;
        if (data.whole) checkPlaceholders(*packet, issues);
        tree.attach(issues, layer);
    } else if (const auto object = objectIn(data)) {
        describe(*object, data.bytes.size(), dissection, place, data.revision, surroundings);
    } else {
        tree.open(FieldId::SocketIo, place, data.bytes.size(),
                  lineOfRecord(row, data.revision, kHeadBytes));
        tree.close();
    }
}

std::string summariseMessage(const MessageData& data, const RowContext& row, std::size_t maxChars) {
    if (row.record().protocol != Protocol::SocketIo) {
        return elided(attachmentText(data, row), maxChars);
    }
    // The list shows the beginning of a message, so what was read of it may be cut.
    if (const auto packet = data.text ? parse(data.asText()) : std::nullopt) {
        return summary(*packet, maxChars, data.revision);
    }
    if (const auto object = objectIn(data)) return summary(*object, maxChars, data.revision);
    return lineOfRecord(row, data.revision, maxChars);
}

}  // namespace framescope::socketio
