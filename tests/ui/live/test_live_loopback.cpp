// A real capture of the loopback interface by the helper, followed by the window's controllers:
// what goes over it becomes rows in time. Skipped where this machine gives no right to capture.
#include <algorithm>
#include <array>
#include <filesystem>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include "capture/session/session.h"
#include "ui/live/live_controller.h"
#include "ui/load/load_controller.h"

using namespace framescope;

namespace {

/// Both ends of a TCP connection over loopback.
class Pair {
public:
    Pair() {
        m_listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        m_address.sin_family = AF_INET;
        m_address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof(m_address);
        auto* const address = reinterpret_cast<sockaddr*>(&m_address);
        m_isListening = ::bind(m_listener, address, size) == 0 && ::listen(m_listener, 1) == 0 &&
                        ::getsockname(m_listener, address, &size) == 0;
    }
    ~Pair() {
        for (const int fd : {m_listener, m_ends[0], m_ends[1]}) {
            if (fd >= 0) ::close(fd);
        }
    }
    Pair(const Pair&) = delete;
    Pair& operator=(const Pair&) = delete;

    bool isListening() const { return m_isListening; }
    int port() const { return ntohs(m_address.sin_port); }
    bool connect() {
        m_ends[0] = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const auto* const address = reinterpret_cast<const sockaddr*>(&m_address);
        if (::connect(m_ends[0], address, sizeof(m_address)) != 0) return false;
        m_ends[1] = ::accept4(m_listener, nullptr, nullptr, SOCK_CLOEXEC);
        return m_ends[1] >= 0;
    }
    bool write(std::size_t end, const std::string& text) const {
        return ::write(m_ends[end], text.data(), text.size()) == static_cast<ssize_t>(text.size());
    }

private:
    sockaddr_in m_address{};
    int m_listener = -1;
    bool m_isListening = false;
    std::array<int, 2> m_ends{-1, -1};
};

}  // namespace

class TestLiveLoopback : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatGoesOverItBecomesRowsInTime() {
        QTemporaryDir folder;
        Pair pair;
        QVERIFY(pair.isListening());

        LoadController loader;
        LiveController live(loader, systemLiveServices());
        std::optional<live::Ending> ending;
        connect(&live, &LiveController::ended, this,
                [&](const live::Ending& how) { ending = how; });
        live::InterfaceCapture what;
        what.helper =
            std::filesystem::path(FRAMESCOPE_WINDOW_PROGRAM).parent_path() / "framescope-capture";
        what.request.interface = "lo";
        what.request.filter = "tcp port " + std::to_string(pair.port());
        what.destination.spoolBase = folder.path().toStdString();
        live.start(what);
        QTRY_VERIFY(ending || live.state() == LiveState::Running);
        if (ending) QSKIP(("no capture of lo here: " + ending->sentence).c_str());
        QTRY_VERIFY(loader.session() != nullptr);

        QVERIFY(pair.connect());
        // Each is sent when the one before is on show.
        QList<qint64> waits;
        for (std::size_t i = 0; i < 10; ++i) {
            const RecordId before = loader.session()->rowCount();
            QElapsedTimer since;
            since.start();
            QVERIFY(pair.write(i % 2, i % 2 == 0 ? "GET / HTTP/1.1\r\nHost: here\r\n\r\n"
                                                 : "HTTP/1.1 204 No Content\r\n\r\n"));
            QTRY_VERIFY(loader.session()->rowCount() > before);
            waits << since.elapsed();
        }
        std::sort(waits.begin(), waits.end());
        qInfo("milliseconds until the row: %lld in the middle, %lld at most",
              static_cast<long long>(waits[waits.size() / 2]),
              static_cast<long long>(waits.back()));

        live.stop();
        QTRY_COMPARE(live.state(), LiveState::Ended);
        QCOMPARE(live.status().figures.ourDrops, std::uint64_t{0});
        QTRY_VERIFY(!loader.isReading());
        QCOMPARE(loader.session()->statistics().packets, live.status().figures.packets);
        QSignalSpy saved(&live, &LiveController::saved);
        const QString target = folder.filePath(QStringLiteral("kept.pcapng"));
        live.save(target, false);
        QVERIFY(saved.wait());
        LoadController again;
        QSignalSpy read(&again, &LoadController::finished);
        again.open(target);
        QVERIFY(read.wait());
        QCOMPARE(again.session()->rowCount(), loader.session()->rowCount());
    }
};

QTEST_MAIN(TestLiveLoopback)
#include "test_live_loopback.moc"
