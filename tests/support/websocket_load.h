// WebSocket connections over 127.0.0.1 with small masked text frames, each its own send(), at a
// wanted rate; and datagrams beside them, as TCP joins what is sent too fast and so makes few
// packets of many frames. What live captures are tested and measured with.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

namespace framescope::test {

struct LoadRequest {
    std::uint16_t port = 0;             ///< to listen on and connect to
    std::uint64_t framesPerSecond = 0;  ///< 0: as many as go
    double seconds = 1;
    std::uint64_t frames = 0;  ///< end after so many; 0: after the time
    std::uint64_t datagramsPerSecond = 0;
    unsigned connections = 4;
};

/// What was sent so far; may be read while it is played.
struct LoadFigures {
    std::atomic<std::uint64_t> frames = 0;
    std::atomic<std::uint64_t> datagrams = 0;
    std::atomic<bool> stop = false;  ///< set by who has enough
};

/// Plays the load. What went wrong, or nothing.
std::optional<std::string> playLoad(const LoadRequest& request, LoadFigures& figures);

}  // namespace framescope::test
