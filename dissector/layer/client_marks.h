// What every message has that is of a protocol of JSON objects which the client begins, and hardly
// any other message: the underline of "connection_init" (GraphQL over WebSocket), a backslash that
// may stand for it, SignalR's separator. Whoever goes over the bytes of a message anyway can look
// for them on the way.
#pragma once

#include <cstdint>

namespace framescope {

/// Sets bits in `to` where `bytes` is one of them: a byte, or a vector of bytes.
template <typename Vector>
[[gnu::always_inline]] inline void addClientMarks(Vector& to, const Vector& bytes) {
    constexpr std::uint8_t kSeparator = 0x1e;
    to |= static_cast<Vector>((bytes == '_') | (bytes == '\\') | (bytes == kSeparator));
}

}  // namespace framescope
