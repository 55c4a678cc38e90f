// Reads a whole capture on a thread of its own while the caller takes the batches, prints rows and
// waits for whoever reads them.
#pragma once

#include <functional>
#include <memory>

#include "capture/ingest/batch.h"
#include "capture/ingest/ingest_options.h"

namespace framescope {

class CaptureFile;

/// As readAll(), but `sink` is called on the calling thread and reading goes on meanwhile, a few
/// batches ahead. Returns once the last batch was taken or `sink` has returned false.
void readAllAhead(std::shared_ptr<CaptureFile> file, const std::function<bool(Batch&&)>& sink,
                  const IngestOptions& options = {});

}  // namespace framescope
