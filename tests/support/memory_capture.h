// A capture file that lies in memory and can be read like any other, again and again, so that tests
// can read thousands of variants of a capture in a second.
#pragma once

#include <functional>
#include <memory>

#include "capture/ingest/batch.h"
#include "capture/session/session.h"
#include "dissector/core/bytes.h"

namespace framescope::test {

class MemoryCapture {
public:
    explicit MemoryCapture(ByteView bytes);
    ~MemoryCapture();
    MemoryCapture(const MemoryCapture&) = delete;
    MemoryCapture& operator=(const MemoryCapture&) = delete;

    /// Cuts the file off; no session of it may be left.
    void cut(std::size_t size);
    /// Reads it to its end, which shows `look` every batch first. Null if it is no capture.
    std::unique_ptr<Session> read(const std::function<void(const Batch&)>& look = {}) const;
    std::string path() const;

private:
    int m_file = -1;
};

/// Looks at a bounded choice of rows as a window would, and checks them: the first and the last
/// ones, some between, and some of those with issues. "" or what is wrong.
std::string wrongChoice(const Session& session);

}  // namespace framescope::test
