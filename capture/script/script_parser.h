// Reads a script: one JSON object a line; blank lines and lines that begin with # are left out.
//
//     {"send": {"text":"hello"}}                  any draft, see capture/compose/draft_json.h
//     {"send": {"emit":"join","args":["${room}"]}, "seed": 7}
//     {"expect": "websocket.payload.text == hello", "within": "2s"}
//     {"expect": "websocket", "count": 3}         {"expect": "tcp.flags.reset", "absent": true}
//     {"expect": "websocket.opcode == ping", "any": true}     also rows that we sent
//     {"set": {"id": "socketio.id"}}              a field of the row that was found last
//     {"set": {"t": {"field":"websocket.payload.text", "pointer":"/token"}, "room": {"value":"a"}}}
//     {"wait": "500ms"}
//     {"repeat": 3, "steps": [{"send": {"text":"${round}"}}]}
//     {"namespace": "/chat", "auth": {"token":"x"}}
//     {"close": 1000, "reason": "done"}           {"close": null}      {"cut": true}
//
// Times are "250ms", "2s", "1.5m", or a number of milliseconds.
#pragma once

#include <string_view>

#include "capture/result.h"
#include "capture/script/script.h"

namespace framescope::script {

/// Reads the text of a whole script; `file` is its name for messages. An Error names file and line.
/// Filters and drafts without variables are checked here, those with variables when their turn
/// comes.
Result<Script> parseScript(std::string_view text, std::string_view file);

/// "250ms", "2s", "1.5m"; nothing if it is no time, or more than a day.
std::optional<std::chrono::milliseconds> parseTime(std::string_view text);

/// Steps inside of steps.
inline constexpr std::size_t kMaxScriptDepth = 16;

}  // namespace framescope::script
