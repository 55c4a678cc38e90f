// Lines are cut at the right edge and shown whole in a tooltip, except for sentences, which are
// broken; no horizontal scrolling, which would take the labels out of sight.
#include "ui/tree/field_tree_view.h"

#include <algorithm>
#include <cmath>

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QHeaderView>
#include <QHelpEvent>
#include <QMenu>
#include <QPainter>
#include <QScopedValueRollback>
#include <QStyledItemDelegate>
#include <QToolTip>

#include "ui/text/display_text.h"
#include "ui/theme/fonts.h"
#include "ui/theme/role_colors.h"
#include "ui/widgets/severity_mark.h"

namespace framescope {
namespace {

/// Lines that are unfolded without being asked for; more would bury what a row says.
constexpr std::size_t kUnfoldedLines = 300;
/// Lines that "unfold all" stops at.
constexpr std::size_t kUnfoldLimit = 20'000;

/// Characters in a line of a comment or an issue: in a pane that is wider they would be hard to
/// read, in one that is narrower too many lines.
constexpr int kLeastColumns = 16;
constexpr int kMostColumns = 90;

class FieldDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const RoleColors& colors = roleColors(option.palette);
        const auto own = static_cast<Severity>(index.data(FieldTreeModel::SeverityRole).toInt());
        const auto worst =
            static_cast<Severity>(index.data(FieldTreeModel::SubtreeSeverityRole).toInt());
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        const bool lower = index.data(FieldTreeModel::LowerLayerRole).toBool();
        const QColor plain = lower && !selected ? colors.dim : colors.text;

        QRect rect = option.rect.adjusted(kPadding, 0, -kPadding, 0);
        if (showsMark(index, worst, option.state.testFlag(QStyle::State_Open))) {
            const int mark = option.fontMetrics.height();
            paintSeverityMark(*painter, QRect(rect.left() - 2, rect.top(), mark, rect.height()),
                              mark * 0.55, worst, colors);
            rect.setLeft(rect.left() + markWidth(option.fontMetrics));
        } else if (index.data(FieldTreeModel::ContinuedIssueRole).toBool()) {
            rect.setLeft(rect.left() + markWidth(option.fontMetrics));
        }
        const bool link = index.data(FieldTreeModel::LinkRole).toBool();
        QFont font = option.font;
        if (link) {
            const auto* const view = qobject_cast<const FieldTreeView*>(option.widget);
            font.setUnderline(view != nullptr && view->isHovered(index));
            painter->setPen(colors.accent);
        }
        painter->setFont(font);
        if (!link)
            painter->setPen(own >= Severity::Warning ? severityColor(colors, own, plain) : plain);
        painter->drawText(
            rect, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextSingleLine,
            option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight, rect.width()));
    }

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
        const int text = option.fontMetrics.height();
        return {100, text + text / 3 + 1};
    }

    bool helpEvent(QHelpEvent* event, QAbstractItemView* view, const QStyleOptionViewItem& option,
                   const QModelIndex& index) override {
        const auto worst =
            static_cast<Severity>(index.data(FieldTreeModel::SubtreeSeverityRole).toInt());
        const bool open = static_cast<QTreeView*>(view)->isExpanded(index);
        const int mark = showsMark(index, worst, open) ? markWidth(view->fontMetrics()) : 0;
        const int room = option.rect.width() - 2 * kPadding - mark;
        const bool cut =
            QFontMetrics(view->font()).horizontalAdvance(index.data().toString()) > room;
        if (event->type() == QEvent::ToolTip && !cut) {
            QToolTip::hideText();
            return true;
        }
        return QStyledItemDelegate::helpEvent(event, view, option, index);
    }

    static int markWidth(const QFontMetrics& metrics) { return metrics.height() + 2; }

private:
    static constexpr int kPadding = 4;

    /// An issue carries its mark; so does what is folded over one.
    static bool showsMark(const QModelIndex& index, Severity worst, bool open) {
        return index.data(FieldTreeModel::IssueRole).toBool() || (!open && worst != Severity::None);
    }
};

}  // namespace

FieldTreeView::FieldTreeView(QWidget* parent) : QTreeView(parent), m_model(this) {
    setModel(&m_model);
    setItemDelegate(new FieldDelegate(this));
    setHeaderHidden(true);
    setUniformRowHeights(true);
    setFrameShape(NoFrame);
    setEditTriggers(NoEditTriggers);
    setIndentation(16);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFont(fixedFont());
    setMouseTracking(true);  // for links
    setAccessibleName(QStringLiteral("Fields of the selected row"));
    addCopyAction(QStringLiteral("Copy &Line"),
                  {QKeySequence(QStringLiteral("Ctrl+Shift+D")), QKeySequence(QKeySequence::Copy)},
                  &FieldTreeModel::lineOf);
    addCopyAction(QStringLiteral("Copy &Value"), {QKeySequence(QStringLiteral("Ctrl+Shift+V"))},
                  &FieldTreeModel::valueOf);
    addCopyAction(QStringLiteral("Copy the Field's &Bytes as Hex"),
                  {QKeySequence(QStringLiteral("Ctrl+Shift+H"))}, &FieldTreeModel::bytesOf);
    updateActions();
    connect(this, &QTreeView::expanded, this,
            [this](const QModelIndex& i) { rememberFold(i, false); });
    connect(this, &QTreeView::collapsed, this,
            [this](const QModelIndex& i) { rememberFold(i, true); });
}

QAction* FieldTreeView::addCopyAction(const QString& text, const QList<QKeySequence>& shortcuts,
                                      QString (FieldTreeModel::*what)(const QModelIndex&) const) {
    auto* const action = new QAction(text, this);
    action->setShortcuts(shortcuts);
    action->setShortcutContext(Qt::WidgetShortcut);
    connect(action, &QAction::triggered, this, [this, what] {
        QGuiApplication::clipboard()->setText((m_model.*what)(currentIndex()));
    });
    addAction(action);
    m_copyActions << action;
    return action;
}

void FieldTreeView::setDissection(std::shared_ptr<const Dissection> dissection) {
    hover({});
    fitLines();
    m_model.setDissection(std::move(dissection));
    foldAsWanted();
    if (hasFocus() || isAboutBadBytes()) selectMainLayer();
    updateActions();
    viewport()->update();
}

/// Rows that exist since something is wrong with certain bytes: one wants to see which.
bool FieldTreeView::isAboutBadBytes() const {
    const FieldIndex main = m_model.mainLayer();
    if (m_model.dissection() == nullptr || main == kNoField) return false;
    const FieldId id = m_model.dissection()->fields[main].id;
    const int severity = m_model.indexOf(main).data(FieldTreeModel::SubtreeSeverityRole).toInt();
    return (id == FieldId::FrameUnread || id == FieldId::TcpSegmentData) && severity != 0;
}

void FieldTreeView::fitLines() {
    // Those that LineRoom speaks of stand two levels deep, between the paddings of their cell.
    const int room = viewport()->width() - 2 * indentation() - 10;
    const qreal character =
        std::max(QFontMetricsF(font()).horizontalAdvance(QLatin1Char('0')), qreal{1});
    const auto characters = [character](qreal pixels) {
        return static_cast<std::size_t>(std::ceil(pixels / character));
    };
    const int columns = static_cast<int>(room / character);
    const FieldIndex current = selectedField();
    FieldTreeModel::LineRoom lines;
    lines.columns = static_cast<std::size_t>(std::clamp(columns, kLeastColumns, kMostColumns));
    lines.perLevel = characters(indentation());
    lines.mark = characters(FieldDelegate::markWidth(fontMetrics()));
    if (!m_model.setLineRoom(lines)) return;
    foldAsWanted();
    if (current != kNoField) selectField(current);
}

void FieldTreeView::resizeEvent(QResizeEvent* event) {
    QTreeView::resizeEvent(event);
    fitLines();
}

void FieldTreeView::foldAsWanted() {
    if (m_model.dissection() == nullptr) return;
    const QScopedValueRollback guard(m_arranging, true);
    const FieldTree& tree = m_model.dissection()->fields;
    std::size_t budget = kUnfoldedLines;
    for (FieldIndex top = 0; top < tree.size(); top = tree[top].next) {
        const QModelIndex index = m_model.indexOf(top);
        // What stands below a link says once more what the link says.
        const bool context = index.data(FieldTreeModel::LowerLayerRole).toBool() ||
                             index.data(FieldTreeModel::LinkRole).toBool();
        const bool folded = m_folded.value(static_cast<int>(tree[top].id), context);
        const bool main = top == m_model.mainLayer();
        if (!folded) unfoldSubtree(top, main ? Depth::Groups : Depth::Layer, budget);
    }
    showMainLayer();
}

void FieldTreeView::unfoldSubtree(FieldIndex field, Depth depth, std::size_t& budget) {
    const FieldTree& tree = m_model.dissection()->fields;
    const QModelIndex index = m_model.indexOf(field);
    const auto lines = static_cast<std::size_t>(m_model.rowCount(index));
    if (lines == 0 || budget == 0) return;
    expand(index);
    budget -= std::min(budget, lines);
    for (FieldIndex child = field + 1; child < tree[field].next && budget != 0;
         child = tree[child].next) {
        // What is wrong is never folded away inside a layer that is shown.
        const bool wrong =
            m_model.indexOf(child).data(FieldTreeModel::SubtreeSeverityRole).toInt() != 0;
        const bool bits = tree[child].bits.count != 0;
        const bool wanted = depth == Depth::Everything || (depth == Depth::Groups && !bits);
        if (wanted || wrong) unfoldSubtree(child, depth, budget);
    }
}

void FieldTreeView::showMainLayer() {
    const QModelIndex layer = m_model.indexOf(m_model.mainLayer());
    if (!layer.isValid()) return;
    // The last line of the layer; if it lies below, the layer goes to the top, where it is what the
    // eye meets, or as far up as there are lines below it.
    QModelIndex end = layer;
    while (isExpanded(end) && m_model.rowCount(end) > 0) {
        end = m_model.index(m_model.rowCount(end) - 1, 0, end);
    }
    scrollToTop();
    if (visualRect(end).bottom() <= viewport()->height()) return;
    const QModelIndex link = m_model.firstLink();
    scrollTo(link.isValid() && link.row() < layer.row() ? link : layer, PositionAtTop);
}

void FieldTreeView::unfoldAll() {
    if (m_model.dissection() == nullptr) return;
    const QScopedValueRollback guard(m_arranging, true);
    std::size_t budget = kUnfoldLimit;
    const FieldTree& tree = m_model.dissection()->fields;
    for (FieldIndex top = 0; top < tree.size(); top = tree[top].next)
        unfoldSubtree(top, Depth::Everything, budget);
}

void FieldTreeView::foldAll() {
    const QScopedValueRollback guard(m_arranging, true);
    collapseAll();
}

void FieldTreeView::rememberFold(const QModelIndex& index, bool folded) {
    if (m_arranging || index.parent().isValid()) return;
    const FieldIndex field = m_model.fieldOf(index);
    if (field != kNoField) {
        m_folded.insert(static_cast<int>(m_model.dissection()->fields[field].id), folded);
    }
}

void FieldTreeView::selectField(FieldIndex field) {
    const QScopedValueRollback guard(m_arranging, true);
    const QModelIndex index = m_model.indexOf(field);
    setCurrentIndex(index);
    if (index.isValid()) {
        scrollTo(index);
    } else {
        clearSelection();
    }
}

FieldIndex FieldTreeView::selectedField() const {
    return m_model.fieldOf(currentIndex());
}

void FieldTreeView::updateActions() {
    const FieldIndex field = selectedField();
    for (QAction* action : m_copyActions) action->setEnabled(field != kNoField);
    if (field != kNoField) {
        const bool hasBytes =
            !m_model.dissection()->bytesOf(m_model.dissection()->fields[field]).empty();
        m_copyActions.back()->setEnabled(hasBytes);
    }
}

void FieldTreeView::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QTreeView::currentChanged(current, previous);
    updateActions();
    Q_EMIT fieldSelected(m_model.fieldOf(current));
}

void FieldTreeView::changeEvent(QEvent* event) {
    QTreeView::changeEvent(event);
    if (event->type() == QEvent::ApplicationFontChange) setFont(fixedFont());
    if (event->type() == QEvent::FontChange) fitLines();
}

void FieldTreeView::contextMenuEvent(QContextMenuEvent* event) {
    if (!currentIndex().isValid()) return;
    auto* const menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setToolTipsVisible(true);
    if (const auto record = m_model.linkOf(currentIndex())) {
        QAction* const go = menu->addAction(
            QStringLiteral("&Go to Row %1").arg(groupedNumber(quint64{*record} + 1)), this,
            [this, record] { Q_EMIT linkFollowed(*record); });
        menu->setDefaultAction(go);
        menu->addSeparator();
    }
    menu->addActions(m_copyActions);
    if (m_payloadMenu != nullptr && m_model.payloadOf(currentIndex()) != kNoField) {
        menu->addSeparator();
        menu->addAction(m_payloadMenu->menuAction());
    }
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    menu->popup(byKey ? viewport()->mapToGlobal(visualRect(currentIndex()).bottomLeft())
                      : event->globalPos());
}

bool FieldTreeView::followLink(const QModelIndex& index) {
    const auto record = m_model.linkOf(index);
    if (record) Q_EMIT linkFollowed(*record);
    return record.has_value();
}

void FieldTreeView::hover(const QModelIndex& index) {
    const QPersistentModelIndex link =
        m_model.linkOf(index) ? QPersistentModelIndex(index) : QPersistentModelIndex();
    if (link == m_hoveredLink) return;
    m_hoveredLink = link;
    if (link.isValid()) {
        viewport()->setCursor(Qt::PointingHandCursor);
    } else {
        viewport()->unsetCursor();
    }
    viewport()->update();
}

void FieldTreeView::mouseMoveEvent(QMouseEvent* event) {
    QTreeView::mouseMoveEvent(event);
    const QModelIndex index = indexAt(event->pos());
    // In front of the text stands the arrow that folds.
    hover(visualRect(index).contains(event->pos()) ? index : QModelIndex());
}

void FieldTreeView::leaveEvent(QEvent* event) {
    QTreeView::leaveEvent(event);
    hover({});
}

void FieldTreeView::mouseDoubleClickEvent(QMouseEvent* event) {
    const QModelIndex index = indexAt(event->pos());
    const bool onText =
        event->button() == Qt::LeftButton && visualRect(index).contains(event->pos());
    if (onText && followLink(index)) return;
    QTreeView::mouseDoubleClickEvent(event);
}

void FieldTreeView::keyPressEvent(QKeyEvent* event) {
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    const auto modifiers = event->modifiers() & ~Qt::KeypadModifier;
    if (enter && modifiers == Qt::NoModifier && followLink(currentIndex())) return;
    QTreeView::keyPressEvent(event);
}

void FieldTreeView::drawRow(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const {
    // The ground of the whole line, which the style would paint in pieces; then the line without
    // it.
    if (selectionModel()->isSelected(index)) {
        const RoleColors& colors = roleColors(palette());
        painter->fillRect(0, option.rect.top(), viewport()->width(), option.rect.height(),
                          hasFocus() ? colors.selection : colors.selectionInactive);
    }
    QTreeView::drawRow(painter, option, index);
}

void FieldTreeView::selectMainLayer() {
    if (m_model.dissection() != nullptr) selectField(m_model.mainLayer());
}

void FieldTreeView::paintEvent(QPaintEvent* event) {
    QTreeView::paintEvent(event);
    if (m_model.dissection() != nullptr) return;
    QPainter painter(viewport());
    painter.setFont(QApplication::font());
    painter.setPen(roleColors(palette()).dim);
    painter.drawText(viewport()->rect(), Qt::AlignCenter, QStringLiteral("No row selected"));
}

void FieldTreeView::focusInEvent(QFocusEvent* event) {
    // With the keyboard one arrives at what the row is about. A click chooses for itself, and
    // nothing may move under it.
    if (event->reason() != Qt::MouseFocusReason) {
        if (!selectionModel()->hasSelection()) selectMainLayer();
        scrollTo(currentIndex());
    }
    // Without a current line the tree would make its first one current, unseen, and so turn to the
    // bytes of the whole packet.
    if (currentIndex().isValid()) {
        QTreeView::focusInEvent(event);
    } else {
        QAbstractScrollArea::focusInEvent(event);  // NOLINT(bugprone-parent-virtual-call)
    }
    viewport()->update();
}

void FieldTreeView::focusOutEvent(QFocusEvent* event) {
    QTreeView::focusOutEvent(event);
    viewport()->update();
}

}  // namespace framescope
