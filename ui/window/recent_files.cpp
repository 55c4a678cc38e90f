// Paths are kept absolute, so that they mean the same from any folder.
#include "ui/window/recent_files.h"

#include <QFileInfo>
#include <QSettings>

namespace framescope {

namespace {
QString key() {
    return QStringLiteral("recentFiles");
}
}  // namespace

RecentFiles::RecentFiles(QSettings* settings) : m_settings(settings) {
    if (m_settings != nullptr) m_paths = m_settings->value(key()).toStringList().mid(0, kMost);
}

void RecentFiles::add(const QString& path) {
    const QString absolute = QFileInfo(path).absoluteFilePath();
    m_paths.removeAll(absolute);
    m_paths.prepend(absolute);
    m_paths = m_paths.mid(0, kMost);
    store();
}

void RecentFiles::remove(const QString& path) {
    m_paths.removeAll(QFileInfo(path).absoluteFilePath());
    store();
}

void RecentFiles::clear() {
    m_paths.clear();
    store();
}

void RecentFiles::store() {
    if (m_settings != nullptr) m_settings->setValue(key(), m_paths);
}

}  // namespace framescope
