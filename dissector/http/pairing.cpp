#include "dissector/http/pairing.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace framescope::http {

void Pairing::dropOldest() {
    m_pending.pop_front();
    m_open.clear();
    if (!m_missing) return;
    m_missing->first -= std::min<std::size_t>(m_missing->first, 1);
    m_missing->last -= std::min<std::size_t>(m_missing->last, 1);
}

void Pairing::asked(PendingRequest request, LayerOutput& out) {
    if ((m_missing || m_lost) && allAnswered()) {
        if (m_missing) linkBehindMissing(out);
        m_pending.clear();
        m_open.clear();
        m_missing.reset();
        // A hole of which nothing behind it is known may go on with what was not asked yet.
        m_lost = m_lost && m_heard <= m_lostBehind;
        m_answered = true;
    }
    if (m_pending.size() == kMaxPending) dropOldest();
    if (m_pending.empty()) {
        m_inTurns = m_inTurns || (m_answered && !m_missing);
    } else if (m_pending.back().packet == request.packet) {
        m_pipelines = true;
    } else if (!m_lost && !m_missing && m_heard > m_pending.back().packet) {
        m_overlaps = true;
    }
    m_pending.push_back(std::move(request));
}

bool Pairing::allAnswered() {
    const bool noneBehind = m_missing && m_missing->last == m_pending.size();
    if (m_overlaps || (!noneBehind && m_pending.empty())) return false;
    // Who has never been seen to send several at once did not do so with those that are missing.
    const bool alone = noneBehind && m_pending.empty() && !m_pipelines;
    if (alone && m_missing->answersLost) return true;
    const PacketNumber since = noneBehind ? m_missing->heardThen : m_pending.back().packet;
    if (m_heard <= since) return false;
    // How many answers are missing is not known, but that the client waited for them; more of them
    // may be in the same hole, unless others came behind it.
    if (m_lost && m_heard <= m_lostBehind) return false;
    if (!m_missing) return m_inTurns;
    if (!m_lost && m_missing->first != 0) return false;
    // Who asks again each time, and nothing else, asks in turns: what is missing was no request, or
    // has never been answered.
    const std::size_t behind = m_pending.size() - m_missing->last;
    if (++m_missing->askedAlone == behind && behind > 1 && !m_pipelines) return true;
    const std::size_t known = m_pending.size() + m_missing->atLeast;
    if (!m_lost && m_missing->answers.size() < known) return false;
    if (alone) return true;
    // Others may be missing that were sent with this request, but not with the next first one.
    const std::size_t surplus =
        m_missing->answers.size() - std::min(known, m_missing->answers.size());
    const bool same = std::exchange(m_missing->surplus, surplus) == surplus;
    if (++m_missing->askedAgain < 2) return false;
    return m_inTurns || (same && !m_lost && m_missing->askedAgain > 2);
}

void Pairing::linkBehindMissing(LayerOutput& out) {
    if (m_lost) return;
    const std::size_t behind =
        std::min(m_pending.size() - m_missing->last, m_missing->answers.size());
    for (std::size_t i = 1; i <= behind; ++i) {
        const RecordId row = m_missing->answers[m_missing->answers.size() - i];
        const RecordId request = m_pending[m_pending.size() - i].record;
        if (row == kNoRecord || request == kNoRecord) continue;
        out.link({row, request, 0, LinkKind::ResponseTo});
    }
}

void Pairing::heard(PacketNumber packet) {
    m_heard = std::max(m_heard, packet);
}

void Pairing::lost(bool atLeastOne) {
    m_lost = true;
    m_lostBehind = m_heard;
    if (m_missing) m_missing->answersLost = true;
    if (atLeastOne && m_open.size() < m_pending.size()) m_open.push_back(kNoRecord);
}

void Pairing::lostRequests(bool atLeastOne) {
    if (!m_missing) {
        m_inTurns = m_inTurns || (atLeastOne && m_answered && m_pending.empty());
        m_missing.emplace();
        m_missing->first = m_pending.size();
    }
    m_missing->last = m_pending.size();
    m_missing->atLeast += atLeastOne ? 1 : 0;
    m_missing->heardThen = m_heard;
    m_missing->askedAgain = m_missing->askedAlone = 0;
    m_missing->answersLost = false;
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
    if (m_missing && place >= m_missing->first) {
        m_missing.reset();
    } else if (m_missing) {
        m_missing->first -= place + 1;
        m_missing->last -= place + 1;
    }
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
    if (among == 0 && !m_missing) return {};
    // Behind a request that was granted nothing is asked any more.
    const bool granted = answer.status == 101 && among != 0 && m_pending[among - 1].asksForUpgrade;
    if (m_missing && !granted) return takeAmongMissing(among);
    const std::size_t last = among - 1;
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

/// Answers come in the order of the requests: the one in front is that of the first request.
PendingRequest Pairing::takeAmongMissing(std::size_t among) {
    if (m_missing->first > 0 && !m_lost) {
        m_pipelines = m_pipelines || std::min(among, m_missing->first) > 1;
        return takeAt(0);
    }
    m_leftOpen = true;
    return among == 0 ? PendingRequest{} : guess(among);
}

void Pairing::leftOpen(RecordId row) {
    if (m_missing && m_leftOpen) {
        m_leftOpen = false;
        // So many are never waited for, so the first ones are those of lost requests.
        if (m_missing->answers.size() == 2 * kMaxPending) {
            m_missing->answers.erase(m_missing->answers.begin(),
                                     m_missing->answers.begin() + kMaxPending);
        }
        m_missing->answers.push_back(row);
        return;
    }
    if (std::exchange(m_leftOpen, false) && m_open.size() < kMaxPending) m_open.push_back(row);
}

RecordId Pairing::spokenOf(const AnswerSeen& answer) const {
    const std::size_t among = before(answer.packet);
    if (among == 0 || (among > 1 && m_lost)) return kNoRecord;
    if (m_missing && m_missing->first == 0) return kNoRecord;
    return m_pending.front().record;
}

}  // namespace framescope::http
