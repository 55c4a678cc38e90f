// What cannot be undone wants two clicks on the same button; the second one has another word on it.
#include "ui/start/left_section.h"

#include <QDateTime>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QVBoxLayout>

#include "ui/load/background.h"
#include "ui/text/display_text.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/link_button.h"

namespace framescope {

QString leftCaptureText(const live::LeftCapture& capture) {
    const QDateTime when =
        QDateTime::fromMSecsSinceEpoch(capture.description.startedNs / 1'000'000);
    return displayText(capture.description.source, 60) + QStringLiteral(", ") +
           QLocale(QLocale::English).toString(when, QStringLiteral("d MMM yyyy HH:mm")) +
           QStringLiteral(", ") + byteCount(capture.bytes);
}

LeftSection::LeftSection(const LiveServices& services, QWidget* parent)
    : QWidget(parent), m_services(services) {
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 20, 0, 0);
    layout->setSpacing(2);
    auto* const title = new QLabel(QStringLiteral("Left behind, not saved"));
    QFont bold = title->font();
    bold.setWeight(QFont::DemiBold);
    title->setFont(bold);
    title->setContentsMargins(LinkButton::kPadding, 0, 0, 0);
    layout->addWidget(title);
    m_lines = new QVBoxLayout;
    m_lines->setContentsMargins(0, 0, 0, 0);
    m_lines->setSpacing(2);
    layout->addLayout(m_lines);
    hide();
}

void LeftSection::refresh() {
    if (!m_services.findLeft) return;
    m_lookAgain = m_looking;
    if (std::exchange(m_looking, true)) return;
    runInBackground(
        *this, [find = m_services.findLeft] { return find(); },
        [this](const std::vector<live::LeftCapture>& captures) {
            m_looking = false;
            showCaptures(captures);
            Q_EMIT listed();
            if (std::exchange(m_lookAgain, false)) refresh();
        });
}

void LeftSection::showCaptures(const std::vector<live::LeftCapture>& captures) {
    while (QLayoutItem* item = m_lines->takeAt(0)) {
        item->widget()->deleteLater();
        delete item;
    }
    for (const live::LeftCapture& capture : captures) {
        auto* const line = new QWidget;
        auto* const layout = new QHBoxLayout(line);
        layout->setContentsMargins(0, 0, 0, 0);
        auto* const open =
            new LinkButton(leftCaptureText(capture), displayText(capture.description.filter, 200));
        auto* const discard = new FlatButton(QStringLiteral("Discard"));
        discard->setAccessibleName(QStringLiteral("Discard ") + leftCaptureText(capture));
        layout->addWidget(open, 1);
        layout->addWidget(discard);
        m_lines->addWidget(line);
        connect(open, &LinkButton::clicked, this,
                [this, folder = capture.folder] { Q_EMIT openRequested(folder); });
        connect(discard, &FlatButton::clicked, this, [this, discard, folder = capture.folder] {
            const QString sure = QStringLiteral("Really Discard");
            if (discard->text() != sure) {
                discard->setText(sure);
                discard->updateGeometry();
                return;
            }
            discard->setEnabled(false);
            Q_EMIT discardRequested(folder);
        });
    }
    m_count = static_cast<int>(captures.size());
    setVisible(m_count > 0);
}

}  // namespace framescope
