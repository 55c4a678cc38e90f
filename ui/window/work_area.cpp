#include "ui/window/work_area.h"

namespace framescope {

WorkArea::WorkArea(const QString& title, QWidget* parent) : QWidget(parent), m_title(title) {}

void WorkArea::setTitle(const QString& title) {
    if (title == m_title) return;
    m_title = title;
    Q_EMIT titleChanged();
}

void WorkArea::takeFrom(const LoadController&) {}

void WorkArea::takeRow(const Session&, RecordId) {}

void WorkArea::takeConversation(std::optional<ConnectionId>, std::optional<engineio::SessionId>) {}

void WorkArea::takeAddress(const QString&) {}

void WorkArea::saveSizes(QSettings&) const {}

}  // namespace framescope
