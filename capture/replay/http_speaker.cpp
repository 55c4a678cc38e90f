// Requests go out byte for byte, but for the Host, and for what rules change; a body that they
// change gets its new length.
#include <algorithm>
#include <cstdio>

#include "capture/net/url.h"
#include "capture/replay/http_answers.h"
#include "capture/replay/speaker.h"
#include "dissector/http/body.h"

namespace framescope::replay {
namespace {

using client::Incoming;

std::string withoutChunks(ByteView body) {
    http::ChunkDecoder decoder;
    std::vector<http::ChunkPart> parts;
    decoder.feed(body, &parts);
    std::string joined;
    for (const http::ChunkPart& part : parts) {
        if (part.kind == http::ChunkPart::Data) {
            joined += asText(body.subspan(part.range.begin, part.range.size()));
        }
    }
    return joined;
}

std::string inOneChunk(const std::string& body) {
    if (body.empty()) return "0\r\n\r\n";
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", body.size());
    return size + body + "\r\n0\r\n\r\n";
}

class HttpSpeaker final : public Speaker {
public:
    explicit HttpSpeaker(SpeakerContext context) : Speaker(std::move(context)) {
        if (const auto url = net::parseUrl(m_context.options.url)) {
            m_host = net::hostOf(*url);
            if (url->target != "/") m_target = url->target;
        }
    }

    client::ClientOptions clientOptions() override {
        client::ClientOptions options = Speaker::clientOptions();
        options.handshake = {};  // the requests are steps
        return options;
    }

    Result<std::vector<compose::Draft>> drafts(const Piece& piece, const client::Status&) override {
        const Step& step = stepOf(piece);
        std::vector<compose::Draft> drafts;
        if (step.kind != StepKind::HttpRequest) return drafts;
        auto parsed = http::parseHead(step.bytes);
        if (!parsed) return Error{"The recorded request cannot be read."};
        http::Head head = std::move(*parsed);
        const ByteView sent =
            ByteView(step.bytes).subspan(static_cast<std::size_t>(head.range.end));
        const bool chunked = head.lists("Transfer-Encoding", "chunked");
        const std::string recorded(chunked ? withoutChunks(sent) : std::string(asText(sent)));
        std::string body = replaced(recorded);
        const bool changed = body != recorded;
        if (chunked) body = changed ? inOneChunk(body) : std::string(asText(sent));
        Bytes bytes;
        ByteWriter writer(bytes);
        writer.text(headText(head, asText(step.bytes), body.size(), changed));
        writer.text(body);
        const std::string_view text = asText(bytes);
        m_reader.asked(std::string(text.substr(0, std::min(text.find(' '), text.size()))));
        drafts.emplace_back(compose::RawDraft{payloadOf(bytes)});
        return drafts;
    }

    std::vector<Answer> heard(const Incoming& incoming) override {
        std::vector<Answer> answers;
        m_reader.feed(incoming.bytes, answers);
        if (!m_reader.fault().empty()) m_context.remark(m_reader.fault());
        return answers;
    }

    std::vector<Answer> changed(const client::Status& status) override {
        std::vector<Answer> answers;
        if (status.state == client::State::Closed) m_reader.end(answers);
        for (Answer& answer : Speaker::changed(status)) answers.push_back(std::move(answer));
        return answers;
    }

private:
    /// The head's text with its lines as they were, other than those that must change.
    std::string headText(const http::Head& head, std::string_view request, std::size_t bodySize,
                         bool bodyChanged) {
        std::string text;
        std::size_t done = 0;
        const auto put = [&](ByteRange range, std::string_view value) {
            text += request.substr(done, range.begin - done);
            text += value;
            done = range.end;
        };
        // Only the first request's target can be the one that the URL names.
        if (!m_target.empty() && head.target == m_context.plan.target) {
            put(head.targetRange, m_target);
        }
        for (const http::Header& header : head.headers) {
            if (header.malformed) continue;
            if (http::equalsIgnoreCase(header.name, "Host")) put(header.valueRange, m_host);
            const bool length = http::equalsIgnoreCase(header.name, "Content-Length");
            if (length && bodyChanged) put(header.valueRange, std::to_string(bodySize));
        }
        text += request.substr(done, static_cast<std::size_t>(head.range.end) - done);
        return replaced(text);
    }

    HttpAnswers m_reader;
    std::string m_host;
    std::string m_target;
};

}  // namespace

std::unique_ptr<Speaker> makeHttpSpeaker(SpeakerContext context) {
    return std::make_unique<HttpSpeaker>(std::move(context));
}

}  // namespace framescope::replay
