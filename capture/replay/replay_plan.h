// The recording, turned into what is to be said and what answers are to be expected: one step for
// each unit that an application sees, in the order of the recording.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "capture/replay/replay_options.h"
#include "capture/result.h"
#include "capture/session/session.h"

namespace framescope::replay {

enum class StepKind : std::uint8_t {
    HttpRequest,   ///< head and body
    HttpResponse,
    Message,       ///< WebSocket message, of one frame or several
    Control,       ///< ping, pong, close
    EngineIo,      ///< a packet that is no message
    SocketIo,      ///< a packet with its attachments
    Event,         ///< of an event stream
    End,           ///< FIN or RST
};

/// One unit of the recording.
struct Step {
    std::size_t number = 0;  ///< from 0
    StepKind kind = StepKind::Message;
    Direction direction = Direction::ClientToServer;
    std::int64_t timeNs = 0;  ///< since the first step
    RecordId row = kNoRecord;  ///< its last row in the session
    std::string label;         ///< one line, as the row's Info
    bool text = false;         ///< `bytes` is text
    Bytes bytes;               ///< payload: decoded, unmasked, joined; of HTTP head and body as sent
    std::vector<Bytes> attachments;
    /// Of a sent WebSocket message: its frames as they were on the wire, headers with keys.
    std::vector<Bytes> frames;
};

struct Plan {
    std::string target;  ///< recorded request target
    client::Speaks speaks = client::Speaks::WebSocket;
    client::ClientOptions client;  ///< what the recorded client asked for, to be asked for again
    std::vector<Step> steps;
    std::vector<std::string> remarks;  ///< what cannot be replayed, in sentences
};

/// Reads the plan of one connection, or of one Engine.IO session, out of a session that is complete.
/// An Error where there is nothing to replay.
Result<Plan> planOf(const Session& session, const ReplayOptions& options);

}  // namespace framescope::replay
