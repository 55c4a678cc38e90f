// The picture that --screenshot asks for: taken when the capture is read to its end, so that the
// same capture always gives the same picture.
#pragma once

#include <QObject>

#include "app/gui/options.h"

namespace framescope {

class MainWindow;

class Screenshot : public QObject {
    Q_OBJECT

public:
    /// Takes the picture once the window has read its capture, then ends the application: 0; 1 when
    /// there is no such row; 2 when the capture cannot be read or the picture cannot be written.
    Screenshot(MainWindow& window, const WindowOptions& options, QObject* parent = nullptr);

private:
    void select();
    void save();
    void end(int exitCode, const QString& sentence = {});

    MainWindow& m_window;
    WindowOptions m_options;
};

}  // namespace framescope
