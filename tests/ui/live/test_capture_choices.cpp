// What is chosen in the dialogs: what it means, what cannot be, and that it is remembered.
#include <QLabel>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "ui/live/capture_choices.h"
#include "ui/live/capture_options_dialog.h"
#include "ui/start/interface_model.h"
#include "ui/widgets/flat_button.h"

using namespace framescope;

namespace {

live::InterfaceEntry entry(const char* name, bool canCapture = true) {
    live::InterfaceEntry made;
    made.name = name;
    made.canCapture = canCapture;
    made.linkType = 1;
    return made;
}

CaptureChoices everything() {
    CaptureChoices choices;
    choices.interface = QStringLiteral("eth0");
    choices.filter = QStringLiteral("tcp port 3000");
    choices.promiscuous = false;
    choices.snapLength = 200;
    choices.bufferMiB = 64;
    choices.stopSeconds = 60;
    choices.stopMegabytes = 500;
    choices.stopPackets = 1000;
    choices.ringMegabytes = 100;
    choices.ringSeconds = 3600;
    choices.ringFiles = 5;
    return choices;
}

}  // namespace

class TestCaptureChoices : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theyMeanARequest() {
        const live::InterfaceCapture capture = toCapture(everything());
        QCOMPARE(capture.request.interface, std::string("eth0"));
        QCOMPARE(capture.request.filter, std::string("tcp port 3000"));
        QVERIFY(!capture.request.promiscuous);
        QCOMPARE(capture.request.snapLength, std::uint32_t{200});
        QCOMPARE(capture.request.bufferBytes, std::uint32_t{64} << 20);
        QCOMPARE(capture.request.stop.milliseconds, std::uint64_t{60'000});
        QCOMPARE(capture.request.stop.bytes, std::uint64_t{500'000'000});
        QCOMPARE(capture.request.stop.packets, std::uint64_t{1000});
        QCOMPARE(capture.request.ring.bytes, std::uint64_t{100'000'000});
        QCOMPARE(capture.destination.ringFiles, std::uint32_t{5});
        QVERIFY(capture.destination.file.empty());
        QVERIFY(!toCapture(CaptureChoices{}).request.stop.any());
    }

    void theyAreRemembered() {
        QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("a.ini")), QSettings::IniFormat);
        QCOMPARE(storedCaptureChoices(&settings), CaptureChoices{});
        storeChoices(&settings, everything());
        // Limits and files are meant for one capture: the next one loses nothing by them.
        QCOMPARE(storedCaptureChoices(&settings), lasting(everything()));
        QVERIFY(!toCapture(storedCaptureChoices(&settings)).request.ring.any());
        QVERIFY(!toCapture(storedCaptureChoices(&settings)).request.stop.any());
        // What a file says is not trusted.
        settings.setValue(QStringLiteral("capture/bufferMiB"), QStringLiteral("x"));
        QCOMPARE(storedCaptureChoices(&settings).bufferMiB, CaptureChoices{}.bufferMiB);

        RemoteChoices remote{QStringLiteral("me@there"), 2222, QStringLiteral("any"),
                             QStringLiteral("udp"), true};
        storeChoices(&settings, remote);
        QCOMPARE(storedRemoteChoices(&settings), remote);
        QCOMPARE(storedFilters(&settings),
                 (QStringList{QStringLiteral("udp"), QStringLiteral("tcp port 3000")}));
        storeChoices(nullptr, remote);
        QCOMPARE(storedRemoteChoices(nullptr), RemoteChoices{});
    }

    void filtersOfBeforeAreKeptOnceEach() {
        QTemporaryDir folder;
        QSettings settings(folder.filePath(QStringLiteral("a.ini")), QSettings::IniFormat);
        for (int i = 0; i < 50; ++i) rememberFilter(&settings, QStringLiteral("port %1").arg(i));
        rememberFilter(&settings, QStringLiteral(" port 40 "));
        rememberFilter(&settings, QStringLiteral("  "));
        const QStringList filters = storedFilters(&settings);
        QCOMPARE(filters.size(), 20);
        QCOMPARE(filters.first(), QStringLiteral("port 40"));
        QCOMPARE(filters.count(QStringLiteral("port 40")), 1);
    }

    void whatCannotBeIsSaid() {
        QVERIFY(!whyImpossible(CaptureChoices{}).isEmpty());
        CaptureChoices choices = everything();
        QVERIFY(whyImpossible(choices).isEmpty());
        choices.ringFiles = 1;
        QVERIFY(whyImpossible(choices).contains(QStringLiteral("2 files")));
        choices = everything();
        choices.file = QStringLiteral("/nowhere/at/all.pcapng");
        QVERIFY(whyImpossible(choices).contains(QStringLiteral("no folder")));
        choices.file = QStringLiteral("/tmp");
        QVERIFY(whyImpossible(choices).contains(QStringLiteral("is a folder")));
        RemoteChoices remote;
        remote.host = QStringLiteral("-oProxyCommand=x");
        remote.interface = QStringLiteral("any");
        QVERIFY(!whyImpossible(remote).isEmpty());
        remote.host = QStringLiteral("me@there");
        QVERIFY(whyImpossible(remote).isEmpty());
        remote.interface = QStringLiteral("a b");
        QVERIFY(!whyImpossible(remote).isEmpty());
    }

    void theDialogGivesBackWhatItWasGiven() {
        InterfaceModel model;
        model.setInterfaces({entry("lo"), entry("eth0"), entry("closed", false)});
        CaptureOptionsDialog dialog(model, LiveServices{}, everything(), {});
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        QCOMPARE(dialog.choices(), everything());
        QVERIFY2(dialog.obstacle().isEmpty(), qPrintable(dialog.obstacle()));
        // Listing again keeps the choice.
        model.setInterfaces({entry("eth0"), entry("lo")});
        QCOMPARE(dialog.choices().interface, QStringLiteral("eth0"));
        model.setInterfaces({});
        QVERIFY(!dialog.obstacle().isEmpty());
        QVERIFY(!dialog.startButton().isEnabled());
    }

    void theDialogAsksBeforeItReplacesAFile() {
        QTemporaryDir folder;
        const QString precious = folder.filePath(QStringLiteral("precious.pcapng"));
        QFile file(precious);
        QVERIFY(file.open(QIODevice::WriteOnly));
        InterfaceModel model;
        model.setInterfaces({entry("lo")});
        CaptureChoices choices;
        choices.interface = QStringLiteral("lo");
        choices.file = precious;
        CaptureOptionsDialog dialog(model, LiveServices{}, choices, {});
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        QSignalSpy accepted(&dialog, &QDialog::accepted);
        dialog.startButton().click();
        QCOMPARE(accepted.size(), 0);
        const auto* const sentence = dialog.findChild<QLabel*>(QStringLiteral("obstacle"));
        QVERIFY(sentence->text().contains(QStringLiteral("precious.pcapng")));
        dialog.startButton().click();
        QCOMPARE(accepted.size(), 1);
    }

    void theDialogWaitsForAGoodFilter() {
        InterfaceModel model;
        model.setInterfaces({entry("lo")});
        LiveServices services;
        services.checkFilter = [](const std::string&, std::uint32_t) {
            return std::optional<std::string>("syntax error");
        };
        CaptureOptionsDialog dialog(model, services, everything(), {});
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        QTRY_COMPARE(dialog.obstacle(), QStringLiteral("syntax error"));
        QVERIFY(!dialog.startButton().isEnabled());
    }
};

QTEST_MAIN(TestCaptureChoices)
#include "test_capture_choices.moc"
