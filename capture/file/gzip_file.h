// A gzip-compressed file as a byte source.
//
// gzip can only be read from front to back, so the reader's progress inflates it (readOn) into a
// temporary file that has no name any more; random reads are served from there. The number of bytes
// inflated so far is published after they are written, so readAt needs no lock.
#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>
#include <vector>
#include <zlib.h>

#include "capture/file/byte_source.h"
#include "capture/file/file_descriptor.h"
#include "capture/file/plain_file.h"
#include "dissector/core/bytes.h"

namespace framescope {

/// True when a file that starts like this is gzip data.
bool startsLikeGzip(ByteView start);

class GzipFile : public ByteSource {
public:
    /// Takes over an open file that startsLikeGzip(). `spoolFolder` as in openByteSource().
    static Result<std::unique_ptr<GzipFile>> open(std::unique_ptr<PlainFile> file,
                                                  const std::filesystem::path& spoolFolder);
    ~GzipFile() override;

    Result<std::size_t> readAt(std::uint64_t offset, std::span<std::uint8_t> out) const override;
    Result<std::size_t> readOn(std::uint64_t offset, std::span<std::uint8_t> out) override;
    std::optional<Notice> endNotice() const override;
    /// What was inflated stays what it was, whatever becomes of the compressed file.
    std::optional<Error> changed() const override { return std::nullopt; }
    std::uint64_t storedSize() const override { return m_file->storedSize(); }
    std::uint64_t storedPosition(std::uint64_t) const override { return m_consumed; }
    std::optional<std::uint64_t> size() const override;
    const char* compression() const override { return "gzip"; }

private:
    GzipFile(std::unique_ptr<PlainFile> file, FileDescriptor spool, std::filesystem::path folder);

    std::optional<Error> inflateMore();
    std::optional<Error> refill();
    std::optional<Error> spool(ByteView bytes);
    std::optional<Error> memberEnded();
    void end(NoticeCode code, const std::string& what);

    std::unique_ptr<PlainFile> m_file;
    FileDescriptor m_spool;
    std::filesystem::path m_spoolFolder;
    std::atomic<std::uint64_t> m_spooled = 0;   // Inflated bytes that can be read.
    std::atomic<std::uint64_t> m_consumed = 0;  // Compressed bytes that inflate() has taken.

    mutable std::mutex m_mutex;  // Over all that follows: one thread inflates at a time.
    z_stream m_inflater = {};
    Bytes m_input;
    Bytes m_output;
    std::uint64_t m_inputRead = 0;  // Compressed bytes read from the file.
    bool m_ended = false;
    std::optional<Error> m_failure;  // Final: output was lost, so inflating cannot go on.
    std::optional<Notice> m_endNotice;
};

}  // namespace framescope
