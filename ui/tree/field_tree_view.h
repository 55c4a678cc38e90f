// The tree of the selected row. Layers that only carry the conversation are folded and dim; how
// somebody folds a layer is kept from row to row. A line that names another row is a link to it.
#pragma once

#include <memory>

#include <QHash>
#include <QTreeView>

#include "ui/tree/field_tree_model.h"

class QMenu;

namespace framescope {

class FieldTreeView : public QTreeView {
    Q_OBJECT

public:
    explicit FieldTreeView(QWidget* parent = nullptr);

    void setDissection(std::shared_ptr<const Dissection> dissection);
    /// Selects a field and unfolds the way to it; kNoField selects nothing.
    void selectField(FieldIndex field);
    FieldIndex selectedField() const;
    FieldTreeModel& fieldModel() { return m_model; }

    /// What can be done with the selected field; for menus.
    QList<QAction*> copyActions() const { return m_copyActions; }
    /// A menu for lines of a payload, shown in their context menu; must outlive this.
    void setPayloadMenu(QMenu* menu) { m_payloadMenu = menu; }
    /// Whether a line is the link that the mouse is on.
    bool isHovered(const QModelIndex& index) const { return m_hoveredLink == index; }
    /// Unfolds everything, up to a number of lines that can still be laid out in an instant.
    void unfoldAll();
    void foldAll();

Q_SIGNALS:
    /// Another field is selected (kNoField: none).
    void fieldSelected(FieldIndex field);
    /// Somebody follows a link to another row.
    void linkFollowed(framescope::RecordId record);

protected:
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void drawRow(QPainter* painter, const QStyleOptionViewItem& option,
                 const QModelIndex& index) const override;
    void paintEvent(QPaintEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    QAction* addCopyAction(const QString& text, const QList<QKeySequence>& shortcuts,
                           QString (FieldTreeModel::*what)(const QModelIndex&) const);
    /// Breaks comments and issues so that their lines have room in the pane.
    void fitLines();
    void foldAsWanted();
    /// Layer: its own lines. Groups: also what is inside them, but not the bits of a byte.
    enum class Depth { Layer, Groups, Everything };
    void unfoldSubtree(FieldIndex field, Depth depth, std::size_t& budget);
    void showMainLayer();
    bool isAboutBadBytes() const;
    void selectMainLayer();
    void rememberFold(const QModelIndex& index, bool folded);
    void updateActions();
    bool followLink(const QModelIndex& index);
    void hover(const QModelIndex& index);

    FieldTreeModel m_model;
    QList<QAction*> m_copyActions;
    QMenu* m_payloadMenu = nullptr;
    QPersistentModelIndex m_hoveredLink;
    QHash<int, bool> m_folded;  // by FieldId of a layer, as the user left it
    bool m_arranging = false;
};

}  // namespace framescope
