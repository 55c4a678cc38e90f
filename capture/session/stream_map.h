// Where the bytes of TCP streams lie in the capture file, so that any stretch of any stream can be
// read again at any time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "capture/session/large_memory.h"
#include "dissector/core/bytes.h"
#include "dissector/record/record.h"

namespace framescope {

/// A run of stream bytes that lies in one piece in the capture file. 24 bytes.
struct Extent {
    StreamOffset streamOffset = 0;
    std::uint64_t fileOffset = 0;
    std::uint32_t length = 0;
    PacketNumber packet = 0;  ///< the packet that carried them
};
static_assert(sizeof(Extent) == 24, "there is one for every packet with data");

/// The extents of one direction, by ascending stream offset; holes are where none is.
///
/// A connection that lives for days has millions of them, and the thread that appends must not stop
/// to move them, so behind the first ones they lie in pieces, each twice as large as the one before
/// it. Most connections have few, which lie together, or none, which cost next to nothing: a
/// capture may have a million of those.
class StreamMap {
public:
    /// Extents come in stream order and never overlap.
    void append(const Extent& extent) {
        if (m_first.size() < kTogether) {
            m_first.push_back(extent);
            return;
        }
        if (!m_rest) m_rest = std::make_unique<Rest>();
        m_rest->append(extent);
    }

    /// The extents that hold bytes of `range`, in order, cut to it.
    std::vector<Extent> find(ByteRange range) const;
    /// The extent that holds the byte at `offset`, null if it was not captured. Whoever goes on in
    /// the stream from call to call keeps `hint` between them and is answered at once.
    const Extent* holding(StreamOffset offset, std::size_t& hint) const;
    /// One behind the last byte of the stream that was captured.
    StreamOffset end() const;
    std::size_t size() const { return m_first.size() + (m_rest ? m_rest->size : 0); }

private:
    static constexpr std::size_t kTogether = 256;

    /// Those behind the first ones.
    struct Rest {
        void append(const Extent& extent) {
            if (next == end) addPiece();
            *next++ = extent;
            ++size;
        }
        const Extent& operator[](std::size_t index) const {
            const auto piece = static_cast<std::size_t>(std::bit_width(index / kTogether + 1)) - 1;
            return pieces[piece][index - (kTogether << piece) + kTogether];
        }
        void addPiece();

        std::size_t size = 0;
        Extent* next = nullptr;  ///< room for the next one
        Extent* end = nullptr;   ///< and where the room ends
        std::vector<Extent*> pieces;
        std::vector<std::unique_ptr<std::byte[]>> small;
        std::vector<LargeMemory> large;
    };

    const Extent& at(std::size_t index) const {
        return index < m_first.size() ? m_first[index] : (*m_rest)[index - m_first.size()];
    }
    std::size_t firstBehind(StreamOffset offset) const;

    std::vector<Extent> m_first;
    std::unique_ptr<Rest> m_rest;
};

}  // namespace framescope
