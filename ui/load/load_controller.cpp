// Appending rows to a very long list costs a view some milliseconds however few they are, so that
// progress is told ten times a second, not with every batch; of a capture that is taken at the
// moment twenty-five times, since people watch it. What a step leaves out a timer makes up for.
#include "ui/load/load_controller.h"

#include <QFile>
#include <QFileInfo>

#include "capture/file/capture_file.h"
#include "capture/ingest/batch.h"
#include "capture/ingest/loader.h"
#include "capture/session/session.h"

namespace framescope {

namespace {
constexpr qint64 kDrainMs = 8;
constexpr qint64 kProgressMs = 100;
constexpr qint64 kFollowMs = 40;
}  // namespace

LoadController::LoadController(QObject* parent) : QObject(parent) {
    m_options.mayBeginAgain = true;
    m_drainTimer.setSingleShot(true);
    m_drainTimer.setInterval(0);
    connect(&m_drainTimer, &QTimer::timeout, this, &LoadController::drain);
    m_progressTimer.setSingleShot(true);
    connect(&m_progressTimer, &QTimer::timeout, this, &LoadController::tellProgress);
}

LoadController::~LoadController() = default;

std::shared_ptr<CaptureFile> LoadController::openFile(const QString& path) {
    auto file = CaptureFile::open(std::filesystem::path(QFile::encodeName(path).toStdString()));
    if (file) return *file;
    Q_EMIT failed(path, QString::fromStdString(file.error().sentence));
    return nullptr;
}

/// How the capture was read that is not open any more.
void LoadController::forgetReading() {
    m_options.readAs = {};
    m_options.order = PacketOrder::Auto;
}

void LoadController::open(const QString& path) {
    auto file = openFile(path);
    if (file == nullptr) return;
    forgetReading();
    read(std::move(file), path, {});
}

void LoadController::follow(std::shared_ptr<CaptureFile> file, const QString& name) {
    forgetReading();
    read(std::move(file), {}, name);
}

void LoadController::read(std::shared_ptr<CaptureFile> file, const QString& path,
                          const QString& name) {
    m_name = name;
    m_file = file;
    replaceSession(newSession(file), path, path.isEmpty() ? file : nullptr);
    const quint64 generation = m_generation;
    const auto wake = [this, generation] {
        QMetaObject::invokeMethod(
            this,
            [this, generation] {
                if (generation == m_generation) drain();
            },
            Qt::QueuedConnection);
    };
    m_loader = std::make_unique<Loader>(std::move(file), wake, m_options);
    Q_EMIT progressed();
}

void LoadController::setPath(const QString& path) {
    if (!m_session) return;
    m_path = path;
    m_followed.reset();
}

QString LoadController::name() const {
    return m_path.isEmpty() ? m_name : QFileInfo(m_path).fileName();
}

void LoadController::reload() {
    if (!m_session) return;
    if (m_followed) return readAgain();
    const QString path = m_path;
    if (auto file = openFile(path)) read(std::move(file), path, {});
}

void LoadController::readAgain() {
    if (m_session) read(std::shared_ptr<CaptureFile>(m_file), QString(m_path), QString(m_name));
}

void LoadController::setReadAs(ReadAsRules rules) {
    if (!m_session) return;
    m_options.readAs = std::move(rules);
    readAgain();
}

void LoadController::setOrder(PacketOrder order) {
    if (!m_session) return;
    m_options.order = order;
    readAgain();
}

IngestOptions LoadController::reading() const {
    IngestOptions reading = m_options;
    reading.mayBeginAgain = false;
    if (m_hasBegunAgain) reading.order = PacketOrder::Time;
    return reading;
}

void LoadController::cancel() {
    if (!m_loader) return;
    m_cancelled = true;
    m_loader->cancel();
}

void LoadController::close() {
    if (!m_session) return;
    forgetReading();
    m_file.reset();
    replaceSession(nullptr, {}, nullptr);
}

void LoadController::setPayloadRules(PayloadRules rules) {
    m_payloadRules = std::move(rules);
    if (m_session) m_session->setPayloadRules(m_payloadRules);
}

void LoadController::setChecksumVerification(bool on) {
    m_verifyChecksums = on;
    if (m_session) m_session->setChecksumVerification(on);
}

void LoadController::replaceSession(std::unique_ptr<Session> session, const QString& path,
                                    std::shared_ptr<CaptureFile> followed) {
    ++m_generation;
    m_drainTimer.stop();
    m_progressTimer.stop();
    if (m_loader) {
        m_loader->cancel();
        m_retired.destroy(std::move(m_loader));
    }
    m_followed = std::move(followed);
    m_cancelled = false;
    m_hasBegunAgain = false;
    m_sinceProgress.invalidate();
    std::swap(m_session, session);
    m_path = path;
    Q_EMIT replaced();
}

std::unique_ptr<Session> LoadController::newSession(std::shared_ptr<CaptureFile> file) const {
    auto session = std::make_unique<Session>(std::move(file));
    session->setPayloadRules(m_payloadRules);
    session->setChecksumVerification(m_verifyChecksums);
    return session;
}

/// The loader goes on; only what it has given before is void.
void LoadController::beginAgain() {
    Q_EMIT beginsAgain();
    m_hasBegunAgain = true;
    auto session = newSession(m_file);
    std::swap(m_session, session);
    m_sinceProgress.invalidate();
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
        if (batch->beginsAgain) {
            const quint64 generation = m_generation;
            beginAgain();
            // Whoever heard of it may have opened something else.
            if (generation != m_generation) return;
        }
        m_session->append(std::move(*batch));
    }
    const bool complete = emptied && m_session->complete();
    if (!emptied) m_drainTimer.start();
    if (complete) m_retired.destroy(std::move(m_loader));
    const qint64 interval = m_followed ? kFollowMs : kProgressMs;
    const qint64 since = m_sinceProgress.isValid() ? m_sinceProgress.elapsed() : interval;
    if (complete || since >= interval) {
        tellProgress();
    } else if (!m_progressTimer.isActive()) {
        m_progressTimer.start(static_cast<int>(interval - since));
    }
    if (complete) Q_EMIT finished();
}

void LoadController::tellProgress() {
    m_progressTimer.stop();
    m_sinceProgress.start();
    Q_EMIT progressed();
}

}  // namespace framescope
