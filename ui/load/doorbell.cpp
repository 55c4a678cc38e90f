// The posted call holds the state, not the doorbell; who is to answer is taken out of it when the
// doorbell goes.
#include "ui/load/doorbell.h"

#include <mutex>
#include <utility>

#include <QObject>

namespace framescope {

struct Doorbell::State {
    std::mutex mutex;
    std::unique_ptr<QObject> receiver;
    std::function<void()> answer;  // used on the receiver's thread only
    bool rung = false;
};

Doorbell::Doorbell(std::function<void()> answer) : m_state(std::make_shared<State>()) {
    m_state->receiver = std::make_unique<QObject>();
    m_state->answer = std::move(answer);
}

Doorbell::~Doorbell() {
    std::unique_ptr<QObject> receiver;
    const std::lock_guard lock(m_state->mutex);
    receiver = std::move(m_state->receiver);
}

std::function<void()> Doorbell::ringer() const {
    return [state = m_state] {
        const std::lock_guard lock(state->mutex);
        if (!state->receiver || std::exchange(state->rung, true)) return;
        QMetaObject::invokeMethod(
            state->receiver.get(),
            [state] {
                {
                    const std::lock_guard answering(state->mutex);
                    state->rung = false;
                    if (!state->receiver) return;
                }
                const auto answer = state->answer;  // it may destroy the doorbell
                answer();
            },
            Qt::QueuedConnection);
    };
}

}  // namespace framescope
