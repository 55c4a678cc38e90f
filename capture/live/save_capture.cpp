// Saving a capture that has ended; see spool.h. A copy is written beside the target under another
// name and takes its place when it is complete and on the disk.
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "capture/live/spool.h"
#include "dissector/core/bytes.h"

namespace framescope::live {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = std::size_t{1} << 20;

Error cannotSave(const fs::path& target, int error) {
    return {"The capture cannot be saved as \"" + target.string() +
            "\": " + std::generic_category().message(error) + '.'};
}

/// A file that is deleted unless it is kept.
class PartialFile {
public:
    explicit PartialFile(const fs::path& target)
        : m_name((target.parent_path() / ('.' + target.filename().string() + ".XXXXXX")).string()),
          m_fd(::mkostemp(m_name.data(), O_CLOEXEC)) {}
    ~PartialFile() {
        if (m_fd && !m_kept) ::unlink(m_name.c_str());
    }
    PartialFile(const PartialFile&) = delete;
    PartialFile& operator=(const PartialFile&) = delete;

    const FileDescriptor& fd() const { return m_fd; }
    /// False with errno set when it could not take the place of `target`.
    bool replace(const fs::path& target) {
        if (::fsync(m_fd.get()) != 0 && errno != EINVAL) return false;
        m_kept = ::rename(m_name.c_str(), target.c_str()) == 0;
        return m_kept;
    }

private:
    std::string m_name;
    FileDescriptor m_fd;
    bool m_kept = false;
};

Result<bool> copyAll(const std::vector<fs::path>& files, std::uint64_t readable,
                     const fs::path& target, const std::function<bool(std::uint64_t)>& progress) {
    PartialFile partial(target);
    if (!partial.fd()) return cannotSave(target, errno);
    Bytes block(kBlock);
    std::uint64_t done = 0;
    for (const fs::path& file : files) {
        const FileDescriptor in(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
        if (!in) {
            return Error{"\"" + file.string() + "\", which holds the capture, cannot be read: " +
                         std::generic_category().message(errno) + '.'};
        }
        for (std::uint64_t at = 0; done < readable;) {
            const auto wanted =
                static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, readable - done));
            const std::ptrdiff_t n = readFullyAt(in.get(), at, std::span(block).first(wanted));
            if (n < 0) {
                return Error{"\"" + file.string() +
                             "\", which holds the capture, cannot be read: " +
                             std::generic_category().message(errno) + '.'};
            }
            if (n == 0) break;
            const auto bytes = static_cast<std::size_t>(n);
            if (!writeFullyAt(partial.fd().get(), done, ByteView(block).first(bytes))) {
                return cannotSave(target, errno);
            }
            at += bytes;
            done += bytes;
            if (progress && !progress(done)) return Error{"The saving was cancelled."};
        }
    }
    if (!partial.replace(target)) return cannotSave(target, errno);
    return false;
}

}  // namespace

Result<bool> saveCapture(const std::vector<fs::path>& files, std::uint64_t readable,
                         const fs::path& wanted, const std::function<bool(std::uint64_t)>& progress,
                         SaveBy how) {
    std::error_code error;
    // What a link points to is replaced, not the link.
    fs::path target = fs::weakly_canonical(fs::absolute(wanted, error), error);
    if (error) target = wanted;
    if (fs::is_directory(target, error)) return cannotSave(wanted, EISDIR);
    if (files.size() != 1 || how == SaveBy::Copying)
        return copyAll(files, readable, target, progress);

    struct stat info {};
    const fs::path& file = files.front();
    if (::stat(file.c_str(), &info) != 0) {
        return Error{"\"" + file.string() + "\", which holds the capture, is not there any more: " +
                     std::generic_category().message(errno) + '.'};
    }
    if (::rename(file.c_str(), target.c_str()) != 0) {
        if (errno == EXDEV) return copyAll(files, readable, target, progress);
        return cannotSave(wanted, errno);
    }
    // Last, so that nothing is lost where the renaming fails.
    if (static_cast<std::uint64_t>(info.st_size) > readable &&
        ::truncate(target.c_str(), static_cast<off_t>(readable)) != 0) {
        return cannotSave(wanted, errno);
    }
    if (progress) progress(readable);
    return true;
}

}  // namespace framescope::live
