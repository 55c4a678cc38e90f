// Comments of packets and names of hosts in a session: rows, trees, filters, and what is kept when
// the capture is saved.
#include <algorithm>
#include <map>

#include <QTemporaryDir>
#include <QTest>

#include "capture/file/capture_properties.h"
#include "capture/file/file_order.h"
#include "capture/live/spool.h"
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
using testing::textBytes;

using Options = std::vector<PcapngBuilder::Option>;

/// A chat of six packets.
CaptureBuilder chat(bool ipv6 = false) {
    CaptureBuilder capture;
    TcpConversation chat(capture, {.ipv6 = ipv6});
    chat.handshake();
    chat.upgrade("/chat");
    chat.send(Direction::ClientToServer, webSocketText("one", kMask));
    return capture;
}

/// The same in a pcapng file, with options behind the packets that they are for.
PcapngBuilder pcapng(const CaptureBuilder& capture, const std::map<std::uint32_t, Options>& with) {
    PcapngBuilder file(false);
    file.interface(1, {{2, textBytes("eth0")}, {3, textBytes("the wire")}, {9, {9}}});
    const ByteView pcap = capture.pcap();
    std::size_t at = 24;
    for (std::uint32_t number = 1; at < pcap.size(); ++number) {
        const auto u32 = [&](std::size_t position) {
            return std::uint64_t{FileOrder(false).u32(pcap, at + position)};
        };
        const auto found = with.find(number);
        file.enhanced(0, u32(0) * 1'000'000'000 + u32(4), pcap.subspan(at + 16, u32(8)), {}, {},
                      found == with.end() ? Options() : found->second);
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
    if (found->matches(sessionRow) != fromTree)
        QTest::qFail(std::string(filter).c_str(), __FILE__, __LINE__);
    return fromTree;
}

/// The texts of all fields with this id.
std::vector<std::string> values(const Session& session, RecordId row, FieldId id) {
    const Dissection dissection = session.dissect(row);
    std::vector<std::string> found;
    for (FieldIndex i = 0; i < dissection.fields.size(); ++i) {
        if (dissection.fields[i].id == id)
            found.push_back(std::get<std::string>(dissection.fields[i].value));
    }
    return found;
}

const std::string kLong = "A long one: " + std::string(400, 'x');

class CaptureCommentsTest : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    std::string write(const Bytes& bytes) const {
        const std::string path = m_folder.filePath(QStringLiteral("said.pcapng")).toStdString();
        QFile out(QString::fromStdString(path));
        if (!out.open(QIODevice::WriteOnly)) qFatal("cannot write %s", path.c_str());
        out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<qint64>(bytes.size()));
        return path;
    }

    /// Packets 1 and 6 have comments.
    PcapngBuilder commented() const {
        return pcapng(chat(), {{1, {{1, textBytes("where it begins")}}},
                               {6,
                                {{1, textBytes("two\nlines")},
                                 {1, textBytes(kLong)},
                                 {1, Bytes{0xff, 'n', 'o'}},
                                 {4, PcapngBuilder(false).option64(2)}}}});
    }

private Q_SLOTS:
    void aRowEach() {
        const auto read = test::openSession(write(commented().bytes()));
        QVERIFY(read);
        test::compareListings(
            test::rowListing(*read),
            "- Capture  where it begins\n"
            "> TCP  open  10.0.0.1:40000 → 10.0.0.2:3000\n"
            "> HTTP  GET /chat HTTP/1.1\n"
            "< HTTP  101 Switching Protocols\n"
            "- Capture  ! 2 packets dropped by the capturing system before packet 6\n"
            "- Capture  two\\nlines\n"
            "- Capture  " +
                kLong.substr(0, 256) +
                "…\n"
                "- Capture  �no\n"
                "> WebSocket  one\n"
                "> TCP  end of the capture, connection still open\n");
        const Record& comment = read->record(5);
        QCOMPARE(comment.kind, RowKind::CaptureComment);
        QCOMPARE(comment.connection, kNoConnection);
        QCOMPARE(comment.packet, PacketNumber{6});
        QCOMPARE(comment.timeNs, CaptureBuilder::kStartNs + 5'000'000);
        QCOMPARE(read->connection(0).rows, 5U);
    }

    void trees() {
        const auto read = test::openSession(write(commented().bytes()));
        QVERIFY(read);
        const std::string whole = "two\\nlines";
        test::compareListings(test::treeText(read->dissect(5).fields),
                              "Packet  6  63 bytes on eth0, 2020-01-01 00:00:00.005000 UTC "
                              "[0:0-63]\n"
                              "  Number: 6\n"
                              "  Time since the epoch: 2020-01-01 00:00:00.005000 UTC\n"
                              "  Time since the first packet: 0.005000000\n"
                              "  Length on the wire: 63\n"
                              "  Length captured: 63\n"
                              "  Interface: 0\n"
                              "  Interface name: eth0\n"
                              "  Interface description: the wire\n"
                              "  Comment: " +
                                  whole + "\n  Comment: " + kLong +
                                  "\n  Comment: �no\n"
                                  "  Link type: Ethernet (1)\n"
                                  "  Protocols: capture\n"
                                  "Capture  comment on this packet: " +
                                  whole + " [1:0-9]\n");
        QCOMPARE(asText(read->dissect(5).sources.at(1).bytes), std::string_view("two\nlines"));
        // The frame's own row has them as well, and so have all rows of the packet.
        const std::vector<std::string> expected = {"two\nlines", kLong, "\xffno"};
        for (RecordId row = 4; row < 9; ++row)
            QCOMPARE(values(*read, row, FieldId::FrameComment), expected);
        QVERIFY(values(*read, 3, FieldId::FrameComment).empty());
    }

    void filters() {
        const auto read = test::openSession(write(commented().bytes()));
        QVERIFY(read);
        const auto rows = [&](std::string_view filter) {
            std::vector<RecordId> found;
            for (RecordId row = 0; row < read->rowCount(); ++row) {
                if (matches(*read, row, filter)) found.push_back(row);
            }
            return found;
        };
        using Rows = std::vector<RecordId>;
        QCOMPARE(rows("frame.comment"), (Rows{0, 1, 4, 5, 6, 7, 8, 9}));
        QCOMPARE(rows("frame.comment == \"where it begins\""), (Rows{0, 1}));
        QCOMPARE(rows("frame.comment == \"" + kLong + "\" && websocket"), Rows{8});
        QCOMPARE(rows("capture"), (Rows{0, 4, 5, 6, 7}));
        QCOMPARE(rows("capture && !capture.drops"), (Rows{0, 5, 6, 7}));
        QCOMPARE(rows("frame.interface_description == \"the wire\"").size(), std::size_t{10});
    }

    void namesStandBesideTheirAddresses_data() {
        QTest::addColumn<bool>("ipv6");
        QTest::newRow("IPv4") << false;
        QTest::newRow("IPv6") << true;
    }

    void namesStandBesideTheirAddresses() {
        QFETCH(bool, ipv6);
        PcapngBuilder file = pcapng(chat(ipv6), {});
        Bytes client(ipv6 ? 16 : 4);
        client.front() = ipv6 ? 0xfd : 10;
        client.back() = 1;
        const Bytes names = textBytes(std::string("alice\0alice.example\0", 20));
        Bytes record = client;
        record.insert(record.end(), names.begin(), names.end());
        // Behind the packets that use them.
        file.names({{static_cast<std::uint16_t>(ipv6 ? 2 : 1), record}});
        const auto read = test::openSession(write(file.bytes()));
        QVERIFY(read);
        IpAddress address;
        address.version = ipv6 ? 6 : 4;
        std::ranges::copy(client, address.bytes.begin());
        QCOMPARE(read->hostName(address), std::string_view("alice"));
        address.bytes[2] = 9;
        QVERIFY(read->hostName(address).empty());
        const std::vector<std::string> expected = {"alice", "alice.example"};
        for (RecordId row = 0; row < read->rowCount(); ++row) {
            QCOMPARE(values(*read, row, FieldId::ResolvedName), expected);
            QVERIFY(matches(*read, row, "ip.host == \"alice.example\""));
            QVERIFY(!matches(*read, row, "ip.host == \"bob\""));
            // The tree is one still: each field ends where its last child does.
            const FieldTree tree = read->dissect(row).fields;
            for (FieldIndex i = 0; i < tree.size(); ++i) {
                const FieldIndex parent = tree[i].parent;
                if (parent != kNoField) QVERIFY(tree[i].next <= tree[parent].next);
                if (tree[i].id != FieldId::ResolvedName) continue;
                QVERIFY(tree[parent].id == (ipv6 ? FieldId::Ipv6 : FieldId::Ip));
            }
        }
    }

    void savingKeepsWhatTheFileSays() {
        PcapngBuilder file = commented();
        file.statistics(0, {{4, file.option64(6)}});
        const std::string path = write(file.bytes());
        const std::string target = m_folder.filePath(QStringLiteral("saved.pcapng")).toStdString();
        const auto saved =
            live::saveCapture({path}, file.bytes().size(), target, {}, live::SaveBy::Copying);
        QVERIFY(saved);
        const auto before = test::openSession(path);
        const auto after = test::openSession(target);
        QVERIFY(before && after);
        QCOMPARE(test::rowListing(*after), test::rowListing(*before));
        QCOMPARE(after->properties().interfaces.at(0).statistics->received.value_or(0),
                 std::uint64_t{6});
    }

    /// A session without a capture file has nothing to tell.
    void withoutAFile() {
        const Session empty(nullptr);
        QVERIFY(empty.properties().format.empty());
        QVERIFY(empty.hostName(IpAddress{}).empty());
    }
};

}  // namespace
}  // namespace framescope

QTEST_GUILESS_MAIN(framescope::CaptureCommentsTest)
#include "test_capture_comments.moc"
