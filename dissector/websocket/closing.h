// How a WebSocket ended, for people: said on the row that ends its connection, from what the close
// frames and TCP say together (RFC 6455 section 7.1).
#pragma once

#include <string>
#include <string_view>

#include "dissector/field/field_tree.h"
#include "dissector/layer/layer.h"

namespace framescope::websocket {

/// The code a client reports to its application: that of the first close frame, 1005 where it had
/// none, 1006 where there was no close frame (section 7.1.5).
std::uint16_t reportedCode(const WebSocketClosing& closing);
/// Both sides sent a close frame, and then the connection ended (section 7.1.4).
bool isClean(const WebSocketClosing& closing, EndReason reason);

/// "closed by the server with 1001 going away, clean", "reset by the client without a close frame
/// (1006)", ... `by` is who ended the TCP connection first. Empty where its end was not captured
/// and nothing was closed.
std::string closingText(const WebSocketClosing& closing, EndReason reason, Direction by);
/// Appends the same as fields; nothing where closingText() is empty. `reasonText` is the name
/// `closing.reason` stands for.
void describeClosing(const WebSocketClosing& closing, EndReason reason, Direction by,
                     std::string_view reasonText, FieldTree& tree);

}  // namespace framescope::websocket
