// Every violation that is told of a WebSocket frame, one each, in a conversation that is otherwise
// right: exactly that issue, in the record, in the dissection and in the summary.
#include <QtTest>

#include "tests/support/loaded_session.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr Direction kC2S = Direction::ClientToServer;
constexpr Direction kS2C = Direction::ServerToClient;

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
        add("not masked", {frame("a", {})}, "websocket.client-not-masked");
        add("reserved bit", {frame("a", {.rsv = 1, .mask = kMask})}, "websocket.reserved-bits");
        add("reserved opcode", {frame("a", {.opcode = 3, .mask = kMask})},
            "websocket.reserved-opcode");
        add("fragmented ping", {frame("a", {.fin = false, .opcode = 9, .mask = kMask})},
            "websocket.control-fragmented");
        add("long ping", {frame(std::string(126, 'p'), {.opcode = 9, .mask = kMask})},
            "websocket.control-too-long");
        add("orphan", {frame("a", {.opcode = 0, .mask = kMask})},
            "websocket.continuation-without-start");
        add("message inside message",
            {frame("a", {.fin = false, .mask = kMask}), frame("b", {.mask = kMask})},
            " websocket.message-inside-message");
        add("length not minimal", {frame("a", {.mask = kMask, .lengthBits = 16})},
            "websocket.length-not-minimal");
        add("not UTF-8", {frame("ab\xff", {.mask = kMask})}, "websocket.text-not-utf8");
        add("not UTF-8, cut character", {frame("ab\xc3", {.mask = kMask})},
            "websocket.text-not-utf8");
        add("not UTF-8 across fragments",
            {frame("ab\xe4", {.fin = false, .mask = kMask}),
             frame("\xbd\xff", {.opcode = 0, .mask = kMask})},
            " websocket.text-not-utf8");
        add("UTF-8 across fragments is fine",
            {frame("ab\xe4", {.fin = false, .mask = kMask}),
             frame("\xbd\xa0", {.opcode = 0, .mask = kMask})},
            " ");
        add("close of one byte", {frame("x", {.opcode = 8, .mask = kMask})},
            "websocket.close-body-one-byte");
        add("close code", {webSocketClose(1005, "", kMask)}, "websocket.close-code-forbidden");
        add("close reason", {webSocketClose(1000, "\xff", kMask)},
            "websocket.close-reason-not-utf8");
        add("data after close", {webSocketClose(1000, "", kMask), frame("x", {.mask = kMask})},
            " websocket.data-after-close");
    }
    /// `issues`: the names in each frame's row, rows separated by a space.
    void violationsAreTold() {
        QFETCH(QByteArray, frames);
        QFETCH(QString, issues);
        CaptureBuilder capture;
        TcpConversation chat(capture);
        chat.handshake();
        chat.upgrade("/chat");
        chat.send(kC2S,
                  std::string_view(frames.constData(), static_cast<std::size_t>(frames.size())));
        chat.close();
        const auto session = loadSession(capture);
        QVERIFY(session);
        QStringList found;
        std::uint64_t count = 0;
        for (RecordId row = 3; row + 1 < session->rowCount(); ++row) {
            QStringList names;
            for (const std::string& name : issueNames(*session, row)) {
                names << QString::fromStdString(name);
                ++count;
            }
            found << names.join(QLatin1Char('+'));
            QCOMPARE(session->record(row).severity != Severity::None, !names.empty());
        }
        QCOMPARE(found.join(QLatin1Char(' ')), issues);
        QCOMPARE(session->statistics().issues[static_cast<std::size_t>(Severity::Error)], count);
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
        QCOMPARE(
            issueNames(*session, 3),
            (std::vector<std::string>{"websocket.length-top-bit", "websocket.payload-incomplete"}));
        QCOMPARE(session->record(3).length, std::uint64_t{12});
    }
};

QTEST_APPLESS_MAIN(TestViolations)
#include "test_violations.moc"
