// Reads a capture that is complete: notices whether its packets should be read in the order of
// time, mostly before rows are made (time_sample.h), else by a watch on their times.
#pragma once

#include <functional>
#include <memory>

#include "capture/ingest/batches.h"
#include "capture/ingest/ingest_options.h"
#include "capture/ingest/time_order.h"

namespace framescope {

class CaptureFile;

/// Hands everything to `batches`, on this thread; ends early where no more is wanted, or `goOn`
/// says so, which is asked where nothing can be handed on. With `arranged` it is read in the order
/// of time. What comes back is to be read instead, from the beginning, in the order of time; mostly
/// nothing.
std::unique_ptr<ArrangedCapture> readWhole(const std::shared_ptr<CaptureFile>& file,
                                           Batches& batches, const IngestOptions& options,
                                           const tcp::ReadBack& readBack,
                                           std::unique_ptr<ArrangedCapture> arranged,
                                           const std::function<bool()>& goOn);

}  // namespace framescope
