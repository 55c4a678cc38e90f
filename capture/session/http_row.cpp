// A row of HTTP: a head and the body behind it, or a unit inside a body.
#include <algorithm>

#include "capture/session/http_body.h"
#include "capture/session/row_dissector.h"
#include "dissector/http/body.h"
#include "dissector/http/describe.h"
#include "dissector/http/http_layer.h"
#include "dissector/http/judge.h"
#include "dissector/layer/protocols.h"
#include "dissector/payload/utf8.h"

namespace framescope {

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
    if (head->kind == http::HeadKind::Request) {
        http::judgeRequest(*head, issues);
    } else {
        const auto offer = requestOffer();
        http::judgeResponse(*head, requestMethod(m_state, m_record), offer ? &*offer : nullptr,
                            issues);
    }
    tree().attach(issues, layer);
    describeBody(*head);
}

/// What the request of a response offered, if that was a handshake. Only a response that switches
/// is held against it.
std::optional<websocket::Offer> RowDissector::requestOffer() const {
    if (m_record.detail != 101 || m_record.group == kNoRecord) return std::nullopt;
    const Record& request = m_state.records[m_record.group];
    if (request.has(kFlagIncomplete)) return std::nullopt;
    const StreamReader reader(m_state.file.get(), m_state.stream(request));
    const StreamBytes bytes = reader.read(request.streamOffset, request.length);
    const auto head = http::parseHead(bytes.bytes);
    if (!head || !websocket::isHandshake(*head)) return std::nullopt;
    return websocket::offerOf(*head);
}

void RowDissector::describeBody(const http::Head& head) {
    HttpBody body = readHttpBody(m_state, m_row, head, m_reader.limit());
    if (body.raw.bytes.empty()) return;
    const bool chunked = body.chunked;
    const SourceId rawSource = addStream(SourceKind::Body, chunked ? "Chunks" : "Body",
                                         std::move(body.raw), body.rawLength);
    SourceId source = rawSource;
    if (chunked) {
        const Bytes coded = m_dissection.sources[rawSource].bytes;
        http::describeChunks(coded, tree(), Place{rawSource, 0});
        if (body.decoded.empty()) return;
        source = m_dissection.addSource(SourceKind::Body, "Body", std::move(body.decoded));
        m_dissection.sources[source].holes = std::move(body.holes);
    }
    const Bytes& bytes = m_dissection.sources[source].bytes;
    std::uint64_t missing = 0;
    for (const ByteRange& hole : m_dissection.sources[source].holes) missing += hole.size();
    // Holes are zero in the bytes, which nobody sent; so a body with holes is not shown as text.
    const bool text = missing == 0 && isValidUtf8(asText(bytes));
    std::string shown = text ? printable(asText(bytes)) : byteCountText(bytes.size());
    if (missing != 0) shown += ", of which " + groupedDigits(missing) + " are missing";
    tree().add(FieldId::HttpFileData, Place{source, 0}, bytes.size(),
               text ? FieldValue(std::string(asText(bytes))) : FieldValue(), std::move(shown));
}

/// A unit inside a body: the body is read again from its head on.
void RowDissector::describeBodyUnit() {
    const BodyProtocol* const protocol = bodyProtocolOf(m_record.kind);
    m_protocols += ":http";
    const HttpBody body = readHttpBody(m_state, m_record.group, m_reader.limit());
    const ByteView decoded = body.view();
    const std::uint64_t begin = std::min<std::uint64_t>(m_record.streamOffset, decoded.size());
    const std::uint64_t size = std::min<std::uint64_t>(m_record.length, decoded.size() - begin);
    const SourceId source =
        m_dissection.addSource(SourceKind::Body, "Body", Bytes(decoded.begin(), decoded.end()));
    m_dissection.sources[source].holes = body.chunked ? body.holes : body.raw.holes;
    m_dissection.sources[source].focus = {begin, begin + size};
    if (protocol == nullptr) return;
    protocol->describe(decoded.subspan(begin, size), SessionRowContext(m_state, m_row),
                       m_dissection, Place{source, begin}, m_protocols);
}

}  // namespace framescope
