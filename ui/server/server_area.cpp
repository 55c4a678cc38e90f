#include "ui/server/server_area.h"

#include <QVBoxLayout>

#include "ui/live/live_controller.h"
#include "ui/live/live_flow.h"
#include "ui/server/server_address.h"
#include "ui/server/server_panel.h"
#include "ui/window/capture_page.h"
#include "ui/window/capture_place.h"

namespace framescope {

ServerArea::ServerArea(const ServerServices& services, const AreaContext& context,
                       std::shared_ptr<ServerAddress> address, QWidget* parent)
    : WorkArea(QStringLiteral("Test Server"), parent),
      m_address(std::move(address)),
      m_place(std::make_unique<CapturePlace>(context.live, context.settings, *context.window)),
      m_controller(std::make_unique<ServerController>(services)),
      m_panel(new ServerPanel(*m_controller, context.settings, &m_place->page(),
                              [this] { return m_place->live().bell(); })) {
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_panel);
    setFocusProxy(m_panel);
    m_panel->setOffersComposer(true);
    m_place->page().setWaitingText(
        QStringLiteral("Nothing has passed yet.\nWhat clients and the server say to each other "
                       "stands here, and can be saved as a capture."));
    connect(m_controller.get(), &ServerController::changed, this, &ServerArea::showState);
    connect(m_panel, &ServerPanel::failed, this, &WorkArea::failed);
    connect(m_panel, &ServerPanel::composeRequested, this, &WorkArea::composeRequested);
    connect(&m_place->live(), &LiveController::saved, this, &WorkArea::captureSaved);
}

ServerArea::~ServerArea() {
    m_controller->disconnect(this);
    if (m_address) m_address->setUrl({});
    // The panel looks at the controller to the last, and its page at a session.
    m_place->page().setSession(nullptr);
    delete m_panel;
}

void ServerArea::showState() {
    const bool running = m_controller->state() == ServerState::Running;
    if (m_address) m_address->setUrl(m_controller->url());
    setTitle(running ? QStringLiteral("Test Server ") +
                           m_controller->url().section(QLatin1Char('/'), 2, 2)
                     : QStringLiteral("Test Server"));
    if (running && !m_watching && m_controller->transcript()) {
        m_place->live().watch(m_controller->transcript());
    }
    m_watching = running;
}

void ServerArea::takeFocus() {
    m_panel->takeFocus();
}

QList<QAction*> ServerArea::menuActions() const {
    return m_panel->actions();
}

bool ServerArea::wouldLose() const {
    return m_place->live().hasUnsaved() || m_controller->state() != ServerState::Stopped;
}

void ServerArea::whenDecided(std::function<void()> next) {
    // It goes on until the area goes: somebody may go back at the next question.
    if (!m_place->live().hasUnsaved()) return next();
    Q_EMIT frontRequested();
    m_place->flow().whenDecided(std::move(next));
}

void ServerArea::saveSizes(QSettings& settings) const {
    m_panel->saveSizes(settings);
}

}  // namespace framescope
