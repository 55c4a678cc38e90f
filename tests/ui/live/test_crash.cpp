// A window that captures, and its helper, are killed in the middle of heavy traffic, one of them or
// both. What is left behind is offered, holds all but the last second, and is read by us and by
// tshark.
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <sstream>
#include <thread>

#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "capture/file/capture_file.h"
#include "capture/ingest/loader.h"
#include "capture/live/interfaces.h"
#include "capture/live/spool.h"
#include "capture/session/session.h"
#include "tests/support/cli_run.h"
#include "tests/support/websocket_load.h"

using namespace framescope;
using namespace framescope::test;

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kPatience = 20'000;  // milliseconds; only a failure takes so long
constexpr std::uint16_t kPort = 47331;

/// Load, and how much of it had been sent when.
class Load {
public:
    explicit Load(std::uint16_t port) {
        m_player = std::thread([this, port] {
            LoadRequest request;
            request.port = port;
            request.framesPerSecond = 20'000;
            request.seconds = 60;  // it is stopped long before
            m_complaint = playLoad(request, m_figures);
        });
        m_keeper = std::thread([this] {
            while (!m_figures.stop) {
                {
                    const std::lock_guard lock(m_mutex);
                    m_sent[Clock::now()] = m_figures.frames;
                }
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
            }
        });
    }
    ~Load() { stop(); }
    Load(const Load&) = delete;
    Load& operator=(const Load&) = delete;

    void stop() {
        m_figures.stop = true;
        if (m_player.joinable()) m_player.join();
        if (m_keeper.joinable()) m_keeper.join();
    }
    std::uint64_t sent() const { return m_figures.frames; }
    /// Frames sent until then.
    std::uint64_t sentAt(Clock::time_point when) const {
        const std::lock_guard lock(m_mutex);
        const auto behind = m_sent.upper_bound(when);
        return behind == m_sent.begin() ? 0 : std::prev(behind)->second;
    }
    /// Only after stop().
    const std::optional<std::string>& complaint() const { return m_complaint; }

private:
    LoadFigures m_figures;
    std::optional<std::string> m_complaint;
    mutable std::mutex m_mutex;
    std::map<Clock::time_point, std::uint64_t> m_sent;
    std::thread m_player;
    std::thread m_keeper;
};

/// The helper that captures for `pid`, 0 if there is none: it may have another one list interfaces.
pid_t captureHelperOf(pid_t pid) {
    for (const auto& task : fs::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
        std::ifstream children(task.path() / "children");
        for (pid_t child = 0; children >> child;) {
            std::ifstream file("/proc/" + std::to_string(child) + "/cmdline");
            const std::string arguments{std::istreambuf_iterator<char>(file), {}};
            const std::string wanted("framescope-capture\0capture", 26);
            if (arguments.find(wanted) != std::string::npos) return child;
        }
    }
    return 0;
}

bool isAlive(pid_t pid) {
    return ::kill(pid, 0) == 0;
}

/// Bytes of all files below.
std::uint64_t bytesBelow(const fs::path& folder) {
    std::uint64_t bytes = 0;
    std::error_code error;
    for (const auto& entry : fs::recursive_directory_iterator(folder, error)) {
        if (entry.is_regular_file(error)) bytes += entry.file_size(error);
    }
    return bytes;
}

}  // namespace

class TestCrash : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        const auto interfaces = live::listInterfaces(
            fs::path(FRAMESCOPE_WINDOW_PROGRAM).parent_path() / "framescope-capture");
        if (!interfaces) QSKIP(interfaces.error().sentence.c_str());
        for (const live::InterfaceEntry& entry : *interfaces) {
            if (entry.name != "lo") continue;
            if (!entry.canCapture) QSKIP(entry.obstacle.c_str());
            return;
        }
        QSKIP("there is no interface lo");
    }

    void whatWasCapturedSurvives_data() {
        QTest::addColumn<bool>("window");
        QTest::addColumn<bool>("helper");
        QTest::newRow("the window is killed") << true << false;
        QTest::newRow("the helper is killed") << false << true;
        QTest::newRow("both are killed") << true << true;
    }

    void whatWasCapturedSurvives() {
        QFETCH(const bool, window);
        QFETCH(const bool, helper);
        const QTemporaryDir home;
        const fs::path base = fs::path(home.path().toStdString()) / "cache/framescope/live";

        QProcess program;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("XDG_CACHE_HOME"),
                           home.filePath(QStringLiteral("cache")));
        environment.insert(QStringLiteral("XDG_CONFIG_HOME"),
                           home.filePath(QStringLiteral("config")));
        environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
        program.setProcessEnvironment(environment);
        program.setProcessChannelMode(QProcess::ForwardedChannels);
        program.start(QStringLiteral(FRAMESCOPE_WINDOW_PROGRAM),
                      {QStringLiteral("-i"), QStringLiteral("lo"), QStringLiteral("-f"),
                       QStringLiteral("tcp port %1").arg(kPort), QStringLiteral("-k")});
        QVERIFY(program.waitForStarted());
        const auto windowPid = static_cast<pid_t>(program.processId());
        // The header of the spool is written once packets are captured.
        QTRY_VERIFY_WITH_TIMEOUT(program.state() != QProcess::Running || bytesBelow(base) > 128,
                                 kPatience);
        QCOMPARE(program.state(), QProcess::Running);
        const pid_t helperPid = captureHelperOf(windowPid);
        QVERIFY(helperPid != 0);

        Load load(kPort);
        QTRY_VERIFY_WITH_TIMEOUT(load.sent() > 40'000, kPatience);
        if (helper) ::kill(helperPid, SIGKILL);
        if (window) ::kill(windowPid, SIGKILL);
        const auto killed = Clock::now();
        if (!window) {
            // It knows that its helper is gone, and goes on.
            QTRY_VERIFY_WITH_TIMEOUT(!isAlive(helperPid), kPatience);
            QCOMPARE(program.state(), QProcess::Running);
            ::kill(windowPid, SIGKILL);
        }
        QVERIFY(program.waitForFinished(kPatience));
        // A helper without its window ends by itself.
        QTRY_VERIFY_WITH_TIMEOUT(!isAlive(helperPid), kPatience);
        load.stop();
        if (const auto& complaint = load.complaint()) QFAIL(complaint->c_str());

        const std::vector<live::LeftCapture> left = live::findLeftCaptures(base);
        QCOMPARE(left.size(), 1U);
        QCOMPARE(left.front().description.source, std::string("lo"));
        const auto spool = live::Spool::adopt(left.front().folder);
        QVERIFY(spool);
        const std::vector<fs::path> files = (*spool)->files();
        QCOMPARE(files.size(), 1U);

        const auto file = CaptureFile::open(files.front());
        QVERIFY(file);
        Session session(*file);
        readAll(*file, [&session](Batch&& batch) {
            session.append(std::move(batch));
            return true;
        });
        const std::uint64_t frames =
            session.statistics().rows[static_cast<std::size_t>(Protocol::WebSocket)];
        const std::uint64_t due = load.sentAt(killed - std::chrono::seconds(1));
        QVERIFY(due > 0);
        QVERIFY2(frames >= due, qPrintable(QStringLiteral("%1 frames are rows; %2 had been sent a "
                                                          "second before, %3 at the end")
                                               .arg(frames)
                                               .arg(due)
                                               .arg(load.sentAt(killed))));
        QCOMPARE(session.statistics().droppedPackets, 0U);
        qInfo("%llu of %llu frames sent until then are rows",
              static_cast<unsigned long long>(frames),
              static_cast<unsigned long long>(load.sentAt(killed)));

        // Saved, it is whole whatever the last write was.
        const fs::path saved = fs::path(home.path().toStdString()) / "saved.pcapng";
        const auto moved = live::saveCapture(files, session.statistics().bytesRead, saved,
                                             [](std::uint64_t) { return true; });
        QVERIFY(moved);
        const CliRun ours = runCli(QStringLiteral(FRAMESCOPE_CLI),
                                   {QStringLiteral("-q"), QString::fromStdString(saved.string())});
        QCOMPARE(ours.exitCode, 0);
        QCOMPARE(ours.err, QByteArray());
        if (QStandardPaths::findExecutable(QStringLiteral("tshark")).isEmpty()) return;
        const CliRun theirs = runCli(
            QStringLiteral("tshark"),
            {QStringLiteral("-r"), QString::fromStdString(saved.string()), QStringLiteral("-T"),
             QStringLiteral("fields"), QStringLiteral("-e"), QStringLiteral("frame.number"),
             QStringLiteral("--disable-protocol"), QStringLiteral("tcp")});
        QCOMPARE(theirs.exitCode, 0);
        QCOMPARE(theirs.lines().size(), static_cast<qsizetype>(session.statistics().packets));
    }
};

QTEST_GUILESS_MAIN(TestCrash)
#include "test_crash.moc"
