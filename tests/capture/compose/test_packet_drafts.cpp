// Engine.IO and Socket.IO drafts in every revision, by WebSocket and polling, with either parser:
// the bytes that the peers' own encoders write, and a preview that has nothing to say against them.
#include <QtTest>

#include "capture/compose/draft_json.h"
#include "capture/compose/preview.h"
#include "dissector/engineio/packet.h"
#include "dissector/socketio/object_packet.h"
#include "dissector/websocket/frame.h"
#include "dissector/websocket/mask.h"
#include "tests/support/loaded_session.h"

using namespace framescope;
using namespace framescope::compose;
using namespace framescope::test;

namespace {

QByteArray arrayOf(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

Draft readDraft(const QByteArray& json) {
    const auto draft = parseDraft(json.toStdString());
    if (!draft) qFatal("%s", draft.error().sentence.c_str());
    return *draft;
}

/// "3", "4 polling msgpack base64 server".
WireState stateOf(const QByteArray& words) {
    WireState state;
    state.engineVersion = static_cast<std::uint8_t>(words.left(1).toInt());
    state.polling = words.contains("polling");
    state.msgpack = words.contains("msgpack");
    state.base64 = words.contains("base64");
    if (words.contains("server")) state.direction = Direction::ServerToClient;
    state.nextAckId = 12;
    state.path = "/socket.io/?EIO=" + words.left(1).toStdString() +
                 (state.polling ? "&transport=polling" : "&transport=websocket");
    return state;
}

/// The message in a piece: texts as they are, bytes in hex behind an x.
QByteArray messageIn(const Prepared::Piece& piece, bool polling) {
    Bytes bytes = piece.bytes;
    if (!polling) {
        const auto header = websocket::parseFrameHeader(bytes);
        bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(header->size()));
        if (header->masked) websocket::applyMask(bytes, header->maskingKey, 0);
    }
    return piece.binary ? "x" + arrayOf(bytes).toHex() : arrayOf(bytes);
}

}  // namespace

class TestPacketDrafts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void packets_data() {
        QTest::addColumn<QByteArray>("state");
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("expected");  // pieces, one a line
        const auto row = [](const char* state, const char* json, const char* expected) {
            const QByteArray name = QByteArray(state) + " " + json;
            QTest::newRow(name) << QByteArray(state) << QByteArray(json) << QByteArray(expected);
        };
        // Engine.IO
        row("4", R"({"eio":"ping","text":"probe"})", "2probe");
        row("4", R"({"eio":"upgrade"})", "5");
        row("4", R"({"eio":"message","hex":"00ff"})", "x00ff");
        row("3", R"({"eio":"message","hex":"00ff"})", "x0400ff");
        row("3", R"({"eio":"pong","hex":"00ff"})", "x0300ff");
        row("3 base64", R"({"eio":"message","hex":"00ff"})", "b4AP8=");
        row("4 base64", R"({"eio":"message","hex":"00ff"})", "bAP8=");
        row("4 polling", R"({"eio":"message","hex":"00ff61"})", "bAP9h");
        row("3 polling", R"({"eio":"message","hex":"00ff"})", "x0400ff");
        row("3 polling base64", R"({"eio":"message","hex":"00ff"})", "b4AP8=");
        // Events
        row("4", R"({"emit":"x"})", "42[\"x\"]");
        row("3", R"({"emit":"x"})", "42[\"x\"]");
        row("4", R"({"emit":"message","args":["a",{"b":1}],"nsp":"/chat","ack":true})",
            "42/chat,12[\"message\",\"a\",{\"b\":1}]");
        row("4", R"({"emit":"x","args":[],"id":7})", "427[\"x\"]");
        row("4", R"({"emit":"x","dataText":" [ 1,2 ] "})", "42[\"x\", 1,2 ]");
        row("4 polling", "{\"emit\":\"say \\\"\\n\\\"\"}", "42[\"say \\\"\\n\\\"\"]");
        // Attachments
        row("4", R"({"emit":"up","args":["n"],"attachments":["ab",{"hex":"00ff"}]})",
            "452-[\"up\",\"n\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]"
            "\nx6162\nx00ff");
        row("3",
            R"({"emit":"up","args":[{"_placeholder":true,"num":1},1],"attachments":["ab","c"]})",
            "452-[\"up\",{\"_placeholder\":true,\"num\":1},1,{\"_placeholder\":true,\"num\":0}]"
            "\nx046162\nx0463");
        row("4 polling", R"({"emit":"x","ack":true})", "4212[\"x\"]");
        row("4 polling", R"({"emit":"up","attachments":["ab"]})",
            "451-[\"up\",{\"_placeholder\":true,\"num\":0}]\nbYWI=");
        row("3 polling", R"({"emit":"up","attachments":["ab"]})",
            "451-[\"up\",{\"_placeholder\":true,\"num\":0}]\nx046162");
        row("4", R"({"sio":"binary_event","event":"x"})", "450-[\"x\"]");
        // Acknowledgements
        row("4", R"({"sio":"ack","id":3,"args":[]})", "433[]");
        row("4", R"({"sio":"ack","id":3,"nsp":"/a"})", "43/a,3[]");
        row("3", R"({"sio":"ack","id":3,"args":["ok"],"attachments":["c"]})",
            "461-3[\"ok\",{\"_placeholder\":true,\"num\":0}]\nx0463");
        // Namespaces
        row("4", R"({"sio":"connect"})", "40");
        row("4", R"({"sio":"connect","nsp":"/chat","data":{"token":"x"}})",
            "40/chat,{\"token\":\"x\"}");
        row("3", R"({"sio":"connect","nsp":"/chat"})", "40/chat,");
        row("3",
            "{\"sio\":\"connect\",\"nsp\":\"/chat\",\"data\":{\"to "
            "ken\":\"\\u00e4&\",\"n\":1.5,\"t\":true}}",
            "40/chat?to%20ken=%C3%A4%26&n=1.5&t=true,");
        row("4", R"({"sio":"disconnect","nsp":"/chat"})", "41/chat,");
        row("4 server", R"({"sio":"connect_error","nsp":"/chat","data":{"message":"no"}})",
            "44/chat,{\"message\":\"no\"}");
        row("3 server", R"({"sio":4,"data":"no"})", "44\"no\"");
        // The parser for MessagePack
        row("4 msgpack", R"({"emit":"x","args":[1],"ack":true})",
            "x84a47479706502a269640ca46461746192a17801a36e7370a12f");
        row("4 msgpack", R"({"emit":"x","args":[{"a":{"_placeholder":true,"num":0}}],
                            "attachments":[{"hex":"00ff"}]})",
            "x83a47479706502a46461746192a17881a161c40200ffa36e7370a12f");
        row("3 msgpack", R"({"emit":"x","attachments":["a"]})",
            "x0483a47479706505a46461746192a178c40161a36e7370a12f");
        row("4 msgpack", R"({"sio":"connect","data":{"t":1}})",
            "x83a47479706500a46461746181a17401a36e7370a12f");
        row("3 msgpack", R"({"sio":"connect"})", "4{\"type\":0,\"nsp\":\"/\"}");
    }
    void packets() {
        QFETCH(QByteArray, state);
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, expected);
        const WireState wire = stateOf(state);
        Composer composer;
        const auto prepared = composer.prepare(readDraft(json), wire);
        QVERIFY2(prepared, prepared ? "" : prepared.error().sentence.c_str());
        QList<QByteArray> pieces;
        for (const Prepared::Piece& piece : prepared->pieces) {
            pieces << messageIn(piece, wire.polling);
        }
        QCOMPARE(pieces.join('\n'), expected);

        const Preview preview = previewOf(*prepared, wire);
        QCOMPARE(preview.rows.size(), prepared->pieces.size());
        for (const RecordId row : preview.rows) {
            const auto issues = issueNames(*preview.session, row);
            QVERIFY2(issues.empty(), issues.empty() ? "" : issues[0].c_str());
            const Protocol protocol = preview.session->record(row).protocol;
            QVERIFY(protocol == Protocol::SocketIo || protocol == Protocol::EngineIo);
        }
        QCOMPARE(preview.worst, Severity::None);
        if (!json.contains("sio") && !json.contains("emit")) return;
        const RecordId first = preview.rows.at(0);
        QCOMPARE(preview.session->record(first).protocol, Protocol::SocketIo);
    }

    void acknowledgementsAreAwaitedOfEventsAlone() {
        const WireState state = stateOf("4");
        Composer composer;
        const auto idOf = [&](const char* json) {
            return composer.prepare(readDraft(json), state)->ackId;
        };
        QCOMPARE(idOf(R"({"emit":"a"})"), std::nullopt);
        QCOMPARE(idOf(R"({"emit":"a","ack":true})"), std::optional<std::uint64_t>(12));
        QCOMPARE(idOf(R"({"emit":"a","id":4})"), std::optional<std::uint64_t>(4));
        QCOMPARE(idOf(R"({"sio":"ack","id":4})"), std::nullopt);
    }

    void pollingBodies_data() {
        QTest::addColumn<QByteArray>("state");
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("body");
        QTest::newRow("records") << QByteArray("4 polling")
                                 << QByteArray(R"({"emit":"up","attachments":["ab"]})")
                                 << QByteArray(
                                        "451-[\"up\",{\"_placeholder\":true,\"num\":0}]\x1e"
                                        "bYWI=");
        QTest::newRow("lengths") << QByteArray("3 polling") << QByteArray("{\"emit\":\"\u00e4\"}")
                                 << QByteArray("7:42[\"\u00e4\"]");
        QTest::newRow("binary") << QByteArray("3 polling")
                                << QByteArray(R"({"emit":"x","attachments":["ab"]})")
                                << QByteArray("\0\3\x9\xff", 4) +
                                       "451-[\"x\",{\"_placeholder\":true,\"num\":0}]" +
                                       QByteArray("\1\3\xff\4ab", 6);
    }
    void pollingBodies() {
        QFETCH(QByteArray, state);
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, body);
        const WireState wire = stateOf(state);
        const auto prepared = Composer().prepare(readDraft(json), wire);
        QCOMPARE(arrayOf(pollingBody(*prepared, wire)), body);
        QCOMPARE(arrayOf(previewOf(*prepared, wire).bytes), body);
        WireState server = wire;
        server.direction = Direction::ServerToClient;
        const Preview preview = previewOf(*Composer().prepare(readDraft(json), server), server);
        QCOMPARE(arrayOf(preview.bytes), body);
        QCOMPARE(preview.rows.size(), prepared->pieces.size());
    }

    void messagesAreCompressedAsAgreed() {
        WireState state = stateOf("4");
        state.compression.kind = CompressionKind::PerMessageDeflate;
        Composer composer;
        for (int i = 0; i < 3; ++i) {
            const auto prepared = composer.prepare(
                readDraft(R"({"emit":"message","args":["words"],"attachments":["words"]})"), state);
            const Preview preview = previewOf(*prepared, state);
            QCOMPARE(preview.rows.size(), std::size_t{2});
            QCOMPARE(preview.worst, Severity::None);
            for (const RecordId row : preview.rows) {
                QVERIFY(preview.session->record(row).has(kFlagCompressed));
            }
            QCOMPARE(QString::fromStdString(preview.session->text(preview.rows[0]).info),
                     QString("BINARY_EVENT  message  \"words\", \u2039attachment 1\u203a"));
        }
    }

    void whatIsWrongIsNamed_data() {
        QTest::addColumn<QByteArray>("state");
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("sentence");
        const auto row = [](const char* state, const char* json, const char* sentence) {
            QTest::newRow(json) << QByteArray(state) << QByteArray(json) << QByteArray(sentence);
        };
        row("4", "{\"emit\":\"a\",\"dataText\":\"{}\"}",
            "The arguments must be a JSON array: [...].");
        row("4", "{\"emit\":\"a\",\"dataText\":\"[1\"}",
            "What stands for the arguments is not valid JSON: line 1, column 3: the text ends too "
            "early.");
        row("4", "{\"sio\":\"connect\",\"dataText\":\"x\"}",
            "The data is not valid JSON: line 1, column 1: not a value.");
        row("3", "{\"sio\":\"connect\",\"data\":[]}",
            "Before revision 5 a CONNECT tells what it has to say in a query, so its data must be "
            "a JSON object.");
        row("3", "{\"sio\":\"connect\",\"data\":{\"a\":[]}}",
            "Before revision 5 a CONNECT tells what it has to say in a query, and \"a\" is neither "
            "a text nor a number.");
        row("4", "{\"sio\":\"disconnect\",\"attachments\":[\"a\"]}",
            "Attachments belong to events and acknowledgements alone.");
        row("4", "{\"eio\":\"ping\",\"hex\":\"00\"}",
            "From revision 4 of Engine.IO on, binary data is always a message: a ping cannot be "
            "binary.");
        row("4", "{\"emit\":\"a\",\"attachments\":[{\"file\":\"/nonexistent\"}]}",
            "\"/nonexistent\" cannot be read: No such file or directory.");
        row("4 polling", "{\"text\":\"a\"}",
            "The session polls at the moment, so there is no WebSocket that could carry this.");
        row("4 msgpack", "{\"emit\":\"a\",\"dataText\":\"[1e999]\"}",
            "The data cannot be written as MessagePack: a number in it is too great, or a text has "
            "half of a character.");
    }
    void whatIsWrongIsNamed() {
        QFETCH(QByteArray, state);
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, sentence);
        const auto prepared = Composer().prepare(readDraft(json), stateOf(state));
        QVERIFY(!prepared);
        QCOMPARE(QByteArray::fromStdString(prepared.error().sentence), sentence);
    }

    /// Illegal packets can be sent, after they were named.
    void illegalPackets_data() {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("issue");
        QTest::newRow("data of DISCONNECT") << QByteArray(R"({"sio":"disconnect","data":{}})")
                                            << QByteArray("socketio.payload-malformed");
        QTest::newRow("placeholder of nothing") << QByteArray(R"({"sio":"binary_event","event":"a",
                              "args":[{"_placeholder":true,"num":4}]})")
                                                << QByteArray("socketio.placeholder-wrong");
        QTest::newRow("no packet") << QByteArray(R"({"eio":"message","text":"9"})")
                                   << QByteArray("socketio.packet-malformed");
        QTest::newRow("no id") << QByteArray(R"({"sio":"ack","args":[]})")
                               << QByteArray("socketio.ack-id-missing");
        QTest::newRow("reserved name")
            << QByteArray(R"({"emit":"disconnect"})") << QByteArray("socketio.reserved-event");
        QTest::newRow("no packet of Engine.IO")
            << QByteArray(R"({"text":"hello"})") << QByteArray("websocket.message-not-of-protocol");
    }
    void illegalPackets() {
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, issue);
        const WireState state = stateOf("4");
        const auto prepared = Composer().prepare(readDraft(json), state);
        QVERIFY(prepared);
        const Preview preview = previewOf(*prepared, state);
        QCOMPARE(preview.rows.size(), std::size_t{1});
        const auto issues = issueNames(*preview.session, preview.rows[0]);
        QCOMPARE(issues, std::vector<std::string>{issue.toStdString()});
        QVERIFY(preview.worst >= Severity::Warning);
    }
};

QTEST_GUILESS_MAIN(TestPacketDrafts)
#include "test_packet_drafts.moc"
