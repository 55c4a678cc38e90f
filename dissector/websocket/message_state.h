// The order of frames in one direction (RFC 6455 section 5.4): fragments of one message follow each
// other, control frames may stand in between. A value that is told each header in turn.
#pragma once

#include <cstdint>

#include "dissector/issue/issue.h"
#include "dissector/websocket/frame.h"

namespace framescope::websocket {

/// What a frame is in its sequence.
enum class FrameRole : std::uint8_t {
    Control,
    WholeMessage,       ///< a message of one frame
    StartsMessage,      ///< first fragment
    ContinuesMessage,   ///< a fragment, not the last
    EndsMessage,        ///< the last fragment
    OrphanContinuation  ///< a continuation while no message is open
};

class MessageState {
public:
    /// The next frame of this direction. Issues are those of the sequence, not of the header.
    FrameRole accept(const FrameHeader& header, IssueSink& issues);
    /// The next frame may be a message of its own, and nothing before it has a say in that.
    bool expectsMessage() const { return m_known && !m_open && !m_closeSeen; }
    /// What accept() comes to for such a frame.
    void acceptMessage(std::uint8_t opcode, bool rsv1) {
        m_opcode = opcode;
        m_rsv1 = rsv1;
    }
    /// Frames were lost: until the next message starts, a continuation is no error.
    void forget();

    /// A message was begun and not finished.
    bool messageOpen() const { return m_open; }
    /// Opcode of the message the last data frame belongs to; Continuation if that is not known.
    std::uint8_t messageOpcode() const { return m_opcode; }
    /// The first frame of that message had RSV1 set: it is compressed where that was agreed.
    bool messageRsv1() const { return m_rsv1; }
    bool closeSeen() const { return m_closeSeen; }

private:
    std::uint8_t m_opcode = 0;
    bool m_rsv1 = false;
    bool m_open = false;
    bool m_known = true;
    bool m_closeSeen = false;
};

}  // namespace framescope::websocket
