// Inflating compressed messages of one direction (RFC 7692 section 7.2.2): raw DEFLATE that may
// refer to what the messages before it said. A value that is given the payload in pieces as it
// comes; it keeps the window and nothing of the output.
//
// Most messages go a short way (quick_inflater.h), all others through zlib. The window moves from
// one to the other where that changes.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>

#include "dissector/core/bytes.h"
#include "dissector/websocket/quick_inflater.h"

namespace framescope::websocket {

/// Why a message could not be inflated.
enum class InflateError : std::uint8_t {
    None,
    ContextLost,  ///< it refers to bytes before it that are not known
    NotDeflate,   ///< no DEFLATE data (RFC 1951), or data that goes on behind the message's end
};

/// Is given inflated bytes piece by piece, in order.
using InflatedSink = std::function<void(ByteView)>;

/// What a sender takes off the end of every compressed message (RFC 7692 section 7.2.1).
inline constexpr std::array<std::uint8_t, 4> kDeflateTail = {0x00, 0x00, 0xff, 0xff};

class Inflater {
public:
    Inflater();
    ~Inflater();
    Inflater(Inflater&&) noexcept;
    Inflater& operator=(Inflater&&) noexcept;

    /// A message begins. It may refer to what was inflated before only where `keepContext` is set.
    /// A message that was begun and not finished costs the context.
    void begin(bool keepContext);
    /// The next bytes of the message. Behind an error nothing is inflated until the next begin().
    InflateError feed(ByteView compressed, const InflatedSink& sink);
    /// The last bytes of the message, with kDeflateTail behind them, so that both are one piece of
    /// work. What it says is the same as for the bytes alone; finish() is to come next.
    InflateError feedLast(ByteView compressedAndTail, const InflatedSink& sink);
    /// The message is complete: puts back the four bytes that its sender took off, where
    /// feedLast() did not.
    InflateError finish(const InflatedSink& sink);

    /// Messages are missing, or bytes of this one: what was inflated so far is forgotten.
    void loseContext();
    /// Nothing is known that the next message could refer to.
    bool contextEmpty() const { return m_contextEmpty; }
    /// A message was begun and is not finished.
    bool inMessage() const { return m_inMessage; }
    /// Why the message begun last cannot be inflated.
    InflateError error() const { return m_error; }

    /// The window between two messages, packed; a few bytes to 32 KiB. Empty for an empty context.
    Bytes saveContext() const;
    /// Goes on from what saveContext() gave. False, and an empty context, where it is none.
    bool restoreContext(ByteView saved);

private:
    struct Stream;

    /// Messages in a row that are tried in vain before no further one is.
    static constexpr unsigned kMaxInVain = 16;

    bool readQuickly(ByteView compressedAndTail, const InflatedSink& sink);
    bool takeToZlib();
    void takeFromZlib();
    InflateError run(ByteView compressed, std::size_t tail, const InflatedSink& sink);
    InflateError fail(InflateError error);

    QuickInflater m_quick;
    std::unique_ptr<Stream> m_stream;  ///< zlib's; made when it is needed
    bool m_inZlib = false;             ///< it has the window, rather than m_quick
    unsigned m_inVain = 0;             ///< attempts of m_quick in a row
    bool m_contextEmpty = true;
    bool m_inMessage = false;
    bool m_fed = false;             ///< the message has had bytes
    bool m_tailFed = false;         ///< and what was taken off its end
    bool m_lastBlockEnded = false;  ///< a block with BFINAL=1 ended where the input did
    bool m_blockEnded = false;      ///< a block ended where the input did, with no bits left over
    InflateError m_error = InflateError::None;
};

}  // namespace framescope::websocket
