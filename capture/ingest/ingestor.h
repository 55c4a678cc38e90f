// The ingest: packets in, batches out. Both of its halves (packet_intake.h, row_maker.h), one
// called by the other.
#pragma once

#include "capture/ingest/packet_intake.h"
#include "capture/ingest/row_maker.h"

namespace framescope {

class Ingestor {
public:
    static constexpr std::uint64_t kMaxCutRows = PacketIntake::kMaxCutRows;

    /// `readBack` gives bytes of the capture again; see TcpTracker::setReadBack().
    explicit Ingestor(const IngestOptions& options = {}, tcp::ReadBack readBack = {})
        : m_rows(options), m_intake(m_rows, options.limits, std::move(readBack)) {}

    /// The next packet of the capture.
    void packet(const CapturedPacket& packet) { m_intake.packet(packet); }
    /// No more packets come at the moment: rows that only wait for the capture to get in order are
    /// made.
    void idle() {
        m_intake.idle();
        m_rows.idle();
    }
    /// No more packets come: ends what is open.
    void finish() {
        m_intake.finish();
        m_rows.finish();
    }

    /// What was found since the last call; statistics, connections and all.
    Batch takeBatch() { return m_rows.takeBatch(m_intake.figures()); }
    /// Rows and packets that wait in the batch being filled.
    std::size_t pending() const { return m_rows.pending(); }

    PacketIntake& intake() { return m_intake; }
    RowMaker& rows() { return m_rows; }

private:
    RowMaker m_rows;
    PacketIntake m_intake;
};

}  // namespace framescope
