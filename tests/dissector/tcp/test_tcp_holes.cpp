// What is said of bytes that are missing, and the limits of a connection: each as packets, and as
// the line of text that the tracker makes of them (see Story).
#include <functional>

#include <QtTest>

#include "tests/support/tcp_wire.h"

using namespace framescope;
using namespace framescope::tcp;
using namespace framescope::test;

class TestTcpHoles : public QObject {
    Q_OBJECT

    using Play = std::function<void(Wire&)>;

private Q_SLOTS:
    void holes_data() {
        QTest::addColumn<std::string>("before");
        QTest::addColumn<std::string>("after");
        QTest::addColumn<std::string>("expected");
        const auto row = [](const char* name, const Play& play, const char* before,
                            const char* expected) {
            Wire wire;
            wire.others(1);
            play(wire);
            wire.others(static_cast<int>(StreamAssembler::kPatience));
            const std::string early = wire.story.text;
            wire.others(1);
            QTest::newRow(name) << early << wire.story.text
                                << std::string("1:open(1000>80)") + expected;
            QVERIFY2(early == std::string("1:open(1000>80)") + before, early.c_str());
        };
        row(
            "behind which data is held",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kData, 104, 501, "def");
                w.send(kB, kA, kAck, 501, 107);
            },
            "", " 1:c~3@0 1:c+def@3");
        row(
            "behind which nothing is held",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kData, 101, 501, "abc");
                w.send(kB, kA, kAck, 501, 110);
            },
            " 1:c+abc@0", " 1:c+abc@0 1:c~6@3");
        row(
            "of which a part was acknowledged",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kData, 110, 501, "j");
                w.send(kB, kA, kAck, 501, 105);
            },
            "", " 1:c~4@0");
        row(
            "in front of a FIN",
            [](Wire& w) {
                w.open();
                w.send(kB, kA, kFinAck, 501, 101);
                w.send(kA, kB, kFinAck, 106, 502);
                w.send(kB, kA, kAck, 502, 107);
            },
            " 1:s.fin", " 1:s.fin 1:c~5@0 1:c.fin 1:end(s,fin)");
        row(
            "whose FIN was not captured",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kData, 101, 501, "abc");
                w.send(kB, kA, kAck, 501, 105);
            },
            " 1:c+abc@0", " 1:c+abc@0");
        row(
            "that one acknowledgment tells of, and others deny",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kData, 101, 501, "abc");
                w.send(kB, kA, kAck, 501, 1'000'000'101);
                w.send(kB, kA, kAck, 501, 104);
            },
            " 1:c+abc@0", " 1:c+abc@0");
        row(
            "of the direction that nobody captures",
            [](Wire& w) {
                w.send(kA, kB, kSyn, 100);
                w.send(kB, kA, kSynAck, 500, 101);
                w.send(kB, kA, kData, 501, 111, "x");
            },
            "", " 1:c~10@0 1:s+x@0");
    }
    void holes() {
        QFETCH(std::string, after);
        QFETCH(std::string, expected);
        QVERIFY2(after == expected, after.c_str());
    }

    void joinedInPerfectOrderIsToldEarly() {
        Wire w;
        Wire swapped;
        for (std::uint32_t i = 0; i < TcpTracker::kOrderly; ++i) {
            QCOMPARE(w.story.text, std::string());
            const std::uint32_t at = 90 + i / 2;
            if (i % 2 == 0) {
                w.send(kA, kB, kData, at, 700 + i / 2, "x");
            } else {
                w.send(kB, kA, kData, 700 + i / 2, at + 1, "y");
            }
            swapped.send(kA, kB, kData, i == 1 ? 90 : 91 + i, 700, "x");
        }
        QVERIFY2(w.story.text.starts_with("0:open(1000>80,joined) 0:c+x@0 0:s+y@0 0:c+x@1"),
                 w.story.text.c_str());
        QCOMPARE(swapped.story.text, std::string());
    }

    void limitsOfAConnection() {
        Wire w({100, 4, 1U << 20});
        w.open();
        w.send(kB, kA, kAck, 501, 101);
        w.send(kA, kB, kData, 111, 501, std::string(60, 'x'));
        w.send(kA, kB, kData, 181, 501, std::string(60, 'y'));
        QVERIFY2(w.story.text.starts_with("0:open(1000>80) 0:c~10@0g! 0:c+xxx"),
                 w.story.text.c_str());
        QVERIFY(w.story.text.ends_with("x@10"));
        Wire v({1000, 4, 1U << 20});
        v.open();
        v.send(kB, kA, kAck, 501, 101);
        for (std::uint32_t i = 1; i <= 5; ++i) v.send(kA, kB, kData, 101 + i * 10, 501, "z");
        QCOMPARE(v.story.text, std::string("0:open(1000>80) 0:c~10@0g! 0:c+z@10"));
    }

    void floodOfConflictsEnds() {
        Wire w;
        w.open();
        w.send(kA, kB, kData, 101, 501, "aa");
        for (int i = 0; i < 1000; ++i) w.send(kA, kB, kData, 101, 501, "bb");
        w.finish();
        QCOMPARE(w.story.conflicts, TrackerLimits{}.conflicts);
        QVERIFY(w.story.text.find("(last)") != std::string::npos);
        QCOMPARE(w.tracker.conflictsNotTold(), 1000 - TrackerLimits{}.conflicts);
    }

    void asManyConflictsAsAreAskedFor() {
        TrackerLimits limits;
        limits.conflicts = 700;
        Wire w(limits);
        w.open();
        w.send(kA, kB, kData, 101, 501, "aa");
        for (int i = 0; i < 600; ++i) w.send(kA, kB, kData, 101, 501, "bb");
        w.finish();
        QCOMPARE(w.story.conflicts, std::size_t{600});
        QCOMPARE(w.story.text.find("(last)"), std::string::npos);
        QCOMPARE(w.tracker.conflictsNotTold(), std::uint64_t{0});
    }
};

QTEST_APPLESS_MAIN(TestTcpHoles)
#include "test_tcp_holes.moc"
