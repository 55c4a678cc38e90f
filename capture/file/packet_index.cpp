#include "capture/file/packet_index.h"

#include <algorithm>
#include <limits>

namespace framescope {
namespace {

/// Packets of a chunk: some milliseconds of sorting.
constexpr std::size_t kChunk = std::size_t{1} << 17;

}  // namespace

bool PacketIndex::add(const CapturedPacket& packet) {
    if (m_size == kMost) return false;
    std::int64_t time = packet.timeNs;
    if (!packet.hasTime) {
        time = m_timed ? m_chunks.back().back().timeNs : std::numeric_limits<std::int64_t>::min();
    } else if (!m_timed) {
        m_timed = true;
        // Those in front of the first one that has a time count as if they came with it.
        for (Chunk& chunk : m_chunks) {
            for (IndexedPacket& earlier : chunk) earlier.timeNs = time;
        }
    }
    if (m_chunks.empty() || m_chunks.back().size() == kChunk) m_chunks.emplace_back();
    const auto dropped = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(packet.dropped, std::numeric_limits<std::uint32_t>::max()));
    m_chunks.back().push_back({time, packet.recordOffset, packet.number, dropped});
    ++m_size;
    return true;
}

bool PacketIndex::arrange(const std::function<bool()>& goOn) {
    for (Chunk& chunk : m_chunks) {
        if (!goOn()) return false;
        if (!std::ranges::is_sorted(chunk, isBefore)) std::ranges::sort(chunk, isBefore);
    }
    rewind();
    return true;
}

void PacketIndex::rewind() {
    m_rest.clear();
    for (const Chunk& chunk : m_chunks) {
        m_rest.push_back({chunk.data(), chunk.data() + chunk.size()});
    }
    std::ranges::make_heap(m_rest, isBehind);
}

const IndexedPacket* PacketIndex::next() {
    if (m_rest.empty()) return nullptr;
    const IndexedPacket* const earliest = m_rest.front().next;
    Rest rest = m_rest.front();
    ++rest.next;
    // Most packets are followed by one of their own chunk, which is still the earliest.
    const std::size_t count = m_rest.size();
    const auto isEarliest = [&] {
        return (count < 2 || isBefore(*rest.next, *m_rest[1].next)) &&
               (count < 3 || isBefore(*rest.next, *m_rest[2].next));
    };
    if (rest.next != rest.end && isEarliest()) {
        m_rest.front() = rest;
        return earliest;
    }
    std::ranges::pop_heap(m_rest, isBehind);
    if (rest.next == rest.end) {
        m_rest.pop_back();
    } else {
        m_rest.back() = rest;
        std::ranges::push_heap(m_rest, isBehind);
    }
    return earliest;
}

std::vector<std::uint64_t> PacketIndex::recordOffsets() const {
    std::vector<std::uint64_t> offsets(static_cast<std::size_t>(m_size));
    for (const Chunk& chunk : m_chunks) {
        for (const IndexedPacket& packet : chunk) {
            offsets[packet.number - 1] = packet.recordOffset;
        }
    }
    return offsets;
}

}  // namespace framescope
