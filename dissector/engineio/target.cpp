#include "dissector/engineio/target.h"

#include <string>

namespace framescope::engineio {

std::string_view parameterOf(std::string_view target, std::string_view name) {
    const std::size_t question = target.find('?');
    if (question == std::string_view::npos) return {};
    std::string_view query = target.substr(question + 1);
    query = query.substr(0, query.find('#'));
    while (!query.empty()) {
        const std::size_t ampersand = query.find('&');
        const std::string_view parameter = query.substr(0, ampersand);
        if (parameter.size() > name.size() && parameter.starts_with(name) &&
            parameter[name.size()] == '=') {
            return parameter.substr(name.size() + 1);
        }
        if (ampersand == std::string_view::npos) break;
        query.remove_prefix(ampersand + 1);
    }
    return {};
}

std::uint8_t revisionFromTarget(std::string_view target) {
    const std::string_view value = parameterOf(target, "EIO");
    if (value.size() != 1 || value[0] < '1' || value[0] > '9') return 0;
    return static_cast<std::uint8_t>(value[0] - '0');
}

bool isEngineIoTarget(std::string_view target) {
    // Most that are none have no parameters at all.
    if (target.find('?') == std::string_view::npos) return false;
    if (revisionFromTarget(target) != 0) return true;
    const std::string_view transport = parameterOf(target, "transport");
    return (transport == "polling" || transport == "websocket") &&
           !parameterOf(target, "sid").empty();
}

bool mayBeEngineIoTarget(std::string_view target) {
    return target.find("/socket.io/") != std::string_view::npos ||
           target.find("/engine.io/") != std::string_view::npos ||
           parameterOf(target, "transport") == "websocket";
}

bool isSocketIoTarget(std::string_view target) {
    if (!isEngineIoTarget(target)) return false;
    const std::string path = std::string(target.substr(0, target.find('?'))) + "/";
    return path.find("/socket.io/") != std::string::npos;
}

}  // namespace framescope::engineio
