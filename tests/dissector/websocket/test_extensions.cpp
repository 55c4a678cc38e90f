// Sec-WebSocket-Extensions: the grammar, what RFC 7692 section 7.1 allows of offers and answers,
// and the compression that follows from what was agreed.
#include <QtTest>

#include "dissector/websocket/extensions.h"

using namespace framescope;
using namespace framescope::websocket;

namespace {

std::vector<Extension> listOf(const QString& value) {
    std::vector<Extension> extensions;
    const std::string text = value.toStdString();
    for (const std::string_view element : http::splitList(text)) {
        extensions.push_back(parseExtension(element));
    }
    return extensions;
}

QString detailsOf(const IssueSink& issues) {
    QStringList details;
    for (const Issue& issue : issues.issues()) {
        const std::string_view name = issueInfo(issue.code).name;
        details << QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()))
                           .remove(QStringLiteral("handshake.extension-")) +
                       u':' + QString::fromStdString(issue.detail);
    }
    return details.join(u'|');
}

constexpr std::size_t kClient = 0;
constexpr std::size_t kServer = 1;

}  // namespace

class TestExtensions : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void grammar() {
        const Extension extension = parseExtension("a ; b = \"c\\d\" ;e=f;g");
        QVERIFY(!extension.malformed);
        QCOMPARE(extension.name, std::string("a"));
        QCOMPARE(extension.parameters.size(), std::size_t{3});
        QCOMPARE(extension.parameters[0].name, std::string("b"));
        QCOMPARE(*extension.parameters[0].value, std::string("cd"));
        QVERIFY(extension.parameters[0].quoted);
        QCOMPARE(extension.parameters[0].range, (ByteRange{4, 13}));
        QCOMPARE(*extension.parameters[1].value, std::string("f"));
        QVERIFY(!extension.parameters[2].value);
        for (const char* text :
             {"", ";", "a;", "a;;b", "a b", "a; b=", "a; =c", "a; b=\"", "a; b=\"c", "a; b=\"c d\"",
              "a; b=\"\"", "a; b=c d", "a; b=\"c\"d", "\"a\""}) {
            QVERIFY2(parseExtension(text).malformed, text);
        }
        for (const char* text : {"a", "a; b", "a; b=c", "a; b=\"c\"; d=e", "a;;", "\xff"}) {
            const Extension read = parseExtension(text);
            Bytes encoded;
            ByteWriter writer(encoded);
            encode(read, writer);
            QCOMPARE(asText(encoded), std::string_view(text));
            QCOMPARE(parseExtension(asText(encoded)), read);
        }
    }

    void offers_data() {
        QTest::addColumn<QString>("offer");
        QTest::addColumn<QString>("issues");
        const auto add = [](const char* offer, const char* issues) {
            QTest::newRow(offer) << offer << issues;
        };
        add("permessage-deflate", "");
        add("permessage-deflate; client_max_window_bits; server_max_window_bits=10", "");
        add("permessage-deflate; client_max_window_bits=\"8\"; server_no_context_takeover", "");
        add("permessage-deflate; client_max_window_bits, permessage-deflate", "");
        add("permessage-deflate; quick=1",
            "parameters:quick is no parameter of permessage-deflate");
        add("permessage-deflate; client_max_window_bits; client_max_window_bits=9",
            "parameters:client_max_window_bits is given twice");
        add("permessage-deflate; server_max_window_bits",
            "parameters:server_max_window_bits needs a value");
        add("permessage-deflate; server_max_window_bits=7",
            "parameters:server_max_window_bits is 7, not 8 to 15");
        add("permessage-deflate; server_max_window_bits=16",
            "parameters:server_max_window_bits is 16, not 8 to 15");
        add("permessage-deflate; client_max_window_bits=08",
            "parameters:client_max_window_bits is 08, not 8 to 15");
        add("permessage-deflate; client_max_window_bits=+9",
            "parameters:client_max_window_bits is +9, not 8 to 15");
        add("permessage-deflate; server_no_context_takeover=1",
            "parameters:server_no_context_takeover takes no value");
        add("permessage-deflate; client_no_context_takeover=true",
            "parameters:client_no_context_takeover takes no value");
        add("x-webkit-deflate-frame; no_context_takeover; max_window_bits=12", "");
        add("x-webkit-deflate-frame; max_window_bits", "parameters:max_window_bits needs a value");
        add("bbf-usp-protocol; eid=\"x\"; eid=y", "");
        add("permessage-deflate; a b", "malformed:permessage-deflate; a b");
    }
    void offers() {
        QFETCH(QString, offer);
        QFETCH(QString, issues);
        IssueSink sink;
        checkOffers(listOf(offer), sink);
        QCOMPARE(detailsOf(sink), issues);
    }

    void answers_data() {
        QTest::addColumn<QString>("offer");
        QTest::addColumn<QString>("answer");
        QTest::addColumn<QString>("issues");
        const auto add = [](const char* offer, const char* answer, const char* issues) {
            QTest::newRow(qPrintable(QString::fromUtf8(offer) + QStringLiteral(" > ") +
                                     QString::fromUtf8(answer)))
                << offer << answer << issues;
        };
        constexpr const char* kPlain = "permessage-deflate";
        constexpr const char* kBits = "permessage-deflate; client_max_window_bits";
        add(kPlain, kPlain, "");
        add("a, b", "b", "");
        add("a", "b", "not-offered:b");
        add("", kPlain, "not-offered:permessage-deflate");
        add(kPlain, "permessage-deflate; server_no_context_takeover; server_max_window_bits=9", "");
        add(kPlain, "permessage-deflate; client_no_context_takeover", "");
        add(kPlain, "permessage-deflate; client_max_window_bits=12",
            "parameters:client_max_window_bits was not offered");
        add(kBits, "permessage-deflate; client_max_window_bits=\"12\"", "");
        add(kBits, "permessage-deflate; client_max_window_bits",
            "parameters:client_max_window_bits needs a value");
        add("permessage-deflate; client_max_window_bits=10",
            "permessage-deflate; client_max_window_bits=11",
            "parameters:client_max_window_bits is greater than what was offered");
        add("permessage-deflate; server_max_window_bits=10", kPlain,
            "parameters:server_max_window_bits was asked for and is not agreed to");
        add("permessage-deflate; server_max_window_bits=10",
            "permessage-deflate; server_max_window_bits=12",
            "parameters:server_max_window_bits is greater than what was asked for");
        add("permessage-deflate; server_no_context_takeover", kPlain,
            "parameters:server_no_context_takeover was asked for and is not agreed to");
        add("permessage-deflate; server_max_window_bits=10, permessage-deflate", kPlain, "");
        add("permessage-deflate; server_max_window_bits=10; client_max_window_bits, "
            "permessage-deflate; client_max_window_bits",
            "permessage-deflate; client_max_window_bits=15", "");
        add(kPlain, "permessage-deflate, permessage-deflate",
            "parameters:compression is agreed to twice");
        add(kPlain, "permessage-deflate; server_max_window_bits=99",
            "parameters:server_max_window_bits is 99, not 8 to 15");
    }
    void answers() {
        QFETCH(QString, offer);
        QFETCH(QString, answer);
        QFETCH(QString, issues);
        IssueSink sink;
        const auto offers = listOf(offer);
        checkAgreed(listOf(answer), &offers, sink);
        QCOMPARE(detailsOf(sink), issues);
    }

    void compression() {
        const auto offers = listOf(QStringLiteral("permessage-deflate; client_max_window_bits"));
        QVERIFY(!compressionOf({}, &offers).agreed());
        QVERIFY(!compressionOf(listOf(QStringLiteral("x-other; server_max_window_bits=9")), &offers)
                     .agreed());
        Compression expected;
        expected.kind = CompressionKind::PerMessageDeflate;
        QCOMPARE(compressionOf(listOf(QStringLiteral("Permessage-Deflate")), &offers), expected);
        expected.noContextTakeover[kServer] = true;
        expected.windowBits[kClient] = 9;
        expected.windowBits[kServer] = 12;
        const QString answer = QStringLiteral(
            "permessage-deflate; server_no_context_takeover; client_max_window_bits=\"9\"; "
            "server_max_window_bits=12");
        QCOMPARE(compressionOf(listOf(answer), &offers), expected);
        QCOMPARE(compressionOf(listOf(answer), nullptr), expected);
        // What cannot be read counts as not given.
        expected = {CompressionKind::PerMessageDeflate, {true, false}, {15, 15}};
        QCOMPARE(compressionOf(listOf(QStringLiteral("permessage-deflate; server_max_window_bits=3;"
                                                     "client_no_context_takeover")),
                               &offers),
                 expected);
    }

    void compressionOfWebkit() {
        const auto offers = listOf(
            QStringLiteral("x-webkit-deflate-frame; max_window_bits=11; no_context_takeover"));
        const auto agreed = listOf(QStringLiteral("x-webkit-deflate-frame; max_window_bits=9"));
        // Each side binds the other one.
        const Compression expected{CompressionKind::WebkitDeflateFrame, {false, true}, {9, 11}};
        QCOMPARE(compressionOf(agreed, &offers), expected);
        QCOMPARE(compressionOf(agreed, nullptr).windowBits[kServer], std::uint8_t{15});
    }
};

QTEST_APPLESS_MAIN(TestExtensions)
#include "test_extensions.moc"
