#include "dissector/tcp/tcp_options.h"

#include <algorithm>

namespace framescope::tcp {
namespace {

/// The data of the first option of a kind.
std::optional<ByteView> find(ByteView options, std::uint8_t kind) {
    while (!options.empty() && options[0] != 0) {
        if (options[0] == 1) {
            options = options.subspan(1);
            continue;
        }
        if (options.size() < 2 || options[1] < 2 || options[1] > options.size()) break;
        if (options[0] == kind) return options.subspan(2, options[1] - 2U);
        options = options.subspan(options[1]);
    }
    return std::nullopt;
}

}  // namespace

ByteView optionsOf(const Header& header, ByteView packet, std::size_t offset) {
    if (!header.plausible() || offset + kMinimumHeader > packet.size()) return {};
    const std::size_t end = std::min(offset + header.headerLength, packet.size());
    return packet.subspan(offset + kMinimumHeader, end - offset - kMinimumHeader);
}

std::optional<std::uint8_t> windowScale(ByteView options) {
    const auto data = find(options, 3);
    if (!data || data->size() != 1) return std::nullopt;
    return std::min<std::uint8_t>((*data)[0], 14);
}

std::optional<std::uint32_t> timestampValue(ByteView options) {
    const auto data = find(options, 8);
    if (!data || data->size() != 8) return std::nullopt;
    return readBe32(data->data());
}

bool acknowledgesBehind(ByteView options, std::uint32_t acknowledgment) {
    auto blocks = find(options, 5).value_or(ByteView());
    for (; blocks.size() >= 8; blocks = blocks.subspan(8)) {
        // A block at or before the acknowledgment tells of bytes that came twice (RFC 2883).
        if (static_cast<std::int32_t>(readBe32(blocks.data()) - acknowledgment) > 0) return true;
    }
    return false;
}

}  // namespace framescope::tcp
