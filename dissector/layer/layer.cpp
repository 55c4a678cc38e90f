#include "dissector/layer/layer.h"

#include <algorithm>

namespace framescope {

std::string_view compressionName(CompressionKind kind) {
    switch (kind) {
        case CompressionKind::None:
            return "";
        case CompressionKind::PerMessageDeflate:
            return "permessage-deflate";
        case CompressionKind::WebkitDeflateFrame:
            return "x-webkit-deflate-frame";
    }
    return "";
}

RecordId emitJudged(Record& record, const IssueSink& issues, LayerOutput& out) {
    if (issues.empty()) return out.emit(record);
    record.severity = std::max(record.severity, issues.worst());
    const RecordId row = out.nextRow();
    for (const Issue& issue : issues.issues()) {
        out.countIssue(issue.code);
        if (issue.contextual) out.remark(row, issue.code, issue.part, issue.detail);
    }
    return out.emit(record);
}

void remarkLate(RecordId row, IssueCode code, LayerOutput& out, std::uint16_t part,
                std::string_view detail) {
    if (row == kNoRecord) return;
    out.countIssue(code);
    out.remark(row, code, part, detail);
}

}  // namespace framescope
