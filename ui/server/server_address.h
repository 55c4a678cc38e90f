// The address of the window's test server while it runs, for whoever may want to talk to it.
#pragma once

#include <QObject>
#include <QString>

namespace framescope {

class ServerAddress : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// Empty while no server runs.
    const QString& url() const { return m_url; }
    void setUrl(const QString& url) {
        if (url == m_url) return;
        m_url = url;
        Q_EMIT changed(url);
    }

Q_SIGNALS:
    void changed(const QString& url);

private:
    QString m_url;
};

}  // namespace framescope
