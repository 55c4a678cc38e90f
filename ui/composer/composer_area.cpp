// The reactor starts with the first connection, and ends with the last client or this, whichever is
// later.
#include "ui/composer/composer_area.h"

#include <utility>

#include <QAction>
#include <QPointer>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "ui/composer/address_bar.h"
#include "ui/composer/composer_panel.h"
#include "ui/composer/history_model.h"
#include "ui/text/display_text.h"
#include "ui/widgets/flat_tab_bar.h"
#include "ui/widgets/link_button.h"

namespace framescope {

namespace {

constexpr int kLongestTab = 32;  // characters

QString emptyText() {
    return QStringLiteral(
        "Nothing was said yet.\nEverything that the connections send and receive appears here, and "
        "can be saved as a capture.");
}

}  // namespace

ComposerArea::ComposerArea(const AreaContext& context, ComposeServices services, QWidget* parent)
    : TranscriptArea(QStringLiteral("Composer"), QStringLiteral("composer"), emptyText(), context,
                     parent),
      m_services(std::move(services)),
      m_history(std::make_unique<HistoryModel>()),
      m_tabs(new FlatTabBar),
      m_stack(new QStackedWidget) {
    m_tabs->setAccessibleName(QStringLiteral("Connections"));
    auto* const all = new QWidget;
    auto* const layout = new QVBoxLayout(all);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_tabs);
    layout->addWidget(m_stack, 1);
    all->setMinimumHeight(170);
    setPanel(all);
    buildActions();
    addPanel();
    connect(m_tabs, &QTabBar::currentChanged, this, [this](int tab) {
        m_stack->setCurrentIndex(tab);
        updateActions();
        if (isVisible()) takeFocus();
    });
}

ComposerArea::~ComposerArea() {
    m_tabs->disconnect(this);
    // Their connections are handed to the worker, which is waited for.
    while (m_stack->count() > 0) delete m_stack->widget(0);
}

void ComposerArea::buildActions() {
    const auto add = [this](const QString& text, const char* key, auto what) {
        auto* const action = new QAction(text, this);
        action->setShortcut(QKeySequence(QLatin1String(key)));
        connect(action, &QAction::triggered, this, what);
        m_actions << action;
        return action;
    };
    const auto separate = [this] {
        auto* const line = new QAction(this);
        line->setSeparator(true);
        m_actions << line;
    };
    m_connectAction = add(QStringLiteral("Co&nnect"), "F9", [this] { panel().toggleConnection(); });
    m_cutAction = add(QStringLiteral("C&ut the Connection"), "Shift+F9", [this] { panel().cut(); });
    add(QStringLiteral("&Settings of the Connection…"), "Ctrl+,",
        [this] { panel().askSettings(); });
    add(QStringLiteral("Ne&w Connection"), "Ctrl+Alt+N", [this] { addPanel().takeFocus(); });
    m_closeAction =
        add(QStringLiteral("C&lose This Connection"), "Ctrl+Alt+W", [this] { closePanel(); });
    const auto move = [this](int tabs) {
        m_tabs->setCurrentIndex((m_tabs->currentIndex() + tabs + m_tabs->count()) %
                                m_tabs->count());
    };
    m_tabActions << add(QStringLiteral("Ne&xt Connection"), "Ctrl+Alt+PgDown", [move] {
        move(1);
    }) << add(QStringLiteral("Previous Connection"), "Ctrl+Alt+PgUp", [move] { move(-1); });
    separate();
    add(QStringLiteral("Sen&d"), "Ctrl+Return", [this] { panel().send(); });
    add(QStringLiteral("Save the &Message…"), "Ctrl+Alt+S", [this] { panel().saveMessage(); });
    add(QStringLiteral("Load a Messa&ge…"), "Ctrl+Alt+O", [this] { panel().loadMessage(); });
    separate();
    const auto page = [&](const QString& text, const char* key, ComposerPanel::Page which) {
        add(text, key, [this, which] {
            panel().showPage(which);
            panel().takeFocusInPage();
        });
    };
    page(QStringLiteral("WebSocket &Frame"), "Ctrl+1", ComposerPanel::FramePage);
    page(QStringLiteral("Socket.&IO"), "Ctrl+2", ComposerPanel::SocketIoPage);
    page(QStringLiteral("Engine.I&O"), "Ctrl+3", ComposerPanel::EngineIoPage);
    page(QStringLiteral("R&aw"), "Ctrl+4", ComposerPanel::RawPage);
    page(QStringLiteral("Histor&y"), "Ctrl+H", ComposerPanel::HistoryPage);
    add(QStringLiteral("Add&ress"), "Alt+D", [this] { panel().addressBar().takeFocus(); });
}

ComposerPanel& ComposerArea::panel() const {
    return *static_cast<ComposerPanel*>(m_stack->currentWidget());
}

int ComposerArea::panelCount() const {
    return m_stack->count();
}

ComposerPanel& ComposerArea::addPanel() {
    auto* const panel = new ComposerPanel(m_services, m_worker, *m_history, context().settings);
    m_stack->addWidget(panel);
    m_tabs->addTab(panel->title());
    connect(panel, &ComposerPanel::titleChanged, this, &ComposerArea::nameTabs);
    connect(panel, &ComposerPanel::stateChanged, this, &ComposerArea::updateActions);
    connect(panel, &ComposerPanel::anotherWanted, this, [this] { addPanel().takeFocus(); });
    connect(panel, &ComposerPanel::connectWanted, this, [this, panel] { connectPanel(*panel); });
    m_stack->setCurrentWidget(panel);
    m_tabs->setCurrentIndex(m_stack->count() - 1);
    nameTabs();
    updateActions();
    return *panel;
}

void ComposerArea::closePanel() {
    ComposerPanel* const gone = &panel();
    if (m_stack->count() == 1) addPanel();
    const int at = m_stack->indexOf(gone);
    m_stack->removeWidget(gone);
    m_tabs->removeTab(at);
    gone->disconnect(this);
    gone->deleteLater();
    m_stack->setCurrentIndex(m_tabs->currentIndex());
    nameTabs();
    updateActions();
    takeFocus();
}

void ComposerArea::connectPanel(ComposerPanel& panel) {
    withTranscript(displayText(panel.title().toStdString(), 80),
                   [this, guarded = QPointer<ComposerPanel>(&panel)](
                       const std::shared_ptr<transcript::Transcript>& transcript) {
                       if (guarded.isNull()) return;
                       if (!m_reactor) m_reactor = std::make_shared<net::Reactor>();
                       guarded->open(m_reactor, transcript);
                   });
}

void ComposerArea::nameTabs() {
    for (int i = 0; i < m_stack->count(); ++i) {
        const auto* const panel = static_cast<ComposerPanel*>(m_stack->widget(i));
        QString text = displayText(panel->title().toStdString(), kLongestTab);
        m_tabs->setTabText(i, text.replace(QLatin1Char('&'), QLatin1String("&&")));
    }
    m_tabs->setVisible(m_stack->count() > 1);
    for (QAction* action : m_tabActions) action->setEnabled(m_stack->count() > 1);
}

void ComposerArea::updateActions() {
    if (m_stack->count() == 0) return;
    const Connection& connection = panel().connection();
    m_connectAction->setText(connection.isActive() ? QStringLiteral("Disco&nnect")
                                                   : QStringLiteral("Co&nnect"));
    m_cutAction->setEnabled(connection.isActive());
}

void ComposerArea::takeRow(const Session& session, RecordId row) {
    if (!m_services.draftOf) return;
    const auto draft = m_services.draftOf(session, row);
    if (!draft) {
        return panel().say(Severity::Error, displayText(draft.error().sentence, 600));
    }
    panel().say(Severity::None, {});
    panel().setDraft(*draft);
}

void ComposerArea::takeAddress(const QString& url) {
    ComposerPanel& target = panel().connection().isActive() ? addPanel() : panel();
    target.addressBar().setSpeaks(speaksAt(url, target.addressBar().speaks()));
    target.addressBar().setUrl(url);
    target.toggleConnection();
}

void ComposerArea::takeFocus() {
    panel().takeFocus();
}

void ComposerArea::saveSizes(QSettings& settings) const {
    TranscriptArea::saveSizes(settings);
    panel().saveSizes(settings);
}

}  // namespace framescope
