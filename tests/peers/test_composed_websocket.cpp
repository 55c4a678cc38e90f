// What our client composes, real WebSocket servers hear: ws, the same behind nginx, and the Python
// package websockets. What their own code received equals what was composed, and what tcpdump saw
// on the wire equals the preview, byte for byte.
#include <memory>

#include <QTemporaryDir>
#include <QTest>

#include "capture/client/client.h"
#include "capture/net/reactor.h"
#include "tests/support/client_probe.h"
#include "tests/support/peer_scenario.h"
#include "tests/support/peer_server.h"

using namespace framescope;
using namespace framescope::test;
using compose::Compressing;
using compose::FrameDraft;
using compose::Masking;
using compose::Payload;
using websocket::Opcode;

namespace {

struct Composed {
    FrameDraft draft;
    QList<QJsonObject> heard;  ///< by the server, of this draft
};

QJsonObject heardText(const QString& text) {
    return {{QStringLiteral("what"), QStringLiteral("text")}, {QStringLiteral("text"), text}};
}
QJsonObject heardBytes(const char* what, const QByteArray& bytes) {
    return {{QStringLiteral("what"), QLatin1String(what)},
            {QStringLiteral("bytes"), bytesObject(bytes)}};
}

FrameDraft frame(Opcode opcode, Payload::Kind kind, std::string text) {
    FrameDraft draft;
    draft.opcode = static_cast<std::uint8_t>(opcode);
    draft.payload = {kind, std::move(text)};
    return draft;
}
FrameDraft text(std::string content) {
    return frame(Opcode::Text, Payload::Kind::Text, std::move(content));
}

std::string hexOf(const QByteArray& bytes) {
    return bytes.toHex().toStdString();
}

/// Everything a client may say, in the forms in which it can be said.
QList<Composed> plainMessages() {
    QList<Composed> all;
    const auto say = [&all](const FrameDraft& draft, const QList<QJsonObject>& heard) {
        all.append({draft, heard});
    };
    say(text("hello"), {heardText(QStringLiteral("hello"))});
    say(text(""), {heardText(QString())});
    say(text("Grüße, 你好, 👋🌍"), {heardText(QStringLiteral("Grüße, 你好, 👋🌍"))});
    say(frame(Opcode::Text, Payload::Kind::Json, R"({"a":[1,2.50,null]})"),
        {heardText(QStringLiteral(R"({"a":[1,2.50,null]})"))});
    for (const int size : {0, 1, 125, 126, 127, 65535, 65536}) {
        const QByteArray bytes(size, '\xa7');
        say(frame(Opcode::Binary, Payload::Kind::Hex, hexOf(bytes)), {heardBytes("binary", bytes)});
    }
    FrameDraft zeroMask = text("masked with nothing");
    zeroMask.masking = Masking::Zero;
    say(zeroMask, {heardText(QStringLiteral("masked with nothing"))});
    FrameDraft fixedMask = text("masked with this");
    fixedMask.masking = Masking::Fixed;
    fixedMask.maskingKey = {0x37, 0xfa, 0x21, 0x3d};
    say(fixedMask, {heardText(QStringLiteral("masked with this"))});
    FrameDraft pieces = text("in pieces 碎片, one by one");
    pieces.fragments = {3, 0, 8, 1};  // cut within a character as well
    say(pieces, {heardText(QStringLiteral("in pieces 碎片, one by one"))});
    FrameDraft interrupted = frame(Opcode::Binary, Payload::Kind::Hex, "0102030405");
    interrupted.fragments = {2, 2};
    interrupted.between = {{0, frame(Opcode::Ping, Payload::Kind::Text, "within")},
                           {1, frame(Opcode::Pong, Payload::Kind::Text, "unasked")}};
    say(interrupted, {heardBytes("ping", "within"), heardBytes("pong", "unasked"),
                      heardBytes("binary", QByteArray::fromHex("0102030405"))});
    say(frame(Opcode::Ping, Payload::Kind::Text, ""), {heardBytes("ping", "")});
    say(frame(Opcode::Ping, Payload::Kind::Text, std::string(125, 'p')),
        {heardBytes("ping", QByteArray(125, 'p'))});
    return all;
}

/// Compressible ones that refer to each other, with one sent as it is in between.
QList<Composed> compressedMessages(Compressing how) {
    QList<Composed> all;
    for (int i = 0; i < 40; ++i) {
        const QString said =
            QStringLiteral(R"({"event":"price","symbol":"TEA","price":%1,"currency":"EUR"})")
                .arg(i * 3);
        FrameDraft draft = text(said.toStdString());
        draft.compressing = i % 7 == 3 ? Compressing::None : how;
        if (i % 5 == 4) draft.fragments = {10, 20};
        all.append({draft, {heardText(said)}});
    }
    const QByteArray large = QByteArray("0123456789abcdef").repeated(5000);
    FrameDraft binary = frame(Opcode::Binary, Payload::Kind::Hex, hexOf(large));
    binary.compressing = how;
    all.append({binary, {heardBytes("binary", large)}});
    FrameDraft empty = text("");
    empty.compressing = how;
    all.append({empty, {heardText(QString())}});
    return all;
}

QList<QJsonObject> withoutOpen(const QList<QJsonObject>& lines) {
    QList<QJsonObject> found;
    for (const QJsonObject& line : lines) {
        const QString what = line.value(QStringLiteral("what")).toString();
        if (what != QStringLiteral("open") && what != QStringLiteral("error")) found.append(line);
    }
    return found;
}

QByteArray bytesOf(const Bytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

}  // namespace

class TestComposedWebSocket : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void serverHearsWhatWasComposed_data();
    void serverHearsWhatWasComposed();
};

void TestComposedWebSocket::initTestCase() {
    if (const QString reason = peersUnavailable(); !reason.isEmpty()) QSKIP(qPrintable(reason));
}

void TestComposedWebSocket::serverHearsWhatWasComposed_data() {
    QTest::addColumn<QString>("program");
    QTest::addColumn<QString>("kind");
    QTest::addColumn<QString>("path");
    QTest::addColumn<QStringList>("extensions");
    const QString js = QStringLiteral("hearing_server.mjs");
    const QString py = QStringLiteral("hearing_server.py");
    const QStringList offer = {QStringLiteral("permessage-deflate; client_max_window_bits")};
    const QString ws = QStringLiteral("ws");
    QTest::newRow("ws") << js << ws << "/plain" << QStringList();
    QTest::newRow("ws, takeover") << js << ws << "/deflate" << offer;
    QTest::newRow("ws, no takeover") << js << ws << "/deflate-alone" << offer;
    QTest::newRow("ws, window of 9 bits") << js << ws << "/deflate-small" << offer;
    QTest::newRow("nginx and ws") << js << "nginx"
                                  << "/plain" << QStringList();
    QTest::newRow("nginx and ws, takeover") << js << "nginx"
                                            << "/deflate" << offer;
    QTest::newRow("python") << py << ""
                            << "/plain" << QStringList();
    QTest::newRow("python, takeover") << py << ""
                                      << "/deflate" << offer;
    QTest::newRow("python, no takeover") << py << ""
                                         << "/deflate-alone" << offer;
}

void TestComposedWebSocket::serverHearsWhatWasComposed() {
    QFETCH(QString, program);
    QFETCH(QString, kind);
    QFETCH(QString, path);
    QFETCH(QStringList, extensions);
    PeerServer server(program, kind.isEmpty() ? QStringList() : QStringList{kind});
    QVERIFY2(server.port() != 0, qPrintable(server.complaint()));
    const QTemporaryDir folder;
    const WireRecord wire(server.port(), folder.filePath(QStringLiteral("wire.pcap")));

    net::Reactor reactor;
    ClientProbe probe;
    client::ClientOptions options;
    options.urls = {server.url(QStringLiteral("ws"), path + QStringLiteral("?x=1")).toStdString()};
    options.handshake.subprotocols = {"chat"};
    for (const QString& extension : extensions) {
        options.handshake.extensions.push_back(extension.toStdString());
    }
    const auto client = client::Client::make(reactor, nullptr, options, probe);
    client->connect();
    QVERIFY2(probe.waitFor(client::State::Open), probe.status().sentence.c_str());
    const bool agreed = probe.status().wire.compression.agreed();
    QCOMPARE(agreed, !extensions.isEmpty());

    QList<Composed> all = plainMessages();
    if (agreed) all += compressedMessages(Compressing::AsAgreed);
    FrameDraft close = frame(Opcode::Close, Payload::Kind::Text, "All said");
    close.closeCode = 4001;
    all.append({close,
                {{{QStringLiteral("what"), QStringLiteral("close")},
                  {QStringLiteral("code"), 4001},
                  {QStringLiteral("reason"), QStringLiteral("All said")}}}});

    QByteArray previewed;
    QList<QJsonObject> expected;
    std::uint64_t seed = 1;
    for (const Composed& composed : all) {
        const auto prepared = client->prepare(composed.draft, seed);
        QVERIFY2(prepared, prepared ? "" : prepared.error().sentence.c_str());
        previewed += bytesOf(prepared->joined());
        const auto sent = sendNow(*client, composed.draft, seed);
        QVERIFY2(sent, sent ? "" : sent.error().sentence.c_str());
        QCOMPARE(bytesOf(sent->bytes), bytesOf(prepared->joined()));
        expected += composed.heard;
        // Also so that the pipe it tells through never fills: some of its servers would stop then.
        QVERIFY2(server.waitForHeard(1 + expected.size()), qPrintable(server.complaint()));
        ++seed;
    }
    QVERIFY(probe.waitFor(client::State::Closed));
    QVERIFY2(probe.status().clean, probe.status().sentence.c_str());
    QCOMPARE(probe.status().closeReceived->code, std::optional<std::uint16_t>(4001));

    const bool hasAll = server.waitForLine([](const QJsonObject& line) {
        return line.value(QStringLiteral("what")) == QStringLiteral("close");
    });
    QVERIFY2(hasAll, qPrintable(server.complaint()));
    const QList<QJsonObject> heard = withoutOpen(server.heard());
    const QString difference = firstDifference(expected, heard);
    QVERIFY2(difference.isEmpty(), qPrintable(difference));
    QCOMPARE(heard.size(), expected.size());

    // What was heard is echoed, but for control frames.
    const auto echoed = [&] {
        QList<QJsonObject> told;
        for (const client::Incoming& message : probe.messages()) {
            const QByteArray bytes = bytesOf(message.bytes);
            if (message.kind == client::Incoming::Kind::Text) {
                told.append(heardText(QString::fromUtf8(bytes)));
            } else if (message.kind == client::Incoming::Kind::Binary) {
                told.append(heardBytes("binary", bytes));
            }
        }
        return told;
    };
    QList<QJsonObject> toBeEchoed;
    for (const QJsonObject& line : expected) {
        const QString what = line.value(QStringLiteral("what")).toString();
        if (what == QStringLiteral("text") || what == QStringLiteral("binary")) {
            toBeEchoed.append(line);
        }
    }
    const QString echoDifference = firstDifference(toBeEchoed, echoed());
    QVERIFY2(echoDifference.isEmpty(), qPrintable(echoDifference));
    QCOMPARE(echoed().size(), toBeEchoed.size());

    if (!wire.error().isEmpty()) {
        QSKIP(qPrintable(QStringLiteral("the wire could not be recorded: ") + wire.error()));
    }
    QVERIFY(wire.waitForEnd(previewed.right(64)));
    const QByteArray onTheWire = wire.sentToServer();
    const qsizetype behindHead = onTheWire.indexOf("\r\n\r\n") + 4;
    QCOMPARE(onTheWire.mid(behindHead).size(), previewed.size());
    QVERIFY(onTheWire.mid(behindHead) == previewed);
}

QTEST_GUILESS_MAIN(TestComposedWebSocket)
#include "test_composed_websocket.moc"
