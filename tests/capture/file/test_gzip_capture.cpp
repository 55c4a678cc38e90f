// gzip-compressed captures: whole, in several members, cut off, damaged, and read at random while
// they are still being inflated.
#include <atomic>
#include <csignal>
#include <sys/resource.h>
#include <thread>
#include <zlib.h>

#include <QTest>

#include "tests/capture/file/capture_builder.h"

using namespace framescope;
using namespace framescope::testing;

class TestGzipCapture : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void wholePcap();
    void wholePcapng();
    void severalMembers();
    void zeroPaddingIsIgnored();
    void trailingBytes();
    void cutOffEverywhere();
    void cutOffInALargeFile();
    void damaged();
    void emptyInside();
    void notACaptureInside();
    void randomReadsWhileInflating();
    void survivesTheFileShrinking();
    void spoolLeavesNothingBehind();
    void noRoom();
    void noFolder();
};

namespace {

Bytes gzip(ByteView bytes, int level = 6) {
    z_stream stream{};
    if (deflateInit2(&stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        qFatal("deflateInit2");
    Bytes out(deflateBound(&stream, bytes.size()) + 64);
    Bytes in(bytes.begin(), bytes.end());
    stream.next_in = in.data();
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) qFatal("deflate");
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

Bytes joined(const Bytes& a, ByteView b) {
    Bytes all = a;
    all.insert(all.end(), b.begin(), b.end());
    return all;
}

PcapBuilder packets(std::uint32_t count, std::size_t size) {
    PcapBuilder file(false, true);
    for (std::uint32_t i = 0; i < count; ++i) file.packet(i, i, someBytes(size, i));
    return file;
}

}  // namespace

void TestGzipCapture::wholePcap() {
    const Scratch scratch;
    const PcapBuilder plain = packets(4000, 1000);
    const auto path = scratch.write(gzip(plain.bytes()));
    CaptureReader reader(*CaptureFile::open(path));
    QVERIFY(reader.bytesRead() < reader.bytesTotal());
    QCOMPARE(reader.bytesTotal(), std::uint64_t{std::filesystem::file_size(path)});
    CapturedPacket packet;
    ReadStep step = ReadStep::Packet;
    std::uint64_t before = 0;
    while ((step = reader.next(packet)) == ReadStep::Packet) {
        const Bytes expected = someBytes(1000, packet.number - 1);
        QVERIFY(std::equal(packet.data.begin(), packet.data.end(), expected.begin()));
        QVERIFY(reader.bytesRead() >= before);
        before = reader.bytesRead();
    }
    QCOMPARE(step, ReadStep::End);
    QCOMPARE(reader.next(packet), ReadStep::End);
    QCOMPARE(reader.bytesRead(), reader.bytesTotal());
    QCOMPARE(reader.counts().packets, std::uint64_t{4000});
    QVERIFY(reader.notices().empty());

    const auto read = readWhole(path);
    QVERIFY(read.file->isCompressed());
    QCOMPARE(randomAccessFault(read), QString());
}

void TestGzipCapture::wholePcapng() {
    const Scratch scratch;
    PcapngBuilder file(true);
    file.interface(1);
    for (std::uint32_t i = 0; i < 100; ++i) file.enhanced(0, i, someBytes(i, i));
    file.block(0x99, someBytes(3'000'000));
    file.section(false);
    file.interface(101);
    for (std::uint32_t i = 0; i < 100; ++i) file.enhanced(0, i, someBytes(i, i));
    const auto read = readWhole(scratch.write(gzip(file.bytes())));
    QCOMPARE(read.last, ReadStep::End);
    QCOMPARE(read.packets.size(), std::size_t{200});
    QCOMPARE(read.packets[199].header.linkType, 101u);
    QCOMPARE(randomAccessFault(read), QString());
}

void TestGzipCapture::severalMembers() {
    const Scratch scratch;
    const PcapBuilder plain = packets(50, 100);
    const ByteView bytes = plain.bytes();
    for (const std::size_t size : {std::size_t{1}, std::size_t{37}, std::size_t{1000}}) {
        Bytes members;
        for (std::size_t at = 0; at < bytes.size(); at += size)
            members = joined(members, gzip(bytes.subspan(at, std::min(size, bytes.size() - at))));
        const auto read = readWhole(scratch.write(members));
        QCOMPARE(read.last, ReadStep::End);
        QVERIFY(read.notices.empty());
        QCOMPARE(read.packets.size(), std::size_t{50});
        QCOMPARE(randomAccessFault(read), QString());
    }
}

void TestGzipCapture::zeroPaddingIsIgnored() {
    const Scratch scratch;
    const Bytes whole = gzip(packets(5, 100).bytes());
    for (const std::size_t zeros : {1, 2, 511, 600'000}) {
        const auto read = readWhole(scratch.write(joined(whole, Bytes(zeros, 0))));
        QCOMPARE(read.last, ReadStep::End);
        QVERIFY(read.notices.empty());
        QCOMPARE(read.packets.size(), std::size_t{5});
    }
}

void TestGzipCapture::trailingBytes() {
    const Scratch scratch;
    const Bytes whole = gzip(packets(5, 100).bytes());
    for (const auto& rest : {textBytes("x"), textBytes("\x1f"), textBytes("more of it")}) {
        const auto read = readWhole(scratch.write(joined(whole, rest)));
        QCOMPARE(read.last, ReadStep::End);
        QVERIFY(read.hasOnly(NoticeCode::TrailingBytes));
        QCOMPARE(read.notices[0].offset, std::uint64_t{whole.size()});
        QCOMPARE(read.packets.size(), std::size_t{5});
    }
}

void TestGzipCapture::cutOffEverywhere() {
    const Scratch scratch;
    const PcapBuilder plain = packets(20, 50);
    // Stored, so that it is known which bytes are there: the packet's bytes appear as they are.
    for (const int level : {0, 9}) {
        const Bytes whole = gzip(plain.bytes(), level);
        std::size_t before = 0;
        for (std::size_t length = 2; length < whole.size(); ++length) {
            auto file = CaptureFile::open(scratch.write(ByteView(whole).first(length)));
            if (!file) {
                QCOMPARE(before, std::size_t{0});
                QVERIFY(file.error().sentence.find("gzip") != std::string::npos ||
                        file.error().sentence.find("compressed") != std::string::npos);
                continue;
            }
            const auto read = readWhole(*std::move(file));
            QCOMPARE(read.last, ReadStep::Damaged);
            QVERIFY(read.hasOnly(NoticeCode::CompressedCutOff));
            QCOMPARE(read.notices[0].offset, std::uint64_t{length});
            QVERIFY(read.packets.size() >= before);
            before = read.packets.size();
            if (level == 0) {
                // The gzip header takes 10 bytes, that of the stored block 5.
                const std::size_t inflated = length < 15 ? 0 : length - 15;
                std::size_t complete = 0;
                while (complete + 1 < plain.ends.size() && plain.ends[complete + 1] <= inflated)
                    ++complete;
                QCOMPARE(read.packets.size(), complete);
            }
            QCOMPARE(randomAccessFault(read), QString());
        }
        QCOMPARE(before, std::size_t{20});
    }
}

void TestGzipCapture::cutOffInALargeFile() {
    const Scratch scratch;
    const Bytes whole = gzip(packets(4000, 1000).bytes(), 0);
    for (std::size_t part = 1; part < 8; ++part) {
        const std::size_t length = whole.size() * part / 8;
        const auto read = readWhole(scratch.write(ByteView(whole).first(length)));
        QVERIFY(read.hasOnly(NoticeCode::CompressedCutOff));
        // All but the last packet, and at most the five bytes of header per stored block.
        QVERIFY(read.packets.size() + 4 > length / 1016);
        QVERIFY(read.packets.size() <= length / 1016);
    }
}

void TestGzipCapture::damaged() {
    const Scratch scratch;
    const PcapBuilder plain = packets(2000, 1000);
    Bytes bytes = gzip(plain.bytes(), 0);
    bytes.back() ^= 0xff;  // The length in the trailer: all that was inflated is kept.
    auto read = readWhole(scratch.write(bytes));
    QCOMPARE(read.packets.size(), std::size_t{2000});
    QVERIFY(read.hasOnly(NoticeCode::CompressedChecksumWrong));
    // Then nothing is known to be right.
    QVERIFY(read.notices[0].sentence.find("its checksum does not agree") != std::string::npos);
    QVERIFY(read.notices[0].sentence.ends_with("Any of the packets may be damaged."));
    bytes = gzip(plain.bytes(), 0);
    bytes[1000] ^= 0xff;  // In a stored block, where nothing but the checksum tells.
    read = readWhole(scratch.write(bytes));
    QCOMPARE(read.packets.size(), std::size_t{2000});
    QVERIFY(read.hasOnly(NoticeCode::CompressedChecksumWrong));

    // Goes along the stored blocks (a byte of flags, the length twice) and makes the type of the
    // eleventh one that there is not.
    bytes = gzip(plain.bytes(), 0);
    std::size_t block = 10;
    std::size_t inflated = 0;
    for (int i = 0; i < 10; ++i) {
        const std::size_t length = bytes[block + 1] | std::size_t{bytes[block + 2]} << 8;
        block += 5 + length;
        inflated += length;
    }
    bytes[block] = 0x07;
    read = readWhole(scratch.write(bytes));
    QCOMPARE(read.last, ReadStep::Damaged);
    QVERIFY(read.hasOnly(NoticeCode::CompressedDamaged));
    QVERIFY(read.notices[0].sentence.find("may begin earlier") != std::string::npos);
    QVERIFY(read.notices[0].offset >= block && read.notices[0].offset <= block + 8);
    QCOMPARE(read.packets.size(), (inflated - 24) / 1016);
    QCOMPARE(randomAccessFault(read), QString());
}

void TestGzipCapture::emptyInside() {
    const Scratch scratch;
    const auto file = CaptureFile::open(scratch.write(gzip({})));
    QVERIFY(!file);
    QVERIFY(file.error().sentence.ends_with("is gzip-compressed and holds nothing."));
}

void TestGzipCapture::notACaptureInside() {
    const Scratch scratch;
    const auto file = CaptureFile::open(scratch.write(gzip(textBytes("hello there"))));
    QVERIFY(!file);
    QVERIFY(file.error().sentence.starts_with("What is compressed in"));
    QVERIFY(file.error().sentence.find("hello there") != std::string::npos);
}

void TestGzipCapture::randomReadsWhileInflating() {
    const Scratch scratch;
    constexpr std::uint32_t count = 20'000;
    const auto file = *CaptureFile::open(scratch.write(gzip(packets(count, 500).bytes(), 1)));
    std::atomic<std::uint32_t> known = 0;  // Packets that the reader has passed.
    std::atomic<int> faults = 0;
    CaptureReader reader(file);
    const CaptureLayout layout = reader.takeNewLayout();
    std::thread other([&] {
        std::uint32_t state = 1;
        for (std::uint32_t seen = 0; seen < count;) {
            seen = known;
            if (seen == 0) continue;
            state = state * 1664525u + 1013904223u;
            const std::uint32_t i = state % seen;
            const auto packet = file->readPacket(layout, 24 + std::uint64_t{i} * 516);
            if (!packet || packet->data != someBytes(500, i)) ++faults;
        }
    });
    CapturedPacket packet;
    while (reader.next(packet) == ReadStep::Packet) known = packet.number;
    const std::uint32_t last = known;
    known = count;  // Lets the other thread end, whatever happened.
    other.join();
    QCOMPARE(last, count);
    QCOMPARE(faults.load(), 0);
}

void TestGzipCapture::survivesTheFileShrinking() {
    const Scratch scratch;
    const auto path = scratch.write(gzip(packets(4000, 1000).bytes()));
    CaptureReader reader(*CaptureFile::open(path));
    CapturedPacket packet;
    QCOMPARE(reader.next(packet), ReadStep::Packet);
    std::filesystem::resize_file(path, 100);
    ReadStep step = ReadStep::Packet;
    while ((step = reader.next(packet)) == ReadStep::Packet) {
    }
    QCOMPARE(step, ReadStep::Damaged);
    QCOMPARE(reader.notices().back().code, NoticeCode::CompressedCutOff);
}

void TestGzipCapture::spoolLeavesNothingBehind() {
    const Scratch scratch;
    const auto path = scratch.write(gzip(packets(10, 100).bytes()));
    const auto folder = scratch.folder() / "a" / "b";  // Made when it is missing.
    const auto file = CaptureFile::open(path, folder);
    QVERIFY(static_cast<bool>(file));
    QVERIFY(std::filesystem::is_directory(folder));
    QVERIFY(std::filesystem::is_empty(folder));
    QCOMPARE(readWhole(*file).packets.size(), std::size_t{10});
}

void TestGzipCapture::noRoom() {
    const Scratch scratch;
    const auto path = scratch.write(gzip(packets(4000, 1000).bytes(), 9));
    const auto file = *CaptureFile::open(path);
    // A limit on the size of files acts like a full disk, and needs no disk to fill.
    rlimit old{};
    QCOMPARE(getrlimit(RLIMIT_FSIZE, &old), 0);
    const auto oldHandler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{2'000'000, old.rlim_max};
    QCOMPARE(setrlimit(RLIMIT_FSIZE, &small), 0);
    const auto read = readWhole(file);
    setrlimit(RLIMIT_FSIZE, &old);
    std::signal(SIGXFSZ, oldHandler);

    QCOMPARE(read.last, ReadStep::Damaged);
    QVERIFY(read.hasOnly(NoticeCode::ReadFailed));
    QVERIFY(read.notices[0].sentence.find("no room left") != std::string::npos);
    QVERIFY(read.packets.size() > 900);
    QCOMPARE(randomAccessFault(read), QString());

    // Also when there is room again: the bytes that had no room are lost.
    const auto second = readWhole(file);
    QVERIFY(second.hasOnly(NoticeCode::ReadFailed));
    QCOMPARE(second.packets.size(), read.packets.size());
}

void TestGzipCapture::noFolder() {
    const Scratch scratch;
    const auto path = scratch.write(gzip(packets(1, 100).bytes()));
    const auto file = CaptureFile::open(path, path / "below a file");
    QVERIFY(!file);
    QVERIFY(file.error().sentence.find("temporary file") != std::string::npos);
}

QTEST_APPLESS_MAIN(TestGzipCapture)
#include "test_gzip_capture.moc"
