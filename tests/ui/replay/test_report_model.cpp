// The two conversations as a table: what grows or changes is taken in without a reset.
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/replay_fixture.h"
#include "ui/replay/difference_model.h"
#include "ui/replay/plan_model.h"
#include "ui/replay/report_model.h"
#include "ui/widgets/flat_table.h"

using namespace framescope;
using namespace framescope::test;

namespace {

std::shared_ptr<const replay::Report> shared(replay::Report report) {
    return std::make_shared<const replay::Report>(std::move(report));
}

QString cell(const QAbstractItemModel& model, int row, int column) {
    return model.index(row, column).data().toString();
}

}  // namespace

class TestReportModel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aGrowingReportOnlyAddsLines() {
        const replay::Plan plan = handMadePlan(40);
        ReportModel model;
        const QAbstractItemModelTester tester(&model);
        model.setReport(shared(goodReport(plan, 4)));
        QPersistentModelIndex second = model.index(1, ReportModel::Recorded);
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        QSignalSpy removals(&model, &QAbstractItemModel::rowsRemoved);
        QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
        for (std::size_t steps = 5; steps <= 40; steps += 5) {
            model.setReport(shared(goodReport(plan, steps)));
            QCOMPARE(model.rowCount(), static_cast<int>(steps));
        }
        QCOMPARE(resets.size(), 0);
        QCOMPARE(removals.size(), 0);
        QCOMPARE(changes.size(), 0);
        QVERIFY(second.isValid());
        QCOMPARE(second.data().toString(), QStringLiteral("message 1"));
    }

    void whatChangedIsToldAndWhatStayedIsNot() {
        const replay::Plan plan = handMadePlan(10);
        replay::Report before = goodReport(plan, 10);
        before.lines[5].outcome = replay::Outcome::Missing;
        replay::Report after = goodReport(plan, 10);
        makeDifferent(after.lines[7], {{"$.id", "1", "2"}});
        ReportModel model;
        const QAbstractItemModelTester tester(&model);
        model.setReport(shared(before));
        QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
        QSignalSpy insertions(&model, &QAbstractItemModel::rowsInserted);
        model.setReport(shared(after));
        QCOMPARE(changes.size(), 1);
        QCOMPARE(changes.at(0).at(0).toModelIndex().row(), 5);
        QCOMPARE(changes.at(0).at(1).toModelIndex().row(), 7);
        QCOMPARE(insertions.size(), 0);
        QCOMPARE(cell(model, 5, ReportModel::Result), QStringLiteral("same"));
        QCOMPARE(cell(model, 7, ReportModel::Result), QStringLiteral("different"));
    }

    void anExtraAnswerIsPutIntoItsPlace() {
        const replay::Plan plan = handMadePlan(10);
        replay::Report report = goodReport(plan, 10);
        ReportModel model;
        const QAbstractItemModelTester tester(&model);
        model.setReport(shared(report));
        const QPersistentModelIndex last = model.index(9, 0);
        report.lines.insert(report.lines.begin() + 4, extraLine("who am I", 33 * kMs));
        QSignalSpy insertions(&model, &QAbstractItemModel::rowsInserted);
        model.setReport(shared(report));
        QCOMPARE(insertions.size(), 1);
        QCOMPARE(insertions.at(0).at(1).toInt(), 4);
        QCOMPARE(insertions.at(0).at(2).toInt(), 4);
        QCOMPARE(last.row(), 10);
        QCOMPARE(cell(model, 4, ReportModel::Number), QString());
        QCOMPARE(cell(model, 4, ReportModel::Recorded), QString());
        QCOMPARE(cell(model, 4, ReportModel::Result), QStringLiteral("extra"));
        QCOMPARE(cell(model, 4, ReportModel::ReplayedTime), QStringLiteral("0.033000"));
        // And taken out again, as when it turns out to be the one that was missing.
        report.lines.erase(report.lines.begin() + 4);
        model.setReport(shared(report));
        QCOMPARE(model.rowCount(), 10);
        QCOMPARE(last.row(), 9);
    }

    void onlyDifferencesFollowsTheReport() {
        const replay::Plan plan = handMadePlan(20);
        replay::Report report = goodReport(plan, 20);
        ReportModel model;
        const QAbstractItemModelTester tester(&model);
        model.setReport(shared(report));
        model.setOnlyDifferences(true);
        QCOMPARE(model.rowCount(), 0);
        makeDifferent(report.lines[3], {{"$.a", "1", "2"}});
        report.lines[9].outcome = replay::Outcome::Missing;
        model.setReport(shared(report));
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(cell(model, 0, ReportModel::Number), QStringLiteral("4"));
        QCOMPARE(cell(model, 1, ReportModel::Number), QStringLiteral("10"));
        report.lines[3] = lineOf(plan, 3);
        model.setReport(shared(report));
        QCOMPARE(model.rowCount(), 1);
        QCOMPARE(cell(model, 0, ReportModel::Number), QStringLiteral("10"));
        model.setOnlyDifferences(false);
        QCOMPARE(model.rowCount(), 20);
        model.setReport(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }

    void everyOutcomeIsSaidInWordsAndWithAMark_data() {
        QTest::addColumn<int>("outcome");
        QTest::addColumn<bool>("late");
        QTest::addColumn<bool>("places");
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("severity");
        const auto row = [](const char* name, replay::Outcome outcome, bool late, bool places,
                            const QString& text, Severity severity) {
            QTest::newRow(name) << static_cast<int>(outcome) << late << places << text
                                << static_cast<int>(severity);
        };
        using replay::Outcome;
        row("sent", Outcome::Sent, false, false, QStringLiteral("sent"), Severity::None);
        row("not sent", Outcome::NotSent, false, false, QStringLiteral("not sent"),
            Severity::Error);
        row("same", Outcome::Same, false, false, QStringLiteral("same"), Severity::None);
        row("different", Outcome::Different, false, true, QStringLiteral("different"),
            Severity::Error);
        row("late", Outcome::Different, true, false, QStringLiteral("late +120 ms"),
            Severity::Warning);
        row("different and late", Outcome::Different, true, true, QStringLiteral("different, late"),
            Severity::Error);
        row("missing", Outcome::Missing, false, false, QStringLiteral("missing"), Severity::Error);
        row("extra", Outcome::Extra, false, false, QStringLiteral("extra"), Severity::Warning);
        row("ignored", Outcome::Ignored, false, false, QStringLiteral("not compared"),
            Severity::None);
    }
    void everyOutcomeIsSaidInWordsAndWithAMark() {
        QFETCH(int, outcome);
        QFETCH(bool, late);
        QFETCH(bool, places);
        QFETCH(QString, text);
        QFETCH(int, severity);
        replay::Line line;
        line.step = 1;
        line.outcome = static_cast<replay::Outcome>(outcome);
        line.late = late;
        line.replayedNs = 120 * kMs;
        if (places) line.differences = {{"$.a", "1", "2"}};
        replay::Report report;
        report.lines = {line};
        ReportModel model;
        model.setReport(shared(report));
        QString shown = cell(model, 0, ReportModel::Result);
        QCOMPARE(shown.replace(QChar(0x202f), QLatin1Char(' ')), text);
        const QModelIndex result = model.index(0, ReportModel::Result);
        QCOMPARE(result.data(FlatTable::SeverityRole).toInt(), severity);
        QCOMPARE(isDifference(line), severity != static_cast<int>(Severity::None));
        QVERIFY(!result.data(Qt::ToolTipRole).toString().isEmpty());
    }

    void differencesAreFoundInBothDirections() {
        const replay::Plan plan = handMadePlan(10);
        replay::Report report = goodReport(plan, 10);
        makeDifferent(report.lines[3], {});
        report.lines[9].outcome = replay::Outcome::Missing;
        ReportModel model;
        model.setReport(shared(report));
        QCOMPARE(model.nextDifference(-1, true), 3);
        QCOMPARE(model.nextDifference(3, true), 9);
        QCOMPARE(model.nextDifference(9, true), -1);
        QCOMPARE(model.nextDifference(9, false), 3);
        QCOMPARE(model.nextDifference(3, false), -1);
    }

    void textFromTheWireIsShownSafely() {
        replay::Report report;
        replay::Line line;
        line.step = 0;
        line.recorded = "a\nb\x01<b>bold</b>";
        line.replayed = "\xff\xfe";
        report.lines = {line};
        ReportModel model;
        model.setReport(shared(report));
        const QString recorded = cell(model, 0, ReportModel::Recorded);
        QVERIFY(!recorded.contains(QLatin1Char('\n')) && !recorded.contains(QChar(1)));
        const QString tip = model.index(0, ReportModel::Recorded).data(Qt::ToolTipRole).toString();
        QVERIFY(tip.contains(QStringLiteral("&lt;b&gt;")));
        QVERIFY(cell(model, 0, ReportModel::Replayed).contains(QChar(0xfffd)));
    }

    void aPlanAndDifferencesAreTables() {
        PlanModel plan;
        const QAbstractItemModelTester planTester(&plan);
        plan.setPlan(std::make_shared<const replay::Plan>(handMadePlan(5)));
        QCOMPARE(plan.rowCount(), 5);
        QCOMPARE(cell(plan, 3, PlanModel::Number), QStringLiteral("4"));
        QCOMPARE(cell(plan, 3, PlanModel::Time), QStringLiteral("0.030000"));
        QCOMPARE(plan.index(3, PlanModel::Arrow).data(Qt::AccessibleTextRole).toString(),
                 QStringLiteral("server to client"));
        QVERIFY(plan.index(3, PlanModel::What).data(FlatTable::DimRole).toBool());
        QVERIFY(!plan.index(2, PlanModel::What).data(FlatTable::DimRole).toBool());
        plan.setPlan(nullptr);
        QCOMPARE(plan.rowCount(), 0);

        DifferenceModel differences;
        const QAbstractItemModelTester tester(&differences);
        differences.setDifferences({{"$.a", "1", "2"}, {"", "x", "y"}});
        QCOMPARE(differences.rowCount(), 2);
        QCOMPARE(cell(differences, 0, DifferenceModel::Where), QStringLiteral("$.a"));
        QCOMPARE(cell(differences, 1, DifferenceModel::Where), QStringLiteral("all of it"));
        QCOMPARE(cell(differences, 1, DifferenceModel::Received), QStringLiteral("y"));
        QVERIFY(differences.differenceAt(2) == nullptr);
    }
};

QTEST_MAIN(TestReportModel)
#include "test_report_model.moc"
