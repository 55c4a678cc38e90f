// Polling told from timing and sizes: exchanges over HTTP on a made-up clock, and what is made of
// them.
#include <QtTest>

#include "dissector/http/http_layer.h"
#include "dissector/http/poll_tracker.h"
#include "tests/support/layer_recorder.h"

using namespace framescope;
using namespace framescope::http;
using framescope::test::LayerRecorder;

namespace {

constexpr Direction kC = Direction::ClientToServer;
constexpr Direction kS = Direction::ServerToClient;
constexpr std::int64_t kMs = 1'000'000;

/// One client and one server with a clock.
class Talk {
public:
    void at(std::int64_t milliseconds) { m_now = milliseconds; }
    void wait(std::int64_t milliseconds) { m_now += milliseconds; }
    void say(Direction d, const std::string& text) {
        m_recorder.setArrival({0, m_now * kMs});
        m_recorder.data(d, text);
    }
    void ask(const std::string& target = "/news", const std::string& method = "GET") {
        say(kC, method + " " + target + " HTTP/1.1\r\nHost: a\r\n\r\n");
    }
    void answer(const std::string& body = "[]") {
        say(kS, "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
                    body);
    }
    void end() { m_recorder.end(kS); }
    std::vector<PollSummary> polls() {
        for (auto& [number, poll] : m_recorder.conversations().polls.takeChanged()) {
            if (m_polls.size() <= number) m_polls.resize(number + 1);
            m_polls[number] = poll;
        }
        return m_polls;
    }
    /// "polling 4", kinds and requests.
    std::string text() {
        std::string text;
        for (const PollSummary& poll : polls()) {
            if (!text.empty()) text += ", ";
            text += std::string(pollKindName(poll.kind)) + ' ' + std::to_string(poll.requests);
        }
        return text;
    }

private:
    LayerRecorder m_recorder;
    std::vector<PollSummary> m_polls;
    std::int64_t m_now = 0;
};

}  // namespace

class TestPollTracker : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void polling() {
        Talk talk;
        for (int i = 0; i < 4; ++i) {
            talk.at(2000 * i + 30 * (i % 2));
            talk.ask("/news?t=" + std::to_string(i));
            talk.wait(10 + i);
            talk.answer();
            QCOMPARE(talk.polls().size(), std::size_t(i < 2 ? 0 : 1));
        }
        QCOMPARE(talk.text(), std::string("polling 4"));
        const PollSummary poll = talk.polls()[0];
        QCOMPARE(poll.path, std::string("/news"));
        QCOMPARE(poll.method, std::string("GET"));
        QCOMPARE(
            poll.requestHeaderBytes,
            std::uint64_t{4 * std::string("GET /news?t=0 HTTP/1.1\r\nHost: a\r\n\r\n").size()});
        QCOMPARE(
            poll.responseHeaderBytes,
            std::uint64_t{4 * std::string("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n").size()});
        QCOMPARE(poll.payloadBytes, std::uint64_t{8});
        QCOMPARE(poll.connections, 1U);
        QCOMPARE(poll.meanWaitNs, 11 * kMs + kMs / 2);
        QCOMPARE(poll.maxWaitNs, 13 * kMs);
        QCOMPARE(poll.firstTimeNs, std::int64_t{0});
        QCOMPARE(poll.lastTimeNs, 6043 * kMs);
    }

    void longPolling() {
        Talk talk;
        for (const int held : {5000, 40, 3000, 12000}) {
            talk.ask();
            talk.wait(held);
            talk.answer("{\"n\":1}");
            talk.wait(3);
        }
        QCOMPARE(talk.text(), std::string("long polling 4"));
        QCOMPARE(talk.polls()[0].maxWaitNs, 12'000 * kMs);
    }

    /// The head comes at once, the answer itself is held back.
    void longPollingWithAnEarlyHead() {
        Talk talk;
        for (int i = 0; i < 3; ++i) {
            talk.ask();
            talk.wait(5);
            talk.say(kS, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
            talk.wait(4000);
            talk.say(kS, "2\r\n[]\r\n0\r\n\r\n");
            talk.wait(20);
        }
        QCOMPARE(talk.text(), std::string("long polling 3"));
        QCOMPARE(talk.polls()[0].maxWaitNs, 5 * kMs);
        QCOMPARE(talk.polls()[0].payloadBytes, std::uint64_t{3 * 12});
    }

    void engineIo() {
        Talk talk;
        talk.ask("/socket.io/?EIO=4&transport=polling");
        talk.answer("0{}");
        talk.say(kC,
                 "POST /socket.io/?EIO=4&transport=polling&sid=a HTTP/1.1\r\n"
                 "Content-Length: 2\r\n\r\n40");
        talk.answer("ok");
        for (int i = 0; i < 2; ++i) {
            talk.ask("/socket.io/?EIO=4&transport=polling&sid=a");
            talk.wait(100);
            talk.answer("40");
        }
        QCOMPARE(talk.text(), std::string("Engine.IO polling 4"));
        const PollSummary poll = talk.polls()[0];
        QCOMPARE(poll.payloadBytes, std::uint64_t{3 + 2 + 2 + 2 + 2});
        QCOMPARE(poll.meanWaitNs, 200 * kMs / 3);
    }

    void foreverFrame() {
        Talk talk;
        talk.ask("/frame");
        talk.say(kS,
                 "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
                 "Transfer-Encoding: chunked\r\n\r\n6\r\n<html>\r\n");
        for (int i = 0; i < 4; ++i) {
            talk.wait(1000);
            talk.say(kS, "8\r\n<script>\r\n");
        }
        talk.end();
        QCOMPARE(talk.text(), std::string("forever frame 1"));
        const PollSummary poll = talk.polls()[0];
        QCOMPARE(poll.lastTimeNs - poll.firstTimeNs, 4000 * kMs);
        QCOMPARE(poll.payloadBytes, std::uint64_t{11 + 4 * 13});
    }

    void whatIsNoPoll_data() {
        QTest::addColumn<int>("which");
        QTest::newRow("twice") << 0;
        QTest::newRow("irregular") << 1;
        QTest::newRow("in a loop") << 2;
        QTest::newRow("pipelined") << 3;
        QTest::newRow("other paths") << 4;
        QTest::newRow("other methods") << 5;
        QTest::newRow("unanswered") << 6;
        QTest::newRow("slow page") << 7;
    }

    void whatIsNoPoll() {
        QFETCH(int, which);
        Talk talk;
        const std::array<std::int64_t, 6> irregular{0, 300, 9000, 9400, 30'000, 90'000};
        switch (which) {
            case 0:
                for (int i = 0; i < 2; ++i, talk.wait(1000)) talk.ask(), talk.answer();
                break;
            case 1:
                for (const std::int64_t time : irregular) {
                    talk.at(time);
                    talk.ask();
                    talk.wait(5);
                    talk.answer();
                }
                break;
            case 2:
                for (int i = 0; i < 50; ++i, talk.wait(2)) talk.ask(), talk.answer();
                break;
            case 3:
                for (int i = 0; i < 5; ++i) talk.ask();
                talk.wait(1000);
                for (int i = 0; i < 5; ++i) talk.answer();
                break;
            case 4:
                for (int i = 0; i < 5; ++i, talk.wait(1000)) {
                    talk.ask("/" + std::to_string(i));
                    talk.answer();
                }
                break;
            case 5:
                for (const char* const method : {"GET", "PUT", "DELETE", "OPTIONS"}) {
                    talk.ask("/", method);
                    talk.answer();
                    talk.wait(1000);
                }
                break;
            case 6:
                for (int i = 0; i < 5; ++i, talk.wait(1000)) talk.ask();
                break;
            default:
                talk.ask();
                talk.say(kS, "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n");
                for (int i = 0; i < 40; ++i, talk.wait(100)) talk.say(kS, "<p>");
                talk.end();
        }
        QCOMPARE(talk.text(), std::string());
    }

    void interimAndMissingAnswers() {
        Talk talk;
        for (int i = 0; i < 3; ++i) {
            talk.at(1000 * i);
            talk.ask();
            talk.say(kS, "HTTP/1.1 103 Early Hints\r\n\r\n");
            talk.wait(20);
            talk.say(kS, "HTTP/1.1 304 Not Modified\r\n\r\n");
        }
        QCOMPARE(talk.text(), std::string("polling 3"));
        QCOMPARE(talk.polls()[0].meanWaitNs, 20 * kMs);
        QCOMPARE(talk.polls()[0].payloadBytes, std::uint64_t{0});
    }

    void whatIsToldOnceStaysTold() {
        Talk talk;
        for (int i = 0; i < 4; ++i) {
            talk.at(1000 * i);
            talk.ask();
            talk.answer();
        }
        QCOMPARE(talk.text(), std::string("polling 4"));
        for (const std::int64_t time : {5000, 5100, 9000, 9050, 30'000, 30'010, 60'000}) {
            talk.at(time);
            talk.ask();
            talk.answer();
        }
        QCOMPARE(talk.text(), std::string("polling 11"));
    }

    void recentMapForgetsTheOldest() {
        RecentMap<int> map(3);
        for (const char* const key : {"a", "b", "c"}) map.use(key) = key[0];
        QCOMPARE(*map.find("a"), int('a'));
        map.use("d") = 'd';
        QVERIFY(map.find("b") == nullptr);
        QVERIFY(map.find("a") != nullptr);
        QCOMPARE(map.use("b"), 0);
        QCOMPARE(map.size(), std::size_t{3});
        QVERIFY(map.find("c") == nullptr);
    }
};

QTEST_APPLESS_MAIN(TestPollTracker)
#include "test_poll_tracker.moc"
