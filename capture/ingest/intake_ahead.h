// Reads a capture that is complete on a thread of its own, and puts its packets in order down to
// the streams of TCP, a few blocks ahead of whoever makes rows of what comes out: file, headers and
// connections cost no time of the layers. A block owns the bytes it speaks of and says what the
// reader had found by its end, so that nothing is shared while both run.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "capture/file/capture_reader.h"
#include "capture/ingest/event_block.h"
#include "capture/ingest/packet_intake.h"

namespace framescope {

class IntakeAhead : private EventWriter {
public:
    /// Begins to read. `reader` is of `file`, must outlive it, and is not to be used before it is
    /// gone or has given its last block; the capture must not grow any more.
    IntakeAhead(std::shared_ptr<CaptureFile> file, CaptureReader& reader,
                const DecodeLimits& limits, tcp::ReadBack readBack);
    /// Ends the reading, wherever it is.
    ~IntakeAhead() override;
    IntakeAhead(const IntakeAhead&) = delete;
    IntakeAhead& operator=(const IntakeAhead&) = delete;

    /// The next block, valid until the next call; the last one has another step than Packet. Not to
    /// be called behind that.
    EventBlock& next();
    /// Behind the last block: what the intake knows.
    PacketIntake& intake() {
        join();
        return m_intake;
    }

private:
    void run();
    void full() override { handOver(ReadStep::Packet); }
    void handOver(ReadStep step);
    void join();

    std::shared_ptr<CaptureFile> m_file;
    CaptureReader& m_reader;
    std::size_t m_noticesTaken = 0;
    PacketIntake m_intake;
    bool m_isStopped = false;  ///< m_stop was seen by the thread

    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::deque<EventBlock> m_ready;
    std::vector<EventBlock> m_spare;  ///< given back, for their memory
    EventBlock m_taken;
    bool m_stop = false;
    std::thread m_thread;
};

}  // namespace framescope
