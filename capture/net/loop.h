// The event loop behind a Reactor, for the files of this folder. Connections and timers share it,
// so that they may be destroyed after the reactor; what waits in the loop for them knows them
// weakly, so that nothing keeps itself alive.
#pragma once

#include <array>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "capture/net/reactor.h"
#include "capture/net/tls_context.h"

namespace framescope::net {

class LookupQueue;

struct Reactor::Loop : std::enable_shared_from_this<Reactor::Loop> {
    Loop();
    ~Loop();

    void post(std::function<void()> task);
    void stop();

    asio::io_context io{1};
    /// Where bytes are read into before a handler gets them; nothing of it outlasts that call.
    std::array<std::uint8_t, 65536> scratch;
    std::shared_ptr<LookupQueue> lookups;
    ClientContexts tlsContexts;
    std::thread thread;

private:
    void runOneTask();

    asio::executor_work_guard<asio::io_context::executor_type> m_work{io.get_executor()};
    std::mutex m_mutex;
    /// Here and not in `io`: what a task owns may own this loop, and is let go of by stop().
    std::deque<std::function<void()>> m_tasks;
    bool m_stopped = false;
};

}  // namespace framescope::net
