// One connection of the composer: a client on the reactor's thread, and what it tells as signals on
// the window's. Every call returns at once; a client is destroyed on a worker, since that may wait
// for the reactor.
#pragma once

#include <functional>
#include <memory>

#include <QObject>

#include "capture/client/client.h"
#include "ui/composer/compose_services.h"
#include "ui/load/background.h"

namespace framescope {

/// What became of a message.
struct Outcome {
    quint64 ticket = 0;  ///< that send() returned
    QString refused;     ///< why it was not sent, a sentence; empty: it was
    quint64 bytes = 0;
    std::optional<std::uint64_t> ackId;  ///< an acknowledgement with this id is awaited
};

/// An acknowledgement that came.
struct Acknowledged {
    QString nsp;
    std::uint64_t id = 0;
    std::optional<qint64> latencyNs;
    QString data;  ///< JSON
};

class Connection : public QObject {
    Q_OBJECT

public:
    /// Makes the bytes of a draft as the connection would send them now. May be called on any
    /// thread, also when the connection is gone.
    using Preparer =
        std::function<Result<compose::Prepared>(const compose::Draft&, std::uint64_t keySeed)>;

    /// `worker` must outlive this.
    Connection(ComposeServices services, SerialWorker& worker, QObject* parent = nullptr);
    ~Connection() override;

    /// Opens it, in place of what was open before.
    void open(const std::shared_ptr<net::Reactor>& reactor,
              const std::shared_ptr<transcript::Transcript>& transcript,
              const client::ClientOptions& options);
    /// In order, with 1000; waiting for another attempt ends.
    void close();
    void cut();
    /// Returns a ticket, which the outcome has too.
    quint64 send(const compose::Draft& draft, std::uint64_t keySeed);
    void setAnswersPings(bool answers);
    void setAnswersHeartbeats(bool answers);
    void setPeriodic(const std::vector<client::Periodic>& periodic);

    const client::Status& status() const { return m_status; }
    /// Something goes on: it is open, or on its way to that or to its end.
    bool isActive() const;
    bool isOpen() const { return m_status.state == client::State::Open; }
    /// Empty as long as nothing was opened.
    Preparer preparer() const;

Q_SIGNALS:
    void statusChanged();
    void sent(const framescope::Outcome& outcome);
    void acknowledged(const framescope::Acknowledged& acknowledged);
    /// A sentence a person should know.
    void remarked(const QString& sentence);

private:
    class Relay;
    struct Link;

    void letGo();
    void takeStatus();

    ComposeServices m_services;
    SerialWorker& m_worker;
    std::shared_ptr<Link> m_link;
    client::Status m_status;
    quint64 m_tickets = 0;
};

}  // namespace framescope
