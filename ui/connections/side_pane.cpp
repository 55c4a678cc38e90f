// Only one of the lists shows a choice; choosing in one takes it away from the other, except for
// "all", which both agree on.
#include "ui/connections/side_pane.h"

#include <QSignalBlocker>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "ui/connections/connection_model.h"
#include "ui/connections/connection_view.h"
#include "ui/connections/engine_session_model.h"
#include "ui/widgets/flat_tab_bar.h"

namespace framescope {

namespace {
enum Tab { kConnections, kSessions };
}

SidePane::SidePane(QWidget* parent)
    : QWidget(parent),
      m_connectionModel(new ConnectionModel(this)),
      m_sessionModel(new EngineSessionModel(this)),
      m_connectionView(new ConnectionView(*m_connectionModel)),
      m_sessionView(new SideList(*m_sessionModel, 2)),
      m_tabs(new FlatTabBar(this)),
      m_lists(new QStackedWidget(this)) {
    m_sessionView->setAccessibleName(QStringLiteral("Engine.IO sessions"));
    m_lists->addWidget(m_connectionView);
    m_lists->addWidget(m_sessionView);
    m_tabs->addTab(QStringLiteral("Connections"));
    m_tabs->addTab(QStringLiteral("Sessions"));
    m_tabs->setTabToolTip(kSessions,
                          QStringLiteral("Engine.IO sessions, each across all its connections"));
    m_tabs->setAccessibleName(QStringLiteral("Connections or sessions"));
    m_tabs->hide();
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_tabs);
    layout->addWidget(m_lists, 1);
    setFocusProxy(m_connectionView);

    connect(m_tabs, &QTabBar::currentChanged, this, &SidePane::showTab);
    connect(m_sessionView, &SideList::rowChosen, this, &SidePane::chooseSession);
    connect(m_connectionView, &ConnectionView::connectionChosen, this,
            [this](std::optional<ConnectionId> connection) {
                m_chosenSession = 0;
                m_sessionView->showAsChosen(connection ? -1 : 0);
                if (connection) {
                    Q_EMIT narrowed(std::vector{*connection});
                } else {
                    Q_EMIT narrowed(std::nullopt);
                }
            });
}

void SidePane::setSession(const Session* session) {
    m_chosenSession = 0;
    m_connectionModel->setSession(session);
    m_sessionModel->setSession(session);
    updateTabs();
    m_tabs->setCurrentIndex(kConnections);
    choose(std::nullopt);
}

void SidePane::refresh() {
    m_connectionModel->refresh();
    m_sessionModel->refresh();
    updateTabs();
    // A session that is still being read may have got another connection.
    if (m_chosenSession == 0) return;
    if (m_sessionModel->sessionAt(m_chosenSession)->connections.size() != m_chosenBefore) {
        chooseSession(m_chosenSession);
    }
}

void SidePane::updateTabs() {
    const int sessions = m_sessionModel->sessionCount();
    m_tabs->setVisible(sessions != 0);
    if (sessions == 0) m_tabs->setCurrentIndex(kConnections);
}

void SidePane::showTab(int tab) {
    const bool focused = m_lists->currentWidget()->hasFocus();
    m_lists->setCurrentIndex(tab);
    setFocusProxy(m_lists->currentWidget());
    if (focused) m_lists->currentWidget()->setFocus();
}

void SidePane::choose(std::optional<ConnectionId> connection) {
    if (connection) m_tabs->setCurrentIndex(kConnections);
    m_connectionView->choose(connection);
}

bool SidePane::chooseSessionOf(ConnectionId connection) {
    const int row = m_sessionModel->rowOf(connection);
    if (row == 0) return false;
    m_tabs->setCurrentIndex(kSessions);
    m_sessionView->chooseRow(row);
    return true;
}

std::optional<ConnectionId> SidePane::chosenConnection() const {
    const QModelIndex chosen = m_connectionView->currentIndex();
    return chosen.isValid() ? m_connectionModel->connectionAt(chosen.row()) : std::nullopt;
}

std::optional<engineio::SessionId> SidePane::chosenSession() const {
    if (m_chosenSession == 0) return std::nullopt;
    return static_cast<engineio::SessionId>(m_chosenSession - 1);
}

void SidePane::chooseSession(int row) {
    const engineio::SessionInfo* const info = m_sessionModel->sessionAt(row);
    m_connectionView->showAsChosen(info != nullptr ? -1 : 0);
    if (info == nullptr) {
        m_chosenSession = 0;
        Q_EMIT narrowed(std::nullopt);
        return;
    }
    m_chosenSession = row;
    m_chosenBefore = info->connections.size();
    Q_EMIT narrowed(info->connections);
}

}  // namespace framescope
