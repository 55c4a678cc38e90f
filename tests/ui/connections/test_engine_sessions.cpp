// The Engine.IO sessions at the side, and the pane they share with the connections.
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTabBar>
#include <QTest>

#include "tests/ui/hand_made_session.h"
#include "ui/connections/connection_view.h"
#include "ui/connections/engine_session_model.h"
#include "ui/connections/side_pane.h"

using namespace framescope;
using engineio::SessionInfo;
using engineio::UpgradeState;
using framescope::test::handMadeBatch;

namespace {

/// Began with polling over connections 0 and 1, upgraded over connection 2.
SessionInfo upgradedSession() {
    SessionInfo info;
    info.sid = "lv_VI97HAXpY6yYWAAAB";
    info.server = {{4, {127, 0, 0, 1}}, 3000};
    info.revision = 4;
    info.transports = {true, true};
    info.packets = {20, 22};
    info.firstTimeNs = 1'000'000;
    info.lastTimeNs = 2'001'000'000;
    info.connections = {0, 1, 2};
    info.connectionCount = 3;
    info.upgrade = UpgradeState::Upgraded;
    info.probeRow = 6;
    info.probeAnswerRow = 7;
    info.upgradeRow = 8;
    info.upgradeTimeNs = 16'000'000;
    info.heartbeats = 3;
    info.closeRow = 1203;
    info.closedBy = Direction::ServerToClient;
    return info;
}

SessionInfo pollingSession() {
    SessionInfo info;
    info.sid = "<b>second</b>";
    info.transports = {true, false};
    info.packets = {1, 0};
    info.connections = {3};
    info.connectionCount = 1;
    return info;
}

Batch batchWithSessions() {
    Batch batch = handMadeBatch(0, 50, 5);
    batch.connections[2].second.worst = Severity::Warning;
    batch.connections[3].second.worst = Severity::None;
    batch.engineSessions = {{0, upgradedSession()}, {1, pollingSession()}};
    return batch;
}

using Connections = std::optional<std::vector<ConnectionId>>;

}  // namespace

class TestEngineSessions : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theModelKeepsItsPromises() {
        EngineSessionModel model;
        QAbstractItemModelTester tester(&model);
        QCOMPARE(model.rowCount(), 0);
        Session session(nullptr);
        model.setSession(&session);
        QCOMPARE(model.rowCount(), 1);
        session.append(batchWithSessions());
        model.refresh();
        QCOMPARE(model.rowCount(), 3);
        model.setSession(nullptr);
        QCOMPARE(model.rowCount(), 0);
    }

    void aLineSaysWhatBecameOfIt() {
        Session session(nullptr);
        session.append(batchWithSessions());
        EngineSessionModel model;
        model.setSession(&session);
        const auto text = [&model](int row, int role) {
            return model.index(row).data(role).toString();
        };
        QCOMPARE(text(0, EngineSessionModel::DetailRole),
                 QStringLiteral("2 sessions, 1 upgraded\n50 rows"));
        QCOMPARE(text(1, Qt::DisplayRole), QStringLiteral("Engine.IO 4  lv_VI97HAXpY6yYWAAAB"));
        const QString detail = text(1, EngineSessionModel::DetailRole);
        QVERIFY2(detail.startsWith(QStringLiteral("polling → websocket after 15")),
                 qPrintable(detail));
        QVERIFY(detail.contains(QStringLiteral("\n42 packets · 2")));
        QVERIFY(text(2, EngineSessionModel::DetailRole)
                    .startsWith(QStringLiteral("polling, never upgraded\n1 packet · ")));
        const auto severity = [&model](int row) {
            return static_cast<Severity>(
                model.index(row).data(EngineSessionModel::SeverityRole).toInt());
        };
        // That of its connections, the gravest.
        QCOMPARE(session.connection(0).worst, Severity::None);
        QCOMPARE(severity(1), Severity::Warning);
        const QString everything = text(1, Qt::AccessibleTextRole);
        for (const char* part :
             {"probe in row 7, answered in row 8, upgrade in row 9", "from 0.001000 s on",
              "20 packets from client to server, 22 back", "3 heartbeats answered, 0 missed",
              "by the server", "over 3 connections"}) {
            QVERIFY2(everything.contains(QString::fromLatin1(part)), part);
        }
        QVERIFY(text(2, Qt::ToolTipRole).contains(QStringLiteral("&lt;b&gt;second&lt;/b&gt;")));
    }

    void everyOutcomeHasWords() {
        QStringList all;
        for (int state = 0; state <= static_cast<int>(UpgradeState::Failed); ++state) {
            SessionInfo info = upgradedSession();
            info.upgrade = static_cast<UpgradeState>(state);
            all << transportWords(info);
            QVERIFY(!all.last().isEmpty());
        }
        QCOMPARE(all.removeDuplicates(), 0);
        QCOMPARE(transportWords(pollingSession()), QStringLiteral("polling, never upgraded"));
    }

    void withoutSessionsThereAreOnlyConnections() {
        Session session(nullptr);
        session.append(handMadeBatch(0, 20, 3));
        SidePane pane;
        pane.show();
        pane.setSession(&session);
        QVERIFY(!pane.tabBar().isVisible());
        QVERIFY(pane.connections().isVisible());
        Batch more = handMadeBatch(20, 20, 3);
        more.engineSessions = {{0, upgradedSession()}};
        session.append(std::move(more));
        pane.refresh();
        QVERIFY(pane.tabBar().isVisible());
        pane.tabBar().setCurrentIndex(1);
        QVERIFY(pane.sessions().isVisible());
        // Another capture without any begins with its connections again.
        Session other(nullptr);
        pane.setSession(&other);
        QVERIFY(!pane.tabBar().isVisible());
        QVERIFY(pane.connections().isVisible());
    }

    void choosingASessionWantsAllItsConnections() {
        Session session(nullptr);
        session.append(batchWithSessions());
        SidePane pane;
        pane.resize(250, 400);
        pane.show();
        pane.setSession(&session);
        std::vector<Connections> wanted;
        connect(&pane, &SidePane::narrowed, this,
                [&wanted](const Connections& connections) { wanted.push_back(connections); });
        pane.tabBar().setCurrentIndex(1);
        QVERIFY(wanted.empty());
        SideList& list = pane.sessions();
        QTest::mouseClick(list.viewport(), Qt::LeftButton, {},
                          list.visualRect(list.model()->index(1, 0)).center());
        QCOMPARE(wanted.back(), Connections(std::vector<ConnectionId>{0, 1, 2}));
        QVERIFY(!pane.connections().currentIndex().isValid());
        QTest::keyClick(&list, Qt::Key_Down);
        QCOMPARE(wanted.back(), Connections(std::vector<ConnectionId>{3}));
        QTest::keyClick(&list, Qt::Key_Home);
        QCOMPARE(wanted.back(), Connections());
        QCOMPARE(pane.connections().currentIndex().row(), 0);
        // A connection takes the choice away from the sessions.
        pane.choose(ConnectionId{4});
        QCOMPARE(wanted.back(), Connections(std::vector<ConnectionId>{4}));
        QVERIFY(pane.connections().isVisible());
        QVERIFY(!list.currentIndex().isValid());
        QVERIFY(!pane.chooseSessionOf(4));
        QVERIFY(pane.chooseSessionOf(3));
        QCOMPARE(list.currentIndex().row(), 2);
        QCOMPARE(wanted.size(), std::size_t{5});
    }

    void aSessionThatGrowsTakesItsNewConnectionIn() {
        Session session(nullptr);
        session.append(batchWithSessions());
        SidePane pane;
        pane.setSession(&session);
        QVERIFY(pane.chooseSessionOf(3));
        std::vector<Connections> wanted;
        connect(&pane, &SidePane::narrowed, this,
                [&wanted](const Connections& connections) { wanted.push_back(connections); });
        pane.refresh();
        QVERIFY(wanted.empty());
        Batch more;
        SessionInfo grown = pollingSession();
        grown.connections.push_back(4);
        more.engineSessions = {{1, grown}};
        session.append(std::move(more));
        pane.refresh();
        QCOMPARE(wanted.back(), Connections(std::vector<ConnectionId>{3, 4}));
    }

    void focusAloneChoosesNothing() {
        Session session(nullptr);
        session.append(batchWithSessions());
        SidePane pane;
        pane.show();
        pane.setSession(&session);
        pane.chooseSessionOf(0);
        QSignalSpy narrowed(&pane, &SidePane::narrowed);
        pane.tabBar().setCurrentIndex(0);
        pane.setFocus(Qt::ShortcutFocusReason);
        QCOMPARE(narrowed.count(), 0);
        QVERIFY(!pane.connections().currentIndex().isValid());
    }
};

QTEST_MAIN(TestEngineSessions)
#include "test_engine_sessions.moc"
