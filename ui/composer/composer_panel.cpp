// Everything that changes what would be sent asks for another preview; what is sent is what the
// last one showed.
#include "ui/composer/composer_panel.h"

#include <utility>

#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QRandomGenerator>
#include <QScrollArea>
#include <QSettings>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "capture/compose/draft_json.h"
#include "capture/net/url.h"
#include "ui/composer/address_bar.h"
#include "ui/composer/frame_form.h"
#include "ui/composer/history_model.h"
#include "ui/composer/history_view.h"
#include "ui/composer/plain_forms.h"
#include "ui/composer/preview_pane.h"
#include "ui/composer/settings_dialog.h"
#include "ui/composer/socketio_form.h"
#include "ui/start/recent_addresses.h"
#include "ui/text/display_text.h"
#include "ui/theme/role_colors.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/flat_tab_bar.h"
#include "ui/widgets/hairline_splitter.h"
#include "ui/widgets/link_button.h"

namespace framescope {
namespace {

using client::Speaks;
using client::State;

QString folderKey() {
    return QStringLiteral("compose/messageFolder");
}
QString splitterKey() {
    return QStringLiteral("composer/form");
}

std::filesystem::path toPath(const QString& text) {
    return QFile::encodeName(text).toStdString();
}

QString messageFilter() {
    return QStringLiteral("Messages (*.json)");
}

}  // namespace

Speaks speaksAt(const QString& url, Speaks otherwise) {
    if (url.contains(QLatin1String("/socket.io"))) return Speaks::SocketIo;
    if (url.contains(QLatin1String("/engine.io"))) return Speaks::EngineIo;
    const bool http =
        url.startsWith(QLatin1String("http:")) || url.startsWith(QLatin1String("https:"));
    return http && otherwise == Speaks::WebSocket ? Speaks::SocketIo : otherwise;
}

ComposerPanel::ComposerPanel(const ComposeServices& services, SerialWorker& worker,
                             HistoryModel& history, QSettings* settings, QWidget* parent)
    : QWidget(parent),
      m_history(history),
      m_settings(settings),
      m_connection(new Connection(services, worker, this)),
      m_computed(new DraftPreview(this)),
      m_address(new AddressBar),
      m_pages(new FlatTabBar),
      m_another(new LinkButton(QStringLiteral("New connection"), {})),
      m_stack(new QStackedWidget),
      m_frame(new FrameForm),
      m_socketIo(new SocketIoForm),
      m_engineIo(new EngineIoForm),
      m_raw(new RawForm),
      m_historyView(new HistoryView(history)),
      m_preview(new PreviewPane),
      m_send(new FlatButton(QStringLiteral("Send"))),
      m_save(new FlatButton(QStringLiteral("Save…"))),
      m_load(new FlatButton(QStringLiteral("Load…"))),
      m_outcome(new QLabel) {
    newSeed();
    layOut();
    wire();
    m_address->setRecent(storedAddresses(settings));
    showStatus();
    refreshPreview();
}

ComposerPanel::~ComposerPanel() = default;

void ComposerPanel::layOut() {
    for (const char* page : {"WebSocket frame", "Socket.IO", "Engine.IO", "Raw", "History"}) {
        m_pages->addTab(QLatin1String(page));
    }
    m_pages->setAccessibleName(QStringLiteral("What is composed"));
    for (DraftForm* form : {static_cast<DraftForm*>(m_frame), static_cast<DraftForm*>(m_socketIo),
                            static_cast<DraftForm*>(m_engineIo), static_cast<DraftForm*>(m_raw)}) {
        auto* const scroll = new QScrollArea;
        scroll->setFrameShape(QFrame::NoFrame);
        scroll->setWidgetResizable(true);
        scroll->setFocusPolicy(Qt::NoFocus);
        scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
        auto* const inset = new QWidget;
        auto* const layout = new QVBoxLayout(inset);
        layout->setContentsMargins(10, 8, 10, 6);
        layout->addWidget(form);
        scroll->setWidget(inset);
        scroll->viewport()->setAutoFillBackground(false);
        inset->setAutoFillBackground(false);
        m_stack->addWidget(scroll);
    }
    m_stack->addWidget(m_historyView);
    m_send->setObjectName(QStringLiteral("send"));
    m_send->setToolTip(QStringLiteral("Send what the preview shows (Ctrl+Return)"));
    m_save->setToolTip(QStringLiteral("Keep the message as a file (Ctrl+Alt+S)"));
    m_load->setToolTip(QStringLiteral("Take a message out of a file (Ctrl+Alt+O)"));
    m_outcome->setForegroundRole(QPalette::PlaceholderText);
    m_outcome->setTextFormat(Qt::PlainText);
    m_outcome->setObjectName(QStringLiteral("outcome"));
    m_outcome->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    auto* const foot = new QHBoxLayout;
    foot->setContentsMargins(10, 4, 10, 7);
    foot->setSpacing(8);
    foot->addWidget(m_send);
    foot->addWidget(m_outcome, 1);
    foot->addWidget(m_load);
    foot->addWidget(m_save);
    auto* const left = new QWidget;
    auto* const leftLayout = new QVBoxLayout(left);
    leftLayout->setContentsMargins(0, 0, 0, 0);
    leftLayout->setSpacing(0);
    leftLayout->addWidget(m_stack, 1);
    leftLayout->addLayout(foot);
    m_splitter = new HairlineSplitter(Qt::Horizontal);
    m_splitter->addWidget(left);
    m_splitter->addWidget(m_preview);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setSizes({1000, 1000});
    m_splitter->setCollapsible(0, false);
    left->setMinimumWidth(280);
    m_preview->setMinimumWidth(160);
    if (m_settings != nullptr) {
        m_splitter->restoreState(m_settings->value(splitterKey()).toByteArray());
    }
    m_another->setToolTip(
        QStringLiteral("A further connection, in the same transcript (Ctrl+Alt+N)"));
    m_another->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    auto* const pageLine = new QHBoxLayout;
    pageLine->setContentsMargins(0, 0, 4, 0);
    pageLine->setSpacing(0);
    pageLine->addWidget(m_pages, 1);
    pageLine->addWidget(m_another);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_address);
    layout->addLayout(pageLine);
    layout->addWidget(m_splitter, 1);
}

void ComposerPanel::wire() {
    connect(m_address, &AddressBar::connectToggled, this, &ComposerPanel::toggleConnection);
    connect(m_address, &AddressBar::cutRequested, this, &ComposerPanel::cut);
    connect(m_address, &AddressBar::settingsRequested, this, &ComposerPanel::askSettings);
    connect(m_address, &AddressBar::changed, this, [this] {
        if (m_address->speaks() != m_options.speaks) {
            m_options.speaks = m_address->speaks();
            switch (m_options.speaks) {
                case Speaks::WebSocket:
                    showPage(FramePage);
                    break;
                case Speaks::SocketIo:
                    showPage(SocketIoPage);
                    break;
                case Speaks::EngineIo:
                    showPage(EngineIoPage);
                    break;
                case Speaks::Raw:
                    showPage(RawPage);
                    break;
            }
            refreshPreview();
        }
        Q_EMIT titleChanged();
    });
    connect(m_pages, &QTabBar::currentChanged, this, [this](int page) {
        m_stack->setCurrentIndex(page);
        if (page == HistoryPage && !m_historyView->currentIndex().isValid()) {
            m_historyView->setCurrentIndex(m_historyView->model()->index(0, 0));
        }
        refreshPreview();
    });
    connect(m_historyView, &HistoryView::pointedAt, this, [this] {
        if (page() == HistoryPage) refreshPreview();
    });
    for (DraftForm* form : findChildren<DraftForm*>()) {
        connect(form, &DraftForm::changed, this, [this, form] {
            if (form == this->form()) refreshPreview();
        });
    }
    connect(m_historyView, &HistoryView::chosen, this,
            [this](int row) { setDraft(m_history.draftAt(row)); });
    connect(m_send, &FlatButton::clicked, this, &ComposerPanel::send);
    connect(m_save, &FlatButton::clicked, this, &ComposerPanel::saveMessage);
    connect(m_load, &FlatButton::clicked, this, &ComposerPanel::loadMessage);
    connect(m_another, &LinkButton::clicked, this, &ComposerPanel::anotherWanted);
    connect(m_computed, &DraftPreview::shown, this, &ComposerPanel::showPreview);
    connect(m_connection, &Connection::statusChanged, this, &ComposerPanel::showStatus);
    connect(m_connection, &Connection::sent, this, &ComposerPanel::showOutcome);
    connect(m_connection, &Connection::acknowledged, this, &ComposerPanel::showAcknowledged);
    connect(m_connection, &Connection::remarked, this,
            [this](const QString& sentence) { say(Severity::Warning, sentence); });
}

QString ComposerPanel::title() const {
    const QString url = m_address->url();
    return url.isEmpty() ? QStringLiteral("New connection") : url;
}

client::ClientOptions ComposerPanel::options() const {
    client::ClientOptions options = m_options;
    if (options.urls.empty()) options.urls.emplace_back();
    options.urls.front() = m_address->url().toStdString();
    options.speaks = m_address->speaks();
    return options;
}

void ComposerPanel::setOptions(const client::ClientOptions& options) {
    m_options = options;
    m_address->setSpeaks(options.speaks);
    if (!options.urls.empty()) m_address->setUrl(QString::fromStdString(options.urls.front()));
    showStatus();
    refreshPreview();
}

/// What can be turned while a connection is open is turned at once.
void ComposerPanel::takeOptions(const client::ClientOptions& options) {
    setOptions(options);
    if (!m_connection->isActive()) return;
    m_connection->setAnswersPings(options.answersPings);
    m_connection->setAnswersHeartbeats(options.engineIo.answersHeartbeats);
    m_connection->setPeriodic(options.periodic);
    say(Severity::Note,
        QStringLiteral("Pongs, heartbeats and the message that is sent again and again are as "
                       "chosen from now on; the rest counts from the next connection."));
}

void ComposerPanel::toggleConnection() {
    if (std::exchange(m_starting, false)) return showStatus();
    if (m_connection->isActive()) return m_connection->close();
    const QString url = m_address->url();
    if (url.isEmpty()) {
        m_address->takeFocus();
        return say(Severity::Note, QStringLiteral("Where to? An address is missing."));
    }
    const auto parsed = net::parseUrl(url.toStdString());
    if (!parsed) return say(Severity::Error, displayText(parsed.error().sentence, 600));
    storeAddress(m_settings, url);
    m_address->setRecent(storedAddresses(m_settings));
    m_starting = true;
    say(Severity::None, {});
    showStatus();
    Q_EMIT connectWanted();
}

void ComposerPanel::open(const std::shared_ptr<net::Reactor>& reactor,
                         const std::shared_ptr<transcript::Transcript>& transcript) {
    if (!std::exchange(m_starting, false)) return;  // cancelled meanwhile
    m_awaitedAck.reset();
    m_connection->open(reactor, transcript, options());
}

void ComposerPanel::cut() {
    if (m_connection->isActive()) m_connection->cut();
}

void ComposerPanel::askSettings() {
    auto* const dialog = new SettingsDialog(options(), this);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { takeOptions(dialog->options()); });
    dialog->open();
}

void ComposerPanel::showStatus() {
    client::Status status = m_connection->status();
    if (m_starting) {
        status = {};
        status.state = State::Connecting;
        status.attempt = 1;
    }
    m_address->showStatus(status, m_options.connection.tls.verify);
    const bool open = status.state == State::Open;
    const QString sentence = displayText(status.sentence, 600);
    if (!sentence.isEmpty()) {
        say(Severity::Error, sentence);
    } else if (open && !m_wasOpen) {
        say(Severity::None, {});
    }
    QStringList names;
    for (const std::string& nsp : status.namespaces) names << displayText(nsp, 200);
    if (open) m_socketIo->setNamespaces(names);
    if (open != m_wasOpen) {
        m_wasOpen = open;
        refreshPreview();
    }
    showPreview();
    Q_EMIT stateChanged();
}

void ComposerPanel::say(Severity severity, const QString& sentence) {
    m_address->setSentence(severity, sentence);
}

DraftForm* ComposerPanel::form() const {
    switch (m_pages->currentIndex()) {
        case SocketIoPage:
            return m_socketIo;
        case EngineIoPage:
            return m_engineIo;
        case RawPage:
            return m_raw;
        default:
            return m_frame;
    }
}

compose::Draft ComposerPanel::draft() const {
    const int row = m_historyView->currentIndex().row();
    if (page() == HistoryPage && row >= 0) return m_history.draftAt(row);
    return form()->draft();
}

QString ComposerPanel::fault() const {
    if (page() != HistoryPage) return form()->fault();
    return m_historyView->currentIndex().isValid()
               ? QString()
               : QStringLiteral("Nothing to send again: nothing was sent yet.");
}

void ComposerPanel::setDraft(const compose::Draft& draft) {
    const std::pair<DraftForm*, Page> forms[] = {{m_frame, FramePage},
                                                 {m_socketIo, SocketIoPage},
                                                 {m_engineIo, EngineIoPage},
                                                 {m_raw, RawPage}};
    for (const auto& [form, page] : forms) {
        if (!form->takes(draft)) continue;
        form->setDraft(draft);
        showPage(page);
        form->takeFocus();
        refreshPreview();
        return;
    }
}

void ComposerPanel::showPage(Page page) {
    m_pages->setCurrentIndex(page);
}

ComposerPanel::Page ComposerPanel::page() const {
    return static_cast<Page>(m_pages->currentIndex());
}

/// Of a connection that is not there yet: as it will probably be.
compose::WireState ComposerPanel::presumedWire() const {
    compose::WireState wire;
    const Speaks speaks = m_address->speaks();
    if (speaks == Speaks::EngineIo || speaks == Speaks::SocketIo) {
        wire.engineVersion = m_options.engineIo.revision;
        wire.base64 = m_options.engineIo.base64;
        wire.path = speaks == Speaks::SocketIo ? "/socket.io/" : "/engine.io/";
    }
    wire.msgpack = speaks == Speaks::SocketIo && m_options.socketIo.msgpack;
    wire.upgraded = speaks != Speaks::Raw;
    return wire;
}

void ComposerPanel::refreshPreview() {
    m_sendWhenShown = false;
    PreviewRequest request;
    request.draft = draft();
    request.keySeed = m_seed;
    if (m_connection->isOpen()) {
        request.wire = m_connection->status().wire;
        request.prepare = m_connection->preparer();
    } else {
        request.wire = presumedWire();
    }
    m_computed->request(std::move(request));
}

void ComposerPanel::showPreview() {
    DraftView view = m_computed->view();
    const QString fault = this->fault();
    if (!fault.isEmpty()) {
        view = {};
        view.fault = fault;
    }
    m_preview->setView(view);
    const bool doubtful = view.worst >= Severity::Warning;
    m_send->setText(doubtful ? QStringLiteral("Send Anyway") : QStringLiteral("Send"));
    m_send->updateGeometry();
    m_send->setEnabled(m_connection->isOpen() && view.fault.isEmpty());
    if (m_outcome->text().isEmpty() || m_hinted) {
        m_hinted = true;
        m_outcome->setText(m_connection->isOpen() ? QStringLiteral("Ctrl+Return sends")
                                                  : QString());
    }
    if (m_computed->isPending() || !std::exchange(m_sendWhenShown, false)) return;
    if (doubtful && !m_wasNamed) {
        return say(
            Severity::Warning,
            QStringLiteral("Not sent yet: the preview names what is wrong with it. Send once "
                           "more to send it anyway."));
    }
    sendNow();
}

void ComposerPanel::send() {
    const QString fault = this->fault();
    if (!fault.isEmpty()) return say(Severity::Error, fault);
    if (!m_connection->isOpen()) {
        return say(Severity::Note,
                   m_connection->isActive() || m_starting
                       ? QStringLiteral("Not sent: the connection is not open yet.")
                       : QStringLiteral("Not sent: nothing is connected. F9 connects."));
    }
    if (m_computed->isPending()) {
        m_sendWhenShown = true;
        m_wasNamed = m_computed->view().worst >= Severity::Warning;
        return m_computed->hurry();
    }
    sendNow();
}

void ComposerPanel::sendNow() {
    const DraftView& view = m_computed->view();
    if (!view.fault.isEmpty()) return say(Severity::Error, view.fault);
    const compose::Draft now = draft();
    m_hinted = false;
    m_outcome->setText(QStringLiteral("Sending…"));
    m_awaitedAck.reset();
    say(Severity::None, {});
    m_connection->send(now, m_seed);
    m_history.add(now, QDateTime::currentDateTime());
    newSeed();
    refreshPreview();
}

void ComposerPanel::newSeed() {
    m_seed = QRandomGenerator::global()->generate64() | 1U;  // 0 means chance
}

void ComposerPanel::showOutcome(const Outcome& outcome) {
    // What a compressed message refers to has moved on.
    refreshPreview();
    if (!outcome.refused.isEmpty()) {
        m_outcome->setText(QStringLiteral("Not sent"));
        return say(Severity::Error, outcome.refused);
    }
    m_awaitedAck = outcome.ackId;
    QString text = QStringLiteral("Sent %1").arg(byteCount(outcome.bytes));
    if (outcome.ackId) {
        text += QStringLiteral(", acknowledgement %1 is awaited").arg(*outcome.ackId);
    }
    m_outcome->setText(text);
}

void ComposerPanel::showAcknowledged(const Acknowledged& acknowledged) {
    if (m_awaitedAck != acknowledged.id) return;
    QString text = QStringLiteral("Acknowledged");
    if (acknowledged.latencyNs) {
        text += QStringLiteral(" after ") + shortDuration(*acknowledged.latencyNs);
    }
    if (!acknowledged.data.isEmpty()) text += QStringLiteral(": ") + acknowledged.data;
    m_outcome->setText(text);
    m_outcome->setToolTip(plainToolTip(text));
}

QString ComposerPanel::outcomeText() const {
    return m_outcome->text();
}

void ComposerPanel::saveMessage() {
    auto* const dialog = new QFileDialog(this, QStringLiteral("Save the Message"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("json"));
    dialog->setNameFilters({messageFilter(), QStringLiteral("All files (*)")});
    if (m_settings != nullptr) dialog->setDirectory(m_settings->value(folderKey()).toString());
    dialog->selectFile(QStringLiteral("message.json"));
    connect(dialog, &QFileDialog::fileSelected, this, &ComposerPanel::saveMessageAs);
    dialog->open();
}

void ComposerPanel::loadMessage() {
    auto* const dialog = new QFileDialog(this, QStringLiteral("Load a Message"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({messageFilter(), QStringLiteral("All files (*)")});
    if (m_settings != nullptr) dialog->setDirectory(m_settings->value(folderKey()).toString());
    connect(dialog, &QFileDialog::fileSelected, this, &ComposerPanel::loadMessageFrom);
    dialog->open();
}

void ComposerPanel::saveMessageAs(const QString& path) {
    if (m_settings != nullptr) m_settings->setValue(folderKey(), QFileInfo(path).absolutePath());
    runInBackground(
        *this, [draft = draft(), file = toPath(path)] { return compose::saveDraft(draft, file); },
        [this, path](const Result<bool>& saved) {
            if (!saved) return say(Severity::Error, displayText(saved.error().sentence, 600));
            m_hinted = false;
            m_outcome->setText(QStringLiteral("Saved as %1").arg(QFileInfo(path).fileName()));
        });
}

void ComposerPanel::loadMessageFrom(const QString& path) {
    if (m_settings != nullptr) m_settings->setValue(folderKey(), QFileInfo(path).absolutePath());
    runInBackground(
        *this, [file = toPath(path)] { return compose::loadDraft(file); },
        [this](const Result<compose::Draft>& loaded) {
            if (!loaded) return say(Severity::Error, displayText(loaded.error().sentence, 600));
            say(Severity::None, {});
            setDraft(*loaded);
        });
}

void ComposerPanel::takeFocus() {
    if (!m_connection->isActive()) return m_address->takeFocus();
    takeFocusInPage();
}

void ComposerPanel::takeFocusInPage() {
    if (page() == HistoryPage) return m_historyView->setFocus();
    form()->takeFocus();
}

void ComposerPanel::saveSizes(QSettings& settings) const {
    settings.setValue(splitterKey(), m_splitter->saveState());
}

void ComposerPanel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), roleColors(palette()).surface);
}

}  // namespace framescope
