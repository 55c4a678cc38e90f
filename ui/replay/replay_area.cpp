#include "ui/replay/replay_area.h"

#include <QVBoxLayout>

#include "capture/session/session.h"
#include "ui/live/live_controller.h"
#include "ui/load/load_controller.h"
#include "ui/replay/comparison_view.h"
#include "ui/replay/replay_panel.h"
#include "ui/server/server_address.h"
#include "ui/text/display_text.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/question_dialog.h"
#include "ui/window/capture_page.h"
#include "ui/window/capture_place.h"

namespace framescope {

ReplayArea::ReplayArea(const ReplayServices& services, const AreaContext& context,
                       std::shared_ptr<ServerAddress> server, QWidget* parent)
    : WorkArea(QStringLiteral("Replay"), parent),
      m_window(*context.window),
      m_server(std::move(server)),
      m_place(std::make_unique<CapturePlace>(context.live, context.settings, *context.window)),
      m_controller(std::make_unique<ReplayController>(services)),
      m_panel(new ReplayPanel(*m_controller, context.settings, &m_place->page(),
                              [this] { return m_place->live().bell(); })) {
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_panel);
    setFocusProxy(m_panel);
    m_place->page().setWaitingText(
        QStringLiteral("Nothing was replayed yet.\nWhat is sent and received then stands here, "
                       "frame by frame, and can be saved as a capture."));
    connect(m_controller.get(), &ReplayController::started, this, &ReplayArea::watchTranscript);
    connect(m_controller.get(), &ReplayController::changed, this, [this] {
        const QString& name = m_controller->captureName();
        setTitle(name.isEmpty() ? QStringLiteral("Replay") : QStringLiteral("Replay: ") + name);
    });
    connect(m_panel, &ReplayPanel::failed, this, &WorkArea::failed);
    connect(&m_place->live(), &LiveController::saved, this, &WorkArea::captureSaved);
    if (!m_server) return;
    connect(m_server.get(), &ServerAddress::changed, m_panel, &ReplayPanel::setTestServer);
    m_panel->setTestServer(m_server->url());
}

ReplayArea::~ReplayArea() {
    m_controller->disconnect(this);
    // The panel looks at the controller to the last, and its page at a session.
    m_place->page().setSession(nullptr);
    delete m_panel;
}

void ReplayArea::watchTranscript() {
    const auto transcript = m_controller->transcript();
    if (!transcript) return;
    m_place->live().watch(transcript);
    m_place->live().discardWhenReplaced();
}

void ReplayArea::takeFocus() {
    m_panel->takeFocus();
}

QList<QAction*> ReplayArea::menuActions() const {
    return m_panel->actions() + m_panel->comparison().actions();
}

void ReplayArea::takeFrom(const LoadController& capture) {
    m_source = {displayText(capture.name().toStdString(), 80), capture.path(), capture.followed(),
                capture.payloadRules(), capture.reading()};
}

void ReplayArea::takeRow(const Session& session, RecordId row) {
    const ConnectionId connection = session.record(row).connection;
    if (connection == kNoConnection) {
        Q_EMIT failed(
            QStringLiteral("This row belongs to no connection; there is nothing to replay."));
        return;
    }
    const engineio::SessionId engineSession = session.connection(connection).facts.engineSession;
    if (engineSession < session.engineSessions().size()) {
        takeConversation(std::nullopt, engineSession);
    } else {
        takeConversation(connection, std::nullopt);
    }
}

void ReplayArea::takeConversation(std::optional<ConnectionId> connection,
                                  std::optional<engineio::SessionId> engineSession) {
    whenDecided([this, connection, engineSession] {
        m_controller->open(m_source, connection, engineSession);
        m_panel->showTab(ReplayPanel::Plan);
        m_panel->takeFocus();
    });
}

void ReplayArea::takeAddress(const QString& url) {
    m_panel->setUrl(url);
}

bool ReplayArea::wouldLose() const {
    return m_controller->isRunning();
}

void ReplayArea::whenDecided(std::function<void()> next) {
    if (!wouldLose()) return next();
    if (m_question) m_question->reject();
    Q_EMIT frontRequested();
    auto* const box = new QuestionDialog(
        QStringLiteral("A replay of %1 is running.").arg(m_controller->captureName()),
        QStringLiteral("Its connection is cut by this."), &m_window);
    m_question = box;
    box->addAnswer(QStringLiteral("&Stop It"), [this, next = std::move(next)] {
        m_controller->stop();
        next();
    });
    box->addAnswer(QStringLiteral("Go &Back"), [] {});
    box->open();
}

QuestionDialog* ReplayArea::question() const {
    return m_question;
}

void ReplayArea::saveSizes(QSettings& settings) const {
    m_panel->saveSizes(settings);
}

}  // namespace framescope
