// pcap files: the four variants, cut off everywhere, damaged, read again at random, changed on
// disk.
#include <filesystem>

#include <QTest>

#include "tests/capture/file/capture_builder.h"

using namespace framescope;
using namespace framescope::testing;

class TestPcap : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void variants_data();
    void variants();
    void cutOffEverywhere_data() { variants_data(); }
    void cutOffEverywhere();
    void linkTypeWithoutFcsBits();
    void oldVersionsHaveLengthsSwapped();
    void emptyPacketsAreFine();
    void packetLargerThanTheBlock();
    void packetLongerThanSnapLength();
    void hugeLengthIsDamage();
    void lengthBehindTheEndIsCutOff();
    void everyByteDamagedNeverFails();
    void packetLimit();
    void progressAndGrowth();
    void readAgainAfterShrinking();
    void readAgainAfterOverwriting();
    void shrinksWhileReading();
    void shrinksBetweenRecords();
    void readAgainAtAnyPosition();
    void oneBehindTheOther_data();
    void oneBehindTheOther();
    void whatIsNoHeaderOfAnotherFile();
};

namespace {

PcapBuilder threePackets(bool bigEndian, bool nanoseconds) {
    PcapBuilder file(bigEndian, nanoseconds);
    file.packet(1'700'000'000, 123'456, someBytes(60, 1));
    file.packet(1'700'000'001, 999'999, someBytes(7, 2), 1500);
    file.packet(4'294'967'295u, 0, someBytes(33, 3));
    return file;
}

}  // namespace

void TestPcap::variants_data() {
    QTest::addColumn<bool>("bigEndian");
    QTest::addColumn<bool>("nanoseconds");
    QTest::newRow("little-endian, microseconds") << false << false;
    QTest::newRow("little-endian, nanoseconds") << false << true;
    QTest::newRow("big-endian, microseconds") << true << false;
    QTest::newRow("big-endian, nanoseconds") << true << true;
}

void TestPcap::variants() {
    QFETCH(bool, bigEndian);
    QFETCH(bool, nanoseconds);
    const Scratch scratch;
    const auto read = readWhole(scratch.write(threePackets(bigEndian, nanoseconds).bytes()));

    QCOMPARE(read.file->format(), CaptureFormat::Pcap);
    QCOMPARE(read.last, ReadStep::End);
    QVERIFY(read.notices.empty());
    QCOMPARE(read.packets.size(), std::size_t{3});
    const std::int64_t unit = nanoseconds ? 1 : 1000;

    const auto& first = read.packets[0];
    QCOMPARE(first.number, 1u);
    QVERIFY(first.header.hasTime);
    QCOMPARE(first.header.timeNs, 1'700'000'000'000'000'000 + 123'456 * unit);
    QCOMPARE(first.header.capturedLength, 60u);
    QCOMPARE(first.header.originalLength, 60u);
    QCOMPARE(first.header.linkType, 1u);
    QCOMPARE(first.header.interface, 0u);
    QCOMPARE(first.header.recordOffset, std::uint64_t{24});
    QCOMPARE(first.header.dataOffset, std::uint64_t{40});
    QVERIFY(first.data == someBytes(60, 1));

    QCOMPARE(read.packets[1].header.timeNs, 1'700'000'001'000'000'000 + 999'999 * unit);
    QCOMPARE(read.packets[1].header.capturedLength, 7u);
    QCOMPARE(read.packets[1].header.originalLength, 1500u);
    QCOMPARE(read.packets[2].number, 3u);
    QCOMPARE(read.packets[2].header.timeNs, 4'294'967'295'000'000'000);

    QCOMPARE(read.layout.sections.size(), std::size_t{1});
    QCOMPARE(read.layout.sections[0].bigEndian, bigEndian);
    QCOMPARE(read.layout.interfaces.size(), std::size_t{1});
    QCOMPARE(read.layout.interfaces[0].snapLength, 65535u);
    QCOMPARE(int{read.layout.interfaces[0].resolution.exponent}, nanoseconds ? 9 : 6);
    QCOMPARE(randomAccessFault(read), QString());
}

void TestPcap::cutOffEverywhere() {
    QFETCH(bool, bigEndian);
    QFETCH(bool, nanoseconds);
    const Scratch scratch;
    const PcapBuilder whole = threePackets(bigEndian, nanoseconds);
    for (std::size_t length = 0; length <= whole.bytes().size(); ++length) {
        const auto path = scratch.write(ByteView(whole.bytes()).first(length));
        auto file = CaptureFile::open(path);
        QCOMPARE(static_cast<bool>(file), length >= 24);
        if (!file) {
            QVERIFY(file.error().sentence.find("capture") != std::string::npos);
            continue;
        }
        const auto read = readWhole(*std::move(file));
        std::size_t complete = 0;
        while (complete + 1 < whole.ends.size() && whole.ends[complete + 1] <= length) ++complete;
        QCOMPARE(read.packets.size(), complete);
        QCOMPARE(randomAccessFault(read), QString());
        if (whole.ends[complete] == length) {
            QCOMPARE(read.last, ReadStep::End);
            QVERIFY(read.notices.empty());
        } else {
            QCOMPARE(read.last, ReadStep::Damaged);
            QVERIFY(read.hasOnly(NoticeCode::CutOff));
            QCOMPARE(read.notices[0].offset, std::uint64_t{whole.ends[complete]});
            QVERIFY(read.notices[0].sentence.find(std::to_string(whole.ends[complete])) !=
                    std::string::npos);
        }
    }
}

void TestPcap::linkTypeWithoutFcsBits() {
    const Scratch scratch;
    PcapBuilder file(false, false, 0x54000071);  // FCS of 4 bytes, Linux cooked.
    file.packet(1, 2, someBytes(20));
    const auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.packets.at(0).header.linkType, 0x71u);
}

void TestPcap::oldVersionsHaveLengthsSwapped() {
    const Scratch scratch;
    for (const std::uint16_t minor : {2, 3}) {
        PcapBuilder file(false, false, 1, minor);
        file.record(1, 0, 100, 20, someBytes(20));  // Original length first.
        file.record(2, 0, 30, 30, someBytes(30));
        const auto read = readWhole(scratch.write(file.bytes()));
        QCOMPARE(read.packets.size(), std::size_t{2});
        QCOMPARE(read.packets[0].header.capturedLength, 20u);
        QCOMPARE(read.packets[0].header.originalLength, 100u);
        QCOMPARE(randomAccessFault(read), QString());
    }
}

void TestPcap::emptyPacketsAreFine() {
    const Scratch scratch;
    PcapBuilder file(false, false);
    for (std::uint32_t i = 0; i < 5; ++i) file.packet(i, 0, {}, 60);
    const auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.packets.size(), std::size_t{5});
    QCOMPARE(read.last, ReadStep::End);
    QCOMPARE(randomAccessFault(read), QString());
}

void TestPcap::packetLargerThanTheBlock() {
    const Scratch scratch;
    PcapBuilder file(false, false);
    const std::vector<std::size_t> sizes = {10,        3'000'000, 0, (1 << 20) - 16,
                                            9'000'000, 1 << 20,   5};
    for (std::size_t i = 0; i < sizes.size(); ++i)
        file.packet(1, 0, someBytes(sizes[i], static_cast<std::uint32_t>(i)));
    const auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.last, ReadStep::End);
    QCOMPARE(read.packets.size(), sizes.size());
    for (std::size_t i = 0; i < sizes.size(); ++i)
        QVERIFY(read.packets[i].data == someBytes(sizes[i], static_cast<std::uint32_t>(i)));
    QCOMPARE(randomAccessFault(read), QString());
}

void TestPcap::packetLongerThanSnapLength() {
    const Scratch scratch;
    PcapBuilder file(false, false, 1, 4, 64);
    file.packet(1, 0, someBytes(1000));
    const auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.packets.size(), std::size_t{1});
    QVERIFY(read.packets[0].data == someBytes(1000));
}

void TestPcap::hugeLengthIsDamage() {
    const Scratch scratch;
    for (const std::uint32_t length : {maxPacketLength + 1, 0x80000000u, 0xffffffffu}) {
        PcapBuilder file(true, false);
        file.packet(1, 0, someBytes(50));
        const std::size_t end = file.bytes().size();
        file.record(2, 0, length, length, someBytes(5000));
        const auto read = readWhole(scratch.write(file.bytes()));
        QCOMPARE(read.packets.size(), std::size_t{1});
        QCOMPARE(read.last, ReadStep::Damaged);
        QVERIFY(read.hasOnly(NoticeCode::Damaged));
        QCOMPARE(read.notices[0].offset, std::uint64_t{end});
    }
}

void TestPcap::lengthBehindTheEndIsCutOff() {
    const Scratch scratch;
    PcapBuilder file(true, false);
    file.record(2, 0, maxPacketLength, maxPacketLength, someBytes(5000));
    const auto read = readWhole(scratch.write(file.bytes()));
    QVERIFY(read.packets.empty());
    QVERIFY(read.hasOnly(NoticeCode::CutOff));
}

void TestPcap::everyByteDamagedNeverFails() {
    const Scratch scratch;
    const PcapBuilder whole = threePackets(false, false);
    for (std::size_t position = 24; position < whole.bytes().size(); ++position) {
        for (const std::uint8_t value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
            Bytes bytes = whole.bytes();
            bytes[position] = value;
            const auto read = readWhole(scratch.write(bytes));
            // What lies before the damaged record is complete.
            std::size_t before = 0;
            while (whole.ends[before + 1] <= position) ++before;
            QVERIFY(read.packets.size() >= before);
            QVERIFY(read.notices.empty() == (read.last == ReadStep::End));
            QCOMPARE(randomAccessFault(read), QString());
        }
    }
}

void TestPcap::packetLimit() {
    const Scratch scratch;
    ReadLimits limits;
    limits.packets = 2;
    auto read = readWhole(scratch.write(threePackets(false, false).bytes()), limits);
    QCOMPARE(read.packets.size(), std::size_t{2});
    QCOMPARE(read.last, ReadStep::Damaged);
    QVERIFY(read.hasOnly(NoticeCode::TooMany));

    limits.packets = 3;
    read = readWhole(scratch.write(threePackets(false, false).bytes()), limits);
    QCOMPARE(read.packets.size(), std::size_t{3});
    QCOMPARE(read.last, ReadStep::End);
}

void TestPcap::progressAndGrowth() {
    const Scratch scratch;
    const PcapBuilder whole = threePackets(false, false);
    const auto path = scratch.write(ByteView(whole.bytes()).first(whole.ends[1]));
    CaptureReader reader(*CaptureFile::open(path));
    CapturedPacket packet;
    QCOMPARE(reader.bytesTotal(), std::uint64_t{whole.ends[1]});
    QCOMPARE(reader.next(packet), ReadStep::Packet);
    QCOMPARE(reader.bytesRead(), std::uint64_t{whole.ends[1]});
    QCOMPARE(reader.next(packet), ReadStep::End);
    QCOMPARE(reader.next(packet), ReadStep::End);

    QFile file(QString::fromStdString(path.string()));
    QVERIFY(file.open(QIODevice::Append));
    file.write(reinterpret_cast<const char*>(whole.bytes().data()) + whole.ends[1],
               static_cast<qint64>(whole.bytes().size() - whole.ends[1]));
    file.close();
    QCOMPARE(reader.next(packet), ReadStep::Packet);
    QCOMPARE(packet.number, 2u);
    QCOMPARE(reader.next(packet), ReadStep::Packet);
    QCOMPARE(reader.next(packet), ReadStep::End);
    QCOMPARE(reader.bytesRead(), reader.bytesTotal());
}

void TestPcap::readAgainAfterShrinking() {
    const Scratch scratch;
    const PcapBuilder whole = threePackets(false, false);
    for (std::size_t length = 0; length < whole.bytes().size(); ++length) {
        const auto path = scratch.write(whole.bytes());
        const auto read = readWhole(path);
        std::filesystem::resize_file(path, length);
        for (const auto& packet : read.packets) {
            const auto again = read.file->readPacket(read.layout, packet.header.recordOffset);
            QVERIFY(!again);
            QVERIFY(again.error().sentence.find("changed on disk") != std::string::npos);
        }
    }
}

void TestPcap::readAgainAfterOverwriting() {
    const Scratch scratch;
    const PcapBuilder whole = threePackets(false, false);
    const auto path = scratch.write(whole.bytes());
    const auto read = readWhole(path);
    // Other bytes of the same size, and then a larger file: the lengths in it make no sense.
    for (const std::size_t size : {whole.bytes().size(), whole.bytes().size() + 100}) {
        scratch.write(Bytes(size, 0xee));
        std::filesystem::last_write_time(
            path, std::filesystem::last_write_time(path) + std::chrono::seconds(2));
        for (const auto& packet : read.packets)
            QVERIFY(!read.file->readPacket(read.layout, packet.header.recordOffset));
    }
}

void TestPcap::shrinksWhileReading() {
    const Scratch scratch;
    PcapBuilder whole(false, false);
    for (std::uint32_t i = 0; i < 3000; ++i) whole.packet(i, 0, someBytes(1400, i));
    for (const std::size_t length : {std::size_t{0}, whole.ends[2000], whole.ends[2000] + 5}) {
        const auto path = scratch.write(whole.bytes());
        CaptureReader reader(*CaptureFile::open(path));
        CapturedPacket packet;
        QCOMPARE(reader.next(packet), ReadStep::Packet);
        std::filesystem::resize_file(path, length);
        ReadStep step = ReadStep::Packet;
        while ((step = reader.next(packet)) == ReadStep::Packet) {
            const Bytes expected = someBytes(1400, packet.number - 1);
            QVERIFY(std::equal(packet.data.begin(), packet.data.end(), expected.begin()));
        }
        if (length == whole.ends[2000]) {
            QCOMPARE(step, ReadStep::End);
        } else {
            QCOMPARE(step, ReadStep::Damaged);
            QCOMPARE(reader.notices().back().code, NoticeCode::CutOff);
        }
    }
}

void TestPcap::shrinksBetweenRecords() {
    const Scratch scratch;
    const auto path = scratch.write(threePackets(false, false).bytes());
    CaptureReader reader(*CaptureFile::open(path));
    CapturedPacket packet;
    for (int i = 0; i < 3; ++i) QCOMPARE(reader.next(packet), ReadStep::Packet);
    std::filesystem::resize_file(path, 30);
    QCOMPARE(reader.next(packet), ReadStep::Damaged);
    QCOMPARE(reader.notices().back().code, NoticeCode::CutOff);
    QCOMPARE(reader.notices().back().offset, std::uint64_t{30});
}

void TestPcap::readAgainAtAnyPosition() {
    const Scratch scratch;
    const auto read = readWhole(scratch.write(threePackets(false, false).bytes()));
    // No position makes it fail otherwise than by an error, wherever it points.
    for (std::uint64_t offset = 0; offset < 300; ++offset) {
        const auto packet = read.file->readPacket(read.layout, offset);
        if (packet) QCOMPARE(packet->data.size(), std::size_t{packet->capturedLength});
    }
    for (const std::uint64_t offset : {std::uint64_t{1} << 62, ~std::uint64_t{0} - 8})
        QVERIFY(!read.file->readPacket(read.layout, offset));
    QVERIFY(!read.file->readBytes(0, 0xffffffff));
}

void TestPcap::oneBehindTheOther_data() {
    QTest::addColumn<bool>("bigEndian");
    QTest::addColumn<bool>("nanoseconds");
    QTest::addColumn<bool>("secondBigEndian");
    QTest::addColumn<bool>("secondNanoseconds");
    for (int bits = 0; bits < 16; ++bits) {
        QTest::addRow("%d", bits) << ((bits & 1) != 0) << ((bits & 2) != 0) << ((bits & 4) != 0)
                                  << ((bits & 8) != 0);
    }
}

void TestPcap::oneBehindTheOther() {
    QFETCH(bool, bigEndian);
    QFETCH(bool, nanoseconds);
    QFETCH(bool, secondBigEndian);
    QFETCH(bool, secondNanoseconds);
    const Scratch scratch;
    Bytes bytes = threePackets(bigEndian, nanoseconds).bytes();
    const std::size_t second = bytes.size();
    const Bytes other = threePackets(secondBigEndian, secondNanoseconds).bytes();
    bytes.insert(bytes.end(), other.begin(), other.end());
    // A third one that is nothing but its header.
    bytes.insert(bytes.end(), other.begin(), other.begin() + 24);
    const auto read = readWhole(scratch.write(bytes));
    QCOMPARE(read.last, ReadStep::End);
    QCOMPARE(read.packets.size(), std::size_t{6});
    QCOMPARE(read.notices.size(), std::size_t{1});
    QCOMPARE(read.notices[0].code, NoticeCode::AnotherFile);
    QCOMPARE(read.notices[0].offset, std::uint64_t{second});
    QCOMPARE(read.layout.sections.size(), std::size_t{3});
    QCOMPARE(read.layout.sections[1].offset, std::uint64_t{second});
    QCOMPARE(read.layout.sections[1].bigEndian, secondBigEndian);
    QCOMPARE(int{read.layout.interfaces[1].resolution.exponent}, secondNanoseconds ? 9 : 6);
    for (std::size_t i = 0; i < 3; ++i) {
        QVERIFY(read.packets[i].data == read.packets[i + 3].data);
        QCOMPARE(read.packets[i + 3].header.interface, 1u);
        QCOMPARE(read.packets[i + 3].header.timeNs / 1'000'000'000,
                 read.packets[i].header.timeNs / 1'000'000'000);
    }
    QCOMPARE(read.packets[3].header.timeNs % 1'000'000'000,
             123'456 * (secondNanoseconds ? 1 : 1000));
    QCOMPARE(read.packets[3].header.recordOffset, std::uint64_t{second + 24});
    QCOMPARE(randomAccessFault(read), QString());
    // Cut off within the header of the second one, nothing before is lost.
    for (std::size_t size = second; size < second + 24; ++size) {
        const auto cut = readWhole(scratch.write(ByteView(bytes).first(size)));
        QVERIFY(cut.packets.size() == 3 || cut.packets.size() == 4);
        QCOMPARE(cut.layout.sections.size(), std::size_t{1});
    }
}

void TestPcap::whatIsNoHeaderOfAnotherFile() {
    const Scratch scratch;
    const Bytes first = threePackets(false, false).bytes();
    // Another version, a correction of times, another magic number: packets of that time.
    for (const std::size_t at : {0U, 4U, 8U, 12U}) {
        Bytes bytes = first;
        bytes.insert(bytes.end(), first.begin(), first.begin() + 24);
        bytes[first.size() + at] ^= 0x01;
        const auto read = readWhole(scratch.write(bytes));
        QCOMPARE(read.layout.sections.size(), std::size_t{1});
        for (const Notice& notice : read.notices) QVERIFY(notice.code != NoticeCode::AnotherFile);
    }
}

QTEST_APPLESS_MAIN(TestPcap)
#include "test_pcap.moc"
