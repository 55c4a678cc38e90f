// Reads a whole capture on a thread of its own while the caller takes the batches, prints rows and
// waits for whoever reads them.
#pragma once

#include <memory>
#include <optional>

#include "capture/ingest/batch.h"
#include "capture/ingest/ingest_options.h"

namespace framescope {

class CaptureFile;

/// As readAll(), but reading goes on while the caller does something else, a few batches ahead.
class BatchesAhead {
public:
    explicit BatchesAhead(std::shared_ptr<CaptureFile> file, const IngestOptions& options = {});
    /// Waits until reading has stopped.
    ~BatchesAhead();
    BatchesAhead(const BatchesAhead&) = delete;
    BatchesAhead& operator=(const BatchesAhead&) = delete;

    /// Waits for the next batch; nothing behind the last one.
    std::optional<Batch> next();

private:
    struct State;

    std::unique_ptr<State> m_state;
};

}  // namespace framescope
