// Loads a capture on a worker thread: reader -> link -> IP -> TCP -> layers -> batches -> a bounded
// queue, from which the owner of the session takes them. The queue being full is the back-pressure.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "capture/ingest/batch.h"
#include "capture/ingest/ingest_options.h"

namespace framescope {

class CaptureFile;

class Loader {
public:
    /// Starts to read at once; a capture that is still being written is followed to its end. `wake`
    /// is called from the worker thread, without data, when the queue has become non-empty; it must
    /// only post an event. It is not called again before take() has emptied the queue.
    Loader(std::shared_ptr<CaptureFile> file, std::function<void()> wake,
           const IngestOptions& options = {});
    /// Cancels and joins the worker.
    ~Loader();
    Loader(const Loader&) = delete;
    Loader& operator=(const Loader&) = delete;

    /// The next batch; nothing if the queue is empty at the moment.
    std::optional<Batch> take();
    /// Asks the worker to stop soon; the batches it sent stay valid, the last one says so.
    void cancel();

private:
    struct State;
    std::unique_ptr<State> m_state;
};

/// Reads a whole capture and hands every batch to `sink` on the calling thread; stops early when
/// `sink` returns false. A capture that is still being written is followed to its end; `goOn` is
/// asked while nothing comes. For the terminal program and tests.
void readAll(
    const std::shared_ptr<CaptureFile>& file, const std::function<bool(Batch&&)>& sink,
    const IngestOptions& options = {}, const std::function<bool()>& goOn = [] { return true; });

}  // namespace framescope
