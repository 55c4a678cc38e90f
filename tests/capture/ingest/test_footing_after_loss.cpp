// How many WebSocket frames are found again when one of a hundred packets is missing, and that none
// is invented: over the samples, over captures of others where they are there, and over made ones
// of every shape: small frames and large ones, many to a segment and many segments to one, masked
// and not, text, binary and compressed. The same seeds every run; the figures are printed.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <random>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "dissector/payload/utf8.h"
#include "tests/support/capture_builder.h"
#include "tests/support/deflater.h"
#include "tests/support/packet_replay.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr Direction kC2S = Direction::ClientToServer;
constexpr Direction kS2C = Direction::ServerToClient;

struct Figure {
    std::uint64_t expected = 0;  ///< frames that do not touch a dropped packet
    std::uint64_t found = 0;
    std::uint64_t invented = 0;  ///< rows of frames that are none
    std::uint64_t all = 0;

    void add(const Figure& other) {
        expected += other.expected;
        found += other.found;
        invented += other.invented;
        all += other.all;
    }
    double share() const {
        return expected == 0 ? 1 : static_cast<double>(found) / static_cast<double>(expected);
    }
    void print(const char* name) const {
        std::printf("%-60s %8llu of %8llu  %8.4f %%  invented %llu\n", name,
                    static_cast<unsigned long long>(found),
                    static_cast<unsigned long long>(expected), 100 * share(),
                    static_cast<unsigned long long>(invented));
    }
};

/// Packets of data that came only once.
std::vector<std::size_t> droppable(const std::vector<ReplayPacket>& packets) {
    std::map<UnitKey, std::size_t> seen;
    for (const ReplayPacket& packet : packets) {
        if (packet.carriesData()) ++seen[{packet.sender(), packet.decoded.tcp.sequence}];
    }
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        if (!packets[i].carriesData()) continue;
        if (seen[{packets[i].sender(), packets[i].decoded.tcp.sequence}] == 1) all.push_back(i);
    }
    return all;
}

/// Reads the packets with one of a hundred missing, at least one, and counts.
Figure dropOnce(const std::vector<ReplayPacket>& packets, const ReadCapture& whole,
                const std::vector<std::size_t>& candidates, std::uint32_t seed) {
    std::mt19937 random(seed);
    std::set<std::size_t> missing;
    const std::size_t wanted = std::max<std::size_t>(1, (candidates.size() + 50) / 100);
    while (missing.size() < wanted) missing.insert(candidates[random() % candidates.size()]);

    const ReadCapture read = readPackets(packets, missing);
    Figure figure;
    for (const auto& [key, frame] : whole.units) {
        ++figure.all;
        const bool touches = std::ranges::any_of(missing, [&](std::size_t i) {
            const ReplayPacket& packet = packets[i];
            if (packet.sender() != key.first) return false;
            const auto ahead = static_cast<std::int32_t>(key.second - packet.decoded.tcp.sequence);
            return ahead < static_cast<std::int64_t>(packet.decoded.payloadLength) &&
                   -static_cast<std::int64_t>(ahead) < static_cast<std::int64_t>(frame.length);
        });
        const auto there = read.units.find(key);
        const bool found = there != read.units.end() && sameUnit(frame, there->second);
        if (touches) continue;
        ++figure.expected;
        if (found) ++figure.found;
    }
    for (const auto& [key, frame] : read.units) {
        if (!whole.units.contains(key)) ++figure.invented;
    }
    return figure;
}

Figure dropOften(const std::string& path, int seeds) {
    Figure figure;
    const std::vector<ReplayPacket> packets = packetsOf(path);
    const ReadCapture whole = readPackets(packets, {});
    const std::vector<std::size_t> candidates = droppable(packets);
    if (candidates.empty() || whole.units.empty()) return figure;
    for (int seed = 1; seed <= seeds; ++seed) {
        figure.add(dropOnce(packets, whole, candidates, static_cast<std::uint32_t>(seed)));
    }
    return figure;
}

/// What a made conversation consists of.
struct Shape {
    const char* name;
    std::size_t smallest;
    std::size_t largest;      ///< payload of a frame
    std::size_t perSend = 1;  ///< frames that are written at once
    bool masked = false;
    enum Content { Text, Binary, Compressed, OwnCompressed } content = Text;
    int frames = 2000;
    bool fragments = false;
};

const std::vector<Shape> kShapes = {
    {"small text, masked", 1, 120, 1, true, Shape::Text},
    {"small text, unmasked", 1, 120, 1, false, Shape::Text},
    {"small binary, masked", 1, 120, 1, true, Shape::Binary},
    {"small binary, unmasked", 1, 120, 1, false, Shape::Binary},
    {"small compressed, masked", 20, 300, 1, true, Shape::Compressed},
    {"small compressed, unmasked", 20, 300, 1, false, Shape::Compressed},
    {"without takeover, unmasked", 20, 300, 1, false, Shape::OwnCompressed},
    {"many text frames to a segment, unmasked", 10, 200, 40, false, Shape::Text},
    {"many text frames to a segment, masked", 10, 200, 40, true, Shape::Text},
    {"many binary frames to a segment, unmasked", 10, 200, 40, false, Shape::Binary},
    {"many binary frames to a segment, masked", 10, 200, 40, true, Shape::Binary},
    {"many compressed frames to a segment, masked", 10, 400, 40, true, Shape::Compressed},
    {"large text over segments, unmasked", 5000, 60000, 1, false, Shape::Text, 200},
    {"large binary over segments, masked", 5000, 60000, 1, true, Shape::Binary, 200},
    {"large binary over segments, unmasked", 5000, 60000, 1, false, Shape::Binary, 200},
    {"beyond 64 KiB, binary, unmasked", 40000, 200000, 1, false, Shape::Binary, 100},
    {"beyond 64 KiB, binary, masked", 40000, 200000, 1, true, Shape::Binary, 100},
    {"a stream of frames without pauses, binary", 100, 9000, 8, false, Shape::Binary, 1000},
    {"a stream of frames without pauses, text", 100, 9000, 8, true, Shape::Text, 1000},
    {"fragments, text", 10, 3000, 1, true, Shape::Text, 1000, true},
    {"fragments, binary, unmasked", 10, 3000, 1, false, Shape::Binary, 1000, true},
    {"tiny frames, binary", 0, 4, 1, false, Shape::Binary},
    {"tiny frames, many to a segment", 0, 4, 100, false, Shape::Binary},
};

Bytes randomText(std::mt19937& random, std::size_t size) {
    static const std::vector<std::string> kWords = {"{\"event\":\"update\",",
                                                    "\"price\":",
                                                    "1234.5,",
                                                    " the ",
                                                    "москва с утра ",
                                                    "\"id\":17}",
                                                    "日本語 ",
                                                    "value",
                                                    "[1,2,3]",
                                                    "état "};
    std::string text;
    while (text.size() < size) text += kWords[random() % kWords.size()];
    text.resize(size);
    while (!isValidUtf8(text)) text.pop_back();
    return Bytes(text.begin(), text.end());
}

Bytes randomBytes(std::mt19937& random, std::size_t size) {
    Bytes bytes(size);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    return bytes;
}

void make(const Shape& shape, const std::string& path) {
    std::mt19937 random(7);
    CaptureBuilder capture;
    TcpConversation chat(capture);
    chat.handshake();
    const bool deflates = shape.content >= Shape::Compressed;
    const std::string agreed = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
    chat.upgrade("/chat", deflates ? agreed : "", deflates ? agreed : "");
    Deflater deflater;
    const Direction d = shape.masked ? kC2S : kS2C;
    Bytes waiting;
    for (int i = 0; i < shape.frames; ++i) {
        const std::size_t size = shape.smallest + random() % (shape.largest - shape.smallest + 1);
        Bytes payload =
            shape.content == Shape::Binary ? randomBytes(random, size) : randomText(random, size);
        FrameOptions options;
        options.opcode = shape.content == Shape::Binary ? 2 : 1;
        if (deflates) {
            if (shape.content == Shape::OwnCompressed) deflater.reset();
            payload = deflater.message(payload);
            options.rsv = 4;
        }
        const auto key = [&] {
            const Bytes bytes = randomBytes(random, 4);
            return test::MaskingKey{bytes[0], bytes[1], bytes[2], bytes[3]};
        };
        if (shape.masked) options.mask = key();
        if (shape.fragments) {
            const std::size_t third = payload.size() / 3;
            for (int part = 0; part < 3; ++part) {
                const std::size_t begin = third * static_cast<std::size_t>(part);
                const std::size_t end = part == 2 ? payload.size() : begin + third;
                FrameOptions fragment = options;
                fragment.fin = part == 2;
                if (part != 0) fragment.opcode = 0;
                if (shape.masked) fragment.mask = key();
                const Bytes frame =
                    webSocketFrame(ByteView(payload).subspan(begin, end - begin), fragment);
                waiting.insert(waiting.end(), frame.begin(), frame.end());
            }
        } else {
            const Bytes frame = webSocketFrame(payload, options);
            waiting.insert(waiting.end(), frame.begin(), frame.end());
        }
        if (static_cast<std::size_t>(i) % shape.perSend == shape.perSend - 1) {
            chat.send(d, waiting);
            waiting.clear();
            chat.acknowledge(opposite(d));
        }
    }
    chat.send(d, waiting);
    chat.close();
    capture.write(path);
}

}  // namespace

class TestFootingAfterLoss : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void samples() {
        const QDir folder(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples"));
        Figure total;
        for (const QString& name : folder.entryList({QStringLiteral("*.pcap*")})) {
            const Figure figure = dropOften(folder.filePath(name).toStdString(), 60);
            if (figure.all == 0) continue;
            figure.print(name.toUtf8().constData());
            total.add(figure);
        }
        total.print("samples");
        QVERIFY(total.expected > 1000);
        QVERIFY(total.share() >= 0.99);
        QCOMPARE(total.invented, std::uint64_t{0});
    }

    void capturesOfOthers() {
        const QString root = QStringLiteral(FRAMESCOPE_SOURCE_DIR "/../shared/captures");
        QFile manifest(root + QStringLiteral("/MANIFEST.tsv"));
        if (!manifest.open(QIODevice::ReadOnly)) QSKIP("no captures beside the project");
        Figure total;
        while (!manifest.atEnd()) {
            const QList<QByteArray> cells = manifest.readLine().split('\t');
            if (cells.size() < 2 || cells[1] != "ws") continue;
            const Figure figure = dropOften(root.toStdString() + "/" + cells[0].toStdString(), 60);
            figure.print(cells[0].constData());
            total.add(figure);
        }
        total.print("captures of others");
        QVERIFY(total.expected > 1000);
        QVERIFY(total.share() >= 0.99);
    }

    void everyShape() {
        QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("made.pcap")).toStdString();
        Figure total;
        for (const Shape& shape : kShapes) {
            make(shape, path);
            const Figure figure = dropOften(path, 4);
            figure.print(shape.name);
            QVERIFY2(figure.share() >= 0.98, shape.name);
            total.add(figure);
        }
        total.print("made");
        QVERIFY(total.share() >= 0.995);
        QVERIFY(total.invented <= 2);
    }
};

QTEST_APPLESS_MAIN(TestFootingAfterLoss)
#include "test_footing_after_loss.moc"
