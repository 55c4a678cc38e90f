// A folder gets its name only when its lock is held, so that nobody who looks for left captures
// finds one that is being made. Looking takes a shared lock, which fails while the owner lives and
// does not disturb others who look.
#include "capture/live/spool.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <fstream>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include "capture/file/capture_file.h"
#include "capture/file/capture_reader.h"
#include "capture/live/wall_clock.h"

namespace framescope::live {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kAbout = "about";
/// Begins the names of folders that are not locked yet.
constexpr std::string_view kUnfinished = ".new-";
/// A folder that is still unfinished after this time will never be finished.
constexpr std::int64_t kUnfinishedNs = 60'000'000'000;

std::string reason(int error) {
    return std::generic_category().message(error) + '.';
}

std::string oneLine(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
    return text;
}

std::string encode(const SpoolDescription& description) {
    return "source " + oneLine(description.source) + "\nfilter " + oneLine(description.filter) +
           "\nstarted " + std::to_string(description.startedNs) + '\n';
}

SpoolDescription readDescription(const fs::path& file) {
    SpoolDescription description;
    std::ifstream in(file);
    std::string line;
    while (std::getline(in, line)) {
        const std::size_t space = line.find(' ');
        if (space == std::string::npos) continue;
        const std::string key = line.substr(0, space);
        const std::string value = line.substr(space + 1);
        if (key == "source") description.source = value;
        if (key == "filter") description.filter = value;
        if (key == "started") {
            std::from_chars(value.data(), value.data() + value.size(), description.startedNs);
        }
    }
    return description;
}

FileDescriptor lockAbout(const fs::path& folder, int operation) {
    FileDescriptor fd(::open((folder / kAbout).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
    if (fd && ::flock(fd.get(), operation | LOCK_NB) != 0) return {};
    return fd;
}

std::int64_t modifiedNs(const fs::path& file) {
    struct stat info {};
    if (::stat(file.c_str(), &info) != 0) return 0;
    return std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
}

/// Captures of a ring are numbered with at least five digits, so a longer name is a later file.
std::vector<fs::path> captureFiles(const fs::path& folder) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        if (it->path().filename().string().starts_with("capture")) files.push_back(it->path());
    }
    std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
        const std::string left = a.filename().string();
        const std::string right = b.filename().string();
        return left.size() != right.size() ? left.size() < right.size() : left < right;
    });
    return files;
}

bool holdsPacket(const fs::path& path) {
    auto file = CaptureFile::open(path);
    if (!file) return false;
    CaptureReader reader(*file);
    CapturedPacket packet;
    return reader.next(packet) == ReadStep::Packet;
}

void removeFolder(const fs::path& folder) {
    std::error_code ignored;
    fs::remove_all(folder, ignored);
}

/// "20260131-120000-4711"
std::string folderName(std::int64_t startedNs) {
    const auto seconds =
        static_cast<std::time_t>((startedNs != 0 ? startedNs : wallClockNs()) / 1'000'000'000);
    std::tm local{};
    ::localtime_r(&seconds, &local);
    char moment[32];
    std::strftime(moment, sizeof moment, "%Y%m%d-%H%M%S-", &local);
    return moment + std::to_string(::getpid());
}

/// Gives the folder its name, with a number behind it where that is taken. The new name, or errno.
std::optional<fs::path> giveName(const fs::path& folder, const std::string& name) {
    // A folder that exists is never empty, so renaming cannot take its place.
    for (int i = 1; i < 10'000; ++i) {
        fs::path target = folder.parent_path() / (i == 1 ? name : name + '-' + std::to_string(i));
        if (::rename(folder.c_str(), target.c_str()) == 0) return target;
        if (errno != EEXIST && errno != ENOTEMPTY) return std::nullopt;
    }
    return std::nullopt;
}

/// Deletes what a crash left between making a folder and giving it its name.
void removeUnfinished(const fs::path& folder) {
    if (wallClockNs() - modifiedNs(folder) < kUnfinishedNs) return;
    std::error_code ignored;
    const bool hasAbout = fs::exists(folder / kAbout, ignored);
    const FileDescriptor lock = lockAbout(folder, LOCK_EX);
    if (lock || !hasAbout) removeFolder(folder);
}

}  // namespace

fs::path defaultSpoolBase() {
    const auto environment = [](const char* name) -> fs::path {
        const char* value = std::getenv(name);
        return value != nullptr ? value : "";
    };
    // The XDG base directory specification: relative paths are to be ignored.
    const fs::path cache = environment("XDG_CACHE_HOME");
    const fs::path home = environment("HOME");
    if (cache.is_absolute()) return cache / "framescope" / "live";
    if (home.is_absolute()) return home / ".cache" / "framescope" / "live";
    std::error_code ignored;
    const fs::path temporary = fs::temp_directory_path(ignored);
    // Other users can see that folder: each has one of their own in it.
    return (temporary.empty() ? "/tmp" : temporary) / ("framescope-" + std::to_string(::getuid())) /
           "live";
}

Result<std::shared_ptr<Spool>> Spool::create(const SpoolDescription& description,
                                             const fs::path& wantedBase) {
    const fs::path base = wantedBase.empty() ? defaultSpoolBase() : wantedBase;
    std::error_code made;
    fs::create_directories(base, made);
    const auto failed = [&](int error) {
        return Error{"No folder for the capture can be made in \"" + base.string() +
                     "\": " + reason(error)};
    };
    std::string name = (base / (std::string(kUnfinished) + "XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr) return failed(made ? made.value() : errno);
    const fs::path unfinished = name;
    const auto giveUp = [&](int error) {
        removeFolder(unfinished);
        return failed(error);
    };

    FileDescriptor about(
        ::open((unfinished / kAbout).c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!about || ::flock(about.get(), LOCK_EX | LOCK_NB) != 0) return giveUp(errno);
    const std::string text = encode(description);
    if (!writeFullyAt(about.get(), 0, asBytes(text))) return giveUp(errno);
    const auto folder = giveName(unfinished, folderName(description.startedNs));
    if (!folder) return giveUp(errno);
    return std::shared_ptr<Spool>(new Spool(*folder, description, std::move(about)));
}

Result<std::shared_ptr<Spool>> Spool::adopt(const fs::path& folder) {
    // Somebody who looks holds the lock for a moment; an owner keeps it.
    constexpr int kTries = 20;
    constexpr useconds_t kPauseUs = 5000;
    for (int i = 0; i < kTries; ++i) {
        errno = 0;
        FileDescriptor lock = lockAbout(folder, LOCK_EX);
        if (lock) {
            return std::shared_ptr<Spool>(
                new Spool(folder, readDescription(folder / kAbout), std::move(lock)));
        }
        if (errno != EWOULDBLOCK) {
            return Error{"The capture in \"" + folder.string() +
                         "\" cannot be taken over: " + reason(errno)};
        }
        ::usleep(kPauseUs);
    }
    return Error{"The capture in \"" + folder.string() +
                 "\" belongs to a program that is still running."};
}

Spool::~Spool() = default;

std::vector<fs::path> Spool::files() const {
    return captureFiles(m_folder);
}

void Spool::discard() {
    removeFolder(m_folder);
}

std::vector<LeftCapture> findLeftCaptures(const fs::path& wantedBase) {
    const fs::path base = wantedBase.empty() ? defaultSpoolBase() : wantedBase;
    std::vector<fs::path> folders;
    std::error_code error;
    for (fs::directory_iterator it(base, error), end; !error && it != end; it.increment(error)) {
        if (it->is_directory(error) && !it->is_symlink(error)) folders.push_back(it->path());
    }
    std::vector<LeftCapture> left;
    for (const fs::path& folder : folders) {
        if (folder.filename().string().starts_with(kUnfinished)) {
            removeUnfinished(folder);
            continue;
        }
        FileDescriptor lock = lockAbout(folder, LOCK_SH);
        if (!lock) continue;
        const std::vector<fs::path> files = captureFiles(folder);
        if (!std::any_of(files.begin(), files.end(), holdsPacket)) {
            // Only for whoever gets it alone; another one may be adopting it.
            if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0) removeFolder(folder);
            continue;
        }
        LeftCapture capture{folder, readDescription(folder / kAbout), 0, 0};
        for (const fs::path& file : files) {
            std::error_code ignored;
            const auto size = fs::file_size(file, ignored);
            if (!ignored) capture.bytes += size;
            capture.lastWrittenNs = std::max(capture.lastWrittenNs, modifiedNs(file));
        }
        left.push_back(std::move(capture));
    }
    std::sort(left.begin(), left.end(), [](const LeftCapture& a, const LeftCapture& b) {
        return a.lastWrittenNs > b.lastWrittenNs;
    });
    return left;
}

}  // namespace framescope::live
