// The layer of connections whose content is none of ours: every segment becomes a row.
#pragma once

#include "dissector/layer/interruptible.h"
#include "dissector/layer/layer.h"
#include "dissector/layer/segment_rows.h"

namespace framescope {

class UnclaimedLayer : public Layer, public Interruptible {
public:
    void data(Direction direction, StreamOffset offset, ByteView bytes, LayerOutput& out) override {
        emitSegment(direction, offset, bytes.size(), out);
    }
    void gap(Direction, StreamOffset, std::uint64_t, LayerOutput&) override {}
    void end(Direction, EndReason, LayerOutput&) override {}
    bool isBetweenUnits() const override { return true; }
};

}  // namespace framescope
