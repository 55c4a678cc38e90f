#include "dissector/engineio/packet_description.h"

#include <algorithm>

#include "dissector/engineio/characters.h"
#include "dissector/engineio/jsonp.h"
#include "dissector/engineio/target.h"
#include "dissector/socketio/socketio_messages.h"

namespace framescope::engineio {

void describePacket(const Packet& packet, const PacketOrigin& origin, bool whole,
                    const RowContext& row, Dissection& dissection, Place place,
                    std::string& protocols) {
    FieldTree& tree = dissection.fields;
    const FieldIndex layer = describe(packet, tree, place, origin);
    protocols += ":engineio";
    IssueSink issues;
    if (whole) check(packet, issues);
    tree.attach(issues, layer);
    if (packet.type != PacketType::Message) return;
    socketio::MessageData data{asBytes(packet.data), packet.isText(), whole, origin.revision};
    Place inside = place.at(packet.dataOffset());
    Bytes decoded;
    if (packet.isBase64()) {
        auto bytes = decodedData(packet, whole);
        if (!bytes) return;
        decoded = *bytes;
        data.bytes = decoded;
        inside = {dissection.addSource(SourceKind::Message, "Base64", std::move(*bytes)), 0};
    }
    socketio::describeMessage(data, row, dissection, inside, protocols);
}

std::string summarisePacket(const Packet& packet, std::uint8_t revision, bool whole,
                            const RowContext& row, std::size_t maxChars) {
    if (packet.type == PacketType::Message) {
        socketio::MessageData data{asBytes(packet.data), packet.isText(), whole, revision};
        const auto decoded = packet.isBase64() ? decodedData(packet, whole) : std::nullopt;
        if (decoded) data.bytes = *decoded;
        std::string line;
        if (decoded || !packet.isBase64()) line = socketio::summariseMessage(data, row, maxChars);
        if (!line.empty()) return line;
    }
    return summary(packet, maxChars);
}

std::string_view sidOf(const RowContext& row) {
    const std::string_view sid = parameterOf(row.requestTarget(), "sid");
    if (!sid.empty()) return sid;
    const SessionInfo* const session = row.engineSession();
    return session == nullptr ? std::string_view() : std::string_view(session->sid);
}

std::uint8_t revisionOf(UnitForm form, std::string_view target) {
    const std::uint8_t asked = revisionFromTarget(target);
    if (form.revision() >= 4) return std::max<std::uint8_t>(asked, 4);
    return asked != 0 && asked < 4 ? asked : 3;
}

void freeUnit(ByteView unit, UnitForm form, PlainUnit& plain) {
    plain.text = asText(unit);
    if (form.wrapping == Wrapping::Form) plain.text = unescapeForm(asText(unit)).text;
    if (form.wrapping == Wrapping::Script) plain.text = unescapeScript(asText(unit)).text;
    const auto content = unitContent(plain.text, form.framing);
    if (!content) return;
    plain.content = *content;
    if (form.doubleUtf8 && !content->binary) {
        // A unit that was cut may end inside a character.
        std::string_view text = content->packet;
        auto inner = undoDoubleUtf8(text);
        for (int i = 0; i < 8 && !inner && !text.empty(); ++i) {
            text.remove_suffix(1);
            inner = undoDoubleUtf8(text);
        }
        if (inner) {
            plain.inner = std::move(*inner);
            plain.content.packet = plain.inner;
        }
    }
    plain.readable = packetOf(plain.content, form).has_value();
}

Bytes messageData(const RowContext& context, RecordId row, std::uint64_t limit) {
    const Record& record = context.record(row);
    const bool polling = record.kind == RowKind::EngineIoPacket;
    if (!polling && record.protocol != Protocol::EngineIo &&
        record.protocol != Protocol::SocketIo) {
        return {};
    }
    // Base64 and escapes take more room than what they stand for.
    const Bytes bytes = context.payload(row, 8 + limit * (polling ? 6 : 2));
    std::optional<Packet> packet;
    PlainUnit plain;
    if (polling) {
        const UnitForm form = UnitForm::fromByte(record.form);
        freeUnit(bytes, form, plain);
        if (plain.readable) packet = packetOf(plain.content, form);
    } else {
        packet = parseAs(static_cast<PacketForm>(record.form), bytes);
    }
    if (!packet) return {};
    auto data = decodedData(*packet, true);
    if (!data) data = decodedData(*packet, false);
    if (!data) return {};
    data->resize(std::min<std::uint64_t>(data->size(), limit));
    return std::move(*data);
}

}  // namespace framescope::engineio
