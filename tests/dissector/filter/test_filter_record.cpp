// What a filter answers without a row's tree: it must be what the tree would say, and it must not
// ask for the tree where the record knows.
#include <QTest>

#include "dissector/filter/filter.h"
#include "tests/support/tree_row.h"

namespace framescope {
namespace {

using test::TreeRow;

Endpoint ipv4(std::uint8_t host, std::uint16_t port) {
    Endpoint endpoint;
    endpoint.address.version = 4;
    endpoint.address.bytes = {10, 0, 0, host};
    endpoint.port = port;
    return endpoint;
}

Endpoint ipv6(std::uint8_t host, std::uint16_t port) {
    Endpoint endpoint;
    endpoint.address.version = 6;
    endpoint.address.bytes = {0xfd};
    endpoint.address.bytes[15] = host;
    endpoint.port = port;
    return endpoint;
}

Filter compiled(std::string_view text) {
    const auto result = compileFilter(text);
    if (const auto* error = std::get_if<FilterError>(&result)) {
        QTest::qFail(error->sentence.c_str(), __FILE__, __LINE__);
        return {};
    }
    return std::get<Filter>(result);
}

/// Packet, IP and TCP fields as a session describes them.
TreeRow tcpRow(Direction direction, bool six = false) {
    TreeRow row;
    row.clientEnd = six ? ipv6(1, 40000) : ipv4(1, 40000);
    row.serverEnd = six ? ipv6(2, 3000) : ipv4(2, 3000);
    row.what.packet = 7;
    row.what.connection = 3;
    row.what.direction = direction;
    const bool fromClient = direction == Direction::ClientToServer;
    const Endpoint& from = fromClient ? row.clientEnd : row.serverEnd;
    const Endpoint& to = fromClient ? row.serverEnd : row.clientEnd;
    const auto address = [&](const Endpoint& end) {
        const ByteView view = end.address.view();
        return six ? FieldValue(Bytes(view.begin(), view.end()))
                   : FieldValue(std::uint64_t{readBe32(view.data())});
    };
    FieldTree& tree = row.fields;
    tree.open(FieldId::Frame, {}, 0);
    tree.addComputed(FieldId::FrameNumber, std::uint64_t{7});
    tree.close();
    tree.open(six ? FieldId::Ipv6 : FieldId::Ip, {}, 0);
    tree.addComputed(six ? FieldId::Ipv6Src : FieldId::IpSrc, address(from));
    tree.addComputed(six ? FieldId::Ipv6Dst : FieldId::IpDst, address(to));
    tree.close();
    tree.open(FieldId::Tcp, {}, 0);
    tree.addComputed(FieldId::TcpStream, std::uint64_t{3});
    tree.addComputed(FieldId::TcpSrcPort, std::uint64_t{from.port});
    tree.addComputed(FieldId::TcpDstPort, std::uint64_t{to.port});
    tree.close();
    return row;
}

TreeRow requestRow() {
    TreeRow row = tcpRow(Direction::ClientToServer);
    row.what.kind = RowKind::HttpRequest;
    row.what.protocol = Protocol::Http;
    row.recordName = "GET /chat";
    row.fields.open(FieldId::Http, {}, 0);
    row.fields.addComputed(FieldId::HttpRequest, std::uint64_t{1});
    row.fields.addComputed(FieldId::HttpRequestMethod, std::string("GET"));
    row.fields.addComputed(FieldId::HttpRequestUri, std::string("/chat"));
    row.fields.close();
    return row;
}

TreeRow responseRow() {
    TreeRow row = tcpRow(Direction::ServerToClient, true);
    row.what.kind = RowKind::HttpResponse;
    row.what.protocol = Protocol::Http;
    row.what.detail = 101;
    row.what.severity = Severity::Error;
    const FieldIndex http = row.fields.open(FieldId::Http, {}, 0);
    row.fields.addComputed(FieldId::HttpResponse, std::uint64_t{1});
    row.fields.addComputed(FieldId::HttpResponseCode, std::uint64_t{101});
    row.fields.close();
    IssueSink issues;
    issues.add(IssueCode::HandshakeAcceptWrong);
    row.fields.attach(issues, http);
    return row;
}

TreeRow frameRow(std::uint8_t opcode, bool fin, bool masked) {
    TreeRow row = tcpRow(masked ? Direction::ClientToServer : Direction::ServerToClient);
    row.what.kind = RowKind::WebSocketFrame;
    row.what.protocol = Protocol::WebSocket;
    row.what.opcode = opcode;
    row.what.flags = (fin ? kFlagFin : 0U) | (masked ? kFlagMasked : 0U);
    row.fields.open(FieldId::WebSocket, {}, 0);
    row.fields.addComputed(FieldId::WebSocketFin, std::uint64_t{fin});
    row.fields.addComputed(FieldId::WebSocketOpcode, std::uint64_t{opcode});
    row.fields.addComputed(FieldId::WebSocketMask, std::uint64_t{masked});
    if (opcode == 8) {
        row.what.detail = 1001;
        row.fields.addComputed(FieldId::WebSocketPayloadCloseStatusCode, std::uint64_t{1001});
    }
    row.fields.close();
    return row;
}

TreeRow eventRow() {
    TreeRow row = frameRow(1, true, true);
    row.what.protocol = Protocol::SocketIo;
    row.what.detail = 12;
    row.what.flags |= kFlagHasAckId;
    row.recordName = "mess";  // shortened
    row.fields.open(FieldId::EngineIo, {}, 0);
    row.fields.addComputed(FieldId::EngineIoType, std::string("message"));
    row.fields.close();
    row.fields.open(FieldId::SocketIo, {}, 0);
    row.fields.addComputed(FieldId::SocketIoEvent, std::string("message"));
    row.fields.addComputed(FieldId::SocketIoId, std::uint64_t{12});
    row.fields.close();
    return row;
}

class FilterRecordTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// Every field by presence and by some value that fits, on rows of every kind.
    void recordAndTreeAgree() {
        const char* const values[] = {"0",       "1",        "7",
                                      "3",       "12",       "101",
                                      "1001",    "3000",     "40000",
                                      "GET",     "10.0.0.1", "10.0.0.2",
                                      "fd00::1", "fd00::3",  "message",
                                      "mes",     "error",    "note",
                                      "8",       "/chat",    "handshake.accept-wrong"};
        TreeRow rows[] = {tcpRow(Direction::ClientToServer),
                          tcpRow(Direction::ServerToClient, true),
                          requestRow(),
                          responseRow(),
                          frameRow(1, true, true),
                          frameRow(0, false, false),
                          frameRow(8, true, true),
                          eventRow()};
        int known = 0;
        for (const FieldInfo& info : allFields()) {
            std::vector<std::string> texts = {std::string(info.name)};
            for (const char* value : values) {
                if (!parseValue(info.type, value)) continue;
                texts.push_back(std::string(info.name) + " == \"" + value + '"');
            }
            if (info.name.empty()) continue;
            for (const std::string& text : texts) {
                for (TreeRow& row : rows) {
                    const Filter filter = compiled(text);
                    const bool expected = filter.fromTree(row.fields);
                    const Truth quick = filter.fromRecord(row);
                    QVERIFY2(quick == Truth::Unknown || (quick == Truth::True) == expected,
                             text.c_str());
                    QCOMPARE(filter.matches(row), expected);
                    known += quick != Truth::Unknown ? 1 : 0;
                }
            }
        }
        QVERIFY2(known > 1000, "the record answers hardly anything by itself");
    }

    void recordIsEnough_data() {
        QTest::addColumn<QByteArray>("text");
        for (const char* text :
             {"tcp",
              "http",
              "websocket",
              "engineio",
              "socketio",
              "ip",
              "ipv6",
              "!websocket",
              "tcp.stream == 3",
              "frame.number == 7",
              "websocket.opcode == text",
              "websocket.opcode == 8",
              "websocket.fin == 1",
              "websocket.mask == false",
              "tcp.port == 3000",
              "ip.addr == 10.0.0.1",
              "ip.src == 10.9.9.9",
              "tcp.dstport == 1",
              "socketio.event == other",
              "socketio.id == 13",
              "issue.severity == error",
              "http.request.uri == /",
              "http.response.code == 200",
              "websocket.payload.close.status_code == 1000",
              "websocket && tcp.stream == 3 && (websocket.opcode == 1 || websocket.mask == 1)",
              "tcp.stream == 4 && websocket.payload.text == hello"}) {
            QTest::newRow(text) << QByteArray(text);
        }
    }

    void recordIsEnough() {
        QFETCH(QByteArray, text);
        TreeRow row = eventRow();
        const Filter filter = compiled(text.toStdString());
        QCOMPARE(filter.matches(row), filter.fromTree(row.fields));
        QCOMPARE(row.dissections, 0);
    }

    void treeIsAskedForOnce() {
        TreeRow row = eventRow();
        const Filter filter =
            compiled("socketio.nsp == /x || engineio.type == close || socketio.event == message");
        QVERIFY(filter.matches(row));
        QCOMPARE(row.dissections, 1);
    }

    void incompleteHeaderIsLookedAt() {
        TreeRow row = tcpRow(Direction::ClientToServer);
        row.what.kind = RowKind::WebSocketFrame;
        row.what.protocol = Protocol::WebSocket;
        row.what.flags = kFlagIncomplete;
        row.what.opcode = 1;
        QVERIFY(!compiled("websocket.opcode == 1").matches(row));
        QVERIFY(!compiled("websocket.mask").matches(row));
        QCOMPARE(row.dissections, 2);
    }
};

}  // namespace
}  // namespace framescope

QTEST_APPLESS_MAIN(framescope::FilterRecordTest)
#include "test_filter_record.moc"
