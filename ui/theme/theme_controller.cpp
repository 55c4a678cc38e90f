// Changes of the palette that we make ourselves raise the same events as those of the system;
// m_applying tells them apart.
#include "ui/theme/theme_controller.h"

#include <QApplication>
#include <QEvent>
#include <QScopedValueRollback>
#include <QSettings>
#include <QTimer>

#include "ui/theme/flat_style.h"

namespace framescope {

namespace {
constexpr const char* kThemeKey = "window/theme";
}

ThemeChoice storedThemeChoice(const QSettings* settings) {
    if (settings == nullptr) return ThemeChoice::System;
    const QString name = settings->value(QLatin1String(kThemeKey)).toString();
    return name == QLatin1String("light")  ? ThemeChoice::Light
           : name == QLatin1String("dark") ? ThemeChoice::Dark
                                           : ThemeChoice::System;
}

void storeThemeChoice(QSettings& settings, ThemeChoice choice) {
    settings.setValue(QLatin1String(kThemeKey),
                      choice == ThemeChoice::Light  ? QStringLiteral("light")
                      : choice == ThemeChoice::Dark ? QStringLiteral("dark")
                                                    : QStringLiteral("system"));
}

ThemeController::ThemeController(QApplication& application, ThemeChoice choice)
    : m_application(application), m_choice(choice) {
    const ThemeKind system = themeKindOf(QApplication::palette());
    QApplication::setStyle(new FlatStyle);
    apply(choice == ThemeChoice::System  ? system
          : choice == ThemeChoice::Light ? ThemeKind::Light
                                         : ThemeKind::Dark);
    m_application.installEventFilter(this);
}

void ThemeController::setChoice(ThemeChoice choice) {
    m_choice = choice;
    apply(choice == ThemeChoice::System  ? systemKind()
          : choice == ThemeChoice::Light ? ThemeKind::Light
                                         : ThemeKind::Dark);
}

bool ThemeController::eventFilter(QObject* watched, QEvent* event) {
    const bool fromOutside =
        !m_applying &&
        (event->type() == QEvent::ThemeChange ||
         (event->type() == QEvent::ApplicationPaletteChange && watched == &m_application));
    if (fromOutside && m_choice == ThemeChoice::System && !m_scheduled) {
        m_scheduled = true;
        QTimer::singleShot(0, this, &ThemeController::followSystem);
    }
    return QObject::eventFilter(watched, event);
}

void ThemeController::followSystem() {
    m_scheduled = false;
    if (m_choice == ThemeChoice::System) apply(systemKind());
}

void ThemeController::apply(ThemeKind kind) {
    const QScopedValueRollback guard(m_applying, true);
    m_kind = kind;
    QApplication::setPalette(paletteFor(kind));
}

ThemeKind ThemeController::systemKind() {
    const QPalette shown = QApplication::palette();
    if (shown.color(QPalette::Window) != roleColors(m_kind).chrome) return themeKindOf(shown);
    const QScopedValueRollback guard(m_applying, true);
    QApplication::setPalette(QPalette());
    return themeKindOf(QApplication::palette());
}

}  // namespace framescope
