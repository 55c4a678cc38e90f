// The grammar of RFC 8259 as what may stand next. One call gives a token: what it is made of is
// inlined into next(), which is asked for every token of every message, and works on a position of
// its own rather than on the member.
#include "dissector/payload/json_reader.h"

#include "dissector/payload/json_scan.h"

namespace framescope {
namespace {

using json_scan::isBlank;
using json_scan::isDigit;

constexpr bool isHexDigit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// Where the first byte stands that a string cannot simply run over, from `at` on.
[[gnu::always_inline]] inline std::size_t endOfPlain(std::string_view text, std::size_t at) {
    const char* const begin = text.data();
    return static_cast<std::size_t>(json_scan::endOfPlain(begin + at, begin + text.size()) - begin);
}

}  // namespace

[[gnu::noinline]] JsonToken JsonReader::fail(std::size_t position, std::string_view sentence) {
    m_expect = Expect::Failed;
    m_error = {position, position < m_text.size() ? sentence : "the text ends too early"};
    m_range = {position, position};
    return JsonToken::Error;
}

[[gnu::always_inline]] inline JsonToken JsonReader::accept(JsonToken token, std::size_t begin) {
    m_range = {begin, m_at};
    m_expect = m_depth == 0 ? Expect::Done : Expect::CommaOrEnd;
    return token;
}

[[gnu::always_inline]] inline void JsonReader::skipBlanks() {
    std::size_t at = m_at;
    while (at < m_text.size() && isBlank(m_text[at])) ++at;
    m_at = at;
}

[[gnu::always_inline]] inline bool JsonReader::string() {
    ++m_at;
    m_escaped = false;
    for (;;) {
        m_at = endOfPlain(m_text, m_at);
        if (m_at == m_text.size()) {
            fail(m_at, {});
            return false;
        }
        const char c = m_text[m_at];
        if (c == '"') {
            ++m_at;
            return true;
        }
        if (c != '\\') {
            fail(m_at, "a control character must be escaped");
            return false;
        }
        m_escaped = true;
        ++m_at;
        if (m_at < m_text.size() && m_text[m_at] == 'u') {
            ++m_at;
            for (int i = 0; i < 4; ++i, ++m_at) {
                if (m_at == m_text.size() || !isHexDigit(m_text[m_at])) {
                    fail(m_at, "\\u wants four hex digits");
                    return false;
                }
            }
        } else if (m_at == m_text.size() ||
                   std::string_view("\"\\/bfnrt").find(m_text[m_at]) == std::string_view::npos) {
            fail(m_at, "an unknown escape");
            return false;
        } else {
            ++m_at;
        }
    }
}

[[gnu::always_inline]] inline JsonToken JsonReader::key() {
    const std::size_t begin = m_at;
    if (m_at == m_text.size() || m_text[m_at] != '"') {
        return fail(m_at, "a member begins with a name in quotes");
    }
    if (!string()) return JsonToken::Error;
    m_range = {begin, m_at};
    skipBlanks();
    if (m_at == m_text.size() || m_text[m_at] != ':') {
        return fail(m_at, "a colon is missing behind the name");
    }
    ++m_at;
    m_expect = Expect::Value;
    return JsonToken::Key;
}

[[gnu::always_inline]] inline JsonToken JsonReader::open(JsonToken token, bool object) {
    if (m_depth == kMaxJsonDepth) return fail(m_at, "nested too deep");
    m_isObject[m_depth++] = object;
    m_range = {m_at, m_at + 1};
    ++m_at;
    m_expect = object ? Expect::KeyOrEnd : Expect::ValueOrEnd;
    return token;
}

[[gnu::always_inline]] inline JsonToken JsonReader::close(JsonToken token) {
    --m_depth;
    ++m_at;
    return accept(token, m_at - 1);
}

JsonToken JsonReader::word(std::string_view word, JsonToken token) {
    const std::size_t begin = m_at;
    for (const char c : word) {
        if (m_at == m_text.size() || m_text[m_at] != c) return fail(m_at, "not a value");
        ++m_at;
    }
    return accept(token, begin);
}

[[gnu::always_inline]] inline JsonToken JsonReader::number() {
    const std::size_t begin = m_at;
    const char* const text = m_text.data();
    const char* const end = text + m_text.size();
    const char* at = text + begin;
    const auto failAt = [&](std::string_view sentence) {
        m_at = static_cast<std::size_t>(at - text);
        return fail(m_at, sentence);
    };
    if (*at == '-') ++at;
    if (at == end || !isDigit(*at)) return failAt("not a value");
    if (*at == '0') {
        ++at;
        if (at != end && isDigit(*at)) return failAt("a number has no leading zeros");
    } else {
        at = json_scan::endOfDigits(at, end);
    }
    if (at != end && *at == '.') {
        ++at;
        if (at == end || !isDigit(*at)) return failAt("a digit is missing behind the point");
        at = json_scan::endOfDigits(at, end);
    }
    if (at != end && (*at == 'e' || *at == 'E')) {
        ++at;
        if (at != end && (*at == '+' || *at == '-')) ++at;
        if (at == end || !isDigit(*at)) return failAt("a digit is missing in the exponent");
        at = json_scan::endOfDigits(at, end);
    }
    m_at = static_cast<std::size_t>(at - text);
    return accept(JsonToken::Number, begin);
}

[[gnu::always_inline]] inline JsonToken JsonReader::value() {
    if (m_at == m_text.size()) return fail(m_at, {});
    const std::size_t begin = m_at;
    switch (m_text[m_at]) {
        case '{':
            return open(JsonToken::ObjectBegin, true);
        case '[':
            return open(JsonToken::ArrayBegin, false);
        case '"':
            return string() ? accept(JsonToken::String, begin) : JsonToken::Error;
        case 't':
            return word("true", JsonToken::True);
        case 'f':
            return word("false", JsonToken::False);
        case 'n':
            return word("null", JsonToken::Null);
        default:
            return number();
    }
}

JsonToken JsonReader::next() {
    if (m_expect == Expect::Failed) return JsonToken::Error;
    skipBlanks();
    if (m_expect == Expect::Done) {
        if (m_at < m_text.size()) return fail(m_at, "there is more behind the value");
        m_range = {m_at, m_at};
        return JsonToken::End;
    }
    if (m_at == m_text.size()) return fail(m_at, {});
    const char c = m_text[m_at];
    switch (m_expect) {
        case Expect::CommaOrEnd:
            if (c == ',') {
                ++m_at;
                skipBlanks();
                if (m_isObject[m_depth - 1]) return key();
                return value();
            }
            [[fallthrough]];
        case Expect::KeyOrEnd:
        case Expect::ValueOrEnd: {
            const bool object = m_isObject[m_depth - 1];
            if (c == (object ? '}' : ']')) {
                return close(object ? JsonToken::ObjectEnd : JsonToken::ArrayEnd);
            }
            if (m_expect == Expect::CommaOrEnd) {
                return fail(m_at, object ? "a comma or } is missing" : "a comma or ] is missing");
            }
            return object ? key() : value();
        }
        default:
            return value();
    }
}

}  // namespace framescope
