// The header of a WebSocket frame (RFC 6455 section 5.2): parse, encode, check. One struct for
// reading, for showing what is malformed and for sending it on purpose, so it keeps every bit of
// the wire, such as in which of its three forms the length was written.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "dissector/core/bytes.h"
#include "dissector/core/parsed.h"
#include "dissector/issue/issue.h"
#include "dissector/layer/layer.h"
#include "dissector/record/record.h"
#include "dissector/websocket/opcode.h"

namespace framescope::websocket {

/// How the payload length is written: in the second byte, or behind it in two or eight bytes.
enum class LengthForm : std::uint8_t { Bits7, Bits16, Bits64 };

/// The shortest form that holds `payloadLength`.
LengthForm minimalForm(std::uint64_t payloadLength);

/// Two to fourteen bytes on the wire.
struct FrameHeader {
    bool fin = true;
    bool rsv1 = false;
    bool rsv2 = false;
    bool rsv3 = false;
    std::uint8_t opcode = static_cast<std::uint8_t>(Opcode::Text);  ///< four bits
    bool masked = false;
    LengthForm lengthForm = LengthForm::Bits7;
    std::uint64_t payloadLength = 0;
    std::array<std::uint8_t, 4> maskingKey{};  ///< zero where not masked

    /// Bytes of the header itself.
    std::size_t size() const;
    /// Header and payload; saturates where a length near 2^64 would wrap.
    std::uint64_t frameSize() const;
    bool is(Opcode which) const { return opcode == static_cast<std::uint8_t>(which); }
    bool operator==(const FrameHeader&) const = default;
};

/// Greatest size of a header.
inline constexpr std::size_t kMaxHeaderSize = 14;

/// Reads a header from the front of `bytes`. Every bit pattern is one.
Parsed<FrameHeader> parseFrameHeader(ByteView bytes);

/// The same into `header`, whatever that held. Returns the header's size, or 0 where more bytes are
/// needed; then nothing is said of `header`.
std::size_t readFrameHeader(ByteView bytes, FrameHeader& header);

/// Whether the length is one of 64 bits with the most significant bit set, which no length may have
/// (section 5.2).
inline bool hasTopBit(const FrameHeader& header) {
    return (header.payloadLength >> 63) != 0;
}

/// Writes the header as it says. A length that does not fit its form loses its upper bits.
void encode(const FrameHeader& header, ByteWriter& out);

/// Writes the header and the payload, masked where the header says so. `payload` is unmasked and
/// need not have the length the header announces.
void encodeFrame(const FrameHeader& header, ByteView payload, ByteWriter& out);

/// The direction by whose rules a frame is masked: the one it goes in, unless the roles of a
/// connection that was joined mid-stream turned out to be the other way round.
inline Direction maskedAs(Direction direction, const ConnectionFacts& facts) {
    return (facts.inferred & kInferredClient) == 0 ? direction : opposite(direction);
}

/// What the RFC says about this header by itself. `compression`: what was agreed, so that RSV1 has
/// a meaning. With permessage-deflate it may stand on the first frame of a message (RFC 7692
/// section 6.1), with x-webkit-deflate-frame on every data frame.
void check(const FrameHeader& header, Direction direction, CompressionKind compression,
           IssueSink& issues);

}  // namespace framescope::websocket
