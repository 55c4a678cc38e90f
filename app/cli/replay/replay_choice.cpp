// A WebSocket that carries a session of Engine.IO is replayed as that session.
#include "app/cli/replay/replay_choice.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "app/cli/field_text.h"
#include "app/cli/option_values.h"

namespace framescope::cli {
namespace {

/// More of them are not listed.
constexpr std::size_t kMaxListed = 20;

struct Candidates {
    std::vector<engineio::SessionId> sessions;
    std::vector<ConnectionId> connections;

    std::size_t count() const { return sessions.size() + connections.size(); }
};

Candidates candidatesOf(const Session& session) {
    Candidates found;
    std::set<ConnectionId> ofSessions;
    for (std::size_t id = 0; id < session.engineSessions().size(); ++id) {
        const engineio::SessionInfo& info = session.engineSessions()[id];
        found.sessions.push_back(static_cast<engineio::SessionId>(id));
        ofSessions.insert(info.connections.begin(), info.connections.end());
    }
    std::vector<bool> hasFrames(session.connectionCount());
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Record& record = session.record(row);
        if (record.kind == RowKind::WebSocketFrame) hasFrames[record.connection] = true;
    }
    for (ConnectionId id = 0; id < session.connectionCount(); ++id) {
        if (hasFrames[id] && !ofSessions.contains(id)) found.connections.push_back(id);
    }
    return found;
}

std::string listOf(const Session& session, const Candidates& candidates) {
    std::string text = "There are " + std::to_string(candidates.count()) +
                       " conversations in the capture; one of these options chooses:";
    std::size_t listed = 0;
    for (const engineio::SessionId id : candidates.sessions) {
        if (++listed > kMaxListed) break;
        const engineio::SessionInfo& info = session.engineSessions()[id];
        text += "\n  --session " + std::to_string(id) + "  " + info.server.text() +
                "  Engine.IO, sid " + (info.sid.empty() ? "not captured" : printableLine(info.sid));
    }
    for (const ConnectionId id : candidates.connections) {
        if (++listed > kMaxListed) break;
        const ConnectionInfo& info = session.connection(id);
        text += "\n  --stream " + std::to_string(id) + "  " + info.server.text() + "  " +
                protocolName(info.facts.protocol) + "  " +
                printableLine(session.name(info.facts.path));
    }
    if (listed > kMaxListed) text += "\n  and more";
    return text;
}

/// A number that names nothing, and which ones would.
std::string noSuch(const char* what, std::size_t number, std::size_t count) {
    const std::string text = "There is no " + std::string(what);
    if (count == 0) return text + " in the capture.";
    const std::string front = text + " number " + std::to_string(number) + " in the capture: ";
    if (count == 1) return front + "the only one has number 0.";
    return front + "they have the numbers 0 to " + std::to_string(count - 1) + ".";
}

}  // namespace

Result<replay::ReplayOptions> chooseConversation(const Session& session,
                                                 const ReplayCommandOptions& options) {
    replay::ReplayOptions chosen = options.replay;
    const auto& sessions = session.engineSessions();
    if (!options.sid.empty()) {
        const auto found = std::find_if(
            sessions.begin(), sessions.end(),
            [&](const engineio::SessionInfo& info) { return info.sid == options.sid; });
        if (found == sessions.end()) {
            return Error{"There is no session of Engine.IO with the sid " +
                         quoted(std::string_view(options.sid)) +
                         " in the capture; -z sessions lists them."};
        }
        chosen.engineSession = static_cast<engineio::SessionId>(found - sessions.begin());
        return chosen;
    }
    if (chosen.engineSession) {
        if (*chosen.engineSession < sessions.size()) return chosen;
        return Error{noSuch("session of Engine.IO", *chosen.engineSession, sessions.size())};
    }
    if (chosen.connection) {
        if (*chosen.connection < session.connectionCount()) return chosen;
        return Error{noSuch("connection", *chosen.connection, session.connectionCount())};
    }
    const Candidates candidates = candidatesOf(session);
    if (candidates.count() == 0) {
        return Error{
            "There is no WebSocket and no session of Engine.IO in the capture; --stream "
            "names another connection."};
    }
    if (candidates.count() > 1) return Error{listOf(session, candidates)};
    if (!candidates.sessions.empty()) {
        chosen.engineSession = candidates.sessions.front();
    } else {
        chosen.connection = candidates.connections.front();
    }
    return chosen;
}

}  // namespace framescope::cli
