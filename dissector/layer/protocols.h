// The list of protocols and the order in which they are tried; the list itself is protocols.cpp. To
// add one: write its pair of files and its layer, and a line there.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dissector/field/field_tree.h"
#include "dissector/layer/layer.h"

namespace framescope {

enum class Recognition : std::uint8_t { Yes, No, NeedsMore };

/// A protocol directly on a TCP stream, told by how the stream of one direction begins.
struct StreamProtocol {
    Recognition (*recognise)(Direction sender, ByteView beginning);
    std::unique_ptr<Layer> (*makeLayer)();
};
std::span<const StreamProtocol> streamProtocols();

/// A text message of a WebSocket as an application protocol reads it.
struct MessageView {
    std::string_view text;  ///< the message, or its beginning
    bool whole = true;      ///< false: it is longer than what is read of one
    Direction direction = Direction::ClientToServer;
};

/// A protocol whose units are WebSocket text messages. Its functions keep no state: the same
/// message read again gives the same result.
struct MessageProtocol {
    /// Whether messages of this connection are of this protocol; `facts` says what is known of it.
    bool (*recognise)(const MessageView& message, const ConnectionFacts& facts);
    /// Fills in the record of the frame that completed the message, and the facts.
    void (*read)(const MessageView& message, Record& record, IssueSink& issues, LayerOutput& out);
    /// Appends the message's layers to the tree; its text stands at `place`.
    void (*describe)(const MessageView& message, const ConnectionFacts& facts, FieldTree& tree,
                     Place place, std::string& protocols);
    /// The message in one line of at most `maxChars` characters.
    std::string (*summary)(const MessageView& message, const ConnectionFacts& facts,
                           std::size_t maxChars);
    /// The protocol a row of it shows at the least; it may show the one above.
    Protocol protocol;
};
std::span<const MessageProtocol> messageProtocols();
/// The one whose rows show `protocol`; null for those that are no message protocol.
const MessageProtocol* messageProtocolOf(Protocol protocol);

/// Messages longer than this are recognised by their beginning alone and not checked.
inline constexpr std::size_t kMaxMessageRead = 1U << 20;

/// Who sent the first payload that was captured of a connection, if its content tells.
std::optional<Direction> guessSender(ByteView firstPayload);

}  // namespace framescope
