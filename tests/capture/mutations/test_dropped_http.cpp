// What test_dropped.cpp asks for frames, asked for HTTP: of 1 % of the packets lost, at least 99 %
// of the heads that no lost packet carried a byte of are found at their place, and of the events of
// event streams and the packets of Engine.IO in bodies likewise. The figures are printed; the seeds
// are the same every run.
//
// The captures are made here, for what servers send: event streams of one to three segments an
// event, downloads over a connection that is kept alive, whose text resembles size lines of chunks,
// and polling. Of polling only the server's packets are lost: without its request an answer is
// another matter.
#include <algorithm>
#include <cstdio>
#include <map>
#include <random>
#include <set>

#include <QTest>

#include "tests/support/capture_builder.h"
#include "tests/support/compared_rows.h"
#include "tests/support/measured_reading.h"
#include "tests/support/mutation_samples.h"
#include "tests/support/packet_extents.h"
#include "tests/support/packet_list.h"
#include "tests/support/tally.h"

namespace framescope {
namespace {

using test::CaptureBuilder;
using test::MeasuredReading;
using test::MemoryCapture;
using test::PacketList;
using test::Tally;
using test::TcpConversation;

constexpr double kLoss = 0.01;
constexpr double kMustBeFound = 0.99;
constexpr Direction kC2S = Direction::ClientToServer;
constexpr Direction kS2C = Direction::ServerToClient;

/// The same on every machine, other than the distributions of the library.
class Random {
public:
    explicit Random(std::uint32_t seed) : m_engine(seed) {}
    std::uint32_t below(std::uint32_t limit) { return m_engine() % limit; }
    template <typename T, std::size_t n>
    const T& of(const T (&choice)[n]) {
        return choice[below(n)];
    }

private:
    std::mt19937 m_engine;
};

std::string chunk(const std::string& data) {
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", data.size());
    return size + data + "\r\n";
}

std::string chunks(const std::string& body, std::size_t size) {
    std::string text;
    for (std::size_t at = 0; at < body.size(); at += size) text += chunk(body.substr(at, size));
    return text + "0\r\n\r\n";
}

/// Each segment is acknowledged at its end, so that holes are told early.
void say(TcpConversation& chat, Direction direction, const std::string& text) {
    chat.send(direction, text);
    chat.acknowledge(opposite(direction));
}

std::string words(Random& random, std::uint32_t count) {
    static constexpr const char* kWords[] = {
        "in",   "1995", "and",  "2024",   "the", "decade", "ended", "20",    "000", "people",
        "a",    "feed", "1984", "needed", "was", "added",  "faced", "it;",   "dad", "that",
        "fade", "to",   "cafe", "beef",   "0",   "e",      "b",     "added;"};
    std::string text;
    for (std::uint32_t i = 0; i < count; ++i) text += std::string(random.of(kWords)) + ' ';
    return text;
}

enum class Framing { ChunkEach, ChunkMany, Close };

/// Events that take up to three segments.
std::string event(Random& random, int number, const char* lineEnd) {
    static constexpr std::uint32_t kSizes[] = {3, 20, 300, 500};
    const std::string nl = lineEnd;
    std::string text;
    if (random.below(2) == 0) text += "event: tick" + nl;
    text += "id: " + std::to_string(number) + nl;
    return text + "data: {\"t\":\"" + words(random, random.of(kSizes)) + "\"}" + nl + nl;
}

void eventStream(TcpConversation& chat, Random& random, Framing framing, const char* lineEnd,
                 bool accept = true) {
    say(chat, kC2S,
        std::string("GET /events HTTP/1.1\r\nHost: e\r\n") +
            (accept ? "Accept: text/event-stream\r\n\r\n" : "\r\n"));
    say(chat, kS2C,
        std::string("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n") +
            (framing == Framing::Close ? "Connection: close\r\n\r\n"
                                       : "Transfer-Encoding: chunked\r\n\r\n"));
    for (int number = 0; number < 120;) {
        std::string events;
        const std::uint32_t count = framing == Framing::ChunkMany ? 1 + random.below(6) : 1;
        for (std::uint32_t i = 0; i < count; ++i) events += event(random, number++, lineEnd);
        say(chat, kS2C, framing == Framing::Close ? events : chunk(events));
    }
}

std::string textOf(Random& random, const std::string& kind, std::size_t size) {
    static constexpr const char* kNames[] = {"Meyer", "Schulz", "Abe", "Dacey", "Eva", "Fabbri"};
    std::string text;
    while (text.size() < size) {
        const std::string number = std::to_string(random.below(1000000));
        const std::string small = std::to_string(random.below(90) + 10);
        if (kind == "csv") {
            text += number + ";" + random.of(kNames) + ";" + small + ";" + number + "\r\n";
        } else if (kind == "prose") {
            text += words(random, 12) + "\r\n";
        } else if (kind == "html") {
            text += "<tr><td class=\"c " + small + "\">The year " + number + " was added and\r\n" +
                    small + " people</td></tr>\r\n";
        } else {
            text += number + "\r\n";
        }
    }
    return text;
}

void downloads(TcpConversation& chat, Random& random, const std::string& kind) {
    static constexpr std::size_t kSizes[] = {5000, 15000, 40000};
    static constexpr std::size_t kChunks[] = {1000, 4096, 8192, 32768};
    for (int i = 0; i < 12; ++i) {
        const std::string number = std::to_string(i);
        say(chat, kC2S, "GET /r" + number + " HTTP/1.1\r\nHost: e\r\n\r\n");
        const std::string body = textOf(random, kind, random.of(kSizes));
        say(chat, kS2C,
            "HTTP/1.1 200 OK\r\nX-Id: " + number +
                "\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n" +
                chunks(body, random.of(kChunks)));
    }
}

void polling(TcpConversation& chat, Random& random, bool chunked) {
    for (int i = 0; i < 60; ++i) {
        const std::string number = std::to_string(i);
        say(chat, kC2S,
            "GET /socket.io/?EIO=4&transport=polling&t=" + number +
                "&sid=abc HTTP/1.1\r\nHost: e\r\n\r\n");
        std::string body;
        const std::uint32_t packets = 1 + random.below(4);
        static constexpr std::uint32_t kSizes[] = {3, 20, 300};
        for (std::uint32_t k = 0; k < packets; ++k) {
            if (k != 0) body += '\x1e';
            body += "42[\"e" + number + "-" + std::to_string(k) + "\",\"" +
                    words(random, random.of(kSizes)) + "\"]";
        }
        const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\n";
        if (chunked) {
            say(chat, kS2C, head + "Transfer-Encoding: chunked\r\n\r\n" + chunks(body, 4096));
        } else {
            say(chat, kS2C,
                head + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
        }
    }
}

bool isHead(const Record& record) {
    return record.kind == RowKind::HttpRequest || record.kind == RowKind::HttpResponse;
}

/// What is looked for: a head at its place, a unit of a body by its bytes.
std::string keyOf(const Session& session, RecordId row) {
    const Record& record = session.record(row);
    const std::string kind = std::to_string(static_cast<int>(record.kind)) + " ";
    if (isHead(record)) {
        return kind + test::placeOnWire(session, row) + " " + test::frameOnWire(session, row);
    }
    return kind + std::string(asText(session.wireBytes(row).bytes));
}

struct WholeUnit {
    std::string key;
    std::vector<PacketNumber> packets;  ///< that carried its bytes, counted from 1
};

/// The units of the whole capture. Of a unit in a body all packets from the one that ended what
/// stands in front are counted, of a packet of Engine.IO all from the head to the body's end.
std::vector<WholeUnit> unitsOf(const Session& session, const test::PacketExtents& extents) {
    std::vector<WholeUnit> units;
    std::map<RecordId, PacketNumber> ends;  // of bodies of packets, by their heads
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Record& record = session.record(row);
        if (record.kind == RowKind::EngineIoPacket) ends[record.group] = record.packet;
    }
    std::map<RecordId, PacketNumber> before;
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Record& record = session.record(row);
        if (isHead(record)) {
            units.push_back({keyOf(session, row), extents.packetsOf(record)});
            before[row] = record.packet;
        } else if (record.kind == RowKind::EngineIoPacket) {
            units.push_back({keyOf(session, row),
                             extents.packetsBetween(record, session.record(record.group).packet,
                                                    ends[record.group])});
        } else if (record.kind == RowKind::EventStreamEvent) {
            PacketNumber& last = before[record.group];
            units.push_back(
                {keyOf(session, row), extents.packetsBetween(record, last, record.packet)});
            last = record.packet;
        }
    }
    return units;
}

class DroppedHttpTest : public QObject {
    Q_OBJECT

    enum class Lost { Any, OfServer };

    static bool isOfServer(const test::ListedPacket& packet) {
        // Ethernet and IPv4 without options in front of the source port.
        return packet.data.size() > 36 && packet.data[34] == (3000 >> 8) &&
               packet.data[35] == (3000 & 0xff);
    }

    /// Loses packets of a capture and counts what is found of it. `always`: a packet that is lost
    /// in any case, counted from 1.
    static void lose(const PacketList& packets, std::uint32_t seed, Lost which, Tally& tally,
                     PacketNumber always = 0) {
        test::PacketExtents extents;
        const MeasuredReading clean{MemoryCapture(test::asPcapng(packets)),
                                    [&](const Batch& batch) { extents.add(batch); }};
        QVERIFY(clean.session);
        std::vector<bool> lost = test::chosenLosses(packets.size(), kLoss, seed);
        for (std::size_t i = 0; i < lost.size(); ++i) {
            if (which == Lost::OfServer && !isOfServer(packets[i])) lost[i] = false;
        }
        if (always != 0) lost[always - 1] = true;
        const Bytes file = test::asPcapng(test::without(packets, lost));
        const MeasuredReading reading{MemoryCapture(file)};
        QVERIFY(reading.session);
        QVERIFY2(reading.wrong.empty(), reading.wrong.c_str());
        QVERIFY2(reading.boundedBy(clean), reading.memory().c_str());
        std::map<std::string, std::size_t> there;
        for (RecordId row = 0; row < reading.session->rowCount(); ++row) {
            const Record& record = reading.session->record(row);
            if (isHead(record) || isInBody(record.kind)) ++there[keyOf(*reading.session, row)];
        }
        std::size_t missing = 0;
        for (const WholeUnit& unit : unitsOf(*clean.session, extents)) {
            const bool touched = std::ranges::any_of(
                unit.packets, [&](PacketNumber packet) { return lost[packet - 1]; });
            if (touched) continue;
            ++tally.untouched;
            const auto at = there.find(unit.key);
            if (at == there.end() || at->second == 0) {
                if (missing++ == 0) {
                    std::string line = unit.key.substr(0, 80);
                    std::ranges::replace_if(
                        line, [](char c) { return c < ' '; }, ' ');
                    qInfo("seed %u: not found: %s", seed, line.c_str());
                }
                continue;
            }
            --at->second;
            ++tally.found;
        }
        if (missing != 0) {
            qInfo("seed %u: %zu not found", seed, missing);
            test::keepForLater(file, QString::number(seed));
        }
    }

    static PacketList packetsOf(const CaptureBuilder& capture) {
        return test::readPackets(MemoryCapture(capture.pcap()).path());
    }

    /// Captures are small and lose few packets, so many are made.
    template <typename Make>
    static void loseOfMany(Make&& make, Lost which, std::uint32_t seeds, PacketNumber always = 0) {
        Tally tally;
        for (std::uint32_t seed = 1; seed <= seeds * test::mutationFactor(); ++seed) {
            Random random(seed);
            CaptureBuilder capture;
            TcpConversation chat(capture, {.segmentSize = 1400});
            chat.handshake();
            make(chat, random);
            chat.close();
            lose(packetsOf(capture), seed, which, tally, always);
        }
        tally.print(QTest::currentDataTag(), "units");
        QVERIFY(tally.untouched > 1000);
        QVERIFY(tally.share() >= kMustBeFound);
    }

private Q_SLOTS:
    void eventStreams_data() {
        QTest::addColumn<int>("framing");
        QTest::addColumn<QByteArray>("lineEnd");
        QTest::newRow("a chunk each") << static_cast<int>(Framing::ChunkEach) << QByteArray("\n");
        QTest::newRow("a chunk each, CRLF")
            << static_cast<int>(Framing::ChunkEach) << QByteArray("\r\n");
        QTest::newRow("several in a chunk")
            << static_cast<int>(Framing::ChunkMany) << QByteArray("\n");
        QTest::newRow("until close") << static_cast<int>(Framing::Close) << QByteArray("\n");
    }
    void eventStreams() {
        QFETCH(int, framing);
        QFETCH(QByteArray, lineEnd);
        const auto make = [&](TcpConversation& chat, Random& random) {
            eventStream(chat, random, static_cast<Framing>(framing), lineEnd.constData());
        };
        loseOfMany(make, Lost::Any, 60);
    }

    /// The response's head is lost in any case.
    void headsOfEventStreams_data() {
        QTest::addColumn<int>("framing");
        QTest::addColumn<bool>("accept");
        QTest::newRow("chunks") << static_cast<int>(Framing::ChunkEach) << true;
        QTest::newRow("chunks, not asked for") << static_cast<int>(Framing::ChunkEach) << false;
        QTest::newRow("several in a chunk") << static_cast<int>(Framing::ChunkMany) << true;
        QTest::newRow("until close") << static_cast<int>(Framing::Close) << true;
        QTest::newRow("until close, not asked for") << static_cast<int>(Framing::Close) << false;
    }
    void headsOfEventStreams() {
        QFETCH(int, framing);
        QFETCH(bool, accept);
        const auto make = [&](TcpConversation& chat, Random& random) {
            eventStream(chat, random, static_cast<Framing>(framing), "\n", accept);
        };
        // Behind the handshake, the request and its acknowledgment.
        constexpr PacketNumber kHead = 6;
        loseOfMany(make, Lost::Any, 20, kHead);
    }

    void downloadsOfText_data() {
        QTest::addColumn<QString>("kind");
        for (const char* const kind : {"csv", "prose", "html", "numbers"}) {
            QTest::newRow(kind) << QString::fromUtf8(kind);
        }
    }
    void downloadsOfText() {
        QFETCH(QString, kind);
        const auto make = [&](TcpConversation& chat, Random& random) {
            downloads(chat, random, kind.toStdString());
        };
        loseOfMany(make, Lost::Any, 100);
    }

    void pollingBodies_data() {
        QTest::addColumn<bool>("chunked");
        QTest::newRow("by length") << false;
        QTest::newRow("chunked") << true;
    }
    void pollingBodies() {
        QFETCH(bool, chunked);
        const auto make = [&](TcpConversation& chat, Random& random) {
            polling(chat, random, chunked);
        };
        loseOfMany(make, Lost::OfServer, 60);
    }

    void samples_data() {
        QTest::addColumn<QString>("name");
        QTest::newRow("event-stream") << QStringLiteral("event-stream.pcap");
        QTest::newRow("http-keepalive") << QStringLiteral("http-keepalive.pcap");
    }
    void samples() {
        QFETCH(QString, name);
        const QString folder = QStringLiteral(FRAMESCOPE_SOURCE_DIR "/samples/");
        const PacketList packets = test::readPackets((folder + name).toStdString());
        Tally tally;
        for (std::uint32_t seed = 1; seed <= 150 * test::mutationFactor(); ++seed) {
            lose(packets, seed, Lost::Any, tally);
        }
        tally.print(QTest::currentDataTag(), "units");
        QVERIFY(tally.untouched > 1000);
        QVERIFY(tally.share() >= kMustBeFound);
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::DroppedHttpTest)
#include "test_dropped_http.moc"
