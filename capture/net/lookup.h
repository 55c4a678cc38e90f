// Asks the system for the addresses of a name, beside the reactor's thread: a name server may take
// long to answer or never do, and neither other connections nor the end of the program wait for it.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "capture/net/reactor.h"
#include "capture/result.h"
#include "dissector/ip/ip_address.h"

namespace framescope::net {

/// Called on the reactor's thread, unless the reactor has ended.
using LookupDone = std::function<void(Result<std::vector<IpAddress>>)>;

/// The addresses of `host` in the system's order (RFC 6724), each once; there is at least one. An
/// address as text is its own.
void lookUp(Reactor::Loop& loop, const std::string& host, LookupDone done);

/// What `text` says if it is an address; version 0 if it is a name.
IpAddress addressOf(const std::string& text);

/// Runs look-ups on a few threads that end when there is nothing to do. They are never joined:
/// nobody can interrupt the system's resolver.
class LookupQueue : public std::enable_shared_from_this<LookupQueue> {
public:
    /// At the same time; more wait.
    static constexpr int kMaxThreads = 4;

    /// False, and `work` is dropped, where no thread can be had for it.
    bool run(std::function<void()> work);

private:
    void work();

    std::mutex m_mutex;
    std::deque<std::function<void()>> m_waiting;
    int m_threads = 0;
};

}  // namespace framescope::net
