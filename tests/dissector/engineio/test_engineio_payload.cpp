// Payloads of Engine.IO's polling: the ways of writing one, JSONP, lengths in UTF-16, text that is
// UTF-8 twice; every prefix, the way there and back, and damage.
#include <string>
#include <vector>

#include <QtTest>

#include "dissector/engineio/characters.h"
#include "dissector/engineio/jsonp.h"
#include "dissector/engineio/payload.h"
#include "dissector/engineio/server_error.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using namespace framescope::engineio;
using namespace std::string_literals;

namespace {

/// "4:hello|2:" for the packets, "!fault" behind them, "~" behind one that is cut.
std::string read(std::string_view payload, Framing framing, bool whole = true) {
    PayloadReader reader(payload, framing, whole);
    std::string shown;
    while (const auto unit = reader.next()) {
        if (!shown.empty()) shown += "|";
        if (unit->binary) shown += "[bytes]";
        shown += payload.substr(unit->packetAt, unit->range.end - unit->packetAt);
        if (!unit->complete) shown += "~";
    }
    if (!reader.fault().empty()) shown += "!" + std::to_string(reader.rest().begin);
    return shown;
}

QByteArray bytes(const std::string& text) {
    return {text.data(), qsizetype(text.size())};
}

constexpr std::string_view kIssueBody =
    "96:0{\"sid\":\"hLOEJXN07AE0GQCNAAAB\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,"
    "\"pingTimeout\":5000}2:40";

}  // namespace

class TestEngineIoPayload : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void payloads_data() {
        QTest::addColumn<QByteArray>("payload");
        QTest::addColumn<int>("framing");
        QTest::addColumn<QByteArray>("packets");
        const auto row = [](const char* name, const std::string& payload, Framing framing,
                            const std::string& packets) {
            QTest::newRow(name) << bytes(payload) << int(framing) << bytes(packets);
        };
        using enum Framing;
        row("handshake of revision 3", std::string(kIssueBody), Lengths,
            "0{\"sid\":\"hLOEJXN07AE0GQCNAAAB\",\"upgrades\":[\"websocket\"],\"pingInterval\":"
            "25000,"
            "\"pingTimeout\":5000}|40");
        row("lengths", "6:4hello2:4€1:6", Lengths, "4hello|4€|6");
        row("surrogate pairs count two", "3:4👋1:2", Lengths, "4👋|2");
        row("length ends inside a pair", "2:4👋1:2", Lengths, "!0");
        row("nothing to say", "0:", Lengths, "");
        row("base64 of revision 3", "10:b4AQIDBA==", Lengths, "b4AQIDBA==");
        row("no length", "4hello", Lengths, "!0");
        row("length too great", "9:4hello", Lengths, "!0");
        row("rubbish behind", "1:6x", Lengths, "6!3");
        row("length beyond reason", "9999999999999999:4", Lengths, "!0");
        row("records",
            "4hello\x1e"s
            "2\x1e"
            "4€",
            Records, "4hello|2|4€");
        row("one record", "40", Records, "40");
        row("base64 of revision 4",
            "4a\x1e"
            "bAQIDBA==",
            Records, "4a|bAQIDBA==");
        row("empty record",
            "4a\x1e\x1e"
            "4b",
            Records, "4a!2");
        row("separator at the end", "4a\x1e", Records, "4a!2");
        row("binary payload",
            "\x00\x06\xff"s
            "4hello"
            "\x01\x04\xff"s
            "\x04\x01\x02\x03",
            Binary, "4hello|[bytes]\x04\x01\x02\x03");
        row("binary payload of two digits",
            "\x00\x01\x01\xff"s
            "40123456789",
            Binary, "40123456789");
        row("bytes are counted",
            "\x00\x04\xff"s
            "4€",
            Binary, "4€");
        row("neither text nor binary",
            "\x02\x01\xff"s
            "4",
            Binary, "!0");
        row("no end of the length",
            "\x00\x01\x0a"s
            "4",
            Binary, "!0");
    }

    void payloads() {
        QFETCH(QByteArray, payload);
        QFETCH(int, framing);
        QFETCH(QByteArray, packets);
        const std::string text = payload.toStdString();
        QCOMPARE(bytes(read(text, Framing(framing))), packets);
    }

    /// A payload that was cut gives the packets before the cut as they were, and says which is not
    /// whole; a reader never goes beyond what it has.
    void everyPrefix() {
        const std::string binary =
            "\x00\x06\xff"s
            "4hello"
            "\x01\x04\xff"s
            "\x04\x01\x02\x03";
        const std::vector<std::pair<std::string, Framing>> cases = {
            {std::string(kIssueBody), Framing::Lengths},
            {"3:4👋2:4é", Framing::Lengths},
            {"4hello\x1e"s
             "2\x1e"
             "4€",
             Framing::Records},
            {binary, Framing::Binary},
        };
        for (const auto& [text, framing] : cases) {
            std::vector<PayloadUnit> all;
            PayloadReader whole(text, framing);
            while (const auto unit = whole.next()) all.push_back(*unit);
            for (std::size_t size = 0; size < text.size(); ++size) {
                PayloadReader reader(std::string_view(text).substr(0, size), framing, false);
                std::size_t count = 0;
                while (const auto unit = reader.next()) {
                    QVERIFY(unit->range.end <= size);
                    if (unit->complete) QCOMPARE(*unit == all[count], true);
                    ++count;
                }
                QVERIFY(count <= all.size());
                QVERIFY(reader.fault().empty());
            }
        }
    }

    void framingsAreRecognised() {
        QCOMPARE(recogniseFraming(kIssueBody, 3), Framing::Lengths);
        // A server of revision 3 answers as it can, whatever the client asked for.
        QCOMPARE(recogniseFraming(kIssueBody, 4), Framing::Lengths);
        QCOMPARE(recogniseFraming(kIssueBody, 0), Framing::Lengths);
        QCOMPARE(recogniseFraming("4hello\x1e"
                                  "2",
                                  4),
                 Framing::Records);
        QCOMPARE(recogniseFraming("40", 0), Framing::Records);
        QCOMPARE(recogniseFraming("\x00\x01\xff"
                                  "6"s,
                                  3),
                 Framing::Binary);
        QVERIFY(!recogniseFraming("<html>", 4));
        QVERIFY(!recogniseFraming("ok", 3));
        QVERIFY(!recogniseFraming("", 3));
    }

    void roundTrips() {
        const std::vector<std::string> packets = {"4hello",  "2", "4a👋b",
                                                  "4\u00e9", "6", "4\n\\n\"\\"};
        std::vector<EncodedPacket> encoded;
        for (const std::string& packet : packets) encoded.push_back({packet});
        std::string joined;
        for (const std::string& packet : packets) joined += (joined.empty() ? "" : "|") + packet;
        for (const Framing framing : {Framing::Records, Framing::Lengths, Framing::Binary}) {
            Bytes out;
            ByteWriter writer(out);
            encodePayload(encoded, framing, writer);
            const std::string payload(asText(out));
            QCOMPARE(bytes(read(payload, framing)), bytes(joined));

            const std::string script = wrapScript(payload, 7);
            const auto inString = findScriptString(script);
            QVERIFY(inString);
            QCOMPARE(script.substr(inString->end), "\");"s);
            const Unescaped fromScript =
                unescapeScript(script.substr(inString->begin, inString->size()));
            QCOMPARE(bytes(fromScript.text), bytes(payload));

            const std::string form = wrapForm(payload);
            const auto value = findFormData(form);
            QVERIFY(value);
            const Unescaped fromForm = unescapeForm(form.substr(value->begin, value->size()));
            QCOMPARE(bytes(fromForm.text), bytes(payload));
        }
    }

    void escapesAreTracedBack_data() {
        QTest::addColumn<bool>("form");
        QTest::addColumn<QByteArray>("escaped");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QVector<int>>("origins");
        QTest::newRow("plain") << false << QByteArray("4a") << QByteArray("4a") << QVector{0, 1, 2};
        QTest::newRow("quote") << false << QByteArray("a\\\"b") << QByteArray("a\"b")
                               << QVector{0, 1, 3, 4};
        QTest::newRow("pair") << false << QByteArray("\\ud83d\\udc4bx") << QByteArray("👋x")
                              << QVector{0, 0, 0, 0, 12, 13};
        QTest::newRow("half a pair")
            << false << QByteArray("\\ud83dx") << QByteArray("\ufffdx") << QVector{0, 0, 0, 6, 7};
        QTest::newRow("percent") << true << QByteArray("%7B+a") << QByteArray("{ a")
                                 << QVector{0, 3, 4, 5};
        QTest::newRow("newline") << true << QByteArray("a%5Cnb") << QByteArray("a\nb")
                                 << QVector{0, 1, 5, 6};
        QTest::newRow("backslash n")
            << true << QByteArray("%5C%5Cn!") << QByteArray("\\n!") << QVector{0, 3, 7, 8};
        QTest::newRow("cut escape")
            << false << QByteArray("a\\") << QByteArray("a") << QVector{0, 1};
        QTest::newRow("cut percent")
            << true << QByteArray("a%4") << QByteArray("a%4") << QVector{0, 1, 2, 3};
    }

    void escapesAreTracedBack() {
        QFETCH(bool, form);
        QFETCH(QByteArray, escaped);
        QFETCH(QByteArray, text);
        QFETCH(QVector<int>, origins);
        const std::string in = escaped.toStdString();
        const Unescaped out = form ? unescapeForm(in) : unescapeScript(in);
        QCOMPARE(bytes(out.text), text);
        // Bytes of one character may share its escape or count on inside of it; what begins a
        // character is exact.
        for (qsizetype i = 0; i < origins.size(); ++i) {
            const bool inside = i < text.size() && (std::uint8_t(text[i]) & 0xc0) == 0x80;
            if (!inside) QCOMPARE(int(out.origin(std::size_t(i))), origins[i]);
        }
    }

    void utf16() {
        QCOMPARE(utf16Length("abc"), 3u);
        QCOMPARE(utf16Length("é中👋"), 4u);
        QCOMPARE(utf16Length("\xff\xc3(\xe4\xb8"), 4u);  // three stretches that are no UTF-8, and (
        QCOMPARE(skipUtf16("a👋b", 0, 3), std::size_t(5));
        QVERIFY(!skipUtf16("a👋b", 0, 2));
        QVERIFY(!skipUtf16("ab", 0, 3));
    }

    void utf8Twice() {
        for (const std::string text : {"é", "中文 and more", "👋🌍", "a\u00a0b"}) {
            const std::string twice = doDoubleUtf8(text);
            QCOMPARE(bytes(undoDoubleUtf8(twice).value_or("")), bytes(text));
            QVERIFY(!undoDoubleUtf8(text));
        }
        QVERIFY(!undoDoubleUtf8("plain"));
        QVERIFY(!undoDoubleUtf8("\xc3"));
    }

    void formsFitAByte() {
        for (const Framing framing :
             {Framing::Records, Framing::Lengths, Framing::Binary, Framing::None}) {
            for (const Wrapping wrapping : {Wrapping::None, Wrapping::Form, Wrapping::Script}) {
                for (const bool twice : {false, true}) {
                    const UnitForm form{framing, wrapping, twice};
                    QVERIFY(UnitForm::fromByte(form.toByte()) == form);
                }
            }
        }
    }

    /// Any bytes: packets lie behind one another inside the payload and reading ends.
    void damage() {
        test::Noise noise(7);
        const std::vector<std::string> seeds = {std::string(kIssueBody),
                                                "4hello\x1e"s
                                                "2\x1e"
                                                "4€",
                                                "\x00\x06\xff"s
                                                "4hello",
                                                wrapScript(kIssueBody, 0), wrapForm(kIssueBody)};
        for (int round = 0; round < 20'000; ++round) {
            std::string text = seeds[noise.below(seeds.size())];
            for (std::size_t i = noise.below(4) + 1; i > 0; --i) {
                text[noise.below(text.size())] = char(noise.byte());
            }
            if (noise.below(4) == 0) text.resize(noise.below(text.size() + 1));
            for (const Framing framing : {Framing::Records, Framing::Lengths, Framing::Binary}) {
                PayloadReader reader(text, framing, noise.below(2) == 0);
                std::uint64_t end = 0;
                while (const auto unit = reader.next()) {
                    QVERIFY(unit->range.begin >= end);
                    QVERIFY(unit->range.begin <= unit->packetAt);
                    QVERIFY(unit->packetAt <= unit->range.end);
                    QVERIFY(unit->range.end <= text.size());
                    end = unit->range.end;
                }
            }
            for (const Unescaped& out : {unescapeScript(text), unescapeForm(text)}) {
                std::size_t last = 0;
                for (std::size_t i = 0; i <= out.text.size(); ++i) {
                    QVERIFY(out.origin(i) >= last || i < out.text.size());
                    QVERIFY(out.origin(i) <= text.size() + 4);
                    last = std::max(last, out.origin(i));
                }
            }
            const auto string = findScriptString(text);
            QVERIFY(!string || (string->begin <= string->end && string->end <= text.size()));
        }
    }

    void serverErrors() {
        const auto error = parseServerError(R"({"code":1,"message":"Session ID unknown"})");
        QVERIFY(error);
        QCOMPARE(error->code, 1u);
        QCOMPARE(serverErrorName(error->code), std::string_view("unknown session"));
        QCOMPARE(parseServerError("Unsupported protocol version")->code, 5u);
        QVERIFY(!parseServerError(R"({"code":1})"));
        QVERIFY(!parseServerError("<html>"));
        QVERIFY(!parseServerError(""));
        QCOMPARE(serverErrorName(77), std::string_view("unknown error"));
    }
};

QTEST_APPLESS_MAIN(TestEngineIoPayload)
#include "test_engineio_payload.moc"
