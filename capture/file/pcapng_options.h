// Options: the list of code, length and value at the end of many blocks of pcapng
// (draft-ietf-opsawg-pcapng section 3.5). Only the files that read blocks include it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "capture/file/file_order.h"
#include "dissector/core/bytes.h"

namespace framescope::pcapng {

inline constexpr std::size_t trailerLength = 4;
inline constexpr std::uint16_t optionEnd = 0;
inline constexpr std::uint16_t optionComment = 1;

inline std::size_t paddedLength(std::size_t length) {
    return (length + 3) & ~std::size_t{3};
}

/// The options of a whole block whose fixed part ends at `position`.
inline ByteView optionsBehind(ByteView block, std::size_t position) {
    return block.subspan(position, block.size() - position - trailerLength);
}

/// Hands code and value of the options in `bytes` to `use`, up to the end mark or the end. False
/// when one did not fit.
template <typename Use>
bool walkOptions(FileOrder order, ByteView bytes, const Use& use) {
    while (!bytes.empty()) {
        if (bytes.size() < 4) return false;
        const std::uint16_t code = order.u16(bytes, 0);
        const std::size_t length = order.u16(bytes, 2);
        if (code == optionEnd) return true;
        bytes = bytes.subspan(4);
        if (length > bytes.size()) return false;
        use(code, bytes.first(length));
        bytes = bytes.subspan(std::min(paddedLength(length), bytes.size()));
    }
    return true;
}

/// An option that counts is 64 bits long; one of another length counts nothing.
inline std::optional<std::uint64_t> countOf(FileOrder order, ByteView value) {
    if (value.size() != 8) return std::nullopt;
    return order.u64(value, 0);
}

}  // namespace framescope::pcapng
