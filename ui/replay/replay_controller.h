// A replay of the window, from the capture it is taken of to its report. Reads the capture, has the
// plan made, starts the replay, and turns what capture/replay tells from its threads into signals.
// Nothing here is done on the window's thread but to hand over values.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include <QObject>
#include <QTimer>

#include "ui/load/background.h"
#include "ui/load/doorbell.h"
#include "ui/replay/replay_services.h"
#include "ui/replay/replay_subject.h"

namespace framescope {

enum class ReplayState {
    None,      ///< no capture
    Reading,   ///< the capture is read
    Planning,  ///< the plan is being made
    Ready,     ///< nothing goes on; there is a plan, or the sentence says why not
    Starting,
    Running,
    Stopping,  ///< what came until then is being compared
};

class ReplayController : public QObject {
    Q_OBJECT

public:
    explicit ReplayController(ReplayServices services, QObject* parent = nullptr);
    ~ReplayController() override;

    /// Takes up a capture. `wanted` is chosen of it (a session, or a connection), else the first
    /// thing that can be replayed. A replay that runs is given up.
    void open(const ReplaySource& source, std::optional<ConnectionId> wantedConnection,
              std::optional<engineio::SessionId> wantedSession);
    /// Lets go of the capture.
    void close();

    const ReplayServices& services() const { return m_services; }

    ReplayState state() const { return m_state; }
    bool isRunning() const { return m_state >= ReplayState::Starting; }
    const QString& captureName() const { return m_source.name; }

    const std::vector<ReplaySubject>& subjects() const { return m_subjects; }
    /// Index of the chosen one, -1 for none.
    int subject() const { return m_subject; }
    /// Chooses another; its plan follows.
    void chooseSubject(int subject);

    /// Null until it is made. `sentence` says why there is none.
    const std::shared_ptr<const replay::Plan>& plan() const { return m_plan; }
    const QString& sentence() const { return m_sentence; }

    /// Replays what is chosen; started(), then finished(), or failed() follow. `wake` is what its
    /// transcript calls.
    void start(const replay::ReplayOptions& options, const live::Wake& wake);
    /// Ends it; what has come until then is compared.
    void stop();

    const replay::Progress& progress() const { return m_progress; }
    /// Null until something was replayed; final once nothing runs any more.
    const std::shared_ptr<const replay::Report>& report() const { return m_report; }
    /// Options of the last start.
    const replay::ReplayOptions& options() const { return m_options; }
    /// What was sent and received in the last replay; null before it and where it is not kept.
    std::shared_ptr<live::LiveCapture> transcript() const;

Q_SIGNALS:
    /// The state, the subjects or the plan are others now.
    void changed();
    /// The report or the progress has become another.
    void reported();
    /// It is under way: transcript() is there.
    void started();
    void finished();
    /// It could not be started; one sentence for a person.
    void failed(const QString& sentence);

private:
    struct Reading {
        std::atomic<bool> cancelled = false;
        std::mutex mutex;  // one plan at a time: a session has one owner
        std::shared_ptr<const Session> session;
    };
    struct Seen {
        replay::Progress progress;
        std::shared_ptr<const replay::Report> report;
    };

    void setState(ReplayState state);
    void makePlan();
    void look();
    void show(Seen seen);
    void dropRun();

    ReplayServices m_services;
    ReplayState m_state = ReplayState::None;
    ReplaySource m_source;
    std::shared_ptr<Reading> m_reading;
    std::vector<ReplaySubject> m_subjects;
    int m_subject = -1;
    std::shared_ptr<const replay::Plan> m_plan;
    QString m_sentence;
    replay::ReplayOptions m_options;
    std::shared_ptr<ReplayRun> m_run;
    std::unique_ptr<Doorbell> m_bell;  // of the run
    bool m_looking = false;
    bool m_stopWanted = false;  // before it was started
    replay::Progress m_progress;
    std::shared_ptr<const replay::Report> m_report;
    QTimer m_lookSoon;
    quint64 m_generation = 0;  // of the capture
    quint64 m_planGeneration = 0;
    quint64 m_runGeneration = 0;
    SerialWorker m_worker;  // the last: ends runs and sessions
};

}  // namespace framescope
