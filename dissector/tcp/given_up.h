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
    static constexpr std::size_t kMost = 256;
    static constexpr std::size_t kMostOfEnded = 16;

    /// Holes are added in the order of the stream.
    void add(StreamOffset begin, StreamOffset end) {
        if (m_holes.size() >= kMost) m_holes.erase(m_holes.begin());
        m_holes.push_back({begin, end});
    }

    /// Whether a byte is part of a hole.
    bool contains(StreamOffset offset) const {
        return std::ranges::any_of(m_holes, [offset](const ByteRange& hole) {
            return hole.begin <= offset && offset < hole.end;
        });
    }

    /// Takes out the first part of a hole within a range, if there is one.
    std::optional<ByteRange> take(ByteRange range) {
        if (m_holes.empty() || m_holes.back().end <= range.begin) return std::nullopt;
        for (auto hole = m_holes.begin(); hole != m_holes.end(); ++hole) {
            const ByteRange part{std::max(hole->begin, range.begin),
                                 std::min(hole->end, range.end)};
            if (part.begin >= part.end) continue;
            const ByteRange behind{part.end, hole->end};
            hole->end = part.begin;
            if (behind.begin < behind.end) {
                hole = m_holes.insert(std::next(hole), behind);
                --hole;
            }
            if (hole->begin == hole->end) m_holes.erase(hole);
            return part;
        }
        return std::nullopt;
    }

    /// Forgets all but the last ones.
    void keepFew() {
        if (m_holes.size() <= kMostOfEnded) return;
        m_holes.erase(m_holes.begin(), m_holes.end() - static_cast<std::ptrdiff_t>(kMostOfEnded));
        m_holes.shrink_to_fit();
    }

private:
    std::vector<ByteRange> m_holes;  ///< ascending
};

}  // namespace framescope::tcp
