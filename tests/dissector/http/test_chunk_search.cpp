// Where the next chunk is found behind missing bytes, and that text which resembles size lines is
// not believed: the search alone, fed segment by segment.
#include <cstdio>
#include <string>

#include <QtTest>

#include "dissector/http/chunk_search.h"
#include "dissector/http/chunked.h"
#include "dissector/http/size_line.h"

using namespace framescope;
using namespace framescope::http;

namespace {

std::string chunk(const std::string& data) {
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", data.size());
    return size + data + "\r\n";
}

/// Lines that all say a size.
std::string table(std::size_t lines, const char* behind) {
    std::string text;
    for (std::size_t i = 0; i < lines; ++i) {
        text += std::to_string(10 + i * 7919 % 90) + behind + "\r\n";
    }
    return text;
}

/// What lies in the stream from `start` on.
class Searched {
public:
    explicit Searched(StreamOffset start) : m_at(start) {}

    /// Segments of at most `size` bytes, until a size line is believed.
    std::optional<StreamOffset> add(const std::string& text, std::size_t size = 1400) {
        for (std::size_t at = 0; at < text.size() && !search.find(); at += size) {
            const std::string piece = text.substr(at, size);
            search.add(m_at, asBytes(piece), {}, m_budget);
            m_at += piece.size();
        }
        return search.find();
    }
    void gap(std::uint64_t missing) {
        search.addGap(m_at, missing, {});
        m_at += missing;
    }
    StreamOffset at() const { return m_at; }

    ChunkSearch search;

private:
    HoldBudget m_budget;
    StreamOffset m_at;
};

}  // namespace

class TestChunkSearch : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sizeLines_data() {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<qint64>("size");  // -1: none
        QTest::newRow("plain") << QByteArray("1aF") << qint64{0x1af};
        QTest::newRow("zeros in front") << QByteArray("00002000") << qint64{0x2000};
        QTest::newRow("padded") << QByteArray("2000   ") << qint64{0x2000};
        QTest::newRow("name") << QByteArray("5;last") << qint64{5};
        QTest::newRow("token") << QByteArray("5 ; a=b;c = d") << qint64{5};
        QTest::newRow("quoted") << QByteArray("5;a=\"b; \\\"c\\\"\";d") << qint64{5};
        QTest::newRow("nine digits") << QByteArray("100000000") << qint64{-1};
        QTest::newRow("nothing") << QByteArray("") << qint64{-1};
        QTest::newRow("words") << QByteArray("1984 was") << qint64{-1};
        QTest::newRow("word of digits") << QByteArray("faced with") << qint64{-1};
        QTest::newRow("no name") << QByteArray("5;") << qint64{-1};
        QTest::newRow("two words") << QByteArray("5;a b") << qint64{-1};
        QTest::newRow("no token") << QByteArray("12;K\xc3\xb6ln") << qint64{-1};
        QTest::newRow("open quote") << QByteArray("5;a=\"b") << qint64{-1};
        QTest::newRow("no value") << QByteArray("5;a=") << qint64{-1};
        QTest::newRow("line feed") << QByteArray("5\n6") << qint64{-1};
        QTest::newRow("too long") << "5;" + QByteArray(255, 'a') << qint64{-1};
    }
    void sizeLines() {
        QFETCH(QByteArray, line);
        QFETCH(qint64, size);
        const auto read = parseSizeLine(line.toStdString());
        QCOMPARE(read.has_value(), size >= 0);
        if (read) QCOMPARE(static_cast<qint64>(read->size), size);
    }

    /// The rest of a chunk, then one that takes three segments.
    void aChunkInASegmentOfItsOwn() {
        Searched searched(1000);
        const std::string rest = "the rest of a chunk\r\n";
        QVERIFY(!searched.add(rest));
        const std::string next = chunk(std::string(3000, 'x'));
        QVERIFY(!searched.add(next.substr(0, 2800)));
        QCOMPARE(searched.add(next.substr(2800)), std::optional<StreamOffset>(1000 + rest.size()));
    }

    void linesThatSayASize_data() {
        QTest::addColumn<QByteArray>("behind");
        QTest::newRow("numbers") << QByteArray();
        QTest::newRow("a table") << QByteArray(";Meyer;Berlin");
        QTest::newRow("values") << QByteArray(";name=value");
    }
    void linesThatSayASize() {
        QFETCH(QByteArray, behind);
        // Alone they are never believed.
        const std::string text = table(20000, behind.constData()).substr(0, 200000);
        Searched alone(0);
        QVERIFY(!alone.add(text));
        // Chunks among them are.
        Searched searched(0);
        std::string chunks = text.substr(0, 5000) + "\r\n";
        const StreamOffset first = chunks.size();
        for (std::size_t at = 5000; at + 8192 < text.size(); at += 8192) {
            chunks += chunk(text.substr(at, 8192));
        }
        // Among numbers in lines of their own, only if segments begin and end with a chunk.
        const bool numbers = behind.isEmpty();
        const auto found =
            searched.add(chunks, numbers ? chunk(text.substr(0, 8192)).size() : 1400);
        if (numbers) {
            QVERIFY(!found);
            const std::string own = chunk(text.substr(0, 4000));
            const StreamOffset at = searched.at();
            QCOMPARE(searched.add(own, own.size()), std::optional<StreamOffset>(at));
            return;
        }
        QVERIFY(found);
        // Nothing but one of the chunks is: the first or, where it takes long, a later one.
        QCOMPARE((*found - first) % chunk(text.substr(0, 8192)).size(), StreamOffset{0});
    }

    void theLastChunk() {
        Searched searched(0);
        QVERIFY(!searched.add("some text\r\n0\r\nand more\r\n"));
        QCOMPARE(searched.add("more\r\n0\r\n\r\n"), std::optional<StreamOffset>(30));
        Searched trailers(0);
        QCOMPARE(trailers.add("text\r\n0\r\nDigest: x\r\n\r\nHTTP/1.1 200 OK\r\n"),
                 std::optional<StreamOffset>(6));
        Searched text(0);
        QVERIFY(!text.add("text\r\n0\r\n\r\nmore text\r\n"));
    }

    /// What is not captured of a chunk does not hide the next one.
    void aHoleWithinAChunk() {
        Searched searched(0);
        const std::string first = chunk(std::string(5000, 'x'));
        const std::string second = chunk(std::string(700, 'y'));
        QVERIFY(!searched.add("\r\n" + first.substr(0, 2000)));
        searched.gap(1400);
        QVERIFY(!searched.add(first.substr(3400) + second.substr(0, 3)));
        QCOMPARE(searched.add(second.substr(3)), std::optional<StreamOffset>(2));
    }

    /// What is held was given up, and the place to which it led was not.
    void aChunkThatIsTooLargeToHold() {
        Searched searched(0);
        const std::string first = chunk(std::string(400000, 'x'));
        std::size_t at = 0;
        for (; at < first.size(); at += 1400) {
            QVERIFY(!searched.add(first.substr(at, 1400)) || at + 1400 >= first.size());
            if (searched.search.overLimit()) searched.search.forget();
        }
        const std::string second = chunk(std::string(700, 'y'));
        QCOMPARE(searched.add(second + chunk("z")), std::optional<StreamOffset>(first.size()));
    }

    /// Each mistake makes the next one less likely.
    void mistakes() {
        const std::string two = chunk(std::string(100, 'x')) + chunk(std::string(100, 'x'));
        for (const unsigned count : {0U, 8U}) {
            ChunkSearch search(count);
            const HoldBudget budget;
            search.add(0, asBytes(two), {}, budget);
            QCOMPARE(search.find().has_value(), count == 0);
        }
    }

    void whereNothingMoreComes() {
        Searched searched(0);
        QVERIFY(!searched.add("data: x\n\n\r\n" + chunk("data: y\n\n")));
        QCOMPARE(searched.search.findAtEnd(), std::optional<StreamOffset>(11));
        Searched numbers(0);
        QVERIFY(!numbers.add(table(3000, "")));
        QVERIFY(!numbers.search.findAtEnd());
    }

    void strictChunks_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<bool>("strict");
        QTest::newRow("plain") << QByteArray("3\r\nabc\r\n0\r\n\r\n") << true;
        QTest::newRow("extension") << QByteArray("3 ;a=\"b c\"\r\nabc\r\n0\r\n\r\n") << true;
        QTest::newRow("line feeds") << QByteArray("3\nabc\r\n0\r\n\r\n") << false;
        QTest::newRow("words") << QByteArray("3 of them\r\nabc\r\n0\r\n\r\n") << false;
        QTest::newRow("no CR behind data") << QByteArray("3\r\nabc\n0\r\n\r\n") << false;
        QTest::newRow("control") << QByteArray("3;\x01\r\nabc\r\n0\r\n\r\n") << false;
        QTest::newRow("too large") << QByteArray("123456789\r\nabc\r\n0\r\n\r\n") << false;
    }
    void strictChunks() {
        QFETCH(QByteArray, bytes);
        QFETCH(bool, strict);
        const std::string text = bytes.toStdString();
        ChunkDecoder decoder(0, ChunkDecoder::Rules::Strict);
        // The same however it comes.
        for (const char& byte : text) decoder.feed(asBytes(std::string_view(&byte, 1)));
        QCOMPARE(decoder.failed(), !strict);
        QCOMPARE(decoder.finished(), strict);
        ChunkDecoder atOnce(0, ChunkDecoder::Rules::Strict);
        atOnce.feed(asBytes(text));
        QCOMPARE(atOnce.failed(), !strict);
    }
};

QTEST_APPLESS_MAIN(TestChunkSearch)
#include "test_chunk_search.moc"
