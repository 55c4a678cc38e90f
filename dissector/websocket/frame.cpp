// The second byte alone tells how long the header is, so the parser asks for two bytes, then for
// all of it.
#include "dissector/websocket/frame.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "dissector/field/field_id.h"
#include "dissector/websocket/mask.h"

namespace framescope::websocket {
namespace {

constexpr std::uint8_t kFin = 0x80;
constexpr std::uint8_t kRsv1 = 0x40;
constexpr std::uint8_t kRsv2 = 0x20;
constexpr std::uint8_t kRsv3 = 0x10;
constexpr std::uint8_t kMask = 0x80;
constexpr std::uint8_t kLength = 0x7f;
constexpr std::uint8_t kLength16 = 126;
constexpr std::uint8_t kLength64 = 127;

constexpr std::uint16_t part(FieldId id) {
    return static_cast<std::uint16_t>(id);
}

LengthForm formOf(std::uint8_t length) {
    if (length < kLength16) return LengthForm::Bits7;
    return length == kLength16 ? LengthForm::Bits16 : LengthForm::Bits64;
}

/// Bytes of a header by its second byte.
std::size_t headerSize(std::uint8_t second) {
    const std::uint8_t length = second & kLength;
    const std::size_t extended = length < kLength16 ? 0 : length == kLength16 ? 2 : 8;
    return 2 + extended + ((second & kMask) != 0 ? 4 : 0);
}

FieldId lengthField(LengthForm form) {
    switch (form) {
        case LengthForm::Bits16:
            return FieldId::WebSocketPayloadLengthExt16;
        case LengthForm::Bits64:
            return FieldId::WebSocketPayloadLengthExt64;
        case LengthForm::Bits7:
            break;
    }
    return FieldId::WebSocketPayloadLength;
}

}  // namespace

LengthForm minimalForm(std::uint64_t payloadLength) {
    if (payloadLength < kLength16) return LengthForm::Bits7;
    return payloadLength <= 0xffff ? LengthForm::Bits16 : LengthForm::Bits64;
}

std::size_t FrameHeader::size() const {
    const std::size_t extended = lengthForm == LengthForm::Bits7    ? 0
                                 : lengthForm == LengthForm::Bits16 ? 2
                                                                    : 8;
    return 2 + extended + (masked ? maskingKey.size() : 0);
}

std::uint64_t FrameHeader::frameSize() const {
    const std::uint64_t room = std::numeric_limits<std::uint64_t>::max() - size();
    return size() + std::min(payloadLength, room);
}

Parsed<FrameHeader> parseFrameHeader(ByteView bytes) {
    if (bytes.size() < 2) return Parsed<FrameHeader>::needs(2);
    FrameHeader header;
    const std::size_t size = readFrameHeader(bytes, header);
    if (size == 0) return Parsed<FrameHeader>::needs(headerSize(bytes[1]));
    return Parsed<FrameHeader>::complete(header, size);
}

std::size_t readFrameHeader(ByteView bytes, FrameHeader& header) {
    if (bytes.size() < 2) return 0;
    const std::uint8_t* const p = bytes.data();
    const std::size_t size = headerSize(p[1]);
    if (bytes.size() < size) return 0;
    header.fin = (p[0] & kFin) != 0;
    header.rsv1 = (p[0] & kRsv1) != 0;
    header.rsv2 = (p[0] & kRsv2) != 0;
    header.rsv3 = (p[0] & kRsv3) != 0;
    header.opcode = p[0] & 0x0f;
    header.masked = (p[1] & kMask) != 0;
    const std::uint8_t length = p[1] & kLength;
    header.lengthForm = formOf(length);
    header.payloadLength = length;
    if (header.lengthForm == LengthForm::Bits16) header.payloadLength = readBe16(p + 2);
    if (header.lengthForm == LengthForm::Bits64) header.payloadLength = readBe64(p + 2);
    header.maskingKey = {};
    if (header.masked) std::memcpy(header.maskingKey.data(), p + size - 4, 4);
    return size;
}

void encode(const FrameHeader& header, ByteWriter& out) {
    out.u8(static_cast<std::uint8_t>((header.fin ? kFin : 0) | (header.rsv1 ? kRsv1 : 0) |
                                     (header.rsv2 ? kRsv2 : 0) | (header.rsv3 ? kRsv3 : 0) |
                                     (header.opcode & 0x0f)));
    const std::uint8_t mask = header.masked ? kMask : 0;
    switch (header.lengthForm) {
        case LengthForm::Bits7:
            out.u8(static_cast<std::uint8_t>(mask | (header.payloadLength & 0x7f)));
            break;
        case LengthForm::Bits16:
            out.u8(mask | kLength16);
            out.be16(static_cast<std::uint16_t>(header.payloadLength));
            break;
        case LengthForm::Bits64:
            out.u8(mask | kLength64);
            out.be64(header.payloadLength);
            break;
    }
    if (header.masked) out.bytes(header.maskingKey);
}

void encodeFrame(const FrameHeader& header, ByteView payload, ByteWriter& out) {
    encode(header, out);
    if (!header.masked) {
        out.bytes(payload);
        return;
    }
    Bytes masked(payload.begin(), payload.end());
    applyMask(masked, header.maskingKey, 0);
    out.bytes(masked);
}

namespace {

/// What nearly every frame is, of which there is nothing to say: of a message, masked as it should
/// be, its length in the shortest form.
bool isUsual(const FrameHeader& header, bool fromClient, CompressionKind compression) {
    if (header.opcode > static_cast<std::uint8_t>(Opcode::Binary)) return false;
    if (header.masked != fromClient || header.rsv2 || header.rsv3) return false;
    if (header.masked && asWord(header.maskingKey) == 0) return false;
    if (header.rsv1 && (compression == CompressionKind::None || header.is(Opcode::Continuation))) {
        return false;
    }
    switch (header.lengthForm) {
        case LengthForm::Bits7:
            return true;
        case LengthForm::Bits16:
            return header.payloadLength >= kLength16;
        case LengthForm::Bits64:
            break;
    }
    return false;
}

void checkRsv1(const FrameHeader& header, CompressionKind compression, IssueSink& issues) {
    const std::uint16_t rsv1 = part(FieldId::WebSocketRsv1);
    const bool startsMessage = header.is(Opcode::Text) || header.is(Opcode::Binary);
    if (!header.rsv1 || (startsMessage && compression != CompressionKind::None)) return;
    if (compression == CompressionKind::None || isReserved(header.opcode)) {
        issues.add(IssueCode::WebSocketReservedBits, rsv1);
    } else if (isControl(header.opcode)) {
        issues.add(IssueCode::WebSocketRsv1OnControl, rsv1);
    } else if (compression == CompressionKind::PerMessageDeflate) {
        issues.add(IssueCode::WebSocketRsv1OnContinuation, rsv1);
    }
}

}  // namespace

void check(const FrameHeader& header, Direction direction, CompressionKind compression,
           IssueSink& issues) {
    // Section 5.1: a client masks all frames, a server none.
    const bool fromClient = direction == Direction::ClientToServer;
    if (isUsual(header, fromClient, compression)) return;
    if (fromClient && !header.masked) {
        issues.add(IssueCode::WebSocketClientNotMasked, part(FieldId::WebSocketMask));
    }
    if (!fromClient && header.masked) {
        issues.add(IssueCode::WebSocketServerMasked, part(FieldId::WebSocketMask));
    }
    if (header.masked && header.maskingKey == MaskingKey{}) {
        // Section 5.3: the key comes from a strong source of entropy.
        issues.add(IssueCode::WebSocketMaskingKeyZero, part(FieldId::WebSocketMaskingKey));
    }
    checkRsv1(header, compression, issues);
    if (header.rsv2) issues.add(IssueCode::WebSocketReservedBits, part(FieldId::WebSocketRsv2));
    if (header.rsv3) issues.add(IssueCode::WebSocketReservedBits, part(FieldId::WebSocketRsv3));
    if (isReserved(header.opcode)) {
        issues.add(IssueCode::WebSocketReservedOpcode, part(FieldId::WebSocketOpcode));
    }
    const std::uint16_t lengthPart = part(lengthField(header.lengthForm));
    if (isControl(header.opcode)) {
        if (!header.fin) {
            issues.add(IssueCode::WebSocketControlFragmented, part(FieldId::WebSocketFin));
        }
        if (header.payloadLength > 125) {
            issues.add(IssueCode::WebSocketControlTooLong, lengthPart);
        }
    }
    if (header.lengthForm != minimalForm(header.payloadLength)) {
        issues.add(IssueCode::WebSocketLengthNotMinimal, lengthPart);
    }
    if (header.payloadLength >> 63 != 0) {
        issues.add(IssueCode::WebSocketLengthTopBit, lengthPart);
    }
}

}  // namespace framescope::websocket
