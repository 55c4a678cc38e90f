// While bytes are held back, or wait for their time, the transport reads nothing.
#include "capture/server/inlet.h"

#include <algorithm>
#include <utility>

namespace framescope::server {
namespace {

constexpr std::chrono::milliseconds kTick{100};

}  // namespace

Inlet::Inlet(net::Reactor& reactor, net::Transport& transport, std::function<void(ByteView)> next)
    : m_transport(transport), m_next(std::move(next)), m_timer(reactor) {}

void Inlet::received(ByteView bytes) {
    if (m_next == nullptr) return;
    if (m_held.empty() && !m_paused && !m_handing && !m_faults.due(Fault::SlowReading)) {
        m_handing = true;
        m_next(bytes);
        m_handing = false;
        return;
    }
    m_held.insert(m_held.end(), bytes.begin(), bytes.end());
    handOn();
}

void Inlet::handOn() {
    while (m_next != nullptr && !m_paused && !m_handing && !m_timer.isRunning() &&
           m_taken != m_held.size()) {
        std::size_t size = m_held.size() - m_taken;
        std::chrono::milliseconds wait{};
        if (const auto slow = m_faults.due(Fault::SlowReading)) {
            const std::uint64_t rate = numberOf(*slow);
            size = std::min<std::size_t>(size, std::max<std::uint64_t>(1, rate / 10));
            wait = rate < 10 ? std::chrono::milliseconds(1000 / rate) : kTick;
        }
        // The handler may call back in here.
        const Bytes piece(m_held.begin() + static_cast<std::ptrdiff_t>(m_taken),
                          m_held.begin() + static_cast<std::ptrdiff_t>(m_taken + size));
        m_taken += size;
        if (m_taken == m_held.size()) {
            m_held.clear();
            m_taken = 0;
        }
        if (wait.count() != 0) m_timer.start(wait, [this] { handOn(); });
        m_handing = true;
        m_next(piece);
        m_handing = false;
    }
    setReading();
}

void Inlet::pause(bool paused) {
    m_paused = paused;
    if (m_handing) {
        setReading();
    } else {
        handOn();
    }
}

void Inlet::setReading() {
    const bool reading = m_next == nullptr || (!m_paused && m_held.empty() && !m_timer.isRunning());
    if (std::exchange(m_reading, reading) != reading) m_transport.pauseReading(!reading);
}

void Inlet::close() {
    m_next = nullptr;
    m_timer.stop();
    m_held.clear();
    m_taken = 0;
    setReading();
}

}  // namespace framescope::server
