// Saving a capture that has ended; see spool.h. A copy is written beside the target under another
// name and takes its place when it is complete and on the disk.
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <optional>
#include <random>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "capture/live/spool.h"
#include "dissector/core/bytes.h"

namespace framescope::live {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlock = std::size_t{1} << 20;
/// Less what the user's umask takes away.
constexpr mode_t kNewMode = 0666;

Error cannotSave(const fs::path& target, int error) {
    return {"The capture cannot be saved as \"" + target.string() +
            "\": " + std::generic_category().message(error) + '.'};
}

/// The rights of a file that is there, which it keeps when it is replaced.
std::optional<mode_t> rightsOf(const fs::path& target) {
    struct stat info {};
    if (::stat(target.c_str(), &info) != 0) return std::nullopt;
    return static_cast<mode_t>(info.st_mode & 0777);
}

/// A file that is deleted unless it is kept. Until it takes the place of another one it is the
/// user's own; where there is none it has at once the rights that the user's files have.
class PartialFile {
public:
    explicit PartialFile(const fs::path& target) : m_rights(rightsOf(target)) {
        const std::string name =
            (target.parent_path() / ('.' + target.filename().string() + '.')).string();
        std::random_device random;
        for (int tries = 0; tries < 100 && !m_fd; ++tries) {
            m_name = name + std::to_string(random());
            m_fd = FileDescriptor(::open(m_name.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC,
                                         m_rights ? S_IRUSR | S_IWUSR : kNewMode));
            if (!m_fd && errno != EEXIST) break;
        }
    }
    ~PartialFile() {
        if (m_fd && !m_kept) ::unlink(m_name.c_str());
    }
    PartialFile(const PartialFile&) = delete;
    PartialFile& operator=(const PartialFile&) = delete;

    const FileDescriptor& fd() const { return m_fd; }
    /// False with errno set when it could not take the place of `target`.
    bool replace(const fs::path& target) {
        // Some file systems have no rights to set.
        if (m_rights && ::fchmod(m_fd.get(), *m_rights) != 0 && errno != EPERM) return false;
        if (::fsync(m_fd.get()) != 0 && errno != EINVAL) return false;
        m_kept = ::rename(m_name.c_str(), target.c_str()) == 0;
        return m_kept;
    }

private:
    std::optional<mode_t> m_rights;
    std::string m_name;
    FileDescriptor m_fd;
    bool m_kept = false;
};

/// What a file at `target` is to have. How a new one begins depends on the umask, which can only be
/// read by setting it for the whole process, and on its folder; so one is made and looked at.
std::optional<mode_t> wantedRights(const fs::path& target) {
    if (const auto rights = rightsOf(target)) return rights;
    const PartialFile attempt(target);
    struct stat info {};
    if (!attempt.fd() || ::fstat(attempt.fd().get(), &info) != 0) return std::nullopt;
    return static_cast<mode_t>(info.st_mode & 0777);
}

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
    const auto rights = wantedRights(target);
    if (::rename(file.c_str(), target.c_str()) != 0) {
        if (errno == EXDEV) return copyAll(files, readable, target, progress);
        return cannotSave(wanted, errno);
    }
    // Last, so that nothing is lost where the renaming fails.
    if (static_cast<std::uint64_t>(info.st_size) > readable &&
        ::truncate(target.c_str(), static_cast<off_t>(readable)) != 0) {
        return cannotSave(wanted, errno);
    }
    // A spool is its user's own; what was saved is as open as any other file. Where that cannot be
    // set it stays closed, which is no reason to call the saving failed.
    if (rights) (void)::chmod(target.c_str(), *rights);
    if (progress) progress(readable);
    return true;
}

}  // namespace framescope::live
