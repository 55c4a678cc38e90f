// What spans connections: an Engine.IO session that moves from polling to a WebSocket, a client
// that comes back. One tracker for each kind, owned by the ingest and reached through LayerOutput;
// each bounds what it keeps.
#pragma once

#include "dissector/engineio/session_tracker.h"
#include "dissector/habits/reconnects.h"
#include "dissector/http/decoder_budget.h"
#include "dissector/http/poll_tracker.h"
#include "dissector/layer/hold_budget.h"
#include "dissector/sse/stream_tracker.h"

namespace framescope {

struct Conversations {
    engineio::SessionTracker engineSessions;
    http::DecoderBudget decoders;  ///< of compressed HTTP bodies
    sse::StreamTracker eventStreams;
    http::PollTracker polls;
    habits::ReconnectTracker reconnects;
    HoldBudget undecided;  ///< bytes of connections that were joined mid-stream
};

}  // namespace framescope
