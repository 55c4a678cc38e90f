#include "capture/replay/replay_plan.h"

#include <algorithm>

#include "capture/replay/plan_writer.h"

namespace framescope::replay {
namespace {

/// What a connection carries, as far as it can be replayed.
struct Carries {
    bool frames = false;
    bool http = false;
};

Carries whatOf(const Session& session, ConnectionId connection) {
    Carries carries;
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Record& record = session.record(row);
        if (record.connection != connection) continue;
        carries.frames = carries.frames || record.kind == RowKind::WebSocketFrame;
        carries.http = carries.http || record.kind == RowKind::HttpRequest;
    }
    return carries;
}

Result<Plan> finished(PlanWriter& writer) {
    Plan plan = writer.finish();
    const bool ours = std::ranges::any_of(plan.steps, [](const Step& step) { return step.ours(); });
    if (!ours) return Error{"There is nothing in the recording that the client's side said."};
    return plan;
}

}  // namespace

Result<Plan> planOf(const Session& session, const ReplayOptions& options) {
    if (!session.complete()) {
        return Error{"The capture is still being read; a replay needs all of it."};
    }
    if (options.connection.has_value() == options.engineSession.has_value()) {
        return Error{"Either a connection or a session of Engine.IO is to be replayed."};
    }
    PlanWriter writer(session);
    std::optional<engineio::SessionId> engine = options.engineSession;
    if (options.connection) {
        const ConnectionId id = *options.connection;
        if (id >= session.connectionCount()) {
            return Error{"There is no connection " + std::to_string(id) + " in the capture."};
        }
        const ConnectionFacts& facts = session.connection(id).facts;
        if (facts.engineSession == engineio::kSeveralSessions) {
            return Error{"Connection " + std::to_string(id) +
                         " carries several sessions of Engine.IO; choose one of them."};
        }
        // A session's sid is good for nothing by itself, so its connections are replayed together.
        if (facts.engineSession < session.engineSessions().size()) engine = facts.engineSession;
    }
    if (engine) {
        if (*engine >= session.engineSessions().size()) {
            return Error{"There is no session " + std::to_string(*engine) +
                         " of Engine.IO in the capture."};
        }
        planEngineIo(writer, *engine);
        return finished(writer);
    }
    const ConnectionId id = *options.connection;
    const ConnectionInfo& connection = session.connection(id);
    if (!connection.synSeen) {
        writer.remark(
            "The recording begins in the midst of the connection: what was said before is not "
            "replayed.");
    }
    if (connection.facts.tunnels > 0) {
        writer.remark(
            "The connection went through a tunnel of a proxy; the replay goes straight to its "
            "target.");
    }
    const Carries carries = whatOf(session, id);
    if (carries.frames || connection.facts.upgraded) {
        planWebSocket(writer, id);
    } else if (carries.http) {
        planHttp(writer, id);
    } else {
        return Error{"Connection " + std::to_string(id) +
                     " carries neither HTTP nor WebSocket, so there is nothing to replay."};
    }
    return finished(writer);
}

}  // namespace framescope::replay
