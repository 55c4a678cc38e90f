// A room is no more than the name that its members have: they are all looked through for it.
#include "capture/server/socketio_hub.h"

#include <algorithm>
#include <ranges>
#include <vector>

#include "capture/server/socketio_client.h"

namespace framescope::server {

std::unique_ptr<EngineApp> SocketIoHub::newClient() {
    return std::make_unique<SocketIoClient>(*this, m_reactor, m_mostMessage);
}

void SocketIoHub::enter(SocketIoClient& client, const std::string& room) {
    m_members[&client] = room;
}

void SocketIoHub::leave(SocketIoClient& client) {
    m_members.erase(&client);
}

std::size_t SocketIoHub::sizeOf(const std::string& room) const {
    return static_cast<std::size_t>(std::ranges::count(std::views::values(m_members), room));
}

std::size_t SocketIoHub::broadcast(SocketIoClient& sender, const SocketIoMessage& message) {
    const auto own = m_members.find(&sender);
    if (own == m_members.end()) return 0;
    const std::string room = own->second;
    std::vector<SocketIoClient*> others;
    for (const auto& [client, itsRoom] : m_members) {
        if (client != &sender && itsRoom == room) others.push_back(client);
    }
    for (SocketIoClient* const other : others) {
        // A client for which too much waits ends, and leaves, when it is given more.
        if (m_members.contains(other)) other->send(message);
    }
    return others.size();
}

}  // namespace framescope::server
