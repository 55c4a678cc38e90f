// The part of WebSocketLayer that deals with bytes that are missing: what a hole costs, and how the
// next frame is found behind it (frame_search.h). The same search begins a connection that was
// joined mid-stream, whose parameters are inferred here from what its messages turn out to be.
#include <algorithm>
#include <string>
#include <utility>

#include "dissector/layer/conversations.h"
#include "dissector/layer/segment_rows.h"
#include "dissector/websocket/websocket_layer.h"

namespace framescope::websocket {

void WebSocketLayer::beginWithoutHandshake(Footing footing) {
    for (const Direction d : {Direction::ClientToServer, Direction::ServerToClient}) {
        Half& half = m_halves[indexOf(d)];
        if (footing == Footing::Unknown) {
            half.joined = true;
            // The message may have begun before the capture did.
            half.sequence.forget();
            beginSearch(half, 0);
        } else {
            half.unproven = kProvingFrames;
        }
    }
}

void WebSocketLayer::gap(Direction direction, StreamOffset offset, std::uint64_t missing,
                         LayerOutput& out) {
    Half& half = m_halves[indexOf(direction)];
    m_pairs.lost(out);
    if (half.search != nullptr) findFooting(direction, true, out, missing);
    if (half.search != nullptr) {
        tellLost(direction, out);
        giveUpSearch(half, direction, offset + missing, out);
        return;
    }
    if (half.frame && missing <= half.frame->payloadLength - half.payloadRead) {
        // The hole lies inside a payload whose end is known.
        half.payloadRead += missing;
        half.frameIncomplete = true;
        if (half.role != FrameRole::Control) half.message.payloadMissing(missing);
        if (half.payloadRead == half.frame->payloadLength) {
            finishFrame(half, direction, offset + missing, out);
        }
        return;
    }
    // Otherwise whole frames may be missing, or the beginning of one.
    lose(half, direction, offset, offset + missing, out);
}

/// Bytes are missing across the end of what was being read: ends it at `at`, and looks for the next
/// frame from `resumeAt` on.
void WebSocketLayer::lose(Half& half, Direction direction, StreamOffset at, StreamOffset resumeAt,
                          LayerOutput& out) {
    if (half.frame) {
        half.frameIncomplete = true;
        finishFrame(half, direction, at, out);
    } else {
        emitSegment(direction, half.frameStart, half.headerBytes.size(), out);
    }
    half.headerBytes.clear();
    half.sequence.forget();
    // Frames behind the loss are not joined with those before it.
    half.messageStart = kNoRecord;
    tellLost(direction, out);
    beginSearch(half, resumeAt);
}

FrameHabits WebSocketLayer::habits(const Half& half, Direction direction, LayerOutput& out) const {
    return {half.masked.value_or(maskedAs(direction, out.facts()) == Direction::ClientToServer),
            out.facts().compression.agreed() || m_negotiation == Negotiation::NotCaptured};
}

void WebSocketLayer::beginSearch(Half& half, StreamOffset at) {
    half.message.lose();
    half.lastKey.reset();
    half.search = std::make_unique<FrameSearch>(at);
}

RecordId WebSocketLayer::emitAt(const Half& half, StreamOffset end, Record& record,
                                const IssueSink& issues, LayerOutput& out) {
    if (half.arrivals.empty()) return emitJudged(record, issues, out);
    // The last segment that begins before `end`.
    const auto behind = std::ranges::lower_bound(half.arrivals, end, {}, &FrameSearch::Segment::at);
    if (behind == half.arrivals.begin()) return emitJudged(record, issues, out);
    const Arrival now = out.arrival();
    out.setArrival(std::prev(behind)->arrival);
    const RecordId id = emitJudged(record, issues, out);
    out.setArrival(now);
    return id;
}

void WebSocketLayer::search(Direction direction, StreamOffset offset, ByteView bytes,
                            LayerOutput& out) {
    FrameSearch& search = *m_halves[indexOf(direction)].search;
    // Where a connection is joined shows with its first bytes.
    if (search.bytes().empty()) search = FrameSearch(offset);
    search.add(bytes, out.arrival());
    if (search.due()) findFooting(direction, false, out);
}

void WebSocketLayer::findFooting(Direction direction, bool atEnd, LayerOutput& out,
                                 std::uint64_t cut) {
    Half& half = m_halves[indexOf(direction)];
    while (half.search != nullptr) {
        const bool goesOn = half.doubt != Doubt::None
                                ? settleDoubt(half, direction, atEnd, out)
                                : findBehindLoss(half, direction, atEnd, out, cut);
        if (!goesOn) break;
    }
    if (half.search == nullptr || half.doubt != Doubt::None) return;
    const std::size_t excess = half.search->excess(out.conversations().undecided);
    if (excess == 0) return;
    const Arrival now = out.arrival();
    const StreamOffset begin = half.search->start();
    out.setArrival(half.search->arrivalOf(begin + excess - 1));
    emitSegment(direction, begin, excess, out);
    out.setArrival(now);
    half.search->drop(excess);
}

bool WebSocketLayer::findBehindLoss(Half& half, Direction direction, bool atEnd, LayerOutput& out,
                                    std::uint64_t cut) {
    const FrameHabits expected = habits(half, direction, out);
    const auto found =
        half.search->find(half.masked, expected.masked, expected.deflate, atEnd, cut);
    if (!found) return false;
    const std::unique_ptr<FrameSearch> searched = std::move(half.search);
    const StreamOffset at = searched->start() + *found;
    if (*found != 0) {
        const Arrival now = out.arrival();
        out.setArrival(searched->arrivalOf(at - 1));
        emitSegment(direction, searched->start(), *found, out);
        out.setArrival(now);
    }
    // A connection that was joined is not behind a loss.
    half.resynchronised = !std::exchange(half.joined, false);
    half.unproven = kProvingFrames;
    const auto header = parseFrameHeader(ByteView(searched->bytes()).subspan(*found));
    if (header) half.masked = header->masked;
    readHeld(half, direction, *searched, at, out);
    return true;
}

void WebSocketLayer::readHeld(Half& half, Direction direction, const FrameSearch& held,
                              StreamOffset at, LayerOutput& out) {
    half.arrivals = held.segments();
    read(direction, at, ByteView(held.bytes()).subspan(at - held.start()), out);
    half.arrivals.clear();
    if (half.search == nullptr) return;
    // Misled: goes on where the frames stopped making sense.
    const StreamOffset from = half.search->start();
    half.search = std::make_unique<FrameSearch>(from);
    for (std::size_t i = 0; i < held.segments().size(); ++i) {
        const StreamOffset begin = std::max(from, held.segments()[i].at);
        const StreamOffset end =
            i + 1 < held.segments().size() ? held.segments()[i + 1].at : held.end();
        if (begin >= end) continue;
        half.search->add(ByteView(held.bytes()).subspan(begin - held.start(), end - begin),
                         held.segments()[i].arrival);
    }
}

void WebSocketLayer::giveUpSearch(Half& half, Direction direction, StreamOffset resumeAt,
                                  LayerOutput& out) {
    if (!half.search->bytes().empty()) {
        const Arrival now = out.arrival();
        out.setArrival(half.search->arrivalOf(half.search->end() - 1));
        emitSegment(direction, half.search->start(), half.search->bytes().size(), out);
        out.setArrival(now);
    }
    beginSearch(half, resumeAt);
}

/// A message was read on a connection whose handshake was not captured.
void WebSocketLayer::inferFacts(Half& half, Direction direction, LayerOutput& out) {
    ConnectionFacts& facts = out.facts();
    if ((facts.inferred & kInferredCompression) == 0) return;
    if (const auto takeover = half.message.contextTakenOver()) {
        facts.inferred |= kInferredTakeover;
        facts.compression.noContextTakeover[indexOf(direction)] = !*takeover;
    }
}

}  // namespace framescope::websocket
