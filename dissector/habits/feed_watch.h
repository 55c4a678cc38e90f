// Notices that one side of a connection speaks alone for a long time, in messages that are alike:
// quotes, positions, samples. What begins otherwise stands out, however long the feed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "dissector/record/record.h"

namespace framescope::habits {

class FeedWatch {
public:
    /// Messages of one side in a row that may be anything.
    static constexpr std::size_t kMaxInRow = 1024;
    /// Messages behind those that begin alike and may be something: as many as may be asked in one
    /// go.
    static constexpr std::uint16_t kMaxAlike = 256;

    /// Takes note of the next message. Whether it is one more of a feed.
    bool isFeed(Direction direction, std::string_view text) {
        if (direction != m_speaker) otherSpeaks(direction);
        return ++m_inRow > kMaxInRow && isAlike(text);
    }

private:
    void otherSpeaks(Direction direction);
    bool isAlike(std::string_view text);

    std::size_t m_inRow = 0;
    Direction m_speaker = Direction::ClientToServer;
    /// How many have begun so, by the hash of their beginnings; empty while they are not too many.
    std::vector<std::uint16_t> m_alike;
};

}  // namespace framescope::habits
