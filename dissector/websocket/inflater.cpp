// zlib does the work. It always gets the greatest window, whatever was agreed: a smaller one saves
// the sender memory and changes nothing about the data, and senders are known that use 512 bytes
// where they announced 256.
#include "dissector/websocket/inflater.h"

#include <array>
#include <cstring>
#include <utility>
#include <zlib.h>

namespace framescope::websocket {
namespace {

constexpr int kRawWindow = -15;  // negative: without a zlib header
constexpr std::size_t kPiece = 32U << 10;

/// zlib tells its errors apart by their text alone.
bool isReferenceTooFarBack(const z_stream& stream) {
    return stream.msg != nullptr && std::strstr(stream.msg, "too far back") != nullptr;
}

}  // namespace

struct Inflater::Stream {
    z_stream z{};
    bool usable = false;

    Stream() { usable = inflateInit2(&z, kRawWindow) == Z_OK; }
    ~Stream() {
        if (usable) inflateEnd(&z);
    }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
};

Inflater::Inflater() = default;
Inflater::~Inflater() = default;
Inflater::Inflater(Inflater&&) noexcept = default;
Inflater& Inflater::operator=(Inflater&&) noexcept = default;

void Inflater::begin(bool keepContext) {
    if (!keepContext || m_inMessage) loseContext();
    if (std::exchange(m_lastBlockEnded, false)) inflateResetKeep(&m_stream->z);
    m_inMessage = true;
    m_fed = false;
    m_tailFed = false;
    m_blockEnded = false;
    m_error = InflateError::None;
}

/// False where there is no memory for it.
bool Inflater::takeToZlib() {
    if (m_inZlib) return true;
    if (m_stream == nullptr) {
        m_stream = std::make_unique<Stream>();
    } else if (m_stream->usable) {
        inflateReset(&m_stream->z);
    }
    if (!m_stream->usable) return false;
    const ByteView window = m_quick.window();
    if (!window.empty()) {
        inflateSetDictionary(&m_stream->z, window.data(), static_cast<uInt>(window.size()));
    }
    m_inZlib = true;
    return true;
}

void Inflater::takeFromZlib() {
    if (!std::exchange(m_inZlib, false)) return;
    std::array<std::uint8_t, QuickInflater::kMaxWindow> window;
    uInt size = 0;
    inflateGetDictionary(&m_stream->z, window.data(), &size);
    m_quick.setWindow(ByteView(window).first(size));
}

/// A whole message; false where nothing was done.
bool Inflater::readQuickly(ByteView compressedAndTail, const InflatedSink& sink) {
    if (m_inVain == kMaxInVain || !QuickInflater::mayRead(compressedAndTail)) return false;
    takeFromZlib();
    const auto said = m_quick.inflate(compressedAndTail);
    m_inVain = said ? 0 : m_inVain + 1;
    if (!said) return false;
    m_fed = true;
    m_blockEnded = true;
    if (!said->empty()) sink(*said);
    return true;
}

InflateError Inflater::feed(ByteView compressed, const InflatedSink& sink) {
    return run(compressed, 0, sink);
}

InflateError Inflater::feedLast(ByteView compressedAndTail, const InflatedSink& sink) {
    m_tailFed = true;
    const bool whole = !m_fed && m_error == InflateError::None;
    if (whole && readQuickly(compressedAndTail, sink)) return m_error;
    return run(compressedAndTail, kDeflateTail.size(), sink);
}

/// The last `tail` bytes are put back only where a block is open in front of them.
InflateError Inflater::run(ByteView compressed, std::size_t tail, const InflatedSink& sink) {
    if (m_error != InflateError::None || compressed.empty()) return m_error;
    if (!takeToZlib()) return fail(InflateError::NotDeflate);
    m_fed = true;
    z_stream& z = m_stream->z;
    std::array<std::uint8_t, kPiece> piece;
    z.next_in = const_cast<Bytef*>(compressed.data());
    // A piece of a stream is one of a packet, or of a file read in blocks: far below 4 GiB.
    z.avail_in = static_cast<uInt>(compressed.size());
    do {
        // Section 7.2.3.4: a block with BFINAL=1 ends no message, and the window stays. This reset
        // keeps it in place; to take it out and put it back would cost a copy of 64 KiB for every
        // two bytes of a stream made of such blocks.
        if (std::exchange(m_lastBlockEnded, false)) inflateResetKeep(&z);
        z.next_out = piece.data();
        z.avail_out = static_cast<uInt>(piece.size());
        const int result = inflate(&z, Z_BLOCK);
        const std::size_t produced = piece.size() - z.avail_out;
        if (produced != 0) sink(ByteView(piece.data(), produced));
        constexpr int kUnusedBits = 31;
        constexpr int kLastBlock = 64;
        constexpr int kBehindBlock = 128;
        const bool behindBlock = result == Z_OK && (z.data_type & kBehindBlock) != 0;
        if (result == Z_STREAM_END || (behindBlock && (z.data_type & kLastBlock) != 0)) {
            m_lastBlockEnded = true;
            m_blockEnded = z.avail_in == 0 || z.avail_in == tail;
        } else if (result == Z_OK) {
            m_blockEnded = behindBlock && (z.data_type & kUnusedBits) == 0;
        } else if (result == Z_BUF_ERROR) {
            break;  // all was read and nothing more comes out
        } else {
            return fail(isReferenceTooFarBack(z) ? InflateError::ContextLost
                                                 : InflateError::NotDeflate);
        }
        if (tail != 0 && m_blockEnded && z.avail_in == tail) break;
    } while (z.avail_in != 0 || z.avail_out == 0);
    return m_error;
}

InflateError Inflater::finish(const InflatedSink& sink) {
    if (m_error != InflateError::None) return m_error;
    // Some senders leave the tail where it is, end with BFINAL=1 and nothing behind it, or send no
    // byte for an empty message. Then nothing is missing.
    if (m_fed && !m_blockEnded) {
        if (!m_tailFed) feed(kDeflateTail, sink);
        if (m_error == InflateError::None && !m_blockEnded) fail(InflateError::NotDeflate);
    }
    m_inMessage = false;
    if (m_error == InflateError::None) m_contextEmpty = false;
    return m_error;
}

InflateError Inflater::fail(InflateError error) {
    loseContext();
    m_error = error;
    return error;
}

void Inflater::loseContext() {
    m_quick.clear();
    m_inZlib = false;
    m_contextEmpty = true;
    m_inMessage = false;
    m_lastBlockEnded = false;
    // The rest of a message that lost its beginning is nothing to inflate.
    m_error = InflateError::ContextLost;
}

Bytes Inflater::saveContext() const {
    if (m_contextEmpty) return {};
    Bytes window(QuickInflater::kMaxWindow);
    ByteView known = m_quick.window();
    if (m_inZlib) {
        uInt size = 0;
        inflateGetDictionary(&m_stream->z, window.data(), &size);
        known = ByteView(window).first(size);
    }
    uLongf packedSize = compressBound(known.size());
    Bytes packed(packedSize);
    // Windows are text more often than not, and those of deflate bombs are all zeros.
    compress2(packed.data(), &packedSize, known.data(), known.size(), Z_BEST_SPEED);
    packed.resize(packedSize);
    packed.shrink_to_fit();
    return packed;
}

bool Inflater::restoreContext(ByteView saved) {
    loseContext();
    if (saved.empty()) return true;
    Bytes window(QuickInflater::kMaxWindow);
    uLongf size = window.size();
    if (uncompress(window.data(), &size, saved.data(), saved.size()) != Z_OK) return false;
    m_quick.setWindow(ByteView(window).first(size));
    m_contextEmpty = false;
    return true;
}

}  // namespace framescope::websocket
