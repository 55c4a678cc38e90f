// The shares below say how often frames of real conversations look so; they need not be exact. What
// they give away is only evidence: a share that is too small makes its frames weigh less.
#include "dissector/websocket/frame_chains.h"

#include <algorithm>
#include <cmath>

#include "dissector/payload/utf8.h"
#include "dissector/websocket/close.h"
#include "dissector/websocket/mask.h"

namespace framescope::websocket {
namespace {

/// Of a payload so much is looked at from the front.
constexpr std::size_t kLook = 48;
/// Messages that are inflated in one search; a megabyte of headers that ask for it must not cost
/// more than that.
constexpr int kMaxDeflateTests = 512;
constexpr double kMaxTextBits = 40;
/// A large payload comes in segments of full size; of a smaller one it has the last.
constexpr std::size_t kSmallSegment = 512;
/// What each further small segment in front of the first frame costs: frames would begin there.
constexpr double kSmallSkipped = 4;

/// What a frame weighs less that breaks a rule which peers break now and then.
constexpr double kViolation = 12;
constexpr double kNotText = 20;
/// What a chain costs that breaks: one header in a few hundred may be damaged.
constexpr float kBreak = 8;
/// What frames have to weigh that lead to a chain from inside of a segment, to be no chance.
constexpr double kFalseFront = 7;

/// First bytes of frames, and how many of a hundred frames begin so.
struct FirstByte {
    std::uint8_t byte;
    double plain;    ///< where nothing is compressed
    double deflate;  ///< where messages may be
    double open;     ///< while a fragmented message is open
};
constexpr std::array kFirstBytes = {
    FirstByte{0x81, 40, 24, 1},    FirstByte{0x82, 35, 22, 1}, FirstByte{0xc1, 0, 16, 0.5},
    FirstByte{0xc2, 0, 12, 0.5},   FirstByte{0x88, 4, 3, 1},   FirstByte{0x89, 7, 6, 3},
    FirstByte{0x8a, 7, 6, 3},      FirstByte{0x01, 3, 3, 0.5}, FirstByte{0x02, 3, 3, 0.5},
    FirstByte{0x41, 0, 2, 0.3},    FirstByte{0x42, 0, 2, 0.3}, FirstByte{0x00, 0.4, 0.4, 50},
    FirstByte{0x80, 0.6, 0.6, 38},
};

struct FirstByteTable {
    std::array<std::array<double, 3>, 256> shares{};
    constexpr FirstByteTable() {
        for (const FirstByte& first : kFirstBytes) {
            shares[first.byte] = {first.plain / 100, first.deflate / 100, first.open / 100};
        }
    }
};
constexpr FirstByteTable kFirst;

bool isPrintable(std::uint8_t byte) {
    return (byte >= 0x20 && byte < 0x7f) || byte == '\t' || byte == '\n' || byte == '\r';
}

/// How much likelier a close frame has this code than two bytes of chance do (RFC 6455 section
/// 7.4.1): half of all are 1000, and hardly any but the others that are in use.
double closeCodeBits(std::uint16_t code) {
    if (code == 1000) return 15;
    if (code == 1001) return 12;
    return code < 3000 ? 7 : 2.5;
}

/// A text of whole characters does not stop here: the last character lacks bytes.
bool endsInsideCharacter(ByteView text) {
    for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
        const std::uint8_t byte = text[text.size() - back];
        if (byte < 0x80) return false;
        if (byte < 0xc0) continue;
        const std::size_t length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
        return length > back;
    }
    return false;
}

}  // namespace

bool isPlausible(const FrameHeader& header, const FrameHabits& habits) {
    if (header.masked != habits.masked || header.rsv2 || header.rsv3) return false;
    if (header.rsv1 && !(habits.deflate && !isControl(header.opcode))) return false;
    if (isReserved(header.opcode)) return false;
    if (header.lengthForm != minimalForm(header.payloadLength)) return false;
    if (isControl(header.opcode)) return header.fin && header.payloadLength <= 125;
    return header.payloadLength <= kMaxPlausiblePayload;
}

std::uint8_t faultsOf(const FrameHeader& header, const FrameHabits& habits) {
    std::uint8_t faults = 0;
    const auto add = [&](bool fault, std::uint8_t bit) {
        if (fault) faults |= bit;
    };
    const bool control = isControl(header.opcode);
    add(header.masked != habits.masked, 0x01);
    add(isReserved(header.opcode), 0x02);
    add(control && (!header.fin || header.payloadLength > 125), 0x04);
    add(header.lengthForm != minimalForm(header.payloadLength), 0x08);
    add(header.rsv1 && !(habits.deflate && !control), 0x10);
    add(header.rsv2, 0x20);
    add(header.rsv3, 0x40);
    add(!control && header.payloadLength > kMaxPlausiblePayload, kFaultTooLong);
    return faults;
}

float FrameChains::Node::weight() const {
    // Most places are not inside of a fragmented message.
    constexpr float kOpenCosts = 3;
    return std::max(closed, open - kOpenCosts);
}

FrameChains::FrameChains(ByteView bytes, std::span<const std::size_t> segments,
                         const FrameHabits& habits, Doubt doubt, bool atEnd, Behind behind,
                         std::uint64_t cut)
    : m_bytes(bytes),
      m_segments(segments),
      m_habits(habits),
      m_doubt(doubt),
      m_atEnd(atEnd),
      m_behind(behind),
      m_cut(cut),
      m_nodes(bytes.size()) {
    std::array<std::size_t, 256> counts{};
    for (const std::uint8_t byte : bytes) ++counts[byte];
    std::size_t printableCount = 0;
    // Of a few bytes nothing can be said yet, so each value is counted once more than it was seen.
    const auto total = static_cast<double>(bytes.size() + counts.size());
    for (std::size_t value = 0; value < counts.size(); ++value) {
        if (isPrintable(static_cast<std::uint8_t>(value))) printableCount += counts[value] + 1;
        m_share[value] = std::max(1.0 / 256, static_cast<double>(counts[value] + 1) / total);
    }
    m_printableShare = static_cast<double>(printableCount) / total;
    for (std::size_t at = bytes.size(); at-- > 0;) weigh(at);
    m_smallBefore.reserve(segments.size());
    std::uint32_t small = 0;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        m_smallBefore.push_back(small);
        const std::size_t end = i + 1 < segments.size() ? segments[i + 1] : bytes.size();
        if (end - segments[i] < kSmallSegment) ++small;
    }
}

bool FrameChains::beginsSegment(std::size_t at) const {
    return std::ranges::binary_search(m_segments, at);
}

/// How often chance has this byte. Zeros and other small numbers fill binary data, and no FIN is
/// rare among frames; headers that have their bits set are told from chance alone.
double FrameChains::firstByteShare(std::uint8_t byte) const {
    return byte < 0x80 ? m_share[byte] : 1.0 / 256;
}

/// What the length says: most frames end where a segment does, mostly the one they begin in.
double FrameChains::lengthBits(const FrameHeader& header, std::size_t at) const {
    constexpr double kEndsWithSegment = 0.7;
    const auto length = static_cast<double>(header.payloadLength);
    double share = 0;
    if (isControl(header.opcode)) {
        share = header.payloadLength == 0 ? 0.4 : 0.6 / 125;
    } else if (header.lengthForm == LengthForm::Bits7) {
        share = 0.75 / 126;
    } else if (header.lengthForm == LengthForm::Bits16) {
        share = 0.2 / (length * 6.3);  // evenly among orders of magnitude
    } else {
        share = 0.05 / (length * 9.8);
    }
    share *= 1 - kEndsWithSegment;
    const std::uint64_t end = at + header.frameSize();
    const bool endsWithCut = m_cut != 0 && end == m_bytes.size() + m_cut;
    if (end <= m_bytes.size() || endsWithCut) {
        const auto next = std::ranges::upper_bound(m_segments, at);
        const auto there = std::ranges::lower_bound(m_segments, end);
        if (end == m_bytes.size() || endsWithCut || (there != m_segments.end() && *there == end)) {
            const auto ahead = static_cast<double>(there - next) + 1;
            share += kEndsWithSegment / (ahead * (ahead + 1));
        }
    }
    // By chance, each bit of the length is as good as another; zeros are more frequent than that.
    double chance = 1.0 / 128;
    const std::size_t extended = header.lengthForm == LengthForm::Bits7    ? 0
                                 : header.lengthForm == LengthForm::Bits16 ? 2
                                                                           : 8;
    for (std::size_t i = 0; i < extended; ++i) {
        chance *= m_bytes[at + 2 + i] == 0 ? m_share[0] : 1.0 / 256;
    }
    if (header.payloadLength == 0 && !header.masked) chance = std::max(chance, m_share[0]);
    return std::log2(share / chance);
}

/// `startsMessage` and `endsMessage`: the text begins and ends with whole characters.
double FrameChains::textBits(ByteView text, bool startsMessage, bool endsMessage,
                             bool masked) const {
    // Unmasked text among text proves nothing; that unmasking makes text of anything does.
    const double printableBits =
        masked ? std::log2(0.9 / 98 * 256)
               : std::max(0.0, std::log2(0.9 / std::max(m_printableShare, 98.0 / 256)));
    constexpr double kControlBits = -3.5;
    const ByteView front = text.first(std::min(text.size(), kLook));
    Utf8Validator validator;
    if (startsMessage && !validator.feed(front)) return -kNotText;
    if (endsMessage && endsInsideCharacter(text)) return -kNotText;
    double bits = 0;
    for (const std::uint8_t byte : front) {
        if (isPrintable(byte)) {
            bits += printableBits;
        } else if (byte < 0x20 || byte == 0x7f) {
            bits += kControlBits;
        }
    }
    return std::min(bits, kMaxTextBits);
}

double FrameChains::payloadBits(const FrameHeader& header, std::size_t at) {
    const std::size_t begin = at + header.size();
    if (begin >= m_bytes.size()) return 0;
    const ByteView wire =
        m_bytes.subspan(begin, static_cast<std::size_t>(std::min<std::uint64_t>(
                                   header.payloadLength, m_bytes.size() - begin)));
    const bool whole = wire.size() == header.payloadLength;
    const bool close = header.is(Opcode::Close);
    const bool masked = header.masked && header.maskingKey != MaskingKey{};
    // Of which kind the message is, its first fragment said.
    const bool rest = header.is(Opcode::Continuation) && !header.rsv1 && masked;
    if (!close && !rest && !header.is(Opcode::Text) && !header.rsv1) return 0;
    const std::size_t most = header.rsv1 ? DeflateTest::kMostRead + 1 : std::size_t{125};
    if (header.rsv1 && m_deflateTests >= kMaxDeflateTests) return 0;
    Bytes plain(wire.begin(),
                wire.begin() + static_cast<std::ptrdiff_t>(std::min(wire.size(), most)));
    if (header.masked) applyMask(plain, header.maskingKey, 0);
    if (rest) return std::log2(0.5 + 0.5 * std::exp2(textBits(plain, false, false, true)));
    if (close) {
        if (wire.empty()) return 0;
        const CloseBody body = parseCloseBody(plain);
        if (whole && header.payloadLength == 1) return -kViolation;
        if (!body.code) return 0;
        if (!mayBeSent(*body.code)) return -kViolation;
        return closeCodeBits(*body.code) + textBits(asBytes(body.reason), true, whole, masked);
    }
    if (header.rsv1) {
        ++m_deflateTests;
        const auto size = static_cast<double>(plain.size());
        switch (m_deflate.test(plain, whole && header.fin)) {
            case DeflateTest::Verdict::Broken:
                return -kNotText;
            // Counted over random bytes: so many of them are DEFLATE data as far as they go, and
            // one of 2,200 ends with its last byte, whatever its length.
            case DeflateTest::Verdict::GoesOn:
                return std::max(0.4, 0.8 * std::log2(size) - 0.9);
            case DeflateTest::Verdict::EndsHere:
                return plain.size() == 1 ? 2 : 11;
        }
    }
    return textBits(plain, true, whole && header.fin && plain.size() == wire.size(), masked);
}

bool FrameChains::repeats(const FrameHeader& header, std::size_t at) const {
    const std::uint64_t next = at + header.frameSize();
    const std::size_t shown =
        header.size() + static_cast<std::size_t>(std::min<std::uint64_t>(header.payloadLength, 16));
    if (next + shown > m_bytes.size()) return false;
    const std::size_t same = header.masked ? header.size() : shown;
    return std::ranges::equal(m_bytes.subspan(at, same),
                              m_bytes.subspan(static_cast<std::size_t>(next), same));
}

void FrameChains::weigh(std::size_t at) {
    const std::uint8_t first = m_bytes[at];
    const auto& shares = kFirst.shares[first];
    const double closedShare = shares[m_habits.deflate ? 1 : 0];
    if (closedShare == 0) return;
    Node& node = m_nodes[at];
    node.last = static_cast<std::uint32_t>(at);
    const double chance = firstByteShare(first);
    double closed = std::log2(closedShare / chance);
    double open = std::log2(shares[2] / chance);
    // Many directions end with a close frame. The shares of the others stay as they are, since not
    // every end is that of a connection; so all of them add up to a little more than certainty.
    const auto last = [&](const FrameHeader& header) {
        constexpr double kEndsWithClose = 0.25;
        if (!m_atEnd || !header.is(Opcode::Close)) return;
        if (at + header.frameSize() != m_bytes.size()) return;
        closed = open = std::log2(kEndsWithClose / chance);
    };

    const ByteView rest = m_bytes.subspan(at);
    if (rest.size() >= 2 && ((rest[1] & 0x80) != 0) != m_habits.masked) return;
    const auto header = parseFrameHeader(rest);
    if (!header) {
        // The bytes end inside of a header: what is there of it fits.
        if (isControl(first & 0x0f) && rest.size() >= 2 && (rest[1] & 0x7f) > 125) return;
        node.closed = static_cast<float>(closed);
        node.open = static_cast<float>(open);
        return;
    }
    if (!isPlausible(*header, m_habits)) return;
    last(*header);

    const std::uint64_t next = at + header->frameSize();
    Node after{0, 0, node.last};
    if (next < m_bytes.size()) {
        after = m_nodes[static_cast<std::size_t>(next)];
        if (m_behind == Behind::Damage) {
            if (after.broken()) after.last = node.last;
            after.closed = std::max(after.closed, -kBreak);
            after.open = std::max(after.open, -kBreak);
        }
        if (after.broken()) return;
    }
    constexpr double kMaskBit = 1;
    double bits = kMaskBit + lengthBits(*header, at) + payloadBits(*header, at);
    // A frame like the one behind it, or of one byte value, is no further evidence among bytes that
    // may be anything.
    if ((m_doubt == Doubt::OfAnything || m_behind == Behind::Damage) && repeats(*header, at)) {
        const bool alone = beginsSegment(at) && next <= m_bytes.size() &&
                           beginsSegment(static_cast<std::size_t>(next)) && !header->masked;
        const double factor = alone ? 0.5 : 0;
        closed = std::min(closed, factor * std::max(0.0, closed));
        open = std::min(open, 0.0);
        bits = std::min(bits, factor * std::max(0.0, bits));
    }
    // Lengths of two and of four bytes in front of messages look like fragments that never end; and
    // zeros like empty ones. In a fill of one value every place looks like a frame.
    const bool noFragment = first == 0 && !m_habits.masked &&
                            (m_doubt == Doubt::OfAnything || header->payloadLength == 0);
    const bool fill = header->masked && std::ranges::all_of(header->maskingKey, [&](auto byte) {
                          return byte == first;
                      });
    if (noFragment || fill) {
        closed = std::min(closed, 0.0);
        open = std::min(open, 0.0);
        bits = std::min(bits, 0.0);
    }
    node.last = after.last;
    const auto sum = [&](double own, float behind) {
        return behind <= kBroken ? kBroken : static_cast<float>(own + bits) + behind;
    };
    const auto fault = [](float weight) {
        return weight <= kBroken ? kBroken : weight - static_cast<float>(kViolation);
    };
    if (isControl(header->opcode)) {
        node.closed = sum(closed, after.closed);
        node.open = sum(open, after.open);
        // Behind a close frame nothing follows but an end (section 5.5.1), with data least of all.
        if (header->is(Opcode::Close) && next < m_bytes.size()) {
            node.closed = fault(node.closed);
            node.open = fault(node.open);
        }
    } else if (header->is(Opcode::Continuation)) {
        node.open = sum(open, header->fin ? after.closed : after.open);
        node.closed = fault(node.open);
    } else {
        node.closed = sum(closed, header->fin ? after.closed : after.open);
        node.open = fault(sum(open, header->fin ? after.closed : after.open));
    }
}

/// A place inside of a segment is one of many; the beginnings of segments are few, and the first of
/// them is the likeliest.
double FrameChains::placeBits(std::size_t at) const {
    const auto segment = std::ranges::lower_bound(m_segments, at);
    const auto index = static_cast<std::size_t>(segment - m_segments.begin());
    const bool begins = segment != m_segments.end() && *segment == at;
    double skipped = 0;
    if (m_doubt == Doubt::OfAnything && index > 0) {
        const std::uint32_t small = m_smallBefore[begins ? index : index - 1];
        skipped = kSmallSkipped * (small > 1 ? small - 1 : 0);
    }
    if (begins) return 1 + 2 * std::log2(static_cast<double>(index) + 1) + skipped;
    if (m_doubt == Doubt::OfAnything) return 17 + skipped;
    return 3 + std::log2(static_cast<double>(at) + 1);
}

std::optional<double> FrameChains::weightAt(std::size_t at) const {
    if (at >= m_nodes.size() || m_nodes[at].broken()) return std::nullopt;
    return m_nodes[at].weight();
}

double FrameChains::heaviest() const {
    float most = 0;
    for (const Node& node : m_nodes) most = std::max(most, node.weight());
    return most;
}

double FrameChains::weightWithin(std::size_t at, std::size_t end) const {
    if (at >= m_nodes.size() || m_nodes[at].broken()) return 0;
    const double weight = m_nodes[at].weight() - placeBits(at);
    std::size_t next = at;
    while (next < end) {
        const auto header = parseFrameHeader(m_bytes.subspan(next));
        // It leads to where the chain breaks, or to the end of the bytes.
        if (!header || header->frameSize() >= m_bytes.size() - next) return weight;
        next += static_cast<std::size_t>(header->frameSize());
        if (m_nodes[next].broken()) return weight;
    }
    // A payload that consists of frames, as a tunnel has it, ends where its last one does.
    return next == end ? 0 : weight - m_nodes[next].weight();
}

/// What lengths say of places is in the weights: of all the frames that may lead to the next one,
/// chance makes some of n bits in fewer than one of 2^n cases, however far in front they begin. And
/// frames that weigh more than that together are no chance, though each of them is little evidence.
void FrameChains::skipFalseFront(Start& start) const {
    const float front = m_nodes[start.at].weight();
    const double chance = std::min(kFalseFront, std::log2(static_cast<double>(start.at) + 1));
    while (!beginsSegment(start.at)) {
        const auto header = parseFrameHeader(m_bytes.subspan(start.at));
        if (!header || start.at + header->frameSize() >= m_bytes.size()) return;
        const std::size_t next = start.at + static_cast<std::size_t>(header->frameSize());
        if (m_nodes[next].broken()) return;
        if (front - m_nodes[next].weight() >= chance) return;
        start.at = next;
        start.weight = m_nodes[next].weight() - placeBits(next);
    }
}

std::optional<FrameChains::Start> FrameChains::first(double needed) const {
    std::optional<Start> first;
    std::uint32_t last = 0;
    for (std::size_t at = 0; at < m_nodes.size(); ++at) {
        if (m_nodes[at].broken() || (first && m_nodes[at].last != last)) continue;
        const double weight = m_nodes[at].weight() - placeBits(at);
        if (weight < (first ? first->weight : needed)) continue;
        first = Start{at, weight, 0};
        last = m_nodes[at].last;
    }
    if (first) skipFalseFront(*first);
    return first;
}

std::optional<FrameChains::Start> FrameChains::best() const {
    std::optional<Start> best;
    for (std::size_t at = 0; at < m_nodes.size(); ++at) {
        if (m_nodes[at].broken()) continue;
        const double weight = m_nodes[at].weight() - placeBits(at);
        if (!best || weight > best->weight) best = Start{at, weight, 0};
    }
    if (!best) return std::nullopt;
    skipFalseFront(*best);
    best->rival = kBroken;
    const std::uint32_t last = m_nodes[best->at].last;
    for (std::size_t at = 0; at < m_nodes.size(); ++at) {
        if (m_nodes[at].broken() || m_nodes[at].last == last) continue;
        best->rival = std::max(best->rival, m_nodes[at].weight() - placeBits(at));
    }
    return best;
}

}  // namespace framescope::websocket
