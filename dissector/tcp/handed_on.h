// Remembers where the bytes that were handed on lie in the capture, so that bytes which come again
// can be compared with their first version. One ring of fixed size serves all connections: writing
// is one store at its end, an entry names the one before it in its own stream, and what is oldest
// is overwritten. Only a retransmission ever reads it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "dissector/tcp/stream_sink.h"

namespace framescope::tcp {

/// Fills `into` with the bytes of the capture from `fileOffset` on; false when they cannot be read.
using ReadBack = std::function<bool(std::uint64_t fileOffset, std::span<std::uint8_t> into)>;

class HandedOn {
public:
    /// Segments that are remembered of all streams together, 24 bytes each.
    static constexpr std::uint64_t kEntries = 1U << 19;
    /// Segments of one stream that are looked through for bytes that came again.
    static constexpr std::size_t kMaxSteps = 2048;

    void setReadBack(ReadBack readBack) { m_readBack = std::move(readBack); }
    const ReadBack& readBack() const { return m_readBack; }

    /// Notes a segment. `previous` is what the call before returned for the same stream, 0 at
    /// first.
    std::uint64_t add(std::uint64_t previous, StreamOffset offset, std::uint64_t fileOffset,
                      std::uint32_t length) {
        const std::uint64_t index = m_count % kEntries;
        if (index / kBlock == m_blocks.size()) {
            m_blocks.push_back(std::make_unique<Entry[]>(kBlock));
        }
        ++m_count;
        const std::uint64_t back = m_count - previous;
        m_blocks[index / kBlock][index % kBlock] = {
            offset, fileOffset, length,
            previous == 0 || back >= kEntries ? 0 : static_cast<std::uint32_t>(back)};
        return m_count;
    }

    /// Compares `bytes`, which came again at `offset` and lie at `fileOffset`, with what was handed
    /// on there. `last` is what add() returned last for the stream. What is no longer remembered or
    /// cannot be read counts as equal.
    Difference compare(std::uint64_t last, StreamOffset offset, ByteView bytes,
                       std::uint64_t fileOffset) const;

private:
    static constexpr std::uint64_t kBlock = 4096;

    struct Entry {
        StreamOffset offset;
        std::uint64_t fileOffset;
        std::uint32_t length;
        std::uint32_t
            back;  ///< how many entries before this one the stream's last one lies; 0: none
    };

    std::vector<std::unique_ptr<Entry[]>> m_blocks;
    std::uint64_t m_count = 0;
    ReadBack m_readBack;
};

/// Where two runs of the same length differ, as places in the stream; `fileOffset` is that of
/// `later`.
Difference differenceOf(ByteView first, ByteView later, StreamOffset offset,
                        std::uint64_t fileOffset);

}  // namespace framescope::tcp
