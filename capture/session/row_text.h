// A row's text cells: the protocol and the line that tells its story.
#pragma once

#include "capture/session/session.h"
#include "capture/session/session_state.h"

namespace framescope {

RowText textOfRow(const Session::State& state, RecordId row);

/// Whether the row is of an RST that nobody took: the connection went on behind it.
bool wentOnBehind(const Session::State& state, RecordId row);

/// How a connection ended, for rows and for the list of connections: "fin", "reset", ...
const char* endReasonName(EndReason reason);

}  // namespace framescope
