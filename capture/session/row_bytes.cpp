// The functions of Session that give bytes of rows, each by the reader that the dissection uses.
#include "capture/session/row_bytes.h"

#include "capture/session/http_body.h"
#include "capture/session/message_reader.h"
#include "capture/session/row_dissector.h"
#include "capture/session/session.h"
#include "capture/session/session_row_context.h"
#include "capture/session/session_state.h"
#include "capture/session/stream_reader.h"
#include "capture/session/tcp_row.h"
#include "dissector/engineio/packet_description.h"
#include "dissector/http/whole_head.h"
#include "dissector/packet/unread_reason.h"
#include "dissector/websocket/frame.h"
#include "dissector/websocket/mask.h"

namespace framescope {
namespace {

RowBytes fromStream(const Session::State& state, const Record& record) {
    const StreamReader reader(state.file.get(), state.stream(record));
    StreamBytes stream = reader.read(record.streamOffset, record.length);
    RowBytes bytes;
    bytes.whole = stream.holes.empty() && stream.error.empty() &&
                  stream.bytes.size() == record.length && !record.has(kFlagIncomplete);
    bytes.bytes = std::move(stream.bytes);
    return bytes;
}

/// Control frames stand by themselves, whatever message is open around them.
RowBytes controlPayload(const Session::State& state, const Record& record) {
    RowBytes frame = fromStream(state, record);
    const auto header = websocket::parseFrameHeader(frame.bytes);
    if (!header) return {{}, false};
    Bytes payload(frame.bytes.begin() + static_cast<std::ptrdiff_t>(header.consumed()),
                  frame.bytes.end());
    if (header->masked) websocket::applyMask(payload, header->maskingKey, 0);
    return {std::move(payload), frame.whole};
}

}  // namespace

RowBytes Session::wireBytes(RecordId row) const {
    const Record& record = m_state->records[row];
    switch (record.kind) {
        case RowKind::HttpRequest:
        case RowKind::HttpResponse:
        case RowKind::WebSocketFrame:
        case RowKind::TcpSegment:
            if (record.isBesideStream()) {
                Bytes bytes = bytesBesideStream(*m_state, row, kMaxSource);
                const bool whole = bytes.size() == record.length;
                return {std::move(bytes), whole};
            }
            return fromStream(*m_state, record);
        case RowKind::EngineIoPacket:
        case RowKind::EventStreamEvent: {
            RowBytes unit;
            unit.bytes = SessionRowContext(*m_state, row).payload(row, kMaxSource);
            unit.whole = unit.bytes.size() == record.length && !record.has(kFlagIncomplete);
            return unit;
        }
        case RowKind::TcpOpen:
        case RowKind::TcpEnd:
        case RowKind::TcpGap:
        case RowKind::CaptureDrop:
        case RowKind::CaptureComment:
            break;
        case RowKind::UnreadPacket: {
            if (static_cast<UnreadReason>(record.form) == UnreadReason::Fragments) {
                const auto stored = m_state->datagrams.find(record.packet);
                if (stored == m_state->datagrams.end()) return {{}, false};
                return {readDatagram(*m_state, stored->second).bytes, false};
            }
            const auto packet = m_state->file->readPacket(
                m_state->layout, m_state->packetOffsets[record.packet - 1]);
            if (!packet) return {{}, false};
            return {packet->data, packet->data.size() == record.length};
        }
        case RowKind::TcpConflict:
            break;
    }
    return {};
}

RowBytes Session::messageBytes(RecordId row) const {
    const Record& record = m_state->records[row];
    if (record.kind != RowKind::WebSocketFrame) return {};
    if (websocket::isControl(record.opcode)) return controlPayload(*m_state, record);
    const DecodedMessage message = decodeMessage(*m_state, row, {kMaxSource, true, {}});
    const ByteView bytes = message.bytes();
    // Up to a frame in the midst of a message the joined size is all that can be told.
    return {{bytes.begin(), bytes.end()}, message.whole() && !record.has(kFlagIncomplete)};
}

std::vector<std::uint64_t> Session::messageFrameEnds(RecordId row) const {
    const Record& record = m_state->records[row];
    if (record.kind != RowKind::WebSocketFrame || websocket::isControl(record.opcode)) return {};
    return decodeMessage(*m_state, row, {0, true, {}, true}).frameEnds;
}

RowPacket Session::packetData(RecordId row) const {
    const Record& record = m_state->records[row];
    const SessionRowContext context(*m_state, row);
    RowPacket packet;
    packet.data.bytes = engineio::messageData(context, row, kMaxSource);
    packet.data.whole = !record.has(kFlagIncomplete) && !record.has(kFlagOverLimit) &&
                        !record.has(kFlagContextLost) && !record.has(kFlagNotDeflate);
    if (record.kind != RowKind::EngineIoPacket) {
        packet.text = static_cast<engineio::PacketForm>(record.form) == engineio::PacketForm::Text;
        return packet;
    }
    const Bytes unit = context.payload(row, kMaxSource);
    const auto form = engineio::UnitForm::fromByte(record.form);
    engineio::PlainUnit plain;
    engineio::freeUnit(unit, form, plain);
    const auto read = plain.readable ? engineio::packetOf(plain.content, form) : std::nullopt;
    packet.text = !read || read->isText();
    packet.data.whole = packet.data.whole && read.has_value();
    return packet;
}

RowBody Session::bodyBytes(RecordId row) const {
    const Record& record = m_state->records[row];
    RowBody result;
    const RowBytes headBytes = wireBytes(row);
    const auto head = http::parseWholeHead(headBytes.bytes);
    if (!head || record.has(kFlagIncomplete)) {
        result.sent.whole = result.content.whole = false;
        return result;
    }
    HttpBody body = readHttpBody(*m_state, row, *head, kMaxSource);
    const bool whole = body.allJoined && body.raw.holes.empty() && body.raw.error.empty();
    const bool coded = !body.codings.codings.empty() || !body.codings.unknown.empty();
    const ByteView joined = body.withoutChunks();
    result.content.bytes = coded ? std::move(body.decoded) : Bytes(joined.begin(), joined.end());
    result.content.whole = whole && body.codings.unknown.empty();
    result.sent.bytes = std::move(body.raw.bytes);
    result.sent.whole = whole;
    return result;
}

std::vector<RowLink> Session::linksFrom(RecordId row) const {
    return m_state->linksFrom.find(row);
}

std::vector<RowLink> Session::linksTo(RecordId row) const {
    return m_state->linksTo.find(row);
}

}  // namespace framescope
