// Every refusal is a sentence that names the option and what it takes.
#include "app/gui/options.h"

#include <QCommandLineParser>
#include <QRegularExpression>

#include "capture/live/remote_place.h"

namespace framescope {
namespace {

EarlyEnd badUsage(const QString& sentence) {
    return {1,
            QStringLiteral("framescope: %1\nframescope --help lists the options.\n").arg(sentence)};
}

std::optional<QSize> parseSize(const QString& text) {
    static const QRegularExpression form(QStringLiteral("^(\\d{2,5})x(\\d{2,5})$"));
    const QRegularExpressionMatch match = form.match(text);
    if (!match.hasMatch()) return std::nullopt;
    const QSize size(match.captured(1).toInt(), match.captured(2).toInt());
    return size.width() <= 16384 && size.height() <= 16384 ? std::optional(size) : std::nullopt;
}

}  // namespace

std::variant<WindowOptions, EarlyEnd> parseOptions(const QStringList& arguments) {
    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Reads WebSocket and Socket.IO conversations out of a capture."));
    const QCommandLineOption help = parser.addHelpOption();
    const QCommandLineOption version = parser.addVersionOption();
    const QCommandLineOption select(QStringLiteral("select"),
                                    QStringLiteral("Select row <N>, counted from 1."),
                                    QStringLiteral("N"));
    const QCommandLineOption screenshot(
        QStringLiteral("screenshot"),
        QStringLiteral("Save a picture of the window when all is read, and end."),
        QStringLiteral("out.png"));
    const QCommandLineOption theme(
        QStringLiteral("theme"), QStringLiteral("light, dark or system."), QStringLiteral("name"));
    const QCommandLineOption size(QStringLiteral("size"),
                                  QStringLiteral("Size of the window in pixels, e.g. 1440x900."),
                                  QStringLiteral("WxH"));
    const QCommandLineOption interface({QStringLiteral("i"), QStringLiteral("interface")},
                                       QStringLiteral("Choose interface <IFACE> to capture from."),
                                       QStringLiteral("IFACE"));
    const QCommandLineOption filter(
        {QStringLiteral("f"), QStringLiteral("capture-filter")},
        QStringLiteral("Capture only what passes <FILTER>, in libpcap's language."),
        QStringLiteral("FILTER"));
    const QCommandLineOption start({QStringLiteral("k"), QStringLiteral("start")},
                                   QStringLiteral("Start to capture at once."));
    const QCommandLineOption remote(
        QStringLiteral("remote"),
        QStringLiteral("Capture on another machine, [USER@]HOST:IFACE, with the tcpdump there, "
                       "through ssh."),
        QStringLiteral("HOST:IFACE"));
    const QCommandLineOption remotePort(QStringLiteral("remote-port"),
                                        QStringLiteral("The port of ssh there."),
                                        QStringLiteral("PORT"));
    const QCommandLineOption remoteSudo(QStringLiteral("remote-sudo"),
                                        QStringLiteral("tcpdump needs sudo there."));
    const QCommandLineOption compose(
        QStringLiteral("compose"),
        QStringLiteral("Open the composer and connect to <URL>; empty: only open it."),
        QStringLiteral("URL"));
    parser.addOptions({compose, interface, remote, remotePort, remoteSudo, filter, start, select,
                       screenshot, theme, size});
    parser.addPositionalArgument(QStringLiteral("FILE"),
                                 QStringLiteral("The capture to open: a file, a named pipe, or - "
                                                "for standard input."),
                                 QStringLiteral("[FILE]"));
    if (!parser.parse(arguments)) return badUsage(parser.errorText());
    if (parser.isSet(help)) return EarlyEnd{0, parser.helpText()};
    if (parser.isSet(version)) {
        return EarlyEnd{0,
                        QStringLiteral("framescope %1\n").arg(QLatin1String(FRAMESCOPE_VERSION))};
    }

    WindowOptions options;
    const QStringList files = parser.positionalArguments();
    if (files.size() > 1) return badUsage(QStringLiteral("only one FILE can be opened."));
    if (!files.isEmpty()) options.file = files.front();
    if (parser.isSet(compose)) options.compose = parser.value(compose);
    options.interface = parser.value(interface);
    options.filter = parser.value(filter);
    options.start = parser.isSet(start);
    if (parser.isSet(interface) && options.interface.isEmpty()) {
        return badUsage(QStringLiteral("-i takes the name of an interface."));
    }
    if (parser.values(interface).size() + parser.values(remote).size() > 1) {
        return badUsage(QStringLiteral("only one interface is captured from at a time."));
    }
    if (parser.isSet(remote)) {
        const auto place = live::parseRemotePlace(parser.value(remote).toStdString());
        if (!place) {
            return badUsage(QStringLiteral("--remote takes %1.")
                                .arg(QLatin1String(live::kRemotePlaceForm.data(),
                                                   live::kRemotePlaceForm.size())));
        }
        options.remote.emplace();
        options.remote->host = QString::fromStdString(place->host);
        options.remote->interface = QString::fromStdString(place->interface);
        options.remote->filter = options.filter;
        options.remote->sudo = parser.isSet(remoteSudo);
    } else if (parser.isSet(remotePort) || parser.isSet(remoteSudo)) {
        return badUsage(QStringLiteral("--remote-port and --remote-sudo go with --remote."));
    }
    if (parser.isSet(remotePort)) {
        bool isNumber = false;
        const int port = parser.value(remotePort).toInt(&isNumber);
        if (!isNumber || port < 1 || port > 65535) {
            return badUsage(QStringLiteral("--remote-port takes a port from 1 to 65535."));
        }
        options.remote->port = port;
    }
    const bool captures = !options.interface.isEmpty() || options.remote.has_value();
    if (options.start && !captures) {
        return badUsage(
            QStringLiteral("-k needs -i IFACE or --remote: what should be captured from?"));
    }
    if (parser.isSet(filter) && !captures) {
        return badUsage(
            QStringLiteral("-f needs -i IFACE or --remote; it is a filter for capturing."));
    }
    if (captures && !options.file.isEmpty()) {
        return badUsage(
            QStringLiteral("a FILE is opened or an interface captured from, not both."));
    }
    if (parser.isSet(select)) {
        bool isNumber = false;
        const quint64 row = parser.value(select).toULongLong(&isNumber);
        if (!isNumber || row == 0) {
            return badUsage(QStringLiteral("--select takes the number of a row, counted from 1."));
        }
        if (options.file.isEmpty()) return badUsage(QStringLiteral("--select needs a FILE."));
        options.selectRow = row;
    }
    if (parser.isSet(screenshot)) {
        options.screenshot = parser.value(screenshot);
        if (options.screenshot.isEmpty()) {
            return badUsage(QStringLiteral("--screenshot takes the name of a picture to write."));
        }
    }
    if (parser.isSet(theme)) {
        const QString name = parser.value(theme);
        if (name == QLatin1String("light")) {
            options.theme = ThemeChoice::Light;
        } else if (name == QLatin1String("dark")) {
            options.theme = ThemeChoice::Dark;
        } else if (name == QLatin1String("system")) {
            options.theme = ThemeChoice::System;
        } else {
            return badUsage(QStringLiteral("--theme is light, dark or system."));
        }
    }
    if (parser.isSet(size)) {
        const auto parsed = parseSize(parser.value(size));
        if (!parsed) return badUsage(QStringLiteral("--size is width x height, such as 1440x900."));
        options.size = *parsed;
    }
    return options;
}

}  // namespace framescope
