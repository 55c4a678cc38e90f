// Eight bytes at a time: the key, turned to where the piece begins, is laid out twice in a word.
// Copies in and out of the word keep unaligned payload and either byte order right. Wider vectors
// gain nothing on the short messages that are the rule.
#include "dissector/websocket/mask.h"

#include <cstring>

namespace framescope::websocket {

void applyMask(std::span<std::uint8_t> bytes, const MaskingKey& key, std::uint64_t payloadOffset) {
    std::uint8_t pattern[8];
    for (std::size_t i = 0; i < sizeof pattern; ++i) pattern[i] = key[(payloadOffset + i) % 4];
    std::uint64_t word;
    std::memcpy(&word, pattern, sizeof word);

    std::uint8_t* p = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= sizeof word; left -= sizeof word, p += sizeof word) {
        std::uint64_t value;
        std::memcpy(&value, p, sizeof value);
        value ^= word;
        std::memcpy(p, &value, sizeof value);
    }
    for (std::size_t i = 0; i < left; ++i) p[i] ^= pattern[i];
}

}  // namespace framescope::websocket
