// zlib has no raw window of 256 bytes. That of 512 serves: zlib never refers further back than 262
// bytes less than its window has, so at most 250.
#include "dissector/websocket/deflater.h"

#include <algorithm>
#include <limits>
#include <new>
#include <zlib.h>

namespace framescope::websocket {
namespace {

constexpr int kSmallestWindow = 9;
constexpr int kGreatestWindow = 15;
constexpr int kMemoryLevel = 8;
constexpr std::size_t kWindowSize = 32U << 10;
constexpr std::size_t kTail = 4;  // 00 00 ff ff
/// Room for the output that is found in one go.
constexpr std::size_t kPiece = 16U << 10;

}  // namespace

struct Deflater::Stream {
    z_stream z{};

    explicit Stream(int windowBits) {
        const int bits = std::clamp(windowBits, kSmallestWindow, kGreatestWindow);
        if (deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -bits, kMemoryLevel,
                         Z_DEFAULT_STRATEGY) != Z_OK) {
            throw std::bad_alloc();
        }
    }
    Stream(const Stream& other) {
        if (deflateCopy(&z, const_cast<z_stream*>(&other.z)) != Z_OK) throw std::bad_alloc();
    }
    Stream& operator=(const Stream&) = delete;
    ~Stream() { deflateEnd(&z); }
};

Deflater::Deflater(int windowBits) : m_windowBits(windowBits) {}
Deflater::~Deflater() = default;
Deflater::Deflater(const Deflater& other)
    : m_windowBits(other.m_windowBits),
      m_stream(other.m_stream ? std::make_unique<Stream>(*other.m_stream) : nullptr) {}
Deflater& Deflater::operator=(const Deflater& other) {
    if (this != &other) *this = Deflater(other);
    return *this;
}
Deflater::Deflater(Deflater&&) noexcept = default;
Deflater& Deflater::operator=(Deflater&&) noexcept = default;

void Deflater::begin(bool keepContext) {
    if (!keepContext && m_stream != nullptr) deflateReset(&m_stream->z);
}

Bytes Deflater::piece(ByteView plain) {
    return plain.empty() ? Bytes() : run(plain);
}

Bytes Deflater::finish(ByteView plain) {
    Bytes out = piece(plain);
    // An empty block that is not compressed; with the tail put back it is whole.
    if (out.empty()) return {0x00};
    out.resize(out.size() - kTail);
    return out;
}

Bytes Deflater::message(ByteView plain, bool keepContext) {
    begin(keepContext);
    return finish(plain);
}

Bytes Deflater::window() const {
    if (m_stream == nullptr) return {};
    Bytes window(kWindowSize);
    uInt size = 0;
    deflateGetDictionary(&m_stream->z, window.data(), &size);
    window.resize(size);
    return window;
}

Bytes Deflater::run(ByteView plain) {
    if (m_stream == nullptr) m_stream = std::make_unique<Stream>(m_windowBits);
    z_stream& z = m_stream->z;
    Bytes out;
    do {
        // zlib counts in 32 bits.
        const auto taken = std::min<std::size_t>(plain.size(), std::numeric_limits<uInt>::max());
        z.next_in = const_cast<Bytef*>(plain.data());
        z.avail_in = static_cast<uInt>(taken);
        plain = plain.subspan(taken);
        std::size_t produced = out.size();
        do {
            out.resize(produced + std::max(kPiece, produced / 2));
            const auto room =
                std::min<std::size_t>(out.size() - produced, std::numeric_limits<uInt>::max());
            z.next_out = out.data() + produced;
            z.avail_out = static_cast<uInt>(room);
            deflate(&z, plain.empty() ? Z_SYNC_FLUSH : Z_NO_FLUSH);
            produced += room - z.avail_out;
        } while (z.avail_out == 0);
        out.resize(produced);
    } while (!plain.empty());
    return out;
}

}  // namespace framescope::websocket
