// Puts together what the rows' maker and the reader of a capture have found, and hands it on in
// batches.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capture/file/capture_reader.h"
#include "capture/ingest/batch.h"
#include "capture/ingest/ingestor.h"

namespace framescope {

class Batches {
public:
    /// `soon`: somebody waits for the first rows. `mayBeginAgain`: what was handed on may be taken
    /// back. `sink`, which outlives this, returns false when no more is wanted.
    Batches(const std::function<bool(Batch&&)>& sink, bool mayBeginAgain, bool soon);

    void addNotice(std::string sentence) { m_notices.push_back(std::move(sentence)); }
    /// There is enough for a batch.
    bool isEnough(const Ingestor& ingestor) const { return ingestor.pending() >= m_limit; }
    bool mayBeginAgain() const { return m_mayBeginAgain; }
    /// Forgets what was found, and has the others do so; false where what was handed on stays.
    bool beginAgain();

    /// From now on it is this one that reads the capture: what it finds beside packets is asked
    /// before each batch. Null while nobody knows yet which one will count.
    void setReader(CaptureReader* reader) {
        m_reader = reader;
        m_noticesTaken = 0;
    }
    /// How much of the capture's bytes counts as read, from 0 to 1, where the reader does not know.
    void setDone(double done, std::uint64_t bytesTotal) { m_done = {done, bytesTotal}; }
    void readerKnowsWhatIsDone() { m_done.reset(); }
    /// False when no more is wanted.
    bool hand(Ingestor& ingestor);
    /// All that is left.
    void handLast(Ingestor& ingestor, ReadStep step);

private:
    Batch take(Ingestor& ingestor);
    bool put(Batch&& batch) {
        m_hasHanded = true;
        return m_sink(std::move(batch));
    }

    const std::function<bool(Batch&&)>& m_sink;
    const bool m_mayBeginAgain;
    std::size_t m_limit;
    bool m_hasHanded = false;
    bool m_beginsAgain = false;
    CaptureReader* m_reader = nullptr;
    std::size_t m_noticesTaken = 0;
    std::optional<std::pair<double, std::uint64_t>> m_done;
    std::vector<std::string> m_notices;
};

}  // namespace framescope
