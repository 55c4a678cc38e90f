// A replay's report as a file: as text to read, or as JSON for programs. What it is to be, the name
// of the file says.
#pragma once

#include <functional>
#include <memory>

#include <QString>

#include "capture/replay/replay_report.h"
#include "ui/replay/replay_services.h"

class QFileDialog;
class QObject;
class QSettings;
class QWidget;

namespace framescope {

/// Asks where to; it deletes itself. `settings` may be null.
QFileDialog* makeReportDialog(const QSettings* settings, QWidget* parent);
void rememberReportFolder(QSettings& settings, const QString& path);
/// Writes the report on another thread; `done` gets a sentence about what went wrong, empty if
/// nothing did, unless `context` is gone by then.
void saveReport(QObject& context, const ReplayServices& services,
                std::shared_ptr<const replay::Report> report, const QString& path,
                std::function<void(const QString&)> done);

}  // namespace framescope
