// The one table of fields: name, type, label, meaning. Names are Wireshark's where Wireshark has
// the field; ours alone begin with engineio., socketio., payload., msgpack., protobuf., base64 and
// issue.
#include <algorithm>
#include <array>
#include <cassert>
#include <vector>

#include "dissector/field/field_id.h"

namespace framescope {
namespace {

using enum FieldType;

constexpr std::array kFields = {
    FieldInfo{FieldId::Frame, "frame", Protocol, "Packet", ""},
    FieldInfo{FieldId::FrameNumber, "frame.number", Unsigned, "Number",
              "Number of the packet that completed the row"},
    FieldInfo{FieldId::FrameTimeEpoch, "frame.time_epoch", Time, "Time since the epoch", ""},
    FieldInfo{FieldId::FrameTimeRelative, "frame.time_relative", Time,
              "Time since the first packet", ""},
    FieldInfo{FieldId::FrameLen, "frame.len", Unsigned, "Length on the wire", ""},
    FieldInfo{FieldId::FrameCapLen, "frame.cap_len", Unsigned, "Length captured", ""},
    FieldInfo{FieldId::FrameInterfaceId, "frame.interface_id", Unsigned, "Interface", ""},
    FieldInfo{FieldId::FrameInterfaceName, "frame.interface_name", Text, "Interface name", ""},
    FieldInfo{FieldId::FrameProtocols, "frame.protocols", Text, "Protocols",
              "The row's layers from the packet up, separated by colons"},
    FieldInfo{FieldId::Eth, "eth", Protocol, "Ethernet", ""},
    FieldInfo{FieldId::EthDst, "eth.dst", Ether, "Destination", ""},
    FieldInfo{FieldId::EthSrc, "eth.src", Ether, "Source", ""},
    FieldInfo{FieldId::EthType, "eth.type", Hex16, "Type", ""},
    FieldInfo{FieldId::Vlan, "vlan", Protocol, "VLAN tag", ""},
    FieldInfo{FieldId::VlanPriority, "vlan.priority", Unsigned, "Priority", ""},
    FieldInfo{FieldId::VlanDei, "vlan.dei", Bool, "Drop eligible", ""},
    FieldInfo{FieldId::VlanId, "vlan.id", Unsigned, "VLAN identifier", ""},
    FieldInfo{FieldId::VlanEtype, "vlan.etype", Hex16, "Type", ""},
    FieldInfo{FieldId::ProviderTag, "ieee8021ad", Protocol, "Provider tag", ""},
    FieldInfo{FieldId::ProviderTagPriority, "ieee8021ad.priority", Unsigned, "Priority", ""},
    FieldInfo{FieldId::ProviderTagDei, "ieee8021ad.dei", Bool, "Drop eligible", ""},
    FieldInfo{FieldId::ProviderTagId, "ieee8021ad.id", Unsigned, "VLAN identifier", ""},
    FieldInfo{FieldId::Sll, "sll", Protocol, "Linux cooked capture", ""},
    FieldInfo{FieldId::SllPktType, "sll.pkttype", Unsigned, "Packet type", ""},
    FieldInfo{FieldId::SllHaType, "sll.hatype", Unsigned, "Link-layer address type", ""},
    FieldInfo{FieldId::SllHaLen, "sll.halen", Unsigned, "Link-layer address length", ""},
    FieldInfo{FieldId::SllSrc, "sll.src.eth", Ether, "Source", ""},
    FieldInfo{FieldId::SllEtype, "sll.etype", Hex16, "Protocol", ""},
    FieldInfo{FieldId::SllIfIndex, "sll.ifindex", Unsigned, "Interface index", ""},
    FieldInfo{FieldId::Null, "null", Protocol, "BSD loopback", ""},
    FieldInfo{FieldId::NullFamily, "null.family", Unsigned, "Address family", ""},
    FieldInfo{FieldId::Raw, "raw", Protocol, "Raw IP", ""},
    FieldInfo{FieldId::Ip, "ip", Protocol, "Internet Protocol version 4", ""},
    FieldInfo{FieldId::IpVersion, "ip.version", Unsigned, "Version", ""},
    FieldInfo{FieldId::IpHdrLen, "ip.hdr_len", Unsigned, "Header length",
              "Length of the header in bytes"},
    FieldInfo{FieldId::IpDsField, "ip.dsfield", Hex8, "Differentiated services", ""},
    FieldInfo{FieldId::IpLen, "ip.len", Unsigned, "Total length", ""},
    FieldInfo{FieldId::IpId, "ip.id", Hex16, "Identification", ""},
    FieldInfo{FieldId::IpFlags, "ip.flags", Hex8, "Flags", ""},
    FieldInfo{FieldId::IpFlagsDf, "ip.flags.df", Bool, "Don't fragment", ""},
    FieldInfo{FieldId::IpFlagsMf, "ip.flags.mf", Bool, "More fragments", ""},
    FieldInfo{FieldId::IpFragOffset, "ip.frag_offset", Unsigned, "Fragment offset",
              "Offset of this fragment in bytes"},
    FieldInfo{FieldId::IpTtl, "ip.ttl", Unsigned, "Time to live", ""},
    FieldInfo{FieldId::IpProto, "ip.proto", Unsigned, "Protocol", ""},
    FieldInfo{FieldId::IpChecksum, "ip.checksum", Hex16, "Header checksum", ""},
    FieldInfo{FieldId::IpSrc, "ip.src", Ipv4, "Source", ""},
    FieldInfo{FieldId::IpDst, "ip.dst", Ipv4, "Destination", ""},
    FieldInfo{FieldId::IpAddr, "ip.addr", Ipv4, "Source or destination", "Matches either end"},
    FieldInfo{FieldId::IpOptions, "ip.options", ByteString, "Options", ""},
    FieldInfo{FieldId::Ipv6, "ipv6", Protocol, "Internet Protocol version 6", ""},
    FieldInfo{FieldId::Ipv6Version, "ipv6.version", Unsigned, "Version", ""},
    FieldInfo{FieldId::Ipv6TClass, "ipv6.tclass", Hex32, "Traffic class", ""},
    FieldInfo{FieldId::Ipv6Flow, "ipv6.flow", Hex24, "Flow label", ""},
    FieldInfo{FieldId::Ipv6Plen, "ipv6.plen", Unsigned, "Payload length", ""},
    FieldInfo{FieldId::Ipv6Nxt, "ipv6.nxt", Unsigned, "Next header", ""},
    FieldInfo{FieldId::Ipv6Hlim, "ipv6.hlim", Unsigned, "Hop limit", ""},
    FieldInfo{FieldId::Ipv6Src, "ipv6.src", Ipv6, "Source", ""},
    FieldInfo{FieldId::Ipv6Dst, "ipv6.dst", Ipv6, "Destination", ""},
    FieldInfo{FieldId::Ipv6Addr, "ipv6.addr", Ipv6, "Source or destination", "Matches either end"},
    FieldInfo{FieldId::Ipv6Extension, "ipv6.ext", ByteString, "Extension header", ""},
    FieldInfo{FieldId::Tcp, "tcp", Protocol, "Transmission Control Protocol", ""},
    FieldInfo{FieldId::TcpSrcPort, "tcp.srcport", Unsigned, "Source port", ""},
    FieldInfo{FieldId::TcpDstPort, "tcp.dstport", Unsigned, "Destination port", ""},
    FieldInfo{FieldId::TcpPort, "tcp.port", Unsigned, "Source or destination port",
              "Matches either end"},
    FieldInfo{FieldId::TcpStream, "tcp.stream", Unsigned, "Connection",
              "Index of the connection, in order of first packet"},
    FieldInfo{FieldId::TcpLen, "tcp.len", Unsigned, "Payload length", ""},
    FieldInfo{FieldId::TcpSeqRaw, "tcp.seq_raw", Unsigned, "Sequence number (raw)", ""},
    FieldInfo{FieldId::TcpSeq, "tcp.seq", Unsigned, "Sequence number",
              "Relative to the first one of its direction"},
    FieldInfo{FieldId::TcpAckRaw, "tcp.ack_raw", Unsigned, "Acknowledgment number (raw)", ""},
    FieldInfo{FieldId::TcpAck, "tcp.ack", Unsigned, "Acknowledgment number",
              "Relative to the first sequence number of the other direction"},
    FieldInfo{FieldId::TcpHdrLen, "tcp.hdr_len", Unsigned, "Header length",
              "Length of the header in bytes"},
    FieldInfo{FieldId::TcpFlags, "tcp.flags", Hex16, "Flags", ""},
    FieldInfo{FieldId::TcpFlagsFin, "tcp.flags.fin", Bool, "FIN", ""},
    FieldInfo{FieldId::TcpFlagsSyn, "tcp.flags.syn", Bool, "SYN", ""},
    FieldInfo{FieldId::TcpFlagsReset, "tcp.flags.reset", Bool, "RST", ""},
    FieldInfo{FieldId::TcpFlagsPush, "tcp.flags.push", Bool, "PSH", ""},
    FieldInfo{FieldId::TcpFlagsAck, "tcp.flags.ack", Bool, "ACK", ""},
    FieldInfo{FieldId::TcpFlagsUrg, "tcp.flags.urg", Bool, "URG", ""},
    FieldInfo{FieldId::TcpFlagsEce, "tcp.flags.ece", Bool, "ECE", ""},
    FieldInfo{FieldId::TcpFlagsCwr, "tcp.flags.cwr", Bool, "CWR", ""},
    FieldInfo{FieldId::TcpWindowSizeValue, "tcp.window_size_value", Unsigned, "Window", ""},
    FieldInfo{FieldId::TcpChecksum, "tcp.checksum", Hex16, "Checksum", ""},
    FieldInfo{FieldId::TcpUrgentPointer, "tcp.urgent_pointer", Unsigned, "Urgent pointer", ""},
    FieldInfo{FieldId::TcpOptions, "tcp.options", ByteString, "Options", ""},
    FieldInfo{FieldId::TcpOption, "tcp.option", Group, "Option", ""},
    FieldInfo{FieldId::TcpPayload, "tcp.payload", ByteString, "Payload", ""},
    FieldInfo{FieldId::TcpSegmentData, "tcp.segment_data", ByteString, "Segment data",
              "Payload that belongs to none of the protocols above TCP"},
    FieldInfo{FieldId::TcpStreamOffset, "tcp.stream_offset", Unsigned, "Offset in the stream",
              "Position of the row's first byte in its direction of the connection"},
    FieldInfo{FieldId::TcpGap, "tcp.gap", Group, "Missing data",
              "Bytes of the stream that were never captured"},
    FieldInfo{FieldId::TcpGapLength, "tcp.gap.length", Unsigned, "Missing bytes", ""},
    FieldInfo{FieldId::TcpEvent, "tcp.event", Text, "Event",
              "open, fin, reset, end-of-capture, half-closed or port-reused, on rows that open or "
              "end a connection"},
    FieldInfo{FieldId::Http, "http", Protocol, "Hypertext Transfer Protocol", ""},
    FieldInfo{FieldId::HttpRequestLine, "http.request.start_line", Text, "Request line", ""},
    FieldInfo{FieldId::HttpRequestMethod, "http.request.method", Text, "Method", ""},
    FieldInfo{FieldId::HttpRequestUri, "http.request.uri", Text, "Target", ""},
    FieldInfo{FieldId::HttpRequestUriPath, "http.request.uri.path", Text, "Path", ""},
    FieldInfo{FieldId::HttpRequestUriQuery, "http.request.uri.query", Text, "Query", ""},
    FieldInfo{FieldId::HttpRequestVersion, "http.request.version", Text, "Version", ""},
    FieldInfo{FieldId::HttpResponseLine, "http.response.start_line", Text, "Status line", ""},
    FieldInfo{FieldId::HttpResponseVersion, "http.response.version", Text, "Version", ""},
    FieldInfo{FieldId::HttpResponseCode, "http.response.code", Unsigned, "Status code", ""},
    FieldInfo{FieldId::HttpResponsePhrase, "http.response.phrase", Text, "Reason phrase", ""},
    FieldInfo{FieldId::HttpHeader, "http.header", Text, "Header",
              "A header line that has no field of its own"},
    FieldInfo{FieldId::HttpHost, "http.host", Text, "Host", ""},
    FieldInfo{FieldId::HttpConnection, "http.connection", Text, "Connection", ""},
    FieldInfo{FieldId::HttpUpgrade, "http.upgrade", Text, "Upgrade", ""},
    FieldInfo{FieldId::HttpUserAgent, "http.user_agent", Text, "User-Agent", ""},
    FieldInfo{FieldId::HttpServer, "http.server", Text, "Server", ""},
    FieldInfo{FieldId::HttpContentType, "http.content_type", Text, "Content-Type", ""},
    FieldInfo{FieldId::HttpContentLength, "http.content_length_header", Text, "Content-Length", ""},
    FieldInfo{FieldId::HttpContentEncoding, "http.content_encoding", Text, "Content-Encoding", ""},
    FieldInfo{FieldId::HttpTransferEncoding, "http.transfer_encoding", Text, "Transfer-Encoding",
              ""},
    FieldInfo{FieldId::HttpCookie, "http.cookie", Text, "Cookie", ""},
    FieldInfo{FieldId::HttpSetCookie, "http.set_cookie", Text, "Set-Cookie", ""},
    FieldInfo{FieldId::HttpAuthorization, "http.authorization", Text, "Authorization", ""},
    FieldInfo{FieldId::HttpLocation, "http.location", Text, "Location", ""},
    FieldInfo{FieldId::HttpOrigin, "http.origin", Text, "Origin", ""},
    FieldInfo{FieldId::HttpReferer, "http.referer", Text, "Referer", ""},
    FieldInfo{FieldId::HttpDate, "http.date", Text, "Date", ""},
    FieldInfo{FieldId::HttpAccept, "http.accept", Text, "Accept", ""},
    FieldInfo{FieldId::HttpAcceptEncoding, "http.accept_encoding", Text, "Accept-Encoding", ""},
    FieldInfo{FieldId::HttpAcceptLanguage, "http.accept_language", Text, "Accept-Language", ""},
    FieldInfo{FieldId::HttpCacheControl, "http.cache_control", Text, "Cache-Control", ""},
    FieldInfo{FieldId::HttpLastModified, "http.last_modified", Text, "Last-Modified", ""},
    FieldInfo{FieldId::HttpXForwardedFor, "http.x_forwarded_for", Text, "X-Forwarded-For", ""},
    FieldInfo{FieldId::HttpWwwAuthenticate, "http.www_authenticate", Text, "WWW-Authenticate", ""},
    FieldInfo{FieldId::HttpSecWebSocketKey, "http.sec_websocket_key", Text, "Sec-WebSocket-Key",
              ""},
    FieldInfo{FieldId::HttpSecWebSocketVersion, "http.sec_websocket_version", Text,
              "Sec-WebSocket-Version", ""},
    FieldInfo{FieldId::HttpSecWebSocketProtocol, "http.sec_websocket_protocol", Text,
              "Sec-WebSocket-Protocol", ""},
    FieldInfo{FieldId::HttpSecWebSocketExtensions, "http.sec_websocket_extensions", Text,
              "Sec-WebSocket-Extensions", ""},
    FieldInfo{FieldId::HttpSecWebSocketAccept, "http.sec_websocket_accept", Text,
              "Sec-WebSocket-Accept", ""},
    FieldInfo{FieldId::HttpRequest, "http.request", Bool, "Request",
              "Set on the head of a request"},
    FieldInfo{FieldId::HttpResponse, "http.response", Bool, "Response",
              "Set on the head of a response"},
    FieldInfo{FieldId::HttpFileData, "http.file_data", Text, "Body",
              "The body without its transfer coding"},
    FieldInfo{FieldId::HttpChunk, "http.chunk", Group, "Chunk", ""},
    FieldInfo{FieldId::HttpChunkSize, "http.chunk_size", Unsigned, "Chunk size", ""},
    FieldInfo{FieldId::HttpChunkedTrailer, "http.chunked_trailer_part", Text, "Trailer", ""},
    FieldInfo{FieldId::HttpRequestIn, "http.request_in", Unsigned, "Request in packet",
              "Packet of the request that a response answers"},
    FieldInfo{FieldId::HttpResponseIn, "http.response_in", Unsigned, "Response in packet",
              "Packet of the response that answers a request"},
    FieldInfo{FieldId::HttpTime, "http.time", Time, "Time since the request",
              "Between the heads of request and response"},
    FieldInfo{FieldId::HandshakeSubprotocol, "websocket.handshake.subprotocol", Text, "Subprotocol",
              "One that is offered, in a request; the one that is agreed, in a response"},
    FieldInfo{FieldId::HandshakeExtension, "websocket.handshake.extension", Text, "Extension",
              "One that is offered, in a request; one that is agreed, in a response"},
    FieldInfo{FieldId::HandshakeExtensionParameter, "websocket.handshake.extension.parameter", Text,
              "Parameter", "Name, or name=value, of a parameter of an extension"},
    FieldInfo{FieldId::HandshakeVersion, "websocket.handshake.version", Text, "Version",
              "One of several versions, as a server lists those that it speaks"},
    FieldInfo{FieldId::HandshakeOrigin, "websocket.handshake.origin", Text, "Origin of the page",
              "absent, same or foreign: the host of Origin against the one that is asked"},
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
              "The arguments as a JSON array, without the event name; N bytes of binary data are "
              "{\"$binary\":N}, an attachment that is not there stays its placeholder"},
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
    FieldInfo{FieldId::Json, "json", Protocol, "JSON", ""},
    FieldInfo{FieldId::JsonMember, "json.member", Text, "Member", ""},
    FieldInfo{FieldId::JsonElement, "json.element", Text, "Element", ""},
    FieldInfo{FieldId::RowLink, "row.link", Unsigned, "Belongs together",
              "Number of another row that this one belongs to, or that belongs to it"},
    FieldInfo{FieldId::RowLinkKind, "row.link.kind", Text, "Kind",
              "What the later row is to the earlier one: ack, attachment, pong, close, response, "
              "heartbeat, reconnect or continuation"},
    FieldInfo{FieldId::RowLinkTime, "row.link.time", Time, "Time between the two", ""},
    FieldInfo{FieldId::Payload, "payload", Group, "Payload", "What an application sent"},
    FieldInfo{FieldId::PayloadFormat, "payload.format", Text, "Format",
              "json, msgpack, cbor, protobuf, base64, text or raw"},
    FieldInfo{FieldId::PayloadWhy, "payload.why", Text, "Why",
              "What the format was told from, or who chose it"},
    FieldInfo{FieldId::PayloadText, "payload.text", Text, "Text", ""},
    FieldInfo{FieldId::PayloadData, "payload.data", ByteString, "Data", ""},
    FieldInfo{FieldId::Msgpack, "msgpack", Protocol, "MessagePack", ""},
    FieldInfo{FieldId::MsgpackMember, "msgpack.member", Text, "Member", ""},
    FieldInfo{FieldId::MsgpackElement, "msgpack.element", Text, "Element", ""},
    FieldInfo{FieldId::Cbor, "cbor", Protocol, "CBOR", ""},
    FieldInfo{FieldId::CborMember, "cbor.member", Text, "Member", ""},
    FieldInfo{FieldId::CborElement, "cbor.element", Text, "Element", ""},
    FieldInfo{FieldId::Protobuf, "protobuf", Protocol, "Protocol Buffers", ""},
    FieldInfo{FieldId::ProtobufField, "protobuf.field", Text, "Field", ""},
    FieldInfo{FieldId::ProtobufElement, "protobuf.element", Text, "Element",
              "A number of a packed field"},
    FieldInfo{FieldId::Base64, "base64", Protocol, "Base64", "Bytes that a text stands for"},
    FieldInfo{FieldId::IssueCodeField, "issue.code", Text, "Issue", ""},
    FieldInfo{FieldId::IssueSeverityField, "issue.severity", Text, "Severity of the issue", ""},
};
static_assert(kFields.size() == static_cast<std::size_t>(FieldId::Count) - 1);

constexpr bool inOrder() {
    for (std::size_t i = 0; i < kFields.size(); ++i) {
        if (static_cast<std::size_t>(kFields[i].id) != i + 1) return false;
    }
    return true;
}
static_assert(inOrder(), "the table stands in the order of the enumeration");

/// Positions in the table, sorted by name.
const std::vector<std::size_t>& byName() {
    static const std::vector<std::size_t> order = [] {
        std::vector<std::size_t> positions(kFields.size());
        for (std::size_t i = 0; i < positions.size(); ++i) positions[i] = i;
        std::ranges::sort(positions, {}, [](std::size_t i) { return kFields[i].name; });
        return positions;
    }();
    return order;
}

}  // namespace

const FieldInfo& fieldInfo(FieldId id) {
    assert(id != FieldId::None && id < FieldId::Count);
    return kFields[static_cast<std::size_t>(id) - 1];
}

std::span<const FieldInfo> allFields() {
    return kFields;
}

std::optional<FieldId> findField(std::string_view name) {
    const auto& order = byName();
    const auto found =
        std::ranges::lower_bound(order, name, {}, [](std::size_t i) { return kFields[i].name; });
    if (found == order.end() || kFields[*found].name != name) return std::nullopt;
    return kFields[*found].id;
}

std::string_view fieldTypeName(FieldType type) {
    switch (type) {
        case Protocol:
            return "protocol";
        case Group:
            return "group";
        case Bool:
            return "boolean";
        case Unsigned:
            return "unsigned integer";
        case Hex8:
            return "unsigned integer, 8 bits, hexadecimal";
        case Hex16:
            return "unsigned integer, 16 bits, hexadecimal";
        case Hex24:
            return "unsigned integer, 24 bits, hexadecimal";
        case Hex32:
            return "unsigned integer, 32 bits, hexadecimal";
        case Time:
            return "time in seconds";
        case Text:
            return "text";
        case FieldType::ByteString:
            return "bytes";
        case Ether:
            return "Ethernet address";
        case Ipv4:
            return "IPv4 address";
        case Ipv6:
            return "IPv6 address";
    }
    return "";
}

}  // namespace framescope
