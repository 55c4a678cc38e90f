// What stands where in 64 bytes of JSON, a bit for each byte: enough to tell at a glance what is at
// the top of a text and what in its strings, where nothing in it is escaped.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

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

    /// Without the first `count` bytes, fewer than 64.
    Marks behind(std::size_t count) const {
        return {quotes >> count, colons >> count, escapes >> count, opens >> count,
                closes >> count};
    }
    /// With those of bytes that begin `count` behind, fewer than 64.
    Marks with(const Marks& later, std::size_t count) const {
        return {quotes | later.quotes << count, colons | later.colons << count,
                escapes | later.escapes << count, opens | later.opens << count,
                closes | later.closes << count};
    }
};

/// Of `kSize` bytes, a multiple of 16 and at most a block.
template <std::size_t kSize>
[[gnu::always_inline]] inline Marks marksOf(const char* bytes) {
    constexpr char kBracket = 0x20;  // the bit in which brackets and braces differ
    Marks marks;
#ifdef __SSE2__
    const auto add = [](std::uint64_t& to, __m128i piece, char wanted, std::size_t at) {
        const int found = _mm_movemask_epi8(_mm_cmpeq_epi8(piece, _mm_set1_epi8(wanted)));
        to |= std::uint64_t{static_cast<unsigned>(found)} << at;
    };
#pragma GCC unroll 4
    for (std::size_t i = 0; i < kSize; i += 16) {
        const __m128i piece = _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes + i));
        const __m128i braces = _mm_or_si128(piece, _mm_set1_epi8(kBracket));
        add(marks.quotes, piece, '"', i);
        add(marks.colons, piece, ':', i);
        add(marks.escapes, piece, '\\', i);
        add(marks.opens, braces, '{', i);
        add(marks.closes, braces, '}', i);
    }
#else
    for (std::size_t i = 0; i < kSize; ++i) {
        const char brace = static_cast<char>(bytes[i] | kBracket);
        marks.quotes |= std::uint64_t{bytes[i] == '"'} << i;
        marks.colons |= std::uint64_t{bytes[i] == ':'} << i;
        marks.escapes |= std::uint64_t{bytes[i] == '\\'} << i;
        marks.opens |= std::uint64_t{brace == '{'} << i;
        marks.closes |= std::uint64_t{brace == '}'} << i;
    }
#endif
    return marks;
}

/// Of the block that begins at `at`, as far as it is in front of `end`, in a text that begins at
/// `begin`. What is less than a block is not copied into one, since the processor would wait for
/// the copy: it is looked at together with what is in front of it, or as two halves that overlap.
[[gnu::always_inline]] inline Marks marksAt(const char* begin, const char* at, const char* end) {
    constexpr std::size_t kHalf = kBlock / 2;
    constexpr std::size_t kQuarter = kBlock / 4;
    const auto left = static_cast<std::size_t>(end - at);
    if (left >= kBlock) return marksOf<kBlock>(at);
    if (static_cast<std::size_t>(end - begin) >= kBlock) {
        return marksOf<kBlock>(end - kBlock).behind(kBlock - left);
    }
    if (left >= kHalf) {
        return marksOf<kHalf>(at).with(marksOf<kHalf>(end - kHalf), left - kHalf);
    }
    if (left >= kQuarter) {
        return marksOf<kQuarter>(at).with(marksOf<kQuarter>(end - kQuarter), left - kQuarter);
    }
    std::array<char, kQuarter> filled{};
    for (std::size_t i = 0; i < left; ++i) filled[i] = at[i];
    return marksOf<kQuarter>(filled.data());
}

/// A bit for each byte that has an odd number of quotes up to and with itself: where none is
/// escaped, those of strings with the quotes at their front.
inline std::uint64_t insideOf(std::uint64_t quotes) {
#pragma GCC unroll 6
    for (int step = 1; step < 64; step *= 2) quotes ^= quotes << step;
    return quotes;
}

}  // namespace framescope::json_marks
