// How reading goes on in HTTP behind missing bytes: at a start line, wherever in a segment it
// stands, at the next chunk of a chunked body, at the next event of an event stream, at the next
// packet of a polling body; and which response belongs to which request then.
#include <QtTest>

#include "dissector/engineio/jsonp.h"
#include "tests/support/deflated.h"
#include "tests/support/loaded_session.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr Direction kC2S = Direction::ClientToServer;
constexpr Direction kS2C = Direction::ServerToClient;

std::string chunk(const std::string& data) {
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", data.size());
    return size + data + "\r\n";
}

std::string response(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string request(const std::string& target) {
    return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
}

/// The server's bytes, of which `missing` from `cut` on were not captured, and the end.
void sendWithout(TcpConversation& chat, const std::string& whole, std::size_t cut,
                 std::size_t missing) {
    chat.send(kS2C, whole.substr(0, cut));
    chat.lose(kS2C, static_cast<std::uint32_t>(missing));
    chat.send(kS2C, whole.substr(cut + missing));
    chat.close();
}

RecordId rowWith(const Session& session, const std::string& text) {
    const auto lines = rowLines(session);
    for (RecordId row = 0; row < lines.size(); ++row) {
        if (lines[row].find(text) != std::string::npos) return row;
    }
    return kNoRecord;
}

bool hasIssue(const Session& session, RecordId row, const std::string& issue) {
    if (row == kNoRecord) return false;
    const auto names = issueNames(session, row);
    return std::ranges::find(names, issue) != names.end();
}

}  // namespace

class TestHttpAfterLoss : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aStartLineInsideOfASegment() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.send(kC2S, request("/1") + request("/2") + request("/3"));
        chat.send(kS2C, "HTTP/1.1 200 OK\r\nContent-Length: 300\r\n\r\n" + std::string(100, 'a'));
        chat.lose(kS2C, 250);
        chat.send(kS2C, std::string("tail of the second body") + response("third"));
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        const std::string rows = rowListing(*session);
        QVERIFY2(rows.find("< TCP  23 bytes  tail of the second body\n< HTTP  200 OK") !=
                     std::string::npos,
                 rows.c_str());
        RecordId last = kNoRecord;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            if (session->record(row).kind == RowKind::HttpResponse) last = row;
        }
        QVERIFY2(hasIssue(*session, last, "http.resynchronised"), rows.c_str());
        QCOMPARE(std::string(session->name(session->record(session->record(last).group).name)),
                 std::string("GET /3"));
    }

    void eventsOfAChunkedStream() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.send(kC2S, request("/events"));
        chat.send(kS2C,
                  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n" +
                      chunk("data: one\n\n"));
        chat.lose(kS2C, static_cast<std::uint32_t>(chunk("data: lost\n\n").size()));
        for (const char* const event : {"data: three\n\n", "data: four\n\n", "data: five\n\n"}) {
            chat.send(kS2C, chunk(event));
        }
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        const std::string rows = rowListing(*session);
        for (const char* const event : {"one", "four", "five"}) {
            const RecordId row = rowWith(*session, event);
            QVERIFY2(row != kNoRecord, rows.c_str());
            QCOMPARE(session->record(row).kind, RowKind::EventStreamEvent);
        }
        QVERIFY2(hasIssue(*session, rowWith(*session, "four"), "sse.resynchronised"), rows.c_str());
        // The stretch of the body that is shown begins in front of the hole, and goes on behind it.
        const Dissection shown = session->dissect(rowWith(*session, "five"));
        const auto body = std::ranges::find(shown.sources, SourceKind::Body, &Source::kind);
        QVERIFY(body != shown.sources.end());
        QCOMPARE(std::string(asText(body->bytes).substr(body->focus.begin, body->focus.size())),
                 std::string("data: five\n\n"));
        QVERIFY(asText(body->bytes).starts_with("data: one\n\n"));
        QCOMPARE(body->holes.size(), std::size_t{1});
    }

    /// Numbers in lines of their own are no sizes; the chunk that a segment begins with is one.
    void numbersInAChunk() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.send(kC2S, "GET /numbers HTTP/1.1\r\nHost: h\r\n\r\n");
        const auto numbers = [](int from, int count) {
            std::string text;
            for (int i = 0; i < count; ++i) text += std::to_string(from + i * 7 % 90) + "\r\n";
            return text;
        };
        chat.send(kS2C,
                  "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n");
        const std::string large = chunk(numbers(10, 600));
        chat.lose(kS2C, 1000);
        chat.send(kS2C, large.substr(1000));
        const std::string next = chunk(numbers(10, 50));
        chat.send(kS2C, next);
        chat.send(kS2C, "0\r\n\r\n");
        chat.acknowledge(kC2S);
        chat.send(kC2S, "GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
        chat.send(kS2C, "HTTP/1.1 204 No Content\r\n\r\n");
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        std::vector<std::uint64_t> responses;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            const Record& record = session->record(row);
            if (record.kind == RowKind::HttpResponse) responses.push_back(record.detail);
            QVERIFY(record.severity < Severity::Error);
        }
        QCOMPARE(responses, (std::vector<std::uint64_t>{200, 204}));
    }

    void eventsInTheMiddleOfAChunk() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.send(kC2S, request("/events"));
        chat.send(kS2C,
                  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                  "Transfer-Encoding: chunked\r\n\r\n" +
                      chunk("data: one\n\n"));
        const std::string large = chunk("data: lost\n\ndata: cut here\n\ndata: whole\n\n");
        chat.lose(kS2C, 20);
        chat.send(kS2C, large.substr(20) + chunk("data: last\n\n"));
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        const std::string rows = rowListing(*session);
        for (const char* const event : {"whole", "last"}) {
            QVERIFY2(rowWith(*session, event) != kNoRecord, rows.c_str());
        }
    }

    /// What a hole in compressed data would have said, everything behind it may refer to.
    void eventsOfACompressedStream() {
        std::string body;
        for (int i = 0; i < 400; ++i) {
            body += "event: up\ndata: " + std::to_string(i * 7919 % 10007) + "\n\n";
        }
        const Bytes packed = deflated(asBytes(body), Wrapping::Gzip, 0);
        const std::string coded(asText(packed));
        CaptureBuilder capture;
        TcpConversation chat(capture, {.segmentSize = 300});
        chat.handshake();
        chat.send(kC2S, request("/events"));
        chat.send(kS2C,
                  "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                  "Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n" +
                      chunk(coded.substr(0, 600)));
        chat.lose(kS2C, static_cast<std::uint32_t>(chunk(coded.substr(600, 300)).size()));
        chat.send(kS2C, chunk(coded.substr(900)) + "0\r\n\r\n");
        chat.send(kC2S, request("/next"));
        chat.send(kS2C, response("next"));
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        const std::string rows = rowListing(*session);
        QVERIFY2(session->text(2).info.find("cannot be decoded") != std::string::npos,
                 session->text(2).info.c_str());
        std::uint64_t shown = 0;
        std::size_t unfinished = 0;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            const Record& record = session->record(row);
            if (record.kind == RowKind::TcpSegment) shown += record.length;
            unfinished += hasIssue(*session, row, "sse.unfinished");
        }
        QCOMPARE(shown, std::uint64_t{chunk(coded.substr(900)).size() + 5});
        QCOMPARE(unfinished, std::size_t{0});
        QVERIFY2(rows.find("/next") != std::string::npos, rows.c_str());
    }

    void packetsOfAPollingBody() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.send(kC2S, request("/socket.io/?EIO=4&transport=polling&sid=abc"));
        const std::string body =
            "42[\"one\"]\x1e"
            "42[\"lost\"]\x1e"
            "42[\"cut\"]\x1e"
            "42[\"four\"]\x1e"
            "42[\"five\"]";
        const std::string whole =
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
            std::to_string(body.size()) + "\r\n\r\n" + body;
        sendWithout(chat, whole, whole.find("lost"), 12);
        const auto session = loadSession(capture);
        QVERIFY(session);
        const std::string rows = rowListing(*session);
        for (const char* const event : {"one", "four", "five"}) {
            const RecordId row = rowWith(*session, std::string("EVENT  ") + event);
            QVERIFY2(row != kNoRecord, rows.c_str());
        }
        QVERIFY2(hasIssue(*session, rowWith(*session, "EVENT  four"), "engineio.resynchronised"),
                 rows.c_str());
        // What parts the packets belongs to none of them.
        const RecordId lost = rowWith(*session, "not complete");
        QVERIFY2(lost != kNoRecord, rows.c_str());
        const Record& record = session->record(lost);
        QCOMPARE(record.streamOffset, StreamOffset{body.find("42[\"lost")});
        QCOMPARE(record.streamOffset + record.length, StreamOffset{body.find("\x1e"
                                                                             "42[\"four")});
    }

    void packetsOfAScript() {
        for (const bool lengths : {false, true}) {
            CaptureBuilder capture;
            TcpConversation chat(capture);
            chat.handshake();
            const std::string revision = lengths ? "3" : "4";
            chat.send(kC2S,
                      request("/socket.io/?EIO=" + revision + "&transport=polling&j=0&sid=abc"));
            std::string payload;
            for (const char* const event : {"one", "lost", "cut", "four", "five"}) {
                const std::string packet = std::string("42[\"") + event + "\"]";
                if (lengths) payload += std::to_string(packet.size()) + ':';
                if (!lengths && !payload.empty()) payload += '\x1e';
                payload += packet;
            }
            const std::string body = engineio::wrapScript(payload, 0);
            const std::string whole =
                "HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body;
            const std::size_t cut = whole.find("lost");
            sendWithout(chat, whole, cut, whole.find("cut") - cut);
            const auto session = loadSession(capture);
            QVERIFY(session);
            const std::string rows = rowListing(*session);
            for (const char* const event : {"one", "four", "five"}) {
                const RecordId row = rowWith(*session, std::string("EVENT  ") + event);
                QVERIFY2(row != kNoRecord, rows.c_str());
                QCOMPARE(issueNames(*session, row).empty(), std::string(event) != "four");
            }
            std::size_t packets = 0;
            for (RecordId row = 0; row < session->rowCount(); ++row) {
                const Record& record = session->record(row);
                if (record.kind != RowKind::EngineIoPacket) continue;
                ++packets;
                QVERIFY(record.streamOffset + record.length <= body.rfind('"'));
            }
            QCOMPARE(packets, std::size_t{4});
        }
    }

    /// Of a connection that was kept alive, both sides lost the handshake.
    void aHandshakeThatBothSidesLost() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.send(kC2S, request("/page"));
        chat.send(kS2C, response("the page"));
        chat.lose(kC2S, 160);
        chat.lose(kS2C, 129);
        for (int i = 0; i < 4; ++i) {
            const std::string number = std::to_string(i);
            const test::MaskingKey key = {static_cast<std::uint8_t>(7 * i + 1), 0x9c, 0x31, 0xe5};
            chat.send(kC2S, webSocketText("{\"ask\":" + number + "}", key));
            chat.send(kS2C, webSocketText("{\"answer\":" + number + "}"));
        }
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        const std::string rows = rowListing(*session);
        for (const char* const text : {"\"ask\":0", "\"ask\":3", "\"answer\":3"}) {
            const RecordId row = rowWith(*session, text);
            QVERIFY2(row != kNoRecord, rows.c_str());
            QCOMPARE(session->record(row).kind, RowKind::WebSocketFrame);
        }
    }

    /// The request is held behind a hole while its response is read already.
    /// The requests behind it are read before the hole that the lost response left is given up.
    void aResponseBehindALostOne() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        for (int i = 0; i < 6; ++i) {
            chat.send(kC2S, request("/" + std::to_string(i)));
            const std::string answer = response("answer " + std::to_string(i));
            if (i == 1) {
                chat.lose(kS2C, answer.size());
            } else {
                chat.send(kS2C, answer);
            }
        }
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        std::string answered;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            const Record& record = session->record(row);
            if (record.kind != RowKind::HttpResponse) continue;
            QVERIFY(record.group != kNoRecord);
            QVERIFY(session->record(record.group).packet < record.packet);
            answered += std::string(session->name(session->record(record.group).name)) + '\n';
        }
        QCOMPARE(answered, std::string("GET /0\nGET /2\nGET /3\nGET /4\nGET /5\n"));
    }

    /// What was asked is missing, so nobody can tell that it was a HEAD but from what comes behind
    /// its answer.
    void theAnswerToALostHead() {
        for (const char* const framing : {"Content-Length: 5000", "Transfer-Encoding: chunked",
                                          "Content-Type: text/event-stream"}) {
            CaptureBuilder capture;
            TcpConversation chat(capture);
            chat.handshake();
            chat.lose(kC2S, 60);
            chat.send(kS2C, std::string("HTTP/1.1 200 OK\r\n") + framing + "\r\n\r\n");
            for (int i = 0; i < 3; ++i) {
                chat.send(kC2S, request("/" + std::to_string(i)));
                chat.send(kS2C, response("answer " + std::to_string(i)));
            }
            chat.close();
            const auto session = loadSession(capture);
            QVERIFY(session);
            const std::string rows = rowListing(*session);
            std::vector<RecordId> responses;
            for (RecordId row = 0; row < session->rowCount(); ++row) {
                if (session->record(row).kind == RowKind::HttpResponse) responses.push_back(row);
            }
            QVERIFY2(responses.size() == 4, rows.c_str());
            const Dissection first = session->dissect(responses[0]);
            QVERIFY(first.fields.find(FieldId::HttpFileData) == kNoField);
            const Dissection last = session->dissect(responses[3]);
            const FieldIndex body = last.fields.find(FieldId::HttpFileData);
            QVERIFY(body != kNoField);
            QCOMPARE(formatValue(fieldInfo(FieldId::HttpFileData).type, last.fields[body].value),
                     std::string("answer 2"));
        }
    }

    void aRequestThatComesOutBehindItsResponse() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.lose(kC2S, 60);
        chat.send(kC2S, request("/a"));
        chat.send(kS2C, response("to a"));
        chat.send(kC2S, request("/b"));
        chat.send(kS2C, response("to b"));
        for (int i = 0; i < 200; ++i) chat.acknowledge(kS2C);
        chat.send(kC2S, request("/c"));
        chat.send(kS2C, response("to c"));
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        RecordId last = kNoRecord;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            if (session->record(row).kind == RowKind::HttpResponse) last = row;
        }
        QVERIFY(last != kNoRecord);
        const RecordId group = session->record(last).group;
        QVERIFY2(group != kNoRecord, rowListing(*session).c_str());
        QCOMPARE(std::string(session->name(session->record(group).name)), std::string("GET /c"));
    }
};

QTEST_APPLESS_MAIN(TestHttpAfterLoss)
#include "test_http_after_loss.moc"
