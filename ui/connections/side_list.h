// A list at the side: two or three lines an entry, what it is and what is known of it; the first
// entry stands for everything. Choosing an entry narrows the rows.
#pragma once

#include <QAbstractListModel>
#include <QTableView>

namespace framescope {

/// What the entries of such a list are made of.
class SideListModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role {
        NameRole = Qt::UserRole,  ///< QString, the first line up to what may be cut
        PathRole,                 ///< QString, the rest of it, cut in its middle; may be empty
        DetailRole,               ///< QString, the lines below
        SeverityRole,             ///< int of Severity
        HeadingRole,              ///< bool: the row that stands for all
    };

    using QAbstractListModel::QAbstractListModel;
};

class SideList : public QTableView {
    Q_OBJECT

public:
    /// Shows `model`, which must outlive this and whose entries have so many lines of details.
    explicit SideList(SideListModel& model, int detailLines = 1, QWidget* parent = nullptr);

    /// Chooses an entry as somebody would.
    void chooseRow(int row);
    /// Shows an entry as the chosen one without saying so; -1 for none.
    void showAsChosen(int row);

Q_SIGNALS:
    /// Somebody chose an entry.
    void rowChosen(int row);

protected:
    void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    void fitRows();

    int m_detailLines;
    bool m_quiet = false;
};

}  // namespace framescope
