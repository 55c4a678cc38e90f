// zstd and lz4 captures, compressed by the libraries themselves: several frames, frames that are to
// be skipped, legacy frames of lz4, cut off everywhere, damaged, great ones with little memory.
// What all codecs share (random reads, the temporary file) is tested with gzip.
#include <fstream>
#include <lz4.h>
#include <lz4frame.h>
#include <zlib.h>
#include <zstd.h>

#include <QTest>

#include "capture/file/capture_properties.h"
#include "tests/capture/file/capture_builder.h"

using namespace framescope;
using namespace framescope::testing;

class TestCompressedCapture : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whole_data();
    void whole();
    void severalFrames_data() { whole_data(); }
    void severalFrames();
    void skippedFrames_data() { whole_data(); }
    void skippedFrames();
    void framesOfAllKinds();
    void padding_data() { whole_data(); }
    void padding();
    void trailingBytes_data() { whole_data(); }
    void trailingBytes();
    void cutOffEverywhere_data() { whole_data(); }
    void cutOffEverywhere();
    void damagedAnywhere_data() { whole_data(); }
    void damagedAnywhere();
    void checksumWrong_data();
    void checksumWrong();
    void blocksBeforeTheDamage_data() { whole_data(); }
    void blocksBeforeTheDamage();
    void nothingInside_data() { whole_data(); }
    void nothingInside();
    void windowTooLarge();
    void legacyBlocksThatLie();
    void greatAndRepetitive_data();
    void greatAndRepetitive();
};

namespace {

using Compress = Bytes (*)(ByteView);

Bytes zstd(ByteView bytes) {
    ZSTD_CCtx* context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    Bytes out(ZSTD_compressBound(bytes.size()));
    const std::size_t size =
        ZSTD_compress2(context, out.data(), out.size(), bytes.data(), bytes.size());
    if (ZSTD_isError(size) != 0) qFatal("ZSTD_compress2");
    ZSTD_freeCCtx(context);
    out.resize(size);
    return out;
}

Bytes lz4(ByteView bytes) {
    LZ4F_preferences_t preferences{};
    preferences.frameInfo.blockSizeID = LZ4F_max64KB;
    preferences.frameInfo.contentChecksumFlag = LZ4F_contentChecksumEnabled;
    Bytes out(LZ4F_compressFrameBound(bytes.size(), &preferences));
    const std::size_t size =
        LZ4F_compressFrame(out.data(), out.size(), bytes.data(), bytes.size(), &preferences);
    if (LZ4F_isError(size) != 0) qFatal("LZ4F_compressFrame");
    out.resize(size);
    return out;
}

Bytes lz4Legacy(ByteView bytes) {
    constexpr std::size_t block = std::size_t{8} << 20;
    OrderedWriter out(false);
    out.u32(0x184c2102);
    while (!bytes.empty()) {
        const ByteView plain = bytes.first(std::min(block, bytes.size()));
        bytes = bytes.subspan(plain.size());
        Bytes packed(static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(plain.size()))));
        const int size = LZ4_compress_default(
            reinterpret_cast<const char*>(plain.data()), reinterpret_cast<char*>(packed.data()),
            static_cast<int>(plain.size()), static_cast<int>(packed.size()));
        out.u32(static_cast<std::uint32_t>(size));
        out.data(ByteView(packed).first(static_cast<std::size_t>(size)));
    }
    return out.bytes;
}

Bytes gzip(ByteView bytes) {
    z_stream stream{};
    if (deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        qFatal("deflateInit2");
    Bytes out(deflateBound(&stream, bytes.size()) + 64);
    stream.next_in = const_cast<Bytef*>(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) qFatal("deflate");
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

void append(Bytes& all, ByteView more) {
    all.insert(all.end(), more.begin(), more.end());
}

Bytes skipped(std::uint32_t number, std::size_t length) {
    OrderedWriter out(false);
    out.u32(0x184d2a50 + number);
    out.u32(static_cast<std::uint32_t>(length));
    out.data(Bytes(length, 0x42));
    return out.bytes;
}

PcapBuilder packets(std::uint32_t count, std::size_t size) {
    PcapBuilder file(false, true);
    for (std::uint32_t i = 0; i < count; ++i) file.packet(i, i, someBytes(size, i));
    return file;
}

struct Row {
    Compress compress;
    std::string name;
};

Row currentRow() {
    const std::string tag = QTest::currentDataTag();
    if (tag == "zstd") return {zstd, "zstd"};
    if (tag == "lz4") return {lz4, "lz4"};
    return {lz4Legacy, "lz4"};
}

}  // namespace

void TestCompressedCapture::whole_data() {
    QTest::addColumn<int>("codec");
    QTest::newRow("zstd") << 0;
    QTest::newRow("lz4") << 1;
    QTest::newRow("lz4, legacy") << 2;
}

void TestCompressedCapture::whole() {
    const Row row = currentRow();
    const Scratch scratch;
    const PcapBuilder plain = packets(4000, 1000);
    const auto path = scratch.write(row.compress(plain.bytes()));
    const auto read = readWhole(path);
    QCOMPARE(read.last, ReadStep::End);
    QVERIFY(read.notices.empty());
    QCOMPARE(read.packets.size(), std::size_t{4000});
    for (const ReadPacket& packet : read.packets)
        QVERIFY(packet.data == someBytes(1000, packet.number - 1));
    QVERIFY(read.file->isCompressed());
    QCOMPARE(captureProperties(*read.file, read.layout).compression, row.name);
    QCOMPARE(*read.file->source().size(), std::uint64_t{plain.bytes().size()});
    QCOMPARE(read.file->source().storedPosition(0),
             std::uint64_t{std::filesystem::file_size(path)});
    QCOMPARE(randomAccessFault(read), QString());
}

void TestCompressedCapture::severalFrames() {
    const Row row = currentRow();
    const Scratch scratch;
    const PcapBuilder plain = packets(50, 100);
    const ByteView bytes = plain.bytes();
    for (const std::size_t size : {std::size_t{1}, std::size_t{37}, std::size_t{1000}}) {
        Bytes frames;
        for (std::size_t at = 0; at < bytes.size(); at += size)
            append(frames, row.compress(bytes.subspan(at, std::min(size, bytes.size() - at))));
        const auto read = readWhole(scratch.write(frames));
        QCOMPARE(read.last, ReadStep::End);
        QVERIFY(read.notices.empty());
        QCOMPARE(read.packets.size(), std::size_t{50});
        QCOMPARE(randomAccessFault(read), QString());
    }
}

void TestCompressedCapture::skippedFrames() {
    const Row row = currentRow();
    const Scratch scratch;
    const PcapBuilder plain = packets(50, 100);
    const ByteView bytes = plain.bytes();
    Bytes frames = skipped(0, 0);
    append(frames, skipped(15, 700'000));
    append(frames, row.compress(bytes.first(1000)));
    append(frames, skipped(3, 5));
    append(frames, row.compress(bytes.subspan(1000)));
    append(frames, skipped(4, 300'000));
    const auto read = readWhole(scratch.write(frames));
    QCOMPARE(read.last, ReadStep::End);
    QVERIFY(read.notices.empty());
    QCOMPARE(read.packets.size(), std::size_t{50});

    // Nothing but frames that are to be skipped is no capture.
    const auto none = CaptureFile::open(scratch.write(skipped(0, 100)));
    QVERIFY(!none);
    QVERIFY(none.error().sentence.find("unknown kind") != std::string::npos);
}

/// zstd reads such files as well. (What follows a legacy frame of lz4 must not look like the length
/// of a block, as gzip's magic number does.)
void TestCompressedCapture::framesOfAllKinds() {
    const Scratch scratch;
    const PcapBuilder plain = packets(50, 100);
    const ByteView bytes = plain.bytes();
    const std::vector<Compress> codecs = {gzip, lz4Legacy, zstd, lz4};
    for (std::size_t first = 0; first < codecs.size(); ++first) {
        Bytes frames;
        for (std::size_t i = 0; i < 8; ++i) {
            const std::size_t at = i * 700;
            const std::size_t size = i == 7 ? bytes.size() - at : 700;
            append(frames, codecs[(first + i) % codecs.size()](bytes.subspan(at, size)));
        }
        const auto read = readWhole(scratch.write(frames));
        QCOMPARE(read.last, ReadStep::End);
        QVERIFY(read.notices.empty());
        QCOMPARE(read.packets.size(), std::size_t{50});
    }
}

void TestCompressedCapture::padding() {
    const Scratch scratch;
    const Bytes whole = currentRow().compress(packets(5, 100).bytes());
    for (const std::size_t zeros : {4, 512, 600'000}) {
        Bytes padded = whole;
        padded.resize(whole.size() + zeros);
        const auto read = readWhole(scratch.write(padded));
        QCOMPARE(read.last, ReadStep::End);
        QVERIFY(read.notices.empty());
        QCOMPARE(read.packets.size(), std::size_t{5});
    }
}

void TestCompressedCapture::trailingBytes() {
    const Row row = currentRow();
    const Scratch scratch;
    const Bytes whole = row.compress(packets(5, 100).bytes());
    Bytes longer = whole;
    append(longer, textBytes("more of it"));
    const auto read = readWhole(scratch.write(longer));
    QCOMPARE(read.last, ReadStep::End);
    QVERIFY(read.hasOnly(NoticeCode::TrailingBytes));
    QCOMPARE(read.notices[0].offset, std::uint64_t{whole.size()});
    const std::string says = "The " + row.name +
                             " compression of the file is followed by bytes that are not " +
                             row.name;
    QVERIFY(read.notices[0].sentence.starts_with(says));
    QCOMPARE(read.packets.size(), std::size_t{5});
}

void TestCompressedCapture::cutOffEverywhere() {
    const Row row = currentRow();
    const Scratch scratch;
    const Bytes whole = row.compress(packets(8, 20).bytes());
    std::size_t before = 0;
    for (std::size_t length = 1; length < whole.size(); ++length) {
        auto file = CaptureFile::open(scratch.write(ByteView(whole).first(length)));
        if (!file) {
            QCOMPARE(before, std::size_t{0});
            continue;
        }
        const auto read = readWhole(*std::move(file));
        QCOMPARE(read.last, ReadStep::Damaged);
        QVERIFY(read.hasOnly(NoticeCode::CompressedCutOff));
        QCOMPARE(read.notices[0].offset, std::uint64_t{length});
        QVERIFY(read.packets.size() >= before);
        before = read.packets.size();
        QCOMPARE(randomAccessFault(read), QString());
    }
}

/// Whatever a byte becomes, what is read ends with a sentence or is complete.
void TestCompressedCapture::damagedAnywhere() {
    const Row row = currentRow();
    const Scratch scratch;
    const Bytes whole = row.compress(packets(8, 20).bytes());
    for (std::size_t position = 0; position < whole.size(); ++position) {
        for (const std::uint8_t flip : {0x01, 0x80, 0xff}) {
            Bytes bytes = whole;
            bytes[position] ^= flip;
            auto file = CaptureFile::open(scratch.write(bytes));
            if (!file) continue;
            const auto read = readWhole(*std::move(file));
            QVERIFY(read.last != ReadStep::Damaged || !read.notices.empty());
            QVERIFY(read.packets.size() <= 8);
        }
    }
}

void TestCompressedCapture::checksumWrong_data() {
    QTest::addColumn<int>("codec");
    QTest::newRow("zstd") << 0;
    QTest::newRow("lz4") << 1;
}

/// All of it is read, and none of it is known to be right.
void TestCompressedCapture::checksumWrong() {
    const Row row = currentRow();
    const Scratch scratch;
    Bytes bytes = row.compress(packets(100, 1000).bytes());
    bytes.back() ^= 0xff;
    const auto read = readWhole(scratch.write(bytes));
    QCOMPARE(read.packets.size(), std::size_t{100});
    QVERIFY(read.hasOnly(NoticeCode::CompressedChecksumWrong));
    QVERIFY(read.notices[0].sentence.starts_with(
        "The " + row.name +
        " compression of the file was read, but its checksum does not agree with what it holds, "
        "at byte "));
    QVERIFY(read.notices[0].sentence.ends_with("Any of the packets may be damaged."));
}

/// Of a file of many blocks with a damaged one, all packets in those before it are read.
void TestCompressedCapture::blocksBeforeTheDamage() {
    const Row row = currentRow();
    const Scratch scratch;
    const PcapBuilder plain = packets(20'000, 1000);
    Bytes bytes = row.compress(plain.bytes());
    const std::size_t damaged = bytes.size() * 9 / 10;
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(damaged), 100'000, 0xff);
    const auto read = readWhole(scratch.write(bytes));
    QCOMPARE(read.last, ReadStep::Damaged);
    // Random bytes do not shrink, so a position in the file is about one in what it holds; a legacy
    // block has 8 MiB.
    const std::size_t until = damaged - (row.compress == lz4Legacy ? 8'500'000 : 300'000);
    QVERIFY2(read.packets.size() >= until / 1016, qPrintable(QString::number(read.packets.size())));
    QVERIFY(read.packets.size() <= damaged / 1016 + 120);
    QCOMPARE(read.notices.size(), std::size_t{1});
}

void TestCompressedCapture::nothingInside() {
    const Row row = currentRow();
    const Scratch scratch;
    const auto file = CaptureFile::open(scratch.write(row.compress({})));
    QVERIFY(!file);
    const std::string ending = "is " + row.name + "-compressed and holds nothing.";
    QVERIFY2(file.error().sentence.ends_with(ending), file.error().sentence.c_str());
    // Of one that is cut in its first block nobody knows what it holds.
    const Bytes whole = row.compress(packets(3, 100).bytes());
    const auto cut = CaptureFile::open(scratch.write(ByteView(whole).first(12)));
    QVERIFY(!cut);
    const std::string said = "is " + row.name +
                             "-compressed, and nothing of it can be decompressed. The " + row.name +
                             " compression of the file is cut off at byte 12 of 12.";
    QVERIFY2(cut.error().sentence.ends_with(said), cut.error().sentence.c_str());
    const auto other = CaptureFile::open(scratch.write(row.compress(textBytes("hello there"))));
    QVERIFY(!other);
    QVERIFY(other.error().sentence.starts_with("What is compressed in"));
}

/// A frame that asks for a window of 2 GiB asks for as much memory.
void TestCompressedCapture::windowTooLarge() {
    const Scratch scratch;
    const PcapBuilder plain = packets(50, 100);
    Bytes bytes = zstd(plain.bytes());
    const std::size_t first = bytes.size();
    // A frame header without a content size: descriptor, and a window of 2^31 (RFC 8878 3.1.1.1.2).
    append(bytes, Bytes{0x28, 0xb5, 0x2f, 0xfd, 0x00, 21 << 3, 0x01, 0x00, 0x00});
    const auto read = readWhole(scratch.write(bytes));
    QCOMPARE(read.packets.size(), std::size_t{50});
    QVERIFY(read.hasOnly(NoticeCode::CompressedRefused));
    QVERIFY(read.notices[0].sentence.ends_with("The packets before that place are complete."));
    QVERIFY(read.notices[0].offset >= first);
    QVERIFY(read.notices[0].sentence.find("128 MiB") != std::string::npos);
}

void TestCompressedCapture::legacyBlocksThatLie() {
    const Scratch scratch;
    const PcapBuilder plain = packets(50, 100);
    const Bytes good = lz4Legacy(plain.bytes());
    OrderedWriter more(false);
    more.data(good);
    more.u32(8'000'000);  // A block that is not there.
    more.data(textBytes("little"));
    const auto read = readWhole(scratch.write(more.bytes));
    QCOMPARE(read.packets.size(), std::size_t{50});
    QVERIFY(read.hasOnly(NoticeCode::CompressedCutOff));
}

void TestCompressedCapture::greatAndRepetitive_data() {
    whole_data();
}

/// A hundred megabytes of the same packet are some kilobytes; reading them takes no more memory
/// than reading others.
void TestCompressedCapture::greatAndRepetitive() {
    const Row row = currentRow();
    const Scratch scratch;
    constexpr std::uint32_t count = 100'000;
    Bytes compressed;
    {
        PcapBuilder plain(false, true);
        const Bytes same(1000, 'x');
        for (std::uint32_t i = 0; i < count; ++i) plain.packet(1, 1, same);
        compressed = row.compress(plain.bytes());
    }
    QVERIFY(compressed.size() < 2'000'000);
    const auto residentKiB = [] {
        std::ifstream status("/proc/self/statm");
        long all = 0;
        long resident = 0;
        status >> all >> resident;
        return resident * 4;
    };
    const auto path = scratch.write(compressed);
    const long before = residentKiB();
    CaptureReader reader(*CaptureFile::open(path, scratch.folder()));
    CapturedPacket packet;
    std::uint32_t read = 0;
    long most = before;
    while (reader.next(packet) == ReadStep::Packet) {
        if (++read % 10'000 == 0) most = std::max(most, residentKiB());
    }
    QCOMPARE(read, count);
    QVERIFY(reader.notices().empty());
    // The windows of the reader and of the codec, not the data; a sanitizer keeps some of its own.
    QVERIFY2(most - before < 80 * 1024, qPrintable(QString::number(most - before)));
}

QTEST_APPLESS_MAIN(TestCompressedCapture)
#include "test_compressed_capture.moc"
