// Telling frames from chance in bytes of which nobody knows where a frame begins: after a loss, and
// where a capture begins in the middle of a connection. Any two bytes can be a header, so one
// header proves little; what counts is a chain of them, each where the one before says, to the last
// byte that is there.
//
// Each frame is weighed in bits: by how much likelier its bytes are as a frame than as chance. A
// chain weighs what its frames weigh together. Chance reaches n bits in fewer than one of 2^n
// places, whatever the rules for weighing are, as long as what they expect of frames adds up to no
// more than certainty (Markov's inequality); so a demand in bits is a bound on false finds.
//
// Chains are weighed from the back, each place once, so the cost is linear: two places whose chains
// meet share the rest.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "dissector/core/bytes.h"
#include "dissector/websocket/deflate_test.h"
#include "dissector/websocket/frame_habits.h"

namespace framescope::websocket {

/// How sceptical weighing is. `OfFrames`: the bytes are known to be of a WebSocket. `OfAnything`:
/// they may be of any protocol; what repeats itself proves nothing.
enum class Doubt : std::uint8_t { OfFrames, OfAnything };

/// What stands behind the frames of a chain. `Frames`: nothing else, to the last byte. `Damage`: a
/// chain may also break, where a header was damaged, at the cost of evidence.
enum class Behind : std::uint8_t { Frames, Damage };

class FrameChains {
public:
    /// `segments` are the positions at which segments begin, in order; frames mostly begin there.
    /// Both must outlive this. `atEnd`: nothing comes behind the bytes. `cut`: so many bytes behind
    /// them were not captured, to the end of a segment.
    FrameChains(ByteView bytes, std::span<const std::size_t> segments, const FrameHabits& habits,
                Doubt doubt, bool atEnd = false, Behind behind = Behind::Frames,
                std::uint64_t cut = 0);

    /// A place from which a chain runs to the end of the bytes.
    struct Start {
        std::size_t at = 0;
        double weight = 0;  ///< in bits, less what the place itself costs
        double rival = 0;   ///< the best that a chain weighs which has no frame in common
    };
    /// The place with the most evidence; nothing where every chain breaks.
    std::optional<Start> best() const;
    /// The first place with so much evidence; of those that lead to the same frames, the one with
    /// the most.
    std::optional<Start> first(double needed) const;
    /// The most that a chain weighs, its place not counted; 0 where every chain breaks.
    double heaviest() const;
    /// What the chain from this place weighs, its place not counted; nothing where it breaks.
    std::optional<double> weightAt(std::size_t at) const;
    /// What of that the frames weigh that begin in front of `end`, less what the place costs; 0 if
    /// one of them ends there.
    double weightWithin(std::size_t at, std::size_t end) const;

private:
    /// Of the chain from one place, by whether a fragmented message is open in front of it.
    struct Node {
        float closed = kBroken;
        float open = kBroken;
        std::uint32_t last = 0;  ///< where its last frame begins: chains that meet end alike

        bool broken() const { return closed <= kBroken && open <= kBroken; }
        float weight() const;
    };
    static constexpr float kBroken = -1e6F;

    /// By chance, bytes in front of the first frame look like one that leads to it: leaves them.
    void skipFalseFront(Start& start) const;
    void weigh(std::size_t at);
    double lengthBits(const FrameHeader& header, std::size_t at) const;
    double firstByteShare(std::uint8_t byte) const;
    double payloadBits(const FrameHeader& header, std::size_t at);
    double textBits(ByteView text, bool startsMessage, bool endsMessage, bool masked) const;
    /// A frame that only repeats the one behind it.
    bool repeats(const FrameHeader& header, std::size_t at) const;
    bool beginsSegment(std::size_t at) const;
    double placeBits(std::size_t at) const;

    ByteView m_bytes;
    std::span<const std::size_t> m_segments;
    FrameHabits m_habits;
    Doubt m_doubt;
    bool m_atEnd;
    Behind m_behind;
    std::uint64_t m_cut;
    std::vector<std::uint32_t> m_smallBefore;  ///< small segments in front of each one
    std::array<double, 256> m_share{};  ///< of each byte value among the bytes; at least 1/256
    double m_printableShare = 0;
    std::vector<Node> m_nodes;
    DeflateTest m_deflate;
    int m_deflateTests = 0;
};

}  // namespace framescope::websocket
