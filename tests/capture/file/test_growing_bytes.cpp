// The bytes of a capture that is being written: positions run through all its files, and a reader
// meets neither an end nor damage before the writer has ended.
#include <fstream>
#include <thread>

#include <QtTest>

#include "capture/file/growing_bytes.h"
#include "tests/capture/file/capture_builder.h"

using namespace framescope;
using namespace framescope::testing;

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::string readText(const GrowingBytes& bytes, std::uint64_t offset, std::size_t length) {
    Bytes out(length);
    const auto n = bytes.readAt(offset, out);
    if (!n) return "error";
    out.resize(*n);
    return std::string(asText(out));
}

void append(const fs::path& path, ByteView bytes) {
    std::ofstream(path, std::ios::binary | std::ios::app) << asText(bytes);
}

/// A pcapng file with one interface and these packets.
PcapngBuilder ngCapture(int packets, std::uint32_t seed) {
    PcapngBuilder builder(false);
    builder.interface(1);
    for (int i = 0; i < packets; ++i) {
        const auto number = static_cast<std::uint32_t>(i);
        builder.enhanced(0, 1000 + number, someBytes(1 + number * 7 % 90, seed + number));
    }
    return builder;
}

}  // namespace

class TestGrowingBytes : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void positionsRunThroughAllParts() {
        const Scratch scratch;
        GrowingBytes bytes;
        QCOMPARE(bytes.size(), std::uint64_t{0});
        QCOMPARE(readText(bytes, 0, 4), std::string());
        QVERIFY(!bytes.beginPart(scratch.write(textBytes("abcdef"), "a")));
        QCOMPARE(readText(bytes, 0, 4), std::string());
        bytes.grewTo(3);
        // What lies in the file but was not told does not count.
        QCOMPARE(readText(bytes, 0, 100), std::string("abc"));
        bytes.grewTo(2);
        QCOMPARE(bytes.size(), std::uint64_t{3});
        bytes.grewTo(6);
        QVERIFY(!bytes.beginPart(scratch.write({}, "empty")));
        QVERIFY(!bytes.beginPart(scratch.write(textBytes("ghi"), "b")));
        bytes.grewTo(3);
        QCOMPARE(bytes.size(), std::uint64_t{9});
        QCOMPARE(readText(bytes, 0, 100), std::string("abcdefghi"));
        QCOMPARE(readText(bytes, 5, 2), std::string("fg"));
        QCOMPARE(readText(bytes, 9, 2), std::string());
        QCOMPARE(readText(bytes, 1'000'000, 2), std::string());
        QCOMPARE(bytes.paths().size(), std::size_t{3});
    }

    void aRingLetsGo() {
        const Scratch scratch;
        GrowingBytes bytes;
        const fs::path first = scratch.write(textBytes("abc"), "a");
        QVERIFY(!bytes.beginPart(first));
        bytes.grewTo(3);
        QVERIFY(!bytes.beginPart(scratch.write(textBytes("def"), "b")));
        bytes.grewTo(3);
        fs::remove(first);
        QCOMPARE(readText(bytes, 0, 6), std::string("abcdef"));
        bytes.forgetOldestPart();
        QCOMPARE(readText(bytes, 0, 6), std::string());
        QCOMPARE(readText(bytes, 3, 6), std::string("def"));
        QCOMPARE(bytes.firstReadable(), std::uint64_t{3});
        QCOMPARE(bytes.size(), std::uint64_t{6});
        bytes.moved({scratch.folder() / "c"});
        QCOMPARE(bytes.paths().front().filename().string(), std::string("c"));
        bytes.forgetOldestPart();
        bytes.forgetOldestPart();
        QCOMPARE(bytes.firstReadable(), std::uint64_t{6});
        QVERIFY(bytes.beginPart(scratch.folder() / "missing").has_value());
    }

    void waiting() {
        const Scratch scratch;
        GrowingBytes bytes;
        QVERIFY(!bytes.beginPart(scratch.write(textBytes("abc"), "a")));
        QVERIFY(!bytes.waitBeyond(0, 1ms));
        std::thread writer([&] { bytes.grewTo(3); });
        QVERIFY(bytes.waitBeyond(0, 20s));
        writer.join();
        QVERIFY(!bytes.waitBeyond(3, 1ms));
        std::thread ender([&] { bytes.end(); });
        QVERIFY(bytes.waitBeyond(3, 20s));
        ender.join();
        QVERIFY(bytes.hasEnded());
    }

    /// At every length that a file can have on its way, the reader gives the packets that are whole
    /// and says nothing is wrong; the end decides.
    void everyLengthOfAFile_data() {
        QTest::addColumn<bool>("ng");
        QTest::newRow("pcap") << false;
        QTest::newRow("pcapng") << true;
    }
    void everyLengthOfAFile() {
        QFETCH(bool, ng);
        PcapBuilder pcap(false, true);
        for (std::uint32_t i = 0; i < 20; ++i) pcap.packet(1, i, someBytes(i * 5, i));
        const PcapngBuilder pcapng = ngCapture(20, 1);
        const Bytes& whole = ng ? pcapng.bytes() : pcap.bytes();
        const auto& ends = ng ? pcapng.ends : pcap.ends;
        const std::size_t headers = ng ? 2 : 1;

        const Scratch scratch;
        const fs::path path = scratch.write(whole);
        const auto bytes = std::make_shared<GrowingBytes>();
        QVERIFY(!bytes->beginPart(path));
        bytes->grewTo(24);
        auto file = CaptureFile::ofGrowing(bytes, path);
        QVERIFY2(bool(file), file ? "" : file.error().sentence.c_str());
        CaptureReader reader(*file);
        CapturedPacket packet;
        std::size_t packets = 0;
        for (std::size_t size = 24; size <= whole.size(); ++size) {
            bytes->grewTo(size);
            ReadStep step = ReadStep::End;
            while ((step = reader.next(packet)) == ReadStep::Packet) ++packets;
            QCOMPARE(step, ReadStep::End);
            QVERIFY(reader.mayGrow());
            const auto complete = static_cast<std::size_t>(
                std::upper_bound(ends.begin(), ends.end(), size) - ends.begin());
            QCOMPARE(packets, std::max(complete, headers) - headers);
        }
        QVERIFY(!reader.waitForMore(1ms));
        bytes->end();
        QVERIFY(reader.waitForMore(1ms));
        QCOMPARE(reader.next(packet), ReadStep::End);
        QVERIFY(!reader.mayGrow() && reader.notices().empty());
        QCOMPARE(packets, std::size_t{20});
    }

    void aTornTailIsCutOffAtTheEnd() {
        const PcapngBuilder whole = ngCapture(5, 1);
        const Scratch scratch;
        const fs::path path = scratch.write(ByteView(whole.bytes()).first(whole.ends.back() - 3));
        const auto bytes = std::make_shared<GrowingBytes>();
        QVERIFY(!bytes->beginPart(path));
        bytes->grewTo(fs::file_size(path));
        auto file = CaptureFile::ofGrowing(bytes, path);
        QVERIFY(file);
        CaptureReader reader(*file);
        CapturedPacket packet;
        for (int i = 0; i < 4; ++i) QCOMPARE(reader.next(packet), ReadStep::Packet);
        QCOMPARE(reader.next(packet), ReadStep::End);
        QVERIFY(reader.notices().empty());
        bytes->end();
        QCOMPARE(reader.next(packet), ReadStep::Damaged);
        QCOMPARE(reader.notices().size(), std::size_t{1});
        QCOMPARE(reader.notices().front().code, NoticeCode::CutOff);
    }

    /// Each file is a section of its own, with its own byte order.
    void filesOfARingAreOneCapture() {
        const Scratch scratch;
        const auto bytes = std::make_shared<GrowingBytes>();
        std::shared_ptr<CaptureFile> file;
        std::unique_ptr<CaptureReader> reader;
        CaptureLayout layout;
        std::vector<CapturedPacket> headers;
        std::vector<Bytes> contents;
        CapturedPacket packet;
        for (std::uint32_t part = 0; part < 4; ++part) {
            const PcapngBuilder builder = ngCapture(10, part * 100);
            const std::string name = "part" + std::to_string(part);
            const fs::path path = scratch.write({}, name.c_str());
            QVERIFY(!bytes->beginPart(path));
            append(path, builder.bytes());
            bytes->grewTo(builder.bytes().size());
            if (!file) {
                auto opened = CaptureFile::ofGrowing(bytes, path);
                QVERIFY(opened);
                file = *opened;
                reader = std::make_unique<CaptureReader>(file);
            }
            ReadStep step = ReadStep::End;
            while ((step = reader->next(packet)) == ReadStep::Packet) {
                headers.push_back(packet);
                contents.emplace_back(packet.data.begin(), packet.data.end());
                layout.append(reader->takeNewLayout());
            }
            QCOMPARE(step, ReadStep::End);
        }
        QCOMPARE(headers.size(), std::size_t{40});
        QCOMPARE(layout.sections.size(), std::size_t{4});
        bytes->forgetOldestPart();
        for (std::size_t i = 0; i < headers.size(); ++i) {
            const auto again = file->readPacket(layout, headers[i].recordOffset);
            QCOMPARE(bool(again), i >= 10);
            if (again) QCOMPARE(again->data, contents[i]);
            if (!again) QVERIFY(again.error().sentence.find("has let go") != std::string::npos);
        }
    }

    /// A reader that is slower than the ring goes on with what is still there, and says so.
    void aReaderThatIsTooSlow() {
        const Scratch scratch;
        const auto bytes = std::make_shared<GrowingBytes>();
        std::shared_ptr<CaptureFile> file;
        std::unique_ptr<CaptureReader> reader;
        CapturedPacket packet;
        std::size_t packets = 0;
        for (std::uint32_t part = 0; part < 4; ++part) {
            const PcapngBuilder builder = ngCapture(10, part * 100);
            const std::string name = "part" + std::to_string(part);
            const fs::path path = scratch.write(builder.bytes(), name.c_str());
            QVERIFY(!bytes->beginPart(path));
            bytes->grewTo(builder.bytes().size());
            if (!file) {
                auto opened = CaptureFile::ofGrowing(bytes, path);
                QVERIFY(opened);
                file = *opened;
                reader = std::make_unique<CaptureReader>(file);
                for (int i = 0; i < 3; ++i) QCOMPARE(reader->next(packet), ReadStep::Packet);
            }
        }
        bytes->forgetOldestPart();
        bytes->forgetOldestPart();
        bytes->end();
        ReadStep step = ReadStep::End;
        while ((step = reader->next(packet)) == ReadStep::Packet) ++packets;
        QCOMPARE(step, ReadStep::End);
        QCOMPARE(packets, std::size_t{20});
        QCOMPARE(packet.number, 23u);
        QCOMPARE(reader->notices().size(), std::size_t{1});
        QCOMPARE(reader->notices().front().code, NoticeCode::LetGo);
    }

    void headersThatAreNone() {
        const Scratch scratch;
        const auto bytes = std::make_shared<GrowingBytes>();
        QVERIFY(!bytes->beginPart(scratch.write(textBytes("This is only text, nothing else."))));
        bytes->grewTo(30);
        const auto file = CaptureFile::ofGrowing(bytes, "name");
        QVERIFY(!file);
        QVERIFY(file.error().sentence.find("\"name\" is no pcap") == 0);
    }
};

QTEST_GUILESS_MAIN(TestGrowingBytes)
#include "test_growing_bytes.moc"
