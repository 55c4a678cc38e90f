// Which captures are mutated, and how often, for the tests that do it.
//
// Environment: FRAMESCOPE_MUTATIONS is a factor on the number of seeds, for longer runs;
// FRAMESCOPE_MUTATIONS_KEEP is a folder into which captures go that were found wanting.
#pragma once

#include <algorithm>
#include <cstdint>

#include <QDir>
#include <QString>
#include <QTest>

#include "tests/support/pcap_rewriter.h"

namespace framescope::test {

/// A test row for each file of samples/, with its path.
inline void eachSample() {
    QTest::addColumn<QString>("path");
    const QDir folder(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples"));
    for (const QString& name : folder.entryList({QStringLiteral("*.pcap*")}, QDir::Files)) {
        QTest::newRow(name.toUtf8().constData()) << folder.filePath(name);
    }
}

/// FRAMESCOPE_MUTATIONS, a factor on the number of seeds; 1 if it is not set.
inline std::uint32_t mutationFactor() {
    return std::max(1U, qEnvironmentVariable("FRAMESCOPE_MUTATIONS").toUInt());
}

/// Keeps a mutated capture for whoever wants to look at it, where that was asked for. `what` tells
/// it from others of the same test row.
inline void keepForLater(ByteView capture, const QString& what) {
    const QString folder = qEnvironmentVariable("FRAMESCOPE_MUTATIONS_KEEP");
    if (folder.isEmpty()) return;
    QString name = QStringLiteral("%1.%2.%3.pcapng")
                       .arg(QString::fromUtf8(QTest::currentTestFunction()),
                            QString::fromUtf8(QTest::currentDataTag()), what);
    name.replace(u'/', u'+');
    writeFile(QDir(folder).filePath(name).toStdString(), capture);
}

}  // namespace framescope::test
