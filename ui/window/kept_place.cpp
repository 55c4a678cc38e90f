#include "ui/window/kept_place.h"

namespace framescope {

RowAnchor anchorOf(const Record& record) {
    // What stands in a body counts in the decoded body; a hole, another version of bytes and what
    // has no place in the stream stand beside its rows.
    const bool inStream = record.connection != kNoConnection && record.length != 0 &&
                          record.kind != RowKind::TcpGap && record.kind != RowKind::TcpConflict &&
                          !record.isBesideStream() && !isInBody(record.kind);
    return {record.kind,         record.connection, record.direction,
            record.streamOffset, inStream,          record.packet};
}

std::optional<RecordId> RowSearch::look(const Session& session, bool complete) {
    for (; m_found == kNoRecord && m_looked < session.rowCount(); ++m_looked) {
        const Record& record = session.record(m_looked);
        if (record.connection != m_anchor.connection) continue;
        const RowAnchor here = anchorOf(record);
        if (m_anchor.inStream) {
            if (here.inStream && here.direction == m_anchor.direction &&
                m_anchor.offset >= here.offset && m_anchor.offset - here.offset < record.length) {
                m_found = m_looked;
            }
        } else if (here.kind == m_anchor.kind && here.packet == m_anchor.packet &&
                   here.direction == m_anchor.direction && here.offset == m_anchor.offset) {
            m_found = m_looked;
        }
        if (here.packet == m_anchor.packet && m_samePacket == kNoRecord) m_samePacket = m_looked;
        if (here.packet <= m_anchor.packet) m_before = m_looked;
    }
    if (m_found != kNoRecord) return m_found;
    if (!complete) return std::nullopt;
    if (m_samePacket != kNoRecord) return m_samePacket;
    if (m_before != kNoRecord) return m_before;
    return std::nullopt;
}

}  // namespace framescope
