// Every violation that is told of a WebSocket frame, one each, in a conversation that is otherwise
// right: exactly that issue, in the record, in the dissection and in the summary.
#include <QtTest>

#include "tests/support/loaded_session.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr Direction kC2S = Direction::ClientToServer;
constexpr Direction kS2C = Direction::ServerToClient;

QByteArray bytesOf(const Bytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

}  // namespace

class TestViolations : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void violationsAreTold_data() {
        QTest::addColumn<QByteArray>("frames");
        QTest::addColumn<QString>("issues");
        const auto add = [](const char* name, std::initializer_list<Bytes> frames,
                            const char* issues) {
            QByteArray bytes;
            for (const Bytes& frame : frames) {
                bytes.append(reinterpret_cast<const char*>(frame.data()),
                             static_cast<qsizetype>(frame.size()));
            }
            QTest::newRow(name) << bytes << QString::fromLatin1(issues);
        };
        const auto frame = [](std::string_view text, FrameOptions options) {
            return webSocketFrame(asBytes(text), options);
        };
        // What follows "Hello" compressed, and refers to it.
        const Bytes hello = fromHex("f248cdc9c90700");
        const Bytes again = fromHex("f200110000");
        const auto compressed = [](const Bytes& payload, MaskingKey key) {
            return webSocketFrame(payload, {.rsv = 4, .mask = key});
        };
        add("not masked", {frame("a", {})}, "websocket.client-not-masked");
        add("reserved bit", {frame("a", {.rsv = 1, .mask = kMask})}, "websocket.reserved-bits");
        add("RSV1 on a continuation",
            {frame("a", {.fin = false, .mask = kMask}),
             frame("b", {.rsv = 4, .opcode = 0, .mask = kOtherMask})},
            " websocket.rsv1-on-continuation");
        add("RSV1 on a pong", {frame("a", {.rsv = 4, .opcode = 10, .mask = kMask})},
            "websocket.rsv1-on-control");
        add("reserved opcode", {frame("a", {.opcode = 3, .mask = kMask})},
            "websocket.reserved-opcode");
        add("reserved control opcode", {frame("a", {.opcode = 11, .mask = kMask})},
            "websocket.reserved-opcode");
        add("fragmented ping", {frame("a", {.fin = false, .opcode = 10, .mask = kMask})},
            "websocket.control-fragmented");
        add("long pong", {frame(std::string(126, 'p'), {.opcode = 10, .mask = kMask})},
            "websocket.control-too-long");
        add("orphan", {frame("a", {.opcode = 0, .mask = kMask})},
            "websocket.continuation-without-start");
        add("message inside message",
            {frame("a", {.fin = false, .mask = kMask}), frame("b", {.mask = kOtherMask})},
            " websocket.message-inside-message");
        add("length not minimal", {frame("a", {.mask = kMask, .lengthBits = 16})},
            "websocket.length-not-minimal");
        add("64-bit length not minimal", {frame("a", {.mask = kMask, .lengthBits = 64})},
            "websocket.length-not-minimal");
        add("not UTF-8", {frame("ab\xff", {.mask = kMask})}, "websocket.text-not-utf8");
        add("not UTF-8, cut character", {frame("ab\xc3", {.mask = kMask})},
            "websocket.text-not-utf8");
        add("not UTF-8 across fragments",
            {frame("ab\xe4", {.fin = false, .mask = kMask}),
             frame("\xbd\xff", {.opcode = 0, .mask = kOtherMask})},
            " websocket.text-not-utf8");
        add("UTF-8 across fragments is fine",
            {frame("ab\xe4", {.fin = false, .mask = kMask}),
             frame("\xbd\xa0", {.opcode = 0, .mask = kOtherMask})},
            " ");
        // "ab", then 0xff, in a block without compression.
        add("not UTF-8, compressed", {compressed(fromHex("000300fcff6162ff00"), kMask)},
            "websocket.text-not-utf8");
        add("compressed is fine", {compressed(hello, kMask), compressed(again, kOtherMask)}, " ");
        add("compressed against nothing", {compressed(again, kMask)}, "websocket.context-lost");
        add("not DEFLATE data", {compressed(fromHex("ffff"), kMask)}, "websocket.not-deflate");
        add("not DEFLATE data, then what refers to it",
            {compressed(hello, kMask), compressed(fromHex("ffff"), kOtherMask),
             compressed(again, kMask), compressed(hello, kOtherMask), compressed(again, kMask)},
            " websocket.not-deflate websocket.context-lost  ");
        add("close of one byte", {frame("x", {.opcode = 8, .mask = kMask})},
            "websocket.close-body-one-byte");
        for (const int code : {0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535}) {
            QTest::addRow("close code %d", code)
                << bytesOf(webSocketClose(static_cast<std::uint16_t>(code), "", kMask))
                << QStringLiteral("websocket.close-code-forbidden");
        }
        for (const int code : {1000, 1003, 1007, 1014, 3000, 3003, 3008, 3999, 4000, 4999}) {
            QTest::addRow("close code %d", code)
                << bytesOf(webSocketClose(static_cast<std::uint16_t>(code), "", kMask))
                << QString();
        }
        add("close reason", {webSocketClose(1000, "\xff", kMask)},
            "websocket.close-reason-not-utf8");
        add("data after close", {webSocketClose(1000, "", kMask), frame("x", {.mask = kOtherMask})},
            " websocket.data-after-close");
        add("key repeated",
            {frame("a", {.mask = kMask}), frame("b", {.mask = kMask}), frame("c", {.mask = kMask}),
             frame("d", {.mask = kOtherMask})},
            " websocket.masking-key-repeated  ");
        add("key zero", {frame("a", {.mask = MaskingKey{}})}, "websocket.masking-key-zero");
    }
    /// `issues`: the names in each frame's row, rows separated by a space.
    void violationsAreTold() {
        QFETCH(QByteArray, frames);
        QFETCH(QString, issues);
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/chat", "Sec-WebSocket-Extensions: permessage-deflate\r\n",
                     "Sec-WebSocket-Extensions: permessage-deflate\r\n");
        chat.send(kC2S,
                  std::string_view(frames.constData(), static_cast<std::size_t>(frames.size())));
        const bool closes = QByteArray(QTest::currentDataTag()).contains("close");
        if (closes) chat.send(kS2C, webSocketClose(1000));
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        QStringList found;
        std::uint64_t count = 0;
        for (RecordId row = 3; row + 1 + (closes ? 1 : 0) < session->rowCount(); ++row) {
            QStringList names;
            for (const std::string& name : issueNames(*session, row)) {
                names << QString::fromStdString(name);
                ++count;
            }
            found << names.join(QLatin1Char('+'));
            QCOMPARE(session->record(row).severity != Severity::None, !names.empty());
        }
        QCOMPARE(found.join(QLatin1Char(' ')), issues);
        std::uint64_t counted = 0;
        for (const std::uint64_t n : session->statistics().issues) counted += n;
        QCOMPARE(counted, count);
    }

    void whatWasNeverAnswered_data() {
        QTest::addColumn<int>("which");
        QTest::addColumn<QString>("issues");
        QTest::addColumn<QString>("end");
        const auto add = [](const char* name, int which, const char* issues, const char* end) {
            QTest::newRow(name) << which << QString::fromLatin1(issues) << QString::fromLatin1(end);
        };
        add("close", 0, "websocket.close-unanswered",
            "closed by the server with 1001 going away, "
            "not answered");
        add("close, data missing", 1, "", "closed by the server with 1001 going away");
        add("close, end not captured", 2, "", "");
        add("ping", 3, "websocket.ping-unanswered",
            "closed by the client without a close frame "
            "(1006)");
        add("ping, then reset", 4, "websocket.ping-unanswered",
            "reset by the server without a close frame (1006)");
        add("answered", 5, "", "closed by the server without a code, clean");
    }
    void whatWasNeverAnswered() {
        QFETCH(int, which);
        QFETCH(QString, issues);
        QFETCH(QString, end);
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/chat");
        const Bytes ping = webSocketFrame(asBytes("p"), {.opcode = 9});
        if (which == 1) chat.lose(kC2S, 20);
        if (which < 3) chat.send(kS2C, webSocketClose(1001));
        if (which >= 3) chat.send(kS2C, ping);
        if (which == 5) {
            chat.send(kC2S, webSocketFrame(asBytes("p"), {.opcode = 10, .mask = kMask}));
            chat.send(kS2C, webSocketFrame({}, {.opcode = 8}));
            chat.send(kC2S, webSocketFrame({}, {.opcode = 8, .mask = kOtherMask}));
        }
        if (which == 4) {
            chat.reset(kS2C);
        } else if (which != 2) {
            chat.close();
        }
        const auto session = loadSession(capture);
        QVERIFY(session);
        QStringList found;
        for (RecordId row = 3; row + 1 < session->rowCount(); ++row) {
            if (session->record(row).kind != RowKind::WebSocketFrame) continue;
            for (const std::string& name : issueNames(*session, row)) {
                found << QString::fromStdString(name);
            }
        }
        QCOMPARE(found.join(QLatin1Char(' ')), issues);
        const std::string last = session->text(session->rowCount() - 1).info;
        QVERIFY2(last.find(end.toStdString()) != std::string::npos, last.c_str());
        if (which != 5) return;
        const Dissection pong = session->dissect(4);
        QVERIFY(pong.fields.find(FieldId::RowLink) != kNoField);
        const Dissection closed = session->dissect(session->rowCount() - 1);
        const FieldIndex clean = closed.fields.find(FieldId::WebSocketCloseClean);
        QVERIFY(clean != kNoField);
        QCOMPARE(std::get<std::uint64_t>(closed.fields[clean].value), std::uint64_t{1});
        const FieldIndex code = closed.fields.find(FieldId::WebSocketCloseCode);
        QCOMPARE(std::get<std::uint64_t>(closed.fields[code].value), std::uint64_t{1005});
    }

    void hugeDeclaredLengthTakesNoMemory() {
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/chat");
        const Bytes header{0x82, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 'x', 'y'};
        chat.send(kS2C, header);
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        QCOMPARE(issueNames(*session, 3), std::vector<std::string>{"websocket.length-top-bit"});
        QCOMPARE(session->record(3).length, std::uint64_t{12});
    }
};

QTEST_APPLESS_MAIN(TestViolations)
#include "test_violations.moc"
