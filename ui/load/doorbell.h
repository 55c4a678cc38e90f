// Brings "there is something new" from other threads to the thread of the window. However often it
// is rung before somebody answers, it is answered once.
//
// The ringer may be kept and called by anybody for as long as they like: without its doorbell it
// does nothing.
#pragma once

#include <functional>
#include <memory>

namespace framescope {

class Doorbell {
public:
    /// `answer` is called on the thread that makes the doorbell, from its event loop.
    explicit Doorbell(std::function<void()> answer);
    ~Doorbell();
    Doorbell(const Doorbell&) = delete;
    Doorbell& operator=(const Doorbell&) = delete;

    /// Thread-safe, cheap, never waits.
    std::function<void()> ringer() const;

private:
    struct State;
    std::shared_ptr<State> m_state;
};

}  // namespace framescope
