// The bytes of one direction behind a loss, held until the next frame is found among them, each
// with the moment at which it arrived. Searched again only when a good part more has come, so that
// the cost stays linear; what no frame is found in is given up piece by piece.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "dissector/websocket/frame_chains.h"

namespace framescope::websocket {

class FrameSearch {
public:
    /// Bytes that are given up at a time once twice as many are held.
    static constexpr std::size_t kMaxSearch = 64U << 10;
    /// Evidence that is asked for, in bits, while more may come: chance makes one place in 65,000.
    static constexpr double kNeeded = 16;
    /// The same where nothing more comes that could decide it.
    static constexpr double kNeededAtEnd = 10;

    /// Segments and when they arrived, by the stream offset of their first byte.
    struct Segment {
        StreamOffset at = 0;
        Arrival arrival;
    };

    explicit FrameSearch(StreamOffset at) : m_start(at) {}

    void add(ByteView bytes, const Arrival& arrival);

    /// Stream offset of the first byte that is held.
    StreamOffset start() const { return m_start; }
    StreamOffset end() const { return m_start + m_bytes.size(); }
    const Bytes& bytes() const { return m_bytes; }
    const std::vector<Segment>& segments() const { return m_segments; }
    bool full() const { return m_bytes.size() >= 2 * kMaxSearch; }
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
    Bytes m_bytes;
    std::vector<Segment> m_segments;
    std::vector<std::size_t> m_positions;  ///< of the segments in m_bytes
    std::size_t m_nextSearch = 0;
    std::size_t m_searched = 0;
};

}  // namespace framescope::websocket
