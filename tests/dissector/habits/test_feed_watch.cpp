// What counts as a feed: messages of one side that begin alike, so many in a row.
#include <string>

#include <QtTest>

#include "dissector/habits/feed_watch.h"

using namespace framescope;
using namespace framescope::habits;

namespace {

constexpr Direction kClient = Direction::ClientToServer;
constexpr Direction kServer = Direction::ServerToClient;
constexpr std::size_t kAnything = FeedWatch::kMaxInRow + FeedWatch::kMaxAlike;

/// How many of so many messages of one side are no feed, `text` with a number behind it.
std::size_t lookedAt(FeedWatch& watch, Direction direction, const std::string& text,
                     std::size_t count, bool isAsked = false) {
    std::size_t looked = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (!watch.isFeed(direction, text + std::to_string(i) + "}", isAsked)) ++looked;
    }
    return looked;
}

class FeedWatchTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void messagesThatAreAlike() {
        FeedWatch watch;
        QCOMPARE(lookedAt(watch, kServer, R"({"type":"quote","at":)", 20'000), kAnything);
        // What numbers are makes no difference, but how many digits they have.
        for (const char* const text : {R"({"seq":)", R"({"a":)", "price;", ""}) {
            FeedWatch numbers;
            const std::size_t looked = lookedAt(numbers, kClient, text, 20'000);
            QVERIFY(looked >= kAnything && looked <= kAnything + 4 * FeedWatch::kMaxAlike);
        }
        FeedWatch empty;
        for (std::size_t i = 0; i < kAnything; ++i) QVERIFY(!empty.isFeed(kClient, {}, false));
        QVERIFY(empty.isFeed(kClient, {}, false));
    }

    void eachKindByItself() {
        FeedWatch watch;
        lookedAt(watch, kServer, R"({"type":"quote","at":)", 20'000);
        QCOMPARE(lookedAt(watch, kServer, R"({"type":"said","at":)", 1000),
                 std::size_t{FeedWatch::kMaxAlike});
        QCOMPARE(lookedAt(watch, kServer, R"({"type":"quote","at":)", 1000), std::size_t{0});
    }

    /// However many kinds there are, not all of them are something.
    void manyKinds() {
        FeedWatch watch;
        std::size_t looked = 0;
        for (std::size_t i = 0; i < 300'000; ++i) {
            std::string name = "{\"";
            for (std::size_t rest = i % 2000, k = 0; k < 4; ++k, rest /= 10) {
                name += static_cast<char>('a' + rest % 10);
            }
            if (!watch.isFeed(kServer, name + "\":1}", false)) ++looked;
        }
        QCOMPARE(looked, FeedWatch::kMaxInRow + FeedWatch::kMaxBehind);
    }

    /// What the other side has asked for may be answered in the same words.
    void whoIsAskedMaySayMore() {
        FeedWatch watch;
        QCOMPARE(lookedAt(watch, kServer, R"({"type":"quote","at":)", 20'000, true),
                 FeedWatch::kMaxInRowIfAsked + FeedWatch::kMaxAlike);
    }

    void theOtherSideEndsIt() {
        FeedWatch watch;
        lookedAt(watch, kServer, R"({"type":"quote","at":)", 20'000);
        QVERIFY(!watch.isFeed(kClient, R"({"type":"quote","at":)", false));
        QCOMPARE(lookedAt(watch, kServer, R"({"type":"quote","at":)", 20'000), kAnything);
        // Whoever is answered each time is no feed.
        FeedWatch dialogue;
        for (int i = 0; i < 20'000; ++i) {
            QVERIFY(!dialogue.isFeed(i % 2 == 0 ? kClient : kServer, "{}", false));
        }
    }
};

}  // namespace

QTEST_GUILESS_MAIN(FeedWatchTest)
#include "test_feed_watch.moc"
