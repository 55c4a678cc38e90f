// The list of protocols and the order in which they are tried; the list itself is protocols.cpp. To
// add one: write its pair of files and its layer or reader, and a line there.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include "dissector/layer/body_protocol.h"
#include "dissector/layer/layer.h"
#include "dissector/layer/message_protocol.h"

namespace framescope {

enum class Recognition : std::uint8_t { Yes, No, NeedsMore };

/// A protocol directly on a TCP stream, told by how the stream of one direction begins.
struct StreamProtocol {
    Recognition (*recognise)(Direction sender, ByteView beginning);
    /// Where that needs more, and what comes next is missing: whether it is of this protocol.
    bool (*recogniseCut)(ByteView beginning);
    /// `clientMissed`: what the client said first was not captured.
    std::unique_ptr<Layer> (*makeLayer)(bool clientMissed);
};
std::span<const StreamProtocol> streamProtocols();

/// Protocols on the messages of a WebSocket.
std::span<const MessageProtocol* const> messageProtocols();
/// Those of them that may recognise this message; the others would say no.
std::span<const MessageProtocol* const> protocolsToAsk(const MessageView& message,
                                                       std::string_view subprotocol);
/// The one whose rows show `protocol`; null for those that are no message protocol.
const MessageProtocol* messageProtocolOf(Protocol protocol);

/// Protocols in HTTP bodies.
std::span<const BodyProtocol* const> bodyProtocols();
/// The one whose rows are of `kind`; null where isInBody(kind) is false.
const BodyProtocol* bodyProtocolOf(RowKind kind);

/// Who sent the first payload that was captured of a connection, if its content tells.
std::optional<Direction> guessSender(ByteView firstPayload);

}  // namespace framescope
