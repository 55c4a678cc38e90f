// Captures that begin in the middle: each sample is read without its first packets, cut at every
// packet, and the frames that are left have to be found, with the same opcode and length, though
// nobody saw the handshake.
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
#include "tests/support/random_bytes.h"

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
};

QTEST_APPLESS_MAIN(TestJoinedMidStream)
#include "test_joined_mid_stream.moc"
