// Content codings: every form in every split, several on top of each other, what is cut or damaged,
// and data made to fill the memory.
#include <random>

#include <QtTest>

#include "dissector/http/content_decoder.h"
#include "dissector/http/decoder_budget.h"
#include "tests/support/deflated.h"

using namespace framescope;
using namespace framescope::http;
using framescope::test::deflated;
using framescope::test::Wrapping;

namespace {

using State = ContentDecoder::State;
using enum ContentCoding;

struct Result {
    Bytes bytes;
    State state = State::Reading;
    bool whole = false;
    std::string error;

    bool operator==(const Result&) const = default;
};

/// Decodes `coded` in pieces of `size` bytes, the first one being `first`.
Result decode(ByteView coded, const std::vector<ContentCoding>& codings, std::size_t first,
              std::size_t size, std::uint64_t limit = kMaxDecoded) {
    ContentDecoder decoder(codings, limit);
    Result result;
    std::size_t at = 0;
    for (std::size_t take = first; at < coded.size(); take = size) {
        const std::size_t count = std::min(take, coded.size() - at);
        decoder.feed(coded.subspan(at, count), [&result](ByteView piece) {
            result.bytes.insert(result.bytes.end(), piece.begin(), piece.end());
        });
        at += count;
    }
    result.state = decoder.state();
    result.whole = decoder.whole();
    result.error = decoder.error();
    return result;
}

Result decode(ByteView coded, const std::vector<ContentCoding>& codings) {
    return decode(coded, codings, coded.size(), coded.size());
}

Bytes joined(const Bytes& a, const Bytes& b) {
    Bytes both = a;
    both.insert(both.end(), b.begin(), b.end());
    return both;
}

constexpr std::string_view kText =
    "Nobody sees the whole of a conversation; nobody sees the whole of a conversation at once. ";

ContentCodings codingsOf(const std::string& headers) {
    const std::string text = "HTTP/1.1 200 OK\r\n" + headers + "\r\n";
    return contentCodings(*parseHead(asBytes(text)));
}

}  // namespace

class TestContentDecoder : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void names() {
        QVERIFY(!codingsOf("").decodable());
        QVERIFY(!codingsOf("Content-Encoding: identity\r\n").decodable());
        using Codings = std::vector<ContentCoding>;
        QCOMPARE(codingsOf("Content-Encoding: X-GZIP\r\n").codings, Codings{Gzip});
        QCOMPARE(codingsOf("content-encoding: gzip, deflate\r\n").codings,
                 (Codings{Deflate, Gzip}));
        QCOMPARE(codingsOf("Content-Encoding: deflate\r\nContent-Encoding: gzip\r\n").codings,
                 (Codings{Gzip, Deflate}));
        QCOMPARE(
            codingsOf("Transfer-Encoding: gzip, chunked\r\nContent-Encoding: deflate\r\n").codings,
            (Codings{Gzip, Deflate}));
        QVERIFY(!codingsOf("Transfer-Encoding: chunked\r\n").decodable());
        QCOMPARE(codingsOf("Content-Encoding: br\r\n").unknown, std::string("br"));
        QVERIFY(!codingsOf("Content-Encoding: zstd, gzip\r\n").decodable());
        QCOMPARE(codingsOf("Content-Encoding: gzip, gzip, gzip, gzip, gzip\r\n").unknown,
                 std::string("gzip"));
    }

    void forms_data() {
        QTest::addColumn<QByteArray>("coded");
        QTest::addColumn<QList<int>>("codings");
        QTest::addColumn<QByteArray>("plain");
        const auto add = [](const char* name, const Bytes& coded, const QList<int>& codings,
                            std::string_view plain) {
            QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(coded.data()),
                                              static_cast<qsizetype>(coded.size()))
                                << codings
                                << QByteArray(plain.data(), static_cast<qsizetype>(plain.size()));
        };
        constexpr int kGzip = static_cast<int>(Gzip);
        constexpr int kDeflate = static_cast<int>(Deflate);
        const std::string twice = std::string(kText) + std::string(kText);
        add("gzip", deflated(kText), {kGzip}, kText);
        add("zlib", deflated(kText, Wrapping::Zlib), {kDeflate}, kText);
        add("raw", deflated(kText, Wrapping::None), {kDeflate}, kText);
        add("raw, stored", deflated(asBytes(kText), Wrapping::None, 0), {kDeflate}, kText);
        add("raw, one byte", deflated("x", Wrapping::None), {kDeflate}, "x");
        add("raw, nothing", deflated("", Wrapping::None), {kDeflate}, "");
        add("nothing", deflated(""), {kGzip}, "");
        add("members", joined(deflated(kText), deflated(kText)), {kGzip}, twice);
        add("padding", joined(deflated(kText), Bytes(3)), {kGzip}, kText);
        add("stacked", deflated(ByteView(deflated(kText, Wrapping::Zlib))), {kGzip, kDeflate},
            kText);
        add("four times",
            deflated(ByteView(deflated(ByteView(deflated(ByteView(deflated(kText))))))),
            {kGzip, kGzip, kGzip, kGzip}, kText);
    }
    void forms() {
        QFETCH(QByteArray, coded);
        QFETCH(QList<int>, codings);
        QFETCH(QByteArray, plain);
        const ByteView bytes = asBytes({coded.constData(), static_cast<std::size_t>(coded.size())});
        std::vector<ContentCoding> list;
        for (const int coding : codings) list.push_back(static_cast<ContentCoding>(coding));
        const Result whole = decode(bytes, list);
        QCOMPARE(asText(whole.bytes),
                 std::string_view(plain.constData(), static_cast<std::size_t>(plain.size())));
        QCOMPARE(whole.state, State::Finished);
        QVERIFY(whole.whole);
        for (std::size_t first = 1; first < bytes.size(); ++first) {
            QVERIFY(decode(bytes, list, first, bytes.size()) == whole);
        }
        QVERIFY(decode(bytes, list, 1, 1) == whole);
        // Cut anywhere it is not whole, and no error either. What stands behind the end is nothing
        // that could be missing.
        for (std::size_t size = 1; size < bytes.size(); ++size) {
            const Result cut = decode(bytes.first(size), list);
            QVERIFY(cut.state != State::Malformed);
            if (cut.whole)
                QVERIFY(QString::fromUtf8(QTest::currentDataTag()) == QStringLiteral("members") ||
                        cut.bytes == whole.bytes);
        }
    }

    void damage() {
        const Bytes good = deflated(kText);
        for (std::size_t at = 0; at < good.size(); ++at) {
            Bytes bad = good;
            bad[at] ^= 0x5a;
            const Result result = decode(bad, {Gzip});
            // Time, system and flags of a gzip header are nobody's business here; everything else
            // is covered by its checksum.
            if (at >= 4 && at < 10) continue;
            QVERIFY2(!result.whole || result.bytes.empty(), qPrintable(QString::number(at)));
            QCOMPARE(decode(bad, {Gzip}, 1, 1).state, result.state);
        }
        QCOMPARE(decode(asBytes("no compressed data"), {Gzip}).error,
                 std::string("incorrect header check, at byte 2"));
        QCOMPARE(decode(asBytes("no compressed data"), {Deflate}).state, State::Malformed);
        const Bytes behind = joined(deflated(kText, Wrapping::Zlib), Bytes{'x'});
        QCOMPARE(decode(behind, {Deflate}).state, State::Malformed);
        QCOMPARE(asText(decode(behind, {Deflate}).bytes), kText);
        // A preset dictionary (RFC 1950 section 2.2, FDICT).
        const Bytes dictionary{0x78, 0xbb, 0, 0, 0, 1, 0, 0};
        QVERIFY(decode(dictionary, {Deflate}).error.starts_with("it asks for a dictionary"));
    }

    void noise() {
        std::mt19937 random(7);
        for (int i = 0; i < 2000; ++i) {
            Bytes bytes(random() % 64);
            for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
            const std::vector<ContentCoding> codings{i % 2 == 0 ? Deflate : Gzip, Deflate};
            QVERIFY(decode(bytes, codings) == decode(bytes, codings, 1, 1));
        }
    }

    void limit() {
        const Bytes zeros = deflated(ByteView(Bytes(1U << 20)));
        const Result over = decode(zeros, {Gzip}, zeros.size(), 1, 1000);
        QCOMPARE(over.state, State::OverLimit);
        QCOMPARE(over.bytes.size(), std::size_t{1000});
        QVERIFY(!over.whole);
        QVERIFY(decode(zeros, {Gzip}, 1, 1, 1000) == over);
        QCOMPARE(decode(zeros, {Gzip}, 1, 1, 1U << 20).state, State::Finished);
        // A bomb inside a bomb: 68 GB, of which no more than the limit is ever made.
        const Bytes bomb = deflated(ByteView(deflated(ByteView(Bytes(64U << 20)))));
        std::uint64_t size = 0;
        ContentDecoder decoder({Gzip, Gzip}, 1U << 20);
        decoder.feed(bomb, [&size](ByteView piece) { size += piece.size(); });
        QCOMPARE(decoder.state(), State::OverLimit);
        QCOMPARE(size, std::uint64_t{1} << 20);
    }

    void budget() {
        DecoderBudget budget;
        std::vector<DecoderBudget::Share> shares;
        for (std::size_t i = 0; i < DecoderBudget::kMaxAtOnce / 4; ++i) {
            shares.push_back(budget.take(4));
            QVERIFY(shares.back());
        }
        QVERIFY(!budget.take(1));
        shares.pop_back();
        DecoderBudget::Share share = budget.take(3);
        QVERIFY(share);
        share = budget.take(1);
        QVERIFY(share);
        QVERIFY(budget.take(3));
    }
};

QTEST_APPLESS_MAIN(TestContentDecoder)
#include "test_content_decoder.moc"
