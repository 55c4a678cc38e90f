// A datagram that came in fragments, as the session remembers it: where its bytes lie in the
// capture, so that rows of the packet that completed it can be taken apart like those of any other.
#pragma once

#include <cstdint>
#include <vector>

#include "dissector/ip/fragment_tracker.h"
#include "dissector/record/record.h"

namespace framescope {

struct StoredDatagram {
    /// Pieces that are remembered of a capture, which is as many fragments; rows of what comes
    /// behind them show their last fragment alone. 24 bytes each.
    static constexpr std::size_t kMaxPieces = 1U << 20;

    PacketNumber packet = 0;  ///< that completed it, or was the last before it was given up
    IpAddress source;
    IpAddress destination;
    std::uint8_t protocol = 0;
    bool complete = false;
    bool conflict = false;
    bool lengthKnown = false;  ///< the last fragment was among them
    std::uint32_t length = 0;  ///< of the payload on the wire, as far as it is known
    std::vector<ip::DatagramPiece> pieces;
};

}  // namespace framescope
