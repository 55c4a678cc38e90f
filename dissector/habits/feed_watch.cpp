#include "dissector/habits/feed_watch.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace framescope::habits {
namespace {

/// So many that the kinds of messages of one feed hardly ever share one.
constexpr std::size_t kBeginnings = 1024;

/// What is no letter, above all digits, taken out. Eight characters.
constexpr std::uint64_t lettersOf(std::uint64_t characters) {
    // Letters of ASCII have this bit, digits and most signs do not.
    const std::uint64_t letters = characters >> 6 & 0x0101010101010101U;
    return characters & ((letters << 6) - letters);
}
static_assert(lettersOf(0x7b22'4162'3139'2c20U) == 0x3b00'0122'0000'0000U);

std::size_t beginningOf(std::string_view text) {
    std::array<std::uint64_t, 2> words{};
    if (text.size() >= sizeof words) {
        std::memcpy(words.data(), text.data(), sizeof words);
    } else {
        std::copy(text.begin(), text.end(), reinterpret_cast<char*>(words.data()));
    }
    return (lettersOf(words[0]) * 0x9e3779b97f4a7c15U ^
            lettersOf(words[1]) * 0xbf58476d1ce4e5b9U) >>
           54;
}
static_assert(kBeginnings == std::size_t{1} << (64 - 54));

}  // namespace

void FeedWatch::otherSpeaks(Direction direction) {
    m_speaker = direction;
    m_inRow = 0;
    m_behind = 0;
    m_alike.clear();
}

bool FeedWatch::isAlike(std::string_view text) {
    if (m_alike.empty()) m_alike.resize(kBeginnings);
    std::uint16_t& alike = m_alike[beginningOf(text)];
    if (alike == kMaxAlike || m_behind == kMaxBehind) return true;
    ++alike;
    ++m_behind;
    return false;
}

}  // namespace framescope::habits
