// Frames of a server become messages, whole or cut anywhere, compressed or not; each breach of RFC
// 6455 for which a receiver must fail the connection gives its close code and names its issue.
#include <QtTest>

#include "capture/client/frame_reader.h"
#include "capture/client/response_reader.h"
#include "capture/compose/composer.h"
#include "dissector/websocket/mask.h"

#include "scripted_peer.h"

using namespace framescope;
using client::FrameReader;

namespace {

struct Sink final : client::FrameSink {
    void message(bool text, Bytes bytes) override {
        messages.push_back((text ? "text:" : "binary:") + std::string(asText(bytes)));
    }
    void control(websocket::Opcode opcode, ByteView payload) override {
        controls.push_back(std::string(websocket::opcodeName(static_cast<std::uint8_t>(opcode))) +
                           ":" + std::string(asText(payload)));
    }
    void frameRemark(const std::string& sentence) override { remarks.push_back(sentence); }

    std::vector<std::string> messages;
    std::vector<std::string> controls;
    std::vector<std::string> remarks;
};

Bytes joined(std::initializer_list<Bytes> parts) {
    Bytes all;
    for (const Bytes& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

Bytes raw(std::initializer_list<int> bytes) {
    Bytes all;
    for (const int byte : bytes) all.push_back(static_cast<std::uint8_t>(byte));
    return all;
}

QByteArray asArray(const Bytes& bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}

/// Text messages as a server compresses them.
Bytes compressedMessages(const std::vector<std::string>& texts, const Compression& compression) {
    compose::WireState state;
    state.direction = Direction::ServerToClient;
    state.compression = compression;
    compose::Composer composer;
    Bytes all;
    for (const std::string& text : texts) {
        compose::FrameDraft draft;
        draft.payload.text = text;
        draft.masking = compose::Masking::None;
        draft.compressing = compose::Compressing::AsAgreed;
        draft.fragments = {3};
        const auto prepared = composer.prepare(draft, state, 1);
        if (!prepared) qFatal("%s", prepared.error().sentence.c_str());
        const Bytes bytes = prepared->joined();
        all.insert(all.end(), bytes.begin(), bytes.end());
    }
    return all;
}

}  // namespace

class TestFrameReader : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void messagesInAnyPieces() {
        const std::string large(70'000, 'x');
        const Bytes bytes = joined({test::serverFrame(1, "hello"), test::serverFrame(2, large),
                                    test::serverFrame(1, "fr", false), test::serverFrame(9, "ping"),
                                    test::serverFrame(0, "\xc3", false),
                                    test::serverFrame(0, "\xa4g"), test::serverFrame(1, ""),
                                    test::serverFrame(10, ""), test::closeFrame(1001, "bye")});
        for (const std::size_t piece : {bytes.size(), std::size_t{1}, std::size_t{7}}) {
            FrameReader reader(Direction::ServerToClient, {});
            Sink sink;
            for (std::size_t at = 0; at < bytes.size(); at += piece) {
                const auto& fault = reader.feed(
                    ByteView(bytes).subspan(at, std::min(piece, bytes.size() - at)), sink);
                QVERIFY2(!fault, fault ? fault->sentence.c_str() : "");
            }
            QCOMPARE(sink.messages.size(), std::size_t{4});
            QCOMPARE(sink.messages[0], std::string("text:hello"));
            QVERIFY(sink.messages[1] == "binary:" + large);
            QCOMPARE(sink.messages[2], std::string("text:fr\xc3\xa4g"));
            QCOMPARE(sink.messages[3], std::string("text:"));
            QCOMPARE(sink.controls, (std::vector<std::string>{"ping:ping", "pong:",
                                                              "close:\x03\xe9"
                                                              "bye"}));
            QVERIFY(sink.remarks.empty());
            QVERIFY(!reader.insideMessage());
        }
    }

    void faults_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("words");
        const auto row = [](const char* name, const Bytes& bytes, int code, const char* words) {
            QTest::newRow(name) << asArray(bytes) << code << QByteArray(words);
        };
        row("masked", raw({0x81, 0x81, 1, 2, 3, 4, 'x'}), 1002, "websocket.server-masked");
        row("rsv1", raw({0xc1, 0x00}), 1002, "websocket.reserved-bits");
        row("rsv3", raw({0x91, 0x00}), 1002, "websocket.reserved-bits");
        row("reserved opcode", raw({0x83, 0x00}), 1002, "websocket.reserved-opcode");
        row("reserved control", raw({0x8b, 0x00}), 1002, "websocket.reserved-opcode");
        row("fragmented ping", raw({0x09, 0x00}), 1002, "websocket.control-fragmented");
        row("long ping", raw({0x89, 126, 0, 126}), 1002, "websocket.control-too-long");
        row("continuation", raw({0x80, 0x00}), 1002, "websocket.continuation-without-start");
        row("message inside message", raw({0x01, 0x00, 0x81, 0x00}), 1002,
            "websocket.message-inside-message");
        row("top bit", raw({0x82, 127, 0x80, 0, 0, 0, 0, 0, 0, 0}), 1002,
            "websocket.length-top-bit");
        row("too long", raw({0x82, 127, 0, 0, 0, 1, 0, 0, 0, 0}), 1009, "more than");
        row("no UTF-8", raw({0x81, 1, 0xff}), 1007, "websocket.text-not-utf8");
        row("half a character", raw({0x81, 1, 0xc3}), 1007, "websocket.text-not-utf8");
        row("no UTF-8, early", raw({0x01, 2, 'a', 0xff}), 1007, "websocket.text-not-utf8");
        row("close of one byte", raw({0x88, 1, 3}), 1002, "websocket.close-body-one-byte");
        row("close code", raw({0x88, 2, 0x03, 0xed}), 1002, "websocket.close-code-forbidden");
        row("close reason", raw({0x88, 3, 0x03, 0xe8, 0xff}), 1007,
            "websocket.close-reason-not-utf8");
    }
    void faults() {
        QFETCH(QByteArray, bytes);
        QFETCH(int, code);
        QFETCH(QByteArray, words);
        const ByteView view = asBytes({bytes.constData(), static_cast<std::size_t>(bytes.size())});
        for (const bool whole : {true, false}) {
            FrameReader reader(Direction::ServerToClient, {});
            Sink sink;
            std::optional<client::FrameFault> fault;
            if (whole) {
                fault = reader.feed(view, sink);
            } else {
                for (std::size_t i = 0; i < view.size(); ++i) {
                    fault = reader.feed(view.subspan(i, 1), sink);
                }
            }
            QVERIFY(fault);
            QCOMPARE(static_cast<int>(fault->code), code);
            QVERIFY2(fault->sentence.find(words.toStdString()) != std::string::npos,
                     fault->sentence.c_str());
            QVERIFY(sink.messages.empty() && sink.controls.empty());
            // What comes behind is not read any more.
            reader.feed(test::serverFrame(1, "late"), sink);
            QVERIFY(sink.messages.empty());
        }
    }

    void aLongerLengthFormIsARemarkOnly() {
        FrameReader reader(Direction::ServerToClient, {});
        Sink sink;
        QVERIFY(!reader.feed(raw({0x81, 126, 0, 2, 'h', 'i'}), sink));
        QCOMPARE(sink.messages, std::vector<std::string>{"text:hi"});
        QCOMPARE(sink.remarks.size(), std::size_t{1});
        QVERIFY(sink.remarks[0].find("websocket.length-not-minimal") != std::string::npos);
    }

    void compressed_data() {
        QTest::addColumn<bool>("takeover");
        QTest::newRow("with takeover") << true;
        QTest::newRow("without takeover") << false;
    }
    void compressed() {
        QFETCH(bool, takeover);
        Compression compression;
        compression.kind = CompressionKind::PerMessageDeflate;
        compression.noContextTakeover = {!takeover, !takeover};
        const std::vector<std::string> texts = {"hello hello hello", "hello hello hello", "abcdef"};
        const Bytes bytes = compressedMessages(texts, compression);
        for (const std::size_t piece : {bytes.size(), std::size_t{1}}) {
            FrameReader reader(Direction::ServerToClient, compression);
            Sink sink;
            for (std::size_t at = 0; at < bytes.size(); at += piece) {
                const auto& fault = reader.feed(
                    ByteView(bytes).subspan(at, std::min(piece, bytes.size() - at)), sink);
                QVERIFY2(!fault, fault ? fault->sentence.c_str() : "");
            }
            QCOMPARE(sink.messages.size(), texts.size());
            for (std::size_t i = 0; i < texts.size(); ++i) {
                QCOMPARE(sink.messages[i], "text:" + texts[i]);
            }
        }
    }

    void compressedFaults() {
        Compression compression;
        compression.kind = CompressionKind::PerMessageDeflate;
        Sink sink;
        FrameReader broken(Direction::ServerToClient, compression);
        const auto& notDeflate = broken.feed(raw({0xc1, 3, 0xff, 0xff, 0xff}), sink);
        QVERIFY(notDeflate && notDeflate->code == 1007);
        QVERIFY(notDeflate->sentence.find("websocket.not-deflate") != std::string::npos);

        // A bomb: a limit of 1000 bytes, and a message that inflates to many more.
        const Bytes bomb = compressedMessages({std::string(50'000, 'a')}, compression);
        FrameReader small(Direction::ServerToClient, compression, 1000);
        const auto& tooBig = small.feed(bomb, sink);
        QVERIFY(tooBig && tooBig->code == 1009);
        QVERIFY(sink.messages.empty());
    }

    void manyFragmentsTakeLinearTime() {
        // A quadratic reader would need minutes for this.
        FrameReader reader(Direction::ServerToClient, {});
        Sink sink;
        Bytes bytes = test::serverFrame(2, "ab", false);
        const Bytes more = test::serverFrame(0, "cd", false);
        for (int i = 0; i < 300'000; ++i) bytes.insert(bytes.end(), more.begin(), more.end());
        const Bytes last = test::serverFrame(0, "e");
        bytes.insert(bytes.end(), last.begin(), last.end());
        QVERIFY(!reader.feed(bytes, sink));
        QCOMPARE(sink.messages.size(), std::size_t{1});
        QCOMPARE(sink.messages[0].size(), std::size_t{7 + 2 + 600'000 + 1});
    }

    void responses_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("body");   // of a good answer
        QTest::addColumn<QByteArray>("words");  // of a bad one
        QTest::addColumn<int>("surplus");
        const auto row = [](const char* name, const char* bytes, const char* body,
                            const char* words = "", int surplus = 0) {
            QTest::newRow(name) << QByteArray(bytes) << QByteArray(body) << QByteArray(words)
                                << surplus;
        };
        row("length", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP", "abc", "", 4);
        row("chunked",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1;x=y\r\nc"
            "\r\n0\r\nA: b\r\n\r\n",
            "abc");
        row("interim", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
            "x");
        row("none", "HTTP/1.1 204 No Content\r\n\r\nrest", "", "", 4);
        row("to the end", "HTTP/1.1 200 OK\r\n\r\nall of it", "all of it");
        row("tunnel", "HTTP/1.1 101 Switching\r\n\r\n\x81\x01x", "", "", 3);
        row("no HTTP", "SSH-2.0-OpenSSH\r\n\r\n", "", "not an HTTP response");
        row("cut body", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "",
            "middle of its answer");
        row("cut head", "HTTP/1.1 200 OK\r\nContent-", "", "middle of its answer's head");
        row("nothing", "", "", "without an answer");
        row("bad chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "",
            "chunks");
        row("too large", "HTTP/1.1 200 OK\r\nContent-Length: 2000\r\n\r\n", "", "");
    }
    void responses() {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, body);
        QFETCH(QByteArray, words);
        QFETCH(int, surplus);
        if (QByteArray(QTest::currentDataTag()) == "too large") {
            bytes += QByteArray(2000, 'x');
            words = "too large";
        }
        const ByteView view = asBytes({bytes.constData(), static_cast<std::size_t>(bytes.size())});
        for (const bool whole : {true, false}) {
            client::ResponseReader reader("GET", 1000, false);
            std::size_t taken = 0;
            if (whole) {
                taken = reader.feed(view);
            } else {
                for (std::size_t i = 0; i < view.size() && !reader.finished(); ++i) {
                    taken += reader.feed(view.subspan(i, 1));
                }
            }
            if (!reader.finished()) reader.end();
            QCOMPARE(reader.state() == client::ResponseReader::State::Failed, !words.isEmpty());
            QVERIFY2(reader.fault().find(words.toStdString()) != std::string::npos,
                     reader.fault().c_str());
            if (!words.isEmpty()) continue;
            QCOMPARE(std::string(asText(reader.body())), body.toStdString());
            QCOMPARE(static_cast<int>(view.size() - taken), surplus);
        }
    }
};

QTEST_APPLESS_MAIN(TestFrameReader)
#include "test_frame_reader.moc"
