// The picture is taken one turn of the event loop after the selection, when layouts have settled.
#include "app/gui/screenshot.h"

#include <cstdio>

#include <QCoreApplication>
#include <QPixmap>
#include <QTimer>

#include "capture/session/session.h"
#include "ui/load/load_controller.h"
#include "ui/window/capture_page.h"
#include "ui/window/main_window.h"

namespace framescope {

Screenshot::Screenshot(MainWindow& window, const WindowOptions& options, QObject* parent)
    : QObject(parent), m_window(window), m_options(options) {
    LoadController& loader = m_window.loader();
    connect(&loader, &LoadController::finished, this, &Screenshot::select);
    connect(&loader, &LoadController::failed, this,
            [this](const QString&, const QString& sentence) { end(2, sentence); });
    if (m_options.file.isEmpty()) QTimer::singleShot(0, this, &Screenshot::save);
}

void Screenshot::select() {
    if (m_options.selectRow) {
        const quint64 rows = m_window.loader().session()->rowCount();
        if (*m_options.selectRow > rows) {
            return end(1, QStringLiteral("--select %1: the capture has %2 rows.")
                              .arg(*m_options.selectRow)
                              .arg(rows));
        }
        m_window.capturePage().selectRecord(static_cast<RecordId>(*m_options.selectRow - 1));
    }
    QTimer::singleShot(0, this, &Screenshot::save);
}

void Screenshot::save() {
    if (!m_window.grab().save(m_options.screenshot)) {
        return end(2,
                   QStringLiteral("%1: the picture cannot be written.").arg(m_options.screenshot));
    }
    end(0);
}

void Screenshot::end(int exitCode, const QString& sentence) {
    if (!sentence.isEmpty()) {
        std::fprintf(stderr, "framescope: %s\n", sentence.toLocal8Bit().constData());
    }
    // Posted: this may run before the event loop does, where exit() would be forgotten.
    QTimer::singleShot(0, qApp, [exitCode] { QCoreApplication::exit(exitCode); });
}

}  // namespace framescope
