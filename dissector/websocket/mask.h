// Masking of payload (RFC 6455 section 5.3): every byte XOR the byte of the key at its position
// modulo four. Masking and unmasking are the same.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace framescope::websocket {

using MaskingKey = std::array<std::uint8_t, 4>;

/// (Un)masks `bytes` in place. `payloadOffset` is the position of the first one in its payload, so
/// that a payload can be unmasked piece by piece.
void applyMask(std::span<std::uint8_t> bytes, const MaskingKey& key, std::uint64_t payloadOffset);

}  // namespace framescope::websocket
