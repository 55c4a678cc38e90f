// JSON: what is valid and where it is not, names of events, the tree and the bytes of its nodes.
#include <algorithm>
#include <array>

#include <QtTest>

#include "dissector/payload/json.h"
#include "dissector/payload/json_skim.h"
#include "tests/support/prefixes.h"
#include "tests/support/tree_text.h"

using namespace framescope;
using framescope::test::bytesOf;
using framescope::test::treeText;

namespace {

struct Top {
    bool valid = false;
    std::vector<JsonNode> nodes;
};

Top readTop(const std::string& text) {
    Top top;
    JsonReader reader(text);
    JsonNode node;
    ByteRange key;
    bool escaped = true;
    for (;;) {
        const JsonToken token = reader.next();
        const bool opens = token == JsonToken::ObjectBegin || token == JsonToken::ArrayBegin;
        const bool closes = token == JsonToken::ObjectEnd || token == JsonToken::ArrayEnd;
        if (token == JsonToken::End || token == JsonToken::Error) {
            top.valid = token == JsonToken::End;
            return top;
        }
        if (token == JsonToken::Key) {
            if (reader.depth() != 1) continue;
            key = reader.range();
            escaped = reader.escaped();
        } else if (opens) {
            if (reader.depth() == 2) node = {jsonKindOf(token), reader.range(), key, escaped};
        } else if (reader.depth() == 1) {
            if (!closes) node = {jsonKindOf(token), reader.range(), key, escaped};
            node.range.end = reader.range().end;
            top.nodes.push_back(node);
        }
    }
}

/// Whether the text is valid; fails where skimming it says something else than reading it.
bool agrees(const std::string& text) {
    // Behind the text stands what a run over its end would take for more of it.
    const std::string padded = text + "0123456789\"}]}]";
    const std::string_view json = std::string_view(padded).substr(0, text.size());
    const Top expected = readTop(text);
    Top skimmed;
    skimmed.valid =
        skimJson(json, [&skimmed](const JsonNode& node) { skimmed.nodes.push_back(node); });
    if (skimmed.valid != expected.valid) {
        QTest::qFail(("skimmed otherwise than read: " + text).c_str(), __FILE__, __LINE__);
    }
    if (!expected.valid) return false;
    const bool same =
        std::ranges::equal(skimmed.nodes, expected.nodes, [](const JsonNode& a, const JsonNode& b) {
            return a.kind == b.kind && a.range == b.range && a.keyRange == b.keyRange &&
                   (a.keyRange.empty() || a.keyEscaped == b.keyEscaped);
        });
    if (!same) QTest::qFail(("another top: " + text).c_str(), __FILE__, __LINE__);
    return true;
}

}  // namespace

class TestJson : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void texts_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("errorAt");  // -1: valid
        const auto row = [](const QByteArray& text, int errorAt) {
            QTest::newRow(text.left(40).constData()) << text << errorAt;
        };
        for (const char* valid :
             {"{}", "[]", "null", "true", "false", "0", "-0", "12.5e-3", "1E+9", "\"\"", " [ ] ",
              "[1,\"a\",{\"b\":[null]}]", "{\"a\":1,\"a\":2}", "\t\r\n{\"a\" : { } }",
              "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e4\\ud83d\\ude00\"", "\"\xc3\xa4\"", "\"\x7f\""}) {
            row(valid, -1);
        }
        row("", 0);
        row(" ", 1);
        row("[", 1);
        row("[1", 2);
        row("[1,", 3);
        row("[1,]", 3);
        row("[,1]", 1);
        row("[1 2]", 3);
        row("[1}", 2);
        row("{1:2}", 1);
        row("{\"a\"}", 4);
        row("{\"a\":}", 5);
        row("{\"a\":1,}", 7);
        row("{\"a\":1 \"b\":2}", 7);
        row("nul", 3);
        row("nulL", 3);
        row("tru e", 3);
        row("01", 1);
        row("-", 1);
        row("+1", 0);
        row(".5", 0);
        row("1.", 2);
        row("1.e5", 2);
        row("1e", 2);
        row("1e+", 3);
        row("1 2", 2);
        row("\"a", 2);
        row("\"\\x\"", 2);
        row("\"\\u12g4\"", 5);
        row("\"\\u12", 5);
        row("\"a\nb\"", 2);
        row("'a'", 0);
        row("\"\xff\"", 1);
        row("[1]]", 3);
        row(QByteArray(256, '[') + QByteArray(256, ']'), -1);
        row(QByteArray(257, '[') + QByteArray(257, ']'), 256);
        row(QByteArray(100'000, '['), 256);
    }

    void texts() {
        QFETCH(QByteArray, text);
        QFETCH(int, errorAt);
        const std::string json = text.toStdString();
        const auto error = checkJson(json);
        QCOMPARE(error.has_value(), errorAt >= 0);
        if (error) {
            QCOMPARE(int(error->position), errorAt);
            QVERIFY(!error->sentence.empty());
        }
        FieldTree tree;
        QCOMPARE(describeJson(json, tree, Place{0, 0}), errorAt < 0);
        QCOMPARE(tree.size() > 0, errorAt < 0);
    }

    // What is skimmed is accepted, and its top is cut, as the reader does it: of texts with every
    // change of one byte, every cut, and some bytes more.
    void skimmed() {
        const std::array<std::string, 9> texts = {
            R"({"type":"moved","id":72964,"x":122.85,"deep":{"a":[1,{"b":null}]},"ok":true})",
            R"([ "event" , -0.5e+10, {"k\u00e4y\n" : "a longer text, beyond sixteen bytes\\"}, [] , {} ])",
            "\"alone \\ud83d\\ude00 and \xc3\xa4\"",
            "[1234567890123456789,0,-0,0.25,1E5,false,null]",
            R"({"symbol":"GNT","bid":773.22,"ask":0.1,"volume":2807,"at":1700000000464})",
            "[[[[{}]]]]",
            "{\"\":\"\",\"\\\"\":[\"\\/\"]}",
            " \t\r\n12 ",
            std::string(kMaxJsonDepth - 1, '[') + "{" + "}" + std::string(kMaxJsonDepth - 1, ']')};
        std::size_t accepted = 0;
        const auto compare = [&accepted](const std::string& text) {
            accepted += agrees(text) ? 1 : 0;
        };
        constexpr std::string_view kOdd = "\"\\{}[],:0.-eEtfnu \n\x01\x1f\x7f\xff/a9A";
        for (const std::string& text : texts) {
            compare(text);
            QCOMPARE(accepted > 0, true);
            const std::size_t edge = 120;  // of the deep one, both ends are enough
            for (std::size_t at = 0; at < text.size(); ++at) {
                if (at > edge && at + edge < text.size()) continue;
                compare(text.substr(0, at));
                compare(text.substr(at));
                std::string other = text;
                other.erase(at, 1);
                compare(other);
                for (const char c : kOdd) {
                    other = text;
                    other[at] = c;
                    compare(other);
                    other = text;
                    other.insert(at, 1, c);
                    compare(other);
                }
                if (QTest::currentTestFailed()) return;
            }
        }
        compare(std::string(kMaxJsonDepth + 1, '[') + std::string(kMaxJsonDepth + 1, ']'));
        QVERIFY(accepted > 1000);
    }

    void unescape() {
        QCOMPARE(unescapeJson("\"a\\\"b\\\\c\\/d\""), "a\"b\\c/d");
        QCOMPARE(unescapeJson("\"\\n\\t\\u0041\\u00e4\\u20ac\""), "\n\tA\u00e4\u20ac");
        QCOMPARE(unescapeJson("\"\\ud83d\\ude00\""), "\U0001f600");
        QCOMPARE(unescapeJson("\"\\ud83d\""), "\ufffd");
        QCOMPARE(unescapeJson("\"\\ud83dx\\ude00\""), "\ufffdx\ufffd");
        QCOMPARE(unescapeJson("\"\\ud83d\\u0041\""), "\ufffdA");
        QCOMPARE(unescapeJson("\"\""), "");
        for (const char* odd : {"", "\"", "\"\\", "\"\\u", "\"\\u1", "\\u12zz\""}) {
            unescapeJson(odd);
        }
    }

    void first() {
        std::string unescaped;
        const auto isFirst = [&](std::string_view array, std::string_view name) {
            return firstStringOf(array) == name && firstStringOf(array, unescaped) == name;
        };
        QVERIFY(isFirst("[\"message\",{\"a\":1}]", "message"));
        QVERIFY(unescaped.empty());
        QVERIFY(isFirst(" [ \"a\\nb\" ]", "a\nb"));
        QVERIFY(isFirst("[12,1]", "12"));
        QVERIFY(isFirst("[\"\",1]", ""));
        QVERIFY(isFirst("[\"x\", rubbish", "x"));
        for (const char* none : {"", "[", "[]", "{}", "[null]", "[[]]", "\"a\"", "[\"a"}) {
            QVERIFY(!firstStringOf(none));
            QVERIFY(firstStringOf(none, unescaped).empty());
        }
    }

    void children() {
        const std::string text = "[1, {\"a\":[2,3]} ,\"x\",[]]";
        const auto nodes = jsonChildren(text);
        QVERIFY(nodes);
        std::string parts;
        for (const JsonNode& node : *nodes) {
            parts += text.substr(node.range.begin, node.range.size()) + ";";
        }
        QCOMPARE(parts, "1;{\"a\":[2,3]};\"x\";[];");
        QCOMPARE(jsonChildren(text, 2)->size(), std::size_t{2});
        const std::string object = "{\"k\" : {\"n\":1}, \"l\":2}";
        const auto members = jsonChildren(object);
        QCOMPARE(members->size(), std::size_t{2});
        QVERIFY((members->at(0).keyRange == ByteRange{1, 4}));
        QVERIFY((members->at(0).range == ByteRange{7, 14}));
        QCOMPARE(members->at(0).kind, JsonKind::Object);
        QVERIFY((members->at(1).keyRange == ByteRange{16, 19}));
        QVERIFY(!jsonChildren("1"));
        QVERIFY(!jsonChildren("[1"));
        QVERIFY(jsonChildren("[]")->empty());
    }

    void tree() {
        FieldTree fields;
        QVERIFY(describeJson("{\"a\":[1,\"x\\ny\"],\"b\":{\"c\":null}}", fields, Place{3, 100}));
        QCOMPARE(treeText(fields),
                 "JSON  {2 members} [3:100-131]\n"
                 "  a: [2 elements] [3:101-115]\n"
                 "    0: 1 [3:106-107]\n"
                 "    1: \"x\\ny\" [3:108-114]\n"
                 "  b: {1 member} [3:116-130]\n"
                 "    c: null [3:121-129]\n");
        QCOMPARE(std::get<std::string>(fields[3].value), "x\ny");
        FieldTree scalar;
        QVERIFY(describeJson("12", scalar, Place{0, 0}, "Argument 0"));
        QCOMPARE(treeText(scalar), "Argument 0  12 [0:0-2]\n");
    }

    void limits() {
        std::string large = "[";
        for (int i = 0; i < 50'000; ++i) large += "[1],";
        large += "0]";
        FieldTree fields;
        QVERIFY(describeJson(large, fields, Place{0, 0}));
        QCOMPARE(fields.size(), kMaxJsonNodes + 1);
        QCOMPARE(fields[0].range.end, std::uint64_t{large.size()});
        QCOMPARE(fields[0].next, FieldIndex(fields.size()));
    }

    // Noise made of the letters of JSON: ranges stay inside and children inside their parents.
    void noise() {
        test::Noise noise(5);
        constexpr std::string_view kLetters = "[]{},:\"\\u12a4etrue null-.\n";
        const std::string valid = "{\"a\":[1,-2.5e3,\"x\\u00e4\",true,null,{}],\"b\":{\"c\":[]}}";
        int accepted = 0;
        for (int round = 0; round < 20'000; ++round) {
            std::string text = valid;
            for (std::size_t i = noise.below(4); i > 0; --i) {
                text[noise.below(text.size())] = kLetters[noise.below(kLetters.size())];
            }
            text.resize(text.size() - (round % 2 == 0 ? noise.below(5) : 0));
            jsonChildren(text);
            firstStringOf(text);
            unescapeJson(text);
            FieldTree fields;
            if (!describeJson(text, fields, Place{0, 0})) continue;
            ++accepted;
            for (const Field& field : fields.fields()) {
                QVERIFY(field.range.end <= text.size());
                if (field.parent == kNoField) continue;
                QVERIFY(field.range.begin >= fields[field.parent].range.begin);
                QVERIFY(field.range.end <= fields[field.parent].range.end);
            }
        }
        QVERIFY(accepted > 100);
    }
};

QTEST_APPLESS_MAIN(TestJson)
#include "test_json.moc"
