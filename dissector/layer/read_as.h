// "Read as": how a user wants a connection to be read, whatever it would be taken for, and which
// connections that is about. A rule speaks of what is known of a connection at its opening, so it
// is a filter over stream number, ports and addresses; the first rule that matches counts.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "dissector/filter/filter.h"
#include "dissector/ip/ip_address.h"
#include "dissector/layer/layer.h"

namespace framescope {

struct MessageProtocol;

/// How a connection is to be read.
struct ReadAs {
    enum class Kind : std::uint8_t {
        Automatic,  ///< as if nothing had been said
        Tcp,        ///< its segments; nothing is recognised in them
        Http,
        EventStream,  ///< what the server says first is of one that was joined mid-stream
        WebSocket,    ///< frames, from the first byte on or from where some are found
    };

    Kind kind = Kind::Automatic;
    // Of WebSocket:
    const MessageProtocol* messages = nullptr;  ///< on its messages; null: as they are recognised
    bool socketIo = false;                      ///< Socket.IO, on the Engine.IO of `messages`
    std::uint8_t engineVersion = 0;             ///< revision of Engine.IO, 0 not said
    bool compressionSaid = false;               ///< false: as the frames show it
    Compression compression;
    std::string path;  ///< request target of the handshake
    std::string subprotocol;

    bool operator==(const ReadAs&) const = default;
};

/// Reads "PROTOCOL[,PARAMETER...]", such as "websocket,deflate" or "socketio,eio=4". The other
/// alternative is a sentence that says what is wrong with it.
std::variant<ReadAs, std::string> parseReadAs(std::string_view text);
/// The text that parseReadAs() reads as this.
std::string textOf(const ReadAs& readAs);
/// In words: "Socket.IO on WebSocket, permessage-deflate without context takeover".
std::string readAsName(const ReadAs& readAs);
/// The same of a text as textOf() gives it; what cannot be read is returned as it is.
std::string readAsNameOf(std::string_view text);

/// The layer to begin with; what was said of the connection is put into its facts. `fromStart`: the
/// first byte is the connection's first.
std::unique_ptr<Layer> makeReadAsLayer(const ReadAs& readAs, bool fromStart, LayerOutput& out);

/// How the connections that `selector` matches are read.
struct ReadAsRule {
    std::string selector;  ///< as it was written
    Filter filter;
    ReadAs readAs;
};

/// Reads "SELECTOR,PROTOCOL[,PARAMETER...]", such as "tcp.stream==3,websocket". The selector is a
/// filter that speaks of nothing but tcp.stream, ports and addresses; the source is the client.
std::variant<ReadAsRule, std::string> parseReadAsRule(std::string_view text);
/// A rule for one connection.
ReadAsRule readAsRuleFor(ConnectionId connection, ReadAs readAs);

/// Rules in the order in which they are asked.
class ReadAsRules {
public:
    void add(ReadAsRule rule) { m_rules.push_back(std::move(rule)); }
    bool empty() const { return m_rules.empty(); }
    const std::vector<ReadAsRule>& rules() const { return m_rules; }
    /// How this connection is to be read; null where no rule matches.
    const ReadAs* find(ConnectionId connection, const Endpoint& client,
                       const Endpoint& server) const;

private:
    std::vector<ReadAsRule> m_rules;
};

}  // namespace framescope
