// The part of HttpLayer that finds the next chunk behind missing bytes (chunk_search.h), and that
// doubts what it found: chunks behind a loss are on trial, and given up where they lead to no
// further one or where a head stands in their midst.
#include <memory>
#include <utility>

#include "dissector/http/body_place.h"
#include "dissector/http/http_footing.h"
#include "dissector/http/http_layer.h"
#include "dissector/layer/conversations.h"
#include "dissector/layer/gap_rows.h"
#include "dissector/layer/segment_rows.h"

namespace framescope::http {
namespace {

/// So many further chunks have to follow where the one said that was found.
constexpr std::uint8_t kTrial = 3;
/// Mistakes in a row behind which chunks are looked for no more.
constexpr std::uint8_t kMaxMistakes = 16;
/// A larger chunk on trial is given up for a head anywhere in a segment.
constexpr std::uint64_t kLargeChunk = 64U << 10;

}  // namespace

std::size_t HttpLayer::findFooting(Direction direction, StreamOffset offset, ByteView bytes,
                                   LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    if (half.search == nullptr) half.search = std::make_unique<ChunkSearch>(half.mistakes);
    half.search->add(offset, bytes, out.arrival(), out.conversations().undecided);
    const auto head = findStartLine(bytes);
    const auto chunk = half.search->find();
    if (head && (!chunk || offset + *head <= *chunk)) {
        giveUpSearched(direction, offset, out);
        return beginHeadInstead(direction, offset, *head, out);
    }
    if (chunk) return readOnAt(*chunk, direction, offset, out);
    half.searched += bytes.size();
    const bool inVain = half.searched > kMaxChunkSearch;
    if (inVain || half.search->overLimit()) giveUpSearched(direction, kEndOfStream, out);
    if (inVain) {
        half.search.reset();
        half.state = State::Unreadable;
        half.lost = true;
        endBody(half, false, out);
        if (half.joined) leaveEnd(direction, offset + bytes.size(), out);
    }
    return bytes.size();
}

std::size_t HttpLayer::readOnAt(StreamOffset chunk, Direction direction, StreamOffset offset,
                                LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    const std::unique_ptr<ChunkSearch> search = std::move(half.search);
    // The rest of a chunk, its line end, then the size line.
    constexpr std::uint64_t kLineEnd = 2;
    const std::uint64_t before = chunk - search->start();
    const std::uint64_t rest = before > kLineEnd ? before - kLineEnd : 0;
    const StreamOffset begin = rest == 0 ? chunk : search->start();
    half.chunks = ChunkDecoder(rest, ChunkDecoder::Rules::Strict);
    half.chunksSearched = true;
    half.trial = kTrial;
    half.chunkLost = false;
    half.searched = 0;
    // Without it, whoever reads this body again would stop at the hole.
    half.lastPlace = begin;
    out.checkpoint(direction,
                   {half.lastPlace, half.decoded, encode(BodyPlace{half.bodyStart, rest, true})});
    const Arrival now = out.arrival();
    std::size_t taken = 0;
    ++half.replays;
    for (const ChunkSearch::Piece& piece : search->pieces()) {
        ByteView bytes = search->bytes(piece);
        std::uint64_t done = begin > piece.at ? std::min(begin - piece.at, bytes.size()) : 0;
        // Whoever called goes on with the last piece.
        if (piece.at == offset) {
            taken = done;
            break;
        }
        out.setArrival(piece.arrival);
        if (piece.missing != 0) {
            if (piece.at >= begin) gap(direction, piece.at, piece.missing, out);
            tellGapRow(direction, piece.at, out);
            continue;
        }
        while (done < bytes.size() && half.state == State::Body) {
            done += readBody(direction, piece.at + done, bytes.subspan(done), out);
        }
        if (done < bytes.size()) read(direction, piece.at + done, bytes.subspan(done), out);
    }
    --half.replays;
    out.setArrival(now);
    return taken;
}

void HttpLayer::giveUpSearched(Direction direction, StreamOffset end, LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    if (half.search == nullptr) return;
    const Arrival now = out.arrival();
    for (const ChunkSearch::Piece& piece : half.search->pieces()) {
        if (piece.at >= end) break;
        out.setArrival(piece.arrival);
        if (piece.missing != 0) {
            tellGapRow(direction, piece.at, out);
        } else {
            emitSegment(direction, piece.at, piece.size, out);
        }
    }
    out.setArrival(now);
    half.search->forget();
}

void HttpLayer::endChunkSearch(Direction direction, LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    if (half.search == nullptr) return;
    if (const auto chunk = half.search->findAtEnd()) readOnAt(*chunk, direction, kEndOfStream, out);
    giveUpSearched(direction, kEndOfStream, out);
    half.search.reset();
}

std::size_t HttpLayer::beginHeadInstead(Direction direction, StreamOffset offset, std::size_t head,
                                        LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    half.search.reset();
    endBody(half, false, out);
    if (half.chunksSearched || half.joined) leaveEnd(direction, offset + head, out);
    half.state = State::Head;
    half.lost = true;
    if (direction == Direction::ServerToClient) {
        m_responseLost = true;
        m_pairing.lost(false);
    } else {
        m_pairing.lostRequests(false);
    }
    emitSegment(direction, offset, head, out);
    return head;
}

void HttpLayer::leaveEnd(Direction direction, StreamOffset at, LayerOutput& out) {
    const Half& half = m_halves[indexOf(direction)];
    out.checkpoint(direction,
                   {at, half.decoded, encode(BodyPlace{half.bodyStart, kBodyEnds, true})});
}

std::optional<std::size_t> HttpLayer::headWithin(const Half& half, ByteView bytes) {
    const bool chunked = half.framing.kind == BodyKind::Chunked;
    const std::uint64_t size = half.chunks.skippable();
    if (chunked ? half.trial == 0 || size == 0 : !half.joined) return std::nullopt;
    if (chunked && size > kLargeChunk) {
        const auto head = findStartLine(bytes);
        return head && *head < size ? head : std::nullopt;
    }
    return beginsStatusLine(bytes) && findStartLine(bytes) == 0U ? std::optional<std::size_t>(0)
                                                                 : std::nullopt;
}

void HttpLayer::noteChunks(Half& half) {
    if (half.trial == 0) return;
    for (const ChunkPart& part : m_parts) {
        if (part.kind == ChunkPart::SizeLine && half.trial > 0) --half.trial;
    }
    // One chunk after the other, each of which was a mistake, is looked at again only so often.
    if (half.trial == 0 && half.replays == 0) half.mistakes = 0;
}

bool HttpLayer::searchesAgain(Half& half, LayerOutput& out) {
    if (!half.chunksSearched || half.mistakes == kMaxMistakes) return false;
    ++half.mistakes;
    half.chunkLost = true;
    if (half.reader != nullptr) half.reader->gap(half.decoded, 0, out);
    return true;
}

}  // namespace framescope::http
