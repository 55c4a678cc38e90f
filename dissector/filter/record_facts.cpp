// The rule of this file: say True or False only where the tree could not say otherwise. A record
// often holds enough to rule a value out and not enough to be sure of it (an interned name may be
// shortened, the completing packet of a row may come from the other side); then the answer to
// "another value" is False and to "this value" Unknown, which still spares nearly all dissection.
#include "dissector/filter/record_facts.h"

#include <algorithm>
#include <array>
#include <limits>

namespace framescope {
namespace {

Truth truth(bool value) {
    return value ? Truth::True : Truth::False;
}

/// False where it is ruled out, Unknown otherwise.
Truth possible(bool value) {
    return value ? Truth::Unknown : Truth::False;
}

/// The protocol whose name the field's name begins with.
FieldId layerOf(FieldId field) {
    constexpr auto kCount = static_cast<std::size_t>(FieldId::Count);
    // Asked for every row, so the names are looked up once.
    static const std::array<FieldId, kCount> kLayers = [] {
        std::array<FieldId, kCount> layers{};
        for (std::size_t id = 1; id < kCount; ++id) {
            const std::string_view name = fieldInfo(static_cast<FieldId>(id)).name;
            layers[id] = findField(name.substr(0, name.find('.'))).value_or(FieldId::None);
        }
        return layers;
    }();
    return kLayers[static_cast<std::size_t>(field)];
}

bool isHttp(const Record& record) {
    return record.kind == RowKind::HttpRequest || record.kind == RowKind::HttpResponse;
}

bool isWebSocket(const Record& record) {
    return record.kind == RowKind::WebSocketFrame;
}

bool isOnConnection(const Record& record) {
    return record.connection != kNoConnection;
}

/// A packet that is not read may have layers of which only the tree knows.
bool hasPacketLayers(const Record& record) {
    return isOnConnection(record) || record.kind == RowKind::UnreadPacket;
}

bool isDrop(const Record& record) {
    return record.kind == RowKind::CaptureDrop;
}

Truth hasVersion(const FilterRow& row, int version) {
    if (!isOnConnection(row.record())) return possible(hasPacketLayers(row.record()));
    const int known = row.client().address.version;
    if (known == version) return Truth::True;
    return known == 0 || row.mayBeTunnelled() ? Truth::Unknown : Truth::False;
}

/// Whether the row has this protocol.
Truth hasLayer(const FilterRow& row, FieldId layer) {
    const Record& record = row.record();
    switch (layer) {
        case FieldId::Frame:
            return Truth::True;
        case FieldId::Tcp:
            return truth(isOnConnection(record));
        case FieldId::Capture:
            return truth(isDrop(record) || record.kind == RowKind::CaptureComment);
        case FieldId::Ip:
            return hasVersion(row, 4);
        case FieldId::Ipv6:
            return hasVersion(row, 6);
        case FieldId::Http:
            return isInBody(record.kind) ? Truth::Unknown : truth(isHttp(record));
        case FieldId::WebSocket:
            return truth(isWebSocket(record));
        case FieldId::EngineIo:
            return truth(record.protocol == Protocol::EngineIo ||
                         record.protocol == Protocol::SocketIo);
        case FieldId::SocketIo:
            return truth(record.protocol == Protocol::SocketIo);
        case FieldId::Sse:
            return truth(record.kind == RowKind::EventStreamEvent);
        case FieldId::Proxy:
            return possible(record.kind == RowKind::TcpSegment && record.form != 0);
        default:
            return Truth::Unknown;
    }
}

/// The value as an integer; none of our integers for values of other types.
std::uint64_t integer(const FieldValue& value) {
    const auto* number = std::get_if<std::uint64_t>(&value);
    return number != nullptr ? *number : std::numeric_limits<std::uint64_t>::max();
}

std::string_view text(const FieldValue& value) {
    const auto* string = std::get_if<std::string>(&value);
    return string != nullptr ? std::string_view(*string) : std::string_view();
}

bool isAddress(const Endpoint& endpoint, const FieldValue& value) {
    const ByteView address = endpoint.address.view();
    if (const auto* bytes = std::get_if<Bytes>(&value)) return std::ranges::equal(address, *bytes);
    return address.size() == 4 && readBe32(address.data()) == integer(value);
}

/// For a field that holds one end's value: which of both cannot be told from the record.
Truth oneEnd(bool client, bool server) {
    return client && server ? Truth::True : possible(client || server);
}

/// The name of a record may be shortened but always begins as the text it stands for.
Truth namePossible(std::string_view name, std::string_view value) {
    return possible(value.starts_with(name));
}

}  // namespace

Truth recordHas(const FilterRow& row, FieldId field) {
    const Record& record = row.record();
    if (fieldInfo(field).type == FieldType::Protocol) return hasLayer(row, field);
    switch (field) {
        case FieldId::FrameNumber:
            return Truth::True;
        case FieldId::TcpStream:
        case FieldId::TcpPort:
        case FieldId::TcpSrcPort:
        case FieldId::TcpDstPort:
            return truth(isOnConnection(record));
        case FieldId::CaptureDrops:
            return truth(isDrop(record));
        case FieldId::FrameUnread:
            return possible(record.kind == RowKind::UnreadPacket);
        case FieldId::IpVersion:
            return possible(hasPacketLayers(record));
        case FieldId::ResolvedName:
            // Of addresses of either version, in whatever tunnel.
            return possible(hasPacketLayers(record));
        case FieldId::IpAddr:
        case FieldId::IpSrc:
        case FieldId::IpDst:
            return hasLayer(row, FieldId::Ip);
        case FieldId::Ipv6Addr:
        case FieldId::Ipv6Src:
        case FieldId::Ipv6Dst:
            return hasLayer(row, FieldId::Ipv6);
        case FieldId::TcpEvent:
            return possible(record.kind == RowKind::TcpOpen || record.kind == RowKind::TcpEnd);
        case FieldId::HttpRequest:
            return truth(record.kind == RowKind::HttpRequest);
        case FieldId::HttpResponse:
            return truth(record.kind == RowKind::HttpResponse);
        case FieldId::HttpRequestMethod:
        case FieldId::HttpRequestUri:
            return possible(record.kind == RowKind::HttpRequest);
        case FieldId::HttpResponseCode:
            return possible(record.kind == RowKind::HttpResponse);
        case FieldId::HandshakeSubprotocol:
        case FieldId::HandshakeExtension:
        case FieldId::HandshakeExtensionParameter:
        case FieldId::HandshakeVersion:
        case FieldId::HandshakeOrigin:
            // WebSocket by name, but in the heads before it.
            return possible(isHttp(record));
        case FieldId::WebSocketOpcode:
        case FieldId::WebSocketFin:
        case FieldId::WebSocketMask:
            // The header of a frame that is not complete may be among what is missing.
            if (!isWebSocket(record)) return Truth::False;
            return record.has(kFlagIncomplete) ? Truth::Unknown : Truth::True;
        case FieldId::WebSocketPayloadCloseStatusCode:
            return possible(isWebSocket(record) && record.opcode == 8);
        case FieldId::IssueCodeField:
        case FieldId::IssueSeverityField:
            return possible(record.severity != Severity::None || row.mayHaveFurtherIssues());
        case FieldId::LinkHeaderProtocol:
        case FieldId::MonitorHeaderLength:
            // What the capture is said to be, by name, but headers of packets.
            return Truth::Unknown;
        case FieldId::IpFragments:
        case FieldId::IpFragment:
        case FieldId::IpFragmentCount:
        case FieldId::IpFragmentedLength:
            // Of datagrams of either version, in whatever tunnel.
            return possible(hasPacketLayers(record));
        case FieldId::SocketIoAttachmentOf:
            // The row of an attachment is Engine.IO's; it has no Socket.IO packet.
            return possible(record.protocol == Protocol::EngineIo);
        default:
            break;
    }
    const FieldId layer = layerOf(field);
    // The query of a polling request holds fields of Engine.IO whatever the row is called.
    if (layer == FieldId::EngineIo && isHttp(record)) return Truth::Unknown;
    // So do the heads of a handshake and the ends of a connection those of WebSocket.
    if (layer == FieldId::WebSocket && !isWebSocket(record)) {
        return possible(isHttp(record) || record.kind == RowKind::TcpOpen ||
                        record.kind == RowKind::TcpEnd);
    }
    return layer == FieldId::None ? Truth::Unknown : possible(hasLayer(row, layer) != Truth::False);
}

Truth recordEquals(const FilterRow& row, FieldId field, const FieldValue& value) {
    const Truth has = recordHas(row, field);
    if (has == Truth::False) return has;
    const Record& record = row.record();
    const std::uint64_t number = integer(value);
    const bool client = row.client().port == number;
    const bool server = row.server().port == number;
    switch (field) {
        case FieldId::FrameNumber:
            return truth(record.packet == number);
        case FieldId::TcpStream:
            return truth(record.connection == number);
        case FieldId::CaptureDrops:
            // A greater count than the record can hold is in the tree.
            if (record.detail == std::numeric_limits<std::uint32_t>::max()) return Truth::Unknown;
            return truth(record.detail == number);
        case FieldId::TcpPort:
            return truth(client || server);
        case FieldId::TcpSrcPort:
        case FieldId::TcpDstPort:
            return oneEnd(client, server);
        case FieldId::IpAddr:
        case FieldId::Ipv6Addr:
            if (has == Truth::Unknown) return has;
            if (isAddress(row.client(), value) || isAddress(row.server(), value))
                return Truth::True;
            return possible(row.mayBeTunnelled());
        case FieldId::IpSrc:
        case FieldId::IpDst:
        case FieldId::Ipv6Src:
        case FieldId::Ipv6Dst:
            if (has == Truth::Unknown) return has;
            return row.mayBeTunnelled()
                       ? Truth::Unknown
                       : oneEnd(isAddress(row.client(), value), isAddress(row.server(), value));
        case FieldId::HttpRequest:
        case FieldId::HttpResponse:
            return truth(number == 1);
        case FieldId::HttpRequestMethod:
            return possible(row.name().empty() || row.name().starts_with(text(value)));
        case FieldId::HttpResponseCode:
            return possible(record.detail == 0 || record.detail == number);
        case FieldId::WebSocketOpcode:
            return std::min(has, truth(record.opcode == number));
        case FieldId::WebSocketFin:
            return std::min(has, truth(record.has(kFlagFin) == (number == 1)));
        case FieldId::WebSocketMask:
            return std::min(has, truth(record.has(kFlagMasked) == (number == 1)));
        case FieldId::WebSocketPayloadCloseStatusCode:
            return possible(record.detail == 0 || record.detail == number);
        case FieldId::SocketIoEvent:
            return namePossible(row.name(), text(value));
        case FieldId::SocketIoId:
            return possible(!record.has(kFlagHasAckId) || record.detail == number ||
                            number >= std::numeric_limits<std::uint32_t>::max());
        case FieldId::IssueSeverityField:
            // The record knows the gravest of the row's issues; there may be lesser ones beside it.
            return possible(record.severity == Severity::Error ||
                            text(value) != severityName(Severity::Error));
        default:
            return Truth::Unknown;
    }
}

}  // namespace framescope
