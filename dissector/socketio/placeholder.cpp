#include "dissector/socketio/placeholder.h"

#include <charconv>

#include "dissector/payload/json_reader.h"

namespace framescope::socketio {
namespace {

/// A container that is open.
struct Level {
    std::uint64_t begin = 0;
    std::size_t found = 0;  ///< placeholders in front of it
    bool marked = false;    ///< has `"_placeholder":true`
    std::optional<std::uint64_t> number;
};

std::optional<std::uint64_t> numberOf(std::string_view digits) {
    std::uint64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc() || stop != end) return std::nullopt;
    return value;
}

}  // namespace

std::vector<Placeholder> findPlaceholders(std::string_view json) {
    std::vector<Placeholder> found;
    // Most texts have none, and this is quicker than reading them.
    if (json.find("_placeholder") == std::string_view::npos) return found;
    std::vector<Level> levels;
    std::string_view key;
    JsonReader reader(json);
    for (;;) {
        const JsonToken token = reader.next();
        const ByteRange range = reader.range();
        const std::string_view text = json.substr(range.begin, range.size());
        switch (token) {
            case JsonToken::End:
            case JsonToken::Error:
                return found;
            case JsonToken::Key:
                key = text;
                continue;
            case JsonToken::ObjectBegin:
            case JsonToken::ArrayBegin:
                levels.push_back({range.begin, found.size(), false, std::nullopt});
                break;
            case JsonToken::ObjectEnd:
            case JsonToken::ArrayEnd: {
                const Level level = levels.back();
                levels.pop_back();
                if (!level.marked) break;
                found.resize(level.found);
                found.push_back({{level.begin, range.end}, level.number});
                if (found.size() == kMaxPlaceholders) return found;
                break;
            }
            case JsonToken::True:
                if (key == "\"_placeholder\"") levels.back().marked = true;
                break;
            case JsonToken::Number:
                if (key == "\"num\"") levels.back().number = numberOf(text);
                break;
            case JsonToken::String:
            case JsonToken::False:
            case JsonToken::Null:
                break;
        }
        key = {};
    }
}

}  // namespace framescope::socketio
