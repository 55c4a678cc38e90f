// JSONP polling (revisions 3 and 4): a client without XMLHttpRequest loads the answer as a script,
// `___eio[0]("...");`, and sends a form, `d=...`. Both escape the payload; what is found in the
// text is traced back to the bytes that it was escaped to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/core/bytes.h"

namespace framescope::engineio {

/// A text without its escapes, and where its bytes came from.
class Unescaped {
public:
    std::string text;

    /// Position in the escaped text of the byte at `at`; of the end for the end.
    std::size_t origin(std::size_t at) const;
    /// Appends a byte that is written at `origin`.
    void append(char byte, std::size_t origin);
    /// Takes the last byte back.
    void dropLast();
    void setEnd(std::size_t end) { m_end = end; }

private:
    /// From `text` on both positions count on together.
    struct Run {
        std::uint32_t text;
        std::uint32_t origin;
    };
    std::vector<Run> m_runs;
    std::size_t m_end = 0;
};

/// The inside of the string in `___eio[n]("...");`, to the end where that is missing; nothing if
/// the body does not begin so.
std::optional<ByteRange> findScriptString(std::string_view body);
/// The value of the parameter `d` of a urlencoded form; nothing if there is none.
std::optional<ByteRange> findFormData(std::string_view body);

/// A JavaScript string without its quotes (ECMA-262, string literals).
Unescaped unescapeScript(std::string_view escaped);
/// A form's value, and in it what the client did to its newlines: a newline is written `\n`, and a
/// backslash is put in front of a `\n` that stood there.
Unescaped unescapeForm(std::string_view escaped);

/// What a server answers to the request with j=`index`.
std::string wrapScript(std::string_view payload, unsigned index);
/// What a client sends.
std::string wrapForm(std::string_view payload);

}  // namespace framescope::engineio
