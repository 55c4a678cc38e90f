// Finds the next chunk of a chunked body behind missing bytes. What comes behind the hole is held,
// with the moment at which each piece arrived, until a size line in it leads to the line end behind
// its data, however many segments the chunk takes; a size line at the very front of a segment is
// believed at once, since most servers send each chunk on its own.
//
// Each line is looked at once, so the search is linear.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "dissector/layer/hold_budget.h"
#include "dissector/layer/layer.h"

namespace framescope::http {

class ChunkSearch {
public:
    /// Bytes that are held at the most: enough for the rest of one chunk and the whole of the next
    /// as servers make them.
    static constexpr std::size_t kMaxHeld = 256U << 10;
    /// Size lines whose chunk has not ended yet.
    static constexpr std::size_t kMaxCandidates = 1024;

    struct Piece {
        StreamOffset at = 0;
        std::size_t size = 0;
        Arrival arrival;
    };

    /// The next bytes, which lie behind those before.
    void add(StreamOffset offset, ByteView bytes, Arrival arrival, const HoldBudget& budget);
    /// The first size line that is believed. Asked for behind each add().
    std::optional<StreamOffset> find() const { return m_found; }

    bool empty() const { return m_pieces.empty(); }
    /// Of the first byte that is held.
    StreamOffset start() const { return m_start; }
    /// More is held than kMaxHeld, or than all connections may hold together.
    bool overLimit() const { return m_overLimit; }
    /// What is held, in its order.
    const std::vector<Piece>& pieces() const { return m_pieces; }
    ByteView bytes(const Piece& piece) const {
        return asBytes(m_text).subspan(piece.at - m_start, piece.size);
    }

private:
    struct Candidate {
        StreamOffset at = 0;
        StreamOffset dataEnd = 0;
        bool goesOn = false;  ///< at the front of a segment that goes on in its data
    };
    void lookAtLine(std::size_t begin, std::size_t end);
    void checkCandidates();
    /// The body consists of numbers, each in a line of its own: they look like sizes.
    bool isOfNumbers() const;
    bool isBorder(StreamOffset at) const;

    StreamOffset m_start = 0;
    std::string m_text;
    std::vector<Piece> m_pieces;
    std::vector<Candidate> m_candidates;
    std::size_t m_line = 0;       ///< in m_text: the line that has not ended yet
    std::size_t m_seen = 0;       ///< bytes in which a line end was looked for
    std::size_t m_lines = 0;      ///< with anything in them
    std::size_t m_sizeLines = 0;  ///< those that say a size
    std::optional<StreamOffset> m_found;
    HoldBudget::Share m_share;
    bool m_overLimit = false;
};

}  // namespace framescope::http
