// Bodies of which it is not certain how they go on: chunks that were found behind missing bytes and
// may turn out to be none, and event streams whose head is missing.
#include <cstdio>

#include <QtTest>

#include "tests/support/loaded_session.h"
#include "tests/support/row_checks.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr Direction kC2S = Direction::ClientToServer;
constexpr Direction kS2C = Direction::ServerToClient;
const char* const kChunked =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const char* const kPlain = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

std::string chunk(const std::string& data) {
    char size[32];
    std::snprintf(size, sizeof size, "%zx\r\n", data.size());
    return size + data + "\r\n";
}

std::string request(const std::string& target) {
    return "GET " + target + " HTTP/1.1\r\nHost: a\r\nAccept: text/html;q=0.5, " +
           "Text/Event-Stream\r\n\r\n";
}

std::string response(const std::string& body) {
    return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string numbered(int number) {
    return "id: " + std::to_string(number) + "\ndata: event number " + std::to_string(number) +
           "\n\n";
}

/// The ids of the events, in their order, and the codes of the responses.
std::string eventsIn(const Session& session) {
    std::string text;
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Record& record = session.record(row);
        if (record.kind == RowKind::HttpResponse) text += std::to_string(record.detail) + " ";
        if (record.kind != RowKind::EventStreamEvent) continue;
        const Bytes bytes = session.wireBytes(row).bytes;
        const std::string_view unit = asText(bytes);
        const std::size_t id = unit.find("id: ");
        if (id == std::string_view::npos) continue;
        text += std::string(unit.substr(id + 4, unit.find('\n', id) - id - 4)) + " ";
    }
    return text;
}

std::string wrongRows(const Session& session) {
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        if (const std::string wrong = wrongRow(session, row); !wrong.empty()) return wrong;
    }
    return wrongCoverage(session);
}

}  // namespace

class TestDoubtfulBodies : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// A segment of text looks like a chunk, in all but that no other one is behind it.
    void aChunkThatIsNone() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.send(kC2S, request("/"));
        chat.send(kS2C, kChunked + chunk(numbered(1)));
        chat.lose(kS2C, 4000);
        chat.send(kS2C, chunk(std::string(64, 'x')));
        chat.send(kS2C, "and 1984 as the text goes on\r\nfor a line or two\n\n\r\n");
        for (int i = 3; i < 7; ++i) chat.send(kS2C, chunk(numbered(i)));
        chat.send(kS2C, "0\r\n\r\n");
        chat.acknowledge(kC2S);
        chat.send(kC2S, request("/next"));
        chat.send(kS2C, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        QCOMPARE(eventsIn(*session), std::string("200 1 3 4 5 6 404 "));
        QCOMPARE(wrongRows(*session), std::string());
        // The whole body, too, goes on behind what is none of it.
        RecordId head = 0;
        while (session->record(head).kind != RowKind::HttpResponse) ++head;
        const Dissection shown = session->dissect(head);
        const auto body = std::ranges::find(shown.sources, SourceKind::Body, &Source::kind);
        QVERIFY(body != shown.sources.end());
        QVERIFY(asText(body->bytes).find("event number 6\n\n") != std::string_view::npos);
    }

    /// Behind it a size is written that would take in all that follows.
    void aHeadWithinAChunk_data() {
        QTest::addColumn<QByteArray>("size");
        QTest::addColumn<QByteArray>("front");
        QTest::newRow("at the front of a segment") << QByteArray("fff") << QByteArray();
        QTest::newRow("of a large one") << QByteArray("fffffff") << QByteArray("the end.\r\n");
    }
    void aHeadWithinAChunk() {
        QFETCH(QByteArray, size);
        QFETCH(QByteArray, front);
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.send(kC2S, request("/"));
        chat.send(kS2C, kChunked + chunk(numbered(1)));
        chat.lose(kS2C, 5000);
        chat.send(kS2C, chunk(numbered(2) + std::string(64, 'x')));
        chat.send(kS2C, size.toStdString() + "\r\ntext that is lost in a chunk\r\n");
        chat.acknowledge(kC2S);
        for (int i = 0; i < 3; ++i) {
            chat.send(kC2S, request("/next"));
            chat.send(kS2C, (i == 0 ? front.toStdString() : std::string()) + response("answer"));
        }
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        QCOMPARE(eventsIn(*session), std::string("200 1 2 200 200 200 "));
        QCOMPARE(wrongRows(*session), std::string());
    }

    /// Of three streams on one connection the heads of the first and the third are missing.
    void heads_data() {
        QTest::addColumn<bool>("chunked");
        QTest::newRow("chunks") << true;
        QTest::newRow("to the end of the connection") << false;
    }
    void heads() {
        QFETCH(bool, chunked);
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        int number = 0;
        for (int stream = 0; stream < 3; ++stream) {
            chat.send(kC2S, request("/" + std::to_string(stream)));
            const bool ends = stream < 2 || chunked;
            const char* const head = ends ? kChunked : kPlain;
            if (stream == 1) {
                chat.send(kS2C, head);
            } else {
                chat.lose(kS2C, static_cast<std::uint32_t>(std::string_view(head).size()));
            }
            for (int i = 0; i < 4; ++i, ++number) {
                chat.send(kS2C, ends ? chunk(numbered(number)) : numbered(number));
            }
            if (ends) chat.send(kS2C, "0\r\n\r\n");
            chat.acknowledge(kC2S);
        }
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        QCOMPARE(eventsIn(*session), std::string("0 1 2 3 200 4 5 6 7 8 9 10 11 "));
        QCOMPARE(wrongRows(*session), std::string());
        RecordId last = session->rowCount();
        while (session->record(--last).kind != RowKind::EventStreamEvent) continue;
        const Dissection shown = session->dissect(last);
        const auto body = std::ranges::find(shown.sources, SourceKind::Body, &Source::kind);
        QVERIFY(body != shown.sources.end());
        const std::string_view bytes = asText(body->bytes);
        QCOMPARE(std::string(bytes.substr(body->focus.begin, body->focus.size())), numbered(11));
        QVERIFY(bytes.starts_with(numbered(8) + numbered(9)));
    }

    /// Text that is no event stream is none, whoever asked for one.
    void otherTextBehindALostHead() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        for (int i = 0; i < 3; ++i) {
            chat.send(kC2S, request("/" + std::to_string(i)));
            const std::string text = response("data we have\n\nevents, too\n\nand id: 5\n\n" +
                                              std::string(4000, 'z') + "\n\ndata: x");
            if (i != 1) {
                chat.send(kS2C, text);
                continue;
            }
            const std::size_t head = text.find("data we");
            chat.lose(kS2C, static_cast<std::uint32_t>(head));
            chat.send(kS2C, text.substr(head));
        }
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        QCOMPARE(eventsIn(*session), std::string("200 200 "));
        QCOMPARE(wrongRows(*session), std::string());
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            QVERIFY(session->record(row).kind != RowKind::EventStreamEvent);
        }
    }

    /// One event is enough where it was asked for, also if nothing more comes.
    void theOnlyEvent() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.send(kC2S, request("/"));
        chat.lose(kS2C, 100);
        chat.send(kS2C, numbered(1));
        chat.acknowledge(kC2S);
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        QCOMPARE(eventsIn(*session), std::string("1 "));
    }
};

QTEST_APPLESS_MAIN(TestDoubtfulBodies)
#include "test_doubtful_bodies.moc"
