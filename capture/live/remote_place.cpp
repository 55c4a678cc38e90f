// A user's name may hold an @ (of a domain), an interface's may not: the last one counts.
#include "capture/live/remote_place.h"

namespace framescope::live {

std::optional<RemotePlace> parseRemotePlace(std::string_view text) {
    std::string_view user;
    std::string_view rest = text;
    if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
        user = text.substr(0, at + 1);
        rest = text.substr(at + 1);
    }
    std::string_view host;
    if (rest.starts_with('[')) {
        const std::size_t close = rest.find("]:");
        if (close == std::string_view::npos) return std::nullopt;
        host = rest.substr(1, close - 1);
        rest = rest.substr(close + 2);
    } else {
        const std::size_t colon = rest.find(':');
        if (colon == std::string_view::npos) return std::nullopt;
        host = rest.substr(0, colon);
        rest = rest.substr(colon + 1);
    }
    if (host.empty() || rest.empty() || rest.find(':') != std::string_view::npos) {
        return std::nullopt;
    }
    if (text.starts_with('-') || host.starts_with('-') || user == "@") return std::nullopt;
    return RemotePlace{std::string(user) + std::string(host), std::string(rest)};
}

}  // namespace framescope::live
