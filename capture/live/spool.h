// The folder that holds a capture while it is taken, and after a crash until somebody decides about
// it. One folder a capture, below the user's cache folder:
//
//     ~/.cache/framescope/live/20260131-120000-4711/
//         about             who captures what since when; locked as long as the owner lives
//         capture.pcapng    or, of a ring, capture_00001_20260131120000.pcapng, ...
//
// The lock (flock) goes with the process, however it ends, so a folder that can be locked was left
// behind.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "capture/file/file_descriptor.h"
#include "capture/live/capture_options.h"
#include "capture/result.h"

namespace framescope::live {

/// ~/.cache/framescope/live, or below XDG_CACHE_HOME; the system's temporary folder without a home.
std::filesystem::path defaultSpoolBase();

/// What stands in `about`.
struct SpoolDescription {
    std::string source;          ///< "lo", "pipe", "user@host:eth0"
    std::string filter;          ///< empty for none
    std::int64_t startedNs = 0;  ///< since 1970
};

class Spool {
public:
    /// Makes and locks a folder that only the user may read. An empty `base` means
    /// defaultSpoolBase().
    static Result<std::shared_ptr<Spool>> create(const SpoolDescription& description,
                                                 const std::filesystem::path& base = {});
    /// Takes over a folder that was left behind; an Error if its owner lives after all.
    static Result<std::shared_ptr<Spool>> adopt(const std::filesystem::path& folder);
    /// Lets go of the lock. Deletes nothing: see discard().
    ~Spool();
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;

    const std::filesystem::path& folder() const { return m_folder; }
    const SpoolDescription& description() const { return m_description; }
    /// The capture files in it, in their order.
    std::vector<std::filesystem::path> files() const;
    /// Deletes the folder and what is in it.
    void discard();

private:
    Spool(std::filesystem::path folder, SpoolDescription description, FileDescriptor lock)
        : m_folder(std::move(folder)),
          m_description(std::move(description)),
          m_lock(std::move(lock)) {}

    std::filesystem::path m_folder;
    SpoolDescription m_description;
    FileDescriptor m_lock;
};

/// A capture that an earlier run has left behind.
struct LeftCapture {
    std::filesystem::path folder;
    SpoolDescription description;
    std::uint64_t bytes = 0;
    std::int64_t lastWrittenNs = 0;
};
/// Those in `base`, the latest first. Folders without a packet are deleted on the way.
std::vector<LeftCapture> findLeftCaptures(const std::filesystem::path& base = {});

/// Whether saving may take the files away from where they are: not while somebody writes to them.
enum class SaveBy : std::uint8_t { MovingOrCopying, Copying };

/// Brings the captured files to `target`: by renaming when it is one file on the same file system,
/// else by copying, several one behind the other (which is a pcapng file again). Only the first
/// `readable` bytes of all are taken, which leaves out a block that a crash cut in two. `progress`
/// is told the bytes done and ends the saving by returning false; nothing is left at `target` then.
/// An existing target is replaced only when all went well, and keeps its rights; a new one has
/// those of the user's files. Returns whether the files were moved.
Result<bool> saveCapture(const std::vector<std::filesystem::path>& files, std::uint64_t readable,
                         const std::filesystem::path& target,
                         const std::function<bool(std::uint64_t)>& progress,
                         SaveBy how = SaveBy::MovingOrCopying);

}  // namespace framescope::live
