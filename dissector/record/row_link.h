// What is learnt about a row only later, or from another row. Records are written once, so it
// stands in tables beside them: links between two rows, and remarks that the row's own bytes do not
// show.
#pragma once

#include <cstdint>
#include <string_view>

#include "dissector/record/record.h"

namespace framescope {

/// What the later row is to the earlier one.
enum class LinkKind : std::uint8_t {
    AckOf,           ///< Socket.IO acknowledgement of an event
    AttachmentOf,    ///< binary attachment of a Socket.IO packet; `value` its number from 0
    PongOf,          ///< WebSocket or Engine.IO pong that answers a ping
    CloseOf,         ///< WebSocket close frame that answers a close frame
    ResponseTo,      ///< application response to an application request
    HeartbeatOf,     ///< application heartbeat that repeats or answers the one before
    ReconnectOf,     ///< request that opens again what an earlier connection carried
    ContinuationOf,  ///< event stream that continues another one by Last-Event-ID
    PartOf,  ///< message with more of a packet that began in an earlier one; `value` is where
};

/// Short name for filters and exports: "ack", "attachment", "pong", "close", "response", ...
std::string_view linkKindName(LinkKind kind);
/// What a row says of the other one, for a person: of the earlier one ("acknowledges") or of the
/// later one ("acknowledged by").
std::string_view linkText(LinkKind kind, bool ofEarlier);

/// The row `from` belongs to the earlier row `to`. The time between the two is that of their
/// records.
struct RowLink {
    RecordId from = kNoRecord;
    RecordId to = kNoRecord;
    std::uint32_t value = 0;
    LinkKind kind = LinkKind::AckOf;
};
static_assert(sizeof(RowLink) == 16, "there is one for every acknowledgement");

/// An issue of a row that its bytes alone do not show: because of what came before it, or of what
/// never came after it.
struct RowRemark {
    RecordId row = kNoRecord;
    IssueCode code = IssueCode::None;
    std::uint16_t part = 0;  ///< the FieldId it is about; 0 for the whole row
    NameId detail = 0;       ///< interned text
};
static_assert(sizeof(RowRemark) == 12);

}  // namespace framescope
