// What a person chose for a connection of our own. Plain values: forms, options of the terminal
// program and scripts fill them in.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capture/compose/draft.h"
#include "capture/net/transport.h"
#include "dissector/http/head.h"

namespace framescope::client {

/// The request that opens a WebSocket (RFC 6455 section 4.1), and what may be changed of it.
struct HandshakeDraft {
    /// One change to the headers, applied in order to those a client sends by itself.
    struct Edit {
        enum class Kind : std::uint8_t { Set, Add, Remove };  ///< Add: doubled where it is there
        Kind kind = Kind::Set;
        std::string name;
        std::string value;

        bool operator==(const Edit&) const = default;
    };
    std::vector<std::string> subprotocols;
    /// Sec-WebSocket-Extensions, as they are to be offered; empty: none.
    std::vector<std::string> extensions;
    std::vector<Edit> edits;
    std::string method = "GET";
    std::string version = "HTTP/1.1";
    std::optional<std::string> key;         ///< Sec-WebSocket-Key; nothing: a random one
    std::optional<std::string> rawRequest;  ///< sent byte for byte instead of all that
};

/// Tries again after a connection was lost or could not be opened.
struct Reconnecting {
    bool enabled = false;
    std::chrono::milliseconds firstDelay{500};
    std::chrono::milliseconds longestDelay{30'000};
    double factor = 2.0;
    double jitter = 0.2;         ///< up to this part of a delay more or less
    std::uint32_t attempts = 0;  ///< in a row without success; 0: no limit
};

/// Sent again and again while the connection is open.
struct Periodic {
    compose::Draft draft;
    std::chrono::milliseconds interval{1000};
};

/// Which protocol is spoken.
enum class Speaks : std::uint8_t {
    Raw,  ///< bytes; nothing is sent by itself
    WebSocket,
    EngineIo,
    SocketIo,
};

struct EngineIoOptions {
    enum class Way : std::uint8_t { WebSocketOnly, PollingThenUpgrade, PollingOnly };
    std::uint8_t revision = 4;  ///< 3 (socket.io 2) or 4 (socket.io 3 and 4); EIO=
    Way way = Way::PollingThenUpgrade;
    std::string path;               ///< empty: the URL's if it has one, else "/socket.io/"
    bool answersHeartbeats = true;  ///< pongs (4), or pings of our own (3)
    bool base64 = false;            ///< b64=1 (3): binary data as text
};

struct SocketIoOptions {
    struct Namespace {
        std::string name = "/";
        std::string auth;  ///< JSON; empty for none
    };
    std::vector<Namespace> namespaces{{}};  ///< connected as soon as the session is open
    bool msgpack = false;
};

struct ClientOptions {
    std::vector<std::string> urls;  ///< at least one; taken in turn when reconnecting
    Speaks speaks = Speaks::WebSocket;
    net::ConnectOptions connection;  ///< all but the URL
    std::chrono::milliseconds handshakeTimeout{10'000};
    std::chrono::milliseconds closeTimeout{5'000};  ///< for the answer to our close frame
    HandshakeDraft handshake;
    EngineIoOptions engineIo;
    SocketIoOptions socketIo;
    bool answersPings = true;
    bool answersClose = true;
    std::vector<Periodic> periodic;
    Reconnecting reconnecting;
};

}  // namespace framescope::client
