// Socket.IO as Engine.IO's messages carry it: taking one message apart for a person, without the
// state that reading keeps (that is conversation.h).
#pragma once

#include <optional>
#include <string>

#include "dissector/field/field_tree.h"
#include "dissector/layer/row_context.h"
#include "dissector/socketio/conversation.h"
#include "dissector/socketio/packet.h"

namespace framescope::socketio {

/// The packet in a message's data, if it is one. Data that was cut is taken by its beginning.
std::optional<Packet> packetOf(const MessageData& data);

/// Appends the layer of a message and the issues its bytes show; its first byte stands at `place`.
/// The protocol's name goes to `protocols` behind a colon. Nothing where the data is none.
void describeMessage(const MessageData& data, const RowContext& row, Dissection& dissection,
                     Place place, std::string& protocols);
/// The message in one line of at most `maxChars` characters; empty where it is no Socket.IO. The
/// data may have been cut.
std::string summariseMessage(const MessageData& data, const RowContext& row, std::size_t maxChars);

}  // namespace framescope::socketio
