// The panel gets what it asks for as long as the list keeps some rows; where somebody has moved the
// line between them, it stays there.
#include "ui/window/transcript_area.h"

#include <algorithm>

#include <QSettings>
#include <QVBoxLayout>

#include "ui/live/live_controller.h"
#include "ui/live/live_flow.h"
#include "ui/load/background.h"
#include "ui/widgets/hairline_splitter.h"
#include "ui/window/capture_page.h"
#include "ui/window/capture_place.h"

namespace framescope {

namespace {
// Of a hundred parts of the height; in a low window the list is content with a few rows.
constexpr int kPanelShare = 55;
constexpr int kPanelShareWhenLow = 66;
constexpr int kLow = 500;  // pixels
}  // namespace

TranscriptArea::TranscriptArea(const QString& title, const QString& key, const QString& emptyText,
                               const AreaContext& context, QWidget* parent)
    : WorkArea(title, parent),
      m_context(context),
      m_key(key),
      m_place(std::make_unique<CapturePlace>(context.live, context.settings, *context.window)),
      m_splitter(new HairlineSplitter(Qt::Vertical)) {
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_splitter);
    CapturePage& page = m_place->page();
    page.setNothingYetText(emptyText);
    m_splitter->addWidget(&page);
    m_splitter->setCollapsible(0, false);
    if (context.settings != nullptr) page.restoreSizes(*context.settings, m_key);
    connect(&m_place->live(), &LiveController::ended, this, [this](const live::Ending& ending) {
        m_transcript.reset();
        if (ending.cause == live::Ending::Cause::Failed) {
            Q_EMIT failed(QString::fromStdString(ending.sentence));
        }
    });
}

TranscriptArea::~TranscriptArea() {
    m_transcript.reset();
    m_place.reset();
}

void TranscriptArea::setPanel(QWidget* panel) {
    m_splitter->insertWidget(0, panel);
    m_splitter->setCollapsible(0, false);
    m_splitter->setStretchFactor(0, 0);
    m_splitter->setStretchFactor(1, 1);
    if (m_context.settings == nullptr) return;
    m_sized = m_splitter->restoreState(
        m_context.settings->value(m_key + QStringLiteral("/panel")).toByteArray());
}

void TranscriptArea::resizeEvent(QResizeEvent* event) {
    WorkArea::resizeEvent(event);
    if (!m_sized) {
        const int share = height() < kLow ? kPanelShareWhenLow : kPanelShare;
        const int panel = height() * share / 100;
        m_splitter->setSizes({panel, std::max(1, height() - panel)});
    }
    m_sized = m_sized || isVisible();
}

bool TranscriptArea::isRunning() const {
    const LiveState state = m_place->live().state();
    return m_transcript != nullptr && (state == LiveState::Starting || state == LiveState::Running);
}

void TranscriptArea::withTranscript(const QString& name, Ready ready) {
    if (isRunning()) return ready(m_transcript);
    if (!m_context.begin) return;
    m_waiting.push_back(std::move(ready));
    if (m_waiting.size() > 1) return;
    runInBackground(
        *this,
        [begin = m_context.begin, bell = m_place->live().bell(), name = name.toStdString()] {
            return begin(name, bell);
        },
        [this](const std::shared_ptr<transcript::Transcript>& transcript) {
            m_transcript = transcript;
            m_place->live().watch(transcript);
            for (const Ready& waiting : std::exchange(m_waiting, {})) waiting(transcript);
        });
}

bool TranscriptArea::wouldLose() const {
    return m_place->live().hasUnsaved();
}

void TranscriptArea::whenDecided(std::function<void()> next) {
    if (!wouldLose()) return next();
    // Where the question is asked one should see what it is about.
    Q_EMIT frontRequested();
    m_place->flow().whenDecided(std::move(next));
}

void TranscriptArea::saveSizes(QSettings& settings) const {
    if (!m_sized) return;
    settings.setValue(m_key + QStringLiteral("/panel"), m_splitter->saveState());
    m_place->page().saveSizes(settings, m_key);
}

}  // namespace framescope
