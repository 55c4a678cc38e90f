// The bytes of one direction behind a loss, held until the next frame is found among them, each
// with the moment at which it arrived. Searched again only when a good part more has come, so that
// the cost stays linear; what no frame is found in is given up piece by piece.
//
// A header among random bytes weighs some eight bits, so it takes four or five of them, and frames
// may be as long as 64 KiB each before their lengths say more: that much is held as long as all
// connections together leave room for it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "dissector/layer/hold_budget.h"
#include "dissector/websocket/frame_chains.h"

namespace framescope::websocket {

/// Whether so many bytes may be held though they are more than one connection is sure of: half of
/// the budget is left to those of which nothing is known yet. They are counted as held.
bool hasRoom(HoldBudget::Share& share, std::size_t bytes, const HoldBudget& budget);

class FrameSearch {
public:
    /// Twice as many bytes are held in any case.
    static constexpr std::size_t kMaxSearch = 64U << 10;
    /// The same behind a loss, where there is room.
    static constexpr std::size_t kMaxSearchIfRoom = 512U << 10;
    /// Evidence that is asked for, in bits, while more may come: chance makes one place in 65,000.
    static constexpr double kNeeded = 16;
    /// The same where nothing more comes that could decide it.
    static constexpr double kNeededAtEnd = 10;

    /// Segments and when they arrived, by the stream offset of their first byte.
    struct Segment {
        StreamOffset at = 0;
        Arrival arrival;
    };

    /// How soon bytes are searched again: with a quarter more of them, or with as many again where
    /// little is hoped for.
    enum class Haste : std::uint8_t { Soon, Late };

    explicit FrameSearch(StreamOffset at, Haste haste = Haste::Soon)
        : m_start(at), m_haste(haste) {}

    void add(ByteView bytes, const Arrival& arrival);

    /// Stream offset of the first byte that is held.
    StreamOffset start() const { return m_start; }
    StreamOffset end() const { return m_start + m_bytes.size(); }
    const Bytes& bytes() const { return m_bytes; }
    const std::vector<Segment>& segments() const { return m_segments; }
    bool full() const { return m_bytes.size() >= 2 * kMaxSearch; }
    /// How many bytes at the front are to be given up where no frame was found; 0 while more may be
    /// held. `budget` is what all connections share.
    std::size_t excess(const HoldBudget& budget);
    /// So many bytes have come since the last search that another one pays.
    bool due() const { return m_bytes.size() >= m_nextSearch; }
    /// How many bytes there were at the last search.
    std::size_t searched() const { return m_searched; }

    static constexpr std::size_t kWholeWindow = ~std::size_t{0};
    /// Chains among the bytes, or among the first `window` of them; see FrameChains. `atEnd`: no
    /// more bytes will come.
    FrameChains chains(const FrameHabits& habits, Doubt doubt, bool atEnd,
                       Behind behind = Behind::Frames, std::size_t window = kWholeWindow,
                       std::uint64_t cut = 0);
    /// Position of the first frame. `masked`: what is known of the frames' masks, otherwise the
    /// likelier one is `expected`. `atEnd`: no more bytes will come, but for `cut`
    /// of them that were not captured.
    std::optional<std::size_t> find(std::optional<bool> masked, bool expected, bool deflate,
                                    bool atEnd, std::uint64_t cut = 0);
    /// The first `count` bytes are given up.
    void drop(std::size_t count);
    /// The moment at which the byte at `at` arrived.
    Arrival arrivalOf(StreamOffset at) const;

private:
    StreamOffset m_start;
    Haste m_haste;
    Bytes m_bytes;
    std::vector<Segment> m_segments;
    std::vector<std::size_t> m_positions;  ///< of the segments in m_bytes
    std::size_t m_nextSearch = 0;
    std::size_t m_searched = 0;
    HoldBudget::Share m_share;
};

}  // namespace framescope::websocket
