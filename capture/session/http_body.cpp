#include "capture/session/http_body.h"

#include <algorithm>

#include "capture/session/row_dissector.h"
#include "dissector/http/body.h"
#include "dissector/http/chunked.h"

namespace framescope {

HttpBody readHttpBody(const Session::State& state, RecordId headRow, const http::Head& head,
                      std::uint64_t limit) {
    const Record& record = state.records[headRow];
    const StreamReader reader(state.file.get(), state.stream(record), limit);
    IssueSink ignored;
    const http::BodyFraming framing =
        http::bodyFraming(head, requestMethod(state, record), ignored);
    HttpBody body;
    const StreamOffset begin = record.streamOffset + record.length;
    if (begin >= reader.end()) return body;
    std::uint64_t length = reader.end() - begin;
    switch (framing.kind) {
        case http::BodyKind::None:
        case http::BodyKind::Tunnel:
            return body;
        case http::BodyKind::Length:
            length = std::min(length, framing.length);
            break;
        case http::BodyKind::Chunked:
        case http::BodyKind::UntilClose:
            break;
    }
    body.raw = reader.read(begin, length);
    body.rawLength = length;
    body.chunked = framing.kind == http::BodyKind::Chunked;
    if (!body.chunked) return body;
    http::ChunkDecoder decoder;
    std::vector<http::ChunkPart> parts;
    body.raw.bytes.resize(decoder.feed(body.raw.bytes, &parts));
    body.rawLength = body.raw.bytes.size();
    std::vector<ByteRange> holes;
    appendHoles(body.raw.holes, {0, body.rawLength}, 0, holes);
    body.raw.holes = std::move(holes);
    for (const http::ChunkPart& part : parts) {
        if (part.kind != http::ChunkPart::Data) continue;
        appendHoles(body.raw.holes, part.range, body.decoded.size(), body.holes);
        body.decoded.insert(body.decoded.end(),
                            body.raw.bytes.begin() + static_cast<std::ptrdiff_t>(part.range.begin),
                            body.raw.bytes.begin() + static_cast<std::ptrdiff_t>(part.range.end));
    }
    return body;
}

HttpBody readHttpBody(const Session::State& state, RecordId headRow, std::uint64_t limit) {
    if (headRow == kNoRecord) return {};
    const Record& record = state.records[headRow];
    const StreamReader reader(state.file.get(), state.stream(record), limit);
    const auto head = http::parseHead(reader.read(record.streamOffset, record.length).bytes);
    return head ? readHttpBody(state, headRow, *head, limit) : HttpBody{};
}

/// The request's row has its method in front of its name.
std::string requestMethod(const Session::State& state, const Record& record) {
    if (record.kind != RowKind::HttpResponse || record.group == kNoRecord) return {};
    const std::string& name = state.names[state.records[record.group].name];
    return name.substr(0, name.find(' '));
}

}  // namespace framescope
