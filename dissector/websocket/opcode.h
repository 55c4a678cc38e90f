// Opcodes of WebSocket frames (RFC 6455 section 5.2 and 11.8).
#pragma once

#include <cstdint>
#include <string_view>

namespace framescope::websocket {

/// The opcodes the RFC defines. A frame keeps the four bits as they are, reserved ones too.
enum class Opcode : std::uint8_t {
    Continuation = 0x0,
    Text = 0x1,
    Binary = 0x2,
    Close = 0x8,
    Ping = 0x9,
    Pong = 0xa,
};

/// Control frames have the highest bit of the opcode set (section 5.5).
constexpr bool isControl(std::uint8_t opcode) {
    return (opcode & 0x8) != 0;
}
/// 3 to 7 and 11 to 15 have no meaning yet.
constexpr bool isReserved(std::uint8_t opcode) {
    return (opcode & 0x7) > 2;
}
/// "text", "close", ...; "reserved" for those without a meaning.
std::string_view opcodeName(std::uint8_t opcode);

}  // namespace framescope::websocket
