// write(2) and not stdio: the error of each block is wanted, and nothing is copied twice.
#include "app/cli/output.h"

#include <cerrno>
#include <csignal>
#include <poll.h>
#include <unistd.h>

namespace framescope::cli {

Output::Output(int descriptor) : m_descriptor(descriptor), m_terminal(isatty(descriptor) == 1) {
    std::signal(SIGPIPE, SIG_IGN);
}

void Output::flush() {
    writeNow(m_buffer);
    m_buffer.clear();
}

void Output::writeNow(std::string_view rest) {
    while (!rest.empty() && m_error == 0) {
        const ssize_t written = ::write(m_descriptor, rest.data(), rest.size());
        if (written >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR) {
            m_error = errno;
        }
    }
}

void Output::askForReader() {
    pollfd ask{m_descriptor, 0, 0};
    if (m_error == 0 && ::poll(&ask, 1, 0) == 1 && (ask.revents & POLLERR) != 0) m_error = EPIPE;
}

bool Output::readerLeft() const {
    return m_error == EPIPE;
}

}  // namespace framescope::cli
