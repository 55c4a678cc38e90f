#include "capture/replay/ignored_paths.h"

#include <algorithm>
#include <charconv>

#include "dissector/http/head.h"
#include "dissector/payload/json.h"

namespace framescope::replay {
namespace {

bool isPlainName(std::string_view name) {
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || static_cast<unsigned char>(c) >= 0x80;
    };
    return !name.empty() && std::ranges::all_of(name, plain);
}

/// What an expression can be, for the sentence about one that is none.
constexpr std::string_view kForms =
    " What can be ignored: $.time, $[1].id or $..ts in JSON, message[0].id or message of one "
    "event, header:NAME, or what else a difference is called, such as status, code, reason, opcode "
    "or "
    "length; a name with other characters than letters, digits and . _ - : / # stands in quotes.";

/// Where a name that stands without quotes has a character that makes it none: a space, or what is
/// more likely a slip than part of a name.
std::size_t endOfBareName(std::string_view name) {
    static constexpr std::string_view kMore = "_-:/#@+~!?";
    const auto fits = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               kMore.find(c) != std::string_view::npos || static_cast<unsigned char>(c) >= 0x80;
    };
    return static_cast<std::size_t>(std::ranges::find_if_not(name, fits) - name.begin());
}

}  // namespace

std::string toText(const JsonPath& path) {
    std::string text = "$";
    for (const PathPart& part : path) {
        if (const auto* const index = std::get_if<std::size_t>(&part)) {
            text += "[" + std::to_string(*index) + "]";
        } else if (const std::string_view name = std::get<std::string_view>(part);
                   isPlainName(name)) {
            text += '.';
            text += name;
        } else {
            text += "[" + quotedJson(name) + "]";
        }
    }
    return text;
}

/// Reads one expression from its front.
class IgnoredPaths::Parser {
public:
    explicit Parser(std::string_view text) : m_text(text) {}

    Result<Expression> run() {
        constexpr std::string_view kHeader = "header:";
        Expression expression;
        expression.text = m_text;
        if (m_text.starts_with(kHeader)) {
            expression.header = m_text.substr(kHeader.size());
            if (!http::isToken(expression.header))
                return fail("a header's name is expected here", kHeader.size());
            return expression;
        }
        if (m_text.empty()) return fail("it is empty", 0);
        if (m_text.front() == '$') {
            m_at = 1;
        } else if (m_text.front() == '"') {
            if (!quoted(expression.label)) return fail("the quotation mark is not closed", 0);
        } else {
            expression.label = bareName();
            if (expression.label.empty()) {
                return fail("$, an event's name or \"header:\" is expected here", 0);
            }
            if (const std::size_t end = endOfBareName(expression.label);
                end < expression.label.size()) {
                return fail("a name without quotes ends here", end);
            }
        }
        while (m_at < m_text.size()) {
            const std::size_t begin = m_at;
            if (!step(expression)) return fail(m_why, std::max(begin, m_at));
        }
        return expression;
    }

private:
    Error fail(std::string_view why, std::size_t at) const {
        return {"\"" + std::string(m_text) +
                "\" cannot be read as what is to be ignored: " + std::string(why) +
                ", at character " + std::to_string(at + 1) + "." + std::string(kForms)};
    }

    bool step(Expression& expression) {
        Step step;
        if (m_text[m_at] == '.') {
            ++m_at;
            if (m_at < m_text.size() && m_text[m_at] == '.') {
                ++m_at;
                step.kind = Step::Kind::Deep;
            }
            if (m_at < m_text.size() && m_text[m_at] == '*') {
                if (step.kind == Step::Kind::Deep)
                    return failed("a member's name is expected here");
                ++m_at;
                step.kind = Step::Kind::AnyMember;
            } else {
                const std::size_t begin = m_at;
                step.name = bareName();
                if (step.name.empty()) return failed("a member's name is expected here");
                // Members may have signs in their names that events rarely have: $.$oid
                if (const std::size_t end = step.name.find_first_of(" \t\r\n,");
                    end != std::string::npos) {
                    m_at = begin + end;
                    return failed("a name without quotes ends here");
                }
            }
        } else if (m_text[m_at] == '[') {
            ++m_at;
            if (!bracket(step)) return false;
            if (m_at >= m_text.size() || m_text[m_at] != ']') return failed("] is expected here");
            ++m_at;
        } else {
            return failed(". or [ is expected here");
        }
        expression.steps.push_back(std::move(step));
        return true;
    }

    bool bracket(Step& step) {
        if (m_at >= m_text.size())
            return failed("a number, * or a name in quotes is expected here");
        if (m_text[m_at] == '*') {
            ++m_at;
            step.kind = Step::Kind::AnyElement;
            return true;
        }
        if (m_text[m_at] == '"') {
            return quoted(step.name) || failed("the quotation mark is not closed");
        }
        step.kind = Step::Kind::Index;
        const char* const begin = m_text.data() + m_at;
        const auto [end, error] = std::from_chars(begin, m_text.data() + m_text.size(), step.index);
        if (error != std::errc()) return failed("a number, * or a name in quotes is expected here");
        m_at += static_cast<std::size_t>(end - begin);
        return true;
    }

    std::string bareName() {
        const std::size_t end = std::min(m_text.find_first_of(".[]\"", m_at), m_text.size());
        std::string name(m_text.substr(m_at, end - m_at));
        m_at = end;
        return name;
    }

    /// A JSON string.
    bool quoted(std::string& name) {
        std::size_t end = m_at + 1;
        while (end < m_text.size() && m_text[end] != '"') end += m_text[end] == '\\' ? 2 : 1;
        if (end >= m_text.size()) return false;
        name = unescapeJson(m_text.substr(m_at, end + 1 - m_at));
        m_at = end + 1;
        return true;
    }

    bool failed(std::string_view why) {
        m_why = why;
        return false;
    }

    std::string_view m_text;
    std::size_t m_at = 0;
    std::string_view m_why;
};

Result<IgnoredPaths> IgnoredPaths::parse(const std::vector<std::string>& expressions) {
    IgnoredPaths paths;
    for (const std::string& text : expressions) {
        auto expression = Parser(text).run();
        if (!expression) return expression.error();
        paths.m_expressions.push_back(std::move(*expression));
    }
    return paths;
}

bool IgnoredPaths::matches(const std::vector<Step>& steps, std::size_t step, const JsonPath& path,
                           std::size_t part) {
    if (step == steps.size()) return true;  // this, and what is below
    if (part == path.size()) return false;
    const auto* const name = std::get_if<std::string_view>(&path[part]);
    const auto* const index = std::get_if<std::size_t>(&path[part]);
    const Step& wanted = steps[step];
    bool fits = false;
    switch (wanted.kind) {
        case Step::Kind::Name:
            fits = name != nullptr && *name == wanted.name;
            break;
        case Step::Kind::Index:
            fits = index != nullptr && *index == wanted.index;
            break;
        case Step::Kind::AnyElement:
            fits = index != nullptr;
            break;
        case Step::Kind::AnyMember:
            fits = name != nullptr;
            break;
        case Step::Kind::Deep:
            for (std::size_t at = part; at < path.size(); ++at) {
                const auto* const member = std::get_if<std::string_view>(&path[at]);
                if (member != nullptr && *member == wanted.name &&
                    matches(steps, step + 1, path, at + 1)) {
                    return true;
                }
            }
            return false;
    }
    return fits && matches(steps, step + 1, path, part + 1);
}

bool IgnoredPaths::covers(const JsonPath& path, std::string_view label) const {
    return std::ranges::any_of(m_expressions, [&](const Expression& expression) {
        if (!expression.header.empty()) return false;
        if (!expression.label.empty() && expression.label != label) return false;
        return matches(expression.steps, 0, path, 0);
    });
}

bool IgnoredPaths::coversHeader(std::string_view name) const {
    return std::ranges::any_of(m_expressions, [name](const Expression& expression) {
        return !expression.header.empty() && http::equalsIgnoreCase(expression.header, name);
    });
}

bool IgnoredPaths::coversPart(std::string_view part, std::string_view label) const {
    return std::ranges::any_of(m_expressions, [&](const Expression& expression) {
        if (!expression.header.empty()) return false;
        if (expression.text == part) return true;  // "attachment[0]" looks like a path
        if (!expression.steps.empty()) return false;
        return expression.label.empty() || expression.label == part ||
               (!label.empty() && expression.label == label);
    });
}

}  // namespace framescope::replay
