// The bytes of a capture as something to read at any position, whatever they are stored in.
//
// Two ways of reading: `readOn` is for whoever goes through the file from front to back and may
// have to produce bytes first (inflate them); `readAt` serves what has been produced, at random.
// Both from any thread, at any time.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>

#include "capture/file/notice.h"
#include "capture/result.h"

namespace framescope {

class ByteSource {
public:
    virtual ~ByteSource() = default;

    /// Reads up to `out.size()` bytes at `offset`. A short count means that there are no more bytes
    /// now (a file may shrink while it is open); an Error that the device failed. Thread-safe.
    virtual Result<std::size_t> readAt(std::uint64_t offset, std::span<std::uint8_t> out) const = 0;

    /// Like readAt, but first produces the bytes that are asked for. A short count: the end.
    virtual Result<std::size_t> readOn(std::uint64_t offset, std::span<std::uint8_t> out) = 0;

    /// Why the bytes end where they end, when that is not simply the end of the file. Worth asking
    /// after a short readOn.
    virtual std::optional<Notice> endNotice() const = 0;

    /// An Error when the stored bytes are known to be others than those first read.
    virtual std::optional<Error> changed() const = 0;

    /// Size of the file on disk, for showing progress.
    virtual std::uint64_t storedSize() const = 0;
    /// How much of the file on disk has been used to reach `offset`, for showing progress.
    virtual std::uint64_t storedPosition(std::uint64_t offset) const = 0;
    /// The number of bytes there are, when it is known without producing them.
    virtual std::optional<std::uint64_t> size() const = 0;
    /// How the file is compressed ("gzip"), or null where its bytes are read as they are.
    /// Positions in a compressed source are not positions in the file on disk.
    virtual const char* compression() const { return nullptr; }
    bool isCompressed() const { return compression() != nullptr; }

    /// True while somebody is still writing: what ends here may go on.
    virtual bool mayGrow() const { return false; }
    /// The first position that can still be read: a ring of files lets go of its oldest.
    virtual std::uint64_t firstReadable() const { return 0; }
    /// Waits until there are bytes behind `position` or it is certain that none will come; false
    /// when the time was over first.
    virtual bool waitBeyond(std::uint64_t position, std::chrono::milliseconds time) const {
        static_cast<void>(position);
        static_cast<void>(time);
        return true;
    }
};

/// Opens a regular file as the bytes of a capture: as it is, or inflated when it is compressed with
/// gzip, zstd or lz4, which is told by its first bytes, not by its name. Inflated bytes go to an
/// unlinked temporary file in `spoolFolder`; when that is empty, in the user's cache folder, or
/// else the system's folder for temporary files.
Result<std::unique_ptr<ByteSource>> openByteSource(const std::filesystem::path& path,
                                                   const std::filesystem::path& spoolFolder = {});

}  // namespace framescope
