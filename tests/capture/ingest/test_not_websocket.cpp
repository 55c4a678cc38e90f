// Nothing else is taken for WebSocket where nobody saw the handshake: no random bytes, no protocol
// that counts its lengths in the same way, nothing that was upgraded to, nothing in the captures of
// others.
#include <array>
#include <cmath>
#include <cstdio>
#include <random>

#include <QFile>
#include <QtTest>

#include "dissector/websocket/mid_stream.h"
#include "tests/support/capture_builder.h"
#include "tests/support/layer_recorder.h"
#include "tests/support/loaded_session.h"
#include "tests/support/random_bytes.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr Direction kC2S = Direction::ClientToServer;
constexpr Direction kS2C = Direction::ServerToClient;

using Segments = std::vector<std::pair<Direction, Bytes>>;

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

}  // namespace

class TestNotWebSocket : public QObject {
    Q_OBJECT
private Q_SLOTS:
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

QTEST_APPLESS_MAIN(TestNotWebSocket)
#include "test_not_websocket.moc"
