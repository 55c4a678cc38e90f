// The rows of holes, where a layer holds back bytes that stand in front of one: then its row waits
// until they have theirs, so that rows stand in the order of their bytes.
#pragma once

#include "dissector/layer/layer.h"

namespace framescope {

/// Whoever makes the rows of holes.
class GapRows {
public:
    virtual ~GapRows() = default;
    /// The hole at `offset`, which is being handed over, is held back. May come again of the same.
    virtual void holdGapRow(Direction direction, StreamOffset offset) = 0;
    /// It was handed on to whoever reads it now, once for each time that it was held back.
    virtual void tellGapRow(Direction direction, StreamOffset offset) = 0;
};

/// The same of any output; nothing where it makes no such rows.
inline void holdGapRow(Direction direction, StreamOffset offset, LayerOutput& out) {
    if (auto* const rows = dynamic_cast<GapRows*>(&out)) rows->holdGapRow(direction, offset);
}
inline void tellGapRow(Direction direction, StreamOffset offset, LayerOutput& out) {
    if (auto* const rows = dynamic_cast<GapRows*>(&out)) rows->tellGapRow(direction, offset);
}

}  // namespace framescope
