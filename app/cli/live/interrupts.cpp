// signalfd(2) turns blocked signals into something to read; no handler, so nothing runs in the
// middle of something else.
#include "app/cli/live/interrupts.h"

#include <cerrno>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <utility>

namespace framescope::cli {
namespace {

/// How long the program may take to end after the second signal.
constexpr int kGraceMs = 1500;
constexpr int kInterruptedExit = 130;

/// What the program was started without stays so: a shell ignores SIGINT for what runs in the
/// background.
sigset_t wantedSignals() {
    sigset_t wanted;
    sigemptyset(&wanted);
    for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction action {};
        sigaction(number, nullptr, &action);
        if (action.sa_handler != SIG_IGN) sigaddset(&wanted, number);
    }
    return wanted;
}

}  // namespace

Interrupts::Interrupts(std::function<void()> first) : m_first(std::move(first)) {
    const sigset_t wanted = wantedSignals();
    pthread_sigmask(SIG_BLOCK, &wanted, &m_before);
    m_signals = FileDescriptor(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
    m_end = FileDescriptor(eventfd(0, EFD_CLOEXEC));
    m_thread = std::thread([this] { listen(); });
}

Interrupts::~Interrupts() {
    eventfd_write(m_end.get(), 1);
    m_thread.join();
    pthread_sigmask(SIG_SETMASK, &m_before, nullptr);
}

void Interrupts::listen() {
    pollfd waits[] = {{m_end.get(), POLLIN, 0}, {m_signals.get(), POLLIN, 0}};
    for (;;) {
        // After the second signal only the end is waited for, and not for long.
        const bool again = m_count >= 2;
        const int ready = ::poll(waits, again ? 1 : 2, again ? kGraceMs : -1);
        if (ready < 0 && errno == EINTR) continue;
        if (ready == 0) _exit(kInterruptedExit);
        if (ready < 0 || waits[0].revents != 0) return;
        signalfd_siginfo info;
        if (::read(m_signals.get(), &info, sizeof info) != sizeof info) continue;
        ++m_count;
        m_first();
    }
}

}  // namespace framescope::cli
