// Keeps the application in the light or the dark theme: the one somebody chose, or the one of the
// system, also when the system changes it while the program runs.
//
// Qt 6.4 does not say which scheme the system has; how light the palette is that the platform gives
// says it. Our own palette lies on top of that one, so it is lifted for a moment to look.
#pragma once

#include <QObject>

#include "ui/theme/role_colors.h"

class QApplication;
class QSettings;

namespace framescope {

enum class ThemeChoice { System, Light, Dark };

/// The choice that storeThemeChoice() kept; System without settings.
ThemeChoice storedThemeChoice(const QSettings* settings);
void storeThemeChoice(QSettings& settings, ThemeChoice choice);

class ThemeController : public QObject {
    Q_OBJECT

public:
    /// Puts the application into our flat Fusion style and the chosen theme.
    ThemeController(QApplication& application, ThemeChoice choice);

    ThemeChoice choice() const { return m_choice; }
    void setChoice(ThemeChoice choice);
    /// The theme that is shown.
    ThemeKind kind() const { return m_kind; }

    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void followSystem();
    void apply(ThemeKind kind);
    ThemeKind systemKind();

    QApplication& m_application;
    ThemeChoice m_choice;
    ThemeKind m_kind = ThemeKind::Light;
    bool m_applying = false;
    bool m_scheduled = false;
};

}  // namespace framescope
