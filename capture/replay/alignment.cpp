#include "capture/replay/alignment.h"

#include <algorithm>

namespace framescope::replay {

void Alignment::received(std::size_t due) {
    m_received.emplace_back();
    due = std::clamp(due, m_settledRecorded, m_counterpart.size());
    const bool alone = m_received.size() - m_settledReceived == 1;
    if (alone && m_settledRecorded < due && m_likeness(m_settledRecorded, m_settledReceived) == 1) {
        pair(m_settledRecorded++, m_settledReceived++);
        return;
    }
    align(due);
}

void Alignment::update(std::size_t due) {
    if (m_settledReceived == m_received.size()) return;
    align(std::clamp(due, m_settledRecorded, m_counterpart.size()));
}

void Alignment::finish() {
    align(m_counterpart.size());
}

void Alignment::pair(std::size_t recorded, std::size_t received) {
    m_counterpart[recorded] = received;
    m_received[received] = recorded;
    ++m_pairs;
}

void Alignment::unpair(std::size_t recorded) {
    if (!m_counterpart[recorded]) return;
    m_received[*m_counterpart[recorded]].reset();
    m_counterpart[recorded].reset();
    --m_pairs;
}

void Alignment::align(std::size_t recordedEnd) {
    for (;;) {
        const std::size_t right = std::min(m_received.size() - m_settledReceived, kReceivedWindow);
        const std::size_t known =
            std::min(m_settledRecorded + right + kMissing, m_counterpart.size());
        for (std::size_t i = m_settledRecorded; i < known; ++i) unpair(i);
        alignWindow(std::min(recordedEnd, known) - m_settledRecorded, right);
        if (right < kReceivedWindow) return;
        // The first half of a full window saw enough of what comes behind it.
        const std::size_t end = m_settledReceived + kReceivedWindow / 2;
        for (std::size_t j = end; j-- > m_settledReceived;) {
            if (!m_received[j]) continue;
            for (std::size_t i = *m_received[j] + 1; i < known; ++i) unpair(i);
            m_settledRecorded = *m_received[j] + 1;
            break;
        }
        m_settledReceived = end;
    }
}

/// Pairs the first `left` recorded and `right` received answers that are not settled.
void Alignment::alignWindow(std::size_t left, std::size_t right) {
    // best[i][j]: the likest way to align what begins at i and j.
    const std::size_t width = right + 1;
    m_best.assign((left + 1) * width, 0);
    m_like.assign(left * right, 0);
    for (std::size_t i = left; i-- > 0;) {
        for (std::size_t j = right; j-- > 0;) {
            const double likeness = m_likeness(m_settledRecorded + i, m_settledReceived + j);
            m_like[i * right + j] = likeness;
            const double apart = std::max(m_best[(i + 1) * width + j], m_best[i * width + j + 1]);
            const double together = likeness > 0 ? likeness + m_best[(i + 1) * width + j + 1] : 0;
            m_best[i * width + j] = std::max(apart, together);
        }
    }
    for (std::size_t i = 0, j = 0; i < left && j < right;) {
        const double likeness = m_like[i * right + j];
        const double here = m_best[i * width + j];
        if (likeness > 0 && here == likeness + m_best[(i + 1) * width + j + 1]) {
            pair(m_settledRecorded + i++, m_settledReceived + j++);
        } else if (here == m_best[(i + 1) * width + j]) {
            ++i;
        } else {
            ++j;
        }
    }
}

}  // namespace framescope::replay
