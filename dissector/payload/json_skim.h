// One run over a JSON text that says whether it is valid, and shows what is at its top on the way:
// for the many messages of which no more is asked. It accepts exactly what JsonReader does, a test
// holds the two against each other; why a text is refused, and where, only the reader says.
#pragma once

#include <array>
#include <cstring>
#include <string_view>

#include "dissector/payload/json.h"
#include "dissector/payload/json_scan.h"

namespace framescope {
namespace json_skim {

/// Behind the string that begins at `at` with its quote; null if it is none. `escaped`: whether
/// there is a backslash in it.
[[gnu::always_inline]] inline const char* skipString(const char* at, const char* end,
                                                     bool& escaped) {
    escaped = false;
    ++at;
    for (;;) {
        at = json_scan::endOfPlain(at, end);
        if (at == end) return nullptr;
        if (*at == '"') return at + 1;
        if (*at != '\\') return nullptr;
        escaped = true;
        if (++at == end) return nullptr;
        const char kind = *at++;
        if (kind != 'u') {
            if (std::string_view("\"\\/bfnrt").find(kind) == std::string_view::npos) {
                return nullptr;
            }
            continue;
        }
        if (end - at < 4) return nullptr;
        for (int i = 0; i < 4; ++i, ++at) {
            const char digit = static_cast<char>(*at | 0x20);
            if (!json_scan::isDigit(*at) && (digit < 'a' || digit > 'f')) return nullptr;
        }
    }
}

/// Behind the number that begins at `at`, which is not `end`; null if it is none.
[[gnu::always_inline]] inline const char* skipNumber(const char* at, const char* end) {
    if (*at == '-' && ++at == end) return nullptr;
    if (!json_scan::isDigit(*at)) return nullptr;
    if (*at == '0') {
        if (++at != end && json_scan::isDigit(*at)) return nullptr;
    } else {
        at = json_scan::endOfDigits(at + 1, end);
    }
    if (at != end && *at == '.') {
        if (++at == end || !json_scan::isDigit(*at)) return nullptr;
        at = json_scan::endOfDigits(at + 1, end);
    }
    if (at != end && (*at == 'e' || *at == 'E')) {
        ++at;
        if (at != end && (*at == '+' || *at == '-')) ++at;
        if (at == end || !json_scan::isDigit(*at)) return nullptr;
        at = json_scan::endOfDigits(at + 1, end);
    }
    return at;
}

[[gnu::always_inline]] inline const char* skipWord(const char* at, const char* end,
                                                   std::string_view word) {
    if (static_cast<std::size_t>(end - at) < word.size()) return nullptr;
    return std::memcmp(at, word.data(), word.size()) == 0 ? at + word.size() : nullptr;
}

}  // namespace json_skim

/// True if `text` is one valid JSON value; that its strings are UTF-8 is not checked here.
/// `visit(const JsonNode&)` is called for each member or element at the top, in order, also of a
/// text that turns out not to be valid behind them.
template <typename Visit>
bool skimJson(std::string_view text, Visit visit) {
    using namespace json_skim;
    const char* const begin = text.data();
    const char* const end = begin + text.size();
    const auto offsetOf = [begin](const char* at) {
        return static_cast<std::uint64_t>(at - begin);
    };
    std::array<bool, kMaxJsonDepth> isObject;  // of the containers that are open
    std::size_t depth = 0;
    bool inObject = false;
    JsonNode top;  // the child of the top that is being read
    const char* at = json_scan::endOfBlanks(begin, end);
    for (;;) {
        if (at == end) return false;
        if (inObject) {
            if (*at != '"') return false;
            const char* const key = at;
            bool escaped = false;
            at = skipString(at, end, escaped);
            if (at == nullptr) return false;
            if (depth == 1) {
                top.keyRange = {offsetOf(key), offsetOf(at)};
                top.keyEscaped = escaped;
            }
            at = json_scan::endOfBlanks(at, end);
            if (at == end || *at != ':') return false;
            at = json_scan::endOfBlanks(at + 1, end);
            if (at == end) return false;
        }
        const char* const value = at;
        JsonKind kind = JsonKind::Number;
        switch (*at) {
            case '"': {
                bool escaped = false;
                kind = JsonKind::String;
                at = skipString(at, end, escaped);
                break;
            }
            case '{':
            case '[': {
                const bool object = *at == '{';
                kind = object ? JsonKind::Object : JsonKind::Array;
                if (depth == 1) {
                    top.kind = kind;
                    top.range.begin = offsetOf(value);
                }
                if (depth == kMaxJsonDepth) return false;
                isObject[depth++] = inObject = object;
                at = json_scan::endOfBlanks(at + 1, end);
                if (at == end) return false;
                // An empty one ends below, as one with something in it does.
                if (*at != (object ? '}' : ']')) continue;
                break;
            }
            case 't':
                kind = JsonKind::True;
                at = skipWord(at, end, "true");
                break;
            case 'f':
                kind = JsonKind::False;
                at = skipWord(at, end, "false");
                break;
            case 'n':
                kind = JsonKind::Null;
                at = skipWord(at, end, "null");
                break;
            default:
                at = json_scan::endOfPlainNumber(begin, value, end);
                if (at == nullptr) at = skipNumber(value, end);
                break;
        }
        if (at == nullptr) return false;
        const bool opened = kind <= JsonKind::Array;
        if (!opened && depth == 1) {
            top.kind = kind;
            top.range = {offsetOf(value), offsetOf(at)};
            visit(static_cast<const JsonNode&>(top));
        }
        // What stands behind a value: ends of containers, then a comma or the end of the text.
        for (;;) {
            if (depth == 0) return json_scan::endOfBlanks(at, end) == end;
            at = json_scan::endOfBlanks(at, end);
            if (at == end) return false;
            if (*at != (inObject ? '}' : ']')) break;
            ++at;
            --depth;
            inObject = depth != 0 && isObject[depth - 1];
            if (depth == 1) {
                top.range.end = offsetOf(at);
                visit(static_cast<const JsonNode&>(top));
            }
        }
        if (*at != ',') return false;
        at = json_scan::endOfBlanks(at + 1, end);
    }
}

}  // namespace framescope
