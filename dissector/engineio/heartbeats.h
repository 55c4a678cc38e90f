// Heartbeats of one session, measured by the capture's clock against what the handshake agreed: a
// side pings every `pingInterval` (the client up to revision 3, the server from 4 on), the other
// answers within `pingTimeout`.
//
// Silence alone proves nothing: a capture may end at any time, and bytes may be missing from it. A
// heartbeat counts as missed when something of the session was seen after its time was over: the
// late pong, the next ping, the end of the connection.
#pragma once

#include <cstdint>
#include <optional>

#include "dissector/engineio/session_info.h"
#include "dissector/layer/layer.h"
#include "dissector/layer/waiting_claims.h"

namespace framescope::engineio {

class Heartbeats {
public:
    /// The open packet: from here on time counts.
    void opened(RecordId row, std::int64_t timeNs) { m_last = Beat{row, timeNs}; }
    /// A ping; `row` is about to be emitted and `issues` are its. What did not come in time is a
    /// claim of the session's.
    void ping(SessionInfo& info, WaitingClaims& claims, Direction by, RecordId row,
              std::int64_t timeNs, IssueSink& issues, LayerOutput& out);
    void pong(SessionInfo& info, Direction by, RecordId row, std::int64_t timeNs, LayerOutput& out);
    /// Messages are missing: what was expected may have been among them.
    void lost() { *this = {}; }
    /// The session's connection was closed, by either side.
    void ended(SessionInfo& info, std::int64_t timeNs, LayerOutput& out);

private:
    struct Beat {
        RecordId row = kNoRecord;
        std::int64_t timeNs = 0;
        Direction by = Direction::ClientToServer;
    };
    static void miss(SessionInfo& info, const Beat& beat, std::string detail, LayerOutput& out);

    std::optional<Beat> m_ping;  ///< not answered yet
    std::optional<Beat> m_last;  ///< ping, pong or open packet, whichever came last
};

}  // namespace framescope::engineio
