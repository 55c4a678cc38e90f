// STOMP 1.0 to 1.2 on WebSocket messages: a command, header lines, an empty line, a body, and NUL.
// A message may hold several frames, and end-of-lines between them (heart-beats). Parse, encode,
// check, describe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/field/field_tree.h"
#include "dissector/issue/issue.h"
#include "dissector/layer/message_protocol.h"

namespace framescope::stomp {

/// A header line. Views into the text that was parsed; ranges count from its first byte.
struct Header {
    std::string_view name;   ///< as written
    std::string_view value;  ///< as written, with its escapes
    ByteRange nameRange;
    ByteRange valueRange;

    /// What is sent decides, not where it stood.
    bool operator==(const Header& other) const {
        return name == other.name && value == other.value;
    }
};

/// A frame, or a run of end-of-lines between frames (then only `range` says something).
struct Frame {
    std::string_view command;     ///< empty: end-of-lines
    std::vector<Header> headers;  ///< at most kMaxHeaders
    std::string_view body;
    bool terminated = true;      ///< the NUL is there
    std::string_view malformed;  ///< what is wrong with its lines; empty if nothing is
    ByteRange range;             ///< of the frame in the text, NUL included
    ByteRange commandRange;
    ByteRange bodyRange;

    bool isHeartBeat() const { return command.empty(); }
    /// The first header of this name counts (STOMP 1.2, Repeated Header Entries); unescaped.
    std::optional<std::string> header(std::string_view name) const;
    bool operator==(const Frame& other) const {
        return command == other.command && headers == other.headers && body == other.body &&
               terminated == other.terminated;
    }
};

/// Header lines that are read of a frame, and frames of a message.
inline constexpr std::size_t kMaxHeaders = 256;
inline constexpr std::size_t kMaxFrames = 1000;

/// Whether STOMP has this command.
bool isCommand(std::string_view word);
/// The frame or end-of-lines at `begin`, which lies in front of the text's end. Nothing if what
/// stands there begins with no command of STOMP's.
std::optional<Frame> parse(std::string_view text, std::size_t begin = 0);
/// The frames and end-of-lines of a message. Stops at what is none.
std::vector<Frame> parseMessage(std::string_view text);
/// With content-length and escapes just as the headers give them.
void encode(const Frame& frame, ByteWriter& out);
void check(const Frame& frame, IssueSink& issues);
/// Appends the frame's line and its fields; the text that was parsed begins at `place`.
FieldIndex describe(const Frame& frame, FieldTree& tree, Place place);
/// "SEND /queue/a  hello", "heart-beat".
std::string summary(const Frame& frame, std::size_t maxChars);

/// A header's value as it is meant (STOMP 1.2, Value Encoding).
std::string unescapeHeader(std::string_view written);

extern const MessageProtocol kMessageProtocol;

}  // namespace framescope::stomp
