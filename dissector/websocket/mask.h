// Masking of payload (RFC 6455 section 5.3): every byte XOR the byte of the key at its position
// modulo four. Masking and unmasking are the same.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <span>

#include "dissector/core/bytes.h"

namespace framescope::websocket {

using MaskingKey = std::array<std::uint8_t, 4>;

/// (Un)masks `bytes` in place. `payloadOffset` is the position of the first one in its payload, so
/// that a payload can be unmasked piece by piece.
void applyMask(std::span<std::uint8_t> bytes, const MaskingKey& key, std::uint64_t payloadOffset);

/// What was seen of bytes on the way, which costs next to nothing there.
struct Seen {
    bool ascii = false;   ///< all of them are
    bool marked = false;  ///< some are of client_marks.h
};

/// Copies a payload (un)masked to `to`, which has room for it and lies elsewhere; what was seen is
/// said of what was written there.
Seen copyMasked(ByteView from, std::uint8_t* to, const MaskingKey& key);
/// The same for a piece of one, without looking for marks. True if it is ASCII.
bool copyMasked(ByteView from, std::uint8_t* to, const MaskingKey& key,
                std::uint64_t payloadOffset);
/// The same without a mask.
bool copyPlain(ByteView from, std::uint8_t* to);
/// Whether all of it is ASCII.
bool isAscii(ByteView bytes);

/// The key as one word in the machine's byte order, for comparing keys.
inline std::uint32_t asWord(const MaskingKey& key) {
    return std::bit_cast<std::uint32_t>(key);
}

}  // namespace framescope::websocket
