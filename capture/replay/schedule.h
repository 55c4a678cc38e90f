// What goes out when: the steps of ours as pieces, in the order of the recording, each with what it
// has to wait for. A message that was not compressed goes out frame by frame, as its frames went,
// perhaps with control frames in between; a compressed one at once, since its frames share a
// stream.
//
// Some waiting is part of the protocol, whatever the timing: an acknowledgement needs the event
// that it answers, a packet in a namespace that this is open, and what ends a conversation that
// everything before it was answered; else a replay that is faster than the recording would cut off
// its answers.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "capture/replay/replay_plan.h"

namespace framescope::replay {

struct Piece {
    std::size_t step = 0;
    std::optional<std::size_t> frame;  ///< of a message in frames; nothing: all of it
    bool first = true;                 ///< of its step
    bool last = true;
    std::int64_t timeNs = 0;  ///< in the recording, since its first step
    /// Steps of the server in front of this one that are waited for: those below `before`, ...
    std::size_t before = 0;
    bool needsAll = false;           ///< in every timing, otherwise in conversation only
    std::vector<std::size_t> needs;  ///< ... and in every timing these
};

/// Whether the step ends a conversation, or one namespace of it: a close frame, a close of
/// Engine.IO, a DISCONNECT, or the end of the connection.
bool endsConversation(const Step& step);

/// The pieces of a plan.
std::vector<Piece> scheduleOf(const Plan& plan);

}  // namespace framescope::replay
