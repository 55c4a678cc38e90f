// The request that opens a WebSocket, with every kind of change, and the judgement on its answer.
#include <QtTest>

#include "capture/client/engineio_target.h"
#include "capture/client/handshake_request.h"
#include "capture/client/sentences.h"

using namespace framescope;
using client::HandshakeDraft;
using Edit = HandshakeDraft::Edit;

namespace {

net::Url url() {
    net::Url made;
    made.host = "example.org";
    made.port = 80;
    return made;
}

HandshakeDraft withKey() {
    HandshakeDraft draft;
    draft.key = "dGhlIHNhbXBsZSBub25jZQ==";
    return draft;
}

std::string textOf(const HandshakeDraft& draft, const net::Url& to = url()) {
    return std::string(asText(client::makeHandshake(draft, to, "/chat?x=1").bytes));
}

constexpr const char* kPlain =
    "GET /chat?x=1 HTTP/1.1\r\nHost: example.org\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

}  // namespace

class TestHandshakeRequest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void plain() { QCOMPARE(textOf(withKey()), std::string(kPlain)); }

    void everythingOffered() {
        HandshakeDraft draft = withKey();
        draft.subprotocols = {"a", "b"};
        draft.extensions = {"permessage-deflate; client_max_window_bits", "x"};
        draft.method = "POST";
        draft.version = "HTTP/1.0";
        net::Url to = url();
        to.userInfo = "me:secret";
        to.port = 8080;
        QCOMPARE(textOf(draft, to),
                 std::string("POST /chat?x=1 HTTP/1.0\r\nHost: example.org:8080\r\n"
                             "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                             "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: a, b\r\n"
                             "Sec-WebSocket-Extensions: permessage-deflate; "
                             "client_max_window_bits, x\r\n"
                             "Authorization: Basic bWU6c2VjcmV0\r\n\r\n"));
    }

    void edits_data() {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<int>("kind");
        QTest::addColumn<QByteArray>("after");
        const auto row = [](const char* name, const char* before, Edit::Kind kind,
                            const char* after) {
            QTest::newRow(name) << QByteArray(before) << static_cast<int>(kind)
                                << QByteArray(after);
        };
        row("set", "A: 1\r\nB: 2\r\nC: 3\r\n", Edit::Kind::Set, "A: 1\r\nb: new\r\nC: 3\r\n");
        row("set doubled", "B: 1\r\nA: 2\r\nB: 3\r\n", Edit::Kind::Set, "b: new\r\nA: 2\r\n");
        row("set absent", "A: 1\r\n", Edit::Kind::Set, "A: 1\r\nb: new\r\n");
        row("add", "B: 1\r\nA: 2\r\n", Edit::Kind::Add, "B: 1\r\nb: new\r\nA: 2\r\n");
        row("add absent", "A: 1\r\n", Edit::Kind::Add, "A: 1\r\nb: new\r\n");
        row("remove", "B: 1\r\nA: 2\r\nB: 3\r\n", Edit::Kind::Remove, "A: 2\r\n");
        row("remove absent", "A: 2\r\n", Edit::Kind::Remove, "A: 2\r\n");
    }
    void edits() {
        QFETCH(QByteArray, before);
        QFETCH(int, kind);
        QFETCH(QByteArray, after);
        const std::string start = "GET / HTTP/1.1\r\n";
        const std::string text = start + before.toStdString() + "\r\n";
        auto head = http::parseHead(asBytes(text));
        QVERIFY(head);
        client::applyEdits({{static_cast<Edit::Kind>(kind), "b", "new"}}, *head);
        Bytes written;
        ByteWriter writer(written);
        http::encode(*head, writer);
        QCOMPARE(std::string(asText(written)), start + after.toStdString() + "\r\n");
    }

    void editsInTheirOrder() {
        HandshakeDraft draft = withKey();
        draft.edits = {{Edit::Kind::Remove, "Sec-WebSocket-Version", ""},
                       {Edit::Kind::Add, "Host", "second"},
                       {Edit::Kind::Set, "Upgrade", "h2c"},
                       {Edit::Kind::Add, "Sec-WebSocket-Version", "8"},
                       {Edit::Kind::Add, "Sec-WebSocket-Version", "13"}};
        QCOMPARE(textOf(draft),
                 std::string("GET /chat?x=1 HTTP/1.1\r\nHost: example.org\r\nHost: second\r\n"
                             "Upgrade: h2c\r\nConnection: Upgrade\r\n"
                             "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                             "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Version: 13\r\n\r\n"));
    }

    void aTypedRequestGoesOutByteForByte() {
        HandshakeDraft draft;
        draft.subprotocols = {"not used"};
        draft.rawRequest = std::string("GET  /\n\0odd", 11) + "\xff";
        QCOMPARE(textOf(draft), *draft.rawRequest);
        draft.rawRequest = kPlain;
        const auto request = client::makeHandshake(draft, url(), "/");
        QVERIFY(request.offer);
        QCOMPARE(request.offer->accept, std::string("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    }

    void aRandomKeyIsWellFormedAndFresh() {
        const auto keyOf = [](const Bytes& bytes) {
            const auto head = http::parseHead(bytes);
            return std::string(head->value("Sec-WebSocket-Key"));
        };
        const std::string first = keyOf(client::makeHandshake({}, url(), "/").bytes);
        const std::string second = keyOf(client::makeHandshake({}, url(), "/").bytes);
        QVERIFY(websocket::isWellFormedKey(first));
        QVERIFY(first != second);
    }

    void judgements_data() {
        QTest::addColumn<QByteArray>("headers");
        QTest::addColumn<QByteArray>("words");  // empty: it agrees
        const auto row = [](const char* name, const std::string& headers, const char* words) {
            QTest::newRow(name) << QByteArray::fromStdString(headers) << QByteArray(words);
        };
        const std::string upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
        const std::string accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";
        row("good", upgrade + accept, "");
        row("offered subprotocol", upgrade + accept + "Sec-WebSocket-Protocol: b\r\n", "");
        row("offered extension",
            upgrade + accept + "Sec-WebSocket-Extensions: permessage-deflate\r\n", "");
        row("wrong accept", upgrade + "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n",
            "handshake.accept-wrong");
        row("no accept", upgrade, "handshake.accept-missing");
        row("no upgrade", "Connection: Upgrade\r\n" + accept, "handshake.upgrade-missing");
        row("other upgrade", "Upgrade: h2c\r\nConnection: Upgrade\r\n" + accept,
            "handshake.upgrade-malformed");
        row("no connection", "Upgrade: websocket\r\n" + accept, "handshake.connection-missing");
        row("other connection", "Upgrade: websocket\r\nConnection: close\r\n" + accept,
            "handshake.connection-malformed");
        row("unasked subprotocol", upgrade + accept + "Sec-WebSocket-Protocol: c\r\n",
            "handshake.subprotocol-not-offered");
        row("unasked extension", upgrade + accept + "Sec-WebSocket-Extensions: x-other\r\n",
            "handshake.extension-not-offered");
        row("bad parameters",
            upgrade + accept +
                "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99\r\n",
            "handshake.extension-parameters");
    }
    void judgements() {
        QFETCH(QByteArray, headers);
        QFETCH(QByteArray, words);
        HandshakeDraft draft = withKey();
        draft.subprotocols = {"a", "b"};
        draft.extensions = {"permessage-deflate"};
        const auto request = client::makeHandshake(draft, url(), "/");
        const std::string text =
            "HTTP/1.1 101 Switching Protocols\r\n" + headers.toStdString() + "\r\n";
        const auto response = http::parseHead(asBytes(text));
        QVERIFY(response);
        const auto judgement = client::judgeResponse(*response, request.offer);
        QCOMPARE(judgement.agreement.has_value(), words.isEmpty());
        QVERIFY2(judgement.sentence.find(words.toStdString()) != std::string::npos,
                 judgement.sentence.c_str());
    }

    void refusals() {
        const auto sentence = [](const std::string& text, std::string_view body) {
            return client::refusalSentence(*http::parseHead(asBytes(text)), body);
        };
        QCOMPARE(sentence("HTTP/1.1 403 Forbidden\r\n\r\n", "no"),
                 std::string("The server answered 403 Forbidden instead of switching to "
                             "WebSocket: \"no\"."));
        QCOMPARE(sentence("HTTP/1.1 302 Found\r\nLocation: https://b/\r\n\r\n", "x"),
                 std::string("The server answered 302 Found instead of switching to WebSocket; it "
                             "points to \"https://b/\", and redirects are not followed."));
    }

    void pollingRequests() {
        HandshakeDraft draft = withKey();
        draft.edits = {{Edit::Kind::Set, "Cookie", "a=b"},
                       {Edit::Kind::Remove, "Accept", ""},
                       {Edit::Kind::Set, "Sec-WebSocket-Version", "8"}};
        QCOMPARE(std::string(asText(client::makePollingRequest("POST", draft, url(), "/x?y",
                                                               "text/plain", asBytes("4hi")))),
                 std::string("POST /x?y HTTP/1.1\r\nHost: example.org\r\n"
                             "Content-Type: text/plain\r\nContent-Length: 3\r\nCookie: a=b\r\n"
                             "\r\n4hi"));
    }

    void engineIoTargets() {
        client::ClientOptions options;
        options.speaks = client::Speaks::SocketIo;
        QCOMPARE(client::engineIoTarget(options, "/", "polling", {}),
                 std::string("/socket.io/?EIO=4&transport=polling"));
        QCOMPARE(client::engineIoTarget(options, "/own/?token=x&EIO=3", "websocket", "a b"),
                 std::string("/own/?token=x&EIO=4&transport=websocket&sid=a%20b"));
        options.engineIo.path = "/other";
        options.engineIo.revision = 3;
        options.engineIo.base64 = true;
        options.socketIo.namespaces = {{"/", R"({"token":"a&b","n":1})"}, {"/chat", "{}"}};
        QCOMPARE(client::engineIoTarget(options, "/own/", "polling", {}),
                 std::string("/other?token=a%26b&n=1&EIO=3&transport=polling&b64=1"));
    }
};

QTEST_APPLESS_MAIN(TestHandshakeRequest)
#include "test_handshake_request.moc"
