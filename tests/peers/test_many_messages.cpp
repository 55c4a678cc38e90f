// Ten thousand messages on one connection, and a thousand connections at once, against an echo
// server of ws: nothing is lost or changed, neither for the application nor in the transcript. How
// fast that goes is measured by `./dev bench send`.
#include <condition_variable>
#include <memory>
#include <mutex>

#include <QTemporaryDir>
#include <QTest>

#include "capture/client/client.h"
#include "capture/net/reactor.h"
#include "capture/transcript/transcript.h"
#include "tests/support/cli_run.h"
#include "tests/support/peer_scenario.h"
#include "tests/support/peer_server.h"

using namespace framescope;
using namespace framescope::test;

namespace {

constexpr std::chrono::seconds kPatience{60};

struct Tally {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t echoed = 0;
    std::size_t wrong = 0;
    std::size_t clean = 0;
    std::size_t closed = 0;
    std::string complaint;
};

/// Says its messages as soon as it may, and closes when all have come back.
class Talker : public client::Observer {
public:
    Talker(Tally& tally, std::size_t number, std::size_t messages)
        : m_tally(tally), m_number(number), m_messages(messages) {}

    void open(net::Reactor& reactor, std::shared_ptr<transcript::Transcript> transcript,
              const std::string& url) {
        client::ClientOptions options;
        options.urls = {url};
        m_client = client::Client::make(reactor, std::move(transcript), options, *this);
        m_client->connect();
    }

    void statusChanged(const client::Status& status) override {
        if (status.state == client::State::Open && !m_said) {
            m_said = true;
            for (std::size_t i = 0; i < m_messages; ++i) {
                compose::FrameDraft draft;
                draft.payload.text = text(i);
                m_client->send(draft);
            }
        }
        if (status.state != client::State::Closed) return;
        const std::lock_guard lock(m_tally.mutex);
        ++m_tally.closed;
        if (status.clean) ++m_tally.clean;
        if (!status.sentence.empty()) m_tally.complaint = status.sentence;
        m_tally.changed.notify_all();
    }
    void received(const client::Incoming& incoming) override {
        if (incoming.kind != client::Incoming::Kind::Text) return;
        {
            const std::lock_guard lock(m_tally.mutex);
            ++m_tally.echoed;
            if (asText(incoming.bytes) != text(m_next)) ++m_tally.wrong;
        }
        if (++m_next == m_messages) m_client->close(1000);
    }

private:
    std::string text(std::size_t i) const {
        std::string said = std::to_string(m_number) + ' ' + std::to_string(i) + ' ';
        said.resize(1024, 'x');
        return said;
    }

    Tally& m_tally;
    std::size_t m_number;
    std::size_t m_messages;
    std::unique_ptr<client::Client> m_client;
    bool m_said = false;
    std::size_t m_next = 0;
};

}  // namespace

class TestManyMessages : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void nothingIsLost_data();
    void nothingIsLost();
};

void TestManyMessages::initTestCase() {
    if (const QString reason = peersUnavailable(); !reason.isEmpty()) QSKIP(qPrintable(reason));
}

void TestManyMessages::nothingIsLost_data() {
    QTest::addColumn<int>("connections");
    QTest::addColumn<int>("messages");
    QTest::newRow("ten thousand messages on one connection") << 1 << 10'000;
    QTest::newRow("a thousand connections at once") << 1000 << 5;
}

void TestManyMessages::nothingIsLost() {
    QFETCH(int, connections);
    QFETCH(int, messages);
    const auto all = static_cast<std::size_t>(connections) * static_cast<std::size_t>(messages);
    PeerServer server(QStringLiteral("../bench/send/server.mjs"), {});
    QVERIFY2(server.port() != 0, qPrintable(server.complaint()));
    const QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("transcript.pcapng"));
    net::Reactor reactor;
    live::Destination destination;
    destination.file = file.toStdString();
    const auto transcript = transcript::begin("load", destination, {});
    Tally tally;
    std::vector<std::unique_ptr<Talker>> talkers;
    for (int i = 0; i < connections; ++i) {
        talkers.push_back(std::make_unique<Talker>(tally, static_cast<std::size_t>(i),
                                                   static_cast<std::size_t>(messages)));
        talkers.back()->open(reactor, transcript,
                             server.url(QStringLiteral("ws"), QStringLiteral("/")).toStdString());
    }
    {
        std::unique_lock lock(tally.mutex);
        tally.changed.wait_for(lock, kPatience, [&] { return tally.closed == talkers.size(); });
        QVERIFY2(tally.complaint.empty(), tally.complaint.c_str());
        QCOMPARE(tally.clean, talkers.size());
        QCOMPARE(tally.echoed, all);
        QCOMPARE(tally.wrong, std::size_t{0});
    }
    talkers.clear();
    transcript->flush();
    transcript->stop();

    // Every message is a row, twice: sent and echoed.
    const CliRun run =
        runCli(QStringLiteral(FRAMESCOPE_CLI),
               {QStringLiteral("-r"), file, QStringLiteral("-Y"),
                QStringLiteral("websocket.opcode == 1"), QStringLiteral("-T"),
                QStringLiteral("fields"), QStringLiteral("-e"), QStringLiteral("frame.number")});
    QCOMPARE(run.exitCode, 0);
    QCOMPARE(static_cast<std::size_t>(run.lines().size()), 2 * all);
}

QTEST_GUILESS_MAIN(TestManyMessages)
#include "test_many_messages.moc"
