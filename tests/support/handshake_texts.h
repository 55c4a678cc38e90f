// The heads of an opening handshake, and short names for who says them.
#pragma once

#include <string>

#include "dissector/core/bytes.h"
#include "dissector/record/record.h"

namespace framescope::test {

inline constexpr Direction kC = Direction::ClientToServer;
inline constexpr Direction kS = Direction::ServerToClient;

inline const std::string kUpgrade =
    "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
inline const std::string kSwitch =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

inline std::string text(const Bytes& bytes) {
    return std::string(asText(bytes));
}

}  // namespace framescope::test
