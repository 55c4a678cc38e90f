// The test server of the window: starts and stops it beside the window's thread, and turns what it
// tells from its own into signals.
#pragma once

#include <memory>

#include <QObject>
#include <QString>
#include <QTimer>

#include "ui/load/background.h"
#include "ui/load/doorbell.h"
#include "ui/server/server_services.h"

namespace framescope {

enum class ServerState { Stopped, Starting, Running };

class ServerController : public QObject {
    Q_OBJECT

public:
    explicit ServerController(ServerServices services, QObject* parent = nullptr);
    ~ServerController() override;

    bool canServe() const { return m_services.canServe(); }
    ServerState state() const { return m_state; }
    /// Listens; changed() follows, or failed(). `wake` is what its transcript calls.
    void start(const server::ServerOptions& options, const live::Wake& wake);
    /// Closes every connection; the figures of before stay.
    void stop();
    /// For connections from now on, and for what open ones do next.
    void setMisbehaviours(const std::vector<server::Misbehaviour>& misbehaviours);

    /// "http://127.0.0.1:3000/" while it runs, else empty.
    QString url() const;
    const server::ServerStatus& status() const { return m_status; }
    /// What passes; null while it does not run, or where that is not kept.
    std::shared_ptr<live::LiveCapture> transcript() const;

Q_SIGNALS:
    /// It has started or stopped.
    void changed();
    /// status() is another.
    void reported();
    /// It could not be started; one sentence for a person.
    void failed(const QString& sentence);

private:
    void takeOver(quint64 generation, Result<std::shared_ptr<ServerRun>> started);
    void look();
    void dropRun();

    ServerServices m_services;
    ServerState m_state = ServerState::Stopped;
    server::ServerOptions m_options;
    std::shared_ptr<ServerRun> m_run;
    std::unique_ptr<Doorbell> m_bell;  // of the run
    server::ServerStatus m_status;
    QTimer m_lookSoon;
    bool m_looking = false;
    quint64 m_generation = 0;
    SerialWorker m_worker;  // the last: ends runs
};

}  // namespace framescope
