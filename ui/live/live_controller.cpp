// What may wait for a thread or a disk (the end of a capture, deleting, saving) is given to one
// worker, in order, and that worker is waited for only when the window is gone.
#include "ui/live/live_controller.h"

#include <QFile>
#include <QFileInfo>
#include <QScopedValueRollback>

#include "capture/session/session.h"
#include "ui/load/load_controller.h"
#include "ui/text/display_text.h"

namespace framescope {

namespace {

constexpr int kTickMs = 250;  // figures that change more often cannot be read

QString filterOf(const LiveSource& source) {
    if (const auto* interface = std::get_if<live::InterfaceCapture>(&source)) {
        return displayText(interface->request.filter);
    }
    if (const auto* remote = std::get_if<live::RemoteCapture>(&source)) {
        return displayText(remote->filter);
    }
    return {};
}

/// The file itself, or "name-2.pcapng", ...: what was captured before stays.
std::filesystem::path unusedName(const std::filesystem::path& file) {
    std::filesystem::path name = file;
    std::error_code unknown;
    for (int i = 2; !file.empty() && std::filesystem::exists(name, unknown); ++i) {
        name = file.parent_path() /
               (file.stem().string() + '-' + std::to_string(i) + file.extension().string());
    }
    return name;
}

std::filesystem::path toPath(const QString& text) {
    return QFile::encodeName(text).toStdString();
}

}  // namespace

LiveController::LiveController(LoadController& loader, LiveServices services, QObject* parent)
    : QObject(parent), m_loader(loader), m_services(std::move(services)) {
    m_bell->owner = this;
    m_tick.setInterval(kTickMs);
    connect(&m_tick, &QTimer::timeout, this, &LiveController::changed);
    connect(&loader, &LoadController::replaced, this, [this] {
        // Reading the same once more replaces nothing.
        const bool same = m_file != nullptr && m_loader.followed() == m_file;
        if (!m_replacing && !same) letGo();
    });
    connect(&loader, &LoadController::failed, this, [this] { m_discard = false; });
    connect(&loader, &LoadController::progressed, this, [this] {
        const Session* const session = m_loader.session();
        if (m_following && session != nullptr && session->statistics().packets != 0) {
            m_anyPacket = true;
        }
    });
    connect(&loader, &LoadController::finished, this, [this] {
        saveIfWanted();
        Q_EMIT changed();
    });
}

LiveController::~LiveController() {
    {
        const std::lock_guard lock(m_bell->mutex);
        m_bell->owner = nullptr;
    }
    letGo();  // what is being duplicated is waited for
}

void LiveController::start(const LiveSource& source) {
    if (!m_services.canCapture()) return;
    letGo();
    m_source = source;
    begin({}, filterOf(source));
    m_state = LiveState::Starting;
    m_sinceStart.start();
    m_tick.start();
    {
        const QScopedValueRollback guard(m_replacing, true);
        m_loader.close();
    }
    const quint64 generation = m_generation;
    m_capture = m_services.capture(source, [this, generation] {
        QMetaObject::invokeMethod(
            this,
            [this, generation] {
                if (generation == m_generation) poll();
            },
            Qt::QueuedConnection);
    });
    m_sourceName = displayText(m_capture->sourceName(), 80);
    Q_EMIT changed();
    poll();
}

live::Wake LiveController::bell() const {
    return [bell = m_bell] {
        const std::lock_guard lock(bell->mutex);
        if (bell->owner == nullptr) return;
        QMetaObject::invokeMethod(bell->owner, &LiveController::poll, Qt::QueuedConnection);
    };
}

void LiveController::watch(std::shared_ptr<live::LiveCapture> capture) {
    letGo();
    m_source.reset();
    begin(displayText(capture->sourceName(), 80), {});
    m_isOfOurs = true;
    m_state = LiveState::Starting;
    m_sinceStart.start();
    m_tick.start();
    {
        const QScopedValueRollback guard(m_replacing, true);
        m_loader.close();
    }
    m_capture = std::move(capture);
    Q_EMIT changed();
    poll();
}

void LiveController::begin(const QString& name, const QString& filter) {
    ++m_generation;
    m_status = {};
    m_sourceName = name;
    m_filter = filter;
    m_elapsedMs = 0;
    m_wasLeft = false;
    m_isOfOurs = false;
    m_following = false;
    m_discard = false;
    m_anyPacket = false;
    m_begunSnapshot.reset();
    m_snapshot.reset();
    m_wholeCopy.clear();
    m_wantedTarget.clear();
}

void LiveController::stop() {
    if (!isRunning() || !m_capture) return;
    m_state = LiveState::Stopping;
    m_capture->stop();
    Q_EMIT changed();
}

void LiveController::close() {
    letGo();
    m_loader.close();
}

bool LiveController::canRestart() const {
    // What standard input has given is gone.
    if (!m_source || m_wasLeft) return false;
    const auto* const stream = std::get_if<live::StreamCapture>(&*m_source);
    return stream == nullptr || stream->path != "-";
}

void LiveController::restart() {
    if (!canRestart()) return;
    const LiveSource first(*m_source);
    LiveSource source(first);
    if (auto* const interface = std::get_if<live::InterfaceCapture>(&source)) {
        interface->destination.file = unusedName(interface->destination.file);
    }
    start(source);
    m_source = first;
}

void LiveController::poll() {
    if (!m_capture) return;
    const LiveState before = m_state;
    m_status = m_capture->status();
    if (m_status.file && !m_following) {
        follow(m_status.file, m_capture->bytes(), m_capture->spool());
    }
    switch (m_status.phase) {
        case live::Phase::Starting:
            break;
        case live::Phase::Running:
            if (m_state == LiveState::Starting) m_state = LiveState::Running;
            break;
        case live::Phase::Stopping:
            if (isRunning()) m_state = LiveState::Stopping;
            break;
        case live::Phase::Ended:
            if (isRunning()) return noteEnd(m_status.ending.value_or(live::Ending{}));
            break;
    }
    // Figures come with the tick.
    if (m_state != before) Q_EMIT changed();
}

void LiveController::follow(std::shared_ptr<CaptureFile> file, std::shared_ptr<GrowingBytes> bytes,
                            std::shared_ptr<live::Spool> spool) {
    m_following = true;
    m_file = file;
    m_bytes = std::move(bytes);
    m_spool = std::move(spool);
    const QScopedValueRollback guard(m_replacing, true);
    m_loader.follow(std::move(file), m_sourceName);
}

void LiveController::noteEnd(const live::Ending& ending) {
    m_elapsedMs = m_sinceStart.elapsed();
    if (!isSaving()) m_tick.stop();
    if (m_following) {
        m_state = LiveState::Ended;
        const auto paths = m_bytes->paths();
        if (m_spool == nullptr && paths.size() == 1) {
            m_loader.setPath(QFile::decodeName(paths.front().c_str()));
        }
        noteWholeCopy();
    } else {
        letGo();
    }
    Q_EMIT changed();
    Q_EMIT ended(ending);
    saveIfWanted();
}

void LiveController::letGo() {
    ++m_generation;
    m_wantedTarget.clear();
    if (m_saving && m_saving->kind != SaveKind::Duplicate) {
        m_saving->cancelled = true;
        m_saving.reset();
    }
    if (!m_saving) m_tick.stop();
    // Nobody misses a capture without a packet, or one that lies elsewhere.
    const bool discard = m_discard || !m_wholeCopy.isEmpty() || lastCopyHoldsAll() ||
                         (!m_wasLeft && !holdsPackets());
    if (m_capture) {
        m_capture->stop();
        m_worker.add([owned = std::move(m_capture)]() mutable { owned.reset(); });
    }
    if (m_spool != nullptr) {
        m_worker.add([spool = std::move(m_spool), discard] {
            if (discard) spool->discard();
        });
    }
    m_spool.reset();
    m_bytes.reset();
    m_file.reset();
    m_discard = false;
    m_wholeCopy.clear();
    m_wasLeft = false;
    m_isOfOurs = false;
    m_following = false;
    if (std::exchange(m_state, LiveState::None) != LiveState::None) Q_EMIT changed();
    m_worker.add([this] {
        QMetaObject::invokeMethod(this, &LiveController::leftChanged, Qt::QueuedConnection);
    });
}

void LiveController::openLeft(const std::filesystem::path& folder) {
    if (!m_services.adopt) return;
    runInBackground(
        *this, [adopt = m_services.adopt, folder] { return adopt(folder); },
        [this](Result<AdoptedCapture> adopted) {
            if (!adopted) {
                m_discard = false;
                Q_EMIT failed(QString::fromStdString(adopted.error().sentence));
                return;
            }
            letGo();
            const live::SpoolDescription& about = adopted->spool->description();
            begin(displayText(about.source, 80), displayText(about.filter));
            m_state = LiveState::Ended;
            m_wasLeft = true;
            m_source.reset();
            follow(adopted->file, adopted->bytes, adopted->spool);
            Q_EMIT changed();
        });
}

void LiveController::discardLeft(const std::filesystem::path& folder) {
    if (!m_services.adopt) return;
    // Through the lock: it may belong to somebody by now.
    m_worker.add([this, adopt = m_services.adopt, folder] {
        if (auto adopted = adopt(folder)) {
            adopted->spool->discard();
        } else {
            QMetaObject::invokeMethod(
                this,
                [this, sentence = QString::fromStdString(adopted.error().sentence)] {
                    Q_EMIT failed(sentence);
                },
                Qt::QueuedConnection);
        }
        QMetaObject::invokeMethod(this, &LiveController::leftChanged, Qt::QueuedConnection);
    });
}

bool LiveController::hasUnsaved() const {
    return m_spool != nullptr && holdsPackets() && m_wholeCopy.isEmpty() && !lastCopyHoldsAll();
}

/// What our own connections say stands still for long; a copy made meanwhile is as good as the
/// capture.
bool LiveController::lastCopyHoldsAll() const {
    return m_isOfOurs && m_capture && m_snapshot &&
           m_capture->status().figures.packets == m_snapshot->packets;
}

qint64 LiveController::elapsedMs() const {
    return isRunning() ? m_sinceStart.elapsed() : m_elapsedMs;
}

QString LiveController::fileSuffix() const {
    return QLatin1String(captureFormatName(m_file ? m_file->format() : CaptureFormat::Pcapng));
}

void LiveController::save(const QString& target, bool andStop) {
    if (!m_bytes || m_spool == nullptr || target.isEmpty()) return;
    if (isRunning() && !andStop) {
        if (!isSaving()) startSaving(target);
        return;
    }
    m_wantedTarget = target;
    if (isRunning()) stop();
    saveIfWanted();
    Q_EMIT changed();
}

void LiveController::saveIfWanted() {
    if (m_wantedTarget.isEmpty() || m_state != LiveState::Ended || m_loader.isReading() ||
        isSaving()) {
        return;
    }
    startSaving(std::exchange(m_wantedTarget, {}));
}

void LiveController::startSaving(const QString& target) {
    const bool running = isRunning();
    const Session* const session = m_loader.session();
    // What a crash has cut in two is behind what was read.
    const bool readWhole = !running && session != nullptr && session->complete() &&
                           !m_loader.wasCancelled() && session->statistics().bytesRead != 0;
    // Before the size: every packet that is counted here is in the copy.
    const std::uint64_t packets = m_capture ? m_capture->status().figures.packets : 0;
    const std::uint64_t end = readWhole ? session->statistics().bytesRead : m_bytes->size();
    const std::uint64_t begin = m_bytes->firstReadable();
    const auto progress = std::make_shared<SaveProgress>();
    progress->kind = running ? SaveKind::Snapshot : SaveKind::Moving;
    progress->target = target;
    progress->all = end > begin ? end - begin : 0;
    if (running) m_begunSnapshot = Snapshot{target, packets, end, progress->all};
    runSaving(progress, m_bytes->paths());
}

bool LiveController::canDuplicate() const {
    if (!m_services.save || isSaving()) return false;
    const bool inFilesOfTheUser = m_bytes != nullptr && m_spool == nullptr;
    return inFilesOfTheUser || (!hasUnsaved() && !m_loader.path().isEmpty());
}

void LiveController::duplicate(const QString& target) {
    if (!canDuplicate() || target.isEmpty()) return;
    const auto progress = std::make_shared<SaveProgress>();
    progress->kind = SaveKind::Duplicate;
    progress->target = target;
    std::vector<std::filesystem::path> files;
    if (m_bytes != nullptr) {
        const std::uint64_t end = m_bytes->size();
        const std::uint64_t begin = m_bytes->firstReadable();
        progress->all = end > begin ? end - begin : 0;
        files = m_bytes->paths();
    } else {
        // As it lies there: what is compressed stays so.
        progress->all = static_cast<std::uint64_t>(QFileInfo(m_loader.path()).size());
        files = {toPath(m_loader.path())};
    }
    for (const std::filesystem::path& file : files) {
        std::error_code ignored;
        // One that is still written to would lose its name to the copy.
        if (!std::filesystem::equivalent(file, toPath(target), ignored)) continue;
        Q_EMIT saveFailed(QStringLiteral("“%1” is the capture itself; choose another name.")
                              .arg(QFileInfo(target).fileName()));
        return;
    }
    runSaving(progress, files);
}

void LiveController::runSaving(const std::shared_ptr<SaveProgress>& progress,
                               const std::vector<std::filesystem::path>& files) {
    m_saving = progress;
    m_tick.start();
    m_worker.add([this, progress, files, save = m_services.save] {
        auto moved = save(
            files, progress->all, toPath(progress->target),
            [&progress](std::uint64_t done) {
                progress->done = done;
                return !progress->cancelled;
            },
            progress->kind == SaveKind::Moving ? live::SaveBy::MovingOrCopying
                                               : live::SaveBy::Copying);
        QMetaObject::invokeMethod(
            this,
            [this, progress, moved = std::move(moved)] {
                if (progress == m_saving) finishSaving(moved);
            },
            Qt::QueuedConnection);
    });
    Q_EMIT changed();
}

void LiveController::finishSaving(const Result<bool>& moved) {
    const auto saving = std::exchange(m_saving, nullptr);
    const auto snapshot = std::exchange(m_begunSnapshot, std::nullopt);
    if (!isRunning()) m_tick.stop();
    if (!moved) {
        Q_EMIT changed();
        Q_EMIT saveFailed(saving->cancelled ? QString()
                                            : QString::fromStdString(moved.error().sentence));
        return saveIfWanted();
    }
    switch (saving->kind) {
        case SaveKind::Snapshot:
            m_snapshot = snapshot;
            if (m_state == LiveState::Ended) noteWholeCopy();
            Q_EMIT changed();
            Q_EMIT copied(saving->target);
            return saveIfWanted();
        case SaveKind::Duplicate:
            Q_EMIT changed();
            Q_EMIT duplicated(saving->target);
            return saveIfWanted();
        case SaveKind::Moving:
            break;
    }
    if (*moved && m_bytes) m_bytes->moved({toPath(saving->target)});
    // What is shown goes on reading from the descriptors it has.
    m_discard = true;
    m_loader.setPath(saving->target);
    letGo();
    Q_EMIT saved(saving->target);
}

/// Figures that a source writes behind its last packet are none that anybody would miss.
void LiveController::noteWholeCopy() {
    if (!m_snapshot || m_spool == nullptr || !m_bytes || !m_wantedTarget.isEmpty()) return;
    const bool nothingCame = m_status.figures.countsPackets
                                 ? m_status.figures.packets == m_snapshot->packets
                                 : m_bytes->size() == m_snapshot->end;
    // Somebody may have taken it away meanwhile.
    const QFileInfo file(m_snapshot->target);
    const bool isThere =
        file.isFile() && static_cast<std::uint64_t>(file.size()) == m_snapshot->size;
    if (!nothingCame || !isThere) return;
    m_wholeCopy = m_snapshot->target;
    m_loader.setPath(m_wholeCopy);
}

void LiveController::cancelSave() {
    m_wantedTarget.clear();
    if (m_saving) m_saving->cancelled = true;
}

double LiveController::saveProgress() const {
    if (!m_saving || m_saving->all == 0) return 0;
    return static_cast<double>(m_saving->done) / static_cast<double>(m_saving->all);
}

}  // namespace framescope
