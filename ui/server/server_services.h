// What the window asks of capture/server, as functions that can be replaced: tests put their own
// in, and a window without them offers no test server.
#pragma once

#include <functional>
#include <memory>

#include "capture/live/live_capture.h"
#include "capture/result.h"
#include "capture/server/test_server.h"

namespace framescope {

/// A test server that runs, with what it needs. Its end may wait for a moment; its members go in
/// the order from the last to the first.
struct ServerRun {
    std::shared_ptr<void> machinery;
    std::shared_ptr<live::LiveCapture> transcript;  ///< what passes; may be null
    std::unique_ptr<server::TestServer> server;
};

struct ServerServices {
    /// Called on another thread; `changed` and `wake` are called from any thread, when there is
    /// more to see of the server or of its transcript.
    std::function<Result<std::shared_ptr<ServerRun>>(
        const server::ServerOptions& options, std::function<void()> changed, live::Wake wake)>
        start;

    bool canServe() const { return static_cast<bool>(start); }
};

}  // namespace framescope
