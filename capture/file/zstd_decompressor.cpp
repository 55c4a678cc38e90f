// zstd (RFC 8878), frames that are to be skipped among it.
//
// The library gives nothing of a call in which it meets damage, so it is handed one block a call:
// then all blocks before the damaged one have come.
#include <algorithm>
#include <zstd.h>
#include <zstd_errors.h>

#include "capture/file/decompressor.h"

namespace framescope {
namespace {

/// The largest window, and with it the memory, that a frame may ask for: 2^27 bytes, which is what
/// zstd itself accepts unless it is told otherwise. Frames made with --long=31 ask for more.
constexpr int maxWindowLog = 27;

const char* reasonOf(std::size_t status) {
    switch (ZSTD_getErrorCode(status)) {
        case ZSTD_error_frameParameter_windowTooLarge:
            return "needs more than 128 MiB of memory, from a frame on that ends";
        case ZSTD_error_dictionary_wrong:
            return "needs a dictionary that is not in the file, from a frame on that ends";
        default:
            return "is damaged";
    }
}

Decompressor::State stateOf(std::size_t status) {
    switch (ZSTD_getErrorCode(status)) {
        case ZSTD_error_memory_allocation:
            return Decompressor::State::NoMemory;
        case ZSTD_error_frameParameter_windowTooLarge:
        case ZSTD_error_dictionary_wrong:
            return Decompressor::State::Refused;
        case ZSTD_error_checksum_wrong:
            return Decompressor::State::ChecksumWrong;
        default:
            return Decompressor::State::Failed;
    }
}

class ZstdDecompressor : public Decompressor {
public:
    ZstdDecompressor() : m_stream(ZSTD_createDStream()) {
        if (m_stream == nullptr) return;
        ZSTD_DCtx_setParameter(m_stream, ZSTD_d_windowLogMax, maxWindowLog);
        m_wanted = ZSTD_initDStream(m_stream);
    }
    ~ZstdDecompressor() override { ZSTD_freeDStream(m_stream); }
    ZstdDecompressor(const ZstdDecompressor&) = delete;
    ZstdDecompressor& operator=(const ZstdDecompressor&) = delete;

    bool ready() const { return m_stream != nullptr && ZSTD_isError(m_wanted) == 0; }

    Step step(ByteView in, std::span<std::uint8_t> out) override {
        ZSTD_inBuffer input{in.data(), std::min(in.size(), std::max<std::size_t>(m_wanted, 1)), 0};
        ZSTD_outBuffer output{out.data(), out.size(), 0};
        const std::size_t status = ZSTD_decompressStream(m_stream, &output, &input);
        Step result;
        result.taken = input.pos;
        result.given = output.pos;
        if (ZSTD_isError(status) != 0) {
            result.state = stateOf(status);
            result.what = reasonOf(status);
            return result;
        }
        m_wanted = status;
        // Behind a frame the library begins with the next one by itself.
        if (status == 0 && (result.taken != 0 || result.given != 0))
            result.state = State::FrameEnded;
        return result;
    }

private:
    ZSTD_DStream* m_stream;
    std::size_t m_wanted = 0;  // Bytes that complete the next step; 0 between frames.
};

}  // namespace

std::unique_ptr<Decompressor> makeZstdDecompressor() {
    auto made = std::make_unique<ZstdDecompressor>();
    if (!made->ready()) return nullptr;
    return made;
}

}  // namespace framescope
