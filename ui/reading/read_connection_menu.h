// "Read Connection as": what a connection is read as, with a mark at what holds now. The menu only
// says what was chosen; the capture is read again by somebody else.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include <QMenu>

#include "dissector/layer/read_as.h"
#include "dissector/record/record.h"

class QActionGroup;

namespace framescope {

class Session;

class ReadConnectionMenu : public QMenu {
    Q_OBJECT

public:
    explicit ReadConnectionMenu(QWidget* parent = nullptr);

    /// What the next choice is about, and how that is read now; nothing: disabled. The session is
    /// not kept.
    void setTarget(const Session* session, std::optional<ConnectionId> connection,
                   const ReadAsRules& rules);

Q_SIGNALS:
    void chosen(framescope::ConnectionId connection, const framescope::ReadAs& readAs);

private:
    /// An entry that stands for `readAs`, whose compression and revision are asked for elsewhere.
    void addReading(QMenu& menu, const QString& text, const char* words);
    void addCompression(const QString& text, const char* parameter);
    void addRevision(const QString& text, std::uint8_t revision);
    void choose(const ReadAs& readAs);
    void showMarks();

    std::optional<ConnectionId> m_connection;
    ReadAs m_now;
    QAction* m_scope;
    QMenu* m_compressionMenu = nullptr;
    QMenu* m_revisionMenu = nullptr;
    QActionGroup* m_readingGroup = nullptr;
    QActionGroup* m_compressionGroup = nullptr;
    QActionGroup* m_revisionGroup = nullptr;
    std::vector<std::pair<QAction*, ReadAs>> m_readings;
    std::vector<std::pair<QAction*, ReadAs>> m_compressions;  // of which only that is looked at
    std::vector<std::pair<QAction*, std::uint8_t>> m_revisions;
};

}  // namespace framescope
