// What stands between a client and its sockets: one attempt to talk to a server, in one of the ways
// of Speaks. A client makes a new one for every attempt; it decides what to do next when one ends.
//
// Everything here happens on the reactor's thread. Both sides know each other by weak pointers, so
// that either may go while a call of the other is under way.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "capture/client/client.h"
#include "capture/client/client_options.h"
#include "capture/compose/composer.h"
#include "capture/net/reactor.h"
#include "capture/net/transport.h"
#include "dissector/websocket/close.h"

namespace framescope::client {

/// Opens a connection; net::connectTo() with the reactor and the transcript filled in.
using Connector = std::function<std::unique_ptr<net::Transport>(const net::ConnectOptions& options,
                                                                net::TransportHandler& handler)>;

/// What a conversation is made from.
struct Surroundings {
    net::Reactor& reactor;
    Connector connect;
    net::ConnectOptions target;  ///< with the URL of this attempt
    ClientOptions options;
};

/// How a conversation ended.
struct Ending {
    std::string sentence;  ///< why; empty where it was closed as we asked
    bool clean = false;    ///< both sides sent a close frame
    std::optional<net::TransportEnd::Cause> cause = {};  ///< where the transport ended by itself
    bool lost = false;                                   ///< see Status::lost
};

/// Whether bytes can be sent.
enum class Readiness : std::uint8_t {
    No,
    Later,  ///< in the middle of an upgrade; readyAgain() follows
    Now,
};

/// What a conversation tells its client.
class ConversationOwner {
public:
    virtual ~ConversationOwner() = default;
    /// TCP and TLS are there; the handshake begins.
    virtual void established(const net::Established& peer) = 0;
    /// The response to the upgrade, and of a refusal the beginning of its body.
    virtual void answered(const http::Head& response, const std::string& body) = 0;
    /// The handshakes are over.
    virtual void opened() = 0;
    /// Changes what drafts are prepared against, or what else is shown of the connection.
    virtual void changed(const std::function<void(Status&)>& change) = 0;
    /// Sends a draft of the conversation's own, now or once it is ready.
    virtual void transmit(compose::Draft draft) = 0;
    virtual void readyAgain() = 0;
    virtual void incoming(Incoming incoming) = 0;
    virtual void remark(const std::string& sentence) = 0;
    /// The connection is about to end. `ours`: our part of it was sent, the peer's is awaited.
    virtual void closing(bool ours) = 0;
    /// Final; nothing follows.
    virtual void ended(const Ending& ending) = 0;
};

class Conversation {
public:
    virtual ~Conversation() = default;
    virtual void start(std::weak_ptr<ConversationOwner> owner) = 0;
    virtual Readiness readiness(const compose::Draft& draft) const = 0;
    /// Sends what was made of `draft` while readiness() was Now; an Error where it cannot pass.
    virtual Result<bool> send(const compose::Draft& draft, const compose::Prepared& prepared) = 0;
    /// About how many bytes were given to send() that the server's side did not take yet.
    virtual std::size_t waiting() const = 0;
    /// Closes in order; ended() follows.
    virtual void close(std::optional<std::uint16_t> code, const std::string& reason) = 0;
    /// A time is over; ended() follows with this sentence, or one that says more.
    virtual void giveUp(const std::string& sentence) = 0;
    /// Cuts all connections with RST. Nothing follows.
    virtual void cut() = 0;
    /// Drops all connections without a word. Nothing follows.
    virtual void abandon() = 0;
    virtual void setAnswersPings(bool answers) = 0;
    virtual void setAnswersHeartbeats(bool answers) = 0;
};

std::shared_ptr<Conversation> makeRaw(const Surroundings& surroundings);
std::shared_ptr<Conversation> makeWebSocket(const Surroundings& surroundings);
std::shared_ptr<Conversation> makeEngineIo(const Surroundings& surroundings);
/// The one that the options ask for.
std::shared_ptr<Conversation> makeConversation(const Surroundings& surroundings);

/// Nanoseconds since the epoch, for Incoming and Sent.
std::int64_t nowNs();

}  // namespace framescope::client
