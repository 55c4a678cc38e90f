#include "capture/client/response_reader.h"

#include <algorithm>
#include <utility>

namespace framescope::client {

std::size_t ResponseReader::feed(ByteView bytes) {
    std::size_t taken = 0;
    while (taken < bytes.size() && m_state == State::Head) {
        taken += feedHead(bytes.subspan(taken));
    }
    if (taken < bytes.size() && m_state == State::Body) taken += feedBody(bytes.subspan(taken));
    return taken;
}

std::size_t ResponseReader::feedHead(ByteView bytes) {
    const auto end = m_headEnd.feed(bytes);
    const std::size_t count = end.value_or(bytes.size());
    if (m_headBytes.size() + count > kMaxResponseHead) {
        fail("The head of the server's answer is longer than 256 KiB.");
        return count;
    }
    m_headBytes.insert(m_headBytes.end(), bytes.begin(),
                       bytes.begin() + static_cast<std::ptrdiff_t>(count));
    if (!end) return count;
    auto parsed = http::parseHead(m_headBytes);
    m_headBytes.clear();
    m_headEnd = {};
    if (!parsed || parsed->startLineMalformed || parsed->kind != http::HeadKind::Response) {
        if (parsed) m_head = std::move(*parsed);
        fail("The server's answer is not an HTTP response.");
        return count;
    }
    if (http::isInterim(*parsed)) {
        m_interim = true;
        return count;
    }
    m_head = std::move(*parsed);
    m_headRead = true;
    beginBody();
    return count;
}

void ResponseReader::beginBody() {
    IssueSink issues;
    m_framing = http::bodyFraming(m_head, m_method, issues);
    m_left = m_framing.length;
    m_state = State::Body;
    switch (m_framing.kind) {
        case http::BodyKind::None:
        case http::BodyKind::Tunnel:
            finish();
            return;
        case http::BodyKind::Length:
        case http::BodyKind::Chunked:
        case http::BodyKind::UntilClose:
            break;
    }
    const http::ContentCodings codings = http::contentCodings(m_head);
    if (codings.decodable()) m_decoder.emplace(codings.codings);
}

std::size_t ResponseReader::feedBody(ByteView bytes) {
    if (m_framing.kind == http::BodyKind::Chunked) {
        std::vector<http::ChunkPart> parts;
        const std::uint64_t before = m_chunks.position();
        const std::size_t count = m_chunks.feed(bytes, &parts);
        for (const http::ChunkPart& part : parts) {
            if (part.kind != http::ChunkPart::Data || m_state != State::Body) continue;
            take(bytes.subspan(part.range.begin - before, part.range.size()));
        }
        if (m_chunks.failed()) fail("The chunks of the server's answer cannot be read.");
        if (m_chunks.finished() && m_state == State::Body) finish();
        return count;
    }
    std::size_t count = bytes.size();
    if (m_framing.kind == http::BodyKind::Length) {
        count = static_cast<std::size_t>(std::min<std::uint64_t>(m_left, bytes.size()));
        m_left -= count;
    }
    take(bytes.first(count));
    if (m_framing.kind == http::BodyKind::Length && m_left == 0 && m_state == State::Body) finish();
    return count;
}

void ResponseReader::take(ByteView bytes) {
    if (!m_decoder) {
        append(bytes);
        return;
    }
    m_decoder->feed(bytes, [this](ByteView decoded) { append(decoded); });
    using Decoding = http::ContentDecoder::State;
    if (m_state != State::Body) return;
    if (m_decoder->state() == Decoding::Malformed) {
        fail("The body of the server's answer cannot be decoded: " + m_decoder->error() + ".");
    } else if (m_decoder->state() == Decoding::OverLimit) {
        fail("The body of the server's answer is too large.");
    }
}

void ResponseReader::append(ByteView bytes) {
    if (m_state != State::Body) return;
    const std::size_t room = m_maxBody - m_body.size();
    const ByteView fitting = bytes.first(std::min(room, bytes.size()));
    m_body.insert(m_body.end(), fitting.begin(), fitting.end());
    if (fitting.size() == bytes.size()) return;
    if (m_cutBody) {
        m_state = State::Done;
    } else {
        fail("The body of the server's answer is too large.");
    }
}

void ResponseReader::end() {
    if (finished()) return;
    if (m_state == State::Body && m_framing.kind == http::BodyKind::UntilClose) {
        finish();
    } else if (m_state == State::Body) {
        fail("The server ended the connection in the middle of its answer.");
    } else {
        fail(untouched() ? "The server ended the connection without an answer."
                         : "The server ended the connection in the middle of its answer's head.");
    }
}

void ResponseReader::finish() {
    if (m_decoder && !m_decoder->whole()) {
        fail("The compressed body of the server's answer is cut short.");
        return;
    }
    m_state = State::Done;
}

void ResponseReader::fail(std::string sentence) {
    m_state = State::Failed;
    m_fault = std::move(sentence);
}

bool ResponseReader::keepsAlive() const {
    return m_state == State::Done && m_framing.kind != http::BodyKind::UntilClose &&
           m_framing.kind != http::BodyKind::Tunnel && http::keepsAlive(m_head);
}

}  // namespace framescope::client
