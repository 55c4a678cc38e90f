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

struct BatchesAhead::State {
    State(std::shared_ptr<CaptureFile> read, const IngestOptions& readWith)
        : file(std::move(read)), options(readWith), grows(file->source().mayGrow()) {}

    bool isEnough() const {
        return !ready.empty() && (soon || grows || ready.back().last || ready.size() >= kTogether);
    }
    bool put(Batch&& batch) {
        bool enough = false;
        {
            std::unique_lock lock(mutex);
            changed.wait(lock, [this] { return ready.size() < kAhead || stopped; });
            if (stopped) return false;
            ready.push_back(std::move(batch));
            enough = isEnough();
        }
        if (enough) changed.notify_all();
        return true;
    }
    bool goesOn() {
        const std::lock_guard lock(mutex);
        return !stopped;
    }

    const std::shared_ptr<CaptureFile> file;
    const IngestOptions options;
    /// What still grows may bring nothing for hours: it is waited for without looking now and then.
    const bool grows;
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Batch> ready;
    bool soon = true;
    bool stopped = false;
    bool ended = false;  ///< the last batch was taken
    std::thread reading;
};

BatchesAhead::BatchesAhead(std::shared_ptr<CaptureFile> file, const IngestOptions& options)
    : m_state(std::make_unique<State>(std::move(file), options)) {
    m_state->reading = std::thread([state = m_state.get()] {
        readAll(
            state->file, [state](Batch&& batch) { return state->put(std::move(batch)); },
            state->options, [state] { return state->goesOn(); });
    });
}

BatchesAhead::~BatchesAhead() {
    {
        const std::lock_guard lock(m_state->mutex);
        m_state->stopped = true;
    }
    m_state->changed.notify_all();
    m_state->reading.join();
}

std::optional<Batch> BatchesAhead::next() {
    State& state = *m_state;
    if (state.ended) return std::nullopt;
    std::optional<Batch> batch;
    {
        std::unique_lock lock(state.mutex);
        const auto isEnough = [&state] { return state.isEnough(); };
        if (state.grows) state.changed.wait(lock, isEnough);
        while (state.ready.empty()) state.changed.wait_for(lock, kPatience, isEnough);
        batch = std::move(state.ready.front());
        state.ready.pop_front();
        state.soon = false;
    }
    state.changed.notify_all();
    state.ended = batch->last;
    return batch;
}

}  // namespace framescope
