// The grammar, by recursive descent, one function a line:
//
//     filter  := or | nothing
//     or      := and { ("||" | "or") and }
//     and     := unary { ("&&" | "and") unary }
//     unary   := { "!" | "not" } primary
//     primary := "(" or ")" | name [ "==" value | "contains" value ]
//     value   := word | "quoted, with \" and \\"
//
// The first thing that is wrong ends the reading: functions return an empty node from then on and
// callers look at m_error.
#include <optional>
#include <string>
#include <string_view>

#include "dissector/field/field_suggestion.h"
#include "dissector/filter/filter.h"
#include "dissector/filter/filter_node.h"
#include "dissector/websocket/opcode.h"

namespace framescope {
namespace {

/// More parentheses inside each other than anybody writes; keeps the recursion shallow.
constexpr int kMaxDepth = 100;

enum class TokenKind { End, Word, Quoted, Open, Close, And, Or, Not, Equal, Unknown };

struct Token {
    TokenKind kind = TokenKind::End;
    std::size_t position = 0;
    std::string text;  ///< as written; of a quoted one what it stands for
};

bool isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Characters that end a word.
bool isSpecial(char c) {
    return isSpace(c) || std::string_view("()!&|=<>~\"").find(c) != std::string_view::npos;
}

std::string quoted(std::string_view text) {
    return "'" + std::string(text) + "'";
}

/// What the tree shows for a number, where that may be written in its place.
std::optional<std::uint64_t> numberNamed(FieldId field, std::string_view name) {
    if (field != FieldId::WebSocketOpcode) return std::nullopt;
    for (std::uint8_t opcode = 0; opcode < 16; ++opcode) {
        if (!websocket::isReserved(opcode) && websocket::opcodeName(opcode) == name) return opcode;
    }
    return std::nullopt;
}

class Parser {
public:
    explicit Parser(std::string_view text) : m_text(text) { advance(); }

    std::variant<Filter, FilterError> parse() {
        if (m_token.kind == TokenKind::End && !m_error) return Filter();
        auto root = std::make_shared<FilterNode>(parseOr(0));
        if (!m_error && m_token.kind != TokenKind::End) fail(afterTest());
        if (m_error) return *m_error;
        return Filter(std::move(root));
    }

private:
    FilterNode parseOr(int depth) {
        return parseChain(FilterNodeKind::Or, TokenKind::Or, [&] { return parseAnd(depth); });
    }

    FilterNode parseAnd(int depth) {
        return parseChain(FilterNodeKind::And, TokenKind::And, [&] { return parseUnary(depth); });
    }

    template <typename Next>
    FilterNode parseChain(FilterNodeKind kind, TokenKind joint, const Next& next) {
        FilterNode first = next();
        if (m_error || m_token.kind != joint) return first;
        FilterNode chain{kind, {}, FieldId::None, {}};
        chain.children.push_back(std::move(first));
        while (!m_error && m_token.kind == joint) {
            advance();
            chain.children.push_back(next());
        }
        return chain;
    }

    FilterNode parseUnary(int depth) {
        bool negated = false;
        for (; m_token.kind == TokenKind::Not; advance()) negated = !negated;
        FilterNode operand = parsePrimary(depth);
        if (!negated) return operand;
        FilterNode negation{FilterNodeKind::Not, {}, FieldId::None, {}};
        negation.children.push_back(std::move(operand));
        return negation;
    }

    FilterNode parsePrimary(int depth) {
        if (m_error) return {};
        if (m_token.kind == TokenKind::Open) return parseGroup(depth);
        if (m_token.kind != TokenKind::Word) {
            fail(m_token.kind == TokenKind::End
                     ? "The filter ends where the name of a protocol or field is missing."
                     : "The name of a protocol or field is missing before " + shown() + ".");
            return {};
        }
        const auto field = findField(m_token.text);
        if (!field) {
            fail(noSuchFieldSentence(m_token.text));
            return {};
        }
        FilterNode test{FilterNodeKind::Present, {}, *field, {}};
        advance();
        if (m_token.kind == TokenKind::Equal) {
            parseValue(test);
        } else if (m_token.kind == TokenKind::Word && m_token.text == "contains") {
            parseSought(test);
        }
        return test;
    }

    void parseSought(FilterNode& test) {
        const FieldInfo& info = fieldInfo(test.field);
        if (info.type != FieldType::Text && info.type != FieldType::ByteString) {
            return fail(quoted(info.name) +
                        " is no text and no bytes that could contain something; "
                        "its type is " +
                        std::string(fieldTypeName(info.type)) + ".");
        }
        parseValue(test);
        test.kind = FilterNodeKind::Contains;
    }

    FilterNode parseGroup(int depth) {
        if (depth == kMaxDepth) {
            fail("More than " + std::to_string(kMaxDepth) +
                 " parentheses inside each other are not read.");
            return {};
        }
        const std::size_t opened = m_token.position;
        advance();
        FilterNode group = parseOr(depth + 1);
        if (m_error) return {};
        if (m_token.kind == TokenKind::End) {
            m_error = FilterError{opened, "The parenthesis that opens here is not closed."};
        } else if (m_token.kind != TokenKind::Close) {
            fail(afterTest());
        }
        advance();
        return group;
    }

    void parseValue(FilterNode& test) {
        const FieldInfo& info = fieldInfo(test.field);
        if (info.type == FieldType::Protocol || info.type == FieldType::Group) {
            return fail(quoted(info.name) + " is a " + std::string(fieldTypeName(info.type)) +
                        " and has no value to compare with; its name alone finds the rows that "
                        "have it.");
        }
        advance();
        if (m_error) return;
        if (m_token.kind != TokenKind::Word && m_token.kind != TokenKind::Quoted) {
            return fail(m_token.kind == TokenKind::End
                            ? "The filter ends where the value of " + quoted(info.name) +
                                  " is missing."
                            : "A value of " + quoted(info.name) + " is missing before " + shown() +
                                  "; a value with such characters in it goes in double quotes.");
        }
        auto value = valueOf(test.field);
        if (!value) {
            return fail(quoted(m_token.text) + " is no value of " + quoted(info.name) +
                        ", whose type is " + std::string(fieldTypeName(info.type)) + ".");
        }
        test.kind = FilterNodeKind::Equal;
        test.value = std::move(*value);
        advance();
    }

    std::optional<FieldValue> valueOf(FieldId field) const {
        const FieldType type = fieldInfo(field).type;
        if (const auto number = numberNamed(field, m_token.text)) return FieldValue(*number);
        if (type == FieldType::ByteString && m_token.kind == TokenKind::Quoted) {
            const ByteView bytes = asBytes(m_token.text);
            return FieldValue(Bytes(bytes.begin(), bytes.end()));
        }
        return framescope::parseValue(type, m_token.text);
    }

    /// Why the current token cannot stand behind a complete test.
    std::string afterTest() const {
        if (m_token.kind == TokenKind::Close) return "This parenthesis was not opened.";
        if (m_token.kind == TokenKind::Equal) return "Only a field can stand before '=='.";
        return "Expected '==', '&&' or '||' and not " + shown() + ".";
    }

    /// The current token as it is spoken of.
    std::string shown() const {
        return m_token.kind == TokenKind::End ? "the end" : quoted(m_token.text);
    }

    void fail(std::string sentence) {
        if (!m_error) m_error = FilterError{m_token.position, std::move(sentence)};
        m_token.kind = TokenKind::End;
    }

    /// Reads the next token.
    void advance() {
        if (m_error) return;
        while (m_next < m_text.size() && isSpace(m_text[m_next])) ++m_next;
        m_token = {TokenKind::End, m_next, {}};
        if (m_next == m_text.size()) return;
        if (m_text[m_next] == '"') return readQuoted();
        if (isSpecial(m_text[m_next])) return readOperator();
        std::size_t end = m_next;
        while (end < m_text.size() && !isSpecial(m_text[end])) ++end;
        m_token.text = m_text.substr(m_next, end - m_next);
        m_token.kind = m_token.text == "and"   ? TokenKind::And
                       : m_token.text == "or"  ? TokenKind::Or
                       : m_token.text == "not" ? TokenKind::Not
                                               : TokenKind::Word;
        m_next = end;
    }

    void readOperator() {
        struct Operator {
            std::string_view text;
            TokenKind kind;
        };
        static constexpr Operator kOperators[] = {
            {"&&", TokenKind::And},     {"||", TokenKind::Or},      {"==", TokenKind::Equal},
            {"!=", TokenKind::Unknown}, {"!", TokenKind::Not},      {"(", TokenKind::Open},
            {")", TokenKind::Close},    {"<=", TokenKind::Unknown}, {">=", TokenKind::Unknown},
        };
        const std::string_view rest = m_text.substr(m_next);
        for (const Operator& candidate : kOperators) {
            if (!rest.starts_with(candidate.text)) continue;
            m_token.kind = candidate.kind;
            m_token.text = candidate.text;
            break;
        }
        if (m_token.text.empty()) {
            m_token.kind = TokenKind::Unknown;
            m_token.text = rest.substr(0, 1);
        }
        if (m_token.text == "!=") {
            return fail("'!=' is not an operator here; write !(field == value).");
        }
        if (m_token.kind == TokenKind::Unknown) {
            return fail(quoted(m_token.text) +
                        " is not an operator here: there are '==', '&&', '||' and '!'.");
        }
        m_next += m_token.text.size();
    }

    void readQuoted() {
        m_token.kind = TokenKind::Quoted;
        for (std::size_t i = m_next + 1; i < m_text.size(); ++i) {
            if (m_text[i] == '"') {
                m_next = i + 1;
                return;
            }
            if (m_text[i] == '\\') {
                ++i;
                if (i < m_text.size() && m_text[i] != '"' && m_text[i] != '\\') {
                    m_token.position = i - 1;
                    return fail("Inside quotes a backslash stands before '\"' or another one.");
                }
            }
            if (i < m_text.size()) m_token.text += m_text[i];
        }
        fail("The quotes that open here are not closed.");
    }

    std::string_view m_text;
    std::size_t m_next = 0;
    Token m_token;
    std::optional<FilterError> m_error;
};

}  // namespace

std::variant<Filter, FilterError> compileFilter(std::string_view text) {
    return Parser(text).parse();
}

}  // namespace framescope
