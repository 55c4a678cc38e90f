#include "tests/support/memory_capture.h"

#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/file/capture_file.h"
#include "capture/ingest/loader.h"
#include "tests/support/row_checks.h"

namespace framescope::test {
namespace {

/// Without a file nothing can be tested.
void orEnd(bool worked, const char* what) {
    if (worked) return;
    std::perror(what);
    std::abort();
}

}  // namespace

MemoryCapture::MemoryCapture(ByteView bytes) : m_file(memfd_create("capture", MFD_CLOEXEC)) {
    orEnd(m_file >= 0, "memfd_create");
    while (!bytes.empty()) {
        const ssize_t written = write(m_file, bytes.data(), bytes.size());
        orEnd(written > 0, "write");
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

MemoryCapture::~MemoryCapture() {
    close(m_file);
}

void MemoryCapture::cut(std::size_t size) {
    orEnd(ftruncate(m_file, static_cast<off_t>(size)) == 0, "ftruncate");
}

std::string MemoryCapture::path() const {
    return "/proc/self/fd/" + std::to_string(m_file);
}

std::unique_ptr<Session> MemoryCapture::read(const std::function<void(const Batch&)>& look) const {
    const auto file = CaptureFile::open(path());
    if (!file) return nullptr;
    auto session = std::make_unique<Session>(*file);
    readAll(*file, [&](Batch&& batch) {
        if (look) look(batch);
        session->append(std::move(batch));
        return true;
    });
    return session;
}

std::string wrongChoice(const Session& session) {
    constexpr RecordId kEnds = 3;
    constexpr RecordId kBetween = 12;
    constexpr std::size_t kWithIssues = 12;
    if (const std::string why = wrongSums(session); !why.empty()) return why;
    if (const std::string why = wrongCoverage(session); !why.empty()) return why;
    const RecordId count = session.rowCount();
    std::set<RecordId> chosen;
    for (RecordId i = 0; i < std::min(count, kEnds); ++i) {
        chosen.insert(i);
        chosen.insert(count - 1 - i);
    }
    for (RecordId row = 0; row < count; row += count / kBetween + 1) chosen.insert(row);
    std::size_t withIssues = 0;
    for (RecordId row = 0; row < count && withIssues < kWithIssues; ++row) {
        if (session.record(row).severity < Severity::Warning) continue;
        chosen.insert(row);
        ++withIssues;
    }
    for (const RecordId row : chosen) {
        const std::string why = wrongRow(session, row);
        if (!why.empty()) return "row " + std::to_string(row + 1) + ": " + why;
    }
    return {};
}

}  // namespace framescope::test
