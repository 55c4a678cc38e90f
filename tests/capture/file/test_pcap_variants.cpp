// Variants of pcap: longer record headers told by magic number or by the first records, IXIA's, old
// versions, checksum lengths in the link type, lengths that contradict each other.
#include <QTest>

#include "capture/file/capture_properties.h"
#include "tests/capture/file/capture_builder.h"

using namespace framescope;
using namespace framescope::testing;

class TestPcapVariants : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void variants_data();
    void variants();
    void oneRecordThatEndsWithTheFile();
    void damageIsNoVariant();
    void variantInCompressedFile();
    void ordinaryFilesStayOrdinary();
    void oldLengths_data();
    void oldLengths();
    void checksumLengths_data();
    void checksumLengths();
    void lengthsThatContradict();
    void snapLengths_data();
    void snapLengths();
};

namespace {

/// A file with record headers of any length, filled up behind the 16 bytes that all have.
class VariantBuilder {
public:
    VariantBuilder(bool bigEndian, std::uint32_t magic, std::size_t recordHeader,
                   std::uint32_t linkType = 1, std::uint16_t major = 2, std::uint16_t minor = 4,
                   std::uint32_t snapLength = 65535)
        : m_out(bigEndian), m_recordHeader(recordHeader) {
        m_out.u32(magic);
        m_out.u16(major);
        m_out.u16(minor);
        m_out.u64(0);
        m_out.u32(snapLength);
        m_out.u32(linkType);
        if ((magic >> 16) == 0x1c00) m_out.u32(12345);  // IXIA: bytes of records.
    }

    void record(std::uint32_t seconds, std::uint32_t fraction, std::uint32_t captured,
                std::uint32_t original, ByteView data) {
        m_out.u32(seconds);
        m_out.u32(fraction);
        m_out.u32(captured);
        m_out.u32(original);
        // Interface, protocol, packet type, and what more there is.
        const Bytes more = {2, 0, 0, 0, 0x00, 0x08, 4, 0, 1, 1, 0, 0};
        m_out.data(ByteView(more).first(m_recordHeader - 16));
        m_out.data(data);
    }
    void packet(std::uint32_t number, std::size_t size) {
        const auto length = static_cast<std::uint32_t>(size);
        record(1'000'000'000 + number, 7 * number, length, length, someBytes(size, number));
    }

    const Bytes& bytes() const { return m_out.bytes; }

private:
    OrderedWriter m_out;
    std::size_t m_recordHeader;
};

}  // namespace

void TestPcapVariants::variants_data() {
    QTest::addColumn<quint32>("magic");
    QTest::addColumn<int>("recordHeader");
    QTest::addColumn<int>("unitNs");
    QTest::addColumn<QString>("format");
    const auto row = [](const char* name, quint32 magic, int header, int unit, const char* text) {
        QTest::newRow(name) << magic << header << unit << QString::fromLatin1(text);
    };
    row("ordinary", 0xa1b2c3d4, 16, 1000, "pcap");
    row("nanoseconds", 0xa1b23c4d, 16, 1, "pcap with nanoseconds");
    row("modified", 0xa1b2cd34, 24, 1000, "pcap with record headers of 24 bytes");
    row("SuSE 6.3", 0xa1b2cd34, 28, 1000, "pcap with record headers of 28 bytes");
    row("Red Hat 6.1", 0xa1b2c3d4, 24, 1000, "pcap with record headers of 24 bytes");
    row("Nokia", 0xa1b2c3d4, 20, 1000, "pcap with record headers of 20 bytes");
    row("IXIA, hardware", 0x1c0001ac, 16, 1, "pcap as IXIA writes it (lcap) with nanoseconds");
    row("IXIA, software", 0x1c0001ab, 16, 1000, "pcap as IXIA writes it (lcap)");
}

void TestPcapVariants::variants() {
    QFETCH(quint32, magic);
    QFETCH(int, recordHeader);
    QFETCH(int, unitNs);
    QFETCH(QString, format);
    const Scratch scratch;
    for (const bool bigEndian : {false, true}) {
        VariantBuilder file(bigEndian, magic, static_cast<std::size_t>(recordHeader));
        for (std::uint32_t i = 0; i < 200; ++i) file.packet(i, 60 + i * 13 % 1400);
        const auto read = readWhole(scratch.write(file.bytes()));
        QCOMPARE(QString::fromStdString(read.file->formatText()), format);
        QCOMPARE(read.last, ReadStep::End);
        QVERIFY(read.notices.empty());
        QCOMPARE(read.packets.size(), std::size_t{200});
        for (std::uint32_t i = 0; i < 200; ++i) {
            const ReadPacket& packet = read.packets[i];
            QCOMPARE(packet.header.timeNs,
                     std::int64_t{1'000'000'000 + i} * 1'000'000'000 + 7 * i * unitNs);
            QVERIFY(packet.data == someBytes(60 + i * 13 % 1400, i));
        }
        QCOMPARE(randomAccessFault(read), QString());
        // Cut off anywhere in the first records it has the packets that are whole.
        for (std::size_t length = 24; length < 700; length += 3) {
            auto part = CaptureFile::open(scratch.write(ByteView(file.bytes()).first(length)));
            QVERIFY(part);
            const auto cut = readWhole(*std::move(part));
            for (const ReadPacket& packet : cut.packets) {
                if ((*cut.file).formatText() == read.file->formatText())
                    QVERIFY(packet.data ==
                            someBytes(60 + (packet.number - 1) * 13 % 1400, packet.number - 1));
            }
            QVERIFY(cut.last == ReadStep::End || !cut.notices.empty());
        }
    }
}

void TestPcapVariants::oneRecordThatEndsWithTheFile() {
    const Scratch scratch;
    for (const std::size_t header : {16, 20, 24}) {
        VariantBuilder file(false, 0xa1b2c3d4, header);
        // So long that what stands behind it as another header could not be one.
        file.record(1'000'000'000, 1, 300, 300, Bytes(300, 0xee));
        const auto read = readWhole(scratch.write(file.bytes()));
        QCOMPARE(read.packets.size(), std::size_t{1});
    }
}

/// A file whose first record is nonsense is damaged in every reading.
void TestPcapVariants::damageIsNoVariant() {
    const Scratch scratch;
    PcapBuilder file(false, false);
    file.record(1, 2'000'000, 20, 20, someBytes(20));
    for (std::uint32_t i = 0; i < 20; ++i) file.packet(i, i, someBytes(100, i));
    auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.file->formatText(), std::string("pcap"));
    QCOMPARE(read.packets.size(), std::size_t{21});

    PcapBuilder broken(false, false);
    broken.record(1, 1, 0xffffffff, 20, someBytes(20));
    read = readWhole(scratch.write(broken.bytes()));
    QCOMPARE(read.file->formatText(), std::string("pcap"));
    QVERIFY(read.hasOnly(NoticeCode::Damaged));
}

void TestPcapVariants::variantInCompressedFile() {
    const Scratch scratch;
    VariantBuilder file(true, 0xa1b2c3d4, 20);
    for (std::uint32_t i = 0; i < 2000; ++i) file.packet(i, 100);
    // A frame of lz4 with one block that is stored.
    OrderedWriter frame(false);
    frame.u32(0x184c2102);
    OrderedWriter block(false);
    const ByteView bytes = file.bytes();
    block.u8(0xf0);  // Literals, 15 of them and more.
    std::size_t rest = bytes.size() - 15;
    for (; rest >= 255; rest -= 255) block.u8(255);
    block.u8(static_cast<std::uint8_t>(rest));
    block.data(bytes);
    frame.u32(static_cast<std::uint32_t>(block.bytes.size()));
    frame.data(block.bytes);
    const auto read = readWhole(scratch.write(frame.bytes));
    QCOMPARE(read.file->formatText(), std::string("pcap with record headers of 20 bytes"));
    QCOMPARE(read.packets.size(), std::size_t{2000});
    QCOMPARE(randomAccessFault(read), QString());
}

/// Files of ordinary packets, with contents that could mislead: zeros, and headers of records.
void TestPcapVariants::ordinaryFilesStayOrdinary() {
    const Scratch scratch;
    std::uint32_t state = 1;
    for (int round = 0; round < 300; ++round) {
        PcapBuilder file(round % 2 == 0, false);
        for (int i = 0; i < 4; ++i) {
            state = state * 1664525u + 1013904223u;
            const std::size_t size = (state >> 20) % 90;
            file.packet(state, (state >> 8) % 1'000'000,
                        round % 3 == 0 ? Bytes(size, 0) : someBytes(size, state));
        }
        const auto read = readWhole(scratch.write(file.bytes()));
        QCOMPARE(read.file->formatText(), std::string("pcap"));
        QCOMPARE(read.packets.size(), std::size_t{4});
    }
}

void TestPcapVariants::oldLengths_data() {
    QTest::addColumn<int>("major");
    QTest::addColumn<int>("minor");
    QTest::addColumn<bool>("swapped");
    QTest::newRow("2.0") << 2 << 0 << true;
    QTest::newRow("2.2") << 2 << 2 << true;
    QTest::newRow("2.3, not noticed") << 2 << 3 << true;
    QTest::newRow("2.3") << 2 << 3 << false;
    QTest::newRow("2.4") << 2 << 4 << false;
    QTest::newRow("DG/UX") << 543 << 0 << true;
}

void TestPcapVariants::oldLengths() {
    QFETCH(int, major);
    QFETCH(int, minor);
    QFETCH(bool, swapped);
    const Scratch scratch;
    VariantBuilder file(true, 0xa1b2c3d4, 16, 1, static_cast<std::uint16_t>(major),
                        static_cast<std::uint16_t>(minor));
    for (std::uint32_t i = 0; i < 5; ++i)
        file.record(i, i, swapped ? 1500 : 60, swapped ? 60 : 1500, someBytes(60, i));
    const auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.last, ReadStep::End);
    QCOMPARE(read.packets.size(), std::size_t{5});
    for (const ReadPacket& packet : read.packets) {
        QCOMPARE(packet.header.capturedLength, 60u);
        QCOMPARE(packet.header.originalLength, 1500u);
    }
    QCOMPARE(randomAccessFault(read), QString());
}

void TestPcapVariants::checksumLengths_data() {
    QTest::addColumn<quint32>("type");
    QTest::addColumn<quint32>("linkType");
    QTest::addColumn<int>("length");
    QTest::newRow("none told") << 1u << 1u << -1;
    QTest::newRow("four bytes") << 0x24000001u << 1u << 4;
    QTest::newRow("no checksum") << 0x04000071u << 0x71u << 0;
    QTest::newRow("length without its flag") << 0x20000001u << 1u << -1;
    QTest::newRow("reserved bits") << 0x0bff0001u << 1u << -1;
}

void TestPcapVariants::checksumLengths() {
    QFETCH(quint32, type);
    QFETCH(quint32, linkType);
    QFETCH(int, length);
    const Scratch scratch;
    VariantBuilder file(false, 0xa1b2c3d4, 16, type);
    file.packet(0, 64);
    const auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.packets.at(0).header.linkType, linkType);
    const CaptureProperties is = captureProperties(*read.file, read.layout);
    const auto fcs = is.interfaces.at(0).details.fcsLength;
    QCOMPARE(fcs ? int{*fcs} : -1, length);
}

/// Whatever the two lengths of a record say, the bytes that are there are given.
void TestPcapVariants::lengthsThatContradict() {
    const Scratch scratch;
    PcapBuilder file(false, false);
    file.record(1, 1, 60, 40, someBytes(60, 1));  // More captured than there was.
    file.record(1, 2, 60, 0, someBytes(60, 2));
    file.record(1, 3, 0, 0, {});
    file.record(1, 4, 0, 1500, {});
    file.record(1, 5, 60, 0xffffffff, someBytes(60, 3));
    const auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.last, ReadStep::End);
    QCOMPARE(read.packets.size(), std::size_t{5});
    QVERIFY(read.packets[0].data == someBytes(60, 1));
    QCOMPARE(read.packets[0].header.originalLength, 40u);
    QVERIFY(read.packets[1].data == someBytes(60, 2));
    QVERIFY(read.packets[3].data.empty());
    QCOMPARE(read.packets[3].header.originalLength, 1500u);
    QCOMPARE(randomAccessFault(read), QString());
}

void TestPcapVariants::snapLengths_data() {
    QTest::addColumn<quint32>("snapLength");
    for (const quint32 length : {0u, 1u, 68u, 65535u, 0x7fffffffu, 0xffffffffu})
        QTest::addRow("%u", length) << length;
}

/// The snap length is what somebody declared; packets are as long as they are.
void TestPcapVariants::snapLengths() {
    QFETCH(quint32, snapLength);
    const Scratch scratch;
    VariantBuilder file(true, 0xa1b2c3d4, 16, 1, 2, 4, snapLength);
    for (std::uint32_t i = 0; i < 5; ++i) file.packet(i, 2000 * i);
    const auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.last, ReadStep::End);
    QVERIFY(read.notices.empty());
    QCOMPARE(read.packets.size(), std::size_t{5});
    QCOMPARE(read.packets[4].header.capturedLength, 8000u);
    QCOMPARE(read.layout.interfaces.at(0).snapLength, snapLength);
}

QTEST_APPLESS_MAIN(TestPcapVariants)
#include "test_pcap_variants.moc"
