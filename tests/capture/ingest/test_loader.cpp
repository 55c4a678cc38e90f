// Loading on a worker thread gives what reading on the own thread gives, waits for whoever takes
// the batches, and can be given up at any moment. A file that changes under it is told.
#include <atomic>
#include <thread>
#include <unistd.h>

#include <QSemaphore>
#include <QTemporaryDir>
#include <QtTest>

#include "capture/file/capture_file.h"
#include "capture/ingest/batches_ahead.h"
#include "capture/ingest/loader.h"
#include "capture/session/session.h"
#include "tests/support/loaded_session.h"

using namespace framescope;
using namespace framescope::test;

namespace {

/// Many small frames, so that the batches are far more than the queue holds.
CaptureBuilder longCapture(int packets) {
    CaptureBuilder capture;
    TcpConversation chat(capture);
    chat.handshake();
    chat.upgrade("/chat");
    Bytes frames;
    for (int i = 0; i < 100; ++i) {
        const Bytes frame = webSocketText("tick");
        frames.insert(frames.end(), frame.begin(), frame.end());
    }
    for (int i = 0; i < packets; ++i) chat.send(Direction::ServerToClient, frames);
    return capture;
}

/// Takes batches until the last one, woken by `wakes`; false if none comes for long.
template <typename Take>
bool takeAll(Loader& loader, QSemaphore& wakes, Take take) {
    for (;;) {
        if (!wakes.tryAcquire(1, 30'000)) return false;
        while (auto batch = loader.take()) {
            const bool last = batch->last;
            take(std::move(*batch));
            if (last) return true;
        }
    }
}

}  // namespace

class TestLoader : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::string m_path;

    std::shared_ptr<CaptureFile> open() const {
        auto file = CaptureFile::open(m_path);
        return file ? *file : nullptr;
    }

private Q_SLOTS:
    void initTestCase() {
        m_path = m_folder.filePath(QStringLiteral("long.pcap")).toStdString();
        QVERIFY(longCapture(14'000).write(m_path));
    }

    void givesWhatReadingGives() {
        const auto expected = loadSession(m_path);
        QVERIFY(expected && expected->rowCount() > 1'400'000);
        Session session(open());
        QSemaphore wakes;
        Loader loader(open(), [&] { wakes.release(); });
        QVERIFY(takeAll(loader, wakes, [&](Batch&& batch) { session.append(std::move(batch)); }));
        QVERIFY(session.complete() && !session.damaged());
        QCOMPARE(session.rowCount(), expected->rowCount());
        bool same = true;
        for (RecordId row = 0; row < session.rowCount(); ++row) {
            const Record& a = session.record(row);
            const Record& b = expected->record(row);
            same = same && a.packet == b.packet && a.timeNs == b.timeNs && a.length == b.length &&
                   a.streamOffset == b.streamOffset && a.kind == b.kind && a.name == b.name;
        }
        QVERIFY(same);
        QCOMPARE(session.statistics().bytesRead, expected->statistics().bytesRead);
        // Nothing comes behind the last batch, not even when it is cancelled then.
        loader.cancel();
        QVERIFY(!loader.take());
    }

    void aheadGivesWhatReadingGives() {
        const auto expected = loadSession(m_path);
        Session session(open());
        BatchesAhead ahead(open());
        bool wasLast = false;
        while (auto batch = ahead.next()) {
            QVERIFY(!wasLast);
            wasLast = batch->last;
            session.append(*std::move(batch));
        }
        QVERIFY(wasLast && session.complete() && !session.damaged());
        QCOMPARE(session.rowCount(), expected->rowCount());
        QVERIFY(!ahead.next());
    }

    /// Also while the reading waits for room.
    void aheadMayBeLeftAnywhere() {
        for (const int taken : {0, 1, 3, 20}) {
            BatchesAhead ahead(open());
            for (int i = 0; i < taken; ++i) {
                const auto batch = ahead.next();
                QVERIFY(batch && !batch->last);
            }
            if (taken != 3) continue;
            // Longer than all that may be read ahead takes.
            QVERIFY(loadSession(m_path));
        }
    }

    void wakesOnceUntilTheQueueWasEmptied() {
        std::atomic<int> wakes = 0;
        QSemaphore woken;
        Loader loader(open(), [&] {
            ++wakes;
            woken.release();
        });
        QVERIFY(woken.tryAcquire(1, 30'000));
        // Long enough for many batches, of which nobody takes any, or only some.
        QVERIFY(loadSession(m_path));
        QCOMPARE(wakes.load(), 1);
        QVERIFY(loader.take());
        QVERIFY(loadSession(m_path));
        QCOMPARE(wakes.load(), 1);
        while (loader.take()) {
        }
        QVERIFY(woken.tryAcquire(1, 30'000));
    }

    void theQueueIsBounded() {
        QSemaphore wakes;
        Loader loader(open(), [&] { wakes.release(); });
        QVERIFY(wakes.tryAcquire(1, 30'000));
        // Nobody takes anything while the worker has the time to read it all: it can only fill the
        // queue.
        QVERIFY(loadSession(m_path));
        std::uint64_t bytesRead = 0;
        std::uint64_t bytesTotal = 1;
        int waiting = 0;
        loader.cancel();
        while (auto batch = loader.take()) {
            if (batch->last) break;
            bytesRead = batch->statistics.bytesRead;
            bytesTotal = batch->statistics.bytesTotal;
            ++waiting;
        }
        QVERIFY(waiting <= 66);
        QVERIFY(bytesRead < bytesTotal);
    }

    void cancelledWhileTheQueueIsFull() {
        QSemaphore wakes;
        Loader loader(open(), [&] { wakes.release(); });
        QVERIFY(wakes.tryAcquire(1, 30'000));
        loader.cancel();
        Session session(open());
        bool cancelled = false;
        wakes.release();
        QVERIFY(takeAll(loader, wakes, [&](Batch&& batch) {
            cancelled = batch.cancelled;
            session.append(std::move(batch));
        }));
        QVERIFY(cancelled && session.complete());
        if (session.rowCount() > 0) {
            QVERIFY(session.dissect(session.rowCount() - 1).fields.size() > 0);
        }
    }

    void destroyedAtAnyMoment() {
        for (int i = 0; i < 20; ++i) {
            QSemaphore wakes;
            Loader loader(open(), [&] { wakes.release(); });
            if (i % 2 == 0) QVERIFY(wakes.tryAcquire(1, 30'000));
            for (int taken = 0; taken < i; ++taken) loader.take();
        }
    }

    void fileThatShrinksWhileItIsRead() {
        const std::string path = m_folder.filePath(QStringLiteral("shrinks.pcap")).toStdString();
        QVERIFY(longCapture(7000).write(path));
        auto opened = CaptureFile::open(path);
        QVERIFY(opened);
        Session session(*opened);
        QSemaphore wakes;
        Loader loader(*opened, [&] { wakes.release(); });
        QVERIFY(wakes.tryAcquire(1, 30'000));
        QCOMPARE(::truncate(path.c_str(), 100'000), 0);
        wakes.release();
        QVERIFY(takeAll(loader, wakes, [&](Batch&& batch) { session.append(std::move(batch)); }));
        QVERIFY(session.complete());
        QVERIFY(session.damaged());
        QVERIFY(!session.notices().empty());
    }

    /// Every row still comes apart, and says what is the matter.
    void fileThatShrinksAfterwards_data() {
        QTest::addColumn<int>("size");
        QTest::newRow("nothing left") << 0;
        QTest::newRow("the beginning") << 700;
    }
    void fileThatShrinksAfterwards() {
        QFETCH(int, size);
        const std::string path = m_folder.filePath(QStringLiteral("small.pcap")).toStdString();
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/socket.io/?EIO=4&transport=websocket");
        chat.send(Direction::ServerToClient, webSocketText("42[\"hello\",{\"a\":1}]"));
        chat.send(Direction::ClientToServer,
                  webSocketFrame(asBytes("42[\"in\","), {.fin = false, .mask = kMask}));
        chat.send(Direction::ClientToServer,
                  webSocketFrame(asBytes("\"two\"]"), {.opcode = 0, .mask = kMask}));
        chat.send(Direction::ServerToClient, webSocketFrame(asBytes("\xff\xfe"), {}));
        chat.lose(Direction::ServerToClient, 500);
        chat.send(Direction::ServerToClient, webSocketText("x"));
        chat.send(Direction::ClientToServer, webSocketClose(1000, "bye", kMask));
        chat.close();
        QVERIFY(capture.write(path));
        const auto session = loadSession(path);
        QVERIFY(session && session->rowCount() > 8);
        QCOMPARE(::truncate(path.c_str(), size), 0);
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            session->text(row);
            const Dissection dissection = session->dissect(row);
            const FieldIndex frame = dissection.fields.find(FieldId::Frame);
            QVERIFY(frame != kNoField);
            const std::string& line = dissection.fields[frame].text;
            QVERIFY2(line.find("has been changed") != std::string::npos ||
                         line.find("no longer") != std::string::npos ||
                         line.find("shrunk") != std::string::npos,
                     line.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestLoader)
#include "test_loader.moc"
