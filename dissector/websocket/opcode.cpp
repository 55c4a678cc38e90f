// Names of the opcodes (RFC 6455 section 11.8).
#include "dissector/websocket/opcode.h"

namespace framescope::websocket {

std::string_view opcodeName(std::uint8_t opcode) {
    switch (static_cast<Opcode>(opcode)) {
        case Opcode::Continuation:
            return "continuation";
        case Opcode::Text:
            return "text";
        case Opcode::Binary:
            return "binary";
        case Opcode::Close:
            return "close";
        case Opcode::Ping:
            return "ping";
        case Opcode::Pong:
            return "pong";
    }
    return "reserved";
}

}  // namespace framescope::websocket
