// What stands where in 64 bytes of JSON, a bit for each byte: enough to tell at a glance what is at
// the top of a text and what in its strings, where nothing in it is escaped.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace framescope::json_marks {

/// Bytes that are looked at in one go.
inline constexpr std::size_t kBlock = 64;

/// Of a block, the first byte's bit the lowest.
struct Marks {
    std::uint64_t quotes = 0;
    std::uint64_t colons = 0;
    std::uint64_t escapes = 0;
    std::uint64_t opens = 0;   ///< { and [
    std::uint64_t closes = 0;  ///< } and ]
};

[[gnu::always_inline]] inline Marks marksOf(const char* block) {
    constexpr char kBracket = 0x20;  // the bit in which brackets and braces differ
    Marks marks;
#ifdef __SSE2__
    const auto add = [](std::uint64_t& to, __m128i bytes, char wanted, std::size_t at) {
        const int found = _mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(wanted)));
        to |= std::uint64_t{static_cast<unsigned>(found)} << at;
    };
#pragma GCC unroll 4
    for (std::size_t i = 0; i < kBlock; i += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + i));
        const __m128i braces = _mm_or_si128(bytes, _mm_set1_epi8(kBracket));
        add(marks.quotes, bytes, '"', i);
        add(marks.colons, bytes, ':', i);
        add(marks.escapes, bytes, '\\', i);
        add(marks.opens, braces, '{', i);
        add(marks.closes, braces, '}', i);
    }
#else
    for (std::size_t i = 0; i < kBlock; ++i) {
        const char brace = static_cast<char>(block[i] | kBracket);
        marks.quotes |= std::uint64_t{block[i] == '"'} << i;
        marks.colons |= std::uint64_t{block[i] == ':'} << i;
        marks.escapes |= std::uint64_t{block[i] == '\\'} << i;
        marks.opens |= std::uint64_t{brace == '{'} << i;
        marks.closes |= std::uint64_t{brace == '}'} << i;
    }
#endif
    return marks;
}

/// Copies `size` bytes, at most 64: two halves of a fixed size that overlap, unless they are few.
[[gnu::always_inline]] inline void copyFew(char* to, const char* from, std::size_t size) {
    constexpr std::size_t kHalf = kBlock / 2;
    if (size >= kHalf) {
        std::memcpy(to, from, kHalf);
        std::memcpy(to + size - kHalf, from + size - kHalf, kHalf);
    } else {
        for (std::size_t i = 0; i < size; ++i) to[i] = from[i];
    }
}

/// Of the block that begins at `at`, as far as it is in front of `end`.
[[gnu::always_inline]] inline Marks marksAt(const char* at, const char* end) {
    const auto left = static_cast<std::size_t>(end - at);
    if (left >= kBlock) return marksOf(at);
    std::array<char, kBlock> filled{};
    copyFew(filled.data(), at, left);
    return marksOf(filled.data());
}

/// A bit for each byte that has an odd number of quotes up to and with itself: where none is
/// escaped, those of strings with the quotes at their front.
inline std::uint64_t insideOf(std::uint64_t quotes) {
#pragma GCC unroll 6
    for (int step = 1; step < 64; step *= 2) quotes ^= quotes << step;
    return quotes;
}

}  // namespace framescope::json_marks
