// Everything that came from the wire goes through printableLine(), so that no capture can send
// control sequences to a terminal or break a line.
#include "app/cli/text_printer.h"

#include <cstdio>
#include <vector>

#include "app/cli/field_text.h"
#include "app/cli/hex_dump.h"

namespace framescope::cli {
namespace {

std::string_view colourOf(Severity severity) {
    switch (severity) {
        case Severity::Error:
            return "\033[31m";
        case Severity::Warning:
            return "\033[33m";
        case Severity::None:
        case Severity::Note:
            break;
    }
    return "";
}

/// Fields as an indented list, issues in brackets below the field they are on.
void printTree(const FieldTree& tree, std::string& out) {
    std::vector<std::size_t> depths(tree.size());
    for (FieldIndex i = 0; i < tree.size(); ++i) {
        const FieldIndex parent = tree[i].parent;
        depths[i] = parent == kNoField ? 0 : depths[parent] + 1;
        out.append(4 * depths[i], ' ');
        out += printableLine(tree.line(i)) + '\n';
        for (const FieldIssue& entry : tree.issues()) {
            if (entry.field != i) continue;
            out.append(4 * (depths[i] + 1), ' ');
            out += '[' + printableLine(issueText(entry.issue)) + "]\n";
        }
    }
}

}  // namespace

void TextPrinter::print(SessionRow& row, std::string& out) {
    printLine(row, out);
    if (m_tree) printTree(row.tree(), out);
    if (m_bytes) {
        for (const Source& source : row.dissection().sources) printHexDump(source, out);
    }
    if (m_tree || m_bytes) out += '\n';
}

void TextPrinter::printLine(const SessionRow& row, std::string& out) const {
    const Record& record = row.record();
    const RowText text = row.session().text(row.id());
    const std::string time =
        record.hasTime() ? secondsText(record.timeNs - row.session().statistics().firstTimeNs, 6)
                         : "no time";
    const bool onConnection = record.connection != kNoConnection;
    const char* const arrow = !onConnection                                   ? "--"
                              : record.direction == Direction::ClientToServer ? "->"
                                                                              : "<-";
    const std::string connection = onConnection ? std::to_string(record.connection) : "-";
    char columns[128];
    std::snprintf(columns, sizeof columns, "%6llu %12s %4s %s %-9s %8llu  ",
                  static_cast<unsigned long long>(row.id()) + 1, time.c_str(), connection.c_str(),
                  arrow, text.protocol.c_str(), static_cast<unsigned long long>(record.length));
    const std::string_view colour = m_colour ? colourOf(record.severity) : "";
    out += colour;
    out += columns;
    out += printableLine(text.info);
    if (!colour.empty()) out += "\033[0m";
    out += '\n';
}

}  // namespace framescope::cli
