// STOMP, WAMP, GraphQL, SignalR, SockJS and Action Cable on messages: the line and the name of each
// kind of message (as the libraries of npm write them), what is wrong with others, and what answers
// what.
#include <QtTest>

#include "dissector/layer/protocols.h"
#include "dissector/subprotocol/action_cable.h"
#include "dissector/subprotocol/graphql_ws.h"
#include "dissector/subprotocol/signalr.h"
#include "dissector/subprotocol/sockjs.h"
#include "dissector/subprotocol/stomp.h"
#include "dissector/subprotocol/wamp.h"
#include "tests/support/message_run.h"

using namespace framescope;
using framescope::test::bytesOf;
using framescope::test::fromHex;
using framescope::test::MessageRun;

namespace {

constexpr Direction kClient = Direction::ClientToServer;
constexpr Direction kServer = Direction::ServerToClient;

/// A text that holds NUL or 0x1e at its end.
std::string ended(std::string_view text, char end = '\0') {
    return std::string(text) + end;
}
std::string record(std::string_view json) {
    return ended(json, '\x1e');
}

const MessageProtocol* recognisedBy(const MessageView& message, std::string_view path,
                                    std::string_view subprotocol) {
    const ConnectionFacts facts;
    for (const MessageProtocol* const protocol : messageProtocols()) {
        if (protocol->recognise(message, {facts, path, subprotocol})) return protocol;
    }
    return nullptr;
}

/// One message: what its line and name are, and which issues it has, read and taken apart alike.
struct Case {
    const MessageProtocol* protocol;
    Direction direction;
    Bytes bytes;
    bool text;
    const char* line;
    const char* name;
    std::vector<IssueCode> issues;
};

void addCase(const char* title, const MessageProtocol& protocol, Direction direction,
             std::string_view text, const char* line, const char* name = "",
             std::vector<IssueCode> issues = {}) {
    QTest::newRow(title) << (Case{&protocol, direction, bytesOf(text), true, line, name,
                                  std::move(issues)});
}
void addHex(const char* title, const MessageProtocol& protocol, Direction direction,
            const char* digits, const char* line, const char* name = "",
            std::vector<IssueCode> issues = {}) {
    QTest::newRow(title) << (Case{&protocol, direction, fromHex(digits), false, line, name,
                                  std::move(issues)});
}

}  // namespace

Q_DECLARE_METATYPE(Case)

class TestSubprotocols : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void messages_data() {
        QTest::addColumn<Case>("message");
        const auto& stomp = stomp::kMessageProtocol;
        const IssueCode badFrame = IssueCode::StompFrameMalformed;
        const IssueCode noHeader = IssueCode::StompHeaderMissing;
        addCase("stomp CONNECT", stomp, kClient,
                ended("CONNECT\naccept-version:1.2,1.1,1.0\nheart-beat:10000,10000\nhost:/\n\n"),
                "CONNECT  /  versions 1.2,1.1,1.0  heart-beat 10000,10000");
        addCase("stomp CONNECTED", stomp, kServer, ended("CONNECTED\nversion:1.2\n\n"),
                "CONNECTED  version 1.2");
        addCase("stomp SEND", stomp, kClient,
                ended("SEND\ndestination:/topic/a\\cb\nx-n:l1\\nl2\ncontent-length:8\n\n"
                      "{\"t\":21}"),
                "SEND /topic/a:b  {\"t\":21}", "/topic/a:b");
        addCase("stomp SUBSCRIBE", stomp, kClient,
                ended("SUBSCRIBE\nid:sub-0\ndestination:/topic/a\n\n"),
                "SUBSCRIBE /topic/a  id sub-0", "/topic/a");
        addCase("stomp MESSAGE, CRLF", stomp, kServer,
                ended("MESSAGE\r\ndestination:/a\r\nmessage-id:7\r\nsubscription:sub-0\r\n\r\nhi") +
                    "\n",
                "MESSAGE /a  hi", "/a");
        addCase("stomp DISCONNECT", stomp, kClient, ended("DISCONNECT\nreceipt:close-1\n\n"),
                "DISCONNECT  receipt close-1");
        addCase("stomp ERROR", stomp, kServer, ended("ERROR\nmessage:no\n\nbecause"),
                "ERROR  no  because");
        addCase("stomp heart-beat", stomp, kServer, "\n", "heart-beat");
        addCase("stomp two frames", stomp, kServer,
                ended("RECEIPT\nreceipt-id:1\n\n") + "\n" + ended("RECEIPT\nreceipt-id:2\n\n"),
                "RECEIPT  1  |  RECEIPT  2");
        addCase("stomp NUL in a counted body", stomp, kClient,
                ended(std::string("SEND\ndestination:/b\ncontent-length:3\n\na\0b", 42)),
                "SEND /b  3 bytes", "/b");
        addCase("stomp no NUL", stomp, kClient, "SEND\ndestination:/b\n\nx", "SEND /b  x", "/b",
                {badFrame});
        addCase("stomp no colon", stomp, kClient, ended("SEND\ndestination:/b\nx\n\n"), "SEND /b",
                "/b", {badFrame});
        addCase("stomp bad escape", stomp, kClient, ended("SEND\ndestination:/b\\x\n\n"),
                "SEND /bx", "/bx", {badFrame});
        addCase("stomp wrong content-length", stomp, kClient,
                ended("SEND\ndestination:/b\ncontent-length:9\n\nabc"), "SEND /b  abc", "/b",
                {badFrame});
        addCase("stomp no destination", stomp, kClient, ended("SEND\n\nabc"), "SEND  abc", "",
                {noHeader});
        addCase("stomp no message-id", stomp, kServer, ended("MESSAGE\ndestination:/a\n\n"),
                "MESSAGE /a", "/a", {noHeader});

        const auto& wamp = wamp::kMessageProtocol;
        const IssueCode badWamp = IssueCode::WampMessageMalformed;
        addCase("wamp HELLO", wamp, kClient, "[1,\"realm1\",{\"roles\":{}}]", "HELLO  realm1",
                "realm1");
        addCase("wamp WELCOME", wamp, kServer, "[2,9129137332,{}]", "WELCOME  session 9129137332");
        addCase("wamp CALL", wamp, kClient, "[48,7,{},\"com.add\",[1,2],{\"k\":1}]",
                "CALL #7  com.add  [1,2]  {\"k\":1}", "com.add");
        addCase("wamp ERROR", wamp, kServer, "[8,48,7,{},\"wamp.error.x\",[\"no\"]]",
                "ERROR #7  of CALL  wamp.error.x  [\"no\"]");
        addCase("wamp EVENT", wamp, kServer, "[36,5512315355,4429313566,{},[\"hi\"]]",
                "EVENT  subscription 5512315355  publication 4429313566  [\"hi\"]");
        addCase("wamp batched", wamp, kServer, record("[17,1,2]") + record("[17,3,4]"),
                "PUBLISHED #1  publication 2  |  PUBLISHED #3  publication 4");
        addHex("wamp msgpack HELLO", wamp, kClient,
               "9301a67265616c6d3181a5726f6c657381a663616c6c657280", "HELLO  realm1", "realm1");
        addHex("wamp msgpack CALL", wamp, kClient, "96300780a7636f6d2e61646492010281a16b01",
               "CALL #7  com.add  [1,2]  {\"k\":1}", "com.add");
        addHex("wamp msgpack RESULT", wamp, kServer, "943207809103", "RESULT #7  [3]");
        addHex("wamp msgpack EVENT", wamp, kServer,
               "9524cf00000001488f41dbcf000000010801f61e8091a26869",
               "EVENT  subscription 5512315355  publication 4429313566  [\"hi\"]");
        addHex("wamp msgpack batched", wamp, kServer, "00000006943207809103 00000006943208809104",
               "RESULT #7  [3]  |  RESULT #8  [4]");
        addCase("wamp element missing", wamp, kClient, "[48,7,{}]", "CALL #7", "", {badWamp});
        addCase("wamp id no number", wamp, kClient, "[48,\"7\",{},\"a.b\"]", "CALL  a.b", "a.b",
                {badWamp});
        addCase("wamp no JSON", wamp, kClient, "[48,7,{},\"a.b\",}", "CALL #7  a.b", "a.b",
                {badWamp});

        const auto& graphql = graphql::kMessageProtocol;
        const IssueCode badGraphQl = IssueCode::GraphQlMessageMalformed;
        addCase("graphql connection_init", graphql, kClient, "{\"type\":\"connection_init\"}",
                "connection_init");
        addCase("graphql subscribe", graphql, kClient,
                "{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":{\"query\":\"subscription "
                "OnNews { news }\"}}",
                "subscribe #1  OnNews  {\"query\":\"subscription OnNews { news }\"}", "OnNews");
        addCase("graphql operationName", graphql, kClient,
                "{\"id\":\"1\",\"type\":\"start\",\"payload\":{\"query\":\"query A{a} query B{b}\","
                "\"operationName\":\"B\"}}",
                "start #1  B  {\"query\":\"query A{a} query B{b}\",\"operationName\":\"B\"}", "B");
        addCase("graphql next", graphql, kServer,
                "{\"id\":\"1\",\"type\":\"next\",\"payload\":{\"data\":{\"news\":1}}}",
                "next #1  {\"data\":{\"news\":1}}");
        addCase("graphql ka", graphql, kServer, "{\"type\":\"ka\"}", "ka");
        addCase("graphql unknown type", graphql, kClient, "{\"type\":\"nonsense\"}", "nonsense", "",
                {badGraphQl});
        addCase("graphql no id", graphql, kServer, "{\"type\":\"complete\"}", "complete", "",
                {badGraphQl});
        addCase("graphql no query", graphql, kClient,
                "{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":{}}", "subscribe #1  {}", "",
                {badGraphQl});

        const auto& signalr = signalr::kMessageProtocol;
        const IssueCode badSignalR = IssueCode::SignalRMessageMalformed;
        addCase("signalr handshake", signalr, kClient,
                record("{\"protocol\":\"json\",\"version\":1}"), "Handshake  json  version 1");
        addCase("signalr handshake accepted, with more", signalr, kServer,
                record("{}") + record("{\"type\":6}"), "Handshake  accepted  |  Ping");
        addCase("signalr handshake refused", signalr, kServer, record("{\"error\":\"no\"}"),
                "Handshake  error: no");
        addCase("signalr Invocation", signalr, kClient,
                record("{\"type\":1,\"target\":\"Send\",\"arguments\":[\"bob\",{\"n\":1}],"
                       "\"headers\":{}}"),
                "Invocation  Send  [\"bob\",{\"n\":1}]", "Send");
        addCase("signalr Completion", signalr, kServer,
                record("{\"type\":3,\"invocationId\":\"1\",\"result\":3}"), "Completion #1  3");
        addCase("signalr Close", signalr, kServer, record("{\"type\":7,\"error\":\"bye\"}"),
                "Close  error: bye");
        addHex("signalr msgpack Invocation", signalr, kClient,
               "12950180c0a453656e6492a3626f6281a16e01", "Invocation  Send  [\"bob\",{\"n\":1}]",
               "Send");
        addHex("signalr msgpack with id", signalr, kClient, "0c950180a131a3416464920102",
               "Invocation #1  Add  [1,2]", "Add");
        addHex("signalr msgpack StreamItem", signalr, kServer, "06940280a1332a",
               "StreamItem #3  42");
        addHex("signalr msgpack result", signalr, kServer, "07950380a1310303", "Completion #1  3");
        addHex("signalr msgpack error", signalr, kServer, "0b950380a13101a4626f6f6d",
               "Completion #1  error: boom");
        addHex("signalr msgpack void", signalr, kServer, "06940380a13202", "Completion #2");
        addHex("signalr msgpack stream", signalr, kClient, "0d950480a133a5436f756e74910a",
               "StreamInvocation #3  Count  [10]", "Count");
        addHex("signalr msgpack several", signalr, kServer, "02910603920805039207c0",
               "Ping  |  Ack  5  |  Close");
        addHex("signalr msgpack handshake", signalr, kServer, "7b7d1e029106",
               "Handshake  accepted  |  Ping");
        addCase("signalr no separator", signalr, kServer, "{\"type\":6}", "Ping", "", {badSignalR});
        addCase("signalr no target", signalr, kServer, record("{\"type\":1,\"arguments\":[]}"),
                "Invocation  []", "", {badSignalR});
        addCase("signalr result and error", signalr, kServer,
                record("{\"type\":3,\"invocationId\":\"1\",\"result\":1,\"error\":\"x\"}"),
                "Completion #1  1  error: x", "", {badSignalR});

        const auto& sockjs = sockjs::kMessageProtocol;
        const IssueCode badSockJs = IssueCode::SockJsFrameMalformed;
        addCase("sockjs o", sockjs, kServer, "o", "open");
        addCase("sockjs h", sockjs, kServer, "h", "heartbeat");
        addCase("sockjs a", sockjs, kServer, "a[\"{\\\"n\\\":1}\",\"x\"]", "array  {\"n\":1}, x");
        addCase("sockjs c", sockjs, kServer, "c[3000,\"Go away!\"]", "close  3000 Go away!");
        addCase("sockjs send", sockjs, kClient, "[\"hi\"]", "send  hi");
        addCase("sockjs no array", sockjs, kServer, "a[1", "array", "", {badSockJs});
        addCase("sockjs no reason", sockjs, kServer, "c[3000]", "close  3000", "", {badSockJs});

        const auto& cable = actioncable::kMessageProtocol;
        const IssueCode badCable = IssueCode::ActionCableMessageMalformed;
        addCase("cable welcome", cable, kServer, "{\"type\":\"welcome\"}", "welcome");
        addCase("cable ping", cable, kServer, "{\"type\":\"ping\",\"message\":1445976850}",
                "ping  1445976850");
        addCase("cable subscribe", cable, kClient,
                "{\"command\":\"subscribe\",\"identifier\":\"{\\\"channel\\\":\\\"Chat\\\"}\"}",
                "subscribe  Chat", "Chat");
        addCase("cable message", cable, kClient,
                "{\"command\":\"message\",\"identifier\":\"{\\\"channel\\\":\\\"Chat\\\"}\","
                "\"data\":\"{\\\"action\\\":\\\"speak\\\"}\"}",
                "message  Chat  speak  {\"action\":\"speak\"}", "Chat");
        addCase("cable of a channel", cable, kServer,
                "{\"identifier\":\"{\\\"channel\\\":\\\"Chat\\\"}\",\"message\":{\"n\":1}}",
                "message  Chat  {\"n\":1}", "Chat");
        addCase("cable disconnect", cable, kServer,
                "{\"type\":\"disconnect\",\"reason\":\"unauthorized\",\"reconnect\":false}",
                "disconnect  unauthorized");
        addCase("cable no identifier", cable, kClient, "{\"command\":\"subscribe\"}", "subscribe",
                "", {badCable});
        addCase("cable unknown command", cable, kClient,
                "{\"command\":\"dance\",\"identifier\":\"x\"}", "dance  x", "", {badCable});
    }

    void messages() {
        QFETCH(Case, message);
        MessageRun run(*message.protocol);
        run.add(message.direction, message.bytes, message.text);
        QCOMPARE(run.record(0).protocol, message.protocol->protocol);
        QCOMPARE(run.summary(0), std::string(message.line));
        QCOMPARE(run.name(0), std::string_view(message.name));
        QCOMPARE(run.issuesRead(0), message.issues);
        QCOMPARE(run.issuesDescribed(0), message.issues);
        QVERIFY(!run.tree(0).empty());
        for (std::size_t limit = 0; limit < 40; ++limit) {
            QVERIFY(std::size_t(QString::fromStdString(run.summary(0, limit)).size()) <= limit);
        }
        // Fields lie in their sources; any beginning of the message can be taken apart as well.
        for (std::size_t size = 0; size <= message.bytes.size(); ++size) {
            MessageRun part(*message.protocol);
            part.add(message.direction,
                     Bytes(message.bytes.begin(),
                           message.bytes.begin() + static_cast<std::ptrdiff_t>(size)),
                     message.text);
            const Dissection dissection = part.dissect(0);
            for (const Field& field : dissection.fields.fields()) {
                if (field.source == kNoSource) continue;
                QVERIFY(field.range.begin <= field.range.end);
                QVERIFY(field.range.end <= dissection.sources[field.source].bytes.size());
            }
            QCOMPARE(part.issuesRead(0), part.issuesDescribed(0));
            part.summary(0);
        }
    }

    void stompFrames() {
        const std::string text = ended("SEND\ndestination:/q\\cx\ncontent-length:2\n\nhi");
        const auto frame = stomp::parse(text);
        QVERIFY(frame);
        QCOMPARE(*frame->header("destination"), std::string("/q:x"));
        Bytes encoded;
        ByteWriter writer(encoded);
        stomp::encode(*frame, writer);
        QCOMPARE(asText(encoded), std::string_view(text));
        QVERIFY(stomp::parse(asText(encoded)) == frame);
        QVERIFY(!stomp::parse("HELLO\n\n"));
        QCOMPARE(stomp::unescapeHeader("a\\c\\n\\r\\\\b"), std::string("a:\n\r\\b"));
    }

    void sockJsFrames() {
        for (const char* text :
             {"o", "h", "a[\"x\",\"y \\\" \\\\\"]", "m\"z\"", "c[3000,\"bye\"]"}) {
            const auto frame = sockjs::parse(text, kServer);
            QVERIFY(frame && frame->wellFormed);
            Bytes encoded;
            ByteWriter writer(encoded);
            sockjs::encode(*frame, writer);
            QCOMPARE(asText(encoded), std::string_view(text));
        }
        QVERIFY(sockjs::isSockJsPath("/echo/123/abcd_efg/websocket"));
        QVERIFY(sockjs::isSockJsPath("/a/b/sockjs/000/xyz/websocket?t=1"));
        QVERIFY(!sockjs::isSockJsPath("/websocket"));
        QVERIFY(!sockjs::isSockJsPath("/echo/websocket"));
        QVERIFY(!sockjs::isSockJsPath("/socket.io/x/websocket"));
    }

    void stompInSockJs() {
        MessageRun run(sockjs::kMessageProtocol);
        run.text(kClient, "[\"CONNECT\\nhost:a\\n\\n\\u0000\"]");
        run.text(kClient, "[\"SEND\\ndestination:/a\\n\\nhi\\u0000\"]");
        QCOMPARE(run.summary(1), std::string("send  SEND /a  hi"));
        QCOMPARE(run.name(1), std::string_view("/a"));
        const std::string tree = run.tree(1);
        QVERIFY2(tree.find("STOMP  SEND /a  hi [1:0-24]") != std::string::npos, tree.c_str());
    }

    void answers() {
        MessageRun stomp(stomp::kMessageProtocol);
        stomp.text(kClient, ended("CONNECT\nhost:a\n\n"));
        stomp.text(kServer, ended("CONNECTED\nversion:1.2\n\n"));
        stomp.text(kClient, ended("SEND\ndestination:/a\nreceipt:9\n\n"));
        stomp.text(kServer, ended("RECEIPT\nreceipt-id:9\n\n"));
        QCOMPARE(stomp.links(), std::string("1 response 0\n3 response 2\n"));
        QCOMPARE(stomp.name(3), std::string_view("/a"));

        MessageRun wamp(wamp::kMessageProtocol);
        wamp.text(kClient, "[48,7,{},\"com.add\"]");
        wamp.text(kClient, "[32,8,{},\"com.news\"]");
        wamp.text(kServer, "[33,8,500]");
        wamp.text(kServer, "[50,7,{},[3]]");
        wamp.text(kServer, "[36,500,1,{}]");
        wamp.text(kServer, "[8,48,7,{},\"again\"]");
        QCOMPARE(wamp.links(), std::string("2 response 1\n3 response 0\n"));
        QCOMPARE(wamp.name(3), std::string_view("com.add"));
        QCOMPARE(wamp.name(4), std::string_view("com.news"));

        MessageRun graphql(graphql::kMessageProtocol);
        graphql.text(kClient, "{\"type\":\"connection_init\"}");
        graphql.text(kServer, "{\"type\":\"connection_ack\"}");
        graphql.text(kClient,
                     "{\"id\":\"1\",\"type\":\"subscribe\",\"payload\":{\"query\":"
                     "\"subscription S{s}\"}}");
        graphql.text(kServer, "{\"id\":\"1\",\"type\":\"next\",\"payload\":{}}");
        graphql.text(kServer, "{\"id\":\"1\",\"type\":\"next\",\"payload\":{}}");
        graphql.text(kServer, "{\"type\":\"ping\"}");
        graphql.text(kClient, "{\"type\":\"pong\"}");
        QCOMPARE(graphql.links(), std::string("1 response 0\n3 response 2\n6 pong 5\n"));
        QCOMPARE(graphql.name(4), std::string_view("S"));

        MessageRun signalr(signalr::kMessageProtocol);
        signalr.text(kClient, record("{\"protocol\":\"json\",\"version\":1}"));
        signalr.text(kServer, record("{}"));
        signalr.text(kClient, record("{\"type\":1,\"invocationId\":\"0\",\"target\":\"Add\","
                                     "\"arguments\":[]}"));
        signalr.text(kServer, record("{\"type\":3,\"invocationId\":\"0\",\"result\":1}"));
        QCOMPARE(signalr.links(), std::string("1 response 0\n3 response 2\n"));
        QCOMPARE(signalr.name(3), std::string_view("Add"));

        MessageRun cable(actioncable::kMessageProtocol);
        cable.text(kClient, "{\"command\":\"subscribe\",\"identifier\":\"{}\"}");
        cable.text(kServer, "{\"type\":\"confirm_subscription\",\"identifier\":\"{}\"}");
        QCOMPARE(cable.links(), std::string("1 response 0\n"));
    }

    void recognition() {
        const auto by = [](Direction direction, std::string_view text, std::string_view path,
                           std::string_view subprotocol) {
            const Bytes bytes = bytesOf(text);
            const auto* const found =
                recognisedBy({bytes, true, true, direction}, path, subprotocol);
            return found == nullptr ? Protocol::WebSocket : found->protocol;
        };
        QCOMPARE(by(kClient, "x", "/", "v12.stomp"), Protocol::Stomp);
        QCOMPARE(by(kClient, ended("CONNECT\nhost:a\n\n"), "/", ""), Protocol::Stomp);
        QCOMPARE(by(kClient, "CONNECT to me", "/", ""), Protocol::WebSocket);
        QCOMPARE(by(kClient, "[1,\"r\",{}]", "/", "wamp.2.json"), Protocol::Wamp);
        QCOMPARE(by(kClient, "[1,\"r\",{}]", "/", ""), Protocol::WebSocket);
        QCOMPARE(by(kServer, "{}", "/", "graphql-transport-ws"), Protocol::GraphQlWs);
        QCOMPARE(by(kClient, "{\"type\":\"connection_init\"}", "/", ""), Protocol::GraphQlWs);
        QCOMPARE(by(kClient, record("{\"protocol\":\"json\",\"version\":1}"), "/", ""),
                 Protocol::SignalR);
        QCOMPARE(by(kClient, "{\"protocol\":\"json\",\"version\":1}", "/", ""),
                 Protocol::WebSocket);
        QCOMPARE(by(kServer, "o", "/chat/001/abcdefgh/websocket", ""), Protocol::SockJs);
        QCOMPARE(by(kServer, "o", "/chat", ""), Protocol::WebSocket);
        QCOMPARE(by(kServer, "{\"type\":\"welcome\"}", "/cable", ""), Protocol::ActionCable);
        QCOMPARE(by(kServer, "{\"type\":\"welcome\"}", "/chat", ""), Protocol::WebSocket);
        QCOMPARE(by(kServer, "{}", "/", "actioncable-v1-json"), Protocol::ActionCable);
    }

    // Whoever is not asked about an object would have said no.
    void whoIsAskedOfAnObject() {
        framescope::test::Noise noise(12);
        constexpr std::string_view kAlphabet = "[]{}\",:0123456789acohm\\n\x1e \"type\"";
        for (int round = 0; round < 2000; ++round) {
            std::string text = "{";
            const std::size_t size = noise.below(60);
            for (std::size_t i = 0; i < size; ++i) text += kAlphabet[noise.below(kAlphabet.size())];
            const MessageView message{asBytes(text), true, true,
                                      round % 2 == 0 ? kClient : kServer};
            for (const std::string_view path : {"/", "/chat/001/abcdefgh/websocket", "/cable"}) {
                ConnectionFacts facts;
                facts.engineVersion = static_cast<std::uint8_t>(round % 5);
                const ConnectionView connection{facts, path, ""};
                const auto asked = protocolsToAsk(message, connection.subprotocol);
                QVERIFY(asked.size() < messageProtocols().size());
                for (const MessageProtocol* const protocol : messageProtocols()) {
                    if (std::ranges::find(asked, protocol) != asked.end()) continue;
                    QVERIFY(!protocol->recognise(message, connection));
                }
            }
        }
    }

    void noiseIsNoHarm() {
        framescope::test::Noise noise(11);
        constexpr std::string_view kAlphabet = "[]{}\",:0123456789acohm\\n\x1e \"type\"";
        for (const MessageProtocol* const protocol : messageProtocols()) {
            for (int round = 0; round < 500; ++round) {
                MessageRun run(*protocol);
                Bytes bytes;
                const std::size_t size = noise.below(60);
                for (std::size_t i = 0; i < size; ++i) {
                    const bool any = round % 2 == 0;
                    bytes.push_back(
                        any ? noise.byte()
                            : static_cast<std::uint8_t>(kAlphabet[noise.below(kAlphabet.size())]));
                }
                const Direction direction = round % 3 == 0 ? kClient : kServer;
                run.add(direction, bytes, round % 2 == 1);
                if (run.record(0).protocol == Protocol::WebSocket) continue;
                run.summary(0);
                QVERIFY2(run.issuesRead(0) == run.issuesDescribed(0), formatHex(bytes).c_str());
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestSubprotocols)
#include "test_subprotocols.moc"
