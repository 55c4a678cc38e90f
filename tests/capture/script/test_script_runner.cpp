// Scripts carried out on a connection that is none: it notes what it is told, and the rows are
// those of captures that grow between two steps. Time is a number here, nothing waits.
#include <deque>
#include <memory>

#include <QTemporaryFile>
#include <QTest>

#include "capture/compose/draft_json.h"
#include "capture/file/capture_file.h"
#include "capture/ingest/loader.h"
#include "capture/script/runner.h"
#include "capture/script/script_parser.h"
#include "tests/support/capture_builder.h"

namespace framescope::script {
namespace {

using client::State;
using std::chrono::milliseconds;
using test::CaptureBuilder;
using test::kMask;
using test::TcpConversation;
using test::webSocketText;

constexpr auto kClient = Direction::ClientToServer;
constexpr auto kServer = Direction::ServerToClient;

/// What a script did, a line each; messages are sent when they are told to.
class FakeClient final : public client::Client {
public:
    explicit FakeClient(client::Observer& observer) : m_observer(observer) {}

    void connect() override { m_log += "connect\n"; }
    void send(compose::Draft draft, std::function<void(Result<client::Sent>)> done,
              std::uint64_t keySeed) override {
        m_log += "send " + compose::toJson(draft) +
                 (keySeed != 0 ? " seed " + std::to_string(keySeed) : "") + "\n";
        if (m_refusal.empty()) {
            client::Sent sent;
            sent.ackId = m_nextAck;
            done(sent);
        } else {
            done(Error{m_refusal});
        }
    }
    Result<compose::Prepared> prepare(const compose::Draft&, std::uint64_t) const override {
        return Error{"Nothing is prepared here."};
    }
    void close(std::optional<std::uint16_t> code, std::string reason) override {
        m_log += "close " + (code ? std::to_string(*code) : "none") + " " + reason + "\n";
    }
    void cut() override { m_log += "cut\n"; }
    client::Status status() const override { return m_status; }
    void setAnswersPings(bool) override {}
    void setAnswersHeartbeats(bool) override {}
    void setPeriodic(std::vector<client::Periodic>) override {}

    void become(State state, std::string sentence = {}) {
        m_status.state = state;
        m_status.sentence = std::move(sentence);
        m_observer.statusChanged(m_status);
    }
    void connectNamespace(const char* name) {
        m_status.namespaces.emplace_back(name);
        m_observer.statusChanged(m_status);
    }
    void receive(client::Incoming incoming) { m_observer.received(incoming); }
    void refuse(std::string sentence) { m_refusal = std::move(sentence); }
    void acknowledgeWith(std::uint64_t id) { m_nextAck = id; }
    std::string takeLog() { return std::exchange(m_log, {}); }

private:
    client::Observer& m_observer;
    client::Status m_status;
    std::string m_log;
    std::string m_refusal;
    std::optional<std::uint64_t> m_nextAck;
};

/// A run with everything around it.
class Stage {
public:
    explicit Stage(const char* script) {
        const auto parsed = parseScript(script, "s");
        if (!parsed) qFatal("%s", parsed.error().sentence.c_str());
        runner.append(*parsed);
        runner.noMore();
        if (!m_file.open()) qFatal("no file can be made");
        m_chat.handshake();
        m_chat.upgrade("/chat");
        show();
    }

    /// Reads what was captured so far, as it would be read while more may come: without the row
    /// that says that the capture has ended.
    void show() {
        if (!m_capture.write(m_file.fileName().toStdString())) qFatal("no capture can be written");
        const auto file = CaptureFile::open(m_file.fileName().toStdString());
        if (!file) qFatal("%s", file.error().sentence.c_str());
        m_session = std::make_unique<Session>(*file);
        readAll(*file, [this](Batch&& batch) {
            // They are too few for a block.
            std::vector<Record>& rows = batch.records.rest;
            if (!rows.empty() && rows.back().kind == RowKind::TcpEnd) rows.pop_back();
            m_session->append(std::move(batch));
            return true;
        });
    }
    void hear(const char* text) {
        m_chat.send(kServer, webSocketText(text));
        show();
    }
    void say(const char* text) {
        m_chat.send(kClient, webSocketText(text, kMask));
        show();
    }
    /// Goes on, some time later.
    RunState go(int laterMs = 0, bool allRead = false) {
        m_now += milliseconds(laterMs);
        runner.step({m_session.get(), allRead, m_now});
        return runner.state();
    }
    /// How long until the runner wants to be called; -1 if it does not.
    int untilNext() const {
        if (!runner.nextTime()) return -1;
        return static_cast<int>(
            std::chrono::duration_cast<milliseconds>(*runner.nextTime() - m_now).count());
    }
    std::string infoOf(RecordId row) const { return m_session->text(row).info; }

    int wakes = 0;
    Mailbox mailbox{[this] { ++wakes; }};
    FakeClient client{mailbox};
    Runner runner{client, mailbox, [this] { ++wakes; }};

private:
    QTemporaryFile m_file;
    CaptureBuilder m_capture;
    TcpConversation m_chat{m_capture};
    std::unique_ptr<Session> m_session;
    Runner::Clock::time_point m_now{};
};

class ScriptRunnerTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void sendsWhenOpen() {
        Stage stage("{\"send\":{\"text\":\"a\"}}\n{\"send\":{\"text\":\"b\"},\"seed\":3}");
        QCOMPARE(stage.go(), RunState::Running);
        stage.client.become(State::Handshaking);
        QCOMPARE(stage.go(), RunState::Running);
        QCOMPARE(stage.client.takeLog(), std::string());
        stage.client.become(State::Open);
        QVERIFY(stage.wakes > 0);
        // The answer of the connection arrives with a wake of its own.
        for (int i = 0; i < 4 && stage.runner.state() == RunState::Running; ++i) stage.go();
        QCOMPARE(stage.runner.state(), RunState::Done);
        QCOMPARE(stage.client.takeLog(),
                 std::string("send {\"text\":\"a\"}\nsend {\"text\":\"b\"} seed 3\n"));
        QCOMPARE(stage.runner.stepsDone(), std::uint64_t{2});
    }

    void expectsReceivedRows() {
        Stage stage(
            "{\"expect\":\"websocket.payload.text == \\\"b\\\"\",\"within\":\"1s\"}\n"
            "{\"expect\":\"websocket\",\"within\":\"1s\"}");
        stage.client.become(State::Open);
        QCOMPARE(stage.go(), RunState::Running);
        QCOMPARE(stage.untilNext(), 1000);
        stage.hear("a");
        stage.say("b");
        QCOMPARE(stage.go(400), RunState::Running);
        QCOMPARE(stage.untilNext(), 600);
        stage.hear("b");
        QCOMPARE(stage.go(), RunState::Running);
        // What was found is used up; the next expectation looks behind it, with a time of its own.
        QCOMPARE(stage.untilNext(), 1000);
        stage.hear("c");
        QCOMPARE(stage.go(), RunState::Done);
    }

    void rowsThatWereSentCountWhereAsked() {
        Stage stage("{\"expect\":\"websocket\",\"any\":true}");
        stage.client.become(State::Open);
        stage.say("x");
        QCOMPARE(stage.go(), RunState::Done);
    }

    void anAnswerBeforeTheStepCounts() {
        Stage stage("{\"wait\":100}\n{\"expect\":\"websocket\"}");
        stage.client.become(State::Open);
        QCOMPARE(stage.go(), RunState::Running);
        QCOMPARE(stage.untilNext(), 100);
        stage.hear("early");
        QCOMPARE(stage.go(99), RunState::Running);
        QCOMPARE(stage.go(1), RunState::Done);
    }

    void counts() {
        Stage stage("{\"expect\":\"websocket\",\"count\":3,\"within\":\"1s\"}");
        stage.hear("1");
        stage.hear("2");
        QCOMPARE(stage.go(), RunState::Running);
        QCOMPARE(stage.go(1000), RunState::Unexpected);
        QCOMPARE(stage.runner.failure().sentence,
                 std::string("s, line 1: Expected 3 rows within 1 s: websocket (2 came)"));
    }

    void saysWhatCameInstead() {
        Stage stage("# a comment\n{\"expect\":\"websocket.payload.text == x\",\"within\":250}");
        stage.go();
        for (const char* const text : {"1", "2", "3", "4", "5", "6"}) stage.hear(text);
        stage.say("7");
        QCOMPARE(stage.go(249), RunState::Running);
        QCOMPARE(stage.go(1), RunState::Unexpected);
        const Failure& failure = stage.runner.failure();
        QCOMPARE(failure.sentence,
                 std::string("s, line 2: Expected a row within 250 ms: websocket.payload.text == "
                             "x"));
        QCOMPARE(failure.instead.size(), std::size_t{5});
        QVERIFY(stage.infoOf(failure.instead.front()).find('2') != std::string::npos);
        QVERIFY(stage.infoOf(failure.instead.back()).find('6') != std::string::npos);
        // It stays as it is.
        stage.hear("x");
        QCOMPARE(stage.go(), RunState::Unexpected);
    }

    void nothingCameInstead() {
        Stage stage("{\"expect\":\"http.response\"}\n{\"expect\":\"websocket\",\"within\":10}");
        stage.go();
        QCOMPARE(stage.go(10), RunState::Unexpected);
        QVERIFY(stage.runner.failure().sentence.ends_with("\nNothing came instead."));
        QVERIFY(stage.runner.failure().instead.empty());
    }

    void absence() {
        Stage quiet("{\"expect\":\"websocket\",\"absent\":true,\"within\":100}");
        quiet.client.become(State::Open);
        QCOMPARE(quiet.go(), RunState::Running);
        QCOMPARE(quiet.go(99), RunState::Running);
        QCOMPARE(quiet.go(1), RunState::Done);
        Stage loud("{\"expect\":\"websocket\",\"absent\":true,\"within\":100}");
        loud.client.become(State::Open);
        loud.go();
        loud.hear("x");
        QCOMPARE(loud.go(1), RunState::Unexpected);
        QCOMPARE(loud.runner.failure().sentence,
                 std::string("s, line 1: A row came that must not match: websocket"));
        QCOMPARE(loud.runner.failure().instead.size(), std::size_t{1});
    }

    void theEndOfTheConnectionEndsAnExpectation() {
        Stage stage("{\"expect\":\"websocket\"}");
        stage.go();
        stage.client.become(State::Closed, "The server said no.");
        QCOMPARE(stage.go(), RunState::Running);
        QCOMPARE(stage.go(0, true), RunState::Unexpected);
        const std::string& sentence = stage.runner.failure().sentence;
        QVERIFY(sentence.starts_with(
            "s, line 1: Expected a row before the connection ended: websocket"));
        QVERIFY(sentence.ends_with("\nThe server said no."));
    }

    /// A refusal can be what a script is about.
    void expectationsNeedNoOpenConnection() {
        Stage stage("{\"expect\":\"http.response\"}");
        stage.client.become(State::Closed, "Refused.");
        QCOMPARE(stage.go(0, true), RunState::Done);
    }

    void noConnection() {
        Stage stage("{\"send\":{\"text\":\"a\"}}");
        stage.go();
        stage.client.become(State::Closed, "Nobody listens there.");
        QCOMPARE(stage.go(), RunState::NotConnected);
        QCOMPARE(stage.runner.failure().sentence, std::string("s, line 1: Nobody listens there."));
    }

    void everyScriptNeedsAConnection_data() {
        QTest::addColumn<QByteArray>("script");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("wait") << QByteArray("{\"wait\":1}");
        QTest::newRow("absent") << QByteArray(
            "{\"expect\":\"websocket\",\"absent\":true,\"within\":1}");
        QTest::newRow("close") << QByteArray("{\"close\":1000}");
        QTest::newRow("cut") << QByteArray("{\"cut\":true}");
        QTest::newRow("set") << QByteArray("{\"set\":{\"a\":{\"value\":\"b\"}}}");
    }
    void everyScriptNeedsAConnection() {
        QFETCH(QByteArray, script);
        Stage stage(script.constData());
        QCOMPARE(stage.go(1000), RunState::Running);
        QCOMPARE(stage.client.takeLog(), std::string());
        stage.client.become(State::Closed, "Nobody listens there.");
        QCOMPARE(stage.go(1000, true), RunState::NotConnected);
        QVERIFY(stage.runner.failure().sentence.ends_with("Nobody listens there."));
    }
    void stepsBeginOnceItIsOpen() {
        Stage stage("{\"wait\":100}\n{\"close\":1000}");
        QCOMPARE(stage.go(5000), RunState::Running);
        stage.client.become(State::Open);
        QCOMPARE(stage.go(), RunState::Running);
        QCOMPARE(stage.untilNext(), 100);
        QCOMPARE(stage.go(100), RunState::Running);
        QCOMPARE(stage.client.takeLog(), std::string("close 1000 \n"));
    }
    /// What is in order about a refusal stays so.
    void aRefusalThatWasExpected() {
        Stage stage(
            "{\"expect\":\"http.response\"}\n{\"wait\":1}\n{\"close\":1000}\n{\"cut\":true}");
        stage.client.become(State::Closed, "Refused.");
        stage.go(0, true);
        QCOMPARE(stage.go(1, true), RunState::Done);
    }

    void lostBeforeItWasSent() {
        Stage stage("{\"wait\":5}\n{\"send\":{\"text\":\"a\"}}");
        stage.client.become(State::Open);
        stage.go();
        stage.client.become(State::Closed);
        QCOMPARE(stage.go(5), RunState::NotConnected);
        QCOMPARE(stage.runner.failure().sentence,
                 std::string("s, line 2: A message was not sent any more. The connection was "
                             "closed."));
    }

    void aMessageThatCannotBeMade() {
        Stage stage("{\"send\":{\"text\":\"a\",\"compress\":\"agreed\"}}");
        stage.client.become(State::Open);
        stage.client.refuse("The handshake agreed to no compression.");
        stage.go();
        QCOMPARE(stage.go(), RunState::Mistake);
        QCOMPARE(stage.runner.failure().sentence,
                 std::string("s, line 1: The handshake agreed to no compression."));
    }

    /// A connection that is lost and comes back gets the message once.
    void sendsAgainAfterAReconnect() {
        Stage stage("{\"send\":{\"text\":\"a\"}}");
        stage.client.become(State::Open);
        stage.client.refuse("not open");
        stage.go();
        stage.client.become(State::Waiting);
        QCOMPARE(stage.go(), RunState::Running);
        stage.client.refuse({});
        stage.client.takeLog();
        QCOMPARE(stage.go(), RunState::Running);
        QCOMPARE(stage.client.takeLog(), std::string());
        stage.client.become(State::Open);
        stage.go();
        QCOMPARE(stage.go(), RunState::Done);
        QCOMPARE(stage.client.takeLog(), std::string("send {\"text\":\"a\"}\n"));
    }

    void repeats() {
        Stage stage(
            "{\"repeat\":2,\"steps\":[{\"send\":{\"text\":\"a${round}\"}},"
            "{\"repeat\":2,\"steps\":[{\"send\":{\"text\":\"b${round}\"}}]},"
            "{\"send\":{\"text\":\"c${round}\"}}]}\n"
            "{\"repeat\":0,\"steps\":[{\"send\":{\"text\":\"never\"}}]}\n"
            "{\"send\":{\"text\":\"end\"}}");
        stage.client.become(State::Open);
        for (int i = 0; i < 40 && stage.runner.state() == RunState::Running; ++i) stage.go();
        QCOMPARE(stage.runner.state(), RunState::Done);
        std::string expected;
        for (const char* const text : {"a1", "b1", "b2", "c1", "a2", "b1", "b2", "c2", "end"}) {
            expected += "send {\"text\":\"" + std::string(text) + "\"}\n";
        }
        QCOMPARE(stage.client.takeLog(), expected);
    }

    /// A loop that never waits gives its caller a turn.
    void longLoopsPause() {
        Stage stage("{\"repeat\":25000,\"steps\":[{\"cut\":true}]}");
        stage.client.become(State::Open);
        QCOMPARE(stage.go(), RunState::Running);
        QCOMPARE(stage.untilNext(), 0);
        stage.go();
        QCOMPARE(stage.go(), RunState::Done);
        QCOMPARE(stage.runner.stepsDone(), std::uint64_t{25'001});
    }

    void variablesComeFromRows() {
        Stage stage(
            "{\"expect\":\"websocket\"}\n"
            "{\"set\":{\"all\":\"websocket.payload.text\","
            "\"token\":{\"field\":\"websocket.payload.text\",\"pointer\":\"/token\"},"
            "\"list\":{\"field\":\"websocket.payload.text\",\"pointer\":\"/list\"},"
            "\"room\":{\"value\":\"lobby\"}}}\n"
            "{\"send\":{\"json\":{\"t\":\"${token}\",\"l\":\"${json:list}\",\"r\":\"${room}\"}}}\n"
            "{\"expect\":\"websocket.payload.text == \\\"${token}\\\"\",\"within\":100}");
        stage.client.become(State::Open);
        stage.hear(R"({"token":"a b","list":[1,2]})");
        for (int i = 0; i < 3; ++i) stage.go();
        QCOMPARE(stage.client.takeLog(),
                 std::string(R"(send {"json":{"t":"a b","l":[1,2],"r":"lobby"}})") + "\n");
        stage.hear("a b");
        QCOMPARE(stage.go(), RunState::Done);
    }

    void variablesThatCannotBeSet_data() {
        QTest::addColumn<QByteArray>("script");
        QTest::addColumn<QByteArray>("sentence");
        QTest::newRow("no row") << QByteArray(R"({"set":{"a":"tcp.port"}})")
                                << QByteArray(
                                       "s, line 1: A variable is set from the row that an "
                                       "expectation has found; there was none yet.");
        const QByteArray found = "{\"expect\":\"websocket\"}\n";
        QTest::newRow("no field") << found + R"({"set":{"a":"socketio.id"}})"
                                  << QByteArray(
                                         "s, line 2: The row that was found has no field "
                                         "socketio.id.");
        QTest::newRow("no JSON")
            << found + R"({"set":{"a":{"field":"websocket.payload.text","pointer":"/x"}}})"
            << QByteArray(
                   "s, line 2: The field websocket.payload.text of the row that was found holds "
                   "no JSON.");
        QTest::newRow("not set") << QByteArray(R"({"send":{"text":"${x}"}})")
                                 << QByteArray("s, line 1: The variable \"x\" was not set.");
        QTest::newRow("no filter")
            << QByteArray("{\"set\":{\"x\":{\"value\":\"(\"}}}\n{\"expect\":\"${x}\"}")
            << QByteArray("s, line 2: In the filter (, at character 2: ");
    }

    void variablesThatCannotBeSet() {
        QFETCH(QByteArray, script);
        QFETCH(QByteArray, sentence);
        Stage stage(script.constData());
        stage.client.become(State::Open);
        stage.hear("{");
        stage.go();
        stage.go();
        QVERIFY(stage.runner.state() == RunState::Mistake ||
                stage.runner.state() == RunState::Unexpected);
        const std::string& said = stage.runner.failure().sentence;
        QVERIFY2(said.starts_with(sentence.toStdString()), said.c_str());
    }

    void pointersIntoWhatAPeerSent_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("pointer");
        QTest::addColumn<QByteArray>("value");  // or of the sentence the end, behind "!"
        const auto row = [](const char* name, QByteArray text, QByteArray pointer,
                            QByteArray value) {
            QTest::newRow(name) << std::move(text) << std::move(pointer) << std::move(value);
        };
        const QByteArray object = R"({"b":[10,{"c/d":"x\u00e9"},[]],"a~":2.50,"b2":{},"":null})";
        row("element", object, "/b/0", "10");
        row("string", object, "/b/1/c~1d", "x\xc3\xa9");
        row("array", object, "/b/2", "[]");
        row("object", object, "/b/1", R"({"c/d":"x\u00e9"})");
        row("number", object, "/a~0", "2.50");
        row("no name", object, "/", "null");
        row("the last of a name", R"({"a":1,"a":[2]})", "/a", "[2]");
        row("behind the end", object, "/b/3", "!has nothing at /b/3.");
        row("below a number", object, "/b/0/0", "!has nothing at /b/0/0.");
        row("leading zero", object, "/b/00", "!has nothing at /b/00.");
        row("beyond 64 bits", object, "/b/99999999999999999999999",
            "!has nothing at /b/99999999999999999999999.");
        row("deep", QByteArray(20'000, '[') + QByteArray(20'000, ']'), "/0", "!holds no JSON.");
    }

    void pointersIntoWhatAPeerSent() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, pointer);
        QFETCH(QByteArray, value);
        const QByteArray script =
            "{\"expect\":\"websocket\"}\n{\"set\":{\"a\":{\"field\":\"websocket.payload.text\","
            "\"pointer\":\"" +
            pointer + "\"}}}\n{\"send\":{\"text\":\"${a}\"}}";
        Stage stage(script.constData());
        stage.client.become(State::Open);
        stage.hear(text.constData());
        for (int i = 0; i < 3; ++i) stage.go();
        if (value.startsWith('!')) {
            QVERIFY(stage.runner.state() == RunState::Unexpected);
            const std::string& said = stage.runner.failure().sentence;
            QVERIFY2(said.ends_with(value.mid(1).toStdString()), said.c_str());
            return;
        }
        QVERIFY2(stage.runner.state() == RunState::Done, stage.runner.failure().sentence.c_str());
        compose::FrameDraft draft;
        draft.payload.text = value.toStdString();
        QCOMPARE(stage.client.takeLog(), "send " + compose::toJson(compose::Draft(draft)) + "\n");
    }

    void closesAndWaits() {
        Stage stage("{\"close\":1001,\"reason\":\"bye\"}\n{\"cut\":true}");
        stage.client.become(State::Open);
        QCOMPARE(stage.go(), RunState::Running);
        QCOMPARE(stage.client.takeLog(), std::string("close 1001 bye\n"));
        stage.client.become(State::Closing);
        QCOMPARE(stage.go(), RunState::Running);
        QCOMPARE(stage.client.takeLog(), std::string());
        stage.client.become(State::Closed);
        QCOMPARE(stage.go(), RunState::Done);
        QCOMPARE(stage.client.takeLog(), std::string("cut\n"));
    }

    void namespaces() {
        Stage stage("{\"namespace\":\"/chat\",\"auth\":{\"t\":1},\"within\":\"1s\"}");
        stage.client.become(State::Open);
        stage.go();
        QCOMPARE(stage.go(), RunState::Running);
        QCOMPARE(stage.client.takeLog(),
                 std::string(R"(send {"sio":"connect","nsp":"/chat","data":{"t":1}})") + "\n");
        QCOMPARE(stage.untilNext(), 1000);
        stage.client.connectNamespace("/chat");
        QCOMPARE(stage.go(), RunState::Done);
        Stage refused("{\"namespace\":\"/x\",\"within\":\"1s\"}");
        refused.client.become(State::Open);
        refused.go();
        refused.go();
        QCOMPARE(refused.go(1000), RunState::Unexpected);
        QCOMPARE(refused.runner.failure().sentence,
                 std::string("s, line 1: The namespace /x was not connected within 1 s."));
    }

    void settlesWhenAnswered() {
        Stage stage("{\"send\":{\"text\":\"a\"}}");
        stage.runner.append({{{}, SettleStep{}}});
        stage.client.acknowledgeWith(7);
        stage.client.become(State::Open);
        stage.go();
        QCOMPARE(stage.go(), RunState::Running);
        QCOMPARE(stage.untilNext(), 5000);
        client::Incoming answer;
        answer.kind = client::Incoming::Kind::Text;
        stage.client.receive(answer);
        // The acknowledgement is still to come.
        stage.go();
        QCOMPARE(stage.untilNext(), 5000);
        answer.kind = client::Incoming::Kind::SocketIo;
        answer.socketType = socketio::PacketType::Ack;
        answer.id = 7;
        stage.client.receive(answer);
        QCOMPARE(stage.go(), RunState::Running);
        QCOMPARE(stage.go(5000), RunState::Done);
    }

    void saysThatNoAcknowledgementCame() {
        Stage stage("{\"send\":{\"text\":\"a\"}}\n{\"send\":{\"text\":\"b\"}}");
        stage.runner.append({{{}, SettleStep{}}});
        stage.client.become(State::Open);
        stage.go();
        stage.client.acknowledgeWith(7);
        stage.go();
        stage.go();
        QCOMPARE(stage.go(4999), RunState::Running);
        QCOMPARE(stage.go(1), RunState::Unexpected);
        QCOMPARE(stage.runner.failure().sentence,
                 std::string("No acknowledgement came for message 2 within 5 s."));
        Stage ended("{\"send\":{\"text\":\"a\"}}\n{\"send\":{\"text\":\"b\"}}");
        ended.runner.append({{{}, SettleStep{}}});
        ended.client.acknowledgeWith(1);
        ended.client.become(State::Open);
        ended.go();
        ended.client.acknowledgeWith(2);
        for (int i = 0; i < 3; ++i) ended.go();
        ended.client.become(State::Closed);
        QCOMPARE(ended.go(), RunState::Unexpected);
        QCOMPARE(ended.runner.failure().sentence,
                 std::string("No acknowledgement came for 2 messages, the first being message 1, "
                             "before the connection ended."));
    }

    void settlesWithoutAMessage() {
        Stage stage("");
        stage.runner.append({{{}, SettleStep{}}});
        QCOMPARE(stage.go(), RunState::Running);
        stage.client.become(State::Open);
        QCOMPARE(stage.go(), RunState::Done);
        Stage refused("");
        refused.runner.append({{{}, SettleStep{}}});
        refused.client.become(State::Closed, "Refused.");
        QCOMPARE(refused.go(), RunState::NotConnected);
        QCOMPARE(refused.runner.failure().sentence, std::string("Refused."));
    }

    void lingers() {
        Stage stage("");
        stage.runner.append({{{}, SettleStep{false, milliseconds(200), milliseconds(300)}}});
        stage.client.become(State::Open);
        QCOMPARE(stage.go(), RunState::Running);
        QCOMPARE(stage.untilNext(), 300);
        QCOMPARE(stage.go(300), RunState::Done);
        Stage forever("");
        forever.runner.append({{{}, SettleStep{false, {}, milliseconds::max()}}});
        forever.client.become(State::Open);
        QCOMPARE(forever.go(100'000), RunState::Running);
        QCOMPARE(forever.untilNext(), -1);
        forever.client.become(State::Closed);
        QCOMPARE(forever.go(), RunState::Done);
    }

    /// Lines that are typed: the run rests until there is another.
    void moreCanBeAppended() {
        Mailbox mailbox([] {});
        FakeClient client(mailbox);
        Runner runner(client, mailbox, [] {});
        client.become(State::Open);
        runner.step({});
        QCOMPARE(runner.state(), RunState::Idle);
        runner.append({{{}, SendStep{compose::FrameDraft{}, {}, 0}}});
        QCOMPARE(runner.state(), RunState::Running);
        runner.step({});
        runner.step({});
        QCOMPARE(runner.state(), RunState::Idle);
        QVERIFY(client.takeLog().starts_with("send "));
        runner.noMore();
        runner.step({});
        QCOMPARE(runner.state(), RunState::Done);
    }
};

}  // namespace
}  // namespace framescope::script

QTEST_APPLESS_MAIN(framescope::script::ScriptRunnerTest)
#include "test_script_runner.moc"
