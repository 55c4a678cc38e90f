// Captures whose packets do not lie in the order of their times: where the order of time mends what
// the file's breaks (the directions of a tap appended, written in blocks, files joined the wrong
// way round) everything is read; where the file's is right (a clock set back, sections with clocks
// of their own, times that run back by little) nothing changes.
#include <algorithm>
#include <cstdlib>
#include <zlib.h>

#include <QSemaphore>
#include <QtTest>

#include "capture/file/capture_file.h"
#include "capture/file/growing_bytes.h"
#include "capture/file/time_sample.h"
#include "capture/ingest/loader.h"
#include "capture/session/session.h"
#include "tests/support/chat_packets.h"
#include "tests/support/memory_capture.h"
#include "tests/support/packet_list.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kHour = std::int64_t{3600} * 1'000'000'000;

Bytes joinedFiles(Bytes first, const Bytes& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

void put(Bytes& to, std::uint32_t value, bool bigEndian) {
    for (int i = 0; i < 4; ++i) {
        to.push_back(static_cast<std::uint8_t>(value >> 8 * (bigEndian ? 3 - i : i)));
    }
}

/// Microseconds, little-endian.
Bytes asPcap(const PacketList& packets) {
    Bytes file;
    for (const std::uint32_t word : {0xa1b2c3d4U, 0x00040002U, 0U, 0U, 65535U, 1U}) {
        put(file, word, false);
    }
    for (const ListedPacket& packet : packets) {
        put(file, static_cast<std::uint32_t>(packet.timeNs / 1'000'000'000), false);
        put(file, static_cast<std::uint32_t>(packet.timeNs % 1'000'000'000 / 1000), false);
        put(file, static_cast<std::uint32_t>(packet.data.size()), false);
        put(file, packet.originalLength, false);
        file.insert(file.end(), packet.data.begin(), packet.data.end());
    }
    return file;
}

/// With a packet that was dropped in front of the tenth.
Bytes asSnoop(const PacketList& packets) {
    Bytes file;
    for (const char c : std::string_view("snoop\0\0\0", 8)) {
        file.push_back(static_cast<std::uint8_t>(c));
    }
    put(file, 2, true);
    put(file, 4, true);
    for (std::size_t i = 0; i < packets.size(); ++i) {
        const ListedPacket& packet = packets[i];
        const auto length = static_cast<std::uint32_t>(packet.data.size());
        for (const std::uint32_t word :
             {packet.originalLength, length, 24 + (length + 3) / 4 * 4, i < 9 ? 0U : 1U,
              static_cast<std::uint32_t>(packet.timeNs / 1'000'000'000),
              static_cast<std::uint32_t>(packet.timeNs % 1'000'000'000 / 1000)}) {
            put(file, word, true);
        }
        file.insert(file.end(), packet.data.begin(), packet.data.end());
        while (file.size() % 4 != 0) file.push_back(0);
    }
    return file;
}

Bytes gzipped(const Bytes& bytes) {
    z_stream stream{};
    if (deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
    Bytes out(deflateBound(&stream, bytes.size()) + 64);
    Bytes in = bytes;
    stream.next_in = in.data();
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
    out.erase(out.end() - static_cast<std::ptrdiff_t>(stream.avail_out), out.end());
    deflateEnd(&stream);
    return out;
}

/// A capture that was read, and what came on the way.
struct Read {
    std::unique_ptr<Session> session;
    int begunAgain = 0;
    std::uint64_t rowsBefore = 0;  ///< that were handed on before it began again
    bool progressGrows = true;     ///< since the last beginning

    bool says(std::string_view words) const {
        return std::ranges::any_of(session->notices(), [words](const std::string& notice) {
            return notice.find(words) != std::string::npos;
        });
    }
    bool isByTime() const { return says("is read in the order of time"); }
};

Read readFrom(const std::shared_ptr<CaptureFile>& file, const IngestOptions& options,
              const std::function<bool()>& goOn) {
    Read result;
    result.session = std::make_unique<Session>(file);
    std::uint64_t bytesRead = 0;
    const auto take = [&](Batch&& batch) {
        if (batch.beginsAgain) {
            ++result.begunAgain;
            result.rowsBefore = result.session->rowCount();
            result.session = std::make_unique<Session>(file);
            bytesRead = 0;
        }
        result.progressGrows = result.progressGrows && batch.statistics.bytesRead >= bytesRead;
        bytesRead = batch.statistics.bytesRead;
        result.session->append(std::move(batch));
        return true;
    };
    readAll(file, take, options, goOn);
    return result;
}

Read read(const Bytes& bytes, PacketOrder order = PacketOrder::Auto, bool mayBeginAgain = false) {
    const MemoryCapture memory(bytes);
    const auto file = CaptureFile::open(memory.path());
    if (!file) std::abort();
    IngestOptions options;
    options.order = order;
    options.mayBeginAgain = mayBeginAgain;
    return readFrom(*file, options, [] { return true; });
}

/// As from a pipe, whose writer ends when all has been read.
Read readGrowing(const Bytes& bytes, bool mayBeginAgain) {
    const MemoryCapture memory(bytes);
    const auto growing = std::make_shared<GrowingBytes>();
    if (growing->beginPart(memory.path())) std::abort();
    growing->grewTo(bytes.size());
    const auto file = CaptureFile::ofGrowing(growing, memory.path());
    if (!file) std::abort();
    IngestOptions options;
    options.mayBeginAgain = mayBeginAgain;
    return readFrom(*file, options, [growing] {
        growing->end();
        return true;
    });
}

std::uint64_t framesOf(const Session& session) {
    return session.statistics().rows[static_cast<std::size_t>(Protocol::WebSocket)];
}

std::uint64_t gapsOf(const Session& session) {
    std::uint64_t gaps = 0;
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        gaps += session.record(row).kind == RowKind::TcpGap ? 1 : 0;
    }
    return gaps;
}

/// "" where the rows are those of the packets in their order, at the same times, and every row
/// names the packet of the file that has its bytes.
std::string difference(const Session& session, const PacketList& inFile,
                       const PacketList& inOrder) {
    const auto wanted = MemoryCapture(asPcapng(inOrder)).read();
    if (session.rowCount() != wanted->rowCount()) {
        return std::to_string(session.rowCount()) + " rows and not " +
               std::to_string(wanted->rowCount());
    }
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Record& a = session.record(row);
        const Record& b = wanted->record(row);
        const std::string name = "row " + std::to_string(row + 1);
        if (a.kind != b.kind || a.length != b.length || a.streamOffset != b.streamOffset ||
            a.direction != b.direction || a.connection != b.connection || a.flags != b.flags ||
            a.severity != b.severity) {
            return name + " differs";
        }
        if (a.timeNs / 1000 != b.timeNs / 1000) return name + " has another time";
        if (a.packet == 0 || a.packet > inFile.size()) return name + " names no packet";
        if (inFile[a.packet - 1].data != inOrder[b.packet - 1].data) {
            return name + " names packet " + std::to_string(a.packet);
        }
    }
    return {};
}

class TimeOrderTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void mended_data();
    void mended();
    void everyFormat_data();
    void everyFormat();
    void fileOrderStays_data();
    void fileOrderStays();
    void orderThatWasAskedFor();
    void capturedTwiceWithOtherClocks();
    void largeFileIsToldBeforeItIsRead_data();
    void largeFileIsToldBeforeItIsRead();
    void beginsAgainWhereItIsFoundLate();
    void saysSoWhereItCannotBeginAgain();
    void whatComesFromAPipe();
    void fragmentsNamePacketsOfTheFile();
    void packetsWithoutATime();
    void cutOffFile();
    void canBeCancelled();
};

void TimeOrderTest::mended_data() {
    QTest::addColumn<PacketList>("inOrder");
    QTest::addColumn<PacketList>("inFile");
    const PacketList packets = chat(600);
    const PacketList client = onlyFrom(packets, false);
    const PacketList server = onlyFrom(packets, true);
    QTest::newRow("client, then server") << packets << joined(client, server);
    QTest::newRow("server, then client") << packets << joined(server, client);
    QTest::newRow("blocks of 200") << packets << inBlocks(packets, 200);
    QTest::newRow("blocks of 500") << packets << inBlocks(packets, 500);
    const auto middle = packets.begin() + static_cast<std::ptrdiff_t>(packets.size() / 2);
    QTest::newRow("halves the wrong way round")
        << packets
        << joined(PacketList(middle, packets.end()), PacketList(packets.begin(), middle));
    // A second connection runs beside it, half a millisecond later.
    const PacketList beside = moved(chat(600, 40001), 0, kMillisecond / 2);
    PacketList both = joined(packets, beside);
    std::ranges::stable_sort(both, {}, &ListedPacket::timeNs);
    QTest::newRow("two connections, by direction")
        << both << joined(onlyFrom(both, false), onlyFrom(both, true));
    QTest::newRow("two connections in blocks") << both << inBlocks(both, 300);
    // The first half in order: what was read until then is right.
    QTest::newRow("appended behind a good half")
        << both
        << joined(PacketList(both.begin(), both.begin() + 1200),
                  joined(onlyFrom(PacketList(both.begin() + 1200, both.end()), true),
                         onlyFrom(PacketList(both.begin() + 1200, both.end()), false)));
}

void TimeOrderTest::mended() {
    QFETCH(PacketList, inOrder);
    QFETCH(PacketList, inFile);
    for (const bool mayBeginAgain : {false, true}) {
        const Read found = read(asPcapng(inFile), PacketOrder::Auto, mayBeginAgain);
        QVERIFY(found.isByTime());
        QVERIFY(found.progressGrows);
        QCOMPARE(found.begunAgain, 0);
        QCOMPARE(gapsOf(*found.session), std::uint64_t{0});
        QCOMPARE(difference(*found.session, inFile, inOrder), std::string());
        QCOMPARE(wrongChoice(*found.session), std::string());
        QVERIFY(found.session->complete() && !found.session->damaged());
        QCOMPARE(found.session->statistics().bytesRead, found.session->statistics().bytesTotal);
    }
    // Read as the file has it, not all is found.
    const Read asInFile = read(asPcapng(inFile), PacketOrder::File);
    QVERIFY(!asInFile.isByTime());
    QVERIFY(!difference(*asInFile.session, inFile, inOrder).empty());
}

void TimeOrderTest::everyFormat_data() {
    QTest::addColumn<Bytes>("file");
    QTest::addColumn<int>("moreRows");
    const PacketList packets = chat(600);
    const PacketList inFile = joined(onlyFrom(packets, false), onlyFrom(packets, true));
    QTest::newRow("pcap") << asPcap(inFile) << 0;
    QTest::newRow("pcapng") << asPcapng(inFile) << 0;
    QTest::newRow("snoop, with a drop") << asSnoop(inFile) << 1;
    QTest::newRow("pcap, compressed") << gzipped(asPcap(inFile)) << 0;
    QTest::newRow("pcapng, compressed") << gzipped(asPcapng(inFile)) << 0;
    QTest::newRow("snoop, compressed") << gzipped(asSnoop(inFile)) << 1;
    const Bytes client = asPcapng(onlyFrom(packets, false));
    QTest::newRow("pcapng of two sections")
        << joinedFiles(client, asPcapng(onlyFrom(packets, true))) << 0;
}

void TimeOrderTest::everyFormat() {
    QFETCH(Bytes, file);
    QFETCH(int, moreRows);
    const PacketList packets = chat(600);
    const Read found = read(file);
    QVERIFY(found.isByTime());
    QCOMPARE(framesOf(*found.session), std::uint64_t{1200});
    QCOMPARE(gapsOf(*found.session), std::uint64_t{0});
    const auto wanted = MemoryCapture(asPcapng(packets)).read();
    QCOMPARE(found.session->rowCount(), wanted->rowCount() + static_cast<RecordId>(moreRows));
    QCOMPARE(found.session->statistics().droppedPackets, static_cast<std::uint64_t>(moreRows));
    QCOMPARE(wrongChoice(*found.session), std::string());
}

void TimeOrderTest::fileOrderStays_data() {
    QTest::addColumn<Bytes>("file");
    QTest::addColumn<Bytes>("sameTimes");
    const PacketList packets = chat(600);
    const Bytes plain = asPcapng(packets);
    const std::size_t half = packets.size() / 2;
    QTest::newRow("in order") << plain << plain;
    QTest::newRow("set back by an hour") << asPcapng(moved(packets, half, -kHour)) << plain;
    QTest::newRow("set back within its span")
        << asPcapng(moved(packets, half, -400 * kMillisecond)) << plain;
    QTest::newRow("set back again and again")
        << asPcapng(moved(moved(moved(packets, 300, -250 * kMillisecond), 600, -kHour), 900,
                          -250 * kMillisecond))
        << plain;
    // One packet in fifty was not captured, on either side of the moment.
    const PacketList lossy = without(packets, chosenLosses(packets.size(), 0.02, 7));
    QTest::newRow("set back, with losses")
        << asPcapng(moved(lossy, lossy.size() / 2, -400 * kMillisecond)) << asPcapng(lossy);
    // A clock that is put right by a few milliseconds at a time.
    PacketList jittering = packets;
    for (std::size_t i = 0; i < jittering.size(); i += 100) {
        jittering = moved(std::move(jittering), i, -3 * kMillisecond);
    }
    QTest::newRow("set back by little") << asPcapng(jittering) << plain;
    const PacketList crowded = [&] {
        // 100 packets in a millisecond, and 2 ms back.
        PacketList list = packets;
        for (std::size_t i = 0; i < list.size(); ++i) {
            list[i].timeNs = list[0].timeNs + static_cast<std::int64_t>(i) * 10'000;
        }
        return list;
    }();
    QTest::newRow("set back by many packets")
        << asPcapng(moved(crowded, half, -3 * kMillisecond)) << plain;
    const PacketList overtaking = shuffled(chat(3000), 40, Times::Travel, 7);
    QTest::newRow("set back while packets overtake each other")
        << asPcapng(moved(overtaking, overtaking.size() / 2, -400 * kMillisecond))
        << asPcapng(overtaking);
    PacketList ahead = packets;
    ahead[100].timeNs += 1000 * kHour;
    QTest::newRow("one time far ahead") << asPcapng(ahead) << plain;
    PacketList zero = packets;
    for (std::size_t i = 200; i < 500; ++i) zero[i].timeNs = 0;
    QTest::newRow("times that are 0") << asPcapng(zero) << plain;
    const PacketList first(packets.begin(), packets.begin() + static_cast<std::ptrdiff_t>(half));
    const PacketList second(packets.begin() + static_cast<std::ptrdiff_t>(half), packets.end());
    QTest::newRow("section with a clock of its own")
        << joinedFiles(asPcapng(first), asPcapng(moved(second, 0, -kHour)))
        << joinedFiles(asPcapng(first), asPcapng(second));
    const PacketList other = chat(600, 40001);
    QTest::newRow("another conversation before it")
        << joinedFiles(asPcapng(packets), asPcapng(moved(other, 0, -kHour)))
        << joinedFiles(asPcapng(packets), asPcapng(other));
    QTest::newRow("directions, by clocks an hour apart")
        << asPcapng(joined(onlyFrom(packets, false), moved(onlyFrom(packets, true), 0, -kHour)))
        << asPcapng(joined(onlyFrom(packets, false), onlyFrom(moved(packets, 0, kHour), true)));
}

void TimeOrderTest::fileOrderStays() {
    QFETCH(Bytes, file);
    QFETCH(Bytes, sameTimes);
    for (const bool mayBeginAgain : {false, true}) {
        const Read found = read(file, PacketOrder::Auto, mayBeginAgain);
        QVERIFY(!found.isByTime() && !found.says("--time-order"));
        QCOMPARE(found.begunAgain, 0);
        const Read wanted = read(sameTimes, PacketOrder::File);
        QCOMPARE(found.session->rowCount(), wanted.session->rowCount());
        for (RecordId row = 0; row < found.session->rowCount(); ++row) {
            const Record& a = found.session->record(row);
            const Record& b = wanted.session->record(row);
            QCOMPARE(a.packet, b.packet);
            QCOMPARE(a.kind, b.kind);
            QCOMPARE(a.streamOffset, b.streamOffset);
            QCOMPARE(a.length, b.length);
        }
        QCOMPARE(wrongChoice(*found.session), std::string());
    }
}

void TimeOrderTest::orderThatWasAskedFor() {
    const PacketList packets = chat(200);
    // Nothing tells that these should be read in another order.
    const PacketList late = moved(chat(200, 40001), 0, 30 * kMillisecond);
    const PacketList inFile = joined(late, packets);
    PacketList inOrder = inFile;
    std::ranges::stable_sort(inOrder, {}, &ListedPacket::timeNs);
    const Read byItself = read(asPcapng(inFile));
    QVERIFY(!byItself.isByTime());
    QCOMPARE(difference(*byItself.session, inFile, inFile), std::string());
    const Read byTime = read(asPcapng(inFile), PacketOrder::Time);
    QVERIFY(byTime.says("as was asked for"));
    QCOMPARE(difference(*byTime.session, inFile, inOrder), std::string());
    QCOMPARE(byTime.session->statistics().firstTimeNs, packets.front().timeNs);
}

/// The same conversation captured at both of its ends, one behind the other: repetitions, in either
/// order.
void TimeOrderTest::capturedTwiceWithOtherClocks() {
    const PacketList packets = chat(600);
    for (const std::int64_t apart : {-kHour, -3000 * kMillisecond, -300 * kMillisecond,
                                     -kMillisecond, std::int64_t{0}, 300 * kMillisecond}) {
        const Read found = read(asPcapng(joined(packets, moved(packets, 0, apart))));
        QVERIFY(!found.isByTime());
        QCOMPARE(framesOf(*found.session), std::uint64_t{1200});
    }
}

/// More than is looked at from the front on, with frames that fill a few kilobytes.
PacketList largeChat() {
    return chat(2500, 40000, true, 3000);
}

void TimeOrderTest::largeFileIsToldBeforeItIsRead_data() {
    QTest::addColumn<Bytes>("file");
    QTest::addColumn<bool>("runsBack");
    const PacketList packets = largeChat();
    const PacketList appended = joined(onlyFrom(packets, false), onlyFrom(packets, true));
    QTest::newRow("pcap") << asPcap(appended) << true;
    QTest::newRow("pcapng") << asPcapng(appended) << true;
    QTest::newRow("snoop") << asSnoop(appended) << true;
    QTest::newRow("pcap in blocks") << asPcap(inBlocks(packets, 1500)) << true;
    QTest::newRow("pcap in order") << asPcap(packets) << false;
    QTest::newRow("pcapng in order") << asPcapng(packets) << false;
    QTest::newRow("snoop in order") << asSnoop(packets) << false;
}

void TimeOrderTest::largeFileIsToldBeforeItIsRead() {
    QFETCH(Bytes, file);
    QFETCH(bool, runsBack);
    QVERIFY(file.size() > (std::size_t{12} << 20));
    const MemoryCapture memory(file);
    const auto opened = CaptureFile::open(memory.path());
    QVERIFY(static_cast<bool>(opened));
    QCOMPARE(timesSeemToRunBack(*opened), runsBack);
    const Read found = read(file);
    QCOMPARE(found.isByTime(), runsBack);
    QCOMPARE(framesOf(*found.session), std::uint64_t{5000});
    QCOMPARE(gapsOf(*found.session), std::uint64_t{0});
}

/// What lies far behind in a compressed file nobody can look at before.
void TimeOrderTest::beginsAgainWhereItIsFoundLate() {
    const PacketList packets = largeChat();
    const PacketList inFile = joined(onlyFrom(packets, false), onlyFrom(packets, true));
    const Bytes file = gzipped(asPcapng(inFile));
    const Read found = read(file, PacketOrder::Auto, true);
    QCOMPARE(found.begunAgain, 1);
    QVERIFY(found.rowsBefore > 0);
    QVERIFY(found.isByTime());
    QCOMPARE(difference(*found.session, inFile, packets), std::string());
    QCOMPARE(wrongChoice(*found.session), std::string());
}

void TimeOrderTest::saysSoWhereItCannotBeginAgain() {
    const PacketList packets = largeChat();
    const PacketList inFile = joined(onlyFrom(packets, false), onlyFrom(packets, true));
    const Bytes file = gzipped(asPcapng(inFile));
    const Read found = read(file);
    QCOMPARE(found.begunAgain, 0);
    QVERIFY(!found.isByTime() && found.says("--time-order time"));
    const Read asked = read(file, PacketOrder::Time);
    QCOMPARE(asked.begunAgain, 0);
    QCOMPARE(difference(*asked.session, inFile, packets), std::string());
}

void TimeOrderTest::whatComesFromAPipe() {
    const PacketList packets = chat(2000);
    const PacketList inFile = joined(onlyFrom(packets, false), onlyFrom(packets, true));
    const Bytes capture = asPcapng(inFile);
    const Read again = readGrowing(capture, true);
    QCOMPARE(again.begunAgain, 1);
    QVERIFY(again.isByTime());
    QCOMPARE(difference(*again.session, inFile, packets), std::string());
    const Read once = readGrowing(capture, false);
    QCOMPARE(once.begunAgain, 0);
    QVERIFY(once.says("written to a file first"));
    const Read sound = readGrowing(asPcapng(packets), false);
    QVERIFY(!sound.says("in the order of"));
    QCOMPARE(difference(*sound.session, packets, packets), std::string());
}

/// Datagrams that came in fragments name the packets of the file, too.
void TimeOrderTest::fragmentsNamePacketsOfTheFile() {
    PacketList packets;
    std::uint16_t identification = 1;
    for (ListedPacket& packet : chat(300, 40000, true, 200)) {
        const std::size_t payload = packet.data.size() - 34;
        if (payload < 100) {
            packets.push_back(std::move(packet));
            continue;
        }
        const std::size_t cut = 64;
        for (const bool last : {false, true}) {
            ListedPacket piece = packet;
            const std::size_t begin = last ? cut : 0;
            const std::size_t end = last ? payload : cut;
            piece.data.assign(packet.data.begin(), packet.data.begin() + 34);
            piece.data.insert(piece.data.end(),
                              packet.data.begin() + static_cast<std::ptrdiff_t>(34 + begin),
                              packet.data.begin() + static_cast<std::ptrdiff_t>(34 + end));
            const std::size_t total = 20 + end - begin;
            piece.data[16] = static_cast<std::uint8_t>(total >> 8);
            piece.data[17] = static_cast<std::uint8_t>(total);
            piece.data[18] = static_cast<std::uint8_t>(identification >> 8);
            piece.data[19] = static_cast<std::uint8_t>(identification);
            piece.data[20] = last ? 0 : 0x20;
            piece.data[21] = static_cast<std::uint8_t>(begin / 8);
            piece.originalLength = static_cast<std::uint32_t>(piece.data.size());
            if (last) piece.timeNs += kMillisecond / 10;
            packets.push_back(std::move(piece));
        }
        ++identification;
    }
    // Fragments have no ports; the addresses tell who sends.
    const auto fromClient = [](const ListedPacket& each) { return each.data[29] == 1; };
    PacketList inFile = packets;
    std::ranges::stable_partition(inFile, fromClient);
    const Read found = read(asPcapng(inFile), PacketOrder::Time);
    QCOMPARE(found.session->statistics().ipDatagrams, std::uint64_t{identification} - 1);
    QCOMPARE(difference(*found.session, inFile, packets), std::string());
    QCOMPARE(wrongChoice(*found.session), std::string());
}

/// Those of simple packet blocks stay behind the packet before them.
void TimeOrderTest::packetsWithoutATime() {
    const PacketList packets = chat(300);
    const PacketList inFile = joined(onlyFrom(packets, true), onlyFrom(packets, false));
    Bytes file = asPcapng(inFile);
    // Behind everything, a packet in a block that has no time.
    const ListedPacket& last = packets.back();
    const auto length = static_cast<std::uint32_t>(last.data.size());
    const std::uint32_t block = 16 + (length + 3) / 4 * 4;
    for (const std::uint32_t word : {3U, block, length}) put(file, word, false);
    file.insert(file.end(), last.data.begin(), last.data.end());
    while (file.size() % 4 != 0) file.push_back(0);
    put(file, block, false);
    const Read found = read(file);
    QVERIFY(found.isByTime());
    QCOMPARE(found.session->statistics().untimedPackets, std::uint64_t{1});
    QCOMPARE(framesOf(*found.session), std::uint64_t{600});
    QCOMPARE(wrongChoice(*found.session), std::string());
}

void TimeOrderTest::cutOffFile() {
    const PacketList packets = chat(600);
    Bytes file = asPcap(joined(onlyFrom(packets, false), onlyFrom(packets, true)));
    file.resize(file.size() - 5);
    const Read found = read(file);
    QVERIFY(found.isByTime());
    QVERIFY(found.session->damaged() && found.says("is cut off"));
    QCOMPARE(framesOf(*found.session), std::uint64_t{1200});
}

void TimeOrderTest::canBeCancelled() {
    const PacketList packets = largeChat();
    const Bytes bytes = asPcapng(joined(onlyFrom(packets, false), onlyFrom(packets, true)));
    const MemoryCapture memory(bytes);
    // In the midst of arranging, of handing on places, of reading.
    for (const int taken : {0, 1, 5, 20, 60, 100}) {
        const auto file = CaptureFile::open(memory.path());
        QVERIFY(static_cast<bool>(file));
        QSemaphore wakes;
        IngestOptions options;
        options.mayBeginAgain = true;
        Loader loader(
            *file, [&] { wakes.release(); }, options);
        bool last = false;
        for (int count = 0; !last;) {
            QVERIFY(wakes.tryAcquire(1, 30'000));
            while (const auto batch = loader.take()) {
                if (count++ == taken) loader.cancel();
                last = last || batch->last;
            }
        }
        QVERIFY(last);
    }
}

}  // namespace

QTEST_GUILESS_MAIN(TimeOrderTest)
#include "test_time_order.moc"
