// Habits of applications on plain messages: heartbeats, requests and responses; and the traffic
// that looks alike and is neither.
#include <array>

#include <QtTest>

#include "dissector/habits/feed_watch.h"
#include "dissector/habits/message_observer.h"
#include "dissector/habits/message_shape.h"
#include "dissector/habits/request_watch.h"
#include "tests/support/layer_recorder.h"
#include "tests/support/prefixes.h"

using namespace framescope;
using namespace framescope::habits;
using framescope::test::LayerRecorder;
using framescope::test::Noise;

namespace {

constexpr Direction kClient = Direction::ClientToServer;
constexpr Direction kServer = Direction::ServerToClient;

/// Messages at moments of their own, in milliseconds.
class Chat {
public:
    RecordId say(Direction direction, std::int64_t ms, std::string_view text) {
        recorder.setArrival({1, ms * 1'000'000});
        Record record;
        record.kind = RowKind::WebSocketFrame;
        record.protocol = Protocol::WebSocket;
        record.direction = direction;
        observer.message({asBytes(text), true, true, direction}, record, recorder);
        return recorder.emit(record);
    }
    const HeartbeatFacts& heartbeat(Direction direction) const {
        return recorder.known.habits.heartbeats[indexOf(direction)];
    }
    const RequestFacts& requests() const { return recorder.known.habits.requests; }
    std::string name(NameId id) const { return recorder.names[id]; }
    std::size_t count(LinkKind kind) const {
        return static_cast<std::size_t>(std::ranges::count(recorder.links, kind, &RowLink::kind));
    }

    LayerRecorder recorder;
    MessageObserver observer;
};

std::string numbered(std::string_view before, std::uint64_t number, std::string_view behind) {
    return std::string(before) + std::to_string(number) + std::string(behind);
}

}  // namespace

class TestHabits : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void shapes() {
        const auto ping = shapeOf("{\"type\":\"ping\",\"t\":1700000001}");
        const auto later = shapeOf("{\"type\":\"ping\",\"t\":1700000026}");
        QVERIFY(ping && later);
        QCOMPARE(ping->hash, later->hash);
        QVERIFY(later->risesFrom(*ping));
        QVERIFY(!ping->risesFrom(*later));
        const auto before = shapeOf("{\"at\":\"2024-01-01T10:00:59Z\"}");
        const auto after = shapeOf("{\"at\":\"2024-01-01T10:01:00Z\"}");
        QVERIFY(after->risesFrom(*before));
        // Two numbers side by side each for itself.
        QVERIFY(!shapeOf("[2,1]")->risesFrom(*shapeOf("[1,2]")));
        QVERIFY(shapeOf("a")->hash != shapeOf("b")->hash);
        QVERIFY(!shapeOf(""));
        QVERIFY(!shapeOf(std::string(65, 'x')));
        QVERIFY(!shapeOf("1 a 2 a 3 a 4 a 5 a 6 a 7 a 8 a 9 a 10 a 11 a 12 a 13"));
    }

    void heartbeatAnswered() {
        Chat chat;
        for (int i = 0; i < 10; ++i) {
            chat.say(kClient, 1000 + i * 25'000, "ping");
            chat.say(kServer, 1040 + i * 25'000, "pong");
            chat.say(kServer, 9000 + i * 25'000 + i * 700, "news of the day");
        }
        const HeartbeatFacts& beat = chat.heartbeat(kClient);
        QCOMPARE(beat.count, 10U);
        QCOMPARE(chat.name(beat.text), std::string("ping"));
        QCOMPARE(beat.intervalNs, std::int64_t{25'000'000'000});
        QCOMPARE(beat.roundTripNs, std::int64_t{40'000'000});
        QCOMPARE(beat.answered, 10U);
        QCOMPARE(beat.unanswered, 0U);
        QCOMPARE(beat.skipped, 0U);
        QVERIFY(chat.count(LinkKind::HeartbeatOf) >= 6);
        QVERIFY(chat.count(LinkKind::PongOf) >= 6);
    }

    /// The pong returns as steadily as the ping, and is no heartbeat of its own.
    void answersAreNoHeartbeat() {
        Chat chat;
        for (int i = 0; i < 10; ++i) {
            chat.say(kServer, i * 5000, "{\"op\":\"hb\"}");
            chat.say(kClient, i * 5000 + 80, "{\"op\":\"hb_ack\"}");
        }
        QCOMPARE(chat.heartbeat(kServer).count, 10U);
        QCOMPARE(chat.heartbeat(kClient).count, 0U);
    }

    void heartbeatWithTime() {
        Chat chat;
        for (int i = 0; i < 12; ++i) {
            chat.say(kClient, i * 1000,
                     numbered("{\"type\":\"ping\",\"t\":", 1'700'000'000 + i, "}"));
        }
        QCOMPARE(chat.heartbeat(kClient).count, 12U);
        QCOMPARE(chat.heartbeat(kClient).roundTripNs, std::int64_t{0});
    }

    void jitterAndSkippedBeats() {
        Chat chat;
        Noise noise(3);
        std::int64_t at = 0;
        for (int i = 0; i < 40; ++i) {
            at += 10'000 + static_cast<std::int64_t>(noise.below(800)) - 400;
            if (i == 20 || i == 30) continue;
            chat.say(kClient, at, "HeartBeat");
        }
        QCOMPARE(chat.heartbeat(kClient).count, 38U);
        QCOMPARE(chat.heartbeat(kClient).skipped, 2U);
        QVERIFY(std::abs(chat.heartbeat(kClient).intervalNs - 10'000'000'000) < 300'000'000);
    }

    void unansweredBeats() {
        Chat chat;
        for (int i = 0; i < 10; ++i) {
            chat.say(kClient, i * 2000, "ping");
            if (i != 5 && i != 6) chat.say(kServer, i * 2000 + 10, "pong");
        }
        QCOMPARE(chat.heartbeat(kClient).answered, 8U);
        QCOMPARE(chat.heartbeat(kClient).unanswered, 2U);
    }

    void notFromThree() {
        Chat chat;
        for (int i = 0; i < 3; ++i) chat.say(kClient, i * 1000, "ping");
        QCOMPARE(chat.heartbeat(kClient).count, 0U);
        chat.say(kClient, 3000, "ping");
        QCOMPARE(chat.heartbeat(kClient).count, 4U);
    }

    void peopleHaveNoHeartbeat() {
        Chat chat;
        Noise noise(5);
        constexpr std::array<std::string_view, 5> kSaid = {"ok", "lol", "yes", "hi", "?"};
        std::int64_t at = 0;
        for (int i = 0; i < 500; ++i) {
            at += 500 + static_cast<std::int64_t>(noise.below(20'000));
            chat.say(noise.below(2) == 0 ? kClient : kServer, at, kSaid[noise.below(kSaid.size())]);
        }
        QCOMPARE(chat.heartbeat(kClient).count, 0U);
        QCOMPARE(chat.heartbeat(kServer).count, 0U);
    }

    /// A price every second is short, has one shape and is steady; but it falls.
    void tickersHaveNoHeartbeat() {
        Chat chat;
        Noise noise(9);
        std::uint64_t price = 100'000;
        for (int i = 0; i < 300; ++i) {
            price += noise.below(201) - 100;
            chat.say(kServer, i * 1000,
                     numbered("{\"p\":", price, numbered(",\"t\":", 1'700'000'000 + i, "}")));
        }
        QCOMPARE(chat.heartbeat(kServer).count, 0U);
    }

    /// Bursts of one text are no heartbeat either.
    void burstsHaveNoHeartbeat() {
        Chat chat;
        for (int i = 0; i < 200; ++i) chat.say(kServer, i * 10, "tick");
        QCOMPARE(chat.heartbeat(kServer).count, 0U);
    }

    /// More shapes at once than are kept: what comes behind them is found all the same.
    void heartbeatBehindACrowd() {
        Chat chat;
        const auto crowd = [&chat](std::int64_t ms) {
            for (int i = 0; i < 500; ++i) {
                chat.say(i % 2 == 0 ? kClient : kServer, ms + i / 10,
                         std::string(static_cast<std::size_t>(1 + i % 60), 'x'));
            }
        };
        crowd(0);
        crowd(150);
        QCOMPARE(chat.heartbeat(kClient).count, 0U);
        for (int i = 0; i < 8; ++i) {
            chat.say(kClient, 1000 + i * 1000, "ping");
            chat.say(kServer, 1020 + i * 1000, "pong");
        }
        QCOMPARE(chat.heartbeat(kClient).count, 8U);
        QCOMPARE(chat.heartbeat(kClient).answered, 8U);
    }

    /// One that is known stays known.
    void heartbeatThroughCrowds() {
        Chat chat;
        for (int i = 0; i < 12; ++i) {
            chat.say(kClient, i * 1000, "ping");
            if (i < 5) continue;
            for (int k = 0; k < 300; ++k) {
                chat.say(kServer, i * 1000 + 100 + k / 10,
                         std::string(static_cast<std::size_t>(1 + k % 60), 'y'));
            }
        }
        QCOMPARE(chat.heartbeat(kClient).count, 12U);
    }

    void jsonRpc() {
        Chat chat;
        const RecordId ask = chat.say(
            kClient, 0, "{\"jsonrpc\":\"2.0\",\"method\":\"add\",\"params\":[1],\"id\":1}");
        chat.say(kClient, 5, "{\"jsonrpc\":\"2.0\",\"method\":\"note\"}");
        const RecordId lonely =
            chat.say(kClient, 10, "{\"jsonrpc\":\"2.0\",\"method\":\"sleep\",\"id\":\"x\"}");
        const RecordId reply = chat.say(kServer, 30, "{\"jsonrpc\":\"2.0\",\"result\":3,\"id\":1}");
        QCOMPARE(chat.recorder.links.size(), std::size_t{1});
        QCOMPARE(chat.recorder.links[0].from, reply);
        QCOMPARE(chat.recorder.links[0].to, ask);
        QCOMPARE(chat.recorder.links[0].kind, LinkKind::ResponseTo);
        QCOMPARE(chat.requests().requests, 2U);
        QCOMPARE(chat.requests().responses, 1U);
        QCOMPARE(chat.requests().latencyMaxNs, std::int64_t{30'000'000});
        QCOMPARE(chat.name(chat.recorder.records[reply].name), std::string("add"));
        chat.observer.end(EndReason::Fin, chat.recorder);
        QCOMPARE(chat.recorder.remarks.size(), std::size_t{1});
        QCOMPARE(chat.recorder.remarks[0].row, lonely);
        QCOMPARE(chat.recorder.remarks[0].code, IssueCode::JsonRpcUnanswered);
    }

    void jsonRpcBatch() {
        Chat chat;
        chat.say(kClient, 0,
                 "[{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":1},"
                 "{\"jsonrpc\":\"2.0\",\"method\":\"b\",\"id\":2}]");
        chat.say(kServer, 7,
                 "[{\"jsonrpc\":\"2.0\",\"result\":1,\"id\":2},"
                 "{\"jsonrpc\":\"2.0\",\"error\":{},\"id\":1}]");
        QCOMPARE(chat.requests().responses, 2U);
        chat.observer.end(EndReason::Fin, chat.recorder);
        QVERIFY(chat.recorder.remarks.empty());
    }

    /// Both sides may ask, with the same ids.
    void jsonRpcBothWays() {
        Chat chat;
        const RecordId client =
            chat.say(kClient, 0, "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":1}");
        const RecordId server =
            chat.say(kServer, 1, "{\"jsonrpc\":\"2.0\",\"method\":\"b\",\"id\":1}");
        chat.say(kClient, 2, "{\"jsonrpc\":\"2.0\",\"result\":0,\"id\":1}");
        chat.say(kServer, 3, "{\"jsonrpc\":\"2.0\",\"result\":0,\"id\":1}");
        QCOMPARE(chat.recorder.links.size(), std::size_t{2});
        QCOMPARE(chat.recorder.links[0].to, server);
        QCOMPARE(chat.recorder.links[1].to, client);
    }

    void lostMessagesLeaveNothingUnanswered() {
        Chat chat;
        chat.say(kClient, 0, "{\"jsonrpc\":\"2.0\",\"method\":\"a\",\"id\":1}");
        chat.observer.lost();
        chat.observer.end(EndReason::Fin, chat.recorder);
        QVERIFY(chat.recorder.remarks.empty());
    }

    void requestsByEvidence() {
        Chat chat;
        for (std::uint64_t i = 0; i < 6; ++i) {
            chat.say(kClient, static_cast<std::int64_t>(i) * 100,
                     numbered("{\"op\":\"get\",\"reqId\":", 40 + i, "}"));
            chat.say(kServer, static_cast<std::int64_t>(i) * 100 + 20,
                     numbered("{\"data\":[],\"reqId\":", 40 + i, "}"));
            if (i == 1) QCOMPARE(chat.requests().responses, 0U);
        }
        QCOMPARE(chat.requests().requests, 6U);
        QCOMPARE(chat.requests().responses, 6U);
        QCOMPARE(chat.name(chat.requests().kind), std::string("reqId"));
        QCOMPARE(chat.requests().latencyMeanNs(), std::int64_t{20'000'000});
        // The pairs found before it counted are linked as well.
        QCOMPARE(chat.count(LinkKind::ResponseTo), std::size_t{6});
    }

    void requestsByOtherName() {
        Chat chat;
        for (std::uint64_t i = 1; i < 6; ++i) {
            chat.say(kClient, 0, numbered("{\"seq\":", i, ",\"type\":\"request\"}"));
            chat.say(kServer, 9,
                     numbered("{\"seq\":", 100 + i, numbered(",\"request_seq\":", i, "}")));
        }
        QCOMPARE(chat.requests().responses, 5U);
        QCOMPARE(chat.name(chat.requests().kind), std::string("seq / request_seq"));
    }

    /// Whether a text can have such a member is told from 64 bytes at a time.
    void idsAreFoundWhereverTheyStand() {
        const std::array fronts = {
            std::pair("{\"x\":\"", "\",\"reqId\":"),
            std::pair("{\"x\":\"", "}]{,:\",\"reqId\":"),
            std::pair("{\"x\" : {\"y\":[\"", "\",{}]} ,\r\n \"reqId\" : "),
            std::pair("{\"x\":\"\\\"", "\",\"reqId\":"),
            std::pair("{\"", "x:\":[[]],\"req_id\":"),
            std::pair(" {\"", "\":true,\"_reqId\":"),
        };
        for (const auto& [begin, end] : fronts) {
            for (std::size_t size = 0; size < 140; ++size) {
                const std::string front = begin + std::string(size, 'r') + end;
                Chat chat;
                for (std::uint64_t i = 1; i < 5; ++i) {
                    chat.say(kClient, 0, numbered(front, i, "}"));
                    chat.say(kServer, 9, numbered(front, i, ",\"result\":1}"));
                }
                QCOMPARE(chat.requests().responses, 4U);
            }
        }
        Chat nested;
        for (std::uint64_t i = 1; i < 5; ++i) {
            nested.say(kClient, 0, numbered("{\"x\":[{\"reqId\":", i, "}]}"));
            nested.say(kServer, 9, numbered("{\"x\":[{\"reqId\":", i, "}]}"));
        }
        QCOMPARE(nested.requests().requests, 0U);
    }

    /// A feed with sequence numbers of its own answers nobody, even where numbers meet by chance.
    void feedsAreNoResponses() {
        Chat chat;
        std::uint64_t asked = 0;
        for (std::uint64_t i = 1; i <= 400; ++i) {
            if (i % 50 == 1)
                chat.say(kClient, 0, numbered("{\"sub\":\"x\",\"seq\":", ++asked, "}"));
            chat.say(kServer, 1, numbered("{\"seq\":", i, ",\"bid\":1.5}"));
        }
        QCOMPARE(chat.requests().responses, 0U);
        QCOMPARE(chat.count(LinkKind::ResponseTo), std::size_t{0});
        Chat oneSided;
        for (std::uint64_t i = 1; i <= 400; ++i) {
            oneSided.say(kServer, 1, numbered("{\"seq\":", i, ",\"bid\":1.5}"));
        }
        QCOMPARE(oneSided.recorder.links.size(), std::size_t{0});
    }

    /// Who speaks alone is not looked at for ever, and costs nothing of the search that comes
    /// later.
    void requestsBehindLongFeed() {
        Chat chat;
        constexpr auto kFeed = static_cast<int>(2 * FeedWatch::kMaxInRow);
        const std::string padding(RequestWatch::kMaxInVain / kFeed, 'x');
        for (int i = 0; i < kFeed; ++i) {
            chat.say(kServer, i, "{\"type\":\"quote\",\"text\":\"" + padding + "\"}");
        }
        for (int i = 0; i < 4; ++i) {
            chat.say(kClient, kFeed + 10 * i, numbered("{\"op\":\"get\",\"id\":", i, "}"));
            chat.say(kServer, kFeed + 10 * i + 5, numbered("{\"data\":7,\"id\":", i, "}"));
        }
        QCOMPARE(chat.requests().responses, 4U);
        QCOMPARE(chat.count(LinkKind::ResponseTo), std::size_t{4});
    }

    /// Nothing is missed of pairs that are known: neither the responses behind many messages, nor
    /// the count of requests.
    void feedsBetweenRequestAndResponse() {
        Chat chat;
        std::int64_t now = 0;
        const auto ask = [&](int id) {
            chat.say(kClient, ++now, numbered("{\"op\":\"get\",\"id\":", id, "}"));
        };
        const auto answer = [&](int id) {
            chat.say(kServer, ++now, numbered("{\"data\":7,\"id\":", id, "}"));
        };
        ask(0);
        answer(0);
        for (int i = 1; i < 4; ++i) {
            ask(i);
            for (std::size_t k = 0; k < FeedWatch::kMaxInRow + 1; ++k) {
                chat.say(kServer, ++now, "{\"type\":\"quote\"}");
            }
            answer(i);
        }
        QCOMPARE(chat.requests().responses, 4U);
        QCOMPARE(chat.requests().requests, 4U);

        Chat rpc;
        rpc.say(kClient, 0, R"({"jsonrpc":"2.0","method":"subscribe","id":1})");
        for (std::size_t i = 0; i < FeedWatch::kMaxInRow + 1; ++i) {
            rpc.say(kServer, 1, R"({"jsonrpc":"2.0","method":"tick","params":[]})");
        }
        const RecordId row = rpc.say(kServer, 2, R"({"jsonrpc":"2.0","result":true,"id":1})");
        QCOMPARE(rpc.count(LinkKind::ResponseTo), std::size_t{1});
        QCOMPARE(rpc.recorder.links.back().from, row);
        QCOMPARE(rpc.name(rpc.recorder.records[row].name), std::string("subscribe"));
    }

    /// What stands out from a feed is looked at: who fed may ask at the end of it.
    void requestsAtTheEndOfFeeds_data() {
        QTest::addColumn<std::string>("fed");
        QTest::addColumn<std::string>("asked");
        QTest::newRow("another event")
            << std::string("{\"ev\":\"sample\",\"v\":") << std::string("{\"ev\":\"flush\",\"id\":");
        QTest::newRow("another key")
            << std::string("{\"v\":") << std::string("{\"op\":\"flush\",\"id\":");
        QTest::newRow("no JSON") << std::string("7;8;") << std::string("{\"get\":1,\"id\":");
    }
    void requestsAtTheEndOfFeeds() {
        QFETCH(std::string, fed);
        QFETCH(std::string, asked);
        for (const Direction feeds : {kClient, kServer}) {
            const Direction answers = feeds == kClient ? kServer : kClient;
            Chat chat;
            std::int64_t now = 0;
            int id = 0;
            for (int round = 0; round < 3; ++round) {
                for (std::size_t i = 0; i < 2 * FeedWatch::kMaxInRow; ++i) {
                    chat.say(feeds, ++now, numbered(fed, i * 7, "}"));
                }
                for (int i = 0; i < 4; ++i) chat.say(feeds, ++now, numbered(asked, id + i, "}"));
                for (int i = 0; i < 4; ++i) {
                    chat.say(answers, ++now, numbered("{\"ok\":true,\"id\":", id++, "}"));
                }
            }
            QCOMPARE(chat.requests().responses, 12U);
            QCOMPARE(chat.count(LinkKind::ResponseTo), std::size_t{12});
        }
    }

    /// A response that begins like the feed in front of it.
    void responsesInTheEnvelopeOfAFeed() {
        Chat chat;
        std::int64_t now = 0;
        for (int id = 0; id < 4; ++id) {
            chat.say(kClient, ++now, numbered("{\"op\":\"get\",\"id\":", id, "}"));
            for (std::size_t i = 0; i < 3 * FeedWatch::kMaxInRow; ++i) {
                chat.say(kServer, ++now, R"({"timestamp":1700000000,"type":"quote"})");
            }
            chat.say(kServer, ++now,
                     numbered(R"({"timestamp":1700000000,"type":"reply","id":)", id, "}"));
        }
        QCOMPARE(chat.requests().responses, 4U);
    }

    /// JSON-RPC, too.
    void rpcAtTheEndOfAFeed() {
        Chat chat;
        for (std::size_t i = 0; i < 2 * FeedWatch::kMaxInRow; ++i) {
            chat.say(kClient, 1, numbered("{\"ev\":\"sample\",\"v\":", i, "}"));
        }
        const RecordId row = chat.say(kClient, 2, R"({"jsonrpc":"2.0","method":"flush","id":1})");
        QCOMPARE(chat.name(chat.recorder.records[row].name), std::string("flush"));
        chat.say(kServer, 3, R"({"jsonrpc":"2.0","result":true,"id":1})");
        QCOMPARE(chat.count(LinkKind::ResponseTo), std::size_t{1});
    }

    /// An id that names a person or a room comes again and again.
    void idsOfThingsAreNoRequests() {
        Chat chat;
        Noise noise(21);
        for (int i = 0; i < 200; ++i) {
            const std::string message = numbered("{\"id\":", noise.below(4), ",\"text\":\"hi\"}");
            chat.say(i % 2 == 0 ? kClient : kServer, i * 10, message);
        }
        QCOMPARE(chat.requests().responses, 0U);
        QCOMPARE(chat.count(LinkKind::ResponseTo), std::size_t{0});
    }

    void protocolsHaveNoHabits() {
        Chat chat;
        for (int i = 0; i < 10; ++i) chat.say(kClient, i * 1000, "ping");
        QVERIFY(chat.recorder.known.habits.any());
        chat.observer.stop(chat.recorder);
        QVERIFY(!chat.recorder.known.habits.any());
        for (int i = 0; i < 10; ++i) chat.say(kClient, 10'000 + i * 1000, "ping");
        QVERIFY(!chat.recorder.known.habits.any());
    }

    void anyMessagesAreNoHarm() {
        Chat chat;
        Noise noise(2);
        for (int i = 0; i < 20'000; ++i) {
            std::string text;
            for (std::size_t n = noise.below(30); n > 0; --n) {
                text += "{}[]\":,1a id"[noise.below(12)];
            }
            chat.say(noise.below(2) == 0 ? kClient : kServer, i * 3, text);
        }
        chat.observer.end(EndReason::Fin, chat.recorder);
    }
};

QTEST_APPLESS_MAIN(TestHabits)
#include "test_habits.moc"
