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
    const bool nothingToLose = !m_live.hasUnsaved() && !m_live.isRunning();
    const bool empty = !m_live.hasUnsaved() && m_live.state() == LiveState::Starting;
    if (nothingToLose || empty) return next();
    m_next = std::move(next);
    askWhatBecomes();
}

void LiveFlow::askWhatBecomes() {
    const bool unsaved = m_live.hasUnsaved();
    const bool running = m_live.isRunning();
    const QString text = unsaved ? QStringLiteral("The capture on %1 is not saved.")
                                 : QStringLiteral("The capture on %1 is running.");
    auto* const box = new QuestionDialog(
        text.arg(m_live.sourceName()),
        running ? QStringLiteral("It is still running, and is stopped by this.") : QString(),
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

QString LiveFlow::suggestedFile() const {
    QString folder = m_settings != nullptr ? m_settings->value(folderKey()).toString() : QString();
    if (folder.isEmpty() || !QFileInfo(folder).isDir()) {
        folder = QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation);
    }
    if (!QFileInfo(folder).isDir()) folder = QDir::homePath();
    QString source = m_live.sourceName();
    for (QChar& c : source) {
        if (!c.isLetterOrNumber() && c != QLatin1Char('-') && c != QLatin1Char('.')) {
            c = QLatin1Char('_');
        }
    }
    return QDir(folder).filePath(
        source + QLatin1Char('-') +
        QDateTime::currentDateTime().toString(QStringLiteral("yyyyMMdd-HHmmss")) +
        QLatin1Char('.') + m_live.fileSuffix());
}

void LiveFlow::save() {
    if (m_live.hasUnsaved() && !m_live.isSaving()) askWhereTo(false);
}

void LiveFlow::askWhereTo(bool andStop) {
    auto* const dialog =
        new QFileDialog(&m_window, QStringLiteral("Save the Capture"), suggestedFile());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setFileMode(QFileDialog::AnyFile);
    dialog->setDefaultSuffix(m_live.fileSuffix());
    dialog->setNameFilters({QStringLiteral("Captures (*.%1)").arg(m_live.fileSuffix()),
                            QStringLiteral("All files (*)")});
    dialog->selectFile(suggestedFile());
    connect(dialog, &QFileDialog::fileSelected, this, [this, andStop](const QString& path) {
        if (m_settings != nullptr) {
            m_settings->setValue(folderKey(), QFileInfo(path).absolutePath());
        }
        m_live.save(path, andStop);
    });
    connect(dialog, &QFileDialog::rejected, this, [this] { m_next = nullptr; });
    dialog->open();
}

void LiveFlow::startNow(const LiveSource& source) {
    whenDecided([this, source] { m_live.start(source); });
}

void LiveFlow::start(const CaptureChoices& choices) {
    storeChoices(m_settings, choices);
    Q_EMIT choicesStored(choices);
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
    auto* const dialog = new RemoteDialog(m_live.services(), storedRemoteChoices(m_settings),
                                          storedFilters(m_settings), &m_window);
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
