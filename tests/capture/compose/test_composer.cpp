// Drafts become the bytes that RFC 6455 section 5.7 shows, and every choice of a draft is found in
// the frame's header again.
#include <random>

#include <QtTest>

#include "capture/compose/composer.h"
#include "dissector/websocket/frame.h"
#include "dissector/websocket/inflater.h"
#include "dissector/websocket/mask.h"
#include "tests/support/capture_builder.h"

using namespace framescope;
using namespace framescope::compose;
using namespace framescope::test;

namespace {

using websocket::Opcode;

constexpr std::array<std::uint8_t, 4> kKey = {0x37, 0xfa, 0x21, 0x3d};

std::uint8_t code(Opcode opcode) {
    return static_cast<std::uint8_t>(opcode);
}

FrameDraft textDraft(std::string text) {
    FrameDraft draft;
    draft.payload.text = std::move(text);
    return draft;
}

WireState serverState() {
    WireState state;
    state.direction = Direction::ServerToClient;
    return state;
}

WireState deflateState(bool noContext = false, std::uint8_t bits = 15) {
    WireState state;
    state.compression.kind = CompressionKind::PerMessageDeflate;
    state.compression.noContextTakeover = {noContext, noContext};
    state.compression.windowBits = {bits, bits};
    return state;
}

struct Frame {
    websocket::FrameHeader header;
    Bytes payload;  ///< unmasked
};

/// Every piece is one frame with exactly the payload it announces.
std::vector<Frame> framesOf(const Prepared& prepared) {
    std::vector<Frame> frames;
    for (const Prepared::Piece& piece : prepared.pieces) {
        const auto header = websocket::parseFrameHeader(piece.bytes);
        if (!header || header->frameSize() != piece.bytes.size()) return {};
        Frame frame{*header, Bytes(piece.bytes.begin() + header->size(), piece.bytes.end())};
        if (frame.header.masked) websocket::applyMask(frame.payload, header->maskingKey, 0);
        frames.push_back(std::move(frame));
    }
    return frames;
}

QByteArray hexOf(const Bytes& bytes) {
    return QByteArray(reinterpret_cast<const char*>(bytes.data()),
                      static_cast<qsizetype>(bytes.size()))
        .toHex();
}

QByteArray hexOf(const Result<Prepared>& prepared) {
    return prepared ? hexOf(prepared->joined())
                    : QByteArray::fromStdString(prepared.error().sentence);
}

QString errorOf(const Draft& draft, const WireState& state = {}) {
    Composer composer;
    const auto prepared = composer.prepare(draft, state);
    return prepared ? QString() : QString::fromStdString(prepared.error().sentence);
}

}  // namespace

class TestComposer : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void examplesOfTheRfc() {
        Composer composer;
        QCOMPARE(hexOf(composer.prepare(textDraft("Hello"), serverState())),
                 QByteArray("810548656c6c6f"));
        FrameDraft hello = textDraft("Hello");
        hello.masking = Masking::Fixed;
        hello.maskingKey = kKey;
        QCOMPARE(hexOf(composer.prepare(hello, {})), QByteArray("818537fa213d7f9f4d5158"));
        FrameDraft fragmented = textDraft("Hello");
        fragmented.fragments = {3};
        QCOMPARE(hexOf(composer.prepare(fragmented, serverState())),
                 QByteArray("010348656c80026c6f"));
        FrameDraft ping = textDraft("Hello");
        ping.opcode = code(Opcode::Ping);
        QCOMPARE(hexOf(composer.prepare(ping, serverState())), QByteArray("890548656c6c6f"));
        FrameDraft pong = hello;
        pong.opcode = code(Opcode::Pong);
        QCOMPARE(hexOf(composer.prepare(pong, {})), QByteArray("8a8537fa213d7f9f4d5158"));
        FrameDraft binary;
        binary.opcode = code(Opcode::Binary);
        binary.payload.text = std::string(256, 'x');
        QVERIFY(hexOf(composer.prepare(binary, serverState())).startsWith("827e0100"));
        binary.payload.text = std::string(65536, 'x');
        QVERIFY(hexOf(composer.prepare(binary, serverState())).startsWith("827f0000000000010000"));
    }

    void whoMasks() {
        Composer composer;
        const auto masked = [&](Masking masking, const WireState& state) {
            FrameDraft draft = textDraft("a");
            draft.masking = masking;
            draft.maskingKey = kKey;
            return framesOf(*composer.prepare(draft, state)).at(0).header;
        };
        QVERIFY(masked(Masking::Random, {}).masked);
        QVERIFY(masked(Masking::Random, {}).maskingKey != masked(Masking::Random, {}).maskingKey);
        QVERIFY(!masked(Masking::Random, serverState()).masked);
        QVERIFY(masked(Masking::Fixed, serverState()).masked);
        QCOMPARE(masked(Masking::Fixed, {}).maskingKey, kKey);
        QVERIFY(masked(Masking::Zero, {}).masked);
        QCOMPARE(masked(Masking::Zero, {}).maskingKey, websocket::MaskingKey{});
        QVERIFY(!masked(Masking::None, {}).masked);
    }

    void aSeedChoosesTheKeys() {
        FrameDraft draft = textDraft("abcdef");
        draft.fragments = {2, 2};
        Composer composer;
        const QByteArray first = hexOf(composer.prepare(draft, {}, 7));
        QCOMPARE(hexOf(composer.prepare(draft, {}, 7)), first);
        QCOMPARE(hexOf(Composer().prepare(draft, {}, 7)), first);
        QVERIFY(hexOf(composer.prepare(draft, {}, 8)) != first);
        const auto frames = framesOf(*composer.prepare(draft, {}, 7));
        QVERIFY(frames.at(0).header.maskingKey != frames.at(1).header.maskingKey);
    }

    void headersSayWhatTheDraftSays() {
        Composer composer;
        for (unsigned opcode = 0; opcode < 16; ++opcode) {
            FrameDraft draft = textDraft("abc");
            draft.opcode = static_cast<std::uint8_t>(opcode);
            draft.fin = opcode % 2 == 0;
            draft.rsv = {opcode % 3 == 0, opcode % 3 == 1, opcode % 3 == 2};
            const Frame frame = framesOf(*composer.prepare(draft, {})).at(0);
            QCOMPARE(unsigned{frame.header.opcode}, opcode);
            QCOMPARE(frame.header.fin, draft.fin);
            QCOMPARE(frame.header.rsv1, *draft.rsv[0]);
            QCOMPARE(frame.header.rsv2, *draft.rsv[1]);
            QCOMPARE(frame.header.rsv3, *draft.rsv[2]);
            QCOMPARE(asText(frame.payload), std::string_view("abc"));
        }
    }

    void lengths_data() {
        QTest::addColumn<int>("size");
        QTest::addColumn<int>("choice");
        QTest::addColumn<qulonglong>("announced");  // 0: the payload's own
        QTest::addColumn<QByteArray>("begin");
        const auto row = [](const char* name, int size, LengthChoice choice, qulonglong announced,
                            const char* begin) {
            QTest::newRow(name) << size << static_cast<int>(choice) << announced
                                << QByteArray(begin);
        };
        row("minimal 125", 125, LengthChoice::Minimal, 0, "817d61");
        row("minimal 126", 126, LengthChoice::Minimal, 0, "817e007e61");
        row("minimal 65535", 65535, LengthChoice::Minimal, 0, "817effff61");
        row("minimal 65536", 65536, LengthChoice::Minimal, 0, "817f000000000001000061");
        row("16 for 3", 3, LengthChoice::Bits16, 0, "817e0003616161");
        row("64 for 3", 3, LengthChoice::Bits64, 0, "817f0000000000000003616161");
        row("7 for 200", 200, LengthChoice::Bits7, 0, "814861");
        row("16 for 65537", 65537, LengthChoice::Bits16, 0, "817e000161");
        row("a lie", 3, LengthChoice::Minimal, 5, "8105616161");
        row("a great lie", 3, LengthChoice::Minimal, 0x8000000000000003ULL,
            "817f8000000000000003616161");
        row("a lie in 7 bits", 3, LengthChoice::Bits7, 300, "812c616161");
    }
    void lengths() {
        QFETCH(int, size);
        QFETCH(int, choice);
        QFETCH(qulonglong, announced);
        QFETCH(QByteArray, begin);
        FrameDraft draft = textDraft(std::string(static_cast<std::size_t>(size), 'a'));
        draft.length = static_cast<LengthChoice>(choice);
        if (announced != 0) draft.announcedLength = announced;
        const QByteArray made = hexOf(Composer().prepare(draft, serverState()));
        QCOMPARE(made.left(begin.size()), begin);
        QVERIFY(made.endsWith("616161"));
    }

    void fragments_data() {
        QTest::addColumn<QByteArray>("sizes");
        QTest::addColumn<QByteArray>("expected");
        QTest::newRow("none") << QByteArray() << QByteArray("abcdef");
        QTest::newRow("rest is last") << QByteArray("2 2") << QByteArray("ab|cd|ef");
        QTest::newRow("no rest") << QByteArray("2 4") << QByteArray("ab|cdef");
        QTest::newRow("beyond the end") << QByteArray("4 9 9") << QByteArray("abcd|ef");
        QTest::newRow("empty ones") << QByteArray("0 6 0 0") << QByteArray("|abcdef||");
    }
    void fragments() {
        QFETCH(QByteArray, sizes);
        QFETCH(QByteArray, expected);
        FrameDraft draft = textDraft("abcdef");
        if (!sizes.isEmpty()) {
            for (const QByteArray& size : sizes.split(' ')) {
                draft.fragments.push_back(size.toULongLong());
            }
        }
        for (const bool fin : {true, false}) {
            draft.fin = fin;
            const auto frames = framesOf(*Composer().prepare(draft, {}));
            QList<QByteArray> payloads;
            for (std::size_t i = 0; i < frames.size(); ++i) {
                QCOMPARE(frames[i].header.fin, fin && i + 1 == frames.size());
                QCOMPARE(frames[i].header.opcode,
                         code(i == 0 ? Opcode::Text : Opcode::Continuation));
                payloads << QByteArray::fromStdString(std::string(asText(frames[i].payload)));
            }
            QCOMPARE(payloads.join('|'), expected);
        }
    }

    void framesInBetween() {
        FrameDraft draft = textDraft("abcdef");
        draft.fragments = {2, 2};
        FrameDraft ping = textDraft("x");
        ping.opcode = code(Opcode::Ping);
        FrameDraft pong = ping;
        pong.opcode = code(Opcode::Pong);
        draft.between = {{1, ping}, {0, ping}, {1, pong}, {2, pong}};
        QByteArray opcodes;
        for (const Frame& frame : framesOf(*Composer().prepare(draft, {}))) {
            opcodes += QByteArray::number(frame.header.opcode, 16);
        }
        QCOMPARE(opcodes, QByteArray("1909a0a"));
        draft.between = {{3, ping}};
        QCOMPARE(errorOf(draft), QString("A frame cannot be put behind fragment 3 (counted from "
                                         "0): the message is cut into 3 fragments."));
    }

    void closing() {
        FrameDraft draft = textDraft("bye");
        draft.opcode = code(Opcode::Close);
        draft.closeCode = 1000;
        QCOMPARE(hexOf(Composer().prepare(draft, serverState())), QByteArray("880503e8627965"));
        draft.closeCode.reset();
        draft.payload.text.clear();
        QCOMPARE(hexOf(Composer().prepare(draft, serverState())), QByteArray("8800"));
        draft.payload = {Payload::Kind::Hex, "03"};
        QCOMPARE(hexOf(Composer().prepare(draft, serverState())), QByteArray("880103"));
    }

    void payloads() {
        FrameDraft draft;
        draft.payload = {Payload::Kind::Hex, "0x48, 0x65 6c\n6c:6f"};
        QCOMPARE(hexOf(Composer().prepare(draft, serverState())), QByteArray("810548656c6c6f"));
        draft.payload = {Payload::Kind::Json, " {\"a\":1}"};
        QCOMPARE(asText(framesOf(*Composer().prepare(draft, {})).at(0).payload),
                 std::string_view(" {\"a\":1}"));
        QTemporaryDir folder;
        const QString path = folder.filePath("payload.bin");
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(
            QByteArray("\0\xff"
                       "a",
                       3));
        file.close();
        draft.payload = {Payload::Kind::File, path.toStdString()};
        QCOMPARE(hexOf(Composer().prepare(draft, serverState())), QByteArray("810300ff61"));
    }

    void payloadsThatCannotBeRead() {
        FrameDraft draft;
        draft.payload = {Payload::Kind::Json, "{\"\u00e4\":1,\n \"b\" 2}"};
        QCOMPARE(errorOf(draft), QString("The payload is not valid JSON: line 2, column 6: a colon "
                                         "is missing behind the name."));
        draft.payload.text = "[1,";
        QCOMPARE(errorOf(draft),
                 QString("The payload is not valid JSON: line 1, column 4: the text ends "
                         "too early."));
        draft.payload.text = "\"\xff\"";
        QVERIFY(errorOf(draft).endsWith("line 1, column 2: not UTF-8."));
        draft.payload = {Payload::Kind::Hex, "48 6g"};
        QVERIFY2(errorOf(draft).startsWith("The hex digits cannot be read: line 1, column "),
                 qPrintable(errorOf(draft)));
        draft.payload = {Payload::Kind::File, "/nonexistent/a"};
        QCOMPARE(errorOf(draft),
                 QString("\"/nonexistent/a\" cannot be read: No such file or directory."));
        draft.payload.text = "/";
        QCOMPARE(errorOf(draft), QString("\"/\" cannot be read: it is a folder."));
        draft.payload.text = "/dev/zero";
        QCOMPARE(errorOf(draft),
                 QString("\"/dev/zero\" cannot be read: it is not an ordinary file."));
        QTemporaryDir folder;
        const QString path = folder.filePath("large");
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QVERIFY(file.resize(static_cast<qint64>(kMaxPayloadFile) + 1));
        draft.payload.text = path.toStdString();
        QVERIFY2(errorOf(draft).contains("is larger than"), qPrintable(errorOf(draft)));
    }

    void rawBytesStandAsTheyAre() {
        RawDraft draft{{Payload::Kind::Text, "GET / HTTP/1.1\r\n\r\n"}};
        const auto prepared = Composer().prepare(draft, {});
        QVERIFY(prepared->raw);
        QCOMPARE(asText(prepared->joined()), std::string_view("GET / HTTP/1.1\r\n\r\n"));
        draft.bytes = {Payload::Kind::Hex, "x"};
        QVERIFY(!errorOf(draft).isEmpty());
    }

    void compressionMustBeAgreed() {
        FrameDraft draft = textDraft("Hello");
        draft.compressing = Compressing::AsAgreed;
        QCOMPARE(errorOf(draft), QString("The message cannot be compressed as agreed: no "
                                         "compression was agreed."));
        // What was not agreed can be sent all the same.
        draft.compressing = Compressing::WithContext;
        const Frame frame = framesOf(*Composer().prepare(draft, {})).at(0);
        QVERIFY(frame.header.rsv1);
        QCOMPARE(hexOf(frame.payload), QByteArray("f248cdc9c90700"));
    }

    /// RFC 7692 section 7.2.3.1, .2 and .6.
    void examplesOfCompression() {
        Composer composer;
        FrameDraft hello = textDraft("Hello");
        hello.compressing = Compressing::AsAgreed;
        WireState state = deflateState();
        state.direction = Direction::ServerToClient;
        QCOMPARE(hexOf(composer.prepare(hello, state)), QByteArray("c107f248cdc9c90700"));
        QCOMPARE(hexOf(composer.prepare(hello, state)), QByteArray("c105f200110000"));
        hello.compressing = Compressing::NoContext;
        QCOMPARE(hexOf(composer.prepare(hello, state)), QByteArray("c107f248cdc9c90700"));
        FrameDraft empty = textDraft("");
        empty.compressing = Compressing::AsAgreed;
        QCOMPARE(hexOf(composer.prepare(empty, state)), QByteArray("c10100"));
    }

    void anErrorLeavesTheComposerAsItWas() {
        Composer composer;
        FrameDraft hello = textDraft("Hello");
        hello.compressing = Compressing::AsAgreed;
        const WireState state = deflateState();
        QVERIFY(composer.prepare(hello, state));
        FrameDraft broken = textDraft("other words come here");
        broken.compressing = Compressing::AsAgreed;
        broken.between = {{0, FrameDraft{}}};
        broken.between[0].second.payload = {Payload::Kind::Hex, "x"};
        QVERIFY(!composer.prepare(broken, state));
        QCOMPARE(hexOf(framesOf(*composer.prepare(hello, state)).at(0).payload),
                 QByteArray("f200110000"));
    }

    void copiesGoOnByThemselves() {
        Composer composer;
        FrameDraft hello = textDraft("Hello");
        hello.compressing = Compressing::AsAgreed;
        const WireState state = deflateState();
        QVERIFY(composer.prepare(hello, state, 1));
        Composer preview = composer;
        FrameDraft other = textDraft("something quite different");
        other.compressing = Compressing::AsAgreed;
        QVERIFY(preview.prepare(other, state, 1));
        const QByteArray shown = hexOf(Composer(composer).prepare(hello, state, 5));
        QCOMPARE(hexOf(composer.prepare(hello, state, 5)), shown);
    }

    /// A thousand messages in every way of compressing, read by the dissector's inflater.
    void inflatesAgain_data() {
        QTest::addColumn<bool>("noContext");
        QTest::addColumn<int>("bits");
        QTest::newRow("takeover") << false << 15;
        QTest::newRow("takeover, small window") << false << 9;
        QTest::newRow("takeover, smallest window") << false << 8;
        QTest::newRow("no takeover") << true << 15;
    }
    void inflatesAgain() {
        QFETCH(bool, noContext);
        QFETCH(int, bits);
        const WireState state = deflateState(noContext, static_cast<std::uint8_t>(bits));
        Composer composer;
        websocket::Inflater inflater;
        std::mt19937 random(1);
        for (int i = 0; i < 1000; ++i) {
            std::string text;
            const auto words = random() % 60;
            for (unsigned w = 0; w < words; ++w) {
                text += "{\"word\":" + std::to_string(random() % 97) + "}";
            }
            FrameDraft draft = textDraft(text);
            draft.compressing = i % 10 == 9 ? Compressing::NoContext : Compressing::AsAgreed;
            if (i % 3 == 0) draft.fragments = {0, random() % 50, random() % 50, 0};
            std::string inflated;
            const auto sink = [&](ByteView bytes) { inflated += asText(bytes); };
            inflater.begin(!noContext);
            const auto frames = framesOf(*composer.prepare(draft, state));
            QVERIFY(!frames.empty());
            for (std::size_t f = 0; f < frames.size(); ++f) {
                QCOMPARE(frames[f].header.rsv1, f == 0);
                QCOMPARE(inflater.feed(frames[f].payload, sink), websocket::InflateError::None);
            }
            QCOMPARE(inflater.finish(sink), websocket::InflateError::None);
            QCOMPARE(inflated, text);
        }
    }

    /// What a fragment carries can be read before the next one is there.
    void compressedFragmentsCarryWhatTheirSizesSay() {
        FrameDraft draft = textDraft("abcdefghij");
        draft.fragments = {3, 4};
        draft.compressing = Compressing::AsAgreed;
        websocket::Inflater inflater;
        inflater.begin(true);
        QByteArray parts;
        for (const Frame& frame : framesOf(*Composer().prepare(draft, deflateState()))) {
            inflater.feed(frame.payload, [&](ByteView bytes) {
                parts += QByteArray::fromStdString(std::string(asText(bytes)));
            });
            parts += '|';
        }
        QVERIFY2(parts.startsWith("abc|defg|"), parts);
    }

    void aMessageIsContinuedByOtherDrafts() {
        Composer composer;
        const WireState state = deflateState();
        FrameDraft begin = textDraft("Hello ");
        begin.compressing = Compressing::AsAgreed;
        begin.fin = false;
        FrameDraft end = textDraft("Hello");
        end.compressing = Compressing::AsAgreed;
        end.opcode = code(Opcode::Continuation);
        websocket::Inflater inflater;
        inflater.begin(true);
        std::string inflated;
        const auto sink = [&](ByteView bytes) { inflated += asText(bytes); };
        for (const FrameDraft& draft : {begin, end}) {
            const Frame frame = framesOf(*composer.prepare(draft, state)).at(0);
            QCOMPARE(frame.header.rsv1, draft == begin);
            inflater.feed(frame.payload, sink);
        }
        QCOMPARE(inflater.finish(sink), websocket::InflateError::None);
        QCOMPARE(inflated, std::string("Hello Hello"));
    }

    void controlFramesAreCompressedOnPurposeOnly() {
        FrameDraft ping = textDraft("Hello");
        ping.opcode = code(Opcode::Ping);
        ping.compressing = Compressing::AsAgreed;
        QCOMPARE(asText(framesOf(*Composer().prepare(ping, deflateState())).at(0).payload),
                 std::string_view("Hello"));
        ping.compressing = Compressing::NoContext;
        const Frame frame = framesOf(*Composer().prepare(ping, deflateState())).at(0);
        QCOMPARE(hexOf(frame.payload), QByteArray("f248cdc9c90700"));
        QVERIFY(frame.header.rsv1);
    }
};

QTEST_GUILESS_MAIN(TestComposer)
#include "test_composer.moc"
