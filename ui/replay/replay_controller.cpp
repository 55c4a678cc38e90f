// Every answer from another thread brings the generation it was asked in; what belongs to an
// earlier one is dropped. A run is looked at on another thread as well: its report is copied there.
#include "ui/replay/replay_controller.h"

#include <utility>

#include "capture/session/session.h"
#include "ui/text/display_text.h"

namespace framescope {

namespace {

constexpr int kLookMs = 100;  // a report that changes more often cannot be read

/// What reading a capture gives.
struct Read {
    std::shared_ptr<const Session> session;
    std::vector<ReplaySubject> subjects;
};

int chosenOf(const std::vector<ReplaySubject>& subjects, std::optional<ConnectionId> connection,
             std::optional<engineio::SessionId> engineSession) {
    for (std::size_t i = 0; i < subjects.size(); ++i) {
        const ReplaySubject& one = subjects[i];
        if (engineSession ? one.engineSession == engineSession
                          : connection && one.connection == connection) {
            return static_cast<int>(i);
        }
    }
    return subjects.empty() ? -1 : 0;
}

}  // namespace

ReplayController::ReplayController(ReplayServices services, QObject* parent)
    : QObject(parent), m_services(std::move(services)) {
    m_lookSoon.setSingleShot(true);
    m_lookSoon.setInterval(kLookMs);
    connect(&m_lookSoon, &QTimer::timeout, this, &ReplayController::look);
}

ReplayController::~ReplayController() {
    if (m_reading) m_reading->cancelled = true;
    dropRun();
}

void ReplayController::setState(ReplayState state) {
    m_state = state;
    Q_EMIT changed();
}

void ReplayController::open(const ReplaySource& source,
                            std::optional<ConnectionId> wantedConnection,
                            std::optional<engineio::SessionId> wantedSession) {
    if (!m_services.canReplay()) return;
    close();
    m_source = source;
    m_reading = std::make_shared<Reading>();
    setState(ReplayState::Reading);
    runInBackground(
        *this,
        [read = m_services.read, source, reading = m_reading]() -> Result<Read> {
            auto session = read(source, [reading] { return !reading->cancelled; });
            if (!session) return session.error();
            const std::lock_guard lock(reading->mutex);
            reading->session = *session;
            return Read{*session, replaySubjects(**session)};
        },
        [this, generation = m_generation, wantedConnection, wantedSession](Result<Read> read) {
            if (generation != m_generation) return;
            if (!read) {
                m_sentence = displayText(read.error().sentence);
                return setState(ReplayState::Ready);
            }
            m_subjects = std::move(read->subjects);
            m_subject = chosenOf(m_subjects, wantedConnection, wantedSession);
            makePlan();
        });
}

void ReplayController::close() {
    ++m_generation;
    ++m_planGeneration;
    dropRun();
    if (m_reading) {
        m_reading->cancelled = true;
        // A large index takes a while to go.
        m_worker.add([reading = std::exchange(m_reading, nullptr)]() mutable { reading.reset(); });
    }
    m_source = {};
    m_subjects.clear();
    m_subject = -1;
    m_plan.reset();
    m_sentence.clear();
    m_report.reset();
    m_progress = {};
    setState(ReplayState::None);
    Q_EMIT reported();
}

void ReplayController::chooseSubject(int subject) {
    if (subject == m_subject || subject < 0 || isRunning() ||
        static_cast<std::size_t>(subject) >= m_subjects.size()) {
        return;
    }
    m_subject = subject;
    m_report.reset();
    m_progress = {};
    Q_EMIT reported();
    makePlan();
}

void ReplayController::makePlan() {
    ++m_planGeneration;
    m_plan.reset();
    m_sentence.clear();
    if (m_subject < 0) {
        m_sentence = QStringLiteral(
            "There is nothing in this capture that could be replayed: no connection of it was "
            "understood.");
        return setState(ReplayState::Ready);
    }
    setState(ReplayState::Planning);
    const ReplaySubject& subject = m_subjects[static_cast<std::size_t>(m_subject)];
    replay::ReplayOptions options;
    options.connection = subject.connection;
    options.engineSession = subject.engineSession;
    options.url = subject.url.toStdString();
    using Planned = Result<std::shared_ptr<const replay::Plan>>;
    runInBackground(
        *this,
        [make = m_services.plan, reading = m_reading, options]() -> Planned {
            const std::lock_guard lock(reading->mutex);
            if (reading->cancelled) return Error{"Another capture was opened."};
            auto made = make(*reading->session, options);
            if (!made) return made.error();
            return std::make_shared<const replay::Plan>(std::move(*made));
        },
        [this, generation = m_planGeneration](Planned planned) {
            if (generation != m_planGeneration) return;
            if (planned) {
                m_plan = *planned;
            } else {
                m_sentence = displayText(planned.error().sentence);
            }
            setState(ReplayState::Ready);
        });
}

void ReplayController::start(const replay::ReplayOptions& options, const live::Wake& wake) {
    if (m_state != ReplayState::Ready || m_plan == nullptr) return;
    dropRun();
    m_options = options;
    m_report.reset();
    m_progress = {0, m_plan->steps.size(), false};
    m_stopWanted = false;
    m_bell = std::make_unique<Doorbell>([this] {
        if (!m_lookSoon.isActive()) m_lookSoon.start();
    });
    setState(ReplayState::Starting);
    Q_EMIT reported();
    using Started = Result<std::shared_ptr<ReplayRun>>;
    runInBackground(
        *this,
        [services = m_services, reading = m_reading, options, wake,
         changed = m_bell->ringer()]() -> Started {
            // Made anew: what is chosen may be part of it.
            std::optional<replay::Plan> plan;
            {
                const std::lock_guard lock(reading->mutex);
                if (reading->cancelled) return Error{"Another capture was opened."};
                auto made = services.plan(*reading->session, options);
                if (!made) return made.error();
                plan = std::move(*made);
            }
            return services.start(std::move(*plan), options, changed, wake);
        },
        [this, generation = m_runGeneration](Started result) {
            if (generation != m_runGeneration) {
                // Nobody waits for it any more.
                if (result) {
                    m_worker.add([run = std::move(*result)]() mutable { run.reset(); });
                }
                return;
            }
            if (!result) {
                dropRun();
                setState(ReplayState::Ready);
                Q_EMIT failed(displayText(result.error().sentence));
                return;
            }
            m_run = std::move(*result);
            setState(ReplayState::Running);
            Q_EMIT started();
            if (m_stopWanted) stop();
            look();
        });
}

void ReplayController::stop() {
    if (m_state == ReplayState::Starting) m_stopWanted = true;
    if (m_state != ReplayState::Running) return;
    m_run->replayer->stop();
    setState(ReplayState::Stopping);
}

void ReplayController::look() {
    if (m_run == nullptr || m_looking) {
        // What is being looked at may be older than what rang.
        if (m_looking) m_lookSoon.start();
        return;
    }
    m_looking = true;
    runInBackground(
        *this,
        [run = m_run] {
            Seen seen;
            // The progress first: a report that is asked for behind the end is the final one.
            seen.progress = run->replayer->progress();
            seen.report = std::make_shared<const replay::Report>(run->replayer->report());
            return seen;
        },
        [this, generation = m_runGeneration](Seen seen) {
            m_looking = false;
            if (generation == m_runGeneration) show(std::move(seen));
        });
}

void ReplayController::show(Seen seen) {
    m_progress = seen.progress;
    m_report = std::move(seen.report);
    const bool ended = m_progress.finished && isRunning();
    if (ended) {
        m_bell.reset();
        m_lookSoon.stop();
        if (m_run->transcript) m_run->transcript->stop();
        setState(ReplayState::Ready);
    }
    Q_EMIT reported();
    if (ended) Q_EMIT finished();
}

std::shared_ptr<live::LiveCapture> ReplayController::transcript() const {
    return m_run ? m_run->transcript : nullptr;
}

void ReplayController::dropRun() {
    ++m_runGeneration;
    m_bell.reset();
    m_lookSoon.stop();
    m_looking = false;
    if (m_run) m_worker.add([run = std::exchange(m_run, nullptr)]() mutable { run.reset(); });
}

}  // namespace framescope
