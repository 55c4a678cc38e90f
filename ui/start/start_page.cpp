// A column in the middle of the window, in a scroll area, so that a small window cuts nothing off.
#include "ui/start/start_page.h"

#include <QDir>
#include <QFileInfo>
#include <QLabel>
#include <QPainter>
#include <QScrollArea>
#include <QVBoxLayout>

#include "ui/start/compose_section.h"
#include "ui/start/left_section.h"
#include "ui/start/sniff_section.h"
#include "ui/text/display_text.h"
#include "ui/theme/role_colors.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/link_button.h"

namespace framescope {

namespace {
constexpr int kColumnWidth = 720;

QLabel* plainLabel(const QString& text, qreal scale, QFont::Weight weight, bool dim) {
    auto* const label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    QFont font = label->font();
    font.setPointSizeF(font.pointSizeF() * scale);
    font.setWeight(weight);
    label->setFont(font);
    // Text below text: a link stands in its padding.
    label->setContentsMargins(LinkButton::kPadding, 0, 0, 0);
    if (dim) label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}
}  // namespace

QList<Sample> findSamples(const QString& folder) {
    QList<Sample> samples;
    const QStringList kinds{QStringLiteral("*.pcap"), QStringLiteral("*.pcapng"),
                            QStringLiteral("*.pcap.gz"), QStringLiteral("*.pcapng.gz")};
    if (folder.isEmpty()) return samples;
    for (const QFileInfo& file : QDir(folder).entryInfoList(kinds, QDir::Files, QDir::Name)) {
        samples.append({file.absoluteFilePath(), file.fileName()});
    }
    return samples;
}

StartPage::StartPage(const QList<Sample>& samples, const LiveServices& services,
                     QSettings* settings, const StartOffers& offers, QWidget* parent)
    : QWidget(parent) {
    auto* const outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    auto* const scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->viewport()->setAutoFillBackground(false);
    outer->addWidget(scroll);

    auto* const page = new QWidget;
    auto* const centred = new QHBoxLayout(page);
    auto* const column = new QWidget;
    column->setMaximumWidth(kColumnWidth);
    m_content = new QVBoxLayout(column);
    m_content->setContentsMargins(16 - LinkButton::kPadding, 32, 16, 32);
    m_content->setSpacing(4);
    centred->addStretch(1);
    centred->addWidget(column, 8);
    centred->addStretch(1);
    scroll->setWidget(page);
    page->setAutoFillBackground(false);  // setWidget() turns it on

    m_content->addStretch(1);
    m_content->addWidget(plainLabel(QStringLiteral("Framescope"), 2.0, QFont::DemiBold, false));
    m_content->addWidget(plainLabel(
        offers.composer
            ? QStringLiteral("Reads WebSocket and Socket.IO conversations out of captures and off "
                             "the wire, and takes part in them.")
            : QStringLiteral("Reads WebSocket and Socket.IO conversations out of captures, and off "
                             "the wire."),
        1.0, QFont::Normal, true));
    m_content->addSpacing(16);
    auto* const open = new FlatButton(QStringLiteral("Open a Capture…"));
    open->setObjectName(QStringLiteral("open"));
    connect(open, &FlatButton::clicked, this, &StartPage::openRequested);
    auto* const line = new QHBoxLayout;
    line->setContentsMargins(LinkButton::kPadding, 0, 0, 0);
    line->addWidget(open);
    line->addWidget(
        plainLabel(QStringLiteral("or drop a capture file here"), 1.0, QFont::Normal, true), 1);
    m_content->addLayout(line);
    setFocusProxy(open);

    if (services.canCapture()) {
        m_left = new LeftSection(services);
        m_content->addWidget(m_left);
        m_sniff = new SniffSection(services, settings);
        QVBoxLayout* lines = nullptr;
        addSection(QStringLiteral("Sniff an interface"), lines);
        lines->addWidget(m_sniff);
    }
    if (offers.composer) {
        m_compose = new ComposeSection(settings, offers.server);
        QVBoxLayout* lines = nullptr;
        addSection(QStringLiteral("Compose"), lines);
        lines->addWidget(m_compose);
    }
    m_recentSection = addSection(QStringLiteral("Recent"), m_recentLines);
    m_recentSection->hide();
    if (!samples.isEmpty()) {
        QVBoxLayout* lines = nullptr;
        addSection(QStringLiteral("Samples"), lines);
        for (const Sample& sample : samples) {
            addLink(*lines, sample.path, sample.name,
                    byteCount(static_cast<quint64>(QFileInfo(sample.path).size())));
        }
    }
    m_content->addStretch(2);
}

QWidget* StartPage::addSection(const QString& title, QVBoxLayout*& lines) {
    auto* const section = new QWidget;
    auto* const layout = new QVBoxLayout(section);
    layout->setContentsMargins(0, 20, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(plainLabel(title, 1.0, QFont::DemiBold, false));
    lines = new QVBoxLayout;
    lines->setSpacing(0);
    lines->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(lines);
    m_content->addWidget(section);
    return section;
}

void StartPage::addLink(QVBoxLayout& lines, const QString& path, const QString& name,
                        const QString& remark) {
    auto* const link = new LinkButton(name, remark);
    connect(link, &LinkButton::clicked, this, [this, path] { Q_EMIT fileChosen(path); });
    lines.addWidget(link);
}

void StartPage::setRecentFiles(const QStringList& paths) {
    while (QLayoutItem* item = m_recentLines->takeAt(0)) {
        item->widget()->deleteLater();
        delete item;
    }
    for (const QString& path : paths) {
        const QFileInfo file(path);
        addLink(*m_recentLines, path, file.fileName(), QDir::toNativeSeparators(file.path()));
    }
    m_recentSection->setVisible(!paths.isEmpty());
}

void StartPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    if (m_left != nullptr) m_left->refresh();
}

void StartPage::paintEvent(QPaintEvent*) {
    QPainter(this).fillRect(rect(), roleColors(palette()).surface);
}

}  // namespace framescope
