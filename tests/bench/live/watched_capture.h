// A live capture with everything the window puts behind it but the pixels: the helper, the loader
// and a session that takes the batches, on a thread that stands for the window's. Notes how late
// each row was.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "capture/ingest/loader.h"
#include "capture/live/live_capture.h"
#include "capture/live/spool.h"
#include "capture/session/session.h"

namespace framescope::bench {

class WatchedCapture {
public:
    explicit WatchedCapture(const live::InterfaceCapture& what);
    ~WatchedCapture();
    WatchedCapture(const WatchedCapture&) = delete;
    WatchedCapture& operator=(const WatchedCapture&) = delete;

    /// Waits until packets are captured; the sentence of what went wrong, or nothing.
    std::optional<std::string> waitUntilRunning();
    /// Stops, and waits until every row is there.
    void finish();

    /// Only after finish().
    const live::Status& status() const { return m_last; }
    std::uint64_t rows(Protocol protocol) const;
    std::uint64_t rowCount() const { return m_session ? m_session->rowCount() : 0; }
    /// How long after its packet's time a row was in the session, in milliseconds, of this share of
    /// the rows (0.5: the median).
    double lateness(double share);
    std::shared_ptr<live::Spool> spool() const { return m_capture->spool(); }

private:
    void watch();
    void take();

    mutable std::mutex m_mutex;
    std::condition_variable m_changed;
    bool m_woken = false;
    bool m_running = false;
    bool m_finished = false;
    live::Status m_last;
    std::unique_ptr<live::LiveCapture> m_capture;
    std::unique_ptr<Session> m_session;
    std::unique_ptr<Loader> m_loader;
    std::vector<float> m_lateness;  // milliseconds, a sample of the rows
    std::thread m_thread;
};

}  // namespace framescope::bench
