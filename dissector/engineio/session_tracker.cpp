#include "dissector/engineio/session_tracker.h"

#include "dissector/layer/conversations.h"

namespace framescope::engineio {
namespace {

std::string keyOf(std::string_view sid, const Endpoint& server) {
    return server.text() + ' ' + std::string(sid);
}

}  // namespace

std::string_view transportName(Transport transport) {
    return transport == Transport::Polling ? "polling" : "websocket";
}

std::string_view upgradeStateName(UpgradeState state) {
    switch (state) {
        case UpgradeState::None:
            return "none";
        case UpgradeState::Direct:
            return "opened on websocket";
        case UpgradeState::Asked:
            return "asked for";
        case UpgradeState::Refused:
            return "refused";
        case UpgradeState::Accepted:
            return "accepted";
        case UpgradeState::Probing:
            return "probing";
        case UpgradeState::Probed:
            return "probed";
        case UpgradeState::Upgraded:
            return "upgraded";
        case UpgradeState::Failed:
            return "failed";
    }
    return "";
}

socketio::Conversation& Session::conversation() {
    if (socket == nullptr) socket = std::make_unique<socketio::Conversation>();
    return *socket;
}

SessionId SessionTracker::find(std::string_view sid, LayerOutput& out) {
    if (sid.empty() || sid.size() > kMaxSid) return kNoSession;
    std::string key = keyOf(sid, out.server());
    if (const auto found = m_bySid.find(key); found != m_bySid.end()) return found->second;
    const SessionId id = create(out);
    if (id == kNoSession) return id;
    m_sessions[id]->info.sid = sid;
    m_bySid.emplace(std::move(key), id);
    return id;
}

SessionId SessionTracker::create(LayerOutput& out) {
    if (m_sessions.size() == kMaxSessions) return kNoSession;
    const auto id = static_cast<SessionId>(m_sessions.size());
    m_sessions.push_back(std::make_unique<Session>());
    SessionInfo& info = session(id).info;
    info.server = out.server();
    info.firstTimeNs = info.lastTimeNs = out.arrival().timeNs;
    return id;
}

void SessionTracker::name(SessionId id, std::string_view sid, LayerOutput& out) {
    Session& named = session(id);
    if (sid.empty() || sid.size() > kMaxSid || !named.info.sid.empty()) return;
    named.info.sid = sid;
    m_bySid.emplace(keyOf(sid, out.server()), id);
}

Session& SessionTracker::session(SessionId id) {
    Session& found = *m_sessions[id];
    if (!found.changed) {
        found.changed = true;
        m_changed.push_back(id);
    }
    return found;
}

void SessionTracker::end(SessionId id, LayerOutput& out) {
    Session& ended = session(id);
    if (ended.socket == nullptr) return;
    ended.socket->end(out);
    ended.socket.reset();
}

void SessionTracker::finish(LayerOutput& out) {
    for (SessionId id = 0; id < m_sessions.size(); ++id) {
        if (m_sessions[id]->socket != nullptr) end(id, out);
    }
}

std::vector<std::pair<SessionId, SessionInfo>> SessionTracker::takeChanged() {
    std::vector<std::pair<SessionId, SessionInfo>> changed;
    changed.reserve(m_changed.size());
    for (const SessionId id : m_changed) {
        m_sessions[id]->changed = false;
        changed.emplace_back(id, m_sessions[id]->info);
    }
    m_changed.clear();
    return changed;
}

}  // namespace framescope::engineio
