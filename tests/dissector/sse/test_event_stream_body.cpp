// Event streams in HTTP bodies: rows at the packet that brought their end, holes, ends, and streams
// that go on where another one ended.
#include <QtTest>

#include "dissector/http/http_layer.h"
#include "dissector/layer/message_protocol.h"
#include "dissector/sse/event.h"
#include "tests/support/layer_recorder.h"

using namespace framescope;
using namespace framescope::sse;
using framescope::test::LayerRecorder;

namespace {

constexpr Direction kC = Direction::ClientToServer;
constexpr Direction kS = Direction::ServerToClient;

const std::string kRequest = "GET /events?x=1 HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";

std::string withLength(const std::string& body) {
    return kHead + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string chunked(const std::string& body, std::size_t chunk) {
    std::string text = kHead + "Transfer-Encoding: chunked\r\n\r\n";
    for (std::size_t at = 0; at < body.size(); at += chunk) {
        const std::string piece = body.substr(at, chunk);
        text += QByteArray::number(static_cast<qulonglong>(piece.size()), 16).toStdString();
        text += "\r\n" + piece + "\r\n";
    }
    return text + "0\r\n\r\n";
}

/// "event message 0+9", each row of a body; "comment", "unfinished", ...
std::string units(const LayerRecorder& r, bool packets = false) {
    static constexpr std::array kForms = {"event",      "no-data",  "comment",
                                          "unfinished", "end-lost", "beginning-lost"};
    std::string text;
    for (const Record& record : r.records) {
        if (record.kind != RowKind::EventStreamEvent) continue;
        text += kForms[record.form];
        if (record.name != 0) text += " " + r.names[record.name];
        text += " " + std::to_string(record.streamOffset) + "+" + std::to_string(record.length);
        if (packets) text += " packet " + std::to_string(record.packet);
        text += "\n";
    }
    return text;
}

const std::string kBody =
    "\xef\xbb\xbf:hi\n\nretry: 5\n\nevent: a\ndata: 1\nid: 1\n\n:\r\ndata: x\r\ndata: y\r\n\r\nend";
const std::string kUnits =
    "comment 0+7\nno-data message 8+10\nevent a 18+24\ncomment 42+3\nevent message 45+20\n"
    "unfinished message 65+3\n";

void ask(LayerRecorder& r, const std::string& lastEventId, const std::string& body) {
    std::string request = "GET /events HTTP/1.1\r\nHost: a\r\n";
    if (!lastEventId.empty()) request += "Last-Event-ID: " + lastEventId + "\r\n";
    r.data(kC, request + "\r\n");
    r.data(kS, withLength(body));
}

std::string events(int first, int last) {
    std::string body;
    for (int i = first; i <= last; ++i) {
        body += "id: " + std::to_string(i) + "\ndata: " + std::to_string(i) + "\n\n";
    }
    return body;
}

/// The links between streams; those of requests and their responses are left out.
std::vector<RowLink> continuations(const LayerRecorder& r) {
    std::vector<RowLink> links = r.links;
    std::erase_if(links, [](const RowLink& link) { return link.kind == LinkKind::ResponseTo; });
    return links;
}

/// Row of the event with this data among those of `events`, by its place in its stream.
std::vector<RecordId> eventRows(const LayerRecorder& r) {
    std::vector<RecordId> rows;
    for (RecordId i = 0; i < r.records.size(); ++i) {
        if (r.records[i].kind == RowKind::EventStreamEvent) rows.push_back(i);
    }
    return rows;
}

}  // namespace

class TestEventStreamBody : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rowsAreTheSameHoweverTheBodyTravels() {
        for (const std::size_t chunk : {1U, 2U, 7U, 1000U}) {
            const std::string wire = chunked(kBody, chunk);
            for (std::size_t size = 1; size <= wire.size(); size += 1 + size / 20) {
                LayerRecorder r;
                r.data(kC, kRequest);
                for (std::size_t at = 0; at < wire.size(); at += size) {
                    r.data(kS, std::string_view(wire).substr(at, size));
                }
                QCOMPARE(QByteArray::fromStdString(units(r)), QByteArray::fromStdString(kUnits));
            }
        }
        const std::string plain = kHead + "\r\n" + kBody;
        for (std::size_t cut = 1; cut < plain.size(); ++cut) {
            LayerRecorder r;
            r.data(kC, kRequest);
            r.data(kS, std::string_view(plain).substr(0, cut));
            r.data(kS, std::string_view(plain).substr(cut));
            r.end(kS);
            QCOMPARE(QByteArray::fromStdString(units(r)), QByteArray::fromStdString(kUnits));
        }
    }

    void aRowStandsAtThePacketThatBroughtItsEnd() {
        LayerRecorder r;
        r.data(kC, kRequest);
        r.data(kS, kHead + "\r\n");
        r.data(kS, "data: a\n");
        r.data(kS, "\ndata: b");
        r.data(kS, "\n");
        r.data(kS, "\n:");
        r.data(kS, "\n");
        QCOMPARE(units(r, true), std::string("event message 0+9 packet 4\n"
                                             "event message 9+9 packet 6\n"
                                             "comment 18+2 packet 7\n"));
        const Record& first = r.records[2];
        QVERIFY(first.protocol == Protocol::EventStream);
        QCOMPARE(first.group, RecordId{1});
        QVERIFY(first.direction == kS);
        QVERIFY(first.severity == Severity::None);
    }

    void onlyResponsesOfThisTypeAreRead_data() {
        QTest::addColumn<QByteArray>("type");
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("remarks");
        const auto row = [](const char* type, int rows, int remarks) {
            QTest::newRow(type) << QByteArray(type) << rows << remarks;
        };
        row("text/event-stream", 1, 0);
        row("Text/Event-Stream ; charset=UTF-8", 1, 0);
        row("text/event-stream;a=b;charset=\"utf-8\"", 1, 0);
        row("text/event-stream; charset=ISO-8859-1", 1, 1);
        row("text/event-streams", 0, 0);
        row("text/plain", 0, 0);
        row("", 0, 0);
    }

    void onlyResponsesOfThisTypeAreRead() {
        QFETCH(QByteArray, type);
        QFETCH(int, rows);
        QFETCH(int, remarks);
        LayerRecorder r;
        r.data(kC, kRequest);
        r.data(kS, "HTTP/1.1 200 OK\r\nContent-Type: " + type.toStdString() + "\r\n\r\ndata:\n\n");
        QCOMPARE(static_cast<int>(r.count(RowKind::EventStreamEvent)), rows);
        QCOMPARE(static_cast<int>(r.remarks.size()), remarks);
        for (const RowRemark& remark : r.remarks) {
            QVERIFY(remark.code == IssueCode::EventStreamCharset);
        }
    }

    void aStreamBesideStatus200IsRemarked() {
        LayerRecorder r;
        r.data(kC, kRequest);
        r.data(kS, "HTTP/1.1 503 No\r\nContent-Type: text/event-stream\r\n\r\ndata: a\n\n");
        QCOMPARE(r.remarks.size(), std::size_t{1});
        QVERIFY(r.remarks[0].code == IssueCode::EventStreamStatus);
        QCOMPARE(r.remarks[0].row, RecordId{1});
    }

    void lostBytes() {
        LayerRecorder r;
        r.data(kC, kRequest);
        r.data(kS, kHead + "\r\ndata: a\n\ndata: b");
        r.gap(kS, 100);
        r.data(kS, "ta: c\n\ndata: d\n\n");
        QCOMPARE(units(r), std::string("event message 0+9\nend-lost 9+7\n"
                                       "beginning-lost 116+7\nevent message 123+9\n"));
        for (std::size_t i = 3; i < 5; ++i) {
            QVERIFY(r.records[i].has(kFlagIncomplete));
            QVERIFY(r.records[i].severity == Severity::Warning);
        }
        QVERIFY(r.records[5].severity <= Severity::Note);

        // The rest of a blank line says nothing; what is still open at the end lacks both ends.
        LayerRecorder other;
        other.data(kC, kRequest);
        other.data(kS, kHead + "\r\n");
        other.gap(kS, 10);
        other.data(kS, "\n\ndata: a\n\n");
        other.gap(kS, 10);
        other.data(kS, "x: b");
        other.end(kS);
        QCOMPARE(units(other), std::string("event message 12+9\nbeginning-lost 31+4\n"));
    }

    void aGreatEventIsKeptInPart() {
        LayerRecorder r;
        r.data(kC, kRequest);
        r.data(kS, kHead + "\r\n");
        const std::string piece = "data: " + std::string(65'530, 'x') + "\n";
        for (int i = 0; i < 40; ++i) r.data(kS, piece);
        r.data(kS, "event: late\n\n");
        QCOMPARE(units(r), "event message 0+" + std::to_string(40 * piece.size() + 13) + "\n");
        QVERIFY(r.records.back().has(kFlagOverLimit));
        QVERIFY(r.records.back().length > kMaxMessageRead);
        QVERIFY(r.records.back().severity == Severity::Note);
    }

    void aHundredThousandEventsAreRowsEach() {
        LayerRecorder r;
        r.data(kC, kRequest);
        r.data(kS, kHead + "\r\n");
        const std::string thousand = events(1000, 1999);
        for (int i = 0; i < 100; ++i) r.data(kS, thousand);
        QCOMPARE(r.count(RowKind::EventStreamEvent), std::size_t{100'000});
        QCOMPARE(r.records.back().streamOffset + r.records.back().length,
                 std::uint64_t{100 * thousand.size()});
    }

    void aReconnectPointsAtTheEventItContinues() {
        LayerRecorder r;
        ask(r, "", events(1, 3) + ": bye\n\n");
        ask(r, "3", events(4, 5));
        const auto rows = eventRows(r);
        QCOMPARE(continuations(r).size(), std::size_t{1});
        QVERIFY(continuations(r)[0].kind == LinkKind::ContinuationOf);
        QCOMPARE(continuations(r)[0].to, rows[2]);
        QVERIFY(r.records[continuations(r)[0].from].kind == RowKind::HttpResponse);
        QCOMPARE(continuations(r)[0].from, rows[4] - 1);
        QVERIFY(r.remarks.empty());
    }

    void anEventWithoutIdCountsUnderTheOneBefore() {
        LayerRecorder r;
        ask(r, "", events(1, 1) + "data: more\n\n");
        ask(r, "1", events(2, 2));
        QCOMPARE(continuations(r).size(), std::size_t{1});
        QCOMPARE(continuations(r)[0].to, eventRows(r)[1]);
        // The id holds across the reconnect, until an event brings another one.
        LayerRecorder other;
        ask(other, "", events(1, 1));
        ask(other, "1", "data: more\n\n");
        ask(other, "1", events(2, 2));
        QCOMPARE(continuations(other).size(), std::size_t{2});
        QCOMPARE(continuations(other)[1].to, eventRows(other)[1]);
    }

    void whatIsRepeatedOrLostIsRemarked_data() {
        QTest::addColumn<int>("next");
        QTest::addColumn<QString>("codes");
        QTest::newRow("all repeated") << 3 << "sse.events-repeated";
        QTest::newRow("one lost, one repeated") << 4 << "sse.events-lost sse.events-repeated";
        QTest::newRow("all lost") << 5 << "sse.events-lost";
    }

    void whatIsRepeatedOrLostIsRemarked() {
        QFETCH(int, next);
        QFETCH(QString, codes);
        LayerRecorder r;
        ask(r, "", events(1, 4));
        ask(r, "2", events(next, 6));
        QStringList names;
        for (const RowRemark& remark : r.remarks) {
            const std::string_view name = issueInfo(remark.code).name;
            names << QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
            QCOMPARE(remark.row, continuations(r)[0].from);
        }
        QCOMPARE(names.join(u' '), codes);
        QCOMPARE(continuations(r)[0].to, eventRows(r)[1]);
    }

    /// Whether the server sent them again is not known where the beginning of its answer is
    /// missing.
    void whatMayBeMissingIsNotSaidToBeLost() {
        LayerRecorder r;
        ask(r, "", events(1, 4));
        r.data(kC, "GET /events HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 2\r\n\r\n");
        const std::string whole = withLength(events(3, 6));
        const std::size_t body = whole.find("\r\n\r\n") + 4;
        const std::size_t lost = events(3, 4).size();
        r.data(kS, whole.substr(0, body));
        r.gap(kS, lost);
        r.data(kS, whole.substr(body + lost));
        for (const RowRemark& remark : r.remarks) {
            QVERIFY(remark.code != IssueCode::EventStreamEventsLost);
        }
        QCOMPARE(continuations(r).size(), std::size_t{1});
    }

    void unknownIdsAndOtherPathsAreNoContinuation() {
        LayerRecorder r;
        ask(r, "", events(1, 3));
        ask(r, "9", events(10, 11));
        r.data(kC, "GET /other HTTP/1.1\r\nLast-Event-ID: 3\r\n\r\n");
        r.data(kS, withLength(events(4, 4)));
        QVERIFY(continuations(r).empty());
        QVERIFY(r.remarks.empty());
    }

    void onlySoMuchIsRemembered() {
        LayerRecorder r;
        ask(r, "", events(1, 200) + "id: " + std::string(5000, 'x') + "\ndata\n\n");
        ask(r, "136", events(137, 137));
        QVERIFY(continuations(r).empty());
        ask(r, "200", events(201, 201));
        QCOMPARE(continuations(r).size(), std::size_t{1});
    }
};

QTEST_APPLESS_MAIN(TestEventStreamBody)
#include "test_event_stream_body.moc"
