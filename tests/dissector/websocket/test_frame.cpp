// Frame headers: the examples of RFC 6455 section 5.7, every length form, every first two bytes.
#include <QtTest>

#include "dissector/field/field_id.h"
#include "dissector/websocket/frame.h"
#include "dissector/websocket/mask.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using namespace framescope::websocket;
using framescope::test::checkPrefixes;
using framescope::test::fromHex;

namespace {

struct Example {
    const char* name;
    const char* header;  // hex
    FrameHeader expected;
    const char* payload;  // hex, as on the wire
    const char* unmasked;
};

FrameHeader made(bool fin, Opcode opcode, LengthForm form, std::uint64_t length) {
    FrameHeader header;
    header.fin = fin;
    header.opcode = static_cast<std::uint8_t>(opcode);
    header.lengthForm = form;
    header.payloadLength = length;
    return header;
}

FrameHeader masked(FrameHeader header) {
    header.masked = true;
    header.maskingKey = {0x37, 0xfa, 0x21, 0x3d};
    return header;
}

const Example kExamples[] = {
    {"single-frame unmasked text", "81 05", made(true, Opcode::Text, LengthForm::Bits7, 5),
     "48656c6c6f", "Hello"},
    {"single-frame masked text", "81 85 37 fa 21 3d",
     masked(made(true, Opcode::Text, LengthForm::Bits7, 5)), "7f9f4d5158", "Hello"},
    {"first fragment", "01 03", made(false, Opcode::Text, LengthForm::Bits7, 3), "48656c", "Hel"},
    {"last fragment", "80 02", made(true, Opcode::Continuation, LengthForm::Bits7, 2), "6c6f",
     "lo"},
    {"unmasked ping", "89 05", made(true, Opcode::Ping, LengthForm::Bits7, 5), "48656c6c6f",
     "Hello"},
    {"masked pong", "8a 85 37 fa 21 3d", masked(made(true, Opcode::Pong, LengthForm::Bits7, 5)),
     "7f9f4d5158", "Hello"},
    {"256 bytes binary", "82 7e 01 00", made(true, Opcode::Binary, LengthForm::Bits16, 256),
     nullptr, nullptr},
    {"64 KiB binary", "82 7f 00 00 00 00 00 01 00 00",
     made(true, Opcode::Binary, LengthForm::Bits64, 65536), nullptr, nullptr},
};

std::vector<IssueCode> codes(const FrameHeader& header, Direction direction,
                             CompressionKind compression = CompressionKind::None) {
    IssueSink sink;
    check(header, direction, compression, sink);
    std::vector<IssueCode> result;
    for (const Issue& issue : sink.issues()) result.push_back(issue.code);
    return result;
}

using Codes = std::vector<IssueCode>;

}  // namespace

class TestFrame : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rfcExamples_data() {
        QTest::addColumn<int>("index");
        for (int i = 0; i < int(std::size(kExamples)); ++i) QTest::newRow(kExamples[i].name) << i;
    }

    void rfcExamples() {
        QFETCH(int, index);
        const Example& example = kExamples[index];
        const Bytes wire = fromHex(example.header);
        QCOMPARE(checkPrefixes(wire, parseFrameHeader), std::string());
        const auto parsed = parseFrameHeader(wire);
        QVERIFY(*parsed == example.expected);
        QCOMPARE(parsed->size(), wire.size());
        QCOMPARE(parsed->frameSize(), wire.size() + parsed->payloadLength);

        Bytes encoded;
        ByteWriter writer(encoded);
        encode(*parsed, writer);
        QCOMPARE(encoded, wire);

        if (example.payload == nullptr) return;
        Bytes frame;
        ByteWriter frameWriter(frame);
        encodeFrame(*parsed, asBytes(example.unmasked), frameWriter);
        Bytes expected = wire;
        const Bytes payload = fromHex(example.payload);
        expected.insert(expected.end(), payload.begin(), payload.end());
        QCOMPARE(frame, expected);
        Bytes unmasked = payload;
        if (parsed->masked) applyMask(unmasked, parsed->maskingKey, 0);
        QCOMPARE(asText(unmasked), std::string_view(example.unmasked));
    }

    // Every value of the first two bytes is a header; encoding gives the same bytes back.
    void everyBeginning() {
        test::Noise noise(1);
        for (int first = 0; first < 0x10000; ++first) {
            Bytes wire(kMaxHeaderSize);
            for (auto& byte : wire) byte = noise.byte();
            wire[0] = static_cast<std::uint8_t>(first >> 8);
            wire[1] = static_cast<std::uint8_t>(first);
            const auto parsed = parseFrameHeader(wire);
            QVERIFY(parsed);
            wire.resize(parsed.consumed());
            Bytes encoded;
            ByteWriter writer(encoded);
            encode(*parsed, writer);
            QCOMPARE(encoded, wire);
            if (first % 257 == 0) QCOMPARE(checkPrefixes(wire, parseFrameHeader), std::string());
        }
    }

    void sizes() {
        QCOMPARE(minimalForm(0), LengthForm::Bits7);
        QCOMPARE(minimalForm(125), LengthForm::Bits7);
        QCOMPARE(minimalForm(126), LengthForm::Bits16);
        QCOMPARE(minimalForm(65535), LengthForm::Bits16);
        QCOMPARE(minimalForm(65536), LengthForm::Bits64);
        const FrameHeader huge = made(true, Opcode::Binary, LengthForm::Bits64, ~0ULL);
        QCOMPARE(huge.frameSize(), ~0ULL);
    }

    void checks() {
        const FrameHeader good = made(true, Opcode::Text, LengthForm::Bits7, 5);
        QVERIFY(codes(good, Direction::ServerToClient).empty());
        QVERIFY(codes(masked(good), Direction::ClientToServer).empty());
        QCOMPARE(codes(good, Direction::ClientToServer),
                 Codes{IssueCode::WebSocketClientNotMasked});
        QCOMPARE(codes(masked(good), Direction::ServerToClient),
                 Codes{IssueCode::WebSocketServerMasked});

        FrameHeader rsv = good;
        rsv.rsv1 = true;
        QCOMPARE(codes(rsv, Direction::ServerToClient), Codes{IssueCode::WebSocketReservedBits});
        constexpr Direction kServer = Direction::ServerToClient;
        constexpr CompressionKind kDeflate = CompressionKind::PerMessageDeflate;
        constexpr CompressionKind kDeflateFrame = CompressionKind::WebkitDeflateFrame;
        QVERIFY(codes(rsv, kServer, kDeflate).empty());
        QVERIFY(codes(rsv, kServer, kDeflateFrame).empty());
        // RFC 7692 section 6.1; x-webkit-deflate-frame compresses each frame.
        rsv.opcode = static_cast<std::uint8_t>(Opcode::Continuation);
        QCOMPARE(codes(rsv, kServer), Codes{IssueCode::WebSocketReservedBits});
        QCOMPARE(codes(rsv, kServer, kDeflate), Codes{IssueCode::WebSocketRsv1OnContinuation});
        QVERIFY(codes(rsv, kServer, kDeflateFrame).empty());
        rsv.opcode = static_cast<std::uint8_t>(Opcode::Ping);
        QCOMPARE(codes(rsv, kServer), Codes{IssueCode::WebSocketReservedBits});
        QCOMPARE(codes(rsv, kServer, kDeflate), Codes{IssueCode::WebSocketRsv1OnControl});
        QCOMPARE(codes(rsv, kServer, kDeflateFrame), Codes{IssueCode::WebSocketRsv1OnControl});
        rsv.rsv1 = false;
        rsv.rsv2 = rsv.rsv3 = true;
        QCOMPARE(codes(rsv, kServer, kDeflate).size(), std::size_t{2});
        FrameHeader zero = masked(good);
        zero.maskingKey = {};
        QCOMPARE(codes(zero, Direction::ClientToServer), Codes{IssueCode::WebSocketMaskingKeyZero});

        for (const std::uint8_t opcode : {3, 4, 5, 6, 7, 11, 12, 13, 14, 15}) {
            FrameHeader reserved = good;
            reserved.opcode = opcode;
            QCOMPARE(codes(reserved, Direction::ServerToClient),
                     Codes{IssueCode::WebSocketReservedOpcode});
        }
        QCOMPARE(codes(made(false, Opcode::Ping, LengthForm::Bits7, 0), Direction::ServerToClient),
                 Codes{IssueCode::WebSocketControlFragmented});
        QCOMPARE(
            codes(made(true, Opcode::Close, LengthForm::Bits16, 126), Direction::ServerToClient),
            Codes{IssueCode::WebSocketControlTooLong});
        QCOMPARE(
            codes(made(true, Opcode::Text, LengthForm::Bits16, 125), Direction::ServerToClient),
            Codes{IssueCode::WebSocketLengthNotMinimal});
        QCOMPARE(
            codes(made(true, Opcode::Text, LengthForm::Bits64, 65535), Direction::ServerToClient),
            Codes{IssueCode::WebSocketLengthNotMinimal});
        QCOMPARE(codes(made(true, Opcode::Text, LengthForm::Bits64, 1ULL << 63),
                       Direction::ServerToClient),
                 Codes{IssueCode::WebSocketLengthTopBit});
    }

    // Any cut of a payload gives what one byte at a time gives.
    void maskInPieces() {
        const MaskingKey key{0x12, 0xa5, 0x00, 0xff};
        test::Noise noise(2);
        Bytes payload(67);
        for (auto& byte : payload) byte = noise.byte();
        Bytes expected = payload;
        for (std::size_t i = 0; i < expected.size(); ++i) expected[i] ^= key[i % 4];
        for (std::size_t a = 0; a <= payload.size(); ++a) {
            for (std::size_t b = a; b <= payload.size(); ++b) {
                Bytes pieces = payload;
                const std::span<std::uint8_t> all(pieces);
                applyMask(all.first(a), key, 0);
                applyMask(all.subspan(a, b - a), key, a);
                applyMask(all.subspan(b), key, b);
                QCOMPARE(pieces, expected);
                Bytes copied(payload.size() + 1, 0x55);
                const ByteView from(payload);
                copyMasked(from.first(a), copied.data(), key, 0);
                copyMasked(from.subspan(a, b - a), copied.data() + a, key, a);
                copyMasked(from.subspan(b), copied.data() + b, key, b);
                QCOMPARE(copied.back(), std::uint8_t{0x55});
                copied.pop_back();
                QCOMPARE(copied, expected);
            }
        }
    }

    // Wherever the one byte stands that is no ASCII, it is noticed, and what is masked is not
    // mistaken for it.
    void copiedAscii() {
        const MaskingKey key{0x92, 0xa5, 0x80, 0xff};
        for (std::size_t size = 0; size <= 50; ++size) {
            Bytes payload(size, 'a');
            Bytes masked = payload;
            applyMask(masked, key, 0);
            Bytes copy(size);
            QVERIFY(copyPlain(payload, copy.data()));
            QCOMPARE(copy, payload);
            QVERIFY(copyMasked(masked, copy.data(), key, 0));
            QCOMPARE(copy, payload);
            for (std::size_t at = 0; at < size; ++at) {
                payload[at] ^= 0x80;
                masked[at] ^= 0x80;
                QVERIFY(!copyPlain(payload, copy.data()));
                QVERIFY(!copyMasked(masked, copy.data(), key, 0));
                QCOMPARE(copy, payload);
                payload[at] ^= 0x80;
                masked[at] ^= 0x80;
            }
        }
    }

    // Wherever one of the characters stands that protocols of the client's are told by, it is seen;
    // no other byte is mistaken for one.
    void seenWhileCopying() {
        const MaskingKey key{0x5f, 0x1e, 0x5c, 0x3d};
        for (const std::size_t size : {1U, 5U, 15U, 16U, 17U, 31U, 32U, 33U, 63U, 64U, 100U}) {
            for (std::size_t at = 0; at < size; ++at) {
                for (unsigned byte = 0; byte < 256; ++byte) {
                    Bytes payload(size, 'a');
                    payload[at] = static_cast<std::uint8_t>(byte);
                    Bytes masked = payload;
                    applyMask(masked, key, 0);
                    Bytes copy(size);
                    const Seen seen = copyMasked(masked, copy.data(), key);
                    QCOMPARE(copy, payload);
                    QCOMPARE(seen.ascii, byte < 0x80);
                    QCOMPARE(seen.marked, byte == '_' || byte == '\\' || byte == 0x1e);
                }
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestFrame)
#include "test_frame.moc"
