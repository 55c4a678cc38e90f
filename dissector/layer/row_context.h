// What is known of a row besides its own bytes, for the functions that take it apart. Implemented
// by the session over its tables, and by hand in tests.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/engineio/session_info.h"
#include "dissector/layer/layer.h"
#include "dissector/payload/payload_format.h"
#include "dissector/record/record.h"
#include "dissector/record/row_link.h"

namespace framescope {

/// A connection as protocols recognise it.
struct ConnectionView {
    const ConnectionFacts& facts;
    std::string_view path;         ///< request target of the upgrade
    std::string_view subprotocol;  ///< agreed; mostly empty
};

class RowContext {
public:
    virtual ~RowContext() = default;

    /// The row being taken apart.
    virtual RecordId row() const = 0;
    virtual Record record(RecordId row) const = 0;
    virtual std::string_view name(NameId name) const = 0;
    virtual ConnectionView connection() const = 0;
    /// The links in which the row is the later one, and those in which it is the earlier one, each
    /// in the order in which they were learnt.
    virtual std::vector<RowLink> linksFrom(RecordId row) const = 0;
    virtual std::vector<RowLink> linksTo(RecordId row) const = 0;
    /// What the row's unit carries, decoded: a message unmasked, joined and inflated, a unit of a
    /// body as it stands there. At most `limit` bytes; empty where it cannot be read again.
    virtual Bytes payload(RecordId row, std::uint64_t limit) const = 0;
    /// The target of the request that the row's connection, or its body's exchange, was made with.
    virtual std::string_view requestTarget() const = 0;

    /// The Engine.IO session that the row's connection carries; null where it is none, or several.
    virtual const engineio::SessionInfo* engineSession() const { return nullptr; }
    /// How the user wants payloads of this row to be read; mostly left to guessing.
    virtual PayloadChoice payloadChoice(std::string_view event) const = 0;

    Record record() const { return record(row()); }
};

}  // namespace framescope
