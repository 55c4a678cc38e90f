#include "dissector/habits/message_observer.h"

namespace framescope::habits {

void MessageObserver::message(const MessageView& message, Record& record, LayerOutput& out) {
    if (m_stopped) return;
    if (m_watches == nullptr) m_watches = std::make_unique<Watches>();
    // Where many come at once, as where there are most, each is asked for no more than this.
    HeartbeatWatch& heartbeats = m_watches->heartbeats;
    if (message.bytes.size() <= kMaxShapeBytes && !heartbeats.isCrowded(out.arrival().timeNs)) {
        heartbeats.message(message, out);
    }
    if (message.text && m_watches->requests.looksOn()) {
        m_watches->requests.message(message, record, out);
    }
}

void MessageObserver::lost() {
    if (m_watches != nullptr) m_watches->requests.lost();
}

void MessageObserver::end(EndReason reason, LayerOutput& out) {
    const bool ended = reason == EndReason::Fin || reason == EndReason::Reset;
    if (m_watches != nullptr && ended) m_watches->requests.end(out);
    m_watches.reset();
    m_stopped = true;
}

void MessageObserver::stop(LayerOutput& out) {
    if (m_stopped) return;
    m_stopped = true;
    if (m_watches == nullptr) return;
    m_watches.reset();
    out.facts().habits.heartbeats = {};
    out.facts().habits.requests = {};
}

}  // namespace framescope::habits
