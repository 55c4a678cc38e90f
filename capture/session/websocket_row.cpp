// A row of WebSocket: the frame, what it is masked with, the message it ends, and what the message
// carries.
#include <algorithm>

#include "capture/session/row_dissector.h"
#include "dissector/layer/protocols.h"
#include "dissector/payload/utf8.h"
#include "dissector/websocket/close.h"
#include "dissector/websocket/describe.h"
#include "dissector/websocket/mask.h"

namespace framescope {

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
        describeMessage(payload, !m_record.has(kFlagBinary), whole, place);
    }
}

void RowDissector::checkFrame(const websocket::FrameHeader& header, ByteView payload, bool whole,
                              FieldIndex layer) {
    IssueSink issues;
    websocket::check(header, m_record.direction, m_connection.facts.compression.agreed(), issues);
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
    if (m_record.protocol != Protocol::WebSocket)
        describeMessage(bytes, !m_record.has(kFlagBinary), whole, Place{source, 0});
}

void RowDissector::describeMessage(ByteView message, bool text, bool whole, Place place) {
    const MessageProtocol* const protocol = messageProtocolOf(m_record.protocol);
    if (protocol == nullptr) return;
    // The ingest did not look at all of a message beyond the limit, so neither is judged here.
    const MessageView view{message, text, whole && message.size() <= kMaxMessageRead,
                           m_record.direction};
    const Bytes kept(message.begin(), message.end());
    const MessageView own{kept, view.text, view.whole, view.direction};
    protocol->describe(own, SessionRowContext(m_state, m_row), m_dissection, place, m_protocols);
}

}  // namespace framescope
