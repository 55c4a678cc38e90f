// The opening handshake: the example of RFC 6455 section 1.3, keys, answers.
#include <QtTest>

#include "dissector/field/field_id.h"
#include "dissector/websocket/handshake.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using namespace framescope::websocket;
using framescope::test::bytesOf;
using framescope::test::checkPrefixes;

namespace {

constexpr std::string_view kRequest =
    "GET /chat HTTP/1.1\r\n"
    "Host: server.example.com\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Origin: http://example.com\r\n"
    "Sec-WebSocket-Protocol: chat, superchat\r\n"
    "Sec-WebSocket-Version: 13\r\n\r\n";

constexpr std::string_view kResponse =
    "HTTP/1.1 101 Switching Protocols\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    "Sec-WebSocket-Protocol: chat\r\n\r\n";

http::Head headOf(std::string_view text) {
    return *http::parseHead(asBytes(text));
}

auto parse(ByteView bytes) {
    return http::parseHead(bytes);
}

}  // namespace

class TestHandshake : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void rfcExample() {
        QCOMPARE(checkPrefixes(bytesOf(kRequest), parse), std::string());
        QCOMPARE(checkPrefixes(bytesOf(kResponse), parse), std::string());
        const http::Head request = headOf(kRequest);
        const http::Head response = headOf(kResponse);
        QVERIFY(asksForWebSocket(request));
        QVERIFY(!asksForWebSocket(response));
        QVERIFY(agreesToWebSocket(response));
        QCOMPARE(acceptFor("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        IssueSink issues;
        checkKey(request, issues);
        checkAccept(response, request.value("sec-websocket-key"), issues);
        http::check(request, issues);
        http::check(response, issues);
        QVERIFY(issues.empty());
        for (const std::string_view text : {kRequest, kResponse}) {
            Bytes encoded;
            ByteWriter writer(encoded);
            http::encode(headOf(text), writer);
            QCOMPARE(asText(encoded), text);
        }
        QCOMPARE(request.elements("Sec-WebSocket-Protocol").size(), std::size_t{2});
    }

    void keys() {
        QVERIFY(isWellFormedKey("dGhlIHNhbXBsZSBub25jZQ=="));
        QVERIFY(isWellFormedKey("AAAAAAAAAAAAAAAAAAAAAA=="));
        QVERIFY(!isWellFormedKey(""));
        QVERIFY(!isWellFormedKey("dGhlIHNhbXBsZSBub25jZQ="));
        QVERIFY(!isWellFormedKey("dGhlIHNhbXBsZSBub25jZSE="));
        QVERIFY(!isWellFormedKey("dGhlIHNhbXBsZSBub25jZR=="));
        QVERIFY(!isWellFormedKey("dGhl!HNhbXBsZSBub25jZQ=="));
        IssueSink issues;
        checkKey(headOf("GET / HTTP/1.1\r\nSec-WebSocket-Key: x\r\n\r\n"), issues);
        checkKey(headOf("GET / HTTP/1.1\r\n\r\n"), issues);
        QCOMPARE(issues.issues().size(), std::size_t{2});
        QCOMPARE(issues.issues()[0].part, std::uint16_t(FieldId::HttpSecWebSocketKey));
    }

    void wrongAnswer() {
        IssueSink issues;
        const http::Head wrong =
            headOf("HTTP/1.1 101 X\r\nSec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n");
        checkAccept(wrong, "dGhlIHNhbXBsZSBub25jZQ==", issues);
        QCOMPARE(issues.issues().size(), std::size_t{1});
        QCOMPARE(issues.issues()[0].code, IssueCode::HttpAcceptWrong);
        QCOMPARE(issues.issues()[0].part, std::uint16_t(FieldId::HttpSecWebSocketAccept));
        QCOMPARE(issues.issues()[0].detail, "expected s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        issues.clear();
        checkAccept(wrong, "", issues);
        QVERIFY(issues.empty());
        checkAccept(headOf("HTTP/1.1 101 X\r\nUpgrade: websocket\r\n\r\n"), "x", issues);
        QCOMPARE(issues.issues()[0].code, IssueCode::HttpAcceptMissing);
    }

    void extensions() {
        QVERIFY(
            namesDeflate(headOf("GET / HTTP/1.1\r\nSec-WebSocket-Extensions: a; b=\"x,y\", "
                                "permessage-deflate; client_max_window_bits\r\n\r\n")));
        QVERIFY(!namesDeflate(headOf(
            "GET / HTTP/1.1\r\nSec-WebSocket-Extensions: a; b=\",permessage-deflate,\"\r\n\r\n")));
        QVERIFY(!namesDeflate(headOf("GET / HTTP/1.1\r\n\r\n")));
    }
};

QTEST_APPLESS_MAIN(TestHandshake)
#include "test_handshake.moc"
