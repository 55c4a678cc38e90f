// Inflating messages: the examples of RFC 7692 section 7.2.3 at every split, contexts kept, lost
// and found again, bombs, and damaged streams.
#include <QtTest>

#include "dissector/websocket/inflater.h"
#include "tests/support/deflater.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using namespace framescope::websocket;
using namespace framescope::test;

namespace {

/// Inflates one message given in pieces of `size` bytes; "!context" or "!data" where it cannot be.
std::string inflated(Inflater& inflater, ByteView payload, std::size_t size = 1U << 20,
                     bool keepContext = true) {
    std::string text;
    const InflatedSink sink = [&](ByteView bytes) { text += asText(bytes); };
    inflater.begin(keepContext);
    for (std::size_t at = 0; at < payload.size(); at += size) {
        inflater.feed(payload.subspan(at, std::min(size, payload.size() - at)), sink);
    }
    switch (inflater.finish(sink)) {
        case InflateError::None:
            return text;
        case InflateError::ContextLost:
            return "!context";
        case InflateError::NotDeflate:
            return "!data";
    }
    return {};
}

/// Text in which hardly anything repeats but what is meant to.
std::string words(int seed, int count) {
    Noise noise(static_cast<std::uint32_t>(seed));
    std::string text;
    for (int i = 0; i < count; ++i) {
        text += "word" + std::to_string(noise.below(1000)) + " ";
    }
    return text;
}

}  // namespace

class TestInflater : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rfcExamples_data() {
        QTest::addColumn<QStringList>("messages");
        QTest::addColumn<QString>("expected");
        const auto add = [](const char* name, QStringList messages, const char* expected) {
            QTest::newRow(name) << messages << QString::fromLatin1(expected);
        };
        const QString hello = QStringLiteral("f248cdc9c90700");
        add("7.2.3.1 one block", {hello}, "Hello");
        add("7.2.3.2 shared window", {hello, QStringLiteral("f200110000")}, "Hello|Hello");
        add("7.2.3.3 no compression", {QStringLiteral("000500faff48656c6c6f00")}, "Hello");
        add("7.2.3.4 BFINAL", {QStringLiteral("f348cdc9c9070000")}, "Hello");
        add("7.2.3.5 two blocks", {QStringLiteral("f248050000 00ffff cac9c90700")}, "Hello");
        add("7.2.3.6 empty", {QStringLiteral("00")}, "");
        add("BFINAL, and the window goes on",
            {QStringLiteral("f348cdc9c9070000"), QStringLiteral("f200110000")}, "Hello|Hello");
        add("BFINAL and nothing behind it",
            {QStringLiteral("f348cdc9c90700"), QStringLiteral("f200110000")}, "Hello|Hello");
        add("BFINAL within a message", {QStringLiteral("f348cdc9c90700 f248cdc9c90700")},
            "HelloHello");
        add("empty between others", {hello, QStringLiteral("00"), QStringLiteral("f200110000")},
            "Hello||Hello");
        add("no byte at all", {hello, QString(), QStringLiteral("f200110000")}, "Hello||Hello");
        add("tail not taken off",
            {QStringLiteral("f248cdc9c907000000ffff"), QStringLiteral("f200110000")},
            "Hello|Hello");
        add("an event of Socket.IO",
            {QStringLiteral("32313288564ace482c51d251f248cdc9c95708ce4fce4e2dd1cbcc57548a0500")},
            "420[\"chat\",\"Hello Socket.io!\"]");
        add("a ping of Engine.IO", {QStringLiteral("320200")}, "2");
        add("refers to nothing known",
            {QStringLiteral("f200110000"), hello, QStringLiteral("f200110000")},
            "!context|Hello|Hello");
        add("no DEFLATE data", {QStringLiteral("ffff0000"), hello}, "!data|Hello");
        add("ends within a block", {QStringLiteral("f248cd"), hello}, "!data|Hello");
    }
    void rfcExamples() {
        QFETCH(QStringList, messages);
        QFETCH(QString, expected);
        for (std::size_t size = 1; size < 40; ++size) {
            Inflater inflater;
            QStringList found;
            for (const QString& message : messages) {
                const Bytes payload = fromHex(message.toLatin1().constData());
                found << QString::fromStdString(inflated(inflater, payload, size));
            }
            QCOMPARE(found.join(QLatin1Char('|')), expected);
        }
    }

    void everyWindow_data() {
        QTest::addColumn<int>("bits");
        // zlib's own deflate does not go below 9 bits without a header.
        for (int bits = 9; bits <= 15; ++bits) {
            QTest::addRow("%d bits", bits) << bits;
        }
    }
    void everyWindow() {
        QFETCH(int, bits);
        for (const bool takeover : {true, false}) {
            Deflater deflater(bits);
            Inflater inflater;
            for (int i = 0; i < 60; ++i) {
                const std::string text = words(i % 7, 1 + i * 20);
                const Bytes payload =
                    i % 5 == 4 ? deflater.finalMessage(text) : deflater.message(text);
                QVERIFY(inflated(inflater, payload, 100, takeover) == text);
                if (!takeover) deflater.reset();
            }
        }
    }

    // The end put behind the last bytes says the same as put back by itself: of whole messages, of
    // damaged ones, and of what comes next.
    void lastBytesWithTheirTail() {
        Deflater deflater;
        Inflater apart;
        Inflater together;
        Noise noise(5);
        int read = 0;
        for (int i = 0; i < 3000; ++i) {
            const std::string text = words(i % 7, 1 + static_cast<int>(noise.below(30)));
            Bytes payload = i % 5 == 4 ? deflater.finalMessage(text) : deflater.message(text);
            const std::uint64_t damage = noise.below(8);
            if (damage == 0) payload.resize(noise.below(payload.size() + 1));
            if (damage == 1 && !payload.empty()) {
                payload[noise.below(payload.size())] ^= noise.byte();
            }
            if (damage == 2) payload.insert(payload.end(), {0x00, 0x00, 0xff, 0xff});
            const std::string expected = inflated(apart, payload);
            std::string joined;
            const InflatedSink sink = [&](ByteView bytes) { joined += asText(bytes); };
            together.begin(true);
            const std::size_t front = noise.below(payload.size() + 1);
            together.feed(ByteView(payload).first(front), sink);
            Bytes rest(payload.begin() + static_cast<std::ptrdiff_t>(front), payload.end());
            if (!rest.empty()) {
                rest.insert(rest.end(), kDeflateTail.begin(), kDeflateTail.end());
                together.feedLast(rest, sink);
            }
            const InflateError error = together.finish(sink);
            if (error == InflateError::ContextLost) joined = "!context";
            if (error == InflateError::NotDeflate) joined = "!data";
            QCOMPARE(joined, expected);
            QCOMPARE(together.contextEmpty(), apart.contextEmpty());
            if (error != InflateError::None) {
                deflater.reset();
            } else {
                ++read;
            }
        }
        QVERIFY(read > 1500);
    }

    // Whole messages go a short way where they can, pieces never do. Both say the same of codes of
    // every kind, of sizes at which the short way ends, and of damage, and the window goes on
    // whichever way the message before went.
    void wholeMessagesAndPieces_data() {
        QTest::addColumn<int>("level");
        QTest::addColumn<int>("strategy");
        QTest::addRow("fixed codes") << 6 << Z_FIXED;
        QTest::addRow("stored") << 0 << Z_DEFAULT_STRATEGY;
        QTest::addRow("as it is best") << 6 << Z_DEFAULT_STRATEGY;
        QTest::addRow("runs alone") << 6 << Z_RLE;
        QTest::addRow("no references") << 6 << Z_HUFFMAN_ONLY;
    }
    void wholeMessagesAndPieces() {
        QFETCH(int, level);
        QFETCH(int, strategy);
        for (const bool takeover : {true, false}) {
            Deflater deflater(15, level, strategy);
            Inflater whole;
            Inflater pieces;
            int read = 0;
            Noise noise(static_cast<std::uint32_t>(strategy * 2 + level + (takeover ? 1 : 0)));
            for (int i = 0; i < 2000; ++i) {
                // Now and then one that is longer than the short way takes, or hardly any.
                const std::uint64_t most = i % 50 == 0 ? 40'000 : i % 7 == 0 ? 3 : 300;
                std::string text = words(static_cast<int>(noise.below(9)), 40);
                while (text.size() < most) text += text;
                text.resize(1 + noise.below(most));
                if (i % 11 == 0) text.assign(text.size(), 'a');
                for (std::size_t at = 0; i % 13 == 0 && at < text.size(); at += 3) {
                    text[at] = static_cast<char>(noise.byte());
                }
                Bytes payload = deflater.message(text);
                const std::uint64_t damage = noise.below(12);
                if (damage == 0) payload.resize(noise.below(payload.size() + 1));
                if (damage == 1 && !payload.empty()) {
                    payload[noise.below(payload.size())] ^= noise.byte();
                }
                if (damage == 2) payload.insert(payload.end(), {0x00, 0x00, 0xff, 0xff});
                const std::string expected =
                    inflated(pieces, payload, 1 + payload.size() / 2, takeover);
                // Mostly whole, so that the window stays on the short way for a while.
                std::string found;
                if (payload.empty() || noise.below(16) == 0) {
                    found = inflated(whole, payload, 1 + payload.size() / 3, takeover);
                } else {
                    const InflatedSink sink = [&](ByteView bytes) { found += asText(bytes); };
                    whole.begin(takeover);
                    payload.insert(payload.end(), kDeflateTail.begin(), kDeflateTail.end());
                    whole.feedLast(payload, sink);
                    const InflateError error = whole.finish(sink);
                    if (error == InflateError::ContextLost) found = "!context";
                    if (error == InflateError::NotDeflate) found = "!data";
                }
                QVERIFY2(found == expected, std::to_string(i).c_str());
                if (found == text) ++read;
                QCOMPARE(whole.contextEmpty(), pieces.contextEmpty());
                QVERIFY(whole.saveContext() == pieces.saveContext());
                if (!takeover || expected.starts_with('!')) deflater.reset();
            }
            QVERIFY(read > 1000);
        }
    }

    void contextsAreSavedAndRestored() {
        Deflater deflater;
        Inflater inflater;
        QVERIFY(inflater.saveContext().empty());
        for (int i = 0; i < 40; ++i) {
            const std::string text = words(i % 7, 1 + i * 20);
            const Bytes saved = inflater.saveContext();
            QVERIFY(saved.size() <= 33U << 10);
            const Bytes payload = deflater.message(text);
            QVERIFY(inflated(inflater, payload) == text);
            Inflater other;
            QVERIFY(other.restoreContext(saved));
            QVERIFY(inflated(other, payload) == text);
            // Without it the second use of a text cannot be read.
            Inflater without;
            QVERIFY((inflated(without, payload) == "!context") == (i > 0));
        }
        Inflater inflater2;
        QVERIFY(!inflater2.restoreContext(asBytes("no window")));
        QVERIFY(inflater2.contextEmpty());
    }

    void nothingIsReadBehindALossThatNeedsIt() {
        Deflater deflater;
        Inflater inflater;
        const std::string text = words(1, 100);
        QVERIFY(inflated(inflater, deflater.message(text)) == text);
        inflater.loseContext();
        QVERIFY(inflater.contextEmpty());
        const Bytes repeated = deflater.message(text);
        QCOMPARE(inflated(inflater, repeated), std::string("!context"));
        deflater.reset();
        QVERIFY(inflated(inflater, deflater.message(text)) == text);
        QVERIFY(inflated(inflater, deflater.message(text)) == text);

        // A message that was begun and never finished is a loss too.
        inflater.begin(true);
        inflater.feed(fromHex("f248"), [](ByteView) {});
        QCOMPARE(inflated(inflater, deflater.message(text)), std::string("!context"));
    }

    void bombsHoldNoMemory() {
        // 128 MiB of zeros in an eighth of a megabyte.
        Deflater deflater;
        const Bytes zeros(8U << 20);
        Inflater inflater;
        std::uint64_t total = 0;
        std::size_t greatest = 0;
        const InflatedSink sink = [&](ByteView bytes) {
            total += bytes.size();
            greatest = std::max(greatest, bytes.size());
        };
        inflater.begin(true);
        Bytes payload;
        for (int i = 0; i < 16; ++i) {
            payload = deflater.message(zeros);
            if (i != 0) inflater.feed(fromHex("0000ffff"), sink);
            inflater.feed(payload, sink);
        }
        QCOMPARE(inflater.finish(sink), InflateError::None);
        QCOMPARE(total, std::uint64_t{128} << 20);
        QVERIFY(greatest <= 64U << 10);
        QVERIFY(inflater.saveContext().size() < 300);
        // Two bytes a block, each with BFINAL=1: the window is not copied for them.
        Bytes blocks;
        for (int i = 0; i < 500'000; ++i) {
            blocks.push_back(0x03);
            blocks.push_back(0x00);
        }
        QVERIFY(inflated(inflater, blocks).empty());
    }

    void damageNeverBreaksAnything() {
        std::size_t errors = 0;
        for (std::uint32_t seed = 1; seed <= 500; ++seed) {
            Noise noise(seed);
            Deflater deflater(9 + static_cast<int>(noise.below(7)));
            Inflater inflater;
            for (int i = 0; i < 6; ++i) {
                const std::string text = words(static_cast<int>(noise.below(3)), 30);
                Bytes payload = deflater.message(text);
                const std::size_t damages = noise.below(3);
                for (std::size_t n = 0; n < damages && !payload.empty(); ++n) {
                    const std::size_t at = noise.below(payload.size());
                    switch (noise.below(3)) {
                        case 0:
                            payload[at] = noise.byte();
                            break;
                        case 1:
                            payload.resize(at);
                            break;
                        default:
                            payload.insert(payload.begin() + static_cast<std::ptrdiff_t>(at),
                                           noise.byte());
                    }
                }
                const std::string found = inflated(inflater, payload, 1 + noise.below(20));
                if (found.starts_with('!')) {
                    ++errors;
                    QVERIFY(inflater.contextEmpty());
                }
            }
        }
        QVERIFY(errors > 500);
    }
};

QTEST_APPLESS_MAIN(TestInflater)
#include "test_inflater.moc"
