// Every field a row can have. The table in field_table.cpp gives each its name (Wireshark's where
// Wireshark has one), its type and its meaning.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace framescope {

enum class FieldId : std::uint16_t {
    None,
    // The packet
    Frame,
    FrameNumber,
    FrameTimeEpoch,
    FrameTimeRelative,
    FrameLen,
    FrameCapLen,
    FrameInterfaceId,
    FrameInterfaceName,
    FrameProtocols,
    // Link layers
    Eth,
    EthDst,
    EthSrc,
    EthType,
    Vlan,
    VlanPriority,
    VlanDei,
    VlanId,
    VlanEtype,
    ProviderTag,
    ProviderTagPriority,
    ProviderTagDei,
    ProviderTagId,
    Sll,
    SllPktType,
    SllHaType,
    SllHaLen,
    SllSrc,
    SllEtype,
    SllIfIndex,
    Null,
    NullFamily,
    Raw,
    // IP
    Ip,
    IpVersion,
    IpHdrLen,
    IpDsField,
    IpLen,
    IpId,
    IpFlags,
    IpFlagsDf,
    IpFlagsMf,
    IpFragOffset,
    IpTtl,
    IpProto,
    IpChecksum,
    IpSrc,
    IpDst,
    IpAddr,
    IpOptions,
    Ipv6,
    Ipv6Version,
    Ipv6TClass,
    Ipv6Flow,
    Ipv6Plen,
    Ipv6Nxt,
    Ipv6Hlim,
    Ipv6Src,
    Ipv6Dst,
    Ipv6Addr,
    Ipv6Extension,
    // TCP
    Tcp,
    TcpSrcPort,
    TcpDstPort,
    TcpPort,
    TcpStream,
    TcpLen,
    TcpSeqRaw,
    TcpSeq,
    TcpAckRaw,
    TcpAck,
    TcpHdrLen,
    TcpFlags,
    TcpFlagsFin,
    TcpFlagsSyn,
    TcpFlagsReset,
    TcpFlagsPush,
    TcpFlagsAck,
    TcpFlagsUrg,
    TcpFlagsEce,
    TcpFlagsCwr,
    TcpWindowSizeValue,
    TcpChecksum,
    TcpUrgentPointer,
    TcpOptions,
    TcpOption,
    TcpPayload,
    TcpSegmentData,
    TcpStreamOffset,
    TcpGap,
    TcpGapLength,
    TcpEvent,
    // HTTP/1.x
    Http,
    HttpRequestLine,
    HttpRequestMethod,
    HttpRequestUri,
    HttpRequestUriPath,
    HttpRequestUriQuery,
    HttpRequestVersion,
    HttpResponseLine,
    HttpResponseVersion,
    HttpResponseCode,
    HttpResponsePhrase,
    HttpHeader,
    HttpHost,
    HttpConnection,
    HttpUpgrade,
    HttpUserAgent,
    HttpServer,
    HttpContentType,
    HttpContentLength,
    HttpContentEncoding,
    HttpTransferEncoding,
    HttpCookie,
    HttpSetCookie,
    HttpAuthorization,
    HttpLocation,
    HttpOrigin,
    HttpReferer,
    HttpDate,
    HttpAccept,
    HttpAcceptEncoding,
    HttpAcceptLanguage,
    HttpCacheControl,
    HttpLastModified,
    HttpXForwardedFor,
    HttpWwwAuthenticate,
    HttpSecWebSocketKey,
    HttpSecWebSocketVersion,
    HttpSecWebSocketProtocol,
    HttpSecWebSocketExtensions,
    HttpSecWebSocketAccept,
    HttpRequest,
    HttpResponse,
    HttpFileData,
    HttpChunk,
    HttpChunkSize,
    HttpChunkedTrailer,
    // Request and response of one exchange
    HttpRequestIn,
    HttpResponseIn,
    HttpTime,
    // The opening handshake
    HandshakeSubprotocol,
    HandshakeExtension,
    HandshakeExtensionParameter,
    HandshakeVersion,
    HandshakeOrigin,
    // WebSocket
    WebSocket,
    WebSocketFin,
    WebSocketRsv,
    WebSocketRsv1,
    WebSocketRsv2,
    WebSocketRsv3,
    WebSocketOpcode,
    WebSocketMask,
    WebSocketPayloadLength,
    WebSocketPayloadLengthExt16,
    WebSocketPayloadLengthExt64,
    WebSocketMaskingKey,
    WebSocketMaskedPayload,
    WebSocketPayload,
    WebSocketPayloadText,
    WebSocketPayloadContinue,
    WebSocketPayloadBinary,
    WebSocketPayloadPing,
    WebSocketPayloadPong,
    WebSocketPayloadClose,
    WebSocketPayloadCloseStatusCode,
    WebSocketPayloadCloseReason,
    WebSocketPayloadUnknown,
    WebSocketMessage,
    WebSocketFragmentCount,
    WebSocketCompressedSize,
    WebSocketInflatedSize,
    WebSocketCompression,
    WebSocketClosing,
    WebSocketCloseClean,
    WebSocketCloseBy,
    WebSocketCloseCode,
    WebSocketCloseReason,
    // Engine.IO and Socket.IO
    EngineIo,
    EngineIoType,
    EngineIoVersion,
    EngineIoSid,
    EngineIoUpgrades,
    EngineIoPingInterval,
    EngineIoPingTimeout,
    EngineIoMaxPayload,
    EngineIoTransport,
    EngineIoData,
    EngineIoLength,
    EngineIoMarker,
    EngineIoErrorCode,
    EngineIoErrorMessage,
    SocketIo,
    SocketIoType,
    SocketIoAttachments,
    SocketIoNsp,
    SocketIoId,
    SocketIoEvent,
    SocketIoArgs,
    SocketIoData,
    SocketIoAckLatency,
    // Socket.IO: attachments, connection state recovery, other parsers
    SocketIoAttachment,
    SocketIoAttachmentOf,
    SocketIoSid,
    SocketIoPid,
    SocketIoOffset,
    SocketIoRecovered,
    SocketIoParser,
    // Event streams
    Sse,
    SseEvent,
    SseData,
    SseDataLine,
    SseId,
    SseRetry,
    SseComment,
    SseUnknown,
    SseByteOrderMark,
    SseDispatched,
    // Payloads
    Json,
    JsonMember,
    JsonElement,
    // Rows that belong together
    RowLink,
    RowLinkKind,
    RowLinkTime,
    Payload,
    PayloadFormat,
    PayloadWhy,
    PayloadText,
    PayloadData,
    Msgpack,
    MsgpackMember,
    MsgpackElement,
    Cbor,
    CborMember,
    CborElement,
    Protobuf,
    ProtobufField,
    ProtobufElement,
    Base64,
    // Remarks on a row
    IssueCodeField,
    IssueSeverityField,
    Count,
};

/// How a field's value is kept, compared and printed.
enum class FieldType : std::uint8_t {
    Protocol,    ///< a layer; has no value of its own
    Group,       ///< a heading inside a layer; no value
    Bool,        ///< prints 1 or 0
    Unsigned,    ///< decimal
    Hex8,        ///< 0x00
    Hex16,       ///< 0x0000
    Hex24,       ///< 0x000000
    Hex32,       ///< 0x00000000
    Time,        ///< nanoseconds, prints seconds with nine decimals
    Text,        ///< UTF-8 as far as the wire gives it
    ByteString,  ///< prints as lower case hex without separators
    Ether,       ///< six bytes, aa:bb:cc:dd:ee:ff
    Ipv4,
    Ipv6,
};

/// A row of the field table.
struct FieldInfo {
    FieldId id;
    std::string_view name;  ///< the name filters and -e use; empty for a field that has none
    FieldType type;
    std::string_view label;    ///< what the tree calls it
    std::string_view meaning;  ///< one sentence for -G fields; empty where the label says it all
};

/// The row of `id`.
const FieldInfo& fieldInfo(FieldId id);
/// The whole table without `None`.
std::span<const FieldInfo> allFields();
/// The field called `name`, if there is one. Exact, case-sensitive.
std::optional<FieldId> findField(std::string_view name);
/// "protocol", "boolean", "unsigned integer", "text", ... for listings.
std::string_view fieldTypeName(FieldType type);

}  // namespace framescope
