// Bytes as every part of the program passes them: views that own nothing, half-open ranges, a
// bounds-checked big-endian reader and a growing writer. Network byte order unless a name says
// otherwise.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace framescope {

/// Bytes that somebody else owns.
using ByteView = std::span<const std::uint8_t>;
/// Bytes that are owned.
using Bytes = std::vector<std::uint8_t>;

/// A half-open range of byte positions: `end` is the first position outside.
struct ByteRange {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;

    std::uint64_t size() const { return end - begin; }
    bool empty() const { return begin == end; }
    bool contains(std::uint64_t position) const { return begin <= position && position < end; }
    bool operator==(const ByteRange&) const = default;
};

/// The same bytes as text; no encoding is assumed.
inline std::string_view asText(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
/// The same text as bytes.
inline ByteView asBytes(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

/// Reads unsigned integers at a position without checking; the caller has checked the size.
inline std::uint16_t readBe16(const std::uint8_t* p) {
    return static_cast<std::uint16_t>(p[0] << 8 | p[1]);
}
inline std::uint32_t readBe32(const std::uint8_t* p) {
    return static_cast<std::uint32_t>(p[0]) << 24 | static_cast<std::uint32_t>(p[1]) << 16 |
           static_cast<std::uint32_t>(p[2]) << 8 | p[3];
}
inline std::uint64_t readBe64(const std::uint8_t* p) {
    return static_cast<std::uint64_t>(readBe32(p)) << 32 | readBe32(p + 4);
}

/// Appends values to a byte vector in network byte order. Writes whatever it is told.
class ByteWriter {
public:
    explicit ByteWriter(Bytes& out) : m_out(out) {}

    void u8(std::uint8_t v) { m_out.push_back(v); }
    void be16(std::uint16_t v) {
        u8(static_cast<std::uint8_t>(v >> 8));
        u8(static_cast<std::uint8_t>(v));
    }
    void be32(std::uint32_t v) {
        be16(static_cast<std::uint16_t>(v >> 16));
        be16(static_cast<std::uint16_t>(v));
    }
    void be64(std::uint64_t v) {
        be32(static_cast<std::uint32_t>(v >> 32));
        be32(static_cast<std::uint32_t>(v));
    }
    void bytes(ByteView v) { m_out.insert(m_out.end(), v.begin(), v.end()); }
    void text(std::string_view v) { bytes(asBytes(v)); }

    std::size_t size() const { return m_out.size(); }

private:
    Bytes& m_out;
};

}  // namespace framescope
