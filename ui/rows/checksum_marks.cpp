#include "ui/rows/checksum_marks.h"

#include <algorithm>

#include <QElapsedTimer>

#include "capture/session/session.h"

namespace framescope {
namespace {

constexpr int kSliceMs = 8;   // a frame on a screen takes twice as long
constexpr int kPauseMs = 12;  // between slices, for everything else
constexpr int kKnown = 2000;

bool isOfChecksum(IssueCode code) {
    return code == IssueCode::IpChecksumWrong || code == IssueCode::TcpChecksumWrong;
}

}  // namespace

ChecksumMarks::ChecksumMarks(QObject* parent) : QObject(parent), m_known(kKnown) {
    m_slices.setInterval(kPauseMs);
    connect(&m_slices, &QTimer::timeout, this, &ChecksumMarks::countSlice);
}

bool ChecksumMarks::verifies() const {
    return m_session != nullptr && m_session->checksumVerification();
}

void ChecksumMarks::setSession(const Session* session) {
    m_session = session;
    m_counts = {};
    m_next = 0;
    m_packet.reset();
    m_known.clear();
    m_slices.stop();
    countAppended();
}

void ChecksumMarks::countAppended() {
    if (verifies() && m_next < m_session->rowCount()) m_slices.start();
}

Severity ChecksumMarks::of(RecordId record) const {
    if (!verifies()) return Severity::None;
    if (const Severity* const known = m_known.object(record)) return *known;
    const Counts issues = issuesOf(record);
    Severity worst = Severity::None;
    for (std::size_t i = 0; i < issues.size(); ++i) {
        if (issues[i] != 0) worst = static_cast<Severity>(i);
    }
    m_known.insert(record, new Severity(worst));
    return worst;
}

ChecksumMarks::Counts ChecksumMarks::issuesOf(RecordId record) const {
    Counts counts{};
    const Dissection dissection = m_session->dissect(record);
    for (const FieldIssue& entry : dissection.fields.issues()) {
        if (!isOfChecksum(entry.issue.code)) continue;
        ++counts[static_cast<std::size_t>(issueInfo(entry.issue.code).severity)];
    }
    return counts;
}

void ChecksumMarks::countSlice() {
    const Counts before = m_counts;
    QElapsedTimer time;
    time.start();
    while (verifies() && m_next < m_session->rowCount() && time.elapsed() < kSliceMs) {
        const RecordId record = m_next++;
        const PacketNumber packet = m_session->record(record).packet;
        if (m_packet == packet) continue;
        m_packet = packet;
        const Counts found = issuesOf(record);
        for (std::size_t i = 0; i < found.size(); ++i) m_counts[i] += found[i];
    }
    if (!verifies() || m_next >= m_session->rowCount()) m_slices.stop();
    if (m_counts != before) Q_EMIT counted();
}

}  // namespace framescope
