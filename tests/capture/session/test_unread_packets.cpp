// Packets of link types that are not read, as rows: each is listed with the name of its type, and
// its bytes can be looked at.
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
