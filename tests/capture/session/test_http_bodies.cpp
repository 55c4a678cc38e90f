// Bodies read again from the capture: codings undone, what is damaged or too much, units deep in a
// body found from the places left on the way, refused handshakes, and exchanges that name each
// other.
#include <set>

#include <QtTest>

#include "dissector/field/field_occurrence.h"
#include "dissector/http/content_decoder.h"
#include "tests/support/capture_builder.h"
#include "tests/support/deflated.h"
#include "tests/support/loaded_session.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr Direction kC2S = Direction::ClientToServer;
constexpr Direction kS2C = Direction::ServerToClient;

std::string sized(std::string_view headers, std::string_view body) {
    return "HTTP/1.1 200 OK\r\n" + std::string(headers) +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

std::string chunk(std::string_view data) {
    const QByteArray size = QByteArray::number(static_cast<qulonglong>(data.size()), 16);
    return size.toStdString() + "\r\n" + std::string(data) + "\r\n";
}

std::string text(const Bytes& bytes) {
    return std::string(asText(bytes));
}

/// A request answered by `response`; its head is row 2.
std::unique_ptr<Session> exchange(std::string_view response, std::size_t segmentSize = 1460) {
    CaptureBuilder capture;
    TcpConversation web(capture, {.segmentSize = segmentSize});
    web.handshake();
    web.send(kC2S, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    web.send(kS2C, response);
    web.fin(kS2C);
    web.close();
    return loadSession(capture);
}

std::string valueOf(const Dissection& dissection, FieldId field) {
    std::string result;
    anyOccurrence(dissection.fields, field, [&](FieldIndex, const FieldValue& value) {
        if (!result.empty()) result += '|';
        result += formatValue(fieldInfo(field).type, value);
        return false;
    });
    return result;
}

std::vector<std::string> sourceNames(const Dissection& dissection) {
    std::vector<std::string> names;
    for (const Source& source : dissection.sources) names.push_back(source.name);
    return names;
}

std::string shownText(const Dissection& dissection, FieldId field) {
    const FieldIndex at = dissection.fields.find(field);
    return at == kNoField ? std::string() : dissection.fields.line(at);
}

/// Event number `i` of a stream whose events have different sizes.
std::string streamEvent(int i) {
    return "id: " + std::to_string(i) +
           "\ndata: " + std::string(static_cast<std::size_t>(i % 97), 'x') + std::to_string(i) +
           "\n\n";
}

}  // namespace

class TestHttpBodies : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void decodedBodies_data() {
        QTest::addColumn<QByteArray>("response");
        QTest::addColumn<QStringList>("sources");
        const std::string plain = "{\"code\":1,\"message\":\"Session ID unknown\"}";
        const auto add = [](const char* name, const std::string& response,
                            const QStringList& sources) {
            QTest::newRow(name) << QByteArray::fromStdString(response) << sources;
        };
        const auto names = [](const char* list) { return QString::fromUtf8(list).split(u' '); };
        const std::string gzip = text(deflated(plain));
        add("plain", sized("", plain), names("Packet Head Body"));
        add("gzip", sized("Content-Encoding: gzip\r\n", gzip), names("Packet Head Body Decoded"));
        add("zlib", sized("Content-Encoding: deflate\r\n", text(deflated(plain, Wrapping::Zlib))),
            names("Packet Head Body Decoded"));
        add("raw", sized("Content-Encoding: deflate\r\n", text(deflated(plain, Wrapping::None))),
            names("Packet Head Body Decoded"));
        add("stacked",
            sized("Content-Encoding: deflate, gzip\r\n",
                  text(deflated(ByteView(deflated(plain, Wrapping::None))))),
            names("Packet Head Body Decoded"));
        add("chunked",
            "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" +
                chunk(gzip.substr(0, 7)) + chunk(gzip.substr(7)) + "0\r\nA: b\r\n\r\n",
            names("Packet Head Chunks Body Decoded"));
        add("to the end", "HTTP/1.1 200 OK\r\nContent-Encoding: x-gzip\r\n\r\n" + gzip,
            names("Packet Head Body Decoded"));
    }
    void decodedBodies() {
        QFETCH(QByteArray, response);
        QFETCH(QStringList, sources);
        for (const std::size_t segment : {1U, 7U, 1460U}) {
            const auto session = exchange(response.toStdString(), segment);
            QVERIFY(session);
            const Dissection dissection = session->dissect(2);
            QStringList names;
            for (const std::string& name : sourceNames(dissection)) {
                names << QString::fromStdString(name);
            }
            QCOMPARE(names, sources);
            QCOMPARE(valueOf(dissection, FieldId::HttpFileData),
                     std::string("{\"code\":1,\"message\":\"Session ID unknown\"}"));
            QVERIFY(valueOf(dissection, FieldId::JsonMember).ends_with("Session ID unknown"));
            QCOMPARE(issueNames(*session, 2), std::vector<std::string>());
            QCOMPARE(session->record(2).severity, Severity::None);
        }
    }

    void damagedBodies_data() {
        QTest::addColumn<QByteArray>("response");
        QTest::addColumn<QString>("issue");
        QTest::addColumn<QString>("shown");
        const auto add = [](const char* name, const std::string& response, const char* issue,
                            const char* shown) {
            QTest::newRow(name) << QByteArray::fromStdString(response) << QString::fromUtf8(issue)
                                << QString::fromUtf8(shown);
        };
        const std::string gzip = text(deflated("nobody sees this"));
        std::string damaged = gzip;
        damaged.back() = static_cast<char>(damaged.back() ^ 1);
        add("no gzip at all", sized("Content-Encoding: gzip\r\n", "plain text"),
            "http.content-malformed", "Body: 10 bytes, of which nothing can be decoded");
        add("wrong checksum", sized("Content-Encoding: gzip\r\n", damaged),
            "http.content-malformed", "Body: nobody sees this");
        add("cut", sized("Content-Encoding: gzip\r\n", gzip.substr(0, gzip.size() - 4)),
            "http.content-cut-short", "Body: nobody sees this");
        add("not decoded here", sized("Content-Encoding: br\r\n", "\x0b\x02\x80xxxx\x03"), "",
            "Body: 8 bytes, encoded with br, which is not decoded here");
        add("ends early", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "http.body-cut-short",
            "Body: abc");
        add("chunks end early", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
            "http.body-cut-short", "Body: abc");
    }
    void damagedBodies() {
        QFETCH(QByteArray, response);
        QFETCH(QString, issue);
        QFETCH(QString, shown);
        const auto session = exchange(response.toStdString());
        QVERIFY(session);
        const Dissection dissection = session->dissect(2);
        QStringList names;
        for (const std::string& name : issueNames(*session, 2)) {
            names << QString::fromStdString(name);
        }
        QCOMPARE(names.join(u' '), issue);
        QCOMPARE(session->record(2).severity != Severity::None, !issue.isEmpty());
        QCOMPARE(QString::fromStdString(shownText(dissection, FieldId::HttpFileData)), shown);
    }

    void bombIsBounded() {
        const Bytes bomb = deflated(ByteView(Bytes(http::kMaxDecoded + 1)));
        const auto session = exchange(sized("Content-Encoding: gzip\r\n", asText(bomb)));
        QVERIFY(session);
        QCOMPARE(issueNames(*session, 2), std::vector<std::string>{"http.content-over-limit"});
        const Dissection dissection = session->dissect(2, StreamContext::With);
        QCOMPARE(dissection.sources.back().name, std::string("Decoded"));
        QVERIFY(dissection.sources.back().bytes.size() <= (1U << 20));
    }

    void bodiesWithHoles() {
        const std::string plain(40000, 'x');
        CaptureBuilder capture;
        TcpConversation web(capture);
        web.handshake();
        web.send(kC2S, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        const std::string body = text(deflated(asBytes(plain), Wrapping::Gzip, 0));
        const std::string response = sized("Content-Encoding: gzip\r\n", body);
        web.send(kS2C, response.substr(0, 20000));
        web.lose(kS2C, 1000);
        web.send(kS2C, response.substr(21000));
        web.send(kC2S, "GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
        web.send(kS2C, sized("", "next"));
        web.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        // What stands before the hole is decoded, and the next response is found behind the body.
        const Dissection dissection = session->dissect(2);
        const Source& decoded = dissection.sources.back();
        QCOMPARE(decoded.name, std::string("Decoded"));
        QVERIFY(decoded.bytes.size() > 19000 && decoded.bytes.size() < 20000);
        QCOMPARE(text(decoded.bytes), plain.substr(0, decoded.bytes.size()));
        QVERIFY(rowListing(*session).find("/next") != std::string::npos);
        QVERIFY(session->text(2).info.find("cannot be decoded to its end") != std::string::npos);
    }

    /// A hole takes a size line with it: the chunks behind it are still shown.
    void chunksBehindALostSizeLine() {
        CaptureBuilder capture;
        TcpConversation web(capture);
        web.handshake();
        web.send(kC2S, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        web.send(kS2C, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        web.send(kS2C, chunk("first one"));
        web.lose(kS2C, chunk("second one").size());
        web.send(kS2C, chunk("third one"));
        web.send(kS2C, chunk("fourth one"));
        web.send(kS2C, "0\r\n\r\n");
        web.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        const Dissection dissection = session->dissect(2);
        const Source& joined = dissection.sources.back();
        QCOMPARE(joined.holes.size(), std::size_t{1});
        const std::string shown = text(joined.bytes);
        QVERIFY(shown.starts_with("first one"));
        QVERIFY(shown.ends_with("third onefourth one"));
        QVERIFY(shownText(dissection, FieldId::HttpFileData)
                    .find("of which 15 bytes of the stream are missing, size lines of chunks") !=
                std::string::npos);
        QCOMPARE(valueOf(dissection, FieldId::HttpChunkSize), std::string("9|9|10|0"));
    }

    /// Of chunks that take several segments each.
    void chunksOfSeveralSegmentsBehindALostSizeLine() {
        const auto part = [](int i) { return "PART" + std::to_string(i) + std::string(95, '.'); };
        std::string wire = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        for (int i = 0; i < 8; ++i) wire += chunk(part(i));
        wire += "0\r\n\r\n";
        constexpr std::size_t kSegment = 50;
        constexpr std::size_t kLost = 300;
        constexpr std::size_t kMissing = 150;
        CaptureBuilder capture;
        TcpConversation web(capture, {.segmentSize = kSegment});
        web.handshake();
        web.send(kC2S, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
        web.send(kS2C, std::string_view(wire).substr(0, kLost));
        web.lose(kS2C, kMissing);
        web.send(kS2C, std::string_view(wire).substr(kLost + kMissing));
        web.send(kC2S, "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
        web.send(kS2C, sized("", "next"));
        web.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            QVERIFY2(session->record(row).kind != RowKind::TcpSegment,
                     rowListing(*session).c_str());
        }
        const Dissection dissection = session->dissect(2);
        const Source& joined = dissection.sources.back();
        QCOMPARE(joined.holes.size(), std::size_t{1});
        QCOMPARE(joined.holes[0].size(), std::uint64_t{kMissing});
        const std::string shown = text(joined.bytes);
        QVERIFY(shown.starts_with(part(0) + part(1)));
        QVERIFY(shown.ends_with(part(4) + part(5) + part(6) + part(7)));
        QVERIFY(shownText(dissection, FieldId::HttpFileData)
                    .find("of which 150 bytes of the stream are missing, size lines of chunks") !=
                std::string::npos);
        QVERIFY(rowListing(*session).find("GET /2") != std::string::npos);
    }

    /// More is held for it than one connection may hold.
    void aChunkThatIsTooGreatToBeFound() {
        CaptureBuilder capture;
        TcpConversation web(capture);
        web.handshake();
        web.send(kC2S, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
        web.send(kS2C, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk("one"));
        const std::string great = chunk(std::string(400000, 'g'));
        web.lose(kS2C, 100);
        web.send(kS2C, great.substr(100) + chunk("two") + "0\r\n\r\n");
        web.send(kC2S, "GET /2 HTTP/1.1\r\nHost: h\r\n\r\n");
        web.send(kS2C, sized("", "next"));
        web.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        const Dissection dissection = session->dissect(2);
        QVERIFY(text(dissection.sources.back().bytes).ends_with("two"));
        const std::string shown = shownText(dissection, FieldId::HttpFileData);
        QVERIFY2(shown.find("of which 100 bytes of the stream are missing") != std::string::npos,
                 shown.c_str());
        QVERIFY2(shown.find("are of chunks whose size line is missing") != std::string::npos,
                 shown.c_str());
        QVERIFY(rowListing(*session).find("GET /2") != std::string::npos);
    }

    /// What is there of a body with a hole is given, and how much is not.
    void theTextAroundAHole() {
        const std::string body = "before the h\xc3\xb6le, and behind it";
        const std::string wire = sized("Content-Type: text/plain\r\n", body);
        const std::size_t cut = wire.find("\xb6");
        CaptureBuilder capture;
        TcpConversation web(capture);
        web.handshake();
        web.send(kC2S, "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n");
        web.send(kS2C, std::string_view(wire).substr(0, cut));
        web.lose(kS2C, 9);
        web.send(kS2C, std::string_view(wire).substr(cut + 9));
        web.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        const Dissection dissection = session->dissect(2);
        QCOMPARE(valueOf(dissection, FieldId::HttpFileData),
                 std::string("before the h[9 bytes missing]behind it"));
        QVERIFY(shownText(dissection, FieldId::HttpFileData).find("of which 9 are missing") !=
                std::string::npos);
    }

    void deepUnits_data() {
        QTest::addColumn<QString>("framing");
        for (const char* const framing :
             {"chunks", "one chunk", "small chunks", "length", "to the end", "gzip"}) {
            QTest::newRow(framing) << framing;
        }
    }
    /// Units are described from their own bytes wherever in a body of several MiB they stand.
    void deepUnits() {
        QFETCH(QString, framing);
        constexpr int kEvents = 40000;
        std::string body;
        std::string chunked;
        for (int i = 0; i < kEvents; ++i) {
            body += streamEvent(i);
            if (framing == QStringLiteral("chunks")) chunked += chunk(streamEvent(i));
        }
        std::string response = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
        if (framing == QStringLiteral("small chunks")) {
            for (std::size_t at = 0; at < body.size(); at += 5) {
                chunked += chunk(std::string_view(body).substr(at, 5));
            }
        }
        if (framing == QStringLiteral("one chunk")) chunked = chunk(body);
        if (!chunked.empty()) {
            response += "Transfer-Encoding: chunked\r\n\r\n" + chunked + "0\r\n\r\n";
        } else if (framing == QStringLiteral("length")) {
            response += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
        } else if (framing == QStringLiteral("gzip")) {
            response += "Content-Encoding: gzip\r\n\r\n" + text(deflated(body));
        } else {
            response += "\r\n" + body;
        }
        const auto session = exchange(response);
        QVERIFY(session);
        QVERIFY(session->rowCount() > kEvents);
        int seen = 0;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            if (session->record(row).kind != RowKind::EventStreamEvent) continue;
            const int number = seen++;
            if (number % 1371 != 0 && number != kEvents - 1) continue;
            const Dissection dissection = session->dissect(row);
            QCOMPARE(valueOf(dissection, FieldId::SseId), std::to_string(number));
            QVERIFY(session->text(row).info.find(std::to_string(number)) != std::string::npos);
            const auto source =
                std::ranges::find(dissection.sources, SourceKind::Body, &Source::kind);
            QVERIFY(source != dissection.sources.end());
            QVERIFY(source->bytes.size() < 16384);
            QCOMPARE(source->origin + source->focus.begin, session->record(row).streamOffset);
            const ByteView focus =
                ByteView(source->bytes).subspan(source->focus.begin, source->focus.size());
            QCOMPARE(std::string(asText(focus)), streamEvent(number));
        }
        QCOMPARE(seen, kEvents);
    }

    void placesOfSeveralBodies() {
        // Two long streams on one connection, so that places of the one may not serve the other.
        CaptureBuilder capture;
        TcpConversation web(capture);
        web.handshake();
        constexpr int kEvents = 8000;
        for (int stream = 0; stream < 3; ++stream) {
            web.send(kC2S, "GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
            std::string body =
                "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                "Transfer-Encoding: chunked\r\n\r\n";
            for (int i = 0; i < kEvents; ++i) body += chunk(streamEvent(stream * kEvents + i));
            web.send(kS2C, body + "0\r\n\r\n");
        }
        web.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        int seen = 0;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            if (session->record(row).kind != RowKind::EventStreamEvent) continue;
            const int number = seen++;
            if (number % 499 != 0) continue;
            QCOMPARE(valueOf(session->dissect(row), FieldId::SseId), std::to_string(number));
        }
        QCOMPARE(seen, 3 * kEvents);
    }

    void eventStreamsWhoseHeadWasNotCaptured_data() {
        QTest::addColumn<bool>("chunked");
        QTest::addColumn<int>("segment");
        for (const int segment : {1460, 50, 7}) {
            QTest::addRow("plain, %d", segment) << false << segment;
            QTest::addRow("chunked, %d", segment) << true << segment;
        }
    }
    /// The capture begins while a stream is open: it is told by its events, each of which can be
    /// read again, also behind a hole.
    void eventStreamsWhoseHeadWasNotCaptured() {
        QFETCH(bool, chunked);
        QFETCH(int, segment);
        CaptureBuilder capture;
        TcpConversation web(capture, {.segmentSize = static_cast<std::size_t>(segment)});
        constexpr int kEvents = 200;
        constexpr int kLost = 20;
        for (int i = 0; i < kEvents; ++i) {
            const std::string number = std::to_string(1000 + i);
            const std::string event =
                "event: tick\nid: " + number + "\ndata: {\"n\":" + number + "}\n\n";
            const std::string sent = chunked ? chunk(event) : event;
            if (i == kLost) {
                web.lose(kS2C, static_cast<std::uint32_t>(sent.size()));
            } else {
                web.send(kS2C, sent);
            }
        }
        const auto session = loadSession(capture);
        QVERIFY(session);
        std::set<std::string> seen;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            QVERIFY2(session->record(row).kind != RowKind::TcpSegment,
                     rowListing(*session).c_str());
            if (session->record(row).kind != RowKind::EventStreamEvent) continue;
            const std::string id = valueOf(session->dissect(row), FieldId::SseId);
            if (id.empty()) continue;
            QVERIFY2(session->text(row).info.find(id) != std::string::npos,
                     session->text(row).info.c_str());
            seen.insert(id);
        }
        // The event behind the hole may be one whose beginning is missing.
        QVERIFY2(seen.size() >= kEvents - 2, rowListing(*session).c_str());
        QVERIFY(!seen.contains(std::to_string(1000 + kLost)));
    }

    void eventStreamsJoinedWithinAnEvent_data() {
        QTest::addColumn<QString>("framing");
        QTest::addColumn<int>("padding");
        for (const char* const framing : {"plain", "chunks", "two a chunk", "parts of a chunk"}) {
            QTest::addRow("%s", framing) << framing << 0;
            QTest::addRow("%s, several segments", framing) << framing << 3000;
        }
    }
    /// Wherever within the first event, or its chunk, the capture begins.
    void eventStreamsJoinedWithinAnEvent() {
        QFETCH(QString, framing);
        QFETCH(int, padding);
        constexpr int kEvents = 12;
        const auto event = [&](int i) {
            const std::string number = std::to_string(1000 + i);
            return "event: tick\nid: " + number +
                   "\ndata: " + std::string(static_cast<std::size_t>(padding), 'x') + number +
                   "\n\n";
        };
        // What the server writes at once, each in segments of its own.
        std::vector<std::string> writes;
        for (int i = 0; i < kEvents; ++i) {
            if (framing == "plain") writes.push_back(event(i));
            if (framing == "chunks") writes.push_back(chunk(event(i)));
            if (framing == "two a chunk" && i % 2 == 0) {
                writes.push_back(chunk(event(i) + event(i + 1)));
            }
            if (framing == "parts of a chunk") {
                const std::string whole = chunk(event(i));
                const std::size_t data = whole.find('\n') + 1;
                writes.push_back(whole.substr(0, data));
                writes.push_back(whole.substr(data, whole.size() - data - 2));
                writes.push_back("\r\n");
            }
        }
        const std::size_t step = padding == 0 ? 1 : 97;
        for (std::size_t cut = 1; cut < writes[0].size() + writes[1].size(); cut += step) {
            CaptureBuilder capture;
            TcpConversation web(capture);
            std::size_t before = 0;
            for (const std::string& write : writes) {
                const std::size_t left = std::min(write.size(), cut - std::min(cut, before));
                before += write.size();
                if (left < write.size()) web.send(kS2C, std::string_view(write).substr(left));
            }
            const auto session = loadSession(capture);
            QVERIFY(session);
            std::set<std::string> seen;
            for (RecordId row = 0; row < session->rowCount(); ++row) {
                if (session->record(row).kind != RowKind::EventStreamEvent) continue;
                seen.insert(valueOf(session->dissect(row), FieldId::SseId));
            }
            // Of those that were sent with the first two writes one may have been captured whole.
            for (int i = framing == "two a chunk" ? 4 : 2; i < kEvents; ++i) {
                QVERIFY2(seen.contains(std::to_string(1000 + i)),
                         (std::to_string(cut) + "\n" + rowListing(*session)).c_str());
            }
        }
    }

    void exchangesNameEachOther() {
        CaptureBuilder capture;
        TcpConversation web(capture);
        web.handshake();
        web.send(
            kC2S,
            "HEAD /a HTTP/1.1\r\nHost: h\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n"
            "POST /c HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
        web.send(kS2C,
                 "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"
                 "HTTP/1.1 204 No Content\r\n\r\n");
        web.send(kS2C, "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n");
        web.send(kC2S, "ok");
        capture.advance(1'000'000'000);
        web.send(kS2C, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n");
        web.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        const auto group = [&](RecordId row) { return session->record(row).group; };
        QCOMPARE(group(4), RecordId{1});
        QCOMPARE(group(5), RecordId{2});
        QCOMPARE(group(6), RecordId{3});
        QCOMPARE(group(7), RecordId{3});
        QCOMPARE(group(8), RecordId{3});
        QCOMPARE(session->record(8).detail, 304U);
        const Dissection request = session->dissect(3);
        QCOMPARE(valueOf(request, FieldId::HttpResponseIn), std::string("6|6|8"));
        const Dissection response = session->dissect(8);
        QCOMPARE(valueOf(response, FieldId::HttpRequestIn), std::string("4"));
        QVERIFY(valueOf(response, FieldId::HttpTime).starts_with("1."));
        QCOMPARE(valueOf(response, FieldId::RowLink), std::string("4"));
    }

    void requestThatIsCutKeepsItsAnswer() {
        CaptureBuilder capture;
        TcpConversation web(capture);
        web.handshake();
        web.send(kC2S, "GET /a HTTP/1.1\r\nHost: h\r\nX: " + std::string(300000, 'x') + "\r\n\r\n");
        web.send(kS2C, "HTTP/1.1 431 Too Large\r\nContent-Length: 0\r\n\r\n");
        web.send(kC2S, "GET /b HTTP/1.1\r\nHost: h\r\n\r\n");
        web.send(kS2C, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        web.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        std::map<std::uint32_t, std::string> answers;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            const Record& record = session->record(row);
            if (record.kind != RowKind::HttpResponse) continue;
            QVERIFY(record.group != kNoRecord);
            answers[record.detail] = session->name(session->record(record.group).name);
        }
        QCOMPARE(answers[431], std::string("GET /a"));
        QCOMPARE(answers[200], std::string("GET /b"));
    }

    void refusedHandshake() {
        CaptureBuilder capture;
        TcpConversation web(capture);
        web.handshake();
        const std::string ask =
            "GET /socket.io/?EIO=3 HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n";
        web.send(kC2S, ask + "GET /held HTTP/1.1\r\nHost: h\r\n\r\n");
        web.send(kS2C, "HTTP/1.1 400 Bad Request\r\nTransfer-Encoding: chunked\r\n\r\n" +
                           chunk("{\"code\":5,\"message\":") + chunk("\"Unsupported\"}") +
                           "0\r\n\r\n");
        web.send(kS2C,
                 "HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13, 8\r\n"
                 "Content-Length: 0\r\n\r\n");
        web.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        QVERIFY(!session->connection(0).facts.upgraded);
        const Dissection refusal = session->dissect(2);
        QCOMPARE(session->record(2).detail, 400U);
        QCOMPARE(valueOf(refusal, FieldId::JsonMember), std::string("5|Unsupported"));
        QCOMPARE(session->record(3).kind, RowKind::HttpRequest);
        QCOMPARE(valueOf(session->dissect(4), FieldId::HandshakeVersion), std::string("13|8"));
    }

    void whatWasAgreedIsKnown() {
        CaptureBuilder capture;
        TcpConversation web(capture);
        web.handshake();
        web.upgrade("/chat",
                    "Sec-WebSocket-Protocol: a, b\r\nSec-WebSocket-Extensions: "
                    "permessage-deflate; client_max_window_bits\r\n",
                    "Sec-WebSocket-Protocol: b\r\nSec-WebSocket-Extensions: permessage-deflate; "
                    "client_max_window_bits=9; server_no_context_takeover\r\n");
        web.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        const ConnectionFacts& facts = session->connection(0).facts;
        QVERIFY(facts.upgraded);
        QCOMPARE(session->name(facts.subprotocol), std::string_view("b"));
        QCOMPARE(session->name(facts.path), std::string_view("/chat"));
        const Compression expected{
            CompressionKind::PerMessageDeflate, {false, true}, {std::uint8_t{9}, std::uint8_t{15}}};
        QVERIFY(facts.compression == expected);
        QCOMPARE(issueNames(*session, 1), std::vector<std::string>());
        QCOMPARE(issueNames(*session, 2), std::vector<std::string>());
    }
};

QTEST_APPLESS_MAIN(TestHttpBodies)
#include "test_http_bodies.moc"
