// A row taken apart, from the packet up.
#pragma once

#include "capture/session/session.h"
#include "capture/session/session_state.h"

namespace framescope {

Dissection dissectRow(const Session::State& state, RecordId row,
                      StreamContext context = StreamContext::Without,
                      TreeTexts texts = TreeTexts::With);

}  // namespace framescope
