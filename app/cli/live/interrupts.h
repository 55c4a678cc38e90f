// SIGINT, SIGTERM and SIGHUP as events. A thread of its own waits for them, so that a capture can
// be ended whatever the main thread does at the moment: it may be writing into a pipe that nobody
// reads.
#pragma once

#include <atomic>
#include <csignal>
#include <functional>
#include <thread>

#include "capture/file/file_descriptor.h"

namespace framescope::cli {

class Interrupts {
public:
    /// Catches the signals from now on, in threads that are made from now on. `first` is called
    /// from another thread. At the second signal the program has a moment to end; then it is ended
    /// with exit code 130.
    explicit Interrupts(std::function<void()> first);
    /// From here on the signals do again what they did before.
    ~Interrupts();
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;

    /// How many signals came.
    int count() const { return m_count; }

private:
    void listen();

    std::function<void()> m_first;
    sigset_t m_before{};
    FileDescriptor m_signals;
    FileDescriptor m_end;
    std::atomic<int> m_count = 0;
    std::thread m_thread;
};

}  // namespace framescope::cli
