// Members are few enough to be looked through.
#include "capture/server/socketio_hub.h"

#include <algorithm>

#include "capture/server/socketio_client.h"

namespace framescope::server {

std::unique_ptr<EngineApp> SocketIoHub::newClient() {
    return std::make_unique<SocketIoClient>(*this, m_reactor, m_mostMessage);
}

void SocketIoHub::enter(SocketIoClient& client, const std::string& room) {
    leave(client);
    m_members.push_back({&client, room});
}

void SocketIoHub::leave(const SocketIoClient& client) {
    std::erase_if(m_members, [&client](const Member& member) { return member.client == &client; });
}

std::size_t SocketIoHub::sizeOf(const std::string& room) const {
    return static_cast<std::size_t>(std::ranges::count(m_members, room, &Member::room));
}

std::size_t SocketIoHub::broadcast(const SocketIoClient& sender, const SocketIoMessage& message) {
    const auto own = std::ranges::find(m_members, &sender, &Member::client);
    if (own == m_members.end()) return 0;
    const std::string room = own->room;
    std::vector<SocketIoClient*> others;
    for (const Member& member : m_members) {
        if (member.client != &sender && member.room == room) others.push_back(member.client);
    }
    for (SocketIoClient* const other : others) {
        // A client for which too much waits ends, and leaves, when it is given more.
        if (std::ranges::find(m_members, other, &Member::client) != m_members.end()) {
            other->send(message);
        }
    }
    return others.size();
}

}  // namespace framescope::server
