#include "dissector/layer/protocols.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "dissector/core/wide.h"
#include "dissector/engineio/engineio_messages.h"
#include "dissector/engineio/polling.h"
#include "dissector/http/head.h"
#include "dissector/http/http_footing.h"
#include "dissector/http/http_layer.h"
#include "dissector/http/start_line.h"
#include "dissector/layer/client_marks.h"
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
            break;
        case http::Verdict::NeedMore:
            return Recognition::NeedsMore;
    }
    // A head that is damaged beyond reading, with another one behind it.
    if (!http::resemblesHead(beginning)) return Recognition::No;
    const std::size_t end = std::min(asText(beginning).find("\r\n\r\n"), beginning.size());
    return http::findStartLine(beginning.subspan(end)) ? Recognition::Yes : Recognition::No;
}

std::unique_ptr<Layer> makeHttpLayer(bool clientMissed) {
    using Beginning = http::HttpLayer::Beginning;
    return std::make_unique<http::HttpLayer>(clientMissed ? Beginning::BehindRequests
                                                          : Beginning::AtHeads);
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

/// Those that a text can be of which begins as a JSON object, where no subprotocol was agreed on,
/// by who sent it. That is what most messages are whose protocol nobody knows, and each one is
/// asked about.
constexpr std::array<const MessageProtocol*, 2> kClientJsonProtocols = {
    &graphql::kMessageProtocol,
    &signalr::kMessageProtocol,
};
constexpr std::array<const MessageProtocol*, 1> kServerJsonProtocols = {
    &actioncable::kMessageProtocol,
};

/// Whether a text has what each of kClientJsonProtocols is told by.
FRAMESCOPE_WIDE bool hasClientMark(const std::uint8_t* text, std::size_t size) {
    using Block = std::uint8_t __attribute__((vector_size(32)));
    using Words = std::uint64_t __attribute__((vector_size(32)));
    if (size < sizeof(Block)) {
        std::uint8_t few = 0;
        for (std::size_t i = 0; i < size; ++i) addClientMarks(few, text[i]);
        return few != 0;
    }
    Block seen{};
    Block block;
    for (std::size_t at = 0; at < size; at += sizeof block) {
        std::memcpy(&block, text + std::min(at, size - sizeof block), sizeof block);
        addClientMarks(seen, block);
    }
    Words words;
    std::memcpy(&words, &seen, sizeof words);
    return (words[0] | words[1] | words[2] | words[3]) != 0;
}

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
                                                       std::string_view subprotocol) {
    const std::string_view text = message.asText();
    const bool isObject = message.text && subprotocol.empty() && text.starts_with('{');
    if (!isObject) return kMessageProtocols;
    if (message.direction == Direction::ServerToClient) {
        // There is one text alone that it is told by.
        if (text.size() != actioncable::kWelcome.size()) return {};
        return kServerJsonProtocols;
    }
    if (!message.mayBeMarked || !hasClientMark(message.bytes.data(), text.size())) return {};
    return kClientJsonProtocols;
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
    return http::beginsResponse(firstPayload) ? Direction::ServerToClient
                                              : Direction::ClientToServer;
}

}  // namespace framescope
