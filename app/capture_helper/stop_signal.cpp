// A handler that sets a flag; everything else happens in the loop that looks at it.
#include "app/capture_helper/stop_signal.h"

#include <initializer_list>

namespace framescope::helper {
namespace {

volatile std::sig_atomic_t stopSignalled = 0;
sigset_t mask;

}  // namespace

void prepareSignals() {
    // Writing to a parent that has gone, or beyond a limit of the file size, is an error to be
    // reported where it happens.
    for (const int ignored : {SIGINT, SIGQUIT, SIGHUP, SIGPIPE, SIGXFSZ}) {
        std::signal(ignored, SIG_IGN);
    }
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &term, &mask);
    sigdelset(&mask, SIGTERM);  // a parent may have blocked it
    struct sigaction action {};
    action.sa_handler = [](int) { stopSignalled = 1; };
    ::sigaction(SIGTERM, &action, nullptr);
}

const sigset_t& waitMask() {
    return mask;
}

bool stopWasSignalled() {
    // While SIGTERM is blocked, one that was sent meanwhile is pending.
    sigset_t pending;
    return stopSignalled != 0 ||
           (::sigpending(&pending) == 0 && sigismember(&pending, SIGTERM) == 1);
}

}  // namespace framescope::helper
