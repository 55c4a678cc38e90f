// Notices that times run back by more than packets overtake each other, at the price of two
// comparisons a packet.
//
// A packet counts as late when another one that lies at least kReach packets in front of it is
// younger: what is nearer TcpTracker puts in order by itself. A clock that was set back makes late
// packets too, as many as it takes to catch up; which of the two it is others find out
// (capture/ingest/order_watch.h).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace framescope {

class TimeWatch {
public:
    /// Packets that may lie between one and an older one behind it.
    static constexpr std::uint32_t kReach = 128;
    /// Late packets that are something to look into; single ones occur everywhere.
    static constexpr std::uint32_t kEnough = 64;

    /// The time of the next packet; whether that one is late.
    bool add(std::int64_t timeNs) {
        if (timeNs < m_before) {
            ++m_late;
            return true;
        }
        m_latest = std::max(m_latest, timeNs);
        if (++m_count == kReach) {
            m_count = 0;
            m_before = m_next;
            m_next = m_latest;
        }
        return false;
    }
    bool isEnough() const { return m_late >= kEnough; }

private:
    static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

    std::int64_t m_latest = kNever;
    std::int64_t m_next = kNever;    ///< the latest of those before the last multiple of kReach
    std::int64_t m_before = kNever;  ///< and of those before the one in front of that
    std::uint32_t m_count = 0;
    std::uint32_t m_late = 0;
};

}  // namespace framescope
