// Stretches of a TCP stream, read again from the capture file.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "capture/session/session_state.h"
#include "dissector/field/field_tree.h"

namespace framescope {

/// Bytes of a source that are read at the most; a source that has more says so. For a person one
/// screenful of a million bytes is plenty, and taking more apart would keep the window waiting.
inline constexpr std::uint64_t kMaxShown = 1U << 20;
/// The same for whoever exports rows.
inline constexpr std::uint64_t kMaxSource = 64U << 20;

/// Part of a stream. Holes and bytes the file no longer gives are zero in `bytes`.
struct StreamBytes {
    Bytes bytes;
    std::vector<ByteRange> holes;  ///< positions in `bytes`, ascending
    std::string error;             ///< why bytes could not be read again; mostly empty
};

class StreamReader {
public:
    /// `limit`: bytes that one read() gives at the most.
    StreamReader(const CaptureFile* file, const StreamMap& map, std::uint64_t limit = kMaxSource)
        : m_file(file), m_map(map), m_limit(limit) {}

    /// The stream's bytes from `begin` on: `length` of them, at most limit().
    StreamBytes read(StreamOffset begin, std::uint64_t length) const {
        return read(begin, length, m_limit);
    }
    /// The same with another limit.
    StreamBytes read(StreamOffset begin, std::uint64_t length, std::uint64_t limit) const;
    std::uint64_t limit() const { return m_limit; }
    /// One behind the last captured byte.
    StreamOffset end() const { return m_map.end(); }

private:
    /// Copies what `extents` hold to where it belongs in `stream`, which begins at `begin`.
    void readExtents(std::span<const Extent> extents, StreamOffset begin,
                     StreamBytes& stream) const;

    const CaptureFile* m_file;
    const StreamMap& m_map;
    std::uint64_t m_limit;
};

}  // namespace framescope
