// A capture read to its end, for tests that look at all of its rows.
#pragma once

#include <memory>
#include <string>

#include "capture/file/capture_file.h"
#include "capture/ingest/loader.h"
#include "capture/session/session.h"

namespace framescope::test {

/// The session of a capture file; null, and the reason in `why`, if the file cannot be opened.
inline std::unique_ptr<Session> openSession(const std::string& path, std::string* why = nullptr) {
    const auto file = CaptureFile::open(path);
    if (!file) {
        if (why != nullptr) *why = file.error().sentence;
        return nullptr;
    }
    auto session = std::make_unique<Session>(*file);
    readAll(*file, [&](Batch&& batch) {
        session->append(std::move(batch));
        return true;
    });
    return session;
}

}  // namespace framescope::test
