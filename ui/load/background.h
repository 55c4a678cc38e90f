// Work that may take longer than a window may wait. Two kinds: what somebody waits for, and what
// only has to be done.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <type_traits>
#include <utility>

#include <QObject>

namespace framescope {

/// Runs `work` on a thread of its own; what it returns is called on the thread of `context` (the
/// calling one), unless `context` is gone by then. Nothing waits for the thread, so `work` must
/// hold everything it uses.
void runDetached(QObject& context, std::function<std::function<void()>()> work);

/// The same with a value: `done(work())`, the first call there, the second here.
template <typename Work, typename Done>
void runInBackground(QObject& context, Work work, Done done) {
    using Value = std::invoke_result_t<Work>;
    runDetached(context,
                [work = std::move(work), done = std::move(done)]() -> std::function<void()> {
                    auto value = std::make_shared<Value>(work());
                    return [value, done] { done(std::move(*value)); };
                });
}

/// Does one thing after the other on a thread of its own, which starts with the first of them. Its
/// end waits until all is done.
class SerialWorker {
public:
    SerialWorker() = default;
    ~SerialWorker();
    SerialWorker(const SerialWorker&) = delete;
    SerialWorker& operator=(const SerialWorker&) = delete;

    void add(std::function<void()> task);
    /// Destroys `value` there: its destructor may wait.
    template <typename T>
    void destroy(std::unique_ptr<T> value) {
        if (value) add([owned = std::shared_ptr<T>(std::move(value))]() mutable { owned.reset(); });
    }

private:
    void run();

    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<std::function<void()>> m_tasks;
    bool m_ending = false;
    std::thread m_thread;
};

}  // namespace framescope
