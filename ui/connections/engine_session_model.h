// The Engine.IO sessions of a capture as a list, each across all its connections: what it ran over,
// whether it came to be upgraded, how long it was and how much it carried. Row 0 stands for the
// whole capture, row n for session n - 1.
#pragma once

#include <optional>
#include <vector>

#include "capture/session/session.h"
#include "dissector/engineio/session_info.h"
#include "ui/connections/side_list.h"

namespace framescope {

/// Transports and what became of the upgrade, in plain words: "polling → websocket after 15 ms",
/// "polling, never upgraded".
QString transportWords(const engineio::SessionInfo& info);

class EngineSessionModel : public SideListModel {
    Q_OBJECT

public:
    explicit EngineSessionModel(QObject* parent = nullptr);

    /// Shows the Engine.IO sessions of another session; null for none. It must outlive this.
    void setSession(const Session* session);
    /// Takes in new ones and what has changed about the others.
    void refresh();

    int sessionCount() const { return m_shown; }
    /// The session of a row; nothing for the whole capture.
    const engineio::SessionInfo* sessionAt(int row) const;
    /// The row of the first session that runs over a connection, 0 for none.
    int rowOf(ConnectionId connection) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

private:
    QString name(int row) const;
    QString sid(int row) const;
    QString title(int row) const;
    QString detail(int row) const;
    QString everything(int row) const;
    Severity severity(int row) const;

    const Session* m_session = nullptr;
    int m_shown = 0;  // sessions
};

}  // namespace framescope
