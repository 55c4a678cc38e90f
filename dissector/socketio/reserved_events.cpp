#include "dissector/socketio/reserved_events.h"

#include <algorithm>
#include <array>

#include "dissector/socketio/packet.h"

namespace framescope::socketio {
namespace {

constexpr auto has = [](const auto& list, std::string_view name) {
    return std::ranges::find(list, name) != list.end();
};

constexpr std::array<std::string_view, 6> kSinceRevision5 = {
    "connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"};

constexpr std::array<std::string_view, 6> kEarlyServer = {
    "connect", "disconnect", "disconnecting", "error", "newListener", "removeListener"};

constexpr std::array<std::string_view, 13> kEarlyClient = {"connect",
                                                           "connect_error",
                                                           "connect_timeout",
                                                           "connecting",
                                                           "disconnect",
                                                           "error",
                                                           "ping",
                                                           "pong",
                                                           "reconnect",
                                                           "reconnect_attempt",
                                                           "reconnecting",
                                                           "reconnect_error",
                                                           "reconnect_failed"};

}  // namespace

bool isReservedEvent(std::string_view name, Direction sender, std::uint8_t engineVersion) {
    const bool early =
        sender == Direction::ServerToClient ? has(kEarlyServer, name) : has(kEarlyClient, name);
    const bool late = has(kSinceRevision5, name);
    if (engineVersion == 0) return early && late;
    return isBeforeRevision5(engineVersion) ? early : late;
}

}  // namespace framescope::socketio
