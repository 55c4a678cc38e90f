// What is written is read back the same, by the reader of this house and by tshark's tools.
#include <cstring>

#include <QStandardPaths>
#include <QTest>

#include "capture/spool/pcapng_writer.h"
#include "tests/capture/file/capture_builder.h"
#include "tests/support/cli_run.h"

namespace framescope {
namespace {

using testing::readWhole;
using testing::Scratch;
using testing::WholeRead;

constexpr std::int64_t kTime = 1'700'000'000'123'456'789;

Bytes pattern(std::size_t length) {
    Bytes bytes(length);
    for (std::size_t i = 0; i < length; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + 1);
    return bytes;
}

Bytes start(const pcapng::NewInterface& interface) {
    Bytes out;
    pcapng::writeSectionHeader(out, "test 1.0");
    pcapng::writeInterface(out, interface);
    return out;
}

/// The value of an option in a block, found by hand; empty if it has none.
Bytes optionOf(ByteView block, std::size_t optionsAt, std::uint16_t wanted) {
    std::size_t at = optionsAt;
    while (at + 4 <= block.size() - 4) {
        std::uint16_t code = 0;
        std::uint16_t length = 0;
        std::memcpy(&code, block.data() + at, 2);
        std::memcpy(&length, block.data() + at + 2, 2);
        if (code == wanted) {
            return {block.begin() + static_cast<std::ptrdiff_t>(at + 4),
                    block.begin() + static_cast<std::ptrdiff_t>(at + 4 + length)};
        }
        if (code == 0) break;
        at += 4 + (length + 3u) / 4 * 4;
    }
    return {};
}

std::uint32_t wordAt(ByteView bytes, std::size_t at) {
    std::uint32_t value = 0;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
}

std::uint64_t number(const Bytes& value) {
    std::uint64_t read = 0;
    if (value.size() == sizeof read) std::memcpy(&read, value.data(), sizeof read);
    return read;
}

bool have(const char* program) {
    return !QStandardPaths::findExecutable(QString::fromUtf8(program)).isEmpty();
}

class PcapngWriterTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void packetsComeBack() {
        Bytes out = start({.linkType = 113, .snapLength = 4096, .name = "any", .filter = "udp"});
        const std::size_t lengths[] = {0, 1, 2, 3, 4, 5, 60, 1514, 65535, 262144};
        std::int64_t time = kTime;
        for (const std::size_t length : lengths) {
            pcapng::writePacket(out, {.timeNs = time++,
                                      .originalLength = static_cast<std::uint32_t>(length + 9),
                                      .data = pattern(length)});
        }
        const Scratch scratch;
        const WholeRead back = readWhole(scratch.write(out));
        QCOMPARE(back.last, ReadStep::End);
        QVERIFY(back.notices.empty());
        QCOMPARE(back.layout.interfaces.size(), std::size_t{1});
        QCOMPARE(back.layout.interfaces[0].linkType, 113u);
        QCOMPARE(back.layout.interfaces[0].snapLength, 4096u);
        QCOMPARE(back.layout.interfaces[0].name, std::string("any"));
        QCOMPARE(back.packets.size(), std::size(lengths));
        for (std::size_t i = 0; i < std::size(lengths); ++i) {
            QCOMPARE(back.packets[i].header.timeNs, kTime + static_cast<std::int64_t>(i));
            QCOMPARE(back.packets[i].header.originalLength,
                     static_cast<std::uint32_t>(lengths[i] + 9));
            QVERIFY(back.packets[i].data == pattern(lengths[i]));
        }
    }

    void timesComeBack_data() {
        QTest::addColumn<qint64>("time");
        QTest::newRow("zero") << qint64{0};
        QTest::newRow("one") << qint64{1};
        QTest::newRow("lower half full") << qint64{0xffffffff};
        QTest::newRow("upper half begun") << qint64{0x100000000};
        QTest::newRow("year 2115") << qint64{4'600'000'000'000'000'000};
    }

    void timesComeBack() {
        QFETCH(qint64, time);
        Bytes out = start({});
        pcapng::writePacket(out, {.timeNs = time, .originalLength = 4, .data = pattern(4)});
        const Scratch scratch;
        const WholeRead back = readWhole(scratch.write(out));
        QCOMPARE(back.packets.size(), std::size_t{1});
        QCOMPARE(qint64{back.packets[0].header.timeNs}, time);
    }

    void dropsStandInTheirPacket_data() {
        QTest::addColumn<int>("length");
        for (const int length : {0, 1, 2, 3, 4, 61}) {
            QTest::addRow("%d bytes", length) << length;
        }
    }

    void dropsStandInTheirPacket() {
        QFETCH(int, length);
        const auto size = static_cast<std::size_t>(length);
        Bytes out;
        pcapng::writePacket(out, {.interface = 3,
                                  .timeNs = kTime,
                                  .originalLength = 99,
                                  .dropped = 0x1122334455667788,
                                  .data = pattern(size)});
        QCOMPARE(out.size() % 4, std::size_t{0});
        QCOMPARE(std::size_t{wordAt(out, 4)}, out.size());
        QCOMPARE(std::size_t{wordAt(out, out.size() - 4)}, out.size());
        QCOMPARE(wordAt(out, 8), 3u);
        const Bytes value = optionOf(out, 28 + (size + 3) / 4 * 4, 4);
        QCOMPARE(number(value), std::uint64_t{0x1122334455667788});

        Bytes whole = start({});
        const std::size_t begin = whole.size();
        pcapng::writePacket(whole, {.originalLength = 1, .dropped = 7, .data = pattern(size)});
        pcapng::writePacket(whole, {.originalLength = 1, .data = pattern(2)});
        const Scratch scratch;
        const WholeRead back = readWhole(scratch.write(whole));
        QCOMPARE(back.packets.size(), std::size_t{2});
        QCOMPARE(back.packets[0].header.recordOffset, std::uint64_t{begin});
        QVERIFY(back.packets[0].data == pattern(size));
        QVERIFY(back.packets[1].data == pattern(2));
    }

    void commentsStandInTheirPacket() {
        for (const std::size_t size : {0, 1, 2, 3, 4, 61}) {
            Bytes out = start({});
            const std::size_t begin = out.size();
            pcapng::writePacket(out, {.timeNs = kTime,
                                      .originalLength = 99,
                                      .dropped = 5,
                                      .data = pattern(size),
                                      .comment = "What this is"});
            const ByteView block = ByteView(out).subspan(begin);
            QCOMPARE(std::size_t{wordAt(block, 4)}, block.size());
            const std::size_t options = 28 + (size + 3) / 4 * 4;
            QCOMPARE(asText(optionOf(block, options, 1)), std::string_view("What this is"));
            QCOMPARE(number(optionOf(block, options, 4)), std::uint64_t{5});
            const Scratch scratch;
            const WholeRead back = readWhole(scratch.write(out));
            QCOMPARE(back.packets.size(), std::size_t{1});
            QCOMPARE(back.packets[0].header.timeNs, kTime);
            QCOMPARE(back.packets[0].header.originalLength, 99u);
            QVERIFY(back.packets[0].data == pattern(size));
        }
    }

    void aBlockWithoutOptionsHasNone() {
        Bytes out;
        pcapng::writePacket(out, {.originalLength = 0});
        QCOMPARE(out.size(), std::size_t{32});
    }

    void headersNameTheirOptions() {
        Bytes section;
        pcapng::writeSectionHeader(section, "test 1.0");
        QCOMPARE(asText(optionOf(section, 24, 4)), std::string_view("test 1.0"));
        Bytes interface;
        pcapng::writeInterface(interface, {.name = "eth0", .filter = "tcp port 80"});
        QCOMPARE(asText(optionOf(interface, 16, 2)), std::string_view("eth0"));
        QCOMPARE(optionOf(interface, 16, 9), Bytes{9});
        using namespace std::string_view_literals;
        QCOMPARE(asText(optionOf(interface, 16, 11)), "\0tcp port 80"sv);
        Bytes plain;
        pcapng::writeInterface(plain, {});
        QVERIFY(optionOf(plain, 16, 2).empty());
        QVERIFY(optionOf(plain, 16, 11).empty());
    }

    void anOptionIsNeverLongerThanItsLength() {
        const std::string filter(200000, 'x');
        Bytes out = start({.name = "lo", .filter = filter});
        pcapng::writePacket(out, {.originalLength = 4, .data = pattern(4)});
        const Scratch scratch;
        const WholeRead back = readWhole(scratch.write(out));
        QCOMPARE(back.last, ReadStep::End);
        QCOMPARE(back.packets.size(), std::size_t{1});
    }

    void statisticsSayWhatIsKnown() {
        Bytes out;
        pcapng::writeStatistics(
            out, {.timeNs = kTime, .received = 10, .interfaceDrops = 0, .kernelDrops = 3});
        QCOMPARE(number(optionOf(out, 20, 4)), std::uint64_t{10});
        QCOMPARE(optionOf(out, 20, 5), Bytes(8, 0));
        QCOMPARE(number(optionOf(out, 20, 7)), std::uint64_t{3});
        Bytes unknown;
        pcapng::writeStatistics(unknown, {.timeNs = kTime, .received = 1});
        QVERIFY(optionOf(unknown, 20, 7).empty());

        Bytes whole = start({});
        whole.insert(whole.end(), out.begin(), out.end());
        const Scratch scratch;
        QCOMPARE(readWhole(scratch.write(whole)).counts.statisticsBlocks, std::uint64_t{1});
    }

    void severalSectionsAreOneCapture() {
        Bytes out = start({.linkType = 1, .name = "first"});
        pcapng::writePacket(out, {.originalLength = 5, .data = pattern(5)});
        pcapng::writeStatistics(out, {.timeNs = kTime, .received = 1});
        const Bytes second = start({.linkType = 1, .name = "second"});
        out.insert(out.end(), second.begin(), second.end());
        pcapng::writePacket(out, {.originalLength = 6, .data = pattern(6)});
        const Scratch scratch;
        const WholeRead back = readWhole(scratch.write(out));
        QCOMPARE(back.packets.size(), std::size_t{2});
        QCOMPARE(back.layout.sections.size(), std::size_t{2});
        QCOMPARE(back.packets[1].header.interface, 1u);
    }

    void tsharkAgrees() {
        if (!have("tshark")) QSKIP("tshark is not installed");
        Bytes out =
            start({.linkType = 1, .snapLength = 2000, .name = "lo", .filter = "udp or tcp"});
        pcapng::writePacket(out, {.timeNs = kTime, .originalLength = 61, .data = pattern(61)});
        pcapng::writePacket(
            out, {.timeNs = kTime + 1, .originalLength = 1500, .dropped = 42, .data = pattern(63)});
        pcapng::writePacket(out, {.timeNs = kTime + 2, .originalLength = 0});
        pcapng::writeStatistics(
            out, {.timeNs = kTime + 3, .received = 3, .interfaceDrops = 1, .kernelDrops = 42});
        const Scratch scratch;
        const QString path = QString::fromStdString(scratch.write(out).string());
        const auto run = test::runCli(
            QStringLiteral("tshark"),
            QString::fromUtf8("-r %1 -T fields -e frame.time_epoch -e frame.len -e frame.cap_len "
                              "-e frame.interface_name -e frame.packet_flags")
                .arg(path)
                .split(QLatin1Char(' ')));
        QCOMPARE(run.exitCode, 0);
        const QList<QByteArray> lines = run.lines();
        QCOMPARE(lines.size(), 3);
        QVERIFY(lines[0].startsWith("1700000000.123456789\t61\t61\tlo"));
        QVERIFY(lines[1].startsWith("1700000000.123456790\t1500\t63\tlo"));
        QVERIFY(lines[2].startsWith("1700000000.123456791\t0\t0\tlo"));
    }

    void capinfosAgrees() {
        if (!have("capinfos")) QSKIP("capinfos is not installed");
        Bytes out = start({.linkType = 113, .snapLength = 2000, .name = "any", .filter = "udp"});
        for (int i = 0; i < 7; ++i) {
            pcapng::writePacket(out, {.timeNs = kTime + i,
                                      .originalLength = 33,
                                      .dropped = i == 3 ? 5u : 0u,
                                      .data = pattern(33)});
        }
        pcapng::writeStatistics(out, {.timeNs = kTime + 9, .received = 7, .kernelDrops = 5});
        const Scratch scratch;
        const auto run = test::runCli(QStringLiteral("capinfos"),
                                      {QString::fromStdString(scratch.write(out).string())});
        QCOMPARE(run.exitCode, 0);
        for (const char* const expected :
             {"Number of packets:   7\n", "Capture application: test 1.0\n", "Name = any\n",
              "Time precision = nanoseconds (9)\n", "Filter string = udp\n",
              "Number of stat entries = 1\n", "Number of packets = 7\n"}) {
            QVERIFY2(run.out.contains(expected), expected);
        }
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::PcapngWriterTest)
#include "test_pcapng_writer.moc"
