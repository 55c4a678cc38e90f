// A window is read by streaming the body past it, from the nearest place in front: what comes
// before the window is not kept, and what comes behind it is not read.
#include "capture/session/http_body.h"

#include <algorithm>
#include <span>

#include "capture/session/row_dissector.h"
#include "dissector/http/body.h"
#include "dissector/http/body_place.h"
#include "dissector/http/chunked.h"
#include "dissector/http/http_footing.h"
#include "dissector/http/whole_head.h"

namespace framescope {
namespace {

/// Bytes of the stream that are read at once for a window, at the most; for what the chunks' size
/// lines add, a little more is read than is still wanted.
constexpr std::uint64_t kBlock = 64U << 10;
constexpr std::uint64_t kMore = 2048;

/// Where a body lies in its stream.
struct BodyExtent {
    http::BodyKind kind = http::BodyKind::None;
    StreamOffset begin = 0;
    StreamOffset end = 0;        ///< as far as it is known before reading
    std::uint64_t declared = 0;  ///< Content-Length, or 0
};

BodyExtent extentOf(const Session::State& state, RecordId headRow, const http::Head& head) {
    const Record& record = state.records[headRow];
    IssueSink ignored;
    const http::BodyFraming framing =
        http::bodyFraming(head, requestMethod(state, record), ignored);
    BodyExtent extent;
    extent.begin = record.streamOffset + record.length;
    extent.end = std::max(extent.begin, state.stream(record).end());
    const bool none =
        framing.kind == http::BodyKind::None || framing.kind == http::BodyKind::Tunnel;
    if (none || extent.end == extent.begin) return {};
    // The status of a response that agreed to a WebSocket may be damaged: frames are no body.
    const bool switched = state.connection(record.connection).facts.upgraded &&
                          head.find("Sec-WebSocket-Accept") != nullptr;
    if (switched) return {};
    if (record.group == kNoRecord) {
        // What answers a HEAD that nobody captured.
        constexpr std::uint64_t kStatusLine = 16;
        const StreamReader reader(state.file.get(), state.stream(record));
        if (http::hasNoBodyAfterAll(head, reader.read(extent.begin, kStatusLine).bytes)) return {};
    }
    extent.kind = framing.kind;
    if (framing.kind == http::BodyKind::Length) {
        extent.declared = framing.length;
        extent.end = extent.begin + std::min(extent.end - extent.begin, framing.length);
    }
    return extent;
}

std::optional<http::Head> readHead(const Session::State& state, RecordId headRow) {
    const Record& record = state.records[headRow];
    const StreamReader reader(state.file.get(), state.stream(record));
    auto head = http::parseWholeHead(reader.read(record.streamOffset, record.length).bytes);
    if (!head) return std::nullopt;
    return std::move(*head);
}

/// Takes of the bytes that stream past what lies in the window.
class WindowCollector {
public:
    WindowCollector(ByteRange wanted, BodyWindow& window) : m_wanted(wanted), m_window(window) {
        m_window.origin = wanted.begin;
    }

    /// `bytes` stand at `offset`; `holes` are positions in them.
    void take(std::uint64_t offset, ByteView bytes, const std::vector<ByteRange>& holes) {
        const std::uint64_t begin = std::max(offset, m_wanted.begin);
        const std::uint64_t end = std::min(offset + bytes.size(), m_wanted.end);
        if (begin >= end) return;
        fillUpTo(begin);
        appendHoles(holes, {begin - offset, end - offset}, m_window.bytes.size(), m_window.holes);
        const ByteView part = bytes.subspan(begin - offset, end - begin);
        m_window.bytes.insert(m_window.bytes.end(), part.begin(), part.end());
    }

private:
    /// Behind missing bytes the next ones may stand further on.
    void fillUpTo(std::uint64_t offset) {
        const std::uint64_t there = m_window.origin + m_window.bytes.size();
        if (offset <= there) return;
        const std::size_t begin = m_window.bytes.size();
        m_window.bytes.resize(begin + (offset - there));
        m_window.holes.push_back({begin, m_window.bytes.size()});
    }

    ByteRange m_wanted;
    BodyWindow& m_window;
};

/// A place to begin reading a chunked body from.
struct ReadFrom {
    StreamOffset at = 0;
    std::uint64_t offset = 0;  ///< in the body without chunks
    http::ChunkDecoder chunks;
};

/// The places the ingest left in the chunked body behind `head`, in their order.
std::span<const Checkpoint> placesOf(const Session::State& state, const Record& head,
                                     const BodyExtent& extent) {
    const auto found = state.checkpoints.find(head.connection);
    if (found == state.checkpoints.end()) return {};
    const std::vector<Checkpoint>& places = found->second[indexOf(head.direction)];
    const auto first = std::ranges::lower_bound(places, extent.begin, {}, &Checkpoint::at);
    const auto behind = std::partition_point(first, places.end(), [&](const Checkpoint& place) {
        const auto body = http::parseBodyPlace(place.state);
        return body && body->body == extent.begin;
    });
    return {first, behind};
}

/// The body ends at this place.
bool ends(const Checkpoint& place) {
    const auto body = http::parseBodyPlace(place.state);
    return body && body->remaining == http::kBodyEnds;
}

bool isJoined(const Checkpoint& place) {
    const auto body = http::parseBodyPlace(place.state);
    return body && (body->body == http::kJoinedPlain || body->body == http::kJoinedChunked);
}

/// The places in the body without head that `unit` is in: the first one is where that was joined.
/// Such a body begins in front of the unit, and mostly the nearest place is its only one.
std::span<const Checkpoint> placesOfJoined(const Session::State& state, const Record& unit) {
    const auto found = state.checkpoints.find(unit.connection);
    if (found == state.checkpoints.end()) return {};
    const std::vector<Checkpoint>& places = found->second[indexOf(unit.direction)];
    // Bodies with heads count from 0, so their places are passed over one by one.
    const auto isInFront = [&unit](const Checkpoint& place) {
        return place.decoded <= unit.streamOffset && isJoined(place);
    };
    const auto last = std::find_if(places.rbegin(), places.rend(), isInFront);
    if (last == places.rend()) return {};
    const auto isOther = [](const Checkpoint& place) { return !isJoined(place) || ends(place); };
    const auto first = std::find_if(last, places.rend(), isOther).base();
    auto behind = std::find_if(last.base(), places.end(), isOther);
    if (behind != places.end() && isJoined(*behind)) ++behind;
    return {first, behind};
}

ReadFrom readFrom(const Checkpoint& place) {
    return {place.at, place.decoded, http::decoderAt(*http::parseBodyPlace(place.state))};
}

/// Streams a body without its chunks to `take(offset, bytes, holes)` from the nearest place in
/// front of `wanted`, until that says false, which is expected at the end of `wanted`. Behind
/// missing bytes, where no size line can be read, the next place tells where it goes on.
template <typename Take>
void streamChunked(const StreamReader& reader, const BodyExtent& extent,
                   std::span<const Checkpoint> places, ByteRange wanted, Take&& take) {
    ReadFrom from{extent.begin, 0, {}};
    auto next = std::ranges::upper_bound(places, wanted.begin, {}, &Checkpoint::decoded);
    if (next != places.begin()) from = readFrom(*std::prev(next));
    for (bool more = true; from.at < extent.end && more;) {
        const StreamOffset end = next == places.end() ? extent.end : next->at;
        const std::uint64_t ahead = wanted.end > from.offset ? wanted.end - from.offset : 0;
        const StreamBytes block =
            reader.read(from.at, std::min({kBlock, end - from.at, ahead + kMore}));
        const std::uint64_t before = from.chunks.position();
        std::vector<http::ChunkPart> parts;
        from.chunks.feed(block.bytes, &parts);
        for (const http::ChunkPart& part : parts) {
            if (part.kind != http::ChunkPart::Data || !more) continue;
            const ByteRange range{part.range.begin - before, part.range.end - before};
            std::vector<ByteRange> holes;
            appendHoles(block.holes, range, 0, holes);
            more =
                take(from.offset, ByteView(block.bytes).subspan(range.begin, range.size()), holes);
            from.offset += range.size();
        }
        from.at += block.bytes.size();
        const bool ended = block.bytes.empty() || from.chunks.finished() || from.chunks.failed();
        if (!ended && from.at < end) continue;
        if (next == places.end()) return;
        from = readFrom(*next++);
    }
}

/// The same of a body that is not chunked, from position `offset` in it.
template <typename Take>
void streamPlain(const StreamReader& reader, const BodyExtent& extent, std::uint64_t offset,
                 std::uint64_t wantedEnd, Take&& take) {
    bool more = true;
    for (StreamOffset at = extent.begin + offset; at < extent.end && more;) {
        const std::uint64_t ahead = wantedEnd > offset ? wantedEnd - offset : 0;
        const StreamBytes block =
            reader.read(at, std::min({kBlock, extent.end - at, ahead + kMore}));
        if (block.bytes.empty()) return;
        more = take(offset, ByteView(block.bytes), block.holes);
        at += block.bytes.size();
        offset += block.bytes.size();
    }
}

/// Finds the chunks in `body.raw` and joins their data. Behind missing bytes, where no size line
/// can be read, the next place tells where it goes on; the joined body has a hole in front of it.
void joinChunks(HttpBody& body, const BodyExtent& extent, std::span<const Checkpoint> places) {
    const ByteView raw(body.raw.bytes);
    http::ChunkDecoder chunks;
    std::uint64_t base = 0;  // where `chunks` began to read
    std::uint64_t at = 0;
    const auto read = [&](std::uint64_t end) {
        std::vector<http::ChunkPart> parts;
        at += chunks.feed(raw.subspan(at, end - at), &parts);
        for (http::ChunkPart& part : parts) {
            for (ByteRange* const range : {&part.range, &part.digits}) {
                range->begin += base;
                range->end += base;
            }
            body.parts.push_back(part);
            if (part.kind != http::ChunkPart::Data) continue;
            appendHoles(body.raw.holes, part.range, body.joined.size(), body.joinedHoles);
            const ByteView data = raw.subspan(part.range.begin, part.range.size());
            body.joined.insert(body.joined.end(), data.begin(), data.end());
        }
    };
    const auto lose = [&](std::uint64_t end, std::uint64_t missing) {
        body.framingLost = true;
        body.unplaced += end - at - missing;
        const std::uint64_t begin = body.joined.size();
        body.joined.resize(begin + (end - at));
        body.joinedHoles.push_back({begin, body.joined.size()});
        at = end;
    };
    auto place = places.begin();
    auto hole = body.raw.holes.begin();
    const auto lastHole = body.raw.holes.end();
    std::uint64_t end = raw.size();
    if (!places.empty() && ends(places.back())) {
        end = std::min<std::uint64_t>(end, places.back().at - extent.begin);
    }
    bool lost = false;
    while (true) {
        while (hole != lastHole && hole->begin < at) ++hole;  // in front of the footing
        const bool atHole = hole != lastHole && hole->begin < end;
        read(atHole ? hole->begin : end);
        if (chunks.finished() || (!atHole && !chunks.failed())) break;
        std::uint64_t behind = at;
        if (!chunks.failed()) {
            behind = hole->end;
            if (chunks.skippable() >= (hole++)->size()) continue;
        }
        while (place != places.end() && place->at - extent.begin < behind) ++place;
        lost = place == places.end() || place->at - extent.begin > end;
        // What was no chunk from its beginning on is no loss.
        if (lost && chunks.failed()) break;
        const std::uint64_t resumed = lost ? behind : place->at - extent.begin;
        std::uint64_t missing = 0;
        for (const ByteRange& other : body.raw.holes) {
            if (other.begin >= at && other.end <= resumed) missing += other.size();
        }
        if (resumed > at) lose(resumed, missing);
        if (lost) break;
        chunks = readFrom(*place++).chunks;
        base = at;
    }
    if (lost || chunks.finished() || chunks.failed()) body.allJoined = true;
    body.raw.bytes.resize(at);
    body.rawLength = at;
    std::vector<ByteRange> holes;
    appendHoles(body.raw.holes, {0, at}, 0, holes);
    body.raw.holes = std::move(holes);
}

/// Undoes the codings of a body whose bytes are all there, up to its first hole.
void decodeBody(HttpBody& body, std::uint64_t limit) {
    if (!body.codings.decodable()) return;
    ByteView coded = body.withoutChunks();
    if (!body.holes().empty()) coded = coded.first(body.holes().front().begin);
    http::ContentDecoder decoder(body.codings.codings, limit);
    decoder.feed(coded, [&body](ByteView piece) {
        body.decoded.insert(body.decoded.end(), piece.begin(), piece.end());
    });
}

/// A body whose head was not captured has no content coding that could be undone.
void readJoinedWindow(const Session::State& state, const Record& unit, ByteRange wanted,
                      BodyWindow& window) {
    const auto places = placesOfJoined(state, unit);
    if (places.empty()) return;
    BodyExtent extent;
    extent.begin = places.front().at;
    extent.end =
        ends(places.back()) ? places.back().at : std::max(extent.begin, state.stream(unit).end());
    const std::uint64_t first = places.front().decoded;
    wanted.begin = std::max(wanted.begin, first);
    WindowCollector collector(wanted, window);
    const StreamReader reader(state.file.get(), state.stream(unit));
    const auto take = [&](std::uint64_t offset, ByteView bytes,
                          const std::vector<ByteRange>& holes) {
        collector.take(offset, bytes, holes);
        return offset + bytes.size() < wanted.end;
    };
    if (http::parseBodyPlace(places.front().state)->body == http::kJoinedChunked) {
        streamChunked(reader, extent, places, wanted, take);
    } else {
        const std::uint64_t size = extent.end - extent.begin;
        extent.end = extent.begin + std::min(size, wanted.end - first);
        streamPlain(reader, extent, std::min(wanted.begin - first, size), wanted.end - first,
                    [&](std::uint64_t offset, ByteView bytes, const std::vector<ByteRange>& holes) {
                        return take(first + offset, bytes, holes);
                    });
    }
    window.totalSize = window.origin + window.bytes.size();
}

}  // namespace

HttpBody readHttpBody(const Session::State& state, RecordId headRow, const http::Head& head,
                      std::uint64_t limit) {
    const Record& record = state.records[headRow];
    const BodyExtent extent = extentOf(state, headRow, head);
    HttpBody body;
    if (extent.kind == http::BodyKind::None) return body;
    const StreamReader reader(state.file.get(), state.stream(record), limit);
    body.codings = http::contentCodings(head);
    body.raw = reader.read(extent.begin, extent.end - extent.begin);
    body.rawLength = extent.end - extent.begin;
    body.allJoined = body.raw.bytes.size() == body.rawLength;
    body.chunked = extent.kind == http::BodyKind::Chunked;
    if (body.chunked) {
        joinChunks(body, extent, placesOf(state, record, extent));
    }
    decodeBody(body, limit);
    return body;
}

BodyWindow readBodyWindow(const Session::State& state, const Record& unit, ByteRange wanted) {
    BodyWindow window;
    const RecordId headRow = unit.group;
    if (headRow == kNoRecord) {
        readJoinedWindow(state, unit, wanted, window);
        return window;
    }
    const auto head = readHead(state, headRow);
    if (!head) return window;
    const Record& record = state.records[headRow];
    BodyExtent extent = extentOf(state, headRow, *head);
    const http::ContentCodings codings = http::contentCodings(*head);
    if (extent.kind == http::BodyKind::None || !codings.unknown.empty()) return window;
    WindowCollector collector(wanted, window);
    const StreamReader reader(state.file.get(), state.stream(record));
    const auto stream = [&](ByteRange range, auto&& take) {
        if (extent.kind == http::BodyKind::Chunked) {
            // What was decoded up to a place is not known, so a compressed body has none.
            const auto places = codings.decodable() ? std::span<const Checkpoint>()
                                                    : placesOf(state, record, extent);
            streamChunked(reader, extent, places, range, take);
        } else {
            streamPlain(reader, extent, range.begin, range.end, take);
        }
    };
    if (codings.decodable()) {
        http::ContentDecoder decoder(codings.codings);
        std::uint64_t decoded = 0;
        stream({0, extent.end - extent.begin},
               [&](std::uint64_t, ByteView bytes, const std::vector<ByteRange>& holes) {
                   if (!holes.empty()) bytes = bytes.first(holes.front().begin);
                   decoder.feed(bytes, [&](ByteView piece) {
                       collector.take(decoded, piece, {});
                       decoded += piece.size();
                   });
                   return holes.empty() && decoded < wanted.end;
               });
    } else {
        ByteRange range = wanted;
        if (extent.kind != http::BodyKind::Chunked) {
            window.totalSize = extent.declared;
            range.begin = std::min(wanted.begin, extent.end - extent.begin);
            extent.end = std::min(extent.end - extent.begin, wanted.end) + extent.begin;
        }
        stream(range,
               [&](std::uint64_t offset, ByteView bytes, const std::vector<ByteRange>& holes) {
                   collector.take(offset, bytes, holes);
                   return offset + bytes.size() < wanted.end;
               });
    }
    window.totalSize = std::max(window.totalSize, window.origin + window.bytes.size());
    return window;
}

/// The request's row has its method in front of its name.
std::string requestMethod(const Session::State& state, const Record& record) {
    if (record.kind != RowKind::HttpResponse || record.group == kNoRecord) return {};
    const std::string& name = state.names[state.records[record.group].name];
    return name.substr(0, name.find(' '));
}

}  // namespace framescope
