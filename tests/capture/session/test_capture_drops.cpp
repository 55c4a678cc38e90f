// Packets that the capturing system dropped, as rows: where they stand, what they say, and that
// everything that asks for a row's connection can live with one that has none.
#include <map>

#include <QTemporaryDir>
#include <QTest>

#include "capture/file/file_order.h"
#include "capture/session/session_row.h"
#include "tests/capture/file/capture_builder.h"
#include "tests/support/capture_builder.h"
#include "tests/support/loaded_session.h"
#include "tests/support/open_session.h"
#include "tests/support/tree_text.h"

namespace framescope {
namespace {

using test::CaptureBuilder;
using test::kMask;
using test::TcpConversation;
using test::webSocketText;
using testing::PcapngBuilder;

constexpr auto kClient = Direction::ClientToServer;
constexpr auto kServer = Direction::ServerToClient;
constexpr std::uint16_t kDropCount = 4;  // epb_dropcount

/// A chat in which a packet gets lost, so that there is a hole to explain, and a packet of another
/// protocol. Nine packets.
CaptureBuilder chat() {
    CaptureBuilder capture;
    TcpConversation chat(capture);
    chat.handshake();
    chat.upgrade("/chat");
    chat.send(kClient, webSocketText("one", kMask));
    chat.send(kServer, webSocketText("two"));
    chat.lose(kServer, 7);
    chat.send(kServer, webSocketText("three"));
    capture.packet(Bytes(60, 0));
    return capture;
}

/// The same packets in a pcapng file, `drops` in front of those that it names.
PcapngBuilder withDrops(const CaptureBuilder& capture,
                        const std::map<std::uint32_t, std::uint64_t>& drops) {
    PcapngBuilder file(false);
    file.interface(1, {{2, testing::textBytes("eth0")}, {9, {9}}});
    const ByteView pcap = capture.pcap();
    std::size_t at = 24;
    for (std::uint32_t number = 1; at < pcap.size(); ++number) {
        const auto u32 = [&](std::size_t position) {
            return std::uint64_t{FileOrder(false).u32(pcap, at + position)};
        };
        const std::uint64_t time = u32(0) * 1'000'000'000 + u32(4);
        std::vector<PcapngBuilder::Option> options;
        if (const auto found = drops.find(number); found != drops.end()) {
            const auto count = static_cast<std::int64_t>(found->second);
            options.emplace_back(kDropCount, file.option64(count));
        }
        file.enhanced(0, time, pcap.subspan(at + 16, u32(8)), {}, {}, options);
        at += 16 + u32(8);
    }
    return file;
}

/// The row as a filter sees it, asked in both ways.
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

class CaptureDropsTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    std::unique_ptr<Session> session(const PcapngBuilder& file) const {
        const std::string path = m_folder.filePath(QStringLiteral("drops.pcapng")).toStdString();
        const Bytes& bytes = file.bytes();
        QFile out(QString::fromStdString(path));
        if (!out.open(QIODevice::WriteOnly)) qFatal("cannot write %s", path.c_str());
        out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()));
        out.close();
        return test::openSession(path);
    }

private Q_SLOTS:
    void rowsStandWhereTheLossWas() {
        const auto read = session(withDrops(chat(), {{1, 3}, {8, 128}, {9, 1}}));
        QVERIFY(read);
        test::compareListings(
            test::rowListing(*read),
            "- Capture  ! 3 packets dropped by the capturing system before packet 1\n"
            "> TCP  open  10.0.0.1:40000 → 10.0.0.2:3000\n"
            "> HTTP  GET /chat HTTP/1.1\n"
            "< HTTP  101 Switching Protocols\n"
            "> WebSocket  one\n"
            "< WebSocket  two\n"
            "- Capture  ! 128 packets dropped by the capturing system before packet 8\n"
            "- Capture  ! 1 packet dropped by the capturing system before packet 9\n"
            "< TCP  ! 7 bytes missing from the capture, never acknowledged\n"
            "< WebSocket  ! three  ·  After missing or damaged bytes, reading went on at the next "
            "plausible frame\n"
            "> TCP  end of the capture, connection still open\n");
        const Statistics& figures = read->statistics();
        QCOMPARE(figures.droppedPackets, std::uint64_t{132});
        QCOMPARE(figures.rows[static_cast<std::size_t>(Protocol::Capture)], std::uint64_t{3});
        QCOMPARE(figures.packets, std::uint64_t{9});
        // The connection has its own rows and its own gravest issue, and no more.
        QCOMPARE(read->connectionCount(), ConnectionId{1});
        QCOMPARE(read->connection(0).rows, 8U);
        QCOMPARE(read->connection(0).facts.protocol, Protocol::WebSocket);
        QCOMPARE(read->connection(kNoConnection).packets, std::uint64_t{0});
    }

    void everyRowIsDissected() {
        const auto read = session(withDrops(chat(), {{1, 3}, {8, 128}}));
        QVERIFY(read);
        for (RecordId row = 0; row < read->rowCount(); ++row) {
            for (const StreamContext context : {StreamContext::Without, StreamContext::With}) {
                const Dissection dissection = read->dissect(row, context);
                QVERIFY(dissection.fields.size() > 1);
                QVERIFY(!dissection.sources.empty());
                QCOMPARE(dissection.sources[0].kind, SourceKind::Packet);
            }
            QVERIFY(read->requestTarget(row).empty() || read->record(row).connection == 0);
        }
        const Record& drop = read->record(6);
        QCOMPARE(drop.kind, RowKind::CaptureDrop);
        QCOMPARE(drop.connection, kNoConnection);
        QCOMPARE(drop.timeNs, CaptureBuilder::kStartNs + 7'000'000);
        test::compareListings(test::treeText(read->dissect(6).fields),
                              "Packet  8  61 bytes on eth0, 2020-01-01 00:00:00.007000 UTC "
                              "[0:0-61]\n"
                              "  Number: 8\n"
                              "  Time since the epoch: 2020-01-01 00:00:00.007000 UTC\n"
                              "  Time since the first packet: 0.007000000\n"
                              "  Length on the wire: 61\n"
                              "  Length captured: 61\n"
                              "  Interface: 0\n"
                              "  Interface name: eth0\n"
                              "  Link type: Ethernet (1)\n"
                              "  Protocols: capture\n"
                              "Capture  128 packets dropped before this one\n"
                              "  Packets dropped: 128\n");
        QCOMPARE(test::issueNames(*read, 6), std::vector<std::string>{"capture.packets-dropped"});
    }

    void filters_data() {
        QTest::addColumn<QString>("filter");
        QTest::addColumn<bool>("drop");
        QTest::addColumn<bool>("open");
        const auto add = [](const char* filter, bool drop, bool open) {
            QTest::newRow(filter) << QString::fromUtf8(filter) << drop << open;
        };
        add("capture", true, false);
        add("capture.drops", true, false);
        add("capture.drops == 3", true, false);
        add("capture.drops == 4", false, false);
        add("frame", true, true);
        add("frame.number == 1", true, true);
        add("frame.interface_name == \"eth0\"", true, true);
        add("issue.code == \"capture.packets-dropped\"", true, false);
        add("issue.severity == \"warning\"", true, false);
        add("tcp", false, true);
        add("tcp.stream", false, true);
        add("tcp.stream == 0", false, true);
        add("tcp.stream == 4294967295", false, false);
        add("!(tcp.stream == 0)", true, false);
        add("tcp.port == 3000", false, true);
        add("tcp.srcport == 40000", false, true);
        add("tcp.dstport == 0", false, false);
        add("ip", false, true);
        add("ip.version == 4", false, true);
        add("ip.addr == 10.0.0.1", false, true);
        add("ip.src == 0.0.0.0", false, false);
        add("ipv6", false, false);
        add("ipv6.addr == ::", false, false);
        add("eth", false, true);
        add("http", false, false);
        add("websocket || engineio || socketio || sse", false, false);
    }

    void filters() {
        QFETCH(QString, filter);
        const auto read = session(withDrops(chat(), {{1, 3}}));
        QVERIFY(read);
        QTEST(matches(*read, 0, filter.toStdString()), "drop");
        QTEST(matches(*read, 1, filter.toStdString()), "open");
    }

    void greatCounts() {
        const std::uint64_t great = std::uint64_t{1} << 40;
        const auto read = session(withDrops(chat(), {{1, great}, {2, ~std::uint64_t{0}}}));
        QVERIFY(read);
        QVERIFY(read->text(0).info.starts_with("4 294 967 295 or more packets dropped"));
        QVERIFY(matches(*read, 0, "capture.drops == 1099511627776"));
        QVERIFY(!matches(*read, 0, "capture.drops == 4294967295"));
        QVERIFY(!matches(*read, 0, "capture.drops == 3"));
        QVERIFY(matches(*read, 2, "capture.drops == 18446744073709551615"));
    }

    void whatTheSystemLostInAllIsTold() {
        PcapngBuilder file = withDrops(chat(), {{8, 128}});
        // isb_osdrop and isb_ifdrop; the last figures count.
        file.statistics(0, {{7, file.option64(5)}, {5, file.option64(0)}});
        file.statistics(0, {{7, file.option64(1500)}, {5, file.option64(1)}});
        file.section(true);
        file.interface(1);
        file.statistics(0, {{7, file.option64(1)}});
        const auto read = session(file);
        QVERIFY(read);
        const std::vector<std::string> expected = {
            "The capturing system dropped 1 500 packets on eth0.",
            "The interface eth0 itself dropped 1 packet.",
            "The capturing system dropped 1 packet on interface 1."};
        QCOMPARE(read->notices(), expected);
        QVERIFY(!read->damaged());
        QCOMPARE(read->statistics().droppedPackets, std::uint64_t{128});
    }

    void ringsSayItOnceForTheirFirstFiles() {
        PcapngBuilder file(false);
        for (int i = 0; i < 20; ++i) {
            file.section(false);
            file.interface(1, {{2, testing::textBytes("lo")}});
            file.statistics(0, {{7, file.option64(i + 1)}});
        }
        const auto read = session(file);
        QVERIFY(read);
        QCOMPARE(read->notices().size(), std::size_t{9});
        QCOMPARE(read->notices().back(),
                 std::string("Packets were also dropped on interfaces of 12 more descriptions."));
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::CaptureDropsTest)
#include "test_capture_drops.moc"
