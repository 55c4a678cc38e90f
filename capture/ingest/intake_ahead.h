// Reads a capture that is complete on a thread of its own, and puts its packets in order down to
// the streams of TCP, a few blocks ahead of whoever makes rows of what comes out: file, headers and
// connections cost no time of the layers. A block owns the bytes it speaks of and says what the
// reader had found by its end, so that nothing is shared while both run.
//
// Here it is noticed, too, that the packets should be read in the order of time: mostly before the
// first one is (time_sample.h), else by a watch on their times.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "capture/file/capture_reader.h"
#include "capture/ingest/event_block.h"
#include "capture/ingest/ingest_options.h"
#include "capture/ingest/packet_intake.h"
#include "capture/ingest/time_order.h"

namespace framescope {

class IntakeAhead : private EventWriter {
public:
    /// Begins to read; the capture must not grow any more. With `arranged`, in the order of time.
    IntakeAhead(std::shared_ptr<CaptureFile> file, const IngestOptions& options,
                tcp::ReadBack readBack, std::unique_ptr<ArrangedCapture> arranged);
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
    /// Likewise: the reader, which has come to its end.
    const CaptureReader& reader() {
        join();
        return m_arranged ? *m_arranged->reader : *m_reader;
    }
    /// Behind a block of the mark OtherOrder, once.
    std::unique_ptr<ArrangedCapture> takeArranged() { return std::move(m_other); }

private:
    void run();
    void runInFileOrder(bool watches);
    void runInTimeOrder();
    std::unique_ptr<ArrangedCapture> arrange(bool always);
    void full() override { handOver(ReadStep::Packet); }
    void handOver(ReadStep step);
    void finish(ReadStep step);
    bool isWanted();
    void join();

    std::shared_ptr<CaptureFile> m_file;
    const PacketOrder m_order;
    std::unique_ptr<CaptureReader> m_reader;      ///< where the file's order is read
    std::unique_ptr<ArrangedCapture> m_arranged;  ///< where the order of time is
    std::unique_ptr<ArrangedCapture> m_other;     ///< what was found while the file's is read
    std::optional<double> m_done;  ///< how much of the work is, where the reader does not know
    bool m_isPreparing = false;    ///< arrange() is at work
    std::size_t m_noticesTaken = 0;
    PacketIntake m_intake;
    bool m_isStopped = false;  ///< m_stop was seen by the thread

    std::mutex m_mutex;
    std::condition_variable m_some;  ///< blocks are ready
    std::condition_variable m_few;   ///< so few that more are wanted
    std::deque<EventBlock> m_ready;
    std::vector<EventBlock> m_spare;  ///< given back, for their memory
    EventBlock m_taken;
    bool m_stop = false;
    std::thread m_thread;
};

}  // namespace framescope
