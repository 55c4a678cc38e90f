// Interfaces that are closed for the same reason share the sentence and the command: mostly it is
// one right that is missing for all of them.
#include "ui/start/sniff_section.h"

#include <algorithm>
#include <utility>

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "ui/live/capture_filter_edit.h"
#include "ui/load/background.h"
#include "ui/start/interface_list.h"
#include "ui/start/interface_model.h"
#include "ui/text/display_text.h"
#include "ui/theme/fonts.h"
#include "ui/theme/role_colors.h"
#include "ui/widgets/command_line.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/link_button.h"

namespace framescope {

namespace {

constexpr int kSampleMs = 500;

QLabel* wrappedLabel(const QString& text, bool dim) {
    auto* const label = new QLabel(text);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    if (dim) label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

}  // namespace

SniffSection::SniffSection(const LiveServices& services, QSettings* settings, QWidget* parent)
    : QWidget(parent),
      m_services(services),
      m_settings(settings),
      m_model(new InterfaceModel(this)),
      m_list(new InterfaceList(*m_model)),
      m_empty(wrappedLabel(QStringLiteral("Looking for interfaces…"), true)),
      m_filter(new CaptureFilterEdit(services.checkFilter)),
      m_message(wrappedLabel({}, true)),
      m_start(new FlatButton(QStringLiteral("Start"))) {
    const CaptureChoices before = storedCaptureChoices(settings);
    m_wanted = before.interface;
    m_filter->setText(before.filter);
    refreshHistory();
    layOut();
    m_samples.setInterval(kSampleMs);
    m_clock.start();
    connect(&m_samples, &QTimer::timeout, this, &SniffSection::sample);
    connect(m_filter, &CaptureFilterEdit::stateChanged, this, &SniffSection::showFilterState);
    connect(m_filter, &QLineEdit::returnPressed, this, &SniffSection::startIfPossible);
    connect(m_start, &FlatButton::clicked, this, &SniffSection::startIfPossible);
    connect(m_list, &InterfaceList::startRequested, this, &SniffSection::startIfPossible);
    connect(m_list, &InterfaceList::chosenChanged, this, [this] {
        m_filter->setLinkType(m_model->linkTypeAt(m_list->currentIndex().row()));
        m_wanted = m_list->chosen();
        showFilterState();
    });
    m_list->hide();
    showFilterState();
}

void SniffSection::layOut() {
    constexpr int kInset = LinkButton::kPadding;
    m_empty->setContentsMargins(kInset, 4, 0, 4);
    m_message->setContentsMargins(0, 0, 0, 0);
    m_message->setObjectName(QStringLiteral("filterMessage"));
    m_start->setObjectName(QStringLiteral("start"));
    m_start->setToolTip(QStringLiteral("Capture from the chosen interface (Ctrl+E)"));
    m_filterLabel = new QLabel(QStringLiteral("Capture &filter"));
    m_filterLabel->setBuddy(m_filter);

    auto* const filterLine = new QHBoxLayout;
    filterLine->setContentsMargins(kInset, 8, 0, 0);
    filterLine->setSpacing(8);
    filterLine->addWidget(m_filterLabel);
    filterLine->addWidget(m_filter, 1);
    filterLine->addWidget(m_start);
    auto* const messageLine = new QHBoxLayout;
    messageLine->setContentsMargins(kInset, 0, 0, 0);
    messageLine->addWidget(m_message, 1);

    auto* const links = new QHBoxLayout;
    links->setContentsMargins(0, 4, 0, 0);
    links->setSpacing(12);
    const auto add = [&](const QString& text, void (SniffSection::*signal)()) {
        auto* const link = new LinkButton(text, {});
        link->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
        connect(link, &LinkButton::clicked, this, signal);
        links->addWidget(link);
    };
    add(QStringLiteral("Options…"), &SniffSection::optionsRequested);
    add(QStringLiteral("Capture from another machine…"), &SniffSection::remoteRequested);
    add(QStringLiteral("Read from a pipe…"), &SniffSection::pipeRequested);
    links->addStretch(1);

    m_unfold = new LinkButton({}, {});
    m_unfold->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    m_unfold->hide();
    connect(m_unfold, &LinkButton::clicked, this, [this] {
        m_unfold->hide();
        m_closed->show();
    });
    m_closed = new QWidget;
    m_closedLines = new QVBoxLayout(m_closed);
    m_closedLines->setContentsMargins(kInset, 10, 0, 0);
    m_closedLines->setSpacing(4);
    m_closed->hide();

    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(m_list);
    layout->addWidget(m_empty);
    layout->addLayout(filterLine);
    layout->addLayout(messageLine);
    layout->addLayout(links);
    layout->addWidget(m_unfold);
    layout->addWidget(m_closed);
}

void SniffSection::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    refresh();
    if (m_services.readTraffic) {
        sample();
        m_samples.start();
    }
}

void SniffSection::hideEvent(QHideEvent* event) {
    QWidget::hideEvent(event);
    m_samples.stop();
}

void SniffSection::sample() {
    m_model->addTraffic(m_services.readTraffic(), m_clock.elapsed());
}

void SniffSection::refresh() {
    if (m_listing || !m_services.listInterfaces) return;
    m_listing = true;
    runInBackground(
        *this, [list = m_services.listInterfaces] { return list(); },
        [this](const LiveServices::Interfaces& interfaces) {
            m_listing = false;
            showInterfaces(interfaces);
            Q_EMIT listed();
        });
}

void SniffSection::showInterfaces(const LiveServices::Interfaces& interfaces) {
    const QString wanted = m_wanted;
    m_model->setInterfaces(interfaces ? *interfaces : std::vector<live::InterfaceEntry>());
    m_list->setVisible(m_model->rowCount() > 0);
    m_empty->setVisible(m_model->rowCount() == 0);
    if (!interfaces) {
        m_empty->setText(displayText(interfaces.error().sentence));
    } else if (m_model->rowCount() == 0) {
        m_empty->setText(interfaces->empty()
                             ? QStringLiteral("This machine shows no interface to capture from.")
                             : QStringLiteral("None of the interfaces can be opened as it is."));
    } else {
        m_list->choose(wanted);
    }
    showClosed(interfaces ? *interfaces : std::vector<live::InterfaceEntry>());
    showFilterState();
}

void SniffSection::showClosed(const std::vector<live::InterfaceEntry>& interfaces) {
    while (QLayoutItem* item = m_closedLines->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    std::vector<std::pair<std::pair<QString, QString>, QStringList>> groups;
    for (const live::InterfaceEntry& entry : interfaces) {
        if (entry.canCapture) continue;
        const std::pair key{displayText(entry.obstacle, 600), QString::fromStdString(entry.remedy)};
        auto group = std::find_if(groups.begin(), groups.end(),
                                  [&](const auto& known) { return known.first == key; });
        if (group == groups.end()) group = groups.insert(group, {key, {}});
        group->second << displayText(entry.name, 40);
    }
    for (const auto& [reason, names] : groups) {
        if (m_closedLines->count() > 0) m_closedLines->addSpacing(6);
        QLabel* const list = wrappedLabel(names.join(QStringLiteral("  ")), true);
        list->setFont(fixedFont());
        m_closedLines->addWidget(list);
        m_closedLines->addWidget(wrappedLabel(reason.first, true));
        if (!reason.second.isEmpty()) m_closedLines->addWidget(new CommandLine(reason.second));
    }
    // They are of interest where there is nothing else, or to who asks.
    const auto closed = std::count_if(interfaces.begin(), interfaces.end(),
                                      [](const auto& entry) { return !entry.canCapture; });
    const bool wasUnfolded = m_closed->isVisibleTo(this);
    const bool unfolded = closed > 0 && (wasUnfolded || m_model->rowCount() == 0);
    m_unfold->setText(counted(static_cast<quint64>(closed), "more interface", "more interfaces") +
                      QStringLiteral(" that cannot be opened…"));
    m_unfold->updateGeometry();
    m_unfold->setVisible(closed > 0 && !unfolded);
    m_closed->setVisible(unfolded);
}

QString SniffSection::emptyText() const {
    return m_empty->isVisibleTo(this) ? m_empty->text() : QString();
}

void SniffSection::showFilterState() {
    const bool bad = m_filter->state() == CaptureFilterEdit::State::Bad;
    m_message->setText(m_filter->message());
    m_message->setVisible(bad);
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, roleColors(colors).error);
    m_message->setForegroundRole(QPalette::WindowText);
    m_message->setPalette(colors);
    m_start->setEnabled(!bad && !m_list->chosen().isEmpty());
}

void SniffSection::startIfPossible() {
    if (m_start->isEnabled()) Q_EMIT startRequested();
}

CaptureChoices SniffSection::choices() const {
    CaptureChoices choices = storedCaptureChoices(m_settings);
    choices.interface = m_list->chosen().isEmpty() ? m_wanted : m_list->chosen();
    choices.filter = m_filter->filter();
    return choices;
}

void SniffSection::setChoices(const CaptureChoices& choices) {
    m_wanted = choices.interface;
    m_filter->setText(choices.filter);
    if (m_model->rowOf(choices.interface) >= 0) m_list->choose(choices.interface);
}

void SniffSection::refreshHistory() {
    m_filter->setHistory(storedFilters(m_settings));
}

}  // namespace framescope
