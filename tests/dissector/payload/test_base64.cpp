// Base64: the vectors of RFC 4648, both alphabets, what is none, and what is taken for it by its
// looks.
#include <QtTest>

#include "dissector/payload/base64.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using framescope::test::bytesOf;

class TestBase64 : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void decode_data() {
        QTest::addColumn<QByteArray>("bytes");
        const auto row = [](const char* text, const QByteArray& bytes) {
            QTest::newRow(text) << bytes;
        };
        // RFC 4648 section 10
        row("", "");
        row("Zg==", "f");
        row("Zm8=", "fo");
        row("Zm9v", "foo");
        row("Zm9vYg==", "foob");
        row("Zm9vYmE=", "fooba");
        row("Zm9vYmFy", "foobar");
        // Without padding, and the 62nd and 63rd letter of both alphabets
        row("Zg", "f");
        row("Zm8", "fo");
        row("+/+/", "\xfb\xff\xbf");
        row("-_-_", "\xfb\xff\xbf");
    }

    void decode() {
        QFETCH(QByteArray, bytes);
        const auto decoded = decodeBase64(QTest::currentDataTag());
        QVERIFY(decoded);
        QCOMPARE(QByteArray(reinterpret_cast<const char*>(decoded->data()),
                            static_cast<int>(decoded->size())),
                 bytes);
    }

    void refused() {
        for (const char* text :
             {"Z", "Zg=", "Zg===", "Zm9v=", "Zm9v====", "Z===", "=", "====", "Zh", "Zm9=", "Zm 9v",
              "Zm9v\n", "Zm9*", "+_+_", "Zg==Zg==", "Zg=a", "\xc3\xa4\xc3\xa4"}) {
            QVERIFY2(!decodeBase64(text), text);
        }
    }

    // What another encoder (Qt) writes is read back, in both alphabets, padded or not.
    void everyLength() {
        test::Noise noise(3);
        for (int size = 0; size < 200; ++size) {
            QByteArray bytes;
            for (int i = 0; i < size; ++i) bytes += static_cast<char>(noise.byte());
            const Bytes expected = bytesOf(bytes.toStdString());
            for (const auto option :
                 {QByteArray::Base64Encoding | QByteArray::KeepTrailingEquals,
                  QByteArray::Base64Encoding | QByteArray::OmitTrailingEquals,
                  QByteArray::Base64UrlEncoding | QByteArray::KeepTrailingEquals,
                  QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals}) {
                const auto decoded = decodeBase64(bytes.toBase64(option).toStdString());
                QVERIFY(decoded);
                QVERIFY(*decoded == expected);
            }
        }
    }

    void looks() {
        for (const char* text :
             {"aGVsbG8gd29ybGQ=", "aGVsbG8gd29ybGQ", "data:image/png;base64,iVBORw0KGgo=",
              "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mM="}) {
            QVERIFY2(looksLikeBase64(text), text);
        }
        for (const char* text :
             {"", "hello", "password", "username", "lobby123", "aGVs", "12345678",
              "0123456789abcdef", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
              "lv_VI97HAXpY6yYWAAAC", "hLOEJXN07AE0GQCNAAAB", "a text with blanks",
              "550e8400-e29b-41d4-a716-446655440000", "data:,hello", "data:text/plain;base64,*"}) {
            QVERIFY2(!looksLikeBase64(text), text);
        }
    }
};

QTEST_APPLESS_MAIN(TestBase64)
#include "test_base64.moc"
