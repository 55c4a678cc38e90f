// What can be wrong on the wire. Every issue is a row of one table: a code, a severity, a sentence
// and the section of the specification that says so. Wire bytes never stop the work; they yield
// issues.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace framescope {

/// How grave an issue is. `Note`: worth knowing. `Warning`: unusual or incomplete, still readable.
/// `Error`: a specification is violated or data cannot be read.
enum class Severity : std::uint8_t { None, Note, Warning, Error };

/// Names every issue; the table in issue_table.cpp says the rest.
enum class IssueCode : std::uint16_t {
    None,
    // The capture itself
    CapturePacketsDropped,
    CaptureLinkTypeUnread,
    CaptureInterfaceUnknown,
    // Captured packets, IP and TCP
    PacketCutShort,
    PacketEmpty,
    PacketHeaderMalformed,
    IpHeaderMalformed,
    IpChecksumWrong,
    IpFragmentsConflict,
    IpFragmentsMissing,
    TcpHeaderMalformed,
    TcpChecksumWrong,
    TcpDataMissing,
    TcpDataNotAcknowledged,
    TcpLostAndSentAgain,
    TcpOverlapConflict,
    TcpDataAfterFin,
    TcpDataAfterGap,
    TcpDataUnplaced,
    TcpUrgentData,
    TcpHeldLimitMet,
    TcpJoinedMidStream,
    TcpReset,
    // HTTP/1.1
    HttpHeadTooLong,
    HttpHeadCutShort,
    HttpResynchronised,
    HttpStartLineMalformed,
    HttpHeaderMalformed,
    HttpFramingAmbiguous,
    HttpChunkMalformed,
    // Secrets in HTTP heads
    HttpCookieInClear,
    HttpAuthorizationInClear,
    HttpTokenInClear,
    // Bodies and their content codings
    HttpBodyCutShort,
    HttpContentMalformed,
    HttpContentCutShort,
    HttpContentOverLimit,
    // The opening handshake, RFC 6455 section 4 and RFC 7692 section 7
    HandshakeMethodNotGet,
    HandshakeHttpVersion,
    HandshakeHostMissing,
    HandshakeUpgradeMissing,
    HandshakeUpgradeMalformed,
    HandshakeUpgradeStripped,
    HandshakeConnectionMissing,
    HandshakeConnectionMalformed,
    HandshakeKeyMissing,
    HandshakeKeyMalformed,
    HandshakeVersionMissing,
    HandshakeVersionNot13,
    HandshakeAcceptMissing,
    HandshakeAcceptWrong,
    HandshakeSubprotocolNotOffered,
    HandshakeExtensionMalformed,
    HandshakeExtensionParameters,
    HandshakeExtensionNotOffered,
    HandshakeHeaderTwice,
    HandshakeOriginForeign,
    // WebSocket, RFC 6455
    WebSocketClientNotMasked,
    WebSocketServerMasked,
    WebSocketReservedBits,
    WebSocketReservedOpcode,
    WebSocketControlFragmented,
    WebSocketControlTooLong,
    WebSocketContinuationWithoutStart,
    WebSocketMessageInsideMessage,
    WebSocketLengthNotMinimal,
    WebSocketLengthTopBit,
    WebSocketTextNotUtf8,
    WebSocketCloseBodyOneByte,
    WebSocketCloseCodeForbidden,
    WebSocketCloseReasonNotUtf8,
    WebSocketDataAfterClose,
    WebSocketPayloadIncomplete,
    WebSocketResynchronised,
    WebSocketInferred,
    WebSocketMessageNotOfProtocol,
    WebSocketMaskingKeyZero,
    WebSocketMaskingKeyRepeated,
    WebSocketCloseUnanswered,
    WebSocketPingUnanswered,
    // Compressed WebSocket messages, RFC 7692
    WebSocketRsv1OnContinuation,
    WebSocketRsv1OnControl,
    WebSocketContextLost,
    WebSocketNotDeflate,
    WebSocketMessageOverLimit,
    // Engine.IO and Socket.IO
    EngineIoHandshakeMalformed,
    EngineIoNotBase64,
    EngineIoPayloadMalformed,
    EngineIoPacketIncomplete,
    EngineIoResynchronised,
    EngineIoPayloadTooLong,
    EngineIoServerError,
    EngineIoHeartbeatMissed,
    EngineIoHeartbeatLate,
    EngineIoHttpAfterSwitch,
    SocketIoPacketMalformed,
    SocketIoPayloadMalformed,
    // Socket.IO: attachments, acknowledgements, namespaces
    SocketIoPlaceholderWrong,
    SocketIoAttachmentMissing,
    SocketIoAttachmentSurplus,
    SocketIoAckMissing,
    SocketIoAckUnasked,
    SocketIoAckIdMissing,
    SocketIoAckIdReused,
    SocketIoReservedEvent,
    SocketIoNotConnected,
    SocketIoAfterDisconnect,
    SocketIoConnectWithoutSid,
    // Event streams, WHATWG HTML
    EventStreamCharset,
    EventStreamStatus,
    EventStreamNotUtf8,
    EventStreamIdWithNul,
    EventStreamRetryNotNumber,
    EventStreamFieldUnknown,
    EventStreamEventTooLong,
    EventStreamUnfinished,
    EventStreamBytesMissing,
    EventStreamResynchronised,
    EventStreamEventsRepeated,
    EventStreamEventsLost,
    // Payloads
    PayloadNotOfFormat,
    // Protocols on messages, and habits of applications
    StompFrameMalformed,
    StompHeaderMissing,
    MqttInTextMessage,
    MqttPacketMalformed,
    MqttTypeReserved,
    MqttFlagsInvalid,
    MqttQosInvalid,
    MqttPacketIdZero,
    MqttTopicInvalid,
    WampMessageMalformed,
    GraphQlMessageMalformed,
    SignalRMessageMalformed,
    SockJsFrameMalformed,
    ActionCableMessageMalformed,
    JsonRpcUnanswered,
    Count,
};

/// A row of the issue table.
struct IssueInfo {
    IssueCode code;
    Severity severity;
    std::string_view name;           ///< stable short name, e.g. "websocket.client-not-masked"
    std::string_view sentence;       ///< what is wrong, one sentence
    std::string_view specification;  ///< e.g. "RFC 6455 section 5.1"; empty where none applies
};

/// The row of `code`.
const IssueInfo& issueInfo(IssueCode code);
/// The whole table without `None`, in the order of the codes.
std::span<const IssueInfo> allIssues();
/// "note", "warning", "error", or "" for None.
std::string_view severityName(Severity severity);

/// An issue as a check found it. `part` names what it is about (a FieldId value, 0 for the whole
/// unit); `detail` adds the particular case ("expected s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") or is empty.
struct Issue {
    IssueCode code = IssueCode::None;
    std::uint16_t part = 0;
    std::string detail;
    /// Found with the help of other rows, so it cannot be found again from the unit's own bytes:
    /// the ingest keeps it beside the record.
    bool contextual = false;
};

/// Collects what the checks of one unit find.
class IssueSink {
public:
    void add(IssueCode code, std::uint16_t part = 0, std::string detail = {}) {
        m_issues.push_back({code, part, std::move(detail), false});
    }
    /// The same for an issue that the unit's bytes alone do not show.
    void addContextual(IssueCode code, std::uint16_t part = 0, std::string detail = {}) {
        m_issues.push_back({code, part, std::move(detail), true});
    }
    const std::vector<Issue>& issues() const { return m_issues; }
    bool empty() const { return m_issues.empty(); }
    void clear() { m_issues.clear(); }
    /// The gravest severity among the issues; None if there are none.
    Severity worst() const;

private:
    std::vector<Issue> m_issues;
};

}  // namespace framescope
