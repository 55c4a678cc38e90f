// The JSON form of drafts: what each member means, that what is written is read again, what is
// said of mistakes, and files.
#include <random>

#include <QtTest>

#include "capture/compose/draft_json.h"

using namespace framescope;
using namespace framescope::compose;

namespace {

using websocket::Opcode;

Draft readDraft(const char* json) {
    const auto draft = parseDraft(json);
    if (!draft) qWarning("%s", draft.error().sentence.c_str());
    return draft ? *draft : Draft(RawDraft{{Payload::Kind::Text, "could not be read"}});
}

FrameDraft readFrame(const char* json) {
    const Draft draft = readDraft(json);
    const auto* const frame = std::get_if<FrameDraft>(&draft);
    return frame == nullptr ? FrameDraft{} : *frame;
}

std::uint8_t code(Opcode opcode) {
    return static_cast<std::uint8_t>(opcode);
}

/// Drafts of every kind with everything in them that can be chosen.
class Chance {
public:
    explicit Chance(unsigned seed) : m_random(seed) {}

    Draft draft() {
        switch (below(4)) {
            case 0:
                return engineIo();
            case 1:
                return socketIo();
            case 2:
                return RawDraft{payload()};
            default:
                return frame(2);
        }
    }

private:
    unsigned below(unsigned limit) { return m_random() % limit; }
    bool maybe() { return below(2) == 0; }

    std::string text() {
        constexpr std::array kTexts = {
            "", "hello", "\u00e4\u20ac\U0001f600", "a\"b\\c\n\x01", "text", "0", "{\"a\":1}"};
        return kTexts[below(kTexts.size())];
    }
    std::string json() {
        constexpr std::array kValues = {"",          "1",          "[1,2]",
                                        "[]",        "[ 1, 2 ]",   "{\"a\":{\"b\":null}}",
                                        "\"x\"",     "1.50",       "[1.5,-3,18446744073709551615]",
                                        "\"\\u0041", "not json",   "{\"a\":1,\"a\":2}",
                                        "1e999",     "\"\\ud800\""};
        return kValues[below(kValues.size())];
    }
    Payload payload() {
        constexpr std::array kKinds = {Payload::Kind::Text, Payload::Kind::Json, Payload::Kind::Hex,
                                       Payload::Kind::File};
        const Payload::Kind kind = kKinds[below(kKinds.size())];
        return {kind, kind == Payload::Kind::Json ? json() : text()};
    }
    FrameDraft frame(int depth) {
        FrameDraft draft;
        draft.fin = maybe();
        for (auto& bit : draft.rsv) {
            if (maybe()) bit = maybe();
        }
        draft.opcode = static_cast<std::uint8_t>(below(16));
        draft.masking = static_cast<Masking>(below(4));
        if (draft.masking == Masking::Fixed) {
            for (std::uint8_t& byte : draft.maskingKey) {
                byte = static_cast<std::uint8_t>(below(256));
            }
        }
        draft.length = static_cast<LengthChoice>(below(4));
        if (maybe()) draft.announcedLength = std::uint64_t{m_random()} << below(33);
        draft.payload = payload();
        draft.compressing = static_cast<Compressing>(below(4));
        for (unsigned i = below(3); i > 0; --i) draft.fragments.push_back(below(1000));
        if (depth > 0) {
            for (unsigned i = below(3); i > 0; --i) {
                draft.between.emplace_back(below(5), frame(depth - 1));
            }
        }
        if (maybe()) draft.closeCode = static_cast<std::uint16_t>(below(65536));
        return draft;
    }
    EngineIoDraft engineIo() {
        return {static_cast<engineio::PacketType>(below(7)), payload(), maybe()};
    }
    SocketIoDraft socketIo() {
        SocketIoDraft draft;
        draft.type = static_cast<socketio::PacketType>(below(7));
        if (maybe()) draft.nsp = "/" + text();
        draft.data = json();
        draft.event = text();
        for (unsigned i = below(3); i > 0; --i) draft.attachments.push_back(payload());
        draft.wantsAck = maybe();
        if (maybe()) draft.id = below(1000);
        return draft;
    }

    std::mt19937 m_random;
};

}  // namespace

class TestDraftJson : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void frames() {
        FrameDraft expected;
        expected.payload.text = "hello";
        QCOMPARE(readFrame(R"({"text":"hello"})"), expected);

        expected = {};
        expected.payload = {Payload::Kind::Json, R"({"a":1})"};
        expected.fragments = {3, 2};
        QCOMPARE(readFrame(R"({"json":{"a": 1}, "fragments":[3,2]})"), expected);

        expected = {};
        expected.payload = {Payload::Kind::Hex, "48 65"};
        expected.opcode = code(Opcode::Binary);
        expected.masking = Masking::Zero;
        expected.length = LengthChoice::Bits16;
        QCOMPARE(readFrame(R"({"hex":"48 65", "opcode":"binary", "mask":"zero", "length":"16"})"),
                 expected);
        // Bytes are binary where nothing else is said.
        QCOMPARE(readFrame(R"({"hex":"48 65", "mask":"zero", "length":"16"})"), expected);

        expected = {};
        expected.payload = {Payload::Kind::File, "photo.png"};
        expected.opcode = code(Opcode::Binary);
        expected.compressing = Compressing::NoContext;
        QCOMPARE(readFrame(R"({"file":"photo.png", "opcode":2, "compress":"no-context"})"),
                 expected);

        expected = {};
        expected.opcode = code(Opcode::Close);
        expected.closeCode = 1000;
        expected.payload.text = "bye";
        QCOMPARE(readFrame(R"({"opcode":"close", "code":1000, "text":"bye"})"), expected);
        QCOMPARE(readFrame(R"({"close":1000, "text":"bye"})"), expected);

        expected = {};
        expected.opcode = code(Opcode::Ping);
        expected.payload.text = "x";
        expected.rsv[1] = true;
        expected.fin = false;
        expected.announcedLength = 5;
        expected.masking = Masking::Fixed;
        expected.maskingKey = {0x1a, 0x2b, 0x3c, 0x4d};
        QCOMPARE(readFrame(R"({"opcode":"ping", "text":"x", "rsv2":true, "fin":false, "announce":5,
                               "mask":"1A2b3c4d"})"),
                 expected);

        expected = {};
        expected.payload.text = "abcdef";
        expected.fragments = {2, 2};
        expected.compressing = Compressing::AsAgreed;
        FrameDraft ping;
        ping.opcode = code(Opcode::Ping);
        expected.between = {{0, ping}};
        QCOMPARE(readFrame(R"({"text":"abcdef", "fragments":[2,2], "compress":true,
                               "between":[{"after":0,"opcode":"ping"}]})"),
                 expected);
    }

    void packets() {
        SocketIoDraft event;
        event.event = "message";
        event.data = R"(["a",{"b":1}])";
        event.nsp = "/chat";
        event.wantsAck = true;
        event.attachments = {{Payload::Kind::File, "a.png"}, {Payload::Kind::Text, "b"}};
        QCOMPARE(readDraft(R"({"emit":"message", "args":["a",{"b":1}], "nsp":"/chat", "ack":true,
                               "attachments":[{"file":"a.png"},"b"]})"),
                 Draft(event));
        SocketIoDraft connect;
        connect.type = socketio::PacketType::Connect;
        connect.nsp = "/chat";
        connect.data = R"({"token":"x"})";
        QCOMPARE(readDraft(R"({"sio":"connect", "nsp":"/chat", "data":{"token":"x"}})"),
                 Draft(connect));
        SocketIoDraft ack;
        ack.type = socketio::PacketType::Ack;
        ack.id = 3;
        ack.data = "[]";
        QCOMPARE(readDraft(R"({"sio":"ack", "id":3, "args":[]})"), Draft(ack));
        QCOMPARE(readDraft(R"({"sio":3, "id":3, "dataText":"[]"})"), Draft(ack));
        QCOMPARE(readDraft("{\"eio\":\"message\", \"text\":\"2[\\\"a\\\"]\"}"),
                 Draft(EngineIoDraft{engineio::PacketType::Message, {{}, "2[\"a\"]"}, false}));
        QCOMPARE(readDraft(R"({"eio":"ping", "text":"probe"})"),
                 Draft(EngineIoDraft{engineio::PacketType::Ping, {{}, "probe"}, false}));
        QCOMPARE(
            readDraft(R"({"eio":4, "hex":"00"})"),
            Draft(EngineIoDraft{engineio::PacketType::Message, {Payload::Kind::Hex, "00"}, true}));
        QCOMPARE(readDraft("{\"raw\":\"GET / HTTP/1.1\\r\\n\\r\\n\"}"),
                 Draft(RawDraft{{Payload::Kind::Text, "GET / HTTP/1.1\r\n\r\n"}}));
        QCOMPARE(readDraft(R"({"raw":{"hex":"81 05"}})"),
                 Draft(RawDraft{{Payload::Kind::Hex, "81 05"}}));
    }

    void whatIsWrittenIsShort() {
        QCOMPARE(toJson(FrameDraft{}), std::string(R"({"text":""})"));
        FrameDraft ping;
        ping.opcode = code(Opcode::Ping);
        QCOMPARE(toJson(ping), std::string(R"({"opcode":"ping"})"));
        ping.payload = {Payload::Kind::Json, "[1, 2]"};
        QCOMPARE(toJson(ping), std::string(R"({"opcode":"ping","jsonText":"[1, 2]"})"));
        SocketIoDraft event;
        event.event = "a";
        event.data = "[1,{\"b\":2}]";
        QCOMPARE(toJson(event), std::string(R"({"emit":"a","args":[1,{"b":2}]})"));
    }

    void whatIsWrittenIsReadAgain() {
        Chance chance(20);
        for (int i = 0; i < 5000; ++i) {
            const Draft draft = chance.draft();
            const std::string json = toJson(draft);
            const auto again = parseDraft(json);
            QVERIFY2(again, again ? "" : (json + ": " + again.error().sentence).c_str());
            QVERIFY2(*again == draft, (json + " became " + toJson(*again)).c_str());
        }
    }

    void textsThatAreNoUtf8AreReplaced() {
        FrameDraft draft;
        draft.payload.text = "a\xff";
        QCOMPARE(toJson(draft), std::string("{\"text\":\"a\ufffd\"}"));
    }

    void mistakes_data() {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* json, const char* sentence) {
            QTest::newRow(json) << QString::fromUtf8(json) << QString::fromUtf8(sentence);
        };
        row("", "The message is not valid JSON: line 1, column 1: the text ends too early.");
        row("{\"text\":1,}",
            "The message is not valid JSON: line 1, column 11: a member begins with a name in "
            "quotes.");
        row("[]", "A message must be a JSON object: {...}.");
        row("{}", "The message says nothing: {\"text\":\"\"} is an empty one.");
        row("{\"text\":\"\\ud800\"}",
            "The message is not valid JSON: a number in it is too great, or a text has half of a "
            "character.");
        row(R"({"text":"a","colour":1})", "\"colour\" is no member of such a message.");
        row(R"({"emit":"a","opcode":1})", "\"opcode\" is no member of such a message.");
        row(R"({"text":1})", "\"text\" must be a text.");
        row(R"({"text":"a","hex":"00"})",
            "\"text\" and \"hex\" cannot both be the payload: one of them is.");
        row(R"({"opcode":16})",
            "\"opcode\" must be a name or a number from 0 to 15; the names are \"continuation\", "
            "\"text\", \"binary\", \"close\", \"ping\" or \"pong\".");
        row(R"({"opcode":"pung"})",
            "\"opcode\" must be a name or a number from 0 to 15; the names are \"continuation\", "
            "\"text\", \"binary\", \"close\", \"ping\" or \"pong\".");
        row(R"({"text":"a","fin":1})", "\"fin\" must be true or false.");
        row(R"({"text":"a","rsv3":"x"})", "\"rsv3\" must be true or false.");
        row(R"({"text":"a","mask":"1a2b"})",
            "\"mask\" must be \"random\", \"zero\" or \"none\", or a key of eight hex digits.");
        row(R"({"text":"a","length":16})",
            "\"length\" must be \"minimal\", \"7\", \"16\" or \"64\".");
        row(R"({"text":"a","announce":-1})",
            "\"announce\" must be a whole number from 0 to 18446744073709551615.");
        row(R"({"text":"a","compress":"yes"})",
            "\"compress\" must be \"none\", \"agreed\", \"context\" or \"no-context\", true or "
            "false.");
        row(R"({"text":"a","fragments":[1,"b"]})",
            "\"fragments\" must be an array of sizes in bytes: [2,5].");
        row(R"({"text":"a","between":[{"opcode":9}]})",
            "\"between\" must be an array of frames, each with \"after\": the fragment, counted "
            "from 0, behind which it is put.");
        row(R"({"text":"a","between":[{"after":0,"x":9}]})",
            "\"x\" is no member of such a message.");
        row(R"({"opcode":"close","code":65536})",
            "\"code\" must be a whole number from 0 to 65535.");
        row(R"({"close":1000,"code":1000})", "\"code\" says again what \"close\" says.");
        row(R"({"eio":"hello"})",
            "\"eio\" must be a name or a number from 0 to 6; the names are \"open\", \"close\", "
            "\"ping\", \"pong\", \"message\", \"upgrade\" or \"noop\".");
        row(R"({"sio":7})",
            "\"sio\" must be a name or a number from 0 to 6; the names are \"connect\", "
            "\"disconnect\", \"event\", \"ack\", \"connect_error\", \"binary_event\" or "
            "\"binary_ack\".");
        row(R"({"emit":"a","args":{}})", "\"args\" must be an array.");
        row(R"({"emit":"a","data":[]})",
            "What an event or an acknowledgement carries is in \"args\", not in \"data\".");
        row(R"({"sio":"connect","args":[]})",
            "Only events and acknowledgements have \"args\"; others have \"data\".");
        row(R"({"emit":"a","attachments":[1]})",
            "\"attachments\" must be a text, or an object with \"text\", \"json\", \"hex\" or "
            "\"file\".");
        row(R"({"raw":{}})",
            "\"raw\" must be a text, or an object with \"text\", \"json\", \"hex\" or \"file\".");
    }
    void mistakes() {
        QFETCH(QString, json);
        QFETCH(QString, sentence);
        const auto draft = parseDraft(json.toStdString());
        QVERIFY(!draft);
        QCOMPARE(QString::fromStdString(draft.error().sentence), sentence);
    }

    void nestingHasALimit() {
        const auto nested = [](int depth) {
            std::string json = R"({"text":"a")";
            for (int i = 0; i < depth; ++i) json += R"(,"between":[{"after":0)";
            for (int i = 0; i < depth; ++i) json += "}]";
            return json + "}";
        };
        QVERIFY(parseDraft(nested(kMaxBetweenDepth)));
        const auto deeper = parseDraft(nested(kMaxBetweenDepth + 1));
        QVERIFY(!deeper);
        QCOMPARE(deeper.error().sentence,
                 std::string("\"between\" lies inside of itself more than 8 times."));
        QVERIFY(!parseDraft(std::string(100'000, '[')));
    }

    void savedMessagesKeepTheirFiles() {
        QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        const std::filesystem::path file = root / "greeting.json";
        SocketIoDraft draft;
        draft.event = "up";
        draft.attachments = {{Payload::Kind::File, (root / "a.png").string()},
                             {Payload::Kind::File, "/elsewhere/b.png"},
                             {Payload::Kind::Text, "a.png"}};
        QVERIFY(saveDraft(draft, file));
        QFile saved(QString::fromStdString(file.string()));
        QVERIFY(saved.open(QIODevice::ReadOnly));
        const QByteArray text = saved.readAll();
        QVERIFY2(text.contains("\"file\": \"a.png\""), text);
        QVERIFY2(text.contains("\"file\": \"/elsewhere/b.png\""), text);
        QVERIFY(text.endsWith("}\n"));
        QCOMPARE(*loadDraft(file), Draft(draft));
        // Moved together, they belong together still.
        QVERIFY(QDir(folder.path()).mkdir("moved"));
        std::filesystem::rename(file, root / "moved" / "greeting.json");
        const auto moved = loadDraft(root / "moved" / "greeting.json");
        QVERIFY(moved);
        QCOMPARE(std::get<SocketIoDraft>(*moved).attachments[0].text,
                 (root / "moved" / "a.png").string());
        QCOMPARE(std::get<SocketIoDraft>(*moved).attachments[1].text,
                 std::string("/elsewhere/b.png"));
    }

    void savingReplacesTheFileWhole() {
        QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath("a.json").toStdString();
        FrameDraft draft;
        draft.payload.text = "first, and longer than the other";
        QVERIFY(saveDraft(draft, file));
        QVERIFY(QFile(QString::fromStdString(file.string()))
                    .setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner));
        draft.payload.text = "second";
        QVERIFY(saveDraft(draft, file));
        QCOMPARE(*loadDraft(file), Draft(draft));
        QCOMPARE(QFileInfo(QString::fromStdString(file.string())).permissions() &
                     (QFileDevice::ReadGroup | QFileDevice::ReadOther),
                 QFileDevice::Permissions());
        QCOMPARE(QDir(folder.path()).entryList(QDir::Files), QStringList("a.json"));
        const auto failed = saveDraft(draft, "/nonexistent/folder/a.json");
        QVERIFY(!failed);
        QCOMPARE(failed.error().sentence, std::string("\"/nonexistent/folder/a.json\" cannot be "
                                                      "saved: No such file or directory."));
    }

    void filesThatAreNoMessages() {
        QTemporaryDir folder;
        const std::string path = folder.filePath("a.json").toStdString();
        QFile file(QString::fromStdString(path));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{\"text\":1}");
        file.close();
        const auto draft = loadDraft(path);
        QVERIFY(!draft);
        QCOMPARE(draft.error().sentence,
                 "\"" + path + "\" is no saved message: \"text\" must be a text.");
        QCOMPARE(loadDraft("/nonexistent.json").error().sentence,
                 std::string("\"/nonexistent.json\" cannot be read: No such file or directory."));
        QVERIFY(file.resize(static_cast<qint64>(kMaxDraftFile) + 1));
        QVERIFY(loadDraft(path).error().sentence.find("it is larger than") != std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestDraftJson)
#include "test_draft_json.moc"
