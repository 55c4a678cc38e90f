// Packets that are not read, as rows: those of unknown link types are listed with the name of the
// type, those with a header that does not fit with what is wrong with it; and their bytes can be
// looked at.
#include <QTemporaryDir>
#include <QTest>

#include "capture/file/link_type_name.h"
#include "capture/session/session_row.h"
#include "tests/capture/file/capture_builder.h"
#include "tests/support/capture_builder.h"
#include "tests/support/loaded_session.h"
#include "tests/support/open_session.h"
#include "tests/support/tree_text.h"

namespace framescope {
namespace {

using test::CaptureBuilder;
using testing::PcapngBuilder;

constexpr std::uint32_t kWpan = 195;  // LINKTYPE_IEEE802_15_4_WITHFCS

bool matches(const Session& session, RecordId row, std::string_view filter) {
    const auto compiled = compileFilter(filter);
    const auto* const found = std::get_if<Filter>(&compiled);
    if (found == nullptr) qFatal("not a filter: %s", std::string(filter).c_str());
    SessionRow sessionRow(session, row);
    const bool fromTree = found->fromTree(sessionRow.tree());
    if (found->matches(sessionRow) != fromTree) {
        QTest::qFail(std::string(filter).c_str(), __FILE__, __LINE__);
    }
    return fromTree;
}

class UnreadPacketsTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    std::unique_ptr<Session> sessionOf(const Bytes& file) const {
        const QString path = m_folder.filePath(QStringLiteral("unread.pcapng"));
        QFile out(path);
        if (!out.open(QIODevice::WriteOnly)) qFatal("cannot write");
        out.write(reinterpret_cast<const char*>(file.data()), static_cast<qint64>(file.size()));
        out.close();
        return test::openSession(path.toStdString());
    }

    /// A packet of 127 bytes, of which 20 were captured, and a whole one of 3.
    static CaptureBuilder twoPackets() {
        CaptureBuilder capture(kWpan);
        capture.packet(Bytes(20, 0x41), 127);
        capture.packet(Bytes(3, 0x42));
        return capture;
    }

private Q_SLOTS:
    void eachIsARow() {
        const auto read = sessionOf(twoPackets().pcap());
        QVERIFY(read);
        const std::string name = linkTypeText(kWpan);
        QVERIFY(name.ends_with(" (195)"));
        test::compareListings(test::rowListing(*read), "- Capture  " + name +
                                                           ", 127 bytes, not read\n"
                                                           "- Capture  " +
                                                           name + ", 3 bytes, not read\n");
        QCOMPARE(read->record(0).connection, kNoConnection);
        QCOMPARE(read->record(0).detail, kWpan);
        QCOMPARE(read->record(0).severity, Severity::Note);
        QCOMPARE(read->record(1).timeNs, CaptureBuilder::kStartNs + 1'000'000);
        QCOMPARE(read->statistics().unknownLinkPackets, std::uint64_t{2});
        QCOMPARE(read->statistics().rows[static_cast<std::size_t>(Protocol::Capture)],
                 std::uint64_t{2});
        QCOMPARE(read->connectionCount(), ConnectionId{0});
        QCOMPARE(test::issueNames(*read, 0), std::vector<std::string>{"capture.link-type-unread"});
        QVERIFY(!read->wireBytes(0).whole);
        QCOMPARE(read->wireBytes(0).bytes, Bytes(20, 0x41));
        QVERIFY(read->wireBytes(1).whole);
        QCOMPARE(read->wireBytes(1).bytes, Bytes(3, 0x42));
    }

    void theTreeNamesTheType() {
        const auto read = sessionOf(twoPackets().pcap());
        QVERIFY(read);
        const Dissection dissection = read->dissect(0);
        test::compareListings(test::treeText(dissection.fields),
                              "Packet  1  127 bytes, 20 captured, 2020-01-01 00:00:00.000000 UTC "
                              "[0:0-20]\n"
                              "  Number: 1\n"
                              "  Time since the epoch: 2020-01-01 00:00:00.000000 UTC\n"
                              "  Time since the first packet: 0.000000000\n"
                              "  Length on the wire: 127\n"
                              "  Length captured: 20\n"
                              "  Link type: " +
                                  linkTypeText(kWpan) +
                                  "\n"
                                  "  Protocols: data\n");
        QCOMPARE(dissection.sources.size(), std::size_t{1});
        QCOMPARE(dissection.sources[0].bytes, Bytes(20, 0x41));
        QCOMPARE(dissection.fields.issues().size(), std::size_t{1});
        QCOMPARE(dissection.fields[dissection.fields.issues()[0].field].id, FieldId::FrameLinkType);
    }

    void filters() {
        PcapngBuilder file(false);
        file.interface(1);
        file.interface(kWpan);
        CaptureBuilder ethernet;
        test::TcpConversation(ethernet).handshake();
        const ByteView pcap = ethernet.pcap();
        file.enhanced(1, 0, Bytes(9, 0x41));
        file.enhanced(0, 1, pcap.subspan(24 + 16, pcap[24 + 8]));
        const auto read = sessionOf(file.bytes());
        QVERIFY(read);
        QVERIFY(read->rowCount() >= 2);
        QCOMPARE(read->record(0).kind, RowKind::UnreadPacket);
        QCOMPARE(read->record(1).kind, RowKind::TcpOpen);
        const std::string wpan = "frame.encap_type == \"" + linkTypeDescription(kWpan) + '"';
        QVERIFY(matches(*read, 0, wpan));
        QVERIFY(!matches(*read, 1, wpan));
        QVERIFY(!matches(*read, 0, "frame.encap_type == \"Ethernet\""));
        QVERIFY(matches(*read, 1, "frame.encap_type == \"Ethernet\""));
        QVERIFY(matches(*read, 0, "issue.code == \"capture.link-type-unread\""));
        QVERIFY(matches(*read, 0, "frame.len == 9"));
        QVERIFY(!matches(*read, 0, "tcp"));
        QVERIFY(!matches(*read, 0, "tcp.stream == 0"));
        QVERIFY(!matches(*read, 0, "eth"));
        QVERIFY(!matches(*read, 0, "ip"));
        QVERIFY(!matches(*read, 0, "capture"));
    }

    void malformedHeaders_data() {
        QTest::addColumn<QByteArray>("packet");
        QTest::addColumn<QString>("issue");
        QTest::addColumn<QString>("info");
        QTest::addColumn<int>("at");  ///< of the header in the packet
        QTest::addColumn<QString>("protocols");
        const auto row = [](const char* name, const Bytes& packet, const char* issue,
                            const QString& info, int at, const char* protocols) {
            QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(packet.data()),
                                              static_cast<qsizetype>(packet.size()))
                                << issue << info << at << protocols;
        };
        constexpr std::size_t kIp = 14;
        constexpr std::size_t kTcp = 34;
        CaptureBuilder capture;
        test::TcpConversation(capture).handshake();
        const ByteView file = capture.pcap();
        const ByteView syn = file.subspan(24 + 16, file[24 + 8]);
        const Bytes whole(syn.begin(), syn.end());
        const QString size = QStringLiteral("  ·  %1 bytes, not read").arg(whole.size());
        const auto changed = [&](std::size_t at, std::uint8_t value) {
            Bytes packet = whole;
            packet[at] = value;
            return packet;
        };
        row("version", changed(kIp, 0x55), "ip.header-malformed",
            "malformed IPv4 header: its version is 5" + size, kIp, "eth:ethertype:ip");
        row("length of IP", changed(kIp, 0x44), "ip.header-malformed",
            "malformed IPv4 header: it gives its own length as 16 bytes, and 20 are the least" +
                size,
            kIp, "eth:ethertype:ip");
        Bytes total = changed(kIp + 2, 0);
        total[kIp + 3] = 19;
        row("total length", total, "ip.header-malformed",
            "malformed IPv4 header: it announces 19 bytes in all, fewer than its own 20" + size,
            kIp, "eth:ethertype:ip");
        row("data offset too small", changed(kTcp + 12, 0x20), "tcp.header-malformed",
            "malformed TCP header: it gives its own length as 8 bytes, and 20 are the least" + size,
            kTcp, "eth:ethertype:ip");
        row("data offset too great", changed(kTcp + 12, 0xf0), "tcp.header-malformed",
            QStringLiteral("malformed TCP header: it gives its own length as 60 bytes, and there "
                           "are %1")
                    .arg(whole.size() - kTcp) +
                size,
            kTcp, "eth:ethertype:ip");
        total[kIp + 3] = 27;
        row("no room for TCP", total, "tcp.header-malformed",
            "malformed TCP header: it has at least 20 bytes, and there are 7" + size, kTcp,
            "eth:ethertype:ip");
        row("Ethernet", Bytes{1, 2, 3}, "packet.header-malformed",
            QStringLiteral("malformed Ethernet header: it does not fit the 3 bytes that are left "
                           "of its packet  ·  3 bytes, not read"),
            0, "data");
    }
    void malformedHeaders() {
        QFETCH(QByteArray, packet);
        QFETCH(QString, issue);
        QFETCH(QString, info);
        QFETCH(int, at);
        QFETCH(QString, protocols);
        const Bytes bytes(packet.begin(), packet.end());
        CaptureBuilder capture;
        capture.packet(bytes);
        const auto read = sessionOf(capture.pcap());
        QVERIFY(read);
        QCOMPARE(read->rowCount(), RecordId{1});
        QCOMPARE(read->statistics().malformedPackets, std::uint64_t{1});
        QCOMPARE(read->statistics().issues[static_cast<std::size_t>(Severity::Error)],
                 std::uint64_t{1});
        QCOMPARE(read->record(0).severity, Severity::Error);
        QCOMPARE(test::issueNames(*read, 0), std::vector<std::string>{issue.toStdString()});
        QCOMPARE(QString::fromStdString(read->text(0).info), info);
        QVERIFY(read->wireBytes(0).whole);
        QCOMPARE(read->wireBytes(0).bytes, bytes);
        const Dissection dissection = read->dissect(0);
        const FieldIndex header = dissection.fields.find(FieldId::FrameUnread);
        QVERIFY(header != kNoField);
        QCOMPARE(dissection.fields.issues()[0].field, header);
        QCOMPARE(dissection.fields[header].range.begin, std::uint64_t(at));
        QVERIFY(dissection.fields[header].range.size() > 0);
        const FieldIndex names = dissection.fields.find(FieldId::FrameProtocols);
        QCOMPARE(std::get<std::string>(dissection.fields[names].value), protocols.toStdString());
        QVERIFY(matches(*read, 0, "frame.unread"));
        QVERIFY(matches(*read, 0, "issue.severity == \"error\""));
        QVERIFY(!matches(*read, 0, "tcp"));
        QCOMPARE(matches(*read, 0, "ip"), protocols.endsWith(QStringLiteral(":ip")));
        QCOMPARE(matches(*read, 0, "eth"), protocols.startsWith(QStringLiteral("eth")));
        QCOMPARE(read->notices().size(), std::size_t{1});
    }

    void cutHeadersAreNamed() {
        CaptureBuilder whole;
        test::TcpConversation(whole).handshake();
        const ByteView file = whole.pcap();
        const ByteView syn = file.subspan(24 + 16, file[24 + 8]);
        const auto textOf = [&](std::size_t length) {
            CaptureBuilder capture;
            capture.packet(syn.first(length), static_cast<std::uint32_t>(syn.size()));
            const auto read = sessionOf(capture.pcap());
            return read->rowCount() == 1 ? read->text(0).info : std::string("no row");
        };
        const std::string of =
            " of " + std::to_string(syn.size()) + " bytes were captured, not read";
        QCOMPARE(textOf(0), "cut within its Ethernet header, 0" + of);
        QCOMPARE(textOf(30), "cut within its IPv4 header, 30" + of);
        QCOMPARE(textOf(40), "cut within its TCP header, 40" + of);
    }

    void anEmptyPacketIsNotMalformed() {
        CaptureBuilder capture;
        capture.packet(Bytes());
        const auto read = sessionOf(capture.pcap());
        QVERIFY(read);
        test::compareListings(test::rowListing(*read),
                              "- Capture  empty: the packet has no bytes\n");
        QCOMPARE(read->statistics().emptyPackets, std::uint64_t{1});
        QCOMPARE(read->statistics().malformedPackets, std::uint64_t{0});
        QCOMPARE(read->record(0).severity, Severity::Note);
        QCOMPARE(test::issueNames(*read, 0), std::vector<std::string>{"packet.empty"});
        QVERIFY(read->notices().empty());
        const FieldTree fields = read->dissect(0).fields;
        QCOMPARE(fields[fields.issues()[0].field].id, FieldId::FrameLen);
    }

    /// A header is called by its name, and a length that only the capture claims is nothing that
    /// is left.
    void headersOfOtherLinks_data() {
        QTest::addColumn<std::uint32_t>("linkType");
        QTest::addColumn<QByteArray>("packet");
        QTest::addColumn<QString>("info");
        QTest::newRow("radiotap")
            << std::uint32_t{127} << QByteArray(98, '\0')
            << QStringLiteral(
                   "malformed radiotap header: it has values that no such header can "
                   "have  ·  262 144 bytes, not read");
        QTest::newRow("AVS") << std::uint32_t{163} << QByteArray(98, '\1')
                             << QStringLiteral(
                                    "malformed AVS header: it has values that no such "
                                    "header can have  ·  262 144 bytes, not read");
        QTest::newRow("Linux cooked")
            << std::uint32_t{113} << QByteArray(7, '\1')
            << QStringLiteral(
                   "malformed Linux cooked header: it does not fit the 7 bytes that are "
                   "left of its packet  ·  7 bytes, not read");
        QTest::newRow("InfiniBand")
            << std::uint32_t{242} << QByteArray(7, '\1')
            << QStringLiteral(
                   "malformed IP over InfiniBand header: it does not fit the 7 bytes "
                   "that are left of its packet  ·  7 bytes, not read");
    }
    void headersOfOtherLinks() {
        QFETCH(std::uint32_t, linkType);
        QFETCH(QByteArray, packet);
        QFETCH(QString, info);
        CaptureBuilder capture(linkType);
        capture.packet(Bytes(packet.begin(), packet.end()), packet.size() == 98 ? 262144 : 0);
        const auto read = sessionOf(capture.pcap());
        QVERIFY(read);
        QCOMPARE(read->rowCount(), RecordId{1});
        QCOMPARE(QString::fromStdString(read->text(0).info), info);
    }

    /// 70 IPv4 headers, each inside of the one before.
    void tooManyLayers() {
        constexpr int kHeaders = 70;
        CaptureBuilder capture(101);
        Bytes packet;
        ByteWriter out(packet);
        for (int i = 0; i < kHeaders; ++i) {
            out.be16(0x4500);
            out.be16(static_cast<std::uint16_t>(20 * (kHeaders - i)));
            out.be32(0x00070000);
            out.be32(0x40040000);
            out.be32(0x0a000001);
            out.be32(0x0a000002);
        }
        capture.packet(packet);
        const auto read = sessionOf(capture.pcap());
        QVERIFY(read);
        QCOMPARE(read->text(0).info,
                 std::string("malformed IPv4 header: there are more layers in front of it than the "
                             "64 that are followed  ·  1 400 bytes, not read"));
    }

    void interfacesThatNobodyDescribed() {
        PcapngBuilder file(false);
        file.interface(1);
        file.enhanced(3, 0, Bytes(9, 0x41));
        const auto read = sessionOf(file.bytes());
        QVERIFY(read);
        test::compareListings(test::rowListing(*read),
                              "- Capture  ! of an interface that the capture does not describe, 9 "
                              "bytes, not read\n");
        QCOMPARE(read->statistics().undescribedPackets, std::uint64_t{1});
        QCOMPARE(read->record(0).severity, Severity::Warning);
        QCOMPARE(test::issueNames(*read, 0), std::vector<std::string>{"capture.interface-unknown"});
        QCOMPARE(read->wireBytes(0).bytes, Bytes(9, 0x41));
        const FieldTree fields = read->dissect(0).fields;
        QCOMPARE(fields[fields.issues()[0].field].id, FieldId::FrameInterfaceId);
        QCOMPARE(fields.find(FieldId::FrameLinkType), kNoField);
        QVERIFY(!matches(*read, 0, "frame.encap_type"));
        QVERIFY(matches(*read, 0, "frame.interface_id == 3"));
        QCOMPARE(read->notices().size(), std::size_t{1});
    }

    /// Simple packet blocks, and packets of interfaces that are not described, have no time: it is
    /// neither 1970 nor another packet's.
    void packetsWithoutATime() {
        CaptureBuilder ethernet;
        test::TcpConversation chat(ethernet);
        chat.handshake();
        chat.send(Direction::ClientToServer, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        chat.send(Direction::ServerToClient, "HTTP/1.1 204 No Content\r\n\r\n");
        chat.reset(Direction::ClientToServer);
        std::vector<ByteView> packets;
        const ByteView pcap = ethernet.pcap();
        for (std::size_t at = 24; at < pcap.size();) {
            const std::size_t size = pcap[at + 8] | std::size_t{pcap[at + 9]} << 8;
            packets.push_back(pcap.subspan(at + 16, size));
            at += 16 + size;
        }
        QCOMPARE(packets.size(), std::size_t{6});
        constexpr std::uint64_t kMicroseconds = 1'600'000'000'000'000;
        PcapngBuilder file(false);
        file.interface(1);
        file.enhanced(7, kMicroseconds, Bytes(9, 0x41));
        const auto simple = [&file](ByteView packet) {
            file.simple(packet, static_cast<std::uint32_t>(packet.size()));
        };
        simple(packets[0]);
        file.enhanced(0, kMicroseconds + 10, packets[1]);
        file.enhanced(0, kMicroseconds + 20, packets[2]);
        simple(packets[3]);
        file.enhanced(0, kMicroseconds + 2'000'010, packets[4]);
        simple(packets[5]);
        const auto read = sessionOf(file.bytes());
        QVERIFY(read);
        const Statistics& figures = read->statistics();
        QCOMPARE(figures.packets, std::uint64_t{7});
        QCOMPARE(figures.untimedPackets, std::uint64_t{4});
        QVERIFY(figures.hasTimes());
        constexpr auto kFirst = static_cast<std::int64_t>(kMicroseconds + 10) * 1000;
        QCOMPARE(figures.firstTimeNs, kFirst);
        QCOMPARE(figures.lastTimeNs, kFirst + 2'000'000'000);
        QVERIFY(read->connection(0).hasTimes);
        QCOMPARE(read->connection(0).firstTimeNs, kFirst);
        QCOMPARE(read->rowCount(), RecordId{5});
        for (RecordId row = 0; row < read->rowCount(); ++row) {
            const bool timed = read->record(row).kind == RowKind::HttpResponse;
            QCOMPARE(read->record(row).hasTime(), timed);
            QCOMPARE(matches(*read, row, "frame.time_epoch"), timed);
            QCOMPARE(matches(*read, row, "frame.time_relative"), timed);
            // Nor is there a time between a packet with one and another without.
            QVERIFY(!matches(*read, row, "http.time"));
            QVERIFY(!matches(*read, row, "row.link.time"));
        }
        QVERIFY(matches(*read, 3, "frame.time_relative == 2"));
        QVERIFY(matches(*read, 3, "http.request_in == 5"));
        QCOMPARE(read->text(4).info, std::string("RST  reset by the client"));
    }

    void noPacketHasATime() {
        PcapngBuilder file(false);
        file.interface(kWpan);
        for (int i = 0; i < 3; ++i) file.simple(Bytes(9, 0x41), 9);
        const auto read = sessionOf(file.bytes());
        QVERIFY(read);
        QVERIFY(!read->statistics().hasTimes());
        QCOMPARE(read->rowCount(), RecordId{3});
        for (RecordId row = 0; row < 3; ++row) QVERIFY(!read->record(row).hasTime());
    }

    void eachTypeHasItsNotice() {
        PcapngBuilder file(false);
        for (std::uint16_t type = 0; type < 10; ++type) file.interface(60000 + type);
        for (std::uint32_t at = 0; at < 10; ++at) {
            for (std::uint32_t i = 0; i <= at; ++i) file.enhanced(at, 0, Bytes(9, 0x41));
        }
        const auto read = sessionOf(file.bytes());
        QVERIFY(read);
        QCOMPARE(read->notices().size(), std::size_t{9});
        QCOMPARE(read->notices()[1],
                 std::string("Packets of link type 60001, a link type that is not read, are listed "
                             "only: 2 in all."));
        QCOMPARE(read->notices()[8],
                 std::string("Packets of 2 more link types that are not read are listed only: 19 "
                             "in all."));
    }

    void typesWithoutAName() {
        CaptureBuilder capture(60000);
        capture.packet(Bytes(1, 0));
        const auto read = sessionOf(capture.pcap());
        QVERIFY(read);
        test::compareListings(test::rowListing(*read),
                              "- Capture  link type 60000, 1 byte, not read\n");
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::UnreadPacketsTest)
#include "test_unread_packets.moc"
