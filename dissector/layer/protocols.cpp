#include "dissector/layer/protocols.h"

#include <array>

#include "dissector/engineio/engineio_messages.h"
#include "dissector/http/head.h"
#include "dissector/http/http_layer.h"

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
    StreamProtocol{recogniseHttp, makeHttpLayer},
};

constexpr std::array kMessageProtocols = {
    engineio::kMessageProtocol,
};

}  // namespace

std::span<const StreamProtocol> streamProtocols() {
    return kStreamProtocols;
}

std::span<const MessageProtocol> messageProtocols() {
    return kMessageProtocols;
}

const MessageProtocol* messageProtocolOf(Protocol protocol) {
    if (protocol == Protocol::EngineIo || protocol == Protocol::SocketIo) {
        return &engineio::kMessageProtocol;
    }
    return nullptr;
}

std::optional<Direction> guessSender(ByteView firstPayload) {
    if (http::looksLikeHttp(firstPayload) != http::Verdict::Yes) return std::nullopt;
    return asText(firstPayload).starts_with("HTTP/") ? Direction::ServerToClient
                                                     : Direction::ClientToServer;
}

}  // namespace framescope
