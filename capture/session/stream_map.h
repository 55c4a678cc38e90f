// Where the bytes of TCP streams lie in the capture file, so that any stretch of any stream can be
// read again at any time.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
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

/// Memory for the extents of many streams, which whoever writes them shares with whoever reads.
using ExtentMemory = std::shared_ptr<LargeMemory>;

/// The extents of a stream lie in pieces, since a connection that lives for days has millions of
/// them. Most connections have few, so the first pieces are small: 8, 8, 16, 32, ... up to 256.
namespace extent_pieces {

inline constexpr std::size_t kLeast = 8;
inline constexpr std::size_t kMost = 256;
/// Pieces that are smaller than the others, and the extents in them.
inline constexpr std::size_t kSmall = 1 + std::bit_width(kMost / kLeast - 1);
static_assert(kLeast << (kSmall - 1) == kMost);

/// Extents in the piece of this index.
constexpr std::size_t sizeOf(std::size_t piece) {
    if (piece >= kSmall) return kMost;
    return piece == 0 ? kLeast : kLeast << (piece - 1);
}

}  // namespace extent_pieces

/// Where the extents of all streams of a capture get room, a piece at a time.
class ExtentRoom {
public:
    /// Room for so many extents, at most extent_pieces::kMost.
    Extent* take(std::size_t count) {
        if (m_left < count) grow();
        m_left -= count;
        m_memory.back()->prepare((kTogether - m_left) * sizeof(Extent));
        return std::exchange(m_next, m_next + count);
    }
    /// The memory that was got since it was asked the last time; extents stay as long as it does.
    std::vector<ExtentMemory> takeFresh() {
        std::vector<ExtentMemory> fresh(m_memory.begin() + static_cast<std::ptrdiff_t>(m_told),
                                        m_memory.end());
        m_told = m_memory.size();
        return fresh;
    }

private:
    /// Got from the system together: a multiple of the size of a large page.
    static constexpr std::size_t kTogether = std::size_t{1} << 20;
    static_assert(kTogether * sizeof(Extent) % LargeMemory::kPage == 0);

    void grow();

    std::vector<ExtentMemory> m_memory;
    std::size_t m_told = 0;
    Extent* m_next = nullptr;
    std::size_t m_left = 0;
};

/// Writes the extents of one direction, in stream order.
class ExtentWriter {
public:
    bool isFull() const { return m_next == m_end; }
    /// The next piece, of the size that extent_pieces says; it is to be told to the reader as well.
    Extent* addPiece(ExtentRoom& room) {
        const std::size_t count = extent_pieces::sizeOf(m_pieces++);
        m_next = room.take(count);
        m_end = m_next + count;
        return m_next;
    }
    /// Unless it is full.
    void add(const Extent& extent) {
        *m_next++ = extent;
        ++m_size;
    }
    std::uint32_t size() const { return m_size; }

private:
    Extent* m_next = nullptr;
    Extent* m_end = nullptr;
    std::uint32_t m_pieces = 0;
    std::uint32_t m_size = 0;
};

/// The extents of one direction, by ascending stream offset; holes are where none is. They never
/// overlap. Another thread may write behind those that are known here.
class StreamMap {
public:
    /// The next piece that an ExtentWriter has got.
    void addPiece(const Extent* piece) { m_pieces.push_back(piece); }
    /// So many extents are written by now.
    void setSize(std::size_t size) { m_size = size; }

    /// The extents that hold bytes of `range`, in order, cut to it.
    std::vector<Extent> find(ByteRange range) const;
    /// The extent that holds the byte at `offset`, null if it was not captured. Whoever goes on in
    /// the stream from call to call keeps `hint` between them and is answered at once.
    const Extent* holding(StreamOffset offset, std::size_t& hint) const;
    /// One behind the last byte of the stream that was captured.
    StreamOffset end() const;
    std::size_t size() const { return m_size; }
    const Extent& operator[](std::size_t index) const {
        using namespace extent_pieces;
        if (index >= kMost) {
            return m_pieces[kSmall - 1 + index / kMost][index % kMost];
        }
        // Each of the small pieces but the first begins at its own size.
        const auto piece = static_cast<std::size_t>(std::bit_width(index / kLeast));
        return m_pieces[piece][piece == 0 ? index : index - sizeOf(piece)];
    }

private:
    std::size_t firstBehind(StreamOffset offset) const;

    std::vector<const Extent*> m_pieces;
    std::size_t m_size = 0;
};

}  // namespace framescope
