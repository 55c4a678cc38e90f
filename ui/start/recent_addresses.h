// The addresses that somebody connected to last, the latest first. Kept in settings, if there are
// any.
#pragma once

#include <QStringList>

class QSettings;

namespace framescope {

/// Those that are kept; empty without settings.
QStringList storedAddresses(const QSettings* settings);
/// Puts one in front; the oldest goes when there are too many. Names and passwords in it are left
/// out.
void storeAddress(QSettings* settings, const QString& url);

}  // namespace framescope
