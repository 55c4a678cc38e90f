// Remembers which bytes were told beside their stream, because their sequence number is no place in
// it, so that a retransmission of them is not told again, whatever its segmentation. What is
// remembered is where they lie in the capture; they are read back to be compared.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "dissector/tcp/handed_on.h"

namespace framescope::tcp {

class ToldBeside {
public:
    /// Pieces that are remembered of a stream; the oldest are forgotten.
    static constexpr std::size_t kMaxPieces = 256;
    /// Pieces of all streams (24 bytes each); those of the oldest connections are forgotten.
    static constexpr std::size_t kMaxInAll = std::size_t{1} << 18;

    struct Part {
        std::size_t offset = 0;  ///< in the bytes asked about
        std::size_t size = 0;
    };

    /// The parts of `bytes` that were not told before with the same contents; they count as told
    /// from now on. `place` is that of the first byte, counted from the stream's start;
    /// `fileOffset` that in the capture. What cannot be read again counts as the same.
    std::vector<Part> untold(ConnectionId connection, Direction direction, std::int64_t place,
                             ByteView bytes, std::uint64_t fileOffset, const ReadBack& readBack);

private:
    struct Piece {
        std::int64_t place = 0;
        std::size_t size = 0;
        std::uint64_t fileOffset = 0;
    };

    using Stream = std::pair<ConnectionId, Direction>;
    void forgetOldest(const Stream& butNot);

    std::map<Stream, std::vector<Piece>> m_pieces;
    std::size_t m_count = 0;
};

}  // namespace framescope::tcp
