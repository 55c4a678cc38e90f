// Few addresses of before: who has many of them finds the others in the composer.
#include "ui/start/compose_section.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QVBoxLayout>

#include "ui/start/recent_addresses.h"
#include "ui/text/display_text.h"
#include "ui/theme/fonts.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/link_button.h"

namespace framescope {

namespace {
constexpr int kShown = 4;
}

ComposeSection::ComposeSection(QSettings* settings, bool withServer, QWidget* parent)
    : QWidget(parent), m_settings(settings), m_address(new QLineEdit), m_recent(new QVBoxLayout) {
    m_address->setFont(fixedFont());
    m_address->setPlaceholderText(QStringLiteral("ws://localhost:3000/"));
    m_address->setAccessibleName(QStringLiteral("Address to connect to"));
    m_address->setObjectName(QStringLiteral("composeAddress"));
    auto* const go = new FlatButton(QStringLiteral("Connect"));
    go->setToolTip(QStringLiteral("Open the composer with a connection to this address"));
    auto* const line = new QHBoxLayout;
    line->setContentsMargins(LinkButton::kPadding, 4, 0, 2);
    line->setSpacing(8);
    line->addWidget(m_address, 1);
    line->addWidget(go);
    m_recent->setContentsMargins(0, 0, 0, 0);
    m_recent->setSpacing(0);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addLayout(line);
    layout->addLayout(m_recent);
    if (withServer) {
        auto* const server = new LinkButton(QStringLiteral("Start the test server"),
                                            QStringLiteral("something to connect to, here"));
        connect(server, &LinkButton::clicked, this, &ComposeSection::serverRequested);
        layout->addWidget(server);
    }
    connect(go, &FlatButton::clicked, this, &ComposeSection::connectIfPossible);
    connect(m_address, &QLineEdit::returnPressed, this, &ComposeSection::connectIfPossible);
}

void ComposeSection::connectIfPossible() {
    const QString url = m_address->text().trimmed();
    if (url.isEmpty()) return m_address->setFocus();
    Q_EMIT connectRequested(url);
}

void ComposeSection::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    showRecent();
}

void ComposeSection::showRecent() {
    while (QLayoutItem* item = m_recent->takeAt(0)) {
        item->widget()->deleteLater();
        delete item;
    }
    for (const QString& url : storedAddresses(m_settings).mid(0, kShown)) {
        auto* const link = new LinkButton(displayText(url.toStdString(), 200), {});
        connect(link, &LinkButton::clicked, this, [this, url] { Q_EMIT connectRequested(url); });
        m_recent->addWidget(link);
    }
}

}  // namespace framescope
