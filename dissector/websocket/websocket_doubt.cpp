// The part of WebSocketLayer that notices that it reads where no frames are, though nothing is
// missing: a capture's bytes were damaged, in a length or another part of a header. A damaged
// payload shows nowhere; a damaged length leads to bytes that are no header, and one that claims
// more swallows frames.
//
// Strategy: a header that no peer sends is a reason to doubt, unless its frame ends where its
// segment does, or leads to a header like those that this sender writes. So is, while a payload is
// being read, a segment that is made of frames from its first byte to its last. Then the bytes from
// there on are held and weighed (frame_chains.h) until one reading has the evidence: either frames
// begin elsewhere, and what lies in front of them is told as skipped, or everything stands as it is
// written. That is also what no evidence means: a sender that breaks the rules is shown as it is.
#include <algorithm>

#include "dissector/layer/segment_rows.h"
#include "dissector/websocket/mask.h"
#include "dissector/websocket/websocket_layer.h"

namespace framescope::websocket {
namespace {

/// Headers that are followed at the most, where a doubted one may lead to those that make sense.
constexpr int kMaxSteps = 16;
/// Bytes in which the next frame is looked for first.
constexpr std::size_t kFirstWindow = 4U << 10;
/// Bytes that may be weighed for each byte of a direction, beyond those that may be in any case: a
/// stream made of nothing but doubts must not cost more.
constexpr std::uint64_t kMaxWeighed = 16;
constexpr std::uint64_t kWeighedFreely = 4U << 20;
/// So many bytes behind a doubt that was settled are read as they are written.
constexpr std::uint64_t kTrusted = 4U << 10;
/// Parts of a frame of which it is known when they arrived.
constexpr std::size_t kMaxParts = 1024;
/// So many headers that begin as the doubted one say that its sender writes them so.
constexpr int kLikewise = 2;

/// Whether headers from `at` on, whatever they say, lead to `goal`.
bool leadsTo(ByteView bytes, std::uint64_t at, std::uint64_t goal) {
    for (int steps = 0; steps < kMaxSteps && at < goal; ++steps) {
        const auto header = parseFrameHeader(bytes.subspan(static_cast<std::size_t>(at)));
        if (!header) return false;
        at += std::min(header->frameSize(), bytes.size() - at + 1);
    }
    return at == goal;
}

/// Whether the headers from `at` on begin as the first one of all, as far as there are bytes.
bool goesOnLikewise(ByteView bytes, std::uint64_t at) {
    int seen = 0;
    while (seen < kLikewise && at + 1 < bytes.size()) {
        const auto here = bytes.subspan(static_cast<std::size_t>(at));
        if (here[0] != bytes[0] || (here[1] & 0x80) != (bytes[1] & 0x80)) return false;
        const auto header = parseFrameHeader(here);
        if (!header) return false;
        ++seen;
        at += std::min(header->frameSize(), bytes.size() - at + 1);
    }
    return seen == kLikewise;
}

/// Whether a segment consists of whole frames that a peer may send.
bool consistsOfFrames(ByteView bytes, const FrameHabits& habits) {
    if (bytes.empty()) return false;
    std::size_t at = 0;
    while (at < bytes.size()) {
        const auto header = parseFrameHeader(bytes.subspan(at));
        if (!header || !isPlausible(*header, habits)) return false;
        if (at == 0 && header->is(Opcode::Continuation)) return false;
        if (header->frameSize() > bytes.size() - at) return false;
        at += static_cast<std::size_t>(header->frameSize());
    }
    return true;
}

}  // namespace

/// What is decided of a doubt.
struct WebSocketLayer::Judgement {
    enum class Verdict : std::uint8_t {
        Undecided,
        Stands,     ///< everything is read as it is written
        Elsewhere,  ///< the next frame begins at `found`
    } verdict = Verdict::Undecided;
    std::size_t found = 0;

    static Judgement stands() { return {Verdict::Stands, 0}; }
    static Judgement elsewhere(std::size_t at) { return {Verdict::Elsewhere, at}; }
};

FrameHabits WebSocketLayer::usual(const Half& half, const FrameHeader& header,
                                  LayerOutput& out) const {
    return {half.masked.value_or(header.masked),
            out.facts().compression.agreed() || m_negotiation == Negotiation::NotCaptured};
}

bool WebSocketLayer::doubtHeader(Half& half, const FrameHeader& header, ByteView bytes,
                                 std::size_t before, LayerOutput& out) {
    if (half.frameStart < half.trusted) return false;
    const std::uint8_t faults = faultsOf(header, usual(half, header, out));
    const bool likewise = faults == half.faults && (faults & kFaultTooLong) == 0;
    if (likewise || header.frameSize() == before + bytes.size()) {
        half.faults = faults;
        return false;
    }
    half.headerBytes.resize(before);
    half.search = std::make_unique<FrameSearch>(half.frameStart);
    half.search->add(half.headerBytes, out.arrival());
    half.headerBytes.clear();
    half.doubt = Doubt::OfHeader;
    return true;
}

bool WebSocketLayer::doubtLength(Half& half, StreamOffset offset, ByteView bytes,
                                 LayerOutput& out) {
    const FrameHeader& frame = *half.frame;
    const bool absurd = frame.payloadLength > kMaxPlausiblePayload;
    if (!absurd) {
        if (half.carrier == half.frameStart) return false;
        if (!consistsOfFrames(bytes, usual(half, frame, out))) return false;
        // Such a length is written for no less than this, whichever of its bytes was damaged; what
        // looks like frames in front of that is a payload made of frames, as tunnels carry them.
        if (frame.lengthForm == LengthForm::Bits64 && half.payloadRead <= 0xffff) {
            half.carrier = half.frameStart;
            return false;
        }
    }
    half.search = std::make_unique<FrameSearch>(offset);
    half.doubt = Doubt::OfLength;
    half.outweighed = false;
    half.mayCarryFrames = frame.lengthForm == LengthForm::Bits16 && half.payloadRead < 126;
    return true;
}

WebSocketLayer::Judgement WebSocketLayer::judgeHeader(Half& half, Direction direction, bool atEnd,
                                                      LayerOutput& out) const {
    FrameSearch& search = *half.search;
    const auto header = parseFrameHeader(search.bytes());
    if (!header) return atEnd ? Judgement::stands() : Judgement{};
    const std::uint64_t end = header->frameSize();
    const ByteView bytes = search.bytes();
    const bool reached = end <= bytes.size() && end > search.searched();
    if (!atEnd && !reached && !search.due()) return {};
    // Mostly the next frame is near.
    for (std::size_t window = kFirstWindow;; window *= 4) {
        const bool all = window >= bytes.size();
        half.weighed += std::min(window, bytes.size());
        if (half.weighed > kMaxWeighed * search.end() + kWeighedFreely) return Judgement::stands();
        const Judgement judged = weighHeader(half, *header, atEnd, window, direction, out);
        if (judged.verdict != Judgement::Verdict::Undecided) return judged;
        if (all) return atEnd || search.full() ? Judgement::stands() : Judgement{};
    }
}

/// The same from the first bytes alone.
WebSocketLayer::Judgement WebSocketLayer::weighHeader(const Half& half, const FrameHeader& header,
                                                      bool atEnd, std::size_t window,
                                                      Direction direction, LayerOutput& out) const {
    FrameSearch& search = *half.search;
    const ByteView bytes = ByteView(search.bytes()).first(std::min(window, search.bytes().size()));
    const std::uint64_t end = header.frameSize();
    const FrameChains chains = search.chains(
        habits(half, direction, out), websocket::Doubt::OfFrames, atEnd, Behind::Damage, window);
    const auto found = chains.first(kAgainstHeader);
    const bool elsewhere = found && found->at != 0;
    if (end <= bytes.size()) {
        // The frames behind it, if it stands, against those that were found.
        const double behind =
            end == search.bytes().size()
                ? kAgainstBrokenLength
                : chains.weightAt(static_cast<std::size_t>(end)).value_or(-kAgainstHeader);
        const double against = elsewhere && found->at < end ? found->weight : 0;
        if (behind > 0 && against < behind + kAgainstHeader) return Judgement::stands();
        // Headers that lead to where the bytes end, or to the frames that were found, are as they
        // were written, whatever they say: what looks like a frame may lie in a payload.
        const ByteView held = search.bytes();
        if (leadsTo(held, end, held.size())) return Judgement::stands();
        if (elsewhere && end <= found->at && leadsTo(held, end, found->at)) {
            return Judgement::stands();
        }
        if (!elsewhere && goesOnLikewise(search.bytes(), end)) return Judgement::stands();
    }
    return elsewhere ? Judgement::elsewhere(found->at) : Judgement{};
}

WebSocketLayer::Judgement WebSocketLayer::judgeLength(Half& half, Direction direction, bool atEnd,
                                                      LayerOutput& out) const {
    FrameSearch& search = *half.search;
    const ByteView bytes = search.bytes();
    const std::uint64_t end = half.frame->payloadLength - half.payloadRead;
    const bool reached = end <= bytes.size() && end > search.searched();
    if (!atEnd && !reached && !search.due()) return {};
    const FrameHabits habits = this->habits(half, direction, out);
    if (half.frame->payloadLength > kMaxPlausiblePayload) {
        const auto found = search.chains(habits, websocket::Doubt::OfFrames, atEnd, Behind::Damage)
                               .first(kAgainstHeader);
        if (found) return Judgement::elsewhere(found->at);
        return atEnd || search.full() || end <= bytes.size() ? Judgement::stands() : Judgement{};
    }
    if (end == bytes.size()) return Judgement::stands();
    if (end < bytes.size()) {
        const FrameChains chains = search.chains(habits, websocket::Doubt::OfFrames, atEnd);
        if (chains.weightAt(static_cast<std::size_t>(end))) return Judgement::stands();
        const auto weight = chains.weightAt(0);
        return half.outweighed || (weight && *weight >= kAgainstBrokenLength)
                   ? Judgement::elsewhere(0)
                   : Judgement::stands();
    }
    const FrameChains chains = search.chains(habits, websocket::Doubt::OfAnything, atEnd);
    const auto weight = chains.weightAt(0);
    // Where the frame of a tunnel ends, another one begins; where a damaged length ends, none does.
    // The end is waited for if it can be held and the chain does not break: a capture that was
    // damaged may have lost more headers, and a tunnel has not.
    half.outweighed = half.outweighed || (weight && *weight >= kAgainstLength);
    const bool waits = half.mayCarryFrames && weight && !atEnd && !search.full() &&
                       end <= 2 * FrameSearch::kMaxSearch;
    if (half.outweighed && !waits) return Judgement::elsewhere(0);
    if (!weight) return Judgement::stands();
    return atEnd || search.full() ? Judgement::stands() : Judgement{};
}

void WebSocketLayer::notePart(Half& half, StreamOffset offset, LayerOutput& out) {
    if (half.parts.empty() || half.parts.front().at != half.frameStart) {
        half.parts.clear();
        offset = half.frameStart;
    }
    if (half.parts.size() < kMaxParts) half.parts.push_back({offset, out.arrival()});
}

bool WebSocketLayer::swallowedFrames(Half& half, Direction direction, StreamOffset offset,
                                     ByteView bytes, std::size_t end, LayerOutput& out) {
    const StreamOffset frameEnd = offset + end;
    if (half.frameStart < half.trusted || frameEnd < half.lookedInto || half.unproven != 0)
        return false;
    if (half.role == FrameRole::Control || half.frame->payloadLength == 0 ||
        half.frame->payloadLength > FrameSearch::kMaxSearch) {
        return false;
    }
    const auto payload = half.message.framePayload();
    if (!payload) return false;
    half.lookedInto = offset + bytes.size();
    const StreamOffset begin = half.frameStart + half.frame->size();
    Bytes wire(payload->begin(), payload->end());
    if (half.frame->masked) applyMask(wire, half.frame->maskingKey, 0);
    wire.insert(wire.end(), bytes.begin() + static_cast<std::ptrdiff_t>(end), bytes.end());

    std::vector<FrameSearch::Segment> parts;
    if (!half.parts.empty() && half.parts.front().at == half.frameStart) parts = half.parts;
    if (half.arrivals.empty()) parts.push_back({offset, out.arrival()});
    parts.insert(parts.end(), half.arrivals.begin(), half.arrivals.end());
    auto search = std::make_unique<FrameSearch>(begin);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const StreamOffset to = i + 1 < parts.size() ? parts[i + 1].at : begin + wire.size();
        if (to <= search->end()) continue;
        search->add(ByteView(wire).subspan(search->end() - begin, to - search->end()),
                    parts[i].arrival);
    }
    const FrameChains chains = search->chains(habits(half, direction, out),
                                              websocket::Doubt::OfFrames, false, Behind::Damage);
    const auto found = chains.first(kAgainstHeader);
    // What begins behind the frame says nothing of it: by chance, a byte of its payload leads
    // there.
    if (!found || begin + found->at >= frameEnd) return false;
    if (chains.weightWithin(found->at, frameEnd - begin) < kAgainstHeader) return false;
    half.search = std::move(search);
    half.doubt = Doubt::OfLength;
    half.payloadRead = 0;
    goOnAt(half, direction, found->at, out);
    return true;
}

bool WebSocketLayer::settleDoubt(Half& half, Direction direction, bool atEnd, LayerOutput& out) {
    const bool ofHeader = half.doubt == Doubt::OfHeader;
    const Judgement judged = ofHeader ? judgeHeader(half, direction, atEnd, out)
                                      : judgeLength(half, direction, atEnd, out);
    if (judged.verdict == Judgement::Verdict::Undecided) return false;
    if (judged.verdict == Judgement::Verdict::Elsewhere) {
        goOnAt(half, direction, judged.found, out);
        return true;
    }
    const std::unique_ptr<FrameSearch> held = std::move(half.search);
    half.doubt = Doubt::None;
    // Far behind it other headers may be damaged.
    half.trusted = std::max(half.trusted, std::min(held->end(), held->start() + kTrusted));
    if (const auto header = parseFrameHeader(held->bytes()); ofHeader && header) {
        half.faults = faultsOf(*header, usual(half, *header, out));
    }
    readHeld(half, direction, *held, held->start(), out);
    return true;
}

/// Frames begin at `found` among the held bytes: what is being read ends in front of them.
void WebSocketLayer::goOnAt(Half& half, Direction direction, std::size_t found, LayerOutput& out) {
    const std::unique_ptr<FrameSearch> held = std::move(half.search);
    const bool ofHeader = std::exchange(half.doubt, Doubt::None) == Doubt::OfHeader;
    const StreamOffset at = held->start() + found;
    const Arrival now = out.arrival();
    if (found != 0) out.setArrival(held->arrivalOf(at - 1));
    m_pairs.lost(out);
    if (ofHeader) {
        emitSegment(direction, held->start(), found, out, IssueCode::WebSocketResynchronised);
    } else {
        half.frameIncomplete = true;
        half.disproved = true;
        finishFrame(half, direction, at, out);
    }
    out.setArrival(now);
    half.sequence.forget();
    half.messageStart = kNoRecord;
    tellLost(direction, out);
    half.message.lose();
    half.lastKey.reset();
    half.faults = 0;
    half.foundAgain = true;
    half.skipped = ofHeader ? found : 0;
    readHeld(half, direction, *held, at, out);
}

}  // namespace framescope::websocket
