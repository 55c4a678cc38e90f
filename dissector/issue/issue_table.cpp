// The one table of issues: code, severity, name, sentence, section.
#include <array>
#include <cassert>

#include "dissector/issue/issue.h"

namespace framescope {
namespace {

using enum Severity;

constexpr std::array kIssues = {
    IssueInfo{IssueCode::PacketCutShort, Warning, "packet.cut-short",
              "The packet was captured only in part.", ""},
    IssueInfo{IssueCode::IpHeaderMalformed, Error, "ip.header-malformed",
              "The IP header does not fit its packet.", "RFC 791 section 3.1"},
    IssueInfo{IssueCode::TcpHeaderMalformed, Error, "tcp.header-malformed",
              "The TCP header does not fit its packet.", "RFC 9293 section 3.1"},
    IssueInfo{IssueCode::TcpDataMissing, Warning, "tcp.data-missing",
              "Bytes of this stream are missing from the capture.", "RFC 9293 section 3.4"},
    IssueInfo{IssueCode::TcpJoinedMidStream, Note, "tcp.joined-mid-stream",
              "The capture began after this connection was opened.", ""},
    IssueInfo{IssueCode::TcpReset, Warning, "tcp.reset",
              "The connection was reset instead of being closed.", "RFC 9293 section 3.5.2"},
    IssueInfo{IssueCode::HttpHeadTooLong, Error, "http.head-too-long",
              "The head is longer than what is read of one.", ""},
    IssueInfo{IssueCode::HttpHeadCutShort, Warning, "http.head-cut-short",
              "The end of this head is missing from the capture.", ""},
    IssueInfo{IssueCode::HttpStartLineMalformed, Error, "http.start-line-malformed",
              "The start line is not of the form the specification gives.", "RFC 9112 section 2.1"},
    IssueInfo{IssueCode::HttpHeaderMalformed, Error, "http.header-malformed",
              "A header line is not of the form name: value.", "RFC 9112 section 5"},
    IssueInfo{IssueCode::HttpFramingAmbiguous, Error, "http.framing-ambiguous",
              "The headers contradict each other on where the body ends.", "RFC 9112 section 6.3"},
    IssueInfo{IssueCode::HttpChunkMalformed, Error, "http.chunk-malformed",
              "A chunk does not begin with its size in hex digits or does not end with CRLF.",
              "RFC 9112 section 7.1"},
    IssueInfo{IssueCode::HttpCookieInClear, Note, "http.cookie-in-clear",
              "A cookie travels unencrypted: whoever reads along can use it.",
              "RFC 6265 section 8.3"},
    IssueInfo{IssueCode::HttpAuthorizationInClear, Note, "http.authorization-in-clear",
              "Credentials travel unencrypted: whoever reads along can use them.",
              "RFC 9110 section 17.16.1"},
    IssueInfo{
        IssueCode::HttpTokenInClear, Note, "http.token-in-clear",
        "A secret stands in the query and travels unencrypted; logs and histories keep it, too.",
        "RFC 9110 section 17.9"},
    IssueInfo{IssueCode::HttpBodyCutShort, Warning, "http.body-cut-short",
              "The connection ended before the body did.", "RFC 9112 section 8"},
    IssueInfo{IssueCode::HttpContentMalformed, Error, "http.content-malformed",
              "The body cannot be decoded as its Content-Encoding says.", "RFC 9110 section 8.4.1"},
    IssueInfo{IssueCode::HttpContentCutShort, Warning, "http.content-cut-short",
              "The compressed body ends before its data does.", "RFC 9110 section 8.4.1"},
    IssueInfo{IssueCode::HttpContentOverLimit, Warning, "http.content-over-limit",
              "The body decodes to more than what is read of one.", ""},
    IssueInfo{IssueCode::HandshakeMethodNotGet, Error, "handshake.method-not-get",
              "The method of a WebSocket handshake must be GET.", "RFC 6455 section 4.1"},
    IssueInfo{IssueCode::HandshakeHttpVersion, Error, "handshake.http-version",
              "A WebSocket handshake needs HTTP/1.1 or higher.", "RFC 6455 section 4.1"},
    IssueInfo{IssueCode::HandshakeHostMissing, Error, "handshake.host-missing",
              "The handshake has no Host.", "RFC 6455 section 4.1"},
    IssueInfo{IssueCode::HandshakeUpgradeMissing, Error, "handshake.upgrade-missing",
              "The handshake has no Upgrade.", "RFC 6455 section 4.1"},
    IssueInfo{IssueCode::HandshakeUpgradeMalformed, Error, "handshake.upgrade-malformed",
              "Upgrade does not say websocket.", "RFC 6455 section 4.1"},
    IssueInfo{IssueCode::HandshakeUpgradeStripped, Warning, "handshake.upgrade-stripped",
              "The request has a WebSocket key but no Upgrade: a proxy on the way took it out.",
              "RFC 6455 section 4.2.1"},
    IssueInfo{IssueCode::HandshakeConnectionMissing, Error, "handshake.connection-missing",
              "The handshake has no Connection.", "RFC 6455 section 4.1"},
    IssueInfo{IssueCode::HandshakeConnectionMalformed, Error, "handshake.connection-malformed",
              "Connection does not say Upgrade.", "RFC 6455 section 4.1"},
    IssueInfo{IssueCode::HandshakeKeyMissing, Error, "handshake.key-missing",
              "The handshake has no Sec-WebSocket-Key.", "RFC 6455 section 4.1"},
    IssueInfo{IssueCode::HandshakeKeyMalformed, Error, "handshake.key-malformed",
              "Sec-WebSocket-Key is not 16 bytes in base64.", "RFC 6455 section 4.1"},
    IssueInfo{IssueCode::HandshakeVersionMissing, Error, "handshake.version-missing",
              "The handshake has no Sec-WebSocket-Version.", "RFC 6455 section 4.1"},
    IssueInfo{IssueCode::HandshakeVersionNot13, Error, "handshake.version-not-13",
              "Sec-WebSocket-Version is not 13.", "RFC 6455 section 4.1"},
    IssueInfo{IssueCode::HandshakeAcceptMissing, Error, "handshake.accept-missing",
              "The server switched to WebSocket without Sec-WebSocket-Accept.",
              "RFC 6455 section 4.2.2"},
    IssueInfo{IssueCode::HandshakeAcceptWrong, Error, "handshake.accept-wrong",
              "Sec-WebSocket-Accept does not answer the key of the request.",
              "RFC 6455 section 4.2.2"},
    IssueInfo{IssueCode::HandshakeSubprotocolNotOffered, Error, "handshake.subprotocol-not-offered",
              "The server chose a subprotocol that the client did not offer.",
              "RFC 6455 section 4.1"},
    IssueInfo{IssueCode::HandshakeExtensionMalformed, Error, "handshake.extension-malformed",
              "An extension is not written in the form the specification gives.",
              "RFC 6455 section 9.1"},
    IssueInfo{IssueCode::HandshakeExtensionParameters, Error, "handshake.extension-parameters",
              "An extension has parameters that are not allowed.", "RFC 7692 section 7.1"},
    IssueInfo{IssueCode::HandshakeExtensionNotOffered, Error, "handshake.extension-not-offered",
              "The server chose an extension that the client did not offer.",
              "RFC 6455 section 4.1"},
    IssueInfo{IssueCode::HandshakeHeaderTwice, Error, "handshake.header-twice",
              "A header of the handshake that may stand there once stands there more often.",
              "RFC 6455 section 11.3"},
    IssueInfo{IssueCode::HandshakeOriginForeign, Note, "handshake.origin-foreign",
              "The page that opened this connection comes from another host.",
              "RFC 6455 section 10.2"},
    IssueInfo{IssueCode::WebSocketClientNotMasked, Error, "websocket.client-not-masked",
              "A frame from the client is not masked.", "RFC 6455 section 5.1"},
    IssueInfo{IssueCode::WebSocketServerMasked, Error, "websocket.server-masked",
              "A frame from the server is masked.", "RFC 6455 section 5.1"},
    IssueInfo{IssueCode::WebSocketReservedBits, Error, "websocket.reserved-bits",
              "A reserved bit is set without an extension that gives it a meaning.",
              "RFC 6455 section 5.2"},
    IssueInfo{IssueCode::WebSocketReservedOpcode, Error, "websocket.reserved-opcode",
              "The opcode is reserved.", "RFC 6455 section 5.2"},
    IssueInfo{IssueCode::WebSocketControlFragmented, Error, "websocket.control-fragmented",
              "A control frame must not be fragmented.", "RFC 6455 section 5.5"},
    IssueInfo{IssueCode::WebSocketControlTooLong, Error, "websocket.control-too-long",
              "A control frame carries more than 125 bytes.", "RFC 6455 section 5.5"},
    IssueInfo{IssueCode::WebSocketContinuationWithoutStart, Error,
              "websocket.continuation-without-start",
              "A continuation frame came while no message was open.", "RFC 6455 section 5.4"},
    IssueInfo{IssueCode::WebSocketMessageInsideMessage, Error, "websocket.message-inside-message",
              "A new message began before the one before it was finished.", "RFC 6455 section 5.4"},
    IssueInfo{IssueCode::WebSocketLengthNotMinimal, Error, "websocket.length-not-minimal",
              "The payload length is not written in its shortest form.", "RFC 6455 section 5.2"},
    IssueInfo{IssueCode::WebSocketLengthTopBit, Error, "websocket.length-top-bit",
              "The most significant bit of the 64-bit length is set.", "RFC 6455 section 5.2"},
    IssueInfo{IssueCode::WebSocketTextNotUtf8, Error, "websocket.text-not-utf8",
              "A text message is not valid UTF-8.", "RFC 6455 section 8.1"},
    IssueInfo{IssueCode::WebSocketCloseBodyOneByte, Error, "websocket.close-body-one-byte",
              "A close frame's body has one byte: neither empty nor a code.",
              "RFC 6455 section 5.5.1"},
    IssueInfo{IssueCode::WebSocketCloseCodeForbidden, Error, "websocket.close-code-forbidden",
              "This close code must not be sent.", "RFC 6455 section 7.4"},
    IssueInfo{IssueCode::WebSocketCloseReasonNotUtf8, Error, "websocket.close-reason-not-utf8",
              "The reason of a close frame is not valid UTF-8.", "RFC 6455 section 5.5.1"},
    IssueInfo{IssueCode::WebSocketDataAfterClose, Error, "websocket.data-after-close",
              "A data frame was sent after a close frame in the same direction.",
              "RFC 6455 section 5.5.1"},
    IssueInfo{IssueCode::WebSocketPayloadIncomplete, Warning, "websocket.payload-incomplete",
              "The payload is not complete in the capture.", ""},
    IssueInfo{IssueCode::WebSocketResynchronised, Warning, "websocket.resynchronised",
              "After missing bytes, reading went on at the next plausible frame.", ""},
    IssueInfo{IssueCode::WebSocketMaskingKeyZero, Note, "websocket.masking-key-zero",
              "The masking key is zero, so the payload travels as it is.", "RFC 6455 section 5.3"},
    IssueInfo{IssueCode::WebSocketMaskingKeyRepeated, Note, "websocket.masking-key-repeated",
              "The frame has the masking key of the frame before it; each takes a fresh one.",
              "RFC 6455 section 5.3"},
    IssueInfo{IssueCode::WebSocketCloseUnanswered, Warning, "websocket.close-unanswered",
              "The connection ended before the peer answered this close frame with its own.",
              "RFC 6455 section 5.5.1"},
    IssueInfo{IssueCode::WebSocketPingUnanswered, Note, "websocket.ping-unanswered",
              "The connection ended before the peer answered this ping.", "RFC 6455 section 5.5.2"},
    IssueInfo{IssueCode::WebSocketRsv1OnContinuation, Error, "websocket.rsv1-on-continuation",
              "RSV1 is set on a continuation; only the first frame says that a message is "
              "compressed.",
              "RFC 7692 section 6.1"},
    IssueInfo{IssueCode::WebSocketRsv1OnControl, Error, "websocket.rsv1-on-control",
              "RSV1 is set on a control frame, and those are never compressed.",
              "RFC 7692 section 6.1"},
    IssueInfo{IssueCode::WebSocketContextLost, Warning, "websocket.context-lost",
              "The message cannot be inflated: it refers to earlier messages that are not known.",
              "RFC 7692 section 7.2.2"},
    IssueInfo{IssueCode::WebSocketNotDeflate, Error, "websocket.not-deflate",
              "The message cannot be inflated: its payload is not DEFLATE data.",
              "RFC 7692 section 7.2.2"},
    IssueInfo{IssueCode::WebSocketMessageOverLimit, Warning, "websocket.message-over-limit",
              "The message inflates to more than is read of one; only its beginning is.", ""},
    IssueInfo{IssueCode::EngineIoHandshakeMalformed, Error, "engineio.handshake-malformed",
              "The open packet is not the JSON object of an Engine.IO handshake.",
              "Engine.IO protocol, Handshake"},
    IssueInfo{IssueCode::EngineIoNotBase64, Error, "engineio.not-base64",
              "The packet says that it is base64 and is not.",
              "Engine.IO protocol, Packet encoding"},
    IssueInfo{IssueCode::EngineIoPayloadMalformed, Error, "engineio.payload-malformed",
              "From here on the body is no sequence of Engine.IO packets.",
              "Engine.IO protocol, Payload"},
    IssueInfo{IssueCode::EngineIoPacketIncomplete, Warning, "engineio.packet-incomplete",
              "The packet is not complete: its body was cut off or bytes of it are missing.", ""},
    IssueInfo{IssueCode::EngineIoPayloadTooLong, Note, "engineio.payload-too-long",
              "The body is longer than what is read of one; packets further on are not listed.",
              ""},
    IssueInfo{IssueCode::EngineIoServerError, Warning, "engineio.server-error",
              "The server answered the request with an error of Engine.IO.",
              "Engine.IO protocol, Transports"},
    IssueInfo{IssueCode::EngineIoHeartbeatMissed, Warning, "engineio.heartbeat-missed",
              "The heartbeat was not answered, or did not go on, within the time agreed in the "
              "handshake.",
              "Engine.IO protocol, Heartbeat"},
    IssueInfo{IssueCode::EngineIoHeartbeatLate, Warning, "engineio.heartbeat-late",
              "The ping came later than interval and timeout of the handshake allow.",
              "Engine.IO protocol, Heartbeat"},
    IssueInfo{IssueCode::EngineIoHttpAfterSwitch, Error, "engineio.http-after-switch",
              "The server agreed to switch to WebSocket and then went on in HTTP.",
              "RFC 6455 section 4.2.2"},
    IssueInfo{IssueCode::SocketIoPacketMalformed, Error, "socketio.packet-malformed",
              "The packet is not of the form the Socket.IO protocol gives.",
              "Socket.IO protocol, Packet encoding"},
    IssueInfo{IssueCode::SocketIoPayloadMalformed, Error, "socketio.payload-malformed",
              "The payload is not the JSON this packet type asks for.",
              "Socket.IO protocol, Packet types"},
    // Event streams
    IssueInfo{IssueCode::EventStreamCharset, Warning, "sse.charset",
              "An event stream is UTF-8 whatever charset its type names.",
              "WHATWG HTML section 9.2.5"},
    IssueInfo{IssueCode::EventStreamStatus, Warning, "sse.status",
              "A browser reads an event stream only from a response with status 200.",
              "WHATWG HTML section 9.2.2"},
    IssueInfo{IssueCode::EventStreamNotUtf8, Error, "sse.not-utf8", "The event is not valid UTF-8.",
              "WHATWG HTML section 9.2.5"},
    IssueInfo{IssueCode::EventStreamIdWithNul, Warning, "sse.id-with-nul",
              "An id with a NUL in it is ignored.", "WHATWG HTML section 9.2.6"},
    IssueInfo{IssueCode::EventStreamRetryNotNumber, Warning, "sse.retry-not-number",
              "A retry that is not made of digits alone is ignored.", "WHATWG HTML section 9.2.6"},
    IssueInfo{IssueCode::EventStreamFieldUnknown, Note, "sse.field-unknown",
              "The field is none that the standard gives a meaning; it is ignored.",
              "WHATWG HTML section 9.2.6"},
    IssueInfo{IssueCode::EventStreamEventTooLong, Note, "sse.event-too-long",
              "The event is longer than what is checked of one.", ""},
    IssueInfo{IssueCode::EventStreamUnfinished, Note, "sse.unfinished",
              "The stream ended before the blank line that would have dispatched this event.",
              "WHATWG HTML section 9.2.6"},
    IssueInfo{IssueCode::EventStreamBytesMissing, Warning, "sse.bytes-missing",
              "Bytes of this event may be missing from the capture.", ""},
    IssueInfo{IssueCode::EventStreamEventsRepeated, Note, "sse.events-repeated",
              "The stream is taken up before its last event: events are sent again.",
              "WHATWG HTML section 9.2.4"},
    IssueInfo{IssueCode::EventStreamEventsLost, Warning, "sse.events-lost",
              "Events that were sent behind the Last-Event-ID are not sent again.",
              "WHATWG HTML section 9.2.4"},
    IssueInfo{IssueCode::PayloadNotOfFormat, Warning, "payload.not-of-format",
              "The payload is not of the format that was chosen for it.", ""},
};
static_assert(kIssues.size() == static_cast<std::size_t>(IssueCode::Count) - 1);

constexpr bool inOrder() {
    for (std::size_t i = 0; i < kIssues.size(); ++i) {
        if (static_cast<std::size_t>(kIssues[i].code) != i + 1) return false;
    }
    return true;
}
static_assert(inOrder(), "the table stands in the order of the enumeration");

}  // namespace

const IssueInfo& issueInfo(IssueCode code) {
    assert(code != IssueCode::None && code < IssueCode::Count);
    return kIssues[static_cast<std::size_t>(code) - 1];
}

std::span<const IssueInfo> allIssues() {
    return kIssues;
}

std::string_view severityName(Severity severity) {
    switch (severity) {
        case None:
            return "";
        case Note:
            return "note";
        case Warning:
            return "warning";
        case Error:
            return "error";
    }
    return "";
}

Severity IssueSink::worst() const {
    Severity worst = None;
    for (const Issue& issue : m_issues) worst = std::max(worst, issueInfo(issue.code).severity);
    return worst;
}

}  // namespace framescope
