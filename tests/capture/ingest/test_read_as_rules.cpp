// Rules of "Read as" through the whole ingest: which connections they reach, that they overrule
// what would be recognised, and what the rows and their trees say of it.
#include <map>

#include <QTemporaryDir>
#include <QtTest>

#include "capture/file/capture_file.h"
#include "capture/ingest/loader.h"
#include "capture/session/session.h"
#include "tests/support/capture_builder.h"
#include "tests/support/loaded_session.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr Direction kC = Direction::ClientToServer;
constexpr Direction kS = Direction::ServerToClient;

/// Two connections: a WebSocket with its handshake to port 3000, and frames of Socket.IO without
/// one to port 3001.
CaptureBuilder twoConnections() {
    CaptureBuilder capture;
    TcpConversation chat(capture);
    chat.handshake();
    chat.upgrade("/chat");
    chat.send(kC, webSocketText("hello", kMask));
    chat.send(kS, webSocketText("hello, too"));
    chat.send(kC, webSocketText("how are you", kOtherMask));
    chat.send(kS, webSocketText("fine"));
    chat.close();
    ConversationOptions other;
    other.clientPort = 40001;
    other.serverPort = 3001;
    TcpConversation bare(capture, other);
    bare.handshake();
    bare.send(kC, webSocketText("42[\"a\",1]", kMask));
    bare.send(kS, webSocketText("42[\"b\",2]"));
    bare.close();
    return capture;
}

ReadAsRules rules(std::initializer_list<const char*> texts) {
    ReadAsRules all;
    for (const char* const text : texts) {
        auto rule = parseReadAsRule(text);
        if (const auto* const mistake = std::get_if<std::string>(&rule)) {
            qFatal("%s", mistake->c_str());
        }
        all.add(std::get<ReadAsRule>(std::move(rule)));
    }
    return all;
}

std::unique_ptr<Session> read(const CaptureBuilder& capture, ReadAsRules rules) {
    // The file stays readable while the session holds it open.
    const QTemporaryDir folder;
    const std::string path = folder.filePath(QStringLiteral("a.pcap")).toStdString();
    if (!capture.write(path)) return nullptr;
    const auto file = CaptureFile::open(path);
    if (!file) return nullptr;
    auto session = std::make_unique<Session>(*file);
    readAll(
        *file,
        [&](Batch&& batch) {
            session->append(std::move(batch));
            return true;
        },
        IngestOptions({}, std::move(rules)));
    return session;
}

/// How many rows of which kind carry bytes of a connection: "2 segment, 4 WebSocket".
std::string kindsOf(const Session& session, ConnectionId connection) {
    std::map<std::string, int> counts;
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Record& record = session.record(row);
        if (record.connection != connection || record.length == 0) continue;
        switch (record.kind) {
            case RowKind::TcpSegment:
                ++counts["segment"];
                break;
            case RowKind::HttpRequest:
            case RowKind::HttpResponse:
                ++counts["head"];
                break;
            case RowKind::WebSocketFrame:
                ++counts[protocolName(record.protocol)];
                break;
            default:
                ++counts["other"];
        }
    }
    std::string kinds;
    for (const auto& [kind, count] : counts) {
        kinds += (kinds.empty() ? "" : ", ") + std::to_string(count) + " " + kind;
    }
    return kinds;
}

std::string valueOf(const Session& session, RecordId row, FieldId field) {
    const Dissection dissection = session.dissect(row);
    const FieldIndex at = dissection.fields.find(field);
    if (at == kNoField) return {};
    const auto* const text = std::get_if<std::string>(&dissection.fields[at].value);
    return text != nullptr ? *text : std::string("no text");
}

}  // namespace

class TestReadAsRules : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void each_data() {
        QTest::addColumn<QString>("rule");
        QTest::addColumn<QString>("first");
        QTest::addColumn<QString>("second");
        const auto row = [](const char* rule, const char* first, const char* second) {
            QTest::newRow(rule) << QString::fromUtf8(rule) << QString::fromUtf8(first)
                                << QString::fromUtf8(second);
        };
        const char* const handshaken = "4 WebSocket, 2 head";
        row("tcp.stream==0,tcp", "6 segment", nullptr);
        row("tcp.stream==0,auto", handshaken, nullptr);
        row("tcp.stream==0,http", handshaken, nullptr);
        row("tcp.stream==0,websocket", "4 WebSocket, 2 segment", nullptr);
        row("tcp.port==3001,websocket", handshaken, "2 WebSocket");
        row("tcp.port==3001,socketio", handshaken, "2 Socket.IO");
        row("tcp.port==3001 && ip.addr==10.0.0.2,engineio", handshaken, "2 Socket.IO");
        row("tcp.port==3001,http", handshaken, "2 segment");
        row("tcp.port==3001,tcp", handshaken, "2 segment");
    }
    void each() {
        QFETCH(QString, rule);
        QFETCH(QString, first);
        QFETCH(QString, second);
        const auto session = read(twoConnections(), rules({rule.toStdString().c_str()}));
        QVERIFY(session->complete());
        QCOMPARE(QString::fromStdString(kindsOf(*session, 0)), first);
        if (!second.isNull()) {
            QCOMPARE(QString::fromStdString(kindsOf(*session, 1)), second);
        }
    }

    void theFirstRuleCounts() {
        const auto session = read(twoConnections(), rules({"tcp.stream==0,tcp", "tcp,websocket"}));
        QCOMPARE(kindsOf(*session, 0), std::string("6 segment"));
        QCOMPARE(kindsOf(*session, 1), std::string("2 WebSocket"));
        QVERIFY(session->notices().empty());
    }

    void whatMatchesNothingIsTold() {
        const auto session =
            read(twoConnections(),
                 rules({"tcp.stream==0,tcp", "tcp.stream==7,websocket,deflate", "tcp,websocket"}));
        QCOMPARE(session->notices(),
                 std::vector<std::string>{
                     "No connection is read as \"tcp.stream==7,websocket,deflate\" asks for: none "
                     "matches, or an earlier rule does."});
    }

    void factsAndTreeSayIt() {
        const auto session = read(twoConnections(), rules({"tcp.port==3001,socketio,deflate"}));
        const ConnectionFacts& plain = session->connection(0).facts;
        const ConnectionFacts& chosen = session->connection(1).facts;
        QVERIFY(!plain.readAsChosen);
        QVERIFY(chosen.readAsChosen);
        QCOMPARE(session->name(chosen.readAs), std::string_view("socketio,deflate"));
        RecordId open = 0;
        while (session->record(open).connection != 1) ++open;
        QVERIFY(session->record(open).kind == RowKind::TcpOpen);
        QCOMPARE(valueOf(*session, open, FieldId::ConnectionReadAs),
                 std::string("Socket.IO on WebSocket, permessage-deflate with context takeover"));
        QCOMPARE(valueOf(*session, 0, FieldId::ConnectionReadAs), std::string());
        QVERIFY(session->text(open).info.ends_with(
            "  read as Socket.IO on WebSocket, permessage-deflate with context takeover"));
    }

    /// Roles stay, and rows are read again as they were found: what the ingest says of a row, its
    /// dissection says too.
    void rowsAreTakenApartAsTheyWereRead() {
        const auto session = read(twoConnections(), rules({"tcp.port==3001,socketio"}));
        QCOMPARE(session->connection(1).client.port, std::uint16_t{40001});
        std::size_t events = 0;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            if (session->record(row).connection != 1 || session->record(row).length == 0) continue;
            events += valueOf(*session, row, FieldId::SocketIoEvent).empty() ? 0 : 1;
        }
        QCOMPARE(events, std::size_t{2});
    }

    /// A capture that begins within the connection.
    void joinedMidStream() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        for (int i = 0; i < 4; ++i) {
            chat.send(kC, webSocketText("to the server", i % 2 == 0 ? kMask : kOtherMask));
            chat.send(kS, webSocketText("to the client"));
        }
        const auto session = read(capture, rules({"tcp.stream==0,websocket"}));
        QCOMPARE(kindsOf(*session, 0), std::string("8 WebSocket"));
    }

    void limitsAloneAreOptions() {
        DecodeLimits limits;
        limits.inflatedMessage = 7;
        const IngestOptions options = limits;
        QCOMPARE(options.limits.inflatedMessage, std::uint64_t{7});
        QVERIFY(options.readAs.empty());
    }
};

QTEST_APPLESS_MAIN(TestReadAsRules)
#include "test_read_as_rules.moc"
