// A compressed file (gzip, zstd, lz4) as a byte source.
//
// Such a file can only be read from front to back, so the reader's progress inflates it (readOn)
// into a temporary file that has no name any more; random reads are served from there. The number
// of bytes inflated so far is published after they are written, so readAt needs no lock.
//
// What is claimed inside costs nothing: memory is two blocks and what the codec bounds, time goes
// on only as far as somebody reads, and the room is that of the disk, whose end is an Error.
#pragma once

#include <atomic>
#include <filesystem>
#include <mutex>
#include <vector>

#include "capture/file/byte_source.h"
#include "capture/file/decompressor.h"
#include "capture/file/file_descriptor.h"
#include "capture/file/plain_file.h"
#include "dissector/core/bytes.h"

namespace framescope {

class InflatedFile : public ByteSource {
public:
    /// Takes over an open file whose first frame that is not to be skipped is of `codec`.
    /// `spoolFolder` as in openByteSource().
    static Result<std::unique_ptr<InflatedFile>> open(std::unique_ptr<PlainFile> file, Codec codec,
                                                      const std::filesystem::path& spoolFolder);

    Result<std::size_t> readAt(std::uint64_t offset, std::span<std::uint8_t> out) const override;
    Result<std::size_t> readOn(std::uint64_t offset, std::span<std::uint8_t> out) override;
    std::optional<Notice> endNotice() const override;
    /// What was inflated stays what it was, whatever becomes of the compressed file.
    std::optional<Error> changed() const override { return std::nullopt; }
    std::uint64_t storedSize() const override { return m_file->storedSize(); }
    std::uint64_t storedPosition(std::uint64_t) const override { return m_consumed; }
    std::optional<std::uint64_t> size() const override;
    const char* compression() const override { return codecName(m_codec); }

private:
    InflatedFile(std::unique_ptr<PlainFile> file, Codec codec,
                 std::unique_ptr<Decompressor> decompressor, FileDescriptor spool,
                 std::filesystem::path folder);

    std::optional<Error> inflateMore();
    Result<bool> refill();
    std::optional<Error> spool(ByteView bytes);
    std::optional<Error> frameEnded();
    void take(std::size_t count);
    void end(NoticeCode code, const std::string& what);

    std::unique_ptr<PlainFile> m_file;
    const Codec m_codec;  // Of the file; frames behind the first may have another.
    FileDescriptor m_spool;
    std::filesystem::path m_spoolFolder;
    std::atomic<std::uint64_t> m_spooled = 0;   // Inflated bytes that can be read.
    std::atomic<std::uint64_t> m_consumed = 0;  // Compressed bytes that were taken.

    mutable std::mutex m_mutex;  // Over all that follows: one thread inflates at a time.
    std::unique_ptr<Decompressor> m_decompressor;
    Codec m_frameCodec;
    Bytes m_input;
    Bytes m_output;
    ByteView m_rest;  // Of m_input, what was not taken yet; begins at m_consumed of the file.
    bool m_ended = false;
    std::optional<Error> m_failure;  // Final: output was lost, so inflating cannot go on.
    std::optional<Notice> m_endNotice;
};

}  // namespace framescope
