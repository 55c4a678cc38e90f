// The order of frames: sequences written as letters, and what each frame is in them.
#include <QtTest>

#include "dissector/websocket/message_state.h"

using namespace framescope;
using namespace framescope::websocket;

namespace {

/// T B C P X: final text, binary, continuation, ping, close; t b c: not final. '-' is a gap.
struct Run {
    std::string roles;
    std::vector<IssueCode> issues;
};

Run run(std::string_view frames) {
    MessageState state;
    IssueSink sink;
    Run result;
    for (const char frame : frames) {
        if (frame == '-') {
            state.forget();
            continue;
        }
        FrameHeader header;
        header.fin = frame < 'a';
        const char letter = static_cast<char>(header.fin ? frame : frame - ('a' - 'A'));
        const Opcode opcode = letter == 'T'   ? Opcode::Text
                              : letter == 'B' ? Opcode::Binary
                              : letter == 'C' ? Opcode::Continuation
                              : letter == 'P' ? Opcode::Ping
                                              : Opcode::Close;
        header.opcode = static_cast<std::uint8_t>(opcode);
        result.roles += "kwsceo"[static_cast<int>(state.accept(header, sink))];
    }
    for (const Issue& issue : sink.issues()) result.issues.push_back(issue.code);
    return result;
}

}  // namespace

class TestMessageState : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sequences_data() {
        QTest::addColumn<QByteArray>("frames");
        QTest::addColumn<QByteArray>("roles");
        QTest::addColumn<int>("issue");
        const auto row = [](const char* frames, const char* roles, IssueCode issue) {
            QTest::newRow(frames) << QByteArray(frames) << QByteArray(roles) << int(issue);
        };
        row("TBT", "www", IssueCode::None);
        row("tcC", "sce", IssueCode::None);
        row("tPcPC", "skcke", IssueCode::None);
        row("bCT", "sew", IssueCode::None);
        row("C", "o", IssueCode::WebSocketContinuationWithoutStart);
        row("TC", "wo", IssueCode::WebSocketContinuationWithoutStart);
        row("tCC", "seo", IssueCode::WebSocketContinuationWithoutStart);
        row("tT", "sw", IssueCode::WebSocketMessageInsideMessage);
        row("tbC", "sse", IssueCode::WebSocketMessageInsideMessage);
        row("XT", "kw", IssueCode::WebSocketDataAfterClose);
        row("XP", "kk", IssueCode::None);
        row("-cC", "ce", IssueCode::None);
        row("t-C", "se", IssueCode::None);
        row("t-T", "sw", IssueCode::None);
        row("-TC", "wo", IssueCode::WebSocketContinuationWithoutStart);
    }

    void sequences() {
        QFETCH(QByteArray, frames);
        QFETCH(QByteArray, roles);
        QFETCH(int, issue);
        const Run result = run(frames.toStdString());
        QCOMPARE(result.roles, roles.toStdString());
        QCOMPARE(result.issues.size(), std::size_t(issue == 0 ? 0 : 1));
        if (issue != 0) QCOMPARE(int(result.issues[0]), issue);
    }

    void messageOpcode() {
        MessageState state;
        IssueSink sink;
        FrameHeader first;
        first.fin = false;
        first.rsv1 = true;
        state.accept(first, sink);
        FrameHeader more;
        more.opcode = 0;
        state.accept(more, sink);
        QCOMPARE(state.messageOpcode(), std::uint8_t(1));
        QVERIFY(state.messageRsv1());
        QVERIFY(!state.messageOpen());
    }
};

QTEST_APPLESS_MAIN(TestMessageState)
#include "test_message_state.moc"
