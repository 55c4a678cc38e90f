// The part of WebSocketLayer that reads what nearly every frame is: a whole message, whole in one
// piece of the stream, of whose header there is nothing to say. Such frames are told by a few
// comparisons and read in one go. A frame that is anything else is left to read(), untouched, so
// what is said of headers stands there alone.
#include <cstring>

#include "dissector/websocket/mask.h"
#include "dissector/websocket/websocket_layer.h"

namespace framescope::websocket {
namespace {

/// The header of a plain frame.
struct PlainHeader {
    std::size_t headerSize = 0;
    std::size_t payloadLength = 0;
    std::uint32_t key = 0;  ///< asWord(); 0 where not masked
    bool text = false;
    bool compressed = false;

    std::size_t frameSize() const { return headerSize + payloadLength; }
    /// Its length has 16 bits.
    bool isLong() const { return payloadLength > 125; }
};

/// Whether a plain frame stands whole at the front of `bytes`; a compressed one where some are.
template <bool kCompression>
inline bool readPlainHeader(ByteView bytes, bool masked, PlainHeader& header) {
    constexpr std::uint8_t kFinText = 0x81;
    constexpr std::uint8_t kFinBinary = 0x82;
    constexpr std::uint8_t kRsv1 = 0x40;
    constexpr std::size_t kLength16 = 126;
    if (bytes.size() < 2) return false;
    const std::uint8_t* const p = bytes.data();
    header.compressed = kCompression && (p[0] & kRsv1) != 0;
    const auto kind = static_cast<std::uint8_t>(p[0] ^ (header.compressed ? kRsv1 : 0U));
    if (kind != kFinText && kind != kFinBinary) return false;
    header.text = kind == kFinText;
    // With the bit of the mask as it should be, the rest is the length.
    header.payloadLength = p[1] ^ (masked ? 0x80U : 0U);
    header.headerSize = 2;
    if (header.payloadLength >= kLength16) {
        if (header.payloadLength != kLength16 || bytes.size() < 4) return false;
        header.payloadLength = readBe16(p + 2);
        if (header.payloadLength < kLength16) return false;
        header.headerSize = 4;
    }
    header.key = 0;
    if (masked) {
        header.headerSize += 4;
        if (bytes.size() < header.headerSize) return false;
        std::memcpy(&header.key, p + header.headerSize - 4, sizeof header.key);
        if (header.key == 0) return false;
    }
    // Of nothing, nothing can be inflated.
    if (header.compressed && header.payloadLength == 0) return false;
    return bytes.size() >= header.frameSize();
}

}  // namespace

/// Whether nothing that came before has anything to say about a plain frame.
bool WebSocketLayer::expectsPlain(const Half& half, bool masked) const {
    // The first frame of a direction is masked as its role asks, or is no plain one.
    return half.headerBytes.empty() && half.unproven == 0 &&
           half.masked.value_or(masked) == masked && half.sequence.expectsMessage() &&
           !half.resynchronised && !half.foundAgain && half.arrivals.empty() &&
           (m_negotiation == Negotiation::Captured || m_inferredTold);
}

std::size_t WebSocketLayer::readPlain(Half& half, Direction direction, StreamOffset offset,
                                      ByteView bytes, LayerOutput& out) {
    const ConnectionFacts& facts = out.facts();
    const bool masked = maskedAs(direction, facts) == Direction::ClientToServer;
    if (!expectsPlain(half, masked)) return 0;
    const bool compression = m_negotiation == Negotiation::Captured &&
                             facts.compression.kind == CompressionKind::PerMessageDeflate &&
                             (facts.inferred & kInferredCompression) == 0;
    return compression ? readPlainFrames<true>(half, direction, masked, offset, bytes, out)
                       : readPlainFrames<false>(half, direction, masked, offset, bytes, out);
}

/// Of a connection on which it was agreed to compress messages, or was not.
template <bool kCompression>
std::size_t WebSocketLayer::readPlainFrames(Half& half, Direction direction, bool masked,
                                            StreamOffset offset, ByteView bytes, LayerOutput& out) {
    std::size_t done = 0;
    PlainHeader header;
    // A key of zeros, as good as none, is no plain frame's.
    std::uint32_t lastKey = half.lastKey ? asWord(*half.lastKey) : 0;
    while (readPlainHeader<kCompression>(bytes.subspan(done), masked, header)) {
        if (masked && header.key == lastKey) break;
        const ByteView payload = bytes.subspan(done + header.headerSize, header.payloadLength);
        // A length of 16 bits that leads to no header may have been damaged.
        const ByteView behind = bytes.subspan(done + header.frameSize());
        if (header.isLong() && behind.size() >= 2 && beginsNoFrame(behind, masked)) break;
        const auto key = std::bit_cast<MaskingKey>(header.key);
        Record record;
        record.kind = RowKind::WebSocketFrame;
        record.protocol = Protocol::WebSocket;
        record.direction = direction;
        record.streamOffset = offset + done;
        record.length = header.frameSize();
        record.opcode = static_cast<std::uint8_t>(header.text ? Opcode::Text : Opcode::Binary);
        record.flags = kFlagFin | (masked ? kFlagMasked : 0U) | (header.text ? 0U : kFlagBinary);
        if (kCompression && header.compressed) {
            record.flags |= kFlagRsv1;
            half.message.wholeCompressed(payload, masked ? &key : nullptr, half.issues, record,
                                         out);
            finishMessage(half, direction, record, out);
        } else {
            const auto message =
                half.message.wholeMessage(payload, masked ? &key : nullptr, header.text, direction);
            if (!message) break;
            readMessage(*message, half, record, out);
            half.message.release();
        }
        lastKey = header.key;
        if (half.issues.empty()) {
            out.emit(record);
        } else {
            emitJudged(record, half.issues, out);
            half.issues.clear();
        }
        done += header.frameSize();
        half.sequence.acceptMessage(record.opcode, header.compressed);
    }
    if (done == 0) return 0;
    half.lastKey.reset();
    if (masked) half.lastKey = std::bit_cast<MaskingKey>(lastKey);
    if (offset >= half.trusted) half.masked = masked;
    half.sameKeyTold = false;
    half.otherMask = false;
    half.faults = 0;
    half.messageStart = kNoRecord;
    return done;
}

}  // namespace framescope::websocket
