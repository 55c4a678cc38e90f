// Other programs as children: what they are given, and that every one of them ends.
#include <cerrno>
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

#include <QElapsedTimer>
#include <QtTest>

#include "capture/live/child_process.h"
#include "tests/capture/live/live_probe.h"

using namespace framescope;
using namespace framescope::live;
using namespace framescope::test;
using namespace std::chrono_literals;

namespace {

/// What a shell command writes to its output.
std::string outputOf(const std::string& command, ChildStart start = {}) {
    auto pipe = makePipe();
    if (!pipe) return "no pipe";
    start.program = "sh";
    start.arguments = {"-c", command};
    start.output = pipe->writing.get();
    auto started = ChildProcess::start(start);
    { const FileDescriptor closed = std::move(pipe->writing); }
    auto* const child = std::get_if<ChildProcess>(&started);
    if (child == nullptr) return std::get<StartError>(started).sentence;
    std::string text;
    char block[4096];
    for (ssize_t n = 0; (n = ::read(pipe->reading.get(), block, sizeof block)) > 0;) {
        text.append(block, static_cast<std::size_t>(n));
    }
    child->waitFor(20s);
    return text;
}

ChildProcess shell(const std::string& command) {
    auto started =
        ChildProcess::start({.program = "sh", .arguments = {"-c", command}, .environment = {}});
    return std::get<ChildProcess>(std::move(started));
}

bool nothingIsLeft() {
    return ::waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD;
}

}  // namespace

class TestChildProcess : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { QVERIFY(nothingIsLeft()); }

    void howItEnded() {
        ChildProcess three = shell("exit 3");
        const auto end = three.waitFor(20s);
        QVERIFY(end && !end->succeeded());
        QCOMPARE(end->words(), std::string("ended with exit code 3"));
        QCOMPARE(three.endWithin(0ms).exitCode, 3);
        QCOMPARE(shell("kill -KILL $$").endWithin(20s).words(),
                 std::string("was ended by signal 9 (Killed)"));
        QVERIFY(shell("exit 0").endWithin(20s).succeeded());
    }

    void whatCannotBeStarted() {
        const auto missing = ChildProcess::start(
            {.program = "/no/such/program", .arguments = {}, .environment = {}});
        QVERIFY(std::holds_alternative<StartError>(missing));
        QCOMPARE(std::get<StartError>(missing).error, ENOENT);
        QVERIFY(std::get<StartError>(missing).sentence.find("/no/such/program") !=
                std::string::npos);
        const auto folder =
            ChildProcess::start({.program = "/tmp", .arguments = {}, .environment = {}});
        QCOMPARE(std::get<StartError>(folder).error, EACCES);
    }

    void itsEnvironment() {
        qputenv("FRAMESCOPE_A", "old");
        qputenv("FRAMESCOPE_AB", "kept");
        ChildStart start;
        start.environment = {{"FRAMESCOPE_A", "new"}};
        QCOMPARE(outputOf("echo $FRAMESCOPE_A $FRAMESCOPE_AB", start), std::string("new kept\n"));
    }

    void itsDescriptors() {
        // Nothing to read, and its errors go nowhere.
        QCOMPARE(outputOf("cat; echo lost >&2; echo read"), std::string("read\n"));
        // One that is 0, 1 or 2 itself.
        ChildStart start;
        start.errors = STDIN_FILENO;
        start.input = STDERR_FILENO;
        QCOMPARE(outputOf("echo fine", start), std::string("fine\n"));
    }

    void signalsOfTheKeyboard() {
        QCOMPARE(
            outputOf(
                "[ $$ = $(cut -d' ' -f5 /proc/$$/stat) ] && echo own; kill -INT $$; echo alive"),
            std::string("own\n"));
        ChildStart start;
        start.mayUseTerminal = true;
        QCOMPARE(
            outputOf(
                "[ $$ = $(cut -d' ' -f5 /proc/$$/stat) ] && echo own; kill -INT $$; echo alive",
                start),
            std::string("alive\n"));
    }

    void whoDoesNotEndIsEnded() {
        QElapsedTimer time;
        time.start();
        QCOMPARE(shell("exec sleep 300").endWithin(50ms).signal, SIGTERM);
        // It says when it is deaf.
        auto pipe = makePipe();
        QVERIFY(pipe);
        auto started = ChildProcess::start(
            {.program = "sh",
             .arguments = {"-c", "trap '' TERM; echo deaf; while :; do sleep 0.02; done"},
             .output = pipe->writing.get(),
             .environment = {}});
        auto& deaf = std::get<ChildProcess>(started);
        char word[8];
        QCOMPARE(::read(pipe->reading.get(), word, sizeof word), ssize_t{5});
        QCOMPARE(deaf.endWithin(50ms).signal, SIGKILL);
        { const ChildProcess forgotten = shell("exec sleep 300"); }
        QVERIFY(time.elapsed() < 10'000);
        QVERIFY(!shell("exec sleep 300").waitFor(1ms));
    }

    void leaksNothing() {
        const std::size_t descriptors = openDescriptors();
        for (int i = 0; i < 20; ++i) QCOMPARE(outputOf("echo x"), std::string("x\n"));
        QCOMPARE(openDescriptors(), descriptors);
    }
};

QTEST_GUILESS_MAIN(TestChildProcess)
#include "test_child_process.moc"
