// framescope: the window. Puts the parts together and owns no logic.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include <QApplication>
#include <QDir>
#include <QSettings>
#include <QTimer>

#include "app/gui/options.h"
#include "app/gui/screenshot.h"
#include "ui/composer/composer_area.h"
#include "ui/replay/replay_area.h"
#include "ui/replay/system_replay_services.h"
#include "ui/server/server_address.h"
#include "ui/server/server_area.h"
#include "ui/server/system_server_services.h"
#include "ui/window/main_window.h"

namespace {

using namespace framescope;

/// The captures that ship with the program: beside an installed one, else in the source tree.
QString samplesFolder() {
    const QDir installed(QCoreApplication::applicationDirPath() +
                         QStringLiteral("/../share/framescope/samples"));
    if (installed.exists()) return installed.canonicalPath();
    return QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples");
}

/// Options that only print something must work without a display, which QApplication needs.
bool asksForText(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        const QByteArrayView argument(argv[i]);
        if (argument == "-h" || argument == "--help" || argument == "--help-all" ||
            argument == "-v" || argument == "--version") {
            return true;
        }
    }
    return false;
}

/// What Qt says when no display can be reached is fatal to it. For us it is an ordinary outcome
/// with one sentence and an exit code of its own, which `dev run` falls back on.
constexpr int kNoDisplay = 4;
void sayNoDisplay(QtMsgType type, const QMessageLogContext&, const QString&) {
    if (type != QtFatalMsg) return;
    std::fputs(
        "framescope: no window can be opened: there is no display here, or it cannot be "
        "reached.\n",
        stderr);
    std::fflush(stderr);
    std::_Exit(kNoDisplay);
}

int endEarly(const EarlyEnd& end) {
    std::fputs(end.text.toLocal8Bit().constData(), end.exitCode == 0 ? stdout : stderr);
    return end.exitCode;
}

}  // namespace

int main(int argc, char** argv) {
    QCoreApplication::setApplicationName(QStringLiteral("framescope"));
    QCoreApplication::setOrganizationName(QStringLiteral("framescope"));
    QCoreApplication::setApplicationVersion(QStringLiteral(FRAMESCOPE_VERSION));
    std::unique_ptr<QCoreApplication> application;
    if (asksForText(argc, argv)) {
        application = std::make_unique<QCoreApplication>(argc, argv);
    } else {
        const QtMessageHandler usual = qInstallMessageHandler(sayNoDisplay);
        application = std::make_unique<QApplication>(argc, argv);
        qInstallMessageHandler(usual);
    }
    auto parsed = parseOptions(QCoreApplication::arguments());
    if (const auto* end = std::get_if<EarlyEnd>(&parsed)) return endEarly(*end);
    const WindowOptions options = std::get<WindowOptions>(parsed);
    auto* const gui = qobject_cast<QApplication*>(application.get());
    if (gui == nullptr) return 1;

    // A picture depends on nothing but the command line, so that it is the same everywhere.
    const bool picture = !options.screenshot.isEmpty();
    std::unique_ptr<QSettings> settings;
    if (!picture) settings = std::make_unique<QSettings>();
    ThemeController theme(*gui, options.theme.value_or(storedThemeChoice(settings.get())));
    AreaContext context;  // its window is there before any area is
    context.begin = [](const std::string& name, live::Wake wake) {
        return transcript::begin(name, {}, std::move(wake));
    };
    context.live = systemLiveServices();
    context.settings = settings.get();
    MainWindowOptions windowOptions;
    windowOptions.settings = settings.get();
    windowOptions.theme = &theme;
    windowOptions.samplesFolder = samplesFolder();
    if (!picture) windowOptions.live = context.live;
    windowOptions.areas.composer = [&context] {
        return new ComposerArea(context, systemComposeServices());
    };
    const auto server = std::make_shared<ServerAddress>();
    windowOptions.areas.replay = [&context, server] {
        return new ReplayArea(systemReplayServices(), context, server);
    };
    windowOptions.areas.server = [&context, server] {
        return new ServerArea(systemServerServices(), context, server);
    };
    MainWindow window(windowOptions);
    context.window = &window;
    if (!options.size.isEmpty()) window.resize(options.size);
    std::unique_ptr<Screenshot> screenshot;
    if (picture) {
        screenshot = std::make_unique<Screenshot>(window, options);
    }
    window.show();
    if (!options.interface.isEmpty()) {
        window.prepareCapture(options.interface, options.filter);
        if (options.start) QTimer::singleShot(0, &window, [&window] { window.startCapture(); });
    }
    if (options.remote) {
        QTimer::singleShot(0, &window, [&window, &options] {
            window.captureRemote(*options.remote, options.start);
        });
    }
    if (options.compose) {
        QTimer::singleShot(0, &window, [&window, &options] { window.compose(*options.compose); });
    }
    if (!options.file.isEmpty()) {
        QTimer::singleShot(0, &window, [&window, &options, picture] {
            window.openFile(options.file);
            if (picture || !options.selectRow) return;
            const quint64 row = std::min<quint64>(*options.selectRow - 1, kNoRecord - 1);
            window.selectWhenRead(static_cast<RecordId>(row));
        });
    }
    return QApplication::exec();
}
