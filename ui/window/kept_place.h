// Where somebody stood in the rows, to be found again when the same capture is read anew in another
// way: rows have other numbers then, and some are not there any more. A row is known again by the
// bytes of the stream it stands on, else by its packet.
#pragma once

#include <cstdint>
#include <optional>

#include "capture/session/session.h"
#include "dissector/field/field_id.h"

namespace framescope {

/// What of a row stays whatever it is read as.
struct RowAnchor {
    RowKind kind = RowKind::TcpSegment;
    ConnectionId connection = kNoConnection;
    Direction direction = Direction::ClientToServer;
    StreamOffset offset = 0;
    bool inStream = false;  ///< it stands on bytes of the stream at `offset`
    PacketNumber packet = 0;
};

RowAnchor anchorOf(const Record& record);

/// Looks for one row in a session that grows.
class RowSearch {
public:
    explicit RowSearch(const RowAnchor& anchor) : m_anchor(anchor) {}

    /// Looks at the rows that have come since; with `complete` no more will. The row that is the
    /// same one, as soon as it is there; at the end the nearest of its connection, or nothing.
    std::optional<RecordId> look(const Session& session, bool complete);

private:
    RowAnchor m_anchor;
    RecordId m_looked = 0;
    RecordId m_found = kNoRecord;
    RecordId m_samePacket = kNoRecord;
    RecordId m_before = kNoRecord;  // the last of the connection up to the packet
};

}  // namespace framescope
