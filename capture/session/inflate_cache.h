// What keeps a list of compressed messages from being inflated from the nearest checkpoint row by
// row: inflaters that stand where the last row looked at ended, and the last message itself, which
// is asked for by the list and by the tree. Bounded; the least recently used goes first. Several
// threads may ask at once.
#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "capture/session/websocket_message.h"
#include "dissector/record/record.h"
#include "dissector/websocket/inflater.h"

namespace framescope {

/// An inflater that has read one direction of a connection up to `next`, between two messages.
struct InflateCursor {
    ConnectionId connection = 0;
    Direction direction = Direction::ClientToServer;
    StreamOffset next = 0;
    websocket::Inflater inflater;
};

class InflateCache {
public:
    /// Each holds about 50 KiB, and 40 more where zlib was needed.
    static constexpr std::size_t kMaxCursors = 256;

    /// Takes out the cursor that stands closest before `to`, or there, and not before `from`.
    std::optional<InflateCursor> take(ConnectionId connection, Direction direction,
                                      StreamOffset from, StreamOffset to);
    void put(InflateCursor cursor);

    /// The message that ended with `row`, if it was the last one remembered.
    std::optional<DecodedMessage> message(RecordId row) const {
        const std::lock_guard lock(m_mutex);
        return m_messageRow == row ? m_message : std::nullopt;
    }
    void remember(RecordId row, DecodedMessage message) {
        const std::lock_guard lock(m_mutex);
        m_messageRow = row;
        m_message = std::move(message);
    }

private:
    mutable std::mutex m_mutex;            ///< over all that follows
    std::vector<InflateCursor> m_cursors;  ///< the most recently used last
    RecordId m_messageRow = kNoRecord;
    std::optional<DecodedMessage> m_message;
};

}  // namespace framescope
