// The bytes of a capture that is still being written: one file, or the files of a ring as if they
// lay one behind the other. One side (a live capture) says what has come; the other (the ingest,
// and whoever looks at a row) reads.
//
// Positions count through all files that there ever were, so a ring that lets go of its oldest file
// moves nothing; the bytes of that file can no longer be read. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "capture/file/byte_source.h"
#include "capture/file/file_descriptor.h"
#include "capture/result.h"

namespace framescope {

class GrowingBytes {
public:
    /// From here on bytes come from this file, which is opened for reading. The one before is
    /// complete.
    std::optional<Error> beginPart(const std::filesystem::path& path);
    /// The current file has so many bytes now. Wakes who waits.
    void grewTo(std::uint64_t bytesOfPart);
    /// The oldest file is gone from the disk, or about to go: closed, never read again.
    void forgetOldestPart();
    /// The files lie elsewhere now (they were saved by renaming); paths() tells them.
    void moved(std::vector<std::filesystem::path> paths);
    /// Nothing comes any more.
    void end();

    bool hasEnded() const;
    /// Bytes there ever were; positions are below it.
    std::uint64_t size() const;
    /// The files that are still there, oldest first.
    std::vector<std::filesystem::path> paths() const;
    /// Position of the first byte that can still be read.
    std::uint64_t firstReadable() const;

    /// Reads up to out.size() bytes at `offset`; fewer at the end, none where a file was let go.
    Result<std::size_t> readAt(std::uint64_t offset, std::span<std::uint8_t> out) const;
    /// Waits until there are bytes behind `position`, or the end, or the time is over. True if one
    /// of the first two.
    bool waitBeyond(std::uint64_t position, std::chrono::milliseconds time) const;

private:
    struct Part {
        std::filesystem::path path;
        std::shared_ptr<FileDescriptor> fd;  ///< shared, so that a read never holds the lock
        std::uint64_t begin = 0;             ///< position of its first byte
        std::uint64_t size = 0;
    };

    mutable std::mutex m_mutex;
    mutable std::condition_variable m_grew;
    std::vector<Part> m_parts;
    std::uint64_t m_end = 0;
    bool m_ended = false;
};

/// The same as a byte source: what CaptureFile reads from. While it may grow, a reader that comes
/// to the end has not come to a damaged place.
class GrowingFile : public ByteSource {
public:
    explicit GrowingFile(std::shared_ptr<GrowingBytes> bytes) : m_bytes(std::move(bytes)) {}

    Result<std::size_t> readAt(std::uint64_t offset, std::span<std::uint8_t> out) const override {
        return m_bytes->readAt(offset, out);
    }
    Result<std::size_t> readOn(std::uint64_t offset, std::span<std::uint8_t> out) override {
        return m_bytes->readAt(offset, out);
    }
    std::optional<Notice> endNotice() const override { return std::nullopt; }
    std::optional<Error> changed() const override { return std::nullopt; }
    std::uint64_t storedSize() const override { return m_bytes->size(); }
    std::uint64_t storedPosition(std::uint64_t offset) const override { return offset; }
    std::optional<std::uint64_t> size() const override { return m_bytes->size(); }
    bool mayGrow() const override { return !m_bytes->hasEnded(); }
    std::uint64_t firstReadable() const override { return m_bytes->firstReadable(); }
    bool waitBeyond(std::uint64_t position, std::chrono::milliseconds time) const override {
        return m_bytes->waitBeyond(position, time);
    }

private:
    std::shared_ptr<GrowingBytes> m_bytes;
};

}  // namespace framescope
