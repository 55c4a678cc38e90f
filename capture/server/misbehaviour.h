// What the test server does wrong on request, so that people can test their clients: per server (a
// switch), per path, or per query (`/echo?misbehave=wrong-accept`).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "capture/result.h"

namespace framescope::server {

enum class Fault : std::uint8_t {
    // The handshake
    WrongAccept,         ///< Sec-WebSocket-Accept of another key
    Refuse,              ///< answers the upgrade with `number` (default 403)
    UnaskedSubprotocol,  ///< agrees to one that was not offered
    UnaskedExtension,    ///< agrees to permessage-deflate, or another extension, unasked
    // Ends
    Close,       ///< a close frame with code `number`, without one where there is none
    CutInFrame,  ///< FIN in the middle of a frame
    Reset,       ///< RST
    // Frames
    Masked,  ///< masks what it sends
    BadUtf8,
    ReservedBits,    ///< RSV2 (or bits of `number`)
    ReservedOpcode,  ///< opcode `number` (default 3)
    LyingLength,     ///< announces `number` bytes more than it sends (default 10)
    BrokenDeflate,   ///< RSV1 and bytes that are no DEFLATE
    DeflateBomb,     ///< a message that inflates to `number` MiB (default 256)
    // Silence and pace
    NoPong,
    NoHeartbeat,   ///< Engine.IO: no ping (4), no pong (3)
    SlowReading,   ///< reads `number` bytes a second (default 1024)
    SlowWriting,   ///< sends `number` bytes a second (default 1024)
    SplitWriting,  ///< one TCP segment for each `number` bytes (default 1)
    // Socket.IO and Engine.IO
    LateAck,  ///< acknowledges after `number` ms (default 2000)
    DoubleAck,
    MissingAck,
    UnknownSid,  ///< forgets sessions: every request with a sid is refused
    Count,
};

/// A fault with its number, where it takes one. `after`: messages that pass before it happens; 0 at
/// once where that makes sense.
struct Misbehaviour {
    Fault fault = Fault::Count;
    std::optional<std::uint64_t> number;
    std::uint32_t after = 0;

    bool operator==(const Misbehaviour&) const = default;
};

/// The name people type and what it does, for help texts and switches.
struct FaultInfo {
    Fault fault;
    std::string_view name;      ///< "wrong-accept"
    std::string_view sentence;  ///< what the server does then
    std::string_view number;    ///< what its number means, with the default; empty: it takes none
};
std::span<const FaultInfo> allFaults();

/// Reads "wrong-accept", "close:1011", "lying-length:5@3" (after three messages), joined by commas.
Result<std::vector<Misbehaviour>> parseMisbehaviours(std::string_view text);
std::string toText(const std::vector<Misbehaviour>& misbehaviours);

}  // namespace framescope::server
