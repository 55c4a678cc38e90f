// Chooses how a file is read; see byte_source.h.
#include "capture/file/byte_source.h"

#include <array>

#include "capture/file/gzip_file.h"
#include "capture/file/plain_file.h"

namespace framescope {

Result<std::unique_ptr<ByteSource>> openByteSource(const std::filesystem::path& path,
                                                   const std::filesystem::path& spoolFolder) {
    auto file = PlainFile::open(path);
    if (!file) return file.error();

    std::array<std::uint8_t, 2> start{};
    const auto n = (*file)->readAt(0, start);
    if (!n) return n.error();
    if (!startsLikeGzip(ByteView(start).first(*n)))
        return std::unique_ptr<ByteSource>(*std::move(file));

    auto gzip = GzipFile::open(*std::move(file), spoolFolder);
    if (!gzip) return gzip.error();
    return std::unique_ptr<ByteSource>(*std::move(gzip));
}

}  // namespace framescope
