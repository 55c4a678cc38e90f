// Filters are judged by libpcap for the link type they shall run on; what a helper that cannot be
// used needs is told for the case at hand.
#include <fstream>
#include <grp.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>

#include "capture/live/capture_filter.h"
#include "capture/live/helper_place.h"
#include "capture/live/interfaces.h"

using namespace framescope;

namespace fs = std::filesystem;

class TestCaptureFilter : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

private Q_SLOTS:
    void filters_data() {
        QTest::addColumn<QByteArray>("filter");
        QTest::addColumn<int>("linkType");
        QTest::addColumn<QByteArray>("words");  // empty: it is taken
        QTest::newRow("nothing") << QByteArray() << 1 << QByteArray();
        QTest::newRow("port") << QByteArray("tcp port 3000") << 1 << QByteArray();
        QTest::newRow("on raw IP") << QByteArray("tcp port 3000") << 101 << QByteArray();
        QTest::newRow("on any") << QByteArray("tcp port 3000") << 276 << QByteArray();
        QTest::newRow("syntax") << QByteArray("tcp prt 3000") << 1 << QByteArray("yntax error");
        QTest::newRow("half") << QByteArray("tcp port") << 1 << QByteArray("yntax error");
        QTest::newRow("no port") << QByteArray("tcp port 70000") << 1 << QByteArray("70000");
        // libpcap knows no MAC addresses there.
        QTest::newRow("not on raw IP")
            << QByteArray("ether host 00:11:22:33:44:55") << 101 << QByteArray("thernet");
        QTest::newRow("nothing passes")
            << QByteArray("tcp and udp") << 1 << QByteArray("xpression rejects all packets");
    }
    void filters() {
        QFETCH(QByteArray, filter);
        QFETCH(int, linkType);
        QFETCH(QByteArray, words);
        const auto wrong =
            live::checkCaptureFilter(filter.toStdString(), static_cast<std::uint32_t>(linkType));
        if (wrong) qInfo("%s", wrong->c_str());
        QCOMPARE(wrong.has_value(), !words.isEmpty());
        if (!wrong) return;
        QVERIFY(wrong->find(words.toStdString()) != std::string::npos);
        QVERIFY(wrong->front() >= 'A' && wrong->front() <= 'Z' && wrong->back() == '.');
    }

    void wordsOfAShell() {
        QCOMPARE(live::shellWord("/usr/bin/framescope-capture"),
                 std::string("/usr/bin/framescope-capture"));
        QCOMPARE(live::shellWord(""), std::string("''"));
        QCOMPARE(live::shellWord("a b"), std::string("'a b'"));
        QCOMPARE(live::shellWord("it's $HOME"), std::string("'it'\"'\"'s $HOME'"));
    }

    void theHelperLiesBesideUs() {
        const QByteArray path = qgetenv("PATH");
        const fs::path folder = m_folder.path().toStdString() + "/bin";
        fs::create_directory(folder);
        std::ofstream(folder / "framescope-capture") << "x";
        qputenv("PATH", (":/nowhere:" + folder.string()).c_str());
        const auto found = live::findHelper();
        QVERIFY(found);
        const fs::path beside =
            fs::read_symlink("/proc/self/exe").parent_path() / ".." / "bin" / "framescope-capture";
        QCOMPARE(*found,
                 fs::exists(beside) ? beside.lexically_normal() : folder / "framescope-capture");
        qputenv("PATH", path);
    }

    void whatGivesRights() {
        const fs::path helper = m_folder.path().toStdString() + "/a helper";
        std::ofstream(helper) << "x";
        fs::permissions(helper, fs::perms(0755));
        QCOMPARE(live::rightsRemedy(helper), "sudo setcap cap_net_raw,cap_net_admin=eip '" +
                                                 fs::canonical(helper).string() + "'");
    }

    /// As another user, who is not in the group that may run the helper.
    void whoIsNotInTheGroup() {
        if (::geteuid() != 0) QSKIP("only root can become another user");
        const group* const games = ::getgrnam("games");
        if (games == nullptr) QSKIP("there is no other group");
        const fs::path helper = m_folder.path().toStdString() + "/limited";
        std::ofstream(helper) << "#!/bin/sh\n";
        fs::permissions(m_folder.path().toStdString(), fs::perms(0755));
        QCOMPARE(::chown(helper.c_str(), 0, games->gr_gid), 0);
        fs::permissions(helper, fs::perms(0750));
        const pid_t pid = ::fork();
        if (pid == 0) {
            const bool became =
                ::setgroups(0, nullptr) == 0 && ::setgid(65534) == 0 && ::setuid(65534) == 0;
            const auto listed = live::listInterfaces(helper);
            const bool right =
                became && live::rightsRemedy(helper) == "sudo usermod -aG games \"$USER\"" &&
                !listed &&
                listed.error().sentence.find("members of the group \"games\"") != std::string::npos;
            ::_exit(right ? 0 : 1);
        }
        int status = -1;
        QCOMPARE(::waitpid(pid, &status, 0), pid);
        QCOMPARE(status, 0);
    }
};

QTEST_GUILESS_MAIN(TestCaptureFilter)
#include "test_capture_filter.moc"
