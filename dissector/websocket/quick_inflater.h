// The short way of inflating: a whole message of a few kilobytes, in blocks that are stored or have
// the fixed Huffman codes (RFC 1951 sections 3.2.4 and 3.2.6). That is what senders make of most
// messages, since codes of their own would not pay, and it leaves no state between messages but the
// window. Whatever else there is, and whatever is wrong, is left to zlib as if nobody had looked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "dissector/core/bytes.h"

namespace framescope::websocket {

class QuickInflater {
public:
    /// How far back DEFLATE refers, and so what is kept at the most.
    static constexpr std::size_t kMaxWindow = std::size_t{32} << 10;
    /// Longer messages are left alone.
    static constexpr std::size_t kMaxMessage = std::size_t{16} << 10;

    /// False where a message that begins so is certainly left alone.
    static bool mayRead(ByteView message);
    /// What the message says, valid until the next call; `message` ends with the four bytes that
    /// its sender took off. Nothing, and nothing is changed, where it is left alone.
    std::optional<ByteView> inflate(ByteView message);

    /// What the next message may refer to.
    ByteView window() const;
    /// Goes on behind what others have inflated, the last kMaxWindow bytes of it at the most.
    void setWindow(ByteView window);
    void clear() { m_end = 0; }

private:
    /// Bytes behind the room that a copy of whole pieces may write to.
    static constexpr std::size_t kSlack = 32;

    void makeRoom(std::size_t wanted);

    std::unique_ptr<std::uint8_t[]> m_bytes;  ///< the window, and the message behind it
    std::size_t m_room = 0;
    std::size_t m_end = 0;  ///< of the window
};

}  // namespace framescope::websocket
