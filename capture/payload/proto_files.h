// Reads .proto files and what they import from disk; the language is read by ProtobufSchema.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "capture/result.h"
#include "dissector/payload/payload_rules.h"
#include "dissector/payload/protobuf_schema.h"

namespace framescope {

/// The schema in the file `path`. Imports are looked for in its folder and in the four folders
/// above, since a schema does not say where its root is. Errors: a file that is not there, cannot
/// be read or is larger than 16 MiB; what is wrong in it, with the line.
Result<std::shared_ptr<const ProtobufSchema>> loadProtoFile(const std::filesystem::path& path);

/// Reads the schemas the rules name, each file once, and looks for their messages. The error of the
/// first one that cannot be had.
std::optional<Error> loadSchemas(PayloadRules& rules);

}  // namespace framescope
