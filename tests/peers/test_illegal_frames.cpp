// Every illegal frame that the dissector has an issue for is sent on purpose, to ws and to the
// Python package websockets. Their answers are held against tests/golden/peers/illegal-frames.txt,
// and against what RFC 6455 asks of a server; where one differs, the table says why.
//
// What was answered this time is written to illegal-frames.txt in the folder of the test programs;
// a new answer that was read and understood is taken over by copying it to the golden file.
#include <algorithm>
#include <map>

#include <QCoreApplication>
#include <QFile>
#include <QTest>

#include "capture/client/client.h"
#include "capture/compose/preview.h"
#include "capture/net/reactor.h"
#include "dissector/issue/issue.h"
#include "tests/support/client_probe.h"
#include "tests/support/peer_scenario.h"
#include "tests/support/peer_server.h"

using namespace framescope;
using namespace framescope::test;
using client::Incoming;
using client::State;
using compose::Compressing;
using compose::Draft;
using compose::FrameDraft;
using compose::LengthChoice;
using compose::Masking;
using compose::Payload;
using websocket::Opcode;

namespace {

/// What a server may answer: a close frame, an end without one, or as if nothing was wrong.
const char* const kGoesOn = "goes on";
const char* const kCut = "cut";

struct Illegal {
    std::string name;
    IssueCode issue;
    std::vector<Draft> drafts;
    /// What RFC 6455 (or 7692) asks of whoever receives it: one of these.
    std::vector<std::string> asked;
    bool deflate = false;   ///< permessage-deflate is agreed first
    bool finishes = false;  ///< the TCP connection is cut behind it
};

FrameDraft frame(Opcode opcode, std::string text) {
    FrameDraft draft;
    draft.opcode = static_cast<std::uint8_t>(opcode);
    draft.payload = {Payload::Kind::Text, std::move(text)};
    return draft;
}
FrameDraft hexFrame(Opcode opcode, std::string hex) {
    FrameDraft draft = frame(opcode, std::move(hex));
    draft.payload.kind = Payload::Kind::Hex;
    return draft;
}
template <typename Change>
FrameDraft changed(FrameDraft draft, Change change) {
    change(draft);
    return draft;
}
FrameDraft closing(std::uint16_t code, std::string reason = {}) {
    return changed(frame(Opcode::Close, std::move(reason)),
                   [code](FrameDraft& d) { d.closeCode = code; });
}

std::vector<Illegal> illegalFrames() {
    std::vector<Illegal> all;
    const std::vector<std::string> fail = {"close 1002", kCut};
    const FrameDraft hello = frame(Opcode::Text, "Hello");
    const auto add = [&](Illegal illegal) { all.push_back(std::move(illegal)); };

    add({"an unmasked frame",
         IssueCode::WebSocketClientNotMasked,
         {changed(hello, [](FrameDraft& d) { d.masking = Masking::None; })},
         fail});
    for (const std::size_t bit : {0U, 1U, 2U}) {
        static const char* const kNames[] = {"RSV1 without an extension", "RSV2", "RSV3"};
        add({kNames[bit],
             IssueCode::WebSocketReservedBits,
             {changed(hello, [bit](FrameDraft& d) { d.rsv[bit] = true; })},
             fail});
    }
    for (const int opcode : {3, 7, 11, 15}) {
        add({"opcode " + std::to_string(opcode),
             IssueCode::WebSocketReservedOpcode,
             {changed(hello,
                      [opcode](FrameDraft& d) { d.opcode = static_cast<std::uint8_t>(opcode); })},
             fail});
    }
    add({"a ping without FIN",
         IssueCode::WebSocketControlFragmented,
         {changed(frame(Opcode::Ping, "p"), [](FrameDraft& d) { d.fin = false; })},
         fail});
    add({"a ping of 126 bytes",
         IssueCode::WebSocketControlTooLong,
         {frame(Opcode::Ping, std::string(126, 'p'))},
         fail});
    add({"a continuation of nothing",
         IssueCode::WebSocketContinuationWithoutStart,
         {frame(Opcode::Continuation, "more")},
         fail});
    add({"a text within a text",
         IssueCode::WebSocketMessageInsideMessage,
         {changed(hello, [](FrameDraft& d) { d.fin = false; }), hello},
         fail});
    add({"5 bytes, length in 16 bits",
         IssueCode::WebSocketLengthNotMinimal,
         {changed(hello, [](FrameDraft& d) { d.length = LengthChoice::Bits16; })},
         fail});
    add({"5 bytes, length in 64 bits",
         IssueCode::WebSocketLengthNotMinimal,
         {changed(hello, [](FrameDraft& d) { d.length = LengthChoice::Bits64; })},
         fail});
    add({"a length with its top bit",
         IssueCode::WebSocketLengthTopBit,
         {changed(hello,
                  [](FrameDraft& d) {
                      d.length = LengthChoice::Bits64;
                      d.announcedLength = 0x8000000000000005;
                  })},
         fail});
    const std::vector<std::string> notUtf8 = {"close 1007", kCut};
    add({"a text that is not UTF-8",
         IssueCode::WebSocketTextNotUtf8,
         {hexFrame(Opcode::Text, "48 ff 69")},
         notUtf8});
    add({"a text with a surrogate",
         IssueCode::WebSocketTextNotUtf8,
         {hexFrame(Opcode::Text, "ed a0 80")},
         notUtf8});
    add({"a close of one byte",
         IssueCode::WebSocketCloseBodyOneByte,
         {hexFrame(Opcode::Close, "03")},
         fail});
    for (const std::uint16_t code : {999, 1004, 1005, 1006, 1015, 2999, 5000}) {
        add({"close code " + std::to_string(code),
             IssueCode::WebSocketCloseCodeForbidden,
             {closing(code)},
             fail});
    }
    add({"a close reason that is not UTF-8",
         IssueCode::WebSocketCloseReasonNotUtf8,
         {hexFrame(Opcode::Close, "03 e8 ff fe")},
         {"close 1007", "close 1002", kCut}});
    // Whatever follows is not processed (section 5.5.1); the close is answered as ever.
    add({"a text behind a close",
         IssueCode::WebSocketDataAfterClose,
         {closing(1000), hello},
         {"close 1000"}});
    add({"a frame that ends with the connection",
         IssueCode::WebSocketPayloadIncomplete,
         {changed(hello, [](FrameDraft& d) { d.announcedLength = 100; })},
         {kCut},
         false,
         true});
    // Nothing is forbidden here; a key that can be guessed is bad advice (section 10.3).
    add({"a masking key of zeros",
         IssueCode::WebSocketMaskingKeyZero,
         {changed(hello, [](FrameDraft& d) { d.masking = Masking::Zero; })},
         {kGoesOn}});
    const FrameDraft fixed = changed(hello, [](FrameDraft& d) {
        d.masking = Masking::Fixed;
        d.maskingKey = {1, 2, 3, 4};
    });
    add({"the same masking key twice",
         IssueCode::WebSocketMaskingKeyRepeated,
         {fixed, fixed},
         {kGoesOn}});
    // With permessage-deflate agreed (RFC 7692 section 6).
    add({"RSV1 on a continuation",
         IssueCode::WebSocketRsv1OnContinuation,
         {changed(hello, [](FrameDraft& d) { d.fin = false; }),
          changed(frame(Opcode::Continuation, "x"), [](FrameDraft& d) { d.rsv[0] = true; })},
         fail,
         true});
    add({"RSV1 on a ping",
         IssueCode::WebSocketRsv1OnControl,
         {changed(frame(Opcode::Ping, "x"), [](FrameDraft& d) { d.rsv[0] = true; })},
         fail,
         true});
    add({"compressed, but no DEFLATE",
         IssueCode::WebSocketNotDeflate,
         {changed(hexFrame(Opcode::Binary, "ff ff ff ff ff"),
                  [](FrameDraft& d) { d.rsv[0] = true; })},
         {"close 1007", "close 1002", kCut},
         true});
    return all;
}

/// Issues of the table that no single frame of a client can have, each with its reason.
const std::map<IssueCode, const char*> kNotOfAFrame = {
    {IssueCode::WebSocketServerMasked, "is of servers; see test_our_server_misbehaves"},
    {IssueCode::WebSocketResynchronised, "is of a capture with holes"},
    {IssueCode::WebSocketInferred, "is of a capture without the handshake"},
    {IssueCode::WebSocketMessageNotOfProtocol, "is of a subprotocol, not of WebSocket"},
    {IssueCode::WebSocketCloseUnanswered, "is of what the other side leaves out"},
    {IssueCode::WebSocketPingUnanswered, "is of what the other side leaves out"},
    {IssueCode::WebSocketContextLost, "is of a capture with holes"},
    {IssueCode::WebSocketMessageOverLimit, "is of our own limit; servers have theirs"},
};

/// Answers that are not what the RFC asks for, and why they are as they are.
const std::map<std::string, const char*> kExplained = [] {
    std::map<std::string, const char*> all;
    for (const std::string peer : {"ws: ", "python: "}) {
        for (const char* bits : {"16", "64"}) {
            all[peer + "5 bytes, length in " + bits + " bits"] =
                "senders must use the shortest form (section 5.2); no section asks a receiver to "
                "fail, and the payload is beyond doubt";
        }
        all[peer + "a length with its top bit"] =
            "taken as a length of 2^63 bytes and more, which is too big a message (1009, section "
            "7.4.1) before it is malformed";
    }
    return all;
}();

class TestIllegalFrames : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyIssueOfAFrameIsHere();
    void previewNamesTheIssue();
    void serversAnswer();

private:
    std::string answerOf(PeerServer& server, const Illegal& illegal);

    const std::vector<Illegal> m_all = illegalFrames();
};

void TestIllegalFrames::initTestCase() {
    if (const QString reason = peersUnavailable(); !reason.isEmpty()) QSKIP(qPrintable(reason));
}

void TestIllegalFrames::everyIssueOfAFrameIsHere() {
    for (const IssueInfo& info : allIssues()) {
        if (!info.name.starts_with("websocket.")) continue;
        const bool isSent = std::ranges::any_of(
            m_all, [&](const Illegal& illegal) { return illegal.issue == info.code; });
        QVERIFY2(isSent != kNotOfAFrame.contains(info.code), std::string(info.name).c_str());
    }
}

compose::WireState wireOf(const Illegal& illegal) {
    compose::WireState wire;
    if (illegal.deflate) wire.compression.kind = CompressionKind::PerMessageDeflate;
    return wire;
}

void TestIllegalFrames::previewNamesTheIssue() {
    for (const Illegal& illegal : m_all) {
        compose::Composer composer;
        compose::Prepared together;
        for (const Draft& draft : illegal.drafts) {
            const auto prepared = composer.prepare(draft, wireOf(illegal), 7);
            QVERIFY2(prepared, illegal.name.c_str());
            together.pieces.insert(together.pieces.end(), prepared->pieces.begin(),
                                   prepared->pieces.end());
        }
        const compose::Preview preview = compose::previewOf(together, wireOf(illegal));
        bool named = false;
        for (RecordId row = 0; row < preview.session->rowCount(); ++row) {
            const Dissection dissection = preview.session->dissect(row);
            for (const FieldIssue& found : dissection.fields.issues()) {
                named = named || found.issue.code == illegal.issue;
            }
        }
        QVERIFY2(named, illegal.name.c_str());
    }
}

std::string TestIllegalFrames::answerOf(PeerServer& server, const Illegal& illegal) {
    net::Reactor reactor;
    ClientProbe probe;
    client::ClientOptions options;
    const QString path = illegal.deflate ? QStringLiteral("/deflate") : QStringLiteral("/plain");
    options.urls = {server.url(QStringLiteral("ws"), path).toStdString()};
    if (illegal.deflate) options.handshake.extensions = {"permessage-deflate"};
    const auto client = client::Client::make(reactor, nullptr, options, probe);
    client->connect();
    if (!probe.waitFor(State::Open)) return "not open: " + probe.status().sentence;
    for (const Draft& draft : illegal.drafts) {
        const auto sent = sendNow(*client, draft, 7);
        // A server may have answered the first already.
        if (!sent && probe.states().back() == State::Open) return sent.error().sentence;
    }
    if (illegal.finishes) {
        client->cut();
        probe.waitFor(State::Closed);
        const bool noticed = server.waitForLine([](const QJsonObject& line) {
            const QString what = line.value(QStringLiteral("what")).toString();
            return what == QStringLiteral("close") || what == QStringLiteral("error");
        });
        return noticed ? kCut : "never noticed";
    }
    if (probe.states().back() == State::Open) {
        static_cast<void>(sendNow(*client, Draft(frame(Opcode::Ping, "still there?"))));
    }
    const auto answers = [](const Incoming& message) {
        return message.kind == Incoming::Kind::Close ||
               (message.kind == Incoming::Kind::Pong && asText(message.bytes) == "still there?");
    };
    // A close of ours is answered, so what comes is one of the two, or the end.
    if (!probe.waitForEndOr(answers)) return "no answer";
    for (const Incoming& message : probe.messages()) {
        if (message.kind == Incoming::Kind::Close) {
            return message.close && message.close->code
                       ? "close " + std::to_string(*message.close->code)
                       : "close";
        }
    }
    return probe.states().back() == State::Closed ? kCut : kGoesOn;
}

void TestIllegalFrames::serversAnswer() {
    PeerServer ws(QStringLiteral("hearing_server.mjs"), {QStringLiteral("ws")});
    QVERIFY2(ws.port() != 0, qPrintable(ws.complaint()));
    PeerServer python(QStringLiteral("hearing_server.py"), {});
    QVERIFY2(python.port() != 0, qPrintable(python.complaint()));

    QByteArray table =
        "What ws 8.18 and python3-websockets 10.4 answer to illegal frames of a client, and what\n"
        "the specification asks of them; written by tests/peers/test_illegal_frames.cpp.\n\n";
    const auto row = [&table](const QStringList& cells) {
        QString line;
        const int widths[] = {40, 40, 12, 12, 0};
        for (qsizetype i = 0; i < cells.size(); ++i) line += cells[i].leftJustified(widths[i]);
        table += line.trimmed().toUtf8() + '\n';
    };
    row({QStringLiteral("sent"), QStringLiteral("issue"), QStringLiteral("ws"),
         QStringLiteral("python"), QStringLiteral("asked for")});
    QStringList unexplained;
    for (const Illegal& illegal : m_all) {
        const std::string answers[] = {answerOf(ws, illegal), answerOf(python, illegal)};
        QStringList asked;
        for (const std::string& one : illegal.asked) asked << QString::fromStdString(one);
        row({QString::fromStdString(illegal.name),
             QString::fromUtf8(issueInfo(illegal.issue).name.data(),
                               static_cast<qsizetype>(issueInfo(illegal.issue).name.size())),
             QString::fromStdString(answers[0]), QString::fromStdString(answers[1]),
             asked.join(QStringLiteral(" or "))});
        for (const int peer : {0, 1}) {
            if (std::ranges::find(illegal.asked, answers[peer]) != illegal.asked.end()) continue;
            const std::string key = std::string(peer == 0 ? "ws: " : "python: ") + illegal.name;
            const auto why = kExplained.find(key);
            if (why == kExplained.end()) {
                unexplained << QString::fromStdString(key + ": " + answers[peer]);
            } else {
                table += "    " + QByteArray(why->first.c_str()) + ": " + why->second + '\n';
            }
        }
    }
    QFile actual(QCoreApplication::applicationDirPath() + QStringLiteral("/illegal-frames.txt"));
    QVERIFY(actual.open(QIODevice::WriteOnly));
    actual.write(table);
    actual.close();
    QVERIFY2(unexplained.isEmpty(), qPrintable(unexplained.join(QLatin1Char('\n'))));
    QFile golden(QStringLiteral(FRAMESCOPE_SOURCE_DIR "/tests/golden/peers/illegal-frames.txt"));
    QVERIFY2(golden.open(QIODevice::ReadOnly), "tests/golden/peers/illegal-frames.txt is missing");
    QCOMPARE(table, golden.readAll());
}

}  // namespace

QTEST_GUILESS_MAIN(TestIllegalFrames)
#include "test_illegal_frames.moc"
