#include "capture/client/held_transport.h"

#include <utility>

namespace framescope::client {

/// What the transport calls; lives until it is gone.
class HeldTransport::Inner final : public net::TransportHandler,
                                   public std::enable_shared_from_this<Inner> {
public:
    explicit Inner(std::weak_ptr<net::TransportHandler> handler) : m_handler(std::move(handler)) {}

    void established(const net::Established& info) override {
        pass([&info](net::TransportHandler& handler) { handler.established(info); });
    }
    void received(ByteView bytes) override {
        pass([bytes](net::TransportHandler& handler) { handler.received(bytes); });
    }
    void drained() override {
        pass([](net::TransportHandler& handler) { handler.drained(); });
    }
    void ended(const net::TransportEnd& end) override {
        pass([&end](net::TransportHandler& handler) { handler.ended(end); });
    }

    void open(const Surroundings& surroundings) {
        m_transport = surroundings.connect(surroundings.target, *this);
    }
    net::Transport* transport() const { return m_transport.get(); }
    void letGo(net::Reactor& reactor) {
        m_handler.reset();
        if (m_calls == 0) {
            m_transport.reset();
        } else {
            reactor.post([self = shared_from_this()] { self->m_transport.reset(); });
        }
    }

private:
    template <typename Call>
    void pass(const Call& call) {
        const std::shared_ptr<Inner> self = shared_from_this();
        const std::shared_ptr<net::TransportHandler> handler = m_handler.lock();
        if (!handler) return;
        ++m_calls;
        call(*handler);
        --m_calls;
    }

    std::weak_ptr<net::TransportHandler> m_handler;
    std::unique_ptr<net::Transport> m_transport;
    int m_calls = 0;
};

HeldTransport::HeldTransport(const Surroundings& surroundings,
                             std::weak_ptr<net::TransportHandler> handler)
    : m_reactor(surroundings.reactor), m_inner(std::make_shared<Inner>(std::move(handler))) {
    m_inner->open(surroundings);
}

HeldTransport::~HeldTransport() {
    m_inner->letGo(m_reactor);
}

void HeldTransport::send(ByteView bytes) {
    if (net::Transport* const transport = m_inner->transport()) transport->send(bytes);
}

std::size_t HeldTransport::waiting() const {
    const net::Transport* const transport = m_inner->transport();
    return transport != nullptr ? transport->waiting() : 0;
}

void HeldTransport::finish() {
    if (net::Transport* const transport = m_inner->transport()) transport->finish();
}

void HeldTransport::reset() {
    if (net::Transport* const transport = m_inner->transport()) transport->reset();
}

}  // namespace framescope::client
