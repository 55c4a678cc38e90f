// The state has a line of its own, so that nothing moves while it changes.
#include "ui/composer/address_bar.h"

#include <algorithm>

#include <QClipboard>
#include <QComboBox>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPainter>
#include <QSignalBlocker>
#include <QVBoxLayout>

#include "dissector/websocket/close.h"
#include "ui/text/display_text.h"
#include "ui/theme/fonts.h"
#include "ui/theme/role_colors.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/severity_mark.h"

namespace framescope {
namespace {

using client::Speaks;
using client::State;

constexpr int kMargin = 10;
constexpr int kDot = 18;
// In the order in which they are offered.
constexpr Speaks kSpeaks[] = {Speaks::WebSocket, Speaks::SocketIo, Speaks::EngineIo, Speaks::Raw};

QString closeText(const websocket::CloseBody& body) {
    if (!body.code) return QStringLiteral("without a code");
    QString text = QStringLiteral("with %1").arg(*body.code);
    const std::string_view name = websocket::closeCodeName(*body.code);
    if (!name.empty()) {
        text += QStringLiteral(" (%1)").arg(
            QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())));
    }
    const QString reason = displayText(body.reason, 125);
    return reason.isEmpty() ? text : text + QStringLiteral(": ") + reason;
}

QString closedWords(const client::Status& status) {
    if (status.closeReceived) {
        const bool byUs = status.closeSent && status.sentence.empty();
        return (byUs ? QStringLiteral("Closed %1") : QStringLiteral("Closed by the server %1"))
            .arg(closeText(*status.closeReceived));
    }
    if (status.closeSent) {
        return QStringLiteral("Closed %1, without an answer").arg(closeText(*status.closeSent));
    }
    return QStringLiteral("Closed");
}

QString endpointText(const Endpoint& endpoint) {
    return QString::fromStdString(endpoint.text());
}

}  // namespace

QString stateWords(const client::Status& status, qint64 elapsedMs) {
    switch (status.state) {
        case State::Idle:
            return QStringLiteral("Not connected");
        case State::Connecting:
            return status.attempt > 1 ? QStringLiteral("Connecting, attempt %1").arg(status.attempt)
                                      : QStringLiteral("Connecting");
        case State::Handshaking:
            return QStringLiteral("Handshaking");
        case State::Open:
            return QStringLiteral("Open");
        case State::Closing:
            return QStringLiteral("Closing");
        case State::Waiting: {
            const qint64 left = std::max<qint64>(status.untilNextAttempt.count() - elapsedMs, 0);
            return QStringLiteral("Waiting for attempt %1 in %2 s")
                .arg(status.attempt + 1)
                .arg((left + 999) / 1000);
        }
        case State::Closed:
            return closedWords(status);
    }
    return {};
}

QString peerWords(const client::Status& status) {
    QStringList words;
    if (status.peer) {
        words << endpointText(status.peer->remote);
        if (status.peer->tls) words << displayText(status.peer->tls->version, 40);
    }
    if (!status.subprotocol.empty()) words << displayText(status.subprotocol, 60);
    if (status.wire.compression.agreed()) words << QStringLiteral("permessage-deflate");
    if (!status.sid.empty()) {
        words << (status.wire.polling ? QStringLiteral("polling") : QStringLiteral("WebSocket"))
              << QStringLiteral("sid ") + displayText(status.sid, 40);
    }
    QStringList names;
    for (const std::string& nsp : status.namespaces) names << displayText(nsp, 40);
    if (!names.isEmpty()) words << names.join(QStringLiteral(", "));
    return words.join(QStringLiteral("  ·  "));
}

AddressBar::AddressBar(QWidget* parent)
    : QWidget(parent),
      m_address(new QComboBox),
      m_speaks(new QComboBox),
      m_connect(new FlatButton(QStringLiteral("Connect"))),
      m_cut(new FlatButton(QStringLiteral("Cut"))),
      m_settings(new FlatButton(QStringLiteral("Settings…"))),
      m_state(new QLabel),
      m_about(new QLabel),
      m_unchecked(new QLabel(QStringLiteral("certificate not checked"))),
      m_sentenceLine(new QWidget),
      m_sentence(new QLabel) {
    m_address->setEditable(true);
    m_address->setInsertPolicy(QComboBox::NoInsert);
    m_address->setFont(fixedFont());
    m_address->setAccessibleName(QStringLiteral("Address"));
    m_address->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_address->setMinimumContentsLength(12);
    m_address->lineEdit()->setPlaceholderText(QStringLiteral("ws://localhost:3000/"));
    for (const char* name : {"WebSocket", "Socket.IO", "Engine.IO", "Raw"}) {
        m_speaks->addItem(QLatin1String(name));
    }
    m_speaks->setAccessibleName(QStringLiteral("What is spoken"));
    m_connect->setToolTip(QStringLiteral("Open the connection, or close it in order (F9)"));
    m_cut->setToolTip(QStringLiteral("Cut the connection with RST, as a crash would (Shift+F9)"));
    m_settings->setToolTip(QStringLiteral("Headers, TLS, proxy, times, … (Ctrl+,)"));
    for (QLabel* label : {m_state, m_about, m_sentence}) label->setTextFormat(Qt::PlainText);
    m_state->setObjectName(QStringLiteral("connectionState"));
    m_about->setForegroundRole(QPalette::PlaceholderText);
    m_about->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_sentence->setWordWrap(true);
    m_sentence->setObjectName(QStringLiteral("connectionSentence"));
    m_sentence->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_unchecked->setToolTip(
        QStringLiteral("Anybody could be at the other end; the settings can check it again"));
    m_unchecked->hide();

    auto* const first = new QHBoxLayout;
    first->setSpacing(8);
    first->addWidget(m_address, 1);
    first->addWidget(m_speaks);
    first->addWidget(m_connect);
    first->addWidget(m_cut);
    first->addWidget(m_settings);
    auto* const second = new QHBoxLayout;
    second->setContentsMargins(kDot, 0, 0, 0);
    second->setSpacing(10);
    second->addWidget(m_state);
    second->addWidget(m_unchecked);
    second->addWidget(m_about, 1);
    auto* const copy = new FlatButton(QStringLiteral("Copy"));
    auto* const third = new QHBoxLayout(m_sentenceLine);
    third->setContentsMargins(kDot, 0, 0, 0);
    third->setSpacing(8);
    third->addWidget(m_sentence, 1);
    third->addWidget(copy, 0, Qt::AlignTop);
    m_sentenceLine->hide();
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(kMargin, 7, kMargin, 6);
    layout->setSpacing(5);
    layout->addLayout(first);
    layout->addLayout(second);
    layout->addWidget(m_sentenceLine);

    m_countdown.setInterval(250);
    connect(&m_countdown, &QTimer::timeout, this, &AddressBar::updateState);
    connect(m_connect, &FlatButton::clicked, this, &AddressBar::connectToggled);
    connect(m_cut, &FlatButton::clicked, this, &AddressBar::cutRequested);
    connect(m_settings, &FlatButton::clicked, this, &AddressBar::settingsRequested);
    connect(m_address->lineEdit(), &QLineEdit::returnPressed, this, [this] {
        const bool idle = m_status.state == State::Idle || m_status.state == State::Closed;
        if (idle) Q_EMIT connectToggled();
    });
    connect(m_address, &QComboBox::editTextChanged, this, &AddressBar::changed);
    connect(m_speaks, &QComboBox::currentIndexChanged, this, &AddressBar::changed);
    connect(copy, &FlatButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_sentence->text()); });
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    updateState();
}

QString AddressBar::url() const {
    return m_address->currentText().trimmed();
}

void AddressBar::setUrl(const QString& url) {
    m_address->setCurrentText(url);
}

Speaks AddressBar::speaks() const {
    return kSpeaks[std::max(m_speaks->currentIndex(), 0)];
}

void AddressBar::setSpeaks(Speaks speaks) {
    const auto* const found = std::find(std::begin(kSpeaks), std::end(kSpeaks), speaks);
    if (found != std::end(kSpeaks)) {
        m_speaks->setCurrentIndex(static_cast<int>(found - std::begin(kSpeaks)));
    }
}

void AddressBar::takeFocus() {
    (m_address->isEnabled() ? static_cast<QWidget*>(m_address) : m_connect)->setFocus();
    m_address->lineEdit()->selectAll();
}

void AddressBar::setRecent(const QStringList& urls) {
    const QSignalBlocker quiet(m_address);
    const QString now = m_address->currentText();
    m_address->clear();
    m_address->addItems(urls);
    m_address->setCurrentText(now);
}

void AddressBar::showStatus(const client::Status& status, bool verifies) {
    m_status = status;
    m_verifies = verifies;
    m_sinceStatus.start();
    updateState();
}

void AddressBar::setSentence(Severity severity, const QString& sentence) {
    m_severity = severity;
    m_sentence->setText(sentence);
    m_sentenceLine->setVisible(!sentence.isEmpty());
    update();
}

QString AddressBar::sentence() const {
    return m_sentence->text();
}

void AddressBar::updateState() {
    const State state = m_status.state;
    const bool active = state != State::Idle && state != State::Closed;
    m_stateText =
        stateWords(m_status, m_sinceStatus.isValid() ? m_sinceStatus.elapsed() : qint64{0});
    m_state->setText(m_stateText);
    m_detail = active ? peerWords(m_status) : QString();
    m_connect->setText(!active                ? QStringLiteral("Connect")
                       : state == State::Open ? QStringLiteral("Disconnect")
                                              : QStringLiteral("Cancel"));
    m_connect->updateGeometry();
    m_cut->setEnabled(active && state != State::Waiting);
    m_address->setEnabled(!active);
    m_speaks->setEnabled(!active);
    m_unchecked->setVisible(!m_verifies);
    QPalette warning = palette();
    warning.setColor(QPalette::WindowText, roleColors(palette()).warning);
    m_unchecked->setPalette(warning);
    if (state == State::Waiting) {
        if (!m_countdown.isActive()) m_countdown.start();
    } else {
        m_countdown.stop();
    }
    elide();
    update();
}

void AddressBar::elide() {
    m_about->setText(m_about->fontMetrics().elidedText(m_detail, Qt::ElideRight, m_about->width()));
    m_about->setToolTip(plainToolTip(m_detail));
}

void AddressBar::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    QMetaObject::invokeMethod(this, &AddressBar::elide, Qt::QueuedConnection);
}

void AddressBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const RoleColors& colors = roleColors(palette());
    painter.fillRect(rect(), colors.surface);
    painter.setRenderHint(QPainter::Antialiasing);
    const qreal size = fontMetrics().height() * 0.55;
    QRectF dot(0, 0, size, size);
    dot.moveCenter(QPointF(kMargin + kDot / 2.0 - 2, m_state->geometry().center().y() + 0.5));
    switch (m_status.state) {
        case State::Open:
            painter.setPen(Qt::NoPen);
            painter.setBrush(colors.client);
            painter.drawEllipse(dot);
            break;
        case State::Connecting:
        case State::Handshaking:
        case State::Waiting:
        case State::Closing:
            painter.setPen(QPen(colors.client, 1.6));
            painter.setBrush(Qt::NoBrush);
            painter.drawEllipse(dot.adjusted(1, 1, -1, -1));
            break;
        case State::Idle:
        case State::Closed:
            painter.setPen(Qt::NoPen);
            painter.setBrush(colors.dim);
            painter.drawRect(dot.adjusted(1, 1, -1, -1));
            break;
    }
    if (m_sentenceLine->isVisible()) {
        const QRect line(kMargin - 2, m_sentenceLine->y(), kDot, fontMetrics().height() + 2);
        paintSeverityMark(painter, line, fontMetrics().height() * 0.65, m_severity, colors);
    }
}

}  // namespace framescope
