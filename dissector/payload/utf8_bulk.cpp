// The algorithm of J. Keiser and D. Lemire, "Validating UTF-8 In Less Than One Instruction Per
// Byte" (2021). Everything that can be wrong with two bytes in a row shows in three of their four
// half bytes. Three tables say for each value of one of these which mistakes it allows, a bit each;
// what all three allow is one. A continuation byte behind another is allowed only where two or
// three of them are asked for.
#include "dissector/payload/utf8_bulk.h"

#include <array>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__) || defined(__i386__)
#include <tmmintrin.h>
#endif

namespace framescope {

#if defined(__x86_64__) || defined(__i386__)
namespace {

#define FRAMESCOPE_SSSE3 [[gnu::target("ssse3")]]

constexpr std::size_t kBlock = 16;

enum Mistake : std::uint8_t {
    kTooShort = 1 << 0,      // a first byte, and no continuation behind it
    kTooLong = 1 << 1,       // ASCII, and a continuation behind it
    kOverlong3 = 1 << 2,     // E0 80 to E0 9F
    kTooLarge = 1 << 3,      // F4 90 and beyond, F5 90 and beyond
    kSurrogate = 1 << 4,     // ED A0 to ED BF
    kOverlong2 = 1 << 5,     // C0 and C1
    kTooLarge80 = 1 << 6,    // F5 80 to F5 8F and beyond
    kOverlong4 = 1 << 6,     // F0 80 to F0 8F
    kTwoFollowing = 1 << 7,  // two continuations
};
/// Those for which the low half of the first byte does not matter.
constexpr std::uint8_t kAnyLow = kTooShort | kTooLong | kTwoFollowing;
constexpr std::uint8_t kBeyond = kAnyLow | kTooLarge | kTooLarge80;
constexpr std::uint8_t kFollowing = kTooLong | kOverlong2 | kTwoFollowing;

using Table = std::array<std::uint8_t, kBlock>;
/// By the high half of the first byte.
alignas(kBlock) constexpr Table kFirstHigh = {
    kTooLong,
    kTooLong,
    kTooLong,
    kTooLong,
    kTooLong,
    kTooLong,
    kTooLong,
    kTooLong,
    kTwoFollowing,
    kTwoFollowing,
    kTwoFollowing,
    kTwoFollowing,
    kTooShort | kOverlong2,
    kTooShort,
    kTooShort | kOverlong3 | kSurrogate,
    kTooShort | kTooLarge | kTooLarge80 | kOverlong4,
};
/// By its low half.
alignas(kBlock) constexpr Table kFirstLow = {
    kAnyLow | kOverlong3 | kOverlong2 | kOverlong4,
    kAnyLow | kOverlong2,
    kAnyLow,
    kAnyLow,
    kAnyLow | kTooLarge,
    kBeyond,
    kBeyond,
    kBeyond,
    kBeyond,
    kBeyond,
    kBeyond,
    kBeyond,
    kBeyond,
    kBeyond | kSurrogate,
    kBeyond,
    kBeyond,
};
/// By the high half of the second byte.
alignas(kBlock) constexpr Table kSecondHigh = {
    kTooShort,
    kTooShort,
    kTooShort,
    kTooShort,
    kTooShort,
    kTooShort,
    kTooShort,
    kTooShort,
    kFollowing | kOverlong3 | kTooLarge80 | kOverlong4,
    kFollowing | kOverlong3 | kTooLarge,
    kFollowing | kSurrogate | kTooLarge,
    kFollowing | kSurrogate | kTooLarge,
    kTooShort,
    kTooShort,
    kTooShort,
    kTooShort,
};

FRAMESCOPE_SSSE3 inline __m128i mistakesOf(const Table& table, __m128i halves) {
    return _mm_shuffle_epi8(_mm_load_si128(reinterpret_cast<const __m128i*>(table.data())), halves);
}

FRAMESCOPE_SSSE3 inline __m128i highHalves(__m128i bytes) {
    return _mm_and_si128(_mm_srli_epi16(bytes, 4), _mm_set1_epi8(0x0f));
}

/// Not all zero where something is amiss in `block`, or at the end of the one in front of it.
FRAMESCOPE_SSSE3 inline __m128i mistakesIn(__m128i block, __m128i before) {
    const __m128i first = _mm_alignr_epi8(block, before, kBlock - 1);
    const __m128i second = _mm_alignr_epi8(block, before, kBlock - 2);
    const __m128i third = _mm_alignr_epi8(block, before, kBlock - 3);
    const __m128i pairs = _mm_and_si128(
        _mm_and_si128(mistakesOf(kFirstHigh, highHalves(first)),
                      mistakesOf(kFirstLow, _mm_and_si128(first, _mm_set1_epi8(0x0f)))),
        mistakesOf(kSecondHigh, highHalves(block)));
    // The highest bit says where a second or third continuation is asked for.
    const __m128i asked = _mm_or_si128(_mm_subs_epu8(second, _mm_set1_epi8(0xe0 - 0x80)),
                                       _mm_subs_epu8(third, _mm_set1_epi8(0xf0 - 0x80)));
    return _mm_xor_si128(_mm_and_si128(asked, _mm_set1_epi8(static_cast<char>(kTwoFollowing))),
                         pairs);
}

FRAMESCOPE_SSSE3 bool isUtf8(ByteView bytes) {
    __m128i mistakes = _mm_setzero_si128();
    __m128i before = _mm_setzero_si128();
    // Bits of the last three bytes in front of a block that are beyond ASCII.
    constexpr int kLastThree = 0xe000;
    int highBefore = 0;
    const std::uint8_t* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= kBlock; left -= kBlock, at += kBlock) {
        const __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
        const int high = _mm_movemask_epi8(block);
        if ((high | (highBefore & kLastThree)) != 0) {
            mistakes = _mm_or_si128(mistakes, mistakesIn(block, before));
        }
        before = block;
        highBefore = high;
    }
    // A character that is not complete meets a byte of ASCII behind the end.
    alignas(kBlock) Table rest{};
    if (left > 0) std::memcpy(rest.data(), at, left);
    const __m128i last = _mm_load_si128(reinterpret_cast<const __m128i*>(rest.data()));
    mistakes = _mm_or_si128(mistakes, mistakesIn(last, before));
    return _mm_movemask_epi8(_mm_cmpeq_epi8(mistakes, _mm_setzero_si128())) == 0xffff;
}

#undef FRAMESCOPE_SSSE3

}  // namespace

bool isUtf8InBulk(ByteView bytes) {
    static const bool able = __builtin_cpu_supports("ssse3") != 0;
    return able && isUtf8(bytes);
}

#else

bool isUtf8InBulk(ByteView) {
    return false;
}

#endif

}  // namespace framescope
