#include "ui/replay/replay_panel.h"

#include <algorithm>

#include <QAction>
#include <QComboBox>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QScopedValueRollback>
#include <QScrollArea>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>

#include "ui/replay/comparison_view.h"
#include "ui/replay/plan_model.h"
#include "ui/replay/replay_form.h"
#include "ui/replay/save_report.h"
#include "ui/replay/verdict_bar.h"
#include "ui/text/display_text.h"
#include "ui/theme/fonts.h"
#include "ui/widgets/error_label.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/flat_tab_bar.h"
#include "ui/widgets/flat_table.h"
#include "ui/widgets/hairline_splitter.h"
#include "ui/widgets/link_button.h"
#include "ui/widgets/pane.h"

namespace framescope {

namespace {

constexpr int kNarrow = 900;  // pixels, below which the settings are a tab
constexpr int kFormWidth = 340;
constexpr int kLeastWidth = 480;

/// "http://..." as the WebSocket address of the same server.
QString webSocketUrl(QString url) {
    if (url.startsWith(QLatin1String("http"))) url.replace(0, 4, QStringLiteral("ws"));
    return url;
}

bool isSecure(const QString& url) {
    const QString trimmed = url.trimmed();
    return trimmed.startsWith(QLatin1String("wss:"), Qt::CaseInsensitive) ||
           trimmed.startsWith(QLatin1String("https:"), Qt::CaseInsensitive);
}

}  // namespace

ReplayPanel::ReplayPanel(ReplayController& controller, QSettings* settings, QWidget* transcript,
                         std::function<live::Wake()> wake, QWidget* parent)
    : QWidget(parent),
      m_controller(controller),
      m_settings(settings),
      m_wake(std::move(wake)),
      m_subject(new QComboBox),
      m_url(new QLineEdit),
      m_urlError(new ErrorLabel),
      m_unverified(new ErrorLabel(Severity::Warning)),
      m_serverPlace(new QWidget),
      m_start(new FlatButton(QStringLiteral("&Start"))),
      m_verdict(new VerdictBar),
      m_form(new ReplayForm),
      m_formScroll(new QScrollArea),
      m_formPage(new QWidget),
      m_planModel(new PlanModel(this)),
      m_planTable(new FlatTable(*m_planModel, {{QStringLiteral("0000"), true, 0},
                                               {QStringLiteral("000.000000"), true, 0},
                                               {QStringLiteral("→"), true, 0},
                                               {QStringLiteral("Engine.IO "), false, 0},
                                               {QString(), true, 160}})),
      m_remarks(new ErrorLabel(Severity::Warning)),
      m_comparison(new ComparisonView),
      m_tabs(new FlatTabBar),
      m_pages(new QStackedWidget) {
    layOut(transcript);
    wire();
    setChoices(storedReplayChoices(settings));
    if (settings != nullptr) {
        m_comparison->restoreSizes(*settings);
        m_sized =
            m_splitter->restoreState(settings->value(QStringLiteral("replay/panes")).toByteArray());
    }
    showTab(Plan);
    showSubjects();
    showState();
    showReport();
}

QWidget* ReplayPanel::makeTop() {
    m_subject->setAccessibleName(QStringLiteral("What is replayed"));
    m_subject->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_subject->setMinimumContentsLength(12);
    m_subject->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_url->setFont(fixedFont());
    m_url->setAccessibleName(QStringLiteral("Address it is replayed to"));
    m_url->setPlaceholderText(QStringLiteral("ws://localhost:3000/"));
    m_url->setToolTip(
        QStringLiteral("Where it is replayed to. The path “/” means the one of the recording."));
    m_url->setMinimumWidth(120);
    m_start->setToolTip(QStringLiteral("Starts the replay, or stops it (Ctrl+Return)"));
    auto* const what = new QLabel(QStringLiteral("&Replay"));
    what->setBuddy(m_subject);
    auto* const where = new QLabel(QStringLiteral("&to"));
    where->setBuddy(m_url);
    auto* const line = new QHBoxLayout;
    line->setSpacing(8);
    line->addWidget(what);
    line->addWidget(m_subject, 1);
    line->addWidget(where);
    line->addWidget(m_url, 1);
    line->addWidget(m_start);
    auto* const serverLayout = new QHBoxLayout(m_serverPlace);
    serverLayout->setContentsMargins(0, 0, 0, 0);
    m_serverPlace->hide();
    constexpr int kInset = LinkButton::kPadding;  // a link's text stands in its padding
    for (ErrorLabel* label : {m_urlError, m_unverified}) {
        label->setContentsMargins(18 + kInset, 0, 0, 0);
        label->setMarkInset(kInset);
    }
    line->setContentsMargins(kInset, 0, 0, 0);

    auto* const top = new QWidget;
    auto* const layout = new QVBoxLayout(top);
    layout->setContentsMargins(14 - kInset, 8, 14, 8);
    layout->setSpacing(4);
    layout->addLayout(line);
    layout->addWidget(m_urlError);
    m_unverified->setText(
        QStringLiteral("Certificates are not checked: whoever answers is believed."));
    layout->addWidget(m_unverified);
    layout->addWidget(m_serverPlace);
    return top;
}

void ReplayPanel::layOut(QWidget* transcript) {
    m_formScroll->setFrameShape(QFrame::NoFrame);
    m_formScroll->setWidgetResizable(true);
    m_formScroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_formScroll->setFocusPolicy(Qt::NoFocus);
    m_formScroll->setWidget(m_form);
    m_formScroll->viewport()->setBackgroundRole(QPalette::Base);
    m_formScroll->viewport()->setAutoFillBackground(true);
    m_form->setAutoFillBackground(false);
    m_formScroll->setMinimumWidth(240);
    auto* const formLayout = new QVBoxLayout(m_formPage);
    formLayout->setContentsMargins(0, 0, 0, 0);

    m_planTable->setAccessibleName(QStringLiteral("Steps of the plan"));
    auto* const planPage = new QWidget;
    auto* const planLayout = new QVBoxLayout(planPage);
    planLayout->setContentsMargins(0, 0, 0, 0);
    planLayout->setSpacing(0);
    m_remarks->setContentsMargins(28, 6, 14, 6);
    m_remarks->setMarkInset(10);
    planLayout->addWidget(m_remarks);
    planLayout->addWidget(m_planTable, 1);

    m_tabs->setAccessibleName(QStringLiteral("Views of the replay"));
    m_tabs->addTab(QStringLiteral("Settings"));
    m_tabs->addTab(QStringLiteral("Plan"));
    m_tabs->addTab(QStringLiteral("Comparison"));
    m_pages->addWidget(m_formPage);
    m_pages->addWidget(new Pane(planPage));
    m_pages->addWidget(m_comparison);
    if (transcript != nullptr) {
        m_tabs->addTab(QStringLiteral("Transcript"));
        m_pages->addWidget(transcript);
    }
    m_tabs->setTabVisible(Settings, false);
    auto* const right = new QWidget;
    auto* const rightLayout = new QVBoxLayout(right);
    rightLayout->setContentsMargins(0, 0, 0, 0);
    rightLayout->setSpacing(0);
    rightLayout->addWidget(m_tabs);
    rightLayout->addWidget(m_pages, 1);
    right->setBackgroundRole(QPalette::Base);
    right->setAutoFillBackground(true);

    m_splitter = new HairlineSplitter(Qt::Horizontal);
    m_splitter->addWidget(m_formScroll);
    m_splitter->addWidget(right);
    // As little as it needs when it is narrow: only then it can become so.
    m_splitter->setMinimumWidth(kLeastWidth);
    m_splitter->setStretchFactor(0, 0);
    m_splitter->setStretchFactor(1, 1);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeTop());
    layout->addWidget(m_verdict);
    layout->addWidget(m_splitter, 1);
    setFocusProxy(m_url);
    setTabOrder(m_subject, m_url);
    setTabOrder(m_url, m_start);
}

void ReplayPanel::wire() {
    connect(m_tabs, &QTabBar::currentChanged, m_pages, &QStackedWidget::setCurrentIndex);
    connect(m_subject, &QComboBox::activated, &m_controller, &ReplayController::chooseSubject);
    connect(m_url, &QLineEdit::textChanged, this, &ReplayPanel::check);
    connect(m_url, &QLineEdit::returnPressed, this, &ReplayPanel::start);
    connect(m_form, &ReplayForm::edited, this, &ReplayPanel::check);
    connect(m_start, &FlatButton::clicked, this, &ReplayPanel::startOrStop);
    connect(m_comparison, &ComparisonView::ignoreRequested, this, &ReplayPanel::ignore);
    connect(m_verdict, &VerdictBar::saveRequested, this, &ReplayPanel::askWhereToSave);
    connect(&m_controller, &ReplayController::changed, this, [this] {
        showSubjects();
        showState();
    });
    connect(&m_controller, &ReplayController::reported, this, &ReplayPanel::showReport);
    connect(&m_controller, &ReplayController::started, this, [this] { showTab(Comparison); });
    connect(&m_controller, &ReplayController::failed, this, [this](const QString& sentence) {
        m_error = sentence;
        showVerdict();
    });
    auto* const run = new QAction(QStringLiteral("&Start or Stop the Replay"), this);
    run->setShortcuts(
        {QKeySequence(Qt::CTRL | Qt::Key_Return), QKeySequence(Qt::CTRL | Qt::Key_Enter)});
    run->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(run, &QAction::triggered, this, &ReplayPanel::startOrStop);
    addAction(run);
}

void ReplayPanel::setTestServer(const QString& url) {
    delete m_useServer;
    m_useServer = nullptr;
    m_serverPlace->setVisible(!url.isEmpty());
    if (url.isEmpty()) return;
    m_useServer = new LinkButton(QStringLiteral("To the test server of this window"),
                                 displayText(url.toStdString(), 80));
    connect(m_useServer, &LinkButton::clicked, this, [this, url] { setUrl(webSocketUrl(url)); });
    m_serverPlace->layout()->addWidget(m_useServer);
}

void ReplayPanel::setUrl(const QString& url) {
    m_url->setText(url);
    m_url->setCursorPosition(0);  // its beginning tells more
}

ReplayChoices ReplayPanel::choices() const {
    ReplayChoices choices = m_form->choices();
    choices.url = m_url->text();
    return choices;
}

void ReplayPanel::setChoices(const ReplayChoices& choices) {
    m_form->setChoices(choices);
    setUrl(choices.url);
    check();
}

void ReplayPanel::check() {
    const bool asked = m_url->text().isEmpty();  // an empty line is no mistake yet
    m_urlError->setText(asked ? QString() : whyBadUrl(m_url->text()));
    m_urlError->setVisible(!m_urlError->text().isEmpty());
    m_unverified->setVisible(!m_form->choices().verify && isSecure(m_url->text()));
    // What was said to be in the way may be out of it.
    if (m_controller.state() == ReplayState::Ready) showVerdict();
}

QString ReplayPanel::urlError() const {
    return m_urlError->text();
}

QString ReplayPanel::remarks() const {
    return m_remarks->text();
}

void ReplayPanel::showSubjects() {
    const QScopedValueRollback guard(m_filling, true);
    const auto& subjects = m_controller.subjects();
    const auto count = static_cast<int>(subjects.size());
    const bool same = m_subject->count() == count &&
                      (count == 0 || m_subject->itemText(0) == subjects.front().title) &&
                      (count == 0 || m_subject->itemText(count - 1) == subjects.back().title);
    if (!same) {
        m_subject->clear();
        for (const ReplaySubject& subject : subjects) {
            m_subject->addItem(subject.title);
            m_subject->setItemData(m_subject->count() - 1, plainToolTip(subject.detail),
                                   Qt::ToolTipRole);
        }
    }
    const int chosen = m_controller.subject();
    m_subject->setCurrentIndex(chosen);
    m_subject->setToolTip(
        chosen < 0 ? QString() : plainToolTip(subjects[static_cast<std::size_t>(chosen)].detail));
    if (chosen < 0) return;
    // Where it was recorded, unless somebody said where to.
    const QString suggested = subjects[static_cast<std::size_t>(chosen)].url;
    if (m_url->text().isEmpty() || m_url->text() == m_suggestedUrl) setUrl(suggested);
    m_suggestedUrl = suggested;
}

void ReplayPanel::showState() {
    const ReplayState state = m_controller.state();
    const bool running = m_controller.isRunning();
    const auto& plan = m_controller.plan();
    m_planModel->setPlan(plan);
    m_planTable->setEmptyText([&]() -> QString {
        switch (state) {
            case ReplayState::None:
                return QStringLiteral(
                    "Nothing is chosen to be replayed.\nOpen a capture, select a row and choose "
                    "“Replay the Row's Conversation”.");
            case ReplayState::Reading:
                return QStringLiteral("Reading the capture…");
            case ReplayState::Planning:
                return QStringLiteral("Making the plan…");
            default:
                break;
        }
        if (plan == nullptr) return m_controller.sentence();
        return QStringLiteral("Nothing in this conversation can be replayed.");
    }());
    QStringList remarks;
    if (plan != nullptr) {
        for (const std::string& remark : plan->remarks) remarks << displayText(remark);
    }
    m_remarks->setText(remarks.join(QLatin1Char('\n')));
    m_remarks->setVisible(!remarks.isEmpty());
    m_subject->setEnabled(!running && !m_controller.subjects().empty());
    m_form->setEnabled(!running);
    m_url->setEnabled(!running);
    m_start->setText(running ? QStringLiteral("&Stop") : QStringLiteral("&Start"));
    m_start->setEnabled(state == ReplayState::Running || state == ReplayState::Starting ||
                        (state == ReplayState::Ready && plan != nullptr));
    m_start->updateGeometry();
    if (state != ReplayState::Ready) m_error.clear();
    showVerdict();
}

void ReplayPanel::showReport() {
    m_comparison->setReport(m_controller.report());
    m_comparison->setEmptyText(
        m_controller.isRunning()
            ? QStringLiteral("Connecting…")
            : QStringLiteral("Nothing was replayed yet.\nStart it, and what comes is laid beside "
                             "what was recorded."));
    if (m_controller.isRunning()) m_ignoredSince.clear();
    showVerdict();
}

void ReplayPanel::showVerdict() {
    const replay::Progress& progress = m_controller.progress();
    const auto& report = m_controller.report();
    switch (m_controller.state()) {
        case ReplayState::None:
            return m_verdict->showHint(QStringLiteral("No capture."));
        case ReplayState::Reading:
            return m_verdict->showProgress(
                QStringLiteral("Reading %1…").arg(m_controller.captureName()), 0, 0);
        case ReplayState::Planning:
            return m_verdict->showProgress(QStringLiteral("Making the plan…"), 0, 0);
        case ReplayState::Starting:
            return m_verdict->showProgress(QStringLiteral("Starting…"), 0, 0);
        case ReplayState::Running:
            return m_verdict->showProgress(
                QStringLiteral("Step %1 of %2")
                    .arg(groupedNumber(progress.done), groupedNumber(progress.all)),
                progress.done, progress.all);
        case ReplayState::Stopping:
            return m_verdict->showProgress(QStringLiteral("Stopping…"), progress.done,
                                           progress.all);
        case ReplayState::Ready:
            break;
    }
    if (!m_error.isEmpty()) return m_verdict->showError(m_error);
    if (report != nullptr) {
        if (!m_ignoredSince.isEmpty()) {
            return m_verdict->showHint(
                QStringLiteral("“%1” is not compared from now on. Start once more to see what is "
                               "left.")
                    .arg(m_ignoredSince));
        }
        return m_verdict->showVerdict(*report);
    }
    const auto& plan = m_controller.plan();
    if (plan == nullptr) return m_verdict->showError(m_controller.sentence());
    const auto ours = std::count_if(
        plan->steps.begin(), plan->steps.end(),
        [](const replay::Step& step) { return step.direction == Direction::ClientToServer; });
    m_verdict->showHint(QStringLiteral("%1: %2 to send, %3 to compare.")
                            .arg(counted(plan->steps.size(), "step", "steps"),
                                 groupedNumber(static_cast<quint64>(ours)),
                                 groupedNumber(plan->steps.size() - static_cast<quint64>(ours))));
}

void ReplayPanel::startOrStop() {
    if (m_controller.isRunning()) {
        m_controller.stop();
    } else {
        start();
    }
}

void ReplayPanel::start() {
    const int subject = m_controller.subject();
    if (m_controller.state() != ReplayState::Ready || subject < 0) return;
    const QString badUrl = whyBadUrl(m_url->text());
    if (!badUrl.isEmpty()) {
        m_urlError->setText(badUrl);
        m_urlError->show();
        return m_url->setFocus();
    }
    const ReplayChoices chosen = choices();
    const QString obstacle = whyImpossible(chosen);
    if (!obstacle.isEmpty()) {
        if (m_narrow) showTab(Settings);
        m_verdict->showError(obstacle);
        return m_form->showObstacle();
    }
    storeChoices(m_settings, chosen);
    m_error.clear();
    m_controller.start(
        toOptions(chosen, m_controller.subjects()[static_cast<std::size_t>(subject)]),
        m_wake ? m_wake() : live::Wake([] {}));
}

void ReplayPanel::ignore(const QString& path) {
    m_form->ignore(path);
    m_ignoredSince = displayText(path.toStdString(), 80);
    showVerdict();
}

void ReplayPanel::askWhereToSave() {
    const auto report = m_controller.report();
    if (report == nullptr) return;
    auto* const dialog = makeReportDialog(m_settings, this);
    connect(dialog, &QFileDialog::fileSelected, this, [this, report, dialog](const QString& path) {
        saveReport(*this, m_controller.services(), report, path, [this](const QString& sentence) {
            if (!sentence.isEmpty()) Q_EMIT failed(sentence);
        });
        if (m_settings != nullptr) rememberReportFolder(*m_settings, path);
    });
    dialog->open();
}

void ReplayPanel::takeFocus() {
    m_url->setFocus();
}

ReplayPanel::Tab ReplayPanel::currentTab() const {
    return static_cast<Tab>(m_tabs->currentIndex());
}

void ReplayPanel::showTab(Tab tab) {
    m_tabs->setCurrentIndex(tab);
    m_pages->setCurrentIndex(tab);
}

void ReplayPanel::setNarrow(bool narrow) {
    if (narrow == m_narrow) return;
    m_narrow = narrow;
    const QPointer<QWidget> focused = focusWidget();
    if (narrow) {
        m_formPage->layout()->addWidget(m_formScroll);
    } else {
        m_splitter->insertWidget(0, m_formScroll);
        if (currentTab() == Settings) showTab(Plan);
    }
    m_tabs->setTabVisible(Settings, narrow);
    m_formScroll->show();
    if (focused != nullptr) focused->setFocus();
}

void ReplayPanel::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    setNarrow(width() < kNarrow);
    if (m_sized || m_narrow) return;
    m_splitter->setSizes({kFormWidth, std::max(1, width() - kFormWidth)});
    m_sized = isVisible();
}

void ReplayPanel::saveSizes(QSettings& settings) const {
    if (!m_narrow) settings.setValue(QStringLiteral("replay/panes"), m_splitter->saveState());
    m_comparison->saveSizes(settings);
}

}  // namespace framescope
