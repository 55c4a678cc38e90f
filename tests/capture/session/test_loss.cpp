// What becomes of rows when bytes are missing, late, or were captured in the wrong order between
// the two directions.
#include <algorithm>
#include <array>

#include <QtTest>

#include "tests/support/deflater.h"
#include "tests/support/loaded_session.h"
#include "tests/support/pcap_rewriter.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr Direction kC2S = Direction::ClientToServer;
constexpr Direction kS2C = Direction::ServerToClient;

/// What a place of the capture sees of it that gets the packets of these directions, and of each no
/// more than its first `most` bytes, as if it had no more.
CaptureBuilder seenOf(const CaptureBuilder& capture, bool client, bool server, std::size_t most) {
    constexpr std::size_t kRecordHeader = 16;
    constexpr std::size_t kLastOfSource = 29;  // behind the Ethernet header, in that of IPv4
    CaptureBuilder seen;
    for (const Bytes& record : splitPcap(capture.pcap()).records) {
        const ByteView packet = ByteView(record).subspan(kRecordHeader);
        const bool isClients = packet[kLastOfSource] == 1;
        if (isClients ? client : server) seen.packet(packet.first(std::min(most, packet.size())));
    }
    return seen;
}

}  // namespace

class TestLoss : public QObject {
    Q_OBJECT
private Q_SLOTS:
    /// Only the other side's acknowledgment shows that the rest is missing, or its RST.
    void whatIsCutShortStandsOnAPacketOfItsOwnSide() {
        for (const bool reset : {false, true}) {
            CaptureBuilder capture;
            TcpConversation chat(capture);
            chat.handshake();
            chat.upgrade("/chat");
            chat.send(kC2S, ByteView(webSocketText(std::string(200, 'a'), kMask)).first(90));
            const auto sent = static_cast<PacketNumber>(splitPcap(capture.pcap()).records.size());
            if (!reset) chat.lose(kC2S, 118);
            chat.acknowledge(kS2C);
            for (int i = 0; i < 200; ++i) chat.send(kS2C, webSocketText("b"));
            if (reset) chat.reset(kS2C);
            const auto session = loadSession(capture);
            QVERIFY(session);
            RecordId row = 0;
            while (row < session->rowCount() &&
                   (session->record(row).kind != RowKind::WebSocketFrame ||
                    session->record(row).direction != kC2S)) {
                ++row;
            }
            QVERIFY(row < session->rowCount());
            QCOMPARE(session->record(row).packet, sent);
        }
    }

    void holeInsideAPayload() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/chat");
        const Bytes frame = webSocketText(std::string(100, 'a') + std::string(100, 'b'));
        chat.send(kS2C, ByteView(frame).first(50));
        chat.lose(kS2C, 60);
        chat.send(kS2C, ByteView(frame).subspan(110));
        chat.send(kS2C, webSocketText("next"));
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        const auto lines = rowLines(*session);
        QCOMPARE(lines[3],
                 std::string("< TCP  ! 60 bytes missing from the capture: the peer received them"));
        QVERIFY(lines[4].starts_with("< WebSocket  ! aaaa"));
        QCOMPARE(lines[5], std::string("< WebSocket  next"));
        const Dissection dissection = session->dissect(4);
        QCOMPARE(dissection.sources.back().holes.size(), std::size_t{1});
        QCOMPARE(dissection.sources.back().holes[0].size(), std::uint64_t{60});
        QCOMPARE(issueNames(*session, 4),
                 (std::vector<std::string>{"websocket.payload-incomplete"}));
    }

    /// Each side stands by itself, unmasked from where it lies, and nobody blames a character that
    /// the hole cut.
    void bothSidesOfAHoleAreShown_data() {
        QTest::addColumn<bool>("masked");
        QTest::addRow("masked") << true;
        QTest::addRow("not masked") << false;
    }
    void bothSidesOfAHoleAreShown() {
        QFETCH(bool, masked);
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/chat");
        const std::string text = "0123456789 caf\u00e9 and what stands behind it, to the end";
        const Direction d = masked ? kC2S : kS2C;
        const Bytes frame = masked ? webSocketText(text, kMask) : webSocketText(text, std::nullopt);
        const std::size_t header = masked ? 6 : 2;
        // From within the two bytes of the last letter of "café" on.
        chat.send(d, ByteView(frame).first(header + 15));
        chat.lose(d, 7);
        chat.send(d, ByteView(frame).subspan(header + 22, 10));
        chat.lose(d, 3);
        chat.send(d, ByteView(frame).subspan(header + 35));
        chat.send(d, webSocketText("next", masked ? std::optional(kOtherMask) : std::nullopt));
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        RecordId row = 3;
        while (session->record(row).kind != RowKind::WebSocketFrame) ++row;
        const Dissection dissection = session->dissect(row);
        std::vector<std::string> texts;
        std::vector<std::string> missing;
        std::string joined;
        for (const Field& field : dissection.fields.fields()) {
            if (field.id == FieldId::TcpGapLength) missing.push_back(field.text);
            if (field.id == FieldId::WebSocketPayloadText) {
                texts.push_back(std::get<std::string>(field.value));
                // Its bytes are where it says.
                QCOMPARE(asText(dissection.bytesOf(field)), std::string_view(texts.back()));
            }
            if (field.id == FieldId::WebSocketPayload) {
                joined += asText(std::get<Bytes>(field.value));
            }
        }
        QCOMPARE(texts, (std::vector<std::string>{text.substr(0, 15), text.substr(22, 10),
                                                  text.substr(35)}));
        QCOMPARE(missing, (std::vector<std::string>{"7 bytes, from byte 15 on",
                                                    "3 bytes, from byte 32 on"}));
        QCOMPARE(joined, texts[0] + texts[1] + texts[2]);
        QCOMPARE(issueNames(*session, row),
                 (std::vector<std::string>{"websocket.payload-incomplete"}));
    }

    void holeAcrossFramesFindsTheNextOne() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/chat");
        chat.send(kC2S, ByteView(webSocketText("cut in its middle", kMask)).first(12));
        chat.lose(kC2S, 30);
        chat.send(kC2S, webSocketText("found again", kMask));
        chat.send(kC2S, webSocketText("and on", kMask));
        chat.close();
        compareListings(
            rowListing(capture),
            rowsOf("> HTTP  GET /chat HTTP/1.1\n"
                   "< HTTP  101 Switching Protocols\n"
                   "> WebSocket  ! cut in…  ·  The payload is not complete in the "
                   "capture\n"
                   "> TCP  ! 30 bytes missing from the capture: the peer received them\n"
                   "> WebSocket  ! found again  ·  After missing or damaged bytes, reading went "
                   "on at the next plausible frame\n"
                   "> WebSocket  and on\n"
                   "> TCP  FIN  closed by the client\n"));
    }

    void lostResponseOfTheHandshake() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.send(kC2S,
                  "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                  "Sec-WebSocket-Version: 13\r\n\r\n");
        chat.lose(kS2C, 129);
        chat.send(kC2S, webSocketText("anyone?", kMask));
        chat.close();
        const std::string rows = rowListing(capture);
        QVERIFY2(rows.find("> WebSocket  anyone?\n") != std::string::npos, rows.c_str());
        QVERIFY2(rows.find("129 bytes missing") != std::string::npos, rows.c_str());
    }

    void infoLineShowsNothingOfAHole() {
        // Masked, so that zeros in the place of missing bytes would turn into text.
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/chat");
        const Bytes frame = webSocketText("before" + std::string(40, 'x') + "after", kMask);
        chat.send(kC2S, ByteView(frame).first(12));
        chat.lose(kC2S, 40);
        chat.send(kC2S, ByteView(frame).subspan(52));
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        QCOMPARE(session->record(4).kind, RowKind::WebSocketFrame);
        const std::string info = session->text(4).info;
        QVERIFY2(info.starts_with("before…  ·") || info.starts_with("before  ·"), info.c_str());
    }

    void rowsBehindAHoleNameTheirOwnPackets() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/chat");
        chat.lose(kS2C, 6);
        chat.send(kS2C, webSocketText("first"));  // packet 6
        chat.send(kS2C, webSocketText("second"));
        for (int i = 0; i < 200; ++i) chat.acknowledge(kC2S);
        chat.send(kS2C, webSocketText("third"));
        const auto session = loadSession(capture);
        QVERIFY(session);
        QCOMPARE(session->record(3).kind, RowKind::TcpGap);
        // The first one behind it shows the hole, wherever the waiting ended.
        QCOMPARE(session->record(3).packet, PacketNumber{6});
        QCOMPARE(session->record(4).packet, PacketNumber{6});
        QCOMPARE(session->record(5).packet, PacketNumber{7});
        QCOMPARE(session->record(6).packet, PacketNumber{208});
    }

    void responseCapturedBeforeItsRequest() {
        // The 101 stands one packet before the request, or before its second half.
        for (const std::size_t early : {std::size_t{0}, std::size_t{40}}) {
            CaptureBuilder capture;
            TcpConversation chat(capture);
            chat.handshake();
            const std::string request =
                "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                "Sec-WebSocket-Version: 13\r\n\r\n";
            if (early != 0) chat.send(kC2S, request.substr(0, early));
            chat.send(kS2C,
                      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                      "Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
                      "\r\n\r\n");
            chat.send(kS2C, webSocketText("welcome"));
            chat.send(kC2S, request.substr(early));
            chat.send(kC2S, webSocketText("hi", kMask));
            chat.close();
            compareListings(
                rowListing(capture),
                rowsOf("< HTTP  101 Switching Protocols\n"
                       "< WebSocket  welcome\n"
                       "> HTTP  GET /chat HTTP/1.1\n"
                       "> WebSocket  hi\n"
                       "> TCP  FIN  closed by the client without a close frame (1006)\n"));
        }
    }

    void requestWithAHoleBeforeTheSwitch() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.send(kC2S, "GET /chat HTTP/1.1\r\nHost: a\r\nCookie: abc");
        chat.lose(kC2S, 100);
        chat.send(kC2S, "def\r\n\r\n");
        chat.send(kS2C,
                  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade"
                  "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
        chat.send(kC2S, webSocketText("one", kMask));
        chat.send(kC2S, webSocketText("two", kMask));
        chat.close();
        const std::string rows = rowListing(capture);
        for (const char* row :
             {"> HTTP  ! GET /chat HTTP/1.1  ·  The end of this head", "100 bytes missing",
              "> TCP  7 bytes  def", "> WebSocket  one\n", "> WebSocket  two\n"}) {
            QVERIFY2(rows.find(row) != std::string::npos, rows.c_str());
        }
    }

    void handshakesCapturedInPart_data() {
        QTest::addColumn<int>("captured");
        QTest::addColumn<bool>("fromStart");
        QTest::addColumn<bool>("deflated");
        for (int captured = 0; captured < 16; ++captured) {
            for (const bool fromStart : {true, false}) {
                for (const bool deflated : {true, false}) {
                    QTest::addRow("%d%d%d%d%s%s", captured & 1, captured >> 1 & 1,
                                  captured >> 2 & 1, captured >> 3 & 1, fromStart ? "" : ", joined",
                                  deflated ? ", deflated" : "")
                        << captured << fromStart << deflated;
                }
            }
        }
    }
    /// Request and response take two segments each, of which some are missing: what is there of
    /// them never hides the frames.
    void handshakesCapturedInPart() {
        QFETCH(int, captured);
        QFETCH(bool, fromStart);
        QFETCH(bool, deflated);
        CaptureBuilder capture;
        TcpConversation chat(capture);
        if (fromStart) chat.handshake();
        const std::string filler(200, 'c');
        const std::string extension =
            deflated ? "Sec-WebSocket-Extensions: permessage-deflate\r\n" : "";
        const std::array<std::string, 4> parts = {
            "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
                extension + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nCookie: " + filler,
            filler + "\r\nSec-WebSocket-Version: 13\r\n\r\n",
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
                extension + "Set-Cookie: " + filler,
            filler + "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"};
        for (std::size_t i = 0; i < parts.size(); ++i) {
            const Direction direction = i < 2 ? kC2S : kS2C;
            if ((captured >> i & 1) != 0) {
                chat.send(direction, parts[i]);
            } else {
                chat.lose(direction, static_cast<std::uint32_t>(parts[i].size()));
            }
        }
        constexpr int kMessages = 8;
        std::array<Deflater, 2> deflaters;
        for (int i = 0; i < kMessages; ++i) {
            for (const Direction d : {kC2S, kS2C}) {
                const std::string said =
                    "{\"symbol\":\"TEA\",\"message\":" + std::to_string(i) + "}";
                FrameOptions options;
                if (d == kC2S) options.mask = MaskingKey{1, 2, 3, static_cast<std::uint8_t>(i)};
                options.rsv = deflated ? 4 : 0;
                const Bytes payload = deflated ? deflaters[indexOf(d)].message(asBytes(said))
                                               : Bytes(said.begin(), said.end());
                chat.send(d, webSocketFrame(payload, options));
            }
        }
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        const std::string rows = rowListing(*session);
        int shown = 0;
        for (std::size_t at = rows.find("\"symbol\""); at != std::string::npos;
             at = rows.find("\"symbol\"", at + 1)) {
            ++shown;
        }
        QVERIFY2(shown == 2 * kMessages, rows.c_str());
    }

    void upgradeJoinedBehindItsRequest() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.send(kS2C,
                  "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade"
                  "\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
        chat.send(kC2S, webSocketText("one", kMask));
        chat.send(kS2C, webSocketText("two"));
        compareListings(rowListing(capture),
                        "> TCP  joined mid-stream  10.0.0.1:40000 → 10.0.0.2:3000\n"
                        "< HTTP  101 Switching Protocols\n"
                        "> WebSocket  one\n"
                        "< WebSocket  two\n"
                        "> TCP  end of the capture, connection still open\n");
    }

    /// What the client sends waits for the server's answer, which was not captured.
    void oneDirectionKeepsTheOrderOfItsBytes() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/chat");
        for (int i = 0; i < 10; ++i) {
            const Bytes frame = webSocketText("m" + std::to_string(i), kMask);
            if (i == 3 || i == 7) {
                chat.lose(kC2S, static_cast<std::uint32_t>(frame.size()));
            } else {
                chat.send(kC2S, frame);
            }
            chat.send(kS2C, webSocketText("s"));
        }
        const auto session = loadSession(seenOf(capture, true, false, 2000));
        QVERIFY(session);
        std::vector<StreamOffset> offsets;
        int gaps = 0;
        for (RecordId row = 1; row < session->rowCount(); ++row) {
            const Record& record = session->record(row);
            if (record.direction != kC2S || record.kind == RowKind::TcpEnd) continue;
            if (record.kind == RowKind::TcpGap) ++gaps;
            offsets.push_back(record.streamOffset);
        }
        QCOMPARE(gaps, 2);
        QCOMPARE(offsets.size(), std::size_t{11});
        QVERIFY2(std::ranges::is_sorted(offsets), rowListing(*session).c_str());
    }

    /// Another pair of ends with the same addresses and ports opens a connection while the first
    /// one says nothing: that one seems to be over. When it goes on, its compression does too.
    void aConnectionThatSeemedToBeOverGoesOn() {
        constexpr const char* kDeflate = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
        constexpr std::uint8_t kRsv1 = 4;
        const std::string text = "much of the same in every message";
        CaptureBuilder capture;
        TcpConversation one(capture);
        ConversationOptions far;
        far.clientSequence = 900'000'000;
        far.serverSequence = 2'000'000'000;
        TcpConversation other(capture, far);
        Deflater deflater;
        const auto say = [&] {
            FrameOptions options;
            options.rsv = kRsv1;
            one.send(kS2C, webSocketFrame(deflater.message(asBytes(text)), options));
            one.acknowledge(kC2S);
        };
        one.handshake();
        one.upgrade("/one", kDeflate, kDeflate);
        say();
        other.handshake();
        other.upgrade("/other");
        say();
        other.send(kS2C, webSocketText("the other's"));
        say();
        one.close();
        other.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        const std::string rows = rowListing(*session);
        std::size_t found = 0;
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            if (session->record(row).kind != RowKind::WebSocketFrame) continue;
            const bool isOther = session->record(row).connection == 1;
            QVERIFY2(session->text(row).info == (isOther ? "the other's" : text), rows.c_str());
            ++found;
        }
        QVERIFY2(found == 4, rows.c_str());
        QVERIFY2(rows.find("missing") == std::string::npos, rows.c_str());
    }

    /// A broker or a mirror hands on no more of each packet, and does not say so.
    void packetsCutBeforeTheCapture_data() {
        QTest::addColumn<bool>("ipv6");
        QTest::addRow("IPv4") << false;
        QTest::addRow("IPv6") << true;
    }
    void packetsCutBeforeTheCapture() {
        QFETCH(bool, ipv6);
        CaptureBuilder capture;
        ConversationOptions options;
        options.ipv6 = ipv6;
        TcpConversation chat(capture, options);
        chat.handshake();
        chat.upgrade("/chat");
        for (int i = 0; i < 4; ++i) {
            chat.send(kC2S, webSocketText(std::string(120, 'c'), kMask));
            chat.send(kS2C, webSocketText(std::string(120, 's')));
        }
        chat.lose(kS2C, 40);
        chat.send(kS2C, webSocketText("whole"));
        chat.close();
        const std::string rows = rowListing(seenOf(capture, true, true, ipv6 ? 148 : 128));
        std::size_t cut = 0;
        for (std::size_t at = 0;
             (at = rows.find("their packet was cut short", at)) != std::string::npos; ++at) {
            ++cut;
        }
        QVERIFY2(cut == 10, rows.c_str());
        QVERIFY2(rows.find("40 bytes missing from the capture: the peer received them") !=
                     std::string::npos,
                 rows.c_str());
    }
};

QTEST_APPLESS_MAIN(TestLoss)
#include "test_loss.moc"
