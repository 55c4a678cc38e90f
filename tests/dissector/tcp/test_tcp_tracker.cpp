// What the tracker makes of the ways in which connections begin and end, told as one line of text.
#include <QtTest>

#include "dissector/tcp/tcp_tracker.h"
#include "tests/support/prefixes.h"
#include "tests/support/tcp_wire.h"

using namespace framescope;
using namespace framescope::tcp;
using namespace framescope::test;

class TestTcpTracker : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void wholeConnection() {
        Wire w;
        w.open();
        w.send(kA, kB, kAck, 101, 501, "hi");
        w.send(kB, kA, kAck, 501, 103, "ho");
        w.send(kA, kB, kFin | kAck, 103, 503);
        w.send(kB, kA, kFin | kAck, 503, 104);
        w.send(kA, kB, kAck, 104, 504);
        QCOMPARE(w.finish(), std::string("0:open(1000>80) 0:c+hi@0 0:s+ho@0 0:c.fin 0:s.fin "
                                         "0:end(c,fin)"));
    }

    void everyHandshakePacketTwiceOrBackwards() {
        const std::string wanted =
            "0:open(1000>80) 0:c+hi@0 0:c.capture-end 0:s.capture-end "
            "0:end(c,capture-end)";
        Wire twice;
        for (int i = 0; i < 2; ++i) twice.send(kA, kB, kSyn, 100);
        for (int i = 0; i < 2; ++i) twice.send(kB, kA, kSyn | kAck, 500, 101);
        twice.send(kA, kB, kAck, 101, 501, "hi");
        twice.send(kA, kB, kSyn, 100);
        QCOMPARE(twice.finish(), wanted);
        Wire swapped;
        swapped.send(kB, kA, kSyn | kAck, 500, 101);
        swapped.send(kA, kB, kSyn, 100);
        swapped.send(kA, kB, kAck, 101, 501, "hi");
        QCOMPARE(swapped.finish(), wanted);
        Wire backwards;
        backwards.send(kA, kB, kAck, 101, 501);
        backwards.send(kB, kA, kSyn | kAck, 500, 101);
        backwards.send(kA, kB, kSyn, 100);
        backwards.send(kA, kB, kAck, 101, 501, "hi");
        QCOMPARE(backwards.finish(), wanted);
    }

    void synLost() {
        Wire w;
        w.send(kB, kA, kSyn | kAck, 500, 101);
        w.send(kA, kB, kAck, 106, 501, "world");
        QCOMPARE(w.finish(), std::string("0:open(1000>80) 0:c~5@0u 0:c+world@5 0:c.capture-end "
                                         "0:s.capture-end 0:end(c,capture-end)"));
    }

    void synAckLost() {
        Wire w;
        w.send(kA, kB, kSyn, 100);
        w.send(kA, kB, kAck, 101, 501);
        w.send(kB, kA, kAck, 503, 101, "xyz");
        w.send(kA, kB, kRst, 101);
        QCOMPARE(w.finish(), std::string("0:open(1000>80) 0:s~2@0u 0:s+xyz@2 0:c.reset 0:s.reset "
                                         "0:end(c,reset)"));
    }

    void bothOpenAtOnce() {
        Wire w;
        w.send(kA, kB, kSyn, 100);
        w.send(kB, kA, kSyn, 500);
        w.send(kA, kB, kSyn | kAck, 100, 501);
        w.send(kB, kA, kSyn | kAck, 500, 101);
        w.send(kA, kB, kAck, 101, 501, "hi");
        QCOMPARE(w.finish(), std::string("0:open(1000>80) 0:c+hi@0 0:c.capture-end "
                                         "0:s.capture-end 0:end(c,capture-end)"));
    }

    void dataInTheSyn() {
        Wire w;
        w.send(kA, kB, kSyn, 100, 0, "early");
        w.send(kB, kA, kSyn | kAck, 500, 106);
        w.send(kA, kB, kAck, 106, 501, "late");
        QCOMPARE(w.finish(), std::string("0:open(1000>80) 0:c+early@0 0:c+late@5 0:c.capture-end "
                                         "0:s.capture-end 0:end(c,capture-end)"));
    }

    void joined_data() {
        QTest::addColumn<QByteArray>("payload");
        QTest::addColumn<int>("from");
        QTest::addColumn<QByteArray>("open");
        QTest::newRow("request") << QByteArray("GET /") << 80 << QByteArray("open(80>1000,joined)");
        QTest::newRow("response") << QByteArray("HTTP") << 80 << QByteArray("open(1000>80,joined)");
        QTest::newRow("ports") << QByteArray("xx") << 80 << QByteArray("open(1000>80,joined)");
    }
    void joined() {
        QFETCH(QByteArray, payload);
        QFETCH(int, from);
        QFETCH(QByteArray, open);
        // Also when the other side's acknowledgment was what was seen first.
        for (const bool acknowledgmentFirst : {false, true}) {
            Wire w;
            if (acknowledgmentFirst) w.send(kA, kB, kAck, 40, 90);
            w.send(static_cast<std::uint16_t>(from), from == kA ? kB : kA, kAck, 90, 40,
                   payload.toStdString());
            QCOMPARE(w.story.text, std::string());
            w.tracker.idle();
            QVERIFY2(w.story.text.starts_with("0:" + open.toStdString()), w.story.text.c_str());
            QVERIFY(w.story.text.ends_with("+" + payload.toStdString() + "@0"));
        }
    }

    void onlyAcknowledgments() {
        Wire w;
        w.send(kB, kA, kAck, 90, 40);
        w.send(kA, kB, kAck, 40, 95);
        QCOMPARE(w.finish(), std::string("0:open(1000>80,joined) 0:c.capture-end 0:s.capture-end "
                                         "0:end(c,capture-end)"));
    }

    void finBeforeItsData() {
        Wire w;
        w.open();
        w.send(kA, kB, kFin | kAck, 103, 501);
        w.send(kB, kA, kFin | kAck, 501, 101);
        w.send(kA, kB, kAck, 101, 501, "hi");
        QCOMPARE(w.finish(), std::string("0:open(1000>80) 0:c+hi@0 0:c.fin 0:s.fin 0:end(c,fin)"));
    }

    void finWhoseDataIsLost() {
        Wire w;
        w.open();
        w.send(kA, kB, kFin | kAck, 103, 501);
        w.send(kB, kA, kFin | kAck, 501, 104);
        QCOMPARE(w.finish(), std::string("0:open(1000>80) 0:c~2@0 0:c.fin 0:s.fin 0:end(c,fin)"));
    }

    void bothCloseAtOnceAndHalfClose() {
        Wire w;
        w.open();
        w.send(kB, kA, kFin | kAck, 501, 101);
        w.send(kA, kB, kAck, 101, 502, "still here");
        w.send(kA, kB, kFin | kAck, 111, 502);
        QCOMPARE(w.finish(), std::string("0:open(1000>80) 0:s.fin 0:c+still here@0 0:c.fin "
                                         "0:end(s,fin)"));
    }

    void resetTellsWhatWasLost() {
        Wire w;
        w.open();
        w.send(kA, kB, kAck, 104, 501, "def");
        w.send(kB, kA, kRst | kAck, 501, 107);
        w.send(kB, kA, kRst, 501);
        QCOMPARE(w.finish(), std::string("0:open(1000>80) 0:c~3@0 0:c+def@3 0:c.reset 0:s.reset "
                                         "0:end(s,reset)"));
    }

    void portsUsedAgain() {
        Wire w;
        w.open();
        w.send(kA, kB, kSyn, 70000);
        w.send(kB, kA, kSyn | kAck, 90000, 70001);
        w.send(kA, kB, kAck, 70001, 90001, "new");
        QVERIFY2(w.finish().starts_with("0:open(1000>80) 0:c.port-reused 0:s.port-reused "
                                        "0:end(c,port-reused) 1:open(1000>80) 1:c+new@0"),
                 w.story.text.c_str());
    }

    void portsUsedAgainWithTheSynLost() {
        Wire w;
        w.open();
        w.send(kA, kB, kRst, 101);
        w.send(kB, kA, kSyn | kAck, 90000, 70001);
        w.send(kA, kB, kAck, 70001, 90001, "new");
        QVERIFY2(w.finish().starts_with("0:open(1000>80) 0:c.reset 0:s.reset 0:end(c,reset) "
                                        "1:open(1000>80) 1:c+new@0"),
                 w.story.text.c_str());
    }

    /// Only a connection's own FINs or RST are in the capture of what came before, and nothing of
    /// how the next one between the same ports began.
    void portsUsedAgainWithBothSynsLost_data() {
        QTest::addColumn<int>("end");
        QTest::addColumn<std::uint32_t>("client");
        QTest::addColumn<std::uint32_t>("server");
        QTest::addColumn<bool>("another");
        constexpr int kFins = kFin | kAck;
        constexpr int kReset = kRst | kAck;
        QTest::newRow("FIN, far ahead") << kFins << 500'000U << 700'000U << true;
        QTest::newRow("FIN, a little ahead") << kFins << 30'000U << 30'000U << true;
        QTest::newRow("FIN, before its start") << kFins << 40U << 400U << true;
        QTest::newRow("FIN, one number of its own") << kFins << 500'000U << 504U << false;
        QTest::newRow("RST, far ahead") << kReset << 500'000U << 700'000U << true;
        QTest::newRow("RST, before its start") << kReset << 40U << 400U << true;
        QTest::newRow("RST, one number of its own") << kReset << 500'000U << 503U << false;
    }
    void portsUsedAgainWithBothSynsLost() {
        QFETCH(int, end);
        QFETCH(std::uint32_t, client);
        QFETCH(std::uint32_t, server);
        QFETCH(bool, another);
        Wire w;
        w.open();
        w.send(kA, kB, kAck | kPsh, 101, 501, "ask");
        w.send(kB, kA, kAck | kPsh, 501, 104, "so");
        w.send(kA, kB, end, 104, 503);
        if ((end & kFin) != 0) {
            w.send(kB, kA, kFin | kAck, 503, 105);
            w.send(kA, kB, kAck, 105, 504);
        }
        w.send(kA, kB, kAck | kPsh, client, server, "GET");
        if (another) w.send(kB, kA, kAck | kPsh, server, client + 3, "HTTP");
        if (another) w.send(kA, kB, kAck, client + 3, server + 4);
        const std::string story = w.finish();
        QCOMPARE(story.find("1:open(1000>80,joined)") != std::string::npos, another);
        if (!another) return;
        QVERIFY2(story.ends_with(" 1:open(1000>80,joined) 1:c+GET@0 1:s+HTTP@0 1:c.capture-end "
                                 "1:s.capture-end 1:end(c,capture-end)"),
                 story.c_str());
        QVERIFY2(story.find("~") == std::string::npos, story.c_str());
    }

    void aWholeCopyFollowsOneThatWasCut() {
        Wire w;
        w.open();
        w.send(kA, kB, kAck, 101, 501, "ab", 6);
        w.send(kA, kB, kAck, 107, 501, "gh");
        w.send(kA, kB, kAck, 101, 501, "abcdef");
        QVERIFY2(w.story.text.find("0:c+cdef@2") != std::string::npos, w.story.text.c_str());
        QVERIFY2(w.finish().find('~') == std::string::npos, w.story.text.c_str());
    }

    void nothingCapturedOfSegments() {
        Wire w;
        w.open();
        std::uint32_t sequence = 101;
        constexpr std::uint32_t kLength = 1U << 30;
        for (int i = 0; i < 6; ++i, sequence += kLength) {
            w.send(kA, kB, kAck, sequence, 501, {}, kLength);
            w.send(kB, kA, kAck, 501, sequence + kLength);
        }
        w.send(kA, kB, kAck, sequence, 501, "here");
        QVERIFY2(w.story.text.ends_with("0:c~1073741824@5368709120/ 0:c+here@6442450944"),
                 w.story.text.c_str());
    }

    /// Acknowledgments alone tell how far an uncaptured direction came, beyond 4 GiB too.
    void onlyAcknowledgmentsOfALongStream() {
        Wire w;
        w.open();
        std::uint32_t acknowledgment = 501;
        for (int i = 0; i < 6; ++i) {
            acknowledgment += 1U << 30;
            w.send(kA, kB, kAck, 101, acknowledgment);
        }
        QVERIFY2(w.finish().find("0:s~6442450944@0") != std::string::npos, w.story.text.c_str());
    }

    void manyConnectionsHoldABoundedAmount() {
        Wire w;
        const std::string block(1U << 20, 'x');
        for (std::uint16_t port = 10000; port < 10020; ++port) {
            w.send(port, kB, kSyn, 0);
            w.send(kB, port, kSyn | kAck, 0, 1);
            for (std::uint32_t i = 0; i < 15; ++i) {
                w.send(port, kB, kAck, 10 + (i << 20), 1, block);
            }
        }
        // 300 MiB came, 256 may wait: the last connections had to give their holes up.
        QVERIFY(w.story.text.find("0:c~9@0") == std::string::npos);
        QVERIFY(w.story.text.find("19:c~9@0") != std::string::npos);
    }

    void ofSeveralAnswersTheOneThatIsAcknowledgedCounts() {
        Wire w;
        w.send(kA, kB, kSyn, 100);
        w.send(kB, kA, kSyn | kAck, 500, 101);
        w.send(kB, kA, kSyn | kAck, 1'200'000'500, 101);
        w.send(kA, kB, kAck, 101, 501, "hi");
        // One of them once more is no other connection.
        w.send(kB, kA, kSyn | kAck, 1'200'000'500, 101);
        w.send(kB, kA, kAck, 501, 103, "ho");
        QCOMPARE(w.finish(),
                 std::string("0:open(1000>80) 0:c+hi@0 0:s+ho@0 0:c.capture-end 0:s.capture-end "
                             "0:end(c,capture-end)"));
    }

    void networksWithTheSameEndsAreToldApart() {
        // From the handshake on, and joined.
        for (const bool joined : {false, true}) {
            Wire w;
            const auto in = [&w](std::uint32_t network) -> Wire& {
                w.network = network;
                return w;
            };
            if (!joined) {
                in(5).send(kA, kB, kSyn, 100);
                in(6).send(kA, kB, kSyn, 900'000'100);
                in(5).send(kB, kA, kSyn | kAck, 500, 101);
                in(6).send(kB, kA, kSyn | kAck, 700'000'500, 900'000'101);
            }
            in(5).send(kA, kB, kAck, 101, 501, "five");
            in(6).send(kA, kB, kAck, 900'000'101, 700'000'501, "six!");
            in(6).send(kB, kA, kAck, 700'000'501, 900'000'105, "yes");
            in(5).send(kB, kA, kAck, 501, 105, "no");
            w.finish();
            QCOMPARE(w.story.streams.size(), std::size_t{2});
            QCOMPARE(w.story.streams[0][0] + w.story.streams[0][1], std::string("fiveno"));
            QCOMPARE(w.story.streams[1][0] + w.story.streams[1][1], std::string("six!yes"));
        }
    }

    /// GTP names each direction of a tunnel for itself: which two belong together is told by the
    /// numbers, however near the connections' own numbers are.
    void networksOfEachDirectionArePaired() {
        for (const bool answeredAtOnce : {false, true}) {
            Wire w;
            const auto in = [&w](std::uint32_t network) -> Wire& {
                w.network = network;
                return w;
            };
            in(1).send(kA, kB, kSyn, 1000);
            if (answeredAtOnce) in(2).send(kB, kA, kSyn | kAck, 5000, 1001);
            in(3).send(kA, kB, kSyn, 777'000);
            if (!answeredAtOnce) in(2).send(kB, kA, kSyn | kAck, 5000, 1001);
            in(4).send(kB, kA, kSyn | kAck, 888'000, 777'001);
            in(1).send(kA, kB, kAck, 1001, 5001, "one?");
            in(4).send(kB, kA, kAck, 888'001, 777'001, "hi");
            in(3).send(kA, kB, kAck, 777'001, 888'003, "two?");
            in(2).send(kB, kA, kAck, 5001, 1005, "one!");
            in(4).send(kB, kA, kAck, 888'003, 777'005, "two!");
            in(2).send(kB, kA, kFin | kAck, 5005, 1005);
            in(1).send(kA, kB, kFin | kAck, 1005, 5006);
            w.finish();
            QCOMPARE(w.story.streams.size(), std::size_t{2});
            QCOMPARE(w.story.streams[0][0] + w.story.streams[0][1], std::string("one?one!"));
            QCOMPARE(w.story.streams[1][0] + w.story.streams[1][1], std::string("two?hitwo!"));
            QVERIFY(w.story.text.find("0:end(s,fin)") != std::string::npos);
            QVERIFY(w.story.text.find("1:end(c,capture-end)") != std::string::npos);
        }
    }

    void tagsAloneTellNothingApart() {
        // Each direction in a VLAN of its own, and every packet again without its tag.
        Wire w;
        const auto twice = [&w](std::uint16_t from, int flags, std::uint32_t sequence,
                                std::uint32_t acknowledgment, std::string_view text = {}) {
            for (const bool tagged : {true, false}) {
                w.network = !tagged ? 0 : from == kA ? 5 : 6;
                w.send(from, from == kA ? kB : kA, flags, sequence, acknowledgment, text);
            }
        };
        twice(kA, kSyn, 100, 0);
        twice(kB, kSyn | kAck, 500, 101);
        twice(kA, kAck, 101, 501, "hi");
        twice(kB, kAck, 501, 103, "ho");
        twice(kA, kFin | kAck, 103, 503);
        twice(kB, kFin | kAck, 503, 104);
        QCOMPARE(w.finish(), std::string("0:open(1000>80) 0:c+hi@0 0:s+ho@0 0:c.fin 0:s.fin "
                                         "0:end(c,fin)"));
    }

    void manyNetworksWithTheSameEndsAreBounded() {
        Wire w;
        for (std::uint32_t network = 1; network <= 1000; ++network) {
            w.network = network;
            w.send(kA, kB, kSyn, network * 40'000'000);
            w.network = network;
            w.send(kA, kB, kAck, network * 40'000'000 + 1, 1, "data");
        }
        w.finish();
        QCOMPARE(w.story.streams.size(), std::size_t{1000});
        for (const auto& streams : w.story.streams) QCOMPARE(streams[0], std::string("data"));
    }

    void lateDataOfTheConnectionBeforeIsItsOwn() {
        Wire w;
        w.open();
        w.send(kA, kB, kAck, 101, 501, "old");
        w.send(kA, kB, kSyn, 900'000'100);
        w.send(kB, kA, kSyn | kAck, 700'000'500, 900'000'101);
        w.send(kA, kB, kAck, 101, 501, "old");  // sent again: nothing new
        w.send(kA, kB, kAck, 104, 501, "late");
        w.send(kA, kB, kAck, 900'000'101, 700'000'501, "new");
        w.finish();
        QCOMPARE(w.story.streams[0][0], std::string("oldlate"));
        QCOMPARE(w.story.streams[1][0], std::string("new"));
    }

    /// No system opens and resets at once: the byte with the flags was damaged.
    void flagsThatContradictEachOtherSayNothing() {
        constexpr int kUrgAndAbove = 0xe0;
        for (const int others :
             {0, int{kFin}, int{kPsh}, kUrgAndAbove, kFin | kPsh | kUrgAndAbove}) {
            Wire w;
            w.open();
            w.send(kA, kB, kAck, 101, 501, "abc");
            w.send(kA, kB, kSyn | kRst | others, 104, 501, "def");
            w.send(kB, kA, kAck, 501, 107, "xyz");
            w.send(kA, kB, kAck, 107, 504, "ghi");
            QCOMPARE(w.finish(),
                     std::string("0:open(1000>80) 0:c+abc@0 0:c+def@3 0:s+xyz@0 0:c+ghi@6 "
                                 "0:c.capture-end 0:s.capture-end 0:end(c,capture-end)"));
        }
    }

    void strayBytesAreToldOnce() {
        Wire w;
        w.open();
        w.send(kA, kB, kAck, 101, 501, "abc");
        const std::uint32_t behind = 101U - 50'000'000U;
        w.send(kA, kB, kAck, behind, 501, "stray");
        w.send(kA, kB, kAck, behind, 501, "stray");
        w.send(kA, kB, kAck, behind + 3, 501, "ay, and on");
        w.send(kA, kB, kAck, behind, 501, "STRAY");
        // Neither is the text in an RST that nobody takes lost.
        w.send(kA, kB, kRst, 500'000'000, 0, "why");
        w.send(kA, kB, kAck, 104, 501, "def");
        QCOMPARE(w.finish(),
                 std::string("0:open(1000>80) 0:c+abc@0 0:cstray5@3 0:cstray8@3 0:cstray5@3 "
                             "0:cstray3@3 0:c+def@3 0:c.capture-end 0:s.capture-end "
                             "0:end(c,capture-end)"));
    }

    void noiseNeverBreaksAnything() {
        for (std::uint32_t seed = 1; seed <= 200; ++seed) {
            Noise noise(seed);
            Wire w;
            for (int i = 0; i < 300; ++i) {
                const bool forth = noise.below(2) == 0;
                const std::uint32_t wild = noise.below(20) == 0 ? noise.next() : 100;
                w.send(forth ? kA : kB, forth ? kB : kA, noise.byte() & 0x17,
                       wild + static_cast<std::uint32_t>(noise.below(40)),
                       wild + static_cast<std::uint32_t>(noise.below(40)),
                       std::string(noise.below(12), 'x'), noise.below(30));
            }
            w.finish();
            // Whatever was opened, or went on, is ended once.
            const auto count = [&](const std::string& what) {
                std::size_t n = 0;
                for (std::size_t at = 0; (at = w.story.text.find(what, at)) != std::string::npos;
                     ++at) {
                    ++n;
                }
                return n;
            };
            QCOMPARE(count(":open(") + count(":on"), count(":end("));
        }
    }
};

QTEST_MAIN(TestTcpTracker)
#include "test_tcp_tracker.moc"
