// Protocols whose units stand in HTTP bodies: events of an event stream, packets of Engine.IO's
// polling. As with messages, reading keeps state and is done once, describing keeps none.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "dissector/field/field_tree.h"
#include "dissector/layer/layer.h"
#include "dissector/layer/row_context.h"

namespace framescope {

namespace http {
struct Head;
}

/// The request and, for the body of a response, the response that a body belongs to.
struct Exchange {
    std::string_view method;  ///< empty where the request was not captured
    std::string_view target;
    std::string_view lastEventId;                     ///< Last-Event-ID of the request
    const http::Head* head = nullptr;                 ///< the head in front of the body
    RecordId requestRow = kNoRecord;                  ///< kNoRecord where it was not captured
    RecordId headRow = kNoRecord;                     ///< row of `head`; `group` of the units' rows
    Direction direction = Direction::ServerToClient;  ///< of the body
    bool engineIoAsked = false;  ///< a request on its connection was of Engine.IO
    bool othersAsked = false;    ///< and one was not
};

/// Reads one body. Offsets count in the decoded body. Views of the Exchange are valid only while
/// the reader is made.
class BodyReader {
public:
    virtual ~BodyReader() = default;
    /// The next decoded bytes. Emits a row for each unit once it is complete.
    virtual void data(std::uint64_t offset, ByteView bytes, LayerOutput& out) = 0;
    /// `missing` bytes were never captured.
    virtual void gap(std::uint64_t offset, std::uint64_t missing, LayerOutput& out) = 0;
    /// The body is over; `whole` is false where it was cut off.
    virtual void end(bool whole, LayerOutput& out) = 0;
    /// Behind end(): bytes that are held since what is asked next on the connection tells whether
    /// the body is of this protocol; 0 where that is known.
    virtual std::size_t undecided() const { return 0; }
    /// That is this target; empty where nobody knows.
    virtual void decide(std::string_view /*nextTarget*/, LayerOutput& /*out*/) {}
};

struct BodyProtocol {
    /// The kind of its rows.
    RowKind kind;
    /// A reader for this body, null where it is none of this protocol's. Decides by the heads
    /// alone, before the body's first byte.
    std::unique_ptr<BodyReader> (*makeReader)(const Exchange& exchange, LayerOutput& out);
    /// Appends the unit's layers to the tree; its bytes stand at `place`.
    void (*describe)(ByteView unit, const RowContext& row, Dissection& dissection, Place place,
                     std::string& protocols);
    /// The unit, or its beginning, in one line of at most `maxChars` characters.
    std::string (*summary)(ByteView unit, const RowContext& row, std::size_t maxChars);
    /// Appends what a whole body says that carries no units, at the row of its head; null where the
    /// protocol has no such bodies. The body's first byte stands at `place`.
    void (*describeBody)(ByteView body, const http::Head& head, const RowContext& row,
                         Dissection& dissection, Place place, std::string& protocols) = nullptr;
};

}  // namespace framescope
