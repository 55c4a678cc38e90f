// The first layer on every connection: holds the first bytes of each direction back until their
// content tells the protocol, on whatever port. What turns out to be nobody's becomes rows, segment
// by segment, and the next segment is looked at afresh: a capture may begin in the middle.
#pragma once

#include <array>
#include <optional>

#include "dissector/layer/held_bytes.h"
#include "dissector/layer/layer.h"

namespace framescope {

class DetectLayer : public Layer {
public:
    void data(Direction direction, StreamOffset offset, ByteView bytes, LayerOutput& out) override;
    void gap(Direction direction, StreamOffset offset, std::uint64_t missing,
             LayerOutput& out) override;
    void end(Direction direction, EndReason reason, LayerOutput& out) override;

private:
    struct Half {
        Bytes beginning;  ///< what is held, in one run, for the protocols to look at
        HeldBytes held;
        std::optional<EndReason> ended;
    };
    void giveUp(Half& half, LayerOutput& out);

    std::array<Half, 2> m_halves;
    Layer* m_successor = nullptr;  ///< owned by the connection once set
};

}  // namespace framescope
