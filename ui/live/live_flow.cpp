// What comes next is kept as a function and forgotten as soon as somebody goes back or the saving
// fails: then everything stays as it is.
#include "ui/live/live_flow.h"

#include <QDateTime>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QSettings>
#include <QStandardPaths>

#include "ui/live/capture_options_dialog.h"
#include "ui/live/pipe_dialog.h"
#include "ui/live/remote_dialog.h"
#include "ui/widgets/question_dialog.h"

namespace framescope {

namespace {

QString folderKey() {
    return QStringLiteral("capture/saveFolder");
}
QString pipeKey() {
    return QStringLiteral("capture/pipe");
}

}  // namespace

LiveFlow::LiveFlow(LiveController& live, QSettings* settings, QWidget& window)
    : m_live(live), m_settings(settings), m_window(window) {
    connect(&live, &LiveController::saved, this, &LiveFlow::goOn);
    connect(&live, &LiveController::saveFailed, this, [this] { m_next = nullptr; });
}

QuestionDialog* LiveFlow::question() const {
    return m_question;
}

void LiveFlow::whenDecided(std::function<void()> next) {
    if (m_question && m_question->isVisible()) return m_question->activateWindow();
    const bool stays = !m_live.isRunning() || m_live.isOfOurs();
    const bool nothingToLose = !m_live.hasUnsaved() && stays;
    const bool empty = !m_live.hasUnsaved() && m_live.state() == LiveState::Starting;
    if (nothingToLose || empty) return next();
    m_next = std::move(next);
    askWhatBecomes();
}

void LiveFlow::askWhatBecomes() {
    const bool unsaved = m_live.hasUnsaved();
    const bool running = m_live.isRunning();
    const bool ours = m_live.isOfOurs();
    const QString text = ours      ? QStringLiteral("The transcript of %1 is not saved.")
                         : unsaved ? QStringLiteral("The capture on %1 is not saved.")
                                   : QStringLiteral("The capture on %1 is running.");
    auto* const box = new QuestionDialog(
        text.arg(m_live.sourceName()),
        ours      ? QStringLiteral("Connections that are open are closed by this.")
        : running ? QStringLiteral("It is still running, and is stopped by this.")
                  : QString(),
        &m_window);
    m_question = box;
    if (unsaved) box->addAnswer(QStringLiteral("&Save…"), [this] { askWhereTo(true); });
    box->addAnswer(unsaved ? QStringLiteral("&Discard") : QStringLiteral("S&top"), [this] {
        m_live.discardWhenReplaced();
        goOn();
    });
    box->addAnswer(QStringLiteral("&Cancel"), [this] { m_next = nullptr; });
    box->open();
}

void LiveFlow::goOn() {
    const auto next = std::exchange(m_next, nullptr);
    if (next) next();
}

QString LiveFlow::saveFolder() const {
    QString folder = m_settings != nullptr ? m_settings->value(folderKey()).toString() : QString();
    if (folder.isEmpty() || !QFileInfo(folder).isDir()) {
        folder = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
    }
    return QFileInfo(folder).isDir() ? folder : QDir::homePath();
}

QString LiveFlow::suggestedFile() const {
    QString source = m_live.sourceName();
    for (QChar& c : source) {
        if (!c.isLetterOrNumber() && c != QLatin1Char('-') && c != QLatin1Char('.')) {
            c = QLatin1Char('_');
        }
    }
    return QDir(saveFolder())
        .filePath(source + QLatin1Char('-') +
                  QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmmss")) +
                  QLatin1Char('.') + m_live.fileSuffix());
}

void LiveFlow::save() {
    if (m_live.hasUnsaved() && !m_live.isSaving()) askWhereTo(false);
}

void LiveFlow::saveAs(const QString& path) {
    if (m_live.canDuplicate()) return askWhereToCopy(path);
    save();
}

void LiveFlow::askWhereTo(bool andStop) {
    openSaveDialog(QStringLiteral("Save the Capture"), suggestedFile(), m_live.fileSuffix(),
                   [this, andStop](const QString& path) { m_live.save(path, andStop); });
}

void LiveFlow::askWhereToCopy(const QString& path) {
    const QFileInfo file(path);
    const QString suggested =
        path.isEmpty() ? suggestedFile() : QDir(saveFolder()).filePath(file.fileName());
    QString suffix = path.isEmpty() ? m_live.fileSuffix() : file.suffix();
    if (suffix == QLatin1String("gz")) suffix = QStringLiteral("pcapng.gz");
    openSaveDialog(QStringLiteral("Save a Copy"), suggested, suffix,
                   [this](const QString& target) { m_live.duplicate(target); });
}

void LiveFlow::openSaveDialog(const QString& title, const QString& suggested, const QString& suffix,
                              std::function<void(const QString&)> save) {
    auto* const dialog = new QFileDialog(&m_window, title, suggested);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setFileMode(QFileDialog::AnyFile);
    dialog->setDefaultSuffix(suffix);
    QStringList filters{QStringLiteral("All files (*)")};
    if (!suffix.isEmpty()) filters.prepend(QStringLiteral("Captures (*.%1)").arg(suffix));
    dialog->setNameFilters(filters);
    dialog->selectFile(suggested);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, save = std::move(save)](const QString& path) {
                if (m_settings != nullptr) {
                    m_settings->setValue(folderKey(), QFileInfo(path).absolutePath());
                }
                save(path);
            });
    connect(dialog, &QFileDialog::rejected, this, [this] { m_next = nullptr; });
    dialog->open();
}

void LiveFlow::startNow(const LiveSource& source) {
    whenDecided([this, source] { m_live.start(source); });
}

void LiveFlow::start(const CaptureChoices& choices) {
    storeChoices(m_settings, choices);
    Q_EMIT choicesStored(lasting(choices));
    startNow(toCapture(choices));
}

void LiveFlow::start(const RemoteChoices& choices) {
    storeChoices(m_settings, choices);
    startNow(toCapture(choices));
}

void LiveFlow::startStream(const QString& path) {
    live::StreamCapture stream;
    stream.path = QFile::encodeName(path).toStdString();
    startNow(stream);
}

void LiveFlow::restart() {
    if (m_live.canRestart()) whenDecided([this] { m_live.restart(); });
}

void LiveFlow::openLeft(const std::filesystem::path& folder) {
    whenDecided([this, folder] { m_live.openLeft(folder); });
}

void LiveFlow::askOptions(const InterfaceModel& interfaces, const CaptureChoices& choices) {
    auto* const dialog = new CaptureOptionsDialog(interfaces, m_live.services(), choices,
                                                  storedFilters(m_settings), &m_window);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { start(dialog->choices()); });
    dialog->open();
}

void LiveFlow::askRemote() {
    askRemote(storedRemoteChoices(m_settings));
}

void LiveFlow::askRemote(const RemoteChoices& choices) {
    auto* const dialog =
        new RemoteDialog(m_live.services(), choices, storedFilters(m_settings), &m_window);
    connect(dialog, &QDialog::accepted, this, [this, dialog] { start(dialog->choices()); });
    dialog->open();
}

void LiveFlow::askPipe() {
    const QString before =
        m_settings != nullptr ? m_settings->value(pipeKey()).toString() : QString();
    auto* const dialog = new PipeDialog(before, &m_window);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        if (m_settings != nullptr) m_settings->setValue(pipeKey(), dialog->path());
        startStream(dialog->path());
    });
    dialog->open();
}

}  // namespace framescope
