// The command line of the window.
#pragma once

#include <optional>
#include <variant>

#include <QSize>
#include <QString>
#include <QStringList>

#include "ui/live/capture_choices.h"
#include "ui/theme/theme_controller.h"

namespace framescope {

struct WindowOptions {
    QString file;       ///< to open; empty for the start page, "-" for standard input
    QString interface;  ///< to capture from; empty: the one of before
    /// Another machine to capture from, instead of an interface of this one; its filter is below.
    std::optional<RemoteChoices> remote;
    QString filter;                    ///< of the capture
    bool start = false;                ///< begin to capture at once
    std::optional<quint64> selectRow;  ///< 1-based
    std::optional<QString> compose;    ///< open the composer, connected to this unless it is empty
    QString screenshot;                ///< path of a picture to save; empty for a window to use
    std::optional<ThemeChoice> theme;  ///< nothing: as it was last
    QSize size;                        ///< empty: as it was last
};

/// The program ends at once, having printed this.
struct EarlyEnd {
    int exitCode = 0;
    QString text;
};

/// Reads the arguments, the program's name first. Needs a QCoreApplication.
std::variant<WindowOptions, EarlyEnd> parseOptions(const QStringList& arguments);

}  // namespace framescope
