// A row of HTTP: a head and the body behind it, or a unit inside a body.
#include <algorithm>

#include "capture/session/http_body.h"
#include "capture/session/row_dissector.h"
#include "dissector/http/body.h"
#include "dissector/http/describe.h"
#include "dissector/http/http_layer.h"
#include "dissector/http/judge.h"
#include "dissector/http/whole_head.h"
#include "dissector/layer/protocols.h"
#include "dissector/payload/json.h"
#include "dissector/payload/utf8.h"

namespace framescope {
namespace {

/// Bytes of a character that a hole may have cut.
constexpr std::size_t kMostOfCharacter = 3;

/// Text as far as it is there, and in place of each hole how many bytes are missing; nothing where
/// a part is no text. Characters of which a hole took a part are left out with it.
std::optional<std::string> textAroundHoles(ByteView bytes, const std::vector<ByteRange>& holes) {
    std::string text;
    std::uint64_t at = 0;
    const auto add = [&](std::uint64_t end, bool cutBefore, bool cutBehind) {
        std::string_view part = asText(bytes.subspan(at, end - at));
        const auto continues = [](char c) { return (static_cast<std::uint8_t>(c) & 0xc0) == 0x80; };
        for (std::size_t i = 0; cutBefore && i < kMostOfCharacter && !part.empty(); ++i) {
            if (!continues(part.front())) break;
            part.remove_prefix(1);
        }
        for (std::size_t i = 0; cutBehind && i < kMostOfCharacter && !part.empty(); ++i) {
            if (isValidUtf8(part)) break;
            part.remove_suffix(1);
        }
        text += part;
        return isValidUtf8(part);
    };
    for (const ByteRange& hole : holes) {
        if (!add(hole.begin, at != 0, true)) return std::nullopt;
        text += "[" + groupedDigits(hole.size()) + " bytes missing]";
        at = hole.end;
    }
    if (!add(bytes.size(), at != 0, false)) return std::nullopt;
    return text;
}

/// What is not there of a body, to be said behind what is; empty where nothing is missing.
std::string missingText(const HttpBody& body) {
    std::uint64_t missing = 0;
    for (const ByteRange& hole : body.holes()) missing += hole.size();
    if (missing == 0) return {};
    if (!body.framingLost) return ", of which " + groupedDigits(missing) + " are missing";
    // What was in the hole beside data is not known.
    std::string text = ", of which " + groupedDigits(missing - body.unplaced) +
                       " bytes of the stream are missing, size lines of chunks among them";
    if (body.unplaced != 0) {
        text += ", and " + groupedDigits(body.unplaced) +
                " bytes are of chunks whose size line is missing";
    }
    return text;
}

}  // namespace

void RowDissector::describeHttp() {
    const SourceId source =
        addStream(SourceKind::Head, "Head", m_reader.read(m_record.streamOffset, m_record.length),
                  m_record.length);
    const Bytes bytes = m_dissection.sources[source].bytes;
    m_protocols += ":http";
    std::optional<http::Head> head;
    if (m_record.has(kFlagIncomplete)) {
        head = http::parseCutHead(bytes);
    } else if (auto parsed = http::parseWholeHead(bytes)) {
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
    if (head->kind == http::HeadKind::Request) {
        http::judgeRequest(*head, issues);
    } else {
        const auto offer = requestOffer(*head);
        http::judgeResponse(*head, requestMethod(m_state, m_record), offer ? &*offer : nullptr,
                            issues);
    }
    tree().attach(issues, layer);
    describeBody(*head);
}

/// What the request of a response offered, if that was a handshake. Only a response that switches
/// is held against it.
std::optional<websocket::Offer> RowDissector::requestOffer(const http::Head& response) const {
    if (m_record.group == kNoRecord) return std::nullopt;
    if (m_record.detail != 101 && response.find("Sec-WebSocket-Accept") == nullptr) {
        return std::nullopt;
    }
    const Record& request = m_state.records[m_record.group];
    if (request.has(kFlagIncomplete)) return std::nullopt;
    const StreamReader reader(m_state.file.get(), m_state.stream(request));
    const StreamBytes bytes = reader.read(request.streamOffset, request.length);
    const auto head = http::parseWholeHead(bytes.bytes);
    if (!head || !websocket::isHandshake(*head)) return std::nullopt;
    return websocket::offerOf(*head);
}

void RowDissector::describeBody(const http::Head& head) {
    HttpBody body = readHttpBody(m_state, m_row, head, m_reader.limit());
    if (body.raw.bytes.empty()) return;
    const bool chunked = body.chunked;
    const std::string missing = missingText(body);
    std::vector<ByteRange> holes = body.holes();
    SourceId source = addStream(SourceKind::Body, chunked ? "Chunks" : "Body", std::move(body.raw),
                                body.rawLength);
    if (chunked) {
        const Bytes coded = m_dissection.sources[source].bytes;
        http::describeChunks(coded, body.parts, tree(), Place{source, 0});
        if (body.joined.empty()) return;
        source = m_dissection.addSource(SourceKind::Body, "Body", std::move(body.joined));
        m_dissection.sources[source].holes = holes;
    }
    const bool encoded = !body.codings.codings.empty() || !body.codings.unknown.empty();
    if (encoded && body.decoded.empty()) {
        const Source& shown = m_dissection.sources[source];
        std::string text = byteCountText(shown.bytes.size()) + ", ";
        text += body.codings.unknown.empty()
                    ? "of which nothing can be decoded"
                    : "encoded with " + body.codings.unknown + ", which is not decoded here";
        tree().add(FieldId::HttpFileData, Place{source, 0}, shown.bytes.size(), FieldValue(),
                   std::move(text));
        return;
    }
    if (encoded) {
        source = m_dissection.addSource(SourceKind::Decoded, "Decoded", std::move(body.decoded));
        describeContent(source, {},
                        missing.empty() ? "" : ", up to the first hole of the compressed body",
                        head);
        return;
    }
    describeContent(source, holes, missing, head);
}

/// The body with all its codings undone; `missing` says what is not there of it.
void RowDissector::describeContent(SourceId source, const std::vector<ByteRange>& holes,
                                   const std::string& missing, const http::Head& head) {
    const Bytes bytes = m_dissection.sources[source].bytes;
    // Holes are zero in the bytes, which nobody sent.
    auto value = textAroundHoles(bytes, holes);
    std::string shown = byteCountText(bytes.size()) + missing;
    if (value && missing.empty()) shown = printable(*value);
    if (value && !missing.empty()) shown += ": " + printable(*value);
    const bool text = value && missing.empty();
    tree().add(FieldId::HttpFileData, Place{source, 0}, bytes.size(),
               value ? FieldValue(std::move(*value)) : FieldValue(), std::move(shown));
    if (!text) return;
    // Many a server says text/plain of JSON; a number or a word alone is JSON by chance.
    const auto kind = jsonKind(asText(bytes));
    const bool said = head.value("Content-Type").find("json") != std::string_view::npos;
    const bool looks = kind == JsonKind::Object || kind == JsonKind::Array;
    if ((said || looks) && describeJson(asText(bytes), tree(), Place{source, 0})) {
        m_protocols += ":json";
    }
    // Behind the tree of the text: what a protocol makes of the whole of it.
    for (const BodyProtocol* const protocol : bodyProtocols()) {
        if (protocol->describeBody == nullptr) continue;
        protocol->describeBody(bytes, head, SessionRowContext(m_state, m_row), m_dissection,
                               Place{source, 0}, m_protocols);
    }
}

/// A unit inside a body, with the body around it.
void RowDissector::describeBodyUnit() {
    constexpr std::uint64_t kAround = 4096;
    const BodyProtocol* const protocol = bodyProtocolOf(m_record.kind);
    m_protocols += ":http";
    const std::uint64_t offset = m_record.streamOffset;
    const std::uint64_t length = std::min(m_record.length, m_reader.limit());
    const std::uint64_t begin = (offset - std::min(offset, kAround)) & ~std::uint64_t{15};
    BodyWindow body = readBodyWindow(m_state, m_record, {begin, offset + length + kAround});
    const std::uint64_t unitBegin =
        std::min<std::uint64_t>(offset - body.origin, body.bytes.size());
    const std::uint64_t size = std::min<std::uint64_t>(length, body.bytes.size() - unitBegin);
    // Described from a copy: whoever describes the unit may add sources of its own.
    const ByteView around(body.bytes);
    const ByteView there = around.subspan(unitBegin, size);
    const Bytes unit(there.begin(), there.end());
    const SourceId id = m_dissection.addSource(SourceKind::Body, "Body", std::move(body.bytes));
    Source& source = m_dissection.sources[id];
    source.holes = std::move(body.holes);
    source.origin = body.origin;
    source.totalSize = body.totalSize;
    source.focus = {unitBegin, unitBegin + size};
    if (protocol == nullptr) return;
    protocol->describe(unit, SessionRowContext(m_state, m_row), m_dissection, Place{id, unitBegin},
                       m_protocols);
}

}  // namespace framescope
