#include "dissector/engineio/polling.h"

#include <algorithm>
#include <utility>

#include "dissector/engineio/characters.h"
#include "dissector/engineio/jsonp.h"
#include "dissector/engineio/packet_description.h"
#include "dissector/engineio/server_error.h"
#include "dissector/engineio/session_reader.h"
#include "dissector/engineio/target.h"
#include "dissector/http/head.h"
#include "dissector/layer/conversations.h"
#include "dissector/layer/message_protocol.h"
#include "dissector/payload/utf8.h"

namespace framescope::engineio {
namespace {

constexpr char kSeparator = 0x1e;
/// Moments at which pieces of a body arrived that are kept; a body in more pieces names the packet
/// of a later one.
constexpr std::size_t kMaxPieces = 4096;

/// Holds an answer that refuses a request, and says so on the response's row.
class ErrorReader : public BodyReader {
public:
    explicit ErrorReader(RecordId headRow) : m_headRow(headRow) {}

    void data(std::uint64_t, ByteView bytes, LayerOutput&) override {
        if (m_body.size() <= kMaxBody)
            m_body += asText(bytes.first(std::min(bytes.size(), kMaxBody)));
    }
    void gap(std::uint64_t, std::uint64_t, LayerOutput&) override { m_lost = true; }
    void end(bool, LayerOutput& out) override {
        const auto error = m_lost ? std::nullopt : parseServerError(m_body);
        if (!error) return;
        remarkLate(m_headRow, IssueCode::EngineIoServerError, out,
                   static_cast<std::uint16_t>(FieldId::EngineIoErrorCode),
                   std::string(serverErrorName(error->code)) + " (" + std::to_string(error->code) +
                       "): " + printable(error->message));
    }

private:
    static constexpr std::size_t kMaxBody = 8192;
    RecordId m_headRow;
    std::string m_body;
    bool m_lost = false;
};

bool isSuccess(const Exchange& exchange) {
    return exchange.direction == Direction::ClientToServer || exchange.head == nullptr ||
           exchange.head->status / 100 == 2;
}

/// Content types that a server of Engine.IO gives a payload.
bool mayBePayload(const http::Head& head) {
    std::string_view type = head.value("Content-Type");
    type = type.substr(0, type.find(';'));
    return type == "text/plain" || type == "application/octet-stream" || type == "text/javascript";
}

/// Where the next packet begins in a payload of which the beginning is missing: behind a record
/// separator, or where lengths lead from packet to packet to the last byte.
std::optional<std::size_t> findPacket(std::string_view payload, const UnitForm& form) {
    if (form.framing == Framing::Records) {
        const std::size_t separator = payload.find(kSeparator);
        if (separator == std::string_view::npos || separator + 1 == payload.size()) {
            return std::nullopt;
        }
        return separator + 1;
    }
    if (form.framing != Framing::Lengths) return std::nullopt;
    // So many colons are tried: each may mean reading all that stands behind it.
    constexpr int kMostTried = 64;
    std::size_t colon = payload.find(':');
    for (int tried = 0; tried < kMostTried && colon != std::string_view::npos; ++tried) {
        std::size_t begin = colon;
        while (begin > 0 && payload[begin - 1] >= '0' && payload[begin - 1] <= '9') --begin;
        const std::string_view rest = payload.substr(begin);
        PayloadReader reader(rest, form.framing, true);
        std::size_t end = 0;
        while (const auto unit = reader.next()) {
            const auto content =
                unit->complete
                    ? unitContent(rest.substr(unit->range.begin, unit->range.size()), form.framing)
                    : std::nullopt;
            if (!content || !packetOf(*content, form)) break;
            end = static_cast<std::size_t>(unit->range.end);
        }
        if (begin != colon && end == rest.size()) return begin;
        colon = payload.find(':', colon + 1);
    }
    return std::nullopt;
}

std::unique_ptr<BodyReader> makePollingReader(const Exchange& exchange, LayerOutput&) {
    const bool response = exchange.direction == Direction::ServerToClient;
    if (exchange.requestRow == kNoRecord) {
        const bool look = response && exchange.head != nullptr && isSuccess(exchange) &&
                          mayBePayload(*exchange.head);
        return look ? std::make_unique<PollingReader>(exchange) : nullptr;
    }
    if (!isEngineIoTarget(exchange.target)) return nullptr;
    if (response && !isSuccess(exchange)) return std::make_unique<ErrorReader>(exchange.headRow);
    if (parameterOf(exchange.target, "transport") == "websocket") return nullptr;
    if (exchange.method != (response ? "GET" : "POST")) return nullptr;
    return std::make_unique<PollingReader>(exchange);
}

}  // namespace

/// The payload in a body, without what JSONP wraps it in.
struct PollingReader::Text {
    std::string_view payload;
    std::uint64_t begin = 0;  ///< of the text in the body, as it is written there
    std::size_t leftOut = 0;  ///< bytes of the text in front of `payload`
    Unescaped unescaped;      ///< where it was wrapped
    UnitForm form;
    std::uint8_t revision = 0;

    std::uint64_t origin(std::size_t at) const {
        at += leftOut;
        return begin + (form.wrapping == Wrapping::None ? at : unescaped.origin(at));
    }
    /// Behind the separator that stands at `at`, if one does.
    std::size_t behindSeparator(std::size_t at) const {
        const bool there = form.framing == Framing::Records && at != 0 && at < payload.size() &&
                           payload[at] == kSeparator;
        return there ? at + 1 : at;
    }
};

PollingReader::PollingReader(const Exchange& exchange)
    : m_target(exchange.target),
      m_direction(exchange.direction),
      m_headRow(exchange.headRow),
      m_guess(exchange.requestRow == kNoRecord),
      m_engineIoAsked(exchange.engineIoAsked),
      m_othersAsked(exchange.othersAsked) {
    // One that waits for its answer may not be the one that is answered.
    if (m_guess) m_target.clear();
}

void PollingReader::data(std::uint64_t offset, ByteView bytes, LayerOutput& out) {
    m_length = offset + bytes.size();
    if (m_stop) {
        if (m_behindGapStart == 0 || m_behindGap.size() + bytes.size() > kMaxBody) return;
        m_behindGap += asText(bytes);
        if (m_pieces.size() < kMaxPieces) m_pieces.push_back({m_length, out.arrival()});
        return;
    }
    const std::size_t most = m_guess && !m_engineIoAsked ? kMaxGuess : kMaxBody;
    const std::size_t taken = std::min(bytes.size(), most - m_body.size());
    m_body += asText(bytes.first(taken));
    if (m_pieces.size() < kMaxPieces || taken == 0) {
        m_pieces.push_back({m_body.size(), out.arrival()});
    } else {
        m_pieces.back() = {m_body.size(), out.arrival()};
    }
    if (taken < bytes.size()) {
        m_stop = m_body.size();
        m_overLimit = true;
    }
}

void PollingReader::gap(std::uint64_t offset, std::uint64_t missing, LayerOutput&) {
    m_length = offset + missing;
    if (!m_stop) m_stop = m_body.size();
    if (m_overLimit) return;
    m_behindGap.clear();
    m_behindGapStart = m_length;
}

void PollingReader::end(bool whole, LayerOutput& out) {
    m_endSeen = whole;
    m_whole = whole && !m_stop;
    if (m_guess) {
        const ConnectionFacts& facts = out.facts();
        const Likeness found = m_whole ? likeness(facts.engineVersion) : Likeness::None;
        const bool wanted =
            found == Likeness::Certain || (found == Likeness::InForm && !m_othersAsked);
        if (!wanted) {
            loseUnknown(out);
            return;
        }
        m_undecided = found;
        if (!m_engineIoAsked) return;
        m_undecided = Likeness::None;
    }
    tell(out);
}

std::size_t PollingReader::undecided() const {
    if (m_undecided == Likeness::None) return 0;
    return m_body.size() + m_pieces.size() * sizeof(Piece);
}

void PollingReader::decide(std::string_view nextTarget, LayerOutput& out) {
    const bool polls = isEngineIoTarget(nextTarget);
    const bool certain = std::exchange(m_undecided, Likeness::None) == Likeness::Certain;
    if (polls) m_target = nextTarget;
    const bool fits = !polls || likeness(revisionFromTarget(nextTarget)) != Likeness::None;
    if (fits && (polls || certain)) {
        tell(out);
    } else {
        loseUnknown(out);
    }
}

/// Rows of what is held, each with the moment at which it came.
void PollingReader::tell(LayerOutput& out) {
    const Arrival now = out.arrival();
    if (!m_body.empty() || m_stop) readPayload(out);
    out.setArrival(now);
}

/// Packets of a session whose sid nobody captured may be in this body, and are not read.
void PollingReader::loseUnknown(LayerOutput& out) const {
    out.conversations().engineSessions.lost(m_direction, out);
}

/// The moment at which the byte in front of `end` arrived.
void PollingReader::setArrival(std::uint64_t end, LayerOutput& out) const {
    const auto piece = std::ranges::lower_bound(m_pieces, end, {}, &Piece::end);
    if (piece != m_pieces.end()) out.setArrival(piece->arrival);
}

Session& PollingReader::sessionOf(const Text& text, LayerOutput& out) {
    SessionTracker& tracker = out.conversations().engineSessions;
    SessionId& known = out.facts().engineSession;
    SessionId id = kNoSession;
    std::string sid(parameterOf(m_target, "sid"));
    if (sid.empty()) {
        // The first answer brings the sid itself.
        PayloadReader reader(text.payload, text.form.framing, m_whole);
        if (const auto unit = reader.next()) {
            const auto content = unitContent(
                text.payload.substr(unit->range.begin, unit->range.size()), text.form.framing);
            const auto packet = content ? packetOf(*content, text.form) : std::nullopt;
            if (packet && packet->type == PacketType::Open) {
                const auto handshake = parseHandshake(packet->data);
                if (handshake && handshake->sid) sid = handshake->sid->value;
            }
        }
    }
    if (!sid.empty()) {
        id = tracker.find(sid, out);
    } else if (known != kSeveralSessions) {
        id = known == kNoSession ? tracker.create(out) : known;
    }
    if (id == kNoSession) {
        // It is one of several: nobody knows of which it tells.
        if (m_guess) {
            loseUnknown(out);
            for (const Direction d : {Direction::ClientToServer, Direction::ServerToClient}) {
                m_unlisted.lost(d, out);
            }
        }
        return m_unlisted;
    }
    if (known == kNoSession) known = id;
    if (known != id) known = kSeveralSessions;
    return tracker.session(id);
}

PollingReader::Text PollingReader::unwrapped() const {
    Text text;
    text.payload = m_body;
    std::optional<ByteRange> inside = findScriptString(m_body);
    if (m_direction == Direction::ServerToClient && inside) {
        text.form.wrapping = Wrapping::Script;
        text.unescaped =
            unescapeScript(std::string_view(m_body).substr(inside->begin, inside->size()));
    } else if (m_direction == Direction::ClientToServer &&
               (inside = findFormData(m_body)).has_value()) {
        text.form.wrapping = Wrapping::Form;
        text.unescaped =
            unescapeForm(std::string_view(m_body).substr(inside->begin, inside->size()));
    }
    if (text.form.wrapping != Wrapping::None) text.begin = inside->begin;
    return text;
}

/// Of a whole body whose request is not known. `revision`: that its connection speaks; 0 where that
/// is not known.
Likeness PollingReader::likeness(std::uint8_t revision) const {
    Text text = unwrapped();
    if (text.form.wrapping != Wrapping::None) text.payload = text.unescaped.text;
    const auto framing = recogniseFraming(text.payload, 0, true);
    const bool fits = framing && (revision == 0 || revision > 3 || *framing != Framing::Records);
    if (!fits) return Likeness::None;
    text.form.framing = *framing;
    return likenessOf(text.payload, text.form);
}

void PollingReader::readPayload(LayerOutput& out) {
    Text text = unwrapped();
    if (text.form.wrapping != Wrapping::None) text.payload = text.unescaped.text;
    const std::uint8_t asked = revisionFromTarget(m_target);
    auto framing = recogniseFraming(text.payload, m_guess ? std::uint8_t{0} : asked, m_whole);
    if (text.payload.empty() && asked != 0) {
        framing = asked < 4 ? Framing::Lengths : Framing::Records;
    }
    text.form.framing = framing.value_or(Framing::None);
    text.revision = revisionOf(text.form, m_target);
    Session& session = sessionOf(text, out);
    if (text.form.framing == Framing::Lengths && session.doubleUtf8 != false) {
        const bool twice = undoDoubleUtf8(text.payload).has_value();
        const bool ascii = std::ranges::all_of(
            text.payload, [](char c) { return static_cast<std::uint8_t>(c) < 0x80; });
        if (!ascii) session.doubleUtf8 = twice;
        text.form.doubleUtf8 = twice;
    }
    PayloadReader reader(text.payload, text.form.framing, m_whole);
    const std::size_t readTo = readUnits(text, reader, session, out);
    if (!reader.rest().empty()) {
        emitRest(text, {text.origin(reader.rest().begin), text.origin(reader.rest().end)},
                 IssueCode::EngineIoPayloadMalformed, session, out);
    } else if (!m_whole && text.origin(readTo) < m_length) {
        readBehindGap(text, readTo, session, out);
    }
}

std::size_t PollingReader::readUnits(const Text& text, PayloadReader& reader, Session& session,
                                     LayerOutput& out) {
    std::size_t readTo = 0;
    while (const auto unit = reader.next()) {
        if (!unit->complete) break;
        const auto content = unitContent(text.payload.substr(unit->range.begin, unit->range.size()),
                                         text.form.framing);
        if (!content || !packetOf(*content, text.form)) {
            reader.giveUp("a packet is of no known type");
            break;
        }
        readUnit(text, *unit, session, out);
        readTo = static_cast<std::size_t>(unit->range.end);
    }
    return readTo;
}

void PollingReader::readBehindGap(const Text& text, std::size_t readTo, Session& session,
                                  LayerOutput& out) {
    const IssueCode why =
        m_overLimit ? IssueCode::EngineIoPayloadTooLong : IssueCode::EngineIoPacketIncomplete;
    const std::uint64_t lost = text.origin(text.behindSeparator(readTo));
    // What stands behind the payload in what it is wrapped in is not missing.
    std::string_view written = m_behindGap;
    Text behind;
    behind.payload = written;
    behind.begin = m_behindGapStart;
    behind.form = text.form;
    behind.revision = text.revision;
    if (text.form.wrapping == Wrapping::Script) {
        if (m_endSeen) written = written.substr(0, written.rfind('"'));
        behind.unescaped = unescapeScript(written);
    } else if (text.form.wrapping == Wrapping::Form) {
        written = written.substr(0, written.find('&'));
        behind.unescaped = unescapeForm(written);
    }
    if (text.form.wrapping != Wrapping::None) behind.payload = behind.unescaped.text;
    const bool wrapped = text.form.wrapping != Wrapping::None && !m_behindGap.empty();
    const std::uint64_t textEnd = wrapped ? m_behindGapStart + written.size() : m_length;
    const auto footing = findPacket(behind.payload, text.form);
    if (!footing) {
        emitRest(text, {lost, textEnd}, why, session, out);
        return;
    }
    const std::size_t before = text.form.framing == Framing::Records ? *footing - 1 : *footing;
    emitRest(text, {lost, behind.origin(before)}, why, session, out);
    behind.payload.remove_prefix(*footing);
    behind.leftOut = *footing;
    m_footingFound = true;
    PayloadReader reader(behind.payload, behind.form.framing, m_endSeen);
    const std::size_t end = readUnits(behind, reader, session, out);
    if (behind.origin(end) >= textEnd) return;
    emitRest(behind, {behind.origin(behind.behindSeparator(end)), textEnd}, why, session, out);
}

void PollingReader::readUnit(const Text& text, const PayloadUnit& unit, Session& session,
                             LayerOutput& out) {
    const UnitForm plainForm{text.form.framing, Wrapping::None, text.form.doubleUtf8};
    PlainUnit plain;
    freeUnit(asBytes(text.payload.substr(unit.range.begin, unit.range.size())), plainForm, plain);
    const auto packet = packetOf(plain.content, text.form);
    if (!packet) return;
    const ByteRange range{text.origin(unit.range.begin), text.origin(unit.range.end)};
    setArrival(range.end, out);
    Record record = recordOf(text, range);
    IssueSink issues;
    const bool whole = packet->data.size() <= kMaxMessageRead;
    readPacket(session, {*packet, whole, m_direction, Transport::Polling, text.revision}, record,
               issues, out);
    if (std::exchange(m_footingFound, false)) {
        issues.addContextual(IssueCode::EngineIoResynchronised);
    }
    emitJudged(record, issues, out);
}

/// What cannot be read as packets is one row.
void PollingReader::emitRest(const Text& text, ByteRange range, IssueCode why, Session& session,
                             LayerOutput& out) {
    setArrival(range.end, out);
    session.lost(m_direction, out);
    Record record = recordOf(text, range);
    record.form = UnitForm{Framing::None, text.form.wrapping, false}.toByte();
    record.protocol = Protocol::EngineIo;
    record.engineType = static_cast<std::uint8_t>(PacketType::Noop);
    if (why == IssueCode::EngineIoPacketIncomplete) record.flags |= kFlagIncomplete;
    if (why == IssueCode::EngineIoPayloadTooLong) record.flags |= kFlagOverLimit;
    IssueSink issues;
    issues.add(why);
    emitJudged(record, issues, out);
}

Record PollingReader::recordOf(const Text& text, ByteRange range) const {
    Record record;
    record.kind = RowKind::EngineIoPacket;
    record.direction = m_direction;
    record.group = m_headRow;
    record.streamOffset = range.begin;
    record.length = range.size();
    record.form = text.form.toByte();
    return record;
}

namespace {

void describeUnit(ByteView unit, const RowContext& row, Dissection& dissection, Place place,
                  std::string& protocols) {
    const Record& record = row.record();
    const UnitForm form = UnitForm::fromByte(record.form);
    const bool whole = unit.size() == record.length;
    PlainUnit plain;
    freeUnit(unit, form, plain);
    if (form.wrapping != Wrapping::None) {
        place = {dissection.addSource(SourceKind::Message, "Unescaped",
                                      Bytes(plain.text.begin(), plain.text.end())),
                 0};
    }
    FieldTree& tree = dissection.fields;
    const auto packet = plain.readable ? packetOf(plain.content, form) : std::nullopt;
    if (!packet) {
        protocols += ":engineio";
        const FieldIndex layer =
            tree.open(FieldId::EngineIo, place, plain.text.size(), "cannot be read as packets");
        tree.add(FieldId::EngineIoData, place, plain.text.size(), plain.text,
                 printable(plain.text));
        tree.close();
        IssueSink issues;
        issues.add(record.has(kFlagIncomplete)  ? IssueCode::EngineIoPacketIncomplete
                   : record.has(kFlagOverLimit) ? IssueCode::EngineIoPayloadTooLong
                                                : IssueCode::EngineIoPayloadMalformed);
        tree.attach(issues, layer);
        return;
    }
    PacketOrigin origin;
    origin.transport = Transport::Polling;
    origin.revision = revisionOf(form, row.requestTarget());
    origin.sid = sidOf(row);
    origin.length = plain.content.length;
    origin.lengthPlace = place.at(plain.content.lengthRange.begin);
    origin.lengthSize = plain.content.lengthRange.size();
    if (form.framing == Framing::Binary) {
        origin.binary = plain.content.binary;
        origin.markerPlace = place;
    }
    place = place.at(plain.content.at);
    if (!plain.inner.empty()) {
        place = {dissection.addSource(SourceKind::Message, "UTF-8 decoded once",
                                      Bytes(plain.inner.begin(), plain.inner.end())),
                 0};
    }
    describePacket(*packet, origin, whole && packet->data.size() <= kMaxMessageRead, row,
                   dissection, place, protocols);
}

std::string summariseUnit(ByteView unit, const RowContext& row, std::size_t maxChars) {
    const UnitForm form = UnitForm::fromByte(row.record().form);
    PlainUnit plain;
    freeUnit(unit, form, plain);
    const auto packet = plain.readable ? packetOf(plain.content, form) : std::nullopt;
    if (!packet) return printable(plain.text, maxChars);
    return summarisePacket(*packet, revisionOf(form, row.requestTarget()),
                           unit.size() == row.record().length, row, maxChars);
}

/// An answer that refuses a request is no packet: it is told at the response's own row.
void describeBody(ByteView body, const http::Head& head, const RowContext& row,
                  Dissection& dissection, Place place, std::string& protocols) {
    if (head.kind != http::HeadKind::Response || head.status / 100 == 2 ||
        !isEngineIoTarget(row.requestTarget())) {
        return;
    }
    const auto error = parseServerError(asText(body));
    if (!error) return;
    describe(*error, asText(body), dissection.fields, place);
    protocols += ":engineio";
}

}  // namespace

const BodyProtocol kPollingProtocol{RowKind::EngineIoPacket, makePollingReader, describeUnit,
                                    summariseUnit, describeBody};

}  // namespace framescope::engineio
