// What a person chose for a replay, as the form holds it: plain values that settings remember, what
// is wrong with them, and what they mean to capture/replay.
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

#include "capture/replay/replay_options.h"

class QSettings;

namespace framescope {

struct ReplaySubject;

struct ReplayChoices {
    QString url;
    replay::Timing timing = replay::Timing::Conversation;
    double speed = 1.0;
    bool recordedMasks = false;
    int patienceMs = 5'000;
    int laterThanMs = 0;       ///< 0: as late as they like
    bool verify = true;        ///< certificates
    QString caFile;            ///< empty: the system's
    QString proxy;             ///< "host:port"; empty: none
    QList<QStringList> rules;  ///< pattern, replacement
    QStringList captures;
    QStringList ignored;

    bool operator==(const ReplayChoices&) const = default;
};

// What is wrong with one of them: a sentence, empty if nothing is.
QString whyBadUrl(const QString& url);
QString whyBadProxy(const QString& proxy);
QString whyBadPattern(const QString& pattern);
QString whyBadRule(const QStringList& rule);
QString whyBadCapture(const QString& pattern);
QString whyBadIgnored(const QString& path);
/// The first thing that is wrong with any.
QString whyImpossible(const ReplayChoices& choices);

/// Only of choices that are possible.
replay::ReplayOptions toOptions(const ReplayChoices& choices, const ReplaySubject& subject);

/// Those of before. Settings may be null: nothing is kept then. Whether certificates are checked is
/// never kept: who once looked away does not look away for ever.
ReplayChoices storedReplayChoices(const QSettings* settings);
void storeChoices(QSettings* settings, const ReplayChoices& choices);

}  // namespace framescope
