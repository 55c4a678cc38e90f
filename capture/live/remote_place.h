// Where a capture on another machine is taken, as it is named on a command line. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace framescope::live {

struct RemotePlace {
    std::string host;  ///< as ssh wants it, with its user: "me@there", "me@fe80::1"
    std::string interface;

    bool operator==(const RemotePlace&) const = default;
};

/// What to write, for help and complaints.
inline constexpr std::string_view kRemotePlaceForm =
    "[USER@]HOST:INTERFACE, an IPv6 address in brackets";

/// Reads [USER@]HOST:INTERFACE. An IPv6 address stands in brackets, as its own colons would be the
/// first. Nothing when the text is none, or ssh would take it for an option.
std::optional<RemotePlace> parseRemotePlace(std::string_view text);

}  // namespace framescope::live
