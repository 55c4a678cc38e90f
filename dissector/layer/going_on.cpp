#include "dissector/layer/going_on.h"

#include "dissector/layer/detect_layer.h"
#include "dissector/websocket/websocket_layer.h"

namespace framescope {

std::unique_ptr<Layer> makeLayerGoingOn(const ConnectionFacts& facts, const std::string& path,
                                        const std::string& subprotocol) {
    if (!facts.upgraded && (facts.inferred & kInferredWebSocket) == 0) {
        return std::make_unique<DetectLayer>(DetectLayer::Beginning::NotSeen);
    }
    auto layer = std::make_unique<websocket::WebSocketLayer>(
        path, subprotocol,
        facts.upgraded ? websocket::Negotiation::Captured : websocket::Negotiation::NotCaptured);
    // The RST may have stood within a frame.
    layer->beginWithoutHandshake(websocket::Footing::First);
    return layer;
}

}  // namespace framescope
