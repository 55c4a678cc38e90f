#include "dissector/layer/segment_rows.h"

namespace framescope {

void emitSegment(Direction direction, StreamOffset offset, std::uint64_t length, LayerOutput& out,
                 IssueCode why) {
    if (length == 0) return;
    Record record;
    record.kind = RowKind::TcpSegment;
    record.protocol = Protocol::Tcp;
    record.direction = direction;
    record.streamOffset = offset;
    record.length = length;
    if (why != IssueCode::None) {
        record.detail = static_cast<std::uint32_t>(why);
        record.severity = issueInfo(why).severity;
        out.countIssue(why);
    }
    out.emit(record);
}

}  // namespace framescope
