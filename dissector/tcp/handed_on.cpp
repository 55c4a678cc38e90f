#include "dissector/tcp/handed_on.h"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace framescope::tcp {

Difference differenceOf(ByteView first, ByteView later, StreamOffset offset,
                        std::uint64_t fileOffset) {
    const auto [a, b] = std::mismatch(first.begin(), first.end(), later.begin());
    if (a == first.end()) return {};
    const auto begin = static_cast<std::uint64_t>(a - first.begin());
    std::uint64_t end = first.size();
    while (first[end - 1] == later[end - 1]) --end;
    return {offset + begin, offset + end, fileOffset + begin};
}

namespace {

/// Where nobody knows the system better: nothing of it is written to before it is used.
class HeapMemory : public RingMemory {
public:
    explicit HeapMemory(std::size_t size)
        : m_size(size),
          m_bytes(std::make_unique_for_overwrite<std::max_align_t[]>(
              (size + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t))) {}
    void* data() override { return m_bytes.get(); }
    std::size_t prepare(std::size_t) override { return m_size; }

private:
    std::size_t m_size;
    std::unique_ptr<std::max_align_t[]> m_bytes;
};

}  // namespace

void HandedOn::makeReady() {
    constexpr std::size_t kSize = kEntries * sizeof(Entry);
    if (!m_ring) {
        m_ring =
            m_memorySource != nullptr ? m_memorySource(kSize) : std::make_unique<HeapMemory>(kSize);
        m_entries = static_cast<Entry*>(m_ring->data());
    }
    m_ready = m_ring->prepare((m_count + 1) * sizeof(Entry)) / sizeof(Entry);
    // From then on it is written to again.
    if (m_ready >= kEntries) m_ready = std::numeric_limits<std::uint64_t>::max();
}

Difference HandedOn::compare(Tail& tail, StreamOffset offset, ByteView bytes,
                             std::uint64_t fileOffset) {
    Difference difference;
    m_ofNothing = 0;
    if (!m_readBack || bytes.empty()) return difference;
    const std::uint64_t notComparedBefore = m_notCompared;
    m_credit = std::min(kCredit, m_credit + kRefill);
    const StreamOffset end = offset + bytes.size();
    std::uint64_t compared = 0;
    const auto compareWith = [&](StreamOffset from, ByteView first) {
        compared += first.size();
        difference.join(differenceOf(first, bytes.subspan(from - offset, first.size()), from,
                                     fileOffset + (from - offset)));
    };
    StreamOffset low = offset;
    if (offset >= tail.copyOffset && offset < tail.copyOffset + tail.copyLength) {
        const StreamOffset to = std::min(end, tail.copyOffset + tail.copyLength);
        const ByteView copy =
            read(tail.copyFileOffset + (offset - tail.copyOffset), to - offset, false);
        if (!copy.empty()) {
            compareWith(offset, copy);
            low = to;
        }
    }
    const StreamOffset reached = low < end ? lookBack(tail, low, end, compareWith) : low;
    m_notCompared += std::min(reached, end) - low;
    m_ofNothing = bytes.size() - compared - (m_notCompared - notComparedBefore);
    if (difference.empty() && compared == bytes.size()) {
        tail.copyOffset = offset;
        tail.copyFileOffset = fileOffset;
        tail.copyLength = bytes.size();
    }
    return difference;
}

/// Finds what was handed on from `low` to `end`, the last of it first. Returns how far down it
/// came: `low` if nothing is left.
StreamOffset HandedOn::lookBack(const Tail& tail, StreamOffset low, StreamOffset end,
                                const std::function<void(StreamOffset, ByteView)>& found) {
    StreamOffset reached = end;
    std::uint64_t number = tail.last;
    StreamOffset offset = tail.lastOffset;
    if (number == 0) return low;
    int reads = 0;
    for (std::size_t step = 0; step < kMaxSteps && m_credit > 0; ++step) {
        const Entry* const at = entry(number);
        if (at == nullptr) return reached;
        --m_credit;
        offset -= static_cast<std::uint32_t>(offset) - at->offset;
        const StreamOffset from = std::max(low, offset);
        const StreamOffset to = std::min(end, offset + at->length);
        if (from < to) {
            const bool known = at->fileOffset() < kFileEnd;
            const ByteView first =
                known ? read(at->fileOffset() + (from - offset), to - from, reads++ != 0)
                      : ByteView();
            if (first.empty()) {
                m_notCompared += to - from;
            } else {
                found(from, first);
            }
        }
        // A stream's entries ascend: before this one lies nothing that could matter.
        const std::uint64_t back = at->back();
        if (offset <= low || back == 0) return low;
        reached = std::min(reached, offset);
        if (back >= kEntries) return reached;
        number -= back;
    }
    return reached;
}

/// Bytes of the capture, until the next call; nothing where they cannot be read. Entries are looked
/// through backwards, so neighbours lie in front of the bytes.
ByteView HandedOn::read(std::uint64_t fileOffset, std::size_t size, bool withNeighbours) {
    constexpr std::size_t kWindow = 1U << 14;
    const std::uint64_t end = fileOffset + size;
    if (fileOffset >= m_windowAt && end <= m_windowAt + m_window.size()) {
        return ByteView(m_window).subspan(fileOffset - m_windowAt, size);
    }
    m_credit -= kCostOfRead;
    if (withNeighbours && size <= kWindow) {
        m_windowAt = end - std::min<std::uint64_t>(end, kWindow);
        m_window.resize(end - m_windowAt);
        if (m_readBack(m_windowAt, m_window)) {
            return ByteView(m_window).last(size);
        }
        m_window.clear();
    }
    m_piece.resize(size);
    return m_readBack(fileOffset, m_piece) ? ByteView(m_piece) : ByteView();
}

}  // namespace framescope::tcp
