// Rows of packets that completed a fragmented datagram: what they show, and what is said where
// fragments contradict each other, are missing or were captured only in part.
#include <algorithm>
#include <string>

#include <QTest>

#include "tests/support/fragment_packets.h"
#include "tests/support/loaded_session.h"
#include "tests/support/memory_capture.h"
#include "tests/support/packet_list.h"
#include "tests/support/row_checks.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr Direction kC2S = Direction::ClientToServer;
constexpr Direction kS2C = Direction::ServerToClient;

/// A handshake, a message of 1000 bytes from the client, one of 10 bytes back, and the closing.
PacketList conversation(bool ipv6 = false) {
    CaptureBuilder capture;
    ConversationOptions options;
    options.ipv6 = ipv6;
    TcpConversation chat(capture, options);
    chat.handshake();
    chat.upgrade("/chat");
    chat.send(kC2S, webSocketText(std::string(1000, 'q'), kMask));
    chat.send(kS2C, webSocketText("0123456789"));
    chat.close();
    return readPackets(MemoryCapture(capture.pcap()).path());
}

/// The same with the long message in fragments of 400 bytes; `first` is the first one's place.
PacketList inFragments(std::size_t& first, bool ipv6 = false) {
    PacketList list;
    first = 0;
    for (const ListedPacket& packet : conversation(ipv6)) {
        const bool isLong = packet.data.size() > 1000;
        if (isLong) first = list.size();
        for (ListedPacket& part : fragmentsOf(packet, isLong ? (ipv6 ? 448 : 420) : 5000, 77)) {
            list.push_back(std::move(part));
        }
    }
    return list;
}

std::unique_ptr<Session> load(const PacketList& packets) {
    return MemoryCapture(asPcapng(packets)).read();
}

/// The row of the long message; a row that is not there if it has none.
RecordId longMessage(const Session& session) {
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Record& record = session.record(row);
        if (record.kind == RowKind::WebSocketFrame && record.direction == kC2S) return row;
    }
    return session.rowCount();
}

std::string textOf(const FieldTree& tree, FieldId field) {
    const FieldIndex at = tree.find(field);
    if (at == kNoField) return "none";
    const auto* const value = std::get_if<std::string>(&tree[at].value);
    return value != nullptr ? *value : tree[at].text;
}

std::uint64_t numberOf(const FieldTree& tree, FieldId field) {
    const FieldIndex at = tree.find(field);
    return at == kNoField ? 0 : std::get<std::uint64_t>(tree[at].value);
}

std::vector<std::uint64_t> fragmentPackets(const FieldTree& tree) {
    std::vector<std::uint64_t> packets;
    for (const Field& field : tree.fields()) {
        if (field.id == FieldId::IpFragment)
            packets.push_back(std::get<std::uint64_t>(field.value));
    }
    return packets;
}

std::size_t gapBytes(const Session& session) {
    std::size_t bytes = 0;
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        if (session.record(row).kind == RowKind::TcpGap) bytes += session.record(row).length;
    }
    return bytes;
}

void holdsTogether(const Session& session) {
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const std::string wrong = wrongRow(session, row);
        QVERIFY2(wrong.empty(), wrong.c_str());
    }
    const std::string coverage = wrongCoverage(session);
    QVERIFY2(coverage.empty(), coverage.c_str());
}

}  // namespace

class TestFragmentRows : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void shown_data() {
        QTest::addColumn<bool>("ipv6");
        QTest::newRow("IPv4") << false;
        QTest::newRow("IPv6") << true;
    }
    void shown() {
        QFETCH(bool, ipv6);
        std::size_t first = 0;
        PacketList packets = inFragments(first, ipv6);
        // The last one comes first.
        std::swap(packets[first], packets[first + 2]);
        const auto session = load(packets);
        QVERIFY(session);
        QCOMPARE(session->statistics().ipFragments, std::uint64_t{3});
        QCOMPARE(session->statistics().ipDatagrams, std::uint64_t{1});
        const RecordId row = longMessage(*session);
        QVERIFY(row < session->rowCount());
        QCOMPARE(session->record(row).packet, static_cast<PacketNumber>(first + 3));
        QCOMPARE(session->messageBytes(row).bytes, Bytes(1000, 'q'));

        const Dissection dissection = session->dissect(row);
        const FieldTree& tree = dissection.fields;
        const auto n = static_cast<std::uint64_t>(first);
        QCOMPARE(fragmentPackets(tree), (std::vector<std::uint64_t>{n + 3, n + 2, n + 1}));
        QCOMPARE(numberOf(tree, FieldId::IpFragmentCount), std::uint64_t{3});
        QCOMPARE(numberOf(tree, FieldId::IpFragmentedLength), std::uint64_t{1028});
        QCOMPARE(numberOf(tree, FieldId::TcpLen), std::uint64_t{1008});
        QCOMPARE(textOf(tree, FieldId::FrameProtocols),
                 std::string(ipv6 ? "eth:ethertype:ipv6:tcp:websocket"
                                  : "eth:ethertype:ip:tcp:websocket"));
        const auto joined = std::ranges::find(dissection.sources,
                                              std::string("Reassembled datagram"), &Source::name);
        QVERIFY(joined != dissection.sources.end());
        QCOMPARE(joined->bytes.size(), std::size_t{1028});
        QVERIFY(joined->holes.empty());
        const Field& payload = tree[tree.find(FieldId::TcpPayload)];
        QCOMPARE(payload.source, static_cast<SourceId>(joined - dissection.sources.begin()));
        QCOMPARE(payload.range.size(), std::uint64_t{1008});
        if (ipv6) {
            QCOMPARE(numberOf(tree, FieldId::Ipv6FragId), std::uint64_t{77});
            QCOMPARE(numberOf(tree, FieldId::Ipv6FragMore), std::uint64_t{1});
            QCOMPARE(numberOf(tree, FieldId::Ipv6FragOffset), std::uint64_t{0});
        }
        holdsTogether(*session);
    }

    /// The connection counts the datagram once, and rows of others show no fragments.
    void onePacketOfItsConnection() {
        std::size_t first = 0;
        const auto session = load(inFragments(first));
        const auto plain = load(conversation());
        QVERIFY(session && plain);
        QCOMPARE(session->connection(0).packets, plain->connection(0).packets);
        QCOMPARE(session->connection(0).bytes, plain->connection(0).bytes);
        QCOMPARE(session->rowCount(), plain->rowCount());
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            const bool isLong = row == longMessage(*session);
            const Dissection dissection = session->dissect(row);
            QCOMPARE(dissection.fields.find(FieldId::IpFragments) != kNoField, isLong);
        }
    }

    void conflict() {
        std::size_t first = 0;
        PacketList packets = inFragments(first);
        ListedPacket forged = packets[first + 1];
        forged.data.back() ^= 0xff;
        packets.insert(packets.begin() + static_cast<std::ptrdiff_t>(first) + 2, forged);
        const auto session = load(packets);
        QVERIFY(session);
        const RecordId row = longMessage(*session);
        QCOMPARE(session->messageBytes(row).bytes, Bytes(1000, 'q'));
        QVERIFY(session->record(row).severity >= Severity::Warning);
        const auto names = issueNames(*session, row);
        QVERIFY(std::ranges::find(names, "ip.fragments-conflict") != names.end());
        holdsTogether(*session);
    }

    /// What is there of an incomplete datagram is read, and the rest is missing from the stream.
    void fragmentsMissing_data() {
        QTest::addColumn<int>("missing");
        QTest::addColumn<int>("gap");
        // 8 bytes of the frame's header and 372 of its payload are in the first one.
        QTest::newRow("the first") << 0 << 1008;
        QTest::newRow("the second") << 1 << 400;
        QTest::newRow("the last") << 2 << 228;
    }
    void fragmentsMissing() {
        QFETCH(int, missing);
        QFETCH(int, gap);
        std::size_t first = 0;
        PacketList packets = inFragments(first);
        packets.erase(packets.begin() + static_cast<std::ptrdiff_t>(first) + missing);
        const auto session = load(packets);
        QVERIFY(session);
        QCOMPARE(session->statistics().ipDatagramsGivenUp, std::uint64_t{1});
        QCOMPARE(gapBytes(*session), static_cast<std::size_t>(gap));
        QVERIFY(std::ranges::any_of(session->notices(), [](const std::string& notice) {
            return notice.starts_with("Fragments are missing of 1 IP datagram");
        }));
        // What the server said is not touched by it.
        QVERIFY(rowListing(*session).find("< WebSocket  0123456789") != std::string::npos);
        holdsTogether(*session);
    }

    /// Nothing tells which connection it is of, but that it was there, and what is missing.
    void withoutTheFirstFragment() {
        std::size_t first = 0;
        PacketList packets = inFragments(first);
        packets.erase(packets.begin() + static_cast<std::ptrdiff_t>(first));
        const auto session = load(packets);
        QVERIFY(session);
        RecordId row = 0;
        while (row < session->rowCount() && session->record(row).kind != RowKind::UnreadPacket)
            ++row;
        QVERIFY(row < session->rowCount());
        const Record& record = session->record(row);
        QCOMPARE(record.packet, static_cast<PacketNumber>(first + 2));
        QCOMPARE(record.connection, kNoConnection);
        QCOMPARE(record.length, std::uint64_t{1028});
        QCOMPARE(record.severity, Severity::Warning);
        QCOMPARE(
            session->text(row).info,
            std::string("incomplete IP datagram 77 of TCP (6)  10.0.0.1 → 10.0.0.2, bytes 0 to "
                        "399 of 1 028 bytes missing, not read"));
        QCOMPARE(issueNames(*session, row), std::vector<std::string>{"ip.fragments-missing"});
        QCOMPARE(session->wireBytes(row).bytes.size(), std::size_t{1028});
        QVERIFY(!session->wireBytes(row).whole);
        const FieldTree tree = session->dissect(row).fields;
        const auto n = static_cast<std::uint64_t>(first);
        QCOMPARE(fragmentPackets(tree), (std::vector<std::uint64_t>{n + 1, n + 2}));
        QCOMPARE(tree[tree.issues()[0].field].id, FieldId::IpFragments);
        QCOMPARE(tree.find(FieldId::Tcp), kNoField);
        holdsTogether(*session);
    }

    /// Also of a datagram of one fragment, and where the first one is too short for TCP's header;
    /// not of protocols that are not read.
    void whichIncompleteDatagramsAreRows() {
        const ListedPacket big = conversation()[5];
        QVERIFY(big.data.size() > 1000);
        const auto rowOf = [](const ListedPacket& packet) {
            const auto session = load({packet});
            return session->rowCount() == 0 ? std::string() : session->text(0).info;
        };
        const PacketList parts = fragmentsOf(big, 420, 77);
        QCOMPARE(
            rowOf(parts[1]),
            std::string("incomplete IP datagram 77 of TCP (6)  10.0.0.1 → 10.0.0.2, bytes 0 to "
                        "399 and what follows byte 800 missing, not read"));
        QCOMPARE(rowOf(fragmentsOf(big, 28, 78)[0]),
                 std::string("incomplete IP datagram 78 of TCP (6)  10.0.0.1 → 10.0.0.2, what "
                             "follows byte 8 missing, not read"));
        for (const std::uint8_t protocol : {std::uint8_t{1}, std::uint8_t{17}}) {
            ListedPacket other = parts[1];
            other.data[14 + 9] = protocol;
            QCOMPARE(rowOf(other), std::string());
        }
    }

    /// The identification is used again before the datagram is complete: neither gets bytes of the
    /// other.
    void identificationUsedAgain() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/chat");
        chat.send(kC2S, webSocketText(std::string(1000, 'q'), kMask));
        chat.send(kC2S, webSocketText(std::string(1000, 'r'), kOtherMask));
        chat.close();
        PacketList packets;
        std::size_t longOnes = 0;
        for (const ListedPacket& packet : readPackets(MemoryCapture(capture.pcap()).path())) {
            const bool isLong = packet.data.size() > 1000;
            PacketList parts = fragmentsOf(packet, isLong ? 420 : 5000, 77);
            if (isLong && longOnes++ == 0) parts.pop_back();
            for (ListedPacket& part : parts) packets.push_back(std::move(part));
        }
        QCOMPARE(longOnes, std::size_t{2});
        const auto session = load(packets);
        QVERIFY(session);
        QCOMPARE(session->statistics().ipDatagrams, std::uint64_t{1});
        QCOMPARE(session->statistics().ipDatagramsGivenUp, std::uint64_t{1});
        QCOMPARE(gapBytes(*session), std::size_t{228});
        bool whole = false;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            for (const std::string& name : issueNames(*session, row))
                QVERIFY(name != "ip.fragments-conflict");
            if (session->record(row).kind != RowKind::WebSocketFrame) continue;
            whole = whole || session->messageBytes(row).bytes == Bytes(1000, 'r');
        }
        QVERIFY(whole);
        holdsTogether(*session);
    }

    void givenUpInCaptureTime() {
        std::size_t first = 0;
        PacketList packets = inFragments(first);
        packets.erase(packets.begin() + static_cast<std::ptrdiff_t>(first) + 2);
        for (std::size_t i = first + 2; i < packets.size(); ++i)
            packets[i].timeNs += 61'000'000'000;
        const auto session = load(packets);
        QVERIFY(session);
        const RecordId row = longMessage(*session);
        QVERIFY(row < session->rowCount());
        QCOMPARE(session->statistics().ipDatagramsGivenUp, std::uint64_t{1});
        QVERIFY(session->record(row).has(kFlagIncomplete));
        holdsTogether(*session);
    }

    void cutShort() {
        std::size_t first = 0;
        PacketList packets = inFragments(first);
        packets[first + 1].data.resize(packets[first + 1].data.size() - 100);
        const auto session = load(packets);
        QVERIFY(session);
        QCOMPARE(session->statistics().ipDatagrams, std::uint64_t{1});
        QCOMPARE(session->statistics().cutPayloadPackets, std::uint64_t{1});
        QCOMPARE(gapBytes(*session), std::size_t{100});
        holdsTogether(*session);
    }

    void checksums() {
        std::size_t first = 0;
        const PacketList packets = inFragments(first);
        for (const bool damage : {false, true}) {
            PacketList all = packets;
            if (damage) all[first + 1].data.back() ^= 1;
            const auto session = load(all);
            QVERIFY(session);
            const RecordId row = longMessage(*session);
            QCOMPARE(textOf(session->dissect(row).fields, FieldId::TcpChecksumStatus),
                     std::string("none"));
            session->setChecksumVerification(true);
            const Dissection dissection = session->dissect(row);
            QCOMPARE(textOf(dissection.fields, FieldId::IpChecksumStatus), std::string("good"));
            const ChecksumFigures figures = session->verifyChecksums();
            QCOMPARE(figures.ipWrong, std::uint64_t{0});
            // The builder's segments have checksums or they have none: then the card's are missing.
            const std::string status = textOf(dissection.fields, FieldId::TcpChecksumStatus);
            const bool computed = figures.tcpUnverified == 0;
            QCOMPARE(status, std::string(!computed ? "unverified" : damage ? "bad" : "good"));
            if (computed) QCOMPARE(figures.tcpWrong, std::uint64_t{damage});
        }
    }

    /// A fragment inside a datagram that came in fragments itself: IP in IP.
    void inside() {
        std::size_t first = 0;
        PacketList packets = inFragments(first);
        PacketList list;
        std::uint32_t outer = 500;
        for (const ListedPacket& packet : packets) {
            // An IPv4 header around the packet's own, behind the Ethernet header.
            const ByteView inner = ByteView(packet.data).subspan(14);
            constexpr std::size_t kUnit = 104;
            for (std::size_t offset = 0; offset < inner.size(); offset += kUnit) {
                const std::size_t size = std::min(kUnit, inner.size() - offset);
                const bool more = offset + size < inner.size();
                ListedPacket part = packet;
                part.data.resize(14);
                ByteWriter out(part.data);
                out.be16(0x4500);
                out.be16(static_cast<std::uint16_t>(20 + size));
                out.be16(static_cast<std::uint16_t>(outer));
                out.be16(static_cast<std::uint16_t>((more ? 0x2000U : 0U) | offset / 8));
                out.be16(0x4004);
                out.be16(0);
                out.be32(0xc0a80001);
                out.be32(0xc0a80002);
                out.bytes(inner.subspan(offset, size));
                part.originalLength = static_cast<std::uint32_t>(part.data.size());
                list.push_back(std::move(part));
            }
            ++outer;
        }
        const auto session = load(list);
        const auto plain = load(conversation());
        QVERIFY(session && plain);
        compareListings(rowListing(*session), rowListing(*plain));
        const RecordId row = longMessage(*session);
        QCOMPARE(session->messageBytes(row).bytes, Bytes(1000, 'q'));
        holdsTogether(*session);
    }

    void padding() {
        PacketList packets = conversation();
        packets[2].data.resize(packets[2].data.size() + 6, 0xaa);
        packets[2].originalLength += 6;
        for (ListedPacket& packet : packets) {
            packet.data.resize(packet.data.size() + 6, 0xaa);
            packet.originalLength += 6;
        }
        const auto session = load(packets);
        QVERIFY(session);
        const Dissection dissection = session->dissect(longMessage(*session));
        const FieldTree& tree = dissection.fields;
        QVERIFY(tree.find(FieldId::EthPadding) != kNoField);
        QCOMPARE(std::get<Bytes>(tree[tree.find(FieldId::EthPadding)].value), Bytes(6, 0xaa));
        QCOMPARE(numberOf(tree, FieldId::TcpLen), std::uint64_t{1008});
        holdsTogether(*session);
        const auto without = load(conversation());
        QCOMPARE(without->dissect(0).fields.find(FieldId::EthPadding), kNoField);
    }

    /// An announced length against what there is.
    void announcedLength() {
        PacketList packets = conversation();
        const std::size_t at = 14 + 2;
        const auto lengthText = [&](std::uint16_t announced, std::size_t cut) {
            PacketList changed = packets;
            for (ListedPacket& packet : changed) {
                if (packet.data.size() < 1000) continue;
                if (announced != 1) {
                    packet.data[at] = static_cast<std::uint8_t>(announced >> 8);
                    packet.data[at + 1] = static_cast<std::uint8_t>(announced);
                }
                packet.data.resize(packet.data.size() - cut);
            }
            const auto session = load(changed);
            const Dissection dissection = session->dissect(longMessage(*session));
            return dissection.fields[dissection.fields.find(FieldId::IpLen)].text;
        };
        QCOMPARE(lengthText(1, 0), std::string());
        QCOMPARE(lengthText(0, 0), std::string("0 (left to the network card)"));
        QCOMPARE(lengthText(2000, 0), std::string("2000 (more than the packet's 1 048)"));
        QCOMPARE(lengthText(1, 48), std::string("1048 (1 000 captured)"));
    }
};

QTEST_APPLESS_MAIN(TestFragmentRows)
#include "test_fragment_rows.moc"
