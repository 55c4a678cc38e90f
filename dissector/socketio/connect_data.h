// What CONNECT carries besides what an application puts there: the server's id of the socket, and
// the two parts of connection state recovery (socket.io 4.6): the private session id `pid`, which
// the server gives and the client hands back, and the offset of the last event that arrived. The
// same from JSON and from MessagePack.
#pragma once

#include <optional>
#include <string>

#include "dissector/core/bytes.h"

namespace framescope::socketio {

/// A text with the place of its bytes in the packet's data, quotes or marker included.
struct FoundText {
    std::string value;
    ByteRange range;
};

struct ConnectData {
    std::optional<FoundText> sid;
    std::optional<FoundText> pid;
    std::optional<FoundText> offset;
};

/// How data is written.
enum class Encoding : std::uint8_t { Json, Msgpack };

/// Reads the data of a CONNECT packet; members that are missing or no texts are left out.
ConnectData readConnectData(ByteView data, Encoding encoding);

/// The last element of an event's array if it is a text and not the event's name: where servers
/// that keep the state of connections put the event's offset.
std::optional<FoundText> trailingText(ByteView data, Encoding encoding);

}  // namespace framescope::socketio
