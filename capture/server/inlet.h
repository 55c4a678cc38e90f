// What comes in on one connection, at the pace that misbehaviours ask for: while bytes are held
// back nothing is read, so the peer's window fills.
#pragma once

#include <functional>

#include "capture/net/reactor.h"
#include "capture/net/transport.h"
#include "capture/server/fault_list.h"

namespace framescope::server {

class Inlet {
public:
    /// `next` is given the bytes when their time has come.
    Inlet(net::Reactor& reactor, net::Transport& transport, std::function<void(ByteView)> next);

    void setFaults(const FaultList& faults) { m_faults = faults; }
    void received(ByteView bytes);
    /// Reads nothing for another reason than the pace.
    void pause(bool paused);
    bool isPaused() const { return m_paused; }
    /// Nothing is handed on any more.
    void close();

private:
    void handOn();
    void setReading();

    net::Transport& m_transport;
    std::function<void(ByteView)> m_next;
    FaultList m_faults;
    net::Reactor::Timer m_timer;
    Bytes m_held;
    std::size_t m_taken = 0;  ///< of what is held
    bool m_paused = false;
    bool m_reading = true;
    bool m_handing = false;
};

}  // namespace framescope::server
