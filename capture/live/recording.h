// The files that a live capture is written to: in a spool of its own or where the person wants
// them, one file or the files of a ring. Makes them, tells the readers how far they have grown, and
// deletes those a ring lets go of. Whoever captures writes the bytes.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "capture/file/file_descriptor.h"
#include "capture/live/capture_options.h"
#include "capture/live/spool.h"
#include "capture/result.h"

namespace framescope {

class GrowingBytes;

namespace live {

class CaptureControl;

/// The name of file `number` (from 1) of a ring, as dumpcap makes it: NAME_00001_20260131120000.EXT
/// in local time.
std::filesystem::path ringFileName(const std::filesystem::path& name, std::uint64_t number,
                                   std::int64_t secondsSince1970);

/// A sentence about a file that could not be written, and a hint where the disk is full.
std::string writeFailure(const std::filesystem::path& path, int error);

class Recording {
public:
    /// Nothing is made before nextFile(). `extension` is that of files in a spool, ".pcapng".
    Recording(CaptureControl& control, Destination destination, SpoolDescription description,
              bool ring, std::string extension);

    /// Makes the next file, empty and open for writing; the first call makes the spool as well. A
    /// named file that existed is emptied. Readers see it only when begin() is called.
    Result<FileDescriptor> nextFile();
    /// The file made last is written to from now on, the one before is complete.
    std::optional<Error> begin();
    /// The current file holds so many bytes. When its header is there, the capture can be read.
    std::optional<Error> grewTo(std::uint64_t bytes);
    /// The writer is gone: whatever stands in the files counts, and a file that was made but never
    /// written to is deleted.
    void finish();

    /// The current file.
    const std::filesystem::path& path() const { return m_path; }
    bool begun() const { return m_files > 0; }

private:
    std::optional<Error> makePlace();
    void letGoOfOldFiles();

    CaptureControl& m_control;
    Destination m_destination;
    SpoolDescription m_description;
    bool m_ring;
    std::string m_extension;
    std::shared_ptr<Spool> m_spool;
    std::shared_ptr<GrowingBytes> m_bytes;
    std::filesystem::path m_path;
    std::filesystem::path m_next;  ///< made, and not yet begun
    std::deque<std::filesystem::path> m_kept;
    std::uint64_t m_made = 0;
    std::uint64_t m_files = 0;
    bool m_readable = false;
};

}  // namespace live
}  // namespace framescope
