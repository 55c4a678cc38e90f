#include "dissector/habits/heartbeat_watch.h"

#include <algorithm>
#include <bit>

namespace framescope::habits {
namespace {

constexpr std::int64_t kSlackNs = 20'000'000;

/// What tells a heartbeat from chance.
bool isEven(std::int64_t interval, std::int64_t mean) {
    return std::abs(interval - mean) <= mean / 10 + kSlackNs;
}

/// What is forgiven one that is known.
bool isNear(std::int64_t interval, std::int64_t expected, std::int64_t mean) {
    return std::abs(interval - expected) <= mean / 5 + kSlackNs;
}

}  // namespace

const HeartbeatWatch::Answer* HeartbeatWatch::Candidate::answer() const {
    const Answer* best = nullptr;
    for (const Answer& answer : answers) {
        const bool usual = answer.count >= 2 && answer.count * 2 >= count;
        const bool alone = answer.total > answer.count + answer.count / 4 + 1;
        if (!usual || alone) continue;
        const bool quicker =
            best != nullptr && answer.sumNs / answer.count < best->sumNs / best->count;
        if (best == nullptr || quicker) best = &answer;
    }
    return best;
}

/// Forgets all, none being steady.
void HeartbeatWatch::waitUntilLessCrowded(std::int64_t timeNs) {
    m_crowdedNs = timeNs;
    m_candidates.clear();
    m_marks = {};
    m_of = {};
}

HeartbeatWatch::Candidate* HeartbeatWatch::find(const MessageShape& shape, Direction direction) {
    if (m_marks[shape.hash >> 56] == 0) return nullptr;
    const std::uint32_t of = m_of[indexOf(direction)];
    for (std::size_t i = 0; i < m_candidates.size(); ++i) {
        if (m_hashes[i] == shape.hash && (of >> i & 1U) != 0) return &m_candidates[i];
    }
    return nullptr;
}

/// A free place, or that of the one that was silent for the longest, of those that are no
/// heartbeat.
std::size_t HeartbeatWatch::placeForNew() {
    const std::size_t count = m_candidates.size();
    if (count < kMaxCandidates) {
        m_candidates.emplace_back();
        return count;
    }
    constexpr std::uint32_t kAll = (1U << kMaxCandidates) - 1;
    const std::uint32_t kept = m_steady == kAll ? 0 : m_steady;
    if (kept == 0) {
        return static_cast<std::size_t>(std::ranges::min_element(m_lastTimes) -
                                        m_lastTimes.begin());
    }
    std::size_t place = kMaxCandidates;
    for (std::size_t i = 0; i < kMaxCandidates; ++i) {
        if ((kept >> i & 1U) != 0) continue;
        if (place == kMaxCandidates || m_lastTimes[i] < m_lastTimes[place]) place = i;
    }
    return place;
}

HeartbeatWatch::Candidate& HeartbeatWatch::make(const MessageShape& shape, Direction direction) {
    const std::size_t known = m_candidates.size();
    const std::size_t place = placeForNew();
    if (place < known) --m_marks[m_hashes[place] >> 56];
    ++m_marks[shape.hash >> 56];
    Candidate& candidate = m_candidates[place];
    candidate = {};
    candidate.shape = shape;
    candidate.direction = direction;
    m_hashes[place] = shape.hash;
    m_of[indexOf(direction)] |= 1U << place;
    m_of[indexOf(opposite(direction))] &= ~(1U << place);
    return candidate;
}

void HeartbeatWatch::measure(Candidate& candidate, std::int64_t interval) {
    if (candidate.steady) {
        const std::int64_t mean = candidate.meanNs();
        const std::int64_t beats = mean == 0 ? 0 : (interval + mean / 2) / mean;
        constexpr std::int64_t kMaxSkipped = 100;
        if (beats >= 1 && beats <= kMaxSkipped && isNear(interval, beats * mean, mean)) {
            candidate.skipped += static_cast<std::uint32_t>(beats - 1);
            candidate.sumNs += interval / beats;
            ++candidate.regular;
            return;
        }
        ++candidate.irregular;
        if (candidate.irregular * 5 > candidate.regular + candidate.irregular) {
            candidate.steady = false;
            candidate.intervalCount = 0;
            candidate.answers = {};
        }
        return;
    }
    const std::uint32_t wanted = (candidate.changes ? kMinChangingBeats : kMinBeats) - 1;
    auto& intervals = candidate.intervals;
    if (candidate.intervalCount == intervals.size()) {
        std::move(intervals.begin() + 1, intervals.end(), intervals.begin());
        --candidate.intervalCount;
    }
    intervals[candidate.intervalCount++] = interval;
    if (candidate.intervalCount < wanted || candidate.falls) return;
    const auto* const end = intervals.data() + candidate.intervalCount;
    const auto* const begin = end - wanted;
    std::int64_t sum = 0;
    for (const auto* at = begin; at != end; ++at) sum += *at;
    const std::int64_t mean = sum / wanted;
    const bool even = std::all_of(begin, end, [mean](std::int64_t i) { return isEven(i, mean); });
    // A text that came more often without a rhythm has it by chance.
    const std::int64_t least = candidate.changes ? kMinChangingIntervalNs : kMinIntervalNs;
    if (mean < least || !even || candidate.seen > 2 * (wanted + 1)) return;
    candidate.steady = true;
    candidate.sumNs = sum;
    candidate.regular = wanted;
    candidate.irregular = 0;
    candidate.skipped = 0;
    candidate.count = wanted + 1;
    // Of what came before the steady run, the answers are not counted either.
    for (Answer& answer : candidate.answers) {
        if (answer.count <= candidate.count) continue;
        answer.sumNs = answer.sumNs / answer.count * candidate.count;
        answer.total -= answer.count - candidate.count;
        answer.count = candidate.count;
    }
}

void HeartbeatWatch::beat(Candidate& candidate, const MessageShape& shape, std::int64_t timeNs) {
    ++candidate.count;
    if (candidate.seen++ != 0) {
        candidate.changes = candidate.changes || !shape.sameNumbers(candidate.shape);
        if (!shape.risesFrom(candidate.shape)) {
            candidate.falls = true;
            candidate.steady = false;
        }
        measure(candidate, timeNs - candidate.lastTimeNs);
    }
    candidate.shape = shape;
    candidate.lastTimeNs = timeNs;
}

/// Where answers of this shape are counted: a free place, or that of one which comes on its own.
HeartbeatWatch::Answer* HeartbeatWatch::findAnswer(Candidate& asked, std::uint64_t shape) {
    const auto known = std::ranges::find_if(asked.answers, [shape](const Answer& answer) {
        return answer.total != 0 && answer.shape == shape;
    });
    if (known != asked.answers.end()) return &*known;
    const auto free = std::ranges::find_if(asked.answers, [](const Answer& answer) {
        return answer.total > 2 * answer.count + 2 || answer.total == 0;
    });
    if (free == asked.answers.end()) return nullptr;
    *free = {};
    free->shape = shape;
    return &*free;
}

/// The message may be what the other side says to a beat; only the first of its shape counts.
void HeartbeatWatch::answerOthers(const MessageShape& shape, Direction direction,
                                  LayerOutput& out) {
    const std::int64_t now = out.arrival().timeNs;
    for (std::uint32_t others = m_of[indexOf(opposite(direction))]; others != 0;
         others &= others - 1) {
        Candidate& asked = m_candidates[static_cast<std::size_t>(std::countr_zero(others))];
        if (asked.lastRow == kNoRecord) continue;
        const std::int64_t took = now - asked.lastTimeNs;
        // What comes later than a quarter of the interval is rather a beat of its own.
        const std::int64_t interval = asked.steady ? asked.meanNs()
                                      : asked.intervalCount != 0
                                          ? asked.intervals[asked.intervalCount - 1]
                                          : 0;
        Answer* const answer = findAnswer(asked, shape.hash);
        if (answer == nullptr) continue;
        ++answer->total;
        const bool late = interval != 0 && took * 4 >= interval;
        if (late || answer->lastBeat == asked.lastRow) continue;
        answer->lastBeat = asked.lastRow;
        ++answer->count;
        answer->sumNs += took;
        const bool usual = asked.steady && asked.answer() == answer && !isAnswer(asked);
        if (usual) out.link({out.nextRow(), asked.lastRow, 0, LinkKind::PongOf});
    }
}

/// Whether it is what the other side says to a heartbeat, and returns for that reason alone.
bool HeartbeatWatch::isAnswer(const Candidate& candidate) const {
    return std::ranges::any_of(m_candidates, [&](const Candidate& other) {
        if (other.direction == candidate.direction || !other.steady) return false;
        const Answer* const answer = other.answer();
        return answer != nullptr && answer->shape == candidate.shape.hash;
    });
}

void HeartbeatWatch::publish(Direction direction, LayerOutput& out) {
    const Candidate* best = nullptr;
    for (const Candidate& candidate : m_candidates) {
        if (candidate.direction != direction || !candidate.steady || isAnswer(candidate)) continue;
        if (best == nullptr || candidate.count > best->count) best = &candidate;
    }
    HeartbeatFacts& facts = out.facts().habits.heartbeats[indexOf(direction)];
    facts = {};
    if (best == nullptr) return;
    facts.text = best->text;
    facts.count = best->count;
    facts.skipped = best->skipped;
    facts.intervalNs = best->meanNs();
    if (const Answer* const answer = best->answer()) {
        facts.answered = answer->count;
        facts.roundTripNs = answer->sumNs / answer->count;
        // The answer to the last beat may still come.
        const bool pending = answer->lastBeat != best->lastRow;
        facts.unanswered = best->count - answer->count - (pending ? 1U : 0U);
    }
}

void HeartbeatWatch::message(const MessageView& message, LayerOutput& out) {
    const std::int64_t now = out.arrival().timeNs;
    if (!message.whole || isCrowded(now)) return;
    const auto shape = shapeOf(message.asText());
    if (!shape) return;
    Candidate* candidate = find(*shape, message.direction);
    if (candidate == nullptr && m_steady == 0 && m_candidates.size() == kMaxCandidates) {
        const std::int64_t sinceOldest = now - *std::ranges::min_element(m_lastTimes);
        if (sinceOldest >= 0 && sinceOldest < kMinIntervalNs) {
            waitUntilLessCrowded(now);
            return;
        }
    }
    answerOthers(*shape, message.direction, out);
    if (candidate == nullptr) candidate = &make(*shape, message.direction);
    const RecordId before = candidate->lastRow;
    const bool wasSteady = candidate->steady;
    beat(*candidate, *shape, now);
    const auto place = static_cast<std::size_t>(candidate - m_candidates.data());
    m_lastTimes[place] = candidate->lastTimeNs;
    m_steady = (m_steady & ~(1U << place)) | (candidate->steady ? 1U << place : 0U);
    candidate->lastRow = out.nextRow();
    if (candidate->steady && !isAnswer(*candidate)) {
        if (candidate->text == 0) candidate->text = out.intern(message.asText());
        out.link({candidate->lastRow, before, 0, LinkKind::HeartbeatOf});
    }
    // What this message answers may have changed as well.
    if (candidate->steady || wasSteady) publish(message.direction, out);
    if (out.facts().habits.heartbeats[indexOf(opposite(message.direction))].count != 0) {
        publish(opposite(message.direction), out);
    }
}

}  // namespace framescope::habits
