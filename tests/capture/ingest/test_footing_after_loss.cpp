// How many WebSocket frames are found again when one of a hundred packets is missing, and that none
// is invented: over the samples, over captures of others where they are there, and over made ones
// of every shape: small frames and large ones, many to a segment and many segments to one, masked
// and not, text, binary and compressed. And how many where nothing is missing, but bytes of packets
// were damaged, also of headers; while senders that break the rules are read as they write. The
// same seeds every run; the figures are printed.
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
#include "tests/support/loaded_session.h"
#include "tests/support/packet_replay.h"
#include "tests/support/random_bytes.h"

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

/// Bytes of the header of a frame that was read, whose length is written in the shortest form.
std::uint32_t headerSize(const Record& frame) {
    const std::uint32_t least = frame.has(kFlagMasked) ? 6 : 2;
    if (frame.length <= least + 125) return least;
    return least + (frame.length <= least + 2 + 0xffff ? 2 : 8);
}

enum class Damage {
    AnyByte,  ///< some packets have a damaged byte in their data
    Header    ///< some frames have a damaged byte in their header
};

/// Reads the packets with bytes damaged, and counts the frames of which no byte of the header is.
Figure damageOnce(std::vector<ReplayPacket> packets, const ReadCapture& whole, Damage kind,
                  double probability, std::uint32_t seed) {
    std::mt19937 random(seed);
    const auto chosen = [&] { return random() < probability * 4294967296.0; };
    std::set<UnitKey> damaged;
    std::map<UnitKey, std::uint8_t> inHeaders;
    if (kind == Damage::Header) {
        for (const auto& [key, frame] : whole.units) {
            if (!chosen()) continue;
            const std::uint32_t at = random() % headerSize(frame);
            inHeaders[{key.first, key.second + at}] = static_cast<std::uint8_t>(random() | 1);
        }
    }
    for (ReplayPacket& packet : packets) {
        if (!packet.carriesData()) continue;
        if (kind == Damage::Header) {
            const std::uint32_t begin = packet.decoded.tcp.sequence;
            for (auto next = inHeaders.lower_bound({packet.sender(), begin});
                 next != inHeaders.end() && next->first.first == packet.sender() &&
                 next->first.second - begin < packet.decoded.payloadCaptured;
                 ++next) {
                packet.bytes[packet.decoded.payloadOffset + next->first.second - begin] ^=
                    next->second;
                damaged.insert(next->first);
            }
            continue;
        }
        if (!chosen()) continue;
        const std::size_t at = random() % packet.decoded.payloadCaptured;
        const auto damage = static_cast<std::uint8_t>(1 + random() % 255);
        // A beginning that is not read as WebSocket says nothing of frames.
        const auto place = packet.decoded.tcp.sequence + static_cast<std::uint32_t>(at);
        const auto first = std::ranges::find_if(
            whole.units, [&](const auto& unit) { return unit.first.first == packet.sender(); });
        if (first == whole.units.end()) continue;
        if (static_cast<std::int32_t>(place - first->first.second) < 0) continue;
        packet.bytes[packet.decoded.payloadOffset + at] ^= damage;
        damaged.insert({packet.sender(), place});
    }
    const ReadCapture read = readPackets(packets, {});
    Figure figure;
    for (const auto& [key, frame] : whole.units) {
        ++figure.all;
        const auto next = damaged.lower_bound(key);
        if (next != damaged.end() && next->first == key.first &&
            next->second - key.second < headerSize(frame)) {
            continue;
        }
        ++figure.expected;
        const auto there = read.units.find(key);
        if (there != read.units.end() && sameUnit(frame, there->second)) ++figure.found;
    }
    for (const auto& [key, frame] : read.units) {
        if (!whole.units.contains(key)) ++figure.invented;
    }
    return figure;
}

constexpr std::array kDamage = {0.001, 0.01, 0.05};
using DamageFigures = std::array<Figure, kDamage.size()>;

DamageFigures damageOften(const std::string& path, Damage kind, int seeds) {
    DamageFigures figures;
    const std::vector<ReplayPacket> packets = packetsOf(path);
    const ReadCapture whole = readPackets(packets, {});
    if (whole.units.empty()) return figures;
    for (std::size_t i = 0; i < kDamage.size(); ++i) {
        for (int seed = 1; seed <= seeds; ++seed) {
            figures[i].add(
                damageOnce(packets, whole, kind, kDamage[i], static_cast<std::uint32_t>(seed)));
        }
    }
    return figures;
}

void printDamage(const char* name, const DamageFigures& figures) {
    for (std::size_t i = 0; i < kDamage.size(); ++i) {
        figures[i].print((std::to_string(kDamage[i] * 100).substr(0, 3) + " %  " + name).c_str());
    }
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
    {"frames of 5 KB without a pause, binary", 5000, 5050, 300, false, Shape::Binary, 300},
    {"frames of 5 KB without a pause, text", 5000, 5050, 300, false, Shape::Text, 300},
    {"frames of 10 KB without a pause, binary", 10000, 10050, 300, false, Shape::Binary, 300},
    {"small frames without a pause, binary", 20, 60, 2000, false, Shape::Binary},
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

    static void eachDamage() {
        QTest::addColumn<int>("kind");
        QTest::addRow("a byte of a packet") << int(Damage::AnyByte);
        QTest::addRow("a byte of a frame's header") << int(Damage::Header);
    }

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

    void damagedSamples_data() { eachDamage(); }
    void damagedSamples() {
        QFETCH(int, kind);
        const QDir folder(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples"));
        DamageFigures total;
        for (const QString& name : folder.entryList({QStringLiteral("*.pcap*")})) {
            const DamageFigures figures =
                damageOften(folder.filePath(name).toStdString(), Damage(kind), 40);
            printDamage(name.toUtf8().constData(), figures);
            for (std::size_t i = 0; i < total.size(); ++i) total[i].add(figures[i]);
        }
        printDamage("samples", total);
        for (const Figure& figure : total) {
            QVERIFY(figure.expected > 10'000);
            QVERIFY(figure.share() >= 0.985);
        }
    }

    void damagedShapes_data() { eachDamage(); }
    void damagedShapes() {
        QFETCH(int, kind);
        QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("made.pcap")).toStdString();
        DamageFigures total;
        for (const Shape& shape : kShapes) {
            make(shape, path);
            const DamageFigures figures = damageOften(path, Damage(kind), 2);
            printDamage(shape.name, figures);
            for (std::size_t i = 0; i < total.size(); ++i) total[i].add(figures[i]);
        }
        printDamage("made", total);
        const bool inHeaders = Damage(kind) == Damage::Header;
        QVERIFY(total[0].share() >= 0.995);
        QVERIFY(total[1].share() >= (inHeaders ? 0.97 : 0.99));
        QVERIFY(total[2].share() >= (inHeaders ? 0.88 : 0.99));
    }

    void damagedHandshakes_data() {
        QTest::addColumn<QString>("name");
        for (const char* const name : {"ws-echo.pcap", "python-websockets.pcap",
                                       "socketio2-websocket.pcap", "ws-deflate.pcapng"}) {
            QTest::addRow("%s", name) << name;
        }
    }
    /// Whichever byte of a handshake is damaged, all frames of both sides are read, and as the
    /// protocol they are of.
    void damagedHandshakes() {
        QFETCH(QString, name);
        const std::string path = FRAMESCOPE_SOURCE_DIR "/samples/" + name.toStdString();
        std::vector<ReplayPacket> packets = packetsOf(path);
        const ReadCapture whole = readPackets(packets, {});
        QVERIFY(whole.units.size() > 10);
        int heads = 0;
        for (ReplayPacket& packet : packets) {
            if (!packet.carriesData() || heads == 2) continue;
            const std::size_t begin = packet.decoded.payloadOffset;
            const std::string_view data = asText(ByteView(packet.bytes).subspan(begin));
            if (!data.starts_with("GET ") && !data.starts_with("HTTP/1.1 101")) continue;
            ++heads;
            const std::size_t size = data.find("\r\n\r\n") + 4;
            for (std::size_t at = begin; at < begin + size; ++at) {
                for (const std::uint8_t damage : {0x02, 0x05, 0x80}) {
                    packet.bytes[at] ^= damage;
                    const ReadCapture read = readPackets(packets, {});
                    packet.bytes[at] ^= damage;
                    std::size_t found = 0;
                    for (const auto& [key, frame] : whole.units) {
                        const auto there = read.units.find(key);
                        if (there != read.units.end() && sameUnit(frame, there->second) &&
                            frame.protocol == there->second.protocol) {
                            ++found;
                        }
                    }
                    const std::string where = std::string(data.substr(0, 4)) + " byte " +
                                              std::to_string(at - begin) + " ^ " +
                                              std::to_string(damage);
                    QVERIFY2(found == whole.units.size(), where.c_str());
                    QCOMPARE(read.units.size(), found);
                }
            }
        }
        QCOMPARE(heads, 2);
    }

    /// A sender that breaks a rule is shown as it is: each frame, and nothing else.
    void sendersThatBreakTheRules() {
        struct Rule {
            const char* name;
            bool fromClient;
            FrameOptions options;
        };
        const std::vector<Rule> rules = {
            {"a client that does not mask", true, {.opcode = 2}},
            {"a server that masks", false, {.opcode = 2, .mask = kMask}},
            {"RSV2", false, {.rsv = 2, .opcode = 2}},
            {"RSV1 and RSV3 of a client", true, {.rsv = 5, .opcode = 1, .mask = kMask}},
            {"a reserved opcode", false, {.opcode = 5}},
            {"a reserved control opcode", true, {.opcode = 13, .mask = kMask}},
            {"fragmented pings", false, {.fin = false, .opcode = 9}},
            {"lengths of 64 bits", false, {.opcode = 2, .lengthBits = 64}},
            {"text that is no UTF-8", false, {.opcode = 1}},
        };
        const std::vector<std::pair<std::size_t, std::size_t>> layouts = {
            {40, 1}, {90, 25}, {4000, 1}, {300, 12}, {200'000, 1}};
        for (const Rule& rule : rules) {
            for (const auto& [largest, perSend] : layouts) {
                for (const bool always : {true, false}) {
                    std::mt19937 random(3);
                    CaptureBuilder capture;
                    TcpConversation chat(capture);
                    chat.handshake();
                    chat.upgrade("/chat");
                    const Direction d = rule.fromClient ? kC2S : kS2C;
                    std::vector<std::pair<std::uint64_t, std::uint64_t>> frames;
                    Bytes waiting;
                    const int count = largest > 10'000 ? 4 : 60;
                    for (int i = 0; i < count; ++i) {
                        const std::size_t size = 1 + random() % largest;
                        FrameOptions options = rule.options;
                        const bool breaks = always || i % 5 == 3;
                        if (!breaks) {
                            options = {.opcode = 2};
                            if (rule.fromClient) options.mask = kOtherMask;
                        }
                        const Bytes frame = webSocketFrame(randomBytes(random, size), options);
                        frames.emplace_back(chat.offset(d) + waiting.size(), frame.size());
                        waiting.insert(waiting.end(), frame.begin(), frame.end());
                        if (static_cast<std::size_t>(i) % perSend == perSend - 1) {
                            chat.send(d, std::exchange(waiting, {}));
                        }
                    }
                    chat.send(d, waiting);
                    chat.close();
                    const auto session = loadSession(capture);
                    QVERIFY(session);
                    std::vector<std::pair<std::uint64_t, std::uint64_t>> read;
                    for (RecordId row = 0; row < session->rowCount(); ++row) {
                        const Record& record = session->record(row);
                        if (record.kind != RowKind::WebSocketFrame) continue;
                        read.emplace_back(record.streamOffset, record.length);
                    }
                    const std::string what =
                        std::string(rule.name) + ", up to " + std::to_string(largest) + ", " +
                        std::to_string(perSend) + " at once" + (always ? ", always" : "");
                    QVERIFY2(read == frames, what.c_str());
                }
            }
        }
    }

    /// What a damaged length claims is no reason to give up the frames behind it.
    void aLengthOfGigabytesSwallowsNothing() {
        for (const std::size_t real : {std::size_t{100}, std::size_t{300'000}}) {
            for (const std::size_t perSend : {std::size_t{1}, std::size_t{40}}) {
                std::mt19937 random(9);
                CaptureBuilder capture;
                TcpConversation chat(capture);
                chat.handshake();
                chat.upgrade("/chat");
                chat.send(kS2C, webSocketText("before"));
                Bytes waiting = webSocketFrame(randomBytes(random, real), {.opcode = 2});
                if (real < 126) waiting[1] = 127;
                if (real > 0xffff) waiting[6] ^= 0x5a;
                const std::uint64_t begin = chat.offset(kS2C);
                const std::uint64_t end = begin + waiting.size();
                for (std::size_t i = 0; i < 2000; ++i) {
                    const Bytes frame =
                        webSocketFrame(randomBytes(random, 1 + random() % 400), {.opcode = 2});
                    waiting.insert(waiting.end(), frame.begin(), frame.end());
                    if (i % perSend == perSend - 1) chat.send(kS2C, std::exchange(waiting, {}));
                }
                chat.close();
                const auto session = loadSession(capture);
                QVERIFY(session);
                std::size_t frames = 0;
                std::uint64_t told = 0;
                for (RecordId row = 0; row < session->rowCount(); ++row) {
                    const Record& record = session->record(row);
                    if (record.direction != kS2C) continue;
                    if (record.streamOffset >= end && record.kind == RowKind::WebSocketFrame) {
                        ++frames;
                    }
                    const bool data = record.kind == RowKind::WebSocketFrame ||
                                      record.kind == RowKind::TcpSegment;
                    if (data && record.streamOffset >= begin) told += record.length;
                }
                QVERIFY2(frames >= 1990, std::to_string(frames).c_str());
                // Each byte is in one row.
                QCOMPARE(told, chat.offset(kS2C) - begin);
            }
        }
    }

    /// The bytes that are skipped are a row, and both sides of them say what happened.
    void whatIsSkippedIsARow() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/chat");
        chat.send(kS2C, webSocketText("one"));
        Bytes damaged = webSocketText("a text of which the length is damaged");
        damaged[1] = 3;
        chat.send(kS2C, damaged);
        for (int i = 0; i < 3; ++i) chat.send(kS2C, webSocketText("and on, as if nothing was"));
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        const auto lines = rowLines(*session);
        QCOMPARE(lines[4], std::string("< WebSocket  a t"));
        QVERIFY2(lines[5].starts_with("< TCP  ! 34 bytes  After missing or damaged bytes"),
                 lines[5].c_str());
        QVERIFY2(lines[6].starts_with("< WebSocket  ! and on, as if"), lines[6].c_str());
        QCOMPARE(lines[7], std::string("< WebSocket  and on, as if nothing was"));
        const Dissection found = session->dissect(6);
        QCOMPARE(found.fields.issues().size(), std::size_t{1});
        QVERIFY(found.fields.issues()[0].issue.detail.starts_with("34 bytes in front of it"));
    }

    /// A payload made of frames, each in a segment of its own, is that of one frame: its length
    /// ends where the next one begins. Also where a segment ends later than the frame does.
    void framesWithinAFrame() {
        for (const int inner : {40, 400, 4000}) {
            for (const bool together : {false, true}) {
                CaptureBuilder capture;
                TcpConversation chat(capture);
                chat.handshake();
                chat.upgrade("/tunnel");
                std::vector<Bytes> carried;
                Bytes payload;
                for (int i = 0; i < inner; ++i) {
                    carried.push_back(webSocketText(
                        "{\"type\":\"price\",\"symbol\":\"ABC\",\"n\":" + std::to_string(i) + "}"));
                    payload.insert(payload.end(), carried.back().begin(), carried.back().end());
                }
                const Bytes frame = webSocketFrame(payload, {.opcode = 2});
                chat.send(kS2C, ByteView(frame).first(frame.size() - payload.size()));
                for (std::size_t i = 0; i + 1 < carried.size(); ++i) chat.send(kS2C, carried[i]);
                Bytes last = carried.back();
                const Bytes after = webSocketText("after");
                if (together) last.insert(last.end(), after.begin(), after.end());
                chat.send(kS2C, last);
                if (!together) chat.send(kS2C, after);
                chat.send(kS2C, webSocketText("the end"));
                chat.close();
                const auto session = loadSession(capture);
                QVERIFY(session);
                std::vector<std::uint64_t> lengths;
                for (RecordId row = 0; row < session->rowCount(); ++row) {
                    const Record& record = session->record(row);
                    if (record.kind != RowKind::WebSocketFrame) continue;
                    QVERIFY(!record.has(kFlagIncomplete));
                    lengths.push_back(record.length);
                }
                QCOMPARE(lengths, (std::vector<std::uint64_t>{frame.size(), 7, 9}));
            }
        }
    }

    /// A length that is too great by little ends where the next segment has frames of its own.
    void aLengthThatIsTooGreat() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/chat");
        Bytes damaged = webSocketText("a text of which the length is damaged");
        damaged[1] = 90;
        chat.send(kS2C, damaged);
        for (int i = 0; i < 6; ++i) chat.send(kS2C, webSocketText("and on, as if nothing was"));
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        const auto lines = rowLines(*session);
        QVERIFY2(lines[3].starts_with("< WebSocket  ! a text of which"), lines[3].c_str());
        QCOMPARE(session->record(3).length, damaged.size());
        QCOMPARE(issueNames(*session, 3),
                 (std::vector<std::string>{"websocket.payload-incomplete"}));
        for (RecordId row = 4; row < 10; ++row) {
            QVERIFY2(lines[row].find("and on, as if nothing was") != std::string::npos,
                     lines[row].c_str());
        }
    }
};

QTEST_APPLESS_MAIN(TestFootingAfterLoss)
#include "test_footing_after_loss.moc"
