// Protocols whose units are messages of a WebSocket. Reading keeps state for each connection (a
// MessageReader, used by the ingest, once); describing keeps none and is repeated whenever somebody
// looks at a row, with the links that reading left behind.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "dissector/field/field_tree.h"
#include "dissector/layer/layer.h"
#include "dissector/layer/row_context.h"

namespace framescope {

/// A message, unmasked and inflated.
struct MessageView {
    ByteView bytes;     ///< all of it, or its beginning
    bool text = true;   ///< text message, valid UTF-8 as far as it was judged
    bool whole = true;  ///< false: it is longer than what is read of one
    Direction direction = Direction::ClientToServer;
    bool mayBeMarked = true;  ///< false: it is known to have none of client_marks.h

    std::string_view asText() const { return framescope::asText(bytes); }
};

/// One application protocol on one connection, both directions.
class MessageReader {
public:
    virtual ~MessageReader() = default;
    /// The next message. Fills in the record of the frame that completed it (it will be emitted as
    /// out.nextRow() once this returns), adds issues, and leaves the record alone where the message
    /// is none of this protocol's.
    virtual void read(const MessageView& message, Record& record, IssueSink& issues,
                      LayerOutput& out) = 0;
    /// Messages of this direction are missing, or could not be read, in front of the next one.
    virtual void lost(Direction, LayerOutput&) {}
    /// No more messages come in this direction.
    virtual void end(Direction, EndReason, LayerOutput&) {}
};

struct MessageProtocol {
    /// What a row of it shows in its protocol column at the least; it may show a higher one.
    Protocol protocol;
    /// Whether this message shows that its connection is of this protocol. Asked for each message
    /// until one protocol says yes, whose reader is then given every message.
    bool (*recognise)(const MessageView& message, const ConnectionView& connection);
    std::unique_ptr<MessageReader> (*makeReader)();
    /// Appends the message's layers to the tree, and byte sources of what it unpacks; the message
    /// stands at `place`. Each protocol's name is appended to `protocols` behind a colon.
    void (*describe)(const MessageView& message, const RowContext& row, Dissection& dissection,
                     Place place, std::string& protocols);
    /// The message in one line of at most `maxChars` characters. It may have been cut.
    std::string (*summary)(const MessageView& message, const RowContext& row, std::size_t maxChars);
};

/// Messages longer than this are recognised by their beginning alone and not checked.
inline constexpr std::size_t kMaxMessageRead = 1U << 20;

}  // namespace framescope
