#include "ui/start/recent_addresses.h"

#include <QSettings>

namespace framescope {

namespace {

constexpr int kMost = 8;

QString key() {
    return QStringLiteral("compose/addresses");
}

QString withoutUserInfo(const QString& url) {
    const qsizetype begin = url.indexOf(QLatin1String("://"));
    if (begin < 0) return url;
    const qsizetype end = url.indexOf(QLatin1Char('/'), begin + 3);
    const qsizetype at = url.lastIndexOf(QLatin1Char('@'), end < 0 ? -1 : end);
    if (at < begin) return url;
    return url.left(begin + 3) + url.mid(at + 1);
}

}  // namespace

QStringList storedAddresses(const QSettings* settings) {
    if (settings == nullptr) return {};
    return settings->value(key()).toStringList().mid(0, kMost);
}

void storeAddress(QSettings* settings, const QString& url) {
    if (settings == nullptr || url.trimmed().isEmpty()) return;
    QStringList addresses = storedAddresses(settings);
    const QString address = withoutUserInfo(url.trimmed());
    addresses.removeAll(address);
    addresses.prepend(address);
    settings->setValue(key(), addresses.mid(0, kMost));
}

}  // namespace framescope
