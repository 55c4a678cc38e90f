// Heads of which bytes are damaged: what follows a handshake is read all the same, and no damage of
// one message shifts the pairing of those behind it.
#include <random>

#include <QtTest>

#include "tests/support/capture_builder.h"
#include "tests/support/handshake_texts.h"
#include "tests/support/layer_recorder.h"

using namespace framescope;
using namespace framescope::test;

namespace {

std::string with(std::string said, std::initializer_list<std::pair<const char*, const char*>> all) {
    for (const auto& [from, to] : all) {
        const std::size_t at = said.find(from);
        if (at != std::string::npos) said.replace(at, std::string_view(from).size(), to);
    }
    return said;
}

/// Four messages in each direction behind these heads.
void converse(LayerRecorder& r, const std::string& request, const std::string& response) {
    r.data(kC, request);
    r.data(kS, response);
    for (int i = 0; i < 4; ++i) {
        const std::string said = "a message of some length, number " + std::to_string(i);
        r.data(kC, text(webSocketText(said, kMask)));
        r.data(kS, text(webSocketText(said)));
    }
    r.end(kC);
    r.end(kS);
}

std::string request(int number) {
    return "GET /" + std::to_string(number) + " HTTP/1.1\r\nHost: a\r\nAccept: */*\r\n\r\n";
}
std::string response(int number) {
    const std::string body = "answer " + std::to_string(number);
    return "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

class TestDamagedHeads : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void framesBehindADamagedHandshake_data() {
        QTest::addColumn<QByteArray>("request");
        QTest::addColumn<QByteArray>("response");
        const auto row = [](const char* name, const std::string& asks, const std::string& answer) {
            QTest::newRow(name) << QByteArray::fromStdString(asks)
                                << QByteArray::fromStdString(answer);
        };
        row("value of Upgrade and name of Accept", kUpgrade,
            with(kSwitch, {{": websocket",
                            ": webs\xf4"
                            "cket"},
                           {"-Accept:",
                            "-A\xe1"
                            "cept:"}}));
        row("Upgrade on both sides", with(kUpgrade, {{"Upgrade: w", "Up\xd5rade: w"}}),
            with(kSwitch, {{"Upgrade: w", "U\xd5grade: w"}, {"Accept: s", "Accept9 s"}}));
        row("request line, status line and Upgrade",
            with(kUpgrade, {{"HTTP/1.1",
                             "HTTP\x04"
                             "1.1"}}),
            with(kSwitch, {{"1.1 101", "1.1\\101"},
                           {": websocket",
                            ": webso\xfd"
                            "ket"}}));
        row("status is another one", kUpgrade,
            with(kSwitch, {{"101", "201"},
                           {"s3pPLMB",
                            "s3pPL\xd5"
                            "B"}}));
        row("status is that of an answer to come", kUpgrade,
            with(kSwitch, {{"101", "100"},
                           {"s3pPLMB",
                            "s3pPL\xd5"
                            "B"}}));
        row("status line beyond reading", kUpgrade,
            with(kSwitch, {{"HTTP/1.1 101", "H??P/1?1 1?1"}}));
        row("both start lines beyond reading",
            with(kUpgrade, {{"GET /chat HTTP", "G?T?/chat?HT?P"}}),
            with(kSwitch, {{"HTTP/1.1 101", "H??P/1?1 1?1"}}));
        row("end of the response's head", kUpgrade,
            with(kSwitch, {{"=\r\n\r\n", "=\r\x01\r\xf3"}}));
        row("end of the request's head", with(kUpgrade, {{"13\r\n\r\n", "13\r\x01\r\xf3"}}),
            kSwitch);
        row("a line feed among header lines", kUpgrade, with(kSwitch, {{"\r\nConn", "\r\n\nonn"}}));
    }
    void framesBehindADamagedHandshake() {
        QFETCH(QByteArray, request);
        QFETCH(QByteArray, response);
        LayerRecorder r;
        converse(r, request.toStdString(), response.toStdString());
        QCOMPARE(r.count(RowKind::WebSocketFrame), std::size_t{8});
        QVERIFY(!r.overlaps());
    }

    void bytesOfAHandshakeDamagedAtRandom_data() {
        QTest::addColumn<int>("bytes");
        for (const int bytes : {1, 2, 3, 4}) {
            QTest::newRow(std::to_string(bytes).c_str()) << bytes;
        }
    }
    void bytesOfAHandshakeDamagedAtRandom() {
        QFETCH(int, bytes);
        constexpr int kSeeds = 2000;
        int broken = 0;
        for (int seed = 0; seed < kSeeds; ++seed) {
            std::mt19937 random(static_cast<std::uint32_t>(seed * 4 + bytes));
            std::string heads = kUpgrade + kSwitch;
            for (int i = 0; i < bytes; ++i) {
                heads[random() % heads.size()] ^= static_cast<char>(1 + random() % 255);
            }
            const std::string asks = heads.substr(0, kUpgrade.size());
            const std::string answer = heads.substr(kUpgrade.size());
            LayerRecorder r;
            converse(r, asks, answer);
            const std::size_t frames = r.count(RowKind::WebSocketFrame);
            QVERIFY2(frames <= 8, r.rows().c_str());
            QVERIFY2(!r.overlaps(), r.rows().c_str());
            if (frames != 8) ++broken;
        }
        QVERIFY2(broken * 100 <= kSeeds, std::to_string(broken).c_str());
    }

    /// A refusal goes on as it says, whatever its bytes look like.
    void aRefusalIsNoWebSocket() {
        for (const char* const length : {"Content-Length: 600\r\n", ""}) {
            std::mt19937 random(7);
            std::string body = "\x89PNG\r\n\x1a\n";
            while (body.size() < 600) body += static_cast<char>(random());
            LayerRecorder r;
            r.data(kC, kUpgrade);
            r.data(kS, std::string("HTTP/1.1 403 No\r\n") + length + "\r\n");
            r.data(kS, body);
            r.end(kS);
            r.end(kC);
            QCOMPARE(r.count(RowKind::WebSocketFrame), std::size_t{0});
        }
    }

    /// What looked like frames was none, and HTTP goes on with what was asked before.
    void httpGoesOnBehindWhatWasWeighed() {
        LayerRecorder r;
        r.data(kC, with(kUpgrade, {{"Upgrade: w", "Up\xd5rade: w"}, {"n: Upgrade", "n: U?grade"}}));
        r.data(kC, request(1));
        r.data(kS, "HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n");
        r.data(kS, "\x82\x05");
        r.data(kS, response(1));
        r.end(kC);
        r.end(kS);
        QCOMPARE(r.count(RowKind::WebSocketFrame), std::size_t{0});
        QCOMPARE(r.pairs(), std::string("1>0 4>2"));
    }

    /// Each byte of it damaged, and each end of it missing.
    void requestsBehindADamagedHeaderOfTheProxyProtocol() {
        const std::string header = "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n";
        const auto isRead = [](const LayerRecorder& r) {
            return r.count(RowKind::HttpRequest) == 1 && !r.overlaps() &&
                   r.records.back().length == request(1).size();
        };
        for (std::size_t at = 0; at < header.size(); ++at) {
            std::string damaged = header;
            damaged[at] = '\xd5';
            LayerRecorder whole;
            whole.data(kC, damaged + request(1));
            QVERIFY2(isRead(whole), (std::to_string(at) + "\n" + whole.rows()).c_str());
            LayerRecorder cut;
            cut.gap(kC, at);
            cut.data(kC, header.substr(at) + request(1));
            const bool enough = header.size() - at >= 4;
            QVERIFY2(isRead(cut) || !enough, (std::to_string(at) + "\n" + cut.rows()).c_str());
            LayerRecorder both;
            both.data(kC, header.substr(0, at));
            both.gap(kC, 5);
            both.data(kC, header.substr(std::min(at + 5, header.size() - 4)) + request(1));
            QVERIFY2(isRead(both), (std::to_string(at) + "\n" + both.rows()).c_str());
        }
    }

    void aDamagedStartLineShiftsNoPairing_data() {
        QTest::addColumn<int>("damagedBytes");
        QTest::addColumn<bool>("ofRequest");
        QTest::addColumn<bool>("atOnce");
        for (const int bytes : {1, 2}) {
            for (const bool asks : {true, false}) {
                for (const bool atOnce : {true, false}) {
                    QTest::addRow("%d of a %s, %s", bytes, asks ? "request" : "response",
                                  atOnce ? "pipelined" : "in turns")
                        << bytes << asks << atOnce;
                }
            }
        }
    }
    /// Wherever in the start line: each other response is that of its request.
    void aDamagedStartLineShiftsNoPairing() {
        QFETCH(int, damagedBytes);
        QFETCH(bool, ofRequest);
        QFETCH(bool, atOnce);
        constexpr int kCount = 5;
        for (int which = 0; which < kCount; ++which) {
            for (std::size_t at = 0; at + 1 < (ofRequest ? 15U : 12U); ++at) {
                std::vector<std::string> asks;
                std::vector<std::string> answers;
                for (int i = 0; i < kCount; ++i) {
                    asks.push_back(request(i));
                    answers.push_back(response(i));
                }
                std::string& damaged =
                    (ofRequest ? asks : answers)[static_cast<std::size_t>(which)];
                for (int i = 0; i < damagedBytes; ++i)
                    damaged[at + static_cast<std::size_t>(i)] = '\xd5';
                LayerRecorder r;
                std::string allAsks;
                std::string allAnswers;
                for (std::size_t i = 0; i < kCount; ++i) {
                    allAsks += asks[i];
                    allAnswers += answers[i];
                    if (atOnce) continue;
                    r.data(kC, asks[i]);
                    r.data(kS, answers[i]);
                }
                if (atOnce) {
                    r.data(kC, allAsks);
                    r.data(kS, allAnswers);
                }
                for (const RowLink& link : r.links) {
                    if (link.kind != LinkKind::ResponseTo) continue;
                    const auto number = [&](RecordId row, const std::vector<std::string>& all) {
                        std::uint64_t begin = 0;
                        for (std::size_t i = 0; i < all.size(); begin += all[i].size(), ++i) {
                            if (r.records[row].streamOffset == begin) return static_cast<int>(i);
                        }
                        return -1;
                    };
                    QCOMPARE(number(link.from, answers), number(link.to, asks));
                }
                const auto pairs = static_cast<int>(
                    std::ranges::count(r.links, LinkKind::ResponseTo, &RowLink::kind));
                const int least = damagedBytes == 1 ? kCount : kCount - 1;
                QVERIFY2(pairs >= least,
                         (std::to_string(at) + "\n" + r.rows() + r.pairs()).c_str());
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestDamagedHeads)
#include "test_damaged_heads.moc"
