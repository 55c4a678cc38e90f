// Inflating on demand; see gzip_file.h. zlib reads the gzip header and checks the CRC; what is done
// here is to go on behind the end of a member (gzip files may be several joined together) and to
// say plainly how the data ended.
#include "capture/file/gzip_file.h"

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
// windowBits of inflateInit2: the largest window, and a gzip header around the data.
constexpr int gzipWindowBits = 15 + 16;

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

bool startsLikeGzip(ByteView start) {
    return start.size() >= 2 && start[0] == 0x1f && start[1] == 0x8b;  // RFC 1952 section 2.3.1
}

Result<std::unique_ptr<GzipFile>> GzipFile::open(std::unique_ptr<PlainFile> file,
                                                 const std::filesystem::path& spoolFolder) {
    const auto folders = spoolFolders(spoolFolder);
    int reason = 0;
    for (const auto& folder : folders) {
        FileDescriptor spool = createUnnamed(folder);
        reason = errno;
        if (!spool) continue;
        auto source =
            std::unique_ptr<GzipFile>(new GzipFile(std::move(file), std::move(spool), folder));
        if (inflateInit2(&source->m_inflater, gzipWindowBits) != Z_OK)
            return Error{"There is not enough memory to decompress a capture."};
        return source;
    }
    return Error{'"' + file->path().string() +
                 "\" is compressed, and no temporary file can be made in " +
                 folders.front().string() +
                 " to decompress it: " + std::generic_category().message(reason) + "."};
}

GzipFile::GzipFile(std::unique_ptr<PlainFile> file, FileDescriptor spool,
                   std::filesystem::path folder)
    : m_file(std::move(file)),
      m_spool(std::move(spool)),
      m_spoolFolder(std::move(folder)),
      m_input(inputBlock),
      m_output(outputBlock) {}

GzipFile::~GzipFile() {
    inflateEnd(&m_inflater);
}

Result<std::size_t> GzipFile::readAt(std::uint64_t offset, std::span<std::uint8_t> out) const {
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

Result<std::size_t> GzipFile::readOn(std::uint64_t offset, std::span<std::uint8_t> out) {
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

std::optional<Notice> GzipFile::endNotice() const {
    const std::lock_guard lock(m_mutex);
    return m_endNotice;
}

std::optional<std::uint64_t> GzipFile::size() const {
    const std::lock_guard lock(m_mutex);
    if (!m_ended) return std::nullopt;
    return m_spooled;
}

/// Inflates until the output block is full or the input block is used up, and spools what came.
std::optional<Error> GzipFile::inflateMore() {
    if (m_inflater.avail_in == 0) {
        if (auto error = refill()) return error;
        if (m_inflater.avail_in == 0) {
            end(NoticeCode::CompressedCutOff, "is cut off");
            return std::nullopt;
        }
    }
    m_inflater.next_out = m_output.data();
    m_inflater.avail_out = static_cast<uInt>(m_output.size());
    const int status = inflate(&m_inflater, Z_NO_FLUSH);
    m_consumed = m_inputRead - m_inflater.avail_in;
    // Also when the data turned out to be damaged: what came before the damage is good.
    if (auto error = spool(ByteView(m_output).first(m_output.size() - m_inflater.avail_out)))
        return error;

    if (status == Z_STREAM_END) return memberEnded();
    if (status == Z_MEM_ERROR) {
        return Error{"There is not enough memory to decompress the capture."};
    } else if (status != Z_OK && status != Z_BUF_ERROR) {
        end(NoticeCode::CompressedDamaged, "is damaged");
    }
    return std::nullopt;
}

std::optional<Error> GzipFile::refill() {
    const auto n = m_file->readAt(m_inputRead, m_input);
    if (!n) return n.error();
    m_inputRead += *n;
    m_inflater.next_in = m_input.data();
    m_inflater.avail_in = static_cast<uInt>(*n);
    return std::nullopt;
}

std::optional<Error> GzipFile::spool(ByteView bytes) {
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

/// Behind a member comes the end, another member, or padding; the rest is no concern of gzip.
std::optional<Error> GzipFile::memberEnded() {
    while (true) {
        if (m_inflater.avail_in < 2) {
            // Bring at least two bytes together, so that a header split by a block is seen whole.
            m_inputRead -= m_inflater.avail_in;
            if (auto error = refill()) return error;
            if (m_inflater.avail_in == 0) break;
        }
        if (startsLikeGzip(ByteView(m_inflater.next_in, m_inflater.avail_in))) {
            inflateReset(&m_inflater);
            return std::nullopt;
        }
        if (*m_inflater.next_in != 0) {
            end(NoticeCode::TrailingBytes, "is followed by bytes that are not gzip");
            return std::nullopt;
        }
        // Tapes and block devices pad with zeros, and gunzip passes over them likewise.
        ++m_inflater.next_in;
        --m_inflater.avail_in;
    }
    m_ended = true;
    m_consumed = m_inputRead;
    return std::nullopt;
}

void GzipFile::end(NoticeCode code, const std::string& what) {
    const std::uint64_t position = m_inputRead - m_inflater.avail_in;
    m_ended = true;
    m_endNotice =
        Notice{code, position,
               "The gzip compression of the file " + what + " at byte " + std::to_string(position) +
                   " of " + std::to_string(storedSize()) + "."};
}

}  // namespace framescope
