// Opens captures and brings what the loader's thread finds into a session, a few milliseconds at a
// time, so that the window stays at hand while a file is read. A capture that is still being
// written is followed in the same way, only with quicker steps.
//
// The worker only posts an event. Every load has a generation; what an earlier one still sends is
// dropped. When a file cannot be opened, what was open stays open.
#pragma once

#include <memory>

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QTimer>

#include "capture/ingest/ingest_options.h"
#include "dissector/payload/payload_rules.h"
#include "ui/load/background.h"

namespace framescope {

class CaptureFile;
class Loader;
class Session;

class LoadController : public QObject {
    Q_OBJECT

public:
    explicit LoadController(QObject* parent = nullptr);
    ~LoadController() override;

    /// Opens a capture in place of the one that is open. Emits replaced(), or failed().
    void open(const QString& path);
    /// Reads a capture that has no file of the user's yet: one that is being written, or one that
    /// was left behind. `name` stands for it in the window. Emits replaced().
    void follow(std::shared_ptr<CaptureFile> file, const QString& name);
    /// What follow() was given, as long as it is what is open and not saved.
    const std::shared_ptr<CaptureFile>& followed() const { return m_followed; }
    /// What is open lies in this file now: it was saved there.
    void setPath(const QString& path);
    /// Reads the open capture again, as its file is now.
    void reload();
    /// Reads what is open again, its connections by these rules; they are forgotten with it. Emits
    /// replaced().
    void setReadAs(ReadAsRules rules);
    const ReadAsRules& readAs() const { return m_options.readAs; }
    /// Reads what is open again, its packets in this order, which is forgotten with it. Emits
    /// replaced().
    void setOrder(PacketOrder order);
    PacketOrder order() const { return m_options.order; }
    /// With these, somebody else who reads what is open gets the same rows.
    IngestOptions reading() const;
    /// Limits for what is read from now on; readAgain() reads what is open by them.
    void setLimits(const DecodeLimits& limits) { m_options.limits = limits; }
    const DecodeLimits& limits() const { return m_options.limits; }
    /// Reads what is open again, from the very file that is open. Emits replaced().
    void readAgain();
    /// Stops reading; what was read stays.
    void cancel();
    /// Lets go of what is open. Emits replaced().
    void close();

    /// How payloads are read from now on, in what is open and in what will be.
    void setPayloadRules(PayloadRules rules);
    const PayloadRules& payloadRules() const { return m_payloadRules; }

    /// Whether rows say if the checksums of their packets are right, from the next dissection on.
    void setChecksumVerification(bool on);

    /// What is open; null for nothing.
    const Session* session() const { return m_session.get(); }
    /// The user's file; empty for a capture that is not saved.
    const QString& path() const { return m_path; }
    /// What the capture is called: its file's name, or what follow() was given.
    QString name() const;
    bool isReading() const { return m_loader != nullptr; }
    /// True when the last load was stopped by cancel().
    bool wasCancelled() const { return m_cancelled; }

Q_SIGNALS:
    /// session() is another one now, or none. The one before is destroyed after this.
    void replaced();
    /// Packets turned out to be read in the wrong order, so that the reading begins again:
    /// replaced() follows, with a session that is still empty.
    void beginsAgain();
    /// session() has got more. Not more often than a list can follow.
    void progressed();
    /// Reading has come to its end, or was cancelled.
    void finished();
    /// The file could not be opened; one sentence for a person.
    void failed(const QString& path, const QString& sentence);

private:
    std::shared_ptr<CaptureFile> openFile(const QString& path);
    void read(std::shared_ptr<CaptureFile> file, const QString& path, const QString& name);
    void replaceSession(std::unique_ptr<Session> session, const QString& path,
                        std::shared_ptr<CaptureFile> followed);
    std::unique_ptr<Session> newSession(std::shared_ptr<CaptureFile> file) const;
    void beginAgain();
    void forgetReading();
    void drain();
    void tellProgress();

    std::unique_ptr<Session> m_session;
    std::unique_ptr<Loader> m_loader;
    std::shared_ptr<CaptureFile> m_file;      // what is open
    std::shared_ptr<CaptureFile> m_followed;  // the same, only without a path
    QString m_path;
    QString m_name;
    quint64 m_generation = 0;
    bool m_cancelled = false;
    PayloadRules m_payloadRules;
    IngestOptions m_options;
    bool m_hasBegunAgain = false;  // and reads in the order of time now
    bool m_verifyChecksums = false;
    QTimer m_drainTimer;
    QTimer m_progressTimer;  // runs while progress is owed
    QElapsedTimer m_sinceProgress;
    SerialWorker m_retired;  // joins the threads of loaders that are no longer wanted
};

}  // namespace framescope
