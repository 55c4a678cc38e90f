// A transport that can be let go at any time, also in the middle of one of its own calls: its
// handler hears nothing any more from that moment, and it is destroyed once no call is under way.
#pragma once

#include <memory>

#include "capture/client/conversation.h"

namespace framescope::client {

class HeldTransport {
public:
    /// Opens a connection to the target of `surroundings`; its calls go to `handler` as long as
    /// that lives and this does.
    HeldTransport(const Surroundings& surroundings, std::weak_ptr<net::TransportHandler> handler);
    ~HeldTransport();
    HeldTransport(const HeldTransport&) = delete;
    HeldTransport& operator=(const HeldTransport&) = delete;

    void send(ByteView bytes);
    /// Bytes that the socket did not take yet.
    std::size_t waiting() const;
    void finish();
    void reset();

private:
    class Inner;

    net::Reactor& m_reactor;
    std::shared_ptr<Inner> m_inner;
};

}  // namespace framescope::client
