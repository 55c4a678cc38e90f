// One connection of the composer: its address bar, the forms on the left, the preview on the right,
// and the button that sends what the preview shows.
//
// A seed stands behind the random masking keys, the same for the preview and for sending, so that
// what is shown is what is sent; a message that was sent takes its seed with it.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <QWidget>

#include "ui/composer/compose_services.h"
#include "ui/composer/connection.h"
#include "ui/composer/draft_preview.h"

class QLabel;
class QSettings;
class QSplitter;
class QStackedWidget;

namespace framescope {

class AddressBar;
class DraftForm;
class EngineIoForm;
class FlatButton;
class FlatTabBar;
class FrameForm;
class HistoryModel;
class HistoryView;
class LinkButton;
class PreviewPane;
class RawForm;
class SocketIoForm;

class ComposerPanel : public QWidget {
    Q_OBJECT

public:
    /// In the order of the tabs.
    enum Page { FramePage, SocketIoPage, EngineIoPage, RawPage, HistoryPage };

    /// `worker` and `history` must outlive this; `settings` may be null.
    ComposerPanel(const ComposeServices& services, SerialWorker& worker, HistoryModel& history,
                  QSettings* settings, QWidget* parent = nullptr);
    ~ComposerPanel() override;

    /// The address, or what stands for it on a tab.
    QString title() const;
    /// What is chosen for the connection, with the address.
    client::ClientOptions options() const;
    void setOptions(const client::ClientOptions& options);
    /// Opens the connection with what is chosen; somebody has asked for it with connectWanted().
    void open(const std::shared_ptr<net::Reactor>& reactor,
              const std::shared_ptr<transcript::Transcript>& transcript);
    /// Connects, or closes what is open or under way.
    void toggleConnection();
    void cut();
    void askSettings();

    /// What is written on the page in front; of the history its current message.
    compose::Draft draft() const;
    /// Shows a draft on its page, to be edited.
    void setDraft(const compose::Draft& draft);
    void showPage(Page page);
    Page page() const;
    /// Sends what the form says; whatever is in the way is said instead.
    void send();
    void saveMessage();
    void loadMessage();
    /// The same with a file that is known already.
    void saveMessageAs(const QString& path);
    void loadMessageFrom(const QString& path);
    /// Says something below the address.
    void say(Severity severity, const QString& sentence);

    /// In the address as long as nothing is connected, else in the page.
    void takeFocus();
    void takeFocusInPage();
    void saveSizes(QSettings& settings) const;

    AddressBar& addressBar() { return *m_address; }
    Connection& connection() { return *m_connection; }
    FrameForm& frameForm() { return *m_frame; }
    SocketIoForm& socketIoForm() { return *m_socketIo; }
    RawForm& rawForm() { return *m_raw; }
    PreviewPane& previewPane() { return *m_preview; }
    DraftPreview& preview() { return *m_computed; }
    HistoryView& historyView() { return *m_historyView; }
    FlatButton& sendButton() { return *m_send; }
    LinkButton& newConnectionButton() { return *m_another; }
    QString outcomeText() const;

Q_SIGNALS:
    /// A transcript is wanted, and then open().
    void connectWanted();
    void anotherWanted();
    void titleChanged();
    /// The state of the connection has changed.
    void stateChanged();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void layOut();
    void wire();
    DraftForm* form() const;
    /// What keeps what is written from being a draft, a sentence; empty for nothing.
    QString fault() const;
    void showStatus();
    void showOutcome(const Outcome& outcome);
    void showAcknowledged(const Acknowledged& acknowledged);
    void refreshPreview();
    void showPreview();
    void sendNow();
    void newSeed();
    compose::WireState presumedWire() const;
    void takeOptions(const client::ClientOptions& options);

    HistoryModel& m_history;
    QSettings* m_settings;
    client::ClientOptions m_options;
    Connection* m_connection;
    DraftPreview* m_computed;
    bool m_starting = false;       // the transcript is on its way
    bool m_sendWhenShown = false;  // the key came before the preview
    bool m_wasNamed = false;       // what is wrong stood there when the key came
    bool m_wasOpen = false;
    bool m_hinted = false;  // beside the button stands what the key does
    std::uint64_t m_seed = 1;
    std::optional<std::uint64_t> m_awaitedAck;

    AddressBar* m_address;
    FlatTabBar* m_pages;
    LinkButton* m_another;
    QStackedWidget* m_stack;
    FrameForm* m_frame;
    SocketIoForm* m_socketIo;
    EngineIoForm* m_engineIo;
    RawForm* m_raw;
    HistoryView* m_historyView;
    PreviewPane* m_preview;
    FlatButton* m_send;
    FlatButton* m_save;
    FlatButton* m_load;
    QLabel* m_outcome;
    QSplitter* m_splitter = nullptr;
};

/// What is spoken at an address, as far as it shows: Socket.IO where its path or scheme says so.
client::Speaks speaksAt(const QString& url, client::Speaks otherwise);

}  // namespace framescope
