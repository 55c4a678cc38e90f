// Lines of standard input as they come, read on a thread of its own, so that nothing else waits
// for whoever types them.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "capture/file/file_descriptor.h"

namespace framescope::cli {

class LineInput {
public:
    /// Starts to read. `wake` is called from the thread when there is something new; `descriptor`
    /// stays the caller's.
    LineInput(int descriptor, std::function<void()> wake);
    /// Ends the thread, wherever it waits.
    ~LineInput();
    LineInput(const LineInput&) = delete;
    LineInput& operator=(const LineInput&) = delete;

    /// The next line without its line end; nothing if there is none at the moment.
    std::optional<std::string> take();
    /// The end was reached, and every line was taken.
    bool ended() const;
    /// Why reading ended early: a sentence, or empty.
    std::string trouble() const;

private:
    /// Lines that wait before the writer has to.
    static constexpr std::size_t kMaxWaiting = 1024;
    /// Bytes of a line; a longer one ends the reading.
    static constexpr std::size_t kMaxLine = std::size_t{64} << 20;

    void read();
    bool push(std::string line);
    void finish(std::string trouble);

    int m_descriptor;
    std::function<void()> m_wake;
    FileDescriptor m_stop;
    mutable std::mutex m_mutex;
    std::condition_variable m_room;
    std::deque<std::string> m_lines;
    bool m_stopping = false;
    bool m_ended = false;
    std::string m_trouble;
    std::thread m_thread;
};

}  // namespace framescope::cli
