// Which rows stand for packets with wrong checksums. Only where checksums are verified, which the
// index knows nothing of: rows on show are asked for one by one, and all are counted bit by bit
// while nothing else happens.
#pragma once

#include <array>
#include <optional>

#include <QCache>
#include <QObject>
#include <QTimer>

#include "dissector/record/record.h"

namespace framescope {

class Session;

class ChecksumMarks : public QObject {
    Q_OBJECT

public:
    /// Issues by Severity.
    using Counts = std::array<quint64, 4>;

    explicit ChecksumMarks(QObject* parent = nullptr);

    /// Speaks of another session, or begins anew with the same: it verifies now, or does no more.
    /// Null for none; the session must outlive this.
    void setSession(const Session* session);
    /// Counts what the session has got since.
    void countAppended();
    /// The gravest thing that the row's checksums are wrong in; None where they are not verified.
    Severity of(RecordId record) const;
    /// What was found so far, each packet once.
    const Counts& counts() const { return m_counts; }

Q_SIGNALS:
    /// The counts are others.
    void counted();

private:
    void countSlice();
    Counts issuesOf(RecordId record) const;
    bool verifies() const;

    const Session* m_session = nullptr;
    Counts m_counts{};
    RecordId m_next = 0;                   // to be counted
    std::optional<PacketNumber> m_packet;  // that was counted last
    QTimer m_slices;
    mutable QCache<RecordId, Severity> m_known;
};

}  // namespace framescope
