// Part of the table of fields: Engine.IO, Socket.IO and event streams. Only field_table.cpp
// includes it.
#pragma once

#include <array>

#include "dissector/field/field_id.h"

namespace framescope::fields {

using enum FieldType;

inline constexpr std::array kSocketioFields = {
    FieldInfo{FieldId::EngineIo, "engineio", Protocol, "Engine.IO", ""},
    FieldInfo{FieldId::EngineIoType, "engineio.type", Text, "Packet type",
              "open, close, ping, pong, message, upgrade or noop"},
    FieldInfo{FieldId::EngineIoVersion, "engineio.version", Unsigned, "Protocol revision", ""},
    FieldInfo{FieldId::EngineIoSid, "engineio.sid", Text, "Session", ""},
    FieldInfo{FieldId::EngineIoUpgrades, "engineio.upgrades", Text, "Upgrades offered", ""},
    FieldInfo{FieldId::EngineIoPingInterval, "engineio.ping_interval", Unsigned, "Ping interval",
              "In milliseconds"},
    FieldInfo{FieldId::EngineIoPingTimeout, "engineio.ping_timeout", Unsigned, "Ping timeout",
              "In milliseconds"},
    FieldInfo{FieldId::EngineIoMaxPayload, "engineio.max_payload", Unsigned, "Greatest payload",
              "In bytes"},
    FieldInfo{FieldId::EngineIoTransport, "engineio.transport", Text, "Transport", ""},
    FieldInfo{FieldId::EngineIoData, "engineio.data", Text, "Data", ""},
    FieldInfo{
        FieldId::EngineIoLength, "engineio.length", Unsigned, "Packet length",
        "In a polling body of revision 3: characters of a text packet, bytes of a binary one"},
    FieldInfo{FieldId::EngineIoMarker, "engineio.binary", Bool, "Binary packet",
              "In a binary polling body of revision 3"},
    FieldInfo{FieldId::EngineIoErrorCode, "engineio.error.code", Unsigned, "Error",
              "Why the server refused a request, 0 to 5"},
    FieldInfo{FieldId::EngineIoErrorMessage, "engineio.error.message", Text, "Message", ""},
    FieldInfo{FieldId::SocketIo, "socketio", Protocol, "Socket.IO", ""},
    FieldInfo{FieldId::SocketIoType, "socketio.type", Text, "Packet type",
              "CONNECT, DISCONNECT, EVENT, ACK, CONNECT_ERROR (ERROR before revision 5), "
              "BINARY_EVENT or BINARY_ACK"},
    FieldInfo{FieldId::SocketIoAttachments, "socketio.attachments", Unsigned, "Attachments", ""},
    FieldInfo{FieldId::SocketIoNsp, "socketio.nsp", Text, "Namespace", ""},
    FieldInfo{FieldId::SocketIoId, "socketio.id", Unsigned, "Acknowledgement id", ""},
    FieldInfo{FieldId::SocketIoEvent, "socketio.event", Text, "Event", ""},
    FieldInfo{FieldId::SocketIoArgs, "socketio.args", Text, "Arguments",
              "The arguments as a JSON array, without the event name; of binary data the number of "
              "bytes, while an attachment that is not there stays its placeholder"},
    FieldInfo{FieldId::SocketIoData, "socketio.data", Text, "Data",
              "What CONNECT, CONNECT_ERROR and DISCONNECT carry, as JSON"},
    FieldInfo{FieldId::SocketIoAckLatency, "socketio.ack_latency", Time,
              "Time to the acknowledgement",
              "Between an event that asked for an acknowledgement and the acknowledgement"},
    FieldInfo{FieldId::SocketIoAttachment, "socketio.attachment", ByteString, "Attachment",
              "Bytes of a binary attachment, where its placeholder stands"},
    FieldInfo{FieldId::SocketIoAttachmentOf, "socketio.attachment_of", Text, "Attachment",
              "Which attachment of which packet a binary message is"},
    FieldInfo{FieldId::SocketIoSid, "socketio.sid", Text, "Socket",
              "The server's id of the client on this namespace"},
    FieldInfo{FieldId::SocketIoPid, "socketio.pid", Text, "Private session id",
              "With it a client asks for its state back after a reconnect"},
    FieldInfo{FieldId::SocketIoOffset, "socketio.offset", Text, "Offset",
              "Of an event: its place in the order of events that can be sent again; of CONNECT: "
              "that of the last event the client received"},
    FieldInfo{FieldId::SocketIoRecovered, "socketio.recovered", Bool, "State recovered",
              "Whether the server gave the client its state back"},
    FieldInfo{FieldId::SocketIoParser, "socketio.parser", Text, "Parser",
              "The parser of the packet, where it is not the default one: msgpack"},
    // Event streams
    FieldInfo{FieldId::Sse, "sse", Protocol, "Event stream", ""},
    FieldInfo{FieldId::SseEvent, "sse.event", Text, "Event",
              "Type of the event; message where it names none"},
    FieldInfo{FieldId::SseData, "sse.data", Text, "Data", "The data lines of an event, joined"},
    FieldInfo{FieldId::SseDataLine, "sse.data.line", Text, "Line", "One of several data lines"},
    FieldInfo{FieldId::SseId, "sse.id", Text, "Event id", ""},
    FieldInfo{FieldId::SseRetry, "sse.retry", Unsigned, "Time before reconnecting",
              "In milliseconds"},
    FieldInfo{FieldId::SseComment, "sse.comment", Text, "Comment",
              "A line that browsers ignore; mostly sent to keep the connection alive"},
    FieldInfo{FieldId::SseUnknown, "sse.unknown", Text, "Unknown field",
              "Value of a field that is none of the standard's"},
    FieldInfo{FieldId::SseByteOrderMark, "sse.byte_order_mark", ByteString, "Byte order mark",
              "At the very start of a stream, where it is skipped"},
    FieldInfo{FieldId::SseDispatched, "sse.dispatched", Bool, "Dispatched",
              "Whether a browser hands the event to the page"},
};

}  // namespace framescope::fields
