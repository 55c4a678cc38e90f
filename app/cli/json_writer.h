// Writes JSON text (RFC 8259) that is always valid: the caller keeps begin and end in balance, the
// writer puts the commas and makes any bytes fit for a string.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "dissector/core/bytes.h"

namespace framescope::cli {

class JsonWriter {
public:
    explicit JsonWriter(std::string& out) : m_out(out) {}

    void beginObject() { begin('{'); }
    void endObject() { end('}'); }
    void beginArray() { begin('['); }
    void endArray() { end(']'); }
    /// The name of the member whose value follows: printable ASCII without quotes and backslashes,
    /// as names of fields are.
    void key(std::string_view name);
    /// Bytes that are no UTF-8 become U+FFFD.
    void text(std::string_view value);
    /// A number; a string of its digits from 2^53 on, where readers that use doubles lose digits.
    void number(std::uint64_t value);
    void boolean(bool value);
    void null();
    /// Text that is known to be printable ASCII without quotes and backslashes.
    void plain(std::string_view value);
    /// Lower-case hex digits.
    void hex(ByteView bytes);

private:
    void begin(char bracket);
    void end(char bracket);
    void separate();
    void string(std::string_view value);
    void escape(char c);

    std::string& m_out;
    bool m_comma = false;  ///< a value stands before the next one
};

}  // namespace framescope::cli
