// The part of HttpLayer that reads event streams of which no head was captured: those that the
// capture joined, and those whose head is missing from it.
#include <memory>
#include <utility>

#include "dissector/http/body_place.h"
#include "dissector/http/http_footing.h"
#include "dissector/http/http_layer.h"
#include "dissector/http/start_line.h"
#include "dissector/layer/conversations.h"
#include "dissector/layer/segment_rows.h"
#include "dissector/sse/event_stream_body.h"
#include "dissector/sse/joined_stream.h"

namespace framescope::http {
namespace {

constexpr Direction kServer = Direction::ServerToClient;
/// Enough for two events as servers send them.
constexpr std::size_t kMaxEventsHeld = 64U << 10;

}  // namespace

struct HttpLayer::EventSearch {
    HeldBytes held;
    Bytes said;  ///< what is held, in one run
    std::size_t judged = 0;
    bool asked = false;  ///< a request asked for events
    HoldBudget::Share share;
};

/// Where the struct is known.
HttpLayer::HttpLayer(Beginning beginning, std::uint64_t restOfChunk)
    : m_joins(beginning == Beginning::InEventStream), m_restOfChunk(restOfChunk) {
    if (beginning == Beginning::BehindRequests) m_pairing.lostRequests(true);
}
HttpLayer::~HttpLayer() = default;

void HttpLayer::joinEventStream(StreamOffset offset, ByteView bytes, LayerOutput& out) {
    m_joins = false;
    if (looksLikeHttp(bytes) == Verdict::Yes) return;
    beginEventStream(offset, m_restOfChunk != 0 || sse::beginsChunk(bytes), m_restOfChunk, 0, out);
}

void HttpLayer::beginEventStream(StreamOffset offset, bool chunked, std::uint64_t restOfChunk,
                                 std::uint64_t decoded, LayerOutput& out) {
    Half& half = m_halves[indexOf(kServer)];
    const bool asked = !m_pairing.empty() && m_pairing.newest().asksForEvents;
    half.forgetBody();
    half.state = State::Body;
    half.framing.kind = chunked ? BodyKind::Chunked : BodyKind::UntilClose;
    half.chunks = ChunkDecoder(restOfChunk, ChunkDecoder::Rules::Strict);
    half.chunksSearched = chunked;
    half.joined = true;
    half.decoded = decoded;
    half.reader =
        sse::makeJoinedReader(asked ? m_pairing.newest().target : std::string(), decoded, out);
    half.bodyOf = kNoRecord;
    half.exchangeKnown = false;
    half.bodyStart = chunked ? kJoinedChunked : kJoinedPlain;
    half.lastPlace = offset;
    out.checkpoint(kServer,
                   {offset, decoded, encode(BodyPlace{half.bodyStart, restOfChunk, chunked})});
}

bool HttpLayer::searchEvents(Direction direction, StreamOffset offset, ByteView bytes,
                             LayerOutput& out) {
    if (direction != kServer || m_givingUpEvents) return false;
    const bool asked = !m_pairing.empty() && m_pairing.newest().asksForEvents;
    if (m_eventSearch == nullptr) {
        if (!asked && !sse::mayContainEvents(bytes)) return false;
        m_eventSearch = std::make_unique<EventSearch>();
    }
    m_halves[indexOf(kServer)].state = State::Unreadable;
    EventSearch& search = *m_eventSearch;
    search.asked = asked;
    search.held.add(kServer, offset, bytes, out);
    search.said.insert(search.said.end(), bytes.begin(), bytes.end());
    const bool room =
        search.share.set(search.held.size() + search.said.size(), out.conversations().undecided) &&
        search.said.size() <= kMaxEventsHeld;
    // Each look takes in all that is held: only when there is a quarter more.
    if (room && search.said.size() - search.judged < search.judged / 4) return true;
    search.judged = search.said.size();
    const sse::JoinedPlace place =
        sse::findJoinedStream(search.said, asked ? 1 : sse::kJoinedEventsNeeded);
    if (place.kind == sse::JoinedStream::No ||
        (place.kind == sse::JoinedStream::NeedsMore && !room)) {
        giveUpEventSearch(out);
    } else if (place.kind != sse::JoinedStream::NeedsMore) {
        readEventsAt(place, out);
    }
    return true;
}

void HttpLayer::readEventsAt(const sse::JoinedPlace& place, LayerOutput& out) {
    const std::unique_ptr<EventSearch> search = std::move(m_eventSearch);
    const Arrival now = out.arrival();
    std::size_t before = place.start;
    bool begun = false;
    while (!search->held.empty()) {
        const HeldBytes::Piece piece = search->held.pop();
        out.setArrival(piece.arrival);
        const std::size_t left = std::min(before, piece.bytes.size());
        emitSegment(kServer, piece.offset, left, out);
        before -= left;
        if (left == piece.bytes.size()) continue;
        const StreamOffset offset = piece.offset + left;
        if (!std::exchange(begun, true)) {
            beginEventStream(offset, place.kind == sse::JoinedStream::Chunked, place.chunk, offset,
                             out);
        }
        read(kServer, offset, ByteView(piece.bytes).subspan(left), out);
    }
    out.setArrival(now);
}

void HttpLayer::giveUpEventSearch(LayerOutput& out) {
    const std::unique_ptr<EventSearch> search = std::move(m_eventSearch);
    if (search == nullptr) return;
    const Arrival now = out.arrival();
    m_givingUpEvents = true;
    while (!search->held.empty()) {
        const HeldBytes::Piece piece = search->held.pop();
        out.setArrival(piece.arrival);
        read(kServer, piece.offset, piece.bytes, out);
    }
    m_givingUpEvents = false;
    out.setArrival(now);
}

void HttpLayer::endEventSearchAtHead(Direction direction, ByteView bytes, LayerOutput& out) {
    if (m_eventSearch == nullptr || direction != kServer) return;
    if (beginsDamagedHead(bytes) || findStartLine(bytes)) giveUpEventSearch(out);
}

void HttpLayer::dropSearched(LayerOutput& out) {
    for (const Direction d : {Direction::ClientToServer, kServer}) {
        giveUpSearched(d, kEndOfStream, out);
    }
    if (const auto search = std::move(m_eventSearch)) search->held.releaseAsSegments(out);
}

void HttpLayer::endEventSearch(Direction direction, LayerOutput& out) {
    // A client that speaks has got its answer.
    if (m_eventSearch == nullptr) return;
    if (direction == kServer && m_eventSearch->asked) {
        const sse::JoinedPlace place = sse::findJoinedStream(m_eventSearch->said, 1);
        if (place.kind == sse::JoinedStream::Plain || place.kind == sse::JoinedStream::Chunked) {
            readEventsAt(place, out);
            return;
        }
    }
    giveUpEventSearch(out);
}

}  // namespace framescope::http
