// The tree of the selected row. Layers that only carry the conversation are folded and dim; how
// somebody folds a layer is kept from row to row.
#pragma once

#include <memory>

#include <QHash>
#include <QTreeView>

#include "ui/tree/field_tree_model.h"

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
    /// Unfolds everything, up to a number of lines that can still be laid out in an instant.
    void unfoldAll();
    void foldAll();

Q_SIGNALS:
    /// Another field is selected (kNoField: none).
    void fieldSelected(FieldIndex field);

protected:
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    void changeEvent(QEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void drawRow(QPainter* painter, const QStyleOptionViewItem& option,
                 const QModelIndex& index) const override;
    void paintEvent(QPaintEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    QAction* addCopyAction(const QString& text, const QList<QKeySequence>& shortcuts,
                           QString (FieldTreeModel::*what)(const QModelIndex&) const);
    void foldAsWanted();
    /// Layer: its own lines. Groups: also what is inside them, but not the bits of a byte.
    enum class Depth { Layer, Groups, Everything };
    void unfoldSubtree(FieldIndex field, Depth depth, std::size_t& budget);
    void showMainLayer();
    void selectMainLayer();
    void rememberFold(const QModelIndex& index, bool folded);
    void updateActions();

    FieldTreeModel m_model;
    QList<QAction*> m_copyActions;
    QHash<int, bool> m_folded;  // by FieldId of a layer, as the user left it
    bool m_arranging = false;
};

}  // namespace framescope
