// FINs that nobody takes, since the flag is a damaged bit or somebody has made the segment up: the
// direction goes on as if there had been none. And FINs that are taken, whatever comes behind.
#include <functional>

#include <QtTest>

#include "dissector/tcp/tcp_tracker.h"
#include "tests/support/tcp_wire.h"

using namespace framescope;
using namespace framescope::tcp;
using namespace framescope::test;

namespace {

const char* const kBothFins = " 0:c.fin 0:s.fin 0:end(c,fin)";

}  // namespace

class TestTcpFins : public QObject {
    Q_OBJECT

    using Play = std::function<void(Wire&)>;

private Q_SLOTS:
    void cases_data() {
        QTest::addColumn<std::string>("story");
        QTest::addColumn<std::string>("expected");
        // Without what every connection begins with.
        const auto row = [](const char* name, const Play& play, const std::string& expected) {
            Wire wire;
            wire.open();
            play(wire);
            std::string story = wire.finish();
            constexpr std::string_view kOpen = "0:open(1000>80) ";
            if (story.starts_with(kOpen)) story.erase(0, kOpen.size());
            QTest::newRow(name) << story << expected;
        };
        const auto close = [](Wire& w, std::uint32_t client, std::uint32_t server) {
            w.send(kA, kB, kFinAck, client, server);
            w.send(kB, kA, kFinAck, server, client + 1);
            w.send(kA, kB, kAck, client + 1, server + 1);
        };
        row(
            "on an acknowledgment",
            [&](Wire& w) {
                w.send(kA, kB, kFinAck, 101, 501);
                w.send(kB, kA, kData, 501, 101, "xy");
                w.send(kA, kB, kData, 101, 503, "abc");
                w.send(kB, kA, kAck, 503, 104);
                close(w, 104, 503);
            },
            std::string("0:s+xy@0 0:c+abc@0") + kBothFins);
        row(
            "in both directions, and the real ones behind data that was held",
            [&](Wire& w) {
                w.send(kA, kB, kData | kFin, 101, 501, "abc");
                w.send(kB, kA, kData | kFin, 501, 104, "xy");
                w.send(kA, kB, kData, 104, 503, "def");
                w.send(kB, kA, kData, 503, 107, "zz");
                close(w, 107, 505);
            },
            std::string("0:c+abc@0 0:s+xy@0 0:c+def@3 0:s+zz@2") + kBothFins);
        row(
            "ahead of the data",
            [&](Wire& w) {
                w.send(kA, kB, kData, 101, 501, "abc");
                w.send(kA, kB, kFinAck, 106, 501);
                w.send(kA, kB, kData, 104, 501, "defg");
                w.send(kB, kA, kAck, 501, 108);
                w.send(kA, kB, kData, 108, 501, "hi");
                w.send(kB, kA, kAck, 501, 110);
                close(w, 110, 501);
            },
            std::string("0:c+abc@0 0:c+defg@3 0:c+hi@7") + kBothFins);
        row(
            "ahead of the data, which is acknowledged in front of it",
            [](Wire& w) {
                w.send(kA, kB, kFinAck, 103, 501);
                w.send(kB, kA, kAck, 501, 106);
                w.send(kA, kB, kData, 101, 501, "abcde");
                w.send(kA, kB, kData, 106, 501, "f");
            },
            std::string("0:c+abcde@0 0:c+f@5") + kOpenEnd);
        row(
            "in the place of a byte that was captured",
            [](Wire& w) {
                w.send(kA, kB, kData, 101, 501, "abc");
                w.send(kB, kA, kAck, 501, 104);
                w.send(kA, kB, kFinAck, 103, 501);
                w.send(kA, kB, kData, 104, 501, "def");
            },
            std::string("0:c+abc@0 0:c+def@3") + kOpenEnd);
        row(
            "what stands in its place is lost",
            [&](Wire& w) {
                w.send(kA, kB, kData | kFin, 101, 501, "abc");
                w.send(kB, kA, kAck, 501, 110);
                w.send(kA, kB, kData, 110, 501, "jk");
                w.send(kB, kA, kAck, 501, 112);
                close(w, 112, 501);
            },
            "0:c+abc@0 0:s.fin 0:c~6@3 0:c+jk@9 0:c.fin 0:end(c,fin)");
        row(
            "what stands in its place is lost, and nothing else follows",
            [&](Wire& w) {
                w.send(kA, kB, kData | kFin, 101, 501, "abc");
                w.send(kB, kA, kAck, 501, 110);
                close(w, 110, 501);
            },
            "0:c+abc@0 0:s.fin 0:c~6@3 0:c.fin 0:end(c,fin)");
        row(
            "lost, and an RST follows",
            [](Wire& w) {
                w.send(kA, kB, kData | kFin, 101, 501, "abc");
                w.send(kB, kA, kRst | kAck, 501, 110);
            },
            "0:c+abc@0 0:c~6@3 0:c.reset 0:s.reset 0:end(s,reset)");
        row(
            "nobody acknowledges anything any more",
            [](Wire& w) {
                w.send(kA, kB, kData | kFin, 101, 501, "abc");
                w.send(kA, kB, kData, 104, 501, "def");
                w.others(200);
            },
            std::string("0:c+abc@0 0:c+def@3") + kOpenEnd);
        row(
            "so much follows that it is not held",
            [](Wire& w) {
                w.send(kA, kB, kFinAck, 101, 501);
                for (std::uint32_t i = 0; i < 100; ++i) w.send(kA, kB, kData, 101 + i, 501, "x");
                w.send(kB, kA, kAck, 501, 201);
                w.story.text = "0:" + std::to_string(w.story.streams[0][0].size());
            },
            std::string("0:100") + kOpenEnd);
        row(
            "taken: data in its place is told behind it",
            [](Wire& w) {
                w.send(kA, kB, kData | kFin, 101, 501, "abc");
                w.send(kA, kB, kData, 104, 501, "def");
                w.send(kB, kA, kAck, 501, 105);
                w.others(200);
            },
            "0:c+abc@0 0:c.fin 0:c+def@3 0:s.capture-end 0:end(c,half)");
        row(
            "taken: data with the number behind its own",
            [](Wire& w) {
                w.send(kA, kB, kData | kFin, 101, 501, "abc");
                w.send(kA, kB, kData, 105, 501, "def");
            },
            "0:c+abc@0 0:c.fin 0:c+def@4 0:s.capture-end 0:end(c,half)");
        row(
            "both at once: the connection ends when one is acknowledged",
            [](Wire& w) {
                w.send(kA, kB, kFinAck, 101, 501);
                w.send(kB, kA, kFinAck, 501, 101);
                w.story.text += " |";
                w.send(kA, kB, kAck, 102, 502);
            },
            "| 0:s.fin 0:c.fin 0:end(c,fin)");
    }
    void cases() {
        QFETCH(std::string, story);
        QFETCH(std::string, expected);
        // The connection of the packets in between is not of interest.
        story = story.substr(0, story.find(" 1:"));
        QVERIFY2(story == expected, (story + "\nand not\n" + expected).c_str());
    }

    /// Of one direction nobody acknowledges anything: what goes on in a FIN's place overrules it.
    void oneDirectionOnly() {
        Wire w;
        w.send(kA, kB, kData, 101, 501, "GET");
        w.others(200);
        w.send(kA, kB, kData | kFin, 104, 501, "abc");
        w.send(kA, kB, kData, 107, 501, "def");
        QVERIFY2(w.story.text.ends_with("0:c+GET@0 0:c+abc@3 0:c+def@6"), w.story.text.c_str());
        // A FIN behind which nothing comes is told after a while; even then it may be none.
        w.send(kA, kB, kFinAck, 110, 501);
        w.others(200);
        QVERIFY2(w.story.text.ends_with("0:c+def@6 0:c.fin"), w.story.text.c_str());
        w.send(kA, kB, kData, 110, 501, "ghi");
        QVERIFY2(w.story.text.ends_with("0:c.fin 0:nofin 0:c+ghi@9"), w.story.text.c_str());
    }
};

QTEST_MAIN(TestTcpFins)
#include "test_tcp_fins.moc"
