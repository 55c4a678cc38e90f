// Applications on WebSocket messages, from packets to rows: subprotocols, habits, reconnects.
#include <QtTest>

#include "tests/support/loaded_session.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr Direction kC2S = Direction::ClientToServer;
constexpr Direction kS2C = Direction::ServerToClient;

Bytes hexBytes(const char* digits) {
    const QByteArray raw = QByteArray::fromHex(digits);
    return {raw.begin(), raw.end()};
}

Bytes binary(const char* digits, std::optional<MaskingKey> mask = std::nullopt) {
    FrameOptions options;
    options.opcode = 2;
    options.mask = mask;
    return webSocketFrame(hexBytes(digits), options);
}

std::string valueOf(const Session& session, RecordId row, FieldId id) {
    const Dissection dissection = session.dissect(row);
    const FieldIndex field = dissection.fields.find(id);
    if (field == kNoField) return "none";
    return formatValue(fieldInfo(id).type, dissection.fields[field].value);
}

RecordId lastRow(const Session& session) {
    return session.rowCount() - 1;
}

}  // namespace

class TestApplications : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void mqttBySubprotocol() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/mqtt", "Sec-WebSocket-Protocol: mqtt\r\n",
                     "Sec-WebSocket-Protocol: mqtt\r\n");
        chat.send(kC2S, binary("101400044d5154540402003c0008636c69656e742d31", kMask));
        chat.send(kS2C, binary("20020000"));
        // One packet in two messages.
        chat.send(kC2S, binary("330f0003612f62000c", kMask));
        chat.send(kC2S, binary("7b2274223a32317d", kMask));
        chat.send(kS2C, binary("4002000c"));
        const auto session = loadSession(capture);
        const std::vector<std::string> lines = rowLines(*session);
        QCOMPARE(lines[3],
                 std::string("> MQTT  CONNECT  client-1  MQTT 3.1.1  keep alive 60 s  clean"));
        QCOMPARE(lines[4], std::string("< MQTT  CONNACK  Connection accepted"));
        QCOMPARE(lines[6], std::string("> MQTT  part of PUBLISH a/b  QoS 1  retain  #12"));
        QCOMPARE(valueOf(*session, 6, FieldId::MqttMessageText), std::string("{\"t\":21}"));
        QCOMPARE(valueOf(*session, 6, FieldId::MqttTopic), std::string("a/b"));
        QCOMPARE(valueOf(*session, 7, FieldId::RowLinkKind), std::string("response"));
        QCOMPARE(valueOf(*session, 3, FieldId::MqttMsgType), std::string("1"));
        QCOMPARE(valueOf(*session, 3, FieldId::FrameProtocols),
                 std::string("eth:ethertype:ip:tcp:websocket:mqtt"));
    }

    void stompInOneCapture() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/ws");
        chat.send(kC2S, webSocketText(std::string_view("CONNECT\nhost:a\n\n\0", 17), kMask));
        chat.send(kS2C, webSocketText(std::string_view("CONNECTED\nversion:1.2\n\n\0", 24)));
        chat.send(kC2S, webSocketText(std::string_view("SEND\n\nx\0", 8), MaskingKey{1, 2, 3, 4}));
        const auto session = loadSession(capture);
        QCOMPARE(rowLines(*session)[3], std::string("> STOMP  CONNECT  a"));
        QCOMPARE(issueNames(*session, 5), std::vector<std::string>{"stomp.header-missing"});
    }

    /// What habits are found stands on the rows of the connection's ends.
    void heartbeatAndRequests() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/feed");
        for (int i = 0; i < 6; ++i) {
            capture.advance(5'000'000'000);
            chat.send(kC2S, webSocketText("ping", kMask));
            chat.send(kS2C, webSocketText("pong"));
            const std::string id = std::to_string(i);
            chat.send(kC2S, webSocketText("{\"id\":" + id + ",\"get\":1}", kMask));
            chat.send(kS2C, webSocketText("{\"id\":" + id + ",\"value\":[1,2,3,4,5,6,7]}"));
        }
        chat.close();
        const auto session = loadSession(capture);
        const RecordId end = lastRow(*session);
        QCOMPARE(valueOf(*session, end, FieldId::HabitHeartbeatText), std::string("ping"));
        QCOMPARE(valueOf(*session, end, FieldId::HabitHeartbeatSender), std::string("client"));
        QCOMPARE(valueOf(*session, end, FieldId::HabitHeartbeatInterval),
                 std::string("5.004000000"));
        QCOMPARE(valueOf(*session, end, FieldId::HabitHeartbeatRoundTrip),
                 std::string("0.001000000"));
        QCOMPARE(valueOf(*session, end, FieldId::HabitRequestsKind), std::string("id"));
        QCOMPARE(valueOf(*session, end, FieldId::HabitRequestsAnswered), std::string("6"));
        QCOMPARE(valueOf(*session, 0, FieldId::HabitHeartbeatCount), std::string("6"));
    }

    void unansweredRequestIsRemarked() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/rpc");
        chat.send(kC2S, webSocketText("{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":1}", kMask));
        chat.close();
        const auto session = loadSession(capture);
        QCOMPARE(issueNames(*session, 3), std::vector<std::string>{"jsonrpc.unanswered"});
        QCOMPARE(session->name(session->record(3).name), std::string_view("a"));
    }

    void reconnects() {
        CaptureBuilder capture;
        for (std::uint16_t i = 0; i < 3; ++i) {
            ConversationOptions options;
            options.clientPort = static_cast<std::uint16_t>(40000 + i);
            TcpConversation chat(capture, options);
            chat.handshake();
            chat.upgrade("/chat?token=" + std::to_string(i));
            chat.send(kS2C, webSocketText("hello"));
            chat.close();
            capture.advance(2'000'000'000);
        }
        // Another path, and one that opens while the first is open, are no reconnects.
        ConversationOptions options;
        options.clientPort = 40010;
        TcpConversation other(capture, options);
        other.handshake();
        other.upgrade("/news");
        options.clientPort = 40011;
        TcpConversation beside(capture, options);
        beside.handshake();
        beside.upgrade("/news");
        const auto session = loadSession(capture);
        const auto& second = session->connection(1).facts.habits.reconnect;
        QCOMPARE(second.count, 1U);
        QCOMPARE(second.previous, 0U);
        QVERIFY(second.delayNs >= 2'000'000'000 && second.delayNs < 2'100'000'000);
        QCOMPARE(session->connection(2).facts.habits.reconnect.count, 2U);
        QCOMPARE(session->connection(0).facts.habits.reconnect.count, 0U);
        QCOMPARE(session->connection(3).facts.habits.reconnect.count, 0U);
        QCOMPARE(session->connection(4).facts.habits.reconnect.count, 0U);
        std::size_t links = 0;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            if (session->record(row).kind != RowKind::HttpRequest) continue;
            const std::string kind = valueOf(*session, row, FieldId::RowLinkKind);
            if (kind == "reconnect") ++links;
        }
        QCOMPARE(links, std::size_t{2});
    }
};

QTEST_APPLESS_MAIN(TestApplications)
#include "test_applications.moc"
