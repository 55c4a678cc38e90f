#include "dissector/websocket/quick_inflater.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

namespace framescope::websocket {
namespace {

/// What a code says.
struct Symbol {
    // Kinds, instead of extra bits.
    static constexpr std::uint8_t kLiteral = 0x80;
    static constexpr std::uint8_t kEnd = 0x40;
    static constexpr std::uint8_t kInvalid = 0x20;

    std::uint8_t bits = 0;          ///< of the code
    std::uint8_t extra = kInvalid;  ///< bits behind it, of a length or distance
    std::uint16_t value = 0;        ///< a byte; what the extra bits are added to
};
static_assert(sizeof(Symbol) == 4);

/// Codes stand in the stream with their first bit in front, all other numbers with their last one.
constexpr std::size_t reversed(std::size_t code, unsigned bits) {
    std::size_t result = 0;
    for (unsigned i = 0; i < bits; ++i) result |= (code >> i & 1U) << (bits - 1 - i);
    return result;
}

/// Of a code with the extra bits behind it: all of them of most lengths.
constexpr unsigned kCodeBits = 11;
constexpr std::uint16_t kLongestLength = 258;
constexpr unsigned kDistanceBits = 5;

/// Section 3.2.6, and the lengths of section 3.2.5, by the next eleven bits. Where a length's code
/// and its extra bits fit into those, they are read in one go, as if they were a code that has none
/// behind it.
constexpr std::array<Symbol, 1U << kCodeBits> kCodes = [] {
    std::array<Symbol, 1U << kCodeBits> table{};
    const auto put = [&table](std::size_t code, Symbol symbol) {
        // Whatever follows a shorter code.
        for (std::size_t at = reversed(code, symbol.bits); at < table.size();
             at += std::size_t{1} << symbol.bits) {
            table[at] = symbol;
        }
    };
    for (std::uint16_t byte = 0; byte < 144; ++byte) {
        put(0b0011'0000U + byte, {8, Symbol::kLiteral, byte});
    }
    for (std::uint16_t byte = 144; byte < 256; ++byte) {
        put(0b1'1001'0000U + byte - 144U, {9, Symbol::kLiteral, byte});
    }
    put(0, {7, Symbol::kEnd, 0});
    const auto putLength = [&](std::size_t code, unsigned bits, unsigned extra,
                               std::uint16_t length) {
        if (bits + extra > kCodeBits) {
            const auto behind = static_cast<std::uint8_t>(extra);
            put(code, {static_cast<std::uint8_t>(bits), behind, length});
            return;
        }
        for (std::size_t more = 0; more < std::size_t{1} << extra; ++more) {
            const auto both = static_cast<std::uint8_t>(bits + extra);
            put(code << extra | reversed(more, extra),
                {both, 0, static_cast<std::uint16_t>(length + more)});
        }
    };
    std::uint16_t length = 3;
    for (unsigned i = 0; i < 28; ++i) {
        const unsigned extra = i < 8 ? 0 : i / 4 - 1;
        const bool isShort = i + 1 < 24;
        putLength(isShort ? i + 1 : 0b1100'0000U + i + 1 - 24, isShort ? 7 : 8, extra, length);
        length = static_cast<std::uint16_t>(length + (1U << extra));
    }
    // The longest length has a code of its own; the last two codes say nothing.
    put(0b1100'0101U, {8, 0, kLongestLength});
    put(0b1100'0110U, {8, Symbol::kInvalid, 0});
    put(0b1100'0111U, {8, Symbol::kInvalid, 0});
    return table;
}();

/// The distances of section 3.2.5; the last two of the 32 codes say nothing. Their bits are those
/// of the code and behind it.
constexpr std::array<Symbol, 1U << kDistanceBits> kDistances = [] {
    std::array<Symbol, 1U << kDistanceBits> table{};
    std::uint16_t distance = 1;
    for (std::size_t code = 0; code < 30; ++code) {
        const auto extra = static_cast<std::uint8_t>(code < 4 ? 0 : code / 2 - 1);
        const auto both = static_cast<std::uint8_t>(kDistanceBits + extra);
        table[reversed(code, kDistanceBits)] = {both, extra, distance};
        distance = static_cast<std::uint16_t>(distance + (1U << extra));
    }
    return table;
}();

/// Bits of the message, the first one the lowest.
class Bits {
public:
    explicit Bits(ByteView bytes)
        : m_begin(bytes.data()), m_at(m_begin), m_end(m_begin + bytes.size()) {}

    /// Whether there are as many bytes left as refillFast() asks for.
    bool hasWord() const { return std::endian::native == std::endian::little && m_end - m_at >= 8; }
    /// Has more of them ready than two bytes, a length and its distance take.
    void refillFast() {
        std::uint64_t word;
        std::memcpy(&word, m_at, sizeof word);
        m_bits |= word << m_count;
        // Whole bytes alone are counted; the bits of the one behind them come again.
        m_at += (63 - m_count) >> 3;
        m_count |= 56;
    }
    /// The same, as far as there are any.
    void refill() {
        if (hasWord()) return refillFast();
        if (std::endian::native == std::endian::little && m_end - m_begin >= 8) {
            // The last word, without those of its bytes that were read.
            std::uint64_t word;
            std::memcpy(&word, m_end - sizeof word, sizeof word);
            const auto left = static_cast<int>(m_end - m_at);
            if (left == 0) return;
            m_bits |= word >> (64 - 8 * left) << m_count;
            const int read = std::min((63 - m_count) >> 3, left);
            m_at += read;
            m_count += 8 * read;
            return;
        }
        for (; m_count < 56 && m_at != m_end; m_count += 8) {
            m_bits |= std::uint64_t{*m_at++} << m_count;
        }
    }
    /// So many are ready at least.
    int ready() const { return m_count; }
    /// The next bits, zeros behind the last one.
    std::uint64_t look() const { return m_bits; }
    /// Goes on behind them; false if there are not so many.
    bool skip(unsigned count) {
        m_bits >>= count;
        m_count -= static_cast<int>(count);
        return m_count >= 0;
    }
    std::size_t left() const {
        return static_cast<std::size_t>(m_end - m_at) * 8 + static_cast<std::size_t>(m_count);
    }
    /// The bytes that begin at the next whole one.
    ByteView bytes() const {
        return {m_at - m_count / 8, static_cast<std::size_t>(m_end - m_at + m_count / 8)};
    }

private:
    const std::uint8_t* m_begin;
    const std::uint8_t* m_at;
    const std::uint8_t* m_end;
    std::uint64_t m_bits = 0;
    int m_count = 0;
};

std::uint64_t lowBits(std::uint64_t bits, unsigned count) {
    return bits & ((std::uint64_t{1} << count) - 1);
}

/// Writes `length` bytes that stand `distance` before `to`, and may write kSlack more.
[[gnu::always_inline]] inline void repeat(std::uint8_t* to, std::size_t distance,
                                          std::size_t length) {
    constexpr std::size_t kPiece = 16;
    const std::uint8_t* from = to - distance;
    std::uint8_t* const end = to + length;
    if (distance < kPiece) {
        while (to != end) *to++ = *from++;
        return;
    }
    // Nearly all have no more than two pieces: a jump less whose way nobody can tell beforehand.
    std::memcpy(to, from, kPiece);
    std::memcpy(to + kPiece, from + kPiece, kPiece);
    for (std::size_t done = 2 * kPiece; done < length; done += kPiece) {
        std::memcpy(to + done, from + done, kPiece);
    }
}

/// Where what is written goes: behind what can be referred to, and not beyond its room.
struct Output {
    std::uint8_t* begin;
    std::uint8_t* to;
    std::uint8_t* end;
};

/// Section 3.2.6. False where anything is wrong, or too much.
bool readFixed(Bits& from, Output& out) {
    // A length and its distance, with the bits behind each.
    constexpr int kMostOfSymbol = 32;
    // In registers, not where the caller has them.
    Bits bits = from;
    std::uint8_t* to = out.to;
    std::uint8_t* const begin = out.begin;
    std::uint8_t* const end = out.end;
    const auto stop = [&](bool good) {
        from = bits;
        out.to = to;
        return good;
    };
    const auto next = [&bits] { return kCodes[lowBits(bits.look(), kCodeBits)]; };
    for (;;) {
        Symbol code;
        // Far from the end of either there is nothing to ask about at each symbol.
        if (bits.hasWord() && static_cast<std::size_t>(end - to) >= kLongestLength + 2U) {
            bits.refillFast();
            code = next();
            bits.skip(code.bits);
            if (code.extra == Symbol::kLiteral) {
                *to++ = static_cast<std::uint8_t>(code.value);
                code = next();
                bits.skip(code.bits);
                if (code.extra == Symbol::kLiteral) {
                    *to++ = static_cast<std::uint8_t>(code.value);
                    continue;
                }
            }
        } else {
            if (bits.ready() < kMostOfSymbol) bits.refill();
            code = next();
            if (!bits.skip(code.bits) || to == end) return stop(false);
            if (code.extra == Symbol::kLiteral) {
                *to++ = static_cast<std::uint8_t>(code.value);
                continue;
            }
        }
        std::size_t length = code.value;
        if (code.extra != 0) [[unlikely]] {
            if (code.extra >= Symbol::kInvalid) return stop(code.extra == Symbol::kEnd);
            length += lowBits(bits.look(), code.extra);
            bits.skip(code.extra);
        }
        const Symbol far = kDistances[lowBits(bits.look(), kDistanceBits)];
        if (far.extra == Symbol::kInvalid) return stop(false);
        const std::size_t distance = far.value + lowBits(bits.look() >> kDistanceBits, far.extra);
        if (!bits.skip(far.bits)) return stop(false);
        if (distance > static_cast<std::size_t>(to - begin)) return stop(false);
        if (length > static_cast<std::size_t>(end - to)) return stop(false);
        repeat(to, distance, length);
        to += length;
    }
}

/// Section 3.2.4.
bool readStored(Bits& bits, Output& out) {
    constexpr std::size_t kHeader = 4;
    const ByteView bytes = bits.bytes();
    if (bytes.size() < kHeader) return false;
    const auto length = static_cast<std::size_t>(bytes[0] | bytes[1] << 8);
    const auto check = static_cast<std::size_t>(bytes[2] | bytes[3] << 8);
    if ((length ^ check) != 0xffff || bytes.size() - kHeader < length) return false;
    if (length > static_cast<std::size_t>(out.end - out.to)) return false;
    out.to = std::copy_n(bytes.begin() + kHeader, length, out.to);
    bits = Bits(bytes.subspan(kHeader + length));
    return true;
}

constexpr unsigned kHeaderBits = 3;
enum BlockType : unsigned { kStored = 0, kFixed = 1 };
constexpr std::size_t kTailBits = 32;

/// False where anything is out of the ordinary.
bool readBlocks(Bits bits, Output& out) {
    do {
        bits.refill();
        const auto header = static_cast<unsigned>(lowBits(bits.look(), kHeaderBits));
        if (!bits.skip(kHeaderBits)) return false;
        const bool last = (header & 1) != 0;
        const unsigned type = header >> 1;
        if (last || type > kFixed) return false;
        if (!(type == kStored ? readStored(bits, out) : readFixed(bits, out))) return false;
        // The four bytes would be too many.
        if (bits.left() == kTailBits) return false;
    } while (bits.left() != 0);
    return true;
}

}  // namespace

bool QuickInflater::mayRead(ByteView message) {
    return !message.empty() && (message[0] & 1) == 0 && (message[0] >> 1 & 3U) <= kFixed &&
           message.size() <= kMaxMessage;
}

std::optional<ByteView> QuickInflater::inflate(ByteView message) {
    // Text takes four to eight times what it was packed into; where that does not suffice, there
    // is room for more.
    constexpr std::size_t kUsual = 8;
    for (const std::size_t wanted :
         {std::min(message.size() * kUsual + kUsual, kMaxMessage), kMaxMessage}) {
        makeRoom(wanted);
        std::uint8_t* const begin = m_bytes.get();
        Output out{begin, begin + m_end, begin + m_room};
        if (readBlocks(Bits(message), out)) {
            const ByteView said(begin + m_end, out.to);
            m_end += said.size();
            return said;
        }
        // It was not for want of room, or there is no more.
        if (wanted == kMaxMessage || out.end - out.to > kLongestLength) break;
    }
    return std::nullopt;
}

ByteView QuickInflater::window() const {
    const std::size_t size = std::min(m_end, kMaxWindow);
    return {m_bytes.get() + m_end - size, size};
}

void QuickInflater::setWindow(ByteView window) {
    clear();
    makeRoom(window.size());
    std::copy(window.begin(), window.end(), m_bytes.get());
    m_end = window.size();
}

/// For a message of `wanted` bytes behind the window. A short conversation needs little.
void QuickInflater::makeRoom(std::size_t wanted) {
    if (m_room - m_end >= wanted) return;
    const ByteView kept = window();
    constexpr std::size_t kMost = kMaxWindow + kMaxMessage;
    if (m_room != kMost) {
        m_room = std::min(kMost, std::max(4 * m_room, kept.size() + wanted));
        auto larger = std::make_unique_for_overwrite<std::uint8_t[]>(m_room + kSlack);
        std::copy(kept.begin(), kept.end(), larger.get());
        m_bytes = std::move(larger);
    } else {
        std::memmove(m_bytes.get(), kept.data(), kept.size());
    }
    m_end = kept.size();
}

}  // namespace framescope::websocket
