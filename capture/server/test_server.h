// The test server: HTTP, WebSocket with permessage-deflate, Engine.IO 3 and 4, Socket.IO, an event
// stream, long polling, and a page to try it all from a browser. It behaves, unless it is asked to
// misbehave.
//
//     /               the page
//     /echo           WebSocket: what comes goes back, in the same frames' opcode
//     /socket.io/     Engine.IO and Socket.IO: namespaces / (echo), /chat (a room that broadcasts)
//     /engine.io/     Engine.IO alone: messages are echoed
//     /events         text/event-stream, an event a second, goes on behind Last-Event-ID
//     /poll           long polling: answered when something was posted to it, or after 25 s
//     /status/NNN     that status
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "capture/net/reactor.h"
#include "capture/net/transport.h"
#include "capture/result.h"
#include "capture/server/misbehaviour.h"
#include "capture/transcript/transcript.h"

namespace framescope::server {

struct ServerOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;                          ///< 0: any that is free
    bool tls = false;                                ///< with a certificate made at the start
    std::chrono::milliseconds pingInterval{25'000};  ///< of Engine.IO
    std::chrono::milliseconds pingTimeout{20'000};
    std::uint64_t maxMessage = 16ULL << 20;   ///< greater ones are refused with 1009
    std::vector<Misbehaviour> misbehaviours;  ///< for every connection
    /// For requests of this path alone.
    std::vector<std::pair<std::string, std::vector<Misbehaviour>>> ofPaths;
};

/// A client as the panel and the terminal show it.
struct ClientInfo {
    std::uint64_t id = 0;
    std::string address;  ///< "127.0.0.1:40112"
    std::string what;     ///< "WebSocket /echo", "Socket.IO 4, polling", "HTTP"
    std::uint64_t messagesIn = 0;
    std::uint64_t messagesOut = 0;
    bool open = true;
    std::string ending;  ///< a sentence, once it is not open any more
};

struct ServerStatus {
    std::string url;                  ///< "http://127.0.0.1:3000/"
    std::vector<ClientInfo> clients;  ///< open ones, and the last 100 that ended
    std::uint64_t connections = 0;    ///< since the start
};

class TestServer {
public:
    /// Listens, or says why not. `transcript` may be null; `changed` may be empty, is called on the
    /// reactor's thread, at most ten times a second.
    static Result<std::unique_ptr<TestServer>> start(
        net::Reactor& reactor, const ServerOptions& options,
        std::shared_ptr<transcript::Transcript> transcript, std::function<void()> changed);
    /// Closes every connection and stops listening.
    virtual ~TestServer() = default;

    // Thread-safe.
    virtual std::string url() const = 0;
    virtual std::uint16_t port() const = 0;
    virtual ServerStatus status() const = 0;
    /// For connections from now on, and for what open ones do next. Holds when it returns.
    virtual void setMisbehaviours(std::vector<Misbehaviour> misbehaviours) = 0;
};

}  // namespace framescope::server
