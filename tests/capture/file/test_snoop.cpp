// snoop files (RFC 1761): records with padding, drops, cut off everywhere, damaged, what is not
// read.
#include <QTest>

#include "capture/file/capture_properties.h"
#include "tests/capture/file/capture_builder.h"

using namespace framescope;
using namespace framescope::testing;

class TestSnoop : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whole();
    void datalinks_data();
    void datalinks();
    void drops();
    void cutOffEverywhere();
    void recordsThatDoNotFit_data();
    void recordsThatDoNotFit();
    void everyByteDamagedNeverFails();
    void oneBehindTheOther();
};

namespace {

class SnoopBuilder {
public:
    explicit SnoopBuilder(std::uint32_t datalink = 4, std::uint32_t version = 2) : m_out(true) {
        m_out.data(asBytes(std::string_view("snoop\0\0\0", 8)));
        m_out.u32(version);
        m_out.u32(datalink);
        ends.push_back(m_out.bytes.size());
    }

    void packet(std::uint32_t seconds, std::uint32_t microseconds, ByteView data,
                std::optional<std::uint32_t> originalLength = {}, std::uint32_t drops = 0) {
        const auto length = static_cast<std::uint32_t>(data.size());
        record(originalLength.value_or(length), length, 24 + (length + 3) / 4 * 4, drops, seconds,
               microseconds, data);
        m_out.pad();
        ends.push_back(m_out.bytes.size());
    }
    void record(std::uint32_t original, std::uint32_t included, std::uint32_t length,
                std::uint32_t drops, std::uint32_t seconds, std::uint32_t microseconds,
                ByteView data) {
        for (const std::uint32_t v : {original, included, length, drops, seconds, microseconds})
            m_out.u32(v);
        m_out.data(data);
    }

    const Bytes& bytes() const { return m_out.bytes; }

    std::vector<std::size_t> ends;  ///< Of the header and of each record.

private:
    OrderedWriter m_out;
};

SnoopBuilder threePackets() {
    SnoopBuilder file;
    file.packet(1'700'000'000, 123'456, someBytes(60, 1));
    file.packet(1'700'000'001, 999'999, someBytes(7, 2), 1500);
    file.packet(4'294'967'295u, 0, {});
    return file;
}

}  // namespace

void TestSnoop::whole() {
    const Scratch scratch;
    const auto read = readWhole(scratch.write(threePackets().bytes()));
    QCOMPARE(read.file->format(), CaptureFormat::Snoop);
    QCOMPARE(read.last, ReadStep::End);
    QVERIFY(read.notices.empty());
    QCOMPARE(read.packets.size(), std::size_t{3});
    const PacketHeader& first = read.packets[0].header;
    QVERIFY(first.hasTime);
    QCOMPARE(first.timeNs, 1'700'000'000'123'456'000);
    QCOMPARE(first.capturedLength, 60u);
    QCOMPARE(first.originalLength, 60u);
    QCOMPARE(first.linkType, 1u);
    QCOMPARE(first.recordOffset, std::uint64_t{16});
    QCOMPARE(first.dataOffset, std::uint64_t{40});
    QVERIFY(read.packets[0].data == someBytes(60, 1));
    QCOMPARE(read.packets[1].header.timeNs, 1'700'000'001'999'999'000);
    QCOMPARE(read.packets[1].header.originalLength, 1500u);
    QVERIFY(read.packets[1].data == someBytes(7, 2));
    QCOMPARE(read.packets[2].header.timeNs, 4'294'967'295'000'000'000);
    QVERIFY(read.packets[2].data.empty());
    QCOMPARE(randomAccessFault(read), QString());
    const CaptureProperties is = captureProperties(*read.file, read.layout);
    QCOMPARE(is.format, std::string("snoop"));
    QCOMPARE(is.interfaces.size(), std::size_t{1});
    QVERIFY(is.sections.at(0).bigEndian);
}

void TestSnoop::datalinks_data() {
    QTest::addColumn<quint32>("datalink");
    QTest::addColumn<quint32>("version");
    QTest::addColumn<int>("linkType");
    QTest::addColumn<QString>("fault");
    const auto row = [](const char* name, quint32 link, quint32 version, int type,
                        const char* fault) {
        QTest::newRow(name) << link << version << type << QString::fromLatin1(fault);
    };
    row("IEEE 802.3", 0, 2, 1, "");
    row("Ethernet", 4, 2, 1, "");
    row("token ring", 2, 2, 6, "");
    row("FDDI", 8, 2, 10, "");
    row("another", 5, 2, -1, "is a snoop file of data link type 5, which is not read.");
    row("version 3", 4, 3, -1, "is a snoop file of version 3; only version 2 is known.");
}

void TestSnoop::datalinks() {
    QFETCH(quint32, datalink);
    QFETCH(quint32, version);
    QFETCH(int, linkType);
    QFETCH(QString, fault);
    const Scratch scratch;
    SnoopBuilder file(datalink, version);
    file.packet(1, 1, someBytes(20));
    const auto path = scratch.write(file.bytes());
    const auto opened = CaptureFile::open(path);
    QCOMPARE(static_cast<bool>(opened), linkType >= 0);
    if (!opened) {
        QVERIFY(QString::fromStdString(opened.error().sentence).endsWith(fault));
        return;
    }
    QCOMPARE(readWhole(path).packets.at(0).header.linkType, static_cast<std::uint32_t>(linkType));
}

/// The file counts what was lost from its beginning on; a packet says what was lost before it.
void TestSnoop::drops() {
    const Scratch scratch;
    SnoopBuilder file;
    for (const std::uint32_t drops : {0u, 3u, 3u, 10u, 2u, 2u, 5u})
        file.packet(1, 1, someBytes(20), {}, drops);
    const auto read = readWhole(scratch.write(file.bytes()));
    std::vector<std::uint64_t> dropped;
    for (const ReadPacket& packet : read.packets) dropped.push_back(packet.header.dropped);
    QCOMPARE(dropped, (std::vector<std::uint64_t>{0, 3, 0, 7, 0, 0, 3}));
}

void TestSnoop::cutOffEverywhere() {
    const Scratch scratch;
    const SnoopBuilder whole = threePackets();
    for (std::size_t length = 1; length <= whole.bytes().size(); ++length) {
        auto file = CaptureFile::open(scratch.write(ByteView(whole.bytes()).first(length)));
        QCOMPARE(static_cast<bool>(file), length >= 16);
        if (!file) continue;
        const auto read = readWhole(*std::move(file));
        std::size_t complete = 0;
        while (complete + 1 < whole.ends.size() && whole.ends[complete + 1] <= length) ++complete;
        // The second packet has one byte of padding, and needs none.
        const bool unpadded = length + 1 == whole.ends[2];
        QCOMPARE(read.packets.size(), complete + (unpadded ? 1 : 0));
        QCOMPARE(randomAccessFault(read), QString());
        if (whole.ends[complete] == length || unpadded) {
            QCOMPARE(read.last, ReadStep::End);
            QVERIFY(read.notices.empty());
        } else {
            QCOMPARE(read.last, ReadStep::Damaged);
            QVERIFY(read.hasOnly(NoticeCode::CutOff));
        }
    }
}

void TestSnoop::recordsThatDoNotFit_data() {
    QTest::addColumn<quint32>("included");
    QTest::addColumn<quint32>("length");
    QTest::addColumn<NoticeCode>("code");
    QTest::newRow("shorter than its header") << 0u << 20u << NoticeCode::Damaged;
    QTest::newRow("nothing") << 0u << 0u << NoticeCode::Damaged;
    QTest::newRow("packet longer than the record") << 30u << 44u << NoticeCode::Damaged;
    QTest::newRow("greatest packet") << 0xffffffffu << 44u << NoticeCode::Damaged;
    QTest::newRow("greatest record") << 20u << 0xffffffffu << NoticeCode::Damaged;
    QTest::newRow("greatest of both") << 0xffffffe0u << 0xfffffffcu << NoticeCode::Damaged;
    QTest::newRow("behind the end") << 100'000u << 100'024u << NoticeCode::CutOff;
}

void TestSnoop::recordsThatDoNotFit() {
    QFETCH(quint32, included);
    QFETCH(quint32, length);
    QFETCH(NoticeCode, code);
    const Scratch scratch;
    SnoopBuilder file;
    file.packet(1, 1, someBytes(20, 1));
    const std::size_t start = file.bytes().size();
    file.record(included, included, length, 0, 1, 1, someBytes(20, 2));
    const auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.packets.size(), std::size_t{1});
    QCOMPARE(read.last, ReadStep::Damaged);
    QVERIFY(read.hasOnly(code));
    QCOMPARE(read.notices[0].offset, std::uint64_t{start});
}

void TestSnoop::everyByteDamagedNeverFails() {
    const Scratch scratch;
    const SnoopBuilder whole = threePackets();
    for (std::size_t position = 16; position < whole.bytes().size(); ++position) {
        for (const std::uint8_t value : {0x00, 0x01, 0x10, 0x7f, 0xff}) {
            Bytes bytes = whole.bytes();
            bytes[position] = value;
            const auto read = readWhole(scratch.write(bytes));
            QVERIFY(read.last != ReadStep::Damaged || !read.notices.empty());
            std::size_t before = 0;
            while (before + 1 < whole.ends.size() && whole.ends[before + 1] <= position) ++before;
            QVERIFY(read.packets.size() >= before);
        }
    }
}

void TestSnoop::oneBehindTheOther() {
    const Scratch scratch;
    const Bytes first = threePackets().bytes();
    Bytes bytes = first;
    bytes.insert(bytes.end(), first.begin(), first.end());
    bytes.insert(bytes.end(), first.begin(), first.begin() + 16);
    const auto read = readWhole(scratch.write(bytes));
    QCOMPARE(read.last, ReadStep::End);
    QCOMPARE(read.packets.size(), std::size_t{6});
    QCOMPARE(read.notices.size(), std::size_t{1});
    QCOMPARE(read.notices[0].code, NoticeCode::AnotherFile);
    QCOMPARE(read.notices[0].offset, std::uint64_t{first.size()});
    for (std::size_t i = 0; i < 3; ++i) {
        QVERIFY(read.packets[i].data == read.packets[i + 3].data);
        QCOMPARE(read.packets[i].header.dropped, read.packets[i + 3].header.dropped);
    }
    QCOMPARE(randomAccessFault(read), QString());
}

QTEST_APPLESS_MAIN(TestSnoop)
#include "test_snoop.moc"
