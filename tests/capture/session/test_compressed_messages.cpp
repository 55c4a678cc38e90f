// Compressed messages from the capture to the row: every parameter that can be agreed, losses, the
// limit, x-webkit-deflate-frame, rows deep in a stream, lists, and what protocols are given.
#include <QElapsedTimer>
#include <QtTest>

#include "capture/file/capture_file.h"
#include "capture/ingest/ingestor.h"
#include "dissector/websocket/websocket_layer.h"
#include "tests/support/deflater.h"
#include "tests/support/layer_recorder.h"
#include "tests/support/loaded_session.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr Direction kC2S = Direction::ClientToServer;
constexpr Direction kS2C = Direction::ServerToClient;
constexpr const char* kDeflate = "Sec-WebSocket-Extensions: permessage-deflate\r\n";

/// A conversation in which compression was agreed: open, request and response are rows 0 to 2.
struct Chat {
    CaptureBuilder capture;
    TcpConversation tcp{capture};
    Chat() {
        tcp.handshake();
        tcp.upgrade("/chat", kDeflate, kDeflate);
    }
};

Bytes compressed(const Bytes& payload, FrameOptions options = {}) {
    options.rsv = 4;
    return webSocketFrame(payload, options);
}

/// The value of websocket.message; "" where the row has none.
std::string messageOf(const Session& session, RecordId row) {
    const Dissection dissection = session.dissect(row);
    const FieldIndex field = dissection.fields.find(FieldId::WebSocketMessage);
    if (field == kNoField) return {};
    return formatValue(FieldType::Text, dissection.fields[field].value);
}

std::uint64_t numberOf(const Dissection& dissection, FieldId id) {
    const FieldIndex field = dissection.fields.find(id);
    return field == kNoField ? ~0ULL : std::get<std::uint64_t>(dissection.fields[field].value);
}

std::string number(int i) {
    return R"({"event":"price","symbol":"TEA","n":)" + std::to_string(i) + "}";
}

/// A recorder that agreed on compression and gives a limit.
struct Recorder : LayerRecorder {
    DecodeLimits given;
    explicit Recorder(CompressionKind kind) {
        known.compression.kind = kind;
        start(std::make_unique<websocket::WebSocketLayer>());
    }
    const DecodeLimits& limits() const override { return given; }
    std::string flags() const {
        std::string text;
        for (const Record& r : records) {
            text += r.has(kFlagContextLost)  ? 'c'
                    : r.has(kFlagNotDeflate) ? 'd'
                    : r.has(kFlagOverLimit)  ? 'o'
                    : r.has(kFlagIncomplete) ? 'i'
                    : r.has(kFlagNotUtf8)    ? 'u'
                                             : '.';
        }
        return text;
    }
};

}  // namespace

class TestCompressedMessages : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theTreeShowsBothSizes() {
        Chat chat;
        chat.tcp.send(kC2S, compressed(fromHex("f248cdc9c90700"), {.mask = kMask}));
        chat.tcp.send(kC2S, compressed(fromHex("f200110000"), {.mask = kOtherMask}));
        chat.tcp.close();
        const auto session = loadSession(chat.capture);
        QVERIFY(session);
        for (const RecordId row : {RecordId{4}, RecordId{3}}) {
            const Dissection dissection = session->dissect(row);
            QCOMPARE(messageOf(*session, row), std::string("Hello"));
            QCOMPARE(session->text(row).info, std::string("Hello"));
            QCOMPARE(numberOf(dissection, FieldId::WebSocketInflatedSize), std::uint64_t{5});
            QCOMPARE(numberOf(dissection, FieldId::WebSocketCompressedSize),
                     row == 3 ? std::uint64_t{7} : std::uint64_t{5});
            QCOMPARE(dissection.sources.back().kind, SourceKind::Inflated);
            QVERIFY(asText(dissection.sources.back().bytes) == "Hello");
        }
    }

    void everythingInTurns() {
        Chat chat;
        Deflater deflater;
        std::vector<std::pair<RecordId, std::string>> expected;
        RecordId row = 3;
        for (int i = 0; i < 200; ++i) {
            const std::string text = number(i);
            const Bytes payload = i % 7 == 6 ? deflater.finalMessage(text) : deflater.message(text);
            switch (i % 5) {
                case 0:  // an uncompressed one in between
                    chat.tcp.send(kS2C, webSocketText("plain"));
                    expected.emplace_back(row++, "plain");
                    break;
                case 1: {  // in fragments, with a ping in between, the last one empty
                    const Bytes first(payload.begin(), payload.begin() + 3);
                    const Bytes rest(payload.begin() + 3, payload.end());
                    chat.tcp.send(kS2C, compressed(first, {.fin = false}));
                    chat.tcp.send(kS2C, webSocketFrame(asBytes("!"), {.opcode = 9}));
                    chat.tcp.send(kS2C, webSocketFrame(rest, {.fin = false, .opcode = 0}));
                    chat.tcp.send(kS2C, webSocketFrame({}, {.opcode = 0}));
                    row += 4;
                    expected.emplace_back(row - 1, text);
                    continue;
                }
                case 2:  // an empty message
                    chat.tcp.send(kS2C, compressed(fromHex("00")));
                    ++row;
                    break;
                default:
                    break;
            }
            chat.tcp.send(kS2C, compressed(payload));
            expected.emplace_back(row++, text);
        }
        chat.tcp.close();
        const auto session = loadSession(chat.capture);
        QVERIFY(session);
        QCOMPARE(session->rowCount(), row + 1);
        for (const auto& [at, text] : expected) QCOMPARE(messageOf(*session, at), text);
        // In any order, and in lists.
        std::ranges::reverse(expected);
        for (const auto& [at, text] : expected) {
            QVERIFY(session->text(at).info.ends_with(text));
            QCOMPARE(messageOf(*session, at), text);
        }
        QCOMPARE(session->statistics().issues[static_cast<std::size_t>(Severity::Error)], 0ULL);
        QCOMPARE(session->statistics().issues[static_cast<std::size_t>(Severity::Warning)], 0ULL);
    }

    void afterALossTheTextIsNotGuessed() {
        Chat chat;
        Deflater deflater;
        chat.tcp.send(kS2C, compressed(deflater.message(number(1))));
        const Bytes lost = compressed(deflater.message(number(2)));
        chat.tcp.lose(kS2C, static_cast<std::uint32_t>(lost.size()));
        for (int i = 3; i < 6; ++i) chat.tcp.send(kS2C, compressed(deflater.message(number(i))));
        deflater.reset();
        for (int i = 6; i < 9; ++i) chat.tcp.send(kS2C, compressed(deflater.message(number(i))));
        chat.tcp.close();
        const auto session = loadSession(chat.capture);
        QVERIFY(session);
        QStringList found;
        for (RecordId row = 3; row + 1 < session->rowCount(); ++row) {
            if (session->record(row).kind != RowKind::WebSocketFrame) continue;
            found << QString::fromStdString(messageOf(*session, row)).right(3);
            QCOMPARE(messageOf(*session, row).empty(), session->record(row).has(kFlagContextLost));
            const std::string info = session->text(row).info;
            QCOMPARE(info.starts_with("{"), !session->record(row).has(kFlagContextLost));
        }
        QCOMPARE(found.join(QLatin1Char(' ')), QStringLiteral(":1}    :6} :7} :8}"));
    }

    void incompleteMessagesCostTheContext() {
        Deflater deflater;
        Recorder r(CompressionKind::PerMessageDeflate);
        const auto send = [&](int i) { r.data(kS2C, compressed(deflater.message(number(i)))); };
        send(1);
        const Bytes torn = compressed(deflater.message(number(2)));
        r.data(kS2C, ByteView(torn).first(5));
        r.gap(kS2C, 3);
        r.data(kS2C, ByteView(torn).subspan(8));
        send(3);
        send(4);
        deflater.reset();
        send(5);
        send(6);
        QCOMPARE(r.flags(), std::string(".icc.."));
    }

    void theBeginningInFrontOfAHoleIsShown_data() {
        QTest::addColumn<int>("captured");  // bytes of the torn frame in front of the hole
        QTest::addColumn<int>("missing");
        QTest::addColumn<bool>("fragmented");
        QTest::addColumn<bool>("known");  // what the message may refer to
        QTest::newRow("a hole in the midst") << 70 << 10 << false << true;
        QTest::newRow("the end is missing") << 70 << 10000 << false << true;
        QTest::newRow("in the second fragment") << 70 << 10 << true << true;
        QTest::newRow("the context is lost") << 70 << 10 << false << false;
        QTest::newRow("nothing in front") << 4 << 10 << false << true;
    }
    void theBeginningInFrontOfAHoleIsShown() {
        QFETCH(int, captured);
        QFETCH(int, missing);
        QFETCH(bool, fragmented);
        QFETCH(bool, known);
        Chat chat;
        Deflater deflater;
        chat.tcp.send(kS2C, compressed(deflater.message(number(1))));
        if (!known) {
            const Bytes lost = compressed(deflater.message(number(2)));
            chat.tcp.lose(kS2C, static_cast<std::uint32_t>(lost.size()));
        }
        std::string text = number(3);
        text.pop_back();
        text += ",\"digits\":\"";
        for (int i = 0; i < 60; ++i) text += std::to_string(i * i * 7919);
        text += "\"}";
        const Bytes message = deflater.message(text);
        std::string wire;
        const auto append = [&wire](const Bytes& frame) { wire.append(asText(frame)); };
        if (fragmented) {
            append(compressed(Bytes(message.begin(), message.begin() + 20), {.fin = false}));
            captured += 22;
            append(webSocketFrame(ByteView(message).subspan(20), {.opcode = 0}));
        } else {
            append(compressed(message));
        }
        const auto begin = static_cast<std::size_t>(captured);
        const std::size_t end = std::min(wire.size(), begin + static_cast<std::size_t>(missing));
        chat.tcp.send(kS2C, wire.substr(0, begin));
        chat.tcp.lose(kS2C, static_cast<std::uint32_t>(end - begin));
        if (end < wire.size()) chat.tcp.send(kS2C, wire.substr(end));
        chat.tcp.send(kS2C, compressed(deflater.message(number(4))));
        chat.tcp.close();
        const auto session = loadSession(chat.capture);
        QVERIFY(session);
        RecordId torn = kNoRecord;
        RecordId behind = kNoRecord;
        for (RecordId row = 3; row < session->rowCount(); ++row) {
            const Record& record = session->record(row);
            if (record.kind != RowKind::WebSocketFrame) continue;
            if (record.has(kFlagIncomplete)) torn = row;
            behind = row;
        }
        QVERIFY(torn != kNoRecord && behind > torn);
        QVERIFY(session->record(behind).has(kFlagContextLost));
        QVERIFY(messageOf(*session, behind).empty());
        const std::string shown = messageOf(*session, torn);
        const std::string info = session->text(torn).info;
        if (!known || captured < 10) {
            QCOMPARE(shown, std::string());
            QVERIFY2(!info.starts_with("{"), info.c_str());
            return;
        }
        QVERIFY2(shown.size() > 60 && text.starts_with(shown), shown.c_str());
        QVERIFY2(info.find(shown.substr(0, 60)) != std::string::npos, info.c_str());
        QVERIFY(info.find("\u2026") != std::string::npos);
        QVERIFY(!session->messageBytes(torn).whole);
        const Dissection dissection = session->dissect(torn);
        QCOMPARE(numberOf(dissection, FieldId::WebSocketInflatedSize), shown.size());
        const FieldIndex size = dissection.fields.find(FieldId::WebSocketInflatedSize);
        QVERIFY(dissection.fields[size].text.find("more than") != std::string::npos);
    }

    void everySplitGivesTheSame() {
        Deflater deflater(9);
        Bytes stream;
        for (int i = 0; i < 6; ++i) {
            const Bytes frame =
                compressed(deflater.message(i == 4 ? "caf\xff" : number(i)), {.mask = kMask});
            stream.insert(stream.end(), frame.begin(), frame.end());
        }
        const Bytes bad = compressed(fromHex("ffff"), {.mask = kMask});
        stream.insert(stream.end(), bad.begin(), bad.end());
        for (std::size_t size = 1; size <= stream.size(); ++size) {
            Recorder r(CompressionKind::PerMessageDeflate);
            for (std::size_t at = 0; at < stream.size(); at += size) {
                r.data(kC2S, ByteView(stream).subspan(at, std::min(size, stream.size() - at)));
            }
            QCOMPARE(r.flags(), std::string("....u.d"));
            QCOMPARE(r.checkpoints.size(), std::size_t{1});
        }
    }

    void bothDirectionsKeepTheirOwn() {
        // Fragments of both at once, between ends that look alike.
        Chat chat;
        Deflater client;
        Deflater server;
        for (int i = 0; i < 50; ++i) {
            const Bytes c = client.message("c" + number(i));
            const Bytes s = server.message("s" + number(i));
            const auto half = [](const Bytes& b, bool first) {
                const auto middle = b.begin() + static_cast<std::ptrdiff_t>(b.size() / 2);
                return first ? Bytes(b.begin(), middle) : Bytes(middle, b.end());
            };
            const MaskingKey key{1, 2, 3, static_cast<std::uint8_t>(i)};
            chat.tcp.send(kC2S, compressed(half(c, true), {.fin = false, .mask = key}));
            chat.tcp.send(kS2C, compressed(half(s, true), {.fin = false}));
            chat.tcp.send(kC2S, webSocketFrame(half(c, false), {.opcode = 0, .mask = key}));
            chat.tcp.send(kS2C, webSocketFrame(half(s, false), {.opcode = 0}));
        }
        chat.tcp.close();
        const auto session = loadSession(chat.capture);
        QVERIFY(session);
        for (int i = 0; i < 50; ++i) {
            const auto row = static_cast<RecordId>(3 + 4 * i);
            QCOMPARE(messageOf(*session, row + 2), "c" + number(i));
            QCOMPARE(messageOf(*session, row + 3), "s" + number(i));
        }
    }

    void eachFrameByItselfInDeflateFrame() {
        Deflater deflater;
        Recorder r(CompressionKind::WebkitDeflateFrame);
        r.data(kS2C, compressed(deflater.message("one "), {.fin = false}));
        r.data(kS2C, webSocketFrame(asBytes("two "), {.fin = false, .opcode = 0}));
        r.data(kS2C, compressed(deflater.message("one three"), {.opcode = 0}));
        r.data(kS2C, compressed(deflater.message("one four\xff")));
        QCOMPARE(r.flags(), std::string("...u"));
        QVERIFY(r.records[2].has(kFlagCompressed) && !r.records[1].has(kFlagCompressed));
    }

    void theLimitHolds() {
        Recorder r(CompressionKind::PerMessageDeflate);
        r.given.inflatedMessage = 100'000;
        Deflater deflater;
        r.data(kS2C, compressed(deflater.message(std::string(100'000, 'a'))));
        r.data(kS2C, compressed(deflater.message(std::string(100'001, 'a'))));
        r.data(kS2C, compressed(deflater.message("behind it \xff")));
        QCOMPARE(r.flags(), std::string(".ou"));
        Recorder alone(CompressionKind::PerMessageDeflate);
        alone.known.compression.noContextTakeover = {true, true};
        alone.given.inflatedMessage = 1000;
        alone.data(kS2C, compressed(Deflater().message(std::string(1U << 20, 'a'))));
        alone.data(kS2C, compressed(Deflater().message("behind it \xff")));
        QCOMPARE(alone.flags(), std::string("ou"));
        QVERIFY(alone.checkpoints.empty());
    }

    void manyBombsLeaveSmallCheckpoints() {
        Recorder r(CompressionKind::PerMessageDeflate);
        Deflater deflater;
        const Bytes zeros(2U << 20);
        for (int i = 0; i < 40; ++i) r.data(kS2C, compressed(deflater.message(zeros)));
        std::size_t held = 0;
        for (const Checkpoint& checkpoint : r.checkpoints) held += checkpoint.state.capacity();
        QCOMPARE(r.checkpoints.size(), std::size_t{40});
        QVERIFY(held < 40 * 300);
    }

    void withoutTheAnswerCompressionIsInferred() {
        Deflater deflater;
        LayerRecorder r;
        r.start(std::make_unique<websocket::WebSocketLayer>(std::string(), std::string(),
                                                            websocket::Negotiation::NotCaptured));
        r.data(kS2C, webSocketText("plain"));
        QVERIFY(!r.known.compression.agreed());
        r.data(kS2C, compressed(deflater.message("packed")));
        QCOMPARE(r.known.compression.kind, CompressionKind::PerMessageDeflate);
        QCOMPARE(r.records[1].severity, Severity::None);
    }

    void rowsDeepInAStreamComeAtOnce() {
        constexpr int kMessages = 60'000;
        Chat chat;
        Deflater deflater(15, 1);
        Bytes packet;
        for (int i = 0; i < kMessages; ++i) {
            const Bytes frame = compressed(deflater.message(number(i)));
            packet.insert(packet.end(), frame.begin(), frame.end());
            if (packet.size() < 1200) continue;
            chat.tcp.send(kS2C, packet);
            packet.clear();
        }
        chat.tcp.send(kS2C, packet);
        chat.tcp.close();
        const auto session = loadSession(chat.capture);
        QVERIFY(session);
        Noise noise(1);
        QElapsedTimer timer;
        qint64 worst = 0;
        for (int n = 0; n < 60; ++n) {
            const int i = static_cast<int>(noise.below(kMessages));
            timer.start();
            const std::string text = messageOf(*session, static_cast<RecordId>(3 + i));
            worst = std::max(worst, timer.elapsed());
            QCOMPARE(text, number(i));
        }
        timer.start();
        for (int i = 0; i < kMessages; ++i) {
            QVERIFY(session->text(static_cast<RecordId>(3 + i)).info == number(i));
        }
        qInfo("a row takes %lld ms at the worst, a list of %d rows %lld ms", worst, kMessages,
              timer.elapsed());
    }

    void damageAgreesInIngestAndTree() {
        for (std::uint32_t seed = 1; seed <= 150; ++seed) {
            Noise noise(seed);
            Chat chat;
            Deflater deflater;
            for (int i = 0; i < 12; ++i) {
                Bytes payload = deflater.message(number(static_cast<int>(noise.below(4))));
                if (noise.below(4) == 0) payload[noise.below(payload.size())] = noise.byte();
                const Bytes frame = compressed(payload);
                if (noise.below(8) == 0) {
                    chat.tcp.lose(kS2C, static_cast<std::uint32_t>(frame.size()));
                } else {
                    chat.tcp.send(kS2C, frame);
                }
            }
            chat.tcp.close();
            const auto session = loadSession(chat.capture);
            QVERIFY(session);
            for (RecordId row = 3; row < session->rowCount(); ++row) {
                const Record& record = session->record(row);
                if (!record.has(kFlagCompressed)) continue;
                const bool failed = record.has(kFlagContextLost) || record.has(kFlagNotDeflate);
                const Dissection dissection = session->dissect(row);
                const bool shown = dissection.fields.find(FieldId::WebSocketMessage) != kNoField;
                QCOMPARE(shown, !failed);
                Severity worst = Severity::None;
                for (const FieldIssue& issue : dissection.fields.issues()) {
                    worst = std::max(worst, issueInfo(issue.issue.code).severity);
                }
                QCOMPARE(worst, record.severity);
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestCompressedMessages)
#include "test_compressed_messages.moc"
