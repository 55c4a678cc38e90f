// The answers laid beside the recorded ones.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "capture/replay/replay_plan.h"

namespace framescope::replay {

enum class Outcome : std::uint8_t {
    Sent,     ///< a step of ours that went out
    NotSent,  ///< a step of ours that did not
    Same,
    Different,
    Missing,  ///< recorded, but never came
    Extra,    ///< came, but was not recorded
    Ignored,  ///< not compared: heartbeats, what the options leave out
};
std::string_view outcomeName(Outcome outcome);

/// One place at which two answers differ.
struct Difference {
    std::string path;  ///< "$[1].user.id", "header:Content-Type", "opcode", "length"; "protocol"
                       ///< where what came broke it, with the client's sentence; "" for all
    std::string recorded;
    std::string received;

    bool operator==(const Difference&) const = default;
};

/// A line of the two conversations side by side.
struct Line {
    std::optional<std::size_t> step;  ///< of the plan; nothing for an extra answer
    Outcome outcome = Outcome::Sent;
    Direction direction = Direction::ClientToServer;
    std::int64_t recordedNs = 0;  ///< since the first step
    std::int64_t replayedNs = 0;  ///< the same of the replay
    std::string recorded;         ///< one line
    std::string replayed;
    std::vector<Difference> differences;
    bool late = false;  ///< later than the options allow; then it counts as different
};

enum class Verdict : std::uint8_t { Same, Different, Failed };

struct Report {
    Verdict verdict = Verdict::Failed;
    std::string sentence;  ///< "24 answers, all the same." - or what is different, or what failed
    std::vector<Line> lines;
    std::size_t same = 0, different = 0, missing = 0, extra = 0;
    std::vector<std::string> remarks;  ///< those of the plan, and what was noticed while it ran
};

}  // namespace framescope::replay
