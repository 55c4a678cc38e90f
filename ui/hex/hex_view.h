// The bytes of one source: offset, hex and text. A range is lit (the selected field's), one byte
// carries the cursor; clicking or moving onto a byte says which one it is.
#pragma once

#include <memory>
#include <optional>

#include <QAbstractScrollArea>

#include "dissector/field/field_tree.h"
#include "ui/hex/hex_geometry.h"

namespace framescope {

class HexView : public QAbstractScrollArea {
    Q_OBJECT

public:
    explicit HexView(QWidget* parent = nullptr);

    /// Shows a source of a dissection; null or kNoSource for nothing.
    void setSource(std::shared_ptr<const Dissection> dissection, SourceId source);
    /// Lights these bytes and brings the first of them into view; an empty range lights none.
    void highlight(ByteRange range);
    /// Brings these bytes into view.
    void scrollTo(ByteRange range);
    ByteRange highlighted() const { return m_highlight; }
    std::optional<quint64> cursor() const { return m_cursor; }
    const HexGeometry& geometry() const { return m_geometry; }
    /// The byte under a point of the viewport.
    std::optional<quint64> positionAt(const QPoint& point) const;
    /// Where a byte's digits stand in the viewport; may lie outside.
    QRect byteRect(quint64 position) const;
    /// What can be done with the lit bytes; for menus.
    QList<QAction*> copyActions() const { return m_copyActions; }

Q_SIGNALS:
    /// Somebody pointed at a byte, with the mouse or the keyboard.
    void byteActivated(quint64 position);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void changeEvent(QEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    const Source* source() const;
    bool isHole(quint64 position) const;
    ByteRange copyRange() const;
    int lineHeight() const;
    int visibleLines() const;
    quint64 firstLine() const;
    void layOut();
    void ensureVisible(quint64 position);
    void moveCursor(quint64 position);
    void paintLine(QPainter& painter, quint64 line, int y) const;
    void paintHighlight(QPainter& painter, quint64 line, int y) const;
    void addCopyAction(const QString& text, const QList<QKeySequence>& shortcuts,
                       QString (*form)(ByteView));

    std::shared_ptr<const Dissection> m_dissection;
    SourceId m_source = kNoSource;
    HexGeometry m_geometry;
    LineScroll m_scroll;
    ByteRange m_highlight;
    std::optional<quint64> m_cursor;
    QList<QAction*> m_copyActions;
};

}  // namespace framescope
