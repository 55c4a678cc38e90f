// Captures that come through a pipe: what is recorded is what was written into it, and whatever
// else comes out of a pipe is named for what it is.
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sys/stat.h>
#include <thread>

#include <QTemporaryDir>
#include <QtTest>

#include "capture/file/capture_file.h"
#include "capture/file/growing_bytes.h"
#include "capture/ingest/loader.h"
#include "capture/live/live_capture.h"
#include "capture/live/spool.h"
#include "capture/session/session.h"
#include "tests/capture/live/live_probe.h"
#include "tests/support/loaded_session.h"

using namespace framescope;
using namespace framescope::test;
using live::Ending;
using live::Phase;
using live::Status;

namespace {

CaptureBuilder chatCapture() {
    CaptureBuilder capture;
    TcpConversation chat(capture);
    chat.handshake();
    chat.upgrade("/socket.io/?EIO=4&transport=websocket");
    for (int i = 0; i < 50; ++i) {
        chat.send(Direction::ServerToClient,
                  webSocketText("42[\"tick\"," + std::to_string(i) + "]"));
    }
    return capture;
}

bool writeAll(int fd, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n <= 0) return false;
        bytes = bytes.subspan(static_cast<std::size_t>(n));
    }
    return true;
}

std::string contents(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

/// Standard input of this process is another file for a while.
class StandardInput {
public:
    explicit StandardInput(int fd) : m_kept(::dup(STDIN_FILENO)) { ::dup2(fd, STDIN_FILENO); }
    ~StandardInput() {
        ::dup2(m_kept, STDIN_FILENO);
        ::close(m_kept);
    }

private:
    int m_kept;
};

}  // namespace

class TestStreamCapture : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    int m_fifos = 0;

    std::filesystem::path folder() const { return m_folder.path().toStdString(); }
    live::Destination spool() const { return {{}, folder() / "spools", 0}; }
    std::string makeFifo() {
        const std::string path = folder() / ("fifo" + std::to_string(++m_fifos));
        return ::mkfifo(path.c_str(), 0600) == 0 ? path : std::string();
    }

    /// What comes of bytes that somebody writes into a FIFO and then closes it.
    Status endOf(ByteView bytes, const live::Destination& destination) {
        const std::string path = makeFifo();
        LiveProbe probe;
        const auto capture = live::captureStream({path, destination}, probe.wake());
        const FileDescriptor writer(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        writeAll(writer.get(), bytes);
        {
            FileDescriptor closed;
            const_cast<FileDescriptor&>(writer) = std::move(closed);
        }
        return probe.waitForEnd(*capture);
    }

private Q_SLOTS:
    void initTestCase() { ::signal(SIGPIPE, SIG_IGN); }

    void recordsWhatComes() {
        const CaptureBuilder sent = chatCapture();
        const std::string path = makeFifo();
        LiveProbe probe;
        const auto capture = live::captureStream({path, spool()}, probe.wake());
        QCOMPARE(QByteArray(capture->sourceName().c_str()), QByteArray(path.c_str()));
        FileDescriptor writer(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        QVERIFY(bool(writer));
        // Not enough to know what it is.
        QVERIFY(writeAll(writer.get(), ByteView(sent.pcap()).first(20)));
        QVERIFY(!capture->status().file);
        QVERIFY(writeAll(writer.get(), ByteView(sent.pcap()).subspan(20, 1000)));
        const Status running = probe.waitFor(
            *capture, [](const Status& now) { return now.file && now.figures.spoolBytes == 1020; });
        QVERIFY(running.file);
        QCOMPARE(running.phase, Phase::Running);
        QCOMPARE(running.figures.files, 1u);
        QVERIFY(!running.figures.countsPackets);
        QVERIFY(capture->spool());
        QVERIFY(writeAll(writer.get(), ByteView(sent.pcap()).subspan(1020)));
        { const FileDescriptor closed = std::move(writer); }
        const Status end = probe.waitForEnd(*capture);
        QCOMPARE(end.phase, Phase::Ended);
        QCOMPARE(end.ending->cause, Ending::Cause::SourceEnded);
        QVERIFY(capture->bytes()->hasEnded());

        Session session(end.file);
        readAll(end.file, [&](Batch&& batch) {
            session.append(std::move(batch));
            return true;
        });
        QCOMPARE(rowListing(session), rowListing(sent));
        QVERIFY(!session.damaged());
        const auto files = capture->spool()->files();
        QCOMPARE(files.size(), std::size_t{1});
        QCOMPARE(files.front().filename().string(), std::string("capture.pcap"));
        QCOMPARE(contents(files.front()), std::string(asText(ByteView(sent.pcap()))));
    }

    void endsWhileNobodyWrites() {
        LiveProbe probe;
        const auto capture = live::captureStream({makeFifo(), spool()}, probe.wake());
        QCOMPARE(capture->status().phase, Phase::Starting);
        capture->stop();
        const Status end = probe.waitForEnd(*capture);
        QVERIFY(end.ending && end.ending->cause == Ending::Cause::Asked);
        QVERIFY(end.ending->sentence.empty());
        QVERIFY(!end.file && !capture->bytes() && !capture->spool());
    }

    void whatLiesInThePipeIsCaptured() {
        const CaptureBuilder sent = chatCapture();
        const std::string path = makeFifo();
        LiveProbe probe;
        const auto capture = live::captureStream({path, spool()}, probe.wake());
        const FileDescriptor writer(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
        QVERIFY(writeAll(writer.get(), sent.pcap()));
        capture->stop();
        const Status end = probe.waitForEnd(*capture);
        QVERIFY(end.ending && end.ending->cause == Ending::Cause::Asked);
        QCOMPARE(end.figures.spoolBytes, std::uint64_t{sent.pcap().size()});
    }

    void saysWhatIsNoCapture_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("words");
        QTest::newRow("nothing") << QByteArray() << QByteArray("without a byte");
        QTest::newRow("text") << QByteArray("tcpdump: command not found\n")
                              << QByteArray("text that begins with \"tcpdump: command not found\"");
        QTest::newRow("long") << QByteArray(100'000, '\x01') << QByteArray("01 01 01");
        QTest::newRow("gzip") << QByteArray("\x1f\x8b\x08\0", 4) << QByteArray("zcat FILE |");
        QTest::newRow("zstd") << QByteArray("\x28\xb5\x2f\xfd", 4) << QByteArray("zstdcat FILE |");
        QTest::newRow("lz4") << QByteArray("\x04\x22\x4d\x18", 4) << QByteArray("lz4cat FILE |");
        QTest::newRow("short pcap") << QByteArray("\xd4\xc3\xb2\xa1\x02", 5)
                                    << QByteArray("after 5 bytes, within the header");
        QTest::newRow("pcap of version 9")
            << QByteArray("\xd4\xc3\xb2\xa1\x09\0\x04\0\0\0\0\0\0\0\0\0\0\0\x04\0\x01\0\0\0", 24)
            << QByteArray("version 9.4");
    }
    void saysWhatIsNoCapture() {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, words);
        const std::filesystem::path kept = folder() / "kept.pcap";
        std::ofstream(kept) << "precious";
        const Status end = endOf(asBytes(bytes.toStdString()), {kept, {}, 0});
        QVERIFY(end.ending);
        QCOMPARE(end.ending->cause, Ending::Cause::Failed);
        QVERIFY2(end.ending->sentence.find(words.toStdString()) != std::string::npos,
                 end.ending->sentence.c_str());
        QVERIFY(!end.file);
        // Nothing was captured, so nothing was replaced.
        if (words != "version 9.4") QCOMPARE(contents(kept), std::string("precious"));
    }

    void aNamedFileIsReplaced() {
        const CaptureBuilder sent = chatCapture();
        const std::filesystem::path target = folder() / "named.pcap";
        std::ofstream(target) << std::string(1 << 20, 'x');
        const Status end = endOf(sent.pcap(), {target, {}, 0});
        QVERIFY(end.ending && end.ending->cause == Ending::Cause::SourceEnded);
        QCOMPARE(contents(target), std::string(asText(ByteView(sent.pcap()))));
    }

    void aRegularFileAsStandardInput() {
        const CaptureBuilder sent = chatCapture();
        const std::string path = folder() / "input.pcap";
        QVERIFY(sent.write(path));
        const FileDescriptor input(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        const StandardInput replaced(input.get());
        LiveProbe probe;
        const auto capture = live::captureStream({"-", spool()}, probe.wake());
        QCOMPARE(capture->sourceName(), std::string("pipe"));
        const Status end = probe.waitForEnd(*capture);
        QVERIFY(end.ending && end.ending->cause == Ending::Cause::SourceEnded);
        QCOMPARE(end.figures.spoolBytes, std::uint64_t{sent.pcap().size()});
    }

    void whatCannotBeOpenedOrWritten() {
        LiveProbe probe;
        const auto missing = live::captureStream({folder() / "nothing", spool()}, probe.wake());
        const Status noSource = probe.waitForEnd(*missing);
        QVERIFY(noSource.ending && noSource.ending->cause == Ending::Cause::Failed);
        QVERIFY(noSource.ending->sentence.find("No such file") != std::string::npos);

        const Status noTarget =
            endOf(chatCapture().pcap(), {folder() / "no" / "such" / "file.pcap", {}, 0});
        QVERIFY(noTarget.ending && noTarget.ending->cause == Ending::Cause::Failed);
        QVERIFY(noTarget.ending->sentence.find("cannot be written") != std::string::npos);
        const Status folderAsSource = [&] {
            const auto capture = live::captureStream({folder(), spool()}, probe.wake());
            return probe.waitForEnd(*capture);
        }();
        QVERIFY(folderAsSource.ending && folderAsSource.ending->cause == Ending::Cause::Failed);
        QVERIFY(folderAsSource.ending->sentence.find("directory") != std::string::npos);
    }

    void aFullDiskEndsTheCapture() {
        // Every write to it fails as on a full disk.
        if (!std::filesystem::exists("/dev/full")) QSKIP("this system has no /dev/full");
        const Status end = endOf(chatCapture().pcap(), {"/dev/full", {}, 0});
        QVERIFY(end.ending && end.ending->cause == Ending::Cause::Failed);
        QVERIFY2(end.ending->sentence.find("no room left") != std::string::npos,
                 end.ending->sentence.c_str());
    }

    void leaksNothing() {
        const Bytes sent = chatCapture().pcap();
        QVERIFY(endOf(sent, spool()).file);
        const std::size_t descriptors = openDescriptors();
        const std::size_t threads = runningThreads();
        for (int i = 0; i < 20; ++i) QVERIFY(endOf(sent, spool()).file);
        for (int i = 0; i < 20; ++i) live::captureStream({makeFifo(), spool()}, {});
        QCOMPARE(openDescriptors(), descriptors);
        QCOMPARE(runningThreads(), threads);
    }
};

QTEST_GUILESS_MAIN(TestStreamCapture)
#include "test_stream_capture.moc"
