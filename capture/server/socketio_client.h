// One client of Socket.IO (protocol revisions 4 and 5) on its Engine.IO session.
//
//   namespace /      every event comes back under its name with its arguments; one that wants an
//                    acknowledgement is acknowledged with them instead
//   namespace /chat  every event is given to everybody else in the room, "join" changes the room;
//                    acknowledged with the number of those who got it
//   in both          "ask" makes the server emit "question" with the same arguments, which wants an
//                    acknowledgement; what that says comes back as acknowledgement of "ask", or as
//                    the event "answer". "goodbye" makes the server leave the namespace. What
//                    CONNECT brings as auth comes back as the event "welcome"; the token "wrong" is
//                    refused
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "capture/net/reactor.h"
#include "capture/server/engine_app.h"
#include "dissector/socketio/packet.h"

namespace framescope::server {

class SocketIoHub;

/// A packet with its attachments.
struct SocketIoMessage {
    socketio::PacketType type = socketio::PacketType::Event;
    std::string nsp = "/";
    std::optional<std::uint64_t> id;
    std::string data;  ///< JSON
    std::vector<Bytes> attachments;
};

class SocketIoClient final : public EngineApp {
public:
    SocketIoClient(SocketIoHub& hub, net::Reactor& reactor, std::uint64_t mostMessage);
    ~SocketIoClient() override;

    void opened(EngineChannel& channel) override;
    void message(bool binary, ByteView data) override;
    void closed() override;

    void send(const SocketIoMessage& message);

private:
    struct Namespace {
        std::uint64_t nextId = 0;
        /// Questions that wait for their answer, with the id that asked for them.
        std::map<std::uint64_t, std::optional<std::uint64_t>> asked;
    };

    void text(std::string_view text);
    void attachment(ByteView bytes);
    void handle(SocketIoMessage message);
    void connect(const std::string& nsp, std::string_view token, const std::string& auth);
    void refuse(const std::string& nsp, std::string_view sentence, const std::string& data);
    void event(const SocketIoMessage& message);
    void join(const SocketIoMessage& message, std::string_view arguments);
    void ask(const SocketIoMessage& message, std::string_view arguments);
    void answered(const SocketIoMessage& message);
    void disconnect(const std::string& nsp);
    /// Acknowledges an event if it wants that, with arguments without their brackets.
    void acknowledge(const SocketIoMessage& event, std::string_view arguments,
                     const std::vector<Bytes>& attachments = {});
    void sendLate();

    SocketIoHub& m_hub;
    std::uint64_t m_mostMessage;
    EngineChannel* m_channel = nullptr;  ///< null once it is over
    std::map<std::string, Namespace, std::less<>> m_namespaces;
    /// A packet whose attachments are still coming.
    std::optional<SocketIoMessage> m_incomplete;
    std::size_t m_missing = 0;
    std::uint64_t m_attached = 0;  ///< bytes
    std::uint64_t m_events = 0;    ///< before the current one
    struct Late {
        std::chrono::steady_clock::time_point due;
        SocketIoMessage message;
        std::size_t size() const;  ///< bytes of memory, about
    };
    std::deque<Late> m_late;
    std::size_t m_lateBytes = 0;
    net::Reactor::Timer m_lateTimer;
    net::Reactor::Timer m_connectTimer;
};

}  // namespace framescope::server
