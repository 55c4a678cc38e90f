#include "capture/ingest/batches.h"

#include "capture/ingest/closing_notices.h"

namespace framescope {
namespace {

/// Rows and packets in a batch: small enough that taking one over is a matter of a millisecond.
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
    m_notices.clear();
    return true;
}

bool Batches::hand(Ingestor& ingestor) {
    m_limit = kBatchSize;
    return put(take(ingestor));
}

void Batches::handLast(Ingestor& ingestor, ReadStep step) {
    ingestor.finish();
    Batch last = take(ingestor);
    tellAtTheEnd(ingestor.intake(), ingestor.rows(), *m_reader, last.statistics, last.notices);
    last.last = true;
    last.damaged = step == ReadStep::Damaged;
    put(std::move(last));
}

Batch Batches::take(Ingestor& ingestor) {
    Batch batch = ingestor.takeBatch();
    if (m_reader != nullptr) {
        batch.layout = m_reader->takeNewLayout();
        for (; m_noticesTaken < m_reader->notices().size(); ++m_noticesTaken) {
            m_notices.push_back(m_reader->notices()[m_noticesTaken].sentence);
        }
        batch.statistics.leftOutPackets = m_reader->counts().skippedPackets;
        batch.statistics.bytesRead = m_reader->bytesRead();
        batch.statistics.bytesTotal = m_reader->bytesTotal();
    }
    if (m_done) {
        batch.statistics.bytesTotal = m_done->second;
        batch.statistics.bytesRead =
            static_cast<std::uint64_t>(m_done->first * static_cast<double>(m_done->second));
    }
    for (std::string& notice : m_notices) batch.notices.push_back(std::move(notice));
    m_notices.clear();
    batch.beginsAgain = std::exchange(m_beginsAgain, false);
    return batch;
}

}  // namespace framescope
