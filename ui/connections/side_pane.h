// What stands beside the rows: the connections and, where there are any, the Engine.IO sessions, a
// tab each. What is chosen in either list says which connections' rows are shown.
#pragma once

#include <optional>
#include <vector>

#include <QWidget>

#include "dissector/engineio/session_info.h"
#include "dissector/record/record.h"

class QStackedWidget;
class QTabBar;

namespace framescope {

class ConnectionModel;
class ConnectionView;
class EngineSessionModel;
class Session;
class SideList;

class SidePane : public QWidget {
    Q_OBJECT

public:
    explicit SidePane(QWidget* parent = nullptr);

    /// Shows another session, with everything chosen; null for none. It must outlive this.
    void setSession(const Session* session);
    /// Takes in what the session has got since.
    void refresh();

    /// Chooses a connection, or all of them.
    void choose(std::optional<ConnectionId> connection);
    /// Chooses the first Engine.IO session that runs over a connection, and goes to its tab; false
    /// if there is none.
    bool chooseSessionOf(ConnectionId connection);

    /// What is chosen, of the list that shows a choice; nothing where that is all.
    std::optional<ConnectionId> chosenConnection() const;
    std::optional<engineio::SessionId> chosenSession() const;

    ConnectionView& connections() { return *m_connectionView; }
    SideList& sessions() { return *m_sessionView; }
    QTabBar& tabBar() { return *m_tabs; }

Q_SIGNALS:
    /// The rows of these connections are wanted now; nothing: of all.
    void narrowed(const std::optional<std::vector<framescope::ConnectionId>>& connections);

private:
    void showTab(int tab);
    void chooseSession(int row);
    void updateTabs();

    ConnectionModel* m_connectionModel;
    EngineSessionModel* m_sessionModel;
    ConnectionView* m_connectionView;
    SideList* m_sessionView;
    QTabBar* m_tabs;
    QStackedWidget* m_lists;
    int m_chosenSession = 0;         // row of the list; 0: none
    std::size_t m_chosenBefore = 0;  // connections it had when it was shown last
};

}  // namespace framescope
