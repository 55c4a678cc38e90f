// A step of the picture is as wide as a sample, so that it moves by one step and keeps its shape.
#include "ui/start/interface_list.h"

#include <algorithm>

#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>
#include <QScrollBar>
#include <QStyledItemDelegate>

#include "ui/start/interface_model.h"
#include "ui/start/traffic_history.h"
#include "ui/theme/fonts.h"
#include "ui/theme/role_colors.h"

namespace framescope {
namespace {

constexpr int kPadding = 6;
constexpr int kGap = 14;
constexpr int kMostRows = 8;
constexpr float kLeastScale = 20;  // packets per second; less than that is drawn small

/// The rates as a line with a shade below, the latest at the right end.
void paintTraffic(QPainter& painter, const QRectF& area, const QList<float>& rates,
                  const RoleColors& colors) {
    painter.setPen(QPen(colors.hairline, 1));
    painter.drawLine(QPointF(area.left(), area.bottom()), area.bottomRight());
    if (rates.size() < 2) return;
    const float scale = std::max(*std::max_element(rates.begin(), rates.end()), kLeastScale);
    const qreal step = area.width() / (TrafficHistory::kKept - 1);
    QPainterPath line;
    for (qsizetype i = 0; i < rates.size(); ++i) {
        const QPointF point(area.right() - step * static_cast<qreal>(rates.size() - 1 - i),
                            area.bottom() - area.height() * static_cast<qreal>(rates[i] / scale));
        i == 0 ? line.moveTo(point) : line.lineTo(point);
    }
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    QPainterPath shade = line;
    shade.lineTo(area.bottomRight());
    shade.lineTo(area.right() - step * static_cast<qreal>(rates.size() - 1), area.bottom());
    QColor fill = colors.accent;
    fill.setAlphaF(0.14F);
    painter.fillPath(shade, fill);
    painter.setPen(QPen(colors.accent, 1.2));
    painter.drawPath(line);
    painter.restore();
}

class InterfaceDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex&) const override {
        return {200, option.fontMetrics.height() * 2 - 2};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const RoleColors& colors = roleColors(option.palette);
        if (option.state.testFlag(QStyle::State_Selected)) {
            const bool active = option.widget == nullptr || option.widget->hasFocus();
            painter->fillRect(option.rect, active ? colors.selection : colors.selectionInactive);
        }
        QRect rest = option.rect.adjusted(kPadding, 0, -kPadding, 0);
        const QFont fixed = fixedFont();
        const QFontMetrics fixedMetrics(fixed);

        // From the right: the rate, the picture, the link type where there is room.
        const int rateWidth = fixedMetrics.horizontalAdvance(QStringLiteral("9 999/s"));
        painter->setFont(fixed);
        painter->setPen(colors.dim);
        painter->drawText(rest, Qt::AlignRight | Qt::AlignVCenter,
                          index.data(InterfaceModel::RateTextRole).toString());
        rest.setRight(rest.right() - rateWidth - kGap);
        const int picture = option.rect.width() >= 480 ? 120 : 60;
        const int high = option.rect.height() - 10;
        paintTraffic(*painter, QRectF(rest.right() - picture, rest.top() + 5, picture, high),
                     index.data(InterfaceModel::RatesRole).value<QList<float>>(), colors);
        rest.setRight(rest.right() - picture - kGap);
        painter->setFont(option.font);
        painter->setPen(colors.dim);
        if (option.rect.width() >= 440) {
            const int width = widestOf(index, InterfaceModel::LinkTypeRole, option.fontMetrics, 18);
            const QRect place(rest.right() - width, rest.top(), width, rest.height());
            painter->drawText(
                place, Qt::AlignLeft | Qt::AlignVCenter,
                option.fontMetrics.elidedText(index.data(InterfaceModel::LinkTypeRole).toString(),
                                              Qt::ElideRight, width));
            rest.setRight(place.left() - kGap);
        }
        painter->setFont(fixed);
        painter->setPen(colors.text);
        const int nameWidth =
            std::min(widestOf(index, Qt::DisplayRole, fixedMetrics, 18), rest.width());
        painter->drawText(
            rest, Qt::AlignLeft | Qt::AlignVCenter,
            fixedMetrics.elidedText(index.data().toString(), Qt::ElideRight, nameWidth));
        rest.setLeft(rest.left() + nameWidth + kGap);
        if (rest.width() < 30) return;
        painter->setFont(option.font);
        painter->setPen(colors.dim);
        painter->drawText(
            rest, Qt::AlignLeft | Qt::AlignVCenter,
            option.fontMetrics.elidedText(index.data(InterfaceModel::DetailRole).toString(),
                                          Qt::ElideRight, rest.width()));
    }

private:
    /// Wide enough for what every interface has there, but no more than so many digits.
    static int widestOf(const QModelIndex& index, int role, const QFontMetrics& metrics,
                        int mostDigits) {
        const QAbstractItemModel* const model = index.model();
        int width = 0;
        for (int row = 0; row < model->rowCount(); ++row) {
            const QString text = model->index(row, 0).data(role).toString();
            width = std::max(width, metrics.horizontalAdvance(text) + 2);
        }
        return std::min(width, metrics.horizontalAdvance(QLatin1Char('0')) * mostDigits);
    }
};

}  // namespace

InterfaceList::InterfaceList(InterfaceModel& model, QWidget* parent)
    : QListView(parent), m_model(model) {
    setModel(&model);
    setItemDelegate(new InterfaceDelegate(this));
    setFrameShape(NoFrame);
    setUniformItemSizes(true);
    setEditTriggers(NoEditTriggers);
    setSelectionMode(SingleSelection);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(QStringLiteral("Interfaces to capture from"));
    connect(&model, &QAbstractItemModel::modelReset, this, [this] { updateGeometry(); });
    connect(this, &QListView::doubleClicked, this, &InterfaceList::startRequested);
}

QString InterfaceList::chosen() const {
    return m_model.nameAt(currentIndex().isValid() ? currentIndex().row() : -1);
}

void InterfaceList::choose(const QString& name) {
    if (m_model.rowCount() == 0) return;
    setCurrentIndex(m_model.index(std::max(m_model.rowOf(name), 0)));
}

QSize InterfaceList::sizeHint() const {
    const int rows = std::clamp(m_model.rowCount(), 1, kMostRows);
    const int high = m_model.rowCount() > 0 ? sizeHintForRow(0) : fontMetrics().height() * 2;
    return {300, rows * high};
}

QSize InterfaceList::minimumSizeHint() const {
    return {200, sizeHint().height()};
}

void InterfaceList::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        if (currentIndex().isValid()) Q_EMIT startRequested();
        return;
    }
    QListView::keyPressEvent(event);
}

void InterfaceList::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QListView::currentChanged(current, previous);
    if (current.isValid()) Q_EMIT chosenChanged();
}

void InterfaceList::focusInEvent(QFocusEvent* event) {
    QListView::focusInEvent(event);
    viewport()->update();
}

void InterfaceList::focusOutEvent(QFocusEvent* event) {
    QListView::focusOutEvent(event);
    viewport()->update();
}

void InterfaceList::wheelEvent(QWheelEvent* event) {
    // What is all on show leaves the wheel to the page.
    if (verticalScrollBar()->maximum() == 0) return event->ignore();
    QListView::wheelEvent(event);
}

}  // namespace framescope
