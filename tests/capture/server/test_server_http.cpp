// HTTP of the test server over real sockets: parsing, keeping alive, the event stream, long
// polling.
#include <future>

#include <QTest>

#include "tests/capture/server/raw_peer.h"
#include "tests/capture/server/running_server.h"

using namespace framescope;
using namespace framescope::test;

namespace {

int statusOf(const std::optional<RawResponse>& response) {
    return response ? response->head.status : 0;
}

}  // namespace

class TestServerHttp : public QObject {
    Q_OBJECT

    std::unique_ptr<RunningServer> m_running;

private Q_SLOTS:
    void init() {
        server::ServerOptions options;
        options.maxMessage = 100'000;
        m_running = std::make_unique<RunningServer>(options);
        QVERIFY2(m_running->server, m_running->why.c_str());
    }
    void cleanup() { m_running.reset(); }

    void pageOverOneConnection() {
        RawPeer peer(m_running->port());
        for (int i = 0; i < 3; ++i) {
            peer.request("GET", "/");
            const auto page = peer.readResponse();
            QCOMPARE(statusOf(page), 200);
            QVERIFY(page->body.find("wrong-accept") != std::string::npos);
            QVERIFY(page->body.ends_with("</html>\n"));
            peer.request("HEAD", "/");
            const auto head = peer.readResponse(false);
            QCOMPARE(head->head.value("Content-Length"), std::to_string(page->body.size()));
        }
        QCOMPARE(m_running->server->status().connections, 1U);
        QCOMPARE(m_running->server->status().clients.size(), 1U);
    }
    void moreAnswersThanMayWaitComeAsTheyAreRead() {
        RawPeer peer(m_running->port());
        constexpr int kRequests = 3000;
        std::string requests;
        for (int i = 0; i < kRequests; ++i) requests += "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        peer.send(requests);
        std::size_t size = 0;
        for (int i = 0; i < kRequests; ++i) {
            const auto page = peer.readResponse();
            QCOMPARE(statusOf(page), 200);
            size += page->body.size();
        }
        QVERIFY(size > 16U << 20);
    }
    void pipelinedAndByteByByte() {
        RawPeer peer(m_running->port());
        const std::string requests =
            "GET /status/201 HTTP/1.1\r\nHost: a\r\n\r\n"
            "POST /poll HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
            "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
            "GET /nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        peer.send(requests);
        QCOMPARE(statusOf(peer.readResponse()), 201);
        QCOMPARE(peer.readResponse()->body, std::string("Given to 0 clients.\n"));
        const auto last = peer.readResponse();
        QCOMPARE(statusOf(last), 404);
        QVERIFY(!last->body.empty());
        QCOMPARE(peer.waitForEnd(), RawPeer::End::Fin);

        RawPeer slow(m_running->port());
        for (const char c : requests) slow.send(std::string_view(&c, 1));
        QCOMPARE(statusOf(slow.readResponse()), 201);
        QCOMPARE(statusOf(slow.readResponse()), 200);
        QCOMPARE(statusOf(slow.readResponse()), 404);
    }
    void whatIsRefused_data() {
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<int>("status");
        const auto row = [](const char* name, const QByteArray& request, int status) {
            QTest::newRow(name) << request << status;
        };
        row("no request", "hello there\r\n\r\n", 400);
        row("header", "GET / HTTP/1.1\r\nno colon\r\n\r\n", 400);
        row("two lengths",
            "POST /poll HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400);
        row("length and chunks",
            "POST /poll HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400);
        row("chunk", "POST /poll HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400);
        row("body", "POST /poll HTTP/1.1\r\nContent-Length: 100001\r\n\r\n", 413);
        row("chunked body",
            "POST /poll HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n186a1\r\n" +
                QByteArray(100'001, 'x') + "\r\n0\r\n\r\n",
            413);
        row("head", "GET / HTTP/1.1\r\nX: " + QByteArray(70'000, 'x') + "\r\n\r\n", 431);
        row("method", "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n", 405);
        row("no upgrade", "GET /echo HTTP/1.1\r\nHost: a\r\n\r\n", 426);
        row("status", "GET /status/99 HTTP/1.1\r\nHost: a\r\n\r\n", 404);
        row("misbehaviour", "GET /?misbehave=nothing HTTP/1.1\r\nHost: a\r\n\r\n", 400);
        row("events", "GET /events?count=x HTTP/1.1\r\nHost: a\r\n\r\n", 400);
    }
    void whatIsRefused() {
        QFETCH(QByteArray, request);
        QFETCH(int, status);
        RawPeer peer(m_running->port());
        peer.send(request.toStdString());
        const auto response = peer.readResponse();
        QCOMPARE(statusOf(response), status);
        QVERIFY(response->body.ends_with(".\n"));
    }
    void expectationsAreMet() {
        RawPeer peer(m_running->port());
        peer.request("POST", "/poll", "Content-Length: 2\r\nExpect: 100-continue\r\n");
        QCOMPARE(static_cast<int>(peer.readHead()->status), 100);
        peer.send("ok");
        QCOMPARE(statusOf(peer.readResponse()), 200);
    }
    void otherOriginsMayRead() {
        RawPeer peer(m_running->port());
        peer.request("OPTIONS", "/poll",
                     "Origin: http://other:1\r\nAccess-Control-Request-Headers: x-mine\r\n");
        const auto head = peer.readHead();
        QCOMPARE(static_cast<int>(head->status), 204);
        QCOMPARE(head->value("Access-Control-Allow-Origin"), std::string_view("http://other:1"));
        QCOMPARE(head->value("Access-Control-Allow-Headers"), std::string_view("x-mine"));
    }
    void eventsAreNumbered() {
        RawPeer peer(m_running->port());
        peer.request("GET", "/events?count=3&interval=1", "Last-Event-ID: 41\r\n");
        const auto response = peer.readResponse();
        QCOMPARE(statusOf(response), 200);
        QCOMPARE(response->head.value("Content-Type"), std::string_view("text/event-stream"));
        QCOMPARE(response->body,
                 std::string("retry: 2000\n\nid: 42\ndata: {\"number\":42}\n\nid: 43\ndata: "
                             "{\"number\":43}\n\nid: 44\ndata: {\"number\":44}\n\n"));
        // The connection goes on behind the stream.
        peer.request("GET", "/status/200");
        QCOMPARE(statusOf(peer.readResponse()), 200);
    }
    void oldClientsGetTheStreamToItsEnd() {
        RawPeer peer(m_running->port());
        peer.send("GET /events?count=1&interval=1 HTTP/1.0\r\n\r\n");
        QVERIFY(peer.readHead()->find("Transfer-Encoding") == nullptr);
        QCOMPARE(peer.waitForEnd(), RawPeer::End::Fin);
        QVERIFY(asText(peer.unread()).ends_with("data: {\"number\":1}\n\n"));
    }
    void pollsAreAnsweredByPosts() {
        RawPeer one(m_running->port());
        RawPeer two(m_running->port());
        one.request("GET", "/poll");
        two.request("GET", "/poll");
        // A third request behind a waiting one proves that the two wait: both got there before.
        RawPeer poster(m_running->port());
        std::string given;
        for (int i = 0; i < 500 && given != "Given to 2 clients.\n"; ++i) {
            if (i != 0) QTest::qWait(10);
            if (m_running->server->status().clients.size() < 2) continue;
            poster.post("/poll", "{\"a\":1}", "Content-Type: application/json\r\n");
            given = poster.readResponse()->body;
        }
        const auto first = one.readResponse();
        QCOMPARE(first->body, std::string("{\"a\":1}"));
        QCOMPARE(first->head.value("Content-Type"), std::string_view("application/json"));
        QCOMPARE(two.readResponse()->body, std::string("{\"a\":1}"));
        // What was posted is there for who says what it had last.
        one.request("GET", "/poll?since=0");
        QCOMPARE(one.readResponse()->head.value("X-Number"), std::string_view("1"));
        one.request("GET", "/poll?timeout=1");
        QCOMPARE(statusOf(one.readResponse()), 204);
    }
    void aLostPollIsForgotten() {
        {
            RawPeer gone(m_running->port());
            gone.request("GET", "/poll");
            QTRY_COMPARE(m_running->server->status().clients.size(), 1U);
        }
        QTRY_VERIFY(!m_running->server->status().clients[0].open);
        RawPeer poster(m_running->port());
        poster.post("/poll", "x");
        QCOMPARE(poster.readResponse()->body, std::string("Given to 0 clients.\n"));
    }
    void endingTheServerEndsItsConnections() {
        RawPeer waiting(m_running->port());
        waiting.request("GET", "/poll");
        RawPeer stream(m_running->port());
        stream.request("GET", "/events");
        QVERIFY(stream.readHead());
        QTRY_COMPARE(m_running->server->status().clients.size(), 2U);
        m_running->server.reset();
        QVERIFY(stream.waitForEnd() != RawPeer::End::StillOpen);
        QVERIFY(waiting.waitForEnd() != RawPeer::End::StillOpen);
    }
    void tls() {
        struct Handler : net::TransportHandler {
            void established(const net::Established& info) override {
                version = info.tls ? info.tls->version : "none";
                transport->send(
                    asBytes("GET /status/418 HTTP/1.1\r\nHost: a\r\n"
                            "Connection: close\r\n\r\n"));
            }
            void received(ByteView bytes) override { text += asText(bytes); }
            void ended(const net::TransportEnd& end) override { done.set_value(end.sentence); }

            std::unique_ptr<net::Transport> transport;
            std::string version;
            std::string text;
            std::promise<std::string> done;
        };
        server::ServerOptions options;
        options.tls = true;
        RunningServer running(options);
        QVERIFY2(running.server, running.why.c_str());
        QVERIFY(running.server->url().starts_with("https://"));
        net::ConnectOptions to;
        to.url = *net::parseUrl(running.server->url());
        to.tls.verify = false;
        Handler handler;
        running.reactor.call(
            [&] { handler.transport = net::connectTo(running.reactor, to, handler, nullptr); });
        auto done = handler.done.get_future();
        QCOMPARE(done.wait_for(RawPeer::kBound), std::future_status::ready);
        running.reactor.call([&] { handler.transport.reset(); });
        QVERIFY(handler.version.starts_with("TLS"));
        QVERIFY2(handler.text.starts_with("HTTP/1.1 418 "), handler.text.c_str());
    }
    void aTakenPortIsSaid() {
        server::ServerOptions options;
        options.port = m_running->port();
        const RunningServer second(options);
        QVERIFY(!second.server);
        QVERIFY(!second.why.empty());
    }
};

QTEST_GUILESS_MAIN(TestServerHttp)
#include "test_server_http.moc"
