// JSON text (RFC 8259) as tokens, each with its byte range. A pull reader: no recursion, no
// allocation, one bit of memory per level of nesting; it stops at the first byte that cannot stand
// where it stands. (A general parser hands out values; an inspector wants to know where they are.)
#pragma once

#include <bitset>
#include <cstdint>
#include <string_view>

#include "dissector/core/bytes.h"

namespace framescope {

/// Levels of nesting that are read; deeper text counts as not valid.
inline constexpr std::size_t kMaxJsonDepth = 256;

/// What is wrong with a JSON text.
struct JsonError {
    std::uint64_t position = 0;  ///< of the first byte that cannot stand there
    std::string_view sentence;
};

enum class JsonToken : std::uint8_t {
    ObjectBegin,
    ObjectEnd,
    ArrayBegin,
    ArrayEnd,
    Key,  ///< with its quotes
    String,
    Number,
    True,
    False,
    Null,
    End,
    Error,
};

class JsonReader {
public:
    explicit JsonReader(std::string_view text) : m_text(text) {}

    /// The next token. Behind End and Error comes the same again. That strings are UTF-8 is not
    /// checked here.
    JsonToken next();
    /// Bytes of the last token.
    ByteRange range() const { return m_range; }
    /// Behind Key and String: whether there is a backslash in it.
    bool escaped() const { return m_escaped; }
    /// Containers that are open behind the last token.
    std::size_t depth() const { return m_depth; }
    /// Only behind Error.
    const JsonError& error() const { return m_error; }

private:
    /// What may stand at m_at.
    enum class Expect : std::uint8_t {
        Value,
        ValueOrEnd,
        KeyOrEnd,
        CommaOrEnd,
        Done,
        Failed,
    };

    JsonToken fail(std::size_t position, std::string_view sentence);
    JsonToken accept(JsonToken token, std::size_t begin);
    JsonToken value();
    JsonToken key();
    JsonToken open(JsonToken token, bool object);
    JsonToken close(JsonToken token);
    JsonToken number();
    JsonToken word(std::string_view word, JsonToken token);
    /// Reads a string from its quote to behind the closing one; false if it failed.
    bool string();
    void skipBlanks();

    std::string_view m_text;
    std::size_t m_at = 0;
    ByteRange m_range;
    Expect m_expect = Expect::Value;
    std::bitset<kMaxJsonDepth> m_isObject;
    std::size_t m_depth = 0;
    bool m_escaped = false;
    JsonError m_error;
};

}  // namespace framescope
