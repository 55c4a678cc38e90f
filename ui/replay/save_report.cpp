// Written to a file beside it first: a report that was there stays until the new one is whole.
#include "ui/replay/save_report.h"

#include <QFileDialog>
#include <QFileInfo>
#include <QSaveFile>
#include <QSettings>

#include "ui/load/background.h"

namespace framescope {

namespace {
constexpr QLatin1String kFolder("replay/reportFolder");
}

QFileDialog* makeReportDialog(const QSettings* settings, QWidget* parent) {
    auto* const dialog = new QFileDialog(parent, QStringLiteral("Save the Report"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setNameFilters({QStringLiteral("Text (*.txt)"), QStringLiteral("JSON (*.json)")});
    dialog->setDefaultSuffix(QStringLiteral("txt"));
    QObject::connect(dialog, &QFileDialog::filterSelected, dialog, [dialog](const QString& filter) {
        dialog->setDefaultSuffix(filter.startsWith(QLatin1String("JSON")) ? QStringLiteral("json")
                                                                          : QStringLiteral("txt"));
    });
    if (settings != nullptr && settings->contains(kFolder)) {
        dialog->setDirectory(settings->value(kFolder).toString());
    }
    dialog->selectFile(QStringLiteral("replay-report.txt"));
    return dialog;
}

void rememberReportFolder(QSettings& settings, const QString& path) {
    settings.setValue(kFolder, QFileInfo(path).absolutePath());
}

void saveReport(QObject& context, const ReplayServices& services,
                std::shared_ptr<const replay::Report> report, const QString& path,
                std::function<void(const QString&)> done) {
    const bool json = path.endsWith(QLatin1String(".json"), Qt::CaseInsensitive);
    runInBackground(
        context,
        [text = services.reportText, report = std::move(report), path, json]() -> QString {
            const std::string written = text(*report, json);
            QSaveFile file(path);
            if (file.open(QIODevice::WriteOnly) &&
                file.write(written.data(), static_cast<qint64>(written.size())) ==
                    static_cast<qint64>(written.size()) &&
                file.commit()) {
                return {};
            }
            return QStringLiteral("The report cannot be written to “%1”: %2.")
                .arg(path, file.errorString());
        },
        [done = std::move(done)](const QString& sentence) { done(sentence); });
}

}  // namespace framescope
