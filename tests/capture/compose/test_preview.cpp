// The preview against the wire: every issue of the table that a frame can have is composed and
// told, and whatever is composed looks as it does in a recording of all that was sent.
#include <map>
#include <random>
#include <set>

#include <QtTest>

#include "capture/compose/draft_json.h"
#include "capture/compose/preview.h"
#include "capture/ingest/stream_ingest.h"
#include "tests/support/loaded_session.h"

using namespace framescope;
using namespace framescope::compose;
using namespace framescope::test;

namespace {

Draft readDraft(const QByteArray& json) {
    const auto draft = parseDraft(json.toStdString());
    if (!draft) qFatal("%s: %s", json.constData(), draft.error().sentence.c_str());
    return *draft;
}

/// Words: "deflate", "webkit", "no-takeover", "server", "engine".
WireState stateOf(const QByteArray& words) {
    WireState state;
    state.upgraded = true;
    if (words.contains("deflate")) state.compression.kind = CompressionKind::PerMessageDeflate;
    if (words.contains("webkit")) state.compression.kind = CompressionKind::WebkitDeflateFrame;
    if (words.contains("no-takeover")) state.compression.noContextTakeover = {true, true};
    if (words.contains("server")) state.direction = Direction::ServerToClient;
    if (words.contains("engine")) state.engineVersion = 4;
    return state;
}

QByteArray issuesOf(const Preview& preview) {
    std::set<std::string> names;
    for (const RecordId row : preview.rows) {
        for (const std::string& name : issueNames(*preview.session, row)) names.insert(name);
    }
    QByteArray list;
    for (const std::string& name : names) list += (list.isEmpty() ? "" : " ") + name;
    return list;
}

/// What a person sees of a row.
std::string seen(const Session& session, RecordId row) {
    const RowText text = session.text(row);
    std::string line = text.protocol + " " + text.info;
    for (const std::string& name : issueNames(session, row)) line += " [" + name + "]";
    return line;
}

struct IllegalCase {
    const char* issue;
    const char* state;
    std::vector<const char*> drafts;  ///< the last one is looked at
};

const std::vector<IllegalCase>& illegalCases() {
    static const std::vector<IllegalCase> kCases = {
        {"websocket.client-not-masked", "", {R"({"text":"a","mask":"none"})"}},
        {"websocket.server-masked", "server", {R"({"text":"a","mask":"01020304"})"}},
        {"websocket.reserved-bits", "", {R"({"text":"a","rsv1":true})"}},
        {"websocket.reserved-bits", "", {R"({"text":"a","rsv2":true})"}},
        {"websocket.reserved-bits", "deflate", {R"({"text":"a","rsv3":true})"}},
        {"websocket.reserved-bits", "", {R"({"text":"a","compress":"context"})"}},
        {"websocket.reserved-opcode", "", {R"({"opcode":3})"}},
        {"websocket.reserved-opcode", "", {R"({"opcode":11})"}},
        {"websocket.control-fragmented", "", {R"({"opcode":"ping","fin":false})"}},
        {"websocket.control-too-long",
         "",
         {R"({"opcode":"pong","file":")" FRAMESCOPE_SOURCE_DIR R"(/LICENSE"})"}},
        {"websocket.continuation-without-start", "", {R"({"opcode":0,"text":"a"})"}},
        {"websocket.continuation-without-start",
         "",
         {R"({"text":"a"})", R"({"opcode":0,"text":"a"})"}},
        {"websocket.message-inside-message",
         "",
         {R"({"text":"a","fin":false})", R"({"opcode":"ping"})", R"({"text":"b"})"}},
        {"websocket.message-inside-message",
         "",
         {R"({"text":"ab","fragments":[1],"between":[{"after":0,"text":"c","fin":false}]})"}},
        {"websocket.length-not-minimal", "", {R"({"text":"a","length":"16"})"}},
        {"websocket.length-not-minimal", "", {R"({"text":"a","length":"64"})"}},
        {"websocket.length-top-bit", "", {R"({"text":"a","announce":9223372036854775809})"}},
        {"websocket.text-not-utf8", "", {R"({"hex":"61 ff","opcode":"text"})"}},
        {"websocket.text-not-utf8",
         "",
         {R"({"hex":"c3","opcode":"text","fin":false})", R"({"opcode":0,"text":"a"})"}},
        {"websocket.close-body-one-byte", "", {R"({"opcode":"close","hex":"03"})"}},
        {"websocket.close-code-forbidden", "", {R"({"close":1005})"}},
        {"websocket.close-code-forbidden", "", {R"({"close":999})"}},
        {"websocket.close-reason-not-utf8", "", {R"({"close":1000,"hex":"ff"})"}},
        {"websocket.data-after-close", "", {R"({"close":1000})", R"({"text":"a"})"}},
        {"websocket.payload-incomplete", "", {R"({"text":"a","announce":5})"}},
        {"websocket.message-not-of-protocol", "engine", {R"({"text":"hello"})"}},
        {"websocket.masking-key-zero", "", {R"({"text":"a","mask":"zero"})"}},
        {"websocket.masking-key-repeated",
         "",
         {R"({"text":"a","mask":"01020304"})", R"({"text":"b","mask":"01020304"})"}},
        {"websocket.masking-key-repeated",
         "",
         {R"({"text":"ab","mask":"01020304","fragments":[1]})"}},
        {"websocket.rsv1-on-continuation",
         "deflate",
         {R"({"text":"a","fin":false})", R"({"opcode":0,"text":"b","rsv1":true})"}},
        {"websocket.rsv1-on-control", "deflate", {R"({"opcode":"ping","rsv1":true})"}},
        {"websocket.rsv1-on-control",
         "deflate",
         {R"({"opcode":"ping","text":"a","compress":"no-context"})"}},
        {"websocket.context-lost",
         "deflate no-takeover",
         {R"({"text":"Hello Hello","compress":"context"})",
          R"({"text":"Hello Hello","compress":"context"})"}},
        {"websocket.not-deflate", "deflate", {R"({"hex":"ff ff","rsv1":true})"}},
    };
    return kCases;
}

}  // namespace

class TestPreview : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void illegalFrames_data() {
        QTest::addColumn<int>("number");
        for (std::size_t i = 0; i < illegalCases().size(); ++i) {
            const IllegalCase& illegal = illegalCases()[i];
            QTest::addRow("%s: %s", illegal.issue, illegal.drafts.back()) << static_cast<int>(i);
        }
    }
    void illegalFrames() {
        QFETCH(int, number);
        const IllegalCase& illegal = illegalCases()[static_cast<std::size_t>(number)];
        const WireState state = stateOf(illegal.state);
        Composer composer;
        for (std::size_t i = 0; i < illegal.drafts.size(); ++i) {
            const auto prepared = composer.prepare(readDraft(illegal.drafts[i]), state);
            QVERIFY2(prepared, prepared ? "" : prepared.error().sentence.c_str());
            const Preview preview = previewOf(*prepared, state);
            QCOMPARE(preview.bytes, prepared->joined());
            if (i + 1 == illegal.drafts.size()) {
                QCOMPARE(issuesOf(preview), QByteArray(illegal.issue));
                Severity told = Severity::None;
                for (const IssueInfo& info : allIssues()) {
                    if (info.name == illegal.issue) told = info.severity;
                }
                QCOMPARE(preview.worst, told);
            }
        }
    }

    /// Without those that no single side's bytes can have.
    void everyIssueOfAFrameIsComposed() {
        std::set<std::string_view> left;
        for (const IssueInfo& info : allIssues()) {
            if (info.name.starts_with("websocket.")) left.insert(info.name);
        }
        for (const IllegalCase& illegal : illegalCases()) left.erase(illegal.issue);
        const std::set<std::string_view> expected = {
            "websocket.close-unanswered",    // of a connection that ended
            "websocket.inferred",            // of a capture without the handshake
            "websocket.message-over-limit",  // below
            "websocket.ping-unanswered",     // of a connection that ended
            "websocket.resynchronised",      // of a capture with losses
        };
        QVERIFY(left == expected);
    }

    void aMessageOverTheLimit() {
        const WireState state = stateOf("deflate");
        FrameDraft draft;
        draft.payload.text.assign(DecodeLimits{}.inflatedMessage + 1, 'a');
        draft.compressing = Compressing::AsAgreed;
        const Preview preview = previewOf(*Composer().prepare(draft, state), state);
        QCOMPARE(issuesOf(preview), QByteArray("websocket.message-over-limit"));
    }

    void legalFramesHaveNoIssue() {
        const WireState state = stateOf("deflate");
        Composer composer;
        for (const char* const json :
             {R"({"text":"hello"})", R"({"text":"hello","compress":"agreed"})",
              R"({"hex":"00 ff","compress":"agreed","fragments":[1]})",
              R"({"text":"abc","fragments":[1,1],"between":[{"after":0,"opcode":"ping"}]})",
              R"({"opcode":"pong","text":"x"})", R"({"close":1000,"text":"bye"})"}) {
            const auto prepared = composer.prepare(readDraft(json), state);
            const Preview preview = previewOf(*prepared, state);
            QCOMPARE(issuesOf(preview), QByteArray());
            QCOMPARE(preview.worst, Severity::None);
            QCOMPARE(preview.rows.size(), prepared->pieces.size());
        }
    }

    /// Long conversations of chance: each draft's preview shows what the record of all bytes shows.
    void previewsAreAsTheWire_data() {
        QTest::addColumn<QByteArray>("state");
        QTest::addColumn<unsigned>("seed");
        unsigned seed = 1;
        for (const char* const state : {"", "server", "deflate", "deflate server",
                                        "deflate no-takeover", "webkit", "webkit no-takeover"}) {
            for (int i = 0; i < 2; ++i) {
                QTest::addRow("%s %u", state, seed) << QByteArray(state) << seed;
                ++seed;
            }
        }
    }
    void previewsAreAsTheWire() {
        QFETCH(QByteArray, state);
        QFETCH(unsigned, seed);
        const WireState wire = stateOf(state);
        std::mt19937 random(seed);
        const auto below = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
        Composer composer;
        std::vector<StreamPiece> all;
        std::vector<std::string> shown;
        std::vector<std::string> sent;  // drafts, for messages
        bool open = false;
        Compressing way = Compressing::None;
        const bool compresses = wire.compression.agreed();
        for (int i = 0; i < 250; ++i) {
            FrameDraft draft;
            const bool control = below(4) == 0;
            if (control) {
                draft.opcode = static_cast<std::uint8_t>(below(60) == 0 ? 8 : 9 + below(2));
            } else {
                draft.opcode = static_cast<std::uint8_t>(open ? 0 : 1 + below(2));
                draft.fin = below(3) != 0;
                open = !draft.fin;
                if (below(3) == 0) draft.fragments = {below(30), below(30)};
            }
            for (unsigned words = control ? 2 : below(40); words > 0; --words) {
                draft.payload.text += "word" + std::to_string(below(50)) + " ";
            }
            if (compresses && !control) {
                // A message is compressed from its first frame on, or not at all.
                constexpr std::array kWays = {Compressing::None, Compressing::AsAgreed,
                                              Compressing::AsAgreed, Compressing::NoContext};
                if (draft.opcode != 0) way = kWays[below(kWays.size())];
                draft.compressing = way;
                // Compressed by hand, and not at all well. Of a message that is compressed frame by
                // frame the others would go on with a window that the reader does not have.
                const bool several = wire.compression.kind == CompressionKind::WebkitDeflateFrame &&
                                     !draft.fragments.empty();
                if (draft.opcode != 0 && draft.fin && !several && below(12) == 0) {
                    draft.rsv[0] = draft.compressing == Compressing::None;
                }
            }
            if (below(6) == 0) {
                draft.masking = Masking::Fixed;
                draft.maskingKey = {1, 2, 3, static_cast<std::uint8_t>(below(2))};
            }
            const auto prepared = composer.prepare(draft, wire);
            QVERIFY2(prepared, prepared ? "" : prepared.error().sentence.c_str());
            const Preview preview = previewOf(*prepared, wire);
            QCOMPARE(preview.rows.size(), prepared->pieces.size());
            for (const RecordId row : preview.rows) {
                shown.push_back(seen(*preview.session, row));
                sent.push_back(toJson(draft));
            }
            QVERIFY(prepared->before.size() < 200'000);
            all.push_back({wire.direction, preview.bytes});
        }
        StreamAgreement agreement;
        agreement.compression = wire.compression;
        const auto session = readFrames(all, agreement);
        QCOMPARE(session->rowCount(), static_cast<RecordId>(shown.size()));
        for (RecordId row = 0; row < session->rowCount(); ++row) {
            const std::string expected = seen(*session, row);
            QVERIFY2(shown[row] == expected, (std::to_string(row) + "\n" + sent[row] +
                                              "\npreview: " + shown[row] + "\nwire:    " + expected)
                                                 .c_str());
        }
    }

    void aMessageTooLongToKeepGoesOn() {
        WireState state = stateOf("deflate");
        Composer composer;
        FrameDraft begin;
        begin.fin = false;
        begin.opcode = 2;
        begin.payload.text.assign((1U << 20) + 1, 'a');
        QVERIFY(composer.prepare(begin, state));
        FrameDraft end;
        end.opcode = 0;
        end.payload.text = "b";
        const auto prepared = composer.prepare(end, state);
        QVERIFY(prepared->before.size() < 100);
        const Preview preview = previewOf(*prepared, state);
        QCOMPARE(issuesOf(preview), QByteArray());
        QCOMPARE(preview.rows.size(), std::size_t{1});
    }

    void rawBytes() {
        WireState state;
        const auto request = Composer().prepare(
            readDraft("{\"raw\":\"GET /a HTTP/1.1\\r\\nHost: b\\r\\n\\r\\n\"}"), state);
        const Preview http = previewOf(*request, state);
        QCOMPARE(http.rows.size(), std::size_t{1});
        QCOMPARE(http.session->record(http.rows[0]).kind, RowKind::HttpRequest);
        // Behind the upgrade they are frames, or halves of them.
        const auto bytes = Composer().prepare(readDraft(R"({"raw":{"hex":"89 00 81 05 61"}})"), {});
        const Preview frames = previewOf(*bytes, stateOf(""));
        QCOMPARE(frames.rows.size(), std::size_t{2});
        QCOMPARE(issuesOf(frames),
                 QByteArray("websocket.client-not-masked websocket.payload-incomplete"));
        const Preview unknown = previewOf(*bytes, state);
        QCOMPARE(unknown.rows.size(), std::size_t{1});
        QCOMPARE(unknown.session->record(unknown.rows[0]).kind, RowKind::TcpSegment);
    }

    void bytesInFrontOfTheDraftHaveNoRowsOfIts() {
        const WireState state = stateOf("");
        Composer composer;
        const auto first = composer.prepare(readDraft(R"({"text":"a","fin":false})"), state);
        const auto second = Composer().prepare(readDraft(R"({"opcode":0,"text":"b"})"), state);
        const Preview preview = previewOf(*second, state, first->joined());
        QCOMPARE(preview.rows.size(), std::size_t{1});
        QCOMPARE(issuesOf(preview), QByteArray());
    }
};

QTEST_GUILESS_MAIN(TestPreview)
#include "test_preview.moc"
