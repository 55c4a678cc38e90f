// Column widths come from templates and from the greatest numbers so far, which the model keeps;
// they only ever grow while a file is read.
#include "ui/rows/row_view.h"

#include <algorithm>

#include <QClipboard>
#include <QGuiApplication>
#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>
#include <QResizeEvent>
#include <QScopedValueRollback>
#include <QScrollBar>

#include "ui/rows/flat_header.h"
#include "ui/rows/row_delegate.h"
#include "ui/rows/row_model.h"
#include "ui/theme/fonts.h"
#include "ui/theme/role_colors.h"

namespace framescope {

static_assert(RowModel::ColumnCount <= 8);

namespace {

/// Characters of Info that are worth more than other columns, and those columns, the first to go
/// first.
constexpr int kLeastInfo = 26;
constexpr int kMayBeHidden[] = {RowModel::Length, RowModel::Connection, RowModel::Time};

/// The longest name a protocol has, so that the column keeps its width whatever comes.
QString widestProtocol() {
    QString widest;
    for (std::size_t i = 0; i < kProtocolCount; ++i) {
        const QString name = QString::fromLatin1(protocolName(static_cast<Protocol>(i)));
        if (name.size() > widest.size()) widest = name;
    }
    return widest;
}

}  // namespace

RowView::RowView(RowModel& model, QWidget* parent)
    : LongTableView(parent), m_model(model), m_delegate(new RowDelegate(this)) {
    setModel(&model);
    setItemDelegate(m_delegate);
    setHorizontalHeader(new FlatHeader(this));
    horizontalHeader()->setStretchLastSection(true);
    setColumnWidth(RowModel::Info, 60);  // at least; the rest of the width is added
    setShowGrid(false);
    setFrameShape(QFrame::NoFrame);
    setWordWrap(false);
    setCornerButtonEnabled(false);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setEditTriggers(NoEditTriggers);
    setTabKeyNavigation(false);
    setAccessibleName(QStringLiteral("Rows"));
    applyFonts();
    connect(horizontalHeader(), &QHeaderView::sectionResized, this,
            [this](int section, int before, int now) {
                // A column that goes or comes back says so later, and is nobody's doing.
                const bool hides = before == 0 || now == 0;
                const bool stretched = section == RowModel::Info;
                if (m_fitting || stretched || hides) return;
                m_userResized[static_cast<std::size_t>(section)] = true;
            });
    connect(&model, &QAbstractItemModel::modelReset, this,
            [this] { Q_EMIT recordSelected(kNoRecord); });
    connect(&model, &QAbstractItemModel::rowsInserted, this,
            [this](const QModelIndex&, int first, int) {
                if (first == 0) viewport()->update();
                keepAtEnd();
            });
    connect(&model, &QAbstractItemModel::modelReset, this, &RowView::keepAtEnd);
    // Only what a person does to the bar; the range changes by itself.
    connect(verticalScrollBar(), &QScrollBar::actionTriggered, this, [this] {
        setFollowing(verticalScrollBar()->sliderPosition() >= verticalScrollBar()->maximum());
    });
}

void RowView::applyFonts() {
    m_delegate->setFixedFont(fixedFont());
    setHeightOfRows(denseRowHeight(font()));
    fitColumns();
}

int RowView::columnWidthFor(int column, const QString& text) const {
    const QFontMetrics cell(m_delegate->fontOf(column, font()));
    QFont bold = font();
    bold.setWeight(QFont::DemiBold);
    const QString title = m_model.headerData(column, Qt::Horizontal).toString();
    const int content =
        std::max(cell.horizontalAdvance(text), QFontMetrics(bold).horizontalAdvance(title));
    const int mark =
        column == RowModel::Number ? RowDelegate::kMarkWidth - RowDelegate::kPadding : 0;
    // Two pixels more: widths are fractions, and what lacks half a pixel is elided.
    return content + mark + 2 * RowDelegate::kPadding + 2;
}

void RowView::fitColumns() {
    const QScopedValueRollback guard(m_fitting, true);
    // Room for what is common, and for the widest there is.
    const QString templates[] = {QStringLiteral("0000"), QStringLiteral("0.000000"),
                                 QStringLiteral("00"),   QStringLiteral("→"),
                                 widestProtocol(),       QStringLiteral("00 000")};
    // Only a capture that begins gets narrower columns than the one before had.
    const bool begins = m_model.rowCount() == 0 && !m_model.isNarrowed();
    for (int column = 0; column < RowModel::Info; ++column) {
        if (m_userResized[static_cast<std::size_t>(column)]) continue;
        const int width = std::max(columnWidthFor(column, templates[column]),
                                   columnWidthFor(column, m_model.widestText(column)));
        // A hidden column has no width; what it was is as wide as it has to be.
        if (isColumnHidden(column) || width > columnWidth(column) || begins) {
            setColumnWidth(column, width);
        }
    }
    makeRoomForInfo();
}

void RowView::makeRoomForInfo() {
    // What is hidden depends on the width of the pane, which does not depend on what is hidden.
    if (m_makingRoom || !isVisible()) return;
    const QScopedValueRollback making(m_makingRoom, true);
    const QScopedValueRollback guard(m_fitting, true);
    const int least = columnWidthFor(RowModel::Info, QString(kLeastInfo, QLatin1Char('0')));
    for (const int column : kMayBeHidden) setColumnHidden(column, false);
    int others = 0;
    for (int column = 0; column < RowModel::Info; ++column) others += columnWidth(column);
    for (const int column : kMayBeHidden) {
        if (viewport()->width() - others >= least) break;
        // A width that somebody chose says that the column is wanted.
        if (m_userResized[static_cast<std::size_t>(column)]) continue;
        others -= columnWidth(column);
        setColumnHidden(column, true);
    }
}

/// The table would ask its header at the side for the rows in sight, which has none.
int RowView::sizeHintForColumn(int column) const {
    if (column < 0 || column >= RowModel::ColumnCount) return -1;
    int width = columnWidthFor(column, m_model.widestText(column));
    const int first = rowAt(0);
    const int last = rowAt(viewport()->height() - 1);
    const int end = last >= 0 ? last + 1 : m_model.rowCount();
    for (int row = std::max(first, 0); row < end; ++row) {
        const QString text = m_model.index(row, column).data().toString();
        width = std::max(width, columnWidthFor(column, text));
    }
    return width;
}

RecordId RowView::selectedRecord() const {
    return m_model.recordAt(currentIndex().isValid() ? currentIndex().row() : -1);
}

void RowView::selectRecord(RecordId record) {
    const int row = m_model.rowOf(record);
    if (row < 0) return;
    const QModelIndex index = m_model.index(row, RowModel::Number);
    setCurrentIndex(index);
    scrollTo(index);
}

void RowView::moveSelection(int rows) {
    const qint64 from = currentIndex().isValid() ? currentIndex().row() : -1;
    const qint64 to = std::clamp<qint64>(from + rows, 0, m_model.rowCount() - 1);
    selectRow(static_cast<int>(to));
}

void RowView::selectRow(int row) {
    if (m_model.rowCount() == 0) return;
    const QModelIndex index = m_model.index(std::clamp(row, 0, m_model.rowCount() - 1), 0);
    const int across = horizontalScrollBar()->value();
    setCurrentIndex(index);
    scrollTo(index);
    horizontalScrollBar()->setValue(across);
}

void RowView::selectLastRow() {
    selectRow(m_model.rowCount() - 1);
}

void RowView::setGrowing(bool growing) {
    m_growing = growing;
    m_following = false;
    if (growing) followEnd();
}

void RowView::followEnd() {
    setFollowing(true);
    keepAtEnd();
}

void RowView::stopFollowing(int rowsSeen) {
    setFollowing(false);
    m_rowsSeen = std::clamp(rowsSeen, 0, m_model.rowCount());
}

void RowView::setFollowing(bool following) {
    if (!m_growing || following == m_following) return;
    m_following = following;
    m_rowsSeen = m_model.rowCount();
    Q_EMIT followingChanged(following);
}

void RowView::keepAtEnd() {
    m_rowsSeen = std::min(m_rowsSeen, m_model.rowCount());
    if (isFollowing()) scrollToBottom();
}

int RowView::rowsMissed() const {
    return m_growing && !m_following ? m_model.rowCount() - m_rowsSeen : 0;
}

void RowView::setEmptyText(const QString& text) {
    m_emptyText = text;
    viewport()->update();
}

void RowView::copySelectedRow() const {
    if (currentIndex().isValid()) {
        QGuiApplication::clipboard()->setText(m_model.rowAsText(currentIndex().row()));
    }
}

void RowView::paintEvent(QPaintEvent* event) {
    LongTableView::paintEvent(event);
    if (m_model.rowCount() != 0 || m_emptyText.isEmpty()) return;
    QPainter painter(viewport());
    painter.setPen(roleColors(palette()).dim);
    const QRect area = viewport()->rect().adjusted(24, 12, -24, -12);
    painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
}

void RowView::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) {
        copySelectedRow();
        return;
    }
    if (event->modifiers() == Qt::NoModifier) {
        if (event->key() == Qt::Key_Home) return selectRow(0);
        if (event->key() == Qt::Key_End) return m_growing ? followEnd() : selectLastRow();
    }
    LongTableView::keyPressEvent(event);
}

void RowView::changeEvent(QEvent* event) {
    LongTableView::changeEvent(event);
    if (event->type() == QEvent::FontChange) applyFonts();
}

void RowView::resizeEvent(QResizeEvent* event) {
    const int lost = event->oldSize().height() - event->size().height();
    const int row = currentIndex().isValid() ? currentIndex().row() : -1;
    const int top = verticalScrollBar()->value();
    const bool inSight =
        row >= top && (row - top + 1) * heightOfRows() <= event->oldSize().height();
    LongTableView::resizeEvent(event);
    makeRoomForInfo();
    // Not across: that would move the columns.
    const int rows = std::max(viewport()->height() / heightOfRows(), 1);
    if (lost > 0 && inSight && row - verticalScrollBar()->value() >= rows) {
        verticalScrollBar()->setValue(row - rows + 1);
    }
    keepAtEnd();
}

void RowView::showEvent(QShowEvent* event) {
    LongTableView::showEvent(event);
    makeRoomForInfo();
}

void RowView::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    LongTableView::currentChanged(current, previous);
    if (current.isValid()) setFollowing(false);
    if (current.row() != previous.row() || current.isValid() != previous.isValid()) {
        Q_EMIT recordSelected(m_model.recordAt(current.isValid() ? current.row() : -1));
    }
}

void RowView::focusInEvent(QFocusEvent* event) {
    if (m_growing && !currentIndex().isValid()) {
        // The view would make its first row current, and stop following.
        QAbstractScrollArea::focusInEvent(event);  // NOLINT(bugprone-parent-virtual-call)
    } else {
        LongTableView::focusInEvent(event);
    }
    viewport()->update();
}

void RowView::focusOutEvent(QFocusEvent* event) {
    LongTableView::focusOutEvent(event);
    viewport()->update();
}

}  // namespace framescope
