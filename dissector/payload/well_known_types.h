// The .proto files that libprotobuf brings along: timestamps, wrappers and the like.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace framescope {

/// The text of such a file, "google/protobuf/timestamp.proto"; nothing if `name` is none of them.
std::optional<std::string> wellKnownProto(std::string_view name);

}  // namespace framescope
