// Watching a live capture from a test: waits for a state instead of sleeping.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unistd.h>

#include "capture/live/live_capture.h"

namespace framescope::test {

/// Counts the wakes of a capture. Give wake() to the capture, then wait for what shall come.
class LiveProbe {
public:
    live::Wake wake() {
        return [state = m_state] {
            {
                const std::lock_guard lock(state->mutex);
                ++state->wakes;
            }
            state->woken.notify_all();
        };
    }

    /// The first status for which `wanted` holds; the last one there was after 20 s.
    live::Status waitFor(const live::LiveCapture& capture,
                         const std::function<bool(const live::Status&)>& wanted) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        for (;;) {
            std::size_t seen = 0;
            {
                const std::lock_guard lock(m_state->mutex);
                seen = m_state->wakes;
            }
            live::Status status = capture.status();
            if (wanted(status) || std::chrono::steady_clock::now() >= deadline) return status;
            std::unique_lock lock(m_state->mutex);
            m_state->woken.wait_until(lock, deadline, [&] { return m_state->wakes != seen; });
        }
    }
    live::Status waitForEnd(const live::LiveCapture& capture) {
        return waitFor(capture, [](const live::Status& now) { return now.ending.has_value(); });
    }

private:
    struct State {
        std::mutex mutex;
        std::condition_variable woken;
        std::size_t wakes = 0;
    };
    std::shared_ptr<State> m_state = std::make_shared<State>();
};

/// How many descriptors, or threads, this process has now.
inline std::size_t entriesOf(const char* folder) {
    std::size_t entries = 0;
    for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) {
        ++entries;
    }
    return entries;
}
inline std::size_t openDescriptors() {
    return entriesOf("/proc/self/fd");
}
inline std::size_t runningThreads() {
    return entriesOf("/proc/self/task");
}

}  // namespace framescope::test
