// Puts together what the rows' maker and the reader of a capture have found, and hands it on in
// batches.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "capture/ingest/batch.h"
#include "capture/ingest/packet_intake.h"
#include "capture/ingest/reader_findings.h"
#include "capture/ingest/row_maker.h"

namespace framescope {

class Batches {
public:
    /// `soon`: somebody waits for the first rows. `mayBeginAgain`: what was handed on may be taken
    /// back. `sink`, which outlives this, returns false when no more is wanted.
    Batches(const std::function<bool(Batch&&)>& sink, bool mayBeginAgain, bool soon);

    void addNotice(std::string sentence) { m_findings.notices.push_back(std::move(sentence)); }
    /// What the reader has found beside packets since it was asked last.
    void add(ReaderFindings&& found) { m_findings.append(std::move(found)); }
    /// There is enough for a batch; asked from time to time, so it may have more.
    bool isEnough(const RowMaker& rows) const { return rows.pending() >= m_limit; }
    bool mayBeginAgain() const { return m_mayBeginAgain; }
    /// Forgets what was found, and has the others do so; false where what was handed on stays.
    bool beginAgain();

    /// How much of the capture's bytes counts as read, from 0 to 1, where the reader does not know.
    void setDone(double done, std::uint64_t bytesTotal) { m_done = {done, bytesTotal}; }
    void readerKnowsWhatIsDone() { m_done.reset(); }
    /// `figures` are PacketIntake::figures(). False when no more is wanted.
    bool hand(RowMaker& rows, const Statistics& figures);
    /// All that is left, once intake and reader have come to their end.
    void handLast(RowMaker& rows, PacketIntake& intake, const CaptureReader& reader, ReadStep step);

private:
    Batch take(RowMaker& rows, const Statistics& figures);
    bool put(Batch&& batch) {
        m_hasHanded = true;
        return m_sink(std::move(batch));
    }

    const std::function<bool(Batch&&)>& m_sink;
    const bool m_mayBeginAgain;
    std::size_t m_limit;
    bool m_hasHanded = false;
    bool m_beginsAgain = false;
    std::optional<std::pair<double, std::uint64_t>> m_done;
    ReaderFindings m_findings;
};

}  // namespace framescope
