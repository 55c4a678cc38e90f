// Engine.IO sessions across connections: the polling requests of a client and its WebSocket carry
// the same sid, so what they say belongs to one session and to one Socket.IO conversation.
//
// A session is found by its sid and the server's endpoint: behind a proxy the same sid passes
// twice, once on each side of it, and those are two. What is kept is bounded by kMaxSessions;
// sessions beyond are read but not listed.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "dissector/engineio/heartbeats.h"
#include "dissector/engineio/session_info.h"
#include "dissector/layer/layer.h"
#include "dissector/socketio/conversation.h"

namespace framescope::engineio {

/// One session while it is read.
struct Session {
    SessionInfo info;
    /// Made with the first message, given up when the session ends.
    std::unique_ptr<socketio::Conversation> socket;
    Heartbeats heartbeats;
    /// Of the texts in its polling bodies: whether they are UTF-8 twice (see characters.h).
    std::optional<bool> doubleUtf8;
    ConnectionId lastConnection = 0;  ///< the one that was seen last
    bool changed = false;             ///< since the tracker was last asked

    /// The conversation, made where there is none.
    socketio::Conversation& conversation();
};

class SessionTracker {
public:
    /// Sessions that are kept.
    static constexpr std::size_t kMaxSessions = 1U << 18;
    /// Longest sid that is taken for one.
    static constexpr std::size_t kMaxSid = 128;

    /// The session with this sid at the server of the current connection, new where it was not seen
    /// before. kNoSession where the sid is empty or too long, or too many are kept already.
    SessionId find(std::string_view sid, LayerOutput& out);
    /// A session whose sid is not known (yet); kNoSession where too many are kept already.
    SessionId create(LayerOutput& out);
    /// Gives a session its sid once the open packet told it.
    void name(SessionId id, std::string_view sid, LayerOutput& out);

    /// Only for an id that find() or create() gave. Stays where it is. Marks it as changed.
    Session& session(SessionId id);
    const SessionInfo& info(SessionId id) const { return m_sessions[id]->info; }

    /// The session is over: ends its conversation.
    void end(SessionId id, LayerOutput& out);
    /// The capture is over: ends all that are still open.
    void finish(LayerOutput& out);

    /// What is new or changed since the last call.
    std::vector<std::pair<SessionId, SessionInfo>> takeChanged();

private:
    std::vector<std::unique_ptr<Session>> m_sessions;
    std::unordered_map<std::string, SessionId> m_bySid;  ///< key: server endpoint and sid
    std::vector<SessionId> m_changed;
};

}  // namespace framescope::engineio
