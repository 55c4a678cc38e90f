// What the main thread of a live capture waits on. Others ring it when there is something to do;
// it remembers one ring until it was waited for.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace framescope::cli {

class Bell {
public:
    /// From any thread.
    void ring() {
        {
            const std::lock_guard lock(m_mutex);
            m_rung = true;
        }
        m_changed.notify_one();
    }

    /// Waits until it was rung since the last time, or the time is over.
    void wait(std::chrono::milliseconds time) {
        std::unique_lock lock(m_mutex);
        m_changed.wait_for(lock, time, [this] { return m_rung; });
        m_rung = false;
    }

private:
    std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_rung = false;
};

}  // namespace framescope::cli
