// A head is read once its end was found, a body piece by piece; what was read is taken off the
// front once it is the greater part.
#include "capture/server/http_reader.h"

#include <algorithm>
#include <utility>

#include "dissector/http/body.h"

namespace framescope::server {

void HttpReader::feed(ByteView bytes) {
    if (m_fault) return;
    if (m_at == m_bytes.size()) {
        m_bytes.clear();
        m_at = 0;
        m_scanned = 0;
    }
    m_bytes.insert(m_bytes.end(), bytes.begin(), bytes.end());
}

void HttpReader::fail(std::uint16_t status, std::string sentence) {
    m_fault = BadRequest{status, std::move(sentence)};
    m_head.reset();
    m_bytes.clear();
    m_at = 0;
}

std::optional<Request> HttpReader::next() {
    if (m_fault || (!m_head && !readHead()) || !readBody()) return std::nullopt;
    Request request;
    request.head = std::move(*m_head);
    request.body = std::move(m_body);
    request.path = pathOf(request.head.target);
    m_head.reset();
    m_body = {};
    m_chunks.reset();
    m_expectation = false;
    m_headEnd = {};
    // Not for each of many requests that came together: that would move the rest every time.
    if (m_at > m_bytes.size() / 2) {
        m_bytes.erase(m_bytes.begin(), m_bytes.begin() + static_cast<std::ptrdiff_t>(m_at));
        m_at = 0;
    }
    m_scanned = m_at;
    return request;
}

bool HttpReader::readHead() {
    const ByteView fresh = ByteView(m_bytes).subspan(std::max(m_scanned, m_at));
    const auto ends = m_headEnd.feed(fresh);
    const std::size_t size = m_bytes.size() - fresh.size() + ends.value_or(fresh.size()) - m_at;
    if (size > kMostHead) {
        fail(431, "The head of a request may have " + std::to_string(kMostHead) + " bytes.");
        return false;
    }
    if (!ends) {
        m_scanned = m_bytes.size();
        return false;
    }
    auto head = http::parseHead(ByteView(m_bytes).subspan(m_at, size));
    m_at += size;
    m_scanned = m_at;
    if (!head || head->kind != http::HeadKind::Request || head->startLineMalformed) {
        fail(400, "This is no request of HTTP/1.1.");
        return false;
    }
    IssueSink issues;
    http::check(*head, issues);
    const http::BodyFraming framing = http::bodyFraming(*head, {}, issues);
    for (const Issue& issue : issues.issues()) {
        if (issueInfo(issue.code).severity != Severity::Error) continue;
        std::string sentence(issueInfo(issue.code).sentence);
        if (!issue.detail.empty()) {
            sentence.pop_back();
            sentence += ": " + issue.detail + ".";
        }
        fail(400, std::move(sentence));
        return false;
    }
    if (framing.kind == http::BodyKind::Length && framing.length > m_mostBody) {
        fail(413, "A body may have " + std::to_string(m_mostBody) + " bytes.");
        return false;
    }
    m_bodyLeft = framing.kind == http::BodyKind::Length ? framing.length : 0;
    if (framing.kind == http::BodyKind::Chunked) m_chunks.emplace();
    const bool body = framing.kind == http::BodyKind::Length || m_chunks.has_value();
    m_expectation = body && head->lists("Expect", "100-continue");
    m_head = std::move(*head);
    return true;
}

void HttpReader::takeBody(ByteView bytes) {
    m_body.insert(m_body.end(), bytes.begin(), bytes.end());
}

bool HttpReader::readBody() {
    const ByteView rest = ByteView(m_bytes).subspan(m_at);
    if (!m_chunks) {
        const auto size =
            static_cast<std::size_t>(std::min<std::uint64_t>(m_bodyLeft, rest.size()));
        takeBody(rest.first(size));
        m_at += size;
        m_bodyLeft -= size;
        return m_bodyLeft == 0;
    }
    std::vector<http::ChunkPart> parts;
    const std::uint64_t from = m_chunks->position();
    m_at += m_chunks->feed(rest, &parts);
    if (m_chunks->failed()) {
        fail(400, "The body is not of the chunked coding.");
        return false;
    }
    if (m_chunks->dataSize() > m_mostBody) {
        fail(413, "A body may have " + std::to_string(m_mostBody) + " bytes.");
        return false;
    }
    for (const http::ChunkPart& part : parts) {
        if (part.kind != http::ChunkPart::Data) continue;
        takeBody(rest.subspan(part.range.begin - from, part.range.size()));
    }
    return m_chunks->finished();
}

bool HttpReader::takeExpectation() {
    return m_head.has_value() && std::exchange(m_expectation, false);
}

Bytes HttpReader::takeRest() {
    Bytes rest(m_bytes.begin() + static_cast<std::ptrdiff_t>(m_at), m_bytes.end());
    m_bytes.clear();
    m_at = 0;
    m_scanned = 0;
    return rest;
}

}  // namespace framescope::server
