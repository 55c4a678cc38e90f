// Captures of every format and compression with bytes changed by chance, as editcap -E does it, and
// cut at every length: no crash, no hang, little memory, and a sentence where reading ended early.
// The seeds are the same in every run.
#include <fstream>
#include <lz4frame.h>
#include <zstd.h>

#include <QTest>

#include "capture/file/capture_properties.h"
#include "tests/capture/file/capture_builder.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using namespace framescope::testing;

class TestMutatedCaptures : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void damaged_data();
    void damaged();
    void cutAtEveryLength_data() { damaged_data(); }
    void cutAtEveryLength();
    void claimsCostNothing();
};

namespace {

Bytes pcap(bool bigEndian, bool nanoseconds) {
    PcapBuilder file(bigEndian, nanoseconds);
    for (std::uint32_t i = 0; i < 24; ++i) file.packet(i, i, someBytes(20 + i, i), 40 + i);
    return file.bytes();
}

Bytes modified() {
    OrderedWriter out(true);
    for (const std::uint32_t v : {0xa1b2cd34u, 0x00020004u, 0u, 0u, 65535u, 1u}) out.u32(v);
    for (std::uint32_t i = 0; i < 24; ++i) {
        for (const std::uint32_t v : {i, i, 20 + i, 20 + i, 2u, 0x08000400u}) out.u32(v);
        out.data(someBytes(20 + i, i));
    }
    return out.bytes;
}

Bytes snoop() {
    OrderedWriter out(true);
    out.data(asBytes(std::string_view("snoop\0\0\0\0\0\0\2\0\0\0\4", 16)));
    for (std::uint32_t i = 0; i < 24; ++i) {
        for (const std::uint32_t v : {20 + i, 20 + i, 24 + (20 + i + 3) / 4 * 4, 0u, i, i})
            out.u32(v);
        out.data(someBytes(20 + i, i));
        out.pad();
    }
    return out.bytes;
}

/// Sections, interfaces, names, statistics and comments between the packets.
Bytes pcapng(bool bigEndian) {
    PcapngBuilder file(bigEndian);
    file.section(!bigEndian, 1, {{4, textBytes("a program")}, {1, textBytes("a comment")}}, 512);
    for (std::uint16_t i = 0; i < 3; ++i) {
        file.interface(1, {{2, textBytes("eth")},
                           {9, {static_cast<std::uint8_t>(6 + i)}},
                           {14, file.option64(i)},
                           {11, textBytes("\1abc")}});
    }
    const PcapngBuilder::Option name = {1, {10, 0, 0, 1, 'h', 'o', 's', 't', 0}};
    for (std::uint32_t i = 0; i < 24; ++i) {
        file.enhanced(i % 3, 1'700'000'000'000'000 + i, someBytes(20 + i, i), 100, {},
                      {{1, textBytes("first")}, {4, file.option64(2)}, {1, textBytes("second")}});
        if (i % 5 == 0) file.names({name, name});
        if (i % 6 == 0) file.statistics(i % 3, {{4, file.option64(i)}, {7, file.option64(1)}});
        if (i % 7 == 0) file.secrets(CaptureSecrets::tlsKeyLog, textBytes("CLIENT_RANDOM"));
        if (i == 12) file.section(bigEndian);
        if (i == 12) file.interface(101);
        if (i == 12) file.interface(101);
        if (i == 12) file.interface(101);
        if (i % 8 == 0) file.simple(someBytes(20, i), 20);
        if (i % 9 == 0) file.obsolete(0, i, someBytes(20, i));
    }
    return file.bytes();
}

Bytes zstd(ByteView bytes) {
    Bytes out(ZSTD_compressBound(bytes.size()));
    out.resize(ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 1));
    return out;
}

/// Of a frame with one block nothing is read before it is whole, so there are several.
Bytes inFrames(ByteView bytes) {
    Bytes all;
    for (constexpr std::size_t size = 500; !bytes.empty();) {
        const ByteView part = bytes.first(std::min(size, bytes.size()));
        const Bytes frame = zstd(part);
        all.insert(all.end(), frame.begin(), frame.end());
        bytes = bytes.subspan(part.size());
    }
    return all;
}

Bytes lz4(ByteView bytes) {
    Bytes out(LZ4F_compressFrameBound(bytes.size(), nullptr));
    out.resize(LZ4F_compressFrame(out.data(), out.size(), bytes.data(), bytes.size(), nullptr));
    return out;
}

std::vector<std::pair<const char*, Bytes>> formats() {
    return {{"pcap", pcap(false, false)},      {"pcap, big-endian, nanoseconds", pcap(true, true)},
            {"modified pcap", modified()},     {"snoop", snoop()},
            {"pcapng", pcapng(false)},         {"pcapng, big-endian", pcapng(true)},
            {"zstd", inFrames(pcapng(false))}, {"lz4", lz4(pcapng(false))}};
}

/// Reads everything that a file has to say. Empty, or what is wrong with how it was read.
QString faultOf(const std::filesystem::path& path) {
    auto file = CaptureFile::open(path);
    if (!file) return file.error().sentence.ends_with('.') ? QString() : QStringLiteral("sentence");
    const auto read = readWhole(*std::move(file));
    if (read.last == ReadStep::Damaged && read.notices.empty())
        return QStringLiteral("nothing is said");
    for (const Notice& notice : read.notices) {
        if (!notice.sentence.ends_with('.')) return QString::fromStdString(notice.sentence);
    }
    // A snoop file counts drops from its beginning on; a single packet does not know them.
    for (const ReadPacket& packet : read.packets) {
        const auto again = read.file->readPacket(read.layout, packet.header.recordOffset);
        if (!again || again->data != packet.data) return QStringLiteral("reads otherwise again");
    }
    const CaptureProperties properties = captureProperties(*read.file, read.layout);
    std::size_t interfaces = 0;
    for (const SectionProperties& section : properties.sections)
        interfaces += section.interfaceCount;
    if (interfaces != properties.interfaces.size()) return QStringLiteral("interfaces");
    return {};
}

}  // namespace

void TestMutatedCaptures::damaged_data() {
    QTest::addColumn<QByteArray>("bytes");
    for (const auto& [name, bytes] : formats()) {
        QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()),
                                          static_cast<qsizetype>(bytes.size()));
    }
}

void TestMutatedCaptures::damaged() {
    QFETCH(QByteArray, bytes);
    const Scratch scratch;
    test::Noise noise(4711);
    for (const std::size_t oneIn : {1000, 100, 20}) {
        for (int round = 0; round < 40; ++round) {
            Bytes changed(bytes.begin(), bytes.end());
            for (std::uint8_t& byte : changed) {
                if (noise.below(oneIn) == 0) byte = noise.byte();
            }
            // Lengths are what matters most, so some of them become extreme.
            const std::size_t at = noise.below(changed.size() - 4);
            if (round % 4 == 0) std::fill_n(changed.begin() + static_cast<int>(at), 4, 0xff);
            QCOMPARE(faultOf(scratch.write(changed)), QString());
        }
    }
}

void TestMutatedCaptures::cutAtEveryLength() {
    QFETCH(QByteArray, bytes);
    const Scratch scratch;
    const Bytes whole(bytes.begin(), bytes.end());
    std::size_t before = 0;
    for (std::size_t length = 1; length < whole.size(); ++length) {
        const auto path = scratch.write(ByteView(whole).first(length));
        auto file = CaptureFile::open(path);
        if (!file) {
            QCOMPARE(before, std::size_t{0});
            continue;
        }
        const auto read = readWhole(*std::move(file));
        // Each packet is there from the length on at which it is whole.
        QVERIFY(read.packets.size() >= before);
        before = read.packets.size();
        QVERIFY(read.last == ReadStep::End || !read.notices.empty());
    }
    QVERIFY(before >= 20);
}

/// What a block or a record claims to be costs nothing: 4 GiB of a packet, of names, of a section
/// header, a hundred thousand interfaces.
void TestMutatedCaptures::claimsCostNothing() {
    const Scratch scratch;
    const auto residentKiB = [] {
        std::ifstream status("/proc/self/statm");
        long all = 0;
        long resident = 0;
        status >> all >> resident;
        return resident * 4;
    };
    const long before = residentKiB();
    for (const std::uint32_t type : {1u, 2u, 3u, 4u, 5u, 6u, 10u, 0x0a0d0d0au, 0x0badu, 77u}) {
        for (const std::uint32_t length : {0xfffffffcu, 0x80000000u, 0x0ffffffcu}) {
            PcapngBuilder file(false);
            file.interface(1);
            file.enhanced(0, 1, someBytes(20));
            OrderedWriter body(false);
            body.u32(0x1a2b3c4d);
            body.data(someBytes(400));
            file.block(type, body.bytes, length, length);
            const auto read = readWhole(scratch.write(file.bytes()));
            QCOMPARE(read.packets.size(), std::size_t{1});
            QCOMPARE(read.last, ReadStep::Damaged);
        }
    }
    PcapngBuilder many(false);
    for (int i = 0; i < 100'000; ++i) many.interface(1);
    many.enhanced(99'999, 1, someBytes(20));
    many.enhanced(7, 1, someBytes(20));
    const auto read = readWhole(scratch.write(many.bytes()));
    // That of the interface nobody kept the description of is a packet, too.
    QCOMPARE(read.packets.size(), std::size_t{2});
    QCOMPARE(read.layout.interfaces.size(), std::size_t{1 << 16});
    QVERIFY2(residentKiB() - before < 192 * 1024,
             qPrintable(QString::number(residentKiB() - before)));
}

QTEST_APPLESS_MAIN(TestMutatedCaptures)
#include "test_mutated_captures.moc"
