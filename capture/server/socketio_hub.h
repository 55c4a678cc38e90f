// What the clients of Socket.IO have in common: the rooms of /chat.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "capture/net/reactor.h"
#include "capture/server/engine_app.h"

namespace framescope::server {

class SocketIoClient;
struct SocketIoMessage;

class SocketIoHub {
public:
    SocketIoHub(net::Reactor& reactor, std::uint64_t mostMessage)
        : m_reactor(reactor), m_mostMessage(mostMessage) {}

    std::unique_ptr<EngineApp> newClient();

    void enter(SocketIoClient& client, const std::string& room);
    void leave(SocketIoClient& client);
    /// Gives an event to everybody else in the client's room; says to how many.
    std::size_t broadcast(SocketIoClient& sender, const SocketIoMessage& message);
    /// How many are in a room.
    std::size_t sizeOf(const std::string& room) const;

private:
    net::Reactor& m_reactor;
    std::uint64_t m_mostMessage;
    std::map<SocketIoClient*, std::string> m_members;  ///< with their rooms
};

}  // namespace framescope::server
