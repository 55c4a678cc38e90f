#include "dissector/layer/protocols.h"

#include <algorithm>
#include <array>

#include "dissector/engineio/engineio_messages.h"
#include "dissector/engineio/polling.h"
#include "dissector/http/head.h"
#include "dissector/http/http_layer.h"
#include "dissector/layer/proxy_header.h"
#include "dissector/sse/event_stream_body.h"
#include "dissector/sse/joined_stream.h"
#include "dissector/subprotocol/action_cable.h"
#include "dissector/subprotocol/graphql_ws.h"
#include "dissector/subprotocol/mqtt_messages.h"
#include "dissector/subprotocol/signalr.h"
#include "dissector/subprotocol/sockjs.h"
#include "dissector/subprotocol/stomp.h"
#include "dissector/subprotocol/wamp.h"
#include "dissector/websocket/mid_stream.h"

namespace framescope {
namespace {

Recognition recogniseHttp(Direction, ByteView beginning) {
    switch (http::looksLikeHttp(beginning)) {
        case http::Verdict::Yes:
            return Recognition::Yes;
        case http::Verdict::No:
            return Recognition::No;
        case http::Verdict::NeedMore:
            return Recognition::NeedsMore;
    }
    return Recognition::No;
}

std::unique_ptr<Layer> makeHttpLayer() {
    return std::make_unique<http::HttpLayer>();
}

constexpr std::array kStreamProtocols = {
    StreamProtocol{recogniseHttp, http::looksLikeCutRequest, makeHttpLayer},
};

/// In the order in which they are asked.
constexpr std::array<const MessageProtocol*, 8> kMessageProtocols = {
    &engineio::kMessageProtocol, &stomp::kMessageProtocol,       &mqtt::kMessageProtocol,
    &wamp::kMessageProtocol,     &graphql::kMessageProtocol,     &signalr::kMessageProtocol,
    &sockjs::kMessageProtocol,   &actioncable::kMessageProtocol,
};

/// Those that a text can be of which begins as a JSON object, where no subprotocol was agreed on.
/// That is what most messages are whose protocol nobody knows, and each one is asked about.
constexpr std::array<const MessageProtocol*, 4> kJsonProtocols = {
    &graphql::kMessageProtocol,
    &signalr::kMessageProtocol,
    &sockjs::kMessageProtocol,
    &actioncable::kMessageProtocol,
};

constexpr std::array<const BodyProtocol*, 2> kBodyProtocols = {
    &engineio::kPollingProtocol,
    &sse::kBodyProtocol,
};

}  // namespace

std::span<const StreamProtocol> streamProtocols() {
    return kStreamProtocols;
}

std::span<const MessageProtocol* const> messageProtocols() {
    return kMessageProtocols;
}

std::span<const MessageProtocol* const> protocolsToAsk(const MessageView& message,
                                                       const ConnectionView& connection) {
    const bool isObject =
        message.text && connection.subprotocol.empty() && message.asText().starts_with('{');
    if (isObject) return kJsonProtocols;
    return kMessageProtocols;
}

const MessageProtocol* messageProtocolOf(Protocol protocol) {
    // Socket.IO stands inside Engine.IO's messages and is described with them.
    if (protocol == Protocol::SocketIo) protocol = Protocol::EngineIo;
    const auto* const found =
        std::ranges::find(kMessageProtocols, protocol, &MessageProtocol::protocol);
    return found == kMessageProtocols.end() ? nullptr : *found;
}

std::span<const BodyProtocol* const> bodyProtocols() {
    return kBodyProtocols;
}

const BodyProtocol* bodyProtocolOf(RowKind kind) {
    const auto* const found = std::ranges::find(kBodyProtocols, kind, &BodyProtocol::kind);
    return found == kBodyProtocols.end() ? nullptr : *found;
}

std::optional<Direction> guessSender(ByteView firstPayload) {
    if (findProxyHeader(firstPayload).recognition == Recognition::Yes) {
        return Direction::ClientToServer;
    }
    if (http::looksLikeHttp(firstPayload) != http::Verdict::Yes) {
        const sse::JoinedStream events = sse::judgeJoinedStream(firstPayload, 1);
        if (events == sse::JoinedStream::Plain || events == sse::JoinedStream::Chunked) {
            return Direction::ServerToClient;
        }
        return websocket::senderOfFrames(firstPayload);
    }
    return asText(firstPayload).starts_with("HTTP/") ? Direction::ServerToClient
                                                     : Direction::ClientToServer;
}

}  // namespace framescope
