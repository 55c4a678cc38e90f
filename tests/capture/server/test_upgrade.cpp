// What the test server answers to opening handshakes, held against the dissector's own judgement.
#include <QTest>

#include "capture/server/upgrade.h"
#include "dissector/websocket/handshake.h"

using namespace framescope;
using namespace framescope::server;

namespace {

Request requestOf(const std::string& headers, const std::string& method = "GET") {
    const std::string text = method + " /echo HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n";
    Request request;
    request.head = *http::parseHead(asBytes(text));
    request.path = "/echo";
    return request;
}

const std::string kKey = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const std::string kGood =
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" + kKey;

FaultList withFaults(const std::string& text) {
    return {*parseMisbehaviours(text), nullptr};
}

std::vector<std::string> issuesOf(const Request& request, const UpgradeAnswer& answer) {
    http::Head head;
    head.kind = http::HeadKind::Response;
    head.version = "HTTP/1.1";
    head.status = answer.response.status;
    head.headers = answer.response.headers;
    const websocket::Offer offer = websocket::offerOf(request.head);
    IssueSink sink;
    websocket::checkResponse(head, &offer, sink);
    std::vector<std::string> names;
    for (const Issue& issue : sink.issues()) names.emplace_back(issueInfo(issue.code).name);
    return names;
}

}  // namespace

class TestUpgrade : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatIsRefused_data() {
        QTest::addColumn<QString>("headers");
        QTest::addColumn<QString>("method");
        QTest::addColumn<int>("status");
        const std::string basic = "Upgrade: websocket\r\nConnection: Upgrade\r\n";
        const auto row = [](const char* name, const std::string& headers, const char* method,
                            int status) {
            QTest::newRow(name) << QString::fromStdString(headers) << method << status;
        };
        row("good", kGood, "GET", 101);
        row("method", kGood, "POST", 400);
        row("no key", basic + "Sec-WebSocket-Version: 13\r\n", "GET", 400);
        row("bad key", basic + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: abc\r\n", "GET",
            400);
        row("no version", basic + kKey, "GET", 400);
        row("version 8", basic + kKey + "Sec-WebSocket-Version: 8\r\n", "GET", 426);
        row("no connection", "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" + kKey, "GET",
            400);
    }
    void whatIsRefused() {
        QFETCH(QString, headers);
        QFETCH(QString, method);
        QFETCH(int, status);
        const Request request = requestOf(headers.toStdString(), method.toStdString());
        QVERIFY(wantsWebSocket(request));
        const UpgradeAnswer answer = answerUpgrade(request, {});
        QCOMPARE(static_cast<int>(answer.response.status), status);
        QCOMPARE(answer.agreed, status == 101);
        if (answer.agreed) QCOMPARE(issuesOf(request, answer), std::vector<std::string>());
    }
    void compression_data() {
        QTest::addColumn<QString>("offer");
        QTest::addColumn<QString>("agreed");
        const auto row = [](const char* offer, const char* agreed) {
            QTest::newRow(offer) << offer << agreed;
        };
        row("permessage-deflate", "permessage-deflate");
        row("permessage-deflate; server_no_context_takeover",
            "permessage-deflate; server_no_context_takeover");
        row("permessage-deflate; client_no_context_takeover",
            "permessage-deflate; client_no_context_takeover");
        row("permessage-deflate; client_max_window_bits", "permessage-deflate");
        row("permessage-deflate; client_max_window_bits=10",
            "permessage-deflate; client_max_window_bits=10");
        row("permessage-deflate; server_max_window_bits=8",
            "permessage-deflate; server_max_window_bits=8");
        row("permessage-deflate; server_max_window_bits=\"9\"; client_max_window_bits",
            "permessage-deflate; server_max_window_bits=9");
        // Those that are not understood are declined, and the next is looked at.
        row("permessage-deflate; server_max_window_bits=7", "");
        row("permessage-deflate; server_max_window_bits", "");
        row("permessage-deflate; unknown", "");
        row("permessage-deflate; unknown, permessage-deflate", "permessage-deflate");
        row("x-webkit-deflate-frame", "");
        row("", "");
    }
    void compression() {
        QFETCH(QString, offer);
        QFETCH(QString, agreed);
        const std::string line =
            offer.isEmpty() ? "" : "Sec-WebSocket-Extensions: " + offer.toStdString() + "\r\n";
        const Request request = requestOf(kGood + line);
        const UpgradeAnswer answer = answerUpgrade(request, {});
        QVERIFY(answer.agreed);
        std::string said;
        for (const http::Header& header : answer.response.headers) {
            if (header.name == "Sec-WebSocket-Extensions") said = header.value;
        }
        QCOMPARE(QString::fromStdString(said), agreed);
        QCOMPARE(answer.compression.agreed(), !agreed.isEmpty());
        QCOMPARE(issuesOf(request, answer), std::vector<std::string>());
    }
    void windowsAndTakeoverAreKept() {
        const Request request =
            requestOf(kGood +
                      "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10; "
                      "client_max_window_bits=11; server_no_context_takeover; "
                      "client_no_context_takeover\r\n");
        const Compression compression = answerUpgrade(request, {}).compression;
        const Compression expected{CompressionKind::PerMessageDeflate, {true, true}, {11, 10}};
        QVERIFY(compression == expected);
    }
    void misbehaviours_data() {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<QString>("issue");
        QTest::newRow("accept") << "wrong-accept"
                                << "handshake.accept-wrong";
        QTest::newRow("subprotocol") << "unasked-subprotocol"
                                     << "handshake.subprotocol-not-offered";
        QTest::newRow("extension") << "unasked-extension"
                                   << "handshake.extension-not-offered";
    }
    void misbehaviours() {
        QFETCH(QString, fault);
        QFETCH(QString, issue);
        for (const char* offer : {"", "Sec-WebSocket-Extensions: permessage-deflate\r\n"}) {
            const Request request = requestOf(kGood + offer);
            const UpgradeAnswer answer = answerUpgrade(request, withFaults(fault.toStdString()));
            QVERIFY(answer.agreed);
            QCOMPARE(issuesOf(request, answer), std::vector<std::string>{issue.toStdString()});
        }
    }
    void refusalWithAStatus() {
        const UpgradeAnswer answer = answerUpgrade(requestOf(kGood), withFaults("refuse:503"));
        QVERIFY(!answer.agreed);
        QCOMPARE(static_cast<int>(answer.response.status), 503);
    }
};

QTEST_APPLESS_MAIN(TestUpgrade)
#include "test_upgrade.moc"
