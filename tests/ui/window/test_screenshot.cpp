// The program itself, as scripts run it: pictures, and how it ends.
#include <QImage>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

namespace {

struct Ended {
    int exitCode = -1;
    QString error;
    QString output;
};

Ended run(const QStringList& arguments) {
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral(FRAMESCOPE_WINDOW_PROGRAM), arguments);
    if (!process.waitForFinished(60'000)) return {};
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            QString::fromUtf8(process.readAllStandardError()),
            QString::fromUtf8(process.readAllStandardOutput())};
}

QString sample() {
    return QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/socketio4-websocket.pcapng");
}

}  // namespace

class TestScreenshot : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aPictureOfARow() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("a.png"));
        const Ended ended = run({sample(), QStringLiteral("--select"), QStringLiteral("5"),
                                 QStringLiteral("--size"), QStringLiteral("1000x700"),
                                 QStringLiteral("--screenshot"), path});
        QVERIFY2(ended.exitCode == 0, qPrintable(ended.error));
        const QImage picture(path);
        QCOMPARE(picture.size() / picture.devicePixelRatio(), QSize(1000, 700));
    }

    void theSamePictureEveryTimeAndAnotherInTheDark() {
        QTemporaryDir folder;
        QList<QImage> pictures;
        for (const char* theme : {"light", "light", "dark"}) {
            const QString path =
                folder.filePath(QString::number(pictures.size()) + QStringLiteral(".png"));
            const Ended ended = run({sample(), QStringLiteral("--select"), QStringLiteral("3"),
                                     QStringLiteral("--theme"), QLatin1String(theme),
                                     QStringLiteral("--screenshot"), path});
            QVERIFY2(ended.exitCode == 0, qPrintable(ended.error));
            pictures << QImage(path);
        }
        QVERIFY(pictures.at(0) == pictures.at(1));
        QVERIFY(pictures.at(0) != pictures.at(2));
        QVERIFY(pictures.at(0).pixelColor(400, 400).lightness() > 200);
        QVERIFY(pictures.at(2).pixelColor(400, 400).lightness() < 80);
    }

    void thereIsNoSuchRow() {
        const Ended ended = run({sample(), QStringLiteral("--select"), QStringLiteral("999999"),
                                 QStringLiteral("--screenshot"), QStringLiteral("/dev/null")});
        QCOMPARE(ended.exitCode, 1);
        QVERIFY(ended.error.contains(QStringLiteral("--select 999999: the capture has ")));
    }

    void aFileThatCannotBeRead() {
        const Ended ended = run({QStringLiteral("/nowhere.pcap"), QStringLiteral("--screenshot"),
                                 QStringLiteral("/tmp/x.png")});
        QCOMPARE(ended.exitCode, 2);
        QVERIFY(ended.error.contains(QStringLiteral("/nowhere.pcap")));
    }

    void badUsage_data() {
        QTest::addColumn<QStringList>("arguments");
        const auto row = [](const char* name, const QStringList& arguments) {
            QTest::newRow(name) << arguments;
        };
        row("row zero", {sample(), QStringLiteral("--select"), QStringLiteral("0")});
        row("row in words", {sample(), QStringLiteral("--select"), QStringLiteral("two")});
        row("row of nothing", {QStringLiteral("--select"), QStringLiteral("1")});
        row("two files", {sample(), sample()});
        row("theme", {QStringLiteral("--theme"), QStringLiteral("pink")});
        row("size", {QStringLiteral("--size"), QStringLiteral("big")});
        row("start of nothing", {QStringLiteral("-k")});
        row("filter of nothing", {QStringLiteral("-f"), QStringLiteral("tcp")});
        row("file and interface", {QStringLiteral("-i"), QStringLiteral("lo"), sample()});
        row("remote without interface", {QStringLiteral("--remote"), QStringLiteral("me@there")});
        row("remote and interface", {QStringLiteral("-i"), QStringLiteral("lo"),
                                     QStringLiteral("--remote"), QStringLiteral("there:lo")});
        row("two remotes", {QStringLiteral("--remote"), QStringLiteral("here:lo"),
                            QStringLiteral("--remote"), QStringLiteral("there:lo")});
        row("port of nothing", {QStringLiteral("--remote-port"), QStringLiteral("22")});
        row("no port", {QStringLiteral("--remote"), QStringLiteral("there:lo"),
                        QStringLiteral("--remote-port"), QStringLiteral("0")});
        row("sudo nowhere",
            {QStringLiteral("-i"), QStringLiteral("lo"), QStringLiteral("--remote-sudo")});
        row("file and remote", {QStringLiteral("--remote"), QStringLiteral("there:lo"), sample()});
        row("option", {QStringLiteral("--nonsense")});
    }
    void badUsage() {
        QFETCH(QStringList, arguments);
        const Ended ended = run(arguments);
        QCOMPARE(ended.exitCode, 1);
        QVERIFY(ended.error.contains(QStringLiteral("framescope: ")));
        QVERIFY(ended.error.contains(QStringLiteral("--help")));
    }

    void helpAndVersionNeedNoDisplay() {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("xcb"));
        environment.remove(QStringLiteral("DISPLAY"));
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral(FRAMESCOPE_WINDOW_PROGRAM), {QStringLiteral("--help")});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 0);
        const QByteArray help = process.readAllStandardOutput();
        for (const char* option : {"--screenshot", "--remote ", "--remote-port", "--remote-sudo"}) {
            QVERIFY2(help.contains(option), option);
        }
        process.start(QStringLiteral(FRAMESCOPE_WINDOW_PROGRAM), {QStringLiteral("--version")});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 0);
        QCOMPARE(process.readAllStandardOutput(),
                 QByteArray("framescope " FRAMESCOPE_VERSION "\n"));
    }
};

QTEST_MAIN(TestScreenshot)
#include "test_screenshot.moc"
