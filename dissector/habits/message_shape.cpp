#include "dissector/habits/message_shape.h"

#include "dissector/layer/pending_rows.h"

namespace framescope::habits {
namespace {

/// What the hash of a shape has in place of a number; no text is that long.
constexpr std::uint64_t kNumber = ~std::uint64_t{0};

bool isDigit(char c) {
    return c >= '0' && c <= '9';
}

/// Stands between the parts of one date, time or fraction.
bool joinsNumbers(char c) {
    return std::string_view("-:.T+ ").find(c) != std::string_view::npos;
}

}  // namespace

bool MessageShape::risesFrom(const MessageShape& before) const {
    if (count != before.count) return false;
    bool decided = false;  // of the group: its first number that differs decides
    for (std::size_t i = 0; i < count; ++i) {
        if (beginsGroup[i]) decided = false;
        if (decided || numbers[i] == before.numbers[i]) continue;
        if (numbers[i] < before.numbers[i]) return false;
        decided = true;
    }
    return true;
}

std::optional<MessageShape> shapeOf(std::string_view text) {
    if (text.empty() || text.size() > kMaxShapeBytes) return std::nullopt;
    MessageShape shape;
    KeyHash hash;
    bool group = false;
    for (std::size_t i = 0; i < text.size();) {
        if (!isDigit(text[i])) {
            const std::size_t begin = i;
            while (i < text.size() && !isDigit(text[i])) ++i;
            hash.add(text.substr(begin, i - begin));
            group = group && i - begin == 1 && i < text.size() && joinsNumbers(text[begin]);
            continue;
        }
        if (shape.count == MessageShape::kMaxNumbers) return std::nullopt;
        std::uint64_t number = 0;
        for (; i < text.size() && isDigit(text[i]); ++i) {
            number = number * 10 + static_cast<std::uint64_t>(text[i] - '0');
        }
        shape.numbers[shape.count] = number;
        shape.beginsGroup[shape.count] = !group;
        ++shape.count;
        group = true;
        hash.add(kNumber);
    }
    shape.hash = hash;
    return shape;
}

}  // namespace framescope::habits
