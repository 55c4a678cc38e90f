// A capture that was read: from a builder or from a file, in one call.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "capture/session/session.h"
#include "tests/support/capture_builder.h"

namespace framescope::test {

/// Reads the whole file on this thread. Null, and a printed reason, if it cannot be opened.
std::unique_ptr<Session> loadSession(const std::string& path);
/// The same for a capture in memory, by way of a temporary file that is gone afterwards.
std::unique_ptr<Session> loadSession(const CaptureBuilder& capture);

/// One line a row: "> Socket.IO  EVENT  hello", with "#" in front of the info of rows that have an
/// error, "!" for a warning.
std::vector<std::string> rowLines(const Session& session);
/// The rows' lines as one text, easier to compare and to read when it differs.
std::string rowListing(const Session& session);
/// The same without how long connections lasted, which is nothing to compare. "not read" where the
/// capture cannot be read.
std::string rowListing(const CaptureBuilder& capture);
/// The first row of a conversation with the default options, and what follows it.
inline const char* const kOpenRow = "> TCP  open  10.0.0.1:40000 → 10.0.0.2:3000\n";
inline std::string rowsOf(const char* rows) {
    return std::string(kOpenRow) + rows;
}
/// Fails the test and shows both listings where they differ.
void compareListings(const std::string& actual, const std::string& expected);
/// Names of the issues of a row, as its dissection has them.
std::vector<std::string> issueNames(const Session& session, RecordId row);

}  // namespace framescope::test
