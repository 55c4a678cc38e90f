// Telling codecs apart; see decompressor.h.
#include "capture/file/decompressor.h"

#include "capture/file/file_order.h"

namespace framescope {
namespace {

// RFC 1952 section 2.3.1; RFC 8878 sections 3.1.1 and 3.1.2; the frame format of LZ4, whose legacy
// frames have a magic number of their own.
constexpr std::uint32_t zstdMagic = 0xfd2fb528;
constexpr std::uint32_t lz4Magic = 0x184d2204;
constexpr std::uint32_t lz4LegacyMagic = 0x184c2102;
constexpr std::uint32_t skippableMagic = 0x184d2a50;  // And the 15 behind it.

}  // namespace

const char* codecName(Codec codec) {
    switch (codec) {
        case Codec::Gzip:
            return "gzip";
        case Codec::Zstd:
            return "zstd";
        case Codec::Lz4:
            return "lz4";
    }
    return "";
}

const char* codecTool(Codec codec) {
    switch (codec) {
        case Codec::Gzip:
            return "zcat";
        case Codec::Zstd:
            return "zstdcat";
        case Codec::Lz4:
            return "lz4cat";
    }
    return "";
}

std::optional<Codec> codecOf(ByteView start) {
    if (start.size() >= 2 && start[0] == 0x1f && start[1] == 0x8b) return Codec::Gzip;
    if (start.size() < codecMagicLength) return std::nullopt;
    const std::uint32_t magic = FileOrder(false).u32(start, 0);
    if (magic == zstdMagic) return Codec::Zstd;
    if (magic == lz4Magic || magic == lz4LegacyMagic) return Codec::Lz4;
    return std::nullopt;
}

bool startsSkippable(ByteView start) {
    return start.size() >= codecMagicLength &&
           (FileOrder(false).u32(start, 0) & ~15U) == skippableMagic;
}

std::uint64_t skippableLength(ByteView head) {
    return skippableHeadLength + std::uint64_t{FileOrder(false).u32(head, 4)};
}

std::unique_ptr<Decompressor> makeDecompressor(Codec codec) {
    switch (codec) {
        case Codec::Gzip:
            return makeGzipDecompressor();
        case Codec::Zstd:
            return makeZstdDecompressor();
        case Codec::Lz4:
            return makeLz4Decompressor();
    }
    return nullptr;
}

}  // namespace framescope
