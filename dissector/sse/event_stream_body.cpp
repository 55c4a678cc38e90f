// The splitter finds where a unit ends; its bytes are kept until then, as much of them as is read
// of a message, to be judged and named. What the row says later is read again from the capture.
#include "dissector/sse/event_stream_body.h"

#include <algorithm>
#include <utility>

#include "dissector/http/head.h"
#include "dissector/layer/conversations.h"
#include "dissector/layer/message_protocol.h"
#include "dissector/payload/utf8.h"
#include "dissector/sse/event.h"
#include "dissector/sse/event_splitter.h"
#include "dissector/sse/stream_tracker.h"

namespace framescope::sse {
namespace {

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

bool isEventStream(std::string_view contentType) {
    return http::equalsIgnoreCase(trimmed(contentType.substr(0, contentType.find(';'))),
                                  "text/event-stream");
}

/// The charset parameter of a media type without its quotes; empty where there is none.
std::string_view charsetOf(std::string_view contentType) {
    std::size_t semicolon = contentType.find(';');
    while (semicolon != std::string_view::npos) {
        const std::size_t next = contentType.find(';', semicolon + 1);
        const std::string_view parameter = contentType.substr(
            semicolon + 1, next == std::string_view::npos ? next : next - semicolon - 1);
        semicolon = next;
        const std::size_t equals = parameter.find('=');
        if (equals == std::string_view::npos) continue;
        if (!http::equalsIgnoreCase(trimmed(parameter.substr(0, equals)), "charset")) continue;
        std::string_view value = trimmed(parameter.substr(equals + 1));
        if (value.size() > 1 && value.front() == '"' && value.back() == '"') {
            value = value.substr(1, value.size() - 2);
        }
        return value;
    }
    return {};
}

void checkHead(const http::Head& head, RecordId row, LayerOutput& out) {
    const auto part = static_cast<std::uint16_t>(FieldId::HttpContentType);
    const std::string_view charset = charsetOf(head.value("Content-Type"));
    if (!charset.empty() && !http::equalsIgnoreCase(charset, "utf-8")) {
        remarkLate(row, IssueCode::EventStreamCharset, out, part, printable(charset, 40));
    }
    if (head.status != 200) remarkLate(row, IssueCode::EventStreamStatus, out);
}

class EventStreamReader : public BodyReader {
public:
    EventStreamReader(const Exchange& exchange, LayerOutput& out)
        : m_headRow(exchange.headRow),
          m_lastId(exchange.lastEventId),
          m_name(out.conversations().eventStreams.begin(exchange.target, exchange.lastEventId,
                                                        exchange.headRow, out)) {}

    /// What was sent before the first event that is read is not known.
    void beginsInTheMidst(std::uint64_t offset) {
        m_footingFound = true;
        m_splitter.beginAt(offset);
    }

    void data(std::uint64_t offset, ByteView bytes, LayerOutput& out) override {
        while (!bytes.empty()) {
            const EventSplitter::Step step = m_splitter.feed(bytes);
            if (m_splitter.inUnit() || step.ended) {
                const std::uint64_t begin = m_splitter.unitBegin();
                // A byte order mark with nothing behind it is no unit, though it began like one.
                if (begin >= offset) m_unit.clear();
                keep(bytes.first(step.taken).subspan(begin > offset ? begin - offset : 0));
            }
            offset += step.taken;
            bytes = bytes.subspan(step.taken);
            if (step.ended) emitEnded(offset, out);
        }
    }

    void gap(std::uint64_t offset, std::uint64_t missing, LayerOutput& out) override {
        finish(offset, Form::EndLost, out);
        out.conversations().eventStreams.lost(m_name);
        m_unit.clear();
        m_splitter.resume(offset + missing);
        m_beginningLost = true;
    }

    void end(bool, LayerOutput& out) override {
        finish(m_splitter.position(), Form::Unfinished, out);
    }

private:
    void keep(ByteView bytes) {
        bytes = bytes.first(std::min(bytes.size(), kMaxMessageRead - m_unit.size()));
        m_unit.insert(m_unit.end(), bytes.begin(), bytes.end());
    }

    /// The splitter has found a unit's end at `end`.
    void emitEnded(std::uint64_t end, LayerOutput& out) {
        if (std::exchange(m_beginningLost, false)) {
            emitUnit(end, Form::BeginningLost, out);
            m_footingFound = true;
        } else if (m_splitter.isComment()) {
            emitUnit(end, Form::Comment, out);
        } else {
            emitUnit(end, Form::Event, out);
        }
    }

    /// What has begun ends here without having been ended.
    void finish(std::uint64_t end, Form form, LayerOutput& out) {
        const bool inUnit = m_splitter.inUnit();
        if (m_splitter.finish()) {
            emitEnded(end, out);
        } else if (inUnit) {
            emitUnit(end, m_beginningLost ? Form::BeginningLost : form, out);
        }
    }

    void emitUnit(std::uint64_t end, Form form, LayerOutput& out) {
        const Bytes bytes = std::exchange(m_unit, {});
        const std::uint64_t begin = m_splitter.unitBegin();
        // Behind missing bytes the rest of a line end tells nothing.
        if (form == Form::BeginningLost &&
            asText(bytes).find_first_not_of("\r\n") == std::string_view::npos) {
            return;
        }
        const Event event = parse(asText(bytes), begin == 0);
        const Meaning meaning = interpret(event);
        if (form == Form::Event && !meaning.hasData) form = Form::WithoutData;

        Record record;
        record.kind = RowKind::EventStreamEvent;
        record.protocol = Protocol::EventStream;
        record.direction = Direction::ServerToClient;
        record.streamOffset = begin;
        record.length = end - begin;
        record.group = m_headRow;
        record.form = static_cast<std::uint8_t>(form);
        const bool cut = record.length > bytes.size();
        if (cut) record.flags |= kFlagOverLimit;
        if (form >= Form::Unfinished) record.flags |= kFlagIncomplete;
        if (form != Form::Comment && isTypeKnown(event, form)) {
            record.name = out.intern(meaning.type);
        }
        IssueSink issues;
        check(asText(bytes), begin == 0, form, cut, issues);
        if (form < Form::Unfinished && std::exchange(m_footingFound, false)) {
            issues.addContextual(IssueCode::EventStreamResynchronised);
        }
        const RecordId row = emitJudged(record, issues, out);

        if (form != Form::Event && form != Form::WithoutData) return;
        if (meaning.id) m_lastId = meaning.id->substr(0, StreamTracker::kMaxId + 1);
        out.conversations().eventStreams.event(m_name, m_lastId, meaning.id.has_value(), row, out);
    }

    RecordId m_headRow;
    EventSplitter m_splitter;
    Bytes m_unit;  ///< of the unit that has begun, up to kMaxMessageRead
    bool m_beginningLost = false;
    bool m_footingFound = false;  ///< the next unit is the first whole one behind a loss
    std::string m_lastId;
    StreamTracker::Name m_name;
};

std::unique_ptr<BodyReader> makeReader(const Exchange& exchange, LayerOutput& out) {
    if (exchange.head == nullptr || exchange.head->kind != http::HeadKind::Response ||
        !isEventStream(exchange.head->value("Content-Type"))) {
        return nullptr;
    }
    checkHead(*exchange.head, exchange.headRow, out);
    return std::make_unique<EventStreamReader>(exchange, out);
}

void describeUnit(ByteView unit, const RowContext& row, Dissection& dissection, Place place,
                  std::string& protocols) {
    const Record& record = row.record();
    const auto form = static_cast<Form>(record.form);
    const bool atStart = record.streamOffset == 0;
    const std::string_view text = asText(unit);
    const FieldIndex layer = describe(parse(text, atStart), text, form, dissection, place);
    protocols += ":sse";
    IssueSink issues;
    check(text.substr(0, kMaxMessageRead), atStart, form, record.has(kFlagOverLimit), issues);
    dissection.fields.attach(issues, layer);
}

std::string summariseUnit(ByteView unit, const RowContext& row, std::size_t maxChars) {
    const Record& record = row.record();
    return summary(parse(asText(unit), record.streamOffset == 0), static_cast<Form>(record.form),
                   maxChars);
}

}  // namespace

std::unique_ptr<BodyReader> makeJoinedReader(std::string_view target, std::uint64_t offset,
                                             LayerOutput& out) {
    Exchange exchange;
    exchange.target = target;
    auto reader = std::make_unique<EventStreamReader>(exchange, out);
    reader->beginsInTheMidst(offset);
    return reader;
}

bool isAskedFor(const http::Head& request) {
    return std::ranges::any_of(request.elements("Accept"), isEventStream);
}

const BodyProtocol kBodyProtocol{RowKind::EventStreamEvent, makeReader, describeUnit,
                                 summariseUnit};

}  // namespace framescope::sse
