// Looking whether a path is a pipe does not open it, so nothing waits for the other end.
#include "ui/live/pipe_dialog.h"

#include <filesystem>

#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>

#include "ui/theme/fonts.h"
#include "ui/widgets/flat_button.h"

namespace framescope {

bool isStreamPath(const QString& path) {
    if (path == QLatin1String("-")) return true;
    std::error_code ignored;
    return std::filesystem::is_fifo(QFile::encodeName(path).toStdString(), ignored);
}

PipeDialog::PipeDialog(const QString& path, QWidget* parent)
    : StartDialog(QStringLiteral("Read from a Pipe"), parent), m_path(new QLineEdit(path)) {
    m_path->setFont(fixedFont());
    m_path->setPlaceholderText(QStringLiteral("/tmp/capture"));
    auto* const browse = new FlatButton(QStringLiteral("&Browse…"));
    auto* const line = new QHBoxLayout;
    line->addWidget(m_path, 1);
    line->addWidget(browse);
    line->setSpacing(8);
    addLine(QStringLiteral("&Named pipe"), line, m_path);
    m_path->setFocus();
    addRemark(
        QStringLiteral("Make one with “mkfifo /tmp/capture”, start here, and let the other program "
                       "write to it: “tcpdump -U -w /tmp/capture”."));
    connect(m_path, &QLineEdit::textChanged, this, &PipeDialog::check);
    connect(browse, &FlatButton::clicked, this, [this] {
        auto* const dialog = new QFileDialog(this, QStringLiteral("Choose a Named Pipe"));
        dialog->setAttribute(Qt::WA_DeleteOnClose);
        dialog->setFileMode(QFileDialog::ExistingFile);
        // Pipes count as system files.
        dialog->setFilter(QDir::AllEntries | QDir::System | QDir::NoDotAndDotDot);
        connect(dialog, &QFileDialog::fileSelected, m_path, &QLineEdit::setText);
        dialog->open();
    });
    check();
    resize(520, sizeHint().height());
}

QString PipeDialog::path() const {
    return QFileInfo(m_path->text().trimmed()).absoluteFilePath();
}

QString PipeDialog::whyNot() const {
    if (m_path->text().trimmed().isEmpty()) return QStringLiteral("Name a pipe to read from.");
    if (!QFileInfo::exists(path())) return QStringLiteral("There is no such pipe.");
    if (!isStreamPath(path())) {
        return QStringLiteral("This is no pipe; captures in files are opened with Ctrl+O.");
    }
    return {};
}

}  // namespace framescope
