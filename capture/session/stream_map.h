// Where the bytes of TCP streams lie in the capture file, so that any stretch of any stream can be
// read again at any time.
#pragma once

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

/// Where the extents of all streams of a capture get room, a few at a time.
class ExtentRoom {
public:
    /// Extents that get room together.
    static constexpr std::size_t kPiece = 256;

    /// Room for kPiece extents, which stays as long as this object.
    Extent* take() {
        if (m_left == 0) grow();
        --m_left;
        m_memory.back().willWriteUntil((kPieces - m_left) * kPiece * sizeof(Extent));
        return std::exchange(m_next, m_next + kPiece);
    }

private:
    /// Got from the system together: a multiple of the size of a large page as well as of a
    /// piece's.
    static constexpr std::size_t kPieces = 1024;
    static_assert(kPieces * kPiece * sizeof(Extent) % LargeMemory::kPage == 0);

    void grow();

    std::vector<LargeMemory> m_memory;
    Extent* m_next = nullptr;
    std::size_t m_left = 0;  ///< pieces
};

/// The extents of one direction, by ascending stream offset; holes are where none is.
///
/// A connection that lives for days has millions of them, and the thread that appends must not stop
/// to move them, so behind the first ones they lie in pieces. Most connections have few, which lie
/// together, or none, which cost next to nothing: a capture may have a million of those.
class StreamMap {
public:
    /// Extents come in stream order and never overlap. `room` is the same one at every call, and
    /// outlives this.
    void append(const Extent& extent, ExtentRoom& room) {
        if (m_first.size() < kTogether) {
            m_first.push_back(extent);
            return;
        }
        if (!m_rest) m_rest = std::make_unique<Rest>();
        if (m_rest->next == m_rest->end) {
            m_rest->pieces.push_back(room.take());
            m_rest->next = m_rest->pieces.back();
            m_rest->end = m_rest->next + ExtentRoom::kPiece;
        }
        *m_rest->next++ = extent;
    }

    /// The extents that hold bytes of `range`, in order, cut to it.
    std::vector<Extent> find(ByteRange range) const;
    /// The extent that holds the byte at `offset`, null if it was not captured. Whoever goes on in
    /// the stream from call to call keeps `hint` between them and is answered at once.
    const Extent* holding(StreamOffset offset, std::size_t& hint) const;
    /// One behind the last byte of the stream that was captured.
    StreamOffset end() const;
    std::size_t size() const {
        if (!m_rest) return m_first.size();
        return kTogether + m_rest->pieces.size() * ExtentRoom::kPiece -
               static_cast<std::size_t>(m_rest->end - m_rest->next);
    }

private:
    static constexpr std::size_t kTogether = 256;

    /// Those behind the first ones.
    struct Rest {
        std::vector<Extent*> pieces;
        Extent* next = nullptr;  ///< room for the next one
        Extent* end = nullptr;   ///< and where that ends
    };

    const Extent& at(std::size_t index) const {
        if (index < kTogether) return m_first[index];
        index -= kTogether;
        return m_rest->pieces[index / ExtentRoom::kPiece][index % ExtentRoom::kPiece];
    }
    std::size_t firstBehind(StreamOffset offset) const;

    std::vector<Extent> m_first;
    std::unique_ptr<Rest> m_rest;
};

}  // namespace framescope
