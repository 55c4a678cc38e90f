// A file on disk as a byte source: every read is a pread, so a file that shrinks while it is open
// gives short reads (a mapping would kill the program).
#pragma once

#include <ctime>
#include <filesystem>

#include "capture/file/byte_source.h"
#include "capture/file/file_descriptor.h"

namespace framescope {

class PlainFile : public ByteSource {
public:
    /// Opens a regular file that is not empty.
    static Result<std::unique_ptr<PlainFile>> open(const std::filesystem::path& path);

    Result<std::size_t> readAt(std::uint64_t offset, std::span<std::uint8_t> out) const override;
    Result<std::size_t> readOn(std::uint64_t offset, std::span<std::uint8_t> out) override {
        return readAt(offset, out);
    }
    std::optional<Notice> endNotice() const override { return std::nullopt; }
    /// A file that has become larger counts as the same one: somebody may be appending to it.
    std::optional<Error> changed() const override;
    std::uint64_t storedSize() const override;
    std::uint64_t storedPosition(std::uint64_t offset) const override { return offset; }
    std::optional<std::uint64_t> size() const override { return storedSize(); }

    const std::filesystem::path& path() const { return m_path; }

private:
    PlainFile(std::filesystem::path path, FileDescriptor fd, std::uint64_t size, timespec modified)
        : m_path(std::move(path)), m_fd(std::move(fd)), m_sizeAtOpen(size), m_modified(modified) {}

    std::filesystem::path m_path;
    FileDescriptor m_fd;
    std::uint64_t m_sizeAtOpen;
    timespec m_modified;
};

}  // namespace framescope
