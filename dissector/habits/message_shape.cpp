// Every short message is asked for its shape, so digits are found sixteen bytes at a time and what
// stands between them is hashed in words. The text is copied to where a word may be read behind its
// end.
#include "dissector/habits/message_shape.h"

#include <algorithm>
#include <bit>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "dissector/layer/pending_rows.h"

namespace framescope::habits {
namespace {

using Word = std::uint64_t;
using PaddedText = std::array<char, kMaxShapeBytes + sizeof(Word)>;
static_assert(kMaxShapeBytes == 64, "a bit of one word stands for each byte");

/// What the hash of a shape has in place of a number; no text is that long.
constexpr Word kNumber = ~Word{0};

/// At most kMaxShapeBytes, with zeros behind them. Pieces of fixed sizes are copied faster than one
/// of any.
PaddedText paddedFrom(std::string_view text) {
    PaddedText bytes{};
    std::size_t at = 0;
    for (constexpr std::size_t kPiece = 16; at + kPiece <= text.size(); at += kPiece) {
        std::memcpy(bytes.data() + at, text.data() + at, kPiece);
    }
    for (constexpr std::size_t kPiece = 4; at + kPiece <= text.size(); at += kPiece) {
        std::memcpy(bytes.data() + at, text.data() + at, kPiece);
    }
    for (; at < text.size(); ++at) bytes[at] = text[at];
    return bytes;
}

/// A bit for each byte that is a digit; the first byte's is the lowest one.
Word digitsOf(const PaddedText& text) {
    Word digits = 0;
#ifdef __SSE2__
    constexpr std::size_t kBlock = 16;
    for (std::size_t at = 0; at < kMaxShapeBytes; at += kBlock) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
        const __m128i values = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
        const __m128i found = _mm_cmpeq_epi8(_mm_min_epu8(values, _mm_set1_epi8(9)), values);
        digits |= Word{static_cast<unsigned>(_mm_movemask_epi8(found))} << at;
    }
#else
    for (std::size_t at = 0; at < kMaxShapeBytes; ++at) {
        digits |= Word{text[at] >= '0' && text[at] <= '9'} << at;
    }
#endif
    return digits;
}

/// Stands between the parts of one date, time or fraction.
bool joinsNumbers(char c) {
    return c == '-' || c == ':' || c == '.' || c == 'T' || c == '+' || c == ' ';
}

void addText(KeyHash& hash, const char* text, std::size_t size) {
    hash.add(size);
    for (std::size_t at = 0; at < size; at += sizeof(Word)) {
        Word word;
        std::memcpy(&word, text + at, sizeof word);
        const std::size_t left = size - at;
        if (left < sizeof word) {
            // The order of bytes decides on which end those are that count; for a hash either will
            // do as long as no others are in it.
            Word mask = ~Word{0};
            mask = std::endian::native == std::endian::little ? mask >> (8 * (sizeof word - left))
                                                              : mask << (8 * (sizeof word - left));
            word &= mask;
        }
        hash.add(word);
    }
}

}  // namespace

bool MessageShape::risesFrom(const MessageShape& before) const {
    if (count != before.count) return false;
    bool decided = false;  // of the group: its first number that differs decides
    for (std::size_t i = 0; i < count; ++i) {
        if (beginsGroup[i]) decided = false;
        if (decided || numbers[i] == before.numbers[i]) continue;
        if (numbers[i] < before.numbers[i]) return false;
        decided = true;
    }
    return true;
}

std::optional<MessageShape> shapeOf(std::string_view text) {
    if (text.empty() || text.size() > kMaxShapeBytes) return std::nullopt;
    const PaddedText bytes = paddedFrom(text);
    const Word digits = digitsOf(bytes);
    std::optional<MessageShape> found;
    MessageShape& shape = found.emplace();
    KeyHash hash;
    bool group = false;
    for (std::size_t at = 0; at < text.size();) {
        const Word rest = digits >> at;
        const char* const from = bytes.data() + at;
        if ((rest & 1U) == 0) {
            const std::size_t size = std::min<std::size_t>(
                static_cast<std::size_t>(std::countr_zero(rest)), text.size() - at);
            addText(hash, from, size);
            at += size;
            group = group && size == 1 && at < text.size() && joinsNumbers(*from);
            continue;
        }
        if (shape.count == MessageShape::kMaxNumbers) return std::nullopt;
        const auto size = static_cast<std::size_t>(std::countr_one(rest));
        std::uint64_t number = 0;
        for (std::size_t i = 0; i < size; ++i) {
            number = number * 10 + static_cast<std::uint64_t>(from[i] - '0');
        }
        at += size;
        shape.numbers[shape.count] = number;
        shape.beginsGroup[shape.count] = !group;
        ++shape.count;
        group = true;
        hash.add(kNumber);
    }
    shape.hash = hash;
    return found;
}

}  // namespace framescope::habits
