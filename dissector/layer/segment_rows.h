// Rows for payload that no layer claims, so that nothing that was captured is hidden.
#pragma once

#include "dissector/layer/layer.h"

namespace framescope {

/// Emits one TcpSegment row over `length` bytes at `offset`; none for no bytes. `why` says what
/// made a layer give these bytes up, or None.
void emitSegment(Direction direction, StreamOffset offset, std::uint64_t length, LayerOutput& out,
                 IssueCode why = IssueCode::None);

}  // namespace framescope
