// The deflater against the RFC's examples, against our inflater, and against zlib with the window
// that was announced.
#include <random>
#include <string>
#include <zlib.h>

#include <QtTest>

#include "dissector/websocket/deflater.h"
#include "dissector/websocket/inflater.h"

using namespace framescope;
using namespace framescope::websocket;

namespace {

QByteArray hexOf(const Bytes& bytes) {
    return QByteArray(reinterpret_cast<const char*>(bytes.data()),
                      static_cast<qsizetype>(bytes.size()))
        .toHex();
}

std::string inflated(Inflater& inflater, const Bytes& message, bool keepContext = true) {
    std::string text;
    const auto sink = [&](ByteView bytes) { text += asText(bytes); };
    inflater.begin(keepContext);
    inflater.feed(message, sink);
    return inflater.finish(sink) == InflateError::None ? text : "cannot be inflated";
}

std::string words(std::mt19937& random, unsigned count) {
    std::string text;
    while (count-- > 0) text += "word" + std::to_string(random() % 300) + " ";
    return text;
}

}  // namespace

class TestDeflater : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// RFC 7692 sections 7.2.3.1, 7.2.3.2 and 7.2.3.6.
    void examples() {
        Deflater deflater;
        QCOMPARE(hexOf(deflater.message(asBytes("Hello"))), QByteArray("f248cdc9c90700"));
        QCOMPARE(hexOf(deflater.message(asBytes("Hello"))), QByteArray("f200110000"));
        QCOMPARE(hexOf(deflater.message({})), QByteArray("00"));
        QCOMPARE(hexOf(deflater.message({})), QByteArray("00"));
        QCOMPARE(hexOf(deflater.message(asBytes("Hello"), false)), QByteArray("f248cdc9c90700"));
    }

    void piecesAreReadAsTheyCome() {
        Deflater deflater;
        Inflater inflater;
        std::string text;
        const auto sink = [&](ByteView bytes) { text += asText(bytes); };
        deflater.begin(true);
        inflater.begin(true);
        QVERIFY(deflater.piece({}).empty());
        for (const std::string_view part : {"one ", "two ", "one two "}) {
            text.clear();
            inflater.feed(deflater.piece(asBytes(part)), sink);
            QCOMPARE(text, std::string(part));
        }
        text.clear();
        inflater.feed(deflater.finish({}), sink);
        QCOMPARE(inflater.finish(sink), InflateError::None);
        QVERIFY(text.empty());
    }

    /// A receiver that keeps only as much as was announced can read it.
    void staysInItsWindow_data() {
        QTest::addColumn<int>("bits");
        for (int bits = 8; bits <= 15; ++bits) QTest::addRow("%d", bits) << bits;
    }
    void staysInItsWindow() {
        QFETCH(int, bits);
        Deflater deflater(bits);
        std::mt19937 random(static_cast<unsigned>(bits));
        z_stream z{};
        QCOMPARE(inflateInit2(&z, -bits), Z_OK);
        for (int i = 0; i < 300; ++i) {
            const std::string text = words(random, random() % 400);
            Bytes message = deflater.message(asBytes(text));
            message.insert(message.end(), {0x00, 0x00, 0xff, 0xff});
            std::string out;
            z.next_in = message.data();
            z.avail_in = static_cast<uInt>(message.size());
            // In small pieces, so that the window alone is what it can refer to.
            std::array<std::uint8_t, 64> piece;
            do {
                z.next_out = piece.data();
                z.avail_out = piece.size();
                const int result = inflate(&z, Z_SYNC_FLUSH);
                QVERIFY2(result == Z_OK || result == Z_BUF_ERROR, z.msg);
                out.append(reinterpret_cast<const char*>(piece.data()), piece.size() - z.avail_out);
            } while (z.avail_out == 0 || z.avail_in != 0);
            QCOMPARE(out, text);
        }
        inflateEnd(&z);
    }

    void copiesGoOnByThemselves() {
        Deflater deflater;
        Inflater inflater;
        QCOMPARE(inflated(inflater, deflater.message(asBytes("Hello"))), std::string("Hello"));
        Deflater copy = deflater;
        copy.message(asBytes("something else"));
        Deflater assigned(9);
        assigned = deflater;
        QCOMPARE(hexOf(assigned.message(asBytes("Hello"))), QByteArray("f200110000"));
        QCOMPARE(inflated(inflater, deflater.message(asBytes("Hello"))), std::string("Hello"));
    }

    /// What a message refers to is in the window, however much was compressed before.
    void theWindowIsWhatIsReferredTo() {
        std::mt19937 random(3);
        Deflater deflater;
        std::string all;
        QVERIFY(deflater.window().empty());
        for (int i = 0; i < 60; ++i) {
            const Bytes window = deflater.window();
            QVERIFY(window.size() <= 32768);
            QVERIFY(all.ends_with(asText(window)));
            const std::string text = words(random, 150);
            const Bytes message = deflater.message(asBytes(text));
            // A stranger that has read nothing but the window.
            Inflater inflater;
            Deflater plain;
            QCOMPARE(inflated(inflater, plain.message(window)), std::string(asText(window)));
            QCOMPARE(inflated(inflater, message), text);
            all += text;
        }
        deflater.begin(false);
        QVERIFY(deflater.window().empty());
    }

    void largeMessages() {
        std::mt19937 random(4);
        std::string text;
        text.reserve(3'000'000);
        while (text.size() < 3'000'000) text += static_cast<char>(random());
        Deflater deflater;
        Inflater inflater;
        const Bytes message = deflater.message(asBytes(text));
        QVERIFY(message.size() > text.size());
        QVERIFY(inflated(inflater, message) == text);
    }
};

QTEST_GUILESS_MAIN(TestDeflater)
#include "test_deflater.moc"
