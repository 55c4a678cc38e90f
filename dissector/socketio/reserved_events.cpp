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

/// By what any of them begins: few other names do.
constexpr std::array<bool, 256> kBeginnings = [] {
    std::array<bool, 256> table{};
    const auto add = [&table](const auto& list) {
        for (const std::string_view name : list) table[static_cast<std::uint8_t>(name[0])] = true;
    };
    add(kSinceRevision5);
    add(kEarlyServer);
    add(kEarlyClient);
    return table;
}();

}  // namespace

bool isReservedEvent(std::string_view name, Direction sender, std::uint8_t engineVersion) {
    if (name.empty() || !kBeginnings[static_cast<std::uint8_t>(name[0])]) return false;
    const auto early = [&] {
        return sender == Direction::ServerToClient ? has(kEarlyServer, name)
                                                   : has(kEarlyClient, name);
    };
    if (engineVersion == 0) return early() && has(kSinceRevision5, name);
    return isBeforeRevision5(engineVersion) ? early() : has(kSinceRevision5, name);
}

}  // namespace framescope::socketio
