// Both themes: contrast of every foreground on every ground, and following the system.
#include <QApplication>
#include <QProgressBar>
#include <QTest>

#include "ui/theme/flat_style.h"
#include "ui/theme/fonts.h"
#include "ui/theme/theme_controller.h"

using namespace framescope;

class TestTheme : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { QApplication::setPalette(QPalette()); }

    void contrastRatioIsThatOfWcag() {
        QCOMPARE(contrastRatio(Qt::black, Qt::white), 21.0);
        QCOMPARE(contrastRatio(Qt::white, Qt::white), 1.0);
        // The textbook case: the lightest grey that passes on white.
        QVERIFY(qAbs(contrastRatio(QColor(0x76, 0x76, 0x76), Qt::white) - 4.54) < 0.01);
    }

    void everyForegroundIsReadable_data() {
        QTest::addColumn<int>("kind");
        QTest::newRow("light") << static_cast<int>(ThemeKind::Light);
        QTest::newRow("dark") << static_cast<int>(ThemeKind::Dark);
    }
    void everyForegroundIsReadable() {
        QFETCH(int, kind);
        const RoleColors& c = roleColors(static_cast<ThemeKind>(kind));
        const QColor grounds[] = {c.surface, c.chrome, c.selection, c.selectionInactive};
        const QColor foregrounds[] = {c.text,    c.dim,   c.client, c.server,
                                      c.warning, c.error, c.accent};
        for (const QColor& ground : grounds) {
            for (const QColor& foreground : foregrounds) {
                QVERIFY2(contrastRatio(foreground, ground) >= 4.5,
                         qPrintable(QStringLiteral("%1 on %2: %3")
                                        .arg(foreground.name(), ground.name())
                                        .arg(contrastRatio(foreground, ground))));
            }
        }
        QVERIFY(contrastRatio(c.text, c.byteHighlight) >= 4.5);
    }

    void paletteLeadsBackToItsColours() {
        for (const ThemeKind kind : {ThemeKind::Light, ThemeKind::Dark}) {
            QCOMPARE(themeKindOf(paletteFor(kind)), kind);
            QCOMPARE(&roleColors(paletteFor(kind)), &roleColors(kind));
        }
    }

    void progressIsAFlatLine() {
        FlatStyle style;
        QProgressBar bar;
        bar.setStyle(&style);
        bar.setPalette(paletteFor(ThemeKind::Light));
        bar.setTextVisible(false);
        bar.setRange(0, 100);
        bar.setValue(50);
        bar.resize(100, 12);
        const QImage picture = bar.grab().toImage();
        const RoleColors& colors = roleColors(ThemeKind::Light);
        const auto at = [&](int x, int y) {
            return picture.pixelColor(QPoint(x, y) * picture.devicePixelRatio());
        };
        QCOMPARE(at(10, 5), colors.accent);
        QCOMPARE(at(48, 5), colors.accent);
        QCOMPARE(at(60, 5), colors.hairline);
        QVERIFY(at(10, 1) != colors.accent);
        QCOMPARE(at(10, 1), at(0, 0));
    }

    void aChosenThemeIsShown() {
        ThemeController theme(*qApp, ThemeChoice::Dark);
        QCOMPARE(themeKindOf(QApplication::palette()), ThemeKind::Dark);
        theme.setChoice(ThemeChoice::Light);
        QCOMPARE(themeKindOf(QApplication::palette()), ThemeKind::Light);
    }

    void theSystemIsFollowedWhileRunning() {
        ThemeController theme(*qApp, ThemeChoice::System);
        QCOMPARE(theme.kind(), ThemeKind::Light);
        QPalette dark;
        dark.setColor(QPalette::Window, QColor(0x20, 0x20, 0x20));
        QApplication::setPalette(dark);
        QTRY_COMPARE(theme.kind(), ThemeKind::Dark);
        QCOMPARE(QApplication::palette().color(QPalette::Window),
                 roleColors(ThemeKind::Dark).chrome);
    }

    void aChosenThemeDoesNotFollowTheSystem() {
        ThemeController theme(*qApp, ThemeChoice::Light);
        QPalette dark;
        dark.setColor(QPalette::Window, QColor(0x20, 0x20, 0x20));
        QApplication::setPalette(dark);
        QCoreApplication::sendPostedEvents();
        QCOMPARE(theme.kind(), ThemeKind::Light);
    }

    void theFixedFontIsFixed() {
        const QFontMetricsF metrics(fixedFont());
        QCOMPARE(metrics.horizontalAdvance(QLatin1Char('i')),
                 metrics.horizontalAdvance(QLatin1Char('W')));
    }
};

QTEST_MAIN(TestTheme)
#include "test_theme.moc"
