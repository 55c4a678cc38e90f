// Our client, for `./dev bench send`; what it does is said in client.mjs:
//
//     bench_send URL CONNECTIONS MESSAGES SIZE
//
// Everything is noted in a transcript, as it always is.
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "capture/client/client.h"
#include "capture/live/capture_options.h"
#include "capture/live/spool.h"
#include "capture/net/reactor.h"
#include "capture/transcript/transcript.h"

using namespace framescope;

namespace {

struct Tally {
    std::mutex mutex;
    std::condition_variable changed;
    std::uint64_t echoed = 0;
    std::uint64_t wrong = 0;
    std::uint64_t closed = 0;
};

class Talker : public client::Observer {
public:
    Talker(Tally& tally, std::uint64_t connection, std::uint64_t messages, std::size_t size)
        : m_tally(tally), m_connection(connection), m_messages(messages), m_size(size) {}

    void open(net::Reactor& reactor, std::shared_ptr<transcript::Transcript> transcript,
              const std::string& url) {
        client::ClientOptions options;
        options.urls = {url};
        options.connection.connectTimeout = std::chrono::seconds(60);
        m_client = client::Client::make(reactor, std::move(transcript), options, *this);
        m_client->connect();
    }

    void statusChanged(const client::Status& status) override {
        if (status.state == client::State::Open && !m_said) {
            m_said = true;
            for (std::uint64_t number = 0; number < m_messages; ++number) {
                compose::FrameDraft draft;
                draft.payload.text = text(number);
                m_client->send(draft);
            }
        }
        if (status.state != client::State::Closed) return;
        const std::lock_guard lock(m_tally.mutex);
        if (!status.sentence.empty()) std::fprintf(stderr, "%s\n", status.sentence.c_str());
        ++m_tally.closed;
        m_tally.changed.notify_all();
    }

    void received(const client::Incoming& incoming) override {
        if (incoming.kind != client::Incoming::Kind::Text) return;
        const bool right = asText(incoming.bytes) == text(m_next);
        {
            const std::lock_guard lock(m_tally.mutex);
            ++m_tally.echoed;
            if (!right) ++m_tally.wrong;
        }
        if (++m_next == m_messages) m_client->close(1000);
    }

private:
    std::string text(std::uint64_t number) const {
        std::string said = std::to_string(m_connection) + ' ' + std::to_string(number) + ' ';
        said.resize(std::max(m_size, said.size()), 'x');
        return said;
    }

    Tally& m_tally;
    std::uint64_t m_connection;
    std::uint64_t m_messages;
    std::size_t m_size;
    std::unique_ptr<client::Client> m_client;
    bool m_said = false;
    std::uint64_t m_next = 0;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        std::fputs("usage: bench_send URL CONNECTIONS MESSAGES SIZE\n", stderr);
        return 1;
    }
    const auto connections = std::strtoull(argv[2], nullptr, 10);
    const auto messages = std::strtoull(argv[3], nullptr, 10);
    const auto size = std::strtoull(argv[4], nullptr, 10);

    const auto begin = std::chrono::steady_clock::now();
    net::Reactor reactor;
    const auto transcript = transcript::begin(argv[1], live::Destination{}, {});
    Tally tally;
    std::vector<std::unique_ptr<Talker>> talkers;
    for (std::uint64_t i = 0; i < connections; ++i) {
        talkers.push_back(std::make_unique<Talker>(tally, i, messages, size));
        talkers.back()->open(reactor, transcript, argv[1]);
    }
    {
        std::unique_lock lock(tally.mutex);
        tally.changed.wait_for(lock, std::chrono::seconds(120),
                               [&] { return tally.closed == connections; });
    }
    transcript->flush();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    std::printf("{\"seconds\": %.4f, \"echoed\": %llu, \"wrong\": %llu}\n", seconds.count(),
                static_cast<unsigned long long>(tally.echoed),
                static_cast<unsigned long long>(tally.wrong));
    talkers.clear();
    if (const auto spool = transcript->spool()) spool->discard();
    return tally.echoed == connections * messages && tally.wrong == 0 ? 0 : 1;
}
