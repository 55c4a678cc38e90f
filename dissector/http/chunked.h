// The chunked transfer coding (RFC 9112 section 7.1), read piece by piece. It keeps a few numbers
// and no bytes, so a body of any size streams through; who wants the parts passes a list for them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dissector/core/bytes.h"

namespace framescope::http {

/// A stretch of a chunked body. Positions count from the body's first byte.
struct ChunkPart {
    enum Kind : std::uint8_t {
        SizeLine,  ///< size, extensions and line end; `value` is the size
        Data,      ///< data of one chunk as far as it was there
        DataEnd,   ///< the line end behind it
        Trailer,   ///< a trailer line with its line end
        End,       ///< the empty line that ends the body
    };
    Kind kind = Data;
    ByteRange range;
    std::uint64_t value = 0;
    ByteRange digits;  ///< of a SizeLine: the hex digits

    bool operator==(const ChunkPart&) const = default;
};

class ChunkDecoder {
public:
    /// What is let pass.
    enum class Rules : std::uint8_t {
        Lenient,  ///< what peers send: line ends without CR, anything behind the size and a ';'
        Strict,   ///< where nobody knows for sure that these are chunks
    };
    ChunkDecoder() = default;
    /// Goes on where another one stood; see resumable(). Positions count from there.
    explicit ChunkDecoder(std::uint64_t remaining, Rules rules = Rules::Lenient);
    /// Of a body that has ended.
    static ChunkDecoder ended();

    /// Reads on and returns how many bytes of `bytes` belong to the body: all of them until it is
    /// finished or failed. Appends to `parts` unless it is null.
    std::size_t feed(ByteView bytes, std::vector<ChunkPart>* parts = nullptr);

    /// Bytes of chunk data that are still to come and could be missing without harm.
    std::uint64_t skippable() const { return m_state == State::Data ? m_remaining : 0; }
    /// Where a decoder that stands here can be replaced by a new one: the bytes that are still to
    /// come of the chunk, 0 in front of a size line. Nothing inside of a line.
    std::optional<std::uint64_t> resumable() const;
    /// `count` bytes are missing. False, and failed, if they are more than chunk data.
    bool skip(std::uint64_t count);

    /// The end of the body was read.
    bool finished() const { return m_state == State::Finished; }
    /// What was read is not the chunked coding (HttpChunkMalformed).
    bool failed() const { return m_state == State::Failed; }
    /// Bytes read so far.
    std::uint64_t position() const { return m_position; }
    /// Bytes of data without the coding.
    std::uint64_t dataSize() const { return m_dataSize; }

private:
    enum class State : std::uint8_t { Size, Extension, Data, DataEnd, Trailer, Finished, Failed };

    void add(std::vector<ChunkPart>* parts, ChunkPart::Kind kind, ByteRange range);
    /// Whether a byte that ends no line may stand here; takes it in.
    bool accepts(std::uint8_t byte);
    /// Whether a byte fits Rules::Strict; asked before it is taken in.
    bool fitsStrictly(std::uint8_t byte) const;
    void endLine(std::uint64_t end, std::vector<ChunkPart>* parts);
    void takeData(std::uint64_t count);

    State m_state = State::Size;
    std::uint64_t m_position = 0;
    std::uint64_t m_lineStart = 0;
    std::uint64_t m_size = 0;
    std::uint64_t m_remaining = 0;
    std::uint64_t m_dataSize = 0;
    std::uint64_t m_trailerSize = 0;
    std::uint64_t m_digitsEnd = 0;
    bool m_lineEmpty = true;
    Rules m_rules = Rules::Lenient;
    bool m_afterCr = false;         ///< the line's last byte was a CR
    bool m_extensionBegun = false;  ///< a ';' stands in the line
};

}  // namespace framescope::http
