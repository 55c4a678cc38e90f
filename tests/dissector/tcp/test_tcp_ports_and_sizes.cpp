// Many connections between the same ports, and streams that wrap their sequence numbers again and
// again.
#include <functional>

#include <QtTest>

#include "tests/support/tcp_wire.h"

using namespace framescope;
using namespace framescope::tcp;
using namespace framescope::test;

class TestTcpPortsAndSizes : public QObject {
    Q_OBJECT

    using Play = std::function<void(Wire&)>;

private Q_SLOTS:
    void ports_data() {
        QTest::addColumn<std::string>("story");
        QTest::addColumn<std::string>("expected");
        const auto row = [](const char* name, bool closed, const Play& play,
                            const std::string& expected) {
            Wire wire;
            wire.open();
            wire.send(kA, kB, kData, 101, 501, "a");
            if (closed) {
                wire.send(kA, kB, kFinAck, 102, 501);
                wire.send(kB, kA, kFinAck, 501, 103);
                wire.send(kA, kB, kAck, 103, 502);
            }
            play(wire);
            std::string story = wire.finish();
            story.erase(0, std::string_view("0:open(1000>80) 0:c+a@0 ").size());
            const std::string closing = "0:c.fin 0:s.fin 0:end(c,fin)";
            if (closed && story.starts_with(closing)) story.erase(0, closing.size() + 1);
            QTest::newRow(name) << story << expected;
        };
        const std::string reused =
            "0:c.port-reused 0:s.port-reused 0:end(c,port-reused) 1:open(1000>80) ";
        const std::string open = " 1:c.capture-end 1:s.capture-end 1:end(c,capture-end)";
        row(
            "without a FIN", false,
            [](Wire& w) {
                w.send(kA, kB, kSyn, 7000);
                w.send(kB, kA, kSynAck, 9000, 7001);
                w.send(kA, kB, kData, 7001, 9001, "b");
            },
            reused + "1:c+b@0" + open);
        row(
            "within the window of the old one", false,
            [](Wire& w) {
                w.send(kA, kB, kSyn, 110);
                w.send(kB, kA, kSynAck, 510, 111);
                w.send(kA, kB, kData, 111, 511, "b");
            },
            reused + "1:c+b@0" + open);
        row(
            "not: the SYN is challenged, and the connection goes on", false,
            [](Wire& w) {
                w.send(kA, kB, kSyn, 99'000'000);
                w.send(kB, kA, kAck, 501, 102);
                w.send(kA, kB, kData, 102, 501, "b");
                w.send(kB, kA, kData, 501, 103, "c");
            },
            "1:open(1000>80) 0:c+b@1 0:s+c@0 0:c.capture-end 0:s.capture-end "
            "0:end(c,capture-end)" +
                open);
        row(
            "not: several are challenged", false,
            [](Wire& w) {
                w.send(kA, kB, kSyn, 99'000'000);
                w.send(kA, kB, kSyn, 98'000'000);
                w.send(kB, kA, kAck, 501, 102);
                w.send(kA, kB, kData, 102, 501, "b");
            },
            "1:open(1000>80) 1:c.port-reused 1:s.port-reused 1:end(c,port-reused) "
            "2:open(1000>80) 0:c+b@1 0:c.capture-end 0:s.capture-end 0:end(c,capture-end) "
            "2:c.capture-end 2:s.capture-end 2:end(c,capture-end)");
        row(
            "after a challenge, by a second SYN", false,
            [](Wire& w) {
                w.send(kA, kB, kSyn, 7000);
                w.send(kB, kA, kAck, 501, 102);
                w.send(kA, kB, kRst, 102);
                w.send(kA, kB, kSyn, 7000);
                w.send(kB, kA, kSynAck, 9000, 7001);
                w.send(kA, kB, kData, 7001, 9001, "b");
            },
            "1:open(1000>80) 0:c.reset 0:s.reset 0:end(c,reset) 1:c+b@0" + open);
        row(
            "by a SYN that is refused", false,
            [](Wire& w) {
                w.send(kA, kB, kSyn, 7000);
                w.send(kB, kA, kRst | kAck, 0, 7001);
            },
            reused + "1:c.reset 1:s.reset 1:end(s,reset)");
        row(
            "with the answer not captured", false,
            [](Wire& w) {
                w.send(kA, kB, kSyn, 7000);
                w.send(kA, kB, kAck, 7001, 9001);
                w.send(kA, kB, kData, 7001, 9001, "b");
            },
            reused + "1:c+b@0" + open);
        row(
            "in TIME-WAIT", true,
            [](Wire& w) {
                w.send(kA, kB, kSyn, 104);
                w.send(kB, kA, kSynAck, 600, 105);
                w.send(kA, kB, kData, 105, 601, "b");
            },
            "1:open(1000>80) 1:c+b@0" + open);
        row(
            "with the same first number, a minute later", true,
            [](Wire& w) {
                w.timeNs += 60'000'000'000;
                w.send(kA, kB, kSyn, 100);
                w.send(kB, kA, kSynAck, 500, 101);
                w.send(kA, kB, kData, 101, 501, "b");
            },
            "1:open(1000>80) 1:c+b@0" + open);
        row(
            "not, but captured again", true,
            [](Wire& w) {
                w.send(kA, kB, kSyn, 100);
                w.send(kB, kA, kSynAck, 500, 101);
                w.send(kA, kB, kData, 101, 501, "a");
                w.send(kA, kB, kFinAck, 102, 501);
                w.send(kB, kA, kFinAck, 501, 103);
            },
            "");
        row(
            "by one that was joined far away", true,
            [](Wire& w) {
                w.send(kA, kB, kData, 3'000'000'000, 1'500'000'000, "GET");
                w.send(kB, kA, kData, 1'500'000'000, 3'000'000'003, "HTTP");
            },
            "1:open(1000>80,joined) 1:c+GET@0 1:s+HTTP@0" + open);
    }
    void ports() {
        QFETCH(std::string, story);
        QFETCH(std::string, expected);
        if (!story.empty() && expected.empty()) QFAIL(story.c_str());
        QVERIFY2(story == expected, ("\n" + story + "\nand not\n" + expected).c_str());
    }

    /// Of the second connection's opening one packet was captured, and its numbers lie near to
    /// those of the first one, which has not ended for good.
    void portsUsedAgainNearby_data() {
        QTest::addColumn<int>("end");
        QTest::addColumn<bool>("answer");
        QTest::addColumn<int>("apart");
        struct End {
            const char* name;
            int packet;
        };
        for (const auto& [name, packet] :
             {End{"open", 0}, End{"half closed", kFinAck}, End{"reset", kRst | kAck}}) {
            for (const bool answer : {false, true}) {
                for (const int apart : {10, 1000, 60'000, -30'000}) {
                    QTest::addRow("%s, its %s %d on", name, answer ? "SYN-ACK" : "SYN", apart)
                        << packet << answer << apart;
                }
            }
        }
    }
    void portsUsedAgainNearby() {
        QFETCH(int, end);
        QFETCH(bool, answer);
        QFETCH(int, apart);
        constexpr int kTurns = 4;
        Wire wire;
        wire.story.quiet = true;
        std::uint32_t client = 1'000'001;
        std::uint32_t server = 5'000'001;
        const auto turns = [&](char letter) {
            for (int i = 0; i < kTurns; ++i) {
                wire.send(kA, kB, kData, client, server, std::string(20, letter));
                client += 20;
                wire.send(kB, kA, kAck, server, client);
                wire.send(kB, kA, kData, server, client, std::string(30, letter));
                server += 30;
                wire.send(kA, kB, kAck, client, server);
            }
        };
        wire.send(kA, kB, kSyn, client - 1);
        wire.send(kB, kA, kSynAck, server - 1, client);
        wire.send(kA, kB, kAck, client, server);
        turns('a');
        if (end != 0) wire.send(kA, kB, end, client, server);
        if (end == kFinAck) wire.send(kB, kA, kAck, server, client + 1);
        client += static_cast<std::uint32_t>(apart);
        server += static_cast<std::uint32_t>(apart);
        if (answer) {
            wire.send(kB, kA, kSynAck, server - 1, client);
        } else {
            wire.send(kA, kB, kSyn, client - 1);
        }
        turns('b');
        wire.send(kA, kB, kFinAck, client, server);
        wire.send(kB, kA, kFinAck, server, client + 1);
        wire.send(kA, kB, kAck, client + 1, server + 1);
        wire.finish();
        QCOMPARE(wire.story.gaps, std::size_t{0});
        QCOMPARE(wire.story.streams.size(), std::size_t{2});
        for (std::size_t i = 0; i < 2; ++i) {
            const char letter = i == 0 ? 'a' : 'b';
            QCOMPARE(wire.story.streams[i][0], std::string(20 * kTurns, letter));
            QCOMPARE(wire.story.streams[i][1], std::string(30 * kTurns, letter));
        }
    }

    /// A minute after its end all of a connection comes again. The clock in its SYN tells whether
    /// it was captured twice, or its program always begins with the same number.
    void aSynsClockTellsALateCopy_data() {
        QTest::addColumn<int>("clock");
        QTest::addColumn<std::size_t>("connections");
        QTest::newRow("the same") << 77 << std::size_t{1};
        QTest::newRow("another") << 78 << std::size_t{2};
    }
    void aSynsClockTellsALateCopy() {
        QFETCH(int, clock);
        QFETCH(std::size_t, connections);
        Wire wire;
        const auto conversation = [&wire](int time) {
            const auto at = static_cast<std::uint8_t>(time);
            wire.options = {8, 10, 0, 0, 0, at, 0, 0, 0, 0, 1, 1};
            wire.send(kA, kB, kSyn, 100);
            wire.options = {1, 1, 8, 10, 0, 0, 1, at, 0, 0, 0, at};
            wire.send(kB, kA, kSynAck, 500, 101);
            wire.send(kA, kB, kData, 101, 501, "a");
            wire.send(kA, kB, kFinAck, 102, 501);
            wire.send(kB, kA, kFinAck, 501, 103);
            wire.send(kA, kB, kAck, 103, 502);
        };
        conversation(77);
        wire.timeNs += 60'000'000'000;
        conversation(clock);
        wire.finish();
        QCOMPARE(wire.story.streams.size(), connections);
        for (const auto& streams : wire.story.streams) QCOMPARE(streams[0], std::string("a"));
    }

    /// Every packet repeats nearly all of the one before it.
    void overlapsByAByteAreReadOnce() {
        Wire w;
        std::size_t reads = 0;
        w.tracker.setReadBack([&](std::uint64_t offset, std::span<std::uint8_t> into) {
            ++reads;
            if (offset + into.size() > w.capture.size()) return false;
            std::copy_n(w.capture.begin() + static_cast<std::ptrdiff_t>(offset), into.size(),
                        into.begin());
            return true;
        });
        w.story.quiet = true;
        w.open();
        constexpr std::uint32_t kCount = 3000;
        std::string text;
        for (std::uint32_t i = 0; i < kCount + 1400; ++i) text += static_cast<char>('a' + i % 23);
        for (std::uint32_t i = 0; i < kCount; ++i) {
            w.send(kA, kB, kData, 101 + i, 501, std::string_view(text).substr(i, 1400));
        }
        QVERIFY2(reads <= 3 * std::size_t{kCount}, std::to_string(reads).c_str());
        QCOMPARE(w.story.conflicts, std::size_t{0});
        text[2000] = '!';
        w.send(kA, kB, kData, 101 + 1500, 501, std::string_view(text).substr(1500, 1400));
        QCOMPARE(w.story.conflicts, std::size_t{1});
        QCOMPARE(w.tracker.bytesNotCompared(), std::uint64_t{0});
    }

    /// None of them is like any other, so that each would have to be looked up byte by byte.
    void whatCostsTooMuchIsNotComparedAndCounted() {
        Wire w;
        std::size_t reads = 0;
        w.tracker.setReadBack([&](std::uint64_t offset, std::span<std::uint8_t> into) {
            ++reads;
            if (offset + into.size() > w.capture.size()) return false;
            std::copy_n(w.capture.begin() + static_cast<std::ptrdiff_t>(offset), into.size(),
                        into.begin());
            return true;
        });
        w.story.quiet = true;
        w.open();
        constexpr std::uint32_t kCount = 9000;
        for (std::uint32_t i = 0; i < kCount; ++i) {
            w.send(kA, kB, kData, 101 + i, 501, std::string(1400, static_cast<char>('a' + i % 2)));
        }
        const std::size_t most =
            (HandedOn::kCredit + (kCount + 1) * HandedOn::kRefill) / HandedOn::kCostOfRead + kCount;
        QVERIFY2(reads <= most, std::to_string(reads).c_str());
        QVERIFY(w.tracker.bytesNotCompared() > 0);
        QCOMPARE(w.story.conflicts, std::size_t{100});
    }

    /// Every second byte is lost, and captured after it was given up, once more behind that.
    void manyHolesAreFilledLateAndWhatIsForgottenIsCounted_data() {
        QTest::addColumn<std::uint32_t>("holes");
        QTest::addColumn<bool>("ended");
        QTest::addColumn<std::uint64_t>("told");
        QTest::newRow("a few") << 100U << false << std::uint64_t{100};
        QTest::newRow("as many as are kept") << 4096U << false << std::uint64_t{4096};
        QTest::newRow("more") << 5000U << false << std::uint64_t{5000 - 2048};
        QTest::newRow("behind the end") << 60U << true << std::uint64_t{60};
        QTest::newRow("more behind the end") << 100U << true << std::uint64_t{64};
    }
    void manyHolesAreFilledLateAndWhatIsForgottenIsCounted() {
        QFETCH(std::uint32_t, holes);
        QFETCH(bool, ended);
        QFETCH(std::uint64_t, told);
        Wire w;
        w.open();
        for (std::uint32_t i = 0; i < holes; ++i) {
            w.send(kA, kB, kData, 102 + 2 * i, 501, "b");
            w.send(kB, kA, kAck, 501, 103 + 2 * i);
        }
        w.others(200);
        if (ended) {
            w.send(kA, kB, kFinAck, 101 + 2 * holes, 501);
            w.send(kB, kA, kFinAck, 501, 102 + 2 * holes);
            w.send(kA, kB, kAck, 102 + 2 * holes, 502);
        }
        w.story.text.clear();
        for (int turn = 0; turn < 2; ++turn) {
            for (std::uint32_t i = 0; i < holes; ++i) {
                w.send(kA, kB, kData, 101 + 2 * i, 501, "a");
            }
        }
        const auto late = QByteArray::fromStdString(w.story.text).count("late1@");
        QCOMPARE(static_cast<std::uint64_t>(late), told);
        // What it costs too much to look up counts as not compared instead.
        QVERIFY(w.tracker.bytesPastMemory() <= 2 * (holes - told));
        QCOMPARE(w.tracker.bytesPastMemory() > 0, holes > told);
    }

    void bytesThatLieTooFarBackAreCounted() {
        Wire w;
        w.story.quiet = true;
        w.open();
        const auto count = static_cast<std::uint32_t>(HandedOn::kMaxSteps) + 10;
        for (std::uint32_t i = 0; i < count; ++i) w.send(kA, kB, kData, 101 + i, 501, "x");
        w.send(kA, kB, kData, 101, 501, "yyyy");
        QCOMPARE(w.story.conflicts, std::size_t{0});
        QCOMPARE(w.tracker.bytesNotCompared(), std::uint64_t{4});
        w.send(kA, kB, kData, 101 + count - 9, 501, "yyyy");
        QCOMPARE(w.story.conflicts, std::size_t{1});
        QCOMPARE(w.tracker.bytesNotCompared(), std::uint64_t{4});
    }

    void tenThousandConnectionsWithTheSamePorts() {
        Wire w;
        w.story.quiet = true;
        constexpr std::uint32_t kCount = 10'000;
        for (std::uint32_t i = 0; i < kCount; ++i) {
            // Every first number near the one before, so that windows overlap.
            const std::uint32_t client = 100 + i * 7;
            const std::uint32_t server = 500 + i * 11;
            const std::string text = std::to_string(i);
            const auto size = static_cast<std::uint32_t>(text.size());
            w.send(kA, kB, kSyn, client);
            w.send(kB, kA, kSynAck, server, client + 1);
            w.send(kA, kB, kData, client + 1, server + 1, text);
            w.send(kB, kA, kData, server + 1, client + 1 + size, "to " + text);
            if (i % 2 == 0) continue;
            w.send(kB, kA, kFinAck, server + 4 + size, client + 1 + size);
            w.send(kA, kB, kFinAck, client + 1 + size, server + 5 + size);
            if (i % 4 == 1) w.send(kB, kA, kAck, server + 5 + size, client + 2 + size);
        }
        w.finish();
        QCOMPARE(w.story.streams.size(), std::size_t{kCount});
        for (std::uint32_t i = 0; i < kCount; ++i) {
            QCOMPARE(w.story.streams[i][0], std::to_string(i));
            QCOMPARE(w.story.streams[i][1], "to " + std::to_string(i));
        }
        QCOMPARE(w.story.gaps, std::size_t{0});
        QCOMPARE(w.story.conflicts, std::size_t{0});
    }

    /// A snap length keeps a few bytes of segments of 64 kB; and where nothing is captured of 3 GiB
    /// at a time, acknowledgments say how far the stream has come.
    void streamBeyondFourGigabytes() {
        struct Far : Story {
            void data(ConnectionId, Direction, StreamOffset offset, ByteView bytes,
                      const Origin&) override {
                if (last != 0 && offset != last) wrong = true;
                last = offset + bytes.size();
                if (asText(bytes) == "mark") marks.push_back(offset);
            }
            void gap(ConnectionId, Direction, const Gap& gap) override {
                if (last != 0 && gap.offset != last) wrong = true;
                last = gap.offset + gap.missing;
            }
            StreamOffset last = 0;
            std::vector<StreamOffset> marks;
            bool wrong = false;
        };
        Far story;
        TcpTracker tracker(story, nullptr);
        PacketNumber number = 0;
        const auto send = [&](bool forth, int flags, std::uint32_t sequence,
                              std::uint32_t acknowledgment, std::string_view text,
                              std::uint64_t length) {
            DecodedPacket packet;
            packet.kind = PacketKind::Tcp;
            packet.source.port = forth ? kA : kB;
            packet.destination.port = forth ? kB : kA;
            packet.tcp.flags = static_cast<std::uint16_t>(flags);
            packet.tcp.sequence = sequence;
            packet.tcp.acknowledgment = acknowledgment;
            packet.payloadCaptured = text.size();
            packet.payloadLength = std::max<std::uint64_t>(length, text.size());
            ++number;
            tracker.packet(packet, asBytes(text), {number, 0, number * 100ULL});
        };
        constexpr std::uint32_t kBase = 4'000'000'001;
        send(true, kSyn, kBase - 1, 0, {}, 0);
        send(false, kSynAck, 500, kBase, {}, 0);
        const auto at = [](StreamOffset offset) {
            return static_cast<std::uint32_t>(kBase + offset);
        };
        StreamOffset offset = 0;
        std::vector<StreamOffset> marks;
        const auto mark = [&] {
            marks.push_back(offset);
            send(true, kData, at(offset), 501, "mark", 0);
            offset += 4;
            send(false, kAck, 501, at(offset), {}, 0);
        };
        // Twice around with cut segments.
        constexpr std::uint64_t kSegment = 65'000;
        while (offset < (StreamOffset{9} << 30)) {
            if (marks.size() < (offset >> 28)) mark();
            send(true, kData, at(offset), 501, "cut", kSegment);
            offset += kSegment;
            if (number % 8 == 0) send(false, kAck, 501, at(offset), {}, 0);
        }
        // Twice around with nothing but acknowledgments.
        for (int i = 0; i < 6; ++i) {
            mark();
            for (int part = 0; part < 150; ++part) {
                offset += 10'000'000;
                send(false, kAck, 501, at(offset), {}, 0);
            }
        }
        mark();
        tracker.finish();
        QVERIFY(!story.wrong);
        QVERIFY(offset > (StreamOffset{17} << 30));
        QCOMPARE(story.marks, marks);
    }
};

QTEST_APPLESS_MAIN(TestTcpPortsAndSizes)
#include "test_tcp_ports_and_sizes.moc"
