// A row of WebSocket: the frame, what it is masked with, the message it ends, and what the message
// carries. A message stands in a source of its own where it is joined from several frames (Message)
// or compressed (Inflated).
#include <algorithm>
#include <optional>

#include "capture/session/message_reader.h"
#include "capture/session/row_dissector.h"
#include "dissector/layer/protocols.h"
#include "dissector/payload/payload_describe.h"
#include "dissector/payload/utf8.h"
#include "dissector/websocket/close.h"
#include "dissector/websocket/describe.h"
#include "dissector/websocket/mask.h"

namespace framescope {
namespace {

/// A text or binary message of one frame.
bool isWholeMessage(const websocket::FrameHeader& header) {
    return header.fin &&
           (header.is(websocket::Opcode::Text) || header.is(websocket::Opcode::Binary));
}

}  // namespace

void RowDissector::describeWebSocket() {
    const SourceId source =
        addStream(SourceKind::Frame, "Frame", m_reader.read(m_record.streamOffset, m_record.length),
                  m_record.length);
    // Sources that come later move the source, not its bytes.
    const ByteView bytes = m_dissection.sources[source].bytes;
    const auto header = websocket::parseFrameHeader(bytes);
    m_protocols += ":websocket";
    const std::vector<ByteRange> frameHoles = m_dissection.sources[source].holes;
    if (!header || (!frameHoles.empty() && frameHoles.front().begin < header.consumed())) {
        tree().open(FieldId::WebSocket, Place{source, 0}, bytes.size(),
                    "frame that cannot be read again");
        tree().close();
        return;
    }
    ByteView payload = bytes.subspan(header.consumed());
    Place place{source, header.consumed()};
    if (header->masked && !payload.empty()) {
        Bytes unmaskedBytes(payload.begin(), payload.end());
        websocket::applyMask(unmaskedBytes, header->maskingKey, 0);
        std::vector<ByteRange> holes;
        appendHoles(m_dissection.sources[source].holes, {header.consumed(), bytes.size()}, 0,
                    holes);
        for (const ByteRange& hole : holes) {
            std::fill(unmaskedBytes.begin() + static_cast<std::ptrdiff_t>(hole.begin),
                      unmaskedBytes.begin() + static_cast<std::ptrdiff_t>(hole.end), 0);
        }
        const SourceId unmasked =
            m_dissection.addSource(SourceKind::Unmasked, "Unmasked", std::move(unmaskedBytes));
        payload = m_dissection.sources[unmasked].bytes;
        m_dissection.sources[unmasked].holes = std::move(holes);
        m_dissection.sources[unmasked].totalSize = m_record.length - header.consumed();
        place = {unmasked, 0};
    }
    std::vector<ByteRange> holes;
    appendHoles(m_dissection.sources[place.source].holes,
                {place.offset, place.offset + payload.size()}, 0, holes);
    const bool whole = !m_record.has(kFlagIncomplete) && payload.size() == header->payloadLength;
    const bool compressed = m_record.has(kFlagCompressed);

    const DecodedMessage message = messageThatEndsHere(*header);
    const std::optional<Place> messagePlace = addMessage(message);
    std::optional<websocket::InflatedPayload> inflated;
    if (compressed && isWholeMessage(*header) && messagePlace) {
        inflated = {message.bytes(), *messagePlace};
    }
    DecodedMessage begun;
    if (compressed && !isWholeMessage(*header) && !m_record.has(kFlagMessageEnd)) {
        inflated = inflatedFragment(begun);
    }
    const FieldIndex layer = websocket::describeFrame(*header, payload, tree(), Place{source, 0},
                                                      place, compressed, inflated, holes);
    checkFrame(*header, payload, whole, layer);
    if (messagePlace) {
        describeMessage(message.bytes(), message, *messagePlace);
    } else if (isWholeMessage(*header) && !compressed) {
        DecodedMessage single;
        single.joined.totalSize = header->payloadLength;
        single.joined.frames = 1;
        single.joined.complete = whole;
        // What is behind a hole may begin anywhere, so nothing is read as a protocol there.
        const ByteView beginning =
            payload.first(holes.empty() ? payload.size() : holes.front().begin);
        describeMessage(beginning, single, place);
    }
}

/// What this fragment of a compressed message inflates to, where what comes before it is known:
/// whether the message ever ended is not known here. Beyond the first kMaxBegun bytes of a message
/// only the row of its end tells, since each fragment inflates all those before it again.
std::optional<websocket::InflatedPayload> RowDissector::inflatedFragment(DecodedMessage& begun) {
    constexpr StreamOffset kMaxBegun = 64U << 10;
    const StreamOffset first = m_record.group == kNoRecord
                                   ? m_record.streamOffset
                                   : m_state.records[m_record.group].streamOffset;
    if (m_record.streamOffset - first > kMaxBegun) return std::nullopt;
    begun = decodeMessage(m_state, m_row, {m_reader.limit(), true, {}, true, true});
    const bool whole = begun.compressed && begun.error == websocket::InflateError::None &&
                       begun.joined.complete && begun.inflated.size() == begun.inflatedSize;
    if (!whole || begun.frameEnds.empty()) return std::nullopt;
    const std::size_t frames = begun.frameEnds.size();
    const std::uint64_t begin = frames > 1 ? begun.frameEnds[frames - 2] : 0;
    if (begin >= begun.inflated.size()) return std::nullopt;
    const ByteView piece = ByteView(begun.inflated).subspan(begin);
    const SourceId id =
        m_dissection.addSource(SourceKind::Inflated, "Inflated", Bytes(piece.begin(), piece.end()));
    return websocket::InflatedPayload{piece, Place{id, 0}};
}

/// The message of several frames, or the compressed one, that this row ends; nothing in it where it
/// ends none.
DecodedMessage RowDissector::messageThatEndsHere(const websocket::FrameHeader& header) const {
    const bool joined = m_record.has(kFlagMessageEnd) && m_record.group != kNoRecord;
    const bool inflated = m_record.has(kFlagCompressed) && isWholeMessage(header);
    if (!joined && !inflated) return {};
    return decodeMessage(m_state, m_row, {m_reader.limit(), true, {}});
}

/// Adds the message as one source, or as two where it was joined and inflated. Returns where it
/// stands decoded; nothing where there is none.
std::optional<Place> RowDissector::addMessage(const DecodedMessage& message) {
    if (message.joined.frames == 0) return std::nullopt;
    std::optional<Place> place;
    if (m_record.has(kFlagMessageEnd)) {
        const SourceId id =
            m_dissection.addSource(SourceKind::Message, "Message", message.joined.bytes);
        m_dissection.sources[id].holes = message.joined.holes;
        m_dissection.sources[id].totalSize = message.joined.totalSize;
        place = Place{id, 0};
    }
    if (!message.compressed) return place;
    if (!message.readable() || !message.joined.complete) return std::nullopt;
    if (message.cutShort && message.inflated.empty()) return std::nullopt;
    const SourceId id = m_dissection.addSource(SourceKind::Inflated, "Inflated", message.inflated);
    m_dissection.sources[id].totalSize = message.inflatedSize;
    return Place{id, 0};
}

void RowDissector::checkFrame(const websocket::FrameHeader& header, ByteView payload, bool whole,
                              FieldIndex layer) {
    IssueSink issues;
    websocket::check(header, websocket::maskedAs(m_record.direction, m_connection.facts),
                     m_connection.facts.compression.kind, issues);
    const auto opcode = static_cast<std::uint16_t>(FieldId::WebSocketOpcode);
    const auto payloadPart = static_cast<std::uint16_t>(FieldId::WebSocketPayload);
    if (m_record.has(kFlagOrphan)) {
        issues.add(IssueCode::WebSocketContinuationWithoutStart, opcode);
    }
    if (m_record.has(kFlagInsideMessage)) {
        issues.add(IssueCode::WebSocketMessageInsideMessage, opcode);
    }
    if (m_record.has(kFlagAfterClose)) issues.add(IssueCode::WebSocketDataAfterClose);
    if (m_record.has(kFlagResynchronised)) issues.add(IssueCode::WebSocketResynchronised);
    // Where frames within the announced length disproved it, a remark says so.
    const bool disproved =
        std::ranges::any_of(m_state.records.remarks(m_row), [](const RowRemark& remark) {
            return remark.code == IssueCode::WebSocketPayloadIncomplete;
        });
    if (m_record.has(kFlagIncomplete) && !disproved && !websocket::hasTopBit(header)) {
        issues.add(IssueCode::WebSocketPayloadIncomplete);
    }
    if (m_record.has(kFlagContextLost)) issues.add(IssueCode::WebSocketContextLost, payloadPart);
    if (m_record.has(kFlagNotDeflate)) issues.add(IssueCode::WebSocketNotDeflate, payloadPart);
    if (m_record.has(kFlagOverLimit)) {
        issues.add(IssueCode::WebSocketMessageOverLimit, payloadPart,
                   "the limit is " + byteCountText(m_state.limits.inflatedMessage));
    }
    if (m_record.has(kFlagNotUtf8)) {
        const FieldId part = m_record.has(kFlagCompressed) ? FieldId::WebSocketPayload
                             : header.is(websocket::Opcode::Continuation)
                                 ? FieldId::WebSocketPayloadContinue
                                 : FieldId::WebSocketPayloadText;
        issues.add(IssueCode::WebSocketTextNotUtf8, static_cast<std::uint16_t>(part),
                   notUtf8Detail());
    }
    if (header.is(websocket::Opcode::Close) && whole) {
        websocket::checkClose(websocket::parseCloseBody(payload), issues);
    }
    tree().attach(issues, layer);
}

/// Where the message stops being UTF-8, found again by reading it from its first frame on.
std::string RowDissector::notUtf8Detail() const {
    Utf8Validator validator;
    const auto feed = [&](ByteView bytes) { validator.feed(bytes); };
    decodeMessage(m_state, m_row, {0, true, feed});
    if (m_record.has(kFlagFin)) validator.finish();
    const auto at = validator.invalidAt();
    return at ? "byte " + std::to_string(*at) + " of the message" : std::string();
}

/// The message, of which `bytes` were read and stand at `place`, and the protocols on it.
void RowDissector::describeMessage(ByteView bytes, const DecodedMessage& message, Place place) {
    const bool text = !m_record.has(kFlagBinary);
    if (message.joined.frames > 1 || message.cutShort || !m_record.has(kFlagIncomplete)) {
        websocket::MessageFacts facts;
        facts.bytes = bytes;
        facts.place = place;
        facts.text = text;
        facts.size = message.size();
        facts.sizeKnown = message.sizeKnown;
        facts.frames = message.joined.frames;
        facts.allFrames = message.joined.complete;
        if (message.compressed) facts.compression = m_connection.facts.compression.kind;
        facts.compressedSize = message.joined.totalSize;
        websocket::describeMessage(facts, tree());
    }
    const MessageProtocol* const protocol = messageProtocolOf(m_record.protocol);
    // The ingest did not look at all of a message beyond the limit, so neither is judged here.
    const bool whole = message.joined.complete && message.joined.holes.empty() &&
                       bytes.size() == message.size() && bytes.size() <= kMaxMessageRead &&
                       !message.cutShort && !m_record.has(kFlagOverLimit);
    if (protocol == nullptr) {
        const SessionRowContext context(m_state, m_row);
        if (whole && !bytes.empty()) {
            describePayload(bytes, text, context.payloadChoice({}), m_dissection, place);
        }
        return;
    }
    protocol->describe({bytes, text, whole, m_record.direction}, SessionRowContext(m_state, m_row),
                       m_dissection, place, m_protocols);
}

}  // namespace framescope
