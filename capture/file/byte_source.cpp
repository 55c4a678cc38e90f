// Chooses how a file is read; see byte_source.h.
#include "capture/file/byte_source.h"

#include <array>

#include "capture/file/inflated_file.h"
#include "capture/file/plain_file.h"

namespace framescope {

namespace {

/// The codec of a file, told by its first frame that is not to be skipped; none if it is not
/// compressed.
Result<std::optional<Codec>> codecOfFile(const PlainFile& file) {
    // Programs put one or two such frames in front.
    constexpr int mostSkipped = 64;
    std::uint64_t offset = 0;
    for (int i = 0; i <= mostSkipped; ++i) {
        std::array<std::uint8_t, skippableHeadLength> room{};
        const auto n = file.readAt(offset, room);
        if (!n) return n.error();
        const ByteView start = ByteView(room).first(*n);
        if (const auto codec = codecOf(start)) return codec;
        if (start.size() < skippableHeadLength || !startsSkippable(start)) break;
        offset += skippableLength(start);
    }
    return std::optional<Codec>();
}

}  // namespace

Result<std::unique_ptr<ByteSource>> openByteSource(const std::filesystem::path& path,
                                                   const std::filesystem::path& spoolFolder) {
    auto file = PlainFile::open(path);
    if (!file) return file.error();

    const auto codec = codecOfFile(**file);
    if (!codec) return codec.error();
    if (!codec->has_value()) return std::unique_ptr<ByteSource>(*std::move(file));

    auto inflated = InflatedFile::open(*std::move(file), **codec, spoolFolder);
    if (!inflated) return inflated.error();
    return std::unique_ptr<ByteSource>(*std::move(inflated));
}

}  // namespace framescope
