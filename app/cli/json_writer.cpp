// One flag is enough for the commas: whatever was begun last needs none, whatever was ended does.
#include "app/cli/json_writer.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstring>

#include "dissector/payload/utf8.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace framescope::cli {
namespace {

constexpr std::uint64_t kFirstInexact = std::uint64_t{1} << 53;
constexpr char kDigits[] = "0123456789abcdef";
/// More memory than this is not kept for the next text.
constexpr std::size_t kKept = std::size_t{1} << 20;
constexpr std::size_t kFirstRoom = std::size_t{8} << 10;
/// Bytes of a value that are written before there is again asked for room.
constexpr std::size_t kPiece = std::size_t{4} << 10;
/// What one byte can become, as \u001f.
constexpr std::size_t kLongest = 6;
/// Bytes that are looked at together.
constexpr std::size_t kBlock = 16;

/// How bytes are written that a string of JSON cannot have as they are, or that no terminal should
/// get; no length for those that stay.
struct Escape {
    std::uint8_t length = 0;
    char text[kLongest]{};
};
constexpr std::array<Escape, 256> kEscapes = [] {
    std::array<Escape, 256> table{};
    const auto code = [&table](std::size_t byte) {
        table[byte] = {6, {'\\', 'u', '0', '0', kDigits[byte >> 4], kDigits[byte & 15]}};
    };
    const auto letter = [&table](char byte, char name) {
        table[static_cast<std::uint8_t>(byte)] = {2, {'\\', name}};
    };
    for (std::size_t i = 0; i < 0x20; ++i) code(i);
    code(0x7f);
    letter('"', '"');
    letter('\\', '\\');
    letter('\n', 'n');
    letter('\r', 'r');
    letter('\t', 't');
    return table;
}();

constexpr std::array<std::array<char, 2>, 256> kHexPairs = [] {
    std::array<std::array<char, 2>, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) table[i] = {kDigits[i >> 4], kDigits[i & 15]};
    return table;
}();

#ifdef __SSE2__
/// Copies sixteen bytes and tells which of them are escaped, a bit each; `high` gathers those that
/// are no ASCII.
[[gnu::always_inline]] inline unsigned copyBlock(const char* from, char* to, unsigned& high) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), bytes);
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
    const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    const __m128i last = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f));
    high |= static_cast<unsigned>(_mm_movemask_epi8(bytes));
    return static_cast<unsigned>(_mm_movemask_epi8(
        _mm_or_si128(_mm_or_si128(quote, backslash), _mm_or_si128(control, last))));
}
#else
[[gnu::always_inline]] inline unsigned copyBlock(const char* from, char* to, unsigned& high) {
    std::memcpy(to, from, kBlock);
    unsigned escaped = 0;
    for (std::size_t i = 0; i < kBlock; ++i) {
        const auto byte = static_cast<std::uint8_t>(from[i]);
        high |= byte >> 7;
        escaped |= unsigned{kEscapes[byte].length != 0} << i;
    }
    return escaped;
}
#endif

}  // namespace

PreparedKey::PreparedKey(std::string_view name) {
    for (const std::string_view part : {std::string_view("\""), name, std::string_view("\":")}) {
        m_size += part.copy(m_text.data() + m_size, m_text.size() - m_size);
    }
}

void JsonWriter::clear() {
    if (static_cast<std::size_t>(m_end - m_begin.get()) > kKept) {
        m_begin.reset();
        m_end = nullptr;
    }
    m_at = m_begin.get();
    m_comma = false;
}

void JsonWriter::grow(std::size_t size) {
    const std::string_view had = written();
    const std::size_t now = static_cast<std::size_t>(m_end - m_begin.get());
    const std::size_t wanted = std::max({kFirstRoom, 2 * now, had.size() + size});
    std::unique_ptr<char[]> memory(new char[wanted]);
    if (!had.empty()) std::memcpy(memory.get(), had.data(), had.size());
    m_at = memory.get() + had.size();
    m_end = memory.get() + wanted;
    m_begin = std::move(memory);
}

void JsonWriter::put(std::string_view text) {
    if (text.empty()) return;
    std::memcpy(m_at, text.data(), text.size());
    m_at += text.size();
}

void JsonWriter::separate(std::size_t more) {
    room(more + 1);
    *m_at = ',';
    m_at += m_comma ? 1 : 0;
    m_comma = true;
}

void JsonWriter::key(std::string_view name) {
    separate(name.size() + 3);
    *m_at++ = '"';
    put(name);
    *m_at++ = '"';
    *m_at++ = ':';
    m_comma = false;
}

void JsonWriter::key(const PreparedKey& key) {
    separate(key.m_text.size());
    std::memcpy(m_at, key.m_text.data(), key.m_text.size());
    m_at += key.m_size;
    m_comma = false;
}

void JsonWriter::text(std::string_view value) {
    separate(1);
    const std::size_t before = written().size();
    *m_at++ = '"';
    // Nearly all text is ASCII, so that is found out on the way.
    if (!escape(value) && !isValidUtf8(value)) {
        m_at = m_begin.get() + before + 1;
        escape(replaceInvalidUtf8(value));
    }
    room(1);
    *m_at++ = '"';
}

void JsonWriter::number(std::uint64_t value) {
    if (value >= kFirstInexact) return plain(std::to_string(value));
    constexpr std::size_t kMost = 20;
    separate(kMost);
    if (value < 10) {
        *m_at++ = static_cast<char>('0' + value);
    } else {
        m_at = std::to_chars(m_at, m_at + kMost, value).ptr;
    }
}

void JsonWriter::boolean(bool value) {
    separate(5);
    put(value ? "true" : "false");
}

void JsonWriter::begin(char bracket) {
    separate(1);
    *m_at++ = bracket;
    m_comma = false;
}

void JsonWriter::end(char bracket) {
    room(1);
    *m_at++ = bracket;
    m_comma = true;
}

void JsonWriter::null() {
    separate(4);
    put("null");
}

void JsonWriter::lineEnd() {
    room(1);
    *m_at++ = '\n';
    m_comma = false;
}

void JsonWriter::plain(std::string_view value) {
    separate(value.size() + 2);
    *m_at++ = '"';
    put(value);
    *m_at++ = '"';
}

void JsonWriter::hex(ByteView bytes) {
    separate(2 * bytes.size() + 2);
    char* at = m_at;
    *at++ = '"';
    for (const std::uint8_t byte : bytes) {
        std::memcpy(at, kHexPairs[byte].data(), 2);
        at += 2;
    }
    *at++ = '"';
    m_at = at;
}

bool JsonWriter::escape(std::string_view value) {
    unsigned high = 0;
    while (!value.empty()) {
        const std::string_view piece = value.substr(0, kPiece);
        value.remove_prefix(piece.size());
        // A block is copied as a whole, whatever of it is written over again.
        room(kLongest * piece.size() + kBlock);
        const char* from = piece.data();
        const char* const end = from + piece.size();
        char* to = m_at;
        while (from != end) {
            if (end - from >= static_cast<std::ptrdiff_t>(kBlock)) {
                const unsigned escaped = copyBlock(from, to, high);
                const std::size_t plain =
                    escaped == 0 ? kBlock : static_cast<std::size_t>(std::countr_zero(escaped));
                from += plain;
                to += plain;
                if (escaped == 0) continue;
            }
            const auto byte = static_cast<std::uint8_t>(*from++);
            const Escape& escape = kEscapes[byte];
            high |= byte >> 7;
            if (escape.length == 0) {
                *to++ = static_cast<char>(byte);
            } else {
                std::memcpy(to, escape.text, kLongest);
                to += escape.length;
            }
        }
        m_at = to;
    }
    return high == 0;
}

}  // namespace framescope::cli
