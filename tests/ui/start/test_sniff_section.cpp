// The interfaces on the start page: their list, their traffic, and what is said of those that
// cannot be opened.
#include <fstream>

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "ui/live/capture_filter_edit.h"
#include "ui/start/interface_list.h"
#include "ui/start/interface_model.h"
#include "ui/start/sniff_section.h"
#include "ui/start/traffic_history.h"
#include "ui/widgets/command_line.h"
#include "ui/widgets/flat_button.h"

using namespace framescope;

namespace {

live::InterfaceEntry open(const char* name, const char* address = "10.0.0.1") {
    live::InterfaceEntry entry;
    entry.name = name;
    entry.addresses = {address};
    entry.canCapture = true;
    entry.linkType = 1;
    return entry;
}

live::InterfaceEntry closed(const char* name, const char* obstacle, const char* remedy) {
    live::InterfaceEntry entry;
    entry.name = name;
    entry.obstacle = obstacle;
    entry.remedy = remedy;
    return entry;
}

LiveServices servicesWith(const LiveServices::Interfaces& interfaces) {
    LiveServices services;
    services.listInterfaces = [interfaces] { return interfaces; };
    services.capture = [](const LiveSource&, live::Wake) {
        return std::unique_ptr<live::LiveCapture>();
    };
    return services;
}

}  // namespace

class TestSniffSection : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void ratesAreDifferencesOverTime() {
        TrafficHistory history;
        history.add({{"lo", 100, 0}, {"eth0", 5, 0}}, 0);
        QVERIFY(history.rates("lo").empty());
        history.add({{"lo", 150, 0}, {"eth0", 5, 0}}, 500);
        QCOMPARE(history.rates("lo"), std::vector<float>{100});
        QCOMPARE(history.rates("eth0"), std::vector<float>{0});
        // A counter that begins anew is no traffic of minus one hundred.
        history.add({{"lo", 10, 0}}, 1000);
        QCOMPARE(history.rates("lo"), (std::vector<float>{100, 0}));
        QVERIFY(history.rates("eth0").empty());
        QVERIFY(history.rates("none").empty());
        QCOMPARE(history.rate("lo"), 50.0);
        history.add({{"lo", 20, 0}}, 1000);
        QCOMPARE(history.rates("lo").size(), std::size_t{2});
    }

    void onlyAMinuteIsKept() {
        TrafficHistory history;
        for (unsigned i = 0; i <= 500; ++i) {
            history.add({{"lo", std::uint64_t{i} * i, 0}}, qint64{500} * i);
        }
        QCOMPARE(history.rates("lo").size(), TrafficHistory::kKept);
        QCOMPARE(history.rates("lo").back(), 2.0F * (500 * 500 - 499 * 499));
    }

    void countersComeFromTheSystemsFile() {
        QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("dev")).toStdString();
        const auto write = [&](int packets) {
            std::ofstream(path)
                << "Inter-|   Receive                                                |  Transmit\n"
                   " face |bytes    packets errs drop fifo frame compressed multicast|bytes    "
                   "packets errs drop fifo colls carrier compressed\n"
                << "    lo:    1000      " << packets
                << "    0    0    0     0          0         0     1000      " << packets
                << "    0    0    0     0       0          0\n";
        };
        InterfaceModel model;
        model.setInterfaces({open("lo")});
        write(10);
        model.addTraffic(live::readTraffic(path), 0);
        QSignalSpy changed(&model, &QAbstractItemModel::dataChanged);
        write(20);
        model.addTraffic(live::readTraffic(path), 500);
        QCOMPARE(changed.count(), 1);
        const QModelIndex index = model.index(0);
        QCOMPARE(index.data(InterfaceModel::RatesRole).value<QList<float>>(), QList<float>{20});
        QCOMPARE(index.data(InterfaceModel::RateTextRole).toString(), QStringLiteral("20/s"));
    }

    void theModelKeepsItsPromises() {
        InterfaceModel model;
        QAbstractItemModelTester tester(&model);
        model.setInterfaces({open("lo"), closed("eth1", "It is down.", ""), open("eth0")});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.nameAt(1), QStringLiteral("eth0"));
        QCOMPARE(model.rowOf(QStringLiteral("eth1")), -1);
        model.addTraffic({{"lo", 1, 1}}, 0);
        model.addTraffic({{"lo", 2, 1}}, 500);
        QCOMPARE(model.index(0).data(InterfaceModel::LinkTypeRole).toString(),
                 QStringLiteral("Ethernet"));
        model.setInterfaces({});
        QCOMPARE(model.rowCount(), 0);
        QCOMPARE(model.nameAt(0), QString());
    }

    void interfacesAreListedOnlyWhileShown() {
        std::atomic<int> listed = 0;
        std::atomic<int> sampled = 0;
        LiveServices services = servicesWith(std::vector{open("lo"), open("eth0")});
        services.listInterfaces = [&, inner = services.listInterfaces] {
            ++listed;
            return inner();
        };
        services.readTraffic = [&] {
            ++sampled;
            return std::vector<live::Traffic>();
        };
        SniffSection section(services, nullptr);
        QVERIFY(!section.emptyText().isEmpty());
        QCOMPARE(listed.load(), 0);
        section.show();
        QTRY_COMPARE(section.model().rowCount(), 2);
        QCOMPARE(section.list().chosen(), QStringLiteral("lo"));
        QVERIFY(section.emptyText().isEmpty());
        QTRY_VERIFY(sampled.load() >= 2);
        section.hide();
        const int before = sampled.load();
        QSignalSpy changed(&section.model(), &QAbstractItemModel::dataChanged);
        QVERIFY(!changed.wait(700));
        QCOMPARE(sampled.load(), before);
        QCOMPARE(listed.load(), 1);
    }

    void theChosenInterfaceStaysChosen() {
        SniffSection section(servicesWith(std::vector{open("lo"), open("eth0")}), nullptr);
        QSignalSpy listed(&section, &SniffSection::listed);
        CaptureChoices choices;
        choices.interface = QStringLiteral("eth0");
        choices.filter = QStringLiteral("tcp");
        section.setChoices(choices);
        section.show();
        QVERIFY(listed.wait());
        QCOMPARE(section.list().chosen(), QStringLiteral("eth0"));
        section.refresh();
        QVERIFY(listed.wait());
        QCOMPARE(section.choices().interface, QStringLiteral("eth0"));
        QCOMPARE(section.choices().filter, QStringLiteral("tcp"));
    }

    void returnAndDoubleClickStart() {
        SniffSection section(servicesWith(std::vector{open("lo"), open("eth0")}), nullptr);
        QSignalSpy listed(&section, &SniffSection::listed);
        section.resize(700, 400);
        section.show();
        QVERIFY(listed.wait());
        QSignalSpy start(&section, &SniffSection::startRequested);
        QTest::keyClick(&section.list(), Qt::Key_Down);
        QTest::keyClick(&section.list(), Qt::Key_Return);
        QCOMPARE(start.count(), 1);
        QCOMPARE(section.choices().interface, QStringLiteral("eth0"));
        const QRect first = section.list().visualRect(section.list().model()->index(0, 0));
        QTest::mouseClick(section.list().viewport(), Qt::LeftButton, {}, first.center());
        QTest::mouseDClick(section.list().viewport(), Qt::LeftButton, {}, first.center());
        QCOMPARE(start.count(), 2);
        QCOMPARE(section.choices().interface, QStringLiteral("lo"));
        QTest::keyClick(&section.filterEdit(), Qt::Key_Return);
        QCOMPARE(start.count(), 3);
    }

    void aWrongFilterIsInTheWay() {
        LiveServices services = servicesWith(std::vector{open("lo")});
        services.checkFilter = [](const std::string&, std::uint32_t) {
            return std::optional<std::string>("syntax error");
        };
        SniffSection section(services, nullptr);
        QSignalSpy listed(&section, &SniffSection::listed);
        section.show();
        QVERIFY(listed.wait());
        section.filterEdit().setText(QStringLiteral("tcp prt"));
        auto* const message = section.findChild<QLabel*>(QStringLiteral("filterMessage"));
        QTRY_VERIFY(message->isVisible());
        QCOMPARE(message->text(), QStringLiteral("syntax error"));
        QSignalSpy start(&section, &SniffSection::startRequested);
        QTest::keyClick(&section.list(), Qt::Key_Return);
        QCOMPARE(start.count(), 0);
    }

    void whatIsClosedSaysWhyAndHowToOpenIt() {
        const char* right = "The helper has no right to capture.";
        SniffSection section(servicesWith(std::vector{closed("lo", right, "sudo setcap x"),
                                                      closed("eth0", right, "sudo setcap x"),
                                                      closed("usb", "It is no network.", "")}),
                             nullptr);
        QSignalSpy listed(&section, &SniffSection::listed);
        section.show();
        QVERIFY(listed.wait());
        QCOMPARE(section.model().rowCount(), 0);
        QVERIFY(!section.emptyText().isEmpty());
        const auto commands = section.findChildren<CommandLine*>();
        QCOMPARE(commands.size(), 1);
        QVERIFY(commands.first()->isVisible());
        commands.first()->findChild<FlatButton*>()->click();
        QCOMPARE(QGuiApplication::clipboard()->text(), QStringLiteral("sudo setcap x"));
        QSignalSpy start(&section, &SniffSection::startRequested);
        section.findChild<FlatButton*>(QStringLiteral("start"))->click();
        QCOMPARE(start.count(), 0);
    }

    void aMissingHelperIsSaid() {
        SniffSection section(servicesWith(Error{"There is no helper; ./dev install makes one."}),
                             nullptr);
        QSignalSpy listed(&section, &SniffSection::listed);
        section.show();
        QVERIFY(listed.wait());
        QCOMPARE(section.emptyText(),
                 QStringLiteral("There is no helper; ./dev install makes one."));
    }
};

QTEST_MAIN(TestSniffSection)
#include "test_sniff_section.moc"
