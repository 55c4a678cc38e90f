// A layer is one protocol on one connection, both directions, sans-I/O: stream bytes go in,
// records come out. A layer keeps only what it must to read on (a header, the current message under
// a stated limit); it never keeps payload for display, which is read again from the capture.
#pragma once

#include <memory>
#include <string_view>

#include "dissector/core/bytes.h"
#include "dissector/record/record.h"

namespace framescope {

class Layer;

/// The moment at which bytes became readable in order: packet number and time.
struct Arrival {
    PacketNumber packet = 0;
    std::int64_t timeNs = 0;
};

/// What is learnt about a connection while its layers read; shown and used to dissect its rows.
struct ConnectionFacts {
    NameId path = 0;                    ///< request target of the upgrade, or of the first request
    Protocol protocol = Protocol::Tcp;  ///< the highest one recognised so far
    std::uint8_t engineVersion = 0;     ///< Engine.IO revision (EIO=), 0 unknown
    bool upgraded = false;              ///< a WebSocket handshake was completed
    bool deflate = false;               ///< permessage-deflate was agreed
    std::uint8_t tunnels = 0;  ///< CONNECT requests that were granted, one inside the other
};

/// What a layer may do with what it reads. Implemented by the ingest, and by a recorder in tests.
class LayerOutput {
public:
    virtual ~LayerOutput() = default;

    /// Appends a row. Connection, packet and time are filled in from the current arrival; the
    /// layer sets the rest. Returns its id.
    virtual RecordId emit(Record record) = 0;
    /// Counts an issue towards the summary (its severity is in the record already).
    virtual void countIssue(IssueCode code) = 0;
    /// Id of a name; the same text always gives the same id.
    virtual NameId intern(std::string_view name) = 0;
    /// The arrival of the bytes now being handed over.
    virtual Arrival arrival() const = 0;
    /// Overrides the arrival while bytes that were held back are handed on; see HeldBytes.
    virtual void setArrival(Arrival arrival) = 0;
    /// Facts of this connection; what is changed here is passed on with the next batch.
    virtual ConnectionFacts& facts() = 0;
    /// Puts `next` in the place of the calling layer once its data(), gap() or end() returns. Until
    /// then the calling layer stays alive and hands on to `next` what it is still given.
    virtual void replaceWith(std::unique_ptr<Layer> next) = 0;
};

/// One protocol on one connection.
class Layer {
public:
    virtual ~Layer() = default;
    /// The next bytes of a direction, in order, `offset` being that of the first one.
    virtual void data(Direction direction, StreamOffset offset, ByteView bytes,
                      LayerOutput& out) = 0;
    /// `missing` bytes at `offset` were never captured.
    virtual void gap(Direction direction, StreamOffset offset, std::uint64_t missing,
                     LayerOutput& out) = 0;
    /// No more bytes come in this direction.
    virtual void end(Direction direction, EndReason reason, LayerOutput& out) = 0;
};

}  // namespace framescope
