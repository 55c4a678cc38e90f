// Walks a row from its packet up to its highest layer with the same parsers and checks the ingest
// used, over bytes read again from the capture. What the ingest alone could know (the order of
// frames) stands in the record's flags and in the tables beside the records.
#include "capture/session/row_dissection.h"

#include <algorithm>
#include <limits>

#include "capture/file/link_type_name.h"
#include "capture/session/row_dissector.h"
#include "capture/session/row_text.h"
#include "capture/session/tcp_row.h"
#include "dissector/core/duration_text.h"
#include "dissector/habits/describe_habits.h"
#include "dissector/layer/connection_words.h"
#include "dissector/layer/proxy_header.h"
#include "dissector/layer/read_as.h"
#include "dissector/link/padding.h"
#include "dissector/packet/frame.h"
#include "dissector/packet/packet.h"
#include "dissector/payload/utf8.h"
#include "dissector/websocket/closing.h"

namespace framescope {
namespace {

/// What a remark of TCP is about are bytes on their way, whatever they turned out to carry.
bool isOfTcp(IssueCode code) {
    return issueInfo(code).name.starts_with("tcp.");
}

}  // namespace

Dissection RowDissector::run(StreamContext context) {
    describePacketLayers(context);
    const FieldIndex protocols = tree().find(FieldId::FrameProtocols);
    switch (m_record.kind) {
        case RowKind::TcpOpen:
        case RowKind::TcpEnd:
            describeEvent();
            break;
        case RowKind::TcpGap:
            describeGap();
            break;
        case RowKind::TcpConflict:
            describeConflict();
            break;
        case RowKind::TcpSegment:
            describeSegment();
            break;
        case RowKind::HttpRequest:
        case RowKind::HttpResponse:
            describeHttp();
            break;
        case RowKind::WebSocketFrame:
            describeWebSocket();
            break;
        case RowKind::EngineIoPacket:
        case RowKind::EventStreamEvent:
            describeBodyUnit();
            break;
        case RowKind::CaptureDrop:
            describeDrop();
            break;
        case RowKind::CaptureComment:
            describeComment();
            break;
        case RowKind::UnreadPacket:
            describeUnread();
            break;
    }
    attachRemarks();
    describeLinks();
    if (protocols != kNoField && !m_protocols.empty()) {
        tree().setValue(protocols, m_protocols.substr(1));
    }
    return std::move(m_dissection);
}

/// The stream a little before and behind the row, lines of 16 bytes beginning where they would if
/// all of it were shown.
void RowDissector::addStreamContext(tcp::Context& context) {
    constexpr std::uint64_t kAround = 4096;
    constexpr std::uint64_t kMaxUnit = 64U << 10;
    if (m_record.length == 0 || isInBody(m_record.kind)) return;
    if (m_record.kind == RowKind::TcpGap || m_record.kind == RowKind::TcpConflict ||
        m_record.isBesideStream()) {
        return;
    }
    const StreamOffset offset = m_record.streamOffset;
    const StreamOffset begin = (offset - std::min(offset, kAround)) & ~std::uint64_t{15};
    const std::uint64_t unit = std::min(m_record.length, kMaxUnit);
    const SourceId id = addStream(SourceKind::Stream, "TCP stream around it",
                                  m_reader.read(begin, offset - begin + unit + kAround), 0);
    Source& source = m_dissection.sources[id];
    source.origin = begin;
    source.totalSize = source.bytes.size();
    source.focus = {offset - begin,
                    std::min<std::uint64_t>(offset - begin + unit, source.totalSize)};
    context.streamPlace = {id, source.focus.begin};
    context.streamSize = source.focus.size();
}

void RowDissector::describePacketLayers(StreamContext streamContext) {
    if (m_state.file == nullptr || m_record.packet == 0) return;
    const std::uint64_t offset = m_state.packetOffsets[m_record.packet - 1];
    auto packet = m_state.file->readPacket(m_state.layout, offset);
    if (!packet) {
        tree().open(FieldId::Frame, Place{}, 0,
                    std::to_string(m_record.packet) + "  " + packet.error().sentence);
        tree().addComputed(FieldId::FrameNumber, std::uint64_t{m_record.packet});
        tree().close();
        return;
    }
    FrameFacts facts;
    facts.number = m_record.packet;
    facts.timeNs = m_record.timeNs;
    facts.hasTime = packet->hasTime;
    facts.firstTimeNs = m_state.statistics.firstTimeNs;
    facts.originalLength = packet->originalLength;
    facts.capturedLength = packet->capturedLength;
    if (m_state.file->format() == CaptureFormat::Pcapng) facts.interface = packet->interface;
    const bool described = packet->linkType != unknownLinkType;
    if (described && packet->interface < m_state.layout.interfaces.size()) {
        facts.interfaceName = m_state.layout.interfaces[packet->interface].name;
        facts.interfaceDescription = m_state.layout.interfaces[packet->interface].description;
    }
    facts.comments = packet->comments;
    if (described) {
        facts.linkType = linkTypeDescription(packet->linkType);
        facts.linkTypeText = tree().text([&] { return linkTypeText(packet->linkType); });
    }
    const SourceId source =
        m_dissection.addSource(SourceKind::Packet, "Packet", std::move(packet->data));
    describeFrame(facts, tree(), Place{source, 0});
    m_dropped = packet->dropped;
    m_comments = std::move(packet->comments);
    // What was dropped may have been of any connection, so this packet's layers are not the row's.
    if (!isOfCapture(m_record.kind)) describeTransport(*packet, source, streamContext);
    if (!m_state.hostNames.empty()) nameHosts();
}

void RowDissector::describeTransport(const PacketHeader& packet, SourceId source,
                                     StreamContext streamContext) {
    // Sources that come later move the source, not its bytes.
    const ByteView data = m_dissection.sources[source].bytes;
    tcp::Context context;
    context.stream = m_record.connection;
    std::optional<RowDatagram> datagram;
    const auto stored = m_state.datagrams.find(m_record.packet);
    if (stored != m_state.datagrams.end()) datagram.emplace(readDatagram(m_state, stored->second));
    const DecodedPacket decoded = datagram
                                      ? decodeDatagram(*datagram)
                                      : decodePacket(packet.linkType, data, packet.originalLength);
    const bool fromClient = decoded.source == m_connection.client;
    const std::size_t own =
        indexOf(fromClient ? Direction::ClientToServer : Direction::ServerToClient);
    context.relative = m_connection.sequenceKnown[own] && m_connection.sequenceKnown[1 - own];
    // As everywhere, the SYN counts as 0 and the first byte as 1.
    context.sequenceBase = m_connection.initialSequence[own] - 1;
    context.acknowledgmentBase = m_connection.initialSequence[1 - own] - 1;
    context.streamOffset = m_record.streamOffset;
    context.verifyChecksums = m_state.verifyChecksums;
    if (streamContext == StreamContext::With) addStreamContext(context);
    describePacket(packet.linkType, data, packet.originalLength, context, tree(), Place{source, 0},
                   m_protocols);
    describePadding(data, tree(), Place{source, 0});
    if (!datagram) return;
    setChecksumAddresses(datagram->stored, data, tree(), context);
    describeDatagramLayers(*std::move(datagram), context);
}

SourceId RowDissector::addStream(SourceKind kind, std::string name, StreamBytes stream,
                                 std::uint64_t total) {
    const SourceId id = m_dissection.addSource(kind, std::move(name), std::move(stream.bytes));
    m_dissection.sources[id].holes = std::move(stream.holes);
    m_dissection.sources[id].totalSize =
        std::max<std::uint64_t>(total, m_dissection.sources[id].bytes.size());
    return id;
}

void RowDissector::describeDrop() {
    // The record holds counts of 32 bits; a greater one is read again.
    const std::uint64_t drops = m_record.detail == std::numeric_limits<std::uint32_t>::max()
                                    ? std::max<std::uint64_t>(m_dropped, m_record.detail)
                                    : m_record.detail;
    const FieldIndex capture = tree().open(
        FieldId::Capture, Place{}, 0,
        groupedDigits(drops) + (drops == 1 ? " packet" : " packets") + " dropped before this one");
    tree().addComputed(FieldId::CaptureDrops, drops);
    tree().close();
    IssueSink issues;
    issues.add(IssueCode::CapturePacketsDropped);
    tree().attach(issues, capture);
    m_protocols += ":capture";
}

/// The frame has all comments of its packet; here it says which of them this row is, with its bytes
/// to be read line by line.
void RowDissector::describeComment() {
    const bool there = m_record.detail < m_comments.size();
    const std::string& comment = there ? m_comments[m_record.detail] : m_state.names[m_record.name];
    const ByteView bytes = asBytes(comment);
    const SourceId source =
        m_dissection.addSource(SourceKind::Decoded, "Comment", Bytes(bytes.begin(), bytes.end()));
    tree().open(FieldId::Capture, Place{source, 0}, bytes.size(),
                "comment on this packet: " + printable(comment, 4 * comment.size()));
    tree().close();
    m_protocols += ":capture";
}

/// Puts beside each address of the packet what the capture file calls it. Names may stand behind
/// the packets in the file, so they are looked up only now.
void RowDissector::nameHosts() {
    for (FieldIndex i = 0; i < tree().size(); ++i) {
        const Field& field = tree()[i];
        IpAddress address;
        if (field.id == FieldId::IpSrc || field.id == FieldId::IpDst) {
            const auto* const value = std::get_if<std::uint64_t>(&field.value);
            if (value == nullptr) continue;
            address.version = 4;
            for (std::size_t byte = 0; byte < 4; ++byte)
                address.bytes[byte] = static_cast<std::uint8_t>(*value >> (24 - 8 * byte));
        } else if (field.id == FieldId::Ipv6Src || field.id == FieldId::Ipv6Dst) {
            const auto* const value = std::get_if<Bytes>(&field.value);
            if (value == nullptr || value->size() != address.bytes.size()) continue;
            address.version = 6;
            std::ranges::copy(*value, address.bytes.begin());
        } else {
            continue;
        }
        const auto found = m_state.hostNames.find(address);
        if (found == m_state.hostNames.end()) continue;
        FieldIndex behind = i;
        for (const std::uint32_t at : found->second) {
            const std::string& name = m_state.layout.hostNames[at].name;
            tree().insertComputed(behind++, FieldId::ResolvedName, name,
                                  printable(name, 4 * name.size()));
        }
        i = behind;
    }
}

/// The packet's bytes are its source; nothing in them is named.
void RowDissector::describeEvent() {
    IssueSink issues;
    std::string event = "open";
    if (m_record.kind == RowKind::TcpEnd) {
        const auto reason = static_cast<EndReason>(m_record.detail);
        event = endReasonName(reason);
        if (reason == EndReason::Reset) issues.add(IssueCode::TcpReset);
    } else if (m_record.has(kFlagMidStream)) {
        event = "joined";
        issues.add(IssueCode::TcpJoinedMidStream);
    }
    const FieldIndex field = tree().addComputed(FieldId::TcpEvent, event);
    tree().attach(issues, field);
    const ConnectionFacts& facts = m_connection.facts;
    if (m_record.kind == RowKind::TcpOpen) {
        if (facts.readAsChosen) {
            tree().addComputed(FieldId::ConnectionReadAs,
                               readAsNameOf(m_state.names[facts.readAs]));
        }
        if (facts.inferred != 0) {
            tree().addComputed(FieldId::ConnectionInferred, inferredText(facts));
        }
    }
    if (m_record.kind == RowKind::TcpEnd && facts.upgraded && !wentOnBehind(m_state, m_row)) {
        websocket::describeClosing(facts.closing, static_cast<EndReason>(m_record.detail),
                                   m_record.direction, m_state.names[facts.closing.reason], tree());
    }
    habits::describe(SessionRowContext(m_state, m_row), tree());
}

void RowDissector::describeSegment() {
    const SourceId source =
        m_record.isBesideStream()
            ? m_dissection.addSource(SourceKind::Stream, "Beside the stream",
                                     bytesBesideStream(m_state, m_row, m_reader.limit()))
            : addStream(SourceKind::Stream, "Stream",
                        m_reader.read(m_record.streamOffset, m_record.length), m_record.length);
    const Bytes& bytes = m_dissection.sources[source].bytes;
    const auto proxy = m_record.form == kProxyHeaderForm ? parseProxyHeader(bytes) : std::nullopt;
    if (proxy) {
        describeProxyHeader(*proxy, bytes, tree(), Place{source, 0});
        m_protocols += ":proxy";
        return;
    }
    const FieldIndex field = tree().add(FieldId::TcpSegmentData, Place{source, 0}, bytes.size(),
                                        Bytes(bytes), byteCountText(m_record.length));
    IssueSink issues;
    if (m_record.detail != 0) issues.add(static_cast<IssueCode>(m_record.detail));
    tree().attach(issues, field);
}

/// Issues that the row's own bytes do not show; they stand where the field they are about stands:
/// those of TCP at TCP, each other at the last layer, or at the field in it that it names.
void RowDissector::attachRemarks() {
    IssueSink ofTcp;
    IssueSink others;
    for (const RowRemark& remark : m_state.records.remarks(m_row)) {
        IssueSink& issues = isOfTcp(remark.code) ? ofTcp : others;
        issues.add(remark.code, remark.part, m_state.names[remark.detail]);
    }
    if (ofTcp.empty() && others.empty()) return;
    FieldIndex last = 0;
    FieldIndex tcp = kNoField;
    for (FieldIndex i = 0; i < tree().size(); i = tree()[i].next) {
        last = i;
        const FieldId id = tree()[i].id;
        if (id == FieldId::Tcp || id == FieldId::TcpConflict || id == FieldId::TcpGap) tcp = i;
    }
    tree().attach(ofTcp, tcp != kNoField ? tcp : last);
    tree().attach(others, last);
}

/// Whether the time between the two rows can be told.
bool RowDissector::timesKnown(const RowLink& link) const {
    return m_state.records[link.from].hasTime() && m_state.records[link.to].hasTime();
}

/// The fields of a request and its response under the names that Wireshark gives them, which count
/// packets.
void RowDissector::describeExchange(const RowLink& link, RecordId other) {
    const std::uint64_t packet = m_state.records[other].packet;
    if (m_record.kind == RowKind::HttpRequest) {
        tree().addComputed(FieldId::HttpResponseIn, packet);
        return;
    }
    tree().addComputed(FieldId::HttpRequestIn, packet);
    if (!timesKnown(link)) return;
    tree().addComputed(FieldId::HttpTime, FieldValue(m_state.records[link.from].timeNs -
                                                     m_state.records[link.to].timeNs));
}

/// What other rows are to this one, and the time between.
void RowDissector::describeLinks() {
    const auto add = [this](const RowLink& link, RecordId other, std::string_view relation) {
        const Record& there = m_state.records[other];
        const std::int64_t apart =
            m_state.records[link.from].timeNs - m_state.records[link.to].timeNs;
        const bool known = timesKnown(link);
        const auto text = [&] {
            std::string line(relation);
            line += " row " + groupedDigits(std::uint64_t{other} + 1) + "  (packet " +
                    groupedDigits(there.packet) + "), ";
            if (known) line += durationText(apart < 0 ? -apart : apart) + ' ';
            line += other == link.to ? "before" : "after";
            return line;
        };
        tree().open(FieldId::RowLink, Place{}, 0, tree().text(text), std::uint64_t{other} + 1);
        tree().addComputed(FieldId::RowLinkKind, std::string(linkKindName(link.kind)));
        if (known) tree().addComputed(FieldId::RowLinkTime, FieldValue(apart));
        if (known && link.kind == LinkKind::AckOf) {
            tree().addComputed(FieldId::SocketIoAckLatency, FieldValue(apart));
        }
        if (link.kind == LinkKind::ResponseTo && m_record.protocol == Protocol::Http) {
            describeExchange(link, other);
        }
        tree().close();
    };
    for (const RowLink& link : m_state.linksFrom.find(m_row)) {
        add(link, link.to, linkText(link.kind, true));
    }
    for (const RowLink& link : m_state.linksTo.find(m_row)) {
        add(link, link.from, linkText(link.kind, false));
    }
}

Dissection dissectRow(const Session::State& state, RecordId row, StreamContext context,
                      TreeTexts texts) {
    return RowDissector(state, row, context, texts).run(context);
}

}  // namespace framescope
