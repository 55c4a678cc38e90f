// The test server in the window: started and stopped, its address to copy or to open, what it is to
// do wrong, and who talks to it.
#pragma once

#include <functional>

#include <QWidget>

#include "ui/server/server_controller.h"

class QCheckBox;
class QLabel;
class QLineEdit;
class QSettings;
class QSpinBox;
class QSplitter;
class QStackedWidget;
class QTabBar;

namespace framescope {

class ClientModel;
class CommandLine;
class ErrorLabel;
class FaultList;
class FlatButton;
class FlatTable;

class ServerPanel : public QWidget {
    Q_OBJECT

public:
    enum Tab { Misbehaviours, Clients, Transcript };

    /// `settings` may be null; both must outlive this. `transcript` is shown on a tab, and belongs
    /// to this then; null for none. `wake` is what the transcript of the next start calls.
    ServerPanel(ServerController& controller, QSettings* settings, QWidget* transcript = nullptr,
                std::function<live::Wake()> wake = {}, QWidget* parent = nullptr);

    /// What the fields say.
    server::ServerOptions options() const;
    void start();
    void startOrStop();
    void takeFocus();
    /// Whether its address can be opened in a composer.
    void setOffersComposer(bool offers);

    FlatButton& startButton() { return *m_start; }
    QSpinBox& portBox() { return *m_port; }
    QLineEdit& hostEdit() { return *m_host; }
    QCheckBox& tlsBox() { return *m_tls; }
    FaultList& faults() { return *m_faults; }
    ClientModel& clients() { return *m_clients; }
    FlatTable& clientTable() { return *m_clientTable; }
    CommandLine& address() { return *m_address; }
    /// What is said of its misbehaviours, and of what went wrong; empty if nothing is.
    QString warning() const;
    QString error() const;
    Tab currentTab() const;
    void showTab(Tab tab);

    void saveSizes(QSettings& settings) const;

Q_SIGNALS:
    /// Somebody wants to connect to it in the composer.
    void composeRequested(const QString& url);
    /// Something cannot be done; one sentence for a person.
    void failed(const QString& sentence);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeTop();
    void layOut(QWidget* transcript);
    void wire();
    void showState();
    void showStatus();
    void showWarning();
    void openInBrowser();
    void setNarrow(bool narrow);

    ServerController& m_controller;
    QSettings* m_settings;
    std::function<live::Wake()> m_wake;
    FlatButton* m_start;
    QLabel* m_stateLabel;
    QWidget* m_runningLine;
    QWidget* m_actionLine;  // what can be done with its address
    QWidget* m_stoppedLine;
    CommandLine* m_address;
    FlatButton* m_browser;
    FlatButton* m_compose;
    QLineEdit* m_host;
    QSpinBox* m_port;
    QCheckBox* m_tls;
    QWidget* m_warningLine;
    ErrorLabel* m_warning;
    FlatButton* m_behave;
    ErrorLabel* m_error;
    ErrorLabel* m_open;  // reachable from other machines
    FaultList* m_faults;
    QWidget* m_faultPage;  // the tab's place for it
    ClientModel* m_clients;
    FlatTable* m_clientTable;
    QLabel* m_clientFigures;
    QTabBar* m_tabs;
    QStackedWidget* m_pages;
    QSplitter* m_splitter = nullptr;
    bool m_offersComposer = false;
    bool m_narrow = false;
    bool m_sized = false;
};

}  // namespace framescope
