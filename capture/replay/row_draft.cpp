#include "capture/replay/row_draft.h"

#include <algorithm>

#include "capture/replay/plan_writer.h"
#include "capture/replay/socket_packet.h"
#include "dissector/payload/json.h"
#include "dissector/payload/utf8.h"
#include "dissector/websocket/close.h"
#include "dissector/websocket/frame.h"

namespace framescope::replay {
namespace {

using compose::Draft;
using compose::FrameDraft;
using compose::Payload;
using websocket::FrameHeader;
using websocket::Opcode;

std::string hexOf(ByteView bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 3);
    for (const std::uint8_t byte : bytes) {
        if (!text.empty()) text += ' ';
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

Payload hexPayload(ByteView bytes) {
    return {Payload::Kind::Hex, hexOf(bytes)};
}

/// Text where it can be edited as text.
Payload textPayload(ByteView bytes) {
    const std::string_view text = asText(bytes);
    if (!isPrintableText(text)) return hexPayload(bytes);
    const auto kind = jsonKind(text);
    const bool structured = kind == JsonKind::Object || kind == JsonKind::Array;
    if (structured && !checkJson(text)) return {Payload::Kind::Json, std::string(text)};
    return {Payload::Kind::Text, std::string(text)};
}

Payload payloadOf(ByteView bytes, bool text) {
    return text ? textPayload(bytes) : hexPayload(bytes);
}

Error notWhole() {
    return {"Not all bytes of this row were captured, so it cannot be sent again."};
}

/// The header as it was, without what depends on the payload.
FrameDraft draftOfHeader(const FrameHeader& header) {
    FrameDraft draft;
    draft.fin = header.fin;
    draft.rsv = {header.rsv1, header.rsv2, header.rsv3};
    draft.opcode = header.opcode;
    if (header.masked) {
        draft.masking = compose::Masking::Fixed;
        draft.maskingKey = header.maskingKey;
    }
    if (header.lengthForm != websocket::minimalForm(header.payloadLength)) {
        draft.length = header.lengthForm == websocket::LengthForm::Bits64
                           ? compose::LengthChoice::Bits64
                           : compose::LengthChoice::Bits16;
    }
    return draft;
}

/// A message that was compressed, decoded.
Result<Draft> compressedMessage(const Session& session, RecordId row, FrameDraft draft) {
    const Record& record = session.record(row);
    std::vector<RecordId> rows;
    const RecordId first = record.group == kNoRecord ? row : record.group;
    for (RecordId each = first; each <= row; ++each) {
        const Record& frame = session.record(each);
        if (frame.kind == RowKind::WebSocketFrame && frame.connection == record.connection &&
            frame.direction == record.direction && !websocket::isControl(frame.opcode)) {
            rows.push_back(each);
        }
    }
    const RowBytes message = session.messageBytes(row);
    if (!message.whole)
        return Error{"The row's message cannot be inflated, so it cannot be sent again."};
    const std::vector<StepFrame> frames = framesOf(session, rows);
    for (std::size_t i = 0; i + 1 < frames.size(); ++i) draft.fragments.push_back(frames[i].size);
    draft.opcode = session.record(rows.front()).opcode;
    draft.rsv[0] = std::nullopt;
    draft.compressing = compose::Compressing::AsAgreed;
    draft.payload =
        payloadOf(message.bytes, draft.opcode == static_cast<std::uint8_t>(Opcode::Text));
    return Draft(std::move(draft));
}

Result<Draft> frameDraft(const Session& session, RecordId row) {
    const Record& record = session.record(row);
    const RowBytes wire = session.wireBytes(row);
    const auto header = websocket::parseFrameHeader(wire.bytes);
    if (!header || !wire.whole) return notWhole();
    FrameDraft draft = draftOfHeader(*header);
    if (record.has(kFlagCompressed) && header->fin) {
        return compressedMessage(session, row, std::move(draft));
    }
    ByteView payload = ByteView(wire.bytes).subspan(header.consumed());
    Bytes unmasked;
    ByteWriter writer(unmasked);
    FrameHeader key;
    key.masked = header->masked;
    key.maskingKey = header->maskingKey;
    websocket::encodeFrame(key, payload, writer);  // masks once more
    payload = ByteView(unmasked).subspan(key.size());
    if (header->is(Opcode::Close) && payload.size() >= 2) {
        draft.closeCode = readBe16(payload.data());
        payload = payload.subspan(2);
    }
    const bool text = header->is(Opcode::Text) || websocket::isControl(header->opcode) ||
                      (header->is(Opcode::Continuation) && !record.has(kFlagBinary));
    draft.payload = payloadOf(payload, text && !record.has(kFlagCompressed));
    return Draft(std::move(draft));
}

/// What cannot be said as a packet of Socket.IO is sent as the message that it is.
Draft messageDraft(const RowPacket& packet, engineio::PacketType type) {
    compose::EngineIoDraft draft;
    draft.type = type;
    draft.binary = !packet.text;
    draft.data = payloadOf(packet.data.bytes, packet.text);
    return draft;
}

/// Whether the parts of a draft, put together again, are the packet.
bool isPlain(const SocketPacket& packet, ByteView bytes, bool text) {
    if (packet.msgpack) return true;
    const auto read = text ? socketio::parse(asText(bytes)) : std::nullopt;
    return read && read->wellFormed && (!packet.isEvent() || packet.named) &&
           socketio::isBinary(packet.type) == (packet.announced > 0);
}

Result<Draft> packetDraft(const Session& session, RecordId row) {
    const Record& record = session.record(row);
    const RowPacket packet = session.packetData(row);
    if (!packet.data.whole) return notWhole();
    const auto type = static_cast<engineio::PacketType>(record.engineType);
    if (record.protocol != Protocol::SocketIo) return messageDraft(packet, type);
    const auto read = readSocketPacket(packet.data.bytes, packet.text);
    if (!read || !isPlain(*read, packet.data.bytes, packet.text)) return messageDraft(packet, type);
    compose::SocketIoDraft draft;
    draft.type = read->type;
    if (draft.type == socketio::PacketType::BinaryEvent) draft.type = socketio::PacketType::Event;
    if (draft.type == socketio::PacketType::BinaryAck) draft.type = socketio::PacketType::Ack;
    draft.nsp = read->nsp + read->query;
    draft.event = read->event;
    draft.data = read->data == "[]" && read->isEvent() ? std::string() : read->data;
    draft.id = read->id;
    draft.wantsAck = read->isEvent() && read->id.has_value();
    for (const Bytes& bytes : read->attachments) draft.attachments.push_back(hexPayload(bytes));
    for (const RowLink& link : session.linksTo(row)) {
        if (link.kind != LinkKind::AttachmentOf) continue;
        const RowPacket attachment = session.packetData(link.from);
        if (!attachment.data.whole) return notWhole();
        draft.attachments.push_back(hexPayload(attachment.data.bytes));
    }
    if (draft.attachments.size() < read->announced) {
        return Error{
            "Not all attachments of this packet were captured, so it cannot be sent again."};
    }
    return Draft(std::move(draft));
}

Result<Draft> requestDraft(const Session& session, RecordId row) {
    const RowBytes head = session.wireBytes(row);
    const RowBody body = session.bodyBytes(row);
    if (!head.whole || !body.sent.whole) return notWhole();
    Bytes bytes = head.bytes;
    bytes.insert(bytes.end(), body.sent.bytes.begin(), body.sent.bytes.end());
    return Draft(compose::RawDraft{textPayload(bytes)});
}

bool isPacket(const Record& record) {
    return record.kind == RowKind::EngineIoPacket || record.protocol == Protocol::EngineIo ||
           record.protocol == Protocol::SocketIo;
}

}  // namespace

Result<Draft> draftOf(const Session& session, RecordId row) {
    const Record& record = session.record(row);
    switch (record.kind) {
        case RowKind::HttpRequest:
            return requestDraft(session, row);
        case RowKind::TcpSegment: {
            const RowBytes bytes = session.wireBytes(row);
            if (!bytes.whole) return notWhole();
            return Draft(compose::RawDraft{textPayload(bytes.bytes)});
        }
        case RowKind::WebSocketFrame: {
            Result<Draft> draft =
                isPacket(record) ? packetDraft(session, row) : frameDraft(session, row);
            if (!draft) return draft;
            auto* const frame = std::get_if<FrameDraft>(&*draft);
            const bool masked = frame != nullptr && frame->masking == compose::Masking::Fixed;
            if (frame != nullptr && !masked && record.direction == Direction::ServerToClient) {
                frame->masking = compose::Masking::Random;
            } else if (frame != nullptr && !masked) {
                frame->masking = compose::Masking::None;
            }
            return draft;
        }
        case RowKind::EngineIoPacket:
            return packetDraft(session, row);
        case RowKind::HttpResponse:
            return Error{"An answer of a server cannot be sent to one."};
        case RowKind::EventStreamEvent:
            return Error{"An event of an event stream cannot be sent to a server."};
        case RowKind::TcpOpen:
        case RowKind::TcpEnd:
        case RowKind::TcpGap:
        case RowKind::CaptureDrop:
        case RowKind::CaptureComment:
        case RowKind::UnreadPacket:
        case RowKind::TcpConflict:
            break;
    }
    return Error{"This row carries nothing that could be sent."};
}

}  // namespace framescope::replay
