// Requests that were not captured: no response is said to answer the one behind them, and what is
// certain is linked again.
#include <set>
#include <string>

#include <QtTest>

#include "tests/support/handshake_texts.h"
#include "tests/support/layer_recorder.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr int kExchanges = 40;

std::string request(int number) {
    return "GET /" + std::to_string(number) + " HTTP/1.1\r\nHost: a\r\n\r\n";
}
/// The number is its status, so that its row tells of what it is the answer.
std::string response(int number) {
    return "HTTP/1.1 " + std::to_string(200 + number) + " OK\r\nContent-Length: 0\r\n\r\n";
}

struct Pairs {
    int right = 0;
    int wrong = 0;
};

/// Requests in bundles, the answers to each behind it; some of either are missing.
Pairs converse(int bundle, const std::set<int>& requestsLost, const std::set<int>& answersLost) {
    LayerRecorder r;
    const auto say = [&r](Direction d, const std::string& text, bool lost) {
        if (lost) {
            r.gap(d, text.size());
        } else {
            r.data(d, text);
        }
    };
    for (int first = 0; first < kExchanges; first += bundle) {
        for (int i = first; i < first + bundle; ++i) {
            say(kC, request(i), requestsLost.contains(i));
        }
        for (int i = first; i < first + bundle; ++i) {
            say(kS, response(i), answersLost.contains(i));
        }
    }
    Pairs pairs;
    for (const RowLink& link : r.links) {
        if (link.kind != LinkKind::ResponseTo) continue;
        const std::string asked = r.names[r.records[link.to].name];
        const std::string answered = "GET /" + std::to_string(r.records[link.from].detail - 200);
        ++(asked == answered ? pairs.right : pairs.wrong);
    }
    return pairs;
}

}  // namespace

class TestLostRequests : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyLossInBundles_data() {
        QTest::addColumn<int>("bundle");
        for (const int bundle : {1, 2, 4, 5})
            QTest::newRow(std::to_string(bundle).c_str()) << bundle;
    }
    void everyLossInBundles() {
        QFETCH(int, bundle);
        for (int lost = 0; lost < kExchanges; ++lost) {
            const Pairs pairs = converse(bundle, {lost}, {});
            QCOMPARE(pairs.wrong, 0);
            // Those of the last two bundles may stay open, as nothing comes that would tell.
            const bool told = bundle == 1 || lost < kExchanges - 2 * bundle;
            QVERIFY2(pairs.right == kExchanges - 1 || !told, std::to_string(lost).c_str());
        }
    }

    void severalAreLost_data() {
        QTest::addColumn<int>("bundle");
        for (const int bundle : {1, 2, 4, 5})
            QTest::newRow(std::to_string(bundle).c_str()) << bundle;
    }
    void severalAreLost() {
        QFETCH(int, bundle);
        for (int one = 10; one < 25; ++one) {
            for (int other = one; other < 25; ++other) {
                for (const bool answers : {false, true}) {
                    const Pairs pairs = answers ? converse(bundle, {one}, {other})
                                                : converse(bundle, {one, other}, {});
                    QCOMPARE(pairs.wrong, 0);
                    QVERIFY(pairs.right >= 10 + 5);
                }
            }
        }
    }

    /// What was asked before the hole is answered first.
    void orderProvesWhatStandsInFrontOfTheHole() {
        LayerRecorder r;
        r.data(kC, request(0));
        r.data(kC, request(1));
        r.gap(kC, 30);
        r.data(kC, request(3));
        for (int i = 0; i < 4; ++i) r.data(kS, response(i));
        QCOMPARE(r.pairs(), std::string("3>0 4>1"));
    }

    /// Who asks while others wait may have asked any number of times.
    void whoNeverWaitsIsNotCounted() {
        LayerRecorder r;
        r.data(kC, request(0));
        r.data(kC, request(1));
        r.data(kS, response(0));
        r.data(kC, request(2));
        r.gap(kC, 60);
        for (int i = 5; i < 25; ++i) {
            r.data(kS, response(i - 4));
            r.data(kC, request(i));
        }
        QCOMPARE(r.pairs(), std::string("2>0 4>1 6>3"));
    }
};

QTEST_GUILESS_MAIN(TestLostRequests)
#include "test_lost_requests.moc"
