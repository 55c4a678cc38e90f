// Appending rows to a very long list costs a view some milliseconds however few they are, so that
// progress is told ten times a second, not with every batch.
#include "ui/load/load_controller.h"

#include <QFile>

#include "capture/file/capture_file.h"
#include "capture/ingest/batch.h"
#include "capture/ingest/loader.h"
#include "capture/session/session.h"

namespace framescope {

namespace {
constexpr qint64 kDrainMs = 8;
constexpr qint64 kProgressMs = 100;
}  // namespace

LoadController::LoadController(QObject* parent) : QObject(parent) {
    m_drainTimer.setSingleShot(true);
    m_drainTimer.setInterval(0);
    connect(&m_drainTimer, &QTimer::timeout, this, &LoadController::drain);
}

LoadController::~LoadController() = default;

void LoadController::open(const QString& path) {
    auto file = CaptureFile::open(std::filesystem::path(QFile::encodeName(path).toStdString()));
    if (!file) {
        Q_EMIT failed(path, QString::fromStdString(file.error().sentence));
        return;
    }
    replaceSession(std::make_unique<Session>(*file), path);
    const quint64 generation = m_generation;
    m_loader = std::make_unique<Loader>(*file, [this, generation] {
        QMetaObject::invokeMethod(
            this,
            [this, generation] {
                if (generation == m_generation) drain();
            },
            Qt::QueuedConnection);
    });
    Q_EMIT progressed();
}

void LoadController::reload() {
    if (m_session) open(QString(m_path));
}

void LoadController::cancel() {
    if (!m_loader) return;
    m_cancelled = true;
    m_loader->cancel();
}

void LoadController::close() {
    if (m_session) replaceSession(nullptr, {});
}

void LoadController::setPayloadRules(PayloadRules rules) {
    m_payloadRules = std::move(rules);
    if (m_session) m_session->setPayloadRules(m_payloadRules);
}

void LoadController::replaceSession(std::unique_ptr<Session> session, const QString& path) {
    ++m_generation;
    m_drainTimer.stop();
    m_loader.reset();
    m_cancelled = false;
    m_sinceProgress.invalidate();
    if (session) session->setPayloadRules(m_payloadRules);
    std::swap(m_session, session);
    m_path = path;
    Q_EMIT replaced();
}

void LoadController::drain() {
    if (!m_loader) return;
    QElapsedTimer spent;
    spent.start();
    bool emptied = false;
    while (spent.elapsed() < kDrainMs) {
        auto batch = m_loader->take();
        if (!batch) {
            emptied = true;
            break;
        }
        m_session->append(std::move(*batch));
    }
    const bool complete = emptied && m_session->complete();
    if (!emptied) m_drainTimer.start();
    if (complete) m_loader.reset();
    if (complete || !m_sinceProgress.isValid() || m_sinceProgress.elapsed() >= kProgressMs) {
        m_sinceProgress.start();
        Q_EMIT progressed();
    }
    if (complete) Q_EMIT finished();
}

}  // namespace framescope
