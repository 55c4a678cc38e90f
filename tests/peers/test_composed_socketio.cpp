// What our client composes, real Socket.IO servers hear, of versions 2 and 4 and by every
// transport: every packet type, attachments, acknowledgements both ways. What tcpdump saw on the
// wire holds the previewed bytes in their order.
#include <memory>

#include <QJsonArray>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

#include "capture/client/client.h"
#include "capture/net/reactor.h"
#include "tests/support/client_probe.h"
#include "tests/support/peer_scenario.h"
#include "tests/support/peer_server.h"

using namespace framescope;
using namespace framescope::test;
using client::EngineIoOptions;
using client::Incoming;
using compose::Payload;
using compose::SocketIoDraft;
using socketio::PacketType;

namespace {

SocketIoDraft eventDraft(std::string name, std::string args, std::string nsp = "/") {
    SocketIoDraft draft;
    draft.event = std::move(name);
    draft.data = std::move(args);
    draft.nsp = std::move(nsp);
    return draft;
}

QJsonObject heardEvent(const char* nsp, const char* name, const QByteArray& args,
                       bool ack = false) {
    return {{QStringLiteral("what"), QStringLiteral("event")},
            {QStringLiteral("nsp"), QLatin1String(nsp)},
            {QStringLiteral("event"), QLatin1String(name)},
            {QStringLiteral("args"), QJsonDocument::fromJson(args).array()},
            {QStringLiteral("ack"), ack}};
}

QByteArray bytesOf(const Bytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

bool isEvent(const Incoming& incoming, std::string_view name) {
    return incoming.kind == Incoming::Kind::SocketIo && incoming.event == name;
}

}  // namespace

class TestComposedSocketIo : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void serverHearsWhatWasComposed_data();
    void serverHearsWhatWasComposed();
};

void TestComposedSocketIo::initTestCase() {
    if (const QString reason = peersUnavailable(); !reason.isEmpty()) QSKIP(qPrintable(reason));
}

void TestComposedSocketIo::serverHearsWhatWasComposed_data() {
    QTest::addColumn<int>("version");
    QTest::addColumn<int>("way");
    for (const int version : {2, 4}) {
        const auto add = [version](const char* name, EngineIoOptions::Way way) {
            QTest::addRow("socket.io %d, %s", version, name) << version << static_cast<int>(way);
        };
        add("websocket", EngineIoOptions::Way::WebSocketOnly);
        add("polling and upgrade", EngineIoOptions::Way::PollingThenUpgrade);
        add("polling", EngineIoOptions::Way::PollingOnly);
    }
}

void TestComposedSocketIo::serverHearsWhatWasComposed() {
    QFETCH(int, version);
    QFETCH(int, way);
    PeerServer server(QStringLiteral("hearing_server.mjs"),
                      {QStringLiteral("socketio%1").arg(version)});
    QVERIFY2(server.port() != 0, qPrintable(server.complaint()));
    const QTemporaryDir folder;
    const WireRecord wire(server.port(), folder.filePath(QStringLiteral("wire.pcap")));

    net::Reactor reactor;
    ClientProbe probe;
    client::ClientOptions options;
    options.urls = {server.url(QStringLiteral("http"), QStringLiteral("/")).toStdString()};
    options.speaks = client::Speaks::SocketIo;
    options.engineIo.revision = version == 2 ? 3 : 4;
    options.engineIo.way = static_cast<EngineIoOptions::Way>(way);
    const auto client = client::Client::make(reactor, nullptr, options, probe);
    client->connect();
    QVERIFY2(probe.waitFor(client::State::Open), probe.status().sentence.c_str());
    if (options.engineIo.way == EngineIoOptions::Way::PollingThenUpgrade) {
        QVERIFY2(server.waitForLine([](const QJsonObject& line) {
            return line.value(QStringLiteral("what")) == QStringLiteral("upgraded");
        }),
                 qPrintable(server.complaint()));
    }

    QList<QByteArray> pieces;
    std::uint64_t seed = 1;
    QString failure;
    const auto say = [&](const SocketIoDraft& draft) {
        const auto prepared = client->prepare(draft, seed);
        const auto sent = sendNow(*client, draft, seed++);
        if (!prepared || !sent) {
            failure = QString::fromStdString((prepared ? sent.error() : prepared.error()).sentence);
            return false;
        }
        for (const auto& piece : prepared->pieces) pieces.append(bytesOf(piece.bytes));
        return true;
    };
    const auto heard = [&](const QJsonObject& wanted) {
        const bool came = server.waitForLine(
            [&](const QJsonObject& line) { return firstDifference({wanted}, {line}).isEmpty(); });
        if (!came) {
            failure = QStringLiteral("not heard: ") +
                      QString::fromUtf8(QJsonDocument(wanted).toJson(QJsonDocument::Compact));
        }
        return came;
    };

    // EVENT, with all kinds of JSON, and its echo.
    QVERIFY2(say(eventDraft("note", R"(["plain",42,-1500,true,null,[],{"a":"你好"}])")),
             qPrintable(failure));
    QVERIFY2(heard(heardEvent("/", "note", R"(["plain",42,-1500,true,null,[],{"a":"你好"}])")),
             qPrintable(failure));
    QVERIFY(probe.waitForMessage([](const Incoming& m) { return isEvent(m, "note"); }));

    // BINARY_EVENT: two attachments, their echo with them.
    SocketIoDraft upload = eventDraft(
        "upload",
        R"([{"_placeholder":true,"num":0},{"b":{"_placeholder":true,"num":1},"size":4}])");
    upload.attachments = {{Payload::Kind::Hex, "89504e47"}, {Payload::Kind::Hex, "00ff"}};
    QVERIFY2(say(upload), qPrintable(failure));
    const auto first = QString::fromLatin1(QByteArray::fromHex("89504e47").toBase64());
    const auto second = QString::fromLatin1(QByteArray::fromHex("00ff").toBase64());
    const QByteArray uploaded =
        QStringLiteral(R"([{"@bytes":"%1"},{"b":{"@bytes":"%2"},"size":4}])")
            .arg(first, second)
            .toUtf8();
    QVERIFY2(heard(heardEvent("/", "upload", uploaded)), qPrintable(failure));
    const Bytes picture{0x89, 0x50, 0x4e, 0x47};
    const Bytes pair{0x00, 0xff};
    QVERIFY(probe.waitForMessage([&](const Incoming& m) {
        return isEvent(m, "upload") && m.attachments == std::vector<Bytes>{picture, pair};
    }));

    // An acknowledgement asked for: ACK and BINARY_ACK come back with their latency.
    SocketIoDraft sum = eventDraft("sum", "[19,23]");
    sum.wantsAck = true;
    QVERIFY2(say(sum), qPrintable(failure));
    QVERIFY2(heard(heardEvent("/", "sum", "[19,23]", true)), qPrintable(failure));
    QVERIFY(probe.waitForMessage([](const Incoming& m) {
        return m.kind == Incoming::Kind::SocketIo && m.socketType == PacketType::Ack &&
               m.data == "[19,23]" && m.latency && m.latency->count() > 0;
    }));
    SocketIoDraft binarySum = upload;
    binarySum.wantsAck = true;
    QVERIFY2(say(binarySum), qPrintable(failure));
    QVERIFY2(heard(heardEvent("/", "upload", uploaded, true)), qPrintable(failure));
    QVERIFY(probe.waitForMessage([&](const Incoming& m) {
        return m.socketType == PacketType::BinaryAck && m.latency &&
               m.attachments == std::vector<Bytes>{picture, pair};
    }));

    // The server asks: ACK, then BINARY_ACK.
    for (const bool binary : {false, true}) {
        QVERIFY2(say(eventDraft("ask", binary ? R"(["again"])" : R"(["tea?"])")),
                 qPrintable(failure));
        const std::size_t questions = binary ? 2 : 1;
        QVERIFY(probe.waitForMessage([&, seen = std::size_t{0}](const Incoming& m) mutable {
            return isEvent(m, "question") && ++seen >= questions && m.id.has_value();
        }));
        SocketIoDraft answer;
        answer.type = PacketType::Ack;
        for (const Incoming& message : probe.messages()) {
            if (isEvent(message, "question")) answer.id = message.id;
        }
        answer.data = binary ? R"([{"_placeholder":true,"num":0}])" : R"(["yes",{"sugar":false}])";
        if (binary) answer.attachments = {{Payload::Kind::Hex, "89504e47"}};
        QVERIFY2(say(answer), qPrintable(failure));
        const QByteArray args = binary ? QStringLiteral(R"([{"@bytes":"%1"}])").arg(first).toUtf8()
                                       : QByteArray(R"(["yes",{"sugar":false}])");
        QVERIFY2(heard({{QStringLiteral("what"), QStringLiteral("answer")},
                        {QStringLiteral("args"), QJsonDocument::fromJson(args).array()}}),
                 qPrintable(failure));
    }

    // CONNECT to another namespace, refused (CONNECT_ERROR, ERROR) and granted.
    SocketIoDraft join;
    join.type = PacketType::Connect;
    join.nsp = version == 2 ? "/chat?token=wrong" : "/chat";
    if (version == 4) join.data = R"({"token":"wrong"})";
    QVERIFY2(say(join), qPrintable(failure));
    QVERIFY(probe.waitForMessage([](const Incoming& m) {
        return m.kind == Incoming::Kind::SocketIo && m.socketType == PacketType::ConnectError;
    }));
    join.nsp = version == 2 ? "/chat?user=Ada" : "/chat";
    if (version == 4) join.data = R"({"token":"right","user":"Ada"})";
    QVERIFY2(say(join), qPrintable(failure));
    QJsonObject connected{{QStringLiteral("what"), QStringLiteral("connected")},
                          {QStringLiteral("nsp"), QStringLiteral("/chat")}};
    if (version == 4) {
        connected.insert(QStringLiteral("auth"),
                         QJsonObject{{QStringLiteral("token"), QStringLiteral("right")},
                                     {QStringLiteral("user"), QStringLiteral("Ada")}});
    }
    QVERIFY2(heard(connected), qPrintable(failure));
    QVERIFY2(say(eventDraft("message", R"(["lobby"])", "/chat")), qPrintable(failure));
    QVERIFY2(heard(heardEvent("/chat", "message", R"(["lobby"])")), qPrintable(failure));

    // DISCONNECT, by the server and by us.
    QVERIFY2(say(eventDraft("leave", "[]", "/chat")), qPrintable(failure));
    QVERIFY(probe.waitForMessage([](const Incoming& m) {
        return m.kind == Incoming::Kind::SocketIo && m.socketType == PacketType::Disconnect;
    }));
    SocketIoDraft leave;
    leave.type = PacketType::Disconnect;
    QVERIFY2(say(leave), qPrintable(failure));
    QVERIFY2(heard({{QStringLiteral("what"), QStringLiteral("disconnected")},
                    {QStringLiteral("nsp"), QStringLiteral("/")}}),
             qPrintable(failure));
    client->close();
    QVERIFY(probe.waitFor(client::State::Closed));
    QVERIFY2(server.waitForLine([](const QJsonObject& line) {
        return line.value(QStringLiteral("what")) == QStringLiteral("session closed");
    }),
             qPrintable(server.complaint()));

    if (!wire.error().isEmpty()) {
        QSKIP(qPrintable(QStringLiteral("the wire could not be recorded: ") + wire.error()));
    }
    const auto firstMissing = [&pieces](const QByteArray& onTheWire) {
        qsizetype from = 0;
        for (const QByteArray& piece : pieces) {
            const qsizetype place = onTheWire.indexOf(piece, from);
            if (place < 0) return piece;
            from = place + piece.size();
        }
        return QByteArray();
    };
    // The last packets may still be on their way from the kernel to tcpdump's file.
    QTRY_VERIFY2_WITH_TIMEOUT(firstMissing(wire.sentToServer()).isEmpty(),
                              firstMissing(wire.sentToServer()).toPercentEncoding().constData(),
                              10'000);
}

QTEST_GUILESS_MAIN(TestComposedSocketIo)
#include "test_composed_socketio.moc"
