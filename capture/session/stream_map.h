// Where the bytes of TCP streams lie in the capture file, so that any stretch of any stream can be
// read again at any time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "capture/session/packed_values.h"
#include "dissector/core/bytes.h"
#include "dissector/record/record.h"

namespace framescope {

/// A run of stream bytes that lies in one piece in the capture file.
struct Extent {
    StreamOffset streamOffset = 0;
    std::uint64_t fileOffset = 0;
    std::uint32_t length = 0;
    PacketNumber packet = 0;  ///< the packet that carried them
};

/// Extents of one direction, packed; see packed_values.h. Always lies in an IndexRoom, its columns
/// behind it.
class ExtentBlock {
public:
    using Value = Extent;
    /// Most connections have few.
    using Staged = StagedValues<Extent>;

    static const ExtentBlock* make(const Staged& extents, std::size_t first, IndexRoom& room);
    ExtentBlock(const ExtentBlock&) = delete;
    ExtentBlock& operator=(const ExtentBlock&) = delete;

    std::size_t bytes() const { return sizeof(*this) + m_columns.bytes(); }
    Extent operator[](std::size_t index) const {
        return {value(kStreamOffset, index), value(kFileOffset, index),
                static_cast<std::uint32_t>(value(kLength, index)),
                static_cast<PacketNumber>(value(kPacket, index))};
    }

private:
    enum Column : std::uint8_t { kStreamOffset, kFileOffset, kLength, kPacket, kColumns };
    using Columns = PackedColumns<kColumns>;

    explicit ExtentBlock(const Columns& columns) : m_columns(columns) {}
    std::uint64_t value(Column column, std::size_t index) const {
        return m_columns.value(column, index, reinterpret_cast<const std::uint8_t*>(this + 1));
    }

    Columns m_columns;
};

/// Writes the extents of one direction, in stream order.
using ExtentWriter = ValueWriter<ExtentBlock>;

/// The extents of one direction, by ascending stream offset; holes are where none is. They never
/// overlap.
class StreamMap {
public:
    /// What an ExtentWriter has written since it was asked before.
    void append(FreshValues<ExtentBlock>&& fresh) { m_extents.append(std::move(fresh)); }

    /// The extents that hold bytes of `range`, in order, cut to it.
    std::vector<Extent> find(ByteRange range) const;
    /// The extent that holds the byte at `offset`; none if it was not captured. Whoever goes on in
    /// the stream from call to call keeps `hint` between them and is answered at once.
    std::optional<Extent> holding(StreamOffset offset, std::size_t& hint) const;
    /// One behind the last byte of the stream that was captured.
    StreamOffset end() const;
    std::size_t size() const { return m_extents.size(); }
    Extent operator[](std::size_t index) const { return m_extents[index]; }
    std::size_t memoryBytes() const { return m_extents.memoryBytes(); }

private:
    std::size_t firstBehind(StreamOffset offset) const;

    PackedValues<ExtentBlock> m_extents;
};

}  // namespace framescope
