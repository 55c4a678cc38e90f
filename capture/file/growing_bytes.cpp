// Parts are kept in order of their positions; the last one is the one that grows.
#include "capture/file/growing_bytes.h"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <string>
#include <utility>

namespace framescope {

std::optional<Error> GrowingBytes::beginPart(const std::filesystem::path& path) {
    FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) {
        return Error{
            "\"" + path.string() +
            "\", to which the capture is written, cannot be read: " + std::strerror(errno) + '.'};
    }
    const std::lock_guard lock(m_mutex);
    m_parts.push_back({path, std::make_shared<FileDescriptor>(std::move(fd)), m_end, 0});
    return std::nullopt;
}

void GrowingBytes::grewTo(std::uint64_t bytesOfPart) {
    {
        const std::lock_guard lock(m_mutex);
        if (m_parts.empty() || bytesOfPart <= m_parts.back().size) return;
        m_parts.back().size = bytesOfPart;
        m_end = m_parts.back().begin + bytesOfPart;
    }
    m_grew.notify_all();
}

void GrowingBytes::forgetOldestPart() {
    const std::lock_guard lock(m_mutex);
    if (!m_parts.empty()) m_parts.erase(m_parts.begin());
}

void GrowingBytes::moved(std::vector<std::filesystem::path> paths) {
    const std::lock_guard lock(m_mutex);
    for (std::size_t i = 0; i < std::min(paths.size(), m_parts.size()); ++i) {
        m_parts[i].path = std::move(paths[i]);
    }
}

void GrowingBytes::end() {
    {
        const std::lock_guard lock(m_mutex);
        m_ended = true;
    }
    m_grew.notify_all();
}

bool GrowingBytes::hasEnded() const {
    const std::lock_guard lock(m_mutex);
    return m_ended;
}

std::uint64_t GrowingBytes::size() const {
    const std::lock_guard lock(m_mutex);
    return m_end;
}

std::vector<std::filesystem::path> GrowingBytes::paths() const {
    const std::lock_guard lock(m_mutex);
    std::vector<std::filesystem::path> paths;
    for (const Part& part : m_parts) paths.push_back(part.path);
    return paths;
}

std::uint64_t GrowingBytes::firstReadable() const {
    const std::lock_guard lock(m_mutex);
    return m_parts.empty() ? m_end : m_parts.front().begin;
}

Result<std::size_t> GrowingBytes::readAt(std::uint64_t offset, std::span<std::uint8_t> out) const {
    std::size_t done = 0;
    while (done < out.size()) {
        std::shared_ptr<FileDescriptor> fd;
        std::uint64_t position = offset + done;
        std::size_t wanted = out.size() - done;
        std::filesystem::path path;
        {
            const std::lock_guard lock(m_mutex);
            const auto behind =
                std::upper_bound(m_parts.begin(), m_parts.end(), position,
                                 [](std::uint64_t wantedPosition, const Part& part) {
                                     return wantedPosition < part.begin;
                                 });
            if (behind == m_parts.begin()) break;
            // A part may be empty; the one in front of `behind` is then the last that is not
            // behind.
            const Part& part = *std::prev(behind);
            position -= part.begin;
            if (position >= part.size) break;
            wanted =
                static_cast<std::size_t>(std::min<std::uint64_t>(wanted, part.size - position));
            fd = part.fd;
            path = part.path;
        }
        const std::ptrdiff_t n = readFullyAt(fd->get(), position, out.subspan(done, wanted));
        if (n < 0) {
            if (done > 0) break;
            return Error{"\"" + path.string() + "\" cannot be read at byte " +
                         std::to_string(position) + ": " + std::strerror(errno) + '.'};
        }
        done += static_cast<std::size_t>(n);
        if (static_cast<std::size_t>(n) < wanted) break;
    }
    return done;
}

bool GrowingBytes::waitBeyond(std::uint64_t position, std::chrono::milliseconds time) const {
    std::unique_lock lock(m_mutex);
    return m_grew.wait_for(lock, time, [&] { return m_end > position || m_ended; });
}

}  // namespace framescope
