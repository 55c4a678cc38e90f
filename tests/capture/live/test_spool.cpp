// Spools: found again when their owner is gone and never before, and saved whole or not at all.
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <QStandardPaths>
#include <QTemporaryDir>
#include <QtTest>

#include "capture/live/spool.h"
#include "capture/spool/pcapng_writer.h"
#include "tests/support/loaded_session.h"

using namespace framescope;
using namespace framescope::test;
using live::Spool;

namespace {

namespace fs = std::filesystem;

/// A pcapng section with this many packets.
Bytes section(int packets) {
    Bytes out;
    pcapng::writeSectionHeader(out, "test");
    pcapng::NewInterface interface;
    interface.name = "lo";
    pcapng::writeInterface(out, interface);
    const Bytes data(60, 0x45);
    for (int i = 0; i < packets; ++i) {
        pcapng::NewPacket packet;
        packet.timeNs = 1'700'000'000'000'000'000 + i;
        packet.originalLength = 60;
        packet.data = data;
        pcapng::writePacket(out, packet);
    }
    return out;
}

void write(const fs::path& path, ByteView bytes) {
    std::ofstream(path, std::ios::binary) << asText(bytes);
}

std::string contents(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::size_t entries(const fs::path& folder) {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

/// Another process with a spool in `base`, which lives until end() kills it.
class Owner {
public:
    Owner(const fs::path& base, const live::SpoolDescription& about, ByteView capture) {
        int ready[2];
        if (::pipe(ready) != 0) return;
        m_pid = ::fork();
        if (m_pid == 0) {
            const auto spool = Spool::create(about, base);
            if (spool) write((*spool)->folder() / "capture.pcapng", capture);
            static_cast<void>(::write(ready[1], spool ? "y" : "n", 1));
            for (;;) ::pause();
        }
        ::close(ready[1]);
        char answer = 'n';
        m_works = ::read(ready[0], &answer, 1) == 1 && answer == 'y';
        ::close(ready[0]);
    }
    ~Owner() { kill(); }
    Owner(const Owner&) = delete;
    Owner& operator=(const Owner&) = delete;

    bool works() const { return m_works; }
    void kill() {
        if (m_pid <= 0) return;
        ::kill(m_pid, SIGKILL);
        ::waitpid(m_pid, nullptr, 0);
        m_pid = -1;
    }

private:
    pid_t m_pid = -1;
    bool m_works = false;
};

}  // namespace

class TestSpool : public QObject {
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;

    fs::path base() const { return m_folder->path().toStdString() + "/live"; }
    fs::path place(const char* name) const { return m_folder->path().toStdString() + '/' + name; }

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }

    void onlyTheUserReadsIt() {
        const auto spool = Spool::create({"lo", "tcp port 80", 1'700'000'000'000'000'000}, base());
        QVERIFY2(bool(spool), spool ? "" : spool.error().sentence.c_str());
        struct stat info {};
        QCOMPARE(::stat((*spool)->folder().c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777u, 0700u);
        QCOMPARE(::stat(((*spool)->folder() / "about").c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777u, 0600u);
        // Several in the same second.
        const auto second = Spool::create({"lo", {}, 1'700'000'000'000'000'000}, base());
        const auto third = Spool::create({"lo", {}, 1'700'000'000'000'000'000}, base());
        QVERIFY(second && third);
        QVERIFY((*spool)->folder() != (*second)->folder());
        QVERIFY((*third)->folder() != (*second)->folder());
        (*spool)->discard();
        QVERIFY(!fs::exists((*spool)->folder()));
        QCOMPARE(entries(base()), std::size_t{2});
    }

    void cannotBeMade() {
        std::ofstream(place("file")) << "x";
        const auto spool = Spool::create({"lo", {}, 0}, place("file") / "live");
        QVERIFY(!spool);
        QVERIFY(spool.error().sentence.find("No folder for the capture") == 0);
        QVERIFY(spool.error().sentence.find("Not a directory") != std::string::npos);
    }

    void foundWhenItsOwnerIsGone() {
        Owner owner(base(), {"lo\nx", "tcp port 3000", 4711}, section(3));
        QVERIFY(owner.works());
        QVERIFY(live::findLeftCaptures(base()).empty());
        const fs::path folder = fs::directory_iterator(base())->path();
        const auto early = Spool::adopt(folder);
        QVERIFY(!early);
        QVERIFY(early.error().sentence.find("still running") != std::string::npos);

        owner.kill();
        const auto left = live::findLeftCaptures(base());
        QCOMPARE(left.size(), std::size_t{1});
        QCOMPARE(left.front().folder, folder);
        QCOMPARE(left.front().description.source, std::string("lo x"));
        QCOMPARE(left.front().description.filter, std::string("tcp port 3000"));
        QCOMPARE(left.front().description.startedNs, std::int64_t{4711});
        QCOMPARE(left.front().bytes, std::uint64_t{section(3).size()});
        QVERIFY(left.front().lastWrittenNs > 0);

        auto adopted = Spool::adopt(folder);
        QVERIFY2(bool(adopted), adopted ? "" : adopted.error().sentence.c_str());
        QCOMPARE((*adopted)->files().size(), std::size_t{1});
        QVERIFY(live::findLeftCaptures(base()).empty());
        adopted = Error{};
        QCOMPARE(live::findLeftCaptures(base()).size(), std::size_t{1});
    }

    void emptyOnesAreDeleted() {
        {
            Owner none(base(), {"lo", {}, 1}, {});
            Owner header(base(), {"lo", {}, 1}, section(0));
            Owner alive(base(), {"lo", {}, 1}, {});
            none.kill();
            header.kill();
            QCOMPARE(entries(base()), std::size_t{3});
            QVERIFY(live::findLeftCaptures(base()).empty());
            QCOMPARE(entries(base()), std::size_t{1});
        }
        // What was being made is left alone, until it is certain that nobody makes it any more.
        const fs::path unfinished = base() / ".new-AbCdEf";
        fs::create_directory(unfinished);
        QVERIFY(live::findLeftCaptures(base()).empty());
        QVERIFY(fs::exists(unfinished));
        const timespec longAgo[2] = {{1'600'000'000, 0}, {1'600'000'000, 0}};
        QCOMPARE(::utimensat(AT_FDCWD, unfinished.c_str(), longAgo, 0), 0);
        QVERIFY(live::findLeftCaptures(base()).empty());
        QVERIFY(!fs::exists(unfinished));
        QVERIFY(live::findLeftCaptures(place("nowhere")).empty());
    }

    void filesOfARingAreInOrder() {
        const auto spool = Spool::create({"lo", {}, 1}, base());
        QVERIFY(spool);
        for (const char* name :
             {"capture_100000_20260101000000.pcapng", "capture_99999_20260101000000.pcapng",
              "capture_00002_20260101000000.pcapng"}) {
            write((*spool)->folder() / name, section(1));
        }
        const auto files = (*spool)->files();
        QCOMPARE(files.size(), std::size_t{3});
        QVERIFY(files[0].filename().string().find("_00002_") != std::string::npos);
        QVERIFY(files[2].filename().string().find("_100000_") != std::string::npos);
    }

    void savedByRenaming() {
        Bytes torn = section(5);
        const std::uint64_t readable = torn.size();
        torn.insert(torn.end(), 20, 0x06);
        write(place("from"), torn);
        write(place("to.pcapng"), section(1));
        const auto saved = live::saveCapture({place("from")}, readable, place("to.pcapng"), {});
        QVERIFY2(bool(saved), saved ? "" : saved.error().sentence.c_str());
        QVERIFY(*saved);
        QVERIFY(!fs::exists(place("from")));
        QCOMPARE(contents(place("to.pcapng")), std::string(asText(section(5))));
        QCOMPARE(entries(m_folder->path().toStdString()), std::size_t{1});
    }

    void savedOntoItself() {
        write(place("same"), section(5));
        const auto saved =
            live::saveCapture({place("same")}, section(5).size(), place("./same"), {});
        QVERIFY(saved && *saved);
        QCOMPARE(contents(place("same")), std::string(asText(section(5))));
    }

    void whatALinkPointsToIsReplaced() {
        write(place("from"), section(5));
        write(place("old"), section(1));
        fs::create_symlink("old", place("link"));
        QVERIFY(live::saveCapture({place("from")}, section(5).size(), place("link"), {}));
        QVERIFY(fs::is_symlink(place("link")));
        QCOMPARE(contents(place("old")), std::string(asText(section(5))));
    }

    /// A spool is nobody else's; what was saved is a file like any other.
    void rightsOfWhatWasSaved_data() {
        QTest::addColumn<int>("before");  // -1: there was none
        QTest::addColumn<int>("after");
        QTest::newRow("a new file") << -1 << 0640;
        QTest::newRow("one that all may read") << 0644 << 0644;
        QTest::newRow("one's own") << 0600 << 0600;
        QTest::newRow("one that all may write") << 0666 << 0666;
    }

    void rightsOfWhatWasSaved() {
        QFETCH(int, before);
        QFETCH(int, after);
        const mode_t usual = ::umask(027);
        for (const auto how : {live::SaveBy::MovingOrCopying, live::SaveBy::Copying}) {
            write(place("from"), section(5));
            fs::permissions(place("from"), fs::perms{0600});
            fs::remove(place("to"));
            if (before >= 0) {
                write(place("to"), section(1));
                fs::permissions(place("to"), static_cast<fs::perms>(before));
            }
            const auto saved =
                live::saveCapture({place("from")}, section(5).size(), place("to"), {}, how);
            if (saved) {
                QCOMPARE(*saved, how == live::SaveBy::MovingOrCopying);
                QCOMPARE(static_cast<int>(fs::status(place("to")).permissions()), after);
            }
            QVERIFY(saved);
            QCOMPARE(entries(m_folder->path().toStdString()), std::size_t{*saved ? 1U : 2U});
        }
        ::umask(usual);
    }

    void savedToAnotherFileSystem() {
        struct stat here {};
        struct stat there {};
        if (::stat(m_folder->path().toStdString().c_str(), &here) != 0 ||
            ::stat("/dev/shm", &there) != 0 || here.st_dev == there.st_dev) {
            QSKIP("/dev/shm is no file system of its own here");
        }
        QTemporaryDir other(QStringLiteral("/dev/shm/framescope-test-XXXXXX"));
        if (!other.isValid()) QSKIP("nothing can be written to /dev/shm");
        const fs::path target = other.path().toStdString() + "/copy.pcapng";
        Bytes torn = section(40'000);
        const std::uint64_t readable = torn.size();
        torn.insert(torn.end(), 20, 0x06);
        write(place("from"), torn);
        std::vector<std::uint64_t> told;
        const auto saved =
            live::saveCapture({place("from")}, readable, target, [&](std::uint64_t done) {
                told.push_back(done);
                return true;
            });
        QVERIFY2(bool(saved), saved ? "" : saved.error().sentence.c_str());
        QVERIFY(!*saved);
        QVERIFY(told.size() > 2);
        QCOMPARE(told.back(), readable);
        QCOMPARE(contents(target), std::string(asText(section(40'000))));
        QCOMPARE(contents(place("from")), std::string(asText(torn)));
    }

    void severalFilesBecomeOne() {
        const Bytes whole = section(3);
        Bytes torn = section(4);
        torn.insert(torn.end(), {6, 0, 0, 0, 100});
        write(place("a"), whole);
        write(place("b"), whole);
        write(place("c"), torn);
        const std::uint64_t readable = 2 * whole.size() + section(4).size();
        const auto saved = live::saveCapture({place("a"), place("b"), place("c")}, readable,
                                             place("all.pcapng"), {});
        QVERIFY(saved && !*saved);
        QCOMPARE(contents(place("all.pcapng")), std::string(asText(whole)) +
                                                    std::string(asText(whole)) +
                                                    std::string(asText(section(4))));
        const auto session = loadSession(place("all.pcapng").string());
        QVERIFY(session && !session->damaged());
        QCOMPARE(session->statistics().packets, std::uint64_t{10});

        const QString tshark = QStandardPaths::findExecutable(QStringLiteral("tshark"));
        if (tshark.isEmpty()) QSKIP("tshark is not installed");
        QProcess run;
        run.start(tshark,
                  {QStringLiteral("-r"), QString::fromStdString(place("all.pcapng").string()),
                   QStringLiteral("-T"), QStringLiteral("fields"), QStringLiteral("-e"),
                   QStringLiteral("frame.number")});
        QVERIFY(run.waitForFinished(60'000));
        QCOMPARE(run.exitCode(), 0);
        QCOMPARE(run.readAllStandardOutput().count('\n'), 10);
        const QByteArray complaints = run.readAllStandardError();
        QVERIFY2(!complaints.contains("cut short") && !complaints.contains("damaged"),
                 complaints.constData());
    }

    void cancelledSavingLeavesNothing() {
        write(place("a"), section(1));
        write(place("b"), section(1));
        write(place("target"), section(2));
        const auto saved = live::saveCapture({place("a"), place("b")}, 10'000, place("target"),
                                             [](std::uint64_t) { return false; });
        QVERIFY(!saved);
        QCOMPARE(contents(place("target")), std::string(asText(section(2))));
        QCOMPARE(entries(m_folder->path().toStdString()), std::size_t{3});
    }

    void aTargetSurvivesAFailedSaving() {
        write(place("a"), section(100));
        write(place("b"), section(100));
        write(place("target"), section(2));
        const auto missing =
            live::saveCapture({place("a"), place("gone")}, 100'000, place("target"), {});
        QVERIFY(!missing);
        QVERIFY(missing.error().sentence.find("gone") != std::string::npos);

        // As on a full disk: the system refuses files beyond 4 KiB.
        ::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
        const rlimit small{4096, before.rlim_max};
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
        const auto full = live::saveCapture({place("a"), place("b")}, 100'000, place("target"), {});
        QCOMPARE(::setrlimit(RLIMIT_FSIZE, &before), 0);
        QVERIFY(!full);
        QVERIFY(full.error().sentence.find("cannot be saved") != std::string::npos);

        QVERIFY(!live::saveCapture({place("a")}, 100'000, m_folder->path().toStdString(), {}));
        QVERIFY(!live::saveCapture({place("a")}, 100'000, place("no/such/folder/x"), {}));
        QCOMPARE(contents(place("target")), std::string(asText(section(2))));
        QCOMPARE(entries(m_folder->path().toStdString()), std::size_t{3});
    }

    void whereSpoolsAre() {
        qputenv("XDG_CACHE_HOME", "/cache");
        QCOMPARE(live::defaultSpoolBase(), fs::path("/cache/framescope/live"));
        qputenv("XDG_CACHE_HOME", "relative");
        qputenv("HOME", "/home/somebody");
        QCOMPARE(live::defaultSpoolBase(), fs::path("/home/somebody/.cache/framescope/live"));
        qunsetenv("HOME");
        QVERIFY(live::defaultSpoolBase().string().find("framescope-") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestSpool)
#include "test_spool.moc"
