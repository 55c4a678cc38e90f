// Rows that TCP makes, and the notes it puts on others: conflicts with both versions, holes with
// their cause, bytes that were sent again, data behind a FIN, limits.
#include <QtTest>

#include "capture/file/capture_file.h"
#include "capture/ingest/loader.h"
#include "dissector/tcp/tcp_tracker.h"
#include "tests/support/deflater.h"
#include "tests/support/loaded_session.h"
#include "tests/support/row_checks.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr Direction kC2S = Direction::ClientToServer;
constexpr Direction kS2C = Direction::ServerToClient;

/// A chat that was upgraded; what the client says next stands at `at`.
struct Chat {
    CaptureBuilder capture;
    TcpConversation chat{capture};
    std::uint32_t at = 0;

    Chat() {
        chat.handshake();
        chat.upgrade("/chat");
        const auto session = loadSession(capture);
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            const Record& record = session->record(row);
            if (record.direction == kC2S && record.kind == RowKind::HttpRequest) {
                at = static_cast<std::uint32_t>(record.streamOffset + record.length);
            }
        }
    }
};

const Source* sourceNamed(const Dissection& dissection, std::string_view name) {
    for (const Source& source : dissection.sources) {
        if (source.name == name) return &source;
    }
    return nullptr;
}

std::optional<RecordId> rowOf(const Session& session, RowKind kind) {
    for (RecordId row = 0; row < session.rowCount(); ++row) {
        if (session.record(row).kind == kind) return row;
    }
    return std::nullopt;
}

void readInto(Session& session, const std::shared_ptr<CaptureFile>& file,
              const DecodeLimits& limits) {
    readAll(
        file,
        [&](Batch&& batch) {
            session.append(std::move(batch));
            return true;
        },
        limits);
}

}  // namespace

class TestTcpRows : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whatIsReadGoesOnBehindAResetThatNobodyTakes_data() {
        QTest::addColumn<QByteArray>("target");
        QTest::addColumn<QList<QByteArray>>("said");  // by the server; an empty one is the RST
        QTest::addColumn<QByteArray>("rows");
        const auto bytes = [](const Bytes& of) {
            return QByteArray(reinterpret_cast<const char*>(of.data()), qsizetype(of.size()));
        };
        const QByteArray reset;
        const std::string big = "{\"big\":\"" + std::string(5000, 'x') + "\"}";
        const QByteArray bigFrame = bytes(webSocketText(big));
        QTest::newRow("in the midst of a frame")
            << QByteArray("/chat")
            << QList<QByteArray>{bigFrame.first(2000), reset, bigFrame.sliced(2000),
                                 bytes(webSocketText("next"))}
            << QByteArray("RST,{\"big\":,next");
        QTest::newRow("between fragments")
            << QByteArray("/chat")
            << QList<QByteArray>{bytes(webSocketFrame(asBytes("one "), {.fin = false})), reset,
                                 bytes(webSocketFrame(asBytes("two"), {.opcode = 0})),
                                 bytes(webSocketText("next"))}
            << QByteArray("text frag,RST,message complete  one two,next");
        Deflater deflater;
        const auto compressed = [&](const char* text) {
            return bytes(webSocketFrame(deflater.message(text), {.rsv = 4}));
        };
        const QByteArray first = compressed("{\"symbol\":\"TEA\",\"n\":1}");
        const QByteArray second = compressed("{\"symbol\":\"TEA\",\"n\":2}");
        QTest::newRow("compression that keeps its context")
            << QByteArray("/deflate") << QList<QByteArray>{first, reset, second}
            << QByteArray("{\"symbol\":\"TEA\",\"n\":1},RST,{\"symbol\":\"TEA\",\"n\":2}");
        QTest::newRow("an attachment of Socket.IO")
            << QByteArray("/socket.io/?EIO=4&transport=websocket")
            << QList<QByteArray>{bytes(webSocketText("40{\"sid\":\"x\"}")),
                                 bytes(webSocketText(
                                     "451-[\"bin\",{\"_placeholder\":true,\"num\":0}]")),
                                 reset, bytes(webSocketFrame(asBytes("\1\2"), {.opcode = 2})),
                                 bytes(webSocketText("42[\"f\",1]"))}
            << QByteArray("CONNECT,BINARY_EVENT  bin,RST,attachment 1 of 1,EVENT  f");
        QTest::newRow("an event stream")
            << QByteArray()
            << QList<QByteArray>{"d\r\ndata: first\n\n\r\n", reset, "e\r\ndata: second\n\n\r\n",
                                 "0\r\n\r\n"}
            << QByteArray("message  first,RST,message  second");
        QTest::newRow("an event stream, within an event")
            << QByteArray()
            << QList<QByteArray>{"d\r\ndata: fi", reset, "rst\n\n\r\ne\r\ndata: second\n\n\r\n"}
            << QByteArray("RST,message  first,message  second");
    }
    void whatIsReadGoesOnBehindAResetThatNobodyTakes() {
        QFETCH(QByteArray, target);
        QFETCH(QList<QByteArray>, said);
        QFETCH(QByteArray, rows);
        CaptureBuilder capture;
        TcpConversation tcp(capture);
        tcp.handshake();
        if (target.isEmpty()) {
            tcp.send(kC2S, "GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
            tcp.send(kS2C,
                     "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                     "Transfer-Encoding: chunked\r\n\r\n");
        } else {
            const std::string extension =
                target == "/deflate" ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "";
            tcp.upgrade(target.toStdString(), extension, extension);
        }
        const bool engine = target.contains("EIO");
        if (engine) {
            tcp.send(kS2C, webSocketText("0{\"sid\":\"abc\",\"upgrades\":[],\"pingInterval\":25000,"
                                         "\"pingTimeout\":20000}"));
            tcp.send(kC2S, webSocketText("40", kMask));
        }
        for (const QByteArray& bytes : said) {
            if (bytes.isEmpty()) {
                tcp.reset(kS2C);
            } else {
                tcp.send(kS2C, std::string_view(bytes.data(), std::size_t(bytes.size())));
                tcp.acknowledge(kC2S);
            }
        }
        tcp.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        QStringList found;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            const Record& record = session->record(row);
            for (const std::string& issue : issueNames(*session, row)) {
                QVERIFY2(issue == "tcp.reset", issue.c_str());
            }
            if (record.direction != kS2C || record.kind == RowKind::HttpResponse) continue;
            found << QString::fromStdString(session->text(row).info);
        }
        if (engine) found.removeFirst();
        const QStringList wanted = QString::fromUtf8(rows).split(
            target == "/deflate" ? QStringLiteral("},") : QStringLiteral(","));
        if (target == "/deflate") {
            QCOMPARE(found.size(), 3);
            QCOMPARE(found[0] + "," + found[1].first(3) + "," + found[2], QString::fromUtf8(rows));
        } else {
            QVERIFY2(found.size() == wanted.size(), qPrintable(found.join(QLatin1Char('|'))));
            for (qsizetype i = 0; i < wanted.size(); ++i) {
                QVERIFY2(found[i].startsWith(wanted[i]), qPrintable(found[i]));
            }
        }
    }

    void aResetWithinAFrameStandsBehindIt() {
        CaptureBuilder capture;
        TcpConversation torn(capture);
        torn.handshake();
        torn.upgrade("/chat");
        TcpConversation other(capture, {.clientPort = 40001});
        other.handshake();
        other.upgrade("/chat");
        const Bytes frame = webSocketText(std::string(300, 'x'));
        torn.send(kS2C, ByteView(frame).first(100));
        torn.reset(kC2S);
        for (int i = 0; i < 300; ++i) other.send(kS2C, webSocketText("hello"));
        other.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        std::vector<RecordId> rows;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            const Record& record = session->record(row);
            if (record.connection == 0 &&
                (record.has(kFlagIncomplete) || record.kind == RowKind::TcpEnd)) {
                rows.push_back(row);
            }
        }
        QCOMPARE(rows.size(), std::size_t{2});
        QVERIFY(session->record(rows[0]).has(kFlagIncomplete));
        QVERIFY(session->record(rows[1]).kind == RowKind::TcpEnd);
        QCOMPARE(rows[1], rows[0] + 1);
        // It waits no longer than anything that is out of order.
        QVERIFY(rows[1] + 100 < session->rowCount());
        QCOMPARE(session->record(rows[1]).packet, session->record(rows[0]).packet + 1);
    }

    void conflictHasBothVersions() {
        Chat c;
        const Bytes frame = webSocketText("hello", kMask);
        Bytes other = frame;
        other[frame.size() - 3] ^= 0x20;
        other[frame.size() - 2] ^= 0x20;
        c.chat.send(kC2S, frame);
        c.chat.segmentAt(kC2S, c.at, frame);  // the same again is none
        c.chat.segmentAt(kC2S, c.at, other);
        c.chat.close();
        const auto session = loadSession(c.capture);
        const auto row = rowOf(*session, RowKind::TcpConflict);
        QVERIFY(row);
        const Record& record = session->record(*row);
        QCOMPARE(record.length, std::uint64_t{2});
        QCOMPARE(record.streamOffset, StreamOffset{c.at + frame.size() - 3});
        QCOMPARE(record.packet, PacketNumber{8});
        const Dissection dissection = session->dissect(*row);
        const Source* const first = sourceNamed(dissection, "Seen first");
        const Source* const later = sourceNamed(dissection, "Seen later");
        QVERIFY(first != nullptr && later != nullptr);
        QCOMPARE(first->bytes, Bytes(frame.end() - 3, frame.end() - 1));
        QCOMPARE(later->bytes, Bytes(other.end() - 3, other.end() - 1));
        const FieldIndex packet = dissection.fields.find(FieldId::TcpConflictFirstPacket);
        QVERIFY(packet != kNoField);
        QCOMPARE(std::get<std::uint64_t>(dissection.fields[packet].value), std::uint64_t{6});
        QCOMPARE(issueNames(*session, *row), (std::vector<std::string>{"tcp.overlap-conflict"}));
        const std::string text = session->text(*row).info;
        QVERIFY2(text.starts_with("2 bytes sent again with other contents  first "), text.c_str());
        QVERIFY(text.find(", later ") != std::string::npos);
        // What came first is what is read.
        QVERIFY(rowListing(*session).find("hello") != std::string::npos);
    }

    void conflictsAreListedUpToALimit() {
        Chat c;
        const Bytes frame = webSocketText("hello", kMask);
        Bytes other = frame;
        other.back() ^= 1;
        c.chat.send(kC2S, frame);
        for (int i = 0; i < 200; ++i) c.chat.segmentAt(kC2S, c.at, other);
        const auto session = loadSession(c.capture);
        std::size_t count = 0;
        RecordId last = 0;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            if (session->record(row).kind != RowKind::TcpConflict) continue;
            ++count;
            last = row;
        }
        QCOMPARE(count, DecodeLimits{}.conflicts);
        bool said = false;
        const Dissection dissection = session->dissect(last);
        for (const FieldIssue& entry : dissection.fields.issues()) {
            said = said || entry.issue.detail.find("not listed") != std::string::npos;
        }
        QVERIFY(said);
    }

    void framesBehindAnRstThatNobodyTakes() {
        Chat c;
        c.chat.send(kC2S, webSocketText("one", kMask));
        c.chat.reset(kS2C);
        c.chat.send(kC2S, webSocketText("two", kMask));
        c.chat.acknowledge(kS2C);
        c.chat.send(kS2C, webSocketText("three"));
        c.chat.close();
        const auto session = loadSession(c.capture);
        std::vector<RecordId> ends;
        std::string frames;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            const Record& record = session->record(row);
            if (record.kind == RowKind::TcpEnd) ends.push_back(row);
            if (record.kind != RowKind::WebSocketFrame) continue;
            frames += std::to_string(record.packet) + session->text(row).info + ' ';
        }
        QVERIFY2(frames.starts_with("6one 8two 10three "), frames.c_str());
        QCOMPARE(ends.size(), std::size_t{2});
        bool said = false;
        const Dissection dissection = session->dissect(ends.front());
        for (const FieldIssue& entry : dissection.fields.issues()) {
            said = said || entry.issue.detail.find("the connection goes on") != std::string::npos;
        }
        QVERIFY(said);
        QVERIFY(session->connection(0).state == ConnectionState::Closed);
    }

    void headerOfTheProxyProtocolSaysWhoseConnectionItIs() {
        CaptureBuilder capture;
        TcpConversation web(capture);
        web.handshake();
        web.send(kC2S, "PROXY TCP4 1.2.3.4 5.6.7.8 1234 80\r\nGET /a HTTP/1.1\r\nHost: a\r\n\r\n");
        web.send(kS2C, "HTTP/1.1 204 No Content\r\n\r\n");
        web.close();
        const auto session = loadSession(capture);
        const auto row = rowOf(*session, RowKind::TcpSegment);
        QVERIFY(row);
        QCOMPARE(session->record(*row).length, std::uint64_t{36});
        const std::string said = "version 1: 1.2.3.4:1234 → 5.6.7.8:80, TCP over IPv4";
        QCOMPARE(session->text(*row).info, "PROXY protocol  " + said);
        const Dissection shown = session->dissect(*row);
        const FieldIndex field = shown.fields.find(FieldId::Proxy);
        QVERIFY(field != kNoField);
        QCOMPARE(shown.fields[field].text, said);
        const FieldIndex port = shown.fields.find(FieldId::ProxySrcPort);
        QVERIFY(port != kNoField);
        QCOMPARE(shown.fields[port].value, FieldValue(std::uint64_t{1234}));
        const auto answer = rowOf(*session, RowKind::HttpResponse);
        QVERIFY(answer);
        QCOMPARE(session->record(*answer).group, *row + 1);
    }

    void capturedTwiceIsNoConflict() {
        Chat c;
        for (int i = 0; i < 5; ++i) {
            const Bytes frame = webSocketText("number " + std::to_string(i), kMask);
            c.chat.send(kC2S, frame);
            c.chat.segmentAt(kC2S, c.at, frame);
            c.at += static_cast<std::uint32_t>(frame.size());
        }
        c.chat.close();
        const auto session = loadSession(c.capture);
        QVERIFY(!rowOf(*session, RowKind::TcpConflict));
        QCOMPARE(session->statistics().issues[static_cast<std::size_t>(Severity::Error)],
                 std::uint64_t{0});
    }

    void lostAndSentAgainIsToldOnTheRow() {
        Chat c;
        const Bytes one = webSocketText("one", kMask);
        const Bytes two = webSocketText("two", kMask);
        const auto size = static_cast<std::uint32_t>(one.size());
        c.chat.acknowledge(kS2C);
        c.chat.segmentAt(kC2S, c.at + size, two);
        c.chat.acknowledge(kS2C);
        c.chat.acknowledge(kS2C);
        c.capture.advance(200'000'000);
        c.chat.segmentAt(kC2S, c.at, one);
        const auto session = loadSession(c.capture);
        std::vector<std::string> noted;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            const Dissection dissection = session->dissect(row);
            for (const FieldIssue& entry : dissection.fields.issues()) {
                if (entry.issue.code != IssueCode::TcpLostAndSentAgain) continue;
                // Whatever the bytes carry, it is TCP that had to wait.
                QVERIFY(dissection.fields[entry.field].id == FieldId::Tcp);
                noted.push_back(session->text(row).info + ": " + entry.issue.detail);
            }
        }
        QCOMPARE(noted.size(), std::size_t{1});
        QVERIFY2(noted[0].starts_with("one: the stream waited 20"), noted[0].c_str());
        QVERIFY2(noted[0].ends_with("for packet 10"), noted[0].c_str());
    }

    void dataBehindTheFinIsARow() {
        Chat c;
        c.chat.fin(kC2S);
        c.chat.segmentAt(kC2S, c.at + 1, asBytes("more"));
        const auto session = loadSession(c.capture);
        const auto row = rowOf(*session, RowKind::TcpSegment);
        QVERIFY(row);
        QCOMPARE(session->record(*row).length, std::uint64_t{4});
        QCOMPARE(issueNames(*session, *row), (std::vector<std::string>{"tcp.data-after-fin"}));
        QVERIFY(session->text(*row).info.ends_with("more"));
    }

    void whatComesTooLateForItsHoleIsARow() {
        Chat c;
        const Bytes lost = webSocketText("was lost", kMask);
        c.chat.lose(kC2S, lost.size());
        for (int i = 0; i < 150; ++i) {
            c.chat.send(kC2S, webSocketText("on", kMask));
            c.chat.acknowledge(kS2C);
        }
        for (int i = 0; i < 2; ++i) c.chat.segmentAt(kC2S, c.at, lost);
        c.chat.close();
        const auto session = loadSession(c.capture);
        const auto row = rowOf(*session, RowKind::TcpSegment);
        QVERIFY(row);
        const Record& record = session->record(*row);
        QVERIFY(record.isBesideStream());
        QCOMPARE(record.streamOffset, StreamOffset{c.at});
        QCOMPARE(session->wireBytes(*row).bytes, lost);
        QVERIFY(session->wireBytes(*row).whole);
        QCOMPARE(issueNames(*session, *row), (std::vector<std::string>{"tcp.data-after-gap"}));
        const Source* const source = sourceNamed(session->dissect(*row), "Beside the stream");
        QVERIFY(source != nullptr);
        const auto gap = rowOf(*session, RowKind::TcpGap);
        QVERIFY(gap);
        QVERIFY(session->record(*gap).packet < record.packet - 100);
        QCOMPARE(session->text(*gap).info, std::to_string(lost.size()) + " bytes" +
                                               " missing from the capture: the peer received them");
        std::size_t segments = 0;
        for (RecordId at = 0; at < session->rowCount(); ++at) {
            if (session->record(at).kind == RowKind::TcpSegment) ++segments;
            QCOMPARE(wrongRow(*session, at), std::string());
        }
        QCOMPARE(segments, std::size_t{1});
        QCOMPARE(wrongCoverage(*session), std::string());
    }

    void holesSayWhatIsKnownOfThem() {
        Chat c;
        c.chat.acknowledge(kS2C);
        c.chat.segmentAt(kC2S, c.at + 10, webSocketText("behind", kMask));
        const auto session = loadSession(c.capture);
        const auto row = rowOf(*session, RowKind::TcpGap);
        QVERIFY(row);
        QVERIFY(session->record(*row).has(kFlagNotAcknowledged));
        QCOMPARE(session->text(*row).info,
                 std::string("10 bytes missing from the capture, never acknowledged"));
        QCOMPARE(issueNames(*session, *row),
                 (std::vector<std::string>{"tcp.data-not-acknowledged"}));
        const Dissection dissection = session->dissect(*row);
        const FieldIndex field = dissection.fields.find(FieldId::TcpGapAcknowledged);
        QVERIFY(field != kNoField);
        QCOMPARE(std::get<std::uint64_t>(dissection.fields[field].value), std::uint64_t{0});
    }

    void limitsAreToldOnTheRowAndOnce() {
        CaptureBuilder capture;
        for (std::uint16_t port = 40000; port < 40003; ++port) {
            ConversationOptions options;
            options.clientPort = port;
            TcpConversation chat(capture, options);
            chat.handshake();
            chat.acknowledge(kS2C);
            chat.segmentAt(kC2S, 10, asBytes(std::string(600, 'x')));
            chat.segmentAt(kC2S, 700, asBytes(std::string(600, 'y')));
            chat.segmentAt(kC2S, 1400, asBytes(std::string(600, 'z')));
        }
        QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.path().toStdString()) / "limits.pcap";
        QVERIFY(capture.write(path.string()));
        auto file = CaptureFile::open(path);
        QVERIFY(file);
        Session session(*file);
        DecodeLimits limits;
        limits.heldBytes = 1000;
        readInto(session, *file, limits);
        std::size_t told = 0;
        for (const std::string& notice : session.notices()) {
            if (notice.find("given up because too much was held") == std::string::npos) continue;
            ++told;
            QVERIFY2(notice.find("3 connections") != std::string::npos, notice.c_str());
        }
        QCOMPARE(told, std::size_t{1});
        const auto row = rowOf(session, RowKind::TcpGap);
        QVERIFY(row);
        const auto names = issueNames(session, *row);
        QVERIFY(std::ranges::count(names, std::string("tcp.held-limit-met")) == 1);

        // What all connections hold together has a limit of its own.
        Session together(*file);
        DecodeLimits total;
        total.heldInTotal = 2000;
        readInto(together, *file, total);
        const auto toldTotal =
            std::ranges::count_if(together.notices(), [](const std::string& notice) {
                return notice.starts_with("All connections together held more than 2 000 bytes");
            });
        QCOMPARE(toldTotal, std::ptrdiff_t{1});
        for (const std::string& notice : together.notices()) {
            QVERIFY2(notice.find("the limits are") == std::string::npos, notice.c_str());
        }
    }
};

QTEST_APPLESS_MAIN(TestTcpRows)
#include "test_tcp_rows.moc"
