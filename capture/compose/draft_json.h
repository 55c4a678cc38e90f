// The JSON form of drafts: one object a message, as scripts and saved messages hold it.
//
//     {"text":"hello"}                                  a text frame
//     {"json":{"a":1}, "fragments":[3,2]}
//     {"hex":"48 65", "opcode":"binary", "mask":"zero", "length":"16"}
//     {"file":"photo.png", "opcode":2, "compress":"no-context"}
//     {"opcode":"close", "code":1000, "text":"bye"}     also {"close":1000, "text":"bye"}
//     {"opcode":"ping", "text":"x", "rsv2":true, "fin":false, "announce":5}
//     {"text":"abcdef", "fragments":[2,2], "between":[{"after":0,"opcode":"ping"}]}
//     {"emit":"message", "args":["a",{"b":1}], "nsp":"/chat", "ack":true, "attachments":[{"file":"a.png"}]}
//     {"sio":"connect", "nsp":"/chat", "data":{"token":"x"}}, {"sio":"ack", "id":3, "args":[]}
//     {"eio":"message", "text":"2[\"a\"]"}, {"eio":"ping", "text":"probe"}
//     {"raw":"GET / HTTP/1.1\r\n\r\n"}, {"raw":{"hex":"81 05"}}
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "capture/compose/draft.h"
#include "capture/result.h"

namespace framescope::compose {

/// Reads one object. An Error names the member that is wrong, and unknown members.
Result<Draft> parseDraft(std::string_view json);
/// Writes it, members that say nothing left out. parseDraft(toJson(d)) == d.
std::string toJson(const Draft& draft);

/// Reads a saved message; paths in it are taken from the file's folder. An Error names the file.
Result<Draft> loadDraft(const std::filesystem::path& file);
/// Writes it, indented, with a line end.
Result<bool> saveDraft(const Draft& draft, const std::filesystem::path& file);

}  // namespace framescope::compose
