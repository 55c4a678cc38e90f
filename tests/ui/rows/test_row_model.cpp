// The rows as a table: growing, narrowed, ten million of them.
#include <limits>

#include <QAbstractButton>
#include <QAbstractItemModelTester>
#include <QHeaderView>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/hand_made_session.h"
#include "ui/rows/row_delegate.h"
#include "ui/rows/row_model.h"
#include "ui/rows/row_view.h"
#include "ui/text/display_text.h"

using namespace framescope;
using framescope::test::handMadeBatch;

namespace {

/// As many rows as can be counted, which exist nowhere.
class CountedRows : public QAbstractTableModel {
public:
    int rowCount(const QModelIndex& parent = {}) const override {
        return parent.isValid() ? 0 : m_rows;
    }
    int columnCount(const QModelIndex& = {}) const override { return 3; }
    QVariant data(const QModelIndex& index, int role) const override {
        return role == Qt::DisplayRole ? QVariant(index.row()) : QVariant();
    }
    void setRows(int rows) {
        beginResetModel();
        m_rows = rows;
        endResetModel();
    }
    void append(int rows) {
        beginInsertRows({}, m_rows, m_rows + rows - 1);
        m_rows += rows;
        endInsertRows();
    }

private:
    int m_rows = 0;
};

}  // namespace

class TestRowModel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aPacketWithoutATimeHasAnEmptyCell() {
        RowModel model;
        Session session(nullptr);
        session.append(handMadeBatch(0, 2, 1, [](RecordId row, Record& record) {
            if (row == 0) record.flags |= kFlagNoTime;
        }));
        model.setSession(&session);
        const QModelIndex untimed = model.index(0, RowModel::Time);
        QCOMPARE(untimed.data().toString(), QString());
        QCOMPARE(untimed.data(Qt::ToolTipRole).toString().contains(QStringLiteral("no time")),
                 true);
        QVERIFY(!model.index(1, RowModel::Time).data().toString().isEmpty());
    }

    void theModelKeepsItsPromises() {
        RowModel model;
        QAbstractItemModelTester tester(&model);
        QCOMPARE(model.rowCount(), 0);
        Session session(nullptr);
        model.setSession(&session);
        session.append(handMadeBatch(0, 20, 3));
        model.fetchAppended();
        QCOMPARE(model.rowCount(), 20);
        session.append(handMadeBatch(20, 10, 3));
        model.fetchAppended();
        QCOMPARE(model.rowCount(), 30);
        model.setConnections(std::vector<ConnectionId>{1});
        QCOMPARE(model.rowCount(), 10);
        session.append(handMadeBatch(30, 30, 3));
        model.fetchAppended();
        QCOMPARE(model.rowCount(), 20);
        model.setConnections(std::nullopt);
        QCOMPARE(model.rowCount(), 60);
        model.setSession(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }

    void severalConnectionsAreShownTogether() {
        Session session(nullptr);
        session.append(handMadeBatch(0, 30, 5));
        RowModel model;
        model.setSession(&session);
        QVERIFY(!model.isNarrowed());
        QVERIFY(model.setConnections(std::vector<ConnectionId>{3, 1}));
        QVERIFY(model.isNarrowed());
        QCOMPARE(model.rowCount(), 12);
        for (int row = 0; row < model.rowCount(); ++row) {
            QCOMPARE(model.recordAt(row) % 5, row % 2 == 0 ? RecordId{1} : RecordId{3});
        }
        QCOMPARE(model.rowOf(2), -1);
        // In whatever order they are named, it is the same choice.
        QVERIFY(!model.setConnections(std::vector<ConnectionId>{1, 3}));
        // None at all is not the same as all.
        QVERIFY(model.setConnections(std::vector<ConnectionId>{}));
        QCOMPARE(model.rowCount(), 0);
        QVERIFY(model.setConnections(std::nullopt));
        QCOMPARE(model.rowCount(), 30);
    }

    void textsAreAskedForAgain() {
        Session session(nullptr);
        session.append(handMadeBatch(0, 30, 5));
        RowModel model;
        model.setSession(&session);
        QSignalSpy changed(&model, &RowModel::dataChanged);
        model.forgetTexts();
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed.first().at(1).value<QModelIndex>().row(), 29);
    }

    void rowsComeInWithoutAReset() {
        Session session(nullptr);
        RowModel model;
        model.setSession(&session);
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        QSignalSpy inserts(&model, &QAbstractItemModel::rowsInserted);
        for (RecordId first = 0; first < 50; first += 10) {
            session.append(handMadeBatch(first, 10, 1));
            model.fetchAppended();
        }
        QCOMPARE(resets.count(), 0);
        QCOMPARE(inserts.count(), 5);
    }

    void cellsSayWhatTheRecordSays() {
        Session session(nullptr);
        session.append(handMadeBatch(0, 20, 3));
        RowModel model;
        model.setSession(&session);
        const auto cell = [&model](int row, int column) {
            return model.index(row, column).data().toString();
        };
        QCOMPARE(cell(9, RowModel::Number), QStringLiteral("10"));
        QCOMPARE(cell(9, RowModel::Time), QStringLiteral("0.009000"));
        QCOMPARE(cell(10, RowModel::Connection), QStringLiteral("1"));
        QCOMPARE(cell(9, RowModel::Arrow), QStringLiteral("←"));
        QCOMPARE(cell(9, RowModel::Length), QStringLiteral("1\u202f234"));
        QCOMPARE(cell(9, RowModel::ProtocolName), QStringLiteral("TCP"));
        const QModelIndex index = model.index(9, RowModel::Arrow);
        QCOMPARE(index.data(Qt::AccessibleTextRole).toString(), QStringLiteral("server to client"));
        QCOMPARE(index.data(RowModel::SeverityRole).toInt(), static_cast<int>(Severity::Error));
        QVERIFY(model.rowAsText(9).startsWith(QStringLiteral("10\t0.009000\t")));
    }

    void aColumnIsFittedToItsTitleAndTheRowsInSight() {
        Session session(nullptr);
        session.append(handMadeBatch(0, 20'000, 3));
        RowModel model;
        RowView view(model);
        model.setSession(&session);
        view.resize(800, 300);
        view.show();
        view.selectLastRow();
        const RowDelegate delegate;
        for (int column = 0; column < RowModel::Info; ++column) {
            view.setColumnWidth(column, 24);
            view.resizeColumnToContents(column);
            QFont bold = view.font();
            bold.setWeight(QFont::DemiBold);
            const int room = view.columnWidth(column) - 2 * RowDelegate::kPadding;
            const QString title = model.headerData(column, Qt::Horizontal).toString();
            QVERIFY2(QFontMetrics(bold).horizontalAdvance(title) <= room, qPrintable(title));
            const QFontMetrics metrics(delegate.fontOf(column, view.font()));
            const QString cell = model.index(model.rowCount() - 1, column).data().toString();
            QVERIFY2(metrics.horizontalAdvance(cell) <= room, qPrintable(cell));
        }
    }

    void theSelectedRowStaysInSightWhenTheListGetsShorter() {
        Session session(nullptr);
        session.append(handMadeBatch(0, 200, 3));
        RowModel model;
        RowView view(model);
        model.setSession(&session);
        view.resize(800, 400);
        view.show();
        const auto inSight = [&view] {
            return view.viewport()->rect().contains(
                QPoint(1, view.visualRect(view.currentIndex()).bottom()));
        };
        view.selectLastRow();
        QVERIFY(inSight());
        view.resize(800, 200);
        QVERIFY(inSight());
        view.verticalScrollBar()->setValue(0);
        view.resize(800, 150);
        QCOMPARE(view.verticalScrollBar()->value(), 0);
    }

    void columnsGrowWithTheNumbersAsTheyCome() {
        Session session(nullptr);
        RowModel model;
        RowView view(model);
        model.setSession(&session);
        const auto fits = [&](int column, const QString& text) {
            const RowDelegate delegate;
            const QFontMetrics metrics(delegate.fontOf(column, view.font()));
            const int mark = column == RowModel::Number ? RowDelegate::kMarkWidth : 0;
            return metrics.horizontalAdvance(text) + mark + RowDelegate::kPadding <=
                   view.columnWidth(column);
        };
        session.append(handMadeBatch(0, 20, 3));
        model.fetchAppended();
        view.fitColumns();
        QVERIFY(!fits(RowModel::Number, QStringLiteral("1234567")));
        // The longest row stands in the middle, and is none of the connection that is shown.
        model.setConnections(std::vector<ConnectionId>{0});
        session.append(handMadeBatch(20, 200'000, 3, [](RecordId row, Record& record) {
            if (row == 120) record.length = 400'000'000;
        }));
        model.fetchAppended();
        view.fitColumns();
        QCOMPARE(model.widestText(RowModel::Length), groupedNumber(400'000'000));
        QVERIFY(fits(RowModel::Number, QStringLiteral("200020")));
        QVERIFY(fits(RowModel::Length, groupedNumber(400'000'000)));
        const int width = view.columnWidth(RowModel::Length);
        Batch more = handMadeBatch(200'020, 20, 3);
        more.statistics.greatestLength = session.statistics().greatestLength;
        session.append(std::move(more));
        model.fetchAppended();
        view.fitColumns();
        QCOMPARE(view.columnWidth(RowModel::Length), width);
        // What somebody has set is left alone, the other columns are not.
        view.setColumnWidth(RowModel::Length, 30);
        view.fitColumns();
        QCOMPARE(view.columnWidth(RowModel::Length), 30);
    }

    void whatMayBeCutIsWholeInATooltip() {
        Session session(nullptr);
        session.append(handMadeBatch(0, 20, 3));
        RowModel model;
        model.setSession(&session);
        for (const int column : {RowModel::Number, RowModel::Time, RowModel::ProtocolName,
                                 RowModel::Length, RowModel::Info}) {
            const QModelIndex index = model.index(9, column);
            QVERIFY(index.data(Qt::ToolTipRole)
                        .toString()
                        .contains(index.data().toString().toHtmlEscaped()));
        }
    }

    void titlesAreAlignedAsTheirCells() {
        Session session(nullptr);
        session.append(handMadeBatch(0, 1, 1));
        RowModel model;
        model.setSession(&session);
        for (int column = 0; column < RowModel::ColumnCount; ++column) {
            QCOMPARE(model.headerData(column, Qt::Horizontal, Qt::TextAlignmentRole).toInt(),
                     model.index(0, column).data(Qt::TextAlignmentRole).toInt());
        }
    }

    void narrowedRowsAreFoundBothWays() {
        Session session(nullptr);
        session.append(handMadeBatch(0, 100, 7));
        RowModel model;
        model.setSession(&session);
        model.setConnections(std::vector<ConnectionId>{3});
        for (int row = 0; row < model.rowCount(); ++row) {
            const RecordId record = model.recordAt(row);
            QCOMPARE(session.record(record).connection, ConnectionId{3});
            QCOMPARE(model.rowOf(record), row);
        }
        QCOMPARE(model.rowOf(4), -1);
        QCOMPARE(model.recordAt(-1), kNoRecord);
        QCOMPARE(model.recordAt(model.rowCount()), kNoRecord);
    }

    void rowsWithoutAConnectionStay() {
        Session session(nullptr);
        session.append(handMadeBatch(0, 100, 7, [](RecordId row, Record& drop) {
            if (row != 50) return;
            drop.kind = RowKind::CaptureDrop;
            drop.protocol = Protocol::Capture;
            drop.connection = kNoConnection;
            drop.detail = 12;
        }));
        RowModel model;
        model.setSession(&session);
        model.setConnections(std::vector<ConnectionId>{3});
        const int row = model.rowOf(50);
        QVERIFY(row > 0);
        QCOMPARE(model.index(row, RowModel::Connection).data().toString(), QStringLiteral("-"));
        QVERIFY(model.index(row, RowModel::Arrow).data().toString().isEmpty());
        QVERIFY(!model.index(row, 0).data(RowModel::DirectionRole).isValid());
        for (int column = 0; column < RowModel::ColumnCount; ++column) {
            QVERIFY(model.index(row, column).data(Qt::ToolTipRole).isValid());
            QVERIFY(model.index(row, column).data(Qt::AccessibleTextRole).isValid());
        }
        QVERIFY(model.rowAsText(row).contains(
            QStringLiteral("12 packets dropped by the capturing system before packet 51")));
    }

    void moreThanCanBePaintedIsLeftOut() {
        Session session(nullptr);
        session.append(handMadeBatch(0, 100, 2));
        RowModel model;
        model.setRowLimit(30);
        model.setSession(&session);
        QCOMPARE(model.rowCount(), 30);
        QVERIFY(model.limitReached());
        model.setConnections(std::vector<ConnectionId>{1});
        QCOMPARE(model.rowCount(), 30);
        QVERIFY(model.limitReached());
    }

    void manyRowsAreNarrowedInSlices() {
        constexpr RecordId kRows = 3'000'000;
        Session session(nullptr);
        session.append(handMadeBatch(0, kRows, 2));
        RowModel model;
        model.setSession(&session);
        QCOMPARE(model.rowCount(), static_cast<int>(kRows));
        QSignalSpy caughtUp(&model, &RowModel::caughtUp);
        model.setConnections(std::vector<ConnectionId>{1});
        QVERIFY(model.rowCount() < static_cast<int>(kRows / 2));
        QTRY_COMPARE(model.rowCount(), static_cast<int>(kRows / 2));
        QCOMPARE(caughtUp.count(), 1);
        QCOMPARE(model.recordAt(1'499'999), kRows - 1);
    }

    void theListStaysQuickWithManyRows() {
        constexpr RecordId kRows = 3'000'000;
        Session session(nullptr);
        session.append(handMadeBatch(0, kRows, 2));
        RowModel model;
        RowView view(model);
        view.resize(900, 500);
        view.show();
        model.setSession(&session);
        view.grab();
        view.selectLastRow();
        view.grab();
        QCOMPARE(view.selectedRecord(), kRows - 1);
    }

    void aHeldModelTakesInNothing() {
        Session session(nullptr);
        session.append(handMadeBatch(0, 30, 3));
        RowModel model;
        QAbstractItemModelTester tester(&model);
        model.setSession(&session);
        model.setHeld(true);
        const auto widest = [&model] {
            QStringList texts;
            for (const int column : {RowModel::Number, RowModel::Time, RowModel::Length}) {
                texts << model.widestText(column);
            }
            return texts;
        };
        const QStringList before = widest();
        session.append(handMadeBatch(30, 30, 3, [](RecordId row, Record& record) {
            if (row == 40) record.length = 1'000'000;
        }));
        model.fetchAppended();
        QCOMPARE(model.rowCount(), 30);
        QCOMPARE(widest(), before);
        QCOMPARE(model.heldAt(), RecordId{30});
        model.setConnections(std::vector<ConnectionId>{1});
        QCOMPARE(model.rowCount(), 10);
        model.setConnections(std::nullopt);
        QCOMPARE(model.rowCount(), 30);
        model.setHeld(false);
        QCOMPARE(model.rowCount(), 60);
        QCOMPARE(model.widestText(RowModel::Length), groupedNumber(1'000'000));
        // Another session begins unheld.
        model.setHeld(true);
        model.setSession(nullptr);
        QVERIFY(!model.isHeld());
    }

    void rowsOnShowAreReadAgain() {
        Session session(nullptr);
        session.append(handMadeBatch(0, 30, 5));
        RowModel model;
        model.setSession(&session);
        QSignalSpy changed(&model, &RowModel::dataChanged);
        model.refreshTexts(5, 100);
        QCOMPARE(changed.count(), 1);
        QCOMPARE(changed.first().at(0).value<QModelIndex>().row(), 5);
        QCOMPARE(changed.first().at(1).value<QModelIndex>().row(), 29);
    }

    void aNarrowListLeavesRoomForWhatARowSays() {
        Session session(nullptr);
        session.append(handMadeBatch(0, 30, 3));
        RowModel model;
        RowView view(model);
        model.setSession(&session);
        view.resize(900, 300);
        view.show();
        const auto hidden = [&view] {
            QList<int> columns;
            for (int column = 0; column < RowModel::ColumnCount; ++column) {
                if (view.isColumnHidden(column)) columns << column;
            }
            return columns;
        };
        QCOMPARE(hidden(), QList<int>());
        const int length = view.columnWidth(RowModel::Length);
        view.resize(450, 300);
        QVERIFY(hidden().contains(RowModel::Length));
        QVERIFY(!hidden().contains(RowModel::Number));
        QVERIFY(view.columnWidth(RowModel::Info) > 150);
        // Nor is it taken for somebody's wish later on, when the header says what it did.
        QCoreApplication::processEvents();
        model.setSession(&session);
        view.fitColumns();
        QCoreApplication::processEvents();
        view.fitColumns();
        QVERIFY(hidden().contains(RowModel::Length));
        view.resize(900, 300);
        QCOMPARE(hidden(), QList<int>());
        QCOMPARE(view.columnWidth(RowModel::Length), length);
        // What somebody made as wide as it is, stays.
        view.setColumnWidth(RowModel::Length, length + 10);
        view.resize(450, 300);
        QVERIFY(!hidden().contains(RowModel::Length));
        QCOMPARE(view.columnWidth(RowModel::Length), length + 10);
    }

    void whatWasMissedIsCountedFromWhereOneStopped() {
        Session session(nullptr);
        session.append(handMadeBatch(0, 100, 2));
        RowModel model;
        RowView view(model);
        view.show();
        model.setSession(&session);
        view.setGrowing(true);
        view.stopFollowing(70);
        QVERIFY(!view.isFollowing());
        QCOMPARE(view.rowsMissed(), 30);
        view.stopFollowing(500);
        QCOMPARE(view.rowsMissed(), 0);
    }

    void aGrowingListFollowsUntilSomebodyLooks() {
        Session session(nullptr);
        session.append(handMadeBatch(0, 100, 2));
        RowModel model;
        RowView view(model);
        view.resize(900, 300);
        view.show();
        model.setSession(&session);
        QVERIFY(!view.isFollowing());
        view.setGrowing(true);
        QVERIFY(view.isFollowing());
        const auto grow = [&](RecordId from) {
            session.append(handMadeBatch(from, 100, 2));
            model.fetchAppended();
        };
        const auto atEnd = [&] {
            return view.verticalScrollBar()->value() == view.verticalScrollBar()->maximum();
        };
        grow(100);
        QVERIFY(atEnd());
        view.resize(900, 200);
        QVERIFY(atEnd());
        // Narrowing goes on at the end of what is shown then.
        model.setConnections(std::vector<ConnectionId>{1});
        QVERIFY(view.isFollowing() && atEnd());
        model.setConnections(std::nullopt);
        QSignalSpy following(&view, &RowView::followingChanged);
        view.verticalScrollBar()->triggerAction(QAbstractSlider::SliderSingleStepSub);
        QCOMPARE(following.count(), 1);
        grow(200);
        QVERIFY(!atEnd());
        QCOMPARE(view.rowsMissed(), 100);
        view.followEnd();
        QVERIFY(atEnd());
        QCOMPARE(view.rowsMissed(), 0);
        QTest::keyClick(&view, Qt::Key_Home);
        QVERIFY(!view.isFollowing());
        view.setGrowing(false);
        QTest::keyClick(&view, Qt::Key_End);
        QVERIFY(!view.isFollowing());
        QCOMPARE(view.selectedRecord(), RecordId{299});
    }

    /// What a table with a section for each row would need a gigabyte for.
    void aLongTableCountsTwoThousandMillionRows() {
        constexpr int kRows = std::numeric_limits<int>::max() - 10;
        CountedRows model;
        LongTableView view;
        view.setModel(&model);
        view.setSelectionBehavior(QAbstractItemView::SelectRows);
        view.setSelectionMode(QAbstractItemView::SingleSelection);
        view.setHeightOfRows(20);
        view.resize(400, 300);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QCOMPARE(view.rowAt(0), -1);
        // Nothing of the header at the side lies over the first row.
        for (const auto* button : view.findChildren<QAbstractButton*>()) {
            QVERIFY(!button->isVisible());
        }
        model.setRows(kRows);
        const int shown = view.viewport()->height() / 20;
        QCOMPARE(view.verticalScrollBar()->maximum(), kRows - shown);
        const auto middle = [&view](int row) {
            return view.visualRect(view.model()->index(row, 1)).center();
        };
        QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, middle(3));
        QCOMPARE(view.currentIndex().row(), 3);
        QTest::keyClick(&view, Qt::Key_PageDown);
        QCOMPARE(view.currentIndex().row(), 3 + shown);
        QCOMPARE(view.rowAt(0), 4);
        QTest::keyClick(&view, Qt::Key_End, Qt::ControlModifier);
        QCOMPARE(view.currentIndex().row(), kRows - 1);
        QCOMPARE(view.rowAt(0), kRows - shown);
        QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, middle(kRows - 4));
        QCOMPARE(view.currentIndex().row(), kRows - 4);
        QCOMPARE(view.selectionModel()->selectedRows().size(), 1);
        QTest::keyClick(&view, Qt::Key_Up);
        QCOMPARE(view.selectionModel()->selectedRows().front().row(), kRows - 5);
        model.append(5);
        QCOMPARE(view.verticalScrollBar()->maximum(), kRows + 5 - shown);
        QCOMPARE(view.rowAt(0), kRows - shown);
        view.scrollTo(model.index(1'000'000'000, 0), QAbstractItemView::PositionAtTop);
        QCOMPARE(view.rowAt(0), 1'000'000'000);
        QCOMPARE(view.indexAt(QPoint(5, 45)).row(), 1'000'000'002);
        // A letter looks for nothing.
        QTest::keyClick(&view, Qt::Key_7);
        QCOMPARE(view.currentIndex().row(), kRows - 5);
        model.setRows(2);
        QCOMPARE(view.rowAt(0), 0);
        QCOMPARE(view.rowAt(39), 1);
        QCOMPARE(view.rowAt(40), -1);
        QVERIFY(!view.indexAt(QPoint(5, 45)).isValid());
    }

    /// Columns that have no room side by side are scrolled to, and the titles with them.
    void aLongTableScrollsAcross() {
        CountedRows model;
        model.setRows(5);
        LongTableView view;
        view.setModel(&model);
        for (int column = 0; column < 3; ++column) view.setColumnWidth(column, 300);
        view.resize(400, 300);
        view.show();
        QVERIFY(QTest::qWaitForWindowExposed(&view));
        QTRY_COMPARE(view.horizontalScrollBar()->maximum(), 900 - view.viewport()->width());
        view.scrollTo(model.index(0, 2));
        QCOMPARE(view.visualRect(model.index(0, 2)).right() + 1, view.viewport()->width());
        QCOMPARE(view.horizontalHeader()->offset(), view.horizontalScrollBar()->value());
        view.scrollTo(model.index(0, 0));
        QCOMPARE(view.horizontalScrollBar()->value(), 0);
    }

    void keysMoveThroughTheList() {
        Session session(nullptr);
        session.append(handMadeBatch(0, 100, 2));
        RowModel model;
        RowView view(model);
        view.resize(900, 300);
        view.show();
        model.setSession(&session);
        QSignalSpy selected(&view, &RowView::recordSelected);
        view.selectRow(0);
        QTest::keyClick(&view, Qt::Key_Down);
        QCOMPARE(view.selectedRecord(), RecordId{1});
        QTest::keyClick(&view, Qt::Key_End);
        QCOMPARE(view.selectedRecord(), RecordId{99});
        QTest::keyClick(&view, Qt::Key_Home);
        QCOMPARE(view.selectedRecord(), RecordId{0});
        view.moveSelection(-1);
        QCOMPARE(view.selectedRecord(), RecordId{0});
        view.moveSelection(1000);
        QCOMPARE(view.selectedRecord(), RecordId{99});
        // Sideways stays in the row: nothing new is selected.
        const auto before = selected.count();
        QTest::keyClick(&view, Qt::Key_Right);
        QCOMPARE(selected.count(), before);
    }
};

QTEST_MAIN(TestRowModel)
#include "test_row_model.moc"
