// What payloads are taken for, and why; what must stay text or raw.
#include <QtTest>

#include "dissector/payload/msgpack_writer.h"
#include "dissector/payload/payload_guess.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using framescope::test::bytesOf;
using framescope::test::fromHex;

class TestPayloadGuess : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void texts_data() {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("why");
        const auto row = [](const char* text, const char* format, const char* why) {
            QTest::newRow(text) << QString::fromLatin1(format) << QString::fromLatin1(why);
        };
        const char* const kText = "it came as text, and is neither JSON nor base64";
        row("", "text", "it is empty");
        row("{\"a\":1}", "json", "a JSON object from the first byte to the last");
        row(" [1,2] ", "json", "a JSON array from the first byte to the last");
        row("\"hello\"", "json", "a JSON string from the first byte to the last");
        row("12", "text", kText);
        row("null", "text", kText);
        row("{\"a\":1", "text", kText);
        row("{\"a\":1} x", "text", kText);
        row("hello", "text", kText);
        row("2probe", "text", kText);
        row("message with\nlines", "text", kText);
        row("password", "text", kText);
        row("HeartBeat", "text", kText);
        row("lv_VI97HAXpY6yYWAAAC", "text", kText);
        row("dGhlIHNhbXBsZSBub25jZQ==", "base64",
            "letters of base64 that stand for printable text");
        row("CgxoZWxsbyBiaW5hcnkQYxoDQUJDIyoIZ29vZCBieWUk", "base64",
            "letters of base64 that stand for Protocol Buffers");
        row("gqFhAaFikQI=", "base64", "letters of base64 that stand for MessagePack");
        row("\xff\xfe", "raw", "it came as text but is not UTF-8");
    }

    void texts() {
        QFETCH(QString, format);
        QFETCH(QString, why);
        const PayloadGuess guess = guessPayload(bytesOf(QTest::currentDataTag()), true);
        const std::string_view name = payloadFormatName(guess.format);
        QCOMPARE(QString::fromUtf8(name.data(), qsizetype(name.size())), format);
        QCOMPARE(QString::fromStdString(guess.why), why);
    }

    void bytes_data() {
        QTest::addColumn<QString>("format");
        const auto row = [](const char* hex, const char* format) {
            QTest::newRow(hex) << QString::fromLatin1(format);
        };
        row("", "raw");
        row("00", "raw");
        row("08 96 01", "raw");  // too little to tell
        row("7b 22 61 22 3a 31 7d", "json");
        row("68 65 6c 6c 6f", "text");
        // The first example of the MessagePack site: {"compact":true,"schema":0}
        row("82 a7 636f6d70616374 c3 a6 736368656d61 00", "msgpack");
        row("93 a3666f6f cd0100 c0", "msgpack");
        row("93 cb3ff0000000000000 cb4000000000000000 cb4008000000000000", "msgpack");
        row("81 a161 01", "msgpack");
        // The same object as CBOR
        row("a2 67 636f6d70616374 f5 66 736368656d61 00", "cbor");
        row("d9d9f7 00", "cbor");
        row("bf 6346756e f5 63416d74 21 ff", "cbor");
        row("0a 0c 68656c6c6f2062696e617279 10 63", "protobuf");
        row("0a 05 68656c6c6f", "protobuf");
        // Beginnings of files and of other protocols
        row("89504e470d0a1a0a0000000d49484452", "raw");
        row("ffd8ffe000104a46494600010100", "raw");
        row("1f8b0800000000000003cb48cdc9c90700", "raw");
        row("100c00044d5154540402003c0000", "raw");
    }

    void bytes() {
        QFETCH(QString, format);
        const PayloadGuess guess = guessPayload(fromHex(QTest::currentDataTag()), false);
        const std::string_view name = payloadFormatName(guess.format);
        QCOMPARE(QString::fromUtf8(name.data(), qsizetype(name.size())), format);
        QVERIFY(!guess.why.empty());
    }

    // Random bytes are raw nearly always, at every size.
    void randomBytes() {
        test::Noise noise(31);
        for (const std::size_t size : {2U, 4U, 8U, 12U, 16U, 20U, 32U, 64U, 200U}) {
            int mistaken = 0;
            for (int round = 0; round < 5000; ++round) {
                Bytes bytes(size);
                for (auto& byte : bytes) byte = noise.byte();
                const PayloadFormat format = guessPayload(bytes, false).format;
                if (format != PayloadFormat::Raw && format != PayloadFormat::Text) ++mistaken;
            }
            QVERIFY2(mistaken <= 5,
                     qPrintable(QStringLiteral("%1 of 5000 at %2").arg(mistaken).arg(size)));
        }
    }

    // Tokens of random letters stay text.
    void randomWords() {
        constexpr std::string_view kLetters =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        test::Noise noise(32);
        int mistaken = 0;
        for (int round = 0; round < 20'000; ++round) {
            std::string word(1 + noise.below(24), 'x');
            for (char& c : word) c = kLetters[noise.below(kLetters.size())];
            if (guessPayload(asBytes(word), true).format != PayloadFormat::Text) ++mistaken;
        }
        QVERIFY2(mistaken <= 20, qPrintable(QString::number(mistaken)));
    }

    void names() {
        for (const PayloadFormat format :
             {PayloadFormat::Auto, PayloadFormat::Json, PayloadFormat::MessagePack,
              PayloadFormat::Cbor, PayloadFormat::Protobuf, PayloadFormat::Base64,
              PayloadFormat::Text, PayloadFormat::Raw}) {
            QVERIFY(findPayloadFormat(payloadFormatName(format)) == format);
            QVERIFY(!payloadFormatTitle(format).empty());
        }
        QVERIFY(findPayloadFormat("MessagePack") == PayloadFormat::MessagePack);
        QVERIFY(findPayloadFormat("JSON") == PayloadFormat::Json);
        QVERIFY(!findPayloadFormat("xml"));
        QVERIFY(!findPayloadFormat(""));
    }
};

QTEST_APPLESS_MAIN(TestPayloadGuess)
#include "test_payload_guess.moc"
