#include "ui/composer/history_model.h"

#include "capture/compose/draft_json.h"
#include "ui/text/display_text.h"
#include "ui/theme/fonts.h"

namespace framescope {

void HistoryModel::add(const compose::Draft& draft, const QDateTime& when) {
    if (!m_entries.empty() && m_entries.front().draft == draft) return;
    const std::string json = compose::toJson(draft);
    if (json.size() > kMostText) return;
    if (m_entries.size() == kMost) {
        const int last = static_cast<int>(kMost) - 1;
        beginRemoveRows({}, last, last);
        m_entries.pop_back();
        endRemoveRows();
    }
    beginInsertRows({}, 0, 0);
    m_entries.push_front(
        {draft, when.toString(QStringLiteral("HH:mm:ss  ")) + displayText(json, 300)});
    endInsertRows();
}

int HistoryModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_entries.size());
}

QVariant HistoryModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const QString& text = m_entries[static_cast<std::size_t>(index.row())].text;
    if (role == Qt::DisplayRole) return text;
    if (role == Qt::ToolTipRole) return plainToolTip(text);
    if (role == Qt::FontRole) return fixedFont();
    return {};
}

}  // namespace framescope
