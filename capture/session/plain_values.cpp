// Every case here says the same as the describe function of its layer: frame.cpp, ipv4.cpp,
// tcp_header.cpp, websocket/describe.cpp. What is not as simple as usual is left to them.
#include "capture/session/plain_values.h"

#include <algorithm>

#include "dissector/websocket/mask.h"

namespace framescope {
namespace {

Known number(std::uint64_t known, FieldValue& value) {
    value = known;
    return Known::Value;
}

Known bytes(ByteView known, FieldValue& value) {
    if (auto* const kept = std::get_if<Bytes>(&value)) {
        kept->assign(known.begin(), known.end());
    } else {
        value.emplace<Bytes>(known.begin(), known.end());
    }
    return Known::Value;
}

Known text(std::string_view known, FieldValue& value) {
    if (auto* const kept = std::get_if<std::string>(&value)) {
        kept->assign(known);
    } else {
        value.emplace<std::string>(known);
    }
    return Known::Value;
}

Known address(const IpAddress& known, int version, FieldValue& value) {
    if (known.version != version) return Known::Absent;
    if (version == 4) return number(readBe32(known.bytes.data()), value);
    return bytes(known.bytes, value);
}

}  // namespace

PlainValues::PlainValues(const Session& session) : m_state(*session.m_state) {}

Known PlainValues::value(RecordId row, FieldId field, FieldValue& value) {
    if (row != m_row) enter(row);
    if (!m_plain) return Known::No;
    switch (field) {
        case FieldId::FrameNumber:
            return number(m_record.packet, value);
        case FieldId::FrameTimeEpoch:
        case FieldId::FrameTimeRelative:
        case FieldId::FrameLen:
        case FieldId::FrameCapLen:
        case FieldId::TcpStream:
        case FieldId::IpSrc:
        case FieldId::IpDst:
        case FieldId::Ipv6Src:
        case FieldId::Ipv6Dst:
        case FieldId::TcpSrcPort:
        case FieldId::TcpDstPort:
        case FieldId::TcpFlags:
        case FieldId::TcpLen:
            return ofPacket(field, value);
        case FieldId::WebSocketFin:
        case FieldId::WebSocketRsv1:
        case FieldId::WebSocketRsv2:
        case FieldId::WebSocketRsv3:
        case FieldId::WebSocketOpcode:
        case FieldId::WebSocketMask:
        case FieldId::WebSocketMaskingKey:
        case FieldId::WebSocketPayloadLength:
        case FieldId::WebSocketPayload:
        case FieldId::WebSocketPayloadText:
        case FieldId::WebSocketPayloadBinary:
        case FieldId::WebSocketPayloadContinue:
        case FieldId::WebSocketPayloadPing:
        case FieldId::WebSocketPayloadPong:
            return ofFrame(field, value);
        default:
            return Known::No;
    }
}

void PlainValues::enter(RecordId row) {
    m_row = row;
    m_record = m_state.records[row];
    m_packetRead = false;
    m_frameRead = false;
    // A datagram that came in fragments, or a tunnel, has layers that no packet of its own shows.
    m_plain = m_record.kind == RowKind::WebSocketFrame && m_record.packet != 0 &&
              m_state.file != nullptr && m_state.statistics.tunnelledPackets == 0 &&
              (m_state.datagrams.empty() || !m_state.datagrams.contains(m_record.packet));
}

const PlainValues::Packet* PlainValues::packet() {
    if (m_packetRead) return m_packet ? &*m_packet : nullptr;
    m_packetRead = true;
    m_packet.reset();
    const CaptureFile& file = *m_state.file;
    const std::uint64_t at = m_state.packetOffsets[m_record.packet - 1];
    const auto plain = [&]() -> std::optional<Packet> {
        const auto& header = file.pcapHeader();
        // Of files one behind the other, headers differ.
        if (!header || m_state.layout.sections.size() > 1) return std::nullopt;
        const ByteView start = m_window.view(file, at, header->recordHeaderLength);
        if (start.empty()) return std::nullopt;
        const PcapRecordHeader record = parsePcapRecordHeader(*header, start);
        if (record.capturedLength > FileWindow::kMaxView) return std::nullopt;
        const ByteView data =
            m_window.view(file, at + header->recordHeaderLength, record.capturedLength);
        if (data.empty()) return std::nullopt;
        return Packet{record.capturedLength, record.originalLength,
                      decodePacket(header->linkType, data, record.originalLength)};
    };
    m_packet = plain();
    if (!m_packet) {
        const auto stored = file.readPacket(m_state.layout, at);
        if (!stored) return nullptr;
        m_packet = {stored->capturedLength, stored->originalLength,
                    decodePacket(stored->linkType, stored->data, stored->originalLength)};
    }
    return &*m_packet;
}

Known PlainValues::ofPacket(FieldId field, FieldValue& value) {
    switch (field) {
        case FieldId::FrameTimeEpoch:
        case FieldId::FrameTimeRelative:
            if (!m_record.hasTime()) return Known::Absent;
            value = field == FieldId::FrameTimeEpoch
                        ? m_record.timeNs
                        : m_record.timeNs - m_state.statistics.firstTimeNs;
            return Known::Value;
        default:
            break;
    }
    const Packet* const packet = this->packet();
    if (packet == nullptr) return Known::No;
    if (field == FieldId::FrameLen) return number(packet->originalLength, value);
    if (field == FieldId::FrameCapLen) return number(packet->capturedLength, value);
    const DecodedPacket& decoded = packet->decoded;
    if (decoded.kind != PacketKind::Tcp || decoded.tunnelled) return Known::No;
    switch (field) {
        case FieldId::TcpStream:
            return number(m_record.connection, value);
        case FieldId::IpSrc:
            return address(decoded.source.address, 4, value);
        case FieldId::IpDst:
            return address(decoded.destination.address, 4, value);
        case FieldId::Ipv6Src:
            return address(decoded.source.address, 6, value);
        case FieldId::Ipv6Dst:
            return address(decoded.destination.address, 6, value);
        case FieldId::TcpSrcPort:
            return number(decoded.source.port, value);
        case FieldId::TcpDstPort:
            return number(decoded.destination.port, value);
        case FieldId::TcpFlags:
            return number(decoded.tcp.flags, value);
        case FieldId::TcpLen:
            return number(decoded.payloadLength, value);
        default:
            return Known::No;
    }
}

/// Null where the frame does not lie whole and in one piece in the capture.
const PlainValues::Frame* PlainValues::frame() {
    if (m_frameRead) return m_frame ? &*m_frame : nullptr;
    m_frameRead = true;
    m_frame.reset();
    if (m_record.has(kFlagIncomplete)) return nullptr;
    const std::size_t key = m_record.connection * 2 + indexOf(m_record.direction);
    const auto extent =
        m_state.stream(m_record).holding(m_record.streamOffset, m_hints[key % m_hints.size()]);
    if (!extent) return nullptr;
    const std::uint64_t before = m_record.streamOffset - extent->streamOffset;
    if (extent->length - before < m_record.length) return nullptr;
    const ByteView bytes =
        m_window.view(*m_state.file, extent->fileOffset + before, m_record.length);
    if (bytes.empty()) return nullptr;
    const auto header = websocket::parseFrameHeader(bytes);
    if (!header || header.consumed() + header->payloadLength != bytes.size()) return nullptr;
    const ByteView payload = bytes.subspan(header.consumed());
    m_unmasked.assign(payload.begin(), payload.end());
    if (header->masked) websocket::applyMask(m_unmasked, header->maskingKey, 0);
    m_frame = Frame{*header, m_unmasked};
    return &*m_frame;
}

Known PlainValues::ofFrame(FieldId field, FieldValue& value) {
    const Frame* const frame = this->frame();
    if (frame == nullptr) return Known::No;
    const websocket::FrameHeader& header = frame->header;
    using websocket::Opcode;
    switch (field) {
        case FieldId::WebSocketFin:
            return number(header.fin, value);
        case FieldId::WebSocketRsv1:
            return number(header.rsv1, value);
        case FieldId::WebSocketRsv2:
            return number(header.rsv2, value);
        case FieldId::WebSocketRsv3:
            return number(header.rsv3, value);
        case FieldId::WebSocketOpcode:
            return number(header.opcode, value);
        case FieldId::WebSocketMask:
            return number(header.masked, value);
        case FieldId::WebSocketMaskingKey:
            return header.masked ? bytes(header.maskingKey, value) : Known::Absent;
        case FieldId::WebSocketPayloadLength:
            switch (header.lengthForm) {
                case websocket::LengthForm::Bits7:
                    return number(header.payloadLength, value);
                case websocket::LengthForm::Bits16:
                    return number(126, value);
                case websocket::LengthForm::Bits64:
                    return number(127, value);
            }
            return Known::No;
        case FieldId::WebSocketPayload:
            return frame->payload.empty() ? Known::Absent : bytes(frame->payload, value);
        case FieldId::WebSocketPayloadText:
            return payloadOf(Opcode::Text, value);
        case FieldId::WebSocketPayloadBinary:
            return payloadOf(Opcode::Binary, value);
        case FieldId::WebSocketPayloadContinue:
            return payloadOf(Opcode::Continuation, value);
        case FieldId::WebSocketPayloadPing:
            return payloadOf(Opcode::Ping, value);
        case FieldId::WebSocketPayloadPong:
            return payloadOf(Opcode::Pong, value);
        default:
            return Known::No;
    }
}

/// The payload under the name that it has in frames of that opcode.
Known PlainValues::payloadOf(websocket::Opcode opcode, FieldValue& value) {
    if (m_record.has(kFlagCompressed)) return Known::No;
    if (!m_frame->header.is(opcode) || m_frame->payload.empty()) return Known::Absent;
    if (opcode == websocket::Opcode::Text) return text(asText(m_frame->payload), value);
    return bytes(m_frame->payload, value);
}

}  // namespace framescope
