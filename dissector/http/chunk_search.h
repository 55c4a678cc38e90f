// Finds the next chunk of a chunked body behind missing bytes. What comes behind the hole is held,
// with the moment at which each piece arrived, until the lines in it that may be size lines have
// told which of them are.
//
// Any text has lines that say a size. Each is a hypothesis, that a chunk begins there: it says
// where the next size line must stand. Where none does it is contradicted and gone; where one does,
// that is evidence against chance, the more of it the fewer such lines the bytes have: in a list of
// numbers none, in most text ten bits and more. That chunks begin and end where segments do,
// as most servers send them, is evidence, too. A chain is believed for kEvidence bits more than
// there are lines with which it could have begun.
//
// Further holes among what is held are no end of it: a hypothesis outlives them. Each line is
// looked at once, and leads to one place, so the search is linear but for finding that.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dissector/http/size_line.h"
#include "dissector/layer/hold_budget.h"
#include "dissector/layer/layer.h"

namespace framescope::http {

class ChunkSearch {
public:
    /// Bytes that are held at the most: enough for the rest of one chunk and the whole of the next
    /// as servers make them.
    static constexpr std::size_t kMaxHeld = 256U << 10;
    /// Places to which a hypothesis leads.
    static constexpr std::size_t kMaxLeads = 1024;
    /// Bits that are asked for, where more is to come and where nothing is; and for each chain of
    /// the same body that was believed and turned out to be none.
    static constexpr unsigned kEvidence = 10;
    static constexpr unsigned kEvidenceAtEnd = 4;
    static constexpr unsigned kEvidenceByMistake = 4;

    explicit ChunkSearch(unsigned mistakes = 0) : m_mistakes(mistakes) {}

    struct Piece {
        StreamOffset at = 0;
        std::size_t size = 0;
        std::uint64_t missing = 0;  ///< of a hole, which has no bytes
        Arrival arrival;
        std::size_t textAt = 0;
    };

    /// The next bytes, which lie behind those before.
    void add(StreamOffset offset, ByteView bytes, Arrival arrival, const HoldBudget& budget);
    /// A hole behind what is held. Only where something is. Its row is to wait until it is told.
    void addGap(StreamOffset offset, std::uint64_t missing, Arrival arrival);
    /// The size line that is believed. Asked for behind each add().
    std::optional<StreamOffset> find() const { return m_found; }
    /// The one that is most likely, since nothing more comes.
    std::optional<StreamOffset> findAtEnd() const;

    bool empty() const { return m_pieces.empty(); }
    /// Of the first byte that is held.
    StreamOffset start() const { return m_pieces.front().at; }
    /// More is held than kMaxHeld, or than all connections may hold together.
    bool overLimit() const { return m_overLimit; }
    /// What is held, in its order.
    const std::vector<Piece>& pieces() const { return m_pieces; }
    ByteView bytes(const Piece& piece) const {
        return asBytes(m_text).subspan(piece.textAt, piece.size);
    }
    /// Holds nothing any more. The hypotheses stay.
    void forget();

private:
    /// Lines of one kind compete with one another: they are equally likely to stand anywhere.
    enum Kind : std::uint8_t { Plain, Extended, Last };
    static constexpr std::size_t kKinds = 3;
    struct Chain {
        StreamOffset first = 0;                     ///< its first size line
        StreamOffset last = 0;                      ///< its last one so far
        Kind kind = Plain;                          ///< of the first one
        bool front = false;                         ///< which stands at the front of a segment
        std::array<std::uint32_t, kKinds> links{};  ///< chunks that led to a line of this kind
    };

    void lookAtLine(std::size_t begin, std::size_t end);
    /// Whether the body may end with this line, which stands behind its last chunk.
    void lookBehindLastChunk(std::string_view line, std::size_t end);
    void addLead(StreamOffset at, const Chain& chain);
    void dropLeadsBefore(StreamOffset at);
    void consider(const Chain& chain, unsigned bits);
    /// How much more than is asked for speaks for a chain; `bits` do so beside its links.
    int margin(const Chain& chain, unsigned bits, unsigned wanted) const;
    /// What it says that one of `count` places is met.
    unsigned bitsOf(std::uint64_t count) const;
    bool isFront(StreamOffset at) const;
    StreamOffset offsetOf(std::size_t place) const { return m_runStart + (place - m_run); }
    /// All that was added ends with a line end.
    bool endsWithLine() const;

    unsigned m_mistakes;
    std::string m_text;
    std::vector<Piece> m_pieces;
    std::map<StreamOffset, Chain> m_leads;  ///< by where their next size line must stand
    std::optional<Chain> m_ending;          ///< its last chunk was read, and no empty line yet
    std::size_t m_run = 0;                  ///< in m_text: what stands behind the last hole...
    StreamOffset m_runStart = 0;            ///< ...and where that is
    std::size_t m_line = 0;                 ///< in m_text: the line that has not ended yet
    std::size_t m_seen = 0;                 ///< in m_text: up to where line ends were looked for
    std::uint64_t m_bytes = 0;              ///< that were looked at
    std::uint64_t m_lines = 0;              ///< that ended
    std::uint64_t m_linedFronts = 0;        ///< segments that ended with a line
    std::array<std::array<std::uint64_t, kKinds>, 2> m_sizeLines{};  ///< elsewhere, and at fronts
    std::optional<StreamOffset> m_found;
    HoldBudget::Share m_share;
    bool m_overLimit = false;
};

}  // namespace framescope::http
