// The info line says what happened, not how it was encoded; the tree says that.
#include "capture/session/row_text.h"

#include <algorithm>
#include <limits>

#include "capture/session/message_reader.h"
#include "capture/session/row_dissection.h"
#include "capture/session/session_row_context.h"
#include "capture/session/stream_reader.h"
#include "capture/session/tcp_row.h"
#include "capture/session/unread_row.h"
#include "dissector/core/duration_text.h"
#include "dissector/layer/protocols.h"
#include "dissector/layer/proxy_header.h"
#include "dissector/layer/read_as.h"
#include "dissector/payload/utf8.h"
#include "dissector/websocket/closing.h"
#include "dissector/websocket/describe.h"
#include "dissector/websocket/mask.h"

namespace framescope {
namespace {

/// Characters of an info line, and bytes that are read for it.
constexpr std::size_t kMaxInfo = 300;
constexpr std::size_t kMaxRead = 1024;

std::string openText(const Session::State& state, const Record& record,
                     const ConnectionInfo& connection) {
    std::string text = record.has(kFlagMidStream) ? "joined mid-stream  " : "open  ";
    text += connection.client.text() + " → " + connection.server.text();
    const ConnectionFacts& facts = connection.facts;
    if (facts.readAsChosen) text += "  read as " + readAsNameOf(state.names[facts.readAs]);
    return text;
}

/// `goesOn`: nobody took the RST, so how the WebSocket ended says nothing of it.
std::string endText(const Record& record, const ConnectionInfo& connection, bool goesOn) {
    const char* const side = record.direction == Direction::ClientToServer ? "client" : "server";
    const std::string after =
        record.hasTime() && connection.hasTimes
            ? ", after " + durationText(record.timeNs - connection.firstTimeNs)
            : std::string();
    const auto reason = static_cast<EndReason>(record.detail);
    if (connection.facts.upgraded && !goesOn &&
        (reason == EndReason::Fin || reason == EndReason::Reset)) {
        const std::string closing =
            websocket::closingText(connection.facts.closing, reason, record.direction);
        const char* const how = reason == EndReason::Fin ? "FIN  " : "RST  ";
        if (!closing.empty()) return how + closing + after;
    }
    switch (reason) {
        case EndReason::Fin:
            return std::string("FIN  closed by the ") + side + after;
        case EndReason::Reset:
            return std::string("RST  reset by the ") + side + after;
        case EndReason::CaptureEnd:
            return "end of the capture, connection still open";
        case EndReason::PortReused:
            return "no end was captured; the ports were used again";
        case EndReason::HalfClosed:
            return std::string("end of the capture, half closed by the ") + side;
    }
    return {};
}

/// Bytes at the end of a text that begin a character of UTF-8 and do not complete it.
std::size_t cutCharacter(std::string_view text) {
    for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if (byte < 0x80) return 0;
        if (byte < 0xc0) continue;
        const std::size_t wanted = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
        return back < wanted ? back : 0;
    }
    return 0;
}

std::string dropText(const Record& record) {
    std::string count = groupedDigits(record.detail);
    if (record.detail == std::numeric_limits<std::uint32_t>::max()) count += " or more";
    return count + (record.detail == 1 ? " packet" : " packets") +
           " dropped by the capturing system before packet " + groupedDigits(record.packet);
}

/// The comment as one line. Its name holds the beginning; where there was no room for names any
/// more, it is read again.
std::string commentText(const Session::State& state, const Record& record) {
    std::string comment = state.names[record.name];
    if (comment.empty() && state.file != nullptr) {
        const auto packet =
            state.file->readPacket(state.layout, state.packetOffsets[record.packet - 1]);
        if (!packet || record.detail >= packet->comments.size()) return "a comment";
        comment = packet->comments[record.detail];
    }
    const bool shortened = comment.size() < record.length;
    // A character that was cut in two is no error of the file.
    if (shortened) comment.resize(comment.size() - cutCharacter(comment));
    std::string line = printable(comment, kMaxInfo);
    return shortened && !line.ends_with("…") ? line + "…" : line;
}

/// The beginning of a row's unit, as far as it was captured without a hole: an info line shows
/// nothing that was not there.
Bytes beginning(const StreamReader& reader, const Record& record) {
    StreamBytes stream = reader.read(record.streamOffset, record.length, kMaxRead);
    if (!stream.holes.empty()) stream.bytes.resize(stream.holes.front().begin);
    return std::move(stream.bytes);
}

constexpr const char* kUnreadable = "cannot be read again";

std::string segmentText(const Session::State& state, RecordId row) {
    const Record& record = state.records[row];
    const StreamReader reader(state.file.get(), state.stream(record));
    const Bytes bytes = record.isBesideStream() ? bytesBesideStream(state, row, kMaxRead)
                                                : beginning(reader, record);
    if (record.form == kProxyHeaderForm) {
        if (const auto header = parseProxyHeader(bytes)) {
            return "PROXY protocol  " + proxyHeaderText(*header);
        }
    }
    const std::string_view text = asText(bytes).substr(0, 256);
    const auto readable = static_cast<std::size_t>(std::ranges::count_if(
        text, [](unsigned char c) { return c >= 0x20 || c == '\r' || c == '\n' || c == '\t'; }));
    // Text is shown as text; anything else would be a row of question marks.
    const bool isText = !text.empty() && readable * 10 >= text.size() * 9;
    std::string info = byteCountText(record.length);
    if (record.detail != 0) {
        info += "  " + std::string(issueInfo(static_cast<IssueCode>(record.detail)).sentence);
    }
    if (bytes.empty()) return info + "  " + kUnreadable;
    if (isText) return info + "  " + printable(text, 160);
    return info + "  " + formatHex(ByteView(bytes).first(std::min<std::size_t>(bytes.size(), 24)));
}

std::string startLine(const Session::State& state, const Record& record) {
    const StreamReader reader(state.file.get(), state.stream(record));
    const Bytes bytes = beginning(reader, record);
    if (bytes.empty()) return kUnreadable;
    std::string_view text = asText(bytes);
    while (text.starts_with('\r') || text.starts_with('\n')) text.remove_prefix(1);
    text = text.substr(0, text.find('\n'));
    if (text.ends_with('\r')) text.remove_suffix(1);
    // Of a status line the version says the least.
    if (record.kind == RowKind::HttpResponse && text.starts_with("HTTP/")) {
        text.remove_prefix(std::min(text.find(' '), text.size() - 1) + 1);
    }
    return printable(text, kMaxInfo);
}

/// A unit of a body, or its beginning.
std::string bodyUnitText(const Session::State& state, RecordId row) {
    const SessionRowContext context(state, row);
    const BodyProtocol* const protocol = bodyProtocolOf(context.record().kind);
    const Bytes unit = context.payload(row, kMaxRead);
    if (protocol == nullptr || (unit.empty() && context.record().length != 0)) return kUnreadable;
    return protocol->summary(unit, context, kMaxInfo);
}

std::string frameText(const Session::State& state, RecordId row) {
    const Record& record = state.records[row];
    const StreamReader reader(state.file.get(), state.stream(record));
    const Bytes bytes = beginning(reader, record);
    const auto header = websocket::parseFrameHeader(bytes);
    if (!header) return kUnreadable;
    const MessageProtocol* const protocol = messageProtocolOf(record.protocol);
    const bool joined = record.has(kFlagMessageEnd) && record.group != kNoRecord;
    const bool wholeFrame = header->fin && !header->is(websocket::Opcode::Continuation);
    const bool text = !record.has(kFlagBinary);
    const bool compressed = record.has(kFlagCompressed);
    Bytes payload(bytes.begin() + static_cast<std::ptrdiff_t>(header.consumed()), bytes.end());
    if (header->masked) websocket::applyMask(payload, header->maskingKey, 0);
    if (joined || (compressed && wholeFrame)) {
        const DecodedMessage message = decodeMessage(state, row, {kMaxRead, false, {}});
        const ByteView all = message.bytes();
        const ByteView shown = all.first(std::min(all.size(), kMaxRead));
        // Of an incomplete one that is compressed, what stands in front of the hole.
        const bool cutShort = message.cutShort && !shown.empty();
        const bool decoded = message.readable() && (!record.has(kFlagIncomplete) || cutShort);
        if (protocol == nullptr && decoded && (text || compressed)) {
            return (joined ? "message complete  " : "") +
                   websocket::messageSummary(text, shown, message.size() + (cutShort ? 1 : 0),
                                             kMaxInfo, message.sizeKnown);
        }
        if (protocol != nullptr && compressed && !decoded) return kUnreadable;
        if (protocol != nullptr) payload.assign(shown.begin(), shown.end());
    }
    if (protocol != nullptr) {
        const MessageView view{payload, text, payload.size() < kMaxRead, record.direction};
        return protocol->summary(view, SessionRowContext(state, row), kMaxInfo);
    }
    return websocket::summary(*header, payload, kMaxInfo, compressed);
}

/// The sentence of the row's gravest issue, without its full stop.
std::string gravest(const Session::State& state, RecordId row) {
    const Dissection dissection = dissectRow(state, row, StreamContext::With);
    IssueCode worst = IssueCode::None;
    for (const FieldIssue& entry : dissection.fields.issues()) {
        const IssueCode code = entry.issue.code;
        if (worst == IssueCode::None || issueInfo(code).severity > issueInfo(worst).severity) {
            worst = code;
        }
    }
    if (worst == IssueCode::None) return kUnreadable;
    std::string_view sentence = issueInfo(worst).sentence;
    if (sentence.ends_with('.')) sentence.remove_suffix(1);
    return std::string(sentence);
}

}  // namespace

const char* endReasonName(EndReason reason) {
    switch (reason) {
        case EndReason::Fin:
            return "fin";
        case EndReason::Reset:
            return "reset";
        case EndReason::CaptureEnd:
            return "end-of-capture";
        case EndReason::PortReused:
            return "port-reused";
        case EndReason::HalfClosed:
            return "half-closed";
    }
    return "";
}

bool wentOnBehind(const Session::State& state, RecordId row) {
    const Record& record = state.records[row];
    if (record.kind != RowKind::TcpEnd) return false;
    return std::ranges::any_of(state.records.remarks(row), [](const RowRemark& remark) {
        return remark.code == IssueCode::TcpReset;
    });
}

RowText textOfRow(const Session::State& state, RecordId row) {
    const Record& record = state.records[row];
    RowText text;
    text.protocol = protocolName(record.protocol);
    switch (record.kind) {
        case RowKind::TcpOpen:
            text.info = openText(state, record, state.connection(record.connection));
            break;
        case RowKind::TcpEnd:
            text.info =
                endText(record, state.connection(record.connection), wentOnBehind(state, row));
            break;
        case RowKind::TcpGap:
            text.info = gapText(record);
            break;
        case RowKind::TcpSegment:
            text.info = segmentText(state, row);
            break;
        case RowKind::HttpRequest:
        case RowKind::HttpResponse:
            text.info = startLine(state, record);
            break;
        case RowKind::WebSocketFrame:
            text.info = frameText(state, row);
            break;
        case RowKind::EngineIoPacket:
        case RowKind::EventStreamEvent:
            text.info = bodyUnitText(state, row);
            break;
        case RowKind::CaptureDrop:
            text.info = dropText(record);
            break;
        case RowKind::CaptureComment:
            text.info = commentText(state, record);
            break;
        case RowKind::UnreadPacket:
            text.info = unreadText(state, record);
            break;
        case RowKind::TcpConflict:
            text.info = conflictText(state, row);
            break;
    }
    const bool judged = record.kind == RowKind::HttpRequest ||
                        record.kind == RowKind::HttpResponse ||
                        record.kind == RowKind::WebSocketFrame || isInBody(record.kind);
    if (judged && record.severity >= Severity::Warning) text.info += "  ·  " + gravest(state, row);
    return text;
}

}  // namespace framescope
