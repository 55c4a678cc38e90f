// pcapng files: every block type, both byte orders, time resolutions, several interfaces and
// sections, cut off everywhere, damaged, read again at random.
#include <limits>

#include <QTest>

#include "capture/file/pcapng_format.h"
#include "tests/capture/file/capture_builder.h"

using namespace framescope;
using namespace framescope::testing;

class TestPcapng : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bothOrders_data();
    void bothOrders();
    void cutOffEverywhere_data() { bothOrders_data(); }
    void cutOffEverywhere();
    void timeResolutions_data();
    void timeResolutions();
    void timeBeyond64Bits();
    void severalInterfaces();
    void severalSections();
    void simplePacketLengths();
    void secretsAreKept();
    void dropCounts_data() { bothOrders_data(); }
    void dropCounts();
    void drops_data() { bothOrders_data(); }
    void drops();
    void unknownInterfaceGivesNoType();
    void malformedPacketIsSkipped();
    void malformedInterfaceKeepsItsNumber();
    void longNamesAreCut();
    void badLengths_data();
    void badLengths();
    void largeBlocksArePassedOver();
    void damagedSectionHeader();
    void limits();
    void layoutInIncrements();
    void everyByteDamagedNeverFails();
    void readAgainAfterOverwriting();
};

namespace {

constexpr std::uint16_t ifName = 2;
constexpr std::uint16_t ifDescription = 3;
constexpr std::uint16_t ifTimeResolution = 9;
constexpr std::uint16_t ifTimeOffset = 14;

/// All block types there are, in two sections of differing byte order.
PcapngBuilder everything(bool bigEndian) {
    PcapngBuilder file(bigEndian);
    file.interface(1, {{ifName, textBytes("eth0")}, {ifDescription, textBytes("the wire")}}, 100);
    file.enhanced(0, 1'700'000'000'123'456, someBytes(61, 1), 1500);
    file.names({{1, {10, 0, 0, 1, 'h', 0}}});
    file.interface(101, {{ifTimeResolution, {9}}, {ifTimeOffset, file.option64(-3600)}});
    file.simple(someBytes(42, 2), 42);
    file.enhanced(1, 1'700'000'000'123'456'789, someBytes(40, 3));
    file.secrets(CaptureSecrets::tlsKeyLog, textBytes("CLIENT_RANDOM 00 11\n"));
    file.obsolete(1, 1'700'000'001'000'000'000, someBytes(39, 4));
    file.block(5, someBytes(12));  // Interface statistics.
    file.block(0x0bad, someBytes(16));
    file.block(0x40000bad, someBytes(16));
    file.block(0x0badf00d, someBytes(20));
    file.section(!bigEndian);
    file.interface(113);
    file.enhanced(0, 77, someBytes(16, 5));
    return file;
}

/// Blocks of everything() that hold a packet.
constexpr std::size_t packetBlocks[] = {2, 5, 6, 8, 15};

}  // namespace

void TestPcapng::bothOrders_data() {
    QTest::addColumn<bool>("bigEndian");
    QTest::newRow("little-endian") << false;
    QTest::newRow("big-endian") << true;
}

void TestPcapng::bothOrders() {
    QFETCH(bool, bigEndian);
    const Scratch scratch;
    const PcapngBuilder built = everything(bigEndian);
    const auto read = readWhole(scratch.write(built.bytes()));
    QCOMPARE(read.file->format(), CaptureFormat::Pcapng);
    QCOMPARE(read.last, ReadStep::End);
    QVERIFY(read.notices.empty());
    QCOMPARE(read.packets.size(), std::size_t{5});
    for (std::size_t i = 0; i < 5; ++i) {
        QCOMPARE(read.packets[i].number, static_cast<std::uint32_t>(i + 1));
        QCOMPARE(read.packets[i].header.recordOffset, std::uint64_t{built.starts[packetBlocks[i]]});
    }

    const auto& enhanced = read.packets[0];
    QVERIFY(enhanced.header.hasTime);
    QCOMPARE(enhanced.header.timeNs, 1'700'000'000'123'456'000);
    QCOMPARE(enhanced.header.capturedLength, 61u);
    QCOMPARE(enhanced.header.originalLength, 1500u);
    QCOMPARE(enhanced.header.linkType, 1u);
    QCOMPARE(enhanced.header.interface, 0u);
    QCOMPARE(enhanced.header.dataOffset, enhanced.header.recordOffset + 28);
    QVERIFY(enhanced.data == someBytes(61, 1));

    QVERIFY(!read.packets[1].header.hasTime);
    QCOMPARE(read.packets[1].header.linkType, 1u);
    QVERIFY(read.packets[1].data == someBytes(42, 2));

    QCOMPARE(read.packets[2].header.timeNs, 1'700'000'000'123'456'789 - 3'600'000'000'000);
    QCOMPARE(read.packets[2].header.linkType, 101u);
    QCOMPARE(read.packets[2].header.interface, 1u);
    QCOMPARE(read.packets[3].header.timeNs, 1'700'000'001'000'000'000 - 3'600'000'000'000);
    QVERIFY(read.packets[3].data == someBytes(39, 4));
    QCOMPARE(read.packets[4].header.timeNs, 77'000);
    QCOMPARE(read.packets[4].header.interface, 2u);
    QCOMPARE(read.packets[4].header.linkType, 113u);

    QCOMPARE(read.layout.sections.size(), std::size_t{2});
    QCOMPARE(read.layout.sections[0].bigEndian, bigEndian);
    QCOMPARE(read.layout.sections[1].bigEndian, !bigEndian);
    QCOMPARE(read.layout.sections[1].firstInterface, 2u);
    QCOMPARE(read.layout.interfaces.size(), std::size_t{3});
    QCOMPARE(read.layout.interfaces[0].name, std::string("eth0"));
    QCOMPARE(read.layout.interfaces[0].description, std::string("the wire"));
    QCOMPARE(read.layout.interfaces[0].snapLength, 100u);
    QCOMPARE(read.layout.interfaces[1].timeOffset, std::int64_t{-3600});

    QCOMPARE(read.counts.packets, std::uint64_t{5});
    QCOMPARE(read.counts.skippedPackets, std::uint64_t{0});
    QCOMPARE(read.counts.nameResolutionBlocks, std::uint64_t{1});
    QCOMPARE(read.counts.statisticsBlocks, std::uint64_t{1});
    QCOMPARE(read.counts.secretsBlocks, std::uint64_t{1});
    QCOMPARE(read.counts.customBlocks, std::uint64_t{2});
    QCOMPARE(read.counts.unknownBlocks, std::uint64_t{1});
    QCOMPARE(randomAccessFault(read), QString());
}

void TestPcapng::cutOffEverywhere() {
    QFETCH(bool, bigEndian);
    const Scratch scratch;
    const PcapngBuilder whole = everything(bigEndian);
    for (std::size_t length = 0; length <= whole.bytes().size(); ++length) {
        auto file = CaptureFile::open(scratch.write(ByteView(whole.bytes()).first(length)));
        QCOMPARE(static_cast<bool>(file), length >= 12);
        if (!file) continue;
        const auto read = readWhole(*std::move(file));
        std::size_t packets = 0;
        for (const std::size_t block : packetBlocks) packets += whole.ends[block] <= length;
        QCOMPARE(read.packets.size(), packets);
        QCOMPARE(randomAccessFault(read), QString());
        const bool atBoundary =
            std::find(whole.ends.begin(), whole.ends.end(), length) != whole.ends.end();
        QCOMPARE(read.last, atBoundary ? ReadStep::End : ReadStep::Damaged);
        if (atBoundary) {
            QVERIFY(read.notices.empty());
        } else {
            QVERIFY(read.hasOnly(NoticeCode::CutOff));
        }
    }
}

void TestPcapng::timeResolutions_data() {
    QTest::addColumn<int>("resolution");
    QTest::addColumn<qint64>("offset");
    QTest::addColumn<quint64>("timestamp");
    QTest::addColumn<qint64>("timeNs");
    const auto row = [](const char* name, int resolution, qint64 offset, quint64 timestamp,
                        qint64 timeNs) {
        QTest::newRow(name) << resolution << offset << timestamp << timeNs;
    };
    row("seconds", 0, 0, 1'700'000'000, 1'700'000'000'000'000'000);
    row("10^-3", 3, 0, 1'700'000'000'123, 1'700'000'000'123'000'000);
    row("10^-6", 6, 0, 1'700'000'000'123'456, 1'700'000'000'123'456'000);
    row("10^-9", 9, 0, 1'700'000'000'123'456'789, 1'700'000'000'123'456'789);
    row("10^-10 rounds down", 10, 0, 17'000'000'001'234'567'899u, 1'700'000'000'123'456'789);
    row("10^-12", 12, 1'700'000'000, 9'876'543'210'999, 1'700'000'009'876'543'210);
    row("10^-19", 19, 0, 18'446'744'073'709'551'615u, 1'844'674'407);
    row("10^-28", 28, 0, 18'446'744'073'709'551'615u, 1);
    row("10^-29 has no nanosecond", 29, 0, 18'446'744'073'709'551'615u, 0);
    row("10^-127", 127, 0, 18'446'744'073'709'551'615u, 0);
    row("2^0", 0x80, 0, 1'700'000'000, 1'700'000'000'000'000'000);
    row("2^-10", 0x80 | 10, 0, 1'700'000'000ull * 1024 + 512, 1'700'000'000'500'000'000);
    row("2^-10, smallest step", 0x80 | 10, 0, 1, 976'562);
    row("2^-32", 0x80 | 32, 0, (1'700'000'000ull << 32) + 0x40000000, 1'700'000'000'250'000'000);
    row("2^-63", 0x80 | 63, 5, 0xc000000000000000, 6'500'000'000);
    row("2^-64", 0x80 | 64, 0, 0x8000000000000000, 500'000'000);
    row("2^-127", 0x80 | 127, 0, 0xffffffffffffffff, 0);
    row("offset forwards", 6, 3600, 1'000'001, 3'601'000'001'000);
    row("before 1970", 6, -10, 1'500'000, -8'500'000'000);
}

void TestPcapng::timeResolutions() {
    QFETCH(int, resolution);
    QFETCH(qint64, offset);
    QFETCH(quint64, timestamp);
    QFETCH(qint64, timeNs);
    const Scratch scratch;
    for (const bool bigEndian : {false, true}) {
        PcapngBuilder file(bigEndian);
        file.interface(1, {{ifTimeResolution, {static_cast<std::uint8_t>(resolution)}},
                           {ifTimeOffset, file.option64(offset)}});
        file.enhanced(0, timestamp, someBytes(20));
        const auto read = readWhole(scratch.write(file.bytes()));
        QCOMPARE(read.packets.size(), std::size_t{1});
        QVERIFY(read.packets[0].header.hasTime);
        QCOMPARE(qint64{read.packets[0].header.timeNs}, timeNs);
        QCOMPARE(randomAccessFault(read), QString());
    }
}

void TestPcapng::timeBeyond64Bits() {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    constexpr auto last = std::numeric_limits<std::int64_t>::max();
    constexpr auto first = std::numeric_limits<std::int64_t>::min();
    QVERIFY(!pcapng::timeInNs(most, {false, 6}, 0));
    QVERIFY(!pcapng::timeInNs(most, {false, 0}, first));
    QVERIFY(!pcapng::timeInNs(0, {false, 6}, last));
    QVERIFY(!pcapng::timeInNs(0, {false, 6}, first));
    QVERIFY(!pcapng::timeInNs(9'300'000'000, {true, 0}, 0));
    QCOMPARE(*pcapng::timeInNs(9'300'000'000, {true, 0}, -9'300'000'000), std::int64_t{0});
    // The distance between the first and the last time that there is fits 64 bits too.
    QVERIFY(pcapng::timeInNs(4'600'000'000, {true, 0}, 0));
    QVERIFY(!pcapng::timeInNs(4'700'000'000, {true, 0}, 0));
    QVERIFY(!pcapng::timeInNs(0, {true, 0}, -4'700'000'000));

    const Scratch scratch;
    PcapngBuilder file(false);
    file.interface(1);
    file.enhanced(0, most, someBytes(20));
    const auto read = readWhole(scratch.write(file.bytes()));
    QVERIFY(!read.packets.at(0).header.hasTime);
}

void TestPcapng::severalInterfaces() {
    const Scratch scratch;
    PcapngBuilder file(true);
    const std::uint16_t linkTypes[] = {1, 101, 113, 0, 276};
    for (const auto linkType : linkTypes) file.interface(linkType);
    for (std::uint32_t i = 0; i < 50; ++i) file.enhanced(i * 3 % 5, i, someBytes(i, i));
    const auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.packets.size(), std::size_t{50});
    for (std::uint32_t i = 0; i < 50; ++i) {
        QCOMPARE(read.packets[i].header.interface, i * 3 % 5);
        QCOMPARE(read.packets[i].header.linkType, std::uint32_t{linkTypes[i * 3 % 5]});
        QVERIFY(read.packets[i].data == someBytes(i, i));
    }
    QCOMPARE(randomAccessFault(read), QString());
}

void TestPcapng::severalSections() {
    const Scratch scratch;
    PcapngBuilder file(false);
    std::vector<std::uint32_t> interfaces;
    std::uint32_t described = 0;
    for (std::uint32_t section = 0; section < 6; ++section) {
        if (section > 0) file.section(section % 2 == 1);
        for (std::uint32_t i = 0; i <= section % 3; ++i) {
            file.interface(static_cast<std::uint16_t>(100 + described),
                           {{ifTimeResolution, {static_cast<std::uint8_t>(described % 10)}}});
            file.enhanced(i, section, someBytes(10 + section, described));
            interfaces.push_back(described++);
        }
    }
    const auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.last, ReadStep::End);
    QCOMPARE(read.layout.sections.size(), std::size_t{6});
    QCOMPARE(read.packets.size(), interfaces.size());
    for (std::size_t i = 0; i < interfaces.size(); ++i) {
        QCOMPARE(read.packets[i].header.interface, interfaces[i]);
        QCOMPARE(read.packets[i].header.linkType, 100 + interfaces[i]);
    }
    QCOMPARE(randomAccessFault(read), QString());
}

void TestPcapng::simplePacketLengths() {
    const Scratch scratch;
    PcapngBuilder file(false);
    file.interface(1, {}, 50);
    file.simple(someBytes(50), 1500);  // Cut to the snapshot length, padded to 52.
    file.simple(someBytes(13), 13);    // Shorter, with padding.
    file.simple(someBytes(20), 40);    // The block holds less than it should.
    const auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.packets.size(), std::size_t{3});
    QCOMPARE(read.packets[0].header.capturedLength, 50u);
    QCOMPARE(read.packets[0].header.originalLength, 1500u);
    QCOMPARE(read.packets[1].header.capturedLength, 13u);
    QCOMPARE(read.packets[2].header.capturedLength, 20u);
    QCOMPARE(randomAccessFault(read), QString());
}

void TestPcapng::secretsAreKept() {
    const Scratch scratch;
    for (const bool bigEndian : {false, true}) {
        PcapngBuilder file(bigEndian);
        const Bytes keys = textBytes("CLIENT_RANDOM 0123 4567\n");
        file.secrets(CaptureSecrets::tlsKeyLog, keys);
        file.secrets(0x57474b4c, someBytes(2'500'000));
        OrderedWriter tooLong(bigEndian);
        tooLong.u32(CaptureSecrets::tlsKeyLog);
        tooLong.u32(100);
        tooLong.u32(0);
        file.block(10, tooLong.bytes);
        const auto read = readWhole(scratch.write(file.bytes()));
        QCOMPARE(read.last, ReadStep::End);
        QVERIFY(read.hasOnly(NoticeCode::MalformedBlock));
        QCOMPARE(read.counts.secretsBlocks, std::uint64_t{3});
        QCOMPARE(read.layout.secrets.size(), std::size_t{2});
        QCOMPARE(read.layout.secrets[0].type, CaptureSecrets::tlsKeyLog);
        const auto& large = read.layout.secrets[1];
        QVERIFY(*read.file->readBytes(read.layout.secrets[0].offset,
                                      read.layout.secrets[0].length) == keys);
        QVERIFY(*read.file->readBytes(large.offset, large.length) == someBytes(2'500'000));
    }
}

void TestPcapng::dropCounts() {
    QFETCH(bool, bigEndian);
    constexpr std::uint16_t flags = 2;
    constexpr std::uint16_t dropCount = 4;
    PcapngBuilder file(bigEndian);
    file.interface(1);
    const auto packet = [&](const std::vector<PcapngBuilder::Option>& options) {
        file.enhanced(0, 1, someBytes(61), {}, {}, options);
    };
    const Bytes five = file.option64(5);
    std::vector<std::uint64_t> expected = {0, 5, 5, 5, 0, 0, 0};
    packet({});
    packet({{dropCount, five}});
    packet({{1, textBytes("a comment")}, {flags, Bytes(4)}, {dropCount, five}});
    packet({{dropCount, five}, {dropCount, file.option64(9)}});  // It may stand there once.
    packet({{dropCount, Bytes(4, 1)}});
    packet({{dropCount, {}}});
    packet({{0, {}}, {dropCount, five}});  // Behind the end of the options.
    // Options that claim more than there is, and one that is cut within its code.
    OrderedWriter body(bigEndian);
    body.u32(0);
    body.u64(0);
    body.u32(4);
    body.u32(4);
    body.u32(0xdddddddd);
    const Bytes front = body.bytes;
    body.u16(dropCount);
    body.u16(0xffff);
    body.u64(5);
    file.block(6, body.bytes);
    expected.push_back(0);
    body.bytes = front;
    body.u16(dropCount);
    body.u16(8);
    file.block(6, body.bytes);
    expected.push_back(0);
    file.obsolete(0, 1, someBytes(20), 7);
    file.obsolete(0, 1, someBytes(20), 0);
    file.obsolete(0, 1, someBytes(20), 0xffff);  // Nobody counted.
    file.simple(someBytes(20), 20);
    expected.insert(expected.end(), {7, 0, 0, 0});

    const Scratch scratch;
    const auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.last, ReadStep::End);
    QVERIFY(read.notices.empty());
    std::vector<std::uint64_t> dropped;
    for (const auto& one : read.packets) dropped.push_back(one.header.dropped);
    QCOMPARE(dropped, expected);
    QCOMPARE(randomAccessFault(read), QString());
}

void TestPcapng::drops() {
    QFETCH(bool, bigEndian);
    constexpr std::uint16_t interfaceDrop = 5;
    constexpr std::uint16_t kernelDrop = 7;
    PcapngBuilder file(bigEndian);
    file.interface(1);
    file.interface(1);
    file.statistics(0, {{kernelDrop, file.option64(3)}});
    file.statistics(0, {{interfaceDrop, file.option64(1)}, {kernelDrop, file.option64(4)}});
    file.statistics(1, {{kernelDrop, file.option64(0)}, {interfaceDrop, file.option64(0)}});
    file.statistics(7, {{kernelDrop, file.option64(9)}});  // There is no such interface.
    file.statistics(1, {{kernelDrop, Bytes(4, 1)}});       // No count.
    file.block(5, Bytes(8));                               // Too short for a time.
    file.section(!bigEndian);
    file.interface(1);
    file.statistics(0, {{interfaceDrop, file.option64(2)}});
    // One that is unreasonably long is passed over.
    Bytes longText(60'000, 'x');
    file.statistics(0, {{1, longText}, {1, longText}, {interfaceDrop, file.option64(99)}});

    const Scratch scratch;
    auto open = CaptureFile::open(scratch.write(file.bytes()));
    QVERIFY(open);
    CaptureReader reader(*std::move(open));
    CapturedPacket packet;
    QCOMPARE(reader.next(packet), ReadStep::End);
    QVERIFY(reader.notices().empty());
    QCOMPARE(reader.counts().statisticsBlocks, std::uint64_t{8});
    const std::map<std::uint32_t, InterfaceDrops> expected = {{0, {4, 1}}, {2, {0, 2}}};
    QVERIFY(reader.drops() == expected);
}

void TestPcapng::unknownInterfaceGivesNoType() {
    const Scratch scratch;
    PcapngBuilder file(false);
    file.simple(someBytes(20), 20);  // Before any interface.
    file.interface(1);
    file.enhanced(0, 1, someBytes(20, 1));
    file.enhanced(1, 2, someBytes(20, 2));
    file.enhanced(0xffffffff, 3, someBytes(20, 3));
    file.section(true);
    file.enhanced(0, 4, someBytes(20, 4));  // That of the section before does not count.
    file.interface(1);
    file.enhanced(0, 5, someBytes(20, 5));
    const auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.last, ReadStep::End);
    QVERIFY(read.hasOnly(NoticeCode::UnknownInterface));
    QCOMPARE(read.counts.skippedPackets, std::uint64_t{0});
    QCOMPARE(read.packets.size(), std::size_t{6});
    for (const std::size_t at : {0U, 2U, 3U, 4U}) {
        QCOMPARE(read.packets[at].header.linkType, unknownLinkType);
        QVERIFY(!read.packets[at].header.hasTime);
    }
    QCOMPARE(read.packets[3].header.interface, 0xffffffffU);
    QVERIFY(read.packets[3].data == someBytes(20, 3));
    QCOMPARE(read.packets[1].header.linkType, 1U);
    QCOMPARE(read.packets[5].number, 6u);
    QVERIFY(read.packets[5].data == someBytes(20, 5));
}

void TestPcapng::malformedPacketIsSkipped() {
    const Scratch scratch;
    PcapngBuilder file(false);
    file.interface(1);
    file.enhanced(0, 1, someBytes(20), 20, 21);  // Claims more than the block holds.
    file.enhanced(0, 1, someBytes(20), 20, 0xffffffff);
    file.block(6, someBytes(16));  // Too short for its fields.
    file.block(3, {});
    file.block(2, someBytes(16));
    file.enhanced(0, 1, someBytes(24), 20, 19);  // Fewer than there are: the rest is options.
    const auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.last, ReadStep::End);
    QVERIFY(read.hasOnly(NoticeCode::MalformedBlock));
    QCOMPARE(read.counts.skippedPackets, std::uint64_t{5});
    QCOMPARE(read.packets.size(), std::size_t{1});
    QCOMPARE(read.packets[0].header.capturedLength, 19u);
}

void TestPcapng::malformedInterfaceKeepsItsNumber() {
    const Scratch scratch;
    PcapngBuilder file(false);
    file.block(1, someBytes(4));  // Too short.
    Bytes options = {113, 0, 0, 0, 0, 0, 0, 0, 2, 0, 200, 0, 1, 2, 3, 4};
    file.block(1, options);  // An option longer than the block.
    file.interface(101);
    file.enhanced(2, 1, someBytes(20));
    file.enhanced(1, 1, someBytes(20));
    const auto read = readWhole(scratch.write(file.bytes()));
    QVERIFY(read.hasOnly(NoticeCode::MalformedBlock));
    QCOMPARE(read.packets.size(), std::size_t{2});
    QCOMPARE(read.packets[0].header.linkType, 101u);
    QCOMPARE(read.packets[1].header.linkType, 113u);
}

void TestPcapng::longNamesAreCut() {
    const Scratch scratch;
    PcapngBuilder file(false);
    file.interface(
        1, {{ifName, Bytes(60000, 'x')}, {ifDescription, textBytes(std::string("a\0b", 3))}});
    const auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.layout.interfaces.at(0).name, std::string(256, 'x'));
    QCOMPARE(read.layout.interfaces.at(0).description, std::string("a"));
}

void TestPcapng::badLengths_data() {
    QTest::addColumn<quint32>("type");
    QTest::addColumn<quint32>("length");
    QTest::addColumn<quint32>("trailer");
    QTest::addColumn<NoticeCode>("code");
    for (const quint32 type : {1u, 3u, 6u, 10u, 0x0a0d0d0au, 0x77u}) {
        const auto row = [&](const char* what, quint32 length, quint32 trailer, NoticeCode code) {
            QTest::addRow("%s, type %u", what, type) << type << length << trailer << code;
        };
        row("zero", 0, 0, NoticeCode::Damaged);
        row("shorter than a block", 8, 8, NoticeCode::Damaged);
        row("no multiple of four", 45, 45, NoticeCode::Damaged);
        row("trailer differs", 44, 48, NoticeCode::Damaged);
        row("behind the end", 400'000, 400'000, NoticeCode::CutOff);
        // Of a type whose body matters, the length itself is found impossible.
        const bool whole = type != 10 && type != 0x77;
        row("nearly 2^32", 0xfffffffc, 0xfffffffc,
            whole ? NoticeCode::Damaged : NoticeCode::CutOff);
    }
}

void TestPcapng::badLengths() {
    QFETCH(quint32, type);
    QFETCH(quint32, length);
    QFETCH(quint32, trailer);
    QFETCH(NoticeCode, code);
    const Scratch scratch;
    for (const bool bigEndian : {false, true}) {
        PcapngBuilder file(bigEndian);
        file.interface(1);
        file.enhanced(0, 1, someBytes(20, 1));
        OrderedWriter body(bigEndian);
        body.u32(0x1a2b3c4d);  // So that a section header has its byte order.
        body.data(Bytes(28, 0));
        const std::size_t start = file.bytes().size();
        file.block(type, body.bytes, length, trailer);
        file.enhanced(0, 2, someBytes(20, 2));
        const auto read = readWhole(scratch.write(file.bytes()));
        QCOMPARE(read.packets.size(), std::size_t{1});
        QCOMPARE(read.last, ReadStep::Damaged);
        QCOMPARE(read.notices.back().code, code);
        QCOMPARE(read.notices.back().offset, std::uint64_t{start});
    }
}

void TestPcapng::largeBlocksArePassedOver() {
    const Scratch scratch;
    PcapngBuilder file(false);
    file.interface(1);
    file.enhanced(0, 1, someBytes(3'000'000, 1));
    file.block(0x99, someBytes(5'000'000));
    file.enhanced(0, 2, someBytes(1'200'000, 2));
    const auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.last, ReadStep::End);
    QCOMPARE(read.packets.size(), std::size_t{2});
    QVERIFY(read.packets[0].data == someBytes(3'000'000, 1));
    QVERIFY(read.packets[1].data == someBytes(1'200'000, 2));
    QCOMPARE(randomAccessFault(read), QString());
}

void TestPcapng::damagedSectionHeader() {
    const Scratch scratch;
    PcapngBuilder file(false);
    file.interface(1);
    file.enhanced(0, 1, someBytes(20, 1));
    PcapngBuilder other = file;
    const std::size_t start = file.bytes().size();

    file.section(false, 2);
    auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.packets.size(), std::size_t{1});
    QVERIFY(read.hasOnly(NoticeCode::Damaged));
    QVERIFY(read.notices[0].sentence.find("version 2") != std::string::npos);

    other.section(false);
    Bytes bytes = other.bytes();
    bytes[start + 8] ^= 1;
    read = readWhole(scratch.write(bytes));
    QCOMPARE(read.packets.size(), std::size_t{1});
    QVERIFY(read.hasOnly(NoticeCode::Damaged));
    QCOMPARE(read.notices[0].offset, std::uint64_t{start});
}

void TestPcapng::limits() {
    const Scratch scratch;
    PcapngBuilder file(false);
    for (int i = 0; i < 4; ++i) file.interface(1);
    for (std::uint32_t i = 0; i < 4; ++i) file.enhanced(i, 1, someBytes(20));
    for (int i = 0; i < 4; ++i) file.secrets(1, someBytes(4));
    const std::size_t start = file.bytes().size();
    file.section(true);
    file.section(true);
    ReadLimits limits;
    limits.interfaces = 3;
    limits.sections = 1;
    limits.secrets = 2;
    const auto read = readWhole(scratch.write(file.bytes()), limits);
    QCOMPARE(read.packets.size(), std::size_t{4});
    QCOMPARE(read.packets[3].header.linkType, unknownLinkType);
    QCOMPARE(read.layout.interfaces.size(), std::size_t{3});
    QCOMPARE(read.layout.secrets.size(), std::size_t{2});
    QCOMPARE(read.last, ReadStep::Damaged);
    QCOMPARE(read.notices.size(), std::size_t{3});
    QCOMPARE(read.notices[0].code, NoticeCode::InterfaceLimit);
    QCOMPARE(read.notices[1].code, NoticeCode::UnknownInterface);
    QCOMPARE(read.notices[2].code, NoticeCode::TooMany);
    QCOMPARE(read.notices[2].offset, std::uint64_t{start});
}

void TestPcapng::layoutInIncrements() {
    const Scratch scratch;
    const PcapngBuilder built = everything(true);
    CaptureReader reader(*CaptureFile::open(scratch.write(built.bytes())));
    QVERIFY(reader.takeNewLayout().empty());
    CapturedPacket packet;
    CaptureLayout copy;
    const auto step = [&] {
        const ReadStep result = reader.next(packet);
        const CaptureLayout fresh = reader.takeNewLayout();
        copy.append(fresh);
        return std::pair(result, fresh);
    };
    auto [result, fresh] = step();
    QCOMPARE(result, ReadStep::Packet);
    QCOMPARE(fresh.sections.size(), std::size_t{1});
    QCOMPARE(fresh.interfaces.size(), std::size_t{1});
    QCOMPARE(step().second.interfaces.size(), std::size_t{1});
    QVERIFY(step().second.empty());
    QCOMPARE(step().second.secrets.size(), std::size_t{1});
    QCOMPARE(step().second.sections.size(), std::size_t{1});
    QCOMPARE(step().first, ReadStep::End);
    QVERIFY(copy == reader.layout());
}

void TestPcapng::everyByteDamagedNeverFails() {
    const Scratch scratch;
    const PcapngBuilder whole = everything(false);
    for (std::size_t position = 0; position < whole.bytes().size(); ++position) {
        for (const std::uint8_t value : {0x00, 0x01, 0x10, 0x7f, 0xff}) {
            Bytes bytes = whole.bytes();
            bytes[position] = value;
            auto file = CaptureFile::open(scratch.write(bytes));
            if (!file) {
                QVERIFY(position < 12);
                continue;
            }
            const auto read = readWhole(*std::move(file));
            QVERIFY(read.last != ReadStep::Damaged || !read.notices.empty());
            std::size_t before = 0;
            for (const std::size_t block : packetBlocks) before += whole.ends[block] <= position;
            QVERIFY(read.packets.size() >= before);
            QCOMPARE(randomAccessFault(read), QString());
        }
    }
}

void TestPcapng::readAgainAfterOverwriting() {
    const Scratch scratch;
    const PcapngBuilder whole = everything(false);
    const auto path = scratch.write(whole.bytes());
    const auto read = readWhole(path);
    for (const std::uint8_t filler : {0x00, 0x06, 0xff}) {
        // Larger than it was, so that only what is in it can tell that it is another file.
        scratch.write(Bytes(whole.bytes().size() + 100, filler));
        for (const auto& packet : read.packets)
            QVERIFY(!read.file->readPacket(read.layout, packet.header.recordOffset));
    }
    QVERIFY(!read.file->readPacket(CaptureLayout{}, read.packets[0].header.recordOffset));
}

QTEST_APPLESS_MAIN(TestPcapng)
#include "test_pcapng.moc"
