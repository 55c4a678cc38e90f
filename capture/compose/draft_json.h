// The JSON form of drafts: one object a message, as scripts and saved messages hold it.
//
//     {"text":"hello"}                                  a text frame
//     {"json":{"a":1}, "fragments":[3,2]}
//     {"hex":"48 65", "opcode":"binary", "mask":"zero", "length":"16"}
//     {"file":"photo.png", "opcode":2, "compress":"no-context"}
//     {"opcode":"close", "code":1000, "text":"bye"}     also {"close":1000, "text":"bye"}
//     {"opcode":"ping", "text":"x", "rsv2":true, "fin":false, "announce":5}
//     {"text":"abcdef", "fragments":[2,2], "between":[{"after":0,"opcode":"ping"}]}
//     {"emit":"message", "args":["a",{"b":1}], "nsp":"/chat", "ack":true,
//     "attachments":[{"file":"a.png"}]}
//     {"sio":"connect", "nsp":"/chat", "data":{"token":"x"}}, {"sio":"ack", "id":3, "args":[]}
//     {"eio":"message", "text":"2[\"a\"]"}, {"eio":"ping", "text":"probe"}
//     {"raw":"GET / HTTP/1.1\r\n\r\n"}, {"raw":{"hex":"81 05"}}
//
// What kind of message it is, is told by one of "emit", "sio", "eio", "raw"; without, it is a
// frame.
//
//     payload      one of "text", "json" (any value), "jsonText" (JSON as it is to stand there,
//     with
//                  its blanks), "hex", "file"; without, it is empty
//     frames       "opcode": "continuation", "text", "binary", "close", "ping", "pong" or 0 to 15;
//                  without, binary for "hex" and "file", else text. "fin", "rsv1" to "rsv3": true
//                  or false. "mask": "random", "zero", "none" or a key of eight hex digits.
//                  "length": "minimal", "7", "16", "64". "announce": a number. "compress": "agreed"
//                  (or true), "context", "no-context", "none" (or false). "fragments": sizes.
//                  "between": frames, each with "after", the fragment (from 0) behind which it is
//                  put. "code"
//     Engine.IO    "eio": a packet type by name or number; "binary": without, true for "hex" and
//                  "file"
//     Socket.IO    "emit": an event's name; or "sio": a packet type by name ("connect_error",
//                  "binary_event") or number, with "event" for its name. "nsp", "ack", "id",
//                  "attachments": payloads as objects, or texts. "args": an array, of events and
//                  acknowledgements; "data": any value, of others; "dataText": JSON as it is to
//                  stand there
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "capture/compose/draft.h"
#include "capture/result.h"

namespace framescope::compose {

/// Frames may lie inside of each other ("between") this deep.
inline constexpr int kMaxBetweenDepth = 8;
/// Greatest file that is read as a saved message.
inline constexpr std::uint64_t kMaxDraftFile = 64ULL << 20;

/// Reads one object. An Error names the member that is wrong, and unknown members.
Result<Draft> parseDraft(std::string_view json);
/// Writes it, on one line or with `indent` spaces a level; members that say nothing left out (also
/// a masking key where another masking is chosen). parseDraft(toJson(d)) == d for texts that are
/// UTF-8; JSON has no others, so other bytes become U+FFFD.
std::string toJson(const Draft& draft, int indent = -1);

/// Reads a saved message; paths in it are taken from the file's folder. An Error names the file.
Result<Draft> loadDraft(const std::filesystem::path& file);
/// Writes it, indented, with a line end; a file that is there is replaced whole or not at all.
/// Paths of files below its folder are written as seen from there, so that both can be moved
/// together.
Result<bool> saveDraft(const Draft& draft, const std::filesystem::path& file);

}  // namespace framescope::compose
