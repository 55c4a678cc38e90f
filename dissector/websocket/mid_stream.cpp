#include "dissector/websocket/mid_stream.h"

#include <algorithm>
#include <cmath>

#include "dissector/payload/utf8.h"
#include "dissector/websocket/close.h"

namespace framescope::websocket {
namespace {

constexpr Direction kClient = Direction::ClientToServer;
constexpr Direction kServer = Direction::ServerToClient;

/// What each way of masking costs: clients mask and servers do not; there are clients that never
/// learnt it, and roles that were guessed wrongly.
constexpr double kReversed = 4;
constexpr double kNobodyMasks = 5;
/// More that is asked for while only unmasked frames were seen: tagged values look like them, and
/// the other side may still tell.
constexpr double kUnmaskedOnly = 60;
/// What a direction weighs, in bits, of which more is held than of others: a payload may be longer.
constexpr double kPromising = 8;
/// What a chain weighs, its place not counted, for each kMaxHeld bytes behind the first, of which
/// more is held: a little less than one header in as many.
constexpr double kPromisingChain = 7;
/// More that is asked for at the end, where only unmasked frames were seen, for each doubling of
/// what is held: what fills so much of any protocol has more of what repeats itself.
constexpr double kLargeAtEnd = 10;
/// Where neither side masks: what each side weighs, and both together. Values with a tag and a
/// short length chain as frames do, so that headers have to be seen that such values do not have,
/// and nearly all frames have to begin where segments do.
constexpr double kEachUnmasked = 40;
constexpr double kBothUnmasked = 150;
constexpr double kBothUnmaskedAtEnd = 110;
constexpr std::size_t kExtendedUnmasked = 2;
constexpr double kInStepShare = 0.75;
/// What each segment costs that should have a frame in it and has none, and how many of them say
/// that there are none, whatever the other direction looks like.
constexpr double kNoFrames = 8;
constexpr double kRefuted = 1e6;
constexpr double kRefutingSegments = 3;
/// A large payload comes in segments of at least this size, but for its last.
constexpr StreamOffset kSmallSegment = 512;

bool isText(ByteView bytes) {
    Utf8Validator validator;
    return validator.feed(bytes) && validator.finish() &&
           std::ranges::none_of(bytes, [](std::uint8_t byte) {
               return (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f;
           });
}

/// Segments that cannot all lie in one large payload. The first may be the end of one.
double segmentsOfFrames(const FrameSearch& search) {
    const auto& segments = search.segments();
    std::size_t small = 0;
    for (std::size_t i = 1; i < segments.size(); ++i) {
        const StreamOffset end = i + 1 < segments.size() ? segments[i + 1].at : search.end();
        if (end - segments[i].at < kSmallSegment) ++small;
    }
    return static_cast<double>(small);
}

}  // namespace

void MidStream::add(Direction direction, StreamOffset offset, ByteView bytes,
                    const Arrival& arrival) {
    FrameSearch& search = m_halves[indexOf(direction)].search;
    if (search.bytes().empty()) {
        // Where frames may begin anywhere, all that comes is searched.
        const bool late = m_searched >= kMaxHeld && !m_fromFirstByte && !m_expected;
        search = FrameSearch(offset, late ? FrameSearch::Haste::Late : FrameSearch::Haste::Soon);
    }
    search.add(bytes, arrival);
}

bool MidStream::judge(Direction direction, bool atEnd, std::uint64_t cut) {
    Half& half = m_halves[indexOf(direction)];
    half.hopeless = onlyFromFirstByte();
    for (const bool masked : {true, false}) {
        // Tags and lengths in front of values reach to the ends of packets too: that proves
        // something where anybody masks.
        const bool counts = masked || m_halves[0].of(true) > 0 || m_halves[1].of(true) > 0;
        const FrameChains chains =
            half.search.chains({masked, true}, m_expected ? Doubt::OfFrames : Doubt::OfAnything,
                               atEnd, Behind::Frames, FrameSearch::kWholeWindow, counts ? cut : 0);
        double weight = 0;
        std::size_t start = 0;
        if (onlyFromFirstByte()) {
            if (const auto first = chains.weightAt(0)) {
                weight = *first - 1;
                half.hopeless = false;
            }
        } else if (const auto best = chains.best()) {
            weight = best->weight;
            start = best->at;
        }
        half.weight[masked ? 1 : 0] = std::max(0.0, weight);
        half.heaviest = std::max(masked ? 0.0 : half.heaviest, chains.heaviest());
        if (!masked) half.unmasked = weight > 0 ? walk(half.search, start) : UnmaskedFrames{};
    }
    const Half& client = m_halves[indexOf(kClient)];
    const Half& server = m_halves[indexOf(kServer)];
    const auto evidence = [](const Half& of, bool masked) {
        const double weight = of.of(masked);
        if (weight != 0) return weight;
        const double segments = segmentsOfFrames(of.search);
        return segments >= kRefutingSegments ? -kRefuted : -kNoFrames * segments;
    };
    const double usual = evidence(client, true) + evidence(server, false);
    const double reversed = evidence(client, false) + evidence(server, true) - kReversed;
    const double unmasked = evidence(client, false) + evidence(server, false) - kNobodyMasks;
    m_reversed = reversed > usual && reversed > unmasked && server.of(true) > 0;
    // Tags and short lengths in front of values chain as unmasked frames do, both ways. Where a
    // WebSocket was asked for, clients that do not mask are believed more easily.
    if (unmasked > std::max(usual, reversed) && !m_expected) return nobodyMasks(unmasked, atEnd);
    const double least = m_expected ? kNeededIfAsked : atEnd ? kNeededAtEnd : kNeeded;
    double needed = least + 2 * std::log2(static_cast<double>(m_windows) + 1);
    const bool nobodyMasked = client.of(true) <= 0 && server.of(true) <= 0;
    if (nobodyMasked && !m_expected) {
        // A SUBSCRIBE of MQTT is a "binary frame", and so is any value with a tag and a length.
        const auto tells = [](const Half& of) { return of.toldBefore || of.unmasked.tell(); };
        if (!tells(client) && !tells(server)) return false;
        const auto held = static_cast<double>(half.search.bytes().size());
        needed += atEnd ? kLargeAtEnd * std::max(0.0, std::log2(held / kMaxHeld)) : kUnmaskedOnly;
    }
    return std::max({usual, reversed, unmasked}) >= needed;
}

MidStream::UnmaskedFrames MidStream::walk(const FrameSearch& search, std::size_t at) {
    UnmaskedFrames frames;
    const ByteView bytes = search.bytes();
    auto segment = search.segments().begin();
    while (at < bytes.size()) {
        const auto header = parseFrameHeader(bytes.subspan(at));
        if (!header) break;
        while (segment != search.segments().end() && segment->at < search.start() + at) ++segment;
        ++frames.count;
        if (segment != search.segments().end() && segment->at == search.start() + at) {
            ++frames.inStep;
        }
        if (header->lengthForm != LengthForm::Bits7) ++frames.extended;
        // In front of the first frame chance has made some that leads to it.
        const bool found = frames.count > 1 || frames.inStep == 1;
        if (found) weighPayload(*header, bytes.subspan(at + header->size()), frames);
        at += static_cast<std::size_t>(std::min<std::uint64_t>(header->frameSize(), bytes.size()));
    }
    return frames;
}

void MidStream::weighPayload(const FrameHeader& header, ByteView behind, UnmaskedFrames& frames) {
    const bool whole = header.payloadLength <= behind.size();
    const bool closesWithoutCode =
        header.is(Opcode::Close) && header.payloadLength == 0 && behind.empty();
    if (header.lengthForm != LengthForm::Bits7 || header.rsv1 || closesWithoutCode) {
        ++frames.telling;
    } else if (whole && header.payloadLength != 0) {
        const ByteView payload = behind.first(static_cast<std::size_t>(header.payloadLength));
        const bool tells = header.is(Opcode::Close)
                               ? parseCloseBody(payload).code.has_value()
                               : header.is(Opcode::Text) && header.fin && isText(payload);
        if (tells) ++frames.telling;
        if (header.is(Opcode::Text) && header.fin && !tells) ++frames.nonsense;
    }
}

/// `weight` is what the unmasked frames of both sides weigh.
bool MidStream::nobodyMasks(double weight, bool atEnd) const {
    const Half& client = m_halves[indexOf(kClient)];
    const Half& server = m_halves[indexOf(kServer)];
    if (std::min(client.of(false), server.of(false)) < kEachUnmasked) return false;
    if (weight < (atEnd ? kBothUnmaskedAtEnd : kBothUnmasked)) return false;
    const UnmaskedFrames& one = client.unmasked;
    const UnmaskedFrames& other = server.unmasked;
    if (one.extended + other.extended < kExtendedUnmasked) return false;
    return static_cast<double>(one.inStep + other.inStep) >=
           kInStepShare * static_cast<double>(one.count + other.count);
}

bool MidStream::full(Direction direction, bool room) const {
    const Half& half = m_halves[indexOf(direction)];
    const std::size_t held = half.search.bytes().size();
    if (held < kMaxHeld) return false;
    if (held >= kMaxHeldIfPromising || !room) return true;
    const double more = static_cast<double>(held) / kMaxHeld - 1;
    const bool promising = !onlyFromFirstByte() &&
                           segmentsOfFrames(half.search) < kRefutingSegments &&
                           half.heaviest > kPromisingChain * more;
    return std::max(half.weight[0], half.weight[1]) < kPromising && !promising;
}

MidStream MidStream::next() const {
    MidStream next;
    next.m_expected = m_expected;
    next.m_windows = m_windows + 1;
    next.m_searched = m_searched;
    bool small = false;
    for (const Half& half : m_halves) {
        next.m_searched += half.search.bytes().size();
        small = small || segmentsOfFrames(half.search) >= kRefutingSegments;
    }
    next.m_fromFirstByte =
        !m_expected && (m_fromFirstByte || small || next.m_searched >= kSearchedAnywhere);
    return next;
}

MidStream MidStream::behindGap() const {
    MidStream next = this->next();
    next.m_fromFirstByte = m_fromFirstByte;
    for (std::size_t d = 0; d < m_halves.size(); ++d) {
        for (std::size_t i = 0; i < 2; ++i) {
            next.m_halves[d].before[i] = m_halves[d].before[i] + m_halves[d].weight[i];
        }
        next.m_halves[d].toldBefore = m_halves[d].toldBefore || m_halves[d].unmasked.tell();
    }
    return next;
}

bool beginsTlsRecord(ByteView segment) {
    constexpr std::size_t kMaxRecord = (16U << 10) + 2048;  // RFC 5246 section 6.2.3
    return segment.size() >= 5 && segment[0] >= 0x14 && segment[0] <= 0x17 && segment[1] == 3 &&
           segment[2] <= 4 && readBe16(&segment[3]) <= kMaxRecord;
}

bool mayBeginFrame(ByteView segment) {
    const auto header = parseFrameHeader(segment);
    if (!header) return segment.size() < 2;
    if (!isPlausible(*header, {header->masked, true}) || header->is(Opcode::Continuation)) {
        return false;
    }
    const std::uint64_t next = header->frameSize();
    if (next >= segment.size()) return true;
    const auto second = parseFrameHeader(segment.subspan(static_cast<std::size_t>(next)));
    return !second || isPlausible(*second, {header->masked, true});
}

std::optional<Direction> senderOfFrames(ByteView segment) {
    // A label is at stake, no row: one frame that fills its segment is enough.
    constexpr double kEnough = 11;
    constexpr std::array<std::size_t, 1> kSegments = {0};
    std::optional<Direction> sender;
    double most = kEnough;
    if (segment.empty() || !mayBeginFrame(segment)) return sender;
    for (const bool masked : {false, true}) {
        const FrameChains chains(segment, kSegments, {masked, true}, Doubt::OfAnything);
        const auto weight = chains.weightAt(0);
        if (!weight || *weight < most) continue;
        most = *weight;
        sender = masked ? kClient : kServer;
    }
    return sender;
}

}  // namespace framescope::websocket
