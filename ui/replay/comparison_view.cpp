// The pane below belongs to a line, not to a row: it stays when the table is narrowed around it.
#include "ui/replay/comparison_view.h"

#include <algorithm>

#include <QAction>
#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QSettings>
#include <QSplitter>
#include <QVBoxLayout>

#include "ui/replay/difference_model.h"
#include "ui/replay/report_model.h"
#include "ui/text/display_text.h"
#include "ui/theme/fonts.h"
#include "ui/widgets/error_label.h"
#include "ui/widgets/flat_button.h"
#include "ui/widgets/flat_table.h"
#include "ui/widgets/hairline_splitter.h"
#include "ui/widgets/pane.h"

namespace framescope {

namespace {

constexpr int kTimesBelow = 720;   // pixels, below which the texts need the room of the times
constexpr qsizetype kShown = 600;  // characters of a line that the pane shows in full

std::vector<FlatTable::Column> reportColumns() {
    return {{QStringLiteral("0000"), true, 0},
            {QStringLiteral("→"), true, 0},
            {QStringLiteral("00.000000"), true, 0, kTimesBelow},
            {QString(), true, 110},
            {QStringLiteral("    different, late"), false, 0},
            {QStringLiteral("00.000000"), true, 0, kTimesBelow},
            {QString(), true, 110}};
}

QLabel* plain(bool dim) {
    auto* const label = new QLabel;
    label->setTextFormat(Qt::PlainText);
    if (dim) label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

}  // namespace

QString reportFigures(const replay::Report& report) {
    QStringList words;
    const auto add = [&words](std::size_t count, const char* word) {
        if (count != 0) words << groupedNumber(count) + QLatin1Char(' ') + QLatin1String(word);
    };
    add(report.same, "same");
    add(report.different, "different");
    add(report.missing, "missing");
    add(report.extra, "extra");
    return words.join(QStringLiteral(", "));
}

ComparisonView::ComparisonView(QWidget* parent)
    : QWidget(parent),
      m_model(new ReportModel(this)),
      m_table(new FlatTable(*m_model, reportColumns())),
      m_only(new QCheckBox(QStringLiteral("Only &differences"))),
      m_next(new FlatButton(QStringLiteral("Next"))),
      m_previous(new FlatButton(QStringLiteral("Previous"))),
      m_figures(plain(true)),
      m_remarks(new ErrorLabel(Severity::Warning)),
      m_title(plain(false)),
      m_texts(plain(true)),
      m_differenceModel(new DifferenceModel(this)),
      m_differences(
          new FlatTable(*m_differenceModel,
                        {{QString(), true, 90}, {QString(), true, 90}, {QString(), true, 90}})),
      m_ignore(new FlatButton(QStringLiteral("&Ignore This Field"))) {
    layOut();
    connect(m_only, &QCheckBox::toggled, this, [this](bool only) {
        m_model->setOnlyDifferences(only);
        showLine();
    });
    connect(m_next, &FlatButton::clicked, this, [this] { goToDifference(true); });
    connect(m_previous, &FlatButton::clicked, this, [this] { goToDifference(false); });
    connect(m_table, &FlatTable::rowSelected, this, &ComparisonView::showLine);
    connect(m_differences, &FlatTable::rowSelected, this, &ComparisonView::updateActions);
    connect(m_ignore, &FlatButton::clicked, this, &ComparisonView::ignoreSelected);
    auto* const ignore = new QAction(QStringLiteral("Ignore This Field"), this);
    ignore->setShortcut(QKeySequence(Qt::Key_Delete));
    ignore->setShortcutContext(Qt::WidgetShortcut);
    connect(ignore, &QAction::triggered, this, &ComparisonView::ignoreSelected);
    m_differences->addAction(ignore);
    m_differences->setContextMenuPolicy(Qt::ActionsContextMenu);
    showLine();
}

void ComparisonView::layOut() {
    m_table->setAccessibleName(QStringLiteral("Recorded and replayed conversation"));
    m_differences->setAccessibleName(QStringLiteral("Differences of the chosen line"));
    m_next->setToolTip(QStringLiteral("The next difference (F3)"));
    m_previous->setToolTip(QStringLiteral("The difference before (Shift+F3)"));
    m_ignore->setToolTip(QStringLiteral("This field may differ from now on (Delete)"));
    auto* const top = new QWidget;
    auto* const topLayout = new QVBoxLayout(top);
    topLayout->setContentsMargins(0, 0, 0, 0);
    topLayout->setSpacing(0);
    auto* const bar = new QHBoxLayout;
    bar->setContentsMargins(10, 4, 10, 4);
    bar->setSpacing(8);
    m_figures->setMinimumWidth(20);
    m_figures->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    bar->addWidget(m_figures, 1);
    bar->addWidget(m_only);
    bar->addWidget(m_previous);
    bar->addWidget(m_next);
    topLayout->addLayout(bar);
    m_remarks->setContentsMargins(28, 0, 14, 6);
    m_remarks->setMarkInset(10);
    m_remarks->hide();
    topLayout->addWidget(m_remarks);
    topLayout->addWidget(m_table, 1);

    auto* const bottom = new QWidget;
    auto* const bottomLayout = new QVBoxLayout(bottom);
    bottomLayout->setContentsMargins(0, 4, 0, 0);
    bottomLayout->setSpacing(4);
    QFont bold = m_title->font();
    bold.setWeight(QFont::DemiBold);
    m_title->setFont(bold);
    m_texts->setWordWrap(true);
    m_texts->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_texts->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_texts->setContentsMargins(10, 0, 10, 4);
    m_texts->setMinimumWidth(60);
    auto* const titleLine = new QHBoxLayout;
    titleLine->setContentsMargins(10, 0, 10, 0);
    m_title->setMinimumWidth(20);
    m_title->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    titleLine->addWidget(m_title, 1);
    titleLine->addWidget(m_ignore);
    bottomLayout->addLayout(titleLine);
    bottomLayout->addWidget(m_texts);
    bottomLayout->addWidget(m_differences, 1);
    bottomLayout->addStretch(0);
    m_table->setMinimumHeight(80);

    m_splitter = new HairlineSplitter(Qt::Vertical);
    m_splitter->addWidget(new Pane(top));
    m_splitter->addWidget(new Pane(bottom));
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(m_splitter);
    for (const bool forward : {true, false}) {
        auto* const action = new QAction(
            forward ? QStringLiteral("Ne&xt Difference") : QStringLiteral("Pre&vious Difference"),
            this);
        action->setShortcut(QKeySequence(forward ? Qt::Key_F3 : Qt::SHIFT | Qt::Key_F3));
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
        connect(action, &QAction::triggered, this, [this, forward] { goToDifference(forward); });
        addAction(action);
    }
}

void ComparisonView::setReport(std::shared_ptr<const replay::Report> report) {
    m_report = std::move(report);
    m_model->setReport(m_report);
    QStringList remarks;
    if (m_report) {
        for (const std::string& remark : m_report->remarks) remarks << displayText(remark);
    }
    m_remarks->setText(remarks.join(QLatin1Char('\n')));
    m_remarks->setVisible(!remarks.isEmpty());
    showLine();
}

void ComparisonView::setEmptyText(const QString& text) {
    m_emptyText = text;
    showLine();
}

void ComparisonView::goToDifference(bool forward) {
    const int from = m_table->currentRow();
    const int row = m_model->nextDifference(from, forward);
    if (row >= 0) m_table->selectRow(row);
}

void ComparisonView::showLine() {
    m_figures->setText(m_report ? reportFigures(*m_report) : QString());
    const bool allWell = m_report && !m_report->lines.empty() && m_model->onlyDifferences();
    m_table->setEmptyText(allWell ? QStringLiteral("Nothing differs from the recording.")
                                  : m_emptyText);
    const replay::Line* const line = m_model->lineAt(m_table->currentRow());
    if (line == nullptr) {
        m_title->setText({});
        m_texts->setFont(font());
        m_texts->setText(m_report
                             ? QStringLiteral("Choose a line to see what is different about it.")
                             : QString());
        m_texts->show();
        m_differenceModel->setDifferences({});
        m_differences->hide();
        updateActions();
        return;
    }
    const QString which = line->step ? QStringLiteral("Step %1").arg(quint64{*line->step} + 1)
                                     : QStringLiteral("An answer that was not recorded");
    QString title = which + QStringLiteral(": ") + resultText(*line);
    if (!line->differences.empty()) {
        title += QStringLiteral(" in ") + counted(line->differences.size(), "place", "places");
    }
    m_title->setText(title);
    const bool hasDifferences = !line->differences.empty();
    QStringList texts;
    if (!line->recorded.empty()) {
        texts << QStringLiteral("Recorded  ") + displayText(line->recorded, kShown);
    }
    if (!line->replayed.empty() && line->replayed != line->recorded) {
        texts << QStringLiteral("Replayed  ") + displayText(line->replayed, kShown);
    }
    m_texts->setFont(fixedFont());
    m_texts->setText(texts.join(QLatin1Char('\n')));
    // Where the table names the places, the whole texts stand in their way.
    m_texts->setVisible(!hasDifferences);
    m_differenceModel->setDifferences(line->differences);
    m_differences->setVisible(hasDifferences);
    if (hasDifferences && m_differences->currentRow() < 0) m_differences->selectRow(0);
    updateActions();
}

void ComparisonView::updateActions() {
    const replay::Difference* const chosen =
        m_differenceModel->differenceAt(m_differences->currentRow());
    m_ignore->setVisible(chosen != nullptr && !chosen->path.empty());
    const int row = m_table->currentRow();
    m_next->setEnabled(m_model->nextDifference(row, true) >= 0);
    m_previous->setEnabled(row >= 0 && m_model->nextDifference(row, false) >= 0);
}

void ComparisonView::ignoreSelected() {
    const replay::Difference* const chosen =
        m_differenceModel->differenceAt(m_differences->currentRow());
    if (chosen == nullptr || chosen->path.empty()) return;
    Q_EMIT ignoreRequested(QString::fromStdString(chosen->path));
}

void ComparisonView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (m_sized) return;
    const int rows = height() * 7 / 10;
    m_splitter->setSizes({rows, std::max(1, height() - rows)});
    m_sized = isVisible();
}

void ComparisonView::saveSizes(QSettings& settings) const {
    settings.setValue(QStringLiteral("replay/comparison"), m_splitter->saveState());
}

void ComparisonView::restoreSizes(const QSettings& settings) {
    m_sized =
        m_splitter->restoreState(settings.value(QStringLiteral("replay/comparison")).toByteArray());
}

}  // namespace framescope
