// Whether a connection whose handshake was not captured is WebSocket, told from its bytes: by
// chains of frames (frame_chains.h) in both directions, masked the one way and not the other.
// Random bytes of any length pass in fewer than one of a million cases: the demand in bits is a
// bound, and each further window that is searched on the same connection asks for more. Protocols
// are not random, so more than that bound is asked for while a connection goes on.
#pragma once

#include <array>
#include <optional>

#include "dissector/websocket/frame_search.h"

namespace framescope::websocket {

class MidStream {
public:
    /// Bytes of one direction that are held for the test.
    static constexpr std::size_t kMaxHeld = 64U << 10;
    /// The same where large frames may begin in them, and there is room.
    static constexpr std::size_t kMaxHeldIfPromising = 1U << 20;
    /// Bytes of a connection in which frames may begin anywhere; behind them, where the first byte
    /// is that has come since. So a frame in which a capture begins may be as long.
    static constexpr std::size_t kSearchedAnywhere = 1U << 20;
    /// Evidence that is asked for, in bits, while the connection goes on, and at its end.
    static constexpr double kNeeded = 40;
    static constexpr double kNeededAtEnd = 21;

    /// The same where a WebSocket was asked for.
    static constexpr double kNeededIfAsked = 8;

    /// A WebSocket was asked for, and the answer was not captured.
    void expect() { m_expected = true; }
    void add(Direction direction, StreamOffset offset, ByteView bytes, const Arrival& arrival);
    /// So much has come that judging again pays.
    bool due(Direction direction) const { return m_halves[indexOf(direction)].search.due(); }
    /// Weighs what has come in this direction, and says whether it is WebSocket by now. `cut`: so
    /// many bytes behind that were not captured.
    bool judge(Direction direction, bool atEnd, std::uint64_t cut = 0);
    /// Nothing was found in as much as is held. `room`: more may be held, where that promises to
    /// find something.
    bool full(Direction direction, bool room) const;
    /// The test of what comes behind bytes that were searched in vain: it asks for more evidence,
    /// and looks at what comes only as long as its first byte may begin a chain, once enough was
    /// searched or small segments say that no large frame is under way.
    MidStream next() const;
    /// The test of what comes behind missing bytes of this direction: what was seen so far counts.
    MidStream behindGap() const;
    bool onlyFromFirstByte() const { return m_fromFirstByte; }
    bool holds(Direction direction) const { return !held(direction).empty(); }
    /// What has come in this direction and is held for the test.
    ByteView held(Direction direction) const { return m_halves[indexOf(direction)].search.bytes(); }
    /// onlyFromFirstByte(), and the first byte of what has come begins no chain.
    bool hopeless(Direction direction) const { return m_halves[indexOf(direction)].hopeless; }
    /// The masks say that the roles are the other way round.
    bool rolesReversed() const { return m_reversed; }

private:
    /// Of the best chain of unmasked frames.
    struct UnmaskedFrames {
        std::size_t count = 0;
        std::size_t inStep = 0;    ///< that begin where a segment does
        std::size_t extended = 0;  ///< whose length does not fit into seven bits
        /// That have what a tag with a short length in front of any value has not: text, a close
        /// code, a compressed message, a long length, an empty close frame at the end; and texts
        /// that are none.
        std::size_t telling = 0;
        std::size_t nonsense = 0;

        bool tell() const { return telling > 0 && nonsense == 0; }
    };
    static void weighPayload(const FrameHeader& header, ByteView behind, UnmaskedFrames& frames);
    static UnmaskedFrames walk(const FrameSearch& search, std::size_t at);
    bool nobodyMasks(double weight, bool atEnd) const;

    struct Half {
        FrameSearch search{0};
        std::array<double, 2> weight{};  ///< of the best chain, unmasked and masked
        std::array<double, 2> before{};  ///< of those in front of a hole
        bool toldBefore = false;         ///< likewise: unmasked frames that tell
        double heaviest = 0;             ///< of all chains, wherever they begin
        UnmaskedFrames unmasked;
        bool hopeless = false;
        double of(bool masked) const { return weight[masked ? 1 : 0] + before[masked ? 1 : 0]; }
    };

    std::array<Half, 2> m_halves;
    bool m_expected = false;
    bool m_fromFirstByte = false;
    bool m_reversed = false;
    std::uint64_t m_windows = 0;  ///< that were searched in vain
    std::size_t m_searched = 0;   ///< bytes of those
};

/// Whether a segment of a connection that was joined mid-stream begins with a TLS record.
bool beginsTlsRecord(ByteView segment);
/// Whether a segment may begin with a frame, for not holding what cannot be one.
bool mayBeginFrame(ByteView segment);
/// Who sent these bytes, if they are frames from the first byte to the last.
std::optional<Direction> senderOfFrames(ByteView segment);

}  // namespace framescope::websocket
