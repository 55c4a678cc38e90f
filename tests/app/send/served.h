// The program's own test server in a process of its own, on a free port of 127.0.0.1.
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

#include "tests/app/live/live_cli.h"
#include "tests/support/cli_run.h"

namespace framescope::test {

class Served {
public:
    explicit Served(const QString& cache) : m_cli(cache) {}

    /// Starts it and waits until clients can connect.
    bool start(const QStringList& more = {}) {
        if (!m_cli.start(QStringList{QStringLiteral("serve"), QStringLiteral("--port"),
                                     QStringLiteral("0")} +
                         more)) {
            return false;
        }
        if (!m_cli.waitForErrors(" until Ctrl-C.")) return false;
        const QByteArray marker = "Serving on ";
        const qsizetype begin = m_cli.err().indexOf(marker) + marker.size();
        m_url = m_cli.err().mid(begin, m_cli.err().indexOf(' ', begin) - begin);
        return m_url.endsWith('/');
    }
    LiveCli& cli() { return m_cli; }
    /// Ends it with Ctrl-C; the exit code.
    int stop() {
        m_cli.signal(SIGINT);
        return m_cli.finish();
    }

    /// "http://127.0.0.1:40000/"
    const QByteArray& url() const { return m_url; }
    /// "ws://127.0.0.1:40000/echo"
    QString socket(const char* path) const {
        QByteArray url = m_url;
        url.replace(0, 4, "ws");
        url.chop(1);
        return QString::fromUtf8(url + path);
    }
    QString address() const { return QString::fromUtf8(m_url); }

private:
    LiveCli m_cli;
    QByteArray m_url;
};

}  // namespace framescope::test
