#include "capture/ingest/batches.h"

#include "capture/ingest/closing_notices.h"

namespace framescope {
namespace {

/// Rows and packets in a batch: small enough that taking one over is a matter of a millisecond. A
/// piece of what another thread has read may bring several times as many.
constexpr std::size_t kBatchSize = 8192;
/// The first batch is small, so that the first rows show at once.
constexpr std::size_t kFirstBatchSize = 256;

}  // namespace

Batches::Batches(const std::function<bool(Batch&&)>& sink, bool mayBeginAgain, bool soon)
    : m_sink(sink), m_mayBeginAgain(mayBeginAgain), m_limit(soon ? kFirstBatchSize : kBatchSize) {}

bool Batches::beginAgain() {
    if (m_hasHanded && !m_mayBeginAgain) return false;
    m_beginsAgain = std::exchange(m_hasHanded, false);
    m_limit = kFirstBatchSize;
    m_findings = {};
    return true;
}

bool Batches::hand(RowMaker& rows, const Statistics& figures) {
    m_limit = kBatchSize;
    return put(take(rows, figures));
}

void Batches::handLast(RowMaker& rows, PacketIntake& intake, const CaptureReader& reader,
                       ReadStep step) {
    rows.finish();
    Batch last = take(rows, intake.figures());
    tellAtTheEnd(intake, rows, reader, last.statistics, last.notices);
    last.last = true;
    last.damaged = step == ReadStep::Damaged;
    put(std::move(last));
}

Batch Batches::take(RowMaker& rows, const Statistics& figures) {
    Batch batch = rows.takeBatch(figures);
    batch.layout = std::exchange(m_findings.layout, {});
    for (std::string& notice : m_findings.notices) batch.notices.push_back(std::move(notice));
    m_findings.notices.clear();
    batch.statistics.leftOutPackets = m_findings.leftOutPackets;
    batch.statistics.bytesRead = m_findings.bytesRead;
    batch.statistics.bytesTotal = m_findings.bytesTotal;
    if (m_done) {
        batch.statistics.bytesTotal = m_done->second;
        batch.statistics.bytesRead =
            static_cast<std::uint64_t>(m_done->first * static_cast<double>(m_done->second));
    }
    batch.beginsAgain = std::exchange(m_beginsAgain, false);
    return batch;
}

}  // namespace framescope
