// Words are read and written through one table, so that what is shown can be typed.
#include "dissector/layer/read_as.h"

#include <algorithm>
#include <array>
#include <span>

#include "dissector/http/http_layer.h"
#include "dissector/layer/connection_words.h"
#include "dissector/layer/detect_layer.h"
#include "dissector/layer/protocols.h"
#include "dissector/layer/proxy_header_layer.h"
#include "dissector/layer/unclaimed_layer.h"
#include "dissector/websocket/websocket_layer.h"

namespace framescope {
namespace {

struct ProtocolWord {
    std::string_view word;
    ReadAs::Kind kind;
    /// What the messages of a WebSocket carry; Tcp where that is not said.
    Protocol messages = Protocol::Tcp;
};

constexpr std::array kProtocolWords = {
    ProtocolWord{"auto", ReadAs::Kind::Automatic},
    ProtocolWord{"tcp", ReadAs::Kind::Tcp},
    ProtocolWord{"http", ReadAs::Kind::Http},
    ProtocolWord{"sse", ReadAs::Kind::EventStream},
    ProtocolWord{"websocket", ReadAs::Kind::WebSocket},
    ProtocolWord{"engineio", ReadAs::Kind::WebSocket, Protocol::EngineIo},
    ProtocolWord{"socketio", ReadAs::Kind::WebSocket, Protocol::SocketIo},
    ProtocolWord{"stomp", ReadAs::Kind::WebSocket, Protocol::Stomp},
    ProtocolWord{"mqtt", ReadAs::Kind::WebSocket, Protocol::Mqtt},
    ProtocolWord{"wamp", ReadAs::Kind::WebSocket, Protocol::Wamp},
    ProtocolWord{"graphql", ReadAs::Kind::WebSocket, Protocol::GraphQlWs},
    ProtocolWord{"signalr", ReadAs::Kind::WebSocket, Protocol::SignalR},
    ProtocolWord{"sockjs", ReadAs::Kind::WebSocket, Protocol::SockJs},
    ProtocolWord{"actioncable", ReadAs::Kind::WebSocket, Protocol::ActionCable},
};

constexpr std::string_view kParameterWords =
    "deflate, no-deflate, no-takeover, client-no-takeover, server-no-takeover, deflate-frame, "
    "eio=2, eio=3, eio=4, path=TARGET and subprotocol=NAME";

std::string quoted(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

std::string listOf(std::span<const ProtocolWord> words) {
    std::string list;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i != 0) list += i + 1 == words.size() ? " and " : ", ";
        list += words[i].word;
    }
    return list;
}

/// What the messages of a WebSocket are said to be; Tcp where nothing was said.
Protocol messagesOf(const ReadAs& readAs) {
    if (readAs.socketIo) return Protocol::SocketIo;
    return readAs.messages != nullptr ? readAs.messages->protocol : Protocol::Tcp;
}

std::string_view wordOf(const ReadAs& readAs) {
    const Protocol messages = messagesOf(readAs);
    const auto* const found = std::ranges::find_if(kProtocolWords, [&](const ProtocolWord& word) {
        return word.kind == readAs.kind && word.messages == messages;
    });
    return found->word;
}

bool& noTakeover(ReadAs& readAs, Direction sender) {
    return readAs.compression.noContextTakeover[indexOf(sender)];
}

/// Says how messages are compressed; false where something else was said before.
bool sayCompression(ReadAs& readAs, CompressionKind kind) {
    if (readAs.compressionSaid && readAs.compression.kind != kind) return false;
    readAs.compressionSaid = true;
    readAs.compression.kind = kind;
    return true;
}

/// A sentence where the parameter is wrong.
std::optional<std::string> takeParameter(std::string_view parameter, ReadAs& readAs) {
    const std::size_t equals = parameter.find('=');
    const std::string_view name = parameter.substr(0, equals);
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : parameter.substr(equals + 1);
    if (equals != std::string_view::npos) {
        if (name == "path" && !value.empty()) {
            readAs.path = value;
            return std::nullopt;
        }
        if (name == "subprotocol" && !value.empty()) {
            readAs.subprotocol = value;
            return std::nullopt;
        }
        if (name == "eio" && (value == "2" || value == "3" || value == "4")) {
            readAs.engineVersion = static_cast<std::uint8_t>(value[0] - '0');
            return std::nullopt;
        }
    }
    using enum CompressionKind;
    bool agrees = true;
    if (parameter == "deflate") {
        agrees = sayCompression(readAs, PerMessageDeflate);
    } else if (parameter == "no-deflate") {
        agrees = sayCompression(readAs, None);
    } else if (parameter == "deflate-frame") {
        agrees = sayCompression(readAs, WebkitDeflateFrame);
    } else if (parameter == "no-takeover" || parameter == "client-no-takeover" ||
               parameter == "server-no-takeover") {
        agrees = sayCompression(readAs, PerMessageDeflate);
        if (parameter != "server-no-takeover") noTakeover(readAs, Direction::ClientToServer) = true;
        if (parameter != "client-no-takeover") noTakeover(readAs, Direction::ServerToClient) = true;
    } else {
        return quoted(parameter) + " is no parameter; there are " + std::string(kParameterWords) +
               ".";
    }
    if (!agrees) return quoted(parameter) + " contradicts what was said about compression before.";
    return std::nullopt;
}

/// Fields that a connection has when it opens.
constexpr std::array kSelectorFields = {
    FieldId::TcpStream, FieldId::TcpPort, FieldId::TcpSrcPort, FieldId::TcpDstPort,
    FieldId::IpAddr,    FieldId::IpSrc,   FieldId::IpDst,      FieldId::Ipv6Addr,
    FieldId::Ipv6Src,   FieldId::Ipv6Dst, FieldId::Tcp,        FieldId::Ip,
    FieldId::Ipv6,
};

/// A connection that opens, as a row that a filter can be asked about. The client is the source.
class OpeningRow : public FilterRow {
public:
    OpeningRow(ConnectionId connection, const Endpoint& client, const Endpoint& server)
        : m_client(client), m_server(server) {
        m_record.kind = RowKind::TcpOpen;
        m_record.connection = connection;
    }

    const Record& record() const override { return m_record; }
    const Endpoint& client() const override { return m_client; }
    const Endpoint& server() const override { return m_server; }
    std::string_view name() const override { return {}; }
    const FieldTree& tree() override {
        if (m_tree.size() == 0) {
            addEnd(m_client, FieldId::IpSrc, FieldId::Ipv6Src, FieldId::TcpSrcPort);
            addEnd(m_server, FieldId::IpDst, FieldId::Ipv6Dst, FieldId::TcpDstPort);
        }
        return m_tree;
    }

private:
    void addEnd(const Endpoint& end, FieldId v4, FieldId v6, FieldId port) {
        const ByteView address = end.address.view();
        if (end.address.version == 4) {
            m_tree.addComputed(v4, std::uint64_t{readBe32(address.data())});
        } else if (end.address.version == 6) {
            m_tree.addComputed(v6, Bytes(address.begin(), address.end()));
        }
        m_tree.addComputed(port, std::uint64_t{end.port});
    }

    Record m_record;
    const Endpoint& m_client;
    const Endpoint& m_server;
    FieldTree m_tree;
};

/// Where the selector ends: the first comma outside of quotes.
std::size_t commaIn(std::string_view text) {
    bool isQuoted = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '"') isQuoted = !isQuoted;
        if (text[i] == ',' && !isQuoted) return i;
    }
    return std::string_view::npos;
}

/// The layer that reads the protocol which was chosen.
std::unique_ptr<Layer> makeChosenLayer(const ReadAs& readAs, bool fromStart, LayerOutput& out) {
    if (readAs.kind == ReadAs::Kind::Http) return std::make_unique<http::HttpLayer>();
    if (readAs.kind == ReadAs::Kind::EventStream) {
        return std::make_unique<http::HttpLayer>(http::HttpLayer::Beginning::InEventStream);
    }
    ConnectionFacts& facts = out.facts();
    facts.path = out.intern(readAs.path);
    facts.subprotocol = out.intern(readAs.subprotocol);
    facts.engineVersion = readAs.engineVersion;
    facts.socketIoPath = readAs.socketIo;
    facts.compression = readAs.compression;
    auto layer = std::make_unique<websocket::WebSocketLayer>(
        readAs.path, readAs.subprotocol,
        readAs.compressionSaid ? websocket::Negotiation::Captured
                               : websocket::Negotiation::NotCaptured);
    if (readAs.messages != nullptr) layer->readMessagesAs(*readAs.messages);
    layer->beginWithoutHandshake(fromStart ? websocket::Footing::First
                                           : websocket::Footing::Unknown);
    return layer;
}

}  // namespace

std::variant<ReadAs, std::string> parseReadAs(std::string_view text) {
    ReadAs readAs;
    const std::size_t comma = text.find(',');
    const std::string_view name = text.substr(0, comma);
    const auto* const word = std::ranges::find(kProtocolWords, name, &ProtocolWord::word);
    if (word == kProtocolWords.end()) {
        return quoted(name) + " is nothing to read a connection as; there are " +
               listOf(kProtocolWords) + ".";
    }
    readAs.kind = word->kind;
    readAs.messages = messageProtocolOf(word->messages);
    readAs.socketIo = word->messages == Protocol::SocketIo;
    if (comma == std::string_view::npos) return readAs;
    if (readAs.kind != ReadAs::Kind::WebSocket) return quoted(name) + " takes no parameters.";
    std::string_view rest = text.substr(comma + 1);
    while (true) {
        const std::size_t next = rest.find(',');
        if (auto mistake = takeParameter(rest.substr(0, next), readAs)) return *std::move(mistake);
        if (next == std::string_view::npos) break;
        rest.remove_prefix(next + 1);
    }
    const Protocol messages = messagesOf(readAs);
    if (readAs.engineVersion != 0 && messages != Protocol::EngineIo &&
        messages != Protocol::SocketIo) {
        return "eio= goes with engineio and socketio, and not with " + quoted(name) + ".";
    }
    return readAs;
}

std::string textOf(const ReadAs& readAs) {
    std::string text(wordOf(readAs));
    if (readAs.compressionSaid) {
        const auto& without = readAs.compression.noContextTakeover;
        switch (readAs.compression.kind) {
            case CompressionKind::None:
                text += ",no-deflate";
                break;
            case CompressionKind::WebkitDeflateFrame:
                text += ",deflate-frame";
                break;
            case CompressionKind::PerMessageDeflate:
                text += without[0] && without[1] ? ",no-takeover"
                        : without[0]             ? ",client-no-takeover"
                        : without[1]             ? ",server-no-takeover"
                                                 : ",deflate";
                break;
        }
    }
    if (readAs.engineVersion != 0) text += ",eio=" + std::to_string(int{readAs.engineVersion});
    if (!readAs.path.empty()) text += ",path=" + readAs.path;
    if (!readAs.subprotocol.empty()) text += ",subprotocol=" + readAs.subprotocol;
    return text;
}

std::string readAsName(const ReadAs& readAs) {
    switch (readAs.kind) {
        case ReadAs::Kind::Automatic:
            return "automatic";
        case ReadAs::Kind::Tcp:
            return "plain TCP";
        case ReadAs::Kind::Http:
            return "HTTP";
        case ReadAs::Kind::EventStream:
            return "event stream";
        case ReadAs::Kind::WebSocket:
            break;
    }
    std::string name;
    if (const Protocol messages = messagesOf(readAs); messages != Protocol::Tcp) {
        name = protocolName(messages);
        if (readAs.engineVersion != 0) {
            name += " (EIO=" + std::to_string(int{readAs.engineVersion}) + ")";
        }
        name += " on ";
    }
    name += "WebSocket";
    if (readAs.compressionSaid) {
        name += readAs.compression.agreed() ? ", " + compressionText(readAs.compression)
                                            : std::string(", not compressed");
    }
    if (!readAs.path.empty()) name += ", path " + readAs.path;
    if (!readAs.subprotocol.empty()) name += ", subprotocol " + readAs.subprotocol;
    return name;
}

std::string readAsNameOf(std::string_view text) {
    const auto readAs = parseReadAs(text);
    const auto* const said = std::get_if<ReadAs>(&readAs);
    return said != nullptr ? readAsName(*said) : std::string(text);
}

std::unique_ptr<Layer> makeReadAsLayer(const ReadAs& readAs, bool fromStart, LayerOutput& out) {
    if (readAs.kind == ReadAs::Kind::Automatic) {
        return std::make_unique<DetectLayer>(fromStart ? DetectLayer::Beginning::Seen
                                                       : DetectLayer::Beginning::NotSeen);
    }
    ConnectionFacts& facts = out.facts();
    facts.readAsChosen = true;
    facts.readAs = out.intern(textOf(readAs));
    if (readAs.kind == ReadAs::Kind::Tcp) return std::make_unique<UnclaimedLayer>();
    std::unique_ptr<Layer> chosen = makeChosenLayer(readAs, fromStart, out);
    // What a load balancer says in front belongs to none of them.
    if (!fromStart) return chosen;
    return std::make_unique<ProxyHeaderLayer>(std::move(chosen));
}

std::variant<ReadAsRule, std::string> parseReadAsRule(std::string_view text) {
    const std::size_t comma = commaIn(text);
    if (comma == std::string_view::npos) {
        return quoted(text) +
               " does not say how to read it; the form is SELECTOR,PROTOCOL[,PARAMETER...], such "
               "as "
               "tcp.stream==3,websocket.";
    }
    ReadAsRule rule;
    rule.selector = text.substr(0, comma);
    auto compiled = compileFilter(rule.selector);
    if (const auto* const error = std::get_if<FilterError>(&compiled)) {
        return "at character " + std::to_string(error->position + 1) + ": " + error->sentence;
    }
    rule.filter = std::move(std::get<Filter>(compiled));
    if (rule.filter.matchesEveryRow()) {
        return quoted(text) +
               " does not say which connections it is about; \"tcp\" is all of them.";
    }
    for (const FieldId field : rule.filter.fields()) {
        if (std::ranges::find(kSelectorFields, field) != kSelectorFields.end()) continue;
        return quoted(fieldInfo(field).name) +
               " is not known when a connection opens; a selector speaks of tcp.stream, tcp.port, "
               "ip.addr, ipv6.addr, and of tcp.srcport, ip.src and their like, where the source is "
               "the client.";
    }
    auto readAs = parseReadAs(text.substr(comma + 1));
    if (auto* const mistake = std::get_if<std::string>(&readAs)) return std::move(*mistake);
    rule.readAs = std::move(std::get<ReadAs>(readAs));
    return rule;
}

ReadAsRule readAsRuleFor(ConnectionId connection, ReadAs readAs) {
    ReadAsRule rule;
    rule.selector = "tcp.stream==" + std::to_string(connection);
    auto compiled = compileFilter(rule.selector);
    rule.filter = std::move(std::get<Filter>(compiled));
    rule.readAs = std::move(readAs);
    return rule;
}

const ReadAs* ReadAsRules::find(ConnectionId connection, const Endpoint& client,
                                const Endpoint& server) const {
    if (m_rules.empty()) return nullptr;
    OpeningRow row(connection, client, server);
    for (const ReadAsRule& rule : m_rules) {
        if (rule.filter.matches(row)) return &rule.readAs;
    }
    return nullptr;
}

}  // namespace framescope
