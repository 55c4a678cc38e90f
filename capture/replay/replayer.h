// Plays a plan against a server and compares what it answers.
#pragma once

#include <functional>
#include <memory>

#include "capture/net/reactor.h"
#include "capture/replay/replay_report.h"
#include "capture/transcript/transcript.h"

namespace framescope::replay {

/// How far a replay has come.
struct Progress {
    std::size_t done = 0;  ///< steps
    std::size_t all = 0;
    bool finished = false;
};

class Replayer {
public:
    /// Starts at once. `changed` is called on the reactor's thread when there is more to see.
    static std::unique_ptr<Replayer> start(net::Reactor& reactor,
                                           std::shared_ptr<transcript::Transcript> transcript,
                                           Plan plan, ReplayOptions options,
                                           std::function<void()> changed);
    /// Cuts the connection if it still runs.
    virtual ~Replayer() = default;

    // Thread-safe.
    virtual void stop() = 0;
    virtual Progress progress() const = 0;
    /// As far as it has come; final once progress().finished.
    virtual Report report() const = 0;
};

}  // namespace framescope::replay
