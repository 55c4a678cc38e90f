// Counts where packets of TCP contradict the order in which they come: new data that was
// acknowledged before it came, and data that fills a hole or lies before all there was. Whatever
// network and capture lose or repeat breaks nothing; what they turn round breaks a little in any
// order. So the better of two orders of the same packets is the one with fewer breaks.
//
// What is remembered is of fixed size: a table of connections in which a new one takes the place of
// another.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "capture/file/capture_reader.h"
#include "dissector/packet/packet.h"

namespace framescope {

class OrderBreaks {
public:
    OrderBreaks();

    void add(const CapturedPacket& packet);
    std::uint64_t count() const { return m_count; }

private:
    /// What one end has sent: sequence numbers as they are.
    struct Side {
        std::uint32_t low = 0;       ///< the first one
        std::uint32_t high = 0;      ///< behind the last one
        std::uint32_t received = 0;  ///< bytes between them that came
        std::uint32_t acked = 0;     ///< most of what it has acknowledged
        bool hasSent = false;
        bool hasAcked = false;
    };
    struct Connection {
        std::uint64_t key = 0;
        std::array<Side, 2> sides;
    };

    void begin(Connection& connection, std::size_t side, std::uint32_t first);
    bool breaks(Side& side, const Side& other, std::uint32_t sequence, std::uint32_t length);

    std::vector<Connection> m_connections;
    std::uint64_t m_count = 0;
    DecodedPacket m_decoded;
};

}  // namespace framescope
