// Which received answer is the counterpart of which recorded one, in one channel.
//
// The two sequences are aligned as texts are for a diff: pairs keep their order, and of all ways
// the one is taken whose pairs are likest in sum, so an answer that is missing, or one too many,
// does not shift those behind it. It is done while answers come, over a window of the last 64
// received answers and 128 recorded ones: what has left it is settled, so the work for each answer
// is bounded. While every answer is the one that is expected next, nothing has to be aligned at
// all.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace framescope::replay {

class Alignment {
public:
    static constexpr std::size_t kReceivedWindow = 64;
    static constexpr std::size_t kMissing = 64;

    /// From 0, no counterparts, to 1, the same.
    using Likeness = std::function<double(std::size_t recorded, std::size_t received)>;

    Alignment(std::size_t recorded, Likeness likeness)
        : m_likeness(std::move(likeness)), m_counterpart(recorded) {}

    /// The next answer was received; they count from 0. `due`: so many recorded ones could have
    /// been answered by now.
    void received(std::size_t due);
    /// More could have been answered by now: what came too early may be the answer after all.
    void update(std::size_t due);
    /// Nothing comes any more: the rest is aligned with all that was recorded.
    void finish();

    /// Recorded answers that have a counterpart now.
    std::size_t pairs() const { return m_pairs; }
    std::size_t receivedCount() const { return m_received.size(); }
    /// The received counterpart of a recorded answer, and the other way round.
    std::optional<std::size_t> receivedFor(std::size_t recorded) const {
        return m_counterpart[recorded];
    }
    std::optional<std::size_t> recordedFor(std::size_t received) const {
        return m_received[received];
    }

private:
    void align(std::size_t recordedEnd);
    void pair(std::size_t recorded, std::size_t received);
    void unpair(std::size_t recorded);
    void alignWindow(std::size_t left, std::size_t right);

    Likeness m_likeness;
    std::vector<std::optional<std::size_t>> m_counterpart;  ///< by recorded
    std::vector<std::optional<std::size_t>> m_received;     ///< the same by received
    std::size_t m_pairs = 0;
    std::size_t m_settledRecorded = 0;
    std::size_t m_settledReceived = 0;
    std::vector<double> m_best;  ///< of the window; kept for its memory alone
    std::vector<double> m_like;
};

}  // namespace framescope::replay
