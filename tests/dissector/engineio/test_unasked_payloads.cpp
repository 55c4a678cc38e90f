// Answers of Engine.IO's polling whose request was not captured: what is one is read, and nothing
// else is taken for one.
#include <random>
#include <string>
#include <vector>

#include <QtTest>

#include "tests/support/handshake_texts.h"
#include "tests/support/layer_recorder.h"

using namespace framescope;
using namespace framescope::test;

namespace {

std::string poll(const std::string& sid = "abc", const std::string& path = "/socket.io/?EIO=4") {
    return "GET " + path + "&transport=polling&sid=" + sid + " HTTP/1.1\r\nHost: a\r\n\r\n";
}
std::string get(const std::string& target) {
    return "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n";
}
std::string answer(const std::string& body, const std::string& type = "text/plain; charset=UTF-8") {
    return "HTTP/1.1 200 OK\r\nContent-Type: " + type +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

/// The packets of Engine.IO behind a packet of the capture: "packet/type ...".
std::string packets(const LayerRecorder& r, PacketNumber behind = 0) {
    std::string text;
    for (const Record& record : r.records) {
        if (record.kind != RowKind::EngineIoPacket || record.packet <= behind) continue;
        text += (text.empty() ? "" : " ") + std::to_string(record.packet) + "/" +
                std::to_string(record.engineType);
    }
    return text;
}

}  // namespace

class TestUnaskedPayloads : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void onAConnectionThatPolls_data() {
        QTest::addColumn<QByteArray>("body");
        QTest::addColumn<QByteArray>("alone");
        QTest::addColumn<QByteArray>("amongOthers");
        // Packets 1 to 4 are those of what was asked before.
        const auto row = [](const char* body, const char* alone, const char* amongOthers) {
            QTest::newRow(QByteArray(body).left(30).constData())
                << QByteArray(body) << QByteArray(alone) << QByteArray(amongOthers);
        };
        row("42[\"tick\",1]", "5/4", "5/4");
        row("2\x1e"
            "42[\"tick\",1]",
            "5/2 5/4", "5/2 5/4");
        row("40{\"sid\":\"x\"}", "5/4", "5/4");
        row("451-[\"f\",{\"_placeholder\":true,\"num\":0}]\x1e"
            "bAQID",
            "5/4 5/4", "5/4 5/4");
        row("___eio[0](\"42[\\\"a\\\"]\");", "5/4", "5/4");
        row("2", "5/2", "");
        row("6", "5/6", "");
        row("40", "5/4", "");
        row("ok", "", "");
        row("7", "", "");
        row("23", "", "");
        row("6 items", "", "");
        row("42[\"tick\",1]\x1e"
            "9",
            "", "");
        row("42[\"tick\",1]\x1e", "", "");
        row("0", "", "");
        row("", "", "");
    }
    void onAConnectionThatPolls() {
        QFETCH(QByteArray, body);
        for (const bool others : {false, true}) {
            QFETCH(QByteArray, alone);
            QFETCH(QByteArray, amongOthers);
            LayerRecorder r;
            r.data(kC, poll());
            r.data(kS, answer("6"));
            r.data(kC, others ? get("/api") : poll());
            r.data(kS, answer("6"));
            r.gap(kC, 100);
            r.data(kS, answer(body.toStdString()));
            QCOMPARE(packets(r, 4), (others ? amongOthers : alone).toStdString());
            QCOMPARE(r.pairs(), std::string("1>0 4>3"));
        }
    }

    /// The session of its connection is that of what was not asked, if there is one alone.
    void theSessionIsThatOfTheConnection() {
        LayerRecorder r;
        r.data(kC, poll("abc"));
        r.data(kS, answer("6"));
        r.gap(kC, 100);
        r.data(kS, answer("42[\"tick\",1]"));
        const auto& tracker = r.conversations().engineSessions;
        QCOMPARE(tracker.info(r.known.engineSession).packets[indexOf(kS)], 2U);
        // Behind a proxy there are several.
        r.data(kC, poll("def"));
        r.data(kS, answer("6"));
        r.gap(kC, 100);
        r.data(kS, answer("42[\"tick\",2]"));
        QCOMPARE(r.count(RowKind::EngineIoPacket), std::size_t{4});
        QCOMPARE(tracker.info(0).packets[indexOf(kS)], 2U);
        QCOMPARE(tracker.info(1).packets[indexOf(kS)], 1U);
    }

    /// A capture begins with an answer: what is asked next tells what it is.
    void inFrontOfTheFirstRequest() {
        for (const char* const body : {"2", "6", "40", "42[\"tick\",1]", "4plain", "1:6"}) {
            for (const bool polls : {true, false}) {
                const std::string target =
                    body[1] == ':' ? "/socket.io/?EIO=3" : "/socket.io/?EIO=4";
                LayerRecorder r;
                r.data(kS, answer(body));
                QCOMPARE(packets(r), std::string());
                r.data(kC, polls ? poll("abc", target) : get("/api"));
                const bool certain = body[1] == '2';
                QVERIFY2(packets(r).empty() != (polls || certain), body);
                if (!polls) continue;
                QVERIFY(packets(r).starts_with("1/"));
                QCOMPARE(r.conversations().engineSessions.info(r.known.engineSession).sid,
                         std::string("abc"));
            }
        }
    }
    void andNothingIsAskedNext() {
        for (const auto& [body, rows] : std::vector<std::pair<const char*, const char*>>{
                 {"2", ""},
                 {"4plain", ""},
                 {"1:6", ""},
                 {"42[\"tick\",1]", "1/4"},
                 {"0{\"sid\":\"x\",\"pingInterval\":1}", "1/0"},
                 {"1:61:6", "1/6 1/6"}}) {
            LayerRecorder r;
            r.data(kS, answer(body));
            r.end(kS);
            QCOMPARE(packets(r), std::string(rows));
        }
    }
    void ofAnotherRevision() {
        LayerRecorder r;
        r.data(kS, answer("2"));
        r.data(kC, poll("abc", "/socket.io/?EIO=3"));
        QCOMPARE(packets(r), std::string());
    }

    /// No text or download is Engine.IO for its first bytes.
    void otherBodiesAreNone() {
        std::mt19937 random(5);
        const std::string letters = "0123456789:\x1e{}[]\",abcdefb4 ";
        for (int i = 0; i < 20'000; ++i) {
            std::string body;
            const bool binary = i % 2 == 0;
            for (std::size_t size = 1 + random() % 40; size > 0; --size) {
                body +=
                    binary ? static_cast<char>(random() % 6) : letters[random() % letters.size()];
            }
            LayerRecorder r;
            r.data(kS, answer(body, binary ? "application/octet-stream" : "text/plain"));
            r.end(kS);
            QVERIFY2(packets(r).empty(), body.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(TestUnaskedPayloads)
#include "test_unasked_payloads.moc"
