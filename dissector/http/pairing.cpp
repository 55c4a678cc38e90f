#include "dissector/http/pairing.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace framescope::http {

void Pairing::asked(PendingRequest request) {
    if (m_pending.size() == kMaxPending) {
        m_pending.pop_front();
        m_open.clear();
    }
    if (m_pending.empty()) {
        m_inTurns = m_inTurns || m_answered;
    } else if (m_pending.back().packet == request.packet) {
        m_pipelines = true;
    }
    m_pending.push_back(std::move(request));
}

void Pairing::heard(PacketNumber packet) {
    m_heard = std::max(m_heard, packet);
}

void Pairing::lost(bool atLeastOne) {
    m_lost = true;
    if (atLeastOne && m_open.size() < m_pending.size()) m_open.push_back(kNoRecord);
}

std::size_t Pairing::before(PacketNumber packet) const {
    if (m_pending.empty()) return 0;
    // Those sent behind this response were read before it, while a hole was waited for.
    const auto later =
        std::find_if(std::next(m_pending.begin()), m_pending.end(),
                     [packet](const PendingRequest& request) { return request.packet > packet; });
    return static_cast<std::size_t>(std::distance(m_pending.begin(), later));
}

PendingRequest Pairing::takeAt(std::size_t place) {
    const auto found = m_pending.begin() + static_cast<std::ptrdiff_t>(place);
    PendingRequest request = std::move(*found);
    m_pending.eraseUntil(std::next(found));
    m_open.clear();
    m_lost = false;
    m_answered = true;
    return request;
}

PendingRequest Pairing::guess(std::size_t among) const {
    const PendingRequest& last = m_pending[among - 1];
    const bool oneMethod = std::all_of(
        m_pending.begin(), m_pending.begin() + static_cast<std::ptrdiff_t>(among),
        [&last](const PendingRequest& request) { return request.method == last.method; });
    PendingRequest guessed;
    if (!oneMethod) return guessed;
    guessed.method = last.method;
    guessed.target = last.target;
    return guessed;
}

PendingRequest Pairing::take(const AnswerSeen& answer, LayerOutput& out) {
    m_leftOpen = false;
    const std::size_t among = before(answer.packet);
    if (among == 0) return {};
    const std::size_t last = among - 1;
    // Behind a request that was granted nothing is asked any more.
    const bool granted = answer.status == 101 && m_pending[last].asksForUpgrade;
    if (among == 1 || granted) return takeAt(last);
    const auto fresh = static_cast<std::size_t>(
        std::count_if(m_pending.begin(), m_pending.begin() + static_cast<std::ptrdiff_t>(among),
                      [&](const PendingRequest& r) { return r.packet > answer.heardBefore; }));
    if (!m_pipelines && fresh == 1 && (m_lost || m_inTurns)) return takeAt(last);
    if (!m_lost) {
        m_pipelines = true;
        return takeAt(0);
    }
    if (m_open.size() == last) {
        for (std::size_t i = 0; i < last; ++i) {
            if (m_open[i] == kNoRecord) continue;
            out.link({m_open[i], m_pending[i].record, 0, LinkKind::ResponseTo});
        }
        return takeAt(last);
    }
    const bool noneLeftOpen =
        std::ranges::all_of(m_open, [](RecordId row) { return row == kNoRecord; });
    if (!m_pipelines && m_inTurns && fresh == among && noneLeftOpen) return takeAt(last);
    m_leftOpen = true;
    return guess(among);
}

void Pairing::leftOpen(RecordId row) {
    if (std::exchange(m_leftOpen, false) && m_open.size() < kMaxPending) m_open.push_back(row);
}

RecordId Pairing::spokenOf(const AnswerSeen& answer) const {
    const std::size_t among = before(answer.packet);
    if (among == 0 || (among > 1 && m_lost)) return kNoRecord;
    return m_pending.front().record;
}

}  // namespace framescope::http
