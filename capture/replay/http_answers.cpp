#include "capture/replay/http_answers.h"

#include <algorithm>

#include "dissector/http/start_line.h"
#include "dissector/payload/utf8.h"

namespace framescope::replay {
namespace {

constexpr const char* kBodyTooLarge =
    "The body of the server's answer is too large to be compared.";

}  // namespace

void HttpAnswers::feed(ByteView bytes, std::vector<Answer>& answers) {
    if (!m_fault.empty()) return;
    m_waiting.insert(m_waiting.end(), bytes.begin(), bytes.end());
    while (m_fault.empty() && (m_inBody ? readBody(answers) : readHead(answers))) {
    }
    if (m_fault.empty()) return;
    // Only here: whoever met the fault still had these bytes in hand.
    m_waiting = {};
    m_unit = {};
    m_answer = {};
}

void HttpAnswers::end(std::vector<Answer>& answers) {
    if (!m_inBody || !m_fault.empty()) return;
    if (m_stream) {
        endStream(answers);
        m_inBody = false;
        return;
    }
    if (m_framing.kind != http::BodyKind::UntilClose) {
        m_answer.label = "cut off";
    }
    finish(answers);
}

bool HttpAnswers::readHead(std::vector<Answer>& answers) {
    if (m_waiting.empty()) return false;
    if (http::looksLikeHttp(m_waiting) == http::Verdict::No) {
        fail("The server answered with bytes that are no HTTP.");
        return false;
    }
    const auto behind = m_headEnd.feed(ByteView(m_waiting).subspan(m_headSeen));
    const std::size_t seen = behind ? m_headSeen + *behind : m_waiting.size();
    m_headSeen = seen;
    if (seen > kMaxHead) fail("The head of the server's answer is too long.");
    if (!behind || !m_fault.empty()) return false;
    m_headEnd = http::HeadEnd();
    m_headSeen = 0;
    auto head = http::parseHead(ByteView(m_waiting).first(seen));
    if (!head) {
        fail("The head of the server's answer cannot be read.");
        return false;
    }
    m_waiting.erase(m_waiting.begin(),
                    m_waiting.begin() + static_cast<std::ptrdiff_t>(head.consumed()));
    if (http::isInterim(*head)) return true;
    const std::string method = m_methods.empty() ? std::string() : m_methods.front();
    if (!m_methods.empty()) m_methods.pop_front();
    m_answer = Answer();
    m_answer.kind = StepKind::HttpResponse;
    m_answer.exchange = m_exchange++;
    IssueSink ignored;
    m_framing = http::bodyFraming(*head, method, ignored);
    m_left = m_framing.length;
    m_chunks = http::ChunkDecoder();
    const http::ContentCodings codings = http::contentCodings(*head);
    m_decoder.reset();
    if (codings.decodable()) m_decoder.emplace(codings.codings);
    const std::string_view type = head->value("Content-Type");
    m_stream =
        http::equalsIgnoreCase(http::splitOutsideQuotes(type, ';').front(), "text/event-stream") &&
        m_framing.kind != http::BodyKind::None;
    m_answer.head = std::move(*head);
    m_inBody = true;
    if (m_stream) {
        m_splitter = sse::EventSplitter();
        m_unit.clear();
        answers.push_back(m_answer);
        answers.back().label = lineOf(m_answer);
    }
    const bool none = m_framing.kind == http::BodyKind::None ||
                      (m_framing.kind == http::BodyKind::Length && m_left == 0);
    if (none) finish(answers);
    return true;
}

bool HttpAnswers::readBody(std::vector<Answer>& answers) {
    if (m_waiting.empty()) return false;
    switch (m_framing.kind) {
        case http::BodyKind::Length: {
            const auto size =
                static_cast<std::size_t>(std::min<std::uint64_t>(m_left, m_waiting.size()));
            content(ByteView(m_waiting).first(size), answers);
            if (!m_fault.empty()) return false;
            m_waiting.erase(m_waiting.begin(),
                            m_waiting.begin() + static_cast<std::ptrdiff_t>(size));
            m_left -= size;
            if (m_left == 0) finish(answers);
            return m_left == 0;
        }
        case http::BodyKind::Chunked: {
            const std::uint64_t before = m_chunks.position();
            std::vector<http::ChunkPart> parts;
            const std::size_t size = m_chunks.feed(m_waiting, &parts);
            for (const http::ChunkPart& part : parts) {
                if (part.kind != http::ChunkPart::Data) continue;
                content(ByteView(m_waiting).subspan(part.range.begin - before, part.range.size()),
                        answers);
                if (!m_fault.empty()) return false;
            }
            m_waiting.erase(m_waiting.begin(),
                            m_waiting.begin() + static_cast<std::ptrdiff_t>(size));
            if (m_chunks.failed()) fail("The chunks of the server's answer cannot be read.");
            if (m_chunks.finished()) finish(answers);
            return m_chunks.finished();
        }
        case http::BodyKind::Tunnel:
        case http::BodyKind::UntilClose:
        case http::BodyKind::None:
            content(m_waiting, answers);
            m_waiting.clear();
            return false;
    }
    return false;
}

void HttpAnswers::content(ByteView bytes, std::vector<Answer>& answers) {
    if (!m_decoder) {
        decoded(bytes, answers);
        return;
    }
    m_decoder->feed(bytes, [&](ByteView piece) { decoded(piece, answers); });
    if (m_decoder->state() == http::ContentDecoder::State::OverLimit) {
        fail(kBodyTooLarge);
    } else if (m_decoder->state() == http::ContentDecoder::State::Malformed && m_stream) {
        fail("The coding of the server's event stream cannot be undone: " + m_decoder->error() +
             ".");
    }
}

void HttpAnswers::decoded(ByteView bytes, std::vector<Answer>& answers) {
    if (!m_fault.empty()) return;  // a decoder hands out what it has to the end
    if (!m_stream) {
        if (m_answer.bytes.size() + bytes.size() > http::kMaxDecoded) {
            fail(kBodyTooLarge);
            return;
        }
        m_answer.bytes.insert(m_answer.bytes.end(), bytes.begin(), bytes.end());
        return;
    }
    while (!bytes.empty()) {
        const std::uint64_t before = m_splitter.position();
        const sse::EventSplitter::Step step = m_splitter.feed(bytes);
        // Blank lines between units belong to none.
        if (m_splitter.inUnit() || step.ended) {
            if (m_splitter.unitBegin() >= before) m_unit.clear();
            const std::uint64_t begin = std::max(m_splitter.unitBegin(), before) - before;
            const ByteView part = bytes.subspan(begin, step.taken - begin);
            m_unit.insert(m_unit.end(), part.begin(), part.end());
        }
        if (m_unit.size() > kMaxEvent) {
            fail("An event of the server's stream is too large to be compared.");
            return;
        }
        bytes = bytes.subspan(step.taken);
        if (step.ended) event(answers, m_splitter.isComment());
    }
}

/// An event that the stream's end cuts off is told as it stands.
void HttpAnswers::endStream(std::vector<Answer>& answers) {
    const bool open = m_splitter.inUnit();
    const bool ended = m_splitter.finish();
    if (ended || open) event(answers, ended && m_splitter.isComment());
}

void HttpAnswers::event(std::vector<Answer>& answers, bool comment) {
    Answer answer;
    answer.kind = StepKind::Event;
    answer.text = true;
    answer.bytes = std::exchange(m_unit, {});
    answer.label = lineOf(answer);
    // Keep-alives are no answers, they come when it pleases the server.
    if (!comment) answers.push_back(std::move(answer));
}

void HttpAnswers::finish(std::vector<Answer>& answers) {
    m_inBody = false;
    if (m_stream) {
        endStream(answers);
        return;
    }
    if (m_decoder && m_decoder->state() == http::ContentDecoder::State::Malformed) {
        m_answer.codingFault = m_decoder->error();
    } else if (m_decoder && !m_decoder->whole()) {
        m_answer.codingFault = "ends too early";
    }
    m_answer.text = isPrintableText(asText(m_answer.bytes));
    if (m_answer.label.empty()) m_answer.label = lineOf(m_answer);
    answers.push_back(std::move(m_answer));
}

void HttpAnswers::fail(std::string sentence) {
    m_fault = std::move(sentence);
}

}  // namespace framescope::replay
