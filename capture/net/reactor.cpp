// Tasks are kept in a queue of the loop's own and run one at a time by the io_context, between
// whatever else happens there.
#include "capture/net/reactor.h"

#include <algorithm>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <cassert>
#include <future>
#include <sys/resource.h>
#include <utility>

#include "capture/net/lookup.h"
#include "capture/net/loop.h"

namespace framescope::net {
namespace {

/// Lets the process have a descriptor for each connection, as far as the system allows: what it
/// gives unasked (1024 as a rule) is less than a thousand connections need.
void raiseDescriptorLimit() {
    constexpr rlim_t kWanted = 21'000;
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kWanted) return;
    limit.rlim_cur = std::min(limit.rlim_max, kWanted);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

Reactor::Loop::Loop() : lookups(std::make_shared<LookupQueue>()) {}

Reactor::Loop::~Loop() = default;

void Reactor::Loop::post(std::function<void()> task) {
    {
        const std::lock_guard lock(m_mutex);
        if (m_stopped) return;
        m_tasks.push_back(std::move(task));
    }
    asio::post(io, [this] { runOneTask(); });
}

void Reactor::Loop::runOneTask() {
    std::function<void()> task;
    {
        const std::lock_guard lock(m_mutex);
        if (m_tasks.empty()) return;
        task = std::move(m_tasks.front());
        m_tasks.pop_front();
    }
    task();
}

void Reactor::Loop::stop() {
    io.stop();
    if (thread.joinable()) thread.join();
    std::deque<std::function<void()>> dropped;
    const std::lock_guard lock(m_mutex);
    m_stopped = true;
    // Destroyed behind the lock: what a task owns may post in its destructor.
    std::swap(dropped, m_tasks);
}

Reactor::Reactor() : m_loop(std::make_shared<Loop>()) {
    raiseDescriptorLimit();
    m_loop->thread = std::thread([loop = m_loop.get()] { loop->io.run(); });
}

Reactor::~Reactor() {
    assert(!isOnThread());
    m_loop->stop();
}

void Reactor::post(std::function<void()> task) {
    m_loop->post(std::move(task));
}

void Reactor::call(const std::function<void()>& task) {
    if (isOnThread()) return task();
    std::promise<void> done;
    m_loop->post([&] {
        task();
        done.set_value();
    });
    done.get_future().wait();
}

bool Reactor::isOnThread() const {
    return std::this_thread::get_id() == m_loop->thread.get_id();
}

struct Reactor::Timer::State {
    explicit State(std::shared_ptr<Loop> of) : loop(std::move(of)), timer(loop->io) {}

    std::shared_ptr<Loop> loop;
    asio::steady_timer timer;
    std::function<void()> task;
    std::uint64_t start = 0;  ///< which start() it is that waits
};

Reactor::Timer::Timer(Reactor& reactor)
    : m_state(std::make_shared<State>(reactor.loop().shared_from_this())) {}

Reactor::Timer::~Timer() {
    stop();
}

void Reactor::Timer::start(std::chrono::milliseconds delay, std::function<void()> task) {
    const std::uint64_t start = ++m_state->start;
    m_state->task = std::move(task);
    m_state->timer.expires_after(delay);
    m_state->timer.async_wait(
        [weak = std::weak_ptr(m_state), start](const asio::error_code& error) {
            const auto state = weak.lock();
            // A timer that was set anew when it had already fired is called all the same.
            if (error || !state || state->start != start || !state->task) return;
            const auto due = std::exchange(state->task, nullptr);
            due();
        });
}

void Reactor::Timer::stop() {
    ++m_state->start;
    m_state->task = nullptr;
    m_state->timer.cancel();
}

bool Reactor::Timer::isRunning() const {
    return m_state->task != nullptr;
}

}  // namespace framescope::net
