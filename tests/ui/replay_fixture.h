// Replays that a test drives by hand: plans and reports made here, and a replayer that says what
// the test says. Nothing here opens a connection.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "capture/session/session.h"
#include "tests/ui/hand_made_session.h"
#include "ui/replay/replay_services.h"

namespace framescope::test {

constexpr std::int64_t kMs = 1'000'000;

/// Messages of both sides in turn, the client first, ten milliseconds apart.
inline replay::Plan handMadePlan(std::size_t steps) {
    replay::Plan plan;
    plan.target = "/echo";
    for (std::size_t i = 0; i < steps; ++i) {
        replay::Step step;
        step.number = i;
        step.direction = i % 2 == 0 ? Direction::ClientToServer : Direction::ServerToClient;
        step.timeNs = static_cast<std::int64_t>(i) * 10 * kMs;
        step.row = static_cast<RecordId>(i);
        step.label = "message " + std::to_string(i);
        step.text = true;
        plan.steps.push_back(std::move(step));
    }
    return plan;
}

/// The line of a step as it would be if all were well: sent, or the same.
inline replay::Line lineOf(const replay::Plan& plan, std::size_t step) {
    replay::Line line;
    line.step = step;
    line.direction = plan.steps[step].direction;
    line.outcome =
        line.direction == Direction::ClientToServer ? replay::Outcome::Sent : replay::Outcome::Same;
    line.recordedNs = plan.steps[step].timeNs;
    line.replayedNs = line.recordedNs + kMs;
    line.recorded = line.replayed = plan.steps[step].label;
    return line;
}

inline replay::Line extraLine(const std::string& text, std::int64_t timeNs) {
    replay::Line line;
    line.outcome = replay::Outcome::Extra;
    line.direction = Direction::ServerToClient;
    line.replayedNs = timeNs;
    line.replayed = text;
    return line;
}

inline void makeDifferent(replay::Line& line, std::vector<replay::Difference> differences) {
    line.outcome = replay::Outcome::Different;
    line.differences = std::move(differences);
    line.replayed += " (changed)";
}

/// A report of the first `steps` steps, all well.
inline replay::Report goodReport(const replay::Plan& plan, std::size_t steps) {
    replay::Report report;
    report.verdict = replay::Verdict::Same;
    for (std::size_t i = 0; i < steps; ++i) {
        report.lines.push_back(lineOf(plan, i));
        if (report.lines.back().outcome == replay::Outcome::Same) ++report.same;
    }
    report.sentence = std::to_string(report.same) + " answers, all the same.";
    return report;
}

/// What a replayer says, and whom it wakes.
struct ReplayDriver {
    std::mutex mutex;
    replay::Progress progress;
    replay::Report report;
    std::function<void()> changed;
    replay::ReplayOptions options;
    int alive = 0;
    int starts = 0;
    bool stopped = false;
    bool endsOnStop = true;
    std::string startError;  ///< not empty: it cannot be started
    std::string planError;
    std::size_t steps = 6;

    void tell(const std::function<void(ReplayDriver&)>& change) {
        std::function<void()> call;
        {
            const std::lock_guard lock(mutex);
            change(*this);
            call = changed;
        }
        if (call) call();
    }
};

class DrivenReplayer : public replay::Replayer {
public:
    explicit DrivenReplayer(std::shared_ptr<ReplayDriver> driver) : m_driver(std::move(driver)) {
        const std::lock_guard lock(m_driver->mutex);
        ++m_driver->alive;
    }
    ~DrivenReplayer() override {
        const std::lock_guard lock(m_driver->mutex);
        --m_driver->alive;
    }
    void stop() override {
        m_driver->tell([](ReplayDriver& driver) {
            driver.stopped = true;
            if (driver.endsOnStop) driver.progress.finished = true;
        });
    }
    replay::Progress progress() const override {
        const std::lock_guard lock(m_driver->mutex);
        return m_driver->progress;
    }
    replay::Report report() const override {
        const std::lock_guard lock(m_driver->mutex);
        return m_driver->report;
    }

private:
    std::shared_ptr<ReplayDriver> m_driver;
};

/// Services that read a hand-made session with `connections` connections and replay by the driver.
inline ReplayServices drivenServices(const std::shared_ptr<ReplayDriver>& driver,
                                     ConnectionId connections = 3) {
    ReplayServices services;
    services.read = [connections](
                        const ReplaySource& source,
                        const std::function<bool()>&) -> Result<std::shared_ptr<const Session>> {
        if (source.path.contains(QStringLiteral("missing"))) {
            return Error{"“missing.pcap” cannot be opened: there is no such file."};
        }
        auto session = std::make_shared<Session>(nullptr);
        Batch batch = handMadeBatch(0, 60, connections);
        for (auto& [id, info] : batch.connections) info.facts.protocol = Protocol::WebSocket;
        batch.last = true;
        session->append(std::move(batch));
        return std::shared_ptr<const Session>(std::move(session));
    };
    services.plan = [driver](const Session&, const replay::ReplayOptions&) -> Result<replay::Plan> {
        const std::lock_guard lock(driver->mutex);
        if (!driver->planError.empty()) return Error{driver->planError};
        return handMadePlan(driver->steps);
    };
    services.start = [driver](const replay::Plan& plan, const replay::ReplayOptions& options,
                              std::function<void()> changed,
                              const live::Wake&) -> Result<std::shared_ptr<ReplayRun>> {
        {
            const std::lock_guard lock(driver->mutex);
            if (!driver->startError.empty()) return Error{driver->startError};
            driver->options = options;
            driver->changed = std::move(changed);
            driver->stopped = false;
            driver->progress = {0, plan.steps.size(), false};
            driver->report = {};
            ++driver->starts;
        }
        auto run = std::make_shared<ReplayRun>();
        run->replayer = std::make_unique<DrivenReplayer>(driver);
        return run;
    };
    services.reportText = [](const replay::Report& report, bool json) {
        return (json ? "{}" : "") + report.sentence;
    };
    return services;
}

}  // namespace framescope::test
