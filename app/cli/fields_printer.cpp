// Follows tshark: tab-separated, several occurrences joined by commas, text kept on one line.
#include "app/cli/fields_printer.h"

#include <charconv>

#include "app/cli/field_text.h"
#include "dissector/field/field_occurrence.h"

namespace framescope::cli {
namespace {

/// A value on one line.
void appendValue(FieldType type, const FieldValue& value, std::string& out) {
    const auto* const number = std::get_if<std::uint64_t>(&value);
    if (number != nullptr && (type == FieldType::Unsigned || type == FieldType::Bool)) {
        char digits[20];
        const auto [end, error] = std::to_chars(digits, digits + sizeof digits, *number);
        out.append(digits, end);
    } else if (const auto* const text = std::get_if<std::string>(&value)) {
        out += printableLine(*text);
    } else {
        out += printableLine(formatValue(type, value));
    }
}

}  // namespace

void FieldsPrinter::begin(std::string& out) {
    if (!m_layout.header) return;
    for (std::size_t i = 0; i < m_fields.size(); ++i) {
        if (i != 0) out += m_layout.separator;
        out += fieldInfo(m_fields[i]).name;
    }
    out += '\n';
}

void FieldsPrinter::print(SessionRow& row, std::string& out) {
    for (std::size_t i = 0; i < m_fields.size(); ++i) {
        if (i != 0) out += m_layout.separator;
        switch (row.known(m_fields[i], m_value)) {
            case Known::No:
                out += occurrences(row.tree(), m_fields[i]);
                break;
            case Known::Absent:
                break;
            case Known::Value:
                appendValue(fieldInfo(m_fields[i]).type, m_value, out);
                break;
        }
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
