// A block at a time: the key, turned to where the piece begins, is laid out as often as it fits
// into a block. Copies in and out of a block keep unaligned payload and either byte order right.
// What is left behind the last whole block is done as one more block that overlaps it, where that
// may be: not in place, where bytes would be masked twice.
#include "dissector/websocket/mask.h"

#include <cstring>

namespace framescope::websocket {
namespace {

/// Sixteen bytes, in whatever the machine has for them.
using Block = std::uint8_t __attribute__((vector_size(16)));

/// The key as a word for a piece that begins `offset` bytes behind where `word` is the key.
std::uint32_t turned(std::uint32_t word, std::uint64_t offset) {
    const int bits = static_cast<int>(offset % 4) * 8;
    return std::endian::native == std::endian::little ? std::rotr(word, bits)
                                                      : std::rotl(word, bits);
}

std::uint64_t doubled(std::uint32_t word) {
    return std::uint64_t{word} << 32 | word;
}

Block blockOf(std::uint32_t word) {
    using Words = std::uint32_t __attribute__((vector_size(16)));
    return reinterpret_cast<Block>(Words{word, word, word, word});
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
bool copyFew(const std::uint8_t* from, std::uint8_t* to, std::size_t size, std::uint32_t word) {
    if (size >= 8) {
        const std::size_t last = size - 8;
        const std::uint64_t front = load<std::uint64_t>(from) ^ doubled(word);
        const std::uint64_t back = load<std::uint64_t>(from + last) ^ doubled(turned(word, last));
        store(to, front);
        store(to + last, back);
        return ((front | back) & kHighBits) == 0;
    }
    const auto key = std::bit_cast<MaskingKey>(word);
    std::uint8_t seen = 0;
    for (std::size_t i = 0; i < size; ++i) {
        const auto byte = static_cast<std::uint8_t>(from[i] ^ key[i % 4]);
        seen |= byte;
        to[i] = byte;
    }
    return seen < 0x80;
}

bool copyWith(ByteView bytes, std::uint8_t* to, std::uint32_t word) {
    constexpr std::size_t kBlock = sizeof(Block);
    const std::uint8_t* from = bytes.data();
    const std::size_t size = bytes.size();
    if (size < kBlock) return copyFew(from, to, size, word);
    const Block pattern = blockOf(word);
    Block seen{};
    std::size_t at = 0;
    for (; at + kBlock <= size; at += kBlock) {
        const Block block = load<Block>(from + at) ^ pattern;
        seen |= block;
        store(to + at, block);
    }
    if (at != size) {
        const std::size_t last = size - kBlock;
        const Block block = load<Block>(from + last) ^ blockOf(turned(word, last));
        seen |= block;
        store(to + last, block);
    }
    using Halves = std::uint64_t __attribute__((vector_size(16)));
    const auto halves = reinterpret_cast<Halves>(seen);
    return ((halves[0] | halves[1]) & kHighBits) == 0;
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

bool copyMasked(ByteView from, std::uint8_t* to, const MaskingKey& key,
                std::uint64_t payloadOffset) {
    return copyWith(from, to, turned(asWord(key), payloadOffset));
}

bool copyPlain(ByteView from, std::uint8_t* to) {
    return copyWith(from, to, 0);
}

}  // namespace framescope::websocket
