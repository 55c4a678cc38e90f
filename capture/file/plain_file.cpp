// Opening a file tells the ways apart in which a path is no file to read; see plain_file.h.
#include "capture/file/plain_file.h"

#include <fcntl.h>
#include <limits>
#include <sys/stat.h>
#include <system_error>

namespace framescope {
namespace {

std::string quoted(const std::filesystem::path& path) {
    return '"' + path.string() + '"';
}

std::string systemReason(int number) {
    return std::generic_category().message(number);
}

Error cannotOpen(const std::filesystem::path& path, int number) {
    switch (number) {
        case ENOENT:
        case ENOTDIR:
            return {quoted(path) + " does not exist."};
        case EACCES:
        case EPERM:
            return {quoted(path) + " may not be read: permission is denied."};
        default:
            return {quoted(path) + " cannot be opened: " + systemReason(number) + "."};
    }
}

}  // namespace

Result<std::unique_ptr<PlainFile>> PlainFile::open(const std::filesystem::path& path) {
    // Without O_NONBLOCK, opening a named pipe would wait for somebody to write to it.
    FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) return cannotOpen(path, errno);

    struct stat status {};
    if (::fstat(fd.get(), &status) != 0) return cannotOpen(path, errno);
    if (S_ISDIR(status.st_mode)) return Error{quoted(path) + " is a folder, not a capture file."};
    if (!S_ISREG(status.st_mode))
        return Error{quoted(path) + " is a device or pipe, not a capture file."};
    if (status.st_size == 0) return Error{quoted(path) + " is an empty file, not a capture."};

    return std::unique_ptr<PlainFile>(new PlainFile(
        path, std::move(fd), static_cast<std::uint64_t>(status.st_size), status.st_mtim));
}

Result<std::size_t> PlainFile::readAt(std::uint64_t offset, std::span<std::uint8_t> out) const {
    // A position that the system cannot express is behind the end of every file.
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<off_t>::max());
    if (offset > largest || out.size() > largest - offset) return std::size_t{0};

    const std::ptrdiff_t n = readFullyAt(m_fd.get(), offset, out);
    if (n < 0) {
        return Error{quoted(m_path) + " cannot be read at byte " + std::to_string(offset) + ": " +
                     systemReason(errno) + "."};
    }
    return static_cast<std::size_t>(n);
}

std::optional<Error> PlainFile::changed() const {
    struct stat status {};
    if (::fstat(m_fd.get(), &status) != 0) return std::nullopt;
    const auto size = static_cast<std::uint64_t>(status.st_size);
    if (size > m_sizeAtOpen) return std::nullopt;
    const bool sameTime =
        status.st_mtim.tv_sec == m_modified.tv_sec && status.st_mtim.tv_nsec == m_modified.tv_nsec;
    if (size == m_sizeAtOpen && sameTime) return std::nullopt;
    return Error{quoted(m_path) + " has been changed on disk since it was opened."};
}

std::uint64_t PlainFile::storedSize() const {
    struct stat status {};
    if (::fstat(m_fd.get(), &status) != 0) return m_sizeAtOpen;
    return static_cast<std::uint64_t>(status.st_size);
}

}  // namespace framescope
