#include "tests/support/loaded_session.h"

#include <cstdio>
#include <cstdlib>
#include <unistd.h>

#include <QtTest>

#include "capture/file/capture_file.h"
#include "capture/ingest/loader.h"

namespace framescope::test {

std::unique_ptr<Session> loadSession(const std::string& path) {
    auto file = CaptureFile::open(path);
    if (!file) {
        std::fprintf(stderr, "%s\n", file.error().sentence.c_str());
        return nullptr;
    }
    auto session = std::make_unique<Session>(*file);
    readAll(*file, [&](Batch&& batch) {
        session->append(std::move(batch));
        return true;
    });
    return session;
}

std::unique_ptr<Session> loadSession(const CaptureBuilder& capture) {
    std::string path = "/tmp/framescope-test-XXXXXX";
    const int fd = mkstemp(path.data());
    if (fd < 0) return nullptr;
    close(fd);
    std::unique_ptr<Session> session;
    if (capture.write(path)) session = loadSession(path);
    // The session keeps the file open; its name is not needed any more.
    unlink(path.c_str());
    return session;
}

std::vector<std::string> rowLines(const Session& session) {
    std::vector<std::string> lines;
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Record& record = session.record(row);
        const RowText text = session.text(row);
        const char* const mark = record.severity == Severity::Error     ? "# "
                                 : record.severity == Severity::Warning ? "! "
                                                                        : "";
        const char* const sender = record.connection == kNoConnection              ? "- "
                                   : record.direction == Direction::ClientToServer ? "> "
                                                                                   : "< ";
        lines.push_back(sender + text.protocol + "  " + mark + text.info);
    }
    return lines;
}

std::string rowListing(const Session& session) {
    std::string listing;
    for (const std::string& line : rowLines(session)) listing += line + "\n";
    return listing;
}

std::string rowListing(const CaptureBuilder& capture) {
    const auto session = loadSession(capture);
    if (!session) return "not read";
    std::string text = rowListing(*session);
    for (std::size_t at = 0; (at = text.find(", after ", at)) != std::string::npos;) {
        text.erase(at, text.find('\n', at) - at);
    }
    return text;
}

void compareListings(const std::string& actual, const std::string& expected) {
    if (actual != expected) {
        qWarning("expected:\n%s\nactual:\n%s", expected.c_str(), actual.c_str());
    }
    QVERIFY(actual == expected);
}

std::vector<std::string> issueNames(const Session& session, RecordId row) {
    std::vector<std::string> names;
    const Dissection dissection = session.dissect(row);
    for (const FieldIssue& issue : dissection.fields.issues()) {
        names.emplace_back(issueInfo(issue.issue.code).name);
    }
    return names;
}

}  // namespace framescope::test
