// Writes JSON text (RFC 8259) that is always valid: the caller keeps begin and end in balance, the
// writer puts the commas and makes any bytes fit for a string. It writes into memory of its own
// that is kept from one text to the next, since a text is put together from very many small parts.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "dissector/core/bytes.h"

namespace framescope::cli {

/// The name of a member made ready to be written often: what JsonWriter::key() takes, at most 60
/// characters of it.
class PreparedKey {
public:
    PreparedKey() = default;
    explicit PreparedKey(std::string_view name);

private:
    friend class JsonWriter;
    /// Copied as a whole, which is quicker than only as far as needed.
    std::array<char, 64> m_text{};
    std::size_t m_size = 0;
};

class JsonWriter {
public:
    /// What was written since the last clear().
    std::string_view written() const {
        return {m_begin.get(), static_cast<std::size_t>(m_at - m_begin.get())};
    }
    /// Begins a new text. Keeps the memory, unless one long text took much of it.
    void clear();

    void beginObject() { begin('{'); }
    void endObject() { end('}'); }
    void beginArray() { begin('['); }
    void endArray() { end(']'); }
    /// The name of the member whose value follows: printable ASCII without quotes and backslashes,
    /// as names of fields are.
    void key(std::string_view name);
    void key(const PreparedKey& key);
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
    /// A line end behind the text.
    void lineEnd();

private:
    void begin(char bracket);
    void end(char bracket);
    /// A comma where one is due. Makes room for it, and for `more` bytes behind it.
    void separate(std::size_t more);
    /// Room for `size` bytes from m_at on.
    void room(std::size_t size) {
        if (static_cast<std::size_t>(m_end - m_at) < size) grow(size);
    }
    void grow(std::size_t size);
    void put(std::string_view text);
    /// Writes what stands between the quotes; returns whether all of it is ASCII.
    bool escape(std::string_view value);

    std::unique_ptr<char[]> m_begin;
    char* m_at = nullptr;
    char* m_end = nullptr;
    bool m_comma = false;  ///< a value stands before the next one
};

}  // namespace framescope::cli
