#include "dissector/websocket/mid_stream.h"

#include <algorithm>
#include <cmath>

namespace framescope::websocket {
namespace {

constexpr Direction kClient = Direction::ClientToServer;
constexpr Direction kServer = Direction::ServerToClient;

/// What each way of masking costs: clients mask and servers do not; there are clients that never
/// learnt it, and roles that were guessed wrongly.
constexpr double kReversed = 4;
constexpr double kNobodyMasks = 5;
/// What it costs that several segments of a direction have no frame in them: they would have to lie
/// in one large payload.
constexpr double kNoFrames = 8;

}  // namespace

void MidStream::add(Direction direction, StreamOffset offset, ByteView bytes,
                    const Arrival& arrival) {
    FrameSearch& search = m_halves[indexOf(direction)].search;
    if (search.bytes().empty()) search = FrameSearch(offset);
    search.add(bytes, arrival);
}

bool MidStream::judge(Direction direction, bool atEnd) {
    Half& half = m_halves[indexOf(direction)];
    half.hopeless = onlyFromFirstByte();
    for (const bool masked : {false, true}) {
        const FrameChains chains =
            half.search.chains({masked, true}, m_expected ? Doubt::OfFrames : Doubt::OfAnything);
        double weight = 0;
        if (onlyFromFirstByte()) {
            if (const auto first = chains.weightAt(0)) {
                weight = *first - 1;
                half.hopeless = false;
            }
        } else if (const auto best = chains.best()) {
            weight = best->weight;
        }
        half.weight[masked ? 1 : 0] = std::max(0.0, weight);
    }
    const Half& client = m_halves[indexOf(kClient)];
    const Half& server = m_halves[indexOf(kServer)];
    const auto evidence = [](const Half& of, bool masked) {
        const double weight = of.of(masked);
        return weight == 0 && of.search.segments().size() > 1 ? -kNoFrames : weight;
    };
    const double usual = evidence(client, true) + evidence(server, false);
    const double reversed = evidence(client, false) + evidence(server, true) - kReversed;
    const double unmasked = evidence(client, false) + evidence(server, false) - kNobodyMasks;
    m_reversed = reversed > usual && reversed > unmasked && server.of(true) > 0;
    const double least = m_expected ? kNeededIfAsked : atEnd ? kNeededAtEnd : kNeeded;
    const double needed = least + 2 * std::log2(static_cast<double>(m_windows) + 1);
    return std::max({usual, reversed, unmasked}) >= needed;
}

MidStream MidStream::next() const {
    MidStream next;
    next.m_expected = m_expected;
    next.m_windows = m_windows + 1;
    next.m_fromFirstByte = !m_expected;
    return next;
}

MidStream MidStream::behindGap() const {
    MidStream next = this->next();
    next.m_fromFirstByte = m_fromFirstByte;
    for (std::size_t d = 0; d < m_halves.size(); ++d) {
        for (std::size_t i = 0; i < 2; ++i) {
            next.m_halves[d].before[i] = m_halves[d].before[i] + m_halves[d].weight[i];
        }
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
