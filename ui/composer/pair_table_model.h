// Lines of a few texts that can be edited, for tables of headers and of namespaces: the last line
// is always empty and becomes one of the others when something is written into it.
#pragma once

#include <QAbstractTableModel>
#include <QStringList>

namespace framescope {

class PairTableModel : public QAbstractTableModel {
    Q_OBJECT

public:
    /// One title a column. `choices`: what the first column offers; empty: it is text too.
    /// `invitation` stands in the empty line.
    PairTableModel(const QStringList& titles, const QStringList& choices,
                   const QString& invitation = {}, QObject* parent = nullptr);

    /// Lines in which something stands.
    const QList<QStringList>& lines() const { return m_lines; }
    void setLines(const QList<QStringList>& lines);
    const QStringList& choices() const { return m_choices; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role = Qt::EditRole) override;
    QVariant headerData(int section, Qt::Orientation orientation,
                        int role = Qt::DisplayRole) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    bool removeRows(int row, int count, const QModelIndex& parent = {}) override;

private:
    QStringList m_titles;
    QStringList m_choices;
    QString m_invitation;
    QList<QStringList> m_lines;
};

}  // namespace framescope
