#include "ui/composer/pair_table_model.h"

#include <QGuiApplication>
#include <QPalette>

#include "ui/theme/fonts.h"

namespace framescope {

PairTableModel::PairTableModel(const QStringList& titles, const QStringList& choices,
                               const QString& invitation, QObject* parent)
    : QAbstractTableModel(parent), m_titles(titles), m_choices(choices), m_invitation(invitation) {}

void PairTableModel::setLines(const QList<QStringList>& lines) {
    beginResetModel();
    m_lines = lines;
    for (QStringList& line : m_lines) line.resize(m_titles.size());
    endResetModel();
}

int PairTableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_lines.size()) + 1;
}

int PairTableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_titles.size());
}

QVariant PairTableModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    if (role == Qt::FontRole) {
        return index.column() == 0 && !m_choices.isEmpty() ? QVariant() : fixedFont();
    }
    if (role == Qt::ForegroundRole) {
        return index.row() < m_lines.size()
                   ? QVariant()
                   : QVariant(QGuiApplication::palette().brush(QPalette::PlaceholderText));
    }
    if (role != Qt::DisplayRole && role != Qt::EditRole) return {};
    if (index.row() >= m_lines.size()) {
        const bool invites = index.column() == (m_choices.isEmpty() ? 0 : 1);
        return role == Qt::DisplayRole && invites ? m_invitation : QString();
    }
    return m_lines[index.row()][index.column()];
}

bool PairTableModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (!index.isValid() || role != Qt::EditRole) return false;
    const QString text = value.toString();
    if (index.row() < m_lines.size()) {
        if (m_lines[index.row()][index.column()] == text) return true;
        m_lines[index.row()][index.column()] = text;
        Q_EMIT dataChanged(index, index);
        return true;
    }
    const bool onlyWord = index.column() == 0 && !m_choices.isEmpty();
    if (text.isEmpty() || (onlyWord && text == m_choices.front())) return false;
    // First another empty line, then what was written into the one before.
    const int row = static_cast<int>(m_lines.size());
    beginInsertRows({}, row + 1, row + 1);
    QStringList line(m_titles.size());
    if (!m_choices.isEmpty()) line[0] = m_choices.front();
    m_lines << line;
    endInsertRows();
    m_lines[row][index.column()] = text;
    Q_EMIT dataChanged(this->index(row, 0), this->index(row, columnCount() - 1));
    return true;
}

QVariant PairTableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= m_titles.size()) return {};
    if (role == Qt::DisplayRole) return m_titles[section];
    if (role == Qt::TextAlignmentRole) return QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    return {};
}

Qt::ItemFlags PairTableModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return Qt::NoItemFlags;
    return Qt::ItemIsSelectable | Qt::ItemIsEnabled | Qt::ItemIsEditable;
}

bool PairTableModel::removeRows(int row, int count, const QModelIndex& parent) {
    if (parent.isValid() || row < 0 || count < 1 || row + count > m_lines.size()) return false;
    beginRemoveRows({}, row, row + count - 1);
    m_lines.remove(row, count);
    endRemoveRows();
    return true;
}

}  // namespace framescope
