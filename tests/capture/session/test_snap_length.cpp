// Captures of which a snap length kept only the beginning of each packet: no packet is called
// malformed for it, what is missing is said, and nothing is counted twice.
#include <QTemporaryDir>
#include <QtTest>

#include "capture/ingest/ingestor.h"
#include "dissector/payload/utf8.h"
#include "tests/support/loaded_session.h"
#include "tests/support/pcap_rewriter.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr Direction kC2S = Direction::ClientToServer;
constexpr Direction kS2C = Direction::ServerToClient;

CaptureBuilder chatOver(bool ipv6) {
    CaptureBuilder capture;
    ConversationOptions options;
    options.ipv6 = ipv6;
    TcpConversation chat(capture, options);
    chat.handshake();
    chat.upgrade("/chat");
    chat.send(kC2S, webSocketText("hello", kMask));
    chat.send(kS2C, webSocketText("hello yourself"));
    chat.close();
    return capture;
}

/// Payload bytes of all connections: those that were captured, and those said to be missing.
struct Payload {
    std::uint64_t captured = 0;
    std::uint64_t missing = 0;
};

Payload payloadOf(const Session& session) {
    Payload payload;
    for (ConnectionId id = 0; id < session.connectionCount(); ++id) {
        const ConnectionInfo& info = session.connection(id);
        payload.captured += info.bytes[0] + info.bytes[1];
    }
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Record& record = session.record(row);
        if (record.kind == RowKind::TcpGap) payload.missing += record.length;
    }
    return payload;
}

}  // namespace

class TestSnapLength : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    std::unique_ptr<Session> cut(ByteView file, std::uint32_t snapLength) {
        const std::string path = m_folder.filePath(QStringLiteral("cut.pcap")).toStdString();
        if (!writeFile(path, joinPcap(withSnapLength(splitPcap(file), snapLength)))) return nullptr;
        return loadSession(path);
    }

private Q_SLOTS:
    void everyLength_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<int>("headers");  ///< down to TCP's fixed part
        const auto add = [](const char* name, const Bytes& file, int headers) {
            QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(file.data()),
                                              static_cast<qsizetype>(file.size()))
                                << headers;
        };
        add("IPv4 without options", chatOver(false).pcap(), 54);
        add("IPv6 without options", chatOver(true).pcap(), 74);
        // A recording of real peers, whose segments carry options.
        add("with options", readFile(FRAMESCOPE_SOURCE_DIR "/samples/ws-echo.pcap"), 54);
    }
    void everyLength() {
        QFETCH(QByteArray, file);
        QFETCH(int, headers);
        const Bytes bytes(file.begin(), file.end());
        QVERIFY(!bytes.empty());
        const auto whole = cut(bytes, 262144);
        QVERIFY(whole);
        const Payload all = payloadOf(*whole);
        QCOMPARE(all.missing, std::uint64_t{0});
        QCOMPARE(whole->statistics().tcpPackets, whole->statistics().packets);
        QVERIFY(whole->notices().empty());
        for (int length = 0; length <= 240; ++length) {
            const auto session = cut(bytes, static_cast<std::uint32_t>(length));
            QVERIFY(session);
            const Statistics& figures = session->statistics();
            QCOMPARE(figures.packets, whole->statistics().packets);
            QCOMPARE(figures.malformedPackets, std::uint64_t{0});
            QCOMPARE(figures.tcpPackets + figures.cutShortPackets, figures.packets);
            QCOMPARE(figures.cutShortPackets, length < headers ? figures.packets : 0);
            QCOMPARE(session->notices().empty(),
                     figures.cutShortPackets == 0 && figures.cutPayloadPackets == 0);
            if (length < headers) {
                QCOMPARE(session->rowCount(), RecordId(figures.packets));
                for (RecordId row = 0; row < session->rowCount(); ++row) {
                    QCOMPARE(session->record(row).kind, RowKind::UnreadPacket);
                    QCOMPARE(issueNames(*session, row),
                             std::vector<std::string>{"packet.cut-short"});
                    QVERIFY(session->text(row).info.starts_with("cut within its "));
                    QCOMPARE(session->wireBytes(row).bytes.size(), std::size_t(length));
                }
                continue;
            }
            const Payload payload = payloadOf(*session);
            QCOMPARE(payload.captured + payload.missing, all.captured);
            QCOMPARE(payload.missing == 0, figures.cutPayloadPackets == 0);
            for (RecordId row = 0; row < session->rowCount(); ++row) session->dissect(row);
        }
    }

    void conversationWithNothingButHeaders() {
        const auto session = cut(chatOver(false).pcap(), 54);
        QVERIFY(session);
        const auto lines = rowLines(*session);
        QVERIFY(lines.front().starts_with("> TCP  open"));
        QVERIFY(lines.back().starts_with("> TCP  FIN"));
        for (std::size_t i = 1; i + 1 < lines.size(); ++i) {
            QVERIFY2(lines[i].find("bytes missing from the capture") != std::string::npos,
                     lines[i].c_str());
        }
        // Joined mid-stream as well: the connection is known by what is missing of it.
        PcapRecords later = splitPcap(chatOver(false).pcap());
        later.records.erase(later.records.begin(), later.records.begin() + 3);
        const auto joined = cut(joinPcap(later), 54);
        QVERIFY(joined);
        QCOMPARE(payloadOf(*joined).missing, payloadOf(*session).missing);
    }

    void whatIsSaid() {
        const Bytes chat = chatOver(false).pcap();
        const auto notices = [&](std::uint32_t length) { return cut(chat, length)->notices(); };
        const std::uint64_t packets = splitPcap(chat).records.size();
        QCOMPARE(notices(40),
                 std::vector{std::to_string(packets) +
                             " packets were captured only in part, too short for the headers down "
                             "to TCP (the snap length was 40); they are listed only."});
        const auto partly = cut(chat, 60);
        QCOMPARE(partly->notices(),
                 std::vector{std::to_string(partly->statistics().cutPayloadPackets) +
                             " packets were captured only in part (the snap length was 60); what "
                             "is missing of their data is shown as missing."});
        // A file whose header does not tell.
        CaptureBuilder capture;
        capture.packet(Bytes(10, 0), 80);
        QCOMPARE(loadSession(capture)->notices(),
                 std::vector<std::string>{"1 packet was captured only in part, too short for the "
                                          "headers down to TCP; it is listed only."});
    }

    void whatIsCutOffDataIsToldByItsGap() {
        const auto session = cut(chatOver(false).pcap(), 60);
        QVERIFY(session);
        std::size_t gaps = 0;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            QVERIFY(session->record(row).kind != RowKind::UnreadPacket);
            if (session->record(row).kind != RowKind::TcpGap) continue;
            ++gaps;
            QCOMPARE(issueNames(*session, row), std::vector<std::string>{"packet.cut-short"});
        }
        QCOMPARE(gaps, std::size_t(session->statistics().cutPayloadPackets));
    }

    void requestLinesAreReadAsFarAsTheyGo() {
        for (const bool opened : {true, false}) {
            PcapRecords records = splitPcap(chatOver(false).pcap());
            if (!opened)
                records.records.erase(records.records.begin(), records.records.begin() + 3);
            const auto session = cut(joinPcap(records), 54 + 8);
            QVERIFY(session);
            RecordId row = 0;
            while (row < session->rowCount() && session->record(row).kind != RowKind::HttpRequest) {
                ++row;
            }
            QVERIFY(row < session->rowCount());
            QVERIFY(session->record(row).has(kFlagIncomplete));
            QVERIFY(session->text(row).info.starts_with("GET /cha  "));
            QCOMPARE(issueNames(*session, row), std::vector<std::string>{"http.head-cut-short"});
            QCOMPARE(session->wireBytes(row).bytes.size(), std::size_t{8});
        }
    }

    void aMillionOfThemAreNotListed() {
        CaptureBuilder capture;
        const auto listed = RecordId(Ingestor::kMaxCutRows);
        for (RecordId i = 0; i < listed + 3; ++i) capture.packet(Bytes(10, 0), 80);
        const auto session = loadSession(capture);
        QCOMPARE(session->rowCount(), listed);
        QCOMPARE(session->statistics().cutShortPackets, std::uint64_t{listed} + 3);
        QCOMPARE(session->notices(),
                 std::vector{groupedDigits(listed + 3) +
                             " packets were captured only in part, too short for the headers down "
                             "to TCP; the first " +
                             groupedDigits(listed) + " of them are listed."});
    }
};

QTEST_GUILESS_MAIN(TestSnapLength)
#include "test_snap_length.moc"
