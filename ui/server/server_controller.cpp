// What the server does when it is asked for its status, or told to behave otherwise, may wait for
// its thread; so both are asked on others.
#include "ui/server/server_controller.h"

#include <utility>

#include "ui/text/display_text.h"

namespace framescope {

namespace {
constexpr int kLookMs = 100;  // a table that changes more often cannot be read
}

ServerController::ServerController(ServerServices services, QObject* parent)
    : QObject(parent), m_services(std::move(services)) {
    m_lookSoon.setSingleShot(true);
    m_lookSoon.setInterval(kLookMs);
    connect(&m_lookSoon, &QTimer::timeout, this, &ServerController::look);
}

ServerController::~ServerController() {
    dropRun();
}

void ServerController::start(const server::ServerOptions& options, const live::Wake& wake) {
    if (m_state != ServerState::Stopped || !canServe()) return;
    dropRun();
    m_options = options;
    m_status = {};
    m_state = ServerState::Starting;
    m_bell = std::make_unique<Doorbell>([this] {
        if (!m_lookSoon.isActive()) m_lookSoon.start();
    });
    Q_EMIT changed();
    Q_EMIT reported();
    using Started = Result<std::shared_ptr<ServerRun>>;
    // The one before may still have to let go of the port.
    m_worker.add([this, options, wake, begin = m_services.start, ring = m_bell->ringer(),
                  generation = m_generation] {
        auto started = std::make_shared<Started>(begin(options, ring, wake));
        QMetaObject::invokeMethod(
            this, [this, generation, started] { takeOver(generation, std::move(*started)); },
            Qt::QueuedConnection);
    });
}

void ServerController::takeOver(quint64 generation, Result<std::shared_ptr<ServerRun>> started) {
    if (generation != m_generation) {
        if (started) m_worker.add([run = std::move(*started)]() mutable { run.reset(); });
        return;
    }
    if (!started) {
        dropRun();
        m_state = ServerState::Stopped;
        Q_EMIT changed();
        Q_EMIT failed(displayText(started.error().sentence));
        return;
    }
    m_run = std::move(*started);
    m_state = ServerState::Running;
    // They may have been changed since it was asked to start.
    setMisbehaviours(m_options.misbehaviours);
    Q_EMIT changed();
    look();
}

void ServerController::stop() {
    if (m_state == ServerState::Stopped) return;
    dropRun();
    m_state = ServerState::Stopped;
    for (server::ClientInfo& client : m_status.clients) {
        if (!client.open) continue;
        client.open = false;
        client.ending = "The server was stopped.";
    }
    Q_EMIT changed();
    Q_EMIT reported();
}

void ServerController::setMisbehaviours(const std::vector<server::Misbehaviour>& misbehaviours) {
    m_options.misbehaviours = misbehaviours;
    if (!m_run) return;
    m_worker.add([run = m_run, misbehaviours] { run->server->setMisbehaviours(misbehaviours); });
}

QString ServerController::url() const {
    return m_run ? displayText(m_run->server->url(), 300) : QString();
}

std::shared_ptr<live::LiveCapture> ServerController::transcript() const {
    return m_run ? m_run->transcript : nullptr;
}

void ServerController::look() {
    if (m_run == nullptr) return;
    if (m_looking) return m_lookSoon.start();
    m_looking = true;
    runInBackground(
        *this, [run = m_run] { return run->server->status(); },
        [this, generation = m_generation](server::ServerStatus status) {
            if (generation != m_generation) return;
            m_looking = false;
            m_status = std::move(status);
            Q_EMIT reported();
        });
}

void ServerController::dropRun() {
    ++m_generation;
    m_bell.reset();
    m_lookSoon.stop();
    m_looking = false;
    if (!m_run) return;
    m_worker.add([run = std::exchange(m_run, nullptr)]() mutable {
        const auto transcript = run->transcript;
        run.reset();
        // Last: how its connections ended is part of what is kept.
        if (transcript) transcript->stop();
    });
}

}  // namespace framescope
