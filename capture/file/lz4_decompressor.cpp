// LZ4: frames, frames that are to be skipped, and the legacy frames of lz4 -l and of Linux kernels,
// which are blocks of up to 8 MiB without an end mark.
//
// As with zstd the library gets one block a call, so that all before a damaged one have come.
#include <algorithm>
#include <lz4.h>
#include <lz4frame.h>
#include <string_view>

#include "capture/file/decompressor.h"
#include "capture/file/file_order.h"

namespace framescope {
namespace {

constexpr std::uint32_t legacyMagic = 0x184c2102;
constexpr std::size_t legacyBlock = std::size_t{8} << 20;

/// The blocks of a legacy frame behind its magic number.
class LegacyBlocks {
public:
    Decompressor::Step step(ByteView in, std::span<std::uint8_t> out) {
        Decompressor::Step result;
        if (m_given < m_plain.size()) {
            result.given = std::min(out.size(), m_plain.size() - m_given);
            std::copy_n(m_plain.begin() + static_cast<std::ptrdiff_t>(m_given), result.given,
                        out.begin());
            m_given += result.given;
            return result;
        }
        if (m_length == 0) {
            if (in.size() < 4) return result;
            const std::uint32_t length = FileOrder(false).u32(in, 0);
            // No block is as long: this is the magic number of the next frame, or something else.
            if (length == 0 || length > LZ4_COMPRESSBOUND(legacyBlock)) {
                result.state = Decompressor::State::FrameEnded;
                return result;
            }
            m_length = length;
            result.taken = 4;
            return result;
        }
        result.taken = std::min(in.size(), m_length - m_block.size());
        m_block.insert(m_block.end(), in.begin(),
                       in.begin() + static_cast<std::ptrdiff_t>(result.taken));
        if (m_block.size() < m_length) return result;
        m_plain.resize(legacyBlock);
        const int size = LZ4_decompress_safe(
            reinterpret_cast<const char*>(m_block.data()), reinterpret_cast<char*>(m_plain.data()),
            static_cast<int>(m_block.size()), static_cast<int>(m_plain.size()));
        if (size < 0) result.state = Decompressor::State::Failed;
        m_plain.resize(static_cast<std::size_t>(std::max(size, 0)));
        m_given = 0;
        m_length = 0;
        m_block.clear();
        return result;
    }

    bool betweenBlocks() const { return m_length == 0 && m_given == m_plain.size(); }

private:
    Bytes m_block;             // Compressed, as far as it has come.
    std::size_t m_length = 0;  // Of the block; 0 between blocks.
    Bytes m_plain;             // What the last one held.
    std::size_t m_given = 0;   // Of m_plain.
};

/// The library's codes are names only; the numbers are not public.
Decompressor::State stateOf(std::size_t error) {
    const std::string_view name = LZ4F_getErrorName(error);
    if (name == "ERROR_allocation_failed") return Decompressor::State::NoMemory;
    if (name == "ERROR_contentChecksum_invalid") return Decompressor::State::ChecksumWrong;
    return Decompressor::State::Failed;
}

class Lz4Decompressor : public Decompressor {
public:
    Lz4Decompressor() {
        if (LZ4F_isError(LZ4F_createDecompressionContext(&m_context, LZ4F_VERSION)) != 0)
            m_context = nullptr;
    }
    ~Lz4Decompressor() override { LZ4F_freeDecompressionContext(m_context); }
    Lz4Decompressor(const Lz4Decompressor&) = delete;
    Lz4Decompressor& operator=(const Lz4Decompressor&) = delete;

    bool ready() const { return m_context != nullptr; }
    bool mayEnd() const override { return m_frame == Frame::Legacy && m_legacy.betweenBlocks(); }

    Step step(ByteView in, std::span<std::uint8_t> out) override {
        if (m_frame == Frame::None) {
            if (in.size() < codecMagicLength) return {};
            if (FileOrder(false).u32(in, 0) == legacyMagic) {
                m_frame = Frame::Legacy;
                m_legacy = {};
                return {codecMagicLength, 0, State::GoOn};
            }
            m_frame = Frame::Modern;
            m_wanted = codecMagicLength;
        }
        const Step result = m_frame == Frame::Legacy ? m_legacy.step(in, out) : modern(in, out);
        if (result.state == State::FrameEnded) m_frame = Frame::None;
        return result;
    }

private:
    enum class Frame : std::uint8_t { None, Modern, Legacy };

    Step modern(ByteView in, std::span<std::uint8_t> out) {
        std::size_t taken = std::min(in.size(), m_wanted);
        std::size_t given = out.size();
        const std::size_t status =
            LZ4F_decompress(m_context, out.data(), &given, in.data(), &taken, nullptr);
        if (LZ4F_isError(status) != 0) {
            return {0, 0, stateOf(status)};
        }
        m_wanted = status;
        return {taken, given, status == 0 ? State::FrameEnded : State::GoOn};
    }

    LZ4F_dctx* m_context = nullptr;
    Frame m_frame = Frame::None;
    std::size_t m_wanted = 0;  // Bytes that complete the next step of a modern frame.
    LegacyBlocks m_legacy;
};

}  // namespace

std::unique_ptr<Decompressor> makeLz4Decompressor() {
    auto made = std::make_unique<Lz4Decompressor>();
    if (!made->ready()) return nullptr;
    return made;
}

}  // namespace framescope
