// Wakes come from two threads, the capture's and the loader's; both only set a flag here.
#include "tests/bench/live/watched_capture.h"

#include <algorithm>
#include <chrono>

namespace framescope::bench {
namespace {

/// Every so many rows one lateness is noted.
constexpr RecordId kSample = 16;

}  // namespace

WatchedCapture::WatchedCapture(const live::InterfaceCapture& what) {
    const auto wake = [this] {
        {
            const std::lock_guard lock(m_mutex);
            m_woken = true;
        }
        m_changed.notify_all();
    };
    m_capture = live::captureInterface(what, wake);
    m_thread = std::thread([this, wake] {
        std::unique_lock lock(m_mutex);
        while (true) {
            m_changed.wait(lock, [this] { return m_woken; });
            m_woken = false;
            lock.unlock();
            live::Status status = m_capture->status();
            if (status.file && !m_loader) {
                m_session = std::make_unique<Session>(status.file);
                m_loader = std::make_unique<Loader>(status.file, wake);
            }
            if (m_loader) take();
            const bool complete = status.ending && (!m_session || m_session->complete());
            lock.lock();
            m_running = m_running || status.phase == live::Phase::Running;
            m_last = std::move(status);
            if (complete) {
                m_finished = true;
                m_changed.notify_all();
                return;
            }
            m_changed.notify_all();
        }
    });
}

WatchedCapture::~WatchedCapture() {
    finish();
    m_thread.join();
}

void WatchedCapture::take() {
    while (auto batch = m_loader->take()) {
        const RecordId from = m_session->rowCount();
        m_session->append(std::move(*batch));
        const auto now = std::chrono::duration_cast<std::chrono::nanoseconds>(
                             std::chrono::system_clock::now().time_since_epoch())
                             .count();
        for (RecordId row = from; row < m_session->rowCount(); row += kSample) {
            m_lateness.push_back(static_cast<float>(now - m_session->record(row).timeNs) / 1e6F);
        }
    }
}

std::optional<std::string> WatchedCapture::waitUntilRunning() {
    std::unique_lock lock(m_mutex);
    m_changed.wait_for(lock, std::chrono::seconds(10), [this] { return m_running || m_finished; });
    if (m_running) return std::nullopt;
    return m_last.ending ? m_last.ending->sentence : "The capture does not begin.";
}

void WatchedCapture::finish() {
    m_capture->stop();
    std::unique_lock lock(m_mutex);
    m_changed.wait(lock, [this] { return m_finished; });
}

std::uint64_t WatchedCapture::rows(Protocol protocol) const {
    return m_session ? m_session->statistics().rows[static_cast<std::size_t>(protocol)] : 0;
}

double WatchedCapture::lateness(double share) {
    if (m_lateness.empty()) return 0;
    const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(m_lateness.size() - 1));
    std::nth_element(m_lateness.begin(), m_lateness.begin() + at, m_lateness.end());
    return m_lateness[static_cast<std::size_t>(at)];
}

}  // namespace framescope::bench
