// The rules of "Read as" as the window sets them: one connection at a time, in front of whatever
// else was said, and in words.
#pragma once

#include <optional>

#include <QString>

#include "dissector/layer/read_as.h"

namespace framescope {

class Session;

/// The rules with this connection read so. Automatic takes back what was said of it, and says so
/// only where another rule would reach it.
ReadAsRules withConnectionReadAs(const ReadAsRules& rules, const Session& session,
                                 ConnectionId connection, const ReadAs& readAs);
/// The rules without one of them; the same where there is none at `index`.
ReadAsRules withoutRule(const ReadAsRules& rules, std::size_t index);
/// How the rules have a connection read; automatic where none is about it.
ReadAs readAsOf(const ReadAsRules& rules, const Session& session, ConnectionId connection);
/// Whether what the user said that the connection is was found in it: a frame of WebSocket, a
/// message of the protocol. False where nothing was said of it.
bool isFoundAsChosen(const Session& session, ConnectionId connection);
/// Of a connection in which what was chosen was found, and carries more, the protocol that was
/// chosen: HTTP, where that led to a WebSocket. Nothing otherwise.
std::optional<Protocol> chosenAround(const Session& session, ConnectionId connection);

/// "Connection 3 as WebSocket"; of a selector that is no single connection the selector itself.
QString ruleWords(const ReadAsRule& rule);

}  // namespace framescope
