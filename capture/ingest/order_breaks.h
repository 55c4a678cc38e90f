// Counts where packets of TCP contradict the order in which they come: new data that was
// acknowledged before it came, and data that fills a hole or lies before all there was. Whatever
// network and capture lose or repeat breaks nothing; what they turn round breaks a little in any
// order. So the better of two orders of the same packets is the one with fewer breaks.
//
// Only what lies kReach packets apart counts, since TcpTracker puts in order by itself what is
// nearer; all of it from twice as far on.
//
// What is remembered is of fixed size: a table of connections in which a new one takes the place of
// another.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "capture/file/capture_reader.h"
#include "capture/file/time_watch.h"
#include "dissector/packet/packet.h"

namespace framescope {

class OrderBreaks {
public:
    /// Packets that lie at least between those that contradict each other.
    static constexpr std::uint64_t kReach = TimeWatch::kReach;

    OrderBreaks();

    void add(const CapturedPacket& packet);
    std::uint64_t count() const { return m_count; }

private:
    /// A sequence number that rises: what it is, was at the last multiple of kReach packets, and at
    /// the one before.
    struct Rising {
        std::array<std::uint32_t, 3> values{};
        std::array<bool, 3> known{};

        bool isKnown() const { return known[0]; }
        std::uint32_t now() const { return values[0]; }
        void set(std::uint32_t sequence);
        void age();
        /// Whether it had got to `sequence` by then.
        bool hadReached(std::uint32_t sequence) const;
    };
    /// What one end has sent: sequence numbers as they are.
    struct Side {
        std::uint32_t low = 0;       ///< the first one
        std::uint32_t received = 0;  ///< bytes between that and `high` that came
        Rising high;                 ///< behind the last one
        Rising acked;                ///< most of what it has acknowledged
    };
    struct Connection {
        std::uint64_t key = 0;
        std::uint64_t multiple = 0;  ///< of kReach at which it was looked at last
        std::array<Side, 2> sides;

        void ageTo(std::uint64_t now);
    };

    void begin(Connection& connection, std::size_t side, std::uint32_t first);
    bool breaks(Side& side, const Side& other, std::uint32_t sequence, std::uint32_t length);

    std::vector<Connection> m_connections;
    std::uint64_t m_count = 0;
    std::uint64_t m_packets = 0;
    DecodedPacket m_decoded;
};

}  // namespace framescope
