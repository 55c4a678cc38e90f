// Event streams: the examples of the HTML standard, what it says of each kind of line, and that
// what comes out depends on the bytes and not on where they are cut.
#include <QtTest>

#include "dissector/layer/message_protocol.h"
#include "dissector/sse/event.h"
#include "dissector/sse/event_splitter.h"
#include "tests/support/prefixes.h"
#include "tests/support/tree_text.h"

using namespace framescope;
using namespace framescope::sse;
using framescope::test::Noise;
using framescope::test::treeText;

namespace {

using namespace std::string_literals;

struct Unit {
    std::string text;
    std::uint64_t begin = 0;
    bool comment = false;
    bool ended = true;
    bool operator==(const Unit&) const = default;
};

/// The units of a stream fed in pieces of `size` bytes, the first one of `first`.
std::vector<Unit> unitsOf(const std::string& stream, std::size_t first, std::size_t size) {
    EventSplitter splitter;
    std::vector<Unit> units;
    const auto add = [&](std::uint64_t end, bool ended) {
        const std::uint64_t begin = splitter.unitBegin();
        units.push_back(
            {stream.substr(begin, end - begin), begin, ended && splitter.isComment(), ended});
    };
    std::size_t at = 0;
    for (std::size_t piece = first; at < stream.size(); piece = size) {
        ByteView rest = asBytes(stream).subspan(at, std::min(piece, stream.size() - at));
        at += rest.size();
        while (!rest.empty()) {
            const auto step = splitter.feed(rest);
            rest = rest.subspan(step.taken);
            if (step.ended) add(splitter.position(), true);
        }
    }
    const bool open = splitter.inUnit();
    if (splitter.finish()) {
        add(stream.size(), true);
    } else if (open) {
        add(stream.size(), false);
    }
    return units;
}

/// What a browser would dispatch: "type|data|id\n" each, and ": comment".
std::string heard(const std::string& stream) {
    std::string text;
    std::string lastId;
    for (const Unit& unit : unitsOf(stream, stream.size(), stream.size())) {
        const Event event = parse(unit.text, unit.begin == 0);
        const Meaning meaning = interpret(event);
        if (unit.comment) {
            text += ":" + std::string(event.lines.front().value) + "\n";
            continue;
        }
        if (!unit.ended) continue;
        if (meaning.id) lastId = *meaning.id;
        if (meaning.hasData) text += meaning.type + "|" + meaning.data + "|" + lastId + "\n";
    }
    return text;
}

std::string issuesOf(const std::string& unit, Form form = Form::Event, bool cut = false) {
    IssueSink issues;
    check(unit, false, form, cut, issues);
    std::string names;
    for (const Issue& issue : issues.issues()) {
        if (!names.empty()) names += ' ';
        names += issueInfo(issue.code).name;
    }
    return names;
}

const std::vector<std::string> kStreams = {
    "data: YHOO\ndata: +2\ndata: 10\n\n",
    "\xef\xbb\xbf: test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  "
    "third\n",
    "data\n\ndata\ndata\n\ndata:",
    "data:a\r\rdata:b\r:c\r\revent:x\rdata\r\r",
    "data:a\r\n\r\n:\r\n\r\n:\r\ndata:b\r\nid:7\r\n\r\n\r\n\r\nretry:5\r\n\r\n",
    "\n\n\r\r\r\n\xef\xbb\xbf"
    "data:no mark here\n\n",
    "data:a\r\n\ndata:b\n\r\ndata:c\r\r\n",
    "\xef\xbb\xbf\n\ndata:x\n\n",
    "\xef\xbb",
};

}  // namespace

class TestEvent : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void standard_data() {
        QTest::addColumn<QByteArray>("stream");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const char* name, const std::string& stream, const char* expected) {
            QTest::newRow(name) << QByteArray::fromStdString(stream) << QByteArray(expected);
        };
        // WHATWG HTML section 9.2.1 and 9.2.6
        row("two messages",
            "data: This is the first message.\n\ndata: This is the second message, it\n"
            "data: has two lines.\n\ndata: This is the third message.\n\n",
            "message|This is the first message.|\n"
            "message|This is the second message, it\nhas two lines.|\n"
            "message|This is the third message.|\n");
        row("add and remove",
            "event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\nevent: add\ndata: "
            "113411\n\n",
            "add|73857293|\nremove|2153|\nadd|113411|\n");
        row("stock", "data: YHOO\ndata: +2\ndata: 10\n\n", "message|YHOO\n+2\n10|\n");
        row("four blocks",
            ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third "
            "event\n\n",
            ":test stream\nmessage|first event|1\nmessage|second event|\n"
            "message| third event|\n");
        row("last one discarded", "data\n\ndata\ndata\n\ndata:", "message||\nmessage|\n|\n");
        row("space or not", "data:test\n\ndata: test\n\n", "message|test|\nmessage|test|\n");
        // Beyond the examples
        row("byte order mark",
            "\xef\xbb\xbf"
            "data: a\n\n",
            "message|a|\n");
        row("second byte order mark",
            "\xef\xbb\xbf\xef\xbb\xbf"
            "data: a\n\n",
            "");
        row("byte order mark later",
            "data: a\n\n\xef\xbb\xbf"
            "data: b\n\n",
            "message|a|\n");
        row("CR", "data: a\rdata: b\r\rdata: c\r\r", "message|a\nb|\nmessage|c|\n");
        row("CRLF", "data: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", "message|a\nb|\nmessage|c|\n");
        row("mixed", "data: a\rdata: b\n\r\ndata: c\r\n\n", "message|a\nb|\nmessage|c|\n");
        row("blank lines", "\n\n\ndata: a\n\n\n\n\n", "message|a|\n");
        row("id with NUL", "id: 1\ndata\n\nid: a\0b\ndata\n\n"s, "message||1\nmessage||1\n");
        row("id kept", "id: 1\ndata: a\n\ndata: b\n\n", "message|a|1\nmessage|b|1\n");
        row("id without data", "id: 9\n\ndata: b\n\n", "message|b|9\n");
        row("id reset", "id: 1\ndata: a\n\nid\ndata: b\n\n", "message|a|1\nmessage|b|\n");
        row("empty event type", "event: x\nevent\ndata: a\n\n", "message|a|\n");
        row("names are literal", "Data: a\n data: b\ndata : c\n\n", "");
        row("colons in values", "data: a:b: c\n\n", "message|a:b: c|\n");
        row("comment inside", "data: a\n: no\ndata: b\n\n", "message|a\nb|\n");
        row("keep-alives without blank lines", ":\n:\n: x\ndata: a\n\n", ":\n:\n:x\nmessage|a|\n");
    }

    void standard() {
        QFETCH(QByteArray, stream);
        QFETCH(QByteArray, expected);
        QCOMPARE(QByteArray::fromStdString(heard(stream.toStdString())), expected);
    }

    void everySplitGivesTheSameUnits() {
        for (const std::string& stream : kStreams) {
            const auto whole = unitsOf(stream, stream.size(), stream.size());
            for (std::size_t size = 1; size <= stream.size(); ++size) {
                QVERIFY(unitsOf(stream, size, size) == whole);
                QVERIFY(unitsOf(stream, size, stream.size()) == whole);
            }
        }
    }

    void anEventOfBareCrIsNotKeptWaiting() {
        EventSplitter splitter;
        QVERIFY(splitter.feed(asBytes("data: a\r\r")).ended);
        QCOMPARE(splitter.position(), 9U);
        // With CRLF the LF is waited for: it belongs to the unit.
        EventSplitter other;
        QVERIFY(!other.feed(asBytes("data: a\r\n\r")).ended);
        QVERIFY(other.feed(asBytes("\n")).ended);
        QCOMPARE(other.position(), 11U);
    }

    void whatIsWrittenIsRead() {
        for (const std::string& stream : kStreams) {
            for (const Unit& unit : unitsOf(stream, stream.size(), stream.size())) {
                const Event event = parse(unit.text, unit.begin == 0);
                Bytes written;
                ByteWriter writer(written);
                encode(event, writer);
                QCOMPARE(asText(written), std::string_view(unit.text));
            }
        }
        Event made;
        made.lines = {makeLine(LineKind::Comment, "hello"), makeLine(LineKind::Event, "add"),
                      makeLine(LineKind::Data, " 1", LineEnd::CrLf), makeLine(LineKind::Blank, {})};
        Bytes written;
        ByteWriter writer(written);
        encode(made, writer);
        QCOMPARE(asText(written), std::string_view(": hello\nevent: add\ndata:  1\r\n\n"));
        const Meaning meaning = interpret(parse(asText(written), true));
        QCOMPARE(meaning.type, std::string("add"));
        QCOMPARE(meaning.data, std::string(" 1"));
    }

    void noiseIsCutTheSameWayAndWrittenBack() {
        const std::string_view alphabet = "\r\n\r\n: dati\xef\xbb\xbf";
        for (std::uint32_t seed = 0; seed < 500; ++seed) {
            Noise noise(seed);
            std::string stream;
            for (int i = 0; i < 60; ++i) stream += alphabet[noise.below(alphabet.size())];
            const auto whole = unitsOf(stream, stream.size(), stream.size());
            QVERIFY(unitsOf(stream, 1, 1) == whole);
            QVERIFY(unitsOf(stream, 1 + noise.below(50), 3) == whole);
            std::uint64_t end = 0;
            for (const Unit& unit : whole) {
                QVERIFY(unit.begin >= end);
                end = unit.begin + unit.text.size();
                Bytes written;
                ByteWriter writer(written);
                encode(parse(unit.text, unit.begin == 0), writer);
                QCOMPARE(asText(written), std::string_view(unit.text));
            }
        }
    }

    void everyByteIsReadOnce() {
        std::string stream;
        constexpr int kEvents = 100'000;
        for (int i = 0; i < kEvents; ++i) stream += "id: " + std::to_string(i) + "\ndata: x\n\n";
        for (const std::size_t piece : {std::size_t{1}, std::size_t{1460}, stream.size()}) {
            EventSplitter splitter;
            std::size_t calls = 0;
            std::size_t taken = 0;
            int units = 0;
            for (std::size_t at = 0; at < stream.size(); at += piece) {
                ByteView rest = asBytes(stream).subspan(at, std::min(piece, stream.size() - at));
                while (!rest.empty()) {
                    const auto step = splitter.feed(rest);
                    rest = rest.subspan(step.taken);
                    taken += step.taken;
                    units += step.ended ? 1 : 0;
                    ++calls;
                }
            }
            QCOMPARE(units, kEvents);
            QCOMPARE(taken, stream.size());
            QVERIFY(calls <= stream.size() / piece + 1 + kEvents);
        }
    }

    void retry() {
        const auto retryOf = [](const char* line) {
            return interpret(parse(std::string(line) + "\n\n", false)).retry;
        };
        QCOMPARE(retryOf("retry: 3000"), std::optional<std::uint64_t>(3000));
        QCOMPARE(retryOf("retry:0"), std::optional<std::uint64_t>(0));
        QVERIFY(!retryOf("retry: 3000ms"));
        QVERIFY(!retryOf("retry: -1"));
        QVERIFY(!retryOf("retry:  5"));
        QVERIFY(!retryOf("retry"));
        QCOMPARE(retryOf("retry: 99999999999999999999"),
                 std::optional<std::uint64_t>(std::numeric_limits<std::uint64_t>::max()));
    }

    void issues_data() {
        QTest::addColumn<QByteArray>("unit");
        QTest::addColumn<QByteArray>("expected");
        const auto row = [](const std::string& unit, const char* expected) {
            QTest::newRow(expected) << QByteArray::fromStdString(unit) << QByteArray(expected);
        };
        row("event: a\nid: 1\nretry: 5\n: c\ndata: \xe7\xac\xac\ndata\n\n", "");
        row("data: \xff\n\n", "sse.not-utf8");
        row("data: \xe7\xac\n\n", "sse.not-utf8");
        row("id: a\0\ndata\n\n"s, "sse.id-with-nul");
        row("retry: soon\n\n", "sse.retry-not-number");
        row("Data: x\n\n", "sse.field-unknown");
        row("name: x\nname\n\n", "sse.field-unknown sse.field-unknown");
    }

    void issues() {
        QFETCH(QByteArray, unit);
        QFETCH(QByteArray, expected);
        QCOMPARE(QByteArray::fromStdString(issuesOf(unit.toStdString())), expected);
    }

    void issuesOfUnitsThatAreNotWhole() {
        QCOMPARE(issuesOf("dat", Form::Unfinished), std::string("sse.unfinished"));
        // The end may have cut a character.
        QCOMPARE(issuesOf("data: \xe7\xac", Form::Unfinished), std::string("sse.unfinished"));
        QCOMPARE(issuesOf("ata: x\xff\n\n", Form::BeginningLost), std::string("sse.bytes-missing"));
        QCOMPARE(issuesOf("data: x", Form::EndLost), std::string("sse.bytes-missing"));
        QCOMPARE(issuesOf("data: x\xe7", Form::Event, true), std::string("sse.event-too-long"));
        // A body of unknown lines does not bring an issue for each.
        std::string unknown;
        for (int i = 0; i < 5000; ++i) unknown += "x\n";
        const std::string names = issuesOf(unknown + "\n");
        QCOMPARE(std::ranges::count(names, ' '), 99);
    }

    /// A line that names the type is missing, or may be.
    void theTypeOfWhatIsNotWhole_data() {
        QTest::addColumn<QByteArray>("unit");
        QTest::addColumn<bool>("endLost");
        QTest::addColumn<QByteArray>("line");
        QTest::newRow("no type yet")
            << QByteArray("id: 2\n") << true << QByteArray("end missing  type not known  id=2");
        QTest::newRow("a type") << QByteArray("event: e\ndata: x") << true
                                << QByteArray("end missing  e  x");
        QTest::newRow("a type that is cut") << QByteArray("id: 2\nevent: e") << true
                                            << QByteArray("end missing  type not known  id=2");
        QTest::newRow("no type any more") << QByteArray("ata: x\ndata: y\n\n") << false
                                          << QByteArray("beginning missing  type not known  y");
        QTest::newRow("a type behind the hole") << QByteArray("2\nevent: e\ndata: y\n\n") << false
                                                << QByteArray("beginning missing  e  y");
        QTest::newRow("what may be a part of a line")
            << QByteArray("event: e\ndata: y\n\n") << false
            << QByteArray("beginning missing  type not known  y");
    }
    void theTypeOfWhatIsNotWhole() {
        QFETCH(QByteArray, unit);
        QFETCH(bool, endLost);
        QFETCH(QByteArray, line);
        const Form form = endLost ? Form::EndLost : Form::BeginningLost;
        const std::string text = unit.toStdString();
        const Event read = parse(text, false);
        QCOMPARE(QByteArray::fromStdString(summary(read, form, 100)), line);
    }

    void trees_data() {
        QTest::addColumn<QByteArray>("unit");
        QTest::addColumn<int>("form");
        QTest::addColumn<QByteArray>("tree");
        const auto row = [](const char* name, const char* unit, Form form, const char* tree) {
            QTest::newRow(name) << QByteArray(unit) << static_cast<int>(form) << QByteArray(tree);
        };
        row("json", "event: add\nid: 7\ndata: {\"a\":1}\n\n", Form::Event,
            "Event stream  add  id=7  {\"a\":1} [0:10-42]\n"
            "  Event: add [0:17-20]\n"
            "  Event id: 7 [0:25-26]\n"
            "  Data: {\"a\":1} [0:33-40]\n"
            "    JSON  {1 member} [0:33-40]\n"
            "      a: 1 [0:34-39]\n"
            "  Dispatched: yes\n");
        row("lines", ":c\ndata:{\"a\":\nretry:5\ndata:1}\n\n", Form::Event,
            "Event stream  message  retry=5  {\"a\":\\n1} [0:10-41]\n"
            "  Comment: c [0:11-12]\n"
            "  Data: {\"a\":\\n1} [0:18-39]\n"
            "    Line: {\"a\": [0:18-23]\n"
            "    Line: 1} [0:37-39]\n"
            "    JSON  {1 member} [1:0-8]\n"
            "      a: 1 [1:1-7]\n"
            "  Time before reconnecting: 5 ms [0:30-31]\n"
            "  Event: message, as none is named\n"
            "  Dispatched: yes\n");
        row("no data", "retry: x\nfoo\n\n", Form::WithoutData,
            "Event stream  no data [0:10-24]\n"
            "  Time before reconnecting: x [0:17-18]\n"
            "  foo [0:22-22]\n"
            "  Dispatched: no, it has no data\n");
        row("comment", ": x\n", Form::Comment,
            "Event stream  comment  x [0:10-14]\n  Comment: x [0:12-13]\n");
        row("unfinished", "data: x", Form::Unfinished,
            "Event stream  unfinished  message  x [0:10-17]\n"
            "  Data: x [0:16-17]\n"
            "  Event: message, as none is named\n"
            "  Dispatched: no, it is not finished\n");
    }

    void trees() {
        QFETCH(QByteArray, unit);
        QFETCH(int, form);
        QFETCH(QByteArray, tree);
        Dissection dissection;
        dissection.addSource(SourceKind::Body, "Body", Bytes(10));
        const std::string text = unit.toStdString();
        describe(parse(text, false), text, static_cast<Form>(form), dissection, Place{0, 10});
        QCOMPARE(QByteArray::fromStdString(treeText(dissection.fields)), tree);
    }

    void aByteOrderMarkHasItsBytes() {
        const std::string unit = "\xef\xbb\xbf: x\n";
        Dissection dissection;
        dissection.addSource(SourceKind::Body, "Body", {});
        describe(parse(unit, true), unit, Form::Comment, dissection, Place{0, 0});
        QCOMPARE(treeText(dissection.fields),
                 std::string("Event stream  comment  x [0:0-7]\n"
                             "  Byte order mark: efbbbf [0:0-3]\n  Comment: x [0:5-6]\n"));
    }

    void summariesAreShort() {
        const std::string unit = "event: " + std::string(500, 'e') + "\ndata: x\n\n";
        QVERIFY(QString::fromStdString(summary(parse(unit, false), Form::Event, 50)).size() <= 50);
        QCOMPARE(summary(parse(":\n", false), Form::Comment, 50), std::string("comment"));
    }
};

QTEST_APPLESS_MAIN(TestEvent)
#include "test_event.moc"
