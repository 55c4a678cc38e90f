// The captures that were open last, the latest first. Kept in settings, if there are any.
#pragma once

#include <QStringList>

class QSettings;

namespace framescope {

class RecentFiles {
public:
    static constexpr int kMost = 8;

    /// `settings` may be null; the list is then forgotten with this.
    explicit RecentFiles(QSettings* settings);

    const QStringList& paths() const { return m_paths; }
    void add(const QString& path);
    void remove(const QString& path);
    void clear();

private:
    void store();

    QSettings* m_settings;
    QStringList m_paths;
};

}  // namespace framescope
