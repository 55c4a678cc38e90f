// "Edit and send": a row of a capture as a draft for the composer, which makes the same bytes of it
// again as long as nobody edits it.
#pragma once

#include "capture/compose/draft.h"
#include "capture/result.h"
#include "capture/session/session.h"

namespace framescope::replay {

/// The draft of a row.
///
/// A WebSocket frame keeps its bits, its length form and, where a client sent it, its masking key;
/// what a server sent gets a random key, as it is a client now that sends it. A compressed message
/// is decoded and compressed anew as agreed, with the last of its frames cut where they were cut; a
/// compressed fragment in front of the last one stays as it is on the wire. A packet of Socket.IO
/// brings its attachments as hex, a request of HTTP its body. An Error where the row carries
/// nothing that could be sent, or not all of it was captured.
Result<compose::Draft> draftOf(const Session& session, RecordId row);

}  // namespace framescope::replay
