// SockJS frames on a WebSocket: a letter from the server (o, h, a, m, c), with JSON behind most of
// them; arrays of texts without a letter from the client. What the texts say is the application's;
// STOMP, which is often inside, is read on. Parse, encode, check, describe.
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

namespace framescope::sockjs {

enum class FrameType : std::uint8_t { Open, Heartbeat, Array, Message, Close, Send };
/// "open", "heartbeat", ...
std::string_view typeName(FrameType type);

/// A text of the application with its place, quotes included.
struct Text {
    std::string value;
    ByteRange range;

    bool operator==(const Text& other) const { return value == other.value; }
};

struct Frame {
    FrameType type = FrameType::Open;
    std::vector<Text> texts;            ///< of Array, Message and Send; at most kMaxTexts
    std::optional<std::uint64_t> code;  ///< of Close
    ByteRange codeRange;
    std::optional<Text> reason;
    bool wellFormed = true;  ///< what is behind the letter is what it must be
    std::size_t size = 0;    ///< of the frame's text

    bool operator==(const Frame& other) const {
        return type == other.type && texts == other.texts && code == other.code &&
               reason == other.reason;
    }
};

/// Texts of one frame that are read.
inline constexpr std::size_t kMaxTexts = 1000;

/// Nothing if the text is no frame of this sender: another letter, or no array. It may be cut.
std::optional<Frame> parse(std::string_view text, Direction sender);
void encode(const Frame& frame, ByteWriter& out);
void check(const Frame& frame, IssueSink& issues);
/// Appends the frame's line and its fields; its first byte stands at `place`.
FieldIndex describe(const Frame& frame, FieldTree& tree, Place place);
/// `array  {"a":1}`, "close  3000 Go away!".
std::string summary(const Frame& frame, std::size_t maxChars);

/// Whether a request target is that of SockJS's WebSocket transport: /server/session/websocket
/// behind any prefix.
bool isSockJsPath(std::string_view target);

extern const MessageProtocol kMessageProtocol;

}  // namespace framescope::sockjs
