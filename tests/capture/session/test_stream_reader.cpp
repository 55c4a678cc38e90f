// Stretches of streams and whole messages read again from a capture, with the holes that losses
// leave, and the lengths that wire bytes only claim.
#include <unistd.h>

#include <QTemporaryDir>
#include <QtTest>

#include "capture/file/capture_file.h"
#include "capture/session/message_reader.h"
#include "tests/support/capture_builder.h"

using namespace framescope;
using namespace framescope::test;

namespace {

/// A map that one thread writes and reads.
class WrittenMap : public StreamMap {
public:
    void append(const Extent& extent, IndexRoom& room) {
        m_writer.add(extent, room);
        StreamMap::append(m_writer.take());
    }

private:
    ExtentWriter m_writer;
};

}  // namespace

class TestStreamReader : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    /// A file that holds `bytes` behind a capture's header, and an extent for each piece.
    IndexRoom m_room;

    std::shared_ptr<CaptureFile> fileWith(const Bytes& bytes) {
        const std::string path = m_folder.filePath(QStringLiteral("stream")).toStdString();
        CaptureBuilder capture;
        capture.packet(bytes);
        if (!capture.write(path)) return nullptr;
        auto file = CaptureFile::open(path);
        return file ? *file : nullptr;
    }
    static constexpr std::uint64_t kData = 24 + 16;  ///< where the packet's bytes begin

    static Bytes bytesOf(std::string_view text) {
        const ByteView view = asBytes(text);
        return {view.begin(), view.end()};
    }

private Q_SLOTS:
    void readsAcrossExtentsAndHoles() {
        const auto file = fileWith(bytesOf("abcdefghij"));
        QVERIFY(file);
        WrittenMap map;
        map.append({0, kData + 5, 5, 1}, m_room);   // fghij
        map.append({8, kData, 3, 2}, m_room);       // abc, behind a hole of three
        map.append({11, kData + 3, 2, 3}, m_room);  // de
        const StreamReader reader(file.get(), map);
        QCOMPARE(reader.end(), StreamOffset{13});
        for (StreamOffset begin = 0; begin <= 14; ++begin) {
            for (std::uint64_t length = 0; length <= 16; ++length) {
                const StreamBytes stream = reader.read(begin, length);
                const std::string all("fghij\0\0\0abcde", 13);
                const std::string wanted =
                    begin > all.size() ? std::string() : all.substr(begin, length);
                QVERIFY(asText(stream.bytes) == wanted);
                std::uint64_t missing = 0;
                for (const ByteRange& hole : stream.holes) missing += hole.size();
                QCOMPARE(missing, static_cast<std::uint64_t>(std::ranges::count(wanted, '\0')));
            }
        }
        const StreamBytes limited = reader.read(1, 12, 4);
        QVERIFY(asText(limited.bytes) == "ghij");
    }

    void anyNumberOfExtentsIsFound() {
        // In pieces of any size, with a hole behind every third one.
        constexpr std::size_t kCount = 300'000;
        WrittenMap map;
        std::vector<Extent> all;
        StreamOffset offset = 0;
        for (std::size_t i = 0; i < kCount; ++i) {
            const auto length = static_cast<std::uint32_t>(1 + i % 7);
            all.push_back({offset, 100 + i * 10, length, static_cast<PacketNumber>(i + 1)});
            map.append(all.back(), m_room);
            QCOMPARE(map.size(), i + 1);
            QCOMPARE(map.end(), offset + length);
            offset += length + (i % 3 == 0 ? 2 : 0);
        }
        const auto isSame = [](const Extent& one, const Extent& other) {
            return one.streamOffset == other.streamOffset && one.fileOffset == other.fileOffset &&
                   one.length == other.length && one.packet == other.packet;
        };
        std::size_t hint = 0;
        for (std::size_t i = 0; i < kCount; ++i) {
            const StreamOffset last = all[i].streamOffset + all[i].length - 1;
            const auto inOrder = map.holding(last, hint);
            QVERIFY(inOrder && isSame(*inOrder, all[i]) && hint == i);
            std::size_t far = i < kCount / 2 ? kCount - 1 : 0;
            const auto anywhere = map.holding(last, far);
            QVERIFY(anywhere && isSame(*anywhere, all[i]));
            if (i % 3 == 0) QVERIFY(!map.holding(last + 1, far));
        }
        for (std::size_t i = 0; i + 600 < kCount; i += 5'000) {
            const auto found =
                map.find({all[i].streamOffset, all[i + 599].streamOffset + all[i + 599].length});
            QCOMPARE(found.size(), std::size_t{600});
            for (std::size_t k = 0; k < found.size(); ++k) QVERIFY(isSame(found[k], all[i + k]));
        }
    }

    void claimedLengthsTakeNoMemory() {
        const auto file = fileWith(bytesOf("abc"));
        WrittenMap map;
        map.append({100, kData, 3, 1}, m_room);
        const StreamReader reader(file.get(), map);
        QCOMPARE(reader.read(101, ~std::uint64_t{0}).bytes.size(), std::size_t{2});
        QCOMPARE(reader.read(~std::uint64_t{0}, 10).bytes.size(), std::size_t{0});
        QCOMPARE(reader.read(~std::uint64_t{0} - 1, ~std::uint64_t{0}).bytes.size(),
                 std::size_t{0});
        const StreamMap nothing;
        QCOMPARE(StreamReader(file.get(), nothing).read(0, 10).bytes.size(), std::size_t{0});
    }

    void withoutAFileEverythingIsAHole() {
        WrittenMap map;
        map.append({0, kData, 3, 1}, m_room);
        const StreamBytes stream = StreamReader(nullptr, map).read(0, 3);
        QCOMPARE(stream.holes, (std::vector<ByteRange>{{0, 3}}));
    }

    void messageOfFragments() {
        Bytes bytes;
        std::vector<StreamOffset> starts;
        const auto add = [&](const Bytes& frame) {
            starts.push_back(bytes.size());
            bytes.insert(bytes.end(), frame.begin(), frame.end());
        };
        add(webSocketFrame(asBytes("one "), {.fin = false, .mask = kMask}));
        add(webSocketFrame(asBytes("ping"), {.opcode = 9, .mask = kMask}));
        add(webSocketFrame(asBytes("two "), {.fin = false, .opcode = 0, .mask = kMask}));
        add(webSocketFrame(asBytes("three"), {.opcode = 0, .mask = kMask}));
        add(webSocketText("next", kMask));
        const auto file = fileWith(bytes);
        WrittenMap map;
        map.append({0, kData, static_cast<std::uint32_t>(bytes.size()), 1}, m_room);
        const StreamReader reader(file.get(), map);
        const WebSocketMessage message = readMessage(reader, starts[0], starts[3]);
        QVERIFY(asText(message.bytes) == "one two three");
        QVERIFY(message.complete);
        QCOMPARE(message.frames, std::uint64_t{3});
        const WebSocketMessage limited = readMessage(reader, starts[0], starts[3], 6);
        QVERIFY(asText(limited.bytes) == "one tw");
        QCOMPARE(limited.totalSize, std::uint64_t{13});

        // With the third frame's header gone, what is behind it cannot be found.
        WrittenMap torn;
        torn.append({0, kData, static_cast<std::uint32_t>(starts[2]), 1}, m_room);
        torn.append({starts[2] + 3, kData + starts[2] + 3,
                     static_cast<std::uint32_t>(bytes.size() - starts[2] - 3), 2},
                    m_room);
        const WebSocketMessage part =
            readMessage(StreamReader(file.get(), torn), starts[0], starts[3]);
        QVERIFY(asText(part.bytes) == "one ");
        QVERIFY(!part.complete);
    }

    void anyNumberOfFramesIsWalked() {
        Bytes bytes;
        for (int i = 0; i < 300'000; ++i) {
            bytes.push_back(0);
            bytes.push_back(0);
        }
        const auto file = fileWith(bytes);
        WrittenMap map;
        map.append({0, kData, static_cast<std::uint32_t>(bytes.size()), 1}, m_room);
        const WebSocketMessage message =
            readMessage(StreamReader(file.get(), map), 0, bytes.size() - 2);
        QVERIFY(message.complete);
        QCOMPARE(message.frames, std::uint64_t{300'000});
    }

    void framesThatClaimTheWholeWorld() {
        const Bytes bytes = {0x02, 127, 255, 255, 255, 255, 255, 255, 255, 255, 1, 2, 3};
        const auto file = fileWith(bytes);
        WrittenMap map;
        map.append({0, kData, static_cast<std::uint32_t>(bytes.size()), 1}, m_room);
        const WebSocketMessage message = readMessage(StreamReader(file.get(), map), 0, 1000);
        QCOMPARE(message.bytes.size(), std::size_t{3});
        QVERIFY(!message.complete);
    }
};

QTEST_GUILESS_MAIN(TestStreamReader)
#include "test_stream_reader.moc"
