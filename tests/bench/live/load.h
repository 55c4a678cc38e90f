// Load for the live benchmark: WebSocket connections over 127.0.0.1 with small masked text frames,
// each its own send(), at a wanted rate. Runs in a process of its own.
#pragma once

#include <cstdint>

namespace framescope::bench {

struct LoadRequest {
    std::uint16_t port = 0;             ///< to listen on and connect to
    std::uint64_t framesPerSecond = 0;  ///< 0: as many as go
    double seconds = 1;
    std::uint64_t frames = 0;  ///< end after so many; 0: after the time
    std::uint64_t datagramsPerSecond = 0;
    unsigned connections = 4;
};

/// Plays the load and prints "frames N datagrams N seconds S" on standard output. Returns an exit
/// code.
int playLoad(const LoadRequest& request);

}  // namespace framescope::bench
