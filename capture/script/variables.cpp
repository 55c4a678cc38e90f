// Expansion is one pass, so a value that looks like a variable is not looked into.
#include "capture/script/variables.h"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

namespace framescope::script {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kEnvironment = "env:";
constexpr std::string_view kJson = "json:";

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
    Json root = Json::parse(json, nullptr, false);
    if (root.is_discarded()) return Error{"This is no JSON."};
    std::optional<Error> error;
    const auto expanded = [&](const std::string& text) {
        auto value = expand(text);
        if (value) return *std::move(value);
        if (!error) error = value.error();
        return std::string();
    };
    const std::function<void(Json&)> walk = [&](Json& value) {
        if (value.is_string()) {
            const std::string text = value.get<std::string>();
            if (!hasVariables(text)) return;
            const std::string opening = "${" + std::string(kJson);
            const bool isValue = text.starts_with(opening) && text.find('}') == text.size() - 1;
            if (!isValue) {
                value = expanded(text);
                return;
            }
            const std::string name = text.substr(opening.size(), text.size() - opening.size() - 1);
            const auto known = lookUp(m_values, name);
            Json parsed = known ? Json::parse(*known, nullptr, false) : Json();
            if (!known) {
                if (!error) error = known.error();
            } else if (parsed.is_discarded()) {
                if (!error) error = Error{"The variable \"" + name + "\" does not hold JSON."};
            } else {
                value = std::move(parsed);
            }
        } else if (value.is_array()) {
            for (Json& element : value) walk(element);
        } else if (value.is_object()) {
            Json object = Json::object();
            for (auto& [name, member] : value.items()) {
                walk(member);
                object[hasVariables(name) ? expanded(name) : name] = std::move(member);
            }
            value = std::move(object);
        }
    };
    walk(root);
    if (error) return *error;
    return root.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace framescope::script
