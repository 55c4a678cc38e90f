// Where the packets of a file lie and when they came, for reading them in the order of time.
//
// Filled in the order of the file, arranged once, then gone through in the order of time; packets
// of one time stay as the file has them. 24 bytes a packet, in chunks that are sorted each by
// itself, so that arranging can be given up at any moment and takes no memory; going through merges
// them.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "capture/file/capture_reader.h"

namespace framescope {

struct IndexedPacket {
    std::int64_t timeNs = 0;  ///< of one without a time: of the packet before it
    std::uint64_t recordOffset = 0;
    std::uint32_t number = 0;   ///< as the file counts, from 1
    std::uint32_t dropped = 0;  ///< as PacketHeader::dropped, or the most there is room for
};
static_assert(sizeof(IndexedPacket) == 24);

class PacketIndex {
public:
    /// Packets it takes: 1.5 GiB of them.
    static constexpr std::uint64_t kMost = std::uint64_t{1} << 26;

    /// The next packet of the file. False when there is no room for it.
    bool add(const CapturedPacket& packet);
    std::uint64_t size() const { return m_size; }

    /// Sorts what was added. False when `goOn` said so; the index is of no use then.
    bool arrange(const std::function<bool()>& goOn);

    /// Before the first packet in time.
    void rewind();
    /// The next one in the order of time; null behind the last one. Only once it is arranged.
    const IndexedPacket* next();

    /// Places of the records in the order of the file, by number less 1.
    std::vector<std::uint64_t> recordOffsets() const;

private:
    using Chunk = std::vector<IndexedPacket>;
    /// What of a chunk is not gone through yet.
    struct Rest {
        const IndexedPacket* next = nullptr;
        const IndexedPacket* end = nullptr;
    };

    static bool isBefore(const IndexedPacket& a, const IndexedPacket& b) {
        return a.timeNs != b.timeNs ? a.timeNs < b.timeNs : a.number < b.number;
    }
    static bool isBehind(const Rest& a, const Rest& b) { return isBefore(*b.next, *a.next); }

    std::vector<Chunk> m_chunks;
    std::uint64_t m_size = 0;
    bool m_timed = false;      ///< one had a time
    std::vector<Rest> m_rest;  ///< a heap, the earliest at its front
};

}  // namespace framescope
