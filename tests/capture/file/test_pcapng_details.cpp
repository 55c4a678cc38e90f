// What a pcapng file says of itself: sections, interfaces, statistics, comments and names, in both
// byte orders, cut, and more than is kept.
#include <QTest>

#include "capture/file/capture_properties.h"
#include "tests/capture/file/capture_builder.h"

using namespace framescope;
using namespace framescope::testing;

class TestPcapngDetails : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bothOrders_data();
    void bothOrders();
    void silentFileHasNoDetails();
    void resolutionsAreInUnits();
    void statisticsAreMerged();
    void packetComments();
    void tooManyCommentsOfAPacket();
    void namesOfHosts();
    void namesThatDoNotFit_data();
    void namesThatDoNotFit();
    void namesWithoutEnd();
    void textLimit();
    void detailsInIncrements();
    void optionsCutAnywhere();
};

namespace {

using Option = PcapngBuilder::Option;

Option text(std::uint16_t code, std::string_view value) {
    return {code, textBytes(value)};
}

Bytes record(std::initializer_list<std::uint8_t> address, std::string_view names) {
    Bytes bytes(address);
    const ByteView view = asBytes(names);
    bytes.insert(bytes.end(), view.begin(), view.end());
    return bytes;
}

constexpr IpAddress ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
    return {4, {a, b, c, d}};
}

/// A timestamp as isb_starttime has it: its upper half first.
Bytes halves(bool bigEndian, std::uint64_t timestamp) {
    OrderedWriter out(bigEndian);
    out.u32(static_cast<std::uint32_t>(timestamp >> 32));
    out.u32(static_cast<std::uint32_t>(timestamp));
    return out.bytes;
}

/// Sections of a file that begins anew, without the one that the builder begins with.
WholeRead readFrom(const Scratch& scratch, const PcapngBuilder& file, std::size_t block,
                   ReadLimits limits = {}) {
    return readWhole(scratch.write(ByteView(file.bytes()).subspan(file.starts[block])), limits);
}

}  // namespace

void TestPcapngDetails::bothOrders_data() {
    QTest::addColumn<bool>("bigEndian");
    QTest::newRow("little-endian") << false;
    QTest::newRow("big-endian") << true;
}

void TestPcapngDetails::bothOrders() {
    QFETCH(bool, bigEndian);
    const Scratch scratch;
    PcapngBuilder file(bigEndian);
    file.section(bigEndian, 1,
                 {text(1, "first comment"), text(2, "a machine"), text(3, "an OS"),
                  text(4, "a program"), text(1, "second\ncomment"), text(1, ""), text(99, "?")},
                 4096);
    file.interface(1,
                   {text(2, "eth0"),
                    text(3, "the wire"),
                    text(1, "to the left"),
                    {8, file.option64(1'000'000'000)},
                    {9, {9}},
                    {11, textBytes(std::string("\0tcp port 80", 12))},
                    text(12, "Linux"),
                    {13, {4}},
                    {14, file.option64(-60)},
                    text(15, "a card")},
                   96);
    file.interface(113, {{11, {1, 0, 0, 0, 0, 0, 0, 0, 6}}});
    const std::uint64_t begin = 1'700'000'060'000'000'001;
    file.statistics(0, {text(1, "counted well"),
                        {2, halves(bigEndian, begin)},
                        {3, halves(bigEndian, begin + 5)},
                        {4, file.option64(100)},
                        {5, file.option64(1)},
                        {6, file.option64(90)},
                        {7, file.option64(2)},
                        {8, file.option64(88)}});
    file.names({{1, record({10, 0, 0, 1}, std::string("alice\0alice.example\0", 20))}});
    file.section(!bigEndian, 1, {text(4, "another program")});
    const auto read = readFrom(scratch, file, 1);
    QCOMPARE(read.last, ReadStep::End);
    QVERIFY(read.notices.empty());

    const CaptureProperties is = captureProperties(*read.file, read.layout);
    QCOMPARE(is.format, std::string("pcapng"));
    QCOMPARE(is.compression, std::string());
    QCOMPARE(is.sections.size(), std::size_t{2});
    QCOMPARE(is.sections[0].bigEndian, bigEndian);
    QCOMPARE(is.sections[0].interfaceCount, 2u);
    const SectionDetails& section = is.sections[0].details;
    QCOMPARE(section.hardware, std::string("a machine"));
    QCOMPARE(section.system, std::string("an OS"));
    QCOMPARE(section.application, std::string("a program"));
    const std::vector<std::string> comments = {"first comment", "second\ncomment"};
    QCOMPARE(section.comments, comments);
    QCOMPARE(section.length.value_or(0), std::uint64_t{4096});
    QCOMPARE(is.sections[1].details.application, std::string("another program"));
    QVERIFY(!is.sections[1].details.length);
    QCOMPARE(is.sections[1].firstInterface, 2u);
    QCOMPARE(is.sections[1].interfaceCount, 0u);

    QCOMPARE(is.interfaces.size(), std::size_t{2});
    const InterfaceProperties& wire = is.interfaces[0];
    QCOMPARE(wire.name, std::string("eth0"));
    QCOMPARE(wire.description, std::string("the wire"));
    QCOMPARE(wire.linkType, std::string("Ethernet (1)"));
    QCOMPARE(wire.snapLength, 96u);
    QCOMPARE(wire.resolution, std::string("1\u202fns"));
    QCOMPARE(wire.timeOffset, std::int64_t{-60});
    QCOMPARE(wire.details.filter, std::string("tcp port 80"));
    QCOMPARE(wire.details.hardware, std::string("a card"));
    QCOMPARE(wire.details.system, std::string("Linux"));
    QCOMPARE(wire.details.comments, std::vector<std::string>{"to the left"});
    QCOMPARE(wire.details.speed.value_or(0), std::uint64_t{1'000'000'000});
    QCOMPARE(int{wire.details.fcsLength.value_or(0)}, 4);
    QVERIFY(wire.statistics.has_value());
    InterfaceCounts counts;
    counts.beginNs = 1'700'000'000'000'000'001;
    counts.endNs = 1'700'000'000'000'000'006;
    counts.received = 100;
    counts.interfaceDrops = 1;
    counts.accepted = 90;
    counts.kernelDrops = 2;
    counts.delivered = 88;
    counts.comment = "counted well";
    QVERIFY(*wire.statistics == counts);
    QCOMPARE(is.interfaces[1].details.filter, std::string("a program of 8 bytes"));
    QVERIFY(!is.interfaces[1].statistics.has_value());
    QCOMPARE(is.interfaces[1].resolution, std::string("1\u202fµs"));

    const std::vector<HostName> names = {{ipv4(10, 0, 0, 1), "alice"},
                                         {ipv4(10, 0, 0, 1), "alice.example"}};
    QVERIFY(is.hostNames == names);
}

void TestPcapngDetails::silentFileHasNoDetails() {
    const Scratch scratch;
    PcapngBuilder file(false);
    file.interface(1, {text(2, "lo"), {9, {9}}});
    const auto read = readWhole(scratch.write(file.bytes()));
    QVERIFY(read.layout.sections.at(0).details == nullptr);
    QVERIFY(read.layout.interfaces.at(0).details == nullptr);
    const Scratch other;
    const auto pcap = readWhole(other.write(PcapBuilder(true, true).bytes()));
    const CaptureProperties is = captureProperties(*pcap.file, pcap.layout);
    QCOMPARE(is.format, std::string("pcap with nanoseconds"));
    QCOMPARE(is.sections.size(), std::size_t{1});
    QCOMPARE(is.interfaces.size(), std::size_t{1});
    QCOMPARE(is.interfaces[0].resolution, std::string("1\u202fns"));
}

void TestPcapngDetails::resolutionsAreInUnits() {
    const Scratch scratch;
    PcapngBuilder file(false);
    const std::vector<std::pair<std::uint8_t, std::string>> said = {
        {0, "1\u202fs"},         {1, "100\u202fms"}, {2, "10\u202fms"},     {3, "1\u202fms"},
        {5, "10\u202fµs"},       {7, "100\u202fns"}, {12, "1\u202fps"},     {13, "10^-13\u202fs"},
        {127, "10^-127\u202fs"}, {0x80, "1\u202fs"}, {0x94, "2^-20\u202fs"}};
    for (const auto& [option, text] : said) file.interface(1, {{9, {option}}});
    const auto read = readWhole(scratch.write(file.bytes()));
    const CaptureProperties is = captureProperties(*read.file, read.layout);
    QCOMPARE(is.interfaces.size(), said.size());
    for (std::size_t i = 0; i < said.size(); ++i)
        QCOMPARE(is.interfaces[i].resolution, said[i].second);
}

void TestPcapngDetails::statisticsAreMerged() {
    const Scratch scratch;
    PcapngBuilder file(false);
    file.interface(1);
    file.statistics(0, {{4, file.option64(5)}, {7, file.option64(1)}});
    file.statistics(7, {{4, file.option64(500)}});  // Of no interface.
    file.statistics(0, {{4, file.option64(9)}, {5, Bytes(4)}});
    file.statistics(0, {});
    const auto read = readWhole(scratch.write(file.bytes()));
    InterfaceCounts expected;
    expected.received = 9;
    expected.kernelDrops = 1;
    QCOMPARE(read.layout.statistics.size(), std::size_t{1});
    QVERIFY(read.layout.statistics.at(0) == expected);
}

void TestPcapngDetails::packetComments() {
    const Scratch scratch;
    for (const bool bigEndian : {false, true}) {
        PcapngBuilder file(bigEndian);
        file.interface(1);
        const Bytes great(65'535, 'x');
        file.enhanced(0, 1, someBytes(13), {}, {},
                      {text(1, "one"),
                       {2, Bytes(4)},
                       text(1, ""),
                       text(1, "two\nlines"),
                       {1, {0xff, 0xfe, 'x'}},
                       {4, file.option64(3)}});
        file.enhanced(0, 2, someBytes(20));
        file.enhanced(0, 3, {}, {}, {}, {{1, great}});
        // Behind the end mark there is none.
        file.enhanced(0, 4, someBytes(20), {}, {}, {{0, {}}, text(1, "hidden")});
        OrderedWriter old(bigEndian);
        old.u16(0);
        old.u16(0xffff);
        for (int i = 0; i < 2; ++i) old.u32(0);
        for (int i = 0; i < 2; ++i) old.u32(1);
        old.data({});
        old.u8('p');
        old.pad();
        old.u16(1);
        old.u16(3);
        old.data(textBytes("old"));
        old.pad();
        file.block(2, old.bytes);
        CaptureReader reader(*CaptureFile::open(scratch.write(file.bytes())));
        CapturedPacket packet;
        std::vector<std::vector<std::string>> comments;
        while (reader.next(packet) == ReadStep::Packet) {
            std::vector<std::string> of;
            for (const ByteView comment : packet.comments) of.emplace_back(asText(comment));
            comments.push_back(of);
            if (packet.number == 1) QCOMPARE(packet.dropped, std::uint64_t{3});
        }
        const std::vector<std::vector<std::string>> expected = {
            {"one", "two\nlines", "\xff\xfex"}, {}, {std::string(65'535, 'x')}, {}, {"old"}};
        QVERIFY(comments == expected);
        QVERIFY(reader.notices().empty());

        // And again at random.
        const auto read = readWhole(scratch.write(file.bytes()));
        for (std::size_t i = 0; i < expected.size(); ++i) {
            const auto again =
                read.file->readPacket(read.layout, read.packets.at(i).header.recordOffset);
            QVERIFY(again && again->comments == expected[i]);
        }
        QCOMPARE(randomAccessFault(read), QString());
    }
}

void TestPcapngDetails::tooManyCommentsOfAPacket() {
    const Scratch scratch;
    PcapngBuilder file(false);
    file.interface(1);
    const std::vector<Option> many(maxPacketComments + 1, text(1, "again"));
    file.enhanced(0, 1, someBytes(20), {}, {}, many);
    file.enhanced(0, 1, someBytes(20), {}, {}, many);
    const auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.last, ReadStep::End);
    QVERIFY(read.hasOnly(NoticeCode::CommentLimit));
    const auto packet = read.file->readPacket(read.layout, read.packets[0].header.recordOffset);
    QCOMPARE(packet->comments.size(), maxPacketComments);
}

void TestPcapngDetails::namesOfHosts() {
    const Scratch scratch;
    IpAddress six{6, {0xfd}};
    six.bytes[15] = 1;
    for (const bool bigEndian : {false, true}) {
        PcapngBuilder file(bigEndian);
        Bytes sixRecord(six.bytes.begin(), six.bytes.end());
        const Bytes name = textBytes("six\xc3\xa9");  // Without a zero at its end.
        sixRecord.insert(sixRecord.end(), name.begin(), name.end());
        file.names({{1, record({10, 0, 0, 1}, std::string("a\0\0b\0", 5))},
                    {2, sixRecord},
                    {3, someBytes(7)},  // Another kind of name.
                    {1, record({10, 0, 0, 2}, "")}});
        file.names({{1, record({10, 0, 0, 1}, std::string("b\0c\0", 4))}});
        file.names({});
        const auto read = readWhole(scratch.write(file.bytes()));
        QVERIFY(read.notices.empty());
        const std::vector<HostName> expected = {{ipv4(10, 0, 0, 1), "a"},
                                                {ipv4(10, 0, 0, 1), "b"},
                                                {six, "six\xc3\xa9"},
                                                {ipv4(10, 0, 0, 1), "c"}};
        QVERIFY(read.layout.hostNames == expected);
        QCOMPARE(read.counts.nameResolutionBlocks, std::uint64_t{3});
    }
}

void TestPcapngDetails::namesThatDoNotFit_data() {
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<int>("names");
    const auto row = [](const char* name, const char* hex, int names) {
        QTest::newRow(name) << QByteArray::fromHex(hex) << names;
    };
    row("shorter than its address", "0001000301020300", 0);
    row("longer than the block", "0001001001020304", 0);
    row("behind a good one", "0001000601020304610000000001 00ff", 1);
    row("half a head", "00010006010203046100000000010000", 1);
}

void TestPcapngDetails::namesThatDoNotFit() {
    QFETCH(QByteArray, body);
    QFETCH(int, names);
    const Scratch scratch;
    PcapngBuilder file(true);
    Bytes bytes(body.begin(), body.end());
    file.block(4, bytes);
    file.interface(1);
    file.enhanced(0, 1, someBytes(20));
    const auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.packets.size(), std::size_t{1});
    QVERIFY(read.hasOnly(NoticeCode::MalformedBlock));
    QCOMPARE(read.layout.hostNames.size(), static_cast<std::size_t>(names));
}

void TestPcapngDetails::namesWithoutEnd() {
    const Scratch scratch;
    PcapngBuilder file(false);
    // A name of 60,000 bytes is cut, and of one address only so many are kept.
    file.names({{1, record({10, 0, 0, 1}, std::string(60'000, 'n'))}});
    std::string many;
    for (int i = 0; i < 2000; ++i) many += "host" + std::to_string(i) + std::string(1, '\0');
    for (std::uint8_t i = 0; i < 3; ++i) file.names({{1, record({10, 0, 0, 1}, many)}});
    // A block of names that is too great to be looked into.
    file.block(4, Bytes(17'000'000, 1));
    file.interface(1);
    file.enhanced(0, 1, someBytes(20));
    auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.last, ReadStep::End);
    QCOMPARE(read.packets.size(), std::size_t{1});
    QVERIFY(read.hasOnly(NoticeCode::TextLimit));
    QCOMPARE(read.layout.hostNames.size(), std::size_t{64});
    QCOMPARE(read.layout.hostNames[0].name.size(), std::size_t{256});

    ReadLimits limits;
    limits.hostNames = 5;
    read = readWhole(scratch.write(file.bytes()), limits);
    QCOMPARE(read.layout.hostNames.size(), std::size_t{5});
}

void TestPcapngDetails::textLimit() {
    const Scratch scratch;
    PcapngBuilder file(false);
    for (int i = 0; i < 400; ++i) {
        file.section(false, 1, {text(1, std::string(60'000, 'c'))});
        file.interface(1, {text(1, "short")});
        file.enhanced(0, 1, someBytes(20));
    }
    const auto read = readWhole(scratch.write(file.bytes()));
    QCOMPARE(read.last, ReadStep::End);
    QCOMPARE(read.packets.size(), std::size_t{400});
    QVERIFY(read.hasOnly(NoticeCode::TextLimit));
    std::size_t kept = 0;
    for (const CaptureSection& section : read.layout.sections) kept += section.details != nullptr;
    QVERIFY(kept > 250 && kept < 280);
    QCOMPARE(randomAccessFault(read), QString());
}

void TestPcapngDetails::detailsInIncrements() {
    const Scratch scratch;
    PcapngBuilder file(false);
    file.interface(1, {text(1, "wire")});
    file.enhanced(0, 1, someBytes(20));
    file.statistics(0, {{4, file.option64(1)}});
    file.names({{1, record({10, 0, 0, 1}, "late")}});
    file.enhanced(0, 2, someBytes(20));
    file.statistics(0, {{4, file.option64(2)}});
    CaptureReader reader(*CaptureFile::open(scratch.write(file.bytes())));
    CapturedPacket packet;
    CaptureLayout copy;
    QCOMPARE(reader.next(packet), ReadStep::Packet);
    copy.append(reader.takeNewLayout());
    QVERIFY(copy.hostNames.empty() && copy.statistics.empty());
    QCOMPARE(reader.next(packet), ReadStep::Packet);
    copy.append(reader.takeNewLayout());
    QCOMPARE(copy.hostNames.size(), std::size_t{1});
    QCOMPARE(copy.statistics.at(0).received.value_or(0), std::uint64_t{1});
    QCOMPARE(reader.next(packet), ReadStep::End);
    copy.append(reader.takeNewLayout());
    QCOMPARE(copy.statistics.at(0).received.value_or(0), std::uint64_t{2});
    QVERIFY(reader.takeNewLayout().empty());
    QVERIFY(copy == reader.layout());
}

/// A block whose options end anywhere is still a block, and its packet is read.
void TestPcapngDetails::optionsCutAnywhere() {
    const Scratch scratch;
    OrderedWriter options(false);
    options.u16(1);
    options.u16(5);
    options.data(textBytes("first"));
    options.pad();
    options.u16(1);
    options.u16(200);
    options.data(textBytes("a comment that claims to be longer"));
    for (std::size_t length = 0; length <= options.bytes.size(); length += 4) {
        PcapngBuilder file(false);
        file.interface(1);
        OrderedWriter body(false);
        for (int i = 0; i < 3; ++i) body.u32(0);
        body.u32(4);
        body.u32(4);
        body.data(someBytes(4));
        body.data(ByteView(options.bytes).first(length));
        body.pad();
        file.block(6, body.bytes);
        const auto read = readWhole(scratch.write(file.bytes()));
        QCOMPARE(read.last, ReadStep::End);
        QCOMPARE(read.packets.size(), std::size_t{1});
        const auto again = read.file->readPacket(read.layout, read.packets[0].header.recordOffset);
        QCOMPARE(again->comments.size(), length >= 12 ? std::size_t{1} : std::size_t{0});
    }
}

QTEST_APPLESS_MAIN(TestPcapngDetails)
#include "test_pcapng_details.moc"
