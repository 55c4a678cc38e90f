#include "capture/ingest/loader.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <span>
#include <thread>

#include "capture/file/capture_reader.h"
#include "capture/ingest/batches.h"
#include "capture/ingest/ingestor.h"
#include "capture/ingest/order_watch.h"
#include "capture/ingest/reader_findings.h"
#include "capture/ingest/time_order.h"
#include "capture/ingest/whole_reading.h"

namespace framescope {
namespace {

/// Batches that may wait; the worker pauses beyond them.
constexpr std::size_t kQueueLimit = 64;
/// How long the worker waits for a capture that is still being written before it asks whether it is
/// still wanted.
constexpr std::chrono::milliseconds kWait{50};

/// Said at the end of a pipe, which cannot be asked a second time.
constexpr const char* kOtherOrderOfPipe =
    "The packets did not come in the order of their times, and were read as they came; written to "
    "a file first, more of them can be read.";

/// A capture that is still being written, on this thread alone. What comes back is to be read
/// instead, now that all of it is there, in the order of time; mostly nothing.
std::unique_ptr<ArrangedCapture> follow(const std::shared_ptr<CaptureFile>& file, Batches& batches,
                                        const IngestOptions& options, const tcp::ReadBack& readBack,
                                        const std::function<bool()>& goOn) {
    if (options.order == PacketOrder::Time) {
        batches.addNotice(
            "What is still being written is read in the order in which it comes, not in that of "
            "time.");
    }
    Ingestor ingestor(options, readBack);
    CaptureReader reader(file);
    FindingsOf findings(reader);
    const auto hand = [&] {
        batches.add(findings.take());
        return batches.hand(ingestor.rows(), ingestor.intake().figures());
    };
    std::optional<OrderWatch> watch;
    if (options.order == PacketOrder::Auto) watch.emplace(file, reader.layout());
    bool otherOrder = false;
    ReadStep step = ReadStep::Packet;
    CapturedPacket packet;
    while (step == ReadStep::Packet) {
        while ((step = reader.next(packet)) == ReadStep::Packet) {
            if (watch && watch->add(packet)) otherOrder = true;
            ingestor.packet(packet);
            if (batches.isEnough(ingestor.rows()) && !hand()) return {};
        }
        if (step != ReadStep::End || !reader.mayGrow()) break;
        // All there is at the moment. What was found shows at once, then comes the waiting.
        if (ingestor.pending() > 0 && !hand()) return {};
        while (!reader.waitForMore(kWait)) {
            if (!goOn()) return {};
            // Whoever waits for packets that overtook each other has waited long enough.
            ingestor.idle();
            if (ingestor.pending() > 0 && !hand()) return {};
        }
        step = ReadStep::Packet;
    }
    if (watch && watch->finish()) otherOrder = true;
    if (otherOrder) {
        auto arranged = std::make_unique<ArrangedCapture>();
        const auto wanted = [&goOn](double) { return goOn(); };
        if (arrangeByTime(file, false, wanted, *arranged) == Arranging::Chosen) {
            if (batches.beginAgain()) return arranged;
            batches.addNotice(kOtherOrderOfPipe);
        }
    }
    ingestor.intake().finish();
    batches.add(findings.take());
    batches.handLast(ingestor.rows(), ingestor.intake(), reader, step);
    return {};
}

}  // namespace

void readAll(const std::shared_ptr<CaptureFile>& file, const std::function<bool(Batch&&)>& sink,
             const IngestOptions& options, const std::function<bool()>& goOn) {
    // Whether the file has changed is not asked each time: nobody asks while it is read on, either.
    const auto readBack = [file](std::uint64_t offset, std::span<std::uint8_t> into) {
        const auto size = file->source().readAt(offset, into);
        return size && *size == into.size();
    };
    const bool grows = file->source().mayGrow();
    Batches batches(sink, options.mayBeginAgain, grows || options.mayBeginAgain);
    std::unique_ptr<ArrangedCapture> arranged;
    if (grows) {
        arranged = follow(file, batches, options, readBack, goOn);
        if (!arranged) return;
    }
    do {
        arranged = readWhole(file, batches, options, readBack, std::move(arranged), goOn);
    } while (arranged);
}

struct Loader::State {
    std::mutex mutex;
    std::condition_variable room;
    std::deque<Batch> queue;
    bool woken = false;
    std::atomic<bool> cancelled = false;
    std::function<void()> wake;
    std::thread worker;

    /// Waits for room; false when the loading was cancelled meanwhile.
    bool push(Batch&& batch) {
        bool mustWake = false;
        {
            std::unique_lock lock(mutex);
            room.wait(lock, [this] { return queue.size() < kQueueLimit || cancelled; });
            if (cancelled) return false;
            queue.push_back(std::move(batch));
            mustWake = !std::exchange(woken, true);
        }
        if (mustWake) wake();
        return true;
    }

    /// The one batch that is sent although there may be no room: it ends the loading.
    void pushCancelled() {
        Batch batch;
        batch.last = true;
        batch.cancelled = true;
        bool mustWake = false;
        {
            const std::lock_guard lock(mutex);
            if (!queue.empty()) batch.statistics = queue.back().statistics;
            queue.push_back(std::move(batch));
            mustWake = !std::exchange(woken, true);
        }
        if (mustWake) wake();
    }
};

Loader::Loader(std::shared_ptr<CaptureFile> file, std::function<void()> wake,
               const IngestOptions& options)
    : m_state(std::make_unique<State>()) {
    m_state->wake = std::move(wake);
    m_state->worker =
        std::thread([state = m_state.get(), file = std::move(file), options]() mutable {
            bool ended = false;
            const auto send = [&](Batch&& batch) {
                const bool last = batch.last;
                const bool pushed = state->push(std::move(batch));
                ended = last && pushed;
                return pushed;
            };
            readAll(file, send, options, [state] { return !state->cancelled; });
            if (!ended) state->pushCancelled();
        });
}

Loader::~Loader() {
    cancel();
    m_state->worker.join();
}

std::optional<Batch> Loader::take() {
    std::optional<Batch> batch;
    {
        const std::lock_guard lock(m_state->mutex);
        if (m_state->queue.empty()) {
            m_state->woken = false;
            return std::nullopt;
        }
        batch = std::move(m_state->queue.front());
        m_state->queue.pop_front();
    }
    m_state->room.notify_one();
    return batch;
}

void Loader::cancel() {
    m_state->cancelled = true;
    // Under the lock, so that the worker is either before its check or already waiting.
    { const std::lock_guard lock(m_state->mutex); }
    m_state->room.notify_one();
}

}  // namespace framescope
