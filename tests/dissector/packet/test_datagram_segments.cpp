// The TCP segment of a datagram as it is handed on: which bytes, with which sequence numbers and
// flags, from where in the capture.
#include <QtTest>

#include "dissector/packet/datagram_segments.h"
#include "tests/support/packet_bytes.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr std::size_t kHeader = 20;
constexpr std::uint16_t kPush = tcp::kPsh | tcp::kAck;

struct Given {
    std::uint16_t flags = kPush;
    std::uint16_t urgent = 0;
    std::vector<ip::DatagramPiece> pieces;
    std::uint32_t length = 0;
    bool lengthKnown = true;
};

/// A segment of sequence number 1000 and its parts.
std::vector<SegmentPart> partsOf(const Given& given) {
    ip::Datagram datagram;
    datagram.protocol = 6;
    datagram.source.version = datagram.destination.version = 4;
    datagram.payload = segmentOf(std::string(given.length - kHeader, 'x'));
    datagram.payload[12] |= static_cast<std::uint8_t>(given.flags >> 8);
    datagram.payload[13] = static_cast<std::uint8_t>(given.flags);
    datagram.payload[18] = static_cast<std::uint8_t>(given.urgent >> 8);
    datagram.payload[19] = static_cast<std::uint8_t>(given.urgent);
    datagram.pieces = given.pieces;
    datagram.payload.resize(given.pieces.back().offset + given.pieces.back().length);
    datagram.length = given.length;
    datagram.lengthKnown = given.lengthKnown;
    const DecodedPacket decoded =
        decodeDatagram(datagram.source, datagram.destination, datagram.protocol,
                       datagram.beginning(), datagram.length);
    if (decoded.kind != PacketKind::Tcp) qFatal("no segment");
    std::vector<SegmentPart> parts = segmentParts(decoded, datagram);
    for (const SegmentPart& part : parts) {
        if (part.decoded.payloadOffset + part.decoded.payloadCaptured > datagram.payload.size()) {
            qFatal("a part reaches beyond the payload");
        }
    }
    return parts;
}

/// "1000 SA 24/30 @5020": sequence, flags, captured and wire length, place in the file.
std::string text(const std::vector<SegmentPart>& parts) {
    std::string all;
    for (const SegmentPart& part : parts) {
        if (!all.empty()) all += "  ";
        all += std::to_string(part.decoded.tcp.sequence) + " " +
               tcp::flagNames(part.decoded.tcp.flags & ~kPush) + " " +
               std::to_string(part.decoded.payloadCaptured) + "/" +
               std::to_string(part.decoded.payloadLength);
        if (part.decoded.payloadCaptured != 0) {
            all += " @" + std::to_string(part.fileOffset + part.decoded.payloadOffset);
        }
    }
    return all;
}

}  // namespace

class TestDatagramSegments : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void parts_data() {
        QTest::addColumn<int>("flags");
        QTest::addColumn<QList<QList<int>>>("pieces");
        QTest::addColumn<int>("length");
        QTest::addColumn<bool>("lengthKnown");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char* name, int flags, const QList<QList<int>>& pieces,
                            int length, const char* expected, bool known = true) {
            QTest::newRow(name) << (flags | kPush) << pieces << length << known
                                << QString::fromUtf8(expected);
        };
        // Pieces: offset, length, cut, place in the file.
        row("one", 0, {{0, 60, 0, 5000}}, 60, "1000  40/40 @5020");
        row("two", 0, {{0, 32, 0, 5000}, {32, 28, 0, 9000}}, 60,
            "1000  12/12 @5020  1012  28/28 @9000");
        row("the header alone in front", 0, {{0, 16, 0, 5000}, {16, 24, 0, 9000}, {40, 20, 0, 100}},
            60, "1000  20/20 @9004  1020  20/20 @100");
        row("SYN, FIN and RST", tcp::kSyn | tcp::kFin | tcp::kRst,
            {{0, 32, 0, 5000}, {32, 16, 0, 7000}, {48, 12, 0, 9000}}, 60,
            "1000 SYN 12/12 @5020  1013  16/16 @7000  1029 FIN, RST 12/12 @9000");
        row("no payload", tcp::kSyn, {{0, 8, 0, 5000}, {8, 12, 0, 7000}}, 20, "1000 SYN 0/0");
        row("cut at the end", tcp::kFin, {{0, 32, 8, 5000}, {40, 10, 10, 9000}}, 60,
            "1000  12/20 @5020  1020 FIN 10/20 @9000");
        row("nothing captured of one", 0, {{0, 32, 0, 5000}, {32, 0, 28, 0}}, 60,
            "1000  12/12 @5020  1012  0/28");
        row("one missing between", tcp::kFin, {{0, 32, 0, 5000}, {48, 12, 0, 9000}}, 60,
            "1000  12/12 @5020  1028 FIN 12/12 @9000");
        row("its data missing", 0, {{0, 20, 0, 5000}, {40, 20, 0, 9000}}, 60,
            "1000  0/0  1020  20/20 @9000");
        row("the last missing, length known", tcp::kFin, {{0, 32, 0, 5000}}, 60,
            "1000  12/12 @5020  1040 FIN 0/0");
        row("the last missing, length unknown", tcp::kFin, {{0, 32, 0, 5000}}, 32,
            "1000  12/12 @5020", false);
        row("RST, length unknown", tcp::kRst, {{0, 32, 0, 5000}}, 32, "1000 RST 12/12 @5020",
            false);
    }
    void parts() {
        QFETCH(int, flags);
        QFETCH(QList<QList<int>>, pieces);
        QFETCH(int, length);
        QFETCH(bool, lengthKnown);
        QFETCH(QString, expected);
        Given given;
        given.flags = static_cast<std::uint16_t>(flags);
        given.length = static_cast<std::uint32_t>(length);
        given.lengthKnown = lengthKnown;
        for (const QList<int>& piece : pieces) {
            given.pieces.push_back(
                {static_cast<std::uint32_t>(piece[0]), static_cast<std::uint32_t>(piece[1]),
                 static_cast<std::uint32_t>(piece[2]), 1, static_cast<std::uint64_t>(piece[3])});
        }
        QCOMPARE(QString::fromStdString(text(partsOf(given))), expected);
    }

    void urgentPointerMovesAlong() {
        Given given;
        given.flags = kPush | tcp::kUrg;
        given.urgent = 20;
        given.length = 60;
        given.pieces = {{0, 32, 0, 1, 0}, {32, 8, 0, 2, 0}, {40, 20, 0, 3, 0}};
        const auto parts = partsOf(given);
        QCOMPARE(parts.size(), std::size_t{3});
        QCOMPARE(parts[0].decoded.tcp.urgentPointer, std::uint16_t{20});
        QCOMPARE(parts[1].decoded.tcp.urgentPointer, std::uint16_t{8});
        QVERIFY(parts[1].decoded.tcp.has(tcp::kUrg));
        QVERIFY(!parts[2].decoded.tcp.has(tcp::kUrg));
    }
};

QTEST_APPLESS_MAIN(TestDatagramSegments)
#include "test_datagram_segments.moc"
