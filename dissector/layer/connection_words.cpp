#include "dissector/layer/connection_words.h"

namespace framescope {
namespace {

/// "with context takeover", "without context takeover of the server", ...
std::string takeoverText(const Compression& compression) {
    const bool client = compression.noContextTakeover[indexOf(Direction::ClientToServer)];
    const bool server = compression.noContextTakeover[indexOf(Direction::ServerToClient)];
    if (!client && !server) return "with context takeover";
    if (client && server) return "without context takeover";
    return std::string("without context takeover of the ") + (client ? "client" : "server");
}

}  // namespace

std::string compressionText(const Compression& compression) {
    std::string text(compressionName(compression.kind));
    if (compression.kind != CompressionKind::PerMessageDeflate) return text;
    return text + " " + takeoverText(compression);
}

std::string inferredText(const ConnectionFacts& facts) {
    std::string text;
    const auto add = [&text](std::string_view what) {
        if (!text.empty()) text += ", ";
        text += what;
    };
    const auto has = [&facts](InferredFact fact) { return (facts.inferred & fact) != 0; };
    if (has(kInferredWebSocket)) add("WebSocket");
    if (has(kInferredCompression)) {
        add(has(kInferredTakeover) ? compressionText(facts.compression)
                                   : std::string(compressionName(facts.compression.kind)));
    } else if (has(kInferredTakeover)) {
        add("compressed " + takeoverText(facts.compression));
    }
    if (has(kInferredEngineVersion)) {
        add("Engine.IO " + std::to_string(int{facts.engineVersion}));
    }
    if (has(kInferredClient)) add("which side is the client");
    return text;
}

std::string inferredSentence(const ConnectionFacts& facts) {
    const std::string text = inferredText(facts);
    if (text.empty()) return {};
    return "The handshake was not captured or cannot be read; told from the frames: " + text + ".";
}

}  // namespace framescope
