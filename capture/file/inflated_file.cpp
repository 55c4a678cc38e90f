// Inflating on demand; see inflated_file.h. Codecs know their frames; what is done here is to go on
// behind the end of a frame (files may be several joined together) and to say plainly how the data
// ended.
#include "capture/file/inflated_file.h"

#include <algorithm>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>

namespace framescope {
namespace {

constexpr std::size_t inputBlock = std::size_t{256} << 10;
constexpr std::size_t outputBlock = std::size_t{1} << 20;

std::vector<std::filesystem::path> spoolFolders(const std::filesystem::path& wanted) {
    if (!wanted.empty()) return {wanted};
    std::vector<std::filesystem::path> folders;
    const auto environment = [](const char* name) -> std::filesystem::path {
        const char* value = std::getenv(name);
        return value != nullptr ? value : "";
    };
    // The XDG base directory specification: relative paths are to be ignored.
    const std::filesystem::path cache = environment("XDG_CACHE_HOME");
    const std::filesystem::path home = environment("HOME");
    if (cache.is_absolute()) {
        folders.push_back(cache / "framescope");
    } else if (home.is_absolute()) {
        folders.push_back(home / ".cache" / "framescope");
    }
    std::error_code ignored;
    const auto temporary = std::filesystem::temp_directory_path(ignored);
    folders.push_back(temporary.empty() ? "/tmp" : temporary);
    return folders;
}

/// A file without a name: the system takes its room back when it is closed, even after a crash.
FileDescriptor createUnnamed(const std::filesystem::path& folder) {
    std::error_code ignored;
    std::filesystem::create_directories(folder, ignored);
    std::string name = (folder / "spool-XXXXXX").string();
    FileDescriptor fd(::mkostemp(name.data(), O_CLOEXEC));
    if (fd) ::unlink(name.c_str());
    return fd;
}

}  // namespace

Result<std::unique_ptr<InflatedFile>> InflatedFile::open(std::unique_ptr<PlainFile> file,
                                                         Codec codec,
                                                         const std::filesystem::path& spoolFolder) {
    auto decompressor = makeDecompressor(codec);
    if (!decompressor) return Error{"There is not enough memory to decompress a capture."};
    const auto folders = spoolFolders(spoolFolder);
    int reason = 0;
    for (const auto& folder : folders) {
        FileDescriptor spool = createUnnamed(folder);
        reason = errno;
        if (!spool) continue;
        return std::unique_ptr<InflatedFile>(new InflatedFile(
            std::move(file), codec, std::move(decompressor), std::move(spool), folder));
    }
    return Error{'"' + file->path().string() +
                 "\" is compressed, and no temporary file can be made in " +
                 folders.front().string() +
                 " to decompress it: " + std::generic_category().message(reason) + "."};
}

InflatedFile::InflatedFile(std::unique_ptr<PlainFile> file, Codec codec,
                           std::unique_ptr<Decompressor> decompressor, FileDescriptor spool,
                           std::filesystem::path folder)
    : m_file(std::move(file)),
      m_codec(codec),
      m_spool(std::move(spool)),
      m_spoolFolder(std::move(folder)),
      m_decompressor(std::move(decompressor)),
      m_frameCodec(codec),
      m_input(inputBlock),
      m_output(outputBlock) {}

Result<std::size_t> InflatedFile::readAt(std::uint64_t offset, std::span<std::uint8_t> out) const {
    const std::uint64_t spooled = m_spooled;
    if (offset >= spooled) return std::size_t{0};
    const auto present =
        static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), spooled - offset));
    const std::ptrdiff_t n = readFullyAt(m_spool.get(), offset, out.first(present));
    if (n < 0) {
        return Error{"The temporary file in " + m_spoolFolder.string() +
                     " cannot be read: " + std::generic_category().message(errno) + "."};
    }
    return static_cast<std::size_t>(n);
}

Result<std::size_t> InflatedFile::readOn(std::uint64_t offset, std::span<std::uint8_t> out) {
    {
        const std::lock_guard lock(m_mutex);
        // Written so that no sum can wrap: stop once `out.size()` bytes lie behind `offset`.
        while (!m_ended && !m_failure && (m_spooled < offset || m_spooled - offset < out.size())) {
            m_failure = inflateMore();
        }
        // What was inflated before the failure is still given.
        if (m_failure && m_spooled <= offset) return *m_failure;
    }
    return readAt(offset, out);
}

std::optional<Notice> InflatedFile::endNotice() const {
    const std::lock_guard lock(m_mutex);
    return m_endNotice;
}

std::optional<std::uint64_t> InflatedFile::size() const {
    const std::lock_guard lock(m_mutex);
    if (!m_ended) return std::nullopt;
    return m_spooled;
}

/// Has the codec go one step on, and spools what came.
std::optional<Error> InflatedFile::inflateMore() {
    const Decompressor::Step step = m_decompressor->step(m_rest, m_output);
    take(step.taken);
    // Also when the data turned out to be damaged: what came before the damage is good.
    if (auto error = spool(ByteView(m_output).first(step.given))) return error;
    switch (step.state) {
        case Decompressor::State::FrameEnded:
            return frameEnded();
        case Decompressor::State::NoMemory:
            return Error{"There is not enough memory to decompress the capture."};
        case Decompressor::State::Failed:
            end(NoticeCode::CompressedDamaged, step.what);
            return std::nullopt;
        case Decompressor::State::Refused:
            end(NoticeCode::CompressedRefused, step.what);
            return std::nullopt;
        case Decompressor::State::ChecksumWrong:
            end(NoticeCode::CompressedChecksumWrong,
                "was read, but its checksum does not agree with what it holds,");
            return std::nullopt;
        case Decompressor::State::GoOn:
            break;
    }
    if (step.taken != 0 || step.given != 0) return std::nullopt;
    const auto more = refill();
    if (!more) return more.error();
    if (*more) return std::nullopt;
    if (m_rest.empty() && m_decompressor->mayEnd()) {
        m_ended = true;
    } else {
        take(m_rest.size());
        end(NoticeCode::CompressedCutOff, "is cut off");
    }
    return std::nullopt;
}

void InflatedFile::take(std::size_t count) {
    m_rest = m_rest.subspan(count);
    m_consumed += count;
}

/// Reads on behind what was not taken yet. False when there is no more.
Result<bool> InflatedFile::refill() {
    const auto n = m_file->readAt(m_consumed, m_input);
    if (!n) return n.error();
    const bool more = *n > m_rest.size();
    if (more) m_rest = ByteView(m_input).first(*n);
    return more;
}

std::optional<Error> InflatedFile::spool(ByteView bytes) {
    if (writeFullyAt(m_spool.get(), m_spooled, bytes)) {
        m_spooled += bytes.size();
        return std::nullopt;
    }
    const int reason = errno;
    if (reason == ENOSPC || reason == EDQUOT || reason == EFBIG) {
        return Error{"There is no room left in " + m_spoolFolder.string() +
                     " to decompress the capture; " + std::to_string(m_spooled) +
                     " bytes of it have been decompressed."};
    }
    return Error{"The temporary file in " + m_spoolFolder.string() +
                 " cannot be written: " + std::generic_category().message(reason) + "."};
}

/// Behind a frame comes the end, another frame, or padding; the rest is no concern of ours.
std::optional<Error> InflatedFile::frameEnded() {
    while (true) {
        // Brings a whole magic number together, so that one split by a block is seen whole.
        if (m_rest.size() < codecMagicLength) {
            const auto more = refill();
            if (!more) return more.error();
        }
        if (m_rest.empty()) break;
        if (const auto codec = codecOf(m_rest)) {
            if (*codec == m_frameCodec) return std::nullopt;
            m_frameCodec = *codec;
            m_decompressor = makeDecompressor(*codec);
            if (m_decompressor) return std::nullopt;
            return Error{"There is not enough memory to decompress the capture."};
        }
        if (m_frameCodec != Codec::Gzip && startsSkippable(m_rest)) return std::nullopt;
        if (m_rest.front() != 0) {
            end(NoticeCode::TrailingBytes,
                std::string("is followed by bytes that are not ") + codecName(m_codec));
            return std::nullopt;
        }
        // Tapes and block devices pad with zeros, and gunzip passes over them likewise.
        take(1);
    }
    m_ended = true;
    return std::nullopt;
}

void InflatedFile::end(NoticeCode code, const std::string& what) {
    const std::uint64_t position = m_consumed;
    m_ended = true;
    m_endNotice = Notice{code, position,
                         std::string("The ") + codecName(m_codec) + " compression of the file " +
                             what + " at byte " + std::to_string(position) + " of " +
                             std::to_string(storedSize()) + "."};
}

}  // namespace framescope
