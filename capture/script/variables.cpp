// Expansion is one pass, so a value that looks like a variable is not looked into. JSON is expanded
// token by token: values may have come from the wire, as deep or with as many members as a peer
// likes.
#include "capture/script/variables.h"

#include <algorithm>
#include <cstdlib>
#include <functional>

#include "dissector/payload/json.h"
#include "dissector/payload/json_reader.h"
#include "dissector/payload/utf8.h"

namespace framescope::script {
namespace {

constexpr std::string_view kEnvironment = "env:";
constexpr std::string_view kJson = "${json:";

bool isNameCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

/// Replaces every ${...} by what `valueOf` says of the name in it.
Result<std::string> expandWith(
    std::string_view text, const std::function<Result<std::string>(std::string_view)>& valueOf) {
    std::string out;
    std::size_t at = 0;
    for (;;) {
        const std::size_t start = text.find("${", at);
        if (start == std::string_view::npos) break;
        if (start > at && text[start - 1] == '$') {
            out.append(text.substr(at, start - 1 - at)).append("${");
            at = start + 2;
            continue;
        }
        out.append(text.substr(at, start - at));
        const std::size_t end = text.find('}', start);
        if (end == std::string_view::npos) {
            return Error{"A variable begins with ${ and has no }; $${ stands for ${ itself."};
        }
        auto value = valueOf(text.substr(start + 2, end - start - 2));
        if (!value) return value.error();
        out += *value;
        at = end + 1;
    }
    out.append(text.substr(at));
    return out;
}

}  // namespace

bool hasVariables(std::string_view text) {
    return text.find("${") != std::string_view::npos;
}

bool isVariableName(std::string_view name) {
    return !name.empty() && !(name[0] >= '0' && name[0] <= '9') &&
           std::all_of(name.begin(), name.end(), isNameCharacter);
}

namespace {

Result<std::string> lookUp(const std::map<std::string, std::string, std::less<>>& values,
                           std::string_view name) {
    if (name.starts_with(kEnvironment)) {
        const std::string variable(name.substr(kEnvironment.size()));
        const char* const value = std::getenv(variable.c_str());
        if (value == nullptr) {
            return Error{"The environment has no variable \"" + variable + "\"."};
        }
        return std::string(value);
    }
    const auto found = values.find(name);
    if (found == values.end()) {
        return Error{"The variable \"" + std::string(name) + "\" was not set."};
    }
    return found->second;
}

}  // namespace

Result<std::string> Variables::expand(std::string_view text) const {
    return expandWith(text, [this](std::string_view name) { return lookUp(m_values, name); });
}

Result<std::string> Variables::expandFilter(std::string_view text) const {
    return expandWith(text, [this](std::string_view name) -> Result<std::string> {
        const auto value = lookUp(m_values, name);
        if (!value) return value;
        std::string escaped;
        for (const char c : *value) {
            if (c == '"' || c == '\\') escaped += '\\';
            escaped += c;
        }
        return escaped;
    });
}

Result<std::string> Variables::expandJson(std::string_view json) const {
    const auto isJson = [](std::string_view text) { return !checkJson(text) && isValidUtf8(text); };
    if (!isJson(json)) return Error{"This is no JSON."};
    std::string out;
    std::size_t copied = 0;
    JsonReader reader(json);
    for (JsonToken token = reader.next(); token != JsonToken::End; token = reader.next()) {
        if (token != JsonToken::Key && token != JsonToken::String) continue;
        const ByteRange range = reader.range();
        const std::string text = unescapeJson(json.substr(range.begin, range.size()));
        if (!hasVariables(text)) continue;
        out += json.substr(copied, range.begin - copied);
        copied = range.end;
        const bool isValue = token == JsonToken::String && text.starts_with(kJson) &&
                             text.find('}') == text.size() - 1;
        if (!isValue) {
            const auto value = expand(text);
            if (!value) return value.error();
            out += quotedJson(*value);
            continue;
        }
        const std::string name = text.substr(kJson.size(), text.size() - kJson.size() - 1);
        const auto known = lookUp(m_values, name);
        if (!known) return known.error();
        if (!isJson(*known)) return Error{"The variable \"" + name + "\" does not hold JSON."};
        out += *known;
    }
    out += json.substr(copied);
    return out;
}

}  // namespace framescope::script
