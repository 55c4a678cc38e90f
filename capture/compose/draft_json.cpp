// Saved messages: files with one draft each.
#include "capture/compose/draft_json.h"

#include <cerrno>
#include <fcntl.h>
#include <random>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "capture/compose/payload_bytes.h"
#include "dissector/payload/utf8.h"

namespace framescope::compose {

namespace {

namespace fs = std::filesystem;

constexpr int kIndent = 2;

/// Calls `change` for the path of every file that the draft names.
template <typename Change>
void changePaths(Payload& payload, const Change& change) {
    if (payload.kind == Payload::Kind::File && !payload.text.empty()) {
        payload.text = change(fs::path(payload.text)).string();
    }
}

template <typename Change>
void changePaths(FrameDraft& draft, const Change& change) {
    changePaths(draft.payload, change);
    for (auto& [after, inner] : draft.between) changePaths(inner, change);
}

template <typename Change>
void changePaths(Draft& draft, const Change& change) {
    if (auto* const frame = std::get_if<FrameDraft>(&draft)) {
        changePaths(*frame, change);
    } else if (auto* const packet = std::get_if<EngineIoDraft>(&draft)) {
        changePaths(packet->data, change);
    } else if (auto* const event = std::get_if<SocketIoDraft>(&draft)) {
        for (Payload& attachment : event->attachments) changePaths(attachment, change);
    } else {
        changePaths(std::get<RawDraft>(draft).bytes, change);
    }
}

std::string inQuotes(const fs::path& path) {
    return "\"" + path.string() + "\"";
}

/// A file beside the one to be written, gone unless it took its place.
class PartialFile {
public:
    explicit PartialFile(const fs::path& target)
        : m_name(target.string() + "." + std::to_string(std::random_device{}()) + ".part"),
          m_fd(::open(m_name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666)),
          m_error(errno) {}
    ~PartialFile() {
        if (m_fd < 0) return;
        ::close(m_fd);
        if (!m_kept) ::unlink(m_name.c_str());
    }
    PartialFile(const PartialFile&) = delete;
    PartialFile& operator=(const PartialFile&) = delete;

    /// False, and errno says why.
    bool write(std::string_view text) {
        errno = m_error;
        if (m_fd < 0) return false;
        while (!text.empty()) {
            const ssize_t done = ::write(m_fd, text.data(), text.size());
            if (done < 0 && errno == EINTR) continue;
            if (done < 0) return false;
            text.remove_prefix(static_cast<std::size_t>(done));
        }
        return true;
    }
    /// With the rights of a file that is there already. False, and errno says why.
    bool replace(const fs::path& target) {
        struct stat info {};
        if (::stat(target.c_str(), &info) == 0 && ::fchmod(m_fd, info.st_mode & 07777) != 0) {
            return false;
        }
        if (::fsync(m_fd) != 0) return false;
        m_kept = ::rename(m_name.c_str(), target.c_str()) == 0;
        return m_kept;
    }

private:
    std::string m_name;
    int m_fd;
    int m_error;  ///< why it could not be made
    bool m_kept = false;
};

}  // namespace

Result<Draft> loadDraft(const fs::path& file) {
    std::error_code error;
    const auto size = fs::file_size(file, error);
    if (!error && size > kMaxDraftFile) {
        return Error{inQuotes(file) + " is no saved message: it is larger than " +
                     byteCountText(kMaxDraftFile) + "."};
    }
    const auto bytes = bytesOf({Payload::Kind::File, file.string()});
    if (!bytes) return bytes.error();
    auto draft = parseDraft(asText(*bytes));
    if (!draft) {
        return Error{inQuotes(file) + " is no saved message: " + draft.error().sentence};
    }
    const fs::path folder = file.parent_path();
    changePaths(*draft, [&folder](const fs::path& path) { return folder / path; });
    return draft;
}

Result<bool> saveDraft(const Draft& draft, const fs::path& file) {
    std::error_code error;
    // What a link points to is replaced, not the link.
    fs::path target = fs::weakly_canonical(fs::absolute(file, error), error);
    if (error) target = file;
    Draft written = draft;
    const fs::path folder = target.parent_path();
    changePaths(written, [&folder](const fs::path& path) {
        std::error_code unknown;
        fs::path absolute = fs::weakly_canonical(fs::absolute(path, unknown), unknown);
        if (unknown) absolute = path;
        const fs::path below = absolute.lexically_relative(folder);
        return below.empty() || *below.begin() == ".." ? absolute : below;
    });
    PartialFile partial(target);
    if (!partial.write(toJson(written, kIndent) + '\n') || !partial.replace(target)) {
        return Error{inQuotes(file) +
                     " cannot be saved: " + std::generic_category().message(errno) + "."};
    }
    return true;
}

}  // namespace framescope::compose
