#include "capture/ingest/pending_notes.h"

namespace framescope {
namespace {

/// Notes that wait on one connection; a flood of them is one nobody could read.
constexpr std::size_t kMaxNotes = 32;

}  // namespace

void PendingNotes::expect(Direction direction, ByteRange range, IssueCode code, NameId detail) {
    if (m_notes.size() < kMaxNotes) m_notes.push_back({direction, range, code, detail, false});
}

void PendingNotes::attach(const Record& record, RecordId row, std::vector<RowRemark>& remarks) {
    const bool isUnit = record.kind == RowKind::TcpSegment || record.kind == RowKind::HttpRequest ||
                        record.kind == RowKind::HttpResponse ||
                        record.kind == RowKind::WebSocketFrame || isInBody(record.kind);
    if (!isUnit) return;
    std::erase_if(m_notes, [&](Note& note) {
        if (note.direction != record.direction) return false;
        // A unit of a body has no place in the stream; it is made of what is being handed over.
        const ByteRange made =
            isInBody(record.kind)
                ? m_handedOver
                : ByteRange{record.streamOffset, record.streamOffset + record.length};
        if (made.begin < note.range.end && note.range.begin < made.end) {
            remarks.push_back({row, note.code, 0, note.detail});
            note.told = true;
            return !isInBody(record.kind) && made.end >= note.range.end;
        }
        if (made.begin < note.range.end) return false;
        const RecordId before = m_lastRow[indexOf(note.direction)];
        if (!note.told && before != kNoRecord) {
            remarks.push_back({before, note.code, 0, note.detail});
        }
        return true;
    });
}

void PendingNotes::end(Direction direction, std::vector<RowRemark>& remarks) {
    std::erase_if(m_notes, [&](const Note& note) {
        if (note.direction != direction) return false;
        const RecordId before = m_lastRow[indexOf(direction)];
        if (!note.told && before != kNoRecord) {
            remarks.push_back({before, note.code, 0, note.detail});
        }
        return true;
    });
}

}  // namespace framescope
