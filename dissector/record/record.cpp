#include "dissector/record/record.h"

namespace framescope {

const char* protocolName(Protocol protocol) {
    switch (protocol) {
        case Protocol::Tcp:
            return "TCP";
        case Protocol::Http:
            return "HTTP";
        case Protocol::EventStream:
            return "Event stream";
        case Protocol::WebSocket:
            return "WebSocket";
        case Protocol::EngineIo:
            return "Engine.IO";
        case Protocol::SocketIo:
            return "Socket.IO";
        case Protocol::Stomp:
            return "STOMP";
        case Protocol::Mqtt:
            return "MQTT";
        case Protocol::Wamp:
            return "WAMP";
        case Protocol::GraphQlWs:
            return "GraphQL";
        case Protocol::SignalR:
            return "SignalR";
        case Protocol::SockJs:
            return "SockJS";
        case Protocol::ActionCable:
            return "Action Cable";
        case Protocol::Capture:
            return "Capture";
    }
    return "";
}

}  // namespace framescope
