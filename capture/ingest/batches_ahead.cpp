#include "capture/ingest/batches_ahead.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "capture/ingest/loader.h"

namespace framescope {
namespace {

/// Batches that may wait: enough that neither side often waits for the other, and little memory.
constexpr std::size_t kAhead = 12;

}  // namespace

void readAllAhead(std::shared_ptr<CaptureFile> file, const std::function<bool(Batch&&)>& sink,
                  const IngestOptions& options) {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Batch> ready;
    bool stopped = false;
    const auto put = [&](Batch&& batch) {
        {
            std::unique_lock lock(mutex);
            changed.wait(lock, [&] { return ready.size() < kAhead || stopped; });
            if (stopped) return false;
            ready.push_back(std::move(batch));
        }
        changed.notify_all();
        return true;
    };
    const auto goOn = [&] {
        const std::lock_guard lock(mutex);
        return !stopped;
    };
    std::thread reading([&] { readAll(std::move(file), put, options, goOn); });
    for (bool wanted = true; wanted;) {
        Batch batch;
        {
            std::unique_lock lock(mutex);
            changed.wait(lock, [&] { return !ready.empty(); });
            batch = std::move(ready.front());
            ready.pop_front();
        }
        changed.notify_all();
        const bool last = batch.last;
        wanted = sink(std::move(batch)) && !last;
    }
    {
        const std::lock_guard lock(mutex);
        stopped = true;
    }
    changed.notify_all();
    reading.join();
}

}  // namespace framescope
