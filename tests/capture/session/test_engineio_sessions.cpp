// Engine.IO over connections: packets in polling bodies, one session on several connections, the
// way to the WebSocket, heartbeats against the handshake, and what a server says when it refuses.
#include <algorithm>
#include <string>
#include <vector>

#include <QtTest>

#include "capture/session/session.h"
#include "dissector/engineio/characters.h"
#include "dissector/engineio/jsonp.h"
#include "tests/support/capture_builder.h"
#include "tests/support/loaded_session.h"

using namespace framescope;
using namespace framescope::test;
using namespace std::string_literals;
using engineio::SessionInfo;
using engineio::UpgradeState;

namespace {

constexpr Direction kClient = Direction::ClientToServer;
constexpr Direction kServer = Direction::ServerToClient;
constexpr std::int64_t kSecond = 1'000'000'000;

std::string open3(std::string_view sid = "hLOEJXN07AE0GQCNAAAB") {
    return "0{\"sid\":\"" + std::string(sid) +
           "\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,\"pingTimeout\":5000}";
}
std::string open4(std::string_view sid = "sid4") {
    return "0{\"sid\":\"" + std::string(sid) +
           "\",\"upgrades\":[\"websocket\"],\"pingInterval\":25000,\"pingTimeout\":20000,"
           "\"maxPayload\":1000000}";
}
std::string lengths(const std::vector<std::string>& packets) {
    std::string payload;
    for (const std::string& packet : packets) {
        payload += std::to_string(engineio::utf16Length(packet)) + ":" + packet;
    }
    return payload;
}

/// One keep-alive connection that polls.
class Polling {
public:
    explicit Polling(CaptureBuilder& capture, std::string query, std::uint16_t port = 40000)
        : m_tcp(capture, {.clientPort = port}), m_query(std::move(query)) {
        m_tcp.handshake();
    }
    void get(std::string_view answer, std::string_view sid = {},
             std::string_view type = "text/plain; charset=UTF-8",
             std::string_view status = "200 OK") {
        request("GET", {}, sid);
        respond(answer, type, status);
    }
    void post(std::string_view body, std::string_view sid,
              std::string_view type = "text/plain;charset=UTF-8") {
        request("POST",
                "Content-Type: " + std::string(type) +
                    "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n",
                sid, body);
        respond("ok", "text/html", "200 OK");
    }
    void respond(std::string_view body, std::string_view type, std::string_view status) {
        m_tcp.send(kServer, "HTTP/1.1 " + std::string(status) +
                                "\r\nContent-Type: " + std::string(type) + "\r\nContent-Length: " +
                                std::to_string(body.size()) + "\r\n\r\n" + std::string(body));
    }
    void request(std::string_view method, const std::string& headers, std::string_view sid,
                 std::string_view body = {}) {
        std::string target = "/socket.io/?" + m_query + "&transport=polling";
        if (!sid.empty()) target += "&sid=" + std::string(sid);
        m_tcp.send(kClient, std::string(method) + " " + target + " HTTP/1.1\r\nHost: a\r\n" +
                                headers + "\r\n" + std::string(body));
    }
    TcpConversation& tcp() { return m_tcp; }

private:
    TcpConversation m_tcp;
    std::string m_query;
};

/// Rows of packets, one line each, with their issues behind.
std::string packets(const Session& session) {
    std::string lines;
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        const Record& record = session.record(row);
        if (record.kind != RowKind::EngineIoPacket) continue;
        std::string info = session.text(row).info;
        lines +=
            (record.direction == kClient ? "> " : "< ") + info.substr(0, info.find("  \u00b7"));
        for (const std::string& name : issueNames(session, row)) lines += " !" + name;
        lines += "\n";
    }
    return lines;
}

std::string allIssues(const Session& session) {
    std::string names;
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        for (const std::string& name : issueNames(session, row)) {
            names += std::to_string(row + 1) + " " + name + "\n";
        }
    }
    return names;
}

std::string fieldText(const Session& session, RecordId row, FieldId id) {
    const Dissection dissection = session.dissect(row);
    const FieldIndex field = dissection.fields.find(id);
    return field == kNoField ? "" : formatValue(fieldInfo(id).type, dissection.fields[field].value);
}

void compare(const std::string& actual, const std::string& expected) {
    QCOMPARE(QString::fromStdString(actual), QString::fromStdString(expected));
}

}  // namespace

class TestEngineIoSessions : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyWayOfWriting_data() {
        QTest::addColumn<QByteArray>("query");
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<QByteArray>("posted");
        QTest::addColumn<QByteArray>("postType");
        const std::string event = "42[\"say\",\"Grüße, 👋\\n\"]";
        const auto add = [](const char* name, const char* query, const std::string& answer,
                            const std::string& posted, const char* type) {
            QTest::newRow(name) << QByteArray(query)
                                << QByteArray(answer.data(), qsizetype(answer.size()))
                                << QByteArray(posted.data(), qsizetype(posted.size()))
                                << QByteArray(type);
        };
        const std::string three = lengths({open3(), "40", event});
        add("revision 3", "EIO=3", three, lengths({event}), "text/plain");
        add("revision 4", "EIO=4",
            open4() +
                "\x1e"
                "40{\"sid\":\"abc\"}\x1e" +
                event,
            event, "text/plain");
        add("jsonp, revision 3", "EIO=3&j=0", engineio::wrapScript(three, 0),
            engineio::wrapForm(lengths({event})), "application/x-www-form-urlencoded");
        add("jsonp, revision 4", "EIO=4&j=0",
            engineio::wrapScript(open4() +
                                     "\x1e"
                                     "40{\"sid\":\"abc\"}\x1e" +
                                     event,
                                 0),
            engineio::wrapForm(event), "application/x-www-form-urlencoded");
        const std::string twice = engineio::doDoubleUtf8(event);
        add("socket.io 1", "EIO=3&b64=1", lengths({open3(), "40", twice}), lengths({twice}),
            "text/plain");
        const auto inBytes = [](const std::string& packet) {
            std::string digits = std::to_string(packet.size());
            for (char& digit : digits) digit = char(digit - '0');
            return "\0"s + digits + "\xff" + packet;
        };
        add("binary", "EIO=3", inBytes(open3()) + inBytes("40") + inBytes(event), inBytes(event),
            "application/octet-stream");
    }

    void everyWayOfWriting() {
        QFETCH(QByteArray, query);
        QFETCH(QByteArray, answer);
        QFETCH(QByteArray, posted);
        QFETCH(QByteArray, postType);
        // Whole, and in segments of every small size: the rows are the same.
        for (const std::size_t segment : {1460, 1, 7}) {
            CaptureBuilder capture;
            TcpConversation tcp(capture, {.segmentSize = segment});
            tcp.handshake();
            const std::string target = "/socket.io/?" + query.toStdString() + "&transport=polling";
            tcp.send(kClient, "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
            tcp.send(kServer,
                     "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(answer.size()) +
                         "\r\n\r\n" + answer.toStdString());
            tcp.send(kClient, "POST " + target +
                                  "&sid=hLOEJXN07AE0GQCNAAAB HTTP/1.1\r\nHost: a\r\n"
                                  "Content-Type: " +
                                  postType.toStdString() +
                                  "\r\nContent-Length: " + std::to_string(posted.size()) +
                                  "\r\n\r\n" + posted.toStdString());
            tcp.send(kServer, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            tcp.close();
            const auto session = loadSession(capture);
            QVERIFY(session);
            const bool four = query.contains("EIO=4");
            compare(packets(*session),
                    std::string("< open  sid=") + (four ? "sid4" : "hLO\u2026AAAB") +
                        "  upgrades=[websocket]  ping 25 s / " + (four ? "20 s\n" : "5 s\n") +
                        (four ? "< CONNECT  {\"sid\":\"abc\"}\n" : "< CONNECT\n") +
                        "< EVENT  say  \"Grüße, 👋\\n\"\n"
                        "> EVENT  say  \"Grüße, 👋\\n\"\n");
            for (RecordId row = 0; row < session->rowCount(); ++row) {
                if (session->record(row).kind != RowKind::EngineIoPacket) continue;
                compare(fieldText(*session, row, FieldId::EngineIoTransport), "polling");
                compare(fieldText(*session, row, FieldId::EngineIoVersion), four ? "4" : "3");
            }
        }
    }

    void theExampleOfRevision3() {
        CaptureBuilder capture;
        Polling client(capture, "EIO=3");
        client.get("96:" + open3() + "2:40");
        const auto session = loadSession(capture);
        QVERIFY(session);
        compare(packets(*session),
                "< open  sid=hLO\u2026AAAB  upgrades=[websocket]  ping 25 s / 5 s\n< CONNECT\n");
        QCOMPARE(session->engineSessions().size(), std::size_t(1));
        const SessionInfo& info = session->engineSessions()[0];
        compare(info.sid, "hLOEJXN07AE0GQCNAAAB");
        QCOMPARE(int(info.revision), 3);
        QCOMPARE(*info.pingIntervalMs, 25000u);
        QCOMPARE(info.packets[1], 2u);
        QVERIFY(info.upgrade == UpgradeState::None);
    }

    void damagedBodies() {
        CaptureBuilder capture;
        Polling client(capture, "EIO=3");
        client.get(lengths({open3()}));
        client.get("1:6rubbish", "hLOEJXN07AE0GQCNAAAB");
        client.get("<html>", "hLOEJXN07AE0GQCNAAAB");
        client.get("10:b4AQIDB!==", "hLOEJXN07AE0GQCNAAAB");
        const auto session = loadSession(capture);
        QVERIFY(session);
        compare(packets(*session),
                "< open  sid=hLO\u2026AAAB  upgrades=[websocket]  ping 25 s / 5 s\n"
                "< noop\n"
                "< rubbish !engineio.payload-malformed\n"
                "< <html> !engineio.payload-malformed\n"
                "< message  4 bytes !engineio.not-base64\n");
    }

    void theRequestWasNotCaptured() {
        CaptureBuilder capture;
        TcpConversation tcp(capture);
        const auto respond = [&](const std::string& body) {
            tcp.send(kServer,
                     "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\n"
                     "Content-Length: " +
                         std::to_string(body.size()) + "\r\n\r\n" + body);
        };
        respond("2 times two");
        respond(lengths({open3(), "40"}));
        const auto session = loadSession(capture);
        QVERIFY(session);
        compare(packets(*session),
                "< open  sid=hLO\u2026AAAB  upgrades=[websocket]  ping 25 s / 5 s\n< CONNECT\n");
    }

    void oneSessionOnAllItsConnections() {
        CaptureBuilder capture;
        Polling first(capture, "EIO=4", 40000);
        first.get(open4("abc"));
        Polling second(capture, "EIO=4", 40001);
        second.post("40", "abc");
        TcpConversation socket(capture, {.clientPort = 40002});
        socket.handshake();
        socket.upgrade("/socket.io/?EIO=4&transport=websocket&sid=abc");
        socket.send(kClient, webSocketText("2probe", kMask));
        socket.send(kServer, webSocketText("3probe"));
        first.get("6", "abc");
        socket.send(kClient, webSocketText("5", MaskingKey{1, 2, 3, 4}));
        socket.send(kServer, webSocketText("40{\"sid\":\"def\"}"));
        socket.send(kServer, webSocketText("42[\"hi\"]"));
        const auto session = loadSession(capture);
        QVERIFY(session);
        QCOMPARE(session->engineSessions().size(), std::size_t(1));
        const SessionInfo& info = session->engineSessions()[0];
        compare(info.sid, "abc");
        QCOMPARE(info.connections.size(), std::size_t(3));
        QVERIFY(info.transports[0] && info.transports[1]);
        QVERIFY(info.upgrade == UpgradeState::Upgraded);
        compare(session->text(info.probeRow).info, "ping probe");
        compare(session->text(info.probeAnswerRow).info, "pong probe");
        compare(session->text(info.upgradeRow).info, "upgrade");
        QCOMPARE(info.packets[0], 3u + 0u);
        QCOMPARE(info.packets[1], 5u);
        compare(allIssues(*session), "");
        compare(fieldText(*session, info.upgradeRow, FieldId::EngineIoSid), "abc");
        compare(fieldText(*session, info.upgradeRow, FieldId::EngineIoTransport), "websocket");
        QCOMPARE(session->connection(2).facts.engineSession, 0u);
    }

    void theRequestForTheWebSocketWasNotCaptured_data() {
        QTest::addColumn<bool>("request");
        QTest::addColumn<bool>("answer");
        QTest::addColumn<bool>("probe");
        QTest::addColumn<bool>("upgrade");
        QTest::newRow("the request is missing") << false << true << true << true;
        QTest::newRow("request and answer are missing") << false << false << true << true;
        QTest::newRow("the 5 is missing") << true << true << true << false;
        QTest::newRow("request and probe are missing") << false << true << false << true;
    }
    void theRequestForTheWebSocketWasNotCaptured() {
        QFETCH(bool, request);
        QFETCH(bool, answer);
        QFETCH(bool, probe);
        QFETCH(bool, upgrade);
        CaptureBuilder capture;
        Polling polling(capture, "EIO=4", 40000);
        polling.get(open4("abc"));
        polling.post("40", "abc");
        polling.get("40{\"sid\":\"def\"}", "abc");
        TcpConversation socket(capture, {.clientPort = 40002});
        const auto say = [&](bool captured, Direction direction, const Bytes& bytes) {
            if (captured) {
                socket.send(direction, bytes);
            } else {
                socket.lose(direction, static_cast<std::uint32_t>(bytes.size()));
            }
        };
        const auto text = [](std::string_view of) { return Bytes(of.begin(), of.end()); };
        socket.handshake();
        say(request, kClient,
            text("GET /socket.io/?EIO=4&transport=websocket&sid=abc HTTP/1.1\r\nHost: a\r\n"
                 "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"));
        say(answer, kServer,
            text("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                 "Connection: Upgrade\r\n"
                 "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"));
        say(probe, kClient, webSocketText("2probe", kMask));
        say(true, kServer, webSocketText("3probe"));
        say(upgrade, kClient, webSocketText("5", MaskingKey{1, 2, 3, 4}));
        say(true, kServer, webSocketText("42[\"hi\",1]"));
        say(true, kClient, webSocketText("42[\"ho\",2]", MaskingKey{2, 3, 4, 5}));
        say(true, kServer, webSocketText("2"));
        say(true, kClient, webSocketText("3", MaskingKey{3, 4, 5, 6}));
        const auto session = loadSession(capture);
        QVERIFY(session);
        const std::string expected =
            "< open  sid=abc  upgrades=[websocket]  ping 25 s / 20 s\n> CONNECT\n"
            "< CONNECT  {\"sid\":\"def\"}\n";
        std::string socketRows;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            const Record& record = session->record(row);
            if (record.connection != 1 || record.kind != RowKind::WebSocketFrame) continue;
            const std::string info = session->text(row).info;
            socketRows += info.substr(0, info.find("  \u00b7")) + "\n";
        }
        std::string wanted = probe ? "ping probe\n" : "";
        wanted += "pong probe\n";
        if (upgrade) wanted += "upgrade\n";
        wanted += "EVENT  hi  1\nEVENT  ho  2\nping\npong\n";
        compare(socketRows, wanted);
        compare(packets(*session), expected);
        QCOMPARE(session->engineSessions().size(), std::size_t(1));
        const SessionInfo& info = session->engineSessions()[0];
        QVERIFY(info.upgrade == UpgradeState::Upgraded);
        QVERIFY(info.upgradeTimeNs > info.firstTimeNs);
        QCOMPARE(info.connections.size(), std::size_t(2));
        QCOMPARE(session->connection(1).facts.engineSession, 0u);
    }

    void theRevisionIsToldByWhoSpeaksFirst_data() {
        QTest::addColumn<int>("revision");
        QTest::newRow("3") << 3;
        QTest::newRow("4") << 4;
    }
    /// The request is missing and the open packet has no maxPayload: the first servers of revision
    /// 4 did not send it either.
    void theRevisionIsToldByWhoSpeaksFirst() {
        QFETCH(int, revision);
        CaptureBuilder capture;
        TcpConversation socket(capture);
        socket.handshake();
        socket.lose(kClient, 300);
        socket.lose(kServer, 129);
        socket.send(kServer,
                    webSocketText("0{\"sid\":\"abc\",\"upgrades\":[],\"pingInterval\":25000,"
                                  "\"pingTimeout\":20000}"));
        if (revision == 4) socket.send(kClient, webSocketText("40", kMask));
        socket.send(kServer, webSocketText(revision == 4 ? "40{\"sid\":\"def\"}" : "40"));
        socket.send(kServer, webSocketText("451-[\"img\",{\"_placeholder\":true,\"num\":0}]"));
        Bytes attachment = {1, 2, 3, 4};
        if (revision == 3) attachment.insert(attachment.begin(), 4);
        socket.send(kServer, webSocketFrame(attachment, {.opcode = 2}));
        socket.send(kServer, webSocketText("42[\"hi\",1]"));
        const auto session = loadSession(capture);
        QVERIFY(session);
        QCOMPARE(session->engineSessions().size(), std::size_t(1));
        QCOMPARE(int{session->engineSessions()[0].revision}, revision);
        QVERIFY2(allIssues(*session).find("io.") == std::string::npos, allIssues(*session).c_str());
        QVERIFY(rowListing(*session).find("attachment 1 of 1") != std::string::npos);
    }

    void aProbeWithoutItsRequestJoinsNoSessionByChance() {
        CaptureBuilder capture;
        Polling first(capture, "EIO=4", 40000);
        first.get(open4("abc"));
        Polling second(capture, "EIO=4", 40001);
        second.get(open4("def"));
        TcpConversation socket(capture, {.clientPort = 40002});
        socket.handshake();
        socket.lose(kClient, 200);
        socket.send(kServer,
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                    "Connection: Upgrade\r\n"
                    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
        socket.send(kClient, webSocketText("2probe", kMask));
        socket.send(kServer, webSocketText("3probe"));
        const auto session = loadSession(capture);
        QVERIFY(session);
        // Either of the two may be the one.
        QCOMPARE(session->engineSessions().size(), std::size_t(3));
        QVERIFY(session->engineSessions()[2].sid.empty());
        QVERIFY(session->engineSessions()[2].upgrade == UpgradeState::Probed);
        QVERIFY(session->engineSessions()[0].upgrade == UpgradeState::None);
        QVERIFY(session->engineSessions()[0].lost[0]);
    }

    void whatIsMissingAccusesNobody_data() {
        QTest::addColumn<int>("missing");
        QTest::addColumn<bool>("accused");
        QTest::newRow("nothing, and nobody connected") << 0 << true;
        QTest::newRow("a response") << 1 << false;
        QTest::newRow("the end of a response's head") << 2 << false;
        QTest::newRow("a response's body") << 3 << false;
        QTest::newRow("a post") << 4 << false;
        QTest::newRow("a post on another connection") << 5 << false;
        QTest::newRow("a request, so that its response is not known") << 6 << false;
        QTest::newRow("the beginning of another connection") << 7 << false;
        QTest::newRow("the body of a page") << 8 << true;
        QTest::newRow("the body is of an unknown coding") << 9 << false;
    }

    /// The namespace was connected in what is missing, or may have been.
    void whatIsMissingAccusesNobody() {
        QFETCH(int, missing);
        QFETCH(bool, accused);
        CaptureBuilder capture;
        Polling client(capture, "EIO=4", 40000);
        client.get(open4("abc"));
        const std::string connect = "40{\"sid\":\"def\"}";
        TcpConversation other(capture, {.clientPort = 40001});
        switch (missing) {
            case 1:
                client.request("GET", {}, "abc");
                client.tcp().lose(kServer, 100);
                break;
            case 2:
                client.request("GET", {}, "abc");
                client.tcp().send(kServer, "HTTP/1.1 200 OK\r\nContent-Type: te");
                client.tcp().lose(kServer, 60);
                break;
            case 3:
                client.request("GET", {}, "abc");
                client.tcp().send(kServer,
                                  "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                                  "Content-Length: 16\r\n\r\n");
                client.tcp().lose(kServer, 16);
                break;
            case 4:
                client.tcp().lose(kClient, 120);
                client.respond("ok", "text/html", "200 OK");
                break;
            case 5:
                other.handshake();
                other.lose(kClient, 120);
                other.send(kServer, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                break;
            case 6:
                client.tcp().lose(kClient, 120);
                client.respond(connect, "text/plain; charset=UTF-8", "200 OK");
                break;
            case 7:
                other.send(kServer, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                break;
            case 8:
                client.tcp().send(kClient, "GET /page HTTP/1.1\r\nHost: a\r\n\r\n");
                client.tcp().send(kServer, "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n");
                client.tcp().lose(kServer, 50);
                break;
            case 9:
                client.request("GET", {}, "abc");
                client.respond(connect, "text/plain\r\nContent-Encoding: br", "200 OK");
                break;
            default:
                break;
        }
        client.get("42[\"one\"]", "abc");
        client.post("42[\"two\"]", "abc");
        // Long enough that every hole is told.
        for (int i = 0; i < 600; ++i) client.tcp().acknowledge(kServer);
        client.get("42[\"three\"]", "abc");
        const auto session = loadSession(capture);
        QVERIFY(session);
        std::size_t accusations = 0;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            const auto names = issueNames(*session, row);
            accusations += static_cast<std::size_t>(
                std::ranges::count(names, std::string("socketio.not-connected")));
        }
        QCOMPARE(accusations, accused ? std::size_t{3} : std::size_t{0});
    }

    /// Of a connection of which one direction was captured, the other one is a hole that is told
    /// behind what was read meanwhile.
    void oneDirectionAccusesNobodyOfTheOther() {
        CaptureBuilder capture;
        TcpConversation tcp(capture);
        tcp.handshake();
        tcp.upgrade("/socket.io/?EIO=4&transport=websocket");
        tcp.send(kServer, webSocketText(open4("abc")));
        tcp.lose(kClient, 200);
        tcp.send(kServer, webSocketText("40{\"sid\":\"def\"}"));
        tcp.send(kServer, webSocketText("4317[\"answer\"]"));
        for (int i = 0; i < 3; ++i) {
            capture.advance(25 * kSecond);
            tcp.send(kServer, webSocketText("2"));
            tcp.lose(kClient, 7);
        }
        tcp.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        const std::string issues = allIssues(*session);
        for (const char* const claim : {"ack-unasked", "heartbeat-missed", "heartbeat-late"}) {
            QVERIFY2(issues.find(claim) == std::string::npos, issues.c_str());
        }
    }

    /// Where nothing is missing, an issue is there as soon as its row.
    void whatIsWholeIsJudgedAtOnce() {
        CaptureBuilder capture;
        TcpConversation tcp(capture);
        tcp.handshake();
        tcp.upgrade("/socket.io/?EIO=4&transport=websocket");
        tcp.send(kServer, webSocketText(open4("abc")));
        tcp.send(kServer, webSocketText("4317[\"answer\"]"));
        for (int i = 0; i < 10; ++i) tcp.acknowledge(kServer);
        const auto session = loadSession(capture);
        QVERIFY(session);
        compare(allIssues(*session), "5 socketio.not-connected\n5 socketio.ack-unasked\n");
    }

    void anUpgradeThatIsRefused() {
        CaptureBuilder capture;
        Polling client(capture, "EIO=4", 40000);
        client.get(open4("abc"));
        TcpConversation socket(capture, {.clientPort = 40002});
        socket.handshake();
        socket.send(kClient,
                    "GET /socket.io/?EIO=4&transport=websocket&sid=abc HTTP/1.1\r\nHost: a\r\n"
                    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
        const std::string body = R"({"code":3,"message":"Bad request"})";
        socket.send(kServer,
                    "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\n"
                    "Content-Length: " +
                        std::to_string(body.size()) + "\r\n\r\n" + body);
        const auto session = loadSession(capture);
        QVERIFY(session);
        QVERIFY(session->engineSessions()[0].upgrade == UpgradeState::Refused);
        QVERIFY(allIssues(*session).find("engineio.server-error") != std::string::npos);
    }

    void serverErrors() {
        CaptureBuilder capture;
        Polling client(capture, "EIO=4");
        client.get(R"({"code":1,"message":"Session ID unknown"})", "gone", "application/json",
                   "400 Bad Request");
        const auto session = loadSession(capture);
        QVERIFY(session);
        const RecordId response = 2;
        QVERIFY(session->record(response).kind == RowKind::HttpResponse);
        QVERIFY(issueNames(*session, response) ==
                std::vector<std::string>{"engineio.server-error"});
        compare(fieldText(*session, response, FieldId::EngineIoErrorCode), "1");
        compare(fieldText(*session, response, FieldId::EngineIoErrorMessage), "Session ID unknown");
        compare(packets(*session), "");
    }

    void httpBehindTheSwitch() {
        for (const std::size_t segment : {1460, 1}) {
            CaptureBuilder capture;
            TcpConversation tcp(capture, {.segmentSize = segment});
            tcp.handshake();
            tcp.upgrade("/socket.io/?EIO=3&transport=websocket");
            tcp.send(kServer,
                     "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n"
                     "Content-type: text/html\r\nContent-Length: 28\r\n\r\n"
                     "Unsupported protocol version");
            tcp.close();
            const auto session = loadSession(capture);
            QVERIFY(session);
            compare(allIssues(*session), "3 engineio.http-after-switch\n4 engineio.server-error\n");
            QCOMPARE(session->record(3).group, RecordId(1));
            compare(fieldText(*session, 3, FieldId::EngineIoErrorCode), "5");
        }
    }

    void heartbeats_data() {
        QTest::addColumn<int>("pingAfter");
        QTest::addColumn<int>("pongAfter");
        QTest::addColumn<int>("closeAfter");
        QTest::addColumn<QByteArray>("issues");
        QTest::newRow("in time") << 25 << 1 << 1 << QByteArray();
        QTest::newRow("slow but in time") << 44 << 19 << 1 << QByteArray();
        QTest::newRow("late ping") << 46 << 1 << 1 << QByteArray("5 engineio.heartbeat-late\n");
        QTest::newRow("late pong") << 25 << 21 << 1 << QByteArray("5 engineio.heartbeat-missed\n");
        QTest::newRow("no pong") << 25 << -1 << 20 << QByteArray("5 engineio.heartbeat-missed\n");
        QTest::newRow("closed before a pong") << 25 << -1 << 3 << QByteArray();
        QTest::newRow("the capture ends") << 25 << -1 << -1 << QByteArray();
    }

    void heartbeats() {
        QFETCH(int, pingAfter);
        QFETCH(int, pongAfter);
        QFETCH(int, closeAfter);
        QFETCH(QByteArray, issues);
        CaptureBuilder capture;
        TcpConversation tcp(capture);
        tcp.handshake();
        tcp.upgrade("/socket.io/?EIO=4&transport=websocket");
        tcp.send(kServer, webSocketText(open4("abc")));
        capture.advance(pingAfter * kSecond);
        tcp.send(kServer, webSocketText("2"));
        if (pongAfter >= 0) {
            capture.advance(pongAfter * kSecond);
            tcp.send(kClient, webSocketText("3", kMask));
        }
        if (closeAfter >= 0) {
            capture.advance(closeAfter * kSecond);
            tcp.close();
        }
        const auto session = loadSession(capture);
        QVERIFY(session);
        std::string heartbeatIssues;
        const std::string all = allIssues(*session);
        for (std::size_t at = 0; at < all.size();) {
            const std::size_t end = all.find('\n', at) + 1;
            const std::string line = all.substr(at, end - at);
            if (line.find("heartbeat") != std::string::npos) heartbeatIssues += line;
            at = end;
        }
        compare(heartbeatIssues, issues.toStdString());
        const SessionInfo& info = session->engineSessions()[0];
        QCOMPARE(info.heartbeats, std::uint64_t(pongAfter >= 0 ? 1 : 0));
        if (pongAfter >= 0) {
            const Dissection pong = session->dissect(5);
            QVERIFY(pong.fields.find(FieldId::RowLink) != kNoField);
        }
    }
};

QTEST_GUILESS_MAIN(TestEngineIoSessions)
#include "test_engineio_sessions.moc"
