// A live capture from its start until it is saved or discarded, driven by hand and, through a FIFO,
// by capture/live itself.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include "capture/session/session.h"
#include "tests/ui/live_fixture.h"
#include "ui/live/live_bar.h"
#include "ui/live/live_controller.h"
#include "ui/load/load_controller.h"

using namespace framescope;
using framescope::test::DrivenSource;

namespace {

/// A running capture with some rows, and what looks after it.
struct Running {
    DrivenSource source;
    LoadController loader;
    LiveController live{loader, source.services()};

    bool start(int messages = 3) {
        live.start(live::InterfaceCapture{});
        if (!source.open()) return false;
        source.say(messages);
        return QTest::qWaitFor([&] { return rows() >= static_cast<RecordId>(messages) + 3; });
    }
    RecordId rows() const { return loader.session() != nullptr ? loader.session()->rowCount() : 0; }
    bool end() {
        source.end();
        return QTest::qWaitFor(
            [&] { return live.state() == LiveState::Ended && !loader.isReading(); });
    }
    QString target(const char* name = "saved.pcap") const {
        return source.folder.filePath(QLatin1String(name));
    }
};

QByteArray contents(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QByteArray bytesOf(const Bytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

bool spoolIsThere(const DrivenSource& source) {
    return std::filesystem::exists(source.path.parent_path());
}

}  // namespace

class TestLiveController : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void rowsComeWhileItRuns() {
        Running running;
        QVERIFY(running.start());
        QCOMPARE(running.live.state(), LiveState::Running);
        QVERIFY(running.live.hasUnsaved());
        QVERIFY(running.loader.isReading());
        QCOMPARE(running.loader.name(), QStringLiteral("lo"));
        QVERIFY(running.loader.path().isEmpty());
        const RecordId before = running.rows();
        QSignalSpy progressed(&running.loader, &LoadController::progressed);
        running.source.say(1);
        QElapsedTimer since;
        since.start();
        QTRY_VERIFY(running.rows() == before + 1 && !progressed.isEmpty());
        QVERIFY2(since.elapsed() < 200, qPrintable(QString::number(since.elapsed())));
    }

    void theLastRowsOfABurstAreShown() {
        Running running;
        QVERIFY(running.start());
        RecordId shown = 0;
        connect(&running.loader, &LoadController::progressed, this,
                [&] { shown = running.rows(); });
        // Each comes too soon behind the other to be told at once.
        for (int i = 0; i < 40; ++i) {
            running.source.say(1);
            QCoreApplication::processEvents();
        }
        QTRY_COMPARE(running.rows(), RecordId{46});
        QTRY_COMPARE_WITH_TIMEOUT(shown, RecordId{46}, 200);
    }

    void stoppingAsksTheCaptureAndWaitsForIt() {
        Running running;
        QVERIFY(running.start());
        QSignalSpy ended(&running.live, &LiveController::ended);
        running.live.stop();
        QCOMPARE(running.live.state(), LiveState::Stopping);
        QVERIFY(running.source.driver->stopped);
        QVERIFY(running.end());
        QCOMPARE(ended.count(), 1);
        QVERIFY(running.live.hasUnsaved());
        QVERIFY(running.loader.session()->complete());
    }

    void savingMovesTheSpool() {
        Running running;
        QVERIFY(running.start());
        QVERIFY(running.end());
        QSignalSpy saved(&running.live, &LiveController::saved);
        running.live.save(running.target(), false);
        QVERIFY(running.live.isSaving());
        QVERIFY(saved.wait());
        QVERIFY(!running.live.isShown());
        QVERIFY(!running.live.hasUnsaved());
        QCOMPARE(running.loader.path(), running.target());
        QCOMPARE(contents(running.target()), bytesOf(running.source.pcap()));
        QTRY_VERIFY(!spoolIsThere(running.source));
        // What is shown can still be taken apart.
        QVERIFY(running.loader.session()->dissect(running.rows() - 1).fields.size() > 10);
    }

    void savingARunningCaptureCopiesItAndItGoesOn() {
        Running running;
        QVERIFY(running.start());
        const QByteArray before = bytesOf(running.source.pcap());
        QSignalSpy copied(&running.live, &LiveController::copied);
        running.live.save(running.target(), false);
        QVERIFY(copied.wait());
        QCOMPARE(contents(running.target()), before);
        QCOMPARE(running.live.state(), LiveState::Running);
        QVERIFY(running.live.hasUnsaved());
        const RecordId rows = running.rows();
        running.source.say(2);
        QTRY_COMPARE(running.rows(), rows + 2);
        QCOMPARE(contents(running.target()), before);
    }

    void aCopyOfEveryPacketIsTheCapture() {
        Running running;
        QVERIFY(running.start());
        QSignalSpy copied(&running.live, &LiveController::copied);
        running.live.save(running.target(), false);
        QVERIFY(copied.wait());
        QVERIFY(running.live.wholeCopy().isEmpty());
        // Figures at the end of a file are no packets.
        running.source.addBytes("12345678");
        QVERIFY(running.end());
        QCOMPARE(running.live.wholeCopy(), running.target());
        QVERIFY(!running.live.hasUnsaved());
        QCOMPARE(running.loader.path(), running.target());
        QCOMPARE(liveStateText(running.live), QStringLiteral("Stopped, saved in saved.pcap"));
        QVERIFY(spoolIsThere(running.source));
        running.live.close();
        QTRY_VERIFY(!spoolIsThere(running.source));
        QCOMPARE(contents(running.target()), bytesOf(running.source.pcap()));
    }

    void aCopyOfTheFirstPacketsIsNot() {
        Running running;
        QVERIFY(running.start());
        QSignalSpy copied(&running.live, &LiveController::copied);
        running.live.save(running.target(), false);
        QVERIFY(copied.wait());
        running.source.say(1);
        QVERIFY(running.end());
        QVERIFY(running.live.wholeCopy().isEmpty());
        QVERIFY(running.live.hasUnsaved());
        QVERIFY(running.loader.path().isEmpty());
        running.live.close();
        QVERIFY(spoolIsThere(running.source));
    }

    void aCopyThatIsGoneIsNone() {
        Running running;
        QVERIFY(running.start());
        QSignalSpy copied(&running.live, &LiveController::copied);
        running.live.save(running.target(), false);
        QVERIFY(copied.wait());
        QVERIFY(QFile::remove(running.target()));
        QVERIFY(running.end());
        QVERIFY(running.live.hasUnsaved());
    }

    void bytesCountWherePacketsAreNotCounted_data() {
        QTest::addColumn<bool>("more");
        QTest::newRow("nothing came") << false;
        QTest::newRow("something came") << true;
    }
    void bytesCountWherePacketsAreNotCounted() {
        QFETCH(bool, more);
        Running running;
        running.source.countsPackets = false;
        QVERIFY(running.start());
        QSignalSpy copied(&running.live, &LiveController::copied);
        running.live.save(running.target(), false);
        QVERIFY(copied.wait());
        if (more) running.source.say(1);
        QVERIFY(running.end());
        QCOMPARE(running.live.hasUnsaved(), more);
    }

    void aRestartLeavesTheFileOfBeforeAlone() {
        DrivenSource source;
        LiveServices services = source.services();
        std::vector<std::filesystem::path> files;
        services.capture = [&, capture = services.capture](const LiveSource& what,
                                                           live::Wake wake) {
            files.push_back(std::get<live::InterfaceCapture>(what).destination.file);
            return capture(what, std::move(wake));
        };
        LoadController loader;
        LiveController live(loader, services);
        live::InterfaceCapture what;
        what.destination.file = source.base() / "run.pcapng";
        live.start(what);
        for (const char* const name : {"run.pcapng", "run-2.pcapng"}) {
            std::ofstream(source.base() / name) << "captured";
            live.restart();
        }
        const std::vector<std::filesystem::path> expected{source.base() / "run.pcapng",
                                                          source.base() / "run-2.pcapng",
                                                          source.base() / "run-3.pcapng"};
        QVERIFY(files == expected);
    }

    void itEndsWhileItIsCopied() {
        DrivenSource source;
        LiveServices services = source.services();
        std::atomic<bool> go = false;
        services.save = [&](const auto& files, std::uint64_t readable, const auto& target,
                            const auto& progress, live::SaveBy how) -> Result<bool> {
            while (!go) std::this_thread::yield();
            return live::saveCapture(files, readable, target, progress, how);
        };
        LoadController loader;
        LiveController live(loader, services);
        live.start(live::InterfaceCapture{});
        QVERIFY(source.open());
        QTRY_VERIFY(live.hasUnsaved());
        const QString target = source.folder.filePath(QStringLiteral("a.pcap"));
        QSignalSpy copied(&live, &LiveController::copied);
        live.save(target, false);
        source.end();
        QTRY_VERIFY(live.state() == LiveState::Ended && !loader.isReading());
        QVERIFY(live.hasUnsaved());
        go = true;
        QVERIFY(copied.wait());
        QCOMPARE(live.wholeCopy(), target);
        QVERIFY(!live.hasUnsaved());
    }

    void whatIsSavedCanBeDuplicated_data() {
        QTest::addColumn<QString>("file");
        QTest::newRow("plain") << QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/ws-echo.pcap");
        QTest::newRow("compressed") << QString();
    }
    void whatIsSavedCanBeDuplicated() {
        QFETCH(QString, file);
        Running running;
        if (file.isEmpty()) {
            // An empty capture, as gzip -n makes it.
            file = running.target("small.pcap.gz");
            QFile made(file);
            QVERIFY(made.open(QIODevice::WriteOnly));
            made.write(QByteArray::fromHex(
                "1f8b08000000000002ffbb7278d3422606160618f8ff9f818111480300e1d7a11118000000"));
        }
        running.loader.open(file);
        QVERIFY(running.loader.session() != nullptr);
        QTRY_VERIFY(!running.loader.isReading());
        QVERIFY(running.live.canDuplicate());
        QSignalSpy duplicated(&running.live, &LiveController::duplicated);
        running.live.duplicate(running.target());
        QVERIFY(running.live.isSaving());
        QVERIFY(!running.live.canDuplicate());
        QVERIFY(duplicated.wait());
        QVERIFY(!contents(file).isEmpty());
        QCOMPARE(contents(running.target()), contents(file));
        QCOMPARE(running.loader.path(), file);
        QVERIFY(!running.live.isSaving());
        // Onto itself is none.
        QSignalSpy failed(&running.live, &LiveController::saveFailed);
        running.live.duplicate(file);
        QCOMPARE(failed.count(), 1);
        QVERIFY(!failed.first().first().toString().isEmpty());
    }

    void duplicatingGoesOnWhenSomethingElseIsOpened() {
        DrivenSource source;
        LiveServices services = source.services();
        std::atomic<bool> go = false;
        services.save = [&](const auto& files, std::uint64_t readable, const auto& target,
                            const auto& progress, live::SaveBy how) -> Result<bool> {
            while (!go && progress(1)) std::this_thread::yield();
            return live::saveCapture(files, readable, target, progress, how);
        };
        const QString file = QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/ws-echo.pcap");
        LoadController loader;
        LiveController live(loader, services);
        loader.open(file);
        const QString target = source.folder.filePath(QStringLiteral("a.pcap"));
        QSignalSpy duplicated(&live, &LiveController::duplicated);
        live.duplicate(target);
        loader.close();
        QVERIFY(live.isSaving());
        go = true;
        QVERIFY(duplicated.wait());
        QCOMPARE(contents(target), contents(file));
        // And it can be cancelled.
        go = false;
        loader.open(file);
        QSignalSpy failed(&live, &LiveController::saveFailed);
        const QString other = source.folder.filePath(QStringLiteral("b.pcap"));
        live.duplicate(other);
        live.cancelSave();
        QVERIFY(failed.wait());
        QVERIFY(failed.first().first().toString().isEmpty());
        QVERIFY(!QFile::exists(other));
    }

    void whatIsNotSavedIsNotDuplicated() {
        Running running;
        QVERIFY(!running.live.canDuplicate());
        QVERIFY(running.start());
        QVERIFY(!running.live.canDuplicate());
        QVERIFY(running.end());
        QVERIFY(!running.live.canDuplicate());
    }

    void savingCanStopItFirst() {
        Running running;
        QVERIFY(running.start());
        QSignalSpy saved(&running.live, &LiveController::saved);
        running.live.save(running.target(), true);
        QVERIFY(running.source.driver->stopped);
        running.source.say(4);
        running.source.end();
        QVERIFY(saved.wait());
        QCOMPARE(contents(running.target()), bytesOf(running.source.pcap()));
    }

    void aSavingThatFailsLeavesTheCapture() {
        Running running;
        QVERIFY(running.start());
        QVERIFY(running.end());
        QSignalSpy failed(&running.live, &LiveController::saveFailed);
        running.live.save(QStringLiteral("/nowhere/at/all.pcap"), false);
        QVERIFY(failed.wait());
        QVERIFY(!failed.first().first().toString().isEmpty());
        QVERIFY(running.live.hasUnsaved());
        QVERIFY(!running.live.isSaving());
        QVERIFY(spoolIsThere(running.source));
    }

    void aSavingCanBeCancelled() {
        DrivenSource source;
        LiveServices services = source.services();
        std::atomic<bool> entered = false;
        services.save = [&](const auto&, std::uint64_t, const auto&, const auto& progress,
                            live::SaveBy) -> Result<bool> {
            entered = true;
            while (progress(1)) std::this_thread::yield();
            return Error{"The saving was cancelled."};
        };
        LoadController loader;
        LiveController live(loader, services);
        live.start(live::InterfaceCapture{});
        QVERIFY(source.open());
        QTRY_VERIFY(live.hasUnsaved());
        QSignalSpy failed(&live, &LiveController::saveFailed);
        live.save(source.folder.filePath(QStringLiteral("a.pcap")), false);
        QTRY_VERIFY(entered.load());
        live.cancelSave();
        QVERIFY(failed.wait());
        QVERIFY(failed.first().first().toString().isEmpty());
        QVERIFY(live.hasUnsaved());
    }

    void whatNobodyDecidedAboutStaysInItsSpool() {
        DrivenSource source;
        {
            LoadController loader;
            LiveController live(loader, source.services());
            live.start(live::InterfaceCapture{});
            QVERIFY(source.open());
            QTRY_VERIFY(live.hasUnsaved());
            // Something else takes its place, or the window ends.
            loader.open(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/ws-echo.pcap"));
            QVERIFY(!live.isShown());
            QVERIFY(!live.hasUnsaved());
        }
        QCOMPARE(source.driver->alive, 0);
        QVERIFY(source.driver->stopped);
        QVERIFY(spoolIsThere(source));
    }

    void discardingDeletesIt() {
        Running running;
        QVERIFY(running.start());
        running.live.discardWhenReplaced();
        running.live.close();
        QVERIFY(running.loader.session() == nullptr);
        QTRY_VERIFY(!spoolIsThere(running.source));
    }

    void discardedIsOnlyWhatIsReplaced() {
        Running running;
        QVERIFY(running.start());
        running.live.discardWhenReplaced();
        running.loader.open(QStringLiteral("/nowhere/at all.pcap"));
        QVERIFY(running.live.isShown());
        running.live.close();
        QVERIFY(spoolIsThere(running.source));
    }

    void anEmptyCaptureIsNotWorthAQuestion() {
        DrivenSource source;
        LoadController loader;
        LiveController live(loader, source.services());
        live.start(live::InterfaceCapture{});
        QVERIFY(source.open());
        QTRY_COMPARE(live.state(), LiveState::Running);
        // As it would be without the packets of the conversation.
        source.driver->tell([](live::Status& status) { status.figures.packets = 0; });
        live.start(live::InterfaceCapture{});
        QVERIFY(!live.hasUnsaved());
    }

    void aFailureBeforeAnythingCameSaysSo() {
        DrivenSource source;
        LoadController loader;
        LiveController live(loader, source.services());
        std::optional<live::Ending> ending;
        connect(&live, &LiveController::ended, this,
                [&](const live::Ending& how) { ending = how; });
        live.start(live::InterfaceCapture{});
        QCOMPARE(live.state(), LiveState::Starting);
        source.end(live::Ending::Cause::Failed, "There is no right to capture.", "sudo setcap x");
        QTRY_VERIFY(ending.has_value());
        QCOMPARE(ending->remedy, std::string("sudo setcap x"));
        QVERIFY(!live.isShown());
        QVERIFY(live.canRestart());
    }

    void aFailureLeavesWhatCame() {
        Running running;
        QVERIFY(running.start());
        running.source.end(live::Ending::Cause::Failed, "The interface is gone.");
        QTRY_COMPARE(running.live.state(), LiveState::Ended);
        QVERIFY(running.live.hasUnsaved());
        QVERIFY(running.rows() >= 5);
    }

    void aLeftCaptureIsOpenedAndSaved() {
        DrivenSource source;
        live::Spool* left = nullptr;
        QVERIFY(source.open());
        source.say(3);
        left = source.driver->spool.get();
        QVERIFY(left != nullptr);
        source.driver->spool.reset();  // the owner is gone
        // The last packet was cut in two.
        const QByteArray whole = contents(QString::fromStdString(source.path.string()));
        std::filesystem::resize_file(source.path, static_cast<std::uintmax_t>(whole.size()) - 5);

        const LiveServices services = source.services();
        const auto found = services.findLeft();
        QCOMPARE(found.size(), std::size_t{1});
        LoadController loader;
        LiveController live(loader, services);
        QSignalSpy finished(&loader, &LoadController::finished);
        live.openLeft(found.front().folder);
        QVERIFY(finished.wait());
        QVERIFY(live.wasLeftBehind());
        QVERIFY(live.hasUnsaved());
        QVERIFY(!live.canRestart());
        QCOMPARE(live.sourceName(), QStringLiteral("lo"));
        const RecordId rows = loader.session()->rowCount();
        // Opened, asked, answered, two messages, and how it ended.
        QCOMPARE(rows, RecordId{6});
        // Nobody else may have it meanwhile.
        QVERIFY(services.findLeft().empty());
        QSignalSpy saved(&live, &LiveController::saved);
        const QString target = source.folder.filePath(QStringLiteral("a.pcap"));
        live.save(target, false);
        QVERIFY(saved.wait());
        QVERIFY(contents(target).size() < whole.size() - 5);
        LoadController again;
        QSignalSpy read(&again, &LoadController::finished);
        again.open(target);
        QVERIFY(read.wait());
        QCOMPARE(again.session()->rowCount(), rows);
        QVERIFY(again.session()->notices().empty());
    }

    void aLeftCaptureIsDiscarded() {
        DrivenSource source;
        QVERIFY(source.open());
        source.driver->spool.reset();
        LoadController loader;
        LiveController live(loader, source.services());
        QSignalSpy changed(&live, &LiveController::leftChanged);
        live.discardLeft(source.path.parent_path());
        QVERIFY(changed.wait());
        QVERIFY(!spoolIsThere(source));
    }

    void figuresSayWhatIsKnown() {
        Running running;
        QVERIFY(running.start());
        const auto figure = [&](const char* name) {
            for (const LiveFigure& shown : liveFigures(running.live, running.loader.session())) {
                if (shown.name == QLatin1String(name)) return shown;
            }
            return LiveFigure{};
        };
        QCOMPARE(figure("Dropped by kernel").look, LiveFigure::Look::Plain);
        running.source.driver->tell([](live::Status& status) {
            status.figures.kernelDrops = 17;
            status.figures.interfaceDrops.reset();
        });
        QTRY_COMPARE(figure("Dropped by kernel").look, LiveFigure::Look::Warning);
        QCOMPARE(figure("Dropped by kernel").value, QStringLiteral("17"));
        QCOMPARE(figure("by interface").value, QStringLiteral("not known"));
        QCOMPARE(figure("by us").value, QStringLiteral("0"));
        QCOMPARE(figure("Rows").value, QString::number(running.rows()));
        QVERIFY(figure("Index").value != QStringLiteral("0\u202fB"));
    }

    void aFifoIsReadAsItIsWritten() {
        QTemporaryDir folder;
        const std::string fifo = folder.filePath(QStringLiteral("fifo")).toStdString();
        QCOMPARE(::mkfifo(fifo.c_str(), 0600), 0);
        LiveServices services = systemLiveServices();
        LoadController loader;
        LiveController live(loader, services);
        live::StreamCapture stream;
        stream.path = fifo;
        stream.destination.spoolBase = folder.path().toStdString();
        live.start(stream);
        QCOMPARE(live.state(), LiveState::Starting);
        QVERIFY(loader.session() == nullptr);

        test::CaptureBuilder builder;
        test::TcpConversation chat(builder);
        chat.handshake();
        chat.upgrade("/chat");
        const int out = ::open(fifo.c_str(), O_WRONLY | O_CLOEXEC);
        QVERIFY(out >= 0);
        std::size_t written = 0;
        const auto write = [&] {
            const std::size_t rest = builder.pcap().size() - written;
            const bool all =
                ::write(out, builder.pcap().data() + written, rest) == static_cast<ssize_t>(rest);
            written += rest;
            return all;
        };
        QVERIFY(write());
        QTRY_VERIFY(loader.session() != nullptr && loader.session()->rowCount() == 3);
        QCOMPARE(live.state(), LiveState::Running);
        QTRY_VERIFY(live.hasUnsaved());
        chat.close();
        QVERIFY(write());
        QTRY_COMPARE(loader.session()->statistics().packets, std::uint64_t{8});
        QSignalSpy ended(&live, &LiveController::ended);
        ::close(out);
        QVERIFY(ended.count() > 0 || ended.wait());
        QTRY_VERIFY(!loader.isReading());
        QVERIFY(loader.session()->complete());
        live.discardWhenReplaced();
        live.close();
    }
};

QTEST_MAIN(TestLiveController)
#include "test_live_controller.moc"
