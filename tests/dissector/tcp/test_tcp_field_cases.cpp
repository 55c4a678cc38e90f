// What captures from the field bring, case by case: each as packets, and as the line of text that
// the tracker makes of them (see Story).
#include <functional>

#include <QtTest>

#include "tests/support/tcp_wire.h"

using namespace framescope;
using namespace framescope::tcp;
using namespace framescope::test;

namespace {

/// Left and right edge of one block behind two fillers.
Bytes sack(std::uint32_t left, std::uint32_t right) {
    Bytes options{1, 1, 5, 10};
    ByteWriter writer(options);
    writer.be32(left);
    writer.be32(right);
    return options;
}

}  // namespace

class TestTcpFieldCases : public QObject {
    Q_OBJECT

    using Play = std::function<void(Wire&)>;

private Q_SLOTS:
    void cases_data() {
        QTest::addColumn<std::string>("story");
        QTest::addColumn<std::string>("expected");
        // Without what every connection begins with.
        const auto row = [](const char* name, const Play& play, const std::string& expected) {
            Wire wire;
            play(wire);
            std::string story = wire.finish();
            constexpr std::string_view kOpen = "0:open(1000>80) ";
            if (story.starts_with(kOpen)) story.erase(0, kOpen.size());
            QTest::newRow(name) << story << expected;
        };
        const std::string open = kOpenEnd;
        const std::string others =
            " 1:open(9>8,joined) 1:c.capture-end 1:s.capture-end 1:end(c,capture-end)";

        row(
            "retransmitted with other cuts",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kData, 101, 501, "abcd");
                w.send(kA, kB, kData, 105, 501, "efgh");
                w.send(kA, kB, kData, 103, 501, "cdef");
                w.send(kA, kB, kData, 101, 501, "abcdefghij");
            },
            "0:c+abcd@0 0:c+efgh@4 0:c+ij@8" + open);
        row(
            "other contents, handed on before",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kData, 101, 501, "abcdefgh");
                w.send(kA, kB, kData, 103, 501, "cXeYgh");
            },
            "0:c+abcdefgh@0 0:cx3@3" + open);
        row(
            "other contents over several segments and beyond",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kData, 101, 501, "abc");
                w.send(kA, kB, kData, 104, 501, "def");
                w.send(kA, kB, kData, 101, 501, "aXcdeYghi");
            },
            "0:c+abc@0 0:c+def@3 0:c+ghi@6 0:cx5@1" + open);
        row(
            "other contents, held",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kData, 104, 501, "def");
                w.send(kA, kB, kData, 104, 501, "dXf");
                w.send(kA, kB, kData, 101, 501, "abc");
            },
            "0:cx1@4 0:c+abc@0 0:c+def@3" + open);
        row(
            "other contents in front of the SYN",
            [](Wire& w) {
                w.send(kA, kB, kData, 104, 501, "def");
                w.send(kA, kB, kData, 104, 501, "deX");
                w.open();
                w.send(kA, kB, kData, 101, 501, "abc");
            },
            "0:cx1@5 0:c+abc@0 0:c+def@3" + open);
        row(
            "captured twice, all of it",
            [](Wire& w) {
                for (int i = 0; i < 2; ++i) w.send(kA, kB, kSyn, 100);
                for (int i = 0; i < 2; ++i) w.send(kB, kA, kSynAck, 500, 101);
                for (int i = 0; i < 2; ++i) w.send(kA, kB, kData, 101, 501, "ask");
                for (int i = 0; i < 2; ++i) w.send(kB, kA, kData, 501, 104, "answer");
                for (int i = 0; i < 2; ++i) w.send(kB, kA, kFinAck, 507, 104);
                for (int i = 0; i < 2; ++i) w.send(kA, kB, kFinAck, 104, 508);
                for (int i = 0; i < 2; ++i) w.send(kA, kB, kRst, 105);
            },
            "0:c+ask@0 0:s+answer@0 0:s.fin 0:c.fin 0:end(s,fin)");

        row(
            "keep-alives",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kData, 101, 501, "abc");
                w.send(kB, kA, kAck, 501, 104);
                w.send(kA, kB, kAck, 103, 501);
                w.send(kA, kB, kAck, 103, 501, "c");
                w.send(kA, kB, kAck, 103, 501, std::string(1, '\0'));
                w.send(kA, kB, kData, 104, 501, "d");
            },
            "0:c+abc@0 0:c+d@3" + open);
        row(
            "a keep-alive captured again behind what followed it",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kData, 101, 501, "abc");
                w.send(kB, kA, kAck, 501, 104);
                w.send(kA, kB, kAck, 103, 501, "X");
                w.send(kB, kA, kAck, 501, 104);
                w.send(kA, kB, kData, 104, 501, "d");
                w.send(kB, kA, kAck, 501, 105);
                w.send(kA, kB, kAck, 103, 501, "X");
                w.send(kA, kB, kData, 105, 501, "e");
            },
            "0:c+abc@0 0:c+d@3 0:c+e@4" + open);
        row(
            "a keep-alive of bytes that were not captured",
            [](Wire& w) {
                w.open();
                w.send(kB, kA, kAck, 501, 111);
                w.send(kA, kB, kAck, 110, 501, "X");
                w.others(130);
                w.send(kA, kB, kData, 111, 501, "on");
            },
            "0:c~10@0 0:c+on@10" + open + others);
        row(
            "the last byte, captured behind its acknowledgment and a hole",
            [](Wire& w) {
                w.open();
                w.send(kB, kA, kAck, 501, 106);
                w.send(kA, kB, kData, 105, 501, "e");
                w.others(130);
                w.send(kA, kB, kData, 106, 501, "on");
            },
            "0:c~4@0 0:c+e@4 0:c+on@5" + open + others);
        row(
            "every byte captured behind its acknowledgment, and one not at all",
            [](Wire& w) {
                w.open();
                for (std::uint32_t i = 0; i < 6; ++i) {
                    w.send(kB, kA, kAck, 501, 102 + i);
                    const char byte = static_cast<char>('a' + i);
                    if (i != 2) w.send(kA, kB, kAck, 101 + i, 501, {&byte, 1});
                }
                w.others(130);
            },
            "0:c+a@0 0:c+b@1 0:c~1@2 0:c+d@3 0:c+e@4 0:c+f@5" + open + others);
        row(
            "a keep-alive where bytes are captured behind their acknowledgments",
            [](Wire& w) {
                w.open();
                w.send(kB, kA, kAck, 501, 102);
                w.send(kA, kB, kAck, 101, 501, "a");
                w.send(kB, kA, kAck, 501, 105);
                w.timeNs += 1'000'000'000;
                w.send(kB, kA, kAck, 501, 105);
                w.send(kA, kB, kAck, 104, 501, "X");
                w.others(130);
                w.send(kA, kB, kData, 105, 501, "on");
            },
            "0:c+a@0 0:c~3@1 0:c+on@4" + open + others);
        row(
            "a single byte with other contents is no keep-alive",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kData, 101, 501, "abc");
                w.send(kA, kB, kData, 103, 501, "X");
            },
            "0:c+abc@0 0:cx1@2" + open);
        row(
            "a keep-alive is the first that is captured",
            [](Wire& w) {
                w.send(kB, kA, kAck, 501, 101);
                w.send(kA, kB, kAck, 100, 501, "X");
                w.send(kA, kB, kData, 101, 501, "real");
            },
            "0:open(1000>80,joined) 0:c+real@0" + open);
        row(
            "a window probe with garbage",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kData, 101, 501, "abc");
                w.window = 0;
                w.send(kB, kA, kAck, 501, 104);
                w.send(kA, kB, kAck, 104, 501, "?");
                w.window = 0;
                w.send(kB, kA, kAck, 501, 104);
                w.send(kB, kA, kAck, 501, 104);
                w.send(kA, kB, kData, 104, 501, "def");
                w.send(kB, kA, kAck, 501, 107);
            },
            "0:c+abc@0 0:c+def@3" + open);
        row(
            "a window probe that is taken",
            [](Wire& w) {
                w.open();
                w.window = 0;
                w.send(kB, kA, kAck, 501, 101);
                w.send(kA, kB, kAck, 101, 501, "a");
                w.send(kB, kA, kAck, 501, 102);
                w.send(kA, kB, kData, 102, 501, "bc");
            },
            "0:c+a@0 0:c+bc@1" + open);

        row(
            "fast open",
            [](Wire& w) {
                w.send(kA, kB, kSyn, 100, 0, "early");
                w.send(kB, kA, kSynAck, 500, 106, "too");
                w.send(kA, kB, kData, 106, 504, "late");
            },
            "0:c+early@0 0:s+too@0 0:c+late@5" + open);
        row(
            "fast open that is not taken",
            [](Wire& w) {
                w.send(kA, kB, kSyn, 100, 0, "early");
                w.send(kB, kA, kSynAck, 500, 101);
                w.send(kA, kB, kData, 101, 501, "early birds");
            },
            "0:c+early@0 0:c+ birds@5" + open);
        row(
            "both open at once, with data",
            [](Wire& w) {
                w.send(kA, kB, kSyn, 100);
                w.send(kB, kA, kSyn, 500);
                w.send(kA, kB, kSynAck, 100, 501);
                w.send(kB, kA, kSynAck, 500, 101);
                w.send(kB, kA, kData, 501, 101, "x");
                w.send(kA, kB, kData, 101, 502, "y");
            },
            "0:s+x@0 0:c+y@0" + open);

        row(
            "data behind the FIN",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kData | kFin, 101, 501, "end");
                w.send(kA, kB, kData, 105, 501, "more");
                w.send(kA, kB, kData, 109, 501, "!");
            },
            "0:c+end@0 0:c.fin 0:c+more@4 0:c+!@8 0:s.capture-end 0:end(c,half)");
        row(
            "a stray number, and a FIN in front of it that is captured later",
            [](Wire& w) {
                w.open();
                w.send(kB, kA, kAck, 501, 101);
                w.send(kA, kB, kData, 5101, 501, "stray");
                w.send(kA, kB, kData | kFin, 101, 501, "end");
            },
            "0:c+end@0 0:cstray5@3 0:c.fin 0:s.capture-end 0:end(c,half)");
        row(
            "a stray number farther ahead than any window",
            [](Wire& w) {
                w.open();
                w.send(kB, kA, kAck, 501, 101);
                w.send(kA, kB, kData, 1'500'000'000, 501, "stray");
                w.send(kA, kB, kData, 101, 501, "on");
            },
            "0:c+on@0 0:cstray5@2" + open);
        row(
            "data in the place of the FIN",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kFinAck, 101, 501);
                w.send(kA, kB, kData, 101, 501, "more");
            },
            "0:c+more@0" + open);
        row(
            "a segment around the FIN",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kFinAck, 103, 501);
                w.send(kA, kB, kData, 101, 501, "abcd");
            },
            "0:c+abcd@0" + open);
        row(
            "half closed",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kFinAck, 101, 501);
                w.send(kB, kA, kData, 501, 102, "still");
                w.send(kB, kA, kData, 506, 102, " here");
                w.send(kB, kA, kFinAck, 511, 102);
            },
            "0:c.fin 0:s+still@0 0:s+ here@5 0:s.fin 0:end(c,fin)");

        row(
            "RST out of the window",
            [](Wire& w) {
                w.open();
                w.send(kB, kA, kRst, 2'000'000'000);
                w.send(kA, kB, kData, 101, 501, "alive");
            },
            "0:c+alive@0" + open);
        row(
            "RST out of the window, and nothing behind it",
            [](Wire& w) {
                w.open();
                w.send(kB, kA, kRst, 2'000'000'000);
            },
            "0:c.reset 0:s.reset 0:end(s,reset)");
        row(
            "RST of an old sequence number",
            [](Wire& w) {
                w.open();
                w.send(kB, kA, kData, 501, 101, "abcdef");
                w.send(kA, kB, kAck, 101, 507);
                w.send(kB, kA, kRst, 503);
                w.send(kA, kB, kData, 101, 507, "on");
            },
            "0:s+abcdef@0 0:c+on@0" + open);
        row(
            "RST with data",
            [](Wire& w) {
                w.open();
                w.send(kB, kA, kRst | kAck, 501, 101, "why");
                w.send(kB, kA, kRst | kAck, 501, 101, "why");
            },
            "0:c.reset 0:s.reset 0:end(s,reset) 0:s+why@0");
        row(
            "data behind an RST",
            [](Wire& w) {
                w.open();
                w.send(kB, kA, kRst | kAck, 501, 101);
                w.send(kA, kB, kData, 101, 501, "late");
                w.send(kA, kB, kData, 101, 501, "late");
                w.send(kA, kB, kData, 105, 501, "r");
            },
            "0:c.reset 0:s.reset 0:end(s,reset) 0:c+late@0 0:c+r@4");
        row(
            "an RST that nobody takes",
            [](Wire& w) {
                w.open();
                w.send(kB, kA, kRst, 501);
                w.send(kA, kB, kData, 101, 501, "ask");
                w.send(kB, kA, kAck, 501, 104);
                w.send(kB, kA, kData, 501, 104, "answer");
                w.send(kA, kB, kFinAck, 104, 507);
                w.send(kB, kA, kFinAck, 507, 105);
            },
            "0:c.reset 0:s.reset 0:end(s,reset) 0:on 0:c+ask@0 0:s+answer@0 0:c.fin 0:s.fin "
            "0:end(c,fin)");
        row(
            "an RST that nobody takes, and data of its sender",
            [](Wire& w) {
                w.open();
                w.send(kB, kA, kRst | kAck, 501, 101);
                w.send(kB, kA, kData, 501, 101, "an");
                w.send(kB, kA, kData, 503, 101, "swer");
                w.send(kA, kB, kData, 101, 507, "ask");
            },
            "0:c.reset 0:s.reset 0:end(s,reset) 0:on 0:s+an@0 0:s+swer@2 0:c+ask@0" + open);
        row(
            "a FIN that nobody takes",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kFin | kData, 101, 501, "abc");
                w.send(kB, kA, kAck, 501, 104);
                w.send(kB, kA, kData, 501, 104, "xy");
                w.send(kA, kB, kData, 104, 503, "def");
                w.send(kB, kA, kData, 503, 107, "z");
                w.send(kA, kB, kFinAck, 107, 504);
                w.send(kB, kA, kFinAck, 504, 108);
            },
            "0:c+abc@0 0:s+xy@0 0:c+def@3 0:s+z@2 0:c.fin 0:s.fin 0:end(c,fin)");
        row(
            "data in the place of a FIN that was taken",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kFin | kData, 101, 501, "abc");
                w.send(kA, kB, kData, 104, 501, "def");
                w.send(kB, kA, kAck, 501, 105);
                w.send(kB, kA, kFinAck, 501, 105);
            },
            "0:c+abc@0 0:c.fin 0:s.fin 0:c+def@3 0:end(c,fin)");
        row(
            "an RST with data, which is acknowledged",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kRst | kData, 101, 501, "abc");
                w.send(kB, kA, kAck, 501, 104);
                w.send(kB, kA, kData, 501, 104, "xy");
                w.send(kA, kB, kData, 104, 503, "def");
            },
            "0:c.reset 0:s.reset 0:end(c,reset) 0:on 0:c+abc@0 0:s+xy@0 0:c+def@3" + open);
        row(
            "an RST with data, which is acknowledged with what follows",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kRst, 101, 0, "abc");
                w.send(kA, kB, kData, 104, 501, "def");
                w.send(kB, kA, kAck, 501, 107);
            },
            "0:c.reset 0:s.reset 0:end(c,reset) 0:on 0:c+abc@0 0:c+def@3" + open);
        row(
            "an RST with data, waited for, and its data is acknowledged",
            [](Wire& w) {
                w.open();
                w.send(kB, kA, kData, 503, 101, "cd");
                w.send(kB, kA, kData, 501, 101, "ab");
                w.send(kA, kB, kRst | kData, 101, 505, "abc");
                w.send(kA, kB, kData, 104, 505, "def");
                w.send(kB, kA, kAck, 505, 104);
                w.send(kB, kA, kAck, 505, 107);
                w.others(140);
            },
            "0:s+ab@0 0:s+cd@2 0:c+abc@0 0:c+def@3" + open + others);
        row(
            "an RST that is waited for while both go on",
            [](Wire& w) {
                w.open();
                w.send(kB, kA, kData, 503, 101, "cd");
                w.send(kB, kA, kData, 501, 101, "ab");
                w.send(kA, kB, kRst, 101, 505);
                w.send(kA, kB, kData, 101, 505, "abc");
                w.send(kB, kA, kData, 505, 104, "ef");
                w.send(kA, kB, kAck, 104, 507);
                w.others(140);
                w.send(kA, kB, kData, 104, 507, "def");
            },
            "0:s+ab@0 0:s+cd@2 0:c+abc@0 0:s+ef@4 0:c+def@3" + open + others);
        row(
            "data behind an RST, and an acknowledgment of what was not captured",
            [](Wire& w) {
                w.open();
                w.send(kB, kA, kRst | kAck, 501, 101);
                w.send(kA, kB, kData, 101, 501, "late");
                w.send(kB, kA, kAck, 501, 900);
                w.others(130);
                w.send(kA, kB, kData, 105, 501, "r");
                w.send(kB, kA, kAck, 501, 106);
            },
            "0:c.reset 0:s.reset 0:end(s,reset) 0:c+late@0 0:c+r@4" + others);
        row(
            "a SYN that is refused",
            [](Wire& w) {
                w.send(kA, kB, kSyn, 100);
                w.send(kB, kA, kRst | kAck, 0, 101);
            },
            "0:c.reset 0:s.reset 0:end(s,reset)");
        row(
            "an RST that does not answer the SYN",
            [](Wire& w) {
                w.send(kA, kB, kSyn, 100);
                w.send(kB, kA, kSynAck, 500, 101);
                w.send(kB, kA, kRst | kAck, 77'000'000, 9999);
                w.send(kA, kB, kData, 101, 501, "x");
            },
            "0:c+x@0" + open);

        row(
            "an RST that does not acknowledge the SYN, and the real answer",
            [](Wire& w) {
                w.send(kA, kB, kSyn, 100);
                w.send(kB, kA, kRst | kAck, 9, 100);
                w.send(kB, kA, kSynAck, 500, 101);
                w.send(kA, kB, kData, 101, 501, "x");
            },
            "0:c+x@0" + open);
        row(
            "a SYN that is answered again, with another number",
            [](Wire& w) {
                w.send(kA, kB, kSyn, 100);
                w.send(kB, kA, kSynAck, 500, 101);
                w.send(kA, kB, kSyn, 100);
                w.send(kB, kA, kSynAck, 70'000'000, 101);
                w.send(kA, kB, kData, 101, 70'000'001, "x");
                w.send(kB, kA, kData, 70'000'001, 102, "y");
            },
            "0:c+x@0 0:s+y@0" + open);
        row(
            "a damaged flag looks like a SYN",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kData, 101, 501, "ab");
                w.send(kA, kB, kData | kSyn, 103, 501, "cd");
                w.send(kA, kB, kData, 105, 501, "ef");
            },
            "0:c+ab@0 0:c+cd@2 0:c+ef@4" + open);
        row(
            "urgent data",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kData, 101, 501, "ab");
                w.urgentPointer = 2;
                w.send(kA, kB, kData | kUrg, 103, 501, "cd");
            },
            "0:c+ab@0 0:c^@3 0:c+cd@2" + open);

        row(
            "lost on the way and sent again",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kData, 104, 501, "def");
                w.options = sack(104, 107);
                w.send(kB, kA, kAck, 501, 101);
                w.send(kA, kB, kData, 101, 501, "abc");
            },
            "0:cr3@0after2000 0:c+abc@0 0:c+def@3" + open);
        row(
            "lost on the way, told by repeated acknowledgments",
            [](Wire& w) {
                w.open();
                w.send(kB, kA, kAck, 501, 101);
                w.send(kA, kB, kData, 104, 501, "def");
                w.send(kB, kA, kAck, 501, 101);
                w.send(kB, kA, kAck, 501, 101);
                w.send(kA, kB, kData, 101, 501, "abc");
            },
            "0:cr3@0after3000 0:c+abc@0 0:c+def@3" + open);
        row(
            "only captured out of order",
            [](Wire& w) {
                w.open();
                w.send(kA, kB, kData, 104, 501, "def");
                w.send(kB, kA, kAck, 501, 107);
                w.send(kA, kB, kData, 101, 501, "abc");
            },
            "0:c+abc@0 0:c+def@3" + open);

        row(
            "never acknowledged",
            [](Wire& w) {
                w.open();
                w.send(kB, kA, kAck, 501, 103);
                w.send(kA, kB, kData, 106, 501, "fg");
            },
            "0:c~2@0 0:c~3@2u 0:c+fg@5" + open);
        row(
            "nobody can tell",
            [](Wire& w) {
                w.send(kA, kB, kSyn, 100);
                w.send(kA, kB, kData, 104, 501, "d");
            },
            "0:c~3@0? 0:c+d@3" + open);
        row(
            "one direction only",
            [](Wire& w) {
                w.send(kA, kB, kSyn, 100);
                w.send(kA, kB, kData, 101, 501, "a");
                w.send(kA, kB, kData, 102, 601, "b");
                w.send(kA, kB, kFinAck, 103, 701);
            },
            "0:c+a@0 0:s~200@0 0:c+b@1 0:c.fin 0:s.capture-end 0:end(c,half)");
        row(
            "the answer captured before what it answers",
            [](Wire& w) {
                w.open();
                w.send(kB, kA, kData, 501, 104, "answer");
                w.send(kA, kB, kData, 101, 501, "ask");
            },
            "0:c+ask@0 0:s+answer@0" + open);
    }
    void cases() {
        QFETCH(std::string, story);
        QFETCH(std::string, expected);
        QVERIFY2(story == expected, ("\n" + story + "\nand not\n" + expected).c_str());
    }

    /// A hole is told as soon as it was waited for, also when nothing more is captured of its
    /// connection.
};

QTEST_APPLESS_MAIN(TestTcpFieldCases)
#include "test_tcp_field_cases.moc"
