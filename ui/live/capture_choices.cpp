// One group of settings for each kind of capture. The output file is not remembered: the next
// capture would write over it.
#include "ui/live/capture_choices.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QSettings>

namespace framescope {
namespace {

constexpr qsizetype kMostFilters = 20;
constexpr std::uint64_t kMegabyte = 1'000'000;

QString inGroup(const char* name) {
    return QStringLiteral("capture/") + QLatin1String(name);
}
QString inRemote(const char* name) {
    return QStringLiteral("remote/") + QLatin1String(name);
}

}  // namespace

CaptureChoices lasting(const CaptureChoices& choices) {
    CaptureChoices kept;
    kept.interface = choices.interface;
    kept.filter = choices.filter;
    kept.promiscuous = choices.promiscuous;
    kept.bufferMiB = choices.bufferMiB;
    return kept;
}

live::InterfaceCapture toCapture(const CaptureChoices& choices) {
    live::InterfaceCapture capture;
    helper::Request& request = capture.request;
    request.interface = choices.interface.toStdString();
    request.filter = choices.filter.trimmed().toStdString();
    request.promiscuous = choices.promiscuous;
    request.snapLength = static_cast<std::uint32_t>(choices.snapLength);
    request.bufferBytes = static_cast<std::uint32_t>(choices.bufferMiB) << 20;
    request.stop.milliseconds = static_cast<std::uint64_t>(choices.stopSeconds) * 1000;
    request.stop.bytes = static_cast<std::uint64_t>(choices.stopMegabytes) * kMegabyte;
    request.stop.packets = static_cast<std::uint64_t>(choices.stopPackets);
    request.ring.bytes = static_cast<std::uint64_t>(choices.ringMegabytes) * kMegabyte;
    request.ring.milliseconds = static_cast<std::uint64_t>(choices.ringSeconds) * 1000;
    if (!choices.file.trimmed().isEmpty()) {
        const QString absolute = QFileInfo(choices.file.trimmed()).absoluteFilePath();
        capture.destination.file = QFile::encodeName(absolute).toStdString();
    }
    if (choices.isRing()) {
        capture.destination.ringFiles = static_cast<std::uint32_t>(choices.ringFiles);
    }
    return capture;
}

live::RemoteCapture toCapture(const RemoteChoices& choices) {
    live::RemoteCapture capture;
    capture.host = choices.host.trimmed().toStdString();
    capture.port = static_cast<std::uint16_t>(choices.port);
    capture.interface = choices.interface.trimmed().toStdString();
    capture.filter = choices.filter.trimmed().toStdString();
    capture.sudo = choices.sudo;
    return capture;
}

QString whyImpossible(const CaptureChoices& choices) {
    if (choices.interface.isEmpty()) return QStringLiteral("Choose an interface to capture from.");
    if (choices.isRing() && choices.ringFiles == 1) {
        return QStringLiteral("A ring keeps at least 2 files: one is written, one can be read.");
    }
    const QString file = choices.file.trimmed();
    if (file.isEmpty()) return {};
    const QFileInfo info(file);
    if (info.isDir()) return QStringLiteral("“%1” is a folder; name a file in it.").arg(file);
    if (!info.absoluteDir().exists()) {
        return QStringLiteral("There is no folder “%1” to write to.")
            .arg(QDir::toNativeSeparators(info.absolutePath()));
    }
    return {};
}

QString whyImpossible(const RemoteChoices& choices) {
    static const QRegularExpression blank(QStringLiteral("\\s"));
    const QString host = choices.host.trimmed();
    if (host.isEmpty()) {
        return QStringLiteral("Name the machine as for ssh: user@host, or a name from its config.");
    }
    if (host.contains(blank) || host.startsWith(QLatin1Char('-'))) {
        return QStringLiteral("“%1” is no name of a machine.").arg(host);
    }
    const QString interface = choices.interface.trimmed();
    if (interface.isEmpty()) {
        return QStringLiteral("Name the interface there, such as eth0; any means all of them.");
    }
    if (interface.contains(blank) || interface.startsWith(QLatin1Char('-'))) {
        return QStringLiteral("“%1” is no name of an interface.").arg(interface);
    }
    return {};
}

CaptureChoices storedCaptureChoices(const QSettings* settings) {
    CaptureChoices choices;
    if (settings == nullptr) return choices;
    const auto number = [settings](const char* name, int otherwise, int least, int most) {
        bool isNumber = false;
        const int value = settings->value(inGroup(name)).toInt(&isNumber);
        return isNumber && value >= least && value <= most ? value : otherwise;
    };
    choices.interface = settings->value(inGroup("interface")).toString();
    choices.filter = settings->value(inGroup("filter")).toString();
    choices.promiscuous = settings->value(inGroup("promiscuous"), true).toBool();
    choices.bufferMiB = number("bufferMiB", choices.bufferMiB, 1, 1024);
    return choices;
}

void storeChoices(QSettings* settings, const CaptureChoices& choices) {
    if (settings == nullptr) return;
    settings->setValue(inGroup("interface"), choices.interface);
    settings->setValue(inGroup("filter"), choices.filter.trimmed());
    settings->setValue(inGroup("promiscuous"), choices.promiscuous);
    settings->setValue(inGroup("bufferMiB"), choices.bufferMiB);
    rememberFilter(settings, choices.filter);
}

RemoteChoices storedRemoteChoices(const QSettings* settings) {
    RemoteChoices choices;
    if (settings == nullptr) return choices;
    choices.host = settings->value(inRemote("host")).toString();
    choices.port = qBound(0, settings->value(inRemote("port")).toInt(), 65535);
    choices.interface = settings->value(inRemote("interface")).toString();
    choices.filter = settings->value(inRemote("filter")).toString();
    choices.sudo = settings->value(inRemote("sudo")).toBool();
    return choices;
}

void storeChoices(QSettings* settings, const RemoteChoices& choices) {
    if (settings == nullptr) return;
    settings->setValue(inRemote("host"), choices.host.trimmed());
    settings->setValue(inRemote("port"), choices.port);
    settings->setValue(inRemote("interface"), choices.interface.trimmed());
    settings->setValue(inRemote("filter"), choices.filter.trimmed());
    settings->setValue(inRemote("sudo"), choices.sudo);
    rememberFilter(settings, choices.filter);
}

QStringList storedFilters(const QSettings* settings) {
    if (settings == nullptr) return {};
    return settings->value(inGroup("filters")).toStringList().mid(0, kMostFilters);
}

void rememberFilter(QSettings* settings, const QString& filter) {
    const QString kept = filter.trimmed();
    if (settings == nullptr || kept.isEmpty()) return;
    QStringList filters = storedFilters(settings);
    filters.removeAll(kept);
    filters.prepend(kept);
    settings->setValue(inGroup("filters"), filters.mid(0, kMostFilters));
}

}  // namespace framescope
