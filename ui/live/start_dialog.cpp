// The sentence always has its place, so that nothing moves when it changes.
#include "ui/live/start_dialog.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QVBoxLayout>

#include "ui/live/capture_filter_edit.h"
#include "ui/theme/role_colors.h"
#include "ui/widgets/flat_button.h"

namespace framescope {

StartDialog::StartDialog(const QString& title, QWidget* parent)
    : QDialog(parent),
      m_form(new QFormLayout),
      m_sentence(new QLabel(this)),
      m_start(new FlatButton(QStringLiteral("&Start"), this)) {
    setWindowTitle(title);
    setAttribute(Qt::WA_DeleteOnClose);
    m_form->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    m_form->setLabelAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_form->setHorizontalSpacing(12);
    m_form->setVerticalSpacing(8);
    m_sentence->setTextFormat(Qt::PlainText);
    m_sentence->setWordWrap(true);
    m_sentence->setMinimumHeight(2 * fontMetrics().height() + 2);
    m_sentence->setAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_sentence->setObjectName(QStringLiteral("obstacle"));
    auto* const cancel = new FlatButton(QStringLiteral("Cancel"), this);
    auto* const buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    buttons->addWidget(m_sentence, 1);
    buttons->addWidget(cancel);
    buttons->addWidget(m_start);
    m_start->setDefault(true);
    auto* const layout = new QVBoxLayout(this);
    layout->setContentsMargins(18, 16, 18, 14);
    layout->setSpacing(10);
    layout->addLayout(m_form);
    layout->addStretch(1);
    layout->addLayout(buttons);
    connect(cancel, &FlatButton::clicked, this, &QDialog::reject);
    connect(m_start, &FlatButton::clicked, this, [this] {
        check();
        if (!m_obstacle.isEmpty()) return;
        const QString lost = whatIsLost();
        if (lost == m_warned) return accept();
        m_warned = lost;
        m_sentence->setText(lost);
    });
}

void StartDialog::addFilter(CaptureFilterEdit& filter) {
    m_filter = &filter;
    m_form->addRow(QStringLiteral("Capture &filter"), &filter);
    connect(&filter, &CaptureFilterEdit::stateChanged, this, &StartDialog::check);
}

void StartDialog::addLine(const QString& label, QLayout* line, QWidget* first) {
    auto* const name = new QLabel(label);
    name->setBuddy(first);
    m_form->addRow(name, line);
}

void StartDialog::addRemark(const QString& sentence) {
    auto* const label = new QLabel(sentence);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    m_form->addRow(QString(), label);
}

void StartDialog::check() {
    m_obstacle = whyNot();
    const bool bad = m_filter != nullptr && m_filter->state() == CaptureFilterEdit::State::Bad;
    if (m_obstacle.isEmpty() && bad) m_obstacle = m_filter->message();
    m_sentence->setText(m_obstacle);
    QPalette colors = palette();
    const RoleColors& roles = roleColors(colors);
    colors.setColor(QPalette::WindowText, bad ? roles.error : roles.dim);
    m_sentence->setPalette(colors);
    m_start->setEnabled(m_obstacle.isEmpty());
}

void StartDialog::keyPressEvent(QKeyEvent* event) {
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && !m_start->isEnabled()) return event->ignore();
    QDialog::keyPressEvent(event);
}

}  // namespace framescope
