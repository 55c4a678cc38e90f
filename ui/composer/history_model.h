// The messages that were sent, the latest first, to be put back into the form.
#pragma once

#include <deque>

#include <QAbstractListModel>
#include <QDateTime>

#include "capture/compose/draft.h"

namespace framescope {

class HistoryModel : public QAbstractListModel {
    Q_OBJECT

public:
    static constexpr std::size_t kMost = 200;
    /// Greater ones are not kept: a history must not hold what is gigabytes together.
    static constexpr std::size_t kMostText = 1U << 20;

    using QAbstractListModel::QAbstractListModel;

    /// The same message as the last one is not added again.
    void add(const compose::Draft& draft, const QDateTime& when);
    const compose::Draft& draftAt(int row) const {
        return m_entries[static_cast<std::size_t>(row)].draft;
    }

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

private:
    struct Entry {
        compose::Draft draft;
        QString text;
    };
    std::deque<Entry> m_entries;
};

}  // namespace framescope
