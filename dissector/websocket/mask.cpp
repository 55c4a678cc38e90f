// A block at a time: the key, turned to where the piece begins, is laid out as often as it fits
// into a block. Copies in and out of a block keep unaligned payload and either byte order right.
// What is left behind the last whole block is done as one more block that overlaps it, where that
// may be: not in place, where bytes would be masked twice.
#include "dissector/websocket/mask.h"

#include <algorithm>
#include <cstring>

#include "dissector/core/wide.h"
#include "dissector/layer/client_marks.h"

namespace framescope::websocket {
namespace {

using HalfBlock = std::uint8_t __attribute__((vector_size(16)));
using Block = std::uint8_t __attribute__((vector_size(32)));

/// The key as a word for a piece that begins `offset` bytes behind where `word` is the key.
std::uint32_t turned(std::uint32_t word, std::uint64_t offset) {
    const int bits = static_cast<int>(offset % 4) * 8;
    return std::endian::native == std::endian::little ? std::rotr(word, bits)
                                                      : std::rotl(word, bits);
}

std::uint64_t doubled(std::uint32_t word) {
    return std::uint64_t{word} << 32 | word;
}

template <typename Word>
Word load(const std::uint8_t* from) {
    Word word;
    std::memcpy(&word, from, sizeof word);
    return word;
}

template <typename Word>
void store(std::uint8_t* to, const Word& word) {
    std::memcpy(to, &word, sizeof word);
}

constexpr std::uint64_t kHighBits = 0x8080808080808080;

/// Of fewer bytes than a block has; `word` is the key for the first of them.
template <bool kMarks>
[[gnu::always_inline]] inline Seen copyFew(const std::uint8_t* from, std::uint8_t* to,
                                           std::size_t size, std::uint32_t word) {
    const auto key = std::bit_cast<MaskingKey>(word);
    std::uint8_t seen = 0;
    std::uint8_t marks = 0;
    const auto copy = [&](std::size_t i) {
        const auto byte = static_cast<std::uint8_t>(from[i] ^ key[i % 4]);
        seen |= byte;
        if (kMarks) addClientMarks(marks, byte);
        to[i] = byte;
    };
    if (!kMarks && size >= 8) {
        const std::size_t last = size - 8;
        const std::uint64_t front = load<std::uint64_t>(from) ^ doubled(word);
        const std::uint64_t back = load<std::uint64_t>(from + last) ^ doubled(turned(word, last));
        store(to, front);
        store(to + last, back);
        return {((front | back) & kHighBits) == 0, false};
    }
    for (std::size_t i = 0; i < size; ++i) copy(i);
    return {seen < 0x80, marks != 0};
}

/// Of at least as many bytes as a Piece has.
template <typename Piece, typename Words, bool kMarks>
[[gnu::always_inline]] inline Seen copyPieces(const std::uint8_t* from, std::uint8_t* to,
                                              std::size_t size, std::uint32_t word) {
    constexpr std::size_t kPiece = sizeof(Piece);
    Piece pattern;
    std::uint32_t words[kPiece / sizeof word];
    Piece seen{};
    Piece marks{};
    Piece piece;
    const auto copy = [&](std::size_t at, std::uint32_t key) __attribute__((always_inline)) {
        std::ranges::fill(words, key);
        std::memcpy(&pattern, words, kPiece);
        std::memcpy(&piece, from + at, kPiece);
        piece ^= pattern;
        seen |= piece;
        if (kMarks) addClientMarks(marks, piece);
        std::memcpy(to + at, &piece, kPiece);
    };
    std::size_t at = 0;
    for (; at + kPiece <= size; at += kPiece) copy(at, word);
    if (at != size) copy(size - kPiece, turned(word, size - kPiece));
    const auto allOf = [](const Piece& bytes) __attribute__((always_inline)) {
        Words each;
        std::memcpy(&each, &bytes, kPiece);
        std::uint64_t all = 0;
        for (std::size_t i = 0; i < kPiece / sizeof all; ++i) all |= each[i];
        return all;
    };
    return {(allOf(seen) & kHighBits) == 0, kMarks && allOf(marks) != 0};
}

using HalfWords = std::uint64_t __attribute__((vector_size(16)));
using BlockWords = std::uint64_t __attribute__((vector_size(32)));

template <bool kMarks>
[[gnu::always_inline]] inline Seen copyAll(const std::uint8_t* from, std::uint8_t* to,
                                           std::size_t size, std::uint32_t word) {
    if (size >= sizeof(Block)) return copyPieces<Block, BlockWords, kMarks>(from, to, size, word);
    if (size >= sizeof(HalfBlock)) {
        return copyPieces<HalfBlock, HalfWords, kMarks>(from, to, size, word);
    }
    return copyFew<kMarks>(from, to, size, word);
}

FRAMESCOPE_WIDE bool copyWith(const std::uint8_t* from, std::uint8_t* to, std::size_t size,
                              std::uint32_t word) {
    return copyAll<false>(from, to, size, word).ascii;
}

FRAMESCOPE_WIDE Seen copyAndSee(const std::uint8_t* from, std::uint8_t* to, std::size_t size,
                                std::uint32_t word) {
    return copyAll<true>(from, to, size, word);
}

FRAMESCOPE_WIDE bool isAsciiOf(const std::uint8_t* from, std::size_t size) {
    std::uint64_t all = 0;
    std::size_t at = 0;
    if (size >= sizeof(Block)) {
        Block seen{};
        Block block;
        for (; at + sizeof block <= size; at += sizeof block) {
            std::memcpy(&block, from + at, sizeof block);
            seen |= block;
        }
        std::memcpy(&block, from + size - sizeof block, sizeof block);
        seen |= block;
        BlockWords words;
        std::memcpy(&words, &seen, sizeof words);
        return ((words[0] | words[1] | words[2] | words[3]) & kHighBits) == 0;
    }
    for (; at + sizeof all <= size; at += sizeof all) all |= load<std::uint64_t>(from + at);
    for (; at < size; ++at) all |= from[at];
    return (all & kHighBits) == 0;
}

}  // namespace

void applyMask(std::span<std::uint8_t> bytes, const MaskingKey& key, std::uint64_t payloadOffset) {
    const std::uint64_t word = doubled(turned(asWord(key), payloadOffset));
    std::uint8_t* p = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= sizeof word; left -= sizeof word, p += sizeof word) {
        store(p, load<std::uint64_t>(p) ^ word);
    }
    std::uint8_t pattern[sizeof word];
    store(pattern, word);
    for (std::size_t i = 0; i < left; ++i) p[i] ^= pattern[i];
}

Seen copyMasked(ByteView from, std::uint8_t* to, const MaskingKey& key) {
    return copyAndSee(from.data(), to, from.size(), asWord(key));
}

bool copyMasked(ByteView from, std::uint8_t* to, const MaskingKey& key,
                std::uint64_t payloadOffset) {
    return copyWith(from.data(), to, from.size(), turned(asWord(key), payloadOffset));
}

bool copyPlain(ByteView from, std::uint8_t* to) {
    return copyWith(from.data(), to, from.size(), 0);
}

bool isAscii(ByteView bytes) {
    return isAsciiOf(bytes.data(), bytes.size());
}

}  // namespace framescope::websocket
