// How far plain characters of a string and digits of a number reach: what JSON is mostly made of,
// sixteen bytes at a time where the machine has that, eight otherwise.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace framescope::json_scan {

/// Bytes a string cannot simply run over: its end, an escape, control characters.
inline constexpr std::array<bool, 256> kStopsString = [] {
    std::array<bool, 256> table{};
    for (std::size_t i = 0; i < 0x20; ++i) table[i] = true;
    table['"'] = table['\\'] = true;
    return table;
}();

constexpr bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

constexpr bool isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// The first byte from `at` on that a string cannot simply run over; `end` if there is none.
[[gnu::always_inline]] inline const char* endOfPlain(const char* at, const char* end) {
#ifdef __SSE2__
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
        const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
        const __m128i escape = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
        const int stops = _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, escape), control));
        if (stops != 0) return at + std::countr_zero(static_cast<unsigned>(stops));
    }
#endif
    if constexpr (std::endian::native == std::endian::little) {
        constexpr std::uint64_t kOnes = 0x0101010101010101;
        constexpr std::uint64_t kHighBits = 0x80 * kOnes;
        constexpr auto hasZero = [](std::uint64_t word) { return (word - kOnes) & ~word; };
        for (; end - at >= 8; at += 8) {
            std::uint64_t word;
            std::memcpy(&word, at, sizeof word);
            // Of the marks that a word gets, the lowest is right.
            const std::uint64_t stops =
                (((word - 0x20 * kOnes) & ~word) | hasZero(word ^ '"' * kOnes) |
                 hasZero(word ^ '\\' * kOnes)) &
                kHighBits;
            if (stops != 0) return at + std::countr_zero(stops) / 8;
        }
    }
    while (at != end && !kStopsString[static_cast<std::uint8_t>(*at)]) ++at;
    return at;
}

/// Where the digits from `at` on end.
[[gnu::always_inline]] inline const char* endOfDigits(const char* at, const char* end) {
#ifdef __SSE2__
    for (; end - at >= 16; at += 16) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const __m128i values = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
        const __m128i digits = _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(9)), values);
        const auto others = ~static_cast<unsigned>(_mm_movemask_epi8(digits)) & 0xffffU;
        if (others != 0) return at + std::countr_zero(others);
    }
#endif
    while (at != end && isDigit(*at)) ++at;
    return at;
}

[[gnu::always_inline]] inline const char* endOfBlanks(const char* at, const char* end) {
    // Nearly always there is none, which one comparison tells.
    while (at != end && static_cast<std::uint8_t>(*at) <= ' ' && isBlank(*at)) ++at;
    return at;
}

/// Behind the number that begins at `at` where that is digits with a point among them at the most,
/// and ends within the next sixteen bytes; null where it may be anything else. What may be read
/// begins at `begin`.
[[gnu::always_inline]] inline const char* endOfPlainNumber([[maybe_unused]] const char* begin,
                                                           [[maybe_unused]] const char* at,
                                                           [[maybe_unused]] const char* end) {
#ifdef __SSE2__
    constexpr std::ptrdiff_t kBlock = 16;
    const char* from = at;
    unsigned behind = 0;  // a bit for what is no byte of the text
    if (end - at < kBlock) {
        if (end - begin < kBlock) return nullptr;
        from = end - kBlock;
        behind = 1U << (end - at);
    }
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    const __m128i values = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
    const __m128i digits = _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(9)), values);
    unsigned others = ~static_cast<unsigned>(_mm_movemask_epi8(digits)) & 0xffffU;
    others = others >> (at - from) | behind;
    if (others == 0) return nullptr;
    const int whole = std::countr_zero(others);
    if (whole == 0 || (*at == '0' && whole != 1)) return nullptr;
    const char* stop = at + whole;
    if (stop != end && *stop == '.') {
        others &= others - 1;
        if (others == 0) return nullptr;
        const int size = std::countr_zero(others);
        if (size == whole + 1) return nullptr;
        stop = at + size;
    }
    return stop != end && (*stop | 0x20) == 'e' ? nullptr : stop;
#else
    return nullptr;
#endif
}

}  // namespace framescope::json_scan
