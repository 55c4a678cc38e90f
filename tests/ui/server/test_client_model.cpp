// The table of clients: who stays keeps its line, whatever comes and goes around it.
#include <random>

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "tests/ui/server_fixture.h"
#include "ui/server/client_model.h"
#include "ui/widgets/flat_table.h"

using namespace framescope;
using namespace framescope::test;

namespace {

QString cell(const QAbstractItemModel& model, int row, int column) {
    return model.index(row, column).data().toString();
}

}  // namespace

class TestClientModel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void clientsComeChangeAndGo() {
        ClientModel model;
        const QAbstractItemModelTester tester(&model);
        model.setClients({clientOf(3), clientOf(1), clientOf(2)});
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(cell(model, 0, ClientModel::Address), QStringLiteral("127.0.0.1:40001"));
        const QPersistentModelIndex last = model.index(2, 0);
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
        server::ClientInfo ended = clientOf(2);
        ended.open = false;
        ended.ending = "The client closed the connection with 1000.";
        ended.messagesIn = 1234;
        model.setClients({clientOf(1), ended, clientOf(3), clientOf(4)});
        QCOMPARE(changes.size(), 1);
        QCOMPARE(model.rowCount(), 4);
        QCOMPARE(cell(model, 1, ClientModel::State),
                 QStringLiteral("The client closed the connection with 1000."));
        QCOMPARE(cell(model, 1, ClientModel::MessagesIn).remove(QChar(0x202f)),
                 QStringLiteral("1234"));
        QVERIFY(model.index(1, ClientModel::What).data(FlatTable::DimRole).toBool());
        QCOMPARE(cell(model, 0, ClientModel::State), QStringLiteral("open"));
        model.setClients({clientOf(3), clientOf(4), clientOf(9)});
        QCOMPARE(last.row(), 0);
        QCOMPARE(model.rowCount(), 3);
        model.setClients({});
        QCOMPARE(model.rowCount(), 0);
        QCOMPARE(resets.size(), 0);
    }

    void anyTwoStates() {
        std::mt19937 random(7);
        ClientModel model;
        const QAbstractItemModelTester tester(&model);
        for (int round = 0; round < 200; ++round) {
            std::vector<server::ClientInfo> clients;
            for (std::uint64_t id = 0; id < 20; ++id) {
                if (random() % 2 == 0) continue;
                clients.push_back(clientOf(id));
                clients.back().messagesIn = random() % 3;
            }
            model.setClients(clients);
            QCOMPARE(model.rowCount(), static_cast<int>(clients.size()));
            for (std::size_t i = 0; i < clients.size(); ++i) {
                QCOMPARE(cell(model, static_cast<int>(i), ClientModel::Address),
                         QString::fromStdString(clients[i].address));
                QCOMPARE(cell(model, static_cast<int>(i), ClientModel::MessagesIn).toULongLong(),
                         quint64{clients[i].messagesIn});
            }
        }
    }
};

QTEST_MAIN(TestClientModel)
#include "test_client_model.moc"
