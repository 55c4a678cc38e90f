// A server of tests/peers that tells what it hears, one JSON object a line; the first line has its
// port.
#pragma once

#include <functional>

#include <QJsonObject>
#include <QList>
#include <QProcess>
#include <QString>
#include <QStringList>

namespace framescope::test {

class PeerServer {
public:
    /// Starts `program` of tests/peers, a .mjs or a .py, and waits until it listens.
    PeerServer(const QString& program, const QStringList& arguments);
    ~PeerServer();
    PeerServer(const PeerServer&) = delete;
    PeerServer& operator=(const PeerServer&) = delete;

    /// Its first line; empty if it did not start.
    const QJsonObject& greeting() const { return m_greeting; }
    /// The member "port" of the greeting.
    int port() const { return m_greeting.value(QStringLiteral("port")).toInt(); }
    QString url(const QString& scheme, const QString& path) const;

    /// What it has told so far, without the greeting.
    const QList<QJsonObject>& heard();
    /// Waits until it has told so many things. False if it does not in time.
    bool waitForHeard(qsizetype count);
    /// Waits until something like that was told, behind the first `from`.
    bool waitForLine(const std::function<bool(const QJsonObject&)>& wanted, qsizetype from = 0);
    /// What it complained of.
    QString complaint() { return QString::fromUtf8(m_process.readAllStandardError()); }

private:
    bool waitUntil(const std::function<bool()>& reached);
    void takeLines();

    QProcess m_process;
    QJsonObject m_greeting;
    QList<QJsonObject> m_heard;
};

/// An object as the logs write bytes: {"@bytes": base64}.
QJsonObject bytesObject(const QByteArray& bytes);

/// tcpdump on `lo`, for one TCP port, until it is destroyed.
class WireRecord {
public:
    /// Waits until it listens; `error` says why it does not.
    WireRecord(int port, const QString& file);
    ~WireRecord();
    WireRecord(const WireRecord&) = delete;
    WireRecord& operator=(const WireRecord&) = delete;

    /// Why nothing is recorded here: tcpdump is missing, or may not.
    const QString& error() const { return m_error; }
    /// Bytes that went to the server, of all connections in the order of their segments, each once,
    /// as tshark reads them.
    QByteArray sentToServer() const;
    /// Waits until they end with `end`.
    bool waitForEnd(const QByteArray& end) const;

private:
    int m_port;
    QString m_file;
    QString m_error;
    QProcess m_process;
};

}  // namespace framescope::test
