#include "tests/support/row_checks.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <vector>

#include "dissector/payload/utf8.h"

namespace framescope::test {
namespace {

std::string describe(const FieldTree& tree, FieldIndex index) {
    const Field& field = tree[index];
    return "field " + std::to_string(index) + " (" + tree.line(index).substr(0, 60) + ") [" +
           std::to_string(field.source) + ":" + std::to_string(field.range.begin) + "-" +
           std::to_string(field.range.end) + "]";
}

std::optional<std::string> wrongLinks(const Session& session, RecordId row) {
    const Record& record = session.record(row);
    const bool mayHaveNone = isOfCapture(record.kind);
    if (mayHaveNone != (record.connection == kNoConnection)) return "without a connection";
    if (!mayHaveNone && record.connection >= session.connectionCount()) {
        return "a connection that is not there";
    }
    if (record.packet == 0 || record.packet > session.statistics().packets) {
        return "a packet that is not there";
    }
    // Only rows that are already there may be referred to.
    if (record.group != kNoRecord && record.group > row) return "belongs to a later row";
    if (record.group != kNoRecord && session.record(record.group).connection != record.connection) {
        return "belongs to a row of another connection";
    }
    return {};
}

/// One direction of a connection, as far as its rows have been seen.
struct Coverage {
    StreamOffset end = 0;       ///< behind the last row
    RecordId head = kNoRecord;  ///< the last row of an HTTP head
    bool any = false;
    bool mayHaveBody = false;  ///< the last row was an HTTP head, or in a body without one
};

/// Whether a row has its place among the others of its direction.
bool holdsStreamBytes(const Record& record) {
    // What was sent behind a FIN is told as it comes, and stands behind the FIN's own place.
    const bool behindFin = record.kind == RowKind::TcpSegment &&
                           record.detail == static_cast<std::uint32_t>(IssueCode::TcpDataAfterFin);
    // Units of a body lie in it; their place counts there. A conflict speaks of bytes that have
    // their row already, and some have no place in the stream.
    return record.connection != kNoConnection && record.kind != RowKind::TcpOpen &&
           record.kind != RowKind::TcpEnd && record.kind != RowKind::TcpConflict &&
           !record.isBesideStream() && !isInBody(record.kind) && !behindFin;
}

/// Whether a chunked body goes on behind rows of what could not be placed in it, up to `end`.
bool isInChunksOf(const Session& session, RecordId head, StreamOffset end) {
    if (head == kNoRecord) return false;
    const StreamOffset begin = session.record(head).streamOffset + session.record(head).length;
    const Dissection dissection = session.dissect(head);
    return std::ranges::any_of(dissection.sources, [&](const Source& source) {
        return source.name == "Chunks" && begin + source.totalSize >= end;
    });
}

std::string placeOf(const Session& session, RecordId row) {
    const Record& record = session.record(row);
    return "row " + std::to_string(row + 1) + " at stream offset " +
           std::to_string(record.streamOffset) + "+" + std::to_string(record.length);
}

}  // namespace

std::optional<std::string> malformedTree(const FieldTree& tree) {
    const auto size = static_cast<FieldIndex>(tree.size());
    for (FieldIndex i = 0; i < size; ++i) {
        const Field& field = tree[i];
        if (field.id == FieldId::None || field.id >= FieldId::Count) {
            return describe(tree, i) + " has no field id";
        }
        if (field.next <= i || field.next > size) return describe(tree, i) + " ends nowhere";
        if (field.parent == kNoField) continue;
        if (field.parent >= i) return describe(tree, i) + " comes before its parent";
        if (field.next > tree[field.parent].next) return describe(tree, i) + " leaves its parent";
    }
    // Siblings follow each other without a gap: whoever skips subtrees sees all of them.
    for (FieldIndex i = 0; i < size; ++i) {
        for (FieldIndex child = i + 1; child < tree[i].next; child = tree[child].next) {
            if (tree[child].parent != i) return describe(tree, child) + " has a wrong parent";
        }
    }
    for (FieldIndex top = 0; top < size; top = tree[top].next) {
        if (tree[top].parent != kNoField) return describe(tree, top) + " should be at the top";
    }
    return {};
}

std::optional<std::string> wrongRange(const Dissection& dissection) {
    const FieldTree& tree = dissection.fields;
    for (FieldIndex i = 0; i < tree.size(); ++i) {
        const Field& field = tree[i];
        if (field.source == kNoSource) {
            if (!field.range.empty()) return describe(tree, i) + " has a range without a source";
            continue;
        }
        if (field.source >= dissection.sources.size()) return describe(tree, i) + ": no source";
        const Source& source = dissection.sources[field.source];
        if (field.range.begin > field.range.end || field.range.end > source.bytes.size()) {
            return describe(tree, i) + " leaves its source \"" + source.name + "\" of " +
                   std::to_string(source.bytes.size()) + " bytes";
        }
        if (std::size_t{field.bits.first} + field.bits.count > 8 * field.range.size()) {
            return describe(tree, i) + " has bits outside its bytes";
        }
        if (field.parent == kNoField || tree[field.parent].source != field.source) continue;
        const ByteRange& outer = tree[field.parent].range;
        if (field.range.begin < outer.begin || field.range.end > outer.end) {
            return describe(tree, i) + " leaves " + describe(tree, field.parent);
        }
    }
    return {};
}

std::optional<std::string> wrongSources(const Dissection& dissection) {
    for (const Source& source : dissection.sources) {
        if (source.name.empty()) return "a source has no name";
        if (source.totalSize < source.bytes.size()) return source.name + ": total size too small";
        for (const ByteRange& hole : source.holes) {
            if (hole.begin >= hole.end || hole.end > source.bytes.size()) {
                return source.name + ": hole outside";
            }
            const auto begin = source.bytes.begin() + static_cast<std::ptrdiff_t>(hole.begin);
            if (std::any_of(begin, begin + static_cast<std::ptrdiff_t>(hole.size()),
                            [](std::uint8_t byte) { return byte != 0; })) {
                return source.name + ": bytes in a hole";
            }
        }
    }
    return {};
}

std::optional<std::string> wrongIssues(const Record& record, const FieldTree& tree) {
    Severity worst = Severity::None;
    std::string names;
    for (const FieldIssue& entry : tree.issues()) {
        if (entry.field >= tree.size()) return "an issue on no field";
        const IssueInfo& info = issueInfo(entry.issue.code);
        worst = std::max(worst, info.severity);
        names += ' ' + std::string(info.name);
        if (!isValidUtf8(entry.issue.detail)) return "an issue's detail is not UTF-8";
    }
    if (worst == record.severity) return {};
    return "the record says \"" + std::string(severityName(record.severity)) + "\", the tree \"" +
           std::string(severityName(worst)) + "\":" + names;
}

std::optional<std::string> wrongText(const RowText& text) {
    for (const std::string& cell : {text.protocol, text.info}) {
        if (!isValidUtf8(cell)) return "not UTF-8: " + cell;
        if (std::ranges::any_of(cell, [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
            return "not one line: " + cell;
        }
    }
    if (text.protocol.empty()) return "no protocol";
    return {};
}

std::string wrongRow(const Session& session, RecordId row) {
    if (const auto why = wrongLinks(session, row)) return *why;
    if (const auto why = wrongText(session.text(row))) return *why;
    const Dissection dissection = session.dissect(row);
    if (dissection.fields.size() == 0) return "no tree";
    if (const auto why = malformedTree(dissection.fields)) return *why;
    if (const auto why = wrongSources(dissection)) return *why;
    if (const auto why = wrongRange(dissection)) return *why;
    if (const auto why = wrongIssues(session.record(row), dissection.fields)) return *why;
    return {};
}

std::string wrongCoverage(const Session& session) {
    // Holes may lie in a row, whose unit then is incomplete, so gaps are laid over the rest.
    using Gaps = std::map<StreamOffset, StreamOffset>;
    std::vector<std::array<Gaps, 2>> gaps(session.connectionCount());
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Record& record = session.record(row);
        if (record.kind != RowKind::TcpGap) continue;
        Gaps& known = gaps[record.connection][indexOf(record.direction)];
        const StreamOffset end = record.streamOffset + record.length;
        const auto next = known.lower_bound(record.streamOffset);
        if (next != known.end() && next->first < end) {
            return placeOf(session, row) + " is missing twice";
        }
        if (next != known.begin() && std::prev(next)->second > record.streamOffset) {
            return placeOf(session, row) + " is missing twice";
        }
        known.emplace(record.streamOffset, end);
    }
    std::vector<std::array<Coverage, 2>> coverages(session.connectionCount());
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Record& record = session.record(row);
        if (isInBody(record.kind) && record.group == kNoRecord) {
            // The body goes on, of which no head was captured.
            coverages[record.connection][indexOf(record.direction)].mayHaveBody = true;
        }
        if (!holdsStreamBytes(record) || record.kind == RowKind::TcpGap) continue;
        Coverage& coverage = coverages[record.connection][indexOf(record.direction)];
        const Gaps& known = gaps[record.connection][indexOf(record.direction)];
        const StreamOffset begin = record.streamOffset;
        const std::string behind = " behind " + std::to_string(coverage.end);
        if (coverage.any && begin < coverage.end) {
            return placeOf(session, row) + behind + " has bytes of an earlier row";
        }
        if (coverage.any && begin > coverage.end && !coverage.mayHaveBody) {
            // What is in no row is missing.
            StreamOffset at = coverage.end;
            for (auto gap = known.upper_bound(at); at < begin;) {
                const bool inside = gap != known.begin() && std::prev(gap)->second > at;
                if (!inside && isInChunksOf(session, coverage.head, begin)) break;
                if (!inside) return placeOf(session, row) + behind + " leaves bytes in no row";
                at = std::prev(gap)->second;
                gap = known.upper_bound(at);
            }
        }
        coverage.any = true;
        coverage.end = begin + record.length;
        coverage.mayHaveBody =
            record.kind == RowKind::HttpRequest || record.kind == RowKind::HttpResponse;
        if (coverage.mayHaveBody) coverage.head = row;
    }
    return {};
}

std::string wrongSums(const Session& session) {
    Statistics sums;
    std::vector<std::uint32_t> rows(session.connectionCount());
    std::vector<Severity> worst(session.connectionCount(), Severity::None);
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Record& record = session.record(row);
        ++sums.rows[static_cast<std::size_t>(record.protocol)];
        if (record.connection == kNoConnection) continue;
        ++rows[record.connection];
        worst[record.connection] = std::max(worst[record.connection], record.severity);
    }
    if (sums.rows != session.statistics().rows) return "rows by protocol";
    if (session.statistics().connections != session.connectionCount()) return "connections";
    for (ConnectionId i = 0; i < session.connectionCount(); ++i) {
        if (rows[i] != session.connection(i).rows) return "rows of a connection";
        if (worst[i] != session.connection(i).worst) return "worst issue of a connection";
    }
    if (!session.complete()) return "not complete";
    return {};
}

}  // namespace framescope::test
