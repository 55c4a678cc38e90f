// The panel of the test server as it is used, with a server that the test drives.
#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabBar>
#include <QTemporaryDir>
#include <QTest>

#include "tests/ui/server_fixture.h"
#include "ui/server/client_model.h"
#include "ui/server/fault_list.h"
#include "ui/server/server_panel.h"
#include "ui/widgets/command_line.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/flat_table.h"

using namespace framescope;
using namespace framescope::test;
using server::Fault;
using server::Misbehaviour;

namespace {

struct Shown {
    explicit Shown(QSettings* settings = nullptr) {
        controller = std::make_unique<ServerController>(drivenServerServices(driver));
        panel = std::make_unique<ServerPanel>(*controller, settings);
        panel->resize(1280, 800);
        panel->show();
    }
    bool start() {
        QTest::mouseClick(&panel->startButton(), Qt::LeftButton);
        return QTest::qWaitFor([this] { return controller->state() == ServerState::Running; });
    }

    std::shared_ptr<ServerDriver> driver = std::make_shared<ServerDriver>();
    std::unique_ptr<ServerController> controller;
    std::unique_ptr<ServerPanel> panel;
};

}  // namespace

class TestServerPanel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void itStartsShowsItsAddressAndStops() {
        Shown shown;
        QVERIFY(shown.panel->clientTable().emptyText().contains(QStringLiteral("does not run")));
        shown.panel->portBox().setValue(3000);
        shown.panel->tlsBox().setChecked(true);
        QVERIFY(shown.start());
        QCOMPARE(shown.driver->options.port, std::uint16_t{3000});
        QCOMPARE(shown.driver->options.host, std::string("127.0.0.1"));
        QVERIFY(shown.driver->options.tls);
        QVERIFY(shown.panel->address().isVisible());
        QCOMPARE(shown.panel->address().command(), QStringLiteral("http://127.0.0.1:3000/"));
        QVERIFY(!shown.panel->portBox().isVisible());
        QCOMPARE(shown.panel->startButton().text(), QStringLiteral("&Stop"));
        shown.driver->tell([](ServerDriver& driver) {
            driver.status.clients = {clientOf(1), clientOf(2)};
            driver.status.connections = 2;
        });
        QTRY_COMPARE(shown.panel->clients().rowCount(), 2);
        QTest::mouseClick(&shown.panel->startButton(), Qt::LeftButton);
        QCOMPARE(shown.controller->state(), ServerState::Stopped);
        QTRY_COMPARE(shown.driver->alive, 0);
        QVERIFY(!shown.panel->address().isVisible());
        // Who was there stays to be read.
        QCOMPARE(shown.panel->clients().rowCount(), 2);
        QCOMPARE(shown.panel->clients().index(0, ClientModel::State).data().toString(),
                 QStringLiteral("The server was stopped."));
        QVERIFY(shown.start());
        QCOMPARE(shown.driver->starts, 2);
    }

    void whatKeepsItFromStartingIsSaid() {
        Shown shown;
        shown.driver->startError = "127.0.0.1:80 cannot be listened on: permission denied.";
        QTest::mouseClick(&shown.panel->startButton(), Qt::LeftButton);
        QTRY_COMPARE(shown.panel->error(), QString::fromStdString(shown.driver->startError));
        QCOMPARE(shown.controller->state(), ServerState::Stopped);
        shown.driver->startError.clear();
        QVERIFY(shown.start());
        QCOMPARE(shown.panel->error(), QString());
    }

    void everyMisbehaviourIsASwitch() {
        Shown shown;
        FaultList& faults = shown.panel->faults();
        QCOMPARE(faults.shownCount(), static_cast<int>(Fault::Count));
        std::vector<Misbehaviour> all;
        for (const server::FaultInfo& info : server::allFaults()) {
            faults.boxOf(info.fault)->setChecked(true);
            QCOMPARE(faults.numberOf(info.fault) != nullptr, !info.number.empty());
            all.push_back({info.fault, std::nullopt, 0});
        }
        QVERIFY(faults.misbehaviours() == all);
        faults.setMisbehaviours({{Fault::Close, 1011, 3}});
        QVERIFY((faults.misbehaviours() == std::vector<Misbehaviour>{{Fault::Close, 1011, 3}}));
        QCOMPARE(faults.numberOf(Fault::Close)->text(), QStringLiteral("1011"));
        QVERIFY(shown.panel->warning().contains(QStringLiteral("will misbehave: close:1011@3")));
    }

    void theyAreChangedWhileItRuns() {
        Shown shown;
        QVERIFY(shown.start());
        QCOMPARE(shown.panel->warning(), QString());
        FaultList& faults = shown.panel->faults();
        faults.boxOf(Fault::LyingLength)->click();
        QTRY_COMPARE(shown.driver->misbehaviours.size(), std::size_t{1});
        QTest::keyClicks(faults.numberOf(Fault::LyingLength), QStringLiteral("5x"));
        QVERIFY(faults.errorOf(Fault::LyingLength).contains(QStringLiteral("“5x”")));
        QTRY_VERIFY(shown.driver->misbehaviours.empty());
        QTest::keyClick(faults.numberOf(Fault::LyingLength), Qt::Key_Backspace);
        QCOMPARE(faults.errorOf(Fault::LyingLength), QString());
        faults.afterOf(Fault::LyingLength)->setValue(2);
        const std::vector<Misbehaviour> wanted{{Fault::LyingLength, 5, 2}};
        QTRY_VERIFY(shown.driver->misbehaviours == wanted);
        QVERIFY(shown.panel->warning().contains(QStringLiteral("misbehaves: lying-length:5@2")));
        for (FlatButton* button : shown.panel->findChildren<FlatButton*>()) {
            if (button->text() == QStringLiteral("Behave Again")) button->click();
        }
        QTRY_VERIFY(shown.driver->misbehaviours.empty());
        QCOMPARE(shown.panel->warning(), QString());
    }

    void misbehavioursAreFound() {
        FaultList faults;
        faults.show();
        faults.search(QStringLiteral("CLOSE"));
        QVERIFY(faults.shownCount() >= 1);
        QVERIFY(faults.shownCount() < static_cast<int>(Fault::Count));
        QVERIFY(faults.boxOf(Fault::Close)->isVisible());
        faults.search(QStringLiteral("nothing has this"));
        QCOMPARE(faults.shownCount(), 0);
        faults.searchLine().setText(QStringLiteral(" "));
        QCOMPARE(faults.shownCount(), static_cast<int>(Fault::Count));
    }

    void anAddressForEverybodyIsWarnedOf() {
        Shown shown;
        const auto warned = [&shown] {
            for (QLabel* label : shown.panel->findChildren<QLabel*>()) {
                if (label->isVisible() && label->text().contains(QStringLiteral("Other machines")))
                    return true;
            }
            return false;
        };
        QVERIFY(!warned());
        shown.panel->hostEdit().setText(QStringLiteral("0.0.0.0"));
        QVERIFY(warned());
        shown.panel->hostEdit().setText(QStringLiteral("::1"));
        QVERIFY(!warned());
    }

    void whatIsChosenIsKept() {
        QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("a.ini")), QSettings::IniFormat);
        {
            Shown shown(&settings);
            shown.panel->portBox().setValue(8080);
            QVERIFY(shown.start());
        }
        Shown shown(&settings);
        QCOMPARE(shown.panel->portBox().value(), 8080);
        QVERIFY(shown.panel->faults().misbehaviours().empty());
    }

    void narrowTheMisbehavioursAreATab() {
        Shown shown;
        shown.panel->resize(640, 480);
        QVERIFY(!shown.panel->faults().isVisible());
        shown.panel->showTab(ServerPanel::Misbehaviours);
        QVERIFY(shown.panel->faults().isVisible());
        shown.panel->resize(1280, 800);
        QVERIFY(shown.panel->faults().isVisible());
        QCOMPARE(shown.panel->currentTab(), ServerPanel::Clients);
    }

    void destroyedWhileItRunsAndWhileItStarts() {
        {
            Shown shown;
            QVERIFY(shown.start());
            shown.panel.reset();
            shown.controller.reset();
            QTRY_COMPARE(shown.driver->alive, 0);
            shown.driver->tell([](ServerDriver&) {});  // nobody answers
        }
        Shown shown;
        QTest::mouseClick(&shown.panel->startButton(), Qt::LeftButton);
        shown.panel.reset();
        shown.controller.reset();
        QTRY_COMPARE(shown.driver->alive, 0);
    }
};

QTEST_MAIN(TestServerPanel)
#include "test_server_panel.moc"
