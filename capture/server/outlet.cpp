// A slow pace is a piece of bytes every tick of a timer. The transport sends each send() at once
// (TCP_NODELAY), and it is given a piece only when it holds none, so a piece is a segment.
#include "capture/server/outlet.h"

#include <algorithm>
#include <utility>

namespace framescope::server {
namespace {

using std::chrono::milliseconds;

/// Ticks of slow writing; slower than ten bytes a second, a byte a tick.
constexpr milliseconds kSlowTick{100};
constexpr milliseconds kSplitTick{1};
/// Room of an empty queue that is kept for what comes next.
constexpr std::size_t kKeptRoom = 64U << 10;

}  // namespace

Outlet::Outlet(net::Reactor& reactor, net::Transport& transport, std::function<void()> overflow)
    : m_transport(transport), m_overflow(std::move(overflow)), m_timer(reactor) {}

std::optional<Outlet::Pace> Outlet::pace() const {
    std::optional<Pace> result;
    if (const auto split = m_faults.due(Fault::SplitWriting)) {
        result = Pace{static_cast<std::size_t>(numberOf(*split)), kSplitTick};
    }
    if (const auto slow = m_faults.due(Fault::SlowWriting)) {
        const std::uint64_t rate = numberOf(*slow);
        Pace slowly{static_cast<std::size_t>(rate / 10), kSlowTick};
        if (slowly.bytes == 0) slowly = {1, milliseconds(1000 / rate)};
        if (result && result->bytes < slowly.bytes) {
            slowly = {result->bytes,
                      std::max(kSplitTick, milliseconds(1000 * result->bytes / rate))};
        }
        result = slowly;
    }
    return result;
}

std::size_t Outlet::waiting() const {
    return m_reset ? 0 : m_transport.waiting() + m_queue.size() - m_sent;
}

void Outlet::send(ByteView bytes) {
    if (isClosed() || m_overflow == nullptr) return;
    if (waiting() > kMostWaiting) {
        std::exchange(m_overflow, nullptr)();
        return;
    }
    m_queue.insert(m_queue.end(), bytes.begin(), bytes.end());
    if (!m_corked) flush();
}

void Outlet::uncork() {
    m_corked = false;
    if (!m_reset) flush();
}

void Outlet::flush() {
    if (m_timer.isRunning()) return;
    if (m_sent != m_queue.size()) {
        if (pace()) {
            sendPiece();
            return;
        }
        m_transport.send(ByteView(m_queue).subspan(m_sent));
        if (m_queue.capacity() > kKeptRoom) {
            m_queue = {};
        } else {
            m_queue.clear();
        }
        m_sent = 0;
    }
    if (m_finishing && !std::exchange(m_finished, true)) m_transport.finish();
}

void Outlet::sendPiece() {
    const auto wanted = pace();
    if (!wanted) {
        flush();
        return;
    }
    if (m_transport.waiting() == 0) {
        const std::size_t size = std::min(wanted->bytes, m_queue.size() - m_sent);
        m_transport.send(ByteView(m_queue).subspan(m_sent, size));
        m_sent += size;
        if (m_sent > m_queue.size() / 2) {
            m_queue.erase(m_queue.begin(), m_queue.begin() + static_cast<std::ptrdiff_t>(m_sent));
            m_sent = 0;
        }
    }
    // Behind the last piece as well, so that what follows keeps its distance.
    m_timer.start(wanted->interval, [this] {
        if (m_sent != m_queue.size()) {
            sendPiece();
        } else {
            flush();
        }
    });
}

void Outlet::finish() {
    if (isClosed()) return;
    m_finishing = true;
    if (!m_corked) flush();
}

void Outlet::reset() {
    if (std::exchange(m_reset, true)) return;
    m_timer.stop();
    m_queue.clear();
    m_sent = 0;
    m_transport.reset();
}

}  // namespace framescope::server
