// The line of a packet that is not read.
#pragma once

#include <string>

#include "capture/session/session_state.h"

namespace framescope {

/// What is said of a RowKind::UnreadPacket: why it is not read, and how long it is. Where a header
/// is at fault the packet is read again.
std::string unreadText(const Session::State& state, const Record& record);

}  // namespace framescope
