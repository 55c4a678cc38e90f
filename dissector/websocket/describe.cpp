// Header fields carry their bits; the payload is shown by what its opcode says it is. Values hold
// the whole payload, the text shown of it is cut.
#include "dissector/websocket/describe.h"

#include "dissector/payload/utf8.h"
#include "dissector/websocket/close.h"
#include "dissector/websocket/mask.h"

namespace framescope::websocket {
namespace {

constexpr std::size_t kShownChars = 200;
constexpr std::size_t kShownBytes = 64;

std::string shownHex(ByteView bytes) {
    if (bytes.size() <= kShownBytes) return formatHex(bytes);
    return formatHex(bytes.first(kShownBytes)) + "\u2026";
}

Bytes owned(ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}

/// "text, final, masked, 58 bytes".
std::string layerLine(const FrameHeader& header, bool compressed) {
    std::string line(opcodeName(header.opcode));
    line += header.fin ? ", final" : ", more to come";
    if (header.masked) line += ", masked";
    if (compressed) line += ", compressed";
    return line + ", " + byteCountText(header.payloadLength);
}

void describeHeader(const FrameHeader& header, FieldTree& tree, Place at) {
    tree.add(FieldId::WebSocketFin, at, 1, std::uint64_t{header.fin}, {}, {0, 1});
    const auto rsv =
        static_cast<std::uint64_t>(header.rsv1 << 2 | header.rsv2 << 1 | int{header.rsv3});
    tree.open(FieldId::WebSocketRsv, at, 1, {}, rsv, {1, 3});
    tree.add(FieldId::WebSocketRsv1, at, 1, std::uint64_t{header.rsv1}, {}, {1, 1});
    tree.add(FieldId::WebSocketRsv2, at, 1, std::uint64_t{header.rsv2}, {}, {2, 1});
    tree.add(FieldId::WebSocketRsv3, at, 1, std::uint64_t{header.rsv3}, {}, {3, 1});
    tree.close();
    const auto opcode = [&] {
        return std::string(opcodeName(header.opcode)) + " (" + std::to_string(header.opcode) + ")";
    };
    tree.add(FieldId::WebSocketOpcode, at, 1, std::uint64_t{header.opcode}, tree.text(opcode),
             {4, 4});

    tree.add(FieldId::WebSocketMask, at.at(1), 1, std::uint64_t{header.masked}, {}, {0, 1});
    const std::string length = tree.text([&] { return byteCountText(header.payloadLength); });
    switch (header.lengthForm) {
        case LengthForm::Bits7:
            tree.add(FieldId::WebSocketPayloadLength, at.at(1), 1, header.payloadLength & 0x7f,
                     length, {1, 7});
            break;
        case LengthForm::Bits16:
            tree.add(FieldId::WebSocketPayloadLength, at.at(1), 1, std::uint64_t{126},
                     "126, in the next 2 bytes: " + length, {1, 7});
            tree.add(FieldId::WebSocketPayloadLengthExt16, at.at(2), 2, header.payloadLength,
                     length);
            break;
        case LengthForm::Bits64:
            tree.add(FieldId::WebSocketPayloadLength, at.at(1), 1, std::uint64_t{127},
                     "127, in the next 8 bytes: " + length, {1, 7});
            tree.add(FieldId::WebSocketPayloadLengthExt64, at.at(2), 8, header.payloadLength,
                     length);
            break;
    }
    if (header.masked) {
        tree.add(FieldId::WebSocketMaskingKey, at.at(header.size() - 4), 4,
                 owned(header.maskingKey));
    }
}

void describeClose(ByteView payload, FieldTree& tree, Place at) {
    const CloseBody body = parseCloseBody(payload);
    tree.open(FieldId::WebSocketPayloadClose, at, payload.size());
    if (body.code) {
        std::string text = std::to_string(*body.code) + " ";
        text += closeCodeName(*body.code);
        tree.add(FieldId::WebSocketPayloadCloseStatusCode, at, 2, std::uint64_t{*body.code},
                 std::move(text));
        if (!body.reason.empty()) {
            std::string shown = printable(body.reason, kShownChars);
            tree.add(FieldId::WebSocketPayloadCloseReason, at.at(2), body.reason.size(),
                     body.reason, std::move(shown));
        }
    }
    tree.close();
}

/// Text if it is printable UTF-8, else hex: for the payload of pings and pongs.
std::string textOrHex(ByteView payload) {
    std::string text = printable(asText(payload), kShownChars);
    // What printable() left untouched needed no escape.
    if (text == asText(payload)) return text;
    return shownHex(payload);
}

void describePayload(const FrameHeader& header, ByteView payload, FieldTree& tree, Place at) {
    const auto addBytes = [&](FieldId id) {
        tree.add(id, at, payload.size(), owned(payload),
                 tree.text([&] { return shownHex(payload); }));
    };
    const auto addControlPayload = [&](FieldId id) {
        tree.add(id, at, payload.size(), owned(payload),
                 tree.text([&] { return textOrHex(payload); }));
    };
    switch (static_cast<Opcode>(header.opcode)) {
        case Opcode::Text:
            tree.add(FieldId::WebSocketPayloadText, at, payload.size(),
                     std::string(asText(payload)),
                     tree.text([&] { return printable(asText(payload), kShownChars); }));
            return;
        case Opcode::Continuation:
            return addBytes(FieldId::WebSocketPayloadContinue);
        case Opcode::Binary:
            return addBytes(FieldId::WebSocketPayloadBinary);
        case Opcode::Ping:
            return addControlPayload(FieldId::WebSocketPayloadPing);
        case Opcode::Pong:
            return addControlPayload(FieldId::WebSocketPayloadPong);
        case Opcode::Close:
            return describeClose(payload, tree, at);
    }
    addBytes(FieldId::WebSocketPayloadUnknown);
}

}  // namespace

namespace {

/// The payload from `begin` on, or what stands of it in front of a hole.
void describePiece(const FrameHeader& header, ByteView piece, std::uint64_t begin, FieldTree& tree,
                   Place frame, Place payload, bool compressed,
                   const std::optional<InflatedPayload>& inflated) {
    if (piece.empty()) return;
    if (header.masked) {
        Bytes masked = owned(piece);
        applyMask(masked, header.maskingKey, begin);
        std::string shown = tree.text([&] { return shownHex(masked); });
        tree.add(FieldId::WebSocketMaskedPayload, frame.at(header.size() + begin), piece.size(),
                 std::move(masked), std::move(shown));
    }
    const auto text = [&] {
        std::string line = byteCountText(piece.size());
        if (piece.size() < header.payloadLength) {
            line += " of " + groupedDigits(header.payloadLength);
        }
        if (begin != 0) line += ", from byte " + groupedDigits(begin) + " on";
        if (compressed) line += ", compressed";
        return line;
    };
    tree.open(FieldId::WebSocketPayload, payload.at(begin), piece.size(), tree.text(text),
              owned(piece));
    if (compressed && inflated && begin == 0) {
        describePayload(header, inflated->bytes, tree, inflated->place);
    } else if (!compressed && begin != 0 && header.is(Opcode::Close)) {
        // Behind the code, whatever is missing of the reason.
        if (begin >= 2) {
            tree.add(FieldId::WebSocketPayloadCloseReason, payload.at(begin), piece.size(),
                     std::string(asText(piece)), printable(asText(piece), kShownChars));
        }
    } else if (!compressed) {
        describePayload(header, piece, tree, payload.at(begin));
    }
    tree.close();
}

}  // namespace

FieldIndex describeFrame(const FrameHeader& header, ByteView unmasked, FieldTree& tree, Place frame,
                         Place payload, bool compressed,
                         const std::optional<InflatedPayload>& inflated,
                         std::span<const ByteRange> holes) {
    const std::size_t headerSize = header.size();
    const FieldIndex layer = tree.open(FieldId::WebSocket, frame, headerSize + unmasked.size(),
                                       tree.text([&] { return layerLine(header, compressed); }));
    describeHeader(header, tree, frame);
    std::uint64_t at = 0;
    const auto piece = [&](std::uint64_t end) {
        describePiece(header, unmasked.subspan(at, end - at), at, tree, frame, payload, compressed,
                      inflated);
    };
    for (const ByteRange& hole : holes) {
        piece(hole.begin);
        describeHole(hole, payload, tree);
        at = hole.end;
    }
    piece(unmasked.size());
    tree.close();
    return layer;
}

void describeHole(ByteRange hole, Place place, FieldTree& tree) {
    tree.add(FieldId::TcpGapLength, place.at(hole.begin), hole.size(), hole.size(),
             byteCountText(hole.size()) + ", from byte " + groupedDigits(hole.begin) + " on");
}

FieldIndex describeMessage(const MessageFacts& message, FieldTree& tree) {
    const std::string_view text = asText(message.bytes);
    std::string size = tree.text(
        [&] { return (message.sizeKnown ? "" : "more than ") + byteCountText(message.size); });
    FieldValue value =
        message.text ? FieldValue(std::string(text)) : FieldValue(owned(message.bytes));
    const FieldIndex field =
        tree.open(FieldId::WebSocketMessage, message.place, message.bytes.size(),
                  tree.text([&] { return message.text ? printable(text, kShownChars) : size; }),
                  std::move(value));
    if (message.frames != 1 || !message.allFrames) {
        tree.addComputed(FieldId::WebSocketFragmentCount,
                         message.allFrames ? FieldValue(message.frames) : FieldValue(),
                         message.allFrames ? std::string()
                                           : groupedDigits(message.frames) +
                                                 " and more that cannot be read again");
    }
    if (message.compression != CompressionKind::None) {
        tree.addComputed(FieldId::WebSocketCompression,
                         std::string(compressionName(message.compression)));
        tree.addComputed(FieldId::WebSocketCompressedSize, message.compressedSize,
                         byteCountText(message.compressedSize));
        tree.addComputed(FieldId::WebSocketInflatedSize, message.size, std::move(size));
    }
    tree.close();
    return field;
}

std::string summary(const FrameHeader& header, ByteView unmasked, std::size_t maxChars,
                    bool compressed) {
    const bool complete = unmasked.size() >= header.payloadLength;
    const std::string size = byteCountText(header.payloadLength);
    std::string line(opcodeName(header.opcode));
    const auto withText = [&](std::string prefix) {
        prefix += printable(asText(unmasked), maxChars);
        // The bytes at hand may end before the text does.
        if (!complete && !prefix.ends_with("\u2026")) prefix += "\u2026";
        return elided(std::move(prefix), maxChars);
    };
    switch (static_cast<Opcode>(header.opcode)) {
        case Opcode::Text:
            if (compressed) line += ", compressed";
            if (!header.fin) line += " fragment";
            // An empty text would be an empty line; its size says that nothing is left out.
            if (compressed || header.payloadLength == 0) break;
            return withText(header.fin ? std::string() : line + "  ");
        case Opcode::Continuation:
            if (compressed) line += ", compressed";
            if (header.fin) line += ", last";
            break;
        case Opcode::Binary:
            if (compressed) line += ", compressed";
            if (!header.fin) line += " fragment";
            break;
        case Opcode::Close: {
            const CloseBody body = parseCloseBody(unmasked);
            if (body.code) {
                line += " " + std::to_string(*body.code) + " ";
                line += closeCodeName(*body.code);
                if (!body.reason.empty()) {
                    line += "  \u201c" + printable(body.reason, kShownChars) + "\u201d";
                }
            }
            return elided(std::move(line), maxChars);
        }
        case Opcode::Ping:
        case Opcode::Pong:
            if (!unmasked.empty()) line += "  " + textOrHex(unmasked);
            return elided(std::move(line), maxChars);
        default:
            line += " opcode " + std::to_string(header.opcode);
            break;
    }
    return elided(line + (compressed ? ", " : "  ") + size, maxChars);
}

std::string messageSummary(bool text, ByteView bytes, std::uint64_t size, std::size_t maxChars,
                           bool exact) {
    if (!text || size == 0) {
        std::string line = text ? "text  " : "binary  ";
        if (!exact) line += "more than ";
        return line + byteCountText(size);
    }
    std::string line = printable(asText(bytes), maxChars);
    if (bytes.size() < size && !line.ends_with("\u2026")) line += "\u2026";
    return elided(std::move(line), maxChars);
}

}  // namespace framescope::websocket
