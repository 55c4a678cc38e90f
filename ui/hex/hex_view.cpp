// Only lines in view are looked at. Every byte is placed by arithmetic, not by the width of the
// text in front of it, so that columns stand straight in any font and at any scale.
#include "ui/hex/hex_view.h"

#include <algorithm>

#include <QAction>
#include <QApplication>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>

#include "ui/text/display_text.h"
#include "ui/theme/fonts.h"
#include "ui/theme/role_colors.h"

namespace framescope {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

QString hexForm(ByteView bytes) {
    const auto raw = QByteArray::fromRawData(reinterpret_cast<const char*>(bytes.data()),
                                             static_cast<qsizetype>(bytes.size()));
    return QString::fromLatin1(raw.toHex(' '));
}

QString textForm(ByteView bytes) {
    return QString::fromUtf8(reinterpret_cast<const char*>(bytes.data()),
                             static_cast<qsizetype>(bytes.size()));
}

}  // namespace

HexView::HexView(QWidget* parent) : QAbstractScrollArea(parent) {
    setFrameShape(NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    setFont(fixedFont());
    setAccessibleName(QStringLiteral("Bytes"));
    viewport()->setCursor(Qt::IBeamCursor);
    addCopyAction(QStringLiteral("Copy Marked Bytes as &Hex"),
                  {QKeySequence(QStringLiteral("Ctrl+Shift+B")), QKeySequence(QKeySequence::Copy)},
                  hexForm);
    addCopyAction(QStringLiteral("Copy Marked Bytes as &Text"),
                  {QKeySequence(QStringLiteral("Ctrl+Shift+C"))}, textForm);
}

void HexView::addCopyAction(const QString& text, const QList<QKeySequence>& shortcuts,
                            QString (*form)(ByteView)) {
    auto* const action = new QAction(text, this);
    action->setShortcuts(shortcuts);
    action->setShortcutContext(Qt::WidgetShortcut);
    connect(action, &QAction::triggered, this, [this, form] {
        if (source() == nullptr) return;
        const ByteRange range = copyRange();
        QGuiApplication::clipboard()->setText(
            form(ByteView(source()->bytes).subspan(range.begin, range.size())));
    });
    addAction(action);
    m_copyActions << action;
}

const Source* HexView::source() const {
    if (!m_dissection || m_source >= m_dissection->sources.size()) return nullptr;
    return &m_dissection->sources[m_source];
}

ByteRange HexView::copyRange() const {
    const quint64 size = m_geometry.size();
    const quint64 begin = std::min<quint64>(m_highlight.begin, size);
    const quint64 end = std::min<quint64>(m_highlight.end, size);
    if (begin < end) return {begin, end};
    return {0, size};
}

void HexView::setSource(std::shared_ptr<const Dissection> dissection, SourceId id) {
    m_dissection = std::move(dissection);
    m_source = id;
    m_highlight = {};
    m_cursor.reset();
    verticalScrollBar()->setValue(0);
    horizontalScrollBar()->setValue(0);
    layOut();
    if (source() != nullptr && !source()->focus.empty()) scrollTo(source()->focus);
    for (QAction* action : m_copyActions) action->setEnabled(m_geometry.size() != 0);
}

void HexView::highlight(ByteRange range) {
    m_highlight = range;
    if (m_cursor && !range.empty() && !range.contains(*m_cursor)) m_cursor.reset();
    scrollTo(range);
    viewport()->update();
}

void HexView::scrollTo(ByteRange range) {
    if (range.empty() || range.begin >= m_geometry.size()) return;
    // The whole range if it fits, in any case its beginning.
    ensureVisible(std::min<quint64>(range.end, m_geometry.size()) - 1);
    ensureVisible(range.begin);
}

bool HexView::isHole(quint64 position) const {
    const auto& holes = source()->holes;
    return std::any_of(holes.begin(), holes.end(),
                       [position](const ByteRange& hole) { return hole.contains(position); });
}

int HexView::lineHeight() const {
    const int text = fontMetrics().height();
    return text + text / 3 + 1;
}

int HexView::visibleLines() const {
    return std::max(1, viewport()->height() / lineHeight());
}

quint64 HexView::firstLine() const {
    return m_scroll.lineAt(verticalScrollBar()->value());
}

void HexView::layOut() {
    const quint64 size = source() != nullptr ? source()->bytes.size() : 0;
    const qreal charWidth = QFontMetricsF(font()).horizontalAdvance(QLatin1Char('0'));
    m_geometry = HexGeometry(size, viewport()->width(), charWidth, source() ? source()->origin : 0);
    // One line more, to say that there is more, where only the beginning was read.
    const bool more = source() != nullptr && source()->totalSize > size;
    m_scroll = LineScroll(m_geometry.lineCount() + (more ? 1 : 0));
    verticalScrollBar()->setPageStep(visibleLines());
    verticalScrollBar()->setRange(0, m_scroll.maximum(visibleLines()));
    const int excess = static_cast<int>(m_geometry.lineWidth()) - viewport()->width();
    horizontalScrollBar()->setPageStep(viewport()->width());
    horizontalScrollBar()->setSingleStep(fontMetrics().averageCharWidth());
    horizontalScrollBar()->setRange(0, size == 0 ? 0 : std::max(0, excess));
    viewport()->update();
}

void HexView::ensureVisible(quint64 position) {
    const quint64 line = m_geometry.lineOf(position);
    const auto visible = static_cast<quint64>(visibleLines());
    if (line < firstLine()) {
        verticalScrollBar()->setValue(m_scroll.valueFor(line));
    } else if (line >= firstLine() + visible) {
        const int value = m_scroll.valueFor(line - visible + 1);
        verticalScrollBar()->setValue(value);
        if (line >= firstLine() + visible) verticalScrollBar()->setValue(value + 1);
    }
}

std::optional<quint64> HexView::positionAt(const QPoint& point) const {
    if (point.y() < 0) return std::nullopt;
    const quint64 line = firstLine() + static_cast<quint64>(point.y() / lineHeight());
    return m_geometry.positionAt(point.x() + horizontalScrollBar()->value(), line);
}

QRect HexView::byteRect(quint64 position) const {
    const auto column =
        static_cast<int>(position % static_cast<quint64>(m_geometry.bytesPerLine()));
    const auto lines =
        static_cast<qint64>(m_geometry.lineOf(position)) - static_cast<qint64>(firstLine());
    const qint64 y = std::clamp<qint64>(lines, -10'000, 10'000) * lineHeight();
    const qreal left = m_geometry.hexX(column) - horizontalScrollBar()->value();
    const qreal width = (m_geometry.textX(1) - m_geometry.textX(0)) * 2;
    return QRectF(left, static_cast<qreal>(y), width, lineHeight()).toAlignedRect();
}

void HexView::paintEvent(QPaintEvent*) {
    QPainter painter(viewport());
    const RoleColors& colors = roleColors(palette());
    painter.fillRect(viewport()->rect(), colors.surface);
    if (source() == nullptr) {
        if (m_dissection) return;
        painter.setFont(QApplication::font());
        painter.setPen(colors.dim);
        painter.drawText(viewport()->rect(), Qt::AlignCenter, QStringLiteral("No row selected"));
        return;
    }
    painter.translate(-horizontalScrollBar()->value(), 0);
    const int height = lineHeight();
    quint64 line = firstLine();
    int y = 0;
    for (; line < m_geometry.lineCount() && y < viewport()->height(); ++line, y += height) {
        paintHighlight(painter, line, y);
        paintLine(painter, line, y);
    }
    painter.setPen(colors.dim);
    const QRect rest(8, y, viewport()->width() - 16, height);
    const Source& shown = *source();
    if (shown.totalSize > shown.bytes.size() && line == m_geometry.lineCount()) {
        painter.drawText(rest, Qt::AlignLeft | Qt::AlignVCenter,
                         QStringLiteral("… %1 more, not read here")
                             .arg(byteCount(shown.totalSize - shown.bytes.size())));
    } else if (shown.bytes.empty()) {
        painter.drawText(rest, Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("no bytes"));
    }
}

void HexView::paintHighlight(QPainter& painter, quint64 line, int y) const {
    const RoleColors& colors = roleColors(palette());
    const auto perLine = static_cast<quint64>(m_geometry.bytesPerLine());
    const quint64 lineBegin = line * perLine;
    const quint64 begin = std::max<quint64>(m_highlight.begin, lineBegin);
    const quint64 end =
        std::min({static_cast<quint64>(m_highlight.end), lineBegin + perLine, m_geometry.size()});
    if (begin >= end) return;
    const auto first = static_cast<int>(begin - lineBegin);
    const auto last = static_cast<int>(end - 1 - lineBegin);
    const qreal charWidth = m_geometry.textX(1) - m_geometry.textX(0);
    const qreal left = m_geometry.hexX(first) - charWidth / 3;
    const qreal right = m_geometry.hexX(last) + charWidth * 2 + charWidth / 3;
    painter.fillRect(QRectF(left, y, right - left, lineHeight()), colors.byteHighlight);
    const qreal textLeft = m_geometry.textX(first);
    painter.fillRect(QRectF(textLeft, y, m_geometry.textX(last + 1) - textLeft, lineHeight()),
                     colors.byteHighlight);
}

void HexView::paintLine(QPainter& painter, quint64 line, int y) const {
    const RoleColors& colors = roleColors(palette());
    const Bytes& bytes = source()->bytes;
    const auto perLine = static_cast<quint64>(m_geometry.bytesPerLine());
    const quint64 begin = line * perLine;
    const quint64 end = std::min(begin + perLine, m_geometry.size());
    const int baseline = y + (lineHeight() - fontMetrics().height()) / 2 + fontMetrics().ascent();
    const qreal charWidth = m_geometry.textX(1) - m_geometry.textX(0);

    painter.setPen(colors.dim);
    painter.drawText(QPointF(m_geometry.offsetX(), baseline),
                     QString::number(source()->origin + begin, 16)
                         .rightJustified(m_geometry.offsetDigits(), QLatin1Char('0')));
    for (quint64 position = begin; position < end; ++position) {
        const auto column = static_cast<int>(position - begin);
        const std::uint8_t byte = bytes[position];
        const bool hole = isHole(position);
        const bool printable = byte >= 0x20 && byte < 0x7f && !hole;
        const QChar digits[] = {QLatin1Char(hole ? '-' : kDigits[byte >> 4]),
                                QLatin1Char(hole ? '-' : kDigits[byte & 15])};
        const QChar text = QLatin1Char(printable ? static_cast<char>(byte) : hole ? '-' : '.');
        // What stands around the part the row is about is context.
        const ByteRange& focus = source()->focus;
        const bool context = !focus.empty() && !focus.contains(position);
        painter.setPen(hole || context ? colors.dim : colors.text);
        painter.drawText(QPointF(m_geometry.hexX(column), baseline), QString(digits, 2));
        painter.setPen((printable && !context) || m_highlight.contains(position) ? colors.text
                                                                                 : colors.dim);
        painter.drawText(QPointF(m_geometry.textX(column), baseline), QString(text));
        if (m_cursor == position) {
            painter.setPen(hasFocus() ? colors.accent : colors.dim);
            painter.drawRect(QRectF(m_geometry.hexX(column) - charWidth / 3, y + 0.5,
                                    charWidth * 2 + charWidth * 2 / 3, lineHeight() - 1));
        }
    }
}

void HexView::resizeEvent(QResizeEvent* event) {
    const quint64 firstByte = firstLine() * static_cast<quint64>(m_geometry.bytesPerLine());
    QAbstractScrollArea::resizeEvent(event);
    layOut();
    verticalScrollBar()->setValue(m_scroll.valueFor(m_geometry.lineOf(firstByte)));
}

void HexView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return QAbstractScrollArea::mousePressEvent(event);
    if (const auto position = positionAt(event->pos())) moveCursor(*position);
}

void HexView::mouseReleaseEvent(QMouseEvent* event) {
    event->accept();
}

void HexView::moveCursor(quint64 position) {
    m_cursor = position;
    ensureVisible(position);
    viewport()->update();
    Q_EMIT byteActivated(position);
}

bool HexView::event(QEvent* event) {
    // Here Ctrl+Home and Ctrl+End mean the ends of the bytes, in the rest of the window those of
    // the rows.
    if (event->type() == QEvent::ShortcutOverride && m_geometry.size() != 0) {
        const auto* const key = static_cast<QKeyEvent*>(event);
        const bool control = (key->modifiers() & ~Qt::KeypadModifier) == Qt::ControlModifier;
        if (control && (key->key() == Qt::Key_Home || key->key() == Qt::Key_End)) {
            event->accept();
            return true;
        }
    }
    return QAbstractScrollArea::event(event);
}

void HexView::keyPressEvent(QKeyEvent* event) {
    const quint64 size = m_geometry.size();
    const bool plain = (event->modifiers() & ~Qt::KeypadModifier) == Qt::NoModifier;
    const bool control = (event->modifiers() & ~Qt::KeypadModifier) == Qt::ControlModifier;
    if (size == 0 || (!plain && !control)) return QAbstractScrollArea::keyPressEvent(event);
    const auto perLine = static_cast<quint64>(m_geometry.bytesPerLine());
    const quint64 page = perLine * static_cast<quint64>(visibleLines());
    const quint64 at = std::min(m_cursor.value_or(m_highlight.begin), size - 1);
    const bool first = !m_cursor && m_highlight.empty();
    const auto back = [at](quint64 distance) { return at >= distance ? at - distance : at; };
    const auto on = [at, size](quint64 distance) {
        return size - at > distance ? at + distance : at;
    };
    quint64 to = at;
    switch (event->key()) {
        case Qt::Key_Left:
            to = back(1);
            break;
        case Qt::Key_Right:
            to = first ? at : on(1);
            break;
        case Qt::Key_Up:
            to = back(perLine);
            break;
        case Qt::Key_Down:
            to = first ? at : on(perLine);
            break;
        case Qt::Key_PageUp:
            to = at >= page ? at - page : at % perLine;
            break;
        case Qt::Key_PageDown:
            to = size - at > page ? at + page : size - 1;
            break;
        case Qt::Key_Home:
            to = control ? 0 : at - at % perLine;
            break;
        case Qt::Key_End:
            to = control ? size - 1 : std::min(at - at % perLine + perLine, size) - 1;
            break;
        default:
            return QAbstractScrollArea::keyPressEvent(event);
    }
    // With Ctrl only the two ends are ours; the arrows move through the rows of the list.
    if (control && event->key() != Qt::Key_Home && event->key() != Qt::Key_End) {
        return QAbstractScrollArea::keyPressEvent(event);
    }
    moveCursor(to);
}

void HexView::contextMenuEvent(QContextMenuEvent* event) {
    if (source() == nullptr) return;
    auto* const menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addActions(m_copyActions);
    menu->popup(event->reason() == QContextMenuEvent::Keyboard
                    ? viewport()->mapToGlobal(QPoint(8, lineHeight()))
                    : event->globalPos());
}

void HexView::changeEvent(QEvent* event) {
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::ApplicationFontChange) setFont(fixedFont());
    if (event->type() == QEvent::FontChange) layOut();
}

void HexView::focusInEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusInEvent(event);
    viewport()->update();
}

void HexView::focusOutEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusOutEvent(event);
    viewport()->update();
}

}  // namespace framescope
