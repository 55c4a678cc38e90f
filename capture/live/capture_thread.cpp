// The status is copied out under a lock; the work never holds it while it waits or writes. `wake`
// is called without the lock, so that it may ask for the status at once.
#include "capture/live/capture_thread.h"

#include <algorithm>
#include <sys/eventfd.h>
#include <utility>

#include "capture/file/growing_bytes.h"

namespace framescope::live {
namespace {

/// A source that is asked to end has this long: a helper that flushes to a slow disk, a tcpdump
/// behind a slow line.
constexpr std::chrono::milliseconds kGrace{5000};
/// The same when nobody is there any more to see the end.
constexpr std::chrono::milliseconds kGraceOfDestructor{1000};

}  // namespace

CaptureControl::CaptureControl(Wake wake)
    : m_stopEvent(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)), m_wake(std::move(wake)) {}

bool CaptureControl::stopAsked() const {
    return deadline().has_value();
}

std::optional<CaptureControl::Clock::time_point> CaptureControl::deadline() const {
    const std::lock_guard lock(m_mutex);
    return m_deadline;
}

void CaptureControl::change(const std::function<void(Status&)>& how) {
    bool mustWake = false;
    {
        const std::lock_guard lock(m_mutex);
        how(m_status);
        mustWake = !std::exchange(m_woken, true);
    }
    if (mustWake && m_wake) m_wake();
}

void CaptureControl::writesTo(std::shared_ptr<GrowingBytes> bytes, std::shared_ptr<Spool> spool) {
    const std::lock_guard lock(m_mutex);
    m_bytes = std::move(bytes);
    m_spool = std::move(spool);
}

Status CaptureControl::status() const {
    const std::lock_guard lock(m_mutex);
    m_woken = false;
    return m_status;
}

std::shared_ptr<GrowingBytes> CaptureControl::bytes() const {
    const std::lock_guard lock(m_mutex);
    return m_bytes;
}

std::shared_ptr<Spool> CaptureControl::spool() const {
    const std::lock_guard lock(m_mutex);
    return m_spool;
}

void CaptureControl::askToStop(std::chrono::milliseconds grace) {
    {
        const std::lock_guard lock(m_mutex);
        const auto deadline = Clock::now() + grace;
        m_deadline = m_deadline ? std::min(*m_deadline, deadline) : deadline;
        if (m_status.phase != Phase::Ended) m_status.phase = Phase::Stopping;
    }
    ::eventfd_write(m_stopEvent.get(), 1);
}

CaptureThread::CaptureThread(std::string sourceName, Wake wake, Work work)
    : m_sourceName(std::move(sourceName)),
      m_control(std::move(wake)),
      m_thread([this, work = std::move(work)] { run(work); }) {}

CaptureThread::~CaptureThread() {
    m_control.askToStop(kGraceOfDestructor);
    m_thread.join();
}

void CaptureThread::stop() {
    m_control.askToStop(kGrace);
}

void CaptureThread::run(const Work& work) {
    Ending ending = work(m_control);
    // Before the status says so: who sees the end finds nothing that still waits for bytes.
    if (const auto bytes = m_control.bytes()) bytes->end();
    m_control.change([&](Status& status) {
        status.phase = Phase::Ended;
        status.ending = std::move(ending);
    });
}

}  // namespace framescope::live
