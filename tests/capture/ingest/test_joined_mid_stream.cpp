// Captures that begin in the middle: each sample is read without its first packets, cut at every
// packet, and the frames that are left have to be found, with the same opcode and length, though
// nobody saw the handshake. And nothing else is taken for WebSocket: no random bytes, no protocol
// that counts its lengths in the same way, nothing in the captures of others.
#include <algorithm>
#include <cstdio>
#include <random>

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include "dissector/websocket/mid_stream.h"
#include "tests/support/capture_builder.h"
#include "tests/support/deflater.h"
#include "tests/support/layer_recorder.h"
#include "tests/support/loaded_session.h"
#include "tests/support/packet_replay.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr Direction kC2S = Direction::ClientToServer;
constexpr Direction kS2C = Direction::ServerToClient;
constexpr std::size_t kRanks = 4;

/// By how many frames of their direction stood before them in the rest, the last one for all
/// others.
struct Figure {
    std::array<std::uint64_t, kRanks> expected{};
    std::array<std::uint64_t, kRanks> found{};
    std::uint64_t invented = 0;

    void add(const Figure& other) {
        for (std::size_t i = 0; i < kRanks; ++i) {
            expected[i] += other.expected[i];
            found[i] += other.found[i];
        }
        invented += other.invented;
    }
    std::uint64_t sum(const std::array<std::uint64_t, kRanks>& of) const {
        return of[0] + of[1] + of[2] + of[3];
    }
    double share() const {
        const std::uint64_t all = sum(expected);
        return all == 0 ? 1 : static_cast<double>(sum(found)) / static_cast<double>(all);
    }
    void print(const char* name) const {
        std::printf("%-34s %8llu of %8llu  %8.4f %%  invented %llu  first frames:", name,
                    static_cast<unsigned long long>(sum(found)),
                    static_cast<unsigned long long>(sum(expected)), 100 * share(),
                    static_cast<unsigned long long>(invented));
        for (std::size_t i = 0; i < kRanks; ++i) {
            std::printf(" %llu/%llu", static_cast<unsigned long long>(found[i]),
                        static_cast<unsigned long long>(expected[i]));
        }
        std::printf("\n");
    }
};

enum class Side { Both, ClientOnly, ServerOnly };

/// Reads what is left without the first packets, and of one side where only that is kept.
Figure cutAt(const std::vector<ReplayPacket>& packets, const ReadCapture& whole, std::size_t first,
             Side side) {
    std::set<std::size_t> missing;
    std::map<std::string, std::vector<std::pair<std::uint32_t, std::uint32_t>>> kept;
    std::set<std::string> clients;
    for (const ConnectionInfo& info : whole.connections) {
        clients.insert(ReplayPacket::endpointText(info.client) + ">" +
                       ReplayPacket::endpointText(info.server));
    }
    for (std::size_t i = 0; i < packets.size(); ++i) {
        const bool fromClient = clients.contains(packets[i].sender());
        const bool drop = i < first || (side == Side::ClientOnly && !fromClient) ||
                          (side == Side::ServerOnly && fromClient);
        if (drop) {
            missing.insert(i);
        } else if (packets[i].carriesData()) {
            const std::uint32_t begin = packets[i].decoded.tcp.sequence;
            kept[packets[i].sender()].emplace_back(
                begin, begin + static_cast<std::uint32_t>(packets[i].decoded.payloadCaptured));
        }
    }
    const ReadCapture read = readPackets(packets, missing);
    Figure figure;
    std::map<std::string, std::size_t> rank;
    // In the order in which they were sent: rows of one direction come in that order.
    for (const Record& frame : whole.records) {
        if (frame.kind != RowKind::WebSocketFrame) continue;
        const UnitKey key = whole.keyOf(frame);
        std::uint64_t there = 0;
        for (const auto& [begin, end] : kept[key.first]) {
            const auto from =
                std::max<std::int64_t>(0, static_cast<std::int32_t>(begin - key.second));
            const auto to = std::min<std::int64_t>(static_cast<std::int64_t>(frame.length),
                                                   static_cast<std::int32_t>(end - key.second));
            if (to > from) there += static_cast<std::uint64_t>(to - from);
        }
        if (there < frame.length) continue;
        const std::size_t at = std::min(kRanks - 1, rank[key.first]++);
        ++figure.expected[at];
        const auto found = read.units.find(key);
        if (found != read.units.end() && sameUnit(frame, found->second)) ++figure.found[at];
    }
    for (const auto& [key, frame] : read.units) {
        if (!whole.units.contains(key)) ++figure.invented;
    }
    return figure;
}

Figure cutEverywhere(const std::string& path, Side side) {
    const std::vector<ReplayPacket> packets = packetsOf(path);
    const ReadCapture whole = readPackets(packets, {});
    Figure figure;
    if (whole.units.empty()) return figure;
    const std::size_t step = 1 + packets.size() / 300;
    for (std::size_t first = 1; first < packets.size(); first += step) {
        figure.add(cutAt(packets, whole, first, side));
    }
    return figure;
}

using Segments = std::vector<std::pair<Direction, Bytes>>;

Bytes randomBytes(std::mt19937& random, std::size_t size) {
    Bytes bytes(size);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    return bytes;
}

void append(Bytes& bytes, const Bytes& more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
}

Bytes big(std::uint64_t value, int bytes) {
    Bytes out;
    for (int i = bytes - 1; i >= 0; --i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return out;
}

/// Messages of some protocol, a few to a segment, both ways.
Segments conversation(std::mt19937& random, Bytes (*message)(std::mt19937&), int count) {
    Segments segments;
    for (int i = 0; i < count; ++i) {
        Bytes segment;
        for (std::uint32_t n = 1 + random() % 3; n > 0; --n) append(segment, message(random));
        segments.emplace_back(random() % 2 == 0 ? kC2S : kS2C, std::move(segment));
    }
    return segments;
}

struct Other {
    const char* name;
    Bytes (*message)(std::mt19937&);
};

/// What else counts lengths in front of payload, or fills streams with bytes that headers have.
const std::vector<Other> kOthers = {
    {"length of one byte",
     [](std::mt19937& r) {
         const std::size_t size = r() % 120;
         Bytes m{static_cast<std::uint8_t>(size)};
         append(m, randomBytes(r, size));
         return m;
     }},
    {"length of two bytes, as DNS",
     [](std::mt19937& r) {
         const std::size_t size = 20 + r() % 100;
         Bytes m = big(size, 2);
         append(m, randomBytes(r, size));
         return m;
     }},
    {"length of four bytes",
     [](std::mt19937& r) {
         const std::size_t size = r() % 120;
         Bytes m = big(size, 4);
         append(m, randomBytes(r, size));
         return m;
     }},
    {"length of four bytes, little-endian, zeros inside",
     [](std::mt19937& r) {
         const std::size_t size = 8 + r() % 120;
         Bytes m = big(size, 4);
         std::ranges::reverse(m);
         for (std::size_t i = 0; i < size; ++i) m.push_back(r() % 3 == 0 ? r() % 256 : 0);
         return m;
     }},
    {"docker's multiplexed stream",
     [](std::mt19937& r) {
         const std::size_t size = 1 + r() % 100;
         Bytes m{static_cast<std::uint8_t>(1 + r() % 2), 0, 0, 0};
         append(m, big(size, 4));
         m.resize(m.size() + size, 'x');
         return m;
     }},
    {"HTTP/2 frames",
     [](std::mt19937& r) {
         const std::size_t size = r() % 300;
         Bytes m = big(size, 3);
         append(m, {static_cast<std::uint8_t>(r() % 10), static_cast<std::uint8_t>(r() % 6)});
         append(m, big(1 + 2 * (r() % 20), 4));
         append(m, randomBytes(r, size));
         return m;
     }},
    {"TLS records",
     [](std::mt19937& r) {
         const std::size_t size = 30 + r() % 900;
         Bytes m{0x17, 3, 3};
         append(m, big(size, 2));
         append(m, randomBytes(r, size));
         return m;
     }},
    {"MQTT publishes",
     [](std::mt19937& r) {
         static const std::array<std::uint8_t, 6> kTypes = {0x30, 0x32, 0x40, 0xc0, 0xd0, 0x82};
         const std::size_t size = 2 + r() % 120;
         Bytes m{kTypes[r() % kTypes.size()], static_cast<std::uint8_t>(size)};
         append(m, randomBytes(r, size));
         return m;
     }},
    // Bare values with those tags, one to a segment, are what frames are; messages wrap them.
    {"BER: context tags inside of a sequence",
     [](std::mt19937& r) {
         static const std::array<std::uint8_t, 6> kTags = {0x80, 0x81, 0x82, 0x04, 0x02, 0x0a};
         Bytes inside;
         for (std::uint32_t n = 1 + r() % 4; n > 0; --n) {
             const std::size_t size = 1 + r() % 20;
             inside.push_back(kTags[r() % kTags.size()]);
             inside.push_back(static_cast<std::uint8_t>(size));
             for (std::size_t i = 0; i < size; ++i) {
                 inside.push_back(static_cast<std::uint8_t>('a' + r() % 26));
             }
         }
         Bytes m{0x30, static_cast<std::uint8_t>(inside.size())};
         append(m, inside);
         return m;
     }},
    {"AMQP 0-9-1",
     [](std::mt19937& r) {
         const std::size_t size = 8 + r() % 200;
         Bytes m{static_cast<std::uint8_t>(1 + r() % 3), 0, 1};
         append(m, big(size, 4));
         append(m, randomBytes(r, size));
         m.push_back(0xce);
         return m;
     }},
    {"memcached's binary protocol",
     [](std::mt19937& r) {
         const std::size_t size = r() % 60;
         Bytes m{static_cast<std::uint8_t>(0x80 + r() % 2), static_cast<std::uint8_t>(r() % 20)};
         append(m, big(size % 20, 2));
         append(m, {0, 0, 0, 0});
         append(m, big(size, 4));
         append(m, big(r(), 4));
         append(m, big(0, 8));
         append(m, randomBytes(r, size));
         return m;
     }},
    {"PostgreSQL",
     [](std::mt19937& r) {
         const std::size_t size = r() % 100;
         Bytes m{static_cast<std::uint8_t>('A' + r() % 26)};
         append(m, big(size + 4, 4));
         for (std::size_t i = 0; i < size; ++i) m.push_back(r() % 4 == 0 ? 0 : 'a' + r() % 26);
         return m;
     }},
    {"MySQL",
     [](std::mt19937& r) {
         const std::size_t size = 1 + r() % 120;
         Bytes m{static_cast<std::uint8_t>(size), 0, 0, static_cast<std::uint8_t>(r() % 5)};
         append(m, randomBytes(r, size));
         return m;
     }},
    {"Redis",
     [](std::mt19937& r) {
         const std::string text = "*2\r\n$3\r\nGET\r\n$4\r\nk" + std::to_string(100 + r() % 900) +
                                  "\r\n+OK\r\n:" + std::to_string(r() % 1000) + "\r\n";
         return Bytes(text.begin(), text.end());
     }},
    {"RTP over TCP (RFC 4571)",
     [](std::mt19937& r) {
         const std::size_t size = 12 + r() % 160;
         Bytes m = big(size, 2);
         m.push_back(0x80);
         append(m, randomBytes(r, size - 1));
         return m;
     }},
    {"a fill of 0x81", [](std::mt19937& r) { return Bytes(10 + r() % 500, 0x81); }},
    {"a fill of 0x82", [](std::mt19937& r) { return Bytes(10 + r() % 500, 0x82); }},
    {"a fill of 0x89", [](std::mt19937& r) { return Bytes(10 + r() % 500, 0x89); }},
    {"a fill of 0x8a", [](std::mt19937& r) { return Bytes(10 + r() % 500, 0x8a); }},
    {"zeros", [](std::mt19937& r) { return Bytes(10 + r() % 500, 0); }},
    {"Cyrillic text",
     [](std::mt19937& r) {
         std::string text;
         static const std::vector<std::string> kWords = {"с ", "сам ", "в лесу ", "съел ", "но "};
         for (int i = 0; i < 40; ++i) text += kWords[r() % kWords.size()];
         return Bytes(text.begin(), text.end());
     }},
    {"random bytes", [](std::mt19937& r) { return randomBytes(r, 1 + r() % 1400); }},
};

/// Whether a layer that did not see the beginning takes these segments for WebSocket.
bool taken(const Segments& segments) {
    LayerRecorder recorder;
    recorder.start(std::make_unique<DetectLayer>(DetectLayer::Beginning::NotSeen));
    for (const auto& [direction, bytes] : segments) recorder.data(direction, bytes);
    recorder.end(kC2S);
    recorder.end(kS2C);
    return (recorder.known.inferred & kInferredWebSocket) != 0;
}

/// One behind the other, each with a payload of `least` bytes and more, but of less than `most`.
Bytes framesOfRandomBytes(unsigned seed, std::size_t least, std::size_t most, std::size_t count,
                          bool masked) {
    std::mt19937 random(seed);
    Bytes stream;
    for (std::size_t i = 0; i < count; ++i) {
        FrameOptions options{.opcode = 2};
        if (masked) {
            options.mask.emplace();
            for (std::uint8_t& byte : *options.mask) byte = static_cast<std::uint8_t>(random());
        }
        append(stream,
               webSocketFrame(randomBytes(random, least + random() % (most - least)), options));
    }
    return stream;
}

std::size_t framesIn(const CaptureBuilder& capture) {
    const auto session = loadSession(capture);
    std::size_t frames = 0;
    for (RecordId row = 0; session && row < session->rowCount(); ++row) {
        if (session->record(row).kind == RowKind::WebSocketFrame) ++frames;
    }
    return frames;
}

}  // namespace

class TestJoinedMidStream : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void samplesCutAtEveryPacket_data() {
        QTest::addColumn<int>("side");
        QTest::addColumn<double>("least");
        QTest::addRow("both sides") << int(Side::Both) << 0.97;
        QTest::addRow("the client's side alone") << int(Side::ClientOnly) << 0.95;
        QTest::addRow("the server's side alone") << int(Side::ServerOnly) << 0.85;
    }
    void samplesCutAtEveryPacket() {
        QFETCH(int, side);
        QFETCH(double, least);
        const QDir folder(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples"));
        Figure total;
        for (const QString& name : folder.entryList({QStringLiteral("*.pcap*")})) {
            const Figure figure =
                cutEverywhere(folder.filePath(name).toStdString(), static_cast<Side>(side));
            if (figure.sum(figure.expected) == 0) continue;
            figure.print(name.toUtf8().constData());
            total.add(figure);
        }
        total.print(QTest::currentDataTag());
        QVERIFY(total.sum(total.expected) > 1000);
        QVERIFY(total.share() >= least);
        QCOMPARE(total.invented, std::uint64_t{0});
    }

    void otherProtocolsAreNotTaken() {
        std::mt19937 random(11);
        for (const Other& other : kOthers) {
            int hits = 0;
            for (int i = 0; i < 60; ++i) {
                hits += taken(conversation(random, other.message, 5 + int(random() % 120))) ? 1 : 0;
            }
            QVERIFY2(hits == 0, other.name);
        }
    }

    /// The demand is a bound: n bits in fewer than one of 2^n streams. Counted for demands that
    /// chance does meet; the one that is made is 21 bits and more.
    void randomStreamsStayBelowTheirBound() {
        constexpr int kStreams = 6000;
        std::mt19937 random(5);
        std::array<int, 4> reached{};
        constexpr std::array<double, 4> kBits = {4, 6, 8, 10};
        for (int i = 0; i < kStreams; ++i) {
            websocket::FrameSearch search(0);
            const int segments = 1 + static_cast<int>(random() % 20);
            for (int s = 0; s < segments; ++s) {
                search.add(randomBytes(random, 1 + random() % 200), {});
            }
            double weight = 0;
            for (const bool masked : {false, true}) {
                const auto best =
                    search.chains({masked, true}, websocket::Doubt::OfAnything, false).best();
                if (best) weight = std::max(weight, best->weight);
            }
            for (std::size_t b = 0; b < kBits.size(); ++b) reached[b] += weight >= kBits[b] ? 1 : 0;
        }
        for (std::size_t b = 0; b < kBits.size(); ++b) {
            std::printf("%2.0f bits: %d of %d random streams\n", kBits[b], reached[b], kStreams);
            QVERIFY(reached[b] <= 2 * kStreams / std::exp2(kBits[b]) + 6);
        }
    }

    void switchedToAnotherProtocol() {
        for (const char* const protocol : {"h2c", "tcp", "TLS/1.3"}) {
            CaptureBuilder capture;
            TcpConversation chat(capture);
            chat.handshake();
            chat.send(kC2S,
                      std::string("POST /attach HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
                                  "Upgrade: ") +
                          protocol + "\r\n\r\n");
            chat.send(kS2C,
                      std::string("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: ") +
                          protocol + "\r\n\r\n");
            for (int i = 0; i < 20; ++i) chat.send(kS2C, webSocketText("looks like a frame"));
            for (int i = 0; i < 20; ++i) chat.send(kC2S, webSocketText("and this", kMask));
            chat.close();
            const std::string rows = rowListing(capture);
            QVERIFY2(rows.find("WebSocket") == std::string::npos, rows.c_str());
        }
    }

    void aStreamThatWasSeenFromItsBeginningNeedsItsHandshake() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        for (int i = 0; i < 20; ++i) chat.send(kC2S, webSocketText("no handshake before", kMask));
        chat.close();
        const std::string rows = rowListing(capture);
        QVERIFY2(rows.find("WebSocket") == std::string::npos, rows.c_str());
    }

    void theFirstRowSaysThatItWasInferred() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.send(kS2C, webSocketText("{\"tick\":1,\"price\":12.5}"));
        chat.send(kC2S, webSocketText("{\"subscribe\":\"prices\"}", kMask));
        chat.send(kS2C, webSocketText("{\"tick\":2,\"price\":12.75}"));
        const auto session = loadSession(capture);
        QVERIFY(session);
        compareListings(rowListing(*session),
                        "> TCP  joined mid-stream  10.0.0.1:40000 → 10.0.0.2:3000\n"
                        "< WebSocket  {\"tick\":1,\"price\":12.5}\n"
                        "> WebSocket  {\"subscribe\":\"prices\"}\n"
                        "< WebSocket  {\"tick\":2,\"price\":12.75}\n"
                        "> TCP  end of the capture, connection still open\n");
        QCOMPARE(issueNames(*session, 1), (std::vector<std::string>{"websocket.inferred"}));
        QVERIFY(issueNames(*session, 2).empty());
    }

    /// Ports say who the client is, where nothing else does; frames say it better.
    void rolesAreToldByTheMask() {
        for (const bool withinAFrame : {false, true}) {
            CaptureBuilder capture;
            ConversationOptions options;
            options.clientPort = 1000;
            options.serverPort = 50000;
            TcpConversation chat(capture, options);
            if (withinAFrame) chat.send(kS2C, std::string(700, 'x') + "the end of a text");
            for (std::uint8_t i = 0; i < 4; ++i) {
                const test::MaskingKey key = {static_cast<std::uint8_t>(17 * i + 1), 0x9c, 0x31, 7};
                chat.send(kC2S, webSocketText("a question of the client", key));
                chat.send(kS2C, webSocketText("an answer of the server"));
            }
            const auto session = loadSession(capture);
            QVERIFY(session);
            std::size_t frames = 0;
            for (RecordId row = 0; row < session->rowCount(); ++row) {
                if (session->record(row).kind != RowKind::WebSocketFrame) continue;
                ++frames;
                QVERIFY(session->record(row).severity <= Severity::Note);
            }
            QCOMPARE(frames, std::size_t{8});
            QCOMPARE(session->connection(0).client.port, std::uint16_t{1000});
        }
    }

    /// Where ports had to decide, and were wrong, nobody is blamed for the mask.
    void reversedRolesAreSaid() {
        LayerRecorder recorder;
        recorder.start(std::make_unique<DetectLayer>(DetectLayer::Beginning::NotSeen));
        for (std::uint8_t i = 0; i < 4; ++i) {
            const test::MaskingKey key = {static_cast<std::uint8_t>(17 * i + 1), 0x9c, 0x31, 7};
            recorder.data(kC2S, webSocketText("an answer of the server"));
            recorder.data(kS2C, webSocketText("a question of the client", key));
        }
        QVERIFY((recorder.known.inferred & kInferredClient) != 0);
        QCOMPARE(recorder.count(RowKind::WebSocketFrame), std::size_t{8});
        for (const Record& record : recorder.records) QVERIFY(record.severity <= Severity::Note);
    }

    /// Of large frames that come back to back hardly any begins a segment.
    void largeFramesWithoutAPause_data() {
        QTest::addColumn<unsigned>("seed");
        QTest::addColumn<std::size_t>("least");
        QTest::addColumn<std::size_t>("most");
        QTest::addColumn<std::size_t>("count");
        QTest::addColumn<bool>("masked");
        const auto add = [](unsigned seed, std::size_t least, std::size_t most, std::size_t count,
                            bool masked) {
            QTest::addRow("%u: %zu of %zu to %zu bytes, %s", seed, count, least, most,
                          masked ? "masked" : "not masked")
                << seed << least << most << count << masked;
        };
        for (const unsigned seed : {5U, 6U}) {
            add(seed, 3000, 3050, 10, false);
            add(seed, 3000, 3050, 30, false);
            add(seed, 5000, 5050, 30, false);
            add(seed, 20'000, 24'000, 10, false);
            add(seed, 20'000, 24'000, 28, false);
            add(seed, 25'000, 35'000, 20, true);
            add(seed, 8000, 60'000, 20, false);
            add(seed, 45'000, 60'000, 12, false);
            add(seed, 45'000, 60'000, 40, true);
            add(seed, 150'000, 151'000, 12, false);
            add(seed, 290'000, 300'000, 8, true);
        }
    }
    void largeFramesWithoutAPause() {
        QFETCH(unsigned, seed);
        QFETCH(std::size_t, least);
        QFETCH(std::size_t, most);
        QFETCH(std::size_t, count);
        QFETCH(bool, masked);
        const Bytes stream = framesOfRandomBytes(seed, least, most, count, masked);
        CaptureBuilder capture;
        TcpConversation video(capture);
        video.send(masked ? kC2S : kS2C, ByteView(stream).subspan(700));
        QCOMPARE(framesIn(capture), count - 1);
    }

    /// The handshake was captured, and a segment with a header in it was not.
    void largeFramesBehindALoss_data() {
        QTest::addColumn<unsigned>("seed");
        QTest::addColumn<std::size_t>("least");
        QTest::addColumn<std::size_t>("most");
        for (const unsigned seed : {1U, 2U, 3U}) {
            for (const std::size_t least : {8000U, 25'000U, 45'000U, 60'000U}) {
                QTest::addRow("%u: %zu bytes", seed, least) << seed << least << least + 5000;
            }
        }
    }
    void largeFramesBehindALoss() {
        QFETCH(unsigned, seed);
        QFETCH(std::size_t, least);
        QFETCH(std::size_t, most);
        constexpr std::size_t kCount = 14;
        constexpr std::size_t kLost = 1000;
        const Bytes first = framesOfRandomBytes(seed + 100, least, most, 2, false);
        const Bytes rest = framesOfRandomBytes(seed, least, most, kCount - 2, false);
        CaptureBuilder capture;
        TcpConversation video(capture);
        video.handshake();
        video.upgrade("/video");
        video.send(kS2C, ByteView(first).first(first.size() - kLost / 2));
        video.lose(kS2C, kLost);
        video.send(kS2C, ByteView(rest).subspan(kLost / 2));
        // The loss touches one frame in front of it and one behind it; the former has a row.
        QCOMPARE(framesIn(capture), kCount - 1);
    }

    /// Random bytes make no frames, however much of them comes.
    void muchThatIsRandom() {
        std::mt19937 random(23);
        for (const Direction d : {kC2S, kS2C}) {
            for (int i = 0; i < 3; ++i) {
                CaptureBuilder capture;
                TcpConversation download(capture);
                download.send(d, randomBytes(random, 1'500'000));
                QCOMPARE(framesIn(capture), std::size_t{0});
            }
        }
    }

    /// A client that never learnt to mask: believed where lengths chain both ways, one frame a
    /// segment, and some do not fit into seven bits.
    void neitherSideMasks_data() {
        QTest::addColumn<unsigned>("seed");
        QTest::addColumn<int>("opcode");
        QTest::addColumn<std::size_t>("most");
        QTest::addColumn<bool>("found");
        for (const unsigned seed : {1U, 2U, 3U, 4U}) {
            QTest::addRow("%u: binary", seed) << seed << 2 << std::size_t{400} << true;
            QTest::addRow("%u: text", seed) << seed << 1 << std::size_t{400} << true;
            // Nothing tells these from values with a tag and a length.
            QTest::addRow("%u: small", seed) << seed << 2 << std::size_t{100} << false;
        }
    }
    void neitherSideMasks() {
        QFETCH(unsigned, seed);
        QFETCH(int, opcode);
        QFETCH(std::size_t, most);
        QFETCH(bool, found);
        constexpr std::size_t kCount = 40;
        std::mt19937 random(seed);
        CaptureBuilder capture;
        TcpConversation chat(capture);
        for (std::size_t i = 0; i < kCount; ++i) {
            Bytes payload = randomBytes(random, 4 + random() % most);
            if (opcode == 1) {
                for (std::uint8_t& byte : payload) byte = 'a' + byte % 26;
            }
            const FrameOptions options{.opcode = static_cast<std::uint8_t>(opcode)};
            chat.send(i % 2 == 0 ? kC2S : kS2C, webSocketFrame(payload, options));
        }
        QCOMPARE(framesIn(capture), found ? kCount : 0);
    }

    /// All that a side sends is the rest of a message; that it is text shows once it is unmasked.
    void theRestOfAMessageAlone() {
        for (const bool text : {true, false}) {
            std::mt19937 random(3);
            Bytes payload = randomBytes(random, 53);
            if (text) std::ranges::fill(payload, 'x');
            CaptureBuilder capture;
            TcpConversation chat(capture);
            if (text) {
                chat.send(kC2S, webSocketFrame(payload, {.opcode = 0, .mask = kMask}));
            } else {
                payload.insert(payload.begin(), {0x80, 0x01});
                chat.send(kC2S, payload);
            }
            chat.send(kS2C, webSocketText("{\"type\":\"response\",\"data\":\"5000797752\"}"));
            chat.send(kS2C, webSocketText("{\"type\":\"response\",\"data\":\"5000797753\"}"));
            chat.close();
            QCOMPARE(framesIn(capture), text ? std::size_t{3} : std::size_t{2});
        }
    }

    /// Of each packet a snap length left a header and no more: that it leads to the packet's end is
    /// what tells that it is one.
    void packetsCutBehindTheirHeaders() {
        for (const bool compressed : {false, true}) {
            CaptureBuilder capture;
            TcpConversation chat(capture);
            chat.handshake();
            chat.upgrade("/chat");
            FrameOptions options{.rsv = static_cast<std::uint8_t>(compressed ? 4 : 0)};
            std::vector<std::uint64_t> sent;
            for (std::uint8_t i = 0; i < 12; ++i) {
                const Direction d = i % 2 == 0 ? kC2S : kS2C;
                options.mask.reset();
                if (d == kC2S) options.mask = test::MaskingKey{1, 2, 3, i};
                const Bytes frame = webSocketFrame(Bytes(40 + 17 * (i % 5U), 'a'), options);
                sent.push_back(frame.size());
                chat.send(d, frame);
            }
            chat.close();
            // The same packets, each as a snap length of 60 leaves it.
            const Bytes& whole = capture.pcap();
            Bytes cut(whole.begin(), whole.begin() + 24);
            for (std::size_t at = 24; at < whole.size();) {
                const std::uint32_t length = whole[at + 8] + (whole[at + 9] << 8U);
                const std::uint32_t kept = std::min(length, 60U);
                const auto begin = whole.begin() + static_cast<std::ptrdiff_t>(at);
                cut.insert(cut.end(), begin, begin + 16 + kept);
                cut[cut.size() - kept - 8] = static_cast<std::uint8_t>(kept);
                cut[cut.size() - kept - 7] = 0;
                at += 16 + length;
            }
            QTemporaryDir folder;
            QFile file(folder.filePath(QStringLiteral("cut.pcap")));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(reinterpret_cast<const char*>(cut.data()), static_cast<qint64>(cut.size()));
            file.close();
            const auto session = loadSession(file.fileName().toStdString());
            QVERIFY(session);
            std::vector<std::uint64_t> read;
            for (RecordId row = 0; row < session->rowCount(); ++row) {
                const Record& record = session->record(row);
                if (record.kind == RowKind::WebSocketFrame) read.push_back(record.length);
            }
            // One frame of each side is needed to tell what it is.
            QVERIFY2(read.size() >= sent.size() - 2, std::to_string(read.size()).c_str());
            QVERIFY(std::equal(read.rbegin(), read.rend(), sent.rbegin()));
        }
    }

    void compressionIsInferred() {
        for (const bool takeover : {true, false}) {
            CaptureBuilder capture;
            TcpConversation chat(capture);
            Deflater deflater;
            deflater.message("what was said before the capture began");
            for (std::uint8_t i = 0; i < 12; ++i) {
                if (!takeover) deflater.reset();
                FrameOptions options;
                options.rsv = 4;
                options.mask = test::MaskingKey{static_cast<std::uint8_t>(17 * i + 1), 0x9c, 3, 7};
                chat.send(kC2S, webSocketFrame(deflater.message("{\"event\":\"price\",\"value\":" +
                                                                std::to_string(i) + "}"),
                                               options));
            }
            const auto session = loadSession(capture);
            QVERIFY(session);
            const ConnectionFacts& facts = session->connection(0).facts;
            QCOMPARE(facts.compression.kind, CompressionKind::PerMessageDeflate);
            QVERIFY((facts.inferred & kInferredCompression) != 0);
            QVERIFY((facts.inferred & kInferredTakeover) != 0);
            QCOMPARE(facts.compression.noContextTakeover[indexOf(kC2S)], !takeover);
        }
    }

    /// In the captures of others, what is taken for WebSocket without a handshake is it.
    void capturesOfOthers() {
        const QString root = QStringLiteral(FRAMESCOPE_SOURCE_DIR "/../shared/captures");
        QFile manifest(root + QStringLiteral("/MANIFEST.tsv"));
        if (!manifest.open(QIODevice::ReadOnly)) QSKIP("no captures beside the project");
        manifest.readLine();
        int files = 0;
        QStringList hits;
        while (!manifest.atEnd()) {
            const QList<QByteArray> cells = manifest.readLine().split('\t');
            if (cells.size() < 2) continue;
            const auto session = loadSession(root.toStdString() + "/" + cells[0].toStdString());
            if (session == nullptr) continue;
            ++files;
            for (ConnectionId id = 0; id < session->connectionCount(); ++id) {
                if ((session->connection(id).facts.inferred & kInferredWebSocket) == 0) continue;
                hits << QString::fromUtf8(cells[0]) + QStringLiteral(" #") + QString::number(id);
            }
        }
        for (const QString& hit : hits) std::printf("%s\n", hit.toUtf8().constData());
        QVERIFY(files > 500);
        // Each was looked at by hand.
        const QStringList known = {
            // Two close frames, which is all that was captured.
            QStringLiteral(
                "named-data+ndn-tools/tests/dissect-wireshark/ipv4-websocket-segmented.pcap #0"),
            // One masked and compressed frame of ten bytes.
            QStringLiteral("eririmba+socket.io-sample/websocket.pcap #3"),
        };
        QCOMPARE(hits, known);
    }
};

QTEST_APPLESS_MAIN(TestJoinedMidStream)
#include "test_joined_mid_stream.moc"
