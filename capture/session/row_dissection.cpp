// Walks a row from its packet up to its highest layer with the same parsers and checks the ingest
// used, over bytes read again from the capture. What the ingest alone could know (the order of
// frames) stands in the record's flags.
#include "capture/session/row_dissection.h"

#include <algorithm>

#include "capture/session/row_text.h"
#include "capture/session/stream_reader.h"
#include "dissector/http/body.h"
#include "dissector/http/chunked.h"
#include "dissector/http/describe.h"
#include "dissector/http/head.h"
#include "dissector/http/http_layer.h"
#include "dissector/layer/protocols.h"
#include "dissector/packet/frame.h"
#include "dissector/packet/packet.h"
#include "dissector/payload/utf8.h"
#include "dissector/websocket/close.h"
#include "dissector/websocket/describe.h"
#include "dissector/websocket/handshake.h"
#include "dissector/websocket/mask.h"

namespace framescope {
namespace {

/// Appends what of `holes` lies inside `window`, counted from there and moved to begin at `place`.
void appendHoles(const std::vector<ByteRange>& holes, ByteRange window, std::uint64_t place,
                 std::vector<ByteRange>& moved) {
    for (const ByteRange& hole : holes) {
        const std::uint64_t begin = std::max(hole.begin, window.begin);
        const std::uint64_t end = std::min(hole.end, window.end);
        if (begin >= end) continue;
        moved.push_back({begin - window.begin + place, end - window.begin + place});
    }
}

class RowDissector {
public:
    RowDissector(const Session::State& state, RecordId row, StreamContext context)
        : m_state(state),
          m_record(state.records[row]),
          m_connection(state.connections[m_record.connection]),
          m_reader(state.file.get(), state.stream(m_record),
                   context == StreamContext::With ? kMaxShown : kMaxSource) {}

    Dissection run(StreamContext context);

private:
    void describePacketLayers(StreamContext context);
    void addStreamContext(tcp::Context& context);
    void describeEvent();
    void describeGap();
    void describeSegment();
    void describeHttp();
    void describeBody(const http::Head& head);
    void describeWebSocket();
    void describeMessage(ByteView message, bool whole, Place place);
    void describeJoinedMessage();
    void checkFrame(const websocket::FrameHeader& header, ByteView payload, bool whole,
                    FieldIndex layer);
    std::string notUtf8Detail(ByteView payload) const;

    FieldTree& tree() { return m_dissection.fields; }
    /// Adds part of a stream as a source.
    SourceId addStream(SourceKind kind, std::string name, StreamBytes stream, std::uint64_t total);
    std::string requestMethod() const;

    const Session::State& m_state;
    const Record& m_record;
    const ConnectionInfo& m_connection;
    StreamReader m_reader;
    Dissection m_dissection;
    std::string m_protocols;  ///< of the layers so far, each preceded by a colon
};

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
    }
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
    if (m_record.length == 0 || m_record.kind == RowKind::TcpGap) return;
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
    if (m_state.file == nullptr) return;
    const std::uint64_t offset = m_state.packetOffsets[m_record.packet - 1];
    const auto packet = m_state.file->readPacket(m_state.layout, offset);
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
    if (packet->interface < m_state.layout.interfaces.size()) {
        facts.interfaceName = m_state.layout.interfaces[packet->interface].name;
    }
    const SourceId source = m_dissection.addSource(SourceKind::Packet, "Packet", packet->data);
    describeFrame(facts, tree(), Place{source, 0});

    tcp::Context context;
    context.stream = m_record.connection;
    const DecodedPacket decoded =
        decodePacket(packet->linkType, packet->data, packet->originalLength);
    const bool fromClient = decoded.source == m_connection.client;
    const std::size_t own =
        indexOf(fromClient ? Direction::ClientToServer : Direction::ServerToClient);
    context.relative = m_connection.sequenceKnown[own] && m_connection.sequenceKnown[1 - own];
    // As everywhere, the SYN counts as 0 and the first byte as 1.
    context.sequenceBase = m_connection.initialSequence[own] - 1;
    context.acknowledgmentBase = m_connection.initialSequence[1 - own] - 1;
    context.streamOffset = m_record.streamOffset;
    if (streamContext == StreamContext::With) addStreamContext(context);
    describePacket(packet->linkType, packet->data, packet->originalLength, context, tree(),
                   Place{source, 0}, m_protocols);
}

SourceId RowDissector::addStream(SourceKind kind, std::string name, StreamBytes stream,
                                 std::uint64_t total) {
    const SourceId id = m_dissection.addSource(kind, std::move(name), std::move(stream.bytes));
    m_dissection.sources[id].holes = std::move(stream.holes);
    m_dissection.sources[id].totalSize =
        std::max<std::uint64_t>(total, m_dissection.sources[id].bytes.size());
    return id;
}

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
}

void RowDissector::describeGap() {
    const FieldIndex gap = tree().open(
        FieldId::TcpGap, Place{}, 0,
        byteCountText(m_record.length) + " at offset " + groupedDigits(m_record.streamOffset));
    tree().addComputed(FieldId::TcpGapLength, m_record.length);
    tree().close();
    IssueSink issues;
    issues.add(IssueCode::TcpDataMissing);
    tree().attach(issues, gap);
}

void RowDissector::describeSegment() {
    const SourceId source =
        addStream(SourceKind::Stream, "Stream",
                  m_reader.read(m_record.streamOffset, m_record.length), m_record.length);
    const Bytes& bytes = m_dissection.sources[source].bytes;
    const FieldIndex field = tree().add(FieldId::TcpSegmentData, Place{source, 0}, bytes.size(),
                                        Bytes(bytes), byteCountText(m_record.length));
    IssueSink issues;
    if (m_record.detail != 0) issues.add(static_cast<IssueCode>(m_record.detail));
    tree().attach(issues, field);
}

/// The method of the request that this response answers; its row's name begins with it.
std::string RowDissector::requestMethod() const {
    if (m_record.kind != RowKind::HttpResponse || m_record.group == kNoRecord) return {};
    const std::string& name = m_state.names[m_state.records[m_record.group].name];
    return name.substr(0, name.find(' '));
}

void RowDissector::describeHttp() {
    const SourceId source =
        addStream(SourceKind::Head, "Head", m_reader.read(m_record.streamOffset, m_record.length),
                  m_record.length);
    const Bytes bytes = m_dissection.sources[source].bytes;
    m_protocols += ":http";
    std::optional<http::Head> head;
    if (m_record.has(kFlagIncomplete)) {
        head = http::parseCutHead(bytes);
    } else if (auto parsed = http::parseHead(bytes)) {
        head = std::move(*parsed);
    }
    if (!head || !m_dissection.sources[source].holes.empty()) {
        tree().open(FieldId::Http, Place{source, 0}, bytes.size(),
                    "head that cannot be read again");
        tree().close();
        return;
    }
    const FieldIndex layer = http::describeHead(*head, tree(), Place{source, 0});
    IssueSink issues;
    if (m_record.has(kFlagIncomplete)) {
        issues.add(m_record.length > http::HttpLayer::kMaxHead ? IssueCode::HttpHeadTooLong
                                                               : IssueCode::HttpHeadCutShort);
        tree().attach(issues, layer);
        return;
    }
    http::check(*head, issues);
    http::bodyFraming(*head, requestMethod(), issues);
    if (websocket::asksForWebSocket(*head) && head->kind == http::HeadKind::Request) {
        websocket::checkKey(*head, issues);
    }
    if (head->kind == http::HeadKind::Response && websocket::agreesToWebSocket(*head)) {
        std::string key;
        if (m_record.group != kNoRecord) {
            const Record& request = m_state.records[m_record.group];
            const StreamReader reader(m_state.file.get(), m_state.stream(request));
            const StreamBytes requestBytes = reader.read(request.streamOffset, request.length);
            if (const auto requestHead = http::parseHead(requestBytes.bytes)) {
                key = requestHead->value("Sec-WebSocket-Key");
            }
        }
        websocket::checkAccept(*head, key, issues);
    }
    tree().attach(issues, layer);
    describeBody(*head);
}

void RowDissector::describeBody(const http::Head& head) {
    IssueSink ignored;
    const http::BodyFraming framing = http::bodyFraming(head, requestMethod(), ignored);
    const StreamOffset begin = m_record.streamOffset + m_record.length;
    if (begin >= m_reader.end()) return;
    std::uint64_t length = m_reader.end() - begin;
    switch (framing.kind) {
        case http::BodyKind::None:
        case http::BodyKind::Tunnel:
            return;
        case http::BodyKind::Length:
            length = std::min(length, framing.length);
            break;
        case http::BodyKind::Chunked:
        case http::BodyKind::UntilClose:
            break;
    }
    StreamBytes raw = m_reader.read(begin, length);
    Bytes decoded;
    std::vector<ByteRange> decodedHoles;
    if (framing.kind == http::BodyKind::Chunked) {
        http::ChunkDecoder decoder;
        std::vector<http::ChunkPart> parts;
        raw.bytes.resize(decoder.feed(raw.bytes, &parts));
        length = raw.bytes.size();
        std::vector<ByteRange> holes;
        appendHoles(raw.holes, {0, length}, 0, holes);
        raw.holes = std::move(holes);
        for (const http::ChunkPart& part : parts) {
            if (part.kind != http::ChunkPart::Data) continue;
            appendHoles(raw.holes, part.range, decoded.size(), decodedHoles);
            decoded.insert(decoded.end(),
                           raw.bytes.begin() + static_cast<std::ptrdiff_t>(part.range.begin),
                           raw.bytes.begin() + static_cast<std::ptrdiff_t>(part.range.end));
        }
    }
    if (raw.bytes.empty()) return;
    const SourceId rawSource = addStream(SourceKind::Body, "Body", std::move(raw), length);
    SourceId source = rawSource;
    if (framing.kind == http::BodyKind::Chunked) {
        const Bytes coded = m_dissection.sources[rawSource].bytes;
        m_dissection.sources[rawSource].name = "Chunks";
        http::describeChunks(coded, tree(), Place{rawSource, 0});
        if (decoded.empty()) return;
        source = m_dissection.addSource(SourceKind::Body, "Body", std::move(decoded));
        m_dissection.sources[source].holes = std::move(decodedHoles);
    }
    const Bytes& body = m_dissection.sources[source].bytes;
    std::uint64_t missing = 0;
    for (const ByteRange& hole : m_dissection.sources[source].holes) missing += hole.size();
    // Holes are zero in the bytes, which nobody sent; so a body with holes is not shown as text.
    const bool text = missing == 0 && isValidUtf8(asText(body));
    std::string shown = text ? printable(asText(body)) : byteCountText(body.size());
    if (missing != 0) shown += ", of which " + groupedDigits(missing) + " are missing";
    tree().add(FieldId::HttpFileData, Place{source, 0}, body.size(),
               text ? FieldValue(std::string(asText(body))) : FieldValue(), std::move(shown));
}

void RowDissector::describeWebSocket() {
    const SourceId source =
        addStream(SourceKind::Frame, "Frame", m_reader.read(m_record.streamOffset, m_record.length),
                  m_record.length);
    const Bytes bytes = m_dissection.sources[source].bytes;
    const auto header = websocket::parseFrameHeader(bytes);
    m_protocols += ":websocket";
    const std::vector<ByteRange> frameHoles = m_dissection.sources[source].holes;
    if (!header || (!frameHoles.empty() && frameHoles.front().begin < header.consumed())) {
        tree().open(FieldId::WebSocket, Place{source, 0}, bytes.size(),
                    "frame that cannot be read again");
        tree().close();
        return;
    }
    Bytes payload(bytes.begin() + static_cast<std::ptrdiff_t>(header.consumed()), bytes.end());
    Place place{source, header.consumed()};
    if (header->masked && !payload.empty()) {
        websocket::applyMask(payload, header->maskingKey, 0);
        std::vector<ByteRange> holes;
        appendHoles(m_dissection.sources[source].holes, {header.consumed(), bytes.size()}, 0,
                    holes);
        for (const ByteRange& hole : holes) {
            std::fill(payload.begin() + static_cast<std::ptrdiff_t>(hole.begin),
                      payload.begin() + static_cast<std::ptrdiff_t>(hole.end), 0);
        }
        const SourceId unmasked = m_dissection.addSource(SourceKind::Unmasked, "Unmasked", payload);
        m_dissection.sources[unmasked].holes = std::move(holes);
        m_dissection.sources[unmasked].totalSize = m_record.length - header.consumed();
        place = {unmasked, 0};
    }
    // Behind a hole nothing is known of a text, so only what stands before it is shown as one.
    const std::vector<ByteRange>& holes = m_dissection.sources[place.source].holes;
    const std::uint64_t readable =
        holes.empty() ? payload.size() : holes.front().begin - place.offset;
    const FieldIndex layer =
        websocket::describeFrame(*header, ByteView(payload).first(readable), tree(),
                                 Place{source, 0}, place, m_record.has(kFlagCompressed));
    const bool whole = !m_record.has(kFlagIncomplete) && payload.size() == header->payloadLength;
    checkFrame(*header, payload, whole, layer);
    if (m_record.has(kFlagMessageEnd)) {
        describeJoinedMessage();
    } else if (m_record.protocol != Protocol::WebSocket) {
        describeMessage(payload, whole, place);
    }
}

void RowDissector::checkFrame(const websocket::FrameHeader& header, ByteView payload, bool whole,
                              FieldIndex layer) {
    IssueSink issues;
    websocket::check(header, m_record.direction, m_connection.facts.deflate, issues);
    const auto opcode = static_cast<std::uint16_t>(FieldId::WebSocketOpcode);
    if (m_record.has(kFlagOrphan)) {
        issues.add(IssueCode::WebSocketContinuationWithoutStart, opcode);
    }
    if (m_record.has(kFlagInsideMessage)) {
        issues.add(IssueCode::WebSocketMessageInsideMessage, opcode);
    }
    if (m_record.has(kFlagAfterClose)) issues.add(IssueCode::WebSocketDataAfterClose);
    if (m_record.has(kFlagResynchronised)) issues.add(IssueCode::WebSocketResynchronised);
    if (m_record.has(kFlagIncomplete)) issues.add(IssueCode::WebSocketPayloadIncomplete);
    if (m_record.has(kFlagNotUtf8)) {
        const FieldId part = header.is(websocket::Opcode::Continuation)
                                 ? FieldId::WebSocketPayloadContinue
                                 : FieldId::WebSocketPayloadText;
        issues.add(IssueCode::WebSocketTextNotUtf8, static_cast<std::uint16_t>(part),
                   notUtf8Detail(payload));
    }
    if (header.is(websocket::Opcode::Close) && whole) {
        websocket::checkClose(websocket::parseCloseBody(payload), issues);
    }
    tree().attach(issues, layer);
}

/// Where the message stops being UTF-8, found again by reading it from its first frame on.
std::string RowDissector::notUtf8Detail(ByteView payload) const {
    Utf8Validator validator;
    if (m_record.group == kNoRecord) {
        validator.feed(payload);
        if (m_record.has(kFlagFin)) validator.finish();
    } else {
        const WebSocketMessage message = readMessage(
            m_reader, m_state.records[m_record.group].streamOffset, m_record.streamOffset);
        validator.feed(message.bytes);
        if (m_record.has(kFlagFin)) validator.finish();
    }
    const auto at = validator.invalidAt();
    return at ? "byte " + std::to_string(*at) + " of the message" : std::string();
}

void RowDissector::describeJoinedMessage() {
    if (m_record.group == kNoRecord) return;
    WebSocketMessage message =
        readMessage(m_reader, m_state.records[m_record.group].streamOffset, m_record.streamOffset);
    const bool whole =
        message.complete && message.holes.empty() && message.totalSize == message.bytes.size();
    const bool text = !m_record.has(kFlagBinary) && !m_record.has(kFlagCompressed);
    const SourceId source =
        m_dissection.addSource(SourceKind::Message, "Message", std::move(message.bytes));
    m_dissection.sources[source].holes = std::move(message.holes);
    m_dissection.sources[source].totalSize = message.totalSize;
    const Bytes bytes = m_dissection.sources[source].bytes;
    const std::vector<ByteRange>& holes = m_dissection.sources[source].holes;
    const ByteView readable =
        ByteView(bytes).first(holes.empty() ? bytes.size() : holes.front().begin);
    tree().open(FieldId::WebSocketMessage, Place{source, 0}, bytes.size(),
                text ? printable(asText(readable))
                     : groupedDigits(message.totalSize) +
                           (m_record.has(kFlagCompressed) ? " bytes, compressed" : " bytes"),
                text ? FieldValue(std::string(asText(readable))) : FieldValue());
    tree().addComputed(FieldId::WebSocketFragmentCount,
                       message.complete ? FieldValue(message.frames) : FieldValue(),
                       message.complete ? std::string()
                                        : "more than " + groupedDigits(message.frames) +
                                              ", of which no more are joined here");
    tree().close();
    if (m_record.protocol != Protocol::WebSocket) describeMessage(bytes, whole, Place{source, 0});
}

void RowDissector::describeMessage(ByteView message, bool whole, Place place) {
    const MessageProtocol* const protocol = messageProtocolOf(m_record.protocol);
    if (protocol == nullptr) return;
    // The ingest did not look at all of a message beyond the limit, so neither is judged here.
    const MessageView view{asText(message), whole && message.size() <= kMaxMessageRead,
                           m_record.direction};
    protocol->describe(view, m_connection.facts, tree(), place, m_protocols);
}

}  // namespace

Dissection dissectRow(const Session::State& state, RecordId row, StreamContext context) {
    return RowDissector(state, row, context).run(context);
}

}  // namespace framescope
