#include "capture/replay/replay_options.h"

#include <cmath>

#include "capture/net/url.h"
#include "capture/replay/ignored_paths.h"
#include "capture/replay/substitution.h"

namespace framescope::replay {

Result<bool> checkOptions(const ReplayOptions& options) {
    if (options.connection.has_value() == options.engineSession.has_value()) {
        return Error{"Either a connection or a session of Engine.IO is to be replayed."};
    }
    if (options.url.empty()) return Error{"There is no URL to replay to."};
    if (const auto url = net::parseUrl(options.url); !url) return url.error();
    if (!std::isfinite(options.speed) || options.speed <= 0) {
        return Error{"The speed of a replay is a number above 0."};
    }
    if (options.patience.count() < 0) {
        return Error{"The time that is waited for an answer cannot be negative."};
    }
    if (const auto paths = IgnoredPaths::parse(options.ignored); !paths) return paths.error();
    const auto rules = Substitution::make(options.rules, options.captures);
    if (!rules) return rules.error();
    return true;
}

}  // namespace framescope::replay
