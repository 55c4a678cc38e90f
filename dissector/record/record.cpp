#include "dissector/record/record.h"

namespace framescope {

const char* protocolName(Protocol protocol) {
    switch (protocol) {
        case Protocol::Tcp:
            return "TCP";
        case Protocol::Http:
            return "HTTP";
        case Protocol::WebSocket:
            return "WebSocket";
        case Protocol::EngineIo:
            return "Engine.IO";
        case Protocol::SocketIo:
            return "Socket.IO";
    }
    return "";
}

}  // namespace framescope
