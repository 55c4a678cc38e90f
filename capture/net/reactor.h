// The thread on which connections live. Whatever touches a socket runs there, one thing after the
// other, so nothing of it needs a lock; others post to it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace framescope::net {

class Reactor {
public:
    /// Starts the thread.
    Reactor();
    /// Ends and joins it. Tasks that were not begun are dropped, timers do not fire any more.
    ~Reactor();
    Reactor(const Reactor&) = delete;
    Reactor& operator=(const Reactor&) = delete;

    /// Runs `task` on the thread, after those posted before it. Thread-safe.
    void post(std::function<void()> task);
    /// Runs `task` there and waits for it; at once when called on the thread itself.
    void call(const std::function<void()>& task);
    bool isOnThread() const;

    /// Fires once, unless it is destroyed or set anew before. Used on the reactor's thread only.
    class Timer {
    public:
        explicit Timer(Reactor& reactor);
        ~Timer();
        Timer(const Timer&) = delete;
        Timer& operator=(const Timer&) = delete;

        void start(std::chrono::milliseconds delay, std::function<void()> task);
        void stop();
        bool isRunning() const;

    private:
        struct State;
        std::shared_ptr<State> m_state;
    };

    /// Opaque; for the files of this folder, which alone know the event loop behind it.
    struct Loop;
    Loop& loop() { return *m_loop; }

private:
    std::shared_ptr<Loop> m_loop;  ///< shared with what lives on it and may outlive this
};

}  // namespace framescope::net
