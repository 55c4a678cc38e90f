// What of a capture can be replayed: an Engine.IO session, or a connection that speaks something we
// can speak, too.
#pragma once

#include <optional>
#include <vector>

#include <QString>

#include "dissector/engineio/session_info.h"
#include "dissector/record/record.h"

namespace framescope {

class Session;

struct ReplaySubject {
    // One of these two.
    std::optional<ConnectionId> connection;
    std::optional<engineio::SessionId> engineSession;
    QString title;   ///< "Connection 2  WebSocket /echo", one line
    QString detail;  ///< endpoints and how much
    QString url;     ///< of the server that was recorded, without a path: "ws://127.0.0.1:3000/"
};

/// A list of more cannot be chosen from.
inline constexpr std::size_t kMaxReplaySubjects = 5'000;

/// Sessions first, then connections, each in the order of the capture.
std::vector<ReplaySubject> replaySubjects(const Session& session);

}  // namespace framescope
