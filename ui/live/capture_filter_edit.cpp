// A check is asked for once the typing rests. One that hangs in a look-up of names must not hold up
// those behind it, so a few may be under way; only the answer to the last question counts.
#include "ui/live/capture_filter_edit.h"

#include <QCompleter>
#include <QKeyEvent>
#include <QPainter>
#include <QStringListModel>

#include "ui/load/background.h"
#include "ui/text/display_text.h"
#include "ui/theme/fonts.h"
#include "ui/theme/role_colors.h"
#include "ui/widgets/severity_mark.h"

namespace framescope {

namespace {
constexpr int kRestMs = 150;
constexpr int kMostAtOnce = 4;
constexpr int kMarkWidth = 24;
}  // namespace

CaptureFilterEdit::CaptureFilterEdit(Check check, QWidget* parent)
    : QLineEdit(parent), m_check(std::move(check)), m_history(new QStringListModel(this)) {
    setFont(fixedFont());
    setPlaceholderText(QStringLiteral("all packets, or e.g. tcp port 3000"));
    setAccessibleName(QStringLiteral("Capture filter"));
    setTextMargins(0, 0, kMarkWidth, 0);
    auto* const completer = new QCompleter(m_history, this);
    completer->setFilterMode(Qt::MatchContains);
    setCompleter(completer);
    m_soon.setSingleShot(true);
    m_soon.setInterval(kRestMs);
    connect(&m_soon, &QTimer::timeout, this, &CaptureFilterEdit::ask);
    connect(this, &QLineEdit::textChanged, this, &CaptureFilterEdit::askSoon);
}

void CaptureFilterEdit::setLinkType(std::uint32_t linkType) {
    if (linkType == m_linkType) return;
    m_linkType = linkType;
    askSoon();
}

void CaptureFilterEdit::setHistory(const QStringList& filters) {
    m_history->setStringList(filters);
}

void CaptureFilterEdit::askSoon() {
    ++m_generation;
    m_soon.stop();
    if (filter().isEmpty()) return note(State::Empty);
    if (!m_check) return note(State::Good);
    note(State::Checking);
    m_soon.start();
}

void CaptureFilterEdit::ask() {
    if (m_asking >= kMostAtOnce) {
        m_soon.start();
        return;
    }
    ++m_asking;
    runInBackground(
        *this,
        [check = m_check, asked = filter().toStdString(), linkType = m_linkType] {
            return check(asked, linkType);
        },
        [this, generation = m_generation](const std::optional<std::string>& message) {
            --m_asking;
            if (generation != m_generation) return;
            if (message) {
                note(State::Bad, framescope::displayText(*message, 300));
            } else {
                note(State::Good);
            }
        });
}

void CaptureFilterEdit::note(State state, const QString& message) {
    m_state = state;
    m_message = message;
    update();
    Q_EMIT stateChanged();
}

void CaptureFilterEdit::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Down && text().isEmpty() && m_history->rowCount() > 0) {
        completer()->setCompletionPrefix({});
        completer()->complete();
        return;
    }
    QLineEdit::keyPressEvent(event);
}

void CaptureFilterEdit::paintEvent(QPaintEvent* event) {
    QLineEdit::paintEvent(event);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const RoleColors& colors = roleColors(palette());
    const QRect place(width() - kMarkWidth - 2, 0, kMarkWidth, height());
    const qreal size = fontMetrics().height() * 0.6;
    switch (m_state) {
        case State::Bad:
            paintSeverityMark(painter, place, size, Severity::Error, colors);
            break;
        case State::Checking:
            paintSeverityMark(painter, place, size * 0.8, Severity::Note, colors);
            break;
        case State::Good:
            paintGoodMark(painter, place, size, colors);
            break;
        case State::Empty:
            break;
    }
}

}  // namespace framescope
