// A message as somebody composes it: everything that can be chosen, before it is bytes. The same
// values stand behind the composer's forms, the lines of a script and messages saved as files, and
// all three share one JSON form (see draft_json.h).
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/engineio/packet.h"
#include "dissector/socketio/packet.h"
#include "dissector/websocket/opcode.h"

namespace framescope::compose {

/// Bytes as somebody writes them down.
struct Payload {
    enum class Kind : std::uint8_t {
        Text,  ///< `text` as it stands; UTF-8 (other bytes are for Hex)
        Json,  ///< `text` as it stands, but it must be JSON
        Hex,   ///< hex digits in any usual notation (dissector/payload/hex_text.h)
        File,  ///< `text` is the path of a file, of at most kMaxPayloadFile bytes
    };
    Kind kind = Kind::Text;
    std::string text;

    bool operator==(const Payload&) const = default;
};

/// Greatest file that is sent as a payload.
inline constexpr std::uint64_t kMaxPayloadFile = 1ULL << 30;

/// How the masking key comes about (RFC 6455 section 5.3).
enum class Masking : std::uint8_t {
    Random,  ///< a fresh one for each frame; a server, which must not mask, does not mask
    Fixed,   ///< FrameDraft::maskingKey
    Zero,
    None,  ///< not masked
};

/// How the payload length is written (RFC 6455 section 5.2).
enum class LengthChoice : std::uint8_t { Minimal, Bits7, Bits16, Bits64 };

/// Whether the payload is compressed (RFC 7692).
enum class Compressing : std::uint8_t {
    None,
    AsAgreed,     ///< as the handshake agreed, which leaves control frames as they are; refused
                  ///< where it agreed to nothing
    WithContext,  ///< the window goes on, whatever was agreed
    NoContext,    ///< from an empty window, whatever was agreed
};

/// One frame, or a message cut into several: the first with `opcode`, the others continuations.
/// A control frame can be cut as well, which no peer takes.
struct FrameDraft {
    bool fin = true;  ///< of the last fragment; the others have none
    /// Of the first fragment; the others have none. Nothing: set by the composer (RSV1 where a
    /// compressed message begins; with x-webkit-deflate-frame on each fragment).
    std::array<std::optional<bool>, 3> rsv;
    std::uint8_t opcode = static_cast<std::uint8_t>(websocket::Opcode::Text);  ///< four bits
    Masking masking = Masking::Random;
    std::array<std::uint8_t, 4> maskingKey{};
    LengthChoice length = LengthChoice::Minimal;  ///< a form too small keeps the lower bits
    /// A lie, told by the last fragment; nothing: the payload's own.
    std::optional<std::uint64_t> announcedLength;
    Payload payload;
    Compressing compressing = Compressing::None;
    /// Sizes of fragments, before compression; what is left over is the last one. Empty: one frame.
    /// A size beyond the payload's end takes what is left; those behind it are passed over, except
    /// zeros, which always make an empty frame. A compressed message is flushed at each cut, so
    /// that a fragment carries what its size says, and peers that inflate piece by piece see it.
    std::vector<std::uint64_t> fragments;
    /// Frames put behind fragment `first` (from 0), in their order; there must be that fragment.
    std::vector<std::pair<std::size_t, FrameDraft>> between;
    /// Of a close frame: in front of the payload, which is the reason then.
    std::optional<std::uint16_t> closeCode;

    bool operator==(const FrameDraft&) const = default;
};

/// One Engine.IO packet, by whatever transport the session has at the moment.
struct EngineIoDraft {
    engineio::PacketType type = engineio::PacketType::Message;
    Payload data;
    bool binary = false;  ///< from revision 4 on a message alone can be

    bool operator==(const EngineIoDraft&) const = default;
};

/// One Socket.IO packet with its attachments.
struct SocketIoDraft {
    socketio::PacketType type = socketio::PacketType::Event;
    std::string nsp = "/";
    /// JSON: the arguments without the event's name for an event, the arguments of an
    /// acknowledgement, the auth of a CONNECT (before revision 5 its query, an object of texts and
    /// numbers). {"_placeholder":true,"num":N} stands where attachment N belongs; attachments that
    /// none names become further arguments. Empty for none.
    std::string data;
    std::string event;                 ///< its name
    std::vector<Payload> attachments;  ///< with any, EVENT becomes BINARY_EVENT, ACK BINARY_ACK
    bool wantsAck = false;             ///< the next free id is taken, where `id` names none
    std::optional<std::uint64_t> id;   ///< an id chosen by hand; the one that an ACK answers

    bool operator==(const SocketIoDraft&) const = default;
};

/// Bytes on the TCP connection, whatever they are: a request typed by hand, half a frame.
struct RawDraft {
    Payload bytes;

    bool operator==(const RawDraft&) const = default;
};

using Draft = std::variant<FrameDraft, EngineIoDraft, SocketIoDraft, RawDraft>;

}  // namespace framescope::compose
