// The holes of a stream that were given up and may still be filled by what is captured late. Each
// byte of them is handed out once.
#pragma once

#include <algorithm>
#include <optional>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/record/record.h"

namespace framescope::tcp {

class GivenUp {
public:
    /// Holes that are kept, the last ones; so many of a connection that has ended.
    static constexpr std::size_t kMost = 4096;
    static constexpr std::size_t kMostOfEnded = 64;

    /// Holes are added in the order of the stream.
    void add(StreamOffset begin, StreamOffset end) {
        // A half at a time, so that a stream of nothing but holes does not move them all for each.
        if (m_holes.size() >= kMost) keepLast(kMost / 2);
        m_holes.push_back({begin, end});
    }

    /// Whether a byte is part of a hole.
    bool contains(StreamOffset offset) const {
        const auto hole = std::ranges::upper_bound(m_holes, offset, {}, &ByteRange::end);
        return hole != m_holes.end() && hole->begin <= offset;
    }
    /// Behind the last hole that is kept no longer; 0 where all are.
    StreamOffset forgottenEnd() const { return m_forgottenEnd; }

    /// Takes out the first part of a hole within a range, if there is one.
    std::optional<ByteRange> take(ByteRange range) {
        auto hole = std::ranges::upper_bound(m_holes, range.begin, {}, &ByteRange::end);
        if (hole == m_holes.end() || hole->begin >= range.end) return std::nullopt;
        const ByteRange part{std::max(hole->begin, range.begin), std::min(hole->end, range.end)};
        const ByteRange behind{part.end, hole->end};
        hole->end = part.begin;
        if (behind.begin < behind.end) {
            hole = m_holes.insert(std::next(hole), behind);
            --hole;
        }
        if (hole->begin == hole->end) m_holes.erase(hole);
        return part;
    }

    /// Forgets all but the last ones.
    void keepFew() {
        if (m_holes.size() <= kMostOfEnded) return;
        keepLast(kMostOfEnded);
        m_holes.shrink_to_fit();
    }

private:
    void keepLast(std::size_t count) {
        const auto first = m_holes.end() - static_cast<std::ptrdiff_t>(count);
        m_forgottenEnd = std::prev(first)->end;
        m_holes.erase(m_holes.begin(), first);
    }

    std::vector<ByteRange> m_holes;  ///< ascending
    StreamOffset m_forgottenEnd = 0;
};

}  // namespace framescope::tcp
