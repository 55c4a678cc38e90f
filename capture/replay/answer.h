// Something that the server said, recorded or received, in the terms in which the two are compared,
// and how one is told to be the other's counterpart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "capture/replay/replay_plan.h"
#include "capture/replay/socket_packet.h"
#include "dissector/http/head.h"

namespace framescope::replay {

/// Memory for answers of one server: of what is received beyond it nothing is kept.
inline constexpr std::size_t kMaxAnswerMemory = 512U << 20;

struct Answer {
    StepKind kind = StepKind::Message;
    std::int64_t timeNs = 0;  ///< since the first step
    std::string label;        ///< one line
    bool text = false;
    /// Payload; of HTTP the body without its codings; of EngineIo the data; of Event the unit.
    Bytes bytes;
    std::uint8_t opcode = 0;                                          ///< of Message and Control
    engineio::PacketType engineType = engineio::PacketType::Message;  ///< of EngineIo
    std::optional<SocketPacket> socket;                               ///< of SocketIo
    std::vector<Bytes> attachments;
    bool recoverable = false;        ///< of SocketIo: as Step::recoverable
    std::optional<http::Head> head;  ///< of HttpResponse
    std::uint64_t exchange = 0;      ///< of HttpResponse: its number on the connection, from 0
    /// Of HttpResponse: why the body's codings could not be undone to their end; empty if they
    /// were.
    std::string codingFault;
    /// Of HttpResponse: why the client did not take it for an answer to its handshake, in a
    /// sentence, and the header that is wrong; empty where it did.
    std::string violation;
    std::string violatedHeader;
    bool reset = false;  ///< of End
};

/// Memory that an answer takes, roughly, with what the books of a replay keep beside it.
std::size_t memoryOf(const Answer& answer);

/// The recorded answer of a step; `exchange` and `method` of the request that a response answers.
Answer answerOf(const Step& step, std::uint64_t exchange = 0, std::string_view method = {});

/// Answers of one channel come in an order that means something: those of a namespace, or of a
/// WebSocket's messages. Control frames, closes and the end have channels of their own, since
/// nothing says where between messages a server puts them.
std::string channelOf(const Answer& answer);

/// A line for an answer that was received, made as a row's would be.
std::string lineOf(const Answer& answer);

}  // namespace framescope::replay
