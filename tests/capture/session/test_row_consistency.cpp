// What must hold of every row (tests/support/row_checks.h), over all samples and, where they lie
// beside the project, over hundreds of captures from other people's test suites, many of them
// malformed on purpose.
#include <string>

#include <QDir>
#include <QDirIterator>
#include <QElapsedTimer>
#include <QTest>

#include "tests/support/open_session.h"
#include "tests/support/row_checks.h"

namespace framescope {
namespace {

using test::malformedTree;
using test::wrongCoverage;
using test::wrongIssues;
using test::wrongRange;
using test::wrongRow;
using test::wrongSources;
using test::wrongSums;
using test::wrongText;

/// So many rows of one capture are dissected; of more, every n-th.
constexpr RecordId kMaxRows = 3000;

struct Totals {
    int captures = 0;
    std::uint64_t rows = 0;
    QStringList wrong;
};

void checkCapture(const QString& path, const QString& shown, Totals& totals) {
    const auto session = test::openSession(path.toStdString());
    if (!session) return;  // what is no capture has no rows
    ++totals.captures;
    const auto complain = [&](const std::string& what) {
        totals.wrong << shown + QStringLiteral(": ") + QString::fromStdString(what);
    };
    if (const std::string why = wrongSums(*session); !why.empty()) complain(why);
    if (const std::string why = wrongCoverage(*session); !why.empty()) complain(why);
    const RecordId step = session->rowCount() / kMaxRows + 1;
    int complaints = 0;
    for (RecordId row = 0; row < session->rowCount() && complaints < 3; row += step) {
        ++totals.rows;
        const std::string why = wrongRow(*session, row);
        if (why.empty()) continue;
        complain("row " + std::to_string(row + 1) + ": " + why);
        ++complaints;
    }
}

class RowConsistencyTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void samples_data() {
        QTest::addColumn<QString>("path");
        const QDir folder(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples"));
        for (const QString& name : folder.entryList({QStringLiteral("*.pcap*")}, QDir::Files)) {
            QTest::newRow(name.toUtf8().constData()) << folder.filePath(name);
        }
    }

    void samples() {
        QFETCH(QString, path);
        Totals totals;
        checkCapture(path, QStringLiteral("sample"), totals);
        QVERIFY2(totals.wrong.isEmpty(), qPrintable(u'\n' + totals.wrong.join(u'\n')));
        QCOMPARE(totals.captures, 1);
        QVERIFY(totals.rows > 10);
    }

    void mistakesAreNoticed() {
        Dissection dissection;
        const SourceId source = dissection.addSource(SourceKind::Frame, "Frame", Bytes(4, 1));
        dissection.fields.open(FieldId::WebSocket, Place{source, 0}, 2);
        dissection.fields.add(FieldId::WebSocketFin, Place{source, 1}, 1, std::uint64_t{1});
        dissection.fields.close();
        QVERIFY(!malformedTree(dissection.fields));
        QVERIFY(!wrongRange(dissection));
        QVERIFY(!wrongSources(dissection));

        Dissection childOutside = dissection;
        childOutside.fields.setSize(1, 2);
        QVERIFY(wrongRange(childOutside));
        Dissection outside = dissection;
        outside.fields.setSize(0, 5);
        QVERIFY(wrongRange(outside));
        Dissection filledHole = dissection;
        filledHole.sources[0].holes = {{1, 3}};
        QVERIFY(wrongSources(filledHole));
        filledHole.sources[0].holes = {{3, 9}};
        QVERIFY(wrongSources(filledHole));
        FieldTree open;
        open.open(FieldId::WebSocket, Place{}, 0);
        open.open(FieldId::WebSocketFin, Place{}, 0);
        open.add(FieldId::WebSocketMask, Place{}, 0, std::uint64_t{1});
        QVERIFY(malformedTree(open));

        Record record;
        IssueSink issues;
        issues.add(IssueCode::TcpReset);
        dissection.fields.attach(issues, 0);
        QVERIFY(wrongIssues(record, dissection.fields));
        record.severity = Severity::Warning;
        QVERIFY(!wrongIssues(record, dissection.fields));

        QVERIFY(!wrongText({"HTTP", "200 OK"}));
        QVERIFY(wrongText({"HTTP", "200\nOK"}));
        QVERIFY(wrongText({"HTTP", "\xff"}));
        QVERIFY(wrongText({"", "200 OK"}));
    }

    void capturesOfOthers() {
        const QString root = QStringLiteral(FRAMESCOPE_SOURCE_DIR "/../shared/captures");
        if (!QDir(root).exists()) QSKIP("other people's captures are not beside the project");
        Totals totals;
        QDirIterator files(root, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            const QString path = files.next();
            QElapsedTimer timer;
            timer.start();
            checkCapture(path, QDir(root).relativeFilePath(path), totals);
            if (timer.elapsed() > 2000) {
                qInfo("%s took %lld ms", qPrintable(path), static_cast<long long>(timer.elapsed()));
            }
        }
        totals.wrong.sort();
        for (const QString& line : totals.wrong) qWarning("%s", qPrintable(line));
        QVERIFY(totals.wrong.isEmpty());
        qInfo("%d captures, %llu rows", totals.captures,
              static_cast<unsigned long long>(totals.rows));
        QVERIFY(totals.captures > 500);
        QVERIFY(totals.rows > 5000);
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::RowConsistencyTest)
#include "test_row_consistency.moc"
