// What a person chose in the dialogs, as plain values that settings remember, and what they mean to
// capture/live.
#pragma once

#include <QString>
#include <QStringList>

#include "capture/live/capture_options.h"

class QSettings;

namespace framescope {

/// Of a capture from an interface of this machine. 0 and empty mean: without.
struct CaptureChoices {
    QString interface;
    QString filter;
    bool promiscuous = true;
    int snapLength = 262144;  ///< bytes of a packet
    int bufferMiB = 16;
    int stopSeconds = 0;
    int stopMegabytes = 0;
    int stopPackets = 0;
    QString file;  ///< empty: asked for when it is over
    int ringMegabytes = 0;
    int ringSeconds = 0;
    int ringFiles = 0;  ///< kept; the oldest go first

    bool isRing() const { return ringMegabytes != 0 || ringSeconds != 0; }
    bool operator==(const CaptureChoices&) const = default;
};

/// Of a capture on another machine.
struct RemoteChoices {
    QString host;
    int port = 0;  ///< 0: ssh's own choice
    QString interface;
    QString filter;
    bool sudo = false;

    bool operator==(const RemoteChoices&) const = default;
};

/// What is still true of the next capture: where it ends, what it keeps of a packet and which files
/// it writes were meant for one.
CaptureChoices lasting(const CaptureChoices& choices);

live::InterfaceCapture toCapture(const CaptureChoices& choices);
live::RemoteCapture toCapture(const RemoteChoices& choices);

/// Why these cannot be, one sentence; empty if they can. What only the start shows is not asked.
QString whyImpossible(const CaptureChoices& choices);
QString whyImpossible(const RemoteChoices& choices);

/// Filters and choices of before. Settings may be null: nothing is kept then.
CaptureChoices storedCaptureChoices(const QSettings* settings);
void storeChoices(QSettings* settings, const CaptureChoices& choices);
RemoteChoices storedRemoteChoices(const QSettings* settings);
void storeChoices(QSettings* settings, const RemoteChoices& choices);

/// The filters captures were started with, the latest first.
QStringList storedFilters(const QSettings* settings);
void rememberFilter(QSettings* settings, const QString& filter);

}  // namespace framescope
