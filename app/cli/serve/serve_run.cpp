// The main thread waits on a bell that the transcript's loader and signals ring, and prints what
// has come. The server lives on the reactor's thread.
#include "app/cli/serve/serve_run.h"

#include <algorithm>
#include <chrono>
#include <memory>

#include "app/cli/connect/row_follower.h"
#include "app/cli/exit_code.h"
#include "app/cli/live/bell.h"
#include "app/cli/live/interrupts.h"
#include "capture/net/reactor.h"

namespace framescope::cli {
namespace {

using std::chrono::milliseconds;

class ServeRun {
public:
    ServeRun(const Options& options, const server::ServerOptions& serve, Output& output)
        : m_options(options), m_serve(serve), m_output(output) {}

    int run() {
        m_transcript =
            transcript::begin("serve", m_options.live.destination, [this] { m_bell.ring(); });
        m_rows.emplace(m_options, m_output, *m_transcript, [this] { m_bell.ring(); });
        auto server = server::TestServer::start(m_reactor, m_serve, m_transcript, {});
        if (server) {
            complain("Serving on " + (*server)->url() + " until Ctrl-C.");
            while (m_interrupts.count() == 0 && m_rows->wantsMore() && !m_rows->finished()) wait();
            server->reset();
        } else {
            complain(server.error().sentence);
        }
        // What the server still said at its end is in the transcript as well.
        m_transcript->flush();
        m_transcript->stop();
        m_rows->step();
        while (!m_rows->finished() && m_interrupts.count() < 2) wait();
        const int ended = m_rows->end();
        if (m_interrupts.count() >= 2) return kInterrupted;
        return server ? ended : static_cast<int>(kNoConnection);
    }

private:
    void wait() {
        const auto time =
            std::chrono::ceil<milliseconds>(m_rows->nextTime() - RowFollower::Clock::now());
        m_bell.wait(std::max(time, milliseconds(0)));
        m_rows->step();
    }

    const Options& m_options;
    const server::ServerOptions& m_serve;
    Output& m_output;
    Bell m_bell;
    Interrupts m_interrupts{[this] { m_bell.ring(); }};  ///< before whatever makes threads
    net::Reactor m_reactor;
    std::shared_ptr<transcript::Transcript> m_transcript;
    std::optional<RowFollower> m_rows;
};

}  // namespace

int runServe(const Options& options, const server::ServerOptions& serve, Output& output) {
    return ServeRun(options, serve, output).run();
}

std::string misbehaviourListing() {
    std::string text;
    for (const server::FaultInfo& fault : server::allFaults()) {
        text += std::string(fault.name) + '\t' + std::string(fault.sentence) + '\t' +
                std::string(fault.number) + '\n';
    }
    return text;
}

}  // namespace framescope::cli
