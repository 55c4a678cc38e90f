// What goes out on one connection, at the pace that misbehaviours ask for. Bytes sent while
// something that came in is handled are collected and handed to the transport in one piece.
#pragma once

#include <cstddef>
#include <functional>

#include "capture/net/reactor.h"
#include "capture/net/transport.h"
#include "capture/server/fault_list.h"

namespace framescope::server {

class Outlet {
public:
    /// Bytes that may wait for a client that does not read them.
    static constexpr std::size_t kMostWaiting = 16U << 20;

    /// `overflow` is called, once, when more than kMostWaiting bytes wait and more are to be sent;
    /// from then on nothing is sent.
    Outlet(net::Reactor& reactor, net::Transport& transport, std::function<void()> overflow);

    void setFaults(const FaultList& faults) { m_faults = faults; }
    void send(ByteView bytes);
    /// Ends our direction behind everything that was sent.
    void finish();
    /// RST, at once.
    void reset();
    std::size_t waiting() const;
    /// Nothing can be sent any more.
    bool isClosed() const { return m_finishing || m_reset; }
    /// Whether reset() was called: the transport says nothing more.
    bool wasReset() const { return m_reset; }

    /// Between these, what is sent is collected.
    void cork() { m_corked = true; }
    void uncork();

private:
    struct Pace {
        std::size_t bytes = 0;  ///< of one piece
        std::chrono::milliseconds interval{};
    };
    std::optional<Pace> pace() const;
    void flush();
    void sendPiece();

    net::Transport& m_transport;
    std::function<void()> m_overflow;
    FaultList m_faults;
    net::Reactor::Timer m_timer;
    Bytes m_queue;           ///< not yet given to the transport
    std::size_t m_sent = 0;  ///< of the queue
    bool m_corked = false;
    bool m_finishing = false;
    bool m_finished = false;
    bool m_reset = false;
};

}  // namespace framescope::server
