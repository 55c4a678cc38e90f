// The page is wired first, so that whoever listens to this finds it as it should be.
#include "ui/window/capture_place.h"

#include <QPointer>

#include "capture/session/session.h"
#include "ui/live/live_bar.h"
#include "ui/live/live_controller.h"
#include "ui/live/live_flow.h"
#include "ui/load/load_controller.h"
#include "ui/payload/payload_overrule.h"
#include "ui/reading/reading_bar.h"
#include "ui/reading/reading_rules.h"
#include "ui/window/capture_page.h"

namespace framescope {

CapturePlace::CapturePlace(const LiveServices& services, QSettings* settings, QWidget& window)
    : m_loader(std::make_unique<LoadController>()),
      m_live(std::make_unique<LiveController>(*m_loader, services)),
      m_flow(std::make_unique<LiveFlow>(*m_live, settings, window)),
      m_page(new CapturePage) {
    connect(m_page, &QObject::destroyed, this, [this] { m_page = nullptr; });
    connect(m_loader.get(), &LoadController::beginsAgain, this, [this] { m_page->keepPlace(); });
    connect(m_loader.get(), &LoadController::replaced, this, &CapturePlace::showReplaced);
    connect(m_loader.get(), &LoadController::progressed, this, [this] {
        m_page->refresh(m_loader->isReading());
        // With the rows and the side, not when the capture is looked at the next time.
        m_page->liveBar().refreshFigures(*m_live, m_loader->session());
    });
    connect(m_loader.get(), &LoadController::finished, this, [this] {
        m_page->setGrowing(false);
        Q_EMIT changed();
    });
    connect(m_page, &CapturePage::selectionChanged, this, &CapturePlace::changed);
    connect(m_page, &CapturePage::pausedChanged, this, &CapturePlace::showLive);
    connect(m_page, &CapturePage::failed, this, &CapturePlace::failed);
    connect(m_page, &CapturePage::payloadRuleChosen, this, [this](const PayloadRule& rule) {
        m_loader->setPayloadRules(overruled(m_loader->payloadRules(), rule));
        m_page->readAgain();
    });
    connect(m_page, &CapturePage::readConnectionAsWanted, this,
            [this](ConnectionId connection, const ReadAs& readAs) {
                setReadAs(withConnectionReadAs(m_loader->readAs(), *m_loader->session(), connection,
                                               readAs));
            });
    connect(&m_page->readingBar(), &ReadingBar::rulesWanted, this, &CapturePlace::setReadAs);
    connect(m_live.get(), &LiveController::changed, this, &CapturePlace::showLive);
    LiveBar& bar = m_page->liveBar();
    connect(&bar, &LiveBar::pauseToggled, this, [this] { m_page->setPaused(!m_page->isPaused()); });
    connect(&bar, &LiveBar::stopRequested, m_live.get(), &LiveController::stop);
    connect(&bar, &LiveBar::saveRequested, m_flow.get(), &LiveFlow::save);
    connect(&bar, &LiveBar::saveCancelled, m_live.get(), &LiveController::cancelSave);
    connect(&bar, &LiveBar::remarksRequested, this, &CapturePlace::remarksRequested);
}

CapturePlace::~CapturePlace() {
    // The views look at the session until the last moment; let go of it while all are there.
    disconnect(m_loader.get(), nullptr, this, nullptr);
    disconnect(m_live.get(), nullptr, this, nullptr);
    if (m_page != nullptr) {
        disconnect(m_page, nullptr, this, nullptr);
        m_page->setSession(nullptr);
    }
    m_flow.reset();
    m_live.reset();
}

bool CapturePlace::isOpen() const {
    return m_loader->session() != nullptr || m_live->isShown();
}

QString CapturePlace::name() const {
    return m_live->isShown() && m_loader->path().isEmpty() ? m_live->sourceName()
                                                           : m_loader->name();
}

void CapturePlace::setReadAs(const ReadAsRules& rules) {
    // A copy: what holds the rules may be about to be given new ones.
    ReadAsRules wanted = rules;
    m_page->keepPlace();
    m_loader->setReadAs(std::move(wanted));
}

void CapturePlace::setOrder(PacketOrder order) {
    if (m_loader->session() == nullptr || m_loader->order() == order) return;
    m_page->keepPlace();
    m_loader->setOrder(order);
}

void CapturePlace::readAgain() {
    if (m_loader->session() == nullptr) return;
    m_page->keepPlace();
    m_loader->readAgain();
}

void CapturePlace::reload() {
    if (m_loader->session() == nullptr) return;
    const Session* const before = m_loader->session();
    m_page->keepPlace();
    m_loader->reload();
    if (m_loader->session() == before) m_page->forgetPlace();
}

void CapturePlace::showReplaced() {
    const Session* const session = m_loader->session();
    m_page->setSession(session);
    m_page->setReadAsRules(m_loader->readAs());
    if (session != nullptr && m_live->isRunning()) m_page->setGrowing(true);
    Q_EMIT replaced();
}

void CapturePlace::showLive() {
    m_page->liveBar().refresh(*m_live, m_loader->session(), m_page->isPaused());
    if (m_loader->session() == nullptr && m_live->isShown() && !m_live->isOfOurs()) {
        m_page->setWaitingText(
            QStringLiteral("Waiting for the first bytes from %1…").arg(m_live->sourceName()));
    }
    Q_EMIT changed();
}

}  // namespace framescope
