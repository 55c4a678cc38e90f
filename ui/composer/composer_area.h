// The composer beside the capture: connections, a tab for each where there are several, and below
// them the one transcript of all.
#pragma once

#include <memory>

#include "ui/composer/compose_services.h"
#include "ui/load/background.h"
#include "ui/window/transcript_area.h"

class QStackedWidget;

namespace framescope {

class ComposerPanel;
class FlatTabBar;
class HistoryModel;

class ComposerArea : public TranscriptArea {
    Q_OBJECT

public:
    ComposerArea(const AreaContext& context, ComposeServices services, QWidget* parent = nullptr);
    ~ComposerArea() override;

    /// The connection in front; there is always one.
    ComposerPanel& panel() const;
    int panelCount() const;
    ComposerPanel& addPanel();
    /// Closes a connection and forgets it; the last one is emptied.
    void closePanel();

    void takeRow(const Session& session, RecordId row) override;
    void takeAddress(const QString& url) override;
    void takeFocus() override;
    QList<QAction*> menuActions() const override { return m_actions; }
    void saveSizes(QSettings& settings) const override;

private:
    void buildActions();
    void connectPanel(ComposerPanel& panel);
    void nameTabs();
    void updateActions();

    ComposeServices m_services;
    SerialWorker m_worker;  // destroys clients
    std::shared_ptr<net::Reactor> m_reactor;
    std::unique_ptr<HistoryModel> m_history;
    FlatTabBar* m_tabs;
    QStackedWidget* m_stack;
    QList<QAction*> m_actions;
    QAction* m_connectAction = nullptr;
    QAction* m_cutAction = nullptr;
    QAction* m_closeAction = nullptr;
    QList<QAction*> m_tabActions;
};

}  // namespace framescope
