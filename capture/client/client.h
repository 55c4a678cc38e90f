// A connection of our own to a server: WebSocket, Engine.IO or Socket.IO, or bytes. What it sends
// and receives is noted in the transcript; what it must do by itself (answer pings, heartbeats and
// closes, upgrade, reconnect) it does, unless the options say otherwise.
//
//     auto client = client::Client::make(reactor, transcript, options, observer);
//     client->connect();
//     ... observer.statusChanged: Open
//     client->send(draft);
//
// Calls are thread-safe and return at once; the observer is called on the reactor's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "capture/client/client_options.h"
#include "capture/compose/composer.h"
#include "capture/net/reactor.h"
#include "capture/net/transport.h"
#include "capture/transcript/transcript.h"
#include "dissector/http/head.h"
#include "dissector/websocket/close.h"

namespace framescope::client {

enum class State : std::uint8_t {
    Idle,         ///< connect() was not called
    Connecting,   ///< name, TCP, proxy, TLS
    Handshaking,  ///< the upgrade; with Engine.IO until the open packet, with Socket.IO until the
                  ///< first namespace is connected
    Open,
    Closing,  ///< a close frame was sent, or received
    Waiting,  ///< until the next attempt
    Closed,   ///< final
};
std::string_view stateName(State state);

/// Everything that can be said of a connection; a copy.
struct Status {
    State state = State::Idle;
    std::string url;            ///< that is or was tried
    std::uint32_t attempt = 0;  ///< from 1
    std::optional<net::Established> peer;
    std::optional<http::Head> response;  ///< to the upgrade
    /// Of a refused upgrade the beginning of the body.
    std::string responseBody;
    compose::WireState wire;  ///< what was agreed; what drafts are prepared against
    std::string subprotocol;
    std::string sid;                      ///< of Engine.IO
    std::vector<std::string> namespaces;  ///< connected ones
    std::optional<websocket::CloseBody> closeReceived;
    std::optional<websocket::CloseBody> closeSent;
    bool clean = false;  ///< both sides sent a close frame
    /// Why it is not open: a whole sentence; empty while it is, and after a close that we asked
    /// for.
    std::string sentence;
    /// How the peer broke the protocol, for which the connection is failed, in sentences; known as
    /// soon as it happens, and empty where it did not.
    std::string violation;
    /// Of a violation in the answer to the upgrade: the header that is wrong.
    std::string violatedHeader;
    /// How the transport ended; nothing where we let go of it, or it was never open.
    std::optional<net::TransportEnd::Cause> endedBy;
    /// It was open, and ended neither by a close of the server nor in order as we asked: the server
    /// broke the protocol, the connection was cut off, or a close of ours was never answered.
    bool lost = false;
    std::chrono::milliseconds untilNextAttempt{0};  ///< while Waiting
};

/// Something the peer said, joined and decoded: the unit an application sees.
struct Incoming {
    enum class Kind : std::uint8_t {
        Text,  ///< WebSocket message; with Engine.IO the data of a message packet
        Binary,
        Ping,
        Pong,
        Close,     ///< WebSocket control frames; `bytes` is the payload
        EngineIo,  ///< a packet that is no message; `engineType`
        SocketIo,  ///< a packet with all its attachments
        Raw,       ///< bytes (Speaks::Raw)
    };
    Kind kind = Kind::Text;
    std::int64_t timeNs = 0;  ///< since the epoch
    Bytes bytes;              ///< payload; of SocketIo the packet's text
    std::optional<websocket::CloseBody> close;
    engineio::PacketType engineType = engineio::PacketType::Noop;
    socketio::PacketType socketType = socketio::PacketType::Event;
    std::string nsp;
    std::string event;
    std::string data;  ///< JSON of a Socket.IO packet, with placeholders
    std::optional<std::uint64_t> id;
    std::vector<Bytes> attachments;
    /// Of an acknowledgement: since its event was sent.
    std::optional<std::chrono::nanoseconds> latency;
};

class Observer {
public:
    virtual ~Observer() = default;
    virtual void statusChanged(const Status& status) = 0;
    virtual void received(const Incoming& incoming) = 0;
    /// Something a person should know, a sentence: a heartbeat missed, bytes that are no frame.
    virtual void remark(const std::string& sentence) { static_cast<void>(sentence); }
};

/// What came of a message.
struct Sent {
    std::int64_t timeNs = 0;
    Bytes bytes;  ///< as they went out: the pieces one behind the other
    std::optional<std::uint64_t> ackId;
};

class Client {
public:
    /// While more bytes than these wait to be sent, further messages are refused. A single one may
    /// be greater.
    static constexpr std::size_t kMaxUnsent = 64U << 20;
    /// While more than these wait, periodic messages are left out.
    static constexpr std::size_t kMaxUnsentPeriodic = 1U << 20;

    /// `transcript` may be null. The observer must live until the client is destroyed; after that
    /// it is not called any more. Destroying waits for the reactor, unless it happens on its
    /// thread (also within a call of the observer).
    static std::unique_ptr<Client> make(net::Reactor& reactor,
                                        std::shared_ptr<transcript::Transcript> transcript,
                                        ClientOptions options, Observer& observer);
    virtual ~Client() = default;

    virtual void connect() = 0;
    /// Sends a draft. `done` (may be empty) is called on the reactor's thread with what was sent or
    /// why not: not open, the draft cannot be made into bytes, or more than kMaxUnsent bytes wait
    /// for a server that does not read; not at all if the client is destroyed before. During the
    /// switch of an upgrade drafts wait, and keep their order. Raw bytes may also be sent before a
    /// handshake is over. `keySeed` as for Composer.
    virtual void send(compose::Draft draft, std::function<void(Result<Sent>)> done = {},
                      std::uint64_t keySeed = 0) = 0;
    /// The bytes that send() would send now with this seed, and the composer's state for a preview.
    virtual Result<compose::Prepared> prepare(const compose::Draft& draft,
                                              std::uint64_t keySeed) const = 0;
    /// Closes in order: close frame, or Engine.IO close; no reconnecting any more.
    virtual void close(std::optional<std::uint16_t> code = 1000, std::string reason = {}) = 0;
    /// Cuts the TCP connection with RST, as a crash would; no reconnecting any more either.
    /// Whatever else ends a connection, be it a close frame of the server, is followed by the next
    /// attempt where reconnecting is enabled.
    virtual void cut() = 0;
    virtual Status status() const = 0;

    /// Switches that can be turned while it is open.
    virtual void setAnswersPings(bool answers) = 0;
    virtual void setAnswersHeartbeats(bool answers) = 0;
    virtual void setPeriodic(std::vector<Periodic> periodic) = 0;
};

}  // namespace framescope::client
