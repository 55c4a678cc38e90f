// Every replay has a thread of its own for its connections, which ends with it.
#include "ui/replay/system_replay_services.h"

#include "capture/net/reactor.h"
#include "capture/replay/report_text.h"
#include "capture/session/session.h"
#include "capture/transcript/transcript.h"

namespace framescope {

ReplayServices systemReplayServices() {
    ReplayServices services;
    services.read = readForReplay;
    services.plan = replay::planOf;
    services.start = [](replay::Plan plan, const replay::ReplayOptions& options,
                        std::function<void()> changed,
                        live::Wake wake) -> Result<std::shared_ptr<ReplayRun>> {
        if (const auto possible = replay::checkOptions(options); !possible) {
            return possible.error();
        }
        auto run = std::make_shared<ReplayRun>();
        const auto reactor = std::make_shared<net::Reactor>();
        const auto transcript = transcript::begin(options.url, {}, std::move(wake));
        run->machinery = reactor;
        run->transcript = transcript;
        run->replayer = replay::Replayer::start(*reactor, transcript, std::move(plan), options,
                                                std::move(changed));
        return run;
    };
    services.reportText = [](const replay::Report& report, bool json) {
        return json ? replay::reportJson(report) : replay::reportText(report);
    };
    return services;
}

}  // namespace framescope
