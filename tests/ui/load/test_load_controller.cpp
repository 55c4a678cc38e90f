// Opening, replacing, cancelling and closing captures.
#include <algorithm>
#include <cstdlib>
#include <zlib.h>

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "capture/file/capture_file.h"
#include "capture/file/growing_bytes.h"
#include "capture/session/session.h"
#include "tests/support/capture_builder.h"
#include "tests/support/packet_list.h"
#include "ui/load/load_controller.h"

using namespace framescope;

namespace {

QString sample(const char* name) {
    return QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/") + QString::fromLatin1(name);
}

/// The two directions of a WebSocket one behind the other, so large, and compressed, that nobody
/// sees it before half of it was read. 2000 frames of each side.
void writeAppendedDirections(const QString& path) {
    test::CaptureBuilder capture;
    test::TcpConversation talk(capture);
    talk.handshake();
    talk.upgrade("/chat");
    const std::string padding(3000, '.');
    for (int i = 0; i < 2000; ++i) {
        talk.send(Direction::ClientToServer,
                  test::webSocketText(padding, i % 2 == 0 ? test::kMask : test::kOtherMask));
        talk.send(Direction::ServerToClient, test::webSocketText(padding));
    }
    const std::string plain = path.toStdString() + ".plain";
    if (!capture.write(plain)) std::abort();
    test::PacketList packets = test::readPackets(plain);
    // The last byte of the source address.
    std::ranges::stable_partition(packets, [](const auto& each) { return each.data[29] == 1; });
    const Bytes bytes = test::asPcapng(packets);
    const gzFile file = gzopen(path.toLocal8Bit().constData(), "wb1");
    const auto size = static_cast<unsigned>(bytes.size());
    if (file == nullptr || gzwrite(file, bytes.data(), size) != static_cast<int>(size)) {
        std::abort();
    }
    gzclose(file);
}

std::uint64_t framesOf(const LoadController& loader) {
    return loader.session()->statistics().rows[static_cast<std::size_t>(Protocol::WebSocket)];
}

}  // namespace

class TestLoadController : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aCaptureIsReadToItsEnd() {
        LoadController loader;
        QSignalSpy replaced(&loader, &LoadController::replaced);
        QSignalSpy finished(&loader, &LoadController::finished);
        loader.open(sample("ws-echo.pcap"));
        QCOMPARE(replaced.count(), 1);
        QVERIFY(loader.isReading());
        QVERIFY(finished.wait());
        QVERIFY(!loader.isReading());
        QVERIFY(loader.session()->complete());
        QVERIFY(loader.session()->rowCount() > 10);
    }

    void aFailureLeavesWhatIsOpen() {
        LoadController loader;
        QSignalSpy finished(&loader, &LoadController::finished);
        loader.open(sample("ws-echo.pcap"));
        QVERIFY(finished.wait());
        const Session* const open = loader.session();
        QSignalSpy failed(&loader, &LoadController::failed);
        loader.open(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/CMakeLists.txt"));
        loader.open(QStringLiteral("/nowhere/at all.pcap"));
        loader.open(QStringLiteral(FRAMESCOPE_SOURCE_DIR));
        QCOMPARE(failed.count(), 3);
        for (const auto& arguments : failed) QVERIFY(!arguments.at(1).toString().isEmpty());
        QCOMPARE(loader.session(), open);
        QCOMPARE(loader.path(), sample("ws-echo.pcap"));
    }

    void onlyTheLastOfManyLoadsCounts() {
        LoadController loader;
        QSignalSpy finished(&loader, &LoadController::finished);
        for (int i = 0; i < 20; ++i) loader.open(sample("socketio4-websocket.pcapng"));
        loader.open(sample("ws-echo.pcap"));
        QVERIFY(finished.wait());
        const RecordId rows = loader.session()->rowCount();
        LoadController alone;
        QSignalSpy aloneFinished(&alone, &LoadController::finished);
        alone.open(sample("ws-echo.pcap"));
        QVERIFY(aloneFinished.wait());
        QCOMPARE(rows, alone.session()->rowCount());
        QCOMPARE(finished.count(), 1);
    }

    void closingLetsGo() {
        LoadController loader;
        loader.open(sample("ws-echo.pcap"));
        QSignalSpy replaced(&loader, &LoadController::replaced);
        loader.close();
        QCOMPARE(replaced.count(), 1);
        QVERIFY(loader.session() == nullptr);
        QVERIFY(!loader.isReading());
        loader.close();
        loader.reload();
        loader.cancel();
        QCOMPARE(replaced.count(), 1);
    }

    void reloadingReadsTheFileAsItIsNow() {
        QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("a.pcap"));
        QVERIFY(QFile::copy(sample("ws-echo.pcap"), path));
        LoadController loader;
        QSignalSpy finished(&loader, &LoadController::finished);
        loader.open(path);
        QVERIFY(finished.wait());
        const RecordId before = loader.session()->rowCount();
        QFile file(path);
        QVERIFY(file.resize(file.size() / 2));
        loader.reload();
        QVERIFY(finished.wait());
        QVERIFY(loader.session()->rowCount() < before);
        QVERIFY(!loader.session()->notices().empty());
    }

    void theIndexTellsItsSize() {
        LoadController loader;
        QSignalSpy finished(&loader, &LoadController::finished);
        loader.open(sample("ws-echo.pcap"));
        QVERIFY(finished.wait());
        const Session& session = *loader.session();
        QVERIFY(session.memoryBytes() >= session.rowCount() * sizeof(std::uint64_t));
        QVERIFY(session.memoryBytes() < 64 << 20);
    }

    void whatIsFollowedHasANameAndCanBeReadAgain() {
        auto bytes = std::make_shared<GrowingBytes>();
        const std::filesystem::path path = sample("ws-echo.pcap").toStdString();
        QVERIFY(!bytes->beginPart(path));
        bytes->grewTo(std::filesystem::file_size(path));
        const auto file = CaptureFile::ofGrowing(bytes, path);
        QVERIFY(file);
        LoadController loader;
        QSignalSpy finished(&loader, &LoadController::finished);
        loader.follow(*file, QStringLiteral("lo"));
        QCOMPARE(loader.name(), QStringLiteral("lo"));
        QVERIFY(loader.path().isEmpty());
        QTRY_VERIFY(loader.session()->rowCount() > 10);
        QCOMPARE(finished.count(), 0);
        bytes->end();
        QVERIFY(finished.wait());
        const RecordId rows = loader.session()->rowCount();
        loader.reload();
        QVERIFY(finished.wait());
        QCOMPARE(loader.session()->rowCount(), rows);
        loader.setPath(sample("ws-echo.pcap"));
        QCOMPARE(loader.name(), QStringLiteral("ws-echo.pcap"));
        loader.reload();
        QVERIFY(finished.wait());
        QCOMPARE(loader.session()->rowCount(), rows);
    }

    void readingBeginsAgainInTheOrderOfTime() {
        const QTemporaryDir folder;
        const QString path = folder.filePath(QStringLiteral("appended.pcapng.gz"));
        writeAppendedDirections(path);
        LoadController loader;
        loader.setChecksumVerification(true);
        QSignalSpy finished(&loader, &LoadController::finished);
        QSignalSpy beginsAgain(&loader, &LoadController::beginsAgain);
        QSignalSpy replaced(&loader, &LoadController::replaced);
        RecordId rowsBefore = 0;
        connect(&loader, &LoadController::beginsAgain, this,
                [&] { rowsBefore = loader.session()->rowCount(); });
        RecordId rowsBehind = 1;
        connect(&loader, &LoadController::replaced, this,
                [&] { rowsBehind = loader.session() ? loader.session()->rowCount() : 0; });
        loader.open(path);
        QVERIFY(finished.wait(60'000));
        QCOMPARE(beginsAgain.count(), 1);
        QCOMPARE(replaced.count(), 2);
        QVERIFY(rowsBefore > 0);
        QCOMPARE(rowsBehind, RecordId{0});
        QCOMPARE(framesOf(loader), std::uint64_t{4000});
        QVERIFY(loader.session()->complete() && loader.session()->checksumVerification());
        QCOMPARE(loader.session()->notices().size(), std::size_t{1});
        QCOMPARE(loader.path(), path);
        QVERIFY(loader.order() == PacketOrder::Auto && loader.reading().order == PacketOrder::Time);
        // As somebody chooses, until another capture is opened.
        loader.setOrder(PacketOrder::File);
        QVERIFY(finished.wait(60'000));
        QVERIFY(framesOf(loader) < 4000);
        loader.setOrder(PacketOrder::Time);
        QVERIFY(finished.wait(60'000));
        QCOMPARE(framesOf(loader), std::uint64_t{4000});
        QCOMPARE(beginsAgain.count(), 1);
        loader.open(sample("ws-echo.pcap"));
        QCOMPARE(loader.order(), PacketOrder::Auto);
    }

    void whatWasReadStaysWhenReadingIsCancelled() {
        LoadController loader;
        QSignalSpy finished(&loader, &LoadController::finished);
        loader.open(sample("ws-echo.pcap"));
        loader.cancel();
        QVERIFY(finished.count() > 0 || finished.wait());
        QVERIFY(loader.session() != nullptr);
        QVERIFY(loader.wasCancelled());
        QVERIFY(!loader.isReading());
    }
};

QTEST_MAIN(TestLoadController)
#include "test_load_controller.moc"
