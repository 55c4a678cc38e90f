// Rules for payloads: how they are written, what is wrong with those that are none, which one wins.
#include <QtTest>

#include "dissector/payload/payload_rules.h"

using namespace framescope;

class TestPayloadRules : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void read_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("event");
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* text, const char* path, const char* event,
                            const char* format, const char* file = "", const char* message = "") {
            QTest::newRow(text) << QString::fromLatin1(path) << QString::fromLatin1(event)
                                << QString::fromLatin1(format) << QString::fromLatin1(file)
                                << QString::fromLatin1(message);
        };
        row("/chat=json", "/chat", "", "json");
        row("/socket.io/#news=msgpack", "/socket.io/", "news", "msgpack");
        row("#news=cbor", "", "news", "cbor");
        row("*=raw", "*", "", "raw");
        row("/a=protobuf:/x/chat.proto:chat.Line", "/a", "", "protobuf", "/x/chat.proto",
            "chat.Line");
        row("/a#e=protobuf:C:\\x=1.proto:Line", "/a", "e", "protobuf", "C:\\x=1.proto", "Line");
        row("#e=base64:a.proto:A", "", "e", "base64", "a.proto", "A");
        row("/a=protobuf", "/a", "", "protobuf");
    }

    void read() {
        QFETCH(QString, path);
        QFETCH(QString, event);
        QFETCH(QString, format);
        QFETCH(QString, file);
        QFETCH(QString, message);
        const auto parsed = parsePayloadRule(QTest::currentDataTag());
        const auto* rule = std::get_if<PayloadRule>(&parsed);
        QVERIFY(rule != nullptr);
        QCOMPARE(QString::fromStdString(rule->path), path);
        QCOMPARE(QString::fromStdString(rule->event), event);
        QVERIFY(payloadFormatName(rule->format) == format.toStdString());
        QCOMPARE(QString::fromStdString(rule->protoFile), file);
        QCOMPARE(QString::fromStdString(rule->message), message);
        QCOMPARE(payloadRuleText(*rule), std::string(QTest::currentDataTag()));
    }

    void refused_data() {
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* text, const char* sentence) {
            QTest::newRow(text) << QString::fromLatin1(sentence);
        };
        const char* const kForm = "a rule has the form PATH[#EVENT]=FORMAT[:FILE:MESSAGE].";
        row("/chat", (std::string("\"/chat\" has no \"=\": ") + kForm).c_str());
        row("=json", "\"=json\" names neither a path nor an event; \"*\" stands for every path.");
        row("/a#=json", "\"/a#=json\" has no event behind its \"#\".");
        row("/a?b=json",
            "\"/a?b=json\" has a query in its path; rules look at the path before the \"?\".");
        row("/a=xml",
            "\"xml\" is no format; there are auto, json, msgpack, cbor, protobuf, base64, "
            "text and raw.");
        row("/a=raw:x:y", "The format \"raw\" takes no file and message.");
        row("/a=protobuf:x.proto",
            (std::string("\"/a=protobuf:x.proto\" wants both, a file and a message: ") + kForm)
                .c_str());
        row("/a=protobuf::A",
            (std::string("\"/a=protobuf::A\" wants both, a file and a message: ") + kForm).c_str());
    }

    void refused() {
        QFETCH(QString, sentence);
        const auto parsed = parsePayloadRule(QTest::currentDataTag());
        const auto* said = std::get_if<std::string>(&parsed);
        QVERIFY(said != nullptr);
        QCOMPARE(QString::fromStdString(*said), sentence);
    }

    void glob() {
        QVERIFY(matchesGlob("", ""));
        QVERIFY(matchesGlob("*", ""));
        QVERIFY(matchesGlob("/a*", "/a/b"));
        QVERIFY(matchesGlob("*b*d", "abcbd"));
        QVERIFY(matchesGlob("a**c", "abc"));
        QVERIFY(!matchesGlob("", "a"));
        QVERIFY(!matchesGlob("/a", "/a/"));
        QVERIFY(!matchesGlob("*b", "abc"));
        // Many stars over a long text do not take forever.
        QVERIFY(!matchesGlob("*a*a*a*a*a*a*a*a*b", std::string(20'000, 'a')));
    }

    void choose() {
        PayloadRules rules;
        for (const char* text :
             {"/chat#news=cbor", "/chat=msgpack", "#blob=protobuf", "/x/*=text"}) {
            rules.add(std::get<PayloadRule>(parsePayloadRule(text)));
        }
        QCOMPARE(rules.choose("/chat", "news").format, PayloadFormat::Cbor);
        QCOMPARE(rules.choose("/chat?EIO=4", "news").format, PayloadFormat::Cbor);
        QCOMPARE(rules.choose("/chat", "other").format, PayloadFormat::MessagePack);
        QCOMPARE(rules.choose("/chat", "").format, PayloadFormat::MessagePack);
        QCOMPARE(rules.choose("/any", "blob").format, PayloadFormat::Protobuf);
        QCOMPARE(rules.choose("/any", "").format, PayloadFormat::Auto);
        QCOMPARE(rules.choose("/x/y/z?q", "").format, PayloadFormat::Text);
        QCOMPARE(rules.choose("/chat", "news").why, "the rule /chat#news=cbor says so");
    }
};

QTEST_APPLESS_MAIN(TestPayloadRules)
#include "test_payload_rules.moc"
