// Notes about stretches of a stream, which are put on the rows that are made of them: that bytes
// were lost and sent again, that urgent data was among them. A row is made when its last byte has
// come, so a note waits for it; where none comes, because the bytes belong to the body behind a
// head, it goes to the row before.
#pragma once

#include <array>
#include <vector>

#include "dissector/layer/layer.h"
#include "dissector/record/row_link.h"

namespace framescope {

class PendingNotes {
public:
    /// `range`: of the stream. `detail`: an interned name.
    void expect(Direction direction, ByteRange range, IssueCode code, NameId detail);
    /// What a layer makes of these bytes of a stream comes next.
    void begin(ByteRange handedOver) { m_handedOver = handedOver; }
    /// A row was made.
    void sawRow(const Record& record, RecordId row, std::vector<RowRemark>& remarks) {
        if (record.isBesideStream()) return;
        if (!m_notes.empty()) attach(record, row, remarks);
        if (record.kind != RowKind::TcpGap && record.kind != RowKind::TcpConflict) {
            m_lastRow[indexOf(record.direction)] = row;
        }
    }
    /// No more rows come of this direction.
    void end(Direction direction, std::vector<RowRemark>& remarks);

private:
    struct Note {
        Direction direction = Direction::ClientToServer;
        ByteRange range;
        IssueCode code = IssueCode::None;
        NameId detail = 0;
        bool told = false;
    };

    void attach(const Record& record, RecordId row, std::vector<RowRemark>& remarks);

    std::array<RecordId, 2> m_lastRow{kNoRecord, kNoRecord};
    ByteRange m_handedOver;
    std::vector<Note> m_notes;
};

}  // namespace framescope
