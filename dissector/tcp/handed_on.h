// Remembers where the bytes that were handed on lie in the capture, so that bytes which come again
// can be compared with their first version. One ring of fixed size serves all connections: writing
// is one store at its end, an entry names the one before it in its own stream, and what is oldest
// is overwritten. Only a retransmission ever reads it.
//
// A sender may repeat itself so that every packet overlaps thousands of others by a byte. Therefore
// the last copy that was equal is remembered of a stream, and the next one compared with it as a
// whole; small pieces that lie near each other are read at once; and looking back is paid for from
// an account that every comparison fills a little. What it does not suffice for is counted.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <span>
#include <vector>

#include "dissector/tcp/stream_sink.h"

namespace framescope::tcp {

/// Fills `into` with the bytes of the capture from `fileOffset` on; false when they cannot be read.
using ReadBack = std::function<bool(std::uint64_t fileOffset, std::span<std::uint8_t> into)>;
/// Memory that is written to from front to back, aligned for numbers.
class RingMemory {
public:
    RingMemory() = default;
    RingMemory(const RingMemory&) = delete;
    RingMemory& operator=(const RingMemory&) = delete;
    virtual ~RingMemory() = default;
    virtual void* data() = 0;
    /// What lies in front of `end` is about to be written to. Returns up to where it may be, at
    /// least `end`.
    virtual std::size_t prepare(std::size_t end) = 0;
};
/// Gives so many bytes of it; never null.
using MemorySource = std::unique_ptr<RingMemory> (*)(std::size_t size);

class HandedOn {
public:
    /// Segments that are remembered of all streams together, 16 bytes each.
    static constexpr std::uint64_t kEntries = 1U << 19;
    /// Where segments lie from here on in the capture is not remembered.
    static constexpr std::uint64_t kFileEnd = (std::uint64_t{1} << 44) - 1;
    /// Segments of one stream that are looked through for bytes that came again.
    static constexpr std::size_t kMaxSteps = 1U << 16;
    /// What looking back may cost, in entries; so much comes back with every comparison; and a read
    /// of the capture costs as much as so many entries.
    static constexpr std::int64_t kCredit = 1 << 23;
    static constexpr std::int64_t kRefill = 1 << 10;
    static constexpr std::int64_t kCostOfRead = 1 << 6;

    /// What is kept of a stream.
    struct Tail {
        std::uint64_t last = 0;       ///< its last entry, 0 if it has none
        StreamOffset lastOffset = 0;  ///< and the offset of that
        // A copy of handed on bytes that came later and was equal.
        StreamOffset copyOffset = 0;
        std::uint64_t copyFileOffset = 0;
        std::uint64_t copyLength = 0;
    };

    void setReadBack(ReadBack readBack) { m_readBack = std::move(readBack); }
    const ReadBack& readBack() const { return m_readBack; }
    /// Where the ring is to lie, before anything is noted; otherwise on the heap.
    void setMemorySource(MemorySource source) { m_memorySource = source; }

    /// Notes a segment.
    void add(Tail& tail, StreamOffset offset, std::uint64_t fileOffset, std::uint32_t length) {
        if (m_count == m_ready) makeReady();
        Entry& entry = m_entries[m_count % kEntries];
        ++m_count;
        std::uint64_t back = 0;
        if (tail.last != 0) {
            const bool far = offset - tail.lastOffset > std::numeric_limits<std::uint32_t>::max();
            back = far ? kEntries : std::min(m_count - tail.last, kEntries);
        }
        entry.fileOffsetAndBack = std::min(fileOffset, kFileEnd) << kBackBits | back;
        entry.offset = static_cast<std::uint32_t>(offset);
        entry.length = length;
        tail.last = m_count;
        tail.lastOffset = offset;
    }

    /// Compares `bytes`, which came again at `offset` and lie at `fileOffset`, with what was handed
    /// on there.
    Difference compare(Tail& tail, StreamOffset offset, ByteView bytes, std::uint64_t fileOffset);
    /// Bytes that came again and were not compared: their first version is no longer remembered,
    /// cannot be read, or lies too far back.
    std::uint64_t bytesNotCompared() const { return m_notCompared; }
    /// Bytes of the last comparison in whose place nothing was handed on.
    std::uint64_t bytesOfNothing() const { return m_ofNothing; }

private:
    static constexpr int kBackBits = 20;
    static_assert(kEntries < std::uint64_t{1} << kBackBits);
    static_assert(kFileEnd == ~std::uint64_t{0} >> kBackBits);

    /// There are many, and the memory of each is new: two of a stream tell each other's offset.
    struct Entry {
        std::uint64_t fileOffsetAndBack;
        std::uint32_t offset;  ///< its lower half
        std::uint32_t length;

        /// kFileEnd: not known.
        std::uint64_t fileOffset() const { return fileOffsetAndBack >> kBackBits; }
        /// How many entries before this one the stream's last one lies; 0: there is none; kEntries:
        /// too far away.
        std::uint64_t back() const { return fileOffsetAndBack & ((1U << kBackBits) - 1); }
    };

    const Entry* entry(std::uint64_t number) const {
        if (number + kEntries <= m_count) return nullptr;
        return &m_entries[(number - 1) % kEntries];
    }
    void makeReady();
    StreamOffset lookBack(const Tail& tail, StreamOffset low, StreamOffset end,
                          const std::function<void(StreamOffset, ByteView)>& found);
    ByteView read(std::uint64_t fileOffset, std::size_t size, bool withNeighbours);

    MemorySource m_memorySource = nullptr;
    std::unique_ptr<RingMemory> m_ring;  ///< of kEntries; only those noted are written to
    Entry* m_entries = nullptr;
    std::uint64_t m_count = 0;
    std::uint64_t m_ready = 0;  ///< as far as may be counted before the ring is asked again
    ReadBack m_readBack;
    std::int64_t m_credit = kCredit;
    std::uint64_t m_notCompared = 0;
    std::uint64_t m_ofNothing = 0;
    Bytes m_piece;   ///< what was read last on its own
    Bytes m_window;  ///< what was read last with its neighbours
    std::uint64_t m_windowAt = 0;
};

/// Where two runs of the same length differ, as places in the stream; `fileOffset` is that of
/// `later`.
Difference differenceOf(ByteView first, ByteView later, StreamOffset offset,
                        std::uint64_t fileOffset);

}  // namespace framescope::tcp
