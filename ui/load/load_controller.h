// Opens captures and brings what the loader's thread finds into a session, a few milliseconds at a
// time, so that the window stays at hand while a file is read.
//
// The worker only posts an event. Every load has a generation; what an earlier one still sends is
// dropped. When a file cannot be opened, what was open stays open.
#pragma once

#include <memory>

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QTimer>

#include "dissector/payload/payload_rules.h"

namespace framescope {

class Loader;
class Session;

class LoadController : public QObject {
    Q_OBJECT

public:
    explicit LoadController(QObject* parent = nullptr);
    ~LoadController() override;

    /// Opens a capture in place of the one that is open. Emits replaced(), or failed().
    void open(const QString& path);
    /// Reads the open capture again.
    void reload();
    /// Stops reading; what was read stays.
    void cancel();
    /// Lets go of what is open. Emits replaced().
    void close();

    /// How payloads are read from now on, in what is open and in what will be.
    void setPayloadRules(PayloadRules rules);
    const PayloadRules& payloadRules() const { return m_payloadRules; }

    /// What is open; null for nothing.
    const Session* session() const { return m_session.get(); }
    const QString& path() const { return m_path; }
    bool isReading() const { return m_loader != nullptr; }
    /// True when the last load was stopped by cancel().
    bool wasCancelled() const { return m_cancelled; }

Q_SIGNALS:
    /// session() is another one now, or none. The one before is destroyed after this.
    void replaced();
    /// session() has got more. Not more often than a list can follow.
    void progressed();
    /// Reading has come to its end, or was cancelled.
    void finished();
    /// The file could not be opened; one sentence for a person.
    void failed(const QString& path, const QString& sentence);

private:
    void replaceSession(std::unique_ptr<Session> session, const QString& path);
    void drain();

    std::unique_ptr<Session> m_session;
    std::unique_ptr<Loader> m_loader;
    QString m_path;
    quint64 m_generation = 0;
    bool m_cancelled = false;
    PayloadRules m_payloadRules;
    QTimer m_drainTimer;
    QElapsedTimer m_sinceProgress;
};

}  // namespace framescope
