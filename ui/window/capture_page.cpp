// The selection runs one way at a time: a row gives a dissection, a field lights bytes, a byte
// selects a field, which lights its bytes.
#include "ui/window/capture_page.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include <QApplication>
#include <QPointer>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QSettings>
#include <QVBoxLayout>

#include "capture/session/session.h"
#include "ui/connections/connection_view.h"
#include "ui/connections/side_pane.h"
#include "ui/hex/hex_view.h"
#include "ui/hex/source_tabs.h"
#include "ui/live/live_bar.h"
#include "ui/payload/payload_overrule.h"
#include "ui/payload/read_as_menu.h"
#include "ui/reading/read_connection_menu.h"
#include "ui/reading/reading_bar.h"
#include "ui/rows/follow_pill.h"
#include "ui/rows/row_model.h"
#include "ui/rows/row_view.h"
#include "ui/text/display_text.h"
#include "ui/tree/field_tree_view.h"
#include "ui/widgets/hairline_splitter.h"
#include "ui/widgets/pane.h"
#include "ui/window/go_to_bar.h"
#include "ui/window/kept_place.h"

namespace framescope {

namespace {
constexpr int kLeastSide = 180;  // pixels; two ports and a number of rows
constexpr std::size_t kMaxVisited = 100;
constexpr int kMissedMs = 250;  // numbers that change more often cannot be read
constexpr int kTextsMs = 500;
}  // namespace

struct CapturePage::Place {
    std::optional<ConnectionId> connection;         // chosen at the side
    std::optional<ConnectionId> sessionConnection;  // one of the session that is
    std::optional<RowSearch> selected;
    std::optional<RowSearch> top;   // the first row in sight
    std::optional<RowSearch> seen;  // the last row there was when the list stopped to follow
    int above = 0;                  // rows between that and the selected one, if it is in sight
    FieldId field = FieldId::None;
    bool narrowed = false;  // what was chosen is chosen again
    std::optional<RecordId> found;
    std::optional<RecordId> foundTop;
    QPointer<QWidget> focus;     // where the keyboard was
    QPointer<QWidget> handedTo;  // who got it meanwhile
};

CapturePage::CapturePage(QWidget* parent)
    : QWidget(parent),
      m_liveBar(new LiveBar),
      m_readingBar(new ReadingBar),
      m_rowModel(new RowModel(this)),
      m_rowView(new RowView(*m_rowModel)),
      m_pillPlace(new QWidget),
      m_pill(new FollowPill(*m_pillPlace)),
      m_side(new SidePane),
      m_tree(new FieldTreeView),
      m_sources(new SourceTabs),
      m_goTo(new GoToBar),
      m_readAs(new ReadAsMenu(this)),
      m_rowConnectionMenu(new ReadConnectionMenu(this)),
      m_sideConnectionMenu(new ReadConnectionMenu(this)),
      m_rules(std::make_unique<ReadAsRules>()) {
    layOut();
    wire();
}

CapturePage::~CapturePage() = default;

void CapturePage::layOut() {
    auto* const rows = new QWidget;
    auto* const rowLayout = new QVBoxLayout(rows);
    rowLayout->setContentsMargins(0, 0, 0, 0);
    rowLayout->setSpacing(0);
    rowLayout->addWidget(m_goTo);
    rowLayout->addWidget(m_rowView, 1);
    rowLayout->addWidget(m_pillPlace);
    m_pillPlace->setBackgroundRole(QPalette::Base);
    m_pillPlace->setAutoFillBackground(true);

    m_detailSplitter = new HairlineSplitter(Qt::Horizontal);
    m_detailSplitter->addWidget(new Pane(m_tree));
    m_detailSplitter->addWidget(new Pane(m_sources));
    m_rowSplitter = new HairlineSplitter(Qt::Vertical);
    m_rowSplitter->addWidget(new Pane(rows));
    m_rowSplitter->addWidget(m_detailSplitter);
    m_sideSplitter = new HairlineSplitter(Qt::Horizontal);
    m_sideSplitter->addWidget(new Pane(m_side));
    m_sideSplitter->addWidget(m_rowSplitter);
    m_sideSplitter->setStretchFactor(0, 0);
    m_sideSplitter->setStretchFactor(1, 1);
    m_side->setMinimumWidth(kLeastSide);
    m_rowView->setMinimumHeight(90);
    m_tree->setMinimumSize(120, 60);
    m_sources->setMinimumSize(150, 60);

    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_liveBar);
    layout->addWidget(m_readingBar);
    layout->addWidget(m_sideSplitter, 1);

    QWidget* const order[] = {
        &m_side->tabBar(),    &m_side->connections(), &m_side->sessions(), m_rowView, m_tree,
        &m_sources->tabBar(), &m_sources->hexView()};
    for (std::size_t i = 1; i < std::size(order); ++i) setTabOrder(order[i - 1], order[i]);
}

void CapturePage::wire() {
    connect(m_rowView, &RowView::recordSelected, this, &CapturePage::showRecord);
    connect(m_side, &SidePane::narrowed, this, &CapturePage::showOnly);
    connect(m_rowModel, &RowModel::caughtUp, this, &CapturePage::updateEmptyText);
    connect(&m_rowModel->checksums(), &ChecksumMarks::counted, this,
            &CapturePage::selectionChanged);
    connect(m_tree, &FieldTreeView::fieldSelected, m_sources, &SourceTabs::showField);
    connect(m_sources, &SourceTabs::byteActivated, this, [this](SourceId source, quint64 position) {
        if (m_dissection) m_tree->selectField(m_dissection->fields.innermost(source, position));
    });
    connect(m_tree, &FieldTreeView::linkFollowed, this, &CapturePage::followLink);
    m_tree->setPayloadMenu(m_readAs);
    connect(m_readAs, &ReadAsMenu::chosen, this, &CapturePage::payloadRuleChosen);
    connect(m_readAs, &ReadAsMenu::failed, this, &CapturePage::failed);
    for (ReadConnectionMenu* menu : {m_rowConnectionMenu, m_sideConnectionMenu}) {
        connect(menu, &ReadConnectionMenu::chosen, this, &CapturePage::readConnectionAsWanted);
    }
    m_rowView->addAction(m_rowConnectionMenu->menuAction());
    m_rowView->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_side->connections().addAction(m_sideConnectionMenu->menuAction());
    m_side->connections().setContextMenuPolicy(Qt::ActionsContextMenu);
    connect(m_goTo, &GoToBar::rowChosen, this,
            [this](quint64 number) { selectRecord(static_cast<RecordId>(number - 1)); });
    connect(m_rowView, &RowView::followingChanged, this, &CapturePage::sayWhatIsMissed);
    connect(m_pill, &FollowPill::clicked, this, [this] {
        if (isPaused()) {
            setPaused(false);
        } else {
            m_rowView->followEnd();
        }
    });
    m_missedTimer.setInterval(kMissedMs);
    connect(&m_missedTimer, &QTimer::timeout, this, &CapturePage::sayWhatIsMissed);
    connect(m_goTo, &GoToBar::closed, this, [this] { m_rowView->setFocus(); });
}

void CapturePage::setSession(const Session* session) {
    if (!std::exchange(m_keepPlace, false) || session == nullptr) m_place.reset();
    m_session = session;
    m_goTo->hide();
    m_visited.clear();
    m_rowModel->setSession(session);
    m_side->setSession(session);
    showRecord(kNoRecord);
    setGrowing(false);
    updateEmptyText();
    if (m_place) m_place->handedTo = QApplication::focusWidget();
}

void CapturePage::setGrowing(bool growing) {
    m_growing = growing;
    m_rowView->setGrowing(growing);
    if (growing) {
        m_missedTimer.start();
        m_sinceTexts.start();
    } else if (!isPaused()) {
        m_missedTimer.stop();
    }
    sayWhatIsMissed();
    updateEmptyText();
}

bool CapturePage::isPaused() const {
    return m_rowModel->isHeld();
}

void CapturePage::setPaused(bool paused) {
    if (m_session == nullptr || paused == isPaused()) return;
    m_rowModel->setHeld(paused);
    if (!paused) {
        m_rowView->fitColumns();
        if (!m_growing) m_missedTimer.stop();
    }
    sayWhatIsMissed();
    updateEmptyText();
    Q_EMIT pausedChanged(paused);
    Q_EMIT selectionChanged();
}

void CapturePage::goToEnd() {
    if (m_growing) {
        m_rowView->followEnd();
    } else {
        m_rowView->selectLastRow();
    }
}

void CapturePage::setWaitingText(const QString& text) {
    m_waiting = text;
    updateEmptyText();
}

void CapturePage::setNothingYetText(const QString& text) {
    m_nothingYet = text;
    m_waiting = text;
    updateEmptyText();
}

void CapturePage::sayWhatIsMissed() {
    // There all the time, so that the rows do not move under the mouse when one of them is
    // selected.
    m_pillPlace->setFixedHeight(m_pill->sizeHint().height() + 4);
    m_pillPlace->setVisible(m_growing || isPaused());
    if (m_session == nullptr) return m_pill->say({}, {});
    if (isPaused()) {
        const quint64 waiting = m_session->rowCount() - m_rowModel->heldAt();
        const QString rows = counted(waiting, "new row waits", "new rows wait");
        m_pill->say(QStringLiteral("The view is paused: %1.").arg(rows),
                    QStringLiteral("Ctrl+Shift+P resumes"));
    } else if (m_growing && !m_rowView->isFollowing()) {
        const auto missed = static_cast<quint64>(std::max(m_rowView->rowsMissed(), 0));
        m_pill->say(missed == 0 ? QStringLiteral("Not following the end.")
                                : QStringLiteral("Not following: %1 below.")
                                      .arg(counted(missed, "new row", "new rows")),
                    QStringLiteral("End follows again"));
    } else {
        m_pill->say({}, {});
    }
}

void CapturePage::refreshStaleTexts() {
    if (!m_growing || m_sinceTexts.elapsed() < kTextsMs) return;
    m_sinceTexts.start();
    const int first = m_rowView->rowAt(0);
    const int last = m_rowView->rowAt(m_rowView->viewport()->height() - 1);
    if (first >= 0) m_rowModel->refreshTexts(first, last >= 0 ? last : m_rowModel->rowCount() - 1);
}

void CapturePage::refresh(bool reading) {
    m_reading = reading;
    if (m_session == nullptr) return;
    const bool wasEmpty = m_rowModel->rowCount() == 0;
    m_rowModel->fetchAppended();
    m_goTo->setRowCount(m_session->rowCount());
    m_side->refresh();
    m_rowView->fitColumns();
    refreshStaleTexts();
    refreshShownRecord();
    if (m_place) {
        findPlaceAgain();
    } else if (wasEmpty && !m_growing) {
        m_rowView->selectRow(0);
    }
    updateEmptyText();
    aimMenus();
    Q_EMIT selectionChanged();
}

void CapturePage::keepPlace() {
    m_place.reset();
    m_keepPlace = m_session != nullptr;
    if (!m_keepPlace) return;
    auto place = std::make_unique<Place>();
    place->connection = m_side->chosenConnection();
    if (const auto chosen = m_side->chosenSession()) {
        const auto& connections = m_session->engineSessions()[*chosen].connections;
        if (!connections.empty()) place->sessionConnection = connections.front();
    }
    const RecordId selected = m_rowView->selectedRecord();
    const int first = m_rowView->rowAt(0);
    if (selected != kNoRecord) {
        place->selected.emplace(anchorOf(m_session->record(selected)));
        const int row = m_rowModel->rowOf(selected);
        const int last = m_rowView->rowAt(m_rowView->viewport()->height() - 1);
        const bool inSight = row >= first && (last < 0 || row <= last);
        place->above = inSight ? row - first : -1;
    }
    const RecordId seen = m_rowModel->recordAt(m_rowView->rowsSeen() - 1);
    if (m_growing && !m_rowView->isFollowing() && seen != kNoRecord) {
        place->seen.emplace(anchorOf(m_session->record(seen)));
    }
    const bool wantsTop = !m_rowView->isFollowing() && (selected == kNoRecord || place->above < 0);
    if (wantsTop && first >= 0) {
        place->top.emplace(anchorOf(m_session->record(m_rowModel->recordAt(first))));
    }
    const FieldIndex field = m_tree->fieldModel().fieldOf(m_tree->currentIndex());
    if (m_dissection && field != kNoField) place->field = m_dissection->fields[field].id;
    QWidget* const focus = QApplication::focusWidget();
    if (focus != nullptr && isAncestorOf(focus)) place->focus = focus;
    m_place = std::move(place);
}

void CapturePage::forgetPlace() {
    m_place.reset();
    m_keepPlace = false;
}

/// Chooses at the side first: it says which rows there are to find.
void CapturePage::findPlaceAgain() {
    const QScopedValueRollback guard(m_finding, true);
    const bool complete = !m_reading;
    Place& place = *m_place;
    if (!place.narrowed) {
        const ConnectionId count = m_session->connectionCount();
        if (place.connection && *place.connection < count) {
            narrowTo(place.connection);
            place.narrowed = true;
        } else if (place.sessionConnection && *place.sessionConnection < count) {
            place.narrowed = m_side->chooseSessionOf(*place.sessionConnection);
        }
    }
    const auto scrollTo = [this](RecordId record, int above) {
        const int row = m_rowModel->rowOf(record);
        if (row >= 0) m_rowView->verticalScrollBar()->setValue(std::max(row - above, 0));
    };
    if (place.seen && m_growing) {
        const auto seen = place.seen->look(*m_session, complete);
        const int row = seen ? m_rowModel->rowOf(*seen) : -1;
        if (row >= 0) {
            place.seen.reset();
            m_rowView->stopFollowing(row + 1);
            sayWhatIsMissed();
        }
    }
    if (place.selected && !place.found) {
        place.found = place.selected->look(*m_session, complete);
        if (place.found && m_rowModel->rowOf(*place.found) >= 0) {
            m_rowView->selectRecord(*place.found);
            const FieldIndex field =
                m_dissection ? m_dissection->fields.find(place.field) : kNoField;
            if (place.field != FieldId::None && field != kNoField) m_tree->selectField(field);
        } else if (!complete) {
            place.found.reset();  // the list is behind
        }
    }
    // Again with every step: the list may not have been long enough to be scrolled so far.
    if (place.found && place.above >= 0) scrollTo(*place.found, place.above);
    if (place.top && !place.foundTop) place.foundTop = place.top->look(*m_session, complete);
    if (place.foundTop) scrollTo(*place.foundTop, 0);
    if (!complete) return;
    // Tabs that were empty for a moment have handed it on.
    if (place.focus && place.focus->isVisible() && place.handedTo == QApplication::focusWidget()) {
        place.focus->setFocus();
    }
    if (m_rowView->selectedRecord() == kNoRecord && !m_growing && place.selected) {
        m_rowView->selectRow(0);
    }
    m_place.reset();
}

void CapturePage::setReadAsRules(const ReadAsRules& rules) {
    *m_rules = rules;
    const bool inBar = m_readingBar->isAncestorOf(QApplication::focusWidget());
    m_readingBar->setRules(rules);
    if (inBar && !m_readingBar->isVisible()) m_rowView->setFocus();
    aimMenus();
}

/// The menus speak of what is selected and chosen now.
void CapturePage::aimMenus() {
    std::optional<ConnectionId> ofRow;
    const RecordId record = m_rowView->selectedRecord();
    if (m_session != nullptr && record != kNoRecord && record < m_session->rowCount()) {
        const ConnectionId connection = m_session->record(record).connection;
        if (connection != kNoConnection) ofRow = connection;
    }
    m_rowConnectionMenu->setTarget(m_session, ofRow, *m_rules);
    m_sideConnectionMenu->setTarget(
        m_session, m_session != nullptr ? m_side->chosenConnection() : std::nullopt, *m_rules);
}

void CapturePage::checksumsChanged() {
    m_rowModel->checksumsChanged();
    showSelectedAgain();
    Q_EMIT selectionChanged();
}

void CapturePage::showSelectedAgain() {
    if (m_shownRecord == kNoRecord) return;
    const int scrolled = m_tree->verticalScrollBar()->value();
    const FieldIndex current = m_tree->fieldModel().fieldOf(m_tree->currentIndex());
    const FieldId id =
        m_dissection && current != kNoField ? m_dissection->fields[current].id : FieldId::None;
    showRecord(m_shownRecord);
    if (id != FieldId::None) m_tree->selectField(m_dissection->fields.find(id));
    m_tree->verticalScrollBar()->setValue(scrolled);
}

/// An answer that came after the row was selected shows at once, and the tree stays where it is.
void CapturePage::refreshShownRecord() {
    if (!m_growing || m_shownRecord == kNoRecord) return;
    if (m_session->learntAbout(m_shownRecord) != m_shownLearnt) showSelectedAgain();
}

void CapturePage::showRecord(RecordId record) {
    // Who goes elsewhere meanwhile wants to stay there.
    if (record != kNoRecord && m_place && !m_finding) m_place.reset();
    m_shownRecord = record;
    m_shownLearnt = 0;
    m_dissection.reset();
    if (m_session != nullptr && record != kNoRecord) {
        m_dissection =
            std::make_shared<const Dissection>(m_session->dissect(record, StreamContext::With));
        m_shownLearnt = m_session->learntAbout(record);
    }
    // The bytes first: the tree may select a field of it at once.
    m_sources->setDissection(m_dissection);
    m_tree->setDissection(m_dissection);
    std::optional<PayloadRule> rule;
    if (m_dissection && m_dissection->fields.find(FieldId::Payload) != kNoField) {
        rule = ruleOf(*m_session, record, *m_dissection);
    }
    m_readAs->setTarget(std::move(rule));
    aimMenus();
    Q_EMIT selectionChanged();
}

void CapturePage::readAgain() {
    m_rowModel->forgetTexts();
    if (m_shownRecord == kNoRecord) return;
    const bool wasInPayload = m_tree->fieldModel().payloadOf(m_tree->currentIndex()) != kNoField;
    showRecord(m_shownRecord);
    if (wasInPayload) m_tree->selectField(m_dissection->fields.find(FieldId::Payload));
}

void CapturePage::followLink(RecordId record) {
    const RecordId from = m_shownRecord;
    if (from == record || !selectRecord(record)) return;
    if (m_visited.size() == kMaxVisited) m_visited.erase(m_visited.begin());
    m_visited.push_back(from);
    Q_EMIT selectionChanged();
}

void CapturePage::goBack() {
    if (m_visited.empty()) return;
    const RecordId record = m_visited.back();
    m_visited.pop_back();
    selectRecord(record);
    Q_EMIT selectionChanged();
}

ConnectionView& CapturePage::connections() {
    return m_side->connections();
}

bool CapturePage::selectRecord(RecordId record) {
    if (m_session == nullptr || record >= m_session->rowCount()) return false;
    if (m_rowModel->rowOf(record) < 0) narrowTo(std::nullopt);
    m_rowView->selectRecord(record);
    return m_rowView->selectedRecord() == record;
}

void CapturePage::narrowTo(std::optional<ConnectionId> connection) {
    m_side->choose(connection);
}

void CapturePage::narrowToSelected() {
    const RecordId record = m_rowView->selectedRecord();
    if (m_session == nullptr || record == kNoRecord) return;
    const ConnectionId connection = m_session->record(record).connection;
    if (connection != kNoConnection) narrowTo(connection);
}

void CapturePage::narrowToSessionOfSelected() {
    const RecordId record = m_rowView->selectedRecord();
    if (m_session == nullptr || record == kNoRecord) return;
    const ConnectionId connection = m_session->record(record).connection;
    if (connection != kNoConnection) m_side->chooseSessionOf(connection);
}

void CapturePage::showOnly(const std::optional<std::vector<ConnectionId>>& connections) {
    const RecordId selected = m_shownRecord;
    if (!m_rowModel->setConnections(connections)) return;
    // What was selected stays so if it can; its panes keep still then.
    if (selected != kNoRecord) m_rowView->selectRecord(selected);
    if (m_rowView->selectedRecord() == kNoRecord && !m_growing && !m_finding) {
        m_rowView->selectRow(0);
    }
    aimMenus();
    updateEmptyText();
    Q_EMIT selectionChanged();
}

void CapturePage::askForRow() {
    if (m_session != nullptr) m_goTo->ask(m_session->rowCount());
}

void CapturePage::popUpReadConnection() {
    const bool atSide = m_side->isAncestorOf(QApplication::focusWidget()) &&
                        m_sideConnectionMenu->menuAction()->isEnabled();
    ReadConnectionMenu& menu = atSide ? *m_sideConnectionMenu : *m_rowConnectionMenu;
    if (!menu.menuAction()->isEnabled()) return;
    const QAbstractItemView& view =
        atSide ? static_cast<const QAbstractItemView&>(m_side->connections()) : *m_rowView;
    // Below the line it is about, or where that would be if it were in sight.
    const QRect line = view.visualRect(view.currentIndex()) & view.viewport()->rect();
    menu.popup(view.viewport()->mapToGlobal(line.isEmpty() ? QPoint() : line.bottomLeft()));
}

void CapturePage::updateEmptyText() {
    const bool narrowed = m_rowModel->isNarrowed();
    if (m_session == nullptr) {
        m_rowView->setEmptyText(m_waiting);
    } else if (!m_nothingYet.isEmpty() && m_session->statistics().packets == 0) {
        m_rowView->setEmptyText(m_nothingYet);
    } else if (m_growing) {
        m_rowView->setEmptyText(whyNoRowsYet(*m_session, narrowed));
    } else {
        m_rowView->setEmptyText(whyNoRows(*m_session, m_reading, narrowed));
    }
}

QString whyNoRowsYet(const Session& session, bool narrowed) {
    if (narrowed) return QStringLiteral("There are no rows here yet.");
    const quint64 packets = session.statistics().packets;
    if (packets == 0) {
        return QStringLiteral(
            "No packet has come yet.\nIf none should: is it the right interface, and does the "
            "capture filter let them through?");
    }
    return QStringLiteral("%1 so far, but none with data over TCP.\nRows appear with the first.")
        .arg(counted(packets, "packet", "packets"));
}

QString whyNoRows(const Session& session, bool reading, bool narrowed) {
    if (reading) return QStringLiteral("Reading…");
    if (narrowed) return QStringLiteral("There are no rows here.");
    const Statistics& figures = session.statistics();
    if (figures.packets == 0) {
        return QStringLiteral(
            "This capture holds no packets.\nRows appear for TCP connections; record some and open "
            "the file again.");
    }
    QStringList kinds;
    const auto add = [&kinds](quint64 count, const char* what) {
        if (count != 0) kinds << groupedNumber(count) + QLatin1Char(' ') + QLatin1String(what);
    };
    add(figures.udpPackets, "UDP");
    add(figures.otherIpPackets, "another protocol over IP");
    add(figures.ipFragments, "IP fragments");
    add(figures.notIpPackets, "not IP");
    add(figures.unknownLinkPackets, "of a link type that is not read");
    add(figures.undescribedPackets, "of an interface that is not described");
    add(figures.malformedPackets, "malformed");
    add(figures.cutShortPackets, "captured too short to tell");
    QString text = figures.packets == 1
                       ? QStringLiteral("The one packet of this capture is no TCP")
                       : QStringLiteral("None of the %1 packets of this capture is TCP")
                             .arg(groupedNumber(figures.packets));
    if (!kinds.isEmpty())
        text += QStringLiteral(" (") + kinds.join(QStringLiteral(", ")) + QLatin1Char(')');
    if (figures.cutShortPackets != 0) {
        return text + QStringLiteral(
                          ".\nIts snap length left out headers; record again with a greater one.");
    }
    return text + QStringLiteral(".\nWebSocket and Socket.IO run over TCP.");
}

void CapturePage::proportionPanes() {
    const int side = std::clamp(width() * 23 / 100, kLeastSide, 330);
    m_sideSplitter->setSizes({side, std::max(1, width() - side)});
    const int rows = height() * 55 / 100;
    m_rowSplitter->setSizes({rows, std::max(1, height() - rows)});
    // Sixteen bytes a line with offsets of six digits, as long as the tree keeps a good third.
    const int details = width() - side;
    const HexView& hex = m_sources->hexView();
    const qreal charWidth = QFontMetricsF(hex.font()).horizontalAdvance(QLatin1Char('0'));
    const HexGeometry line(quint64{1} << 24, std::numeric_limits<int>::max(), charWidth);
    const int sixteen =
        static_cast<int>(std::ceil(line.lineWidth())) + hex.verticalScrollBar()->sizeHint().width();
    const int bytes = details * 13 / 20 >= sixteen ? sixteen : details / 2;
    m_detailSplitter->setSizes({std::max(1, details - bytes), bytes});
}

void CapturePage::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (!m_sized) proportionPanes();
    m_sized = m_sized || isVisible();
}

void CapturePage::saveSizes(QSettings& settings, const QString& key) const {
    settings.setValue(key + QStringLiteral("/side"), m_sideSplitter->saveState());
    settings.setValue(key + QStringLiteral("/rows"), m_rowSplitter->saveState());
    settings.setValue(key + QStringLiteral("/details"), m_detailSplitter->saveState());
}

void CapturePage::restoreSizes(const QSettings& settings, const QString& key) {
    const auto restored = [&](QSplitter* splitter, const char* name) {
        return splitter->restoreState(settings.value(key + QLatin1String(name)).toByteArray());
    };
    const bool all = restored(m_sideSplitter, "/side") && restored(m_rowSplitter, "/rows") &&
                     restored(m_detailSplitter, "/details");
    m_sized = m_sized || all;
}

}  // namespace framescope
