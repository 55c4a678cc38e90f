// The part of HttpLayer that deals with bytes that are missing: what a hole costs, and how the next
// head or chunk is found behind it (http_footing.h).
#include <algorithm>
#include <memory>
#include <utility>

#include "dissector/engineio/target.h"
#include "dissector/http/body_place.h"
#include "dissector/http/http_footing.h"
#include "dissector/http/http_layer.h"
#include "dissector/http/start_line.h"
#include "dissector/layer/conversations.h"
#include "dissector/layer/segment_rows.h"
#include "dissector/sse/event_stream_body.h"
#include "dissector/sse/joined_stream.h"

namespace framescope::http {

void HttpLayer::gap(Direction direction, StreamOffset offset, std::uint64_t missing,
                    LayerOutput& out) {
    if (isLate(direction)) giveUpHead(direction, out, IssueCode::None);
    if (m_successor != nullptr) {
        m_successor->gap(direction, offset, missing, out);
        return;
    }
    Half& half = m_halves[indexOf(direction)];
    if (weighFrames(direction, {}, out)) {
        m_successor->gap(direction, offset, missing, out);
        return;
    }
    if (!isOutsideOfSessions(half, missing)) {
        out.conversations().engineSessions.lost(direction, out);
    }
    bool responseLost = false;
    bool headLost = false;
    switch (half.state) {
        case State::Head:
            headLost = half.head.empty();
            giveUpHead(direction, out, IssueCode::None);
            responseLost = true;
            break;
        case State::Body:
            half.doubtedHead.reset();
            giveUpSearched(direction, kEndOfStream, out);
            if (!skipInBody(half, missing, out)) {
                // Only more than the rest of the body makes its end unknown.
                headLost = true;
                half.state = State::Unreadable;
                endBody(half, false, out);
                responseLost = true;
            }
            break;
        case State::Unreadable:
            responseLost = true;
            break;
        case State::Waiting:
            m_held.addGap(direction, offset, missing, out);
            break;
    }
    half.lost = half.lost || responseLost;
    if (!responseLost) return;
    if (direction == Direction::ClientToServer) {
        m_pairing.lostRequests(headLost);
        return;
    }
    m_responseLost = true;
    m_pairing.lost(headLost);
}

/// Missing bytes cannot be packets of Engine.IO that nobody knows of: they lie in one body, which
/// carries none, or whose reader is told.
bool HttpLayer::isOutsideOfSessions(const Half& half, std::uint64_t missing) {
    if (half.state != State::Body || half.chunkLost) return false;
    switch (half.framing.kind) {
        case BodyKind::Length:
            return half.exchangeKnown && missing <= half.remaining;
        case BodyKind::Chunked:
            return half.exchangeKnown && missing <= half.chunks.skippable();
        case BodyKind::UntilClose:
            return half.exchangeKnown;
        case BodyKind::None:
        case BodyKind::Tunnel:
            break;
    }
    return false;
}

/// Missing bytes inside a body of known length leave the place of the next message known, those
/// inside of a chunk that of the next chunk; and what ends with its stream goes on anyway.
bool HttpLayer::skipInBody(Half& half, std::uint64_t missing, LayerOutput& out) {
    switch (half.framing.kind) {
        case BodyKind::Length:
            if (missing > half.remaining) return false;
            half.remaining -= missing;
            deliverGap(half, missing, out);
            if (half.remaining == 0) {
                half.state = State::Head;
                endBody(half, true, out);
            }
            return true;
        case BodyKind::Chunked:
            half.chunkLost = half.chunkLost || !half.chunks.skip(missing);
            break;
        case BodyKind::None:
        case BodyKind::Tunnel:
        case BodyKind::UntilClose:
            break;
    }
    deliverGap(half, missing, out);
    return true;
}

std::size_t HttpLayer::skipToStartLine(Direction direction, StreamOffset offset, ByteView bytes,
                                       LayerOutput& out) {
    if (isLate(direction)) return 0;
    if (beginsDamagedHead(bytes)) return 0;
    const auto at = findStartLine(bytes);
    if (!at && weighFrames(direction, bytes, out)) return 0;
    emitSegment(direction, offset, at.value_or(0), out);
    return at.value_or(0);
}

/// What has the lines of a head is one message; other bytes that nobody can read may be a response.
void HttpLayer::noteUnreadable(Direction direction, ByteView bytes, LayerOutput& out) {
    const Half& half = m_halves[indexOf(direction)];
    if (isLate(direction)) return;
    const bool head = resemblesHead(bytes);
    if (direction == Direction::ClientToServer) {
        if (!head) return;
        PendingRequest unread;
        unread.packet = out.arrival().packet;
        m_pairing.asked(std::move(unread), out);
    } else if (head) {
        m_pairing.take({out.arrival().packet, half.heardBefore, 0}, out);
        m_pairing.leftOpen(kNoRecord);
    } else {
        m_pairing.lost(false);
    }
}

/// Behind a head that cannot be read others may stand in the same segment.
std::size_t HttpLayer::skipUnreadable(Direction direction, StreamOffset offset, ByteView bytes,
                                      LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    const auto at = beginsDamagedHead(bytes) ? std::optional<std::size_t>(0) : findStartLine(bytes);
    if (!at && weighFrames(direction, bytes, out)) return 0;
    const std::size_t skipped = at.value_or(bytes.size());
    if (at) half.state = State::Head;
    emitSegment(direction, offset, skipped, out);
    return skipped;
}

void HttpLayer::joinEventStream(StreamOffset offset, ByteView bytes, LayerOutput& out) {
    m_joins = false;
    if (looksLikeHttp(bytes) == Verdict::Yes) return;
    constexpr Direction kServer = Direction::ServerToClient;
    Half& half = m_halves[indexOf(kServer)];
    const bool chunked = m_restOfChunk != 0 || sse::beginsChunk(bytes);
    half.state = State::Body;
    half.framing.kind = chunked ? BodyKind::Chunked : BodyKind::UntilClose;
    half.chunks = ChunkDecoder(m_restOfChunk);
    half.reader = sse::makeJoinedReader(out);
    half.bodyStart = chunked ? kJoinedChunked : kJoinedPlain;
    half.lastPlace = offset;
    out.checkpoint(kServer, {offset, 0, encode(BodyPlace{half.bodyStart, m_restOfChunk})});
}

std::size_t HttpLayer::findFooting(Direction direction, StreamOffset offset, ByteView bytes,
                                   LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    if (half.search == nullptr) half.search = std::make_unique<ChunkSearch>();
    half.search->add(offset, bytes, out.arrival(), out.conversations().undecided);
    const auto head = findStartLine(bytes);
    const auto chunk = half.search->find();
    if (head && (!chunk || offset + *head <= *chunk)) {
        giveUpSearched(direction, offset, out);
        endBody(half, false, out);
        half.state = State::Head;
        half.lost = true;
        if (direction == Direction::ServerToClient) {
            m_responseLost = true;
            m_pairing.lost(false);
        } else {
            m_pairing.lostRequests(false);
        }
        emitSegment(direction, offset, *head, out);
        return *head;
    }
    if (chunk) return readOnAt(*chunk, direction, offset, out);
    half.searched += bytes.size();
    const bool inVain = half.searched > kMaxChunkSearch;
    if (inVain || half.search->overLimit()) giveUpSearched(direction, kEndOfStream, out);
    if (inVain) {
        half.state = State::Unreadable;
        half.lost = true;
        endBody(half, false, out);
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
    half.chunks = ChunkDecoder(rest);
    half.chunkLost = false;
    half.searched = 0;
    // Without it, whoever reads this body again would stop at the hole.
    half.lastPlace = begin;
    out.checkpoint(direction,
                   {half.lastPlace, half.decoded, encode(BodyPlace{half.bodyStart, rest})});
    const Arrival now = out.arrival();
    std::size_t taken = 0;
    for (const ChunkSearch::Piece& piece : search->pieces()) {
        ByteView bytes = search->bytes(piece);
        std::uint64_t done = begin > piece.at ? std::min(begin - piece.at, bytes.size()) : 0;
        // Whoever called goes on with the last piece.
        if (piece.at == offset) {
            taken = done;
            break;
        }
        out.setArrival(piece.arrival);
        while (done < bytes.size() && half.state == State::Body) {
            done += readBody(direction, piece.at + done, bytes.subspan(done), out);
        }
        if (done < bytes.size()) read(direction, piece.at + done, bytes.subspan(done), out);
    }
    out.setArrival(now);
    return taken;
}

/// Which chunk they belong to is not known: they are rows of their own.
void HttpLayer::giveUpSearched(Direction direction, StreamOffset end, LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    const std::unique_ptr<ChunkSearch> search = std::move(half.search);
    if (search == nullptr) return;
    const Arrival now = out.arrival();
    for (const ChunkSearch::Piece& piece : search->pieces()) {
        if (piece.at >= end) break;
        out.setArrival(piece.arrival);
        emitSegment(direction, piece.at, piece.size, out);
    }
    out.setArrival(now);
}

void HttpLayer::noteAsked(std::string_view target, LayerOutput& out) {
    (engineio::isEngineIoTarget(target) ? m_engineIoAsked : m_othersAsked) = true;
    decideBody(target, out);
}

void HttpLayer::decideBody(std::string_view target, LayerOutput& out) {
    if (const auto waiting = std::move(m_waitingBody)) waiting->reader->decide(target, out);
}

/// While the client's bytes wait behind a hole, the server's go on. Packets tell which was first.
bool HttpLayer::answeredAlready(RecordId request, LayerOutput& out) {
    while (!m_unpaired.empty() && m_unpaired.front().second < out.arrival().packet) {
        m_unpaired.pop_front();
    }
    if (m_unpaired.empty()) return false;
    out.link({m_unpaired.front().first, request, 0, LinkKind::ResponseTo});
    m_unpaired.pop_front();
    return true;
}

/// An event stream mostly ends its chunks where its events end.
bool HttpLayer::isBetweenUnits() const {
    if (m_successor != nullptr || !m_held.empty()) return false;
    return std::ranges::all_of(m_halves, [](const Half& half) {
        if (half.state == State::Head) return half.head.empty();
        if (half.state != State::Body) return true;
        if (half.search != nullptr || half.doubtedHead != nullptr) return false;
        return half.reader == nullptr ||
               (half.framing.kind == BodyKind::Chunked && half.chunks.resumable() == 0U);
    });
}

}  // namespace framescope::http
