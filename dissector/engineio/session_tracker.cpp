#include "dissector/engineio/session_tracker.h"

#include <algorithm>

#include "dissector/layer/conversations.h"

namespace framescope::engineio {
namespace {

/// What servers announce that were not told otherwise.
constexpr std::uint64_t kUsualIntervalMs = 25'000;
constexpr std::uint64_t kUsualTimeoutMs = 20'000;
constexpr double kNsPerMs = 1e6;

std::string keyOf(std::string_view sid, const Endpoint& server) {
    return server.text() + ' ' + std::string(sid);
}

std::string peerKey(const LayerOutput& out) {
    return out.client().address.text() + ' ' + out.server().text();
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

void Session::lost(Direction direction, LayerOutput& out) {
    info.lost[indexOf(direction)] = true;
    heartbeats.lost();
    claims.lost(direction);
    conversation().lost(direction, out);
}

void Session::noteLosses(Peer& peer, LayerOutput& out) {
    for (const Direction d : {Direction::ClientToServer, Direction::ServerToClient}) {
        if ((*peer.losses)[indexOf(d)] != peer.told[indexOf(d)]) lost(d, out);
    }
    peer.told = *peer.losses;
}

void Session::tellDueClaims(LayerOutput& out) {
    const PacketNumber now = out.arrival().packet;
    if (claims.due(now)) tell(claims.takeDue(now), out);
}

void Session::tellAllClaims(LayerOutput& out) {
    noteLosses(out);
    tell(claims.takeAll(), out);
}

void Session::tell(const std::vector<Claim>& found, LayerOutput& out) {
    for (const Claim& claim : found) {
        if (claim.code == IssueCode::EngineIoHeartbeatMissed ||
            claim.code == IssueCode::EngineIoHeartbeatLate) {
            ++info.missedHeartbeats;
        }
        remarkLate(claim.row, claim.code, out, claim.part, claim.detail);
    }
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
    Session& made = session(id);
    made.listed = true;
    addPeer(made, out);
    SessionInfo& info = made.info;
    info.server = out.server();
    info.firstTimeNs = info.lastTimeNs = out.arrival().timeNs;
    return id;
}

SessionId SessionTracker::findUpgrading(LayerOutput& out) const {
    const auto client = m_losses.find(peerKey(out));
    if (client == m_losses.end()) return kNoSession;
    const std::int64_t now = out.arrival().timeNs;
    const std::size_t oldest = m_sessions.size() - std::min(kMaxSought, m_sessions.size());
    SessionId found = kNoSession;
    for (std::size_t i = m_sessions.size(); i-- > oldest;) {
        const Session& session = *m_sessions[i];
        const SessionInfo& info = session.info;
        const bool polls = info.transports[static_cast<std::size_t>(Transport::Polling)] &&
                           !info.transports[static_cast<std::size_t>(Transport::WebSocket)];
        const bool offered =
            info.openRow == kNoRecord || info.upgrades.find("websocket") != std::string::npos;
        if (!polls || !offered || info.closeRow != kNoRecord) continue;
        const std::uint64_t silenceMs = info.pingIntervalMs.value_or(kUsualIntervalMs) +
                                        info.pingTimeoutMs.value_or(kUsualTimeoutMs);
        if (static_cast<double>(now) - static_cast<double>(info.lastTimeNs) >
            static_cast<double>(silenceMs) * kNsPerMs) {
            continue;
        }
        if (std::ranges::find(session.peers, client->second.get(), &Session::Peer::losses) ==
            session.peers.end()) {
            continue;
        }
        if (found != kNoSession) return kNoSession;
        found = static_cast<SessionId>(i);
    }
    return found;
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

void SessionTracker::addPeer(Session& session, LayerOutput& out) {
    std::string key = peerKey(out);
    const Losses* losses = &m_otherLosses;
    if (const auto found = m_losses.find(key); found != m_losses.end()) {
        losses = found->second.get();
    } else if (m_losses.size() < kMaxAllPeers) {
        losses = m_losses.emplace(std::move(key), std::make_unique<Losses>()).first->second.get();
    }
    const auto known = std::ranges::find(session.peers, losses, &Session::Peer::losses);
    if (known != session.peers.end()) return;
    if (session.peers.size() == kMaxPeers) session.peers.erase(session.peers.begin());
    session.peers.push_back({losses, *losses});
}

void SessionTracker::lost(Direction direction, LayerOutput& out) {
    const SessionId known = out.facts().engineSession;
    if (known < kSeveralSessions) session(known).lost(direction, out);
    if (m_losses.empty()) return;
    const auto found = m_losses.find(peerKey(out));
    ++(found == m_losses.end() ? m_otherLosses : *found->second)[indexOf(direction)];
}

void SessionTracker::lostAnywhere() {
    for (const Direction d : {Direction::ClientToServer, Direction::ServerToClient}) {
        ++m_otherLosses[indexOf(d)];
        for (auto& [key, losses] : m_losses) ++(*losses)[indexOf(d)];
    }
}

void SessionTracker::noteClaims(Session& session) {
    if (session.claims.empty() || session.claiming || !session.listed) return;
    session.claiming = true;
    m_claiming.push_back(&session);
}

void SessionTracker::idle(LayerOutput& out) {
    if (m_claiming.empty() || !nothingIsAwaited()) return;
    for (Session* const claiming : m_claiming) {
        claiming->claiming = false;
        claiming->tellAllClaims(out);
    }
    m_claiming.clear();
}

void SessionTracker::end(Session& session, LayerOutput& out) {
    session.tellAllClaims(out);
    if (session.socket == nullptr) return;
    session.socket->end(out);
    session.socket.reset();
}

void SessionTracker::finish(LayerOutput& out) {
    for (SessionId id = 0; id < m_sessions.size(); ++id) {
        if (m_sessions[id]->socket != nullptr || !m_sessions[id]->claims.empty()) {
            end(session(id), out);
        } else if (m_sessions[id]->hasNewLosses()) {
            session(id).noteLosses(out);
        }
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
