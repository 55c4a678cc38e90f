// The bytes of a WebSocket message, decoded: the one place that joins, unmasks and inflates what is
// read again from the capture, for the tree, the list and whoever asks for the payload of a row.
#pragma once

#include <cstdint>
#include <functional>

#include "capture/session/session_state.h"
#include "capture/session/stream_reader.h"
#include "capture/session/websocket_message.h"

namespace framescope {

/// Joins the data frames that begin at `first` and end with the frame at `last`, control frames in
/// between left out, at most `limit` bytes of payload.
WebSocketMessage readMessage(const StreamReader& reader, StreamOffset first, StreamOffset last,
                             std::uint64_t limit);
/// The same under the reader's own limit.
inline WebSocketMessage readMessage(const StreamReader& reader, StreamOffset first,
                                    StreamOffset last) {
    return readMessage(reader, first, last, reader.limit());
}

/// How much of a message somebody wants.
struct MessageWish {
    std::uint64_t limit = 0;  ///< bytes, both joined and inflated
    bool size = true;  ///< also the size that it inflates to, as far as the session's limit reaches
    /// Is given every inflated byte, also those beyond `limit`; may be empty.
    std::function<void(ByteView)> sink = {};
    bool frameEnds = false;  ///< also how far each frame takes it
    bool begun = false;      ///< the row may end none: its message up to there
};

/// The message up to and with the frame of row `row`, which is mostly its last one.
DecodedMessage decodeMessage(const Session::State& state, RecordId row, const MessageWish& wish);

}  // namespace framescope
