// Finds the heartbeat of an application: a short message that one side sends at a steady interval,
// answered or not by a short message of the other side.
//
// Each shape of short message is a candidate. It counts as a heartbeat once four in a row came with
// intervals that differ from their mean by no more than a fifth and 20 ms; where its numbers
// change, they must never fall, and eight are asked for, since a ticker that says a price every
// second is no heartbeat. Later on single beats may be late or left out, until more than a fifth
// were.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "dissector/habits/habit_facts.h"
#include "dissector/habits/message_shape.h"
#include "dissector/layer/message_protocol.h"

namespace framescope::habits {

class HeartbeatWatch {
public:
    static constexpr std::size_t kMaxCandidates = 24;
    static constexpr std::uint32_t kMinBeats = 4;
    static constexpr std::uint32_t kMinChangingBeats = 8;
    static constexpr std::int64_t kMinIntervalNs = 100'000'000;
    /// The same where its numbers change: faster ones are requests that carry a number.
    static constexpr std::int64_t kMinChangingIntervalNs = 1'000'000'000;

    /// The next message, which is about to become the row out.nextRow(). Changes the facts.
    /// Where more shapes than are kept come within the shortest interval of a heartbeat, none of
    /// them could be seen twice with that interval between; then none is looked at until it is
    /// over.
    void message(const MessageView& message, LayerOutput& out);
    /// Whether message() looks at none that comes now.
    bool isCrowded(std::int64_t timeNs) const {
        return m_crowdedNs && timeNs >= *m_crowdedNs && timeNs - *m_crowdedNs < kMinIntervalNs;
    }

private:
    /// A short message of the other side that came behind the candidate's.
    struct Answer {
        std::uint64_t shape = 0;
        std::uint32_t count = 0;
        std::uint32_t total = 0;  ///< also of those that answered nothing
        std::int64_t sumNs = 0;
        RecordId lastBeat = kNoRecord;  ///< the last one it was counted for
    };
    struct Candidate {
        MessageShape shape;
        Direction direction = Direction::ClientToServer;
        std::int64_t lastTimeNs = 0;
        RecordId lastRow = kNoRecord;
        std::uint32_t seen = 0;   ///< all of this shape
        std::uint32_t count = 0;  ///< of the steady run
        bool changes = false;     ///< its numbers do
        bool falls = false;       ///< and not as counters and clocks do
        /// The last intervals, until it counts as a heartbeat.
        std::array<std::int64_t, kMinChangingBeats - 1> intervals{};
        std::uint32_t intervalCount = 0;
        bool steady = false;
        std::int64_t sumNs = 0;  ///< of the regular intervals
        std::uint32_t regular = 0;
        std::uint32_t irregular = 0;
        std::uint32_t skipped = 0;
        NameId text = 0;
        std::array<Answer, 4> answers;

        std::int64_t meanNs() const { return regular == 0 ? 0 : sumNs / regular; }
        /// What most of its beats got and comes hardly ever without one; of several the quickest.
        /// Null if there is none.
        const Answer* answer() const;
    };

    void waitUntilLessCrowded(std::int64_t timeNs);
    Candidate* find(const MessageShape& shape, Direction direction);
    Candidate& make(const MessageShape& shape, Direction direction);
    std::size_t placeForNew();
    void beat(Candidate& candidate, const MessageShape& shape, std::int64_t timeNs);
    static void measure(Candidate& candidate, std::int64_t interval);
    void answerOthers(const MessageShape& shape, Direction direction, LayerOutput& out);
    static Answer* findAnswer(Candidate& asked, std::uint64_t shape);
    bool isAnswer(const Candidate& candidate) const;
    void publish(Direction direction, LayerOutput& out);

    std::vector<Candidate> m_candidates;
    /// When so many shapes had come at once, if they did.
    std::optional<std::int64_t> m_crowdedNs;
    // Of the same candidates what is looked for with every message, side by side:
    std::array<std::uint64_t, kMaxCandidates> m_hashes{};
    std::array<std::int64_t, kMaxCandidates> m_lastTimes{};
    std::array<std::uint8_t, 256> m_marks{};  ///< how many hashes begin with these eight bits
    std::uint32_t m_steady = 0;               ///< a bit for each that is steady
    std::array<std::uint32_t, 2> m_of{};      ///< a bit for each of a direction
    static_assert(kMaxCandidates <= 32, "a bit for each");
};

}  // namespace framescope::habits
