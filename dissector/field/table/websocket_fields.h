// Part of the table of fields: WebSocket. Only field_table.cpp includes it.
#pragma once

#include <array>

#include "dissector/field/field_id.h"

namespace framescope::fields {

using enum FieldType;

inline constexpr std::array kWebsocketFields = {
    FieldInfo{FieldId::WebSocket, "websocket", Protocol, "WebSocket", ""},
    FieldInfo{FieldId::WebSocketFin, "websocket.fin", Bool, "FIN", "Final fragment of its message"},
    FieldInfo{FieldId::WebSocketRsv, "websocket.rsv", Hex8, "Reserved bits",
              "RSV1, RSV2 and RSV3 as one number"},
    FieldInfo{FieldId::WebSocketRsv1, "websocket.rsv1", Bool, "RSV1", ""},
    FieldInfo{FieldId::WebSocketRsv2, "websocket.rsv2", Bool, "RSV2", ""},
    FieldInfo{FieldId::WebSocketRsv3, "websocket.rsv3", Bool, "RSV3", ""},
    FieldInfo{FieldId::WebSocketOpcode, "websocket.opcode", Unsigned, "Opcode", ""},
    FieldInfo{FieldId::WebSocketMask, "websocket.mask", Bool, "Mask", ""},
    FieldInfo{FieldId::WebSocketPayloadLength, "websocket.payload_length", Unsigned,
              "Payload length", "The 7-bit length: 126 and 127 announce an extended one"},
    FieldInfo{FieldId::WebSocketPayloadLengthExt16, "websocket.payload_length_ext_16", Unsigned,
              "Extended payload length (16 bits)", ""},
    FieldInfo{FieldId::WebSocketPayloadLengthExt64, "websocket.payload_length_ext_64", Unsigned,
              "Extended payload length (64 bits)", ""},
    FieldInfo{FieldId::WebSocketMaskingKey, "websocket.masking_key", ByteString, "Masking key", ""},
    FieldInfo{FieldId::WebSocketMaskedPayload, "websocket.masked_payload", ByteString,
              "Masked payload", "The payload as it stands on the wire, where it is masked"},
    FieldInfo{FieldId::WebSocketPayload, "websocket.payload", ByteString, "Payload",
              "The frame's payload, unmasked"},
    FieldInfo{FieldId::WebSocketPayloadText, "websocket.payload.text", Text, "Text", ""},
    FieldInfo{FieldId::WebSocketPayloadContinue, "websocket.payload.continue", ByteString,
              "Continuation", ""},
    FieldInfo{FieldId::WebSocketPayloadBinary, "websocket.payload.binary", ByteString, "Binary",
              ""},
    FieldInfo{FieldId::WebSocketPayloadPing, "websocket.payload.ping", ByteString, "Ping", ""},
    FieldInfo{FieldId::WebSocketPayloadPong, "websocket.payload.pong", ByteString, "Pong", ""},
    FieldInfo{FieldId::WebSocketPayloadClose, "websocket.payload.close", Group, "Close", ""},
    FieldInfo{FieldId::WebSocketPayloadCloseStatusCode, "websocket.payload.close.status_code",
              Unsigned, "Status code", ""},
    FieldInfo{FieldId::WebSocketPayloadCloseReason, "websocket.payload.close.reason", Text,
              "Reason", ""},
    FieldInfo{FieldId::WebSocketPayloadUnknown, "websocket.payload.unknown", ByteString,
              "Payload of a reserved opcode", ""},
    FieldInfo{
        FieldId::WebSocketMessage, "websocket.message", Text, "Message",
        "The message its frames make up, unmasked and inflated, on the row of its last frame: "
        "text as text, binary as hex"},
    FieldInfo{FieldId::WebSocketFragmentCount, "websocket.fragment.count", Unsigned,
              "Frames of the message", ""},
    FieldInfo{FieldId::WebSocketCompressedSize, "websocket.compressed_size", Unsigned,
              "Compressed size", "Bytes of a compressed message on the wire"},
    FieldInfo{FieldId::WebSocketInflatedSize, "websocket.inflated_size", Unsigned, "Inflated size",
              "Bytes that a compressed message inflates to"},
    FieldInfo{FieldId::WebSocketCompression, "websocket.compression", Text, "Compression",
              "permessage-deflate or x-webkit-deflate-frame, on compressed messages"},
    FieldInfo{FieldId::WebSocketClosing, "websocket.close", Group, "Closing of the WebSocket",
              "How a WebSocket ended, on the row that ends its connection"},
    FieldInfo{FieldId::WebSocketCloseClean, "websocket.close.clean", Bool, "Clean",
              "Both sides sent a close frame before the connection ended"},
    FieldInfo{FieldId::WebSocketCloseBy, "websocket.close.by", Text, "Closed by",
              "client or server: who sent the first close frame, or without one ended the "
              "connection"},
    FieldInfo{FieldId::WebSocketCloseCode, "websocket.close.code", Unsigned, "Close code",
              "Of the first close frame; 1005 where it has none and 1006 without close frame, as "
              "clients report it"},
    FieldInfo{FieldId::WebSocketCloseReason, "websocket.close.reason", Text, "Close reason", ""},
    FieldInfo{FieldId::ConnectionInferred, "connection.inferred", Text, "Inferred",
              "What was told from the bytes, because the handshake was not captured"},
    FieldInfo{FieldId::ConnectionReadAs, "connection.read_as", Text, "Read as",
              "How the user wants this connection to be read"},
};

}  // namespace framescope::fields
