// What a reader must know of the frames that one side has sent in order to read its next ones, in a
// few frames of our own instead of all that were sent (Prepared::before). Follows the same rules as
// the dissector's layer. The window is the deflater's, which a reader has as well that could read
// all messages.
#pragma once

#include <optional>

#include "dissector/core/bytes.h"
#include "dissector/layer/layer.h"
#include "dissector/websocket/frame.h"
#include "dissector/websocket/mask.h"

namespace framescope::compose {

class SentContext {
public:
    /// Bytes that are kept of a message that is not finished. Of a longer one the first frame alone
    /// is kept, without payload.
    static constexpr std::size_t kMaxKept = 1U << 20;

    /// A frame goes out. `wire`: all of it. `window`: of the deflater when the message began, empty
    /// where it is not compressed against it; asked for the first frame of a message only.
    void note(const websocket::FrameHeader& header, ByteView wire, ByteView window);

    /// A message is not finished, and the next continuation goes on with it.
    bool messageOpen() const { return m_open; }

    /// Frames that say it all, for a message whose first frame is `next` and which is compressed
    /// against `window` (empty: against nothing). Empty where nothing need be known.
    Bytes framesBefore(const websocket::FrameHeader& next, ByteView window,
                       Direction direction) const;

private:
    bool m_open = false;
    bool m_closeSent = false;
    Bytes m_message;        ///< frames of the message that is open
    Bytes m_messageWindow;  ///< what it is compressed against
    std::optional<websocket::MaskingKey> m_lastKey;
    bool m_sameKeyTold = false;
};

}  // namespace framescope::compose
