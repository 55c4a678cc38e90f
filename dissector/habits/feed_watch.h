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
    /// Messages of one side in a row that may be anything; and where the other side has asked,
    /// since what answers may begin like a feed.
    static constexpr std::size_t kMaxInRow = 1024;
    static constexpr std::size_t kMaxInRowIfAsked = 8192;
    /// Messages behind those that begin alike and may be something: as many as may be asked in one
    /// go.
    static constexpr std::uint16_t kMaxAlike = 256;
    /// And behind those, however they begin.
    static constexpr std::size_t kMaxBehind = 8192;

    /// Takes note of the next message. Whether it is one more of a feed. `isAsked`: the other side
    /// has asked something.
    bool isFeed(Direction direction, std::string_view text, bool isAsked) {
        if (direction != m_speaker) otherSpeaks(direction);
        return ++m_inRow > (isAsked ? kMaxInRowIfAsked : kMaxInRow) && isAlike(text);
    }

private:
    void otherSpeaks(Direction direction);
    bool isAlike(std::string_view text);

    std::size_t m_inRow = 0;
    std::size_t m_behind = 0;  ///< of the row, that are no feed though there are too many
    Direction m_speaker = Direction::ClientToServer;
    /// How many have begun so, by the hash of their beginnings; empty while they are not too many.
    std::vector<std::uint16_t> m_alike;
};

}  // namespace framescope::habits
