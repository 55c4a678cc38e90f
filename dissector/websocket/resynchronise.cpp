#include "dissector/websocket/resynchronise.h"

namespace framescope::websocket {
namespace {

/// Longest payload a header found by searching may announce.
constexpr std::uint64_t kMaxPlausiblePayload = 1ULL << 30;
constexpr int kProvingChain = 3;

struct ChainLength {
    int headers = 0;
    bool endsExactly = false;
};

ChainLength chainFrom(ByteView bytes, const FrameHabits& habits) {
    ChainLength chain;
    while (!bytes.empty() && chain.headers < kProvingChain) {
        const auto header = parseFrameHeader(bytes);
        if (!header) return chain;
        if (!isPlausible(*header, habits)) return {};
        ++chain.headers;
        if (header->frameSize() > bytes.size()) return chain;
        bytes = bytes.subspan(header->frameSize());
    }
    chain.endsExactly = bytes.empty();
    return chain;
}

}  // namespace

bool isPlausible(const FrameHeader& header, const FrameHabits& habits) {
    if (header.masked != habits.masked || header.rsv2 || header.rsv3) return false;
    if (header.rsv1 && !(habits.deflate && !isControl(header.opcode))) return false;
    if (isReserved(header.opcode)) return false;
    if (header.lengthForm != minimalForm(header.payloadLength)) return false;
    if (isControl(header.opcode)) return header.fin && header.payloadLength <= 125;
    return header.payloadLength <= kMaxPlausiblePayload;
}

std::optional<std::size_t> findFrame(ByteView bytes, const FrameHabits& habits) {
    for (std::size_t at = 0; at < bytes.size(); ++at) {
        const ChainLength chain = chainFrom(bytes.subspan(at), habits);
        if (chain.headers >= kProvingChain) return at;
        if (chain.endsExactly && chain.headers >= (at == 0 ? 1 : 2)) return at;
    }
    return std::nullopt;
}

}  // namespace framescope::websocket
