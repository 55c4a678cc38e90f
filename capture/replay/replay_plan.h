// The recording, turned into what is to be said and what answers are to be expected: one step for
// each unit that an application sees, in the order of the recording.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "capture/replay/replay_options.h"
#include "capture/result.h"
#include "capture/session/session.h"
#include "dissector/engineio/packet.h"
#include "dissector/socketio/packet.h"

namespace framescope::replay {

enum class StepKind : std::uint8_t {
    HttpRequest,  ///< head and body
    HttpResponse,
    Message,   ///< WebSocket message, of one frame or several
    Control,   ///< ping, pong, close
    EngineIo,  ///< a packet that is no message
    SocketIo,  ///< a packet with its attachments
    Event,     ///< of an event stream
    End,       ///< FIN or RST
};

/// A frame of a WebSocket message that is to be sent.
struct StepFrame {
    Bytes wire;  ///< header with its key, and payload, as they were
    RecordId row = kNoRecord;
    std::int64_t timeNs = 0;  ///< as Step::timeNs
    std::uint64_t size = 0;   ///< bytes of the decoded payload that it carries
};

/// One unit of the recording.
struct Step {
    std::size_t number = 0;  ///< from 0
    StepKind kind = StepKind::Message;
    Direction direction = Direction::ClientToServer;
    std::int64_t timeNs = 0;   ///< since the first step
    RecordId row = kNoRecord;  ///< its last row in the session
    /// Where it stands among the rows, if not where its last one does.
    RecordId place = kNoRecord;
    RecordId firstRow = kNoRecord;  ///< its first one: of a packet with attachments the packet
    std::string label;              ///< one line, as the row's Info
    bool text = false;              ///< `bytes` is text
    /// Payload: decoded, unmasked, joined; of HTTP head and body as sent, of an event stream's
    /// response the head; the data of an Engine.IO packet; the unit of an event.
    Bytes bytes;
    std::vector<Bytes> attachments;
    std::vector<StepFrame> frames;  ///< of a sent WebSocket message or control frame
    bool compressed = false;        ///< those frames were compressed
    /// Those frames are no message, one announces more than was sent of it: they go out byte for
    /// byte, and neither keys nor rules change them.
    bool asRecorded = false;

    /// Not of the application: heartbeats, the way to the WebSocket, what answers a ping or a
    /// close. Ours the client does by itself, the server's are not compared.
    bool automatic = false;
    /// The step that this one answers: of a response the request, of an acknowledgement the event.
    std::optional<std::size_t> answers;

    std::uint8_t opcode = 0;                                          ///< of Message and Control
    engineio::PacketType engineType = engineio::PacketType::Message;  ///< of EngineIo
    socketio::PacketType socketType = socketio::PacketType::Event;    ///< of SocketIo
    std::string nsp;                  ///< of SocketIo, without a query
    std::optional<std::uint64_t> id;  ///< of SocketIo: of the acknowledgement
    bool recoverable = false;  ///< of SocketIo: its last argument is its offset in the stream
    bool reset = false;        ///< of End: RST

    bool ours() const { return direction == Direction::ClientToServer; }
    RecordId order() const { return place == kNoRecord ? row : place; }
};

struct Plan {
    std::string target;  ///< recorded request target, without what Engine.IO put into it
    client::Speaks speaks = client::Speaks::WebSocket;
    std::string sid;               ///< of an Engine.IO session
    client::ClientOptions client;  ///< what the recorded client asked for, to be asked for again
    std::vector<Step> steps;
    std::vector<std::string> remarks;  ///< what cannot be replayed, in sentences
};

/// Reads the plan of one connection, or of one Engine.IO session, out of a session that is
/// complete. An Error where there is nothing to replay.
Result<Plan> planOf(const Session& session, const ReplayOptions& options);

}  // namespace framescope::replay
