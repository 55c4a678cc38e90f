#define PCRE2_CODE_UNIT_WIDTH 8
#include "capture/replay/substitution.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <pcre2.h>
#include <set>
#include <utility>

#include "dissector/payload/utf8.h"

namespace framescope::replay {
namespace {

constexpr std::size_t kMaxText = 64U << 20;
/// Steps of matching at one place of a text, and KiB of memory for going back: some expressions try
/// without end. Captures look at all that a server says, while it is waited for.
constexpr std::uint32_t kMatchLimit = 10'000'000;
constexpr std::uint32_t kCaptureMatchLimit = 100'000;
constexpr std::uint32_t kHeapLimit = 64U << 10;
/// Bytes that may be looked through for what is no UTF-8, which every match does anew up to the end
/// of a text in which there is some.
constexpr std::uint64_t kMaxLookedThrough = 4ULL << 30;

struct FreeCode {
    void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeData {
    void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct FreeContext {
    void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};
using MatchData = std::unique_ptr<pcre2_match_data, FreeData>;

PCRE2_SPTR8 units(std::string_view text) {
    // PCRE2 takes no null pointer for an empty text everywhere.
    return reinterpret_cast<PCRE2_SPTR8>(text.data() == nullptr ? "" : text.data());
}

/// One expression.
class Pattern {
public:
    static Result<Pattern> compile(const std::string& text, std::string_view what,
                                   std::uint32_t matchLimit) {
        int error = 0;
        PCRE2_SIZE at = 0;
        Pattern pattern;
        pattern.m_code.reset(pcre2_compile(
            units(text), text.size(), PCRE2_UTF | PCRE2_MATCH_INVALID_UTF, &error, &at, nullptr));
        if (!pattern.m_code) {
            PCRE2_UCHAR8 message[256];
            pcre2_get_error_message(error, message, sizeof message);
            return Error{std::string(what) + " \"" + printable(text) +
                         "\" is no regular expression: " + reinterpret_cast<const char*>(message) +
                         ", at character " + std::to_string(at + 1) + "."};
        }
        pattern.m_validCode.reset(
            pcre2_compile(units(text), text.size(), PCRE2_UTF, &error, &at, nullptr));
        if (!pattern.m_validCode) return Error{std::string(what) + " cannot be kept in memory."};
        pattern.m_context.reset(pcre2_match_context_create(nullptr));
        pcre2_set_match_limit(pattern.m_context.get(), matchLimit);
        pcre2_set_heap_limit(pattern.m_context.get(), kHeapLimit);
        pcre2_pattern_info(pattern.m_code.get(), PCRE2_INFO_CAPTURECOUNT, &pattern.m_groups);
        pattern.readNames();
        return pattern;
    }

    std::uint32_t groups() const { return m_groups; }
    const std::vector<std::pair<std::string, std::uint32_t>>& names() const { return m_names; }

    MatchData makeData() const {
        return MatchData(pcre2_match_data_create_from_pattern(m_code.get(), nullptr));
    }
    /// The number of groups, 0 and below as PCRE2 has it. `valid`: the text is known to be UTF-8,
    /// and is not looked through for that again.
    int match(std::string_view text, bool valid, std::size_t from, std::uint32_t options,
              pcre2_match_data* data) const {
        return pcre2_match(valid ? m_validCode.get() : m_code.get(), units(text), text.size(), from,
                           valid ? options | PCRE2_NO_UTF_CHECK : options, data, m_context.get());
    }

    static std::optional<std::string_view> group(std::string_view text, std::uint32_t number,
                                                 pcre2_match_data* data) {
        if (number >= pcre2_get_ovector_count(data)) return std::nullopt;
        const PCRE2_SIZE* const ends = pcre2_get_ovector_pointer(data);
        const PCRE2_SIZE begin = ends[2 * std::size_t{number}];
        const PCRE2_SIZE end = ends[2 * std::size_t{number} + 1];
        // With \K a match may begin behind its end.
        if (begin == PCRE2_UNSET || begin > end) return std::nullopt;
        return text.substr(begin, end - begin);
    }

private:
    void readNames() {
        std::uint32_t count = 0;
        std::uint32_t size = 0;
        PCRE2_SPTR8 table = nullptr;
        pcre2_pattern_info(m_code.get(), PCRE2_INFO_NAMECOUNT, &count);
        if (count == 0) return;
        pcre2_pattern_info(m_code.get(), PCRE2_INFO_NAMEENTRYSIZE, &size);
        pcre2_pattern_info(m_code.get(), PCRE2_INFO_NAMETABLE, &table);
        for (std::uint32_t i = 0; i < count; ++i, table += size) {
            const auto number = static_cast<std::uint32_t>(table[0] << 8 | table[1]);
            m_names.emplace_back(reinterpret_cast<const char*>(table + 2), number);
        }
    }

    std::unique_ptr<pcre2_code, FreeCode> m_code;  ///< takes any bytes
    /// The same for text that is UTF-8: the other one does not believe that it is.
    std::unique_ptr<pcre2_code, FreeCode> m_validCode;
    std::unique_ptr<pcre2_match_context, FreeContext> m_context;
    std::uint32_t m_groups = 0;
    std::vector<std::pair<std::string, std::uint32_t>> m_names;
};

/// A piece of a replacement.
struct Piece {
    enum class Kind : std::uint8_t { Text, Group, Received };
    Kind kind = Kind::Text;
    std::string text;  ///< or the variable's name
    std::uint32_t group = 0;
};

}  // namespace

struct Substitution::Rule {
    Pattern pattern;
    std::vector<Piece> pieces;
};

struct Substitution::Capture {
    Pattern pattern;
};

namespace {

/// Reads a replacement, of which every reference must be one.
class ReplacementReader {
public:
    ReplacementReader(const std::string& text, const Pattern& pattern,
                      const std::set<std::string>& variables)
        : m_text(text), m_pattern(pattern), m_variables(variables) {}

    Result<std::vector<Piece>> run() {
        for (std::size_t at = 0; at < m_text.size();) {
            const std::size_t dollar = std::min(m_text.find('$', at), m_text.size());
            add(m_text.substr(at, dollar - at));
            if (dollar == m_text.size()) break;
            at = dollar + 1;
            if (at == m_text.size()) return fail("a dollar stands at its end; write $$ for one");
            if (m_text[at] == '$') {
                add("$");
                ++at;
                continue;
            }
            std::string name;
            if (m_text[at] == '{') {
                const std::size_t end = m_text.find('}', at);
                if (end == std::string::npos) return fail("\"${\" is not closed");
                name = m_text.substr(at + 1, end - at - 1);
                at = end + 1;
            } else {
                const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
                while (at < m_text.size() && isDigit(m_text[at])) name += m_text[at++];
                if (name.empty())
                    return fail("behind a dollar a number or { is expected; write $$ for a dollar");
            }
            if (!reference(name)) return fail(m_why);
        }
        return std::move(m_pieces);
    }

private:
    Error fail(const std::string& why) const {
        return {"The replacement \"" + printable(m_text) + "\" cannot be read: " + why + "."};
    }

    void add(std::string text) {
        if (!text.empty()) m_pieces.push_back({Piece::Kind::Text, std::move(text), 0});
    }

    bool reference(const std::string& name) {
        constexpr std::string_view kEnv = "env:";
        constexpr std::string_view kReceived = "received:";
        if (name.starts_with(kEnv)) {
            const std::string variable = name.substr(kEnv.size());
            const char* const value = std::getenv(variable.c_str());
            if (value == nullptr)
                return failed("there is no variable " + variable + " in the environment");
            add(value);
            return true;
        }
        if (name.starts_with(kReceived)) {
            std::string variable = name.substr(kReceived.size());
            if (!m_variables.contains(variable)) {
                return failed("no capture has a group that is named \"" + variable + "\"");
            }
            m_pieces.push_back({Piece::Kind::Received, std::move(variable), 0});
            return true;
        }
        std::uint32_t number = 0;
        const char* const end = name.data() + name.size();
        const auto [stop, error] = std::from_chars(name.data(), end, number);
        if (error == std::errc() && stop == end && !name.empty()) {
            if (number > m_pattern.groups()) {
                return failed("its expression has no group " + std::to_string(number));
            }
            m_pieces.push_back({Piece::Kind::Group, {}, number});
            return true;
        }
        bool found = false;
        for (const auto& [group, index] : m_pattern.names()) {
            if (group != name) continue;
            m_pieces.push_back({Piece::Kind::Group, {}, index});
            found = true;
            break;
        }
        return found || failed("its expression has no group that is named \"" + name + "\"");
    }

    bool failed(std::string why) {
        m_why = std::move(why);
        return false;
    }

    const std::string& m_text;
    const Pattern& m_pattern;
    const std::set<std::string>& m_variables;
    std::vector<Piece> m_pieces;
    std::string m_why;
};

std::string giveUp(int error) {
    PCRE2_UCHAR8 message[256];
    pcre2_get_error_message(error, message, sizeof message);
    return std::string("A rule was given up on a text: ") + reinterpret_cast<const char*>(message) +
           ".";
}

}  // namespace

Substitution::Substitution() = default;
Substitution::~Substitution() = default;
Substitution::Substitution(Substitution&&) noexcept = default;
Substitution& Substitution::operator=(Substitution&&) noexcept = default;

Result<Substitution> Substitution::make(const std::vector<ReplayOptions::Rule>& rules,
                                        const std::vector<std::string>& captures) {
    Substitution substitution;
    std::set<std::string> variables;
    for (const std::string& text : captures) {
        auto pattern = Pattern::compile(text, "The capture", kCaptureMatchLimit);
        if (!pattern) return pattern.error();
        if (pattern->names().empty()) {
            return Error{"The capture \"" + printable(text) +
                         "\" has no named group, so nothing is kept of what it matches."};
        }
        for (const auto& [name, group] : pattern->names()) variables.insert(name);
        substitution.m_captures.push_back({std::move(*pattern)});
    }
    for (const ReplayOptions::Rule& rule : rules) {
        auto pattern = Pattern::compile(rule.pattern, "The rule", kMatchLimit);
        if (!pattern) return pattern.error();
        auto pieces = ReplacementReader(rule.replacement, *pattern, variables).run();
        if (!pieces) return pieces.error();
        substitution.m_rules.push_back({std::move(*pattern), std::move(*pieces)});
    }
    return substitution;
}

bool Substitution::empty() const {
    return m_rules.empty();
}

void Substitution::learn(std::string_view received) {
    if (m_captures.empty() || received.size() > kMaxText) return;
    const bool valid = isValidUtf8(received);
    for (const Capture& capture : m_captures) {
        const MatchData data = capture.pattern.makeData();
        if (capture.pattern.match(received, valid, 0, 0, data.get()) < 0) continue;
        for (const auto& [name, number] : capture.pattern.names()) {
            const auto group = Pattern::group(received, number, data.get());
            if (group) m_variables[name] = *group;
        }
    }
}

const std::string* Substitution::variable(const std::string& name) const {
    const auto found = m_variables.find(name);
    return found == m_variables.end() ? nullptr : &found->second;
}

Substitution::Outcome Substitution::apply(std::string_view text) const {
    Outcome outcome;
    outcome.text = text;
    if (text.size() > kMaxText) {
        outcome.remark = "A text is too long for rules and was sent as it was recorded.";
        return outcome;
    }
    for (const Rule& rule : m_rules) {
        const std::string& subject = outcome.text;
        const MatchData data = rule.pattern.makeData();
        std::string result;
        std::size_t copied = 0;
        std::uint32_t options = 0;
        bool applied = true;
        const bool valid = isValidUtf8(subject);
        std::uint64_t lookedThrough = 0;
        for (std::size_t from = 0; from <= subject.size();) {
            if (!valid) lookedThrough += subject.size() - from;
            if (lookedThrough > kMaxLookedThrough) {
                outcome.remark =
                    "A rule matches too often in a text that is no UTF-8, which was sent without "
                    "it.";
                applied = false;
                break;
            }
            const int groups = rule.pattern.match(subject, valid, from, options, data.get());
            if (groups < 0) {
                if (groups != PCRE2_ERROR_NOMATCH) {
                    outcome.remark = giveUp(groups);
                    applied = false;
                    break;
                }
                if (options == 0) break;
                // Nothing but the empty match stands here: one character on.
                options = 0;
                do ++from;
                while (from < subject.size() &&
                       (static_cast<unsigned char>(subject[from]) & 0xc0) == 0x80);
                continue;
            }
            const PCRE2_SIZE* const ends = pcre2_get_ovector_pointer(data.get());
            const std::size_t begin = ends[0];
            const std::size_t end = std::max(ends[1], ends[0]);
            if (begin >= copied) result.append(subject, copied, begin - copied);
            for (const Piece& piece : rule.pieces) {
                if (piece.kind == Piece::Kind::Text) {
                    result += piece.text;
                } else if (piece.kind == Piece::Kind::Group) {
                    result += Pattern::group(subject, piece.group, data.get()).value_or("");
                } else if (const std::string* const value = variable(piece.text)) {
                    result += *value;
                } else {
                    outcome.remark = "Nothing was received yet for ${received:" + piece.text +
                                     "}; a text was sent as it was recorded.";
                    applied = false;
                }
            }
            if (!applied || result.size() > kMaxText) break;
            copied = std::max(copied, end);
            options = begin == end ? PCRE2_NOTEMPTY_ATSTART | PCRE2_ANCHORED : 0;
            from = end;
        }
        if (result.size() > kMaxText) {
            outcome.remark = "A text would become too long by a rule and was sent without it.";
            applied = false;
        }
        if (!applied) continue;
        result.append(subject, copied);
        outcome.changed = outcome.changed || result != subject;
        outcome.text = std::move(result);
    }
    return outcome;
}

}  // namespace framescope::replay
