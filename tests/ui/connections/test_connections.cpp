// The connections at the side.
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/hand_made_session.h"
#include "ui/connections/connection_model.h"
#include "ui/connections/connection_view.h"

using namespace framescope;
using framescope::test::handMadeBatch;

class TestConnections : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theModelKeepsItsPromises() {
        ConnectionModel model;
        QAbstractItemModelTester tester(&model);
        QCOMPARE(model.rowCount(), 0);
        Session session(nullptr);
        model.setSession(&session);
        QCOMPARE(model.rowCount(), 1);
        session.append(handMadeBatch(0, 20, 3));
        model.refresh();
        QCOMPARE(model.rowCount(), 4);
        model.setSession(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }

    void aLineSaysWhatItIsAndHowMuch() {
        Session session(nullptr);
        Batch batch = handMadeBatch(0, 20, 2);
        batch.names = {"/feed?<b>x</b>"};
        batch.connections[1].second.facts.path = 1;
        batch.connections[1].second.facts.protocol = Protocol::WebSocket;
        batch.connections[1].second.state = ConnectionState::Reset;
        session.append(std::move(batch));
        ConnectionModel model;
        model.setSession(&session);
        QCOMPARE(model.index(0).data().toString(), QStringLiteral("All connections"));
        QCOMPARE(model.index(0).data(ConnectionModel::DetailRole).toString(),
                 QStringLiteral("2 connections · 20 rows"));
        QCOMPARE(model.index(2).data().toString(), QStringLiteral("1  WebSocket  /feed?<b>x</b>"));
        QCOMPARE(model.index(2).data(ConnectionModel::DetailRole).toString(),
                 QStringLiteral(":50001 → :3000 · 10 rows · reset"));
        QCOMPARE(model.index(2).data(ConnectionModel::SeverityRole).toInt(),
                 static_cast<int>(Severity::Error));
        const QString tooltip = model.index(2).data(Qt::ToolTipRole).toString();
        QVERIFY(tooltip.contains(QStringLiteral("&lt;b&gt;")));
        QVERIFY(tooltip.contains(QStringLiteral("error")));
        QVERIFY(tooltip.contains(QStringLiteral("127.0.0.1:50001 → 127.0.0.1:3000")));
    }

    void twoMachinesAreNamedInFull() {
        Session session(nullptr);
        Batch batch = handMadeBatch(0, 20, 1);
        batch.connections[0].second.server.address = {4, {192, 0, 2, 9}};
        session.append(std::move(batch));
        ConnectionModel model;
        model.setSession(&session);
        QVERIFY(model.index(1)
                    .data(ConnectionModel::DetailRole)
                    .toString()
                    .startsWith(QStringLiteral("127.0.0.1:50000 → 192.0.2.9:3000 · 20 rows")));
    }

    void choosingSaysWhich() {
        Session session(nullptr);
        session.append(handMadeBatch(0, 20, 3));
        ConnectionModel model;
        ConnectionView view(model);
        view.resize(250, 300);
        view.show();
        model.setSession(&session);
        std::vector<std::optional<ConnectionId>> chosen;
        connect(&view, &ConnectionView::connectionChosen, this,
                [&chosen](std::optional<ConnectionId> id) { chosen.push_back(id); });
        QTest::mouseClick(view.viewport(), Qt::LeftButton, {},
                          view.visualRect(model.index(2)).center());
        QTest::keyClick(&view, Qt::Key_Down);
        QTest::keyClick(&view, Qt::Key_Home);
        QCOMPARE(chosen.size(), std::size_t{3});
        QCOMPARE(chosen[0], std::optional<ConnectionId>(1));
        QCOMPARE(chosen[1], std::optional<ConnectionId>(2));
        QCOMPARE(chosen[2], std::optional<ConnectionId>());
    }
};

QTEST_MAIN(TestConnections)
#include "test_connections.moc"
