// Every sample with one FIN that nobody takes: the flag is set on a segment or an acknowledgment
// behind which its direction goes on, or stands in a packet of its own ahead of what was sent. The
// rows are those of the original, and say nothing else (see tests/support/compared_rows.h).
#include <map>
#include <random>
#include <string>
#include <vector>

#include <QTest>

#include "dissector/packet/packet.h"
#include "tests/support/compared_rows.h"
#include "tests/support/memory_capture.h"
#include "tests/support/mutation_samples.h"
#include "tests/support/packet_list.h"

namespace framescope {
namespace {

using test::ListedPacket;
using test::PacketList;

constexpr std::uint32_t kSeeds = 30;
constexpr std::size_t kFlagsAt = 13;
constexpr std::uint8_t kFinBit = 1;

enum class Kind { OnData, OnAcknowledgment, Ahead };

/// Packets behind which their direction brings more data.
std::vector<std::size_t> inMidStream(const PacketList& packets, bool withData) {
    std::vector<DecodedPacket> decoded;
    for (const ListedPacket& packet : packets) {
        decoded.push_back(decodePacket(packet.linkType, packet.data, packet.originalLength));
    }
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < packets.size(); ++i) {
        const DecodedPacket& at = decoded[i];
        if (at.kind != PacketKind::Tcp || (at.payloadLength != 0) != withData) continue;
        if (at.tcp.has(tcp::kSyn) || at.tcp.has(tcp::kFin) || at.tcp.has(tcp::kRst)) continue;
        const bool goesOn =
            std::any_of(decoded.begin() + static_cast<std::ptrdiff_t>(i) + 1, decoded.end(),
                        [&](const DecodedPacket& later) {
                            return later.kind == PacketKind::Tcp && later.source == at.source &&
                                   later.destination == at.destination && later.payloadLength != 0;
                        });
        if (goesOn) found.push_back(i);
    }
    return found;
}

PacketList forged(PacketList packets, Kind kind, std::uint32_t seed) {
    std::minstd_rand random(seed);
    const std::vector<std::size_t> places = inMidStream(packets, kind != Kind::OnAcknowledgment);
    if (places.empty()) return packets;
    const std::size_t place = places[random() % places.size()];
    ListedPacket packet = packets[place];
    const DecodedPacket decoded = decodePacket(packet.linkType, packet.data, packet.originalLength);
    std::uint8_t* const header = packet.data.data() + decoded.tcpOffset;
    header[kFlagsAt] |= kFinBit;
    if (kind != Kind::Ahead) {
        packets[place] = packet;
        return packets;
    }
    // The data stays in front, in its own packet.
    constexpr std::uint32_t kAhead[] = {1, 10, 1000, 60'000};
    const std::uint32_t sequence = decoded.tcp.sequence +
                                   static_cast<std::uint32_t>(decoded.payloadLength) +
                                   kAhead[random() % std::size(kAhead)];
    for (int i = 0; i < 4; ++i) {
        header[4 + i] = static_cast<std::uint8_t>(sequence >> (24 - 8 * i));
    }
    packet.data.resize(decoded.payloadOffset);
    packet.originalLength = static_cast<std::uint32_t>(packet.data.size());
    // The samples are Ethernet and IPv4.
    constexpr std::size_t kIp = 14;
    const std::size_t length = packet.data.size() - kIp;
    packet.data[kIp + 2] = static_cast<std::uint8_t>(length >> 8);
    packet.data[kIp + 3] = static_cast<std::uint8_t>(length);
    packets.insert(packets.begin() + static_cast<std::ptrdiff_t>(place) + 1, packet);
    return packets;
}

class ForgedFinsTest : public QObject {
    Q_OBJECT

    static void sameRows(const QString& path, Kind kind) {
        const PacketList packets = test::readPackets(path.toStdString());
        QVERIFY(packets.size() > 10);
        const auto original = test::MemoryCapture(test::asPcapng(packets)).read();
        QVERIFY(original);
        const test::ComparedRows wanted = test::comparedRows(*original);
        for (std::uint32_t seed = 1; seed <= kSeeds * test::mutationFactor(); ++seed) {
            const Bytes file = test::asPcapng(forged(packets, kind, seed));
            const auto session = test::MemoryCapture(file).read();
            QVERIFY(session);
            const std::string why = test::firstDifference(test::comparedRows(*session), wanted);
            if (!why.empty()) test::keepForLater(file, QString::number(seed));
            QVERIFY2(why.empty(), ("seed " + std::to_string(seed) + ": " + why).c_str());
            QCOMPARE(session->statistics().issues, original->statistics().issues);
        }
    }

private Q_SLOTS:
    void onData_data() { test::eachSample(); }
    void onData() {
        QFETCH(QString, path);
        sameRows(path, Kind::OnData);
    }
    void onAnAcknowledgment_data() { test::eachSample(); }
    void onAnAcknowledgment() {
        QFETCH(QString, path);
        sameRows(path, Kind::OnAcknowledgment);
    }
    void ahead_data() { test::eachSample(); }
    void ahead() {
        QFETCH(QString, path);
        sameRows(path, Kind::Ahead);
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::ForgedFinsTest)
#include "test_forged_fins.moc"
