// The opening handshake: the example of RFC 6455 section 1.3, keys, and one case for each thing
// that can be wrong with a request or its response, which gives exactly that issue.
#include <QtTest>

#include "dissector/field/field_id.h"
#include "dissector/http/judge.h"
#include "dissector/websocket/handshake.h"
#include "tests/support/prefixes.h"
#include "tests/support/tree_text.h"

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
    "Origin: http://server.example.com\r\n"
    "Sec-WebSocket-Protocol: chat, superchat\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
    "Sec-WebSocket-Version: 13\r\n\r\n";

constexpr std::string_view kResponse =
    "HTTP/1.1 101 Switching Protocols\r\n"
    "Upgrade: websocket\r\n"
    "Connection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
    "Sec-WebSocket-Protocol: chat\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";

http::Head headOf(std::string_view text) {
    return *http::parseHead(asBytes(text));
}

auto parse(ByteView bytes) {
    return http::parseHead(bytes);
}

/// `text` with its line that begins with `line` replaced; an empty replacement takes it out.
std::string with(std::string_view text, std::string_view line, std::string_view replacement) {
    std::string changed(text);
    const std::size_t begin = changed.find(line);
    const std::size_t end = changed.find("\r\n", begin);
    changed.replace(begin, end - begin, replacement);
    if (replacement.empty()) changed.erase(begin, 2);
    return changed;
}

/// "code" or "code@field" for each issue, joined by a space.
QString namesOf(const IssueSink& issues) {
    QStringList names;
    for (const Issue& issue : issues.issues()) {
        const std::string_view name = issueInfo(issue.code).name;
        QString text = QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
        if (issue.part != 0) {
            const std::string_view field = fieldInfo(static_cast<FieldId>(issue.part)).name;
            text += u'@' + QString::fromUtf8(field.data(), static_cast<qsizetype>(field.size()));
        }
        names << text;
    }
    return names.join(u' ');
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
        QVERIFY(isHandshake(request));
        QVERIFY(!isStripped(request));
        QVERIFY(!isHandshake(response));
        QCOMPARE(acceptFor("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        const Offer offer = offerOf(request);
        QCOMPARE(offer.accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
        QCOMPARE(offer.subprotocols, (std::vector<std::string>{"chat", "superchat"}));
        QCOMPARE(offer.extensions.size(), std::size_t{1});
        QVERIFY(agreesToWebSocket(response, &offer));
        QVERIFY(agreesToWebSocket(response, nullptr));
        QCOMPARE(agreedSubprotocol(response), std::string_view("chat"));
        for (const std::string_view text : {kRequest, kResponse}) {
            Bytes encoded;
            ByteWriter writer(encoded);
            http::encode(headOf(text), writer);
            QCOMPARE(asText(encoded), text);
        }
    }

    /// A digit of the status was damaged: who answers the key agrees.
    void damagedStatus() {
        const Offer offer = offerOf(headOf(kRequest));
        std::string text(kResponse);
        const std::size_t status = text.find("101");
        for (const char* const other : {"901", "105", "200", "001"}) {
            text.replace(status, 3, other);
            QVERIFY(!agreesToWebSocket(headOf(text), &offer));
            QVERIFY(agreesButForStatus(headOf(text), &offer));
            QVERIFY(!agreesButForStatus(headOf(text), nullptr));
            IssueSink issues;
            checkResponse(headOf(text), &offer, issues);
            QCOMPARE(issues.issues().size(), std::size_t{1});
            QCOMPARE(issues.issues().front().code, IssueCode::HttpStartLineMalformed);
        }
        std::string refusal = text;
        refusal.insert(refusal.size() - 2, "Content-Length: 5\r\n");
        QVERIFY(!agreesButForStatus(headOf(refusal), &offer));
        text.replace(text.find("s3pPLM"), 6, "AAAAAA");
        QVERIFY(!agreesButForStatus(headOf(text), &offer));
        QVERIFY(!agreesButForStatus(headOf(kResponse), &offer));
    }

    void keys() {
        QVERIFY(isWellFormedKey("dGhlIHNhbXBsZSBub25jZQ=="));
        QVERIFY(isWellFormedKey("AAAAAAAAAAAAAAAAAAAAAA=="));
        QVERIFY(!isWellFormedKey(""));
        QVERIFY(!isWellFormedKey("dGhlIHNhbXBsZSBub25jZQ="));
        QVERIFY(!isWellFormedKey("dGhlIHNhbXBsZSBub25jZSE="));
        QVERIFY(!isWellFormedKey("dGhlIHNhbXBsZSBub25jZR=="));
        QVERIFY(!isWellFormedKey("dGhl!HNhbXBsZSBub25jZQ=="));
    }

    void requests_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("replacement");
        QTest::addColumn<QString>("issues");
        const auto add = [](const char* name, const char* line, const char* replacement,
                            const char* issues) {
            QTest::newRow(name) << line << replacement << issues;
        };
        add("as it should be", "GET", "GET /chat HTTP/1.1", "");
        add("method", "GET", "POST /chat HTTP/1.1", "handshake.method-not-get@http.request.method");
        add("method in lower case", "GET", "get /chat HTTP/1.1",
            "handshake.method-not-get@http.request.method");
        add("HTTP/1.0", "GET", "GET /chat HTTP/1.0", "handshake.http-version@http.request.version");
        add("HTTP/0.9", "GET", "GET /chat HTTP/0.9", "handshake.http-version@http.request.version");
        add("HTTP/2.0", "GET", "GET /chat HTTP/2.0", "");
        add("no Host", "Host", "", "handshake.host-missing");
        add("Host twice", "Host", "Host: server.example.com\r\nHost: b",
            "handshake.header-twice@http.host");
        add("no Upgrade", "Upgrade", "", "handshake.upgrade-missing");
        add("other Upgrade", "Upgrade", "Upgrade: web-socket",
            "handshake.upgrade-malformed@http.upgrade");
        add("Upgrade among others", "Upgrade", "Upgrade: h2c, WebSocket", "");
        add("Upgrade twice", "Upgrade", "Upgrade: websocket\r\nUpgrade: websocket",
            "handshake.header-twice@http.upgrade");
        add("no Connection", "Connection", "", "handshake.connection-missing");
        add("other Connection", "Connection", "Connection: keep-alive",
            "handshake.connection-malformed@http.connection");
        add("Connection among others", "Connection", "Connection: keep-alive, UPGRADE", "");
        add("no key", "Sec-WebSocket-Key", "", "handshake.key-missing");
        add("short key", "Sec-WebSocket-Key", "Sec-WebSocket-Key: dGhl",
            "handshake.key-malformed@http.sec_websocket_key");
        add("empty key", "Sec-WebSocket-Key",
            "Sec-WebSocket-Key:", "handshake.key-malformed@http.sec_websocket_key");
        add("key twice", "Sec-WebSocket-Key",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==",
            "handshake.header-twice@http.sec_websocket_key");
        add("no version", "Sec-WebSocket-Version", "", "handshake.version-missing");
        add("version 8", "Sec-WebSocket-Version", "Sec-WebSocket-Version: 8",
            "handshake.version-not-13@http.sec_websocket_version");
        add("versions 13, 8", "Sec-WebSocket-Version", "Sec-WebSocket-Version: 13, 8",
            "handshake.version-not-13@http.sec_websocket_version");
        add("version twice", "Sec-WebSocket-Version",
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Version: 13",
            "handshake.header-twice@http.sec_websocket_version");
        add("unknown parameter", "Sec-WebSocket-Extensions",
            "Sec-WebSocket-Extensions: permessage-deflate; fast",
            "handshake.extension-parameters@http.sec_websocket_extensions");
        add("malformed extension", "Sec-WebSocket-Extensions",
            "Sec-WebSocket-Extensions: permessage-deflate; =8",
            "handshake.extension-malformed@http.sec_websocket_extensions");
        add("other port", "Origin", "Origin: http://SERVER.example.com:8080", "");
        add("no Origin", "Origin", "", "");
        add("foreign Origin", "Origin", "Origin: https://example.com",
            "handshake.origin-foreign@http.origin");
        add("opaque Origin", "Origin", "Origin: null", "handshake.origin-foreign@http.origin");
        add("a cookie", "Origin", "Cookie: a=b", "http.cookie-in-clear@http.cookie");
        add("credentials", "Origin", "Authorization: Bearer x",
            "http.authorization-in-clear@http.authorization");
        add("credentials for a proxy", "Origin", "Proxy-Authorization: Basic eDp5",
            "http.authorization-in-clear@http.header");
        add("a token", "GET", "GET /chat?EIO=4&Access-Token=x&key= HTTP/1.1",
            "http.token-in-clear@http.request.uri.query");
        add("no token", "GET", "GET /chat?sid=1&t=2&tokens=3&token HTTP/1.1", "");
    }
    void requests() {
        QFETCH(QString, line);
        QFETCH(QString, replacement);
        QFETCH(QString, issues);
        const std::string text = with(kRequest, line.toStdString(), replacement.toStdString());
        IssueSink sink;
        http::judgeRequest(headOf(text), sink);
        QCOMPARE(namesOf(sink), issues);
        for (const Issue& issue : sink.issues()) {
            const std::string_view name = issueInfo(issue.code).name;
            QVERIFY(!name.starts_with("handshake.") ||
                    !issueInfo(issue.code).specification.empty());
        }
    }

    void responses_data() {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("replacement");
        QTest::addColumn<QString>("issues");
        const auto add = [](const char* name, const char* line, const char* replacement,
                            const char* issues) {
            QTest::newRow(name) << line << replacement << issues;
        };
        add("as it should be", "HTTP", "HTTP/1.1 101 Switching Protocols", "");
        add("HTTP/1.0", "HTTP", "HTTP/1.0 101 OK", "handshake.http-version@http.response.version");
        add("no Upgrade", "Upgrade", "", "handshake.upgrade-missing");
        add("Upgrade among others", "Upgrade", "Upgrade: websocket, h2c",
            "handshake.upgrade-malformed@http.upgrade");
        add("other Upgrade", "Upgrade", "Upgrade: websockets",
            "handshake.upgrade-malformed@http.upgrade");
        add("Upgrade twice", "Upgrade", "Upgrade: websocket\r\nUpgrade: websocket",
            "handshake.header-twice@http.upgrade");
        add("no Connection", "Connection", "", "handshake.connection-missing");
        add("other Connection", "Connection", "Connection: close",
            "handshake.connection-malformed@http.connection");
        add("no accept", "Sec-WebSocket-Accept", "", "handshake.accept-missing");
        add("wrong accept", "Sec-WebSocket-Accept",
            "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "handshake.accept-wrong@http.sec_websocket_accept");
        add("accept twice", "Sec-WebSocket-Accept",
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            "handshake.header-twice@http.sec_websocket_accept");
        add("no subprotocol", "Sec-WebSocket-Protocol", "", "");
        add("subprotocol not offered", "Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol: Chat",
            "handshake.subprotocol-not-offered@http.sec_websocket_protocol");
        add("two subprotocols", "Sec-WebSocket-Protocol", "Sec-WebSocket-Protocol: chat, superchat",
            "handshake.subprotocol-not-offered@http.sec_websocket_protocol");
        add("extension not offered", "Sec-WebSocket-Extensions",
            "Sec-WebSocket-Extensions: x-webkit-deflate-frame",
            "handshake.extension-not-offered@http.sec_websocket_extensions");
        add("illegal parameter", "Sec-WebSocket-Extensions",
            "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits",
            "handshake.extension-parameters@http.sec_websocket_extensions");
        add("no extensions", "Sec-WebSocket-Extensions", "", "");
    }
    void responses() {
        QFETCH(QString, line);
        QFETCH(QString, replacement);
        QFETCH(QString, issues);
        const http::Head response =
            headOf(with(kResponse, line.toStdString(), replacement.toStdString()));
        const Offer offer = offerOf(headOf(kRequest));
        IssueSink sink;
        http::judgeResponse(response, "GET", &offer, sink);
        QCOMPARE(namesOf(sink), issues);
        // Without the request nothing is said that only it could show.
        IssueSink alone;
        http::judgeResponse(response, {}, nullptr, alone);
        QVERIFY(!namesOf(alone).contains(QStringLiteral("not-offered")));
        QVERIFY(!namesOf(alone).contains(QStringLiteral("accept-wrong")));
    }

    /// What a proxy leaves of a handshake that it does not pass on is one issue, not four.
    void stripped() {
        std::string text = with(kRequest, "Upgrade", "");
        text = with(text, "Connection", "Connection: close");
        const http::Head request = headOf(text);
        QVERIFY(isHandshake(request));
        QVERIFY(isStripped(request));
        IssueSink sink;
        http::judgeRequest(request, sink);
        QCOMPARE(namesOf(sink), QStringLiteral("handshake.upgrade-stripped"));
        QCOMPARE(sink.worst(), Severity::Warning);
        QVERIFY(!isHandshake(headOf("GET / HTTP/1.1\r\nHost: h\r\nUpgrade: h2c\r\n\r\n")));
    }

    void origins() {
        const auto kind = [](const char* host, const char* origin) {
            return originOf(headOf("GET / HTTP/1.1\r\nHost: " + std::string(host) +
                                   "\r\nOrigin: " + origin + "\r\n\r\n"));
        };
        QCOMPARE(kind("[::1]:80", "http://[::1]:3000"), OriginKind::Same);
        QCOMPARE(kind("[::1]:80", "http://[::2]"), OriginKind::Foreign);
        QCOMPARE(kind("127.0.0.1:80", "http://127.0.0.1"), OriginKind::Same);
        QCOMPARE(kind("localhost", "file://"), OriginKind::Foreign);
        QCOMPARE(kind("", "http://a"), OriginKind::Same);
        QCOMPARE(originOf(headOf("GET / HTTP/1.1\r\n\r\n")), OriginKind::Absent);
    }

    void elementsAreFields() {
        const http::Head head = headOf(
            "HTTP/1.1 426 Upgrade Required\r\nSec-WebSocket-Version: 13, 8\r\n"
            "Sec-WebSocket-Protocol: a\r\n"
            "Sec-WebSocket-Extensions: x; y=\"1\" , , z\r\n\r\n");
        FieldTree tree;
        for (const http::Header& header : head.headers) {
            describeHeaderElements(header, tree, Place{0, 0});
        }
        QCOMPARE(test::treeText(tree), std::string("Version: 13 [0:0-2]\n"
                                                   "Version: 8 [0:4-5]\n"
                                                   "Subprotocol: a [0:0-1]\n"
                                                   "Extension: x [0:0-8]\n"
                                                   "  Parameter: y=1 [0:3-8]\n"
                                                   "Extension: z [0:13-14]\n"));
    }
};

QTEST_APPLESS_MAIN(TestHandshake)
#include "test_handshake.moc"
