// A file has three moments: made (somebody may write to it), begun (it is what is written to), and
// let go. See recording.h.
#include "capture/live/recording.h"

#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <string_view>
#include <system_error>
#include <utility>

#include "capture/file/capture_file.h"
#include "capture/file/growing_bytes.h"
#include "capture/file/pcap_format.h"
#include "capture/live/capture_thread.h"

namespace framescope::live {
namespace {

/// Captures hold other people's secrets: in a spool they are the user's own. A file that the user
/// named has the rights that the user's files have.
constexpr mode_t kSpoolMode = 0600;
constexpr mode_t kNamedMode = 0666;

std::uint64_t sizeOf(const std::filesystem::path& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    return error ? 0 : size;
}

}  // namespace

std::filesystem::path ringFileName(const std::filesystem::path& name, std::uint64_t number,
                                   std::int64_t secondsSince1970) {
    const std::time_t time = secondsSince1970;
    std::tm local{};
    ::localtime_r(&time, &local);
    char digits[24];
    std::snprintf(digits, sizeof digits, "_%05llu_", static_cast<unsigned long long>(number));
    char moment[24];
    std::strftime(moment, sizeof moment, "%Y%m%d%H%M%S", &local);
    std::filesystem::path made = name;
    made.replace_filename(name.stem().string() + digits + moment + name.extension().string());
    return made;
}

std::string writeFailure(const std::filesystem::path& path, int error) {
    if (error == ENOSPC || error == EDQUOT) {
        return "There is no room left for \"" + path.string() +
               "\": what was captured until then is kept.";
    }
    return "\"" + path.string() +
           "\" cannot be written: " + std::generic_category().message(error) + '.';
}

Recording::Recording(CaptureControl& control, Destination destination, SpoolDescription description,
                     bool ring, std::string extension)
    : m_control(control),
      m_destination(std::move(destination)),
      m_description(std::move(description)),
      m_ring(ring),
      m_extension(std::move(extension)) {}

std::optional<Error> Recording::makePlace() {
    if (m_bytes) return std::nullopt;
    if (m_destination.file.empty()) {
        auto spool = Spool::create(m_description, m_destination.spoolBase);
        if (!spool) return spool.error();
        m_spool = *std::move(spool);
    }
    m_bytes = std::make_shared<GrowingBytes>();
    m_control.writesTo(m_bytes, m_spool);
    return std::nullopt;
}

Result<FileDescriptor> Recording::nextFile() {
    if (const auto error = makePlace()) return *error;
    const std::filesystem::path name =
        m_spool ? m_spool->folder() / ("capture" + m_extension) : m_destination.file;
    m_next = m_ring ? ringFileName(name, m_made + 1, std::time(nullptr)) : name;
    FileDescriptor fd(::open(m_next.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                             m_spool ? kSpoolMode : kNamedMode));
    if (!fd) return Error{writeFailure(std::exchange(m_next, {}), errno)};
    ++m_made;
    return fd;
}

std::optional<Error> Recording::begin() {
    if (m_next.empty()) return std::nullopt;
    if (!m_path.empty()) m_bytes->grewTo(sizeOf(m_path));
    m_path = std::exchange(m_next, {});
    if (auto error = m_bytes->beginPart(m_path)) return error;
    m_kept.push_back(m_path);
    ++m_files;
    letGoOfOldFiles();
    m_control.change([&](Status& status) { status.figures.files = m_files; });
    return std::nullopt;
}

void Recording::letGoOfOldFiles() {
    if (!m_ring || m_destination.ringFiles == 0) return;
    while (m_kept.size() > m_destination.ringFiles) {
        m_bytes->forgetOldestPart();
        std::error_code ignored;
        std::filesystem::remove(m_kept.front(), ignored);
        m_kept.pop_front();
    }
}

std::optional<Error> Recording::grewTo(std::uint64_t bytes) {
    if (!begun()) return std::nullopt;
    m_bytes->grewTo(bytes);
    std::shared_ptr<CaptureFile> file;
    if (!m_readable && bytes >= pcapFileHeaderLength) {
        auto opened = CaptureFile::ofGrowing(m_bytes, m_path);
        if (!opened) return opened.error();
        file = *std::move(opened);
        m_readable = true;
    }
    m_control.change([&](Status& status) {
        status.figures.spoolBytes = m_bytes->size();
        if (!file) return;
        status.file = std::move(file);
        if (status.phase == Phase::Starting) status.phase = Phase::Running;
    });
    return std::nullopt;
}

void Recording::finish() {
    if (begun()) grewTo(sizeOf(m_path));
    if (m_next.empty()) return;
    if (sizeOf(m_next) > 0) {
        const std::filesystem::path next = m_next;
        if (!begin()) grewTo(sizeOf(next));
    } else {
        std::error_code ignored;
        std::filesystem::remove(std::exchange(m_next, {}), ignored);
    }
}

}  // namespace framescope::live
