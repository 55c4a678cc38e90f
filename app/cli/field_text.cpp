// Wraps what dissector/ says about values and text for the listings.
#include "app/cli/field_text.h"

#include <limits>

#include "dissector/payload/utf8.h"

namespace framescope::cli {

std::string printableLine(std::string_view text) {
    return printable(text, std::numeric_limits<std::size_t>::max());
}

std::string fieldText(const FieldTree& tree, FieldIndex index) {
    const Field& field = tree[index];
    if (field.value.index() == 0) return tree.line(index);
    return formatValue(fieldInfo(field.id).type, field.value);
}

std::string issueText(const Issue& issue) {
    const IssueInfo& info = issueInfo(issue.code);
    std::string text(severityName(info.severity));
    text += ' ' + std::string(info.name) + ": " + std::string(info.sentence);
    if (!issue.detail.empty()) text += " (" + issue.detail + ')';
    if (!info.specification.empty()) text += ' ' + std::string(info.specification);
    return text;
}

std::string secondsText(std::int64_t nanoseconds, std::size_t decimals) {
    std::string text = formatTime(nanoseconds);
    text.resize(text.size() - (9 - decimals));
    return text;
}

}  // namespace framescope::cli
