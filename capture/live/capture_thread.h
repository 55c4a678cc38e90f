// What every live capture has in common: a thread that does the work, a status that others ask for,
// and a way to ask for the end. The work itself is a function; it sees the capture through a
// CaptureControl and returns how the capture ended.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "capture/file/file_descriptor.h"
#include "capture/live/live_capture.h"

namespace framescope::live {

class CaptureControl {
public:
    using Clock = std::chrono::steady_clock;

    explicit CaptureControl(Wake wake);

    /// Becomes readable, for good, when the end is asked for.
    int stopDescriptor() const { return m_stopEvent.get(); }
    bool stopAsked() const;
    /// When the end was asked for: the moment from which on it may be forced. It comes nearer when
    /// the capture is destroyed.
    std::optional<Clock::time_point> deadline() const;

    /// Changes the status and wakes whoever looks at it.
    void change(const std::function<void(Status&)>& how);
    /// What is captured into from now on, before the first byte of it.
    void writesTo(std::shared_ptr<GrowingBytes> bytes, std::shared_ptr<Spool> spool);

    Status status() const;
    std::shared_ptr<GrowingBytes> bytes() const;
    std::shared_ptr<Spool> spool() const;
    /// `grace` is how long the source may take to end by itself.
    void askToStop(std::chrono::milliseconds grace);

private:
    FileDescriptor m_stopEvent;
    Wake m_wake;
    mutable std::mutex m_mutex;
    mutable bool m_woken = false;
    Status m_status;
    std::shared_ptr<GrowingBytes> m_bytes;
    std::shared_ptr<Spool> m_spool;
    std::optional<Clock::time_point> m_deadline;
};

class CaptureThread final : public LiveCapture {
public:
    using Work = std::function<Ending(CaptureControl&)>;

    CaptureThread(std::string sourceName, Wake wake, Work work);
    ~CaptureThread() override;

    Status status() const override { return m_control.status(); }
    void stop() override;
    std::string sourceName() const override { return m_sourceName; }
    std::shared_ptr<GrowingBytes> bytes() const override { return m_control.bytes(); }
    std::shared_ptr<Spool> spool() const override { return m_control.spool(); }

private:
    void run(const Work& work);

    const std::string m_sourceName;
    CaptureControl m_control;
    std::thread m_thread;
};

}  // namespace framescope::live
