#include "capture/ingest/batches_ahead.h"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "capture/file/capture_file.h"
#include "capture/ingest/loader.h"

namespace framescope {
namespace {

/// Batches that may wait: enough that neither side often waits for the other, and little memory.
constexpr std::size_t kAhead = 12;
/// So many batches of a complete capture are taken over together: to wake a thread takes a
/// processor from one that reads. The first one shows at once, and none waits longer than
/// kPatience.
constexpr std::size_t kTogether = 4;
constexpr std::chrono::milliseconds kPatience{20};

}  // namespace

void readAllAhead(std::shared_ptr<CaptureFile> file, const std::function<bool(Batch&&)>& sink,
                  const IngestOptions& options) {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Batch> ready;
    bool stopped = false;
    // What still grows may bring nothing for hours: it is waited for without looking now and then.
    const bool grows = file->source().mayGrow();
    bool soon = true;
    const auto isEnough = [&] {
        return !ready.empty() && (soon || grows || ready.back().last || ready.size() >= kTogether);
    };
    const auto put = [&](Batch&& batch) {
        bool enough = false;
        {
            std::unique_lock lock(mutex);
            changed.wait(lock, [&] { return ready.size() < kAhead || stopped; });
            if (stopped) return false;
            ready.push_back(std::move(batch));
            enough = isEnough();
        }
        if (enough) changed.notify_all();
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
            if (grows) changed.wait(lock, isEnough);
            while (ready.empty()) changed.wait_for(lock, kPatience, isEnough);
            batch = std::move(ready.front());
            ready.pop_front();
            soon = false;
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
