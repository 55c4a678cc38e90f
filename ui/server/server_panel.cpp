// Wide, the misbehaviours stand beside the clients; narrow, they are a tab of their own.
#include "ui/server/server_panel.h"

#include <algorithm>

#include <QAction>
#include <QCheckBox>
#include <QDesktopServices>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSettings>
#include <QSpinBox>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/server/client_model.h"
#include "ui/server/fault_list.h"
#include "ui/text/display_text.h"
#include "ui/theme/fonts.h"
#include "ui/widgets/command_line.h"
#include "ui/widgets/error_label.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/flat_tab_bar.h"
#include "ui/widgets/flat_table.h"
#include "ui/widgets/hairline_splitter.h"
#include "ui/widgets/pane.h"

namespace framescope {

namespace {

constexpr int kNarrow = 860;  // pixels, below which the misbehaviours are a tab
constexpr int kFaultWidth = 360;
constexpr int kLeastWidth = 480;

QString key(const char* name) {
    return QStringLiteral("server/") + QLatin1String(name);
}

bool isLoopback(const QString& host) {
    return host.startsWith(QLatin1String("127.")) || host == QLatin1String("::1") ||
           host == QLatin1String("localhost");
}

}  // namespace

ServerPanel::ServerPanel(ServerController& controller, QSettings* settings, QWidget* transcript,
                         std::function<live::Wake()> wake, QWidget* parent)
    : QWidget(parent),
      m_controller(controller),
      m_settings(settings),
      m_wake(std::move(wake)),
      m_start(new FlatButton(QStringLiteral("&Start"))),
      m_stateLabel(new QLabel),
      m_runningLine(new QWidget),
      m_actionLine(new QWidget),
      m_stoppedLine(new QWidget),
      m_address(new CommandLine),
      m_browser(new FlatButton(QStringLiteral("Open in &Browser"))),
      m_compose(new FlatButton(QStringLiteral("&Connect to It"))),
      m_host(new QLineEdit(QStringLiteral("127.0.0.1"))),
      m_port(new QSpinBox),
      m_tls(new QCheckBox(QStringLiteral("T&LS (https and wss)"))),
      m_warningLine(new QWidget),
      m_warning(new ErrorLabel(Severity::Warning)),
      m_behave(new FlatButton(QStringLiteral("Behave Again"))),
      m_error(new ErrorLabel),
      m_open(new ErrorLabel(Severity::Warning)),
      m_faults(new FaultList),
      m_faultPage(new QWidget),
      m_clients(new ClientModel(this)),
      m_clientTable(new FlatTable(*m_clients, {{QStringLiteral("000.000.000.000:00000"), true, 0},
                                               {QString(), false, 120},
                                               {QStringLiteral("000 000"), true, 0},
                                               {QStringLiteral("000 000"), true, 0},
                                               {QString(), false, 90}})),
      m_clientFigures(new QLabel),
      m_tabs(new FlatTabBar),
      m_pages(new QStackedWidget) {
    layOut(transcript);
    if (settings != nullptr) {
        m_host->setText(settings->value(key("host"), m_host->text()).toString());
        m_port->setValue(settings->value(key("port")).toInt());
        m_tls->setChecked(settings->value(key("tls")).toBool());
        m_sized = m_splitter->restoreState(settings->value(key("panes")).toByteArray());
    }
    wire();
    showTab(Clients);
    showState();
    showStatus();
    showWarning();
}

QWidget* ServerPanel::makeTop() {
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    m_stateLabel->setFont(bold);
    m_stateLabel->setTextFormat(Qt::PlainText);
    m_start->setToolTip(QStringLiteral("Starts the server, or stops it (Ctrl+Return)"));
    m_browser->setToolTip(QStringLiteral("A page to try everything the server can do"));
    m_compose->setToolTip(QStringLiteral("Opens its address in the composer"));
    m_compose->hide();

    auto* const running = new QHBoxLayout(m_runningLine);
    running->setContentsMargins(0, 0, 0, 0);
    running->setSpacing(8);
    running->addWidget(m_address, 1);
    auto* const actions = new QHBoxLayout(m_actionLine);
    actions->setContentsMargins(0, 0, 0, 0);
    actions->setSpacing(8);
    actions->addWidget(m_browser);
    actions->addWidget(m_compose);
    actions->addStretch(1);

    m_host->setFont(fixedFont());
    m_host->setMaximumWidth(180);
    m_host->setMinimumWidth(90);
    m_host->setAccessibleName(QStringLiteral("Address to listen on"));
    m_port->setRange(0, 65'535);
    m_port->setSpecialValueText(QStringLiteral("any free"));
    m_port->setAccessibleName(QStringLiteral("Port"));
    m_tls->setToolTip(
        QStringLiteral("With a certificate that is made at the start, and that no "
                       "client trusts by itself"));
    auto* const hostLabel = new QLabel(QStringLiteral("&on"));
    hostLabel->setBuddy(m_host);
    auto* const portLabel = new QLabel(QStringLiteral("&port"));
    portLabel->setBuddy(m_port);
    auto* const stopped = new QHBoxLayout(m_stoppedLine);
    stopped->setContentsMargins(0, 0, 0, 0);
    stopped->setSpacing(8);
    stopped->addWidget(hostLabel);
    stopped->addWidget(m_host, 1);
    stopped->addWidget(portLabel);
    stopped->addWidget(m_port);
    stopped->addSpacing(8);
    stopped->addWidget(m_tls);
    stopped->addStretch(1);

    auto* const line = new QHBoxLayout;
    line->setSpacing(10);
    line->addWidget(m_stateLabel);
    line->addWidget(m_runningLine, 1);
    line->addWidget(m_stoppedLine, 1);
    line->addWidget(m_start);
    m_open->setText(QStringLiteral("Other machines may reach it there."));
    auto* const warningLayout = new QHBoxLayout(m_warningLine);
    warningLayout->setContentsMargins(0, 0, 0, 0);
    warningLayout->setSpacing(8);
    warningLayout->addWidget(m_warning, 1);
    warningLayout->addWidget(m_behave);
    m_error->hide();

    auto* const top = new QWidget;
    auto* const layout = new QVBoxLayout(top);
    layout->setContentsMargins(14, 8, 14, 8);
    layout->setSpacing(6);
    layout->addLayout(line);
    layout->addWidget(m_actionLine);
    layout->addWidget(m_open);
    layout->addWidget(m_error);
    layout->addWidget(m_warningLine);
    return top;
}

void ServerPanel::layOut(QWidget* transcript) {
    auto* const faultLayout = new QVBoxLayout(m_faultPage);
    faultLayout->setContentsMargins(0, 0, 0, 0);
    m_clientTable->setAccessibleName(QStringLiteral("Clients"));
    m_clientFigures->setTextFormat(Qt::PlainText);
    m_clientFigures->setForegroundRole(QPalette::PlaceholderText);
    m_clientFigures->setContentsMargins(10, 6, 10, 6);
    auto* const clientPage = new QWidget;
    auto* const clientLayout = new QVBoxLayout(clientPage);
    clientLayout->setContentsMargins(0, 0, 0, 0);
    clientLayout->setSpacing(0);
    clientLayout->addWidget(m_clientTable, 1);
    clientLayout->addWidget(m_clientFigures);

    m_tabs->setAccessibleName(QStringLiteral("Views of the test server"));
    m_tabs->addTab(QStringLiteral("Misbehaviours"));
    m_tabs->addTab(QStringLiteral("Clients"));
    m_pages->addWidget(m_faultPage);
    m_pages->addWidget(new Pane(clientPage));
    if (transcript != nullptr) {
        m_tabs->addTab(QStringLiteral("Traffic"));
        m_pages->addWidget(transcript);
    }
    m_tabs->setTabVisible(Misbehaviours, false);
    auto* const right = new QWidget;
    auto* const rightLayout = new QVBoxLayout(right);
    rightLayout->setContentsMargins(0, 0, 0, 0);
    rightLayout->setSpacing(0);
    rightLayout->addWidget(m_tabs);
    rightLayout->addWidget(m_pages, 1);
    right->setBackgroundRole(QPalette::Base);
    right->setAutoFillBackground(true);

    m_faults->setBackgroundRole(QPalette::Base);
    m_faults->setAutoFillBackground(true);
    m_faults->setMinimumWidth(240);
    m_splitter = new HairlineSplitter(Qt::Horizontal);
    m_splitter->addWidget(m_faults);
    m_splitter->addWidget(right);
    // As little as it needs when it is narrow: only then it can become so.
    m_splitter->setMinimumWidth(kLeastWidth);
    m_splitter->setStretchFactor(0, 0);
    m_splitter->setStretchFactor(1, 1);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeTop());
    layout->addWidget(m_splitter, 1);
    setFocusProxy(m_start);
}

void ServerPanel::wire() {
    connect(m_tabs, &QTabBar::currentChanged, m_pages, &QStackedWidget::setCurrentIndex);
    connect(m_start, &FlatButton::clicked, this, &ServerPanel::startOrStop);
    connect(m_browser, &FlatButton::clicked, this, &ServerPanel::openInBrowser);
    connect(m_compose, &FlatButton::clicked, this,
            [this] { Q_EMIT composeRequested(m_controller.url()); });
    connect(m_behave, &FlatButton::clicked, this, [this] { m_faults->setMisbehaviours({}); });
    connect(m_faults, &FaultList::edited, this, [this] {
        m_controller.setMisbehaviours(m_faults->misbehaviours());
        showWarning();
    });
    connect(m_host, &QLineEdit::textChanged, this, &ServerPanel::showState);
    connect(m_host, &QLineEdit::returnPressed, this, &ServerPanel::start);
    connect(&m_controller, &ServerController::changed, this, &ServerPanel::showState);
    connect(&m_controller, &ServerController::reported, this, &ServerPanel::showStatus);
    connect(&m_controller, &ServerController::failed, this, [this](const QString& sentence) {
        m_error->setText(sentence);
        m_error->show();
    });
    auto* const run = new QAction(QStringLiteral("&Start or Stop the Server"), this);
    run->setShortcuts(
        {QKeySequence(Qt::CTRL | Qt::Key_Return), QKeySequence(Qt::CTRL | Qt::Key_Enter)});
    run->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(run, &QAction::triggered, this, &ServerPanel::startOrStop);
    addAction(run);
}

server::ServerOptions ServerPanel::options() const {
    server::ServerOptions options;
    options.host = m_host->text().trimmed().toStdString();
    if (options.host.empty()) options.host = "127.0.0.1";
    options.port = static_cast<std::uint16_t>(m_port->value());
    options.tls = m_tls->isChecked();
    options.misbehaviours = m_faults->misbehaviours();
    return options;
}

void ServerPanel::start() {
    if (m_controller.state() != ServerState::Stopped) return;
    m_error->hide();
    m_error->setText({});
    if (m_settings != nullptr) {
        m_settings->setValue(key("host"), m_host->text().trimmed());
        m_settings->setValue(key("port"), m_port->value());
        m_settings->setValue(key("tls"), m_tls->isChecked());
    }
    m_controller.start(options(), m_wake ? m_wake() : live::Wake([] {}));
}

void ServerPanel::startOrStop() {
    if (m_controller.state() == ServerState::Stopped) {
        start();
    } else {
        m_controller.stop();
    }
}

void ServerPanel::showState() {
    const ServerState state = m_controller.state();
    const bool running = state == ServerState::Running;
    m_stateLabel->setText(running                          ? QStringLiteral("Test server at")
                          : state == ServerState::Starting ? QStringLiteral("Starting")
                                                           : QStringLiteral("Test server"));
    // Never both: the window would become wider for it, and stay so.
    (running ? m_stoppedLine : m_runningLine)->hide();
    m_runningLine->setVisible(running);
    m_actionLine->setVisible(running);
    m_stoppedLine->setVisible(!running);
    m_stoppedLine->setEnabled(state == ServerState::Stopped);
    m_address->setCommand(m_controller.url());
    m_compose->setVisible(running && m_offersComposer);
    m_start->setText(state == ServerState::Stopped ? QStringLiteral("&Start")
                                                   : QStringLiteral("&Stop"));
    m_start->updateGeometry();
    const QString host = m_host->text().trimmed();
    m_open->setVisible(!host.isEmpty() && !isLoopback(host));
    showStatus();
    showWarning();
}

void ServerPanel::showStatus() {
    const server::ServerStatus& status = m_controller.status();
    m_clients->setClients(status.clients);
    const auto open = std::count_if(status.clients.begin(), status.clients.end(),
                                    [](const server::ClientInfo& client) { return client.open; });
    const bool running = m_controller.state() == ServerState::Running;
    m_clientFigures->setVisible(status.connections != 0);
    m_clientFigures->setText(QStringLiteral("%1 open, %2 since the start")
                                 .arg(groupedNumber(static_cast<quint64>(open)),
                                      counted(status.connections, "connection", "connections")));
    m_clientTable->setEmptyText(
        running ? QStringLiteral("Nobody has connected yet.\nWebSocket at /echo, Socket.IO at "
                                 "/socket.io/, events at /events; the page at / tries them all.")
                : QStringLiteral("The server does not run.\nStarted, it answers WebSocket, "
                                 "Socket.IO, event streams and long polling, and misbehaves as "
                                 "you choose."));
}

void ServerPanel::showWarning() {
    const auto chosen = m_faults->misbehaviours();
    m_warningLine->setVisible(!chosen.empty());
    if (chosen.empty()) return m_warning->setText({});
    const QString names = displayText(server::toText(chosen), 300);
    m_warning->setText((m_controller.state() == ServerState::Running
                            ? QStringLiteral("The server misbehaves: %1")
                            : QStringLiteral("The server will misbehave: %1"))
                           .arg(QString(names).replace(QLatin1Char(','), QStringLiteral(", "))));
}

void ServerPanel::openInBrowser() {
    if (!QDesktopServices::openUrl(QUrl(m_controller.url()))) {
        Q_EMIT failed(QStringLiteral("No browser could be started. The address can be copied."));
    }
}

void ServerPanel::takeFocus() {
    m_start->setFocus();
}

void ServerPanel::setOffersComposer(bool offers) {
    m_offersComposer = offers;
    showState();
}

QString ServerPanel::warning() const {
    return m_warning->text();
}

QString ServerPanel::error() const {
    return m_error->text();
}

ServerPanel::Tab ServerPanel::currentTab() const {
    return static_cast<Tab>(m_tabs->currentIndex());
}

void ServerPanel::showTab(Tab tab) {
    m_tabs->setCurrentIndex(tab);
    m_pages->setCurrentIndex(tab);
}

void ServerPanel::setNarrow(bool narrow) {
    if (narrow == m_narrow) return;
    m_narrow = narrow;
    if (narrow) {
        m_faultPage->layout()->addWidget(m_faults);
    } else {
        m_splitter->insertWidget(0, m_faults);
        if (currentTab() == Misbehaviours) showTab(Clients);
    }
    m_tabs->setTabVisible(Misbehaviours, narrow);
    m_faults->show();
}

void ServerPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    setNarrow(width() < kNarrow);
    if (m_sized || m_narrow) return;
    m_splitter->setSizes({kFaultWidth, std::max(1, width() - kFaultWidth)});
    m_sized = isVisible();
}

void ServerPanel::saveSizes(QSettings& settings) const {
    if (!m_narrow) settings.setValue(key("panes"), m_splitter->saveState());
}

}  // namespace framescope
