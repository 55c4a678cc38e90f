// Follows tshark: tab-separated, several occurrences joined by commas, text kept on one line.
#include "app/cli/fields_printer.h"

#include "app/cli/field_text.h"
#include "dissector/field/field_occurrence.h"

namespace framescope::cli {

void FieldsPrinter::begin(std::string& out) {
    if (!m_layout.header) return;
    for (std::size_t i = 0; i < m_fields.size(); ++i) {
        if (i != 0) out += m_layout.separator;
        out += fieldInfo(m_fields[i]).name;
    }
    out += '\n';
}

void FieldsPrinter::print(SessionRow& row, std::string& out) {
    const FieldTree& tree = row.tree();
    for (std::size_t i = 0; i < m_fields.size(); ++i) {
        if (i != 0) out += m_layout.separator;
        out += occurrences(tree, m_fields[i]);
    }
    out += '\n';
}

std::string FieldsPrinter::occurrences(const FieldTree& tree, FieldId field) const {
    std::string joined;
    bool first = true;
    anyOccurrence(tree, field, [&](FieldIndex index, const FieldValue& value) {
        // An issue's value is not in the tree: what is handed over counts, its index does not.
        const bool stored = isOccurrence(field, tree[index].id);
        const std::string text =
            printableLine(stored ? fieldText(tree, index) : formatValue(FieldType::Text, value));
        if (m_layout.occurrence == Occurrence::Last) {
            joined = text;
            return false;
        }
        if (!first) joined += m_layout.aggregator;
        joined += text;
        first = false;
        return m_layout.occurrence == Occurrence::First;
    });
    return joined;
}

}  // namespace framescope::cli
