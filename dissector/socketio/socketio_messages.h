// Socket.IO as Engine.IO's messages carry it: taking one message apart for a person, without the
// state that reading keeps (that is conversation.h). Whether a message is a packet was decided when
// it was read and stands in its record; whose attachment it is, in its links.
#pragma once

#include <string>

#include "dissector/field/field_tree.h"
#include "dissector/layer/row_context.h"
#include "dissector/socketio/conversation.h"

namespace framescope::socketio {

/// Appends the layer of a message and the issues its bytes show; its first byte stands at `place`.
/// The protocol's name goes to `protocols` behind a colon. The packet's attachments become byte
/// sources. Nothing where the data is neither a packet nor an attachment.
void describeMessage(const MessageData& data, const RowContext& row, Dissection& dissection,
                     Place place, std::string& protocols);
/// The message in one line of at most `maxChars` characters; empty where it is no Socket.IO. The
/// data may have been cut.
std::string summariseMessage(const MessageData& data, const RowContext& row, std::size_t maxChars);

}  // namespace framescope::socketio
