// poll(2) waits for input and for the end of the program at once.
#include "app/cli/connect/line_input.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <utility>

namespace framescope::cli {

LineInput::LineInput(int descriptor, std::function<void()> wake)
    : m_descriptor(descriptor), m_wake(std::move(wake)), m_stop(eventfd(0, EFD_CLOEXEC)) {
    m_thread = std::thread([this] { read(); });
}

LineInput::~LineInput() {
    {
        const std::lock_guard lock(m_mutex);
        m_stopping = true;
    }
    m_room.notify_all();
    eventfd_write(m_stop.get(), 1);
    m_thread.join();
}

std::optional<std::string> LineInput::take() {
    std::optional<std::string> line;
    {
        const std::lock_guard lock(m_mutex);
        if (m_lines.empty()) return std::nullopt;
        line = std::move(m_lines.front());
        m_lines.pop_front();
    }
    m_room.notify_one();
    return line;
}

bool LineInput::ended() const {
    const std::lock_guard lock(m_mutex);
    return m_ended && m_lines.empty();
}

std::string LineInput::trouble() const {
    const std::lock_guard lock(m_mutex);
    return m_trouble;
}

/// Waits for room. False when the program ends.
bool LineInput::push(std::string line) {
    if (line.ends_with('\r')) line.pop_back();
    {
        std::unique_lock lock(m_mutex);
        m_room.wait(lock, [this] { return m_stopping || m_lines.size() < kMaxWaiting; });
        if (m_stopping) return false;
        m_lines.push_back(std::move(line));
    }
    m_wake();
    return true;
}

void LineInput::finish(std::string trouble) {
    {
        const std::lock_guard lock(m_mutex);
        m_ended = true;
        m_trouble = std::move(trouble);
    }
    m_wake();
}

void LineInput::read() {
    std::array<char, 65'536> room{};
    std::string line;
    for (;;) {
        pollfd waits[] = {{m_stop.get(), POLLIN, 0}, {m_descriptor, POLLIN, 0}};
        if (::poll(waits, 2, -1) < 0 && errno != EINTR) {
            return finish(std::string("Standard input cannot be read: ") + std::strerror(errno) +
                          '.');
        }
        if (waits[0].revents != 0) return;
        if (waits[1].revents == 0) continue;
        const ssize_t count = ::read(m_descriptor, room.data(), room.size());
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (count < 0) {
            return finish(std::string("Standard input cannot be read: ") + std::strerror(errno) +
                          '.');
        }
        if (count == 0) {
            if (!line.empty() && !push(std::move(line))) return;
            return finish({});
        }
        std::string_view rest(room.data(), static_cast<std::size_t>(count));
        for (std::size_t end = 0; (end = rest.find('\n')) != std::string_view::npos;) {
            line += rest.substr(0, end);
            rest.remove_prefix(end + 1);
            if (!push(std::exchange(line, {}))) return;
        }
        line += rest;
        if (line.size() > kMaxLine) {
            return finish("A line of standard input is longer than 64 MiB.");
        }
    }
}

}  // namespace framescope::cli
