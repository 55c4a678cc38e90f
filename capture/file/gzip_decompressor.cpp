// gzip (RFC 1952). zlib reads the header of each member and checks its CRC.
#include <string_view>
#include <zlib.h>

#include "capture/file/decompressor.h"

namespace framescope {
namespace {

// windowBits of inflateInit2: the largest window, and a gzip header around the data.
constexpr int gzipWindowBits = 15 + 16;

class GzipDecompressor : public Decompressor {
public:
    GzipDecompressor() : m_ready(inflateInit2(&m_stream, gzipWindowBits) == Z_OK) {}
    ~GzipDecompressor() override { inflateEnd(&m_stream); }
    GzipDecompressor(const GzipDecompressor&) = delete;
    GzipDecompressor& operator=(const GzipDecompressor&) = delete;

    bool ready() const { return m_ready; }

    Step step(ByteView in, std::span<std::uint8_t> out) override {
        if (m_memberEnded) inflateReset(&m_stream);
        m_memberEnded = false;
        // zlib does not write to what it reads.
        m_stream.next_in = const_cast<Bytef*>(in.data());
        m_stream.avail_in = static_cast<uInt>(in.size());
        m_stream.next_out = out.data();
        m_stream.avail_out = static_cast<uInt>(out.size());
        const int status = inflate(&m_stream, Z_NO_FLUSH);
        Step result;
        result.taken = in.size() - m_stream.avail_in;
        result.given = out.size() - m_stream.avail_out;
        m_memberEnded = status == Z_STREAM_END;
        if (m_memberEnded) {
            result.state = State::FrameEnded;
        } else if (status == Z_MEM_ERROR) {
            result.state = State::NoMemory;
        } else if (status != Z_OK && status != Z_BUF_ERROR) {
            result.state = isAtTrailer() ? State::ChecksumWrong : State::Failed;
        }
        return result;
    }

private:
    /// zlib tells by a message alone that what failed is the comparison with the trailer (RFC 1952
    /// section 2.3.1).
    bool isAtTrailer() const {
        const std::string_view message = m_stream.msg != nullptr ? m_stream.msg : "";
        return message == "incorrect data check" || message == "incorrect length check";
    }

    z_stream m_stream = {};
    bool m_ready = false;
    bool m_memberEnded = false;
};

}  // namespace

std::unique_ptr<Decompressor> makeGzipDecompressor() {
    auto made = std::make_unique<GzipDecompressor>();
    if (!made->ready()) return nullptr;
    return made;
}

}  // namespace framescope
