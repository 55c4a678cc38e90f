// What a user may say about how a connection is read: words and parameters there and back, which
// connections a selector matches, and the layers that follow from it.
#include <QtTest>

#include "dissector/layer/connection_words.h"
#include "dissector/layer/read_as.h"
#include "tests/support/capture_builder.h"
#include "tests/support/layer_recorder.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr Direction kC = Direction::ClientToServer;
constexpr Direction kS = Direction::ServerToClient;

std::string text(const Bytes& bytes) {
    return std::string(asText(bytes));
}

Endpoint endpoint(std::uint8_t last, std::uint16_t port) {
    return {{4, {10, 0, 0, last}}, port};
}

ReadAs said(std::string_view words) {
    const auto parsed = parseReadAs(words);
    const auto* const readAs = std::get_if<ReadAs>(&parsed);
    if (readAs == nullptr) qFatal("%s", std::get<std::string>(parsed).c_str());
    return *readAs;
}

/// A connection that is read so; its first bytes come next.
void start(LayerRecorder& recorder, std::string_view words, bool fromStart = true) {
    recorder.start(makeReadAsLayer(said(words), fromStart, recorder));
}

}  // namespace

class TestReadAs : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// One event is too little to be told by; whoever says so has it read.
    void anEventStreamThatWasJoined() {
        for (const std::string event : {"data: one\n\n", "b\r\ndata: one\n\n\r\n"}) {
            LayerRecorder unsaid;
            start(unsaid, "auto", false);
            unsaid.data(kS, event);
            QCOMPARE(unsaid.count(RowKind::EventStreamEvent), std::size_t{0});
            LayerRecorder r;
            start(r, "sse", false);
            r.data(kS, event);
            QCOMPARE(r.count(RowKind::EventStreamEvent), std::size_t{1});
        }
    }

    void wordsThereAndBack_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("name");
        const auto row = [](const char* text, const char* name) {
            QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(name);
        };
        row("auto", "automatic");
        row("tcp", "plain TCP");
        row("http", "HTTP");
        row("sse", "event stream");
        row("websocket", "WebSocket");
        row("websocket,no-deflate", "WebSocket, not compressed");
        row("websocket,deflate", "WebSocket, permessage-deflate with context takeover");
        row("websocket,no-takeover", "WebSocket, permessage-deflate without context takeover");
        row("websocket,client-no-takeover",
            "WebSocket, permessage-deflate without context takeover of the client");
        row("websocket,server-no-takeover",
            "WebSocket, permessage-deflate without context takeover of the server");
        row("websocket,deflate-frame", "WebSocket, x-webkit-deflate-frame");
        row("websocket,path=/a?b=c,subprotocol=chat", "WebSocket, path /a?b=c, subprotocol chat");
        row("engineio", "Engine.IO on WebSocket");
        row("socketio,deflate,eio=4",
            "Socket.IO (EIO=4) on WebSocket, permessage-deflate with context takeover");
        row("stomp", "STOMP on WebSocket");
        row("mqtt", "MQTT on WebSocket");
        row("wamp", "WAMP on WebSocket");
        row("graphql", "GraphQL on WebSocket");
        row("signalr", "SignalR on WebSocket");
        row("sockjs", "SockJS on WebSocket");
        row("actioncable", "Action Cable on WebSocket");
    }
    void wordsThereAndBack() {
        QFETCH(QString, text);
        QFETCH(QString, name);
        const ReadAs readAs = said(text.toStdString());
        QCOMPARE(QString::fromStdString(textOf(readAs)), text);
        QCOMPARE(QString::fromStdString(readAsName(readAs)), name);
        QCOMPARE(QString::fromStdString(readAsNameOf(text.toStdString())), name);
        QVERIFY(said(textOf(readAs)) == readAs);
    }

    void mistakes_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* text, const char* sentence) {
            QTest::newRow(text) << QString::fromUtf8(text) << QString::fromUtf8(sentence);
        };
        row("tcp.stream==3",
            "\"tcp.stream==3\" does not say how to read it; the form is "
            "SELECTOR,PROTOCOL[,PARAMETER...], such as tcp.stream==3,websocket.");
        row(",websocket",
            "\",websocket\" does not say which connections it is about; \"tcp\" is all of them.");
        row("tcp.stream==x,websocket",
            "at character 13: 'x' is no value of 'tcp.stream', whose type is unsigned integer.");
        row("tcp,foo",
            "\"foo\" is nothing to read a connection as; there are auto, tcp, http, sse, "
            "websocket, engineio, socketio, stomp, mqtt, wamp, graphql, signalr, sockjs and "
            "actioncable.");
        row("tcp&&socketio.event==\"a,b\",tcp",
            "\"socketio.event\" is not known when a connection opens; a selector speaks of "
            "tcp.stream, tcp.port, ip.addr, ipv6.addr, and of tcp.srcport, ip.src and their like, "
            "where the source is the client.");
        row("tcp,http,deflate", "\"http\" takes no parameters.");
        row("tcp,websocket,no-takeover,no-deflate",
            "\"no-deflate\" contradicts what was said about compression before.");
        row("tcp,stomp,eio=4", "eio= goes with engineio and socketio, and not with \"stomp\".");
        for (const char* const wrong : {"", "eio=5", "path=", "takeover", "deflate=1"}) {
            const std::string rule = std::string("tcp,socketio,") + wrong;
            row(rule.c_str(),
                ("\"" + std::string(wrong) +
                 "\" is no parameter; there are deflate, no-deflate, no-takeover, "
                 "client-no-takeover, server-no-takeover, deflate-frame, eio=2, eio=3, eio=4, "
                 "path=TARGET and subprotocol=NAME.")
                    .c_str());
        }
    }
    void mistakes() {
        QFETCH(QString, text);
        QFETCH(QString, sentence);
        const auto parsed = parseReadAsRule(text.toStdString());
        const auto* const mistake = std::get_if<std::string>(&parsed);
        QVERIFY(mistake != nullptr);
        QCOMPARE(QString::fromStdString(*mistake), sentence);
    }

    void selectors_data() {
        QTest::addColumn<QString>("selector");
        QTest::addColumn<bool>("matches");
        const auto row = [](const char* selector, bool matches) {
            QTest::newRow(selector) << QString::fromUtf8(selector) << matches;
        };
        // Connection 3, from 10.0.0.1:40000 to 10.0.0.2:8080.
        row("tcp", true);
        row("tcp.stream==3", true);
        row("tcp.stream==2", false);
        row("tcp.port==8080", true);
        row("tcp.port==40000", true);
        row("tcp.port==80", false);
        row("tcp.dstport==8080", true);
        row("tcp.srcport==8080", false);
        row("ip.addr==10.0.0.1 && tcp.port==8080", true);
        row("ip.addr==10.0.0.3", false);
        row("ip.dst==10.0.0.2", true);
        row("ip.src==10.0.0.2", false);
        row("ipv6", false);
        row("!(tcp.port==80) and (tcp.stream==1 or ip)", true);
    }
    void selectors() {
        QFETCH(QString, selector);
        QFETCH(bool, matches);
        const auto parsed = parseReadAsRule(selector.toStdString() + ",tcp");
        const auto* const rule = std::get_if<ReadAsRule>(&parsed);
        QVERIFY(rule != nullptr);
        ReadAsRules rules;
        rules.add(*rule);
        QCOMPARE(rules.find(3, endpoint(1, 40000), endpoint(2, 8080)) != nullptr, matches);
    }

    void theFirstRuleThatMatchesCounts() {
        ReadAsRules rules;
        QVERIFY(rules.find(0, {}, {}) == nullptr);
        rules.add(readAsRuleFor(7, said("auto")));
        rules.add(readAsRuleFor(7, said("http")));
        rules.add(readAsRuleFor(8, said("http")));
        QVERIFY(rules.find(7, {}, {})->kind == ReadAs::Kind::Automatic);
        QVERIFY(rules.find(8, {}, {})->kind == ReadAs::Kind::Http);
        QVERIFY(rules.find(9, {}, {}) == nullptr);
    }

    void framesFromTheFirstByteOn() {
        LayerRecorder r;
        start(r, "websocket");
        r.data(kC, text(webSocketText("hi", kMask)));
        r.data(kS, text(webSocketText("ho")));
        QCOMPARE(QString::fromStdString(r.rows()), QStringLiteral("c frame1 0+8\ns frame1 0+4\n"));
        QVERIFY(r.known.readAsChosen);
        QCOMPARE(r.names[r.known.readAs], std::string("websocket"));
    }

    /// Whatever stands in front of the frames is searched through.
    void framesBehindSomethingElse() {
        LayerRecorder r;
        start(r, "websocket,no-deflate");
        r.data(kS, "HELLO 1.0\r\n" + text(webSocketText("a")) + text(webSocketText("b")) +
                       text(webSocketClose(1000)));
        r.end(kS);
        QCOMPARE(QString::fromStdString(r.rows()),
                 QStringLiteral("s bytes 0+11\ns frame1 11+3 found\ns frame1 14+3\n"
                                "s frame8 17+4\n"));
    }

    void joinedWithinAFrame() {
        LayerRecorder r;
        start(r, "websocket", false);
        const std::string cut = text(webSocketText(std::string(60, 'x'), kMask)).substr(20);
        r.data(kC, cut + text(webSocketText("one", kOtherMask)) +
                       text(webSocketText("two", kMask)) + text(webSocketClose(1000, "", kMask)));
        r.end(kC);
        QCOMPARE(r.count(RowKind::WebSocketFrame), std::size_t{3});
        QCOMPARE(r.records[1].streamOffset, StreamOffset{cut.size()});
    }

    /// RSV1 is taken for compression only where nothing else was said.
    void compressionAsItIsSaid() {
        const Bytes compressed = webSocketFrame(asBytes("\xf2\x48\xcd\xc9\xc9\x07"), {.rsv = 4});
        LayerRecorder shown;
        start(shown, "websocket");
        shown.data(kS, compressed);
        QVERIFY(shown.known.compression.kind == CompressionKind::PerMessageDeflate);
        QVERIFY(shown.records.at(0).has(kFlagCompressed));
        LayerRecorder denied;
        start(denied, "websocket,no-deflate");
        denied.data(kS, compressed);
        denied.end(kS);
        QVERIFY(!denied.known.compression.agreed());
        QCOMPARE(denied.count(RowKind::WebSocketFrame), std::size_t{0});
        LayerRecorder agreed;
        start(agreed, "websocket,no-takeover");
        QVERIFY(agreed.known.compression.noContextTakeover[0]);
        QVERIFY(agreed.known.compression.noContextTakeover[1]);
    }

    /// Without the opening packet nothing would tell Engine.IO from texts.
    void messagesOfAProtocol() {
        LayerRecorder plain;
        start(plain, "websocket");
        plain.data(kS, text(webSocketText("42[\"news\"]")));
        QVERIFY(plain.records.at(0).protocol == Protocol::WebSocket);
        LayerRecorder socketIo;
        start(socketIo, "socketio,eio=4");
        socketIo.data(kS, text(webSocketText("42[\"news\"]")));
        QVERIFY(socketIo.records.at(0).protocol == Protocol::SocketIo);
        QCOMPARE(socketIo.names[socketIo.records.at(0).name], std::string("news"));
        QCOMPARE(int{socketIo.known.engineVersion}, 4);
        LayerRecorder stomp;
        start(stomp, "stomp");
        stomp.data(kS, text(webSocketText(std::string("MESSAGE\nid:1\n\nx\0", 17))));
        QVERIFY(stomp.records.at(0).protocol == Protocol::Stomp);
    }

    void plainTcpRecognisesNothing() {
        LayerRecorder r;
        start(r, "tcp");
        r.data(kC, "GET / HTTP/1.1\r\n\r\n");
        r.data(kS, "HTTP/1.1 204 No Content\r\n\r\n");
        QCOMPARE(r.count(RowKind::TcpSegment), std::size_t{2});
        QCOMPARE(r.records.size(), std::size_t{2});
    }

    void whatWasInferredInWords() {
        ConnectionFacts facts;
        QCOMPARE(inferredText(facts), std::string());
        QCOMPARE(inferredSentence(facts), std::string());
        facts.inferred = kInferredWebSocket;
        QCOMPARE(inferredSentence(facts), std::string("The handshake was not captured or cannot be "
                                                      "read; told from the frames: WebSocket."));
        facts.inferred |= kInferredCompression | kInferredTakeover | kInferredEngineVersion;
        facts.engineVersion = 4;
        facts.compression.kind = CompressionKind::PerMessageDeflate;
        QCOMPARE(inferredText(facts),
                 std::string("WebSocket, permessage-deflate with context takeover, Engine.IO 4"));
        facts.compression.noContextTakeover = {false, true};
        facts.inferred = kInferredCompression | kInferredTakeover | kInferredClient;
        QCOMPARE(inferredText(facts),
                 std::string("permessage-deflate without context takeover of the server, which "
                             "side is the client"));
    }
};

QTEST_APPLESS_MAIN(TestReadAs)
#include "test_read_as.moc"
