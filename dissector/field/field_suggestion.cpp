// Names are compared by their edit distance: insertions, deletions, replacements and swapped
// neighbours (optimal string alignment).
#include "dissector/field/field_suggestion.h"

#include <algorithm>
#include <array>
#include <vector>

namespace framescope {
namespace {

/// Longer names are not worth comparing; the longest field is half as long.
constexpr std::size_t kMaxLength = 80;

std::size_t editDistance(std::string_view a, std::string_view b) {
    // Rows of the usual table: two back, one back, the current one.
    std::array<std::vector<std::size_t>, 3> rows;
    for (auto& row : rows) row.resize(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) rows[1][j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto& current = rows[2];
        current[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = rows[1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            current[j] = std::min({replaced, rows[1][j] + 1, current[j - 1] + 1});
            const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped) current[j] = std::min(current[j], rows[0][j - 2] + 1);
        }
        std::rotate(rows.begin(), rows.begin() + 1, rows.end());
    }
    return rows[1][b.size()];
}

}  // namespace

std::optional<FieldId> similarField(std::string_view name) {
    if (name.empty() || name.size() > kMaxLength) return std::nullopt;
    std::string lower(name);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    std::optional<FieldId> best;
    std::size_t bestDistance = std::max<std::size_t>(1, std::min<std::size_t>(4, name.size() / 4));
    for (const FieldInfo& info : allFields()) {
        if (info.name.empty()) continue;
        const std::size_t distance = editDistance(lower, info.name);
        if (distance > bestDistance || (best && distance == bestDistance)) continue;
        best = info.id;
        bestDistance = distance;
    }
    return best;
}

std::string noSuchFieldSentence(std::string_view name) {
    std::string sentence = "There is no field called '" + std::string(name) + "'.";
    if (const auto similar = similarField(name)) {
        sentence += " Did you mean '" + std::string(fieldInfo(*similar).name) + "'?";
    }
    return sentence;
}

}  // namespace framescope
