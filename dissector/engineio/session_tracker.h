// Engine.IO sessions across connections: the polling requests of a client and its WebSocket carry
// the same sid, so what they say belongs to one session and to one Socket.IO conversation.
//
// A session is found by its sid and the server's endpoint: behind a proxy the same sid passes
// twice, once on each side of it, and those are two. What is kept is bounded by kMaxSessions;
// sessions beyond are read but not listed.
//
// A message that is missing may have been of any session, as its sid is missing, too. So what a
// connection lost counts for every session that its client has at its server.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
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
#include "dissector/layer/waiting_claims.h"
#include "dissector/socketio/conversation.h"

namespace framescope::engineio {

/// How often HTTP messages that nobody knows were lost, by Direction.
using Losses = std::array<std::uint64_t, 2>;

/// One session while it is read.
struct Session {
    /// A client's address, and what its connections to the server had lost when the session was
    /// last told.
    struct Peer {
        const Losses* losses = nullptr;  ///< the tracker's
        Losses told{};
    };

    SessionInfo info;
    std::vector<Peer> peers;
    WaitingClaims claims;
    bool listed = false;    ///< kept by a tracker
    bool claiming = false;  ///< and in its list of those with claims
    /// Made with the first message, given up when the session ends.
    std::unique_ptr<socketio::Conversation> socket;
    Heartbeats heartbeats;
    /// Of the texts in its polling bodies: whether they are UTF-8 twice (see characters.h).
    std::optional<bool> doubleUtf8;
    ConnectionId lastConnection = 0;  ///< the one that was seen last
    bool changed = false;             ///< since the tracker was last asked

    /// The conversation, made where there is none.
    socketio::Conversation& conversation();
    /// Messages of this direction are missing, or cannot be read.
    void lost(Direction direction, LayerOutput& out);
    /// Notes what its peers have lost meanwhile.
    void noteLosses(LayerOutput& out) {
        for (Peer& peer : peers) {
            if (*peer.losses != peer.told) noteLosses(peer, out);
        }
    }
    bool hasNewLosses() const {
        return std::ranges::any_of(peers,
                                   [](const Peer& peer) { return *peer.losses != peer.told; });
    }
    /// Makes issues of claims that wait: of those that have waited long enough, or of all.
    void tellDueClaims(LayerOutput& out);
    void tellAllClaims(LayerOutput& out);

private:
    void noteLosses(Peer& peer, LayerOutput& out);
    void tell(const std::vector<Claim>& claims, LayerOutput& out);
};

class SessionTracker {
public:
    /// Sessions that are kept.
    static constexpr std::size_t kMaxSessions = 1U << 18;
    /// Of those, the newest are looked at where one is sought without its sid.
    static constexpr std::size_t kMaxSought = 4096;
    /// Longest sid that is taken for one.
    static constexpr std::size_t kMaxSid = 128;
    /// Addresses of a session's clients whose losses are told apart, and those of all sessions.
    static constexpr std::size_t kMaxPeers = 8;
    static constexpr std::size_t kMaxAllPeers = 1U << 18;

    /// The session with this sid at the server of the current connection, new where it was not seen
    /// before. kNoSession where the sid is empty or too long, or too many are kept already.
    SessionId find(std::string_view sid, LayerOutput& out);
    /// A session whose sid is not known (yet); kNoSession where too many are kept already.
    SessionId create(LayerOutput& out);
    /// The session that the current connection's client brings to a WebSocket, where its sid was
    /// not captured: the only one of this client at this server that polls, was offered the upgrade
    /// as far as its handshake is known, has not come to a WebSocket, and was seen within the time
    /// of a heartbeat. kNoSession where there is none, or several. Looks at kMaxSought sessions.
    SessionId findUpgrading(LayerOutput& out) const;
    /// Gives a session its sid once the open packet told it.
    void name(SessionId id, std::string_view sid, LayerOutput& out);

    /// Only for an id that find() or create() gave. Stays where it is. Marks it as changed.
    Session& session(SessionId id);
    const SessionInfo& info(SessionId id) const { return m_sessions[id]->info; }

    /// Messages that nobody knows were lost on the current connection.
    void lost(Direction direction, LayerOutput& out);
    /// Packets were dropped that may have been of any connection.
    void lostAnywhere();
    /// The current connection's client counts among those of the session.
    void addPeer(Session& session, LayerOutput& out);
    /// Tells whether bytes of any connection are waited for that may still come, or may turn out to
    /// be missing.
    void setAwaiting(std::function<bool()> awaiting) { m_awaiting = std::move(awaiting); }
    bool nothingIsAwaited() const { return !m_awaiting || !m_awaiting(); }
    /// The session has claims that wait.
    void noteClaims(Session& session);
    /// Nothing more comes at the moment: what was claimed so far and is not refuted holds.
    void idle(LayerOutput& out);

    /// The session is over: ends its conversation.
    static void end(Session& session, LayerOutput& out);
    /// The capture is over: ends all that are still open.
    void finish(LayerOutput& out);

    /// What is new or changed since the last call.
    std::vector<std::pair<SessionId, SessionInfo>> takeChanged();

private:
    std::vector<std::unique_ptr<Session>> m_sessions;
    std::unordered_map<std::string, SessionId> m_bySid;  ///< key: server endpoint and sid
    std::vector<SessionId> m_changed;
    std::unordered_map<std::string, std::unique_ptr<Losses>> m_losses;  ///< of client and server
    Losses m_otherLosses{};  ///< of those beyond the bound
    std::vector<Session*> m_claiming;
    std::function<bool()> m_awaiting;
};

}  // namespace framescope::engineio
